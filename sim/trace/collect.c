/* SPDX-License-Identifier: GPL-3.0-or-later */
/* collect.c - bodies to spans, spans to batches, batches to a writer; see collect.h.
 *
 * Two locks: `in` is held while spans go into the intake (or out of it), `line` for the queue
 * between it and the writer.  Who waits for the writer holds `in`, never `line`.  A batch is owned
 * by the intake, by the queue or by the writer. */
#include "trace/collect.h"
#include "base/arena.h"
#include "trace/format.h"
#include "trace/otlp_proto.h"
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { BATCHES = 4, NAMES_RENEW = NAMES_MOST / 2, TRACES_RENEW = 1 << 30, TRIES = 20 };
static const int64_t hold_ns = 2000000000, commit_ns = 1000000000;

struct collector {
    struct store *store;
    const char *label;
    uint64_t unpacked_most;
    pthread_mutex_t in;
    struct name_table names;
    struct intake *intake;
    uint64_t spans, rejected, bytes;
    struct tally tally; /* of the readers */
    struct hold held;
    int64_t marked; /* when `mark` was taken */
    uint32_t mark;
    bool ticked;
    pthread_t writer;
    pthread_mutex_t line;
    pthread_cond_t moved;
    struct batch batch[BATCHES];
    struct batch *queue[BATCHES]; /* full ones; [head, tail) modulo BATCHES */
    uint32_t head, tail;
    struct batch *idle[BATCHES];
    uint32_t nidle;
    bool done, due; /* due: time to commit */
    bool open;      /* the writer is within a transaction */
    int64_t opened; /* since when, as a tick saw it; 0: not seen yet */
    struct store_counts stored;
    struct tally stored_tally;
};

/* ---- the writer ---- */

/* Another program may be writing: it has a minute. */
static void begin(struct collector *c)
{
    struct arena *mem = arena_new(0);
    struct diags *d = diags_new(mem);
    int left = TRIES;
    while (!store_begin(c->store, c->label, d))
        if (--left == 0)
            die("%s", diags_get(d, 0)->text);
    arena_drop(mem);
}

static void write_batch(struct collector *c, struct batch *b)
{
    struct store_counts n = {0};
    struct tally t = {{0}};
    if (!c->open)
        begin(c);
    store_put(c->store, b, &t, &n);
    batch_clear(b);
    pthread_mutex_lock(&c->line);
    c->open = true;
    c->stored.traces += n.traces;
    c->stored.spans += n.spans;
    c->stored.grown += n.grown;
    c->stored.elsewhere += n.elsewhere;
    for (int i = 0; i < TALLY_COUNT; i++)
        c->stored_tally.n[i] += t.n[i];
    c->head++;
    c->idle[c->nidle++] = b;
    pthread_cond_broadcast(&c->moved);
    pthread_mutex_unlock(&c->line);
}

static void commit(struct collector *c)
{
    store_commit(c->store);
    pthread_mutex_lock(&c->line);
    c->open = false;
    c->opened = 0;
    pthread_mutex_unlock(&c->line);
}

static void *write_batches(void *ctx)
{
    struct collector *c = ctx;
    for (;;) {
        pthread_mutex_lock(&c->line);
        while (c->head == c->tail && !c->done && !(c->due && c->open))
            pthread_cond_wait(&c->moved, &c->line);
        bool due = c->due && c->open, more = c->head != c->tail;
        struct batch *b = more ? c->queue[c->head % BATCHES] : NULL;
        c->due = false;
        pthread_mutex_unlock(&c->line);
        if (due)
            commit(c);
        if (b)
            write_batch(c, b);
        else if (!due)
            break;
    }
    if (c->open)
        commit(c);
    return NULL;
}

/* The intake's put(): a full batch for an empty one. */
static struct batch *pass_on(void *ctx, struct batch *b)
{
    struct collector *c = ctx;
    pthread_mutex_lock(&c->line);
    c->queue[c->tail++ % BATCHES] = b;
    pthread_cond_broadcast(&c->moved);
    while (c->nidle == 0)
        pthread_cond_wait(&c->moved, &c->line);
    b = c->idle[--c->nidle];
    pthread_mutex_unlock(&c->line);
    return b;
}

bool collect_behind(void *ctx)
{
    struct collector *c = ctx;
    pthread_mutex_lock(&c->line);
    bool behind = c->nidle == 0;
    pthread_mutex_unlock(&c->line);
    return behind;
}

/* ---- beginning ---- */

struct collector *collect_start(struct store *s, const char *label, uint64_t unpacked_most)
{
    struct collector *c = xcalloc(1, sizeof *c);
    *c = (struct collector){.store = s, .label = label, .unpacked_most = unpacked_most};
    names_init(&c->names);
    c->intake = intake_new(&c->names, &c->batch[0], pass_on, c);
    for (uint32_t i = 1; i < BATCHES; i++)
        c->idle[c->nidle++] = &c->batch[i];
    pthread_mutex_init(&c->in, NULL);
    pthread_mutex_init(&c->line, NULL);
    pthread_cond_init(&c->moved, NULL);
    if (pthread_create(&c->writer, NULL, write_batches, c) != 0)
        die("no thread for the store");
    return c;
}

/* ---- bodies ---- */

struct telling {
    struct receive_answer *a;
    bool told;
};

/* The first thing that is wrong is told. */
static void tell(void *ctx, uint64_t at, const char *text)
{
    struct telling *t = ctx;
    if (!t->told)
        buf_printf(&t->a->message, "byte %" PRIu64 ": %s", at, text);
    t->told = true;
}

/* All of the body, unpacked. */
static void read_whole(struct input *in, struct buf *b)
{
    char piece[1 << 14];
    for (size_t n; (n = input_read(in, piece, sizeof piece)) > 0;)
        buf_put(b, piece, n);
}

static void read_body(struct reader *r, bool json)
{
    struct buf b = {0};
    size_t n;
    const char *head = input_head(r->in, &n);
    while (n > 0 && (*head == ' ' || *head == '\n' || *head == '\t' || *head == '\r')) {
        head++;
        n--;
    }
    if (!json) {
        read_whole(r->in, &b);
        if (!input_trouble(r->in))
            otlp_proto_message(r, b.n ? b.s : "", b.n, 0);
        buf_free(&b);
    } else if (n > 0 && *head == '{') {
        read_otlp_json(r);
    } else {
        reader_bad(r, TALLY_LOST, 0, "the body is not a JSON object");
    }
}

enum receive_verdict collect_take(void *ctx, const struct receive_body *b, struct receive_answer *a)
{
    struct collector *c = ctx;
    struct tally tally = {{0}};
    struct telling t = {.a = a};
    pthread_mutex_lock(&c->in);
    struct input *in = input_mem(b->data, b->n);
    struct reader r = {
        .in = in, .names = &c->names, .tally = &tally, .keep = &c->held, .say = tell, .ctx = &t};
    input_most(in, c->unpacked_most);
    read_body(&r, b->json);
    if (input_trouble(in))
        reader_bad(&r, TALLY_LOST, input_bytes(in), "%s", input_trouble(in));
    bool bad = tally.n[TALLY_LOST] > 0;
    r.keep = NULL;
    r.to = c->intake;
    if (bad) {
        c->held.n = c->held.nlink = 0;
    } else {
        for (uint32_t i = 0; i < c->held.n; i++) {
            const struct held *x = &c->held.v[i];
            intake_span(c->intake, x->id, &x->s, x->s.nlink ? c->held.link + x->s.link : NULL);
        }
        a->rejected = tally.n[TALLY_BAD];
        c->spans += c->held.n;
        c->rejected += a->rejected;
        c->bytes += input_bytes(in);
        c->held.n = c->held.nlink = 0;
    }
    for (int i = 0; i < TALLY_COUNT; i++)
        c->tally.n[i] += tally.n[i];
    input_close(in);
    pthread_mutex_unlock(&c->in);
    return bad ? RECEIVE_BAD : RECEIVE_TAKEN;
}

/* ---- time ---- */

static void wait_for_writer(struct collector *c)
{
    pthread_mutex_lock(&c->line);
    while (c->head != c->tail)
        pthread_cond_wait(&c->moved, &c->line);
    pthread_mutex_unlock(&c->line);
}

/* Programs that put ids into names fill the table, and traces are counted in 32 bits: from time to
 * time all begins anew. */
static void renew(struct collector *c)
{
    intake_flush(c->intake);
    wait_for_writer(c);
    intake_free(c->intake);
    tally_add(&c->tally, TALLY_NAMES, c->names.other);
    names_free(&c->names);
    names_init(&c->names);
    /* The batch that the intake had is empty, as are all others. */
    pthread_mutex_lock(&c->line);
    c->nidle = 0;
    for (uint32_t i = 1; i < BATCHES; i++)
        c->idle[c->nidle++] = &c->batch[i];
    pthread_mutex_unlock(&c->line);
    c->intake = intake_new(&c->names, &c->batch[0], pass_on, c);
}

void collect_tick(struct collector *c, int64_t now)
{
    pthread_mutex_lock(&c->in);
    if (!c->ticked || now - c->marked >= hold_ns) {
        intake_flush_before(c->intake, c->mark);
        if (c->names.n > NAMES_RENEW || intake_mark(c->intake) > TRACES_RENEW)
            renew(c);
        c->mark = intake_mark(c->intake);
        c->marked = now;
        c->ticked = true;
    }
    pthread_mutex_unlock(&c->in);
    pthread_mutex_lock(&c->line);
    if (c->open && c->opened == 0)
        c->opened = now;
    if (c->open && now - c->opened >= commit_ns) {
        c->due = true;
        pthread_cond_broadcast(&c->moved);
    }
    pthread_mutex_unlock(&c->line);
}

struct collect_counts collect_counts(struct collector *c)
{
    struct collect_counts n = {0};
    pthread_mutex_lock(&c->in);
    n.spans = c->spans;
    n.rejected = c->rejected;
    n.open = intake_open(c->intake);
    n.tally = c->tally;
    pthread_mutex_unlock(&c->in);
    pthread_mutex_lock(&c->line);
    n.stored = c->stored;
    for (int i = 0; i < TALLY_COUNT; i++)
        n.tally.n[i] += c->stored_tally.n[i];
    pthread_mutex_unlock(&c->line);
    return n;
}

static void free_collector(struct collector *c)
{
    intake_free(c->intake);
    names_free(&c->names);
    hold_free(&c->held);
    for (int i = 0; i < BATCHES; i++)
        batch_free(&c->batch[i]);
    pthread_cond_destroy(&c->moved);
    pthread_mutex_destroy(&c->line);
    pthread_mutex_destroy(&c->in);
    free(c);
}

struct collect_counts collect_stop(struct collector *c, const struct store_file *f)
{
    pthread_mutex_lock(&c->in);
    intake_flush(c->intake);
    tally_add(&c->tally, TALLY_NAMES, c->names.other);
    pthread_mutex_unlock(&c->in);
    pthread_mutex_lock(&c->line);
    c->done = true;
    pthread_cond_broadcast(&c->moved);
    pthread_mutex_unlock(&c->line);
    pthread_join(c->writer, NULL);
    struct collect_counts n = collect_counts(c);
    if (n.stored.spans) {
        struct store_file file = *f;
        file.bytes = c->bytes;
        begin(c);
        store_file_begin(c->store);
        store_file_end(c->store, &file, &n.stored);
        store_commit(c->store);
    }
    free_collector(c);
    return n;
}
