/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_store.c - recorded traces as rows: what each reader makes of tests/data/traces, against
 * values worked out by hand, and what an import leaves that was undone, refused or killed. */
#include "test.h"
#include "trace/import.h"
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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

/* One that was made and got nothing is removed; but not if another has put something there, be it
 * into the same file or into a new one; and who has it open does not write where nobody looks. */
static void test_removed(void **state)
{
    (void)state;
    struct fixture f;
    open_store(&f);
    struct store *other = store_open(f.path, STORE_WRITE, f.d);
    store_close(f.s);
    assert_int_equal(access(f.path, F_OK), -1);
    assert_false(store_begin(other, "a", f.d));
    assert_non_null(strstr(diags_get(f.d, 0)->text, "removed or replaced"));
    store_close(other);

    f.s = store_open(f.path, STORE_WRITE, f.d);
    other = store_open(f.path, STORE_WRITE, f.d);
    assert_true(store_begin(other, "a", f.d));
    store_commit(other);
    store_close(f.s);
    assert_int_equal(access(f.path, F_OK), 0);
    store_close(other);

    unlink(f.path);
    f.s = store_open(f.path, STORE_WRITE, f.d);
    unlink(f.path);
    other = store_open(f.path, STORE_WRITE, f.d);
    assert_true(store_begin(other, "a", f.d));
    store_commit(other);
    store_close(f.s);
    assert_int_equal(store_number(other, "SELECT count(*) FROM recording"), 1);
    f.s = other;
    assert_int_equal(access(f.path, F_OK), 0);
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
    snprintf(csv, sizeof csv, "/tmp/test_store.%d.csv", (int)getpid());
    snprintf(db, sizeof db, "/tmp/test_store.%d.db", (int)getpid());
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
    snprintf(db, sizeof db, "/tmp/test_store.%d.half.db", (int)getpid());
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

/* Opens the file's store when `go` is closed: 0 as it should be, 1 refused. */
static int opener(const struct fixture *f, const int go[2])
{
    char c;
    close(go[1]);
    if (read(go[0], &c, 1) != 0)
        return 2;
    return store_open(f->path, STORE_WRITE, f->d) ? 0 : 1; /* left open: else it is removed */
}

/* Processes that find no store make one, all of them at once; none takes what another has half made
 * for somebody else's file.  (One round in eight did, when a file was asked what it is in
 * more than one transaction.) */
static void test_made_at_once(void **state)
{
    (void)state;
    enum { ROUNDS = 60, PROCESSES = 5 };
    struct fixture f;
    open_store(&f);
    store_close(f.s);
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
        int go[2], status;
        unlink(f.path);
        assert_int_equal(pipe(go), 0);
        for (int i = 0; i < PROCESSES; i++) {
            pid_t child = fork();
            assert_true(child >= 0);
            if (child == 0)
                _exit(opener(&f, go));
        }
        close(go[0]);
        close(go[1]);
        for (int i = 0; i < PROCESSES; i++) {
            assert_true(wait(&status) > 0);
            assert_true(WIFEXITED(status));
            refused += WEXITSTATUS(status);
        }
    }
    assert_int_equal(refused, 0);
    f.s = store_open(f.path, STORE_WRITE, f.d);
    close_store(&f);
}

int main(void)
{
    struct CMUnitTest t[TEST_COUNT(files) + 8];
    size_t n = 0;
    for (; n < TEST_COUNT(files); n++)
        t[n] = test_named(files[n].name, test_file, &files[n]);
    t[n++] = test_named("labels", test_labels, NULL);
    t[n++] = test_named("undone", test_undone, NULL);
    t[n++] = test_named("removed", test_removed, NULL);
    t[n++] = test_named("select", test_select, NULL);
    t[n++] = test_named("far apart", test_far_apart, NULL);
    t[n++] = test_named("killed", test_killed, NULL);
    t[n++] = test_named("half written", test_half_written, NULL);
    t[n++] = test_named("made at once", test_made_at_once, NULL);
    return cmocka_run_group_tests_name("store", t, NULL, NULL);
}
