/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_buf.c - growth, termination, and which bytes are UTF-8. */
#include "base/buf.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static void test_put(void **state)
{
    (void)state;
    struct buf b = {0};
    buf_puts(&b, "");
    assert_string_equal(b.s, "");
    buf_puts(&b, "ab");
    buf_putc(&b, 'c');
    buf_put(&b, "d\0e", 3);
    buf_fill(&b, '-', 3);
    assert_int_equal(b.n, 9);
    assert_memory_equal(b.s, "abcd\0e---", 10);
    buf_put(&b, NULL, 0);
    assert_int_equal(b.n, 9);
    const char *kept = b.s;
    buf_clear(&b);
    assert_ptr_equal(b.s, kept);
    assert_int_equal(b.n, 0);
    assert_string_equal(b.s, "");
    buf_free(&b);
    assert_null(b.s);
    buf_clear(&b);
    buf_free(&b);
}

static void test_printf_at_every_fill(void **state)
{
    (void)state;
    /* The text ends just before, at and after the end of the room. */
    for (size_t before = 0; before < 200; before++) {
        struct buf b = {0};
        buf_fill(&b, 'x', before);
        buf_printf(&b, "%s=%d", "number", 12345);
        assert_int_equal(b.n, before + 12);
        assert_string_equal(b.s + before, "number=12345");
        assert_true(b.cap > b.n);
        buf_free(&b);
    }
    struct buf b = {0};
    buf_printf(&b, "%70000d|", 1);
    assert_int_equal(b.n, 70001);
    assert_string_equal(b.s + 69999, "1|");
    buf_free(&b);
}

static void test_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        size_t len;
        uint32_t code;
    } row[] = {
        {"a", 1, 'a'},
        {"\xc2\x80", 2, 0x80},
        {"\xdf\xbf", 2, 0x7ff},
        {"\xe0\xa0\x80", 3, 0x800},
        {"\xed\x9f\xbf", 3, 0xd7ff},
        {"\xef\xbf\xbf", 3, 0xffff},
        {"\xf0\x90\x80\x80", 4, 0x10000},
        {"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
        {"\x80", 0, 0},             /* a tail alone */
        {"\xc0\xaf", 0, 0},         /* overlong */
        {"\xc1\xbf", 0, 0},         /* overlong */
        {"\xe0\x9f\xbf", 0, 0},     /* overlong */
        {"\xf0\x8f\xbf\xbf", 0, 0}, /* overlong */
        {"\xed\xa0\x80", 0, 0},     /* a surrogate */
        {"\xf4\x90\x80\x80", 0, 0}, /* beyond Unicode */
        {"\xf5\x80\x80\x80", 0, 0}, /* no such lead */
        {"\xe2\x82", 0, 0},         /* cut */
        {"\xe2\x28\xa1", 0, 0},     /* no tail */
        {"", 0, 0},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        uint32_t code = 0;
        size_t len = buf_utf8(row[i].s, strlen(row[i].s), &code);
        if (len != row[i].len || (len && code != row[i].code))
            fail_msg("row %zu: %zu bytes, code %x", i, len, (unsigned)code);
    }
}

/* What a shell makes of it is the word again: here by the rules of POSIX, 2.2. */
static void test_shell(void **state)
{
    static const struct {
        const char *word, *quoted;
    } row[] = {{"plain-1.0/x=2", "plain-1.0/x=2"},
               {"", "''"},
               {"a b", "'a b'"},
               {"it's", "'it'\\''s'"},
               {"$x", "'$x'"},
               {"a;b", "'a;b'"}};
    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct buf b = {0};
        buf_shell(&b, row[i].word);
        assert_string_equal(b.s, row[i].quoted);
        buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_put),
        cmocka_unit_test(test_printf_at_every_fill),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_shell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
