/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_theory_queues.c - open systems against exact queueing theory, under every execution that is
 * the same queue.
 *
 * Sources: K, Kleinrock, "Queueing Systems", vol. 1 (1975) and 2 (1976); HB, Harchol-Balter,
 * "Performance Modeling and Design of Computer Systems" (2013); others where they are used.
 * Notation: l arrivals per ms, service times S with moments s1, s2, s3 in ms, rho = l s1 / c,
 * W the wait, T = W + S.  Times in ms. */
#include "tests/prop/theory.h"

/* ---- the queues ---- */

struct queue {
    const char *name, *exec, *yaml;
    const char *row; /* of the accounts */
    bool again;      /* the same draws as the row before: the same records */
};
/* All of these are M/M/1 with s1 = 1 ms, l = 0.6. */
#define RATE6  "load: {rate: 0.6/1ms}\n"
#define SERVER "services: {s: {latency: exponential(mean=1ms), capacity: 1}}\nrequest: {call: s}\n"
#define CPU1   "request: {cpu: exponential(mean=1ms)}\n"
static const struct queue mm1[] = {
    {"M/M/1, a worker", "serial", "request: {wait: exponential(mean=1ms)}\n" RATE6, "worker",
     false},
    {"M/M/1, a mutex", "threads",
     "resources: {m: mutex}\nrequest: {use: m, do: {wait: exponential(mean=1ms)}}\n" RATE6, "m",
     true},
    {"M/M/1, a thread", "one",
     "executions: {one: {kind: threads, pool: 1}}\n"
     "request: {wait: exponential(mean=1ms)}\n" RATE6,
     "pool", true},
    {"M/M/1, a server", "one",
     "executions: {one: {kind: threads, pool: 7, server: 1}}\n"
     "request: {wait: exponential(mean=1ms)}\n" RATE6,
     "server", true},
    {"M/M/1, a limit", "one",
     "executions: {one: {kind: coroutine, limit: 1}}\n"
     "request: {wait: exponential(mean=1ms)}\n" RATE6,
     "limit", true},
    {"M/M/1, a capacity, threads", "threads", SERVER RATE6, "s", false},
    {"M/M/1, a capacity, a loop", "coroutine", SERVER RATE6, "s", true},
    {"M/M/1, a capacity, hybrid", "hybrid", SERVER RATE6, "s", true},
    {"M/M/1, a blocked loop", "coroutine",
     "services: {s: {latency: exponential(mean=1ms), blocking: true}}\nrequest: {call: s}\n" RATE6,
     "loop", true},
    {"M/M/1, a loop's CPU", "coroutine", CPU1 RATE6, "loop", false},
    {"M/M/1, a core", "threads", CPU1 "host: {schedule: fifo}\n" RATE6, "cores", true},
    {"M/M/1, a core in hybrid", "hybrid",
     "request: {offload: {cpu: exponential(mean=1ms)}}\nhost: {schedule: fifo}\n" RATE6, "cores",
     true},
    {"M/M/1, a GIL", "threads", CPU1 "host: {cores: 4, gil: {interval: 1h}}\n" RATE6, "gil", true},
};

/* The rows before r that it must agree with: the last that is not again. */
static void same_queue(void **state)
{
    const struct queue *q = *state, *first = q;
    while (first->again)
        first--;
    struct theory x = theory_new(first->yaml, first->exec), y = theory_new(q->yaml, q->exec);
    theory_same(&x, theory_row(&x, first->row), &y, theory_row(&y, q->row), test_samples(10000));
    theory_drop(&x);
    theory_end(&y);
}

static void mm1_law(void **state)
{
    const struct queue *q = *state;
    struct theory t = theory_new(q->yaml, q->exec);
    double l = 0.6, mean = 1 / (1 - l);
    uint32_t row = theory_row(&t, q->row);
    theory_load(&t, 1000, 12000);
    /* T is exponential (K vol. 1 (5.118)) */
    theory_expect(&t, q->name, theory_mean, 0, mean);
    theory_expect(&t, "mean square", theory_square, 0, 2 * mean * mean);
    theory_expect(&t, "P(T > 1)", theory_above, 1, exp(-1 / mean));
    theory_expect(&t, "P(T > 5)", theory_above, 5, exp(-5 / mean));
    theory_expect(&t, "in the system", theory_present, 0, l * mean);
    theory_expect(&t, "busy", theory_busy, row, l);
    theory_expect(&t, "waiting", theory_queue, row, l * l * mean);
    theory_expect(&t, "wait", theory_wait, row, l * mean);
    theory_expect(&t, "throughput", theory_rate, 0, l);
    theory_end(&t);
}

/* 3 servers, l = 2.1: C(3, 2.1) = 0.492343; W is 0 or, with probability C, exponential. */
#define RATE21 "load: {rate: 2.1/1ms}\n"
static const struct queue mmc[] = {
    {"M/M/3, a capacity", "coroutine",
     "services: {s: {latency: exponential(mean=1ms), capacity: 3}}\nrequest: {call: s}\n" RATE21,
     "s", false},
    {"M/M/3, threads", "three",
     "executions: {three: {kind: threads, pool: 3}}\n"
     "request: {wait: exponential(mean=1ms)}\n" RATE21,
     "pool", false},
    {"M/M/3, a semaphore", "threads",
     "resources: {m: semaphore(3)}\nrequest: {use: m, do: {wait: exponential(mean=1ms)}}\n" RATE21,
     "m", true},
    {"M/M/3, a hybrid's pool", "three",
     "executions: {three: {kind: hybrid, pool: 3}}\n"
     "request: {offload: {wait: exponential(mean=1ms)}}\n" RATE21,
     "pool", true},
    {"M/M/3, cores", "threads", CPU1 "host: {cores: 3, schedule: fifo}\n" RATE21, "cores", false},
};

static void mmc_law(void **state)
{
    const struct queue *q = *state;
    struct theory t = theory_new(q->yaml, q->exec);
    uint32_t row = theory_row(&t, q->row);
    double l = 2.1, c = 3, wait = theory_erlang_c(c, l), w = wait / (c - l);
    theory_load(&t, 1000, 12000);
    theory_expect(&t, q->name, theory_mean, 0, 1 + w);
    theory_expect(&t, "wait", theory_wait, row, w);
    theory_expect(&t, "waiting", theory_queue, row, l * w);
    theory_expect(&t, "busy", theory_busy, row, l);
    /* P(T > t) = e^-t + C (e^-(c - l)t - e^-t) / (1 - (c - l)), for mean 1 (K vol. 1 ex. 3.10) */
    double d = c - l, at = 4;
    theory_expect(&t, "P(T > 4)", theory_above, at,
                  exp(-at) + wait * (exp(-d * at) - exp(-at)) / (1 - d));
    theory_end(&t);
}

/* ---- birth and death: p(n) by its balance equations ---- */

enum { STATES = 400 };
/* births of rate l, deaths of rate min(n, c) + max(n - c, 0) leave; at most top present */
static void birth_death(double *p, double l, double c, double leave, int top)
{
    double sum = p[0] = 1;
    for (int n = 1; n <= top; n++)
        sum += p[n] = p[n - 1] * l / (fmin(n, c) + fmax(n - c, 0) * leave);
    for (int n = 0; n <= top; n++)
        p[n] /= sum;
}

static double number_waiting(const double *p, int c, int top)
{
    double sum = 0;
    for (int n = c + 1; n <= top; n++)
        sum += p[n] * (n - c);
    return sum;
}

/* M/M/2/5: three may wait; the sixth is refused (K vol. 1 section 3.7). */
static void mmck(void **state)
{
    const struct queue *q = *state;
    struct theory t = theory_new(q->yaml, q->exec);
    double p[STATES], l = 2.4;
    birth_death(p, l, 2, 0, 5);
    double served = l * (1 - p[5]), waiting = number_waiting(p, 2, 5);
    theory_load(&t, 500, 7000);
    theory_expect(&t, q->name, theory_status, 503, p[5]);
    theory_expect(&t, "latency of the served", theory_mean, 200, 1 + waiting / served);
    theory_expect(&t, "waiting", theory_queue, theory_row(&t, q->row), waiting);
    theory_expect(&t, "busy", theory_busy, theory_row(&t, q->row), served);
    theory_end(&t);
}
#define RATE24 "load: {rate: 2.4/1ms}\n"
static const struct queue blocking[] = {
    {"M/M/2/5, a capacity", "coroutine",
     "services: {s: {latency: exponential(mean=1ms), capacity: 2, queue: 3}}\n"
     "request: [{call: s, catch: {rejected: {abort: 503}}}, {respond: 200}]\n" RATE24,
     "s", false},
    {"M/M/2/5, a semaphore", "threads",
     "resources: {m: {kind: semaphore, size: 2, queue: 3}}\n"
     "request: [{use: m, do: {wait: exponential(mean=1ms)}, catch: {rejected: {abort: 503}}},"
     " {respond: 200}]\n" RATE24,
     "m", false},
    {"M/M/2/5, a limit", "two",
     "executions: {two: {kind: coroutine, limit: 2, queue: 3}}\n"
     "request: {wait: exponential(mean=1ms)}\n" RATE24,
     "limit", false},
    {"M/M/2/5, a server", "two",
     "executions: {two: {kind: threads, server: 2, queue: 3}}\n"
     "request: {wait: exponential(mean=1ms)}\n" RATE24,
     "server", true},
};

/* Erlang's loss system M/G/c/c: B(5, 4) = 0.1990669, for any service law (Sevastyanov 1957). */
static void loss(void **state)
{
    struct theory t = theory_new(
        "services: {s: {latency: 'hyperexponential(0.9 of 0.5ms, 0.1 of 5.5ms)', capacity: 5,"
        " queue: 0}}\nrequest: [{call: s, catch: {rejected: {abort: 503}}}, {respond: 200}]\n"
        "load: {rate: 4/1ms}\n",
        *state);
    theory_load(&t, 500, 7000);
    theory_expect(&t, "Erlang B", theory_status, 503, 0.1990669);
    theory_expect(&t, "served", theory_mean, 200, 1);
    theory_expect(&t, "busy", theory_busy, theory_row(&t, "s"), 4 * (1 - 0.1990669));
    theory_end(&t);
}

/* M/M/2+M: who waits longer than an exponential time of mean 1/0.7 leaves (Palm 1957). */
static void abandon(void **state)
{
    struct theory t = theory_new(
        "services: {s: {latency: exponential(mean=1ms), capacity: 2,"
        " queue_timeout: exponential(mean=1ms / 0.7)}}\n"
        "request: [{call: s, catch: {queue_timeout: {abort: 503}}}, {respond: 200}]\n" RATE24,
        *state);
    double p[STATES], l = 2.4, leave = 0.7;
    birth_death(p, l, 2, leave, STATES - 1);
    double waiting = number_waiting(p, 2, STATES - 1);
    theory_load(&t, 500, 7000);
    theory_expect(&t, "M/M/2+M, lost", theory_status, 503, waiting * leave / l);
    theory_expect(&t, "waiting", theory_queue, theory_row(&t, "s"), waiting);
    theory_expect(&t, "busy", theory_busy, theory_row(&t, "s"), l - waiting * leave);
    theory_end(&t);
}

/* GI/M/1: T is exponential with mean 1 / (mu (1 - x)), x the root of x = A*(mu (1 - x)), A* the
 * transform of the times between arrivals (K vol. 1 section 6.4). */
struct arrivals {
    const char *name;
    double cv; /* 0: deterministic */
};
static const struct arrivals arrivals[] = {
    {"deterministic", 0}, {"gamma(cv=2)", 2}, {"gamma(cv=0.5)", 0.5}, {"poisson", 1}};

static void gim1(void **state)
{
    const struct arrivals *a = *state;
    char text[300];
    snprintf(text, sizeof text, SERVER "load: {rate: 0.6/1ms, arrivals: %s}\n", a->name);
    struct theory t = theory_new(text, "coroutine");
    double x = 0.5, k = 1 / (a->cv * a->cv);
    for (int i = 0; i < 1000; i++)
        x = a->cv > 0 ? pow(1 + (1 - x) / (0.6 * k), -k) : exp(-(1 - x) / 0.6);
    theory_load(&t, 1000, 12000);
    theory_expect(&t, a->name, theory_mean, 0, 1 / (1 - x));
    theory_expect(&t, "P(T > 3)", theory_above, 3, exp(-3 * (1 - x)));
    theory_expect(&t, "throughput", theory_rate, 0, 0.6);
    theory_end(&t);
}

/* ---- networks ---- */

/* Two queues in tandem: FIFO sojourns are independent (Reich 1957), rates mu - l = 0.4 and 0.9. */
static void tandem(void **state)
{
    struct theory t = theory_new("services: {a: {latency: exponential(mean=1ms), capacity: 1},"
                                 " b: {latency: exponential(mean=1ms / 1.5), capacity: 1}}\n"
                                 "request: [{call: a}, {call: b}]\n" RATE6,
                                 *state);
    double x = 1 / 0.4, y = 1 / 0.9;
    theory_load(&t, 1000, 7000);
    theory_expect(&t, "tandem", theory_mean, 0, x + y);
    theory_expect(&t, "mean square", theory_square, 0, 2 * (x * x + x * y + y * y));
    theory_expect(&t, "P(T > 6)", theory_above, 6, (x * exp(-6 / x) - y * exp(-6 / y)) / (x - y));
    theory_end(&t);
}

/* Jackson (1957): with probability 1/4 a request comes back; l(a) = 0.6/(1 - 1/4) = 0.8. */
static void feedback(void **state)
{
    struct theory t =
        theory_new("services: {a: {latency: exponential(mean=0.75ms), capacity: 1}}\n"
                   "request: [{call: a}, {repeat: geometric(mean=1/3), do: {call: a}}]\n" RATE6,
                   *state);
    theory_load(&t, 1000, 7000);
    theory_expect(&t, "feedback", theory_present, 0, 0.6 / 0.4);
    theory_expect(&t, "latency", theory_mean, 0, 1 / 0.4);
    theory_end(&t);
}

/* Two queues at once: E T = (12 - rho) / 8 / (mu - l) (Flatto and Hahn 1984; Nelson and Tantawi,
 * IEEE Trans. Comp. 37(6), 1988). */
static void fork_join(void **state)
{
    struct theory t = theory_new("services: {a: {latency: exponential(mean=1ms), capacity: 1},"
                                 " b: {latency: exponential(mean=1ms), capacity: 1}}\n"
                                 "request: {parallel: [{call: a}, {call: b}]}\n" RATE6,
                                 *state);
    theory_load(&t, 1000, 7000);
    theory_expect(&t, "fork and join", theory_mean, 0, (12 - 0.6) / 8 / 0.4);
    theory_end(&t);
}

/* M/G/infinity: the number present is Poisson with mean l s1 = 12, for any law.  Looked at every
 * 40 ms, from the records of all requests (K vol. 1 section 3.4 for M; Takacs 1962 for G). */
static void infinity_servers(void **state)
{
    struct theory t =
        theory_new("request: {wait: uniform(0ms 12ms)}\nload: {rate: 2/1ms}\n", *state);
    double chi = 0, n = 0;
    theory_load(&t, 500, 10000);
    theory_expect(&t, "present", theory_present, 0, 12);
    theory_expect(&t, "tasks", theory_tasks, 0, 12);
    theory_expect(&t, "latency", theory_mean, 0, 6);
    if (strcmp(t.exec, "threads") == 0)
        theory_expect(&t, "threads", theory_threads, 0, 12);
    else
        theory_expect(&t, "threads", theory_threads, 0, 1);
    for (uint32_t i = 0; i < THEORY_REPS; i++) {
        const struct theory_part *p = &t.part[i];
        int64_t end = p->to.time - 13000000; /* all that were present then are recorded */
        for (int64_t at = p->from.time + 13000000; at < end; at += 40000000, n++) {
            double present = 0;
            for (uint64_t k = 0; k < p->n; k++)
                present += p->rec[k].arrival <= at && p->rec[k].arrival + p->rec[k].duration > at;
            chi += (present - 12) * (present - 12) / 12;
        }
    }
    /* index of dispersion: mean 1, variance 2/n + 1/(12 n) */
    theory_judge(&t, "dispersion", fabs(chi / n - 1) < THEORY_Z * sqrt(2.0833 / n),
                 "%.4f of %.0f looks, exactly 1 +- %.4f", chi / n, n, sqrt(2.0833 / n));
    theory_end(&t);
}

int main(void)
{
    static const char *const both[] = {"coroutine", "threads"};
    struct theory_suite u = {.n = 0};
    for (size_t i = 0; i < TEST_COUNT(mm1); i++)
        theory_add(&u, mm1[i].name, mm1[i].again ? same_queue : mm1_law, &mm1[i]);
    for (size_t i = 0; i < TEST_COUNT(mmc); i++)
        theory_add(&u, mmc[i].name, mmc[i].again ? same_queue : mmc_law, &mmc[i]);
    for (size_t i = 0; i < TEST_COUNT(blocking); i++)
        theory_add(&u, blocking[i].name, blocking[i].again ? same_queue : mmck, &blocking[i]);
    for (size_t i = 0; i < TEST_COUNT(arrivals); i++)
        theory_add(&u, arrivals[i].name, gim1, &arrivals[i]);
    for (size_t i = 0; i < TEST_COUNT(both); i++) {
        theory_add(&u, "Erlang's loss system", loss, both[i]);
        theory_add(&u, "M/M/2+M", abandon, both[i]);
        theory_add(&u, "tandem", tandem, both[i]);
        theory_add(&u, "feedback", feedback, both[i]);
        theory_add(&u, "fork and join", fork_join, both[i]);
        theory_add(&u, "M/G/infinity", infinity_servers, both[i]);
    }
    return theory_run(&u, "theory of queues");
}
