/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store.c - opening, versions, transactions; see store.h. */
#include "trace/store.h"
#include "trace/store_impl.h"
#include "base/arena.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BUSY_MS = 3000 }; /* so long is waited for another writer */

void store_must(const struct store *s, int rc)
{
    if (rc == SQLITE_OK || rc == SQLITE_ROW || rc == SQLITE_DONE)
        return;
    die("%s: %s", s->path, sqlite3_errmsg(s->db));
}

static void store_exec(struct store *s, const char *sql)
{
    store_must(s, sqlite3_exec(s->db, sql, NULL, NULL, NULL));
}

/* ORDER store_statement */
static const char *const statements[SQL_COUNT] = {
    "INSERT OR IGNORE INTO name (text) VALUES (?1)",
    "SELECT id FROM name WHERE text = ?1",
    "INSERT OR IGNORE INTO op (service, name, kind) VALUES (?1, ?2, ?3)",
    "SELECT id FROM op WHERE service = ?1 AND name = ?2 AND kind = ?3",
    "SELECT id, recording, id_hi, spans, roots, extent FROM trace WHERE id_lo = ?1",
    "INSERT INTO trace (id, recording, id_hi, id_lo, root, start, duration, extent, spans, roots)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    "UPDATE trace SET id_hi = ?2, root = coalesce(?3, root), start = coalesce(?4, start),"
    " duration = coalesce(?5, duration), extent = coalesce(?6, extent), spans = ?7, roots = ?8"
    " WHERE id = ?1",
    "INSERT INTO span SELECT * FROM feed",
    "SELECT s.span_id, s.parent_id, o.name, o.service, o.kind, s.host, s.start, s.duration,"
    " s.shift, s.flags, s.parent - ?1 FROM span s JOIN op o ON o.id = s.op"
    " WHERE s.id BETWEEN ?1 AND ?2 ORDER BY s.id",
    "DELETE FROM span WHERE id BETWEEN ?1 AND ?2",
    "SELECT span - ?1, kind, trace_hi, trace_lo, span_id FROM link WHERE span BETWEEN ?1 AND ?2"
    " ORDER BY span, number",
    "DELETE FROM link WHERE span BETWEEN ?1 AND ?2",
    "INSERT INTO link (span, number, kind, trace_hi, trace_lo, span_id)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    "SELECT 1 FROM file WHERE digest_lo = ?1 AND digest_hi = ?2 AND recording = ?3",
    "INSERT INTO file (recording, name, format, bytes, digest_hi, digest_lo, traces, spans)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
};

sqlite3_stmt *store_sql(struct store *s, enum store_statement which)
{
    if (!s->sql[which])
        store_must(s, sqlite3_prepare_v3(s->db, statements[which], -1, SQLITE_PREPARE_PERSISTENT,
                                         &s->sql[which], NULL));
    else
        sqlite3_reset(s->sql[which]);
    return s->sql[which];
}

bool store_step(struct store *s, sqlite3_stmt *q)
{
    int rc = sqlite3_step(q);
    store_must(s, rc);
    return rc == SQLITE_ROW;
}

void store_run(struct store *s, sqlite3_stmt *q)
{
    while (store_step(s, q))
        ;
    sqlite3_reset(q);
}

static bool take_number(sqlite3_stmt *q, int64_t *out)
{
    bool ok = sqlite3_step(q) == SQLITE_ROW;
    if (ok)
        *out = sqlite3_column_int64(q, 0);
    return ok;
}

/* The first number of a statement that may fail: the file is not ours yet. */
static bool ask(const struct store *s, const char *sql, int64_t *out)
{
    sqlite3_stmt *q = NULL;
    bool ok = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) == SQLITE_OK && take_number(q, out);
    sqlite3_finalize(q);
    return ok;
}

int64_t store_number(struct store *s, const char *sql)
{
    int64_t x = 0;
    (void)ask(s, sql, &x);
    return x;
}

/* ---- opening ---- */

static bool refuse(struct store *s, struct diags *d, const char *hint, const char *why)
{
    diag_error(d, (struct loc){0}, "E-store", hint, "%s %s", s->path, why);
    return false;
}

static bool busy(const struct store *s, struct diags *d)
{
    diag_error(d, (struct loc){0}, "E-store-busy", "try again when it has ended",
               "another process is writing to %s", s->path);
    return false;
}

/* Why the file cannot be read. */
static bool unreadable(struct store *s, const char *other, struct diags *d)
{
    int code = sqlite3_extended_errcode(s->db);
    if (code == SQLITE_NOTADB)
        return refuse(s, d, other, "is not a store of traces, nor any SQLite file");
    if (code == SQLITE_READONLY_ROLLBACK)
        return refuse(s, d, "the next import puts it right",
                      "was left by an import that was killed");
    if ((code & 0xff) == SQLITE_BUSY)
        return busy(s, d);
    diag_error(d, (struct loc){0}, "E-store", NULL, "%s cannot be read: %s", s->path,
               sqlite3_errmsg(s->db));
    return false;
}

/* What the file says that it is. */
struct identity {
    int64_t application;
    int64_t version;
    int64_t tables;
};

/* Within one transaction: between two of these questions another process may make a store of it. */
static bool identify(const struct store *s, struct identity *x)
{
    return sqlite3_exec(s->db, "BEGIN", NULL, NULL, NULL) == SQLITE_OK &&
           ask(s, "PRAGMA application_id", &x->application) &&
           ask(s, "PRAGMA user_version", &x->version) &&
           ask(s, "SELECT count(*) FROM sqlite_schema", &x->tables) &&
           sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
}

/* Is the file a store that this program can read?  *version is 0 for one that is yet empty. */
static bool check_file(struct store *s, int64_t *version, struct diags *d)
{
    static const char other[] = "-d FILE names another store; a new one is made where none is";
    struct identity x = {0};
    if (!identify(s, &x)) {
        (void)unreadable(s, other, d);
        (void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
        return false;
    }
    if (x.application == 0 && x.tables == 0) {
        *version = 0;
        return true;
    }
    *version = x.version;
    if (x.application != STORE_APPLICATION)
        return refuse(s, d, other, "is an SQLite file, but not a store of traces");
    if (*version > STORE_VERSION)
        return refuse(s, d, NULL, "was written by a newer version of pertinax");
    return true;
}

/* Begins to write, or says who writes. */
static bool begin_immediate(struct store *s, struct diags *d)
{
    int rc = sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (rc == SQLITE_BUSY)
        return busy(s, d);
    store_must(s, rc);
    return true;
}

static bool migrate(struct store *s, int64_t version, struct diags *d)
{
    if (version == STORE_VERSION)
        return true;
    store_exec(s, "PRAGMA page_size = 8192");
    if (!begin_immediate(s, d))
        return false;
    /* Another process may have done it since. */
    int64_t now = store_number(s, "PRAGMA user_version");
    for (const struct store_schema_step *x = store_schema; x->sql; x++)
        if (x->version > now)
            store_exec(s, x->sql);
    char sql[96];
    snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %d",
             STORE_APPLICATION, STORE_VERSION);
    store_exec(s, sql);
    store_exec(s, "COMMIT");
    return true;
}

struct store *store_open(const char *path, enum store_mode mode, struct diags *d)
{
    if (!*path) { /* to SQLite a database that nobody sees again */
        diag_error(d, (struct loc){0}, "E-store", NULL, "a store needs the name of a file");
        return NULL;
    }
    struct store *s = xcalloc(1, sizeof *s);
    int flags =
        mode == STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    int64_t version = 0;
    size_t n = strlen(path) + 1;
    s->path = memcpy(xcalloc(n, 1), path, n);
    s->made = mode == STORE_WRITE && access(path, F_OK) != 0;
    bool ok = sqlite3_open_v2(path, &s->db, flags | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK;
    if (!ok)
        diag_error(d, (struct loc){0}, "E-store", NULL, "%s cannot be opened: %s", path,
                   s->db ? sqlite3_errmsg(s->db) : "out of memory");
    if (ok)
        sqlite3_busy_timeout(s->db, BUSY_MS);
    if (ok && check_file(s, &version, d)) {
        if (mode == STORE_WRITE)
            ok = migrate(s, version, d);
        else if (version == 0)
            ok = refuse(s, d, "'pertinax import' fills it", "is empty");
        store_read_register(s);
        store_critical_register(s);
        if (ok)
            return s;
    }
    store_close(s);
    return NULL;
}

/* The file of this name is another one by now, or there is none. */
static bool has_moved(const struct store *s)
{
    int moved = 0;
    return sqlite3_file_control(s->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK &&
           moved;
}

/* Nothing is in it, and nobody is about to change that; so it stays as long as it is open. */
static bool is_unwanted(struct store *s)
{
    return sqlite3_exec(s->db, "BEGIN EXCLUSIVE", NULL, NULL, NULL) == SQLITE_OK &&
           store_number(s, "SELECT count(*) FROM recording") == 0 && !has_moved(s);
}

void store_close(struct store *s)
{
    if (!s)
        return;
    if (s->writing)
        store_rollback(s);
    store_put_free(s);
    for (int i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(s->sql[i]);
    if (s->db)
        sqlite3_busy_timeout(s->db, 0);
    if (s->made && is_unwanted(s))
        unlink(s->path);
    else if (s->writes && s->db) /* one file again, if nobody else has it open */
        (void)sqlite3_exec(s->db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    sqlite3_close(s->db);
    free(s->path);
    free(s);
}

/* ---- transactions ---- */

static int64_t recording_of(struct store *s, const char *label)
{
    sqlite3_stmt *q;
    int64_t id = 0;
    store_must(s, sqlite3_prepare_v2(s->db, "INSERT OR IGNORE INTO recording (label) VALUES (?1)",
                                     -1, &q, NULL));
    sqlite3_bind_text(q, 1, label, -1, SQLITE_STATIC);
    store_run(s, q);
    s->fresh = sqlite3_changes(s->db) > 0;
    sqlite3_finalize(q);
    store_must(
        s, sqlite3_prepare_v2(s->db, "SELECT id FROM recording WHERE label = ?1", -1, &q, NULL));
    sqlite3_bind_text(q, 1, label, -1, SQLITE_STATIC);
    bug_if(!take_number(q, &id));
    sqlite3_finalize(q);
    return id;
}

/* SQLite waits for others where it begins, but not where it changes to a log. */
static int change_to_log(struct store *s)
{
    const struct timespec pause = {.tv_nsec = 20000000};
    int rc = SQLITE_BUSY;
    for (int i = 0; i < BUSY_MS / 20 && rc == SQLITE_BUSY; i++) {
        if (i > 0)
            nanosleep(&pause, NULL);
        rc = sqlite3_exec(s->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
    }
    return rc;
}

/* Whoever had made it has removed it, or somebody else has: what is written now nobody would find.
 */
static bool gone(struct store *s, struct diags *d)
{
    return refuse(s, d, "try again: a new one is made", "was removed or replaced meanwhile");
}

bool store_begin(struct store *s, const char *label, struct diags *d)
{
    if (has_moved(s))
        return gone(s, d);
    store_exec(s, "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768;"
                  "PRAGMA temp_store = MEMORY");
    /* A file that was made just now has no readers: without a log its pages are written once. */
    int rc = s->made ? SQLITE_OK : change_to_log(s);
    if (rc == SQLITE_BUSY)
        return busy(s, d);
    store_must(s, rc);
    if (!begin_immediate(s, d))
        return false;
    if (has_moved(s)) { /* while we waited */
        store_exec(s, "ROLLBACK");
        return gone(s, d);
    }
    s->writing = s->writes = true;
    s->recording = recording_of(s, label);
    s->last_trace = store_number(s, "SELECT max(id) FROM trace");
    if (!s->assembler) { /* the first time */
        s->assembler = assemble_new();
        store_feed_register(s);
    }
    store_put_reset(s);
    return true;
}

bool store_begin_new(struct store *s, const char *label, struct diags *d)
{
    if (!store_begin(s, label, d))
        return false;
    if (s->fresh)
        return true;
    store_rollback(s);
    diag_error(d, (struct loc){0}, "E-store", "--label NAME calls this one otherwise",
               "%s has a recording '%s' already", s->path, label);
    return false;
}

static void store_end(struct store *s, const char *sql)
{
    bug_if(!s->writing);
    for (int i = 0; i < SQL_COUNT; i++)
        if (s->sql[i])
            sqlite3_reset(s->sql[i]);
    s->writing = false;
    store_exec(s, sql);
}

void store_commit(struct store *s)
{
    store_put_finish(s);
    store_end(s, "COMMIT");
    s->made = false;
}

void store_rollback(struct store *s)
{
    store_end(s, "ROLLBACK");
    s->feed.n = s->feed.nt = 0;
}

/* ---- files ---- */

void store_file_begin(struct store *s)
{
    store_exec(s, "SAVEPOINT file");
    store_put_reset(s); /* each file brings its names */
}

void store_file_undo(struct store *s)
{
    s->feed.n = s->feed.nt = 0;
    for (int i = 0; i < SQL_COUNT; i++)
        if (s->sql[i])
            sqlite3_reset(s->sql[i]);
    store_exec(s, "ROLLBACK TO file; RELEASE file");
    s->last_trace = store_number(s, "SELECT max(id) FROM trace");
    store_put_reset(s);
}

bool store_file_end(struct store *s, const struct store_file *f, const struct store_counts *c)
{
    store_put_finish(s);
    sqlite3_stmt *q = store_sql(s, SQL_FILE_FIND);
    sqlite3_bind_int64(q, 1, (int64_t)f->digest.lo);
    sqlite3_bind_int64(q, 2, (int64_t)f->digest.hi);
    sqlite3_bind_int64(q, 3, s->recording);
    bool known = store_step(s, q);
    sqlite3_reset(q);
    if (known) {
        store_file_undo(s);
        return false;
    }
    q = store_sql(s, SQL_FILE_ADD);
    sqlite3_bind_int64(q, 1, s->recording);
    sqlite3_bind_text(q, 2, f->name, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 3, f->format, -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 4, (int64_t)f->bytes);
    sqlite3_bind_int64(q, 5, (int64_t)f->digest.hi);
    sqlite3_bind_int64(q, 6, (int64_t)f->digest.lo);
    sqlite3_bind_int64(q, 7, (int64_t)c->traces);
    sqlite3_bind_int64(q, 8, (int64_t)c->spans);
    store_run(s, q);
    store_exec(s, "RELEASE file");
    return true;
}
