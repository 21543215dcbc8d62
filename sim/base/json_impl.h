/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json_impl.h - between the files of json_read.h.
 *
 * json_read.c is the grammar, json_window.c the input, json_string.c strings that need more than a
 * look.  Plain bytes are looked at 16 (SSE2) or 8 at a time; never one past the end. */
#ifndef BASE_JSON_IMPL_H
#define BASE_JSON_IMPL_H
#include "base/json_read.h"
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum state {
    AT_TOP,      /* before a text */
    AT_VALUE,    /* after a key */
    AT_FIRST,    /* behind [ */
    AT_ITEM,     /* behind a comma in an array */
    AT_MEMBER0,  /* behind { */
    AT_MEMBER,   /* behind a comma in an object */
    AT_AFTER,    /* behind a value in a container */
    AT_DONE,     /* behind a text */
    AT_CUT_NULL, /* the input has ended, and a member has no value */
    AT_CUT,      /* the input has ended: close what is open */
    AT_ERROR
};

#define JSON_TOO_LONG "more than 16 MiB in one string or number"

static inline uint64_t json_offset(const struct json_read *r, const char *p)
{
    return r->base + (uint64_t)(p - r->window);
}

enum json_event json_fail_at(struct json_read *r, uint64_t at, const char *what);
enum json_event json_fail(struct json_read *r, const char *what);
/* The input has ended where it must not; the caller goes on with json_unwind(). */
void json_cut(struct json_read *r, const char *what);
/* More of the input behind what is there from *keep on; p, end and *keep move.  False: there is no
 * more, or the token would be too long (then state is AT_ERROR). */
bool json_more(struct json_read *r, const char **keep);
/* At least n bytes from p on, if the input has them; tok is kept. */
bool json_have(struct json_read *r, const char **tok, size_t n);
/* A fault that JSON_LENIENT repairs: false if it is not to be. */
bool json_repair(struct json_read *r, const char *what);
/* However the window lay: a token over the limit is refused. */
bool json_fits(struct json_read *r);
/* A string with escapes, or of more than the window holds, or with an error; as json_string(). */
bool json_string_slow(struct json_read *r);

/* The first byte that is a quote, a backslash, a control character or not ASCII; or end. */
static inline const char *pass_plain(const char *p, const char *end)
{
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), back = _mm_set1_epi8('\\');
    const __m128i space = _mm_set1_epi8(0x20);
    for (; end - p >= 16; p += 16) {
        __m128i x = _mm_loadu_si128((const void *)p);
        /* Signed: bytes from 0x80 on are less than a blank, as control characters are. */
        __m128i odd = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, quote), _mm_cmpeq_epi8(x, back)),
                                   _mm_cmplt_epi8(x, space));
        unsigned m = (unsigned)_mm_movemask_epi8(odd);
        if (m)
            return p + __builtin_ctz(m);
    }
#else
    const uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
    for (; end - p >= 8; p += 8) {
        uint64_t x, q, b;
        memcpy(&x, p, 8);
        q = x ^ ones * '"';
        b = x ^ ones * '\\';
        /* A high bit where a byte is not ASCII, less than a blank, or zero after the xor; which one
         * it is the loop below finds out. */
        if ((x | (x - ones * 0x20) | (q - ones) | (b - ones)) & high)
            break;
    }
#endif
    for (; p < end; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '"' || c == '\\' || c < 0x20 || c >= 0x80)
            break;
    }
    return p;
}

#endif
