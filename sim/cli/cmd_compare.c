/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_compare.c - pertinax compare: a model against recorded traces. */
#include "cli/cmd.h"
#include "cli/compare_costs.h"
#include "cli/live_session.h"
#include "cli/simulate.h"
#include "cli/spans.h"
#include "cli/watch.h"
#include "core/prog.h"
#include "fit/compare.h"
#include "fit/scaling.h"
#include "fit/shape.h"
#include "live/folder.h"
#include "reports/compare.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS = 16 };
struct comparing {
    const struct cmd_args *a;
    const char *store, *root;
    const char *live;                /* what was executed for real, in words; or NULL */
    uint64_t executed;               /* so many requests */
    const struct calibration *costs; /* --calibrate, or NULL */
    uint32_t n;
    const char *execution[PARTS], *label[PARTS]; /* label NULL: all */
    uint32_t nname;
    const struct compare_name *name;
    struct compare_opt opt;
    struct subject s;
    uint32_t exec[PARTS]; /* of s.exec */
    struct measured *measured[PARTS];
    struct compare_scaling *scaling;
};

static const struct loc nowhere = {0};

/* ---- options ---- */

/* --within p50=10%,p99=20% */
static void read_margins(struct comparing *c, struct diags *d)
{
    const char *text = opt_get(c->a->o, "within");
    c->opt = compare_defaults();
    while (text && *text) {
        size_t n = strcspn(text, ","), len = strcspn(text, "=");
        int k = 0;
        double x;
        while (k < WITHIN_COUNT &&
               (strlen(spec_within[k]) != len || memcmp(spec_within[k], text, len) != 0))
            k++;
        if (k == WITHIN_COUNT || len >= n || !spec_margin(text + len + 1, n - len - 1, &x))
            diag_error(d, nowhere, "E-option-value",
                       "as in --within mean=5%,p50=5%,p95=10%,p99=20%",
                       "--within: '%.*s' is no margin", (int)n, text);
        else
            c->opt.margin[k] = x;
        text += n + (text[n] == ',');
    }
}

static void add_part(struct comparing *c, const char *execution, const char *label, struct diags *d)
{
    if (c->n == PARTS) {
        diag_error(d, nowhere, "E-option-value", NULL, "more than %d recordings at once", PARTS);
        return;
    }
    c->execution[c->n] = execution;
    c->label[c->n++] = label;
}

static bool has_execution(const struct model *m, const char *name)
{
    for (uint32_t i = 0; i < m->nexec; i++)
        if (strcmp(m->exec[i].name, name) == 0)
            return true;
    return false;
}

struct label_list {
    struct comparing *c;
    struct diags *d;
};
static bool add_label(void *ctx, const struct store_row *r)
{
    struct label_list *l = ctx;
    const char *label = arena_strndup(l->c->a->mem, r->cell[0].s, r->cell[0].n);
    if (has_execution(l->c->s.model, label))
        add_part(l->c, label, label, l->d);
    return true;
}

/* Which recording is of which execution: --label EXEC=NAME; else labels that are the names of
 * executions, of --under alone if it is given; else all there is, against it or coroutine. */
static void choose_parts(struct comparing *c, struct store *s, struct diags *d)
{
    const char *text, *under = opt_get(c->a->o, "under");
    const char *alone = under ? under : "coroutine";
    for (uint32_t i = 0; (text = opt_next(c->a->o, "label", &i));) {
        const char *is = strchr(text, '=');
        if (is)
            add_part(c, arena_strndup(c->a->mem, text, (size_t)(is - text)), is + 1, d);
        else
            add_part(c, !under && has_execution(c->s.model, text) ? text : alone, text, d);
    }
    struct label_list l = {c, d};
    if (c->n == 0 && !under)
        store_select(s, c->a->mem, "SELECT label FROM recording ORDER BY label <> 'serial', label",
                     add_label, &l);
    if (c->n == 0)
        add_part(c, alone, forest_label(s, alone, c->a->mem), d);
}

/* Each part's execution, once each, in the subject. */
static void choose_executions(struct comparing *c, struct diags *d)
{
    const struct model *m = c->s.model;
    c->s.exec = NEW(c->a->mem, const struct execution *, PARTS);
    for (uint32_t i = 0; i < c->n; i++) {
        uint32_t x = 0, k = 0;
        while (x < m->nexec && strcmp(m->exec[x].name, c->execution[i]) != 0)
            x++;
        if (x == m->nexec) {
            diag_error(d, nowhere, "E-under", NULL, "the model has no execution '%s'",
                       c->execution[i]);
            continue;
        }
        while (k < c->s.nexec && c->s.exec[k] != &m->exec[x])
            k++;
        c->exec[i] = k;
        if (k == c->s.nexec)
            c->s.exec[c->s.nexec++] = &m->exec[x];
    }
}

/* ---- measuring ---- */

static bool measure(struct comparing *c, struct store *s, struct diags *d)
{
    for (uint32_t i = 0; i < c->n; i++) {
        struct forest_ask ask = {.root = c->root,
                                 .service = opt_get(c->a->o, "service"),
                                 .label = c->label[i],
                                 .since = INT64_MIN};
        struct forest *f = forest_read(s, &ask, c->a->mem, d);
        if (!f)
            return false;
        c->root = f->name;
        c->measured[i] = compare_measure(f, c->name, c->nname, c->a->mem);
    }
    return true;
}

/* The other recordings, by how much was going on at once. */
static void measure_levels(struct comparing *c, struct store *s)
{
    const struct model *m = c->s.model;
    const char **known = NEW(c->a->mem, const char *, m->nexec + 1u);
    for (uint32_t i = 0; i < m->nexec; i++)
        known[i] = m->exec[i].name;
    struct forest_ask ask = {
        .root = c->root, .service = opt_get(c->a->o, "service"), .since = INT64_MIN};
    c->scaling = scaling_of(s, &ask, known, m->nexec, c->a->mem);
}

/* ---- --live ---- */

static int measure_costs(struct comparing *c, bool python, struct diags *d)
{
    struct calibration *costs = NEW(c->a->mem, struct calibration, 1);
    const char *why = NULL;
    const struct prog *p = prog_compile(c->a->mem, c->s.model, c->s.exec[0], d);
    if (!p)
        return STATUS_USAGE;
    if (!(python ? calibrate_python(c->a->tmp, costs, c->a->mem, &why)
                 : calibrate_native(p->cores, NULL, costs, &why))) {
        diag_error(d, nowhere, "E-calibrate", NULL, "nothing can be measured: %s", why);
        return STATUS_WORLD;
    }
    c->costs = costs;
    return STATUS_FINE;
}

/* An execution of which no request is over: there is nothing to compare with. */
static bool tell_empty(const struct run_result *r, struct diags *d)
{
    bool any = false;
    for (uint32_t i = 0; i < r->nexec; i++) {
        const struct exec_result *x = &r->exec[i];
        if (x->requests == 0 && x->warmup == 0)
            diag_error(d, nowhere, "E-live", "'pertinax live' with the same options tells more",
                       "nothing can be compared: no request of '%s' was over %s", x->name,
                       x->deadlock ? "before it came to a deadlock" : "in time");
        any |= x->requests == 0 && x->warmup == 0;
    }
    return any;
}

/* Executes the model for real: its recordings, called as the executions, are then in the store that
 * is compared with.  STATUS_FINE, or how the command ends. */
static int execute(struct comparing *c, struct experiment_opt *e, const char *store,
                   struct diags *d)
{
    struct live_session l;
    int status = STATUS_USAGE;
    live_read(&l, c->a, NULL, d);
    if (c->s.model)
        subject_executions(&c->s, c->a->o, c->a->mem, d);
    if (!c->s.model || diags_errors(d))
        return STATUS_USAGE;
    l.store_path = store;
    if (opt_has(c->a->o, "calibrate") && (status = measure_costs(c, l.python, d)) != STATUS_FINE)
        return status;
    c->opt.live = live_execute(&l, &c->s, e, &status, d);
    if (status == STATUS_INTERRUPTED)
        diag_add(d, nowhere, DIAG_WARNING, "W-live",
                 opt_has(c->a->o, "store") ? "what was executed is in the store" : NULL,
                 "interrupted: nothing was compared");
    if (!c->opt.live)
        return status;
    if (status != STATUS_INTERRUPTED && tell_empty(c->opt.live, d))
        return status == STATUS_FAILS ? STATUS_FAILS : STATUS_WORLD;
    struct compare_busy *busy = NEW(c->a->mem, struct compare_busy, c->s.nexec + 1u);
    for (uint32_t i = 0; i < c->s.nexec; i++) {
        add_part(c, c->s.exec[i]->name, c->s.exec[i]->name, d);
        busy[i] = (struct compare_busy){NAN, NAN, live_stalls(&l.report[i], c->a->mem)};
        if (!l.python) {
            busy[i].loop = l.report[i].loop;
            busy[i].cores = l.report[i].cores;
        }
    }
    c->opt.busy = busy;
    c->live = l.python ? "executed by python3" : "executed by native threads and loops";
    c->s.nexec = 0; /* choose_executions() puts them there again */
    c->executed = e->requests;
    e->requests = 0;
    e->traced = 0;
    return status == STATUS_FAILS ? STATUS_FINE : status; /* a deadlock is the model's, too */
}

/* ---- the command ---- */

static void write_result(const struct comparing *c, const struct compare_result *r, struct diags *d)
{
    const char *path, *format = opt_get(c->a->o, "format");
    struct report_look look = simulate_look(c->a);
    struct buf b = {0};
    compare_writer_of(format ? format : "text")(r, &look, &b);
    cmd_write("-", &b);
    look.color = false;
    look.width = TERM_WIDTH;
    for (uint32_t i = 0; (path = opt_next(c->a->o, "output", &i));) {
        const char *dot = strrchr(path, '.');
        compare_writer *w = dot ? compare_writer_of(dot + 1) : NULL;
        if (!w) {
            diag_error(d, nowhere, "E-option-value",
                       "the suffix says the format: .txt, .json, .csv or .md", "no format for '%s'",
                       path);
            continue;
        }
        buf_clear(&b);
        w(r, &look, &b);
        cmd_write(path, &b);
    }
    buf_free(&b);
}

static int by_arrival(const void *a, const void *b)
{
    const struct timeline_result *const *x = a, *const *y = b;
    return (*x)->arrival != (*y)->arrival   ? (*x)->arrival < (*y)->arrival ? -1 : 1
           : (*x)->ordinal != (*y)->ordinal ? (*x)->ordinal < (*y)->ordinal ? -1 : 1
                                            : 0;
}

/* Of the simulated requests those of the root's class, as the measured ones are. */
static struct compare_side side_of(const struct comparing *c, const struct exec_result *x)
{
    const struct timeline_result **t = xcalloc(x->ntraced + 1u, sizeof *t);
    uint32_t n = 0;
    for (uint32_t k = 0; k < x->ntraced; k++)
        if (x->nclass == 1 || strcmp(x->traced[k].cls, c->root) == 0)
            t[n++] = &x->traced[k];
    qsort(t, n, sizeof *t, by_arrival);
    double *v = NEW(c->a->mem, double, n + 1u), first = INFINITY, last = -INFINITY;
    for (uint32_t k = 0; k < n; k++) {
        v[k] = t[k]->latency;
        first = fmin(first, t[k]->arrival + v[k]);
        last = fmax(last, t[k]->arrival + v[k]);
    }
    double span = last - first;
    free(t);
    return (struct compare_side){n > 0 ? v : NULL, n, span > 0 ? (n - 1) / span : NAN};
}

/* --calibrate: what r says of each execution anew, with what was measured in place of its costs. */
static bool with_costs(struct comparing *c, struct run_result *r, const struct experiment_opt *o,
                       struct diags *d)
{
    for (uint32_t i = 0; r && c->costs && i < c->s.nexec; i++) {
        const struct execution *x = c->s.exec[i];
        const struct model *m = costs_model(c->costs, &c->s, c->a, x->kind, d);
        const struct execution *y = m ? model_exec(m, x->name) : NULL;
        const struct run_result *one = y ? experiment_run(m, &y, 1, o, c->a->mem, d) : NULL;
        if (!one)
            return false;
        r->exec[i] = one->exec[0];
    }
    return r != NULL;
}

/* What was executed was executed with the draws of a simulation of the same seed, and from an empty
 * system on: what that says of the same requests. */
static struct run_result *predict(struct comparing *c, const struct experiment_opt *e,
                                  struct diags *d)
{
    struct arena *a = c->a->mem;
    struct experiment_opt o = *e;
    o.once = true;
    o.requests = c->executed;
    o.traced = (uint32_t)c->executed;
    struct run_result *r = experiment_run(c->s.model, c->s.exec, c->s.nexec, &o, a, d);
    if (!with_costs(c, r, &o, d))
        return NULL;
    struct compare_side *side = NEW(a, struct compare_side, c->n + 1u);
    for (uint32_t i = 0; r && i < c->n; i++) {
        struct compare_side all = side_of(c, &r->exec[c->exec[i]]);
        uint32_t n = c->measured[i]->n;
        if (!r->no_load && n < all.n - all.n / 10)
            all.n = n; /* the real one was cut short */
        if (!r->no_load || (all.n == c->executed && n == c->executed))
            side[i] = all;
    }
    c->opt.predicted = side;
    c->opt.in_turn = r && !r->no_load;
    c->opt.pairs = r;
    return r;
}

static int judge(struct comparing *c, struct experiment_opt *e, struct diags *d)
{
    struct watch w;
    watch_begin(&w, c->a, e);
    struct run_result *run =
        c->live ? predict(c, e, d)
                : experiment_run(c->s.model, c->s.exec, c->s.nexec, e, c->a->mem, d);
    watch_end(&w, e);
    if (!run || diags_errors(d))
        return STATUS_USAGE;
    c->opt.root = c->root;
    struct compare_result *r = compare_judge(run, c->exec, c->measured, c->n, &c->opt, c->a->mem);
    r->version = cmd_version();
    r->command = c->a->command;
    r->seed = e->seed;
    r->model_name = run->model_name;
    r->model_doc = run->model_doc;
    r->digest = c->s.digest;
    r->store = c->live ? c->live : c->store;
    r->root = c->root;
    r->costs = c->costs ? costs_words(c->costs, &c->s, c->a->mem) : NULL;
    r->scaling = c->scaling;
    write_result(c, r, d);
    if (atomic_load(&w.asked))
        return STATUS_INTERRUPTED;
    return r->verdict == AGREES      ? STATUS_FINE
           : r->verdict == DISAGREES ? STATUS_FAILS
                                     : STATUS_UNDECIDED;
}

/* The recordings of the store, and what the model says. */
static int against(struct comparing *c, struct experiment_opt *e, struct diags *d)
{
    struct store *s = store_open(c->store, STORE_READ, d);
    bool ok = s && c->s.model && diags_errors(d) == 0;
    if (ok) {
        if (c->n == 0)
            choose_parts(c, s, d);
        choose_executions(c, d);
        for (uint32_t i = 0; i < c->s.nexec; i++)
            prog_compile(c->a->mem, c->s.model, c->s.exec[i], d);
        ok = diags_errors(d) == 0 && measure(c, s, d);
        if (ok)
            measure_levels(c, s);
    }
    if (s)
        store_close(s);
    return ok ? judge(c, e, d) : STATUS_USAGE;
}

static int compare_run(const struct cmd_args *a, struct diags *d)
{
    struct comparing *c = NEW(a->mem, struct comparing, 1);
    struct experiment_opt e = simulate_options(a, d);
    *c = (struct comparing){.a = a, .root = opt_get(a->o, "root")};
    bool live = opt_has(a->o, "live");
    if (opt_has(a->o, "calibrate") && !live)
        diag_error(d, nowhere, "E-option", NULL, "--calibrate is for --live");
    struct live_folder folder = {.path = ""};
    c->store = opt_get(a->o, "store");
    bool own = live && !c->store;
    if (own) {
        if (!folder_begin(&folder, a->tmp))
            die("no folder can be made in %s: %s", a->tmp, strerror(errno));
        c->store = arena_printf(a->mem, "%s/store", folder.path);
    } else if (!c->store)
        c->store = "pertinax.db";
    c->name = spans_read(a, &c->nname, d);
    read_margins(c, d);
    if (subject_load(&c->s, a, a->o->operand[0], d))
        subject_read(&c->s, a, d);
    int status = live ? execute(c, &e, c->store, d) : STATUS_FINE;
    if (status == STATUS_FINE)
        status = against(c, &e, d);
    folder_end(&folder);
    return status;
}

static const struct opt compare_opts[] = {
    {"store", 'd', "FILE", "the store (default: pertinax.db)", 0},
    {"root", 'r', "NAME", "the span that a request begins with (default: the most frequent)", 0},
    {"service", 0, "NAME", "the service of that span", 0},
    {"label", 'l', "[EXEC=]NAME",
     "compare this recording, with that execution (default: those that are called as one)",
     OPT_MANY},
    {"under", 'u', "NAME",
     "the execution that was recorded (default: coroutine); with --live NAME,...: which to execute",
     0},
    {"live", 0, NULL, "execute the model for real and compare with that", 0},
    {"calibrate", 0, NULL,
     "with --live: measure this machine's costs first (see calibrate), and predict with these", 0},
    LIVE_OPTIONS,
    {"spans", 0, "STEP=NAME", "the spans of a step have another name than it", OPT_MANY},
    {"within", 0, "VALUE=P%,...", "margins (default: mean=10%,p50=10%,p95=15%,p99=20%)", 0},
    {"requests", 'n', "N", "simulate N requests; with --live: execute so many", 0},
    {"precision", 'p', "P%", "simulate until the mean is known to P % (default: 1%)", 0},
    {"max-requests", 0, "N", "but no more than N (default 1000000)", 0},
    {"replications", 0, "R", "independent runs under load (default 20)", 0},
    {"warmup", 0, "N", "requests to leave out at the start of each run under load", 0},
    OPT_FORMAT("text|json|csv|md"),
    {NULL, 0, NULL, NULL, 0},
};

const struct cmd cmd_compare = {
    .name = "compare",
    .args = "MODEL",
    .summary = "holds a model against recorded traces",
    .help = "Simulates a model and compares it with recorded requests: latency, speedups between "
            "recordings, and each step by the name of its spans.\n\n"
            "  pertinax compare search.yaml -d prod.db --root 'GET /search' --under threads\n"
            "  pertinax compare search.yaml -d lab.db --label serial=run1 --label coroutine=run2\n"
            "  pertinax compare search.yaml --live --runtime python3\n"
            "  pertinax compare db_pool.yaml --live --calibrate\n"
            "  pertinax compare search.yaml --spans geocoder=geo.Lookup --within p99=30%\n\n"
            "A value agrees if the 90 % interval of model/measured lies within its margin, and "
            "disagrees if all of it lies beyond; in between it is undecided, and the number of "
            "requests that would decide is told. Steps explain, and do not count.\n\n"
            "Four recordings or more that are not called as executions are levels of concurrency: "
            "Gunther's scalability law and Karp and Flatt's serial fraction are told of them.\n\n"
            "It ends with 0 if all agree, with 1 if one disagrees, else with 3. A model that was "
            "fitted to the same traces agrees with them by construction: hold it against others.",
    .opts = compare_opts,
    .common = COMMON_ALL,
    .min = 1,
    .max = 1,
    .missing = "the model to compare",
    .run = compare_run,
};
