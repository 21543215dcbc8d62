/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json_number.c - texts that are numbers, read exactly; see json_read.h. */
#include "base/json_read.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Is s a number of the grammar?  *whole: it has neither fraction nor exponent. */
static bool number_ok(const char *s, const char *end, bool *whole)
{
    *whole = true;
    if (s < end && *s == '-')
        s++;
    if (s == end || !is_digit(*s))
        return false;
    if (*s == '0')
        s++;
    else
        while (s < end && is_digit(*s))
            s++;
    if (s < end && *s == '.') {
        *whole = false;
        if (++s == end || !is_digit(*s))
            return false;
        while (s < end && is_digit(*s))
            s++;
    }
    if (s < end && (*s == 'e' || *s == 'E')) {
        *whole = false;
        if (++s < end && (*s == '+' || *s == '-'))
            s++;
        if (s == end || !is_digit(*s))
            return false;
        while (s < end && is_digit(*s))
            s++;
    }
    return s == end;
}

bool json_is_number(const char *s, size_t n)
{
    bool whole;
    return number_ok(s, s + n, &whole);
}

/* Eight digits at once, the first one in the lowest byte. */
static bool eight_digits(const char *s, uint64_t *out)
{
    const uint64_t ones = 0x0101010101010101u;
    unsigned char b[8];
    uint64_t x = 0;
    memcpy(b, s, 8);
    for (int i = 8; i-- > 0;) /* compilers know this as one load */
        x = x << 8 | b[i];
    uint64_t digit = x - ones * '0'; /* 0 to 9 in each byte, and then 6 more is below 16 */
    if ((digit | (digit + ones * 6)) & ones * 0xf0)
        return false;
    digit = 10 * digit + (digit >> 8); /* pairs, in the even bytes */
    const uint64_t pair = 0x000000ff000000ffu;
    *out = ((digit & pair) * (100 + ((uint64_t)1000000 << 32)) +
            (digit >> 16 & pair) * (1 + ((uint64_t)10000 << 32))) >>
           32;
    return true;
}

/* Up to 19 digits and nothing else: most numbers, which then cannot overflow. */
static bool few_digits(const char *s, size_t n, uint64_t *out)
{
    uint64_t x = 0, eight;
    if (n == 0 || n > 19 || (*s == '0' && n > 1))
        return false;
    for (; n >= 8; s += 8, n -= 8) {
        if (!eight_digits(s, &eight))
            return false;
        x = 100000000 * x + eight;
    }
    for (size_t i = 0; i < n; i++) {
        if (!is_digit(s[i]))
            return false;
        x = 10 * x + (uint64_t)(s[i] - '0');
    }
    *out = x;
    return true;
}

bool json_u64(const char *s, size_t n, uint64_t *out)
{
    uint64_t x = 0;
    bool whole;
    if (few_digits(s, n, out))
        return true;
    if (n == 0 || *s == '-' || !number_ok(s, s + n, &whole) || !whole)
        return false;
    for (size_t i = 0; i < n; i++)
        if (__builtin_mul_overflow(x, 10u, &x) ||
            __builtin_add_overflow(x, (uint64_t)(s[i] - '0'), &x))
            return false;
    *out = x;
    return true;
}

bool json_i64(const char *s, size_t n, int64_t *out)
{
    bool minus = n > 0 && *s == '-';
    uint64_t x;
    if (!json_u64(s + minus, n - minus, &x) || x > (uint64_t)INT64_MAX + minus)
        return false;
    *out = minus ? (int64_t)(0 - x) : (int64_t)x;
    return true;
}

/* The exponent at the end of a number, in bounds that are far out for 64 bits. */
static int64_t decimal_exponent(const char *s, const char *end)
{
    int64_t e = 0;
    bool minus = false;
    while (s < end && *s != 'e' && *s != 'E')
        s++;
    for (s += s < end; s < end; s++) {
        if (is_digit(*s))
            e = e < INT32_MAX ? 10 * e + (*s - '0') : e;
        else
            minus = *s == '-';
    }
    return minus ? -e : e;
}

bool json_decimal(const char *s, size_t n, int power, int64_t *out)
{
    static const uint64_t ten[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    uint64_t whole;
    if (power >= 0 && power <= 6 && few_digits(s, n, &whole) &&
        !__builtin_mul_overflow(whole, ten[power], out))
        return true;
    const char *end = s + n;
    bool up = false, minus = n > 0 && *s == '-';
    if (!json_is_number(s, n))
        return false;
    s += minus;
    const char *point = s;
    while (point < end && is_digit(*point))
        point++;
    /* place: of the digit to come, as a power of ten of the result */
    int64_t place = decimal_exponent(s, end) + power + (point - s) - 1;
    uint64_t x = 0, most = (uint64_t)INT64_MAX + minus;
    for (; s < end && (is_digit(*s) || *s == '.'); s++) {
        if (*s == '.')
            continue;
        if (place >= 0 && (__builtin_mul_overflow(x, 10u, &x) ||
                           __builtin_add_overflow(x, (uint64_t)(*s - '0'), &x)))
            return false;
        up |= place-- == -1 && *s >= '5';
    }
    for (; place >= 0 && x; place--)
        if (__builtin_mul_overflow(x, 10u, &x))
            return false;
    if (x > most || (up && x == most))
        return false;
    x += up;
    *out = minus ? (int64_t)(0 - x) : (int64_t)x;
    return true;
}

bool json_double(const char *s, size_t n, double *out)
{
    if (!json_is_number(s, n))
        return false;
    struct buf b = {0};
    buf_put(&b, s, n);
    double x = strtod(b.s, NULL);
    buf_free(&b);
    if (!isfinite(x))
        return false;
    *out = x;
    return true;
}
