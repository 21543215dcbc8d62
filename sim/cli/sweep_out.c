/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_out.c - see sweep_out.h. */
#include "cli/sweep_out.h"
#include "cli/simulate.h"
#include "reports/report.h"
#include <string.h>

static bool is_json(const struct report *r)
{
    return strcmp(r->name, "json") == 0 || strcmp(r->name, "jsonl") == 0;
}

void sweep_check_outputs(const struct cmd_args *a, bool shard, struct diags *d)
{
    const char *path, *format = opt_get(a->o, "format");
    const char *only = "'pertinax merge' makes the rest from the JSON of all shards";
    simulate_check_outputs(a, d);
    if (shard && format && !is_json(report_find(format)))
        diag_error(d, (struct loc){0}, "E-option-value", only, "a shard is written as JSON, not %s",
                   format);
    for (uint32_t i = 0; (path = opt_next(a->o, "output", &i));) {
        const struct report *r = report_by_suffix(path);
        if (strcmp(path, "-") == 0 || !r)
            continue;
        if (!r->sweep)
            diag_error(d, (struct loc){0}, "E-option-value", NULL, "a sweep is not written as %s",
                       r->name);
        else if (shard && !is_json(r))
            diag_error(d, (struct loc){0}, "E-option-value", only,
                       "a shard is written as JSON, '%s' is %s", path, r->name);
    }
}

static void write_one(const char *path, const struct report *f, const struct report_look *look,
                      const struct sweep_result *r, const struct diags *d)
{
    struct buf b = {0};
    f->sweep(r, d, look, &b);
    cmd_write(path, &b);
    buf_free(&b);
}

void sweep_write(const struct cmd_args *a, const struct sweep_result *r, const struct diags *d)
{
    const char *path, *format = opt_get(a->o, "format");
    struct report_look look = simulate_look(a);
    write_one("-", report_find(format ? format : r->shards > 1 ? "json" : "text"), &look, r, d);
    look.color = false;
    look.width = TERM_WIDTH;
    for (uint32_t i = 0; (path = opt_next(a->o, "output", &i));) {
        const struct report *f = report_by_suffix(path);
        if (f)
            write_one(path, f, &look, r, d);
    }
}

int sweep_status(const struct sweep_result *r, const struct diags *d)
{
    int status = STATUS_FINE;
    for (uint32_t i = 0; i < r->ncell; i++)
        for (uint32_t k = 0; r->cell[i].have && k < r->nexec; k++)
            if (r->cell[i].exec[k].deadlock)
                status = STATUS_FAILS;
    return !r->complete ? STATUS_INTERRUPTED : diags_errors(d) ? STATUS_USAGE : status;
}
