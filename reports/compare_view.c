/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare_view.c - what is shown of a comparison: tables, and sentences with reasons. */
#include "reports/compare.h"
#include <ctype.h>
#include <math.h>
#include <string.h>

static const char *range(struct arena *a, double lo, double hi)
{
    if (!isfinite(lo) || !isfinite(hi))
        return NULL;
    return arena_printf(a, "[%s, %s]", number_fixed(a, lo, 3), number_fixed(a, hi, 3));
}

static struct row *verdict_row(struct table *t, enum agreement v)
{
    struct row *r = table_row(t);
    r->style = v == DISAGREES ? STYLE_BAD : v == AGREES ? STYLE_PLAIN : STYLE_DIM;
    return r;
}

static const char *who(struct arena *a, const struct compare_part *p)
{
    if (!p->label)
        return p->execution;
    return strcmp(p->label, p->execution) == 0
               ? p->execution
               : arena_printf(a, "%s (label %s)", p->execution, p->label);
}

/* ---- tables ---- */

static struct table *value_table(struct arena *a, const char *title, const char *unit)
{
    struct table *t = table_new(a, title);
    table_column(t, (struct column){.heading = "", .left = true});
    table_column(t, (struct column){.heading = arena_printf(a, "measured%s", unit)});
    table_column(t, (struct column){.heading = arena_printf(a, "model%s", unit)});
    table_column(t, (struct column){.heading = "model/measured", .drop_interval = 1});
    table_column(t, (struct column){.heading = "within"});
    table_column(t, (struct column){.heading = "verdict", .left = true});
    return t;
}

static void value_row(struct table *t, const struct compare_value *v, struct scale s)
{
    struct arena *a = t->mem;
    struct row *r = verdict_row(t, v->verdict);
    r->cell[0] = cell_text(v->name);
    r->cell[1] = cell_interval(a, s, v->measured);
    r->cell[2] = isnan(v->predicted.lo) && isnan(v->predicted.hi) /* exact */
                     ? cell_bare(a, s, v->predicted.value)
                     : cell_interval(a, s, v->predicted);
    r->cell[3] = (struct cell){number_fixed(a, v->ratio, 3), range(a, v->lo, v->hi)};
    r->cell[4] = cell_text(arena_printf(a, "%.3g %%", v->margin * 100));
    r->cell[5] = cell_text(agreement_name[v->verdict]);
}

struct table *compare_values(struct arena *a, const struct compare_result *r, uint32_t part)
{
    const struct compare_part *p = &r->part[part];
    double v[16], rate = NAN;
    size_t n = 0;
    if (p->trouble)
        return NULL;
    for (uint32_t i = 0; i < p->nvalue; i++)
        if (p->value[i].rate)
            rate = p->value[i].measured.value;
        else
            v[n++] = p->value[i].measured.value;
    struct scale s = scale_time(a, v, n), per = scale_plain(a, &rate, 1);
    struct table *t =
        value_table(a, arena_printf(a, "%s, %s requests", who(a, p), number_count(a, p->requests)),
                    arena_printf(a, " %s", s.unit));
    for (uint32_t i = 0; i < p->nvalue; i++) {
        struct compare_value q = p->value[i];
        if (q.rate)
            q.name = arena_printf(a, "%s /s", q.name);
        value_row(t, &q, q.rate ? per : s);
    }
    return t;
}

struct table *compare_speedups(struct arena *a, const struct compare_result *r)
{
    if (r->nspeedup == 0)
        return NULL;
    struct scale plain = {1, "", 2};
    struct table *t = value_table(a, "SPEEDUPS", "");
    for (uint32_t i = 0; i < r->nspeedup; i++) {
        struct compare_value v = r->speedup[i].value;
        v.name = arena_printf(a, "%s over %s", r->part[r->speedup[i].of].execution,
                              r->part[r->speedup[i].over].execution);
        value_row(t, &v, plain);
    }
    return t;
}

struct table *compare_steps(struct arena *a, const struct compare_result *r, uint32_t part)
{
    const struct compare_part *p = &r->part[part];
    double v[64];
    size_t n = 0;
    if (p->nstep == 0)
        return NULL;
    for (uint32_t i = 0; i < p->nstep && n < 64; i++)
        v[n++] = p->step[i].predicted;
    struct scale s = scale_time(a, v, n);
    struct table *t = table_new(a, arena_printf(a, "STEPS of %s", p->execution));
    table_column(t, (struct column){.heading = "step", .left = true, .keep_end = true});
    table_column(t, (struct column){.heading = "a request", .drop = 2});
    table_column(t, (struct column){.heading = "model", .drop = 2});
    table_column(
        t, (struct column){.heading = arena_printf(a, "mean %s", s.unit), .drop_interval = 3});
    table_column(t, (struct column){.heading = "model"});
    table_column(t, (struct column){.heading = "critical %"});
    table_column(t, (struct column){.heading = "model"});
    table_column(t, (struct column){.heading = "verdict", .left = true});
    for (uint32_t i = 0; i < p->nstep; i++) {
        const struct compare_step *q = &p->step[i];
        bool seen = isfinite(q->measured.value);
        struct row *row = verdict_row(t, q->verdict);
        row->cell[0] = cell_text(q->name);
        row->cell[1] = cell_text(seen ? number_fixed(a, q->measured_count, 2) : "-");
        row->cell[2] = cell_text(number_fixed(a, q->predicted_count, 2));
        row->cell[3] = seen ? cell_interval(a, s, q->measured) : cell_text("-");
        row->cell[4] = cell_bare(a, s, q->predicted);
        row->cell[5] = cell_text(seen ? number_fixed(a, 100 * q->measured_share, 1) : "-");
        row->cell[6] = cell_text(number_fixed(a, 100 * q->predicted_share, 1));
        row->cell[7] = cell_text(seen ? agreement_name[q->verdict] : "not recorded");
    }
    return t;
}

/* ---- sentences ---- */

const char *compare_title(struct arena *a, const struct compare_result *r)
{
    const char *doc = r->model_doc ? r->model_doc : "";
    return *doc ? arena_printf(a, "%s \xc2\xb7 %s", r->model_name, doc) : r->model_name;
}

const char *compare_setting(struct arena *a, const struct compare_result *r)
{
    return arena_printf(a, "%s \xc2\xb7 requests '%s' \xc2\xb7 seed %llu", r->store, r->root,
                        (unsigned long long)r->seed);
}

static const char *percent_off(struct arena *a, double ratio)
{
    return ratio > 1 ? arena_printf(a, "%s longer there", number_percent(a, ratio - 1))
                     : arena_printf(a, "%s shorter there", number_percent(a, 1 - ratio));
}

static void say_verdict(struct paras *p, const struct compare_result *r)
{
    uint32_t n[3] = {0, 0, 0};
    for (uint32_t i = 0; i < r->npart; i++)
        for (uint32_t k = 0; k < r->part[i].nvalue; k++)
            n[r->part[i].value[k].verdict]++;
    for (uint32_t i = 0; i < r->nspeedup; i++)
        n[r->speedup[i].value.verdict]++;
    uint32_t all = n[0] + n[1] + n[2];
    struct para *q = NULL;
    if (all == 0)
        q = para_add(p, "The model cannot be held against the traces in any respect.");
    else if (r->verdict == AGREES)
        q = para_add(p, "The model agrees with the traces in all %u respects.", all);
    else if (r->verdict == DISAGREES && n[DISAGREES] == 0)
        q = para_add(p,
                     "The model has no result under every execution; where it has, none of %u "
                     "respects is beyond its margin.",
                     all);
    else if (r->verdict == DISAGREES)
        q = para_add(p,
                     "The model disagrees with the traces: %u of %u respects are beyond their "
                     "margins.",
                     n[DISAGREES], all);
    else
        q = para_add(p,
                     "It cannot be decided whether the model agrees: %u of %u respects are "
                     "open, none disagrees.",
                     n[UNDECIDED], all);
    q->style = r->verdict == DISAGREES ? STYLE_BAD : STYLE_PLAIN;
}

/* The most requests that some open value asks for. */
const char *compare_needed(struct arena *a, const struct compare_result *r)
{
    double most = 0;
    const struct compare_value *which = NULL;
    const struct compare_part *of = NULL;
    for (uint32_t i = 0; i < r->npart; i++)
        for (uint32_t k = 0; k < r->part[i].nvalue; k++) {
            const struct compare_value *v = &r->part[i].value[k];
            if (isfinite(v->needed) && v->needed > most) {
                most = v->needed;
                which = v;
                of = &r->part[i];
            }
        }
    if (which)
        return arena_printf(a,
                            "about %s recorded requests of %s would decide all that is open (%s "
                            "needs most; there are %s)",
                            number_count(a, (uint64_t)fmin(most, 1e15)), of->execution, which->name,
                            number_count(a, of->requests));
    return r->verdict != UNDECIDED
               ? NULL
               : "what is open lies at its margin: more requests would hardly decide it; a wider "
                 "margin (within) would";
}

/* The step whose difference weighs most on the critical path. */
const char *compare_why(struct arena *a, const struct compare_part *q)
{
    const struct compare_step *worst = NULL;
    double most = 0.02;
    for (uint32_t i = 0; i < q->nstep; i++) {
        const struct compare_step *s = &q->step[i];
        double weight = fabs(s->ratio - 1) * s->measured_share;
        if (isfinite(weight) && s->verdict != AGREES && weight > most) {
            most = weight;
            worst = s;
        }
    }
    if (!worst)
        return NULL;
    return arena_printf(a,
                        "the step %s takes %s in the traces and %s in the model, %s; it has %s of "
                        "the measured critical paths",
                        worst->name, number_time(a, worst->measured.value),
                        number_time(a, worst->predicted), percent_off(a, worst->ratio),
                        number_percent(a, worst->measured_share));
}

static void say_part(struct paras *p, const struct compare_part *q)
{
    struct arena *a = p->mem;
    if (q->trouble)
        para_add(p, "%s: %s, so there is nothing to compare.", q->execution, q->trouble);
    if (q->stalls)
        para_add(p, "%s: %s.", q->execution, q->stalls);
    if (q->reason)
        compare_say_reason(p, q->execution, q->value[0].ratio, q->reason);
    const char *why = q->reason ? NULL : compare_why(a, q);
    if (why)
        para_add(p, "%s: %s.", q->execution, why);
    if (q->nunknown > 0) {
        const char *list = "";
        for (uint32_t i = 0; i < q->nunknown && i < 5; i++)
            list = arena_printf(a, "%s%s%s", list, i ? ", " : "", q->unknown[i]);
        para_add(p,
                 "%s: %u operations have the name of no step (%s%s): --spans STEP=NAME says "
                 "which is whose.",
                 q->execution, q->nunknown, list, q->nunknown > 5 ? ", ..." : "");
    }
    if (isfinite(q->at_once) && q->at_once > 0 && !q->trouble)
        para_add(p, "%s: %s of its steps are at work at once on the average; in the model %s.",
                 q->execution, number_fixed(a, q->at_once, 2),
                 number_fixed(a, q->at_once_predicted, 2));
    if (q->dependent)
        para_add(p,
                 "%s: the latency of a request goes with that of the one before it (correlation "
                 "%s), so intervals are those of batches.",
                 q->execution, number_fixed(a, q->lag1, 2));
}

static double bound_of(const struct compare_speedup *s)
{
    return fmin(isfinite(s->amdahl) ? s->amdahl : INFINITY,
                isfinite(s->work_span) ? s->work_span : INFINITY);
}

static bool said_before(const struct compare_result *r, const struct compare_speedup *s)
{
    return s > r->speedup && s[-1].over == s->over && bound_of(&s[-1]) == bound_of(s);
}

static void say_speedup(struct paras *p, const struct compare_result *r,
                        const struct compare_speedup *s)
{
    struct arena *a = p->mem;
    const char *of = r->part[s->of].execution, *over = r->part[s->over].execution;
    double bound = bound_of(s);
    if (isfinite(s->serial.value))
        para_add(p,
                 "%s over %s: measured %s with up to %s steps at once: %s [%s, %s] of the work is "
                 "serial (Karp-Flatt).",
                 of, over, number_ratio(a, s->value.measured.value), number_fixed(a, s->width, 0),
                 number_percent(a, s->serial.value), number_percent(a, s->serial.lo),
                 number_percent(a, s->serial.hi));
    if (!isfinite(bound))
        return;
    if (s->value.measured.lo > bound * 1.001)
        para_add(p,
                 "The measured speedup lies above the model's bound of %s: the recorded requests "
                 "overlap what the model puts in order, or %s was recorded with slower calls.",
                 number_ratio(a, bound), over);
    else if (!said_before(r, s))
        para_add(p, "By the model no execution can be more than %s faster than %s.",
                 number_ratio(a, bound), over);
}

void compare_sentences(struct paras *p, const struct compare_result *r)
{
    say_verdict(p, r);
    const char *needed = compare_needed(p->mem, r);
    if (needed)
        para_add(p, "%c%s.", toupper((unsigned char)needed[0]), needed + 1);
    for (uint32_t i = 0; i < r->npart; i++)
        say_part(p, &r->part[i]);
    for (uint32_t i = 0; i < r->nspeedup; i++)
        say_speedup(p, r, &r->speedup[i]);
    if (r->scaling)
        compare_say_scaling(p, r->scaling);
    bool paired = false, costless = false;
    for (uint32_t i = 0; i < r->npart; i++) {
        const struct compare_reason *w = r->part[i].reason;
        paired = paired || r->part[i].paired;
        costless = costless || (w && w->costless && w->longer > 0);
    }
    if (r->costs)
        para_add(p, "Predicted with costs measured on this machine, not with the model's: %s.",
                 r->costs);
    else if (costless)
        para_add(p, "Executions without costs in the model are predicted without them: calibrate "
                    "--into FILE writes those of this machine.");
    if (paired)
        para_add(p,
                 "In pairs: the requests were executed with the draws of the simulation, and the "
                 "model's values are of the very same requests.");
    para_add(
        p, "Judged: the 90 %% interval of model/measured within its margin (two one-sided tests), "
           "or all of it beyond (Holm); what stands beside the numbers are 95 %% intervals.");
}
