/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_compile.c - the compiler: what it refuses and where, what the verbs become, and that a draw
 * has the same key under every execution; static bounds against sums done by hand. */
#include "core/graph.h"
#include "tests/unit/model_text.h"
#include <math.h>
#include <string.h>

struct world {
    struct arena *a;
    struct diags *d;
    const struct model *m;
};

#define HEAD                                                                                       \
    "pertinax: 1\nname: t\n"                                                                       \
    "services: {db: {latency: 2ms}, lim: {latency: 1ms, capacity: 2, blocking: true}}\n"

static void world_open(struct world *w, const char *rest)
{
    w->a = arena_new(0);
    w->d = diags_new(w->a);
    char *text = arena_printf(w->a, HEAD "%s", rest);
    w->m = model_of(w->a, text, w->d);
}

static struct prog *world_prog(struct world *w, const char *exec)
{
    struct prog *p = prog_compile(w->a, w->m, model_exec(w->m, exec), w->d);
    for (uint32_t i = 0; i < diags_count(w->d); i++)
        print_message("%s: %s\n", diags_get(w->d, i)->id, diags_get(w->d, i)->text);
    assert_non_null(p);
    return p;
}

/* ---- what is refused ---- */

struct refused {
    const char *what, *text, *id;
    uint32_t line, col; /* line 4 is the first of text */
};
static const struct refused refused[] = {
    {"a key that is not there",
     "resources: {m: {kind: mutex, keys: 3}}\nrequest: {use: m, key: 3, do: []}", "E-key", 5, 24},
    {"a negative key", "resources: {m: {kind: mutex, keys: 3}}\nrequest: {use: m, key: -1, do: []}",
     "E-expr-range", 5, 24},
    {"no keys at all", "resources: {m: {kind: mutex, keys: 0}}\nrequest: []", "E-const", 4, 36},
    {"too many keys",
     "host: {workers: 100}\nresources: {m: {kind: mutex, keys: 100000, scope: worker}}\nrequest: "
     "[]",
     "E-size", 5, 13},
    {"shared data has no value", "shared: [x]\nrequest: {wait: x * 1ms}", "E-shared", 5, 17},
    {"nothing changes it", "params: {k: 3}\nrequest: {wait_until: k > 4}", "E-wait", 5, 23},
    {"nothing changes a task's variable", "request: [{set: {k: 3}}, {wait_until: k > 4}]", "E-wait",
     4, 39},
    {"a drawn condition", "shared: {n: 0..5}\nrequest: {wait_until: n > 1 and chance(0.5)}",
     "E-expr-draw", 5, 23},
    {"no condition", "shared: {n: 0..5}\nrequest: {wait_until: n}", "E-expr-unit", 5, 23},
    {"a range that goes down", "shared: {n: 5..0}\nrequest: []", "E-const", 4, 16},
    {"a range of durations", "shared: {n: 0..5ms}\nrequest: []", "E-expr-unit", 4, 16},
    {"a range of fractions", "shared: {n: 0.5..5}\nrequest: []", "E-const", 4, 13},
    {"a start outside", "shared: {n: {range: 0..5, start: 6}}\nrequest: []", "E-const", 4, 34},
    {"a fraction", "shared: {n: 0..5}\nrequest: {set: {n: 1.5}}", "E-expr-range", 5, 20},
    {"a number for a truth", "shared: {n: true}\nrequest: {set: {n: 1}}", "E-var-unit", 5, 20},
    {"a truth for a number", "shared: {n: 0..5}\nrequest: {set: {n: 1 < 2}}", "E-var-unit", 5, 20},
    {"a duration for a number", "shared: {n: 0..5}\nrequest: {set: {n: 1ms}}", "E-var-unit", 5, 20},
    {"only parameters there", "shared: {n: 0..5}\nresources: {r: semaphore(n)}\nrequest: []",
     "E-name-unknown", 5, 26},
    {"unset after if", "request: [{if: chance(0.5), then: {set: {x: 1}}}, {wait: x * 1ms}]",
     "E-var-unset", 4, 58},
    {"unset after choose",
     "request: [{choose: [{p: 0.5, do: {set: {x: 1ms}}}, {p: 0.5, do: []}]}, {wait: x}]",
     "E-var-unset", 4, 79},
    {"unset after repeat that may be 0",
     "params: {n: 0}\nrequest: [{repeat: n, do: {set: {x: 1ms}}}, {wait: x}]", "E-var-unset", 5,
     52},
    {"unset after a caught step",
     "request: [{seq: [{call: db}, {set: {x: 1ms}}], catch: []}, {wait: x}]", "E-var-unset", 4, 67},
    {"unset in the handler", "request: [{seq: [{set: {x: 1ms}}, {call: db}], catch: {wait: x}}]",
     "E-var-unset", 4, 62},
    {"branch sets it sometimes",
     "request: [{parallel: {a: [{if: chance(0.1), then: {return: true}}, {set: {x: 1ms}}]}},"
     " {wait: a.x}]",
     "E-var-unset", 4, 95},
    {"task not awaited", "request: [{spawn: {a: {set: {x: 1ms}}}}, {wait: a.x}]", "E-var-unset", 4,
     49},
    {"awaited in part",
     "request: [{spawn: {a: {set: {x: 1ms}}, b: []}}, {await: [a, b], until: any}, {wait: a.x}]",
     "E-var-unset", 4, 85},
    {"until any of a parallel",
     "request: [{parallel: {a: {set: {x: 1ms}}, b: []}, until: any}, {wait: a.x}]", "E-var-unset",
     4, 71},
    {"unknown name", "params: {shards: 3}\nrequest: {repeat: shrads, do: []}", "E-name-unknown", 5,
     19},
    {"unknown field", "request: [{parallel: {a: {set: {x: 1ms}}}}, {wait: a.y}]", "E-name-unknown",
     4, 52},
    {"variable in a place without", "request: [{set: {n: 1}}]\nexecutions: {threads: {pool: n}}",
     "E-name-unknown", 5, 30},
    {"each without any", "request: [{each: 2, name: e, do: {set: {v: true}}}, {if: e.v, then: []}]",
     "E-name-each", 4, 58},
    {"any of a branch", "request: [{parallel: {a: {set: {v: true}}}}, {if: any(a.v), then: []}]",
     "E-name-each", 4, 55},
    {"count of numbers",
     "request: [{each: 2, name: e, do: {set: {v: 1}}}, {repeat: count(e.v), do: []}]", "E-var-unit",
     4, 65},
    {"two of one name",
     "request: [{parallel: {a: {set: {x: 1ms}}}}, {parallel: {a: {set: {x: 1ms}}}}, {wait: a.x}]",
     "E-name-ambiguous", 4, 86},
    {"await unknown", "request: [{spawn: {left: []}}, {await: lefd}]", "E-await-name", 4, 40},
    {"await before spawn", "request: [{await: a}, {spawn: {a: []}}]", "E-await-name", 4, 19},
    {"set a parameter", "params: {n: 1}\nrequest: {set: {n: 2}}", "E-var-param", 5, 17},
    {"set with another unit", "request: [{set: {x: 1ms}}, {set: {x: 3}}]", "E-var-unit", 4, 38},
    {"parameter cycle", "params: {a: b + 1, b: a}\nrequest: []", "E-param-cycle", 4, 23},
    {"choose below 1", "request: {choose: [{p: 0.5, do: []}, {p: 0.4, do: []}]}", "E-choose-sum", 4,
     11},
    {"drawn capacity", "request: []\nexecutions: {threads: {pool: poisson(3)}}", "E-expr-draw", 5,
     30},
    {"pool of 0", "request: []\nexecutions: {threads: {pool: 0}}", "E-const", 5, 30},
    {"more units than there are", "resources: {s: semaphore(2)}\nrequest: {use: s, n: 3, do: []}",
     "E-units", 5, 22},
    {"several workers", "resources: {s: mutex}\nhost: {workers: 2}\nrequest: {use: s, do: []}",
     "E-scope", 4, 13},
    {"until above the number", "request: {parallel: [[], []], until: 3}", "E-until", 4, 38},
    {"with: an unknown name", "pipelines: {p: []}\nrequest: {run: p, with: {x: 1}}", "E-with-name",
     5, 26},
};

static void test_refused(void **state)
{
    const struct refused *r = *state;
    struct world w;
    world_open(&w, r->text);
    assert_int_equal(diags_errors(w.d), 0);
    /* the same error under each kind, told once */
    for (uint32_t i = 0; i < w.m->nexec; i++)
        prog_compile(w.a, w.m, &w.m->exec[i], w.d);
    assert_true(diags_errors(w.d) >= 1);
    const struct diag *g = diags_get(w.d, 0);
    assert_string_equal(g->id, r->id);
    assert_int_equal(g->at.line, r->line);
    assert_int_equal(g->at.col, r->col);
    assert_int_equal(diags_errors(w.d), 1);
    arena_drop(w.a);
}

/* ---- what is fine ---- */

static const char *const fine[] = {
    "request: [{if: chance(0.5), then: {set: {x: 1ms}}, else: {set: {x: 2ms}}}, {wait: x}]",
    "request: [{if: chance(0.5), then: {set: {x: 1ms}}, else: {return: true}}, {wait: x}]",
    "request: [{repeat: 2, do: {set: {x: 1ms}}}, {wait: x}]",
    "request: [{seq: [{set: {x: 1ms}}], catch: {set: {x: 2ms}}}, {wait: x}]",
    "request: [{seq: [{call: db}, {set: {x: 1ms}}], catch: {abort: 500}}, {wait: x}]",
    "request: [{parallel: {a: {set: {x: 1ms}}, b: []}, until: 2}, {wait: a.x}]",
    "request: [{spawn: {a: {set: {x: 1ms}}}}, {spawn: {b: [{await: a}, {wait: a.x}]}}]",
    "request: [{each: 3, name: e, as: i, do: {set: {v: i}}, as_completed: {wait: e.v * 1ms}}]",
    "params: {a: b + 1, b: c, c: 2}\nrequest: {repeat: a, do: []}",
    "pipelines: {p: {set: {y: x}}}\nrequest: [{run: p, with: {x: 3ms}}, {wait: y}]",
    "request: [{seq: {spawn: {a: []}}, timeout: 1ms}, {await: a}]",
    "request: [{set: {x: 0}}, {set: {x: x + 1}}]",
    "params: {d: exponential(mean=m), m: 2ms}\npipelines: {p: {wait: d}}\nrequest: {run: p}",
};

static void test_fine(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        struct world w;
        world_open(&w, fine[i]);
        for (uint32_t k = 0; k < w.m->nexec; k++)
            world_prog(&w, w.m->exec[k].name);
        arena_drop(w.a);
    }
}

/* ---- listings ---- */

struct listing {
    const char *what, *exec, *text, *want;
};
static const struct listing listings[] = {
    {"blocking call, hybrid", "hybrid", "request: {call: lim}",
     "body 0 request\n"
     "    0  4:11    enter    request/lim\n"
     "    1  4:11    hop-out   [leave]\n"
     "    2  4:11    acquire  lim 1 blocking service  [hop; leave]\n"
     "    3  4:11    call     lim latency 1ms blocking  [release lim; hop; leave]\n"
     "    4  4:11    release  lim 1 service  [release lim; hop; leave]\n"
     "    5  4:11    hop-in    [hop; leave]\n"
     "    6  4:11    leave    request/lim  [leave]\n"
     "    7  4:10    end     \n"},
    {"blocking call, coroutine", "coroutine", "request: {call: lim}",
     "body 0 request\n"
     "    0  4:11    enter    request/lim\n"
     "    1  4:11    acquire  lim 1 blocking service  [leave]\n"
     "    2  4:11    call     lim latency 1ms blocking  [release lim; leave]\n"
     "    3  4:11    release  lim 1 service  [release lim; leave]\n"
     "    4  4:11    leave    request/lim  [leave]\n"
     "    5  4:10    end     \n"},
    {"parallel, threads", "threads",
     "executions: {threads: {spawn: 60us}}\nrequest: {parallel: {a: [], b: []}}",
     "body 0 request\n"
     "    0  5:11    enter    request/parallel\n"
     "    1  5:11    group    parallel w0 of 2  [leave]\n"
     "    2  5:22    more     w0 @8  [kill w0; leave]\n"
     "    3  5:22    cost     spawn  [kill w0; leave]\n"
     "    4  5:22    fork     w0 body 1 (request/a)  [kill w0; leave]\n"
     "    5  5:29    more     w0 @8  [kill w0; leave]\n"
     "    6  5:29    cost     spawn  [kill w0; leave]\n"
     "    7  5:29    fork     w0 body 2 (request/b)  [kill w0; leave]\n"
     "    8  5:11    join     w0  [kill w0; leave]\n"
     "    9  5:11    leave    request/parallel  [leave]\n"
     "   10  5:10    end     \n"
     "body 1 request/a\n"
     "   11  5:25    end     \n"
     "body 2 request/b\n"
     "   12  5:32    end     \n"},
    {"each as_completed, serial", "serial",
     "request: {each: 2, name: e, do: {set: {v: chance(0.5)}}, as_completed: {cpu: 1ms, name: c}}",
     "body 0 request\n"
     "    0  4:11    enter    request/e\n"
     "    1  4:17    set      w0 2  [leave]\n"
     "    2  4:11    group    each w1 of w0  [leave]\n"
     "    3  4:11    more     w1 @6  [kill w1; leave]\n"
     "    4  4:11    fork     w1 body 1 (request/e) in-place  [kill w1; leave]\n"
     "    5  4:11    jump     @6  [kill w1; leave]\n"
     "    6  4:72    next     w1 @11  [kill w1; leave]\n"
     "    7  4:73    enter    request/e/c  [kill w1; leave]\n"
     "    8  4:78    cpu      1ms in w2  [leave; kill w1; leave]\n"
     "    9  4:73    leave    request/e/c  [leave; kill w1; leave]\n"
     "   10  4:72    jump     @3  [kill w1; leave]\n"
     "   11  4:11    leave    request/e  [leave]\n"
     "   12  4:10    end     \n"
     "body 1 request/e\n"
     "   13  4:34    enter    request/e/set\n"
     "   14  4:40    set      w0 {4:43}  [leave]\n"
     "   15  4:34    leave    request/e/set  [leave]\n"
     "   16  4:33    end     \n"},
    {"retry, timeout and catch", "serial",
     "request: {call: db, timeout: 5ms, retry: {attempts: 3, backoff: 1ms, only: timeout},\n"
     "          catch: {any: {respond: 500}}}",
     "body 0 request\n"
     "    0  4:11    enter    request/db  [catch @10]\n"
     "    1  4:42    zero     w0  [leave; catch @10]\n"
     "    2  4:42    set      w1 3  [leave; catch @10]\n"
     "    3  4:30    timer    w2 5ms in w0  [retry w0 < w1 timeout,queue_timeout @8; leave; "
     "catch @10]\n"
     "    4  4:11    call     db latency 2ms in w0  [untimer w2; retry w0 < w1 "
     "timeout,queue_timeout @8; leave; catch @10]\n"
     "    5  4:30    untimer  w2  [untimer w2; retry w0 < w1 "
     "timeout,queue_timeout @8; leave; catch @10]\n"
     "    6  4:11    leave    request/db  [leave; catch @10]\n"
     "    7  4:11    jump     @13\n"
     "    8  4:42    backoff  w0 1ms - -  [leave; catch @10]\n"
     "    9  4:42    jump     @3  [leave; catch @10]\n"
     "   10  5:25    enter    request/db/catch/respond\n"
     "   11  5:25    respond  500  [leave]\n"
     "   12  5:25    leave    request/db/catch/respond  [leave]\n"
     "   13  4:10    end     \n"},
    {"return leaves what it is in", "threads",
     "resources: {m: mutex}\nrequest: {use: m, do: {return: true}}",
     "body 0 request\n"
     "    0  5:11    enter    request/m\n"
     "    1  5:11    acquire  m 1  [leave]\n"
     "    2  5:24    enter    request/return  [release m; leave]\n"
     "    3  5:24    leave    request/return  [leave; release m; leave]\n"
     "    4  5:24    release  m 1  [release m; leave]\n"
     "    5  5:24    leave    request/m  [leave]\n"
     "    6  5:24    jump     @10\n"
     "    7  5:24    leave    request/return  [leave; release m; leave]\n"
     "    8  5:11    release  m 1  [release m; leave]\n"
     "    9  5:11    leave    request/m  [leave]\n"
     "   10  5:10    end     \n"},
};

static void test_listing(void **state)
{
    const struct listing *l = *state;
    struct world w;
    struct buf b = {0};
    world_open(&w, l->text);
    prog_list(world_prog(&w, l->exec), w.d, &b);
    assert_string_equal(b.s, l->want);
    buf_free(&b);
    arena_drop(w.a);
}

/* ---- data between tasks ---- */

static void test_captures(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, "request:\n"
                   "  - set: {unused: 2, t: 1ms}\n"
                   "  - parallel:\n"
                   "      a: {parallel: {deep: {wait: t}}}\n"
                   "      b: {set: {x: 1}}\n"
                   "      c: {set: {x: 2}}\n"
                   "  - wait: (b.x + c.x) * t\n");
    const struct prog *p = world_prog(&w, "coroutine");
    /* t is word 1 of the request; through a to deep, and nowhere else */
    assert_int_equal(p->nbody, 5);
    assert_int_equal(p->body[1].ncapture, 1);
    assert_int_equal(p->capture[p->body[1].capture].from, 1);
    assert_int_equal(p->body[2].ncapture, 1);
    assert_int_equal(p->capture[p->body[2].capture].from, p->capture[p->body[1].capture].to);
    assert_int_equal(p->body[3].ncapture, 0);
    /* each branch leaves its own x, in a word of its own */
    const struct forksite *f = NULL;
    for (uint32_t i = 0; i < p->nfork; i++) {
        if (p->fork[i].nbranch == 3)
            f = &p->fork[i];
    }
    assert_non_null(f);
    assert_int_equal(f->nexport, 2);
    const struct export_var *x = &p->exports[f->exports];
    assert_int_equal(x[0].branch + x[1].branch, 1 + 2);
    assert_true(x[0].to != x[1].to && x[0].to < p->nword && x[1].to < p->nword);
    assert_int_equal(x[0].total, NONE);
    arena_drop(w.a);
}

static void test_counts(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, "request:\n"
                   "  - each: 4\n"
                   "    name: e\n"
                   "    do: {set: {v: chance(0.5), n: 1}}\n"
                   "    as_completed: {wait: e.n * 1ms}\n"
                   "  - if: any(e.v) and not all(e.v)\n"
                   "    then: []\n");
    const struct prog *p = world_prog(&w, "threads");
    const struct forksite *f = &p->fork[0];
    assert_true(f->consumed);
    assert_int_equal(f->nexport, 1); /* v, once for any() and all() */
    const struct export_var *x = &p->exports[f->exports];
    assert_true(x->total != NONE && x->total != x->to);
    assert_int_equal(x->from, 0);
    assert_int_equal(f->ncopyvar, 1);
    assert_int_equal(p->exports[f->copyvar].from, 1);
    assert_true(f->taken_word != NONE);
    arena_drop(w.a);
}

static void test_imports(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, "request:\n"
                   "  - spawn: {a: {set: {x: 1ms}}}\n"
                   "  - spawn: {b: {parallel: {c: [{await: a}, {wait: a.x}]}}}\n");
    const struct prog *p = world_prog(&w, "threads");
    assert_int_equal(p->nawait, 1);
    assert_int_equal(p->await_ref[p->await[0].first].up, 2);
    assert_int_equal(p->await[0].nimport, 1);
    const struct import_var *v = &p->import[p->await[0].import];
    assert_int_equal(v->up, 2);
    const struct forksite *a = &p->fork[p->await_ref[p->await[0].first].fork];
    assert_int_equal(a->nexport, 1);
    assert_int_equal(p->exports[a->exports].to, v->from);
    arena_drop(w.a);
}

/* ---- keys of draws ---- */

static int by_number(const void *x, const void *y)
{
    const uint32_t *a = x, *b = y;
    return (*a > *b) - (*a < *b);
}

static uint32_t latency_keys(const struct prog *p, uint32_t *v)
{
    for (uint32_t i = 0; i < p->ncall; i++)
        v[i] = p->site[p->call[i].latency].hash;
    qsort(v, p->ncall, sizeof *v, by_number);
    return p->ncall;
}

static void test_keys(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, "pipelines: {p: [{call: db}, {call: lim}]}\n"
                   "request:\n"
                   "  - run: p\n"
                   "  - spawn: {a: {run: p}, b: {call: db}}\n"
                   "  - each: 3\n"
                   "    name: e\n"
                   "    do: {run: p}\n"
                   "  - offload: [{call: lim}, {call: lim}]\n");
    uint32_t first[16], other[16];
    uint32_t n = latency_keys(world_prog(&w, "serial"), first);
    assert_int_equal(n, 9);
    for (uint32_t i = 1; i < n; i++)
        assert_true(first[i] != first[i - 1]);
    for (uint32_t k = 1; k < 4; k++) {
        assert_int_equal(latency_keys(world_prog(&w, exec_kind_name[k]), other), n);
        assert_memory_equal(first, other, n * sizeof *first);
    }
    /* FNV-1a of "request/p/db:latency": the published offset and prime, done again here */
    const char *s = "request/p/db:latency";
    uint32_t h = 0x811c9dc5U;
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 0x01000193U;
    assert_int_equal(site_hash("request/p/db", "latency"), h);
    assert_non_null(bsearch(&h, first, n, sizeof *first, by_number));
    arena_drop(w.a);
}

static void test_paths(void **state)
{
    (void)state;
    static const char *const want[] = {"request/p",    "request/p/db",   "request/spawn",
                                       "request/a/p",  "request/a/db",   "request/e",
                                       "request/e/db", "request/e/rank", "request/db",
                                       "request/db#2", "request/named",  "request/named/db"};
    struct world w;
    world_open(&w, "pipelines: {p: {call: db}}\n"
                   "request:\n"
                   "  - run: p\n"
                   "  - spawn: {a: {run: p}}\n"
                   "  - {each: 3, name: e, do: {call: db}, as_completed: {cpu: 1ms, name: rank}}\n"
                   "  - call: db\n"
                   "  - call: db\n"
                   "  - {seq: {call: db}, name: named}\n");
    const struct prog *p = world_prog(&w, "serial");
    assert_int_equal(p->nmark, sizeof want / sizeof *want);
    for (uint32_t i = 0; i < p->nmark; i++)
        assert_string_equal(p->mark[i].path, want[i]);
    arena_drop(w.a);
}

/* ---- bounds ---- */

struct bound {
    const char *text, *exec;
    double lo, hi, work; /* ms */
};
static const struct bound bounds[] = {
    {"request: [{wait: 1ms}, {wait: uniform(2ms 5ms)}]", "serial", 3, 6, 4.5},
    {"request: {parallel: [{wait: 1ms}, {wait: uniform(2ms 5ms)}]}", "coroutine", 2, 5, 4.5},
    {"request: {parallel: [{wait: 1ms}, {wait: uniform(2ms 5ms)}]}", "serial", 3, 6, 4.5},
    {"request: {parallel: [{wait: 1ms}, {wait: 2ms}, {wait: 3ms}], until: 2}", "threads", 2, 2,
     NAN},
    {"request: {repeat: 3, do: {wait: uniform(1ms 2ms)}}", "serial", 3, 6, 4.5},
    {"request: {each: 4, limit: 2, do: {wait: 3ms}}", "threads", 6, 6, 12},
    {"request: {each: 4, do: {wait: 3ms}}", "serial", 12, 12, 12},
    {"request: [{if: chance(0.5), then: {wait: 7ms}}, {wait: 1ms}]", "serial", 1, 8, NAN},
    {"request: {wait: exponential(mean=2ms), timeout: 9ms}", "serial", 0, 9, 2},
    {"request: {wait: exponential(mean=2ms)}", "serial", 0, INFINITY, 2},
    {"request: [{spawn: {a: {wait: 5ms}}}, {wait: 3ms}, {await: a}]", "threads", 5, 5, 8},
    {"request: [{wait: 1ms}, {respond: 200}, {wait: 5ms}]", "threads", 1, 1, 6},
    {"request: [{call: db, hedge: {after: 1ms}}]", "threads", 2, 2, NAN},
};

static void test_bounds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        const struct bound *k = &bounds[i];
        struct world w;
        world_open(&w, k->text);
        struct graph_bounds g = graph_bounds(world_prog(&w, k->exec), 0);
        if (!(g.lo == k->lo * 1e6 && g.hi == k->hi * 1e6))
            fail_msg("%s: %g %g", k->text, g.lo, g.hi);
        if (isnan(k->work) ? !isnan(g.work) : !(fabs(g.work - k->work * 1e6) < 1e-3))
            fail_msg("%s: work %g", k->text, g.work);
        arena_drop(w.a);
    }
}

/* Every node that an edge names is there, in both formats. */
static void test_graph(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, "pipelines: {p: {call: db}}\n"
                   "request: [{run: p}, {parallel: {a: [], b: {call: lim}}}, {spawn: {c: []}},\n"
                   "  {each: 2, do: {call: db}, as_completed: {cpu: 1ms}}, {await: c},\n"
                   "  {if: chance(0.5), then: [], else: {fail: x}, catch: {respond: 500}}]\n");
    for (int f = 0; f < 2; f++) {
        struct buf b = {0};
        char id[16];
        graph_draw(w.m, f ? GRAPH_MERMAID : GRAPH_DOT, &b);
        uint32_t n = 0;
        for (const char *s = b.s; (s = strstr(s, f ? "--> n" : "-> n")); s++, n++) {
            unsigned k = (unsigned)strtoul(strchr(s, 'n') + 1, NULL, 10);
            const char *line;
            snprintf(id, sizeof id, f ? "    n%u" : "    n%u [shape", k);
            line = strstr(b.s, id);
            assert_non_null(line);
        }
        assert_true(n > 20);
        buf_free(&b);
    }
    arena_drop(w.a);
}

static void test_too_large(void **state)
{
    (void)state;
    struct world w;
    struct buf b = {0};
    buf_puts(&b, "pipelines:\n  p0: {call: db}\n");
    for (int i = 1; i < 40; i++)
        buf_printf(&b, "  p%d: [{run: p%d}, {run: p%d}]\n", i, i - 1, i - 1);
    buf_puts(&b, "request: {run: p39}\n");
    world_open(&w, b.s);
    assert_null(prog_compile(w.a, w.m, model_exec(w.m, "serial"), w.d));
    assert_int_equal(diags_errors(w.d), 1);
    assert_string_equal(diags_get(w.d, 0)->id, "E-size");
    buf_free(&b);
    arena_drop(w.a);
}

int main(void)
{
    enum {
        REFUSED = sizeof refused / sizeof *refused,
        LISTED = sizeof listings / sizeof *listings
    };
    struct CMUnitTest t[REFUSED + LISTED + 9] = {
        cmocka_unit_test(test_fine),     cmocka_unit_test(test_captures),
        cmocka_unit_test(test_counts),   cmocka_unit_test(test_imports),
        cmocka_unit_test(test_keys),     cmocka_unit_test(test_paths),
        cmocka_unit_test(test_bounds),   cmocka_unit_test(test_graph),
        cmocka_unit_test(test_too_large)};
    for (size_t i = 0; i < REFUSED; i++)
        t[9 + i] = (struct CMUnitTest){.name = refused[i].what,
                                       .test_func = test_refused,
                                       .initial_state = (void *)(uintptr_t)&refused[i]};
    for (size_t i = 0; i < LISTED; i++)
        t[9 + REFUSED + i] = (struct CMUnitTest){.name = listings[i].what,
                                                 .test_func = test_listing,
                                                 .initial_state = (void *)(uintptr_t)&listings[i]};
    return cmocka_run_group_tests_name("compile", t, NULL, NULL);
}
