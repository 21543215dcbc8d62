/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ps.c - see ps.h. */
#include "run/ps.h"
#include "base/arena.h"
#include <stdlib.h>

enum { PS_SHIFT = 16 };

void ps_init(struct ps *q, uint32_t servers)
{
    *q = (struct ps){.servers = servers};
}

void ps_free(struct ps *q)
{
    free(q->job);
}

/* Virtual time gained in dt ns. */
static uint64_t ps_gain(const struct ps *q, int64_t dt)
{
    uint64_t x = (uint64_t)dt << PS_SHIFT;
    if (q->n <= q->servers)
        return x;
    return x / q->n * q->servers + x % q->n * q->servers / q->n;
}

static void ps_update(struct ps *q, int64_t now)
{
    if (q->n == 0)
        q->v = 0;
    else
        q->v += ps_gain(q, now - q->last);
    q->last = now;
}

/* Has virtual time v come to end? */
static bool ps_passed(uint64_t v, uint64_t end)
{
    return v - end < UINT64_C(1) << 63;
}

static bool ps_before(const struct ps_job *a, const struct ps_job *b)
{
    return a->end == b->end ? a->seq < b->seq : ps_passed(b->end, a->end);
}

static void ps_sift_up(struct ps *q, uint32_t i)
{
    struct ps_job x = q->job[i];
    for (; i > 0 && ps_before(&x, &q->job[(i - 1) / 2]); i = (i - 1) / 2)
        q->job[i] = q->job[(i - 1) / 2];
    q->job[i] = x;
}

static void ps_sift_down(struct ps *q, uint32_t i)
{
    struct ps_job x = q->job[i];
    for (;;) {
        uint32_t c = 2 * i + 1;
        if (c >= q->n)
            break;
        if (c + 1 < q->n && ps_before(&q->job[c + 1], &q->job[c]))
            c++;
        if (!ps_before(&q->job[c], &x))
            break;
        q->job[i] = q->job[c];
        i = c;
    }
    q->job[i] = x;
}

static void ps_delete(struct ps *q, uint32_t i)
{
    q->n--;
    if (i == q->n)
        return;
    q->job[i] = q->job[q->n];
    ps_sift_down(q, i);
    ps_sift_up(q, i);
}

void ps_add(struct ps *q, int64_t now, uint32_t id, int64_t amount)
{
    ps_update(q, now);
    amount = amount < PS_MAX ? amount : PS_MAX;
    if (q->n == q->cap)
        q->job = grow(q->job, &q->cap, q->n + 1, sizeof *q->job);
    q->job[q->n] =
        (struct ps_job){.end = q->v + ((uint64_t)amount << PS_SHIFT), .seq = q->seq++, .id = id};
    ps_sift_up(q, q->n++);
}

bool ps_remove(struct ps *q, int64_t now, uint32_t id)
{
    ps_update(q, now);
    for (uint32_t i = 0; i < q->n; i++)
        if (q->job[i].id == id) {
            ps_delete(q, i);
            return true;
        }
    return false;
}

int64_t ps_rest(const struct ps *q, int64_t now, uint32_t id)
{
    uint64_t v = q->v + ps_gain(q, now - q->last);
    for (uint32_t i = 0; i < q->n; i++)
        if (q->job[i].id == id)
            return ps_passed(v, q->job[i].end)
                       ? 0
                       : (int64_t)((q->job[i].end - v + ((1u << PS_SHIFT) - 1)) >> PS_SHIFT);
    return 0;
}

int64_t ps_next(const struct ps *q, int64_t now)
{
    if (q->n == 0)
        return INT64_MAX;
    uint64_t v = q->v + ps_gain(q, now - q->last);
    if (ps_passed(v, q->job[0].end))
        return now;
    uint64_t need = q->job[0].end - q->v, c = q->servers, n = q->n;
    if (n > c && need / c >= (UINT64_MAX >> 2) / n)
        return (now > q->last ? now : q->last) + PS_MAX / 2;
    uint64_t dt = n <= c ? need : need / c * n + (need % c * n + c - 1) / c;
    int64_t ns = (int64_t)((dt + ((1u << PS_SHIFT) - 1)) >> PS_SHIFT);
    while (ps_gain(q, ns) < need)
        ns++;
    return q->last + ns;
}

bool ps_take(struct ps *q, int64_t now, uint32_t *id)
{
    ps_update(q, now);
    if (q->n == 0 || !ps_passed(q->v, q->job[0].end))
        return false;
    *id = q->job[0].id;
    ps_delete(q, 0);
    return true;
}
