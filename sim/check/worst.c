/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst.c - what the runs say of a limit, and how it is told; see worst.h. */
#include "check/worst.h"
#include "check/require_impl.h"
#include "check/worst_impl.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* What is tried by an instant less than a step falls short of it by that much for each duration. */
static bool attained(const struct worst *x)
{
    double short_of = (double)worst_instant * TRIES_DEPTH;
    return x->longest >= x->bound || (x->bound - x->longest <= short_of && 2 * short_of < x->step);
}

/* Is the bound one? */
static bool proven(const struct worst *x)
{
    return x->whole && x->cut_count == NONE && !x->ends_only &&
           (x->way == WORST_CORNERS || x->way == WORST_WORK || !worst_shares(x->p));
}

/* ---- words ---- */

static const char *place_of(const struct worst *x, uint32_t expr, struct arena *a)
{
    const struct prog *p = x->p;
    for (uint32_t pc = 0; pc < p->nop; pc++) {
        uint32_t site = p->op[pc].code == OP_CALL ? p->call[p->op[pc].a].latency : p->site_of[pc];
        if (site != NONE && p->site[site].expr == expr && p->mark_of[pc] != NONE)
            return arena_printf(a, "`%s`", p->mark[p->mark_of[pc]].path);
    }
    return "a duration";
}

static void why_fails(const struct worst *x, struct require_item *item, struct arena *a)
{
    const char *who = x->nreq > 1 ? "a request" : "the request";
    if (!isinf(x->longest))
        return;
    if (x->deadlock) {
        item->why = arena_printf(a, "%s may deadlock", who);
        item->hint = "the claim `deadlock_free` tells who waits for whom";
    } else if (x->unanswered) {
        item->why = arena_printf(a, "%s may never be answered", who);
        item->hint = "the claim `responds` tells how";
    } else {
        item->why = arena_printf(a, "%s has no bound", place_of(x, x->why_unbounded, a));
        item->hint = "give it a `timeout`, or a law with a bound: truncate(LAW, LOW, HIGH)";
    }
}

static void why_open(const struct worst *x, struct require_item *item, struct arena *a)
{
    item->hint = NULL;
    if (proven(x)) {
        item->why = arena_printf(a,
                                 "what comes at once may take up to %s, in an order that was "
                                 "not met; what was met takes %s",
                                 text_value(a, x->bound, UNIT_DURATION, false),
                                 text_value(a, x->longest, UNIT_DURATION, false));
        return;
    }
    if (x->cut_count != NONE)
        item->why = arena_printf(a, "counts were tried up to %u only",
                                 x->o->max_count ? x->o->max_count : WORST_COUNT);
    else if (x->ends_only)
        item->why = "of some values only the bounds were tried";
    else if (!x->whole)
        item->why = arena_printf(a, "not all combinations were tried: %" PRIu64 " runs", x->runs);
    else
        item->why = "where a processor, a GIL or a service is shared, or a backoff grows, whole "
                    "steps do not show all";
    if (x->way != WORST_CORNERS)
        item->hint = "bounds with a greater common divisor are fewer steps";
}

static const char *method(const struct worst *x, struct arena *a)
{
    char step[32];
    const char *runs = x->runs == 1 ? "1 run" : arena_printf(a, "%" PRIu64 " runs", x->runs);
    if (x->way == WORST_CORNERS)
        return arena_printf(a, "longest path, %s", runs);
    if (x->way == WORST_WORK)
        return arena_printf(a, "all work in a row, %s", runs);
    return arena_printf(a, "all latencies in steps of %s, and all orders, %s",
                        duration_text((double)x->step, step), runs);
}

/* The value, and what it was found by. */
static const char *seen_text(const struct worst *x, double value, struct arena *a)
{
    const char *text = text_value(a, value, UNIT_DURATION, false);
    if (x->why_unbounded != NONE && isinf(x->longest))
        return "no bound";
    if (!proven(x) && isfinite(x->longest))
        return arena_printf(a, "at least %s", text);
    return arena_printf(a, "%s%s, %s", attained(x) ? "" : "at most ", text,
                        x->way == WORST_CORNERS ? "longest path"
                        : x->way == WORST_WORK  ? "all work in a row"
                                                : "all latencies tried");
}

/* ---- the verdict ---- */

static void verdict(struct worst *x, struct require_item *item, struct arena *a)
{
    const struct limit *l = item->limit;
    double limit = l->right->num, value = proven(x) ? x->bound : x->longest;
    if (!stat_compare(x->longest, l->cmp, limit)) {
        item->verdict = VERDICT_FAIL;
        why_fails(x, item, a);
    } else if (proven(x) && stat_compare(x->bound, l->cmp, limit)) {
        item->verdict = VERDICT_PASS;
    } else {
        why_open(x, item, a);
    }
    item->result.seen =
        (struct interval){value / 1e9, x->longest / 1e9, proven(x) ? x->bound / 1e9 : (double)NAN};
    item->result.seen_text = seen_text(x, value, a);
    item->result.method = method(x, a);
}

static bool judge(struct worst *x, struct require_item *item, struct arena *a, struct diags *d)
{
    const struct limit *l = item->limit;
    double limit = l->right->num;
    if (x->nreq == 0) {
        item->why = "a worst case is of a known number of requests, and this load has no end";
        item->hint = "`concurrent: K` judges K requests that come at once, whatever the load";
        return true;
    }
    if (!worst_work(x, d))
        return false;
    bool enough = isfinite(x->total) && stat_compare(x->total, l->cmp, limit);
    if (isfinite(x->total) && x->longest >= x->total) {
        worst_by_work(x);
    } else if (!worst_try(x, limit, l->cmp, d)) {
        return false;
    }
    if (enough && x->way == WORST_ORDERS && !proven(x))
        worst_by_work(x);
    if (x->way == WORST_ORDERS && isfinite(x->longest) && !(x->whole && attained(x))) {
        x->way = WORST_INSTANTS;
        if (!worst_try(x, limit, l->cmp, d))
            return false;
    }
    verdict(x, item, a);
    return true;
}

bool worst_judge(const struct prog *p, struct require_item *item, const struct worst_opt *o,
                 struct arena *a, struct diags *d)
{
    const struct limit *l = item->limit;
    double limit = l->right->num;
    struct worst x;
    worst_init(&x, p, o);
    item->verdict = VERDICT_UNDECIDED;
    item->why = "";
    item->hint = NULL;
    item->result = (struct limit_result){
        .seen = {NAN, NAN, NAN}, .limit = limit / 1e9, .seen_text = "?", .unit = "s", .method = ""};
    item->result.limit_text = arena_printf(a, "latency %s %s", limit_cmp_text[l->cmp],
                                           text_value(a, limit, UNIT_DURATION, false));
    bool ok = judge(&x, item, a, d);
    worst_free(&x);
    return ok;
}
