/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json_read.c - the grammar: events, whole numbers, words, going on after an error; see
 * json_read.h.
 *
 * Invariant: everything before p has been read.  The quick way, at the end, is for nearly all
 * events of a compact text; what it is not sure of it leaves to the slow one, untouched. */
#include "base/json_read.h"
#include "base/json_impl.h"
#include <string.h>

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

/* Any event; json_next() calls it where the quick way does not lead on. */
static enum json_event __attribute__((noinline)) json_next_slow(struct json_read *r)
{
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

/* ---- the quick way ---- */

/* Behind the digits at p. */
static inline const char *pass_digits(const char *p, const char *end)
{
#ifdef __SSE2__
    const __m128i zero = _mm_set1_epi8('0'), nine = _mm_set1_epi8(9);
    for (; end - p >= 16; p += 16) {
        __m128i x = _mm_sub_epi8(_mm_loadu_si128((const void *)p), zero);
        unsigned is = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(x, nine), x));
        if (is != 0xffffu)
            return p + __builtin_ctz(~is);
    }
#endif
    while (p < end && is_digit(*p))
        p++;
    return p;
}

/* An event that is the text at s, of n bytes, after which the next one is at p. */
static inline enum json_event quick_text(struct json_read *r, const char *s, size_t n,
                                         const char *p, enum state state, enum json_event e)
{
    r->s = s;
    r->n = n;
    r->p = p;
    r->state = (int)state;
    return n <= JSON_TOKEN_MAX ? e : json_fail_at(r, r->at, JSON_TOO_LONG);
}

static inline enum json_event quick_value(struct json_read *r, const char *tok)
{
    const char *p;
    if (*tok == '"') {
        p = pass_plain(tok + 1, r->end);
        if (p == r->end || *p != '"')
            return JSON_END;
        return quick_text(r, tok + 1, (size_t)(p - tok - 1), p + 1, AT_AFTER, JSON_STR);
    }
    if (is_digit(*tok)) {
        p = pass_digits(tok, r->end);
        if (p == r->end || in_number(*p) || (*tok == '0' && p - tok > 1))
            return JSON_END;
        return quick_text(r, tok, (size_t)(p - tok), p, AT_AFTER, JSON_NUM);
    }
    if ((*tok != '{' && *tok != '[') || r->depth == JSON_DEPTH)
        return JSON_END;
    r->p = tok;
    return json_open(r, *tok == '{');
}

/* Most events begin where the one before has ended, without white space, and are wholly in the
 * window.  JSON_END: this one is not, or is of another kind; nothing has been done. */
static inline enum json_event json_quick(struct json_read *r)
{
    const char *tok = r->p;
    int state = r->state;
    if (r->end - tok < 2)
        return JSON_END;
    if (state == AT_AFTER) {
        bool obj = json_in_obj(r);
        if (*tok == (obj ? '}' : ']') && r->depth > 1) {
            r->at = json_offset(r, tok);
            r->depth--;
            r->p = tok + 1;
            return obj ? JSON_OBJ_END : JSON_ARR_END;
        }
        if (*tok++ != ',')
            return JSON_END;
        state = obj ? AT_MEMBER : AT_ITEM;
    }
    r->at = json_offset(r, tok);
    if (state == AT_VALUE || state == AT_ITEM || state == AT_FIRST)
        return quick_value(r, tok);
    if ((state != AT_MEMBER && state != AT_MEMBER0) || *tok != '"')
        return JSON_END;
    const char *p = pass_plain(tok + 1, r->end);
    if (r->end - p < 2 || p[0] != '"' || p[1] != ':')
        return JSON_END;
    return quick_text(r, tok + 1, (size_t)(p - tok - 1), p + 2, AT_VALUE, JSON_KEY);
}

enum json_event json_next(struct json_read *r)
{
    r->after_line = false;
    enum json_event e = json_quick(r);
    return e != JSON_END ? e : json_next_slow(r);
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
