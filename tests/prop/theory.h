/* SPDX-License-Identifier: GPL-3.0-or-later */
/* theory.h - a simulated sample of a model and what theory says of it; for test_theory_*.c.
 *
 *   struct theory t = theory_new(yaml, "threads");
 *   theory_load(&t, 1000, 20000);                    or theory_alone(&t, 100000)
 *   theory_expect(&t, "mean", theory_mean, 0, 2.5);
 *   theory_end(&t);                                  fails if anything before it was wrong
 *
 * A sample is THEORY_REPS independent parts: replications of a loaded system, each with its warm-up
 * deleted, or blocks of requests run alone.  A statistic is computed in each part; the mean over
 * the parts must be within THEORY_Z standard errors of the exact value.  With 30 parts that is
 * wrong by chance once in 10,000 seeds (t with 29 degrees of freedom), so all programs together
 * about once in 25 seeds; the seed is fixed, so in fact never, until the draws are changed.  A
 * statistic that is too vague to be worth anything (a band of more than THEORY_BAND of the value)
 * is wrong, too, but for quick runs.
 *
 * The distance of Kolmogorov and Smirnov must be below 2.2 / sqrt(n): once in 8,000 seeds
 * (2 exp(-2 2.2^2), and less for laws with atoms).
 *
 * Times are in ms.  With -DTHEORY_SAY every comparison is printed. */
#ifndef TESTS_THEORY_H
#define TESTS_THEORY_H
#include "base/diag.h"
#include "base/order.h"
#include "base/stats.h"
#include "model/model.h"
#include "run/sim.h"
#include "tests/unit/test.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { THEORY_REPS = 30, THEORY_SEED = 20260 };
#define THEORY_Z    4.5
#define THEORY_BAND 0.12
#define THEORY_KS   2.2

struct theory_part {
    struct record *rec;
    uint64_t n;
    struct sim_account from, to;
};
struct theory {
    const char *exec;
    struct arena *mem;
    struct prog *prog;
    struct theory_part part[THEORY_REPS];
    uint32_t wrong;
};
typedef double theory_stat(const struct theory *t, const struct theory_part *p, double a);
typedef double theory_cdf(double ms, const double *a);

static inline void theory_fail(struct diags *d, const char *exec)
{
    struct buf out = {0};
    diags_print(d, &out, false);
    print_error("%s: %s\n", exec, out.n ? out.s : "no such execution");
    buf_free(&out);
    fail();
}

/* The model without its first two lines, compiled for the execution of that name. */
static inline struct theory theory_new(const char *yaml, const char *exec)
{
    struct theory t = {.exec = exec, .mem = arena_new(0)};
    struct diags *d = diags_new(t.mem);
    const char *text = arena_printf(t.mem, "pertinax: 1\nname: theory\n%s", yaml);
    struct yaml *root = yaml_parse(t.mem, "theory", text, strlen(text), d);
    const struct model *m = root ? model_build(t.mem, root, "theory", d) : NULL;
    const struct execution *x = m && diags_errors(d) == 0 ? model_exec(m, exec) : NULL;
    t.prog = x ? prog_compile(t.mem, m, x, d) : NULL;
    if (!t.prog || diags_errors(d) > 0)
        theory_fail(d, exec);
    return t;
}

static inline void theory_drop(struct theory *t)
{
    arena_drop(t->mem);
}

static inline void theory_end(struct theory *t)
{
    uint32_t wrong = t->wrong;
    theory_drop(t);
    assert_int_equal(wrong, 0);
}

/* ---- samples ---- */

static inline void theory_ended(const struct sim *s, enum sim_end end, enum sim_end want)
{
    struct loc at;
    if (end == SIM_ERROR)
        print_error("%s\n", sim_error(s, &at));
    assert_int_equal(end, want);
}

static inline void theory_take(struct theory *t, struct sim *s, struct theory_part *p)
{
    const struct record *rec = sim_records(s, &p->n);
    p->rec = NEW(t->mem, struct record, p->n);
    memcpy(p->rec, rec, p->n * sizeof *rec);
    sim_take(s);
}

static inline void theory_account(struct theory *t, const struct sim *s, struct sim_account *a)
{
    a->row = NEW(t->mem, struct sim_res_account, sim_rows(t->prog) + 1);
    sim_snapshot(s, a);
}

/* n independent requests. */
static inline void theory_alone(struct theory *t, uint64_t n)
{
    struct sim *s = sim_new(t->prog, &(struct sim_opt){.seed = THEORY_SEED});
    uint64_t m = test_samples(n) / THEORY_REPS;
    for (uint32_t i = 0; i < THEORY_REPS; i++) {
        struct theory_part *p = &t->part[i];
        theory_account(t, s, &p->from);
        theory_ended(s, sim_run_alone(s, i * m, m), SIM_MORE);
        theory_account(t, s, &p->to);
        theory_take(t, s, p);
    }
    sim_free(s);
}

/* In each part, n requests under load after warmup others. */
static inline void theory_load(struct theory *t, uint64_t warmup, uint64_t n)
{
    for (uint32_t i = 0; i < THEORY_REPS; i++) {
        struct theory_part *p = &t->part[i];
        struct sim *s = sim_new(t->prog, &(struct sim_opt){.seed = THEORY_SEED, .replication = i});
        theory_ended(s, sim_run_load(s, test_samples(warmup)), SIM_MORE);
        sim_take(s);
        theory_account(t, s, &p->from);
        theory_ended(s, sim_run_load(s, test_samples(n)), SIM_MORE);
        theory_account(t, s, &p->to);
        theory_take(t, s, p);
        sim_free(s);
    }
}

/* A part from time 0 to the end of n requests, or (n is 0) until nothing is left to happen. */
static inline void theory_whole(struct theory *t, struct theory_part *p, uint64_t n)
{
    struct sim *s = sim_new(t->prog, &(struct sim_opt){.seed = THEORY_SEED});
    theory_account(t, s, &p->from);
    enum sim_end end = sim_run_load(s, n ? n : UINT64_MAX / 4);
    theory_ended(s, end, n ? SIM_MORE : SIM_DRAINED);
    theory_account(t, s, &p->to);
    theory_take(t, s, p);
    sim_free(s);
}

/* ---- statistics of one part; a: see each ---- */

static inline double theory_ms(int64_t ns)
{
    return (double)ns * 1e-6;
}

/* Of the latency, to the power 1 or 2; of the requests with status a, 0: all. */
static inline double theory_moment(const struct theory_part *p, int32_t status, int power)
{
    double sum = 0, n = 0;
    for (uint64_t i = 0; i < p->n; i++) {
        double x = theory_ms(p->rec[i].latency);
        bool counts = status == 0 || p->rec[i].status == status;
        sum += counts ? (power == 2 ? x * x : x) : 0;
        n += counts;
    }
    return sum / n;
}
static inline double theory_mean(const struct theory *t, const struct theory_part *p, double a)
{
    (void)t;
    return theory_moment(p, (int32_t)a, 1);
}
static inline double theory_square(const struct theory *t, const struct theory_part *p, double a)
{
    (void)t;
    return theory_moment(p, (int32_t)a, 2);
}
static inline double theory_duration(const struct theory *t, const struct theory_part *p, double a)
{
    double sum = 0;
    (void)t, (void)a;
    for (uint64_t i = 0; i < p->n; i++)
        sum += theory_ms(p->rec[i].duration);
    return sum / (double)p->n;
}
/* Mean latency of class a. */
static inline double theory_class(const struct theory *t, const struct theory_part *p, double a)
{
    double sum = 0, n = 0;
    (void)t;
    for (uint64_t i = 0; i < p->n; i++)
        if (p->rec[i].cls == (uint32_t)a) {
            sum += theory_ms(p->rec[i].latency);
            n++;
        }
    return sum / n;
}
/* Share of the requests that take longer than a. */
static inline double theory_above(const struct theory *t, const struct theory_part *p, double a)
{
    uint64_t k = 0;
    (void)t;
    for (uint64_t i = 0; i < p->n; i++)
        k += theory_ms(p->rec[i].latency) > a;
    return (double)k / (double)p->n;
}
/* Share of the requests with status a. */
static inline double theory_status(const struct theory *t, const struct theory_part *p, double a)
{
    uint64_t k = 0;
    (void)t;
    for (uint64_t i = 0; i < p->n; i++)
        k += p->rec[i].status == (int32_t)a;
    return (double)k / (double)p->n;
}
static inline double theory_span(const struct theory_part *p)
{
    return (double)(p->to.time - p->from.time);
}
/* Requests per ms. */
static inline double theory_rate(const struct theory *t, const struct theory_part *p, double a)
{
    (void)t, (void)a;
    return (double)(p->to.finished - p->from.finished) / theory_ms(p->to.time - p->from.time);
}
static inline double theory_present(const struct theory *t, const struct theory_part *p, double a)
{
    (void)t, (void)a;
    return (p->to.present_area - p->from.present_area) / theory_span(p);
}
static inline double theory_tasks(const struct theory *t, const struct theory_part *p, double a)
{
    (void)t, (void)a;
    return (p->to.task_area - p->from.task_area) / theory_span(p);
}
static inline double theory_threads(const struct theory *t, const struct theory_part *p, double a)
{
    (void)t, (void)a;
    return (p->to.thread_area - p->from.thread_area) / theory_span(p);
}
/* The row of that name: the argument of what follows. */
static inline uint32_t theory_row(const struct theory *t, const char *name)
{
    for (uint32_t i = 0; i < sim_rows(t->prog); i++)
        if (strcmp(sim_row_name(t->prog, i), name) == 0)
            return i;
    fail_msg("no row %s", name);
    return 0;
}
static inline double theory_busy(const struct theory *t, const struct theory_part *p, double a)
{
    uint32_t i = (uint32_t)a;
    (void)t;
    return (p->to.row[i].busy_area - p->from.row[i].busy_area) / theory_span(p);
}
static inline double theory_queue(const struct theory *t, const struct theory_part *p, double a)
{
    uint32_t i = (uint32_t)a;
    (void)t;
    return (p->to.row[i].queue_area - p->from.row[i].queue_area) / theory_span(p);
}
/* Mean wait of those who were served. */
static inline double theory_wait(const struct theory *t, const struct theory_part *p, double a)
{
    const struct sim_res_account *x = &p->from.row[(uint32_t)a], *y = &p->to.row[(uint32_t)a];
    (void)t;
    return (y->wait_sum - x->wait_sum) / (double)(y->acquisitions - x->acquisitions) * 1e-6;
}

/* ---- comparisons ---- */

__attribute__((format(printf, 4, 5))) static inline void
theory_judge(struct theory *t, const char *what, bool ok, const char *fmt, ...)
{
    char text[200];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
#ifdef THEORY_SAY
    print_message("%-6s %-10s %-28s %s\n", ok ? "" : "WRONG", t->exec, what, text);
#else
    if (!ok)
        print_error("%s, %s: %s\n", t->exec, what, text);
#endif
    t->wrong += !ok;
}

/* slack: what theory is allowed to be off by, where it is itself approximate. */
static inline void theory_expect_within(struct theory *t, const char *what, theory_stat *f,
                                        double a, double want, double slack)
{
    struct moments m = {0};
    for (uint32_t i = 0; i < THEORY_REPS; i++)
        moments_add(&m, f(t, &t->part[i], a));
    double se = sqrt(moments_variance(&m) / THEORY_REPS);
    double tiny = 1e-9 * fabs(want) + 1e-6; /* 1 ns, for what is constant */
    bool vague = THEORY_Z * se > THEORY_BAND * fabs(want) + 1e-3 && !test_quick();
    theory_judge(t, what, !vague && fabs(m.mean - want) <= THEORY_Z * se + slack + tiny,
                 "%.7g, exactly %.7g: %+.2f standard errors of %.2g (%.2f %%)%s", m.mean, want,
                 se > 0 ? (m.mean - want) / se : 0, se, 100 * se / fabs(want),
                 vague ? ", too vague" : "");
}
static inline void theory_expect(struct theory *t, const char *what, theory_stat *f, double a,
                                 double want)
{
    theory_expect_within(t, what, f, a, want, 0);
}

static inline int64_t *theory_sorted(const struct theory *t, bool duration, size_t *n)
{
    *n = 0;
    for (uint32_t i = 0; i < THEORY_REPS; i++)
        *n += t->part[i].n;
    int64_t *v = NEW(t->mem, int64_t, *n);
    size_t at = 0;
    for (uint32_t i = 0; i < THEORY_REPS; i++)
        for (uint64_t k = 0; k < t->part[i].n; k++)
            v[at++] = duration ? t->part[i].rec[k].duration : t->part[i].rec[k].latency;
    order_sort(v, *n, NULL);
    return v;
}

/* The largest distance between the sample's cdf and the exact one, looked at some 1000 points of
 * the sample (so it may be too small by 1/1000); on both sides of each, so that atoms are right. */
static inline void theory_ks(struct theory *t, const char *what, bool duration, theory_cdf *cdf,
                             const double *a)
{
    size_t n, step;
    int64_t *v = theory_sorted(t, duration, &n);
    double worst = 0, where = 0;
    step = n / 1000 + 1;
    for (size_t i = 0; i < n; i += step) {
        size_t lo = i, hi = i;
        while (lo > 0 && v[lo - 1] == v[i])
            lo--;
        while (hi < n && v[hi] == v[i])
            hi++;
        double upper = fabs((double)hi / (double)n - cdf(theory_ms(v[i]), a));
        double lower = fabs((double)lo / (double)n - cdf(((double)v[i] - 0.5) * 1e-6, a));
        double d = fmax(upper, lower);
        where = d > worst ? theory_ms(v[i]) : where;
        worst = fmax(worst, d);
    }
    double limit = THEORY_KS / sqrt((double)n);
    theory_judge(t, what, worst <= limit, "off by %.5f at %.4g ms, limit %.5f", worst, where,
                 limit);
}

/* Erlang's C: the probability of waiting in M/M/c with c servers and an offered load of a (1917;
 * Kleinrock, "Queueing Systems", vol. 1, section 3.5). */
static inline double theory_erlang_c(double c, double a)
{
    double sum = 0, term = 1;
    for (double k = 0; k < c; k++) {
        sum += term;
        term *= a / (k + 1);
    }
    double last = term * c / (c - a);
    return last / (sum + last);
}

static inline bool theory_equal(const struct record *x, const struct record *y)
{
    return x->arrival == y->arrival && x->latency == y->latency && x->duration == y->duration &&
           x->status == y->status && x->cls == y->cls && x->ordinal == y->ordinal;
}

/* Two models that are the same queue: n requests, record by record, and the accounts of the rows.
 */
static inline void theory_same(struct theory *x, uint32_t xrow, struct theory *y, uint32_t yrow,
                               uint64_t n)
{
    struct theory_part *p = &x->part[0], *q = &y->part[0];
    theory_whole(x, p, n);
    theory_whole(y, q, n);
    for (uint64_t i = 0; i < n; i++)
        if (!theory_equal(&p->rec[i], &q->rec[i]))
            fail_msg("record %d: request %d at %lld takes %lld ns under %s, %d at %lld %lld ns "
                     "under %s",
                     (int)i, (int)p->rec[i].ordinal, (long long)p->rec[i].arrival,
                     (long long)p->rec[i].latency, x->exec, (int)q->rec[i].ordinal,
                     (long long)q->rec[i].arrival, (long long)q->rec[i].latency, y->exec);
    const struct sim_res_account *a = &p->to.row[xrow], *b = &q->to.row[yrow];
    assert_true(p->to.time == q->to.time);
    assert_true(p->to.present_area == q->to.present_area);
    assert_true(a->busy_area == b->busy_area && a->queue_area == b->queue_area);
    /* a run stops within an instant, before or after the grant that follows the last release */
    assert_in_range(a->acquisitions + 1 - b->acquisitions, 0, 2);
    assert_true(a->wait_sum == b->wait_sum || a->acquisitions != b->acquisitions);
}

/* ---- programs ---- */

struct theory_suite {
    struct CMUnitTest test[120];
    size_t n;
};
static inline void theory_add(struct theory_suite *u, const char *name, CMUnitTestFunction f,
                              const void *row)
{
    assert_true(u->n < TEST_COUNT(u->test));
    u->test[u->n++] = test_named(name, f, row);
}
static inline int theory_run(struct theory_suite *u, const char *name)
{
    return _cmocka_run_group_tests(name, u->test, u->n, NULL, NULL);
}

#endif
