/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_run.c - `pertinax run`: simulates models under executions and compares them.
 *
 * Models are all read before the first is run, and results are written when all are there: wrong
 * input leaves standard output empty. */
#include "cli/cmd.h"
#include "base/sha256.h"
#include "cli/intr.h"
#include "core/prog.h"
#include "model/model.h"
#include "reports/report.h"
#include "run/experiment.h"
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- options ---- */

static void read_precision(struct experiment_opt *e, const struct opts *o, struct diags *d)
{
    if (!opt_has(o, "precision"))
        return;
    e->precision_mean = opt_share(o, "precision", e->precision_mean, d);
    e->precision_p99 = 2 * e->precision_mean;
    if (e->requests)
        diag_error(d, (struct loc){0}, "E-option", "--requests says how many, --precision how well",
                   "--requests and --precision exclude each other");
}

static struct experiment_opt read_options(const struct cmd_args *a, struct diags *d)
{
    enum { MOST_REPLICATIONS = 10000 };
    const uint64_t most = 1000000000000;
    const struct opts *o = a->o;
    struct experiment_opt e = experiment_defaults();
    const char *warmup = opt_get(o, "warmup");
    e.seed = cmd_seed(o, d);
    e.jobs = cmd_jobs(o, d);
    if (opt_has(o, "requests"))
        e.requests = opt_u64(o, "requests", (struct opt_range){1, most, 1}, d);
    e.max_requests = opt_u64(o, "max-requests", (struct opt_range){1, most, e.max_requests}, d);
    if (opt_has(o, "replications"))
        e.replications =
            (uint32_t)opt_u64(o, "replications", (struct opt_range){1, MOST_REPLICATIONS, 1}, d);
    if (warmup && strcmp(warmup, "auto") != 0)
        e.warmup = (int64_t)opt_u64(o, "warmup", (struct opt_range){0, 1000000000, 0}, d);
    read_precision(&e, o, d);
    return e;
}

static const struct report *read_format(const struct cmd_args *a)
{
    const char *name = opt_get(a->o, "format");
    const struct report *r = report_find(name ? name : "text");
    /* One document a line, where there are several. */
    return strcmp(r->name, "json") == 0 && a->o->noperand > 1 ? report_find("jsonl") : r;
}

/* Are the files of -o of formats we know?  Better said before the work than after. */
static void check_outputs(const struct cmd_args *a, struct diags *d)
{
    const char *path;
    for (uint32_t i = 0; (path = opt_next(a->o, "output", &i));)
        if (strcmp(path, "-") != 0 && !report_by_suffix(path))
            diag_error(d, (struct loc){0}, "E-option-value",
                       "the suffix says the format: .txt, .json, .jsonl, .csv or .md",
                       "no format for '%s'", path);
}

/* ---- models ---- */

static bool read_bytes(struct buf *b, const char *path)
{
    char piece[4096];
    size_t n;
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (!f)
        return false;
    while (b->n <= YAML_MAX_BYTES && (n = fread(piece, 1, sizeof piece, f)) > 0)
        buf_put(b, piece, n);
    bool ok = !ferror(f);
    if (f != stdin)
        fclose(f);
    return ok;
}

/* What the model is: its bytes and what --set changed. */
static const char *digest_of(struct arena *mem, const struct buf *b, const struct opts *o)
{
    struct sha256 s;
    char hex[SHA256_HEX];
    const char *set;
    sha256_begin(&s);
    sha256_add(&s, b->n ? b->s : "", b->n);
    for (uint32_t i = 0; (set = opt_next(o, "set", &i));) {
        sha256_add(&s, "", 1);
        sha256_add(&s, set, strlen(set));
    }
    sha256_end(&s, hex);
    return arena_strdup(mem, hex);
}

struct subject {
    const struct model *model;
    const char *digest;
    uint32_t nexec;
    const struct execution **exec;
};

static struct subject read_model(const struct cmd_args *a, const char *path, struct diags *d)
{
    struct subject s = {0};
    struct buf b = {0};
    if (!read_bytes(&b, path)) {
        buf_free(&b);
        s.model = model_read(a->mem, path, NULL, 0, d); /* says what is wrong with the file */
        return s;
    }
    const char *name = strcmp(path, "-") == 0 ? "<stdin>" : path, *set;
    const char *text = arena_strndup(a->mem, b.n ? b.s : "", b.n);
    struct yaml *root = yaml_parse(a->mem, name, text, b.n, d);
    for (uint32_t i = 0; root && (set = opt_next(a->o, "set", &i));)
        yaml_set(a->mem, root, set, d);
    if (root)
        s.model = model_build(a->mem, root, path, d);
    s.digest = digest_of(a->mem, &b, a->o);
    buf_free(&b);
    return s;
}

/* ---- which executions ---- */

static void exec_add(struct subject *s, const struct execution *x)
{
    for (uint32_t i = 0; i < s->nexec; i++)
        if (s->exec[i] == x)
            return;
    s->exec[s->nexec++] = x;
}

static void exec_unknown(const struct subject *s, const char *name, struct arena *a,
                         struct diags *d)
{
    const struct model *m = s->model;
    const char **names = NEW(a, const char *, m->nexec), *list = "";
    for (uint32_t i = 0; i < m->nexec; i++) {
        names[i] = m->exec[i].name;
        list = arena_printf(a, "%s%s%s", list, i ? ", " : "", names[i]);
    }
    const char *near = nearest(name, names, m->nexec);
    diag_error(d, (struct loc){0}, "E-under",
               near ? arena_printf(a, "did you mean '%s'?", near)
                    : arena_printf(a, "there are %s", list),
               "no execution '%s'", name);
}

static void choose_default(struct subject *s)
{
    static const char *const always[] = {"serial", "threads", "coroutine"};
    const struct model *m = s->model;
    for (uint32_t i = 0; i < m->nexec; i++) {
        bool in = m->exec_named[i];
        for (size_t k = 0; k < sizeof always / sizeof *always; k++)
            in = in || strcmp(m->exec[i].name, always[k]) == 0;
        if (in)
            exec_add(s, &m->exec[i]);
    }
}

static void choose_executions(struct subject *s, const struct opts *o, struct arena *a,
                              struct diags *d)
{
    const char *list;
    s->exec = NEW(a, const struct execution *, s->model->nexec);
    if (!opt_has(o, "under")) {
        choose_default(s);
        return;
    }
    for (uint32_t i = 0; (list = opt_next(o, "under", &i));) {
        for (const char *p = list; *p;) {
            size_t n = strcspn(p, ",");
            const char *name = arena_strndup(a, p, n);
            const struct execution *x = n ? model_exec(s->model, name) : NULL;
            if (x)
                exec_add(s, x);
            else if (n)
                exec_unknown(s, name, a, d);
            p += n + (p[n] == ',');
        }
    }
    if (s->nexec == 0 && !diags_errors(d))
        diag_error(d, (struct loc){0}, "E-under", NULL, "--under names no execution");
}

/* ---- the watch: Ctrl-C and the bar ---- */

struct watch {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t over_changed;
    bool over, shown;
    atomic_bool stop;
    const struct term *term;
    bool bar;
    uint32_t index; /* the execution of the bar, and when it began */
    struct timespec begun, drawn;
};

static double seconds_since(const struct timespec *then)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - then->tv_sec) + 1e-9 * (double)(now.tv_nsec - then->tv_nsec);
}

static void *watch_thread(void *arg)
{
    struct watch *w = arg;
    pthread_mutex_lock(&w->lock);
    while (!w->over) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 50000000;
        if (until.tv_nsec >= 1000000000) {
            until.tv_nsec -= 1000000000;
            until.tv_sec++;
        }
        pthread_cond_timedwait(&w->over_changed, &w->lock, &until);
        if (intr_asked())
            atomic_store(&w->stop, true);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static void interval_text(struct buf *b, const char *what, struct interval v)
{
    char value[32], half[32];
    if (!isfinite(v.value))
        return;
    buf_printf(b, "  %s %s", what, report_time(v.value, value));
    if (isfinite(v.lo) && isfinite(v.hi))
        buf_printf(b, " +- %s", report_time((v.hi - v.lo) / 2, half));
}

static void bar_text(struct buf *b, const struct experiment_progress *p, double seconds)
{
    double done = (double)p->done, rate = seconds > 0 ? done / seconds : 0;
    double share = p->target ? fmin(done / (double)p->target, 1) : 0;
    enum { CELLS = 16 };
    buf_printf(b, "%s %" PRIu32 "/%" PRIu32, p->execution, p->index + 1, p->of);
    if (p->target) {
        size_t full = (size_t)(share * CELLS);
        buf_puts(b, " [");
        buf_fill(b, '#', full);
        buf_fill(b, '.', CELLS - full);
        buf_puts(b, "]");
    }
    interval_text(b, "mean", p->mean);
    interval_text(b, "p99", p->p99);
    buf_printf(b, "  %" PRIu64 " requests  %.3g/s", p->done, rate);
    if (rate > 0 && p->target > p->done)
        buf_printf(b, "  %.0f s left", ceil(((double)p->target - done) / rate));
}

static void watch_progress(void *ctx, const struct experiment_progress *p)
{
    struct watch *w = ctx;
    if (w->index != p->index) {
        w->index = p->index;
        clock_gettime(CLOCK_MONOTONIC, &w->begun);
    }
    /* A bar that is drawn more often is not read more often. */
    if (seconds_since(&w->drawn) < 0.1)
        return;
    clock_gettime(CLOCK_MONOTONIC, &w->drawn);
    struct buf b = {0};
    bar_text(&b, p, seconds_since(&w->begun));
    size_t room = (size_t)w->term->width - 1;
    fprintf(stderr, "\r%.*s\033[K", (int)(b.n < room ? b.n : room), b.s);
    fflush(stderr);
    w->shown = true;
    buf_free(&b);
}

static void watch_begin(struct watch *w, const struct cmd_args *a, struct experiment_opt *e)
{
    *w = (struct watch){.term = &a->err, .index = UINT32_MAX};
    atomic_init(&w->stop, false);
    clock_gettime(CLOCK_MONOTONIC, &w->drawn);
    w->bar = a->err.tty && !opt_has(a->o, "quiet");
    e->stop = &w->stop;
    if (w->bar) {
        e->progress = watch_progress;
        e->ctx = w;
    }
    intr_hold();
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->over_changed, NULL);
    if (pthread_create(&w->thread, NULL, watch_thread, w) != 0)
        die("cannot start a thread");
}

static void watch_end(struct watch *w, struct experiment_opt *e)
{
    e->stop = NULL;
    e->progress = NULL;
    e->ctx = NULL;
    pthread_mutex_lock(&w->lock);
    w->over = true;
    pthread_cond_signal(&w->over_changed);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->over_changed);
    pthread_mutex_destroy(&w->lock);
    intr_release();
    if (w->shown)
        fputs("\r\033[K", stderr);
}

/* ---- the command ---- */

static bool run_all(const struct cmd_args *a, struct subject *s, struct experiment_opt *e,
                    struct run_result **result, struct diags *d)
{
    struct watch w;
    bool ok = true;
    watch_begin(&w, a, e);
    for (uint32_t i = 0; i < a->o->noperand; i++) {
        /* The rest of the models says what is wrong with it, too, but is not run. */
        result[i] = experiment_run(s[i].model, s[i].exec, s[i].nexec, e, a->mem, d);
        ok = ok && result[i];
        if (!result[i])
            continue;
        result[i]->version = cmd_version();
        result[i]->command = a->command;
        result[i]->digest = s[i].digest;
    }
    watch_end(&w, e);
    return ok;
}

static void write_one(const char *path, const struct report *r, struct report_look look,
                      const struct cmd_args *a, struct run_result *const *result,
                      const struct diags *d)
{
    struct buf b = {0};
    for (uint32_t i = 0; i < a->o->noperand; i++) {
        if (i && strcmp(r->name, "text") == 0)
            buf_putc(&b, '\n');
        r->run(result[i], d, &look, &b);
    }
    cmd_write(path, &b);
    buf_free(&b);
}

static void write_all(const struct cmd_args *a, struct run_result *const *result,
                      const struct diags *d)
{
    const char *path;
    struct report_look look = {.width = a->out.width,
                               .color = a->out.color,
                               .unicode = a->out.utf8,
                               .verbosity = opt_has(a->o, "quiet")     ? -1
                                            : opt_has(a->o, "verbose") ? 1
                                                                       : 0};
    write_one("-", read_format(a), look, a, result, d);
    look.color = false;
    look.width = TERM_WIDTH; /* a file is the same from any terminal */
    for (uint32_t i = 0; (path = opt_next(a->o, "output", &i));) {
        const struct report *r = report_by_suffix(path);
        if (!r)
            continue; /* "-": written already */
        if (strcmp(r->name, "json") == 0 && a->o->noperand > 1)
            r = report_find("jsonl");
        write_one(path, r, look, a, result, d);
    }
}

static int status_of(const struct cmd_args *a, struct run_result *const *result,
                     const struct diags *d)
{
    int status = STATUS_FINE;
    bool interrupted = false;
    for (uint32_t i = 0; i < a->o->noperand; i++)
        for (uint32_t k = 0; k < result[i]->nexec; k++) {
            interrupted = interrupted || result[i]->exec[k].stopped == STOP_INTERRUPT;
            if (result[i]->exec[k].deadlock)
                status = STATUS_FAILS;
        }
    return interrupted ? STATUS_INTERRUPTED : diags_errors(d) ? STATUS_USAGE : status;
}

static int run_run(const struct cmd_args *a, struct diags *d)
{
    uint32_t n = a->o->noperand;
    struct experiment_opt e = read_options(a, d);
    struct subject *s = NEW(a->mem, struct subject, n);
    struct run_result **result = NEW(a->mem, struct run_result *, n);
    check_outputs(a, d);
    for (uint32_t i = 0; i < n; i++) {
        s[i] = read_model(a, a->o->operand[i], d);
        if (s[i].model)
            choose_executions(&s[i], a->o, a->mem, d);
        /* A model with mistakes is compiled all the same, to find those that only this can find. */
        for (uint32_t k = 0; k < s[i].nexec && diags_errors(d); k++)
            prog_compile(a->mem, s[i].model, s[i].exec[k], d);
    }
    if (diags_errors(d)) { /* the compiler may find more in the rest: all errors in one run */
        for (uint32_t i = 0; i < n; i++)
            for (uint32_t k = 0; k < s[i].nexec; k++)
                prog_compile(a->mem, s[i].model, s[i].exec[k], d);
        return STATUS_USAGE;
    }
    if (!run_all(a, s, &e, result, d))
        return STATUS_USAGE;
    write_all(a, result, d);
    return status_of(a, result, d);
}

static const struct opt run_opts[] = {
    {"under", 'u', "NAME,...",
     "executions to compare, with the first (default: serial, threads, coroutine and the model's)",
     OPT_MANY},
    {"requests", 'n', "N", "simulate N requests", 0},
    {"precision", 'p', "P%",
     "simulate until the mean is known to P % and p99 to 2P % at 95 % (default: 1%)", 0},
    {"max-requests", 0, "N", "but no more than N (default 1000000)", 0},
    {"replications", 0, "R", "independent runs under load (default 20)", 0},
    {"warmup", 0, "N", "requests to leave out at the start of each run under load (default: auto)",
     0},
    OPT_FORMAT("text|json|jsonl|csv|md"),
    {NULL, 0, NULL, NULL, 0},
};

const struct cmd cmd_run = {
    .name = "run",
    .args = "MODEL...",
    .summary = "simulates under each execution and compares them",
    .help =
        "Simulates each model under some executions (serial, threads, coroutine, hybrid, and\n"
        "those the model names), on the same draws, until the mean latency is known to 1 % and\n"
        "the 99th percentile to 2 %.  A model without load is run one request at a time in an\n"
        "idle system; one with load in 20 independent runs, warm-up left out.\n\n"
        "The same model, options and seed give the same bytes, whatever --jobs says.\n\n"
        "  pertinax run search.yaml\n"
        "  pertinax run search.yaml --under threads,coroutine --set shards=8\n"
        "  pertinax run search.yaml --precision 0.2% --format json -o search.md\n",
    .opts = run_opts,
    .common = COMMON_ALL,
    .min = 1,
    .max = CMD_ANY,
    .missing = "'pertinax init' writes an example model",
    .run = run_run,
};
