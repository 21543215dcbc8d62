/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simulate.c - see simulate.h. */
#include "cli/simulate.h"
#include "base/sha256.h"
#include <string.h>

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

struct experiment_opt simulate_options(const struct cmd_args *a, struct diags *d)
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

void simulate_check_outputs(const struct cmd_args *a, struct diags *d)
{
    const char *path;
    for (uint32_t i = 0; (path = opt_next(a->o, "output", &i));)
        if (strcmp(path, "-") != 0 && !report_by_suffix(path))
            diag_error(d, (struct loc){0}, "E-option-value",
                       "the suffix says the format: .txt, .json, .jsonl, .csv, .md or .html",
                       "no format for '%s'", path);
}
struct report_look simulate_look(const struct cmd_args *a)
{
    return (struct report_look){.width = a->out.width,
                                .color = a->out.color,
                                .unicode = a->out.utf8,
                                .verbosity = opt_has(a->o, "quiet")     ? -1
                                             : opt_has(a->o, "verbose") ? 1
                                                                        : 0};
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
static const char *digest_of(struct arena *mem, const struct subject *m, const struct opts *o)
{
    struct sha256 s;
    char hex[SHA256_HEX];
    const char *set;
    sha256_begin(&s);
    sha256_add(&s, m->text, m->size);
    for (uint32_t i = 0; (set = opt_next(o, "set", &i));) {
        sha256_add(&s, "", 1);
        sha256_add(&s, set, strlen(set));
    }
    sha256_end(&s, hex);
    return arena_strdup(mem, hex);
}

bool subject_text(struct subject *s, const struct cmd_args *a, const char *path, struct diags *d)
{
    struct buf b = {0};
    bool ok = read_bytes(&b, path);
    *s = (struct subject){.name = strcmp(path, "-") == 0 ? "<stdin>" : path, .path = path};
    if (!ok) {
        model_read(a->mem, path, NULL, 0, d); /* says what is wrong with the file */
    } else {
        s->text = arena_strndup(a->mem, b.n ? b.s : "", b.n);
        s->size = b.n;
    }
    buf_free(&b);
    return ok;
}

bool subject_load(struct subject *s, const struct cmd_args *a, const char *path, struct diags *d)
{
    bool ok = subject_text(s, a, path, d);
    if (ok)
        s->digest = digest_of(a->mem, s, a->o);
    return ok;
}

struct yaml *subject_tree(const struct subject *s, const struct cmd_args *a, struct diags *d)
{
    const char *set;
    struct yaml *root = yaml_parse(a->mem, s->name, s->text, s->size, d);
    for (uint32_t i = 0; root && (set = opt_next(a->o, "set", &i));)
        yaml_set(a->mem, root, set, d);
    return root;
}

void subject_read(struct subject *s, const struct cmd_args *a, struct diags *d)
{
    struct yaml *root = subject_tree(s, a, d);
    if (root)
        s->model = model_build(a->mem, root, s->path, d);
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

void subject_executions(struct subject *s, const struct opts *o, struct arena *a, struct diags *d)
{
    uint32_t n;
    const char **name = opt_names(o, "under", a, &n);
    s->exec = NEW(a, const struct execution *, s->model->nexec);
    if (!opt_has(o, "under")) {
        choose_default(s);
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct execution *x = model_exec(s->model, name[i]);
        if (x)
            exec_add(s, x);
        else
            exec_unknown(s, name[i], a, d);
    }
    if (s->nexec == 0 && !diags_errors(d))
        diag_error(d, (struct loc){0}, "E-under", NULL, "--under names no execution");
}

/* ---- results ---- */

static const struct report *read_format(const struct cmd_args *a, uint32_t n)
{
    const char *name = opt_get(a->o, "format");
    const struct report *r = report_find(name ? name : "text");
    /* One document a line, where there are several. */
    return strcmp(r->name, "json") == 0 && n > 1 ? report_find("jsonl") : r;
}

static void write_one(const char *path, const struct report *r, struct report_look look,
                      const struct run_result *const *result, uint32_t n, const struct diags *d)
{
    struct buf b = {0};
    report_write(r, result, n, d, &look, &b);
    cmd_write(path, &b);
    buf_free(&b);
}

void simulate_write(const struct cmd_args *a, const struct run_result *const *result, uint32_t n,
                    const struct diags *d)
{
    const char *path;
    struct report_look look = simulate_look(a);
    write_one("-", read_format(a, n), look, result, n, d);
    look.color = false;
    look.width = TERM_WIDTH; /* a file is the same from any terminal */
    for (uint32_t i = 0; (path = opt_next(a->o, "output", &i));) {
        const struct report *r = report_by_suffix(path);
        if (!r)
            continue; /* "-": written already */
        if (strcmp(r->name, "json") == 0 && n > 1)
            r = report_find("jsonl");
        write_one(path, r, look, result, n, d);
    }
}
