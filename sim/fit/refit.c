/* SPDX-License-Identifier: GPL-3.0-or-later */
/* refit.c - estimates what refit_find.c found; see refit.h. */
#include "fit/refit.h"
#include "fit/seen.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- spans ---- */

static bool is_call(const struct refit *r, uint32_t op)
{
    return r->f->op[op].kind == KIND_CLIENT || r->f->op[op].kind == KIND_PRODUCER;
}

static bool refit_span_of(const struct refit *r, const char *name, const struct forest_span *s)
{
    return r->op[s->op].counts && strcmp(r->op[s->op].step, name) == 0;
}

uint64_t refit_count(const struct refit *r, const char *name, uint64_t *failed)
{
    uint64_t n = 0, bad = 0;
    for (uint32_t i = 0; i < r->f->nop; i++)
        if (r->op[i].counts && strcmp(r->op[i].step, name) == 0) {
            n += r->op[i].n;
            bad += r->op[i].failed;
        }
    if (failed)
        *failed = bad;
    return n;
}

static bool has_calls(const struct refit *r, const char *name)
{
    for (uint32_t i = 0; i < r->f->nop; i++)
        if (r->op[i].n && is_call(r, i) && strcmp(r->op[i].step, name) == 0)
            return true;
    return false;
}

static void look_at_ops(struct refit *r)
{
    const struct forest *f = r->f;
    r->op = NEW(r->mem, struct refit_op, f->nop + 1);
    for (uint32_t i = 0; i < f->nop; i++) {
        r->op[i].step = f->op[i].name;
        for (uint32_t k = 0; k < r->o->nname; k++)
            if (strcmp(r->o->name[k].span, f->op[i].name) == 0)
                r->op[i].step = r->o->name[k].step;
    }
    for (uint32_t i = 0; i < f->nspan; i++) {
        r->op[f->v[i].op].n++;
        r->op[f->v[i].op].failed += forest_failed(&f->v[i]);
    }
    for (uint32_t i = 0; i < f->nop; i++)
        r->op[i].counts = is_call(r, i) || !has_calls(r, r->op[i].step);
}

/* The spans of a place. */
static struct seen *gather(const struct refit *r, const struct refit_place *p, uint32_t *n)
{
    struct seen *v = NULL;
    uint32_t cap = 0;
    *n = 0;
    for (uint32_t k = 0; k < p->nname; k++)
        for (uint32_t i = 0; i < r->f->nspan; i++) {
            const struct forest_span *s = &r->f->v[i];
            double d = (double)(s->end - s->start);
            if (!refit_span_of(r, p->name[k], s))
                continue;
            v = grow(v, &cap, *n + 1, sizeof *v);
            v[(*n)++] = (struct seen){d >= p->timeout ? d : fmax(0, d - p->outside), s->under,
                                      forest_failed(s)};
        }
    return v;
}

/* ---- estimates ---- */

static const char *taken(struct arena *a, struct buf *b)
{
    const char *s = arena_strndup(a, b->n ? b->s : "", b->n);
    buf_free(b);
    return s;
}

/* As the author writes arguments: YAML's own commas would tear a value in a { } apart. */
static const char *law_like(struct arena *a, const struct law *l, const struct expr *was)
{
    struct buf b = {0};
    law_put(l, &b);
    const char *s = taken(a, &b);
    if (memchr(was->text, ',', was->ntext))
        return s;
    char *t = arena_strdup(a, s), *to = t;
    for (; *s; s++)
        if (*s != ',')
            *to++ = *s;
    *to = 0;
    return t;
}

static void estimate_latency(struct refit *r, uint32_t i, struct refit_line *l)
{
    struct refit_place *p = &r->place[i];
    uint32_t n;
    struct seen *v = gather(r, p, &n);
    struct buf b = {0};
    l->n = n;
    l->said = n ? "too few spans" : "no spans";
    if (n >= 2) {
        struct seen_law s = seen_law(r->mem, v, n, p->timeout, r->o->seed);
        seen_put(&s, &b);
        l->said = taken(r->mem, &b);
        l->now = s.load > 0 && !s.alone ? NULL : law_like(r->mem, s.law, p->e);
    }
    free(v);
}

static void estimate_share(struct refit *r, struct refit_line *l, double share, uint64_t yes,
                           uint64_t all)
{
    l->n = all;
    if (all == 0) {
        l->said = "no spans";
        return;
    }
    bool percent = strchr(l->was, '%') != NULL;
    l->now = arena_printf(r->mem, "%.4g%s", (percent ? 100 : 1) * share, percent ? "%" : "");
    l->said =
        arena_printf(r->mem, "%llu of %llu", (unsigned long long)yes, (unsigned long long)all);
}

static void estimate_error(struct refit *r, const struct refit_place *p, struct refit_line *l)
{
    uint32_t n, all = 0, failed = 0;
    struct seen *v = gather(r, p, &n);
    for (uint32_t i = 0; i < n; i++) {
        bool ended = v[i].x >= p->timeout * 0.999;
        all += !ended;
        failed += v[i].failed && !ended;
    }
    estimate_share(r, l, all ? (double)failed / all : 0, failed, all);
    free(v);
}

static void estimate(struct refit *r, uint32_t i, struct refit_line *l)
{
    struct refit_place *p = &r->place[i];
    *l = (struct refit_line){
        .what = p->what,
        .at = p->e->at,
        .was = arena_strndup(r->mem, p->e->text ? p->e->text : "", p->e->text ? p->e->ntext : 0),
        .said = p->left};
    if (!p->e->text)
        l->said = "written in a way that cannot be edited";
    if (l->said)
        return;
    if (p->kind == REFIT_LATENCY) {
        estimate_latency(r, i, l);
    } else if (p->kind == REFIT_ERROR) {
        estimate_error(r, p, l);
    } else {
        estimate_share(r, l, p->share, p->yes, p->all);
    }
}

static int by_place(const void *a, const void *b)
{
    const struct refit_line *x = a, *y = b;
    if (x->at.line != y->at.line)
        return x->at.line < y->at.line ? -1 : 1;
    return (x->at.col > y->at.col) - (x->at.col < y->at.col);
}

/* Spans without parts whose name is that of no step. */
static void find_unknown(const struct refit *r, struct refit_result *to)
{
    bool *leaf = NEW(r->mem, bool, r->f->nop + 1);
    for (uint32_t i = 0; i < r->f->nspan; i++)
        leaf[r->f->v[i].op] |= r->f->v[i].child == FOREST_NONE && r->f->v[i].end > r->f->v[i].start;
    to->unknown = NEW(r->mem, const char *, r->f->nop + 1);
    for (uint32_t i = 0; i < r->f->nop; i++) {
        bool known = !leaf[i] || forest_only_waits(r->f, i);
        for (uint32_t k = 0; k < r->nplace && !known; k++)
            for (uint32_t j = 0; j < r->place[k].nname && !known; j++)
                known = strcmp(r->place[k].name[j], r->op[i].step) == 0;
        if (!known)
            to->unknown[to->nunknown++] = r->op[i].step;
    }
}

struct refit_result *refit_make(const struct model *m, const char *text, size_t n,
                                const struct forest *f, const struct refit_opt *o,
                                struct arena *mem, struct buf *out)
{
    struct refit r = {.m = m, .f = f, .o = o, .mem = mem};
    struct refit_result *to = NEW(mem, struct refit_result, 1);
    *to = (struct refit_result){.model = m->file,
                                .store = o->store,
                                .root = f->name,
                                .label = f->label,
                                .requests = f->ntree};
    look_at_ops(&r);
    refit_find(&r);
    to->line = NEW(mem, struct refit_line, r.nplace + 1u);
    for (uint32_t i = 0; i < r.nplace; i++)
        estimate(&r, i, &to->line[to->nline++]);
    qsort(to->line, to->nline, sizeof *to->line, by_place);
    find_unknown(&r, to);
    refit_edit(to, text, n, out);
    for (uint32_t i = 0; i < r.nplace; i++)
        free(r.place[i].name);
    free(r.place);
    return to;
}
