/* SPDX-License-Identifier: GPL-3.0-or-later */
/* law_text.c - laws as a model file has them; see law.h. */
#include "fit/law.h"
#include "base/diag.h"
#include <math.h>
#include <string.h>

const char *const law_name[] = {"constant", "exponential", "shifted exponential",
                                "gamma",    "lognormal",   "Weibull",
                                "Pareto",   "none",        "mixture",
                                "quantiles"};

#define Z95 1.959964

static double rounded(double x, int digits)
{
    if (!(fabs(x) > 0) || !isfinite(x))
        return 0;
    double scale = pow(10, digits - 1 - floor(log10(fabs(x))));
    return scale >= 1 ? round(x * scale) / scale : round(x * scale) / scale;
}

void law_put_time(double ns, int digits, struct buf *b)
{
    static const struct {
        double ns;
        const char *name;
    } unit[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}, {1, "ns"}};
    double x = rounded(ns, digits);
    int i = 0;
    if (!(fabs(x) > 0)) {
        buf_puts(b, "0");
        return;
    }
    while (i < 3 && fabs(x) < unit[i].ns * (1 - 1e-9))
        i++;
    buf_printf(b, "%.10g%s", x / unit[i].ns, unit[i].name);
}

static void put_number(double x, int digits, struct buf *b)
{
    buf_printf(b, "%.*g", digits, x);
}

static void put_pair(struct buf *b, const char *name, const char *first, double x,
                     const char *second, double y, bool time)
{
    buf_printf(b, "%s(%s=", name, first);
    if (first[0] == 's' && first[1] == 'h')
        put_number(x, 4, b);
    else
        law_put_time(x, 4, b);
    buf_printf(b, ", %s=", second);
    if (time)
        law_put_time(y, 4, b);
    else
        put_number(y, 4, b);
    buf_putc(b, ')');
}

static void put_mix(const struct law *l, struct buf *b)
{
    double left = 1;
    buf_puts(b, "mix(");
    for (uint32_t i = 0; i < l->nof; i++) { /* shares as written have to sum to 1 */
        double share = i + 1 < l->nof ? floor(l->share[i] * 1e6 + 0.5) / 1e6 : left;
        left -= share;
        buf_puts(b, i ? ", " : "");
        buf_printf(b, "%.6g of ", share);
        law_put(l->of[i], b);
    }
    buf_putc(b, ')');
}

static void put_quantiles(const struct law *l, struct buf *b)
{
    buf_puts(b, "quantiles(");
    for (uint32_t i = 0; i < l->nof; i++) {
        buf_puts(b, i ? ", p" : "p");
        double p = l->prob[i] * 100;
        if (p > 99 && p < 100)
            buf_printf(b, p > 99.95 ? "9999=" : "999=");
        else
            buf_printf(b, "%.0f=", p);
        law_put_time(l->x[i], 4, b);
    }
    buf_putc(b, ')');
}

void law_put(const struct law *l, struct buf *b)
{
    double a = l->p[0], c = l->p[1];
    switch (l->kind) {
    case LAW_CONST:
        law_put_time(a, 6, b);
        break;
    case LAW_EXPONENTIAL:
        buf_puts(b, "exponential(mean=");
        law_put_time(a, 4, b);
        buf_putc(b, ')');
        break;
    case LAW_SHIFTED:
        law_put_time(a, 4, b);
        buf_puts(b, " + exponential(mean=");
        law_put_time(c, 4, b);
        buf_putc(b, ')');
        break;
    case LAW_GAMMA:
        put_pair(b, "gamma", "mean", a * c, "cv", 1 / sqrt(a), false);
        break;
    case LAW_LOGNORMAL:
        put_pair(b, "lognormal", "p50", exp(a), "p99", exp(a + 2.3263478740408408 * c), true);
        break;
    case LAW_WEIBULL:
        put_pair(b, "weibull", "shape", a, "scale", c, true);
        break;
    case LAW_PARETO:
        put_pair(b, "pareto", "min", a, "alpha", c, false);
        break;
    case LAW_MIX:
        put_mix(l, b);
        break;
    default:
        put_quantiles(l, b);
        break;
    }
}

double law_precision(const struct law *l, const char **of)
{
    *of = "mean";
    switch (l->kind) {
    case LAW_EXPONENTIAL:
        return Z95 * l->se[0] / l->p[0];
    case LAW_SHIFTED:
        return Z95 * l->se[1] / (l->p[0] + l->p[1]);
    case LAW_GAMMA: /* the variance of the mean is that of one over n */
        return Z95 / sqrt(l->p[0] * (double)(l->n - l->ncut));
    case LAW_LOGNORMAL:
        *of = "p50";
        return Z95 * l->se[0];
    case LAW_WEIBULL:
        *of = "scale";
        return Z95 * l->se[1] / l->p[1];
    case LAW_PARETO:
        *of = "alpha";
        return Z95 * l->se[1] / l->p[1];
    default:
        return NAN;
    }
}

void law_put_verdict(const struct law *l, struct buf *b)
{
    const char *of;
    double half = law_precision(l, &of);
    buf_printf(b, "n %zu", l->n);
    if (l->ncut > 0) {
        buf_printf(b, ", %zu cut off at ", l->ncut);
        law_put_time(l->cut, 3, b);
    }
    if (half > 0)
        buf_printf(b, ", %s +-%.2g %%", of, 100 * half);
    if (l->kind == LAW_QUANTILES || l->refused)
        buf_puts(b, l->refused ? ", no family fits: as seen" : ", too few for a family: as seen");
    else if (l->kind == LAW_CONST)
        buf_puts(b, ", always the same");
    else if (isfinite(l->q))
        buf_printf(b, ", %s (A2 %.2f, p %s%.2g)",
                   l->q < 0.0055 ? "does not fit"
                   : l->q < 0.05 ? "barely fits"
                                 : "fits",
                   l->ad, l->q < 0.0055 ? "< " : "", l->q < 0.0055 ? 0.006 : l->q);
    if (l->other != LAW_FAMILIES)
        buf_printf(b, "; %s is as good", law_name[l->other]);
    if (l->step > 0) {
        buf_puts(b, "; clock of ");
        law_put_time(l->step, 3, b);
    }
}

/* Which form has these parameters' names? */
static unsigned form_of(const char *kind, const char *first)
{
    const struct dist_kind *k = dist_kind_find(kind);
    for (unsigned i = 0; k->forms[i].param[0].name; i++)
        if (strcmp(k->forms[i].param[0].name, first) == 0)
            return i;
    bug_if(true);
    return 0;
}

/* A law as a model has it: a kind, and the two numbers of one of its forms. */
struct as_model {
    const struct dist_kind *kind; /* NULL: a constant, or made of others */
    unsigned form;
    double param[4];
};

static struct as_model as_model(const struct law *l)
{
    static const struct {
        const char *kind, *first;
    } of[LAW_FAMILIES] = {
        [LAW_EXPONENTIAL] = {"exponential", "mean"},
        [LAW_GAMMA] = {"gamma", "shape"},
        [LAW_LOGNORMAL] = {"lognormal", "mu"},
        [LAW_WEIBULL] = {"weibull", "shape"},
        [LAW_PARETO] = {"pareto", "min"},
    };
    struct as_model m = {.kind = NULL};
    if (l->kind >= LAW_FAMILIES || of[l->kind].kind == NULL)
        return m;
    m.kind = dist_kind_find(of[l->kind].kind);
    m.form = form_of(of[l->kind].kind, of[l->kind].first);
    m.param[0] = l->kind == LAW_LOGNORMAL ? l->p[0] - log(1e9) : l->p[0]; /* of ln seconds */
    m.param[1] = l->kind == LAW_EXPONENTIAL ? 0 : l->p[1];
    return m;
}

const struct dist *law_dist(struct arena *a, const struct law *l)
{
    const struct dist *of[LAW_PARTS];
    const char *why = NULL;
    double total = 0, share[LAW_PARTS];
    struct as_model m = as_model(l);
    if (m.kind)
        return dist_make(a, m.kind, m.form, m.param, true, &why);
    switch (l->kind) {
    case LAW_MIX:
        for (uint32_t i = 0; i < l->nof; i++)
            total += l->share[i];
        for (uint32_t i = 0; i < l->nof; i++) {
            of[i] = law_dist(a, l->of[i]);
            bug_if(!of[i]);
            share[i] = l->share[i] / total;
        }
        return dist_mix(a, l->nof, share, of, &why);
    case LAW_QUANTILES:
        return dist_quantiles(a, l->nof, l->prob, l->x, &why);
    default:
        return dist_const(a, l->p[0]);
    }
}

bool law_possible(const struct law *l)
{
    struct as_model m = as_model(l);
    return m.kind == NULL || dist_possible(m.kind, m.form, m.param, true);
}
