/* SPDX-License-Identifier: GPL-3.0-or-later */
/* arena.c - blocks in a list, filled in order.
 *
 * Invariant: blocks before cur are closed, blocks after it are empty and wait for reuse.  A reset
 * keeps every block, so that a run repeated many times asks the system for memory only once. */
#include "base/arena.h"
#include "base/diag.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_FIRST = 4096, BLOCK_LARGEST = 1 << 20 };

struct block {
    struct block *next;
    size_t size, used;
    _Alignas(max_align_t) unsigned char data[];
};
struct arena {
    struct block *head, *cur;
    size_t limit, used, step;
};

struct arena *arena_new(size_t limit)
{
    struct arena *a = xcalloc(1, sizeof *a);
    a->limit = limit;
    a->step = BLOCK_FIRST;
    return a;
}

void arena_drop(struct arena *a)
{
    if (!a)
        return;
    for (struct block *b = a->head, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(a);
}

void arena_reset(struct arena *a)
{
    for (struct block *b = a->head; b; b = b->next)
        b->used = 0;
    a->cur = a->head;
    a->used = 0;
}

/* Where the next object of this alignment starts in b. */
static size_t block_start(const struct block *b, size_t align)
{
    uintptr_t at = (uintptr_t)b->data + b->used;
    return b->used + (size_t)(-at & (align - 1));
}

static bool block_fits(const struct block *b, size_t bytes, size_t align)
{
    size_t start = block_start(b, align);
    return start <= b->size && bytes <= b->size - start;
}

/* Make cur a block with room; a new one goes behind cur, before the empty ones. */
static struct block *arena_room(struct arena *a, size_t bytes, size_t align)
{
    if (a->cur && block_fits(a->cur, bytes, align))
        return a->cur;
    if (a->cur && a->cur->next && block_fits(a->cur->next, bytes, align))
        return a->cur = a->cur->next;
    size_t need = bytes + align;
    if (need < bytes || need > SIZE_MAX / 2)
        die("out of memory");
    size_t size = need > a->step ? need : a->step;
    if (a->step < BLOCK_LARGEST)
        a->step *= 2;
    struct block *b = xrealloc(NULL, 1, sizeof *b + size);
    b->size = size;
    b->used = 0;
    b->next = a->cur ? a->cur->next : NULL;
    if (a->cur)
        a->cur->next = b;
    else
        a->head = b;
    return a->cur = b;
}

void *arena_alloc(struct arena *a, size_t n, size_t size, size_t align)
{
    bug_if(align == 0 || (align & (align - 1)) != 0);
    if (size && n > SIZE_MAX / size)
        die("out of memory: %zu objects of %zu bytes", n, size);
    size_t bytes = n * size;
    /* The limit is on what was asked for, so it does not depend on how blocks happen to fill. */
    if (a->limit && bytes > a->limit - a->used)
        die("out of memory: more than %zu bytes would be needed", a->limit);
    /* An empty object still gets an address of its own. */
    size_t take = bytes ? bytes : 1;
    struct block *b = arena_room(a, take, align);
    size_t start = block_start(b, align);
    b->used = start + take;
    a->used += bytes;
    return memset(b->data + start, 0, take);
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
    if (n == SIZE_MAX)
        die("out of memory");
    char *t = NEW(a, char, n + 1);
    if (n)
        memcpy(t, s, n);
    return t;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return arena_strndup(a, s, strlen(s));
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
    bug_if(!fmt);
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    bug_if(n < 0);
    char *t = NEW(a, char, (size_t)n + 1);
    vsnprintf(t, (size_t)n + 1, fmt, ap);
    return t;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *t = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return t;
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}

void *xrealloc(void *p, size_t n, size_t size)
{
    if (size && n > SIZE_MAX / size)
        die("out of memory: %zu objects of %zu bytes", n, size);
    /* realloc(p, 0) may free p and return NULL: never ask for that. */
    void *q = realloc(p, n && size ? n * size : 1);
    if (!q)
        die("out of memory: %zu objects of %zu bytes", n, size);
    return q;
}

void *xcalloc(size_t n, size_t size)
{
    bool wraps = size && n > SIZE_MAX / size;
    void *p = wraps ? NULL : n && size ? calloc(n, size) : calloc(1, 1);
    if (!p)
        die("out of memory: %zu objects of %zu bytes", n, size);
    return p;
}

void *grow(void *v, uint32_t *cap, uint32_t need, size_t size)
{
    if (need <= *cap)
        return v;
    uint32_t to = *cap > UINT32_MAX / 2 ? UINT32_MAX : *cap * 2;
    if (to < 8)
        to = 8;
    if (to < need)
        to = need;
    v = xrealloc(v, to, size);
    *cap = to;
    return v;
}
