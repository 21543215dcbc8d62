/* SPDX-License-Identifier: GPL-3.0-or-later */
/* words.c - see words.h.  Liveness, backwards along the program, until nothing more is found. */
#include "core/words.h"
#include "base/arena.h"
#include <stdlib.h>
#include <string.h>

struct flow {
    const struct prog *p;
    bool *live, *at; /* of each pc; of the instruction that is looked at */
};

static void use(struct flow *f, uint32_t word)
{
    if (word != NONE)
        f->at[word] = true;
}

static void use_expr(struct flow *f, uint32_t expr)
{
    const struct xexpr *e = &f->p->x.expr[expr];
    for (uint32_t i = e->start; i < e->start + e->n; i++) {
        const struct xcode *c = &f->p->x.code[i];
        if (c->op == X_NAME || c->op == X_COUNT || c->op == X_ANY || c->op == X_ALL)
            use(f, c->a);
        if (c->op == X_ALL)
            use(f, (uint32_t)c->num);
    }
}

/* What the instruction at pc may go on with is needed here. */
static void flow_from(struct flow *f, uint32_t pc)
{
    const bool *v = f->live + (size_t)pc * f->p->nword;
    for (uint32_t i = 0; i < f->p->nword; i++)
        f->at[i] |= v[i];
}

/* ---- what an instruction reads and sets ---- */

static void use_captures(struct flow *f, uint32_t first, uint32_t n)
{
    for (uint32_t i = first; i < first + n; i++)
        use(f, f->p->capture[i].from);
}

static void use_acquired(struct flow *f, const struct op *o)
{
    if (o->flags & OPF_KEY)
        use(f, o->c);
    if (o->flags & OPF_WORD)
        use(f, (o->flags & OPF_KEY) ? o->b : o->c);
}

/* A group is made of these. */
static void use_fork(struct flow *f, const struct forksite *k)
{
    use(f, k->count_word);
    use(f, k->limit);
    use(f, k->until);
}

static void use_choice(struct flow *f, const struct choice *c)
{
    for (uint32_t i = c->first; i < c->first + c->n; i++)
        use_expr(f, f->p->arm[i].expr);
}

/* Of a child that ends: what it leaves to its owner, or to who takes it. */
static void use_ended(struct flow *f, uint32_t pc)
{
    const struct prog *p = f->p;
    uint32_t body = 0;
    for (uint32_t b = 0; b < p->nbody; b++)
        if (p->body[b].pc <= pc && p->body[b].pc >= p->body[body].pc)
            body = b;
    for (uint32_t i = 0; i < p->nop; i++) {
        const struct forksite *k = &p->fork[p->op[i].a];
        if (p->op[i].code != OP_FORK || p->op[i].b != body)
            continue;
        for (uint32_t e = 0; e < k->nexport; e++)
            use(f, p->exports[k->exports + e].from);
        for (uint32_t e = 0; e < k->ncopyvar; e++)
            use(f, p->exports[k->copyvar + e].from);
    }
}

static void set(struct flow *f, const struct op *o)
{
    if (o->code == OP_ASK || o->code == OP_LOAD || o->code == OP_ZERO || o->code == OP_TIMER ||
        o->code == OP_UNTIMER)
        f->at[o->a] = false;
}

static void read(struct flow *f, uint32_t pc)
{
    const struct prog *p = f->p;
    const struct op *o = &p->op[pc];
    switch ((enum opcode)o->code) {
    case OP_ASK:
    case OP_BRANCH:
        use_expr(f, o->b);
        break;
    case OP_CHOOSE:
        use_choice(f, &p->choice[o->a]);
        break;
    case OP_CALL:
        if (p->call[o->a].error != NONE)
            use_expr(f, p->site[p->call[o->a].error].expr);
        break;
    case OP_ACQ:
    case OP_REL:
        use_acquired(f, o);
        break;
    case OP_FORK:
        use_captures(f, p->body[o->b].capture, p->body[o->b].ncapture);
        use_fork(f, &p->fork[o->a]);
        break;
    case OP_GROUP:
        use_fork(f, &p->fork[o->a]);
        break;
    case OP_PUT:
        use_captures(f, p->put[o->a].capture, p->put[o->a].ncapture);
        break;
    case OP_AWAIT:
        use(f, p->await[o->a].until);
        break;
    case OP_STORE:
    case OP_INC:
        use(f, o->a);
        break;
    case OP_LOOP:
        use(f, o->a);
        use(f, o->b);
        break;
    case OP_END:
        use_ended(f, pc);
        break;
    default:
        break;
    }
}

/* ---- where it goes on ---- */

static void flow_on(struct flow *f, uint32_t pc)
{
    const struct prog *p = f->p;
    const struct op *o = &p->op[pc];
    switch ((enum opcode)o->code) {
    case OP_END:
    case OP_ABORT:
    case OP_FAIL:
        return;
    case OP_JUMP:
    case OP_INC:
        flow_from(f, o->c);
        return;
    case OP_CHOOSE:
        for (uint32_t i = 0; i < p->choice[o->a].n; i++)
            flow_from(f, p->arm[p->choice[o->a].first + i].target);
        return;
    case OP_BRANCH:
    case OP_LOOP:
    case OP_MORE:
    case OP_NEXT:
        flow_from(f, o->c);
        break;
    default:
        break;
    }
    flow_from(f, pc + 1);
}

/* A failure, or the task's being cancelled, may come anywhere. */
static void flow_out(struct flow *f, uint32_t pc)
{
    const struct prog *p = f->p;
    for (uint32_t h = p->handler_of[pc]; h != NONE; h = p->handler[h].outer) {
        const struct unwinder *u = &p->handler[h];
        if (u->kind == H_RELEASE)
            use_acquired(f, &p->op[u->a]);
        if (u->kind == H_UNTIMER)
            use(f, u->a);
        if (u->kind == H_CATCH || u->kind == H_RETRY)
            flow_from(f, u->target);
        if (u->kind == H_RETRY && u->limit != NONE) {
            use(f, u->word);
            use(f, u->limit);
        }
    }
}

/* What tasks find in the words of others: those that await, and those that are awaited, at any
 * time; and whether there is a group. */
static void use_always(struct flow *f)
{
    const struct prog *p = f->p;
    for (uint32_t i = 0; i < p->nimport; i++)
        use(f, p->import[i].from);
    for (uint32_t i = 0; i < p->nfork; i++) {
        const struct forksite *k = &p->fork[i];
        use(f, k->word);
        for (uint32_t e = 0; e < k->nexport && k->kind == GROUP_SPAWN; e++) {
            use(f, p->exports[k->exports + e].to);
            use(f, p->exports[k->exports + e].total);
        }
    }
}

bool *words_live(const struct prog *p)
{
    struct flow f = {.p = p, .live = xcalloc((size_t)p->nop * p->nword + 1, sizeof *f.live)};
    f.at = xcalloc(p->nword + 1u, sizeof *f.at);
    for (bool more = true; more;) {
        more = false;
        for (uint32_t pc = p->nop; pc-- > 0;) {
            bool *v = f.live + (size_t)pc * p->nword;
            memset(f.at, 0, p->nword * sizeof *f.at);
            flow_on(&f, pc);
            set(&f, &p->op[pc]);
            read(&f, pc);
            flow_out(&f, pc);
            use_always(&f);
            more |= memcmp(f.at, v, p->nword * sizeof *v) != 0;
            memcpy(v, f.at, p->nword * sizeof *v);
        }
    }
    free(f.at);
    return f.live;
}
