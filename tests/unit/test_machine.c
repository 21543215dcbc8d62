/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_machine.c - what a process takes of the machine: computing takes CPU time, and cores are
 * left and given back. */
#include "live/machine.h"
#include "tests/unit/test.h"

static void test_burn(void **state)
{
    (void)state;
    int64_t mine = burnt_by_thread(), all = burnt_by_all();
    burn(3000000);
    assert_true(burnt_by_thread() - mine >= 3000000);
    assert_true(burnt_by_all() - all >= 3000000);
}

static void test_cores(void **state)
{
    (void)state;
    uint32_t have = cores_ours();
    assert_true(have >= 1);
    struct cores before = cores_limit(1);
    assert_int_equal(cores_ours(), 1);
    cores_restore(&before);
    assert_int_equal(cores_ours(), have);
    cores_limit(have + 1); /* as many as there are */
    assert_int_equal(cores_ours(), have);
    cores_leave(0, 1); /* this thread itself */
    assert_int_equal(cores_ours(), have > 1 ? have - 1 : 1);
    cores_restore(&before);
    cores_leave(0, have); /* none is left: all of them */
    assert_int_equal(cores_ours(), have);
}

int main(void)
{
    const struct CMUnitTest t[] = {
        test_named("computing", test_burn, NULL),
        test_named("cores", test_cores, NULL),
    };
    return cmocka_run_group_tests_name("machine", t, NULL, NULL);
}
