/* SPDX-License-Identifier: GPL-3.0-or-later */
/* static_impl.h - what the files of static share, and nobody else's:
 *
 *   static.c        ways through the program; all checks
 *   static_hold.c   who holds what while asking for what
 *   static_step.c   steps, tasks and timeouts that make no sense where they stand */
#ifndef CHECK_STATIC_IMPL_H
#define CHECK_STATIC_IMPL_H
#include "check/static.h"

struct analysis {
    struct arena *a;
    const struct prog *p;
    bool *live;       /* of each pc: some way leads there */
    uint32_t *parent; /* of each body: the FORK's pc, or NONE */
    uint32_t nfound, cap_found;
    struct static_finding *found;
};
void static_add(struct analysis *x, struct static_finding f);
uint32_t static_body_end(const struct prog *p, uint32_t body);
/* At most how many copies of the body run at once within the task that forks it; 0: not known. */
uint32_t static_copies(const struct prog *p, uint32_t fork_pc);
/* Does a way lead from one pc to another, past `without`? */
bool static_leads(const struct analysis *x, uint32_t from, uint32_t to, uint32_t without);
void static_holds(struct analysis *x);
void static_steps(struct analysis *x);

#endif
