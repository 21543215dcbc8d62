/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_theory_laws.c - the law of the latency of one request alone, against its exact cdf.
 *
 * Each row has a model, the execution it is simulated under, and the exact distribution function;
 * the other executions of the row must give the same records, request by request.  The sample's cdf
 * is compared with the exact one (Kolmogorov and Smirnov), its mean and mean square with the
 * integrals of the exact one: a long tail is seen by the latter.
 *
 * The algebra is that of independent times: sums are convolutions, maxima products of cdfs, minima
 * of survival functions S = 1 - F, order statistics binomial tails (e.g. David and Nagaraja, "Order
 * Statistics", 3rd ed. 2003, section 2.1).  Times in ms. */
#include "tests/prop/theory.h"
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>

/* ---- laws of one step ---- */

static double expo(double t, double mean)
{
    return t > 0 ? -expm1(-t / mean) : 0;
}
static double erlang(double t, double k, double mean)
{
    return t > 0 ? gsl_cdf_gamma_P(t, k, mean) : 0;
}
/* lognormal(p50=a p99=b) */
static double logn(double t, double p50, double p99)
{
    return t > 0 ? gsl_cdf_lognormal_P(t, log(p50), log(p99 / p50) / gsl_cdf_ugaussian_Pinv(0.99))
                 : 0;
}
/* A sum of exponentials of different means. */
static double hypo(double t, double x, double y)
{
    return t > 0 ? 1 - (x * exp(-t / x) - y * exp(-t / y)) / (x - y) : 0;
}
/* A sum of n exponentials of any rates, by uniformisation (Jensen 1953). */
static double phases(double t, const double *rate, size_t n)
{
    enum { MOST = 16 };
    double most = 0, p[MOST + 1] = {1}, sum = 0, k = 0;
    assert_true(n <= MOST);
    for (size_t i = 0; i < n; i++)
        most = fmax(most, rate[i]);
    double jumps = fmax(t, 0) * most, last = jumps + 12 * sqrt(jumps) + 30;
    for (; k < last; k++) {
        sum += p[n] * gsl_ran_poisson_pdf((unsigned)k, jumps);
        for (size_t i = n; i > 0; i--) {
            double stay = i == n ? 1 : 1 - rate[i] / most;
            p[i] = p[i] * stay + p[i - 1] * rate[i - 1] / most;
        }
        p[0] *= 1 - rate[0] / most;
    }
    return sum;
}

/* ---- rows' functions: a[] is the row's ---- */

static double f_expo(double t, const double *a)
{
    return expo(t, a[0]);
}
static double f_erlang(double t, const double *a) /* k of mean */
{
    return erlang(t, a[0], a[1]);
}
static double f_hypo(double t, const double *a)
{
    return hypo(t, a[0], a[1]);
}
static double f_max_expo(double t, const double *a) /* n of mean */
{
    return pow(expo(t, a[1]), a[0]);
}
static double f_max_hypo(double t, const double *a) /* (a0 then a1) beside a2 */
{
    return hypo(t, a[0], a[1]) * expo(t, a[2]);
}
static double f_lognormal(double t, const double *a)
{
    return logn(t, a[0], a[1]);
}
static double f_kth(double t, const double *a) /* the a[0]-th of a[1] lognormals */
{
    double f = logn(t, a[2], a[3]);
    return f <= 0 ? 0 : f >= 1 ? 1 : gsl_cdf_binomial_Q((unsigned)a[0] - 1, f, (unsigned)a[1]);
}
static double f_mixture(double t, const double *a) /* a0 of mean a1, else a2 */
{
    return a[0] * expo(t, a[1]) + (1 - a[0]) * expo(t, a[2]);
}
static double f_three(double t, const double *a) /* a0 of a1, a2 of a3, else a4 at once */
{
    return a[0] * expo(t, a[1]) + a[2] * expo(t, a[3]) + (t >= a[4] ? 1 - a[0] - a[2] : 0);
}
/* At most a[0] attempts of mean a[1] that fail with probability a[2] each: K attempts, K geometric
 * and cut off.  Before attempt k + 2 a pause of a[3] 2^k, at most a[4]. */
static double f_retry(double t, const double *a)
{
    double sum = 0, left = 1, pause = 0;
    for (double k = 1; k <= a[0]; k++) {
        sum += left * (k < a[0] ? 1 - a[2] : 1) * erlang(t - pause, k, a[1]);
        left *= a[2];
        pause += fmin(a[3] * pow(2, k - 1), a[4]);
    }
    return sum;
}
/* Three tries of a[0] that all fail, pauses exponential of means a[1] and 2 a[1] between them. */
static double f_backoff(double t, const double *a)
{
    return hypo(t - 3 * a[0], a[1], 2 * a[1]);
}
static double f_timeout(double t, const double *a) /* min(lognormal, a[2]) */
{
    return t >= a[2] ? 1 : logn(t, a[0], a[1]);
}
/* Tries cut off at a[2] until one succeeds. */
static double f_tries(double t, const double *a)
{
    double k = floor(t / a[2]);
    return t <= 0 ? 0
                  : 1 - pow(1 - logn(a[2], a[0], a[1]), k) * (1 - logn(t - k * a[2], a[0], a[1]));
}
/* Copies at 0, a[2], 2 a[2] ..., a[3] of them; the first answer counts (Dean and Barroso 2013). */
static double f_hedge(double t, const double *a)
{
    double s = 1;
    for (double c = 0; c < a[3]; c++)
        s *= 1 - logn(t - c * a[2], a[0], a[1]);
    return 1 - s;
}
/* n consumers of a[1] each, one at a time in the order of arrival: the end is the greatest of
 * X(k) + (n - k + 1) a[1], so F(t) = P(X(k) <= b(k) for all k), b(k) = t - (n - k + 1) a[1].  By
 * how many are below b(k): at least k (Noe 1972, here for an upper boundary alone). */
static double f_completed(double t, const double *a)
{
    enum { MOST = 8 };
    unsigned n = (unsigned)a[0];
    double p[MOST + 1] = {1}, before = 0;
    for (unsigned k = 1; k <= n; k++) {
        double f = expo(t - (n - k + 1) * a[1], a[2]), q[MOST + 1] = {0};
        double step = before < 1 ? (f - before) / (1 - before) : 0;
        for (unsigned i = 0; i <= n; i++)
            for (unsigned j = i; j <= n; j++)
                q[j] += j >= k ? p[i] * gsl_ran_binomial_pdf(j - i, step, n - i) : 0;
        memcpy(p, q, sizeof p);
        before = f;
    }
    return p[n];
}
/* The greatest of N exponentials, N Poisson with mean a[0]: exp(-a[0] S(t)), an atom at 0. */
static double f_poisson_max(double t, const double *a)
{
    return t < 0 ? 0 : exp(-a[0] * (1 - expo(t, a[1])));
}
/* The sum of N, N geometric with mean a[0] from 0: nothing with probability 1/(1 + a[0]), else
 * exponential of mean (1 + a[0]) a[1]. */
static double f_geometric_sum(double t, const double *a)
{
    return t < 0 ? 0 : 1 - a[0] / (1 + a[0]) * (1 - expo(t, (1 + a[0]) * a[1]));
}
static double f_poisson_sum(double t, const double *a)
{
    double sum = t < 0 ? 0 : exp(-a[0]);
    for (unsigned n = 1; n < 40; n++)
        sum += gsl_ran_poisson_pdf(n, a[0]) * erlang(t, n, a[1]);
    return sum;
}
/* a[0] exponential jobs of mean a[2] on a[1] machines that never idle while there is work: without
 * memory, all machines work until the last a[1] jobs, so the end is a sum of exponentials. */
static double f_machines(double t, const double *a)
{
    double rate[16];
    size_t n = (size_t)a[0];
    for (size_t i = 0; i < n; i++)
        rate[i] = fmin((double)(n - i), a[1]) / a[2];
    return phases(t, rate, n);
}
/* a[0] copies of mean a[1] fail with probability a[2]; the first failure ends it all. */
static double f_siblings(double t, const double *a)
{
    double f = expo(t, a[1]);
    return pow((1 - a[2]) * f, a[0]) + 1 - pow(1 - a[2] * f, a[0]);
}
/* Two successes are enough, three failures of four too many: either by t. */
static double f_two_of_four(double t, const double *a)
{
    double f = expo(t, a[0]), sum = 0;
    double p[3] = {(1 - a[1]) * f, a[1] * f, 1 - f};
    for (unsigned s = 0; s <= 4; s++)
        for (unsigned e = 0; s + e <= 4; e++)
            if (s >= 2 || e >= 3) {
                unsigned k[3] = {s, e, 4 - s - e};
                sum += f > 0 ? gsl_ran_multinomial_pdf(3, p, k) : 0;
            }
    return sum;
}
/* Wheatstone's bridge of models/bridge.yaml, activities exponential of mean 1: given the first, a,
 * and the last, e, the three paths are independent:
 * F(t) = int int  e^-a e^-e  P(d <= t - a) P(c <= t - a - e) P(b <= t - e)  de da. */
static double f_bridge(double t, const double *table)
{
    gsl_integration_glfixed_table *g = gsl_integration_glfixed_table_alloc(24);
    double sum = 0, a, e, wa, we;
    (void)table;
    for (size_t i = 0; i < 24; i++) {
        gsl_integration_glfixed_point(0, fmax(t, 0), i, &a, &wa, g);
        for (size_t k = 0; k < 24; k++) {
            gsl_integration_glfixed_point(0, fmax(t - a, 0), k, &e, &we, g);
            sum += wa * we * exp(-a - e) * expo(t - a, 1) * expo(t - a - e, 1) * expo(t - e, 1);
        }
    }
    gsl_integration_glfixed_table_free(g);
    return sum;
}

/* ---- rows ---- */

struct law {
    const char *name, *yaml;
    const char *exec; /* simulated; the others, blanks between, must agree with it */
    theory_cdf *cdf;
    double a[6];
    bool duration; /* the law is of the duration */
};
#define ALL_FOUR   "coroutine serial threads hybrid"
#define CONCURRENT "coroutine threads hybrid"
#define EXP3       "services: {s: {latency: exponential(mean=3ms)}}\n"
#define LOGN       "services: {s: {latency: lognormal(p50=10ms p99=60ms)}}\n"
#define FAILS      "services: {s: {latency: exponential(mean=3ms), error: 0.4}}\n"
#define CPU6       "request: {each: 6, do: {cpu: exponential(mean=3ms)}}\n"
#define BRIDGE                                                                                     \
    "params: {x: exponential(mean=1ms)}\n"                                                         \
    "request:\n"                                                                                   \
    "  - spawn: {a: {wait: x}, b: {wait: x}}\n"                                                    \
    "  - await: a\n"                                                                               \
    "  - spawn: {c: {wait: x}, d: {wait: x}}\n"                                                    \
    "  - await: [b, c]\n"                                                                          \
    "  - {wait: x, name: e}\n"                                                                     \
    "  - await: d\n"

static const struct law laws[] = {
    {"sum of 3",
     EXP3 "request: [{call: s}, {call: s, name: t}, {call: s, name: u}]",
     ALL_FOUR,
     f_erlang,
     {3, 3},
     false},
    {"sum of unequal",
     "request: [{wait: exponential(mean=10ms)}, {cpu: exponential(mean=20ms)}]",
     ALL_FOUR,
     f_hypo,
     {10, 20},
     false},
    {"repeat 5", EXP3 "request: {repeat: 5, do: {call: s}}", ALL_FOUR, f_erlang, {5, 3}, false},
    {"branches in series",
     EXP3 "request: {each: 10, do: {call: s}}",
     "serial",
     f_erlang,
     {10, 3},
     false},
    {"blocking branches on a loop",
     "services: {s: {latency: exponential(mean=3ms), blocking: true}}\n"
     "request: {each: 10, do: {call: s}}",
     "coroutine serial",
     f_erlang,
     {10, 3},
     false},
    {"max of 3",
     "request: {parallel: [{wait: exponential(mean=10ms)}, {wait: exponential(mean=10ms)},"
     " {wait: exponential(mean=10ms)}]}",
     CONCURRENT,
     f_max_expo,
     {3, 10},
     false},
    {"max of 10",
     EXP3 "request: {each: 10, do: {call: s}}",
     CONCURRENT,
     f_max_expo,
     {10, 3},
     false},
    {"max of a sum and one",
     "request: {parallel: {x: [{wait: exponential(mean=2ms)},"
     " {wait: exponential(mean=5ms), name: y}], z: {wait: exponential(mean=8ms)}}}",
     CONCURRENT,
     f_max_hypo,
     {2, 5, 8},
     false},
    /* rates add: 1/2 + 1/3 + 1/6 */
    {"first of 3 unequal",
     "request: {parallel: [{wait: exponential(mean=2ms)},"
     " {wait: exponential(mean=3ms)}, {wait: exponential(mean=6ms)}], until: any}",
     CONCURRENT,
     f_expo,
     {1},
     false},
    {"first of 3 in series",
     "request: {parallel: [{wait: exponential(mean=2ms)},"
     " {wait: exponential(mean=3ms)}, {wait: exponential(mean=6ms)}], until: any}",
     "serial",
     f_expo,
     {2},
     false},
    {"first of 5",
     LOGN "request: {each: 5, until: 1, do: {call: s}}",
     CONCURRENT,
     f_kth,
     {1, 5, 10, 60},
     false},
    {"4 of 7",
     LOGN "request: {each: 7, until: 4, do: {call: s}}",
     CONCURRENT,
     f_kth,
     {4, 7, 10, 60},
     false},
    {"9 of 10",
     LOGN "request: {each: 10, until: 9, do: {call: s}}",
     CONCURRENT,
     f_kth,
     {9, 10, 10, 60},
     false},
    {"10 of 10",
     LOGN "request: {each: 10, do: {call: s}}",
     CONCURRENT,
     f_kth,
     {10, 10, 10, 60},
     false},
    {"await until 2",
     LOGN "request: [{spawn: {a: {call: s}, b: {call: s}, c: {call: s}}},"
          " {await: [a, b, c], until: 2}]",
     CONCURRENT,
     f_kth,
     {2, 3, 10, 60},
     false},
    {"if chance",
     "request: {if: chance(0.7), then: {wait: exponential(mean=1ms)},"
     " else: {wait: exponential(mean=20ms)}}",
     ALL_FOUR,
     f_mixture,
     {0.7, 1, 20},
     false},
    {"a cache",
     "services: {c: {latency: 0}, db: {latency: exponential(mean=20ms)}}\n"
     "request: [{call: c, sets: {hit: chance(0.7)}}, {if: not hit, then: {call: db}}]",
     ALL_FOUR,
     f_three,
     {0, 1, 0.3, 20, 0},
     false},
    {"choose",
     "request: {choose: [{p: 0.5, do: {wait: exponential(mean=2ms)}},"
     " {p: 0.2, do: {wait: exponential(mean=9ms)}}, {p: 0.3, do: {wait: 4ms}}]}",
     ALL_FOUR,
     f_three,
     {0.5, 2, 0.2, 9, 4},
     false},
    {"retry",
     FAILS "request: {call: s, retry: {attempts: 3}}",
     ALL_FOUR,
     f_retry,
     {3, 3, 0.4, 0, 0},
     false},
    {"retry, backoff",
     FAILS "request: {call: s, retry: {attempts: 4, backoff: 10ms, factor: 2, max: 25ms}}",
     ALL_FOUR,
     f_retry,
     {4, 3, 0.4, 10, 25},
     false},
    {"retry for ever",
     FAILS "request: {call: s, retry: {attempts: unlimited}}",
     ALL_FOUR,
     f_expo,
     {5},
     false},
    {"retry, random backoff",
     "services: {s: {latency: 2ms, error: 1}}\n"
     "request: {call: s, retry: {attempts: 3, backoff: exponential(mean=7ms), factor: 2}}",
     ALL_FOUR,
     f_backoff,
     {2, 7},
     false},
    {"timeout",
     LOGN "request: {call: s, timeout: 15ms, catch: []}",
     ALL_FOUR,
     f_timeout,
     {10, 60, 15},
     false},
    {"tries cut off",
     LOGN "request: {call: s, timeout: 12ms, retry: {attempts: unlimited}}",
     ALL_FOUR,
     f_tries,
     {10, 60, 12},
     false},
    /* without memory a new try is as good as the old one */
    {"tries cut off, no memory",
     EXP3 "request: {call: s, timeout: 2ms, retry: {attempts: unlimited}}",
     ALL_FOUR,
     f_expo,
     {3},
     false},
    {"hedge",
     LOGN "request: {call: s, hedge: {after: 15ms}}",
     CONCURRENT,
     f_hedge,
     {10, 60, 15, 2},
     false},
    {"hedge, 4 copies",
     LOGN "request: {call: s, hedge: {after: 5ms, max: 4}}",
     CONCURRENT,
     f_hedge,
     {10, 60, 5, 4},
     false},
    {"hedge at once",
     LOGN "request: {call: s, hedge: {after: 0ms, max: 3}}",
     CONCURRENT,
     f_kth,
     {1, 3, 10, 60},
     false},
    {"as completed",
     "services: {s: {latency: exponential(mean=5ms)}}\n"
     "request: {each: 6, do: {call: s}, as_completed: {wait: 1ms}}",
     CONCURRENT,
     f_completed,
     {6, 1, 5},
     false},
    {"as completed, cpu",
     "services: {s: {latency: exponential(mean=5ms)}}\n"
     "request: {each: 6, do: {call: s}, as_completed: {cpu: 1ms}}",
     CONCURRENT,
     f_completed,
     {6, 1, 5},
     false},
    {"max of Poisson many",
     EXP3 "request: {each: poisson(2.5), do: {call: s}}",
     CONCURRENT,
     f_poisson_max,
     {2.5, 3},
     false},
    {"Poisson many in series",
     EXP3 "request: {repeat: poisson(2.5), do: {call: s}}",
     ALL_FOUR,
     f_poisson_sum,
     {2.5, 3},
     false},
    {"geometric many in series",
     EXP3 "request: {repeat: geometric(mean=1.5), do: {call: s}}",
     ALL_FOUR,
     f_geometric_sum,
     {1.5, 3},
     false},
    {"limit 2",
     EXP3 "request: {each: 6, limit: 2, do: {call: s}}",
     CONCURRENT,
     f_machines,
     {6, 2, 3},
     false},
    {"capacity 2",
     "services: {s: {latency: exponential(mean=3ms), capacity: 2}}\n"
     "request: {each: 6, do: {call: s}}",
     CONCURRENT,
     f_machines,
     {6, 2, 3},
     false},
    {"ps capacity 2",
     "services: {s: {latency: exponential(mean=3ms), capacity: 2, discipline: ps}}\n"
     "request: {each: 6, do: {call: s}}",
     CONCURRENT,
     f_machines,
     {6, 2, 3},
     false},
    {"semaphore 2",
     EXP3 "resources: {two: semaphore(2)}\n"
          "request: {each: 6, do: {use: two, do: {call: s}}}",
     CONCURRENT,
     f_machines,
     {6, 2, 3},
     false},
    {"pool of 3, one is the parent's",
     EXP3 "executions: {small: {kind: threads, pool: 3}}\n"
          "request: {each: 6, do: {call: s}}",
     "small",
     f_machines,
     {6, 2, 3},
     false},
    {"pool apart",
     EXP3 "executions: {small: {kind: threads, pool: 2, server: 1}}\n"
          "request: {each: 6, do: {call: s}}",
     "small",
     f_machines,
     {6, 2, 3},
     false},
    {"hybrid pool of 2",
     "services: {s: {latency: exponential(mean=3ms), blocking: true}}\n"
     "executions: {small: {kind: hybrid, pool: 2}}\n"
     "request: {each: 6, do: {call: s}}",
     "small",
     f_machines,
     {6, 2, 3},
     false},
    {"2 cores, fifo",
     CPU6 "host: {cores: 2, schedule: fifo}",
     "threads",
     f_machines,
     {6, 2, 3},
     false},
    {"2 cores, ps", CPU6 "host: {cores: 2, schedule: ps}", "threads", f_machines, {6, 2, 3}, false},
    {"2 cores, rr",
     CPU6 "host: {cores: 2, schedule: rr(500us)}",
     "threads",
     f_machines,
     {6, 2, 3},
     false},
    {"4 cores and a GIL",
     CPU6 "host: {cores: 4, gil: true}",
     "threads coroutine serial",
     f_erlang,
     {6, 3},
     false},
    {"4 cores, a GIL released",
     "request: {each: 6, do: {cpu: exponential(mean=3ms), releases_gil: true}}\n"
     "host: {cores: 4, gil: true, schedule: fifo}",
     "threads",
     f_machines,
     {6, 4, 3},
     false},
    {"siblings cancelled",
     FAILS "request: {each: 4, do: {call: s}, catch: []}",
     CONCURRENT,
     f_siblings,
     {4, 3, 0.4},
     false},
    {"siblings waited for",
     FAILS "request: {each: 4, siblings: wait, do: {call: s}, catch: []}",
     CONCURRENT,
     f_max_expo,
     {4, 3},
     false},
    {"2 of 4 that may fail",
     FAILS "request: {each: 4, until: 2, do: {call: s}, catch: []}",
     CONCURRENT,
     f_two_of_four,
     {3, 0.4},
     false},
    {"bridge", BRIDGE, CONCURRENT, f_bridge, {0}, false},
    {"bridge in series", BRIDGE, "serial", f_erlang, {5, 1}, false},
    {"spawned: latency",
     EXP3 "request: [{spawn: {a: {call: s}}}, {call: s, name: b},"
          " {respond: 200}]",
     CONCURRENT,
     f_expo,
     {3},
     false},
    {"spawned: duration",
     EXP3 "request: [{spawn: {a: {call: s}}}, {call: s, name: b},"
          " {respond: 200}]",
     CONCURRENT,
     f_max_expo,
     {2, 3},
     true},
    {"detached: duration",
     EXP3 "request: [{detach: {wait: 1s}}, {call: s}]",
     CONCURRENT,
     f_expo,
     {3},
     true},
    {"after the response",
     "request: [{wait: exponential(mean=2ms)}, {respond: 200},"
     " {wait: exponential(mean=7ms)}]",
     ALL_FOUR,
     f_hypo,
     {2, 7},
     true},
    {"until the response",
     "request: [{wait: exponential(mean=2ms)}, {respond: 200},"
     " {wait: exponential(mean=7ms)}]",
     ALL_FOUR,
     f_expo,
     {2},
     false},
    {"lognormal", LOGN "request: {call: s}", ALL_FOUR, f_lognormal, {10, 60}, false},
};

struct moment {
    const struct law *w;
    double power;
};
/* E X^k = int k t^(k-1) S(t) dt */
static double moment_part(double t, void *p)
{
    const struct moment *m = p;
    return m->power * pow(t, m->power - 1) * (1 - m->w->cdf(t, m->w->a));
}
/* In pieces that a jump of the cdf at a round number cannot fall into. */
static double moment_exact(const struct law *w, double power)
{
    struct moment m = {w, power};
    gsl_function f = {.function = moment_part, .params = &m};
    double sum = 0, part, error, rest = 1;
    size_t evaluations;
    for (double from = 0; rest > 1e-12 && from < 1500; from += 1 + floor(from / 20)) {
        double to = from + 1 + floor(from / 20);
        gsl_integration_qng(&f, from, to, 1e-7, 1e-7, &part, &error, &evaluations);
        sum += part;
        rest = 1 - w->cdf(to, w->a);
    }
    return sum;
}

static void agrees(const struct law *w, const struct theory *t, const char *exec)
{
    struct theory u = theory_new(w->yaml, exec);
    theory_alone(&u, 3000);
    uint64_t first = u.part[0].n;
    assert_true(first > 0 && first <= t->part[0].n);
    for (uint64_t i = 0; i < first; i++)
        if (!theory_equal(&t->part[0].rec[i], &u.part[0].rec[i]))
            fail_msg("request %d takes %lld ns under %s, %lld under %s", (int)i,
                     (long long)t->part[0].rec[i].duration, t->exec,
                     (long long)u.part[0].rec[i].duration, exec);
    theory_drop(&u);
}

static void law(void **state)
{
    const struct law *w = *state;
    char names[64], *save = NULL;
    snprintf(names, sizeof names, "%s", w->exec);
    struct theory t = theory_new(w->yaml, strtok_r(names, " ", &save));
    theory_alone(&t, 40000);
    theory_ks(&t, w->name, w->duration, w->cdf, w->a);
    theory_expect(&t, "its mean", w->duration ? theory_duration : theory_mean, 0,
                  moment_exact(w, 1));
    if (!w->duration)
        theory_expect(&t, "its mean square", theory_square, 0, moment_exact(w, 2));
    for (const char *x = strtok_r(NULL, " ", &save); x; x = strtok_r(NULL, " ", &save))
        agrees(w, &t, x);
    theory_end(&t);
}

/* ---- numbers rather than laws ---- */

/* Three of three attempts fail: 0.4^3; a timeout: S(15ms); 1 of 4 fails or more. */
static void outcomes(void **state)
{
    (void)state;
    struct theory t = theory_new(FAILS "request: {call: s, retry: {attempts: 3}}", "coroutine");
    theory_alone(&t, 40000);
    theory_expect(&t, "three failures", theory_status, 500, 0.064);
    theory_end(&t);
    t = theory_new(LOGN "request: {call: s, timeout: 15ms, catch: {timeout: {abort: 504}}}",
                   "threads");
    theory_alone(&t, 40000);
    theory_expect(&t, "timeouts", theory_status, 504, 1 - logn(15, 10, 60));
    theory_end(&t);
    t = theory_new(FAILS "request: {each: 4, do: {call: s}, catch: {abort: 502}}", "coroutine");
    theory_alone(&t, 40000);
    theory_expect(&t, "failures", theory_status, 502, 1 - pow(0.6, 4));
    theory_end(&t);
    /* a failing copy of a hedged call is no failure while another is under way: both fail */
    t = theory_new("services: {s: {latency: uniform(20ms 30ms), error: 0.4}}\n"
                   "request: {call: s, hedge: {after: 5ms}, catch: {abort: 502}}",
                   "coroutine");
    theory_alone(&t, 40000);
    theory_expect(&t, "both copies fail", theory_status, 502, 0.16);
    theory_end(&t);
}

/* Dean and Barroso, "The Tail at Scale" (CACM 56(2), 2013): 1 % slow, 100 servers: 63 % slow. */
static void tail_at_scale(void **state)
{
    (void)state;
    struct theory t = theory_new("services: {leaf: {latency: 'mix(0.99 of 10ms, 0.01 of 1s)'}}\n"
                                 "request: {each: 100, do: {call: leaf}}",
                                 "coroutine");
    theory_alone(&t, 15000);
    theory_expect(&t, "slow", theory_above, 500, 1 - pow(0.99, 100));
    theory_end(&t);
}

/* Bridge of uniforms: mean 63/40 exactly; of exponentials of means 1: 83/24, variance 2.8871528,
 * (models/bridge.yaml; Kulkarni and Adlakha 1986). */
static void bridge(void **state)
{
    (void)state;
    static const char uniform[] = "request:\n"
                                  "  - spawn: {a: {wait: &x 'uniform(0ms, 1ms)'}, b: {wait: *x}}\n"
                                  "  - await: a\n"
                                  "  - spawn: {c: {wait: *x}, d: {wait: *x}}\n"
                                  "  - await: [b, c]\n"
                                  "  - {wait: *x, name: e}\n"
                                  "  - await: d\n";
    struct theory t = theory_new(uniform, "threads");
    theory_alone(&t, 40000);
    theory_expect(&t, "uniform", theory_mean, 0, 63.0 / 40);
    theory_end(&t);
    t = theory_new(BRIDGE, "coroutine");
    theory_alone(&t, 150000);
    theory_expect(&t, "mean", theory_mean, 0, 83.0 / 24);
    theory_expect(&t, "mean square", theory_square, 0, 2.8871528 + pow(83.0 / 24, 2));
    theory_end(&t);
}

/* A search engine's request with exponential calls, as a Markov chain of 4,220 states.  The numbers
 * are PRISM's for that chain and, by another program, uniformisation's; they agree to 1e-9. */
static const char search[] =
    "services:\n"
    "  geo: {latency: exponential(mean=30ms)}\n"
    "  ip: {latency: exponential(mean=10ms)}\n"
    "  limiter: {latency: exponential(mean=5ms)}\n"
    "  memcache: {latency: exponential(mean=2ms)}\n"
    "  create: {latency: exponential(mean=15ms)}\n"
    "  save: {latency: exponential(mean=8ms)}\n"
    "  db: {latency: exponential(mean=40ms)}\n"
    "  rate: {latency: exponential(mean=3ms)}\n"
    "  client: {latency: exponential(mean=4ms)}\n"
    "  tidy: {latency: exponential(mean=6ms)}\n"
    "pipelines:\n"
    "  limits:\n"
    "    - call: ip\n"
    "    - {each: 3, name: lookups, do: {call: limiter, sets: {over: chance(0.02)}}}\n"
    "    - set: {limited: any(lookups.over)}\n"
    "  session:\n"
    "    - {call: memcache, sets: {found: chance(0.8)}}\n"
    "    - if: not found\n"
    "      then: [{call: create}, {each: 3, do: {call: save}}]\n"
    "  query:\n"
    "    - {call: memcache, sets: {hit: chance(0.6)}}\n"
    "    - {if: not hit, then: {call: db}}\n"
    "    - {call: rate}\n"
    "request:\n"
    "  - spawn: {geo: {call: geo}, limit: {run: limits}, session: {run: session}}\n"
    "  - await: [geo, session]\n"
    "  - {each: 3, do: {run: query}}\n"
    "  - await: limit\n"
    "  - if: limit.limited\n"
    "    then: [{call: client, name: refuse}, {abort: 503}]\n"
    "  - parallel: {write: [{call: client}, {respond: 200}], a: {call: tidy}, b: {call: tidy},\n"
    "               c: {call: tidy}, d: {call: tidy}}\n";

static void search_engine(void **state)
{
    static const double at[][2] = {{50, 0.3070736325},  {100, 0.7044599349}, {150, 0.8941463920},
                                   {200, 0.9655194092}, {250, 0.9893282403}, {300, 0.9967921877}};
    struct theory t = theory_new(search, *state);
    theory_alone(&t, 60000);
    for (size_t i = 0; i < TEST_COUNT(at); i++)
        theory_expect(&t, "P(response later)", theory_above, at[i][0], 1 - at[i][1]);
    theory_expect(&t, "time to response", theory_mean, 0, 82.89778087);
    theory_expect(&t, "time to end", theory_duration, 0, 91.31513391);
    theory_expect(&t, "503", theory_status, 503, 1 - pow(0.98, 3));
    theory_end(&t);
}

int main(void)
{
    static const char *const concurrent[] = {"coroutine", "threads"};
    struct CMUnitTest t[TEST_COUNT(laws) + 5];
    size_t n = 0;
    gsl_set_error_handler_off();
    for (size_t i = 0; i < TEST_COUNT(laws); i++)
        t[n++] = test_named(laws[i].name, law, &laws[i]);
    t[n++] = test_named("outcomes", outcomes, NULL);
    t[n++] = test_named("tail at scale", tail_at_scale, NULL);
    t[n++] = test_named("bridge, numbers", bridge, NULL);
    t[n++] = test_named("search engine, coroutine", search_engine, concurrent[0]);
    t[n++] = test_named("search engine, threads", search_engine, concurrent[1]);
    return cmocka_run_group_tests_name("theory of latencies", t, NULL, NULL);
}
