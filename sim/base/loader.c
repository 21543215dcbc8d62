/* SPDX-License-Identifier: GPL-3.0-or-later */
/* loader.c - see loader.h. */
#include "base/loader.h"
#include <math.h>

double loader_stirling_error(double n)
{
    if (n < 16)
        return log(tgamma(n + 1)) - (n + 0.5) * log(n) + n - LOADER_LN_SQRT_2PI;
    double r = 1 / (n * n);
    return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - r / 1188) * r) * r) * r) / n;
}

double loader_deviance(double x, double m)
{
    if (fabs(x - m) >= 0.1 * (x + m))
        return x * log(x / m) + m - x;
    double v = (x - m) / (x + m), s = (x - m) * v, e = 2 * x * v;
    for (int j = 1; j < 1000; j++) { /* v < 0.1: ends after some eight terms */
        e *= v * v;
        double next = s + e / (2 * j + 1);
        if (next == s)
            break;
        s = next;
    }
    return s;
}

double loader_binomial(double k, double n, double p, double q)
{
    if (k == 0 || k == n) {
        double r = k == 0 ? p : q; /* the other one's n-th power, well for tiny r too */
        return exp(n * (r < 0.5 ? log1p(-r) : log(k == 0 ? q : p)));
    }
    double e = loader_stirling_error(n) - loader_stirling_error(k) - loader_stirling_error(n - k) -
               loader_deviance(k, n * p) - loader_deviance(n - k, n * q) - LOADER_LN_SQRT_2PI;
    return exp(e) * sqrt(n / (k * (n - k)));
}
