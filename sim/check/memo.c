/* SPDX-License-Identifier: GPL-3.0-or-later */
/* memo.c - see memo.h. */
#include "check/memo.h"
#include "base/arena.h"
#include <stdlib.h>
#include <string.h>

static uint64_t memo_hash(uint32_t shared, uint32_t part, uint32_t req)
{
    uint64_t h = ((uint64_t)shared << 32 | part) * 0xff51afd7ed558ccdU + req;
    h = (h ^ h >> 32) * 0xc4ceb9fe1a85ec53U;
    return h ^ h >> 29;
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

uint32_t memo_find(const struct memo *m, uint32_t shared, uint32_t part, uint32_t req)
{
    if (m->index == NULL)
        return MEMO_NONE;
    uint64_t h = memo_hash(shared, part, req);
    for (uint32_t i; (i = m->index[h & m->mask]) != 0; h++) {
        const struct memo_row *r = &m->row[i - 1];
        if (r->shared == shared && r->part == part && r->req == req)
            return i - 1;
    }
    return MEMO_NONE;
}

uint32_t memo_put(struct memo *m, struct memo_row row)
{
    if (m->index == NULL || m->n >= m->mask / 2)
        memo_index(m, m->index == NULL ? 1024 : 2 * (m->mask + 1));
    m->row = grow(m->row, &m->cap, m->n + 1, sizeof *m->row);
    uint64_t h = memo_hash(row.shared, row.part, row.req);
    while (m->index[h & m->mask] != 0)
        h++;
    for (uint32_t i = 0; i < row.n && i < 64; i++)
        row.still |= (uint64_t)(m->became[row.first + i].shared == row.shared) << i;
    m->row[m->n] = row;
    m->index[h & m->mask] = m->n + 1;
    return m->n++;
}

void memo_add(struct memo *m, struct became b)
{
    m->became = grow(m->became, &m->cap_became, m->nbecame + 1, sizeof *m->became);
    b.row = m->n;
    m->became[m->nbecame++] = b;
}

uint32_t memo_signs(struct memo *m, struct signs s)
{
    if (s.claims == 0 && s.faults == 0)
        return 0;
    for (uint32_t i = 0; i < m->nsigns; i++)
        if (m->signs[i].claims == s.claims && m->signs[i].faults == s.faults &&
            m->signs[i].race == s.race && m->signs[i].lost == s.lost)
            return i + 1;
    m->signs = grow(m->signs, &m->cap_signs, m->nsigns + 1, sizeof *m->signs);
    m->signs[m->nsigns] = s;
    return ++m->nsigns;
}

void memo_clear(struct memo *m)
{
    if (m->n > 0)
        memset(m->index, 0, (m->mask + 1u) * sizeof *m->index);
    m->n = m->nbecame = m->nsigns = 0;
}

size_t memo_bytes(const struct memo *m)
{
    return m->cap * sizeof *m->row + m->cap_became * sizeof *m->became +
           (m->index ? m->mask + 1 : 0) * sizeof *m->index + m->cap_signs * sizeof *m->signs;
}

void memo_free(struct memo *m)
{
    free(m->row);
    free(m->index);
    free(m->became);
    free(m->signs);
}
