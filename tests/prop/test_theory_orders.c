/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_theory_orders.c - one server and any law of service, in all orders: M/G/1 as FIFO, LIFO,
 * random, by priority, sharing, round robin.
 *
 * Sources: K, Kleinrock, "Queueing Systems", vol. 1 (1975) and 2 (1976); others where they are
 * used. Notation: l arrivals per ms, service times S with moments s1, s2, s3 in ms, rho = l s1, W
 * the wait, T = W + S.  Times in ms. */
#include "tests/prop/theory.h"

#define RATE6  "load: {rate: 0.6/1ms}\n"
#define RATE21 "load: {rate: 2.1/1ms}\n"

/* Mean wait in M/G/1, first come first served, by Pollaczek (1930) and Khinchine (1932). */
static double pk_wait(double l, double s1, double s2)
{
    return l * s2 / (2 * (1 - l * s1));
}
/* E W^2 of the same (Takacs 1962; K vol. 1 (5.114)). */
static double pk_wait2(double l, double s1, double s2, double s3)
{
    double w = pk_wait(l, s1, s2);
    return 2 * w * w + l * s3 / (3 * (1 - l * s1));
}

/* ---- M/G/1 ---- */

struct law { /* s1 = 1 */
    const char *name, *text;
    double s2, s3;
};
/* Moments: D 1, 1; gamma with shape k: (k + 1)/k, (k + 1)(k + 2)/k^2; hyperexponential of
 * probabilities p and means m: 2 sum p m^2, 6 sum p m^3; uniform(0, 2): 4/3, 2. */
static const struct law law[] = {
    {"M/D/1", "1ms", 1, 1},
    {"M/E4/1", "erlang(k=4 mean=1ms)", 1.25, 30.0 / 16},
    {"M/U/1", "uniform(0ms 2ms)", 4.0 / 3, 2},
    {"M/H2/1", "hyperexponential(0.9 of 0.5ms 0.1 of 5.5ms)", 2 * (0.225 + 3.025),
     6 * (0.1125 + 16.6375)},
};

struct mg1 {
    const char *name, *exec, *yaml; /* %s is the law */
    const char *row;
    bool again; /* the same draws as the row before: the same records */
};
static const struct mg1 fifo[] = {
    {"a worker", "serial", "request: {wait: '%s'}\n", "worker", false},
    {"a capacity", "coroutine", "services: {s: {latency: '%s', capacity: 1}}\nrequest: {call: s}\n",
     "s", false},
    {"a loop", "coroutine", "request: {cpu: '%s'}\n", "loop", false},
    {"a core", "threads", "request: {cpu: '%s'}\nhost: {schedule: fifo}\n", "cores", true},
    {"a GIL", "threads", "request: {cpu: '%s'}\nhost: {cores: 8, gil: {interval: 1h}}\n", "gil",
     true},
    {"a core of a service's", "hybrid",
     "services: {s: {latency: 0, host_cpu: '%s'}}\nrequest: {call: s}\nhost: {schedule: fifo}\n",
     "cores", false},
};

static struct theory mg1_new(const struct mg1 *m, const struct law *w, const char *rest)
{
    char text[400], all[700];
    const char *at = strstr(m->yaml, "%s");
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - m->yaml), m->yaml, w->text, at + 2);
    snprintf(all, sizeof all, "%s%s", text, rest);
    return theory_new(all, m->exec);
}

static void mg1_fifo(void **state)
{
    const struct mg1 *m = *state;
    for (size_t i = 0; i < TEST_COUNT(law); i++) {
        const struct law *w = &law[i];
        struct theory t = mg1_new(m, w, RATE6);
        double w1 = pk_wait(0.6, 1, w->s2), w2 = pk_wait2(0.6, 1, w->s2, w->s3);
        theory_load(&t, 1000, i == 3 ? 15000 : 5000);
        theory_expect(&t, w->name, theory_mean, 0, 1 + w1);
        /* W and S are independent; the longer tail needs too many requests */
        if (i < 3)
            theory_expect(&t, "mean square", theory_square, 0, w2 + 2 * w1 + w->s2);
        theory_end(&t);
    }
}

static void mg1_same(void **state)
{
    const struct mg1 *m = *state, *first = m;
    while (first->again)
        first--;
    for (size_t i = 0; i < TEST_COUNT(law); i++) {
        struct theory x = mg1_new(first, &law[i], RATE6), y = mg1_new(m, &law[i], RATE6);
        theory_same(&x, theory_row(&x, first->row), &y, theory_row(&y, m->row), test_samples(5000));
        theory_drop(&x);
        theory_end(&y);
    }
}

/* M/D/1: P(T = S) = 1 - rho; P(W <= 1) = (1 - rho) e^rho (Erlang 1909). */
static void md1(void **state)
{
    struct theory t = mg1_new(*state, &law[0], RATE6);
    theory_load(&t, 1000, 7000);
    theory_expect(&t, "P(W > 0)", theory_above, 1 + 1e-6, 0.6);
    theory_expect(&t, "P(W > 1)", theory_above, 2, 1 - 0.4 * exp(0.6));
    theory_end(&t);
}

/* Processor sharing: E T = s1 / (1 - rho) for any law, and x / (1 - rho) for who brings x (Sakata,
 * Noguchi and Oizumi 1971; K vol. 2 section 4.4). */
static const struct mg1 sharing[] = {
    {"a service", "coroutine",
     "services: {s: {latency: '%s', capacity: 1, discipline: ps}}\nrequest: {call: s}\n", "s",
     false},
    {"a service, threads", "threads",
     "services: {s: {latency: '%s', capacity: 1, discipline: ps}}\nrequest: {call: s}\n", "s",
     false},
    {"a core", "threads", "request: {cpu: '%s'}\nhost: {schedule: ps}\n", "cores", false},
    {"a core of a service's", "coroutine",
     "services: {s: {latency: 0, host_cpu: '%s'}}\nrequest: {call: s}\nhost: {schedule: ps}\n",
     "cores", false},
};

static void mg1_ps(void **state)
{
    const struct mg1 *m = *state;
    for (size_t i = 0; i < TEST_COUNT(law); i++) {
        struct theory t = mg1_new(m, &law[i], RATE6);
        theory_load(&t, 1000, i == 3 ? 12000 : 5000);
        theory_expect(&t, law[i].name, theory_mean, 0, 2.5);
        theory_expect(&t, "in the system", theory_present, 0, 1.5);
        theory_end(&t);
    }
}

#define TWO_SIZES                                                                                  \
    "pipelines: {small: {%s: 0.5ms}, big: {%s: 5ms}}\nrequest: []\n"                               \
    "load: [{rate: 0.5/1ms, pipeline: small}, {rate: 0.07/1ms, pipeline: big}]\n"
static void ps_slowdown(void **state)
{
    const char *schedule = *state;
    char text[500];
    snprintf(text, sizeof text, TWO_SIZES "host: {schedule: %s}\n", "cpu", "cpu", schedule);
    struct theory t = theory_new(text, "threads");
    double rho = 0.5 * 0.5 + 0.07 * 5;
    theory_load(&t, 1000, 8000);
    theory_expect_within(&t, "small", theory_class, 0, 0.5 / (1 - rho), 0.05);
    theory_expect_within(&t, "big", theory_class, 1, 5 / (1 - rho), 0.05);
    theory_end(&t);
}

/* Sharing on c servers is insensitive, too: M/M/c's mean for any law (Kelly 1979, section 3.3). */
static void mgc_ps(void **state)
{
    const struct mg1 *m = *state;
    double l = 2.1, want = 1 + theory_erlang_c(3, l) / (3 - l);
    for (size_t i = 0; i < TEST_COUNT(law); i++) {
        struct theory t = mg1_new(m, &law[i], RATE21);
        theory_load(&t, 1000, 8000);
        theory_expect(&t, law[i].name, theory_mean, 0, want);
        theory_end(&t);
    }
}
static const struct mg1 sharing3[] = {
    {"a service of 3", "coroutine",
     "services: {s: {latency: '%s', capacity: 3, discipline: ps}}\nrequest: {call: s}\n", "s",
     false},
    {"3 cores", "threads", "request: {cpu: '%s'}\nhost: {schedule: ps, cores: 3}\n", "cores",
     false},
};

/* Round robin: without memory the number in the system is M/M/1's for any quantum (K vol. 2 section
 * 4.4); with another law a small quantum is nearly processor sharing, a huge one FIFO. */
static void round_robin(void **state)
{
    const char *schedule = *state;
    char rest[200];
    snprintf(rest, sizeof rest, "host: {schedule: %s}\n" RATE6, schedule);
    static const struct mg1 cpu = {"", "threads", "request: {cpu: '%s'}\n", "cores", false};
    static const struct law memoryless = {"M/M/1-RR", "exponential(mean=1ms)", 2, 6};
    struct theory t = mg1_new(&cpu, &memoryless, rest);
    theory_load(&t, 1000, 5000);
    theory_expect(&t, memoryless.name, theory_mean, 0, 2.5);
    theory_end(&t);
}

static void round_robin_limits(void **state)
{
    static const struct mg1 cpu = {"", "threads", "request: {cpu: '%s'}\n", "cores", false};
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(law); i++) {
        struct theory t = mg1_new(&cpu, &law[i], "host: {schedule: rr(50us)}\n" RATE6);
        theory_load(&t, 500, i == 3 ? 6000 : 2000);
        /* half a quantum or so a round: of the order of 50us times the mean number present */
        theory_expect_within(&t, law[i].name, theory_mean, 0, 2.5, 0.05);
        theory_end(&t);
        t = mg1_new(&cpu, &law[i], "host: {schedule: rr(1h)}\n" RATE6);
        theory_load(&t, 1000, i == 3 ? 15000 : 5000);
        theory_expect(&t, law[i].name, theory_mean, 0, 1 + pk_wait(0.6, 1, law[i].s2));
        theory_end(&t);
    }
}

/* Last come first served and random order have FIFO's mean wait (no knowledge of sizes); E W^2 is
 * 1/(1 - rho) and 1/(1 - rho/2) times as much (Takacs 1963; Fuhrmann and Iliadis 1994). */
static void disciplines(void **state)
{
    static const struct {
        const char *name;
        double factor;
    } how[] = {{"fifo", 1}, {"lifo", 1 / (1 - 0.6)}, {"random", 1 / (1 - 0.3)}};
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(how); i++) {
        char text[300];
        snprintf(text, sizeof text,
                 "services: {s: {latency: erlang(k=4 mean=1ms), capacity: 1, discipline: %s}}\n"
                 "request: {call: s}\n" RATE6,
                 how[i].name);
        struct theory t = theory_new(text, "coroutine");
        double w1 = pk_wait(0.6, 1, 1.25), w2 = pk_wait2(0.6, 1, 1.25, 30.0 / 16);
        theory_load(&t, 1000, 12000);
        theory_expect(&t, how[i].name, theory_mean, 0, 1 + w1);
        theory_expect(&t, "mean square", theory_square, 0, w2 * how[i].factor + 2 * w1 + 1.25);
        theory_end(&t);
    }
}

/* Nobody preempted: W(k) = W0 / ((1 - sigma(k-1)) (1 - sigma(k))), W0 = sum l s2 / 2 (Cobham 1954;
 * K vol. 2 section 3.2). */
struct queue {
    const char *name, *exec, *yaml, *row;
};
static const struct queue priority[] = {
    {"priorities of classes", "coroutine",
     "services: {s: {latency: 1ms, capacity: 1, discipline: priority}}\n"
     "request: {call: s}\n"
     "pipelines: {small: {call: s, latency: exponential(mean=0.5ms)}, big: {call: s, latency: "
     "2ms}}\n"
     "load: [{rate: 0.3/1ms, name: low, priority: 5},"
     " {rate: 0.4/1ms, pipeline: small, name: high, priority: -1},"
     " {rate: 0.1/1ms, pipeline: big, name: mid, priority: 2}]\n",
     "s"},
    {"priorities of steps", "threads",
     "resources: {m: {kind: semaphore, size: 1, discipline: priority}}\n"
     "request: {use: m, priority: 5, do: {wait: 1ms}}\n"
     "pipelines: {small: {use: m, priority: 1, do: {wait: exponential(mean=0.5ms)}},"
     " big: {use: m, priority: 2, do: {wait: 2ms}}}\n"
     "load: [{rate: 0.3/1ms, name: low}, {rate: 0.4/1ms, pipeline: small, name: high},"
     " {rate: 0.1/1ms, pipeline: big, name: mid}]\n",
     "m"},
    {"priorities of threads", "one",
     "executions: {one: {kind: threads, pool: 1, discipline: priority}}\n"
     "request: {wait: 1ms}\n"
     "pipelines: {small: {wait: exponential(mean=0.5ms)}, big: {wait: 2ms}}\n"
     "load: [{rate: 0.3/1ms, name: low, priority: 5},"
     " {rate: 0.4/1ms, pipeline: small, name: high, priority: 1},"
     " {rate: 0.1/1ms, pipeline: big, name: mid, priority: 2}]\n",
     "pool"},
};

static void cobham(void **state)
{
    const struct queue *q = *state;
    struct theory t = theory_new(q->yaml, q->exec);
    double w0 = (0.4 * 2 * 0.25 + 0.1 * 4 + 0.3 * 1) / 2, high = 0.2, mid = 0.4, low = 0.7;
    theory_load(&t, 1000, 7000);
    theory_expect(&t, q->name, theory_class, 1, 0.5 + w0 / (1 - high));
    theory_expect(&t, "mid", theory_class, 2, 2 + w0 / ((1 - high) * (1 - mid)));
    theory_expect(&t, "low", theory_class, 0, 1 + w0 / ((1 - mid) * (1 - low)));
    theory_end(&t);
}

/* A loop that sleeps pays `wake`, v, on top for the first of a busy period: M/G/1 with set-up times
 * (Welch 1964; Takagi 1991): W = PK + v (2 + l v) / (2 (1 + l v)) if all arrivals that meet an idle
 * loop pay. */
static void wake(void **state)
{
    (void)state;
    struct theory t = theory_new("request: {cpu: exponential(mean=1ms)}\n"
                                 "executions: {lazy: {kind: coroutine, wake: 0.5ms}}\n" RATE6,
                                 "lazy");
    double l = 0.6, v = 0.5;
    theory_load(&t, 1000, 7000);
    theory_expect(&t, "wake", theory_mean, 0,
                  1 + pk_wait(l, 1, 2) + v * (2 + l * v) / (2 * (1 + l * v)));
    theory_end(&t);
}

int main(void)
{
    static const char *const shares[] = {"ps", "rr(50us)"};
    static const char *const quanta[] = {"rr(50us)", "rr(1ms)", "rr(10ms)"};
    struct theory_suite u = {.n = 0};
    for (size_t i = 0; i < TEST_COUNT(fifo); i++) {
        theory_add(&u, fifo[i].name, fifo[i].again ? mg1_same : mg1_fifo, &fifo[i]);
    }
    for (size_t i = 0; i < TEST_COUNT(sharing); i++)
        theory_add(&u, sharing[i].name, mg1_ps, &sharing[i]);
    for (size_t i = 0; i < TEST_COUNT(sharing3); i++)
        theory_add(&u, sharing3[i].name, mgc_ps, &sharing3[i]);
    for (size_t i = 0; i < TEST_COUNT(shares); i++)
        theory_add(&u, shares[i], ps_slowdown, shares[i]);
    for (size_t i = 0; i < TEST_COUNT(quanta); i++)
        theory_add(&u, quanta[i], round_robin, quanta[i]);
    theory_add(&u, "M/D/1, law", md1, &fifo[0]);
    theory_add(&u, "round robin, limits", round_robin_limits, NULL);
    theory_add(&u, "fifo, lifo, random", disciplines, NULL);
    for (size_t i = 0; i < TEST_COUNT(priority); i++)
        theory_add(&u, priority[i].name, cobham, &priority[i]);
    theory_add(&u, "wake", wake, NULL);
    return theory_run(&u, "theory of orders of service");
}
