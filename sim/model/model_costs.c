/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model_costs.c - sets of costs that ship with the program; see model_impl.h.
 *
 * Orders of magnitude to start from, not measurements of anybody's machine: what an execution says
 * itself goes before them, one by one.
 *
 * cpython-3.11, a small server under Linux.  Known: to create and await an asyncio task 2 to 12 us,
 * to switch tasks 1 us; a thread started and joined 100 us, work handed to an executor that is warm
 * 5 to 20 us; handed over between threads 6 us upon one core, 40 us to another that was idle; the
 * way through run_in_executor and back 45 to 80 us; the GIL asked back after 5 ms; 16 KB resident
 * of a thread that waits, 2 to 5 KB of a task.  So switch + handoff = 6 us, with wake 40 us, and
 * twice hop with a pool thread's dispatch between 62 us.
 *
 * native, compiled code under Linux 6 with glibc 2.36 upon a virtual machine, medians: the caller's
 * CPU of pthread_create() 4 us; a condition variable passed to another thread 2.1 us; a byte
 * through a pipe to another thread 1.2 us; swapcontext() 0.22 us; write() of an eventfd,
 * epoll_wait() and read() 0.74 us. */
#include "model/model_impl.h"
#include <string.h>

struct cost_set {
    const char *name;
    double cost[COST_COUNT]; /* ns */
    double spawn_pooled;     /* where threads wait in a pool instead of being made */
    double stack, frame;     /* bytes */
    bool gil;
};
static const struct cost_set cost_sets[] = {
    {.name = "none"},
    {.name = "cpython-3.11",
     .cost = {[COST_SPAWN] = 100e3,
              [COST_SWITCH] = 2e3,
              [COST_TASK] = 6e3,
              [COST_RESUME] = 1e3,
              [COST_WAKE] = 34e3,
              [COST_HOP] = 30e3,
              [COST_HANDOFF] = 4e3},
     .spawn_pooled = 12e3,
     .stack = 16e3,
     .frame = 3e3,
     .gil = true},
    {.name = "native",
     .cost = {[COST_SPAWN] = 4e3,
              [COST_SWITCH] = 2e3,
              [COST_TASK] = 300,
              [COST_RESUME] = 700,
              [COST_HOP] = 1200},
     .spawn_pooled = 1200,
     .stack = 16e3,
     .frame = 4e3},
};
enum { NCOST_SETS = sizeof cost_sets / sizeof *cost_sets };

void read_costs(struct reader *r, const struct yaml *v, void *field)
{
    const char *names[NCOST_SETS];
    for (int i = 0; i < NCOST_SETS; i++)
        names[i] = cost_sets[i].name;
    int w = reader_word(r, v, names, NCOST_SETS);
    if (w > 0)
        *(const char **)field = cost_sets[w].name;
}

/* What the execution does not say itself. */
void costs_apply(struct reader *r, const struct yaml *v, struct execution *x)
{
    const struct cost_set *s = cost_sets;
    while (x->costs && strcmp(s->name, x->costs) != 0)
        s++;
    if (!x->costs)
        return;
    for (int c = 0; c < COST_COUNT; c++) {
        double ns = c == COST_SPAWN && x->pool ? s->spawn_pooled : s->cost[c];
        bool said = x->cost[c] || (c == COST_HANDOFF && x->host.handoff);
        if (!said && ns > 0)
            x->cost[c] = expr_number(r->a, ns, UNIT_DURATION, x->at);
    }
    if (!x->stack)
        x->stack = expr_number(r->a, s->stack, UNIT_SIZE, x->at);
    if (!x->frame)
        x->frame = expr_number(r->a, s->frame, UNIT_SIZE, x->at);
    if (s->gil && !yaml_get(v, "gil"))
        x->host.gil = true;
}
