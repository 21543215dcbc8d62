/* SPDX-License-Identifier: GPL-3.0-or-later */
/* story_end.c - how a story ends: which events matter, who holds what and waits for whom. */
#include "check/story_impl.h"
#include <string.h>

static void note(struct teller *t, struct story_result *r, struct loc at, const char *text)
{
    enum { NOTES = 8 };
    if (r->note == NULL)
        r->note = NEW(t->a, struct story_note, NOTES);
    if (r->nnote < NOTES)
        r->note[r->nnote++] = (struct story_note){text, at};
}

static struct row *last_row(struct teller *t)
{
    for (uint32_t i = t->nrow; i-- > 0;)
        if (t->row[i].n > 0)
            return &t->row[i];
    return NULL;
}

static void mark_last(struct teller *t)
{
    struct row *r = last_row(t);
    if (r != NULL)
        r->mark = STORY_BAD;
}

static void mark_twice(struct teller *t)
{
    uint32_t j = 0;
    for (uint32_t i = t->nrow; i-- > 0;) {
        struct row *r = &t->row[i];
        if (r->responds == 0)
            continue;
        if (j == 0) {
            j = r->responds;
            r->mark = STORY_BAD;
        } else if (r->responds == j) {
            r->mark = STORY_CAUSE;
        }
    }
}

static void tell_unawaited(struct teller *t, struct story_result *r)
{
    mark_last(t);
    for (uint32_t i = 0; i < t->nlane; i++) {
        const struct lane *l = &t->lane[i];
        if (!l->unawaited || l->parent == NONE || !t->lane[l->parent].over)
            continue;
        note(t, r, t->p->body[l->body].at,
             arena_printf(t->a, "`%s`%s is never awaited%s", l->task,
                          r->alone || l->request == NONE
                              ? ""
                              : arena_printf(t->a, " of request %u", l->request + 1),
                          l->over ? "" : ", and still runs"));
    }
}

/* ---- races ---- */

/* What a task touches now, or is about to touch: 1 reads, 2 writes; *at: where. */
static uint8_t touches(const struct teller *t, uint32_t slot, uint32_t key, struct loc *at,
                       bool *soon)
{
    const struct state *s = &t->y.r.s;
    const struct task *k = &s->task[slot];
    uint32_t lane = slot < t->cap_slot ? t->lane_of[slot] : NONE;
    if (lane == NONE || k->state == T_FREE || k->state == T_GHOST || t->lane[lane].over)
        return 0;
    *at = lane_at(t, lane);
    *soon = false;
    if (t->lane[lane].touches[key])
        return t->lane[lane].touches[key];
    const struct op *o = &t->p->op[k->pc];
    if (k->state != T_YIELD || o->code != OP_TOUCH || o->a != key)
        return 0;
    *soon = true;
    return o->b ? 2 : 1;
}

static const char *touching(uint8_t what, bool soon)
{
    return what & 2 ? (soon ? "is about to write" : "writes")
                    : (soon ? "is about to read" : "reads");
}

static bool tell_pair(struct teller *t, struct story_result *r, uint32_t key, uint32_t i,
                      uint32_t j)
{
    struct loc at[2];
    bool soon[2];
    uint8_t a = touches(t, i, key, &at[0], &soon[0]), b = touches(t, j, key, &at[1], &soon[1]);
    if (!a || !b || !((a | b) & 2))
        return false;
    const char *name = t->p->model->shared[key].name;
    note(t, r, at[0],
         arena_printf(t->a, "`%s`: %s %s it", name, t->lane[t->lane_of[i]].name,
                      touching(a, soon[0])));
    note(t, r, at[1],
         arena_printf(t->a, "`%s`: %s %s it as well, and neither waits for the other", name,
                      t->lane[t->lane_of[j]].name, touching(b, soon[1])));
    return true;
}

/* A coroutine touches it in the one move that the other, still at it, is met by. */
static void tell_met(struct teller *t, struct story_result *r)
{
    struct row *row = last_row(t);
    for (; row != NULL && row > t->row && !row->reads && !row->writes;)
        row--;
    uint32_t key = row == NULL ? 0 : row->writes ? row->writes : row->reads;
    if (key == 0)
        return;
    row->mark = STORY_BAD;
    for (uint32_t i = 0; i < t->nlane; i++) {
        uint8_t other = t->lane[i].touches[key - 1];
        if (i == row->lane || t->lane[i].over || !(other & 2 || (other && row->writes)))
            continue;
        note(t, r, lane_at(t, i),
             arena_printf(t->a, "`%s`: %s %s it while %s %s it, and neither waits for the other",
                          t->p->model->shared[key - 1].name, t->lane[row->lane].name,
                          row->writes ? "writes" : "reads", t->lane[i].name,
                          touching(other, false)));
        return;
    }
}

static void tell_race(struct teller *t, struct story_result *r)
{
    const struct state *s = &t->y.r.s;
    for (uint32_t key = 0; key < t->p->model->nshared; key++)
        for (uint32_t i = 0; (t->o->key == NONE || t->o->key == key) && i < s->ntask; i++)
            for (uint32_t j = i + 1; j < s->ntask; j++)
                if (tell_pair(t, r, key, i, j))
                    return;
    tell_met(t, r);
}

/* The last to write, its own read before, and who wrote in between. */
static void tell_lost(struct teller *t, struct story_result *r)
{
    uint32_t last = t->nrow, read = t->nrow, foreign = t->nrow, key = 0;
    for (uint32_t i = t->nrow; i-- > 0 && read == t->nrow;) {
        const struct row *w = &t->row[i];
        if (last == t->nrow) {
            if (w->writes && (t->o->key == NONE || w->writes == t->o->key + 1)) {
                last = i;
                key = w->writes;
            }
        } else if (w->lane == t->row[last].lane && w->reads == key) {
            read = i;
        } else if (w->lane != t->row[last].lane && w->writes == key && foreign == t->nrow) {
            foreign = i;
        }
    }
    if (last == t->nrow)
        return;
    t->row[last].mark = STORY_BAD;
    if (read == t->nrow || foreign == t->nrow)
        return;
    t->row[read].mark = t->row[foreign].mark = STORY_CAUSE;
    note(t, r, (struct loc){0},
         arena_printf(t->a,
                      "the update of %s is lost, for %s goes by the `%s` that it read before; "
                      "`atomic: true`, or a lock round read and write, keeps it",
                      t->lane[t->row[foreign].lane].name, t->lane[t->row[last].lane].name,
                      t->p->model->shared[key - 1].name));
}

/* ---- who holds what and waits for whom ---- */

static const char *still(struct teller *t, uint32_t slot)
{
    const struct task *k = &t->y.r.s.task[slot];
    switch ((enum task_state)k->state) {
    case T_WORK:
        return "in a call or a pause";
    case T_CPU:
        return "computing";
    default:
        return "";
    }
}

static void tell_lanes(struct teller *t, struct story_result *r, const uint32_t *who)
{
    const struct state *s = &t->y.r.s;
    r->nlane = t->nlane;
    r->lane = NEW(t->a, struct story_lane, t->nlane + 1u);
    for (uint32_t i = 0; i < t->nlane; i++) {
        const struct lane *l = &t->lane[i];
        r->lane[i] = (struct story_lane){.name = l->name,
                                         .task = l->task,
                                         .request = l->request == NONE ? 0 : l->request + 1,
                                         .parent = l->parent,
                                         .holds = "",
                                         .waits = ""};
    }
    for (uint32_t k = 0; k < s->ntask; k++) {
        uint32_t lane = teller_lane(t, k);
        if (lane == NONE || s->task[k].state == T_FREE || s->task[k].state == T_DONE ||
            t->lane[lane].over)
            continue;
        r->lane[lane].holds = words_held(t, k);
        r->lane[lane].waits = still(t, k);
        for (uint32_t i = 0; r->deadlock != NULL && i < r->deadlock->n; i++)
            if (who[i] == k)
                r->lane[lane].waits = r->deadlock->task[i].waits_for;
    }
}

void end_tell(struct teller *t, struct story_result *r)
{
    uint32_t who[STUCK_TOLD] = {0};
    if (!story_loops(t->o->fault) && stuck_exists(&t->view))
        r->deadlock = stuck_tell(&t->view, t->a, who);
    tell_lanes(t, r, who);
    switch (t->o->fault) {
    case STORY_TWICE:
        mark_twice(t);
        break;
    case STORY_UNAWAITED:
        tell_unawaited(t, r);
        break;
    case STORY_UNANSWERED:
    case STORY_OTHER:
        if (r->deadlock == NULL)
            mark_last(t);
        break;
    case STORY_RACE:
        tell_race(t, r);
        break;
    case STORY_LOST_UPDATE:
        tell_lost(t, r);
        break;
    case STORY_TRAPPED:
        note(t, r, (struct loc){0},
             "no outcome and no order of events leads from there to an end; an attempt without a "
             "limit is taken to succeed in the end, but only where it can");
        break;
    case STORY_DEADLOCK:
    case STORY_ENDLESS:
        break;
    }
}
