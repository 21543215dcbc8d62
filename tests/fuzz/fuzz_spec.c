/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_spec.c - any bytes as claims about a small model: they are refused, or judged within a
 * budget; each verdict has its claim, and all reports can be written. */
#include "check/judge.h"
#include "reports/check.h"
#include <stddef.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char model[] =
    "pertinax: 1\nname: m\nparams: {n: 2, t: 1ms}\nservices: {a: {latency: t, error: 1%}}\n"
    "resources: {l: mutex}\nshared: {k: all, v: 0..3}\n"
    "request:\n  - spawn: {b: {use: l, do: {call: a, catch: []}}}\n"
    "  - each: n\n    do: {write: k}\n  - set: {v: v + 1}\n  - await: b\n  - respond: 200\n"
    "executions: {threads: {pool: 4}}\n";

static void judge(const struct plan *p, struct arena *a, struct diags *d)
{
    struct judge_opt o = judge_defaults();
    o.max_states = 2000;
    o.max_requests = 2000;
    struct check_result *r = judge_run(p, &o, a, d);
    bug_if(!r && diags_errors(d) == 0);
    if (!r)
        return;
    bug_if(r->nclaim != p->nunit);
    r->version = "0";
    r->command = "fuzz";
    const struct report_look look = {.width = 60};
    for (size_t i = 0; check_reports[i]; i++) {
        struct buf out = {0};
        check_reports[i]->write(r, d, &look, &out);
        bug_if(out.n == 0);
        buf_free(&out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a = arena_new((size_t)1 << 30);
    struct diags *d = diags_new(a);
    const char *text = arena_strndup(a, n ? (const char *)data : "", n);
    struct yaml *root = yaml_parse(a, "fuzz.yaml", text, n, d);
    struct plan_subject s = {.path = "m.yaml", .digest = ""};
    s.tree = yaml_parse(a, "m.yaml", model, strlen(model), d);
    s.spec = root ? spec_build(a, root, "fuzz.yaml", d) : NULL;
    const struct plan *p = s.spec ? plan_make(a, &s, 1, NULL, d) : NULL;
    bug_if(!p && diags_errors(d) == 0);
    if (p && !diags_errors(d) && p->nunit <= 40)
        judge(p, a, d);
    struct buf out = {0};
    diags_print(d, &out, false);
    buf_free(&out);
    arena_drop(a);
    return 0;
}
