/* SPDX-License-Identifier: GPL-3.0-or-later */
/* draft_steps.c - the steps of a model; see draft.h.
 *
 * A part that is not always there stands in an `if`.  Where the same draw decides about several
 * parts it is kept in a variable, set before the first of them. */
#include "base/diag.h"
#include "fit/draft.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct writer {
    struct draft *d;
    const struct shape_body *body;
    bool request;
    uint32_t groups[SHAPE_CLASSES];      /* how often a class begins */
    const char *variable[SHAPE_CLASSES]; /* NULL: none is needed */
    bool told[SHAPE_CLASSES];            /* its status is written */
    bool chosen[SHAPE_CLASSES];          /* it is one of a choice */
    int32_t aborts;                      /* a failure is answered by this; 0: none is */
    struct buf *b;
};

static void put_steps(struct writer *w, const struct part *p, uint32_t guard, const char *name,
                      int indent);

static void line(struct writer *w, int indent, const char *text)
{
    buf_fill(w->b, ' ', (size_t)indent);
    buf_puts(w->b, text);
}

static const char *op_name(const struct writer *w, const struct part *p)
{
    return w->d->s->f->op[p->op].name;
}

/* Names that say how something is run and not what. */
static bool is_plain(const char *s)
{
    static const char *const words[] = {"if",     "spawn",   "await", "parallel", "each",
                                        "repeat", "seq",     "run",   "choose",   "use",
                                        "detach", "offload", "cpu",   "wait",     "set"};
    size_t n = strcspn(s, "#");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == n && memcmp(words[i], s, n) == 0)
            return true;
    return false;
}

static bool is_respond(const struct writer *w, const struct part *p)
{
    return p->kind == PART_LEAF && strcmp(op_name(w, p), "respond") == 0;
}

/* What a part would be called; NULL: it has no name of its own. */
static const char *name_of(struct writer *w, const struct part *p)
{
    if ((p->kind == PART_LEAF || p->kind == PART_SPAN) && !is_plain(op_name(w, p)))
        return draft_name(w->d, op_name(w, p));
    if (p->kind == PART_LEAF)
        return NULL;
    const char *s = NULL;
    for (uint32_t i = 0; i < p->n && !s; i++)
        s = name_of(w, p->of[i]);
    if (!s && p->body && p->kind != PART_LEAF)
        s = name_of(w, p->body);
    return s;
}

/* ---- classes ---- */

static void count_groups(struct writer *w, const struct part *p, uint32_t guard)
{
    if (p->class && p->class != guard) {
        w->groups[p->class]++;
        guard = p->class;
    }
    uint32_t last = guard;
    for (uint32_t i = 0; i < p->n; i++) {
        uint32_t c = p->of[i]->class;
        if (p->kind == PART_SEQ && c && c == last && c != guard)
            continue; /* in the same `if` */
        count_groups(w, p->of[i], guard);
        last = c;
    }
}

/* Does anything else depend on whether the class is there? */
static bool is_alone(const struct writer *w, uint32_t c)
{
    const struct shape_class *v = w->body->class;
    bool alone = c && w->groups[c] == 1 && !v[c].within && !v[c].without;
    for (uint32_t k = 1; k < w->body->nclass; k++)
        alone = alone && v[k].within != c;
    return alone;
}

/* Branches of which there is one at most are a choice. */
static bool is_choice(const struct writer *w, const struct part *p)
{
    const struct shape_class *v = w->body->class;
    bool yes = p->kind == PART_PAR && p->n > 1;
    for (uint32_t i = 0; yes && i < p->n; i++) {
        uint32_t a = p->of[i]->class;
        yes = is_alone(w, a);
        for (uint32_t k = 0; yes && k < i; k++)
            yes = (v[a].never >> p->of[k]->class & 1) || v[a].other == p->of[k]->class;
    }
    return yes;
}

static void find_choices(struct writer *w, const struct part *p)
{
    bool choice = is_choice(w, p);
    for (uint32_t i = 0; i < p->n; i++) {
        if (choice)
            w->chosen[p->of[i]->class] = true;
        find_choices(w, p->of[i]);
    }
}

static int by_share(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (x[0] < y[0]) - (x[0] > y[0]);
}

/* A class whose parts begin somewhere below p. */
static const char *class_name(struct writer *w, const struct part *p, uint32_t class)
{
    if (p->class == class) {
        const char *s = name_of(w, p);
        return s ? s : "part";
    }
    for (uint32_t i = 0; i < p->n; i++) {
        const char *s = class_name(w, p->of[i], class);
        if (s)
            return s;
    }
    return NULL;
}

static bool needs_variable(const struct writer *w, uint32_t c)
{
    const struct shape_class *v = w->body->class;
    if (w->groups[c] > 1 || v[c].within || v[c].never || v[c].other)
        return true;
    for (uint32_t k = 1; k < w->body->nclass; k++)
        if (v[k].within == c)
            return true;
    return false;
}

/* Classes that exclude each other are ranges of one draw. */
static void put_picks(struct writer *w, const uint32_t *order, uint32_t n, int indent)
{
    const struct shape_class *v = w->body->class;
    uint64_t done = 0;
    uint32_t picks = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t set = (uint64_t)1 << order[i], all = v[order[i]].never;
        if ((done & set) || v[order[i]].other || v[order[i]].within)
            continue;
        for (uint32_t k = i + 1; k < n; k++)
            if ((all >> order[k] & 1) && !(done >> order[k] & 1) && !v[order[k]].within) {
                set |= (uint64_t)1 << order[k];
                all &= v[order[k]].never;
            }
        if ((set & (set - 1)) == 0)
            continue;
        const char *pick = arena_printf(w->d->mem, "which%s", picks++ ? "_again" : "");
        double low = 0;
        line(w, indent, "- set: {");
        buf_printf(w->b, "%s: 'uniform(0, 1)'}\n", pick);
        for (uint32_t k = 0; k < n; k++)
            if (set >> order[k] & 1) {
                double high = low + v[order[k]].share;
                w->variable[order[k]] =
                    arena_printf(w->d->mem, "%s >= %.4g and %s < %.4g", pick, low, pick, high);
                low = high;
            }
        done |= set;
    }
}

static void put_variables(struct writer *w, int indent)
{
    const struct shape_body *body = w->body;
    double sorted[SHAPE_CLASSES][2];
    uint32_t n = 0, order[SHAPE_CLASSES];
    for (uint32_t c = 1; c < body->nclass; c++)
        if (w->groups[c] > 0 && !w->chosen[c] && needs_variable(w, c)) {
            sorted[n][0] = body->class[c].share;
            sorted[n++][1] = c;
        }
    qsort(sorted, n, sizeof *sorted, by_share);
    for (uint32_t i = 0; i < n; i++)
        order[i] = (uint32_t)sorted[i][1];
    put_picks(w, order, n, indent);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t c = order[i], other = body->class[c].other, in = body->class[c].within;
        if (w->variable[c])
            continue;
        if (other && w->variable[other]) {
            w->variable[c] = arena_printf(w->d->mem, "not %s", w->variable[other]);
            continue;
        }
        const char *name = class_name(w, body->top, c);
        w->variable[c] = arena_printf(w->d->mem, "with_%s_%u", name ? name : "part", c);
        line(w, indent, "- set: {");
        if (in && w->variable[in])
            buf_printf(w->b, "%s: '%s and chance(%.4g)'}\n", w->variable[c], w->variable[in],
                       body->class[c].share / body->class[in].share);
        else
            buf_printf(w->b, "%s: chance(%.4g)}\n", w->variable[c], body->class[c].share);
    }
}

static void put_condition(struct writer *w, uint32_t c, int indent)
{
    line(w, indent, "- if: ");
    if (w->variable[c])
        buf_printf(w->b, "%s\n", w->variable[c]);
    else
        buf_printf(w->b, "chance(%.4g)\n", w->body->class[c].share);
}

/* Behind a `then`: what the request answers without that part. */
static void put_without(struct writer *w, uint32_t c, int indent)
{
    if (w->body->class[c].without && !w->told[c]) {
        line(w, indent + 2, "else: ");
        buf_printf(w->b, "{abort: %d}\n", w->body->class[c].without);
        w->told[c] = true;
    }
}

/* ---- leaves ---- */

static void put_law_line(struct writer *w, const struct seen_law *l)
{
    law_put(l->law, w->b);
    buf_puts(w->b, "   # ");
    seen_put(l, w->b);
    buf_putc(w->b, '\n');
}

static void put_name(struct writer *w, const char *name, int indent)
{
    if (!name)
        return;
    line(w, indent + 2, "name: ");
    buf_printf(w->b, "%s\n", name);
}

static void put_call(struct writer *w, const struct part *p, const char *name, int indent)
{
    const struct draft_service *s = draft_service_of(w->d, p->op);
    const struct seen_law *own = draft_differs(w->d, p);
    line(w, indent, "- call: ");
    buf_printf(w->b, "%s\n", s->name);
    if (name && strcmp(name, s->name) != 0)
        put_name(w, name, indent);
    if (own) {
        line(w, indent + 2, "latency: ");
        put_law_line(w, own);
    }
    w->d->note->steps++;
}

static bool is_elsewhere(const struct writer *w, const struct part *p)
{
    const struct forest *f = w->d->s->f;
    const struct forest_op *o = &f->op[p->op], *root = &f->op[f->v[f->root[0]].op];
    return w->d->o->wait || o->kind == KIND_CLIENT || o->kind == KIND_PRODUCER ||
           strcmp(o->service, root->service) != 0;
}

static void put_work(struct writer *w, const struct part *p, const char *name, int indent)
{
    line(w, indent, is_elsewhere(w, p) ? "- wait: " : "- cpu: ");
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

static void put_body(struct writer *w, const struct part *p, int indent)
{
    struct buf steps = {0}, *to = w->b;
    w->b = &steps;
    put_steps(w, p, 0, NULL, indent);
    w->b = to;
    put_list(to, &steps, indent);
    buf_free(&steps);
}

/* A body of its own classes, as that of copies. */
static void put_inner(struct writer *w, const struct part *p, int indent)
{
    if (!p) {
        buf_puts(w->b, " []\n");
        return;
    }
    put_body(w, p, indent);
}

static void put_branches(struct writer *w, const struct part *p, int indent)
{
    const char *names[SHAPE_ITEMS];
    for (uint32_t i = 0; i < p->n; i++) {
        const char *s = name_of(w, p->of[i]), *base = s ? s : "own";
        const char *name = base;
        for (uint32_t k = 2, j = 0; j < i; j++)
            if (strcmp(names[j], name) == 0) {
                name = arena_printf(w->d->mem, "%s_%u", base, k++);
                j = UINT32_MAX;
            }
        names[i] = name;
        line(w, indent, name);
        buf_putc(w->b, ':');
        put_body(w, p->of[i], indent + 2);
    }
}

/* A body of which it is known already that it is there. */
static void put_there(struct writer *w, const struct part *p, int indent)
{
    struct buf steps = {0}, *to = w->b;
    w->b = &steps;
    put_steps(w, p, p->class, NULL, indent);
    w->b = to;
    put_list(to, &steps, indent);
    buf_free(&steps);
}

static void put_choice(struct writer *w, const struct part *p, int indent)
{
    const struct shape_class *v = w->body->class;
    double left = 1, share[SHAPE_ITEMS] = {0};
    if (p->n == 2 && v[p->of[0]->class].other == p->of[1]->class) {
        put_condition(w, p->of[0]->class, indent);
        line(w, indent + 2, "then:");
        put_there(w, p->of[0], indent + 4);
        line(w, indent + 2, "else:");
        put_there(w, p->of[1], indent + 4);
        return;
    }
    line(w, indent, "- choose:\n");
    for (uint32_t i = 0; i < p->n; i++)
        left -= (share[i] = floor(1e4 * v[p->of[i]->class].share + 0.5) / 1e4);
    if (fabs(left) < 5e-5 * p->n) /* what is written sums to 1 */
        share[0] += left;
    for (uint32_t i = 0; i < p->n; i++) {
        line(w, indent + 4, "- p: ");
        buf_printf(w->b, "%.4g\n", share[i]);
        line(w, indent + 6, "do:");
        put_there(w, p->of[i], indent + 8);
    }
    if (left >= 5e-5 * p->n) {
        line(w, indent + 4, "- ");
        buf_printf(w->b, "{p: %.4g, do: []}\n", left);
    }
}

static void put_graph(struct writer *w, const struct part *p, int indent)
{
    for (uint32_t i = 0; i < p->n; i++) {
        line(w, indent, "- spawn:\n");
        line(w, indent + 4, "");
        buf_printf(w->b, "task_%u:\n", i);
        if (p->after[i]) {
            line(w, indent + 6, "- await: [");
            for (uint32_t k = 0, any = 0; k < i; k++)
                if (p->after[i] >> k & 1)
                    buf_printf(w->b, "%stask_%u", any++ ? ", " : "", k);
            buf_puts(w->b, "]\n");
        }
        put_steps(w, p->of[i], 0, NULL, indent + 6);
    }
    line(w, indent, "- await: [");
    for (uint32_t i = 0; i < p->n; i++)
        buf_printf(w->b, "%stask_%u", i ? ", " : "", i);
    buf_puts(w->b, "]\n");
}

static void put_copies(struct writer *w, const struct part *p, const char *name, int indent)
{
    line(w, indent, p->kind == PART_EACH ? "- each: " : "- repeat: ");
    draft_count(w->d, p, w->b);
    buf_putc(w->b, '\n');
    put_name(w, name, indent);
    if (p->limit) {
        line(w, indent + 2, "limit: ");
        buf_printf(w->b, "%u\n", p->limit);
    }
    line(w, indent + 2, "do:");
    if (p->kind == PART_REPEAT && p->inside) {
        struct buf steps = {0};
        draft_body(w->d, p->inside, false, indent + 4, &steps);
        put_list(w->b, &steps, indent + 4);
        buf_free(&steps);
    } else {
        put_inner(w, p->body, indent + 4);
    }
    if (p->later) {
        line(w, indent + 2, "as_completed:");
        put_inner(w, p->later, indent + 4);
    }
}

/* A span with a body: its name goes to its only step, or it is a pipeline. */
static void put_span(struct writer *w, const struct part *p, int indent)
{
    const char *own = is_plain(op_name(w, p)) ? NULL : op_name(w, p);
    const struct part *top = p->body;
    if (!own || (top->kind != PART_SEQ && p->inside->nclass == 1)) {
        struct writer in = {.d = w->d, .body = p->inside, .b = w->b};
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
    line(w, indent, "- run: ");
    buf_printf(w->b, "%s\n", name);
}

/* What becomes of a failure: the request's answer, or nothing where most requests went on. */
static void put_catch(struct writer *w, const struct part *p, int indent)
{
    if (p->abort)
        line(w, indent + 2, arena_printf(w->d->mem, "catch: {abort: %d}\n", p->abort));
    else if (p->failed && p->kind == PART_LEAF && draft_call(w->d, p) && p->fatal * 2 < p->failed)
        line(w, indent + 2, "catch: []\n");
    w->aborts = p->abort ? p->abort : w->aborts;
}

static void put_one(struct writer *w, const struct part *p, const char *name, int indent)
{
    const char *own = p->kind == PART_LEAF ? name_of(w, p) : NULL;
    if (is_respond(w, p)) {
        line(w, indent, "- respond: ");
        buf_printf(w->b, "%d\n", w->d->s->status[0].status);
    } else if (draft_call(w->d, p)) {
        put_call(w, p, name ? name : name_of(w, p), indent);
    } else if (p->kind == PART_LEAF) {
        put_work(w, p, name ? name : own, indent);
    } else if (p->kind == PART_OWN) {
        put_work(w, p, "own", indent);
    } else if (p->kind == PART_SPAN) {
        put_span(w, p, indent);
    } else if (p->kind == PART_EACH || p->kind == PART_REPEAT) {
        put_copies(w, p, name, indent);
    } else if (is_choice(w, p)) {
        put_choice(w, p, indent);
    } else if (p->kind == PART_PAR) {
        line(w, indent, "- parallel:\n");
        put_branches(w, p, indent + 4);
        put_name(w, name, indent);
    } else if (p->kind == PART_GRAPH) {
        put_graph(w, p, indent);
    } else {
        line(w, indent, "- seq: []\n");
    }
    put_catch(w, p, indent);
}

static void put_row(struct writer *w, const struct part *p, uint32_t guard, int indent)
{
    for (uint32_t i = 0, j; i < p->n; i = j) {
        uint32_t c = p->of[i]->class;
        for (j = i + 1; c && c != guard && j < p->n && p->of[j]->class == c; j++)
            ;
        if (c == 0 || c == guard) {
            put_steps(w, p->of[i], guard, NULL, indent);
            continue;
        }
        put_condition(w, c, indent);
        line(w, indent + 2, "then:");
        struct buf steps = {0}, *to = w->b;
        w->b = &steps;
        for (uint32_t k = i; k < j; k++)
            put_steps(w, p->of[k], c, NULL, indent + 4);
        w->b = to;
        put_list(w->b, &steps, indent + 4);
        buf_free(&steps);
        put_without(w, c, indent);
    }
}

static void put_steps(struct writer *w, const struct part *p, uint32_t guard, const char *name,
                      int indent)
{
    if (p->class && p->class != guard) {
        put_condition(w, p->class, indent);
        line(w, indent + 2, "then:");
        struct buf steps = {0}, *to = w->b;
        w->b = &steps;
        put_steps(w, p, p->class, name, indent + 4);
        w->b = to;
        put_list(w->b, &steps, indent + 4);
        buf_free(&steps);
        put_without(w, p->class, indent);
    } else if (p->kind == PART_SEQ) {
        put_row(w, p, guard, indent);
    } else if (p->detached) {
        line(w, indent, "- detach:\n");
        put_one(w, p, name, indent + 4);
    } else {
        put_one(w, p, name, indent);
    }
}

static bool is_told(const struct writer *w, int32_t status)
{
    for (uint32_t c = 1; c < w->body->nclass; c++)
        if (w->told[c] && w->body->class[c].without == status)
            return true;
    return w->aborts == status;
}

/* The answers that no part accounts for. */
static void put_answer(struct writer *w, int indent)
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
        line(w, indent, "- choose:\n");
        for (uint32_t i = 0, k = 0; i < s->nstatus; i++) {
            if (is_told(w, s->status[i].status))
                continue;
            double p = ++k == left ? rest : floor(1e4 * s->status[i].n / all + 0.5) / 1e4;
            rest -= p;
            line(w, indent + 4, "- ");
            buf_printf(w->b, "{p: %.4g, do: {respond: %d}}\n", p, s->status[i].status);
        }
    } else if ((any && !w->body->respond) || (s->nstatus == 1 && s->status[0].status != 200)) {
        line(w, indent, "- respond: ");
        buf_printf(w->b, "%d\n", s->status[0].status);
    }
}

void draft_body(struct draft *d, const struct shape_body *body, bool request, int indent,
                struct buf *b)
{
    struct writer w = {.d = d, .body = body, .request = request, .b = b};
    count_groups(&w, body->top, 0);
    find_choices(&w, body->top);
    put_variables(&w, indent);
    put_steps(&w, body->top, 0, NULL, indent);
    if (request)
        put_answer(&w, indent);
}
