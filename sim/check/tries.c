/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tries.c - see tries.h. */
#include "check/tries.h"
#include "base/arena.h"
#include <stdlib.h>

void tries_init(struct tries *t)
{
    *t = (struct tries){.turn = xcalloc(TRIES_DEPTH, sizeof *t->turn)};
}

void tries_free(struct tries *t)
{
    free(t->turn);
}

void tries_again(struct tries *t)
{
    *t = (struct tries){.turn = t->turn};
}

uint32_t tries_take(struct tries *t, uint32_t of)
{
    if (of <= 1)
        return 0;
    if (t->at == TRIES_DEPTH) {
        t->too_long = true;
        return 0;
    }
    if (t->at == t->n)
        t->turn[t->n++] = (struct try_turn){0, of};
    return t->turn[t->at++].now % of;
}

bool tries_next(struct tries *t)
{
    t->n = t->at;
    t->at = 0;
    while (t->n > 0 && t->turn[t->n - 1].now + 1 >= t->turn[t->n - 1].of)
        t->n--;
    if (t->n == 0)
        return false;
    t->turn[t->n - 1].now++;
    return true;
}
