/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_trace_out.c - the writers of traces on a request made by hand: whose time is whose, what is
 * above what, ids of the right shape, names from the model that cannot break the document. */
#include "base/buf.h"
#include "reports/trace.h"
#include "tests/unit/test.h"
#include <string.h>

/* The root calls `"x"` (1 ms queue, 2 ms cpu, 3 ms latency), which begins a task that waits 10 ms,
 * is cancelled at 7 and leaves a detached part of a part. */
static struct timeline_span span[] = {
    {TIMELINE_STEP, 0, UINT32_MAX, 0, "\"x\"\n", 0, 0.006, true, false},
    {TIMELINE_QUEUE, 0, 0, 0, "db", 0, 0.001, false, false},
    {TIMELINE_CPU, 0, 0, 0, "x", 0.001, 0.003, false, false},
    {TIMELINE_WORK, 0, 0, 0, "x", 0.003, 0.006, false, false},
    {TIMELINE_JOIN, 1, 3, UINT32_MAX, "join", 0.003, 0.007, false, false},
    {TIMELINE_STEP, 1, 4, 1, "y", 0.003, 0.007, false, true},
};
static struct timeline_segment segment[] = {
    {0, 0.001, 1, "db"}, {0.001, 0.003, 2, "x"}, {0.003, 0.006, 3, "x"}};
static const char *lane[] = {"request", "request/t"};
static struct timeline_result line = {.which = "median",
                                      .ordinal = 7,
                                      .cls = "request",
                                      .latency = 0.006,
                                      .duration = 0.006,
                                      .arrival = 0.5,
                                      .nlane = 2,
                                      .nspan = 6,
                                      .nsegment = 3,
                                      .lane = lane,
                                      .span = span,
                                      .segment = segment};

static void test_sums(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct trace_sums s = trace_sums(a, &line);
    assert_int_equal(s.critical[0], 6000000);
    assert_int_equal(s.critical[1], 1000000);
    assert_int_equal(s.critical[2], 2000000);
    assert_int_equal(s.critical[3], 3000000);
    assert_int_equal(s.critical[5], 0);
    assert_int_equal(s.queue[0], 1000000);
    assert_int_equal(s.cpu[0], 2000000);
    assert_int_equal(trace_step_above(&line, 0), UINT32_MAX);
    assert_int_equal(trace_step_above(&line, 3), 0);
    assert_int_equal(trace_step_above(&line, 5), 0); /* through a join and a wait */
    arena_drop(a);
}

static struct run_result result_of(struct exec_result *e)
{
    static struct step_result step[] = {{.path = "request/x"}, {.path = "request/t/y"}};
    *e = (struct exec_result){
        .name = "threads", .nstep = 2, .step = step, .ntimeline = 1, .timeline = &line};
    return (struct run_result){.model_name = "m<\\>", .nexec = 1, .exec = e, .seed = 1};
}

static uint32_t times(const char *text, const char *what)
{
    uint32_t n = 0;
    for (const char *s = text; (s = strstr(s, what)); s += strlen(what))
        n++;
    return n;
}

/* Brackets balance outside strings, and every string ends. */
static void well_formed(const char *s)
{
    int depth = 0;
    bool quoted = false;
    for (; *s; s++) {
        if (quoted && *s == '\\') {
            s++;
            assert_true(*s != 0);
            continue;
        }
        assert_true(!quoted || (unsigned char)*s >= 0x20);
        quoted = *s == '"' ? !quoted : quoted;
        depth += quoted ? 0 : (*s == '{' || *s == '[') - (*s == '}' || *s == ']');
        assert_true(depth >= 0);
    }
    assert_true(depth == 0 && !quoted);
}

static void test_chrome(void **state)
{
    (void)state;
    struct exec_result e;
    struct run_result r = result_of(&e);
    const struct run_result *all[] = {&r};
    struct buf b = {0};
    trace_chrome(all, 1, NULL, &b);
    well_formed(b.s);
    assert_int_equal(times(b.s, "\"ph\":\"X\""), 6 + 3);
    assert_int_equal(times(b.s, "\"name\":\"fork\""), 2);       /* one arrow has two ends */
    assert_non_null(strstr(b.s, "\"ts\":503000,\"dur\":4000")); /* after its arrival at 0.5 s */
    assert_non_null(strstr(b.s, "\\\"x\\\"\\n"));
    assert_int_equal(times(b.s, "\"ended\":\"cancelled\""), 1);
    assert_int_equal(times(b.s, "\"ended\":\"failed\""), 1);
    buf_free(&b);
}

static void test_otlp(void **state)
{
    (void)state;
    struct exec_result e;
    struct run_result r = result_of(&e);
    const struct run_result *all[] = {&r};
    struct buf b = {0}, again = {0};
    trace_otlp(all, 1, NULL, &b);
    trace_otlp(all, 1, NULL, &again);
    well_formed(b.s);
    assert_string_equal(b.s, again.s);
    assert_int_equal(times(b.s, "\"spanId\""), 3);
    assert_int_equal(times(b.s, "\"parentSpanId\""), 2);
    const char *id = strstr(b.s, "\"traceId\":\"") + 11;
    assert_int_equal(strspn(id, "0123456789abcdef"), 32);
    id = strstr(b.s, "\"spanId\":\"") + 10;
    assert_int_equal(strspn(id, "0123456789abcdef"), 16);
    /* 2020-01-01 and half a second; unanswered */
    assert_non_null(strstr(b.s, "\"startTimeUnixNano\":\"1577836800500000000\""));
    assert_non_null(strstr(b.s, "\"message\":\"unanswered\""));
    buf_free(&again);
    /* another seed: another trace */
    r.seed = 2;
    trace_otlp(all, 1, NULL, &again);
    assert_string_not_equal(b.s, again.s);
    buf_free(&b);
    buf_free(&again);
}

static void test_formats(void **state)
{
    (void)state;
    assert_ptr_equal(trace_writer_of("a/b.json")->write, trace_chrome);
    assert_ptr_equal(trace_writer_of("b.otlp.json")->write, trace_otlp);
    assert_null(trace_writer_of(".json"));
    assert_null(trace_writer_of("x.json/y"));
    assert_null(trace_writer_of("x.txt"));
}

int main(void)
{
    const struct CMUnitTest t[] = {cmocka_unit_test(test_sums), cmocka_unit_test(test_chrome),
                                   cmocka_unit_test(test_otlp), cmocka_unit_test(test_formats)};
    return cmocka_run_group_tests_name("trace-out", t, NULL, NULL);
}
