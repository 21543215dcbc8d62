/* SPDX-License-Identifier: GPL-3.0-or-later */
/* draft_class.c - what is not always there: classes of a shape as conditions, choices, and the
 * variables that stand before them where one draw decides about several parts. */
#include "fit/draft_steps.h"
#include <stdlib.h>
#include <string.h>

bool draft_plain(const char *s)
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

const char *draft_name_of(struct draft_writer *w, const struct part *p)
{
    if ((p->kind == PART_LEAF || p->kind == PART_SPAN) && !draft_plain(draft_op(w, p)))
        return draft_name(w->d, draft_op(w, p));
    if (p->kind == PART_LEAF)
        return NULL;
    const char *s = NULL;
    for (uint32_t i = 0; i < p->n && !s; i++)
        s = draft_name_of(w, p->of[i]);
    if (!s && p->body && p->kind != PART_LEAF)
        s = draft_name_of(w, p->body);
    return s;
}

static void count_groups(struct draft_writer *w, const struct part *p, uint32_t guard)
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
static bool is_alone(const struct draft_writer *w, uint32_t c)
{
    const struct shape_class *v = w->body->class;
    bool alone = c && w->groups[c] == 1 && !v[c].within && !v[c].without;
    for (uint32_t k = 1; k < w->body->nclass; k++)
        alone = alone && v[k].within != c;
    return alone;
}

bool draft_choice(const struct draft_writer *w, const struct part *p)
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

static void find_choices(struct draft_writer *w, const struct part *p)
{
    bool choice = draft_choice(w, p);
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
static const char *class_name(struct draft_writer *w, const struct part *p, uint32_t class)
{
    if (p->class == class) {
        const char *s = draft_name_of(w, p);
        return s ? s : "part";
    }
    for (uint32_t i = 0; i < p->n; i++) {
        const char *s = class_name(w, p->of[i], class);
        if (s)
            return s;
    }
    return NULL;
}

static bool needs_variable(const struct draft_writer *w, uint32_t c)
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
static void put_picks(struct draft_writer *w, const uint32_t *order, uint32_t n, int indent)
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
        draft_line(w, indent, "- set: {");
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

static void put_variables(struct draft_writer *w, int indent)
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
        draft_line(w, indent, "- set: {");
        if (in && w->variable[in])
            buf_printf(w->b, "%s: '%s and chance(%.4g)'}\n", w->variable[c], w->variable[in],
                       body->class[c].share / body->class[in].share);
        else
            buf_printf(w->b, "%s: chance(%.4g)}\n", w->variable[c], body->class[c].share);
    }
}

void draft_condition(struct draft_writer *w, uint32_t c, int indent)
{
    draft_line(w, indent, "- if: ");
    if (w->variable[c])
        buf_printf(w->b, "%s\n", w->variable[c]);
    else
        buf_printf(w->b, "chance(%.4g)\n", w->body->class[c].share);
}

void draft_without(struct draft_writer *w, uint32_t c, int indent)
{
    if (w->body->class[c].without && !w->told[c]) {
        draft_line(w, indent + 2, "else: ");
        buf_printf(w->b, "{abort: %d}\n", w->body->class[c].without);
        w->told[c] = true;
    }
}

void draft_classes(struct draft_writer *w, int indent)
{
    count_groups(w, w->body->top, 0);
    find_choices(w, w->body->top);
    put_variables(w, indent);
}
