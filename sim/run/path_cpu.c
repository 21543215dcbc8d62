/* SPDX-License-Identifier: GPL-3.0-or-later */
/* path_cpu.c - bursts on the path: what of a stay on a core was a cost, and what the step's own. */
#include "run/path_impl.h"

void path_burst(struct path *x, uint32_t task, uint32_t pc, int64_t ns)
{
    struct path_log *l = path_log_of(x, task);
    if (l == NULL)
        return;
    struct path_task *t = &x->task[task];
    path_now(x, t, l);
    t->open = OPEN_NOT;
    t->burst = (struct path_burst){.own = ns, .mark = NONE, .kind = PATH_CPU};
    if (pc == NONE)
        return;
    t->burst.mark = x->p->mark_of[pc];
    t->burst.kind = x->p->op[pc].code == OP_HOSTCPU ? PATH_HOST : PATH_CPU;
}

void path_cost(struct path *x, uint32_t task, enum cost c, int64_t ns)
{
    if (path_log_of(x, task) != NULL)
        x->task[task].burst.cost[c] += ns;
}

void path_paid(struct path *x, uint32_t task, enum cost c)
{
    struct path_log *l = path_log_of(x, task);
    if (l == NULL)
        return;
    struct path_task *t = &x->task[task];
    path_push(t, l,
              (struct path_segment){.start = l->v[t->last].end,
                                    .end = *x->now,
                                    .prev = t->last,
                                    .mark = NONE,
                                    .kind = PATH_COST,
                                    .id = c & 0xffffff});
}

void path_gil(struct path *x, uint32_t task, uint32_t worker, int64_t since, int64_t handoff)
{
    path_waited(x, task, &x->gil[worker], since, PATH_GIL, 0);
    path_cost(x, task, COST_HANDOFF, handoff);
}

void path_core(struct path *x, uint32_t task, uint32_t core, int64_t since)
{
    static const struct path_holder nobody = {.log = NONE};
    path_waited(x, task, core < x->p->cores ? &x->core[core] : &nobody, since, PATH_CORE, 0);
}

static int64_t burst_left(const struct path_burst *b)
{
    int64_t sum = b->own;
    for (unsigned c = 0; c < COST_COUNT; c++)
        sum += b->cost[c];
    return sum;
}

void path_run(struct path *x, uint32_t task, int64_t rest)
{
    struct path_log *l = path_log_of(x, task);
    if (l == NULL)
        return;
    struct path_task *t = &x->task[task];
    path_now(x, t, l);
    int64_t left = burst_left(&t->burst);
    if (rest > left) /* its core stood idle for it */
        t->burst.cost[COST_WAKE] += rest - left;
    t->burst.start = *x->now;
    t->burst.running = true;
}

/* ns of the burst are done: a segment of `kind`, up to `at`. */
static void burst_part(struct path_task *t, struct path_log *l, int64_t *at, int64_t ns,
                       enum path_kind kind, uint32_t id)
{
    path_push(t, l,
              (struct path_segment){.start = *at,
                                    .end = *at + ns,
                                    .prev = t->last,
                                    .mark = t->burst.mark,
                                    .kind = kind,
                                    .id = id & 0xffffff});
    *at += ns;
}

void path_stop(struct path *x, uint32_t task, int64_t rest)
{
    struct path_log *l = path_log_of(x, task);
    if (l == NULL || !x->task[task].burst.running)
        return;
    struct path_task *t = &x->task[task];
    struct path_burst *b = &t->burst;
    b->running = false;
    int64_t left = burst_left(b), gone = *x->now - b->start, at = b->start;
    int64_t used = left > rest ? left - rest : 0;
    if (used > gone)
        used = gone;
    burst_part(t, l, &at, gone - used, PATH_CORE, 0); /* a shared core took longer */
    static const enum cost order[COST_COUNT] = {COST_HANDOFF, COST_WAKE,  COST_HOP, COST_SWITCH,
                                                COST_RESUME,  COST_SPAWN, COST_TASK};
    for (unsigned k = 0; k < COST_COUNT; k++) {
        int64_t ns = b->cost[order[k]] < used ? b->cost[order[k]] : used;
        burst_part(t, l, &at, ns, PATH_COST, order[k]);
        b->cost[order[k]] -= ns;
        used -= ns;
    }
    burst_part(t, l, &at, used, (enum path_kind)b->kind, 0);
    b->own -= used;
}

/* Between bursts, and of a thread that others have used since, it is the task that computed. */
void path_gil_left(struct path *x, uint32_t task, uint32_t worker)
{
    x->gil[worker] = path_holder_of(x, task);
}

void path_core_left(struct path *x, uint32_t task, uint32_t core)
{
    x->core[core] = path_holder_of(x, task);
}
