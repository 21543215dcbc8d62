/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_fit.c - pertinax fit: a model from recorded traces. */
#include "cli/cmd.h"
#include "cli/simulate.h"
#include "cli/spans.h"
#include "fit/draft.h"
#include "fit/refit.h"
#include "reports/refit.h"
#include "trace/format.h"
#include <stdio.h>
#include <string.h>

struct fit_cmd {
    const struct cmd_args *a;
    const char *store;
    struct forest_ask ask;
    struct draft_opt draft;
    struct subject subject; /* --model */
    struct refit_opt refit;
};

static bool fit_options(struct fit_cmd *c, struct diags *d)
{
    const struct opts *o = c->a->o;
    const char *since = opt_get(o, "since"), *self = opt_get(o, "self");
    c->store = opt_get(o, "store") ? opt_get(o, "store") : "pertinax.db";
    c->ask = (struct forest_ask){.root = opt_get(o, "root"),
                                 .service = opt_get(o, "service"),
                                 .label = opt_get(o, "label"),
                                 .since = INT64_MIN};
    if (since && !time_iso(since, strlen(since), &c->ask.since))
        diag_error(d, (struct loc){0}, "E-option-value", "as in --since 2024-05-01T12:00:00Z",
                   "--since: '%s' is no time", since);
    c->draft = (struct draft_opt){.name = opt_get(o, "name"),
                                  .store = c->store,
                                  .wait = self && strcmp(self, "wait") == 0,
                                  .seed = cmd_seed(o, d)};
    return diags_errors(d) == 0;
}

static void put_summary(const struct shape *s, const struct draft_note *n, const char *path,
                        struct buf *b)
{
    const struct forest *f = s->f;
    buf_printf(b, "%s \xc2\xb7 from %u requests '%s', %u spans\n", path, f->ntree, f->name,
               f->nspan);
    buf_printf(b, "%u services, %u steps; %llu orders, each seen in %u requests or more.\n",
               n->services, n->steps, (unsigned long long)s->pairs, s->pairs ? s->seen : 0);
    if (n->refused)
        buf_printf(b, "%u laws are given by quantiles: no family fits them.\n", n->refused);
    if (n->loaded)
        buf_printf(b,
                   "%u services take longer the more calls are under way: what was recorded "
                   "contains waiting.\n",
                   n->loaded);
    buf_printf(b, "Next: pertinax run %s\n", path);
}

static void write_model(const struct fit_cmd *c, const struct shape *s)
{
    struct buf model = {0}, said = {0};
    struct draft_note note;
    const char *path;
    bool file = false;
    draft_write(s, &c->draft, &model, &note);
    for (uint32_t i = 0; (path = opt_next(c->a->o, "output", &i));) {
        cmd_write(path, &model);
        file = true;
        if (strcmp(path, "-") != 0 && !opt_has(c->a->o, "quiet"))
            put_summary(s, &note, path, &said);
    }
    if (!file)
        cmd_write("-", &model);
    else
        cmd_write("-", &said);
    buf_free(&model);
    buf_free(&said);
}

/* ---- --model ---- */

static const struct model *model_of(const struct fit_cmd *c, const char *name, const char *text,
                                    size_t n, struct diags *d)
{
    struct yaml *root = yaml_parse(c->a->mem, name, text, n, d);
    return root ? model_build(c->a->mem, root, c->subject.path, d) : NULL;
}

static void read_model(struct fit_cmd *c, struct diags *d)
{
    const char *path = opt_get(c->a->o, "model");
    if (path && subject_text(&c->subject, c->a, path, d))
        c->subject.model = model_of(c, c->subject.name, c->subject.text, c->subject.size, d);
    c->refit.name = spans_read(c->a, &c->refit.nname, d);
    c->refit.store = c->store;
    c->refit.seed = c->draft.seed;
}

/* The model goes where -o says; what is said of it to standard output then, else beside it. */
static int write_refit(const struct fit_cmd *c, const struct forest *f, struct diags *d)
{
    struct buf model = {0}, said = {0};
    const struct report_look look = {
        .width = c->a->out.width, .color = c->a->out.color, .unicode = c->a->out.utf8};
    const char *path = opt_get(c->a->o, "output");
    struct refit_result *r = refit_make(c->subject.model, c->subject.text, c->subject.size, f,
                                        &c->refit, c->a->mem, &model);
    model_of(c, "the refitted model", model.n ? model.s : "", model.n, d);
    if (diags_errors(d) == 0) {
        cmd_write(path ? path : "-", &model);
        refit_text(r, &look, &said);
        if (!opt_has(c->a->o, "quiet"))
            fwrite(said.s, 1, said.n, path && strcmp(path, "-") != 0 ? stdout : stderr);
    }
    buf_free(&model);
    buf_free(&said);
    return diags_errors(d) ? STATUS_USAGE : STATUS_FINE;
}

static int fit_run(const struct cmd_args *a, struct diags *d)
{
    struct fit_cmd c = {.a = a};
    int status = STATUS_USAGE;
    struct forest *f = NULL;
    bool ok = fit_options(&c, d);
    read_model(&c, d);
    struct store *s = ok && !diags_errors(d) ? store_open(c.store, STORE_READ, d) : NULL;
    if (s) {
        f = forest_read(s, &c.ask, a->mem, d);
        store_close(s);
    }
    if (f && c.subject.model) {
        status = write_refit(&c, f, d);
    } else if (f) {
        write_model(&c, shape_find(f, a->mem));
        status = STATUS_FINE;
    }
    return status;
}

static const struct opt fit_opts[] = {
    {"store", 'd', "FILE", "the store (default: pertinax.db)", 0},
    {"root", 'r', "NAME", "the span that a request begins with (default: the most frequent)", 0},
    {"service", 0, "NAME", "the service of that span", 0},
    {"label", 'l', "NAME", "only of this recording (default: all)", 0},
    {"since", 0, "TIME", "only requests from then on, as in 2024-05-01T12:00:00Z", 0},
    {"model", 'm', "MODEL", "estimate the numbers of this model again, leave all else in it", 0},
    {"spans", 0, "STEP=NAME", "with --model: the spans of a step have another name than it",
     OPT_MANY},
    {"name", 0, "NAME", "of the model (default: that of the root)", 0},
    {"self", 0, "cpu|wait", "what a span's own time is (default: cpu)", 0},
    {NULL, 0, NULL, NULL, 0},
};

const struct cmd cmd_fit = {
    .name = "fit",
    .args = "",
    .summary = "makes a model of recorded traces",
    .help =
        "Makes a model of the requests of one kind in a store: what is done one after another and "
        "what at once, how often, and how long each call takes.\n\n"
        "  pertinax import -d prod.db traces.json.gz\n"
        "  pertinax fit -d prod.db --root 'GET /search' -o search.yaml\n"
        "  pertinax run search.yaml\n\n"
        "One step is taken to wait for another if at most 2 % of the requests that have both "
        "contradict it; so a call that happened to be over in time in most requests is not taken "
        "for a cause. What was found is what the recorded execution did: a request recorded under "
        "serial execution is a sequence.\n\n"
        "A law is chosen among exponential (also shifted), gamma, lognormal, Weibull, Pareto and "
        "mixtures of two by likelihood and AIC, and tested by Anderson-Darling with a parametric "
        "bootstrap; beside it stands from how many values it is, and how well it fits. What no "
        "family fits is given by quantiles.\n\n"
        "With --model the structure is that of a model that exists, and so are its text and its "
        "comments: latencies, `cpu`, `wait`, `error`, the probabilities of `if` and `choose` are "
        "estimated from the spans that are called as the steps, and a table says what was "
        "replaced by what, and what was left and why.\n\n"
        "  pertinax fit --model search.yaml -d prod.db --spans geocoder=geo.Lookup -o search.yaml",
    .opts = fit_opts,
    .common = COMMON_OUTPUT | COMMON_SEED | COMMON_QUIET | COMMON_COLOR,
    .min = 0,
    .max = 0,
    .run = fit_run,
};
