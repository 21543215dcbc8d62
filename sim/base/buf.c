/* SPDX-License-Identifier: GPL-3.0-or-later */
/* buf.c - a growing string.
 *
 * Invariant: s is NULL, or cap > n and s[n] is NUL.  What is put may lie inside the buffer itself
 * only if no growth is needed; callers do not do that.  printf's numbers have a point because the
 * program stays in the "C" locale: nobody calls setlocale(). */
#include "base/buf.h"
#include "base/arena.h"
#include "base/diag.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for n more bytes and the NUL. */
static void buf_room(struct buf *b, size_t n)
{
    if (n >= SIZE_MAX / 2 - b->n)
        die("out of memory: a text of more than %zu bytes", b->n);
    size_t need = b->n + n + 1;
    if (need <= b->cap)
        return;
    size_t cap = b->cap < 64 ? 64 : b->cap * 2;
    if (cap < need)
        cap = need;
    b->s = xrealloc(b->s, cap, 1);
    b->cap = cap;
}

void buf_put(struct buf *b, const char *s, size_t n)
{
    buf_room(b, n);
    if (n)
        memcpy(b->s + b->n, s, n);
    b->n += n;
    b->s[b->n] = '\0';
}

void buf_puts(struct buf *b, const char *s)
{
    buf_put(b, s, strlen(s));
}

void buf_putc(struct buf *b, char c)
{
    buf_put(b, &c, 1);
}

void buf_fill(struct buf *b, char c, size_t n)
{
    buf_room(b, n);
    memset(b->s + b->n, c, n);
    b->n += n;
    b->s[b->n] = '\0';
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    buf_room(b, 0);
    /* Most texts fit at once; else the first call has told how much room is needed. */
    int n = vsnprintf(b->s + b->n, b->cap - b->n, fmt, ap);
    bug_if(n < 0);
    if ((size_t)n >= b->cap - b->n) {
        buf_room(b, (size_t)n);
        vsnprintf(b->s + b->n, b->cap - b->n, fmt, again);
    }
    b->n += (size_t)n;
    va_end(again);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(b, fmt, ap);
    va_end(ap);
}

void buf_shell(struct buf *b, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_-+=./,:%@^";
    if (*word && word[strspn(word, plain)] == 0) {
        buf_puts(b, word);
        return;
    }
    buf_putc(b, '\'');
    for (; *word; word++) {
        if (*word == '\'')
            buf_puts(b, "'\\''");
        else
            buf_putc(b, *word);
    }
    buf_putc(b, '\'');
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    if (b->s)
        b->s[0] = '\0';
}

void buf_free(struct buf *b)
{
    free(b->s);
    *b = (struct buf){0};
}

size_t buf_utf8(const char *s, size_t n, uint32_t *code)
{
    if (n == 0)
        return 0;
    unsigned char lead = (unsigned char)s[0];
    size_t len = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (lead > 0xf4 || len == 0 || len > n)
        return 0;
    uint32_t c = len == 1 ? lead : lead & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        unsigned char t = (unsigned char)s[i];
        if ((t & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (t & 0x3f);
    }
    /* Overlong forms, surrogates and what lies beyond Unicode are ill-formed. */
    if ((len == 3 && c < 0x800) || (len == 4 && c < 0x10000) || c > 0x10ffff ||
        (c >= 0xd800 && c <= 0xdfff))
        return 0;
    *code = c;
    return len;
}
