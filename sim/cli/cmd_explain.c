/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_explain.c - what a model means, without running it: the program of each execution, what has
 * a limit, where is drawn, static bounds; or a picture. */
#include "cli/cmd.h"
#include "core/graph.h"
#include <math.h>
#include <string.h>

static const char *bound_text(double ns, char *buffer)
{
    if (isnan(ns))
        return "unknown";
    return isfinite(ns) ? duration_text(ns, buffer) : "no bound";
}

static void explain_bounds(const struct prog *p, struct buf *b)
{
    char lo[32], hi[32], work[32];
    for (uint32_t i = 0; i < p->ncls; i++) {
        struct graph_bounds g = graph_bounds(p, i);
        buf_printf(b, "bounds of `%s`: at best %s, at worst %s", p->cls[i].name,
                   bound_text(g.lo, lo), bound_text(g.hi, hi));
        if (!isnan(g.work))
            buf_printf(b, "; %s of work on the mean", bound_text(g.work, work));
        buf_puts(b, "\n");
    }
    buf_puts(b, "  (if nothing fails and nothing has to wait; costs of the execution aside)\n");
}

static void explain_batch(const struct stage_site *g, struct buf *b)
{
    char text[32];
    if (g->max > 0)
        buf_printf(b, ", in batches of %u or after %s", g->max,
                   duration_text((double)g->wait, text));
}

static void explain_resources(const struct prog *p, struct buf *b)
{
    static const char *const kind[] = {
        [RES_SERVICE] = "service", [RES_RESOURCE] = "resource", [RES_CHANNEL] = "channel",
        [RES_STAGE] = "stage",     [RES_POOL] = "pool",         [RES_SERVER] = "server",
        [RES_LIMIT] = "limit"};
    static const char *const order[] = {"fifo", "lifo", "random", "priority", "ps"};
    if (p->nres)
        buf_puts(b, "\nwhat has a limit\n");
    for (uint32_t i = 0; i < p->nres; i++) {
        const struct res *r = &p->res[i];
        buf_printf(b, "  %-16s %-8s size %u, %s", r->name, kind[r->kind], r->size,
                   order[r->discipline]);
        if (r->keys)
            buf_printf(b, ", for each of %u keys", r->keys);
        if (r->kind == RES_STAGE)
            explain_batch(&p->stage[r->stage], b);
        if (r->queue != NONE)
            buf_printf(b, ", at most %u waiting", r->queue);
        buf_puts(b, r->per_worker && p->workers > 1 ? ", one in each worker\n" : "\n");
    }
}

static void explain_sites(const struct prog *p, struct buf *b)
{
    buf_puts(b, "\nwhere is drawn: hash of step and quantity, place, loops round it\n");
    for (uint32_t i = 0; i < p->nsite; i++) {
        const struct site *s = &p->site[i];
        if (s->expr == NONE || !p->x.expr[s->expr].draws)
            continue;
        const struct loc *at = &p->x.expr[s->expr].at;
        buf_printf(b, "  %08x  %u:%u", s->hash, at->line, at->col);
        for (uint32_t k = 0; k < s->nloop; k++)
            buf_printf(b, " w%u", p->loop_word[s->loop + k]);
        buf_putc(b, '\n');
    }
}

static void explain_prog(const struct prog *p, const struct diags *d, struct buf *b)
{
    const struct execution *x = p->exec;
    buf_printf(b, "== %s", x->name);
    if (strcmp(x->name, exec_kind_name[x->kind]) != 0)
        buf_printf(b, " (%s)", exec_kind_name[x->kind]);
    buf_printf(b, ": %u core%s, %u worker%s%s\n", p->cores, p->cores == 1 ? "" : "s", p->workers,
               p->workers == 1 ? "" : "s", p->gil ? ", GIL" : "");
    explain_bounds(p, b);
    buf_puts(b, "\npc     where   instruction [handlers, innermost first]\n");
    prog_list(p, d, b);
    explain_resources(p, b);
    explain_sites(p, b);
}

/* The executions asked for: --under, else those that the model names, else all. */
static bool wanted(const struct cmd_args *a, const struct model *m, uint32_t i)
{
    const char *under = opt_get(a->o, "under");
    if (under)
        return strcmp(under, m->exec[i].name) == 0;
    bool any = false;
    for (uint32_t k = 0; k < m->nexec; k++)
        any = any || m->exec_named[k];
    return !any || m->exec_named[i];
}

static bool known_execution(const struct cmd_args *a, const struct model *m, struct diags *d)
{
    const char *under = opt_get(a->o, "under");
    if (!under || model_exec(m, under))
        return true;
    const char **names = NEW(a->mem, const char *, m->nexec + 1), *list = "";
    for (uint32_t i = 0; i < m->nexec; i++) {
        names[i] = m->exec[i].name;
        list = arena_printf(a->mem, "%s%s%s", list, i ? ", " : "", names[i]);
    }
    const char *near = nearest(under, names, m->nexec);
    diag_error(d, (struct loc){0}, "E-under",
               near ? arena_printf(a->mem, "did you mean '%s'?", near)
                    : arena_printf(a->mem, "there are %s", list),
               "no execution '%s'", under);
    return false;
}

static void explain_text(const struct cmd_args *a, const struct model *m, struct diags *d,
                         struct buf *b)
{
    buf_printf(b, "%s", m->name);
    if (m->doc)
        buf_printf(b, " - %.*s", (int)strcspn(m->doc, "\n"), m->doc);
    buf_putc(b, '\n');
    for (uint32_t i = 0; i < m->nexec; i++) {
        if (!wanted(a, m, i))
            continue;
        const struct prog *p = prog_compile(a->mem, m, &m->exec[i], d);
        if (!p)
            continue; /* the others may have mistakes of their own */
        buf_putc(b, '\n');
        explain_prog(p, d, b);
    }
}

/* ORDER explained: as OPT_FORMAT below names them */
enum { AS_TEXT, AS_DOT, AS_MERMAID, AS_COUNT };
static const struct {
    const char *name, *suffix;
} format_row[AS_COUNT] = {{"text", ".txt"}, {"dot", ".dot"}, {"mermaid", ".mmd"}};

static int format_of(const char *name)
{
    for (int i = 0; name && i < AS_COUNT; i++)
        if (strcmp(format_row[i].name, name) == 0)
            return i;
    return AS_TEXT;
}

static int format_by_suffix(const char *path)
{
    const char *dot = strrchr(path, '.');
    for (int i = 0; dot && i < AS_COUNT; i++)
        if (strcmp(format_row[i].suffix, dot) == 0)
            return i;
    return -1;
}

/* Are the files of -o of formats we know?  Better said before the work than after. */
static void check_outputs(const struct cmd_args *a, struct diags *d)
{
    const char *path;
    for (uint32_t i = 0; (path = opt_next(a->o, "output", &i));)
        if (strcmp(path, "-") != 0 && format_by_suffix(path) < 0)
            diag_error(d, (struct loc){0}, "E-option-value",
                       "the suffix says the format: .txt, .dot or .mmd", "no format for '%s'",
                       path);
}

static void explain_as(const struct cmd_args *a, const struct model *m, int format, struct diags *d,
                       struct buf *b)
{
    if (format == AS_TEXT)
        explain_text(a, m, d, b);
    else if (prog_compile(a->mem, m, &m->exec[0], d)) /* a picture of a model without errors */
        graph_draw(m, format == AS_DOT ? GRAPH_DOT : GRAPH_MERMAID, b);
}

static int explain_run(const struct cmd_args *a, struct diags *d)
{
    const char **set = NEW(a->mem, const char *, a->o->nitem + 1), *s;
    uint32_t nset = 0;
    for (uint32_t i = 0; (s = opt_next(a->o, "set", &i));)
        set[nset++] = s;
    check_outputs(a, d);
    const struct model *m = model_read(a->mem, a->o->operand[0], set, nset, d);
    if (!m || !known_execution(a, m, d))
        return STATUS_USAGE;
    struct buf b = {0};
    explain_as(a, m, format_of(opt_get(a->o, "format")), d, &b);
    if (!diags_errors(d)) {
        cmd_write("-", &b);
        for (uint32_t i = 0; (s = opt_next(a->o, "output", &i));) {
            if (strcmp(s, "-") == 0)
                continue; /* written already */
            buf_clear(&b);
            explain_as(a, m, format_by_suffix(s), d, &b);
            cmd_write(s, &b);
        }
    }
    buf_free(&b);
    return diags_errors(d) ? STATUS_USAGE : STATUS_FINE;
}

static const struct opt explain_opts[] = {
    OPT_FORMAT("text|dot|mermaid"),
    {"under", 'u', "NAME", "only this execution (text)", 0},
    {NULL, 0, NULL, NULL, 0},
};

const struct cmd cmd_explain = {
    .name = "explain",
    .args = "MODEL",
    .summary = "shows what a model means, without running it",
    .help = "Prints the program that a model becomes under each of its executions, what has a "
            "limit, where is drawn, and bounds on the latency that hold without contention.\n\n"
            "With --format dot or mermaid it draws the model instead:\n\n"
            "  pertinax explain --format dot search.yaml | dot -Tsvg -o search.svg",
    .opts = explain_opts,
    .common = COMMON_OUTPUT | COMMON_SET | COMMON_COLOR,
    .min = 1,
    .max = 1,
    .missing = "'pertinax init' writes an example model",
    .run = explain_run,
};
