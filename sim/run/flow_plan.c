/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flow_plan.c - is this a program that only flows (flow.h)?  Whatever is not known to be, is not.
 */
#include "run/flow_impl.h"
#include <math.h>
#include <stdlib.h>

enum { LEAVES = 1024, NESTING = 32, BLOCK = 64, BLOCK_DRAWS = 2048 };

/* The execution: no costs, no cores, no bounds but serial's worker. */
static bool plain_execution(const struct prog *p)
{
    if (p->workers != 1 || p->uses_cpu || p->gil_contended || p->has_timers || p->pool != NONE ||
        p->limit != NONE || p->queue_limit != NONE || p->nstage > 0 || p->nput > 0 || p->nvar > 0)
        return false;
    for (unsigned c = 0; c < COST_COUNT; c++)
        if (p->cost_site[c] != NONE)
            return false;
    if (p->server == NONE)
        return true;
    const struct res *r = &p->res[p->server];
    return !p->has_loop && r->discipline == DISC_FIFO && r->keys == 0 && r->queue == NONE &&
           r->queue_timeout == NONE;
}

static bool plain_loads(const struct prog *p)
{
    for (uint32_t i = 0; i < p->ncls; i++) {
        const struct load *l = p->cls[i].load;
        if (p->cls[i].answers || (l == NULL && p->ncls > 1) ||
            (l != NULL && l->kind != LOAD_OPEN && l->kind != LOAD_REPLAY))
            return false;
    }
    return true;
}

static bool plain_service(const struct prog *p, const struct op *o)
{
    const struct res *r = &p->res[o->a];
    return o->code == OP_ACQ && (o->flags & ~OPF_PRIORITY) == OPF_SERVICE && o->b == 1 &&
           r->kind == RES_SERVICE && r->discipline == DISC_FIFO && r->keys == 0 &&
           r->queue == NONE && r->queue_timeout == NONE;
}

/* A body is read from its pc on, up to its end. */
struct reader {
    struct flow *f;
    struct flow_class *c;
    double *known; /* words whose value is known; NAN: not */
    uint32_t left; /* nesting allowed */
};

static bool leaf_add(struct reader *r, uint32_t site, uint32_t key)
{
    const struct prog *p = r->f->p;
    struct flow_class *c = r->c;
    const struct site *w = &p->site[site];
    const struct xexpr *x = &p->x.expr[w->expr];
    struct flow_leaf l = {.key = key, .site = w->hash, .dist = x->dist};
    if (w->nloop > 0 || c->nleaf == LEAVES || (x->dist == NULL && !x->constant))
        return false;
    if (x->dist == NULL)
        l.ns = draw_ns(x->value);
    c->leaf = grow(c->leaf, &c->cap_leaf, c->nleaf + 1, sizeof *c->leaf);
    c->leaf[c->nleaf++] = l;
    return l.ns >= 0;
}

static uint32_t key_add(struct flow_class *c, uint32_t from, uint64_t x)
{
    c->key = grow(c->key, &c->cap_key, c->nkey + 1, sizeof *c->key);
    c->key[c->nkey] = (struct flow_key){from, x};
    return c->nkey++;
}

static bool read_call(struct reader *r, uint32_t pc, uint32_t key)
{
    const struct prog *p = r->f->p;
    const struct callsite *c = &p->call[p->op[pc].a];
    const struct op *before = pc > 0 ? &p->op[pc - 1] : NULL;
    bool held = before && before->code == OP_ACQ;
    if (p->op[pc].flags & OPF_BLOCKING || c->ps || c->blocking || c->error != NONE ||
        held != (c->res != NONE))
        return false;
    if (held && (before->a != c->res || p->op[pc + 1].code != OP_REL))
        return false;
    return leaf_add(r, c->latency, key);
}

static bool read_word_is(const struct reader *r, uint32_t word, double least, double most)
{
    return word == NONE || (r->known[word] >= least && r->known[word] <= most);
}

/* Is every child awaited, and does none leave anything behind?  Then how many are there? */
static bool read_group(struct reader *r, uint32_t pc)
{
    const struct forksite *k = &r->f->p->fork[r->f->p->op[pc].a];
    double n = k->nbranch;
    if (k->kind == GROUP_EACH)
        n = r->known[k->count_word];
    if ((k->kind != GROUP_EACH && k->kind != GROUP_PARALLEL) || k->consumed || k->nexport > 0 ||
        !(n >= 1 && n <= LEAVES) || !read_word_is(r, k->until, n, n) ||
        !read_word_is(r, k->limit, n, INFINITY))
        return false;
    r->f->want[k - r->f->p->fork] = (uint32_t)n;
    return true;
}

static bool read_body(struct reader *r, uint32_t body, uint32_t key);

static bool read_fork(struct reader *r, uint32_t pc, uint32_t key)
{
    const struct prog *p = r->f->p;
    const struct op *o = &p->op[pc];
    const struct forksite *k = &p->fork[o->a];
    uint32_t site = p->site_of[pc], n = k->kind == GROUP_EACH ? r->f->want[o->a] : 1;
    bool in_place = (o->flags & OPF_INPLACE) != 0;
    if ((o->flags & OPF_LIGHT) || in_place != p->in_place || r->left == 0 || n == 0 ||
        (site != NONE && p->site[site].nloop > 0) || r->c->nkey + n > LEAVES)
        return false;
    uint32_t first = r->c->nleaf;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t own = i == 0 ? key : key_add(r->c, key, ((uint64_t)1 << 56) | i);
        struct reader in = *r;
        in.left--;
        in.known = xcalloc(p->nword + 1u, sizeof *in.known);
        bool well = read_body(&in, o->b, own);
        free(in.known);
        if (!well)
            return false;
        if (i == 0)
            r->f->stride[pc] = k->kind == GROUP_EACH ? r->c->nleaf - first : 0;
    }
    return true;
}

static bool read_op(struct reader *r, uint32_t pc, uint32_t key)
{
    const struct prog *p = r->f->p;
    const struct op *o = &p->op[pc];
    const struct xexpr *x;
    switch ((enum opcode)o->code) {
    case OP_ENTER:
    case OP_LEAVE:
    case OP_TOUCH:
        return true;
    case OP_ASK:
        x = &p->x.expr[o->b];
        r->known[o->a] = x->constant ? x->value : NAN;
        return x->constant;
    case OP_ACQ:
        return plain_service(p, o) && p->op[pc + 1].code == OP_CALL;
    case OP_CALL:
        return read_call(r, pc, key);
    case OP_REL:
        return pc > 0 && p->op[pc - 1].code == OP_CALL && p->call[p->op[pc - 1].a].res == o->a;
    case OP_PAUSE:
        return !(o->flags & OPF_BLOCKING) && leaf_add(r, p->site_of[pc], key);
    case OP_GROUP:
        return read_group(r, pc);
    case OP_MORE:
        return o->c > pc && r->f->want[o->a] > 0;
    case OP_FORK:
        return r->f->want[o->a] > 0 && read_fork(r, pc, key);
    case OP_JUMP: /* an each's, back to its question */
        return o->c < pc && p->op[o->c].code == OP_MORE;
    case OP_JOIN:
        return r->f->want[o->a] > 0;
    default:
        return false;
    }
}

static bool read_body(struct reader *r, uint32_t body, uint32_t key)
{
    struct flow *f = r->f;
    uint32_t first = r->c->nleaf;
    for (uint32_t k = 0; k < f->p->nword; k++)
        r->known[k] = NAN;
    for (uint32_t pc = f->p->body[body].pc; pc < f->p->nop; pc++) {
        if (f->p->op[pc].code == OP_END)
            return true;
        f->leaf_of[pc] = r->c->nleaf - first;
        if (!read_op(r, pc, key))
            return false;
    }
    return false;
}

static bool class_plan(struct flow *f, uint32_t cls)
{
    struct flow_class *c = &f->cls[cls];
    struct reader r = {.f = f, .c = c, .left = NESTING};
    r.known = xcalloc(f->p->nword + 1u, sizeof *r.known);
    key_add(c, 0, 0);
    bool well = read_body(&r, f->p->cls[cls].body, 0);
    free(r.known);
    if (!well)
        return false;
    uint32_t fit = BLOCK_DRAWS / (c->nleaf + 1) / 4 * 4;
    c->block = fit < 4 ? 4 : fit > BLOCK ? BLOCK : fit;
    c->ns = xcalloc((size_t)c->block * c->nleaf + 1, sizeof *c->ns);
    c->path = xcalloc((size_t)c->block * c->nkey, sizeof *c->path);
    c->unit = xcalloc(c->block, sizeof *c->unit);
    f->most = c->nleaf > f->most ? c->nleaf : f->most;
    return true;
}

static void skips_find(struct flow *f)
{
    const struct prog *p = f->p;
    for (uint32_t i = 0; i < p->nop; i++) {
        uint32_t pc = i;
        enum opcode c;
        while ((c = (enum opcode)p->op[pc].code) == OP_ENTER || c == OP_LEAVE || c == OP_TOUCH ||
               c == OP_ASK || c == OP_JUMP)
            pc = c == OP_JUMP ? p->op[pc].c : pc + 1;
        f->skip[i] = pc;
    }
}

/* One call or pause without a queue, in steps that all begin before it and end after it. */
static bool leaf_body(const struct flow *f, uint32_t body)
{
    const struct prog *p = f->p;
    uint32_t pc = p->body[body].pc, at = f->skip[pc];
    const struct op *o = &p->op[at];
    bool work = o->code == OP_PAUSE || (o->code == OP_CALL && p->call[o->a].res == NONE);
    if (!work || p->op[f->skip[at + 1]].code != OP_END)
        return false;
    for (; p->op[pc].code != OP_END; pc++)
        if (p->op[pc].code == (pc < at ? OP_LEAVE : OP_ENTER))
            return false;
    return true;
}

static void leaves_find(struct flow *f)
{
    const struct prog *p = f->p;
    for (uint32_t i = 0; i < p->nfork; i++)
        f->leaves[i] = true;
    for (uint32_t i = 0; i < p->nop; i++)
        if (p->op[i].code == OP_FORK && !leaf_body(f, p->op[i].b))
            f->leaves[p->op[i].a] = false;
}

bool flow_plan(struct flow *f, const struct sim_opt *o)
{
    const struct prog *p = f->p;
    if (o->stepwise || o->trace_full || o->max_events || o->scale || o->oracle ||
        !plain_execution(p) || !plain_loads(p))
        return false;
    f->leaf_of = xcalloc(p->nop + 1u, sizeof *f->leaf_of);
    f->stride = xcalloc(p->nop + 1u, sizeof *f->stride);
    f->skip = xcalloc(p->nop + 1u, sizeof *f->skip);
    f->want = xcalloc(p->nfork + 1u, sizeof *f->want);
    f->leaves = xcalloc(p->nfork + 1u, sizeof *f->leaves);
    f->cls = xcalloc(p->ncls + 1u, sizeof *f->cls);
    for (uint32_t i = 0; i < p->ncls; i++)
        if (!class_plan(f, i))
            return false;
    skips_find(f);
    leaves_find(f);
    lone_plan(f);
    busy_plan(f);
    return true;
}

void flow_plan_free(struct flow *f)
{
    for (uint32_t i = 0; f->cls && i < f->p->ncls; i++) {
        free(f->cls[i].leaf);
        free(f->cls[i].key);
        free(f->cls[i].ns);
        free(f->cls[i].path);
        free(f->cls[i].unit);
    }
    free(f->cls);
    free(f->leaf_of);
    free(f->stride);
    free(f->skip);
    free(f->want);
    free(f->leaves);
}
