/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_traces.c - pertinax traces: what recorded traces say, in numbers, one by one, or by SQL. */
#include "cli/cmd.h"
#include "cli/traces.h"
#include "reports/recorded.h"
#include "trace/format.h"
#include "trace/summary.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT = 20, LIMIT_SPANS = 40, LIMIT_ROWS = 1000 };

/* ---- options ---- */

bool traces_span_of(const char *s, int64_t *ns)
{
    static const struct {
        const char *unit;
        double ns;
    } row[] = {{"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"min", 60e9}, {"h", 3600e9}, {"d", 86400e9}};
    char *end;
    if (*s < '0' || *s > '9' || s[strspn(s, "0123456789.")] == '\0')
        return false;
    double x = strtod(s, &end);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        if (strcmp(end, row[i].unit) != 0 || !(x * row[i].ns < (double)SPAN_TIME_MOST))
            continue;
        *ns = (int64_t)(x * row[i].ns);
        return true;
    }
    return false;
}

static int64_t since_of(const struct cmd_args *a, struct store *s, struct diags *d)
{
    const char *text = opt_get(a->o, "since");
    int64_t ns;
    if (!text)
        return INT64_MIN;
    if (traces_span_of(text, &ns))
        return store_newest(s) - ns;
    const char *whole = strpbrk(text, "Tt ") ? text : arena_printf(a->mem, "%sT00:00", text);
    if (time_iso(whole, strlen(whole), &ns))
        return ns;
    diag_error(d, (struct loc){0}, "E-option-value",
               "10m is the last ten minutes that were recorded; 2024-05-01T12:00 a time (UTC)",
               "--since: '%s' is neither a time nor a time span", text);
    return INT64_MIN;
}

static enum critical_rule rule_of(const struct cmd_args *a)
{
    const char *s = opt_get(a->o, "rule");
    for (int i = 0; s && i < CRITICAL_RULES; i++)
        if (strcmp(s, critical_rule_name[i]) == 0)
            return (enum critical_rule)i;
    return CRITICAL_OWN;
}

/* --trace: an id, #number, or a place in the order of durations. */
static void choose_trace(const char *s, struct store *store, struct store_filter *f,
                         struct diags *d)
{
    static const struct {
        const char *word;
        double p;
    } row[] = {{"fastest", 0}, {"p50", 0.5},  {"median", 0.5}, {"p90", 0.9},
               {"p95", 0.95},  {"p99", 0.99}, {"slowest", 1}};
    static const char hint[] =
        "an id (hexadecimal), #NUMBER of v_trace, fastest, p50, p90, p95, p99 or slowest";
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        if (strcmp(s, row[i].word) != 0)
            continue;
        f->number = store_quantile(store, f, row[i].p);
        if (f->number == 0)
            diag_error(d, (struct loc){0}, "E-traces", NULL, "no trace is as asked for");
        return;
    }
    if (*s == '#') {
        char *end;
        long long n = strtoll(s + 1, &end, 10);
        f->number = n > 0 && *end == '\0' ? n : 0;
    }
    if (f->number == 0 && !id_trace_hex(s, strlen(s), &f->id))
        diag_error(d, (struct loc){0}, "E-option-value", hint, "--trace: '%s' is no trace", s);
}

/* ---- writing ---- */

struct format {
    const char *name;
    recorded_writer *write;
};
static const struct format formats[] = {{"text", recorded_text},
                                        {"json", recorded_json},
                                        {"csv", recorded_csv},
                                        {"md", recorded_md},
                                        {NULL, NULL}};

static recorded_writer *writer_named(const char *name)
{
    for (const struct format *f = formats; f->name; f++)
        if (strcmp(f->name, name) == 0)
            return f->write;
    return NULL;
}

/* By the suffix; JSON of one trace is for tools that show traces. */
static recorded_writer *writer_of_file(const char *path, bool one)
{
    const char *dot = strrchr(path, '.');
    if (!dot)
        return NULL;
    if (one && strcmp(dot, ".json") == 0)
        return recorded_chrome;
    return writer_named(strcmp(dot, ".txt") == 0 ? "text" : dot + 1);
}

static bool check_outputs(const struct cmd_args *a, bool one, struct diags *d)
{
    const char *path;
    bool ok = true;
    for (uint32_t i = 0; (path = opt_next(a->o, "output", &i));) {
        if (strcmp(path, "-") == 0 || writer_of_file(path, one))
            continue;
        diag_error(d, (struct loc){0}, "E-option-value", "the suffixes are .json, .csv, .md, .txt",
                   "-o %s: no format has this suffix", path);
        ok = false;
    }
    return ok;
}

static void write_all(const struct cmd_args *a, const struct recorded_result *r)
{
    const char *name = opt_get(a->o, "format"), *path;
    const struct report_look look = {a->out.width, a->out.color, a->out.utf8,
                                     opt_has(a->o, "quiet") ? -1 : 0};
    struct buf b = {0};
    (name ? writer_named(name) : recorded_text)(r, &look, &b);
    cmd_write("-", &b);
    for (uint32_t i = 0; (path = opt_next(a->o, "output", &i));) {
        recorded_writer *w = strcmp(path, "-") == 0 ? NULL : writer_of_file(path, r->one);
        if (!w)
            continue;
        const struct report_look plain = {80, false, true, 0};
        buf_clear(&b);
        w(r, &plain, &b);
        cmd_write(path, &b);
    }
    buf_free(&b);
}

/* ---- the command ---- */

static void summarise(const struct cmd_args *a, struct store *s, struct diags *d)
{
    const char *trace = opt_get(a->o, "trace");
    struct summary_opt o = {.filter = {.root = opt_get(a->o, "root"),
                                       .label = opt_get(a->o, "label"),
                                       .since = since_of(a, s, d)},
                            .rule = rule_of(a),
                            .service = opt_get(a->o, "service"),
                            .one = trace};
    struct recorded_result r = {.version = cmd_version(), .command = a->command};
    r.store = opt_get(a->o, "store") ? opt_get(a->o, "store") : "pertinax.db";
    r.limit = (uint32_t)opt_u64(a->o, "limit",
                                (struct opt_range){0, UINT32_MAX, trace ? LIMIT_SPANS : LIMIT}, d);
    if (trace && diags_errors(d) == 0)
        choose_trace(trace, s, &o.filter, d);
    if (!check_outputs(a, trace, d) || diags_errors(d))
        return;
    summary_make(s, &o, a->mem, &r);
    if (trace && !r.one)
        diag_error(d, (struct loc){0}, "E-traces", NULL, "there is no trace %s in %s", trace,
                   r.store);
    else if (r.traces == 0 || r.nop == 0)
        diag_error(d, (struct loc){0}, "E-traces",
                   arena_printf(a->mem,
                                "the store holds %llu traces; without --root, --label, "
                                "--since and --service all of them are meant",
                                (unsigned long long)r.stored),
                   r.traces ? "no span is as asked for" : "no trace is as asked for");
    else
        write_all(a, &r);
}

static int traces_run(const struct cmd_args *a, struct diags *d)
{
    const char *store = opt_get(a->o, "store"), *sql = opt_get(a->o, "sql");
    struct store *s = store_open(store ? store : "pertinax.db", STORE_READ, d);
    if (!s)
        return STATUS_USAGE;
    if (sql) {
        store_critical_rule(s, rule_of(a));
        uint64_t limit = opt_u64(a->o, "limit", (struct opt_range){0, UINT32_MAX, LIMIT_ROWS}, d);
        const char *f = opt_get(a->o, "format");
        bool all = f && (strcmp(f, "csv") == 0 || strcmp(f, "json") == 0);
        if (diags_errors(d) == 0)
            traces_sql(a, s, sql, all && !opt_has(a->o, "limit") ? 0 : (uint32_t)limit, d);
    } else {
        summarise(a, s, d);
    }
    store_close(s);
    return diags_errors(d) ? STATUS_USAGE : STATUS_FINE;
}

static const struct opt traces_opts[] = {
    {"store", 'd', "FILE", "the store (default: pertinax.db)", 0},
    {"trace", 't', "ID", "one trace: an id, #NUMBER, fastest, p50, p90, p95, p99, slowest", 0},
    {"root", 'r', "PATTERN", "traces whose root has this name; * and ? stand for others", 0},
    {"label", 'l', "NAME", "traces recorded under this label", 0},
    {"since", 0, "TIME", "traces that began since: 2024-05-01T12:00, or 10m before the last one",
     0},
    {"service", 0, "NAME", "operations of this service", 0},
    {"rule", 0, "own|jaeger|crisp", "how critical paths are found (default: own)", 0},
    {"limit", 'n', "N", "rows of tables for people (default 20; spans 40); 0: all", 0},
    {"sql", 0, "SELECT", "rows of a statement instead", 0},
    OPT_FORMAT("text|json|csv|md"),
    {NULL, 0, NULL, NULL, 0},
};

const struct cmd cmd_traces = {
    .name = "traces",
    .args = "",
    .summary = "says what recorded traces waited for",
    .help =
        "Statistics of the traces in a store: of each kind of request and each operation how "
        "often, how long, how much of it is its own (self), how much of the time on critical "
        "paths is its own (critical %), in how many traces it is on the path at all, and how many "
        "spans below it were at work at once.\n\n"
        "  pertinax traces                                 all that was imported\n"
        "  pertinax traces --root 'GET /hotels*' --since 1h\n"
        "  pertinax traces --trace p99                     one trace, drawn\n"
        "  pertinax traces --trace p99 -o slow.json        and for https://ui.perfetto.dev\n\n"
        "A recording does not say who waited for whom. --rule own (the default) takes what is "
        "known (links, FOLLOWS_FROM, messages, what ends after its caller) before what the order "
        "suggests; jaeger and crisp compute what these tools show. By own and jaeger the sections "
        "of a path add up to the duration of the request, to the nanosecond.\n\n"
        "--sql runs one SELECT over the views, with quantile(x, p) beside SQLite's own functions. "
        "Times are in nanoseconds:\n\n"
        "  v_trace     trace label trace_id service name start duration extent spans roots\n"
        "  v_span      id trace label trace_id span_id parent service name kind host start\n"
        "              duration finish start_raw status code unfinished orphan async\n"
        "  v_call      id trace parent caller_service caller service name kind wait duration\n"
        "              rest status code async\n"
        "  v_critical  trace span start duration finish why; v_critical('jaeger') by that rule\n\n"
        "  pertinax traces --sql \"SELECT name, quantile(duration, 0.99) FROM v_span GROUP BY 1\"\n"
        "  pertinax traces --sql \"SELECT s.name, sum(c.duration) FROM v_critical c\n"
        "    JOIN v_span s ON s.id = c.span GROUP BY 1 ORDER BY 2 DESC\"\n\n"
        "v_critical is computed as it is read, so it is there in --sql alone; the other three are "
        "in the file, for any program that reads SQLite.",
    .opts = traces_opts,
    .common = COMMON_OUTPUT | COMMON_QUIET | COMMON_COLOR,
    .min = 0,
    .max = 0,
    .missing = NULL,
    .run = traces_run,
};
