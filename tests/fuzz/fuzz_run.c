/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_run.c - any bytes as a model, compiled for every execution and run for a while.
 *
 * What has mistakes must compile to messages.  What was compiled without an error must run: to the
 * end, to a deadlock that can be told, or to an error with a reason; records must be sane.  The
 * number of events is bounded, so that an input that takes long has found an unbounded piece of
 * work within one event. */
#include "core/result.h"
#include "model/model.h"
#include "run/sim.h"
#include <stddef.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { REQUESTS = 20, EVENTS = 20000 };
static const size_t memory = 256u << 20;

static void look_at_records(const struct sim *s)
{
    uint64_t n;
    const struct record *r = sim_records(s, &n);
    for (uint64_t i = 0; i < n; i++) {
        bug_if(r[i].arrival < 0 || r[i].latency < 0 || r[i].duration < 0);
        bug_if(r[i].status != 503 && r[i].latency > r[i].duration);
        bug_if(r[i].status != 0 && (r[i].status < 100 || r[i].status > 599));
    }
}

static void run(const struct prog *p, struct arena *a, const struct diags *d)
{
    struct sim_opt o = {.seed = 7, .max_events = EVENTS, .trace_requests = REQUESTS};
    struct sim *s = sim_new(p, &o);
    bool load = p->cls[0].load != NULL;
    enum sim_end end = load ? sim_run_load(s, REQUESTS) : sim_run_alone(s, 0, REQUESTS);
    struct loc at;
    bug_if(end == SIM_ERROR && sim_error(s, &at) == NULL);
    bug_if(end == SIM_DEADLOCK && sim_deadlock(s, a, d) == NULL);
    look_at_records(s);
    sim_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a = arena_new(memory);
    struct diags *d = diags_new(a);
    const char *text = arena_strndup(a, n ? (const char *)data : "", n);
    struct yaml *root = yaml_parse(a, "fuzz.yaml", text, n, d);
    const struct model *m = root ? model_build(a, root, "fuzz.yaml", d) : NULL;
    for (uint32_t i = 0; m && i < m->nexec; i++) {
        struct prog *p = prog_compile(a, m, &m->exec[i], d);
        bug_if(!p != (diags_errors(d) > 0));
        if (p)
            run(p, a, d);
    }
    arena_drop(a);
    return 0;
}
