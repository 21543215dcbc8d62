/* SPDX-License-Identifier: GPL-3.0-or-later */
/* class_result.h - what is told of a class of requests, or of all: put together from latencies and
 * numbers with intervals, which whoever has measured them gives. */
#ifndef RUN_CLASS_RESULT_H
#define RUN_CLASS_RESULT_H
#include "base/arena.h"
#include "run/tally.h"

/* Mean duration in seconds; answers a second; the share of these among all of the class. */
enum class_number { DURATION, THROUGHPUT, SHARE };
struct class_source {
    const void *of;
    struct latency_result (*latency)(const void *of, const struct pick *p);
    struct interval (*number)(const void *of, enum class_number what, const struct pick *p);
};
/* p says which class; all: everybody's tally. */
struct class_result class_result_of(const struct class_source *s, const struct tally *all,
                                    const char *name, struct pick p, struct arena *mem);

#endif
