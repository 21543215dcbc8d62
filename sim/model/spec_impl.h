/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spec_impl.h - shared by spec.c (files, lists of claims), spec_claim.c (one claim) and
 * spec_agrees.c (what `agrees` takes). */
#ifndef MODEL_SPEC_IMPL_H
#define MODEL_SPEC_IMPL_H
#include "model/model_impl.h"
#include "model/spec.h"

/* What a file says for all its claims, and a claim for itself. */
struct spec_shared {
    uint32_t nset, nunder, concurrent;
    struct spec_set *set;
    struct spec_text *under;
    struct loc concurrent_at;
};
struct spec_text spec_text_of(struct reader *r, const struct yaml *v);
void read_spec_set(struct reader *r, const struct yaml *v, void *field); /* struct spec_shared */
void read_spec_under(struct reader *r, const struct yaml *v, void *field);
void read_spec_concurrent(struct reader *r, const struct yaml *v, void *field);
/* What stands under `agrees:`; NULL: it is wrong (reported). */
struct spec_agrees *spec_agrees_read(struct reader *r, const struct yaml *v);
/* One item of a list of claims; false: it is none (reported). */
bool claim_read(struct reader *r, const struct yaml *v, const struct spec_shared *all,
                struct claim *c);

#endif
