/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_read.c - see sweep_read.h.  Members may stand in any order, but axes and executions must
 * come before cells (ORDER sweep json); unknown ones are passed over. */
#include "reports/sweep_read.h"
#include "reports/sweep_in.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct strings {
    const char **v;
    uint32_t n, cap;
};
static void string_item(struct in *in, enum json_event e, void *ctx)
{
    struct strings *l = ctx;
    if (e != JSON_STR)
        in_wrong(in, "a string is expected here");
    l->v = grow(l->v, &l->cap, l->n + 1, sizeof *l->v);
    l->v[l->n++] = e == JSON_STR ? arena_strndup(in->mem, in->j.s, in->j.n) : "";
}

/* ---- the head ---- */

static void model_member(struct in *in, const char *key, void *ctx)
{
    struct run_result *b = ctx;
    if (in_is(key, "name"))
        b->model_name = in_str(in);
    else if (in_is(key, "doc"))
        b->model_doc = in_str(in);
    else if (in_is(key, "file"))
        b->model_file = in_str(in);
    else if (in_is(key, "digest"))
        b->digest = in_str(in);
    else
        in_pass(in);
}

static void assumed_member(struct in *in, const char *key, void *ctx)
{
    struct run_result *b = ctx;
    if (in_is(key, "load"))
        b->assumed_load = in_str(in);
    else if (in_is(key, "cores"))
        b->assumed_cores = in_str(in);
    else if (in_is(key, "gil"))
        b->assumed_gil = in_str(in);
    else if (in_is(key, "costs"))
        b->assumed_costs = in_str(in);
    else if (in_is(key, "no_load"))
        b->no_load = in_bool(in);
    else
        in_pass(in);
}

static void precision_member(struct in *in, const char *key, void *ctx)
{
    struct run_result *b = ctx;
    if (in_is(key, "mean"))
        b->precision_mean = in_num(in);
    else if (in_is(key, "p99"))
        b->precision_p99 = in_num(in);
    else if (in_is(key, "max_requests"))
        b->max_requests = in_count(in);
    else
        in_pass(in);
}

static void shard_member(struct in *in, const char *key, void *ctx)
{
    struct sweep_result *r = ctx;
    if (in_is(key, "index"))
        r->shard = in_index(in, SWEEP_MAX_CELLS);
    else if (in_is(key, "of"))
        r->shards = in_index(in, SWEEP_MAX_CELLS);
    else
        in_pass(in);
}

static void read_metric(struct in *in)
{
    const char *name = in_str(in);
    for (unsigned i = 0; name && i < SWEEP_METRIC_COUNT; i++)
        if (in_is(name, sweep_metric_row[i].name)) {
            in->r->metric = (enum sweep_metric)i;
            in->metric = true;
        }
}

/* ---- axes and executions ---- */

static void axis_member(struct in *in, const char *key, void *ctx)
{
    struct sweep_axis *x = ctx;
    uint32_t n = 0;
    if (in_is(key, "name")) {
        x->name = in_str(in);
    } else if (in_is(key, "values")) {
        struct strings l = {0};
        in_items(in, string_item, &l);
        x->value = NEW(in->mem, const char *, l.n);
        if (l.n)
            memcpy(x->value, l.v, l.n * sizeof *l.v);
        x->n = l.n;
        free(l.v);
    } else if (in_is(key, "numbers")) {
        x->number = in_doubles(in, &n);
        if (n != x->n)
            in_wrong(in, "there is a number for each value");
    } else {
        in_pass(in);
    }
}

static void axis_item(struct in *in, enum json_event e, void *ctx)
{
    struct sweep_result *r = ctx;
    struct sweep_axis none = {0}, *x = r->naxis < SWEEP_MAX_AXES ? &r->axis[r->naxis++] : &none;
    if (x == &none)
        in_wrong(in, "there are too many axes");
    in_rest(in, e, axis_member, x);
    if (!x->name || x->n < 2 || !x->number || x->n > SWEEP_MAX_CELLS) {
        in_wrong(in, "an axis has a name and at least two values");
        return;
    }
    x->rising = true;
    for (uint32_t i = 0; i < x->n; i++)
        x->rising =
            x->rising && isfinite(x->number[i]) && (i == 0 || x->number[i] > x->number[i - 1]);
}

struct named {
    const char *name, *kind;
};
struct nameds {
    struct named *v;
    uint32_t n, cap;
};
static void named_member(struct in *in, const char *key, void *ctx)
{
    struct named *x = ctx;
    if (in_is(key, "name"))
        x->name = in_str(in);
    else if (in_is(key, "kind"))
        x->kind = in_str(in);
    else
        in_pass(in);
}

static void named_item(struct in *in, enum json_event e, void *ctx)
{
    struct nameds *l = ctx;
    l->v = grow(l->v, &l->cap, l->n + 1, sizeof *l->v);
    l->v[l->n] = (struct named){0};
    in_rest(in, e, named_member, &l->v[l->n]);
    if (!l->v[l->n].name || !l->v[l->n].kind)
        in_wrong(in, "an execution has a name and a kind");
    l->n++;
}

static void read_executions(struct in *in)
{
    struct nameds l = {0};
    struct sweep_result *r = in->r;
    in_items(in, named_item, &l);
    r->nexec = l.n;
    r->exec_name = NEW(in->mem, const char *, l.n);
    r->exec_kind = NEW(in->mem, const char *, l.n);
    for (uint32_t i = 0; i < l.n; i++) {
        r->exec_name[i] = l.v[i].name;
        r->exec_kind[i] = l.v[i].kind;
    }
    free(l.v);
}

static bool make_cells(struct in *in)
{
    struct sweep_result *r = in->r;
    uint64_t n = r->naxis ? 1 : 0;
    for (uint32_t i = 0; i < r->naxis && n <= SWEEP_MAX_CELLS; i++) {
        if (r->zip && r->axis[i].n != r->axis[0].n)
            in_wrong(in, "axes that run together have as many values each");
        n = r->zip ? r->axis[0].n : n * r->axis[i].n;
    }
    if (n == 0 || n > SWEEP_MAX_CELLS || r->nexec == 0)
        in_wrong(in, "axes and executions come before the cells");
    if (in->wrong)
        return false;
    r->ncell = (uint32_t)n;
    r->cell = NEW(in->mem, struct sweep_cell, n);
    for (uint32_t i = 0; i < r->ncell; i++) {
        uint32_t rest = i;
        r->cell[i].at = NEW(in->mem, uint32_t, r->naxis);
        for (uint32_t k = r->naxis; k-- > 0;) {
            r->cell[i].at[k] = r->zip ? i : rest % r->axis[k].n;
            rest /= r->axis[k].n;
        }
    }
    return true;
}

/* ---- the whole ---- */

static void head_member(struct in *in, const char *key, struct sweep_result *r)
{
    struct run_result *b = &r->base;
    if (in_is(key, "version"))
        b->version = in_str(in);
    else if (in_is(key, "seed"))
        b->seed = in_count(in);
    else if (in_is(key, "command"))
        b->command = in_str(in);
    else if (in_is(key, "model"))
        in_members(in, model_member, b);
    else if (in_is(key, "assumed"))
        in_members(in, assumed_member, b);
    else if (in_is(key, "precision"))
        in_members(in, precision_member, b);
    else if (in_is(key, "metric"))
        read_metric(in);
    else if (in_is(key, "zip"))
        r->zip = in_bool(in);
    else if (in_is(key, "shard"))
        in_members(in, shard_member, r);
    else if (in_is(key, "complete"))
        r->complete = in_bool(in);
    else
        in_pass(in);
}

static void top_member(struct in *in, const char *key, void *ctx)
{
    struct sweep_result *r = ctx;
    if (in_is(key, "schema")) {
        const char *s = in_str(in);
        in->schema = s && in_is(s, "pertinax.sweep/1");
        if (!in->schema)
            in_wrong(in, "the schema is not pertinax.sweep/1");
    } else if (in_is(key, "axes") && !r->cell) {
        in_items(in, axis_item, r);
    } else if (in_is(key, "executions") && !r->cell) {
        read_executions(in);
    } else if (in_is(key, "cells") && !r->cell) {
        if (make_cells(in))
            in_items(in, sweep_read_cell, r);
    } else {
        head_member(in, key, r);
    }
}

static void check_whole(struct in *in)
{
    const struct run_result *b = &in->r->base;
    if (!in->schema)
        in_wrong(in, "there is no schema: it is no sweep");
    if (!in->metric || !in->r->cell || !b->version || !b->command || !b->digest || !b->model_name ||
        !b->model_file || !b->assumed_load || !b->assumed_cores || !b->assumed_gil ||
        !b->assumed_costs)
        in_wrong(in, "something is missing in this document");
}

static struct loc place_of(struct diags *d, const char *name, const char *text, size_t n,
                           uint64_t at)
{
    struct loc l = {.file = diag_file(d, name, text, n), .line = 1, .col = 1};
    for (size_t i = 0; i < n && i < at; i++) {
        l.col += ((unsigned char)text[i] & 0xc0) != 0x80;
        if (text[i] == '\n') {
            l.line++;
            l.col = 1;
        }
    }
    return l;
}

bool sweep_read(struct sweep_result *r, const char *name, const char *text, size_t n,
                struct arena *a, struct diags *d)
{
    struct in in = {.mem = a, .r = r};
    *r = (struct sweep_result){.base = {.mem = a}, .shard = 1, .shards = 1};
    r->axis = NEW(a, struct sweep_axis, SWEEP_MAX_AXES);
    json_read_mem(&in.j, text, n, 0);
    in_members(&in, top_member, r);
    if (!in.wrong && json_next(&in.j) != JSON_END)
        in_wrong(&in, "there is something after the document");
    check_whole(&in);
    if (in.wrong)
        diag_error(d, place_of(d, name, text, n, in.wrong_at), "E-merge",
                   "merge reads what 'pertinax sweep --format json' writes", "%s", in.wrong);
    json_read_end(&in.j);
    return !in.wrong;
}
