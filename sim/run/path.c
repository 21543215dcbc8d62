/* SPDX-License-Identifier: GPL-3.0-or-later */
/* path.c - the recorder: what each task of a traced request did last, and why; see path.h. */
#include "run/path.h"
#include "run/critical.h"
#include "run/path_impl.h"
#include <stdlib.h>
#include <string.h>

/* ---- life ---- */

static struct path_holder *holders_new(size_t n)
{
    struct path_holder *h = xcalloc(n + 1, sizeof *h);
    for (size_t i = 0; i < n; i++)
        h[i].log = NONE;
    return h;
}

struct path *path_new(const struct prog *p, const int64_t *now, bool full)
{
    struct path *x = xcalloc(1, sizeof *x);
    x->p = p;
    x->now = now;
    x->keep = full;
    x->smooth = p->cls[0].load == NULL && critical_smooth(p);
    x->free_log = NONE;
    x->instance = holders_new(p->ninstance);
    x->loop = holders_new(p->workers);
    x->gil = holders_new(p->workers);
    x->core = holders_new(p->cores);
    x->runs = xcalloc(p->workers + 1u, sizeof *x->runs);
    for (uint32_t w = 0; w < p->workers; w++)
        x->runs[w] = NONE;
    x->time = xcalloc(path_rows(p) + 1u, sizeof *x->time);
    x->seen = xcalloc(path_rows(p) + 1u, sizeof *x->seen);
    return x;
}

void path_free(struct path *x)
{
    if (x == NULL)
        return;
    for (uint32_t i = 0; i < x->nlog; i++) {
        free(x->log[i].v);
        free(x->log[i].timer);
        full_free(x->log[i].full);
        slack_free(x->log[i].slack);
    }
    path_account_free(&x->account);
    free(x->log);
    free(x->log_of);
    free(x->task);
    free(x->instance);
    free(x->loop);
    free(x->gil);
    free(x->core);
    free(x->runs);
    free(x->time);
    free(x->seen);
    free(x);
}

const struct path_account *path_walked(const struct path *x)
{
    return &x->account;
}

static struct path_task *task_slot(struct path *x, uint32_t task)
{
    if (task >= x->ntask) {
        uint32_t old = x->ntask;
        x->task = grow(x->task, &x->ntask, task + 1, sizeof *x->task);
        for (uint32_t i = old; i < x->ntask; i++)
            x->task[i].log = NONE;
    }
    return &x->task[task];
}

static uint32_t log_new(struct path *x)
{
    uint32_t i = x->free_log;
    if (i != NONE) {
        x->free_log = x->log[i].next;
    } else {
        uint32_t old = x->cap_log;
        x->log = grow(x->log, &x->cap_log, x->nlog + 1, sizeof *x->log);
        if (x->cap_log > old)
            memset(x->log + old, 0, (x->cap_log - old) * sizeof *x->log);
        i = x->nlog++;
    }
    struct path_log *l = &x->log[i];
    l->n = l->ntimer = l->lanes = 0;
    l->free_timer = NONE;
    l->lost = false;
    return i;
}

/* Whoever still belongs to it is not followed any more. */
void path_drop(struct path *x, uint32_t i)
{
    x->log_of[x->log[i].req] = NONE;
    if (x->log[i].full != NULL)
        return;
    x->log[i].serial++;
    x->log[i].next = x->free_log;
    x->free_log = i;
}

/* ---- segments ---- */

uint32_t path_push(struct path_task *t, struct path_log *l, struct path_segment s)
{
    if (s.start == s.end)
        return t->last;
    if (l->n >= LOG_MOST) {
        l->lost = true;
        return t->last;
    }
    if (l->n == l->cap)
        l->v = grow(l->v, &l->cap, l->n + 1, sizeof *l->v);
    check_that(l->v[s.prev].end == s.start && s.start < s.end);
    s.lane = t->lane;
    l->v[l->n] = s;
    if (l->full != NULL)
        full_part(l->full, t, &s, l->n);
    return t->last = l->n++;
}

/* Whoever goes on without a reason that is known here, has waited for something else. */
uint32_t path_now(struct path *x, struct path_task *t, struct path_log *l)
{
    const struct path_segment *s = &l->v[t->last];
    return path_push(
        t, l,
        (struct path_segment){
            .start = s->end, .end = *x->now, .prev = t->last, .mark = NONE, .kind = PATH_OTHER});
}

struct path_holder path_holder_of(struct path *x, uint32_t task)
{
    struct path_log *l = path_log_of(x, task);
    if (l == NULL)
        return (struct path_holder){.log = NONE};
    struct path_task *t = &x->task[task];
    if (l->v[t->last].end != *x->now)
        return (struct path_holder){.log = NONE};
    return (struct path_holder){.log = t->log, .serial = t->serial, .segment = t->last};
}

void path_waited(struct path *x, uint32_t task, const struct path_holder *h, int64_t since,
                 enum path_kind kind, uint32_t id)
{
    struct path_log *l = path_log_of(x, task);
    if (l == NULL || since == *x->now)
        return;
    struct path_task *t = &x->task[task];
    bool own = h->log == t->log && h->serial == t->serial && l->v[h->segment].end == *x->now;
    struct path_segment s = {.start = since,
                             .end = *x->now,
                             .prev = t->last,
                             .mark = NONE,
                             .kind = kind,
                             .id = id & 0xffffff};
    if (!own)
        path_push(t, l, s);
    else if (l->full != NULL)
        full_part(l->full, t, &s, NONE);
    if (own)
        t->last = h->segment;
}

/* ---- tasks ---- */

void path_untraced(struct path *x, uint32_t task)
{
    task_slot(x, task)->log = NONE;
}

void path_request(struct path *x, uint32_t task, uint32_t req, struct path_root root)
{
    uint32_t i = log_new(x);
    struct path_log *l = &x->log[i];
    struct path_task *t = task_slot(x, task);
    if (req >= x->nreq) {
        uint32_t old = x->nreq;
        x->log_of = grow(x->log_of, &x->nreq, req + 1, sizeof *x->log_of);
        for (uint32_t k = old; k < x->nreq; k++)
            x->log_of[k] = NONE;
    }
    x->log_of[req] = i;
    l->req = req;
    l->id = root.id;
    l->full = x->keep ? full_new(root.id, root.cls) : NULL;
    if (l->full != NULL)
        full_lane(l->full, root.body, 0);
    slack_begin(x, l);
    *t = (struct path_task){
        .log = i, .serial = l->serial, .timers = NONE, .top = NONE, .lane = l->lanes++};
    if (l->n == l->cap)
        l->v = grow(l->v, &l->cap, 1, sizeof *l->v);
    l->v[l->n++] = (struct path_segment){
        .start = *x->now, .end = *x->now, .prev = NONE, .mark = NONE, .kind = PATH_ORIGIN};
    l->over = 0;
}

void path_child(struct path *x, uint32_t task, uint32_t parent, uint32_t body, uint32_t copy)
{
    struct path_task *t = task_slot(x, task);
    struct path_log *l = path_log_of(x, parent);
    if (l == NULL) {
        t->log = NONE;
        return;
    }
    struct path_task *from = &x->task[parent];
    *t = (struct path_task){.log = from->log,
                            .serial = from->serial,
                            .timers = NONE,
                            .last = path_now(x, from, l),
                            .top = from->top,
                            .lane = l->lanes++};
    if (l->full != NULL)
        full_lane(l->full, body, copy);
}

void path_over(struct path *x, uint32_t task, uint32_t group)
{
    struct path_log *l = path_log_of(x, task);
    if (l == NULL)
        return;
    l->over = path_now(x, &x->task[task], l);
    slack_ended(l, group, task, l->over);
}

/* ---- timeouts ---- */

static uint32_t *timer_link(struct path_log *l, struct path_task *t, uint32_t word)
{
    uint32_t *link = &t->timers;
    while (*link != NONE && l->timer[*link].word != word)
        link = &l->timer[*link].next;
    return link;
}

void path_timer(struct path *x, uint32_t task, uint32_t word, uint32_t pc)
{
    struct path_log *l = path_log_of(x, task);
    if (l == NULL)
        return;
    struct path_task *t = &x->task[task];
    uint32_t i = *timer_link(l, t, word); /* one that fired too late is still there */
    if (i == NONE) {
        i = l->free_timer;
        if (i != NONE) {
            l->free_timer = l->timer[i].next;
        } else {
            if (l->ntimer == l->cap_timer)
                l->timer = grow(l->timer, &l->cap_timer, l->ntimer + 1, sizeof *l->timer);
            i = l->ntimer++;
        }
        l->timer[i].next = t->timers;
        t->timers = i;
    }
    l->timer[i].word = word;
    l->timer[i].start = *x->now;
    l->timer[i].prev = path_now(x, t, l);
    l->timer[i].mark = x->p->mark_of[pc];
}

void path_untimer(struct path *x, uint32_t task, uint32_t word)
{
    struct path_log *l = path_log_of(x, task);
    if (l == NULL)
        return;
    uint32_t *link = timer_link(l, &x->task[task], word), i = *link;
    if (i == NONE)
        return;
    *link = l->timer[i].next;
    l->timer[i].next = l->free_timer;
    l->free_timer = i;
}

static void timeout_fired(struct path *x, struct path_task *t, struct path_log *l, uint32_t word)
{
    uint32_t i = *timer_link(l, t, word);
    if (i == NONE) {
        path_now(x, t, l);
        return;
    }
    struct path_timer timer = l->timer[i];
    t->last = timer.prev;
    path_push(t, l,
              (struct path_segment){.start = timer.start,
                                    .end = *x->now,
                                    .prev = timer.prev,
                                    .mark = timer.mark,
                                    .kind = PATH_TIMEOUT});
}

/* The wait that is over now: for tasks, or something that is cut short. */
static void wait_shown(struct path *x, struct path_task *t, struct path_log *l, bool timeout)
{
    int64_t since = l->v[t->last].end;
    if (t->open != OPEN_NOT)
        full_cut(l->full, t, *x->now, timeout);
    else if (!t->burst.running && since < *x->now)
        full_span(l->full, (struct path_span){.kind = PATH_JOIN,
                                              .mark = NONE,
                                              .lane = t->lane,
                                              .parent = t->top,
                                              .start = since,
                                              .end = *x->now,
                                              .failed = timeout});
}

void path_wake(struct path *x, uint32_t task, uint32_t by, uint32_t word)
{
    struct path_log *l = path_log_of(x, task);
    if (l == NULL)
        return;
    struct path_task *t = &x->task[task];
    if (l->full != NULL)
        wait_shown(x, t, l, by == NONE);
    t->cut_open = t->open;
    t->cut_running = t->burst.running;
    t->cut_last = t->last;
    t->open = OPEN_NOT;
    t->burst.running = false;
    if (by == NONE) {
        timeout_fired(x, t, l, word);
        path_untimer(x, task, word);
        return;
    }
    const struct path_log *other = path_log_of(x, by);
    if (other == l)
        t->last = path_now(x, &x->task[by], l);
    else if (t->cut_open == OPEN_UNTIL)
        path_push(t, l,
                  (struct path_segment){.start = t->since,
                                        .end = *x->now,
                                        .prev = t->last,
                                        .mark = t->mark,
                                        .kind = PATH_UNTIL});
}

/* ---- waits ---- */

static struct path_task *open_wait(struct path *x, uint32_t task, enum open_wait what)
{
    struct path_log *l = path_log_of(x, task);
    if (l == NULL)
        return NULL;
    struct path_task *t = &x->task[task];
    path_now(x, t, l);
    t->open = (uint8_t)what;
    t->since = *x->now;
    return t;
}

void path_until(struct path *x, uint32_t task, uint32_t mark)
{
    struct path_task *t = open_wait(x, task, OPEN_UNTIL);
    if (t)
        t->mark = mark;
}

static enum path_kind work_kind(const struct prog *p, uint32_t pc)
{
    uint32_t mark = p->mark_of[pc];
    if (p->op[pc].code == OP_CALL)
        return PATH_LATENCY;
    if (p->op[pc].code == OP_PAUSE)
        return mark != NONE && p->mark[mark].verb == VERB_CALL ? PATH_HEDGE : PATH_PAUSE;
    return PATH_BACKOFF;
}

void path_work(struct path *x, uint32_t task, uint32_t pc, int64_t ns)
{
    struct path_task *t = open_wait(x, task, OPEN_WORK);
    if (t == NULL)
        return;
    t->kind = (uint8_t)work_kind(x->p, pc);
    t->mark = x->p->mark_of[pc];
    t->own = ns;
    t->res = x->p->op[pc].code == OP_CALL ? x->p->call[x->p->op[pc].a].res : NONE;
    t->burst.running = false;
}

/* The end of a call or pause, or its being cut off. */
static void work_close(struct path *x, uint32_t task)
{
    struct path_log *l = path_log_of(x, task);
    if (l == NULL || x->task[task].open != OPEN_WORK)
        return;
    struct path_task *t = &x->task[task];
    t->open = OPEN_NOT;
    int64_t own = *x->now - t->since;
    if (t->own < own) { /* a service that shares itself took longer */
        own = t->own;
        path_push(t, l,
                  (struct path_segment){.start = t->since,
                                        .end = *x->now - own,
                                        .prev = t->last,
                                        .mark = NONE,
                                        .kind = PATH_QUEUE,
                                        .id = t->res & 0xffffff});
    }
    path_push(t, l,
              (struct path_segment){.start = *x->now - own,
                                    .end = *x->now,
                                    .prev = t->last,
                                    .mark = t->mark,
                                    .kind = t->kind});
}

void path_unwork(struct path *x, uint32_t task)
{
    work_close(x, task);
}

void path_done(struct path *x, uint32_t task)
{
    work_close(x, task);
}

void path_ghost(struct path *x, uint32_t task, uint32_t ghost)
{
    struct path_task *to = task_slot(x, ghost);
    to->log = NONE;
    if (path_log_of(x, task) != NULL) {
        *to = x->task[task];
        to->timers = NONE;
        to->open = to->cut_open;
        to->last = to->cut_last;
        to->burst.running = to->cut_running;
    }
}

void path_queue(struct path *x, uint32_t task)
{
    open_wait(x, task, OPEN_QUEUE);
}

static uint32_t kind_of_res(const struct prog *p, uint32_t res)
{
    enum res_kind k = p->res[res].kind;
    return k == RES_POOL || k == RES_SERVER ? PATH_THREAD : PATH_QUEUE;
}

/* Refused after a while, or cut off without a word. */
void path_unqueue(struct path *x, uint32_t task, uint32_t res)
{
    static const struct path_holder nobody = {.log = NONE};
    struct path_log *l = path_log_of(x, task);
    if (l == NULL || x->task[task].open != OPEN_QUEUE)
        return;
    x->task[task].open = OPEN_NOT;
    path_waited(x, task, &nobody, x->task[task].since, kind_of_res(x->p, res), res);
}

void path_take(struct path *x, uint32_t task, uint32_t instance, uint32_t res)
{
    struct path_log *l = path_log_of(x, task);
    if (l == NULL || x->task[task].open != OPEN_QUEUE)
        return;
    x->task[task].open = OPEN_NOT;
    path_waited(x, task, &x->instance[instance], x->task[task].since, kind_of_res(x->p, res), res);
}

void path_release(struct path *x, uint32_t task, uint32_t instance)
{
    x->instance[instance] = path_holder_of(x, task);
}

/* ---- the loop ---- */

void path_ready(struct path *x, uint32_t task)
{
    open_wait(x, task, OPEN_LOOP);
}

void path_unready(struct path *x, uint32_t task)
{
    static const struct path_holder nobody = {.log = NONE};
    if (path_log_of(x, task) == NULL || x->task[task].open != OPEN_LOOP)
        return;
    x->task[task].open = OPEN_NOT;
    path_waited(x, task, &nobody, x->task[task].since, PATH_LOOP, 0);
}

void path_turn(struct path *x, uint32_t task, uint32_t loop)
{
    x->runs[loop] = task;
    if (path_log_of(x, task) == NULL || x->task[task].open != OPEN_LOOP)
        return;
    x->task[task].open = OPEN_NOT;
    path_waited(x, task, &x->loop[loop], x->task[task].since, PATH_LOOP, 0);
}

void path_left(struct path *x, uint32_t loop)
{
    x->loop[loop] = path_holder_of(x, x->runs[loop]);
    x->runs[loop] = NONE;
}

/* ---- the end ---- */

void path_end(struct path *x, struct path_log *l, uint32_t last)
{
    path_walk(x, l, last);
    slack_walk(x, l, last);
    if (l->full != NULL && !l->lost)
        full_path(l->full, l, last);
}

void path_respond(struct path *x, uint32_t task, uint32_t req, int32_t status)
{
    struct path_log *l = path_log_of(x, task);
    if (l == NULL || (l->full != NULL && l->full->latency >= 0))
        return;
    path_end(x, l, path_now(x, &x->task[task], l));
    if (l->full == NULL)
        path_drop(x, x->log_of[req]);
    else
        l->full->status = status;
}

/* Not answered (else there is no log any more): its end is that of the task that ended last. */
void path_request_over(struct path *x, uint32_t req)
{
    if (req >= x->nreq || x->log_of[req] == NONE)
        return;
    struct path_log *l = &x->log[x->log_of[req]];
    bool answered = l->full != NULL && l->full->latency >= 0;
    if (!answered && !l->lost && l->v[l->over].end == *x->now)
        path_end(x, l, l->over);
    if (l->full != NULL)
        l->full->duration = *x->now - l->v[0].end;
    path_drop(x, x->log_of[req]);
}
