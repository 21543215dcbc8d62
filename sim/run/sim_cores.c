/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim_cores.c - what the CPU server (cpu.h) tells and asks. */
#include "run/sim_event.h"

static void on_cpu_done(void *ctx, uint32_t task)
{
    struct sim *s = ctx;
    if (s->side[task].entity != NONE) {
        cpu_idle(&s->cpu, 2 * s->side[task].entity + 1);
        host_entity_free(s, task);
    }
    ring_put(&s->done, (struct now){NOW_CPU, task, 0});
}

static void on_cpu_alarm(void *ctx, int64_t at, enum cpu_event e, uint32_t which, uint32_t gen)
{
    struct sim *s = ctx;
    if (at == INT64_MAX)
        return;
    enum ev_class c = e == CPU_EV_DONE || e == CPU_EV_SHARE ? CL_COMPLETION : CL_RELEASE;
    sim_push(s, at, c, (struct slot){.kind = EV_CPU, .c = (uint8_t)e, .a = which, .b = gen});
}

static void on_cpu_turn(void *ctx, bool gil, uint32_t which)
{
    struct sim *s = ctx;
    ring_put(&s->soon, (struct now){NOW_CPU, which, gil});
}

static void on_cpu_wait(void *ctx, bool gil, int64_t ns)
{
    struct sim *s = ctx;
    uint32_t row = gil ? s->row_gil : s->row_cores;
    if (row != NONE)
        account_wait(s, row, ns);
}

static void on_cpu_change(void *ctx)
{
    struct sim *s = ctx;
    s->cpu_changed = true;
}

static int64_t on_handoff(void *ctx)
{
    struct sim *s = ctx;
    uint32_t site = s->p->cost_site[COST_HANDOFF];
    if (site == NONE)
        return 0;
    if (s->cost_ns[COST_HANDOFF] >= 0)
        return s->cost_ns[COST_HANDOFF];
    return draw_class_ns(s, 0, rng_mix(s->o.replication, ++s->handoffs), site);
}

void cores_connect(struct sim *s)
{
    s->cpu.handoff = on_handoff;
    s->cpu.d = (struct cpu_driver){.ctx = s,
                                   .done = on_cpu_done,
                                   .alarm = on_cpu_alarm,
                                   .turn = on_cpu_turn,
                                   .wait = on_cpu_wait,
                                   .watch = s->path ? path_watch : NULL,
                                   .change = on_cpu_change};
}
