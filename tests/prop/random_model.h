/* SPDX-License-Identifier: GPL-3.0-or-later */
/* random_model.h - random valid models, small, made from a seed and a set of features.
 *
 * random_model() gives the text and the tree it was written from, so that a test can evaluate the
 * tree by itself.  Every step has a name of its own ("n17"), so that it can be found in a program.
 * Most durations are small whole numbers of ms: ties are where the rules are. */
#ifndef TESTS_RANDOM_MODEL_H
#define TESTS_RANDOM_MODEL_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/rng.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum random_feature {
    RANDOM_DRAWS = 1 << 0, /* durations that are drawn */
    RANDOM_CPU = 1 << 1,
    RANDOM_FORKS = 1 << 2, /* parallel, each, and the limit of each */
    RANDOM_SPAWN = 1 << 3, /* spawn, await */
    RANDOM_COMPLETED = 1 << 4,
    RANDOM_UNTIL = 1 << 5, /* until, rest */
    RANDOM_DETACH = 1 << 6,
    RANDOM_TIMEOUT = 1 << 7,
    RANDOM_RETRY = 1 << 8,
    RANDOM_CATCH = 1 << 9,
    RANDOM_ERRORS = 1 << 10, /* error:, fail, siblings */
    RANDOM_HEDGE = 1 << 11,
    RANDOM_CAPACITY = 1 << 12, /* capacity, queue, queue_timeout, discipline */
    RANDOM_USE = 1 << 13,
    RANDOM_OFFLOAD = 1 << 14, /* offload, blocking */
    RANDOM_VARS = 1 << 15,
    RANDOM_CHOICE = 1 << 16,  /* choose, chance() */
    RANDOM_ANSWERS = 1 << 17, /* respond, abort */
    RANDOM_RETURN = 1 << 18,
    RANDOM_PIPELINES = 1 << 19,
    RANDOM_REPEAT = 1 << 20,
    RANDOM_IF = 1 << 21,
    RANDOM_COSTS = 1 << 22,
    RANDOM_BOUNDS = 1 << 23, /* pools, servers, limits, workers, GIL, schedules */
    RANDOM_SHARED = 1 << 24, /* shared variables, wait_until; keyed resources, with RANDOM_USE */
    RANDOM_STAGES = 1 << 25, /* put; a chain of stages, one of them with batches */
    RANDOM_ALL = (1 << 26) - 1,
    /* Nothing waits for anything but its own work, nothing fails: a longest path. */
    RANDOM_PLAIN = RANDOM_DRAWS | RANDOM_FORKS | RANDOM_SPAWN | RANDOM_COMPLETED |
                   RANDOM_PIPELINES | RANDOM_REPEAT | RANDOM_IF
};

enum random_kind {
    RK_CALL,
    RK_WAIT,
    RK_CPU,
    RK_SEQ,
    RK_PARALLEL,
    RK_EACH,
    RK_SPAWN,
    RK_AWAIT,
    RK_OFFLOAD,
    RK_DETACH,
    RK_IF,
    RK_CHOOSE,
    RK_REPEAT,
    RK_USE,
    RK_RUN,
    RK_SET,
    RK_RESPOND,
    RK_ABORT,
    RK_FAIL,
    RK_RETURN,
    RK_TOUCH,
    RK_SHARE, /* set of shared variables */
    RK_UNTIL,
    RK_PUT,
    RK_COUNT
};
enum { RANDOM_BODIES = 3, RANDOM_PIPES = 2, RANDOM_SCOPE = 64, RANDOM_CHANNELS = 3 };
struct random_step {
    enum random_kind kind;
    uint32_t id;
    struct random_step *next;
    struct random_step *body[RANDOM_BODIES]; /* branches; each: do, as_completed; if: then, else */
    uint32_t nbody;
    uint32_t count, limit;  /* each, repeat; limit 0: none */
    uint32_t copy_below;    /* if: copy_of's number is below this; 0: another condition */
    uint32_t copy_of;       /* id of the each */
    uint32_t ref[2], nref;  /* await: id * 4 + branch; run: the pipeline */
    bool flag;              /* set: a boolean */
    const char *arg, *more; /* the verb's operand; further keys, each with a comma before it */
};
struct random_made {
    struct random_step *request, *pipe[RANDOM_PIPES], *stage[RANDOM_CHANNELS];
    const char *text;
};
struct random_maker {
    struct arena *a;
    uint64_t seed, n;
    uint32_t features, next_id, steps, depth;
    bool in_pipe, piped[RANDOM_PIPES];
    bool once; /* each pipeline is run in one place at most, so that names are unique */
    uint32_t task[RANDOM_SCOPE], ntask; /* names that can be awaited */
    const char *cond[RANDOM_SCOPE];     /* conditions that can be evaluated here */
    uint32_t ncond;
    uint32_t each[RANDOM_SCOPE], neach; /* each round here, of this task or of one above */
    bool catching;                      /* named failures can be caught */
    uint32_t put_from; /* channels from this one on can be put into: stages make no circle */
};

static inline uint32_t random_below(struct random_maker *m, uint32_t n)
{
    return (uint32_t)((rng_mix(m->seed, ++m->n) >> 11) % n);
}
static inline bool random_has(const struct random_maker *m, uint32_t feature)
{
    return (m->features & feature) != 0;
}
/* One in n times, if the feature is there at all. */
static inline bool random_one(struct random_maker *m, uint32_t feature, uint32_t n)
{
    return random_has(m, feature) && random_below(m, n) == 0;
}

static inline const char *random_duration(struct random_maker *m)
{
    static const char *const fixed[] = {"1ms", "1ms", "2ms",   "2ms", "3ms",
                                        "5ms", "0",   "500us", "1ns"};
    static const char *const drawn[] = {"uniform(0ms 4ms)", "exponential(mean=2ms)",
                                        "uniform(1ms 2ms) + 1ms", "triangular(0ms 1ms 6ms)"};
    if (random_one(m, RANDOM_DRAWS, 3))
        return drawn[random_below(m, 4)];
    return fixed[random_below(m, 9)];
}

/* Of a step, where shared variables may stand. */
static inline const char *random_span(struct random_maker *m)
{
    static const char *const shared[] = {"g0 * 1ms", "max(0 g1) * 500us", "uniform(0ms 1ms) * g0"};
    return random_one(m, RANDOM_SHARED, 6) ? shared[random_below(m, 3)] : random_duration(m);
}

static inline const char *random_shared_condition(struct random_maker *m)
{
    static const char *const shared[] = {"g0 > 1", "g0 < 3",   "g1 >= 0",     "g2",
                                         "not g2", "g0 == g1", "g0 > 0 or g2"};
    return shared[random_below(m, 7)];
}

static inline struct random_step *random_body(struct random_maker *m, uint32_t most);

/* A body of which nothing is known outside. */
static inline struct random_step *random_inner(struct random_maker *m, uint32_t most)
{
    uint32_t ntask = m->ntask, ncond = m->ncond;
    struct random_step *b = random_body(m, most);
    m->ntask = ntask;
    m->ncond = ncond;
    return b;
}

static inline void random_more(struct random_maker *m, struct random_step *s, const char *key,
                               const char *value)
{
    s->more = arena_printf(m->a, "%s, %s: %s", s->more, key, value);
}

static inline void random_until(struct random_maker *m, struct random_step *s, uint32_t of)
{
    if (of > 0 && random_one(m, RANDOM_UNTIL, 3)) {
        random_more(m, s, "until",
                    random_below(m, 2) ? "any" : arena_printf(m->a, "%u", 1 + random_below(m, of)));
        if (random_below(m, 2))
            random_more(m, s, "rest", "detach");
    }
    if (s->kind != RK_AWAIT && random_one(m, RANDOM_ERRORS, 3))
        random_more(m, s, "siblings", random_below(m, 2) ? "wait" : "ignore");
}

static inline const char *random_condition(struct random_maker *m)
{
    if (random_one(m, RANDOM_SHARED, 4))
        return random_shared_condition(m);
    if (m->ncond > 0 && random_below(m, 3) > 0) {
        const char *c = m->cond[random_below(m, m->ncond)];
        return random_below(m, 2) ? c : arena_printf(m->a, "not (%s)", c);
    }
    return random_has(m, RANDOM_CHOICE) ? "chance(0.5)" : "1 < 2";
}

static inline void random_know(struct random_maker *m, const char *condition)
{
    if (m->ncond < RANDOM_SCOPE)
        m->cond[m->ncond++] = condition;
}

static inline void random_call(struct random_maker *m, struct random_step *s)
{
    s->arg = arena_printf(m->a, "s%u", random_below(m, 4));
    if (random_below(m, 3) == 0)
        random_more(m, s, "latency", random_duration(m));
    if (random_one(m, RANDOM_CPU, 4))
        random_more(m, s, "cpu", "{send: 500us, receive: 1ms}");
    if (random_one(m, RANDOM_ERRORS, 4))
        random_more(m, s, "error", random_below(m, 3) ? "0.5" : "1");
    if (random_one(m, RANDOM_OFFLOAD, 6))
        random_more(m, s, "blocking", "true");
    if (random_one(m, RANDOM_HEDGE, 4))
        random_more(
            m, s, "hedge",
            arena_printf(m->a, "{after: %s, max: %u}", random_duration(m), 2 + random_below(m, 2)));
    if (random_one(m, RANDOM_VARS, 4))
        random_more(m, s, "sets", arena_printf(m->a, "{w%u: chance(0.5)}", s->id));
}

/* What a branch sets first can be read once it has been joined. */
static inline void random_branches(struct random_maker *m, struct random_step *s)
{
    s->nbody = 1 + random_below(m, RANDOM_BODIES);
    uint32_t neach = m->neach;
    for (uint32_t i = 0; i < s->nbody; i++)
        s->body[i] = random_inner(m, 3);
    m->neach = neach;
    if (s->kind == RK_PARALLEL)
        random_until(m, s, s->nbody);
}

static inline void random_each(struct random_maker *m, struct random_step *s)
{
    s->count = random_below(m, 8) ? 1 + random_below(m, 4) : 0;
    s->arg = arena_printf(m->a, "%u", s->count);
    if (random_below(m, 2)) {
        s->limit = 1 + random_below(m, 3);
        random_more(m, s, "limit", arena_printf(m->a, "%u", s->limit));
    }
    random_until(m, s, s->count);
    random_more(m, s, "as", arena_printf(m->a, "c%u", s->id));
    m->each[m->neach++] = s->id;
    s->body[s->nbody++] = random_inner(m, 3);
    if (random_one(m, RANDOM_COMPLETED, 3)) {
        uint32_t features = m->features;
        if (m->once) /* the order of copies that end together would decide when a task begins */
            m->features &= ~(uint32_t)RANDOM_SPAWN;
        s->body[s->nbody++] = random_inner(m, 2);
        m->features = features;
    }
    m->neach--;
}

static inline void random_await(struct random_maker *m, struct random_step *s)
{
    s->nref = m->ntask > 1 ? 1 + random_below(m, 2) : 1;
    s->ref[0] = m->task[random_below(m, m->ntask)];
    if (s->nref == 2)
        s->ref[1] = m->task[random_below(m, m->ntask)];
    if (s->nref == 2 && s->ref[0] == s->ref[1])
        s->nref = 1;
    s->arg = "[";
    for (uint32_t i = 0; i < s->nref; i++)
        s->arg =
            arena_printf(m->a, "%s%st%u_%u", s->arg, i ? ", " : "", s->ref[i] / 4, s->ref[i] % 4);
    s->arg = arena_printf(m->a, "%s]", s->arg);
    random_until(m, s, s->nref);
}

static inline void random_if(struct random_maker *m, struct random_step *s)
{
    if (m->neach > 0 && random_below(m, 2)) {
        s->copy_of = m->each[random_below(m, m->neach)];
        s->copy_below = 1 + random_below(m, 3);
        s->arg = arena_printf(m->a, "c%u < %u", s->copy_of, s->copy_below);
    } else {
        s->arg = random_condition(m);
    }
    s->nbody = 1 + random_below(m, 2);
    for (uint32_t i = 0; i < s->nbody; i++)
        s->body[i] = random_inner(m, 3);
}

static inline void random_run(struct random_maker *m, struct random_step *s)
{
    s->ref[0] = random_below(m, RANDOM_PIPES);
    if (m->once && m->piped[s->ref[0]]) {
        s->kind = RK_WAIT;
        s->arg = random_duration(m);
        return;
    }
    m->piped[s->ref[0]] = true;
    s->arg = arena_printf(m->a, "p%u", s->ref[0]);
}

static inline void random_set(struct random_maker *m, struct random_step *s)
{
    s->flag = random_below(m, 2);
    s->arg =
        arena_printf(m->a, "{v%u: %s}", s->id, s->flag ? "chance(0.5)" : "floor(uniform(0 5))");
}

static inline void random_share(struct random_maker *m, struct random_step *s)
{
    static const char *const set[] = {"{g0: g0 + 1}",   "{g0: g0 - 1}", "{g1: g0 - g1, g0: 2}",
                                      "{g2: not g2}",   "{g2: true}",   "{g1: g1 + 1, g2: g0 > 1}",
                                      "{g0: 9, g1: -9}"};
    s->arg = set[random_below(m, 7)];
    if (random_below(m, 3) == 0)
        random_more(m, s, "atomic", "true");
}

/* Mostly with a way out. */
static inline void random_until_shared(struct random_maker *m, struct random_step *s)
{
    s->arg = random_shared_condition(m);
    if (random_below(m, 6) > 0) {
        random_more(m, s, "timeout", random_below(m, 2) ? "2ms" : "g0 * 1ms");
        random_more(m, s, "catch", "[]");
    }
}

static inline void random_use(struct random_maker *m, struct random_step *s)
{
    static const char *const key[] = {"0", "2", "floor(uniform(0 3))", "max(0 g1)"};
    bool keyed = random_one(m, RANDOM_SHARED, 3);
    s->arg = keyed ? "r3" : arena_printf(m->a, "r%u", random_below(m, 3));
    if (keyed)
        random_more(m, s, "key", key[random_below(m, 4)]);
    if (random_below(m, 3) == 0)
        random_more(m, s, "n", keyed && random_below(m, 2) ? "min(2 max(1 g0))" : "1");
    s->body[s->nbody++] = random_inner(m, 2);
}

/* Which kind: most often work. */
static inline enum random_kind random_kind(struct random_maker *m)
{
    static const struct {
        uint32_t feature;
        enum random_kind kind;
    } rare[] = {
        {RANDOM_FORKS, RK_PARALLEL}, {RANDOM_FORKS, RK_EACH},      {RANDOM_FORKS, RK_EACH},
        {RANDOM_SPAWN, RK_SPAWN},    {RANDOM_SPAWN, RK_SPAWN},     {RANDOM_SPAWN, RK_AWAIT},
        {RANDOM_SPAWN, RK_AWAIT},    {RANDOM_OFFLOAD, RK_OFFLOAD}, {RANDOM_DETACH, RK_DETACH},
        {RANDOM_IF, RK_IF},          {RANDOM_CHOICE, RK_CHOOSE},   {RANDOM_REPEAT, RK_REPEAT},
        {RANDOM_USE, RK_USE},        {RANDOM_USE, RK_USE},         {RANDOM_PIPELINES, RK_RUN},
        {RANDOM_VARS, RK_SET},       {RANDOM_ANSWERS, RK_RESPOND}, {RANDOM_ANSWERS, RK_ABORT},
        {RANDOM_ERRORS, RK_FAIL},    {RANDOM_RETURN, RK_RETURN},   {RANDOM_VARS, RK_TOUCH},
        {RANDOM_SHARED, RK_SHARE},   {RANDOM_SHARED, RK_SHARE},    {RANDOM_SHARED, RK_UNTIL},
        {RANDOM_STAGES, RK_PUT},     {RANDOM_STAGES, RK_PUT}};
    if (m->steps > 0 && m->depth < 5 && random_below(m, 5) < 3) {
        uint32_t k = random_below(m, sizeof rare / sizeof *rare);
        if (random_has(m, rare[k].feature) && !(rare[k].kind == RK_AWAIT && m->ntask == 0) &&
            !(rare[k].kind == RK_RUN && m->in_pipe) &&
            !(rare[k].kind == RK_PUT && m->put_from >= RANDOM_CHANNELS))
            return rare[k].kind;
        return RK_SEQ;
    }
    if (random_one(m, RANDOM_CPU, 3))
        return RK_CPU;
    return random_below(m, 2) ? RK_CALL : RK_WAIT;
}

static inline void random_fill(struct random_maker *m, struct random_step *s)
{
    switch (s->kind) {
    case RK_CALL:
        random_call(m, s);
        break;
    case RK_WAIT:
        s->arg = random_span(m);
        break;
    case RK_SHARE:
        random_share(m, s);
        break;
    case RK_UNTIL:
        random_until_shared(m, s);
        break;
    case RK_CPU:
        s->arg = random_span(m);
        if (random_below(m, 4) == 0)
            random_more(m, s, "releases_gil", "true");
        break;
    case RK_PARALLEL:
    case RK_SPAWN:
        random_branches(m, s);
        break;
    case RK_EACH:
        random_each(m, s);
        break;
    case RK_AWAIT:
        random_await(m, s);
        break;
    case RK_IF:
        random_if(m, s);
        break;
    case RK_RUN:
        random_run(m, s);
        break;
    case RK_SET:
        random_set(m, s);
        break;
    case RK_USE:
        random_use(m, s);
        break;
    case RK_CHOOSE:
        s->nbody = 2;
        s->body[0] = random_inner(m, 2);
        s->body[1] = random_inner(m, 2);
        break;
    case RK_REPEAT:
        s->count = random_below(m, 4);
        s->arg = arena_printf(m->a, "%u", s->count);
        s->body[s->nbody++] = random_inner(m, 2);
        break;
    case RK_SEQ:
    case RK_OFFLOAD:
    case RK_DETACH:
        s->body[s->nbody++] = random_inner(m, 3);
        break;
    case RK_RESPOND:
    case RK_ABORT:
        s->arg = random_below(m, 2) ? "200" : "503";
        break;
    case RK_FAIL:
        s->arg = random_below(m, 2) ? "oops" : "error";
        break;
    case RK_RETURN:
        s->arg = "true";
        break;
    case RK_PUT:
        s->arg =
            arena_printf(m->a, "c%u", m->put_from + random_below(m, RANDOM_CHANNELS - m->put_from));
        break;
    case RK_TOUCH:
    case RK_COUNT:
        s->arg = "shared_thing";
        break;
    }
}

static inline void random_attributes(struct random_maker *m, struct random_step *s)
{
    bool waits = s->kind != RK_SET && s->kind != RK_RESPOND && s->kind != RK_ABORT &&
                 s->kind != RK_RETURN && s->kind != RK_TOUCH && s->kind != RK_FAIL &&
                 s->kind != RK_SHARE && s->kind != RK_UNTIL;
    if (waits && random_one(m, RANDOM_TIMEOUT, 5))
        random_more(m, s, "timeout", random_duration(m));
    if (waits && random_one(m, RANDOM_RETRY, 6))
        random_more(m, s, "retry",
                    random_below(m, 2) ? "{attempts: 2}"
                                       : "{attempts: 3, backoff: 1ms, factor: 2, max: 3ms}");
    if (s->kind != RK_RETURN && s->kind != RK_UNTIL && random_one(m, RANDOM_CATCH, 4)) {
        static const char *const on[] = {"", "timeout: ", "error: ", "any: "};
        const char *key = on[random_below(m, 4)];
        const char *body = random_below(m, 2) ? "[]" : "[{wait: 1ms}]";
        random_more(m, s, "catch", *key ? arena_printf(m->a, "{%s%s}", key, body) : body);
    }
    if (random_one(m, RANDOM_BOUNDS, 8))
        random_more(m, s, "priority", random_below(m, 2) ? "1" : "-1");
}

static inline struct random_step *random_step(struct random_maker *m)
{
    struct random_step *s = NEW(m->a, struct random_step, 1);
    s->id = m->next_id++;
    s->kind = random_kind(m);
    s->more = "";
    m->steps -= m->steps > 0;
    m->depth++;
    random_fill(m, s);
    m->depth--;
    random_attributes(m, s);
    if (s->kind == RK_SET && *s->more == '\0') /* with a catch it may not be set */
        random_know(m, arena_printf(m->a, s->flag ? "v%u" : "v%u > 1", s->id));
    if (s->kind == RK_SPAWN && m->ntask + s->nbody <= RANDOM_SCOPE && *s->more == '\0')
        for (uint32_t i = 0; i < s->nbody; i++)
            m->task[m->ntask++] = s->id * 4 + i;
    return s;
}

static inline struct random_step *random_body(struct random_maker *m, uint32_t most)
{
    struct random_step *first = NULL, **link = &first;
    uint32_t n = 1 + random_below(m, most);
    for (uint32_t i = 0; i < n; i++) {
        *link = random_step(m);
        /* what comes after these would never run */
        if ((*link)->kind == RK_RETURN || (*link)->kind == RK_ABORT || (*link)->kind == RK_FAIL)
            break;
        link = &(*link)->next;
    }
    return first;
}

/* ---- the text ---- */

static inline void random_print_body(struct buf *b, const struct random_step *s, uint32_t depth);

static inline void random_print_branches(struct buf *b, const struct random_step *s, uint32_t depth)
{
    for (uint32_t i = 0; i < s->nbody; i++) {
        buf_printf(b, "%st%u_%u: ", i ? ", " : "{", s->id, i);
        random_print_body(b, s->body[i], depth + 1);
    }
    buf_puts(b, "}");
}

static inline void random_print_step(struct buf *b, const struct random_step *s, uint32_t depth)
{
    static const char *const key[RK_COUNT] = {
        "call",    "wait",   "cpu",  "seq",    "parallel", "each", "spawn",      "await",
        "offload", "detach", "if",   "choose", "repeat",   "use",  "run",        "set",
        "respond", "abort",  "fail", "return", "read",     "set",  "wait_until", "put"};
    static const char *const inner[RK_COUNT] = {
        [RK_EACH] = "do", [RK_REPEAT] = "do", [RK_USE] = "do", [RK_IF] = "then"};
    buf_printf(b, "{%s: ", key[s->kind]);
    if (s->kind == RK_PARALLEL || s->kind == RK_SPAWN) {
        random_print_branches(b, s, depth);
    } else if (s->kind == RK_CHOOSE) {
        buf_puts(b, "[{p: 0.3, do: ");
        random_print_body(b, s->body[0], depth + 1);
        buf_puts(b, "}, {p: 0.7, do: ");
        random_print_body(b, s->body[1], depth + 1);
        buf_puts(b, "}]");
    } else if (s->arg) {
        buf_puts(b, s->arg);
        for (uint32_t i = 0; i < s->nbody; i++) {
            const char *second = s->kind == RK_EACH ? "as_completed" : "else";
            buf_printf(b, ", %s: ", i ? second : inner[s->kind]);
            random_print_body(b, s->body[i], depth + 1);
        }
    } else {
        random_print_body(b, s->body[0], depth + 1);
    }
    buf_printf(b, "%s, name: n%u}", s->more, s->id);
}

static inline void random_print_body(struct buf *b, const struct random_step *s, uint32_t depth)
{
    buf_puts(b, "[");
    for (; s; s = s->next) {
        buf_putc(b, '\n');
        buf_fill(b, ' ', 2 * (size_t)depth + 2);
        random_print_step(b, s, depth);
        if (s->next)
            buf_putc(b, ',');
    }
    buf_puts(b, "]");
}

static inline void random_print_service(struct random_maker *m, struct buf *b, uint32_t i)
{
    static const char *const disc[] = {"fifo", "lifo", "random", "ps", "priority"};
    buf_printf(b, "  s%u: {latency: %s", i, random_duration(m));
    if (random_one(m, RANDOM_CPU, 4))
        buf_puts(b, ", cpu: 500us");
    if (random_one(m, RANDOM_CPU, 4))
        buf_puts(b, ", host_cpu: 1ms");
    if (random_one(m, RANDOM_CAPACITY, 2)) {
        uint32_t d = random_below(m, 5);
        buf_printf(b, ", capacity: %u, discipline: %s", 1 + random_below(m, 2), disc[d]);
        if (d != 3 && random_below(m, 2))
            buf_printf(b, ", queue: %u", random_below(m, 3));
        if (d != 3 && random_below(m, 2))
            buf_printf(b, ", queue_timeout: %s", random_duration(m));
    }
    if (random_one(m, RANDOM_ERRORS, 4))
        buf_puts(b, ", error: 0.3");
    if (random_one(m, RANDOM_OFFLOAD, 3))
        buf_puts(b, ", blocking: true");
    if (random_one(m, RANDOM_TIMEOUT, 4))
        buf_printf(b, ", timeout: %s, abandoned: %s", random_duration(m),
                   random_below(m, 2) ? "stop" : "keep");
    if (random_one(m, RANDOM_RETRY, 5))
        buf_puts(b, ", retry: {attempts: 2, only: [error]}");
    buf_puts(b, "}\n");
}

static inline void random_print_costs(struct random_maker *m, struct buf *b,
                                      const char *const *cost, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (random_one(m, RANDOM_COSTS, 2))
            buf_printf(b, ", %s: %s", cost[i], random_below(m, 4) ? "100us" : "uniform(0us 1ms)");
}

static inline void random_print_host(struct random_maker *m, struct buf *b)
{
    static const char *const schedule[] = {"fifo", "rr(500us)", "ps", "rr(5ms)"};
    if (!random_has(m, RANDOM_BOUNDS))
        return;
    buf_printf(b, ", cores: %u, schedule: %s", 1 + random_below(m, 3),
               schedule[random_below(m, 4)]);
    if (random_below(m, 2))
        buf_puts(b, random_one(m, RANDOM_COSTS, 2) ? ", gil: {handoff: 50us, interval: 300us,"
                                                     " barging: true}"
                                                   : ", gil: true");
    if (random_below(m, 4) == 0)
        buf_puts(b, ", workers: 2");
}

static inline void random_print_bounds(struct random_maker *m, struct buf *b, const char *key,
                                       uint32_t most)
{
    if (random_one(m, RANDOM_BOUNDS, 2))
        buf_printf(b, ", %s: %u", key, 1 + random_below(m, most));
}

/* c0 and c1 lead on to others, c1's and c2's stages may work in batches. */
static inline void random_print_stages(struct random_maker *m, struct buf *b,
                                       const struct random_made *made)
{
    static const char *const full[] = {"wait", "wait", "reject"};
    static const char *const scope[] = {"worker", "all"};
    buf_puts(b, "channels:\n");
    for (uint32_t i = 0; i < RANDOM_CHANNELS; i++)
        buf_printf(b, "  c%u: {size: %u, full: %s, scope: %s}\n", i, 1 + random_below(m, 3),
                   full[random_below(m, 3)], scope[random_below(m, 2)]);
    buf_puts(b, "stages:\n");
    for (uint32_t i = 0; i < RANDOM_CHANNELS; i++) {
        buf_printf(b, "  st%u: {from: c%u, workers: %u", i, i, 1 + random_below(m, 2));
        if (i == 2)
            buf_printf(b, ", batch: {max: %u, wait: %ums}", 1 + random_below(m, 3),
                       random_below(m, 3));
        buf_puts(b, ", do: ");
        random_print_body(b, made->stage[i], 2);
        buf_puts(b, "}\n");
    }
}

/* Serial, threads twice, coroutine, hybrid: each with a host and costs of its own. */
static inline void random_print_executions(struct random_maker *m, struct buf *b)
{
    static const char *const thread_cost[] = {"spawn", "switch", "wake"};
    static const char *const loop_cost[] = {"task", "resume", "wake", "hop", "switch"};
    static const char *const name[] = {"serial", "threads", "threads2", "coroutine", "hybrid"};
    static const char *const kind[] = {"serial", "threads", "threads", "coroutine", "hybrid"};
    buf_puts(b, "executions:\n");
    for (uint32_t i = 0; i < 5; i++) {
        buf_printf(b, "  %s: {kind: %s", name[i], kind[i]);
        random_print_host(m, b);
        random_print_bounds(m, b, "limit", 3);
        if (i == 1 || i == 2)
            random_print_costs(m, b, thread_cost, 3);
        if (i >= 3)
            random_print_costs(m, b, loop_cost, i == 3 ? 3 : 5);
        if (i == 2 || i == 4)
            random_print_bounds(m, b, "pool", 4);
        if (i == 2)
            random_print_bounds(m, b, "server", 2);
        if (random_one(m, RANDOM_BOUNDS, 4))
            buf_puts(b, ", queue: 1");
        buf_puts(b, "}\n");
    }
}

static inline void random_print(struct random_maker *m, struct buf *b,
                                const struct random_made *made, const char *load)
{
    buf_puts(b, "pertinax: 1\nname: random\nservices:\n");
    for (uint32_t i = 0; i < 4; i++)
        random_print_service(m, b, i);
    buf_printf(b,
               "resources:\n  r0: {kind: mutex, scope: all}\n  r1: {kind: semaphore, size: 2, "
               "scope: worker}\n  r2: {kind: pool, size: 1, scope: all%s%s}\n",
               random_one(m, RANDOM_CAPACITY, 2) ? ", queue: 1" : "",
               random_one(m, RANDOM_CAPACITY, 2) ? ", queue_timeout: 1ms" : "");
    if (random_has(m, RANDOM_SHARED))
        buf_puts(b,
                 "  r3: {kind: semaphore, size: 2, keys: 3, scope: worker}\n"
                 "shared: {shared_thing: all, g0: 0..3, g1: {range: -2..2, start: 1, scope: all},"
                 " g2: false}\npipelines:\n");
    else
        buf_puts(b, "shared: [shared_thing]\npipelines:\n");
    for (uint32_t i = 0; i < RANDOM_PIPES; i++) {
        buf_printf(b, "  p%u: ", i);
        random_print_body(b, made->pipe[i], 1);
        buf_putc(b, '\n');
    }
    /* a failure has to be raised somewhere to have a name */
    buf_printf(b, "  raises: [%s{fail: oops}]\n",
               random_has(m, RANDOM_STAGES) ? "{put: c0}, {put: c1}, {put: c2}, " : "");
    if (random_has(m, RANDOM_STAGES))
        random_print_stages(m, b, made);
    buf_puts(b, "request: ");
    random_print_body(b, made->request, 0);
    buf_puts(b, "\n");
    random_print_executions(m, b);
    if (load)
        buf_printf(b, "load: %s\n", load);
}

/* load: what stands after `load:`, or NULL. */
static inline struct random_made random_model(struct arena *a, uint64_t seed, uint32_t features,
                                              const char *load)
{
    struct random_maker m = {.a = a, .seed = rng_mix(seed, 1), .features = features, .next_id = 1};
    struct random_made made = {0};
    m.once = (features & ~(uint32_t)(RANDOM_PLAIN | RANDOM_CPU | RANDOM_BOUNDS)) == 0;
    for (uint32_t i = 0; i < RANDOM_PIPES; i++) {
        m.steps = 5;
        m.ntask = m.ncond = 0;
        m.in_pipe = true;
        made.pipe[i] = random_body(&m, 3);
    }
    m.in_pipe = false;
    m.steps = 4 + random_below(&m, 14);
    m.ntask = m.ncond = 0;
    made.request = random_body(&m, 5);
    m.in_pipe = true;
    for (uint32_t i = 0; i < RANDOM_CHANNELS && random_has(&m, RANDOM_STAGES); i++) {
        m.steps = 5;
        m.ntask = m.ncond = m.neach = 0;
        m.put_from = i + 1;
        made.stage[i] = random_body(&m, 3);
    }
    struct buf b = {0};
    random_print(&m, &b, &made, load);
    made.text = arena_strdup(a, b.s);
    buf_free(&b);
    return made;
}

#endif
