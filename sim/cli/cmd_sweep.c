/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_sweep.c - `pertinax sweep`: a model over a grid of settings.
 *
 * All cells are looked at before the first is run: wrong input leaves standard output empty. */
#include "cli/simulate.h"
#include "cli/sweep_out.h"
#include "cli/watch.h"
#include "core/sweep_judge.h"
#include "run/sweep.h"
#include "run/sweep_axis.h"
#include <string.h>

/* "2/8" */
static void read_shard(struct sweep_opt *s, const struct opts *o, struct diags *d)
{
    const char *text = opt_get(o, "shard");
    uint64_t v[2] = {0, 0};
    s->shard = s->shards = 1;
    if (!text)
        return;
    const char *p = text;
    for (int i = 0; i < 2; i++) {
        for (; *p >= '0' && *p <= '9' && v[i] <= SWEEP_MAX_CELLS; p++)
            v[i] = 10 * v[i] + (uint64_t)(*p - '0');
        p += i == 0 && *p == '/';
    }
    if (*p || !strchr(text, '/') || v[0] < 1 || v[0] > v[1] || v[1] > SWEEP_MAX_CELLS) {
        diag_error(d, (struct loc){0}, "E-option-value", "1/3, 2/3 and 3/3 are the parts of three",
                   "--shard takes I/N, not '%s'", text);
        return;
    }
    s->shard = (uint32_t)v[0];
    s->shards = (uint32_t)v[1];
}

static void read_axes(struct sweep_opt *s, const struct cmd_args *a, struct diags *d)
{
    uint32_t n = 0;
    const char *set;
    for (uint32_t i = 0; opt_next(a->o, "set", &i);)
        n++;
    struct sweep_axis *axis = NEW(a->mem, struct sweep_axis, n);
    n = 0;
    for (uint32_t i = 0; (set = opt_next(a->o, "set", &i));)
        sweep_axis_read(a->mem, set, &axis[n++], d);
    s->set = axis;
    s->nset = n;
}

/* What the question is: under a load that waits for answers, how many there are. */
static enum sweep_metric default_metric(const struct model *m)
{
    bool waits = m->nload > 0;
    for (uint32_t i = 0; i < m->nload; i++)
        waits = waits && (m->load[i].kind == LOAD_CLOSED || m->load[i].kind == LOAD_BACKLOG);
    return waits ? SWEEP_THROUGHPUT : SWEEP_MEAN;
}

static void choose_metric(struct sweep_result *r, const struct model *m, const struct opts *o,
                          struct diags *d)
{
    const char *name = opt_get(o, "metric");
    r->metric = default_metric(m);
    for (unsigned i = 0; name && i < SWEEP_METRIC_COUNT; i++)
        if (strcmp(name, sweep_metric_row[i].name) == 0)
            r->metric = (enum sweep_metric)i;
    bool backlog = m->nload > 0;
    for (uint32_t i = 0; i < m->nload; i++)
        backlog = backlog && m->load[i].kind == LOAD_BACKLOG;
    if (r->metric == SWEEP_MAKESPAN && !backlog)
        diag_error(d, (struct loc){0}, "E-option-value", "throughput says as much",
                   "only a backlog has a makespan");
    if (r->metric == SWEEP_SPEEDUP && r->nexec < 2)
        diag_error(d, (struct loc){0}, "E-option-value",
                   "the first of --under is what the others are compared with",
                   "a speedup takes two executions");
}

/* The first cell whose model can be read says what there is to run. */
static void choose_executions(struct sweep_result *r, struct sweep_opt *s, struct subject *m,
                              const struct cmd_args *a, struct diags *d)
{
    for (uint32_t i = 0; i < r->ncell && !m->model; i++) {
        struct diags *own = diags_new(a->mem);
        const struct model *one = sweep_model(r, s, i, a->mem, own);
        if (!one || diags_errors(own))
            continue;
        m->model = one;
        for (uint32_t k = 0; k < diags_count(own); k++)
            diags_adopt(d, own, k, "");
    }
    if (!m->model)
        return;
    subject_executions(m, a->o, a->mem, d);
    const char **name = NEW(a->mem, const char *, m->nexec);
    r->exec_name = NEW(a->mem, const char *, m->nexec);
    r->exec_kind = NEW(a->mem, const char *, m->nexec);
    for (uint32_t i = 0; i < m->nexec; i++) {
        name[i] = r->exec_name[i] = m->exec[i]->name;
        r->exec_kind[i] = exec_kind_name[m->exec[i]->kind];
    }
    s->exec = name;
    s->nexec = r->nexec = m->nexec;
    choose_metric(r, m->model, a->o, d);
}

static void run_cells(struct sweep_result *r, struct sweep_opt *s, const struct cmd_args *a,
                      struct diags *d)
{
    struct watch w;
    watch_begin(&w, a, &s->e);
    s->progress = w.bar ? watch_cells : NULL;
    s->ctx = &w;
    sweep_run(r, s, d);
    watch_end(&w, &s->e);
}

static int run_sweep(const struct cmd_args *a, struct diags *d)
{
    struct subject m;
    struct sweep_result *r = NEW(a->mem, struct sweep_result, 1);
    struct sweep_opt s = {.e = simulate_options(a, d), .zip = opt_has(a->o, "zip")};
    uint32_t good;
    r->base.mem = a->mem;
    read_shard(&s, a->o, d);
    read_axes(&s, a, d);
    sweep_check_outputs(a, s.shards > 1, d);
    bool loaded = subject_load(&m, a, a->o->operand[0], d);
    if (diags_errors(d) || !loaded || !sweep_plan(r, &s, d))
        return STATUS_USAGE;
    s.name = m.name;
    s.path = m.path;
    s.text = m.text;
    s.size = m.size;
    choose_executions(r, &s, &m, a, d);
    if (!sweep_check(r, &s, &good, d) || diags_errors(d))
        return STATUS_USAGE;
    r->base.version = cmd_version();
    r->base.command = a->command;
    r->base.digest = m.digest;
    r->base.model_name = m.model->name;
    r->base.model_doc = m.model->doc;
    r->base.model_file = m.model->file;
    run_cells(r, &s, a, d);
    sweep_judge(r);
    sweep_write(a, r, d);
    return sweep_status(r, d);
}

static const struct opt sweep_opts[] = {
    {"zip", 0, NULL, "take the first values of all axes together, then the second ones and so on",
     0},
    {"metric", 'm', SWEEP_METRICS,
     "what cells are compared by (default: mean; throughput under a closed load or a backlog)", 0},
    {"shard", 0, "I/N", "run only part I of N, as JSON; 'pertinax merge' puts the parts together",
     OPT_UNRECORDED},
    SIMULATE_OPTS,
    SWEEP_FORMAT,
    {NULL, 0, NULL, NULL, 0},
};

const struct cmd cmd_sweep = {
    .name = "sweep",
    .args = "MODEL",
    .summary = "runs a model over a grid of settings",
    .help =
        "Runs the model with every combination of the values given by --set, each cell as 'run'\n"
        "would and all on the same draws, and compares them: which is best, from where on more\n"
        "gains little, where another execution begins to win.  Values are\n\n"
        "  a,b,c       as they stand: --set hit=0.3,0.5,0.9\n"
        "  lo:step:hi  counted, both ends included: --set pool=1:1:16, --set "
        "db.latency=1ms:1ms:9ms\n"
        "  lo:*f:hi    multiplied: --set clients=1:*2:256\n\n"
        "and may be mixed (1:1:4,8,16).  A --set with one value holds in all cells.\n\n"
        "Two axes are drawn as heat maps, one or more than two as a table.  * is the best, ~ what "
        "is\n"
        "not distinguishable from it.  The same model, options and seed give the same bytes, "
        "whatever\n"
        "--jobs says, and whether one run did it all or shards did that were merged.\n\n"
        "  pertinax sweep app.yaml --set pool=1:1:16\n"
        "  pertinax sweep app.yaml --set pool=1,2,4,8 --set hit=0.5,0.9 --metric p99 -o grid.csv\n"
        "  pertinax sweep app.yaml --set pool=1:1:64 --shard 2/4 -o part2.json\n",
    .opts = sweep_opts,
    .common = COMMON_ALL,
    .min = 1,
    .max = 1,
    .missing = "'pertinax init' writes an example model",
    .run = run_sweep,
};
