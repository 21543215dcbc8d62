/* SPDX-License-Identifier: GPL-3.0-or-later */
/* names.c - an open table of hashes; see names.h.  What a text contains that no name should (a NUL)
 * ends it; no text in the table has any, so what is found there is as it was asked for. */
#include "trace/names.h"
#include "trace/trace.h"
#include <stdlib.h>
#include <string.h>

static const char other_text[] = "(more names)";

static uint64_t name_hash(const char *s, size_t n)
{
    uint64_t h = 0x9e3779b97f4a7c15u ^ n, w = 0;
    for (; n >= 8; s += 8, n -= 8) {
        memcpy(&w, s, 8);
        h = (h ^ w) * 0xbf58476d1ce4e5b9u;
        h ^= h >> 29;
    }
    w = 0;
    memcpy(&w, s, n);
    h = (h ^ w) * 0x94d049bb133111ebu;
    return h ^ h >> 32;
}

static void names_rehash(struct name_table *t)
{
    uint32_t n = t->nslot ? 2 * t->nslot : 1024;
    free(t->slot);
    t->slot = xcalloc(n, sizeof *t->slot);
    t->nslot = n;
    for (uint32_t i = 0; i < t->n; i++) {
        uint32_t k = (uint32_t)t->hash[i] & (n - 1);
        while (t->slot[k])
            k = (k + 1) & (n - 1);
        t->slot[k] = i + 1;
    }
}

static uint32_t names_add(struct name_table *t, const char *s, size_t n, uint64_t h)
{
    t->v = grow(t->v, &t->cap, t->n + 1, sizeof *t->v);
    t->hash = grow(t->hash, &t->nhash, t->n + 1, sizeof *t->hash);
    t->v[t->n] = (struct name_text){arena_strndup(t->mem, s, n), (uint32_t)n};
    t->hash[t->n] = h;
    t->n++;
    if (2 * t->n > t->nslot) {
        names_rehash(t);
    } else {
        uint32_t k = (uint32_t)h & (t->nslot - 1);
        while (t->slot[k])
            k = (k + 1) & (t->nslot - 1);
        t->slot[k] = t->n;
    }
    return t->n - 1;
}

void names_init(struct name_table *t)
{
    *t = (struct name_table){.mem = arena_new(0)};
    names_add(t, "", 0, name_hash("", 0));
    names_add(t, other_text, sizeof other_text - 1, name_hash(other_text, sizeof other_text - 1));
}

void names_free(struct name_table *t)
{
    arena_drop(t->mem);
    free(t->v);
    free(t->slot);
    free(t->hash);
    *t = (struct name_table){0};
}

/* Bytes of s up to n that end at a character. */
static size_t whole_chars(const char *s, size_t n)
{
    while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
        n--;
    return n;
}

/* The number of a text, 0 if it has none. */
static uint32_t names_find(const struct name_table *t, const char *s, size_t n, uint64_t h)
{
    for (uint32_t k = (uint32_t)h & (t->nslot - 1); t->slot[k]; k = (k + 1) & (t->nslot - 1)) {
        uint32_t i = t->slot[k] - 1;
        if (t->hash[i] == h && t->v[i].n == n && memcmp(t->v[i].s, s, n) == 0)
            return i;
    }
    return 0;
}

/* How much of a text becomes a name. */
static size_t name_length(struct name_table *t, const char *s, size_t n)
{
    const char *nul = n ? memchr(s, 0, n) : NULL;
    n = nul ? (size_t)(nul - s) : n;
    t->cut += n > NAME_BYTES;
    return n > NAME_BYTES ? whole_chars(s, NAME_BYTES) : n;
}

uint32_t names_id(struct name_table *t, const char *s, size_t n)
{
    uint64_t h = n <= NAME_BYTES ? name_hash(s, n) : 0;
    uint32_t id = n <= NAME_BYTES ? names_find(t, s, n, h) : 0;
    if (id)
        return id;
    size_t len = name_length(t, s, n);
    if (len != n) {
        h = name_hash(s, len);
        id = names_find(t, s, len, h);
    }
    if (id || len == 0)
        return id;
    if (t->n >= NAMES_MOST) {
        t->other++;
        return NAMES_OTHER;
    }
    return names_add(t, s, len, h);
}

const char *names_text(const struct name_table *t, uint32_t id)
{
    return t->v[id].s;
}
