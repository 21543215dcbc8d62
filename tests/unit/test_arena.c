/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_arena.c - alignment, zeroing, reuse, the limit, and that sizes cannot wrap. */
#include "base/arena.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_aligned_zeroed_disjoint(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    unsigned char *p[400];
    size_t size[400];
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < 400; i++) {
            size_t align = (size_t)1 << (i % 8);
            size[i] = i * 37 % 1000 + (i == 200 ? 3000000 : 0);
            p[i] = arena_alloc(a, size[i], 1, align);
            assert_int_equal((uintptr_t)p[i] & (align - 1), 0);
            for (size_t k = 0; k < size[i]; k++)
                if (p[i][k] != 0)
                    fail_msg("byte %zu of object %zu is not zero", k, i);
            memset(p[i], (int)(i & 0xff) | 1, size[i]);
        }
        for (size_t i = 0; i < 400; i++)
            for (size_t k = 0; k < size[i]; k++)
                if (p[i][k] != ((i & 0xff) | 1))
                    fail_msg("object %zu was overwritten", i);
        arena_reset(a);
        assert_int_equal(arena_used(a), 0);
    }
    arena_drop(a);
    arena_drop(NULL);
}

static void test_reset_reuses(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    char *first = NEW(a, char, 100);
    arena_reset(a);
    assert_ptr_equal(NEW(a, char, 100), first);
    assert_int_equal(arena_used(a), 100);
    arena_drop(a);
}

static void test_empty_objects_differ(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    char *p = NEW(a, char, 0), *q = NEW(a, char, 0);
    assert_non_null(p);
    assert_ptr_not_equal(p, q);
    arena_drop(a);
}

static void test_strings(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    assert_string_equal(arena_strdup(a, "abc"), "abc");
    assert_string_equal(arena_strndup(a, "abcdef", 2), "ab");
    assert_string_equal(arena_strndup(a, NULL, 0), "");
    assert_string_equal(arena_printf(a, "%d-%s", 42, "x"), "42-x");
    char *wide = arena_printf(a, "%9000d", 7);
    assert_int_equal(strlen(wide), 9000);
    assert_int_equal(wide[8999], '7');
    arena_drop(a);
}

enum act { ACT_BELOW, ACT_ABOVE, ACT_MANY, ACT_WRAP, ACT_NEAR_MAX, ACT_XREALLOC, ACT_XCALLOC };

/* The exit status of a child that does it; 0 if it lives. */
static int status_of(enum act what)
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (!freopen("/dev/null", "w", stderr))
            _exit(99);
        /* volatile: still on the stack when the program ends, so no leak checker complains */
        struct arena *volatile limited = arena_new(1000), *volatile open = arena_new(0);
        if (what == ACT_BELOW)
            NEW(limited, char, 1000);
        else if (what == ACT_ABOVE)
            NEW(limited, char, 1001);
        else if (what == ACT_MANY)
            for (int i = 0; i < 126; i++)
                NEW(limited, uint64_t, 1);
        else if (what == ACT_WRAP)
            arena_alloc(open, SIZE_MAX / 8 + 2, 8, 8);
        else if (what == ACT_NEAR_MAX)
            arena_alloc(open, SIZE_MAX - 3, 1, 8);
        else if (what == ACT_XREALLOC)
            free(xrealloc(NULL, SIZE_MAX / 2 + 1, 2));
        else
            free(xcalloc(SIZE_MAX / 2 + 1, 2));
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_limits_end_the_program(void **state)
{
    (void)state;
    assert_int_equal(status_of(ACT_BELOW), 0);
    assert_int_equal(status_of(ACT_ABOVE), 4);
    assert_int_equal(status_of(ACT_MANY), 4);
    assert_int_equal(status_of(ACT_WRAP), 4);
    assert_int_equal(status_of(ACT_NEAR_MAX), 4);
    assert_int_equal(status_of(ACT_XREALLOC), 4);
    assert_int_equal(status_of(ACT_XCALLOC), 4);
}

static void test_grow_doubles_and_keeps(void **state)
{
    (void)state;
    uint32_t cap = 0, grown = 0;
    int *v = NULL;
    for (uint32_t i = 0; i < 100000; i++) {
        uint32_t before = cap;
        v = grow(v, &cap, i + 1, sizeof *v);
        assert_true(cap > i);
        grown += cap != before;
        v[i] = (int)i;
    }
    assert_true(grown < 20);
    for (uint32_t i = 0; i < 100000; i++)
        assert_int_equal(v[i], i);
    v = grow(v, &cap, 1000000, sizeof *v);
    assert_int_equal(cap, 1000000);
    free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_aligned_zeroed_disjoint),
        cmocka_unit_test(test_reset_reuses),
        cmocka_unit_test(test_empty_objects_differ),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_limits_end_the_program),
        cmocka_unit_test(test_grow_doubles_and_keeps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
