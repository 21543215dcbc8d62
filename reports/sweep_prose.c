/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_prose.c - what a sweep says, in sentences: what is best, where a knee is, where another
 * execution begins to win, and what went wrong. */
#include "reports/sweep.h"
#include "core/sweep_judge.h"
#include <math.h>
#include <string.h>

enum { MOST_LINES = 6, MOST_CROSSINGS = 8, MOST_WARNINGS = 32 };

/* ---- names ---- */

/* The other axes of a line along `axis`: "hit=0.3"; "" where there are none. */
static const char *line_text(struct arena *a, const struct sweep_result *r, uint32_t axis,
                             uint32_t cell)
{
    const char *s = "";
    for (uint32_t i = 0; i < r->naxis && !r->zip; i++)
        if (i != axis)
            s = arena_printf(a, "%s%s%s=%s", s, *s ? ", " : "", r->axis[i].name,
                             r->axis[i].value[r->cell[cell].at[i]]);
    return s;
}

static const char *value_at(const struct sweep_result *r, uint32_t axis, uint32_t cell)
{
    return r->axis[axis].value[r->cell[cell].at[axis]];
}

const char *sweep_size(struct arena *a, const struct sweep_result *r)
{
    const char *s = arena_printf(a, "%s cells: ", number_count(a, r->ncell));
    for (uint32_t i = 0; i < r->naxis; i++) {
        const struct sweep_axis *x = &r->axis[i];
        s = arena_printf(a, "%s%s%s ", s, i == 0 ? "" : r->zip ? " with " : " × ", x->name);
        if (x->n <= 4)
            for (uint32_t k = 0; k < x->n; k++)
                s = arena_printf(a, "%s%s%s", s, k ? ", " : "", x->value[k]);
        else
            s = arena_printf(a, "%s%s, %s, … %s", s, x->value[0], x->value[1], x->value[x->n - 1]);
    }
    return s;
}

/* ---- the best ---- */

static void say_best(struct paras *p, const struct sweep_result *r)
{
    struct arena *a = p->mem;
    uint64_t n = 0, close = 0;
    if (r->best_cell == SWEEP_NONE) {
        para_add(p, "No cell has a result to compare.");
        return;
    }
    for (uint32_t i = 0; i < r->ncell; i++)
        for (uint32_t k = 0; r->cell[i].have && k < r->nexec; k++) {
            n += sweep_has(&r->cell[i].exec[k]);
            close += r->cell[i].exec[k].mark == SWEEP_NEAR;
        }
    const struct sweep_exec *e = &r->cell[r->best_cell].exec[r->best_exec];
    const char *what = arena_printf(
        a, "* %s with %s, %s%s", r->exec_name[r->best_exec], sweep_cell_text(a, r, r->best_cell),
        sweep_amount(a, r, e->value.value),
        r->metric == SWEEP_SPEEDUP ? arena_printf(a, " over %s", r->exec_name[0]) : "");
    if (n == 1)
        para_add(p, "%s, is the only one with a result.", what);
    else if (close == 0)
        para_add(
            p, "%s, is the best of %s, beyond doubt (95 %%, compared in pairs on the same draws).",
            what, number_count(a, n));
    else
        para_add(p,
                 "%s, is the best seen of %s; ~ %s %s not distinguishable from it. With 95 %% "
                 "confidence the best is among the marked (compared in pairs on the same draws).",
                 what, number_count(a, n), number_count(a, close), close == 1 ? "is" : "are");
}

/* ---- winners ---- */

static void say_winners(struct paras *p, const struct sweep_result *r)
{
    uint32_t winner = SWEEP_NONE, n = 0, sure = 0;
    for (uint32_t i = 0; i < r->ncell; i++) {
        const struct sweep_cell *c = &r->cell[i];
        if (!c->have || c->best == SWEEP_NONE)
            continue;
        if (winner != SWEEP_NONE && winner != c->best)
            return;
        winner = c->best;
        n++;
        sure += c->sure;
    }
    if (r->nexec < 2 || winner == SWEEP_NONE)
        return;
    if (sure == n)
        para_add(p, "%s wins in every cell, beyond doubt.", r->exec_name[winner]);
    else
        para_add(p, "%s is ahead in every cell, beyond doubt in %u of %u.", r->exec_name[winner],
                 (unsigned)sure, (unsigned)n);
}

static void say_crossings(struct paras *p, const struct sweep_result *r)
{
    for (uint32_t i = 0; i < r->ncross && i < MOST_CROSSINGS; i++) {
        const struct sweep_cross *k = &r->cross[i];
        const char *where = line_text(p->mem, r, k->axis, k->first);
        bool gap = sweep_next(r, k->axis, k->last) != k->cell;
        para_add(p, "%s%s%s wins up to %s = %s, %s from %s on%s.", *where ? where : "",
                 *where ? ": " : "", r->exec_name[k->from], r->axis[k->axis].name,
                 value_at(r, k->axis, k->last), r->exec_name[k->to], value_at(r, k->axis, k->cell),
                 gap ? "; between them it is not beyond doubt" : "");
    }
    if (r->ncross > MOST_CROSSINGS)
        para_add(p, "%u more crossings are in the JSON.", (unsigned)(r->ncross - MOST_CROSSINGS));
}

/* ---- knees ---- */

/* "8 (hit=0.3), 6 (hit=0.9)", or where there are many lines "4 to 8 (in 20 lines)". */
static const char *knee_values(struct arena *a, const struct sweep_result *r,
                               const struct sweep_knee *const *k, uint32_t n)
{
    const struct sweep_axis *x = &r->axis[k[0]->axis];
    uint32_t low = UINT32_MAX, high = 0;
    const char *s = "";
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = r->cell[k[i]->cell].at[k[i]->axis];
        const char *line = line_text(a, r, k[i]->axis, k[i]->first);
        low = at < low ? at : low;
        high = at > high ? at : high;
        s = arena_printf(a, "%s%s%s%s%s%s", s, i ? ", " : "", x->value[at], *line ? " (" : "", line,
                         *line ? ")" : "");
    }
    if (n > 1 && low == high)
        return arena_printf(a, "%s (in %u lines)", x->value[low], (unsigned)n);
    if (n > MOST_LINES)
        return arena_printf(a, "%s to %s (in %u lines)", x->value[low], x->value[high],
                            (unsigned)n);
    return s;
}

static void say_knees(struct paras *p, const struct sweep_result *r)
{
    const struct sweep_knee **k = NEW(p->mem, const struct sweep_knee *, r->nknee + 1u);
    bool *told = NEW(p->mem, bool, r->nknee + 1u);
    for (uint32_t i = 0; i < r->nknee; i++) {
        uint32_t n = 0;
        for (uint32_t j = i; j < r->nknee && !told[i]; j++)
            if (r->knee[j].axis == r->knee[i].axis && r->knee[j].exec == r->knee[i].exec &&
                r->knee[j].kind == r->knee[i].kind) {
                k[n++] = &r->knee[j];
                told[j] = j > i;
            }
        if (n == 0)
            continue;
        bool from = r->knee[i].kind == SWEEP_KNEE_FROM;
        para_add(p, "%s: %s %s = %s%s, more %s less than 5 %%.", r->exec_name[r->knee[i].exec],
                 from ? "from" : "up to", r->axis[r->knee[i].axis].name,
                 knee_values(p->mem, r, k, n), from ? " on" : "", from ? "gains" : "costs");
    }
}

/* ---- trouble ---- */

static void say_trouble(struct paras *p, const struct sweep_result *r)
{
    static const char *const what[] = {"deadlocks", "cannot carry its load", "meets an error"};
    for (int kind = 0; kind < 3; kind++)
        for (uint32_t k = 0; k < r->nexec; k++) {
            uint32_t n = 0, first = 0;
            for (uint32_t i = r->ncell; i-- > 0;) {
                const struct sweep_exec *e = r->cell[i].have ? &r->cell[i].exec[k] : NULL;
                bool is = e && (kind == 0   ? e->deadlock
                                : kind == 1 ? e->unstable != NULL
                                            : e->error != NULL);
                n += is;
                first = is ? i : first;
            }
            if (n == 0)
                continue;
            const struct sweep_exec *e = &r->cell[first].exec[k];
            bool crowd = kind == 1 && result_crowd(e->unstable);
            const char *why = crowd       ? " (too many requests at once)"
                              : kind == 1 ? arena_printf(p->mem, " (`%s`)", e->unstable)
                              : kind == 2 ? arena_printf(p->mem, " (%s)", e->error)
                                          : "";
            const char *cell = sweep_cell_text(p->mem, r, first);
            struct para *q =
                n == 1 ? para_add(p, "%s %s with %s%s.", r->exec_name[k], what[kind], cell, why)
                       : para_add(p, "%s %s in %u cells, first with %s%s.", r->exec_name[k],
                                  what[kind], (unsigned)n, cell, why);
            q->style = STYLE_BAD;
        }
}

static void say_missing(struct paras *p, const struct sweep_result *r)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->ncell; i++)
        n += r->cell[i].have;
    if (n < r->ncell)
        para_add(p, "Incomplete: %u of %u cells were run.", (unsigned)n, (unsigned)r->ncell)
            ->style = STYLE_BAD;
}

void sweep_sentences(struct paras *p, const struct sweep_result *r)
{
    say_missing(p, r);
    say_trouble(p, r);
    if (!r->judged)
        return;
    say_best(p, r);
    say_winners(p, r);
    say_crossings(p, r);
    say_knees(p, r);
}

/* Each kind of warning once, with the cell that it came in first. */
void sweep_warnings(struct paras *p, const struct sweep_result *r)
{
    struct {
        const struct warning_result *w;
        uint32_t cell, n;
    } kind[MOST_WARNINGS];
    uint32_t nkind = 0;
    for (uint32_t i = 0; i < r->ncell; i++)
        for (uint32_t k = 0; r->cell[i].have && k < r->nexec; k++)
            for (uint32_t j = 0; j < r->cell[i].exec[k].nwarning; j++) {
                const struct warning_result *w = &r->cell[i].exec[k].warning[j];
                uint32_t at = 0;
                while (at < nkind && strcmp(kind[at].w->id, w->id) != 0)
                    at++;
                if (at == MOST_WARNINGS)
                    continue;
                if (at == nkind) {
                    kind[nkind].w = w;
                    kind[nkind].cell = i;
                    kind[nkind++].n = 0;
                }
                kind[at].n++;
            }
    for (uint32_t i = 0; i < nkind; i++)
        para_add(p, "warning [%s]: %s (with %s; %u %s)", kind[i].w->id, kind[i].w->text,
                 sweep_cell_text(p->mem, r, kind[i].cell), (unsigned)kind[i].n,
                 kind[i].n == 1 ? "time" : "times");
}

/* ---- how it was had ---- */

void sweep_assumptions(struct paras *p, const struct sweep_result *r)
{
    struct arena *a = p->mem;
    const struct run_result *b = &r->base;
    uint64_t least = UINT64_MAX, most = 0;
    bool capped = false;
    for (uint32_t i = 0; i < r->ncell; i++)
        for (uint32_t k = 0; r->cell[i].have && k < r->nexec; k++) {
            const struct sweep_exec *e = &r->cell[i].exec[k];
            if (!sweep_has(e))
                continue;
            least = e->requests < least ? e->requests : least;
            most = e->requests > most ? e->requests : most;
            capped = capped || e->stopped == STOP_MAX;
        }
    const char *n = most == 0       ? "nothing"
                    : least == most ? arena_printf(a, "%s requests each", number_count(a, most))
                                    : arena_printf(a, "%s to %s requests each",
                                                   number_count(a, least), number_count(a, most));
    const char *until = !isfinite(b->precision_mean) || b->precision_mean == 0
                            ? ""
                            : arena_printf(a, ", until the mean is known to %s and p99 to %s%s",
                                           number_percent(a, b->precision_mean),
                                           number_percent(a, b->precision_p99),
                                           capped ? " or the most requests were made" : "");
    para_add(p, "Assumed: %s; %s; %s; %s.", b->assumed_load, b->assumed_cores, b->assumed_gil,
             b->assumed_costs);
    para_add(p, "Measured: %s%s; the same draws in every cell; ± and [ ] are 95 %% intervals.", n,
             until)
        ->close = true;
    para_add(p, "Again: %s; version %s; model %s.", b->command, b->version,
             arena_strndup(a, b->digest, strnlen(b->digest, 12)))
        ->close = true;
    for (struct para *q = p->first; q; q = q->next)
        q->style = STYLE_DIM;
}
