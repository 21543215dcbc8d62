/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model_attr.c - what may stand on any step: names, failures, assignments, retry, hedge, catch;
 * see model_impl.h. */
#include "model/model_impl.h"
#include <string.h>

/* ---- names of things, failures ---- */

uint32_t reader_failure(const struct model *m, const char *name)
{
    for (uint32_t i = FAIL_ERROR; i < m->nfailure; i++)
        if (strcmp(m->failure[i], name) == 0)
            return i;
    return FAIL_NONE;
}

static void failure_add(struct reader *r, const struct yaml *v)
{
    struct model *m = r->m;
    if (reader_failure(m, v->s) != FAIL_NONE || strcmp(v->s, "any") == 0)
        return;
    if (m->nfailure >= READER_MAX_NAMES) {
        diag_error(r->d, v->at, "E-limit", NULL, "more than %d names of failures",
                   (int)READER_MAX_NAMES);
        return;
    }
    if (m->nfailure == r->cap_failure) {
        uint32_t cap = r->cap_failure * 2;
        const char **more = NEW(r->a, const char *, cap);
        for (uint32_t i = 0; i < m->nfailure; i++)
            more[i] = m->failure[i];
        m->failure = more;
        r->cap_failure = cap;
    }
    m->failure[m->nfailure++] = arena_strdup(r->a, v->s);
}

void reader_collect_failures(struct reader *r, const struct yaml *v, uint32_t depth)
{
    if (depth > READER_MAX_DEPTH)
        return;
    for (uint32_t i = 0; v->kind == YAML_LIST && i < v->n; i++)
        reader_collect_failures(r, v->item[i], depth + 1);
    for (uint32_t i = 0; v->kind == YAML_MAP && i < v->n; i++) {
        const struct yaml_pair *p = &v->pair[i];
        /* Here a key is a variable's name, even if it is `fail`. */
        if (strcmp(p->key, "sets") == 0 || strcmp(p->key, "set") == 0 ||
            strcmp(p->key, "with") == 0)
            continue;
        if (strcmp(p->key, "fail") == 0 && p->value->kind == YAML_SCALAR)
            failure_add(r, p->value);
        else
            reader_collect_failures(r, p->value, depth + 1);
    }
}

static void failure_unknown(struct reader *r, const char *name, struct loc at)
{
    const struct model *m = r->m;
    const char *hint = NULL;
    const char *verb = nearest(name, verb_key, VERB_COUNT);
    const char *near = nearest(name, m->failure + FAIL_ERROR, m->nfailure - FAIL_ERROR);
    if (!near && verb)
        hint = arena_printf(r->a, "did you mean the verb `%s`?", verb);
    else
        hint =
            reader_hint(r, name, "the failures", m->failure + FAIL_ERROR, m->nfailure - FAIL_ERROR);
    diag_error(r->d, at, "E-failure-unknown", hint, "no step fails with `%s`", name);
}

/* A name, or a list of names. */
uint32_t reader_items(const struct yaml *v)
{
    return v->kind == YAML_LIST ? v->n : 1;
}

const struct yaml *reader_item(const struct yaml *v, uint32_t i)
{
    return v->kind == YAML_LIST ? v->item[i] : v;
}

void read_names(struct reader *r, const struct yaml *v, void *field)
{
    struct names *names = field;
    uint32_t n = reader_items(v);
    names->v = NEW(r->a, struct name_at, n ? n : 1);
    for (uint32_t i = 0; i < n; i++) {
        const struct yaml *item = reader_item(v, i);
        if (item->kind != YAML_SCALAR)
            reader_kind(r, item, "a name or a list of names", NULL);
        else
            names->v[names->n++] =
                (struct name_at){.name = arena_strdup(r->a, item->s), .at = item->at};
    }
}

void read_shared_names(struct reader *r, const struct yaml *v, void *field)
{
    struct names *names = field;
    uint32_t n = reader_items(v);
    names->v = NEW(r->a, struct name_at, n ? n : 1);
    for (uint32_t i = 0; i < n; i++) {
        const struct yaml *item = reader_item(v, i);
        uint32_t k = reader_find(r, item, SET_SHARED);
        if (k != UINT32_MAX)
            names->v[names->n++] = (struct name_at){.name = r->m->shared[k].name, .at = item->at};
    }
}

/* What the name stands for: a variable of the task, or one that is shared.  false: reported. */
static bool assign_name(struct reader *r, const struct yaml_pair *p, bool with, struct assign *to)
{
    uint32_t i = shared_find(r->m, p->key);
    *to = (struct assign){.var = arena_strdup(r->a, p->key), .at = p->key_at};
    if (with)
        return !shared_taken(r, p->key, p->key_at, "the parameter");
    if (i == UINT32_MAX)
        return true;
    to->is_shared = true;
    to->shared = i;
    if (!r->m->shared[i].variable)
        diag_error(r->d, p->key_at, "E-shared",
                   arena_printf(r->a,
                                "give it a range, as in `shared: {%s: 0..5}`, or touch it "
                                "with `write: %s`",
                                p->key, p->key),
                   "`%s` is shared data without a value and cannot be set", p->key);
    return r->m->shared[i].variable;
}

void read_assigns(struct reader *r, const struct yaml *v, void *field)
{
    struct assigns *assigns = field;
    if (v->kind != YAML_MAP) {
        reader_kind(r, v, "a map of variables and their values",
                    "write it as in {hit: chance(0.8)}");
        return;
    }
    const char *key = r->key;
    assigns->v = NEW(r->a, struct assign, v->n ? v->n : 1);
    for (uint32_t i = 0; i < v->n; i++) {
        const struct yaml_pair *p = &v->pair[i];
        struct assign *to = &assigns->v[assigns->n];
        if (!reader_name_ok(r, p->key, p->key_at, "a variable", false))
            continue;
        if (!assign_name(r, p, strcmp(key, "with") == 0, to))
            continue;
        r->key = to->var;
        read_expr(r, p->value, &to->value);
        assigns->n++;
    }
    r->key = key;
}

/* ---- attributes ---- */

static void read_attempts(struct reader *r, const struct yaml *v, void *field)
{
    read_count_or_unlimited(r, v, field);
}

static void read_only(struct reader *r, const struct yaml *v, void *field)
{
    struct retry *retry = field;
    uint32_t n = reader_items(v);
    retry->only = NEW(r->a, uint32_t, n ? n : 1);
    for (uint32_t i = 0; i < n; i++) {
        const struct yaml *item = reader_item(v, i);
        if (item->kind != YAML_SCALAR) {
            reader_kind(r, item, "the name of a failure, or a list of them", NULL);
            continue;
        }
        uint32_t code = reader_failure(r->m, item->s);
        if (code == FAIL_NONE)
            failure_unknown(r, item->s, item->at);
        else
            retry->only[retry->nonly++] = code;
    }
    if (v->kind == YAML_LIST && v->n == 0)
        reader_kind(r, v, "the name of a failure, or a list of them",
                    "leave `only` out to retry after every failure");
}

static const struct key_row rows_retry[] = {
    KEY_NEEDED("attempts", read_attempts, retry, attempts),
    KEY("backoff", read_expr, retry, backoff),
    KEY("factor", read_count, retry, factor),
    KEY("max", read_expr, retry, max),
    KEY_WHOLE("only", read_only),
    KEY_END,
};
static const struct key_table table_retry = {"`retry`", rows_retry, NULL};

static const struct key_row rows_hedge[] = {
    KEY_NEEDED("after", read_expr, hedge, after),
    KEY("max", read_count, hedge, max),
    KEY_END,
};
static const struct key_table table_hedge = {"`hedge`", rows_hedge, NULL};

void read_retry(struct reader *r, const struct yaml *v, void *field)
{
    struct retry *retry = NEW(r->a, struct retry, 1);
    retry->at = v->at;
    if (reader_map(r, v, &table_retry, retry))
        *(const struct retry **)field = retry;
}

void read_hedge(struct reader *r, const struct yaml *v, void *field)
{
    struct hedge *hedge = NEW(r->a, struct hedge, 1);
    hedge->at = v->at;
    if (!reader_map(r, v, &table_hedge, hedge))
        return;
    if (!hedge->after) /* missing, and reported */
        hedge->after = expr_number(r->a, 0, UNIT_ZERO, v->at);
    *(const struct hedge **)field = hedge;
}

int verb_find(const char *key)
{
    for (int i = 0; i < VERB_COUNT; i++)
        if (strcmp(verb_key[i], key) == 0)
            return i;
    return -1;
}

/* A map that has no verb's key is a map of handlers; any other thing is one body for all. */
static bool is_handlers(const struct yaml *v)
{
    if (v->kind != YAML_MAP || v->n == 0)
        return false;
    for (uint32_t i = 0; i < v->n; i++)
        if (verb_find(v->pair[i].key) >= 0)
            return false;
    return true;
}

static void read_catch(struct reader *r, const struct yaml *v, void *field)
{
    struct step *s = field;
    if (!is_handlers(v)) {
        s->handler = NEW(r->a, struct handler, 1);
        s->handler[0].at = v->at;
        s->handler[0].code = FAIL_NONE;
        s->nhandler = 1;
        read_body(r, v, &s->handler[0].body);
        return;
    }
    s->handler = NEW(r->a, struct handler, v->n);
    for (uint32_t i = 0; i < v->n; i++) {
        const struct yaml_pair *p = &v->pair[i];
        struct handler *h = &s->handler[s->nhandler];
        if (reader_is_own(p->key))
            continue;
        h->at = p->key_at;
        h->code = reader_failure(r->m, p->key);
        r->key = p->key;
        bool known = h->code != FAIL_NONE || strcmp(p->key, "any") == 0;
        if (!known)
            failure_unknown(r, p->key, p->key_at);
        else
            s->nhandler++;
        /* A mistyped verb ({cal: db}) is one error, not two. */
        if (known || p->value->kind != YAML_SCALAR)
            read_body(r, p->value, &h->body);
    }
}

static void read_step_name(struct reader *r, const struct yaml *v, void *field)
{
    struct step *s = field;
    if (v->kind != YAML_SCALAR || v->s[0] == '\0') {
        reader_kind(r, v, "a text", NULL);
        return;
    }
    s->name = arena_strdup(r->a, v->s);
    s->named = true;
}

static void read_priority(struct reader *r, const struct yaml *v, void *field)
{
    struct step *s = field;
    s->has_priority = reader_int(r, v, &s->priority);
}

const struct key_row step_rows_any[] = {
    KEY_WHOLE("name", read_step_name),
    KEY("timeout", read_expr, step, timeout),
    KEY("retry", read_retry, step, retry),
    KEY_WHOLE("catch", read_catch),
    KEY("sets", read_assigns, step, sets),
    KEY("reads", read_shared_names, step, reads),
    KEY("writes", read_shared_names, step, writes),
    KEY_WHOLE("priority", read_priority),
    KEY_END,
};
