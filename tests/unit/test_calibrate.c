/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_calibrate.c - medians and their intervals by hand; costs written into models of every
 * layout; and what holds of measured costs on any machine: no time is asserted. */
#include "cli/calibrate_into.h"
#include "tests/unit/test.h"
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Of 15 values the 4th and the 12th hold the median in 96.5 % of all samples: 1 - 2 P(X <= 3) with
 * X binomial (15, 1/2), 576 / 32768. */
static void test_settle(void **state)
{
    (void)state;
    struct calibrate_sample s;
    struct calibration c = {.cores = 1};
    for (int k = 0; k < CAL_COUNT; k++)
        for (int i = 0; i < CALIBRATE_BATCHES; i++)
            s.x[k][i] = k == CAL_TASK ? -5 : (double)((i * 7) % CALIBRATE_BATCHES + 1);
    s.x[CAL_SPAWN][0] = 1e12; /* a batch that was disturbed; it was 1 */
    for (int i = 0; i < CALIBRATE_BATCHES; i++)
        s.x[CAL_HANDOFF][i] = NAN;
    calibrate_settle(&s, &c);
    assert_true(c.v[CAL_HOP].value == 8 && c.v[CAL_HOP].lo == 4 && c.v[CAL_HOP].hi == 12);
    assert_true(c.v[CAL_SPAWN].value == 9 && c.v[CAL_SPAWN].lo == 5 && c.v[CAL_SPAWN].hi == 13);
    assert_true(c.v[CAL_TASK].known && c.v[CAL_TASK].value == 0 && c.v[CAL_TASK].hi == 0);
    assert_false(c.v[CAL_HANDOFF].known);
}

/* ---- into a model ---- */

static struct calibration measured(bool gil)
{
    static const double x[CAL_COUNT] = {
        [CAL_SPAWN] = 21750,     [CAL_SPAWN_POOLED] = 5e3, [CAL_SWITCH] = 2e3,
        [CAL_THREAD_WAKE] = 4e3, [CAL_HANDOFF] = 6e3,      [CAL_STACK] = 4096,
        [CAL_TASK] = 300,        [CAL_RESUME] = 700,       [CAL_LOOP_WAKE] = 1e4,
        [CAL_FRAME] = 900,       [CAL_HOP] = 1500};
    struct calibration c = {.runtime = "native", .cores = 3, .gil = gil};
    for (int k = 0; k < CAL_COUNT; k++)
        c.v[k] = (struct calibrated_value){k != CAL_HANDOFF || gil, x[k], x[k], x[k]};
    return c;
}

#define HEAD    "pertinax: 1\nname: t\nservices: {s: {latency: 1ms}}\n"
#define REQUEST "request: {call: s}\n"
#define THREADS "{spawn: 21.8us, switch: 2.00us, wake: 4.00us, stack: 4.10KB}"
#define TASKS   "{task: 300ns, resume: 700ns, wake: 10.0us, frame: 900B}"
static const struct into {
    const char *name, *model, *want; /* want NULL: E-calibrate */
    bool gil;
} intos[] = {
    {"none", HEAD REQUEST,
     HEAD REQUEST "host: {cores: 3}\nexecutions:\n  threads: " THREADS "\n  coroutine: " TASKS "\n",
     false},
    {"no last line", HEAD "host: {cores: 1}\nrequest: {call: s}",
     HEAD "host: {cores: 1}\nrequest: {call: s}\nexecutions:\n  threads: {spawn: 21.8us, switch: "
          "2.00us, wake: 4.00us, handoff: 6.00us, stack: 4.10KB}\n  coroutine: " TASKS "\n",
     true},
    {"flow, comments",
     HEAD "host: {cores: 1} # one\nexecutions:\n  threads: {spawn: 1us, pool: 4} # f\xc3\xbcnf\n"
          "  coroutine: {}\n  serial: {}\n" REQUEST,
     HEAD "host: {cores: 1} # one\nexecutions:\n  threads: {switch: 2.00us, wake: 4.00us, stack: "
          "4.10KB, spawn: 5.00us, pool: 4} # f\xc3\xbcnf\n"
          "  coroutine: " TASKS "\n  serial: {}\n" REQUEST,
     false},
    {"block, none said",
     HEAD "host: {cores: 1}\nexecutions:\n  uv:\n    kind: hybrid # a server\n    hop: 9us\n"
          "  threads:\n  coroutine: # nothing\n" REQUEST,
     HEAD
     "host: {cores: 1}\nexecutions:\n  uv:\n    task: 300ns\n    resume: 700ns\n    wake: "
     "10.0us\n    stack: 4.10KB\n    frame: 900B\n    kind: hybrid # a server\n    hop: 1.50us\n"
     "  threads: " THREADS "\n  coroutine: " TASKS " # nothing\n" REQUEST,
     false},
    {"all in a line, parameters",
     HEAD
     "host: {cores: 1}\nparams:\n  r: 9us # what it costs\nexecutions: {coroutine: {resume: r, "
     "task: 1us, wake: 0, frame: 1B}}\n" REQUEST,
     HEAD "host: {cores: 1}\nparams:\n  r: 700ns # what it costs\nexecutions: {threads: " THREADS
          ", coroutine: {resume: r, task: 300ns, wake: 10.0us, frame: 900B}}\n" REQUEST,
     false},
    {"one text for two",
     HEAD "host: {cores: 1}\nexecutions:\n  a: &x {kind: threads}\n  b: *x\n" REQUEST, NULL, false},
};

static bool into(struct arena *mem, const char *text, bool gil, struct buf *out, struct diags *d)
{
    const struct calibration c = measured(gil);
    const struct subject s = {
        .name = "t.yaml", .path = "t.yaml", .text = text, .size = strlen(text)};
    return calibrate_into(&c, &s, mem, out, d);
}

static void test_into(void **state)
{
    const struct into *x = *state;
    struct arena *mem = arena_new(0);
    struct diags *d = diags_new(mem);
    struct buf out = {0}, again = {0};
    bool ok = into(mem, x->model, x->gil, &out, d);
    assert_int_equal(ok, x->want != NULL);
    if (x->want) {
        assert_string_equal(out.s, x->want);
        assert_true(into(mem, out.s, x->gil, &again, d)); /* a second time changes nothing */
        assert_string_equal(again.s, x->want);
    } else {
        assert_string_equal(diags_get(d, 0)->id, "E-calibrate");
    }
    buf_free(&out);
    buf_free(&again);
    arena_drop(mem);
}

/* What ships keeps all of its lines that no cost stands in. */
static void test_shipped(void **state)
{
    (void)state;
    glob_t g;
    assert_int_equal(glob("models/*.yaml", 0, NULL, &g), 0);
    for (size_t i = 0; i < g.gl_pathc; i++) {
        struct arena *mem = arena_new(0);
        struct diags *d = diags_new(mem);
        struct buf out = {0}, shown = {0};
        char text[1 << 16];
        FILE *f = fopen(g.gl_pathv[i], "r");
        assert_non_null(f);
        text[fread(text, 1, sizeof text - 1, f)] = 0;
        fclose(f);
        if (!into(mem, text, false, &out, d)) {
            diags_print(d, &shown, false);
            fail_msg("%s: %s", g.gl_pathv[i], shown.s);
        }
        char *rest = NULL;
        for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
            if (*line == '#' || strstr(line, "call:"))
                assert_non_null(strstr(out.s, line));
        buf_free(&out);
        arena_drop(mem);
    }
    globfree(&g);
}

/* ---- measured ---- */

static void check_measured(const struct calibration *m)
{
    struct calibration c = *m;
    for (int k = 0; k < CAL_COUNT; k++) {
        const struct calibrated_value *v = &c.v[k];
        /* Not every system says how much memory there was at most. */
        assert_true(v->known || k == (c.gil ? CAL_SPAWN : CAL_HANDOFF) || calibrate_rows[k].bytes);
        assert_true(!v->known || (0 <= v->lo && v->lo <= v->value && v->value <= v->hi));
        assert_true(!v->known || v->value < 1e9);
    }
    assert_true(c.gil || c.v[CAL_SPAWN].value > c.v[CAL_TASK].value);
    assert_true(c.v[CAL_SWITCH].value > 0 && c.v[CAL_RESUME].value > 0);
    assert_true(c.cores >= 1);
}

static void test_python(void **state)
{
    (void)state;
    struct arena *mem = arena_new(0);
    struct calibration c;
    const char *why = NULL;
    if (!calibrate_python("/tmp", &c, mem, &why)) {
        assert_string_equal(why, "there is no python3");
        arena_drop(mem);
        skip();
    }
    assert_memory_equal(c.runtime, "python 3.", 9);
    assert_true(c.gil && c.v[CAL_HANDOFF].known);
    check_measured(&c);
    arena_drop(mem);
}

static void test_native(void **state)
{
    (void)state;
    struct calibration c;
    const char *why = NULL;
    assert_true(calibrate_native(0, NULL, &c, &why));
    assert_true(!c.gil && !c.v[CAL_HANDOFF].known);
    check_measured(&c);
    const atomic_bool stop = true;
    assert_false(calibrate_native(0, &stop, &c, &why));
    assert_null(why);
}

int main(void)
{
    struct CMUnitTest t[TEST_COUNT(intos) + 4];
    size_t n = 0;
    for (; n < TEST_COUNT(intos); n++)
        t[n] = test_named(intos[n].name, test_into, &intos[n]);
    t[n++] = test_named("medians", test_settle, NULL);
    t[n++] = test_named("shipped models", test_shipped, NULL);
    t[n++] = test_named("native", test_native, NULL);
    t[n++] = test_named("python3", test_python, NULL);
    return cmocka_run_group_tests_name("calibrate", t, NULL, NULL);
}
