/* SPDX-License-Identifier: GPL-3.0-or-later */
/* buf.h - a growing string of bytes; always NUL-terminated once written to.
 * Initialise with {0}; free with buf_free().  Numbers are written independently of the locale. */
#ifndef BASE_BUF_H
#define BASE_BUF_H
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
    char *s;
    size_t n, cap;
};
void buf_put(struct buf *b, const char *s, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_fill(struct buf *b, char c, size_t n);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* As one word of a POSIX shell: quoted where it has to be. */
void buf_shell(struct buf *b, const char *word);
void buf_clear(struct buf *b); /* keeps the memory */
void buf_free(struct buf *b);
/* Bytes of the well-formed UTF-8 character at s (n bytes are there) and its code; 0: ill-formed. */
size_t buf_utf8(const char *s, size_t n, uint32_t *code);

#endif
