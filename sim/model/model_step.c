/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model_step.c - bodies and steps of the model reader; see model_impl.h.
 *
 * A verb is a row of verbs.def and a table of keys here; what may stand on any step is in
 * step_rows_any.  A step that is broken beyond use becomes a `seq` with an empty body, so that the
 * rest of the model can still be looked at. */
#include "model/model_impl.h"
#include <stdlib.h>
#include <string.h>

const char *const verb_key[VERB_COUNT] = {
#define VERB(id, key, summary) [VERB_##id] = key,
#include "model/verbs.def"
#undef VERB
};
const char *const verb_summary[VERB_COUNT] = {
#define VERB(id, key, summary) [VERB_##id] = summary,
#include "model/verbs.def"
#undef VERB
};

/* ---- operands ---- */

/* The verb is kept by step_read() for the name; the step itself does nothing any more. */
static void step_void(struct step *s)
{
    s->verb = VERB_SEQ;
}

static void read_call(struct reader *r, const struct yaml *v, void *field)
{
    struct step *s = field;
    uint32_t i = reader_find(r, v, SET_SERVICE);
    if (i == UINT32_MAX)
        step_void(s);
    else
        s->service = i;
}

static const struct key_row rows_cpu_split[] = {
    KEY("send", read_expr, step, cpu),
    KEY("receive", read_expr, step, cpu_receive),
    KEY_END,
};
static const struct key_table table_cpu_split = {"`cpu` of a call", rows_cpu_split, NULL};

static void read_call_cpu(struct reader *r, const struct yaml *v, void *field)
{
    struct step *s = field;
    s->has_cpu = true;
    if (v->kind == YAML_MAP)
        reader_map(r, v, &table_cpu_split, s);
    else
        read_expr(r, v, &s->cpu);
}

static void branch_number(struct reader *r, struct branch *b, uint32_t i)
{
    b->name = arena_printf(r->a, "%u", (unsigned)i);
}

static void branch_of_pair(struct reader *r, const struct yaml_pair *p, struct branch *b)
{
    b->name = arena_strdup(r->a, p->key);
    b->at = p->key_at;
    r->key = b->name;
    if (p->value->kind == YAML_SCALAR && verb_find(p->key) >= 0)
        diag_error(
            r->d, p->value->at, "E-kind",
            arena_printf(r->a, "name the branch, as in {first: {%s: %s}}", p->key, p->value->s),
            "`%s` is the name of a branch here and needs a body, found %s", p->key,
            reader_found(r, p->value));
    else
        read_body(r, p->value, &b->body);
}

static void read_branches(struct reader *r, const struct yaml *v, void *field)
{
    struct step *s = field;
    if (v->kind != YAML_MAP && !(v->kind == YAML_LIST && s->verb == VERB_PARALLEL)) {
        reader_kind(r, v,
                    s->verb == VERB_PARALLEL ? "a map or a list of bodies"
                                             : "a map of names and bodies",
                    s->verb == VERB_SPAWN ? "`await` finds tasks by their names" : NULL);
        return;
    }
    s->nbranch = v->n;
    s->branch = NEW(r->a, struct branch, v->n ? v->n : 1);
    s->listed = v->kind == YAML_LIST;
    for (uint32_t i = 0; i < v->n; i++) {
        struct branch *b = &s->branch[i];
        if (s->listed) {
            branch_number(r, b, i);
            b->at = v->item[i]->at;
            read_body(r, v->item[i], &b->body);
        } else {
            branch_of_pair(r, &v->pair[i], b);
        }
    }
}

static void read_detach(struct reader *r, const struct yaml *v, void *field)
{
    struct step *s = field;
    s->nbranch = 1;
    s->branch = NEW(r->a, struct branch, 1);
    branch_number(r, s->branch, 0);
    s->branch->at = v->at;
    read_body(r, v, &s->branch->body);
    s->body = s->branch->body;
}

static const struct key_row rows_choice[] = {
    KEY_NEEDED("p", read_expr, branch, p),
    KEY_NEEDED("do", read_body, branch, body),
    KEY_END,
};
static const struct key_table table_choice = {"a choice", rows_choice, NULL};

static void read_choose(struct reader *r, const struct yaml *v, void *field)
{
    struct step *s = field;
    if (v->kind != YAML_LIST || v->n == 0) {
        reader_kind(r, v, "a list of choices", "write it as in [{p: 0.7, do: ...}, {p: 0.3, ...}]");
        step_void(s);
        return;
    }
    s->nbranch = v->n;
    s->branch = NEW(r->a, struct branch, v->n);
    for (uint32_t i = 0; i < v->n; i++) {
        struct branch *b = &s->branch[i];
        branch_number(r, b, i);
        b->at = v->item[i]->at;
        r->key = NULL;
        if (!reader_map(r, v->item[i], &table_choice, b) || !b->p)
            b->p = expr_number(r->a, 0, UNIT_ZERO, b->at);
    }
}

static void read_until(struct reader *r, const struct yaml *v, void *field)
{
    const struct expr **e = field;
    if (reader_is_word(v, "all"))
        *e = NULL;
    else if (reader_is_word(v, "any"))
        *e = expr_number(r->a, 1, UNIT_NUMBER, v->at);
    else
        read_count(r, v, field);
}

static void read_rest(struct reader *r, const struct yaml *v, void *field)
{
    static const char *const words[] = {"cancel", "detach"};
    int w = reader_word(r, v, words, 2);
    if (w >= 0)
        *(enum rest_policy *)field = (enum rest_policy)w;
}

static void read_siblings(struct reader *r, const struct yaml *v, void *field)
{
    static const char *const words[] = {"cancel", "wait", "ignore"};
    int w = reader_word(r, v, words, 3);
    if (w >= 0)
        *(enum siblings_policy *)field = (enum siblings_policy)w;
}

static void read_as(struct reader *r, const struct yaml *v, void *field)
{
    if (v->kind != YAML_SCALAR)
        reader_kind(r, v, "the name of a variable", NULL);
    else if (reader_name_ok(r, v->s, v->at, "a variable", false) &&
             !shared_taken(r, v->s, v->at, "the copy's number"))
        *(const char **)field = arena_strdup(r->a, v->s);
}

static void read_completed(struct reader *r, const struct yaml *v, void *field)
{
    struct step *s = field;
    s->has_completed = true;
    read_body(r, v, &s->completed);
}

static void read_use(struct reader *r, const struct yaml *v, void *field)
{
    struct step *s = field;
    uint32_t i = reader_find(r, v, SET_RESOURCE);
    if (i == UINT32_MAX)
        step_void(s); /* its body stays, and is still looked at */
    else
        s->resource = i;
}

static void read_run(struct reader *r, const struct yaml *v, void *field)
{
    struct step *s = field;
    uint32_t i = reader_find(r, v, SET_PIPELINE);
    if (i == UINT32_MAX) {
        step_void(s);
        return;
    }
    s->pipeline = i;
    if (r->here == NO_PIPELINE)
        return;
    r->edge = grow(r->edge, &r->cap_edge, r->nedge + 1, sizeof *r->edge);
    r->edge[r->nedge++] = (struct run_edge){.from = r->here, .to = i, .step = s};
}

static void read_touch(struct reader *r, const struct yaml *v, void *field)
{
    struct step *s = field;
    uint32_t i = reader_find(r, v, SET_SHARED);
    if (i == UINT32_MAX)
        step_void(s);
    else
        s->key = r->m->shared[i].name;
}

bool reader_status(struct reader *r, const struct yaml *v, int32_t *out)
{
    if (v->kind == YAML_SCALAR && !v->quoted && strlen(v->s) == 3 &&
        strspn(v->s, "0123456789") == 3 && v->s[0] >= '1' && v->s[0] <= '5') {
        *out = (int32_t)strtol(v->s, NULL, 10);
        return true;
    }
    diag_error(r->d, v->at, "E-status", NULL, "`%s` must be a status from 100 to 599, found %s",
               r->key, reader_found(r, v));
    return false;
}

static void read_answer(struct reader *r, const struct yaml *v, void *field)
{
    struct step *s = field;
    if (!reader_status(r, v, &s->status))
        s->status = s->verb == VERB_ABORT ? 500 : 200;
}

static void read_fail(struct reader *r, const struct yaml *v, void *field)
{
    struct step *s = field;
    s->failure = FAIL_ERROR;
    if (v->kind != YAML_SCALAR) {
        reader_kind(r, v, "the name of a failure", NULL);
        return;
    }
    if (strcmp(v->s, "any") == 0)
        diag_error(r->d, v->at, "E-name", "`any` in `catch` stands for every failure",
                   "`any` cannot be the name of a failure");
    else if (reader_name_ok(r, v->s, v->at, "a failure", true))
        s->failure = reader_failure(r->m, v->s);
    if (s->failure == FAIL_NONE) /* too many names, reported */
        s->failure = FAIL_ERROR;
}

static void read_return(struct reader *r, const struct yaml *v, void *field)
{
    (void)field;
    if (!reader_is_word(v, "true"))
        diag_error(r->d, v->at, "E-value", "write `return: true`",
                   "`return` takes no value but true, found %s", reader_found(r, v));
}

/* ---- the verbs' tables ---- */

static const struct key_row rows_call[] = {
    KEY_WHOLE_NEEDED("call", read_call),
    KEY("latency", read_expr, step, latency),
    KEY_WHOLE("cpu", read_call_cpu),
    KEY("error", read_expr, step, error),
    KEY("blocking", read_tristate, step, blocking),
    KEY("releases_gil", read_tristate, step, releases_gil),
    KEY("hedge", read_hedge, step, hedge),
    KEY_END,
};
static const struct key_row rows_cpu[] = {
    KEY_NEEDED("cpu", read_expr, step, cpu),
    KEY("releases_gil", read_tristate, step, releases_gil),
    KEY_END,
};
static const struct key_row rows_wait[] = {KEY_NEEDED("wait", read_expr, step, expr), KEY_END};
static const struct key_row rows_seq[] = {KEY_NEEDED("seq", read_body, step, body), KEY_END};
static const struct key_row rows_parallel[] = {
    KEY_WHOLE_NEEDED("parallel", read_branches),
    KEY("until", read_until, step, until),
    KEY("rest", read_rest, step, rest),
    KEY("siblings", read_siblings, step, siblings),
    KEY_END,
};
static const struct key_row rows_each[] = {
    KEY_NEEDED("each", read_count, step, expr),
    KEY_NEEDED("do", read_body, step, body),
    KEY("limit", read_count_or_unlimited, step, limit),
    KEY("until", read_until, step, until),
    KEY("rest", read_rest, step, rest),
    KEY("siblings", read_siblings, step, siblings),
    KEY("as", read_as, step, as),
    KEY_WHOLE("as_completed", read_completed),
    KEY_END,
};
static const struct key_row rows_spawn[] = {KEY_WHOLE_NEEDED("spawn", read_branches), KEY_END};
static const struct key_row rows_await[] = {
    KEY_NEEDED("await", read_names, step, awaits),
    KEY("until", read_until, step, until),
    KEY("rest", read_rest, step, rest),
    KEY_END,
};
static const struct key_row rows_offload[] = {
    KEY_NEEDED("offload", read_body, step, body),
    KEY_END,
};
static const struct key_row rows_detach[] = {KEY_WHOLE_NEEDED("detach", read_detach), KEY_END};
static const struct key_row rows_if[] = {
    KEY_NEEDED("if", read_condition, step, expr),
    KEY("then", read_body, step, body),
    KEY("else", read_body, step, orelse),
    KEY_END,
};
static const struct key_row rows_choose[] = {KEY_WHOLE_NEEDED("choose", read_choose), KEY_END};
static const struct key_row rows_repeat[] = {
    KEY_NEEDED("repeat", read_count, step, expr),
    KEY_NEEDED("do", read_body, step, body),
    KEY_END,
};
static const struct key_row rows_use[] = {
    KEY_WHOLE_NEEDED("use", read_use),
    KEY_NEEDED("do", read_body, step, body),
    KEY("n", read_count, step, units),
    KEY("key", read_expr, step, use_key),
    KEY_END,
};
static const struct key_row rows_put[] = {KEY_WHOLE_NEEDED("put", read_put), KEY_END};
static const struct key_row rows_run[] = {
    KEY_WHOLE_NEEDED("run", read_run),
    KEY("with", read_assigns, step, with),
    KEY_END,
};
static const struct key_row rows_set[] = {
    KEY_NEEDED("set", read_assigns, step, set),
    KEY("atomic", read_bool, step, atomic),
    KEY_END,
};
static const struct key_row rows_wait_until[] = {
    KEY_NEEDED("wait_until", read_condition, step, expr),
    KEY_END,
};
static const struct key_row rows_read[] = {KEY_WHOLE_NEEDED("read", read_touch), KEY_END};
static const struct key_row rows_write[] = {KEY_WHOLE_NEEDED("write", read_touch), KEY_END};
static const struct key_row rows_respond[] = {KEY_WHOLE_NEEDED("respond", read_answer), KEY_END};
static const struct key_row rows_abort[] = {KEY_WHOLE_NEEDED("abort", read_answer), KEY_END};
static const struct key_row rows_fail[] = {KEY_WHOLE_NEEDED("fail", read_fail), KEY_END};
static const struct key_row rows_return[] = {KEY_WHOLE_NEEDED("return", read_return), KEY_END};

static const struct key_row *verb_rows(enum verb v)
{
    static const struct key_row *const rows[VERB_COUNT] = {
        [VERB_CALL] = rows_call,
        [VERB_CPU] = rows_cpu,
        [VERB_WAIT] = rows_wait,
        [VERB_SEQ] = rows_seq,
        [VERB_PARALLEL] = rows_parallel,
        [VERB_EACH] = rows_each,
        [VERB_SPAWN] = rows_spawn,
        [VERB_AWAIT] = rows_await,
        [VERB_OFFLOAD] = rows_offload,
        [VERB_DETACH] = rows_detach,
        [VERB_IF] = rows_if,
        [VERB_CHOOSE] = rows_choose,
        [VERB_REPEAT] = rows_repeat,
        [VERB_USE] = rows_use,
        [VERB_RUN] = rows_run,
        [VERB_PUT] = rows_put,
        [VERB_SET] = rows_set,
        [VERB_WAIT_UNTIL] = rows_wait_until,
        [VERB_READ] = rows_read,
        [VERB_WRITE] = rows_write,
        [VERB_RESPOND] = rows_respond,
        [VERB_ABORT] = rows_abort,
        [VERB_FAIL] = rows_fail,
        [VERB_RETURN] = rows_return,
    };
    return rows[v];
}

static bool rows_have(const struct key_row *row, const char *key)
{
    for (; row->key; row++)
        if (strcmp(row->key, key) == 0)
            return true;
    return false;
}

static const char *step_what(struct reader *r, const char *verb)
{
    return arena_printf(r->a, "%s `%s` step", strchr("aeiou", verb[0]) ? "an" : "a", verb);
}

const char *step_key_home(struct reader *r, const char *key)
{
    if (rows_have(step_rows_any, key))
        return "a step";
    for (int i = 0; i < VERB_COUNT; i++)
        if (rows_have(verb_rows((enum verb)i), key))
            return strcmp(verb_key[i], key) == 0 ? "a step, as its verb"
                                                 : step_what(r, verb_key[i]);
    return NULL;
}

/* ---- steps and bodies ---- */

/* The pair with the step's verb; NULL if there is none, or two (reported). */
static const struct yaml_pair *step_verb(struct reader *r, const struct yaml *v)
{
    const struct yaml_pair *found = NULL, *stray = NULL;
    bool call = yaml_get(v, "call") != NULL, bad = false;
    for (uint32_t i = 0; i < v->n; i++) {
        const struct yaml_pair *p = &v->pair[i];
        if (call && strcmp(p->key, "cpu") == 0) {
            continue; /* a call's attribute */
        } else if (verb_find(p->key) < 0) {
            if (!stray && !reader_is_own(p->key) && !rows_have(step_rows_any, p->key))
                stray = p;
        } else if (found) {
            diag_error(r->d, p->key_at, "E-step-verbs", "make them two steps of a list",
                       "a step has one verb, this one has `%s` and `%s`", found->key, p->key);
            bad = true;
        } else {
            found = p;
        }
    }
    if (bad || found)
        return bad ? NULL : found;
    const char *hint = NULL;
    if (stray) {
        const char *near = nearest(stray->key, verb_key, VERB_COUNT);
        hint = near ? arena_printf(r->a, "did you mean `%s`?", near) : NULL;
        diag_error(r->d, stray->key_at, "E-step-verb", hint,
                   "a step needs a verb, and `%s` is none", stray->key);
    } else {
        diag_error(r->d, v->at, "E-step-verb", "write it as in {call: SERVICE}",
                   "a step needs a verb, such as `call`, `cpu` or `wait`");
    }
    return NULL;
}

static const char *step_default_name(struct reader *r, const struct yaml_pair *p)
{
    if (p->value->kind == YAML_SCALAR &&
        (strcmp(p->key, "call") == 0 || strcmp(p->key, "use") == 0 || strcmp(p->key, "run") == 0 ||
         strcmp(p->key, "put") == 0))
        return arena_strdup(r->a, p->value->s);
    return arena_strdup(r->a, p->key);
}

/* A key goes with a keyed resource, and with no other. */
static void use_complete(struct reader *r, const struct step *s)
{
    const struct resource *to = &r->m->resource[s->resource];
    if (to->keys && !s->use_key)
        diag_error(r->d, s->at, "E-key", "say which, as in `key: zipf(100)`, or `key: i`",
                   "`%s` is keyed: there is one for each of its keys", to->name);
    if (!to->keys && s->use_key)
        diag_error(r->d, s->use_key->at, "E-key",
                   arena_printf(r->a, "leave `key` out, or give `%s` its `keys: N`", to->name),
                   "`%s` has no keys", to->name);
}

/* What a step cannot do without, where its key was missing (and reported). */
static void step_complete(struct reader *r, struct step *s, const struct yaml *v)
{
    if (s->verb == VERB_IF && !yaml_get(v, "then") && !yaml_get(v, "else"))
        diag_error(r->d, s->at, "E-missing-key", NULL, "an `if` step needs `then` or `else`");
    if (s->verb == VERB_USE && s->resource < r->m->nresource)
        use_complete(r, s);
    if (!s->orelse.at.line)
        s->orelse.at = s->at;
}

static void step_read(struct reader *r, const struct yaml *v, struct step *s)
{
    s->at = s->value_at = v->at;
    s->verb = VERB_SEQ;
    s->name = verb_key[VERB_SEQ];
    s->body.at = v->at;
    s->blocking = s->releases_gil = -1;
    if (v->kind != YAML_MAP) {
        bool verb = v->kind == YAML_SCALAR && verb_find(v->s) >= 0;
        r->key = NULL;
        reader_kind(r, v, "a step, which is a map such as {call: SERVICE}",
                    verb                   ? arena_printf(r->a, "write `%s: ...`", v->s)
                    : v->kind == YAML_LIST ? "group steps with `seq:`"
                                           : NULL);
        return;
    }
    const struct yaml_pair *p = step_verb(r, v);
    if (!p)
        return;
    s->verb = (enum verb)verb_find(p->key);
    s->at = p->key_at;
    s->value_at = p->value->at;
    const struct key_table t = {step_what(r, p->key), verb_rows(s->verb), step_rows_any};
    reader_map(r, v, &t, s);
    if (!s->named)
        s->name = step_default_name(r, p);
    step_complete(r, s, v);
}

void read_body(struct reader *r, const struct yaml *v, void *field)
{
    struct body *b = field;
    const char *key = r->key;
    b->at = v->at;
    if (v->kind != YAML_MAP && v->kind != YAML_LIST) {
        bool verb = v->kind == YAML_SCALAR && verb_find(v->s) >= 0;
        reader_kind(r, v, "a step or a list of steps",
                    v->kind == YAML_NULL ? "an empty body is written []"
                    : verb               ? arena_printf(r->a, "write {%s: ...}", v->s)
                                         : "a step is a map such as {call: SERVICE}");
        return;
    }
    if (r->depth >= READER_MAX_DEPTH) {
        diag_error(r->d, v->at, "E-depth", NULL, "steps are nested more than %d deep",
                   (int)READER_MAX_DEPTH);
        return;
    }
    r->depth++;
    b->n = reader_items(v);
    b->v = NEW(r->a, struct step *, b->n ? b->n : 1);
    struct step *steps = NEW(r->a, struct step, b->n ? b->n : 1);
    for (uint32_t i = 0; i < b->n; i++) {
        b->v[i] = &steps[i];
        step_read(r, reader_item(v, i), &steps[i]);
        r->key = key;
    }
    r->depth--;
}
