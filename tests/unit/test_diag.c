/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_diag.c - what the user reads, byte for byte; order, repetition, the limit; spelling. */
#include "base/diag.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* One diag over a text, printed. */
struct row {
    const char *text;
    struct loc at; /* file is filled in */
    const char *out;
};

static void check_rows(const struct row *row, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct arena *a = arena_new(0);
        struct diags *d = diags_new(a);
        struct buf b = {0};
        struct loc at = row[i].at;
        at.file = diag_file(d, "f", row[i].text, strlen(row[i].text));
        diag_error(d, at, "E-x", NULL, "bad");
        diags_print(d, &b, false);
        assert_string_equal(b.s, row[i].out);
        buf_free(&b);
        arena_drop(a);
    }
}

static void test_full_message(void **state)
{
    (void)state;
    static const char text[] = "a:\nb:\nc:\nd:\ne:\nservices:\n  geocoder: {latensy: 3ms}\n";
    struct arena *a = arena_new(0);
    struct diags *d = diags_new(a);
    struct buf b = {0};
    uint32_t f = diag_file(d, "file.yaml", text, sizeof text - 1);
    diag_error(d, ((struct loc){f, 7, 14, 7}), "E-unknown-key", "did you mean `latency`?",
               "unknown key `%s` in a service", "latensy");
    diags_print(d, &b, false);
    assert_string_equal(b.s,
                        "file.yaml:7:14: error[E-unknown-key]: unknown key `latensy` in a service\n"
                        "    7 |   geocoder: {latensy: 3ms}\n"
                        "      |              ^^^^^^^\n"
                        "      = help: did you mean `latency`?\n"
                        "1 error\n");
    buf_clear(&b);
    diags_print(d, &b, true);
    assert_string_equal(b.s, "\033[1mfile.yaml:7:14:\033[0m \033[1;31merror[E-unknown-key]\033[0m: "
                             "unknown key `latensy` in a service\n"
                             "    7 |   geocoder: {latensy: 3ms}\n"
                             "      |              ^^^^^^^\n"
                             "      = help: did you mean `latency`?\n"
                             "1 error\n");
    buf_free(&b);
    arena_drop(a);
}

static void test_carets(void **state)
{
    (void)state;
    static const struct row row[] = {
        {"abc", {0, 1, 1, 0}, "f:1:1: error[E-x]: bad\n    1 | abc\n      | ^\n1 error\n"},
        {"abc", {0, 1, 2, 99}, "f:1:2: error[E-x]: bad\n    1 | abc\n      |  ^^\n1 error\n"},
        {"abc", {0, 1, 4, 2}, "f:1:4: error[E-x]: bad\n    1 | abc\n      |    ^\n1 error\n"},
        {"abc", {0, 1, 40, 2}, "f:1:40: error[E-x]: bad\n    1 | abc\n      |    ^\n1 error\n"},
        {"", {0, 1, 1, 1}, "f:1:1: error[E-x]: bad\n    1 |\n      | ^\n1 error\n"},
        {"a\n", {0, 2, 1, 1}, "f:2:1: error[E-x]: bad\n    2 |\n      | ^\n1 error\n"},
        {"a\n", {0, 3, 1, 1}, "f:3:1: error[E-x]: bad\n1 error\n"},
        {"a\n", {0, 0, 0, 0}, "f: error[E-x]: bad\n1 error\n"},
        {"a\n", {0, 1, 0, 0}, "f:1: error[E-x]: bad\n    1 | a\n      | ^\n1 error\n"},
        /* columns are characters; wide ones take two cells, combining ones none */
        {"\xc3\xa4\xc3\xb6: x",
         {0, 1, 5, 1},
         "f:1:5: error[E-x]: bad\n    1 | \xc3\xa4\xc3\xb6: x\n      |     ^\n1 error\n"},
        {"\xe6\x97\xa5\xe6\x9c\xac: x",
         {0, 1, 2, 2},
         "f:1:2: error[E-x]: bad\n    1 | \xe6\x97\xa5\xe6\x9c\xac: x\n      |   ^^^\n1 error\n"},
        {"e\xcc\x81: x",
         {0, 1, 3, 1},
         "f:1:3: error[E-x]: bad\n    1 | e\xcc\x81: x\n      |  ^\n1 error\n"},
        {"\ta\tb",
         {0, 1, 4, 1},
         "f:1:4: error[E-x]: bad\n    1 | \ta\tb\n      | \t \t^\n1 error\n"},
        /* nothing in a file steers the terminal */
        {"\033[2Jx",
         {0, 1, 5, 1},
         "f:1:5: error[E-x]: bad\n    1 | ?[2Jx\n      |     ^\n1 error\n"},
        {"\xe2\x80\xae"
         "a\xff"
         "b",
         {0, 1, 4, 1},
         "f:1:4: error[E-x]: bad\n    1 | ?a?b\n      |    ^\n1 error\n"},
        /* lines end where YAML ends them; the byte order mark is no column */
        {"a\r\nb\rc", {0, 2, 1, 1}, "f:2:1: error[E-x]: bad\n    2 | b\n      | ^\n1 error\n"},
        {"a\r\nb\rc", {0, 3, 1, 1}, "f:3:1: error[E-x]: bad\n    3 | c\n      | ^\n1 error\n"},
        {"a\xc2\x85"
         "b\xe2\x80\xa8"
         "c",
         {0, 3, 1, 1},
         "f:3:1: error[E-x]: bad\n    3 | c\n      | ^\n1 error\n"},
        {"\xef\xbb\xbf"
         "ab",
         {0, 1, 2, 1},
         "f:1:2: error[E-x]: bad\n    1 | ab\n      |  ^\n1 error\n"},
    };
    check_rows(row, sizeof row / sizeof row[0]);
}

/* A line of 300 digits: the window holds the caret, and both ends say that they are cut. */
static void test_long_line(void **state)
{
    (void)state;
    char text[301];
    for (int i = 0; i < 300; i++)
        text[i] = (char)('0' + i % 10);
    text[300] = '\0';
    static const struct {
        uint32_t col;
        size_t from;
    } row[] = {{1, 0}, {50, 0}, {51, 0}, {52, 1}, {150, 99}, {250, 199}, {251, 200}, {301, 200}};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct buf want = {0};
        size_t from = row[i].from, dots = from ? 3 : 0;
        buf_printf(&want, "f:1:%u: error[E-x]: bad\n    1 | ", (unsigned)row[i].col);
        buf_fill(&want, '.', dots);
        buf_put(&want, text + from, 100);
        buf_puts(&want, from + 100 < 300 ? "...\n      | " : "\n      | ");
        buf_fill(&want, ' ', dots + row[i].col - 1 - from);
        buf_puts(&want, "^\n1 error\n");
        check_rows(&(struct row){text, {0, 1, row[i].col, 1}, want.s}, 1);
        buf_free(&want);
    }
}

static void test_order_and_repetition(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct diags *d = diags_new(a);
    uint32_t f = diag_file(d, "one", "x\n", 2), g = diag_file(d, "two", "y\n", 2);
    assert_int_equal(f, 1);
    assert_int_equal(g, 2);
    assert_string_equal(diag_file_name(d, 0), "");
    assert_string_equal(diag_file_name(d, g), "two");
    diag_add(d, (struct loc){g, 1, 1, 1}, DIAG_WARNING, "W-a", NULL, "g11");
    diag_error(d, ((struct loc){f, 9, 1, 1}), "E-a", NULL, "f91");
    diag_error(d, ((struct loc){f, 2, 7, 1}), "E-a", NULL, "f27");
    diag_error(d, ((struct loc){f, 2, 3, 1}), "E-a", NULL, "first");
    diag_error(d, ((struct loc){f, 2, 3, 1}), "E-a", NULL, "second");
    diag_error(d, ((struct loc){f, 2, 3, 1}), "E-b", NULL, "first");
    diag_add(d, (struct loc){0, 0, 0, 0}, DIAG_NOTE, "N-a", NULL, "nowhere");
    for (int again = 0; again < 3; again++) {
        diag_error(d, ((struct loc){f, 2, 3, 1}), "E-a", "other hint", "fir%s", "st");
        diag_error(d, ((struct loc){f, 9, 1, 1}), "E-a", NULL, "f91");
    }
    static const char *const want[] = {"nowhere", "first", "second", "first", "f27", "f91", "g11"};
    assert_int_equal(diags_count(d), 7);
    assert_int_equal(diags_errors(d), 5);
    for (uint32_t i = 0; i < 7; i++)
        assert_string_equal(diags_get(d, i)->text, want[i]);
    assert_string_equal(diags_get(d, 3)->id, "E-b");
    arena_drop(a);
}

static void test_counts(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct diags *d = diags_new(a);
    struct buf b = {0};
    diags_print(d, &b, false);
    assert_int_equal(b.n, 0);
    diag_add(d, (struct loc){0}, DIAG_NOTE, "N-a", "so it is", "by the way");
    diags_print(d, &b, false);
    assert_string_equal(b.s, "note[N-a]: by the way\n      = help: so it is\n");
    buf_clear(&b);
    diag_add(d, (struct loc){0}, DIAG_WARNING, "W-a", NULL, "w1\nx");
    diag_add(d, (struct loc){0}, DIAG_WARNING, "W-a", NULL, "w2");
    diag_add(d, (struct loc){0}, DIAG_ERROR, "E-a", NULL, "e1");
    diags_print(d, &b, false);
    assert_string_equal(b.s, "note[N-a]: by the way\n      = help: so it is\n"
                             "warning[W-a]: w1?x\nwarning[W-a]: w2\nerror[E-a]: e1\n"
                             "1 error, 2 warnings\n");
    buf_free(&b);
    arena_drop(a);
}

static const char *last_line(const struct buf *b)
{
    const char *p = b->s + b->n - 1;
    while (p > b->s && p[-1] != '\n')
        p--;
    return p;
}

static void test_limit(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct diags *d = diags_new(a);
    struct buf b = {0};
    for (int i = 0; i < DIAG_MAX + 5; i++)
        diag_add(d, (struct loc){0}, DIAG_WARNING, "W-a", NULL, "warning %d", i);
    assert_int_equal(diags_count(d), DIAG_MAX);
    assert_int_equal(diags_errors(d), 0);
    diags_print(d, &b, false);
    assert_string_equal(last_line(&b), "200 warnings (5 more not shown)\n");
    /* An error is never the one that is lost while there are warnings. */
    diag_add(d, (struct loc){0}, DIAG_ERROR, "E-a", NULL, "the error");
    assert_int_equal(diags_errors(d), 1);
    assert_string_equal(diags_get(d, DIAG_MAX - 1)->text, "the error");
    buf_clear(&b);
    diags_print(d, &b, false);
    assert_string_equal(last_line(&b), "1 error, 199 warnings (6 more not shown)\n");
    size_t used = arena_used(a);
    for (int i = 0; i < 100000; i++)
        diag_add(d, (struct loc){0}, DIAG_WARNING, "W-a", NULL, "surplus %d", i);
    assert_int_equal(arena_used(a), used);
    for (int i = 0; i < 1000; i++)
        diag_add(d, (struct loc){0}, DIAG_ERROR, "E-a", NULL, "error %d", i);
    assert_int_equal(diags_errors(d), 1001);
    assert_int_equal(diags_count(d), DIAG_MAX);
    buf_free(&b);
    arena_drop(a);
}

static void test_long_text(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct diags *d = diags_new(a);
    diag_error(d, ((struct loc){0}), "E-a", NULL, "%5000d", 1);
    assert_int_equal(strlen(diags_get(d, 0)->text), 5000);
    for (int i = 0; i < 100; i++)
        diag_file(d, "many", NULL, 0);
    assert_string_equal(diag_file_name(d, 100), "many");
    struct buf b = {0};
    diag_error(d, ((struct loc){100, 1, 1, 1}), "E-a", NULL, "empty");
    diags_print(d, &b, false);
    assert_non_null(strstr(b.s, "many:1:1: error[E-a]: empty\n    1 |\n"));
    buf_free(&b);
    arena_drop(a);
}

static void test_nearest(void **state)
{
    (void)state;
    static const char *const words[] = {"latency", "lognormal", "exponential", "constant",
                                        "p50",     "p99",       "retry",       "ms"};
    static const struct {
        const char *word, *want;
    } row[] = {
        {"latensy", "latency"},
        {"latnecy", "latency"},
        {"Latency", "latency"},
        {"lognorm", "lognormal"},
        {"exponental", "exponential"},
        {"const", NULL},
        {"p95", "p99"},
        {"rerty", "retry"},
        {"zebra", NULL},
        {"m", NULL},
        {"", NULL},
        {"retry", "retry"},
        {"averyveryveryveryveryveryveryveryveryveryveryveryverylongwordindeedlatency", NULL},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        const char *got = nearest(row[i].word, words, sizeof words / sizeof words[0]);
        if (!row[i].want)
            assert_null(got);
        else if (!got || strcmp(got, row[i].want) != 0)
            fail_msg("%s: %s, not %s", row[i].word, got ? got : "nothing", row[i].want);
    }
    assert_null(nearest("latency", NULL, 0));
}

/* What a child that ends itself writes to stderr, and how it ends. */
static int last_words(bool by_bug, char *said, size_t size)
{
    int end[2], status = 0;
    assert_int_equal(pipe(end), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(end[1], STDERR_FILENO);
        signal(SIGABRT, SIG_DFL);
        if (by_bug)
            bug("file.c", 12, "x > 0");
        die("cannot read %s", "a.yaml");
    }
    close(end[1]);
    size_t n = 0;
    for (ssize_t got; n < size - 1 && (got = read(end[0], said + n, size - 1 - n)) > 0;)
        n += (size_t)got;
    said[n] = '\0';
    close(end[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void test_ways_out(void **state)
{
    (void)state;
    char said[512];
    int status = last_words(false, said, sizeof said);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 4);
    assert_string_equal(said, "error: cannot read a.yaml\n");
    status = last_words(true, said, sizeof said);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    assert_string_equal(said, "file.c:12: bug: x > 0\n");
}

/* All diags are drawn in one pass over the texts: that must not show. */
static void test_one_pass(void **state)
{
    (void)state;
    enum { FILES = 3, LINES = 5, DIAGS = 150 };
    static char text[FILES][4000];
    struct arena *a = arena_new(0);
    struct diags *all = diags_new(a);
    struct buf b = {0}, alone = {0};
    for (int f = 0; f < FILES; f++) {
        size_t n = 0;
        for (int line = 0; line < LINES; line++) {
            for (int k = 0; k < (line * 97 + f * 31) % 400; k++)
                n += (size_t)sprintf(text[f] + n, "%s", k % 7 ? "x" : "\xc3\xa9"); /* e acute */
            text[f][n++] = '\n';
        }
        diag_file(all, "f", text[f], n);
    }
    for (uint32_t i = 0; i < DIAGS; i++) {
        struct loc at = {1 + i * 7 % FILES, 1 + i * 11 % (LINES + 2), 1 + i * 131 % 450, i % 5};
        diag_error(all, at, "E-x", NULL, "bad");
    }
    for (uint32_t i = 0; i < diags_count(all); i++) {
        struct diags *one = diags_new(a);
        for (int f = 0; f < FILES; f++)
            diag_file(one, "f", text[f], strlen(text[f]));
        diag_error(one, diags_get(all, i)->at, "E-x", NULL, "bad");
        buf_clear(&b);
        diags_print(one, &b, false);
        buf_put(&alone, b.s, b.n - strlen("1 error\n"));
    }
    buf_printf(&alone, "%u errors\n", diags_count(all));
    buf_clear(&b);
    diags_print(all, &b, false);
    assert_string_equal(b.s, alone.s);
    buf_free(&b);
    buf_free(&alone);
    arena_drop(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full_message),
        cmocka_unit_test(test_carets),
        cmocka_unit_test(test_one_pass),
        cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_order_and_repetition),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_long_text),
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_ways_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
