/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_junit.c - judged claims as JUnit XML, as Jenkins, GitLab and others read it: a spec is a
 * test suite, a claim under an execution a test case.  Undecided is an error (nothing is known),
 * vacuous is skipped. */
#include "reports/check.h"
#include "reports/story.h"
#include "reports/svg.h"
#include <string.h>

/* XML's five, as in every drawing. */
static void escaped(struct arena *a, const char *s, struct buf *out)
{
    svg_escape(a, out, s);
}

static void attribute(struct arena *a, const char *name, const char *value, struct buf *out)
{
    buf_printf(out, " %s=\"", name);
    escaped(a, value, out);
    buf_putc(out, '"');
}

/* Lines of a story, as a terminal would show them. */
static void story_put(struct arena *a, const struct story_result *s, const struct diags *d,
                      struct buf *out)
{
    const struct report_look look = {.width = 100, .unicode = true};
    struct buf b = {0};
    story_text(s, d, &look, 0, &b);
    for (char *line = b.s, *end; line && *line; line = end) {
        end = line + strcspn(line, "\n");
        bool more = *end != '\0';
        *end = '\0';
        escaped(a, line, out);
        buf_putc(out, '\n');
        end += more;
    }
    buf_free(&b);
}

/* Where it is said, and what. */
static void told(struct arena *a, const struct check_result *r, const struct claim_result *c,
                 const struct diags *d, struct buf *out)
{
    escaped(a, check_who(a, c), out);
    buf_puts(out, ": ");
    escaped(a, check_why(a, r, c), out);
    buf_putc(out, '\n');
    if (c->hint) {
        escaped(a, c->hint, out);
        buf_putc(out, '\n');
    }
    escaped(a, place_text(a, d, c->at), out);
    buf_putc(out, '\n');
    if (c->story && c->found == VERDICT_FAIL)
        story_put(a, c->story, d, out);
}

static void case_put(struct arena *a, const struct check_result *r, const struct claim_result *c,
                     const struct diags *d, struct buf *out)
{
    static const char *const element[VERDICT_COUNT] = {
        [VERDICT_FAIL] = "failure", [VERDICT_UNDECIDED] = "error", [VERDICT_VACUOUS] = "skipped"};
    enum verdict v = check_verdict(r, c);
    const char *name = *c->settings ? arena_printf(a, "%s (%s)", c->name, c->settings) : c->name;
    buf_puts(out, "    <testcase");
    attribute(a, "name", name, out);
    attribute(a, "classname", arena_printf(a, "%s.%s", r->spec[c->spec].name, c->execution), out);
    if (v == VERDICT_PASS) {
        buf_puts(out, "/>\n");
        return;
    }
    buf_printf(out, ">\n      <%s", element[v]);
    attribute(a, "message", check_why(a, r, c), out);
    if (v != VERDICT_VACUOUS)
        attribute(a, "type", v == VERDICT_FAIL ? c->kind : "undecided", out);
    buf_putc(out, '>');
    told(a, r, c, d, out);
    buf_printf(out, "</%s>\n    </testcase>\n", element[v]);
}

static void counts_put(const struct check_result *r, uint32_t spec, struct buf *out)
{
    uint32_t n = 0, count[VERDICT_COUNT] = {0};
    for (uint32_t i = 0; i < r->nclaim; i++)
        if (spec == UINT32_MAX || r->claim[i].spec == spec) {
            count[check_verdict(r, &r->claim[i])]++;
            n++;
        }
    buf_printf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\"", n, count[VERDICT_FAIL],
               count[VERDICT_UNDECIDED]);
    if (spec != UINT32_MAX)
        buf_printf(out, " skipped=\"%u\"", count[VERDICT_VACUOUS]);
}

/* Steps that nothing reached: no test case failed, so they stand in the suite's output. */
static void unreached_put(struct arena *a, const struct check_result *r, uint32_t spec,
                          const struct diags *d, struct buf *out)
{
    bool any = false;
    for (uint32_t i = 0; i < r->nunreached; i++) {
        if (r->unreached[i].spec != spec)
            continue;
        if (!any)
            buf_puts(out, "    <system-out>");
        any = true;
        escaped(
            a,
            arena_printf(a, "%s (%s)", r->unreached[i].what, place_text(a, d, r->unreached[i].at)),
            out);
        buf_putc(out, '\n');
    }
    if (any)
        buf_puts(out, "</system-out>\n");
}

static void write_junit(const struct check_result *r, const struct diags *d,
                        const struct report_look *look, struct buf *out)
{
    struct arena *a = arena_new(0);
    (void)look;
    buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"pertinax\"");
    counts_put(r, UINT32_MAX, out);
    buf_puts(out, ">\n");
    for (uint32_t s = 0; s < r->nspec; s++) {
        buf_puts(out, "  <testsuite");
        attribute(a, "name", r->spec[s].file, out);
        attribute(a, "file", r->spec[s].file, out);
        counts_put(r, s, out);
        buf_puts(out, ">\n    <properties>\n      <property name=\"seed\"");
        attribute(a, "value", arena_printf(a, "%llu", (unsigned long long)r->seed), out);
        buf_puts(out, "/>\n      <property name=\"model\"");
        attribute(a, "value", r->spec[s].model, out);
        buf_puts(out, "/>\n      <property name=\"command\"");
        attribute(a, "value", r->command, out);
        buf_puts(out, "/>\n    </properties>\n");
        for (uint32_t i = 0; i < r->nclaim; i++)
            if (r->claim[i].spec == s)
                case_put(a, r, &r->claim[i], d, out);
        unreached_put(a, r, s, d, out);
        buf_puts(out, "  </testsuite>\n");
    }
    buf_puts(out, "</testsuites>\n");
    arena_drop(a);
}

const struct check_report check_junit = {"junit", ".xml", "JUnit XML, for CI", write_junit};
