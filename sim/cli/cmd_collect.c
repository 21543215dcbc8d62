/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_collect.c - pertinax collect: traces as they happen, by OTLP/HTTP into a store. */
#include "cli/cmd.h"
#include "cli/intr.h"
#include "cli/traces.h"
#include "trace/collect.h"
#include <inttypes.h>
#include <time.h>
#include <unistd.h>

enum { BODY_MB = 16, UNPACKED = 4, BODIES = 4, CONNECTIONS = 256, TICK_MS = 50, REQUEST_S = 60 };
static const char default_listen[] = "127.0.0.1:4318";

struct collect_cmd {
    const struct cmd_args *a;
    struct traces_into to;
    const char *listen;
    int64_t limit_ns; /* 0: until it is stopped */
    uint64_t traces;  /* 0: any number */
    uint64_t body;    /* bytes */
    bool live;
};

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool options(struct collect_cmd *c, struct diags *d)
{
    const struct opts *o = c->a->o;
    const char *limit = opt_get(o, "for");
    c->to = traces_into_of(o, d);
    c->listen = opt_get(o, "listen") ? opt_get(o, "listen") : default_listen;
    c->traces = opt_u64(o, "until", (struct opt_range){1, UINT64_MAX, 0}, d);
    c->body = opt_u64(o, "max-body", (struct opt_range){1, 256, BODY_MB}, d) << 20;
    c->live = c->a->err.tty && !opt_has(o, "quiet");
    if (limit && (!traces_span_of(limit, &c->limit_ns) || c->limit_ns == 0))
        diag_error(d, (struct loc){0}, "E-option-value", "a time span, such as 30s, 10m or 2h",
                   "--for: '%s' is no time span", limit);
    return diags_errors(d) == 0;
}

/* ---- while it runs ---- */

struct pace { /* of the live line */
    int64_t drawn;
    uint64_t spans;
};

static void draw(const struct collect_cmd *c, struct receiver *r, struct collector *k,
                 struct pace *p, int64_t now)
{
    struct collect_counts n = collect_counts(k);
    struct receive_counts h = receive_counts(r);
    double rate = (double)(n.spans - p->spans) * 1e9 / (double)(now - p->drawn);
    struct buf b = {0};
    buf_printf(&b, "%s: %" PRIu64 " spans (%.0f/s), %" PRIu64 " traces stored, %" PRIu64 " open",
               receive_address(r), n.spans, rate, n.stored.traces, n.open);
    if (n.rejected || h.bad || h.behind || h.refused)
        buf_printf(&b, "; rejected %" PRIu64 " spans, %" PRIu64 " requests", n.rejected,
                   h.bad + h.behind + h.refused);
    fprintf(stderr, "\r%-*.*s", c->a->err.width - 1, c->a->err.width - 1, b.s);
    fflush(stderr);
    buf_free(&b);
    *p = (struct pace){now, n.spans};
}

static void run(const struct collect_cmd *c, struct receiver *r, struct collector *k)
{
    const struct timespec nap = {0, TICK_MS * 1000000L};
    int64_t begun = now_ns(), now = begun;
    struct pace pace = {begun, 0};
    while (!intr_asked() && !(c->limit_ns && now - begun >= c->limit_ns) &&
           !(c->traces && collect_counts(k).stored.traces >= c->traces)) {
        nanosleep(&nap, NULL);
        now = now_ns();
        receive_tick(r, now);
        collect_tick(k, now);
        if (c->live && now - pace.drawn >= 500000000)
            draw(c, r, k, &pace, now);
    }
    if (c->live)
        fprintf(stderr, "\r%*s\r", c->a->err.width - 1, "");
}

/* Requests that are under way have a second to end. */
static void finish_requests(struct receiver *r)
{
    const struct timespec nap = {0, TICK_MS * 1000000L / 5};
    int64_t until = now_ns() + 1000000000;
    receive_close(r);
    while (receive_busy(r) && now_ns() < until)
        nanosleep(&nap, NULL);
}

/* ---- the result ---- */

static void put_text(const struct collect_cmd *c, const struct collect_counts *n,
                     const struct receive_counts *h, struct buf *b)
{
    buf_printf(b, "%s \xc2\xb7 label %s\n\n", c->to.store, c->to.label);
    buf_puts(b, "   TRACES      SPANS  REJECTED   REQUESTS    TAKEN  BAD  BEHIND  REFUSED\n");
    buf_printf(b,
               "%9" PRIu64 " %10" PRIu64 " %9" PRIu64 " %10" PRIu64 " %8" PRIu64 " %4" PRIu64
               " %7" PRIu64 " %8" PRIu64 "\n",
               n->stored.traces, n->stored.spans, n->rejected, h->requests, h->taken, h->bad,
               h->behind, h->refused);
    traces_put_tally(&n->tally, b);
}

static void put_json(const struct collect_cmd *c, const struct collect_counts *n,
                     const struct receive_counts *h, struct buf *b)
{
    struct json j;
    json_begin(&j, b, true);
    traces_put_head("pertinax.collect/1", &c->to, &j);
    traces_put_number("new_traces", n->stored.traces, &j);
    traces_put_number("new_spans", n->stored.spans, &j);
    traces_put_number("grown_traces", n->stored.grown, &j);
    traces_put_number("rejected_spans", n->rejected, &j);
    traces_put_number("requests", h->requests, &j);
    traces_put_number("requests_taken", h->taken, &j);
    traces_put_number("requests_bad", h->bad, &j);
    traces_put_number("requests_behind", h->behind, &j);
    traces_put_number("requests_refused", h->refused, &j);
    traces_put_number("bytes", h->bytes, &j);
    traces_put_notes(&n->tally, &j);
    json_end_obj(&j);
    buf_putc(b, '\n');
}

/* ---- the command ---- */

/* The row of table `file`: its digest is of when and where, since contents may come again. */
static struct store_file file_of(const char *address)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    uint64_t when = (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
    return (struct store_file){.name = address,
                               .format = "otlp-http",
                               .digest = {trace_mix(when, 1), trace_mix(when, (uint64_t)getpid())}};
}

static int collect(const struct collect_cmd *c, struct store *s, struct diags *d)
{
    struct collector *k = collect_start(s, c->to.label, UNPACKED * c->body);
    const struct receive_opt o = {.listen = c->listen,
                                  .body_most = c->body,
                                  .bodies_most = BODIES * c->body,
                                  .connections = CONNECTIONS,
                                  .request_ns = (int64_t)REQUEST_S * 1000000000,
                                  .now = now_ns(),
                                  .take = collect_take,
                                  .behind = collect_behind,
                                  .ctx = k};
    struct receiver *r = receive_start(&o, d);
    struct store_file f = file_of(r ? arena_strdup(c->a->mem, receive_address(r)) : "");
    struct receive_counts h = {0};
    if (r) {
        if (!opt_has(c->a->o, "quiet"))
            fprintf(stderr, "listening at http://%s/v1/traces\n", receive_address(r));
        run(c, r, k);
        finish_requests(r);
        h = receive_counts(r);
        receive_stop(r);
    }
    struct collect_counts n = collect_stop(k, &f);
    if (!r)
        return STATUS_USAGE;
    struct buf b = {0};
    (opt_is(c->a->o, "format", "json") ? put_json : put_text)(c, &n, &h, &b);
    cmd_write("-", &b);
    buf_free(&b);
    return STATUS_FINE;
}

static int collect_run(const struct cmd_args *a, struct diags *d)
{
    struct collect_cmd c = {.a = a};
    if (!options(&c, d))
        return STATUS_USAGE;
    struct store *s = store_open(c.to.store, STORE_WRITE, d);
    if (!s)
        return STATUS_USAGE;
    intr_hold();
    int status = collect(&c, s, d);
    store_close(s);
    intr_release();
    return status;
}

static const struct opt collect_opts[] = {
    {"store", 'd', "FILE", "the store (default: pertinax.db); made if it is not there", 0},
    {"label", 'l', "NAME", "what this recording is called (default: default)", 0},
    {"listen", 0, "HOST:PORT", "where to listen (default: 127.0.0.1:4318); port 0: any", 0},
    {"for", 0, "TIME", "stop after 30s, 10m, 2h", 0},
    {"until", 0, "N", "stop when N traces are stored", 0},
    {"max-body", 0, "MB", "the largest body that is taken (default: 16)", 0},
    OPT_FORMAT("text|json"),
    {NULL, 0, NULL, NULL, 0},
};

const struct cmd cmd_collect = {
    .name = "collect",
    .args = "",
    .summary = "receives traces by OTLP/HTTP into a store",
    .help =
        "Receives traces from programs as they run: POST /v1/traces of OpenTelemetry (OTLP/HTTP), "
        "protobuf or JSON, also compressed by gzip or zstd. Ctrl-C ends it; then, and with --for "
        "and --until, all that was answered 200 is in the store.\n\n"
        "  pertinax collect -d load.db -l rate-50 --for 10m\n"
        "  OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 \\\n"
        "  OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf ./my-service\n\n"
        "Spans are held until their trace is two to four seconds old, put together, and "
        "committed about once a second; what comes later is added to its trace. 'pertinax traces' "
        "can read meanwhile. A program that is killed loses what was not committed.\n\n"
        "Spans that cannot be read are rejected, and the answer says so (partialSuccess); a body "
        "that cannot be read is 400. When the store is behind the answer is 429 with Retry-After: "
        "exporters send again, and what comes twice is kept once. By default only this machine is "
        "listened to; there is no encryption and no password, so think before you use --listen "
        "0.0.0.0:4318.",
    .opts = collect_opts,
    .common = COMMON_QUIET | COMMON_COLOR,
    .min = 0,
    .max = 0,
    .missing = NULL,
    .run = collect_run,
};
