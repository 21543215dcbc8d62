/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ps.h - egalitarian processor sharing: n jobs on c servers each run at rate min(1, c/n).
 *
 * Virtual time v grows by that rate; a job of x ns that comes at v ends when v reaches v + x
 * (Parekh and Gallager's device for fair queueing).  v is counted in 2^-16 ns, so while n <= c a
 * job takes its time to the nanosecond; beyond, an end is rounded up to the next nanosecond.  v
 * wraps around: jobs are compared by differences, which amounts of at most PS_MAX keep in range. */
#ifndef RUN_PS_H
#define RUN_PS_H
#include <stdbool.h>
#include <stdint.h>

#define PS_MAX (INT64_C(1) << 46) /* ns: 19 hours; a greater amount counts as this */
struct ps_job {
    uint64_t end; /* virtual */
    uint64_t seq;
    uint32_t id;
};
struct ps {
    uint32_t servers, n, cap;
    uint64_t v, seq;
    int64_t last;       /* when v was brought up to date */
    struct ps_job *job; /* a binary heap by (end, seq) */
};
void ps_init(struct ps *q, uint32_t servers);
void ps_free(struct ps *q);
void ps_add(struct ps *q, int64_t now, uint32_t id, int64_t amount);
bool ps_remove(struct ps *q, int64_t now, uint32_t id);
/* What is left of a job, ns (rounded up); 0 if it is not there. */
int64_t ps_rest(const struct ps *q, int64_t now, uint32_t id);
/* When the first job ends if nothing changes, or an earlier time to ask again if that is far off;
 * INT64_MAX if there is none. */
int64_t ps_next(const struct ps *q, int64_t now);
/* A job that has ended by now, taken out; false: none. */
bool ps_take(struct ps *q, int64_t now, uint32_t *id);

#endif
