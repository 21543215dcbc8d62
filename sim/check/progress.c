/* SPDX-License-Identifier: GPL-3.0-or-later */
/* progress.c - see progress.h.
 *
 *   node   a formula in negation normal form, each once; over time only U and R are left
 *   leaf   a node over time that a remainder may name: a bit of a set
 *   set    leaves that all have to hold from the next state on
 *   sets   a choice among them, none of which holds another: a remainder */
#include "check/progress.h"
#include "core/vectors.h"
#include <stdlib.h>
#include <string.h>

enum kind { N_FALSE, N_TRUE, N_LIT, N_AND, N_OR, N_U, N_R };
struct node {
    enum kind kind;
    bool negated; /* N_LIT */
    uint32_t prop;
    uint32_t x, y;
    uint32_t leaf; /* N_U, N_R: or UINT32_MAX */
};
enum { MAX_LEAVES = 64, MAX_SETS = 128, MAX_NODES = 4096 };
struct sets {
    uint32_t n, cap;
    uint64_t *v;
    bool lost;
};
struct edge { /* of the table of what follows */
    uint32_t from, letter, to;
};
struct progress {
    struct node *node;
    uint32_t nnode, cap_node, top;
    uint32_t leaf[MAX_LEAVES], nleaf;
    uint64_t open;              /* leaves that are U: they fail where the run ends */
    uint64_t other[MAX_LEAVES]; /* of each leaf, the one that is its negation, or 0 */
    struct vectors state;       /* 2 numbers a set */
    struct edge *edge;
    uint32_t nedge, cap_edge;
    uint32_t *index, mask;
    bool full;          /* too many nodes */
    struct sets *after; /* of each node: what remains of it after a state with this letter */
    uint32_t letter;
    bool known;
};

/* ---- nodes ---- */

static uint32_t node_put(struct progress *p, struct node n)
{
    for (uint32_t i = 0; i < p->nnode; i++) {
        const struct node *o = &p->node[i];
        if (o->kind == n.kind && o->negated == n.negated && o->prop == n.prop && o->x == n.x &&
            o->y == n.y)
            return i;
    }
    if (p->nnode >= MAX_NODES) {
        p->full = true;
        return N_TRUE;
    }
    n.leaf = UINT32_MAX;
    p->node = grow(p->node, &p->cap_node, p->nnode + 1, sizeof *p->node);
    p->node[p->nnode] = n;
    return p->nnode++;
}

static uint32_t node_both(struct progress *p, enum kind k, uint32_t x, uint32_t y)
{
    uint32_t none = k == N_AND ? N_TRUE : N_FALSE, all = k == N_AND ? N_FALSE : N_TRUE;
    if (x == none || x == y)
        return y;
    if (y == none)
        return x;
    if (x == all || y == all)
        return all;
    return node_put(p, (struct node){.kind = k, .x = x < y ? x : y, .y = x < y ? y : x});
}

static uint32_t node_until(struct progress *p, uint32_t x, uint32_t y)
{
    if (y == N_TRUE || y == N_FALSE || x == y || x == N_FALSE)
        return y;
    return node_put(p, (struct node){.kind = N_U, .x = x, .y = y});
}

static uint32_t node_release(struct progress *p, uint32_t x, uint32_t y)
{
    if (y == N_TRUE || y == N_FALSE || x == y || x == N_TRUE)
        return y;
    return node_put(p, (struct node){.kind = N_R, .x = x, .y = y});
}

static uint32_t normal(struct progress *p, uint32_t *memo, const struct ltl_node *n, bool yes);

static uint32_t normal_of(struct progress *p, uint32_t *memo, const struct ltl_node *n, bool yes)
{
    uint32_t x, y;
    switch (n->op) {
    case LTL_TRUE:
    case LTL_FALSE:
        return (n->op == LTL_TRUE) == yes ? N_TRUE : N_FALSE;
    case LTL_PROP:
        return node_put(p, (struct node){.kind = N_LIT, .negated = !yes, .prop = n->prop});
    case LTL_NOT:
        return normal(p, memo, n->arg[0], !yes);
    case LTL_AND:
    case LTL_OR:
        x = normal(p, memo, n->arg[0], yes);
        y = normal(p, memo, n->arg[1], yes);
        return node_both(p, (n->op == LTL_AND) == yes ? N_AND : N_OR, x, y);
    case LTL_IMPLIES:
        x = normal(p, memo, n->arg[0], !yes);
        y = normal(p, memo, n->arg[1], yes);
        return node_both(p, yes ? N_OR : N_AND, x, y);
    case LTL_IFF: { /* both, or neither; negated: one of them */
        uint32_t a = normal(p, memo, n->arg[0], true), b = normal(p, memo, n->arg[1], yes);
        uint32_t c = normal(p, memo, n->arg[0], false), d = normal(p, memo, n->arg[1], !yes);
        return node_both(p, N_OR, node_both(p, N_AND, a, b), node_both(p, N_AND, c, d));
    }
    case LTL_G:
    case LTL_F:
        x = normal(p, memo, n->arg[0], yes);
        return (n->op == LTL_F) == yes ? node_until(p, N_TRUE, x) : node_release(p, N_FALSE, x);
    case LTL_U:
    case LTL_R:
        x = normal(p, memo, n->arg[0], yes);
        y = normal(p, memo, n->arg[1], yes);
        return (n->op == LTL_U) == yes ? node_until(p, x, y) : node_release(p, x, y);
    case LTL_W: /* x W y is y R (x or y) */
        x = normal(p, memo, n->arg[0], yes);
        y = normal(p, memo, n->arg[1], yes);
        x = node_both(p, yes ? N_OR : N_AND, x, y);
        return yes ? node_release(p, y, x) : node_until(p, y, x);
    }
    return N_TRUE;
}

/* The formula, or its negation; each part of it once, though IFF asks for both of both.  As deep as
 * it was read. */
static uint32_t normal(struct progress *p, uint32_t *memo, const struct ltl_node *n, bool yes)
{
    uint32_t *m = &memo[2 * n->id + yes];
    if (*m == 0)
        *m = 1 + normal_of(p, memo, n, yes);
    return *m - 1;
}

/* Leaves are numbered where a remainder can reach them: from the top down. */
static void number_leaves(struct progress *p)
{
    uint32_t *todo = xcalloc(p->nnode, sizeof *todo), n = 0;
    bool *seen = xcalloc(p->nnode, sizeof *seen);
    seen[p->top] = true;
    todo[n++] = p->top;
    for (uint32_t i = 0; i < n; i++) {
        struct node *o = &p->node[todo[i]];
        if (o->kind < N_AND)
            continue;
        if (o->kind >= N_U) {
            bug_if(p->nleaf == MAX_LEAVES);
            o->leaf = p->nleaf;
            p->open |= o->kind == N_U ? (uint64_t)1 << p->nleaf : 0;
            p->leaf[p->nleaf++] = todo[i];
        }
        const uint32_t both[2] = {o->x, o->y};
        for (int k = 0; k < 2; k++)
            if (!seen[both[k]]) {
                seen[both[k]] = true;
                todo[n++] = both[k];
            }
    }
    free(seen);
    free(todo);
}

/* Is y what x denies? */
static bool opposite(const struct progress *p, uint32_t x, uint32_t y)
{
    const struct node *a = &p->node[x], *b = &p->node[y];
    static const enum kind dual[] = {
        [N_FALSE] = N_TRUE, [N_TRUE] = N_FALSE, [N_LIT] = N_LIT, [N_AND] = N_OR,
        [N_OR] = N_AND,     [N_U] = N_R,        [N_R] = N_U};
    if (b->kind != dual[a->kind] || a->kind <= N_TRUE)
        return b->kind == dual[a->kind];
    if (a->kind == N_LIT)
        return a->prop == b->prop && a->negated != b->negated;
    if (opposite(p, a->x, b->x) && opposite(p, a->y, b->y))
        return true;
    return a->kind < N_U && opposite(p, a->x, b->y) && opposite(p, a->y, b->x);
}

static void pair_leaves(struct progress *p)
{
    for (uint32_t i = 0; i < p->nleaf; i++)
        for (uint32_t k = i + 1; k < p->nleaf; k++)
            if (p->nnode <= 200 && opposite(p, p->leaf[i], p->leaf[k])) {
                p->other[i] |= (uint64_t)1 << k;
                p->other[k] |= (uint64_t)1 << i;
            }
}

struct progress *progress_new(const struct ltl *f)
{
    struct progress *p = xcalloc(1, sizeof *p);
    node_put(p, (struct node){.kind = N_FALSE});
    node_put(p, (struct node){.kind = N_TRUE});
    uint32_t *memo = xcalloc(2 * (size_t)f->nnode, sizeof *memo);
    p->top = normal(p, memo, f->top, true);
    free(memo);
    p->after = xcalloc(p->nnode, sizeof *p->after);
    number_leaves(p);
    pair_leaves(p);
    const uint32_t nothing[2] = {0, 0};
    vectors_put(&p->state, nothing, 0); /* no set: it has failed */
    vectors_put(&p->state, nothing, 2); /* one that asks for nothing: it holds */
    return p;
}

void progress_free(struct progress *p)
{
    if (p == NULL)
        return;
    for (uint32_t i = 0; i < p->nnode; i++)
        free(p->after[i].v);
    free(p->after);
    free(p->node);
    vectors_free(&p->state);
    free(p->edge);
    free(p->index);
    free(p);
}

/* ---- sets ---- */

static void sets_free(struct sets *s)
{
    free(s->v);
    s->v = NULL;
    s->n = s->cap = 0;
    s->lost = false;
}

/* A set is added unless one in it says less; those that say more go. */
static void sets_add(const struct progress *p, struct sets *s, uint64_t set)
{
    for (uint64_t rest = set; rest != 0; rest &= rest - 1)
        if (p->other[__builtin_ctzll(rest)] & set)
            return; /* it and its negation */
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->n; i++)
        if ((s->v[i] & set) == s->v[i])
            return;
    for (uint32_t i = 0; i < s->n; i++)
        if ((s->v[i] & set) != set)
            s->v[n++] = s->v[i];
    s->n = n;
    if (s->n >= MAX_SETS) {
        s->lost = true;
        return;
    }
    s->v = grow(s->v, &s->cap, s->n + 1, sizeof *s->v);
    s->v[s->n++] = set;
}

static struct sets sets_both(const struct progress *p, const struct sets *x, const struct sets *y)
{
    struct sets s = {.lost = x->lost || y->lost};
    for (uint32_t i = 0; i < x->n && !s.lost; i++)
        for (uint32_t k = 0; k < y->n && !s.lost; k++)
            sets_add(p, &s, x->v[i] | y->v[k]);
    return s;
}

static void sets_join(const struct progress *p, struct sets *s, const struct sets *x)
{
    s->lost |= x->lost;
    for (uint32_t i = 0; i < x->n && !s->lost; i++)
        sets_add(p, s, x->v[i]);
}

static void after_until(const struct progress *p, struct sets *s, const struct node *n)
{
    const struct sets *x = &p->after[n->x], *y = &p->after[n->y];
    struct sets own = {0};
    sets_add(p, &own, (uint64_t)1 << n->leaf);
    struct sets on = sets_both(p, x, &own); /* y now; or x, and so on */
    sets_join(p, s, y);
    sets_join(p, s, &on);
    sets_free(&own);
    sets_free(&on);
}

static void after_release(const struct progress *p, struct sets *s, const struct node *n)
{
    const struct sets *x = &p->after[n->x], *y = &p->after[n->y];
    struct sets on = {0};
    sets_join(p, &on, x);
    sets_add(p, &on, (uint64_t)1 << n->leaf);
    *s = sets_both(p, y, &on); /* y now; and x, or so on */
    sets_free(&on);
}

/* What remains of each node after a state: operands come before what joins them. */
static void read_letter(struct progress *p, uint32_t letter)
{
    if (p->known && p->letter == letter)
        return;
    p->known = true;
    p->letter = letter;
    for (uint32_t i = 0; i < p->nnode; i++) {
        const struct node *n = &p->node[i];
        struct sets *s = &p->after[i];
        sets_free(s);
        if (n->kind == N_TRUE || (n->kind == N_LIT && (letter >> n->prop & 1) != n->negated))
            sets_add(p, s, 0);
        if (n->kind == N_AND)
            *s = sets_both(p, &p->after[n->x], &p->after[n->y]);
        if (n->kind == N_OR) {
            sets_join(p, s, &p->after[n->x]);
            sets_join(p, s, &p->after[n->y]);
        }
        if (n->kind >= N_U && n->leaf != UINT32_MAX)
            (n->kind == N_U ? after_until : after_release)(p, s, n);
    }
}

/* ---- remainders ---- */

static int by_value(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static uint32_t remainder_put(struct progress *p, struct sets *s)
{
    uint32_t id = PROGRESS_LOST;
    if (!s->lost) {
        uint32_t *v = xcalloc(2 * (size_t)s->n + 1, sizeof *v);
        if (s->n > 1)
            qsort(s->v, s->n, sizeof *s->v, by_value);
        for (uint32_t i = 0; i < s->n; i++) {
            v[2 * i] = (uint32_t)s->v[i];
            v[2 * i + 1] = (uint32_t)(s->v[i] >> 32);
        }
        id = vectors_put(&p->state, v, 2 * s->n);
        free(v);
    }
    sets_free(s);
    return id;
}

static uint32_t remainder_sets(const struct progress *p, uint32_t id)
{
    return (p->state.at[id + 1] - p->state.at[id]) / 2;
}

static uint64_t remainder_set(const struct progress *p, uint32_t id, uint32_t i)
{
    const uint32_t *v = vectors_get(&p->state, id) + 2 * (size_t)i;
    return v[0] | (uint64_t)v[1] << 32;
}

uint32_t progress_first(struct progress *p, uint32_t letter)
{
    if (p->full)
        return PROGRESS_LOST;
    struct sets s = {0};
    read_letter(p, letter);
    sets_join(p, &s, &p->after[p->top]);
    return remainder_put(p, &s);
}

static uint32_t compute_next(struct progress *p, uint32_t from, uint32_t letter)
{
    struct sets s = {0};
    read_letter(p, letter);
    for (uint32_t i = 0; i < remainder_sets(p, from); i++) {
        struct sets all = {0};
        sets_add(p, &all, 0);
        for (uint64_t set = remainder_set(p, from, i); set != 0; set &= set - 1) {
            const struct sets *one = &p->after[p->leaf[__builtin_ctzll(set)]];
            struct sets both = sets_both(p, &all, one);
            sets_free(&all);
            all = both;
        }
        sets_join(p, &s, &all);
        sets_free(&all);
    }
    return remainder_put(p, &s);
}

static uint32_t edge_hash(uint32_t from, uint32_t letter)
{
    uint64_t h = ((uint64_t)from << 32 | letter) * 0x9e3779b97f4a7c15U;
    return (uint32_t)(h >> 32);
}

static void edges_index(struct progress *p)
{
    p->mask = p->mask ? 2 * p->mask + 1 : 255;
    free(p->index);
    p->index = xcalloc((size_t)p->mask + 1, sizeof *p->index);
    for (uint32_t i = 0; i < p->nedge; i++) {
        uint32_t h = edge_hash(p->edge[i].from, p->edge[i].letter);
        while (p->index[h & p->mask] != 0)
            h++;
        p->index[h & p->mask] = i + 1;
    }
}

uint32_t progress_next(struct progress *p, uint32_t from, uint32_t letter)
{
    if (from <= PROGRESS_HOLDS || from == PROGRESS_LOST)
        return from;
    if (p->nedge >= p->mask / 2)
        edges_index(p);
    uint32_t h = edge_hash(from, letter);
    for (uint32_t i; (i = p->index[h & p->mask]) != 0; h++)
        if (p->edge[i - 1].from == from && p->edge[i - 1].letter == letter)
            return p->edge[i - 1].to;
    uint32_t to = compute_next(p, from, letter);
    p->edge = grow(p->edge, &p->cap_edge, p->nedge + 1, sizeof *p->edge);
    p->edge[p->nedge] = (struct edge){from, letter, to};
    p->index[h & p->mask] = ++p->nedge;
    return to;
}

bool progress_end(const struct progress *p, uint32_t at)
{
    if (at == PROGRESS_LOST)
        return true;
    for (uint32_t i = 0; i < remainder_sets(p, at); i++)
        if ((remainder_set(p, at, i) & p->open) == 0)
            return true;
    return false;
}

bool progress_trivial(const struct progress *p)
{
    return p->top == N_TRUE;
}

bool progress_waits(const struct progress *p)
{
    return p->open != 0;
}

uint32_t progress_size(const struct progress *p)
{
    return p->state.n;
}

bool progress_plain(const struct ltl_node *n, uint32_t letter, bool *plain)
{
    switch (n->op) {
    case LTL_TRUE:
        return true;
    case LTL_FALSE:
        return false;
    case LTL_PROP:
        return letter >> n->prop & 1;
    case LTL_NOT:
        return !progress_plain(n->arg[0], letter, plain);
    case LTL_AND:
    case LTL_OR:
    case LTL_IMPLIES:
    case LTL_IFF: {
        bool x = progress_plain(n->arg[0], letter, plain);
        bool y = progress_plain(n->arg[1], letter, plain);
        return n->op == LTL_AND       ? x && y
               : n->op == LTL_OR      ? x || y
               : n->op == LTL_IMPLIES ? !x || y
                                      : x == y;
    }
    default:
        *plain = false;
        return false;
    }
}
