/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_trace.c - recorded traces from bytes to rows, against values worked out by hand: assembling,
 * ids and times, what each reader makes of tests/data/traces, gathering, and the store. */
#include "test.h"
#include "trace/assemble.h"
#include "trace/import.h"
#include "trace/read_csv.h"
#include <stdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
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

/* ---- the store ---- */

struct fixture {
    struct arena *mem;
    struct diags *d;
    char path[64];
    struct store *s;
};

static void open_store(struct fixture *f)
{
    f->mem = arena_new(0);
    f->d = diags_new(f->mem);
    snprintf(f->path, sizeof f->path, "/tmp/pertinax-test-%ld.db", (long)getpid());
    unlink(f->path);
    f->s = store_open(f->path, STORE_WRITE, f->d);
    assert_non_null(f->s);
}

static void close_store(struct fixture *f)
{
    store_close(f->s);
    unlink(f->path);
    arena_drop(f->mem);
}

static bool import(struct fixture *f, const char *label, const char *file, uint32_t jobs,
                   struct import_result *r)
{
    struct import_opt o = {.label = label, .jobs = jobs};
    return import_files(f->s, &file, 1, &o, f->mem, r, f->d);
}

static bool put_row(void *ctx, const struct store_row *r)
{
    struct buf *b = ctx;
    for (uint32_t i = 0; i < r->n; i++) {
        buf_puts(b, i ? "|" : "");
        if (r->cell[i].type == STORE_INT)
            buf_printf(b, "%lld", (long long)r->cell[i].i);
        else if (r->cell[i].type == STORE_REAL)
            buf_printf(b, "%g", r->cell[i].x);
        else if (r->cell[i].type == STORE_TEXT)
            buf_put(b, r->cell[i].s, r->cell[i].n);
    }
    buf_putc(b, '\n');
    return true;
}

static void rows_are(struct fixture *f, const char *sql, const char *want)
{
    struct buf b = {0};
    buf_puts(&b, "");
    const char *error = store_select(f->s, f->mem, sql, put_row, &b);
    if (error)
        fail_msg("%s: %s", sql, error);
    assert_string_equal(b.s, want);
    buf_free(&b);
}

struct file_row {
    const char *name, *file, *want; /* the spans by start: name kind start duration parent flags */
};
static const char spans_sql[] =
    "SELECT name, kind, start, duration, parent - (id >> 28 << 28), service, host, code, status,"
    " start - start_raw FROM v_span ORDER BY id";
static const struct file_row files[] = {
    {"otlp lines", "tests/data/traces/shop.otlp.jsonl",
     "GET /cart|server|1700000000000000001|90000000||shop|h1|200|ok|0\n"
     "load|client|1700000000010000001|40000000|0|shop|h1|||0\n"
     "SELECT cart|server|1700000000020000001|20000000|1|db|h2|||-4995000000\n"
     "back||5|0||||||0\n"
     "late||1700000001000000000|0||||||0\n"},
    {"otlp protobuf", "tests/data/traces/cart.framed.pb",
     "checkout|server|1700000000000000000|123||cart|h3|404|error|0\n"
     "pay|client|1700000000000000010|90|0|cart|h3|||0\n"},
    {"jaeger", "tests/data/traces/hotel.jaeger.json",
     "GET /hotels|server|1700000000000000000|40000000||frontend|h1|503|error|0\n"
     "lost||1700000000001000000|1000000||frontend|h1|||0\n"
     "a circle||1700000000002000000|200000||frontend|h1|||0\n"
     "a circle||1700000000002000000|100000|2|frontend|h1|||0\n"
     "Search||1700000000005000000|20000000|0|frontend|h1|||0\n"
     "Search|server|1700000000010000000|10000000|4|search|h2|||11000000\n"
     "audit||1700000000039000000|30000000|0|frontend|h1|||0\n"},
    {"zipkin", "tests/data/traces/pair.zipkin.json",
     "get|client|1700000000000000000|10000000||web|10.0.0.1|||0\n"
     "get|server|1700000000002000000|5000000|0|api|10.0.0.2|200||0\n"
     "query|client|1700000000003000000|0|1|api|10.0.0.2|||0\n"},
    {"chrome", "tests/data/traces/cut.chrome.json",
     "handle|internal|1000500|100250||worker||||0\n"
     "parse|internal|1000500|20000|0|worker||||0\n"
     "render|internal|1050000|50000|0|worker||||0\n"
     "next|internal|1200000|5000||worker||||0\n"
     "outer|internal|10000|10000||worker||||0\n"
     "inner|internal|12000|6000|0|worker||||0\n"
     "read|internal|30000|0||worker||||0\n"},
    {"har", "tests/data/traces/page.har",
     "http://example.org/|internal|1714557600100000000|500000000||browser|browser|||0\n"
     "GET /|client|1714557600100000000|153000000|0|browser|browser|200||0\n"
     "blocked|internal|1714557600100000000|77000000|1|browser|browser|||0\n"
     "wait|internal|1714557600177000000|76000000|1|browser|browser|||0\n"
     "POST /log|client|1714557600300000000|10500000||browser|browser|500|error|0\n"},
};

static void test_file(void **state)
{
    const struct file_row *row = *state;
    struct fixture f;
    struct import_result r;
    for (uint32_t jobs = 1; jobs <= 2; jobs++) {
        open_store(&f);
        assert_true(import(&f, "x", row->file, jobs, &r));
        rows_are(&f, spans_sql, row->want);
        assert_true(import(&f, "x", row->file, jobs, &r)); /* again */
        assert_int_equal(r.file[0].outcome, IMPORT_KNOWN);
        rows_are(&f, spans_sql, row->want);
        close_store(&f);
    }
}

/* Two files of one trace are put together, and taken apart by labels. */
static void test_labels(void **state)
{
    (void)state;
    struct fixture f;
    struct import_result r;
    open_store(&f);
    assert_true(import(&f, "a", "tests/data/traces/shop.otlp.jsonl", 1, &r));
    assert_true(import(&f, "a", "tests/data/traces/cart.otlp.pb", 1, &r));
    assert_int_equal(r.counts.grown, 1);
    assert_int_equal(r.counts.spans, 2);
    assert_true(import(&f, "b", "tests/data/traces/cart.otlp.pb", 1, &r));
    assert_int_equal(r.counts.elsewhere, 1);
    assert_true(import(&f, "a", "tests/data/traces/cart.framed.pb", 1, &r)); /* the same spans */
    assert_int_equal(r.counts.spans, 0);
    assert_int_equal(r.tally.n[TALLY_DUPLICATE], 2);
    rows_are(&f, "SELECT label, trace_id, spans, roots FROM v_trace ORDER BY label, trace_id",
             "a|000000000000000000000000000000aa|2|2\n"
             "a|5b8efff798038103d269b633813fc60c|5|2\n"
             "b|5b8efff798038103d269b633813fc60c|2|1\n");
    rows_are(&f, "SELECT count(*), count(DISTINCT span) FROM link", "3|3\n");
    rows_are(&f, "SELECT caller, name, wait, rest FROM v_call WHERE trace = 1 ORDER BY id",
             "checkout|pay|10|23\n"
             "GET /cart|load|10000000|40000000\n"
             "load|SELECT cart|10000000|10000000\n");
    close_store(&f);
}

static bool stop_now(void)
{
    return true;
}

static void test_undone(void **state)
{
    (void)state;
    struct fixture f;
    struct import_result r;
    const char *name = "tests/data/traces/page.har";
    open_store(&f);
    assert_true(import(&f, "a", "tests/data/traces/shop.otlp.jsonl", 2, &r));
    struct import_opt o = {.label = "b", .jobs = 2, .stop = stop_now};
    assert_false(import_files(f.s, &name, 1, &o, f.mem, &r, f.d));
    assert_true(r.stopped);
    rows_are(&f, "SELECT count(*) FROM span", "5\n");
    rows_are(&f, "SELECT group_concat(label) FROM recording", "a\n");
    /* Another connection sees nothing of what is not committed, and cannot write meanwhile. */
    struct store *other = store_open(f.path, STORE_WRITE, f.d);
    assert_non_null(other);
    assert_true(store_begin(f.s, "c", f.d));
    assert_int_equal(store_number(other, "SELECT count(*) FROM recording"), 1);
    assert_false(store_begin(other, "d", f.d));
    assert_int_equal(diags_errors(f.d), 1);
    bool busy = false;
    for (uint32_t i = 0; i < diags_count(f.d); i++)
        busy = busy || strcmp(diags_get(f.d, i)->id, "E-store-busy") == 0;
    assert_true(busy);
    store_close(other);
    close_store(&f);
}

static void test_select(void **state)
{
    (void)state;
    struct fixture f;
    struct import_result r;
    struct buf b = {0};
    open_store(&f);
    assert_true(import(&f, "a", "tests/data/traces/hotel.jaeger.json", 1, &r));
    /* Durations in ms: 0.1 0.2 1 10 20 30 40 */
    rows_are(&f,
             "SELECT quantile(duration, 0.5), quantile(duration, 0), quantile(duration, 1),"
             " quantile(duration, 0.86), quantile(duration / 1e6, 0.5), quantile(code, 0.9),"
             " quantile(status, 0.5) FROM v_span WHERE kind IS NOT 'x'",
             "10000000|100000|40000000|40000000|10|503|0\n");
    rows_are(&f, "SELECT quantile(duration, 0.5) FROM v_span WHERE name = 'none'", "\n");
    static const char *const refused[] = {
        "DELETE FROM span",
        "SELECT 1; DROP TABLE span",
        "ATTACH 'x' AS y",
        "PRAGMA user_version = 9",
        "nonsense",
        "",
        "SELECT quantile(duration, 2) FROM span",
        "EXPLAIN SELECT 1",
        "VACUUM INTO '/tmp/x'",
    };
    for (size_t i = 0; i < TEST_COUNT(refused); i++)
        if (!store_select(f.s, f.mem, refused[i], put_row, &b))
            fail_msg("not refused: %s", refused[i]);
    rows_are(&f, "SELECT count(*) FROM span", "7\n");
    buf_free(&b);
    close_store(&f);
}

/* Spans of a trace that come so far apart that its first part has been stored. */
static void test_far_apart(void **state)
{
    (void)state;
    struct fixture f;
    struct import_result r;
    char name[64];
    snprintf(name, sizeof name, "/tmp/pertinax-test-%ld.json", (long)getpid());
    FILE *out = fopen(name, "w");
    assert_non_null(out);
    const int n = INTAKE_SPANS + INTAKE_SPANS / 2;
    fprintf(out,
            "[{\"traceId\":\"1\",\"id\":\"2\",\"parentId\":\"1\",\"timestamp\":5,\"duration\":2}");
    for (int i = 0; i < n; i++)
        fprintf(out, ",{\"traceId\":\"%x\",\"id\":\"%x\",\"timestamp\":%d,\"duration\":3}",
                2 + i / 10, i + 1, i);
    fprintf(out, ",{\"traceId\":\"1\",\"id\":\"1\",\"timestamp\":1,\"duration\":9}");
    fprintf(out,
            ",{\"traceId\":\"1\",\"id\":\"2\",\"parentId\":\"1\",\"timestamp\":5,\"duration\":2}]");
    assert_int_equal(fclose(out), 0);
    open_store(&f);
    assert_true(import(&f, "a", name, 2, &r));
    assert_int_equal(r.counts.spans, n + 2);
    assert_int_equal(r.tally.n[TALLY_DUPLICATE], 1);
    assert_int_equal(r.tally.n[TALLY_ORPHAN], 0); /* its parent came in the end */
    rows_are(&f,
             "SELECT s.start, s.duration, p.start FROM span s LEFT JOIN span p ON p.id = s.parent"
             " WHERE s.id >> 28 = 1 ORDER BY s.id",
             "1000|9000|\n5000|2000|1000\n");
    rows_are(&f, "SELECT spans, roots, duration, extent FROM trace WHERE id = 1",
             "2|1|9000|9000\n");
    rows_are(&f, "SELECT sum(spans), (SELECT count(*) FROM span) FROM trace", "393218|393218\n");
    close_store(&f);
    unlink(name);
}

/* ---- killed ---- */

static void die_here(void *ctx, const char *file, uint64_t bytes, uint64_t spans)
{
    (void)ctx;
    (void)file;
    (void)bytes;
    if (spans > 300000)
        raise(SIGKILL);
}

/* More spans than are held, in traces of 10: when the import is killed, much has been written. */
static void test_killed(void **state)
{
    (void)state;
    enum { SPANS = 400000 };
    char csv[64], db[64];
    snprintf(csv, sizeof csv, "/tmp/test_trace.%d.csv", (int)getpid());
    snprintf(db, sizeof db, "/tmp/test_trace.%d.db", (int)getpid());
    FILE *f = fopen(csv, "w");
    assert_non_null(f);
    fputs("trace_id,span_id,parent_id,service,name,start,duration\n", f);
    for (unsigned i = 0; i < SPANS; i++)
        fprintf(f, "%x,%x,%x,s,n,%u,%u\n", 1 + i / 10, 1 + i, i % 10 ? i : 0, i, 100 - i % 10);
    fclose(f);
    struct arena *a = arena_new(0);
    const char *name = csv;
    struct import_opt o = {.label = "k", .jobs = 1, .progress = die_here};
    struct import_result r;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct diags *d = diags_new(a);
        struct store *s = store_open(db, STORE_WRITE, d);
        import_files(s, &name, 1, &o, a, &r, d);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    struct diags *d = diags_new(a);
    struct store *s = store_open(db, STORE_WRITE, d);
    assert_int_equal(store_number(s, "SELECT count(*) FROM span"), 0);
    assert_int_equal(store_number(s, "SELECT count(*) FROM trace"), 0);
    o.progress = NULL;
    assert_true(import_files(s, &name, 1, &o, a, &r, d));
    assert_int_equal(r.counts.traces, SPANS / 10);
    assert_int_equal(store_number(s, "SELECT count(*) FROM span"), SPANS);
    assert_int_equal(store_number(s, "SELECT count(*) FROM v_call WHERE wait = 1 AND rest = 0"),
                     SPANS / 10 * 9);
    store_close(s);
    arena_drop(a);
    unlink(csv);
    unlink(db);
}

/* Pages of the file were written before the writer died, what was there is in its journal: who may
 * only read cannot put it back, and says so; who writes does. */
static void test_half_written(void **state)
{
    (void)state;
    char db[64];
    snprintf(db, sizeof db, "/tmp/test_trace.%d.half.db", (int)getpid());
    struct fixture f;
    open_store(&f);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        sqlite3 *x;
        struct store *s = store_open(db, STORE_WRITE, f.d); /* left open: else it is removed */
        _exit(s && sqlite3_open(db, &x) == SQLITE_OK &&
                      sqlite3_exec(x,
                                   "PRAGMA cache_size = 1; BEGIN; WITH RECURSIVE n(i) AS (SELECT 1"
                                   " UNION ALL SELECT i + 1 FROM n WHERE i < 9999)"
                                   " INSERT INTO name SELECT i, 'n' || i FROM n",
                                   NULL, NULL, NULL) == SQLITE_OK
                  ? 0
                  : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_null(store_open(db, STORE_READ, f.d));
    assert_non_null(strstr(diags_get(f.d, 0)->text, "an import that was killed"));
    struct store *s = store_open(db, STORE_WRITE, f.d);
    assert_non_null(s);
    assert_int_equal(store_number(s, "SELECT count(*) FROM name"), 0);
    store_close(s);
    close_store(&f);
    unlink(db);
}

int main(void)
{
    struct CMUnitTest t[TEST_COUNT(files) + 21];
    size_t n = 0;
    for (; n < TEST_COUNT(files); n++)
        t[n] = test_named(files[n].name, test_file, &files[n]);
    t[n++] = test_named("parents", test_parents, NULL);
    t[n++] = test_named("circles", test_circles, NULL);
    t[n++] = test_named("roots", test_roots, NULL);
    t[n++] = test_named("halves of a span", test_halves, NULL);
    t[n++] = test_named("a shared span alone", test_alone, NULL);
    t[n++] = test_named("clocks", test_clocks, NULL);
    t[n++] = test_named("clocks left alone", test_clocks_left_alone, NULL);
    t[n++] = test_named("unfinished", test_unfinished, NULL);
    t[n++] = test_named("ids", test_ids, NULL);
    t[n++] = test_named("hexadecimal digits", test_hex_digits, NULL);
    t[n++] = test_named("times", test_times, NULL);
    t[n++] = test_named("input", test_input, NULL);
    t[n++] = test_named("gathering", test_intake, NULL);
    t[n++] = test_named("what is quiet goes on", test_quiet, NULL);
    t[n++] = test_named("names", test_names, NULL);
    t[n++] = test_named("labels", test_labels, NULL);
    t[n++] = test_named("undone", test_undone, NULL);
    t[n++] = test_named("select", test_select, NULL);
    t[n++] = test_named("far apart", test_far_apart, NULL);
    t[n++] = test_named("killed", test_killed, NULL);
    t[n++] = test_named("half written", test_half_written, NULL);
    return cmocka_run_group_tests_name("trace", t, NULL, NULL);
}
