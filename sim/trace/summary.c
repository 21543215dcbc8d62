/* SPDX-License-Identifier: GPL-3.0-or-later */
/* summary.c - traces one by one into sums by operation; see summary.h. */
#include "trace/summary.h"
#include "base/arena.h"
#include "trace/assemble.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct op_sum {
    uint64_t key; /* service, name: rows of the table `name` */
    uint8_t kind;
    bool root; /* of requests: then all numbers are those of roots */
    uint64_t count, errors, unfinished, spans, paths;
    int64_t seen; /* the last trace with it on the path */
    double total, self, critical, work;
    int64_t *duration;
    uint32_t n, cap;
};
struct summary {
    struct store *s;
    const struct summary_opt *o;
    struct arena *mem;
    struct recorded_result *out;
    struct critical *critical;
    struct op_sum *op;
    uint32_t nop, cap;
    uint32_t *table; /* ops + 1, by hash */
    uint32_t ntable;
    int64_t *self, *work;
    uint32_t cap_self, cap_work;
    double all_critical;
};

/* ---- operations ---- */

static uint32_t home(const struct summary *m, uint64_t key, uint8_t kind, bool root)
{
    return (uint32_t)trace_mix((uint64_t)kind << 1 | root, key) & (m->ntable - 1);
}

static void rehash(struct summary *m)
{
    m->ntable = m->ntable ? 2 * m->ntable : 1024;
    free(m->table);
    m->table = xcalloc(m->ntable, sizeof *m->table);
    for (uint32_t i = 0; i < m->nop; i++) {
        uint32_t k = home(m, m->op[i].key, m->op[i].kind, m->op[i].root);
        while (m->table[k])
            k = (k + 1) & (m->ntable - 1);
        m->table[k] = i + 1;
    }
}

static struct op_sum *op_of(struct summary *m, const struct span *s, bool root)
{
    uint64_t key = (uint64_t)s->service << 32 | s->name;
    uint8_t kind = root ? 0 : s->kind;
    if (2 * m->nop >= m->ntable)
        rehash(m);
    uint32_t k = home(m, key, kind, root);
    for (; m->table[k]; k = (k + 1) & (m->ntable - 1)) {
        struct op_sum *x = &m->op[m->table[k] - 1];
        if (x->key == key && x->kind == kind && x->root == root)
            return x;
    }
    m->op = grow(m->op, &m->cap, m->nop + 1, sizeof *m->op);
    m->op[m->nop] = (struct op_sum){.key = key, .kind = kind, .root = root};
    m->table[k] = ++m->nop;
    return &m->op[m->nop - 1];
}

static void add_span(struct op_sum *x, const struct span *s, int64_t self, int64_t work)
{
    x->count++;
    x->errors += s->status == SPAN_ERROR;
    if (s->flags & SPAN_UNFINISHED) {
        x->unfinished++;
        return;
    }
    x->total += (double)s->duration;
    x->self += (double)self;
    x->work += (double)work;
    x->duration = grow(x->duration, &x->cap, x->n + 1, sizeof *x->duration);
    x->duration[x->n++] = s->duration;
}

/* ---- a trace ---- */

static void add_trace(struct summary *m, const struct store_trace *t, uint32_t root,
                      const struct critical_path *p)
{
    for (uint32_t i = 0; i < t->n; i++)
        add_span(op_of(m, &t->v[i], false), &t->v[i], m->self[i], m->work[i]);
    for (uint32_t i = 0; i < p->n; i++) {
        struct op_sum *x = op_of(m, &t->v[p->v[i].span], false);
        x->paths += x->seen != t->number;
        x->seen = t->number;
    }
    struct op_sum *request = op_of(m, &t->v[root], true);
    add_span(request, &t->v[root], m->self[root], m->work[root]);
    request->spans += t->n;
}

/* Spans below the root have their time on the path; how many are not below it? */
static uint64_t add_critical(struct summary *m, const struct store_trace *t, uint32_t root,
                             const struct critical_path *p)
{
    uint64_t outside = 0;
    for (uint32_t i = 0; i < t->n; i++) {
        if (!critical_below(m->critical, i, root)) {
            outside++;
            continue;
        }
        op_of(m, &t->v[i], false)->critical += (double)p->time[i];
        m->all_critical += (double)p->time[i];
    }
    return outside;
}

/* ---- one trace in full ---- */

static const char *kind_name(uint8_t kind)
{
    /* ORDER span kinds */
    static const char *const name[] = {"", "internal", "server", "client", "producer", "consumer"};
    return kind <= KIND_CONSUMER ? name[kind] : "";
}

static double seconds(int64_t ns)
{
    return (double)ns / 1e9;
}

static void fill_span(struct summary *m, const struct store_trace *t, uint32_t i, uint32_t root,
                      const struct critical_path *p, struct recorded_span *x)
{
    const struct span *s = &t->v[i];
    bool below = critical_below(m->critical, i, root);
    *x =
        (struct recorded_span){.service = store_text(m->s, m->mem, s->service),
                               .name = store_text(m->s, m->mem, s->name),
                               .kind = kind_name(s->kind),
                               .host = s->host ? store_text(m->s, m->mem, s->host) : "",
                               .why = below ? critical_role_text[p->role[i]] : "not below the root",
                               .id = store_span_row(t->number, i),
                               .span_id = s->id,
                               .parent = UINT32_MAX,
                               .start = seconds(s->start - t->v[root].start),
                               .duration = seconds(s->duration),
                               .self = seconds(m->self[i]),
                               .critical = below ? seconds(p->time[i]) : 0,
                               .start_ns = s->start,
                               .on_path = below && p->time[i] > 0,
                               .error = s->status == SPAN_ERROR,
                               .unfinished = s->flags & SPAN_UNFINISHED,
                               .shift_ns = s->shift};
}

/* Each below its parent: at[i] is where span i stands. */
static void put_in_order(struct summary *m, const struct store_trace *t, uint32_t root,
                         const struct critical_path *p, struct recorded_trace *r, uint32_t *at)
{
    const struct critical_tree tree = critical_tree(m->critical);
    uint32_t *stack = xcalloc(t->n + 1u, sizeof *stack), n = 0;
    for (uint32_t i = t->n; i-- > 0;)
        if (t->v[i].parent == SPAN_NONE)
            stack[n++] = i;
    while (n > 0) {
        uint32_t i = stack[--n], parent = t->v[i].parent;
        struct recorded_span *x = &r->span[r->nspan];
        fill_span(m, t, i, root, p, x);
        if (parent != SPAN_NONE) {
            x->parent = at[parent];
            x->depth = r->span[at[parent]].depth + 1;
        }
        at[i] = r->nspan++;
        for (uint32_t k = tree.first[i + 1]; k-- > tree.first[i];)
            stack[n++] = tree.kid[k];
    }
    free(stack);
}

static void keep_one(struct summary *m, const struct store_trace *t, uint32_t root,
                     const struct critical_path *p)
{
    struct recorded_trace *r = NEW(m->mem, struct recorded_trace, 1);
    uint32_t *at = xcalloc(t->n, sizeof *at);
    r->id = t->id.hi ? arena_printf(m->mem, "%016llx%016llx", (unsigned long long)t->id.hi,
                                    (unsigned long long)t->id.lo)
                     : arena_printf(m->mem, "%016llx", (unsigned long long)t->id.lo);
    r->label = arena_strdup(m->mem, t->label);
    r->number = t->number;
    r->start_ns = t->v[root].start;
    r->duration = seconds(t->v[root].duration);
    r->concurrency =
        t->v[root].duration ? (double)m->work[root] / (double)t->v[root].duration : NAN;
    r->span = NEW(m->mem, struct recorded_span, t->n);
    put_in_order(m, t, root, p, r, at);
    r->root = at[root];
    r->nsection = p->n;
    r->section = NEW(m->mem, struct recorded_section, p->n + 1u);
    for (uint32_t i = 0; i < p->n; i++)
        r->section[i] =
            (struct recorded_section){at[p->v[i].span], seconds(p->v[i].start - t->v[root].start),
                                      seconds(p->v[i].end - t->v[root].start)};
    free(at);
    m->out->one = r;
}

/* ---- each trace ---- */

static bool each_trace(void *ctx, const struct store_trace *t)
{
    struct summary *m = ctx;
    struct critical_path p;
    const uint32_t root = assemble_root(t->v, t->n);
    uint32_t roots = 0;
    for (uint32_t i = 0; i < t->n; i++)
        roots += t->v[i].parent == SPAN_NONE;
    if (roots == 0) /* somebody else wrote a circle */
        return true;
    m->self = grow(m->self, &m->cap_self, t->n, sizeof *m->self);
    m->work = grow(m->work, &m->cap_work, t->n, sizeof *m->work);
    critical_trace(m->critical, t->id, t->v, t->n, t->link);
    critical_find(m->critical, root, m->o->rule, &p);
    critical_work(m->critical, m->self, m->work);
    add_trace(m, t, root, &p);
    m->out->outside += add_critical(m, t, root, &p);
    m->out->roots_more += roots > 1;
    m->out->traces++;
    m->out->spans += t->n;
    if (m->o->one)
        keep_one(m, t, root, &p);
    return !m->o->one;
}

/* ---- the result ---- */

static int duration_order(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The smallest value that a share p does not exceed; v is sorted. */
static double quantile(const int64_t *v, uint32_t n, double p)
{
    if (n == 0)
        return NAN;
    double k = ceil(p * n);
    return seconds(v[k < 1 ? 0 : (uint32_t)k - 1]);
}

static double per(double sum, double n)
{
    return n > 0 ? sum / n : NAN;
}

static void fill_op(struct summary *m, struct op_sum *x, struct recorded_op *r)
{
    *r = (struct recorded_op){.service = store_text(m->s, m->mem, (uint32_t)(x->key >> 32)),
                              .name = store_text(m->s, m->mem, (uint32_t)x->key),
                              .kind = kind_name(x->kind),
                              .count = x->count,
                              .errors = x->errors,
                              .unfinished = x->unfinished,
                              .p50 = quantile(x->duration, x->n, 0.5),
                              .p99 = quantile(x->duration, x->n, 0.99),
                              .mean = per(x->total / 1e9, x->n),
                              .self = per(x->self / 1e9, x->n),
                              .critical = per(x->critical / 1e9, (double)m->out->traces),
                              .share = per(x->critical, m->all_critical),
                              .on_path = per((double)x->paths, (double)m->out->traces),
                              .concurrency = per(x->work, x->total)};
}

static void fill_root(struct summary *m, struct op_sum *x, struct recorded_root *r)
{
    *r = (struct recorded_root){.service = store_text(m->s, m->mem, (uint32_t)(x->key >> 32)),
                                .name = store_text(m->s, m->mem, (uint32_t)x->key),
                                .traces = x->count,
                                .spans = x->spans,
                                .mean = per(x->total / 1e9, x->n),
                                .p50 = quantile(x->duration, x->n, 0.5),
                                .p99 = quantile(x->duration, x->n, 0.99),
                                .concurrency = per(x->work, x->total)};
}

static int names_order(const char *const a[3], const char *const b[3])
{
    int d = 0;
    for (int i = 0; i < 3 && d == 0; i++)
        d = strcmp(a[i], b[i]);
    return d;
}

/* Most critical time first; then the most spans; then by name. */
static int op_order(const void *x, const void *y)
{
    const struct recorded_op *a = x, *b = y;
    if (a->critical > b->critical || a->critical < b->critical)
        return a->critical > b->critical ? -1 : 1;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    const char *const na[] = {a->service, a->name, a->kind}, *const nb[] = {b->service, b->name,
                                                                            b->kind};
    return names_order(na, nb);
}

static int root_order(const void *x, const void *y)
{
    const struct recorded_root *a = x, *b = y;
    if (a->traces != b->traces)
        return a->traces > b->traces ? -1 : 1;
    const char *const na[] = {a->service, a->name, ""}, *const nb[] = {b->service, b->name, ""};
    return names_order(na, nb);
}

static void fill_result(struct summary *m)
{
    struct recorded_result *out = m->out;
    out->root = NEW(m->mem, struct recorded_root, m->nop + 1u);
    out->op = NEW(m->mem, struct recorded_op, m->nop + 1u);
    for (uint32_t i = 0; i < m->nop; i++) {
        struct op_sum *x = &m->op[i];
        if (x->n)
            qsort(x->duration, x->n, sizeof *x->duration, duration_order);
        if (x->root) {
            fill_root(m, x, &out->root[out->nroot++]);
            continue;
        }
        struct recorded_op *r = &out->op[out->nop];
        fill_op(m, x, r);
        out->nop += !m->o->service || strcmp(m->o->service, r->service) == 0;
    }
    if (out->nroot)
        qsort(out->root, out->nroot, sizeof *out->root, root_order);
    if (out->nop)
        qsort(out->op, out->nop, sizeof *out->op, op_order);
}

void summary_make(struct store *s, const struct summary_opt *o, struct arena *mem,
                  struct recorded_result *out)
{
    struct summary m = {.s = s, .o = o, .mem = mem, .out = out, .critical = critical_new()};
    out->rule = critical_rule_name[o->rule];
    out->service = o->service;
    out->stored = (uint64_t)store_number(s, "SELECT count(*) FROM trace");
    store_each(s, &o->filter, each_trace, &m);
    fill_result(&m);
    critical_free(m.critical);
    for (uint32_t i = 0; i < m.nop; i++)
        free(m.op[i].duration);
    free(m.op);
    free(m.table);
    free(m.self);
    free(m.work);
}
