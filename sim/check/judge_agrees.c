/* SPDX-License-Identifier: GPL-3.0-or-later */
/* judge_agrees.c - claims that a model agrees with recorded traces: those that share a model and an
 * execution are judged on one simulation, the one that `pertinax compare` would make. */
#include "check/judge_impl.h"
#include "core/compare_result.h"
#include "run/experiment.h"

/* All recordings are read before anything is simulated: what is not there is an error. */
void agrees_begin(struct judge *j)
{
    const struct plan *p = j->p;
    j->measured = NEW(j->a, struct measured *, p->nunit + 1u);
    for (uint32_t i = 0; i < p->nunit; i++) {
        const struct plan_unit *u = &p->unit[i];
        if (u->of->kind != CLAIM_AGREES)
            continue;
        bug_if(!j->o->traces);
        const char *file = p->subject[u->subject].spec->file;
        j->measured[i] =
            j->o->traces->measure(u->of->agrees, spec_path(j->a, file, u->of->agrees->traces.text),
                                  plan_exec(p, u)->name, j->a, j->d);
    }
}

static void agrees_end(struct judge *j, uint32_t unit, const struct run_result *r)
{
    static const enum verdict of[] = {
        [AGREES] = VERDICT_PASS, [DISAGREES] = VERDICT_FAIL, [UNDECIDED] = VERDICT_UNDECIDED};
    struct claim_result *c = &j->r->claim[unit];
    c->agrees = j->o->traces->compare(r, j->measured[unit], j->p->unit[unit].of->agrees, j->a);
    verdict_set(c, of[c->agrees->verdict], "");
}

void agrees_judge(struct judge *j, uint32_t first, bool *done)
{
    const struct plan *p = j->p;
    const struct plan_unit *u = &p->unit[first];
    const struct execution *exec = plan_exec(p, u);
    struct experiment_opt o = experiment_defaults();
    o.seed = j->o->seed;
    o.jobs = j->o->jobs;
    o.max_requests = j->o->max_requests;
    o.stop = j->o->stop;
    const struct run_result *r = experiment_run(p->model[u->model].m, &exec, 1, &o, j->a, j->d);
    for (uint32_t i = first; i < p->nunit; i++) {
        const struct plan_unit *v = &p->unit[i];
        if (v->of->kind != CLAIM_AGREES || v->model != u->model || v->exec != u->exec)
            continue;
        done[i] = true;
        if (r && !diags_errors(j->d))
            agrees_end(j, i, r);
    }
    if (r)
        j->r->simulated += r->exec[0].requests;
}
