/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emit_expr.c - expressions and names in Python.  What is drawn is not computed there but taken
 * from the table, whole; the rest is arithmetic in base units (ns, 1/s, bytes). */
#include "live/emit_impl.h"
#include <ctype.h>
#include <math.h>
#include <string.h>

/* ---- names ---- */

static const char *const taken[] = {"False",        "None",       "True",        "and",
                                    "as",           "assert",     "async",       "await",
                                    "break",        "class",      "continue",    "def",
                                    "del",          "elif",       "else",        "except",
                                    "finally",      "for",        "from",        "global",
                                    "if",           "import",     "in",          "is",
                                    "lambda",       "nonlocal",   "not",         "or",
                                    "pass",         "raise",      "return",      "try",
                                    "while",        "with",       "yield",       "rq",
                                    "done",         "failure",    "attempt",     "number",
                                    "arm",          "int",        "min",         "max",
                                    "any",          "all",        "sum",         "range",
                                    "argparse",     "asyncio",    "collections", "concurrent",
                                    "contextlib",   "hashlib",    "heapq",       "itertools",
                                    "json",         "math",       "os",          "socket",
                                    "sys",          "threading",  "time",        "types",
                                    "signal",       "burn",       "broken",      "traceback",
                                    "burn_outside", "options",    "calm",        "finish",
                                    "address_of",   "run_loop",   "run_threads", "serve_on_loop",
                                    "bisect",       "gc",         "random",      "select",
                                    "selectors",    "struct",     "print",       "len",
                                    "next",         "sorted",     "round",       "open",
                                    "str",          "dict",       "list",        "zip",
                                    "vars",         "type",       "getattr",     "hasattr",
                                    "delattr",      "isinstance", "bytes",       "super",
                                    "property",     "iter",       "copy",        "fork_workers",
                                    "tell",         "errno",      "typing",      "attributes",
                                    "queue",        "bool",       "bytearray",   "divmod",
                                    "enumerate",    "learn_burn", "object",      "set",
                                    "tuple",        "wake"};

/* By Python, by what executes the program, whose classes begin with capitals. */
static bool is_taken(const char *name)
{
    if (isupper((unsigned char)*name))
        return true;
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (strcmp(taken[i], name) == 0)
            return true;
    return false;
}

const char *emit_name(struct emit *e, const char *name)
{
    char *s = arena_printf(e->mem, "%s%s", isdigit((unsigned char)*name) ? "n" : "", name);
    for (char *p = s; *p; p++)
        if (!isalnum((unsigned char)*p))
            *p = '_';
    return is_taken(s) ? arena_printf(e->mem, "%s_", s) : s;
}

const char *emit_string(struct emit *e, const char *text)
{
    return arena_printf(e->mem, "\"%s\"", emit_escaped(e, text));
}

const char *emit_escaped(struct emit *e, const char *text)
{
    struct buf b = {0};
    size_t left = strlen(text), n;
    uint32_t code;
    for (const char *p = text; left > 0; p += n, left -= n) {
        unsigned char c = (unsigned char)*p;
        n = buf_utf8(p, left, &code);
        if (n == 0) { /* the name of a file need not be UTF-8 */
            buf_puts(&b, "\\ufffd");
            n = 1;
        } else if (c < 0x20)
            buf_printf(&b, "\\x%02x", c);
        else if (c == '"' || c == '\\')
            buf_printf(&b, "\\%c", c);
        else
            buf_put(&b, p, n);
    }
    const char *s = b.n ? arena_strndup(e->mem, b.s, b.n) : "";
    buf_free(&b);
    return s;
}

/* The pipeline's function, which is then written as well. */
const char *emit_pipeline(struct emit *e, uint32_t pipeline)
{
    const char *name = emit_name(e, e->m->pipeline[pipeline].name);
    for (uint32_t i = 0; i < pipeline; i++) /* class and class_ */
        if (strcmp(emit_name(e, e->m->pipeline[i].name), name) == 0)
            name = arena_printf(e->mem, "%s_%u", name, pipeline);
    e->asked[pipeline] |= (uint8_t)e->flavour;
    bool mixed = e->p->has_loop && e->flavour == FLAVOUR_SYNC;
    if (strcmp(name, "request") == 0)
        name = "request_";
    return mixed ? arena_printf(e->mem, "%s_blocking", name) : name;
}

/* ---- what a name means ---- */

static const struct param *param_of(const struct emit *e, const char *name)
{
    for (uint32_t i = 0; i < e->m->nparam; i++)
        if (strcmp(e->m->param[i].name, name) == 0)
            return &e->m->param[i];
    return NULL;
}

static bool bodies_give(const struct body *b, const char *name);

static bool step_gives(const struct step *s, const char *name)
{
    for (uint32_t i = 0; i < s->with.n; i++)
        if (strcmp(s->with.v[i].var, name) == 0)
            return true;
    for (uint32_t i = 0; i < s->nbranch; i++)
        if (bodies_give(&s->branch[i].body, name))
            return true;
    for (uint32_t i = 0; i < s->nhandler; i++)
        if (bodies_give(&s->handler[i].body, name))
            return true;
    return bodies_give(&s->body, name) || bodies_give(&s->orelse, name) ||
           bodies_give(&s->completed, name);
}

/* Does some `with:` give the name another meaning? */
static bool bodies_give(const struct body *b, const char *name)
{
    for (uint32_t i = 0; i < b->n; i++)
        if (step_gives(b->v[i], name))
            return true;
    return false;
}

static bool is_given(const struct emit *e, const char *name)
{
    if (bodies_give(&e->m->request, name))
        return true;
    for (uint32_t i = 0; i < e->m->npipeline; i++)
        if (bodies_give(&e->m->pipeline[i].body, name))
            return true;
    return false;
}

static const struct shared *shared_of(const struct emit *e, const char *name)
{
    for (uint32_t i = 0; i < e->m->nshared; i++)
        if (strcmp(e->m->shared[i].name, name) == 0 && e->m->shared[i].variable)
            return &e->m->shared[i];
    return NULL;
}

/* ---- known values ---- */

static bool known_pair(enum expr_op op, double a, double b, double *v)
{
    switch (op) {
    case X_ADD:
        return *v = a + b, true;
    case X_SUB:
        return *v = a - b, true;
    case X_MUL:
        return *v = a * b, true;
    case X_DIV:
        return *v = a / b, b != 0;
    case X_EQ:
        return *v = a == b, true;
    case X_NE:
        return *v = a != b, true;
    case X_LT:
        return *v = a < b, true;
    case X_LE:
        return *v = a <= b, true;
    case X_GT:
        return *v = a > b, true;
    case X_GE:
        return *v = a >= b, true;
    case X_AND:
        return *v = a != 0 && b != 0, true;
    case X_OR:
        return *v = a != 0 || b != 0, true;
    case X_MIN:
        return *v = fmin(a, b), true;
    case X_MAX:
        return *v = fmax(a, b), true;
    default:
        return false;
    }
}

static bool known_one(enum expr_op op, double a, double *v)
{
    switch (op) {
    case X_NEG:
        return *v = -a, true;
    case X_NOT:
        return *v = a == 0, true;
    case X_CEIL:
        return *v = ceil(a), true;
    case X_FLOOR:
        return *v = floor(a), true;
    case X_ROUND:
        return *v = round(a), true;
    case X_MIN:
    case X_MAX:
        return *v = a, true;
    default:
        return false;
    }
}

bool emit_known(struct emit *e, const struct expr *x, double *value)
{
    double v, w;
    if (x->op == X_CONST)
        return *value = x->num, true;
    if (x->op == X_NAME) {
        const struct param *p = x->field ? NULL : param_of(e, x->name);
        return p && !is_given(e, x->name) && emit_known(e, p->value, value);
    }
    if (x->narg == 0 || x->op >= X_CHANCE || !emit_known(e, x->arg[0], &v))
        return false;
    if (x->narg == 1)
        return known_one(x->op, v, value);
    for (uint32_t i = 1; i < x->narg; i++)
        if (!emit_known(e, x->arg[i], &w) || !known_pair(x->op, v, w, &v))
            return false;
    return *value = v, true;
}

/* ---- what is drawn ---- */

static bool draws(struct emit *e, const struct expr *x)
{
    double v;
    if (x->op == X_NAME) {
        const struct param *p = x->field ? NULL : param_of(e, x->name);
        return p && !is_given(e, x->name) && draws(e, p->value);
    }
    if (x->op == X_CHANCE || x->op >= X_DIST)
        return !emit_known(e, x, &v);
    for (uint32_t i = 0; i < x->narg; i++)
        if (draws(e, x->arg[i]))
            return true;
    return false;
}

static bool reads_shared(const struct emit *e, const struct expr *x)
{
    if (x->op == X_NAME)
        return !x->field && shared_of(e, x->name);
    for (uint32_t i = 0; i < x->narg; i++)
        if (reads_shared(e, x->arg[i]))
            return true;
    return false;
}

/* ---- text ---- */

static const char *text(struct emit *e, const struct expr *x);
static const char *operand(struct emit *e, const struct expr *x, int least);

static const char *number(struct emit *e, double v)
{
    return fabs(v) < 1e15 && v == floor(v) ? arena_printf(e->mem, "%.0f", v)
                                           : arena_printf(e->mem, "%.17g", v);
}

static const char *name_text(struct emit *e, const struct expr *x)
{
    const struct param *p = param_of(e, x->name);
    if (x->field && e->taking && strcmp(e->taking, x->name) == 0)
        return arena_printf(e->mem, "done.%s", emit_name(e, x->field));
    if (x->field)
        return arena_printf(e->mem, "rq.result(%s).%s", emit_string(e, x->name),
                            emit_name(e, x->field));
    if (shared_of(e, x->name))
        return arena_printf(e->mem, "SHARED[%s]", emit_string(e, x->name));
    if (p && is_given(e, x->name))
        return arena_printf(e->mem, "getattr(rq.var, %s, %s)",
                            emit_string(e, emit_name(e, x->name)), text(e, p->value));
    if (p)
        return operand(e, p->value, 8);
    return arena_printf(e->mem, "rq.var.%s", emit_name(e, x->name));
}

/* any(lookups.over): over the copies. */
static const char *copies_text(struct emit *e, const struct expr *x)
{
    static const char *const how[] = {"any", "all", "sum"};
    const struct expr *of = x->arg[0];
    return arena_printf(e->mem, "%s(copy.%s for copy in rq.result(%s))", how[x->op - X_ANY],
                        emit_name(e, of->field ? of->field : ""), emit_string(e, of->name));
}

static const char *call_text(struct emit *e, const struct expr *x)
{
    static const char *const name[] = {"min", "max", "math.ceil", "math.floor", "round"};
    const char *list = "";
    for (uint32_t i = 0; i < x->narg; i++)
        list = arena_printf(e->mem, "%s%s%s", list, i ? ", " : "", text(e, x->arg[i]));
    if (x->op == X_ROUND) /* halves go up, which Python's round() does not do */
        return arena_printf(e->mem, "math.floor(%s + 0.5)", list);
    return arena_printf(e->mem, "%s(%s)", name[x->op - X_MIN], list);
}

/* How tightly it binds; what compares is never a part of what compares. */
static int binds(const struct expr *x)
{
    switch (x->op) {
    case X_OR:
        return 1;
    case X_AND:
        return 2;
    case X_NOT:
        return 3;
    case X_ADD:
    case X_SUB:
        return 5;
    case X_MUL:
    case X_DIV:
        return 6;
    case X_NEG:
        return 7;
    default:
        return x->op >= X_EQ && x->op <= X_GE ? 4 : 8;
    }
}

/* In parentheses, if it binds less than that. */
static const char *operand(struct emit *e, const struct expr *x, int least)
{
    double v;
    bool simple = binds(x) >= least || emit_known(e, x, &v);
    return simple ? text(e, x) : arena_printf(e->mem, "(%s)", text(e, x));
}

static const char *text(struct emit *e, const struct expr *x)
{
    static const char *const sign[] = {
        "+", "-", "*", "/", "==", "!=", "<", "<=", ">", ">=", "and", "or"};
    double v;
    if (emit_known(e, x, &v))
        return number(e, v);
    if (x->op == X_NAME)
        return name_text(e, x);
    if (x->op == X_NEG || x->op == X_NOT)
        return arena_printf(e->mem, "%s%s", x->op == X_NEG ? "-" : "not ",
                            operand(e, x->arg[0], 8));
    if (x->op >= X_ADD && x->op <= X_OR)
        return arena_printf(e->mem, "%s %s %s", operand(e, x->arg[0], binds(x) + (binds(x) == 4)),
                            sign[x->op - X_ADD], operand(e, x->arg[1], binds(x) + 1));
    if (x->op >= X_ANY && x->op <= X_COUNT)
        return copies_text(e, x);
    if (x->op >= X_MIN && x->op <= X_ROUND)
        return call_text(e, x);
    return "None";
}

/* Is it always the same, although a law is named?  The compiler has seen that, and asks for
 * nothing. */
static bool folded(const struct emit *e, const struct expr *x, double *value)
{
    for (uint32_t i = 0; i < e->p->x.nexpr; i++) {
        const struct xexpr *c = &e->p->x.expr[i];
        if (c->constant && c->at.line == x->at.line && c->at.col == x->at.col)
            return *value = c->value, true;
    }
    return false;
}

const char *emit_value(struct emit *e, const struct expr *x, const char *name)
{
    double v;
    if (!draws(e, x))
        return text(e, x);
    if (folded(e, x, &v))
        return number(e, v);
    if (reads_shared(e, x))
        emit_refuse(e, x->at, "a value that is drawn and depends on what requests share",
                    "draw it before, with `set`, and compute with that");
    return arena_printf(e->mem, "rq.draw(%s)", emit_string(e, name));
}

const char *emit_count(struct emit *e, const struct expr *x, const char *name)
{
    double v;
    if (emit_known(e, x, &v))
        return number(e, v);
    return arena_printf(e->mem, "int(%s)", emit_value(e, x, name));
}

/* "0.0003" of 300000 ns. */
static const char *seconds(struct emit *e, double ns)
{
    char *t = arena_printf(e->mem, "%.9f", ns / 1e9);
    size_t n = strlen(t);
    while (t[n - 1] == '0' && t[n - 2] != '.')
        t[--n] = 0;
    return t;
}

const char *emit_seconds(struct emit *e, const struct expr *x, const char *drawn)
{
    double v;
    if (emit_known(e, x, &v))
        return seconds(e, v);
    if (reads_shared(e, x))
        emit_refuse(e, x->at, "a duration that depends on what requests share", NULL);
    if (drawn == NULL)
        emit_refuse(e, x->at, "a timeout, or a pause before a copy, that is not the same each time",
                    "give it a value that is known before a request runs");
    return drawn ? drawn : "None";
}
