/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_json_read.c - what is JSON and what is not, case by case, each from memory and through
 * windows of 1, 3 and many bytes a fill, which must not make a difference; exact numbers; repairs;
 * going on in the next line; windows that move under long tokens. */
#include "test.h"
#include "base/diag.h"
#include "base/json_read.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct feed {
    const char *s;
    size_t n, step;
};

static size_t feed_fill(void *ctx, char *to, size_t n)
{
    struct feed *f = ctx;
    size_t take = f->n < n ? f->n : n;
    if (take > f->step)
        take = f->step;
    memcpy(to, f->s, take);
    f->s += take;
    f->n -= take;
    return take;
}

static void put_text(struct buf *b, const struct json_read *r)
{
    for (size_t i = 0; i < r->n; i++) {
        unsigned char c = (unsigned char)r->s[i];
        if (c < 0x20 || c > 0x7e)
            buf_printf(b, "\\x%02x", c);
        else
            buf_putc(b, (char)c);
    }
}

/* All events as text; after an error, on with json_resync() if the flags say MANY. */
static void trace(struct json_read *r, unsigned flags, struct buf *b)
{
    static const char *const mark[] = {"$", "!", "{", "}", "[", "]", "", "", "", "T", "F", "N"};
    for (enum json_event e = JSON_ERROR; e != JSON_END;) {
        e = json_next(r);
        buf_puts(b, mark[e]);
        if (e == JSON_KEY || e == JSON_STR || e == JSON_NUM) {
            buf_putc(b, e == JSON_STR ? '"' : ' ');
            put_text(b, r);
            buf_putc(b, e == JSON_KEY ? ':' : e == JSON_STR ? '"' : ' ');
        }
        if (e == JSON_ERROR) {
            buf_printf(b, "%s@%llu", r->error, (unsigned long long)r->error_at);
            if (!(flags & JSON_MANY) || !json_resync(r))
                break;
            buf_puts(b, "\n");
        }
    }
    buf_printf(b, " repairs %u%s", r->repairs, r->cut ? " cut" : "");
}

static void expect(const char *s, size_t n, unsigned flags, const char *want)
{
    static const size_t steps[] = {0, 1, 3, 7, 1 << 20};
    struct buf b = {0};
    for (size_t i = 0; i < TEST_COUNT(steps); i++) {
        struct json_read r;
        struct feed f = {s, n, steps[i]};
        buf_clear(&b);
        if (steps[i])
            json_read_from(&r, feed_fill, &f, flags);
        else
            json_read_mem(&r, s, n, flags);
        trace(&r, flags, &b);
        json_read_end(&r);
        assert_string_equal(b.s, want);
    }
    buf_free(&b);
}

/* ---- what is JSON ---- */

struct row {
    const char *name, *text, *want;
    unsigned flags;
    size_t n; /* 0: strlen(text) */
};
#define LEN JSON_LENIENT
static const struct row rows[] = {
    {"empty array", "[]", "[]$ repairs 0", 0, 0},
    {"empty object", " { } ", "{}$ repairs 0", 0, 0},
    {"lone values", "true", "T$ repairs 0", 0, 0},
    {"lone number", "-0.5e+10", " -0.5e+10 $ repairs 0", 0, 0},
    {"lone string", "\"\"", "\"\"$ repairs 0", 0, 0},
    {"nested", "{\"a\":[1,{\"b\":null}],\"c\":false}", "{ a:[ 1 { b:N}] c:F}$ repairs 0", 0, 0},
    {"white space", "\t[\r\n 1 ,\n 2 ]\n", "[ 1  2 ]$ repairs 0", 0, 0},
    {"space about a colon", "{\"a\" \n\t: 1}", "{ a: 1 }$ repairs 0", 0, 0},
    {"an escaped name", "{\"\\u0061b\" : 1}", "{ ab: 1 }$ repairs 0", 0, 0},
    {"an empty name", "{\"\" :1}", "{ : 1 }$ repairs 0", 0, 0},
    {"escapes", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\"\\/\\x08\\x0c\\x0a\\x0d\\x09\"$ repairs 0",
     0, 0},
    {"\\u", "\"\\u0041\\u00e9\\u20AC\"", "\"A\\xc3\\xa9\\xe2\\x82\\xac\"$ repairs 0", 0, 0},
    {"\\u0000 is a byte", "\"a\\u0000b\"", "\"a\\x00b\"$ repairs 0", 0, 0},
    {"a pair", "\"\\uD83D\\ude00\"", "\"\\xf0\\x9f\\x98\\x80\"$ repairs 0", 0, 0},
    {"UTF-8", "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z\"",
     "\"\\xc3\\xa9\\xe2\\x82\\xac\\xf0\\x9f\\x98\\x80z\"$ repairs 0", 0, 0},
    {"DEL is no control", "\"\x7f\"", "\"\\x7f\"$ repairs 0", 0, 0},
    {"a long string", "\"0123456789abcdef0123456789abcde\\nf\"",
     "\"0123456789abcdef0123456789abcde\\x0af\"$ repairs 0", 0, 0},
    {"many texts", "1 2\n{}[]\"a\"", " 1  2 {}[]\"a\"$ repairs 0", JSON_MANY, 0},
    {"no text among many", " \n", "$ repairs 0", JSON_MANY, 0},
    /* what is not */
    {"nothing", "", "!the input ends where a value is expected@0 repairs 0", 0, 0},
    {"only white space", " \n", "!the input ends where a value is expected@2 repairs 0", 0, 0},
    {"two values", "1 2", " 1 !something after the value@2 repairs 0", 0, 0},
    {"an open array", "[1", "[!the input ends within a container@2 repairs 0", 0, 0},
    {"an open array after a blank", "[1 ", "[ 1 !the input ends within an array@3 repairs 0", 0, 0},
    {"an open object", "{\"a\":1 ", "{ a: 1 !the input ends within an object@7 repairs 0", 0, 0},
    {"a name alone", "{\"a\"}", "{!a colon is expected after a member's name@4 repairs 0", 0, 0},
    {"a name cut off", "{\"a\" ", "{!the input ends within an object@5 repairs 0", 0, 0},
    {"no value", "{\"a\":}", "{ a:!a value is expected@5 repairs 0", 0, 0},
    {"a name without quotes", "{a:1}", "{!a member's name in quotes is expected@1 repairs 0", 0, 0},
    {"a number as name", "{1:1}", "{!a member's name in quotes is expected@1 repairs 0", 0, 0},
    {"a comma too many", "[1,]", "[ 1 !a comma before a closing bracket@3 repairs 0", 0, 0},
    {"a comma too many in an object", "{\"a\":1,}",
     "{ a: 1 !a comma before a closing bracket@7 repairs 0", 0, 0},
    {"a comma first", "[,1]", "[!a value is expected@1 repairs 0", 0, 0},
    {"two commas", "[1,,2]", "[ 1 !a value is expected@3 repairs 0", 0, 0},
    {"the wrong bracket", "[1}", "[ 1 !a comma or ] is expected@2 repairs 0", 0, 0},
    {"the wrong bracket in an object", "{\"a\":1]", "{ a: 1 !a comma or } is expected@6 repairs 0",
     0, 0},
    {"a bracket alone", "]", "!a value is expected@0 repairs 0", 0, 0},
    {"a leading zero", "01", "!not a number@0 repairs 0", 0, 0},
    {"a plus", "+1", "!a value is expected@0 repairs 0", 0, 0},
    {"a point first", ".5", "!a value is expected@0 repairs 0", 0, 0},
    {"a point last", "[1.]", "[!not a number@1 repairs 0", 0, 0},
    {"an exponent without digits", "1e+", "!not a number@0 repairs 0", 0, 0},
    {"a minus alone", "[-]", "[!not a number@1 repairs 0", 0, 0},
    {"hexadecimal", "0x10", " 0 !something after the value@1 repairs 0", 0, 0},
    {"NaN", "NaN", "!a value is expected@0 repairs 0", 0, 0},
    {"a word misspelt", "nul", "!the input ends within a word@0 repairs 0", 0, 0},
    {"another", "[trux]", "[!not a JSON value@1 repairs 0", 0, 0},
    {"capitals", "True", "!a value is expected@0 repairs 0", 0, 0},
    {"single quotes", "['a']", "[!a value is expected@1 repairs 0", 0, 0},
    {"a comment", "[1/**/]", "[ 1 !a comma or ] is expected@2 repairs 0", 0, 0},
    {"an open string", "\"abc", "!the input ends within a string@4 repairs 0", 0, 0},
    {"a string open at a backslash", "\"abc\\", "!the input ends within a string@4 repairs 0", 0,
     0},
    {"no such escape", "\"\\x41\"", "!no such escape in a string@1 repairs 0", 0, 0},
    {"\\u with few digits", "\"\\u12\"  ", "!\\u needs four hexadecimal digits@1 repairs 0", 0, 0},
    {"\\u cut off", "\"\\u12", "!the input ends within a string@1 repairs 0", 0, 0},
    {"a raw newline", "\"a\nb\"", "!a control character in a string must be escaped@2 repairs 0", 0,
     0},
    {"a raw NUL", "\"a\0b\"", "!a control character in a string must be escaped@2 repairs 0", 0, 5},
    {"a NUL outside", "[\0]", "[!a value is expected@1 repairs 0", 0, 3},
    {"a form feed outside", "[\f]", "[!a value is expected@1 repairs 0", 0, 0},
    {"half a pair", "\"\\ud800\"", "!half of a surrogate pair@1 repairs 0", 0, 0},
    {"the other half", "\"\\udc00x\"", "!half of a surrogate pair@1 repairs 0", 0, 0},
    {"two first halves", "\"\\ud800\\ud800\"", "!half of a surrogate pair@1 repairs 0", 0, 0},
    {"overlong UTF-8", "\"\xc0\xaf\"", "!not well-formed UTF-8@1 repairs 0", 0, 0},
    {"a surrogate in UTF-8", "\"\xed\xa0\x80\"", "!not well-formed UTF-8@1 repairs 0", 0, 0},
    {"beyond Unicode", "\"\xf4\x90\x80\x80\"", "!not well-formed UTF-8@1 repairs 0", 0, 0},
    {"UTF-8 cut off", "\"\xe2\x82\"", "!not well-formed UTF-8@1 repairs 0", 0, 0},
    {"Latin 1", "\"\xe9t\xe9\"", "!not well-formed UTF-8@1 repairs 0", 0, 0},
    {"a byte order mark", "\xef\xbb\xbf[]", "!a value is expected@0 repairs 0", 0, 0},
    /* repaired */
    {"lenient: a byte order mark", "\xef\xbb\xbf[]", "[]$ repairs 1", LEN, 0},
    {"lenient: commas", "[1,{\"a\":2,},]", "[ 1 { a: 2 }]$ repairs 2", LEN, 0},
    {"lenient: UTF-8", "\"a\xe9z\xff\"", "\"a\\xef\\xbf\\xbdz\\xef\\xbf\\xbd\"$ repairs 2", LEN, 0},
    {"lenient: half a pair", "\"\\ud800z\"", "\"\\xef\\xbf\\xbdz\"$ repairs 1", LEN, 0},
    {"lenient: raw control characters", "\"a\tb\nc\"", "\"a\\x09b\\x0ac\"$ repairs 2", LEN, 0},
    {"lenient: nothing", "", "$ repairs 0", LEN, 0},
    {"lenient: still no leading zero", "01", "!not a number@0 repairs 0", LEN, 0},
    {"cut: in an array", "[1,[2,", "[ 1 [ 2 ]]$ repairs 0 cut", LEN, 0},
    {"cut: in a number", "[1,{\"a\":12", "[ 1 { a:N}]$ repairs 0 cut", LEN, 0},
    {"cut: before a value", "{\"a\":", "{ a:N}$ repairs 0 cut", LEN, 0},
    {"cut: in a value", "{\"a\":\"b", "{ a:N}$ repairs 0 cut", LEN, 0},
    {"cut: in a word", "{\"a\":tr", "{ a:N}$ repairs 0 cut", LEN, 0},
    {"cut: in a name", "{\"a\":1,\"b", "{ a: 1 }$ repairs 0 cut", LEN, 0},
    {"cut: behind a name", "{\"a\" ", "{}$ repairs 0 cut", LEN, 0},
    {"cut: in an escape", "[\"a\\u00", "[]$ repairs 0 cut", LEN, 0},
    /* lines */
    {"lines: a bad one", "{\"a\":1}\n{\"a\":x}\n{\"b\":2}\n",
     "{ a: 1 }{ a:!a value is expected@13\n{ b: 2 }$ repairs 0", JSON_MANY, 0},
    {"lines: half a line, then a whole one", "{\"a\":1,\n{\"b\":2}\n",
     "{ a: 1 !a member's name in quotes is expected@8\n{ b: 2 }$ repairs 0", JSON_MANY, 0},
    {"lines: half a string", "{\"a\":\"x\n{\"b\":2}",
     "{ a:!a string is not closed in its line@7\n{ b: 2 }$ repairs 0", JSON_MANY | LEN, 0},
    {"lines: the last one is cut", "{\"b\":2}\n{\"c\":[3,", "{ b: 2 }{ c:[ 3 ]}$ repairs 0 cut",
     JSON_MANY | LEN, 0},
    {"lines: half a line behind a whole one", "{\"a\":1}\n{\"b\":\n{\"c\":2}\n",
     "{ a: 1 }{ b:!the line ends in the middle of a text@14\n{ c: 2 }$ repairs 0", JSON_MANY, 0},
    {"many texts of several lines", "{\n\"a\":1}\n{\"b\":\n2}\n", "{ a: 1 }{ b: 2 }$ repairs 0",
     JSON_MANY, 0},
    {"lines: rubbish ends", "}\n}\n}",
     "!a value is expected@0\n!a value is expected@2\n"
     "!a value is expected@4 repairs 0",
     JSON_MANY, 0},
};

static void test_row(void **state)
{
    const struct row *r = *state;
    expect(r->text, r->n ? r->n : strlen(r->text), r->flags, r->want);
}

/* ---- limits ---- */

static void test_depth(void **state)
{
    (void)state;
    struct buf b = {0};
    struct json_read r;
    for (int more = 0; more < 2; more++) {
        buf_clear(&b);
        for (int i = 0; i < JSON_DEPTH / 2 + more; i++)
            buf_puts(&b, "{\"a\":[");
        for (int i = 0; i < JSON_DEPTH / 2 + more; i++)
            buf_puts(&b, "]}");
        json_read_mem(&r, b.s, b.n, 0);
        assert_int_equal(json_skip(&r), !more);
        if (more) {
            assert_string_equal(r.error, "more than 4096 levels of nesting");
            assert_int_equal(r.error_at, 6 * JSON_DEPTH / 2);
        } else {
            assert_int_equal(json_next(&r), JSON_END);
        }
        json_read_end(&r);
    }
    buf_free(&b);
}

/* Strings longer than any window, read and passed over. */
static void test_long(void **state)
{
    (void)state;
    size_t n = JSON_TOKEN_MAX + 10;
    char *s = xcalloc(n, 1);
    struct json_read r;
    for (int escaped = 0; escaped < 2; escaped++) {
        memset(s, 'x', n);
        memcpy(s, "[\"", 2);
        memcpy(s + n - 2, "\"]", 2);
        if (escaped)
            memcpy(s + 2, "\\n", 2);
        struct feed f = {s, n, 1000};
        json_read_from(&r, feed_fill, &f, 0);
        assert_int_equal(json_next(&r), JSON_ARR);
        assert_true(json_skip(&r));
        assert_int_equal(json_next(&r), JSON_ARR_END);
        assert_true(r.cap < 1 << 20);
        json_read_end(&r);
        f = (struct feed){s, n, 100000};
        json_read_from(&r, feed_fill, &f, 0);
        assert_int_equal(json_next(&r), JSON_ARR);
        assert_int_equal(json_next(&r), JSON_ERROR);
        assert_string_equal(r.error, "more than 16 MiB in one string or number");
        json_read_end(&r);
        f = (struct feed){s + 1000, n - 1000, 100000}; /* within the limit */
        s[1000] = '"';
        json_read_from(&r, feed_fill, &f, 0);
        assert_int_equal(json_next(&r), JSON_STR);
        assert_int_equal(r.n, n - 1003);
        assert_int_equal(r.s[r.n - 1], 'x');
        assert_int_equal(r.at, 0);
        json_read_end(&r);
    }
    free(s);
}

static void test_skip(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":{\"b\":[1,2,{}],\"c\":\"d\"},\"e\":\"f\",\"g\":[[]]}";
    struct json_read r;
    json_read_mem(&r, text, sizeof text - 1, 0);
    assert_int_equal(json_next(&r), JSON_OBJ);
    assert_int_equal(json_next(&r), JSON_KEY);
    assert_true(json_skip(&r));
    assert_int_equal(json_next(&r), JSON_KEY);
    assert_true(JSON_IS(&r, "e"));
    assert_int_equal(r.at, 28);
    assert_int_equal(json_next(&r), JSON_STR);
    assert_true(json_skip_rest(&r, JSON_STR));
    assert_int_equal(json_next(&r), JSON_KEY);
    assert_int_equal(json_next(&r), JSON_ARR);
    assert_true(json_skip_rest(&r, JSON_ARR));
    assert_int_equal(json_next(&r), JSON_OBJ_END);
    assert_int_equal(json_next(&r), JSON_END);
    json_read_end(&r);
    json_read_mem(&r, "{\"a\":[1,\"\\q\"]}", 14, 0); /* what is passed over is looked at */
    assert_int_equal(json_next(&r), JSON_OBJ);
    assert_int_equal(json_next(&r), JSON_KEY);
    assert_false(json_skip(&r));
    assert_int_equal(json_next(&r), JSON_ERROR);
    json_read_end(&r);
}

/* ---- numbers ---- */

static void test_whole(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        bool ok;
        int64_t want;
    } v[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"1700000000123456789", true, 1700000000123456789},
        {"9007199254740993", true, 9007199254740993}, /* 2^53 + 1: no double */
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"99999999999999999999", false, 0},
        {"1.0", false, 0},
        {"1e3", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"--1", false, 0},
        {" 1", false, 0},
        {"007", false, 0},
    };
    int64_t x;
    uint64_t u;
    for (size_t i = 0; i < TEST_COUNT(v); i++) {
        assert_int_equal(json_i64(v[i].s, strlen(v[i].s), &x), v[i].ok);
        if (v[i].ok)
            assert_int_equal(x, v[i].want);
    }
    assert_true(json_u64("18446744073709551615", 20, &u));
    assert_true(u == UINT64_MAX);
    assert_false(json_u64("18446744073709551616", 20, &u));
    assert_false(json_u64("-1", 2, &u));
}

/* Every length, as strtoull() reads it; and every byte at every place, which only digits may have.
 */
static void test_digits(void **state)
{
    (void)state;
    char s[21];
    uint64_t x;
    for (size_t n = 1; n <= 20; n++) {
        memcpy(s, "17089234569012345678", 20);
        s[n] = 0;
        assert_true(json_u64(s, n, &x));
        assert_true(x == strtoull(s, NULL, 10));
        for (size_t at = 0; at < n; at++) {
            char was = s[at];
            for (int c = 0; c < 256; c++) {
                s[at] = (char)c;
                bool ok = c >= '0' && c <= '9' && (at > 0 || c > '0' || n == 1);
                if (n < 20)
                    assert_int_equal(json_u64(s, n, &x), ok);
                if (n < 20 && ok)
                    assert_true(x == strtoull(s, NULL, 10));
            }
            s[at] = was;
        }
    }
}

static void test_decimal(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        int power;
        bool ok;
        int64_t want;
    } v[] = {
        {"1.5", 3, true, 1500},
        {"1700000000123456.789", 3, true, 1700000000123456789},
        {"1480979203.00000125", 9, true, 1480979203000001250},
        {"0.0004", 3, true, 0},
        {"0.0005", 3, true, 1},
        {"-0.0005", 3, true, -1},
        {"-0.00049999999999999999999999", 3, true, 0},
        {"0.00050000000000000000000000001", 3, true, 1},
        {"9.9999", 3, true, 10000},
        {"1e3", 3, true, 1000000},
        {"15E-1", 0, true, 2},
        {"14e-1", 0, true, 1},
        {"0e999999999999", 3, true, 0},
        {"1e-999999999999", 3, true, 0},
        {"1e999999999999", 3, false, 0},
        {"9223372036854775.807", 3, true, INT64_MAX},
        {"9223372036854775.808", 3, false, 0},
        {"9223372036854775.8075", 3, false, 0},
        {"9223372036854775.80749", 3, true, INT64_MAX},
        {"-9223372036854775.808", 3, true, INT64_MIN},
        {"18446744073709551615.5", 0, false, 0},
        {"123", -1, true, 12},
        {"125", -1, true, 13},
        {"5", -1, true, 1},
        {"5", -2, true, 0},
        {"1.", 3, false, 0},
        {"x", 3, false, 0},
    };
    int64_t x;
    for (size_t i = 0; i < TEST_COUNT(v); i++) {
        bool ok = json_decimal(v[i].s, strlen(v[i].s), v[i].power, &x);
        if (ok != v[i].ok || (ok && x != v[i].want))
            fail_msg("%s e%d: %d, %lld", v[i].s, v[i].power, ok, (long long)x);
    }
}

static void test_double(void **state)
{
    (void)state;
    double x;
    assert_true(json_double("0.1", 3, &x) && x == 0.1);
    assert_true(json_double("-1e-400", 7, &x) && x == 0);
    assert_true(json_double("1234", 2, &x) && x == 12);
    assert_false(json_double("1e400", 5, &x));
    assert_false(json_double("nan", 3, &x));
    assert_false(json_double("0x10", 4, &x));
}

int main(void)
{
    struct CMUnitTest t[TEST_COUNT(rows) + 7];
    size_t n = 0;
    for (; n < TEST_COUNT(rows); n++)
        t[n] = test_named(rows[n].name, test_row, &rows[n]);
    t[n++] = test_named("depth", test_depth, NULL);
    t[n++] = test_named("long strings", test_long, NULL);
    t[n++] = test_named("passing over", test_skip, NULL);
    t[n++] = test_named("whole numbers", test_whole, NULL);
    t[n++] = test_named("digits, many at once", test_digits, NULL);
    t[n++] = test_named("decimals", test_decimal, NULL);
    t[n++] = test_named("doubles", test_double, NULL);
    return cmocka_run_group_tests_name("json_read", t, NULL, NULL);
}
