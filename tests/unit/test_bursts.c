/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What bursts that share cores ask of the times of a run: schedules made at random, tick by tick,
 * never break what is necessary; and what is enough can be scheduled on one core, earliest deadline
 * first (which finds a schedule where there is one: Horn 1974). */
#include "check/bursts.h"
#include "base/arena.h"
#include "base/rng.h"
#include "tests/unit/test.h"

enum { BURSTS = 6, MOVES = 2 * BURSTS, LONGEST = 5, TICKS = 400, ROUNDS = 400 };

struct dice {
    uint64_t seed, n;
};

static uint32_t below(struct dice *d, uint32_t n)
{
    return (uint32_t)(rng_mix(d->seed, d->n++) % n);
}

struct schedule {
    struct burst v[BURSTS];
    int64_t left[BURSTS], time[MOVES];
    uint32_t begun, moves;
};

static uint32_t running(const struct schedule *s, uint32_t *of)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->begun; i++)
        if (s->left[i] > 0)
            of[n++] = i;
    return n;
}

/* One tick: as many of those that are there as there are cores compute, whoever. */
static void tick(struct schedule *s, struct dice *d, uint32_t cores, int64_t now)
{
    uint32_t of[BURSTS], n = running(s, of);
    for (uint32_t c = 0; c < cores && n > 0; c++) {
        uint32_t k = below(d, n), i = of[k];
        of[k] = of[--n];
        if (--s->left[i] > 0)
            continue;
        s->v[i].to = s->moves;
        s->time[s->moves++] = now + 1;
    }
}

static void test_necessary(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct dice d = {seed, 0};
        struct schedule s = {.begun = 0};
        struct arena *a = arena_new(0);
        uint32_t cores = 1 + below(&d, 3), n;
        for (int64_t now = 0; s.moves < MOVES; now++) {
            assert_true(now < TICKS);
            while (s.begun < BURSTS && below(&d, 3) == 0) {
                struct burst *b = &s.v[s.begun];
                *b = (struct burst){s.moves, 0, 1 + below(&d, LONGEST)};
                s.left[s.begun++] = b->ns;
                s.time[s.moves++] = now;
            }
            tick(&s, &d, cores, now);
        }
        const struct gap *g = bursts_gaps(a, s.v, BURSTS, cores, BURSTS_NECESSARY, &n);
        for (uint32_t i = 0; i < n; i++)
            if (s.time[g[i].to] - s.time[g[i].from] < g[i].lo)
                fail_msg("seed %u, %u cores: from move %u to %u", (unsigned)seed, cores, g[i].from,
                         g[i].to);
        arena_drop(a);
    }
}

/* Bursts whose begins and ends are in an order of their own; as v of bursts_gaps wants them. */
static void any_order(struct dice *d, struct burst *v)
{
    uint32_t begun = 0, open[BURSTS], nopen = 0;
    for (uint32_t m = 0; m < MOVES; m++) {
        if (begun < BURSTS && (nopen == 0 || below(d, 2))) {
            open[nopen++] = begun;
            v[begun++] = (struct burst){m, 0, 1 + below(d, LONGEST)};
        } else {
            uint32_t k = below(d, nopen);
            v[open[k]].to = m;
            open[k] = open[--nopen];
        }
    }
}

static bool meets(const struct burst *v, const int64_t *time)
{
    int64_t left[BURSTS];
    for (uint32_t i = 0; i < BURSTS; i++)
        left[i] = v[i].ns;
    for (int64_t now = 0; now < time[MOVES - 1]; now++) {
        uint32_t best = BURSTS;
        for (uint32_t i = 0; i < BURSTS; i++)
            if (left[i] > 0 && time[v[i].from] <= now && (best == BURSTS || v[i].to < v[best].to))
                best = i;
        if (best < BURSTS && --left[best] == 0 && now + 1 > time[v[best].to])
            return false;
    }
    for (uint32_t i = 0; i < BURSTS; i++)
        if (left[i] > 0)
            return false;
    return true;
}

static void test_enough(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct dice d = {seed, 0};
        struct burst v[BURSTS];
        struct arena *a = arena_new(0);
        int64_t circle[MOVES];
        uint32_t n, ncircle;
        any_order(&d, v);
        const struct gap *g = bursts_gaps(a, v, BURSTS, 1, BURSTS_ENOUGH, &n);
        const int64_t *time = gaps_solve(a, MOVES, g, n, circle, &ncircle);
        assert_non_null(time);
        if (!meets(v, time))
            fail_msg("seed %u: these times are none of a schedule", (unsigned)seed);
        for (uint32_t i = 0; i < BURSTS; i++)
            for (uint32_t k = 0; k < i; k++)
                assert_int_not_equal(time[v[i].to], time[v[k].to]);
        arena_drop(a);
    }
}

/* Three of 4 on two cores: by halves 6, one after the other 4, 4 and 8. */
static void test_cores(void **state)
{
    static const struct burst v[] = {{0, 3, 4}, {1, 4, 4}, {2, 5, 4}};
    static const int64_t by_halves[] = {0, 0, 0, 4, 4, 6}, one_by_one[] = {0, 0, 0, 4, 4, 8};
    (void)state;
    for (int ask = BURSTS_NECESSARY; ask <= BURSTS_ENOUGH; ask++) {
        struct arena *a = arena_new(0);
        int64_t circle[6];
        uint32_t n, ncircle;
        const struct gap *g = bursts_gaps(a, v, 3, 2, (enum bursts_ask)ask, &n);
        const int64_t *time = gaps_solve(a, 6, g, n, circle, &ncircle);
        assert_non_null(time);
        assert_memory_equal(time, ask == BURSTS_ENOUGH ? one_by_one : by_halves, sizeof by_halves);
        arena_drop(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_necessary),
                                       cmocka_unit_test(test_enough), cmocka_unit_test(test_cores)};
    return cmocka_run_group_tests_name("bursts", tests, NULL, NULL);
}
