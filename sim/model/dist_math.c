/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dist_math.c - special functions for distributions.
 *
 * Contract: each tail to about 1e-13 relative, no errors raised, no state. */
#include "model/dist_impl.h"
#include "base/loader.h"
#include <float.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

/* x^a e^-x / Gamma(a + 1). */
static double poisson_term(double a, double x)
{
    if (a < 16)
        return exp(a * log(x) - x) / tgamma(a + 1);
    return exp(-loader_stirling_error(a) - loader_deviance(a, x) - LOADER_LN_SQRT_2PI) / sqrt(a);
}

static double gamma_series(double a, double x)
{
    double sum = 1, term = 1;
    for (int i = 1; i < 10000 && term > sum * 0x1p-55; i++) {
        term *= x / (a + i);
        sum += term;
    }
    return sum * poisson_term(a, x);
}

/* Lentz's evaluation of Legendre's continued fraction. */
static double gamma_fraction(double a, double x)
{
    double b = x + 1 - a, c = 1 / DBL_MIN, d = 1 / b, h = d;
    for (int i = 1; i < 10000; i++) {
        double an = -i * (i - a);
        b += 2;
        d = an * d + b;
        d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
        c = b + an / c;
        c = fabs(c) < DBL_MIN ? DBL_MIN : c;
        double step = d * c;
        h *= step;
        if (fabs(step - 1) < 0x1p-52)
            break;
    }
    return h * a * poisson_term(a, x);
}

/* Gauss-Legendre, 16 points on [-1,1]: the positive half. */
static const double gauss_x[8] = {
    0.0950125098376374402, 0.2816035507792589132, 0.4580167776572273863, 0.6178762444026437484,
    0.7554044083550030339, 0.8656312023878317439, 0.9445750230732325761, 0.9894009349916499326};
static const double gauss_w[8] = {
    0.1894506104550684963, 0.1826034150449235889, 0.1691565193950025382, 0.1495959888165767321,
    0.1246289712555338720, 0.0951585116824927848, 0.0622535239386478929, 0.0271524594117540949};

/* ln of the density at x + s over the density at x. */
static double exponent(double a, double x, double s)
{
    return (a - 1) * log1p(s / x) - s;
}

/* The tail away from the mode, as the density at x times the integral of its decay. */
static double gamma_integral(double a, double x, bool upper)
{
    double slope = fabs(1 - (a - 1) / x), bend = (a - 1) / (x * x);
    double length = 1.25 * 80 / (slope + sqrt(slope * slope + 80 * bend));
    if (!upper && length > x)
        length = x;
    double sum = 0, half = length / 6;
    for (int panel = 0; panel < 3; panel++) {
        for (int i = 0; i < 16; i++) {
            double g = i < 8 ? gauss_x[i] : -gauss_x[i - 8];
            double s = (2 * panel + 1 + g) * half;
            sum += gauss_w[i & 7] * exp(exponent(a, x, upper ? s : -s));
        }
    }
    return sum * half * poisson_term(a, x) * a / x;
}

double math_gamma_tail(double a, double x, bool upper)
{
    if (!(x > 0))
        return upper ? 1 : 0;
    if (isinf(x))
        return upper ? 0 : 1;
    bool got_upper = a > 200 ? x > a : x > a + 1;
    double t = a > 200     ? gamma_integral(a, x, got_upper)
               : got_upper ? gamma_fraction(a, x)
                           : gamma_series(a, x);
    return got_upper == upper ? t : t < 1 ? 1 - t : 0;
}

double math_normal_inverse(double v, bool upper)
{
    return upper ? gsl_cdf_ugaussian_Qinv(v) : gsl_cdf_ugaussian_Pinv(v);
}

/* ln of a first guess.  *exact: no more digits to be had. */
static double gamma_guess(double a, double v, bool upper, bool *exact)
{
    *exact = false;
    if (a >= 0.6) {
        double z = math_normal_inverse(v, upper);
        double c = 1 - 1 / (9 * a) + z / (3 * sqrt(a)); /* Wilson and Hilferty */
        if (c > 0.2)
            return log(a) + 3 * log(c);
    }
    double ln_gamma = a < 16
                          ? log(tgamma(a + 1))
                          : loader_stirling_error(a) + (a + 0.5) * log(a) - a + LOADER_LN_SQRT_2PI;
    double y = ((upper ? log1p(-v) : log(v)) + ln_gamma) / a;
    if (y < -40 || !upper) { /* the lower tail is x^a / Gamma(a + 1) there */
        *exact = y < -40;
        return y;
    }
    double t = -log(v) - (ln_gamma - log(a));
    return y < 0 ? y : log(t > 1 ? fmax(t - (1 - a) * log(t), 0.5) : 0.5);
}

/* Halley's method on ln tail against ln x, where both tails are concave; kept in a bracket. */
double math_gamma_inverse(double a, double v, bool upper)
{
    bool exact;
    double y = gamma_guess(a, v, upper, &exact), lo = -INFINITY, hi = INFINITY;
    if (exact)
        return fmax(exp(y), DBL_MIN);
    for (int i = 0; i < 200; i++) {
        double x = exp(y), tail = math_gamma_tail(a, x, upper);
        double excess = log(tail / v), slope = a * poisson_term(a, x) / tail;
        bool right = upper ? tail > v : tail < v; /* the root lies to the right */
        if (right)
            lo = y;
        else
            hi = y;
        double step = excess / (upper ? slope : -slope);
        double bend = 1 + step * (a - x + (upper ? slope : -slope)) / 2;
        step /= fmin(fmax(bend, 0.5), 2);
        double next = y + step;
        if (!(next >= lo && next <= hi) || !(fabs(step) < 20))
            next = isinf(lo) ? y - 1 : isinf(hi) ? y + 1 : (lo + hi) / 2;
        step = fabs(next - y);
        y = next;
        if (step * fmax(1, sqrt(a)) < 1e-5 || hi - lo < 1e-16)
            break;
    }
    return exp(y);
}

/* Adds terms away from the mode, so all are positive and fall fast. */
double math_binomial_tail(double n, double p, double k, bool upper)
{
    if (k < 0)
        return upper ? 1 : 0;
    if (k >= n)
        return upper ? 0 : 1;
    bool got_upper = k + 1 > n * p;
    double from = got_upper ? k + 1 : k, odds = p / (1 - p), term = 1, sum = 0;
    for (double j = from; term > sum * 0x1p-55; j += got_upper ? 1 : -1) {
        sum += term;
        if (got_upper ? j >= n : j <= 0)
            break;
        term *= got_upper ? (n - j) / (j + 1) * odds : j / ((n - j + 1) * odds);
    }
    double t = sum * loader_binomial(from, n, p, 1 - p);
    return got_upper == upper ? t : t < 1 ? 1 - t : 0;
}

/* Euler and Maclaurin. */
double math_power_tail(double k, double s)
{
    double l = log(k), f = exp(-s * l), r = 1 / (k * k);
    double integral = s == 1 ? l : expm1((1 - s) * l) / (1 - s);
    double c1 = s / (12 * k), c3 = s * (s + 1) * (s + 2) / 720 / k;
    double c5 = s * (s + 1) * (s + 2) * (s + 3) * (s + 4) / 30240 / k;
    return integral + f * (0.5 - c1 + (c3 - c5 * r) * r);
}

double math_power_sum(double n, double s)
{
    double head = n < MATH_HEAD ? n : MATH_HEAD, sum = 0;
    for (double i = head; i >= 1; i--)
        sum += exp(-s * log(i));
    return n > head ? sum - math_power_tail(head, s) + math_power_tail(n, s) : sum;
}

double math_search_whole(const struct math_search *s, double v, bool upper)
{
    double k = fmin(fmax(floor(s->guess), s->lo), s->hi), step = 1;
    double no, yes; /* no: too small; yes: large enough */
#define ENOUGH(k) (upper ? s->cdf(s->p, (k), true) <= v : s->cdf(s->p, (k), false) >= v)
    if (ENOUGH(k)) {
        for (yes = k, no = k - 1; no >= s->lo && ENOUGH(no); step *= 2) {
            yes = no;
            no = fmax(no - step, s->lo - 1);
        }
    } else {
        for (no = k, yes = k + 1; yes < s->hi && !ENOUGH(yes); step *= 2) {
            no = yes;
            yes = yes + step;
        }
        yes = fmin(yes, s->hi);
    }
    while (yes - no > 1) {
        double middle = floor((yes + no) / 2);
        if (ENOUGH(middle))
            yes = middle;
        else
            no = middle;
    }
#undef ENOUGH
    return yes;
}
