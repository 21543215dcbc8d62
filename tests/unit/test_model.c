/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_model.c - the model reader: every error id with its place, and a model that uses every key,
 * checked field by field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/model.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct bench {
    struct arena *a;
    struct diags *d;
    const struct model *m;
};

static struct bench bench_read(const char *text)
{
    struct bench b = {.a = arena_new(0)};
    b.d = diags_new(b.a);
    struct yaml *root = yaml_parse(b.a, "t.yaml", text, strlen(text), b.d);
    if (root)
        b.m = model_build(b.a, root, "t.yaml", b.d);
    return b;
}

static void bench_show(const struct bench *b)
{
    struct buf out = {0};
    diags_print(b->d, &out, false);
    print_error("%s", out.s ? out.s : "(no diagnostics)\n");
    buf_free(&out);
}

static void bench_drop(struct bench *b)
{
    arena_drop(b->a);
}

static struct bench bench_good(const char *text)
{
    struct bench b = bench_read(text);
    if (diags_count(b.d) != 0)
        bench_show(&b);
    assert_int_equal(diags_count(b.d), 0);
    assert_non_null(b.m);
    return b;
}

/* ---- errors ---- */

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

static void check_wrong(const struct wrong *w)
{
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

static void test_wrong(void **state)
{
    check_wrong(*state);
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

/* ---- the kitchen sink ---- */

static const char sink[] =
    "pertinax: 1\n"
    "name: sink\n"
    "doc: |\n  two\n  lines\n"
    "$schema: foo\n"
    "x-mine: {anything: [goes]}\n"
    "params: {n: 3, rtt: 1ms, on: true}\n"
    "services:\n"
    "  x-base: &base {latency: 9ms}\n"
    "  db:\n"
    "    latency: lognormal(p50=20ms, p99=120ms)\n"
    "    cpu: {send: 30us, receive: 60us}\n"
    "    releases_gil: true\n"
    "    host_cpu: 2ms\n"
    "    capacity: 16\n"
    "    queue: 200\n"
    "    queue_timeout: 1s\n"
    "    discipline: ps\n"
    "    error: 0.1%\n"
    "    blocking: true\n"
    "    timeout: 3s\n"
    "    abandoned: stop\n"
    "    retry: {attempts: 3, backoff: 10ms, factor: 2, max: 1s, only: [timeout, full]}\n"
    "    hedge: {after: 50ms, max: 3}\n"
    "  key-value: {<<: *base, cpu: 40us, capacity: unlimited}\n"
    "resources:\n"
    "  lock: mutex\n"
    "  slots: semaphore(n + 1)\n"
    "  conns: {kind: pool, size: 20, scope: worker, queue: 5, queue_timeout: 1s, "
    "discipline: lifo}\n"
    "shared: {session: request, cache: worker, limits: all}\n"
    "pipelines:\n"
    "  first: [{run: second, with: {k: 2}}, {return: true}]\n"
    "  second: {cpu: 5us}\n"
    "request:\n"
    "  - {call: db, latency: 5ms, cpu: {send: 1us, receive: 2us}, error: 1%, blocking: false,\n"
    "     releases_gil: true, hedge: {after: 1ms}, name: first, timeout: 9ms, priority: -2,\n"
    "     retry: {attempts: unlimited, only: rejected}, sets: {hit: chance(0.5), m: 2},\n"
    "     reads: session, writes: [cache, limits],\n"
    "     catch: {timeout: {respond: 504}, full: [], any: [{abort: 500}]}}\n"
    "  - {call: key-value, cpu: 7us}\n"
    "  - {cpu: 3us, releases_gil: false, catch: [{wait: 1ms}]}\n"
    "  - {wait: exponential(mean=3ms)}\n"
    "  - seq: [{read: session}, {write: cache}]\n"
    "  - {parallel: {a: {wait: 1ms}, b: []}, until: any, rest: detach, siblings: ignore}\n"
    "  - {parallel: [[], {wait: 1ms}], until: 2, siblings: wait}\n"
    "  - {each: n, do: {wait: 1ms}, limit: 2, until: all, as: i, as_completed: {cpu: 1us}}\n"
    "  - {spawn: {geo: {call: db}, ip: []}}\n"
    "  - {await: geo}\n"
    "  - {await: [geo, ip], until: any, rest: detach}\n"
    "  - {offload: {cpu: 1ms}}\n"
    "  - {detach: {cpu: 1ms}}\n"
    "  - {if: hit and on, then: {wait: 1ms}, else: [{wait: 2ms}, {wait: 3ms}]}\n"
    "  - {choose: [{p: 0.25, do: []}, {p: 0.75, do: {fail: full}}]}\n"
    "  - {repeat: 3, do: {wait: 1ms}}\n"
    "  - {use: conns, n: 2, do: {call: db}}\n"
    "  - {run: first}\n"
    "  - {set: {v: n * 2}}\n"
    "  - {respond: 201}\n"
    "uncaught: none\n"
    "host: {cores: 2, workers: n, gil: {handoff: 20us, interval: 4ms}, schedule: rr(3ms), "
    "balance: random}\n"
    "executions:\n"
    "  hybrid: {pool: 16, hop: 40us}\n"
    "  gthread: {kind: threads, costs: none, cores: 4, workers: 4, gil: false, schedule: ps,\n"
    "    balance: fewest, server: 16, pool: 32, limit: 100, queue: 0, stack: 64KB, frame: 4KB,\n"
    "    discipline: priority, spawn: 1us, switch: 2us, task: 3us, resume: 4us, wake: 5us,\n"
    "    hop: 6us, handoff: 7us}\n"
    "  coroutine:\n"
    "load:\n"
    "  - {clients: 50, think: 1s}\n"
    "  - {rate: 200/s, arrivals: gamma(cv=2), pipeline: second, priority: 1}\n"
    "  - {rate: 12/min, arrivals: deterministic, name: slow}\n"
    "  - {backlog: 1000}\n";

static double num(const struct expr *e)
{
    assert_non_null(e);
    assert_int_equal(e->op, X_CONST);
    return e->num;
}

#define NUM(e, x) assert_true(num(e) == (x))

static void sink_head(const struct model *m)
{
    assert_string_equal(m->name, "sink");
    assert_string_equal(m->doc, "two\nlines\n");
    assert_string_equal(m->file, "t.yaml");
    assert_int_equal(m->uncaught, UNCAUGHT_NONE);
    assert_int_equal(m->nparam, 3);
    assert_string_equal(m->param[1].name, "rtt");
    NUM(m->param[1].value, 1e6);
    assert_int_equal(m->param[1].value->unit, UNIT_DURATION);
    assert_int_equal(m->param[1].at.line, 8);
    assert_int_equal(m->param[1].at.col, 16);
    assert_int_equal(m->nfailure, FAIL_USER + 1);
    assert_string_equal(m->failure[FAIL_TIMEOUT], "timeout");
    assert_string_equal(m->failure[FAIL_USER], "full");
    assert_int_equal(m->nshared, 3);
    assert_int_equal(m->shared[0].scope, SCOPE_REQUEST);
    assert_int_equal(m->shared[1].scope, SCOPE_WORKER);
    assert_int_equal(m->shared[2].scope, SCOPE_ALL);
}

static void sink_services(const struct model *m)
{
    assert_int_equal(m->nservice, 2);
    const struct service *s = &m->service[0];
    assert_string_equal(s->name, "db");
    assert_int_equal(s->latency->op, X_DIST);
    NUM(s->cpu_send, 3e4);
    NUM(s->cpu_receive, 6e4);
    NUM(s->host_cpu, 2e6);
    NUM(s->capacity, 16);
    NUM(s->queue, 200);
    NUM(s->queue_timeout, 1e9);
    NUM(s->timeout, 3e9);
    assert_true(s->error->num > 0.000999 && s->error->num < 0.001001);
    assert_true(s->releases_gil && s->blocking && s->abandoned_stop);
    assert_int_equal(s->discipline, DISC_PS);
    NUM(s->retry->attempts, 3);
    NUM(s->retry->backoff, 1e7);
    NUM(s->retry->factor, 2);
    NUM(s->retry->max, 1e9);
    assert_int_equal(s->retry->nonly, 2);
    assert_int_equal(s->retry->only[0], FAIL_TIMEOUT);
    assert_int_equal(s->retry->only[1], FAIL_USER);
    NUM(s->hedge->after, 5e7);
    NUM(s->hedge->max, 3);
    s = &m->service[1];
    assert_string_equal(s->name, "key-value");
    NUM(s->latency, 9e6);
    NUM(s->cpu_send, 4e4);
    assert_null(s->cpu_receive);
    assert_null(s->capacity);
    assert_null(s->retry);
    assert_false(s->blocking);
}

static void sink_resources(const struct model *m)
{
    assert_int_equal(m->nresource, 3);
    assert_string_equal(m->resource[0].kind, "mutex");
    NUM(m->resource[0].size, 1);
    assert_int_equal(m->resource[0].scope, SCOPE_UNSET);
    assert_string_equal(m->resource[1].kind, "semaphore");
    assert_int_equal(m->resource[1].size->op, X_ADD);
    const struct resource *c = &m->resource[2];
    assert_string_equal(c->kind, "pool");
    NUM(c->size, 20);
    NUM(c->queue, 5);
    NUM(c->queue_timeout, 1e9);
    assert_int_equal(c->discipline, DISC_LIFO);
    assert_int_equal(c->scope, SCOPE_WORKER);
}

static void sink_call(const struct model *m)
{
    const struct step *s = m->request.v[0];
    assert_int_equal(s->verb, VERB_CALL);
    assert_int_equal(s->service, 0);
    assert_true(s->named && s->has_cpu && s->has_priority);
    assert_string_equal(s->name, "first");
    NUM(s->latency, 5e6);
    NUM(s->cpu, 1e3);
    NUM(s->cpu_receive, 2e3);
    NUM(s->timeout, 9e6);
    assert_int_equal(s->priority, -2);
    assert_int_equal(s->blocking, 0);
    assert_int_equal(s->releases_gil, 1);
    NUM(s->hedge->after, 1e6);
    assert_null(s->hedge->max);
    assert_null(s->retry->attempts);
    assert_int_equal(s->retry->only[0], FAIL_REJECTED);
    assert_int_equal(s->sets.n, 2);
    assert_string_equal(s->sets.v[0].var, "hit");
    assert_int_equal(s->sets.v[0].value->op, X_CHANCE);
    assert_int_equal(s->reads.n, 1);
    assert_string_equal(s->reads.v[0].name, "session");
    assert_int_equal(s->writes.n, 2);
    assert_string_equal(s->writes.v[1].name, "limits");
    assert_int_equal(s->nhandler, 3);
    assert_int_equal(s->handler[0].code, FAIL_TIMEOUT);
    assert_int_equal(s->handler[0].body.v[0]->status, 504);
    assert_int_equal(s->handler[1].code, FAIL_USER);
    assert_int_equal(s->handler[1].body.n, 0);
    assert_int_equal(s->handler[2].code, FAIL_NONE);
    assert_int_equal(s->handler[2].body.v[0]->verb, VERB_ABORT);
    s = m->request.v[1];
    assert_string_equal(s->name, "key-value");
    assert_false(s->named);
    assert_true(s->has_cpu);
    assert_null(s->cpu_receive);
    assert_int_equal(s->blocking, -1);
}

static void sink_branches(const struct model *m)
{
    struct step *const *v = m->request.v;
    assert_int_equal(v[2]->verb, VERB_CPU);
    NUM(v[2]->cpu, 3e3);
    assert_int_equal(v[2]->releases_gil, 0);
    assert_int_equal(v[2]->nhandler, 1);
    assert_int_equal(v[2]->handler[0].code, FAIL_NONE);
    assert_int_equal(v[3]->expr->op, X_DIST);
    assert_string_equal(v[4]->body.v[0]->key, "session");
    assert_int_equal(v[4]->body.v[1]->verb, VERB_WRITE);
    assert_int_equal(v[5]->nbranch, 2);
    assert_false(v[5]->listed);
    assert_string_equal(v[5]->branch[1].name, "b");
    assert_int_equal(v[5]->branch[1].body.n, 0);
    NUM(v[5]->until, 1);
    assert_int_equal(v[5]->rest, REST_DETACH);
    assert_int_equal(v[5]->siblings, SIBLINGS_IGNORE);
    assert_true(v[6]->listed);
    assert_string_equal(v[6]->branch[1].name, "1");
    NUM(v[6]->until, 2);
    assert_int_equal(v[6]->siblings, SIBLINGS_WAIT);
    assert_int_equal(v[7]->expr->op, X_NAME);
    NUM(v[7]->limit, 2);
    assert_null(v[7]->until);
    assert_string_equal(v[7]->as, "i");
    assert_true(v[7]->has_completed);
    assert_int_equal(v[7]->completed.n, 1);
    assert_int_equal(v[7]->body.n, 1);
    assert_string_equal(v[8]->branch[0].name, "geo");
    assert_string_equal(v[8]->name, "spawn");
    assert_int_equal(v[9]->awaits.n, 1);
    assert_int_equal(v[10]->awaits.n, 2);
    assert_string_equal(v[10]->awaits.v[1].name, "ip");
    NUM(v[10]->until, 1);
    assert_int_equal(v[10]->rest, REST_DETACH);
}

static void sink_rest(const struct model *m)
{
    struct step *const *v = m->request.v;
    assert_int_equal(m->request.n, 20);
    assert_int_equal(v[11]->verb, VERB_OFFLOAD);
    assert_int_equal(v[11]->body.n, 1);
    assert_int_equal(v[12]->verb, VERB_DETACH);
    assert_int_equal(v[12]->nbranch, 1);
    assert_int_equal(v[12]->branch[0].body.n, 1);
    assert_int_equal(v[13]->expr->op, X_AND);
    assert_int_equal(v[13]->body.n, 1);
    assert_int_equal(v[13]->orelse.n, 2);
    assert_int_equal(v[14]->nbranch, 2);
    NUM(v[14]->branch[0].p, 0.25);
    assert_int_equal(v[14]->branch[1].body.v[0]->failure, FAIL_USER);
    NUM(v[15]->expr, 3);
    assert_int_equal(v[15]->body.n, 1);
    assert_int_equal(v[16]->resource, 2);
    assert_string_equal(v[16]->name, "conns");
    NUM(v[16]->units, 2);
    assert_int_equal(v[17]->verb, VERB_RUN);
    assert_int_equal(v[17]->pipeline, 0);
    assert_int_equal(m->npipeline, 2);
    assert_int_equal(m->pipeline[0].body.v[0]->pipeline, 1);
    assert_string_equal(m->pipeline[0].body.v[0]->with.v[0].var, "k");
    assert_int_equal(m->pipeline[0].body.v[1]->verb, VERB_RETURN);
    assert_string_equal(v[18]->set.v[0].var, "v");
    assert_string_equal(v[18]->name, "set");
    assert_int_equal(v[19]->status, 201);
    assert_string_equal(v[19]->name, "respond");
}

static void sink_host(const struct model *m)
{
    NUM(m->host.cores, 2);
    assert_int_equal(m->host.workers->op, X_NAME);
    assert_true(m->host.gil && m->host.random_balance);
    NUM(m->host.handoff, 2e4);
    NUM(m->host.interval, 4e6);
    assert_int_equal(m->host.schedule, SCHEDULE_RR);
    NUM(m->host.quantum, 3e6);
    assert_int_equal(m->nexec, 5);
    for (uint32_t i = 0; i < 4; i++) {
        assert_string_equal(m->exec[i].name, exec_kind_name[i]);
        assert_int_equal(m->exec[i].kind, i);
        NUM(m->exec[i].host.cores, 2);
        assert_int_equal(m->exec_named[i], i >= 2);
    }
    NUM(m->exec[EXEC_HYBRID].pool, 16);
    NUM(m->exec[EXEC_HYBRID].cost[COST_HOP], 4e4);
    assert_null(m->exec[EXEC_THREADS].pool);
    const struct execution *x = model_exec(m, "gthread");
    assert_ptr_equal(x, &m->exec[4]);
    assert_int_equal(x->kind, EXEC_THREADS);
    NUM(x->host.cores, 4);
    NUM(x->host.workers, 4);
    assert_false(x->host.gil || x->host.random_balance);
    assert_int_equal(x->host.schedule, SCHEDULE_PS);
    NUM(x->server, 16);
    NUM(x->pool, 32);
    NUM(x->limit, 100);
    NUM(x->queue, 0);
    NUM(x->stack, 64000);
    NUM(x->frame, 4000);
    assert_int_equal(x->discipline, DISC_PRIORITY);
    for (int i = 0; i < COST_COUNT; i++)
        NUM(x->cost[i], 1e3 * (i + 1));
    assert_null(model_exec(m, "nobody"));
}

static void sink_load(const struct model *m)
{
    assert_int_equal(m->nload, 4);
    const struct load *l = m->load;
    assert_int_equal(l[0].kind, LOAD_CLOSED);
    assert_string_equal(l[0].name, "request");
    assert_int_equal(l[0].pipeline, -1);
    NUM(l[0].clients, 50);
    NUM(l[0].think, 1e9);
    assert_int_equal(l[1].kind, LOAD_OPEN);
    NUM(l[1].rate, 200);
    assert_int_equal(l[1].arrivals, ARRIVE_GAMMA);
    NUM(l[1].cv, 2);
    assert_int_equal(l[1].pipeline, 1);
    assert_string_equal(l[1].name, "second");
    assert_int_equal(l[1].priority, 1);
    assert_int_equal(l[2].arrivals, ARRIVE_DETERMINISTIC);
    assert_string_equal(l[2].name, "slow");
    assert_int_equal(l[3].kind, LOAD_BACKLOG);
    assert_string_equal(l[3].name, "request2");
    NUM(l[3].backlog, 1000);
}

static void test_sink(void **state)
{
    (void)state;
    struct bench b = bench_good(sink);
    sink_head(b.m);
    sink_services(b.m);
    sink_resources(b.m);
    sink_call(b.m);
    sink_branches(b.m);
    sink_rest(b.m);
    sink_host(b.m);
    sink_load(b.m);
    bench_drop(&b);
}

static void test_defaults(void **state)
{
    (void)state;
    struct bench b = bench_good("pertinax: 1\nname: t\nservices:\nshared: [a, b]\nload:\n"
                                "request: {wait: 1ms}\n");
    assert_int_equal(b.m->nexec, 4);
    assert_int_equal(b.m->uncaught, 500);
    assert_int_equal(b.m->host.schedule, SCHEDULE_RR);
    assert_null(b.m->host.cores);
    assert_int_equal(b.m->nload, 0);
    assert_int_equal(b.m->nshared, 2);
    assert_int_equal(b.m->shared[1].scope, SCOPE_ALL);
    assert_false(b.m->exec_named[0]);
    assert_int_equal(b.m->request.n, 1);
    assert_int_equal(b.m->request.v[0]->at.line, 6);
    assert_int_equal(b.m->request.v[0]->at.col, 11);
    assert_int_equal(b.m->request.v[0]->value_at.col, 17);
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

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

/* A replay file is found beside the model, and is sorted; --set reaches the model. */
static void test_read(void **state)
{
    (void)state;
    char dir[] = "/tmp/test_model_XXXXXX", path[64], csv[64];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/m.yaml", dir);
    snprintf(csv, sizeof csv, "%s/times.csv", dir);
    write_file(csv, "5ms\n1ms\n\n2.5ms\n");
    write_file(path, "pertinax: 1\nname: t\nparams: {n: 3}\nload: {replay: times.csv}\n"
                     "request: {wait: n * 1ms}\n");
    struct bench b = {.a = arena_new(0)};
    b.d = diags_new(b.a);
    const char *const set[] = {"n=7", "threads.pool=2"};
    b.m = model_read(b.a, path, set, 2, b.d);
    unlink(path);
    unlink(csv);
    rmdir(dir);
    if (diags_count(b.d))
        bench_show(&b);
    assert_int_equal(diags_count(b.d), 0);
    NUM(b.m->param[0].value, 7);
    NUM(b.m->exec[EXEC_THREADS].pool, 2);
    assert_int_equal(b.m->load[0].kind, LOAD_REPLAY);
    assert_int_equal(b.m->load[0].nreplay, 3);
    assert_true(b.m->load[0].replay[0] == 1e6);
    assert_true(b.m->load[0].replay[1] == 2.5e6);
    assert_true(b.m->load[0].replay[2] == 5e6);
    assert_string_equal(b.m->digest, "");
    bench_drop(&b);
}

static void test_replay_numbers(void **state)
{
    (void)state;
    char csv[] = "/tmp/test_model_XXXXXX", text[160];
    int fd = mkstemp(csv);
    assert_true(fd >= 0);
    close(fd);
    write_file(csv, "1\n2\n");
    snprintf(text, sizeof text, "pertinax: 1\nname: t\nrequest: []\nload: {replay: %s}\n", csv);
    struct bench b = bench_read(text);
    unlink(csv);
    assert_int_equal(diags_count(b.d), 1);
    assert_string_equal(diags_get(b.d, 0)->id, "E-replay");
    assert_int_equal(diags_get(b.d, 0)->at.col, 16);
    assert_int_equal(b.m->nload, 0);
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

enum { NWRONG = sizeof wrongs / sizeof *wrongs };

int main(void)
{
    static const struct CMUnitTest plain[] = {
        cmocka_unit_test(test_version),        cmocka_unit_test(test_no_model),
        cmocka_unit_test(test_many),           cmocka_unit_test(test_recursion_cut),
        cmocka_unit_test(test_sink),           cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_alias),          cmocka_unit_test(test_read),
        cmocka_unit_test(test_replay_numbers), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_depth),
    };
    enum { NPLAIN = sizeof plain / sizeof *plain };
    struct CMUnitTest tests[NPLAIN + NWRONG];
    char name[NWRONG][64];
    memcpy(tests, plain, sizeof plain);
    struct wrong copy[NWRONG]; /* cmocka wants a mutable state */
    memcpy(copy, wrongs, sizeof wrongs);
    for (size_t i = 0; i < NWRONG; i++) {
        snprintf(name[i], sizeof name[i], "wrong %zu: %s", i, wrongs[i].id);
        tests[NPLAIN + i] = (struct CMUnitTest){name[i], test_wrong, NULL, NULL, &copy[i]};
    }
    return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
