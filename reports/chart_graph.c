/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chart_graph.c - the pipeline as its author wrote it, for the HTML report: steps in order from top
 * to bottom, what runs at once side by side between two bars, coloured by critical share.
 *
 * The tree of steps is laid out as it is: a body is a column of its steps, a step with bodies a
 * frame round a row of them, which is broken where it is wider than the picture.  Sizes are found
 * from the leaves up, for the width at hand; then all is drawn from the root down. */
#include "reports/page.h"
#include <math.h>
#include <string.h>

enum {
    NODES = 400, /* a larger one is no picture */
    DEPTH = 40,
    LEAF = 36,  /* height of a step */
    HEAD = 20,  /* of a frame's title */
    PAD = 9,    /* inside a frame */
    GAP = 15,   /* between steps of a body, where the arrow is */
    APART = 12, /* between bodies */
    LABEL = 15  /* of a body */
};

static const double least = 0.001; /* a share below it has no number and no colour */

struct place {
    double w, h;
    uint32_t depth;
    uint32_t first, next; /* child, sibling; 0: none (0 is a class) */
    double lane, row;     /* of a body: where it stands in its step's frame */
};
struct graph {
    const struct outline_node *node;
    uint32_t n;
    const struct exec_result *e; /* whose shares are shown; or NULL */
    struct place *at;
};

/* ---- words ---- */

static double share_of(const struct graph *g, uint32_t i)
{
    uint32_t step = g->node[i].step;
    return g->e && step < g->e->nstep ? g->e->step[step].critical_share : NAN;
}

static const char *about(struct arena *a, const struct outline_node *n)
{
    const char *verb = n->verb && strcmp(n->verb, n->name) != 0 ? n->verb : "";
    if (!n->text || !*n->text)
        return verb;
    return *verb ? arena_printf(a, "%s %s", verb, n->text) : n->text;
}

static const char *heat_class(double share)
{
    static const double from[] = {0.001, 0.02, 0.05, 0.1, 0.2, 0.35};
    static const char *const cls[] = {"node",    "node h1", "node h2", "node h3",
                                      "node h4", "node h5", "node h6"};
    unsigned k = 0;
    while (k < 6 && share > from[k])
        k++;
    return cls[k];
}

static const char *tip_of(struct arena *a, const struct graph *g, uint32_t i)
{
    const struct outline_node *n = &g->node[i];
    double share = share_of(g, i);
    const char *s = arena_printf(a, "%s (%s)", n->name, about(a, n));
    if (!g->e || n->step >= g->e->nstep)
        return s;
    const struct step_result *q = &g->e->step[n->step];
    s = arena_printf(a, "%s: mean %s, p99 %s", q->path, number_time(a, q->mean),
                     number_time(a, q->p99));
    if (isfinite(share))
        s = arena_printf(a, "%s; %s of the critical path, on it in %s of the requests", s,
                         number_percent(a, share), number_percent(a, q->critical_probability));
    return s;
}

/* ---- sizes ---- */

static double leaf_width(struct arena *a, const struct graph *g, uint32_t i, double most)
{
    enum { LEAST = 70, MOST = 190, AIR = 18 };
    double name = svg_text_width(g->node[i].name, SVG_FONT) * 1.1;
    double line = svg_text_width(about(a, &g->node[i]), SVG_SMALL);
    double share = share_of(g, i);
    if (share > least)
        line += svg_text_width(number_percent(a, share), SVG_SMALL) + AIR / 2.0;
    return fmin(fmin(fmax(fmax(name, line) + AIR, LEAST), MOST), fmax(most, LEAST));
}

/* The bodies of a step in rows that fit; their places relative to the frame's inside. */
static void place_bodies(struct graph *g, uint32_t i, double most, double *w, double *h)
{
    double x = 0, y = 0, row = 0;
    *w = 0;
    for (uint32_t k = g->at[i].first; k; k = g->at[k].next) {
        struct place *b = &g->at[k];
        if (x > 0 && x + b->w > most) {
            y += row + APART + 8;
            x = row = 0;
        }
        b->lane = x;
        b->row = y;
        x += b->w + APART;
        row = fmax(row, b->h);
        *w = fmax(*w, x - APART);
    }
    *h = y + row;
}

/* From the last node to the first, so that children are known before their parents.  The width at
 * hand shrinks by the frames round a node. */
static void measure(struct arena *a, struct graph *g, double width)
{
    for (uint32_t i = g->n; i-- > 0;) {
        const struct outline_node *n = &g->node[i];
        struct place *p = &g->at[i];
        uint32_t frames = p->depth / 2; /* round it */
        double most = fmax(width - PAD * 2.0 * frames, 80);
        if (n->kind == OUTLINE_STEP && !p->first) {
            p->w = leaf_width(a, g, i, most);
            p->h = LEAF;
        } else if (n->kind == OUTLINE_STEP) {
            double w, h,
                title = svg_text_width(n->name, SVG_FONT) * 1.1 +
                        svg_text_width(about(a, n), SVG_SMALL) + 24;
            place_bodies(g, i, most - 2.0 * PAD, &w, &h);
            p->w = fmax(w + 2.0 * PAD, fmin(title, most));
            p->h = HEAD + PAD + h + PAD + 6;
        } else {
            double title =
                *n->name && n->kind != OUTLINE_CLASS ? svg_text_width(n->name, SVG_SMALL) + 8 : 0;
            p->h = title > 0 ? LABEL : 0;
            p->w = fmax(fmin(title, most), 40);
            for (uint32_t k = p->first; k; k = g->at[k].next) {
                p->w = fmax(p->w, g->at[k].w);
                p->h += g->at[k].h + (g->at[k].next ? GAP : 0);
            }
            if (!p->first)
                p->h += 12;
        }
    }
}

/* ---- drawing ---- */

static void draw_arrow(struct svg *s, double x, double from, double to)
{
    svg_line(s, "edge", x, from, x, to - 4);
    svg_path_begin(s, "head");
    svg_path_to(s, x - 3.5, to - 5);
    svg_path_to(s, x + 3.5, to - 5);
    svg_path_to(s, x, to);
    svg_path_end(s);
}

static void draw_leaf(struct svg *s, const struct graph *g, uint32_t i, struct box b)
{
    const struct outline_node *n = &g->node[i];
    double share = share_of(g, i), room = b.w - 14;
    svg_open(s, NULL, tip_of(s->mem, g, i));
    svg_rect(s, heat_class(share), b, 4);
    svg_text(s, "strong", ANCHOR_START, b.x + 8, b.y + 15,
             svg_fit(s->mem, n->name, SVG_FONT * 1.08, room, false));
    if (share > least) {
        const char *text = number_percent(s->mem, share);
        svg_text(s, "small strong", ANCHOR_END, b.x + b.w - 7, b.y + 29, text);
        room -= svg_text_width(text, SVG_SMALL) + 8;
    }
    svg_text(s, share > 0.02 ? "small" : "small soft", ANCHOR_START, b.x + 8, b.y + 29,
             svg_fit(s->mem, about(s->mem, n), SVG_SMALL, room, false));
    svg_close(s);
}

static void draw_frame(struct svg *s, const struct graph *g, uint32_t i, struct box b)
{
    const struct outline_node *n = &g->node[i];
    uint32_t first = g->at[i].first;
    bool choice = g->node[first].kind == OUTLINE_CHOICE;
    double share = share_of(g, i), room = b.w - 16;
    svg_open(s, NULL, tip_of(s->mem, g, i));
    if (share > least)
        svg_rect(s, heat_class(share), (struct box){b.x, b.y, b.w, HEAD}, 4);
    svg_rect(s, choice ? "frame choice" : "frame", b, 4);
    const char *name = svg_fit(s->mem, n->name, SVG_FONT * 1.08, room, false);
    svg_text(s, "strong", ANCHOR_START, b.x + 8, b.y + 14, name);
    double used = name ? svg_text_width(name, SVG_FONT) * 1.08 + 8 : 0;
    if (share > least) {
        const char *text = number_percent(s->mem, share);
        svg_text(s, "small strong", ANCHOR_END, b.x + b.w - 7, b.y + 14, text);
        room -= svg_text_width(text, SVG_SMALL) + 8;
    }
    svg_text(s, "small soft", ANCHOR_START, b.x + 8 + used, b.y + 14,
             svg_fit(s->mem, about(s->mem, n), SVG_SMALL, room - used, false));
    svg_close(s);
}

/* Bars over and under the bodies that run at once; none under those that nobody waits for. */
static void draw_bars(struct svg *s, const struct graph *g, uint32_t i, double x, double y)
{
    enum { THICK = 3, OFF = 6 };
    for (uint32_t k = g->at[i].first; k; k = g->at[k].next) {
        const struct place *p = &g->at[k];
        enum outline_kind kind = g->node[k].kind;
        struct box b = {x + p->lane, y + p->row - OFF, p->w, THICK};
        bool last = !p->next || g->at[p->next].row != p->row || g->node[p->next].kind != kind;
        if (kind != OUTLINE_BRANCH && kind != OUTLINE_TASK)
            continue;
        if (!last)
            b.w += APART + 1; /* no seam */
        svg_rect(s, "fork", b, 0);
        if (kind != OUTLINE_BRANCH)
            continue;
        double h = 0; /* of the row */
        for (uint32_t j = g->at[i].first; j; j = g->at[j].next)
            if (g->at[j].row == p->row)
                h = fmax(h, g->at[j].h);
        b.y = y + p->row + h + OFF - THICK;
        svg_rect(s, "fork", b, 0);
        svg_line(s, "edge", b.x + p->w / 2, y + p->row + p->h, b.x + p->w / 2, b.y);
    }
}

struct todo { /* a node and where its box begins */
    uint32_t node;
    double x, y, w; /* w: of the column it is centred in */
};

static uint32_t draw_body(struct svg *s, const struct graph *g, struct todo at, struct todo *more)
{
    const struct outline_node *n = &g->node[at.node];
    const struct place *p = &g->at[at.node];
    uint32_t k = 0;
    double y = at.y, middle = at.x + at.w / 2;
    if (*n->name && n->kind != OUTLINE_CLASS) {
        svg_text(s, n->kind == OUTLINE_CATCH ? "small bad" : "small soft", ANCHOR_MIDDLE, middle,
                 y + 10, svg_fit(s->mem, n->name, SVG_SMALL, fmax(at.w, 30), true));
        y += LABEL;
    }
    for (uint32_t c = p->first; c; c = g->at[c].next) {
        more[k++] = (struct todo){c, middle - g->at[c].w / 2, y, g->at[c].w};
        y += g->at[c].h;
        if (g->at[c].next)
            draw_arrow(s, middle, y, y + GAP);
        y += GAP;
    }
    return k;
}

/* Draws one node; what stands in it is added to `more`.  Returns how many. */
static uint32_t draw_node(struct svg *s, const struct graph *g, struct todo at, struct todo *more)
{
    const struct place *p = &g->at[at.node];
    uint32_t k = 0;
    if (g->node[at.node].kind != OUTLINE_STEP)
        return draw_body(s, g, at, more);
    struct box b = {at.x, at.y, p->w, p->h};
    if (!p->first) {
        draw_leaf(s, g, at.node, b);
        return 0;
    }
    draw_frame(s, g, at.node, b);
    double inside = 0;
    for (uint32_t c = p->first; c; c = g->at[c].next)
        inside = fmax(inside, g->at[c].lane + g->at[c].w);
    double x = at.x + (p->w - inside) / 2, y = at.y + HEAD + PAD;
    draw_bars(s, g, at.node, x, y);
    for (uint32_t c = p->first; c; c = g->at[c].next)
        more[k++] = (struct todo){c, x + g->at[c].lane, y + g->at[c].row, g->at[c].w};
    return k;
}

static void graph_draw(struct svg *s, const void *ctx)
{
    const struct graph *g = ctx;
    struct graph mine = *g;
    struct todo *todo = NEW(s->mem, struct todo, g->n + 1u);
    uint32_t n = 0;
    double y = 2;
    mine.at = NEW(s->mem, struct place, g->n + 1u);
    for (uint32_t i = 0; i < g->n; i++)
        mine.at[i] = g->at[i];
    measure(s->mem, &mine, s->w - 4);
    bool several = false;
    for (uint32_t i = 1; i < g->n; i++)
        several = several || g->node[i].kind == OUTLINE_CLASS;
    for (uint32_t i = 0; i < g->n; i++) {
        if (g->node[i].kind != OUTLINE_CLASS)
            continue;
        if (several) {
            svg_text(s, "strong", ANCHOR_MIDDLE, s->w / 2, y + 12, g->node[i].name);
            y += 20;
        }
        todo[n++] = (struct todo){i, (s->w - mine.at[i].w) / 2, y, mine.at[i].w};
        y += mine.at[i].h + 24;
        while (n) { /* each node is put in and taken out once */
            struct todo next = todo[--n];
            n += draw_node(s, &mine, next, todo + n);
        }
    }
    s->h = y - 20;
}

/* ---- the tree ---- */

/* Links children to parents; false if it is no tree that can be drawn. */
static bool graph_link(struct arena *a, struct graph *g)
{
    uint32_t *last = NEW(a, uint32_t, g->n + 1u);
    g->at = NEW(a, struct place, g->n + 1u);
    for (uint32_t i = 0; i < g->n; i++) {
        const struct outline_node *n = &g->node[i];
        if (n->kind == OUTLINE_CLASS)
            continue;
        if (n->parent >= i)
            return false;
        g->at[i].depth = g->at[n->parent].depth + 1;
        if (g->at[i].depth > DEPTH)
            return false;
        if (last[n->parent])
            g->at[last[n->parent]].next = i;
        else
            g->at[n->parent].first = i;
        last[n->parent] = i;
    }
    return g->n > 0 && g->node[0].kind == OUTLINE_CLASS;
}

static const char *graph_desc(struct arena *a, const struct graph *g)
{
    const char *s = "Steps in order: ";
    uint32_t k = 0;
    for (uint32_t i = 0; i < g->n && k < 60; i++) {
        if (g->node[i].kind != OUTLINE_STEP)
            continue;
        double share = share_of(g, i);
        const char *part =
            share > 0 ? arena_printf(a, ", %s of the critical path", number_percent(a, share)) : "";
        s = arena_printf(a, "%s%s%s %s%s", s, k++ ? "; " : "", about(a, &g->node[i]),
                         g->node[i].name, part);
    }
    return arena_printf(a, "%s.", s);
}

void chart_graph(struct page *p, const struct run_result *r)
{
    struct graph g = {.node = r->outline, .n = r->noutline};
    uint32_t best = verdict_make(p->mem, r).best;
    if (r->noutline == 0 || r->noutline > NODES || !graph_link(p->mem, &g))
        return;
    if (best < r->nexec && r->exec[best].walked)
        g.e = &r->exec[best];
    for (uint32_t i = 0; i < r->nexec && !g.e; i++)
        if (exec_has_result(&r->exec[i]) && r->exec[i].walked)
            g.e = &r->exec[i];
    page_section(p, "graph", "The pipeline");
    page_figure(
        p,
        &(struct figure){
            .title = "Steps of the pipeline",
            .desc = graph_desc(p->mem, &g),
            .reading = arena_printf(
                p->mem,
                "From top to bottom. What stands between two bars runs at once; under a bar alone "
                "are tasks that nobody waits for there; dashed frames are choices.%s%s%s",
                g.e ? " The deeper the colour, the larger the share of the critical path under "
                    : "",
                g.e ? g.e->name : "", g.e ? "." : ""),
            .draw = graph_draw,
            .ctx = &g});
    page_section_end(p);
}
