/* SPDX-License-Identifier: GPL-3.0-or-later */
/* story_fold.c - phrases to events: what is trivial joins what comes next; see story.h. */
#include "check/story_impl.h"
#include <math.h>
#include <string.h>

/* "`x` and `y`", "3 copies of `x`", "`a`, `b`, `c` and 5 more" */
static const char *children(const struct teller *t, const struct phrase *q)
{
    const char *text = "";
    uint32_t known = sizeof q->child / sizeof *q->child, n = q->nchild < known ? q->nchild : known;
    if (t->p->fork[q->fork].kind == GROUP_EACH && q->nchild > 1)
        return arena_printf(t->a, "%u copies of `%s`", q->nchild,
                            step_short(t, t->p->mark_of[t->p->body[t->lane[q->child[0]].body].pc]));
    for (uint32_t i = 0; i < n && i < 4; i++)
        text = arena_printf(t->a, "%s%s`%s`", text,
                            i == 0                                ? ""
                            : i + 1 == q->nchild && q->nchild < 5 ? " and "
                                                                  : ", ",
                            t->lane[q->child[i]].task);
    return q->nchild > 4 ? arena_printf(t->a, "%s and %u more", text, q->nchild - 4) : text;
}

static const char *fork_text(const struct teller *t, const struct phrase *q)
{
    static const char *const verb[] = {"starts", "starts", "spawns", "sends", "detaches"};
    uint32_t queued = 0, known = sizeof q->child / sizeof *q->child;
    for (uint32_t i = 0; i < q->nchild && i < known; i++)
        queued += t->lane[q->child[i]].queued;
    const char *what = children(t, q);
    const char *pool = t->p->pool == NONE ? "" : t->p->res[t->p->pool].name;
    const char *pronoun = q->nchild > 1 ? "them" : "it";
    const char *text = arena_printf(t->a, "%s %s", verb[t->p->fork[q->fork].kind], what);
    if (q->waits)
        text = arena_printf(t->a, "%s and waits for %s", text, pronoun);
    if (queued > 0)
        text = arena_printf(t->a, "%s; %s for a thread of `%s`", text,
                            queued < q->nchild ? arena_printf(t->a, "%u of them wait", queued)
                            : q->nchild == 1   ? "it waits"
                            : q->nchild == 2   ? "both wait"
                                               : "all wait",
                            pool);
    return text;
}

static bool all_of(const struct row *r, uint32_t from, bool (*is)(const struct phrase *))
{
    for (uint32_t i = from; i < r->n; i++)
        if (!is(&r->say[i]))
            return false;
    return true;
}

static bool is_light(const struct phrase *q)
{
    return q->kind == SAY_LIGHT;
}

static bool is_routine(const struct phrase *q)
{
    return q->kind == SAY_BEGIN || strcmp(q->text, "ends") == 0;
}

static const char *row_text(const struct teller *t, const struct row *r, uint32_t from)
{
    const char *text = "";
    for (uint32_t i = from; i < r->n; i++) {
        const struct phrase *q = &r->say[i];
        const char *s = q->kind == SAY_FORK && q->fork != NONE ? fork_text(t, q) : q->text;
        text = arena_printf(t->a, "%s%s%s", text, *text ? ", " : "", s);
    }
    return text;
}

/* Does what goes round begin between the two? */
static bool circle_between(const struct teller *t, const struct row *a, const struct row *b)
{
    return t->o->cycle != NONE && a->move < t->o->cycle && b->move >= t->o->cycle;
}

/* Does the row go on where its lane's last event, the one before it, has left off? */
enum joint { JOINT_NONE, JOINT_LIGHT, JOINT_CALL };
static enum joint joint(const struct teller *t, const struct row *last, const struct row *r)
{
    if (last == NULL || last->lane != r->lane || last->mark != STORY_PLAIN || r->n == 0 ||
        circle_between(t, last, r))
        return JOINT_NONE;
    if (all_of(last, 0, is_light) || (last->n == 1 && last->say[0].kind == SAY_END))
        return JOINT_LIGHT;
    if (last->n > 0 && last->say[last->n - 1].kind == SAY_BEGIN && r->say[0].kind == SAY_END &&
        r->n > 1 && all_of(r, 1, is_routine) && r->mark == STORY_PLAIN)
        return JOINT_CALL;
    return JOINT_NONE;
}

static void event_from(struct story_event *e, const struct teller *t, const struct row *r)
{
    e->lane = r->lane;
    e->mark = r->mark;
    e->holds = r->holds;
    e->level = r->level;
    e->move = r->move;
    e->time = t->time ? (double)t->time[r->move] * 1e-9 : (double)NAN;
    e->at = t->p->body[t->lane[r->lane].body].at;
    struct loc body = e->at; /* of a task's end, which is told where nothing else is */
    for (uint32_t i = 0; i < r->n; i++)
        if (r->say[i].at.line != 0 &&
            (r->say[i].at.line != body.line || r->say[i].at.col != body.col))
            e->at = r->say[i].at;
}

static bool is_end(const struct phrase *q)
{
    return q->kind == SAY_END || q->kind == SAY_LIGHT;
}

/* Has the row changed what several want?  before NULL: it is the first. */
static bool same_levels(const struct story_result *r, const struct row *before,
                        const struct row *row)
{
    for (uint32_t c = 0; c < r->nlevel; c++)
        if (row->level[c] != (before == NULL ? r->level[c].start : before->level[c]))
            return false;
    return true;
}

/* An arrival, the end of a call: if nothing else comes of it at once, it is told with what its task
 * does next, unless time has passed by then.  What others do meanwhile does not hang on it. */
static void put_off(struct teller *t, const struct story_result *story, uint32_t i)
{
    struct row *r = &t->row[i], *next = NULL, *before = NULL;
    for (uint32_t k = 0; k < i; k++)
        before = t->row[k].n > 0 ? &t->row[k] : before;
    for (uint32_t k = i + 1; k < t->nrow && next == NULL; k++)
        next = t->row[k].n > 0 && t->row[k].lane == r->lane ? &t->row[k] : NULL;
    bool alone = (i == 0 || t->row[i - 1].move != r->move) &&
                 (i + 1 == t->nrow || t->row[i + 1].move != r->move);
    if (next == NULL || !alone || r->n == 0 || r->n + next->n > ROW_PHRASES ||
        r->mark != STORY_PLAIN || !all_of(r, 0, is_end) || !same_levels(story, before, r) ||
        circle_between(t, r, next) || (t->time != NULL && t->time[r->move] != t->time[next->move]))
        return;
    memmove(next->say + r->n, next->say, next->n * sizeof *next->say);
    memcpy(next->say, r->say, r->n * sizeof *r->say);
    next->n += r->n;
    r->n = 0;
}

void fold_rows(struct teller *t, struct story_result *r)
{
    const struct row *last = NULL;
    uint32_t number = 0;
    r->event = NEW(t->a, struct story_event, t->nrow + 1u);
    for (uint32_t i = 0; i < t->nrow; i++)
        put_off(t, r, i);
    for (uint32_t i = 0; i < t->nrow; i++) {
        const struct row *row = &t->row[i];
        if (row->n == 0)
            continue;
        enum joint j = joint(t, last, row);
        struct story_event *e = j != JOINT_NONE ? &r->event[r->nevent - 1] : &r->event[r->nevent];
        if (j == JOINT_NONE) {
            bool same = r->nevent > 0 && r->event[r->nevent - 1].move == row->move;
            number += !same;
            e->text = row_text(t, row, 0);
            r->nevent++;
        } else if (j == JOINT_LIGHT) {
            e->text = arena_printf(t->a, "%s, %s", e->text, row_text(t, row, 0));
        } else {
            e->text = arena_printf(t->a, "%s, then %s", e->text, row_text(t, row, 1));
        }
        double began = e->time;
        event_from(e, t, row);
        if (j == JOINT_CALL)
            e->time = began;
        e->number = number;
        last = row;
    }
    if (t->o->cycle != NONE)
        for (uint32_t i = r->nevent; i-- > 0;)
            if (r->event[i].move >= t->o->cycle)
                r->cycle = r->event[i].number;
}
