/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compile_step.c - bodies, steps with their attributes, and the verbs that stay in their task.
 *
 * A step, R{...} being code in the region of a handler:
 *
 *   R{CATCH}( ENTER; R{LEAVE}( touches; tries = 0; again: R{RETRY}( TIMER; R{UNTIMER}( verb );
 *   UNTIMER ); sets ); LEAVE ); JUMP end; retry: R{LEAVE}( BACKOFF; JUMP again ); each handler's
 *   body, outside of all that; JUMP end; end:
 *
 * To add a verb: a row in verbs.def, its reading in the model, a case in step_verb(). */
#include "core/compile_impl.h"
#include <math.h>
#include <string.h>

/* ---- bodies and frames ---- */

void frame_open(struct compiler *c, struct frame *f)
{
    *f = (struct frame){.up = c->frame, .end = label_new(c), .handler = c->t->handler};
    c->frame = f;
}

void frame_close(struct compiler *c)
{
    struct frame *f = c->frame;
    label_here(c, f->end);
    if (f->returned)
        set_meet(&c->t->set, &f->set);
    c->frame = f->up;
}

static void compile_step(struct compiler *c, const struct step *s, bool sole);

void compile_body(struct compiler *c, const struct body *b, struct body_opt o)
{
    if (c->nest >= COMPILE_MAX_DEPTH) {
        diag_error(c->d, b->at, "E-size", NULL, "steps stand more than %d deep in one another",
                   COMPILE_MAX_DEPTH);
        return;
    }
    c->nest++;
    const char *path = c->path;
    struct block block = {.up = c->block, .task = c->t};
    /* names of tasks outlive the body, so their block must, too */
    c->block = NEW(c->tmp, struct block, 1);
    *c->block = block;
    if (o.path)
        c->path = o.path;
    for (uint32_t i = 0; i < b->n && !c->full; i++)
        compile_step(c, b->v[i], o.branch && b->n == 1);
    c->path = path;
    c->block = block.up;
    c->nest--;
}

/* ---- verbs ---- */

static void emit_assigns(struct compiler *c, const struct assigns *a, bool atomic)
{
    bool before = c->reads_with;
    for (uint32_t i = 0; i < a->n; i++) {
        const struct assign *v = &a->v[i];
        c->reads_with = atomic && i > 0;
        if (v->is_shared) {
            shared_set(c, v, atomic);
            continue;
        }
        uint32_t id = scope_expr(c, v->value, WANT_ANYTHING, false);
        uint32_t word = scope_set(c, v, id);
        emit_ask(c, arena_printf(c->tmp, "set %s", v->var), id, word, v->at);
    }
    c->reads_with = before;
}

static void verb_wait(struct compiler *c, const struct step *s)
{
    uint32_t id = scope_expr(c, s->expr, WANT_DURATION, false);
    uint32_t site = site_new(c, mark_path(c), "wait", id);
    emit3(c, OP_PAUSE, s->at, 0, id, 0)->site = site;
}

static void verb_if(struct compiler *c, const struct step *s)
{
    uint32_t other = label_new(c), end = label_new(c);
    uint32_t id = scope_expr(c, s->expr, WANT_BOOL, false);
    uint32_t site = site_new(c, mark_path(c), "p", id);
    emit3(c, OP_BRANCH, s->at, 0, id, other)->site = site;
    struct varset before = c->t->set;
    compile_body(c, &s->body, (struct body_opt){0});
    if (s->orelse.n)
        emit3(c, OP_JUMP, s->at, 0, 0, end);
    label_here(c, other);
    struct varset then = c->t->set;
    c->t->set = before;
    compile_body(c, &s->orelse, (struct body_opt){0});
    set_meet(&c->t->set, &then);
    label_here(c, end);
}

static void choose_sum(struct compiler *c, const struct step *s, uint32_t first)
{
    double sum = 0, p;
    for (uint32_t i = 0; i < s->nbranch; i++) {
        uint32_t id = c->p->arm[first + i].expr;
        if (!scope_const(c, id, &p))
            return;
        sum += p;
    }
    if (!(fabs(sum - 1) <= 1e-9))
        diag_error(c->d, s->at, "E-choose-sum",
                   sum < 1 ? arena_printf(c->a, "%.6g is missing; add an arm, with an empty `do:`",
                                          1 - sum)
                           : "lower some of them",
                   "the probabilities of this choose sum to %.6g, not 1", sum);
}

static void verb_choose(struct compiler *c, const struct step *s)
{
    struct prog *p = c->p;
    uint32_t end = label_new(c), first = p->narm;
    for (uint32_t i = 0; i < s->nbranch; i++) {
        uint32_t id = scope_expr(c, s->branch[i].p, WANT_PROBABILITY, true);
        *ADD(c, p->arm, p->narm, c->cap_arm) = (struct choice_arm){.expr = id};
    }
    choose_sum(c, s, first);
    uint32_t site = site_new(c, mark_path(c), "p", NONE);
    *ADD(c, p->choice, p->nchoice, c->cap_choice) =
        (struct choice){.n = s->nbranch, .first = first, .site = site};
    emit3(c, OP_CHOOSE, s->at, p->nchoice - 1, 0, 0)->site = site;
    struct varset before = c->t->set, after = {.dead = true};
    for (uint32_t i = 0; i < s->nbranch; i++) {
        uint32_t here = label_new(c);
        label_here(c, here);
        c->p->arm[first + i].target = here;
        c->t->set = before;
        compile_body(c, &s->branch[i].body, (struct body_opt){0});
        if (i + 1 < s->nbranch)
            emit3(c, OP_JUMP, s->branch[i].at, 0, 0, end);
        set_meet(&after, &c->t->set);
    }
    if (s->nbranch)
        c->t->set = after;
    label_here(c, end);
}

static void verb_repeat(struct compiler *c, const struct step *s)
{
    uint32_t id = scope_expr(c, s->expr, WANT_COUNT, false);
    uint32_t count = emit_ask(c, "count", id, NONE, s->at), i = word_new(c);
    emit3(c, OP_ZERO, s->at, i, 0, 0);
    uint32_t again = label_new(c), end = label_new(c);
    label_here(c, again);
    emit3(c, OP_LOOP, s->at, i, count, end);
    struct varset before = c->t->set;
    loop_push(c, i);
    compile_body(c, &s->body, (struct body_opt){0});
    loop_pop(c);
    emit3(c, OP_INC, s->at, i, 0, again);
    label_here(c, end);
    double n;
    if (!scope_const(c, id, &n) || n < 1)
        c->t->set = before;
}

static bool pipeline_param(struct compiler *c, const struct bound *b, const struct assign *w)
{
    bool known = b->used;
    const char **names = NEW(c->tmp, const char *, c->m->nparam + 1);
    for (uint32_t i = 0; i < c->m->nparam; i++) {
        names[i] = c->m->param[i].name;
        known = known || strcmp(names[i], w->var) == 0;
    }
    if (known)
        return true;
    const char *near = nearest(w->var, names, c->m->nparam);
    diag_error(c->d, w->at, "E-with-name",
               near ? arena_printf(c->a, "did you mean `%s`?", near)
                    : "name a parameter, or a name that its body reads",
               "nothing in this pipeline is called `%s`", w->var);
    return false;
}

/* The values of with:, in the scope of the caller; the i-th is seen by the body, not by the next.
 */
static struct bound *run_bind(struct compiler *c, const struct step *s)
{
    struct bound *v = NEW(c->tmp, struct bound, s->with.n ? s->with.n : 1);
    for (uint32_t i = 0; i < s->with.n; i++) {
        const struct assign *w = &s->with.v[i];
        uint32_t id = scope_expr(c, w->value, WANT_ANYTHING, false);
        v[i] = (struct bound){.name = w->var, .unit = UNIT_NUMBER, .task = c->t};
        if (id != NONE)
            v[i].unit = c->p->x.expr[id].unit;
        v[i].constant = id == NONE || scope_const(c, id, &v[i].value);
        if (!v[i].constant)
            v[i].word = emit_ask(c, arena_printf(c->tmp, "with %s", w->var), id, NONE, w->at);
    }
    return v;
}

static void verb_run(struct compiler *c, const struct step *s)
{
    if (s->pipeline >= c->m->npipeline)
        return;
    struct bound *outer = c->bound, *v = run_bind(c, s);
    for (uint32_t i = 0; i < s->with.n; i++) {
        v[i].up = c->bound;
        c->bound = &v[i];
    }
    struct frame f;
    frame_open(c, &f);
    compile_body(c, &c->m->pipeline[s->pipeline].body, (struct body_opt){0});
    frame_close(c);
    c->bound = outer;
    for (uint32_t i = 0; i < s->with.n; i++)
        pipeline_param(c, &v[i], &s->with.v[i]);
}

static void emit_touch(struct compiler *c, const struct name_at *n, bool write, uint32_t when)
{
    for (uint32_t i = 0; i < c->m->nshared; i++) {
        if (strcmp(c->m->shared[i].name, n->name) == 0)
            emit3(c, OP_TOUCH, n->at, i, write, when);
    }
}

enum { TOUCH_INSTANT, TOUCH_BEGIN, TOUCH_END };

static void emit_touches(struct compiler *c, const struct step *s, uint32_t when)
{
    for (uint32_t i = 0; i < s->reads.n; i++)
        emit_touch(c, &s->reads.v[i], false, when);
    for (uint32_t i = 0; i < s->writes.n; i++)
        emit_touch(c, &s->writes.v[i], true, when);
}

/* What leaving each region between here and the frame's end does, innermost first. */
static void verb_return(struct compiler *c, const struct step *s)
{
    struct frame *f = c->frame;
    uint32_t here = c->t->handler;
    while (c->t->handler != f->handler) {
        const struct cleanup *u = &c->cleanup[c->t->handler];
        if (u->touches)
            emit_touches(c, u->touches, TOUCH_END);
        region_end(c, s->at);
    }
    emit3(c, OP_JUMP, s->at, 0, 0, f->end);
    c->t->handler = here;
    if (f->returned)
        set_meet(&f->set, &c->t->set);
    else
        f->set = c->t->set;
    f->returned = true;
    c->t->set.dead = true;
}

static void verb_respond(struct compiler *c, const struct step *s)
{
    enum opcode op = s->verb == VERB_ABORT ? OP_ABORT : OP_RESPOND;
    emit3(c, op, s->at, 0, (uint32_t)s->status, 0);
    c->answers = true;
    if (op == OP_ABORT)
        c->t->set.dead = true;
}

/* NOLINTNEXTLINE(readability-function-size): one case a verb */
static void step_verb(struct compiler *c, const struct step *s)
{
    switch (s->verb) {
    case VERB_CALL:
        compile_call(c, s);
        break;
    case VERB_CPU:
        compile_cpu(c, s);
        break;
    case VERB_WAIT:
        verb_wait(c, s);
        break;
    case VERB_SEQ:
        compile_body(c, &s->body, (struct body_opt){0});
        break;
    case VERB_PARALLEL:
        compile_parallel(c, s);
        break;
    case VERB_EACH:
        compile_each(c, s);
        break;
    case VERB_SPAWN:
        compile_spawn(c, s);
        break;
    case VERB_AWAIT:
        compile_await(c, s);
        break;
    case VERB_OFFLOAD:
        compile_offload(c, s);
        break;
    case VERB_DETACH:
        compile_detach(c, s);
        break;
    case VERB_IF:
        verb_if(c, s);
        break;
    case VERB_CHOOSE:
        verb_choose(c, s);
        break;
    case VERB_REPEAT:
        verb_repeat(c, s);
        break;
    case VERB_USE:
        compile_use(c, s);
        break;
    case VERB_RUN:
        verb_run(c, s);
        break;
    case VERB_PUT:
        compile_put(c, s);
        break;
    case VERB_SET:
        emit_assigns(c, &s->set, s->atomic);
        break;
    case VERB_WAIT_UNTIL:
        compile_wait_until(c, s);
        break;
    case VERB_READ:
    case VERB_WRITE:
        emit_touch(c, &(struct name_at){s->key, s->at}, s->verb == VERB_WRITE, TOUCH_INSTANT);
        break;
    case VERB_RESPOND:
    case VERB_ABORT:
        verb_respond(c, s);
        break;
    case VERB_FAIL:
        emit3(c, OP_FAIL, s->at, s->failure, 0, 0);
        c->t->set.dead = true;
        break;
    case VERB_RETURN:
        verb_return(c, s);
        break;
    case VERB_COUNT:
        break;
    }
}

/* ---- attributes ---- */

struct retrying {
    const struct retry *r;
    uint32_t tries, again, target, leave; /* leave: the handler of the step itself */
};

static uint32_t retry_site(struct compiler *c, const struct expr *e, const char *quantity,
                           enum want want)
{
    uint32_t id = scope_expr(c, e, want, false);
    return id == NONE ? NONE : site_new(c, mark_path(c), quantity, id);
}

static bool has_code(const uint32_t *code, uint32_t n, uint32_t which)
{
    for (uint32_t i = 0; i < n; i++) {
        if (code[i] == which)
            return true;
    }
    return false;
}

static void retry_open(struct compiler *c, struct retrying *q)
{
    const struct retry *r = q->r;
    q->leave = c->t->handler;
    q->tries = word_new(c);
    emit3(c, OP_ZERO, r->at, q->tries, 0, 0);
    uint32_t limit = NONE;
    if (r->attempts) {
        uint32_t id = scope_expr(c, r->attempts, WANT_COUNT, false);
        double n;
        if (scope_const(c, id, &n) && n < 1)
            diag_error(c->d, r->attempts->at, "E-const", "1 is no retry at all",
                       "`attempts` counts the first one and must be at least 1");
        limit = emit_ask(c, "attempts", id, NONE, r->at);
    }
    q->again = label_new(c);
    q->target = label_new(c);
    label_here(c, q->again);
    struct unwinder *u = region_open(c, H_RETRY, 0, op_nothing);
    u->target = q->target;
    u->word = q->tries;
    u->limit = limit;
    uint32_t code[] = {FAIL_QUEUE_TIMEOUT};
    region_match(c, u, r->only, r->nonly);
    if (has_code(r->only, r->nonly, FAIL_TIMEOUT) &&
        !has_code(r->only, r->nonly, FAIL_QUEUE_TIMEOUT)) {
        *ADD(c, c->p->match_code, c->p->nmatch_code, c->cap_match_code) = code[0];
        u->nmatch++;
    }
    loop_push(c, q->tries);
}

static void retry_target(struct compiler *c, const struct retrying *q)
{
    uint32_t outer = c->t->handler;
    const struct retry *r = q->r;
    loop_push(c, q->tries);
    c->t->handler = q->leave;
    label_here(c, q->target);
    struct backoff b = {.delay = retry_site(c, r->backoff, "backoff", WANT_DURATION),
                        .factor = retry_site(c, r->factor, "factor", WANT_NUMBER),
                        .max = retry_site(c, r->max, "max", WANT_DURATION),
                        .word = q->tries};
    *ADD(c, c->p->backoff, c->p->nbackoff, c->cap_backoff) = b;
    emit3(c, OP_BACKOFF, r->at, c->p->nbackoff - 1, 0, 0);
    emit3(c, OP_JUMP, r->at, 0, 0, q->again);
    c->t->handler = outer;
    loop_pop(c);
}

/* The verb, under its timeout: the call's own, or its service's. */
static void step_timed(struct compiler *c, const struct step *s, bool sole)
{
    const struct expr *timeout = s->timeout;
    if (!timeout && s->verb == VERB_CALL && s->service < c->m->nservice)
        timeout = c->m->service[s->service].timeout;
    uint32_t word = NONE;
    if (timeout) {
        word = word_new(c);
        uint32_t id = scope_expr(c, timeout, WANT_DURATION, false);
        uint32_t site = site_new(c, mark_path(c), "timeout", id);
        /* variables may change in the very move that sets the timer: then it is asked for first */
        bool ask = id != NONE && id != XEXPR_NONE && c->p->x.expr[id].uses_var;
        uint32_t held = ask ? emit_ask(c, "set timeout", id, NONE, timeout->at) : 0;
        struct line *l = emit3(c, OP_TIMER, timeout->at, word, id, held);
        l->site = site;
        l->op.flags = ask ? OPF_WORD : 0;
        region_open(c, H_UNTIMER, word, op_make(OP_UNTIMER, word, 0, 0));
        c->p->has_timers = true;
    }
    const char *path = c->path;
    bool level = s->named || (s->verb == VERB_RUN && !sole);
    c->path = level ? mark_path(c) : path;
    step_verb(c, s);
    c->path = path;
    if (timeout)
        region_end(c, timeout->at);
}

static void step_inside(struct compiler *c, const struct step *s, bool sole, struct retrying *q)
{
    struct ctask *t = c->t;
    uint32_t mark = t->mark, depth = t->depth++;
    if (t->depth > c->p->ndepth)
        c->p->ndepth = t->depth;
    emit3(c, OP_ENTER, s->at, mark, depth, 0)->op.depth = (uint16_t)depth;
    struct op leave = op_make(OP_LEAVE, mark, depth, 0);
    leave.depth = (uint16_t)depth;
    region_open(c, H_LEAVE, mark, leave)->depth = depth;
    c->cleanup[t->handler].touches = s;
    emit_touches(c, s, TOUCH_BEGIN);
    if (q->r)
        retry_open(c, q);
    step_timed(c, s, sole);
    if (q->r) {
        loop_pop(c);
        region_close(c);
    }
    emit_assigns(c, &s->sets, false);
    emit_touches(c, s, TOUCH_END);
    region_end(c, s->at);
    t->depth--;
}

/* `any` comes last wherever it stands; timeout: takes queue timeouts that nobody else names. */
static void catch_open(struct compiler *c, const struct step *s, const uint32_t *target)
{
    bool queue_named = false;
    for (uint32_t i = 0; i < s->nhandler; i++)
        queue_named = queue_named || s->handler[i].code == FAIL_QUEUE_TIMEOUT;
    for (uint32_t pass = 0; pass < 2; pass++) {
        for (uint32_t i = s->nhandler; i-- > 0;) {
            uint32_t code[2] = {s->handler[i].code, FAIL_QUEUE_TIMEOUT};
            bool any = code[0] == FAIL_NONE;
            if (any != (pass == 0))
                continue;
            struct unwinder *u = region_open(c, H_CATCH, 0, op_nothing);
            u->target = target[i];
            if (!any)
                region_match(c, u, code, code[0] == FAIL_TIMEOUT && !queue_named ? 2 : 1);
        }
    }
}

static void catch_bodies(struct compiler *c, const struct step *s, const uint32_t *target,
                         const struct varset *before, uint32_t end, uint32_t outer_mark)
{
    const char *path = c->path;
    if (s->nhandler)
        path = path_join(c, mark_path(c), "catch", s->at);
    c->t->mark = outer_mark;
    struct varset after = c->t->set;
    for (uint32_t i = 0; i < s->nhandler; i++) {
        label_here(c, target[i]);
        c->t->set = *before;
        compile_body(c, &s->handler[i].body, (struct body_opt){.path = path});
        if (i + 1 < s->nhandler)
            emit3(c, OP_JUMP, s->handler[i].at, 0, 0, end);
        set_meet(&after, &c->t->set);
    }
    c->t->set = after;
}

static bool priority_of(struct compiler *c, const struct step *s)
{
    if (!s->has_priority)
        return false;
    if (s->priority < INT16_MIN || s->priority > INT16_MAX)
        diag_error(c->d, s->at, "E-const", NULL, "`priority` must be between -32768 and 32767");
    c->has_priority = true;
    c->priority = s->priority;
    return true;
}

static void compile_step(struct compiler *c, const struct step *s, bool sole)
{
    bool had_priority = c->has_priority;
    int32_t priority = c->priority;
    uint32_t outer = c->t->handler, outer_mark = c->t->mark, end = label_new(c);
    uint32_t *target = NEW(c->tmp, uint32_t, s->nhandler ? s->nhandler : 1);
    struct retrying q = {.r = s->retry};
    if (!q.r && s->verb == VERB_CALL && s->service < c->m->nservice)
        q.r = c->m->service[s->service].retry;
    for (uint32_t i = 0; i < s->nhandler; i++)
        target[i] = label_new(c);
    priority_of(c, s);
    struct varset before = c->t->set;
    uint32_t mark = mark_new(c, s);
    c->t->mark = mark;
    catch_open(c, s, target);
    step_inside(c, s, sole, &q);
    c->t->handler = outer;
    if (q.r || s->nhandler)
        emit3(c, OP_JUMP, s->at, 0, 0, end);
    if (q.r)
        retry_target(c, &q);
    c->has_priority = had_priority;
    c->priority = priority;
    catch_bodies(c, s, target, &before, end, outer_mark);
    label_here(c, end);
}
