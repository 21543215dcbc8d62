/* SPDX-License-Identifier: GPL-3.0-or-later */
/* judge_numbers.c - claims in numbers: those that share a model and an execution are judged on one
 * sample of requests, worst cases each by itself. */
#include "check/judge_impl.h"
#include "check/require.h"
#include "check/worst.h"
#include <stdlib.h>

/* The runs that they are compared with. */
void numbers_begin(struct judge *j)
{
    const struct plan *p = j->p;
    j->number = NEW(j->a, struct require_item, p->nunit + 1u);
    for (uint32_t i = 0; i < p->nunit; i++) {
        const struct plan_unit *u = &p->unit[i];
        const struct claim *c = u->of;
        struct require_item *x = &j->number[i];
        x->limit = u->limit;
        if (c->baseline.text && x->limit) {
            const char *file = p->subject[u->subject].spec->file;
            x->baseline =
                baseline_read(j->a, spec_path(j->a, file, c->baseline.text), c->baseline.at, j->d);
        } else if (x->limit && x->limit->uses_baseline) {
            diag_error(j->d, c->at, "E-baseline", "baseline: main.json",
                       "the claim does not say which run to compare with");
        }
    }
}

static bool same_sample(const struct plan_unit *u, const struct plan_unit *v)
{
    return u->model == v->model && u->exec == v->exec && v->of->kind == CLAIM_REQUIRE;
}

/* What was judged by a simulation is seen whole in one: of the usual executions, or of this one. */
static const char *behind(const struct judge *j, uint32_t unit)
{
    const struct plan_unit *u = &j->p->unit[unit];
    const struct plan_model *m = &j->p->model[u->model];
    const char *name = plan_exec(j->p, u)->name;
    return arena_printf(j->a, "To see what is behind it: %s%s%s",
                        plan_command(j->a, "run", m->m->file, m->set, m->nset),
                        plan_usual(m->m, u->exec) ? "" : " --under ",
                        plan_usual(m->m, u->exec) ? "" : name);
}

static void number_end(struct judge *j, uint32_t unit, struct require_item *x)
{
    struct claim_result *c = &j->r->claim[unit];
    struct limit_result *l = NEW(j->a, struct limit_result, 1);
    *l = x->result;
    verdict_set(c, x->verdict, x->why);
    c->hint =
        x->verdict == VERDICT_FAIL && !x->hint && x->result.requests ? behind(j, unit) : x->hint;
    c->limit = l;
}

static struct require_opt options(const struct judge *j)
{
    return (struct require_opt){.seed = j->o->seed,
                                .jobs = j->o->jobs,
                                .max_requests = j->o->max_requests,
                                .half_width = j->o->half_width,
                                .stop = j->o->stop};
}

static void worst_one(struct judge *j, uint32_t unit)
{
    struct worst_opt o = {.max_runs = j->o->max_requests,
                          .max_count = j->o->max_count,
                          .no_reductions = j->o->no_reductions,
                          .stop = j->o->stop};
    if (worst_judge(plan_prog(j->p, &j->p->unit[unit]), &j->number[unit], &o, j->a, j->d))
        number_end(j, unit, &j->number[unit]);
}

void numbers_judge(struct judge *j, uint32_t first, bool *done)
{
    if (j->p->unit[first].of->kind == CLAIM_WORST_CASE) {
        done[first] = true;
        worst_one(j, first);
        return;
    }
    const struct plan *p = j->p;
    const struct plan_unit *u = &p->unit[first];
    struct require_item *x = xcalloc(p->nunit, sizeof *x);
    uint32_t *unit = xcalloc(p->nunit, sizeof *unit), n = 0;
    struct require_opt o = options(j);
    for (uint32_t i = first; i < p->nunit; i++)
        if (!done[i] && same_sample(u, &p->unit[i])) {
            done[i] = true;
            unit[n] = i;
            x[n++] = j->number[i];
        }
    if (require_judge(p->model[u->model].m, plan_exec(p, u), x, n, &o, j->a, j->d)) {
        uint64_t most = 0;
        for (uint32_t i = 0; i < n; i++) {
            number_end(j, unit[i], &x[i]);
            most = x[i].result.requests > most ? x[i].result.requests : most;
        }
        j->r->simulated += most;
    }
    free(x);
    free(unit);
}
