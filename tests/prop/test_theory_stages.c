/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_theory_stages.c - stages against queueing theory: a stage that is an M/M/c or an M/D/1
 * queue, tandems with finite buffers, bulk service, and the laws that always hold.
 *
 * Sources: K, Kleinrock, "Queueing Systems", vol. 1 (1975); P, Perros, "Queueing Networks with
 * Blocking" (1994); C, Chaudhry and Templeton, "A First Course in Bulk Queues" (1983).  Chains that
 * have no closed form are solved here, state by state.  Times in ms, rates per ms. */
#include "tests/prop/theory.h"

/* ---- a stage is a queue ---- */

#define STAGE(more) "channels: {c: 1000000}\nrequest: {put: c}\nstages: {s: {from: c, " more "}}\n"

static void mm1_stage(void **state)
{
    struct theory t = theory_new(
        STAGE("do: [{wait: exponential(mean=1ms)}, {respond: 200}]") "load: {rate: 0.6/1ms}\n",
        *state);
    double l = 0.6, mean = 1 / (1 - l);
    uint32_t row = theory_row(&t, "s");
    theory_load(&t, 1000, 12000);
    theory_expect(&t, "M/M/1", theory_mean, 0, mean);
    theory_expect(&t, "duration", theory_duration, 0, mean);
    theory_expect(&t, "P(T > 5)", theory_above, 5, exp(-5 / mean));
    theory_expect(&t, "in the system", theory_present, 0, l * mean);
    theory_expect(&t, "workers", theory_busy, row, l);
    theory_expect(&t, "in the channel", theory_queue, row, l * l * mean);
    theory_expect(&t, "wait", theory_wait, row, l * mean);
    /* a place is kept while the item waits */
    theory_expect(&t, "places", theory_busy, theory_row(&t, "c"), l * l * mean);
    theory_end(&t);
}

static void mmc_stage(void **state)
{
    struct theory t = theory_new(STAGE("workers: 3, do: [{wait: exponential(mean=1ms)},"
                                       " {respond: 200}]") "load: {rate: 2.1/1ms}\n",
                                 *state);
    double l = 2.1, w = theory_erlang_c(3, l) / (3 - l);
    theory_load(&t, 1000, 12000);
    theory_expect(&t, "M/M/3", theory_mean, 0, 1 + w);
    theory_expect(&t, "wait", theory_wait, theory_row(&t, "s"), w);
    theory_end(&t);
}

/* W = rho s / 2 (1 - rho) (K vol. 1 (5.71)) */
static void md1_stage(void **state)
{
    struct theory t =
        theory_new(STAGE("do: [{wait: 1ms}, {respond: 200}]") "load: {rate: 0.7/1ms}\n", *state);
    theory_load(&t, 1000, 12000);
    theory_expect(&t, "M/D/1", theory_mean, 0, 1 + 0.7 / (2 * 0.3));
    theory_end(&t);
}

/* All workers' channel, one of two processes each: M/M/2. */
static void mm2_processes(void **state)
{
    struct theory t = theory_new(
        "channels: {c: {size: 1000000, scope: all}}\nrequest: {put: c}\nhost: {workers: "
        "2}\nstages: {s: {from: c, do: [{wait: exponential(mean=1ms)}, {respond: 200}]}}\n"
        "load: {rate: 1.2/1ms}\n",
        *state);
    double l = 1.2, w = theory_erlang_c(2, l) / (2 - l);
    theory_load(&t, 1000, 12000);
    theory_expect(&t, "M/M/2", theory_mean, 0, 1 + w);
    theory_expect(&t, "wait", theory_wait, theory_row(&t, "s"), w);
    theory_end(&t);
}

/* M/M/1/K: what finds one at work and K - 1 places taken is rejected (K vol. 1 (3.45)). */
static void mm1k(void **state)
{
    struct theory t =
        theory_new("channels: {c: {size: 3, full: reject}}\nrequest: {put: c, catch: {rejected: "
                   "{abort: 429}}}\n"
                   "stages: {s: {from: c, do: [{wait: exponential(mean=1ms)}, {respond: 200}]}}\n"
                   "load: {rate: 0.8/1ms}\n",
                   *state);
    double r = 0.8, k = 4, lost = (1 - r) * pow(r, k) / (1 - pow(r, k + 1));
    double n = r / (1 - r) - (k + 1) * pow(r, k + 1) / (1 - pow(r, k + 1));
    theory_load(&t, 1000, 12000);
    theory_expect(&t, "M/M/1/4, lost", theory_status, 429, lost);
    theory_expect(&t, "in the system", theory_present, 0, n);
    theory_expect(&t, "of those served", theory_mean, 200, n / (r * (1 - lost)));
    theory_end(&t);
}

/* ---- two stations, a finite buffer between them, blocking after service ---- */

/* Saturated: the first station always has work.  States by the number at the second station and
 * before it, 0 .. b + 1, and blocked, b + 2: a birth-death chain with rates m1 and m2.  The second
 * station works but in state 0. */
static double saturated(double m1, double m2, uint32_t b)
{
    double p = 1, sum = 1, r = m1 / m2;
    for (uint32_t i = 0; i < b + 2; i++)
        sum += p *= r;
    return m2 * (1 - 1 / sum);
}

struct tandem {
    const char *name;
    double m1, m2;
    uint32_t b;
};
static const struct tandem tandems[] = {
    /* equal rates: (b + 2) / (b + 3), P (4.2) */
    {"equal rates, one place", 1, 1, 1},
    {"equal rates, four places", 1, 1, 4},
    {"a fast first station", 2, 1, 2},
    {"a slow first station", 1, 2, 2},
};

/* A closed load of more clients than there are places: c never runs empty. */
static void saturated_tandem(void **state)
{
    const struct tandem *d = *state;
    static const char *const exec[] = {"threads", "coroutine", "hybrid"};
    for (size_t i = 0; i < 3; i++) {
        struct arena *a = arena_new(0);
        struct theory t = theory_new(
            arena_printf(a,
                         "channels: {c: 40, d: %u}\nrequest: {put: c}\nstages:\n"
                         "  s: {from: c, do: [{wait: exponential(rate=%g/1ms)}, {put: d}]}\n"
                         "  u: {from: d, do: [{wait: exponential(rate=%g/1ms)}, {respond: 200}]}\n"
                         "load: {clients: 30}\n",
                         d->b, d->m1, d->m2),
            exec[i]);
        double x = saturated(d->m1, d->m2, d->b);
        if (d->m1 == d->m2)
            assert_true(fabs(x - d->m1 * (d->b + 2) / (d->b + 3)) < 1e-12);
        theory_load(&t, 500, 10000);
        theory_expect(&t, d->name, theory_rate, 0, x);
        theory_expect(&t, "second station", theory_busy, theory_row(&t, "u"), x / d->m2);
        theory_expect(&t, "first station, works or is blocked", theory_busy, theory_row(&t, "s"),
                      1);
        /* Little's law for all that is in the system */
        theory_expect(&t, "latency", theory_mean, 0, 30 / x);
        theory_end(&t);
        arena_drop(a);
    }
}

/* Open: arrivals l, the first station with all the room it wants (so many of the chain's states
 * that the rest does not matter), b places before the second.  State (n1, k): n1 at the first
 * station, k = 0 .. b + 1 at the second and before it, k = b + 2: the first is blocked.  Solved by
 * sweeps (Gauss-Seidel) to 1e-12. */
enum { ROOM = 160, MOST = 8 };
struct chain {
    double p[ROOM + 1][MOST], l, m1, m2;
    uint32_t b;
};

static double chain_out(const struct chain *c, uint32_t n, uint32_t k)
{
    return (n < ROOM ? c->l : 0) + (n > 0 && k < c->b + 2 ? c->m1 : 0) + (k > 0 ? c->m2 : 0);
}

static double chain_in(const struct chain *c, uint32_t n, uint32_t k)
{
    uint32_t blocked = c->b + 2;
    double in = 0;
    if (k == blocked && n == 0) /* who is blocked is at the first station */
        return 0;
    if (n > 0 && !(k == blocked && n == 1))
        in += c->l * c->p[n - 1][k];
    if (k == blocked) /* it has ended there, and stays */
        return in + c->m1 * c->p[n][k - 1];
    if (k + 1 == blocked) /* the blocked one moves on */
        in += n < ROOM ? c->m2 * c->p[n + 1][blocked] : 0;
    else
        in += c->m2 * c->p[n][k + 1];
    if (k > 0 && n < ROOM)
        in += c->m1 * c->p[n + 1][k - 1];
    return in;
}

/* Mean number in the system. */
static double chain_solve(struct chain *c)
{
    uint32_t width = c->b + 3;
    for (uint32_t n = 0; n <= ROOM; n++)
        for (uint32_t k = 0; k < width; k++)
            c->p[n][k] = k == width - 1 && n == 0 ? 0 : pow(0.7, n);
    for (double change = 1; change > 1e-12;) {
        double sum = 0;
        change = 0;
        for (uint32_t n = 0; n <= ROOM; n++)
            for (uint32_t k = 0; k < width; k++) {
                double x = chain_in(c, n, k) / chain_out(c, n, k);
                change = fmax(change, fabs(x - c->p[n][k]));
                sum += c->p[n][k] = x;
            }
        for (uint32_t n = 0; n <= ROOM; n++)
            for (uint32_t k = 0; k < width; k++)
                c->p[n][k] /= sum;
    }
    double mean = 0;
    for (uint32_t n = 0; n <= ROOM; n++)
        for (uint32_t k = 0; k < width; k++)
            mean += c->p[n][k] * (n + (k == width - 1 ? k - 1 : k));
    return mean;
}

static void open_tandem(void **state)
{
    struct chain *c = xcalloc(1, sizeof *c);
    c->l = 0.5;
    c->m1 = c->m2 = 1;
    c->b = 1;
    double n = chain_solve(c), blocked = 0;
    for (uint32_t i = 0; i <= ROOM; i++)
        blocked += c->p[i][c->b + 2];
    struct theory t =
        theory_new("channels: {c: 100000, d: 1}\nrequest: {put: c}\nstages:\n"
                   "  s: {from: c, do: [{wait: exponential(mean=1ms)}, {put: d}]}\n"
                   "  u: {from: d, do: [{wait: exponential(mean=1ms)}, {respond: 200}]}\n"
                   "load: {rate: 0.5/1ms}\n",
                   *state);
    uint32_t d = theory_row(&t, "d");
    theory_load(&t, 1000, 20000);
    theory_expect(&t, "in the system", theory_present, 0, n);
    theory_expect(&t, "latency", theory_mean, 0, n / 0.5);
    theory_expect(&t, "blocked", theory_queue, d, blocked);
    theory_expect(&t, "wait to put", theory_wait, d, blocked / 0.5);
    theory_end(&t);
    free(c);
}

/* Without a limit on what is between them the stations are independent: M/M/1 twice (Burke; K vol.
 * 1, 4.8). */
static void burke(void **state)
{
    struct theory t =
        theory_new("channels: {c: 100000, d: 100000}\nrequest: {put: c}\nstages:\n"
                   "  s: {from: c, do: [{wait: exponential(mean=1ms)}, {put: d}]}\n"
                   "  u: {from: d, do: [{wait: exponential(mean=1ms)}, {respond: 200}]}\n"
                   "load: {rate: 0.6/1ms}\n",
                   *state);
    theory_load(&t, 1000, 20000);
    theory_expect(&t, "two M/M/1", theory_mean, 0, 2 / 0.4);
    theory_expect(&t, "second wait", theory_wait, theory_row(&t, "u"), 1.5);
    theory_end(&t);
}

/* ---- batches ---- */

/* M/M^[1,b]/1: whoever is there, up to b, is taken by a server that comes free (and one that comes
 * to an idle server, alone).  P(idle) and P(n wait, busy) = P(0, busy) z^n, z the root of m z^(b+1)
 * - (l + m) z + l = 0 in (0, 1) (C, 4.2: Bailey's queue in continuous time). */
static void bulk_queue(void **state)
{
    double l = 1.5, m = 1, b = 4, z = 0.5;
    for (int i = 0; i < 200; i++)
        z = (l + m * pow(z, b + 1)) / (l + m);
    /* idle and n waiting: l P = m p0; sum of all is 1 */
    double p0 = 1 / (m / l + 1 / (1 - z)), waiting = p0 * z / ((1 - z) * (1 - z));
    struct theory t = theory_new(
        "channels: {c: 100000}\nrequest: {put: c}\nstages:\n"
        "  s: {from: c, batch: {max: 4}, do: [{wait: exponential(mean=1ms)}, {respond: 200}]}\n"
        "load: {rate: 1.5/1ms}\n",
        *state);
    uint32_t row = theory_row(&t, "s");
    theory_load(&t, 1000, 20000);
    theory_expect(&t, "waiting", theory_queue, row, waiting);
    theory_expect(&t, "busy", theory_busy, row, 1 - p0 * m / l);
    theory_expect(&t, "latency", theory_mean, 0, waiting / l + 1 / m);
    theory_end(&t);
}

/* Batches of exactly b, the server never busy with more than one: an Erlang clock.  With service
 * much faster than arrivals a batch comes together in b - 1 gaps, so an item waits (b - 1) / 2 l on
 * the mean; with constant service d of enough workers nothing else is waited for. */
static void full_batches(void **state)
{
    struct theory t = theory_new(
        "channels: {c: 1000}\nrequest: {put: c}\nstages:\n  s: {from: c, workers: 100, batch: "
        "{max: 5, wait: 1h}, do: [{wait: 2ms}, {respond: 200}]}\nload: {rate: 1/1ms}\n",
        *state);
    theory_load(&t, 1000, 15000);
    theory_expect(&t, "latency", theory_mean, 0, 2 + 2.0);
    theory_expect(&t, "in the channel", theory_queue, theory_row(&t, "s"), 2);
    theory_expect(&t, "workers", theory_busy, theory_row(&t, "s"), 2 / 5.0);
    theory_end(&t);
}

/* By time alone: the first waits w, those that come within it the rest of it.  A batch has 1 + l w
 * items on the mean, and their waits sum to w + l w w / 2. */
static void timed_batches(void **state)
{
    double l = 0.8, w = 3;
    struct theory t = theory_new(
        "channels: {c: 1000}\nrequest: {put: c}\nstages:\n  s: {from: c, workers: 100, batch: "
        "{max: 1000, wait: 3ms}, do: [{wait: 1ms}, {respond: 200}]}\nload: {rate: 0.8/1ms}\n",
        *state);
    theory_load(&t, 1000, 15000);
    theory_expect(&t, "latency", theory_mean, 0, 1 + (w + l * w * w / 2) / (1 + l * w));
    theory_expect(&t, "workers", theory_busy, theory_row(&t, "s"), l / (1 + l * w));
    theory_end(&t);
}

/* ---- the same, one way or another ---- */

/* A stage with one worker is a mutex: the same draws, the same records. */
static void worker_is_mutex(void **state)
{
    const char *exec = *state;
    struct theory x = theory_new("resources: {s: mutex}\nrequest: {use: s, do: {wait: 1ms}}\n"
                                 "load: {rate: 0.7/1ms}\n",
                                 exec);
    struct theory y =
        theory_new(STAGE("do: [{wait: 1ms}, {respond: 200}]") "load: {rate: 0.7/1ms}\n", exec);
    theory_same(&x, theory_row(&x, "s"), &y, theory_row(&y, "s"), test_samples(10000));
    theory_drop(&x);
    theory_end(&y);
}

int main(void)
{
    static const char *const exec[] = {"threads", "coroutine", "hybrid"};
    struct theory_suite u = {.n = 0};
    for (size_t i = 0; i < TEST_COUNT(exec); i++) {
        theory_add(&u, "a stage is M/M/1", mm1_stage, exec[i]);
        theory_add(&u, "a stage is M/M/3", mmc_stage, exec[i]);
        theory_add(&u, "a stage is M/D/1", md1_stage, exec[i]);
        theory_add(&u, "a stage is M/M/1/4", mm1k, exec[i]);
        theory_add(&u, "M/M/2 over two processes", mm2_processes, exec[i]);
        theory_add(&u, "an open tandem that blocks", open_tandem, exec[i]);
        theory_add(&u, "an open tandem that does not", burke, exec[i]);
        theory_add(&u, "bulk service", bulk_queue, exec[i]);
        theory_add(&u, "full batches", full_batches, exec[i]);
        theory_add(&u, "timed batches", timed_batches, exec[i]);
        theory_add(&u, "one worker is a mutex", worker_is_mutex, exec[i]);
    }
    for (size_t i = 0; i < TEST_COUNT(tandems); i++)
        theory_add(&u, tandems[i].name, saturated_tandem, &tandems[i]);
    return theory_run(&u, "theory of stages");
}
