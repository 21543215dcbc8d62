/* SPDX-License-Identifier: GPL-3.0-or-later */
/* expr_parse.c - text -> tree: literals, names, operators.
 *
 * Recursive descent, bounded in depth (p->depth) and in the height of the tree.  Precedence, from
 * the loosest: or, and, not, comparison (which does not chain), + -, * /, unary minus.  A minus
 * after an operand is always binary, so blanks may separate arguments. */
#include "model/expr.h"
#include "model/expr_impl.h"
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static const struct unit_row {
    const char *name;
    double scale;
    enum unit unit;
} unit_rows[] = {
    {"ns", 1, UNIT_DURATION},
    {"us", 1e3, UNIT_DURATION},
    {"\xc2\xb5s", 1e3, UNIT_DURATION},
    {"\xce\xbcs", 1e3, UNIT_DURATION},
    {"ms", 1e6, UNIT_DURATION},
    {"s", 1e9, UNIT_DURATION},
    {"min", 60e9, UNIT_DURATION},
    {"h", 3600e9, UNIT_DURATION},
    {"B", 1, UNIT_SIZE},
    {"kB", 1e3, UNIT_SIZE},
    {"KB", 1e3, UNIT_SIZE},
    {"MB", 1e6, UNIT_SIZE},
    {"GB", 1e9, UNIT_SIZE},
    {"KiB", 1024, UNIT_SIZE},
    {"MiB", 1048576, UNIT_SIZE},
    {"GiB", 1073741824, UNIT_SIZE},
};
enum { UNIT_ROWS = sizeof unit_rows / sizeof unit_rows[0] };

static const struct unit_row *unit_find(const char *s, size_t n)
{
    for (size_t i = 0; i < UNIT_ROWS; i++)
        if (strlen(unit_rows[i].name) == n && memcmp(unit_rows[i].name, s, n) == 0)
            return &unit_rows[i];
    return NULL;
}

/* Bytes that may belong to a unit or a name; every byte of a multi-byte character does. */
static size_t letters(const char *s, size_t n, size_t i)
{
    size_t from = i;
    while (i < n && (is_alpha(s[i]) || is_digit(s[i]) || (unsigned char)s[i] >= 0x80))
        i++;
    return i - from;
}

/* The end of digits[.digits][e[+-]digits] at i; i itself if there is none. */
static size_t number_end(const char *s, size_t n, size_t i)
{
    size_t from = i, digits;
    while (i < n && is_digit(s[i]))
        i++;
    digits = i - from;
    if (i + 1 < n && s[i] == '.' && is_digit(s[i + 1])) {
        for (i++; i < n && is_digit(s[i]); i++)
            digits++;
    }
    if (digits == 0)
        return from;
    if (i < n && (s[i] == 'e' || s[i] == 'E')) {
        size_t j = i + 1;
        if (j < n && (s[j] == '+' || s[j] == '-'))
            j++;
        if (j < n && is_digit(s[j])) {
            while (j < n && is_digit(s[j]))
                j++;
            i = j;
        }
    }
    return i;
}

/* What follows the number: nothing, a unit, a percent sign, or a rate's /unit. */
static enum literal literal_unit(const char *s, size_t n, size_t *pos, double *value, enum unit *u)
{
    size_t i = *pos, len = letters(s, n, i);
    if (len > 0) {
        const struct unit_row *row = unit_find(s + i, len);
        *pos = i + len;
        if (row == NULL)
            return LIT_UNIT;
        *value *= row->scale;
        *u = row->unit;
    } else if (i < n && s[i] == '%') {
        *pos = i + 1;
        *value /= 100;
        *u = UNIT_NUMBER;
    } else if (i < n && s[i] == '/') {
        len = letters(s, n, i + 1);
        const struct unit_row *row = unit_find(s + i + 1, len);
        size_t after = i + 1 + len;
        if (row == NULL || row->unit != UNIT_DURATION || (after < n && strchr(".(", s[after])))
            return LIT_OK; /* a division */
        *pos = after;
        *value /= row->scale / 1e9;
        *u = UNIT_RATE;
    }
    return LIT_OK;
}

enum literal expr_literal(const char *s, size_t n, size_t *pos, double *value, enum unit *u)
{
    char copy[128]; /* strtod would go on into hexadecimal, and a file's text has no end mark */
    size_t end = number_end(s, n, *pos), len = end - *pos;
    if (len == 0)
        return LIT_NONE;
    memcpy(copy, s + *pos, len < sizeof copy ? len : 0);
    copy[len < sizeof copy ? len : 0] = '\0';
    *value = strtod(copy, NULL);
    *u = *value > 0 ? UNIT_NUMBER : UNIT_ZERO;
    *pos = end;
    enum literal r = literal_unit(s, n, pos, value, u);
    if (r == LIT_OK && (len >= sizeof copy || !isfinite(*value)))
        return LIT_RANGE;
    return r;
}

struct loc expr_place(const struct expr_parser *p, size_t from, size_t to)
{
    struct loc at = p->at;
    if (p->column == NULL)
        return at;
    at.col += p->column[from];
    at.len = p->column[to] - p->column[from];
    return at;
}

const struct expr *expr_syntax(struct expr_parser *p, size_t from, size_t to, const char *hint,
                               const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    const char *text = arena_vprintf(p->a, fmt, ap);
    va_end(ap);
    if (!p->stop)
        diag_error(p->d, expr_place(p, from, to), "E-expr-syntax", hint, "%s", text);
    p->stop = p->failed = true;
    return NULL;
}

void expr_blanks(struct expr_parser *p)
{
    while (p->pos < p->n && strchr(" \t\r\n", p->s[p->pos]) != NULL)
        p->pos++;
}

size_t expr_word(const struct expr_parser *p, size_t at)
{
    size_t i = at;
    if (i >= p->n || !is_alpha(p->s[i]))
        return 0;
    while (i < p->n && (is_alpha(p->s[i]) || is_digit(p->s[i])))
        i++;
    return i - at;
}

bool expr_is_word(const struct expr_parser *p, size_t at, const char *word)
{
    size_t n = strlen(word);
    return expr_word(p, at) == n && memcmp(p->s + at, word, n) == 0;
}

static bool take(struct expr_parser *p, const char *token)
{
    size_t n = strlen(token);
    if (p->n - p->pos < n || memcmp(p->s + p->pos, token, n) != 0)
        return false;
    p->pos += n;
    p->end = p->pos;
    return true;
}

static bool take_word(struct expr_parser *p, const char *word)
{
    return expr_is_word(p, p->pos, word) && take(p, word);
}

static bool deeper(struct expr_parser *p)
{
    if (p->depth++ < EXPR_DEPTH)
        return true;
    if (!p->stop)
        diag_error(p->d, expr_place(p, p->pos, p->pos), "E-expr-depth", NULL,
                   "the expression is nested more than %d deep", EXPR_DEPTH);
    p->stop = p->failed = true;
    return false;
}

/* A node for what was read from `from` to the last token. */
struct expr *expr_node(struct expr_parser *p, enum expr_op op, size_t from, uint32_t narg,
                       const struct expr *const *arg)
{
    struct expr *e = NEW(p->a, struct expr, 1);
    uint32_t height = 0;
    e->op = op;
    e->at = expr_place(p, from, p->end);
    e->text = p->s + from;
    e->ntext = (uint32_t)(p->end - from);
    e->narg = narg;
    e->arg = narg > 0 ? NEW(p->a, const struct expr *, narg) : NULL;
    for (uint32_t i = 0; i < narg; i++) {
        e->arg[i] = arg[i];
        height = arg[i]->height > height ? arg[i]->height : height;
    }
    e->height = height + 1;
    if (e->height > EXPR_HEIGHT && !p->stop) {
        diag_error(p->d, e->at, "E-expr-depth", "give a part of it a name under params",
                   "the expression chains more than %d operators", EXPR_HEIGHT);
        p->stop = p->failed = true;
    }
    return e;
}

static const struct expr *parse_number(struct expr_parser *p)
{
    size_t from = p->pos;
    double value = 0;
    enum unit u = UNIT_NUMBER;
    enum literal r = expr_literal(p->s, p->n, &p->pos, &value, &u);
    p->end = p->pos;
    struct expr *e = expr_node(p, X_CONST, from, 0, NULL);
    if (r == LIT_UNIT) {
        size_t digits = number_end(p->s, p->n, from);
        diag_error(p->d, expr_place(p, from, p->pos), "E-expr-unit",
                   "units are ns us ms s min h; /s /min for rates; B KB MB GB KiB MiB GiB; %",
                   "`%.*s` is no unit", (int)(p->pos - digits), p->s + digits);
        p->failed = true;
    } else if (r == LIT_RANGE) {
        diag_error(p->d, e->at, "E-expr-range", NULL, "the number is too large or too long");
        p->failed = true;
    }
    e->num = value;
    e->unit = u;
    return e;
}

static const struct expr *parse_name(struct expr_parser *p)
{
    size_t from = p->pos, n = expr_word(p, from), paren = from + n, field;
    while (paren < p->n && p->s[paren] == ' ')
        paren++;
    if (paren < p->n && p->s[paren] == '(' && (paren == from + n || expr_known_call(p, from, n))) {
        p->pos = p->end = paren + 1;
        return expr_parse_call(p, from, n);
    }
    p->pos = p->end = from + n;
    bool yes = expr_is_word(p, from, "true");
    if (yes || expr_is_word(p, from, "false")) {
        struct expr *e = expr_node(p, X_CONST, from, 0, NULL);
        e->unit = UNIT_BOOL;
        e->num = yes ? 1 : 0;
        return e;
    }
    const char *name = arena_strndup(p->a, p->s + from, n);
    const char *part = NULL;
    if (p->pos < p->n && p->s[p->pos] == '.' && (field = expr_word(p, p->pos + 1)) > 0) {
        part = arena_strndup(p->a, p->s + p->pos + 1, field);
        p->pos = p->end = p->pos + 1 + field;
    }
    struct expr *e = expr_node(p, X_NAME, from, 0, NULL);
    e->name = name;
    e->field = part;
    return e;
}

static const struct expr *parse_missing(struct expr_parser *p)
{
    size_t at = p->pos;
    if (at >= p->n)
        return expr_syntax(p, at, at, NULL,
                           p->end == 0 ? "the expression is empty"
                                       : "the expression ends where a value is expected");
    if (p->s[at] == '"' || p->s[at] == '\'')
        return expr_syntax(p, at, at + 1, NULL, "a quoted text stands only in samples(\"file\")");
    size_t n = expr_word(p, at);
    if (n == 0)
        for (n = 1; at + n < p->n && ((unsigned char)p->s[at + n] & 0xc0) == 0x80;)
            n++;
    return expr_syntax(p, at, at + n, NULL, "a value is expected here, not `%.*s`", (int)n,
                       p->s + at);
}

static const char *const unclosed_hint =
    "inside { } or [ ] YAML takes the comma for itself: separate arguments by blanks, or quote "
    "the value";

static const struct expr *parse_primary(struct expr_parser *p)
{
    expr_blanks(p);
    size_t from = p->pos;
    if (take(p, "(")) {
        if (!deeper(p))
            return NULL;
        const struct expr *e = expr_parse_any(p);
        p->depth--;
        if (e == NULL)
            return NULL;
        expr_blanks(p);
        if (!take(p, ")"))
            return p->pos < p->n
                       ? expr_syntax(p, p->pos, p->pos + 1, NULL, "`)` is expected here")
                       : expr_syntax(p, from, from + 1, unclosed_hint, "this `(` is never closed");
        return e;
    }
    if (number_end(p->s, p->n, from) > from)
        return parse_number(p);
    if (expr_word(p, from) > 0 && !expr_is_word(p, from, "and") && !expr_is_word(p, from, "or") &&
        !expr_is_word(p, from, "of") && !expr_is_word(p, from, "not"))
        return parse_name(p);
    return parse_missing(p);
}

static const struct expr *parse_unary(struct expr_parser *p)
{
    expr_blanks(p);
    size_t from = p->pos;
    if (!take(p, "-"))
        return parse_primary(p);
    if (!deeper(p))
        return NULL;
    const struct expr *e = parse_unary(p);
    p->depth--;
    return e != NULL ? expr_node(p, X_NEG, from, 1, &e) : NULL;
}

enum level { LEVEL_OR, LEVEL_AND, LEVEL_ADD, LEVEL_MUL };
static const struct operator_row {
    const char *text;
    enum expr_op op;
    enum level level;
} operator_rows[] = {
    {"or", X_OR, LEVEL_OR},  {"and", X_AND, LEVEL_AND}, {"+", X_ADD, LEVEL_ADD},
    {"-", X_SUB, LEVEL_ADD}, {"*", X_MUL, LEVEL_MUL},   {"/", X_DIV, LEVEL_MUL},
};

/* -> and <-> join formulas (ltl.h), not values. */
static bool at_arrow(const struct expr_parser *p)
{
    size_t left = p->n - p->pos;
    return (left >= 2 && memcmp(p->s + p->pos, "->", 2) == 0) ||
           (left >= 3 && memcmp(p->s + p->pos, "<->", 3) == 0);
}

static const struct operator_row *take_operator(struct expr_parser *p, enum level level)
{
    expr_blanks(p);
    if (at_arrow(p))
        return NULL;
    for (size_t i = 0; i < sizeof operator_rows / sizeof operator_rows[0]; i++) {
        const struct operator_row *r = &operator_rows[i];
        if (r->level == level && (level <= LEVEL_AND ? take_word(p, r->text) : take(p, r->text)))
            return r;
    }
    return NULL;
}

static const struct expr *parse_not(struct expr_parser *p);

/* A chain of left-associative operators of one level. */
static const struct expr *parse_chain(struct expr_parser *p, enum level level)
{
    expr_blanks(p);
    size_t from = p->pos;
    const struct expr *pair[2] = {NULL, NULL};
    for (const struct operator_row *r = NULL;;) {
        const struct expr *e = level == LEVEL_OR    ? parse_chain(p, LEVEL_AND)
                               : level == LEVEL_AND ? parse_not(p)
                               : level == LEVEL_ADD ? parse_chain(p, LEVEL_MUL)
                                                    : parse_unary(p);
        if (e == NULL || p->stop)
            return NULL;
        pair[1] = e;
        pair[0] = r != NULL ? expr_node(p, r->op, from, 2, pair) : e;
        if (p->stop || (r = take_operator(p, level)) == NULL)
            return p->stop ? NULL : pair[0];
    }
}

static bool take_comparison(struct expr_parser *p, enum expr_op *op)
{
    static const struct {
        const char *text;
        enum expr_op op;
    } rows[] = {{"==", X_EQ}, {"!=", X_NE}, {"<=", X_LE}, {">=", X_GE}, {"<", X_LT}, {">", X_GT}};
    expr_blanks(p);
    if (at_arrow(p))
        return false;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (take(p, rows[i].text)) {
            *op = rows[i].op;
            return true;
        }
    return false;
}

const struct expr *expr_parse_comparison(struct expr_parser *p)
{
    expr_blanks(p);
    size_t from = p->pos;
    enum expr_op op = X_EQ, again;
    const struct expr *pair[2] = {parse_chain(p, LEVEL_ADD), NULL};
    if (pair[0] == NULL || !take_comparison(p, &op))
        return pair[0];
    if ((pair[1] = parse_chain(p, LEVEL_ADD)) == NULL)
        return NULL;
    struct expr *e = expr_node(p, op, from, 2, pair);
    expr_blanks(p);
    size_t here = p->pos;
    if (take_comparison(p, &again))
        return expr_syntax(p, here, p->end, "join two comparisons by `and`: a < b and b < c",
                           "comparisons do not chain");
    return e;
}

static const struct expr *parse_not(struct expr_parser *p)
{
    expr_blanks(p);
    size_t from = p->pos;
    if (!take_word(p, "not"))
        return expr_parse_comparison(p);
    if (!deeper(p))
        return NULL;
    const struct expr *e = parse_not(p);
    p->depth--;
    return e != NULL ? expr_node(p, X_NOT, from, 1, &e) : NULL;
}

const struct expr *expr_parse_any(struct expr_parser *p)
{
    return parse_chain(p, LEVEL_OR);
}

/* What stands behind a whole expression: say what was probably meant. */
static void left_over(struct expr_parser *p)
{
    size_t at = p->pos, n = expr_word(p, at);
    char c = p->s[at];
    const char *hint = NULL;
    if (n > 0 && unit_find(p->s + at, n) != NULL)
        hint = "a unit follows its number without a blank: 25ms";
    else if (c == '=')
        hint = "two equal signs compare: a == b";
    else if (c == '&' || c == '|' || c == '!')
        hint = "conditions are joined by the words and, or, not";
    else if (c == ')')
        hint = "a `)` without its `(`; inside { } or [ ] YAML takes commas for itself: separate "
               "arguments by blanks, or quote the value";
    else if (c == ',')
        hint = "commas stand between arguments only";
    if (n == 0)
        for (n = 1; at + n < p->n && ((unsigned char)p->s[at + n] & 0xc0) == 0x80;)
            n++;
    expr_syntax(p, at, at + n, hint, "`%.*s` is not expected here", (int)n, p->s + at);
}

void expr_map_columns(struct expr_parser *p)
{
    if (memchr(p->s, '\n', p->n) != NULL)
        return;
    uint32_t column = 0;
    p->column = NEW(p->a, uint32_t, p->n + 1);
    for (size_t i = 0; i < p->n; i++) {
        p->column[i] = column;
        column += ((unsigned char)p->s[i] & 0xc0) != 0x80;
    }
    p->column[p->n] = column;
}

bool expr_parser_begin(struct expr_parser *p, struct arena *a, const char *text, struct loc at,
                       struct diags *d)
{
    *p = (struct expr_parser){.a = a, .n = strlen(text), .at = at, .d = d};
    if (p->n > EXPR_BYTES) {
        diag_error(d, at, "E-expr-depth", NULL, "the expression has more than %d bytes",
                   EXPR_BYTES);
        return false;
    }
    p->s = arena_strndup(a, text, p->n);
    expr_map_columns(p);
    return true;
}

const struct expr *expr_parse(struct arena *a, const char *text, struct loc at, const char *dir,
                              struct diags *d)
{
    struct expr_parser p;
    if (!expr_parser_begin(&p, a, text, at, d))
        return NULL;
    p.dir = dir;
    const struct expr *e = expr_parse_any(&p);
    expr_blanks(&p);
    if (!p.stop && p.pos < p.n)
        left_over(&p);
    return p.failed ? NULL : e;
}

const struct expr *expr_number(struct arena *a, double value, enum unit u, struct loc at)
{
    struct expr *e = NEW(a, struct expr, 1);
    e->op = X_CONST;
    e->unit = u;
    e->num = value;
    e->at = at;
    e->height = 1;
    return e;
}
