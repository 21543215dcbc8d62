/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flow_busy.c - requests of one call that queue for one server; see flow.h.
 *
 * They are served as they come, so whoever is present is a row of arrivals, and all that can happen
 * next is an arrival or the end of the call at hand.  As long as no two of these are at one instant
 * and the sums over time are represented exactly, the state is that row and nothing else (`on`);
 * when they are not, it becomes tasks, which go the way of flow.c until the system is idle again.
 */
#include "run/flow_impl.h"
#include "run/path.h"

enum { TURNS = 4096, ROOM = 64 };
enum busy_kind { AT_SERVER, ON_THREAD, ON_LOOP }; /* what a request waits at; what it has */
struct busy_req {
    int64_t arrival, ns; /* ns: of its call */
    uint64_t ordinal;
};
struct busy {
    enum busy_kind kind;
    uint32_t row, other; /* what they queue for; what who is served has as well, or NONE */
    uint32_t pc;         /* of the call */
    uint32_t *mark;      /* the steps it is in, innermost first */
    uint32_t nmark;
    /* The state. */
    bool on, begun;       /* begun: the first one is being served */
    uint64_t first, last; /* numbers of those present: first .. last - 1 */
    struct busy_req *v;   /* by number; room: a power of two */
    uint64_t room;
    int64_t begin, end; /* of the call at hand */
    /* Integrals of the numbers present and served, since they were last added up; the greatest. */
    double area, served, area_most;
};

/* ---- the plan ---- */

/* The pc of the program's one call, in steps that all begin before it and end after it; NONE: it
 * does more. */
static uint32_t only_call(const struct flow *f, struct busy *b)
{
    const struct prog *p = f->p;
    uint32_t call = NONE;
    for (uint32_t pc = p->body[p->cls[0].body].pc; p->op[pc].code != OP_END; pc++) {
        enum opcode c = (enum opcode)p->op[pc].code;
        if (c == OP_REL || c == OP_TOUCH)
            continue;
        bool before = c == OP_ENTER || c == OP_ACQ || c == OP_CALL;
        if (before != (call == NONE) || (!before && c != OP_LEAVE))
            return NONE;
        if (c == OP_CALL)
            call = pc;
        if (c == OP_LEAVE)
            b->mark[b->nmark++] = p->op[pc].a;
    }
    return call;
}

void busy_plan(struct flow *f)
{
    const struct prog *p = f->p;
    struct busy *b = xcalloc(1, sizeof *b);
    f->busy = b;
    b->mark = xcalloc(p->nop + 1u, sizeof *b->mark);
    bool single = p->ncls == 1 && p->cls[0].load != NULL;
    b->pc = single ? only_call(f, b) : NONE;
    uint32_t service = b->pc == NONE ? NONE : p->call[p->op[b->pc].a].res;
    b->row = p->server != NONE ? p->server : service;
    b->other = p->server != NONE ? service : NONE;
    b->kind = p->has_loop ? ON_LOOP : p->server != NONE ? AT_SERVER : ON_THREAD;
    if (b->pc == NONE || b->row == NONE || p->res[b->row].size != 1) {
        busy_free(b);
        f->busy = NULL;
        return;
    }
    b->room = ROOM;
    b->v = xcalloc(b->room, sizeof *b->v);
}

void busy_free(struct busy *b)
{
    if (b == NULL)
        return;
    free(b->mark);
    free(b->v);
    free(b);
}

/* ---- the state as tasks ---- */

static inline struct busy_req *req_at(const struct busy *b, uint64_t number)
{
    return &b->v[number & (b->room - 1)];
}

/* What others see of it; the sums over time since they last did. */
static void state_show(struct sim *s)
{
    struct busy *b = s->flow->busy;
    uint32_t n = (uint32_t)(b->last - b->first);
    double threads = b->kind == AT_SERVER ? b->served : b->kind == ON_THREAD ? b->area : 0;
    s->acc.present_area += b->area;
    s->acc.task_area += b->area;
    s->acc.thread_area += threads;
    s->row[b->row].acc.busy_area += b->served;
    s->row[b->row].acc.queue_area += b->area - b->served;
    if (b->other != NONE)
        s->row[b->other].acc.busy_area += b->served;
    b->area = b->served = 0;
    b->area_most = FLOW_EXACT - s->acc.task_area;
    s->acc.present = s->st.live = n;
    s->st.threads = b->kind == AT_SERVER ? b->begun : b->kind == ON_THREAD ? n : 0;
    s->acc_last = s->now;
    struct row_state *r = &s->row[b->row];
    r->busy = b->begun;
    r->queue = n - b->begun;
    r->last = s->now;
    s->flow->queue[s->p->res[b->row].base].free = !b->begun;
    if (b->other == NONE)
        return;
    r = &s->row[b->other];
    r->busy = b->begun;
    r->last = s->now;
    s->flow->queue[s->p->res[b->other].base].free = s->p->res[b->other].size - b->begun;
}

/* The first one is served since `begin`, the others queue.  The clock is the task's. */
static void task_place(struct sim *s, uint32_t task, bool first)
{
    struct flow *f = s->flow;
    const struct busy *b = f->busy;
    struct flow_task *t = &f->task[task];
    uint32_t inst = s->p->res[b->row].base;
    t->waiting = s->now;
    if (b->kind != AT_SERVER)
        t->pc = flow_marks_pass(s, task, t->pc);
    if (s->follow && (!first || b->begin > s->now))
        path_queue(s->path, task);
    if (!first) {
        line_put(f, &f->queue[inst].line, task);
        return;
    }
    s->now = b->begin;
    if (s->follow)
        path_take(s->path, task, inst, b->row);
    if (b->kind == AT_SERVER)
        t->pc = flow_marks_pass(s, task, t->pc);
    if (b->other != NONE && s->follow)
        path_take(s->path, task, s->p->res[b->other].base, b->other);
    t->pc = b->pc;
    flow_work_begin(s, task);
}

static void busy_leave(struct sim *s)
{
    struct flow *f = s->flow;
    struct busy *b = f->busy;
    int64_t now = s->now;
    state_show(s);
    b->on = false;
    for (uint64_t k = b->first; k != b->last; k++) {
        const struct busy_req *r = req_at(b, k);
        uint32_t i = flow_req_slot(f);
        f->req[i] = (struct flow_req){
            .arrival = r->arrival, .ordinal = r->ordinal, .traced = account_traces(s, k)};
        f->draw[(size_t)i * f->most] = r->ns;
        s->now = r->arrival;
        task_place(s, flow_root(s, i, k), k == b->first);
    }
    s->now = now;
}

/* ---- what happens ---- */

/* The clock goes on; false: not here. */
static inline bool time_pass(struct sim *s, struct busy *b, int64_t at)
{
    double dt = (double)(at - s->now), area = b->area + dt * (double)(b->last - b->first);
    if (at > SIM_TIME_MAX || area > b->area_most)
        return false;
    b->area = area;
    b->served += b->begun ? dt : 0;
    s->now = at;
    return true;
}

static inline void service_begin(struct sim *s, struct busy *b)
{
    const struct busy_req *r = req_at(b, b->first);
    account_wait(s, b->row, s->now - r->arrival);
    if (b->other != NONE)
        account_wait(s, b->other, 0);
    b->begun = true;
    b->begin = s->now;
    b->end = s->now + r->ns;
}

static void peaks_see(struct sim *s, const struct busy *b)
{
    uint32_t n = (uint32_t)(b->last - b->first);
    s->st.live = n;
    s->st.threads = b->kind == AT_SERVER ? 1 : b->kind == ON_THREAD ? n : 0;
    flow_settle(s);
}

static void room_double(struct busy *b)
{
    struct busy_req *v = xcalloc(2 * b->room, sizeof *v);
    for (uint64_t k = b->first; k != b->last; k++)
        v[k & (2 * b->room - 1)] = *req_at(b, k);
    free(b->v);
    b->v = v;
    b->room *= 2;
}

/* One more is present; its arrival is a move that is counted elsewhere. */
static inline void request_put(struct sim *s, struct busy *b, struct busy_req r)
{
    bool idle = b->first == b->last;
    if (b->last - b->first == b->room)
        room_double(b);
    s->traced += account_traces(s, b->last);
    *req_at(b, b->last++) = r;
    s->acc.events += idle || b->kind != AT_SERVER;
    if (idle)
        service_begin(s, b);
    if (b->last - b->first > s->flow->live_peak)
        peaks_see(s, b);
}

/* The arrival that is due; false: it went another way. */
static inline bool arrival(struct sim *s, struct busy *b)
{
    int64_t at = s->due.time;
    struct busy_req r = {.arrival = at, .ordinal = arrive_next(s)};
    flow_draw(s, 0, r.ordinal, &r.ns);
    s->acc.events++;
    if (r.ns > 0 && at != s->due.time && b->last - b->first + 1 < SIM_MAX_PRESENT &&
        time_pass(s, b, at)) {
        s->acc.arrivals++;
        request_put(s, b, r);
        return true;
    }
    busy_leave(s);
    if (flow_reach(s, at)) {
        flow_arrive(s, 0, r.ordinal);
        flow_settle(s);
    }
    return false;
}

/* A traced one is over, which has been served since `begin`. */
static void traced_over(struct sim *s, const struct busy *b, const struct busy_req *r,
                        uint64_t number, int64_t begin)
{
    struct path_part part[2];
    uint32_t n = 0;
    if (begin > r->arrival)
        part[n++] = (struct path_part){path_row_queue(s->p, b->row), begin - r->arrival};
    part[n++] = (struct path_part){path_row_work(s->p, s->p->mark_of[b->pc]), r->ns};
    for (uint32_t i = 0; i < b->nmark; i++)
        account_left(s, b->mark[i], s->now - (b->kind == AT_SERVER ? begin : r->arrival));
    path_whole(s->path, number, part, n);
    account_traced(s, r->ns, r->ns);
}

/* The call at hand is over. */
static inline void departure(struct sim *s, struct busy *b)
{
    uint64_t number = b->first++;
    int64_t begin = b->begin;
    const struct busy_req *r = req_at(b, number);
    b->begun = false;
    s->acc.events++;
    if (b->kind == ON_LOOP) { /* the grant comes before the loop's turn */
        if (b->first != b->last) {
            s->acc.events++;
            service_begin(s, b);
        }
        s->acc.events++;
    }
    record_add(s, (struct record){.arrival = r->arrival,
                                  .latency = s->now - r->arrival,
                                  .duration = s->now - r->arrival,
                                  .status = 200,
                                  .ordinal = r->ordinal});
    if (account_traces(s, number))
        traced_over(s, b, r, number, begin);
}

bool busy_arrive(struct sim *s, uint64_t ordinal, int64_t ns)
{
    struct busy *b = s->flow->busy;
    if (b == NULL || s->alone || s->st.live > 0 || s->soon.n > 0 || s->nheap > 0 || ns <= 0 ||
        s->due.time == s->now)
        return false;
    b->on = true;
    b->begun = false;
    b->first = b->last = s->acc.arrivals - 1;
    request_put(s, b, (struct busy_req){.arrival = s->now, .ns = ns, .ordinal = ordinal});
    state_show(s);
    return true;
}

bool busy_on(const struct flow *f)
{
    return f->busy != NULL && f->busy->on;
}

bool busy_advance(struct sim *s, uint64_t goal)
{
    struct busy *b = s->flow->busy;
    for (uint32_t i = 0; i < TURNS && s->finished < goal; i++) {
        if (!b->begun && b->first != b->last) {
            s->acc.events += b->kind == AT_SERVER ? 2 : 1;
            service_begin(s, b);
        }
        int64_t end = b->begun ? b->end : INT64_MAX;
        if (s->due.time < end) {
            if (!arrival(s, b))
                return true;
        } else if (s->due.time == INT64_MAX) {
            state_show(s);
            return false;
        } else if (s->due.time == end || !time_pass(s, b, end)) {
            busy_leave(s);
            return true;
        } else {
            departure(s, b);
        }
    }
    state_show(s);
    return true;
}
