/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spec_claim.c - one claim: which kind, its words, its settings; see spec.h.
 *
 * A claim is a word (`deadlock_free`) or a map with one key that says what is claimed, and settings
 * beside it.  Where that key takes no words of its own, settings may also stand in its value. */
#include "model/spec_impl.h"
#include <string.h>

enum takes {
    TAKES_NOTHING,
    TAKES_KEYS, /* names of shared data, or nothing */
    TAKES_RESPONDS,
    TAKES_STEPS, /* two or more; from here on, words are needed */
    TAKES_TEXT,
    TAKES_PAIR,  /* [P, Q] */
    TAKES_AFTER, /* P, and `never:` or `eventually:` beside it */
    TAKES_TRACES /* a map */
};
struct claim_row {
    enum claim_kind kind;
    enum takes takes;
    const char *example;
};
static const struct claim_row rows_claim[] = {
    {CLAIM_DEADLOCK_FREE, TAKES_NOTHING, "deadlock_free: {}"},
    {CLAIM_ALWAYS_AWAITED, TAKES_NOTHING, "always_awaited: {}"},
    {CLAIM_RESPONDS, TAKES_RESPONDS, "responds: exactly_once"},
    {CLAIM_NO_RACE, TAKES_KEYS, "no_race: [session]"},
    {CLAIM_TERMINATES, TAKES_NOTHING, "terminates: {}"},
    {CLAIM_NO_WRITE_AFTER_ABORT, TAKES_NOTHING, "no_write_after_abort: {}"},
    {CLAIM_MUTUAL_EXCLUSION, TAKES_STEPS, "mutual_exclusion: [read, write]"},
    {CLAIM_NEVER, TAKES_TEXT, "never: running(rank) and running(geo)"},
    {CLAIM_ALWAYS, TAKES_TEXT, "always: not running(rank) or done(geo)"},
    {CLAIM_EVENTUALLY, TAKES_TEXT, "eventually: responded"},
    {CLAIM_AFTER_NEVER, TAKES_AFTER, "{after: aborted, never: started(write)}"},
    {CLAIM_LEADS_TO, TAKES_PAIR, "leads_to: [started(a), done(b)]"},
    {CLAIM_LTL, TAKES_TEXT, "ltl: \"G (aborted -> G not started(write))\""},
    {CLAIM_REQUIRE, TAKES_TEXT, "require: p99 <= 250ms"},
    {CLAIM_WORST_CASE, TAKES_TEXT, "worst_case: latency <= 2s"},
    {CLAIM_AGREES, TAKES_TRACES, "agrees: {traces: prod.db}"},
};
enum { NROWS = sizeof rows_claim / sizeof *rows_claim };

struct settings {
    struct spec_shared own;
    const char *name;
    struct spec_set load;
    uint32_t naxis;
    struct spec_axis *axis;
    bool expect_fail, timing_model;
    struct spec_text baseline;
};

/* ---- settings ---- */

static void read_for(struct reader *r, const struct yaml *v, void *field)
{
    struct settings *s = field;
    uint64_t points = 1;
    if (!reader_section(r, v, "write it as in {pool: [16, 32, 64]}"))
        return;
    s->axis = NEW(r->a, struct spec_axis, v->n + 1u);
    for (uint32_t i = 0; i < v->n; i++) {
        const struct yaml_pair *p = &v->pair[i];
        r->key = p->key;
        if (p->value->kind != YAML_LIST || p->value->n == 0) {
            reader_kind(r, p->value, "a list of values",
                        arena_printf(r->a, "write it as in {%s: [16, 32, 64]}", p->key));
            continue;
        }
        points *= p->value->n;
        if (points > SPEC_MAX_POINTS) {
            diag_error(r->d, v->at, "E-limit", NULL, "`for` has more than %d points",
                       (int)SPEC_MAX_POINTS);
            return;
        }
        s->axis[s->naxis++] = (struct spec_axis){p->key, p->key_at, p->value->n, p->value->item};
    }
}

static void read_load_setting(struct reader *r, const struct yaml *v, void *field)
{
    struct spec_set *s = field;
    (void)r;
    *s = (struct spec_set){"load", v->at, v, NULL};
}

static void read_expect(struct reader *r, const struct yaml *v, void *field)
{
    static const char *const words[] = {"pass", "fail"};
    *(bool *)field = reader_word(r, v, words, 2) == 1;
}

static void read_timing(struct reader *r, const struct yaml *v, void *field)
{
    static const char *const words[] = {"any", "model"};
    *(bool *)field = reader_word(r, v, words, 2) == 1;
}

static void read_text_at(struct reader *r, const struct yaml *v, void *field)
{
    if (v->kind == YAML_SCALAR && v->s[0] != '\0')
        *(struct spec_text *)field = spec_text_of(r, v);
    else
        reader_kind(r, v, "a file name", NULL);
}

/* Settings of all kinds; those of explored claims; those of limits. */
static const struct key_row rows_any[] = {
    KEY("name", read_text, settings, name),
    KEY("set", read_spec_set, settings, own),
    KEY("under", read_spec_under, settings, own),
    KEY("load", read_load_setting, settings, load),
    KEY_WHOLE("for", read_for),
    KEY("expect", read_expect, settings, expect_fail),
    KEY_END,
};
static const struct key_row rows_explored[] = {
    KEY("concurrent", read_spec_concurrent, settings, own),
    KEY("timing", read_timing, settings, timing_model),
    KEY_END,
};
static const struct key_row rows_worst[] = {
    KEY("concurrent", read_spec_concurrent, settings, own),
    KEY_END,
};
static const struct key_row rows_limit[] = {
    KEY("baseline", read_text_at, settings, baseline),
    KEY_END,
};

static const struct key_row *rows_beside(enum claim_kind k)
{
    return k == CLAIM_REQUIRE      ? rows_limit
           : k == CLAIM_WORST_CASE ? rows_worst
           : claim_explored(k)     ? rows_explored
                                   : NULL;
}

/* ---- what is claimed ---- */

static const struct claim_row *row_of(const char *key)
{
    for (uint32_t i = 0; i < NROWS; i++)
        if (strcmp(claim_key[rows_claim[i].kind], key) == 0)
            return &rows_claim[i];
    return NULL;
}

static bool setting_key(const char *key)
{
    static const struct key_row *const tables[] = {rows_any, rows_explored, rows_limit};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct key_row *row = tables[i]; row->key; row++)
            if (strcmp(row->key, key) == 0)
                return true;
    return false;
}

static const char *hint_kinds(struct reader *r, const char *word)
{
    const char *names[NROWS], *list = "";
    for (uint32_t i = 0; i < NROWS; i++) {
        names[i] = claim_key[rows_claim[i].kind];
        list = arena_printf(r->a, "%s%s%s", list, i ? ", " : "", names[i]);
    }
    const char *near = word ? nearest(word, names, NROWS) : NULL;
    return near ? arena_printf(r->a, "did you mean `%s`?", near)
                : arena_printf(r->a, "the claims: %s", list);
}

static void no_claim(struct reader *r, struct loc at, const char *word)
{
    diag_error(r->d, at, "E-claim", hint_kinds(r, word), "unknown claim `%s`", word);
}

static void needs_words(struct reader *r, struct loc at, const struct claim_row *row)
{
    diag_error(r->d, at, "E-claim", arena_printf(r->a, "write it as in %s", row->example),
               "`%s` does not say what is claimed", claim_key[row->kind]);
}

static void texts_of(struct reader *r, const struct yaml *v, struct claim *c)
{
    uint32_t n = reader_items(v);
    c->arg = NEW(r->a, struct spec_text, n + 1u);
    for (uint32_t i = 0; i < n; i++) {
        const struct yaml *item = reader_item(v, i);
        if (item->kind == YAML_SCALAR)
            c->arg[c->narg++] = spec_text_of(r, item);
        else
            reader_kind(r, item, "a name or a list of names", NULL);
    }
}

static bool words_read(struct reader *r, const struct yaml *v, const struct claim_row *row,
                       struct claim *c)
{
    static const char *const responds[] = {"exactly_once", "at_least_once", "at_most_once"};
    bool scalar = v->kind == YAML_SCALAR && v->s[0] != '\0';
    uint32_t errors = diags_errors(r->d);
    if (row->takes == TAKES_RESPONDS) {
        int w = reader_word(r, v, responds, 3);
        c->responds = w < 0 ? RESPONDS_EXACTLY_ONCE : (enum claim_responds)w;
    } else if (row->takes == TAKES_KEYS) {
        texts_of(r, v, c);
    } else if (row->takes == TAKES_STEPS) {
        texts_of(r, v, c);
        if (c->narg < 2 && diags_errors(r->d) == errors)
            needs_words(r, v->at, row);
    } else if (row->takes == TAKES_PAIR) {
        if (v->kind == YAML_LIST && v->n == 2 && v->item[0]->kind == YAML_SCALAR &&
            v->item[1]->kind == YAML_SCALAR) {
            c->operand[0] = spec_text_of(r, v->item[0]);
            c->operand[1] = spec_text_of(r, v->item[1]);
        } else {
            needs_words(r, v->at, row);
        }
    } else if (row->takes == TAKES_TRACES && v->kind == YAML_MAP) {
        c->agrees = spec_agrees_read(r, v);
        if (c->agrees)
            c->operand[0] = c->agrees->traces;
    } else if (row->takes == TAKES_NOTHING) {
        reader_kind(r, v, "a map of settings, or {}", NULL);
    } else if (scalar && row->takes != TAKES_TRACES) {
        c->operand[0] = spec_text_of(r, v);
    } else {
        needs_words(r, v->at, row);
    }
    return diags_errors(r->d) == errors;
}

/* ---- its name ---- */

static const char *args_text(struct reader *r, const struct claim *c)
{
    const char *s = "";
    for (uint32_t i = 0; i < c->narg; i++)
        s = arena_printf(r->a, "%s%s%s", s, i ? ", " : "", c->arg[i].text);
    return s;
}

static const char *name_of(struct reader *r, const struct claim *c)
{
    static const char *const responds[] = {"exactly_once", "at_least_once", "at_most_once"};
    const char *key = claim_key[c->kind];
    switch (c->kind) {
    case CLAIM_RESPONDS:
        return arena_printf(r->a, "%s: %s", key, responds[c->responds]);
    case CLAIM_NO_RACE:
    case CLAIM_MUTUAL_EXCLUSION:
        return c->narg ? arena_printf(r->a, "%s: %s", key, args_text(r, c)) : key;
    case CLAIM_AFTER_NEVER:
        return arena_printf(r->a, "after: %s, never: %s", c->operand[0].text, c->operand[1].text);
    case CLAIM_AFTER_EVENTUALLY:
        return arena_printf(r->a, "after: %s, eventually: %s", c->operand[0].text,
                            c->operand[1].text);
    case CLAIM_LEADS_TO:
        return arena_printf(r->a, "%s: %s, %s", key, c->operand[0].text, c->operand[1].text);
    case CLAIM_REQUIRE:
        return c->operand[0].text;
    default:
        return c->operand[0].text ? arena_printf(r->a, "%s: %s", key, c->operand[0].text) : key;
    }
}

/* ---- a claim ---- */

/* So many requests that come at once are a load, for who simulates them. */
static struct spec_set backlog_of(struct reader *r, uint32_t n, struct loc at)
{
    struct yaml *count = NEW(r->a, struct yaml, 1), *map = NEW(r->a, struct yaml, 1);
    *count = (struct yaml){.kind = YAML_SCALAR, .at = at, .s = arena_printf(r->a, "%u", n)};
    *map = (struct yaml){.kind = YAML_MAP, .at = at, .flow = true, .n = 1};
    map->pair = NEW(r->a, struct yaml_pair, 1);
    map->pair[0] = (struct yaml_pair){"backlog", at, count};
    return (struct spec_set){"load", at, map, arena_printf(r->a, "concurrent=%u", n)};
}

/* A worst case is that of one request, unless the claim itself says that there are more. */
static void settle_worst(struct reader *r, struct settings *s, const struct claim *c)
{
    if (s->own.concurrent && s->load.path)
        diag_error(r->d, s->own.concurrent_at, "E-claim", "`load: {backlog: N}` says the same",
                   "`%s` with both `concurrent` and `load`", claim_key[c->kind]);
    else if (s->own.concurrent > 1)
        s->load = backlog_of(r, s->own.concurrent, s->own.concurrent_at);
    s->own.concurrent = s->own.concurrent ? s->own.concurrent : 1;
    s->own.concurrent_at = c->at;
}

static void settle(struct reader *r, const struct spec_shared *all, struct settings *s,
                   struct claim *c)
{
    if (c->kind == CLAIM_WORST_CASE)
        settle_worst(r, s, c);
    uint32_t n = s->own.nset, load = s->load.path != NULL;
    c->nset = all->nset + n + load;
    c->set = NEW(r->a, struct spec_set, c->nset + 1u);
    if (all->nset)
        memcpy(c->set, all->set, all->nset * sizeof *c->set);
    if (n)
        memcpy(c->set + all->nset, s->own.set, n * sizeof *c->set);
    if (load)
        c->set[all->nset + n] = s->load;
    c->nown = n + load;
    c->nunder = s->own.nunder ? s->own.nunder : all->nunder;
    c->under = s->own.nunder ? s->own.under : all->under;
    if (c->kind == CLAIM_AGREES && c->nunder == 0) { /* as `compare` takes it */
        c->nunder = 1;
        c->under = NEW(r->a, struct spec_text, 1);
        c->under[0] = (struct spec_text){"coroutine", c->at};
    }
    c->concurrent = s->own.concurrent ? s->own.concurrent
                    : all->concurrent ? all->concurrent
                                      : SPEC_CONCURRENT;
    c->concurrent_at = s->own.concurrent ? s->own.concurrent_at : all->concurrent_at;
    c->naxis = s->naxis;
    c->axis = s->axis;
    c->expect_fail = s->expect_fail;
    c->timing_model = s->timing_model;
    c->baseline = s->baseline;
    c->named = s->name != NULL;
    c->name = c->named ? s->name : name_of(r, c);
}

/* The pair that says what is claimed.  `never:` beside `after:` belongs to it. */
static const struct yaml_pair *pair_of_kind(struct reader *r, const struct yaml *v,
                                            const struct yaml_pair **then)
{
    const struct yaml_pair *found = NULL;
    bool after = yaml_get(v, "after") != NULL;
    for (uint32_t i = 0; i < v->n; i++) {
        const struct yaml_pair *p = &v->pair[i];
        const struct claim_row *row = row_of(p->key);
        if (row == NULL)
            continue;
        if (after && (strcmp(p->key, "never") == 0 || strcmp(p->key, "eventually") == 0)) {
            if (*then != NULL)
                diag_error(r->d, p->key_at, "E-claim", "make two claims of it",
                           "`after` with both `never` and `eventually`");
            *then = p;
        } else if (found != NULL) {
            diag_error(r->d, p->key_at, "E-claim", "make two claims of it",
                       "a claim claims one thing: `%s` and `%s` are two", found->key, p->key);
        } else {
            found = p;
        }
    }
    return found;
}

static bool row_has(const struct key_row *row, const char *key)
{
    while (row && row->key && strcmp(row->key, key) != 0)
        row++;
    return row && row->key;
}

/* A setting of other kinds of claims is told from a word that means nothing at all. */
static bool setting_fits(struct reader *r, const struct yaml_pair *p, enum claim_kind k)
{
    if (!setting_key(p->key) || row_has(rows_any, p->key) || row_has(rows_beside(k), p->key))
        return true;
    diag_error(r->d, p->key_at, "E-claim",
               claim_explored(k) ? NULL : "requests arrive as `load` says; nothing is explored",
               "`%s` means nothing for `%s`", p->key, claim_key[k]);
    return false;
}

/* The pairs of v that say not what is claimed. */
static void settings_read(struct reader *r, const struct yaml *v, bool beside, struct settings *s,
                          enum claim_kind k)
{
    struct yaml rest = *v;
    rest.pair = NEW(r->a, struct yaml_pair, v->n + 1u);
    rest.n = 0;
    for (uint32_t i = 0; i < v->n; i++) {
        const struct yaml_pair *p = &v->pair[i];
        if (!(beside && row_of(p->key)) && setting_fits(r, p, k))
            rest.pair[rest.n++] = *p;
    }
    const struct key_table table = {"a claim", rows_any, rows_beside(k)};
    reader_map(r, &rest, &table, s);
}

/* Why a map claims nothing. */
static void no_kind(struct reader *r, const struct yaml *v)
{
    for (uint32_t i = 0; i < v->n; i++)
        if (!setting_key(v->pair[i].key) && !reader_is_own(v->pair[i].key)) {
            no_claim(r, v->pair[i].key_at, v->pair[i].key);
            return;
        }
    diag_error(r->d, v->at, "E-claim", hint_kinds(r, NULL),
               "these are settings, and nothing is claimed");
}

static bool after_read(struct reader *r, const struct yaml_pair *p, const struct yaml_pair *then,
                       const struct claim_row *row, struct claim *c)
{
    if (then == NULL) {
        needs_words(r, p->key_at, row);
        return false;
    }
    if (then->value->kind != YAML_SCALAR || then->value->s[0] == '\0') {
        needs_words(r, then->value->at, row);
        return false;
    }
    if (strcmp(then->key, "eventually") == 0)
        c->kind = CLAIM_AFTER_EVENTUALLY;
    c->operand[1] = spec_text_of(r, then->value);
    return true;
}

static bool map_read(struct reader *r, const struct yaml *v, const struct spec_shared *all,
                     struct claim *c)
{
    const struct yaml_pair *then = NULL, *p = pair_of_kind(r, v, &then);
    struct settings s = {0};
    if (p == NULL) {
        no_kind(r, v);
        return false;
    }
    const struct claim_row *row = row_of(p->key);
    *c = (struct claim){.kind = row->kind, .at = p->key_at};
    bool ok = row->takes != TAKES_AFTER || after_read(r, p, then, row, c);
    bool words = row->takes >= TAKES_STEPS;
    settings_read(r, v, true, &s, c->kind);
    r->key = p->key;
    if (p->value->kind == YAML_MAP && !words)
        settings_read(r, p->value, false, &s, c->kind);
    else if (p->value->kind != YAML_NULL || words)
        ok = words_read(r, p->value, row, c) && ok;
    if (ok)
        settle(r, all, &s, c);
    return ok;
}

bool claim_read(struct reader *r, const struct yaml *v, const struct spec_shared *all,
                struct claim *c)
{
    if (v->kind == YAML_MAP)
        return map_read(r, v, all, c);
    if (v->kind != YAML_SCALAR) {
        reader_kind(r, v, "a claim", "write it as in `- deadlock_free` or `- never: ...`");
        return false;
    }
    const struct claim_row *row = row_of(v->s);
    if (row == NULL) {
        no_claim(r, v->at, v->s);
        return false;
    }
    if (row->takes >= TAKES_STEPS) {
        needs_words(r, v->at, row);
        return false;
    }
    *c = (struct claim){.kind = row->kind, .at = v->at};
    struct settings none = {0};
    settle(r, all, &none, c);
    return true;
}
