/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pack_load.c - numbers back to states: see pack.h. */
#include "core/pack.h"
#include "core/pack_impl.h"
#include <stdlib.h>
#include <string.h>

static double real_get(const struct pack *k, uint32_t i)
{
    double x;
    if (!(i & REAL))
        return i;
    memcpy(&x, vectors_get(&k->real, i & ~REAL), sizeof x);
    return x;
}

static void load_clear(const struct pack *k, struct pack_run *r)
{
    struct state *s = &r->s;
    s->ntask = s->ngroup = s->nreq = s->nthread = s->live = s->threads = s->fx_n = 0;
    s->items = 0;
    s->free_task = s->free_group = s->free_req = NONE;
    s->run_first = s->run_last = s->stuck_pc = NONE;
    s->ask = ASK_NONE;
    s->ops = 0;
    s->crowded = false;
    s->goes = NONE;
    memset(s->awaited, 0, k->p->nvalue * sizeof *s->awaited);
    memset(s->stage_busy, 0, (size_t)k->p->nstage * k->p->workers * sizeof *s->stage_busy);
    r->nbatch = 0;
    if (r->nnote != k->nnote)
        pack_run_notes(r, k->nnote);
    for (uint32_t w = 0; w < k->p->workers; w++) {
        s->thread_free[w] = NONE;
        s->loop[w].first = s->loop[w].last = s->loop[w].running = NONE;
        if (k->p->has_loop)
            thread_get(s, w);
    }
}

static uint32_t new_task(struct state *s)
{
    if (s->ntask == s->cap_task) {
        s->task = grow(s->task, &s->cap_task, s->ntask + 1, sizeof *s->task);
        s->word = xrealloc(s->word, (size_t)s->cap_task * s->p->nword, sizeof *s->word);
    }
    return s->ntask++;
}

/* The groups of a task, and its words; v: behind the number of groups. */
static void load_groups(const struct pack *k, struct state *s, uint32_t task, const uint32_t *v,
                        uint32_t n)
{
    uint32_t last = NONE;
    double *w = state_words(s, task);
    for (uint32_t i = 0; i < k->p->nword; i++)
        w[i] = 0;
    for (uint32_t i = 0; i < n; i++, v += PACK_GROUP) {
        if (s->ngroup == s->cap_group)
            s->group = grow(s->group, &s->cap_group, s->ngroup + 1, sizeof *s->group);
        uint32_t g = s->ngroup++;
        s->group[g] = (struct group){.fork = v[0] & 0xffffU,
                                     .owner = task,
                                     .next = NONE,
                                     .first = NONE,
                                     .last = NONE,
                                     .pending = NONE,
                                     .made = v[2],
                                     .ok = v[3],
                                     .failed = v[4],
                                     .want = v[5],
                                     .limit = v[6],
                                     .until = v[7],
                                     .done_first = NONE,
                                     .done_last = NONE,
                                     .state = (uint16_t)(v[0] >> 16),
                                     .fail = (uint16_t)v[1]};
        *(last == NONE ? &s->task[task].groups : &s->group[last].next) = g;
        last = g;
        w[k->p->fork[s->group[g].fork].word] = (double)g + 1;
    }
    n = *v++;
    for (uint32_t i = 0; i < n; i++, v += 2)
        w[v[0]] = real_get(k, v[1]);
}

static uint32_t load_thread(struct state *s, const struct task *t, bool own)
{
    if ((t->flags & TF_HAS_THREAD) || own) {
        s->threads += (t->flags & TF_HAS_THREAD) != 0;
        return thread_get(s, t->worker);
    }
    if (t->mode == M_INPLACE)
        return s->task[t->parent].thread;
    return t->mode == M_LIGHT ? NONE : t->worker;
}

static void load_sibling(struct state *s, uint32_t task, uint32_t group)
{
    struct group *g = &s->group[group];
    struct task *t = &s->task[task];
    t->group = group;
    t->sib_prev = g->last;
    if (t->copy == NONE)
        t->copy = g->last == NONE ? 0 : s->task[g->last].copy + 1;
    if (g->last == NONE)
        g->first = task;
    else
        s->task[g->last].sib_next = task;
    g->last = task;
    g->live++;
    if (t->state != T_PENDING)
        g->running++;
    else if (g->pending == NONE)
        g->pending = task;
}

static uint32_t group_by_fork(const struct state *s, uint32_t owner, uint32_t fork)
{
    uint32_t g = s->task[owner].groups;
    while (g != NONE && s->group[g].fork != fork)
        g = s->group[g].next;
    return g;
}

static void load_links(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    struct request *q = &s->req[t->req];
    t->req_prev = NONE;
    t->req_next = q->first_task;
    if (q->first_task != NONE)
        s->task[q->first_task].req_prev = task;
    q->first_task = task;
    q->tasks++;
    q->active += (t->flags & TF_ACTIVE) != 0;
    s->live++;
    if (t->parent != NONE)
        s->task[t->parent].kids++;
}

static const uint32_t *load_notes(struct pack_run *r, uint32_t task, const uint32_t *v)
{
    if (r->nnote == 0)
        return v;
    uint32_t *note = r->task_note + (size_t)task * r->nnote, n = *v++;
    memset(note, 0, r->nnote * sizeof *note);
    for (; n > 0; n--, v += 2)
        note[v[0]] = v[1];
    return v;
}

/* The task of vector v. */
static uint32_t load_task(const struct pack *k, struct pack_run *r, const uint32_t *v, uint32_t req,
                          uint32_t parent)
{
    struct state *s = &r->s;
    uint32_t i = new_task(s);
    s->task[i] = (struct task){.pc = v[0] & 0xffffffU,
                               .state = (uint8_t)(v[0] >> 24 & 31U),
                               .mode = (uint8_t)(v[0] >> 29),
                               .flags = (uint16_t)v[1],
                               .fail = (uint16_t)(v[1] >> 16),
                               .req = req,
                               .parent = parent,
                               .group = NONE,
                               .body = v[2] & 0xffffU,
                               .copy = v[3],
                               .sib_prev = NONE,
                               .sib_next = NONE,
                               .q_prev = NONE,
                               .q_next = NONE,
                               .scope = v[6] & 0xffffU,
                               .priority = (int16_t)(v[6] >> 16),
                               .unwind = v[7],
                               .res = v[8],
                               .units = v[9],
                               .worker = v[10] & 0xffffU,
                               .groups = NONE};
    if (v[10] >> 17 & 1U)
        s->loop[v[10] & 0xffffU].running = i;
    pack_run_room(r);
    r->task_extra[i] = wide(v + 11);
    r->rank[i] = v[5];
    const uint32_t *w = load_notes(r, i, v + 13);
    load_groups(k, s, i, w + 1, w[0]);
    s->task[i].thread = load_thread(s, &s->task[i], v[10] >> 16 & 1U);
    load_links(s, i);
    if (v[4] != 0)
        load_sibling(s, i, group_by_fork(s, parent, v[4] - 1));
    else if (s->task[i].copy == NONE)
        s->task[i].copy = 0;
    if (s->task[i].flags & TF_WORKER)
        s->stage_busy[k->p->body[s->task[i].body].stage * k->p->workers + s->task[i].worker]++;
    s->items += s->task[i].state == T_ITEM || s->task[i].state == T_BATCHED;
    return i;
}

static const uint32_t *load_tree(const struct pack *k, struct pack_run *r, const uint32_t *id,
                                 uint32_t req, uint32_t parent)
{
    const uint32_t *v = vectors_get(&k->task, *id++);
    uint32_t kids = v[2] >> 16, task = load_task(k, r, v, req, parent);
    if (parent == NONE && (!(r->s.task[task].flags & TF_ITEM) || r->s.req[req].batch))
        r->s.req[req].root = task;
    for (uint32_t i = 0; i < kids; i++)
        id = load_tree(k, r, id, req, task);
    return id;
}

/* The trees of a request; the end. */
static const uint32_t *load_tasks(const struct pack *k, struct pack_run *r, const uint32_t *v,
                                  uint32_t req)
{
    uint32_t n = *v++;
    while (n-- > 0)
        v = load_tree(k, r, v, req, NONE);
    return v;
}

static const uint32_t *skip_tree(const struct pack *k, const uint32_t *id)
{
    uint32_t more = 1;
    for (; more > 0; more--)
        more += vectors_get(&k->task, *id++)[2] >> 16;
    return id;
}

static const uint32_t *skip_tasks(const struct pack *k, const uint32_t *v)
{
    uint32_t n = *v++;
    while (n-- > 0)
        v = skip_tree(k, v);
    return v;
}

static uint32_t load_slot(struct state *s)
{
    if (s->nreq == s->cap_req)
        s->req = grow(s->req, &s->cap_req, s->nreq + 1, sizeof *s->req);
    return s->nreq++;
}

static void load_request(const struct pack *k, struct pack_run *r, uint32_t j, uint32_t id)
{
    struct state *s = &r->s;
    const uint32_t *v = vectors_get(&k->request, id);
    r->life[j] = (uint8_t)v[0];
    r->extra[j] = wide(v + 1);
    r->watch[j] = v[3];
    r->status[j] = (int32_t)v[4];
    r->slot[j] = NONE;
    if (v[0] != PACK_ALIVE)
        return;
    uint32_t slot = r->slot[j] = load_slot(s);
    s->req[slot] = (struct request){.first_task = NONE,
                                    .first_await = NONE,
                                    .first_item = NONE,
                                    .last_item = NONE,
                                    .cls = v[5] & 0xffffU,
                                    .worker = v[5] >> 16,
                                    .status = (int32_t)v[4],
                                    .used = 1,
                                    .over = v[6] & 1U,
                                    .traced = 1,
                                    .waiting = v[6] >> 1 & 1U,
                                    .has_limit = v[6] >> 2 & 1U};
    load_tasks(k, r, v + 7, slot);
}

static void queue_append(struct state *s, uint32_t *first, uint32_t *last, uint32_t task)
{
    s->task[task].q_prev = *last;
    s->task[task].q_next = NONE;
    if (*last == NONE)
        *first = task;
    else
        s->task[*last].q_next = task;
    *last = task;
}

/* The waiter of request slot req with that rank in the queue of instance res, or a loop's, or of
 * those that wait for shared variables, or among those that are in batches. */
enum { OF_LOOP = -1, OF_UNTIL = -2, OF_BATCH = -3 };
static bool waits_here(const struct task *x, int64_t res, uint32_t worker)
{
    switch (res) {
    case OF_LOOP:
        return x->state == T_READY && x->worker == worker;
    case OF_UNTIL:
        return x->state == T_UNTIL;
    case OF_BATCH:
        return x->state == T_BATCHED;
    default:
        return (x->state == T_QUEUE || x->state == T_THREAD || x->state == T_ITEM) && x->res == res;
    }
}

static uint32_t waiter(const struct pack_run *r, uint32_t req, uint32_t rank, int64_t res,
                       uint32_t worker)
{
    const struct state *s = &r->s;
    for (uint32_t t = s->req[req].first_task; t != NONE; t = s->task[t].req_next)
        if (waits_here(&s->task[t], res, worker) && r->rank[t] == rank)
            return t;
    bug(__FILE__, __LINE__, "a queue names a task that is not there");
}

static uint32_t *seen_none(const struct pack *k, struct pack_run *r)
{
    uint32_t n = k->nreq + r->nbatch;
    if (n > r->cap_seen)
        r->seen = grow(r->seen, &r->cap_seen, n, sizeof *r->seen);
    memset(r->seen, 0, n * sizeof *r->seen);
    return r->seen;
}

static const uint32_t *load_queue(const struct pack *k, struct pack_run *r, const uint32_t *v,
                                  uint32_t *first, uint32_t *last, int64_t res, uint32_t worker)
{
    uint32_t n = *v++, *rank = n ? seen_none(k, r) : NULL;
    *first = *last = NONE;
    for (uint32_t i = 0; i < n; i++, v += 2) {
        uint32_t j = v[0] & 0xffffU;
        uint32_t slot = j < k->nreq ? r->slot[j] : r->batch[j - k->nreq];
        queue_append(&r->s, first, last, waiter(r, slot, ++rank[j], res, worker));
    }
    return v;
}

/* The tasks of batches, then which items are in them. */
static const uint32_t *load_batches(const struct pack *k, struct pack_run *r, const uint32_t *v)
{
    struct state *s = &r->s;
    uint32_t n = *v++;
    for (uint32_t b = 0; b < n; b++) {
        uint32_t slot = load_slot(s), items;
        r->batch = grow(r->batch, &r->cap_batch, b + 1, sizeof *r->batch);
        r->batch[b] = slot;
        s->req[slot] = (struct request){.first_task = NONE,
                                        .first_await = NONE,
                                        .first_item = NONE,
                                        .last_item = NONE,
                                        .cls = v[0] & 0xffffU,
                                        .worker = v[0] >> 16,
                                        .status = (int32_t)v[1],
                                        .over = v[2] & 1U,
                                        .used = 1,
                                        .traced = 1,
                                        .batch = 1};
        items = v[3];
        v = load_tasks(k, r, v + 4 + items, slot);
    }
    r->nbatch = n;
    return v;
}

static void load_items(const struct pack *k, struct pack_run *r, const uint32_t *v)
{
    struct state *s = &r->s;
    uint32_t n = *v++, *rank = seen_none(k, r);
    for (uint32_t b = 0; b < n; b++) {
        struct request *q = &s->req[r->batch[b]];
        uint32_t items = v[3];
        for (uint32_t i = 0; i < items; i++) {
            uint32_t j = v[4 + i];
            uint32_t slot = j < k->nreq ? r->slot[j] : r->batch[j - k->nreq];
            uint32_t t = waiter(r, slot, ++rank[j], OF_BATCH, 0);
            s->task[t].units = r->batch[b];
            queue_append(s, &q->first_item, &q->last_item, t);
        }
        v += 4 + items;
        v = skip_tasks(k, v);
    }
}

static const uint32_t *load_until(const struct pack *k, struct pack_run *r, const uint32_t *v)
{
    struct state *s = &r->s;
    v = load_queue(k, r, v, &s->until_first, &s->until_last, OF_UNTIL, 0);
    for (uint32_t t = s->until_first; t != NONE; t = s->task[t].q_next)
        until_count(s, t);
    return v;
}

static void load_shared(const struct pack *k, struct pack_run *r, uint32_t id)
{
    struct state *s = &r->s;
    const uint32_t *v = vectors_get(&k->shared, id);
    for (uint32_t i = 0; i < r->nnote; i++)
        r->shared_note[i] = *v++;
    if (k->batches) {
        const uint32_t *batches = v;
        v = load_batches(k, r, v);
        load_items(k, r, batches);
    }
    for (uint32_t w = 0; w < k->p->workers; w++) {
        struct loopst *l = &s->loop[w];
        s->present[w] = v[0];
        s->waiting[w] = v[1];
        l->idle = v[2] & 1U;
        v = load_queue(k, r, v + 4, &l->first, &l->last, OF_LOOP, w);
        l->posted = l->running == NONE && l->first != NONE;
    }
    for (uint32_t i = 0; i < k->p->ninstance; i++) {
        struct resst *q = &s->inst[i];
        q->free = v[0];
        q->posted = (v[1] & Q_POSTED) != 0;
        q->timing = (v[1] & Q_TIMING) != 0;
        q->due = (v[1] & Q_DUE) != 0;
        q->nqueue = v[2];
        v = load_queue(k, r, v + 2, &q->first, &q->last, i, 0);
    }
    v = load_until(k, r, v);
    for (uint32_t i = 0; i < k->p->nvalue; i++)
        s->value[i] = (int32_t)*v++;
    uint32_t ghosts = *v++;
    for (uint32_t i = 0; i < ghosts; i++, v += 3) {
        uint32_t g = new_task(s);
        s->task[g] = (struct task){.pc = v[0],
                                   .state = T_GHOST,
                                   .req = NONE,
                                   .parent = NONE,
                                   .group = NONE,
                                   .res = v[1],
                                   .worker = v[2]};
        for (uint32_t w = 0; w < k->p->nword; w++)
            state_words(s, g)[w] = 0;
    }
    pack_run_room(r);
}

/* Those that await: each new one goes to the front of its request's list. */
static void load_awaits(struct pack_run *r, uint32_t req)
{
    struct state *s = &r->s;
    uint32_t rank = 0;
    for (uint32_t t = s->req[req].first_task; t != NONE; t = s->task[t].req_next)
        if (s->task[t].state == T_AWAIT && r->rank[t] > rank)
            rank = r->rank[t];
    for (; rank > 0; rank--)
        for (uint32_t t = s->req[req].first_task; t != NONE; t = s->task[t].req_next)
            if (s->task[t].state == T_AWAIT && r->rank[t] == rank)
                await_enter(s, t);
}

/* An ended child that NEXT is to take, at its rank among those of its fork. */
static void load_done(struct pack_run *r, uint32_t task)
{
    struct state *s = &r->s;
    struct task *x = &s->task[task];
    uint32_t g = group_by_fork(s, x->parent, r->rank[task] >> 16);
    uint32_t *link = &s->group[g].done_first;
    while (*link != NONE && r->rank[*link] < r->rank[task])
        link = &s->task[*link].q_next;
    x->q_next = *link;
    *link = task;
    if (x->q_next == NONE)
        s->group[g].done_last = task;
}

void pack_load(const struct pack *k, const uint32_t *id, struct pack_run *r)
{
    load_clear(k, r);
    for (uint32_t j = 0; j < k->nreq; j++)
        load_request(k, r, j, id[1 + j]);
    load_shared(k, r, id[0]);
    for (uint32_t i = 0; i < r->s.nreq; i++)
        load_awaits(r, i);
    for (uint32_t t = 0; t < r->s.ntask; t++)
        if (r->s.task[t].state == T_DONE && (r->s.task[t].flags & TF_KEEP) && r->rank[t] != 0)
            load_done(r, t);
}
