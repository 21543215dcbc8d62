/* SPDX-License-Identifier: GPL-3.0-or-later */
/* arena.h - memory by lifetime.
 *
 * An arena is a list of growing blocks.  Nothing in it is freed alone; the
 * arena is reset or dropped whole.  A function that takes an arena may put its
 * result there; a function that takes none allocates nothing that outlives it.
 * Out of memory ends the program (die() in diag.h), so no caller checks. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct arena *arena_new(size_t limit); /* bytes; 0: no limit */
void arena_drop(struct arena *a);
void arena_reset(struct arena *a);
/* Zeroed memory for n objects; n * size is checked for overflow. */
void *arena_alloc(struct arena *a, size_t n, size_t size, size_t align);
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_strdup(struct arena *a, const char *s);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));
size_t arena_used(const struct arena *a);
#define NEW(a, T, n) ((T *)arena_alloc((a), (n), sizeof(T), _Alignof(T)))

/* malloc, calloc and realloc that die() instead of returning NULL; for growing arrays. */
void *xrealloc(void *p, size_t n, size_t size);
void *xcalloc(size_t n, size_t size);
/* Grow array v (capacity *cap, in elements) so that it holds need elements; doubles. */
void *grow(void *v, uint32_t *cap, uint32_t need, size_t size);

#endif
