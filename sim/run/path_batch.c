/* SPDX-License-Identifier: GPL-3.0-or-later */
/* path_batch.c - critical paths through batches; see path.h.
 *
 * A batch has a log of its own, which begins when it does.  The path of a request that it answers,
 * or ends, is that of the request's item up to then, and the batch's from then on. */
#include "run/path_impl.h"
#include <stdlib.h>

void path_batch(struct path *x, uint32_t task, uint32_t item, uint32_t req, bool first, bool traced)
{
    if (first && req < x->nreq && x->log_of[req] != NONE)
        path_drop(x, x->log_of[req]);
    if (first && traced)
        path_request(x, task, req, (struct path_root){.id = 0});
    else if (first)
        path_untraced(x, task);
    struct path_log *own = path_log_of(x, task);
    if (first && own != NULL && own->full != NULL) { /* it is not kept: its requests are */
        full_free(own->full);
        own->full = NULL;
    }
    struct path_log *l = path_log_of(x, item);
    if (l != NULL)
        path_now(x, &x->task[item], l);
}

/* The chain of `from` up to its segment `last`, behind what the item did. */
static void chain_append(struct path *x, uint32_t from, uint32_t last, uint32_t item)
{
    uint32_t n = 0;
    for (uint32_t i = last; i != 0 && i != NONE; i = x->log[from].v[i].prev)
        n++;
    uint32_t *chain = xcalloc(n + 1u, sizeof *chain), k = n;
    for (uint32_t i = last; k > 0; i = x->log[from].v[i].prev)
        chain[--k] = i;
    struct path_task *t = &x->task[item];
    for (k = 0; k < n; k++) {
        struct path_segment s = x->log[from].v[chain[k]];
        s.prev = t->last;
        path_push(t, &x->log[t->log], s);
    }
    free(chain);
}

void path_answer(struct path *x, uint32_t task, uint32_t req, uint32_t item, int32_t status)
{
    struct path_log *l = path_log_of(x, item), *batch = path_log_of(x, task);
    if (l == NULL || l->req != req || (l->full != NULL && l->full->latency >= 0))
        return;
    if (batch != NULL) {
        chain_append(x, x->task[task].log, path_now(x, &x->task[task], batch), item);
        path_end(x, l, x->task[item].last);
    }
    if (l->full == NULL)
        path_drop(x, x->log_of[req]);
    else
        l->full->status = status;
}

void path_unbatch(struct path *x, uint32_t item, uint32_t req)
{
    if (req >= x->nreq || x->log_of[req] == NONE)
        return;
    uint32_t log = x->log_of[req];
    const struct path_log *l;
    if (item == NONE)
        path_drop(x, log);
    else if ((l = path_log_of(x, item)) != NULL && !x->log[log].lost &&
             !(l->full != NULL && l->full->latency >= 0))
        chain_append(x, log, x->log[log].over, item);
}
