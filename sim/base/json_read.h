/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json_read.h - a pull parser for JSON: the caller asks for the next event, nothing is built.
 *
 * Reads a text in memory, or any size of input through a window (json_fill); no recursion, nesting
 * up to JSON_DEPTH, a string or number up to JSON_TOKEN_MAX bytes.  Strict RFC 8259: grammar,
 * UTF-8, paired surrogates.  A number is handed over as text, so that nobody makes a double of a
 * time.
 *
 *   while ((e = json_next(r)) == JSON_KEY)            the members of an object
 *       if (JSON_IS(r, "name") && json_next(r) == JSON_STR) ... r->s, r->n ...
 *       else json_skip(r)                             (before json_next: the member's value)
 *
 * After JSON_ERROR, r->error says what is wrong and r->error_at at which byte; json_next() repeats
 * it until json_resync() goes on in the next line.
 *
 * JSON_MANY: any number of texts one after another (JSON lines).  A string ends in its line; and if
 * the first text does, all do: a line that was half written does not take the next one with it.
 * JSON_LENIENT, for what was recorded by a process that died or by one that was careless: a byte
 * order mark, ill-formed UTF-8 and unpaired surrogates (read as U+FFFD), raw control characters and
 * a comma before a closing bracket are repaired, and counted; a text that ends too early ends what
 * is open.  From there on `cut` is set, and a member without its value has null. */
#ifndef BASE_JSON_READ_H
#define BASE_JSON_READ_H
#include "base/buf.h"
#include <stdbool.h>
#include <stdint.h>

enum json_event {
    JSON_END, /* of the input */
    JSON_ERROR,
    JSON_OBJ,
    JSON_OBJ_END,
    JSON_ARR,
    JSON_ARR_END,
    JSON_KEY, /* then its value comes */
    JSON_STR,
    JSON_NUM,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL
};
enum { JSON_LENIENT = 1, JSON_MANY = 2 };
enum { JSON_DEPTH = 4096, JSON_TOKEN_MAX = 16 << 20 };

/* Up to n bytes into to; 0: the input is at its end. */
typedef size_t json_fill(void *ctx, char *to, size_t n);

struct json_read {
    /* Of the last event; read only. */
    const char *s;    /* of a key or string: unescaped; of a number: as written.  Not terminated; */
    size_t n;         /* valid until the next call */
    uint64_t at;      /* byte at which the event begins */
    uint32_t depth;   /* containers that are open */
    uint32_t repairs; /* so far; JSON_LENIENT only */
    bool cut;         /* the input ended too early; JSON_LENIENT only */
    const char *error; /* a literal; NULL: none */
    uint64_t error_at;
    /* Its own. */
    const char *p, *end; /* what is unread of the window */
    const char *window;  /* begins at byte base of the input */
    uint64_t base, doc;  /* doc: where the present text began */
    char *own;           /* the window, if it is ours */
    size_t cap;          /* of own */
    json_fill *fill;     /* NULL: everything is in the window */
    void *ctx;
    unsigned flags;
    int state;
    bool skipping, over;       /* over: fill has nothing more */
    bool lines, broken, begun; /* texts end in their lines; this one has not; a text has been */
    bool after_line;           /* a line ended between the token before and this one */
    struct buf scratch;        /* a string with escapes in it */
    uint64_t in_obj[JSON_DEPTH / 64]; /* a bit a level: object or array */
};

void json_read_mem(struct json_read *r, const char *s, size_t n, unsigned flags); /* s is kept */
void json_read_from(struct json_read *r, json_fill *fill, void *ctx, unsigned flags);
void json_read_end(struct json_read *r); /* lets go of memory */
enum json_event json_next(struct json_read *r);
/* Pass over the next value; false: an error, or there is none (then `event` below has been read).
 */
bool json_skip(struct json_read *r);
/* The last event opened a container: pass over the rest of it.  After others: nothing to do. */
bool json_skip_rest(struct json_read *r, enum json_event last);
/* After an error: go to the line after it (or to where the next one has already begun), to read a
 * text there.  False: there is none. */
bool json_resync(struct json_read *r);
#define JSON_IS(r, lit) ((r)->n == sizeof(lit) - 1 && memcmp((r)->s, (lit), sizeof(lit) - 1) == 0)

bool json_is_number(const char *s, size_t n);
/* Texts as exact numbers: a whole number; false: it is not one, or too large.  For JSON_NUM and for
 * numbers in strings. */
bool json_i64(const char *s, size_t n, int64_t *out);
bool json_u64(const char *s, size_t n, uint64_t *out);
/* A decimal, perhaps with exponent, times 10^power, rounded half away from zero: microseconds as
 * nanoseconds with power 3.  No double in between. */
bool json_decimal(const char *s, size_t n, int power, int64_t *out);
/* The nearest double; infinite ones are refused. */
bool json_double(const char *s, size_t n, double *out);

#endif
