/* SPDX-License-Identifier: GPL-3.0-or-later */
/* retrace.c - see retrace.h. */
#include "live/retrace.h"
#include "run/draw_name.h"
#include <stdlib.h>
#include <string.h>

enum job_kind { JOB_START, JOB_TURN, JOB_CPU, JOB_CALL };
struct job {
    int64_t at, begun;
    uint64_t number; /* of those at one time the first one given */
    enum job_kind kind;
    uint32_t task;
    bool ok;
    bool strayed; /* it is not in the recording of its request */
    bool dead;    /* taken back */
};
struct doing {       /* what a task does */
    struct job *job; /* that may be taken back */
    uint32_t pc;     /* of its last call */
    struct recorded_step *call;
};
struct retrace {
    struct sim *s;
    const struct prog *p;
    struct recording *rec;
    struct live_report *r;
    const atomic_bool *stop; /* or NULL */
    int64_t now, base;       /* base: where the recording's clock stands at 0 */
    bool based;
    uint32_t heard;             /* the task that has drawn last; NONE: nobody */
    struct recorded_step *step; /* that it is to do until then; NULL: not known */
    int64_t until;
    bool strayed; /* although it should be */
    bool lasts;   /* it had begun, maybe, but not ended when the program did */
    struct job **heap;
    uint32_t nheap, cap_heap;
    uint64_t number;
    struct doing *doing; /* by task */
    uint32_t ndoing;
    struct buf task, name; /* keys */
};

/* ---- jobs ---- */

static bool before(const struct job *a, const struct job *b)
{
    return a->at != b->at ? a->at < b->at : a->number < b->number;
}

static void job_put(struct retrace *x, struct job *j)
{
    x->heap = grow(x->heap, &x->cap_heap, x->nheap + 1, sizeof(struct job *));
    uint32_t i = x->nheap++;
    while (i > 0 && before(j, x->heap[(i - 1) / 2])) {
        x->heap[i] = x->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    x->heap[i] = j;
}

static struct job *job_take(struct retrace *x)
{
    struct job *first = x->heap[0], *last = x->heap[--x->nheap];
    uint32_t i = 0;
    for (;;) {
        uint32_t c = 2 * i + 1;
        if (c + 1 < x->nheap && before(x->heap[c + 1], x->heap[c]))
            c++;
        if (c >= x->nheap || !before(x->heap[c], last))
            break;
        x->heap[i] = x->heap[c];
        i = c;
    }
    x->heap[i] = last;
    return first;
}

static struct doing *doing(struct retrace *x, uint32_t task)
{
    uint32_t n = x->ndoing;
    if (task >= n) {
        x->doing = grow(x->doing, &x->ndoing, task + 1, sizeof *x->doing);
        memset(x->doing + n, 0, (x->ndoing - n) * sizeof *x->doing);
    }
    return &x->doing[task];
}

static void job_give(struct retrace *x, struct job what)
{
    struct job *j = xcalloc(1, sizeof *j);
    *j = what;
    j->number = x->number++;
    j->at = j->at > x->now ? j->at : x->now;
    job_put(x, j);
    if (j->kind == JOB_CALL || j->kind == JOB_CPU)
        doing(x, j->task)->job = j;
}

static void job_do(struct retrace *x, const struct job *j)
{
    switch (j->kind) {
    case JOB_START:
        world_start(x->s, j->task);
        break;
    case JOB_TURN:
        world_turn(x->s, j->task);
        break;
    case JOB_CPU:
        world_burst(x->s, j->task, j->begun);
        break;
    case JOB_CALL:
        world_done(x->s, j->task, j->ok);
        break;
    }
}

/* ---- what was recorded of it ---- */

/* The first that has not happened yet; for a burst of a call, the call. */
static struct recorded_step *unused(struct retrace *x, const struct recorded_request *q, bool call)
{
    uint32_t n;
    struct recorded_step *v =
        recording_steps(x->rec, q, x->task.n ? x->task.s : "", x->name.s + 1, &n);
    while (n > 0 && v->gone < n && v[v->gone].used)
        v->gone++;
    for (uint32_t i = n > 0 ? v->gone : 0; i < n; i++)
        if (!v[i].used && v[i].call == call && (call || !v[i].section))
            return &v[i];
    return NULL;
}

/* Computing after a call is told from computing before one by its place in the program. */
static void find_burst(struct retrace *x, const struct recorded_request *q, uint32_t task,
                       uint32_t pc)
{
    const struct doing *d = doing(x, task);
    if (d->call && pc > d->pc && x->p->mark_of[pc] == x->p->mark_of[d->pc]) {
        x->step = d->call;
        x->until = x->step->end;
    } else if ((x->step = unused(x, q, true))) {
        x->until = x->step->sent;
    }
}

static void find_call(struct retrace *x, const struct recorded_request *q, uint32_t task,
                      uint32_t pc)
{
    struct doing *d = doing(x, task);
    d->pc = pc;
    d->call = x->step = unused(x, q, true);
    if (x->step == NULL)
        return;
    x->step->used = true;
    x->until = x->step->answered;
}

static void find_own(struct retrace *x, const struct recorded_request *q)
{
    x->step = unused(x, q, false);
    if (x->step == NULL)
        return;
    x->step->used = true;
    x->until = x->step->end;
}

/* Nothing is known of what came after it. */
static bool has_end(const struct retrace *x)
{
    return x->based && x->rec->end > 0;
}

static int64_t end_of_all(const struct retrace *x)
{
    return has_end(x) ? x->rec->end - x->base : INT64_MAX;
}

static void find_step(struct retrace *x, uint32_t task, uint32_t pc)
{
    const struct recorded_request *q = recording_find(x->rec, draw_name_request(x->s, task));
    if (q == NULL || !x->based) {
        x->lasts = has_end(x);
        return;
    }
    buf_clear(&x->task);
    buf_clear(&x->name);
    draw_name_task(&x->task, x->s, task);
    draw_name_step(&x->name, x->p, pc);
    uint8_t code = x->p->op[pc].code;
    if (code == OP_CALL)
        find_call(x, q, task, pc);
    else if (x->p->mark[x->p->mark_of[pc]].verb == VERB_CALL)
        find_burst(x, q, task, pc);
    else
        find_own(x, q);
    x->r->steps++;
    x->lasts = q->open && x->step == NULL;
    x->strayed = !q->open && x->step == NULL;
}

/* Is it recorded under a name of its own?  Pauses before another attempt are not. */
static bool is_named(const struct prog *p, uint32_t pc)
{
    uint8_t code = p->op[pc].code;
    if (p->mark_of[pc] == NONE)
        return false;
    return code == OP_CALL || code == OP_CPU ||
           (code == OP_PAUSE && p->mark[p->mark_of[pc]].verb == VERB_WAIT);
}

static void on_drawn(void *ctx, const struct sim *s, uint32_t task, uint32_t pc, double value,
                     bool well)
{
    struct retrace *x = ctx;
    (void)s, (void)value, (void)well;
    x->heard = task;
    x->step = NULL;
    x->strayed = x->lasts = false;
    if (is_named(x->p, pc))
        find_step(x, task, pc);
}

static void on_arrived(void *ctx, struct sim_request id, int64_t now)
{
    struct retrace *x = ctx;
    const struct recorded_request *q = x->based ? NULL : recording_find(x->rec, id);
    if (q == NULL)
        return;
    x->rec->begin = x->base = q->arrival - now;
    x->based = true;
}

/* Who hands out heard later than the model that another one was over. */
static uint32_t on_worker(void *ctx, struct sim_request id, uint32_t worker)
{
    const struct retrace *x = ctx;
    const struct recorded_request *q = recording_find(x->rec, id);
    bool told = q && q->worker > 0 && q->worker <= x->p->workers;
    return told ? q->worker - 1 : worker;
}

/* Its client may have been slower than the model's, for whom no time goes by between two steps.  Of
 * those that are not recorded nobody knows; but they took some. */
static int64_t on_again(void *ctx, struct sim_request id, int64_t at)
{
    enum { SPINS = 100, SOME = 10000 };
    const struct retrace *x = ctx;
    const struct recorded_request *q = x->based ? recording_find(x->rec, id) : NULL;
    int64_t came = sim_spin(x->s) < SPINS ? at : at + SOME;
    if (q)
        came = q->arrival - x->base;
    else if (has_end(x))
        came = end_of_all(x) + 1;
    return came > at ? came : at;
}

/* When the task is to be through with what it has just drawn. */
static int64_t end_of(struct retrace *x, uint32_t task, int64_t ns)
{
    bool heard = x->heard == task;
    x->heard = NONE;
    if (heard && x->lasts)
        return end_of_all(x) + 1;
    return heard && x->step ? x->until - x->base : x->now + ns;
}

/* When the task did its first step that is still to come; a section is begun once. */
static int64_t begin_of(struct retrace *x, uint32_t task)
{
    const struct recorded_request *q = recording_find(x->rec, draw_name_request(x->s, task));
    struct recorded_step *first = NULL;
    uint32_t n = 0;
    buf_clear(&x->task);
    draw_name_task(&x->task, x->s, task);
    struct recorded_step *v =
        q && x->based ? recording_steps(x->rec, q, x->task.n ? x->task.s : "", NULL, &n) : NULL;
    for (uint32_t i = 0; i < n; i++)
        if (!v[i].used && (!first || v[i].begin < first->begin))
            first = &v[i];
    if (first == NULL)
        return x->now;
    first->used = first->section;
    return first->begin - x->base;
}

/* ---- what the simulator asks ---- */

static void on_start(void *ctx, uint32_t task, uint32_t thread, bool fresh)
{
    struct retrace *x = ctx;
    (void)thread, (void)fresh;
    job_give(x, (struct job){.kind = JOB_START, .task = task, .at = begin_of(x, task)});
}

static void on_turn(void *ctx, uint32_t loop)
{
    struct retrace *x = ctx;
    job_give(x, (struct job){.kind = JOB_TURN, .task = loop, .at = x->now});
}

static void on_work(void *ctx, const struct world_call *c)
{
    struct retrace *x = ctx;
    bool heard = x->heard == c->task, failed = heard && x->step && x->step->failed;
    bool strayed = heard && x->strayed;
    x->r->calls += c->service != NULL;
    job_give(x, (struct job){.kind = JOB_CALL,
                             .task = c->task,
                             .strayed = strayed,
                             .at = end_of(x, c->task, c->ns),
                             .ok = c->ok && !failed});
}

static void on_unwork(void *ctx, uint32_t task)
{
    struct retrace *x = ctx;
    struct doing *d = doing(x, task);
    if (d->job)
        d->job->dead = true;
    d->job = NULL;
}

/* It had to wait for a core as long as it took longer than it computed. */
static void on_cpu(void *ctx, uint32_t task, enum world_by by, uint32_t on, int64_t ns)
{
    struct retrace *x = ctx;
    (void)by, (void)on;
    bool strayed = x->strayed && x->heard == task;
    int64_t end = end_of(x, task, ns), begun = end - ns;
    job_give(x, (struct job){.kind = JOB_CPU,
                             .task = task,
                             .strayed = strayed,
                             .at = end,
                             .begun = begun > x->now ? begun : x->now});
}

/* ---- the run ---- */

static void next_job(struct retrace *x)
{
    struct job *j = job_take(x);
    if ((j->kind == JOB_CALL || j->kind == JOB_CPU) && doing(x, j->task)->job == j)
        doing(x, j->task)->job = NULL;
    if (!j->dead) {
        x->r->strayed += j->strayed;
        job_do(x, j);
    }
    free(j);
}

/* One by one; false: there is no other one. */
static bool next_request(struct retrace *x, uint64_t number)
{
    const struct recorded_request *q = recording_find(x->rec, (struct sim_request){0, 0, number});
    int64_t at = q && x->based ? q->arrival - x->base : x->now;
    if (q == NULL && has_end(x))
        return false;
    if (at < x->now) /* here calls that nobody waits for any more go on between two requests */
        x->base -= x->now - at;
    x->now = at > x->now ? at : x->now;
    world_clock(x->s, x->now);
    world_request(x->s, number);
    return true;
}

struct patience { /* jobs without a finished request, before somebody looks */
    uint64_t finished, jobs, most;
};

/* Others may come for ever while some stand still. */
static bool some_stuck(const struct retrace *x, struct patience *p)
{
    if (world_finished(x->s) != p->finished)
        *p = (struct patience){world_finished(x->s), 0, 256};
    if (++p->jobs < p->most)
        return false;
    p->most *= 2;
    return world_stuck(x->s);
}

/* What happens next: a job of ours, or what is the simulator's own. */
static void do_next(struct retrace *x, bool job, int64_t at)
{
    x->now = at > x->now ? at : x->now;
    world_clock(x->s, x->now);
    if (job)
        next_job(x);
}

/* Some may stand still while others went on; without those that were open nobody knows. */
static enum sim_end how_it_ends(const struct retrace *x)
{
    return has_end(x) && world_stuck(x->s) ? SIM_DEADLOCK : SIM_MORE;
}

static enum sim_end go(struct retrace *x, bool load, uint64_t n)
{
    enum sim_end end;
    uint64_t asked = 0;
    struct patience p = {.most = 256};
    if (load)
        world_load(x->s, n);
    for (int64_t next = world_pump(x->s, &end); end == SIM_MORE; next = world_pump(x->s, &end)) {
        if (load && world_finished(x->s) >= n)
            return how_it_ends(x);
        if (x->stop && atomic_load_explicit(x->stop, memory_order_relaxed))
            return SIM_STOPPED;
        if (some_stuck(x, &p))
            return SIM_DEADLOCK;
        bool job = x->nheap > 0 && x->heap[0]->at <= next;
        int64_t at = job ? x->heap[0]->at : next;
        if (at < INT64_MAX && at > end_of_all(x))
            return how_it_ends(x);
        if (at < INT64_MAX)
            do_next(x, job, at);
        else if (!world_idle(x->s))
            return SIM_DEADLOCK;
        else if (load || asked == n || !next_request(x, asked++))
            return SIM_MORE;
    }
    return end;
}

static int by_end(const void *a, const void *b)
{
    const struct record *x = a, *y = b;
    int64_t s = x->arrival + x->duration, t = y->arrival + y->duration;
    return (s > t) - (s < t);
}

/* As they were recorded, in the order in which they were over. */
static void put_records(struct retrace *x)
{
    const struct recording *rec = x->rec;
    struct record *v = xcalloc(rec->nended + 1u, sizeof *v);
    uint32_t n = 0;
    for (uint32_t i = 0; i < rec->nrequest; i++) {
        const struct recorded_request *q = &rec->request[i];
        if (q->open)
            continue;
        v[n++] = (struct record){.arrival = q->arrival - rec->begin,
                                 .latency = q->latency,
                                 .duration = q->duration,
                                 .status = q->status,
                                 .cls = q->id.cls,
                                 .ordinal = q->id.ordinal};
    }
    if (n > 0)
        qsort(v, n, sizeof *v, by_end);
    world_records(x->s, v, n);
    free(v);
}

enum sim_end retrace(struct sim *s, bool load, uint64_t n, struct recording *rec,
                     const atomic_bool *stop, struct live_report *r)
{
    bool late = stop && atomic_load(stop); /* what was recorded until then is wanted */
    struct retrace x = {
        .s = s, .p = world_prog(s), .rec = rec, .r = r, .stop = late ? NULL : stop, .heard = NONE};
    struct sim_ear ear = {&x, on_arrived, on_drawn, NULL};
    struct world world = {.ctx = &x,
                          .gil = true,
                          .ear = &ear,
                          .start = on_start,
                          .turn = on_turn,
                          .work = on_work,
                          .unwork = on_unwork,
                          .cpu = on_cpu,
                          .worker = on_worker,
                          .again = on_again};
    world_attach(s, &world);
    enum sim_end end = go(&x, load, n);
    world_end(s, end);
    put_records(&x);
    while (x.nheap > 0)
        free(job_take(&x));
    free(x.heap);
    free(x.doing);
    buf_free(&x.task);
    buf_free(&x.name);
    return end;
}
