/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flow.c - the moves of programs that only flow; see flow.h.
 *
 * Each function does what the one of core/step does whose name stands in its comment, as far as it
 * matters here, with what the simulator does upon its effects (sim_effect.c, sim_path.c). */
#include "run/flow.h"
#include "run/flow_impl.h"
#include "run/path.h"
#include "run/path_impl.h"
#include "run/sim_event.h"
#include <string.h>

/* ---- life ---- */

struct flow *flow_new(const struct prog *p, const struct sim_opt *o)
{
    struct flow *f = xcalloc(1, sizeof *f);
    f->p = p;
    f->free_task = f->free_req = NONE;
    f->run = f->loop = (struct flow_line){NONE, NONE};
    if (!flow_plan(f, o)) {
        flow_free(f);
        return NULL;
    }
    f->queue = xcalloc(p->ninstance + 1u, sizeof *f->queue);
    for (uint32_t i = 0; i < p->nres; i++)
        f->queue[p->res[i].base] =
            (struct flow_queue){.free = p->res[i].size, .line = {NONE, NONE}, .res = i};
    return f;
}

void flow_free(struct flow *f)
{
    if (f == NULL)
        return;
    flow_plan_free(f);
    free(f->task);
    free(f->req);
    free(f->draw);
    free(f->queue);
    free(f->enter);
    free(f->busy);
    free(f);
}

static inline void line_put(struct flow *f, struct flow_line *l, uint32_t task)
{
    f->task[task].next = NONE;
    if (l->first == NONE)
        l->first = task;
    else
        f->task[l->last].next = task;
    l->last = task;
}

static inline uint32_t line_take(struct flow *f, struct flow_line *l)
{
    uint32_t task = l->first;
    l->first = f->task[task].next;
    return task;
}

/* task_slot() */
static inline uint32_t task_slot(struct flow *f)
{
    uint32_t i = f->free_task;
    if (i != NONE) {
        f->free_task = f->task[i].next;
        return i;
    }
    if (f->ntask == f->cap_task) {
        f->task = grow(f->task, &f->cap_task, f->ntask + 1, sizeof *f->task);
        f->enter = xrealloc(f->enter, (size_t)f->cap_task * f->p->ndepth + 1, sizeof *f->enter);
    }
    return f->ntask++;
}

/* request_slot() */
static inline uint32_t req_slot(struct flow *f)
{
    uint32_t i = f->free_req;
    if (i != NONE) {
        f->free_req = f->req[i].next;
        return i;
    }
    if (f->nreq == f->cap_req) {
        f->req = grow(f->req, &f->cap_req, f->nreq + 1, sizeof *f->req);
        f->draw = xrealloc(f->draw, (size_t)f->cap_req * f->most + 1, sizeof *f->draw);
    }
    return f->nreq++;
}

const struct loc *flow_place(const struct sim *s)
{
    const struct flow *f = s->flow;
    for (uint32_t i = 0; i < f->ntask; i++)
        if (f->task[i].state == FLOW_WORK)
            return &f->p->where[f->task[i].pc];
    return NULL;
}

/* ---- going on ---- */

/* No event is left at this instant: it is the turn of what became possible. */
static inline bool events_over(const struct sim *s)
{
    return s->due.time > s->now && (s->nheap == 0 || s->heap[0].time > s->now);
}

/* Nothing else happens at this instant: there is no order to be kept. */
static inline bool quiet(const struct sim *s)
{
    const struct flow *f = s->flow;
    return s->soon.n == 0 && f->loop.first == NONE && f->run.first == NONE && events_over(s);
}

/* loop_enqueue() */
static inline void loop_put(struct sim *s, uint32_t task)
{
    struct flow *f = s->flow;
    line_put(f, &f->loop, task);
    if (!f->loop_posted) {
        f->loop_posted = true;
        ring_put(&s->soon, (struct now){NOW_LOOP, 0, 0});
    }
}

static inline void task_on(struct sim *s, uint32_t task)
{
    if (s->flow->task[task].mode == FLOW_LOOP)
        loop_put(s, task);
    else
        line_put(s->flow, &s->flow->run, task);
}

/* thread_assign() */
static inline void thread_start(struct sim *s, uint32_t task)
{
    s->st.threads++;
    ring_put(&s->soon, (struct now){NOW_START, task, 0});
}

/* ---- queues ---- */

static inline void queue_post(struct sim *s, uint32_t inst)
{
    struct flow_queue *q = &s->flow->queue[inst];
    if (q->line.first != NONE && q->free > 0 && !q->posted) {
        q->posted = true;
        ring_put(&s->soon, (struct now){NOW_GRANT, inst, 0});
    }
}

/* FX_TAKE of one unit */
static inline void queue_taken(struct sim *s, uint32_t inst, uint32_t task, bool queued)
{
    struct flow_queue *q = &s->flow->queue[inst];
    q->free--;
    if (s->follow)
        path_take(s->path, task, inst, q->res);
    account_wait(s, q->res, queued ? s->now - s->flow->task[task].waiting : 0);
    account_row(s, q->res, 1, queued ? -1 : 0);
}

/* Takes a unit, or queues for it. */
static inline bool queue_seek(struct sim *s, uint32_t inst, uint32_t task)
{
    struct flow *f = s->flow;
    struct flow_queue *q = &f->queue[inst];
    if (q->line.first == NONE && q->free > 0) {
        queue_taken(s, inst, task, false);
        return true;
    }
    line_put(f, &q->line, task);
    if (s->follow)
        path_queue(s->path, task);
    f->task[task].waiting = s->now;
    account_row(s, q->res, 0, 1);
    return false;
}

/* res_release(), by `task` */
static inline void queue_release(struct sim *s, uint32_t inst, uint32_t task)
{
    struct flow_queue *q = &s->flow->queue[inst];
    q->free++;
    if (s->follow)
        path_release(s->path, task, inst);
    account_row(s, q->res, -1, 0);
    queue_post(s, inst);
}

/* ---- tasks ---- */

/* FX_LEAVE */
static void step_left(struct sim *s, uint32_t task, uint32_t mark, int64_t ns)
{
    if (s->follow && path_slacks(s->path))
        path_leave(s->path, task, mark, 0);
    account_left(s, mark, ns);
}

/* Where the task really goes on: past marks, which only a traced one heeds, and jumps. */
static inline uint32_t marks_pass(struct sim *s, uint32_t task, uint32_t pc)
{
    const struct flow *f = s->flow;
    const struct op *op = s->p->op;
    int64_t *enter = &f->enter[(size_t)task * s->p->ndepth];
    uint32_t to = f->skip[pc];
    while (f->task[task].traced && pc != to) {
        const struct op *o = &op[pc];
        if (o->code == OP_ENTER)
            enter[o->b] = s->now;
        else if (o->code == OP_LEAVE)
            step_left(s, task, o->a, s->now - enter[o->b]);
        pc = o->code == OP_JUMP ? o->c : pc + 1;
    }
    return to;
}

static void fail_negative(struct sim *s, uint32_t pc)
{
    sim_fail(s, s->p->where[pc], "this duration came out negative");
}

/* FX_WORK */
static inline void work_begin(struct sim *s, uint32_t task)
{
    struct flow *f = s->flow;
    struct flow_task *t = &f->task[task];
    int64_t ns = f->draw[(size_t)t->req * f->most + t->base + f->leaf_of[t->pc]];
    t->state = FLOW_WORK;
    if (ns < 0) {
        fail_negative(s, t->pc);
        ns = 0;
    }
    if (t->traced) {
        int64_t *work = &f->req[t->req].work;
        t->path = t->path < SIM_TIME_MAX ? t->path + ns : SIM_TIME_MAX;
        *work = *work < SIM_TIME_MAX ? *work + ns : SIM_TIME_MAX;
    }
    if (s->follow)
        path_work(s->path, task, t->pc, ns);
    event_push(s, (struct ev){s->now + ns, event_key(s, CL_COMPLETION) | task});
}

/* task_new() and FX_BEGIN */
static uint32_t child_new(struct sim *s, uint32_t parent, const struct op *o)
{
    struct flow *f = s->flow;
    uint32_t i = task_slot(f), pc = f->task[parent].pc;
    struct flow_task *t = &f->task[i], *up = &f->task[parent];
    uint32_t copy = up->made++;
    *t = (struct flow_task){.pc = f->p->body[o->b].pc,
                            .parent = parent,
                            .req = up->req,
                            .base = up->base + f->leaf_of[pc] + copy * f->stride[pc],
                            .mode = up->mode,
                            .traced = up->traced,
                            .path = up->path};
    s->st.live++;
    if (s->follow)
        path_child(s->path, i, parent, o->b, copy);
    return i;
}

/* A child of one call, beside others of one call: it may begin before its parent waits for it. */
static inline void leaf_begin(struct sim *s, uint32_t task)
{
    struct flow_task *t = &s->flow->task[task];
    if (t->mode == FLOW_THREAD) {
        s->st.threads++;
        s->acc.events++;
    }
    t->pc = marks_pass(s, task, t->pc);
    work_begin(s, task);
}

/* op_fork(); true: the task goes on */
static bool fork_one(struct sim *s, uint32_t task, const struct op *o)
{
    struct flow *f = s->flow;
    if (s->st.live >= STATE_MAX_TASKS) {
        sim_fail_crowd(s, s->p->where[f->task[task].pc]);
        return false;
    }
    uint32_t c = child_new(s, task, o);
    struct flow_task *t = &f->task[task];
    if (o->flags & OPF_INPLACE) {
        f->task[c].mode = FLOW_INPLACE;
        line_put(f, &f->run, c);
        return false;
    }
    t->pc++;
    if (f->leaves[o->a] && quiet(s))
        leaf_begin(s, c);
    else if (t->mode == FLOW_LOOP)
        loop_put(s, c);
    else
        thread_start(s, c);
    return true;
}

/* OP_GROUP */
static inline void group_begin(struct sim *s, uint32_t task, const struct op *o)
{
    struct flow_task *t = &s->flow->task[task];
    t->made = 0;
    t->left = s->flow->want[o->a];
    if (t->traced && s->follow && path_slacks(s->path))
        path_group(s->path, task, task);
    t->most = 0;
}

/* OP_JOIN; true: the task goes on */
static inline bool group_join(struct sim *s, uint32_t task)
{
    struct flow_task *t = &s->flow->task[task];
    if (t->left > 0) {
        t->state = FLOW_JOIN;
        return false;
    }
    if (t->traced) {
        if (s->follow && path_slacks(s->path))
            path_joined(s->path, task, task, NONE);
        t->path = t->most > t->path ? t->most : t->path;
    }
    t->pc++;
    return true;
}

/* FX_RESPOND, FX_OVER */
static void request_over(struct sim *s, uint32_t task)
{
    struct flow_task *t = &s->flow->task[task];
    struct flow_req *r = &s->flow->req[t->req];
    if (s->follow)
        path_request_over(s->path, t->req);
    s->acc.present--;
    record_add(s, (struct record){.arrival = r->arrival,
                                  .latency = s->now - r->arrival,
                                  .duration = s->now - r->arrival,
                                  .status = 200,
                                  .cls = r->cls,
                                  .ordinal = r->ordinal});
    if (r->traced)
        account_traced(s, r->work, t->path);
    r->next = s->flow->free_req;
    s->flow->free_req = t->req;
}

/* group_child_over() and what follows in task_over() */
static void parent_told(struct sim *s, uint32_t task)
{
    struct flow *f = s->flow;
    struct flow_task *t = &f->task[task], *up = &f->task[t->parent];
    up->left--;
    bool on = t->mode == FLOW_INPLACE || (up->left == 0 && up->state == FLOW_JOIN);
    if (!on)
        return;
    up->state = FLOW_RUNS;
    if (t->mode == FLOW_INPLACE)
        up->pc++;
    if (t->traced && s->follow)
        path_wake(s->path, t->parent, task, 0);
    if (t->mode == FLOW_INPLACE)
        line_put(f, &f->run, t->parent);
    else
        task_on(s, t->parent);
}

/* task_over() */
static void task_end(struct sim *s, uint32_t task)
{
    struct flow *f = s->flow;
    struct flow_task *t = &f->task[task];
    bool root = t->parent == NONE;
    if (t->traced && s->follow)
        path_over(s->path, task, root ? NONE : t->parent);
    if (root) {
        if (t->traced && s->follow)
            path_respond(s->path, task, t->req, 200);
    } else if (t->traced && t->path > f->task[t->parent].most) {
        f->task[t->parent].most = t->path;
    }
    if (t->mode == FLOW_THREAD) {
        s->st.threads--;
        if (root && s->p->server != NONE)
            queue_release(s, s->p->res[s->p->server].base, task);
    }
    if (root)
        request_over(s, task);
    else
        parent_told(s, task);
    t->next = f->free_task;
    f->free_task = task;
    s->st.live--;
}

/* step_go() */
static void task_run(struct sim *s, uint32_t task)
{
    struct flow *f = s->flow;
    const struct prog *p = f->p;
    for (;;) {
        struct flow_task *t = &f->task[task];
        t->pc = marks_pass(s, task, t->pc);
        const struct op *o = &p->op[t->pc];
        switch ((enum opcode)o->code) {
        case OP_ACQ:
            if (!queue_seek(s, p->res[o->a].base, task))
                return;
            t->pc++;
            break;
        case OP_CALL:
        case OP_PAUSE:
            work_begin(s, task);
            return;
        case OP_GROUP:
            group_begin(s, task, o);
            t->pc++;
            break;
        case OP_MORE:
            t->pc = t->made >= f->want[o->a] ? o->c : t->pc + 1;
            break;
        case OP_FORK:
            if (!fork_one(s, task, o))
                return;
            break;
        case OP_JOIN:
            if (!group_join(s, task))
                return;
            break;
        case OP_END:
            task_end(s, task);
            return;
        default: /* flow_plan.c lets no other pass */
            return;
        }
    }
}

/* What an untraced task mostly does next, without a look at what else it could be. */
static inline bool task_quick(struct sim *s, uint32_t task)
{
    struct flow_task *t = &s->flow->task[task];
    const struct op *op = s->p->op;
    if (t->traced)
        return false;
    t->pc = s->flow->skip[t->pc];
    if (op[t->pc].code == OP_END) {
        task_end(s, task);
        return true;
    }
    if (op[t->pc].code == OP_ACQ) {
        if (!queue_seek(s, s->p->res[op[t->pc].a].base, task))
            return true;
        t->pc++;
    }
    if (op[t->pc].code != OP_CALL)
        return false;
    work_begin(s, task);
    return true;
}

/* A task goes on, and then whoever it lets go on. */
static inline void go_on(struct sim *s, uint32_t task)
{
    if (!task_quick(s, task))
        task_run(s, task);
    while (s->flow->run.first != NONE && s->end != SIM_ERROR)
        task_run(s, line_take(s->flow, &s->flow->run));
}

/* ---- the moves ---- */

/* step_loop() */
static inline void move_turns(struct sim *s)
{
    struct flow *f = s->flow;
    f->loop_posted = true;
    while (f->loop.first != NONE && s->end != SIM_ERROR)
        go_on(s, line_take(f, &f->loop));
    f->loop_posted = false;
}

/* step_done() */
static inline void move_work_done(struct sim *s, uint32_t task)
{
    struct flow_task *t = &s->flow->task[task];
    const struct op *o = &s->p->op[t->pc];
    if (s->follow)
        path_done(s->path, task);
    uint32_t res = o->code == OP_CALL ? s->p->call[o->a].res : NONE;
    t->state = FLOW_RUNS;
    t->pc += res == NONE ? 1 : 2;
    if (res != NONE)
        queue_release(s, s->p->res[res].base, task);
    if (t->mode != FLOW_LOOP) {
        go_on(s, task);
    } else if (!quiet(s)) {
        loop_put(s, task);
    } else { /* the loop's move at once */
        s->acc.events++;
        line_put(s->flow, &s->flow->loop, task);
        move_turns(s);
    }
}

/* step_grant() */
static inline void move_granted(struct sim *s, uint32_t inst)
{
    struct flow *f = s->flow;
    struct flow_queue *q = &f->queue[inst];
    q->posted = false;
    if (q->line.first == NONE || q->free == 0)
        return;
    uint32_t task = line_take(f, &q->line);
    queue_taken(s, inst, task, true);
    if (s->p->res[q->res].kind == RES_SERVER) {
        thread_start(s, task);
    } else {
        f->task[task].pc++;
        work_begin(s, task);
    }
    queue_post(s, inst);
}

/* A root's first move, right after its arrival. */
static inline void begin_at_once(struct sim *s, uint32_t task)
{
    bool thread = s->flow->task[task].mode == FLOW_THREAD;
    s->st.threads += thread;
    flow_settle(s);
    s->acc.events++;
    if (thread) {
        go_on(s, task);
    } else {
        line_put(s->flow, &s->flow->loop, task);
        move_turns(s);
    }
}

/* step_arrive() */
void flow_arrive(struct sim *s, uint32_t cls, uint64_t ordinal)
{
    struct flow *f = s->flow;
    const struct prog *p = f->p;
    bool traced = account_arrival(s, ordinal);
    uint32_t i = req_slot(f);
    struct flow_req *r = &f->req[i];
    int64_t *ns = f->draw + (size_t)i * f->most;
    *r = (struct flow_req){.arrival = s->now, .ordinal = ordinal, .cls = cls, .traced = traced};
    flow_draw(s, cls, ordinal, ns);
    if (lone_arrive(s, cls, r, ns) || busy_arrive(s, ordinal, ns[0])) {
        r->next = f->free_req;
        f->free_req = i;
        return;
    }
    uint32_t task = task_slot(f);
    f->task[task] = (struct flow_task){.pc = p->body[p->cls[cls].body].pc,
                                       .parent = NONE,
                                       .req = i,
                                       .mode = p->has_loop ? FLOW_LOOP : FLOW_THREAD,
                                       .traced = traced};
    s->st.live++;
    if (s->follow && traced)
        path_request(s->path, task, i,
                     (struct path_root){.id = s->alone ? s->alone_ordinal : s->acc.arrivals - 1,
                                        .cls = cls,
                                        .body = p->cls[cls].body});
    else if (s->follow)
        path_untraced(s->path, task);
    s->traced += traced;
    s->acc.present++;
    if (s->acc.present >= SIM_MAX_PRESENT)
        s->end = SIM_OVERLOAD;
    if (!p->has_loop && p->server != NONE && !queue_seek(s, p->res[p->server].base, task))
        return;
    if (s->end == SIM_MORE && quiet(s))
        begin_at_once(s, task);
    else if (p->has_loop)
        loop_put(s, task);
    else
        thread_start(s, task);
}

void flow_settle(struct sim *s)
{
    if (s->st.live <= s->flow->live_peak && s->st.threads <= s->thread_peak)
        return;
    if (s->end == SIM_MORE) {
        s->flow->live_peak = s->st.live;
        account_peaks(s);
    }
}

/* ---- the clock ---- */

static inline void turn(struct sim *s, struct now x)
{
    switch ((enum now_kind)x.kind) {
    case NOW_START:
        go_on(s, x.a);
        break;
    case NOW_LOOP:
        move_turns(s);
        break;
    default:
        move_granted(s, x.a);
        break;
    }
}

static inline bool reach(struct sim *s, int64_t at)
{
    if (at > SIM_TIME_MAX) {
        sim_fail_time(s);
        return false;
    }
    if (at != s->now) {
        s->now = at;
        account_time(s);
    }
    return true;
}

static inline bool advance(struct sim *s, uint64_t goal)
{
    int64_t first = s->nheap > 0 ? s->heap[0].time : INT64_MAX;
    int64_t at = s->due.time < first ? s->due.time : first;
    bool due = s->due.time < first || (s->nheap > 0 && event_before(s->due, s->heap[0]));
    if (s->soon.n > 0 && at != s->now) {
        turn(s, ring_take(&s->soon));
    } else if (at == INT64_MAX) {
        return false;
    } else if (!reach(s, at)) {
        return true;
    } else if (due) {
        arrive_due(s);
    } else {
        uint32_t task = event_slot(s->heap[0]);
        event_pop(s);
        move_work_done(s, task);
    }
    s->acc.events++;
    flow_settle(s);
    while (s->soon.n > 0 && events_over(s) && s->end == SIM_MORE && s->finished < goal) {
        turn(s, ring_take(&s->soon));
        s->acc.events++;
        flow_settle(s);
    }
    return true;
}

bool flow_advance(struct sim *s, uint64_t goal)
{
    do {
        if (!advance(s, goal))
            return false;
    } while (s->end == SIM_MORE && s->finished < goal && s->acc.events < s->look_at);
    return true;
}
