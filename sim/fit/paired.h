/* SPDX-License-Identifier: GPL-3.0-or-later */
/* paired.h - requests executed for real against the predictions for the very same requests.
 *
 * A model that is executed for real has the draws of its simulation: request i of one is request i
 * of the other, and most of what makes requests differ is the same on both sides.  The intervals of
 * model/measured are then those of pairs, by the bootstrap (Efron 1979: requests are resampled,
 * both sides together, and all executions together), many times narrower than those of two samples.
 *
 * Under load a request's latency hangs on those before it: runs of successive requests are
 * resampled in their place (Carlstein 1986), the same parts of the run on both sides. */
#ifndef FIT_PAIRED_H
#define FIT_PAIRED_H
#include "fit/compare.h"

/* The values and speedups of c anew, where both sides are known: o->predicted[i] are those of part
 * i, in the order of ms[i]->x.  Where fewer than ten requests lie beyond a quantile, it keeps
 * the interval that was measured. */
void paired_judge(struct compare_result *c, struct measured *const *ms, const struct compare_opt *o,
                  struct arena *mem);

#endif
