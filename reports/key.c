/* SPDX-License-Identifier: GPL-3.0-or-later */
/* key.c - see key.h. */
#include "reports/key.h"
#include <inttypes.h>

void key_str(struct json *j, const char *key, const char *s)
{
    json_key(j, key);
    if (s)
        json_str(j, s);
    else
        json_null(j);
}

void key_head(struct json *j, const char *schema, const char *version, uint64_t seed,
              const char *command)
{
    key_str(j, "schema", schema);
    key_str(j, "version", version);
    key_count(j, "seed", seed);
    key_str(j, "command", command);
}

void key_num(struct json *j, const char *key, double x)
{
    json_key(j, key);
    json_num(j, x);
}

void key_count(struct json *j, const char *key, uint64_t n)
{
    json_key(j, key);
    if (n <= INT64_MAX) {
        json_int(j, (int64_t)n);
    } else { /* a seed may use all 64 bits, and must read back exactly */
        j->after_key = false;
        buf_printf(j->out, "%" PRIu64, n);
    }
}

void key_interval_members(struct json *j, struct interval v)
{
    key_num(j, "value", v.value);
    key_num(j, "lo", v.lo);
    key_num(j, "hi", v.hi);
}

void key_interval(struct json *j, const char *key, struct interval v)
{
    json_key(j, key);
    json_obj(j);
    key_interval_members(j, v);
    json_end_obj(j);
}

void key_value(struct json *j, const char *key, double x)
{
    json_key(j, key);
    json_obj(j);
    key_num(j, "value", x);
    json_end_obj(j);
}

void key_latency(struct json *j, const char *key, const struct latency_result *l)
{
    json_key(j, key);
    json_obj(j);
    key_interval(j, "mean", l->mean);
    key_value(j, "sd", l->sd.value);
    key_value(j, "min", l->min.value);
    key_value(j, "max", l->max.value);
    for (int i = 0; i < QUANTILE_COUNT; i++)
        key_interval(j, quantile_name[i], l->q[i]);
    json_end_obj(j);
}
