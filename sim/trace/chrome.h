/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chrome.h - slices of threads, and who is in whom; see read_chrome.c.
 *
 * Slices are held until the end, since files are in no order and names of processes may come last;
 * a file of more than CHROME_MOST is nested in pieces of that size, which are counted. */
#ifndef TRACE_CHROME_H
#define TRACE_CHROME_H
#include "trace/format.h"

enum { CHROME_MOST = 1 << 20 };
enum chrome_what { CHROME_SLICE, CHROME_BEGIN, CHROME_FINISH, CHROME_OTHER };
struct chrome_slice {
    int64_t start, duration;
    uint32_t name, track;
    uint32_t order; /* in the file; set by chrome_add() */
    uint8_t what;   /* enum chrome_what */
};
struct chrome;
struct chrome *chrome_new(void);
void chrome_free(struct chrome *c);
/* A thread, or (async) a category and an id, of a process, which is a name. */
uint32_t chrome_track(struct chrome *c, uint32_t pid, uint64_t a, uint64_t b, bool async);
void chrome_process(struct chrome *c, uint32_t pid, uint32_t name);
void chrome_add(struct chrome *c, struct reader *r, const struct chrome_slice *s);
void chrome_finish(struct chrome *c, struct reader *r); /* hands all on */

#endif
