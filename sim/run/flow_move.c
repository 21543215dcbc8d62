/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flow_move.c - the moves of programs that only flow; see flow.h.
 *
 * Each function does what the one of core/step does whose name stands in its comment, as far as it
 * matters here, with what the simulator does upon its effects (sim_effect.c, sim_path.c). */
#include "run/flow.h"
#include "run/flow_impl.h"
#include "run/path.h"
#include "run/path_impl.h"
#include <string.h>

/* task_slot() */
uint32_t flow_task_slot(struct flow *f)
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
uint32_t flow_req_slot(struct flow *f)
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

/* ---- going on ---- */

/* loop_enqueue() */
void flow_loop_put(struct sim *s, uint32_t task)
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
        flow_loop_put(s, task);
    else
        line_put(s->flow, &s->flow->run, task);
}

/* thread_assign() */
void flow_thread_start(struct sim *s, uint32_t task)
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
bool flow_seek(struct sim *s, uint32_t inst, uint32_t task)
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
uint32_t flow_marks_pass(struct sim *s, uint32_t task, uint32_t pc)
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
void flow_work_begin(struct sim *s, uint32_t task)
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
    uint32_t i = flow_task_slot(f), pc = f->task[parent].pc;
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
    t->pc = flow_marks_pass(s, task, t->pc);
    flow_work_begin(s, task);
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
        flow_loop_put(s, c);
    else
        flow_thread_start(s, c);
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
        t->pc = flow_marks_pass(s, task, t->pc);
        const struct op *o = &p->op[t->pc];
        switch ((enum opcode)o->code) {
        case OP_ACQ:
            if (!flow_seek(s, p->res[o->a].base, task))
                return;
            t->pc++;
            break;
        case OP_CALL:
        case OP_PAUSE:
            flow_work_begin(s, task);
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
        if (!flow_seek(s, s->p->res[op[t->pc].a].base, task))
            return true;
        t->pc++;
    }
    if (op[t->pc].code != OP_CALL)
        return false;
    flow_work_begin(s, task);
    return true;
}

/* A task goes on, and then whoever it lets go on. */
void flow_go_on(struct sim *s, uint32_t task)
{
    if (!task_quick(s, task))
        task_run(s, task);
    while (s->flow->run.first != NONE && s->end != SIM_ERROR)
        task_run(s, line_take(s->flow, &s->flow->run));
}

/* ---- the moves ---- */

/* step_loop() */
void flow_turns(struct sim *s)
{
    struct flow *f = s->flow;
    f->loop_posted = true;
    while (f->loop.first != NONE && s->end != SIM_ERROR)
        flow_go_on(s, line_take(f, &f->loop));
    f->loop_posted = false;
}

/* step_done() */
void flow_work_done(struct sim *s, uint32_t task)
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
        flow_go_on(s, task);
    } else if (!quiet(s)) {
        flow_loop_put(s, task);
    } else { /* the loop's move at once */
        s->acc.events++;
        line_put(s->flow, &s->flow->loop, task);
        flow_turns(s);
    }
}

/* step_grant() */
void flow_granted(struct sim *s, uint32_t inst)
{
    struct flow *f = s->flow;
    struct flow_queue *q = &f->queue[inst];
    q->posted = false;
    if (q->line.first == NONE || q->free == 0)
        return;
    uint32_t task = line_take(f, &q->line);
    queue_taken(s, inst, task, true);
    if (s->p->res[q->res].kind == RES_SERVER) {
        flow_thread_start(s, task);
    } else {
        f->task[task].pc++;
        flow_work_begin(s, task);
    }
    queue_post(s, inst);
}
