/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_critical.c - critical paths of recorded traces: the fixtures of Jaeger's page and of CRISP's
 * own tests as drawn there, cases worked out by hand, sums over random traces, a deep one.
 *
 * A trace is written as spans NAME<PARENT:START-END, names of one letter, then what is special:
 *   !f follows from its parent   !p producer   !c consumer   !k client   !s server   !u unfinished
 *   ~X links to X
 * and its path as sections NAMESTART-END. */
#include "test.h"
#include "trace/assemble.h"
#include "trace/critical.h"
#include <stdio.h>
#include <string.h>

enum { MOST = 32 };
struct sample {
    struct span v[MOST];
    struct span_link link[MOST];
    uint32_t n, nlink;
};
static const struct trace_id trace_of_test = {1, 2};

static const char *read_special(struct sample *t, struct span *s, const char *p)
{
    for (; *p == '!' || *p == '~'; p += 2) {
        if (*p == '!' && p[1] == 'u')
            s->flags |= SPAN_UNFINISHED;
        else if (*p == '!' && p[1] != 'f')
            s->kind = p[1] == 'p'   ? KIND_PRODUCER
                      : p[1] == 'c' ? KIND_CONSUMER
                      : p[1] == 'k' ? KIND_CLIENT
                                    : KIND_SERVER;
        if (*p == '!' && p[1] != 'f')
            continue;
        if (s->nlink++ == 0)
            s->link = t->nlink;
        bool link = *p == '~';
        t->link[t->nlink++] =
            (struct span_link){trace_of_test, link ? (uint64_t)p[1] : s->parent_id,
                               link ? LINK_LINK : LINK_FOLLOWS_FROM};
    }
    return p;
}

static void read_sample(struct sample *t, const char *p)
{
    *t = (struct sample){.n = 0};
    while (*p) {
        struct span *s = &t->v[t->n++];
        char *end;
        *s = (struct span){.id = (uint64_t)*p++, .parent = SPAN_NONE};
        if (*p == '<') {
            s->parent_id = (uint64_t)p[1];
            p += 2;
        }
        assert_int_equal(*p, ':');
        s->start = strtoll(p + 1, &end, 10);
        assert_int_equal(*end, '-');
        s->duration = strtoll(end + 1, &end, 10) - s->start;
        p = read_special(t, s, end);
        if (s->flags & SPAN_UNFINISHED)
            s->duration = 0;
        while (*p == ' ')
            p++;
    }
    uint64_t duplicates;
    struct assembler *a = assemble_new();
    t->n = assemble(a, t->v, t->n, &duplicates);
    assemble_free(a);
}

static uint32_t root_of(const struct sample *t)
{
    for (uint32_t i = 0; i < t->n; i++)
        if (t->v[i].parent == SPAN_NONE)
            return i;
    fail_msg("no root");
    return 0;
}

static void path_text(const struct sample *t, const struct critical_path *p, char *to, size_t size)
{
    size_t n = 0;
    to[0] = '\0';
    for (uint32_t i = 0; i < p->n; i++)
        n += (size_t)snprintf(to + n, size - n, "%s%c%lld-%lld", i ? " " : "",
                              (char)t->v[p->v[i].span].id, (long long)p->v[i].start,
                              (long long)p->v[i].end);
}

struct row {
    const char *name;
    enum critical_rule rule;
    const char *spans, *path;
};
static const struct row rows[] = {
    /* Jaeger's page: testCases/test1.js to test9.js of jaegertracing/jaeger-ui, as drawn there. */
    {"jaeger_1", CRITICAL_JAEGER, "E<C:50-60 C:1-101 D<C:20-40",
     "C1-20 D20-40 C40-50 E50-60 C60-101"},
    {"jaeger_2", CRITICAL_JAEGER, "X:1-101 A<X:10-50 C<X:20-60", "X1-20 C20-60 X60-101"},
    {"jaeger_3", CRITICAL_JAEGER, "A:100-140 B<A:150-200", "A100-140"},
    {"jaeger_4", CRITICAL_JAEGER, "A:1-31 B<A:40-80 C<B:50-60", "A1-31"},
    {"jaeger_5", CRITICAL_JAEGER, "A:1-31 B<A:10-20!f C<B:12-14", "A1-31"},
    {"jaeger_6", CRITICAL_JAEGER, "A:1-30 B<A:15-35 C<B:10-25", "A1-15 C15-25 B25-30"},
    {"jaeger_7", CRITICAL_JAEGER, "A:1-30 B<A:15-35 C<B:20-40", "A1-15 B15-20 C20-30"},
    {"jaeger_8", CRITICAL_JAEGER, "A:10-30 B<A:5-35", "B10-30"},
    {"jaeger_9", CRITICAL_JAEGER, "A:10-30 B<A:1-5", "A10-30"},
    /* What touches does not come before, strictly. */
    {"jaeger_touch", CRITICAL_JAEGER, "A:0-10 B<A:1-4 C<A:4-8", "A0-4 C4-8 A8-10"},
    {"jaeger_message", CRITICAL_JAEGER, "A:0-10!p B<A:1-9!c C<B:2-3", "A0-10"},
    /* CRISP: go/crisp/criticalpath_test.go of uber-research/CRISP. */
    {"crisp_chain", CRITICAL_CRISP, "R:0-100 A<R:10-90 B<A:20-70",
     "R0-10 A10-20 B20-70 A70-90 R90-100"},
    {"crisp_sequence", CRITICAL_CRISP, "R:0-1000 A<R:0-400 B<R:500-1000",
     "A0-400 R400-500 B500-1000"},
    {"crisp_concurrent", CRITICAL_CRISP, "R:0-1000 A<R:0-600 B<R:500-1000", "R0-500 B500-1000"},
    {"crisp_skew", CRITICAL_CRISP, "R:0-1000 A<R:0-505 B<R:500-1000", "A0-505 B500-1000"},
    {"crisp_third_event", CRITICAL_CRISP, "R:0-1000 A<R:0-505 B<R:500-1000 C<R:502-510",
     "R0-500 B500-1000"},
    {"crisp_allowance", CRITICAL_CRISP, "R:0-1000 A<R:0-510 B<R:500-1000", "R0-500 B500-1000"},
    {"crisp_tie", CRITICAL_CRISP, "R:0-1000 X<R:500-1000 Y<R:600-1000 C<X:500-700 D<Y:600-800",
     "R0-600 D600-800 Y800-1000"},
    {"crisp_nested", CRITICAL_CRISP, "R:0-1000 A<R:0-400 B<R:500-1000 C<B:900-1000 D<B:500-800",
     "A0-400 R400-500 D500-800 B800-900 C900-1000"},
    {"crisp_covers", CRITICAL_CRISP, "A:10-30 B<A:5-35", "A10-30"},
    {"crisp_cut", CRITICAL_CRISP, "R:0-100 A<R:50-120", "R0-50 A50-100"},
    /* A server of one client that covers it by less than 1 %: kept. */
    {"crisp_server", CRITICAL_CRISP, "R:0-2000!k A<R:-1-2002!s B<A:5-10", "A-1-5 B5-10 A10-2002"},
    {"crisp_follows", CRITICAL_CRISP, "R:0-100 A<R:50-90!f", "R0-100"},
    /* Own: facts before guesses. */
    {"own_touch", CRITICAL_OWN, "A:0-10 B<A:1-4 C<A:4-8", "A0-1 B1-4 C4-8 A8-10"},
    {"own_zero", CRITICAL_OWN, "A:0-10 B<A:4-4 C<A:4-8 D<A:2-4", "A0-2 D2-4 C4-8 A8-10"},
    {"own_async", CRITICAL_OWN, "A:0-10 B<A:2-14 C<A:1-6", "A0-1 C1-6 A6-10"},
    {"own_message", CRITICAL_OWN, "A:0-10 B<A:2-9!c C<A:1-6", "A0-1 C1-6 A6-10"},
    {"own_follows", CRITICAL_OWN, "A:0-10 B<A:2-9!f C<A:1-6", "A0-1 C1-6 A6-10"},
    {"own_unfinished", CRITICAL_OWN, "A:0-10 B<A:9-9!u C<A:1-6", "A0-1 C1-6 A6-10"},
    {"own_outside", CRITICAL_OWN, "A:10-30 B<A:1-5 C<B:2-3", "A10-30"},
    /* gather(foo1 -> foo3, foo2): the last to end before foo3 was foo2, but foo3 names foo1. */
    {"own_guess", CRITICAL_OWN, "R:0-20 A<R:1-8 B<R:1-9 C<R:10-18",
     "R0-1 B1-9 R9-10 C10-18 R18-20"},
    {"own_link", CRITICAL_OWN, "R:0-20 A<R:1-8 B<R:1-9 C<R:10-18~A",
     "R0-1 A1-8 R8-10 C10-18 R18-20"},
    {"jaeger_link", CRITICAL_JAEGER, "R:0-20 A<R:1-8 B<R:1-9 C<R:10-18~A",
     "R0-1 B1-9 R9-10 C10-18 R18-20"},
    /* Work that nobody waits for, until somebody links to it: B was set off by A, and began late.
     */
    {"own_link_async", CRITICAL_OWN, "R:0-30 A<R:2-5 B<A:8-14 C<R:15-28~B",
     "R0-2 A2-5 B5-14 R14-15 C15-28 R28-30"},
    /* A link to what ended before the parent began explains nothing; nor does one to the future, to
     * an ancestor, or in a circle. */
    {"own_link_old", CRITICAL_OWN, "R:0-30 A<R:2-5 B<R:8-20 C<B:9-19~A",
     "R0-2 A2-5 R5-8 B8-9 C9-19 B19-20 R20-30"},
    {"own_link_odd", CRITICAL_OWN, "R:0-30 A<R:2-5~B B<R:5-9~A~R C<R:9-9~C~B D<R:9-12~Z~C",
     "R0-2 A2-5 B5-9 D9-12 R12-30"},
};

static void test_row(void **state)
{
    const struct row *r = *state;
    struct sample t;
    struct critical_path p;
    char text[512];
    read_sample(&t, r->spans);
    struct critical *c = critical_new();
    critical_trace(c, trace_of_test, t.v, t.n, t.link);
    critical_find(c, root_of(&t), CRITICAL_RULES - 1 - r->rule, &p); /* leaves nothing behind */
    critical_find(c, root_of(&t), r->rule, &p);
    path_text(&t, &p, text, sizeof text);
    assert_string_equal(text, r->path);
    critical_free(c);
}

/* CRISP's exclusive times where its sections are not all: an overlap counts against the parent, a
 * server's time is its client's at most. */
static void test_crisp_times(void **state)
{
    (void)state;
    static const struct {
        const char *spans;
        int64_t time[4];
    } sample[] = {
        {"R:0-1000 A<R:0-505 B<R:500-1000", {0, 505, 500}}, /* 1000 - 1005: not below 0 */
        {"R:0-1000 A<R:0-504 B<R:500-900", {96, 504, 400}},
        {"R:0-2000!k A<R:-1-2002!s B<A:5-10", {5, 1995, 0}}, /* in order of time: A, R, B */
    };
    for (size_t k = 0; k < TEST_COUNT(sample); k++) {
        struct sample t;
        struct critical_path p;
        read_sample(&t, sample[k].spans);
        struct critical *c = critical_new();
        critical_trace(c, trace_of_test, t.v, t.n, t.link);
        critical_find(c, root_of(&t), CRITICAL_CRISP, &p);
        if (k < 2) {
            for (uint32_t i = 0; i < t.n; i++)
                assert_int_equal(p.time[i], sample[k].time[i]);
        } else {
            assert_int_equal(p.time[0], 1995); /* A: 2000, as long as its client, less B */
            assert_int_equal(p.time[1], 0);
            assert_int_equal(p.time[2], 5);
        }
        critical_free(c);
    }
}

static void test_roles(void **state)
{
    (void)state;
    static const struct {
        char name;
        enum critical_role role;
    } want[] = {{'R', ROLE_ROOT},    {'A', ROLE_AROUND},  {'B', ROLE_LINK},
                {'C', ROLE_LAST},    {'D', ROLE_BESIDE},  {'E', ROLE_ASYNC},
                {'F', ROLE_MESSAGE}, {'G', ROLE_FOLLOWS}, {'H', ROLE_UNFINISHED},
                {'I', ROLE_OUTSIDE}, {'J', ROLE_BEFORE},  {'K', ROLE_OUTSIDE}};
    struct sample t;
    struct critical_path p;
    read_sample(&t, "R:0-30 A<R:2-15!u B<A:8-14 C<R:15-28~B D<R:1-3 E<R:4-31 F<R:5-6!c G<R:5-6!f "
                    "H<R:7-7!u I<R:-9--8 J<C:16-20 L<C:21-27 K<I:-9--8");
    struct critical *c = critical_new();
    critical_trace(c, trace_of_test, t.v, t.n, t.link);
    uint32_t root = 0;
    while (t.v[root].id != 'R')
        root++;
    critical_find(c, root, CRITICAL_OWN, &p);
    for (size_t k = 0; k < TEST_COUNT(want); k++)
        for (uint32_t i = 0; i < t.n; i++)
            if (t.v[i].id == (uint64_t)want[k].name && p.role[i] != want[k].role)
                fail_msg("%c: %s", want[k].name, critical_role_text[p.role[i]]);
    critical_free(c);
}

/* Self: without children, together and only as long as the parent.  Work: of what ends in time. */
static void test_work(void **state)
{
    (void)state;
    static const struct {
        char name;
        int64_t self, work;
    } want[] = {{'R', 3, 21}, {'A', 3, 9}, {'B', 6, 6}, {'C', 9, 9}, {'D', 0, 0}, {'E', 9, 9}};
    struct sample t;
    int64_t self[MOST], work[MOST];
    read_sample(&t, "R:0-20 A<R:2-11 B<A:4-10 C<R:8-17 D<R:18-21 E<D:18-27 F<R:30-31");
    struct critical *c = critical_new();
    critical_trace(c, trace_of_test, t.v, t.n, t.link);
    critical_work(c, self, work);
    for (size_t k = 0; k < TEST_COUNT(want); k++)
        for (uint32_t i = 0; i < t.n; i++)
            if (t.v[i].id == (uint64_t)want[k].name &&
                (self[i] != want[k].self || work[i] != want[k].work))
                fail_msg("%c: self %lld, work %lld", want[k].name, (long long)self[i],
                         (long long)work[i]);
    critical_free(c);
}

/* ---- random traces ---- */

static uint64_t draw(uint64_t *seed, uint64_t n)
{
    *seed = trace_mix(*seed, 1);
    return *seed % n;
}

/* Children mostly within their parents, few different times, all kinds and flags, links anywhere.
 */
static uint32_t random_trace(uint64_t seed, struct span *v, struct span_link *link)
{
    uint32_t n = 1 + (uint32_t)draw(&seed, 40), nlink = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t p = i ? (uint32_t)draw(&seed, i) : SPAN_NONE;
        struct span *s = &v[i];
        *s = (struct span){
            .id = i + 1, .duration = (int64_t)draw(&seed, i ? 25 : 90), .parent = SPAN_NONE};
        if (p != SPAN_NONE && draw(&seed, 20)) {
            s->parent_id = p + 1;
            s->start = v[p].start + (int64_t)draw(&seed, 30) - (draw(&seed, 4) == 0 ? 9 : 0);
        }
        s->kind = draw(&seed, 3) ? KIND_NONE : (uint8_t)draw(&seed, 6);
        s->host = draw(&seed, 4) ? 0 : (uint32_t)draw(&seed, 3);
        s->flags = draw(&seed, 15) ? 0 : SPAN_UNFINISHED;
        if (s->flags)
            s->duration = 0;
        s->link = nlink;
        while (draw(&seed, 2) == 0 && s->nlink < 3) {
            uint64_t to = draw(&seed, 4) || !s->parent_id ? 1 + draw(&seed, n) : s->parent_id;
            link[nlink++] = (struct span_link){trace_of_test, to, (uint8_t)draw(&seed, 2)};
            s->nlink++;
        }
    }
    return n;
}

static void check_path(const struct span *v, uint32_t n, uint32_t root,
                       const struct critical_path *p, bool tiles)
{
    int64_t at = v[root].start, sum = 0;
    for (uint32_t i = 0; i < p->n; i++) {
        const struct critical_section *x = &p->v[i];
        assert_true(x->start < x->end && x->span < n);
        assert_true(!tiles || x->start == at);
        at = x->end;
        sum += x->end - x->start;
    }
    assert_true(!tiles || sum == v[root].duration);
}

static void test_random(void **state)
{
    (void)state;
    struct span v[64];
    struct span_link link[256];
    struct assembler *a = assemble_new();
    struct critical *c = critical_new();
    uint64_t several = 0, jumps = 0;
    for (uint64_t seed = 1; seed <= test_samples(200000); seed++) {
        uint64_t duplicates;
        struct critical_path p;
        uint32_t n = random_trace(seed, v, link);
        n = assemble(a, v, n, &duplicates);
        critical_trace(c, trace_of_test, v, n, link);
        for (uint32_t i = 0; i < n; i++) {
            if (v[i].parent != SPAN_NONE)
                continue;
            for (int rule = 0; rule < CRITICAL_RULES; rule++) {
                critical_find(c, i, (enum critical_rule)rule, &p);
                check_path(v, n, i, &p, rule != CRITICAL_CRISP);
                several += p.n > 4;
                for (uint32_t k = 0; rule == CRITICAL_OWN && k < p.n; k++)
                    jumps += p.role[p.v[k].span] == ROLE_LINK;
            }
        }
    }
    /* They are not all trivial. */
    assert_true(several > test_samples(200000) / 10 && jumps > test_samples(200000) / 100);
    assemble_free(a);
    critical_free(c);
}

/* The plainest form of Jaeger's rule: recursive, each child looked at each time. */
static void plain(const struct span *v, uint32_t n, uint32_t x, int64_t until, bool back,
                  int64_t *time)
{
    uint32_t last = SPAN_NONE;
    for (uint32_t i = 0; i < n; i++) {
        int64_t end = v[i].start + v[i].duration;
        if (v[i].parent == x && (end < until || (end == until && !back)) &&
            (last == SPAN_NONE || end > v[last].start + v[last].duration))
            last = i;
    }
    if (last != SPAN_NONE) {
        time[x] += until - v[last].start - v[last].duration;
        plain(v, n, last, v[last].start + v[last].duration, false, time);
        return;
    }
    time[x] += until - v[x].start;
    if (v[x].parent != SPAN_NONE)
        plain(v, n, v[x].parent, v[x].start, true, time);
}

/* Children within their parents, so that nothing is cut. */
static void test_plain(void **state)
{
    (void)state;
    struct critical *c = critical_new();
    struct assembler *a = assemble_new();
    for (uint64_t seed = 1; seed <= test_samples(20000); seed++) {
        uint64_t s = seed ^ 0x5eed, duplicates;
        uint32_t n = 2 + (uint32_t)draw(&s, 38);
        struct span v[40] = {{.id = 1, .duration = 1000, .parent = SPAN_NONE}};
        for (uint32_t i = 1; i < n; i++) {
            const struct span *p = &v[draw(&s, i)];
            int64_t lag = (int64_t)draw(&s, (uint64_t)p->duration / 2 + 1);
            v[i] = (struct span){.id = i + 1,
                                 .parent_id = p->id,
                                 .start = p->start + lag,
                                 .duration = (int64_t)draw(&s, (uint64_t)(p->duration - lag) + 1),
                                 .parent = SPAN_NONE};
        }
        assert_int_equal(assemble(a, v, n, &duplicates), n);
        struct critical_path p;
        int64_t time[40] = {0};
        critical_trace(c, trace_of_test, v, n, NULL);
        critical_find(c, 0, CRITICAL_JAEGER, &p);
        plain(v, n, 0, 1000, false, time);
        for (uint32_t i = 0; i < n; i++)
            assert_int_equal(p.time[i], time[i]);
    }
    assemble_free(a);
    critical_free(c);
}

/* 100,000 spans one within the other, and as many side by side, linked one to the next. */
static void test_deep(void **state)
{
    (void)state;
    enum { N = 100000 };
    struct span *v = calloc(N, sizeof *v);
    struct span_link *link = calloc(N, sizeof *link);
    struct critical *c = critical_new();
    struct critical_path p;
    for (uint32_t i = 0; i < N; i++) {
        v[i] = (struct span){.id = i + 1,
                             .parent_id = i,
                             .start = i,
                             .duration = 3 * N - 2 * i,
                             .parent = i ? i - 1 : SPAN_NONE};
    }
    critical_trace(c, trace_of_test, v, N, NULL);
    for (int rule = 0; rule < CRITICAL_RULES; rule++) {
        critical_find(c, 0, (enum critical_rule)rule, &p);
        assert_int_equal(p.n, 2 * N - 1);
        check_path(v, N, 0, &p, true);
        assert_int_equal(p.time[N - 1], N + 2);
        assert_int_equal(p.time[5], 2);
    }
    for (uint32_t i = 1; i < N; i++) {
        link[i] = (struct span_link){trace_of_test, i, LINK_LINK};
        v[i] = (struct span){.id = i + 1,
                             .parent_id = 1,
                             .start = i,
                             .duration = 1,
                             .parent = 0,
                             .link = i,
                             .nlink = i > 1};
    }
    critical_trace(c, trace_of_test, v, N, link);
    for (int rule = 0; rule < CRITICAL_RULES; rule++) {
        critical_find(c, 0, (enum critical_rule)rule, &p);
        check_path(v, N, 0, &p, true);
        assert_int_equal(p.n, N + 1);
    }
    critical_free(c);
    free(link);
    free(v);
}

int main(void)
{
    struct CMUnitTest t[TEST_COUNT(rows) + 6];
    size_t n = 0;
    for (; n < TEST_COUNT(rows); n++)
        t[n] = test_named(rows[n].name, test_row, &rows[n]);
    t[n++] = test_named("crisp_times", test_crisp_times, NULL);
    t[n++] = test_named("roles", test_roles, NULL);
    t[n++] = test_named("work", test_work, NULL);
    t[n++] = test_named("random", test_random, NULL);
    t[n++] = test_named("plain", test_plain, NULL);
    t[n++] = test_named("deep", test_deep, NULL);
    return cmocka_run_group_tests_name("critical", t, NULL, NULL);
}
