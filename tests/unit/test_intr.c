/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_intr.c - a Ctrl-C between hold and release is seen, once, and does not end the program. */
#include "tests/unit/test.h"

#include "cli/intr.h"
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

static void test_asked(void **state)
{
    const int *sig = *state;
    signal(*sig, SIG_DFL); /* whoever started us may have set it aside */
    intr_hold();
    assert_false(intr_asked());
    assert_int_equal(kill(getpid(), *sig), 0);
    assert_true(intr_asked());
    assert_true(intr_asked()); /* until it is answered */
    intr_release();            /* would end this program if the signal were still there */
    intr_hold();
    assert_false(intr_asked());
    intr_release();
}

static void *look(void *seen)
{
    *(bool *)seen = intr_asked();
    return NULL;
}

static void test_other_thread(void **state)
{
    (void)state;
    bool seen = false;
    pthread_t thread;
    signal(SIGINT, SIG_DFL);
    intr_hold();
    assert_int_equal(kill(getpid(), SIGINT), 0);
    assert_int_equal(pthread_create(&thread, NULL, look, &seen), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    intr_release();
    assert_true(seen);
}

static void test_not_held(void **state)
{
    (void)state;
    sigset_t now;
    intr_hold();
    intr_release();
    assert_int_equal(pthread_sigmask(SIG_BLOCK, NULL, &now), 0);
    assert_int_equal(sigismember(&now, SIGINT), 0);
    assert_int_equal(sigismember(&now, SIGTERM), 0);
}

/* nohup: what is ignored is not asked, though it stays pending while it is blocked. */
static void test_ignored(void **state)
{
    (void)state;
    signal(SIGHUP, SIG_IGN);
    intr_hold();
    assert_int_equal(kill(getpid(), SIGHUP), 0);
    assert_false(intr_asked());
    intr_release();
    signal(SIGHUP, SIG_DFL);
}

int main(void)
{
    static const int interrupt = SIGINT, terminate = SIGTERM, hangup = SIGHUP;
    const struct CMUnitTest t[] = {
        test_named("SIGINT is seen", test_asked, &interrupt),
        test_named("SIGTERM is seen", test_asked, &terminate),
        test_named("SIGHUP is seen", test_asked, &hangup),
        test_named("another thread sees it", test_other_thread, NULL),
        test_named("release lets signals through again", test_not_held, NULL),
        test_named("what is ignored is not seen", test_ignored, NULL),
    };
    return cmocka_run_group_tests_name("intr", t, NULL, NULL);
}
