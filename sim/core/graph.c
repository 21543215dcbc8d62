/* SPDX-License-Identifier: GPL-3.0-or-later */
/* graph.c - the model as a graph for Graphviz or Mermaid: what forks, what joins, what is called.
 *
 * A body is drawn as a chain that begins at a node and returns its last one.  A named pipeline is
 * drawn once, in a box of its own, and a run: of it is one node; so nothing is drawn twice. */
#include "core/graph.h"
#include <string.h>

enum shape {
    SHAPE_STEP,
    SHAPE_CALL,
    SHAPE_CHOICE,
    SHAPE_FORK,
    SHAPE_HOLD,
    SHAPE_END,
    SHAPE_SERVICE
};
struct graph {
    const struct model *m;
    enum graph_format f;
    struct buf *out;
    struct buf links; /* to services: after all boxes */
    uint32_t n;
};

static void put_quoted(struct graph *g, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char ch = (unsigned char)s[i];
        if (g->f == GRAPH_MERMAID && strchr("\"<>&#;", ch))
            buf_printf(g->out, "#%u;", ch);
        else if (ch == '"' || ch == '\\')
            buf_printf(g->out, "\\%c", ch);
        else
            buf_putc(g->out, ch < ' ' ? ' ' : (char)ch);
    }
}

static void put_label(struct graph *g, const char *verb, const char *what, const struct expr *e)
{
    buf_putc(g->out, '"');
    put_quoted(g, verb, strlen(verb));
    if (what) {
        buf_putc(g->out, ' ');
        put_quoted(g, what, strlen(what));
    }
    if (e && e->text) {
        buf_putc(g->out, ' ');
        put_quoted(g, e->text, e->ntext);
    }
    buf_putc(g->out, '"');
}

static uint32_t node(struct graph *g, enum shape s, const char *verb, const char *what,
                     const struct expr *e)
{
    static const char *const dot[] = {
        "box", "box, style=rounded", "diamond", "rect, style=filled", "house", "oval", "cylinder"};
    static const char *const open[] = {"[", "(", "{", "[[", "[/", "([", "[("};
    static const char *const close[] = {"]", ")", "}", "]]", "/]", "])", ")]"};
    uint32_t id = g->n++;
    if (g->f == GRAPH_DOT) {
        buf_printf(g->out, "    n%u [shape=%s, label=", id, dot[s]);
        put_label(g, verb, what, e);
        buf_puts(g->out, "];\n");
    } else {
        buf_printf(g->out, "    n%u%s", id, open[s]);
        put_label(g, verb, what, e);
        buf_printf(g->out, "%s\n", close[s]);
    }
    return id;
}

static void edge(struct graph *g, uint32_t from, uint32_t to, const char *label,
                 const struct expr *e)
{
    bool dot = g->f == GRAPH_DOT;
    if (!label && !e) {
        buf_printf(g->out, dot ? "    n%u -> n%u;\n" : "    n%u --> n%u\n", from, to);
        return;
    }
    buf_printf(g->out, dot ? "    n%u -> n%u [label=" : "    n%u -->|", from, to);
    put_label(g, label ? label : "", NULL, e);
    if (dot)
        buf_puts(g->out, "];\n");
    else
        buf_printf(g->out, "| n%u\n", to);
}

/* Dotted: nobody waits there. */
static void edge_loose(struct graph *g, uint32_t from, uint32_t to)
{
    bool dot = g->f == GRAPH_DOT;
    buf_printf(g->out, dot ? "    n%u -> n%u [style=dashed];\n" : "    n%u -.-> n%u\n", from, to);
}

static uint32_t draw_body(struct graph *g, const struct body *b, uint32_t from, const char *label,
                          const struct expr *e);

static const char *step_name(const struct step *s)
{
    return s->named ? s->name : NULL;
}

static uint32_t draw_fork(struct graph *g, const struct step *s, uint32_t from)
{
    uint32_t fork =
        node(g, SHAPE_FORK, verb_key[s->verb], step_name(s), s->verb == VERB_EACH ? s->expr : NULL);
    edge(g, from, fork, NULL, NULL);
    uint32_t join = node(g, SHAPE_FORK, s->until ? "until" : "join", NULL, s->until);
    if (s->verb == VERB_EACH)
        edge(g, draw_body(g, &s->body, fork, "each copy", NULL), join, NULL, NULL);
    for (uint32_t i = 0; s->verb == VERB_PARALLEL && i < s->nbranch; i++)
        edge(g, draw_body(g, &s->branch[i].body, fork, s->branch[i].name, NULL), join, NULL, NULL);
    if (!s->has_completed)
        return join;
    uint32_t last = draw_body(g, &s->completed, join, "as completed", NULL);
    edge(g, last, join, NULL, NULL);
    return join;
}

static uint32_t draw_choice(struct graph *g, const struct step *s, uint32_t from)
{
    uint32_t c =
        node(g, SHAPE_CHOICE, verb_key[s->verb], step_name(s), s->verb == VERB_IF ? s->expr : NULL);
    edge(g, from, c, NULL, NULL);
    uint32_t end = node(g, SHAPE_END, "", NULL, NULL);
    if (s->verb == VERB_IF) {
        edge(g, draw_body(g, &s->body, c, "then", NULL), end, NULL, NULL);
        edge(g, draw_body(g, &s->orelse, c, "else", NULL), end, NULL, NULL);
    }
    for (uint32_t i = 0; s->verb == VERB_CHOOSE && i < s->nbranch; i++)
        edge(g, draw_body(g, &s->branch[i].body, c, NULL, s->branch[i].p), end, NULL, NULL);
    return end;
}

/* spawn and detach: their bodies hang on dashed edges, and the body goes on. */
static uint32_t draw_tasks(struct graph *g, const struct step *s, uint32_t from)
{
    uint32_t fork = node(g, SHAPE_FORK, verb_key[s->verb], step_name(s), NULL);
    edge(g, from, fork, NULL, NULL);
    for (uint32_t i = 0; i < s->nbranch; i++) {
        const struct branch *b = &s->branch[i];
        uint32_t task = node(g, SHAPE_END, b->name ? b->name : verb_key[s->verb], NULL, NULL);
        edge_loose(g, fork, task);
        draw_body(g, &b->body, task, NULL, NULL);
    }
    if (!s->nbranch) {
        uint32_t task = node(g, SHAPE_END, "task", NULL, NULL);
        edge_loose(g, fork, task);
        draw_body(g, &s->body, task, NULL, NULL);
    }
    return fork;
}

/* A body within a step: seq, use, offload, repeat. */
static uint32_t draw_around(struct graph *g, const struct step *s, uint32_t from)
{
    uint32_t in = node(g, s->verb == VERB_USE ? SHAPE_HOLD : SHAPE_STEP, verb_key[s->verb], s->name,
                       s->verb == VERB_REPEAT ? s->expr : NULL);
    edge(g, from, in, NULL, NULL);
    uint32_t last = draw_body(g, &s->body, in, NULL, NULL);
    if (s->verb == VERB_REPEAT)
        edge(g, last, in, "again", NULL);
    if (s->verb != VERB_USE)
        return last;
    uint32_t out = node(g, SHAPE_HOLD, "release", s->name, NULL);
    edge(g, last, out, NULL, NULL);
    return out;
}

static uint32_t draw_simple(struct graph *g, const struct step *s, uint32_t from)
{
    bool call = s->verb == VERB_CALL, shown = strcmp(s->name, verb_key[s->verb]) != 0;
    bool waits = s->verb == VERB_WAIT || s->verb == VERB_WAIT_UNTIL;
    const struct expr *e = s->verb == VERB_CPU ? s->cpu : waits ? s->expr : NULL;
    uint32_t id;
    if (s->verb == VERB_AWAIT && s->awaits.n)
        id = node(g, SHAPE_FORK, "await", s->awaits.v[0].name, NULL);
    else
        id = node(g, call ? SHAPE_CALL : SHAPE_STEP, verb_key[s->verb], shown ? s->name : NULL, e);
    edge(g, from, id, NULL, NULL);
    if (s->verb == VERB_PUT && s->channel < g->m->nchannel)
        buf_printf(&g->links,
                   g->f == GRAPH_DOT ? "    n%u -> q%u [style=dashed];\n" : "    n%u -.-> q%u\n",
                   id, s->channel);
    if (call && s->service < g->m->nservice)
        buf_printf(&g->links,
                   g->f == GRAPH_DOT ? "    n%u -> s%u [style=dotted, arrowhead=none];\n"
                                     : "    n%u -.- s%u\n",
                   id, s->service);
    return id;
}

static uint32_t draw_step(struct graph *g, const struct step *s, uint32_t from)
{
    uint32_t last;
    switch (s->verb) {
    case VERB_PARALLEL:
    case VERB_EACH:
        last = draw_fork(g, s, from);
        break;
    case VERB_IF:
    case VERB_CHOOSE:
        last = draw_choice(g, s, from);
        break;
    case VERB_SPAWN:
    case VERB_DETACH:
        last = draw_tasks(g, s, from);
        break;
    case VERB_SEQ:
    case VERB_USE:
    case VERB_OFFLOAD:
    case VERB_REPEAT:
        last = draw_around(g, s, from);
        break;
    default:
        last = draw_simple(g, s, from);
        break;
    }
    for (uint32_t i = 0; i < s->nhandler; i++) {
        uint32_t code = s->handler[i].code;
        uint32_t in = node(g, SHAPE_END, "catch", code ? g->m->failure[code] : "any", NULL);
        edge_loose(g, last, in);
        edge_loose(g, draw_body(g, &s->handler[i].body, in, NULL, NULL), last);
    }
    return last;
}

static uint32_t draw_body(struct graph *g, const struct body *b, uint32_t from, const char *label,
                          const struct expr *e)
{
    if (label || e) { /* a place for the label, also of an empty body */
        uint32_t in = node(g, SHAPE_END, label ? label : "", NULL, e);
        edge(g, from, in, NULL, NULL);
        from = in;
    }
    for (uint32_t i = 0; i < b->n; i++)
        from = draw_step(g, b->v[i], from);
    return from;
}

/* channel: what the box takes from; NONE for a box that is no stage's. */
static void draw_box(struct graph *g, const char *name, const struct body *b, uint32_t k,
                     uint32_t channel)
{
    bool dot = g->f == GRAPH_DOT;
    buf_printf(g->out, dot ? "  subgraph cluster%u {\n    label=" : "  subgraph box%u [", k);
    put_label(g, name, NULL, NULL);
    buf_puts(g->out, dot ? ";\n" : "]\n");
    uint32_t first = node(g, SHAPE_END, "begin", NULL, NULL);
    if (channel < g->m->nchannel)
        buf_printf(&g->links, dot ? "    q%u -> n%u;\n" : "    q%u --> n%u\n", channel, first);
    uint32_t last = draw_body(g, b, first, NULL, NULL);
    edge(g, last, node(g, SHAPE_END, "end", NULL, NULL), NULL, NULL);
    buf_puts(g->out, dot ? "  }\n" : "  end\n");
}

static void draw_channel(struct graph *g, uint32_t i)
{
    const struct channel *c = &g->m->channel[i];
    bool dot = g->f == GRAPH_DOT;
    buf_printf(g->out, dot ? "    q%u [shape=cds, label=" : "    q%u[/", i);
    put_label(g, c->name, c->reject ? "reject," : NULL, c->size);
    buf_puts(g->out, dot ? "];\n" : "/]\n");
}

void graph_draw(const struct model *m, enum graph_format f, struct buf *out)
{
    struct graph g = {.m = m, .f = f, .out = out};
    bool dot = f == GRAPH_DOT;
    if (dot) {
        buf_puts(out, "digraph ");
        put_label(&g, m->name, NULL, NULL);
        buf_puts(out, " {\n  node [fontname=\"Helvetica\"];\n");
    } else {
        buf_puts(out, "flowchart TD\n");
    }
    draw_box(&g, "request", &m->request, 0, NONE);
    for (uint32_t i = 0; i < m->npipeline; i++)
        draw_box(&g, m->pipeline[i].name, &m->pipeline[i].body, i + 1, NONE);
    for (uint32_t i = 0; i < m->nstage; i++)
        draw_box(&g, m->stage[i].name, &m->stage[i].body, m->npipeline + i + 1, m->stage[i].from);
    for (uint32_t i = 0; i < m->nchannel; i++)
        draw_channel(&g, i);
    for (uint32_t i = 0; i < m->nservice; i++) {
        buf_printf(out, dot ? "    s%u [shape=cylinder, label=" : "    s%u[(", i);
        put_label(&g, m->service[i].name, NULL, m->service[i].latency);
        buf_puts(out, dot ? "];\n" : ")]\n");
    }
    if (g.links.s)
        buf_put(out, g.links.s, g.links.n);
    buf_free(&g.links);
    if (dot)
        buf_puts(out, "}\n");
}
