/* SPDX-License-Identifier: GPL-3.0-or-later */
/* limit_metric.c - the quantities of a limit and what stands in their parentheses: filters,
 * conditions, names. */
#include "model/limit.h"
#include "model/limit_impl.h"
#include "model/step_name.h"
#include <string.h>

const struct limit_metric_row limit_metrics[] = {
    {"mean", METRIC_MEAN, UNIT_DURATION, 0},
    {"sd", METRIC_SD, UNIT_DURATION, 0},
    {"max", METRIC_MAX, UNIT_DURATION, 0},
    {"p50", METRIC_QUANTILE, UNIT_DURATION, 0.5},
    {"p90", METRIC_QUANTILE, UNIT_DURATION, 0.9},
    {"p95", METRIC_QUANTILE, UNIT_DURATION, 0.95},
    {"p99", METRIC_QUANTILE, UNIT_DURATION, 0.99},
    {"p999", METRIC_QUANTILE, UNIT_DURATION, 0.999},
    {"P", METRIC_P, UNIT_NUMBER, 0},
    {"outcome", METRIC_OUTCOME, UNIT_NUMBER, 0},
    {"throughput", METRIC_THROUGHPUT, UNIT_RATE, 0},
    {"makespan", METRIC_MAKESPAN, UNIT_DURATION, 0},
    {"speedup", METRIC_SPEEDUP, UNIT_NUMBER, 0},
    {"utilisation", METRIC_UTILISATION, UNIT_NUMBER, 0},
    {"utilization", METRIC_UTILISATION, UNIT_NUMBER, 0},
    {"queue", METRIC_QUEUE, UNIT_NUMBER, 0},
    {"critical_share", METRIC_CRITICAL_SHARE, UNIT_NUMBER, 0},
    {"gain", METRIC_GAIN, UNIT_DURATION, 0},
    {"threads", METRIC_THREADS, UNIT_NUMBER, 0},
    {"tasks", METRIC_TASKS, UNIT_NUMBER, 0},
    {"memory", METRIC_MEMORY, UNIT_SIZE, 0},
    {"peak_threads", METRIC_PEAK_THREADS, UNIT_NUMBER, 0},
    {"peak_tasks", METRIC_PEAK_TASKS, UNIT_NUMBER, 0},
    {"peak_memory", METRIC_PEAK_MEMORY, UNIT_SIZE, 0},
    {NULL, METRIC_COUNT, UNIT_NUMBER, 0},
};

bool limit_filter_fits(const struct limit_filter *f, int32_t status, uint32_t cls)
{
    return (!f->outcome.given || (status >= f->outcome.low && status <= f->outcome.high)) &&
           (!f->has_cls || cls == f->cls);
}

static bool latency_holds(const struct limit_cond *c, int64_t latency)
{
    switch (c->cmp) {
    case LIMIT_LT:
        return latency < c->ns;
    case LIMIT_LE:
        return latency <= c->ns;
    case LIMIT_GT:
        return latency > c->ns;
    case LIMIT_GE:
        return latency >= c->ns;
    case LIMIT_EQ:
        return latency == c->ns;
    case LIMIT_NE:
        break;
    }
    return latency != c->ns;
}

bool limit_cond_holds(const struct limit_cond *c, int64_t latency, int32_t status, uint32_t cls)
{
    switch (c->op) { /* as deep as it was read: EXPR_DEPTH, EXPR_HEIGHT */
    case COND_AND:
        return limit_cond_holds(c->arg[0], latency, status, cls) &&
               limit_cond_holds(c->arg[1], latency, status, cls);
    case COND_OR:
        return limit_cond_holds(c->arg[0], latency, status, cls) ||
               limit_cond_holds(c->arg[1], latency, status, cls);
    case COND_NOT:
        return !limit_cond_holds(c->arg[0], latency, status, cls);
    case COND_LATENCY:
        return status != 0 && latency_holds(c, latency);
    case COND_OUTCOME:
        return (status >= c->outcome.low && status <= c->outcome.high) == (c->cmp == LIMIT_EQ);
    case COND_CLASS:
        break;
    }
    return (cls == c->cls) == (c->cmp == LIMIT_EQ);
}

/* ---- what is named ---- */

/* Letters, digits, - _ . / *: a step's path, an execution, a class. */
static size_t long_word(const struct expr_parser *p, size_t at)
{
    size_t n = expr_word(p, at);
    while (n && at + n < p->n &&
           (strchr("-./*", p->s[at + n]) || (p->s[at + n] >= '0' && p->s[at + n] <= '9') ||
            expr_word(p, at + n)))
        n++;
    return n;
}

static const char *take_name(struct limit_parser *p, struct loc *at, const char *what)
{
    expr_blanks(&p->p);
    size_t from = p->p.pos, n = long_word(&p->p, from);
    if (n == 0) {
        expr_syntax(&p->p, from, from < p->p.n ? from + 1 : from, NULL, "%s is expected here",
                    what);
        return NULL;
    }
    p->p.pos = p->p.end = from + n;
    *at = expr_place(&p->p, from, from + n);
    return arena_strndup(p->p.a, p->p.s + from, n);
}

static void unknown(struct limit_parser *p, struct loc at, const char *what, const char *name,
                    const char *const *known, size_t n)
{
    const char *near = nearest(name, known, n);
    const char *list = "";
    for (size_t i = 0; i < n && i < 12; i++)
        list = arena_printf(p->p.a, "%s%s`%s`", list, i ? ", " : "", known[i]);
    limit_wrong(p, at, "E-name-unknown",
                near ? arena_printf(p->p.a, "did you mean `%s`?", near)
                : n  ? arena_printf(p->p.a, "there is %s", list)
                     : NULL,
                "there is no %s `%s`", what, name);
}

static bool take_execution(struct limit_parser *p, const char **name, struct loc *at)
{
    *name = take_name(p, at, "an execution");
    if (!*name)
        return false;
    const char **known = NEW(p->p.a, const char *, p->m->nexec);
    for (uint32_t i = 0; i < p->m->nexec; i++)
        known[i] = p->m->exec[i].name;
    if (!model_exec(p->m, *name))
        unknown(p, *at, "execution", *name, known, p->m->nexec);
    return true;
}

static void resource_check(struct limit_parser *p, const struct limit_node *n)
{
    static const char *const own[] = {"cores", "gil", "loop", "pool", "server", "limit"};
    const struct model *m = p->m;
    size_t k = 0, count = m->nservice + m->nresource + m->nchannel + m->nstage;
    const char **known = NEW(p->p.a, const char *, count + sizeof own / sizeof *own);
    for (uint32_t i = 0; i < m->nservice; i++)
        if (m->service[i].capacity)
            known[k++] = m->service[i].name;
        else if (strcmp(m->service[i].name, n->name) == 0)
            limit_wrong(p, n->name_at, "E-name-unknown", "give it a `capacity`",
                        "the service `%s` has no limit, so nothing waits for it", n->name);
    for (uint32_t i = 0; i < m->nresource; i++)
        known[k++] = m->resource[i].name;
    for (uint32_t i = 0; i < m->nchannel; i++)
        known[k++] = m->channel[i].name;
    for (uint32_t i = 0; i < m->nstage; i++)
        known[k++] = m->stage[i].name;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        known[k++] = own[i];
    for (uint32_t i = 0; i < m->nservice; i++)
        if (!m->service[i].capacity && strcmp(m->service[i].name, n->name) == 0)
            return;
    for (size_t i = 0; i < k; i++)
        if (strcmp(known[i], n->name) == 0)
            return;
    unknown(p, n->name_at, "resource", n->name, known, k);
}

static void step_resolve(struct limit_parser *p, struct limit_node *n)
{
    const struct step_names *all = step_names(p->p.a, p->m);
    const struct step_name *s =
        step_name_find(all, n->name, strlen(n->name), n->name_at, false, p->p.a, p->p.d);
    if (s)
        n->name = s->path;
    else
        p->p.failed = true;
}

static bool take_class(struct limit_parser *p, uint32_t *cls)
{
    struct loc at;
    const char *name = take_name(p, &at, "a class of load");
    const char **known = NEW(p->p.a, const char *, p->m->nload + 1u);
    size_t n = p->m->nload;
    if (!name)
        return false;
    *cls = 0;
    known[0] = "request"; /* without load */
    for (uint32_t i = 0; i < p->m->nload; i++)
        known[i] = p->m->load[i].name;
    n = n ? n : 1;
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(known[i], name) == 0) {
            *cls = i;
            return true;
        }
    unknown(p, at, "class", name, known, n);
    return true;
}

/* 200, 5xx, unanswered. */
static bool take_status(struct limit_parser *p, struct limit_status *s)
{
    expr_blanks(&p->p);
    const char *t = p->p.s + p->p.pos;
    size_t n = 0, from = p->p.pos;
    while (from + n < p->p.n && ((t[n] >= '0' && t[n] <= '9') || t[n] == '_' ||
                                 (t[n] >= 'a' && t[n] <= 'z') || (t[n] >= 'A' && t[n] <= 'Z')))
        n++;
    p->p.pos = p->p.end = from + n;
    *s = (struct limit_status){.given = true};
    if (n == 10 && memcmp(t, "unanswered", 10) == 0)
        return true;
    if (n == 3 && t[0] >= '1' && t[0] <= '5') {
        int32_t first = (t[0] - '0') * 100;
        if ((t[1] == 'x' && t[2] == 'x') || (t[1] == 'X' && t[2] == 'X')) {
            s->low = first;
            s->high = first + 99;
            return true;
        }
        if (t[1] >= '0' && t[1] <= '9' && t[2] >= '0' && t[2] <= '9') {
            s->low = s->high = first + (t[1] - '0') * 10 + (t[2] - '0');
            return true;
        }
    }
    expr_syntax(&p->p, from, n ? from + n : from + (from < p->p.n),
                "an outcome is a status (200), all of a kind (5xx) or `unanswered`",
                "this is no outcome");
    return false;
}

/* outcome=200, class=loris, up to the closing parenthesis. */
static bool take_filters(struct limit_parser *p, struct limit_filter *f)
{
    while (!limit_take(p, ")")) {
        struct loc at;
        size_t from = p->p.pos;
        const char *word = take_name(p, &at, "outcome= or class=");
        if (!word)
            return false;
        bool outcome = strcmp(word, "outcome") == 0, cls = strcmp(word, "class") == 0;
        if (!outcome && !cls) {
            expr_syntax(&p->p, from, from + strlen(word), "filters are outcome=200 and class=NAME",
                        "`%s` is no filter", word);
            return false;
        }
        if (!limit_take(p, "==") && !limit_take(p, "=")) {
            expr_syntax(&p->p, p->p.pos, p->p.pos + (p->p.pos < p->p.n), NULL,
                        "`=` is expected here");
            return false;
        }
        if (outcome ? !take_status(p, &f->outcome) : !take_class(p, &f->cls))
            return false;
        f->has_cls = f->has_cls || cls;
        limit_take(p, ",");
    }
    return true;
}

/* ---- conditions ---- */

static const struct limit_cond *cond_any(struct limit_parser *p);

/* A literal or a parameter that is a duration, in ns. */
static bool limit_duration(struct limit_parser *p, int64_t *ns)
{
    const struct limit_node *n = limit_sum(p);
    *ns = 0;
    if (!n)
        return false;
    if (n->op != LIMIT_NUMBER || (n->unit != UNIT_DURATION && n->unit != UNIT_ZERO))
        limit_wrong(p, n->at, "E-expr-unit",
                    n->op == LIMIT_NUMBER && n->unit == UNIT_NUMBER
                        ? arena_printf(p->p.a, "units are never guessed: write %sms or %ss",
                                       n->text, n->text)
                        : NULL,
                    "a latency is compared with a duration");
    else if (n->num >= 0 && n->num <= 4e18)
        *ns = (int64_t)(n->num + 0.5);
    else
        limit_wrong(p, n->at, "E-expr-range", NULL, "a latency is never negative, nor so long");
    return true;
}

static const struct limit_cond *cond_compare(struct limit_parser *p)
{
    struct loc at;
    size_t from = p->p.pos;
    const char *word = take_name(p, &at, "latency, outcome or class");
    struct limit_cond *c = NEW(p->p.a, struct limit_cond, 1);
    if (!word)
        return NULL;
    if (strcmp(word, "latency") != 0 && strcmp(word, "outcome") != 0 &&
        strcmp(word, "class") != 0) {
        expr_syntax(&p->p, from, from + strlen(word),
                    "P(latency <= 200ms and outcome == 200 and class == NAME)",
                    "a condition is about latency, outcome and class, not `%s`", word);
        return NULL;
    }
    expr_blanks(&p->p);
    size_t here = p->p.pos;
    if (!limit_take_cmp(p, &c->cmp)) {
        expr_syntax(&p->p, here, here + (here < p->p.n),
                    here < p->p.n && p->p.s[here] == '=' ? "two equal signs compare" : NULL,
                    "a comparison is expected here");
        return NULL;
    }
    if (word[0] == 'l') {
        c->op = COND_LATENCY;
        return limit_duration(p, &c->ns) ? c : NULL;
    }
    if (c->cmp != LIMIT_EQ && c->cmp != LIMIT_NE)
        limit_wrong(p, expr_place(&p->p, here, p->p.pos), "E-expr-syntax",
                    "all from 500 on are outcome == 5xx", "a %s is only == or !=", word);
    c->op = word[0] == 'o' ? COND_OUTCOME : COND_CLASS;
    return (c->op == COND_OUTCOME ? take_status(p, &c->outcome) : take_class(p, &c->cls)) ? c
                                                                                          : NULL;
}

static const struct limit_cond *cond_one(struct limit_parser *p)
{
    expr_blanks(&p->p);
    bool negated = expr_is_word(&p->p, p->p.pos, "not");
    if (!negated && !limit_take(p, "("))
        return cond_compare(p);
    if (!limit_deeper(p))
        return NULL;
    struct limit_cond *c = NEW(p->p.a, struct limit_cond, 1);
    if (negated) {
        p->p.pos += 3;
        c->op = COND_NOT;
        c->arg[0] = cond_one(p);
        p->p.depth--;
        return c->arg[0] ? c : NULL;
    }
    const struct limit_cond *inner = cond_any(p);
    p->p.depth--;
    if (inner && !limit_take(p, ")")) {
        expr_syntax(&p->p, p->p.pos, p->p.pos + (p->p.pos < p->p.n), NULL, "`)` is expected here");
        return NULL;
    }
    return inner;
}

static const struct limit_cond *cond_chain(struct limit_parser *p, const char *word,
                                           enum limit_cond_op op)
{
    const struct limit_cond *all = NULL;
    for (unsigned n = 0;; n++) {
        const struct limit_cond *next =
            op == COND_OR ? cond_chain(p, "and", COND_AND) : cond_one(p);
        if (!next || n > EXPR_HEIGHT) {
            if (next)
                expr_syntax(&p->p, p->p.pos, p->p.pos, NULL, "the condition is too long");
            return NULL;
        }
        if (all) {
            struct limit_cond *c = NEW(p->p.a, struct limit_cond, 1);
            *c = (struct limit_cond){.op = op, .arg = {all, next}};
            next = c;
        }
        all = next;
        expr_blanks(&p->p);
        if (!expr_is_word(&p->p, p->p.pos, word))
            return all;
        p->p.pos += strlen(word);
    }
}

static const struct limit_cond *cond_any(struct limit_parser *p)
{
    return cond_chain(p, "or", COND_OR);
}

/* ---- quantities ---- */

static bool close_it(struct limit_parser *p)
{
    if (limit_take(p, ")"))
        return true;
    expr_syntax(&p->p, p->p.pos, p->p.pos + (p->p.pos < p->p.n), NULL, "`)` is expected here");
    return false;
}

static bool open_it(struct limit_parser *p, const char *name, const char *example)
{
    if (limit_take(p, "("))
        return true;
    expr_syntax(&p->p, p->p.pos, p->p.pos + (p->p.pos < p->p.n), example, "`%s` of what?", name);
    return false;
}

/* speedup(A, B): how much faster A is. */
static bool take_speedup(struct limit_parser *p, struct limit_node *n)
{
    if (!open_it(p, "speedup", "speedup(coroutine, serial)") ||
        !take_execution(p, &n->name, &n->name_at))
        return false;
    if (!limit_take(p, ",")) {
        expr_syntax(&p->p, p->p.pos, p->p.pos + (p->p.pos < p->p.n), "speedup(coroutine, serial)",
                    "a speedup is of one execution over another");
        return false;
    }
    return take_execution(p, &n->over, &n->over_at) && close_it(p);
}

static bool take_operands(struct limit_parser *p, const struct limit_metric_row *row,
                          struct limit_node *n)
{
    switch (row->metric) {
    case METRIC_P:
        return open_it(p, "P", "P(latency <= 200ms)") && (n->cond = cond_any(p)) && close_it(p);
    case METRIC_OUTCOME:
        n->filter.outcome.given = false;
        if (!open_it(p, "outcome", "outcome(503)") || !take_status(p, &n->filter.outcome))
            return false;
        limit_take(p, ",");
        {
            struct limit_filter more = {.has_cls = false};
            if (!take_filters(p, &more))
                return false;
            n->filter.has_cls = more.has_cls;
            n->filter.cls = more.cls;
        }
        return true;
    case METRIC_SPEEDUP:
        return take_speedup(p, n);
    case METRIC_UTILISATION:
    case METRIC_QUEUE:
        if (!open_it(p, row->name, "utilisation(db)") ||
            !(n->name = take_name(p, &n->name_at, "a resource")) || !close_it(p))
            return false;
        resource_check(p, n);
        return true;
    case METRIC_CRITICAL_SHARE:
    case METRIC_GAIN:
        if (!open_it(p, row->name, "critical_share(geocoder)") ||
            !(n->name = take_name(p, &n->name_at, "a step")) || !close_it(p))
            return false;
        step_resolve(p, n);
        return true;
    case METRIC_MEAN:
    case METRIC_SD:
    case METRIC_MAX:
    case METRIC_QUANTILE:
    case METRIC_THROUGHPUT:
        return !limit_take(p, "(") || take_filters(p, &n->filter);
    default:
        return true;
    }
}

static bool recorded(enum limit_metric m)
{
    return m != METRIC_P && m != METRIC_SPEEDUP && m != METRIC_GAIN && m != METRIC_CRITICAL_SHARE;
}

/* baseline(p99). */
static const struct limit_node *baseline(struct limit_parser *p, size_t from)
{
    p->p.pos = p->p.end = from + strlen("baseline");
    if (!open_it(p, "baseline", "baseline(p99)"))
        return NULL;
    expr_blanks(&p->p);
    bool known = false;
    size_t at = p->p.pos, len = expr_word(&p->p, at);
    const struct limit_node *of = NULL;
    if (len && !expr_is_word(&p->p, at, "baseline"))
        of = limit_quantity(p, len, &known);
    if (!known) {
        expr_syntax(&p->p, at, at + (len ? len : at < p->p.n), "baseline(p99), for example",
                    "a baseline is of a quantity");
        return NULL;
    }
    if (!of || !close_it(p))
        return NULL;
    if (!recorded(of->metric))
        limit_wrong(p, of->at, "E-expr-name", NULL, "a recorded run does not say `%s`", of->text);
    struct limit_node *n = limit_node_new(p, LIMIT_METRIC, from);
    struct limit_node copy = *of;
    copy.at = n->at;
    copy.text = n->text;
    copy.baseline = true;
    *n = copy;
    p->limit->uses_baseline = true;
    return n;
}

static const struct limit_node *worst_latency(struct limit_parser *p, size_t from)
{
    p->p.pos = p->p.end = from + strlen("latency");
    struct limit_node *n = limit_node_new(p, LIMIT_METRIC, from);
    n->metric = METRIC_WORST;
    n->unit = UNIT_DURATION;
    return n;
}

const struct limit_node *limit_quantity(struct limit_parser *p, size_t len, bool *known)
{
    size_t from = p->p.pos;
    const char *word = p->p.s + from;
    *known = true;
    if (p->worst && len == 7 && memcmp(word, "latency", 7) == 0)
        return worst_latency(p, from);
    if (len == 8 && memcmp(word, "baseline", 8) == 0 && !p->worst)
        return baseline(p, from);
    const struct limit_metric_row *row = limit_metrics;
    while (row->name && !(strlen(row->name) == len && memcmp(row->name, word, len) == 0))
        row++;
    /* max(a, b) is arithmetic, max(outcome=200) is a quantity */
    if (row->metric == METRIC_MAX && p->p.s[from + len] == '(') {
        size_t at = p->p.pos = from + len + 1;
        expr_blanks(&p->p);
        bool filter = expr_is_word(&p->p, p->p.pos, "class") ||
                      (expr_is_word(&p->p, p->p.pos, "outcome") &&
                       strchr("= ", p->p.s[p->p.pos + 7]) && p->p.s[p->p.pos + 7]);
        p->p.pos = from;
        if (!filter && p->p.s[at] != ')')
            row = NULL;
    }
    if (!row || !row->name || p->worst) {
        *known = false;
        return NULL;
    }
    p->p.pos = p->p.end = from + len;
    struct limit_node part = {.op = LIMIT_METRIC};
    if (!take_operands(p, row, &part))
        return NULL;
    struct limit_node *n = limit_node_new(p, LIMIT_METRIC, from);
    part.at = n->at;
    part.text = n->text;
    part.height = 1;
    part.metric = row->metric;
    part.unit = row->unit;
    part.q = row->q;
    part.share = row->metric == METRIC_P || row->metric == METRIC_OUTCOME ||
                 row->metric == METRIC_UTILISATION || row->metric == METRIC_CRITICAL_SHARE;
    *n = part;
    return n;
}
