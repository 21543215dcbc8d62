/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recorded_json.c - recorded traces for programs: JSON, and CSV with a row for each operation (or
 * for each span of one trace).  Seconds; what is not known is null or an empty field. */
#include "reports/csv.h"
#include "reports/key.h"
#include "reports/recorded.h"

static void key_i64(struct json *j, const char *key, int64_t x)
{
    json_key(j, key);
    json_int(j, x);
}

static void key_flag(struct json *j, const char *key, bool x)
{
    json_key(j, key);
    json_bool(j, x);
}

static void put_root(struct json *j, const struct recorded_root *x)
{
    json_obj(j);
    key_str(j, "service", x->service);
    key_str(j, "name", x->name);
    key_count(j, "traces", x->traces);
    key_count(j, "spans", x->spans);
    key_num(j, "mean", x->mean);
    key_num(j, "p50", x->p50);
    key_num(j, "p99", x->p99);
    key_num(j, "concurrency", x->concurrency);
    json_end_obj(j);
}

static void put_op(struct json *j, const struct recorded_op *x)
{
    json_obj(j);
    key_str(j, "service", x->service);
    key_str(j, "name", x->name);
    key_str(j, "kind", *x->kind ? x->kind : NULL);
    key_count(j, "count", x->count);
    key_count(j, "errors", x->errors);
    key_count(j, "unfinished", x->unfinished);
    key_num(j, "mean", x->mean);
    key_num(j, "p50", x->p50);
    key_num(j, "p99", x->p99);
    key_num(j, "self", x->self);
    key_num(j, "critical", x->critical);
    key_num(j, "critical_share", x->share);
    key_num(j, "critical_probability", x->on_path);
    key_num(j, "concurrency", x->concurrency);
    json_end_obj(j);
}

static void put_span(struct json *j, const struct recorded_trace *t, const struct recorded_span *x)
{
    char id[20];
    snprintf(id, sizeof id, "%016llx", (unsigned long long)x->span_id);
    json_obj(j);
    key_i64(j, "id", x->id);
    key_str(j, "span_id", id);
    json_key(j, "parent");
    if (x->parent == UINT32_MAX)
        json_null(j);
    else
        json_int(j, t->span[x->parent].id);
    key_str(j, "service", x->service);
    key_str(j, "name", x->name);
    key_str(j, "kind", *x->kind ? x->kind : NULL);
    key_str(j, "host", *x->host ? x->host : NULL);
    key_i64(j, "start_ns", x->start_ns);
    key_num(j, "start", x->start);
    key_num(j, "duration", x->duration);
    key_num(j, "self", x->self);
    key_num(j, "critical", x->critical);
    key_str(j, "why", x->why);
    key_flag(j, "error", x->error);
    key_flag(j, "unfinished", x->unfinished);
    key_i64(j, "shift_ns", x->shift_ns);
    json_end_obj(j);
}

static void put_trace(struct json *j, const struct recorded_trace *t)
{
    json_key(j, "trace");
    json_obj(j);
    key_str(j, "trace_id", t->id);
    key_i64(j, "id", t->number);
    key_str(j, "label", t->label);
    key_i64(j, "start_ns", t->start_ns);
    key_num(j, "duration", t->duration);
    key_num(j, "concurrency", t->concurrency);
    json_key(j, "spans");
    json_arr(j);
    for (uint32_t i = 0; i < t->nspan; i++)
        put_span(j, t, &t->span[i]);
    json_end_arr(j);
    json_key(j, "critical_path");
    json_arr(j);
    for (uint32_t i = 0; i < t->nsection; i++) {
        json_obj(j);
        key_i64(j, "span", t->span[t->section[i].span].id);
        key_num(j, "start", t->section[i].start);
        key_num(j, "end", t->section[i].end);
        json_end_obj(j);
    }
    json_end_arr(j);
    json_end_obj(j);
}

void recorded_json(const struct recorded_result *r, const struct report_look *look, struct buf *out)
{
    struct json j;
    (void)look;
    json_begin(&j, out, true);
    json_obj(&j);
    key_str(&j, "schema", "pertinax.traces/1");
    key_str(&j, "version", r->version);
    key_str(&j, "command", r->command);
    key_str(&j, "store", r->store);
    key_str(&j, "rule", r->rule);
    key_count(&j, "traces", r->traces);
    key_count(&j, "spans", r->spans);
    key_count(&j, "traces_stored", r->stored);
    key_count(&j, "traces_of_several_roots", r->roots_more);
    key_count(&j, "spans_outside", r->outside);
    json_key(&j, "requests");
    json_arr(&j);
    for (uint32_t i = 0; i < r->nroot; i++)
        put_root(&j, &r->root[i]);
    json_end_arr(&j);
    json_key(&j, "operations");
    json_arr(&j);
    for (uint32_t i = 0; i < r->nop; i++)
        put_op(&j, &r->op[i]);
    json_end_arr(&j);
    if (r->one)
        put_trace(&j, r->one);
    json_end_obj(&j);
    buf_putc(out, '\n');
}

/* ---- CSV ---- */

static void csv_ops(const struct recorded_result *r, struct buf *out)
{
    buf_puts(out, "service,name,kind,count,errors,unfinished,mean,p50,p99,self,critical,"
                  "critical_share,critical_probability,concurrency\n");
    for (uint32_t i = 0; i < r->nop; i++) {
        const struct recorded_op *x = &r->op[i];
        const double v[] = {x->mean,     x->p50,   x->p99,     x->self,
                            x->critical, x->share, x->on_path, x->concurrency};
        csv_field(out, x->service);
        buf_putc(out, ',');
        csv_field(out, x->name);
        buf_printf(out, ",%s,%llu,%llu,%llu", x->kind, (unsigned long long)x->count,
                   (unsigned long long)x->errors, (unsigned long long)x->unfinished);
        for (size_t k = 0; k < sizeof v / sizeof *v; k++)
            csv_number(out, v[k]);
        buf_putc(out, '\n');
    }
}

static void csv_spans(const struct recorded_trace *t, struct buf *out)
{
    buf_puts(out,
             "id,span_id,parent,service,name,kind,start_ns,start,duration,self,critical,why\n");
    for (uint32_t i = 0; i < t->nspan; i++) {
        const struct recorded_span *x = &t->span[i];
        buf_printf(out, "%lld,%016llx,", (long long)x->id, (unsigned long long)x->span_id);
        if (x->parent != UINT32_MAX)
            buf_printf(out, "%lld", (long long)t->span[x->parent].id);
        buf_putc(out, ',');
        csv_field(out, x->service);
        buf_putc(out, ',');
        csv_field(out, x->name);
        buf_printf(out, ",%s,%lld", x->kind, (long long)x->start_ns);
        csv_number(out, x->start);
        csv_number(out, x->duration);
        csv_number(out, x->self);
        csv_number(out, x->critical);
        buf_putc(out, ',');
        csv_field(out, x->why);
        buf_putc(out, '\n');
    }
}

void recorded_csv(const struct recorded_result *r, const struct report_look *look, struct buf *out)
{
    (void)look;
    if (r->one)
        csv_spans(r->one, out);
    else
        csv_ops(r, out);
}
