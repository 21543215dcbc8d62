/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prose.c - what the numbers mean, in sentences; each gives a reason as far as the result knows
 * one.  No sentence is made of a number that is missing. */
#include "reports/layout.h"
#include <math.h>
#include <string.h>

/* ---- names and phrases ---- */

/* "a", "a and b", "a, b and c" of the executions chosen. */
static const char *names_text(struct arena *a, const struct run_result *r, const bool *chosen)
{
    uint32_t n = 0, k = 0;
    const char *s = "";
    for (uint32_t i = 0; i < r->nexec; i++)
        n += chosen[i];
    for (uint32_t i = 0; i < r->nexec; i++) {
        if (!chosen[i])
            continue;
        k++;
        s = arena_printf(a, "%s%s%s", s, k == 1 ? "" : k == n ? " and " : ", ", r->exec[i].name);
    }
    return s;
}

static const char *join(struct arena *a, const char *s, const char *with, const char *more)
{
    if (!more || !*more)
        return s;
    return *s ? arena_printf(a, "%s%s%s", s, with, more) : more;
}

static const char *first_line(struct arena *a, const char *s)
{
    return s ? arena_strndup(a, s, strcspn(s, "\r\n")) : "";
}

const char *prose_title(struct arena *a, const struct run_result *r)
{
    const char *doc = first_line(a, r->model_doc);
    return join(a, r->model_name ? r->model_name : "", " · ", doc);
}

const char *prose_setting(struct arena *a, const struct run_result *r)
{
    const char *s = arena_printf(a, "seed %llu", (unsigned long long)r->seed);
    s = join(a, s, " · ", r->assumed_load);
    s = join(a, s, " · ", r->assumed_cores);
    s = join(a, s, " · ", r->assumed_gil);
    return join(a, s, " · ", r->assumed_costs);
}

/* " [1.95, 1.97]" or "" where there is no interval worth saying. */
static const char *ratio_interval(struct arena *a, struct interval v)
{
    if (!isfinite(v.lo) || !isfinite(v.hi) || v.hi - v.lo < 1e-9 * fabs(v.value))
        return "";
    int d = v.hi - v.lo < 0.001 ? 4 : v.hi - v.lo < 0.01 ? 3 : 2;
    return arena_printf(a, " [%s, %s]", number_fixed(a, v.lo, d), number_fixed(a, v.hi, d));
}

static const char *mean_text(struct arena *a, const struct exec_result *e)
{
    return number_time(a, e->all.latency.mean.value);
}

/* ---- which is faster ---- */

static void say_ratio(struct paras *p, const struct run_result *r, const struct winners *v,
                      uint32_t i)
{
    struct arena *a = p->mem;
    const struct speedup_result *s = speedup_of(r, i);
    const struct exec_result *e = &r->exec[i], *base = &r->exec[v->base];
    if (!s || !isfinite(s->ratio.value) || s->ratio.value <= 0)
        return;
    bool slower = s->ratio.value < 1;
    struct interval q = s->ratio;
    if (slower)
        q = (struct interval){1 / q.value, 1 / q.hi, 1 / q.lo};
    if (s->ratio.lo <= 1 && s->ratio.hi >= 1) {
        para_add(p, "%s against %s: no difference seen on the mean (%s and %s).", e->name,
                 base->name, mean_text(a, e), mean_text(a, base));
        return;
    }
    const char *share = "";
    if (isfinite(s->faster))
        share = arena_printf(a, "%s %s in %s of the requests", slower ? ", but" : ", and", "faster",
                             number_percent(a, s->faster));
    if (isfinite(s->faster) && s->faster == 0)
        share = "";
    if (isfinite(s->faster) && s->faster == 1)
        share = ", and faster in every request";
    if (slower)
        para_add(p, "%s takes %s%s as long as %s on the mean: %s against %s%s.", e->name,
                 number_ratio(a, q.value), ratio_interval(a, q), base->name, mean_text(a, e),
                 mean_text(a, base), share);
    else
        para_add(p, "%s is %s%s as fast as %s on the mean: %s against %s%s.", e->name,
                 number_ratio(a, q.value), ratio_interval(a, q), base->name, mean_text(a, e),
                 mean_text(a, base), share);
}

static void say_faster(struct paras *p, const struct run_result *r, const struct winners *v)
{
    if (v->best == r->nexec || r->nexec < 2 || v->base == r->nexec)
        return;
    if (v->best != v->base)
        say_ratio(p, r, v, v->best);
    for (uint32_t i = 0; i < r->nexec; i++)
        if (i != v->base && i != v->best && exec_has_result(&r->exec[i]))
            say_ratio(p, r, v, i);
    if (v->nbest > 1 && !(v->nbest == 2 && v->among_best[v->base]))
        para_add(p, "Between %s no difference can be told.", names_text(p->mem, r, v->among_best));
}

/* ---- why ---- */

/* The bound of work over span, and how near to it the best execution comes. */
static void say_bound(struct paras *p, const struct run_result *r, const struct winners *v)
{
    struct arena *a = p->mem;
    if (v->best == r->nexec)
        return;
    const struct exec_result *e = &r->exec[v->best];
    const struct speedup_result *s = v->best == v->base ? NULL : speedup_of(r, v->best);
    if (!(e->work > 0) || !(e->span > 0) || !isfinite(e->work) || !isfinite(e->span))
        return;
    double bound = s && isfinite(s->work_span) ? s->work_span : e->work / e->span;
    if (e->work / e->span < 1.005) {
        para_add(p, "The request is one chain of %s: there is nothing in it to overlap.",
                 number_time(a, e->work));
        return;
    }
    const char *over = v->base < r->nexec && strcmp(r->exec[v->base].kind, "serial") == 0
                           ? r->exec[v->base].name
                           : "one thing at a time";
    const char *reach = "";
    if (result_is_live(r))
        reach = " (by the times drawn for its calls)";
    else if (s && isfinite(s->ratio.value) && s->ratio.value > 1)
        reach = s->ratio.value > bound * 1.01
                    ? arena_printf(a,
                                   "; under this load %s comes to %s, because less waits in "
                                   "queues as well",
                                   e->name, number_ratio(a, s->ratio.value))
                    : arena_printf(a, "; %s reaches %s%s", e->name, number_ratio(a, s->ratio.value),
                                   r->no_load ? "" : " under this load");
    const char *amdahl = "";
    if (s && s->amdahl < bound * 0.99 && !result_is_live(r))
        amdahl = arena_printf(a, " Amdahl's law allows %s.", number_ratio(a, s->amdahl));
    para_add(p,
             "%s holds %s of work and its longest chain is %s: no execution can be more than %s "
             "faster than %s%s%s.%s",
             r->no_load ? "The request" : "A request alone", number_time(a, e->work),
             number_time(a, e->span), number_ratio(a, bound), over,
             r->no_load ? "" : " in an idle system", reach, amdahl);
}

static const struct resource_result *worst_wait(const struct exec_result *e)
{
    const struct resource_result *worst = NULL;
    for (uint32_t i = 0; i < e->nresource; i++) {
        const struct resource_result *q = &e->resource[i];
        if (isfinite(q->wait) && (!worst || q->wait > worst->wait))
            worst = q;
    }
    return worst;
}

static void say_contention(struct paras *p, const struct run_result *r)
{
    enum { WORTH = 100 }; /* waits below a hundredth of the mean latency explain nothing */
    struct arena *a = p->mem;
    const char *s = "";
    for (uint32_t i = 0; i < r->nexec; i++) {
        const struct exec_result *e = &r->exec[i];
        const struct resource_result *q = exec_has_result(e) ? worst_wait(e) : NULL;
        if (!q || q->wait * WORTH < e->all.latency.mean.value)
            continue;
        const char *how = "";
        if (isfinite(q->wait_p99))
            how = arena_printf(a, "p99 %s", number_time(a, q->wait_p99));
        if (isfinite(q->utilisation))
            how = join(a, how, ", ", arena_printf(a, "%s busy", number_percent(a, q->utilisation)));
        const char *one = arena_printf(a, "%s a time for `%s` under %s", number_time(a, q->wait),
                                       q->name, e->name);
        s = join(a, s, "; ", *how ? arena_printf(a, "%s (%s)", one, how) : one);
    }
    if (*s)
        para_add(p, "The longest waits: %s.", s);
}

void prose_reasons(struct paras *p, const struct run_result *r)
{
    struct winners v = verdict_make(p->mem, r);
    say_faster(p, r, &v);
    say_bound(p, r, &v);
    prose_below(p, r);
    say_contention(p, r);
}

/* ---- trouble ---- */

static void say_deadlock(struct paras *p, const struct exec_result *e, const struct diags *d)
{
    struct arena *a = p->mem;
    const struct deadlock_result *k = e->deadlock;
    para_add(p, "Deadlock under %s after %s: %s can never move again.", e->name,
             number_time(a, k->time),
             k->total == 1 ? "1 task" : arena_printf(a, "%s tasks", number_count(a, k->total)))
        ->style = STYLE_BAD;
    for (uint32_t i = 0; i < k->n; i++) {
        const struct deadlock_task *t = &k->task[i];
        const char *at = place_text(a, d, t->at), *held = "";
        if (i + 1 == k->ncycle && k->ncycle > 1)
            held = arena_printf(a, "%s%s: the circle is closed", *t->held_by ? ", held by " : "",
                                t->held_by);
        else if (t->held_by && *t->held_by)
            held = arena_printf(a, ", held by %s", t->held_by);
        struct para *q = para_add(p, "%s, in %s%s%s%s, waits for %s%s", t->task, t->step,
                                  *at ? " (" : "", at, *at ? ")" : "", t->waits_for, held);
        q->lead = arena_printf(a, "%u.", (unsigned)i + 1);
        q->close = true;
    }
    if (k->total > k->n)
        para_add(p, "and %s more.", number_count(a, k->total - k->n))->close = true;
    if (k->advice)
        para_add(p, "%s", k->advice);
}

static void say_unstable(struct paras *p, const struct exec_result *e)
{
    struct arena *a = p->mem;
    const char *what;
    if (isfinite(e->unstable_utilisation))
        what = arena_printf(a,
                            "cannot carry this load: `%s` would have to be busy %s of the time. "
                            "Its queue grows without end, so there are no averages",
                            e->unstable, number_percent(a, e->unstable_utilisation));
    else if (result_crowd(e->unstable) && strcmp(e->method, "live") == 0)
        what = arena_printf(a,
                            "is not measured: %s requests are present at once, and memory is not "
                            "taken for more",
                            number_count(a, e->unstable_present));
    else if (result_crowd(e->unstable))
        what = arena_printf(a,
                            "is not measured: %s requests are present at once in a replication, "
                            "and memory is not taken for more. Either more come than end, or so "
                            "many belong there; then fewer replications leave room "
                            "(--replications 2)",
                            number_count(a, e->unstable_present));
    else
        what = arena_printf(a,
                            "cannot carry this load: the queue for `%s` grows without end, so "
                            "there are no averages",
                            e->unstable);
    para_add(p, "%s %s.", e->name, what)->style = STYLE_BAD;
}

void prose_trouble(struct paras *p, const struct run_result *r, const struct diags *d)
{
    struct arena *a = p->mem;
    for (uint32_t i = 0; i < r->nexec; i++) {
        const struct exec_result *e = &r->exec[i];
        if (e->deadlock)
            say_deadlock(p, e, d);
        if (e->unstable)
            say_unstable(p, e);
        if (e->error)
            para_add(p, "%s stopped: %s.", e->name, e->error)->style = STYLE_BAD;
        else if (!e->complete && !e->deadlock && !e->unstable)
            para_add(p, "%s is incomplete: requests measured until then: %s.", e->name,
                     number_count(a, e->requests))
                ->style = STYLE_BAD;
    }
}

/* ---- warnings ---- */

static bool warning_in(const struct exec_result *e, const struct warning_result *w)
{
    for (uint32_t i = 0; i < e->nwarning; i++)
        if (strcmp(e->warning[i].id, w->id) == 0 && strcmp(e->warning[i].text, w->text) == 0)
            return true;
    return false;
}

/* One warning is said once, with all executions that have it. */
void prose_warnings(struct paras *p, const struct run_result *r)
{
    struct arena *a = p->mem;
    bool *who = NEW(a, bool, r->nexec + 1);
    for (uint32_t i = 0; i < r->nexec; i++) {
        for (uint32_t k = 0; k < r->exec[i].nwarning; k++) {
            const struct warning_result *w = &r->exec[i].warning[k];
            bool earlier = false, all = true;
            for (uint32_t j = 0; j < r->nexec; j++) {
                who[j] = warning_in(&r->exec[j], w);
                earlier = earlier || (j < i && who[j]);
                all = all && who[j];
            }
            if (earlier)
                continue;
            const char *names = all ? "" : arena_printf(a, " (%s)", names_text(a, r, who));
            para_add(p, "warning[%s]%s: %s", w->id, names, w->text);
        }
    }
}

/* ---- how it was had ---- */

static const char *stop_text(struct arena *a, const struct run_result *r,
                             const struct exec_result *e)
{
    const char *known = r->precision_mean > 0 ? arena_printf(a, "known to %s and p99 to %s",
                                                             number_percent(a, r->precision_mean),
                                                             number_percent(a, r->precision_p99))
                                              : "known well enough";
    switch (e->stopped) {
    case STOP_REQUESTS:
        if (!result_is_live(r) || e->warmup == 0) /* else they are of those asked for */
            return "as many as asked for";
        return e->warmup == 1 ? "all that were asked for but the first"
                              : arena_printf(a, "all that were asked for but the first %s",
                                             number_count(a, e->warmup));
    case STOP_PRECISION:
        return arena_printf(a, "until the mean was %s", known);
    case STOP_MAX:
        return arena_printf(a, "the most allowed, before the mean was %s", known);
    case STOP_DEADLOCK:
        return "until the deadlock";
    case STOP_UNSTABLE:
        return "until the load was seen to be too much";
    case STOP_INTERRUPT:
        return "until it was interrupted";
    case STOP_ERROR:
        return "until the error";
    }
    return "";
}

/* Executions that were run alike are told together. */
static const char *measured_text(struct arena *a, const struct run_result *r)
{
    bool *alike = NEW(a, bool, r->nexec + 1), independent = true;
    const char *s = "";
    for (uint32_t i = 0; i < r->nexec; i++) {
        const struct exec_result *e = &r->exec[i];
        uint32_t n = 0, first = i;
        independent = independent && e->replications == 0;
        for (uint32_t j = r->nexec; j-- > 0;) {
            alike[j] = r->exec[j].requests == e->requests && r->exec[j].stopped == e->stopped;
            n += alike[j];
            first = alike[j] ? j : first;
        }
        if (first != i)
            continue;
        const char *who = n == r->nexec ? "" : arena_printf(a, "%s ", names_text(a, r, alike));
        s = join(a, s, "; ",
                 arena_printf(a, "%s%s %s%s, %s", who, number_count(a, e->requests),
                              e->requests == 1 ? "request" : "requests", n > 1 ? " each" : "",
                              stop_text(a, r, e)));
    }
    if (r->nexec > 1)
        s = join(a, s, "; ", "the same draws under every execution");
    return join(a, s, "; ",
                independent ? "requests are independent; ± and [ ] are 95 % intervals"
                            : "± and [ ] are 95 % intervals");
}

static void say_warmup(struct paras *p, const struct run_result *r)
{
    struct arena *a = p->mem;
    const char *s = "";
    for (uint32_t i = 0; i < r->nexec; i++) {
        const struct exec_result *e = &r->exec[i];
        if (e->replications)
            s = join(a, s, "; ",
                     arena_printf(a, "%s %s requests in %u replications", e->name,
                                  number_count(a, e->warmup), (unsigned)e->replications));
    }
    if (*s)
        para_add(p, "Warm-up deleted: %s.", s)->close = true;
}

static void say_rows(struct paras *p, const struct run_result *r)
{
    const char *s = "";
    for (uint32_t i = 0; i < r->nexec; i++)
        if (r->exec[i].summary && *r->exec[i].summary)
            s = join(p->mem, s, "; ",
                     arena_printf(p->mem, "%s: %s", r->exec[i].name, r->exec[i].summary));
    if (*s)
        para_add(p, "Executions: %s.", s)->close = true;
}

void prose_assumptions(struct paras *p, const struct run_result *r, int verbosity)
{
    struct arena *a = p->mem;
    const char *s = join(a, "", "; ", r->assumed_load);
    s = join(a, s, "; ", r->assumed_cores);
    s = join(a, s, "; ", r->assumed_gil);
    s = join(a, s, "; ", r->assumed_costs);
    if (*s)
        para_add(p, "%s: %s.", result_is_live(r) ? "Executed for real" : "Assumed", s);
    say_rows(p, r);
    para_add(p, "Measured: %s.", measured_text(a, r))->close = true;
    if (verbosity > 0)
        say_warmup(p, r);
    const char *digest = r->digest ? arena_strndup(a, r->digest, strnlen(r->digest, 12)) : "";
    s = join(a, "", "; ", r->command);
    s = join(a, s, "; ", r->version ? arena_printf(a, "version %s", r->version) : NULL);
    s = join(a, s, "; ", *digest ? arena_printf(a, "model %s", digest) : NULL);
    if (*s)
        para_add(p, "Again: %s.", s)->close = true;
    for (struct para *q = p->first; q; q = q->next)
        q->style = STYLE_DIM;
}
