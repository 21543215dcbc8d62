/* SPDX-License-Identifier: GPL-3.0-or-later */
/* diag.h - what is wrong with the user's input, and where.
 *
 * There are three kinds of trouble and three ways out, never mixed:
 *   input  the user's files or flags: diag_add(), go on, report all at once, exit 2;
 *   world  I/O, memory: die(), exit status 4;
 *   bug    ours: bug(), abort with file and line.  bug_if() stays in release.
 *
 * A diag has a stable id ("E-dist-param"), documented and tested.  The same diag (place, id, text)
 * added twice is kept once, so a body that is compiled in several places reports once.
 * At most DIAG_MAX are kept; the rest is counted. */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H
#include "base/arena.h"
#include "base/buf.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct loc {
    uint32_t file;      /* index from diag_file(); 0: no place */
    uint32_t line, col; /* 1-based; col counts characters, not bytes */
    uint32_t len;       /* characters under the caret; 0 reads as 1 */
};
enum severity { DIAG_NOTE, DIAG_WARNING, DIAG_ERROR };
struct diag {
    struct loc at;
    enum severity sev;
    const char *id;   /* a literal */
    const char *text; /* what is wrong, in the author's words; no full stop, no newline */
    const char *hint; /* what would be right; may be NULL */
};
enum { DIAG_MAX = 200 };
struct diags;

struct diags *diags_new(struct arena *a);
/* Register a text (kept by reference) so that carets can be drawn; returns its file index >= 1.
 * name is what is printed before ":line:col", e.g. the path as the user gave it, or "--set". */
uint32_t diag_file(struct diags *d, const char *name, const char *text, size_t n);
const char *diag_file_name(const struct diags *d, uint32_t file); /* "" for 0 */
void diag_add(struct diags *d, struct loc at, enum severity sev, const char *id, const char *hint,
              const char *fmt, ...) __attribute__((format(printf, 6, 7)));
#define diag_error(d, at, id, hint, ...) diag_add((d), (at), DIAG_ERROR, (id), (hint), __VA_ARGS__)
uint32_t diags_errors(const struct diags *d);
uint32_t diags_count(const struct diags *d);
const struct diag *diags_get(const struct diags *d, uint32_t i); /* sorted by place */
/* Copy the i-th diag of another collection, with its file, and append to its text; false: such a
 * diag is known already.  For input that is read many times over, in parts that do not last. */
bool diags_adopt(struct diags *into, const struct diags *from, uint32_t i, const char *append);
/* "file:line:col: error[E-id]: text", the line with a caret under len characters, "help: hint".
 * Then the count. Tabs keep the caret aligned; control characters in the line are shown as '?'. */
void diags_print(struct diags *d, struct buf *out, bool color);

/* The candidate nearest to word by edit distance, if near enough to be meant; else NULL. */
const char *nearest(const char *word, const char *const *candidates, size_t n);

_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void bug(const char *file, int line, const char *what);
#define bug_if(c) ((c) ? bug(__FILE__, __LINE__, #c) : (void)0)
#ifdef CHECKED
#define check_that(c) ((c) ? (void)0 : bug(__FILE__, __LINE__, #c))
#else
#define check_that(c) ((void)0)
#endif

#endif
