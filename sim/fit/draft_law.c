/* SPDX-License-Identifier: GPL-3.0-or-later */
/* draft_law.c - services, and the laws of what takes time; see draft.h. */
#include "base/diag.h"
#include "fit/draft.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct forest_op *op_of(const struct draft *d, uint32_t op)
{
    return &d->s->f->op[op];
}

static bool is_call_op(const struct draft *d, uint32_t op)
{
    const struct forest *f = d->s->f;
    const struct forest_op *o = &f->op[op], *root = &f->op[f->v[f->root[0]].op];
    return o->kind == KIND_CLIENT || o->kind == KIND_PRODUCER ||
           strcmp(o->service, root->service) != 0;
}

/* A call seen from both ends: by their kinds, or, where a tracer says none, by one name. */
static bool are_halves(const struct forest_op *client, const struct forest_op *server)
{
    if (client->kind == KIND_CLIENT)
        return server->kind == KIND_SERVER;
    return client->kind == KIND_NONE && server->kind == KIND_NONE &&
           strcmp(client->name, server->name) == 0 && strcmp(client->service, server->service) != 0;
}

/* The only part beside the body's own time; *n counts them. */
static const struct part *only_part(const struct part *p, uint32_t *n)
{
    const struct part *found = NULL;
    if (p->kind != PART_SEQ) {
        *n += p->kind != PART_OWN;
        return p->kind == PART_OWN ? NULL : p;
    }
    for (uint32_t i = 0; i < p->n;
         i++) { /* a row in a row, at most as deep as shape_order puts them */
        const struct part *q = only_part(p->of[i], n);
        found = q ? q : found;
    }
    return found;
}

/* The server's half of a client's span. */
static const struct part *server_of(const struct draft *d, const struct part *p)
{
    uint32_t n = 0;
    const struct part *q = p->kind == PART_SPAN ? only_part(p->body, &n) : NULL;
    return n == 1 && q->kind == PART_LEAF && !q->class && !q->detached &&
                   are_halves(op_of(d, p->op), op_of(d, q->op))
               ? q
               : NULL;
}

const struct part *draft_call(const struct draft *d, const struct part *p)
{
    return (p->kind == PART_LEAF && is_call_op(d, p->op)) || server_of(d, p) ? p : NULL;
}

/* ---- names ---- */

const char *draft_name(struct draft *d, const char *text)
{
    const char *slash = strrchr(text, '/');
    const char *from =
        slash && slash[1] && (text[0] == '/' || !strchr(text, ' ')) ? slash + 1 : text;
    char *s = NEW(d->mem, char, strlen(from) + 16);
    size_t n = 0;
    for (; *from && n < 48; from++) {
        if (isalnum((unsigned char)*from))
            s[n++] = *from;
        else if (n > 0 && s[n - 1] != '_')
            s[n++] = '_';
    }
    while (n > 0 && s[n - 1] == '_')
        n--;
    s[n] = 0;
    return n == 0 || isdigit((unsigned char)s[0]) ? arena_printf(d->mem, "s_%s", s) : s;
}

static bool is_used(const struct draft *d, const char *name)
{
    for (uint32_t i = 0; i < d->nused; i++)
        if (strcmp(d->used[i], name) == 0)
            return true;
    return false;
}

const char *draft_unique(struct draft *d, uint32_t op)
{
    const struct forest_op *o = op_of(d, op);
    const char *base = draft_name(d, o->name), *name = base;
    if (is_used(d, name) && *o->service)
        name = base = arena_printf(d->mem, "%s_%s", draft_name(d, o->service), base);
    for (uint32_t k = 2; is_used(d, name); k++)
        name = arena_printf(d->mem, "%s_%u", base, k);
    d->used = grow(d->used, &d->capused, d->nused + 1, sizeof *d->used);
    d->used[d->nused++] = name;
    return name;
}

/* ---- gathering ---- */

struct draft_service *draft_service_of(const struct draft *d, uint32_t op)
{
    for (uint32_t i = 0; i < d->nservice; i++)
        if (d->service[i].op == op)
            return &d->service[i];
    return NULL;
}

static void add_call(struct draft *d, const struct part *p)
{
    struct draft_service *s = draft_service_of(d, p->op);
    if (!s) {
        s = &d->service[d->nservice++];
        *s = (struct draft_service){.op = p->op, .name = draft_unique(d, p->op)};
    }
    s->x = grow(s->x, &s->cap, s->nx + p->nx, sizeof *s->x);
    memcpy(s->x + s->nx, p->x, p->nx * sizeof *p->x);
    s->nx += p->nx;
    s->calls++;
    s->attempts = p->retries > s->attempts ? p->retries : s->attempts;
    const struct part *server = server_of(d, p);
    double in = 0, out = 0;
    for (uint32_t k = 0; server && k < server->nx; k++)
        in += server->x[k].x / server->nx;
    for (uint32_t k = 0; server && k < p->nx; k++)
        out += p->x[k].x / p->nx;
    s->outside = fmax(s->outside, out - in);
}

/* Depth is bounded by SHAPE_DEPTH bodies of at most 2 SHAPE_ITEMS levels. */
static void gather(struct draft *d, const struct part *p)
{
    if (!p)
        return;
    if (p->kind == PART_LEAF && strcmp(op_of(d, p->op)->name, "respond") == 0)
        return;
    if (draft_call(d, p)) {
        add_call(d, p);
        return;
    }
    for (uint32_t i = 0; i < p->n; i++)
        gather(d, p->of[i]);
    gather(d, p->body);
    gather(d, p->later);
}

/* ---- laws ---- */

void draft_services(struct draft *d)
{
    d->service = NEW(d->mem, struct draft_service, d->s->f->nop + 1);
    gather(d, d->s->body->top);
    for (uint32_t i = 0; i < d->nservice; i++) {
        struct draft_service *s = &d->service[i];
        s->law = seen_law(d->mem, s->x, s->nx, NAN, d->o->seed);
        d->note->refused += s->law.law->refused;
        d->note->loaded += s->law.load > 0;
    }
    d->note->services = d->nservice;
}

const struct seen_law *draft_law(struct draft *d, const struct part *p)
{
    struct seen_law *l = NEW(d->mem, struct seen_law, 1);
    *l = seen_law(d->mem, p->x, p->nx, INFINITY, d->o->seed);
    d->note->refused += l->law->refused;
    return l;
}

static int value_order(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double *sorted(struct arena *a, const struct seen *v, uint32_t n)
{
    double *x = NEW(a, double, n + 1u);
    for (uint32_t i = 0; i < n; i++)
        x[i] = v[i].x;
    qsort(x, n, sizeof *x, value_order);
    return x;
}

/* Kolmogorov and Smirnov's distance between a call's durations and those of its service's other
 * calls; the service's own law is that of all. */
const struct seen_law *draft_differs(struct draft *d, const struct part *p)
{
    const struct draft_service *s = draft_service_of(d, p->op);
    if (!s || s->calls < 2 || p->nx < 20 || s->nx - p->nx < 20)
        return NULL;
    double far = 0, n = p->nx, m = s->nx - p->nx;
    const double *x = sorted(d->mem, p->x, p->nx), *all = sorted(d->mem, s->x, s->nx);
    for (uint32_t i = 0, k = 0; i < s->nx; i++) {
        while (k < p->nx && x[k] <= all[i])
            k++;
        if (i + 1 == s->nx || all[i + 1] > all[i])
            far = fmax(far, fabs(k / n - (i + 1.0 - k) / m));
    }
    if (far * sqrt(n * m / (n + m)) < 2.2) /* P < 1e-4 */
        return NULL;
    return draft_law(d, p);
}

/* ---- counts ---- */

static int count_order(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

void draft_count(struct draft *d, const struct part *p, struct buf *b)
{
    uint32_t n = p->ncount, kinds = 0, *v = NEW(d->mem, uint32_t, n + 1);
    double mean = 0, sq = 0, left = 1;
    memcpy(v, p->count, n * sizeof *v);
    qsort(v, n, sizeof *v, count_order);
    for (uint32_t i = 0; i < n; i++) {
        kinds += i == 0 || v[i] != v[i - 1];
        mean += (double)v[i] / n;
        sq += (double)v[i] * v[i] / n;
    }
    if (kinds == 1) {
        buf_printf(b, "%u", v[0]);
    } else if (kinds <= 8) {
        buf_puts(b, "mix(");
        for (uint32_t i = 0, j; i < n; i = j) {
            for (j = i + 1; j < n && v[j] == v[i]; j++)
                ;
            double share = j < n ? floor(1e4 * (j - i) / n + 0.5) / 1e4 : left;
            left -= share;
            buf_printf(b, "%s%.4g of %u", i ? ", " : "", share, v[i]);
        }
        buf_putc(b, ')');
    } else if (fabs((sq - mean * mean) / mean - 1) < 0.1) {
        buf_printf(b, "poisson(%.4g)", mean);
    } else {
        static const int percent[] = {0, 10, 25, 50, 75, 90, 99, 100};
        buf_puts(b, "round(quantiles(");
        for (size_t i = 0; i < sizeof percent / sizeof *percent; i++)
            buf_printf(b, "%sp%d=%u", i ? ", " : "", percent[i],
                       v[(uint64_t)percent[i] * (n - 1) / 100]);
        buf_puts(b, "))");
    }
}
