/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model_shared.c - shared data, and shared variables, which have a value; see model_impl.h.
 *
 * `a: request | worker | all` is data whose being touched matters; `a: 0..5`, `a: false` and
 * `a: {range: 0..5, scope: all, start: 3}` are variables. */
#include "model/model_impl.h"
#include <string.h>

uint32_t shared_find(const struct model *m, const char *name)
{
    for (uint32_t i = 0; i < m->nshared; i++)
        if (strcmp(m->shared[i].name, name) == 0)
            return i;
    return UINT32_MAX;
}

bool shared_taken(struct reader *r, const char *name, struct loc at, const char *what)
{
    uint32_t i = shared_find(r->m, name);
    if (i == UINT32_MAX || !r->m->shared[i].variable)
        return false;
    diag_error(r->d, at, "E-duplicate-name", arena_printf(r->a, "give %s another name", what),
               "`%s` is a shared variable", name);
    return true;
}

static bool is_truth(const struct yaml *v)
{
    return reader_is_word(v, "true") || reader_is_word(v, "false");
}

static void truth_read(struct reader *r, const struct yaml *v, struct shared *to)
{
    to->truth = true;
    to->lo = expr_number(r->a, 0, UNIT_NUMBER, v->at);
    to->hi = expr_number(r->a, 1, UNIT_NUMBER, v->at);
    to->start = expr_number(r->a, v->s[0] == 't', UNIT_NUMBER, v->at);
}

/* One end of a range: `0` and `5` of `0..5`. */
static const struct expr *range_end(struct reader *r, const struct yaml *v, size_t from, size_t n)
{
    struct loc at = reader_text_at(v);
    size_t skip = strspn(v->s + from, " ");
    skip = skip < n ? skip : n;
    at.col += (uint32_t)(from + skip);
    at.len = (uint32_t)(n - skip);
    const struct expr *e = reader_expr_at(r, arena_strndup(r->a, v->s + from + skip, n - skip), at);
    return e ? e : expr_number(r->a, 0, UNIT_NUMBER, v->at);
}

/* `0..5`, or `false`, whose value is also where it starts. */
static void read_range(struct reader *r, const struct yaml *v, void *field)
{
    struct shared *to = field;
    const char *dots = v->kind == YAML_SCALAR ? strstr(v->s, "..") : NULL;
    if (is_truth(v)) {
        truth_read(r, v, to);
        return;
    }
    if (!dots) {
        reader_kind(r, v, "a range such as 0..5, or true or false", NULL);
        to->lo = to->hi = expr_number(r->a, 0, UNIT_NUMBER, v->at);
        return;
    }
    size_t n = (size_t)(dots - v->s);
    to->lo = range_end(r, v, 0, n);
    to->hi = range_end(r, v, n + 2, strlen(v->s) - n - 2);
}

static void read_variable_scope(struct reader *r, const struct yaml *v, void *field)
{
    static const char *const words[] = {"worker", "all"};
    int w = reader_word(r, v, words, 2);
    if (w >= 0)
        *(enum scope_kind *)field = w == 0 ? SCOPE_WORKER : SCOPE_ALL;
}

static void read_start(struct reader *r, const struct yaml *v, void *field)
{
    struct shared *to = field;
    if (to->truth)
        diag_error(r->d, v->at, "E-value", "write it as in {range: true}",
                   "`%s` starts as its `range` says", to->name);
    else
        read_expr(r, v, &to->start);
}

/* `range` comes first: the others look at it. */
static const struct key_row rows_variable[] = {
    KEY_WHOLE_NEEDED("range", read_range),
    KEY("scope", read_variable_scope, shared, scope),
    KEY_WHOLE("start", read_start),
    KEY_END,
};
static const struct key_table table_variable = {"a shared variable", rows_variable, NULL};

const char *shared_key_home(const char *key)
{
    for (const struct key_row *row = rows_variable; row->key; row++)
        if (strcmp(row->key, key) == 0)
            return table_variable.what;
    return NULL;
}

static void variable_read(struct reader *r, const struct yaml *v, struct shared *to)
{
    to->variable = true;
    to->scope = SCOPE_WORKER;
    if (v->kind == YAML_MAP)
        reader_map(r, v, &table_variable, to);
    else
        read_range(r, v, to);
    if (!to->lo) /* missing, and reported */
        to->lo = to->hi = expr_number(r->a, 0, UNIT_NUMBER, v->at);
}

static bool is_variable(const struct yaml *v)
{
    return v->kind == YAML_MAP || is_truth(v) || (v->kind == YAML_SCALAR && strstr(v->s, ".."));
}

static void shared_add(struct reader *r, const char *name, struct loc at, const struct yaml *v)
{
    static const char *const words[] = {"request", "worker", "all"};
    static const enum scope_kind scopes[] = {SCOPE_REQUEST, SCOPE_WORKER, SCOPE_ALL};
    struct model *m = r->m;
    reader_name_ok(r, name, at, "shared data", false);
    struct shared *to = &m->shared[m->nshared];
    *to = (struct shared){.name = arena_strdup(r->a, name), .at = at, .scope = SCOPE_ALL};
    if (!reader_set_add(r, SET_SHARED, to->name, at))
        return;
    m->nshared++;
    for (uint32_t i = 0; i < m->nparam; i++)
        if (strcmp(m->param[i].name, name) == 0)
            diag_error(r->d, at, "E-duplicate-name", "give one of them another name",
                       "`%s` is a parameter, too", name);
    if (!v || v->kind == YAML_NULL)
        return;
    r->key = to->name;
    if (is_variable(v)) {
        variable_read(r, v, to);
        return;
    }
    int w = v->kind == YAML_SCALAR ? reader_word(r, v, words, 3) : -1;
    if (w >= 0)
        to->scope = scopes[w];
    else if (v->kind != YAML_SCALAR)
        reader_kind(r, v, "request, worker or all, or a range such as 0..5", NULL);
}

void read_shared(struct reader *r, const struct yaml *v, void *field)
{
    struct model *m = field;
    uint32_t n = v->kind == YAML_SCALAR ? 1 : v->n;
    m->shared = NEW(r->a, struct shared, n ? n : 1);
    reader_set_init(r, SET_SHARED, n);
    if (v->kind == YAML_SCALAR) {
        shared_add(r, v->s, v->at, NULL);
        return;
    }
    for (uint32_t i = 0; v->kind == YAML_LIST && i < n; i++) {
        const struct yaml *item = v->item[i];
        r->key = NULL;
        if (item->kind != YAML_SCALAR) {
            reader_kind(r, item, "a name", "with scopes, `shared` is a map");
            continue;
        }
        if (shared_find(m, item->s) != UINT32_MAX)
            diag_error(r->d, item->at, "E-duplicate-name", NULL, "`%s` is listed twice", item->s);
        else
            shared_add(r, item->s, item->at, NULL);
    }
    for (uint32_t i = 0; v->kind == YAML_MAP && i < n; i++)
        if (!reader_is_own(v->pair[i].key))
            shared_add(r, v->pair[i].key, v->pair[i].key_at, v->pair[i].value);
}
