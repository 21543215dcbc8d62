/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rng.h - randomness as a function, not as a stream.
 *
 * A draw depends on what is drawn, never on when: (seed, request, site, visit).  So the same call
 * takes the same time under every execution, what-ifs are paired, and adding a step does not
 * reshuffle the others.  Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011); the tests compare it with
 * the authors' Random123, whose arrays compilers keep in memory: this takes half the time. */
#ifndef BASE_RNG_H
#define BASE_RNG_H
#include <stdint.h>

struct draw_key {
    uint64_t seed;
    uint64_t path;  /* who: replication, class, client, ordinal, copies on the way (rng_mix) */
    uint32_t site;  /* what: a hash of the step's path and the quantity */
    uint32_t visit; /* which: the draw's number in its expression */
};

/* splitmix64's finaliser (Steele, Lea, Flood 2014): combine a key with one more index. */
static inline uint64_t rng_mix(uint64_t h, uint64_t x)
{
    h ^= x * 0x9e3779b97f4a7c15ULL;
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9ULL;
    h = (h ^ (h >> 27)) * 0x94d049bb133111ebULL;
    return h ^ (h >> 31);
}
/* A uniform in (0,1), never 0 or 1: an odd multiple of 2^-53.  It takes 52 bits: with 53, the sum
 * k + 1/2 is rounded for large k, and the last one becomes 1. */
static inline double rng_unit53(uint32_t hi, uint32_t lo)
{
    uint64_t k = ((uint64_t)hi << 20) ^ (lo >> 12);
    return ((double)k + 0.5) * 0x1p-52;
}
struct philox {
    uint32_t c0, c1, c2, c3, k0, k1;
};
static inline struct philox philox_round(struct philox x)
{
    uint64_t a = UINT64_C(0xd2511f53) * x.c0, b = UINT64_C(0xcd9e8d57) * x.c2;
    return (struct philox){.c0 = (uint32_t)(b >> 32) ^ x.c1 ^ x.k0,
                           .c1 = (uint32_t)b,
                           .c2 = (uint32_t)(a >> 32) ^ x.c3 ^ x.k1,
                           .c3 = (uint32_t)a,
                           .k0 = x.k0 + 0x9e3779b9U,
                           .k1 = x.k1 + 0xbb67ae85U};
}
static inline struct philox philox_rounds5(struct philox x)
{
    return philox_round(philox_round(philox_round(philox_round(philox_round(x)))));
}
/* Two independent uniforms for one key. */
static inline void rng_unit2(struct draw_key k, double *u, double *v)
{
    struct philox x = {.c0 = (uint32_t)k.path,
                       .c1 = (uint32_t)(k.path >> 32),
                       .c2 = k.site,
                       .c3 = k.visit,
                       .k0 = (uint32_t)k.seed,
                       .k1 = (uint32_t)(k.seed >> 32)};
    x = philox_rounds5(philox_rounds5(x));
    *u = rng_unit53(x.c0, x.c1);
    *v = rng_unit53(x.c2, x.c3);
}
static inline double rng_unit(struct draw_key k)
{
    double u, v;
    rng_unit2(k, &u, &v);
    return u;
}

#endif
