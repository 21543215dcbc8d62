/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check.c - the table of reports of judged claims, and what all of them say; see check.h. */
#include "reports/check.h"
#include <string.h>

const struct check_report *const check_reports[] = {
    &check_text, &check_json, &check_junit, &check_sarif, &check_github, &check_md, NULL};

const struct check_report *check_report_find(const char *name)
{
    for (size_t i = 0; check_reports[i]; i++)
        if (strcmp(check_reports[i]->name, name) == 0)
            return check_reports[i];
    return NULL;
}

const struct check_report *check_report_by_suffix(const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    for (size_t i = 0; dot && dot != base && check_reports[i]; i++)
        if (check_reports[i]->suffix && strcmp(check_reports[i]->suffix, dot) == 0)
            return check_reports[i];
    return NULL;
}

enum verdict check_verdict(const struct check_result *r, const struct claim_result *c)
{
    return r->strict && c->verdict == VERDICT_VACUOUS ? VERDICT_FAIL : c->verdict;
}

const char *check_who(struct arena *a, const struct claim_result *c)
{
    const char *set = c->named ? c->point : c->settings;
    const char *with = *set ? arena_printf(a, " (%s)", set) : "";
    return *c->execution ? arena_printf(a, "%s%s under %s", c->name, with, c->execution)
                         : arena_printf(a, "%s%s", c->name, with);
}

const char *check_why(struct arena *a, const struct check_result *r, const struct claim_result *c)
{
    if (r->strict && c->found == VERDICT_VACUOUS)
        return arena_printf(a, "vacuous: %s", c->why);
    if (*c->why)
        return c->why;
    if (c->limit)
        return c->limit->seen_text;
    if (c->agrees)
        return check_agrees_why(a, c->agrees);
    return c->found == VERDICT_FAIL ? "it does not hold" : "";
}

/* The worst of a claim's verdicts, over executions and values of `for`. */
static enum verdict worst_of(const struct check_result *r, uint32_t first, uint32_t n)
{
    static const int badness[VERDICT_COUNT] = {
        [VERDICT_PASS] = 0, [VERDICT_VACUOUS] = 1, [VERDICT_UNDECIDED] = 2, [VERDICT_FAIL] = 3};
    enum verdict worst = VERDICT_PASS;
    for (uint32_t i = first; i < first + n; i++) {
        enum verdict v = check_verdict(r, &r->claim[i]);
        if (badness[v] > badness[worst])
            worst = v;
    }
    return worst;
}

/* How many claims there are of a spec (UINT32_MAX: of all), and how many have each verdict. */
static uint32_t count_of(const struct check_result *r, uint32_t spec, uint32_t count[VERDICT_COUNT])
{
    uint32_t all = 0;
    for (uint32_t i = 0, n; i < r->nclaim; i += n) {
        for (n = 1; i + n < r->nclaim && r->claim[i + n].spec == r->claim[i].spec &&
                    r->claim[i + n].claim == r->claim[i].claim;)
            n++;
        if (spec != UINT32_MAX && r->claim[i].spec != spec)
            continue;
        count[worst_of(r, i, n)]++;
        all++;
    }
    return all;
}

struct table *check_specs(struct arena *a, const struct check_result *r)
{
    static const enum verdict order[] = {VERDICT_PASS, VERDICT_FAIL, VERDICT_UNDECIDED,
                                         VERDICT_VACUOUS};
    if (r->nspec < 2)
        return NULL;
    struct table *t = table_new(a, NULL);
    table_column(t, (struct column){.heading = "SPEC", .left = true});
    for (size_t k = 0; k < VERDICT_COUNT; k++)
        table_column(t, (struct column){.heading = verdict_name[order[k]]});
    for (uint32_t s = 0; s < r->nspec; s++) {
        uint32_t count[VERDICT_COUNT] = {0};
        struct row *row = table_row(t);
        count_of(r, s, count);
        row->style = count[VERDICT_FAIL]        ? STYLE_BAD
                     : count[VERDICT_UNDECIDED] ? STYLE_HEAD
                                                : STYLE_PLAIN;
        row->cell[0] = cell_text(r->spec[s].file);
        for (size_t k = 0; k < VERDICT_COUNT; k++)
            row->cell[1 + k] =
                cell_text(count[order[k]] ? arena_printf(a, "%u", count[order[k]]) : "-");
    }
    return t;
}

const char *check_sum(struct arena *a, const struct check_result *r, uint32_t spec)
{
    uint32_t count[VERDICT_COUNT] = {0}, all = count_of(r, spec, count);
    if (count[VERDICT_PASS] == all)
        return all == 1 ? "the claim holds" : arena_printf(a, "all %u claims hold", all);
    static const struct {
        enum verdict v;
        const char *one, *many;
    } say[] = {{VERDICT_FAIL, "fails", "fail"},
               {VERDICT_UNDECIDED, "is undecided", "are undecided"},
               {VERDICT_VACUOUS, "is vacuous", "are vacuous"}};
    const char *s = "";
    for (size_t i = 0; i < sizeof say / sizeof *say; i++) {
        uint32_t n = count[say[i].v];
        if (n)
            s = arena_printf(a, "%s%s%u%s %s", s, *s ? ", " : "", n,
                             *s ? "" : arena_printf(a, " of %u claim%s", all, all == 1 ? "" : "s"),
                             n == 1 ? say[i].one : say[i].many);
    }
    return s;
}
