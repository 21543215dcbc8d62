/* SPDX-License-Identifier: GPL-3.0-or-later */
/* draw_name.c - see draw_name.h. */
#include "run/draw_name.h"
#include "run/sim_impl.h"
#include <string.h>

struct sim_request draw_name_request(const struct sim *s, uint32_t task)
{
    const struct rside *r = &s->rside[s->st.task[task].req];
    return (struct sim_request){r->cls, r->client, r->ordinal};
}

/* The last part of a path, less what tells it from others of its name. */
static void put_last(struct buf *b, const char *path)
{
    const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;
    buf_put(b, last, strcspn(last, "#"));
}

/* Who started a detached task may be gone. */
static bool is_detached(const struct sim *s, uint32_t task)
{
    const struct task *t = &s->st.task[task];
    return t->group == NONE && (t->flags & TF_DETACHED) && !(t->flags & TF_ITEM) &&
           s->st.req[t->req].root != task;
}

void draw_name_task(struct buf *b, const struct sim *s, uint32_t task)
{
    const struct task *t = &s->st.task[task];
    if (is_detached(s, task)) {
        buf_putc(b, '/');
        put_last(b, s->p->body[t->body].path);
        return;
    }
    if (t->parent == NONE || t->group == NONE)
        return;
    draw_name_task(b, s, t->parent);
    enum group_kind kind = s->p->fork[s->st.group[t->group].fork].kind;
    buf_putc(b, '/');
    put_last(b, s->p->body[t->body].path);
    if (kind == GROUP_EACH || kind == GROUP_HEDGE)
        buf_printf(b, "[%u]", t->copy);
}

void draw_name_step(struct buf *b, const struct prog *p, uint32_t pc)
{
    buf_putc(b, '/');
    if (p->mark_of[pc] != NONE)
        put_last(b, p->mark[p->mark_of[pc]].path);
}
