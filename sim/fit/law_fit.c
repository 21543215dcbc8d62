/* SPDX-License-Identifier: GPL-3.0-or-later */
/* law_fit.c - maximum likelihood, family by family; see law.h.
 *
 * Sums run over weighted values, so that the same code serves the steps of an EM.  Standard errors
 * are those of the expected Fisher information. */
#include "fit/law.h"
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_psi.h>
#include <math.h>
#include <string.h>

struct sums {
    double n, x, ln, ln2, least, most;
};

static struct sums sums_of(const double *x, const double *w, size_t n)
{
    struct sums s = {.least = INFINITY, .most = -INFINITY};
    double mean = 0; /* of ln x so far (West 1979) */
    for (size_t i = 0; i < n; i++) {
        double k = w ? w[i] : 1, y = x[i] > 0 ? log(x[i]) : 0, off = y - mean;
        s.n += k;
        s.x += k * x[i];
        s.ln += k * y;
        mean += s.n > 0 ? off * k / s.n : 0;
        s.ln2 += k * off * (y - mean);
        s.least = fmin(s.least, x[i]);
        s.most = fmax(s.most, x[i]);
    }
    return s;
}

/* Greenwood and Durand's start is near enough for a few steps of Newton (Minka 2002). */
static bool gamma_ml(const struct sums *s, struct law *l)
{
    double mean = s->x / s->n, d = log(mean) - s->ln / s->n;
    if (!(s->least > 0) || !(d > 1e-12))
        return false;
    double k = (3 - d + sqrt((d - 3) * (d - 3) + 24 * d)) / (12 * d);
    for (int i = 0; i < 100; i++) {
        double step = (log(k) - gsl_sf_psi(k) - d) / (1 / k - gsl_sf_psi_1(k));
        double next = k - step;
        next = next > 0 ? next : k / 2;
        bool done = fabs(next - k) <= 1e-13 * k;
        k = next;
        if (done)
            break;
    }
    l->p[0] = k;
    l->p[1] = mean / k;
    double psi1 = gsl_sf_psi_1(k), det = k * psi1 - 1;
    l->se[0] = sqrt(k / (s->n * det));
    l->se[1] = l->p[1] * sqrt(psi1 / (s->n * det));
    return isfinite(k) && k < 1e7;
}

/* f(c) = sum x^c ln x / sum x^c - 1 / c - mean ln x, and its slope; x relative to the greatest. */
static double weibull_score(const double *x, const double *w, size_t n, const struct sums *s,
                            double c, double *slope)
{
    double top = log(s->most), a = 0, b = 0, q = 0;
    for (size_t i = 0; i < n; i++) {
        double y = log(x[i]) - top, e = (w ? w[i] : 1) * exp(c * y);
        a += e;
        b += e * y;
        q += e * y * y;
    }
    *slope = q / a - b * b / (a * a) + 1 / (c * c);
    return b / a - 1 / c - (s->ln / s->n - top);
}

static bool weibull_ml(const double *x, const double *w, size_t n, const struct sums *s,
                       struct law *l)
{
    if (!(s->least > 0) || !(s->ln2 > 0))
        return false;
    double c = 1.28255 / sqrt(s->ln2 / s->n), slope; /* by the variance of ln X */
    for (int i = 0; i < 100; i++) {
        double f = weibull_score(x, w, n, s, c, &slope), next = c - f / slope;
        next = next > 0 ? next : c / 2;
        bool done = fabs(next - c) <= 1e-12 * c;
        c = next;
        if (done)
            break;
    }
    double sum = 0, top = log(s->most);
    for (size_t i = 0; i < n; i++)
        sum += (w ? w[i] : 1) * exp(c * (log(x[i]) - top));
    l->p[0] = c;
    l->p[1] = s->most * pow(sum / s->n, 1 / c);
    l->se[0] = c * sqrt(0.607927 / s->n); /* 6 / pi^2 */
    l->se[1] = l->p[1] / c * sqrt(1.108665 / s->n);
    return isfinite(c) && c < 1e5;
}

static bool lognormal_ml(const struct sums *s, struct law *l)
{
    if (!(s->least > 0) || !(s->ln2 > 1e-18 * s->n))
        return false;
    l->p[0] = s->ln / s->n;
    l->p[1] = sqrt(s->ln2 / s->n);
    l->se[0] = l->p[1] / sqrt(s->n);
    l->se[1] = l->p[1] / sqrt(2 * s->n);
    return true;
}

/* The least value is biased upwards by the n-th of the mean above it. */
static bool shifted_ml(const struct sums *s, struct law *l)
{
    double above = (s->x / s->n - s->least) * s->n / (s->n - 1);
    l->p[0] = fmax(0, s->least - above / s->n);
    l->p[1] = s->x / s->n - l->p[0];
    l->se[0] = above / s->n;
    l->se[1] = above / sqrt(s->n);
    return s->n > 2 && above > 0;
}

static bool pareto_ml(const struct sums *s, struct law *l)
{
    double d = s->ln - s->n * log(s->least);
    if (!(s->least > 0) || !(d > 0) || s->n < 4)
        return false;
    l->p[1] = (s->n - 2) / d; /* both without bias (Rytgaard 1990); the greatest likelihood is at */
    l->p[0] = s->least * (1 - 1 / ((s->n - 1) * l->p[1])); /* s->least, n / d */
    l->se[1] = l->p[1] / sqrt(s->n);
    return l->p[1] < 1e6 && l->p[0] > 0;
}

/* Of a gamma law the sums say it all. */
static double loglik(const struct law *l, const double *x, const double *w, size_t n,
                     const struct sums *s)
{
    double a = l->p[0], b = l->p[1], sum = 0;
    if (l->kind == LAW_GAMMA)
        return (a - 1) * (s->ln - s->n * log(b)) - s->x / b - s->n * (lgamma(a) + log(b));
    for (size_t i = 0; i < n && l->kind != LAW_CONST; i++)
        sum += (w ? w[i] : 1) * law_log_density(l, x[i]);
    return sum;
}

bool law_estimate(enum law_kind k, const double *x, const double *w, size_t n, struct law *out)
{
    struct law l = {.kind = k, .n = n, .ad = NAN, .q = NAN, .other = LAW_FAMILIES};
    struct sums s = sums_of(x, w, n);
    bool ok = s.n > 0;
    l.mean = s.x / s.n;
    switch (k) {
    case LAW_CONST:
        l.p[0] = l.mean;
        break;
    case LAW_EXPONENTIAL:
        l.p[0] = l.mean;
        l.se[0] = l.mean / sqrt(s.n);
        ok = ok && l.mean > 0;
        break;
    case LAW_SHIFTED:
        ok = ok && shifted_ml(&s, &l);
        break;
    case LAW_GAMMA:
        ok = ok && gamma_ml(&s, &l);
        break;
    case LAW_LOGNORMAL:
        ok = ok && lognormal_ml(&s, &l);
        break;
    case LAW_WEIBULL:
        ok = ok && weibull_ml(x, w, n, &s, &l);
        break;
    case LAW_PARETO:
        ok = ok && pareto_ml(&s, &l);
        break;
    default:
        return false;
    }
    if (!ok)
        return false;
    l.loglik = loglik(&l, x, w, n, &s);
    l.aic = 2 * law_parameters(&l) - 2 * l.loglik;
    *out = l;
    return isfinite(l.loglik) && law_possible(&l);
}

uint32_t law_parameters(const struct law *l)
{
    uint32_t sum = 0;
    if (l->kind == LAW_MIX) {
        for (uint32_t i = 0; i < l->nof; i++)
            sum += 1 + law_parameters(l->of[i]);
        return sum - 1;
    }
    if (l->kind == LAW_QUANTILES)
        return l->nof;
    return l->kind <= LAW_EXPONENTIAL ? 1 : 2;
}

static double log_sum(const struct law *l, double x)
{
    double v[LAW_PARTS], top = -INFINITY, sum = 0;
    for (uint32_t i = 0; i < l->nof; i++) {
        v[i] = log(l->share[i]) + law_log_density(l->of[i], x);
        top = fmax(top, v[i]);
    }
    if (top == -INFINITY)
        return top;
    for (uint32_t i = 0; i < l->nof; i++)
        sum += exp(v[i] - top);
    return top + log(sum);
}

double law_log_density(const struct law *l, double x)
{
    double a = l->p[0], b = l->p[1], z;
    if (l->kind != LAW_MIX && x <= 0 && l->kind != LAW_EXPONENTIAL && l->kind != LAW_SHIFTED)
        return -INFINITY;
    switch (l->kind) {
    case LAW_EXPONENTIAL:
        return x < 0 ? -INFINITY : -log(a) - x / a;
    case LAW_SHIFTED:
        return x < a ? -INFINITY : -log(b) - (x - a) / b;
    case LAW_GAMMA:
        return (a - 1) * log(x / b) - x / b - lgamma(a) - log(b);
    case LAW_LOGNORMAL:
        z = (log(x) - a) / b;
        return -0.91893853320467274178 - log(b) - log(x) - z * z / 2;
    case LAW_WEIBULL:
        z = log(x / b);
        return log(a / b) + (a - 1) * z - exp(a * z);
    case LAW_PARETO:
        return x < a ? -INFINITY : log(b) + b * log(a) - (b + 1) * log(x);
    case LAW_MIX:
        return log_sum(l, x);
    default:
        return 0;
    }
}

double law_cdf(const struct law *l, double x, bool upper)
{
    double a = l->p[0], b = l->p[1], z;
    switch (l->kind) {
    case LAW_EXPONENTIAL:
    case LAW_SHIFTED:
        z = l->kind == LAW_SHIFTED ? (x - a) / b : x / a;
        z = fmax(z, 0);
        return upper ? exp(-z) : -expm1(-z);
    case LAW_GAMMA:
        return x <= 0 ? upper : upper ? gsl_cdf_gamma_Q(x, a, b) : gsl_cdf_gamma_P(x, a, b);
    case LAW_LOGNORMAL:
        z = x > 0 ? (log(x) - a) / b : -INFINITY;
        return 0.5 * erfc((upper ? z : -z) / sqrt(2));
    case LAW_WEIBULL:
        z = x > 0 ? pow(x / b, a) : 0;
        return upper ? exp(-z) : -expm1(-z);
    case LAW_PARETO:
        z = x > a ? -b * log(x / a) : 0;
        return upper ? exp(z) : -expm1(z);
    case LAW_MIX:
        z = 0;
        for (uint32_t i = 0; i < l->nof; i++)
            z += l->share[i] * law_cdf(l->of[i], x, upper);
        return z;
    default:
        return (x >= a) != upper;
    }
}
