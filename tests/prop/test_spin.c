/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_spin.c - the explorer and SPIN about the same pipelines: classic faults with their cures,
 * and random ones, each written as a model and as Promela (spin_pair.h).  What is found in one must
 * be found in the other: deadlocks, lost updates, second responses, tasks that nobody awaits.
 * Without SPIN, the classic ones are held against what is known of them. */
#include "base/arena.h"
#include "base/rng.h"
#include "check/explore.h"
#include "tests/prop/spin_pair.h"
#include "tests/unit/test.h"
#include <stdio.h>
#include <unistd.h>

enum { CLAIMS = 4 };
static const char *const claim_name[CLAIMS] = {"deadlock", "lost update", "second response",
                                               "never awaited"};
static const uint32_t claim_faults[CLAIMS] = {1U << FAULT_DEADLOCK,
                                              1U << FAULT_LOST | 1U << FAULT_RACE,
                                              1U << FAULT_TWICE, 1U << FAULT_UNAWAITED};

enum { D = 1, L = 2, T = 4, U = 8 }; /* bits of claims that fail */
struct row {
    const char *name, *text;
    uint32_t nreq, pool;
    bool coroutine;
    unsigned fails;
};
static const struct row rows[] = {
    {"two requests fork on a pool of two", "P(c|c)", 2, 2, false, D},
    {"two requests fork on a pool of three", "P(c|c)", 2, 3, false, 0},
    {"three requests fork on a pool of three", "P(c|c)", 3, 3, false, D},
    {"three requests fork on a pool of four", "P(c|c)", 3, 4, false, 0},
    {"forks in forks take more", "P(P(c|c)|c)", 2, 4, false, D},
    {"forks in forks have enough", "P(P(c|c)|c)", 2, 5, false, 0},
    {"locks in opposite order", "?(L0(cL1(c))|L1(cL0(c)))", 2, 0, false, D},
    {"locks in opposite order on a loop", "?(L0(cL1(c))|L1(cL0(c)))", 2, 0, true, D},
    {"opposite order, but no wait between", "?(L0(L1())|L1(L0()))", 2, 0, true, 0},
    {"locks in one order", "?(L0(cL1(c))|L0(L1(c)))", 2, 0, false, 0},
    {"a lock that its branch needs", "L0(P(L0(c)|c))", 1, 0, false, D},
    {"a lock that nobody's branch needs", "L0(P(L1(c)|c))", 2, 0, false, 0},
    {"an update that threads lose", "ci", 2, 0, false, L},
    {"coroutines do not", "ci", 2, 0, true, 0},
    {"an indivisible update", "cI", 2, 0, false, 0},
    {"an update under a lock", "cL0(i)", 2, 0, false, 0},
    {"two locks are no lock", "?(L0(i)|L1(i))", 2, 0, false, L},
    {"one request's branches lose one", "P(i|i)", 1, 0, false, L},
    {"a response, and another", "S(cr)crA", 1, 0, false, T},
    {"one response or the other", "?(r|cr)", 2, 0, false, 0},
    {"a refusal that goes on", "?(r|)cr", 1, 0, false, T},
    {"a task that nobody awaits", "S(c)c", 1, 0, false, U},
    {"awaited", "S(c)cA", 2, 0, false, 0},
    {"awaited on one way only", "S(c)?(A|c)", 1, 0, false, U},
    {"a task in the pool of who awaits it", "S(c)A", 2, 2, false, D},
    {"a task that has a thread", "S(c)A", 2, 3, false, 0},
};

/* ---- the explorer ---- */

static unsigned explored(const char *yaml, uint32_t nreq, bool coroutine, bool reduced)
{
    static const uint32_t cls[PACK_MAX_REQUESTS] = {0};
    static const bool races[] = {true};
    struct arena *a = arena_new(0);
    struct diags *d = diags_new(a);
    struct explore e;
    struct yaml *root = yaml_parse(a, "pair.yaml", yaml, strlen(yaml), d);
    const struct model *m = root ? model_build(a, root, "pair.yaml", d) : NULL;
    const struct prog *p =
        m ? prog_compile(a, m, model_exec(m, coroutine ? "coroutine" : "threads"), d) : NULL;
    if (!p || diags_errors(d)) {
        struct buf b = {0};
        diags_print(d, &b, false);
        fail_msg("%s\n%s", b.s, yaml);
    }
    struct explore_opt o = {.nreq = nreq,
                            .cls = cls,
                            .max_count = 3,
                            .races = races,
                            .symmetric_copies = reduced,
                            .symmetric_requests = reduced,
                            .local_alone = reduced};
    unsigned fails = 0;
    explore_run(p, &o, &e);
    assert_int_equal(e.end, EXPLORE_WHOLE);
    for (uint32_t f = 0; f < FAULT_COUNT; f++)
        for (unsigned c = 0; c < CLAIMS; c++)
            if (e.found[f].state != NONE && (claim_faults[c] >> f & 1U))
                fails |= 1U << c;
    explore_free(&e);
    arena_drop(a);
    return fails;
}

/* ---- SPIN ---- */

static bool have_spin(void)
{
    /* NOLINTNEXTLINE(cert-env33-c) */
    return system("command -v spin >/dev/null && command -v gcc >/dev/null") == 0;
}

/* A line for each claim: errors, and whether all was seen. */
static const char script[] =
    "cd %s && spin -a pair.pml >said 2>&1 &&"
    " gcc -w -DSAFETY -DMEMLIM=1000 -o pan pan.c &&"
    " for CLAIM in 0 1 2 3; do export CLAIM; test $CLAIM = 0 && E= || E=-E;"
    " timeout 10 ./pan $E -m100000 -w18 >said 2>&1;"
    " sed -n 's/.*errors: \\([0-9]*\\)$/\\1/p' said; grep -c 'not completed\\|too small' said; "
    "done";

/* The next number of what the script says; -1: it says no more. */
static long said(FILE *f)
{
    char line[80];
    return fgets(line, sizeof line, f) ? strtol(line, NULL, 10) : -1;
}

/* Faults as bits; -1: it could not be told. */
static int spun(const struct buf *promela)
{
    char dir[] = "/tmp/pertinax-spin-XXXXXX", command[800];
    unsigned fails = 0, c = 0;
    assert_non_null(mkdtemp(dir));
    snprintf(command, sizeof command, "%s/pair.pml", dir);
    FILE *f = fopen(command, "w");
    assert_non_null(f);
    fwrite(promela->s, 1, promela->n, f);
    fclose(f);
    snprintf(command, sizeof command, script, dir);
    f = popen(command, "r"); /* NOLINT(cert-env33-c) */
    assert_non_null(f);
    for (; c < CLAIMS; c++) {
        long errors = said(f), cut = said(f);
        if (errors < 0 || cut < 0 || (cut && !errors))
            break;
        fails |= (errors > 0 ? 1U : 0U) << c;
    }
    pclose(f);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c) */
    return c == CLAIMS ? (int)fails : -1;
}

/* ---- both ---- */

/* What both say; -1: SPIN does not say. */
static int compare(const struct row *r, bool spin)
{
    struct pair p;
    struct buf promela = {0};
    pair_write(&p, r->text, r->pool, r->nreq, r->coroutine, &promela);
    unsigned here = explored(p.yaml.s, r->nreq, r->coroutine, true);
    assert_int_equal(here, explored(p.yaml.s, r->nreq, r->coroutine, false));
    int there = spin ? spun(&promela) : (int)here;
    for (unsigned c = 0; there >= 0 && c < CLAIMS; c++)
        if (((unsigned)there ^ here) >> c & 1U)
            fail_msg("%s, %u requests, pool %u: %s: %s here, %s in SPIN\n%s\n%s", r->text, r->nreq,
                     r->pool, claim_name[c], here >> c & 1U ? "found" : "none",
                     (unsigned)there >> c & 1U ? "found" : "none", p.yaml.s, promela.s);
    pair_free(&p);
    buf_free(&promela);
    return there < 0 ? -1 : (int)here;
}

static void test_classic(void **state)
{
    const struct row *r = *state;
    assert_int_equal(compare(r, false), r->fails);
}

static void test_classic_spin(void **state)
{
    (void)state;
    if (!have_spin())
        skip();
    for (size_t i = 0; i < TEST_COUNT(rows); i += test_quick() ? 5 : 1)
        if (compare(&rows[i], true) < 0)
            fail_msg("SPIN says nothing of: %s", rows[i].name);
}

/* ---- random ones ---- */

struct dice {
    uint64_t seed, n;
    uint32_t left; /* steps yet to write */
};

static uint32_t roll(struct dice *d, uint32_t n)
{
    return (uint32_t)(rng_mix(d->seed, d->n++) >> 33) % n;
}

static void body_random(struct dice *d, uint32_t depth, struct buf *b);

static void step_random(struct dice *d, uint32_t depth, struct buf *b)
{
    static const char plain[] = "ccciIr";
    uint32_t what = depth == 0 ? 9 : roll(d, 10);
    d->left -= d->left > 0;
    if (what < 2) {
        buf_printf(b, "L%u(", roll(d, 2));
        body_random(d, depth - 1, b);
        buf_puts(b, ")");
    } else if (what < 5) {
        buf_puts(b, what == 2 ? "?(" : "P(");
        body_random(d, depth - 1, b);
        buf_puts(b, "|");
        body_random(d, depth - 1, b);
        buf_puts(b, ")");
    } else if (what == 5) {
        buf_puts(b, "S(");
        body_random(d, depth - 1, b);
        buf_puts(b, roll(d, 4) ? ")cA" : ")");
    } else {
        buf_putc(b, plain[roll(d, sizeof plain - 1)]);
    }
}

static void body_random(struct dice *d, uint32_t depth, struct buf *b)
{
    uint32_t n = 1 + roll(d, 2);
    for (uint32_t i = 0; i < n && (i == 0 || d->left > 0); i++)
        step_random(d, depth, b);
}

static void test_random(void **state)
{
    uint32_t n = test_quick() ? 3 : 12, told = 0, found = 0;
    (void)state;
    if (!have_spin())
        skip();
    for (uint32_t i = 0; i < n; i++) {
        const char *from = getenv("PERTINAX_TEST_SEED");
        struct dice d = {.seed = rng_mix(from ? strtoull(from, NULL, 10) : 7, i), .left = 5};
        struct buf text = {0};
        body_random(&d, 2, &text);
        struct row r = {"random", text.s, 2, roll(&d, 2) ? 2 + roll(&d, 4) : 0, false, 0};
        int both = compare(&r, true);
        told += both >= 0;
        found += both > 0;
        buf_free(&text);
    }
    assert_true(told * 2 > n); /* else they are too large for SPIN */
    assert_true(test_quick() || (found > 0 && found < told));
}

int main(void)
{
    struct CMUnitTest t[TEST_COUNT(rows) + 2];
    for (size_t i = 0; i < TEST_COUNT(rows); i++)
        t[i] = test_named(rows[i].name, test_classic, &rows[i]);
    t[TEST_COUNT(rows)] = test_named("SPIN about the same", test_classic_spin, NULL);
    t[TEST_COUNT(rows) + 1] = test_named("SPIN about random ones", test_random, NULL);
    return cmocka_run_group_tests_name("spin", t, NULL, NULL);
}
