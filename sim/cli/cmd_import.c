/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_import.c - pertinax import: recorded traces into a store, and what became of them. */
#include "cli/cmd.h"
#include "cli/intr.h"
#include "cli/traces.h"
#include "trace/import.h"
#include "trace/read_csv.h"
#include <glob.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

struct import_cmd {
    const struct cmd_args *a;
    struct traces_into to;
    const char **name;
    uint32_t nname, cap;
};

/* ---- operands ---- */

static void add_name(struct import_cmd *c, const char *s)
{
    if (c->nname == c->cap) {
        uint32_t cap = 2 * c->cap + 16;
        const char **v = NEW(c->a->mem, const char *, cap);
        if (c->nname)
            memcpy(v, c->name, c->nname * sizeof *v);
        c->name = v;
        c->cap = cap;
    }
    c->name[c->nname++] = s;
}

/* A pattern that the shell has left alone; a file that is there is itself. */
static void add_operand(struct import_cmd *c, const char *s)
{
    glob_t g;
    if (strcmp(s, "-") != 0 && access(s, F_OK) != 0 && strpbrk(s, "*?[") &&
        glob(s, 0, NULL, &g) == 0) {
        for (size_t i = 0; i < g.gl_pathc; i++)
            add_name(c, arena_strdup(c->a->mem, g.gl_pathv[i]));
        globfree(&g);
    } else {
        add_name(c, s);
    }
}

static void check_names(const struct import_cmd *c, struct diags *d)
{
    uint32_t inputs = 0;
    for (uint32_t i = 0; i < c->nname; i++)
        inputs += strcmp(c->name[i], "-") == 0;
    if (inputs > 1)
        diag_error(d, (struct loc){0}, "E-import", NULL, "standard input can be read only once");
}

/* ---- progress ---- */

static void show_progress(void *ctx, const char *file, uint64_t bytes, uint64_t spans)
{
    const struct term *t = ctx;
    struct buf b = {0};
    const char *slash = strrchr(file, '/');
    buf_printf(&b, "%s: %" PRIu64 " MB, %" PRIu64 " spans", slash ? slash + 1 : file,
               bytes / 1000000, spans);
    fprintf(stderr, "\r%-*.*s", t->width - 1, t->width - 1, b.s);
    fflush(stderr);
    buf_free(&b);
}

static void clear_progress(const struct term *t)
{
    fprintf(stderr, "\r%*s\r", t->width - 1, "");
}

/* ---- the result ---- */

static const char *const outcome_word[] = {"imported", "known", "left out"};

static uint64_t total(struct store *s, const char *sql)
{
    return (uint64_t)store_number(s, sql);
}

static void put_files(const struct import_result *r, struct buf *b)
{
    buf_puts(b, "\n   TRACES      SPANS  FORMAT      FILE\n");
    for (uint32_t i = 0; i < r->nfile; i++) {
        const struct import_file *f = &r->file[i];
        buf_printf(b, "%9" PRIu64 " %10" PRIu64 "  %-10s  %s", f->counts.traces, f->counts.spans,
                   f->format ? f->format : "-", f->name);
        if (f->packing)
            buf_printf(b, " (%s)", f->packing);
        if (f->outcome == IMPORT_KNOWN)
            buf_puts(b, ": nothing new, its contents are in the store");
        else if (f->outcome == IMPORT_FAILED)
            buf_puts(b, ": left out");
        buf_putc(b, '\n');
    }
}

static void put_counts(struct buf *b, uint64_t traces, uint64_t spans)
{
    buf_printf(b, "%" PRIu64 " trace%s, %" PRIu64 " span%s.", traces, traces == 1 ? "" : "s", spans,
               spans == 1 ? "" : "s");
}

static void put_text(const struct import_cmd *c, const struct import_result *r, struct store *s,
                     struct buf *b)
{
    const struct store_counts *n = &r->counts;
    buf_printf(b, "%s \xc2\xb7 label %s\n", c->to.store, c->to.label);
    put_files(r, b);
    traces_put_tally(&r->tally, b);
    buf_puts(b, "\nNew: ");
    put_counts(b, n->traces, n->spans);
    if (n->grown)
        buf_printf(b, " Traces that got more spans: %" PRIu64 ".", n->grown);
    buf_puts(b, " The store holds ");
    put_counts(b, total(s, "SELECT count(*) FROM trace"),
               total(s, "SELECT coalesce(sum(spans), 0) FROM trace"));
    buf_putc(b, '\n');
    if (n->elsewhere)
        buf_printf(b,
                   "%" PRIu64 " of the traces have ids that are there under another label, too; "
                   "they are kept apart.\n",
                   n->elsewhere);
}

static void put_json_file(const struct import_file *f, struct json *j)
{
    json_obj(j);
    json_key(j, "file");
    json_str(j, f->name);
    json_key(j, "format");
    if (f->format)
        json_str(j, f->format);
    else
        json_null(j);
    json_key(j, "outcome");
    json_str(j, outcome_word[f->outcome]);
    traces_put_number("bytes", f->bytes, j);
    traces_put_number("found", f->found, j);
    traces_put_number("traces", f->counts.traces, j);
    traces_put_number("spans", f->counts.spans, j);
    json_end_obj(j);
}

static void put_json(const struct import_cmd *c, const struct import_result *r, struct store *s,
                     struct buf *b)
{
    struct json j;
    json_begin(&j, b, true);
    traces_put_head("pertinax.import/1", &c->to, &j);
    json_key(&j, "files");
    json_arr(&j);
    for (uint32_t i = 0; i < r->nfile; i++)
        put_json_file(&r->file[i], &j);
    json_end_arr(&j);
    traces_put_notes(&r->tally, &j);
    traces_put_number("new_traces", r->counts.traces, &j);
    traces_put_number("new_spans", r->counts.spans, &j);
    traces_put_number("grown_traces", r->counts.grown, &j);
    traces_put_number("traces_elsewhere", r->counts.elsewhere, &j);
    traces_put_number("traces", total(s, "SELECT count(*) FROM trace"), &j);
    traces_put_number("spans", total(s, "SELECT coalesce(sum(spans), 0) FROM trace"), &j);
    json_end_obj(&j);
    buf_putc(b, '\n');
}

/* ---- the command ---- */

static bool options(struct import_cmd *c, struct import_opt *o, struct diags *d)
{
    const struct opts *in = c->a->o;
    const char *from = opt_get(in, "from"), *csv = opt_get(in, "csv");
    c->to = traces_into_of(in, d);
    for (uint32_t i = 0; i < in->noperand; i++)
        add_operand(c, in->operand[i]);
    check_names(c, d);
    o->label = c->to.label;
    o->jobs = cmd_jobs(in, d);
    o->format = from ? format_find(from) : NULL; /* one of the row's choices */
    o->csv = csv ? csv_map_parse(c->a->mem, csv, d) : NULL;
    if (csv && !from)
        o->format = format_find("csv");
    if (csv && from && strcmp(from, "csv") != 0)
        diag_error(d, (struct loc){0}, "E-option-value", NULL, "--csv is for --from csv, not %s",
                   from);
    return diags_errors(d) == 0;
}

static int import_run(const struct cmd_args *a, struct diags *d)
{
    struct import_cmd c = {.a = a};
    struct import_opt o = {.stop = intr_asked};
    struct import_result r;
    bool bar = a->err.tty && !opt_has(a->o, "quiet");
    if (!options(&c, &o, d))
        return STATUS_USAGE;
    o.progress = bar ? show_progress : NULL;
    o.ctx = (void *)(uintptr_t)&a->err;
    intr_hold();
    struct store *s = store_open(c.to.store, STORE_WRITE, d);
    bool ok = s && import_files(s, c.name, c.nname, &o, a->mem, &r, d);
    if (bar)
        clear_progress(&a->err);
    if (ok) {
        struct buf b = {0};
        if (opt_is(a->o, "format", "json"))
            put_json(&c, &r, s, &b);
        else
            put_text(&c, &r, s, &b);
        cmd_write("-", &b);
        buf_free(&b);
    }
    bool stopped = s && !ok && r.stopped;
    store_close(s);
    intr_release();
    if (stopped)
        fprintf(stderr, "interrupted: %s is as it was\n", c.to.store);
    return ok ? STATUS_FINE : stopped ? STATUS_INTERRUPTED : STATUS_USAGE;
}

static const struct opt import_opts[] = {
    {"store", 'd', "FILE", "the store (default: pertinax.db); made if it is not there", 0},
    {"label", 'l', "NAME", "what this recording is called (default: default)", 0},
    {"from", 0, "otlp|otlp-proto|jaeger|zipkin|chrome|har|csv",
     "the format of all files (default: each is known by its first bytes)", 0},
    {"csv", 0, "MAP", "which column is what: trace=NAME,id=NAME,start=NAME/us and so on", 0},
    OPT_FORMAT("text|json"),
    {NULL, 0, NULL, NULL, 0},
};

const struct cmd cmd_import = {
    .name = "import",
    .args = "FILE...",
    .summary = "reads recorded traces into a store",
    .help =
        "Reads recorded traces into a store, an SQLite file, and says what was dropped, repaired "
        "and guessed on the way. - is standard input; a pattern in quotes is looked up.\n\n"
        "Formats: OpenTelemetry JSON (lines of the collector's file exporter, or a document) and "
        "protobuf, Jaeger JSON, Zipkin v2, Chrome trace events, HAR, and tables (CSV); each may be "
        "compressed by gzip or zstd.\n\n"
        "  pertinax import traces.json                    into pertinax.db\n"
        "  pertinax import -d load.db -l rate-50 'run/*.json.gz'\n"
        "  pertinax import --csv trace=tid,id=sid,parent=pid,start=t0/us,duration=d/us "
        "spans.csv\n\n"
        "All files are stored in one transaction: an import that is interrupted leaves the store "
        "as it was. The same file again changes nothing. Spans of a trace that come in different "
        "files are put together, unless the files have different labels: a trace is known by its "
        "id and the label of its recording.\n\n"
        "Times are kept to the nanosecond. Where a host's clock was off its spans are moved to lie "
        "within their callers, and what was recorded is kept beside. The views v_trace, v_span and "
        "v_call are for queries of one's own:\n\n"
        "  sqlite3 pertinax.db 'SELECT service, name, count(*) FROM v_span GROUP BY 1, 2'",
    .opts = import_opts,
    .common = COMMON_JOBS | COMMON_QUIET | COMMON_COLOR,
    .min = 1,
    .max = CMD_ANY,
    .missing = "as in 'pertinax import traces.json'",
    .run = import_run,
};
