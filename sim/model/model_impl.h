/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model_impl.h - shared by the files of the model reader, and by nobody else.
 *
 * model_keys.c reads maps by tables of keys and scalars by kind; model_step.c bodies and steps,
 * model_attr.c what may stand on any step, model_shared.c shared data and variables, model_stage.c
 * channels and stages, model_run.c host, executions and load, model_costs.c sets of costs, model.c
 * the rest.
 * A map of fixed keys is a table of rows: what a row does not name is an unknown key, and rows are
 * read in the table's order, not in the file's.  To add a key is to add a row.  A reader never
 * stops at an error: it leaves a harmless stand-in and goes on. */
#ifndef MODEL_MODEL_IMPL_H
#define MODEL_MODEL_IMPL_H
#include "model/model.h"

enum { READER_MAX_DEPTH = 160, READER_MAX_NAMES = 4096 };

/* The kinds of things that are referred to by name. ORDER sets */
enum set_kind { SET_SERVICE, SET_RESOURCE, SET_SHARED, SET_PIPELINE, SET_CHANNEL, SET_COUNT };
struct name_set {
    uint32_t n;
    const char **v;
};
struct run_edge { /* pipeline `from` runs pipeline `to` in this step */
    uint32_t from, to;
    struct step *step;
};
struct reader {
    struct arena *a;
    struct diags *d;
    struct model *m;
    const char *dir; /* that file names are relative to */
    const char *key; /* whose value is being read, for messages */
    uint32_t depth;
    uint32_t here; /* the pipeline being read, or NO_PIPELINE */
    struct name_set set[SET_COUNT];
    struct run_edge *edge; /* malloc'ed */
    uint32_t nedge, cap_edge;
    uint32_t cap_failure;
    bool astray; /* some channel's name was wrong: which are unused is not known */
};
enum { NO_PIPELINE = 0x7fffffff };

struct key_row {
    const char *key; /* NULL ends a table */
    void (*read)(struct reader *r, const struct yaml *v, void *field);
    size_t offset; /* of the field in the object; 0 where the reader wants all of it */
    bool required;
};
#define KEY(name, fn, T, member)                                                                   \
    {                                                                                              \
        name, fn, offsetof(struct T, member), false                                                \
    }
#define KEY_NEEDED(name, fn, T, member)                                                            \
    {                                                                                              \
        name, fn, offsetof(struct T, member), true                                                 \
    }
#define KEY_WHOLE(name, fn)                                                                        \
    {                                                                                              \
        name, fn, 0, false                                                                         \
    }
#define KEY_WHOLE_NEEDED(name, fn)                                                                 \
    {                                                                                              \
        name, fn, 0, true                                                                          \
    }
#define KEY_END                                                                                    \
    {                                                                                              \
        NULL, NULL, 0, false                                                                       \
    }
struct key_table {
    const char *what; /* "a service" */
    const struct key_row *row;
    const struct key_row *more; /* a second part of the table, or NULL */
};

/* ---- model_keys.c ---- */
/* Read a map by its table into obj.  false if v is no map (reported). */
bool reader_map(struct reader *r, const struct yaml *v, const struct key_table *t, void *obj);
/* "a list", "the text `abc`": what stands there, for messages. */
const char *reader_found(struct reader *r, const struct yaml *v);
/* E-kind: expected this, found that. */
void reader_kind(struct reader *r, const struct yaml *v, const char *expected, const char *hint);
bool reader_is_own(const char *key); /* x-... and $schema: the user's own */
bool reader_is_word(const struct yaml *v, const char *word);
struct loc reader_text_at(const struct yaml *v); /* of a scalar's first character */
/* "did you mean `x`?", or what there is if it is little, or NULL. */
const char *reader_hint(struct reader *r, const char *word, const char *what,
                        const char *const *names, uint32_t n);
/* name(inner) as a whole scalar: inner's text and place; false if it does not look so. */
bool reader_call_text(struct reader *r, const struct yaml *v, const char *name, const char **inner,
                      struct loc *at);
bool reader_name_ok(struct reader *r, const char *name, struct loc at, const char *what,
                    bool hyphen);
void reader_set_init(struct reader *r, enum set_kind k, uint32_t n);
bool reader_set_add(struct reader *r, enum set_kind k, const char *name, struct loc at);
/* Index of the thing that v names; UINT32_MAX if there is none (reported). */
uint32_t reader_find(struct reader *r, const struct yaml *v, enum set_kind k);
/* Index into words, or -1 (reported). */
int reader_word(struct reader *r, const struct yaml *v, const char *const *words, uint32_t n);
bool reader_int(struct reader *r, const struct yaml *v, int32_t *out);
const struct expr *reader_expr_at(struct reader *r, const char *text, struct loc at);

/* Readers of fields, for the tables.  The field's type is in the name or said. */
void read_text(struct reader *r, const struct yaml *v, void *field);  /* const char * */
void read_expr(struct reader *r, const struct yaml *v, void *field);  /* const struct expr * */
void read_count(struct reader *r, const struct yaml *v, void *field); /* same; stands in: 1 */
void read_count_or_unlimited(struct reader *r, const struct yaml *v, void *field); /* NULL: so */
void read_rate(struct reader *r, const struct yaml *v, void *field);
void read_condition(struct reader *r, const struct yaml *v, void *field);
void read_bool(struct reader *r, const struct yaml *v, void *field);       /* bool */
void read_tristate(struct reader *r, const struct yaml *v, void *field);   /* int: 0, 1 */
void read_discipline(struct reader *r, const struct yaml *v, void *field); /* without ps */

/* A map of named things; an empty section (`services:` and no more) has none.  false if there is
 * nothing to run over. */
bool reader_section(struct reader *r, const struct yaml *v, const char *hint);

/* ---- model_shared.c ---- */
void read_shared(struct reader *r, const struct yaml *v, void *field); /* struct model */
uint32_t shared_find(const struct model *m, const char *name);         /* UINT32_MAX: no such */
/* Is the name that of a shared variable?  Then that is reported, what being the other thing. */
bool shared_taken(struct reader *r, const char *name, struct loc at, const char *what);
const char *shared_key_home(const char *key);

/* ---- model_attr.c ---- */
int verb_find(const char *key);                                   /* enum verb, or -1 */
uint32_t reader_failure(const struct model *m, const char *name); /* FAIL_NONE: unknown */
/* One thing, or a list of such things. */
uint32_t reader_items(const struct yaml *v);
const struct yaml *reader_item(const struct yaml *v, uint32_t i);
extern const struct key_row step_rows_any[];
void read_names(struct reader *r, const struct yaml *v, void *field);        /* struct names */
void read_shared_names(struct reader *r, const struct yaml *v, void *field); /* struct names */
void read_assigns(struct reader *r, const struct yaml *v, void *field);      /* struct assigns */
void read_retry(struct reader *r, const struct yaml *v, void *field); /* const struct retry * */
void read_hedge(struct reader *r, const struct yaml *v, void *field); /* const struct hedge * */
/* Register the names that `fail:` steps raise anywhere below v. */
void reader_collect_failures(struct reader *r, const struct yaml *v, uint32_t depth);

/* ---- model_step.c ---- */
void read_body(struct reader *r, const struct yaml *v, void *field); /* struct body */
bool reader_status(struct reader *r, const struct yaml *v, int32_t *out);
const char *step_key_home(struct reader *r, const char *key); /* "`call` steps", or NULL */

/* ---- model_run.c ---- */
void read_host(struct reader *r, const struct yaml *v, void *field);       /* struct host */
void read_executions(struct reader *r, const struct yaml *v, void *field); /* struct model */
void read_load(struct reader *r, const struct yaml *v, void *field);       /* struct model */
void reader_execs_default(struct reader *r, uint32_t own); /* room for so many more */
const char *run_key_home(const char *key);

/* ---- model_costs.c ---- */
void read_costs(struct reader *r, const struct yaml *v, void *field); /* const char * */
void costs_apply(struct reader *r, const struct yaml *v, struct execution *x);

/* ---- model_stage.c ---- */
void read_channels(struct reader *r, const struct yaml *v, void *field); /* struct model */
void read_stages(struct reader *r, const struct yaml *v, void *field);   /* struct model */
void read_put(struct reader *r, const struct yaml *v, void *field);      /* struct step */
void channels_check(struct reader *r); /* is each of them put into and taken from? */
const char *stage_key_home(const char *key);

/* ---- model.c ---- */
const char *model_key_home(const char *key); /* "a service", or NULL */

#endif
