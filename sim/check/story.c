/* SPDX-License-Identifier: GPL-3.0-or-later */
/* story.c - see story.h: lanes, and the moves one by one. */
#include "check/story.h"
#include "check/story_impl.h"
#include "check/story_id.h"
#include "check/timing.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- names ---- */

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

const char *step_short(const struct teller *t, uint32_t mark)
{
    return mark < t->p->nmark ? last_part(t->p->mark[mark].path) : "";
}

/* A body's own name, where no other has the same; else its path less the request's part. */
static const char *body_name(const struct teller *t, uint32_t body)
{
    const struct prog *p = t->p;
    const char *path = p->body[body].path, *own = last_part(path), *slash = strchr(path, '/');
    for (uint32_t i = 0; i < p->nbody; i++)
        if (i != body && strcmp(last_part(p->body[i].path), own) == 0)
            return slash ? slash + 1 : path;
    return own;
}

const char *outline_text(const struct teller *t, uint32_t mark)
{
    if (mark >= t->p->nmark || t->node_of[mark] == NONE)
        return NULL;
    return t->node[t->node_of[mark]].text;
}

/* ---- lanes ---- */

uint32_t teller_lane(const struct teller *t, uint32_t slot)
{
    return slot < t->cap_slot ? t->lane_of[slot] : NONE;
}

static void name_lane(struct teller *t, struct lane *l, bool item)
{
    bool alone = t->o->set.nreq == 1;
    const char *task = body_name(t, l->body);
    if (item)
        task = arena_printf(t->a, l->request == NONE ? "batch of %s" : "item in %s",
                            t->p->stage[t->p->body[l->body].stage].of->name);
    if (l->fork != NONE && t->p->fork[l->fork].kind == GROUP_EACH)
        task = arena_printf(t->a, "%s[%u]", task, l->copy);
    l->task = task;
    l->name = task;
    if (!alone && l->request != NONE)
        l->name = l->parent == NONE && !item
                      ? arena_printf(t->a, "request %u", l->request + 1)
                      : arena_printf(t->a, "request %u: %s", l->request + 1, task);
}

static void lane_set(struct teller *t, uint32_t slot, uint32_t lane)
{
    uint32_t old = t->cap_slot;
    if (slot >= old) {
        t->lane_of = grow(t->lane_of, &t->cap_slot, slot + 1, sizeof *t->lane_of);
        for (uint32_t i = old; i < t->cap_slot; i++)
            t->lane_of[i] = NONE;
    }
    t->lane_of[slot] = lane;
}

static uint32_t lane_new(struct teller *t, struct lane l)
{
    t->lane = grow(t->lane, &t->cap_lane, t->nlane + 1, sizeof *t->lane);
    l.mark = NEW(t->a, uint32_t, t->p->ndepth + 2u);
    l.span = NEW(t->a, uint32_t, t->p->ndepth + 2u);
    l.touches = NEW(t->a, uint8_t, t->p->model->nshared + 1u);
    t->lane[t->nlane] = l;
    return t->nlane++;
}

static void request_set(struct teller *t, uint32_t slot, uint32_t j)
{
    uint32_t old = t->cap_request;
    if (slot >= old) {
        t->request_of = grow(t->request_of, &t->cap_request, slot + 1, sizeof *t->request_of);
        for (uint32_t i = old; i < t->cap_request; i++)
            t->request_of[i] = NONE;
    }
    t->request_of[slot] = j;
}

/* FX_BEGIN: a task begins to exist in the slot. */
void teller_begin(struct teller *t, const struct fx *f)
{
    const struct state *s = &t->y.r.s;
    const struct prog *p = t->p;
    struct lane l = {.parent = NONE, .fork = NONE, .request = NONE};
    if (f->a == NONE) { /* a request, or the task of a batch */
        l.request = t->o->move[t->move].kind == MOVE_ARRIVE ? t->o->move[t->move].req : NONE;
        l.body = s->task[f->task].body;
        if (l.request != NONE) {
            l.body = p->cls[t->o->set.cls[l.request]].body;
            request_set(t, f->b, l.request);
        }
    } else {
        const struct op *o = &p->op[f->b];
        uint32_t parent = teller_lane(t, f->a);
        if (o->code == OP_FORK && (o->flags & OPF_INPLACE)) {
            lane_set(t, f->task, parent);
            return;
        }
        l.parent = parent;
        l.request = parent == NONE ? NONE : t->lane[parent].request;
        l.copy = f->c;
        l.fork = o->code == OP_FORK ? o->a : NONE;
        l.body = o->code == OP_FORK ? o->b : p->stage[p->put[o->a].stage].body;
        l.unawaited = l.fork != NONE && p->fork[l.fork].kind == GROUP_SPAWN;
    }
    name_lane(t, &l, p->body[l.body].stage != NONE && p->nstage > 0);
    lane_set(t, f->task, lane_new(t, l));
}

struct loc lane_at(const struct teller *t, uint32_t lane)
{
    const struct lane *l = &t->lane[lane];
    return l->depth > 0 ? t->p->mark[l->mark[l->depth - 1]].at : t->p->body[l->body].at;
}

/* ---- rows ---- */

struct row *teller_row(struct teller *t, uint32_t lane)
{
    for (uint32_t i = t->first_row; i < t->nrow; i++)
        if (t->row[i].lane == lane)
            return &t->row[i];
    t->row = grow(t->row, &t->cap_row, t->nrow + 1, sizeof *t->row);
    struct row *r = &t->row[t->nrow];
    *r = (struct row){.lane = lane, .move = t->move, .then = t->nrow > t->first_row, .holds = ""};
    t->lane[lane].rows++;
    t->nrow++;
    return r;
}

struct phrase *teller_say(struct teller *t, uint32_t lane, enum phrase_kind k, const char *fmt, ...)
{
    struct row *r = teller_row(t, lane);
    if (r->n == ROW_PHRASES)
        return &r->say[ROW_PHRASES - 1];
    struct phrase *q = &r->say[r->n++];
    va_list ap;
    va_start(ap, fmt);
    *q = (struct phrase){
        .kind = k, .text = arena_vprintf(t->a, fmt, ap), .at = lane_at(t, lane), .fork = NONE};
    va_end(ap);
    return q;
}

/* ---- what is asked of stuck ---- */

static const char *name_of(const void *ctx, uint32_t slot)
{
    const struct teller *t = ctx;
    uint32_t lane = teller_lane(t, slot);
    return lane == NONE ? NULL : t->lane[lane].name;
}

static bool will_arrive(const void *ctx, uint32_t cls)
{
    const struct teller *t = ctx;
    for (uint32_t j = 0; j < t->o->set.nreq; j++)
        if (t->y.r.life[j] == PACK_UNBORN && t->o->set.cls[j] == cls)
            return true;
    return false;
}

/* ---- what is wanted by several: columns beside the tasks' ---- */

enum { COLUMNS_MOST = 3 };

static void column_add(struct teller *t, uint32_t c)
{
    for (uint32_t i = 0; i < t->ncolumn; i++)
        if (t->column[i] == c)
            return;
    if (t->ncolumn < COLUMNS_MOST)
        t->column[t->ncolumn++] = c;
}

/* Resources that somebody waits for, and shared variables that are set. */
static bool pick_columns(struct teller *t)
{
    const struct prog *p = t->p;
    struct play y;
    bool ok = true;
    t->column = NEW(t->a, uint32_t, COLUMNS_MOST);
    play_init(&y, &t->o->set);
    for (uint32_t i = 0; i < t->o->n && ok; i++) {
        ok = play_move(&y, &t->o->move[i]);
        for (uint32_t k = 0; k < y.r.s.fx_n; k++) {
            const struct fx *f = &y.r.s.fx[k];
            const struct res *res = f->kind == FX_QUEUE ? &p->res[y.r.s.inst[f->a].res] : NULL;
            /* of a mutex the tasks' words say it all */
            if (res != NULL && res->kind != RES_STAGE &&
                (res->size > 1 || res->kind != RES_RESOURCE))
                column_add(t, f->a);
            for (uint32_t v = 0; f->kind == FX_TOUCH && f->b && v < p->nvar; v++)
                if (p->var[v].shared == f->a && !p->var[v].per_worker)
                    column_add(t, p->ninstance + p->var[v].base);
        }
    }
    play_free(&y);
    return ok;
}

static int32_t column_value(const struct teller *t, uint32_t c)
{
    const struct state *s = &t->y.r.s;
    return c < t->p->ninstance ? (int32_t)s->inst[c].free : s->value[c - t->p->ninstance];
}

static struct story_level column_level(struct teller *t, uint32_t c)
{
    struct story_level l = {.free = c < t->p->ninstance, .start = column_value(t, c)};
    if (l.free)
        l.name = stuck_instance(&t->view, t->a, c);
    for (uint32_t v = 0; !l.free && v < t->p->nvar; v++)
        if (t->p->var[v].base == c - t->p->ninstance)
            l.name = arena_printf(t->a, "`%s`", t->p->var[v].name);
    return l;
}

/* ---- one move after the other ---- */

static void after_move(struct teller *t)
{
    for (uint32_t i = t->first_row; i < t->nrow; i++) {
        struct row *r = &t->row[i];
        r->level = NEW(t->a, int32_t, t->ncolumn + 1u);
        for (uint32_t c = 0; c < t->ncolumn; c++)
            r->level[c] = column_value(t, t->column[c]);
        for (uint32_t k = 0; k < t->y.r.s.ntask && k < t->cap_slot; k++)
            if (t->lane_of[k] == r->lane && !t->lane[r->lane].over &&
                t->y.r.s.task[k].state != T_FREE)
                r->holds = words_held(t, k);
    }
    if (t->p->nvalue > 0)
        memcpy(t->value, t->y.r.s.value, t->p->nvalue * sizeof *t->value);
    t->first_row = t->nrow;
}

static bool tell_moves(struct teller *t)
{
    for (t->move = 0; t->move < t->o->n; t->move++)
        if (!words_move(t, &t->o->move[t->move]))
            return false;
        else
            after_move(t);
    return true;
}

static void teller_init(struct teller *t, struct arena *a, const struct story_opt *o)
{
    *t = (struct teller){.a = a, .o = o, .p = o->set.p};
    play_init(&t->y, &o->set);
    t->node = outline_make(a, t->p, &t->nnode);
    t->node_of = NEW(a, uint32_t, t->p->nmark + 1u);
    for (uint32_t i = 0; i < t->p->nmark; i++)
        t->node_of[i] = NONE;
    for (uint32_t i = 0; i < t->nnode; i++)
        if (t->node[i].kind == OUTLINE_STEP && t->node[i].step < t->p->nmark)
            t->node_of[t->node[i].step] = i;
    t->value = NEW(a, int32_t, t->p->nvalue + 1u);
    if (t->p->nvalue > 0)
        memcpy(t->value, t->y.r.s.value, t->p->nvalue * sizeof *t->value);
    for (uint32_t j = 0; j < PACK_MAX_REQUESTS; j++)
        t->arrived[j] = t->responded[j] = (double)NAN;
    t->view = (struct stuck_view){
        .p = t->p, .st = &t->y.r.s, .ctx = t, .arrives = will_arrive, .name = name_of};
}

static void teller_free(struct teller *t)
{
    play_free(&t->y);
    free(t->lane);
    free(t->lane_of);
    free(t->request_of);
    free(t->row);
    free(t->span);
}

static void give_times(struct teller *t, struct story_result *r)
{
    struct timing f = timing_find(t->a, &t->o->set, t->o->move, t->o->n);
    t->time = f.time;
    r->timing = f.time ? STORY_TIMING_USUAL : STORY_TIMING_UNUSUAL;
    r->timing_why = f.why;
}

struct story_result *story_make(struct arena *a, const struct story_opt *o)
{
    struct teller t;
    struct story_result *r = NEW(a, struct story_result, 1);
    teller_init(&t, a, o);
    bool ok = pick_columns(&t);
    *r = (struct story_result){.title = o->title ? o->title : "",
                               .execution = t.p->exec->name,
                               .model_file = t.p->model->file,
                               .requests = o->set.nreq,
                               .moves = o->n,
                               .alone = o->set.nreq == 1,
                               .timing_why = "",
                               .nlevel = t.ncolumn,
                               .level = NEW(a, struct story_level, t.ncolumn + 1u)};
    for (uint32_t i = 0; i < t.ncolumn; i++)
        r->level[i] = column_level(&t, t.column[i]);
    if (ok && o->timing)
        give_times(&t, r);
    ok = ok && tell_moves(&t);
    if (ok) {
        end_tell(&t, r);
        fold_rows(&t, r);
        r->run = trace_result(&t);
        r->trace = story_id(a, o);
        r->replay = story_command(a, o, r->trace);
    }
    teller_free(&t);
    return ok ? r : NULL;
}
