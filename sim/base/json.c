/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json.c - a writer that keeps commas and indentation right; nesting of at most 63 is the
 * caller's promise (reports have a fixed shape), and breaking it is a bug. */
#include "base/json.h"
#include "base/diag.h"
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void json_begin(struct json *j, struct buf *out, bool pretty)
{
    *j = (struct json){.out = out, .pretty = pretty};
}

static void json_newline(struct json *j)
{
    if (!j->pretty)
        return;
    buf_putc(j->out, '\n');
    buf_fill(j->out, ' ', 2 * (size_t)j->depth);
}

/* What stands between the value before and the one that comes now. */
static void json_separate(struct json *j)
{
    if (j->after_key) {
        j->after_key = false;
        return;
    }
    if (j->depth == 0)
        return;
    if (!j->first[j->depth])
        buf_putc(j->out, ',');
    j->first[j->depth] = false;
    json_newline(j);
}

static void json_open(struct json *j, char c)
{
    json_separate(j);
    buf_putc(j->out, c);
    j->depth++;
    bug_if(j->depth >= (int)(sizeof j->first / sizeof j->first[0]));
    j->first[j->depth] = true;
}

static void json_close(struct json *j, char c)
{
    bug_if(j->depth == 0 || j->after_key);
    bool empty = j->first[j->depth];
    j->depth--;
    if (!empty)
        json_newline(j);
    buf_putc(j->out, c);
}

void json_obj(struct json *j)
{
    json_open(j, '{');
}

void json_end_obj(struct json *j)
{
    json_close(j, '}');
}

void json_arr(struct json *j)
{
    json_open(j, '[');
}

void json_end_arr(struct json *j)
{
    json_close(j, ']');
}

static void json_char(struct buf *b, const char *s, size_t len, uint32_t c)
{
    /* Pairs: the character and what follows the backslash. */
    static const char special[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (size_t i = 0; i + 1 < sizeof special; i += 2) {
        if (c == (unsigned char)special[i]) {
            buf_putc(b, '\\');
            buf_putc(b, special[i + 1]);
            return;
        }
    }
    if (c < 0x20 || c == 0x7f)
        buf_printf(b, "\\u%04" PRIx32, c);
    else
        buf_put(b, s, len);
}

static void json_quoted(struct buf *b, const char *s)
{
    size_t n = strlen(s);
    buf_putc(b, '"');
    for (size_t i = 0, len; i < n; i += len) {
        uint32_t c;
        len = buf_utf8(s + i, n - i, &c);
        if (len) {
            json_char(b, s + i, len, c);
        } else {
            buf_puts(b, "\xef\xbf\xbd");
            len = 1;
        }
    }
    buf_putc(b, '"');
}

void json_key(struct json *j, const char *key)
{
    bug_if(j->after_key);
    json_separate(j);
    json_quoted(j->out, key);
    buf_puts(j->out, j->pretty ? ": " : ":");
    j->after_key = true;
}

void json_str(struct json *j, const char *s)
{
    json_separate(j);
    json_quoted(j->out, s);
}

/* "1e-05" and "1e+20" become "1e-5" and "1e20". */
static void json_trim_exponent(char *s)
{
    char *e = strchr(s, 'e');
    if (!e)
        return;
    char *from = e + 1, *to = e + 1;
    if (*from == '+')
        from++;
    else if (*from == '-')
        *to++ = *from++;
    while (*from == '0' && from[1] != '\0')
        from++;
    memmove(to, from, strlen(from) + 1);
}

const char *json_number(double x, char *buffer)
{
    if (!isfinite(x)) {
        memcpy(buffer, "null", sizeof "null");
        return buffer;
    }
    if (fabs(x) < 0x1p53 && x == floor(x)) {
        snprintf(buffer, 32, "%.0f", x);
        return buffer;
    }
    /* A decimal of up to 15 digits survives a normal double, and %g drops zeros: if one reads
     * back, 15 digits show it.  Subnormals are coarser, so the search there begins at 1. */
    int digits = fabs(x) < DBL_MIN ? 1 : DBL_DIG;
    char text[64]; /* 24 would do, but no compiler can see that */
    do
        snprintf(text, sizeof text, "%.*g", digits, x);
    while (digits++ < DBL_DECIMAL_DIG && strtod(text, NULL) != x);
    json_trim_exponent(text);
    return memcpy(buffer, text, strlen(text) + 1);
}

void json_num(struct json *j, double x)
{
    char number[32];
    json_separate(j);
    buf_puts(j->out, json_number(x, number));
}

void json_int(struct json *j, int64_t x)
{
    json_separate(j);
    buf_printf(j->out, "%" PRId64, x);
}

void json_bool(struct json *j, bool b)
{
    json_separate(j);
    buf_puts(j->out, b ? "true" : "false");
}

void json_null(struct json *j)
{
    json_separate(j);
    buf_puts(j->out, "null");
}
