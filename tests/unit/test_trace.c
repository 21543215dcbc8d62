/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_trace.c - recorded traces put together, against values worked out by hand: assembling,
 * ids and times, where bytes come from, and gathering.  What readers make of whole files, and the
 * store: test_store.c. */
#include "test.h"
#include "trace/assemble.h"
#include "trace/import.h"
#include "trace/read_csv.h"
#include <stdio.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

/* ---- assembling ---- */

static uint32_t put_together(struct span *v, uint32_t n, struct tally *t)
{
    struct assembler *a = assemble_new();
    uint64_t duplicates, again;
    n = assemble(a, v, n, &duplicates);
    struct span copy[64];
    memcpy(copy, v, n * sizeof *v);
    assert_int_equal(assemble(a, copy, n, &again), n); /* a second time changes nothing */
    assert_int_equal(again, 0);
    assert_memory_equal(copy, v, n * sizeof *v);
    assemble_free(a);
    *t = (struct tally){{0}};
    assemble_count(v, n, false, t);
    t->n[TALLY_DUPLICATE] = duplicates;
    return n;
}

static void test_parents(void **state)
{
    (void)state;
    struct tally t;
    struct span v[] = {
        {.id = 3, .parent_id = 1, .start = 20, .duration = 10},
        {.id = 1, .start = 10, .duration = 100},
        {.id = 4, .parent_id = 9, .start = 5, .duration = 1},
        {.id = 3, .parent_id = 1, .start = 20, .duration = 10},
        {.id = 2, .parent_id = 3, .start = 20, .duration = 10},
        {.id = 2, .parent_id = 1, .start = 50, .duration = 5},
    };
    assert_int_equal(put_together(v, 6, &t), 5);
    const uint64_t ids[] = {4, 1, 2, 3, 2};
    for (int i = 0; i < 5; i++)
        assert_int_equal(v[i].id, ids[i]);
    assert_int_equal(v[0].parent, SPAN_NONE);
    assert_int_equal(v[1].parent, SPAN_NONE);
    assert_int_equal(v[2].parent, 3);
    assert_int_equal(v[3].parent, 1);
    assert_int_equal(v[4].parent, 1);
    assert_int_equal(t.n[TALLY_DUPLICATE], 1);
    assert_int_equal(t.n[TALLY_ORPHAN], 1);
    assert_int_equal(t.n[TALLY_TWIN], 1);
}

static void test_circles(void **state)
{
    (void)state;
    struct tally t;
    struct span v[] = {
        {.id = 1, .parent_id = 3, .start = 1, .duration = 9},
        {.id = 2, .parent_id = 1, .start = 2, .duration = 8},
        {.id = 3, .parent_id = 2, .start = 3, .duration = 7},
        {.id = 4, .parent_id = 4, .start = 4, .duration = 6},
        {.id = 5, .parent_id = 3, .start = 5, .duration = 5},
    };
    assert_int_equal(put_together(v, 5, &t), 5);
    assert_int_equal(v[0].parent, SPAN_NONE); /* the first one of the circle is its root */
    assert_int_equal(v[1].parent, 0);
    assert_int_equal(v[2].parent, 1);
    assert_int_equal(v[3].parent, SPAN_NONE);
    assert_int_equal(v[4].parent, 2);
    assert_int_equal(t.n[TALLY_CIRCLE], 1);
    assert_int_equal(t.n[TALLY_ORPHAN], 1); /* 4 calls itself its parent: there is no other */
}

/* Zipkin's halves: the server's is below the client's; a call of the server's is below it, one of
 * the client's own is not. */
static void test_halves(void **state)
{
    (void)state;
    struct tally t;
    struct span v[] = {
        {.id = 1, .start = 0, .duration = 90, .kind = KIND_CLIENT, .service = 10},
        {.id = 1, .start = 10, .duration = 70, .kind = KIND_SERVER, .service = 20},
        {.id = 2, .parent_id = 1, .start = 20, .duration = 5, .service = 20},
        {.id = 3, .parent_id = 1, .start = 85, .duration = 5, .service = 10},
        {.id = 4, .parent_id = 1, .start = 30, .duration = 1, .service = 30},
    };
    assert_int_equal(put_together(v, 5, &t), 5);
    assert_int_equal(v[1].parent, 0);
    assert_true(v[1].flags & SPAN_SHARED);
    assert_int_equal(v[2].parent, 1);
    assert_int_equal(v[3].parent, 1);
    assert_int_equal(v[4].parent, 0);
    assert_int_equal(t.n[TALLY_SHARED], 1);
    assert_int_equal(t.n[TALLY_TWIN], 0);
}

/* Of three roots the longest; but not one that says it has a parent. */
static void test_roots(void **state)
{
    (void)state;
    struct tally t;
    struct span v[] = {{.id = 1, .start = 0, .duration = 5},
                       {.id = 2, .start = 10, .duration = 70},
                       {.id = 3, .start = 100, .duration = 70},
                       {.id = 4, .parent_id = 9, .start = 200, .duration = 90},
                       {.id = 5, .parent_id = 2, .start = 20, .duration = 40}};
    assert_int_equal(put_together(v, 5, &t), 5);
    assert_int_equal(v[assemble_root(v, 5)].id, 2);
    struct span lost[] = {{.id = 1, .parent_id = 8, .start = 0, .duration = 5},
                          {.id = 2, .parent_id = 9, .start = 10, .duration = 70}};
    assert_int_equal(put_together(lost, 2, &t), 2);
    assert_int_equal(lost[assemble_root(lost, 2)].id, 2);
    assert_int_equal(assemble_root(v, 0), 0);
}

static const struct span *by_id(const struct span *v, uint32_t n, uint64_t id)
{
    for (uint32_t i = 0; i < n; i++)
        if (v[i].id == id)
            return &v[i];
    fail_msg("no span %llu", (unsigned long long)id);
    return NULL;
}

/* A client that says it is shared, and names itself: no parent of its own. */
static void test_alone(void **state)
{
    (void)state;
    struct tally t;
    struct span v[] = {{.id = 1, .parent_id = 1, .kind = KIND_CLIENT, .flags = SPAN_SHARED}};
    assert_int_equal(put_together(v, 1, &t), 1);
    assert_int_equal(v[0].parent, SPAN_NONE);
}

/* Two calls from host 1 to host 2, whose clock is off: 10 within [100, 150] was seen at 7000, so
 * its shift is in [-6900, -6860]; 40 within [200, 260] at 7090: [-6890, -6870].  The middle of both
 * is -6880. */
static void test_clocks(void **state)
{
    (void)state;
    struct tally t;
    struct span v[] = {
        {.id = 1, .start = 0, .duration = 1000, .host = 1},
        {.id = 2, .parent_id = 1, .start = 100, .duration = 50, .host = 1},
        {.id = 3, .parent_id = 2, .start = 7000, .duration = 10, .host = 2},
        {.id = 4, .parent_id = 1, .start = 200, .duration = 60, .host = 1},
        {.id = 5, .parent_id = 4, .start = 7090, .duration = 40, .host = 2},
        {.id = 6, .parent_id = 5, .start = 7091, .duration = 3, .host = 2},
        {.id = 7, .parent_id = 1, .start = 900, .duration = 400, .host = 3},
        {.id = 8, .parent_id = 1, .start = 900, .duration = 2000, .host = 4},
        {.id = 9, .parent_id = 1, .start = 950, .duration = 100, .host = 1},
        {.id = 10, .parent_id = 1, .start = 5000, .duration = 1, .host = 5, .kind = KIND_CONSUMER},
    };
    static const struct {
        uint64_t id;
        int64_t start, shift;
        bool async;
    } want[] =
        {
            {1, 0, 0, false},      {2, 100, 0, false},     {3, 120, -6880, false},
            {4, 200, 0, false},    {5, 210, -6880, false}, {6, 211, -6880, false},
            {7, 300, -600, false}, /* in the middle of its caller */
            {8, 900, 0, true},     /* longer than its caller: nobody waits for it */
            {9, 950, 0, true},     /* the same clock: it does end later */
            {10, 5000, 0, true},   /* a message may come at any time */
        };
    assert_int_equal(put_together(v, 10, &t), 10);
    for (size_t k = 0; k < TEST_COUNT(want); k++) {
        const struct span *s = by_id(v, 10, want[k].id);
        assert_int_equal(s->start, want[k].start);
        assert_int_equal(s->shift, want[k].shift);
        assert_int_equal((s->flags & SPAN_ASYNC) != 0, want[k].async);
    }
    assert_int_equal(t.n[TALLY_SHIFTED], 4);
    assert_int_equal(t.n[TALLY_ASYNC], 3);
}

/* Calls that no shift suits are left alone; so is what coarse clocks rounded apart. */
static void test_clocks_left_alone(void **state)
{
    (void)state;
    struct tally t;
    struct span apart[] = {
        {.id = 1, .start = 0, .duration = 100, .host = 1},
        {.id = 2, .parent_id = 1, .start = 500, .duration = 90, .host = 2},
        {.id = 3, .parent_id = 1, .start = 900, .duration = 90, .host = 2},
    };
    put_together(apart, 3, &t);
    assert_int_equal(t.n[TALLY_SHIFTED], 0);
    assert_int_equal(t.n[TALLY_ASYNC], 2);
    struct span coarse[] = {
        {.id = 1, .start = 5000, .duration = 10000, .host = 1},
        {.id = 2, .parent_id = 1, .start = 4000, .duration = 11000, .host = 2},
        {.id = 3, .parent_id = 1, .start = 6000, .duration = 10000, .host = 1},
    };
    put_together(coarse, 3, &t);
    assert_int_equal(t.n[TALLY_SHIFTED], 0);
    assert_int_equal(t.n[TALLY_ASYNC], 0);
    coarse[1].start += 1; /* now the clock is fine, and a microsecond counts */
    put_together(coarse, 3, &t);
    assert_int_equal(t.n[TALLY_SHIFTED], 0); /* longer than its caller */
    assert_int_equal(t.n[TALLY_ASYNC], 1);
}

static void test_unfinished(void **state)
{
    (void)state;
    struct tally t;
    struct span v[] = {
        {.id = 1, .start = 0, .flags = SPAN_UNFINISHED},
        {.id = 2, .parent_id = 1, .start = 5, .duration = 9},
        {.id = 3, .parent_id = 1, .start = 7, .flags = SPAN_UNFINISHED, .name = 4},
        {.id = 3, .parent_id = 1, .start = 7, .duration = 2, .name = 4},
    };
    assert_int_equal(put_together(v, 4, &t), 3); /* the whole one is kept */
    assert_int_equal(v[2].duration, 2);
    assert_int_equal(t.n[TALLY_CLOSED], 1);
    assert_int_equal(t.n[TALLY_ASYNC], 0);
    assert_int_equal(t.n[TALLY_DUPLICATE], 1);
}

/* ---- ids and times ---- */

static void test_ids(void **state)
{
    (void)state;
    struct trace_id t;
    uint64_t s;
    assert_true(id_trace_hex("5B8efff798038103d269b633813fc60c", 32, &t));
    assert_true(t.hi == 0x5b8efff798038103u && t.lo == 0xd269b633813fc60cu);
    assert_true(id_trace_hex("1d269b633813fc60c", 17, &t)); /* zeros in front were cut */
    assert_true(t.hi == 1 && t.lo == 0xd269b633813fc60cu);
    assert_true(id_trace_hex("abc", 3, &t) && t.hi == 0 && t.lo == 0xabc);
    assert_true(id_trace_base64("W47/95gDgQPSabYzgT/GDA==", 24, &t));
    assert_true(t.hi == 0x5b8efff798038103u && t.lo == 0xd269b633813fc60cu);
    assert_true(id_span_base64("7uGbfsPBsXQ=", 12, &s) && s == 0xeee19b7ec3c1b174u);
    assert_true(id_span_hex("eee19b7ec3c1b174", 16, &s) && s == 0xeee19b7ec3c1b174u);
    static const char *const bad[] = {"",
                                      "g",
                                      "12345678901234567",
                                      "0x12",
                                      "12 4",
                                      "-1",
                                      "\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8",
                                      "@@@@@@@@",
                                      "////////",
                                      "::::::::",
                                      "GGGGGGGG",
                                      "```````f",
                                      "[[[[[[[["};
    for (size_t i = 0; i < TEST_COUNT(bad); i++)
        assert_false(id_span_hex(bad[i], strlen(bad[i]), &s));
    assert_false(id_trace_base64("W47/95gDgQPSabYzgT/GD===", 24, &t));
    assert_false(id_span_base64("7uGbfsPBsX*=", 12, &s));
    struct trace_id a = {0, 7}, b = {9, 7}, c = {8, 7};
    assert_true(trace_same(a, b) && trace_same(b, b) && !trace_same(b, c));
}

/* All digits at every place, as strtoull reads them. */
static void test_hex_digits(void **state)
{
    (void)state;
    char text[17];
    for (int place = 0; place < 16; place++) {
        for (int c = 1; c < 256; c++) {
            uint64_t x = 0;
            memcpy(text, "0000000000000000", 17);
            text[place] = (char)c;
            bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
            assert_int_equal(id_span_hex(text, 16, &x), digit);
            if (digit)
                assert_true(x == strtoull(text, NULL, 16));
        }
    }
}

static void test_times(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        bool ok;
        int64_t want;
    } v[] = {
        {"1970-01-01T00:00:00Z", true, 0},
        {"2024-02-29T12:34:56.789012345Z", true, 1709210096789012345},
        {"2015-02-22T19:28:12.136-08:00", true, 1424662092136000000},
        {"2015-02-23T03:28:12.136", true, 1424662092136000000},
        {"2024-05-01 12:00:00,5+0200", true, 1714557600500000000},
        {"1969-12-31T23:59:59.5Z", true, -500000000},
        {"2000-03-01T00:00Z", true, 951868800000000000},
        {"2024-13-01T00:00:00Z", false, 0},
        {"2024-01-01", false, 0},
        {"2024-01-01T00:00:00Zx", false, 0},
        {"", false, 0},
    };
    int64_t x;
    for (size_t i = 0; i < TEST_COUNT(v); i++) {
        bool ok = time_iso(v[i].s, strlen(v[i].s), &x);
        if (ok != v[i].ok || (ok && x != v[i].want))
            fail_msg("%s: %d, %lld", v[i].s, ok, (long long)x);
    }
}

/* ---- input ---- */

/* The bytes come back, whatever they are packed in and however they are asked for. */
static void test_input(void **state)
{
    (void)state;
    enum { N = 1000000 };
    unsigned char *plain = malloc(N), *packed = malloc(2 * N);
    char *back = malloc(N);
    assert_true(plain && packed && back);
    for (size_t i = 0; i < N; i++)
        plain[i] = (unsigned char)(trace_mix(1, i / 7) >> (i % 5));
    struct trace_id digest[6];
    for (int way = 0; way < 6; way++) { /* by this thread, and by another one ahead */
        int kind = way % 3;
        size_t n = N, head, got = 0;
        if (kind == 1) { /* two members, one behind the other */
            z_stream z = {0};
            n = 0;
            for (int half = 0; half < 2; half++) {
                memset(&z, 0, sizeof z);
                assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
                z.next_in = plain + half * (N / 2);
                z.avail_in = N / 2;
                z.next_out = packed + n;
                z.avail_out = (uInt)(2 * N - n);
                assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
                n += z.total_out;
                deflateEnd(&z);
            }
        } else if (kind == 2) {
            n = ZSTD_compress(packed, 2 * N, plain, N, 1);
            assert_false(ZSTD_isError(n));
        }
        struct input *in = input_mem(kind ? packed : plain, n);
        assert_int_equal(input_head(in, &head)[0], (char)plain[0]);
        assert_int_equal(head, INPUT_HEAD);
        if (way >= 3)
            input_begin_ahead(in);
        for (size_t k; (k = input_read(in, back + got,
                                       1 + got % 1000 < N - got ? 1 + got % 1000 : N - got)) > 0;)
            got += k;
        assert_int_equal(got, N);
        assert_memory_equal(back, plain, N);
        assert_null(input_trouble(in));
        assert_int_equal(input_bytes(in), N);
        digest[way] = input_digest(in);
        input_close(in);
        if (kind) { /* cut off, and damaged */
            in = input_mem(packed, n - 9);
            if (way >= 3)
                input_begin_ahead(in);
            while (input_read(in, back, N))
                ;
            assert_string_equal(input_trouble(in), "the compressed data ends too early");
            input_close(in);
            packed[n / 2] ^= 0x55;
            packed[n / 3] ^= 0x55;
            in = input_mem(packed, n);
            while (input_read(in, back, N))
                ;
            if (kind == 1) /* zstd's checksum is not always there */
                assert_non_null(input_trouble(in));
            input_close(in);
        }
    }
    for (int way = 1; way < 6; way++)
        assert_memory_equal(&digest[0], &digest[way], sizeof digest[0]);
    struct input *left = input_mem(plain, N); /* closed in the middle */
    input_begin_ahead(left);
    assert_int_equal(input_read(left, back, 10), 10);
    input_close(left);
    free(plain);
    free(packed);
    free(back);
}

/* ---- gathering ---- */

struct gathered {
    struct batch b;
    uint64_t spans, traces, pieces, sum;
};

static struct batch *gather(void *ctx, struct batch *b)
{
    struct gathered *g = ctx;
    for (uint32_t i = 0; i < b->nt; i++) {
        g->traces++;
        for (uint32_t k = 0; k < b->t[i].n; k++) {
            const struct span *s = &b->v[b->t[i].first + k];
            assert_int_equal(s->duration, (int64_t)b->t[i].id.lo); /* each in its own trace */
            assert_int_equal(s->nlink, s->id % 3);
            for (uint32_t l = 0; l < s->nlink; l++)
                assert_int_equal(b->link[s->link + l].span, s->id + l);
            g->spans++;
            g->sum += s->id;
        }
    }
    batch_clear(b);
    return b;
}

/* Traces of one span are handed on INTAKE_QUIET spans after it.  Number 1, of which a span comes
 * now and then, stays, and so does what was begun after it; it comes in one piece. */
static void test_quiet(void **state)
{
    (void)state;
    struct name_table names;
    struct gathered g = {.spans = 0};
    const uint64_t n = 2 * INTAKE_QUIET, last = n / 2;
    names_init(&names);
    struct intake *in = intake_new(&names, &g.b, gather, &g);
    for (uint64_t i = 1; i <= n + BATCH_SPANS; i++) {
        uint64_t trace = i <= last && i % (INTAKE_QUIET / 4) == 0 ? 1 : i;
        struct span s = {.id = 3 * i, .duration = (int64_t)trace};
        intake_span(in, (struct trace_id){0, trace}, &s, NULL);
        if (i == last + INTAKE_QUIET)
            assert_int_equal(g.spans, 0);
    }
    assert_true(g.spans >= BATCH_SPANS);
    assert_true(g.spans < n - INTAKE_QUIET + BATCH_SPANS);
    intake_flush(in);
    intake_free(in);
    batch_free(&g.b);
    names_free(&names);
    assert_int_equal(g.spans, n + BATCH_SPANS);
    assert_int_equal(g.traces, n + BATCH_SPANS - 4);
}

/* More spans than are held, of traces that are strewn: none is lost, none gets into another's. */
static void test_intake(void **state)
{
    (void)state;
    struct name_table names;
    struct gathered g = {.spans = 0};
    const uint64_t n = 3 * INTAKE_SPANS / 2;
    uint64_t sum = 0;
    names_init(&names);
    struct intake *in = intake_new(&names, &g.b, gather, &g);
    for (uint64_t i = 1; i <= n; i++) {
        uint64_t trace = 1 + trace_mix(5, i / 40 % 5000 + i % 7 * 1000) % 30000;
        struct span_link l[2] = {{{0, 1}, i, 0}, {{0, 1}, i + 1, 0}};
        struct span s = {.id = i, .duration = (int64_t)trace, .nlink = (uint32_t)(i % 3)};
        intake_span(in, (struct trace_id){i % 2, trace}, &s, l); /* with and without high half */
        sum += i;
    }
    intake_flush(in);
    intake_free(in);
    batch_free(&g.b);
    names_free(&names);
    assert_int_equal(g.spans, n);
    assert_int_equal(g.sum, sum);
}

static void test_names(void **state)
{
    (void)state;
    struct name_table t;
    char text[600];
    names_init(&t);
    assert_int_equal(names_id(&t, "", 0), 0);
    uint32_t a = names_id(&t, "a", 1), b = names_id(&t, "b", 1);
    assert_true(a != b && names_id(&t, "a\0c", 3) == a);
    memset(text, 'x', sizeof text);
    memcpy(text + NAME_BYTES - 1, "\xc3\xa9", 2); /* no half of a character is kept */
    assert_int_equal(strlen(names_text(&t, names_id(&t, text, sizeof text))), NAME_BYTES - 1);
    for (int i = 0; i < NAMES_MOST + 50; i++) {
        int n = snprintf(text, sizeof text, "name %d", i);
        names_id(&t, text, (size_t)n);
    }
    assert_int_equal(t.n, NAMES_MOST);
    assert_true(t.other > 40);
    assert_int_equal(names_id(&t, "another", 7), NAMES_OTHER);
    assert_int_equal(names_id(&t, "b", 1), b);
    names_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parents),
        cmocka_unit_test(test_circles),
        cmocka_unit_test(test_roots),
        cmocka_unit_test(test_halves),
        cmocka_unit_test(test_alone),
        cmocka_unit_test(test_clocks),
        cmocka_unit_test(test_clocks_left_alone),
        cmocka_unit_test(test_unfinished),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_hex_digits),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_input),
        cmocka_unit_test(test_intake),
        cmocka_unit_test(test_quiet),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
