/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_replay.c - `pertinax replay`: one counterexample again, move by move, with times.
 *
 * The run comes as an id, or in a file that holds one with its settings:
 *
 *     pertinax-trace 1
 *     set executions.threads.pool=2      (any number of these)
 *     trace threads.2.8vrk-022k
 *     # what is told, for who reads the file */
#include "check/story_id.h"
#include "cli/simulate.h"
#include "reports/story.h"
#include "reports/trace.h"
#include <stdio.h>
#include <string.h>

enum { FILE_MOST = 1 << 20 };
struct asked {
    const char *id;
    const char **set; /* of the file, then of the command line */
    uint32_t nset;
};

static void bad(struct diags *d, const char *hint, const char *id, const char *why)
{
    diag_error(d, (struct loc){0}, "E-trace", hint, "--trace %s: %s", id, why);
}

/* ---- what is to be replayed ---- */

static bool read_line(struct asked *q, struct arena *a, char *line, struct diags *d)
{
    if (strncmp(line, "set ", 4) == 0)
        q->set[q->nset++] = arena_strdup(a, line + 4);
    else if (strncmp(line, "trace ", 6) == 0)
        q->id = arena_strdup(a, line + 6);
    else if (*line != '\0' && *line != '#') {
        bad(d, "lines begin with set, trace or #", line, "this line of the file means nothing");
        return false;
    }
    return true;
}

static void read_file(struct asked *q, struct arena *a, const char *path, FILE *f, struct diags *d)
{
    char *text = NEW(a, char, FILE_MOST + 1u);
    size_t n = fread(text, 1, FILE_MOST, f);
    q->set = NEW(a, const char *, n + 1u);
    text[n] = '\0';
    char *line = text, *end;
    bool ok = n < FILE_MOST && strlen(text) == n;
    for (uint32_t i = 0; ok && line != NULL; line = end, i++) {
        end = strchr(line, '\n');
        if (end != NULL)
            *end++ = '\0';
        if (i == 0 && strcmp(line, "pertinax-trace 1") != 0)
            break;
        ok = i == 0 || read_line(q, a, line, d);
    }
    if (q->id == NULL && !diags_errors(d))
        bad(d, "such files are written by 'pertinax replay MODEL --trace ID -o FILE.trace'", path,
            "the file holds no trace");
}

static struct asked read_asked(const struct cmd_args *a, struct diags *d)
{
    const char *trace = opt_get(a->o, "trace"), *s;
    struct asked q = {.id = trace, .set = NEW(a->mem, const char *, 1)};
    if (trace == NULL) {
        diag_error(d, (struct loc){0}, "E-trace", "'pertinax check' prints one with each failure",
                   "'pertinax replay' needs --trace ID");
        return q;
    }
    FILE *f = strchr(trace, '.') != NULL || strchr(trace, '/') != NULL ? fopen(trace, "rb") : NULL;
    if (f != NULL) {
        q.id = NULL;
        read_file(&q, a->mem, trace, f, d);
        fclose(f);
    }
    const char **all = NEW(a->mem, const char *, q.nset + a->o->nitem + 1u);
    for (uint32_t i = 0; i < q.nset; i++)
        all[i] = q.set[i];
    for (uint32_t i = 0; (s = opt_next(a->o, "set", &i));)
        all[q.nset++] = s;
    q.set = all;
    return q;
}

/* ---- the model ---- */

static const struct prog *program_of(const struct cmd_args *a, const struct asked *q,
                                     const struct story_ref *ref, struct subject *s,
                                     struct diags *d)
{
    if (!subject_load(s, a, a->o->operand[0], d))
        return NULL;
    struct yaml *root = yaml_parse(a->mem, s->name, s->text, s->size, d);
    for (uint32_t i = 0; root != NULL && i < q->nset; i++)
        yaml_set(a->mem, root, q->set[i], d);
    const struct model *m = root == NULL ? NULL : model_build(a->mem, root, s->name, d);
    if (m == NULL || diags_errors(d))
        return NULL;
    const struct execution *x = model_exec(m, ref->execution);
    if (x == NULL) {
        bad(d, "it begins with the name of one", q->id, "the model has no such execution");
        return NULL;
    }
    struct prog *p = prog_compile(a->mem, m, x, d);
    for (uint32_t j = 0; p != NULL && j < ref->nreq; j++)
        if (ref->cls[j] >= p->ncls) {
            bad(d, NULL, q->id, "the model has fewer classes of requests");
            return NULL;
        }
    return p;
}

static const char *title_of(struct arena *a, const struct story_opt *o)
{
    static const char *const what[] = {
        [STORY_DEADLOCK] = "a deadlock",
        [STORY_UNANSWERED] = "a request without a response",
        [STORY_TWICE] = "a second response",
        [STORY_UNAWAITED] = "a task that nobody awaits",
        [STORY_RACE] = "a race",
        [STORY_LOST_UPDATE] = "a lost update",
        [STORY_ENDLESS] = "a run without end",
        [STORY_TRAPPED] = "a run that comes to no end",
        [STORY_OTHER] = "a claim that does not hold",
    };
    return arena_printf(
        a, "%s: %s under %s, with %s", o->set.p->model->name, what[o->fault], o->set.p->exec->name,
        o->set.nreq == 1 ? "one request" : arena_printf(a, "%u requests", o->set.nreq));
}

static struct story_result *story_of(const struct cmd_args *a, const struct asked *q,
                                     struct diags *d)
{
    struct story_ref *ref = NEW(a->mem, struct story_ref, 1);
    struct subject s;
    const char *why = "";
    if (!story_id_parse(a->mem, q->id, ref, &why)) {
        bad(d, why, q->id, "neither an id nor a file that can be read");
        return NULL;
    }
    const struct prog *p = program_of(a, q, ref, &s, d);
    if (p == NULL)
        return NULL;
    struct story_opt o = {
        .set = {.p = p, .nreq = ref->nreq, .max_count = ref->max_count, .cls = ref->cls},
        .sets = q->set,
        .nset = q->nset,
        .timing = true};
    if (!story_id_moves(a->mem, ref, &o, &why)) {
        bad(d, "'pertinax check' finds what there is to be found now", q->id, why);
        return NULL;
    }
    o.title = title_of(a->mem, &o);
    struct story_result *r = story_make(a->mem, &o);
    bug_if(r == NULL); /* its moves have just been made */
    return r;
}

/* ---- what comes out ---- */

static void write_text(const struct story_result *r, const struct diags *d,
                       const struct report_look *look, struct buf *out)
{
    buf_printf(out, "%s\n\n", r->title);
    story_text(r, d, look, 0, out);
    if (r->timing == STORY_TIMING_USUAL)
        buf_puts(out, "\nTimes: each latency as near to its mean as this order of events allows;\n"
                      "requests arrive at any time.\n");
}

static void write_trace(const struct story_result *r, const struct asked *q, struct buf *out)
{
    buf_puts(out, "pertinax-trace 1\n");
    for (uint32_t i = 0; i < q->nset; i++)
        buf_printf(out, "set %s\n", q->set[i]);
    buf_printf(out, "trace %s\n", r->trace);
    for (uint32_t i = 0; i < r->nevent; i++)
        buf_printf(out, "# %u %s: %s\n", r->event[i].number, r->lane[r->event[i].lane].name,
                   r->event[i].text);
}

static bool has_suffix(const char *path, const char *suffix)
{
    size_t n = strlen(path), k = strlen(suffix);
    return n > k && strcmp(path + n - k, suffix) == 0;
}

static void write_as(const char *path, const struct cmd_args *a, struct story_result *r,
                     const struct asked *q, const struct diags *d, struct buf *out)
{
    struct report_look look = simulate_look(a);
    look.color = false;
    look.width = TERM_WIDTH;
    if (has_suffix(path, ".mmd"))
        story_mermaid(r, d, out);
    else if (has_suffix(path, ".trace"))
        write_trace(r, q, out);
    else if (has_suffix(path, ".txt"))
        write_text(r, d, &look, out);
    else if (r->run != NULL)
        trace_writer_of(path)->write(&r->run, 1, d, out);
}

static void check_outputs(const struct cmd_args *a, struct diags *d)
{
    const char *path;
    for (uint32_t i = 0; (path = opt_next(a->o, "output", &i));)
        if (strcmp(path, "-") != 0 && !has_suffix(path, ".mmd") && !has_suffix(path, ".trace") &&
            !has_suffix(path, ".txt") && trace_writer_of(path) == NULL)
            diag_error(d, (struct loc){0}, "E-option-value",
                       "the suffix says the format: .json (Chrome trace), .otlp.json, .mmd, "
                       ".trace or .txt",
                       "no format for '%s'", path);
}

static void check_timed(const struct cmd_args *a, const struct story_result *r, struct diags *d)
{
    const char *path;
    for (uint32_t i = 0; (path = opt_next(a->o, "output", &i));)
        if (strcmp(path, "-") != 0 && r->run == NULL && trace_writer_of(path) != NULL)
            diag_error(d, (struct loc){0}, "E-trace",
                       "the text says which latency is in the way; .mmd and .txt need no times",
                       "%s: this run has no times, for it needs unusual timing", path);
}

static int replay_run(const struct cmd_args *a, struct diags *d)
{
    const char *path;
    check_outputs(a, d);
    struct asked q = read_asked(a, d);
    struct story_result *r = diags_errors(d) ? NULL : story_of(a, &q, d);
    if (r != NULL)
        check_timed(a, r, d);
    if (r == NULL || diags_errors(d))
        return STATUS_USAGE;
    struct report_look look = simulate_look(a);
    struct buf b = {0};
    r->replay = NULL; /* it is being replayed */
    if (opt_is(a->o, "format", "mermaid"))
        story_mermaid(r, d, &b);
    else
        write_text(r, d, &look, &b);
    cmd_write("-", &b);
    for (uint32_t i = 0; (path = opt_next(a->o, "output", &i));) {
        if (strcmp(path, "-") == 0)
            continue;
        buf_clear(&b);
        write_as(path, a, r, &q, d, &b);
        cmd_write(path, &b);
    }
    buf_free(&b);
    return STATUS_FINE;
}

static const struct opt replay_opts[] = {
    {"trace", 'T', "ID",
     "the run to replay (or a file that holds one), as 'pertinax check' printed it",
     OPT_UNRECORDED},
    OPT_FORMAT("text|mermaid"),
    {NULL, 0, NULL, NULL, 0},
};

const struct cmd cmd_replay = {
    .name = "replay",
    .args = "MODEL",
    .summary = "runs one counterexample again, move by move, with times",
    .help = "Runs a counterexample that 'pertinax check' has found, by its id: the same moves on "
            "any machine.  Each call gets a latency that the model allows, as near to its mean as "
            "the order of events lets it be; where no latencies give that order, it says which "
            "are in the way.\n\n"
            "  pertinax replay app.yaml --trace threads.2.8vrk-022k\n"
            "  pertinax replay app.yaml --trace threads.2.8vrk-022k -o run.json -o run.mmd\n\n"
            "A .json is a Chrome trace, a .mmd a sequence diagram in Mermaid's language; a .trace "
            "keeps the id with its settings.",
    .opts = replay_opts,
    .common = COMMON_OUTPUT | COMMON_SET | COMMON_QUIET | COMMON_VERBOSE | COMMON_COLOR,
    .min = 1,
    .max = 1,
    .missing = "the model that was checked",
    .run = replay_run,
};
