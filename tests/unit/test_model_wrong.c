/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_model_wrong.c - the model reader: every error id with its place, all of a file at once. */
#include "tests/unit/model_bench.h"
#include <stdio.h>

struct wrong {
    const char *text; /* after two lines of head */
    const char *id;
    uint32_t line, col;
    const char *says; /* in text or hint; NULL: anything */
};
#define R "request: []\n"
#define C "request: {put: a}\nstages: {s: {from: a, do: []}}\n"
#define S "services: {db: {latency: 1ms}, cache: {latency: 1ms}}\n"

static const struct wrong wrongs[] = {
    /* top level */
    {R "reqest: []\n", "E-unknown-key", 4, 1, "did you mean `request`"},
    {R "cores: 2\n", "E-unknown-key", 4, 1, "`cores` is a key of `host`"},
    {"uncaught: 500\n", "E-missing-key", 1, 1, "needs `request`"},
    {"request: 5\n", "E-kind", 3, 10, "a step or a list of steps"},
    {"request:\n", "E-kind", 3, 9, "an empty body is written []"},
    {"request: respond\n", "E-kind", 3, 10, "write {respond: ...}"},
    {R "doc: [a]\n", "E-kind", 4, 6, "a list"},
    {R "uncaught: 99\n", "E-status", 4, 11, "100 to 599"},
    {R "uncaught: 600\n", "E-status", 4, 11, NULL},
    {R "uncaught: '500'\n", "E-status", 4, 11, NULL},
    {R "channels: {a: 5}\n", "E-channel", 4, 12, "`a` is not used"},
    {"channels: {a: 5}\nrequest: {put: a}\n", "E-channel", 3, 12, "no stage takes from"},
    {R "channels: {a: 5}\nstages: {s: {from: a, do: []}}\n", "E-channel", 4, 12,
     "nothing is put into"},
    {C "channels: {a: {size: 5, full: block}}\n", "E-value", 5, 31, "wait, reject"},
    {C "channels: {a: {size: 5, scope: request}}\n", "E-value", 5, 32, "worker, all"},
    {C "channels: {a: {full: wait}}\n", "E-missing-key", 5, 15, "a channel needs `size`"},
    {C "channels: {a: [5]}\n", "E-kind", 5, 15, "size, full, scope"},
    {R "channels: {a: 5}\nstages: {s: {from: b, do: []}}\n", "E-unknown-name", 5, 20,
     "unknown channel `b`"},
    {R "stages: {s: {from: b, do: []}}\n", "E-unknown-name", 4, 20, "the model has no `channels:`"},
    {R "stages: {s: {do: []}}\n", "E-missing-key", 4, 13, "a stage needs `from`"},
    {R "stages: [a]\n", "E-kind", 4, 9, "from: pages"},
    {"channels: {a: 5}\nstages: {s: {from: a, do: []}, t: {from: a, do: []}}\n"
     "request: {put: a}\n",
     "E-stage", 4, 42, "the stage `s` takes from `a` already"},
    {"channels: {a: 5}\nstages: {s: {from: a, batch: {wait: 1ms}, do: []}}\n"
     "request: {put: a}\n",
     "E-missing-key", 4, 30, "`batch` needs `max`"},
    {"channels: {pages: 5}\nstages: {s: {from: pages, do: []}}\nrequest: {put: page}\n",
     "E-unknown-name", 5, 16, "did you mean `pages`?"},
    {R "checks: [never]\n", "E-claim", 4, 10, "does not say"},
    /* params */
    {R "params: [a]\n", "E-kind", 4, 9, "a map of names"},
    {R "params: {a-b: 1}\n", "E-name", 4, 10, "letters, digits and `_`"},
    {R "params: {a: [1]}\n", "E-kind", 4, 13, "`a` must be a single value, found a list"},
    {R "params: {a: }\n", "E-kind", 4, 13, "nothing"},
    /* services */
    {R "services: {db: 5ms}\n", "E-kind", 4, 16, "the keys latency"},
    {R "services: {db: {cpu: 1ms}}\n", "E-missing-key", 4, 16, "needs `latency`"},
    {R "services: {db: {latensy: 1ms, latency: 1ms}}\n", "E-unknown-key", 4, 17,
     "did you mean `latency`"},
    {R "services: {db: {latency: 1ms, workers: 3}}\n", "E-unknown-key", 4, 31,
     "is a key of `host`"},
    {R "services: {db: {latency: 1ms, blocking: yes}}\n", "E-bool", 4, 41, "write `true`"},
    {R "services: {db: {latency: 1ms, blocking: 'false'}}\n", "E-bool", 4, 41, "without quotes"},
    {R "services: {db: {latency: 1ms, discipline: fiffo}}\n", "E-value", 4, 43,
     "did you mean `fifo`"},
    {R "services: {db: {latency: 1ms, discipline: [fifo]}}\n", "E-kind", 4, 43, NULL},
    {R "services: {db: {latency: 1ms, abandoned: drop}}\n", "E-value", 4, 42, NULL},
    {R "services: {d b: {latency: 1ms}}\n", "E-name", 4, 12, NULL},
    {R "services: {db: {latency: 1ms, cpu: {sent: 1ms}}}\n", "E-unknown-key", 4, 37,
     "did you mean `send`"},
    {R "services: {db: {latency: 1ms, retry: 3}}\n", "E-kind", 4, 38, NULL},
    {R "services: {db: {latency: 1ms, retry: {backoff: 1ms}}}\n", "E-missing-key", 4, 38,
     "attempts"},
    {R "services: {db: {latency: 1ms, retry: {attempts: 2, only: timeot}}}\n", "E-failure-unknown",
     4, 58, "did you mean `timeout`"},
    {R "services: {db: {latency: 1ms, hedge: {max: 2}}}\n", "E-missing-key", 4, 38, "after"},
    {R "services: {db: {latency: recorded(\"a.db\", \"x\")}}\n", "E-yaml-torn", 4, 26, NULL},
    {R "services: {db: {latency: 'recorded(\"a.db\", \"x\")'}}\n", "E-store", 4, 27, NULL},
    /* resources */
    {R "resources: {a: mutx}\n", "E-resource", 4, 16, "did you mean `mutex`"},
    {R "resources: {a: semaphore}\n", "E-resource", 4, 16, "semaphore(8)"},
    {R "resources: {a: mutex(2)}\n", "E-resource", 4, 22, "one unit"},
    {R "resources: {a: {kind: mutex, size: 2}}\n", "E-resource", 4, 36, "one unit"},
    {R "resources: {a: {kind: pool}}\n", "E-missing-key", 4, 16, "size"},
    {R "resources: {a: {size: 3}}\n", "E-missing-key", 4, 16, "kind"},
    {R "resources: {a: {kind: pool, size: 3, discipline: ps}}\n", "E-value", 4, 50, NULL},
    {R "resources: {a: {kind: pool, size: 3, scope: request}}\n", "E-value", 4, 45, NULL},
    {R "resources: {a: {kind: pool, size: 3, keys: [9]}}\n", "E-kind", 4, 44, NULL},
    {R "resources: {a-b: mutex}\n", "E-name", 4, 13, NULL},
    /* shared */
    {R "shared: {a: {scope: all}}\n", "E-missing-key", 4, 13, "needs `range`"},
    {R "shared: {a: {range: 5}}\n", "E-kind", 4, 21, "a range such as 0..5"},
    {R "shared: {a: {range: [0, 5]}}\n", "E-kind", 4, 21, "a list"},
    {R "shared: {a: {range: 0..5, scope: request}}\n", "E-value", 4, 34, "worker, all"},
    {R "shared: {a: {range: 0..5, strat: 3}}\n", "E-unknown-key", 4, 27, "did you mean `start`"},
    {R "shared: {a: {range: true, start: false}}\n", "E-value", 4, 34, "{range: true}"},
    {R "shared: {a: 0..}\n", "E-expr-syntax", 4, 16, NULL},
    {R "shared: {a: [0, 5]}\n", "E-kind", 4, 13, "or a range"},
    {R "params: {a: 3}\nshared: {a: 0..5}\n", "E-duplicate-name", 5, 10, "a parameter, too"},
    {R "shared: {a: worke}\n", "E-value", 4, 13, "did you mean `worker`"},
    {R "shared: [a, a]\n", "E-duplicate-name", 4, 13, NULL},
    {R "shared: [[a]]\n", "E-kind", 4, 10, NULL},
    /* pipelines */
    {R "pipelines: {request: []}\n", "E-name", 4, 13, NULL},
    {R "pipelines: {a: {run: b}, b: {run: c}, c: [{seq: {run: a}}]}\n", "E-recursion", 4, 55,
     "a -> b -> c -> a"},
    {R "pipelines: {a: {run: a}}\n", "E-recursion", 4, 22, "a -> a"},
    /* steps */
    {"request: {}\n", "E-step-verb", 3, 10, NULL},
    {S "request: [{cal: db}]\n", "E-step-verb", 4, 12, "did you mean `call`"},
    {S "request: [{name: x}]\n", "E-step-verb", 4, 11, "a step needs a verb"},
    {S "request: [{call: db, wait: 1ms}]\n", "E-step-verbs", 4, 22, "`call` and `wait`"},
    {S "request: [{wait: 1ms, cpu: 1ms}]\n", "E-step-verbs", 4, 23, "`wait` and `cpu`"},
    {S "request: [[{call: db}]]\n", "E-kind", 4, 11, "group steps with `seq:`"},
    {S "request: [call]\n", "E-kind", 4, 11, "write `call: ...`"},
    {S "request: {call: bd}\n", "E-unknown-name", 4, 17, "did you mean `db`"},
    {S "request: {call: warehouse}\n", "E-unknown-name", 4, 17, "the services: db, cache"},
    {"request: {call: db}\n", "E-unknown-name", 3, 17, "the model has no `services:`"},
    {S "request: {use: db, do: []}\n", "E-unknown-name", 4, 16, "stands in `services:`"},
    {S "request: {call: [db]}\n", "E-kind", 4, 17, NULL},
    {S "request: {call: db, until: any}\n", "E-unknown-key", 4, 21, "a `parallel` step"},
    {S "request: {cpu: 1ms, hedge: {after: 1ms}}\n", "E-unknown-key", 4, 21, "a `call` step"},
    {S "request: {call: db, timeot: 1ms}\n", "E-unknown-key", 4, 21, "did you mean `timeout`"},
    {S "request: {run: foo}\n", "E-unknown-name", 4, 16, "no `pipelines:`"},
    {S "request: {read: foo}\n", "E-unknown-name", 4, 17, "no `shared:`"},
    {S "request: {call: db, reads: [foo]}\n", "E-unknown-name", 4, 29, NULL},
    {S "request: {call: db, priority: 1.5}\n", "E-number", 4, 31, NULL},
    {S "request: {call: db, priority: 99999999999}\n", "E-number", 4, 31, NULL},
    {S "request: {call: db, name: [a]}\n", "E-kind", 4, 27, NULL},
    {S "request: {call: db, sets: x}\n", "E-kind", 4, 27, NULL},
    {S "request: {call: db, sets: {a-b: 1}}\n", "E-name", 4, 28, NULL},
    {S "request: {call: db, catch: {tmeout: []}}\n", "E-failure-unknown", 4, 29,
     "did you mean `timeout`"},
    {S "request: {call: db, catch: {cal: db}}\n", "E-failure-unknown", 4, 29, NULL},
    {S "request: [{fail: full}, {call: db, catch: {ful: []}}]\n", "E-failure-unknown", 4, 44,
     "did you mean `full`"},
    {S "request: {call: db, retry: {attempts: 2, only: []}}\n", "E-kind", 4, 48, NULL},
    {"request: {parallel: 5}\n", "E-kind", 3, 21, NULL},
    {"request: {spawn: [{wait: 1ms}]}\n", "E-kind", 3, 18, "by their names"},
    {"request: {spawn: {wait: 1ms}}\n", "E-kind", 3, 25, "name the branch"},
    {"request: {each: 3}\n", "E-missing-key", 3, 10, "an `each`"},
    {"request: {each: 3, do: [], rest: stop}\n", "E-value", 3, 34, NULL},
    {"request: {each: 3, do: [], siblings: stop}\n", "E-value", 3, 38, NULL},
    {"request: {each: 3, do: [], as: 3}\n", "E-name", 3, 32, NULL},
    {"request: {if: true}\n", "E-missing-key", 3, 11, "`then` or `else`"},
    {"request: {choose: {p: 1, do: []}}\n", "E-kind", 3, 19, NULL},
    {"request: {choose: [{do: []}]}\n", "E-missing-key", 3, 20, "`p`"},
    {"request: {choose: [{p: 1}]}\n", "E-missing-key", 3, 20, "`do`"},
    {"request: {respond: OK}\n", "E-status", 3, 20, NULL},
    {"request: {abort: 1000}\n", "E-status", 3, 18, NULL},
    {"request: {fail: any}\n", "E-name", 3, 17, NULL},
    {"request: {fail: a b}\n", "E-name", 3, 17, NULL},
    {"request: {return: yes}\n", "E-value", 3, 19, NULL},
    {"request: {await: [[a]]}\n", "E-kind", 3, 19, NULL},
    {"request: {put: c}\n", "E-unknown-name", 3, 16, "the model has no `channels:`"},
    {"request: {wait_until: [c]}\n", "E-kind", 3, 23, NULL},
    {"request: {set: {a: 1}, atomic: yes}\n", "E-bool", 3, 32, NULL},
    {"request: {wait: 1ms, atomic: true}\n", "E-unknown-key", 3, 22, "a `set` step"},
    {"shared: [a]\nrequest: {set: {a: 1}}\n", "E-shared", 4, 17, "write:"},
    {"shared: {a: 0..5}\nrequest: {each: 2, as: a, do: []}\n", "E-duplicate-name", 4, 24,
     "another name"},
    {"shared: {a: 0..5}\npipelines: {p: []}\nrequest: {run: p, with: {a: 1}}\n", "E-duplicate-name",
     5, 26, "a shared variable"},
    {"resources: {a: mutex}\nrequest: {use: a, key: 1, do: []}\n", "E-key", 4, 24, "leave `key`"},
    {"resources: {a: {kind: mutex, keys: 3}}\nrequest: {use: a, do: []}\n", "E-key", 4, 11,
     "say which"},
    /* host and executions */
    {R "host: {core: 2}\n", "E-unknown-key", 4, 8, "did you mean `cores`"},
    {R "host: {schedule: rrr}\n", "E-value", 4, 18, NULL},
    {R "host: {gil: on}\n", "E-bool", 4, 13, NULL},
    {R "host: {balance: least}\n", "E-value", 4, 17, NULL},
    {R "executions: [serial]\n", "E-kind", 4, 13, NULL},
    {R "executions: {uvicorn: {pool: 3}}\n", "E-missing-key", 4, 14, "needs `kind`"},
    {R "executions: {threads: {kind: serial}}\n", "E-value", 4, 30, NULL},
    {R "executions: {a: {kind: thread}}\n", "E-value", 4, 24, "did you mean `threads`"},
    {R "executions: {threads: {costs: nativ}}\n", "E-value", 4, 31, "did you mean `native`"},
    {R "executions: {threads: {costs: [none]}}\n", "E-kind", 4, 31, "cpython-3.11"},
    {R "executions: {threads: {discipline: ps}}\n", "E-value", 4, 36, NULL},
    /* load */
    {R "load: {pipeline: request}\n", "E-load", 4, 7, "needs one of"},
    {R "load: {rate: 1/s, clients: 3}\n", "E-load", 4, 19, "`rate` and `clients`"},
    {R "load: {rate: 1/s, think: 3ms}\n", "E-load", 4, 19, "goes with `clients` only"},
    {R "load: {clients: 1, arrivals: poisson}\n", "E-load", 4, 20, NULL},
    {R "load: {rate: 1/s, arrivals: gamma(2)}\n", "E-value", 4, 35, "gamma(cv=2)"},
    {R "load: {rate: 1/s, arrivals: poison}\n", "E-value", 4, 29, "did you mean `poisson`"},
    {R "load: {replay: no-such-file.csv}\n", "E-file", 4, 0, NULL},
    {R "load: {clients: 1, pipeline: foo}\n", "E-unknown-name", 4, 30, NULL},
    {R "load: [{clients: 1, name: a}, {clients: 1, name: a}]\n", "E-duplicate-name", 4, 31, NULL},
    {R "load: 200/s\n", "E-kind", 4, 7, NULL},
};

static void test_wrong(void **state)
{
    const struct wrong *w = *state;
    char text[4096];
    snprintf(text, sizeof text, "pertinax: 1\nname: t\n%s", w->text);
    struct bench b = bench_read(text);
    bool good = diags_count(b.d) == 1;
    if (good) {
        const struct diag *g = diags_get(b.d, 0);
        good = strcmp(g->id, w->id) == 0 && g->at.line == w->line &&
               (w->col == 0 || g->at.col == w->col) &&
               (!w->says || strstr(g->text, w->says) || (g->hint && strstr(g->hint, w->says)));
    }
    if (!good) {
        print_error("%sexpected %s at %u:%u with \"%s\", got\n", w->text, w->id, w->line, w->col,
                    w->says ? w->says : "");
        bench_show(&b);
    }
    bench_drop(&b);
    assert_true(good);
}

static void test_version(void **state)
{
    (void)state;
    static const char *const texts[] = {"pertinax: 2\nname: t\nrequest: []\n",
                                        "pertinax: '1'\nname: t\nrequest: []\n",
                                        "pertinax: [1]\nname: t\nrequest: []\n"};
    for (size_t i = 0; i < 3; i++) {
        struct bench b = bench_read(texts[i]);
        assert_int_equal(diags_count(b.d), 1);
        assert_string_equal(diags_get(b.d, 0)->id, "E-version");
        assert_int_equal(diags_get(b.d, 0)->at.col, 11);
        bench_drop(&b);
    }
}

static void test_no_model(void **state)
{
    (void)state;
    struct bench b = bench_read("[1, 2]\n");
    assert_null(b.m);
    assert_int_equal(diags_errors(b.d), 1);
    assert_string_equal(diags_get(b.d, 0)->id, "E-kind");
    bench_drop(&b);
}

/* All errors of a file at once, in the order of their places, and a model all the same. */
static void test_many(void **state)
{
    (void)state;
    struct bench b = bench_read("nmae: x\n"
                                "services:\n"
                                "  db: {latency: 1 ms ms}\n"
                                "  c: {}\n"
                                "request:\n"
                                "  - {call: d}\n"
                                "  - {use: lock, do: {cal: c}}\n"
                                "  - {each: 3, do: {call: c, until: 2}}\n");
    static const struct {
        const char *id;
        uint32_t line;
    } want[] = {{"E-unknown-key", 1}, /* `name`, so that it is not missing */
                {"E-missing-key", 1},  {"E-expr-syntax", 3},  {"E-missing-key", 4},
                {"E-unknown-name", 6}, {"E-unknown-name", 7}, {"E-step-verb", 7},
                {"E-unknown-key", 8}};
    enum { COUNT = sizeof want / sizeof *want };
    if (diags_count(b.d) != COUNT)
        bench_show(&b);
    assert_int_equal(diags_count(b.d), COUNT);
    for (uint32_t i = 0; i < COUNT; i++) {
        const struct diag *g = diags_get(b.d, i);
        if (i >= 2) /* two at one place come in any order */
            assert_string_equal(g->id, want[i].id);
        assert_int_equal(g->at.line, want[i].line);
    }
    assert_non_null(b.m);
    assert_int_equal(b.m->request.n, 3);
    assert_int_equal(b.m->request.v[0]->verb, VERB_SEQ);
    assert_string_equal(b.m->request.v[0]->name, "d");
    assert_int_equal(b.m->request.v[1]->verb, VERB_SEQ);
    assert_int_equal(b.m->request.v[1]->body.n, 1);
    assert_int_equal(b.m->request.v[2]->verb, VERB_EACH);
    assert_non_null(b.m->service[0].latency);
    bench_drop(&b);
}

/* After E-recursion no pipeline leads back to itself. */
static void test_recursion_cut(void **state)
{
    (void)state;
    struct bench b = bench_read("pertinax: 1\nname: t\nrequest: {run: a}\npipelines:\n"
                                "  a: [{run: b}, {run: c}]\n  b: [{run: c}, {run: d}]\n"
                                "  c: [{run: a}, {run: b}]\n  d: {run: b}\n");
    assert_int_equal(diags_count(b.d), 3);
    uint32_t cut = 0;
    for (uint32_t i = 0; i < b.m->npipeline; i++)
        for (uint32_t k = 0; k < b.m->pipeline[i].body.n; k++)
            cut += b.m->pipeline[i].body.v[k]->verb == VERB_SEQ;
    assert_int_equal(cut, 3);
    bench_drop(&b);
}

/* An alias'd body is read where it stands, each time, and reports once. */
static void test_alias(void **state)
{
    (void)state;
    struct bench b = bench_read("pertinax: 1\nname: t\nrequest:\n  - &s {call: db}\n  - *s\n");
    assert_int_equal(diags_count(b.d), 1);
    assert_int_equal(b.m->request.n, 2);
    bench_drop(&b);
}

static void test_limits(void **state)
{
    (void)state;
    struct buf text = {0};
    buf_puts(&text, "pertinax: 1\nname: t\nrequest: []\nservices:\n");
    for (int i = 0; i < 4100; i++)
        buf_printf(&text, "  s%d: {latency: 1ms}\n", i);
    struct bench b = bench_read(text.s);
    assert_int_equal(diags_count(b.d), 1);
    assert_string_equal(diags_get(b.d, 0)->id, "E-limit");
    assert_int_equal(diags_get(b.d, 0)->at.line, 4 + 4096 + 1);
    bench_drop(&b);
    buf_free(&text);
}

/* No text comes that far, the YAML reader stops before; --set and programs could. */
static void test_depth(void **state)
{
    (void)state;
    struct bench b = {.a = arena_new(0)};
    const char *text = "pertinax: 1\nname: t\nrequest: [{cpu: 1ms}]\n";
    b.d = diags_new(b.a);
    struct yaml *root = yaml_parse(b.a, "t.yaml", text, strlen(text), b.d);
    struct yaml *inner = root->pair[2].value;
    for (int i = 0; i < 400; i++) {
        struct yaml *seq = NEW(b.a, struct yaml, 1);
        *seq = (struct yaml){.kind = YAML_MAP, .at = inner->at, .s = "", .n = 1};
        seq->pair = NEW(b.a, struct yaml_pair, 1);
        seq->pair[0] = (struct yaml_pair){"seq", inner->at, inner};
        inner = seq;
    }
    root->pair[2].value = inner;
    b.m = model_build(b.a, root, "t.yaml", b.d);
    assert_int_equal(diags_errors(b.d), 1);
    assert_string_equal(diags_get(b.d, 0)->id, "E-depth");
    bench_drop(&b);
}

int main(void)
{
    enum { MORE = 7 };
    struct CMUnitTest t[TEST_COUNT(wrongs) + MORE];
    char name[TEST_COUNT(wrongs)][64];
    size_t n = 0;
    t[n++] = test_named("version", test_version, NULL);
    t[n++] = test_named("no model", test_no_model, NULL);
    t[n++] = test_named("many", test_many, NULL);
    t[n++] = test_named("recursion", test_recursion_cut, NULL);
    t[n++] = test_named("alias", test_alias, NULL);
    t[n++] = test_named("limits", test_limits, NULL);
    t[n++] = test_named("depth", test_depth, NULL);
    for (size_t i = 0; i < TEST_COUNT(wrongs); i++) {
        snprintf(name[i], sizeof name[i], "wrong %zu: %s", i, wrongs[i].id);
        t[n++] = test_named(name[i], test_wrong, &wrongs[i]);
    }
    return cmocka_run_group_tests_name("model, wrong", t, NULL, NULL);
}
