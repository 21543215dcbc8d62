/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_read_cell.c - what a sweep says of one cell: of each execution its estimates, or why there
 * are none; see sweep_in.h. */
#include "reports/sweep_in.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void latency_member(struct in *in, const char *key, void *ctx)
{
    struct latency_result *l = ctx;
    if (in_is(key, "mean"))
        l->mean = in_interval(in);
    else if (in_is(key, "sd"))
        l->sd = in_interval(in);
    else if (in_is(key, "min"))
        l->min = in_interval(in);
    else if (in_is(key, "max"))
        l->max = in_interval(in);
    else {
        for (int i = 0; i < QUANTILE_COUNT; i++)
            if (in_is(key, quantile_name[i])) {
                l->q[i] = in_interval(in);
                return;
            }
        in_pass(in);
    }
}

static void outcome_member(struct in *in, const char *key, void *ctx)
{
    struct outcome_result *o = ctx;
    int64_t status = 0;
    if (in_is(key, "status")) {
        if (in_next(in) != JSON_NUM || !json_i64(in->j.s, in->j.n, &status) || status < INT32_MIN ||
            status > INT32_MAX)
            in_wrong(in, "a status is a whole number");
        o->status = (int32_t)status;
    } else {
        in_interval_member(in, key, &o->share);
    }
}

struct outcomes {
    struct outcome_result *v;
    uint32_t n, cap;
};
static void outcome_item(struct in *in, enum json_event e, void *ctx)
{
    struct outcomes *l = ctx;
    l->v = grow(l->v, &l->cap, l->n + 1, sizeof *l->v);
    l->v[l->n] = (struct outcome_result){.share = {NAN, NAN, NAN}};
    in_rest(in, e, outcome_member, &l->v[l->n++]);
}

static void warning_member(struct in *in, const char *key, void *ctx)
{
    struct warning_result *w = ctx;
    if (in_is(key, "id"))
        w->id = in_str(in);
    else if (in_is(key, "text"))
        w->text = in_str(in);
    else
        in_pass(in);
}

struct warnings {
    struct warning_result *v;
    uint32_t n, cap;
};
static void warning_item(struct in *in, enum json_event e, void *ctx)
{
    struct warnings *l = ctx;
    l->v = grow(l->v, &l->cap, l->n + 1, sizeof *l->v);
    l->v[l->n] = (struct warning_result){0};
    in_rest(in, e, warning_member, &l->v[l->n]);
    if (!l->v[l->n].id || !l->v[l->n].text)
        in_wrong(in, "a warning has an id and a text");
    l->n++;
}

static void unstable_member(struct in *in, const char *key, void *ctx)
{
    struct sweep_exec *e = ctx;
    if (in_is(key, "resource"))
        e->unstable = in_str(in);
    else if (in_is(key, "utilisation"))
        e->unstable_utilisation = in_num(in);
    else
        in_pass(in);
}

static void deadlock_member(struct in *in, const char *key, void *ctx)
{
    struct sweep_exec *e = ctx;
    if (in_is(key, "time"))
        e->deadlock_time = in_num(in);
    else
        in_pass(in);
}

static void read_stopped(struct in *in, struct sweep_exec *e)
{
    const char *name = in_str(in);
    for (unsigned i = 0; name && i <= STOP_ERROR; i++)
        if (in_is(name, run_stop_name[i])) {
            e->stopped = (enum run_stop)i;
            return;
        }
    in_wrong(in, "nothing stops a run like that");
}

/* The lists of an execution. */
static void read_lists(struct in *in, const char *key, struct sweep_exec *e)
{
    if (in_is(key, "outcomes")) {
        struct outcomes l = {0};
        in_items(in, outcome_item, &l);
        e->noutcome = l.n;
        e->outcome = NEW(in->mem, struct outcome_result, l.n);
        if (l.n)
            memcpy(e->outcome, l.v, l.n * sizeof *l.v);
        free(l.v);
    } else if (in_is(key, "warnings")) {
        struct warnings l = {0};
        in_items(in, warning_item, &l);
        e->nwarning = l.n;
        e->warning = NEW(in->mem, struct warning_result, l.n);
        if (l.n)
            memcpy(e->warning, l.v, l.n * sizeof *l.v);
        free(l.v);
    } else {
        in_pass(in);
    }
}

static void exec_member(struct in *in, const char *key, void *ctx)
{
    struct sweep_exec *e = ctx;
    if (in_is(key, "requests")) {
        e->requests = e->latency.n = in_count(in);
    } else if (in_is(key, "complete")) {
        e->complete = in_bool(in);
    } else if (in_is(key, "stopped")) {
        read_stopped(in, e);
    } else if (in_is(key, "latency")) {
        in_members(in, latency_member, &e->latency);
    } else if (in_is(key, "throughput")) {
        e->throughput = in_interval(in);
    } else if (in_is(key, "speedup")) {
        e->speedup = in_interval(in);
    } else if (in_is(key, "makespan")) {
        e->makespan = in_num(in);
    } else if (in_is(key, "sections")) {
        e->section = in_doubles(in, &e->nsection);
    } else if (in_is(key, "unstable")) {
        in_members(in, unstable_member, e);
    } else if (in_is(key, "deadlock")) {
        e->deadlock = true;
        in_members(in, deadlock_member, e);
    } else if (in_is(key, "error")) {
        e->error = in_str(in);
    } else {
        read_lists(in, key, e);
    }
}

struct execs {
    struct sweep_exec *v;
    uint32_t n;
};
static void exec_item(struct in *in, enum json_event e, void *ctx)
{
    const struct interval none = {NAN, NAN, NAN};
    struct execs *l = ctx;
    if (l->n == in->r->nexec) {
        in_wrong(in, "a cell has more executions than the sweep");
        return;
    }
    struct sweep_exec *x = &l->v[l->n++];
    *x = (struct sweep_exec){.throughput = none,
                             .speedup = none,
                             .makespan = NAN,
                             .unstable_utilisation = NAN,
                             .deadlock_time = NAN};
    x->latency = (struct latency_result){0, none, none, none, none, {none}};
    for (int i = 0; i < QUANTILE_COUNT; i++)
        x->latency.q[i] = none;
    in_rest(in, e, exec_member, x);
}

struct cell_in {
    uint32_t cell;
    struct execs execs;
};
static void cell_member(struct in *in, const char *key, void *ctx)
{
    struct cell_in *c = ctx;
    if (in_is(key, "cell")) {
        c->cell = in_index(in, in->r->ncell - 1);
    } else if (in_is(key, "executions") && !c->execs.v) {
        c->execs.v = NEW(in->mem, struct sweep_exec, in->r->nexec);
        in_items(in, exec_item, &c->execs);
    } else {
        in_pass(in);
    }
}

void sweep_read_cell(struct in *in, enum json_event e, void *ctx)
{
    struct sweep_result *r = ctx;
    struct cell_in c = {.cell = SWEEP_NONE};
    in_rest(in, e, cell_member, &c);
    if (in->wrong)
        return;
    if (c.cell == SWEEP_NONE || c.execs.n != r->nexec)
        in_wrong(in, "a cell has a number and all executions");
    else if (r->cell[c.cell].have)
        in_wrong(in, "this cell is there twice");
    else if (r->shard == 0 || r->shard > r->shards || c.cell % r->shards != r->shard - 1)
        in_wrong(in, "this cell is of another shard");
    if (in->wrong)
        return;
    r->cell[c.cell].exec = c.execs.v;
    r->cell[c.cell].have = true;
}
