/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_check.c - `pertinax check`: judges claims, of spec files and of models.
 *
 * All specs and models are read before anything is explored: wrong input leaves standard output
 * empty, and nothing to check is wrong input. */
#include "base/sha256.h"
#include "check/judge.h"
#include "cli/simulate.h"
#include "cli/watch.h"
#include "fit/agrees.h"
#include "reports/check.h"
#include <string.h>

/* ---- options ---- */

static const char *const suffix_hint = "the suffix says the format: .txt, .json, .xml (JUnit), "
                                       ".sarif or .md";

/* "512MB", "2GiB"; a plain number is bytes. */
static size_t read_size(const struct opts *o, const char *name, size_t otherwise, struct diags *d)
{
    static const struct {
        const char *unit;
        double bytes;
    } units[] = {{"B", 1}, {"KB", 1e3},    {"MB", 1e6},       {"GB", 1e9},
                 {"", 1},  {"KiB", 1024.}, {"MiB", 1048576.}, {"GiB", 1073741824.}};
    const char *s = opt_get(o, name);
    if (!s)
        return otherwise;
    size_t n = strspn(s, "0123456789");
    double x = 0;
    for (size_t i = 0; i < n && n <= 15; i++)
        x = 10 * x + (s[i] - '0');
    for (size_t i = 0; n > 0 && n <= 15 && i < sizeof units / sizeof *units; i++)
        if (strcmp(s + n, units[i].unit) == 0 && x > 0 && x * units[i].bytes <= 1e15)
            return (size_t)(x * units[i].bytes);
    diag_error(d, (struct loc){0}, "E-option-value", "write it as in 512MB or 2GiB",
               "--%s: '%s' is no size", name, s);
    return otherwise;
}

static double read_seconds(const struct opts *o, struct diags *d)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"s", 1}, {"min", 60}, {"ms", 1e-3}, {"h", 3600}};
    const char *s = opt_get(o, "time-limit");
    if (!s)
        return 0;
    size_t n = strspn(s, "0123456789");
    double x = 0;
    for (size_t i = 0; i < n && n <= 9; i++)
        x = 10 * x + (s[i] - '0');
    for (size_t i = 0; n > 0 && n <= 9 && i < sizeof units / sizeof *units; i++)
        if (strcmp(s + n, units[i].unit) == 0 && x > 0)
            return x * units[i].seconds;
    diag_error(d, (struct loc){0}, "E-option-value", "write it as in 30s or 5min",
               "--time-limit: '%s' is no time", s);
    return 0;
}

static struct judge_opt read_options(const struct cmd_args *a, struct diags *d)
{
    const struct opts *o = a->o;
    struct judge_opt j = judge_defaults();
    j.seed = cmd_seed(o, d);
    j.jobs = cmd_jobs(o, d);
    j.max_count =
        (uint32_t)opt_u64(o, "max-count", (struct opt_range){1, JUDGE_MAX_COUNT, j.max_count}, d);
    j.max_states = opt_u64(o, "max-states", (struct opt_range){1, 4000000000, j.max_states}, d);
    j.max_requests =
        opt_u64(o, "max-requests", (struct opt_range){1, 1000000000000, j.max_requests}, d);
    j.max_bytes = read_size(o, "max-memory", j.max_bytes, d);
    j.half_width = opt_share(o, "half-width", 0, d);
    j.no_reductions = opt_has(o, "no-reductions");
    j.strict = opt_has(o, "strict");
    return j;
}

static void check_outputs(const struct cmd_args *a, struct diags *d)
{
    const char *path;
    for (uint32_t i = 0; (path = opt_next(a->o, "output", &i));)
        if (strcmp(path, "-") != 0 && !check_report_by_suffix(path))
            diag_error(d, (struct loc){0}, "E-option-value", suffix_hint, "no format for '%s'",
                       path);
}

/* ---- specs and models ---- */

/* The claims of a file that is a model: its `checks:`, else those that are always asked. */
static void subject_of_model(struct plan_subject *p, const struct cmd_args *a, struct subject *s,
                             struct yaml *root, struct diags *d)
{
    const struct yaml *checks = yaml_get(root, "checks");
    p->tree = root;
    p->path = s->path;
    p->digest = s->digest;
    p->spec = checks ? spec_of_checks(a->mem, checks, s->path, d)
                     : spec_default(a->mem, s->path, root->at);
}

static const char *digest_of_both(struct arena *mem, const char *spec, const char *model)
{
    struct sha256 s;
    char hex[SHA256_HEX];
    sha256_begin(&s);
    sha256_add(&s, spec, strlen(spec));
    sha256_add(&s, model, strlen(model));
    sha256_end(&s, hex);
    return arena_strdup(mem, hex);
}

static void subject_of_spec(struct plan_subject *p, const struct cmd_args *a, struct subject *s,
                            const struct yaml *root, struct diags *d)
{
    struct subject m;
    p->spec = spec_build(a->mem, root, s->name, d);
    if (!p->spec)
        return;
    p->path = spec_path(a->mem, s->path, p->spec->model.text);
    struct diags *own = diags_new(a->mem);
    if (!subject_load(&m, a, p->path, own)) {
        diag_error(d, p->spec->model.at, "E-file", "a path is seen from the file it stands in",
                   "cannot read the model %s", p->path);
        return;
    }
    p->digest = digest_of_both(a->mem, s->digest, m.digest);
    p->tree = subject_tree(&m, a, d);
    if (!p->tree || !spec_is(p->tree))
        return;
    p->tree = NULL;
    diag_error(d, p->spec->model.at, "E-file",
               "`model` names the file that begins with pertinax: 1", "%s is a spec itself",
               p->path);
}

static void subject_of(struct plan_subject *p, const struct cmd_args *a, const char *path,
                       struct diags *d)
{
    struct subject s;
    const char *set, **sets = NEW(a->mem, const char *, a->o->nitem + 1u);
    if (!subject_load(&s, a, path, d))
        return;
    for (uint32_t i = 0; (set = opt_next(a->o, "set", &i));)
        sets[p->nset++] = set;
    p->set = sets;
    struct yaml *root = yaml_parse(a->mem, s.name, s.text, s.size, d);
    if (!root)
        return;
    if (spec_is(root)) {
        subject_of_spec(p, a, &s, root, d);
        return;
    }
    for (uint32_t i = 0; i < p->nset; i++)
        yaml_set(a->mem, root, sets[i], d);
    subject_of_model(p, a, &s, root, d);
}

/* --concurrent, for claims that do not say themselves. */
static void concurrent_set(const struct spec *s, const struct cmd_args *a, struct diags *d)
{
    struct opt_range most = {1, SPEC_MAX_CONCURRENT, SPEC_CONCURRENT};
    uint32_t n = (uint32_t)opt_u64(a->o, "concurrent", most, d);
    for (uint32_t i = 0; i < s->nclaim; i++)
        if (s->claim[i].concurrent_at.line == 0)
            s->claim[i].concurrent = n;
}

static struct plan_pick read_pick(const struct cmd_args *a, struct diags *d)
{
    struct plan_pick k = {.only = opt_get(a->o, "only")};
    k.under = opt_names(a->o, "under", a->mem, &k.nunder);
    if (opt_has(a->o, "under") && k.nunder == 0)
        diag_error(d, (struct loc){0}, "E-under", NULL, "--under names no execution");
    return k;
}

/* ---- what comes out ---- */

static void write_one(const char *path, const struct check_report *f, struct report_look look,
                      const struct check_result *r, const struct diags *d)
{
    struct buf b = {0};
    f->write(r, d, &look, &b);
    cmd_write(path, &b);
    buf_free(&b);
}

static void write_all(const struct cmd_args *a, const struct check_result *r, const struct diags *d)
{
    const char *path, *format = opt_get(a->o, "format");
    struct report_look look = simulate_look(a);
    write_one("-", check_report_find(format ? format : "text"), look, r, d);
    look.color = false;
    look.width = TERM_WIDTH;
    for (uint32_t i = 0; (path = opt_next(a->o, "output", &i));) {
        const struct check_report *f = check_report_by_suffix(path);
        if (f)
            write_one(path, f, look, r, d);
    }
}

static int status_of(const struct check_result *r)
{
    int status = STATUS_FINE;
    for (uint32_t i = 0; i < r->nclaim; i++) {
        enum verdict v = check_verdict(r, &r->claim[i]);
        if (v == VERDICT_FAIL)
            status = STATUS_FAILS;
        else if (v == VERDICT_UNDECIDED && status == STATUS_FINE)
            status = STATUS_UNDECIDED;
    }
    return r->interrupted ? STATUS_INTERRUPTED : status;
}

static const struct judge_traces traces = {agrees_measure, agrees_compare};

static int check_run(const struct cmd_args *a, struct diags *d)
{
    uint32_t n = a->o->noperand;
    struct judge_opt o = read_options(a, d);
    double limit = read_seconds(a->o, d);
    struct plan_subject *s = NEW(a->mem, struct plan_subject, n);
    check_outputs(a, d);
    bool whole = true;
    for (uint32_t i = 0; i < n; i++) {
        subject_of(&s[i], a, a->o->operand[i], d);
        whole = whole && s[i].spec && s[i].tree;
        if (s[i].spec)
            concurrent_set(s[i].spec, a, d);
    }
    struct plan_pick pick = read_pick(a, d);
    const struct plan *p = whole ? plan_make(a->mem, s, n, &pick, d) : NULL;
    if (!p || diags_errors(d))
        return STATUS_USAGE;
    struct watch w;
    struct experiment_opt e = experiment_defaults();
    watch_begin(&w, a, &e);
    watch_limit(&w, limit);
    o.stop = e.stop;
    o.traces = &traces;
    o.progress = watch_units;
    o.ctx = &w;
    struct check_result *r = judge_run(p, &o, a->mem, d);
    watch_end(&w, &e);
    if (!r)
        return STATUS_USAGE;
    r->version = cmd_version();
    r->command = a->command;
    r->interrupted = atomic_load(&w.asked);
    write_all(a, r, d);
    return status_of(r);
}

static const struct opt check_opts[] = {
    {"concurrent", 0, "N", "requests explored at once where a claim does not say (default 2)", 0},
    {"only", 0, "NAME", "judge the claims of this name alone", 0},
    {"under", 'u', "NAME,...", "judge them under these executions alone", OPT_MANY},
    {"strict", 0, NULL, "a vacuous claim fails", 0},
    {"max-states", 0, "N", "give an exploration up after N states (default 2000000)", 0},
    {"max-memory", 0, "SIZE", "or when it takes so much memory (default 2GiB)", 0},
    {"time-limit", 0, "TIME", "give up what is not decided by then, as in 30s", 0},
    {"max-count", 0, "N", "drawn counts and attempts are explored up to N (default 3)", 0},
    {"no-reductions", 0, NULL, "try every order, and equal things one by one", 0},
    {"max-requests", 0, "N", "simulate at most N requests for a claim (default 1000000)", 0},
    {"half-width", 0, "P%", "of the zone in which P(...) >= p need not be decided", 0},
    OPT_FORMAT("text|json|junit|sarif|github|md"),
    {NULL, 0, NULL, NULL, 0},
};

const struct cmd cmd_check = {
    .name = "check",
    .args = "SPEC|MODEL...",
    .summary = "judges claims by trying everything, for CI",
    .help =
        "Judges the claims of spec files and of models (under `checks:`): that nothing can\n"
        "deadlock, that each request is answered exactly once, and so on, by exploring every\n"
        "order and every outcome that an execution allows; limits on numbers by simulating until "
        "it\n"
        "is clear, agreement with recorded traces as `compare` does.  A model without claims is "
        "judged for deadlocks, awaits, responses, races and\n"
        "runs without end.\n\n"
        "  pertinax check specs/*.yaml\n"
        "  pertinax check app.yaml --strict -o junit.xml -o check.sarif\n"
        "  pertinax check app.yaml --format github --only deadlock_free\n\n"
        "It ends with 0 if all claims hold, with 1 if one does not, else with 3 if one could not\n"
        "be decided.",
    .opts = check_opts,
    .common = COMMON_ALL,
    .min = 1,
    .max = CMD_ANY,
    .missing = "name spec files, or models",
    .run = check_run,
};
