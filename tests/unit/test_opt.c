/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_opt.c - argv against a table: rows of command lines and what is to be understood, as a
 * recorded command; and rows that must be refused, with the words of the refusal. */
#include "tests/unit/test.h"

#include "cli/cmd.h"
#include "cli/help.h"
#include "cli/opt.h"
#include "cli/term.h"
#include <stdio.h>
#include <string.h>

static const struct opt own[] = {
    {"format", 0, "text|json", "h", 0},  {"what-if", 'w', "EXPR", "h", OPT_MANY},
    {"requests", 'n', "N", "h", 0},      {"gain", 'g', NULL, "h", 0},
    {"precision", 'p', "SHARE", "h", 0}, {NULL, 0, NULL, NULL, 0},
};
static const struct opt shared[] = {
    {"jobs", 'j', "N", "h", OPT_UNRECORDED},
    {"hidden", 'x', NULL, "h", 0},
    {"verbose", 'v', NULL, "h", 0},
    {NULL, 0, NULL, NULL, 0},
};
static const struct opt_set set = {own, shared, 1 | 4}; /* not --hidden */

struct parsed {
    struct arena *mem;
    struct diags *d;
    const struct opts *o;
};

/* The words of a line, parted by single blanks; "~" stands for an empty word. */
static struct parsed parse(const char *line)
{
    struct parsed p = {.mem = arena_new(0)};
    char *argv[32];
    int argc = 0;
    p.d = diags_new(p.mem);
    for (char *s = arena_strdup(p.mem, line); s && *s; argc++) {
        char *blank = strchr(s, ' ');
        if (blank)
            *blank++ = 0;
        argv[argc] = strcmp(s, "~") == 0 ? s + 1 : s;
        s = blank;
    }
    p.o = opt_parse(p.mem, &set, argc, argv, p.d);
    return p;
}

struct good {
    const char *line, *command;
    uint32_t noperand;
};
static const struct good good[] = {
    {"", "pertinax run", 0},
    {"a.yaml", "pertinax run a.yaml", 1},
    {"--format json a b", "pertinax run --format json a b", 2},
    {"--format=json", "pertinax run --format json", 0},
    {"a -g b -v c", "pertinax run a --gain b --verbose c", 3},
    {"-gv", "pertinax run --gain --verbose", 0},
    {"-gwx=1", "pertinax run --gain --what-if x=1", 0},
    {"-w x=1 --what-if=y=2", "pertinax run --what-if x=1 --what-if y=2", 0},
    {"--what-if=", "pertinax run --what-if ''", 0},
    {"--what-if ~", "pertinax run --what-if ''", 0},
    {"-j 4 a --jobs=2 -j8", "pertinax run a", 1},
    {"-- --format -g", "pertinax run -- --format -- -g", 2},
    {"- a", "pertinax run - a", 2},
    {"-w a'b", "pertinax run --what-if 'a'\\''b'", 0},
    {"--what-if --gain", "pertinax run --what-if --gain", 0}, /* as getopt does */
    {"-w $x", "pertinax run --what-if '$x'", 0},
};

static void test_good(void **state)
{
    const struct good *r = *state;
    struct parsed p = parse(r->line);
    assert_int_equal(diags_count(p.d), 0);
    assert_int_equal(p.o->noperand, r->noperand);
    assert_string_equal(opt_command(p.mem, "run", p.o), r->command);
    arena_drop(p.mem);
}

struct refused {
    const char *line, *id, *text, *hint;
};
static const struct refused refused[] = {
    {"--formt json", "E-option", "unknown option '--formt'", "did you mean '--format'?"},
    {"--formt=json", "E-option", "unknown option '--formt'", "did you mean '--format'?"},
    {"--zzzzzzzzz", "E-option", "unknown option '--zzzzzzzzz'", NULL},
    {"--hidden", "E-option", "unknown option '--hidden'", NULL},
    {"-x", "E-option", "unknown option '-x'", NULL},
    {"-gain", "E-option", "unknown option '-ain'", NULL},
    {"-verbose", "E-option", "unknown option '-erbose'", NULL},
    {"-jobs -format", "E-option", "unknown option '-format'", "did you mean '--format'?"},
    {"--gain=1", "E-option-value", "--gain takes no value", NULL},
    {"--what-if", "E-option-value", "--what-if needs a value: --what-if EXPR", NULL},
    {"-gw", "E-option-value", "--what-if needs a value: --what-if EXPR", NULL},
    {"--format jsn", "E-option-value", "--format cannot be 'jsn'", "did you mean 'json'?"},
    {"--format qqqqqqqq", "E-option-value", "--format cannot be 'qqqqqqqq'", "one of text|json"},
    {"--format text|json", "E-option-value", "--format cannot be 'text|json'", NULL},
};

static void test_refused(void **state)
{
    const struct refused *r = *state;
    struct parsed p = parse(r->line);
    assert_int_equal(diags_errors(p.d), 1);
    const struct diag *e = diags_get(p.d, 0);
    assert_string_equal(e->id, r->id);
    assert_string_equal(e->text, r->text);
    if (r->hint)
        assert_string_equal(e->hint, r->hint);
    arena_drop(p.mem);
}

static void test_all_reported(void **state)
{
    (void)state;
    struct parsed p = parse("--formt a --gian --format=xml");
    assert_int_equal(diags_errors(p.d), 3);
    arena_drop(p.mem);
}

static void test_access(void **state)
{
    (void)state;
    struct parsed p = parse("-w a --what-if=b,,bb --format text --format json x -w c");
    uint32_t i = 0;
    assert_string_equal(opt_next(p.o, "what-if", &i), "a");
    assert_string_equal(opt_next(p.o, "what-if", &i), "b,,bb");
    assert_string_equal(opt_next(p.o, "what-if", &i), "c");
    assert_null(opt_next(p.o, "what-if", &i));
    uint32_t n;
    const char **names = opt_names(p.o, "what-if", p.mem, &n);
    assert_int_equal(n, 4);
    assert_string_equal(names[2], "bb");
    assert_string_equal(names[3], "c");
    assert_string_equal(opt_get(p.o, "format"), "json"); /* the last one counts */
    assert_false(opt_has(p.o, "gain"));
    assert_null(opt_get(p.o, "requests"));
    assert_string_equal(p.o->operand[0], "x");
    arena_drop(p.mem);
}

struct number {
    const char *text;
    uint64_t min, max;
    bool ok;
    uint64_t value;
};
static const struct number numbers[] = {
    {"0", 0, UINT64_MAX, true, 0},
    {"18446744073709551615", 0, UINT64_MAX, true, UINT64_MAX},
    {"18446744073709551616", 0, UINT64_MAX, false, 0},
    {"99999999999999999999999", 0, UINT64_MAX, false, 0},
    {"1e6", 1, UINT64_MAX, true, 1000000},
    {"25e3", 1, 25000, true, 25000},
    {"25e3", 1, 24999, false, 0},
    {"2e19", 1, UINT64_MAX, false, 0},
    {"0e99999", 0, 9, true, 0},
    {"1e99999999999", 0, UINT64_MAX, false, 0},
    {"1e", 0, 9, false, 0},
    {"1e-3", 0, 9, false, 0},
    {"0x10", 0, 99, false, 0},
    {"+5", 0, 9, false, 0},
    {"5 ", 0, 9, false, 0},
    {"~", 0, 9, false, 0},
    {"-5", 0, 9, false, 0},
    {"1.5", 0, 9, false, 0},
};

static void test_number(void **state)
{
    const struct number *r = *state;
    char line[64];
    /* parse() cuts at blanks; a trailing one must still reach the reader of numbers */
    snprintf(line, sizeof line, "--requests=%s", strcmp(r->text, "~") == 0 ? "" : r->text);
    struct arena *mem = arena_new(0);
    struct diags *d = diags_new(mem);
    char *argv[] = {line};
    const struct opts *o = opt_parse(mem, &set, 1, argv, d);
    uint64_t x = opt_u64(o, "requests", (struct opt_range){r->min, r->max, 7}, d);
    assert_int_equal(diags_errors(d), r->ok ? 0 : 1);
    assert_true(x == (r->ok ? r->value : 7));
    if (!r->ok)
        assert_non_null(strstr(diags_get(d, 0)->text, "--requests must be a whole number"));
    arena_drop(mem);
}

struct share {
    const char *text;
    double value; /* 0: refused */
};
static const struct share shares[] = {
    {"1%", 0.01}, {"0.01", 0.01}, {"2.5%", 0.025}, {"1e-3", 0.001}, {"100%", 0}, {"0", 0},
    {"-1%", 0},   {"nan", 0},     {"1%%", 0},      {"inf", 0},      {"%", 0},    {"0x1p-3", 0},
};

static void test_share(void **state)
{
    const struct share *r = *state;
    char line[64];
    snprintf(line, sizeof line, "--precision %s", r->text);
    struct parsed p = parse(line);
    double x = opt_share(p.o, "precision", 0.5, p.d);
    assert_int_equal(diags_errors(p.d), r->value > 0 ? 0 : 1);
    assert_true(x == (r->value > 0 ? r->value : 0.5));
    arena_drop(p.mem);
}

/* Each table of the program itself: rows are whole, names and letters are unique. */
static void test_tables(void **state)
{
    (void)state;
    for (const struct cmd *const *c = cmds; *c; c++) {
        struct opt_set s = cmd_opts(*c);
        const struct opt *a, *b;
        assert_ptr_equal(cmd_find((*c)->name), *c);
        assert_true((*c)->summary[0] >= 'a' && (*c)->summary[0] <= 'z');
        assert_true((*c)->max >= (*c)->min);
        for (uint32_t i = 0; (a = opt_at(&s, i)); i++) {
            assert_true(a->help && a->help[0] && a->help[strlen(a->help) - 1] != '.');
            for (uint32_t j = 0; j < i && (b = opt_at(&s, j)); j++) {
                assert_string_not_equal(a->name, b->name);
                assert_false(a->letter && a->letter == b->letter);
            }
        }
    }
    assert_string_equal(cmd_common[0].name, "output"); /* ORDER common */
    assert_string_equal(cmd_common[7].name, "help");
    assert_null(cmd_common[8].name);
}

/* No line of a help is wider than it was asked to be (names of options aside). */
static void test_help_width(void **state)
{
    (void)state;
    for (const struct cmd *const *c = cmds; *c; c++) {
        struct buf b = {0};
        help_cmd(&b, *c, 60);
        for (const char *s = b.s; *s; s += strcspn(s, "\n") + 1)
            if (s[0] != ' ' || strncmp(s, "                    ", 20) == 0)
                assert_true(strcspn(s, "\n") <= 60);
        assert_non_null(strstr(b.s, "--help"));
        buf_free(&b);
    }
}

struct terminal {
    const char *name;
    struct term_env env;
    const char *color;
    bool want_color, want_utf8;
    int want_width;
};
static const struct terminal terminals[] = {
    {"nothing set", {0}, NULL, false, false, 80},
    {"not a terminal", {.term = "xterm"}, "auto", false, false, 80},
    {"always", {.no_color = "1"}, "always", true, false, 80},
    {"never", {.clicolor_force = "1"}, "never", false, false, 80},
    {"forced", {.clicolor_force = "1"}, NULL, true, false, 80},
    {"forced by 0", {.clicolor_force = "0"}, NULL, false, false, 80},
    {"NO_COLOR wins", {.no_color = "1", .clicolor_force = "1"}, NULL, false, false, 80},
    {"empty NO_COLOR", {.no_color = "", .clicolor_force = "1"}, NULL, true, false, 80},
    {"columns", {.columns = "120"}, NULL, false, false, 120},
    {"narrow", {.columns = "3"}, NULL, false, false, 40},
    {"huge", {.columns = "99999999999999999999"}, NULL, false, false, 500},
    {"no number", {.columns = "12x"}, NULL, false, false, 80},
    {"LANG", {.lang = "en_US.UTF-8"}, NULL, false, true, 80},
    {"C.utf8", {.lc_all = "C.utf8", .lang = "C"}, NULL, false, true, 80},
    {"LC_ALL wins", {.lc_all = "C", .lang = "en_US.UTF-8"}, NULL, false, false, 80},
    {"latin1", {.lc_ctype = "de_DE.ISO-8859-1"}, NULL, false, false, 80},
};

static void test_terminal(void **state)
{
    const struct terminal *r = *state;
    FILE *f = tmpfile();
    assert_non_null(f);
    struct term t = term_of(fileno(f), &r->env, r->color);
    fclose(f);
    assert_false(t.tty);
    assert_int_equal(t.color, r->want_color);
    assert_int_equal(t.utf8, r->want_utf8);
    assert_int_equal(t.width, r->want_width);
}

int main(void)
{
    struct CMUnitTest t[128];
    size_t n = 0;
    for (size_t i = 0; i < TEST_COUNT(good); i++)
        t[n++] = test_named(*good[i].line ? good[i].line : "(nothing)", test_good, &good[i]);
    for (size_t i = 0; i < TEST_COUNT(refused); i++)
        t[n++] = test_named(refused[i].line, test_refused, &refused[i]);
    for (size_t i = 0; i < TEST_COUNT(numbers); i++)
        t[n++] = test_named(numbers[i].text, test_number, &numbers[i]);
    for (size_t i = 0; i < TEST_COUNT(shares); i++)
        t[n++] = test_named(shares[i].text, test_share, &shares[i]);
    for (size_t i = 0; i < TEST_COUNT(terminals); i++)
        t[n++] = test_named(terminals[i].name, test_terminal, &terminals[i]);
    t[n++] = test_named("all errors are reported", test_all_reported, NULL);
    t[n++] = test_named("values are found", test_access, NULL);
    t[n++] = test_named("tables of the program", test_tables, NULL);
    t[n++] = test_named("help keeps to its width", test_help_width, NULL);
    return _cmocka_run_group_tests("opt", t, n, NULL, NULL);
}
