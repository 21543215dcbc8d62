/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cpu.h - cores and GILs: who computes when.
 *
 * An entity is a thread that may compute (or a service's own work on our cores).  It asks for a
 * burst with cpu_compute(); when the burst is done the server says so through out.done, and the
 * entity keeps its core (and GIL) until it asks for more or gives up with cpu_idle(): a chain of
 * bursts without a wait between is one stay on the core.
 *
 *   fifo  a stay runs to its end;   rr  after a quantum it goes to the end of the queue, if anybody
 *   waits;   ps  all share alike (ps.h).
 *   GIL   an entity takes its worker's GIL first, then a core; it gives it up at the end of its
 * stay, or when the next in line has waited for `interval` since it came or since the GIL last
 * changed hands; handoff is computed by the one who gets it from another.
 *
 * The server owns no clock: it asks for alarms and for turns at the present instant. */
#ifndef RUN_CPU_H
#define RUN_CPU_H
#include "run/ps.h"
#include <stddef.h>

enum cpu_where { CPU_OFF, CPU_GIL, CPU_QUEUE, CPU_ON };
struct cpu_entity {
    uint8_t where;
    uint8_t busy; /* has a burst (else it holds its core idle, for this instant only) */
    uint8_t has_gil, drop;
    uint8_t no_gil; /* 1: this burst runs without the GIL; 2: and it is being taken again */
    uint32_t worker, core, serial;
    uint32_t task; /* whom to tell */
    uint32_t prev, next;
    int64_t rest;  /* of the burst, when it is not running */
    int64_t since; /* when it began to wait */
};
struct cpu_core {
    uint32_t entity;
    uint32_t alarm; /* generation: an older alarm means nothing */
    int64_t start;  /* of the running burst (or its resumption) */
    int64_t slice;  /* when the quantum in force began */
    uint8_t slicing;
};
struct cpu_gil {
    uint32_t holder, last_serial;
    uint32_t first, last, n;
    uint32_t alarm;
    int64_t taken;
    uint8_t posted;
};
enum cpu_policy { CPU_FIFO, CPU_RR, CPU_PS };
enum cpu_event { CPU_EV_DONE, CPU_EV_SLICE, CPU_EV_SHARE, CPU_EV_GIL };
enum cpu_watch {
    CPU_WATCH_GIL,
    CPU_WATCH_CORE,
    CPU_WATCH_RUN,
    CPU_WATCH_STOP,
    CPU_WATCH_GIL_LEFT,
    CPU_WATCH_CORE_LEFT
};
/* What the server asks of its driver. */
struct cpu_driver {
    void *ctx;
    void (*done)(void *ctx,
                 uint32_t task); /* the burst is over: tell the task, soon, at this instant */
    void (*alarm)(void *ctx, int64_t at, enum cpu_event e, uint32_t which, uint32_t generation);
    void (*turn)(void *ctx, bool gil, uint32_t which); /* call cpu_turn() among the grants */
    void (*wait)(void *ctx, bool gil, int64_t ns);     /* an entity got GIL or core after so long */
    /* An entity's task has got GIL or core (at: since when it waited, if it did), computes (at: how
     * much is left), stops computing (the same), gives up the GIL or a core.  May be NULL. */
    void (*watch)(void *ctx, enum cpu_watch what, uint32_t task, uint32_t which, int64_t at,
                  int64_t handoff);
    void (*change)(void *ctx); /* busy counts and queue lengths change now (called before) */
};
struct cpu {
    enum cpu_policy policy;
    uint32_t ncore, nworker;
    bool gil;
    int64_t quantum, interval, now;
    bool late; /* the present event is an arrival or later: a quantum that ends now has passed */
    struct cpu_entity *e;
    uint32_t ne, cap;
    struct cpu_core *core;
    struct cpu_gil *lock;
    struct ps share;
    uint32_t share_alarm;
    uint32_t first, last, nqueue; /* of the cores */
    uint32_t nbusy, nheld;        /* cores and GILs in use */
    uint32_t serial;
    bool posted;
    int64_t (*handoff)(void *ctx); /* cost of the GIL's passing, ns */
    struct cpu_driver d;
};
void cpu_init(struct cpu *c, uint32_t ncore, uint32_t nworker);
void cpu_free(struct cpu *c);
void cpu_reset(struct cpu *c); /* nobody has ever computed */
/* entity ids are the caller's, small and dense; fresh: a new thread, whoever had the id before. */
void cpu_thread(struct cpu *c, uint32_t entity, uint32_t worker, bool fresh);
/* needs_gil only counts where there is one.  wake is added if a core stands idle for it. */
void cpu_compute(struct cpu *c, uint32_t entity, uint32_t task, int64_t ns, bool needs_gil,
                 int64_t wake);
void cpu_idle(struct cpu *c, uint32_t entity);
/* The entity, which has just given up its GIL, sends before it waits: it did so twice.  The first
 * time it had the GIL again before the next in line ran, who was woken then; the second time it was
 * the one behind that was woken, who comes too late for it, and goes to the end of the queue. */
void cpu_barge(struct cpu *c, uint32_t entity);
/* Takes the burst back: it is not done and never will be.  Not of one that waits for a GIL. */
void cpu_stop(struct cpu *c, uint32_t entity);
void cpu_alarm(struct cpu *c, enum cpu_event e, uint32_t which, uint32_t generation);
void cpu_turn(struct cpu *c, bool gil, uint32_t which);
void cpu_retarget(struct cpu *c, uint32_t entity, uint32_t task);

#endif
