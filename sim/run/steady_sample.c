/* SPDX-License-Identifier: GPL-3.0-or-later */
/* steady_sample.c - replications under load as the parts of a sample; see sample.h. */
#include "run/critical.h"
#include "run/sample_impl.h"
#include "run/steady.h"
#include <math.h>
#include <string.h>

static struct total rep_total(const struct steady *st, const struct rep *r,
                              struct path_account *paths)
{
    const struct snap *last = r->nsnap ? &r->snap[r->nsnap - 1] : NULL;
    const struct snap *from = r->warm ? steady_snap_at(r, r->warm) : NULL;
    const struct path_account *walked = sim_paths(r->s);
    uint64_t begun = steady_accounts_from(st), skip = r->warm > begun ? r->warm - begun : 0;
    struct total total;
    total_init(&total, st->t->p, true);
    if (last)
        total_account(&total, from == last || !from ? NULL : &from->now, &last->now);
    total_steps(&total, r->s);
    if (walked)
        path_account_merge(paths, walked, skip < walked->nreq / 2 ? skip : walked->nreq / 2, 0);
    return total;
}

static void rep_part(const struct steady *st, const struct rep *r, struct sample_part *part,
                     struct arena *mem)
{
    struct pick all = {.every_class = true, .every_status = true};
    uint64_t n = r->kept - r->warm;
    int32_t *status = NEW(mem, int32_t, n + 1);
    uint32_t *cls = NEW(mem, uint32_t, n + 1);
    *part = (struct sample_part){.n = n, .latency = r->latency + r->warm};
    for (uint64_t i = 0; i < n; i++) {
        status[i] = r->rest[r->warm + i].status;
        cls[i] = r->rest[r->warm + i].cls;
        part->answered += status[i] != 0;
    }
    part->status = status;
    part->cls = cls;
    double rate = steady_rate(st, r, &all);
    part->seconds = rate > 0 ? (double)part->answered / rate : NAN;
    part->makespan = st->finite ? (double)r->last_answer / SECOND : NAN;
}

/* All replications' requests, one after the other. */
static void all_part(const struct sample *s, struct sample_part *all, struct arena *mem)
{
    uint64_t n = 0, at = 0;
    struct moments makespan = {0};
    for (uint32_t k = 0; k < s->npart; k++)
        n += s->part[k].n;
    int64_t *latency = NEW(mem, int64_t, n + 1);
    int32_t *status = NEW(mem, int32_t, n + 1);
    uint32_t *cls = NEW(mem, uint32_t, n + 1);
    *all = (struct sample_part){.n = n, .latency = latency, .status = status, .cls = cls};
    for (uint32_t k = 0; k < s->npart; k++) {
        const struct sample_part *p = &s->part[k];
        memcpy(latency + at, p->latency, p->n * sizeof *latency);
        memcpy(status + at, p->status, p->n * sizeof *status);
        memcpy(cls + at, p->cls, p->n * sizeof *cls);
        at += p->n;
        all->answered += p->answered;
        all->seconds += p->seconds;
        moments_add(&makespan, p->makespan);
    }
    all->makespan = makespan.mean;
}

void steady_sample_get(const struct steady *st, struct sample *s, struct arena *mem)
{
    struct trial *t = st->t;
    struct path_account paths = {0};
    struct total all;
    total_init(&all, t->p, true);
    s->npart = st->nrep;
    s->part = NEW(mem, struct sample_part, st->nrep);
    for (uint32_t k = 0; k < st->nrep; k++) {
        struct total one = rep_total(st, &st->rep[k], &paths);
        rep_part(st, &st->rep[k], &s->part[k], mem);
        total_merge(&all, &one);
        total_free(&one);
    }
    bool smooth = critical_smooth(t->p) && critical_uncontended(t->p, &all);
    for (uint32_t k = 0; k < st->nrep; k++) {
        struct path_account own = {0};
        struct total one = rep_total(st, &st->rep[k], &own);
        s->part[k].accounts = sample_accounts(t, &one, &own, smooth, mem);
        path_account_free(&own);
        total_free(&one);
    }
    all_part(s, &s->all, mem);
    s->all.accounts = sample_accounts(t, &all, &paths, smooth, mem);
    path_account_free(&paths);
    total_free(&all);
}
