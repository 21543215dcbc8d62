/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_model.c - the model reader: a model that uses every key, checked field by field; what is not
 * said; files. */
#include "tests/unit/model_bench.h"
#include <stdio.h>
#include <unistd.h>

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

int main(void)
{
    const struct CMUnitTest t[] = {
        cmocka_unit_test(test_sink),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_replay_numbers),
    };
    return cmocka_run_group_tests_name("model", t, NULL, NULL);
}
