/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model_keys.c - maps by tables of keys, scalars by kind; see model_impl.h. */
#include "model/model_impl.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { HINT_CANDIDATES = 256, HINT_LISTED = 12, FOUND_BYTES = 40 };
/* ORDER sets */
static const char *const set_what[SET_COUNT] = {"service", "resource", "shared data", "pipeline",
                                                "channel"};
static const char *const set_section[SET_COUNT] = {"services", "resources", "shared", "pipelines",
                                                   "channels"};

bool reader_is_own(const char *key)
{
    return strncmp(key, "x-", 2) == 0 || strcmp(key, "$schema") == 0;
}

const char *reader_found(struct reader *r, const struct yaml *v)
{
    switch (v->kind) {
    case YAML_NULL:
        return "nothing";
    case YAML_LIST:
        return v->n ? "a list" : "an empty list";
    case YAML_MAP:
        return v->n ? "a map" : "an empty map";
    case YAML_SCALAR:
        break;
    }
    size_t n = strcspn(v->s, "\r\n");
    bool cut = v->s[n] != '\0';
    if (n > FOUND_BYTES) {
        cut = true;
        for (n = FOUND_BYTES; n > 0 && ((unsigned char)v->s[n] & 0xc0) == 0x80; n--)
            continue; /* not within a character */
    }
    return arena_printf(r->a, "`%.*s%s`", (int)n, v->s, cut ? "..." : "");
}

void reader_kind(struct reader *r, const struct yaml *v, const char *expected, const char *hint)
{
    if (r->key)
        diag_error(r->d, v->at, "E-kind", hint, "`%s` must be %s, found %s", r->key, expected,
                   reader_found(r, v));
    else
        diag_error(r->d, v->at, "E-kind", hint, "expected %s, found %s", expected,
                   reader_found(r, v));
}

bool reader_is_word(const struct yaml *v, const char *word)
{
    return v->kind == YAML_SCALAR && !v->quoted && strcmp(v->s, word) == 0;
}

struct loc reader_text_at(const struct yaml *v)
{
    struct loc at = v->at;
    if (v->quoted)
        at.col++;
    return at;
}

static const char *join(struct reader *r, const char *const *names, uint32_t n)
{
    const char *s = "";
    for (uint32_t i = 0; i < n; i++)
        s = arena_printf(r->a, "%s%s%s", s, i ? ", " : "", names[i]);
    return s;
}

const char *reader_hint(struct reader *r, const char *word, const char *what,
                        const char *const *names, uint32_t n)
{
    /* What is not going to be shown need not be thought out: a hostile file may have a hundred
     * thousand wrong names. */
    if (diags_count(r->d) >= DIAG_MAX)
        return NULL;
    const char *near = nearest(word, names, n < HINT_CANDIDATES ? n : HINT_CANDIDATES);
    if (near)
        return arena_printf(r->a, "did you mean `%s`?", near);
    if (n == 0 || n > HINT_LISTED)
        return NULL;
    return arena_printf(r->a, "%s: %s", what, join(r, names, n));
}

static const struct key_row *row_find(const struct key_row *row, const char *key)
{
    for (; row && row->key; row++)
        if (strcmp(row->key, key) == 0)
            return row;
    return NULL;
}

static uint32_t row_names(const struct key_row *row, const char **names, uint32_t n, uint32_t max)
{
    for (; row && row->key && n < max; row++)
        names[n++] = row->key;
    return n;
}

static void key_unknown(struct reader *r, const struct yaml_pair *p, const struct key_table *t)
{
    const char *names[64];
    uint32_t n = row_names(t->row, names, 0, 64);
    n = row_names(t->more, names, n, 64);
    const char *home = step_key_home(r, p->key);
    if (!home)
        home = model_key_home(p->key);
    const char *hint = NULL;
    if (home && strcmp(home, t->what) != 0)
        hint = arena_printf(r->a, "`%s` is a key of %s", p->key, home);
    else
        hint = reader_hint(r, p->key, arena_printf(r->a, "the keys of %s", t->what), names, n);
    diag_error(r->d, p->key_at, "E-unknown-key", hint, "unknown key `%s` in %s", p->key, t->what);
}

static void keys_check(struct reader *r, const struct yaml *v, const struct key_table *t)
{
    for (uint32_t i = 0; i < v->n; i++) {
        const struct yaml_pair *p = &v->pair[i];
        if (reader_is_own(p->key))
            continue;
        const struct key_row *row = row_find(t->row, p->key);
        if (!row)
            row = row_find(t->more, p->key);
        if (!row)
            key_unknown(r, p, t);
    }
}

/* Is the key there, misspelt?  Then that is reported, and that alone. */
static bool key_misspelt(const struct yaml *v, const struct key_row *rows, const char *key)
{
    for (uint32_t i = 0; i < v->n; i++)
        if (!row_find(rows, v->pair[i].key) && nearest(v->pair[i].key, &key, 1))
            return true;
    return false;
}

static void rows_read(struct reader *r, const struct yaml *v, const struct key_row *row,
                      const char *what, void *obj)
{
    const char *outer = r->key;
    const struct key_row *rows = row;
    for (; row && row->key; row++) {
        const struct yaml *value = yaml_get(v, row->key);
        r->key = row->key;
        if (value)
            row->read(r, value, (char *)obj + row->offset);
        else if (row->required && !key_misspelt(v, rows, row->key))
            diag_error(r->d, v->at, "E-missing-key", NULL, "%s needs `%s`", what, row->key);
    }
    r->key = outer;
}

bool reader_map(struct reader *r, const struct yaml *v, const struct key_table *t, void *obj)
{
    if (v->kind != YAML_MAP) {
        const char *names[64];
        uint32_t n = row_names(t->row, names, 0, 64);
        n = row_names(t->more, names, n, 64);
        const char *hint = arena_printf(r->a, "%s is a map with the keys %s%s", t->what,
                                        join(r, names, n < HINT_LISTED ? n : HINT_LISTED),
                                        n > HINT_LISTED ? ", ..." : "");
        reader_kind(r, v, "a map", hint);
        return false;
    }
    keys_check(r, v, t);
    rows_read(r, v, t->row, t->what, obj);
    rows_read(r, v, t->more, t->what, obj);
    return true;
}

bool reader_section(struct reader *r, const struct yaml *v, const char *hint)
{
    if (v->kind != YAML_MAP && v->kind != YAML_NULL)
        reader_kind(r, v, "a map of names", hint);
    return v->kind == YAML_MAP;
}

bool reader_call_text(struct reader *r, const struct yaml *v, const char *name, const char **inner,
                      struct loc *at)
{
    if (v->kind != YAML_SCALAR)
        return false;
    const char *s = v->s;
    size_t n = strlen(name), len = strlen(s);
    if (strncmp(s, name, n) != 0)
        return false;
    size_t open = n + strspn(s + n, " ");
    if (s[open] != '(' || s[len - 1] != ')')
        return false;
    open++;
    open += strspn(s + open, " ");
    *inner = arena_strndup(r->a, s + open, len - 1 > open ? len - 1 - open : 0);
    *at = reader_text_at(v);
    at->col += (uint32_t)open;
    at->len = (uint32_t)strlen(*inner);
    return true;
}

/* ---- names ---- */

bool reader_name_ok(struct reader *r, const char *name, struct loc at, const char *what,
                    bool hyphen)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
    static const char more[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789-";
    size_t n = strspn(name, more);
    bool ok = name[0] != '\0' && strchr(letters, name[0]) && name[n] == '\0';
    if (ok && !hyphen && strchr(name, '-'))
        ok = false;
    if (!ok)
        diag_error(r->d, at, "E-name",
                   hyphen ? "a name is letters, digits, `_` and `-`, and begins with a letter"
                          : "a name is letters, digits and `_`, and begins with a letter",
                   "`%s` cannot be the name of %s", name, what);
    return ok;
}

void reader_set_init(struct reader *r, enum set_kind k, uint32_t n)
{
    r->set[k].n = 0;
    r->set[k].v = NEW(r->a, const char *, n ? n : 1);
}

bool reader_set_add(struct reader *r, enum set_kind k, const char *name, struct loc at)
{
    if (r->set[k].n >= READER_MAX_NAMES) {
        diag_error(r->d, at, "E-limit", NULL, "more than %d names in `%s`", (int)READER_MAX_NAMES,
                   set_section[k]);
        return false;
    }
    r->set[k].v[r->set[k].n++] = name;
    return true;
}

uint32_t reader_find(struct reader *r, const struct yaml *v, enum set_kind k)
{
    const struct name_set *set = &r->set[k];
    if (v->kind != YAML_SCALAR) {
        reader_kind(
            r, v,
            arena_printf(r->a, "the name of %s %s", k == SET_SHARED ? "some" : "a", set_what[k]),
            NULL);
        return UINT32_MAX;
    }
    for (uint32_t i = 0; i < set->n; i++)
        if (strcmp(set->v[i], v->s) == 0)
            return i;
    const char *hint = NULL;
    if (set->n == 0)
        hint = arena_printf(r->a, "the model has no `%s:`", set_section[k]);
    else
        hint = reader_hint(r, v->s, arena_printf(r->a, "the %s", set_section[k]), set->v, set->n);
    for (int o = 0; o < SET_COUNT; o++)
        for (uint32_t i = 0; o != (int)k && i < r->set[o].n; i++)
            if (strcmp(r->set[o].v[i], v->s) == 0)
                hint = arena_printf(r->a, "`%s` stands in `%s:`", v->s, set_section[o]);
    diag_error(r->d, v->at, "E-unknown-name", hint, "unknown %s %s", set_what[k],
               reader_found(r, v));
    return UINT32_MAX;
}

/* ---- scalars ---- */

int reader_word(struct reader *r, const struct yaml *v, const char *const *words, uint32_t n)
{
    const char *expected = arena_printf(r->a, n > 1 ? "one of %s" : "%s", join(r, words, n));
    if (v->kind != YAML_SCALAR) {
        reader_kind(r, v, expected, NULL);
        return -1;
    }
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(v->s, words[i]) == 0)
            return (int)i;
    const char *near = nearest(v->s, words, n);
    diag_error(r->d, v->at, "E-value", near ? arena_printf(r->a, "did you mean `%s`?", near) : NULL,
               "`%s` must be %s, found %s", r->key, expected, reader_found(r, v));
    return -1;
}

bool reader_int(struct reader *r, const struct yaml *v, int32_t *out)
{
    if (v->kind == YAML_SCALAR && !v->quoted) {
        char *end = NULL;
        errno = 0;
        long x = strtol(v->s, &end, 10);
        bool digits = v->s[strspn(v->s, "+-0123456789")] == '\0' && end != v->s && *end == '\0';
        if (digits && errno == 0 && x >= -1000000000L && x <= 1000000000L) {
            *out = (int32_t)x;
            return true;
        }
    }
    diag_error(r->d, v->at, "E-number", NULL, "`%s` must be a whole number, found %s", r->key,
               reader_found(r, v));
    return false;
}

const struct expr *reader_expr_at(struct reader *r, const char *text, struct loc at)
{
    return expr_parse(r->a, text, at, r->dir, r->d);
}

static const struct expr *expr_of(struct reader *r, const struct yaml *v, double value,
                                  enum unit unit)
{
    const struct expr *e = NULL;
    if (v->kind == YAML_SCALAR)
        e = reader_expr_at(r, v->s, reader_text_at(v));
    else
        reader_kind(r, v, "a single value",
                    v->kind == YAML_LIST && v->flow ? "quote the value if its brackets are meant"
                                                    : NULL);
    return e ? e : expr_number(r->a, value, unit, v->at);
}

void read_expr(struct reader *r, const struct yaml *v, void *field)
{
    *(const struct expr **)field = expr_of(r, v, 0, UNIT_ZERO);
}

void read_count(struct reader *r, const struct yaml *v, void *field)
{
    *(const struct expr **)field = expr_of(r, v, 1, UNIT_NUMBER);
}

void read_count_or_unlimited(struct reader *r, const struct yaml *v, void *field)
{
    const struct expr **e = field;
    *e = reader_is_word(v, "unlimited") ? NULL : expr_of(r, v, 1, UNIT_NUMBER);
}

void read_rate(struct reader *r, const struct yaml *v, void *field)
{
    *(const struct expr **)field = expr_of(r, v, 1, UNIT_RATE);
}

void read_condition(struct reader *r, const struct yaml *v, void *field)
{
    *(const struct expr **)field = expr_of(r, v, 1, UNIT_BOOL);
}

void read_text(struct reader *r, const struct yaml *v, void *field)
{
    if (v->kind == YAML_SCALAR)
        *(const char **)field = arena_strdup(r->a, v->s);
    else
        reader_kind(r, v, "a text", NULL);
}

void read_bool(struct reader *r, const struct yaml *v, void *field)
{
    bool *b = field;
    if (reader_is_word(v, "true") || reader_is_word(v, "false")) {
        *b = v->s[0] == 't';
        return;
    }
    static const char *const yes[] = {"yes", "Yes",  "YES",  "on",   "On",
                                      "ON",  "True", "TRUE", "true", "1"};
    static const char *const no[] = {"no",  "No",    "NO",    "off",   "Off",
                                     "OFF", "False", "FALSE", "false", "0"};
    const char *hint = NULL;
    for (size_t i = 0; v->kind == YAML_SCALAR && i < sizeof yes / sizeof *yes; i++) {
        if (strcmp(v->s, yes[i]) == 0)
            hint = "write `true`, without quotes";
        if (strcmp(v->s, no[i]) == 0)
            hint = "write `false`, without quotes";
    }
    diag_error(r->d, v->at, "E-bool", hint, "`%s` must be true or false, found %s%s", r->key,
               v->kind == YAML_SCALAR && v->quoted ? "the text " : "", reader_found(r, v));
}

void read_tristate(struct reader *r, const struct yaml *v, void *field)
{
    bool b = false;
    read_bool(r, v, &b);
    *(int *)field = b;
}

void read_discipline(struct reader *r, const struct yaml *v, void *field)
{
    static const char *const words[] = {"fifo", "lifo", "random", "priority"};
    int w = reader_word(r, v, words, 4);
    if (w >= 0)
        *(enum discipline *)field = (enum discipline)w;
}
