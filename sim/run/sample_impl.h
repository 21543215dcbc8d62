/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sample_impl.h - what alone.c, steady.c and steady_result.c give to sample.c; nobody else's. */
#ifndef RUN_SAMPLE_IMPL_H
#define RUN_SAMPLE_IMPL_H
#include "run/experiment_impl.h"
#include "run/sample.h"

enum { SAMPLE_CHUNK = 256 }; /* requests of one simulator */
struct alone;
struct steady;
struct alone *alone_sample_new(struct trial *t);
bool alone_sample_to(struct alone *a, uint64_t total);
void alone_sample_get(const struct alone *a, struct sample *s, struct arena *mem);
void alone_sample_free(struct alone *a);

struct steady *steady_sample_new(struct trial *t, uint64_t total);
enum sample_end steady_sample_to(struct steady *st, uint64_t total);
bool steady_sample_fixed(const struct steady *st); /* a larger total takes a new one */
void steady_sample_get(const struct steady *st, struct sample *s, struct arena *mem);
void steady_sample_free(struct steady *st);

/* What accounts say: resources, steps with critical shares and gains (smooth), threads, tasks. */
const struct exec_result *sample_accounts(const struct trial *t, const struct total *total,
                                          const struct path_account *paths, bool smooth,
                                          struct arena *mem);

#endif
