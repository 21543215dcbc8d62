/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_shape.c - what requests do, found in traces made by hand: the steps that fit writes, letter
 * by letter.  Durations are drawn, so an order that holds by chance in one trace does not in all.
 */
#include "test.h"
#include "base/rng.h"
#include "fit/draft.h"
#include <math.h>
#include <string.h>

enum { REQUESTS = 400, MS = 1000000 };

/* A request in the making. */
struct making {
    struct forest *f;
    uint32_t root, visit;
    uint64_t request;
};

static double unit(struct making *m)
{
    return rng_unit((struct draw_key){.seed = 9, .path = m->request, .visit = m->visit++});
}
/* Exponential, of so many ms. */
static int64_t took(struct making *m, double mean)
{
    return 1000 + (int64_t)(-log(unit(m)) * mean * MS);
}

static uint32_t op_of(struct forest *f, const char *name, uint8_t kind)
{
    for (uint32_t i = 0; i < f->nop; i++)
        if (strcmp(f->op[i].name, name) == 0)
            return i;
    assert_true(f->nop < 30);
    f->op[f->nop] = (struct forest_op){f->nop + 1, "web", name, kind};
    return f->nop++;
}

static uint32_t span(struct making *m, uint32_t parent, const char *name, uint8_t kind,
                     int64_t start, int64_t end)
{
    struct forest *f = m->f;
    f->v[f->nspan] = (struct forest_span){
        .start = start, .end = end, .parent = parent, .op = op_of(f, name, kind)};
    return f->nspan++;
}

/* A client's call under the root: its end. */
static int64_t call(struct making *m, const char *name, int64_t start, double mean)
{
    int64_t end = start + took(m, mean);
    span(m, m->root, name, KIND_CLIENT, start, end);
    return end;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int span_order(const void *a, const void *b)
{
    const struct forest_span *x = a, *y = b;
    return (x->start > y->start) - (x->start < y->start);
}

/* The part of the model from `request:` on. */
static char *steps_of(struct arena *a, int64_t (*make)(struct making *m, int64_t start),
                      struct draft_note *note)
{
    struct forest f = {.mem = a, .name = "request", .step = 1, .busiest = 1};
    f.op = NEW(a, struct forest_op, 30);
    f.v = NEW(a, struct forest_span, REQUESTS * 40);
    f.root = NEW(a, uint32_t, REQUESTS);
    int64_t now = MS;
    for (uint32_t i = 0; i < REQUESTS; i++) {
        struct making m = {.f = &f, .request = i, .root = f.nspan};
        span(&m, FOREST_NONE, "request", KIND_SERVER, now, now);
        f.root[f.ntree++] = m.root;
        f.v[m.root].end = make(&m, now);
        now = f.v[m.root].end + 100 * MS;
        /* children of one span stand in the order of time */
        qsort(f.v + m.root + 1, f.nspan - m.root - 1, sizeof *f.v, span_order);
    }
    forest_link(&f);
    struct buf b = {0};
    draft_write(shape_find(&f, a), &(struct draft_opt){.seed = 1}, &b, note);
    const char *from = strstr(b.s, "\nrequest:\n");
    assert_non_null(from);
    char *out = arena_strdup(a, from + strlen("\nrequest:\n"));
    buf_free(&b);
    return out;
}

static int64_t make_row(struct making *m, int64_t t)
{
    return call(m, "c", call(m, "b", call(m, "a", t, 2), 3), 1);
}
static int64_t make_at_once(struct making *m, int64_t t)
{
    int64_t x = call(m, "a", t, 2), y = call(m, "b", t, 3);
    return call(m, "c", later(x, y), 1);
}
/* gather(foo1 -> foo3, foo2): in most requests foo2 is over when foo3 begins, but not in all. */
static int64_t make_gather(struct making *m, int64_t t)
{
    int64_t foo3 = call(m, "foo3", call(m, "foo1", t, 8), 2), foo2 = call(m, "foo2", t, 3);
    return later(foo3, foo2);
}
/* The Wheatstone bridge: no nesting of rows and branches. */
static int64_t make_bridge(struct making *m, int64_t t)
{
    int64_t a = call(m, "a", t, 2), b = call(m, "b", t, 2);
    int64_t c = call(m, "c", a, 2), d = call(m, "d", a, 2);
    return later(call(m, "e", later(b, c), 2), d);
}
static int64_t make_either(struct making *m, int64_t t)
{
    t = call(m, "a", t, 1);
    return unit(m) < 0.25 ? call(m, "x", t, 2) : call(m, "y", t, 1);
}
static int64_t make_three(struct making *m, int64_t t)
{
    double u = unit(m);
    return call(m, u < 0.5 ? "x" : u < 0.8 ? "y" : "z", t, 2);
}
static int64_t make_maybe(struct making *m, int64_t t)
{
    t = call(m, "cache", t, 1);
    return unit(m) < 0.25 ? call(m, "db", t, 5) : t;
}
static int64_t make_rounds(struct making *m, int64_t t)
{
    for (int i = 0; i < 3; i++)
        t = call(m, "b", call(m, "a", t, 1), 2);
    return t;
}
static int64_t make_copies(struct making *m, int64_t t)
{
    int64_t end = t;
    for (int i = 0; i < 5; i++)
        end = later(end, call(m, "shard", t, 2));
    return end;
}
/* As they come in, ranked one after another while others run. */
static int64_t make_completed(struct making *m, int64_t t)
{
    int64_t end[4], free_at = t;
    for (int i = 0; i < 4; i++)
        end[i] = call(m, "query", t, 5);
    for (int done = 0; done < 4; done++) {
        int k = 0;
        for (int i = 1; i < 4; i++)
            k = end[i] < end[k] ? i : k;
        int64_t begin = later(end[k], free_at);
        free_at = begin + MS / 2;
        span(m, m->root, "rank", KIND_INTERNAL, begin, free_at);
        end[k] = INT64_MAX;
    }
    return free_at;
}
/* A task that the request does not wait for, and one span that only waits. */
static int64_t make_task(struct making *m, int64_t t)
{
    int64_t a = call(m, "a", t, 2), b = call(m, "b", t, 3), both = later(a, b);
    span(m, m->root, "join", KIND_INTERNAL, t, both);
    span(m, m->root, "publish", KIND_PRODUCER, both, both + 50 * MS + took(m, 20));
    return call(m, "c", both, 1);
}
/* Time of its own between two calls. */
static int64_t make_own(struct making *m, int64_t t)
{
    return call(m, "b", call(m, "a", t, 2) + 3 * MS, 2);
}
/* A call seen from both ends, with the network before and behind. */
static int64_t make_halves(struct making *m, int64_t t)
{
    int64_t start = t + took(m, 1), end = start + took(m, 4), back = end + took(m, 1);
    uint32_t client = span(m, m->root, "geo.Lookup", KIND_CLIENT, t, back);
    span(m, client, "geo.Find", KIND_SERVER, start, end);
    return call(m, "b", back, 2);
}
/* Requests meet in a queue: the time before the first call is as long as that of the one before. */
static int64_t make_queue(struct making *m, int64_t t)
{
    return call(m, "a", t + (int64_t)(2 * MS * (1.01 + sin((double)m->request / 20))), 2);
}
static int64_t make_retry(struct making *m, int64_t t)
{
    for (int i = 0; i < 2; i++) {
        uint32_t at = m->f->nspan;
        t = call(m, "pay", t, 4);
        if (unit(m) > 0.3)
            break;
        m->f->v[at].flags |= SPAN_ERROR << 8;
    }
    return t;
}
static int64_t make_abort(struct making *m, int64_t t)
{
    t = call(m, "check", t, 2);
    if (unit(m) < 0.8)
        return call(m, "work", t, 2);
    m->f->v[m->root].flags |= 403u << 16;
    return t;
}

static const struct row {
    const char *name;
    int64_t (*make)(struct making *m, int64_t start);
    const char *steps;
} rows[] = {
    {"in a row", make_row, "  - call: a\n  - call: b\n  - call: c\n"},
    {"at once", make_at_once,
     "  - parallel:\n      a: {call: a}\n      b: {call: b}\n  - call: c\n"},
    {"gather(foo1 -> foo3, foo2)", make_gather,
     "  - parallel:\n      foo1:\n        - call: foo1\n        - call: foo3\n"
     "      foo2: {call: foo2}\n"},
    {"a bridge", make_bridge,
     "  - spawn:\n      task_0:\n        - call: a\n"
     "  - spawn:\n      task_1:\n        - call: b\n"
     "  - spawn:\n      task_2:\n        - await: [task_0]\n        - call: c\n"
     "  - spawn:\n      task_3:\n        - await: [task_0]\n        - call: d\n"
     "  - spawn:\n      task_4:\n        - await: [task_1, task_2]\n        - call: e\n"
     "  - await: [task_0, task_1, task_2, task_3, task_4]\n"},
    {"either or", make_either,
     "  - call: a\n  - if: chance(0.7375)\n    then: {call: y}\n    else: {call: x}\n"},
    {"one of three", make_three,
     "  - choose:\n      - p: 0.2\n        do: {call: z}\n      - p: 0.475\n"
     "        do: {call: x}\n      - p: 0.325\n        do: {call: y}\n"},
    {"maybe", make_maybe, "  - call: cache\n  - if: chance(0.2625)\n    then: {call: db}\n"},
    {"rounds", make_rounds, "  - repeat: 3\n    do:\n      - call: a\n      - call: b\n"},
    {"copies", make_copies, "  - each: 5\n    do: {call: shard}\n"},
    {"as completed", make_completed,
     "  - each: 4\n    do: {call: query}\n    as_completed:\n"
     "      - cpu: 500us   # n 1600, always the same\n        name: rank\n"},
    {"a task, a wait", make_task,
     "  - parallel:\n      a: {call: a}\n      b: {call: b}\n"
     "  - detach:\n      - call: publish\n  - call: c\n"},
    {"own time", make_own,
     "  - call: a\n  - cpu: 3ms   # n 400, always the same\n    name: own\n  - call: b\n"},
    {"both ends of a call", make_halves, "  - call: geo_Lookup\n  - call: b\n"},
    {"a queue", make_queue, "  - call: a\n"},
    {"attempts", make_retry, "  - call: pay\n    catch: []\n"},
    {"an early answer", make_abort,
     "  - call: check\n  - if: chance(0.7875)\n    then: {call: work}\n    else: {abort: 403}\n"
     "  - respond: 200\n"},
};

static void test_row(void **state)
{
    const struct row *r = *state;
    struct arena *a = arena_new(0);
    struct draft_note note;
    assert_string_equal(steps_of(a, r->make, &note), r->steps);
    arena_drop(a);
}

int main(void)
{
    struct CMUnitTest t[TEST_COUNT(rows)];
    for (size_t i = 0; i < TEST_COUNT(rows); i++)
        t[i] = test_named(rows[i].name, test_row, &rows[i]);
    return cmocka_run_group_tests_name("shape", t, NULL, NULL);
}
