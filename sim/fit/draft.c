/* SPDX-License-Identifier: GPL-3.0-or-later */
/* draft.c - a model file: its head, its services; see draft.h. */
#include "fit/draft.h"
#include "base/diag.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int value_order(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* A text in a comment: one line. */
static void put_plain(struct buf *b, const char *s)
{
    for (; *s; s++)
        buf_putc(b, *s >= ' ' && *s < 127 ? *s : '?');
}

static void put_seen(const struct draft *d, struct buf *b)
{
    const struct forest *f = d->s->f;
    double *x = xcalloc(f->ntree, sizeof *x);
    for (uint32_t i = 0; i < f->ntree; i++)
        x[i] = (double)(f->v[f->root[i]].end - f->v[f->root[i]].start);
    qsort(x, f->ntree, sizeof *x, value_order);
    static const struct {
        double p;
        const char *name;
    } q[] = {{0.5, "p50"}, {0.95, "p95"}, {0.99, "p99"}};
    buf_puts(b, "# Seen: mean ");
    law_put_time(d->s->mean, 3, b);
    for (size_t i = 0; i < sizeof q / sizeof *q; i++) {
        buf_printf(b, ", %s ", q[i].name);
        law_put_time(x[(size_t)fmax(0, ceil(q[i].p * f->ntree) - 1)], 3, b);
    }
    free(x);
    buf_printf(b, "; at most %u at once", f->busiest);
    int64_t span = f->v[f->root[f->ntree - 1]].start - f->v[f->root[0]].start;
    if (f->busiest > 1 && span > 0) {
        double rate = 1e9 * (f->ntree - 1) / (double)span;
        buf_printf(b, ", %.3g/s.\n# To simulate that load as well: load: {rate: %.3g/s}", rate,
                   rate);
    }
    buf_puts(b, ".\n");
}

static void put_head(const struct draft *d, struct buf *b)
{
    const struct shape *s = d->s;
    const struct forest *f = s->f;
    buf_printf(b, "# Drawn by `pertinax fit` from %u requests '", f->ntree);
    put_plain(b, f->name);
    buf_puts(b, "'");
    if (f->label) {
        buf_puts(b, " (label ");
        put_plain(b, f->label);
        buf_puts(b, ")");
    }
    buf_printf(b, "%s.\n", f->cut ? ", the first ones" : "");
    put_seen(d, b);
    if (s->pairs > 0)
        buf_printf(
            b,
            "# Order: %llu pairs of steps, each seen in %u requests or more; at most 2 %% of "
            "them differ.\n",
            (unsigned long long)s->pairs, s->seen);
    if (s->ignored > 0.001 * s->mean) {
        buf_puts(b, "# Left out: ");
        law_put_time(s->ignored, 2, b);
        buf_puts(b, " a request in short gaps between spans.\n");
    }
    if (s->waited > 0) {
        buf_puts(b, "# Left out: ");
        law_put_time(s->waited, 2, b);
        buf_puts(b, " a request in gaps that depend on how many are under way, or on the request "
                    "before: waiting.\n");
    }
    if (f->step > 1) {
        buf_puts(b, "# The clock has ticks of ");
        law_put_time((double)f->step, 2, b);
        buf_puts(b, "; what is shorter is not known.\n");
    }
    bool cpu = !d->o->wait;
    if (cpu)
        buf_puts(b, "# A span's own time is taken for CPU (--self wait: for a pause).\n");
}

static void put_services(const struct draft *d, struct buf *b)
{
    buf_puts(b, "services:\n");
    for (uint32_t i = 0; i < d->nservice; i++) {
        const struct draft_service *s = &d->service[i];
        buf_printf(b, "  %s:\n    latency: ", s->name);
        law_put(s->law.law, b);
        buf_puts(b, "   # ");
        seen_put(&s->law, b);
        if (s->outside > 0) {
            buf_puts(b, "; ");
            law_put_time(s->outside, 2, b);
            buf_puts(b, " of it outside of the server's own span");
        }
        buf_putc(b, '\n');
        if (s->law.ended) {
            buf_puts(b, "    timeout: ");
            law_put_time(s->law.timeout, 3, b);
            buf_printf(b, "   # %u of %u\n", s->law.ended, s->nx);
        }
        if (s->law.failed)
            buf_printf(b, "    error: %.4g   # %u of %u\n",
                       (double)s->law.failed / (s->nx - s->law.ended), s->law.failed,
                       s->nx - s->law.ended);
        if (s->attempts)
            buf_printf(b, "    retry: {attempts: %u}\n", s->attempts);
    }
}

void draft_write(const struct shape *s, const struct draft_opt *o, struct buf *out,
                 struct draft_note *note)
{
    struct draft d = {.s = s, .o = o, .mem = s->mem, .note = note};
    struct buf body = {0};
    *note = (struct draft_note){0};
    draft_services(&d);
    draft_body(&d, s->body, true, 2, &body);
    put_head(&d, out);
    const struct forest_op *root = &s->f->op[s->f->v[s->f->root[0]].op];
    const char *name = o->name                                                ? o->name
                       : strcmp(root->name, "request") == 0 && *root->service ? root->service
                                                                              : root->name;
    buf_printf(out, "pertinax: 1\nname: %s\n", draft_name(&d, name));
    if (d.nservice)
        put_services(&d, out);
    if (d.pipelines.n) {
        buf_puts(out, "pipelines:\n");
        buf_put(out, d.pipelines.s, d.pipelines.n);
    }
    buf_puts(out, "request:\n");
    buf_put(out, body.s, body.n);
    buf_free(&body);
    buf_free(&d.pipelines);
    for (uint32_t i = 0; i < d.nservice; i++)
        free(d.service[i].x);
    free(d.used);
}
