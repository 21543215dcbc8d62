/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_live.c - `pertinax live`: executes models for real and reports what was measured. */
#include "cli/ask.h"
#include "cli/live_session.h"

enum { DEFAULT_TRACED = 1000 };

static int run_live(const struct cmd_args *a, struct diags *d)
{
    struct live_session l;
    struct subject s = {0};
    struct experiment_opt e = experiment_defaults();
    int status;
    live_read(&l, a, opt_get(a->o, "service"), d);
    l.store_path = opt_get(a->o, "store");
    l.label = opt_get(a->o, "label");
    if (l.label && !*l.label)
        diag_error(d, (struct loc){0}, "E-option-value", NULL, "--label must not be empty");
    if (l.label && !l.store_path)
        diag_error(d, (struct loc){0}, "E-option", "add --store FILE",
                   "--label says what a recording is called, and no --store says where it goes");
    e.seed = l.seed;
    if (opt_has(a->o, "requests"))
        e.requests = opt_u64(a->o, "requests", (struct opt_range){1, 10000000, 1}, d);
    ask_shape(a, &e, d);
    if (e.timelines && e.traced == 0)
        e.traced = DEFAULT_TRACED;
    simulate_check_outputs(a, d);
    if (subject_load(&s, a, a->o->operand[0], d))
        subject_read(&s, a, d);
    if (s.model)
        subject_executions(&s, a->o, a->mem, d);
    if (!s.model || diags_errors(d))
        return STATUS_USAGE;
    const struct run_result *r = live_execute(&l, &s, &e, &status, d);
    if (!r)
        return status;
    simulate_write(a, &r, 1, d);
    ask_traces(a, &r, d);
    return status;
}

static const struct opt live_opts[] = {
    {"under", 'u', "NAME,...",
     "executions to run, compared with the first (default: serial, threads, coroutine and the "
     "model's)",
     OPT_MANY},
    {"requests", 'n', "N", "execute N requests (default: 200, under load 2000)", 0},
    LIVE_OPTIONS,
    {"service", 0, "WHAT",
     "what answers calls: tcp, a process of ours on loopback (the default); timer; or HOST:PORT",
     0},
    {"store", 'd', "FILE", "put the requests' traces into this store", 0},
    {"label", 'l', "NAME", "what the recording is called there (default: the execution's name)", 0},
    {"threshold", 't', "TIME,...", "say how many requests take longer than each of these",
     OPT_MANY},
    {"trace", 'T', "FILE", "write requests as a Chrome trace (.json) or as OTLP (.otlp.json)",
     OPT_MANY | OPT_UNRECORDED | OPT_WRITTEN},
    {"trace-requests", 0, "N", "how many of them: the first N", OPT_UNRECORDED},
    OPT_FORMAT("text|json|jsonl|csv|md|html"),
    {NULL, 0, NULL, NULL, 0},
};

const struct cmd cmd_live = {
    .name = "live",
    .args = "MODEL",
    .summary = "executes a model for real and compares its executions",
    .help =
        "Executes the pipeline with real concurrency: a thread for each task under threads, an\n"
        "event loop under coroutine, both under hybrid; calls go over sockets to a service that\n"
        "answers after the latency drawn for them, and cpu steps compute.  The draws are those\n"
        "of `run` with the same seed, so what differs is what was not simulated: real costs,\n"
        "real queues for real cores.\n\n"
        "A service of your own (--service HOST:PORT) reads lines `CALL name nanoseconds OK` or\n"
        "`CALL name nanoseconds FAIL`, and answers each with `OK` or `FAIL`.\n\n"
        "--runtime python3 writes the model as a Python program (standard library only), runs "
        "that\n"
        "and reads its traces back.\n\n"
        "  pertinax live search.yaml\n"
        "  pertinax live search.yaml --under threads,coroutine --requests 1000 -o live.html\n"
        "  pertinax live search.yaml --trace live.otlp.json --trace-requests 200\n",
    .opts = live_opts,
    .common = COMMON_ALL & ~(unsigned)COMMON_JOBS,
    .min = 1,
    .max = 1,
    .missing = "'pertinax init' writes an example model",
    .run = run_live,
};
