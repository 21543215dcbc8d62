/* SPDX-License-Identifier: GPL-3.0-or-later */
/* require_text.c - what was seen of a limit, in words: values with their intervals, reasons, cures.
 */
#include "check/require_impl.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ---- values ---- */

struct scale {
    double by;
    const char *name;
};

static struct scale scale_of(double v, enum unit u, bool percent)
{
    static const struct scale time[] = {{1, "ns"}, {1e3, "us"}, {1e6, "ms"}, {1e9, "s"}};
    static const struct scale size[] = {{1, "B"}, {1e3, "kB"}, {1e6, "MB"}, {1e9, "GB"}};
    const struct scale *rows = u == UNIT_DURATION ? time : size;
    size_t i = 0;
    if (percent)
        return (struct scale){0.01, "%"};
    if (u == UNIT_RATE)
        return (struct scale){1, "/s"};
    if (u != UNIT_DURATION && u != UNIT_SIZE)
        return (struct scale){1, ""};
    while (i < 3 && fabs(v) >= rows[i + 1].by)
        i++;
    return rows[i];
}

/* As many digits as an interval of that width has to say, and three at least. */
static int digits_of(double v, double width)
{
    double more = width > 0 && v != 0 && isfinite(width) ? log10(fabs(v) / width) : 0;
    return more > 2 ? (int)fmin(1 + ceil(more), 9) : 3;
}

static const char *number(struct arena *a, double v, int digits)
{
    if (isnan(v))
        return "?";
    if (!isfinite(v))
        return v > 0 ? "never" : "-never";
    if (fabs(v) >= pow(10, digits))
        return arena_printf(a, "%.0f", v);
    return arena_printf(a, "%.*g", digits, v);
}

const char *text_value(struct arena *a, double v, enum unit u, bool percent)
{
    struct scale s = scale_of(v, u, percent);
    if (!isfinite(v))
        return number(a, v, 3);
    return arena_printf(a, "%s%s%s", number(a, v / s.by, 6),
                        *s.name && strcmp(s.name, "/s") != 0 ? " " : "", s.name);
}

/* "241 ms [238, 244]" */
static const char *interval_text(struct arena *a, struct interval v, enum unit u, bool percent)
{
    struct scale s = scale_of(v.value, u, percent);
    int digits = digits_of(v.value, fmin(fabs(v.hi - v.value), fabs(v.value - v.lo)));
    const char *blank = *s.name && strcmp(s.name, "/s") != 0 ? " " : "";
    if (isnan(v.value) || !isfinite(v.value))
        return number(a, v.value, digits);
    if (v.lo == v.hi)
        return text_value(a, v.value, u, percent);
    const char *value = arena_printf(a, "%s%s%s", number(a, v.value / s.by, digits), blank, s.name);
    if (isnan(v.lo) && isnan(v.hi))
        return value;
    return arena_printf(a, "%s [%s, %s]", value, number(a, v.lo / s.by, digits),
                        number(a, v.hi / s.by, digits));
}

static bool percent_of(const struct judged *j)
{
    const struct limit *l = j->item->limit;
    return (l->left->op == LIMIT_METRIC && l->left->share) ||
           (l->right->op == LIMIT_METRIC && l->right->share);
}

/* With commas. */
static const char *count(struct arena *a, uint64_t n)
{
    const char *s = arena_printf(a, "%" PRIu64, n), *out = "";
    for (size_t left = strlen(s), i = 0; s[i]; i++, left--)
        out = arena_printf(a, "%s%s%c", out, i && left % 3 == 0 ? "," : "", s[i]);
    return out;
}

static const char *seen_text(const struct judged *j, struct arena *a)
{
    bool percent = percent_of(j);
    const char *text = interval_text(a, j->seen, j->left->unit, percent);
    if (j->exact && j->seen.lo == j->seen.hi && isfinite(j->seen.value))
        return arena_printf(a, "%s exactly", text);
    if (j->exact && isfinite(j->seen.value)) /* for any latencies */
        return arena_printf(a, "%s to %s", text_value(a, j->seen.lo, j->left->unit, percent),
                            text_value(a, j->seen.hi, j->left->unit, percent));
    if (j->one_sided && isfinite(j->seen.value))
        return arena_printf(a, "%s seen", text_value(a, j->seen.value, j->left->unit, percent));
    if (j->n && (j->hits == 0 || j->hits == j->n) && j->seen.lo < j->seen.hi &&
        j->left->op == LIMIT_METRIC &&
        (j->left->metric == METRIC_P || j->left->metric == METRIC_OUTCOME))
        return arena_printf(a, "%s, %s of %s", text, count(a, j->hits), count(a, j->n));
    return text;
}

/* ---- reasons ---- */

/* Why there is no value at all. */
static void no_value(struct judged *j, const struct measure *m)
{
    struct arena *a = m->a;
    const struct limit_node *n = j->left;
    enum limit_metric what = n->op == LIMIT_METRIC ? n->metric : METRIC_COUNT;
    j->item->hint = NULL;
    if (what == METRIC_MAKESPAN) {
        j->item->why = "the load has no end, so there is no makespan";
        j->item->hint = "`load: {backlog: N}` has one";
    } else if (what == METRIC_GAIN) {
        j->item->why = "the latency may jump when this step gets faster, so its gain is not "
                       "estimated";
        j->item->hint = "`pertinax run --gain` halves the step and runs again";
    } else if (what == METRIC_UTILISATION || what == METRIC_QUEUE) {
        j->item->why =
            arena_printf(a, "there is no limited `%s` under %s", n->name, m->exec[0]->name);
    } else if (what <= METRIC_OUTCOME) {
        j->item->why = arena_printf(a, "no request that `%s` speaks of was met", n->text);
        j->item->verdict = VERDICT_VACUOUS;
    } else {
        j->item->why = arena_printf(a, "`%s` has no value here", n->text);
    }
}

static void undecided(struct judged *j, const struct measure *m, uint64_t requests)
{
    struct arena *a = m->a;
    bool percent = percent_of(j);
    if (isnan(j->seen.value)) {
        no_value(j, m);
        return;
    }
    if (j->one_sided) {
        j->item->why = "a greatest value that was seen proves nothing of those to come";
        j->item->hint = "`worst_case: latency <= ...` takes every latency at its bound; "
                        "`P(latency <= ...) >= 99.9%` is decided by sampling";
        return;
    }
    if (j->near) {
        j->item->why = arena_printf(a, "too near to tell: within %s of %s",
                                    text_value(a, j->half, UNIT_NUMBER, true),
                                    text_value(a, j->limit, UNIT_NUMBER, true));
        j->item->hint = arena_printf(a, "--half-width %.2g%% looks closer, with more requests",
                                     100 * j->half / 5);
        return;
    }
    j->item->why = arena_printf(
        a, "after %s requests it may still be on either side of %s", count(a, requests),
        isnan(j->limit) ? j->right->text : text_value(a, j->limit, j->left->unit, percent));
    j->item->hint = "--max-requests N draws more; or put the limit where there is room";
}

static double in_result(double v, enum unit u)
{
    return u == UNIT_DURATION ? v / 1e9 : v;
}

void text_fill(struct judged *j, const struct measure *m, uint64_t requests, uint32_t looks)
{
    static const char *const units[] = {
        [UNIT_NUMBER] = "", [UNIT_DURATION] = "s", [UNIT_RATE] = "/s",
        [UNIT_SIZE] = "B",  [UNIT_BOOL] = "",      [UNIT_ZERO] = ""};
    struct limit_result *r = &j->item->result;
    enum unit u = j->left->unit;
    double limit = isnan(j->limit) ? measure_value(m, j->right, MEASURE_ALL) : j->limit;
    struct interval v = j->seen;
    *r = (struct limit_result){.limit = in_result(limit, u),
                               .seen_text = seen_text(j, m->a),
                               .unit = units[u],
                               .method = j->method,
                               .requests = requests,
                               .looks = looks};
    r->seen = (struct interval){in_result(v.value, u), in_result(v.lo, u), in_result(v.hi, u)};
    r->limit_text = arena_printf(m->a, "%s %s %s", j->left->text, limit_cmp_text[j->cmp],
                                 j->right->op == LIMIT_NUMBER
                                     ? text_value(m->a, limit, u, percent_of(j))
                                     : arena_printf(m->a, "%s (%s)", j->right->text,
                                                    text_value(m->a, limit, u, percent_of(j))));
    j->item->why = "";
    j->item->hint = NULL;
    if (j->item->verdict == VERDICT_UNDECIDED)
        undecided(j, m, requests);
}

/* ---- a bad end ---- */

/* What a queue without end breaks: an upper limit of a latency, or of the use of what all wait for;
 * a share of quick requests. */
static bool breaks(const struct judged *j, const struct exec_result *e)
{
    const struct limit_node *n = j->left;
    bool upper = j->cmp == LIMIT_LT || j->cmp == LIMIT_LE;
    if (!j->plain)
        return false;
    if (n->metric == METRIC_UTILISATION ||
        n->metric == METRIC_QUEUE) /* always used, by ever more */
        return e->unstable_utilisation >= 1 && strcmp(n->name, e->unstable) == 0 && upper &&
               (n->metric == METRIC_QUEUE || !stat_compare(1, j->cmp, j->limit));
    return n->metric <= METRIC_QUANTILE ? upper : n->metric == METRIC_P && !upper;
}

void text_bad_end(struct judged *j, const struct measure *m, uint32_t exec)
{
    const struct sample *s = sampler_get(m->sampler, exec);
    const struct exec_result *e = s->result;
    struct limit_result *r = &j->item->result;
    *r = (struct limit_result){.seen = {NAN, NAN, NAN},
                               .limit = in_result(j->limit, j->left->unit),
                               .seen_text = "nothing",
                               .limit_text = j->item->limit->text,
                               .unit = "",
                               .method = "simulated"};
    j->item->verdict = VERDICT_UNDECIDED;
    switch (s->end) {
    case SAMPLE_UNSTABLE:
        r->requests = e->requests;
        if (result_crowd(e->unstable)) {
            r->seen_text = "too many";
            j->item->why = arena_printf(m->a,
                                        "%" PRIu64 " requests are present at once in a "
                                        "replication, and more are not simulated",
                                        e->unstable_present);
            break;
        }
        r->seen_text = "unstable";
        j->item->why =
            isfinite(e->unstable_utilisation)
                ? arena_printf(m->a,
                               "the load cannot be carried: `%s` would be used %.0f %% of the "
                               "time, and latency grows without end",
                               e->unstable, 100 * e->unstable_utilisation)
                : "the load cannot be carried: requests pile up";
        if (breaks(j, e))
            j->item->verdict = VERDICT_FAIL;
        break;
    case SAMPLE_FAILED:
        r->seen_text = e->deadlock ? "deadlock" : "an error";
        j->item->why = e->deadlock ? "the simulation ran into a deadlock" : e->error;
        j->item->hint = e->deadlock ? "the claim `deadlock_free` tells who waits for whom" : NULL;
        if (e->deadlock)
            j->item->verdict = VERDICT_FAIL;
        break;
    case SAMPLE_STOPPED:
    case SAMPLE_WELL:
        j->item->why = "interrupted";
        break;
    }
}
