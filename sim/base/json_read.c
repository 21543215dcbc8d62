/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json_read.c - the grammar, the window and the repairs; see json_read.h.
 *
 * Invariant: everything before p has been read.  A token that reaches the end of the window is
 * moved to its front (json_more), so that tokens are always whole in memory.  Bytes are looked at
 * 16 (SSE2) or 8 at a time where they are plain; never one past the end. */
#include "base/json_read.h"
#include "base/arena.h"
#include "base/diag.h"
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { WINDOW = 128 << 10 };
static const char too_long[] = "more than 16 MiB in one string or number";
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

void json_read_mem(struct json_read *r, const char *s, size_t n, unsigned flags)
{
    *r = (struct json_read){.p = s, .end = s + n, .window = s, .over = true, .flags = flags};
}

void json_read_from(struct json_read *r, json_fill *fill, void *ctx, unsigned flags)
{
    *r = (struct json_read){.fill = fill, .ctx = ctx, .flags = flags, .cap = WINDOW};
    r->own = xrealloc(NULL, r->cap, 1);
    r->p = r->end = r->window = r->own;
}

void json_read_end(struct json_read *r)
{
    free(r->own);
    buf_free(&r->scratch);
    *r = (struct json_read){.state = AT_DONE, .over = true};
}

static uint64_t json_offset(const struct json_read *r, const char *p)
{
    return r->base + (uint64_t)(p - r->window);
}

static enum json_event json_fail_at(struct json_read *r, uint64_t at, const char *what)
{
    r->error = what;
    r->error_at = at;
    r->begun = r->after_line && at == r->at && at > r->doc;
    r->state = AT_ERROR;
    return JSON_ERROR;
}

static enum json_event json_fail(struct json_read *r, const char *what)
{
    return json_fail_at(r, json_offset(r, r->p), what);
}

/* The input has ended where it must not; the caller goes on with json_unwind(). */
static void json_cut(struct json_read *r, const char *what)
{
    if (!(r->flags & JSON_LENIENT)) {
        json_fail(r, what);
        return;
    }
    r->cut = true;
    r->p = r->end;
    r->state = r->state == AT_VALUE ? AT_CUT_NULL : AT_CUT;
}

/* More of the input behind what is there from *keep on; p, end and *keep move.  False: there is no
 * more, or the token would be too long (then state is AT_ERROR). */
static bool json_more(struct json_read *r, const char **keep)
{
    if (r->over)
        return false;
    size_t kept = (size_t)(r->end - *keep), read = (size_t)(r->p - *keep);
    if (kept >= JSON_TOKEN_MAX) {
        json_fail_at(r, r->at, too_long);
        return false;
    }
    if (kept > r->cap / 2) {
        size_t before = (size_t)(*keep - r->own);
        r->cap *= 2;
        r->own = xrealloc(r->own, r->cap, 1);
        *keep = r->own + before;
        r->base += before;
    } else {
        r->base += (uint64_t)(*keep - r->window);
    }
    memmove(r->own, *keep, kept);
    r->window = *keep = r->own;
    r->p = r->own + read;
    size_t got = r->fill(r->ctx, r->own + kept, r->cap - kept);
    bug_if(got > r->cap - kept);
    r->end = r->own + kept + got;
    r->over = got == 0;
    return got > 0;
}

/* ---- white space ---- */

/* Behind blanks: pretty-printed files are full of them. */
static const char *pass_blanks(const char *p, const char *end)
{
#ifdef __SSE2__
    const __m128i blank = _mm_set1_epi8(' ');
    for (; end - p >= 16; p += 16) {
        __m128i x = _mm_loadu_si128((const void *)p);
        unsigned other = 0xffffu ^ (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, blank));
        if (other)
            return p + __builtin_ctz(other);
    }
#endif
    while (p < end && *p == ' ')
        p++;
    return p;
}

/* The next byte that is not white space, unread; -1: the input is at its end. */
static int json_peek_slow(struct json_read *r)
{
    for (;;) {
        while (r->p < r->end) {
            unsigned char c = (unsigned char)*r->p;
            if (c > ' ')
                return c;
            if (c == ' ') {
                r->p = pass_blanks(r->p, r->end);
                continue;
            }
            if (c != '\n' && c != '\r' && c != '\t')
                return c;
            r->after_line |= c == '\n';
            r->p++;
        }
        const char *keep = r->p;
        if (!json_more(r, &keep))
            return -1;
    }
}

static inline int json_peek(struct json_read *r)
{
    if (r->p < r->end && (unsigned char)*r->p > ' ')
        return (unsigned char)*r->p;
    return json_peek_slow(r);
}

/* ---- strings ---- */

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

/* At least n bytes from p on, if the input has them; tok is kept. */
static bool json_have(struct json_read *r, const char **tok, size_t n)
{
    while ((size_t)(r->end - r->p) < n)
        if (!json_more(r, tok))
            return false;
    return true;
}

static void json_copy(struct json_read *r, const char *s, size_t n)
{
    if (r->skipping)
        return;
    if (n > JSON_TOKEN_MAX - r->scratch.n)
        json_fail_at(r, r->at, too_long);
    else
        buf_put(&r->scratch, s, n);
}

static void json_copy_code(struct json_read *r, uint32_t c)
{
    char s[4];
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n; i-- > 1; c >>= 6)
        s[i] = (char)(0x80 | (c & 0x3f));
    s[0] = (char)(lead[n] | c);
    json_copy(r, s, n);
}

/* A fault that JSON_LENIENT repairs: false if it is not to be. */
static bool json_repair(struct json_read *r, const char *what)
{
    if (!(r->flags & JSON_LENIENT)) {
        json_fail(r, what);
        return false;
    }
    r->repairs += r->repairs < UINT32_MAX;
    return true;
}

/* Four hexadecimal digits. */
static bool json_hex4(const char *s, uint32_t *out)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) {
        unsigned char c = (unsigned char)s[i], low = c | 0x20;
        if (c >= '0' && c <= '9')
            v = v << 4 | (uint32_t)(c - '0');
        else if (low >= 'a' && low <= 'f')
            v = v << 4 | (uint32_t)(low - 'a' + 10);
        else
            return false;
    }
    *out = v;
    return true;
}

/* Always false; an error that is there already is left as it is. */
static bool json_cut_in_string(struct json_read *r)
{
    if (r->state != AT_ERROR)
        json_cut(r, "the input ends within a string");
    return false;
}

/* p is at "\u".  A pair of surrogates is one character. */
static bool json_unicode(struct json_read *r, const char **tok)
{
    uint32_t c, low;
    if (!json_have(r, tok, 6))
        return json_cut_in_string(r);
    if (!json_hex4(r->p + 2, &c)) {
        json_fail(r, "\\u needs four hexadecimal digits");
        return false;
    }
    size_t len = 6;
    if (c >= 0xd800 && c < 0xdc00 && json_have(r, tok, 12) && r->p[6] == '\\' && r->p[7] == 'u' &&
        json_hex4(r->p + 8, &low) && low >= 0xdc00 && low < 0xe000) {
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        len = 12;
    } else if (r->state == AT_ERROR) {
        return false;
    } else if (c >= 0xd800 && c < 0xe000) {
        if (!json_repair(r, "half of a surrogate pair"))
            return false;
        c = 0xfffd;
    }
    json_copy_code(r, c);
    r->p += len;
    return r->state != AT_ERROR;
}

/* p is at a backslash; what came before has been copied. */
static bool json_escape(struct json_read *r, const char **tok)
{
    /* Pairs: what follows the backslash, and what it means. */
    static const char simple[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
    if (!json_have(r, tok, 2))
        return json_cut_in_string(r);
    if (r->p[1] == 'u')
        return json_unicode(r, tok);
    for (size_t i = 0; i + 1 < sizeof simple; i += 2) {
        if (r->p[1] == simple[i]) {
            json_copy(r, &simple[i + 1], 1);
            r->p += 2;
            return r->state != AT_ERROR;
        }
    }
    json_fail(r, "no such escape in a string");
    return false;
}

/* p is at a byte that pass_plain() stopped at and that is no quote.  *copied: the string is in
 * scratch up to *tok. */
static bool json_odd(struct json_read *r, const char **tok, bool *copied)
{
    unsigned char c = (unsigned char)*r->p;
    uint32_t code;
    if (c >= 0x80) {
        if (!json_have(r, tok, 4) && r->state == AT_ERROR)
            return false;
        size_t len = buf_utf8(r->p, (size_t)(r->end - r->p), &code);
        if (len) {
            r->p += len;
            return true;
        }
    }
    if (c == '\n' && r->flags & JSON_MANY) {
        json_fail(r, "a string is not closed in its line");
        return false;
    }
    if (c < 0x20) {
        if (!json_repair(r, "a control character in a string must be escaped"))
            return false;
        r->p++;
        return true;
    }
    /* From here on the string is not what stands there. */
    json_copy(r, *tok, (size_t)(r->p - *tok));
    *copied = true;
    *tok = r->p;
    if (c == '\\') {
        if (!json_escape(r, tok))
            return false;
    } else {
        if (!json_repair(r, "not well-formed UTF-8"))
            return false;
        json_copy_code(r, 0xfffd);
        r->p++;
    }
    *tok = r->p;
    return r->state != AT_ERROR;
}

/* However the window lay: a token over the limit is refused. */
static bool json_fits(struct json_read *r)
{
    if (r->n > JSON_TOKEN_MAX)
        json_fail_at(r, r->at, too_long);
    return r->n <= JSON_TOKEN_MAX;
}

/* A string with escapes, or of more than the window holds, or with an error. */
static bool json_string_slow(struct json_read *r)
{
    const char *tok = r->p;
    bool copied = false;
    buf_clear(&r->scratch);
    for (;;) {
        r->p = pass_plain(r->p, r->end);
        if (r->skipping) /* a string nobody wants may have any length */
            tok = r->p;
        if (r->p == r->end) {
            if (json_more(r, &tok))
                continue;
            return json_cut_in_string(r);
        }
        if (*r->p == '"')
            break;
        if (!json_odd(r, &tok, &copied))
            return false;
    }
    r->s = tok;
    r->n = (size_t)(r->p - tok);
    if (copied) {
        json_copy(r, tok, r->n);
        r->s = r->scratch.s ? r->scratch.s : "";
        r->n = r->scratch.n;
    }
    r->p++;
    return r->state != AT_ERROR && json_fits(r);
}

/* p is behind the opening quote.  False: an error, or cut. */
static inline bool json_string(struct json_read *r)
{
    const char *p = pass_plain(r->p, r->end);
    if (p == r->end || *p != '"' || p - r->p > JSON_TOKEN_MAX)
        return json_string_slow(r);
    r->s = r->p;
    r->n = (size_t)(p - r->p);
    r->p = p + 1;
    return true;
}

/* ---- numbers and words ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool in_number(char c)
{
    return is_digit(c) || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-';
}

static enum json_event json_after_value(struct json_read *r, enum json_event e)
{
    r->state = r->depth ? AT_AFTER : AT_DONE;
    return e;
}

static bool json_in_obj(const struct json_read *r)
{
    uint32_t i = r->depth - 1;
    return r->in_obj[i / 64] >> i % 64 & 1;
}

static enum json_event json_close(struct json_read *r)
{
    bool obj = json_in_obj(r);
    r->depth--;
    return json_after_value(r, obj ? JSON_OBJ_END : JSON_ARR_END);
}

/* The event for a reader who cannot go on: the error, or the next bracket that is closed for it. */
static enum json_event json_unwind(struct json_read *r)
{
    enum json_event e = JSON_END;
    r->s = NULL;
    r->n = 0;
    if (r->state == AT_ERROR)
        return JSON_ERROR;
    if (r->state == AT_CUT_NULL)
        e = JSON_NULL;
    else if (r->depth)
        e = json_close(r);
    r->state = AT_CUT;
    return e;
}

static enum json_event json_ends(struct json_read *r, const char *what)
{
    if (r->state != AT_ERROR)
        json_cut(r, what);
    return json_unwind(r);
}

static enum json_event json_digits(struct json_read *r)
{
    const char *tok = r->p;
    /* Most are whole and positive, do not begin with 0 and end before the window does. */
    for (const char *p = tok + (*tok == '0' || *tok == '-' ? r->end - tok : 1);
         p < r->end && p - tok < 32; p++) {
        if (is_digit(*p))
            continue;
        if (in_number(*p))
            break;
        r->s = tok;
        r->n = (size_t)(p - tok);
        r->p = p;
        return json_after_value(r, JSON_NUM);
    }
    for (;;) {
        while (r->p < r->end && in_number(*r->p))
            r->p++;
        if (r->p < r->end)
            break;
        if (!json_more(r, &tok)) {
            if (r->state == AT_ERROR || r->depth) /* it may have had more digits */
                return json_ends(r, "the input ends within a container");
            break;
        }
    }
    if (!json_is_number(tok, (size_t)(r->p - tok)))
        return json_fail_at(r, json_offset(r, tok), "not a number");
    r->s = tok;
    r->n = (size_t)(r->p - tok);
    return json_fits(r) ? json_after_value(r, JSON_NUM) : JSON_ERROR;
}

static enum json_event json_word(struct json_read *r, int c)
{
    const char *word = c == 't' ? "true" : c == 'f' ? "false" : "null";
    size_t n = strlen(word);
    const char *tok = r->p;
    if (!json_have(r, &tok, n) &&
        (r->state == AT_ERROR || memcmp(r->p, word, (size_t)(r->end - r->p)) == 0))
        return json_ends(r, "the input ends within a word");
    if ((size_t)(r->end - r->p) < n)
        return json_fail(r, "not a JSON value");
    if (memcmp(r->p, word, n) != 0)
        return json_fail(r, "not a JSON value");
    r->p += n;
    return json_after_value(r, c == 't' ? JSON_TRUE : c == 'f' ? JSON_FALSE : JSON_NULL);
}

/* ---- structure ---- */

static enum json_event json_open(struct json_read *r, bool obj)
{
    if (r->depth == JSON_DEPTH)
        return json_fail(r, "more than 4096 levels of nesting");
    uint32_t i = r->depth++;
    uint64_t bit = (uint64_t)1 << i % 64;
    r->in_obj[i / 64] = obj ? r->in_obj[i / 64] | bit : r->in_obj[i / 64] & ~bit;
    r->p++;
    r->state = obj ? AT_MEMBER0 : AT_FIRST;
    return obj ? JSON_OBJ : JSON_ARR;
}

static enum json_event json_value(struct json_read *r, int c)
{
    switch (c) {
    case '{':
        return json_open(r, true);
    case '[':
        return json_open(r, false);
    case '"':
        r->p++;
        if (json_string(r))
            return json_after_value(r, JSON_STR);
        return json_unwind(r);
    case 't':
    case 'f':
    case 'n':
        return json_word(r, c);
    default:
        if (c == '-' || is_digit((char)c))
            return json_digits(r);
        return c < 0 ? json_ends(r, "the input ends where a value is expected")
                     : json_fail(r, "a value is expected");
    }
}

/* White space and the colon behind a name, which stays where it is while the window moves. */
static bool json_colon(struct json_read *r)
{
    bool in_window = r->s != r->scratch.s;
    for (;;) {
        const char *keep = in_window ? r->s : r->p;
        if (r->p == r->end && !json_more(r, &keep))
            break;
        r->s = in_window ? keep : r->s;
        char c = *r->p;
        if (c == ':') {
            r->p++;
            return true;
        }
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
            json_fail(r, "a colon is expected after a member's name");
            return false;
        }
        r->after_line |= c == '\n';
        r->p++;
    }
    if (r->state != AT_ERROR)
        json_cut(r, "the input ends within an object");
    return false;
}

static enum json_event json_member(struct json_read *r, int c)
{
    if (c == '}' &&
        (r->state == AT_MEMBER0 || json_repair(r, "a comma before a closing bracket"))) {
        r->p++;
        return json_close(r);
    }
    if (r->state == AT_ERROR)
        return JSON_ERROR;
    if (c < 0)
        return json_ends(r, "the input ends within an object");
    if (c != '"')
        return json_fail(r, "a member's name in quotes is expected");
    r->p++;
    if (!json_string(r))
        return json_unwind(r);
    if (r->p < r->end && *r->p == ':')
        r->p++;
    else if (!json_colon(r))
        return json_unwind(r);
    r->state = AT_VALUE;
    return JSON_KEY;
}

static enum json_event json_item(struct json_read *r, int c)
{
    if (c == ']' && (r->state == AT_FIRST || json_repair(r, "a comma before a closing bracket"))) {
        r->p++;
        return json_close(r);
    }
    return r->state == AT_ERROR ? JSON_ERROR : json_value(r, c);
}

/* Behind a value in a container. */
static enum json_event json_after(struct json_read *r, int c)
{
    bool obj = json_in_obj(r);
    if (c == ',') {
        r->p++;
        r->state = obj ? AT_MEMBER : AT_ITEM;
        c = json_peek(r);
        r->at = json_offset(r, r->p);
        return obj ? json_member(r, c) : json_item(r, c);
    }
    if (c == (obj ? '}' : ']')) {
        r->p++;
        return json_close(r);
    }
    if (c < 0)
        return json_ends(r, obj ? "the input ends within an object"
                                : "the input ends within an array");
    return json_fail(r, obj ? "a comma or } is expected" : "a comma or ] is expected");
}

/* Before a text. */
static enum json_event json_top(struct json_read *r, int c)
{
    static const char mark[] = "\xef\xbb\xbf";
    const char *tok = r->p;
    if (c == 0xef && r->at == 0 && r->flags & JSON_LENIENT && json_have(r, &tok, 3) &&
        memcmp(r->p, mark, 3) == 0) {
        r->repairs++;
        r->p += 3;
        c = json_peek(r);
        r->at = json_offset(r, r->p);
    }
    r->doc = r->at;
    if (c < 0 && (r->flags & JSON_MANY || r->flags & JSON_LENIENT)) {
        r->state = AT_DONE;
        return JSON_END;
    }
    return json_value(r, c);
}

static enum json_event json_event_at(struct json_read *r, int c)
{
    switch ((enum state)r->state) {
    case AT_TOP:
        return json_top(r, c);
    case AT_VALUE:
        return json_value(r, c);
    case AT_FIRST:
    case AT_ITEM:
        return json_item(r, c);
    case AT_MEMBER0:
    case AT_MEMBER:
        return json_member(r, c);
    case AT_AFTER:
        return json_after(r, c);
    case AT_DONE:
        if (c < 0)
            return JSON_END;
        return r->flags & JSON_MANY ? json_top(r, c) : json_fail(r, "something after the value");
    case AT_CUT:
    case AT_CUT_NULL:
    case AT_ERROR:
        return json_unwind(r);
    }
    return JSON_ERROR;
}

enum json_event json_next(struct json_read *r)
{
    r->after_line = false;
    if (r->state >= AT_CUT_NULL)
        return json_unwind(r);
    int c = json_peek(r);
    r->at = json_offset(r, r->p);
    if (r->state == AT_ERROR)
        return JSON_ERROR;
    if (r->after_line && r->depth) {
        if (r->lines && c >= 0)
            return json_fail(r, "the line ends in the middle of a text");
        r->broken = true;
    }
    enum json_event e = json_event_at(r, c);
    if (r->depth == 0 && r->state == AT_DONE && !r->broken)
        r->lines = r->flags & JSON_MANY;
    return e;
}

bool json_skip_rest(struct json_read *r, enum json_event last)
{
    if (last != JSON_OBJ && last != JSON_ARR)
        return last != JSON_ERROR && last != JSON_END;
    uint32_t to = r->depth - 1;
    r->skipping = true;
    while (r->depth > to && (last = json_next(r)) != JSON_ERROR)
        ;
    r->skipping = false;
    return last != JSON_ERROR;
}

bool json_skip(struct json_read *r)
{
    r->skipping = true;
    enum json_event e = json_next(r);
    r->skipping = false;
    return json_skip_rest(r, e);
}

bool json_resync(struct json_read *r)
{
    r->depth = 0;
    r->error = NULL;
    r->state = AT_TOP; /* so that trouble below shows */
    while (!r->begun) {
        const char *line = memchr(r->p, '\n', (size_t)(r->end - r->p));
        r->p = line ? line + 1 : r->end;
        const char *keep = r->p;
        if (line)
            break;
        if (!json_more(r, &keep)) {
            r->state = AT_DONE;
            return false;
        }
    }
    return json_peek(r) >= 0;
}
