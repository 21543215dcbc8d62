/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dist_many.c - many draws of one law at once; see dist.h.  With AVX2, four at a time; what is not
 * in the table one by one.  The same bits either way. */
#include "model/dist.h"
#include <string.h>

#if defined __x86_64__ && defined __GNUC__
#include <immintrin.h>
#define WIDE __attribute__((target("avx2")))

/* The polynomial of cell[i], as in dist_draw(). */
WIDE static inline __m256d cells_value(const double *cell, __m256i i, __m256d t)
{
    __m256i at = _mm256_add_epi64(_mm256_slli_epi64(i, 2), _mm256_slli_epi64(i, 1));
    __m256d c[DIST_COEFS], t2 = _mm256_mul_pd(t, t);
    for (int k = 0; k < DIST_COEFS; k++)
        c[k] = _mm256_i64gather_pd(cell + k, at, 8);
    for (int k = 0; k < DIST_COEFS; k += 2)
        c[k] = _mm256_add_pd(c[k], _mm256_mul_pd(c[k + 1], t));
    __m256d high = _mm256_add_pd(c[2], _mm256_mul_pd(t2, c[4]));
    return _mm256_add_pd(c[0], _mm256_mul_pd(t2, high));
}

/* n is a multiple of 4. */
WIDE static void draws_wide(const struct dist *d, const double *u, double *x, size_t n)
{
    const __m256i first = _mm256_set1_epi64x((int64_t)(1023 - 30) << DIST_CELL_BITS);
    const __m256i cells = _mm256_set1_epi64x(DIST_CELLS);
    const __m256i last = _mm256_set1_epi64x(DIST_CELLS - 1), zero = _mm256_setzero_si256();
    const __m256i fraction = _mm256_set1_epi64x(((int64_t)1 << 52) - 1);
    const __m256i one = _mm256_castpd_si256(_mm256_set1_pd(1));
    for (size_t i = 0; i < n; i += 4) {
        __m256d a = _mm256_loadu_pd(u + i), b = _mm256_sub_pd(_mm256_set1_pd(1), a);
        __m256i bits = _mm256_castpd_si256(_mm256_min_pd(a, b));
        __m256i k = _mm256_sub_epi64(_mm256_srli_epi64(bits, 52 - DIST_CELL_BITS), first);
        __m256i out = _mm256_or_si256(_mm256_cmpgt_epi64(zero, k), /* of the table */
                                      _mm256_cmpgt_epi64(k, last));
        __m256i upper = _mm256_castpd_si256(_mm256_cmp_pd(a, b, _CMP_GE_OQ));
        k = _mm256_andnot_si256(out, _mm256_add_epi64(k, _mm256_and_si256(upper, cells)));
        bits = _mm256_and_si256(_mm256_slli_epi64(bits, DIST_CELL_BITS), fraction);
        __m256d t = _mm256_castsi256_pd(_mm256_or_si256(bits, one));
        t = _mm256_sub_pd(t, _mm256_set1_pd(1.5));
        double value[4];
        _mm256_storeu_pd(value, cells_value(d->cell[0], k, t));
        for (int bad = _mm256_movemask_pd(_mm256_castsi256_pd(out)), j = 0; bad; bad >>= 1, j++)
            if (bad & 1)
                value[j] = dist_draw(d, u[i + (size_t)j]);
        memcpy(x + i, value, sizeof value);
    }
}

static size_t draws_most(const struct dist *d, const double *u, double *x, size_t n)
{
    if (d->cell == NULL || d->log || !__builtin_cpu_supports("avx2"))
        return 0;
    draws_wide(d, u, x, n / 4 * 4);
    return n / 4 * 4;
}
#else
static size_t draws_most(const struct dist *d, const double *u, double *x, size_t n)
{
    (void)d, (void)u, (void)x, (void)n;
    return 0;
}
#endif

void dist_draws(const struct dist *d, const double *u, double *x, size_t n)
{
    for (size_t i = draws_most(d, u, x, n); i < n; i++)
        x[i] = dist_draw(d, u[i]);
}
