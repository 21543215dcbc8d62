/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json_string.c - strings that are not simply there: escapes, repairs, ones that are longer than
 * the window; see json_read.h. */
#include "base/json_impl.h"
#include <string.h>

static void json_copy(struct json_read *r, const char *s, size_t n)
{
    if (r->skipping)
        return;
    if (n > JSON_TOKEN_MAX - r->scratch.n)
        json_fail_at(r, r->at, JSON_TOO_LONG);
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

bool json_string_slow(struct json_read *r)
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
