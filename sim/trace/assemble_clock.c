/* SPDX-License-Identifier: GPL-3.0-or-later */
/* assemble_clock.c - one shift for each host of a trace; see assemble.h.
 *
 * Hosts are taken in the order in which the trace reaches them.  The shift of a host follows from
 * the calls that come to it from hosts whose shift is known: each says in which interval it must
 * lie for the call to be within its caller. */
#include "trace/assemble_impl.h"

enum { HOSTS = 64 }; /* of one trace; those beyond keep their clocks */
#define DAY ((int64_t)86400 * 1000000000)

struct host {
    uint64_t key;
    int64_t shift;
    bool known;
};
struct hosts {
    struct host v[HOSTS];
    uint32_t n;
};

/* Where the clock is: the host, else the service. */
static uint64_t host_key(const struct span *s)
{
    return s->host ? s->host : (uint64_t)1 << 32 | s->service;
}

/* A call that waits for its answer, to another clock. */
static bool crosses(const struct span *v, const struct span *s)
{
    if (s->parent == SPAN_NONE)
        return false;
    const struct span *p = &v[s->parent];
    return host_key(p) != host_key(s) && s->kind != KIND_CONSUMER && p->kind != KIND_PRODUCER &&
           !((s->flags | p->flags) & SPAN_UNFINISHED);
}

static bool sticks_out(const struct span *p, const struct span *s, int64_t by)
{
    return s->start < p->start - by || s->start + s->duration > p->start + p->duration + by;
}

int64_t clock_step(const struct span *v, uint32_t n)
{
    int64_t step = 1000000;
    for (uint32_t i = 0; i < n; i++) {
        if (step == 1000000 && (v[i].start % 1000000 || v[i].duration % 1000000))
            step = 1000;
        if (v[i].start % 1000 || v[i].duration % 1000)
            return 0;
    }
    return step;
}

static bool any_sticks_out(const struct span *v, uint32_t n)
{
    int64_t step = -1;
    for (uint32_t i = 0; i < n; i++) {
        if (v[i].parent == SPAN_NONE || !sticks_out(&v[v[i].parent], &v[i], 0) ||
            !crosses(v, &v[i]))
            continue;
        step = step < 0 ? clock_step(v, n) : step;
        if (sticks_out(&v[v[i].parent], &v[i], step))
            return true;
    }
    return false;
}

static struct host *host_of(struct hosts *h, const struct span *s)
{
    uint64_t key = host_key(s);
    for (uint32_t i = 0; i < h->n; i++)
        if (h->v[i].key == key)
            return &h->v[i];
    if (h->n == HOSTS)
        return NULL;
    h->v[h->n] = (struct host){.key = key};
    return &h->v[h->n++];
}

/* The shift of host b that suits all calls to it from hosts that are known. */
static int64_t suitable(struct hosts *h, const struct host *b, const struct span *v, uint32_t n)
{
    int64_t lo = -DAY, hi = DAY;
    int64_t step = clock_step(v, n);
    bool any = false;
    for (uint32_t i = 0; i < n; i++) {
        const struct span *s = &v[i];
        if (host_key(s) != b->key || !crosses(v, s))
            continue;
        const struct span *p = &v[s->parent];
        const struct host *from = host_of(h, p);
        if (!from || !from->known || s->duration > p->duration + step)
            continue;
        int64_t early = p->start + from->shift - s->start;
        int64_t late = early + p->duration - s->duration;
        if (early > late) /* longer than its parent, by rounding */
            early = late;
        lo = early > lo ? early : lo;
        hi = late < hi ? late : hi;
        any = true;
    }
    if (!any || lo > hi || (lo <= step && hi >= -step))
        return 0;
    return lo + (hi - lo) / 2;
}

/* The next host that is reached from a known one; NULL: none is left. */
static struct host *next_host(struct hosts *h, const struct span *v, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (!crosses(v, &v[i]))
            continue;
        struct host *to = host_of(h, &v[i]);
        const struct host *from = host_of(h, &v[v[i].parent]);
        if (to && from && from->known && !to->known)
            return to;
    }
    return NULL;
}

static bool times_near(const struct span *v, uint32_t n)
{
    int64_t first = v[0].start, last = v[0].start;
    for (uint32_t i = 0; i < n; i++) {
        first = v[i].start < first ? v[i].start : first;
        last = v[i].start + v[i].duration > last ? v[i].start + v[i].duration : last;
    }
    int64_t whole;
    return !__builtin_sub_overflow(last, first, &whole) && whole < 365 * DAY;
}

bool assemble_clocks(struct assembler *a, struct span *v, uint32_t n)
{
    (void)a;
    struct hosts h = {.n = 0};
    bool moved = false;
    if (!any_sticks_out(v, n) || !times_near(v, n))
        return false;
    for (uint32_t i = 0; i < n; i++) {
        struct host *x = v[i].parent == SPAN_NONE ? host_of(&h, &v[i]) : NULL;
        if (x)
            x->known = true;
    }
    for (struct host *b; (b = next_host(&h, v, n));) {
        b->shift = suitable(&h, b, v, n);
        b->known = true;
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct host *x = host_of(&h, &v[i]);
        v[i].shift = x ? x->shift : 0;
        v[i].start += v[i].shift;
        moved = moved || v[i].shift;
    }
    return moved;
}
