/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_chances.c - probabilities of outcomes by states (check/chances) against two other ways to
 * them, on random pipelines: the law by all runs (check/exact), which lies between the least and
 * the greatest; and simulated requests, whose shares do, but for chance (5 standard deviations).
 * Moves tried alone or in all orders come to the same. */
#include "check/chances.h"
#include "check/exact.h"
#include "run/sim.h"
#include "tests/prop/random_model.h"
#include "tests/unit/test.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { STATES = 4000, REQUESTS = 400, STATUSES = 16 };
static const double slack = 1e-9;

struct trial {
    struct arena *a;
    uint64_t seed;
    const char *text, *exec;
    struct prog *p;
    struct chances *c;
};
struct tally {
    uint32_t known, apart, by_runs, reduced, simulated;
};

static void trial_fail(const struct trial *t, const char *why, int32_t status, double p, double lo,
                       double hi)
{
    fail_msg("%s: outcome %d has %.12g, not in [%.12g, %.12g]\nseed %" PRIu64 ", under %s\n%s", why,
             status, p, lo, hi, t->seed, t->exec, t->text);
}

static bool is_status(const void *ctx, int32_t status)
{
    return status == *(const int32_t *)ctx;
}

static void bounds(const struct chances *c, int32_t status, double *lo, double *hi)
{
    chances_of(c, is_status, &status, lo, hi);
}

static bool trial_build(struct trial *t)
{
    struct diags *d = diags_new(t->a);
    struct yaml *root = yaml_parse(t->a, "random", t->text, strlen(t->text), d);
    const struct model *m = root ? model_build(t->a, root, "random", d) : NULL;
    t->p = m && !diags_errors(d) ? prog_compile(t->a, m, model_exec(m, t->exec), d) : NULL;
    t->c = t->p ? chances_new(t->p, STATES, true, NULL) : NULL;
    return t->c;
}

/* ---- against all runs ---- */

static void check_runs(const struct trial *t, struct tally *n)
{
    struct exact e;
    const struct exact_opt o = {.max_runs = 20000};
    bool known = exact_run(t->p, &o, &e);
    for (uint32_t i = 0; known && i < e.n; i++) {
        double lo, hi, p = 0;
        for (uint32_t k = 0; k < e.n; k++)
            p += e.of[k].status == e.of[i].status ? e.of[k].p : 0;
        bounds(t->c, e.of[i].status, &lo, &hi);
        if (p + e.left < lo - slack || p > hi + slack)
            trial_fail(t, "all runs", e.of[i].status, p, lo, hi);
    }
    n->by_runs += known;
    exact_free(&e);
}

/* ---- against all orders ---- */

static void check_orders(const struct trial *t, const int32_t *status, uint32_t nstatus,
                         struct tally *n)
{
    struct chances *whole = chances_new(t->p, STATES, false, NULL);
    for (uint32_t i = 0; whole && i < nstatus; i++) {
        double lo, hi, low, high;
        bounds(t->c, status[i], &lo, &hi);
        bounds(whole, status[i], &low, &high);
        if (fabs(lo - low) > slack || fabs(hi - high) > slack)
            trial_fail(t, "reduced", status[i], lo, low, high);
        n->apart += hi - lo > slack;
    }
    n->reduced += whole && chances_states(whole) > chances_states(t->c);
    chances_free(whole);
}

/* ---- against simulated requests ---- */

static void check_sample(const struct trial *t, struct tally *n)
{
    const struct sim_opt o = {.seed = t->seed};
    struct sim *s = sim_new(t->p, &o);
    int32_t status[STATUSES];
    uint32_t count[STATUSES] = {0}, nstatus = 0;
    uint64_t all = 0;
    enum sim_end end = sim_run_alone(s, 0, REQUESTS);
    const struct record *r = sim_records(s, &all);
    for (uint64_t i = 0; i < all; i++) {
        uint32_t k = 0;
        while (k < nstatus && status[k] != r[i].status)
            k++;
        assert_true(k < STATUSES);
        status[k] = r[i].status;
        nstatus += k == nstatus;
        count[k]++;
    }
    for (uint32_t k = 0; end == SIM_MORE && k < nstatus; k++) {
        double lo, hi, p = (double)count[k] / (double)all;
        bounds(t->c, status[k], &lo, &hi);
        double low = lo - 5 * sqrt(lo * (1 - lo) / (double)all) - slack;
        double high = hi + 5 * sqrt(hi * (1 - hi) / (double)all) + slack;
        if (p < low || p > high)
            trial_fail(t, "simulated", status[k], p, lo, hi);
    }
    n->simulated += end == SIM_MORE;
    sim_free(s);
    check_orders(t, status, nstatus, n);
}

static void test_chances(void **state)
{
    (void)state;
    static const char *const exec[] = {"serial", "threads", "coroutine", "hybrid"};
    struct tally n = {0};
    for (uint64_t seed = 0; seed < test_samples(300); seed++) {
        struct arena *a = arena_new(0);
        uint32_t features = ((uint32_t)rng_mix(seed, 7) & RANDOM_ALL) | RANDOM_FORKS |
                            RANDOM_ERRORS | RANDOM_ANSWERS | RANDOM_CATCH;
        struct random_made made = random_model(a, seed, features, NULL);
        struct trial t = {.a = a, .seed = seed, .text = made.text, .exec = exec[seed % 4]};
        if (trial_build(&t)) {
            n.known++;
            check_runs(&t, &n);
            check_sample(&t, &n);
        }
        chances_free(t.c);
        arena_drop(a);
    }
    print_message("%u known; %u by runs, %u simulated, %u with fewer states, %u hang on who is "
                  "quicker\n",
                  n.known, n.by_runs, n.simulated, n.reduced, n.apart);
    assert_true(n.known > 40 && n.by_runs > 10 && n.reduced > 0 && n.apart > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_chances)};
    return cmocka_run_group_tests_name("chances", tests, NULL, NULL);
}
