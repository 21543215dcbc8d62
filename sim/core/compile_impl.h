/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compile_impl.h - shared by the files of the compiler, and by nobody else.
 *
 *   compile.c       the whole: bodies of the classes, putting the pieces together
 *   compile_env.c   what is not code: parameters, host, costs, resources, load
 *   compile_emit.c  instructions, labels, handlers, sites, marks
 *   compile_step.c  a step with its attributes, and the verbs that stay in their task
 *   compile_call.c  calls, hedged or not, and what is held
 *   compile_fork.c  the verbs that start tasks, and await
 *   compile_shared.c  shared variables: read, set, waited for
 *   compile_stage.c channels, stages, put
 *   scope.c         names: variables, captures, what a task leaves to its owner
 *
 * One task's code grows in its own ctask; compile.c joins them in the order of their numbers and
 * only then knows the pc of a label.  While a child is compiled its parent stands at the fork, so
 * the parent's definite assignments are those at the fork.  Captures and exports are made when a
 * name is first used: words that nobody reads are never copied.
 * A piece with an error leaves a harmless stand-in, and all errors are found in one pass. */
#ifndef CORE_COMPILE_IMPL_H
#define CORE_COMPILE_IMPL_H
#include "core/prog.h"

enum {
    COMPILE_MAX_OPS = 1000000,
    COMPILE_MAX_DEPTH = 200, /* of steps within steps, through run: too */
    COMPILE_MAX_VARS = 4096, /* of one task */
    COMPILE_MAX_PATH = 4096,
    COMPILE_MAX_HEDGE = 16,
    COMPILE_MAX_INSTANCES = 1 << 22 /* of all resources: their keys times workers */
};

/* Which variables are set on every way that leads here; dead: no way leads here. */
struct varset {
    uint64_t w[COMPILE_MAX_VARS / 64];
    bool dead;
};
struct var {
    const char *name; /* NULL: no variable, only a bit of the set */
    struct loc at;    /* where it is first set */
    enum unit unit;
    uint32_t word;
    bool captured; /* has the enclosing task's value from the start */
};
struct line {
    struct op op;
    struct loc at;
    uint32_t mark, handler, site;
};
struct label {
    uint32_t body, pc;
};
/* What leaving a handler's region by `return` has to do; parallel to prog.handler. */
struct cleanup {
    struct op op; /* code OP_COUNT: nothing */
    const struct step *touches;
};
struct block { /* one compiled body, for the scope of task names */
    struct block *up;
    struct ctask *task;
};
struct frame { /* what `return` ends */
    struct frame *up;
    uint32_t end, handler; /* label; handler outside of it */
    bool returned;
    struct varset set;
};
struct bound { /* a name given by with: or as: */
    struct bound *up;
    const char *name;
    bool constant, used;
    enum unit unit;
    double value;
    struct ctask *task; /* if not constant: w[word] of this task */
    uint32_t word;
};
struct transfer { /* w[from] of a child goes to w[to] of the owner */
    uint32_t from, to, total;
    bool taken; /* by NEXT, not at the child's end */
};
/* A name that stands for tasks: a branch, a spawned task, an each. */
struct known {
    const char *name;
    struct loc at;
    enum group_kind kind;
    struct block *block;
    struct ctask *owner, *child;
    uint32_t fork, branch;
    uint32_t began, joined; /* bits of the owner's varset; began of a spawned task only */
    bool taking;            /* its as_completed body is being compiled */
    bool partial;           /* by until: need not all have ended after the join */
    uint32_t ntransfer, cap_transfer;
    struct transfer *transfer;
    struct known *next_of_fork;
};
struct proxy { /* a task of an enclosing body that this task awaits */
    struct known *of;
    uint32_t joined;
    uint32_t nimport, cap_import;
    struct import_var *import;
};
struct ctask {
    struct ctask *up;
    uint32_t level, body;
    uint32_t stage; /* whose body it is, or NONE */
    uint32_t nline, cap_line;
    struct line *line;
    uint32_t nvar, cap_var;
    struct var *var;
    struct varset set; /* at the end: what is set when it ends well */
    uint32_t nword;
    uint32_t ncapture, cap_capture;
    struct capture *capture;
    uint32_t nproxy, cap_proxy;
    struct proxy *proxy;
    uint32_t nloop, cap_loop;
    uint32_t *loop; /* words of the loops round the current place */
    uint32_t handler, mark, depth;
};
struct cawait { /* by await: whose imports are known at the end */
    struct ctask *task;
    uint32_t n;
    struct known **of;
};
struct path_slot {
    const char *path;
    uint32_t times;
};
struct compiler {
    struct arena *a, *tmp; /* of the result; until the end of the compilation */
    struct diags *d;
    const struct model *m;
    const struct execution *x;
    struct prog *p;
    struct scope scope, param_scope;
    struct binding *param;                      /* values of model.param */
    uint32_t *res_of_service, *res_of_resource; /* index into prog.res, or NONE */
    struct ctask *t;
    struct block *block;
    struct frame *frame;
    struct bound *bound;
    const char *path; /* of the body being compiled */
    uint32_t nest, ops;
    bool inplace, full, crowded; /* full, crowded: said already */
    bool answers;                /* some step of the body being compiled responds */
    bool batch;                  /* it is that of a stage with batches */
    struct cstages *stages;      /* compile_stage.c */
    bool has_priority;
    int32_t priority;
    uint32_t ntask, cap_task, nknown, cap_known, nlabel, cap_label, ncleanup, cap_cleanup;
    struct ctask **task;
    struct known **known, **of_fork; /* of_fork: first of each fork */
    uint32_t cap_of_fork, nof_fork;
    struct label *label;
    struct cleanup *cleanup;
    struct cawait *await;
    uint32_t ncawait, cap_cawait;
    struct path_slot *paths;
    uint32_t npath, cap_path;
    struct line scrap;
    uint32_t *var_of_shared; /* index into prog.var, or NONE */
    uint32_t reads;          /* lines from here on were emitted for the expression at hand */
    bool reads_with;         /* and its reads are one move with what stands before them */
    uint32_t cap_wait, cap_wait_var;
    uint32_t cap_site, cap_loop_word, cap_mark, cap_call, cap_backoff, cap_fork, cap_await,
        cap_await_ref, cap_choice, cap_arm, cap_handler, cap_match_code, cap_body, cap_res;
};

/* Room for one more in an array of the temporary arena. */
void *compile_grow(struct compiler *c, void *v, uint32_t *cap, uint32_t need, size_t size);
#define ADD(c, v, n, cap) ((v) = compile_grow((c), (v), &(cap), (n) + 1, sizeof *(v)), &(v)[(n)++])

/* ---- compile_emit.c ---- */
struct line *emit(struct compiler *c, enum opcode op, struct loc at);
struct line *emit3(struct compiler *c, enum opcode op, struct loc at, uint32_t a, uint32_t b,
                   uint32_t target);
uint32_t label_new(struct compiler *c);
void label_here(struct compiler *c, uint32_t label);
uint32_t label_at(struct compiler *c, uint32_t pc);
bool op_has_target(unsigned code); /* in c */
/* Open a region; region_close() goes back to the one outside.  region_end() undoes before what was
 * done: a task that is cut short when it has come to that and no further has it undone as well. */
struct unwinder *region_open(struct compiler *c, enum handler_kind k, uint32_t a, struct op undo);
void region_close(struct compiler *c);
void region_end(struct compiler *c, struct loc at);
void region_match(struct compiler *c, struct unwinder *u, const uint32_t *code, uint32_t n);
extern const struct op op_nothing;
struct op op_make(enum opcode code, uint32_t a, uint32_t b, uint32_t target);
uint32_t site_new(struct compiler *c, const char *path, const char *quantity, uint32_t expr);
uint32_t word_new(struct compiler *c);
void loop_push(struct compiler *c, uint32_t word);
void loop_pop(struct compiler *c);
const char *path_join(struct compiler *c, const char *base, const char *name, struct loc at);
uint32_t mark_new(struct compiler *c, const struct step *s);
const char *mark_path(const struct compiler *c); /* of the innermost step */
struct ctask *task_begin(struct compiler *c, const char *path, struct loc at);
struct ctask *task_end(struct compiler *c, struct loc at); /* the task that ended */
/* ASK into a word (NONE: a new one).  Returns the word. */
uint32_t emit_ask(struct compiler *c, const char *quantity, uint32_t expr, uint32_t word,
                  struct loc at);

/* ---- compile_env.c ---- */
void compile_params(struct compiler *c);
void compile_host(struct compiler *c);
void compile_costs(struct compiler *c);
void compile_resources(struct compiler *c);
void compile_load(struct compiler *c);
/* A resource of the program; its index. */
uint32_t compile_res(struct compiler *c, struct res r);
struct count_want {
    const char *what; /* "`cores`" */
    uint32_t min, max;
};
/* A constant whole number known when the model is loaded; min if there is an error. */
uint32_t compile_count(struct compiler *c, const struct expr *e, const struct scope *s,
                       struct count_want w);

/* ---- compile_shared.c ---- */
void compile_shared(struct compiler *c);
/* A name that stands for shared data: true, and what it is bound to (BIND_ERROR: reported). */
bool shared_bind(struct compiler *c, const struct expr *name, struct binding *b);
/* var = w[word]..., by `set` or `sets`; atomic: nobody comes between its reads and its writes. */
void shared_set(struct compiler *c, const struct assign *v, bool atomic);
void compile_wait_until(struct compiler *c, const struct step *s);

/* ---- scope.c ---- */
struct binding scope_find(void *ctx, const struct expr *name, enum expr_op agg, struct diags *d);
struct binding scope_param(void *ctx, const struct expr *name, enum expr_op agg, struct diags *d);
uint32_t scope_expr(struct compiler *c, const struct expr *e, enum want want, bool nodraw);
bool scope_const(const struct compiler *c, uint32_t expr, double *value);
bool scope_is_zero(const struct compiler *c, uint32_t expr);
/* The word of a variable that is now set; reports what is wrong with its name or unit. */
uint32_t scope_set(struct compiler *c, const struct assign *v, uint32_t expr);
bool scope_free_name(struct compiler *c, const char *name, struct loc at); /* no parameter */
uint32_t scope_bit(struct compiler *c);
void set_bit(struct varset *s, uint32_t bit);
void set_meet(struct varset *s, const struct varset *other); /* what both ways have set */
/* w[word] of an enclosing task (or of this one) in task t, captured on every level between. */
uint32_t scope_capture(struct compiler *c, struct ctask *t, const struct ctask *owner,
                       uint32_t word);
struct known *scope_know(struct compiler *c, const struct known *k);
/* The spawned task that await: means; NULL: reported. */
struct known *scope_spawned(struct compiler *c, const struct name_at *n);
void scope_awaited(struct compiler *c, struct known *k, bool partial);

/* ---- compile_step.c ---- */
struct body_opt {
    const char *path; /* NULL: that of the enclosing body */
    bool branch;      /* a whole branch, copy or task: a sole run: adds no level to paths */
};
void compile_body(struct compiler *c, const struct body *b, struct body_opt o);
void frame_open(struct compiler *c, struct frame *f);
void frame_close(struct compiler *c);

/* ---- compile_call.c ---- */
void compile_call(struct compiler *c, const struct step *s);
void compile_cpu(struct compiler *c, const struct step *s);
void compile_use(struct compiler *c, const struct step *s);
void compile_offload(struct compiler *c, const struct step *s);

/* ---- compile_stage.c ---- */
void compile_channels(struct compiler *c);
void compile_stages(struct compiler *c);
void compile_put(struct compiler *c, const struct step *s);
void join_puts(struct compiler *c, uint32_t *cap_capture);
/* A variable that all items of the stage being compiled have. */
bool scope_carried(struct compiler *c, const struct expr *e, struct binding *to);
/* The word of this task, if it is a stage's, that has the variable already; or NONE. */
uint32_t scope_carries(struct compiler *c, const char *name, enum unit unit);
bool scope_batch_hides(struct compiler *c, const char *name);
/* Adds to v the names of variables that its items may have, for suggestions. */
const char **scope_carried_names(struct compiler *c, const char **v, uint32_t *n, uint32_t *cap);

/* ---- compile_fork.c ---- */
void compile_parallel(struct compiler *c, const struct step *s);
void compile_each(struct compiler *c, const struct step *s);
void compile_spawn(struct compiler *c, const struct step *s);
void compile_detach(struct compiler *c, const struct step *s);
void compile_await(struct compiler *c, const struct step *s);
uint32_t fork_new(struct compiler *c, enum group_kind k, uint32_t nbranch);

#endif
