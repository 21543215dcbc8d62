/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rng_many.c - many draws of one place at once; see rng.h.  With AVX2, four at a time: the ten
 * rounds of one draw wait for each other, those of four do not.  The same bits either way. */
#include "base/rng.h"

#if defined __x86_64__ && defined __GNUC__
#include <immintrin.h>
#define WIDE __attribute__((target("avx2")))

/* One round's product, low and high half of each 64-bit lane apart. */
struct halves {
    __m256i lo, hi;
};

WIDE static inline struct halves multiply(__m256i x, __m256i by)
{
    __m256i p = _mm256_mul_epu32(x, by);
    return (struct halves){_mm256_and_si256(p, _mm256_set1_epi64x(0xffffffff)),
                           _mm256_srli_epi64(p, 32)};
}

WIDE static inline __m256i lanes(uint32_t x)
{
    return _mm256_set1_epi64x((int64_t)x);
}

/* n is a multiple of 4. */
WIDE static void units_wide(struct draw_key k, const uint64_t *path, double *u, size_t n)
{
    const __m256i m0 = lanes(PHILOX_M4x32_0), m1 = lanes(PHILOX_M4x32_1);
    const __m256i low = lanes(0xffffffff), exponent = _mm256_set1_epi64x(0x4330000000000000);
    for (size_t i = 0; i < n; i += 4) {
        __m256i who = _mm256_loadu_si256((const __m256i *)(const void *)(path + i));
        __m256i c0 = _mm256_and_si256(who, low), c1 = _mm256_srli_epi64(who, 32);
        __m256i c2 = lanes(k.site), c3 = lanes(k.visit);
        uint32_t k0 = (uint32_t)k.seed, k1 = (uint32_t)(k.seed >> 32);
        for (int round = 0; round < 10; round++) {
            struct halves a = multiply(c0, m0), b = multiply(c2, m1);
            c0 = _mm256_xor_si256(_mm256_xor_si256(b.hi, c1), lanes(k0));
            c2 = _mm256_xor_si256(_mm256_xor_si256(a.hi, c3), lanes(k1));
            c1 = b.lo;
            c3 = a.lo;
            k0 += (uint32_t)PHILOX_W32_0;
            k1 += (uint32_t)PHILOX_W32_1;
        }
        /* rng_unit53(): 52 bits become a double when they are written below 2^52's exponent. */
        __m256i bits = _mm256_xor_si256(_mm256_slli_epi64(c0, 20), _mm256_srli_epi64(c1, 12));
        __m256d x = _mm256_castsi256_pd(_mm256_or_si256(bits, exponent));
        x = _mm256_sub_pd(x, _mm256_castsi256_pd(exponent));
        x = _mm256_mul_pd(_mm256_add_pd(x, _mm256_set1_pd(0.5)), _mm256_set1_pd(0x1p-52));
        _mm256_storeu_pd(u + i, x);
    }
}

static size_t units_most(struct draw_key k, const uint64_t *path, double *u, size_t n)
{
    if (!__builtin_cpu_supports("avx2"))
        return 0;
    units_wide(k, path, u, n / 4 * 4);
    return n / 4 * 4;
}
#else
static size_t units_most(struct draw_key k, const uint64_t *path, double *u, size_t n)
{
    (void)k, (void)path, (void)u, (void)n;
    return 0;
}
#endif

void rng_units(struct draw_key k, const uint64_t *path, double *u, size_t n)
{
    for (size_t i = units_most(k, path, u, n); i < n; i++) {
        k.path = path[i];
        u[i] = rng_unit(k);
    }
}
