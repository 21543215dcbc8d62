/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model.h - a pipeline model as its author wrote it, checked key by key.
 *
 * model_read() turns a YAML tree into this; every part keeps its place.  What is checked here is
 * what needs no scope: keys, kinds of value, names of services, resources, shared data and
 * pipelines, recursion of pipelines, one verb a step.  Variables, units, definite assignment and
 * values are the compiler's (core/compile), which sees where each body is run.
 * Built once, then const.  Strings and expressions live in the arena. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H
#include "model/expr.h"
#include "model/yaml.h"

enum verb {
#define VERB(id, key, summary) VERB_##id,
#include "model/verbs.def"
#undef VERB
    VERB_COUNT
};
extern const char *const verb_key[VERB_COUNT];
extern const char *const verb_summary[VERB_COUNT];

enum discipline { DISC_FIFO, DISC_LIFO, DISC_RANDOM, DISC_PRIORITY, DISC_PS };
enum scope_kind { SCOPE_UNSET, SCOPE_WORKER, SCOPE_ALL, SCOPE_REQUEST };

/* Failures: the built-in ones have fixed codes; names of `fail:` steps follow. */
enum failure { FAIL_NONE, FAIL_ERROR, FAIL_TIMEOUT, FAIL_QUEUE_TIMEOUT, FAIL_REJECTED, FAIL_USER };

struct step;
struct body {
    struct loc at;
    uint32_t n;
    struct step **v;
};
struct name_at {
    const char *name;
    struct loc at;
};
struct names {
    uint32_t n;
    struct name_at *v;
};
struct retry {
    struct loc at;
    const struct expr *attempts; /* NULL: unlimited */
    const struct expr *backoff;  /* NULL: none */
    const struct expr *factor;   /* NULL: 1 */
    const struct expr *max;      /* NULL: no limit */
    uint32_t nonly;              /* 0: every failure */
    uint32_t *only;              /* failure codes */
};
struct hedge {
    struct loc at;
    const struct expr *after;
    const struct expr *max; /* NULL: 2 */
};
struct handler {
    struct loc at;
    uint32_t code; /* a failure code; FAIL_NONE stands for `any` */
    struct body body;
};
struct assign {
    const char *var;
    struct loc at;
    const struct expr *value;
    bool is_shared; /* it sets model.shared[shared], not a variable of the task */
    uint32_t shared;
};
struct assigns {
    uint32_t n;
    struct assign *v;
};
enum rest_policy { REST_CANCEL, REST_DETACH };
enum siblings_policy { SIBLINGS_CANCEL, SIBLINGS_WAIT, SIBLINGS_IGNORE };

struct branch {
    const char *name; /* of a list's item: its number from 0, as text */
    struct loc at;
    const struct expr *p; /* of choose */
    struct body body;
};
struct step {
    enum verb verb;
    struct loc at;       /* of the verb's key */
    struct loc value_at; /* of its value */
    const char *name;    /* given, or by default the verb's argument (service, resource, pipeline,
                            status) where it is one word, else the verb's key; never NULL */
    bool named;          /* given by the author */
    /* attributes */
    const struct expr *timeout; /* NULL: none (a call takes its service's) */
    const struct retry *retry;
    const struct hedge *hedge; /* of call */
    uint32_t nhandler;
    struct handler *handler; /* of catch */
    struct assigns sets;
    struct names reads, writes; /* of shared data, by attribute */
    bool has_priority;
    int32_t priority;
    /* operands, by verb */
    uint32_t service;                   /* call: index into model.service */
    uint32_t resource;                  /* use: index into model.resource */
    uint32_t pipeline;                  /* run: index into model.pipeline */
    uint32_t channel;                   /* put: index into model.channel */
    const struct expr *latency, *error; /* call: overrides, or NULL */
    const struct expr *cpu;             /* cpu: the burst; call: override of send, or NULL */
    const struct expr *cpu_receive;     /* call: override, or NULL */
    bool has_cpu;                       /* call: cpu was overridden (send and receive) */
    int blocking;                       /* call: -1 not said, 0, 1 */
    int releases_gil;                   /* cpu and call: -1 not said, 0, 1 */
    const struct expr *expr;  /* wait: the pause; each, repeat: the count; if: condition */
    struct body body, orelse; /* seq, each, repeat, use, offload, detach: body; if: both */
    uint32_t nbranch;
    struct branch *branch; /* parallel, spawn, choose; a detach or a spawn of a body has one */
    bool listed;           /* parallel written as a list: its branches have no names to refer to */
    const struct expr *limit; /* each */
    const struct expr *until; /* parallel, each, await: NULL all; any is the number 1 */
    enum rest_policy rest;
    enum siblings_policy siblings;
    const char *as;     /* each: variable of the copy's number, or NULL */
    bool has_completed; /* each: as_completed is there */
    struct body completed;
    struct names awaits;        /* await */
    const struct expr *units;   /* use: n, NULL: 1 */
    const struct expr *use_key; /* use: which of a keyed resource */
    struct assigns with;        /* run */
    struct assigns set;         /* set */
    bool atomic;                /* set: nobody comes between */
    const char *key;            /* read, write: the shared name */
    int32_t status;             /* respond, abort: 100..599 */
    uint32_t failure;           /* fail: code */
};

struct param {
    const char *name;
    struct loc at;
    const struct expr *value;
};
struct service {
    const char *name;
    struct loc at;
    const struct expr *latency;
    const struct expr *cpu_send, *cpu_receive, *host_cpu, *error, *timeout, *queue_timeout;
    const struct expr *capacity, *queue; /* NULL: no limit */
    bool releases_gil, blocking, abandoned_stop;
    enum discipline discipline;
    const struct retry *retry;
    const struct hedge *hedge;
};
struct resource {
    const char *name;
    const char *kind; /* "mutex", "semaphore", "pool" */
    struct loc at;
    const struct expr *size; /* a mutex has 1 */
    const struct expr *keys; /* so many of them, each with its queue; NULL: one, without a key */
    const struct expr *queue, *queue_timeout;
    enum discipline discipline; /* never DISC_PS */
    enum scope_kind scope;      /* UNSET, WORKER or ALL */
};
struct shared {
    const char *name;
    struct loc at;
    enum scope_kind scope; /* REQUEST, WORKER or ALL; of a variable WORKER or ALL */
    bool variable, truth;  /* it has a value: a whole number of a range, or true or false */
    const struct expr *lo, *hi, *start; /* of a variable; start NULL: lo */
};
enum { NO_STAGE = 0x7fffffff };
struct channel {
    const char *name;
    struct loc at;
    const struct expr *size;
    bool reject;           /* full: one more is rejected; else it waits */
    enum scope_kind scope; /* UNSET, WORKER or ALL */
    bool put;              /* some step puts into it */
    uint32_t stage;        /* that takes from it: index into model.stage, or NO_STAGE (reported) */
};
struct stage {
    const char *name;
    struct loc at;
    uint32_t from;              /* index into model.channel, or NO_STAGE (reported) */
    const struct expr *workers; /* NULL: 1 */
    bool batch;
    const struct expr *batch_max, *batch_wait; /* wait NULL: 0 */
    struct body body;
};
struct pipeline {
    const char *name;
    struct loc at;
    struct body body;
};

enum exec_kind { EXEC_SERIAL, EXEC_THREADS, EXEC_COROUTINE, EXEC_HYBRID };
extern const char *const exec_kind_name[4];
enum schedule_kind { SCHEDULE_FIFO, SCHEDULE_RR, SCHEDULE_PS };
struct host {
    const struct expr *cores, *workers; /* NULL: 1 */
    bool gil;
    const struct expr *handoff, *interval; /* NULL: 0, 5ms */
    bool barging;
    enum schedule_kind schedule;
    const struct expr *quantum; /* of rr; NULL: 5ms */
    bool random_balance;
};
enum cost {
    COST_SPAWN,
    COST_SWITCH,
    COST_TASK,
    COST_RESUME,
    COST_WAKE,
    COST_HOP,
    COST_HANDOFF,
    COST_COUNT
};
extern const char *const cost_name[COST_COUNT];
struct execution {
    const char *name;
    struct loc at;
    enum exec_kind kind;
    const char *costs;                   /* the set that fills in what is not said; NULL: none */
    const struct expr *cost[COST_COUNT]; /* NULL: 0; HANDOFF overrides the host's */
    const struct expr *pool;             /* NULL: unlimited */
    const struct expr *server;           /* NULL: requests take threads of the pool */
    const struct expr *limit, *queue;    /* NULL: no limit */
    const struct expr *stack, *frame;    /* sizes; NULL: 0 */
    enum discipline discipline;          /* of the pool's queue; never DISC_PS */
    struct host host;                    /* the model's, with this execution's overrides */
};

enum load_kind { LOAD_NONE, LOAD_CLOSED, LOAD_OPEN, LOAD_REPLAY, LOAD_BACKLOG };
enum arrivals_kind { ARRIVE_POISSON, ARRIVE_DETERMINISTIC, ARRIVE_GAMMA };
struct load {
    const char *name; /* default: the pipeline's name */
    struct loc at;
    enum load_kind kind;
    int32_t pipeline; /* -1: request; else index into model.pipeline */
    int32_t priority;
    const struct expr *clients, *think; /* closed; think NULL: 0 */
    const struct expr *rate;            /* open */
    enum arrivals_kind arrivals;
    const struct expr *cv; /* of gamma arrivals */
    const double *replay;  /* ns, ascending, from the start */
    uint32_t nreplay;
    const struct expr *backlog;
};

enum { UNCAUGHT_NONE = 0 };
struct model {
    const char *name, *doc;
    const char *file; /* as the user gave it */
    char digest[65];  /* SHA-256 of the effective model is the caller's; "" until set */
    struct loc at;
    uint32_t nparam, nservice, nresource, nshared, nchannel, nstage, npipeline, nexec, nload,
        nfailure;
    struct param *param;
    struct service *service;
    struct resource *resource;
    struct shared *shared;
    struct channel *channel;
    struct stage *stage;
    struct pipeline *pipeline;
    struct body request;
    int32_t uncaught; /* status, or UNCAUGHT_NONE */
    struct host host;
    struct execution *exec; /* in the order: serial threads coroutine hybrid where not redefined,
                               then the author's own names */
    const bool *exec_named; /* which of them the model itself names */
    struct load *load;      /* nload 0: each request in an idle system */
    struct spec *checks;    /* claims; NULL if there are none (model/spec.h) */
    const char **failure; /* names by code; [FAIL_ERROR] = "error", ... user ones from FAIL_USER */
};

/* NULL if the tree is so wrong that no model can be built; else a model, perhaps with errors in d
 * (the caller asks diags_errors()).  path is for messages and for relative file names. */
const struct model *model_build(struct arena *a, struct yaml *root, const char *path,
                                struct diags *d);
/* Read, apply the --set arguments, build. */
const struct model *model_read(struct arena *a, const char *path, const char *const *set,
                               uint32_t nset, struct diags *d);
const struct execution *model_exec(const struct model *m, const char *name); /* NULL if unknown */

#endif
