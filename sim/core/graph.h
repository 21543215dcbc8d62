/* SPDX-License-Identifier: GPL-3.0-or-later */
/* graph.h - a model as a picture, and what can be said of a program without running it. */
#ifndef CORE_GRAPH_H
#define CORE_GRAPH_H
#include "core/prog.h"

enum graph_format { GRAPH_DOT, GRAPH_MERMAID };
/* Forks and joins, branches, services; a named pipeline is a box of its own. */
void graph_draw(const struct model *m, enum graph_format f, struct buf *out);

/* Of one class: nothing fails, nothing has to wait for anything, costs aside. */
struct graph_bounds {
    double lo, hi; /* of the latency, ns; INFINITY: no bound */
    double work;   /* mean of the sum of all durations; NAN where it does not follow from means */
};
struct graph_bounds graph_bounds(const struct prog *p, uint32_t cls);

#endif
