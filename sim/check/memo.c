/* SPDX-License-Identifier: GPL-3.0-or-later */
/* memo.c - see memo.h. */
#include "check/memo.h"
#include "base/arena.h"
#include "check/tuples.h"
#include <stdlib.h>

static uint64_t memo_hash(uint32_t shared, uint32_t part, uint32_t req)
{
    const uint32_t key[3] = {shared, part, req};
    return tuple_hash(key, 3);
}

static void memo_index(struct memo *m, uint32_t size)
{
    free(m->index);
    m->index = xcalloc(size, sizeof *m->index);
    m->mask = size - 1;
    for (uint32_t i = 0; i < m->n; i++) {
        uint64_t h = memo_hash(m->row[i].shared, m->row[i].part, m->row[i].req);
        while (m->index[h & m->mask] != 0)
            h++;
        m->index[h & m->mask] = i + 1;
    }
}

const struct memo_row *memo_find(const struct memo *m, uint32_t shared, uint32_t part, uint32_t req)
{
    if (m->index == NULL)
        return NULL;
    uint64_t h = memo_hash(shared, part, req);
    for (uint32_t i; (i = m->index[h & m->mask]) != 0; h++) {
        const struct memo_row *r = &m->row[i - 1];
        if (r->shared == shared && r->part == part && r->req == req)
            return r;
    }
    return NULL;
}

const struct memo_row *memo_put(struct memo *m, struct memo_row row)
{
    if (m->index == NULL || m->n >= m->mask / 2)
        memo_index(m, m->index == NULL ? 1024 : 2 * (m->mask + 1));
    m->row = grow(m->row, &m->cap, m->n + 1, sizeof *m->row);
    uint64_t h = memo_hash(row.shared, row.part, row.req);
    while (m->index[h & m->mask] != 0)
        h++;
    m->row[m->n] = row;
    m->index[h & m->mask] = ++m->n;
    return &m->row[m->n - 1];
}

void memo_add(struct memo *m, struct became b)
{
    m->became = grow(m->became, &m->cap_became, m->nbecame + 1, sizeof *m->became);
    m->became[m->nbecame++] = b;
}

uint32_t memo_signs(struct memo *m, struct signs s)
{
    if (s.claims == 0 && s.faults == 0)
        return 0;
    for (uint32_t i = 0; i < m->nsigns; i++)
        if (m->signs[i].claims == s.claims && m->signs[i].faults == s.faults)
            return i + 1;
    m->signs = grow(m->signs, &m->cap_signs, m->nsigns + 1, sizeof *m->signs);
    m->signs[m->nsigns] = s;
    return ++m->nsigns;
}

void memo_free(struct memo *m)
{
    free(m->row);
    free(m->index);
    free(m->became);
    free(m->signs);
}
