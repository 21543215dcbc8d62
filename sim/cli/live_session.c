/* SPDX-License-Identifier: GPL-3.0-or-later */
/* live_session.c - see live_session.h. */
#include "cli/live_session.h"
#include "cli/live_python.h"
#include "cli/watch.h"
#include "live/machine.h"
#include "reports/layout.h"
#include "reports/trace.h"
#include "trace/import.h"
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEFAULT_ALONE = 200, DEFAULT_LOAD = 2000, DEFAULT_SECONDS = 120 };
static const struct loc nowhere = {0};

/* ---- options ---- */

static void bad_service(struct diags *d, const char *text)
{
    diag_error(d, nowhere, "E-option-value",
               "tcp (a service of our own on loopback), timer, or an IPv4 host and port such as "
               "127.0.0.1:7000",
               "--service cannot be '%s'", text);
}

/* The IPv4 address of a host, in digits; NULL: it has none. */
static const char *address_of(struct arena *mem, const char *host)
{
    const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char digits[INET_ADDRSTRLEN];
    if (getaddrinfo(host, NULL, &hints, &found) != 0 || found == NULL)
        return NULL;
    const struct sockaddr_in *a = (const void *)found->ai_addr;
    const char *text = inet_ntop(AF_INET, &a->sin_addr, digits, sizeof digits);
    freeaddrinfo(found);
    return text ? arena_strdup(mem, text) : NULL;
}

static void read_service(struct live_session *l, const char *text, struct diags *d)
{
    l->o.service = LIVE_TCP;
    l->o.host = "127.0.0.1";
    l->own = text == NULL || strcmp(text, "tcp") == 0;
    if (l->own)
        return;
    if (strcmp(text, "timer") == 0) {
        l->o.service = LIVE_TIMER;
        return;
    }
    const char *colon = strrchr(text, ':');
    char *end = NULL;
    unsigned long port = colon ? strtoul(colon + 1, &end, 10) : 0;
    if (colon && colon > text && *end == 0 && port > 0 && port <= 65535)
        l->o.host = address_of(l->a->mem, arena_strndup(l->a->mem, text, (size_t)(colon - text)));
    else
        l->o.host = NULL;
    if (l->o.host == NULL)
        bad_service(d, text);
    l->o.service = LIVE_FOREIGN;
    l->o.port = (uint16_t)port;
}

void live_read(struct live_session *l, const struct cmd_args *a, const char *service,
               struct diags *d)
{
    struct opt_range seconds = {1, 86400, DEFAULT_SECONDS};
    *l = (struct live_session){.a = a, .d = d, .seed = cmd_seed(a->o, d)};
    l->o.most_ns = 1000000000 * (int64_t)opt_u64(a->o, "time-limit", seconds, d);
    l->emit = opt_get(a->o, "emit");
    l->python = l->emit != NULL || opt_is(a->o, "runtime", "python3");
    if (l->emit && opt_is(a->o, "runtime", "native"))
        diag_error(d, nowhere, "E-option", NULL, "--emit is for --runtime python3");
    if (l->emit && (!*l->emit || strcmp(l->emit, "-") == 0))
        diag_error(d, nowhere, "E-option-value", NULL, "--emit needs the name of a file");
    else if (l->emit && *l->emit == '-') /* to python3 it would be an option */
        l->emit = arena_printf(l->a->mem, "./%s", l->emit);
    read_service(l, service, d);
}

uint64_t live_requests(const struct subject *s)
{
    return s->model->nload > 0 ? DEFAULT_LOAD : DEFAULT_ALONE;
}

/* ---- traces ---- */

const char *live_label(const struct live_session *l, const char *execution)
{
    if (l->label == NULL)
        return execution;
    return l->subject->nexec == 1 ? l->label
                                  : arena_printf(l->a->mem, "%s-%s", l->label, execution);
}

void live_keep(struct live_session *l, const char *file, const char *execution)
{
    struct import_opt o = {.label = live_label(l, execution), .fresh = true, .jobs = 1};
    struct import_result r;
    if (!l->store_path)
        return;
    uint32_t before = diags_errors(l->d);
    struct store *s = store_open(l->store_path, STORE_WRITE, l->d);
    if (s)
        import_files(s, &file, 1, &o, l->a->mem, &r, l->d);
    store_close(s);
    l->unkept += diags_errors(l->d) - before;
}

struct label_seen {
    const char *label;
    bool there;
};
static bool on_label(void *ctx, const struct store_row *r)
{
    struct label_seen *s = ctx;
    s->there = s->there || (r->cell[0].n == strlen(s->label) &&
                            memcmp(r->cell[0].s, s->label, r->cell[0].n) == 0);
    return true;
}

/* A file that is not there, in a folder where it can be made: when there is something to keep. */
static bool is_yet_to_be_made(const char *path)
{
    return access(path, F_OK) != 0 && cmd_unwritable(path) == 0;
}

/* A recording of that name is another run's; and what cannot be opened is told before anything is
 * executed. */
static void check_store(const struct live_session *l, struct diags *d)
{
    if (is_yet_to_be_made(l->store_path))
        return;
    struct store *store = store_open(l->store_path, STORE_WRITE, d);
    if (!store)
        return;
    for (uint32_t i = 0; i < l->subject->nexec; i++) {
        struct label_seen s = {live_label(l, l->subject->exec[i]->name), false};
        store_select(store, l->a->mem, "SELECT label FROM recording", on_label, &s);
        if (s.there)
            diag_error(d, nowhere, "E-store", "--label NAME calls this one otherwise",
                       "%s has a recording '%s' already", l->store_path, s.label);
    }
    store_close(store);
}

/* What our own runtime has recorded. */
static void keep_native(struct live_session *l, const struct run_result *r)
{
    const char *file = arena_printf(l->a->mem, "%s/traces", l->folder);
    for (uint32_t i = 0; i < r->nexec; i++) {
        struct run_result one = *r;
        const struct run_result *list = &one;
        struct buf b = {0};
        if (r->exec[i].ntraced == 0)
            continue;
        one.exec = &r->exec[i];
        one.nexec = 1;
        trace_otlp(&list, 1, l->d, &b);
        cmd_write(file, &b);
        buf_free(&b);
        live_keep(l, file, r->exec[i].name);
    }
    unlink(file);
}

/* ---- running ---- */

static int run_for_real(void *ctx, const char *execution, struct sim *s, bool load, uint64_t n)
{
    struct live_session *l = ctx;
    struct live_report *r = &l->report[l->n];
    l->name[l->n++] = execution;
    if (l->own)
        cores_leave(l->service.pid, world_cores(s));
    return (int)(l->python ? live_python(l, execution, s, load, n, r)
                           : live_run(s, load, n, &l->o, r));
}

static void add_warning(struct arena *a, struct exec_result *e, const char *id, const char *text)
{
    struct warning_result *w = NEW(a, struct warning_result, e->nwarning + 1);
    for (uint32_t i = 0; i < e->nwarning; i++)
        w[i] = e->warning[i];
    w[e->nwarning++] = (struct warning_result){id, text};
    e->warning = w;
}

const char *live_stalls(const struct live_report *r, struct arena *a)
{
    const struct live_stalls *s = &r->stalls;
    if (s->n == 0)
        return NULL;
    const char *t = arena_printf(a, "the machine stood still %u time%s, %s in all", s->n,
                                 s->n == 1 ? "" : "s", number_time(a, (double)s->sum / 1e9));
    if (s->n > 1)
        t = arena_printf(a, "%s (the longest %s)", t, number_time(a, (double)s->longest / 1e9));
    bool one = s->requests == 1;
    if (s->requests > 0)
        t = arena_printf(a, "%s, while %llu request%s under way", t,
                         (unsigned long long)s->requests, one ? " was" : "s were");
    return isfinite(s->mean) ? arena_printf(a, "%s: the mean latency is %s with %s and %s without",
                                            t, number_time(a, s->mean / 1e9), one ? "it" : "these",
                                            number_time(a, s->mean_without / 1e9))
                             : t;
}

/* What went wrong on the way, beside its figures.  True: the run could not go on. */
static bool tell_trouble(const struct live_session *l, struct run_result *r, struct diags *d)
{
    struct arena *a = l->a->mem;
    bool unable = false;
    for (uint32_t i = 0; i < r->nexec && i < l->n; i++) {
        const struct live_report *q = &l->report[i];
        /* a Python program makes calls of requests, too, that are not recorded any more */
        uint64_t calls = q->calls > q->broken ? q->calls : q->broken;
        if (q->broken > 0)
            add_warning(a, &r->exec[i], "broken-calls",
                        arena_printf(a, "%llu of %llu calls failed because %s",
                                     (unsigned long long)q->broken, (unsigned long long)calls,
                                     q->broken_by));
        if (q->strayed * 50 > q->steps)
            add_warning(a, &r->exec[i], "strayed",
                        arena_printf(a,
                                     "%llu of %llu steps were done otherwise than by the model: "
                                     "tables of steps and queues are rough",
                                     (unsigned long long)q->strayed, (unsigned long long)q->steps));
        if (q->timed_out)
            add_warning(a, &r->exec[i], "time-limit",
                        "the time for it was over before all requests were through: more with "
                        "--time-limit, fewer with --requests");
        if (q->stood_still && !r->exec[i].deadlock)
            add_warning(a, &r->exec[i], "stands-still",
                        "nothing moved any more, and the run was ended; who waits for whom does "
                        "not follow from what was recorded: 'pertinax check' tells whether it can "
                        "deadlock");
        const char *stalls = live_stalls(q, a);
        if (stalls)
            add_warning(a, &r->exec[i], "stalls", stalls);
        if (q->unable)
            diag_error(d, nowhere, "E-live", NULL, "%s cannot be run: %s", l->name[i], q->trouble);
        unable |= q->unable;
    }
    return unable;
}

/* The service, the store, a folder for files on the way; if not, why not is in d. */
static enum cmd_status begin(struct live_session *l, struct diags *d)
{
    files_most();
    l->folder = l->way.path;
    if ((l->python || l->store_path) && !folder_begin(&l->way, l->a->tmp)) {
        diag_error(d, nowhere, "E-live", NULL, "no folder can be made in %s: %s", l->a->tmp,
                   strerror(errno));
        return STATUS_WORLD;
    }
    if (l->own && !server_begin(&l->service)) {
        diag_error(d, nowhere, "E-live", NULL, "no service can be started: %s", strerror(errno));
        return STATUS_WORLD;
    }
    if (l->own)
        l->o.port = l->service.port;
    if (l->store_path)
        check_store(l, d);
    return diags_errors(d) == 0 ? STATUS_FINE : STATUS_USAGE;
}

static void end(struct live_session *l)
{
    if (l->service.pid > 0)
        server_end(&l->service);
    folder_end(&l->way);
}

/* What computed is more than the model's steps. */
static void busy_as_measured(struct exec_result *e, const struct live_report *q)
{
    for (uint32_t i = 0; i < e->nresource; i++) {
        struct resource_result *r = &e->resource[i];
        double share = strcmp(r->name, "loop") == 0    ? q->loop
                       : strcmp(r->name, "cores") == 0 ? q->cores
                                                       : 0;
        if (isfinite(r->utilisation))
            r->utilisation = fmax(r->utilisation, fmin(1, share));
    }
}

static struct run_result *execute(struct live_session *l, struct experiment_opt *e, int *status,
                                  struct diags *d)
{
    struct watch w;
    struct experiment_world world = {l, run_for_real, l->python ? "python3" : NULL};
    e->world = &world;
    watch_begin(&w, l->a, e);
    l->o.stop = e->stop;
    struct run_result *r =
        experiment_run(l->subject->model, l->subject->exec, l->subject->nexec, e, l->a->mem, d);
    bool stopped = atomic_load(&w.asked);
    bool well = r && !tell_trouble(l, r, d) && diags_errors(d) <= l->unkept;
    if (well && l->store_path && !l->python)
        keep_native(l, r); /* who asks to stop now gets what there is: all of it */
    watch_end(&w, e);
    e->world = NULL;
    *status = r ? STATUS_WORLD : STATUS_USAGE;
    if (!well)
        return NULL;
    r->version = cmd_version();
    r->command = l->a->command;
    r->digest = l->subject->digest;
    *status = STATUS_FINE;
    for (uint32_t i = 0; i < r->nexec; i++) {
        busy_as_measured(&r->exec[i], &l->report[i]);
        *status = r->exec[i].deadlock ? STATUS_FAILS : *status;
    }
    *status = l->unkept ? STATUS_WORLD : stopped ? STATUS_INTERRUPTED : *status;
    return r;
}

struct run_result *live_execute(struct live_session *l, const struct subject *s,
                                struct experiment_opt *e, int *status, struct diags *d)
{
    struct run_result *r = NULL;
    l->subject = s;
    l->report = NEW(l->a->mem, struct live_report, s->nexec + 1u);
    l->name = NEW(l->a->mem, const char *, s->nexec + 1u);
    if (e->requests == 0)
        e->requests = live_requests(s);
    if (l->store_path && !l->python && e->traced == 0)
        e->traced = e->requests < UINT32_MAX ? (uint32_t)e->requests : UINT32_MAX;
    *status = STATUS_USAGE;
    if (l->python && !live_python_check(l, e->requests, d))
        return NULL;
    *status = begin(l, d);
    if (*status == STATUS_FINE)
        r = execute(l, e, status, d);
    end(l);
    return r;
}
