/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test.h - what every test program includes: cmocka, tests named by the rows of a table, and how
 * hard to try.
 *
 *   static void test_row(void **state) { const struct row *r = *state; ... }
 *   struct CMUnitTest t[TEST_COUNT(rows)];
 *   for (size_t i = 0; i < TEST_COUNT(rows); i++)
 *       t[i] = test_named(rows[i].name, test_row, &rows[i]);
 *   return cmocka_run_group_tests_name("module", t, NULL, NULL);     a row's failure has its name
 */
#ifndef UNIT_TEST_H
#define UNIT_TEST_H
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define TEST_COUNT(array) (sizeof(array) / sizeof *(array))

/* cmocka's initial_state is not const; our rows are, and nobody writes to them. */
static inline struct CMUnitTest test_named(const char *name, CMUnitTestFunction f, const void *row)
{
    return (struct CMUnitTest){
        .name = name, .test_func = f, .initial_state = (void *)(uintptr_t)row};
}

/* Under sanitizers, with PERTINAX_TEST_QUICK=1 in the environment, samples are smaller; bounds on
 * errors have to follow from the number that is returned here, not from the one asked for. */
static inline bool test_quick(void)
{
    const char *s = getenv("PERTINAX_TEST_QUICK");
    return s && *s && *s != '0';
}
static inline size_t test_samples(size_t n)
{
    return test_quick() && n > 200 ? n / 20 + 190 : n;
}

#endif
