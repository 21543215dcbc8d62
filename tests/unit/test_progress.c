/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_progress.c - formulas along finite runs: random ones on random words, against the definition
 * of their meaning spelled out position by position; laws that hold for every formula; and what can
 * no longer hold must be known at once for the shapes in which claims are written. */
#include "check/progress.h"
#include "base/rng.h"
#include "tests/unit/ltl_truth.h"
#include "tests/unit/test.h"
#include <stdio.h>
#include <string.h>

enum { PROPS = 3, MOST_LENGTH = 6 };

/* ---- formulas without text ---- */

struct maker {
    struct arena *a;
    uint64_t seed;
    uint32_t visit, nnode, temporal;
};

static uint32_t dice(struct maker *m, uint32_t n)
{
    struct draw_key k = {.seed = m->seed, .visit = m->visit++};
    uint32_t x = (uint32_t)(rng_unit(k) * n);
    return x < n ? x : n - 1;
}

static const struct ltl_node *make(struct maker *m, enum ltl_op op, const struct ltl_node *x,
                                   const struct ltl_node *y)
{
    struct ltl_node *n = NEW(m->a, struct ltl_node, 1);
    *n = (struct ltl_node){.op = op, .arg = {x, y}, .id = m->nnode++};
    return n;
}

static const struct ltl_node *prop(struct maker *m, uint32_t i)
{
    struct ltl_node *n = NEW(m->a, struct ltl_node, 1);
    *n = (struct ltl_node){.op = LTL_PROP, .prop = i, .id = m->nnode++};
    return n;
}

static const struct ltl_node *random_node(struct maker *m, uint32_t depth)
{
    uint32_t k = depth == 0 ? dice(m, 4) : dice(m, 16);
    if (k < 4)
        return k == 3 && dice(m, 3) == 0 ? make(m, dice(m, 2) ? LTL_TRUE : LTL_FALSE, NULL, NULL)
                                         : prop(m, dice(m, PROPS));
    static const enum ltl_op ops[12] = {LTL_NOT, LTL_NOT, LTL_AND, LTL_OR, LTL_IMPLIES, LTL_IFF,
                                        LTL_G,   LTL_F,   LTL_U,   LTL_R,  LTL_W,       LTL_U};
    enum ltl_op op = ops[k - 4];
    if (op >= LTL_G && ++m->temporal > 30)
        op = LTL_NOT;
    const struct ltl_node *x = random_node(m, depth - 1);
    bool one = op == LTL_NOT || op == LTL_G || op == LTL_F;
    return make(m, op, x, one ? NULL : random_node(m, depth - 1));
}

static bool progressed(struct progress *p, const struct word *w)
{
    uint32_t at = progress_first(p, w->at[0]);
    for (uint32_t i = 1; i < w->n; i++)
        at = progress_next(p, at, w->at[i]);
    assert_int_not_equal(at, PROGRESS_LOST);
    if (at == PROGRESS_FAILED || at == PROGRESS_HOLDS)
        assert_int_equal(progress_end(p, at), at == PROGRESS_HOLDS);
    return progress_end(p, at);
}

static struct word random_word(struct maker *m)
{
    struct word w = {.n = 1 + dice(m, MOST_LENGTH)};
    for (uint32_t i = 0; i < w.n; i++)
        w.at[i] = dice(m, 1 << PROPS);
    return w;
}

static const struct ltl *whole(struct maker *m, const struct ltl_node *top)
{
    struct ltl *f = NEW(m->a, struct ltl, 1);
    struct ltl_prop *v = NEW(m->a, struct ltl_prop, PROPS);
    static const char *const text[PROPS] = {"p", "q", "r"};
    for (uint32_t i = 0; i < PROPS; i++)
        v[i] = (struct ltl_prop){.what = LTL_ENDED, .text = text[i]};
    *f = (struct ltl){.top = top, .nprop = PROPS, .nnode = m->nnode, .prop = v};
    return f;
}

static void disagree(const struct ltl *f, const struct word *w, bool want)
{
    struct buf b = {0};
    ltl_print(f, &b);
    buf_puts(&b, " on");
    for (uint32_t i = 0; i < w->n; i++)
        buf_printf(&b, " %u", w->at[i]);
    fail_msg("%s: it %s", b.s, want ? "holds" : "does not hold");
}

static void test_definition(void **state)
{
    (void)state;
    uint32_t held = 0, words = 0;
    for (uint64_t seed = 1; seed <= test_samples(4000); seed++) {
        struct maker m = {.a = arena_new(0), .seed = seed};
        const struct ltl *f = whole(&m, random_node(&m, 4));
        struct progress *p = progress_new(f);
        for (int i = 0; i < 40; i++) {
            struct word w = random_word(&m);
            bool want = holds(f->top, &w, 0);
            if (progressed(p, &w) != want)
                disagree(f, &w, want);
            held += want;
            words++;
        }
        progress_free(p);
        arena_drop(m.a);
    }
    assert_in_range(held, words / 4, words - words / 4); /* neither answer is the only one */
}

/* ---- laws ---- */

struct law {
    const char *name;
    const struct ltl_node *(*left)(struct maker *, const struct ltl_node *,
                                   const struct ltl_node *);
    const struct ltl_node *(*right)(struct maker *, const struct ltl_node *,
                                    const struct ltl_node *);
};
#define SIDE(name, body)                                                                           \
    static const struct ltl_node *name(struct maker *m, const struct ltl_node *x,                  \
                                       const struct ltl_node *y)                                   \
    {                                                                                              \
        (void)x;                                                                                   \
        (void)y;                                                                                   \
        return body;                                                                               \
    }
#define N(x)        make(m, LTL_NOT, x, NULL)
#define G(x)        make(m, LTL_G, x, NULL)
#define F(x)        make(m, LTL_F, x, NULL)
#define B(op, x, y) make(m, LTL_##op, x, y)
/* clang-format off: not declarations, though they look like them */
SIDE(l1, G(x))
SIDE(r1, N(F(N(x))))
SIDE(l2, N(B(U, x, y)))
SIDE(r2, B(R, N(x), N(y)))
SIDE(l3, B(W, x, y))
SIDE(r3, B(OR, B(U, x, y), G(x)))
SIDE(l4, B(U, x, y))
SIDE(r4, B(AND, B(W, x, y), F(y)))
SIDE(l5, F(F(x)))
SIDE(r5, F(x))
SIDE(l6, G(B(AND, x, y)))
SIDE(r6, B(AND, G(x), G(y)))
SIDE(l7, F(B(OR, x, y)))
SIDE(r7, B(OR, F(x), F(y)))
SIDE(l8, N(B(W, x, y)))
SIDE(r8, B(U, N(y), B(AND, N(x), N(y))))
SIDE(l9, B(R, x, y))
SIDE(r9, B(W, y, B(AND, x, y)))
SIDE(l10, B(IFF, x, y))
SIDE(r10, B(AND, B(IMPLIES, x, y), B(IMPLIES, y, x)))
SIDE(l11, G(F(x)))
SIDE(r11, F(G(x))) /* where runs end */
SIDE(l12, B(U, x, B(U, x, y)))
SIDE(r12, B(U, x, y))
/* clang-format on */

static const struct law laws[] = {
    {"G x = not F not x", l1, r1},
    {"not (x U y) = not x R not y", l2, r2},
    {"x W y = x U y or G x", l3, r3},
    {"x U y = x W y and F y", l4, r4},
    {"F F x = F x", l5, r5},
    {"G (x and y) = G x and G y", l6, r6},
    {"F (x or y) = F x or F y", l7, r7},
    {"not (x W y) = not y U (not x and not y)", l8, r8},
    {"x R y = y W (x and y)", l9, r9},
    {"x <-> y = (x -> y) and (y -> x)", l10, r10},
    {"G F x = F G x", l11, r11},
    {"x U (x U y) = x U y", l12, r12},
};

static void test_law(void **state)
{
    const struct law *law = *state;
    for (uint64_t seed = 1; seed <= test_samples(600); seed++) {
        struct maker m = {.a = arena_new(0), .seed = seed};
        const struct ltl_node *x = random_node(&m, 2), *y = random_node(&m, 2);
        m.temporal = 0;
        const struct ltl_node *left = law->left(&m, x, y), *right = law->right(&m, x, y);
        struct progress *p = progress_new(whole(&m, left)), *q = progress_new(whole(&m, right));
        for (int i = 0; i < 40; i++) {
            struct word w = random_word(&m);
            if (progressed(p, &w) != progressed(q, &w))
                fail_msg("seed %u: the sides differ", (unsigned)seed);
        }
        progress_free(p);
        progress_free(q);
        arena_drop(m.a);
    }
}

/* Saying a state twice changes nothing: there is no `next`. */
static void test_stutter(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= test_samples(2000); seed++) {
        struct maker m = {.a = arena_new(0), .seed = seed};
        const struct ltl *f = whole(&m, random_node(&m, 4));
        struct progress *p = progress_new(f);
        for (int i = 0; i < 20; i++) {
            struct word w = random_word(&m), twice = {0};
            w.n = w.n > MOST_LENGTH / 2 ? MOST_LENGTH / 2 : w.n;
            for (uint32_t k = 0; k < w.n; k++)
                for (uint32_t times = 1 + dice(&m, 2); times > 0; times--)
                    twice.at[twice.n++] = w.at[k];
            if (progressed(p, &w) != progressed(p, &twice))
                disagree(f, &w, !progressed(p, &w));
        }
        progress_free(p);
        arena_drop(m.a);
    }
}

/* ---- when it is known ---- */

static const struct early {
    const char *name;
    uint32_t n, word[4]; /* p: 1, q: 2 */
    uint32_t at;         /* the position at which it is known to fail; 9: not before the end */
    bool holds;          /* at the end */
} earlies[] = {
    {"G not p", 3, {0, 1, 0}, 1, false},
    {"G not p", 3, {0, 2, 0}, 9, true},
    {"F p", 3, {0, 0, 0}, 9, false},
    {"F p", 3, {0, 1, 0}, 9, true},
    {"G (p -> G not q)", 4, {2, 1, 0, 2}, 3, false},
    {"G (p -> G not q)", 2, {2, 3}, 1, false},
    {"G (p -> G not q)", 4, {2, 2, 0, 1}, 9, true},
    {"G (p -> F q)", 4, {1, 2, 1, 0}, 9, false},
    {"G (p -> F q)", 4, {1, 2, 1, 3}, 9, true},
    {"not p U q", 3, {0, 1, 2}, 1, false},
    {"not p U q", 3, {0, 2, 1}, 9, true},
    {"not p U q", 3, {0, 0, 0}, 9, false},
    {"not p W q", 3, {0, 0, 0}, 9, true},
    {"p R q", 3, {2, 3, 0}, 9, true},
    {"p R q", 3, {2, 0, 3}, 1, false},
    {"G p and F not p", 2, {1, 1}, 0, false},
};

static const struct ltl_node *early_node(struct maker *m, const char *name)
{
    const struct ltl_node *p = prop(m, 0), *q = prop(m, 1);
    if (strcmp(name, "G not p") == 0)
        return G(N(p));
    if (strcmp(name, "F p") == 0)
        return F(p);
    if (strcmp(name, "G (p -> G not q)") == 0)
        return G(B(IMPLIES, p, G(N(q))));
    if (strcmp(name, "G (p -> F q)") == 0)
        return G(B(IMPLIES, p, F(q)));
    if (strcmp(name, "not p U q") == 0)
        return B(U, N(p), q);
    if (strcmp(name, "not p W q") == 0)
        return B(W, N(p), q);
    if (strcmp(name, "p R q") == 0)
        return B(R, p, q);
    return B(AND, G(p), F(N(p)));
}

static void test_early(void **state)
{
    const struct early *r = *state;
    struct maker m = {.a = arena_new(0)};
    struct progress *p = progress_new(whole(&m, early_node(&m, r->name)));
    uint32_t at = 0;
    for (uint32_t i = 0; i < r->n; i++) {
        at = i ? progress_next(p, at, r->word[i]) : progress_first(p, r->word[i]);
        if ((at == PROGRESS_FAILED) != (i >= r->at))
            fail_msg("%s: at %u", r->name, i);
    }
    assert_int_equal(progress_end(p, at), r->holds);
    progress_free(p);
    arena_drop(m.a);
}

/* <-> asks for both of both, two hundred deep; the remainders of a chain of U stay few. */
static void test_large(void **state)
{
    (void)state;
    struct maker maker = {.a = arena_new(0)}, *m = &maker;
    const struct ltl_node *x = prop(m, 0), *y = prop(m, 0);
    for (uint32_t i = 0; i < 200; i++)
        x = B(IFF, x, prop(m, i % PROPS));
    for (uint32_t i = 0; i < 29; i++)
        y = B(U, prop(m, i % PROPS), y);
    const struct ltl_node *sides[] = {x, y};
    for (int k = 0; k < 2; k++) {
        const struct ltl *f = whole(m, sides[k]);
        struct progress *p = progress_new(f);
        for (int i = 0; i < 300; i++) {
            struct word w = random_word(m);
            bool known = progressed(p, &w);
            assert_int_equal(known, k == 0 || i < 20 ? holds(f->top, &w, 0) : known);
        }
        assert_in_range(progress_size(p), 2, 500);
        progress_free(p);
    }
    arena_drop(m->a);
}

int main(void)
{
    struct CMUnitTest t[TEST_COUNT(laws) + TEST_COUNT(earlies) + 3];
    size_t n = 0;
    t[n++] = (struct CMUnitTest)cmocka_unit_test(test_definition);
    for (size_t i = 0; i < TEST_COUNT(laws); i++)
        t[n++] = test_named(laws[i].name, test_law, &laws[i]);
    t[n++] = (struct CMUnitTest)cmocka_unit_test(test_stutter);
    for (size_t i = 0; i < TEST_COUNT(earlies); i++)
        t[n++] = test_named(earlies[i].name, test_early, &earlies[i]);
    t[n++] = (struct CMUnitTest)cmocka_unit_test(test_large);
    return cmocka_run_group_tests_name("progress", t, NULL, NULL);
}
