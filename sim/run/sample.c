/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sample.c - samples of several executions, made longer when asked; see sample.h. */
#include "run/sample.h"
#include "run/critical.h"
#include "run/sample_impl.h"
#include "run/steady.h"
#include <stdlib.h>

struct one { /* execution */
    struct trial t;
    struct exec_result e;
    struct alone *alone;
    struct steady *steady;
    struct sample sample;
};
struct sampler {
    struct experiment_opt o;
    struct arena *look; /* of what the last look says */
    uint32_t n;
    struct one one[];
};

const struct exec_result *sample_accounts(const struct trial *t, const struct total *total,
                                          const struct path_account *paths, bool smooth,
                                          struct arena *mem)
{
    struct exec_result *e = NEW(mem, struct exec_result, 1);
    uint64_t typical[2];
    total_report(total, t->p, mem, e);
    critical_report(paths, t->p, smooth, t->sure, mem, e, typical);
    return e;
}

struct sampler *sampler_new(const struct model *m, const struct execution *const *exec,
                            uint32_t nexec, const struct experiment_opt *o, struct arena *a,
                            struct diags *d)
{
    struct sampler *s = xcalloc(1, sizeof *s + nexec * sizeof *s->one);
    bool ok = nexec > 0;
    s->o = *o;
    s->look = arena_new(0);
    for (uint32_t i = 0; i < nexec; i++) {
        struct one *x = &s->one[s->n++];
        x->t = (struct trial){.o = &s->o, .mem = a, .d = d, .e = &x->e};
        x->t.progress = (struct experiment_progress){.execution = exec[i]->name,
                                                     .index = i,
                                                     .of = nexec,
                                                     .mean = interval_none(),
                                                     .p99 = interval_none()};
        x->t.lock = lock_new();
        x->t.p = prog_compile(a, m, exec[i], d);
        ok = ok && x->t.p;
        if (x->t.p)
            x->t.sure = assume_sure(x->t.p);
        x->sample = (struct sample){.p = x->t.p, .sure = x->t.sure, .result = &x->e};
        x->e = (struct exec_result){.name = exec[i]->name, .kind = exec_kind_name[exec[i]->kind]};
    }
    if (ok && diags_errors(d) == 0)
        return s;
    sampler_free(s);
    return NULL;
}

void sampler_free(struct sampler *s)
{
    for (uint32_t i = 0; s && i < s->n; i++) {
        struct one *x = &s->one[i];
        if (x->alone)
            alone_sample_free(x->alone);
        if (x->steady)
            steady_sample_free(x->steady);
        lock_free(x->t.lock);
    }
    if (s)
        arena_drop(s->look);
    free(s);
}

static void alone_to(struct sampler *s, struct one *x, uint64_t total)
{
    if (!x->alone)
        x->alone = alone_sample_new(&x->t);
    uint64_t whole = (total + SAMPLE_CHUNK - 1) / SAMPLE_CHUNK * SAMPLE_CHUNK;
    bool well = alone_sample_to(x->alone, x->t.sure ? 1 : whole);
    x->sample.end = well                             ? SAMPLE_WELL
                    : x->e.stopped == STOP_INTERRUPT ? SAMPLE_STOPPED
                                                     : SAMPLE_FAILED;
    if (well)
        alone_sample_get(x->alone, &x->sample, s->look);
}

static void steady_to(struct sampler *s, struct one *x, uint64_t total)
{
    if (x->steady && steady_sample_fixed(x->steady)) {
        steady_sample_free(x->steady);
        x->steady = NULL;
    }
    if (!x->steady)
        x->steady = steady_sample_new(&x->t, total);
    x->sample.end = steady_sample_to(x->steady, total);
    if (x->sample.end == SAMPLE_WELL)
        steady_sample_get(x->steady, &x->sample, s->look);
    else if (x->sample.end == SAMPLE_UNSTABLE) {
        uint32_t row = NONE;
        steady_unstable(x->steady, &row);
        steady_fill_unstable(x->steady, row);
    }
}

bool sampler_run(struct sampler *s, uint64_t total)
{
    bool well = true;
    arena_reset(s->look);
    for (uint32_t i = 0; i < s->n; i++) {
        struct one *x = &s->one[i];
        x->sample = (struct sample){.p = x->t.p, .sure = x->t.sure, .result = &x->e};
        if (x->t.p->cls[0].load)
            steady_to(s, x, total);
        else
            alone_to(s, x, total);
        well = well && x->sample.end == SAMPLE_WELL;
    }
    return well;
}

void sampler_untrace(struct sampler *s)
{
    s->o.trace_requests = 0;
}

const struct sample *sampler_get(const struct sampler *s, uint32_t exec)
{
    return &s->one[exec].sample;
}
