/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_json.c - exact bytes of documents, escapes, and numbers that read back bit for bit. */
#include "base/json.h"
#include "base/rng.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <Random123/philox.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void write_sample(struct json *j)
{
    json_obj(j);
    json_key(j, "a");
    json_arr(j);
    json_num(j, 1.5);
    json_int(j, INT64_MIN);
    json_bool(j, true);
    json_bool(j, false);
    json_null(j);
    json_end_arr(j);
    json_key(j, "empty");
    json_obj(j);
    json_end_obj(j);
    json_key(j, "none");
    json_arr(j);
    json_end_arr(j);
    json_key(j, "s");
    json_str(j, "x");
    json_end_obj(j);
}

static void test_documents(void **state)
{
    (void)state;
    struct buf b = {0};
    struct json j;
    json_begin(&j, &b, false);
    write_sample(&j);
    assert_string_equal(b.s, "{\"a\":[1.5,-9223372036854775808,true,false,null],\"empty\":{},"
                             "\"none\":[],\"s\":\"x\"}");
    buf_clear(&b);
    json_begin(&j, &b, true);
    write_sample(&j);
    assert_string_equal(b.s, "{\n"
                             "  \"a\": [\n"
                             "    1.5,\n"
                             "    -9223372036854775808,\n"
                             "    true,\n"
                             "    false,\n"
                             "    null\n"
                             "  ],\n"
                             "  \"empty\": {},\n"
                             "  \"none\": [],\n"
                             "  \"s\": \"x\"\n"
                             "}");
    buf_clear(&b);
    json_begin(&j, &b, false);
    for (int i = 0; i < 63; i++)
        json_arr(&j);
    for (int i = 0; i < 63; i++)
        json_end_arr(&j);
    assert_int_equal(b.n, 126);
    buf_free(&b);
}

static void test_strings(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } row[] = {
        {"", "\"\""},
        {"a\"b\\c/d", "\"a\\\"b\\\\c/d\""},
        {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
        {"\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\""},
        {"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80",
         "\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80\""},
        {"a\xff"
         "b",
         "\"a\xef\xbf\xbd"
         "b\""},
        {"\xc3", "\"\xef\xbf\xbd\""},
        {"\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
        {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct buf b = {0};
        struct json j;
        json_begin(&j, &b, false);
        json_str(&j, row[i].in);
        assert_string_equal(b.s, row[i].out);
        buf_free(&b);
    }
}

static void test_known_numbers(void **state)
{
    (void)state;
    static const struct {
        double x;
        const char *text;
    } row[] = {
        {0, "0"},
        {-0.0, "-0"},
        {1, "1"},
        {-17, "-17"},
        {0.1, "0.1"},
        {0.3, "0.3"},
        {0.1 + 0.2, "0.30000000000000004"},
        {100, "100"},
        {1e15, "1000000000000000"},
        {9007199254740991.0, "9007199254740991"},
        {1e20, "1e20"},
        {1e23, "1e23"},
        {1.7976931348623157e308, "1.7976931348623157e308"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {5e-324, "5e-324"},
        {1e-5, "1e-5"},
        {0.0001, "0.0001"},
        {123.456, "123.456"},
        {NAN, "null"},
        {INFINITY, "null"},
        {-INFINITY, "null"},
    };
    char buffer[32];
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
        assert_string_equal(json_number(row[i].x, buffer), row[i].text);
}

static size_t digits_of(const char *s)
{
    char digit[40];
    size_t n = 0;
    for (; *s && *s != 'e'; s++)
        if (*s >= '0' && *s <= '9' && (n || *s != '0'))
            digit[n++] = *s;
    while (n && digit[n - 1] == '0')
        n--;
    return n;
}

/* Reads back to the same bits, is valid JSON to the eye, and one digit less would not do. */
static void check_number(double x)
{
    char buffer[32], fewer[40], *end;
    const char *s = json_number(x, buffer);
    double y = strtod(s, &end);
    if (*end != '\0' || memcmp(&x, &y, sizeof x) != 0)
        fail_msg("%a was written %s", x, s);
    assert_true(strlen(s) < 32);
    assert_null(strchr(s, '+'));
    size_t n = digits_of(s);
    if (n < 2)
        return;
    snprintf(fewer, sizeof fewer, "%.*e", (int)n - 2, x);
    if (strtod(fewer, NULL) == x)
        fail_msg("%a was written %s, but %s would do", x, s, fewer);
}

static void test_round_trip(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 100000; i++) {
        philox4x32_ctr_t c = {{i, 0, 0, 0}};
        philox4x32_key_t k = {{20240501, 1}};
        philox4x32_ctr_t r = philox4x32(c, k);
        uint64_t bits = (uint64_t)r.v[0] << 32 | r.v[1];
        double x;
        if (i % 10 == 0)
            bits &= ~(UINT64_C(0x7ff) << 52); /* subnormal */
        memcpy(&x, &bits, sizeof x);
        if (isfinite(x))
            check_number(x);
        check_number((double)(r.v[2] % 1000000) / 1000);
        check_number((double)r.v[2] * 1e-9);
        check_number((double)(int32_t)r.v[3]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_documents),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_known_numbers),
        cmocka_unit_test(test_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
