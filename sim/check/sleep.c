/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sleep.c - see sleep.h. */
#include "check/sleep.h"
#include "base/arena.h"
#include <stdlib.h>
#include <string.h>

/* ---- by what each state was reached ---- */

void sleep_put(struct sleep *s, uint32_t by)
{
    if (s->n == s->cap)
        s->by = grow(s->by, &s->cap, s->n + 1, sizeof *s->by);
    s->by[s->n++] = by;
}

void sleep_from(struct sleep *s, uint32_t i)
{
    uint32_t gone = i - s->first;
    if (gone <= s->n / 2) /* each is moved once */
        return;
    s->n -= gone;
    s->first = i;
    memmove(s->by, s->by + gone, s->n * sizeof *s->by);
}

void sleep_free(struct sleep *s)
{
    free(s->by);
    free(s->square);
}

/* ---- squares of one request ---- */

enum { BITS = 63 };
#define KNOWN (UINT64_C(1) << BITS)

bool sleep_known(const struct sleep *s, uint32_t by)
{
    return by == SLEEP_NONE || (by < s->cap_square && (s->square[by] & KNOWN));
}

/* The row of moves of a request in the state that an entry leads to; NULL: not in the memo. */
static const struct memo_row *row_after(const struct memo *m, uint32_t entry)
{
    const struct became *c = &m->became[entry];
    uint32_t row = memo_find(m, c->shared, c->part, m->row[c->row].req);
    return row == MEMO_NONE || m->row[row].wide ? NULL : &m->row[row];
}

/* Does the row lead to the same, showing nothing? */
static bool leads_to(const struct memo *m, const struct memo_row *row, const struct became *c)
{
    for (uint32_t i = row->first; i < row->first + row->n; i++) {
        const struct became *b = &m->became[i];
        if (b->shared == c->shared && b->part == c->part && b->signs == 0)
            return true;
    }
    return false;
}

/* Of the moves in x, those which lead where z leads. */
static uint64_t led_to(const struct memo *m, const struct memo_row *x, const struct memo_row *z)
{
    uint64_t same = 0;
    for (uint32_t i = 0; i < x->n && i < BITS; i++) {
        const struct became *c = &m->became[x->first + i];
        if (c->signs == 0 && leads_to(m, z, c))
            same |= UINT64_C(1) << i;
    }
    return same;
}

void sleep_find(struct sleep *s, const struct memo *m, uint32_t by)
{
    const struct memo_row *y = &m->row[m->became[by].row], *x = row_after(m, by), *z;
    uint32_t old = s->cap_square;
    s->square = grow(s->square, &s->cap_square, by + 1, sizeof *s->square);
    memset(s->square + old, 0, (s->cap_square - old) * sizeof *s->square);
    s->square[by] = KNOWN;
    for (uint32_t e = y->first; x != NULL && e < by; e++)
        if (m->became[e].signs == 0 && (z = row_after(m, e)) != NULL)
            s->square[by] |= led_to(m, x, z);
}

uint64_t sleep_in(const struct sleep *s, const struct memo *m, const struct memo_row *row,
                  uint32_t by)
{
    const struct became *e = by == SLEEP_NONE ? NULL : &m->became[by];
    const struct memo_row *y = e ? &m->row[e->row] : NULL;
    if (y == NULL || row->req > y->req)
        return 0;
    if (row->req == y->req)
        return s->square[by] & ~KNOWN;
    return e->shared == y->shared ? row->still : 0;
}
