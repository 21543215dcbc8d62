/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calibrate_native.c - small pipelines, executed by live.h, once with few units of something and
 * once with many; what it takes more is theirs.  See calibrate.h.
 *
 * What a unit pays follows from the language: a copy under threads is spawned, dispatched, and
 * dispatched again after each wait; a task that is made and waits is resumed once; a call is a
 * wait, too (so long a one, and not in step with others, that the service sleeps in between and
 * sending wakes it up).  Who is woken in an idle process is woken late: `wake` is that time (an
 * idle core computes nothing while it wakes up), by calls of a millisecond.  An offload hops there
 * and back; that a pool's thread is dispatched for it counts as part of that. */
#include "live/calibrate.h"
#include "live/live.h"
#include "live/machine.h"
#include "live/server.h"
#include "core/prog.h"
#include "model/model.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum probe_name {
    PROBE_FRESH,
    PROBE_FRESH_WAITS,
    PROBE_POOLED,
    PROBE_SWITCH_IDLE,
    PROBE_TASK,
    PROBE_TASK_WAITS,
    PROBE_RESUME_IDLE,
    PROBE_HOP,
    PROBE_THREAD_CALL,
    PROBE_LOOP_CALL,
    PROBE_THREAD_ANSWER,
    PROBE_LOOP_ANSWER,
    PROBE_STACK,
    PROBE_FRAME,
    PROBE_COUNT
};
struct probe {
    const char *exec, *body;  /* body: the request, with one %u */
    uint32_t few, many, unit; /* unit: so many units come with one more of %u */
    uint32_t requests;
    bool tcp;
    enum { CPU, BYTES, TIME } of; /* BYTES: at the peak */
};
#define WAITS 9      /* of a unit of PROBE_*_WAITS, where the others have one */
#define BURST 1000.0 /* ns of CPU that PROBE_HOP offloads */
#define WAIT  1e6    /* ns of what is waited for in PROBE_*_IDLE: the core is idle for good */
/* ORDER probe_name */
static const struct probe probes[PROBE_COUNT] = {
    {"threads", "{each: %u, do: {wait: 50us}}", 16, 64, 1, 4, false, CPU},
    {"threads", "{each: %u, do: {repeat: 9, do: {wait: 50us}}}", 16, 64, 1, 3, false, CPU},
    {"pooled", "{each: %u, do: {wait: 50us}}", 16, 64, 1, 12, false, CPU},
    {"threads", "{repeat: %u, do: {wait: 1ms}}", 2, 12, 1, 4, false, TIME},
    {"coroutine", "{each: %u, do: {wait: 50us}}", 16, 64, 1, 16, false, CPU},
    {"coroutine", "{each: %u, do: {repeat: 9, do: {wait: 50us}}}", 16, 64, 1, 6, false, CPU},
    {"coroutine", "{repeat: %u, do: {wait: 1ms}}", 2, 12, 1, 4, false, TIME},
    {"hybrid", "{each: 16, do: {repeat: %u, do: {offload: {cpu: 1us}}}}", 1, 5, 16, 4, false, CPU},
    {"threads", "{each: 8, do: {repeat: %u, do: {call: s}}}", 1, 13, 8, 3, true, CPU},
    {"coroutine", "{each: 8, do: {repeat: %u, do: {call: s}}}", 1, 13, 8, 3, true, CPU},
    {"threads", "{repeat: %u, do: {call: t}}", 2, 12, 1, 4, true, TIME},
    {"coroutine", "{repeat: %u, do: {call: t}}", 2, 12, 1, 4, true, TIME},
    {"threads", "{each: %u, do: {wait: 20ms}}", 20, 220, 1, 1, false, BYTES},
    {"coroutine", "{each: %u, do: {wait: 20ms}}", 100, 2100, 1, 1, false, BYTES},
};

struct bench {
    const atomic_bool *stop;
    uint32_t cores;
    uint16_t port;
    const char **why;
};

/* The most memory since clear_refs was written to, in bytes; NAN: the system does not say. */
static double memory_peak(void)
{
    static const char name[] = "VmHWM:";
    char line[128];
    double peak = NAN;
    FILE *f = fopen("/proc/self/status", "re");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, name, sizeof name - 1) == 0)
            peak = 1024.0 * strtod(line + sizeof name - 1, NULL); /* so many kB */
    if (f)
        fclose(f);
    return peak;
}

static bool memory_forget_peak(void)
{
    FILE *f = fopen("/proc/self/clear_refs", "we");
    bool ok = f && fputs("5", f) >= 0;
    return f && fclose(f) == 0 && ok;
}

static struct sim *probe_sim(struct arena *mem, const struct bench *b, const struct probe *p,
                             uint32_t n)
{
    struct diags *d = diags_new(mem);
    char body[128];
    /* NOLINTNEXTLINE(clang-diagnostic-format-nonliteral): from the table above */
    snprintf(body, sizeof body, p->body, n);
    const char *text = arena_printf(mem,
                                    "pertinax: 1\nname: probe\nservices:\n"
                                    "  s: {latency: 'uniform(400us, 1600us)'}\n"
                                    "  t: {latency: 1ms}\n"
                                    "host: {cores: %u}\nexecutions:\n"
                                    "  pooled: {kind: threads, pool: 128}\n"
                                    "  hybrid: {pool: 2}\nrequest: %s\n",
                                    b->cores, body);
    struct yaml *root = yaml_parse(mem, "probe", text, strlen(text), d);
    const struct model *m = root ? model_build(mem, root, "probe", d) : NULL;
    const struct execution *x = m ? model_exec(m, p->exec) : NULL;
    const struct prog *g = x ? prog_compile(mem, m, x, d) : NULL;
    bug_if(!g || diags_errors(d) > 0);
    return sim_new(g, &(struct sim_opt){.seed = 1, .stepwise = true});
}

/* So many requests' time by the shortest of them: the others had to wait for what else is done
 * here.
 */
static double time_of(const struct sim *s)
{
    uint64_t n;
    const struct record *r = sim_records(s, &n);
    int64_t least = INT64_MAX;
    for (uint64_t i = 0; i < n; i++)
        least = r[i].latency < least ? r[i].latency : least;
    return n > 0 ? (double)least * (double)n : NAN;
}

/* What p takes with n of its units. */
static bool probe_run(const struct bench *b, const struct probe *p, uint32_t n, double *out)
{
    struct arena *mem = arena_new(0);
    struct sim *s = probe_sim(mem, b, p, n);
    struct live_report r = {.calls = 0};
    const struct live_opt o = {.service = p->tcp ? LIVE_TCP : LIVE_TIMER,
                               .host = "127.0.0.1",
                               .port = b->port,
                               .most_ns = INT64_C(10000000000),
                               .stop = b->stop};
    bool peak = p->of == BYTES && memory_forget_peak();
    int64_t before = burnt_by_all();
    enum sim_end end = live_run(s, false, p->requests, &o, &r);
    *out = p->of == CPU    ? (double)(burnt_by_all() - before)
           : p->of == TIME ? time_of(s)
           : peak          ? memory_peak()
                           : NAN;
    sim_free(s);
    arena_drop(mem);
    bool stopped = b->stop && atomic_load(b->stop);
    if (r.unable || r.broken || r.timed_out)
        *b->why = "threads, sockets or the time for them were not to be had";
    return end == SIM_MORE && !stopped && !*b->why;
}

/* Of one unit. */
static bool probe_unit(const struct bench *b, const struct probe *p, double *out)
{
    double few, many;
    if (!probe_run(b, p, p->few, &few) || !probe_run(b, p, p->many, &many))
        return false;
    *out = (many - few) / ((double)(p->many - p->few) * p->unit * p->requests);
    return true;
}

/* From what units take to what each thing costs. */
static void solve(const double *u, struct calibrate_sample *s, int i)
{
    const double sw = (u[PROBE_FRESH_WAITS] - u[PROBE_FRESH]) / (WAITS - 1);
    const double resume = (u[PROBE_TASK_WAITS] - u[PROBE_TASK]) / (WAITS - 1);
    s->x[CAL_SPAWN][i] = u[PROBE_FRESH] - 2 * sw;
    s->x[CAL_SPAWN_POOLED][i] = u[PROBE_POOLED] - 2 * sw;
    s->x[CAL_SWITCH][i] = sw;
    s->x[CAL_THREAD_WAKE][i] = u[PROBE_THREAD_ANSWER] - WAIT - u[PROBE_THREAD_CALL];
    s->x[CAL_THREAD_LATE][i] = u[PROBE_SWITCH_IDLE] - WAIT;
    s->x[CAL_HANDOFF][i] = NAN; /* there is no GIL */
    s->x[CAL_THREAD_CALL][i] = u[PROBE_THREAD_CALL] - sw;
    s->x[CAL_STACK][i] = u[PROBE_STACK];
    s->x[CAL_TASK][i] = u[PROBE_TASK] - resume;
    s->x[CAL_RESUME][i] = resume;
    s->x[CAL_LOOP_WAKE][i] = u[PROBE_LOOP_ANSWER] - WAIT - u[PROBE_LOOP_CALL];
    s->x[CAL_LOOP_LATE][i] = u[PROBE_RESUME_IDLE] - WAIT;
    s->x[CAL_LOOP_CALL][i] = u[PROBE_LOOP_CALL] - resume;
    s->x[CAL_FRAME][i] = u[PROBE_FRAME];
    s->x[CAL_HOP][i] = (u[PROBE_HOP] - BURST) / 2;
}

static bool measure(const struct bench *b, struct calibrate_sample *s)
{
    double u[PROBE_COUNT];
    for (int i = -1; i < CALIBRATE_BATCHES; i++) { /* the first one is to warm up */
        for (int k = 0; k < PROBE_COUNT; k++)
            if (!probe_unit(b, &probes[k], &u[k]))
                return false;
        if (i >= 0)
            solve(u, s, i);
    }
    return true;
}

bool calibrate_native(uint32_t cores, const atomic_bool *stop, struct calibration *out,
                      const char **why)
{
    struct live_server server;
    struct calibrate_sample s;
    *why = NULL;
    *out = (struct calibration){.runtime = "native", .cores = cores_ours()};
    if (cores > 0 && cores < out->cores)
        out->cores = cores;
    if (!server_begin(&server)) {
        *why = strerror(errno);
        return false;
    }
    cores_leave(server.pid, out->cores);
    const struct bench b = {stop, out->cores, server.port, why};
    bool ok = measure(&b, &s);
    server_end(&server);
    if (ok)
        calibrate_settle(&s, out);
    return ok;
}
