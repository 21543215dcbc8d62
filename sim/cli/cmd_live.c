/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_live.c - `pertinax live`: executes models for real and reports what was measured. */
#include "cli/ask.h"
#include "cli/simulate.h"
#include "cli/watch.h"
#include "live/live.h"
#include "live/server.h"
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { DEFAULT_ALONE = 200, DEFAULT_LOAD = 2000, DEFAULT_TRACED = 1000, DEFAULT_SECONDS = 120 };

struct live_cmd {
    struct live_opt o;
    struct live_server service;
    bool own;                   /* the service is ours */
    struct live_report *report; /* of each execution run, in order */
    const char **name;
    uint32_t n;
};

static void bad_service(struct diags *d, const char *text)
{
    diag_error(d, (struct loc){0}, "E-option-value",
               "tcp (a service of our own on loopback), timer, or an address and port such as "
               "127.0.0.1:7000",
               "--service cannot be '%s'", text);
}

static void read_service(const struct cmd_args *a, struct live_cmd *c, struct diags *d)
{
    const char *text = opt_get(a->o, "service");
    c->o.service = LIVE_TCP;
    c->o.host = "127.0.0.1";
    c->own = text == NULL || strcmp(text, "tcp") == 0;
    if (c->own)
        return;
    if (strcmp(text, "timer") == 0) {
        c->o.service = LIVE_TIMER;
        return;
    }
    const char *colon = strrchr(text, ':');
    struct in_addr address;
    char *end = NULL;
    unsigned long port = colon ? strtoul(colon + 1, &end, 10) : 0;
    c->o.host = colon ? arena_strndup(a->mem, text, (size_t)(colon - text)) : text;
    if (!colon || *end != 0 || port == 0 || port > 65535 ||
        inet_pton(AF_INET, c->o.host, &address) != 1)
        bad_service(d, text);
    c->o.port = (uint16_t)port;
}

static int run_for_real(void *ctx, const char *execution, struct sim *s, bool load, uint64_t n)
{
    struct live_cmd *c = ctx;
    c->name[c->n] = execution;
    return (int)live_run(s, load, n, &c->o, &c->report[c->n++]);
}

/* Sockets and threads: as many as the system lets us have. */
static void limits_most(void)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
        r.rlim_cur = r.rlim_max;
        setrlimit(RLIMIT_NOFILE, &r);
    }
}

static void add_warning(struct arena *a, struct exec_result *e, const char *id, const char *text)
{
    struct warning_result *w = NEW(a, struct warning_result, e->nwarning + 1);
    for (uint32_t i = 0; i < e->nwarning; i++)
        w[i] = e->warning[i];
    w[e->nwarning++] = (struct warning_result){id, text};
    e->warning = w;
}

/* What went wrong on the way, beside its figures.  True: the run could not go on. */
static bool tell_trouble(struct arena *a, const struct live_cmd *c, struct run_result *r,
                         struct diags *d)
{
    bool unable = false;
    for (uint32_t i = 0; i < r->nexec && i < c->n; i++) {
        const struct live_report *l = &c->report[i];
        if (l->broken > 0)
            add_warning(a, &r->exec[i], "broken-calls",
                        arena_printf(a, "%llu of %llu calls failed because %s",
                                     (unsigned long long)l->broken, (unsigned long long)l->calls,
                                     l->broken_by));
        if (l->timed_out)
            add_warning(a, &r->exec[i], "time-limit",
                        "the time for it was over before all requests were through: more with "
                        "--time-limit, fewer with --requests");
        if (l->unable)
            diag_error(d, (struct loc){0}, "E-live", NULL, "%s cannot be run: %s", c->name[i],
                       l->trouble);
        unable |= l->unable;
    }
    return unable;
}

static uint64_t default_requests(const struct subject *s)
{
    return s->model->nload > 0 ? DEFAULT_LOAD : DEFAULT_ALONE;
}

static int live_model(const struct cmd_args *a, struct subject *s, struct experiment_opt *e,
                      struct live_cmd *c, struct diags *d)
{
    struct watch w;
    c->report = NEW(a->mem, struct live_report, s->nexec + 1u);
    c->name = NEW(a->mem, const char *, s->nexec + 1u);
    struct experiment_world world = {c, run_for_real};
    e->world = &world;
    if (e->requests == 0)
        e->requests = default_requests(s);
    watch_begin(&w, a, e);
    c->o.stop = e->stop;
    struct run_result *r = experiment_run(s->model, s->exec, s->nexec, e, a->mem, d);
    bool stopped = e->stop && atomic_load(e->stop);
    watch_end(&w, e);
    if (r == NULL)
        return STATUS_USAGE;
    r->version = cmd_version();
    r->command = a->command;
    r->digest = s->digest;
    if (tell_trouble(a->mem, c, r, d))
        return STATUS_WORLD;
    simulate_write(a, (const struct run_result *const *)&r, 1, d);
    ask_traces(a, (const struct run_result *const *)&r, d);
    int status = STATUS_FINE;
    for (uint32_t i = 0; i < r->nexec; i++)
        status = r->exec[i].deadlock ? STATUS_FAILS : status;
    return stopped ? STATUS_INTERRUPTED : status;
}

static int run_live(const struct cmd_args *a, struct diags *d)
{
    struct live_cmd c = {.own = false};
    struct subject s = {0};
    struct experiment_opt e = experiment_defaults();
    e.seed = cmd_seed(a->o, d);
    if (opt_has(a->o, "requests"))
        e.requests = opt_u64(a->o, "requests", (struct opt_range){1, 10000000, 1}, d);
    c.o.most_ns = 1000000000 * (int64_t)opt_u64(a->o, "time-limit",
                                                (struct opt_range){1, 86400, DEFAULT_SECONDS}, d);
    ask_shape(a, &e, d);
    if (e.timelines && e.traced == 0)
        e.traced = DEFAULT_TRACED;
    read_service(a, &c, d);
    simulate_check_outputs(a, d);
    if (subject_load(&s, a, a->o->operand[0], d))
        subject_read(&s, a, d);
    if (s.model)
        subject_executions(&s, a->o, a->mem, d);
    if (!s.model || diags_errors(d))
        return STATUS_USAGE;
    limits_most();
    if (c.own && !server_begin(&c.service)) {
        diag_error(d, (struct loc){0}, "E-live", NULL, "no service can be started: %s",
                   strerror(errno));
        return STATUS_WORLD;
    }
    if (c.own)
        c.o.port = c.service.port;
    int status = live_model(a, &s, &e, &c, d);
    if (c.own)
        server_end(&c.service);
    return status;
}

static const struct opt live_opts[] = {
    {"under", 'u', "NAME,...",
     "executions to run, compared with the first (default: serial, threads, coroutine and the "
     "model's)",
     OPT_MANY},
    {"requests", 'n', "N", "execute N requests (default: 200, under load 2000)", 0},
    {"service", 0, "WHAT",
     "what answers calls: tcp, a process of ours on loopback (the default); timer; or HOST:PORT",
     0},
    {"time-limit", 0, "S", "end each execution after S seconds (default 120)", 0},
    {"threshold", 't', "TIME,...", "say how many requests take longer than each of these",
     OPT_MANY},
    {"trace", 'T', "FILE", "write requests as a Chrome trace (.json) or as OTLP (.otlp.json)",
     OPT_MANY | OPT_UNRECORDED},
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
