/* SPDX-License-Identifier: GPL-3.0-or-later */
/* key.h - members of JSON objects, as all documents of this program write them: what is not known
 * is null, an estimate is {"value", "lo", "hi"}. */
#ifndef REPORTS_KEY_H
#define REPORTS_KEY_H
#include "base/json.h"
#include "core/result.h"

/* Of what is drawn: which document this is, and how to come by it again. */
void key_head(struct json *j, const char *schema, const char *version, uint64_t seed,
              const char *command);
void key_str(struct json *j, const char *key, const char *s); /* NULL: null */
void key_num(struct json *j, const char *key, double x);
void key_count(struct json *j, const char *key, uint64_t n);
void key_interval_members(struct json *j, struct interval v);
void key_interval(struct json *j, const char *key, struct interval v);
void key_value(struct json *j, const char *key, double x); /* {"value": x} */
void key_latency(struct json *j, const char *key, const struct latency_result *l);

#endif
