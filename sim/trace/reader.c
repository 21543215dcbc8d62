/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reader.c - what readers of all formats share; see format.h. */
#include "trace/format.h"
#include "base/arena.h"
#include "base/diag.h"
#include "base/json_read.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

void reader_bad(struct reader *r, enum tally_what w, uint64_t at, const char *fmt, ...)
{
    struct buf b = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(&b, fmt, ap);
    va_end(ap);
    tally_add(r->tally, w, 1);
    r->say(r->ctx, at, b.s);
    buf_free(&b);
}

void reader_span(struct reader *r, uint64_t at, struct trace_id id, const struct span *s,
                 const struct span_link *link)
{
    struct span v = *s;
    if (id.hi == 0 && id.lo == 0) {
        reader_bad(r, TALLY_BAD, at, "a span without the id of its trace");
        return;
    }
    if (v.id == 0) {
        reader_bad(r, TALLY_BAD, at, "a span without an id");
        return;
    }
    if (v.start > SPAN_TIME_MOST || v.start < -SPAN_TIME_MOST || v.duration >= SPAN_TIME_MOST) {
        reader_bad(r, TALLY_BAD, at, "a span whose time is out of bounds");
        return;
    }
    if (v.duration < 0) {
        tally_add(r->tally, TALLY_NEGATIVE, 1);
        v.duration = 0;
    }
    if (v.nlink > LINKS_MOST) {
        tally_add(r->tally, TALLY_LINKS, v.nlink - LINKS_MOST);
        v.nlink = LINKS_MOST;
    }
    v.parent = SPAN_NONE;
    v.shift = 0;
    r->spans++;
    if (r->keep)
        hold_span(r->keep, at, id, &v, link, 0);
    else
        intake_span(r->to, id, &v, link ? link + v.link : NULL);
}

uint32_t reader_name(struct reader *r, const char *s, size_t n)
{
    struct buf b = {0};
    uint32_t c, id;
    size_t i = 0, len;
    n = n > 4 * NAME_BYTES ? 4 * NAME_BYTES : n; /* enough for what is kept */
    while (i < n && (len = buf_utf8(s + i, n - i, &c)) > 0)
        i += len;
    if (i == n)
        return names_id(r->names, s, n);
    tally_add(r->tally, TALLY_TEXT, 1);
    for (i = 0; i < n; i += len) {
        len = buf_utf8(s + i, n - i, &c);
        buf_put(&b, len ? s + i : "\xef\xbf\xbd", len ? len : 3);
        len = len ? len : 1;
    }
    id = names_id(r->names, b.s, b.n);
    buf_free(&b);
    return id;
}

/* ---- spans that wait ---- */

void hold_span(struct hold *h, uint64_t at, struct trace_id id, const struct span *s,
               const struct span_link *link, uint32_t owner)
{
    h->v = grow(h->v, &h->cap, h->n + 1, sizeof *h->v);
    struct held *x = &h->v[h->n++];
    *x = (struct held){*s, id, at, owner};
    if (s->nlink == 0)
        return;
    x->s.link = h->nlink;
    h->link = grow(h->link, &h->caplink, h->nlink + s->nlink, sizeof *h->link);
    memcpy(h->link + h->nlink, link + s->link, s->nlink * sizeof *link);
    h->nlink += s->nlink;
}

void hold_release(struct hold *h, struct reader *r)
{
    for (uint32_t i = 0; i < h->n; i++)
        reader_span(r, h->v[i].at, h->v[i].id, &h->v[i].s, h->link);
    h->n = h->nlink = 0;
}

void hold_free(struct hold *h)
{
    free(h->v);
    free(h->link);
    *h = (struct hold){0};
}

/* ---- words ---- */

static bool equals(const char *s, size_t n, const char *word)
{
    size_t i = 0;
    for (; i < n && word[i]; i++) {
        char c = s[i] >= 'A' && s[i] <= 'Z' ? (char)(s[i] - 'A' + 'a') : s[i];
        if (c != word[i])
            return false;
    }
    return i == n && !word[i];
}

uint8_t kind_of_text(const char *s, size_t n)
{
    /* ORDER span kinds */
    static const char *const word[] = {"internal", "server", "client", "producer", "consumer"};
    static const char prefix[] = "span_kind_";
    size_t skip = sizeof prefix - 1;
    if (n > skip && equals(s, skip, prefix)) {
        s += skip;
        n -= skip;
    }
    for (uint8_t i = 0; i < 5; i++)
        if (n == strlen(word[i]) && equals(s, n, word[i]))
            return (uint8_t)(i + 1);
    return KIND_NONE;
}

uint16_t code_of_text(const char *s, size_t n)
{
    unsigned x = 0;
    if (n != 3 || *s == '0')
        return 0;
    for (size_t i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return 0;
        x = 10 * x + (unsigned)(s[i] - '0');
    }
    return (uint16_t)x;
}

/* ---- ids ---- */

/* Bytes of x that are at least c have their high bit set; all are less than 0x80, and so is c. */
static uint64_t at_least(uint64_t x, unsigned c)
{
    return x + 0x0101010101010101u * (0x80 - c);
}

/* Eight digits at once. */
static bool hex_8(const char *s, uint64_t *out)
{
    const uint64_t ones = 0x0101010101010101u, high = 0x80 * ones;
    unsigned char b[8];
    uint64_t x = 0;
    memcpy(b, s, 8);
    for (int i = 0; i < 8; i++) /* the first one on top; compilers know this as one load */
        x = x << 8 | b[i];
    uint64_t low = x | 0x20 * ones;
    uint64_t digit = at_least(x & ~high, '0') & ~at_least(x & ~high, '9' + 1);
    uint64_t letter = at_least(low & ~high, 'a') & ~at_least(low & ~high, 'f' + 1);
    if (((digit | letter) & ~x & high) != high)
        return false;
    x = (x & 0x0f * ones) + 9 * (x >> 6 & ones);
    x = (x | x >> 4) & 0x00ff00ff00ff00ffu;
    x = (x | x >> 8) & 0x0000ffff0000ffffu;
    *out = (x | x >> 16) & 0xffffffffu;
    return true;
}

#ifdef __SSE2__
/* Sixteen, as nearly all ids have. */
static bool hex_16(const char *s, uint64_t *out)
{
    const __m128i x = _mm_loadu_si128((const void *)s);
    const __m128i low = _mm_or_si128(x, _mm_set1_epi8(0x20));
    /* Signed: what is not ASCII is less than any digit. */
    const __m128i digit = _mm_and_si128(_mm_cmpgt_epi8(x, _mm_set1_epi8('0' - 1)),
                                        _mm_cmplt_epi8(x, _mm_set1_epi8('9' + 1)));
    const __m128i letter = _mm_and_si128(_mm_cmpgt_epi8(low, _mm_set1_epi8('a' - 1)),
                                         _mm_cmplt_epi8(low, _mm_set1_epi8('f' + 1)));
    if (_mm_movemask_epi8(_mm_or_si128(digit, letter)) != 0xffff)
        return false;
    __m128i v = _mm_add_epi8(_mm_and_si128(low, _mm_set1_epi8(0x0f)),
                             _mm_and_si128(letter, _mm_set1_epi8(9)));
    /* Pairs, then the low bytes of all pairs side by side; the first one is to be on top. */
    v = _mm_or_si128(_mm_slli_epi16(v, 4), _mm_srli_epi16(v, 8));
    v = _mm_and_si128(v, _mm_set1_epi16(0xff));
    *out = __builtin_bswap64((uint64_t)_mm_cvtsi128_si64(_mm_packus_epi16(v, v)));
    return true;
}
#endif

static bool hex_u64(const char *s, size_t n, uint64_t *out)
{
    uint64_t v = 0, eight;
    size_t i = 0;
#ifdef __SSE2__
    if (n == 16)
        return hex_16(s, out);
#endif
    for (; n - i >= 8; i += 8) {
        if (!hex_8(s + i, &eight))
            return false;
        v = v << 32 | eight;
    }
    for (; i < n; i++) {
        unsigned c = (unsigned char)s[i], low = c | 0x20;
        if (!((c >= '0' && c <= '9') || (low >= 'a' && low <= 'f')))
            return false;
        v = v << 4 | ((c & 15) + 9 * (c >> 6));
    }
    *out = v;
    return true;
}

bool id_trace_hex(const char *s, size_t n, struct trace_id *out)
{
    out->hi = 0;
    if (n == 0 || n > 32)
        return false;
    if (n <= 16)
        return hex_u64(s, n, &out->lo);
    return hex_u64(s, n - 16, &out->hi) && hex_u64(s + n - 16, 16, &out->lo);
}

bool id_span_hex(const char *s, size_t n, uint64_t *out)
{
    return n > 0 && n <= 16 && hex_u64(s, n, out);
}

/* The bytes of n characters of base64 that end in `pad` signs of equality. */
static bool base64(const char *s, size_t n, size_t pad, unsigned char *out)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = 0, have = 0;
    for (size_t i = 0; i < n; i++) {
        if (i >= n - pad) {
            if (s[i] != '=')
                return false;
            continue;
        }
        char c = s[i] == '-' ? '+' : s[i] == '_' ? '/' : s[i];
        const char *at = c ? strchr(digit, c) : NULL;
        if (!at)
            return false;
        bits = bits << 6 | (uint32_t)(at - digit);
        have += 6;
        if (have >= 8) {
            have -= 8;
            *out++ = (unsigned char)(bits >> have);
        }
    }
    return true;
}

static uint64_t big_endian(const unsigned char *b)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++)
        v = v << 8 | b[i];
    return v;
}

bool id_trace_base64(const char *s, size_t n, struct trace_id *out)
{
    unsigned char b[18];
    if (n == 12 && base64(s, n, 1, b)) {
        *out = (struct trace_id){0, big_endian(b)};
        return true;
    }
    if (n != 24 || !base64(s, n, 2, b))
        return false;
    *out = (struct trace_id){big_endian(b), big_endian(b + 8)};
    return true;
}

bool id_span_base64(const char *s, size_t n, uint64_t *out)
{
    unsigned char b[9];
    if (n != 12 || !base64(s, n, 1, b))
        return false;
    *out = big_endian(b);
    return true;
}

struct trace_id id_of_text(struct trace_id seed, const char *s, size_t n)
{
    struct trace_id id = {trace_mix(seed.hi, n), trace_mix(seed.lo, ~(uint64_t)n)};
    for (size_t i = 0; i < n; i += 8) {
        uint64_t w = 0;
        memcpy(&w, s + i, n - i < 8 ? n - i : 8);
        id.hi = trace_mix(id.hi, w);
        id.lo = trace_mix(id.lo, w ^ id.hi);
    }
    id.lo |= id.lo == 0;
    return id;
}

/* ---- times ---- */

static bool number_in(const char **s, const char *end, int digits, int lo, int hi, int *out)
{
    int v = 0;
    for (int i = 0; i < digits; i++, (*s)++) {
        if (*s == end || **s < '0' || **s > '9')
            return false;
        v = 10 * v + (**s - '0');
    }
    *out = v;
    return v >= lo && v <= hi;
}

static bool one_of(const char **s, const char *end, const char *chars)
{
    if (*s == end || **s == '\0' || !strchr(chars, **s))
        return false;
    (*s)++;
    return true;
}

/* Days from 1970-01-01 in the Gregorian calendar: years of 400 repeat. */
static int64_t days_from(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t m = month <= 2 ? month + 9 : month - 3; /* from March */
    return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

/* "Z", "+02:00", "-0800", or nothing, which is taken as Z. */
static bool zone_of(const char **s, const char *end, int64_t *seconds)
{
    int h = 0, m = 0;
    *seconds = 0;
    if (*s == end || one_of(s, end, "Zz"))
        return true;
    bool minus = **s == '-';
    if (!one_of(s, end, "+-") || !number_in(s, end, 2, 0, 23, &h))
        return false;
    one_of(s, end, ":");
    if (*s < end && !number_in(s, end, 2, 0, 59, &m))
        return false;
    *seconds = (minus ? -60 : 60) * (60 * (int64_t)h + m);
    return true;
}

bool time_iso(const char *s, size_t n, int64_t *out)
{
    const char *end = s + n;
    int year, month, day, h, m, sec = 0;
    int64_t zone, fraction = 0, unit = 100000000;
    if (!number_in(&s, end, 4, 1678, 2261, &year) || !one_of(&s, end, "-") ||
        !number_in(&s, end, 2, 1, 12, &month) || !one_of(&s, end, "-") ||
        !number_in(&s, end, 2, 1, 31, &day) || !one_of(&s, end, "Tt ") ||
        !number_in(&s, end, 2, 0, 23, &h) || !one_of(&s, end, ":") ||
        !number_in(&s, end, 2, 0, 59, &m))
        return false;
    if (one_of(&s, end, ":") && !number_in(&s, end, 2, 0, 60, &sec))
        return false;
    if (one_of(&s, end, ".,"))
        for (; s < end && *s >= '0' && *s <= '9'; s++, unit /= 10)
            fraction += unit * (*s - '0');
    if (!zone_of(&s, end, &zone) || s != end)
        return false;
    int64_t seconds =
        86400 * days_from(year, month, day) + 3600 * (int64_t)h + 60 * (int64_t)m + sec - zone;
    return !__builtin_mul_overflow(seconds, 1000000000, out) &&
           !__builtin_add_overflow(*out, fraction, out);
}
