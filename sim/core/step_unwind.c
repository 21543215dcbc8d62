/* SPDX-License-Identifier: GPL-3.0-or-later */
/* step_unwind.c - how a failure, or the end of a cancelled task, finds its way out: by the handlers
 * of its place (prog.h), innermost first. */
#include "core/step_impl.h"

static bool handler_matches(const struct prog *p, const struct unwinder *u, uint16_t fail)
{
    for (uint32_t k = 0; k < u->nmatch; k++)
        if (p->match_code[u->match + k] == fail)
            return true;
    return u->nmatch == 0;
}

static void unwind_release(struct state *s, uint32_t task, uint32_t acq_pc)
{
    const struct op *o = &s->p->op[acq_pc];
    res_release(s, state_op_instance(s, task, o), state_op_units(s, task, o));
}

void task_untimer(struct state *s, uint32_t task, uint32_t word)
{
    double *w = state_words(s, task);
    if (w[word] == 1)
        fx_emit(s, FX_UNTIMER, task, word, 0, 0);
    w[word] = 0;
    if (s->task[task].scope == word + 1)
        s->task[task].scope = 0;
}

/* May RETRY try again?  Counts the failed attempt. */
static bool retry_again(struct state *s, uint32_t task, const struct unwinder *u)
{
    double *w = state_words(s, task);
    w[u->word] += 1;
    return u->limit == NONE || w[u->word] < w[u->limit];
}

enum unwound task_unwind(struct state *s, uint32_t task)
{
    const struct prog *p = s->p;
    uint32_t h = s->task[task].unwind;
    s->task[task].flags &= (uint16_t)~TF_RAISE;
    while (h != NONE) {
        const struct unwinder *u = &p->handler[h];
        struct task *t = &s->task[task];
        bool dying = (t->flags & TF_CANCELLED) != 0, passing = dying || t->scope != 0;
        h = u->outer;
        switch (u->kind) {
        case H_RELEASE:
            unwind_release(s, task, u->a);
            break;
        case H_UNTIMER:
            task_untimer(s, task, u->a);
            break;
        case H_KILL:
            group_leave(s, task, u->a);
            break;
        case H_LEAVE:
            if (s->req[t->req].traced)
                fx_emit(s, FX_LEAVE, task, u->a, u->depth, dying ? 2 : 1);
            break;
        case H_HOP:
            if (!(t->flags & TF_POOLED))
                break;
            thread_release(s, task);
            t->flags &= (uint16_t)~TF_POOLED;
            t->mode = M_LOOP;
            if (dying)
                break;
            t->flags |= TF_RAISE | TF_HOPPED;
            t->unwind = h;
            loop_enqueue(s, task);
            return UNWOUND_WAITS;
        case H_CATCH:
            if (passing || !handler_matches(p, u, t->fail))
                break;
            t->pc = u->target;
            t->fail = FAIL_NONE;
            return UNWOUND_RUN;
        case H_RETRY:
            if (passing || !handler_matches(p, u, t->fail) || !retry_again(s, task, u))
                break;
            t->pc = u->target;
            if (s->req[t->req].traced)
                fx_emit(s, FX_RETRY, task, p->mark_of[u->target], 0, 0);
            return UNWOUND_RUN;
        }
    }
    return UNWOUND_OVER;
}

bool task_fail(struct state *s, uint32_t task)
{
    switch (task_unwind(s, task)) {
    case UNWOUND_RUN:
        return true;
    case UNWOUND_OVER:
        task_over(s, task, false);
        return false;
    case UNWOUND_WAITS: {
        return false;
    }
    }
    return false;
}
