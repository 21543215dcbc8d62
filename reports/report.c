/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report.c - the table of reports, and how to find one.  To add a report: a line here. */
#include "reports/report.h"
#include "reports/layout.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

const struct report *const reports[] = {&report_text, &report_json, &report_jsonl, &report_csv,
                                        &report_md,   &report_html, NULL};

void report_write(const struct report *f, const struct run_result *const *r, uint32_t n,
                  const struct diags *d, const struct report_look *look, struct buf *out)
{
    if (f == &report_html) { /* one page */
        html_many(r, n, d, look, out);
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (i && f == &report_text)
            buf_putc(out, '\n');
        f->run(r[i], d, look, out);
    }
}

const struct report *report_find(const char *name)
{
    for (size_t i = 0; reports[i]; i++)
        if (strcmp(reports[i]->name, name) == 0)
            return reports[i];
    return NULL;
}

const struct report *report_by_suffix(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    if (!dot || dot == base)
        return NULL;
    for (size_t i = 0; reports[i]; i++)
        if (strcmp(reports[i]->suffix, dot) == 0)
            return reports[i];
    return NULL;
}

const char *report_time(double seconds, char *buffer)
{
    enum { ROOM = 32 };
    static const struct {
        double per;
        const char *unit;
    } units[] = {{1e-9, "ns"}, {1e-6, "us"}, {1e-3, "ms"}, {1, "s"}};
    double x = fabs(seconds);
    const char *sign = seconds < 0 ? "-" : "";
    if (!isfinite(seconds)) {
        snprintf(buffer, ROOM, "-");
    } else if (x < 5e-16) { /* nothing the clock of a model could tell from zero */
        snprintf(buffer, ROOM, "0 s");
    } else {
        size_t u = 0;
        while (u + 1 < sizeof units / sizeof *units && x / units[u].per >= 999.5)
            u++;
        double v = x / units[u].per;
        int decimals = v < 0.9995 ? 3 : v < 9.995 ? 2 : v < 99.95 ? 1 : 0;
        if (v < 1e15)
            snprintf(buffer, ROOM, "%s%.*f %s", sign, decimals, v, units[u].unit);
        else
            snprintf(buffer, ROOM, "%s%.3g %s", sign, v, units[u].unit);
    }
    return buffer;
}
