/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_read.c - see sweep_read.h.  Members may stand in any order, but axes and executions must
 * come before cells (ORDER sweep json); unknown ones are passed over. */
#include "reports/sweep_read.h"
#include "base/json_read.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_MAX = 32 };

struct in {
    struct json_read j;
    struct arena *mem;
    struct sweep_result *r;
    const char *wrong; /* the first thing that is */
    uint64_t wrong_at;
    bool schema, metric;
};
/* Reads the value of member `key` of the object that ctx is; passes over it if it is none of its.
 */
typedef void member_reader(struct in *in, const char *key, void *ctx);

static void wrong(struct in *in, const char *what)
{
    if (in->wrong)
        return;
    in->wrong = in->j.error ? in->j.error : what;
    in->wrong_at = in->j.error ? in->j.error_at : in->j.at;
}

static enum json_event next(struct in *in)
{
    enum json_event e = in->wrong ? JSON_ERROR : json_next(&in->j);
    if (e == JSON_ERROR || e == JSON_END)
        wrong(in, "the document ends too early");
    return e;
}

static void pass(struct in *in)
{
    if (!in->wrong && !json_skip(&in->j))
        wrong(in, "a value is missing");
}

/* ---- values ---- */

static const char *read_str(struct in *in)
{
    enum json_event e = next(in);
    if (e == JSON_STR)
        return arena_strndup(in->mem, in->j.s, in->j.n);
    if (e != JSON_NULL)
        wrong(in, "a string is expected here");
    return NULL;
}

static double read_num(struct in *in)
{
    double x = NAN;
    enum json_event e = next(in);
    if (e != JSON_NULL && (e != JSON_NUM || !json_double(in->j.s, in->j.n, &x)))
        wrong(in, "a number is expected here");
    return x;
}

static uint64_t read_count(struct in *in)
{
    uint64_t n = 0;
    if (next(in) != JSON_NUM || !json_u64(in->j.s, in->j.n, &n))
        wrong(in, "a whole number is expected here");
    return n;
}

static uint32_t read_index(struct in *in, uint32_t most)
{
    uint64_t n = read_count(in);
    if (n > most) {
        wrong(in, "this number is too large");
        return 0;
    }
    return (uint32_t)n;
}

static bool read_bool(struct in *in)
{
    enum json_event e = next(in);
    if (e != JSON_TRUE && e != JSON_FALSE)
        wrong(in, "true or false is expected here");
    return e == JSON_TRUE;
}

/* The members of an object whose first event was e. */
static void read_rest(struct in *in, enum json_event e, member_reader *reader, void *ctx)
{
    char key[KEY_MAX];
    if (e != JSON_OBJ) {
        wrong(in, "an object is expected here");
        return;
    }
    while (!in->wrong && next(in) == JSON_KEY) {
        size_t n = in->j.n < KEY_MAX ? in->j.n : 0;
        memcpy(key, in->j.s, n);
        key[n] = '\0';
        reader(in, key, ctx);
    }
}

static void read_members(struct in *in, member_reader *reader, void *ctx)
{
    read_rest(in, next(in), reader, ctx);
}

/* An item, whose first event was e. */
typedef void item_reader(struct in *in, enum json_event e, void *ctx);
static void read_items(struct in *in, item_reader *reader, void *ctx)
{
    enum json_event e;
    if (next(in) != JSON_ARR) {
        wrong(in, "a list is expected here");
        return;
    }
    while (!in->wrong && (e = next(in)) != JSON_ARR_END)
        reader(in, e, ctx);
}

static bool is(const char *key, const char *name)
{
    return strcmp(key, name) == 0;
}

static void interval_member(struct in *in, const char *key, void *ctx)
{
    struct interval *v = ctx;
    if (is(key, "value"))
        v->value = read_num(in);
    else if (is(key, "lo"))
        v->lo = read_num(in);
    else if (is(key, "hi"))
        v->hi = read_num(in);
    else
        pass(in);
}

static struct interval read_interval(struct in *in)
{
    struct interval v = {NAN, NAN, NAN};
    read_members(in, interval_member, &v);
    return v;
}

struct doubles {
    double *v;
    uint32_t n, cap;
};
static void double_item(struct in *in, enum json_event e, void *ctx)
{
    struct doubles *l = ctx;
    double x = NAN;
    if (e != JSON_NULL && (e != JSON_NUM || !json_double(in->j.s, in->j.n, &x)))
        wrong(in, "a number is expected here");
    l->v = grow(l->v, &l->cap, l->n + 1, sizeof *l->v);
    l->v[l->n++] = x;
}

static double *read_doubles(struct in *in, uint32_t *n)
{
    struct doubles l = {0};
    read_items(in, double_item, &l);
    double *v = NEW(in->mem, double, l.n);
    if (l.n)
        memcpy(v, l.v, l.n * sizeof *v);
    *n = l.n;
    free(l.v);
    return v;
}

struct strings {
    const char **v;
    uint32_t n, cap;
};
static void string_item(struct in *in, enum json_event e, void *ctx)
{
    struct strings *l = ctx;
    if (e != JSON_STR)
        wrong(in, "a string is expected here");
    l->v = grow(l->v, &l->cap, l->n + 1, sizeof *l->v);
    l->v[l->n++] = e == JSON_STR ? arena_strndup(in->mem, in->j.s, in->j.n) : "";
}

/* ---- the head ---- */

static void model_member(struct in *in, const char *key, void *ctx)
{
    struct run_result *b = ctx;
    if (is(key, "name"))
        b->model_name = read_str(in);
    else if (is(key, "doc"))
        b->model_doc = read_str(in);
    else if (is(key, "file"))
        b->model_file = read_str(in);
    else if (is(key, "digest"))
        b->digest = read_str(in);
    else
        pass(in);
}

static void assumed_member(struct in *in, const char *key, void *ctx)
{
    struct run_result *b = ctx;
    if (is(key, "load"))
        b->assumed_load = read_str(in);
    else if (is(key, "cores"))
        b->assumed_cores = read_str(in);
    else if (is(key, "gil"))
        b->assumed_gil = read_str(in);
    else if (is(key, "costs"))
        b->assumed_costs = read_str(in);
    else if (is(key, "no_load"))
        b->no_load = read_bool(in);
    else
        pass(in);
}

static void precision_member(struct in *in, const char *key, void *ctx)
{
    struct run_result *b = ctx;
    if (is(key, "mean"))
        b->precision_mean = read_num(in);
    else if (is(key, "p99"))
        b->precision_p99 = read_num(in);
    else if (is(key, "max_requests"))
        b->max_requests = read_count(in);
    else
        pass(in);
}

static void shard_member(struct in *in, const char *key, void *ctx)
{
    struct sweep_result *r = ctx;
    if (is(key, "index"))
        r->shard = read_index(in, SWEEP_MAX_CELLS);
    else if (is(key, "of"))
        r->shards = read_index(in, SWEEP_MAX_CELLS);
    else
        pass(in);
}

static void read_metric(struct in *in)
{
    const char *name = read_str(in);
    for (unsigned i = 0; name && i < SWEEP_METRIC_COUNT; i++)
        if (is(name, sweep_metric_row[i].name)) {
            in->r->metric = (enum sweep_metric)i;
            in->metric = true;
        }
}

/* ---- axes and executions ---- */

static void axis_member(struct in *in, const char *key, void *ctx)
{
    struct sweep_axis *x = ctx;
    uint32_t n = 0;
    if (is(key, "name")) {
        x->name = read_str(in);
    } else if (is(key, "values")) {
        struct strings l = {0};
        read_items(in, string_item, &l);
        x->value = NEW(in->mem, const char *, l.n);
        if (l.n)
            memcpy(x->value, l.v, l.n * sizeof *l.v);
        x->n = l.n;
        free(l.v);
    } else if (is(key, "numbers")) {
        x->number = read_doubles(in, &n);
        if (n != x->n)
            wrong(in, "there is a number for each value");
    } else {
        pass(in);
    }
}

static void axis_item(struct in *in, enum json_event e, void *ctx)
{
    struct sweep_result *r = ctx;
    struct sweep_axis none = {0}, *x = r->naxis < SWEEP_MAX_AXES ? &r->axis[r->naxis++] : &none;
    if (x == &none)
        wrong(in, "there are too many axes");
    read_rest(in, e, axis_member, x);
    if (!x->name || x->n < 2 || !x->number || x->n > SWEEP_MAX_CELLS) {
        wrong(in, "an axis has a name and at least two values");
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
    if (is(key, "name"))
        x->name = read_str(in);
    else if (is(key, "kind"))
        x->kind = read_str(in);
    else
        pass(in);
}

static void named_item(struct in *in, enum json_event e, void *ctx)
{
    struct nameds *l = ctx;
    l->v = grow(l->v, &l->cap, l->n + 1, sizeof *l->v);
    l->v[l->n] = (struct named){0};
    read_rest(in, e, named_member, &l->v[l->n]);
    if (!l->v[l->n].name || !l->v[l->n].kind)
        wrong(in, "an execution has a name and a kind");
    l->n++;
}

static void read_executions(struct in *in)
{
    struct nameds l = {0};
    struct sweep_result *r = in->r;
    read_items(in, named_item, &l);
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
            wrong(in, "axes that run together have as many values each");
        n = r->zip ? r->axis[0].n : n * r->axis[i].n;
    }
    if (n == 0 || n > SWEEP_MAX_CELLS || r->nexec == 0)
        wrong(in, "axes and executions come before the cells");
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

/* ---- cells ---- */

static void latency_member(struct in *in, const char *key, void *ctx)
{
    struct latency_result *l = ctx;
    if (is(key, "mean"))
        l->mean = read_interval(in);
    else if (is(key, "sd"))
        l->sd = read_interval(in);
    else if (is(key, "min"))
        l->min = read_interval(in);
    else if (is(key, "max"))
        l->max = read_interval(in);
    else {
        for (int i = 0; i < QUANTILE_COUNT; i++)
            if (is(key, quantile_name[i])) {
                l->q[i] = read_interval(in);
                return;
            }
        pass(in);
    }
}

static void outcome_member(struct in *in, const char *key, void *ctx)
{
    struct outcome_result *o = ctx;
    int64_t status = 0;
    if (is(key, "status")) {
        if (next(in) != JSON_NUM || !json_i64(in->j.s, in->j.n, &status) || status < INT32_MIN ||
            status > INT32_MAX)
            wrong(in, "a status is a whole number");
        o->status = (int32_t)status;
    } else {
        interval_member(in, key, &o->share);
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
    read_rest(in, e, outcome_member, &l->v[l->n++]);
}

static void warning_member(struct in *in, const char *key, void *ctx)
{
    struct warning_result *w = ctx;
    if (is(key, "id"))
        w->id = read_str(in);
    else if (is(key, "text"))
        w->text = read_str(in);
    else
        pass(in);
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
    read_rest(in, e, warning_member, &l->v[l->n]);
    if (!l->v[l->n].id || !l->v[l->n].text)
        wrong(in, "a warning has an id and a text");
    l->n++;
}

static void unstable_member(struct in *in, const char *key, void *ctx)
{
    struct sweep_exec *e = ctx;
    if (is(key, "resource"))
        e->unstable = read_str(in);
    else if (is(key, "utilisation"))
        e->unstable_utilisation = read_num(in);
    else
        pass(in);
}

static void deadlock_member(struct in *in, const char *key, void *ctx)
{
    struct sweep_exec *e = ctx;
    if (is(key, "time"))
        e->deadlock_time = read_num(in);
    else
        pass(in);
}

static void read_stopped(struct in *in, struct sweep_exec *e)
{
    const char *name = read_str(in);
    for (unsigned i = 0; name && i <= STOP_ERROR; i++)
        if (is(name, run_stop_name[i])) {
            e->stopped = (enum run_stop)i;
            return;
        }
    wrong(in, "nothing stops a run like that");
}

/* The lists of an execution. */
static void read_lists(struct in *in, const char *key, struct sweep_exec *e)
{
    if (is(key, "outcomes")) {
        struct outcomes l = {0};
        read_items(in, outcome_item, &l);
        e->noutcome = l.n;
        e->outcome = NEW(in->mem, struct outcome_result, l.n);
        if (l.n)
            memcpy(e->outcome, l.v, l.n * sizeof *l.v);
        free(l.v);
    } else if (is(key, "warnings")) {
        struct warnings l = {0};
        read_items(in, warning_item, &l);
        e->nwarning = l.n;
        e->warning = NEW(in->mem, struct warning_result, l.n);
        if (l.n)
            memcpy(e->warning, l.v, l.n * sizeof *l.v);
        free(l.v);
    } else {
        pass(in);
    }
}

static void exec_member(struct in *in, const char *key, void *ctx)
{
    struct sweep_exec *e = ctx;
    if (is(key, "requests")) {
        e->requests = e->latency.n = read_count(in);
    } else if (is(key, "complete")) {
        e->complete = read_bool(in);
    } else if (is(key, "stopped")) {
        read_stopped(in, e);
    } else if (is(key, "latency")) {
        read_members(in, latency_member, &e->latency);
    } else if (is(key, "throughput")) {
        e->throughput = read_interval(in);
    } else if (is(key, "speedup")) {
        e->speedup = read_interval(in);
    } else if (is(key, "makespan")) {
        e->makespan = read_num(in);
    } else if (is(key, "sections")) {
        e->section = read_doubles(in, &e->nsection);
    } else if (is(key, "unstable")) {
        read_members(in, unstable_member, e);
    } else if (is(key, "deadlock")) {
        e->deadlock = true;
        read_members(in, deadlock_member, e);
    } else if (is(key, "error")) {
        e->error = read_str(in);
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
        wrong(in, "a cell has more executions than the sweep");
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
    read_rest(in, e, exec_member, x);
}

struct cell_in {
    uint32_t cell;
    struct execs execs;
};
static void cell_member(struct in *in, const char *key, void *ctx)
{
    struct cell_in *c = ctx;
    if (is(key, "cell")) {
        c->cell = read_index(in, in->r->ncell - 1);
    } else if (is(key, "executions") && !c->execs.v) {
        c->execs.v = NEW(in->mem, struct sweep_exec, in->r->nexec);
        read_items(in, exec_item, &c->execs);
    } else {
        pass(in);
    }
}

static void cell_item(struct in *in, enum json_event e, void *ctx)
{
    struct sweep_result *r = ctx;
    struct cell_in c = {.cell = SWEEP_NONE};
    read_rest(in, e, cell_member, &c);
    if (in->wrong)
        return;
    if (c.cell == SWEEP_NONE || c.execs.n != r->nexec)
        wrong(in, "a cell has a number and all executions");
    else if (r->cell[c.cell].have)
        wrong(in, "this cell is there twice");
    else if (r->shard == 0 || r->shard > r->shards || c.cell % r->shards != r->shard - 1)
        wrong(in, "this cell is of another shard");
    if (in->wrong)
        return;
    r->cell[c.cell].exec = c.execs.v;
    r->cell[c.cell].have = true;
}

/* ---- the whole ---- */

static void head_member(struct in *in, const char *key, struct sweep_result *r)
{
    struct run_result *b = &r->base;
    if (is(key, "version"))
        b->version = read_str(in);
    else if (is(key, "seed"))
        b->seed = read_count(in);
    else if (is(key, "command"))
        b->command = read_str(in);
    else if (is(key, "model"))
        read_members(in, model_member, b);
    else if (is(key, "assumed"))
        read_members(in, assumed_member, b);
    else if (is(key, "precision"))
        read_members(in, precision_member, b);
    else if (is(key, "metric"))
        read_metric(in);
    else if (is(key, "zip"))
        r->zip = read_bool(in);
    else if (is(key, "shard"))
        read_members(in, shard_member, r);
    else if (is(key, "complete"))
        r->complete = read_bool(in);
    else
        pass(in);
}

static void top_member(struct in *in, const char *key, void *ctx)
{
    struct sweep_result *r = ctx;
    if (is(key, "schema")) {
        const char *s = read_str(in);
        in->schema = s && is(s, "pertinax.sweep/1");
        if (!in->schema)
            wrong(in, "the schema is not pertinax.sweep/1");
    } else if (is(key, "axes") && !r->cell) {
        read_items(in, axis_item, r);
    } else if (is(key, "executions") && !r->cell) {
        read_executions(in);
    } else if (is(key, "cells") && !r->cell) {
        if (make_cells(in))
            read_items(in, cell_item, r);
    } else {
        head_member(in, key, r);
    }
}

static void check_whole(struct in *in)
{
    const struct run_result *b = &in->r->base;
    if (!in->schema)
        wrong(in, "there is no schema: it is no sweep");
    if (!in->metric || !in->r->cell || !b->version || !b->command || !b->digest || !b->model_name ||
        !b->model_file || !b->assumed_load || !b->assumed_cores || !b->assumed_gil ||
        !b->assumed_costs)
        wrong(in, "something is missing in this document");
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
    read_members(&in, top_member, r);
    if (!in.wrong && json_next(&in.j) != JSON_END)
        wrong(&in, "there is something after the document");
    check_whole(&in);
    if (in.wrong)
        diag_error(d, place_of(d, name, text, n, in.wrong_at), "E-merge",
                   "merge reads what 'pertinax sweep --format json' writes", "%s", in.wrong);
    json_read_end(&in.j);
    return !in.wrong;
}
