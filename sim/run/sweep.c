/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep.c - see sweep.h. */
#include "run/sweep.h"
#include "core/sweep_judge.h"
#include "model/yaml.h"
#include "run/jobs.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { TOLD = 20 }; /* cells whose errors are told */

/* ---- the grid ---- */

static bool plan_axes(struct sweep_result *r, const struct sweep_opt *o, struct diags *d)
{
    struct loc nowhere = {0};
    r->axis = NEW(r->base.mem, struct sweep_axis, SWEEP_MAX_AXES);
    for (uint32_t i = 0; i < o->nset; i++) {
        for (uint32_t k = 0; k < i; k++)
            if (strcmp(o->set[k].name, o->set[i].name) == 0 && (o->set[k].n > 1 || o->set[i].n > 1))
                diag_error(d, nowhere, "E-sweep", "put all its values into one --set",
                           "'%s' is set twice", o->set[i].name);
        if (o->set[i].n < 2)
            continue;
        if (r->naxis == SWEEP_MAX_AXES) {
            diag_error(d, nowhere, "E-sweep", NULL, "a sweep has at most %d axes", SWEEP_MAX_AXES);
            return false;
        }
        r->axis[r->naxis++] = o->set[i];
    }
    if (r->naxis == 0)
        diag_error(d, nowhere, "E-sweep",
                   "give a parameter or a path several values: --set pool=1,2,4,8 or "
                   "--set db.latency=1ms:1ms:9ms",
                   "nothing is swept");
    return diags_errors(d) == 0;
}

static uint64_t plan_size(const struct sweep_result *r, struct diags *d)
{
    uint64_t n = 1;
    for (uint32_t i = 0; i < r->naxis; i++) {
        if (r->zip && r->axis[i].n != r->axis[0].n)
            diag_error(d, (struct loc){0}, "E-sweep",
                       "--zip takes the first values together, then the second ones, ...",
                       "'%s' has %" PRIu32 " values, '%s' has %" PRIu32, r->axis[0].name,
                       r->axis[0].n, r->axis[i].name, r->axis[i].n);
        n = r->zip ? r->axis[0].n : n * r->axis[i].n;
        if (n > SWEEP_MAX_CELLS) {
            diag_error(d, (struct loc){0}, "E-sweep", "take fewer values, or --zip",
                       "the grid has more than %d cells", SWEEP_MAX_CELLS);
            return 0;
        }
    }
    return n;
}

bool sweep_plan(struct sweep_result *r, const struct sweep_opt *o, struct diags *d)
{
    r->zip = o->zip;
    r->shard = o->shard;
    r->shards = o->shards;
    if (!plan_axes(r, o, d))
        return false;
    uint64_t n = plan_size(r, d);
    if (diags_errors(d))
        return false;
    if (o->shards > n)
        diag_error(d, (struct loc){0}, "E-sweep", NULL,
                   "there are %" PRIu32 " shards and only %" PRIu64 " cells", o->shards, n);
    r->ncell = (uint32_t)n;
    r->cell = NEW(r->base.mem, struct sweep_cell, n);
    for (uint32_t i = 0; i < r->ncell; i++) {
        uint32_t rest = i, *at = NEW(r->base.mem, uint32_t, r->naxis);
        for (uint32_t k = r->naxis; k-- > 0;) {
            at[k] = r->zip ? i : rest % r->axis[k].n;
            rest /= r->axis[k].n;
        }
        r->cell[i].at = at;
    }
    return diags_errors(d) == 0;
}

const struct model *sweep_model(const struct sweep_result *r, const struct sweep_opt *o,
                                uint32_t cell, struct arena *a, struct diags *d)
{
    struct yaml *root = yaml_parse(a, o->name, o->text, o->size, d);
    uint32_t axis = 0;
    for (uint32_t i = 0; root && i < o->nset; i++) {
        const struct sweep_axis *s = &o->set[i];
        uint32_t at = s->n > 1 ? r->cell[cell].at[axis++] : 0;
        yaml_set(a, root, arena_printf(a, "%s=%s", s->name, s->value[at]), d);
    }
    return root ? model_build(a, root, o->path, d) : NULL;
}

static const struct execution **executions(const struct sweep_opt *o, const struct model *m,
                                           struct arena *a, struct diags *d)
{
    const struct execution **x = NEW(a, const struct execution *, o->nexec + 1u);
    for (uint32_t i = 0; i < o->nexec; i++) {
        x[i] = model_exec(m, o->exec[i]);
        if (!x[i]) {
            diag_error(d, (struct loc){0}, "E-under", NULL, "no execution '%s'", o->exec[i]);
            return NULL;
        }
    }
    return x;
}

/* ---- all cells, looked at before the first is run ---- */

struct checks {
    struct sweep_result *r;
    const struct sweep_opt *o;
    bool *bad;
    struct lock *lock;
    bool any; /* of the phrases: is there one, and which of them vary */
    bool load, cores, gil, costs;
};

static bool check_cell(const struct sweep_result *r, const struct sweep_opt *o, uint32_t cell,
                       struct run_result *said, struct arena *a, struct diags *d)
{
    const struct model *m = sweep_model(r, o, cell, a, d);
    const struct execution **x = m && o->nexec ? executions(o, m, a, d) : NULL;
    if (x)
        experiment_check(m, x, o->nexec, said, a, d);
    return m && diags_errors(d) == 0;
}

static void phrase_meet(struct arena *a, const char **all, bool *varies, bool first,
                        const char *here, const char *if_varies)
{
    if (*varies || (!first && strcmp(*all, here) == 0))
        return;
    *varies = !first;
    *all = first ? arena_strdup(a, here) : if_varies;
}

static void check_work(void *ctx, uint64_t i)
{
    struct checks *c = ctx;
    struct run_result *all = &c->r->base;
    if (c->o->e.stop && atomic_load(c->o->e.stop))
        return;
    struct arena *a = arena_new(0);
    struct run_result said = {0};
    c->bad[i] = !check_cell(c->r, c->o, (uint32_t)i, &said, a, diags_new(a));
    if (!c->bad[i] && said.assumed_load) {
        lock_take(c->lock);
        bool first = !c->any;
        phrase_meet(all->mem, &all->assumed_load, &c->load, first, said.assumed_load,
                    "load as set");
        phrase_meet(all->mem, &all->assumed_cores, &c->cores, first, said.assumed_cores,
                    "cores as set");
        phrase_meet(all->mem, &all->assumed_gil, &c->gil, first, said.assumed_gil, "GIL as set");
        phrase_meet(all->mem, &all->assumed_costs, &c->costs, first, said.assumed_costs,
                    "costs as set");
        all->no_load = said.no_load && (first || all->no_load);
        c->any = true;
        lock_give(c->lock);
    }
    arena_drop(a);
}

/* Each error once, with the first cell that has it, if there are others that have not. */
static void check_tell(const struct checks *c, struct diags *seen, struct diags *d)
{
    uint32_t bad = 0, told = 0;
    for (uint32_t i = 0; i < c->r->ncell; i++)
        bad += c->bad[i];
    for (uint32_t i = 0; i < c->r->ncell && told < TOLD; i++) {
        struct run_result said = {0};
        if (!c->bad[i])
            continue;
        struct arena *a = arena_new(0);
        struct diags *own = diags_new(a);
        check_cell(c->r, c->o, i, &said, a, own);
        bool new_one = false;
        for (uint32_t k = 0; k < diags_count(own); k++) {
            const struct diag *e = diags_get(own, k);
            bool in_set = strcmp(diag_file_name(own, e->at.file), "--set") == 0;
            const char *where =
                bad == c->r->ncell || in_set
                    ? ""
                    : arena_printf(a, " (in the cell %s)", sweep_cell_text(a, c->r, i));
            if (!diags_adopt(seen, own, k, ""))
                continue;
            diags_adopt(d, own, k, where);
            new_one = true;
        }
        told += new_one;
        arena_drop(a);
    }
}

bool sweep_check(struct sweep_result *r, const struct sweep_opt *o, uint32_t *good, struct diags *d)
{
    struct checks c = {.r = r, .o = o, .bad = NEW(r->base.mem, bool, r->ncell), .lock = lock_new()};
    bool ok = true;
    *good = SWEEP_NONE;
    jobs_run(o->e.jobs, r->ncell, check_work, &c);
    lock_free(c.lock);
    for (uint32_t i = r->ncell; i-- > 0;) {
        ok = ok && !c.bad[i];
        *good = c.bad[i] ? *good : i;
    }
    if (!ok)
        check_tell(&c, diags_new(r->base.mem), d);
    return ok;
}

/* ---- running ---- */

struct running {
    struct sweep_result *r;
    const struct sweep_opt *o;
    struct experiment_opt e;
    uint32_t n; /* cells of the shard */
    struct lock *lock;
    uint32_t done;
    struct loc *error_at; /* by cell: of the first run-time error; file 1: of the model's text */
};

static double section_value(enum sweep_metric metric, const struct exec_result *e,
                            const struct exec_result *base, uint32_t i)
{
    const struct section_result *s = &e->section[i];
    switch (metric) {
    case SWEEP_MEAN:
        return s->mean;
    case SWEEP_THROUGHPUT:
        return s->throughput;
    case SWEEP_SPEEDUP:
        return i < base->nsection ? base->section[i].mean / s->mean : NAN;
    case SWEEP_MAKESPAN:
        return s->makespan;
    default:
        return s->q[metric - SWEEP_P50];
    }
}

static void take_sections(const struct sweep_result *r, struct sweep_exec *x,
                          const struct exec_result *e, const struct exec_result *base)
{
    x->nsection = e->nsection;
    x->section = NEW(r->base.mem, double, e->nsection);
    for (uint32_t i = 0; i < e->nsection; i++)
        x->section[i] = section_value(r->metric, e, base, i);
}

static void take_exec(const struct sweep_result *r, struct sweep_exec *x,
                      const struct exec_result *e)
{
    struct arena *a = r->base.mem;
    *x = (struct sweep_exec){.stopped = e->stopped,
                             .complete = e->complete,
                             .requests = e->requests,
                             .latency = e->all.latency,
                             .throughput = e->all.throughput,
                             .speedup = {NAN, NAN, NAN},
                             .makespan = e->makespan,
                             .unstable = e->unstable ? arena_strdup(a, e->unstable) : NULL,
                             .unstable_utilisation = e->unstable_utilisation,
                             .deadlock = e->deadlock != NULL,
                             .deadlock_time = e->deadlock ? e->deadlock->time : NAN,
                             .error = e->error ? arena_strdup(a, e->error) : NULL,
                             .noutcome = e->all.noutcome,
                             .nwarning = e->nwarning};
    x->latency.n = e->requests;
    x->outcome = NEW(a, struct outcome_result, x->noutcome);
    for (uint32_t i = 0; i < x->noutcome; i++) {
        x->outcome[i].status = e->all.outcome[i].status;
        x->outcome[i].share = e->all.outcome[i].share;
    }
    x->warning = NEW(a, struct warning_result, x->nwarning);
    for (uint32_t i = 0; i < x->nwarning; i++)
        x->warning[i] = (struct warning_result){arena_strdup(a, e->warning[i].id),
                                                arena_strdup(a, e->warning[i].text)};
}

static bool interrupted(const struct run_result *one)
{
    for (uint32_t i = 0; i < one->nexec; i++)
        if (one->exec[i].stopped == STOP_INTERRUPT)
            return true;
    return false;
}

static void take_cell(struct sweep_result *r, uint32_t cell, const struct run_result *one)
{
    const struct interval even = {1, 1, 1};
    struct sweep_cell *c = &r->cell[cell];
    c->exec = NEW(r->base.mem, struct sweep_exec, r->nexec);
    for (uint32_t i = 0; i < r->nexec; i++) {
        take_exec(r, &c->exec[i], &one->exec[i]);
        take_sections(r, &c->exec[i], &one->exec[i], &one->exec[0]);
    }
    if (c->exec[0].complete && !c->exec[0].unstable)
        c->exec[0].speedup = even;
    for (uint32_t i = 0; i < one->nspeedup; i++)
        if (one->speedup[i].over == 0)
            c->exec[one->speedup[i].of].speedup = one->speedup[i].ratio;
    c->have = true;
}

static void keep_place(struct running *w, uint32_t cell, const struct diags *d)
{
    for (uint32_t i = 0; i < diags_count(d); i++) {
        const struct diag *e = diags_get(d, i);
        if (strcmp(e->id, "E-run") != 0)
            continue;
        bool in_model = strcmp(diag_file_name(d, e->at.file), w->o->name) == 0;
        w->error_at[cell] = e->at;
        w->error_at[cell].file = in_model;
        return;
    }
}

static void cell_work(void *ctx, uint64_t i)
{
    struct running *w = ctx;
    uint32_t cell = (uint32_t)i * w->o->shards + w->o->shard - 1;
    if (w->e.stop && atomic_load(w->e.stop))
        return;
    struct arena *a = arena_new(0);
    struct diags *d = diags_new(a);
    const struct model *m = sweep_model(w->r, w->o, cell, a, d);
    const struct execution **x = m ? executions(w->o, m, a, d) : NULL;
    const struct run_result *one = x ? experiment_run(m, x, w->o->nexec, &w->e, a, d) : NULL;
    bug_if(!one); /* sweep_check() has seen this very cell */
    lock_take(w->lock);
    if (!interrupted(one)) {
        take_cell(w->r, cell, one);
        keep_place(w, cell, d);
        w->done++;
        if (w->o->progress)
            w->o->progress(w->o->ctx, w->done, w->n);
    }
    lock_give(w->lock);
    arena_drop(a);
}

static void tell_errors(const struct running *w, struct diags *d)
{
    struct sweep_result *r = w->r;
    uint32_t told = 0, file = 0;
    for (uint32_t i = 0; i < r->ncell && told < TOLD; i++)
        for (uint32_t k = 0; r->cell[i].have && k < r->nexec; k++) {
            const char *error = r->cell[i].exec[k].error;
            struct loc at = w->error_at[i];
            if (!error)
                continue;
            if (!file)
                file = diag_file(d, w->o->name, w->o->text, w->o->size);
            at.file = at.file ? file : 0;
            diag_error(d, at, "E-run", NULL, "%s (in the cell %s)", error,
                       sweep_cell_text(r->base.mem, r, i));
            told++;
        }
}

void sweep_run(struct sweep_result *r, const struct sweep_opt *o, struct diags *d)
{
    struct running w = {.r = r, .o = o, .e = o->e, .lock = lock_new()};
    w.n = (r->ncell - (o->shard - 1) + o->shards - 1) / o->shards;
    uint32_t side = o->e.jobs < w.n ? o->e.jobs : w.n;
    w.e.jobs = o->e.jobs / side;
    w.e.sections = true;
    w.e.progress = NULL;
    w.e.trace_requests = 0;
    w.error_at = NEW(r->base.mem, struct loc, r->ncell);
    r->nexec = o->nexec;
    jobs_run(side, w.n, cell_work, &w);
    lock_free(w.lock);
    r->complete = w.done == w.n;
    r->base.seed = o->e.seed;
    r->base.precision_mean = o->e.requests ? 0 : o->e.precision_mean;
    r->base.precision_p99 = o->e.requests ? 0 : o->e.precision_p99;
    r->base.max_requests = o->e.max_requests;
    tell_errors(&w, d);
}
