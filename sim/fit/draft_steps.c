/* SPDX-License-Identifier: GPL-3.0-or-later */
/* draft_steps.c - the steps of a model; see draft.h.
 *
 * A part that is not always there stands in an `if`.  Where the same draw decides about several
 * parts it is kept in a variable, set before the first of them. */
#include "fit/draft_steps.h"
#include "base/diag.h"
#include <math.h>
#include <string.h>

static void put_steps(struct draft_writer *w, const struct part *p, uint32_t guard,
                      const char *name, int indent);

static bool is_respond(const struct draft_writer *w, const struct part *p)
{
    return p->kind == PART_LEAF && strcmp(draft_op(w, p), "respond") == 0;
}

/* ---- leaves ---- */

static void put_law_line(struct draft_writer *w, const struct seen_law *l)
{
    law_put(l->law, w->b);
    buf_puts(w->b, "   # ");
    seen_put(l, w->b);
    buf_putc(w->b, '\n');
}

static void put_name(struct draft_writer *w, const char *name, int indent)
{
    if (!name)
        return;
    draft_line(w, indent + 2, "name: ");
    buf_printf(w->b, "%s\n", name);
}

static void put_call(struct draft_writer *w, const struct part *p, const char *name, int indent)
{
    const struct draft_service *s = draft_service_of(w->d, p->op);
    const struct seen_law *own = draft_differs(w->d, p);
    draft_line(w, indent, "- call: ");
    buf_printf(w->b, "%s\n", s->name);
    if (name && strcmp(name, s->name) != 0)
        put_name(w, name, indent);
    if (own) {
        draft_line(w, indent + 2, "latency: ");
        put_law_line(w, own);
    }
    w->d->note->steps++;
}

static bool is_elsewhere(const struct draft_writer *w, const struct part *p)
{
    const struct forest *f = w->d->s->f;
    const struct forest_op *o = &f->op[p->op], *root = &f->op[f->v[f->root[0]].op];
    return w->d->o->wait || o->kind == KIND_CLIENT || o->kind == KIND_PRODUCER ||
           strcmp(o->service, root->service) != 0;
}

static void put_work(struct draft_writer *w, const struct part *p, const char *name, int indent)
{
    draft_line(w, indent, is_elsewhere(w, p) ? "- wait: " : "- cpu: ");
    put_law_line(w, draft_law(w->d, p));
    put_name(w, name, indent);
    w->d->note->steps++;
}

/* ---- bodies ---- */

/* A list of steps at that depth.  One step of one line goes on the line that it belongs to. */
static void put_list(struct buf *b, const struct buf *steps, int indent)
{
    size_t from = (size_t)indent + 2;
    const char *end = steps->s ? memchr(steps->s, '\n', steps->n) : NULL;
    bool one = end && end + 1 == steps->s + steps->n && !memchr(steps->s, '#', steps->n) &&
               !memchr(steps->s + from, '[', steps->n - from);
    if (one) {
        buf_puts(b, " {");
        buf_put(b, steps->s + from, steps->n - from - 1);
        buf_puts(b, "}\n");
    } else {
        buf_putc(b, '\n');
        buf_put(b, steps->s, steps->n);
    }
}

/* A part where it is known already that that class is there.  NULL: there is nothing to do. */
static void put_body(struct draft_writer *w, const struct part *p, uint32_t guard, const char *name,
                     int indent)
{
    struct buf steps = {0}, *to = w->b;
    if (!p) {
        buf_puts(to, " []\n");
        return;
    }
    w->b = &steps;
    put_steps(w, p, guard, name, indent);
    w->b = to;
    put_list(to, &steps, indent);
    buf_free(&steps);
}

static void put_branches(struct draft_writer *w, const struct part *p, int indent)
{
    const char *names[SHAPE_ITEMS];
    for (uint32_t i = 0; i < p->n; i++) {
        const char *s = draft_name_of(w, p->of[i]), *base = s ? s : "own";
        const char *name = base;
        for (uint32_t k = 2, j = 0; j < i; j++)
            if (strcmp(names[j], name) == 0) {
                name = arena_printf(w->d->mem, "%s_%u", base, k++);
                j = UINT32_MAX;
            }
        names[i] = name;
        draft_line(w, indent, name);
        buf_putc(w->b, ':');
        put_body(w, p->of[i], 0, NULL, indent + 2);
    }
}

static void put_choice(struct draft_writer *w, const struct part *p, int indent)
{
    const struct shape_class *v = w->body->class;
    double left = 1, share[SHAPE_ITEMS] = {0};
    if (p->n == 2 && v[p->of[0]->class].other == p->of[1]->class) {
        draft_condition(w, p->of[0]->class, indent);
        draft_line(w, indent + 2, "then:");
        put_body(w, p->of[0], p->of[0]->class, NULL, indent + 4);
        draft_line(w, indent + 2, "else:");
        put_body(w, p->of[1], p->of[1]->class, NULL, indent + 4);
        return;
    }
    draft_line(w, indent, "- choose:\n");
    for (uint32_t i = 0; i < p->n; i++)
        left -= (share[i] = floor(1e4 * v[p->of[i]->class].share + 0.5) / 1e4);
    if (fabs(left) < 5e-5 * p->n) /* what is written sums to 1 */
        share[0] += left;
    for (uint32_t i = 0; i < p->n; i++) {
        draft_line(w, indent + 4, "- p: ");
        buf_printf(w->b, "%.4g\n", share[i]);
        draft_line(w, indent + 6, "do:");
        put_body(w, p->of[i], p->of[i]->class, NULL, indent + 8);
    }
    if (left >= 5e-5 * p->n) {
        draft_line(w, indent + 4, "- ");
        buf_printf(w->b, "{p: %.4g, do: []}\n", left);
    }
}

static void put_graph(struct draft_writer *w, const struct part *p, int indent)
{
    for (uint32_t i = 0; i < p->n; i++) {
        draft_line(w, indent, "- spawn:\n");
        draft_line(w, indent + 4, "");
        buf_printf(w->b, "task_%u:\n", i);
        if (p->after[i]) {
            draft_line(w, indent + 6, "- await: [");
            for (uint32_t k = 0, any = 0; k < i; k++)
                if (p->after[i] >> k & 1)
                    buf_printf(w->b, "%stask_%u", any++ ? ", " : "", k);
            buf_puts(w->b, "]\n");
        }
        put_steps(w, p->of[i], 0, NULL, indent + 6);
    }
    draft_line(w, indent, "- await: [");
    for (uint32_t i = 0; i < p->n; i++)
        buf_printf(w->b, "%stask_%u", i ? ", " : "", i);
    buf_puts(w->b, "]\n");
}

static void put_copies(struct draft_writer *w, const struct part *p, const char *name, int indent)
{
    draft_line(w, indent, p->kind == PART_EACH ? "- each: " : "- repeat: ");
    draft_count(w->d, p, w->b);
    buf_putc(w->b, '\n');
    put_name(w, name, indent);
    if (p->limit) {
        draft_line(w, indent + 2, "limit: ");
        buf_printf(w->b, "%u\n", p->limit);
    }
    draft_line(w, indent + 2, "do:");
    if (p->kind == PART_REPEAT && p->inside) {
        struct buf steps = {0};
        draft_body(w->d, p->inside, false, indent + 4, &steps);
        put_list(w->b, &steps, indent + 4);
        buf_free(&steps);
    } else {
        put_body(w, p->body, 0, NULL, indent + 4);
    }
    if (p->later) {
        draft_line(w, indent + 2, "as_completed:");
        put_body(w, p->later, 0, NULL, indent + 4);
    }
}

/* A span with a body: its name goes to its only step, or it is a pipeline. */
static void put_span(struct draft_writer *w, const struct part *p, int indent)
{
    const char *own = draft_plain(draft_op(w, p)) ? NULL : draft_op(w, p);
    const struct part *top = p->body;
    if (!own || (top->kind != PART_SEQ && p->inside->nclass == 1)) {
        struct draft_writer in = {.d = w->d, .body = p->inside, .b = w->b};
        const char *name = own ? draft_name(w->d, own) : NULL;
        if (p->inside->nclass > 1 || !own)
            draft_body(w->d, p->inside, false, indent, w->b);
        else
            put_steps(&in, top, 0, top->kind == PART_LEAF ? NULL : name, indent);
        return;
    }
    const char *name = draft_unique(w->d, p->op);
    struct buf b = {0};
    buf_printf(&b, "  %s:\n", name);
    draft_body(w->d, p->inside, false, 4, &b);
    buf_put(&w->d->pipelines, b.s, b.n);
    buf_free(&b);
    draft_line(w, indent, "- run: ");
    buf_printf(w->b, "%s\n", name);
}

/* What becomes of a failure: the request's answer, or nothing where most requests went on. */
static void put_catch(struct draft_writer *w, const struct part *p, int indent)
{
    if (p->abort)
        draft_line(w, indent + 2, arena_printf(w->d->mem, "catch: {abort: %d}\n", p->abort));
    else if (p->failed && p->kind == PART_LEAF && draft_call(w->d, p) && p->fatal * 2 < p->failed)
        draft_line(w, indent + 2, "catch: []\n");
    w->aborts = p->abort ? p->abort : w->aborts;
}

static void put_one(struct draft_writer *w, const struct part *p, const char *name, int indent)
{
    const char *own = p->kind == PART_LEAF ? draft_name_of(w, p) : NULL;
    if (is_respond(w, p)) {
        draft_line(w, indent, "- respond: ");
        buf_printf(w->b, "%d\n", w->d->s->status[0].status);
    } else if (draft_call(w->d, p)) {
        put_call(w, p, name ? name : draft_name_of(w, p), indent);
    } else if (p->kind == PART_LEAF) {
        put_work(w, p, name ? name : own, indent);
    } else if (p->kind == PART_OWN) {
        put_work(w, p, "own", indent);
    } else if (p->kind == PART_SPAN) {
        put_span(w, p, indent);
    } else if (p->kind == PART_EACH || p->kind == PART_REPEAT) {
        put_copies(w, p, name, indent);
    } else if (draft_choice(w, p)) {
        put_choice(w, p, indent);
    } else if (p->kind == PART_PAR) {
        draft_line(w, indent, "- parallel:\n");
        put_branches(w, p, indent + 4);
        put_name(w, name, indent);
    } else if (p->kind == PART_GRAPH) {
        put_graph(w, p, indent);
    } else {
        draft_line(w, indent, "- seq: []\n");
    }
    put_catch(w, p, indent);
}

static void put_row(struct draft_writer *w, const struct part *p, uint32_t guard, int indent)
{
    for (uint32_t i = 0, j; i < p->n; i = j) {
        uint32_t c = p->of[i]->class;
        for (j = i + 1; c && c != guard && j < p->n && p->of[j]->class == c; j++)
            ;
        if (c == 0 || c == guard) {
            put_steps(w, p->of[i], guard, NULL, indent);
            continue;
        }
        draft_condition(w, c, indent);
        draft_line(w, indent + 2, "then:");
        struct buf steps = {0}, *to = w->b;
        w->b = &steps;
        for (uint32_t k = i; k < j; k++)
            put_steps(w, p->of[k], c, NULL, indent + 4);
        w->b = to;
        put_list(w->b, &steps, indent + 4);
        buf_free(&steps);
        draft_without(w, c, indent);
    }
}

static void put_steps(struct draft_writer *w, const struct part *p, uint32_t guard,
                      const char *name, int indent)
{
    if (p->class && p->class != guard) {
        draft_condition(w, p->class, indent);
        draft_line(w, indent + 2, "then:");
        put_body(w, p, p->class, name, indent + 4);
        draft_without(w, p->class, indent);
    } else if (p->kind == PART_SEQ) {
        put_row(w, p, guard, indent);
    } else if (p->detached) {
        draft_line(w, indent, "- detach:\n");
        put_one(w, p, name, indent + 4);
    } else {
        put_one(w, p, name, indent);
    }
}

static bool is_told(const struct draft_writer *w, int32_t status)
{
    for (uint32_t c = 1; c < w->body->nclass; c++)
        if (w->told[c] && w->body->class[c].without == status)
            return true;
    return w->aborts == status;
}

/* The answers that no part accounts for. */
static void put_answer(struct draft_writer *w, int indent)
{
    const struct shape *s = w->d->s;
    uint32_t left = 0, all = 0;
    bool any = w->body->respond || w->aborts != 0;
    for (uint32_t i = 0; i < s->nstatus; i++) {
        bool known = is_told(w, s->status[i].status);
        any = any || known;
        left += known ? 0 : 1;
        all += known ? 0 : s->status[i].n;
    }
    if (left > 1) {
        double rest = 1;
        draft_line(w, indent, "- choose:\n");
        for (uint32_t i = 0, k = 0; i < s->nstatus; i++) {
            if (is_told(w, s->status[i].status))
                continue;
            double p = ++k == left ? rest : floor(1e4 * s->status[i].n / all + 0.5) / 1e4;
            rest -= p;
            draft_line(w, indent + 4, "- ");
            buf_printf(w->b, "{p: %.4g, do: {respond: %d}}\n", p, s->status[i].status);
        }
    } else if ((any && !w->body->respond) || (s->nstatus == 1 && s->status[0].status != 200)) {
        draft_line(w, indent, "- respond: ");
        buf_printf(w->b, "%d\n", s->status[0].status);
    }
}

void draft_body(struct draft *d, const struct shape_body *body, bool request, int indent,
                struct buf *b)
{
    struct draft_writer w = {.d = d, .body = body, .request = request, .b = b};
    draft_classes(&w, indent);
    put_steps(&w, body->top, 0, NULL, indent);
    if (request)
        put_answer(&w, indent);
}
