/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prog.h - a model compiled for one execution: flat arrays, indices, no pointers between items.
 *
 * All verbs lower to the instructions of ops.def; a retry, a hedge, a timeout, a queue is a pattern
 * of them.  To add a verb is to write a lowering in compile*.c; to add an instruction is to change
 * the meaning of everything, so it needs a reason in the commit message.
 *
 * A body is what one task runs: the request, a branch, a copy, a spawned task.  Named pipelines are
 * run in place.  Each task has nword words (doubles): variables, loop counters, group numbers.
 *
 * A handler (struct unwinder) is what a failure meets on its way out, innermost first:
 * prog.handler_of[pc], then handler.outer.  Cleaning handlers (release, untimer, kill, hop) work at
 * once; CATCH and RETRY go on with the program. */
#ifndef CORE_PROG_H
#define CORE_PROG_H
#include "model/model.h"

enum opcode {
#define OP(id, text, meaning) OP_##id,
#include "core/ops.def"
#undef OP
    OP_COUNT
};
struct op {
    uint8_t code, flags;
    uint16_t depth; /* ENTER, LEAVE: nesting of steps in the body */
    uint32_t a, b, c;
};
enum {
    OPF_RELEASES_GIL = 1, /* CPU */
    OPF_BLOCKING = 2,     /* ACQ, CALL, HOSTCPU: holds the loop under coroutine */
    OPF_SERVICE = 4,      /* ACQ, REL: the capacity of a service (an abandoned call keeps it) */
    OPF_WORD = 8,         /* ACQ, REL: the units are in w[c], not b; TIMER: the duration */
    OPF_LIGHT = 16,       /* FORK: a hedge copy, which is no task of its own */
    OPF_INPLACE = 32,     /* FORK: the child runs now, on its parent's thread, to its end */
    OPF_COUNT = 128,      /* ASK: the value must be a count */
    OPF_PRIORITY = 64,    /* ACQ: (int16_t)depth is the step's priority, before the class's */
    OPF_KEY = 128, /* ACQ, REL: of a keyed resource; the key is in w[c], OPF_WORD's units in w[b] */
    /* of other instructions: */
    OPF_WHOLE = 64, /* ASK: the value must be a whole number */
    OPF_APART = 1,  /* STORE: another thread may come between what was read for it and this */
    OPF_WITH = 2    /* LOAD, STORE: one move with the use of shared state before it */
};

#define NONE UINT32_MAX

/* A place where something is drawn: its key, and the counters of the loops round it. */
struct site {
    uint32_t hash;        /* of path and quantity: draw_key.site */
    uint32_t expr;        /* what is drawn or evaluated; NONE: nothing */
    uint32_t nloop, loop; /* words loop_word[loop .. loop+nloop): repeat and attempt counters */
};
/* A step as written, wherever its body is run: rows of the results' step table. */
struct mark {
    const char *path; /* "request/limit/lookups/memcache" */
    struct loc at;
    enum verb verb;
};
struct callsite {
    uint32_t service;        /* index into model.service */
    uint32_t latency, error; /* sites; error NONE: never fails */
    bool ps;                 /* the service shares itself: the driver stretches the latency */
    bool abandoned_stop, blocking;
    uint32_t res; /* its capacity: index into res, or NONE; with ps nobody queues for it */
};
struct backoff {
    uint32_t delay, factor, max; /* sites; NONE: not given */
    uint32_t word;               /* counts failed attempts so far */
};
enum group_kind { GROUP_PARALLEL, GROUP_EACH, GROUP_SPAWN, GROUP_HEDGE, GROUP_DETACH };
/* A static description of a fork: what decides it and what becomes of the rest. */
struct forksite {
    enum group_kind kind;
    uint32_t word;    /* holds the group's number while there is one, else 0 (number + 1) */
    uint32_t nbranch; /* of parallel, spawn, hedge; EACH: the count is in w[count_word] */
    uint32_t count_word;
    uint32_t limit;   /* EACH: w[limit] at most at a time; NONE: no limit */
    uint32_t until;   /* w[until] successes decide it; NONE: all must succeed */
    bool detach_rest; /* else the rest is cancelled */
    enum siblings_policy siblings;
    bool consumed;              /* as_completed: children are kept until NEXT takes them */
    uint32_t taken_word;        /* NEXT: the copy's number goes here (NONE: nowhere) */
    bool taken_named;           /* the program reads it; else it only tells draws apart */
    uint32_t nexport, exports;  /* what a child that ends well leaves in its owner */
    uint32_t ncopyvar, copyvar; /* consumed: exports[] that NEXT copies out of the child taken */
};
/* w[from] of the child to w[to] of the owner: COPY, or (a boolean) count of trues and of copies. */
struct export_var {
    uint32_t from, to, total; /* total NONE: COPY */
    uint32_t branch;          /* of this branch of a parallel only; NONE: of every child */
};
struct capture {
    uint32_t from, to; /* words of the parent and of the child */
};
struct awaitsite {
    uint32_t n, first; /* await_ref[first .. first+n) */
    uint32_t until;    /* word, or NONE */
    bool detach_rest;
    uint32_t nimport, import; /* once awaited: what the owners' words give to this task's */
};
struct import_var {
    uint32_t up, from, to; /* w[from] of the up-th ancestor (1: parent) to w[to] */
};
struct await_ref {
    uint32_t up;   /* how many parents above the awaiting task the owner is */
    uint32_t fork; /* forksite of the spawn */
};
struct choice {
    uint32_t n, first; /* choice_arm[] */
    uint32_t site;     /* one uniform */
};
struct choice_arm {
    uint32_t expr, target;
};
enum handler_kind { H_RELEASE, H_UNTIMER, H_KILL, H_HOP, H_LEAVE, H_CATCH, H_RETRY };
struct unwinder {
    enum handler_kind kind;
    uint32_t a;             /* RELEASE: pc of its ACQ; UNTIMER: word; KILL: forksite; LEAVE: mark */
    uint32_t target;        /* CATCH, RETRY: pc */
    uint32_t outer;         /* NONE: the task fails */
    uint32_t nmatch, match; /* CATCH, RETRY: failure codes match_code[]; nmatch 0: any */
    uint32_t word;          /* RETRY: failed attempts so far (reset by a ZERO) */
    uint32_t limit;         /* RETRY: word with the greatest number of attempts, NONE: unlimited */
    uint32_t depth;         /* LEAVE */
};
struct task_body {
    uint32_t pc;
    const char *path; /* "request/limit": told in deadlocks */
    struct loc at;
    uint32_t ncapture, capture;
    uint32_t stage; /* whose body it is, or NONE */
};
/* A stage: its workers are units of a resource, in whose queue the items of its channel wait.  The
 * places of the channel are units of another: a put acquires one, TAKEN gives it back. */
struct stage_site {
    const struct stage *of;
    uint32_t channel, workers; /* index into res; NONE under serial */
    uint32_t each;             /* workers in each worker process */
    uint32_t body;
    uint32_t max;       /* items of a batch; 0: no batch */
    uint32_t size_word; /* batch: number of items */
    int64_t wait;       /* batch: for its first item, ns */
};
struct put_site {
    uint32_t stage;
    uint32_t ncapture, capture; /* words of the putter to words of the stage's task */
};
enum res_kind {
    RES_SERVICE,
    RES_RESOURCE,
    RES_CHANNEL,
    RES_STAGE,
    RES_POOL,
    RES_SERVER,
    RES_LIMIT
};
struct res {
    const char *name;
    enum res_kind kind;
    struct loc at;
    uint32_t size;
    uint32_t queue;         /* NONE: no limit */
    uint32_t queue_timeout; /* site or NONE */
    enum discipline discipline;
    uint32_t keys; /* 0: without keys */
    bool per_worker;
    uint32_t stage; /* STAGE: index into stage */
    uint32_t base;  /* first instance; see state_instance() */
};
/* A shared variable: a whole number of a range, kept by the state. */
struct shared_var {
    const char *name;
    struct loc at;
    uint32_t shared; /* index into model.shared */
    int32_t lo, hi, start;
    bool truth, per_worker;
    uint32_t base; /* its first value; that of a worker is base + (per_worker ? worker : 0) */
};
struct named_word { /* a variable, in the body whose task sets it */
    const char *name;
    uint32_t body, word;
    enum unit unit;
};
struct waitsite { /* of UNTIL */
    const struct expr *written;
    uint32_t n, first; /* wait_var[first .. first+n): the variables that the condition reads */
};
struct prog_class {
    const char *name;
    uint32_t body;
    int32_t priority;
    const struct load *load; /* NULL: one request at a time in an idle system */
    uint32_t clients, backlog;
    uint32_t think, between; /* sites: think time; time between arrivals */
    bool answers; /* some step of its body responds: a path that meets none is unanswered */
};
struct prog {
    const struct model *model;
    const struct execution *exec;
    struct xprog x;
    struct op *op;
    struct loc *where;    /* where[pc] */
    uint32_t *mark_of;    /* the innermost step at pc: index into mark, or NONE */
    uint32_t *handler_of; /* handler_of[pc], or NONE */
    uint32_t *site_of;    /* site of the op's expression or wait, or NONE */
    uint32_t nop;
    struct site *site;
    uint32_t nsite;
    uint32_t *loop_word;
    uint32_t nloop_word;
    struct mark *mark;
    uint32_t nmark;
    struct callsite *call;
    uint32_t ncall;
    struct backoff *backoff;
    uint32_t nbackoff;
    struct forksite *fork;
    uint32_t nfork;
    struct export_var *exports;
    uint32_t nexport;
    struct capture *capture;
    uint32_t ncapture;
    struct awaitsite *await;
    uint32_t nawait;
    struct await_ref *await_ref;
    uint32_t nawait_ref;
    struct import_var *import;
    uint32_t nimport;
    struct choice *choice;
    uint32_t nchoice;
    struct choice_arm *arm;
    uint32_t narm;
    struct unwinder *handler;
    uint32_t nhandler;
    uint32_t *match_code;
    uint32_t nmatch_code;
    struct task_body *body;
    uint32_t nbody;
    struct stage_site *stage;
    uint32_t nstage;
    struct put_site *put;
    uint32_t nput;
    struct res *res;
    uint32_t nres, ninstance;
    struct shared_var *var;
    uint32_t nvar, nvalue;    /* nvalue: one for each variable, or one for each worker */
    struct named_word *named; /* in the order of their bodies */
    uint32_t nnamed;
    struct waitsite *wait;
    uint32_t nwait;
    uint32_t *wait_var;
    uint32_t nwait_var;
    struct prog_class *cls;
    uint32_t ncls;
    uint32_t nword;  /* of every task */
    uint32_t ndepth; /* deepest nesting of steps in one body */
    /* the execution's row */
    enum exec_kind kind;
    uint32_t workers, cores;
    bool gil, has_loop, in_place; /* in_place: serial, children run where they stand */
    bool barging;                 /* a call costs the second in line for the GIL its place */
    bool random_balance;
    enum schedule_kind schedule;
    int64_t quantum, interval;
    uint32_t cost_site[COST_COUNT]; /* NONE: zero */
    uint32_t pool, server, limit;   /* res, or NONE; pool NONE: unlimited threads */
    uint32_t queue_limit;           /* requests that may wait in a worker; NONE: any number */
    double stack, frame;            /* bytes */
    bool uses_cpu;                  /* anything at all computes: cores matter */
    bool gil_contended;             /* a thread that goes on must take the GIL first */
    bool has_timers;
    int32_t uncaught;
};

/* How many there are of a resource: its keys, in each worker or in all. */
static inline uint32_t res_instances(const struct prog *p, uint32_t res)
{
    const struct res *r = &p->res[res];
    return (r->keys ? r->keys : 1) * (r->per_worker ? p->workers : 1);
}

/* The body that an instruction stands in: bodies lie one after the other. */
/* How many requests a load has that ends by itself (backlogs, replays); 0: it does not, or there is
 * no load. */
static inline uint64_t prog_finite(const struct prog *p)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < p->ncls; i++) {
        const struct load *l = p->cls[i].load;
        if (!l || (l->kind != LOAD_BACKLOG && l->kind != LOAD_REPLAY))
            return 0;
        n += l->kind == LOAD_BACKLOG ? p->cls[i].backlog : l->nreplay;
    }
    return n;
}

/* Is there a backlog in its load? */
static inline bool prog_backlog(const struct prog *p)
{
    for (uint32_t i = 0; i < p->ncls; i++)
        if (p->cls[i].load && p->cls[i].load->kind == LOAD_BACKLOG)
            return true;
    return false;
}

static inline uint32_t prog_body_at(const struct prog *p, uint32_t pc)
{
    uint32_t body = 0;
    while (body + 1 < p->nbody && p->body[body + 1].pc <= pc)
        body++;
    return body;
}

/* Compile for one execution.  NULL if there were errors (in d; the same for each execution). */
struct prog *prog_compile(struct arena *a, const struct model *m, const struct execution *x,
                          struct diags *d);
/* The listing, for explain and goldens. */
void prog_list(const struct prog *p, const struct diags *names, struct buf *out);
/* 32-bit FNV-1a of a path and a quantity. */
uint32_t site_hash(const char *path, const char *quantity);

#endif
