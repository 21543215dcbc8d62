/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_recover.c - models come back from their own traces: simulated, written as OTLP, imported,
 * fitted, read again.
 *
 * Of the model that came back and of the one that was recorded it is the same which steps there
 * are, how often each is run, and which of them wait for which: that is looked at in runs of both,
 * in which a step that need not wait for another one begins before its end sooner or later.  The
 * model that was recorded agrees with the traces, and so does the one that came back; with the step
 * that has most of the critical path twice as slow it does not. */
#include "tests/unit/test.h"
#include "base/stats.h"
#include "fit/compare.h"
#include "fit/draft.h"
#include "model/model.h"
#include "reports/trace.h"
#include "run/experiment.h"
#include "trace/import.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { NAMES = 40, SETS = 3 };
struct row {
    const char *name;
    const char *set[SETS]; /* so that what is seen is what the model says */
    const char *slower;    /* a service with half of the critical path */
    uint64_t requests;
};
static const struct row rows[] = {
    {"do_work", {NULL}, "geocoder", 2500},
    {"search", {NULL}, "geocoder", 2500},
    {"db_pool", {"clients=1", "driver=0us", "coroutine.wake=0us"}, "db", 1000},
    {"fork_join", {NULL}, "shard", 2500},
    {"tail_at_scale", {"copies=1"}, "leaf", 800},
    {"checkout", {"rate=2/s"}, "fraud", 2000},
};

struct world { /* of one test: memory, and the files that models are read from */
    struct arena *a;
    struct diags *d;
};

/* ---- from model to model ---- */

static void no_errors(struct diags *d)
{
    struct buf b = {0};
    if (diags_errors(d) == 0)
        return;
    diags_print(d, &b, false);
    fail_msg("%s", b.s);
}

static const struct model *model_with(struct world *w, const char *path, const char *const *set,
                                      uint32_t nset)
{
    const struct model *m = model_read(w->a, path, set, nset, w->d);
    no_errors(w->d);
    return m;
}

static struct run_result *run_of(struct world *w, const struct model *m, uint64_t n, uint64_t seed,
                                 bool traced)
{
    struct experiment_opt o = experiment_defaults();
    const struct execution *exec = model_exec(m, "coroutine");
    o.seed = seed;
    o.requests = n;
    o.replications = 1;
    o.traced = traced ? (uint32_t)n : 0;
    struct run_result *r = experiment_run(m, &exec, 1, &o, w->a, w->d);
    no_errors(w->d);
    return r;
}

/* What was run, as a store of traces has it. */
static struct forest *recorded(struct world *w, const struct run_result *r)
{
    char otlp[] = "/tmp/test_recover_otlp_XXXXXX", db[] = "/tmp/test_recover_db_XXXXXX";
    struct buf b = {0};
    int fd = mkstemp(otlp), other = mkstemp(db);
    FILE *f = fdopen(fd, "wb");
    assert_true(f && other >= 0);
    trace_otlp(&r, 1, w->d, &b);
    assert_int_equal(fwrite(b.s, 1, b.n, f), b.n);
    fclose(f);
    close(other);
    unlink(db);
    buf_free(&b);
    const char *name = otlp;
    struct import_result imported;
    struct store *s = store_open(db, STORE_WRITE, w->d);
    assert_true(import_files(s, &name, 1, &(struct import_opt){.label = "x", .jobs = 1}, w->a,
                             &imported, w->d));
    struct forest *forest = forest_read(s, &(struct forest_ask){.since = INT64_MIN}, w->a, w->d);
    store_close(s);
    unlink(otlp);
    unlink(db);
    no_errors(w->d);
    return forest;
}

static const struct model *fitted(struct world *w, struct forest *f)
{
    struct buf b = {0};
    struct draft_note note;
    draft_write(shape_find(f, w->a), &(struct draft_opt){.store = "x.db", .seed = 1}, &b, &note);
    const char *text = arena_strndup(w->a, b.s, b.n);
    buf_free(&b);
    struct yaml *root = yaml_parse(w->a, "fitted", text, strlen(text), w->d);
    const struct model *m = root ? model_build(w->a, root, "fitted", w->d) : NULL;
    no_errors(w->d);
    return m;
}

/* ---- who waits for whom ---- */

struct executed {
    uint32_t n, requests;
    const char *name[NAMES];
    double times[NAMES];                              /* a request */
    uint32_t both[NAMES][NAMES], first[NAMES][NAMES]; /* requests with both; the one over by then */
};

static bool takes_time(const struct run_result *r, uint32_t step)
{
    for (uint32_t i = 0; i < r->noutline; i++)
        if (r->outline[i].kind == OUTLINE_STEP && r->outline[i].step == step) {
            const char *v = r->outline[i].verb;
            return strcmp(v, "call") == 0 || strcmp(v, "cpu") == 0 || strcmp(v, "wait") == 0;
        }
    return false;
}

static uint32_t name_of(struct executed *e, const char *name)
{
    uint32_t i = 0;
    while (i < e->n && strcmp(e->name[i], name) != 0)
        i++;
    assert_true(i < NAMES);
    if (i == e->n)
        e->name[e->n++] = name;
    return i;
}

static void look_at(struct executed *e, const struct run_result *r, const struct timeline_result *t)
{
    double start[NAMES], end[NAMES];
    for (int i = 0; i < NAMES; i++)
        start[i] = end[i] = NAN;
    for (uint32_t i = 0; i < t->nspan; i++) {
        const struct timeline_span *s = &t->span[i];
        if (s->kind != TIMELINE_STEP || !takes_time(r, s->step) || !(s->end > s->start))
            continue;
        uint32_t k = name_of(e, s->name);
        start[k] = fmin(start[k], s->start);
        end[k] = fmax(end[k], s->end);
        e->times[k]++;
    }
    for (uint32_t i = 0; i < e->n; i++)
        for (uint32_t k = 0; k < e->n; k++)
            if (isfinite(start[i]) && isfinite(start[k])) {
                e->both[i][k]++;
                e->first[i][k] += end[i] <= start[k] + 1e-9;
            }
}

static struct executed *executed(struct arena *a, const struct run_result *r)
{
    struct executed *e = NEW(a, struct executed, 1);
    uint32_t n = r->exec[0].ntraced;
    for (uint32_t i = 0; i < n; i++)
        look_at(e, r, &r->exec[0].traced[i]);
    for (uint32_t i = 0; i < e->n; i++)
        e->times[i] /= n;
    e->requests = n;
    return e;
}

static bool waits(const struct executed *e, uint32_t a, uint32_t b)
{
    return e->both[a][b] > 0 && e->first[a][b] >= 0.998 * e->both[a][b];
}

static void same_structure(struct executed *was, struct executed *is)
{
    uint32_t at[NAMES];
    assert_int_equal(was->n, is->n);
    for (uint32_t i = 0; i < was->n; i++) {
        at[i] = name_of(is, was->name[i]);
        double x = was->times[i], y = is->times[at[i]], sd = sqrt(fmax(x, 1.0 / was->requests));
        if (fabs(x - y) > 4.5 * sd * sqrt(2.0 / was->requests))
            fail_msg("%s: %.3f times a request, was %.3f", was->name[i], y, x);
    }
    assert_int_equal(was->n, is->n); /* no name is another one */
    for (uint32_t i = 0; i < was->n; i++)
        for (uint32_t k = 0; k < was->n; k++)
            if (was->both[i][k] > 50 && waits(was, i, k) != waits(is, at[i], at[k]))
                fail_msg("%s %s for %s", was->name[k], waits(was, i, k) ? "waited" : "did not wait",
                         was->name[i]);
}

/* ---- agreement ---- */

static enum agreement agreement_of(struct world *w, const struct model *m, struct forest *f,
                                   uint64_t n)
{
    const uint32_t exec = 0;
    struct measured *ms = compare_measure(f, NULL, 0, w->a);
    struct compare_opt o = compare_defaults();
    return compare_judge(run_of(w, m, 4 * n, 1, false), &exec, &ms, 1, &o, w->a)->verdict;
}

static void test_model(void **state)
{
    const struct row *row = *state;
    struct arena *a = arena_new(0);
    struct world world = {a, diags_new(a)}, *w = &world;
    const char *path = arena_printf(a, "models/%s.yaml", row->name), *set[SETS + 1];
    uint32_t nset = 0;
    while (nset < SETS && row->set[nset]) {
        set[nset] = row->set[nset];
        nset++;
    }
    const struct model *m = model_with(w, path, set, nset);
    const struct run_result *r = run_of(w, m, row->requests, 7, true);
    struct forest *f = recorded(w, r);
    assert_int_equal(f->ntree, row->requests);
    assert_int_equal(agreement_of(w, m, f, row->requests), AGREES);
    const struct model *again = fitted(w, f);
    same_structure(executed(a, r), executed(a, run_of(w, again, row->requests, 8, true)));
    assert_int_equal(agreement_of(w, again, f, row->requests), AGREES);
    set[nset++] = arena_printf(a, "%s.latency*=2", row->slower);
    assert_int_equal(agreement_of(w, model_with(w, path, set, nset), f, row->requests), DISAGREES);
    arena_drop(a);
}

/* ---- parameters ---- */

/* Of many recordings, as many 95 % intervals as a binomial allows have the true value. */
static void test_intervals(void **state)
{
    (void)state;
    enum { REQUESTS = 150 };
    size_t seeds = test_quick() ? 10 : 40, in = 0;
    const double sigma = log(120.0 / 25) / stats_z(0.99);
    for (size_t s = 0; s < seeds; s++) {
        struct arena *a = arena_new(0);
        struct world world = {a, diags_new(a)}, *w = &world;
        const struct model *m = model_with(w, "models/do_work.yaml", NULL, 0);
        const struct forest *f = recorded(w, run_of(w, m, REQUESTS, 100 + s, true));
        double x[2][REQUESTS];
        uint32_t n[2] = {0, 0};
        for (uint32_t i = 0; i < f->nspan; i++) {
            const char *name = f->op[f->v[i].op].name;
            int k = strcmp(name, "geocoder") == 0 ? 0 : strcmp(name, "memcache") == 0 ? 1 : 2;
            if (k < 2)
                x[k][n[k]++] = (double)(f->v[i].end - f->v[i].start);
        }
        struct law geo, mem;
        assert_true(law_estimate(LAW_LOGNORMAL, x[0], NULL, n[0], &geo));
        assert_true(law_estimate(LAW_GAMMA, x[1], NULL, n[1], &mem));
        in += fabs(geo.p[0] - log(25e6)) <= 1.96 * geo.se[0];
        in += fabs(geo.p[1] - sigma) <= 1.96 * geo.se[1];
        in += fabs(mem.p[0] - 4) <= 1.96 * mem.se[0];
        in += fabs(mem.p[1] - 0.3e6) <= 1.96 * mem.se[1];
        arena_drop(a);
    }
    /* Shape and scale go together: as if there were half as many. */
    double share = (double)in / (4.0 * (double)seeds), sd = sqrt(0.05 * 0.95 / (2 * (double)seeds));
    if (share < 0.94 - 4.5 * sd || in == 4 * seeds)
        fail_msg("%.3f of the intervals have the true value", share);
}

int main(void)
{
    struct CMUnitTest t[TEST_COUNT(rows) + 1] = {cmocka_unit_test(test_intervals)};
    for (size_t i = 0; i < TEST_COUNT(rows); i++)
        t[i + 1] = test_named(rows[i].name, test_model, &rows[i]);
    struct CMUnitTest few[] = {t[0], t[1], t[3]};
    if (test_quick()) /* under sanitizers: not what takes long for its size */
        return cmocka_run_group_tests_name("recover", few, NULL, NULL);
    return cmocka_run_group_tests_name("recover", t, NULL, NULL);
}
