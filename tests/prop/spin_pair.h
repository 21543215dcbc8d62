/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spin_pair.h - one small pipeline, written twice: as a model, and as Promela for SPIN.
 *
 * A pipeline is a text, read from left to right:
 *
 *   c         call a service                      i   set: {n: n + 1}     I   the same, atomic
 *   r         respond                             L0(b) L1(b)   use a lock for the body b
 *   P(b|b)    both bodies at once                 ?(b|b)        one of them, by chance
 *   S(b)      spawn a task                        A   await the task of this body that was spawned
 *
 * In Promela a task is a process, each step a statement of its own; threads and locks are counters
 * with queues in order of arrival.  A coroutine is one `atomic` statement, which lets others in
 * where it blocks: at a call it waits for a timer.  An update is lost where the version that was
 * read is no longer there when it is written.  Which assertion counts is told in the environment,
 * so that each kind of fault is looked for alone. */
#ifndef PROP_SPIN_PAIR_H
#define PROP_SPIN_PAIR_H
#include "base/buf.h"
#include <stdbool.h>
#include <string.h>

enum { PAIR_TASKS = 40 }; /* of all requests */
struct pair {
    struct buf yaml, global, process; /* process: those that are whole */
    struct buf *now;                  /* the process that is being written */
    const char *s;                    /* what is left of the text */
    uint32_t forks, spawns;
    uint32_t pool; /* threads; 0: as many as there are tasks */
    bool coroutine;
};

static void pair_body(struct pair *p, const char *end, uint32_t *awaits);

/* One more task: in a fork's or spawn's atomic statement. */
static void pair_run(struct pair *p, const char *kind, uint32_t k)
{
    buf_puts(p->now, " nid++;");
    if (p->pool)
        buf_puts(p->now, " pool!nid;");
    buf_printf(p->now, " run %s%u(r, nid);", kind, k);
}

/* The process of a task: its body, and then what tells its parent. */
static void pair_task(struct pair *p, const char *kind, uint32_t k, const char *close,
                      const char *over)
{
    struct buf own = {0}, *outer = p->now;
    uint32_t awaits = 0, spawned = p->spawns;
    p->now = &own;
    pair_body(p, close, &awaits);
    p->now = outer;
    buf_printf(&p->process, "proctype %s%u(byte r; byte id) {\n", kind, k);
    for (uint32_t i = spawned; i < p->spawns; i++)
        buf_printf(&p->process, "  byte un%u = 0;\n", i);
    buf_puts(&p->process, "  byte my = 0;\n");
    buf_puts(&p->process, p->coroutine ? "  atomic {\n" : "");
    if (p->pool)
        buf_puts(&p->process,
                 "  atomic { free > 0 && pool?[eval(id)] -> pool?eval(id); free-- };\n");
    buf_puts(&p->process, own.s ? own.s : "");
    buf_puts(&p->process, "  atomic { assert(claim != 3 || (0");
    for (uint32_t i = spawned; i < p->spawns; i++)
        buf_printf(&p->process, " + un%u", i);
    buf_printf(&p->process, ") == 0); %s%s }%s\n}\n", over, p->pool ? "; free++" : "",
               p->coroutine ? " }" : "");
    buf_free(&own);
}

static void pair_parallel(struct pair *p)
{
    char over[40];
    uint32_t k = p->forks;
    p->forks += 2;
    snprintf(over, sizeof over, "left%u[r]--", k);
    buf_printf(&p->global, "byte left%u[K];\n", k);
    buf_puts(&p->yaml, "{parallel: [[");
    p->s += 2;
    pair_task(p, "Branch", k, "|", over);
    buf_puts(&p->yaml, "], [");
    pair_task(p, "Branch", k + 1, ")", over);
    buf_puts(&p->yaml, "]]}");
    buf_printf(p->now, "  atomic { left%u[r] = 2;", k);
    pair_run(p, "Branch", k);
    pair_run(p, "Branch", k + 1);
    buf_printf(p->now, " };\n  left%u[r] == 0;\n", k);
}

static void pair_spawn(struct pair *p, uint32_t *await)
{
    char over[40];
    uint32_t k = p->spawns;
    snprintf(over, sizeof over, "done%u[r] = 1", k);
    buf_printf(&p->global, "byte done%u[K];\n", k);
    buf_printf(&p->yaml, "{spawn: {s%u: [", k);
    p->s += 2;
    p->spawns = k + 1; /* those inside are others */
    pair_task(p, "Task", k, ")", over);
    buf_puts(&p->yaml, "]}}");
    buf_printf(p->now, "  atomic { un%u = 1;", k);
    pair_run(p, "Task", k);
    buf_puts(p->now, " };\n");
    *await = k + 1;
}

static void pair_choice(struct pair *p, uint32_t *await)
{
    buf_puts(&p->yaml, "{if: chance(0.5), then: [");
    buf_puts(p->now, "  if :: true ->\n");
    p->s += 2;
    pair_body(p, "|", await);
    buf_puts(&p->yaml, "], else: [");
    buf_puts(p->now, "  skip :: true ->\n");
    pair_body(p, ")", await);
    buf_puts(&p->yaml, "]}");
    buf_puts(p->now, "  skip fi;\n");
}

static void pair_lock(struct pair *p, uint32_t *await)
{
    char k = p->s[1];
    buf_printf(&p->yaml, "{use: l%c, do: [", k);
    if (p->coroutine)
        buf_printf(p->now, "  q%c!id; !busy%c && q%c?[eval(id)]; q%c?eval(id); busy%c = 1;\n", k, k,
                   k, k, k);
    else
        buf_printf(
            p->now,
            "  q%c!id;\n  atomic { !busy%c && q%c?[eval(id)] -> q%c?eval(id); busy%c = 1 };\n", k,
            k, k, k, k);
    p->s += 3;
    pair_body(p, ")", await);
    buf_puts(&p->yaml, "]}");
    buf_printf(p->now, "  busy%c = 0;\n", k);
}

static void pair_plain(struct pair *p, uint32_t *await)
{
    switch (*p->s++) {
    case 'c':
        buf_puts(&p->yaml, "{call: s}");
        buf_puts(p->now, p->coroutine ? "  call[id] = 1; call[id] == 0;\n" : "  skip;\n");
        break;
    case 'i':
        buf_puts(&p->yaml, "{set: {n: n + 1}}");
        buf_puts(p->now,
                 "  my = version;\n  atomic { assert(claim != 1 || my == version); version++ };\n");
        break;
    case 'I':
        buf_puts(&p->yaml, "{set: {n: n + 1}, atomic: true}");
        buf_puts(p->now, "  version++;\n");
        break;
    case 'r':
        buf_puts(&p->yaml, "{respond: 200}");
        buf_puts(p->now, "  atomic { sent[r]++; assert(claim != 2 || sent[r] <= 1) };\n");
        break;
    default: /* A */
        buf_printf(&p->yaml, "{await: s%u}", *await - 1);
        buf_printf(p->now, "  done%u[r] == 1; un%u = 0;\n", *await - 1, *await - 1);
        break;
    }
}

/* Up to and with one of `end`.  *await: the task to await, and 1. */
static void pair_body(struct pair *p, const char *end, uint32_t *await)
{
    for (bool first = true; *p->s && !strchr(end, *p->s); first = false) {
        if (!first)
            buf_puts(&p->yaml, ", ");
        if (*p->s == 'P')
            pair_parallel(p);
        else if (*p->s == 'S')
            pair_spawn(p, await);
        else if (*p->s == '?')
            pair_choice(p, await);
        else if (*p->s == 'L')
            pair_lock(p, await);
        else
            pair_plain(p, await);
    }
    p->s += *p->s != '\0';
}

/* Both, for so many requests. */
static void pair_write(struct pair *p, const char *text, uint32_t pool, uint32_t nreq,
                       bool coroutine, struct buf *promela)
{
    *p = (struct pair){.s = text, .pool = pool, .coroutine = coroutine};
    buf_puts(&p->yaml, "pertinax: 1\nname: pair\nservices: {s: {latency: 1ms}}\n"
                       "resources: {l0: mutex, l1: mutex}\nshared: {n: 0..99}\nrequest: [");
    pair_task(p, "Request", 0, "", "skip");
    buf_puts(&p->yaml, "]\n");
    if (pool)
        buf_printf(&p->yaml, "executions: {threads: {pool: %u}}\n", pool);
    buf_printf(promela,
               "#define K %u\n#define TASKS %d\nbyte nid = K, claim, free = %u, version, busy0, "
               "busy1, sent[K];\n"
               "bool call[TASKS];\n"
               "chan pool = [100] of { byte };\nchan q0 = [20] of { byte };\n"
               "chan q1 = [20] of { byte };\n%s%s",
               nreq, PAIR_TASKS, pool, p->global.s ? p->global.s : "", p->process.s);
    buf_puts(promela, "init {\n  c_code { now.claim = atoi(getenv(\"CLAIM\")); };\n");
    for (uint32_t r = 0; r < nreq; r++)
        if (pool)
            buf_printf(promela, "  atomic { pool!%u; run Request0(%u, %u) };\n", r + 1, r, r + 1);
        else
            buf_printf(promela, "  run Request0(%u, %u);\n", r, r + 1);
    buf_puts(promela, "}\n");
    if (!coroutine)
        return;
    buf_puts(promela, "active proctype timer() {\nend: do\n");
    for (int i = 1; i < PAIR_TASKS; i++)
        buf_printf(promela, "  :: call[%d] -> call[%d] = 0\n", i, i);
    buf_puts(promela, "  od\n}\n");
}

static void pair_free(struct pair *p)
{
    buf_free(&p->yaml);
    buf_free(&p->global);
    buf_free(&p->process);
}

#endif
