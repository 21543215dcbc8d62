/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stuck_until.c - who can still set a shared variable; see stuck.c.
 *
 * A task that waits for a condition can move if some task that moves, or a request that is yet to
 * come, may still get to a STORE of a variable that the condition reads: by any way through its
 * code, failures and forks among them.  Whether the condition would then be true is not asked, and
 * the variables of all workers count as one: both only make a deadlock be found later. */
#include "core/stuck_impl.h"
#include <stdlib.h>

void setters_init(struct setters *q, const struct stuck_view *s)
{
    const struct prog *p = s->p;
    *q = (struct setters){.p = p};
    q->seen = xcalloc(p->nop + 1, sizeof *q->seen);
    q->sets = xcalloc(p->nvar + 1, sizeof *q->sets);
    q->stack = xcalloc(p->nop + 1, sizeof *q->stack);
}

void setters_free(struct setters *q)
{
    free(q->seen);
    free(q->sets);
    free(q->stack);
}

static void see(struct setters *q, uint32_t pc)
{
    if (pc >= q->p->nop || q->seen[pc])
        return;
    q->seen[pc] = true;
    q->stack[q->n++] = pc;
}

/* Where a failure at pc may go on. */
static void see_handlers(struct setters *q, uint32_t h)
{
    const struct prog *p = q->p;
    for (; h != NONE; h = p->handler[h].outer)
        if (p->handler[h].kind == H_CATCH || p->handler[h].kind == H_RETRY)
            see(q, p->handler[h].target);
}

static void see_next(struct setters *q, uint32_t pc)
{
    const struct prog *p = q->p;
    const struct op *o = &p->op[pc];
    bool ends = o->code == OP_END || o->code == OP_JUMP || o->code == OP_CHOOSE ||
                o->code == OP_FAIL || o->code == OP_ABORT || o->code == OP_INC;
    bool jumps = o->code == OP_MORE || o->code == OP_NEXT || o->code == OP_BRANCH ||
                 o->code == OP_JUMP || o->code == OP_LOOP || o->code == OP_INC;
    if (!ends)
        see(q, pc + 1);
    if (jumps)
        see(q, o->c);
    if (o->code == OP_FORK)
        see(q, p->body[o->b].pc);
    if (o->code == OP_CHOOSE)
        for (uint32_t k = 0; k < p->choice[o->a].n; k++)
            see(q, p->arm[p->choice[o->a].first + k].target);
}

/* All that can be reached from pc. */
static void setters_from(struct setters *q, uint32_t pc)
{
    see(q, pc);
    while (q->n > 0) {
        uint32_t at = q->stack[--q->n];
        const struct op *o = &q->p->op[at];
        if (o->code == OP_STORE)
            q->sets[o->b] = true;
        see_next(q, at);
        see_handlers(q, q->p->handler_of[at]);
    }
}

void setters_add(struct setters *q, const struct stuck_view *s, uint32_t task)
{
    const struct task *t = &s->st->task[task];
    if (t->state == T_GHOST || t->state == T_FREE || t->state == T_DONE)
        return;
    setters_from(q, t->pc);
    /* a client whose request is answered sends the next one */
    uint32_t cls = s->st->req[t->req].cls;
    if (s->p->cls[cls].load != NULL && s->p->cls[cls].load->kind == LOAD_CLOSED)
        setters_from(q, s->p->body[s->p->cls[cls].body].pc);
}

/* Requests that are sure to come. */
void setters_arrivals(struct setters *q, const struct stuck_view *s)
{
    for (uint32_t c = 0; s->arrives != NULL && c < s->p->ncls; c++)
        if (s->arrives(s->ctx, c))
            setters_from(q, s->p->body[s->p->cls[c].body].pc);
}

static bool sets_any(const struct setters *q, const struct waitsite *w)
{
    for (uint32_t k = 0; k < w->n; k++)
        if (q->sets[q->p->wait_var[w->first + k]])
            return true;
    return false;
}

static const struct waitsite *wait_of(const struct stuck_view *s, uint32_t task)
{
    return &s->p->wait[s->p->op[s->st->task[task].pc].a];
}

bool setters_suffice(const struct setters *q, const struct stuck_view *s, uint32_t task)
{
    return (s->st->task[task].flags & TF_WOKEN) || sets_any(q, wait_of(s, task));
}

/* Tasks that stand at one place can do the same; of each two are enough, for one may be the task
 * that asks.  A deadlock of very many kinds is told from the first of them. */
enum { PLACES_MOST = 64 };

void would_set_init(struct would_set *v, const struct stuck_view *s, const bool *moves)
{
    const struct prog *p = s->p;
    uint8_t *times = xcalloc(p->nop + 1, 1);
    uint32_t places = 0;
    v->task = xcalloc((size_t)p->nvar + 1, sizeof *v->task);
    for (uint32_t k = 0; k < p->nvar; k++)
        v->task[k][0] = v->task[k][1] = NONE;
    bool waits = s->st->until_first != NONE;
    for (uint32_t t = 0; waits && t < s->st->ntask && places < PLACES_MOST; t++) {
        const struct task *k = &s->st->task[t];
        if (moves[t] || k->state == T_FREE || k->state == T_GHOST || k->state == T_DONE ||
            times[k->pc] == 2)
            continue;
        times[k->pc]++;
        places++;
        struct setters q;
        setters_init(&q, s);
        setters_from(&q, k->pc);
        for (uint32_t i = 0; i < p->nvar; i++)
            if (q.sets[i] && v->task[i][1] == NONE)
                v->task[i][v->task[i][0] != NONE] = t;
        setters_free(&q);
    }
    free(times);
}

void would_set_free(struct would_set *v)
{
    free(v->task);
}

uint32_t would_set(const struct would_set *v, const struct stuck_view *s, uint32_t task)
{
    const struct waitsite *w = wait_of(s, task);
    for (uint32_t k = 0; k < w->n; k++)
        for (uint32_t i = 0; i < 2; i++) {
            uint32_t t = v->task[s->p->wait_var[w->first + k]][i];
            if (t != NONE && t != task)
                return t;
        }
    return NONE;
}

/* "`x`", "`x` or `y`", "`x`, `y` or `z`" */
const char *setters_names(const struct stuck_view *s, struct arena *a, uint32_t task)
{
    const struct waitsite *w = wait_of(s, task);
    const char *text = "";
    for (uint32_t k = 0; k < w->n; k++)
        text = arena_printf(a, "%s%s`%s`", text,
                            k == 0          ? ""
                            : k + 1 == w->n ? " or "
                                            : ", ",
                            s->p->var[s->p->wait_var[w->first + k]].name);
    return text;
}

const char *setters_condition(const struct stuck_view *s, struct arena *a, uint32_t task)
{
    const struct expr *e = wait_of(s, task)->written;
    return e->text != NULL ? arena_strndup(a, e->text, e->ntext) : "its condition";
}
