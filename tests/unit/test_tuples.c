/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of states: tuples get the places that a plain list searched from its begin gives them,
 * one by one or many at once, by any number of threads; and numbers that rise come back. */
#include "base/arena.h"
#include "check/rising.h"
#include "check/tuples.h"
#include "tests/unit/test.h"
#include <string.h>

enum { WIDTH = 3, MOST = 60000, PIECES = 5 };

static uint32_t next(uint64_t *seed) /* splitmix64 */
{
    uint64_t z = *seed += 0x9e3779b97f4a7c15U;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return (uint32_t)(z >> 32);
}

/* Each row of numbers below 40 is one number below 64,000: a list of all tuples there can be. */
struct list {
    uint32_t *place, n;
};

static uint32_t list_put(struct list *l, const uint32_t *v)
{
    uint32_t *place = &l->place[(v[0] * 40 + v[1]) * 40 + v[2]];
    if (*place == 0)
        *place = ++l->n;
    return *place - 1;
}

static void draw(uint32_t *v, uint32_t i, uint32_t n, uint64_t *seed)
{
    uint32_t below = 3 + 37 * (i < n ? i : n) / n; /* greater and greater: rows are widened */
    for (uint32_t k = 0; k < WIDTH; k++)
        v[k] = next(seed) % below;
}

static void test_one_by_one(void **state)
{
    struct tuples t = {.width = WIDTH};
    struct list l = {.place = xcalloc(64000, sizeof(uint32_t))};
    uint64_t seed = 1;
    uint32_t v[WIDTH], out[WIDTH];
    (void)state;
    for (uint32_t i = 0; i < MOST; i++) {
        bool fresh;
        uint32_t n = l.n;
        draw(v, i, MOST, &seed);
        uint32_t known = tuples_find(&t, v), place = tuples_put(&t, v, &fresh);
        assert_int_equal(place, list_put(&l, v));
        assert_int_equal(fresh, l.n > n);
        assert_int_equal(known, fresh ? UINT32_MAX : place);
        tuples_get(&t, place, out);
        assert_memory_equal(out, v, sizeof v);
    }
    assert_int_equal(t.n, l.n);
    assert_true(t.n > 20000 && t.shards > 1);
    free(l.place);
    tuples_free(&t);
}

static void put_many(struct tuples *t, struct tuples_many *m, uint32_t n, uint64_t *seed,
                     struct list *l, uint32_t jobs)
{
    struct tuples_piece piece[PIECES];
    uint32_t *v = xcalloc((size_t)n * WIDTH + 1, sizeof *v), max = 1;
    for (uint32_t i = 0; i < n; i++) {
        draw(v + (size_t)i * WIDTH, t->n + i, MOST, seed);
        for (uint32_t k = 0; k < WIDTH; k++)
            max = v[(size_t)i * WIDTH + k] >= max ? v[(size_t)i * WIDTH + k] + 1 : max;
    }
    for (uint32_t p = 0; p < PIECES; p++) {
        uint32_t from = n * p / PIECES;
        piece[p] = (struct tuples_piece){v + (size_t)from * WIDTH, n * (p + 1) / PIECES - from};
    }
    m->piece = piece;
    m->npiece = PIECES;
    tuples_put_all(t, m, (uint32_t[2]){max, max}, jobs);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t old = l->n;
        assert_int_equal(m->to[i], list_put(l, v + (size_t)i * WIDTH));
        assert_int_equal(m->slot[i], l->n > old ? old : UINT32_MAX);
    }
    assert_int_equal(t->n, l->n);
    free(v);
}

static void test_many(void **state)
{
    (void)state;
    for (uint32_t jobs = 1; jobs <= 3; jobs++) {
        struct tuples t = {.width = WIDTH};
        struct tuples_many m = {0};
        struct list l = {.place = xcalloc(64000, sizeof(uint32_t))};
        uint64_t seed = jobs;
        for (uint32_t round = 0; round < 40; round++)
            put_many(&t, &m, next(&seed) % (50 * round + 1), &seed, &l, jobs);
        put_many(&t, &m, MOST, &seed, &l, jobs); /* many more than there were */
        for (uint32_t i = 0; i < t.n; i++) {
            uint32_t v[WIDTH];
            tuples_get(&t, i, v);
            assert_int_equal(tuples_find(&t, v), i);
            assert_int_equal(list_put(&l, v), i);
        }
        assert_true(t.n > 20000 && t.shards > 1);
        free(l.place);
        tuples_many_free(&m);
        tuples_free(&t);
    }
}

static void test_rising(void **state)
{
    enum { N = 20000 };
    struct rising r = {0};
    uint32_t *v = xcalloc(N, sizeof *v);
    uint64_t seed = 7;
    (void)state;
    for (uint32_t i = 0; i < N; i++) {
        uint32_t step = next(&seed) % 100;
        v[i] = (i ? v[i - 1] : 0) + (step == 0 ? next(&seed) % 1000 : step < 40);
        rising_put(&r, v[i]);
    }
    for (uint32_t i = 0; i < N; i++)
        assert_int_equal(rising_get(&r, i), v[i]);
    assert_true(rising_bytes(&r) < (N + v[N - 1]) / 8 * 2 + 1000);
    rising_free(&r);
    free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_one_by_one),
                                       cmocka_unit_test(test_many), cmocka_unit_test(test_rising)};
    return cmocka_run_group_tests_name("tuples", tests, NULL, NULL);
}
