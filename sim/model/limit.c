/* SPDX-License-Identifier: GPL-3.0-or-later */
/* limit.c - limits on numbers: the comparison, arithmetic, units; see limit.h.
 *
 * Recursive descent in the manner of expr_parse.c, bounded in depth and in the height of the tree:
 * a comparison of sums of products of numbers, parameters and quantities. */
#include "model/limit.h"
#include "model/limit_impl.h"
#include <math.h>
#include <stdarg.h>
#include <string.h>

const char *const limit_cmp_text[] = {"<", "<=", ">", ">=", "==", "!="};

bool limit_take(struct limit_parser *p, const char *token)
{
    size_t n = strlen(token);
    expr_blanks(&p->p);
    if (p->p.n - p->p.pos < n || memcmp(p->p.s + p->p.pos, token, n) != 0)
        return false;
    p->p.pos += n;
    p->p.end = p->p.pos;
    return true;
}

bool limit_deeper(struct limit_parser *p)
{
    if (p->p.depth++ < EXPR_DEPTH)
        return true;
    if (!p->p.stop)
        diag_error(p->p.d, expr_place(&p->p, p->p.pos, p->p.pos), "E-expr-depth", NULL,
                   "the limit is nested more than %d deep", EXPR_DEPTH);
    p->p.stop = p->p.failed = true;
    return false;
}

bool limit_wrong(struct limit_parser *p, struct loc at, const char *id, const char *hint,
                 const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    const char *text = arena_vprintf(p->p.a, fmt, ap);
    va_end(ap);
    if (!p->p.stop)
        diag_error(p->p.d, at, id, hint, "%s", text);
    p->p.failed = true;
    return false;
}

bool limit_take_cmp(struct limit_parser *p, enum limit_cmp *cmp)
{
    static const enum limit_cmp order[] = {LIMIT_LE, LIMIT_GE, LIMIT_EQ,
                                           LIMIT_NE, LIMIT_LT, LIMIT_GT};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (limit_take(p, limit_cmp_text[order[i]])) {
            *cmp = order[i];
            return true;
        }
    return false;
}

struct limit_node *limit_node_new(struct limit_parser *p, enum limit_op op, size_t from)
{
    struct limit_node *n = NEW(p->p.a, struct limit_node, 1);
    n->op = op;
    n->at = expr_place(&p->p, from, p->p.end);
    n->text = arena_strndup(p->p.a, p->p.s + from, p->p.end - from);
    n->unit = UNIT_NUMBER;
    n->height = 1;
    return n;
}

/* ---- parameters ---- */

static struct binding find_param(void *ctx, const struct expr *name, enum expr_op agg,
                                 struct diags *d)
{
    const struct model *m = ctx;
    for (uint32_t i = 0; i < m->nparam && agg == X_NAME && !name->field; i++)
        if (strcmp(m->param[i].name, name->name) == 0)
            return (struct binding){.kind = BIND_EXPR, .expr = m->param[i].value};
    diag_error(d, name->at, "E-name-unknown", "a limit knows parameters, and what a run measures",
               "`%s` is no parameter", name->name);
    return (struct binding){.kind = BIND_ERROR};
}

static const struct limit_node *unknown_name(struct limit_parser *p, size_t from, size_t len)
{
    const char *word = arena_strndup(p->p.a, p->p.s + from, len);
    size_t n = 0;
    const char **names = NEW(p->p.a, const char *, METRIC_COUNT + 8 + p->m->nparam);
    for (const struct limit_metric_row *r = limit_metrics; r->name; r++)
        names[n++] = r->name;
    for (uint32_t i = 0; i < p->m->nparam; i++)
        names[n++] = p->m->param[i].name;
    const char *near = p->worst ? NULL : nearest(word, names, n);
    expr_syntax(&p->p, from, from + len,
                p->worst ? "worst_case: latency <= 2s"
                : near   ? arena_printf(p->p.a, "did you mean `%s`?", near)
                         : "quantities are mean p50 p90 p95 p99 p999 max sd P(...) outcome(...) "
                           "throughput makespan speedup(A, B) utilisation(R) queue(R) "
                           "critical_share(STEP) gain(STEP) threads tasks memory baseline(...)",
                "`%s` is no quantity and no parameter", word);
    return NULL;
}

/* The value of a parameter there. */
static const struct limit_node *limit_param(struct limit_parser *p, size_t len)
{
    size_t from = p->p.pos;
    const struct param *found = NULL;
    for (uint32_t i = 0; i < p->m->nparam; i++)
        if (strlen(p->m->param[i].name) == len &&
            memcmp(p->m->param[i].name, p->p.s + from, len) == 0)
            found = &p->m->param[i];
    if (!found)
        return unknown_name(p, from, len);
    p->p.pos = p->p.end = from + len;
    struct limit_node *n = limit_node_new(p, LIMIT_NUMBER, from);
    struct xprog x;
    struct model *m = NEW(p->p.a, struct model, 1);
    *m = *p->m; /* a scope is handed something it may change; it does not */
    struct scope scope = {.ctx = m, .find = find_param};
    xprog_init(&x, p->p.a);
    uint32_t id = expr_compile(&x, found->value, WANT_ANYTHING, true, &scope, p->p.d);
    if (id == XEXPR_NONE || !x.expr[id].constant || x.expr[id].unit == UNIT_BOOL) {
        if (id != XEXPR_NONE)
            limit_wrong(p, n->at, "E-expr-draw", NULL, "`%s` has no fixed value", n->text);
        p->p.failed = true;
        return n;
    }
    n->num = x.expr[id].value;
    n->unit = x.expr[id].unit;
    return n;
}

/* ---- arithmetic ---- */

static const char *says(const struct limit_node *n)
{
    return n->op == LIMIT_NUMBER && n->unit == UNIT_ZERO ? "0" : unit_name(n->unit);
}

/* The unit that both have, or NUMBER with an error. */
static enum unit same_unit(struct limit_parser *p, struct loc at, const struct limit_node *a,
                           const struct limit_node *b, const char *what)
{
    if (a->unit == b->unit || b->unit == UNIT_ZERO)
        return a->unit;
    if (a->unit == UNIT_ZERO)
        return b->unit;
    const struct limit_node *bare = a->op == LIMIT_NUMBER && a->unit == UNIT_NUMBER   ? a
                                    : b->op == LIMIT_NUMBER && b->unit == UNIT_NUMBER ? b
                                                                                      : NULL;
    const struct limit_node *other = bare == a ? b : a;
    const char *hint = NULL;
    if (bare && other->unit == UNIT_DURATION)
        hint = arena_printf(p->p.a, "units are never guessed: write %sms or %ss", bare->text,
                            bare->text);
    else if (bare && other->unit == UNIT_RATE)
        hint = arena_printf(p->p.a, "a rate is written %s/s", bare->text);
    else if (bare && other->unit == UNIT_SIZE)
        hint = arena_printf(p->p.a, "a size is written %sMB", bare->text);
    limit_wrong(p, at, "E-expr-unit", hint, "`%s` is %s and `%s` is %s: %s", a->text, says(a),
                b->text, says(b), what);
    return a->unit;
}

static enum unit product_unit(struct limit_parser *p, struct loc at, const struct limit_node *a,
                              const struct limit_node *b)
{
    enum unit u = a->unit == UNIT_ZERO ? UNIT_NUMBER : a->unit;
    enum unit v = b->unit == UNIT_ZERO ? UNIT_NUMBER : b->unit;
    if (u == UNIT_NUMBER)
        return v;
    if (v == UNIT_NUMBER)
        return u;
    if ((u == UNIT_DURATION && v == UNIT_RATE) || (u == UNIT_RATE && v == UNIT_DURATION))
        return UNIT_NUMBER;
    limit_wrong(p, at, "E-expr-unit", NULL, "%s times %s has no meaning here", unit_name(u),
                unit_name(v));
    return UNIT_NUMBER;
}

static enum unit quotient_unit(struct limit_parser *p, struct loc at, const struct limit_node *a,
                               const struct limit_node *b)
{
    enum unit u = a->unit == UNIT_ZERO ? UNIT_NUMBER : a->unit;
    if (b->op == LIMIT_NUMBER && b->num == 0)
        limit_wrong(p, b->at, "E-expr-zero", NULL, "a division by zero");
    if (u == b->unit)
        return UNIT_NUMBER;
    if (b->unit == UNIT_NUMBER || b->unit == UNIT_ZERO)
        return u;
    if (u == UNIT_NUMBER && b->unit == UNIT_DURATION)
        return UNIT_RATE;
    if (u == UNIT_NUMBER && b->unit == UNIT_RATE)
        return UNIT_DURATION;
    limit_wrong(p, at, "E-expr-unit", NULL, "%s divided by %s has no meaning here", unit_name(u),
                unit_name(b->unit));
    return UNIT_NUMBER;
}

double limit_apply(const struct limit_node *n, double a, double b)
{
    enum unit u = n->arg[0]->unit, v = n->arg[1] ? n->arg[1]->unit : UNIT_NUMBER;
    switch (n->op) {
    case LIMIT_NEG:
        return -a;
    case LIMIT_ADD:
        return a + b;
    case LIMIT_SUB:
        return a - b;
    case LIMIT_MUL: /* a duration is in ns, a rate per second */
        return n->unit == UNIT_NUMBER && (u == UNIT_RATE || v == UNIT_RATE) ? a * b / 1e9 : a * b;
    case LIMIT_DIV:
        return u != v && (v == UNIT_DURATION || v == UNIT_RATE) ? a / b * 1e9 : a / b;
    case LIMIT_MIN:
        return fmin(a, b);
    case LIMIT_MAX:
        return fmax(a, b);
    case LIMIT_NUMBER:
    case LIMIT_METRIC:
        break;
    }
    return n->num;
}

static const struct limit_node *combine(struct limit_parser *p, enum limit_op op, size_t from,
                                        const struct limit_node *a, const struct limit_node *b)
{
    struct limit_node *n = limit_node_new(p, op, from);
    n->arg[0] = a;
    n->arg[1] = b;
    n->height = 1 + (b && b->height > a->height ? b->height : a->height);
    if (n->height > EXPR_HEIGHT && !p->p.stop) {
        limit_wrong(p, n->at, "E-expr-depth", NULL, "the limit chains more than %d operators",
                    EXPR_HEIGHT);
        p->p.stop = true;
        return NULL;
    }
    n->unit = op == LIMIT_NEG   ? a->unit
              : op == LIMIT_MUL ? product_unit(p, n->at, a, b)
              : op == LIMIT_DIV ? quotient_unit(p, n->at, a, b)
                                : same_unit(p, n->at, a, b, "they cannot be combined");
    if (a->op == LIMIT_NUMBER && (!b || b->op == LIMIT_NUMBER)) {
        n->num = limit_apply(n, a->num, b ? b->num : 0);
        if (!isfinite(n->num)) /* a division by zero, which was reported, or a huge number */
            n->num = 0;
        n->op = LIMIT_NUMBER;
        n->arg[0] = n->arg[1] = NULL;
    }
    return n;
}

static const struct limit_node *literal(struct limit_parser *p)
{
    size_t from = p->p.pos;
    double value = 0;
    enum unit u = UNIT_NUMBER;
    enum literal r = expr_literal(p->p.s, p->p.n, &p->p.pos, &value, &u);
    p->p.end = p->p.pos;
    struct limit_node *n = limit_node_new(p, LIMIT_NUMBER, from);
    n->num = value;
    n->unit = u;
    if (r == LIT_UNIT)
        limit_wrong(p, n->at, "E-expr-unit",
                    "units are ns us ms s min h; /s /min for rates; B KB MB GB KiB MiB GiB; %",
                    "`%s` has no unit that is known", n->text);
    else if (r == LIT_RANGE)
        limit_wrong(p, n->at, "E-expr-range", NULL, "the number is too large or too long");
    return n;
}

/* min(a, b, ...) and max(a, b, ...); `max` alone is a quantity. */
static const struct limit_node *extremum(struct limit_parser *p, enum limit_op op, size_t from)
{
    const struct limit_node *all = NULL;
    if (!limit_deeper(p))
        return NULL;
    do {
        const struct limit_node *next = limit_sum(p);
        if (!next)
            return NULL;
        all = all ? combine(p, op, from, all, next) : next;
    } while (all && limit_take(p, ","));
    p->p.depth--;
    if (all && !limit_take(p, ")"))
        return (void)expr_syntax(&p->p, p->p.pos, p->p.pos + 1, NULL, "`)` is expected here"), NULL;
    return all;
}

static const struct limit_node *parenthesis(struct limit_parser *p, size_t from)
{
    if (!limit_deeper(p))
        return NULL;
    const struct limit_node *n = limit_sum(p);
    p->p.depth--;
    if (!n)
        return NULL;
    if (!limit_take(p, ")")) {
        expr_syntax(&p->p, from, from + 1,
                    "inside { } or [ ] YAML takes the comma for itself: "
                    "quote the value",
                    "this `(` is never closed");
        return NULL;
    }
    return n;
}

static const struct limit_node *primary(struct limit_parser *p)
{
    expr_blanks(&p->p);
    size_t from = p->p.pos, len = expr_word(&p->p, from), at = from;
    double value;
    enum unit u;
    if (limit_take(p, "("))
        return parenthesis(p, from);
    if (limit_take(p, "-")) {
        if (!limit_deeper(p))
            return NULL;
        const struct limit_node *n = primary(p);
        p->p.depth--;
        return n ? combine(p, LIMIT_NEG, from, n, NULL) : NULL;
    }
    if (expr_literal(p->p.s, p->p.n, &at, &value, &u) != LIT_NONE)
        return literal(p);
    if (len == 0) {
        size_t n = from < p->p.n ? 1 : 0;
        expr_syntax(&p->p, from, from + n, NULL,
                    n ? "a quantity or a value is expected here, not `%.*s`"
                      : "the limit ends where a value is expected",
                    (int)n, p->p.s + from);
        return NULL;
    }
    bool least = expr_is_word(&p->p, from, "min"), most = expr_is_word(&p->p, from, "max");
    bool known;
    const struct limit_node *n = limit_quantity(p, len, &known);
    if (known)
        return n;
    if ((least || most) && p->p.s[from + len] == '(') {
        p->p.pos = from + len + 1;
        return extremum(p, least ? LIMIT_MIN : LIMIT_MAX, from);
    }
    return limit_param(p, len);
}

static const struct limit_node *product(struct limit_parser *p)
{
    expr_blanks(&p->p);
    size_t from = p->p.pos;
    const struct limit_node *n = primary(p);
    while (n) {
        enum limit_op op = limit_take(p, "*")   ? LIMIT_MUL
                           : limit_take(p, "/") ? LIMIT_DIV
                                                : LIMIT_NUMBER;
        if (op == LIMIT_NUMBER)
            break;
        const struct limit_node *next = primary(p);
        n = next ? combine(p, op, from, n, next) : NULL;
    }
    return n;
}

const struct limit_node *limit_sum(struct limit_parser *p)
{
    expr_blanks(&p->p);
    size_t from = p->p.pos;
    const struct limit_node *n = product(p);
    while (n) {
        enum limit_op op = limit_take(p, "+")   ? LIMIT_ADD
                           : limit_take(p, "-") ? LIMIT_SUB
                                                : LIMIT_NUMBER;
        if (op == LIMIT_NUMBER)
            break;
        const struct limit_node *next = product(p);
        n = next ? combine(p, op, from, n, next) : NULL;
    }
    return n;
}

/* ---- the whole ---- */

static void left_over(struct limit_parser *p)
{
    size_t at = p->p.pos, n = expr_word(&p->p, at);
    const char *hint = NULL;
    if (expr_is_word(&p->p, at, "and") || expr_is_word(&p->p, at, "or"))
        hint = "one comparison a claim: write another `require`";
    else if (p->p.s[at] == '=')
        hint = "limits are written with <= and >=";
    else if (p->p.s[at] == ')')
        hint = "a `)` without its `(`";
    if (n == 0)
        for (n = 1; at + n < p->p.n && ((unsigned char)p->p.s[at + n] & 0xc0) == 0x80;)
            n++;
    expr_syntax(&p->p, at, at + n, hint, "`%.*s` is not expected here", (int)n, p->p.s + at);
}

static bool measures(const struct limit_node *n)
{
    return n && (n->op == LIMIT_METRIC || measures(n->arg[0]) || measures(n->arg[1]));
}

/* A share against a number that no share can be. */
static void share_check(struct limit_parser *p, const struct limit_node *n,
                        const struct limit_node *to)
{
    if (n->op != LIMIT_METRIC || !n->share || to->op != LIMIT_NUMBER || to->unit != UNIT_NUMBER)
        return;
    if (to->num > 1 || to->num < 0)
        limit_wrong(p, to->at, "E-expr-range",
                    to->num > 1 && to->num <= 100
                        ? arena_printf(p->p.a, "in percent: %s%%", to->text)
                        : NULL,
                    "`%s` lies between 0 and 1", n->text);
}

static void compare_check(struct limit_parser *p, struct limit *l)
{
    if (l->cmp == LIMIT_EQ || l->cmp == LIMIT_NE)
        limit_wrong(p, l->at, "E-expr-syntax", "write <= or >=: what is estimated never equals",
                    "a limit is no equation");
    same_unit(p, l->at, l->left, l->right, "they cannot be compared");
    share_check(p, l->left, l->right);
    share_check(p, l->right, l->left);
    if (!measures(l->left) && !measures(l->right))
        limit_wrong(p, l->at, "E-expr-syntax", NULL, "nothing in this limit is measured");
    if (!p->worst)
        return;
    bool upper = l->cmp == LIMIT_LE || l->cmp == LIMIT_LT;
    if (!upper || l->left->op != LIMIT_METRIC || l->right->op != LIMIT_NUMBER)
        limit_wrong(p, l->at, "E-expr-syntax", "worst_case: latency <= 2s",
                    "a worst case is an upper limit of the latency");
}

static const struct limit *parse(const char *text, struct loc at, bool worst, const struct model *m,
                                 struct diags *d, struct arena *a)
{
    struct limit *l = NEW(a, struct limit, 1);
    struct limit_parser p = {.m = m, .worst = worst, .limit = l};
    *l = (struct limit){.text = arena_strdup(a, text), .at = at, .worst = worst};
    if (!expr_parser_begin(&p.p, a, text, at, d))
        return NULL;
    l->left = limit_sum(&p);
    if (l->left && !limit_take_cmp(&p, &l->cmp)) {
        expr_blanks(&p.p);
        if (p.p.pos < p.p.n)
            left_over(&p);
        else
            expr_syntax(&p.p, p.p.pos, p.p.pos,
                        l->left->share ? "... >= 95%" : "... <= 250ms, for example",
                        "this limit compares nothing");
        return NULL;
    }
    l->right = l->left ? limit_sum(&p) : NULL;
    expr_blanks(&p.p);
    if (l->right && !p.p.stop && p.p.pos < p.p.n) {
        enum limit_cmp again;
        size_t here = p.p.pos;
        if (limit_take_cmp(&p, &again))
            expr_syntax(&p.p, here, p.p.pos, "one comparison a claim: write another `require`",
                        "comparisons do not chain");
        else
            left_over(&p);
    }
    if (l->right && !p.p.failed)
        compare_check(&p, l);
    return p.p.failed || !l->right ? NULL : l;
}

const struct limit *limit_parse(const char *text, struct loc at, const struct model *m,
                                struct diags *d, struct arena *a)
{
    return parse(text, at, false, m, d, a);
}

const struct limit *limit_parse_worst(const char *text, struct loc at, const struct model *m,
                                      struct diags *d, struct arena *a)
{
    return parse(text, at, true, m, d, a);
}
