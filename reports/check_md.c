/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_md.c - judged claims as GitHub Markdown: a job's summary, a comment on a pull request. */
#include "reports/check.h"
#include "reports/md.h"
#include "reports/story.h"

static void failure_md(struct arena *a, const struct check_result *r, uint32_t number,
                       const struct check_numbers *n, struct buf *out)
{
    const struct claim_result *c = &r->claim[n->first[number - 1]];
    uint32_t before = check_run_before(number, n);
    md_para(a,
            arena_printf(a, "(%u) %s%s%s%s", number, check_failure(a, r, number, n),
                         before ? arena_printf(a, ", by the run of (%u)", before) : "",
                         c->hint ? "; " : "", c->hint ? c->hint : ""),
            out);
    if (!c->story || before)
        return;
    buf_puts(out, "\n```mermaid\n");
    story_mermaid(c->story, n->names, out);
    buf_puts(out, "```\n");
}

static void spec_md(struct arena *a, const struct check_result *r, uint32_t spec,
                    const struct diags *d, struct buf *out)
{
    struct check_numbers n;
    struct paras said = {.mem = a};
    check_numbers_init(&n, a, r, d);
    md_head(a, check_title(a, r, spec),
            arena_printf(a, "Judged by pertinax %s; specs and model %.12s.", r->version,
                         r->spec[spec].digest),
            out);
    md_table(check_claims(a, r, spec, NULL, &n), out);
    md_table(check_limits(a, r, spec, NULL, &n), out);
    for (uint32_t i = 1; i <= n.n; i++)
        failure_md(a, r, i, &n, out);
    check_remarks(&said, r, spec, d);
    md_paras(&said, out);
    md_table(check_explored(a, r, spec, true), out);
}

static void write_md(const struct check_result *r, const struct diags *d,
                     const struct report_look *look, struct buf *out)
{
    struct arena *a = arena_new(0);
    struct paras assumed = {.mem = a};
    struct table *specs = check_specs(a, r);
    (void)look;
    md_table(specs, out);
    for (uint32_t s = 0; s < r->nspec; s++) {
        if (s || specs)
            buf_putc(out, '\n');
        spec_md(a, r, s, d, out);
    }
    check_assumed(&assumed, r);
    md_paras(&assumed, out);
    arena_drop(a);
}

const struct check_report check_md = {"md", ".md", "tables for a pull request or a job's summary",
                                      write_md};
