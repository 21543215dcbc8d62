/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_run.c - `pertinax run`: simulates models under executions and compares them.
 *
 * Models are all read before the first is run, and results are written when all are there: wrong
 * input leaves standard output empty. */
#include "cli/ask.h"
#include "cli/simulate.h"
#include "cli/watch.h"
#include "core/prog.h"
#include <string.h>

static bool draws(const struct report *r)
{
    return r && strcmp(r->name, "html") == 0;
}

/* What charts are made of costs something, and is had only for who draws them. */
static bool wants_charts(const struct opts *o)
{
    const char *path, *name = opt_get(o, "format");
    bool any = name && draws(report_find(name));
    for (uint32_t i = 0; (path = opt_next(o, "output", &i));)
        any = any || draws(report_by_suffix(path));
    return any;
}

/* ---- the command ---- */

static bool run_all(const struct cmd_args *a, struct subject *s, struct experiment_opt *e,
                    struct run_result **result, struct diags *d)
{
    struct watch w;
    bool ok = true;
    watch_begin(&w, a, e);
    for (uint32_t i = 0; i < a->o->noperand; i++) {
        /* The rest of the models says what is wrong with it, too, but is not run. */
        struct experiment_opt one = *e;
        one.nchange = s[i].nchange;
        one.change = s[i].change;
        result[i] = experiment_run(s[i].model, s[i].exec, s[i].nexec, &one, a->mem, d);
        ok = ok && result[i];
        if (!result[i])
            continue;
        result[i]->version = cmd_version();
        result[i]->command = a->command;
        result[i]->digest = s[i].digest;
    }
    watch_end(&w, e);
    return ok;
}

static int status_of(const struct cmd_args *a, struct run_result *const *result,
                     const struct diags *d)
{
    int status = STATUS_FINE;
    bool interrupted = false;
    for (uint32_t i = 0; i < a->o->noperand; i++)
        for (uint32_t k = 0; k < result[i]->nexec; k++) {
            interrupted = interrupted || result[i]->exec[k].stopped == STOP_INTERRUPT;
            if (result[i]->exec[k].deadlock)
                status = STATUS_FAILS;
        }
    for (uint32_t i = 0; i < a->o->noperand; i++)
        interrupted = interrupted || result[i]->interrupted;
    return interrupted ? STATUS_INTERRUPTED : diags_errors(d) ? STATUS_USAGE : status;
}

static int run_run(const struct cmd_args *a, struct diags *d)
{
    uint32_t n = a->o->noperand;
    struct experiment_opt e = simulate_options(a, d);
    ask_read(a, &e, d);
    e.cdf = wants_charts(a->o);
    e.timelines = e.timelines || e.cdf;
    struct subject *s = NEW(a->mem, struct subject, n);
    struct run_result **result = NEW(a->mem, struct run_result *, n);
    simulate_check_outputs(a, d);
    for (uint32_t i = 0; i < n; i++) {
        if (subject_load(&s[i], a, a->o->operand[i], d))
            subject_read(&s[i], a, d);
        if (s[i].model)
            subject_executions(&s[i], a->o, a->mem, d);
        /* A model with mistakes is compiled all the same, to find those that only this can find. */
        for (uint32_t k = 0; k < s[i].nexec && diags_errors(d); k++)
            prog_compile(a->mem, s[i].model, s[i].exec[k], d);
    }
    if (diags_errors(d)) { /* the compiler may find more in the rest: all errors in one run */
        for (uint32_t i = 0; i < n; i++)
            for (uint32_t k = 0; k < s[i].nexec; k++)
                prog_compile(a->mem, s[i].model, s[i].exec[k], d);
        return STATUS_USAGE;
    }
    for (uint32_t i = 0; i < n; i++)
        ask_changes(a, &s[i], d);
    if (diags_errors(d))
        return STATUS_USAGE;
    if (!run_all(a, s, &e, result, d))
        return STATUS_USAGE;
    simulate_write(a, (const struct run_result *const *)result, n, d);
    ask_traces(a, (const struct run_result *const *)result, d);
    return status_of(a, result, d);
}

static const struct opt run_opts[] = {
    SIMULATE_OPTS,
    ASK_OPTIONS,
    OPT_FORMAT("text|json|jsonl|csv|md|html"),
    {NULL, 0, NULL, NULL, 0},
};

const struct cmd cmd_run = {
    .name = "run",
    .args = "MODEL...",
    .summary = "simulates under each execution and compares them",
    .help =
        "Simulates each model under some executions (serial, threads, coroutine, hybrid, and\n"
        "those the model names), on the same draws, until the mean latency is known to 1 % and\n"
        "the 99th percentile to 2 %.  A model without load is run one request at a time in an\n"
        "idle system; one with load in 20 independent runs, warm-up left out.\n\n"
        "The same model, options and seed give the same bytes, whatever --jobs says.\n\n"
        "  pertinax run search.yaml\n"
        "  pertinax run search.yaml --under threads,coroutine --set shards=8\n"
        "  pertinax run search.yaml --what-if cache_hit=0.3 --what-if db.latency*=0.5\n"
        "  pertinax run search.yaml --gain --threshold 100ms,250ms --trace search.json\n"
        "  pertinax run search.yaml --precision 0.2% --format json -o search.html\n",
    .opts = run_opts,
    .common = COMMON_ALL,
    .min = 1,
    .max = CMD_ANY,
    .missing = "'pertinax init' writes an example model",
    .run = run_run,
};
