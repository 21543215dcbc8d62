/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_static.c - what is said without exploring, against what exploring shows: families of models
 * in which the finding must stand exactly where the explorer meets a deadlock, with as many
 * requests as it says and no fewer; and each kind of finding where it belongs and where it does
 * not. */
#include "check/static.h"
#include "check/explore.h"
#include "tests/unit/model_text.h"
#include <stdio.h>
#include <string.h>

struct world {
    struct arena *mem;
    struct prog *p;
    struct static_findings f;
};

static void world_open(struct world *w, const char *text, const char *exec)
{
    w->mem = arena_new(0);
    struct diags *d = diags_new(w->mem);
    w->p = prog_of(w->mem, model_of(w->mem, text, d), exec, d);
    w->f = static_check(w->mem, w->p);
}

static bool deadlocks(struct world *w, uint32_t nreq)
{
    static const uint32_t cls[PACK_MAX_REQUESTS] = {0};
    struct explore e;
    struct explore_opt o = {.nreq = nreq,
                            .cls = cls,
                            .max_count = 3,
                            .symmetric_copies = true,
                            .symmetric_requests = true};
    explore_run(w->p, &o, &e);
    assert_int_equal(e.end, EXPLORE_WHOLE);
    bool dead = e.found[FAULT_DEADLOCK].state != NONE;
    explore_free(&e);
    return dead;
}

static const struct static_finding *found(const struct world *w, enum static_kind k)
{
    for (uint32_t i = 0; i < w->f.n; i++)
        if (w->f.v[i].kind == k)
            return &w->f.v[i];
    return NULL;
}

/* The fewest requests for which some finding predicts a deadlock; UINT32_MAX: none does. */
static uint32_t predicted(const struct world *w)
{
    uint32_t n = UINT32_MAX;
    for (uint32_t i = 0; i < w->f.n; i++)
        if (w->f.v[i].deadlock && w->f.v[i].requests < n)
            n = w->f.v[i].requests;
    return n;
}

static void agree(const char *text, const char *exec, uint32_t most)
{
    struct world w;
    world_open(&w, text, exec);
    for (uint32_t n = 1; n <= most; n++) {
        bool dead = deadlocks(&w, n);
        if (dead != (n >= predicted(&w)))
            fail_msg("%u requests under %s: %s, predicted from %u on\n%s", n, exec,
                     dead ? "deadlock" : "none", predicted(&w), text);
    }
    arena_drop(w.mem);
}

#define HEAD "pertinax: 1\nname: t\nservices: {a: {latency: 1ms}}\n"

/* ---- T tasks, D each, one at a time, C connections: a deadlock iff T (D - 1) >= C ---- */

static void nest(struct buf *b, uint32_t depth, uint32_t indent, bool call)
{
    for (uint32_t d = 0; d < depth; d++) {
        buf_printf(b, "%*s- use: c\n%*sname: hold%u\n%*sdo:\n", (int)(indent + 2 * d), "",
                   (int)(indent + 2 * d + 2), "", d, (int)(indent + 2 * d + 2), "");
        if (call && d + 1 < depth)
            buf_printf(b, "%*s- {call: a, name: between%u}\n", (int)(indent + 2 * d + 2), "", d);
    }
    buf_printf(b, "%*s- call: a\n", (int)(indent + 2 * depth), "");
}

static void test_connections(void **state)
{
    (void)state;
    for (uint32_t depth = 1; depth <= 3; depth++)
        for (uint32_t size = 1; size <= 5; size++) {
            struct buf b = {0};
            buf_printf(&b, HEAD "resources: {c: {kind: pool, size: %u}}\nrequest:\n", size);
            nest(&b, depth, 2, true);
            uint32_t most = depth < 3 ? 5 : 3;
            agree(b.s, "threads", most);
            agree(b.s, "coroutine", most);
            buf_free(&b);
        }
}

/* The same by copies of one request, each of which holds and asks. */
static void test_copies(void **state)
{
    (void)state;
    for (uint32_t copies = 1; copies <= 3; copies++)
        for (uint32_t size = 1; size <= 4; size++) {
            struct buf b = {0};
            buf_printf(&b,
                       HEAD "resources: {c: {kind: pool, size: %u}}\nrequest:\n"
                            "  each: %u\n  do:\n",
                       size, copies);
            nest(&b, 2, 4, true);
            agree(b.s, "threads", 2);
            agree(b.s, "coroutine", 2);
            buf_free(&b);
        }
}

/* Held by the request, asked for by its branch. */
static void test_inherited(void **state)
{
    (void)state;
    for (uint32_t size = 1; size <= 4; size++) {
        struct buf b = {0};
        buf_printf(&b,
                   HEAD "resources: {c: {kind: pool, size: %u}}\nrequest:\n"
                        "  use: c\n  name: outer\n  do: {parallel: {x: {use: c, do: {call: a}}}}\n",
                   size);
        agree(b.s, "threads", 4);
        agree(b.s, "coroutine", 4);
        buf_free(&b);
    }
}

/* What lets only so many of them hold one is no danger before, and no cure after. */
static void test_guarded(void **state)
{
    (void)state;
    for (uint32_t guard = 1; guard <= 3; guard++)
        for (uint32_t size = 1; size <= 3; size++)
            for (uint32_t before = 0; before < 2; before++) {
                struct buf b = {0};
                buf_printf(&b,
                           HEAD "resources: {g: semaphore(%u), c: semaphore(%u)}\nrequest:\n"
                                "  use: %s\n  name: one\n  do: {use: %s, name: two, do: [{call: a},"
                                " {use: c, name: three, do: {call: a, name: last}}]}\n",
                           guard, size, before ? "g" : "c", before ? "c" : "g");
                agree(b.s, "threads", 4);
                agree(b.s, "coroutine", 4);
                buf_free(&b);
            }
}

/* Two copies below one guard are not kept apart by it. */
static void test_guarded_copies(void **state)
{
    (void)state;
    for (uint32_t size = 1; size <= 3; size++) {
        struct buf b = {0};
        buf_printf(&b,
                   HEAD "resources: {g: mutex, c: semaphore(%u)}\nrequest:\n"
                        "  use: g\n  do: {each: 2, do: {use: c, name: two, do: [{call: a},"
                        " {use: c, name: three, do: {call: a, name: last}}]}}\n",
                   size);
        agree(b.s, "threads", 3);
        agree(b.s, "coroutine", 3);
        buf_free(&b);
    }
}

/* On a loop: only what is waited for between the two, on the way from one to the other, counts. */
static void test_between(void **state)
{
    static const char *const between[] = {
        "[{call: a}, {use: c, name: in, do: []}]",
        "{if: chance(0.5), then: {call: a}, else: {use: c, name: in, do: []}}",
        "[{if: chance(0.5), then: {call: a}}, {use: c, name: in, do: []}]",
        "[{call: a, blocking: true}, {use: c, name: in, do: []}]",
        "{call: a, blocking: true, error: 50%, catch: {use: c, name: in, do: []}}",
        "{call: a, error: 50%, catch: {use: c, name: in, do: []}}",
        "[{spawn: {t: {call: a}}}, {await: t}, {use: c, name: in, do: []}]",
    };
    (void)state;
    for (uint32_t i = 0; i < TEST_COUNT(between); i++) {
        struct buf b = {0};
        buf_printf(&b, HEAD "resources: {c: semaphore(2)}\nrequest: {use: c, name: out, do: %s}\n",
                   between[i]);
        agree(b.s, "threads", 3);
        agree(b.s, "coroutine", 3);
        buf_free(&b);
    }
}

/* Fewer requests at once than it takes, or fewer threads. */
static void test_few(void **state)
{
    static const char *const exec[] = {"limit: 1", "limit: 2", "pool: 1", "pool: 2"};
    (void)state;
    for (uint32_t i = 0; i < TEST_COUNT(exec); i++) {
        struct buf b = {0};
        struct world w;
        buf_printf(&b,
                   HEAD "resources: {c: semaphore(2)}\nexecutions: {x: {kind: threads, %s}}\n"
                        "request: {use: c, name: out, do: [{call: a}, {use: c, do: []}]}\n",
                   exec[i]);
        world_open(&w, b.s, "x");
        assert_int_equal(found(&w, STATIC_NESTED_HOLD) != NULL, deadlocks(&w, 3));
        arena_drop(w.mem);
        buf_free(&b);
    }
}

/* Workers that hand an item on by a task of its own, or for so long only, wait for nobody. */
static void test_circle(void **state)
{
    static const struct {
        const char *put;
        bool waits;
    } rows[] = {{"{put: c}", true},
                {"{parallel: [{put: c}]}", true},
                {"{detach: {put: c}}", false},
                {"{put: c, timeout: 1ms, catch: []}", false}};
    (void)state;
    for (uint32_t i = 0; i < TEST_COUNT(rows); i++) {
        struct buf b = {0};
        struct world w;
        buf_printf(&b,
                   HEAD "channels: {c: 1}\nrequest: {put: c}\n"
                        "stages: {w: {from: c, do: [{call: a}, {if: chance(0.5), then: %s}]}}\n",
                   rows[i].put);
        world_open(&w, b.s, "threads");
        assert_int_equal(found(&w, STATIC_CHANNEL_CIRCLE) != NULL, rows[i].waits);
        arena_drop(w.mem);
        buf_free(&b);
    }
}

/* ---- rings of N locks ---- */

static void put_pair(struct buf *b, uint32_t one, uint32_t two)
{
    buf_printf(b,
               "{use: l%u, name: outer, do: [{call: a}, {use: l%u, name: inner, do: {call: a, "
               "name: b}}]}",
               one, two);
}

static void put_locks(struct buf *b, uint32_t n)
{
    buf_printf(b, HEAD "resources:\n");
    for (uint32_t i = 0; i < n; i++)
        buf_printf(b, "  l%u: mutex\n", i);
}

static void ring(uint32_t n, bool ordered, bool explored)
{
    struct buf b = {0};
    put_locks(&b, n);
    buf_printf(&b, "request:\n  parallel:\n");
    for (uint32_t i = 0; i < n; i++) {
        buf_printf(&b, "    p%u: ", i);
        if (ordered && i + 1 == n)
            put_pair(&b, 0, i);
        else
            put_pair(&b, i, (i + 1) % n);
        buf_puts(&b, "\n");
    }
    struct world w;
    world_open(&w, b.s, "threads");
    const struct static_finding *f = found(&w, STATIC_LOCK_ORDER);
    assert_int_equal(f == NULL, ordered);
    assert_int_equal(w.f.n, !ordered);
    if (f) {
        assert_int_equal(f->requests, 1);
        assert_int_not_equal(f->at.line, f->other.line);
        assert_non_null(strstr(f->text, n == 2 ? "the other way round" : "l0, l1, l2"));
    }
    arena_drop(w.mem);
    if (explored)
        agree(b.s, "threads", 1);
    buf_free(&b);
}

static void test_rings(void **state)
{
    (void)state;
    for (uint32_t n = 2; n <= 8; n++) {
        ring(n, false, n <= 4);
        ring(n, true, n <= 4);
    }
}

/* One task after the other: N requests make a ring of N, for none of them is in two of its places.
 */
static void test_sequential_ring(void **state)
{
    (void)state;
    for (uint32_t n = 2; n <= 3; n++) {
        struct buf b = {0};
        put_locks(&b, n);
        buf_puts(&b, "request:\n");
        for (uint32_t i = 0; i < n; i++) {
            buf_puts(&b, "  - ");
            put_pair(&b, i, (i + 1) % n);
            buf_puts(&b, "\n");
        }
        agree(b.s, "threads", n);
        agree(b.s, "coroutine", n);
        buf_free(&b);
    }
}

/* ---- threads that wait for threads ---- */

static void test_pools(void **state)
{
    static const char *const bodies[] = {
        "{parallel: {x: {call: a}, y: {call: a}}}",
        "{parallel: {x: {parallel: {z: {call: a}}}}}",
        "{parallel: {x: {parallel: {z: {call: a}}}, y: {parallel: {z: {call: a}}}}}",
        "[{parallel: {x: {call: a}}}, {parallel: {x: {call: a}}}]",
        "{each: 2, do: {parallel: {z: {call: a}}}}",
        "{call: a}",
    };
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(bodies); i++)
        for (uint32_t size = 1; size <= 5; size++) {
            char text[400];
            snprintf(text, sizeof text, HEAD "request: %s\nexecutions: {threads: {pool: %u}}\n",
                     bodies[i], size);
            agree(text, "threads", i == 2 || i == 4 ? 2 : 3);
        }
    agree(HEAD "request: {parallel: {x: {call: a}}}\nexecutions: {threads: {pool: 1, server: 4}}\n",
          "threads", 3);
    agree(HEAD "request: {parallel: {x: {parallel: {z: {call: a}}}}}\n"
               "executions: {threads: {pool: 2, server: 4}}\n",
          "threads", 3);
}

/* ---- where a finding belongs, and where it does not ---- */

static const struct row {
    const char *name, *exec, *text, *found; /* "id line/other: text", one a line */
} rows[] = {
    {"gate", "threads",
     HEAD "resources: {g: mutex, l: mutex, m: mutex}\n"
          "request:\n"
          "  - {use: g, do: {use: l, do: {use: m, do: {call: a}}}}\n"
          "  - {use: g, name: g2, do: {use: m, name: m2, do: {use: l, name: l2, do: {call: a}}}}\n",
     ""},
    {"gate of one", "threads",
     HEAD "resources: {g: mutex, l: mutex, m: mutex}\n"
          "request:\n"
          "  - {use: g, do: {use: l, do: {use: m, do: {call: a}}}}\n"
          "  - {use: m, name: m2, do: {use: l, name: l2, do: {call: a}}}\n",
     "lock-order 6/7: `l` is held while `m` is asked for, and the other way round\n"},
    {"one go", "coroutine",
     HEAD
     "resources: {l: mutex, m: mutex}\n"
     "request: [{use: l, do: {use: m, do: {call: a}}}, {use: m, name: m2, do: {use: l, do: {call: "
     "a}}}]\n",
     ""},
    {"serial", "serial",
     HEAD "resources: {l: mutex, m: mutex}\n"
          "request:\n"
          "  - {use: l, do: [{call: a}, {use: m, do: {call: a}}]}\n"
          "  - {use: m, name: m2, do: [{call: a}, {use: l, do: {call: a}}]}\n",
     ""},
    {"itself", "serial",
     HEAD "resources: {l: mutex}\nrequest: {use: l, do: {use: l, do: {call: "
          "a}}}\n",
     "nested-hold 5/5: `l` is asked for by a task that holds all of it\n"},
    {"with a timeout", "threads",
     HEAD "resources: {c: {kind: pool, size: 2}}\n"
          "request: {use: c, do: {use: c, timeout: 1s, do: {call: a}}}\n",
     ""},
    {"awaited", "threads", HEAD "request: [{spawn: {s: {call: a}}}, {await: s}]\n", ""},
    {"not awaited", "threads", HEAD "request: [{spawn: {s: {call: a}}}, {call: a}]\n",
     "never-awaited 4/0: task `request/s` is spawned and awaited nowhere\n"},
    {"after abort", "threads", HEAD "request: [{abort: 503}, {call: a}, {call: a}]\n",
     "unreachable 4/0: `request/a` is never reached: the request is aborted in line 4\n"},
    {"constant", "threads",
     HEAD
     "params: {on: true}\nrequest:\n  - if: on\n    then: {call: a}\n    else: {call: a, name: "
     "other}\n",
     "unreachable 8/0: `request/other` is never reached: the condition in line 6 is always true\n"},
    {"constant 2", "threads",
     HEAD "request:\n  - if: 1 > 2\n    then: [{call: a}, {call: a}]\n  - {call: a, name: last}\n",
     "unreachable 6/0: `request/a` is never reached: the condition in line 5 is always false\n"},
    {"never chosen", "threads",
     HEAD "request: {choose: [{p: 1, do: {call: a}}, {p: 0, do: {call: a, name: no}}]}\n",
     "unreachable 4/0: `request/no` is never reached: its probability is 0\n"},
    {"never chosen, first", "threads",
     HEAD "request: {choose: [{p: 0, do: {call: a, name: no}}, {p: 1, do: {call: a}}]}\n",
     "unreachable 4/0: `request/no` is never reached: its probability is 0\n"},
    {"after a failure", "threads", HEAD "request: [{fail: x}, {call: a}]\n",
     "unreachable 4/0: `request/a` is never reached: line 4 always fails\n"},
    {"after returns", "threads",
     HEAD "request:\n"
          "  - {choose: [{p: 0.5, do: {return: true}}, {p: 0.5, do: {return: true}}]}\n"
          "  - {call: a}\n",
     "unreachable 6/0: `request/a` is never reached: nothing goes on after line 5\n"},
    {"idle", "threads",
     "pertinax: 1\nname: t\nservices: {a: {latency: uniform(1ms 5ms)}}\n"
     "request: [{call: a, timeout: 5ms}, {call: a, name: b, timeout: 4ms}]\n",
     "timeout-idle 4/4: a timeout of 5ms never fires: the call takes at most 5ms\n"},
    {"always", "threads",
     "pertinax: 1\nname: t\nservices: {a: {latency: uniform(2ms 5ms), timeout: "
     "1ms}}\nrequest: {call: a, catch: {timeout: {respond: 504}}}\n",
     "timeout-always 3/4: a timeout of 1ms always fires: the call takes at least 2ms\n"},
    {"queue", "threads",
     "pertinax: 1\nname: t\nservices: {a: {latency: 2ms, capacity: 1}}\n"
     "request: {call: a, timeout: 5ms}\n",
     ""},
    {"circle", "coroutine",
     HEAD "channels: {q: 2, r: 2}\n"
          "stages:\n"
          "  one: {from: q, do: [{call: a}, {put: r}]}\n"
          "  two: {from: r, do: [{choose: [{p: 0.5, do: {put: q}}, {p: 0.5, do: []}]}]}\n"
          "request: {put: q}\n",
     "channel-circle 4/6: items of `one` can come back to it: when its channel is full, its "
     "workers "
     "wait for themselves\n"
     "channel-circle 4/7: items of `two` can come back to it: when its channel is full, its "
     "workers "
     "wait for themselves\n"},
    {"a circle by a branch", "coroutine",
     HEAD
     "channels: {q: 2}\n"
     "stages:\n"
     "  one: {from: q, do: {parallel: [{call: a}, {choose: [{p: 0.5, do: {put: q}}, {p: 0.5, do: "
     "[]}]}]}}\n"
     "request: {put: q}\n",
     "channel-circle 4/6: items of `one` can come back to it: when its channel is full, its "
     "workers wait for themselves\n"},
};

static void test_row(void **state)
{
    const struct row *r = *state;
    struct world w;
    struct buf b = {0};
    buf_puts(&b, "");
    world_open(&w, r->text, r->exec);
    for (uint32_t i = 0; i < w.f.n; i++)
        buf_printf(&b, "%s %u/%u: %s\n", static_id[w.f.v[i].kind], w.f.v[i].at.line,
                   w.f.v[i].other.line, w.f.v[i].text);
    assert_string_equal(b.s ? b.s : "", r->found);
    buf_free(&b);
    arena_drop(w.mem);
}

int main(void)
{
    struct CMUnitTest t[TEST_COUNT(rows) + 11];
    size_t n = 0;
    for (size_t i = 0; i < TEST_COUNT(rows); i++)
        t[n++] = test_named(rows[i].name, test_row, &rows[i]);
    t[n++] = (struct CMUnitTest)cmocka_unit_test(test_connections);
    t[n++] = (struct CMUnitTest)cmocka_unit_test(test_copies);
    t[n++] = (struct CMUnitTest)cmocka_unit_test(test_inherited);
    t[n++] = (struct CMUnitTest)cmocka_unit_test(test_guarded);
    t[n++] = (struct CMUnitTest)cmocka_unit_test(test_guarded_copies);
    t[n++] = (struct CMUnitTest)cmocka_unit_test(test_between);
    t[n++] = (struct CMUnitTest)cmocka_unit_test(test_few);
    t[n++] = (struct CMUnitTest)cmocka_unit_test(test_circle);
    t[n++] = (struct CMUnitTest)cmocka_unit_test(test_rings);
    t[n++] = (struct CMUnitTest)cmocka_unit_test(test_sequential_ring);
    t[n++] = (struct CMUnitTest)cmocka_unit_test(test_pools);
    return cmocka_run_group_tests_name("static", t, NULL, NULL);
}
