/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recorded_view.c - recorded traces as tables and sentences. */
#include "reports/layout.h"
#include "reports/recorded.h"
#include <math.h>
#include <string.h>

enum { PATH_ROWS = 10, REQUEST_ROWS = 10, NAME = 26 };

static const char *in_unit(struct arena *a, const char *what, struct scale s)
{
    return *s.unit ? arena_printf(a, "%s %s", what, s.unit) : what;
}

static struct scale scale_of(struct arena *a, double *v, uint32_t n)
{
    return scale_time(a, v, n);
}

static struct cell percent(struct arena *a, double share)
{
    return cell_bare(a, (struct scale){0.01, "%", 1}, share);
}

/* Names may be long, and their ends tell more: /hotel.Reservation/Check. */
static const char *brief(struct arena *a, const char *name)
{
    size_t n = strlen(name);
    if (n <= NAME)
        return name;
    const char *s = name + n - (NAME - 1);
    while (((unsigned char)*s & 0xc0) == 0x80)
        s++;
    return arena_printf(a, "…%s", s);
}

/* ---- requests ---- */

struct table *recorded_requests(struct arena *a, const struct recorded_result *r)
{
    double *v = NEW(a, double, r->nroot + 1u);
    uint32_t n = r->nroot < REQUEST_ROWS ? r->nroot : REQUEST_ROWS;
    for (uint32_t i = 0; i < n; i++)
        v[i] = r->root[i].p50;
    struct scale s = scale_of(a, v, n), two = {1, "", 2};
    struct table *t = table_new(a, "REQUESTS");
    table_column(t, (struct column){.heading = "request", .left = true});
    table_column(t, (struct column){.heading = "service", .left = true});
    table_column(t, (struct column){.heading = "traces"});
    table_column(t, (struct column){.heading = "spans each", .drop = 2});
    table_column(t, (struct column){.heading = in_unit(a, "p50", s)});
    table_column(t, (struct column){.heading = in_unit(a, "p99", s)});
    table_column(t, (struct column){.heading = in_unit(a, "mean", s), .drop = 4});
    table_column(t, (struct column){.heading = "at once", .drop = 1});
    for (uint32_t i = 0; i < n; i++) {
        const struct recorded_root *x = &r->root[i];
        struct row *w = table_row(t);
        w->cell[0] = cell_text(brief(a, x->name));
        w->cell[1] = cell_text(x->service);
        w->cell[2] = cell_text(number_count(a, x->traces));
        w->cell[3] = cell_text(number_short(a, (double)x->spans / (double)x->traces));
        w->cell[4] = cell_bare(a, s, x->p50);
        w->cell[5] = cell_bare(a, s, x->p99);
        w->cell[6] = cell_bare(a, s, x->mean);
        w->cell[7] = cell_bare(a, two, x->concurrency);
    }
    return t;
}

/* ---- operations ---- */

static bool any_kind(const struct recorded_result *r)
{
    for (uint32_t i = 0; i < r->nop; i++)
        if (r->op[i].kind[0])
            return true;
    return false;
}

static void op_row(struct arena *a, const struct recorded_op *x, struct row *w, struct scale s,
                   bool kind, bool errors)
{
    uint32_t c = 0;
    w->cell[c++] = cell_text(brief(a, x->name));
    w->cell[c++] = cell_text(x->service);
    if (kind)
        w->cell[c++] = cell_text(x->kind);
    w->cell[c++] = cell_text(number_count(a, x->count));
    w->cell[c++] = cell_bare(a, s, x->p50);
    w->cell[c++] = cell_bare(a, s, x->p99);
    w->cell[c++] = cell_bare(a, s, x->self);
    w->cell[c++] = percent(a, x->share);
    w->cell[c++] = percent(a, x->on_path);
    w->cell[c++] = cell_bare(a, (struct scale){1, "", 2}, x->concurrency);
    if (errors)
        w->cell[c++] = cell_text(number_count(a, x->errors));
}

struct table *recorded_ops(struct arena *a, const struct recorded_result *r, uint32_t *left)
{
    uint32_t n = r->limit && r->nop > r->limit ? r->limit : r->nop;
    double *v = NEW(a, double, n + 1u);
    bool kind = any_kind(r), errors = false;
    for (uint32_t i = 0; i < n; i++) {
        v[i] = r->op[i].p50;
        errors = errors || r->op[i].errors;
    }
    struct scale s = scale_of(a, v, n);
    *left = r->nop - n;
    struct table *t = table_new(a, "OPERATIONS, by their time on critical paths");
    table_column(t, (struct column){.heading = "operation", .left = true});
    table_column(t, (struct column){.heading = "service", .left = true});
    if (kind)
        table_column(t, (struct column){.heading = "kind", .left = true, .drop = 6});
    table_column(t, (struct column){.heading = "spans", .drop = 2});
    table_column(t, (struct column){.heading = in_unit(a, "p50", s)});
    table_column(t, (struct column){.heading = in_unit(a, "p99", s)});
    table_column(t, (struct column){.heading = in_unit(a, "self", s), .drop = 4});
    table_column(t, (struct column){.heading = "critical %"});
    table_column(t, (struct column){.heading = "on path %", .drop = 1});
    table_column(t, (struct column){.heading = "at once", .drop = 5});
    if (errors)
        table_column(t, (struct column){.heading = "errors"});
    for (uint32_t i = 0; i < n; i++)
        op_row(a, &r->op[i], table_row(t), s, kind, errors);
    return t;
}

/* ---- one trace ---- */

static bool any_on_path(const struct recorded_trace *o)
{
    bool any = false;
    for (uint32_t i = 0; i < o->nspan && !any; i++)
        any = o->span[i].on_path;
    return any;
}

struct table *recorded_path(struct arena *a, const struct recorded_result *r)
{
    const struct recorded_trace *o = r->one;
    bool *done = NEW(a, bool, o->nspan);
    double *v = NEW(a, double, o->nspan);
    uint32_t n = 0;
    for (uint32_t i = 0; i < o->nspan; i++)
        if (o->span[i].on_path)
            v[n++] = o->span[i].critical;
    if (n == 0)
        return NULL;
    struct scale s = scale_of(a, v, n);
    struct table *t = table_new(a, "CRITICAL PATH");
    table_column(t, (struct column){.heading = "span", .left = true});
    table_column(t, (struct column){.heading = "service", .left = true, .drop = 1});
    table_column(t, (struct column){.heading = in_unit(a, "on it", s)});
    table_column(t, (struct column){.heading = "of it %"});
    table_column(t, (struct column){.heading = "because", .left = true});
    for (uint32_t k = 0; k < n && k < PATH_ROWS; k++) {
        uint32_t best = UINT32_MAX;
        for (uint32_t i = 0; i < o->nspan; i++)
            if (o->span[i].on_path && !done[i] &&
                (best == UINT32_MAX || o->span[i].critical > o->span[best].critical))
                best = i;
        const struct recorded_span *x = &o->span[best];
        done[best] = true;
        struct row *w = table_row(t);
        w->cell[0] = cell_text(brief(a, x->name));
        w->cell[1] = cell_text(x->service);
        w->cell[2] = cell_bare(a, s, x->critical);
        w->cell[3] = percent(a, o->duration > 0 ? x->critical / o->duration : NAN);
        w->cell[4] = cell_text(x->why);
    }
    return t;
}

/* ---- words ---- */

const char *recorded_setting(struct arena *a, const struct recorded_result *r)
{
    const struct recorded_trace *o = r->one;
    if (o)
        return arena_printf(a, "%s · label %s · %s · %s spans · rule %s", o->id, o->label,
                            number_time(a, o->duration), number_count(a, o->nspan), r->rule);
    const char *of =
        r->traces == r->stored ? "" : arena_printf(a, " of %s", number_count(a, r->stored));
    return arena_printf(a, "%s%s traces · %s spans · rule %s", number_count(a, r->traces), of,
                        number_count(a, r->spans), r->rule);
}

static const char *op_name(struct arena *a, const char *service, const char *name)
{
    return *service ? arena_printf(a, "%s (%s)", name, service) : name;
}

static void say_first(struct paras *p, const struct recorded_result *r)
{
    const struct recorded_op *x = &r->op[0];
    double mean = 0, traces = 0;
    for (uint32_t i = 0; i < r->nroot; i++) {
        if (!isfinite(r->root[i].mean))
            continue;
        mean += r->root[i].mean * (double)r->root[i].traces;
        traces += (double)r->root[i].traces;
    }
    if (!(x->share > 0) || traces == 0)
        return;
    mean /= traces;
    para_add(p,
             "What requests wait for most%s is %s: %s of the critical paths. Were it to take no "
             "time, the mean of %s would fall by %s at most: less where something beside it then "
             "takes longest.",
             r->service ? arena_printf(p->mem, " of %s", r->service) : "",
             op_name(p->mem, x->service, x->name), number_percent(p->mem, x->share),
             number_time(p->mem, mean), number_time(p->mem, x->critical));
}

static void say_parallel(struct paras *p, const struct recorded_result *r)
{
    const struct recorded_root *x = &r->root[0];
    if (!(x->concurrency > 0))
        return;
    if (x->concurrency < 1.005)
        para_add(p, "In %s nothing runs beside anything else: its work, %s, is its duration.",
                 op_name(p->mem, x->service, x->name), number_time(p->mem, x->mean));
    else
        para_add(p, "%s holds %s of work in %s: %s spans are at work at once, on the average.",
                 op_name(p->mem, x->service, x->name),
                 number_time(p->mem, x->mean * x->concurrency), number_time(p->mem, x->mean),
                 number_fixed(p->mem, x->concurrency, 2));
}

static void say_limits(struct paras *p, const struct recorded_result *r, uint32_t left)
{
    uint64_t unfinished = 0;
    for (uint32_t i = 0; i < r->nop; i++)
        unfinished += r->op[i].unfinished;
    if (left)
        para_add(p, "%s more operations: --limit 0 shows all.", number_count(p->mem, left));
    if (r->nroot > REQUEST_ROWS)
        para_add(p, "%s more kinds of requests: --format json lists all.",
                 number_count(p->mem, r->nroot - REQUEST_ROWS));
    if (r->roots_more)
        para_add(p,
                 "%s traces have more than one root (parents that are missing): the path is that "
                 "of the longest, and %s spans that are not below it are on none.",
                 number_count(p->mem, r->roots_more), number_count(p->mem, r->outside));
    if (unfinished)
        para_add(p, "%s spans have no end: they are counted, and in no other number.",
                 number_count(p->mem, unfinished));
}

void recorded_sentences(struct paras *p, const struct recorded_result *r, uint32_t left)
{
    if (!r->one && r->nop) {
        say_first(p, r);
        say_parallel(p, r);
    }
    say_limits(p, r, left);
    if (r->one && !any_on_path(r->one))
        para_add(p, "It takes no time, so it has no critical path.");
}
