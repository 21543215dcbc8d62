/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report.h - to add a report: one file with one of these, one line in the table of report.c.
 * A writer sees a result and a buffer; it opens no file, reads no clock and prints no absolute
 * path, so equal results are equal bytes. */
#ifndef REPORTS_REPORT_H
#define REPORTS_REPORT_H
#include "core/result.h"
#include "core/sweep_result.h"

struct report_look {
    int width;     /* columns */
    bool color;    /* SGR codes */
    bool unicode;  /* else ASCII only */
    int verbosity; /* -1 quiet, 0, 1 verbose */
};
struct report {
    const char *name, *suffix, *summary;
    void (*run)(const struct run_result *r, const struct diags *d, const struct report_look *look,
                struct buf *out);
    /* The same of a sweep; NULL: this format has none. */
    void (*sweep)(const struct sweep_result *r, const struct diags *d,
                  const struct report_look *look, struct buf *out);
};
extern const struct report *const reports[]; /* ends with NULL */
/* What a command found, all of it in one file: the models one after the other. */
void report_write(const struct report *f, const struct run_result *const *r, uint32_t n,
                  const struct diags *d, const struct report_look *look, struct buf *out);
const struct report *report_find(const char *name);      /* "json"; NULL if unknown */
const struct report *report_by_suffix(const char *path); /* "out.json"; NULL if unknown */
/* A duration in seconds as people read it, with 3 significant digits: "44.8 ms"; buffer of 32. */
const char *report_time(double seconds, char *buffer);

#endif
