/* SPDX-License-Identifier: GPL-3.0-or-later */
/* story_words.c - what the effects of a move say; see story.h.  The words are those of the model:
 * who takes what, who calls whom, what comes out. */
#include "check/story_impl.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- things ---- */

static enum res_kind kind_of(const struct teller *t, uint32_t inst)
{
    return t->p->res[t->y.r.s.inst[inst].res].kind;
}

static const char *thing(struct teller *t, uint32_t inst)
{
    const char *name = stuck_instance(&t->view, t->a, inst);
    switch (kind_of(t, inst)) {
    case RES_POOL:
    case RES_SERVER:
        if (t->p->kind == EXEC_SERIAL)
            return t->p->workers > 1 ? "a worker" : "the worker";
        return arena_printf(t->a, "a thread of %s", name);
    case RES_SERVICE:
        return arena_printf(t->a, "a place at %s", name);
    case RES_CHANNEL:
        return arena_printf(t->a, "a place in %s", name);
    case RES_STAGE:
        return arena_printf(t->a, "a worker of %s", name);
    case RES_LIMIT:
        return "a place among the requests let in";
    case RES_RESOURCE:
        break;
    }
    return name;
}

const char *words_held(struct teller *t, uint32_t slot)
{
    const char *text = "";
    bool *inst = xcalloc(t->p->ninstance + 1, sizeof *inst);
    stuck_held(&t->view, slot, inst);
    for (uint32_t i = 0; i < t->p->ninstance; i++)
        if (inst[i])
            text = arena_printf(t->a, "%s%s%s", text, *text ? ", " : "", thing(t, i));
    free(inst);
    return text;
}

static const char *service_name(const struct teller *t, uint32_t pc)
{
    const struct op *o = &t->p->op[pc];
    if (o->code == OP_HOSTCPU) /* the call stands behind it */
        for (uint32_t i = pc; i < t->p->nop && i < pc + 3; i++)
            if (t->p->op[i].code == OP_CALL)
                o = &t->p->op[i];
    return o->code == OP_CALL ? t->p->model->service[t->p->call[o->a].service].name : "its service";
}

/* ---- resources ---- */

static void say_queue(struct teller *t, uint32_t lane, const struct fx *f)
{
    const struct task *k = &t->y.r.s.task[f->task];
    enum res_kind kind = kind_of(t, f->a);
    if (kind == RES_STAGE)
        return;
    if ((kind == RES_POOL || kind == RES_SERVER) && t->lane[lane].parent != NONE &&
        t->lane[lane].rows == 0) {
        t->lane[lane].queued = true; /* its parent says so */
        return;
    }
    bool still = (k->state == T_QUEUE || k->state == T_THREAD) && k->res == f->a;
    const char *by = still && kind == RES_RESOURCE ? stuck_holders(&t->view, t->a, f->task) : "";
    teller_say(t, lane, SAY_PLAIN, "waits for %s%s%s", thing(t, f->a), *by ? ", held by " : "", by);
}

static void say_take(struct teller *t, uint32_t lane, const struct fx *f)
{
    const char *what = thing(t, f->a);
    switch (kind_of(t, f->a)) {
    case RES_RESOURCE:
        if (f->b > 1)
            what = arena_printf(t->a, "%u of %s", f->b, what);
        teller_say(t, lane, SAY_PLAIN, "%s %s", f->c ? "gets" : "takes", what);
        break;
    case RES_POOL:
    case RES_SERVER:
        if (f->c || t->lane[lane].parent == NONE || t->lane[lane].rows > 0)
            teller_say(t, lane, SAY_LIGHT, "gets %s", what);
        break;
    case RES_SERVICE:
        if (f->c)
            teller_say(t, lane, SAY_LIGHT, "gets %s", what);
        break;
    case RES_LIMIT:
        if (f->c)
            teller_say(t, lane, SAY_LIGHT, "is let in");
        break;
    case RES_STAGE:
        teller_say(t, lane, SAY_LIGHT, "gets %s", what);
        break;
    case RES_CHANNEL:
        if (f->c)
            teller_say(t, lane, SAY_LIGHT, "gets %s", what);
        break;
    }
}

/* ---- tasks ---- */

static void say_fork(struct teller *t, const struct fx *f)
{
    const struct op *o = &t->p->op[f->b];
    uint32_t parent = teller_lane(t, f->a), child = teller_lane(t, f->task);
    if (parent == NONE || child == parent)
        return;
    if (o->code == OP_PUT) {
        const struct stage *st = t->p->stage[t->p->put[o->a].stage].of;
        teller_say(t, parent, SAY_PLAIN, "puts an item into `%s`",
                   t->p->model->channel[st->from].name);
        return;
    }
    struct row *r = teller_row(t, parent);
    struct phrase *q = r->n > 0 ? &r->say[r->n - 1] : NULL;
    if (q == NULL || q->kind != SAY_FORK || q->fork != o->a) {
        q = teller_say(t, parent, SAY_FORK, "%s", "");
        q->fork = o->a;
        q->nchild = 0;
    }
    if (q->nchild < sizeof q->child / sizeof *q->child)
        q->child[q->nchild] = child;
    q->nchild++;
}

static void say_arrive(struct teller *t, uint32_t lane)
{
    t->arrived[t->lane[lane].request] = t->time ? (double)t->time[t->move] * 1e-9 : 0;
    teller_say(t, lane, SAY_LIGHT, "arrives");
}

static void say_begin(struct teller *t, const struct fx *f)
{
    teller_begin(t, f);
    uint32_t lane = teller_lane(t, f->task);
    if (f->a != NONE)
        say_fork(t, f);
    else if (lane != NONE && t->lane[lane].request != NONE)
        say_arrive(t, lane);
}

static uint32_t root_lane(const struct teller *t, uint32_t request)
{
    for (uint32_t i = 0; i < t->nlane; i++)
        if (t->lane[i].request == request && t->lane[i].parent == NONE)
            return i;
    return NONE;
}

/* Does the end of the whole request follow, which tells more? */
static bool request_ends(const struct teller *t, const struct fx *f, uint32_t request)
{
    const struct state *s = &t->y.r.s;
    for (uint32_t i = (uint32_t)(f - s->fx) + 1; i < s->fx_n; i++)
        if (s->fx[i].kind == FX_OVER && s->fx[i].a < t->cap_request &&
            t->request_of[s->fx[i].a] == request)
            return true;
    return false;
}

static void say_over(struct teller *t, uint32_t lane, const struct fx *f)
{
    struct lane *l = &t->lane[lane];
    const struct task *k = &t->y.r.s.task[f->task];
    if (l->over)
        return;
    if (l->parent == NONE && request_ends(t, f, l->request)) {
        l->over = true;
        return;
    }
    if (k->mode == M_INPLACE && k->state != T_FREE && l->fork == NONE)
        return;
    l->over = true;
    if (f->a)
        teller_say(t, lane, SAY_PLAIN, "ends");
    else if (l->rows > 0)
        teller_say(t, lane, SAY_PLAIN, k->flags & TF_CANCELLED ? "is cancelled" : "fails");
}

static void say_request_over(struct teller *t, uint32_t slot)
{
    uint32_t j = slot < t->cap_request ? t->request_of[slot] : NONE;
    uint32_t lane = j == NONE ? NONE : root_lane(t, j);
    if (lane == NONE)
        return;
    t->lane[lane].over = true;
    teller_say(t, lane, SAY_PLAIN, "%s",
               t->answered[j] ? "the request ends" : "the request ends without a response");
}

static void say_respond(struct teller *t, uint32_t lane, const struct fx *f)
{
    uint32_t j = f->a < t->cap_request ? t->request_of[f->a] : NONE;
    if (j == NONE)
        return;
    t->answered[j]++;
    if (t->answered[j] == 1) {
        t->status[j] = (int32_t)f->b;
        t->responded[j] = t->time ? (double)t->time[t->move] * 1e-9 : (double)NAN;
    }
    teller_say(t, lane, SAY_PLAIN, "responds %d%s", (int)f->b,
               t->answered[j] > 1 ? ", though there is a response already" : "");
    teller_row(t, lane)->responds = j + 1;
}

/* ---- work ---- */

static void say_work(struct teller *t, uint32_t lane, const struct fx *f)
{
    switch ((enum opcode)t->p->op[f->b].code) {
    case OP_CALL:
        teller_say(t, lane, SAY_BEGIN, "calls `%s`", service_name(t, f->b));
        break;
    case OP_PAUSE:
        teller_say(t, lane, SAY_BEGIN, "pauses");
        break;
    case OP_BACKOFF:
        teller_say(t, lane, SAY_BEGIN, "waits before the next attempt");
        break;
    default:
        break;
    }
}

static void say_cpu(struct teller *t, uint32_t lane, const struct fx *f)
{
    if (f->b == NONE)
        return;
    if (t->p->op[f->b].code == OP_CPU)
        teller_say(t, lane, SAY_BEGIN, "computes");
    else if (t->p->op[f->b].code == OP_HOSTCPU)
        teller_say(t, lane, SAY_BEGIN, "calls `%s`, which computes on this host",
                   service_name(t, f->b));
}

/* ---- shared state ---- */

static const struct shared_var *var_of(const struct teller *t, uint32_t shared, uint32_t *i)
{
    for (uint32_t v = 0; v < t->p->nvar; v++)
        if (t->p->var[v].shared == shared) {
            *i = t->p->var[v].base;
            return t->p->var[v].per_worker && t->p->workers > 1 ? NULL : &t->p->var[v];
        }
    return NULL;
}

static const char *value_text(struct teller *t, const struct shared_var *v, int32_t x)
{
    if (v->truth)
        return x ? "true" : "false";
    return arena_printf(t->a, "%d", (int)x);
}

/* Is this the last time in this move that the datum is set? */
static bool last_write(const struct teller *t, const struct fx *f)
{
    const struct state *s = &t->y.r.s;
    for (uint32_t i = (uint32_t)(f - s->fx) + 1; i < s->fx_n; i++)
        if (s->fx[i].kind == FX_TOUCH && s->fx[i].a == f->a && s->fx[i].b)
            return false;
    return true;
}

static void say_touch(struct teller *t, uint32_t lane, const struct fx *f)
{
    uint32_t i = 0;
    const struct shared_var *v = var_of(t, f->a, &i);
    const char *name = t->p->model->shared[f->a].name;
    uint8_t bit = f->b ? 2 : 1;
    if (f->c == 2) {
        t->lane[lane].touches[f->a] &= (uint8_t)~bit;
        return;
    }
    if (f->c == 1)
        t->lane[lane].touches[f->a] |= bit;
    if (f->c == 1)
        teller_say(t, lane, SAY_PLAIN, "%s `%s` from now on", f->b ? "writes" : "reads", name);
    else if (v == NULL)
        teller_say(t, lane, SAY_PLAIN, "%s `%s`", f->b ? "writes" : "reads", name);
    else if (!f->b)
        teller_say(t, lane, SAY_PLAIN, "reads `%s` = %s", name, value_text(t, v, t->value[i]));
    else if (last_write(t, f))
        teller_say(t, lane, SAY_PLAIN, "sets `%s` = %s", name, value_text(t, v, t->y.r.s.value[i]));
    else
        teller_say(t, lane, SAY_PLAIN, "sets `%s`", name);
    struct row *r = teller_row(t, lane);
    if (f->b) {
        r->writes = f->a + 1;
        if (v != NULL)
            r->value = t->value[i] = t->y.r.s.value[i];
    } else {
        r->reads = f->a + 1;
        r->value = v != NULL ? t->value[i] : 0;
    }
}

static const char *condition(struct teller *t, uint32_t pc)
{
    const struct expr *e = t->p->wait[t->p->op[pc].a].written;
    return e->text ? arena_strndup(t->a, e->text, e->ntext) : "its condition";
}

/* ---- outcomes ---- */

static void say_choice(struct teller *t, uint32_t lane, uint32_t mark, uint32_t arm, uint32_t pc)
{
    uint32_t node = mark < t->p->nmark ? t->node_of[mark] : NONE, k = 0;
    const char *p = "";
    for (uint32_t i = 0; node != NONE && i < t->nnode; i++)
        if (t->node[i].parent == node && t->node[i].kind == OUTLINE_CHOICE && k++ == arm)
            p = t->node[i].name;
    teller_say(t, lane, SAY_PLAIN, "chooses branch %u of %u%s%s%s", arm + 1,
               t->p->choice[t->p->op[pc].a].n, *p ? " (" : "", p, *p ? ")" : "");
}

/* The variable that an ASK gives its value to; NULL: none with a name. */
static const struct named_word *asked_for(const struct prog *p, uint32_t pc)
{
    uint32_t body = prog_body_at(p, pc);
    for (uint32_t i = 0; i < p->nnamed; i++)
        if (p->named[i].body == body && p->named[i].word == p->op[pc].a)
            return &p->named[i];
    return NULL;
}

static void say_value(struct teller *t, uint32_t lane, const struct play_answer *q)
{
    const struct named_word *v = asked_for(t->p, q->pc);
    const char *text = outline_text(t, t->p->mark_of[q->pc]);
    const char *name = v ? v->name : text ? text : step_short(t, t->p->mark_of[q->pc]);
    if (v && v->unit == UNIT_BOOL)
        teller_say(t, lane, SAY_PLAIN, "`%s` comes out %s", name, q->value != 0 ? "true" : "false");
    else
        teller_say(t, lane, SAY_PLAIN, "`%s` comes out as %g", name, q->value);
}

static void say_answer(struct teller *t, const struct play_answer *q)
{
    uint32_t lane = teller_lane(t, q->task), mark = t->p->mark_of[q->pc];
    const char *text = outline_text(t, mark);
    if (lane == NONE)
        return;
    if (q->kind == ASK_CHOOSE)
        say_choice(t, lane, mark, (uint32_t)q->value, q->pc);
    else if (q->kind == ASK_BRANCH && text)
        teller_say(t, lane, SAY_PLAIN, "`%s` %s", text, q->value != 0 ? "holds" : "does not hold");
    else if (q->kind == ASK_VALUE && q->of > 1 && !isnan(q->value))
        say_value(t, lane, q);
}

/* ---- moves ---- */

static void say_enter(struct teller *t, uint32_t lane, const struct fx *f)
{
    struct lane *l = &t->lane[lane];
    if (f->kind == FX_ENTER) {
        if (l->depth <= t->p->ndepth)
            l->mark[l->depth++] = f->a;
    } else if (l->depth > 0) {
        l->depth--;
    }
}

static void say_awaited(struct teller *t, const struct fx *f)
{
    uint32_t owner = teller_lane(t, f->a);
    for (uint32_t i = 0; i < t->nlane; i++)
        if (t->lane[i].parent == owner && t->lane[i].fork == f->b)
            t->lane[i].unawaited = false;
}

/* What it asks of others: resources, threads, work. */
static void say_wants(struct teller *t, uint32_t lane, const struct fx *f)
{
    switch ((enum fx_kind)f->kind) {
    case FX_QUEUE:
        say_queue(t, lane, f);
        break;
    case FX_TAKE:
        say_take(t, lane, f);
        break;
    case FX_FREE:
        if (kind_of(t, f->a) == RES_RESOURCE)
            teller_say(t, lane, SAY_PLAIN, "gives %s back", thing(t, f->a));
        break;
    case FX_REJECT:
        teller_say(t, lane, SAY_PLAIN, "is turned away: the queue for %s is full", thing(t, f->a));
        break;
    case FX_EXPIRE:
        teller_say(t, lane, SAY_PLAIN, "has waited too long for %s", thing(t, f->a));
        break;
    case FX_WORK:
        say_work(t, lane, f);
        break;
    case FX_CPU:
        say_cpu(t, lane, f);
        break;
    case FX_GHOST:
        teller_say(t, lane, SAY_PLAIN, "abandons its call");
        break;
    default:
        break;
    }
}

/* What it does by itself. */
static void say_does(struct teller *t, uint32_t lane, const struct fx *f)
{
    switch ((enum fx_kind)f->kind) {
    case FX_ENTER:
    case FX_LEAVE:
        say_enter(t, lane, f);
        break;
    case FX_OVERTASK:
        say_over(t, lane, f);
        break;
    case FX_RESPOND:
        say_respond(t, lane, f);
        break;
    case FX_RETRY:
        teller_say(t, lane, SAY_PLAIN, "tries again");
        break;
    case FX_UNTIL:
        teller_say(t, lane, SAY_PLAIN, "waits until `%s`", condition(t, f->b));
        break;
    case FX_TOUCH:
        say_touch(t, lane, f);
        break;
    case FX_AWAITED:
        say_awaited(t, f);
        break;
    case FX_JOIN:
        if (f->c == 0 && f->b == NONE)
            teller_say(t, lane, SAY_PLAIN, "fails with its branches");
        break;
    default:
        break;
    }
}

static void say_effect(struct teller *t, const struct fx *f)
{
    uint32_t lane = f->task == NONE ? NONE : teller_lane(t, f->task);
    if (f->kind == FX_BEGIN) {
        say_begin(t, f);
    } else if (f->kind == FX_OVER) {
        say_request_over(t, f->a);
    } else if (lane != NONE) {
        trace_effect(t, lane, f);
        say_wants(t, lane, f);
        say_does(t, lane, f);
    }
}

/* What the move itself says, before its effects. */
static void say_move(struct teller *t, const struct move *m, uint8_t state, uint32_t pc)
{
    uint32_t lane = m->task == NONE ? NONE : teller_lane(t, m->task);
    if (lane == NONE)
        return;
    enum opcode code = (enum opcode)t->p->op[pc].code;
    if (m->kind == MOVE_DONE || m->kind == MOVE_FAIL)
        trace_move(t, lane);
    switch ((enum move_kind)m->kind) {
    case MOVE_DONE:
        if (state == T_WORK && code == OP_CALL)
            teller_say(t, lane, SAY_END, "`%s` answers", service_name(t, pc));
        else if (state == T_WORK)
            teller_say(t, lane, SAY_END, "goes on");
        else if (state == T_CPU && (code == OP_CPU || code == OP_HOSTCPU))
            teller_say(t, lane, SAY_END, "has computed");
        break;
    case MOVE_FAIL:
        teller_say(t, lane, SAY_PLAIN, "`%s` fails", service_name(t, pc));
        break;
    case MOVE_TIMEOUT:
        for (uint32_t i = 0; i < t->p->nop; i++)
            if (t->p->op[i].code == OP_TIMER && t->p->op[i].a == m->arg) {
                teller_say(t, lane, SAY_PLAIN, "the timeout of `%s` comes",
                           step_short(t, t->p->mark_of[i]));
                break;
            }
        break;
    case MOVE_WOKEN:
        teller_say(t, lane, SAY_LIGHT, "looks again");
        break;
    case MOVE_GHOST:
        teller_say(t, lane, SAY_PLAIN, "the call it abandoned ends");
        break;
    default:
        break;
    }
}

/* A task that now waits for others says so, if it has said anything in this move. */
static void say_waits(struct teller *t)
{
    const struct state *s = &t->y.r.s;
    for (uint32_t k = 0; k < s->ntask && k < t->cap_slot; k++) {
        uint32_t lane = t->lane_of[k];
        const struct task *task = &s->task[k];
        bool spoke = false;
        for (uint32_t i = t->first_row; i < t->nrow; i++)
            spoke = spoke || t->row[i].lane == lane;
        if (lane == NONE || !spoke || (task->state != T_JOIN && task->state != T_AWAIT))
            continue;
        struct row *r = teller_row(t, lane);
        struct phrase *q = &r->say[r->n - 1];
        if (task->state == T_AWAIT)
            teller_say(t, lane, SAY_PLAIN, "waits for `%s`",
                       outline_text(t, t->p->mark_of[task->pc])
                           ? outline_text(t, t->p->mark_of[task->pc])
                           : "its tasks");
        else if (q->kind == SAY_FORK)
            q->waits = true;
    }
}

bool words_move(struct teller *t, const struct move *m)
{
    struct play *y = &t->y;
    bool there = m->task != NONE && m->task < y->r.s.ntask;
    uint8_t state = there ? y->r.s.task[m->task].state : 0;
    uint32_t pc = there ? y->r.s.task[m->task].pc : 0, k = 0;
    if (!play_move(y, m))
        return false;
    say_move(t, m, state, pc);
    for (uint32_t i = 0; i <= y->r.s.fx_n; i++) {
        for (; k < y->nanswer && y->answer[k].fx <= i; k++)
            say_answer(t, &y->answer[k]);
        if (i < y->r.s.fx_n)
            say_effect(t, &y->r.s.fx[i]);
    }
    say_waits(t);
    return true;
}
