/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probe_limit.c - how fast could it be?  The two models by hand in plain C, with nothing general in
 * them: an event heap, a ring, a table of requests.  What they find is printed beside their rate,
 * so that it is seen that they simulate what they say.
 *
 *   recursion       M/M/1 by Lindley's recursion: no events at all
 *   event heap      arrivals and departures out of a binary heap
 *   heap, reported  the same, with the draws of this program (a function of seed, request and
 *                   site, tables by inversion) and its duties: a record of each customer, a
 *                   histogram of waits, moments, quantiles and how much is above them */
#include "base/rng.h"
#include "base/order.h"
#include "base/hist.h"
#include "base/stats.h"
#include "tests/bench/bench.h"
#include <math.h>
#include <string.h>

enum { LAYERS = 256, RING = 1 << 16, HEAP = 1 << 12, SLOTS = 256, SHARDS = 10, REPS = 20 };

/* ---- draws ---- */

/* xoshiro256++ (Blackman and Vigna 2018). */
struct source {
    uint64_t s[4];
};

static inline uint64_t rotate(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

static inline uint64_t source_next(struct source *g)
{
    uint64_t *s = g->s, r = rotate(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return r;
}

static inline double source_unit(struct source *g)
{
    return ((double)(source_next(g) >> 12) + 0.5) * 0x1p-52;
}

/* The ziggurat of Marsaglia and Tsang (2000): layers of equal area under f, f(0) = 1, falling. */
struct ziggurat {
    double x[LAYERS + 1], f[LAYERS + 1];
};

static double exp_f(double x)
{
    return exp(-x);
}

static double exp_inverse(double y)
{
    return -log(y);
}

static double normal_f(double x)
{
    return exp(-x * x / 2);
}

static double normal_inverse(double y)
{
    return sqrt(-2 * log(y));
}

struct shape {
    double r, area; /* where the tail begins; of a layer */
    double (*f)(double), (*inverse)(double);
};

static void ziggurat_make(struct ziggurat *z, const struct shape *s)
{
    z->x[0] = s->area / s->f(s->r);
    z->x[1] = s->r;
    z->x[LAYERS] = 0;
    for (int i = 2; i < LAYERS; i++)
        z->x[i] = s->inverse(s->area / z->x[i - 1] + s->f(z->x[i - 1]));
    for (int i = 0; i <= LAYERS; i++)
        z->f[i] = s->f(z->x[i]);
}

static inline double draw_exp(const struct ziggurat *z, struct source *g)
{
    for (;;) {
        uint64_t bits = source_next(g);
        unsigned i = bits % LAYERS;
        double x = (double)(bits >> 11) * 0x1p-53 * z->x[i];
        if (x < z->x[i + 1])
            return x;
        if (i == 0)
            return z->x[1] - log(source_unit(g));
        if (z->f[i] + source_unit(g) * (z->f[i + 1] - z->f[i]) < exp(-x))
            return x;
    }
}

static inline double draw_normal(const struct ziggurat *z, struct source *g)
{
    for (;;) {
        uint64_t bits = source_next(g);
        unsigned i = bits % LAYERS;
        double sign = 1 - 2 * (double)(bits / LAYERS % 2);
        double x = (double)(bits >> 11) * 0x1p-53 * z->x[i];
        if (x < z->x[i + 1])
            return sign * x;
        if (i == 0) {
            double y;
            do {
                x = -log(source_unit(g)) / z->x[1];
                y = -log(source_unit(g));
            } while (2 * y < x * x);
            return sign * (z->x[1] + x);
        }
        if (z->f[i] + source_unit(g) * (z->f[i + 1] - z->f[i]) < exp(-x * x / 2))
            return sign * x;
    }
}

/* ---- events ---- */

struct event {
    double at;
    uint32_t kind, slot;
};
struct heap {
    struct event v[HEAP];
    uint32_t n;
};
enum { ARRIVAL, END };

static inline void heap_push(struct heap *h, struct event e)
{
    bug_if(h->n == HEAP);
    uint32_t i = h->n++;
    for (; i > 0 && e.at < h->v[(i - 1) / 2].at; i = (i - 1) / 2)
        h->v[i] = h->v[(i - 1) / 2];
    h->v[i] = e;
}

static inline struct event heap_pop(struct heap *h)
{
    struct event first = h->v[0], e = h->v[--h->n];
    uint32_t i = 0;
    for (;;) {
        uint32_t c = 2 * i + 1;
        if (c >= h->n)
            break;
        if (c + 1 < h->n && h->v[c + 1].at < h->v[c].at)
            c++;
        if (e.at <= h->v[c].at)
            break;
        h->v[i] = h->v[c];
        i = c;
    }
    h->v[i] = e;
    return first;
}

/* ---- the models ---- */

struct probe {
    struct source source;
    struct ziggurat exponential, normal;
    struct heap heap;
    double ring[RING];
    uint32_t left[SLOTS], free[SLOTS], nfree;
    double begun[SLOTS];
    const struct dist *arrival, *service;
    struct customer *customer;
    int64_t *latency;
};
struct customer {
    int64_t arrival, latency, duration;
    uint32_t cls;
    int32_t status;
};
static const double load = 0.9;

/* Mean time in the system, in service times. */
static double mm1_recursion(struct probe *p, uint64_t n)
{
    double wait = 0, sum = 0;
    for (uint64_t i = 0; i < n; i++) {
        double service = draw_exp(&p->exponential, &p->source);
        sum += wait + service;
        wait += service - draw_exp(&p->exponential, &p->source) / load;
        wait = wait > 0 ? wait : 0;
    }
    return sum / (double)n;
}

static double mm1_heap(struct probe *p, uint64_t n)
{
    struct heap *h = &p->heap;
    uint64_t arrived = 0, left = 0;
    double sum = 0;
    h->n = 0;
    heap_push(h, (struct event){0, ARRIVAL, 0});
    while (left < n) {
        struct event e = heap_pop(h);
        if (e.kind == END)
            sum += e.at - p->ring[left++ % RING];
        else
            p->ring[arrived++ % RING] = e.at;
        bug_if(arrived - left >= RING);
        /* Who just came to an idle server is served, and so is the next in line. */
        if (arrived > left && (e.kind == END || arrived - left == 1))
            heap_push(h, (struct event){e.at + draw_exp(&p->exponential, &p->source), END, 0});
        if (e.kind == ARRIVAL && arrived < n)
            heap_push(
                h, (struct event){e.at + draw_exp(&p->exponential, &p->source) / load, ARRIVAL, 0});
    }
    return sum / (double)n;
}

static double draw_site(const struct dist *d, uint64_t request, uint32_t site)
{
    return dist_draw(d, rng_unit((struct draw_key){
                            .seed = 1, .path = rng_mix(UINT64_C(1), request), .site = site}));
}

/* One replication; `first` is its first customer's number. */
static void mm1_replication(struct probe *p, uint64_t first, uint64_t n, struct hist *waits)
{
    struct heap *h = &p->heap;
    uint64_t arrived = 0, left = 0;
    h->n = 0;
    heap_push(h, (struct event){0, ARRIVAL, 0});
    while (left < n) {
        struct event e = heap_pop(h);
        if (e.kind == END) {
            int64_t at = (int64_t)p->ring[left % RING], took = (int64_t)e.at - at;
            p->customer[first + left] = (struct customer){at, took, took, 0, 200};
            left++;
        } else {
            p->ring[arrived++ % RING] = e.at;
        }
        bug_if(arrived - left >= RING);
        if (arrived > left && (e.kind == END || arrived - left == 1)) {
            hist_add(waits, (int64_t)(e.at - p->ring[left % RING]), 1);
            double service = rint(draw_site(p->service, first + left, 1));
            heap_push(h, (struct event){e.at + service, END, 0});
        }
        if (e.kind == ARRIVAL && arrived < n) {
            double gap = rint(draw_site(p->arrival, first + arrived, 2));
            heap_push(h, (struct event){e.at + gap, ARRIVAL, 0});
        }
    }
}

static double mm1_reported(struct probe *p, uint64_t n)
{
    static const double quantile[] = {0.5, 0.9, 0.95, 0.99, 0.999};
    uint64_t each = n / REPS, above = 0;
    struct moments m = {0};
    struct hist *waits = hist_new();
    for (uint64_t i = 0; i < REPS; i++) {
        mm1_replication(p, i * each, each, waits);
        for (uint64_t k = i * each; k < (i + 1) * each; k++) {
            moments_add(&m, (double)p->customer[k].latency);
            p->latency[k] = p->customer[k].latency;
        }
    }
    struct order *o = order_new(&(struct series){p->latency, n}, 1);
    for (size_t q = 0; q < sizeof quantile / sizeof *quantile; q++) {
        int64_t v = order_at(o, stats_rank(n, quantile[q]));
        for (uint64_t k = 0; k < n; k++)
            above += p->latency[k] > v;
    }
    bug_if(above == 0 || hist_count(waits) != n);
    order_free(o);
    hist_free(waits);
    return m.mean / 1e6;
}

static void fork_join_arrive(struct probe *p, double now)
{
    const double mu = log(25.0), sigma = log(120.0 / 25.0) / 2.3263478740408408;
    bug_if(p->nfree == 0);
    uint32_t slot = p->free[--p->nfree];
    p->left[slot] = SHARDS;
    p->begun[slot] = now;
    for (int i = 0; i < SHARDS; i++) {
        double call = exp(mu + sigma * draw_normal(&p->normal, &p->source));
        heap_push(&p->heap, (struct event){now + call, END, slot});
    }
    /* 2 a second */
    double gap = 500 * draw_exp(&p->exponential, &p->source);
    heap_push(&p->heap, (struct event){now + gap, ARRIVAL, 0});
}

/* Mean latency in ms. */
static double fork_join_heap(struct probe *p, uint64_t n)
{
    uint64_t done = 0;
    double sum = 0;
    p->heap.n = 0;
    p->nfree = SLOTS;
    for (uint32_t i = 0; i < SLOTS; i++)
        p->free[i] = i;
    heap_push(&p->heap, (struct event){0, ARRIVAL, 0});
    while (done < n) {
        struct event e = heap_pop(&p->heap);
        if (e.kind == ARRIVAL) {
            fork_join_arrive(p, e.at);
        } else if (--p->left[e.slot] == 0) {
            sum += e.at - p->begun[e.slot];
            p->free[p->nfree++] = e.slot;
            done++;
        }
    }
    return sum / (double)n;
}

/* ---- */

struct row {
    const char *what, *which, *unit, *finding;
    double (*run)(struct probe *p, uint64_t n);
    uint64_t n;
};

static void row_run(const struct row *r, struct probe *p)
{
    double rate[BENCH_TIMES], found = 0;
    char each[64], which[64];
    (void)r->run(p, r->n);
    for (int i = 0; i < BENCH_TIMES; i++) {
        double begin = bench_cpu();
        found += r->run(p, r->n) / BENCH_TIMES;
        rate[i] = (double)r->n / (bench_cpu() - begin);
    }
    snprintf(each, sizeof each, "%s a CPU second", r->unit);
    snprintf(which, sizeof which, "C probe: %s", r->which);
    bench_line(r->what, which, bench_median(rate, BENCH_TIMES), each);
    bench_line(r->what, "  which finds a mean of", found, r->finding);
}

static const struct dist *exponential(struct arena *a, double mean)
{
    const char *why = "no such law";
    const struct dist_kind *k = dist_kind_find("exponential");
    const struct dist *d = k ? dist_make(a, k, 0, &mean, true, &why) : NULL;
    if (!d)
        die("%s", why);
    return d;
}

int main(void)
{
    static const struct shape e = {7.69711747013104972, 3.9496598225815571993e-3, exp_f,
                                   exp_inverse};
    static const struct shape g = {3.6541528853610088, 4.92867323399e-3, normal_f, normal_inverse};
    static const char mean10[] = "service times (exact: 10)";
    static const struct row rows[] = {
        {"mm1", "recursion", "customers", mean10, mm1_recursion, 4000000},
        {"mm1", "event heap", "customers", mean10, mm1_heap, 2000000},
        {"mm1", "heap, reported", "customers", mean10, mm1_reported, 1000000},
        {"fork_join", "event heap", "requests", "ms (exact: 76.65)", fork_join_heap, 200000},
    };
    struct arena *a = arena_new(0);
    struct probe *p = xcalloc(1, sizeof *p);
    enum { MOST = 1000000 };
    p->source = (struct source){{1, 2, 3, 4}};
    p->service = exponential(a, 1e6);
    p->arrival = exponential(a, 1e6 / load);
    p->customer = xcalloc(MOST, sizeof *p->customer);
    p->latency = xcalloc(MOST, sizeof *p->latency);
    ziggurat_make(&p->exponential, &e);
    ziggurat_make(&p->normal, &g);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        row_run(&rows[i], p);
    free(p->customer);
    free(p->latency);
    free(p);
    arena_drop(a);
    return 0;
}
