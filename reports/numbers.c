/* SPDX-License-Identifier: GPL-3.0-or-later */
/* numbers.c - numbers and intervals as people read them; see layout.h.  Nothing here prints nan. */
#include "reports/layout.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *group_digits(struct arena *a, const char *s)
{
    size_t sign = s[0] == '-';
    size_t whole = strcspn(s + sign, ".");
    if (whole < 5)
        return arena_strdup(a, s);
    size_t n = strlen(s), k = 0;
    char *out = NEW(a, char, n + whole / 3 + 2);
    for (size_t i = 0; i < n; i++) {
        if (i > sign && i < sign + whole && (sign + whole - i) % 3 == 0)
            out[k++] = ',';
        out[k++] = s[i];
    }
    return out;
}

const char *number_fixed(struct arena *a, double x, int decimals)
{
    if (!isfinite(x))
        return "-";
    if (fabs(x) >= 1e15)
        return arena_printf(a, "%.3g", x);
    char text[64];
    snprintf(text, sizeof text, "%.*f", decimals, x);
    if (text[0] == '-' && strspn(text + 1, "0.") == strlen(text + 1))
        return group_digits(a, text + 1); /* no "-0.0" */
    return group_digits(a, text);
}

const char *number_count(struct arena *a, uint64_t n)
{
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)n);
    return group_digits(a, text);
}

/* Three digits, four where the first of them are near the next power of ten. */
static int decimals_for(double x)
{
    x = fabs(x);
    return x >= 999.5 || x == 0 ? 0 : x >= 9.995 ? 1 : x >= 0.9995 ? 2 : 3;
}

/* Decimals that leave this many significant digits. */
static int decimals_digits(double x, int digits)
{
    if (!isfinite(x) || x == 0)
        return 0;
    int d = digits - 1 - (int)floor(log10(fabs(x)));
    return d < 0 ? 0 : d > 9 ? 9 : d;
}

static int int_max(int a, int b)
{
    return a > b ? a : b;
}

const char *number_short(struct arena *a, double x)
{
    int d = decimals_for(x);
    return number_fixed(a, x, d == 3 ? int_max(3, decimals_digits(x, 3)) : d);
}

const char *number_percent(struct arena *a, double share)
{
    double x = share * 100;
    if (!isfinite(x))
        return "-";
    if (x >= 99.95 && x < 100) /* never rounded to certainty */
        return arena_printf(a, "%s %%", x > 99.999 ? "> 99.99" : number_fixed(a, x, 3));
    if (x > 0 && x < 0.01)
        return "< 0.01 %";
    int d = x == 0 || fabs(x - floor(x + 0.5)) < 1e-9 || x >= 99.95 ? 0 : x < 1 ? 2 : 1;
    return arena_printf(a, "%s %%", number_fixed(a, x, d));
}

const char *number_ratio(struct arena *a, double x)
{
    return arena_printf(a, "%sx", number_fixed(a, x, x >= 99.5 ? 0 : x >= 9.995 ? 1 : 2));
}

static int time_unit(double seconds)
{
    double x = fabs(seconds);
    return x >= 0.9995 ? 3 : x >= 0.9995e-3 ? 2 : x >= 0.9995e-6 ? 1 : 0;
}

static const double time_per[] = {1e-9, 1e-6, 1e-3, 1};
static const char *const time_name[] = {"ns", "us", "ms", "s"};

const char *number_time(struct arena *a, double seconds)
{
    if (!isfinite(seconds) || seconds == 0)
        return seconds == 0 ? "0 s" : "-";
    int u = time_unit(seconds);
    return arena_printf(a, "%s %s", number_short(a, seconds / time_per[u]), time_name[u]);
}

static int compare_doubles(const void *x, const void *y)
{
    const double *a = x, *b = y;
    return (*a > *b) - (*a < *b);
}

/* Median of the magnitudes that are neither zero nor missing; 0 if there are none. */
static double median_size(struct arena *a, const double *v, size_t n)
{
    double *w = NEW(a, double, n + 1);
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(v[i]) && v[i] != 0)
            w[m++] = fabs(v[i]);
    if (m == 0)
        return 0;
    qsort(w, m, sizeof *w, compare_doubles);
    return w[m / 2];
}

struct scale scale_again(struct arena *a, struct scale s, const double *v, size_t n)
{
    s.decimals = decimals_for(median_size(a, v, n) / s.per);
    return s;
}

struct scale scale_time(struct arena *a, const double *v, size_t n)
{
    double median = median_size(a, v, n);
    int u = median > 0 ? time_unit(median) : 2;
    return scale_again(a, (struct scale){time_per[u], time_name[u], 0}, v, n);
}

struct scale scale_size(struct arena *a, const double *v, size_t n)
{
    static const char *const name[] = {"B", "KiB", "MiB", "GiB"};
    double median = median_size(a, v, n), per = 1;
    size_t u = 0;
    while (u < 3 && median / per >= 1024) {
        per *= 1024;
        u++;
    }
    struct scale s = scale_again(a, (struct scale){per, name[u], 0}, v, n);
    if (u == 0)
        s.decimals = 0;
    return s;
}

struct scale scale_plain(struct arena *a, const double *v, size_t n)
{
    return scale_again(a, (struct scale){1, "", 0}, v, n);
}

/* ---- cells ---- */

struct cell cell_text(const char *s)
{
    return (struct cell){s, NULL};
}

struct cell cell_bare(struct arena *a, struct scale s, double value)
{
    double x = value / s.per;
    if (!isfinite(x))
        return cell_text("-");
    /* A value far below the column's median still shows two digits. */
    int d = x == 0 ? s.decimals : int_max(s.decimals, decimals_digits(x, 2));
    return cell_text(number_fixed(a, x, d > 6 ? 6 : d));
}

/* One digit of an uncertainty, two where the first is a 1 and the second is not a 0. */
static int decimals_error(double half)
{
    half = fabs(half) * (1 + 1e-9); /* 0.2 less a rounding error is 0.2 */
    int d = decimals_digits(half, 1);
    if (!(half > 0) || half >= 9.5)
        return 0;
    double lead = half / pow(10, floor(log10(half)));
    return d < 9 && lead > 1.05 && lead < 1.95 ? d + 1 : d;
}

static const char *bound_text(struct arena *a, double x, int decimals)
{
    return isfinite(x) ? number_fixed(a, x, decimals) : "?";
}

/* "±0.2" where the interval is nearly symmetric, else "[254, 259]"; "±?" if there is none. */
static const char *interval_text(struct arena *a, double per, struct interval v)
{
    double x = v.value / per, lo = v.lo / per, hi = v.hi / per;
    if (!isfinite(x))
        return NULL;
    if (!isfinite(lo) && !isfinite(hi))
        return "±?";
    double up = hi - x, down = x - lo;
    if (isfinite(up) && isfinite(down)) {
        double most = up > down ? up : down;
        if (most <= 0 || most < 1e-12 * fabs(x))
            return "±0";
        if (fabs(up - down) <= 0.35 * most)
            return arena_printf(a, "±%s", number_fixed(a, most, decimals_error(most)));
        int d = decimals_error((hi - lo) / 2);
        return arena_printf(a, "[%s, %s]", bound_text(a, lo, d), bound_text(a, hi, d));
    }
    int d = decimals_for(x);
    return arena_printf(a, "[%s, %s]", bound_text(a, lo, d), bound_text(a, hi, d));
}

struct cell cell_interval(struct arena *a, struct scale s, struct interval v)
{
    struct cell c = cell_bare(a, s, v.value);
    c.interval = interval_text(a, s.per, v);
    return c;
}
