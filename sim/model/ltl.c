/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ltl.c - text -> tree: operators; see ltl.h for their precedence. */
#include "model/ltl.h"
#include "model/ltl_impl.h"
#include <string.h>

enum { LTL_TEMPORAL = 30 }; /* operators over time in one formula */

const struct ltl_node *ltl_syntax(struct ltl_parser *l, size_t from, size_t to, const char *hint,
                                  const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    const char *text = arena_vprintf(l->p.a, fmt, ap);
    va_end(ap);
    if (!l->p.stop)
        diag_error(l->p.d, expr_place(&l->p, from, to), "E-ltl-syntax", hint, "%s", text);
    l->p.stop = l->p.failed = true;
    return NULL;
}

const struct ltl_node *ltl_node(struct ltl_parser *l, enum ltl_op op, size_t from,
                                const struct ltl_node *x, const struct ltl_node *y)
{
    struct ltl_node *n = NEW(l->p.a, struct ltl_node, 1);
    uint32_t height = x ? x->height : 0;
    height = y && y->height > height ? y->height : height;
    *n = (struct ltl_node){.op = op,
                           .at = expr_place(&l->p, from, l->p.end),
                           .id = l->nnode++,
                           .arg = {x, y},
                           .height = height + 1};
    if (n->height > LTL_HEIGHT)
        return ltl_syntax(l, from, l->p.end, "make several claims of it",
                          "the formula chains more than %d operators", LTL_HEIGHT);
    if (op >= LTL_G && ++l->temporal > LTL_TEMPORAL)
        return ltl_syntax(l, from, l->p.end, "make several claims of it",
                          "the formula has more than %d operators over time", LTL_TEMPORAL);
    return n;
}

static bool deeper(struct ltl_parser *l)
{
    if (l->p.depth++ < LTL_DEPTH)
        return true;
    ltl_syntax(l, l->p.pos, l->p.pos, "make several claims of it",
               "the formula is nested more than %d deep", LTL_DEPTH);
    return false;
}

static bool take(struct ltl_parser *l, const char *token)
{
    size_t n = strlen(token);
    struct expr_parser *p = &l->p;
    bool word = expr_word(p, p->pos) > 0;
    if (word ? !expr_is_word(p, p->pos, token)
             : p->n - p->pos < n || memcmp(p->s + p->pos, token, n) != 0)
        return false;
    p->pos += n;
    p->end = p->pos;
    return true;
}

/* How other tools write what is written otherwise here. */
static const char *foreign(const struct expr_parser *p, size_t at, size_t *n)
{
    static const struct {
        const char *text, *hint;
    } rows[] = {
        {"[]", "always is written G"},         {"<>", "eventually is written F"},
        {"&&", "it is written `and`"},         {"||", "it is written `or`"},
        {"&", "it is written `and`"},          {"|", "it is written `or`"},
        {"!", "it is written `not`"},          {"=>", "implication is written ->"},
        {"<=>", "equivalence is written <->"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        *n = strlen(rows[i].text);
        if (p->n - at >= *n && memcmp(p->s + at, rows[i].text, *n) == 0 &&
            !(rows[i].text[0] == '!' && p->s[at + 1] == '='))
            return rows[i].hint;
    }
    *n = expr_word(p, at);
    if (*n == 0)
        for (*n = 1; at + *n < p->n && ((unsigned char)p->s[at + *n] & 0xc0) == 0x80;)
            ++*n;
    return NULL;
}

static const struct ltl_node *parse_missing(struct ltl_parser *l)
{
    struct expr_parser *p = &l->p;
    size_t at = p->pos, n;
    if (at >= p->n)
        return ltl_syntax(l, at, at, NULL,
                          p->end == 0 ? "the formula is empty"
                                      : "the formula ends where a proposition is expected");
    const char *hint = foreign(p, at, &n);
    return ltl_syntax(l, at, at + n, hint, "a proposition is expected here, not `%.*s`", (int)n,
                      p->s + at);
}

static const struct ltl_node *parse_iff(struct ltl_parser *l);

/* Does this parenthesis hold an operand of a comparison, not a formula?  What follows tells. */
static bool opens_operand(const struct expr_parser *p, size_t at)
{
    size_t depth = 0, i = at;
    for (; i < p->n; i++) {
        depth += p->s[i] == '(';
        if (p->s[i] == ')' && --depth == 0)
            break;
    }
    for (i++; i < p->n && strchr(" \t\r\n", p->s[i]) != NULL;)
        i++;
    if (i >= p->n || strchr("+-*/<>=!", p->s[i]) == NULL)
        return false;
    const char *s = p->s + i; /* s[n] of the text is 0 */
    return strncmp(s, "->", 2) != 0 && strncmp(s, "<->", 3) != 0 && strncmp(s, "<=>", 3) != 0 &&
           strncmp(s, "=>", 2) != 0;
}

static const struct ltl_node *parse_group(struct ltl_parser *l)
{
    struct expr_parser *p = &l->p;
    size_t from = p->pos;
    if (opens_operand(p, from))
        return ltl_proposition(l);
    take(l, "(");
    if (!deeper(l))
        return NULL;
    const struct ltl_node *n = parse_iff(l);
    p->depth--;
    if (n == NULL)
        return NULL;
    expr_blanks(p);
    if (take(l, ")"))
        return n;
    if (p->pos >= p->n)
        return ltl_syntax(l, from, from + 1, NULL, "this `(` is never closed");
    size_t len;
    const char *hint = foreign(p, p->pos, &len);
    return ltl_syntax(l, p->pos, p->pos + len, hint, "`)` is expected here");
}

static bool reserved(const struct expr_parser *p)
{
    static const char *const words[] = {"and", "or", "U", "R", "W"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (expr_is_word(p, p->pos, words[i]))
            return true;
    return false;
}

static bool names_value(const struct ltl_parser *l, const char *word)
{
    for (uint32_t i = 0; i < l->m->nshared; i++)
        if (strcmp(l->m->shared[i].name, word) == 0)
            return true;
    for (uint32_t i = 0; i < l->m->nparam; i++)
        if (strcmp(l->m->param[i].name, word) == 0)
            return true;
    return false;
}

/* `X p`: there is no next state that an author could mean. */
static bool is_next(struct ltl_parser *l)
{
    static const char *const words[] = {"X", "next"};
    for (size_t i = 0; i < 2; i++)
        if (expr_is_word(&l->p, l->p.pos, words[i]) && !names_value(l, words[i])) {
            ltl_syntax(l, l->p.pos, l->p.pos + strlen(words[i]),
                       "say what is to come first: `not P U Q`, or that it comes at all: `F P`",
                       "there is no %s: steps are not a unit of time, so which state comes next "
                       "depends on what else happens to run",
                       words[i]);
            return true;
        }
    return false;
}

static const struct ltl_node *parse_unary(struct ltl_parser *l)
{
    static const struct {
        const char *word;
        enum ltl_op op;
    } rows[] = {{"not", LTL_NOT}, {"G", LTL_G}, {"F", LTL_F}};
    struct expr_parser *p = &l->p;
    expr_blanks(p);
    size_t from = p->pos;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!take(l, rows[i].word))
            continue;
        if (!deeper(l))
            return NULL;
        const struct ltl_node *n = parse_unary(l);
        p->depth--;
        return n ? ltl_node(l, rows[i].op, from, n, NULL) : NULL;
    }
    if (is_next(l))
        return NULL;
    if (p->pos < p->n && p->s[p->pos] == '(')
        return parse_group(l);
    bool digit = p->pos < p->n && strchr("0123456789-", p->s[p->pos]) != NULL;
    if ((expr_word(p, p->pos) > 0 && !reserved(p)) ||
        (digit && strncmp(p->s + p->pos, "->", 2) != 0))
        return ltl_proposition(l);
    return parse_missing(l);
}

/* U R W bind to the right: p U q U r is p U (q U r). */
static const struct ltl_node *parse_until(struct ltl_parser *l)
{
    static const struct {
        const char *word;
        enum ltl_op op;
    } rows[] = {{"U", LTL_U}, {"R", LTL_R}, {"W", LTL_W}};
    expr_blanks(&l->p);
    size_t from = l->p.pos;
    const struct ltl_node *x = parse_unary(l);
    if (x == NULL)
        return NULL;
    expr_blanks(&l->p);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!take(l, rows[i].word))
            continue;
        if (!deeper(l))
            return NULL;
        const struct ltl_node *y = parse_until(l);
        l->p.depth--;
        return y ? ltl_node(l, rows[i].op, from, x, y) : NULL;
    }
    return x;
}

static const struct ltl_node *parse_and(struct ltl_parser *l)
{
    expr_blanks(&l->p);
    size_t from = l->p.pos;
    const struct ltl_node *x = parse_until(l);
    for (expr_blanks(&l->p); x && take(l, "and"); expr_blanks(&l->p)) {
        const struct ltl_node *y = parse_until(l);
        x = y ? ltl_node(l, LTL_AND, from, x, y) : NULL;
    }
    return x;
}

static const struct ltl_node *parse_or(struct ltl_parser *l)
{
    expr_blanks(&l->p);
    size_t from = l->p.pos;
    const struct ltl_node *x = parse_and(l);
    for (expr_blanks(&l->p); x && take(l, "or"); expr_blanks(&l->p)) {
        const struct ltl_node *y = parse_and(l);
        x = y ? ltl_node(l, LTL_OR, from, x, y) : NULL;
    }
    return x;
}

static const struct ltl_node *parse_implies(struct ltl_parser *l)
{
    expr_blanks(&l->p);
    size_t from = l->p.pos;
    const struct ltl_node *x = parse_or(l);
    expr_blanks(&l->p);
    if (x == NULL || !take(l, "->"))
        return x;
    if (!deeper(l))
        return NULL;
    const struct ltl_node *y = parse_implies(l);
    l->p.depth--;
    return y ? ltl_node(l, LTL_IMPLIES, from, x, y) : NULL;
}

static const struct ltl_node *parse_iff(struct ltl_parser *l)
{
    expr_blanks(&l->p);
    size_t from = l->p.pos;
    const struct ltl_node *x = parse_implies(l);
    for (expr_blanks(&l->p); x && take(l, "<->"); expr_blanks(&l->p)) {
        const struct ltl_node *y = parse_implies(l);
        x = y ? ltl_node(l, LTL_IFF, from, x, y) : NULL;
    }
    return x;
}

/* ---- whole formulas ---- */

static const struct ltl_node *parse_text(struct ltl_parser *l, struct spec_text f)
{
    size_t n = strlen(f.text);
    l->p.pos = l->p.end = 0;
    l->p.depth = 0;
    l->p.stop = false;
    l->p.column = NULL;
    l->p.at = f.at;
    l->p.n = n;
    if (n > LTL_BYTES) {
        l->p.n = 0;
        return ltl_syntax(l, 0, 0, NULL, "the formula has more than %d bytes", LTL_BYTES);
    }
    l->p.s = arena_strndup(l->p.a, f.text, n);
    expr_map_columns(&l->p);
    const struct ltl_node *x = parse_iff(l);
    expr_blanks(&l->p);
    if (l->p.stop || x == NULL)
        return NULL;
    if (l->p.pos < l->p.n) {
        size_t len;
        const char *hint = foreign(&l->p, l->p.pos, &len);
        if (hint == NULL && l->p.s[l->p.pos] == ')')
            hint = "it has no `(`";
        return ltl_syntax(l, l->p.pos, l->p.pos + len, hint, "`%.*s` is not expected here",
                          (int)len, l->p.s + l->p.pos);
    }
    return x;
}

static struct ltl_parser parser(struct arena *a, const struct model *m, struct diags *d)
{
    return (struct ltl_parser){.p = {.a = a, .dir = "", .d = d},
                               .m = m,
                               .names = step_names(a, m),
                               .prop = NEW(a, struct ltl_prop, LTL_PROPS)};
}

static const struct ltl *formula(struct ltl_parser *l, const struct ltl_node *top, struct loc at)
{
    if (l->p.failed || top == NULL)
        return NULL;
    struct ltl *f = NEW(l->p.a, struct ltl, 1);
    *f = (struct ltl){.at = at, .top = top, .nprop = l->nprop, .nnode = l->nnode, .prop = l->prop};
    return f;
}

const struct ltl *ltl_parse(struct arena *a, struct spec_text f, const struct model *m,
                            struct diags *d)
{
    struct ltl_parser l = parser(a, m, d);
    return formula(&l, parse_text(&l, f), f.at);
}

static const struct ltl_node *over(struct ltl_parser *l, enum ltl_op op, const struct ltl_node *x,
                                   const struct ltl_node *y)
{
    struct ltl_node *n = NEW(l->p.a, struct ltl_node, 1);
    uint32_t height = x->height;
    if (y && y->height > height)
        height = y->height;
    *n = (struct ltl_node){
        .op = op, .at = x->at, .id = l->nnode++, .arg = {x, y}, .height = height + 1};
    return n;
}

const struct ltl *ltl_pattern(struct arena *a, enum ltl_pattern k, struct spec_text p,
                              struct spec_text q, const struct model *m, struct diags *d)
{
    struct ltl_parser l = parser(a, m, d);
    const struct ltl_node *x = parse_text(&l, p), *y = NULL;
    if (k >= LTL_AFTER_NEVER)
        y = parse_text(&l, q);
    if (x == NULL || (k >= LTL_AFTER_NEVER && y == NULL))
        return NULL;
    switch (k) {
    case LTL_NEVER:
        x = over(&l, LTL_G, over(&l, LTL_NOT, x, NULL), NULL);
        break;
    case LTL_ALWAYS:
        x = over(&l, LTL_G, x, NULL);
        break;
    case LTL_EVENTUALLY:
        x = over(&l, LTL_F, x, NULL);
        break;
    case LTL_AFTER_NEVER:
        y = over(&l, LTL_G, over(&l, LTL_NOT, y, NULL), NULL);
        x = over(&l, LTL_G, over(&l, LTL_IMPLIES, x, y), NULL);
        break;
    case LTL_AFTER_EVENTUALLY:
    case LTL_LEADS_TO:
        x = over(&l, LTL_G, over(&l, LTL_IMPLIES, x, over(&l, LTL_F, y, NULL)), NULL);
        break;
    }
    return formula(&l, x, p.at);
}

/* ---- printing ---- */

static void print(const struct ltl *f, const struct ltl_node *n, bool inside, struct buf *out)
{
    static const char *const text[] = {
        [LTL_NOT] = "not ",  [LTL_AND] = " and ", [LTL_OR] = " or ", [LTL_IMPLIES] = " -> ",
        [LTL_IFF] = " <-> ", [LTL_G] = "G ",      [LTL_F] = "F ",    [LTL_U] = " U ",
        [LTL_R] = " R ",     [LTL_W] = " W "};
    switch (n->op) {
    case LTL_TRUE:
    case LTL_FALSE:
        buf_puts(out, n->op == LTL_TRUE ? "true" : "false");
        return;
    case LTL_PROP: {
        const struct ltl_prop *p = &f->prop[n->prop];
        bool bare = p->what != LTL_COMPARE || !inside;
        buf_printf(out, bare ? "%s" : "(%s)", p->text);
        return;
    }
    case LTL_NOT:
    case LTL_G:
    case LTL_F:
        buf_puts(out, text[n->op]);
        print(f, n->arg[0], true, out);
        return;
    default:
        buf_puts(out, inside ? "(" : "");
        print(f, n->arg[0], true, out);
        buf_puts(out, text[n->op]);
        print(f, n->arg[1], true, out);
        buf_puts(out, inside ? ")" : "");
        return;
    }
}

void ltl_print(const struct ltl *f, struct buf *out)
{
    print(f, f->top, false, out);
}
