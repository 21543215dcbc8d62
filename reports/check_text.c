/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_text.c - judged claims at a terminal: for each spec the claims with their verdicts, then
 * each failure told, what else is to be said, and last what was explored. */
#include "reports/check.h"
#include "reports/story.h"

enum { INDENT = 2 };

static void paras_put(const struct paras *p, const struct report_look *look, struct buf *out)
{
    for (const struct para *q = p->first; q; q = q->next) {
        if (!q->close)
            buf_putc(out, '\n');
        para_text(p->mem, q, look, 0, out);
    }
}

static void failure_put(struct arena *a, const struct check_result *r, uint32_t number,
                        const struct check_numbers *n, const struct report_look *look,
                        struct buf *out)
{
    const struct claim_result *c = &r->claim[n->first[number - 1]];
    uint32_t before = check_run_before(number, n);
    struct para head = {.style = STYLE_BAD,
                        .lead = arena_printf(a, "(%u)", number),
                        .text = check_failure(a, r, number, n)};
    buf_putc(out, '\n');
    para_text(a, &head, look, 0, out);
    if (c->hint) {
        struct para hint = {.text = c->hint};
        para_text(a, &hint, look, INDENT, out);
    }
    if (before) {
        struct para same = {.text = arena_printf(a, "The run of (%u) shows it.", before)};
        para_text(a, &same, look, INDENT, out);
    } else if (c->story && look->verbosity >= 0) {
        buf_putc(out, '\n');
        story_text(c->story, n->names, look, INDENT, out);
    }
}

static void spec_put(struct arena *a, const struct check_result *r, uint32_t spec,
                     const struct diags *d, const struct report_look *look, struct buf *out)
{
    struct check_numbers n;
    struct para title = {.style = STYLE_HEAD, .text = check_title(a, r, spec)};
    struct paras said = {.mem = a};
    check_numbers_init(&n, a, r, d);
    if (look->verbosity >= 0 || r->nspec > 1) {
        para_text(a, &title, look, 0, out);
        buf_putc(out, '\n');
    }
    struct table *claims = check_claims(a, r, spec, look, &n);
    struct table *limits = check_limits(a, r, spec, look, &n);
    if (claims)
        table_text(claims, look, out);
    if (claims && limits)
        buf_putc(out, '\n');
    if (limits)
        table_text(limits, look, out);
    for (uint32_t i = 1; i <= n.n; i++)
        failure_put(a, r, i, &n, look, out);
    if (look->verbosity < 0)
        return;
    check_remarks(&said, r, spec, d);
    paras_put(&said, look, out);
    struct table *explored = check_explored(a, r, spec, look->verbosity > 0);
    if (explored) {
        buf_putc(out, '\n');
        table_text(explored, look, out);
    }
}

static void write_text(const struct check_result *r, const struct diags *d,
                       const struct report_look *look, struct buf *out)
{
    struct arena *a = arena_new(0);
    struct paras assumed = {.mem = a};
    struct table *specs = check_specs(a, r);
    if (specs)
        table_text(specs, look, out);
    for (uint32_t s = 0; s < r->nspec; s++) {
        if (s || specs)
            buf_putc(out, '\n');
        spec_put(a, r, s, d, look, out);
    }
    if (look->verbosity >= 0) {
        check_assumed(&assumed, r);
        paras_put(&assumed, look, out);
        if (r->nspec > 1)
            buf_printf(
                out, "\n%s\n",
                text_clean(a, look,
                           arena_printf(a, "%u specs: %s", r->nspec, check_sum(a, r, UINT32_MAX))));
    }
    arena_drop(a);
}

const struct check_report check_text = {"text", ".txt", "for people at a terminal", write_text};
