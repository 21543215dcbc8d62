/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emit_impl.h - what the parts of writing a program share, and nobody else's:
 *
 *   emit.c       the program: pipelines, tables, what executes them
 *   emit_check.c what has no Python program
 *   emit_held.c  tables: what is held, shared, put; how it is run
 *   emit_text.c  what executes it: of the files in python/ what the program asks for
 *   emit_step.c  bodies and steps
 *   emit_task.c  steps that start tasks, or wait for them
 *   emit_expr.c  expressions and names
 *   python/      what executes a pipeline, as it stands in every program (python.h) */
#ifndef LIVE_EMIT_IMPL_H
#define LIVE_EMIT_IMPL_H
#include "base/arena.h"
#include "base/buf.h"
#include "live/emit.h"

enum { FLAVOUR_SYNC = 1, FLAVOUR_ASYNC = 2 };
struct emit {
    const struct prog *p;
    const struct model *m;
    struct diags *d;
    struct arena *mem;
    struct buf *out;
    int indent;
    unsigned flavour;   /* of the function being written */
    bool offloaded;     /* it is a part of a pipeline, for a thread of the pool; */
    bool returns;       /* and may say that the pipeline is over */
    uint8_t *made;      /* of each pipeline: flavours that are written, or asked for */
    uint8_t *asked;     /* ... asked for */
    const char *taking; /* inside as_completed: the step whose copies are taken */
    uint32_t lines;     /* written so far */
    bool blocks;        /* something runs on threads */
};

/* ---- emit_expr.c ---- */
const char *emit_name(struct emit *e, const char *name);    /* as a name of Python's */
const char *emit_string(struct emit *e, const char *text);  /* as a literal */
const char *emit_escaped(struct emit *e, const char *text); /* within one */
const char *emit_pipeline(struct emit *e, uint32_t pipeline);
/* The value, if it is known before a request runs; base units. */
bool emit_known(struct emit *e, const struct expr *x, double *value);
/* A value that is asked for by name where it is drawn, and else computed. */
const char *emit_value(struct emit *e, const struct expr *x, const char *name);
const char *emit_count(struct emit *e, const struct expr *x, const char *name);
/* Seconds; or `drawn` ("None": it is taken from the table), or refused (NULL). */
const char *emit_seconds(struct emit *e, const struct expr *x, const char *drawn);

/* ---- emit_check.c ---- */
void emit_check(struct emit *e);
/* Does anything wait by priority? */
bool emit_ranked(const struct prog *p);
const struct res *emit_res(const struct prog *p, enum res_kind kind, const char *name);
/* A worker that does one thing at a time asks for no more at once than there are workers. */
bool emit_binds(const struct prog *p, const struct res *r);

/* ---- emit_held.c ---- */
void emit_held(struct emit *e);
const char *emit_stage(struct emit *e, const struct stage *g); /* the function of its body */

/* ---- emit_text.c ---- */
/* Of these lines what `own`, the program's own part, asks for (python.h). */
void emit_text(const char *const *line, const char *own, struct buf *out);
void emit_imports(const char *text, struct buf *out);

/* ---- emit_step.c ---- */
void emit_line(struct emit *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void emit_body(struct emit *e, const struct body *b);
void emit_blank(struct emit *e); /* unless there is one */
/* In one more indentation; never empty. */
void emit_block(struct emit *e, const struct body *b);
const char *emit_await(const struct emit *e); /* "await ", or nothing */
const char *emit_async(const struct emit *e);
/* More arguments: before, then ", key=value". */
const char *emit_also(struct emit *e, const char *before, const char *key, const char *value);
void emit_refuse(struct emit *e, struct loc at, const char *what, const char *cure);

/* ---- emit_task.c ---- */
void emit_parallel(struct emit *e, const struct step *s);
void emit_each(struct emit *e, const struct step *s);
void emit_spawn(struct emit *e, const struct step *s);
void emit_await_tasks(struct emit *e, const struct step *s);
void emit_detach(struct emit *e, const struct step *s);
void emit_offload(struct emit *e, const struct step *s);

#endif
