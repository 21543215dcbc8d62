/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_merge.c - `pertinax merge`: puts the shards of a sweep together.  What it writes has the same
 * bytes as if one run had done it all. */
#include "cli/sweep_out.h"
#include "core/sweep_judge.h"
#include "reports/sweep_read.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

struct file {
    const char *name;
    struct sweep_result r;
    bool ok;
};

static bool read_bytes(struct buf *b, const char *path)
{
    char piece[65536];
    size_t n;
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (!f)
        return false;
    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        buf_put(b, piece, n);
    bool ok = !ferror(f);
    int error = errno;
    if (f != stdin)
        fclose(f);
    errno = error;
    return ok;
}

static void read_file(struct file *f, const char *path, const struct cmd_args *a, struct diags *d)
{
    struct buf b = {0};
    f->name = strcmp(path, "-") == 0 ? "<stdin>" : path;
    if (!read_bytes(&b, path)) {
        diag_error(d, (struct loc){0}, "E-file", NULL, "cannot read '%s': %s", path,
                   strerror(errno));
    } else {
        const char *text = arena_strndup(a->mem, b.n ? b.s : "", b.n);
        f->ok = sweep_read(&f->r, f->name, text, b.n, a->mem, d);
    }
    buf_free(&b);
}

/* ---- are they of one sweep? ---- */

static bool differ(const struct file *x, const struct file *y, const char *what, const char *of_x,
                   const char *of_y, struct diags *d)
{
    if (strcmp(of_x, of_y) == 0)
        return false;
    diag_error(d, (struct loc){0}, "E-merge", "all parts come from one command",
               "'%s' and '%s' are not parts of one sweep: %s: %s and %s", x->name, y->name, what,
               of_x, of_y);
    return true;
}

static const char *axes_text(struct arena *a, const struct sweep_result *r)
{
    struct buf b = {0};
    for (uint32_t i = 0; i < r->naxis; i++) {
        buf_printf(&b, "%s%s=", i ? " " : "", r->axis[i].name);
        for (uint32_t k = 0; k < r->axis[i].n; k++)
            buf_printf(&b, "%s%s", k ? "," : "", r->axis[i].value[k]);
    }
    buf_puts(&b, r->zip ? " (zip)" : "");
    const char *s = arena_strdup(a, b.s);
    buf_free(&b);
    return s;
}

static const char *execs_text(struct arena *a, const struct sweep_result *r)
{
    struct buf b = {0};
    for (uint32_t i = 0; i < r->nexec; i++)
        buf_printf(&b, "%s%s", i ? "," : "", r->exec_name[i]);
    const char *s = arena_strdup(a, b.s);
    buf_free(&b);
    return s;
}

static void agree(const struct file *x, const struct file *y, struct arena *a, struct diags *d)
{
    const struct sweep_result *p = &x->r, *q = &y->r;
    const struct run_result *b = &p->base, *c = &q->base;
    const struct row {
        const char *what, *x, *y;
    } rows[] = {
        {"the version", b->version, c->version},
        {"the model's digest", b->digest, c->digest},
        {"the seed", arena_printf(a, "%llu", (unsigned long long)b->seed),
         arena_printf(a, "%llu", (unsigned long long)c->seed)},
        {"the metric", sweep_metric_row[p->metric].name, sweep_metric_row[q->metric].name},
        {"the axes", axes_text(a, p), axes_text(a, q)},
        {"the executions", execs_text(a, p), execs_text(a, q)},
        {"the number of shards", arena_printf(a, "%u", (unsigned)p->shards),
         arena_printf(a, "%u", (unsigned)q->shards)},
        {"the command", b->command, c->command},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (differ(x, y, rows[i].what, rows[i].x, rows[i].y, d))
            return; /* the rest follows from it */
}

/* ---- are they all there? ---- */

static void count_cells(const struct file *f, struct diags *d)
{
    const struct sweep_result *r = &f->r;
    uint32_t n = 0, want = 0;
    for (uint32_t i = r->shard - 1; i < r->ncell; i += r->shards) {
        want++;
        n += r->cell[i].have;
    }
    if (n < want)
        diag_error(d, (struct loc){0}, "E-merge", "run it again",
                   "'%s' is incomplete: %u of its %u cells were run", f->name, (unsigned)n,
                   (unsigned)want);
}

static void count_shards(const struct file *f, uint32_t n, struct arena *a, struct diags *d)
{
    enum { LISTED = 10 };
    uint32_t shards = f[0].r.shards, missing = 0;
    const char *list = "";
    const struct file **of = NEW(a, const struct file *, shards + 1u);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t s = f[i].r.shard;
        if (of[s])
            diag_error(d, (struct loc){0}, "E-merge", "each part once",
                       "shard %u/%u is there twice: '%s' and '%s'", (unsigned)s, (unsigned)shards,
                       of[s]->name, f[i].name);
        of[s] = &f[i];
    }
    for (uint32_t s = 1; s <= shards; s++)
        if (!of[s] && missing++ < LISTED)
            list = arena_printf(a, "%s%s%u/%u", list, *list ? ", " : "", (unsigned)s,
                                (unsigned)shards);
    if (missing)
        diag_error(d, (struct loc){0}, "E-merge", "name the files of all parts", "%s %s%s missing",
                   missing == 1 ? "shard" : "shards", list,
                   missing == 1       ? " is"
                   : missing > LISTED ? ", ... are"
                                      : " are");
}

static void tell_errors(const struct sweep_result *r, struct diags *d)
{
    enum { TOLD = 20 };
    uint32_t told = 0;
    for (uint32_t i = 0; i < r->ncell && told < TOLD; i++)
        for (uint32_t k = 0; k < r->nexec; k++)
            if (r->cell[i].exec[k].error) {
                diag_error(d, (struct loc){0}, "E-run", NULL, "%s (in the cell %s)",
                           r->cell[i].exec[k].error, sweep_cell_text(r->base.mem, r, i));
                told++;
            }
}

static int run_merge(const struct cmd_args *a, struct diags *d)
{
    uint32_t n = a->o->noperand;
    struct file *f = NEW(a->mem, struct file, n);
    sweep_check_outputs(a, false, d);
    for (uint32_t i = 0; i < n; i++)
        read_file(&f[i], a->o->operand[i], a, d);
    if (diags_errors(d))
        return STATUS_USAGE;
    for (uint32_t i = 1; i < n; i++)
        agree(&f[0], &f[i], a->mem, d);
    if (!diags_errors(d))
        count_shards(f, n, a->mem, d);
    for (uint32_t i = 0; i < n; i++)
        count_cells(&f[i], d);
    if (diags_errors(d))
        return STATUS_USAGE;
    struct sweep_result *r = &f[0].r;
    for (uint32_t i = 1; i < n; i++)
        for (uint32_t k = f[i].r.shard - 1; k < r->ncell; k += r->shards)
            r->cell[k] = f[i].r.cell[k];
    r->shard = r->shards = 1;
    r->complete = true;
    tell_errors(r, d);
    sweep_judge(r);
    sweep_write(a, r, d);
    return sweep_status(r, d);
}

static const struct opt merge_opts[] = {
    SWEEP_FORMAT,
    {NULL, 0, NULL, NULL, 0},
};

const struct cmd cmd_merge = {
    .name = "merge",
    .args = "FILE...",
    .summary = "puts the shards of a sweep together",
    .help =
        "Reads the JSON of all shards of one sweep ('pertinax sweep --shard I/N') in any order\n"
        "and writes the whole, the same bytes as if one run had done it all.  The JSON of a\n"
        "whole sweep may be given, too: it is written in another format.\n\n"
        "  pertinax merge part1.json part2.json part3.json\n"
        "  pertinax merge part*.json --format md -o sweep.csv\n",
    .opts = merge_opts,
    .common = COMMON_OUTPUT | COMMON_QUIET | COMMON_VERBOSE | COMMON_COLOR,
    .min = 1,
    .max = CMD_ANY,
    .missing = "'pertinax sweep --shard 1/3' writes one",
    .run = run_merge,
};
