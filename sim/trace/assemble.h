/* SPDX-License-Identifier: GPL-3.0-or-later */
/* assemble.h - the spans of one trace, put together: duplicates out, parents found, circles broken,
 * hosts' clocks put right, in the order of time.
 *
 * Works on whatever is there, and says in flags and tally what it had to assume.  The result does
 * not depend on the order of the spans (but for which of two unequal twins comes first), and
 * assembling again what was assembled changes nothing.
 *
 * Clocks: a call from one host to another (client and server, no message) has to lie within its
 * caller.  Where it does not though it would fit, one shift for each host of the trace is sought
 * that puts all its calls within their callers, the middle of what is possible; the raw time is
 * start - shift.  If there is none, or if the child is longer than its parent, it is asynchronous.
 */
#ifndef TRACE_ASSEMBLE_H
#define TRACE_ASSEMBLE_H
#include "trace/tally.h"
#include "trace/trace.h"

struct assembler; /* its scratch memory */
struct assembler *assemble_new(void);
void assemble_free(struct assembler *a);
/* v[0..n) is changed; returns how many spans are left, and how many duplicates were dropped. */
uint32_t assemble(struct assembler *a, struct span *v, uint32_t n, uint64_t *duplicates);
/* The root that is taken as the request, where there are several: one that names no parent before
 * those whose parent is missing, the longest of these, the first of equals.  n: there is none. */
uint32_t assemble_root(const struct span *v, uint32_t n);
/* Adds to t (minus: takes back) what the flags of assembled spans say. */
void assemble_count(const struct span *v, uint32_t n, bool minus, struct tally *t);

#endif
