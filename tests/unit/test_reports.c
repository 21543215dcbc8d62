/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_reports.c - the reports, over results made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "reports/layout.h"
#include "reports/report.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- results by hand ---- */

/* Bounds as they would be written, so that exact text can be asked for. */
static double tidy(double x)
{
    return round(x * 1e7) / 1e7;
}
static struct interval near(double value, double half)
{
    return (struct interval){value, tidy(value - half), tidy(value + half)};
}
static struct interval lone(double value)
{
    return (struct interval){value, NAN, NAN};
}
static struct latency_result latency_of(double mean, double half, double p50, double p99)
{
    struct latency_result l = {.n = 120000,
                               .mean = near(mean, half),
                               .sd = lone(mean * 0.6),
                               .min = lone(mean * 0.1),
                               .max = lone(p99 * 4)};
    l.q[0] = near(p50, half);
    l.q[1] = near((p50 + p99) / 2, half);
    l.q[2] = near(p99 * 0.8, half);
    l.q[3] = (struct interval){p99, tidy(p99 - half * 8), tidy(p99 + half * 16)};
    l.q[4] = (struct interval){p99 * 2, tidy(p99 * 1.7), NAN};
    return l;
}

static struct exec_result exec_of(const char *name, const char *kind)
{
    return (struct exec_result){
        .name = name,
        .kind = kind,
        .summary = "",
        .method = "simulated",
        .complete = true,
        .stopped = STOP_PRECISION,
        .requests = 120000,
        .all = {.name = "all", .requests = 120000, .throughput = {NAN, NAN, NAN}},
        .work = 0.1017,
        .span = 0.0515,
        .makespan = NAN,
        .threads = {1, 1},
        .tasks = {3.1, 9},
        .memory = {12400, 36864},
        .unstable_utilisation = NAN};
}

struct sample {
    struct arena *mem;
    struct diags *d;
    struct run_result r;
};

static void sample_make(struct sample *s)
{
    static const char *const name[] = {"serial", "threads", "coroutine"};
    const double mean[] = {0.1017, 0.0534, 0.0519}, p50[] = {0.0951, 0.0461, 0.0448},
                 p99[] = {0.3369, 0.2564, 0.2511};
    s->mem = arena_new(0);
    s->d = diags_new(s->mem);
    uint32_t file = diag_file(s->d, "search.yaml", "version: 1\n", 11);
    s->r = (struct run_result){.mem = s->mem,
                               .version = "0.1.0",
                               .command = "pertinax run search.yaml",
                               .seed = 1,
                               .model_name = "search",
                               .model_doc = "Four look-ups, each cached.\nMore of it.",
                               .model_file = "search.yaml",
                               .digest = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f",
                               .assumed_load = "requests one by one",
                               .assumed_cores = "1 core",
                               .assumed_gil = "no GIL",
                               .assumed_costs = "no costs",
                               .precision_mean = 0.01,
                               .precision_p99 = 0.02,
                               .max_requests = 1000000,
                               .nexec = 3,
                               .exec = NEW(s->mem, struct exec_result, 3),
                               .nspeedup = 2,
                               .speedup = NEW(s->mem, struct speedup_result, 2),
                               .no_load = true};
    for (uint32_t i = 0; i < 3; i++) {
        struct exec_result *e = &s->r.exec[i];
        *e = exec_of(name[i], name[i]);
        e->all.latency = latency_of(mean[i], 0.0002, p50[i], p99[i]);
        e->all.duration = near(mean[i] + 0.001, 0.0002);
        e->nstep = 1;
        e->step = NEW(s->mem, struct step_result, 1);
        *e->step = (struct step_result){.path = "request/geo/geocoder",
                                        .at = {file, 41, 12, 1},
                                        .count = 1,
                                        .mean = 0.031,
                                        .p99 = 0.12,
                                        .attempts = 1,
                                        .failures = 0};
        e->all.noutcome = 1;
        e->all.outcome = NEW(s->mem, struct outcome_result, 1);
        *e->all.outcome = (struct outcome_result){200, {1, 1, 1}, e->all.latency};
    }
    s->r.speedup[0] = (struct speedup_result){1, 0, {1.904, 1.90, 1.91}, 1.975, NAN, 0.981};
    s->r.speedup[1] = (struct speedup_result){2, 0, {1.960, 1.95, 1.97}, 1.975, 2.1, 0.992};
}

static void sample_deadlock(struct sample *s)
{
    struct exec_result *e = &s->r.exec[1];
    struct deadlock_task *t = NEW(s->mem, struct deadlock_task, 2);
    t[0] = (struct deadlock_task){
        "request 1: left", "request/left/b", {1, 9, 5, 1}, "`b`", "request 1: right"};
    t[1] = (struct deadlock_task){
        "request 1: right", "request/right/a", {1, 14, 7, 1}, "`a`", "request 1: left"};
    e->deadlock = NEW(s->mem, struct deadlock_result, 1);
    *e->deadlock =
        (struct deadlock_result){0.012, 2, 3, t, 2, "Take `a` and `b` in the same order."};
    e->stopped = STOP_DEADLOCK;
    e->complete = false;
}

static void sample_unstable(struct sample *s)
{
    s->r.exec[0].unstable = "db";
    s->r.exec[0].unstable_utilisation = 1.18;
    s->r.exec[0].stopped = STOP_UNSTABLE;
    s->r.nspeedup = 0;
}

/* Two outcomes, two classes, two resources, a warning, a load; peaks worth a table. */
static void sample_busy(struct sample *s)
{
    struct arena *a = s->mem;
    s->r.no_load = false;
    s->r.assumed_load = "open, 19.2 a second, Poisson";
    for (uint32_t i = 0; i < s->r.nexec; i++) {
        struct exec_result *e = &s->r.exec[i];
        e->all.throughput = near(19.2, 0.1);
        e->all.noutcome = 2;
        e->all.outcome = NEW(a, struct outcome_result, 2);
        e->all.outcome[0] = (struct outcome_result){200, {0.94, 0.938, 0.942}, e->all.latency};
        e->all.outcome[1] =
            (struct outcome_result){0, {0.06, 0.058, 0.062}, latency_of(0.2, 0.01, 0.2, 0.25)};
        e->nclass = 2;
        e->cls = NEW(a, struct class_result, 2);
        e->cls[0] = e->cls[1] = e->all;
        e->cls[0].name = "request";
        e->cls[1].name = "refresh";
        e->cls[1].requests = 4000;
        e->nresource = 2;
        e->resource = NEW(a, struct resource_result, 2);
        e->resource[0] =
            (struct resource_result){"db", 0.4, 0.1, 0.0021 * (i + 1), 0.014, 12, 0, 2e5};
        e->resource[1] = (struct resource_result){"mail", NAN, NAN, NAN, NAN, 0, 0, 100};
        e->nwarning = 1;
        e->warning = NEW(a, struct warning_result, 1);
        *e->warning = (struct warning_result){"heavy-tail", "`db` has no variance"};
        e->replications = 10;
        e->warmup = 1250;
    }
    s->r.exec[1].threads.mean = 4.2;
    s->r.exec[1].threads.peak = 16;
    s->r.exec[1].summary = "pool 16, spawn 60us";
}

static void sample_nan(struct sample *s)
{
    const struct interval no = {NAN, NAN, NAN};
    sample_busy(s);
    for (uint32_t i = 0; i < s->r.nexec; i++) {
        struct exec_result *e = &s->r.exec[i];
        struct latency_result *l = &e->all.latency;
        l->mean.lo = l->mean.hi = NAN;
        if (i == 2)
            l->mean = no;
        l->sd = l->min = l->max = no;
        for (int k = 0; k < QUANTILE_COUNT; k++)
            l->q[k] = no;
        e->work = e->span = NAN;
        e->step->mean = e->step->p99 = NAN;
        e->threads.mean = e->threads.peak = e->memory.mean = e->memory.peak = NAN;
    }
    s->r.speedup[0].ratio = no;
    s->r.speedup[0].faster = s->r.speedup[1].faster = NAN;
}

/* ---- helpers ---- */

static char *written(struct sample *s, const char *report, struct report_look look)
{
    struct buf b = {0};
    report_find(report)->run(&s->r, s->d, &look, &b);
    char *copy = arena_strndup(s->mem, b.s, b.n);
    assert_int_equal(strlen(copy), b.n);
    buf_free(&b);
    return copy;
}

static const struct report_look plain80 = {80, false, true, 0};

static size_t widest_line(const char *s)
{
    size_t most = 0;
    while (*s) {
        size_t n = strcspn(s, "\n");
        char *line = calloc(n + 1, 1);
        assert_non_null(line);
        memcpy(line, s, n);
        size_t w = text_width(line);
        assert_true(n == 0 || line[n - 1] != ' ');
        free(line);
        most = w > most ? w : most;
        s += n + (s[n] == '\n');
    }
    return most;
}

static void assert_contains(const char *s, const char *part)
{
    if (!strstr(s, part))
        fail_msg("no \"%s\" in:\n%s", part, s);
}

static void assert_lacks(const char *s, const char *part)
{
    if (strstr(s, part))
        fail_msg("\"%s\" in:\n%s", part, s);
}

/* "unanswered" has it as well, but between letters. */
static void assert_no_nan(const char *s)
{
    for (const char *p = s; (p = strstr(p, "nan")) != NULL; p++)
        if (p == s || !strchr("abcdefghijklmnopqrstuvwxyz", p[-1]))
            fail_msg("nan in:\n%s", s);
}

/* A JSON value, by recursive descent; NULL if it is none. */
static const char *json_skip(const char *s, int depth)
{
    s += strspn(s, " \n");
    if (depth > 30)
        return NULL;
    if (*s == '"') {
        for (s++; *s && *s != '"'; s++)
            if (*s == '\\')
                s++;
        return *s ? s + 1 : NULL;
    }
    if (*s == '{' || *s == '[') {
        char end = *s == '{' ? '}' : ']';
        s++;
        s += strspn(s, " \n");
        if (*s == end)
            return s + 1;
        for (;; s++) {
            s += strspn(s, " \n");
            if (end == '}') {
                if (*s != '"' || !(s = json_skip(s, depth + 1)) || *s++ != ':')
                    return NULL;
            }
            if (!(s = json_skip(s, depth + 1)))
                return NULL;
            s += strspn(s, " \n");
            if (*s == end)
                return s + 1;
            if (*s != ',')
                return NULL;
        }
    }
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < 3; i++)
        if (strncmp(s, words[i], strlen(words[i])) == 0)
            return s + strlen(words[i]);
    size_t n = strspn(s, "-+.0123456789eE");
    return n ? s + n : NULL;
}

static void assert_json(const char *s)
{
    const char *end = json_skip(s, 0);
    assert_non_null(end);
    assert_string_equal(end, "\n");
}

/* ---- tests ---- */

static void time_has_three_digits(void **state)
{
    (void)state;
    static const struct {
        double s;
        const char *text;
    } rows[] = {{0.0448, "44.8 ms"},  {0, "0 s"},
                {1, "1.00 s"},        {0.9999, "1.00 s"},
                {0.99949, "999 ms"},  {9.996e-5, "100 us"},
                {60e-6, "60.0 us"},   {1e-9, "1.00 ns"},
                {5e-10, "0.500 ns"},  {-0.002, "-2.00 ms"},
                {1234, "1234 s"},     {NAN, "-"},
                {INFINITY, "-"},      {0.009999, "10.0 ms"},
                {0.0999999, "100 ms"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char buffer[32];
        assert_string_equal(report_time(rows[i].s, buffer), rows[i].text);
    }
}

static void numbers_are_grouped_and_short(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    assert_string_equal(number_count(a, 120000), "120,000");
    assert_string_equal(number_count(a, 9999), "9999");
    assert_string_equal(number_count(a, 1234567), "1,234,567");
    assert_string_equal(number_count(a, UINT64_MAX), "18,446,744,073,709,551,615");
    assert_string_equal(number_fixed(a, -12345.678, 2), "-12,345.68");
    assert_string_equal(number_fixed(a, -0.001, 1), "0.0");
    assert_string_equal(number_fixed(a, NAN, 1), "-");
    assert_string_equal(number_percent(a, 0.99995), "99.995 %");
    assert_string_equal(number_percent(a, 1), "100 %");
    assert_string_equal(number_percent(a, 1.18), "118 %");
    assert_string_equal(number_percent(a, 0.00001), "< 0.01 %");
    assert_string_equal(number_time(a, 0.1017), "101.7 ms");
    arena_drop(a);
}

static void intervals_take_the_shortest_form(void **state)
{
    (void)state;
    static const struct {
        struct interval v;
        const char *value, *interval;
    } rows[] = {
        {{51.9, 51.7, 52.1}, "51.9", "±0.2"},       {{256, 253, 260}, "256.0", "±4"},
        {{256, 254, 260}, "256.0", "[254, 260]"},   {{51.9, 51.9, 51.9}, "51.9", "±0"},
        {{51.9, NAN, NAN}, "51.9", "±?"},           {{256, 254, NAN}, "256.0", "[254.0, ?]"},
        {{51.9, 51.896, 51.904}, "51.9", "±0.004"}, {{51.9, 50.5, 53.3}, "51.9", "±1.4"},
        {{0.03, 0.03, 0.03}, "0.030", "±0"}};
    struct arena *a = arena_new(0);
    struct scale one = {1, "", 1};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cell c = cell_interval(a, one, rows[i].v);
        assert_string_equal(c.value, rows[i].value);
        assert_string_equal(c.interval, rows[i].interval);
    }
    struct cell c = cell_interval(a, one, (struct interval){256.4, 254.9, 259.1});
    assert_string_equal(c.interval, "[255, 259]");
    assert_string_equal(cell_interval(a, one, lone(NAN)).value, "-");
    assert_null(cell_interval(a, one, lone(NAN)).interval);
    arena_drop(a);
}

static void reports_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; reports[i]; i++) {
        char path[64];
        assert_ptr_equal(report_find(reports[i]->name), reports[i]);
        snprintf(path, sizeof path, "dir.d/out%s", reports[i]->suffix);
        assert_ptr_equal(report_by_suffix(path), reports[i]);
    }
    assert_null(report_find("xml"));
    assert_null(report_by_suffix("out"));
    assert_null(report_by_suffix("dir.json/out"));
    assert_null(report_by_suffix(".json"));
}

static void text_answers_first(void **state)
{
    (void)state;
    struct sample s;
    sample_make(&s);
    const char *want = "EXECUTION  mean ms     p50 ms     p99 ms            over serial\n"
                       "serial     101.7 ±0.2  95.1 ±0.2  336.9 [335, 340]  1.00x\n"
                       "threads     53.4 ±0.2  46.1 ±0.2  256.4 [255, 260]  1.90x ±0.006\n"
                       "coroutine   51.9 ±0.2  44.8 ±0.2  251.1 [250, 254]  1.96x ±0.01   ◀ best\n";
    struct report_look quiet = {100, false, true, -1};
    char *got = written(&s, "text", quiet);
    assert_string_equal(got, want);
    char *all = written(&s, "text", plain80);
    assert_contains(all, "search · Four look-ups, each cached.\n"
                         "seed 1 · requests one by one · 1 core · no GIL · no costs\n\nEXECUTION");
    assert_contains(all, "faster in 99.2 % of");
    assert_contains(all, "101.7 ms of work");
    assert_contains(all, "longest chain is 51.5 ms: no");
    assert_contains(all, "120,000 requests each");
    assert_lacks(all, "More of it");
    assert_lacks(all, "\x1b");
    assert_lacks(all, "OUTCOMES"); /* one outcome is no news */
    arena_drop(s.mem);
}

static void ties_are_all_best(void **state)
{
    (void)state;
    struct sample s;
    sample_make(&s);
    struct winners v = verdict_make(s.mem, &s.r);
    assert_int_equal(v.best, 2);
    assert_int_equal(v.nbest, 1);
    s.r.exec[1].all.latency.mean = near(0.0521, 0.0003);
    s.r.speedup[0].ratio = (struct interval){1.952, 1.94, 1.96};
    v = verdict_make(s.mem, &s.r);
    assert_int_equal(v.nbest, 2);
    assert_true(v.among_best[1] && v.among_best[2] && !v.among_best[0]);
    assert_contains(written(&s, "text", plain80), "Between threads and coroutine no difference");
    s.r.speedup[0].ratio = (struct interval){1.92, 1.91, 1.93}; /* pairing tells them apart */
    assert_int_equal(verdict_make(s.mem, &s.r).nbest, 1);
    arena_drop(s.mem);
}

static void no_width_is_exceeded(void **state)
{
    (void)state;
    static void (*const change[])(struct sample *) = {NULL, sample_deadlock, sample_unstable,
                                                      sample_busy, sample_nan};
    static const int widths[] = {40, 60, 72, 80, 100, 132};
    for (size_t c = 0; c < sizeof change / sizeof *change; c++) {
        struct sample s;
        sample_make(&s);
        if (change[c])
            change[c](&s);
        s.r.exec[1].name = "threads with a long name of its own";
        for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
            for (int ascii = 0; ascii < 2; ascii++) {
                struct report_look look = {widths[i], false, !ascii, 1};
                char *got = written(&s, "text", look);
                if (widest_line(got) > (size_t)widths[i])
                    fail_msg("wider than %d:\n%s", widths[i], got);
                assert_no_nan(got);
                assert_lacks(got, "inf");
                for (const char *p = got; ascii && *p; p++)
                    assert_true((unsigned char)*p < 0x80);
            }
        }
        arena_drop(s.mem);
    }
}

static void narrow_tables_lose_columns(void **state)
{
    (void)state;
    struct sample s;
    sample_make(&s);
    struct report_look look = {60, false, false, -1};
    assert_string_equal(written(&s, "text", look),
                        "EXECUTION  mean ms      p50 ms  p99 ms  over serial\n"
                        "serial     101.7 +-0.2    95.1   336.9        1.00x\n"
                        "threads     53.4 +-0.2    46.1   256.4        1.90x\n"
                        "coroutine   51.9 +-0.2    44.8   251.1        1.96x  <- best\n");
    arena_drop(s.mem);
}

static void deadlock_is_told(void **state)
{
    (void)state;
    struct sample s;
    sample_make(&s);
    sample_deadlock(&s);
    struct report_look look = {120, true, true, 0};
    char *got = written(&s, "text", look);
    assert_contains(got, "\x1b[31mthreads\x1b[0m    \x1b[31mdeadlock");
    look.color = false;
    got = written(&s, "text", look);
    assert_contains(got, "threads    deadlock after 12.0 ms\n");
    assert_contains(got, "  Deadlock under threads after 12.0 ms: 3 tasks can never move again.\n"
                         "  1. request 1: left, in request/left/b (search.yaml:9:5), waits for "
                         "`b`, held by request 1: right\n");
    assert_contains(got, "the circle is\n     closed\n  and 1 more.\n");
    assert_contains(got, "\n  Take `a` and `b` in the same order.\n");
    char *j = written(&s, "json", plain80);
    assert_json(j);
    assert_contains(j, "\"time\": 0.012");
    assert_contains(j, "\"at\": \"search.yaml:14:7\"");
    assert_contains(j, "\"stopped\": \"deadlock\"");
    arena_drop(s.mem);
}

static void unstable_has_no_averages(void **state)
{
    (void)state;
    struct sample s;
    sample_make(&s);
    sample_unstable(&s);
    s.r.nexec = 1;
    char *got = written(&s, "text", plain80);
    assert_contains(got, "serial     cannot carry this load: db at 118 %\n");
    assert_contains(got, "`db` would have to be busy 118 % of the time");
    assert_lacks(got, "101.7");
    char *j = written(&s, "jsonl", plain80);
    assert_json(j);
    assert_contains(j, "\"unstable\":{\"resource\":\"db\",\"utilisation\":1.18}");
    assert_lacks(j, "\"latency\"");
    assert_string_equal(written(&s, "csv", plain80),
                        "execution,kind,class,metric,value,lo,hi,unit\n"
                        "serial,serial,all,unstable db utilisation,1.18,,,\n");
    arena_drop(s.mem);
}

static void json_has_the_schema(void **state)
{
    (void)state;
    struct sample s;
    sample_make(&s);
    sample_busy(&s);
    s.r.seed = UINT64_MAX;
    char *j = written(&s, "jsonl", plain80);
    assert_json(j);
    assert_int_equal(strcspn(j, "\n"), strlen(j) - 1);
    static const char *const parts[] = {
        "{\"schema\":\"pertinax.run/1\",\"version\":\"0.1.0\",\"seed\":18446744073709551615,"
        "\"command\":\"pertinax run search.yaml\",\"model\":{\"name\":\"search\","
        "\"file\":\"search.yaml\",\"digest\":\"1a2b3c4d5e6f",
        "{\"name\":\"serial\",\"kind\":\"serial\",\"method\":\"simulated\",\"requests\":120000,"
        "\"complete\":true,\"stopped\":\"precision\",\"latency\":{\"mean\":{\"value\":0.1017,"
        "\"lo\":0.1015,\"hi\":0.1019},\"sd\":{\"value\":0.06102},\"min\":{\"value\":0.01017},",
        "\"p999\":{\"value\":0.6738,\"lo\":0.57273,\"hi\":null}",
        "\"duration\":{\"mean\":{",
        "\"throughput\":{\"value\":19.2,",
        "\"outcomes\":{\"200\":{\"value\":0.94,\"lo\":0.938,\"hi\":0.942},\"unanswered\":{",
        "\"latency_by_outcome\":{\"200\":{\"mean\":",
        "\"work\":{\"value\":0.1017},\"span\":{\"value\":0.0515},\"steps\":[{\"step\":"
        "\"request/geo/geocoder\",\"at\":\"search.yaml:41:12\",\"count\":1,\"mean\":0.031,"
        "\"p99\":0.12,\"attempts\":1,\"failures\":0}]",
        "\"resources\":[{\"name\":\"db\",\"utilisation\":0.4,\"queue\":0.1,\"wait\":0.0021,"
        "\"wait_p99\":0.014,\"rejected\":12,\"queue_timeouts\":0},{\"name\":\"mail\","
        "\"utilisation\":null",
        "\"threads\":{\"mean\":1,\"peak\":1},\"tasks\":{\"mean\":3.1,\"peak\":9},"
        "\"memory\":{\"mean\":12400,\"peak\":36864},\"classes\":[{\"name\":\"request\","
        "\"latency\":",
        "\"warnings\":[{\"id\":\"heavy-tail\",\"text\":\"`db` has no variance\"}]",
        ("\"speedups\":[{\"of\":\"threads\",\"over\":\"serial\",\"value\":1.904,\"lo\":1.9,"
         "\"hi\":1.91,\"bound\":{\"amdahl\":null,\"work_span\":1.975}}")};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        assert_contains(j, parts[i]);
    assert_lacks(j, "makespan");
    assert_json(written(&s, "json", plain80));
    s.r.exec[0].makespan = 2.5;
    assert_contains(written(&s, "jsonl", plain80), "\"makespan\":{\"value\":2.5}");
    arena_drop(s.mem);
}

static void missing_numbers_are_never_nan(void **state)
{
    (void)state;
    struct sample s;
    sample_make(&s);
    sample_nan(&s);
    for (size_t i = 0; reports[i]; i++) {
        char *got = written(&s, reports[i]->name, plain80);
        assert_no_nan(got);
        assert_lacks(got, "NaN");
    }
    assert_json(written(&s, "json", plain80));
    assert_contains(written(&s, "text", plain80), "coroutine  no result\n");
    s.r.nexec = s.r.nspeedup = 0; /* nothing at all is still a report */
    for (size_t i = 0; reports[i]; i++)
        assert_true(strlen(written(&s, reports[i]->name, plain80)) > 0);
    arena_drop(s.mem);
}

static void tables_follow_where_there_is_news(void **state)
{
    (void)state;
    struct sample s;
    sample_make(&s);
    sample_busy(&s);
    struct report_look look = {100, false, true, 1};
    char *got = written(&s, "text", look);
    assert_contains(got, "OUTCOMES\nexecution  outcome     share %    mean ms");
    assert_contains(got, "serial     200         94.0 ±0.2  101.7 ±0.2");
    assert_contains(got, "           unanswered   6.0 ±0.2");
    assert_contains(got, "CLASSES OF REQUESTS\n");
    assert_contains(got, "refresh");
    assert_contains(got, "busy %");
    assert_lacks(got, "mail"); /* has no limit */
    assert_contains(got, "rejected");
    assert_lacks(got, "timeouts"); /* all zero */
    assert_contains(got, "6.30 ms a time for `db` under");
    assert_contains(got, "warning[heavy-tail]: `db` has no variance\n");
    assert_contains(got, "Executions: threads: pool 16, spawn 60us.");
    assert_contains(got, "STEPS UNDER coroutine\n");
    assert_contains(got, "1250 requests in 10 replications");
    const char *first = strstr(got, "warning["), *again = first ? strstr(first + 1, "warning[") : 0;
    assert_null(again);
    arena_drop(s.mem);
}

static void csv_is_quoted(void **state)
{
    (void)state;
    struct sample s;
    sample_make(&s);
    s.r.exec[2].name = "my \"own\", one";
    char *got = written(&s, "csv", plain80);
    assert_contains(got, "execution,kind,class,metric,value,lo,hi,unit\n"
                         "serial,serial,all,requests,120000,,,\n"
                         "serial,serial,all,latency mean,0.1017,0.1015,0.1019,s\n");
    assert_contains(got, "\n\"my \"\"own\"\", one\",coroutine,all,speedup over serial,1.96,1.95,"
                         "1.97,\n");
    for (const char *p = got; *p; p += strcspn(p, "\n") + 1) { /* 7 commas outside quotes */
        int commas = 0;
        bool quoted = false;
        for (size_t i = 0; p[i] != '\n'; i++) {
            quoted = quoted != (p[i] == '"');
            commas += p[i] == ',' && !quoted;
        }
        assert_int_equal(commas, 7);
    }
    arena_drop(s.mem);
}

static void markdown_is_escaped(void **state)
{
    (void)state;
    struct sample s;
    sample_make(&s);
    s.r.exec[0].name = "a|b <i> @x";
    char *got = written(&s, "md", plain80);
    assert_contains(got,
                    "\n| EXECUTION | mean ms | p50 ms | p99 ms | over a\\|b &lt;i> &#64;x |\n"
                    "| --- | ---: | ---: | ---: | ---: |\n| a\\|b &lt;i> &#64;x | 101.7 ±0.2 |");
    assert_contains(got, "| **coroutine** | 51.9 ±0.2 |");
    sample_deadlock(&s);
    s.r.exec[1].deadlock->task[0].waits_for = "`my_lock`";
    s.r.exec[1].deadlock->advice = "no_code ` <here>";
    got = written(&s, "md", plain80);
    assert_contains(got, "waits for `my_lock`, held"); /* a code span keeps its bytes */
    assert_contains(got, "\nno\\_code \\` &lt;here>\n");
    arena_drop(s.mem);
}

static void names_cannot_drive_the_terminal(void **state)
{
    (void)state;
    struct sample s;
    sample_make(&s);
    s.r.exec[0].name = "a\x1b[31mb\nc\xff";
    s.r.model_doc = "\x1b]0;title\x07";
    char *got = written(&s, "text", plain80);
    assert_lacks(got, "\x1b");
    assert_contains(got, "a?[31mb c\xef\xbf\xbd ");
    arena_drop(s.mem);
}

static void equal_results_are_equal_bytes(void **state)
{
    (void)state;
    struct sample s, t;
    sample_make(&s);
    sample_busy(&s);
    sample_make(&t);
    sample_busy(&t);
    for (size_t i = 0; reports[i]; i++)
        assert_string_equal(written(&s, reports[i]->name, plain80),
                            written(&t, reports[i]->name, plain80));
    arena_drop(s.mem);
    arena_drop(t.mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_has_three_digits),
        cmocka_unit_test(numbers_are_grouped_and_short),
        cmocka_unit_test(intervals_take_the_shortest_form),
        cmocka_unit_test(reports_are_found),
        cmocka_unit_test(text_answers_first),
        cmocka_unit_test(ties_are_all_best),
        cmocka_unit_test(no_width_is_exceeded),
        cmocka_unit_test(narrow_tables_lose_columns),
        cmocka_unit_test(deadlock_is_told),
        cmocka_unit_test(unstable_has_no_averages),
        cmocka_unit_test(json_has_the_schema),
        cmocka_unit_test(missing_numbers_are_never_nan),
        cmocka_unit_test(tables_follow_where_there_is_news),
        cmocka_unit_test(csv_is_quoted),
        cmocka_unit_test(markdown_is_escaped),
        cmocka_unit_test(names_cannot_drive_the_terminal),
        cmocka_unit_test(equal_results_are_equal_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
