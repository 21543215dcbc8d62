/* SPDX-License-Identifier: GPL-3.0-or-later */
/* expr_call.c - name(...): its arguments, separated by commas or blanks, perhaps with names; and
 * the functions and compound distributions (atomic ones: expr_form.c). */
#include "model/expr_call.h"
#include "model/expr.h"
#include "model/expr_impl.h"
#include "model/recorded.h"
#include <stdlib.h>
#include <string.h>

enum shape {
    SHAPE_FUNCTION,
    SHAPE_MIX,
    SHAPE_QUANTILES,
    SHAPE_SAMPLES,
    SHAPE_TRUNCATE,
    SHAPE_RECORDED
};
static const struct function_row {
    const char *name;
    enum shape shape;
    enum expr_op op;
    uint32_t least, most; /* arguments */
    bool law;             /* a distribution, to its author */
} function_rows[] = {
    {"min", SHAPE_FUNCTION, X_MIN, 2, UINT32_MAX, false},
    {"max", SHAPE_FUNCTION, X_MAX, 2, UINT32_MAX, false},
    {"ceil", SHAPE_FUNCTION, X_CEIL, 1, 1, false},
    {"floor", SHAPE_FUNCTION, X_FLOOR, 1, 1, false},
    {"round", SHAPE_FUNCTION, X_ROUND, 1, 1, false},
    {"chance", SHAPE_FUNCTION, X_CHANCE, 1, 1, false},
    {"any", SHAPE_FUNCTION, X_ANY, 1, 1, false},
    {"all", SHAPE_FUNCTION, X_ALL, 1, 1, false},
    {"count", SHAPE_FUNCTION, X_COUNT, 1, 1, false},
    {"mix", SHAPE_MIX, X_MIX, 1, UINT32_MAX, true},
    {"hyperexponential", SHAPE_MIX, X_MIX, 1, UINT32_MAX, true},
    {"quantiles", SHAPE_QUANTILES, X_QUANTILES, 2, UINT32_MAX, true},
    {"samples", SHAPE_SAMPLES, X_SAMPLES, 1, 1, true},
    {"truncate", SHAPE_TRUNCATE, X_TRUNCATE, 3, 3, true},
    {"recorded", SHAPE_RECORDED, X_SAMPLES, 0, UINT32_MAX, true},
};
enum { FUNCTION_ROWS = sizeof function_rows / sizeof function_rows[0], NAMES_MAX = 128 };

static const struct function_row *function_find(const char *s, size_t n)
{
    for (size_t i = 0; i < FUNCTION_ROWS; i++)
        if (strlen(function_rows[i].name) == n && memcmp(function_rows[i].name, s, n) == 0)
            return &function_rows[i];
    return NULL;
}

static const struct dist_kind *kind_find(const char *s, size_t n)
{
    for (const struct dist_kind *k = dist_kinds; k->name != NULL; k++)
        if (strlen(k->name) == n && memcmp(k->name, s, n) == 0)
            return k;
    return NULL;
}

bool expr_known_call(const struct expr_parser *p, size_t at, size_t len)
{
    return function_find(p->s + at, len) != NULL || kind_find(p->s + at, len) != NULL;
}

/* ---- reading the arguments ---- */

/* name= at p->pos: its length, with p->pos moved behind the sign; else 0.  p99.9= is a name too. */
static size_t take_name(struct expr_parser *p)
{
    size_t n = expr_word(p, p->pos), i = p->pos + n;
    if (n == 0)
        return 0;
    if (p->s[p->pos] == 'p' && i + 1 < p->n && p->s[i] == '.' && p->s[i + 1] >= '0' &&
        p->s[i + 1] <= '9')
        for (i++; i < p->n && p->s[i] >= '0' && p->s[i] <= '9';)
            i++;
    n = i - p->pos;
    while (i < p->n && p->s[i] == ' ')
        i++;
    if (i >= p->n || p->s[i] != '=' || (i + 1 < p->n && p->s[i + 1] == '='))
        return 0;
    p->pos = p->end = i + 1;
    return n;
}

/* A quoted text; there are no escapes in it, the YAML scalar around it has its own. */
static bool read_text(struct expr_parser *p, struct expr_arg *g)
{
    size_t from = p->pos;
    const char *close = memchr(p->s + from + 1, p->s[from], p->n - from - 1);
    if (close == NULL) {
        expr_syntax(p, from, from + 1, NULL, "the quoted text is never closed");
        return false;
    }
    size_t to = (size_t)(close - p->s);
    g->text = arena_strndup(p->a, p->s + from + 1, to - from - 1);
    p->pos = p->end = to + 1;
    return true;
}

static bool read_arg(struct expr_parser *p, struct expr_call *c)
{
    struct expr_arg g = {.from = p->pos};
    size_t n = take_name(p);
    if (n > 0) {
        g.name = arena_strndup(p->a, p->s + g.from, n);
        c->named = true;
    }
    expr_blanks(p);
    if (p->pos < p->n && (p->s[p->pos] == '"' || p->s[p->pos] == '\'')) {
        c->texts = true;
        if (!read_text(p, &g))
            return false;
    } else if ((g.value = expr_parse_any(p)) == NULL) {
        return false;
    } else if (expr_is_word(p, p->pos, "of")) {
        p->pos = p->end = p->pos + 2;
        c->weights = true;
        g.weight = g.value;
        if ((g.value = expr_parse_any(p)) == NULL)
            return false;
    }
    g.to = p->end;
    if (c->narg == c->cap) {
        struct expr_arg *bigger = NEW(p->a, struct expr_arg, c->cap > 0 ? 2 * c->cap : 4);
        if (c->narg > 0)
            memcpy(bigger, c->arg, c->narg * sizeof *bigger);
        c->arg = bigger;
        c->cap = c->cap > 0 ? 2 * c->cap : 4;
    }
    c->arg[c->narg++] = g;
    return true;
}

/* Up to and with the closing parenthesis. */
static bool read_args(struct expr_parser *p, struct expr_call *c)
{
    size_t paren = p->pos - 1;
    for (bool comma = false;;) {
        expr_blanks(p);
        if (p->pos >= p->n) {
            expr_syntax(p, paren, paren + 1,
                        "inside { } or [ ] YAML takes the comma for itself: separate arguments by "
                        "blanks, or quote the value",
                        "this `(` of %s is never closed", c->name);
            return false;
        }
        if (p->s[p->pos] == ')' && !comma) {
            p->pos = p->end = p->pos + 1;
            return true;
        }
        if (!read_arg(p, c))
            return false;
        expr_blanks(p);
        comma = p->pos < p->n && p->s[p->pos] == ',';
        if (comma) {
            p->pos = p->end = p->pos + 1;
        } else if (p->pos < p->n && p->s[p->pos] != ')' && p->pos == p->end) {
            /* 3%x, "a"b: what follows touches the argument */
            expr_syntax(p, p->pos, p->pos + 1, "arguments are separated by commas or blanks",
                        "`%c` is not expected here", p->s[p->pos]);
            return false;
        }
    }
}

/* ---- what is wrong with them ---- */

static struct loc call_place(const struct expr_parser *p, const struct expr_call *c)
{
    return expr_place(p, c->from, c->from + strlen(c->name));
}

const struct expr *expr_stand_in(struct expr_parser *p, const struct expr_call *c)
{
    p->failed = true;
    return expr_node(p, X_CONST, c->from, 0, NULL);
}

static const struct expr *unknown_call(struct expr_parser *p, const struct expr_call *c)
{
    const char *names[NAMES_MAX];
    size_t n = 0;
    for (size_t i = 0; i < FUNCTION_ROWS; i++)
        names[n++] = function_rows[i].name;
    for (const struct dist_kind *k = dist_kinds; k->name != NULL && n < NAMES_MAX; k++)
        names[n++] = k->name;
    const char *near = nearest(c->name, names, n);
    const struct function_row *f = near != NULL ? function_find(near, strlen(near)) : NULL;
    bool law = near != NULL ? f == NULL || f->law : c->named || c->weights;
    diag_error(p->d, call_place(p, c), law ? "E-dist-unknown" : "E-expr-name",
               near != NULL ? arena_printf(p->a, "did you mean %s?", near) : NULL,
               law ? "there is no distribution `%s`" : "there is no function `%s`", c->name);
    return expr_stand_in(p, c);
}

bool expr_only_values(struct expr_parser *p, const struct expr_call *c, const char *id, bool names)
{
    for (uint32_t i = 0; i < c->narg; i++) {
        const struct expr_arg *g = &c->arg[i];
        const char *what = g->weight != NULL ? "probabilities (`of` is for mix)"
                           : g->text != NULL ? "quoted text"
                                             : "names before its arguments";
        if (g->weight == NULL && g->text == NULL && (g->name == NULL || names))
            continue;
        diag_error(p->d, expr_place(p, g->from, g->to), id, NULL, "%s takes no %s", c->name, what);
        p->failed = true;
        return false;
    }
    return true;
}

/* ---- the rest ---- */

static const struct expr *bad_args(struct expr_parser *p, const struct expr_call *c, const char *id,
                                   const char *usage)
{
    diag_error(p->d, expr_place(p, c->from, p->end), id, usage, "wrong arguments of %s", c->name);
    return expr_stand_in(p, c);
}

static const struct expr *parse_function(struct expr_parser *p, const struct function_row *r,
                                         const struct expr_call *c)
{
    if (!expr_only_values(p, c, "E-expr-args", false))
        return expr_stand_in(p, c);
    if (c->narg < r->least || c->narg > r->most) {
        diag_error(p->d, expr_place(p, c->from, p->end), "E-expr-args", NULL,
                   "%s takes %s, %u given", r->name,
                   r->most == 1 ? "one argument" : "two arguments or more", c->narg);
        return expr_stand_in(p, c);
    }
    const struct expr **arg = NEW(p->a, const struct expr *, c->narg);
    for (uint32_t i = 0; i < c->narg; i++)
        arg[i] = c->arg[i].value;
    if (r->op >= X_ANY && r->op <= X_COUNT && (arg[0]->op != X_NAME || arg[0]->field == NULL))
        return bad_args(p, c, "E-expr-args",
                        "any, all and count take a step's name and a variable: any(checks.over)");
    return expr_node(p, r->op, c->from, c->narg, arg);
}

static const struct expr *parse_mix(struct expr_parser *p, const struct expr_call *c)
{
    bool hyper = c->name[0] == 'h', good = c->narg > 0;
    for (uint32_t i = 0; i < c->narg; i++)
        good = good && c->arg[i].weight != NULL && c->arg[i].name == NULL;
    if (!good)
        return bad_args(p, c, "E-dist-param",
                        hyper ? "probabilities of means: hyperexponential(0.9 of 1ms, 0.1 of 20ms)"
                              : "probabilities of distributions: mix(0.99 of 1ms, 0.01 of 1s)");
    const struct expr **arg = NEW(p->a, const struct expr *, 2 * (size_t)c->narg);
    for (uint32_t i = 0; i < c->narg; i++) {
        arg[2 * i] = c->arg[i].weight;
        arg[2 * i + 1] = c->arg[i].value;
    }
    struct expr *e = expr_node(p, X_MIX, c->from, 2 * c->narg, arg);
    e->hyper = hyper;
    return e;
}

/* p0 = 0, p5 = 0.05, p99 = 0.99, p99.9 = p999 = 0.999, p100 = 1; negative if it is none. */
static double percentile(const char *name)
{
    char text[40];
    size_t n = name != NULL ? strlen(name) : 0, digits = n > 0 ? strspn(name + 1, "0123456789") : 0;
    if (digits == 0 || name[0] != 'p' || n > 20)
        return -1;
    if (strcmp(name, "p100") == 0)
        return 1;
    if (name[1 + digits] == '.' || digits <= 2)
        snprintf(text, sizeof text, "%se-2", name + 1);
    else
        snprintf(text, sizeof text, "0.%s", name + 1);
    double v = strtod(text, NULL);
    return v <= 1 && strspn(name + 1, "0123456789.") == n - 1 ? v : -1;
}

static const struct expr *parse_quantiles(struct expr_parser *p, const struct expr_call *c)
{
    uint32_t n = c->narg;
    double *at = NEW(p->a, double, n + 1);
    const struct expr **arg = NEW(p->a, const struct expr *, n + 1);
    if (!expr_only_values(p, c, "E-dist-param", true))
        return expr_stand_in(p, c);
    for (uint32_t i = 0; i < n; i++) {
        double v = percentile(c->arg[i].name);
        struct loc place = expr_place(p, c->arg[i].from, c->arg[i].to);
        uint32_t j = i;
        for (; v >= 0 && j > 0 && at[j - 1] > v; j--) {
            at[j] = at[j - 1];
            arg[j] = arg[j - 1];
        }
        if (v < 0 || (j > 0 && at[j - 1] >= v)) {
            diag_error(p->d, place, "E-dist-param",
                       v < 0 ? "quantiles(p0=1ms, p50=3ms, p90=9ms, p99=40ms, p100=80ms)" : NULL,
                       v < 0 ? "each value of quantiles is named by its percentile"
                             : "the same percentile is given twice");
            return expr_stand_in(p, c);
        }
        at[j] = v;
        arg[j] = c->arg[i].value;
    }
    if (n < 2 || at[0] > 0 || at[n - 1] < 1) {
        diag_error(p->d, expr_place(p, c->from, p->end), "E-dist-param",
                   "p0 is the smallest possible value, p100 the largest",
                   n == 0 || at[0] > 0 ? "quantiles needs p0" : "quantiles needs p100");
        return expr_stand_in(p, c);
    }
    struct expr *e = expr_node(p, X_QUANTILES, c->from, n, arg);
    e->sample = at;
    e->nsample = n;
    return e;
}

static const struct expr *parse_truncate(struct expr_parser *p, const struct expr_call *c)
{
    static const char *const names[3] = {"", "low", "high"};
    static const char usage[] = "truncate(DISTRIBUTION, low, high)";
    const struct expr *arg[3] = {NULL, NULL, NULL};
    if (!expr_only_values(p, c, "E-dist-param", true))
        return expr_stand_in(p, c);
    if (c->narg != 3)
        return bad_args(p, c, "E-dist-param", usage);
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t k = i;
        if (c->arg[i].name != NULL)
            for (k = 1; k < 3 && strcmp(c->arg[i].name, names[k]) != 0;)
                k++;
        if (k == 3 || arg[k] != NULL)
            return bad_args(p, c, "E-dist-param", usage);
        arg[k] = c->arg[i].value;
    }
    return expr_node(p, X_TRUNCATE, c->from, 3, arg);
}

static const struct expr *parse_samples(struct expr_parser *p, const struct expr_call *c)
{
    if (c->narg != 1 || c->arg[0].text == NULL || c->arg[0].name != NULL)
        return bad_args(p, c, "E-dist-param",
                        "samples(\"file.csv\") or samples(\"file.csv#column\")");
    struct expr *e = expr_node(p, X_SAMPLES, c->from, 0, NULL);
    if (!expr_read_samples(p->a, p->dir, c->arg[0].text,
                           expr_place(p, c->arg[0].from, c->arg[0].to), p->d, e))
        p->failed = true;
    return e;
}

static const struct expr *parse_recorded(struct expr_parser *p, const struct expr_call *c)
{
    static const char usage[] = "recorded(\"store.db\", \"span\"), also with label=\"recording\"";
    const char *text[3] = {NULL, NULL, NULL};
    for (uint32_t i = 0, k = 0; i < c->narg; i++) {
        const struct expr_arg *g = &c->arg[i];
        bool label = g->name != NULL && strcmp(g->name, "label") == 0;
        uint32_t at = label ? 2 : k++;
        if (g->text == NULL || (g->name != NULL && !label) || at > 2 || (at == 2 && !label) ||
            text[at] != NULL)
            return bad_args(p, c, "E-dist-param", usage);
        text[at] = g->text;
    }
    if (text[0] == NULL || text[1] == NULL)
        return bad_args(p, c, "E-dist-param", usage);
    if (text[0][0] != '/' && p->dir != NULL && p->dir[0] != '\0')
        text[0] = arena_printf(p->a, "%s/%s", p->dir, text[0]);
    struct expr *e = expr_node(p, X_SAMPLES, c->from, 0, NULL);
    e->sample = recorded_durations(p->a, text[0], text[1], text[2], expr_place(p, c->from, p->end),
                                   p->d, &e->nsample);
    e->unit = UNIT_DURATION;
    if (e->sample == NULL)
        p->failed = true;
    return e;
}

static const struct expr *parse_shape(struct expr_parser *p, const struct expr_call *c)
{
    const struct function_row *r = function_find(c->name, strlen(c->name));
    const struct dist_kind *k = kind_find(c->name, strlen(c->name));
    if (r == NULL)
        return k != NULL ? expr_parse_law(p, k, c) : unknown_call(p, c);
    switch (r->shape) {
    case SHAPE_FUNCTION:
        return parse_function(p, r, c);
    case SHAPE_MIX:
        return parse_mix(p, c);
    case SHAPE_QUANTILES:
        return parse_quantiles(p, c);
    case SHAPE_SAMPLES:
        return parse_samples(p, c);
    case SHAPE_TRUNCATE:
        return parse_truncate(p, c);
    case SHAPE_RECORDED:
        break;
    }
    return parse_recorded(p, c);
}

const struct expr *expr_parse_call(struct expr_parser *p, size_t from, size_t name_len)
{
    struct expr_call c = {.name = arena_strndup(p->a, p->s + from, name_len), .from = from};
    if (p->depth >= EXPR_DEPTH) {
        if (!p->stop)
            diag_error(p->d, expr_place(p, from, from + name_len), "E-expr-depth", NULL,
                       "the expression is nested more than %d deep", EXPR_DEPTH);
        p->stop = p->failed = true;
        return NULL;
    }
    p->depth++;
    bool good = read_args(p, &c);
    p->depth--;
    if (!good)
        return NULL;
    const struct expr *e = parse_shape(p, &c);
    return p->stop ? NULL : e;
}
