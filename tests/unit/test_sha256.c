/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_sha256.c - against the vectors of FIPS 180-4's examples and of the empty message. */
#include "base/sha256.h"
#include "tests/unit/test.h"
#include <string.h>

static void expect(const char *data, size_t n, size_t times, size_t piece, const char *want)
{
    struct sha256 s;
    char hex[SHA256_HEX];
    sha256_begin(&s);
    for (size_t i = 0; i < times; i++)
        for (size_t at = 0; at < n; at += piece)
            sha256_add(&s, data + at, n - at < piece ? n - at : piece);
    sha256_end(&s, hex);
    assert_string_equal(hex, want);
}

static void test_vectors(void **state)
{
    static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    (void)state;
    for (size_t piece = 1; piece < 60; piece += 7) {
        expect("", 0, 1, piece, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        expect("abc", 3, 1, piece,
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        expect(two_blocks, strlen(two_blocks), 1, piece,
               "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    }
    expect("a", 1, 1000000, 1, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

int main(void)
{
    const struct CMUnitTest t[] = {cmocka_unit_test(test_vectors)};
    return cmocka_run_group_tests_name("sha256", t, NULL, NULL);
}
