/* SPDX-License-Identifier: GPL-3.0-or-later */
/* require.c - limits judged on one growing sample: what is simulated, when it is looked at, and
 * when it is enough; see require.h. */
#include "check/require.h"
#include "check/require_impl.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_ALONE = 2048, /* requests at the first look */
    FIRST_PARTS = 8192, /* if all parts of the sample have to say something */
    FIRST_LOAD = 40000, /* with what is deleted at the beginning of each replication */
    ONE_SIDED = 32768,  /* for what only grows: no number would settle it */
    MAX_REQUESTS = 1000000
};

struct call {
    struct measure m;
    struct sampler *sampler;
    struct require_opt o;
    struct judged *v;
    uint32_t n, looks;
    uint64_t first, most;
};

static enum limit_cmp flipped(enum limit_cmp c)
{
    return c == LIMIT_LT   ? LIMIT_GT
           : c == LIMIT_LE ? LIMIT_GE
           : c == LIMIT_GT ? LIMIT_LT
                           : LIMIT_LE;
}

static bool is_share(const struct limit_node *n)
{
    return n->op == LIMIT_METRIC && (n->metric == METRIC_P || n->metric == METRIC_OUTCOME);
}

static void judged_init(struct judged *j, struct require_item *item)
{
    const struct limit *l = item->limit;
    bool turn = measure_constant(l->left) && !measure_constant(l->right);
    *item = (struct require_item){
        .limit = l, .baseline = item->baseline, .verdict = VERDICT_UNDECIDED, .why = ""};
    *j = (struct judged){.item = item,
                         .left = turn ? l->right : l->left,
                         .right = turn ? l->left : l->right,
                         .cmp = turn ? flipped(l->cmp) : l->cmp,
                         .limit = NAN,
                         .seen = {NAN, NAN, NAN}};
    j->plain = j->left->op == LIMIT_METRIC && !j->left->baseline && measure_constant(j->right);
}

/* What can be said once the baseline can be asked. */
static void judged_begin(struct judged *j, struct measure *m, const struct require_opt *o,
                         double error)
{
    const struct sample *s = sampler_get(m->sampler, 0);
    m->baseline = j->item->baseline;
    if (measure_constant(j->right))
        j->limit = measure_value(m, j->right, MEASURE_ALL);
    j->one_sided =
        j->plain && (j->left->metric == METRIC_MAX || (j->left->metric >= METRIC_PEAK_THREADS &&
                                                       j->left->metric <= METRIC_PEAK_MEMORY));
    bool alone = !s->p->cls[0].load;
    if (!j->plain || !is_share(j->left) || !alone || !(j->limit > 0 && j->limit < 1))
        return;
    double room = fmin(j->limit, 1 - j->limit);
    j->half = o->half_width > 0 ? fmin(o->half_width, 0.999 * room) : room / 2;
    j->zone = zone_new(j->limit, j->half, error / 4); /* half of it, on either side */
    j->testing = true;
}

/* ---- the test of a share ---- */

static enum verdict zone_judge(struct judged *j, const struct measure *m)
{
    const struct sample *s = sampler_get(m->sampler, 0);
    const struct sample_part *p = &s->all;
    for (; j->next < p->n && j->zone.answer == SPRT_MORE; j->next++)
        zone_add(&j->zone, measure_trial(j->left, p->latency[j->next], p->status[j->next], 0));
    j->near = j->zone.answer == SPRT_NEAR;
    bool lower = j->cmp == LIMIT_GE || j->cmp == LIMIT_GT;
    if (j->zone.answer == SPRT_HIGH)
        return lower ? VERDICT_PASS : VERDICT_FAIL;
    if (j->zone.answer == SPRT_LOW)
        return lower ? VERDICT_FAIL : VERDICT_PASS;
    return VERDICT_UNDECIDED;
}

static void judge_one(struct call *c, struct judged *j, double spend)
{
    c->m.baseline = j->item->baseline;
    enum verdict v = stat_judge(j, &c->m, 1 - (j->testing ? spend / 2 : spend));
    if (j->testing) {
        enum verdict test = zone_judge(j, &c->m);
        if (test != VERDICT_UNDECIDED)
            j->method = "sequential test";
        v = test != VERDICT_UNDECIDED ? test : v;
    }
    j->item->verdict = v;
    j->decided = v != VERDICT_UNDECIDED || j->near;
}

/* ---- the looks ---- */

static uint64_t first_look(const struct call *c)
{
    if (sampler_get(c->m.sampler, 0)->p->cls[0].load)
        return FIRST_LOAD;
    for (uint32_t i = 0; i < c->n; i++)
        if (!c->v[i].plain || (!is_share(c->v[i].left) && c->v[i].left->metric > METRIC_QUANTILE))
            return FIRST_PARTS;
    return FIRST_ALONE;
}

static uint32_t count_looks(uint64_t first, uint64_t most)
{
    uint32_t n = 1;
    for (uint64_t at = first; at < most; at *= 2)
        n++;
    return n;
}

static bool all_sure(const struct measure *m)
{
    for (uint32_t i = 0; i < m->nexec; i++)
        if (!sampler_get(m->sampler, i)->sure)
            return false;
    return true;
}

static void bad_end(struct call *c)
{
    for (uint32_t i = 0; i < c->m.nexec; i++)
        if (sampler_get(c->m.sampler, i)->end != SAMPLE_WELL) {
            for (uint32_t k = 0; k < c->n; k++)
                if (!c->v[k].decided)
                    text_bad_end(&c->v[k], &c->m, i);
            return;
        }
}

/* One look after the other; false: an error of the model, which is in the diags. */
static void looks(struct call *c, double error)
{
    uint64_t at = c->first;
    for (uint32_t look = 1;; look++) {
        bool open = false, traces = false, last = at >= c->most;
        if (!sampler_run(c->sampler, at)) {
            bad_end(c);
            return;
        }
        double spend = error / 2 / c->looks + (last ? error / 2 : 0);
        bool sure = all_sure(&c->m);
        uint64_t n = sampler_get(c->m.sampler, 0)->all.n;
        for (uint32_t i = 0; i < c->n; i++) {
            struct judged *j = &c->v[i];
            if (j->decided)
                continue;
            c->m.baseline = j->item->baseline;
            if (sure)
                j->item->verdict = stat_exact(j, &c->m);
            else
                judge_one(c, j, spend);
            j->decided = j->decided || sure;
            /* of those that are open, in case that this is the last look */
            text_fill(j, &c->m, n, look);
            open = open || (!j->decided && !(j->one_sided && n >= ONE_SIDED));
            traces = traces || (!j->decided && j->traces);
        }
        if (!open || last)
            break;
        if (!traces)
            sampler_untrace(c->sampler);
        at = 2 * at < c->most ? 2 * at : c->most;
    }
}

static bool prepare(struct call *c, const struct model *m, const struct execution *x,
                    struct require_item *item)
{
    struct experiment_opt e = experiment_defaults();
    bool traces = false, ok = true;
    c->m.model = m;
    c->m.exec[c->m.nexec++] = x;
    c->v = NEW(c->m.a, struct judged, c->n);
    for (uint32_t i = 0; i < c->n; i++) {
        judged_init(&c->v[i], &item[i]);
        c->v[i].traces = measure_traces(c->v[i].left) || measure_traces(c->v[i].right);
        traces = traces || c->v[i].traces;
        if (!measure_needs(&c->m, c->v[i].left) || !measure_needs(&c->m, c->v[i].right)) {
            diag_error(c->m.d, item[i].limit->at, "E-limit", NULL,
                       "more than %d executions are compared", MEASURE_EXECS);
            return false;
        }
    }
    e.seed = c->o.seed;
    e.jobs = c->o.jobs;
    e.stop = c->o.stop;
    e.max_requests = c->most;
    e.trace_requests = traces ? UINT64_MAX / 2 : 0;
    c->m.sampler = c->sampler = sampler_new(m, c->m.exec, c->m.nexec, &e, c->m.a, c->m.d);
    if (!c->m.sampler)
        return false;
    for (uint32_t i = 0; i < c->n; i++) {
        c->m.baseline = item[i].baseline;
        ok = measure_check(&c->m, c->v[i].left) && ok;
        ok = measure_check(&c->m, c->v[i].right) && ok;
    }
    return ok;
}

static bool any_open(const struct call *c)
{
    for (uint32_t i = 0; i < c->n; i++)
        if (!c->v[i].decided)
            return true;
    return false;
}

bool require_judge(const struct model *m, const struct execution *x, struct require_item *item,
                   uint32_t n, const struct require_opt *o, struct arena *a, struct diags *d)
{
    struct call *c = xcalloc(1, sizeof *c);
    double error = (o->error > 0 ? o->error : 0.05) / (n ? n : 1);
    uint32_t before = diags_errors(d);
    *c = (struct call){.m = {.a = a, .d = d}, .o = *o, .n = n};
    c->most = o->max_requests ? o->max_requests : MAX_REQUESTS;
    bool ok = prepare(c, m, x, item);
    if (ok) {
        c->first = first_look(c);
        c->most = c->most > c->first ? c->most : c->first;
        c->looks = count_looks(c->first, c->most);
        for (uint32_t i = 0; i < n; i++)
            judged_begin(&c->v[i], &c->m, o, error);
        if (!all_sure(&c->m))
            exact_judge(c->v, n, &c->m, o);
        if (any_open(c))
            looks(c, error);
        ok = diags_errors(d) == before;
    }
    sampler_free(c->sampler);
    free(c);
    return ok;
}
