/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_view.c - what is said of judged claims to people: tables and sentences; see check.h. */
#include "reports/check.h"
#include <string.h>

static const struct check_spec *spec_of(const struct check_result *r, uint32_t spec)
{
    return &r->spec[spec];
}

const char *check_title(struct arena *a, const struct check_result *r, uint32_t spec)
{
    const struct check_spec *s = spec_of(r, spec);
    const char *from =
        strcmp(s->file, s->model) == 0 ? s->model : arena_printf(a, "%s of %s", s->file, s->model);
    return arena_printf(a, "%s · %s%s%s: %s", s->name, from, *s->settings ? " with " : "",
                        s->settings, check_sum(a, r, spec));
}

/* ---- the claims ---- */

enum { MOST_COLUMNS = 6, MOST_ROWS = 12 };

static const char *verdict_words(const struct check_result *r, const struct claim_result *c)
{
    if (c->expect_fail && c->verdict == VERDICT_PASS)
        return "xfail";
    if (c->expect_fail && c->verdict == VERDICT_FAIL)
        return "XPASS";
    return check_verdict(r, c) == VERDICT_FAIL ? "FAIL" : verdict_name[c->verdict];
}

static enum style verdict_style(enum verdict v)
{
    static const enum style style[VERDICT_COUNT] = {[VERDICT_PASS] = STYLE_PLAIN,
                                                    [VERDICT_FAIL] = STYLE_BAD,
                                                    [VERDICT_UNDECIDED] = STYLE_HEAD,
                                                    [VERDICT_VACUOUS] = STYLE_DIM};
    return style[v];
}

/* What tells claims of one name apart. */
static const char *with_of(const struct claim_result *c)
{
    return c->named ? c->point : c->settings;
}

static bool in_numbers(const struct claim_result *c)
{
    return c->exploration == UINT32_MAX;
}

/* Executions of the explored claims of a spec, in their model's order. */
struct columns {
    uint32_t n, order[MOST_COLUMNS];
    const char *name[MOST_COLUMNS];
};

static uint32_t column_of(const struct columns *x, const char *execution)
{
    uint32_t k = 0;
    while (k < x->n && strcmp(x->name[k], execution) != 0)
        k++;
    return k;
}

/* False: too many for columns. */
static bool columns_of(const struct check_result *r, uint32_t spec, struct columns *x)
{
    x->n = 0;
    for (uint32_t i = 0; i < r->nclaim; i++) {
        const struct claim_result *c = &r->claim[i];
        if (c->spec != spec || in_numbers(c) || column_of(x, c->execution) < x->n)
            continue;
        if (x->n == MOST_COLUMNS)
            return false;
        uint32_t k = x->n++;
        for (; k > 0 && x->order[k - 1] > c->order; k--) {
            x->order[k] = x->order[k - 1];
            x->name[k] = x->name[k - 1];
        }
        x->order[k] = c->order;
        x->name[k] = c->execution;
    }
    return true;
}

static void number_put(struct arena *a, const struct check_result *r, uint32_t i,
                       struct check_numbers *n, struct row *row, struct cell *cell)
{
    enum verdict v = check_verdict(r, &r->claim[i]);
    if (v != VERDICT_PASS && row->style != STYLE_BAD)
        row->style = verdict_style(v);
    if (v != VERDICT_FAIL)
        return;
    cell->value = arena_printf(a, "%s (%u)", cell->value, check_number(a, r, i, n));
}

/* What stands in the first column: "deadlock_free (threads.pool=2)". */
static struct cell claim_cell(struct arena *a, const struct claim_result *c)
{
    const char *with = with_of(c);
    return cell_text(*with ? arena_printf(a, "%s (%s)", c->name, with) : c->name);
}

/* Columns that are left for the first one. */
static size_t room_of(const struct table *t, const struct report_look *look)
{
    enum { GAP = 2, LEAST = 24 };
    size_t width = (size_t)look_width(look);
    for (uint32_t c = 1; c < t->ncol; c++) {
        size_t most = text_width(t->col[c].heading);
        for (const struct row *r = t->first; r; r = r->next) {
            size_t w = r->cell[c].value ? text_width(r->cell[c].value) : 0;
            most = w > most ? w : most;
        }
        width = width > most + GAP ? width - most - GAP : 0;
    }
    return width > LEAST ? width : LEAST;
}

/* Bytes of s that fit into the room, up to a blank; all of a word that does not. */
static size_t line_of(struct arena *a, const char *s, size_t room)
{
    size_t n = 0;
    while (s[n]) {
        size_t next = n + strspn(s + n, " ");
        next += strcspn(s + next, " ");
        if (n > 0 && text_width(arena_strndup(a, s, next)) > room)
            break;
        n = next;
    }
    return n;
}

/* The first column is what the reader looks for: it goes on in the next row rather than be cut. */
static struct table *first_wrapped(struct arena *a, struct table *t, const struct report_look *look)
{
    if (!look || !t)
        return t;
    size_t room = room_of(t, look);
    for (struct row *r = t->first; r; r = r->next) {
        const char *s = r->cell[0].value;
        size_t n = line_of(a, s, room);
        if (s[n] == '\0')
            continue;
        struct row *more = NEW(a, struct row, 1);
        more->next = r->next;
        more->style = r->style;
        more->cell[0] = cell_text(arena_printf(a, "  %s", s + n + strspn(s + n, " ")));
        r->cell[0] = cell_text(arena_strndup(a, s, n));
        r->next = more;
        if (t->last == r)
            t->last = more;
    }
    return t;
}

static bool simulated(const struct check_result *r, uint32_t spec)
{
    for (uint32_t i = 0; i < r->nclaim; i++)
        if (r->claim[i].spec == spec && r->claim[i].limit && r->claim[i].limit->requests)
            return true;
    return false;
}

/* One line for each claim under each execution. */
static struct table *claims_listed(struct arena *a, const struct check_result *r, uint32_t spec,
                                   bool numbers, struct check_numbers *n)
{
    struct table *t = table_new(a, NULL);
    bool any = false;
    table_column(t, (struct column){.heading = numbers ? "LIMIT" : "CLAIM", .left = true});
    table_column(t, (struct column){.heading = "under", .left = true});
    table_column(t, (struct column){.heading = "verdict", .left = true});
    if (numbers)
        table_column(t, (struct column){.heading = "seen", .left = true});
    bool requests = numbers && simulated(r, spec);
    if (requests)
        table_column(t, (struct column){.heading = "requests", .drop = 1});
    for (uint32_t i = 0; i < r->nclaim; i++) {
        const struct claim_result *c = &r->claim[i];
        if (c->spec != spec || in_numbers(c) != numbers)
            continue;
        struct row *row = table_row(t);
        row->cell[0] = claim_cell(a, c);
        row->cell[1] = cell_text(c->execution);
        row->cell[2] = cell_text(verdict_words(r, c));
        if (numbers && c->limit)
            row->cell[3] = cell_text(c->limit->seen_text);
        else if (numbers && c->agrees)
            row->cell[3] = cell_text(check_agrees_seen(a, c->agrees));
        if (requests && c->limit)
            row->cell[4] =
                cell_text(c->limit->requests ? number_count(a, c->limit->requests) : "-");
        number_put(a, r, i, n, row, &row->cell[2]);
        any = true;
    }
    return any ? t : NULL;
}

struct table *check_limits(struct arena *a, const struct check_result *r, uint32_t spec,
                           const struct report_look *look, struct check_numbers *n)
{
    return first_wrapped(a, claims_listed(a, r, spec, true, n), look);
}

/* Claim i and what is the same claim with the same settings, under other executions. */
static void claim_row(struct arena *a, const struct check_result *r, uint32_t i,
                      const struct columns *x, struct row *row, struct check_numbers *n)
{
    const struct claim_result *c = &r->claim[i];
    row->cell[0] = claim_cell(a, c);
    for (uint32_t k = 0; k < x->n; k++)
        row->cell[1 + k] = cell_text("-");
    for (uint32_t k = i; k < r->nclaim; k++) {
        const struct claim_result *d = &r->claim[k];
        if (d->spec != c->spec || d->claim != c->claim || strcmp(c->settings, d->settings) != 0)
            continue;
        struct cell *cell = &row->cell[1 + column_of(x, d->execution)];
        *cell = cell_text(verdict_words(r, d));
        number_put(a, r, k, n, row, cell);
    }
}

/* Is claim i the first of its row? */
static bool leads_row(const struct check_result *r, uint32_t i)
{
    const struct claim_result *c = &r->claim[i];
    for (uint32_t k = i; k-- > 0 && r->claim[k].spec == c->spec && r->claim[k].claim == c->claim;)
        if (strcmp(r->claim[k].settings, c->settings) == 0)
            return false;
    return true;
}

struct table *check_claims(struct arena *a, const struct check_result *r, uint32_t spec,
                           const struct report_look *look, struct check_numbers *n)
{
    struct columns x;
    if (!columns_of(r, spec, &x))
        return first_wrapped(a, claims_listed(a, r, spec, false, n), look);
    if (x.n == 0)
        return NULL;
    struct table *t = table_new(a, NULL);
    table_column(t, (struct column){.heading = "CLAIM", .left = true});
    for (uint32_t k = 0; k < x.n; k++)
        table_column(t, (struct column){.heading = x.name[k], .left = true});
    for (uint32_t i = 0; i < r->nclaim; i++)
        if (r->claim[i].spec == spec && !in_numbers(&r->claim[i]) && leads_row(r, i))
            claim_row(a, r, i, &x, table_row(t), n);
    return first_wrapped(a, t, look);
}

/* ---- what was explored ---- */

/* Explorations of the same with other classes of requests are one row. */
static bool same_exploration(const struct exploration_result *e, const struct exploration_result *f)
{
    return e->spec == f->spec && e->concurrent == f->concurrent &&
           strcmp(e->execution, f->execution) == 0 && strcmp(e->settings, f->settings) == 0;
}

static void explored_row(struct arena *a, const struct check_result *r, uint32_t i, bool with,
                         struct table *t)
{
    const struct exploration_result *e = &r->exploration[i];
    uint64_t states = 0, transitions = 0;
    uint32_t depth = 0, c = 0;
    bool whole = true, found = false;
    for (uint32_t k = i; k < r->nexploration && same_exploration(e, &r->exploration[k]); k++) {
        const struct exploration_result *f = &r->exploration[k];
        states += f->states;
        transitions += f->transitions;
        depth = f->depth > depth ? f->depth : depth;
        whole = whole && f->end <= CHECK_FOUND;
        found = found || f->end == CHECK_FOUND;
    }
    struct row *row = table_row(t);
    row->cell[c++] = cell_text(e->execution);
    if (with)
        row->cell[c++] = cell_text(e->settings);
    row->cell[c++] = cell_text(number_count(a, e->concurrent));
    row->cell[c++] = cell_text(number_count(a, states));
    row->cell[c++] = cell_text(number_count(a, transitions));
    row->cell[c++] = cell_text(number_count(a, depth));
    row->mark = !whole ? "not all" : found ? "up to the race" : NULL;
}

struct table *check_explored(struct arena *a, const struct check_result *r, uint32_t spec, bool all)
{
    struct table *t = table_new(a, NULL);
    uint32_t rows = 0, left = 0;
    bool with = false;
    for (uint32_t i = 0; i < r->nexploration; i++)
        with = with || (r->exploration[i].spec == spec && *r->exploration[i].settings);
    table_column(t, (struct column){.heading = "EXPLORED", .left = true});
    if (with)
        table_column(t, (struct column){.heading = "WITH", .left = true});
    table_column(t, (struct column){.heading = "requests"});
    table_column(t, (struct column){.heading = "states"});
    table_column(t, (struct column){.heading = "transitions", .drop = 1});
    table_column(t, (struct column){.heading = "depth"});
    for (uint32_t i = 0; i < r->nexploration; i++) {
        if (r->exploration[i].spec != spec ||
            (i > 0 && same_exploration(&r->exploration[i - 1], &r->exploration[i])))
            continue;
        if (rows < MOST_ROWS || all)
            explored_row(a, r, i, with, t);
        else
            left++;
        rows++;
    }
    if (left)
        table_row(t)->cell[0] = cell_text(arena_printf(a, "%u more", left));
    return rows ? t : NULL;
}

/* ---- sentences ---- */

/* Is the same to be said of both? */
static bool alike(const struct claim_result *c, const struct claim_result *d)
{
    return c->spec == d->spec && c->verdict == d->verdict && c->agrees == d->agrees &&
           strcmp(c->why, d->why) == 0 && (c->hint == NULL) == (d->hint == NULL) &&
           (c->hint == NULL || strcmp(c->hint, d->hint) == 0);
}

static const char *listed(struct arena *a, const char *list, const char *word)
{
    return *list ? arena_printf(a, "%s, %s", list, word) : word;
}

/* Claim k under all executions under which it is like claim i: "threads, coroutine". */
static const char *under_of(struct arena *a, const struct check_result *r, uint32_t i, uint32_t k,
                            bool *told)
{
    const struct claim_result *c = &r->claim[k];
    const char *under = "";
    for (uint32_t m = k; m < r->nclaim && r->claim[m].spec == c->spec; m++) {
        const struct claim_result *d = &r->claim[m];
        if (told[m] || d->claim != c->claim || strcmp(d->settings, c->settings) != 0 ||
            !alike(&r->claim[i], d))
            continue;
        told[m] = true;
        under = listed(a, under, d->execution);
    }
    return under;
}

/* "deadlock_free, no_race under threads; terminates under threads, coroutine" */
static const char *who_of(struct arena *a, const struct check_result *r, uint32_t i, bool *told)
{
    const char *all = "", *last = "";
    for (uint32_t k = i; k < r->nclaim; k++) {
        const struct claim_result *c = &r->claim[k];
        if (told[k] || !alike(&r->claim[i], c))
            continue;
        const char *name = claim_cell(a, c).value, *under = under_of(a, r, i, k, told);
        if (!*all || strcmp(under, last) == 0)
            all = listed(a, all, name);
        else
            all = arena_printf(a, "%s under %s; %s", all, last, name);
        last = under;
    }
    return arena_printf(a, "%s under %s", all, last);
}

static void remark_claim(struct paras *p, const struct check_result *r, uint32_t i, bool *told)
{
    const struct claim_result *c = &r->claim[i];
    const char *more = c->hint ? arena_printf(p->mem, "; %s", c->hint) : "";
    if (c->verdict == VERDICT_VACUOUS && !r->strict)
        para_add(p, "warning [vacuous]: %s could not have failed: %s%s.",
                 who_of(p->mem, r, i, told), c->why, more);
    else if (c->verdict == VERDICT_UNDECIDED)
        para_add(p, "Undecided: %s: %s%s.", who_of(p->mem, r, i, told), check_why(p->mem, r, c),
                 more);
    else if (c->verdict == VERDICT_PASS && c->unusual)
        para_add(p, "%s: the counterexample needs unusual timing.", check_who(p->mem, c));
}

void check_remarks(struct paras *p, const struct check_result *r, uint32_t spec,
                   const struct diags *d)
{
    bool *told = NEW(p->mem, bool, r->nclaim + 1u);
    for (uint32_t i = 0; i < r->nclaim; i++)
        if (r->claim[i].spec == spec && !told[i])
            remark_claim(p, r, i, told);
    for (uint32_t i = 0; i < r->nturn; i++) {
        const struct claim_result *c = &r->claim[r->turn[i].first];
        if (c->spec == spec)
            para_add(p, "`%s` under %s %s.", c->name, c->execution, r->turn[i].text);
    }
    for (uint32_t i = 0; i < r->nfinding; i++)
        if (r->finding[i].spec == spec)
            para_add(p, "warning [%s]: %s (%s).", r->finding[i].id, r->finding[i].text,
                     place_text(p->mem, d, r->finding[i].at));
    for (uint32_t i = 0; i < r->nunreached; i++)
        if (r->unreached[i].spec == spec)
            para_add(p, "warning [unreached]: %s (%s).", r->unreached[i].what,
                     place_text(p->mem, d, r->unreached[i].at));
}

/* The reductions of all explorations, each once. */
static const char *reductions_of(struct arena *a, const struct check_result *r)
{
    static const char *const each[] = {"local steps",  "coarse steps",   "dead variables",
                                       "equal copies", "equal requests", "requests apart"};
    const char *list = "";
    for (size_t k = 0; k < sizeof each / sizeof *each; k++) {
        bool used = false;
        for (uint32_t i = 0; i < r->nexploration; i++)
            used = used || strstr(r->exploration[i].reductions, each[k]) != NULL;
        list = used ? listed(a, list, each[k]) : list;
    }
    return list;
}

void check_assumed(struct paras *p, const struct check_result *r)
{
    const char *reductions = reductions_of(p->mem, r), *bounds = "";
    for (uint32_t i = 0; i < r->nexploration; i++) {
        const struct exploration_result *e = &r->exploration[i];
        if (strlen(e->bounds) > strlen(bounds))
            bounds = e->bounds;
    }
    if (r->nexploration)
        para_add(p,
                 "Explored: every order that the execution allows, every outcome; any latency may "
                 "be any value.%s%s%s%s%s%s",
                 *bounds ? " Bounds: " : "", bounds, *bounds ? "." : "",
                 *reductions ? " Reductions: " : "", reductions, *reductions ? "." : "");
    for (uint32_t i = 0; i < r->nclaim; i++)
        if (r->claim[i].expect_fail) {
            para_add(p, "xfail: fails, as is expected of it; XPASS: holds, and should not.")
                ->close = p->first != p->last;
            break;
        }
    if (r->simulated)
        para_add(p,
                 "Simulated: %s requests, seed %llu; a verdict is wrong at most 5 %% of the time.",
                 number_count(p->mem, r->simulated), (unsigned long long)r->seed);
    if (r->interrupted)
        para_add(p, "Interrupted: what was not finished is undecided.");
    if (r->command)
        para_add(p, "Again: %s; version %s.", r->command, r->version)->close = p->first != NULL;
}
