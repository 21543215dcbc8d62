/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rng.h - randomness as a function, not as a stream.
 *
 * A draw depends on what is drawn, never on when: (seed, request, site, visit).  So the same call
 * takes the same time under every execution, what-ifs are paired, and adding a step does not
 * reshuffle the others.  Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011) from Random123. */
#ifndef BASE_RNG_H
#define BASE_RNG_H
#include <Random123/philox.h>
#include <stddef.h>
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
/* Two independent uniforms for one key. */
static inline void rng_unit2(struct draw_key k, double *u, double *v)
{
    philox4x32_ctr_t c = {{(uint32_t)k.path, (uint32_t)(k.path >> 32), k.site, k.visit}};
    philox4x32_key_t q = {{(uint32_t)k.seed, (uint32_t)(k.seed >> 32)}};
    philox4x32_ctr_t r = philox4x32(c, q);
    *u = rng_unit53(r.v[0], r.v[1]);
    *v = rng_unit53(r.v[2], r.v[3]);
}
static inline double rng_unit(struct draw_key k)
{
    double u, v;
    rng_unit2(k, &u, &v);
    return u;
}
/* u[i] = rng_unit() of the key with path[i] for its path. */
void rng_units(struct draw_key k, const uint64_t *path, double *u, size_t n);

#endif
