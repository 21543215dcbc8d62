/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_theory_closed.c - closed systems: N clients that think and ask, against the finite-source
 * queue and mean value analysis; threads that share a GIL are such a system.
 *
 * Sources: HB, Harchol-Balter, "Performance Modeling and Design of Computer Systems" (2013); others
 * where they are used.  Times in ms. */
#include "tests/prop/theory.h"

struct closed {
    const char *name, *exec, *yaml, *row;
    double servers;
    bool again; /* the same draws as the row before: the same records */
};

/* M/M/c//N, the machine repairman (Palm 1958; HB section 17.5): p(n) by birth and death, births of
 * rate (N - n) / think, deaths of rate min(n, c).  Insensitive to the law of thinking. */
static double repair_throughput(double clients, double think, double c)
{
    double p = 1, sum = 1, busy = 0;
    for (double n = 1; n <= clients; n++) {
        p *= (clients - n + 1) / think / fmin(n, c);
        sum += p;
        busy += p * fmin(n, c);
    }
    return busy / sum;
}

#define EIGHT "load: {clients: 8, think: exponential(mean=5ms)}\n"
#define CPU1  "request: {cpu: exponential(mean=1ms)}\n"
#define WAIT1 "request: {wait: exponential(mean=1ms)}\n"
static const struct closed repair[] = {
    {"repair, a worker", "serial", WAIT1 EIGHT, "worker", 1, false},
    {"repair, a thread", "one", "executions: {one: {kind: threads, pool: 1}}\n" WAIT1 EIGHT, "pool",
     1, true},
    {"repair, a loop", "coroutine", CPU1 EIGHT, "loop", 1, false},
    {"repair, a core", "threads", CPU1 "host: {schedule: fifo}\n" EIGHT, "cores", 1, true},
    {"repair, a GIL", "threads", CPU1 "host: {cores: 8, gil: {interval: 1h}}\n" EIGHT, "gil", 1,
     true},
    {"repair, a GIL that is handed over", "threads",
     CPU1 "host: {cores: 8, gil: {interval: 300us}}\n" EIGHT, "gil", 1, false},
    {"repair, a core in rounds", "threads", CPU1 "host: {schedule: rr(200us)}\n" EIGHT, "cores", 1,
     false},
    {"repair, a shared service", "coroutine",
     "services: {s: {latency: 'hyperexponential(0.9 of 0.5ms, 0.1 of 5.5ms)', capacity: 1,"
     " discipline: ps}}\nrequest: {call: s}\n" EIGHT,
     "s", 1, false},
    {"repair, two units, any thinking", "threads",
     "services: {s: {latency: exponential(mean=1ms), capacity: 2}}\nrequest: {call: s}\n"
     "load: {clients: 8, think: uniform(2ms 8ms)}\n",
     "s", 2, false},
    {"repair, two cores, thinking inside", "threads",
     "request: [{wait: 5ms}, {cpu: exponential(mean=1ms)}]\n"
     "host: {cores: 2, schedule: fifo}\nload: {clients: 8, think: 0}\n",
     "cores", 2, false},
};

static void repair_law(void **state)
{
    const struct closed *q = *state;
    struct theory t = theory_new(q->yaml, q->exec);
    double x = repair_throughput(8, 5, q->servers), present = 8 - 5 * x;
    bool inside = strstr(q->yaml, "think: 0") != NULL;
    theory_load(&t, 1000, 8000);
    theory_expect(&t, q->name, theory_rate, 0, x);
    theory_expect(&t, "latency", theory_mean, 0, 8 / x - (inside ? 0 : 5));
    theory_expect(&t, "present", theory_present, 0, inside ? 8 : present);
    theory_expect(&t, "busy", theory_busy, theory_row(&t, q->row), x);
    theory_end(&t);
}

static void same_queue(void **state)
{
    const struct closed *q = *state, *first = q;
    while (first->again)
        first--;
    struct theory x = theory_new(first->yaml, first->exec), y = theory_new(q->yaml, q->exec);
    theory_same(&x, theory_row(&x, first->row), &y, theory_row(&y, q->row), test_samples(10000));
    theory_drop(&x);
    theory_end(&y);
}

/* ---- a network ---- */

enum { STATIONS = 3 };
/* Reiser and Lavenberg, JACM 27(2), 1980: at station k with one server and demand d[k], a request
 * of n meets the queue of n - 1.  delay: at stations without a queue, and thinking. */
static double mva_throughput(int clients, const double *d, double delay, double *queue)
{
    double x = 0, q[STATIONS] = {0};
    for (int n = 1; n <= clients; n++) {
        double r[STATIONS], sum = delay;
        for (size_t k = 0; k < STATIONS; k++)
            sum += r[k] = d[k] * (1 + q[k]);
        x = n / sum;
        for (size_t k = 0; k < STATIONS; k++)
            q[k] = x * r[k];
    }
    memcpy(queue, q, sizeof q);
    return x;
}

struct network {
    const char *name, *schedule, *cpu, *db, *disk;
};
/* The same means by BCMP (Baskett, Chandy, Muntz and Palacios 1975): FIFO with exponential times or
 * sharing with any. */
static const struct network networks[] = {
    {"core, fifo, fifo", "fifo", "exponential(mean=1ms)",
     "latency: exponential(mean=0.8ms), capacity: 1",
     "latency: exponential(mean=2ms), capacity: 1"},
    {"core, ps, fifo", "ps", "uniform(0ms 2ms)", "latency: 0.8ms, capacity: 1, discipline: ps",
     "latency: exponential(mean=2ms), capacity: 1"},
};

static void network(void **state)
{
    const struct network *w = *state;
    double d[STATIONS] = {2 * 1, 0.8, 2}, q[STATIONS];
    char text[700];
    snprintf(text, sizeof text,
             "services: {db: {%s}, disk: {%s}, far: {latency: uniform(0ms 6ms)}}\n"
             "request: [{cpu: '%s'}, {call: db}, {call: disk}, {cpu: '%s', name: again},"
             " {call: far}]\n"
             "host: {schedule: %s}\nload: {clients: 6, think: exponential(mean=4ms)}\n",
             w->db, w->disk, w->cpu, w->cpu, w->schedule);
    struct theory t = theory_new(text, "threads");
    double x = mva_throughput(6, d, 3 + 4, q);
    theory_load(&t, 500, 8000);
    theory_expect(&t, w->name, theory_rate, 0, x);
    theory_expect(&t, "latency", theory_mean, 0, 6 / x - 4);
    theory_expect(&t, "disk busy", theory_busy, theory_row(&t, "disk"), x * d[2]);
    theory_expect(&t, "disk queue", theory_queue, theory_row(&t, "disk"), q[2] - x * d[2]);
    theory_end(&t);
}

/* Two classes of clients on one shared server: E T = N/X - Z, and X by the product form (BCMP) over
 * (i, j) present: weights 4!/(4-i)! 3!/(3-j)! (i+j)!/(i! j!) (s1/z1)^i (s2/z2)^j. */
static void two_classes(void **state)
{
    double sum = 0, busy[2] = {0};
    for (double i = 0; i <= 4; i++)
        for (double j = 0; j <= 3; j++) {
            double w = tgamma(5) / tgamma(5 - i) * tgamma(4) / tgamma(4 - j) * tgamma(i + j + 1) /
                       (tgamma(i + 1) * tgamma(j + 1)) * pow(1 / 5.0, i) * pow(3 / 6.0, j);
            sum += w;
            busy[0] += i + j > 0 ? w * i / (i + j) : 0;
            busy[1] += i + j > 0 ? w * j / (i + j) : 0;
        }
    double x = busy[0] / sum / 1, y = busy[1] / sum / 3;
    struct theory t =
        theory_new("services: {s: {latency: exponential(mean=1ms), capacity: 1, discipline: ps}}\n"
                   "request: {call: s}\npipelines: {long: {call: s, latency: uniform(2ms 4ms)}}\n"
                   "load: [{clients: 4, think: exponential(mean=5ms), name: a},"
                   " {clients: 3, think: exponential(mean=6ms), pipeline: long}]\n",
                   *state);
    theory_load(&t, 500, 8000);
    theory_expect(&t, "short", theory_class, 0, 4 / x - 5);
    theory_expect(&t, "long", theory_class, 1, 3 / y - 6);
    theory_expect(&t, "throughput", theory_rate, 0, x + y);
    theory_end(&t);
}

int main(void)
{
    static const char *const both[] = {"coroutine", "threads"};
    struct theory_suite u = {.n = 0};
    for (size_t i = 0; i < TEST_COUNT(repair); i++)
        theory_add(&u, repair[i].name, repair[i].again ? same_queue : repair_law, &repair[i]);
    for (size_t i = 0; i < TEST_COUNT(networks); i++)
        theory_add(&u, networks[i].name, network, &networks[i]);
    for (size_t i = 0; i < TEST_COUNT(both); i++)
        theory_add(&u, "two classes", two_classes, both[i]);
    return theory_run(&u, "theory of closed systems");
}
