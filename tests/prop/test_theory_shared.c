/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_theory_shared.c - keyed resources are so many queues of their own; a lock and a semaphore
 * built by hand from shared variables are those that `use` gives, request by request; a counter of
 * failures is a Markov chain.
 *
 * Notation as in test_theory_queues.c: K, Kleinrock, "Queueing Systems", vol. 1 (1975). */
#include "tests/prop/theory.h"

/* Four keys, each equally likely: a Poisson stream of 2.4 splits into four of 0.6, each M/M/1. */
static const char four_keys[] =
    "resources: {m: {kind: mutex, keys: 4}}\n"
    "request: {use: m, key: floor(uniform(0 4)), do: {wait: exponential(mean=1ms)}}\n"
    "load: {rate: 2.4/1ms}\n";

static void keyed_mm1(void **state)
{
    struct theory t = theory_new(four_keys, *state);
    uint32_t row = theory_row(&t, "m");
    double l = 0.6, mean = 1 / (1 - l);
    assert_true(sim_row_capacity(t.prog, row) == 4);
    theory_load(&t, 2000, 20000);
    theory_expect(&t, "mean", theory_mean, 0, mean);
    theory_expect(&t, "mean square", theory_square, 0, 2 * mean * mean);
    theory_expect(&t, "P(T > 5)", theory_above, 5, exp(-5 / mean));
    theory_expect(&t, "busy", theory_busy, row, 4 * l);
    theory_expect(&t, "waiting", theory_queue, row, 4 * l * l * mean);
    theory_expect(&t, "wait", theory_wait, row, l * mean);
    theory_end(&t);
}

/* Keys of unequal weight, 1/2, 1/4, 1/4 of 3: M/M/2 with 1.5, twice M/M/2 with 0.75. */
static void keyed_mm2(void **state)
{
    struct theory t =
        theory_new("resources: {m: {kind: semaphore, size: 2, keys: 3}}\n"
                   "request: {use: m, key: mix(0.5 of 0 0.25 of 1 0.25 of 2), do: {wait:"
                   " exponential(mean=1ms)}}\nload: {rate: 3/1ms}\n",
                   *state);
    uint32_t row = theory_row(&t, "m");
    const double l[] = {1.5, 0.75, 0.75};
    double waiting = 0;
    for (int i = 0; i < 3; i++)
        waiting += l[i] * theory_erlang_c(2, l[i]) / (2 - l[i]);
    theory_load(&t, 2000, 20000);
    theory_expect(&t, "mean", theory_mean, 0, 1 + waiting / 3);
    theory_expect(&t, "waiting", theory_queue, row, waiting);
    theory_expect(&t, "busy", theory_busy, row, 3);
    theory_end(&t);
}

/* One key in use of many, and one of one, is the resource without keys. */
struct same {
    const char *name, *exec, *one, *other;
};
#define WAITS    "{wait: exponential(mean=1ms)}"
#define RATE(r)  "\nload: {rate: " r "/1ms}\n"
#define USED(of) "resources: {m: " of "}\nrequest: {use: m, do: " WAITS "}"
static const struct same sames[] = {
    {"one key of one", "threads", USED("mutex") RATE("0.8"),
     "resources: {m: {kind: mutex, keys: 1}}\nrequest: {use: m, key: 0, do: " WAITS
     "}" RATE("0.8")},
    {"one key of many", "coroutine", USED("semaphore(3)") RATE("2.5"),
     "resources: {m: {kind: semaphore, size: 3, keys: 2000}}\n"
     "request: {use: m, key: 1999, do: " WAITS "}" RATE("2.5")},
    {"a lock by hand, threads", "threads", USED("mutex") RATE("0.8"),
     "shared: {free: true}\n"
     "request: [{wait_until: free}, {set: {free: false}}, " WAITS
     ", {set: {free: true}}]" RATE("0.8")},
    {"a lock by hand, coroutine", "coroutine", USED("mutex") RATE("0.8"),
     "shared: {free: true}\n"
     "request: [{wait_until: free}, {set: {free: false}}, " WAITS
     ", {set: {free: true}}]" RATE("0.8")},
    {"a semaphore by hand, threads", "threads", USED("semaphore(3)") RATE("2.5"),
     "shared: {free: {range: 0..3, start: 3}}\n"
     "request: [{wait_until: free > 0}, {set: {free: free - 1}, atomic: true}, " WAITS
     ", {set: {free: free + 1}, atomic: true}]" RATE("2.5")},
    {"a semaphore by hand, coroutine", "coroutine", USED("semaphore(3)") RATE("2.5"),
     "shared: {free: {range: 0..3, start: 3}}\n"
     "request: [{wait_until: free > 0}, {set: {free: free - 1}}, " WAITS
     ", {set: {free: free + 1}}]" RATE("2.5")},
};

static void same_records(void **state)
{
    const struct same *s = *state;
    uint64_t n = test_samples(20000);
    struct theory x = theory_new(s->one, s->exec), y = theory_new(s->other, s->exec);
    struct theory_part *p = &x.part[0], *q = &y.part[0];
    theory_whole(&x, p, n);
    theory_whole(&y, q, n);
    for (uint64_t i = 0; i < n; i++)
        if (!theory_equal(&p->rec[i], &q->rec[i]))
            fail_msg("%s, record %d: %lld ns and %lld ns", s->name, (int)i,
                     (long long)p->rec[i].latency, (long long)q->rec[i].latency);
    theory_drop(&x);
    theory_end(&y);
}

/* Failures in a row, of probability q each, counted up to 3: the count is a Markov chain, 0 with
 * probability p, 1 with q p, 2 with q^2 p, 3 with q^3 (p = 1 - q).  A request takes count ms as the
 * request before it has left it, so its latencies have that law; with one client they follow each
 * other. */
static void failures_in_a_row(void **state)
{
    struct theory t = theory_new(
        "shared: {count: 0..3}\nservices: {s: {latency: 1ms, error: 0.4}}\n"
        "request: [{wait: count * 1ms}, {call: s, sets: {count: 0}, catch: {error: {set: {count:"
        " count + 1}}}}]\nload: {clients: 1}\n",
        *state);
    double q = 0.4, p = 1 - q;
    theory_load(&t, 100, 20000);
    theory_expect(&t, "mean", theory_mean, 0, 1 + q * p + 2 * q * q * p + 3 * q * q * q);
    theory_expect(&t, "P(count > 0)", theory_above, 1.5, q);
    theory_expect(&t, "P(count > 1)", theory_above, 2.5, q * q);
    theory_expect(&t, "P(count > 2)", theory_above, 3.5, q * q * q);
    theory_end(&t);
}

int main(void)
{
    static const char *const both[] = {"coroutine", "threads"};
    struct theory_suite u = {.n = 0};
    for (size_t i = 0; i < TEST_COUNT(both); i++) {
        theory_add(&u, "four keys", keyed_mm1, both[i]);
        theory_add(&u, "keys of unequal weight", keyed_mm2, both[i]);
        theory_add(&u, "failures in a row", failures_in_a_row, both[i]);
    }
    for (size_t i = 0; i < TEST_COUNT(sames); i++)
        theory_add(&u, sames[i].name, same_records, &sames[i]);
    return theory_run(&u, "theory of shared state");
}
