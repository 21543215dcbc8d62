/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ask.c - see ask.h. */
#include "cli/ask.h"
#include "core/prog.h"
#include "model/expr.h"
#include "model/yaml.h"
#include "reports/trace.h"
#include <string.h>

/* ---- thresholds ---- */

enum { MOST_THRESHOLDS = 100 };

/* No name means anything on the command line. */
static struct binding no_name(void *ctx, const struct expr *name, enum expr_op agg, struct diags *d)
{
    (void)ctx;
    (void)agg;
    diag_error(d, name->at, "E-threshold", "write a time with its unit, such as 250ms",
               "'%s' is no time", name->name);
    return (struct binding){.kind = BIND_ERROR};
}

static void threshold_add(struct arena *a, struct experiment_opt *e, double *v, const char *s,
                          struct loc at, struct diags *d)
{
    struct scope scope = {.find = no_name};
    struct xprog x;
    const struct expr *tree = expr_parse(a, s, at, "", d);
    if (!tree)
        return;
    xprog_init(&x, a);
    uint32_t id = expr_compile(&x, tree, WANT_DURATION, true, &scope, d);
    if (id == XEXPR_NONE)
        return;
    double t = x.expr[id].value / 1e9;
    uint32_t i = e->nthreshold;
    if (i == MOST_THRESHOLDS) {
        diag_error(d, at, "E-threshold", NULL, "more than %d thresholds", MOST_THRESHOLDS);
        return;
    }
    for (uint32_t k = 0; k < i; k++)
        if (v[k] == t)
            return; /* asked twice, told once */
    for (; i > 0 && v[i - 1] > t; i--)
        v[i] = v[i - 1];
    v[i] = t;
    e->nthreshold++;
}

/* Where the next of several values, separated by commas outside parentheses, ends. */
static size_t value_length(const char *s)
{
    size_t n = 0;
    for (int depth = 0; s[n] && (s[n] != ',' || depth > 0); n++)
        depth += (s[n] == '(') - (s[n] == ')');
    return n;
}

static void read_thresholds(const struct cmd_args *a, struct experiment_opt *e, struct diags *d)
{
    const char *list;
    double *v = NEW(a->mem, double, MOST_THRESHOLDS);
    for (uint32_t i = 0; (list = opt_next(a->o, "threshold", &i));) {
        uint32_t file = diag_file(d, "--threshold", list, strlen(list));
        for (const char *s = list;; s++) {
            size_t n = value_length(s);
            struct loc at = {.file = file, .line = 1, .col = (uint32_t)(s - list) + 1};
            at.len = (uint32_t)n;
            const char *one = arena_strndup(a->mem, s, n);
            if (one[strspn(one, " \t")] == 0)
                diag_error(d, at, "E-threshold", "write times with units: 100ms,250ms",
                           "a time is missing here");
            else
                threshold_add(a->mem, e, v, one, at, d);
            s += n;
            if (*s == 0)
                break;
        }
    }
    e->threshold = v;
}

/* ---- traces ---- */

static void read_traces(const struct opts *o, struct experiment_opt *e, struct diags *d)
{
    const uint64_t most = 10000; /* a trace of more is no trace to look at */
    const char *path;
    bool any = opt_has(o, "trace");
    for (uint32_t i = 0; (path = opt_next(o, "trace", &i));)
        if (!trace_writer_of(path))
            diag_error(d, (struct loc){0}, "E-option-value",
                       "the suffix says the format: .json (Chrome, Perfetto) or .otlp.json",
                       "no format of traces for '%s'", path);
    if (opt_has(o, "trace-requests")) {
        e->traced = (uint32_t)opt_u64(o, "trace-requests", (struct opt_range){1, most, 1}, d);
        if (!any)
            diag_error(d, (struct loc){0}, "E-option", "add --trace FILE.json",
                       "--trace-requests says how many, and no --trace says where to");
    } else {
        e->timelines = e->timelines || any;
    }
}

void ask_traces(const struct cmd_args *a, const struct run_result *const *r, const struct diags *d)
{
    const char *path;
    for (uint32_t i = 0; (path = opt_next(a->o, "trace", &i));) {
        struct buf b = {0};
        trace_writer_of(path)->write(r, a->o->noperand, d, &b);
        cmd_write(path, &b);
        buf_free(&b);
    }
}

void ask_shape(const struct cmd_args *a, struct experiment_opt *e, struct diags *d)
{
    read_thresholds(a, e, d);
    read_traces(a->o, e, d);
}

void ask_read(const struct cmd_args *a, struct experiment_opt *e, struct diags *d)
{
    ask_shape(a, e, d);
    e->halve = opt_has(a->o, "gain");
}

/* ---- changed models ---- */

void ask_changes(const struct cmd_args *a, struct subject *s, struct diags *d)
{
    const char *set;
    uint32_t most = 0;
    for (uint32_t i = 0; opt_next(a->o, "what-if", &i);)
        most++;
    struct experiment_change *c = NEW(a->mem, struct experiment_change, most + 1);
    s->nchange = 0;
    s->change = c;
    for (uint32_t i = 0; (set = opt_next(a->o, "what-if", &i));) {
        uint32_t errors = diags_errors(d);
        struct yaml *root = subject_tree(s, a, d);
        if (!root)
            break;
        yaml_change(a->mem, root, "--what-if", set, d);
        const struct model *m =
            diags_errors(d) == errors ? model_build(a->mem, root, s->path, d) : NULL;
        if (!m)
            continue;
        c[s->nchange++] = (struct experiment_change){set, m};
        /* All errors of all changes in one run, before anything is simulated. */
        for (uint32_t k = 0; k < s->nexec; k++) {
            const struct execution *x = model_exec(m, s->exec[k]->name);
            if (x)
                prog_compile(a->mem, m, x, d);
        }
    }
}
