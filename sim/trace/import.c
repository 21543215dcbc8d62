/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import.c - a reader, a store, and batches going round between them; see import.h.
 *
 * Invariant of the line: a batch is owned by the reader, by the queue or by the writer.  Batches
 * are stored in the order in which they were made, so nothing depends on who is faster. */
#include "trace/import.h"
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { BATCHES = 8, TOLD = 5 /* messages of one file */, PROGRESS_SPANS = 1 << 16 };

struct line {
    struct store *store;
    struct store_counts counts;
    struct tally tally; /* the writer's */
    struct batch batch[BATCHES];
    bool threaded;
    pthread_t writer;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    struct batch *queue[BATCHES]; /* full ones; [head, tail) modulo BATCHES */
    uint32_t head, tail;
    struct batch *idle[BATCHES];
    uint32_t nidle;
    bool done;
    const struct import_opt *o;
    const struct reader *reader;
    const char *name;
    uint64_t told; /* spans at the last progress */
};

static void *write_batches(void *ctx)
{
    struct line *l = ctx;
    pthread_mutex_lock(&l->lock);
    for (;;) {
        while (l->head == l->tail && !l->done)
            pthread_cond_wait(&l->moved, &l->lock);
        if (l->head == l->tail)
            break;
        struct batch *b = l->queue[l->head % BATCHES];
        pthread_mutex_unlock(&l->lock);
        store_put(l->store, b, &l->tally, &l->counts);
        batch_clear(b);
        pthread_mutex_lock(&l->lock);
        l->head++;
        l->idle[l->nidle++] = b;
        pthread_cond_signal(&l->moved);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

/* The intake's put(): a full batch for an empty one. */
static struct batch *pass_on(void *ctx, struct batch *b)
{
    struct line *l = ctx;
    if (l->o->progress && l->reader->spans - l->told >= PROGRESS_SPANS) {
        l->told = l->reader->spans;
        l->o->progress(l->o->ctx, l->name, input_bytes(l->reader->in), l->told);
    }
    if (!l->threaded) {
        store_put(l->store, b, &l->tally, &l->counts);
        batch_clear(b);
        return b;
    }
    pthread_mutex_lock(&l->lock);
    l->queue[l->tail++ % BATCHES] = b;
    pthread_cond_signal(&l->moved);
    while (l->nidle == 0)
        pthread_cond_wait(&l->moved, &l->lock);
    b = l->idle[--l->nidle];
    pthread_mutex_unlock(&l->lock);
    return b;
}

/* Returns the first empty batch. */
static struct batch *line_begin(struct line *l)
{
    for (uint32_t i = 1; i < BATCHES; i++)
        l->idle[l->nidle++] = &l->batch[i];
    if (l->o->jobs < 2)
        return &l->batch[0];
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->moved, NULL);
    l->threaded = pthread_create(&l->writer, NULL, write_batches, l) == 0;
    return &l->batch[0];
}

static void line_end(struct line *l)
{
    if (l->o->jobs >= 2) {
        pthread_mutex_lock(&l->lock);
        l->done = true;
        pthread_cond_signal(&l->moved);
        pthread_mutex_unlock(&l->lock);
        if (l->threaded)
            pthread_join(l->writer, NULL);
        pthread_cond_destroy(&l->moved);
        pthread_mutex_destroy(&l->lock);
    }
    for (int i = 0; i < BATCHES; i++)
        batch_free(&l->batch[i]);
}

/* ---- one file ---- */

struct telling {
    struct diags *d;
    struct loc at;
    uint32_t n;
};

static void tell(void *ctx, uint64_t at, const char *text)
{
    struct telling *t = ctx;
    if (t->n++ < TOLD)
        diag_add(t->d, t->at, DIAG_WARNING, "W-record", NULL, "byte %" PRIu64 ": %s", at, text);
}

/* Leave the file out. */
static bool fail(struct import_file *f, struct loc at, const char *hint, struct diags *d,
                 const char *why)
{
    f->outcome = IMPORT_FAILED;
    diag_add(d, at, DIAG_WARNING, "W-import", hint, "left out: %s", why);
    return false;
}

static struct trace_id seed_of(const char *head, size_t n)
{
    return id_of_text((struct trace_id){0x70, n}, head, n);
}

/* What is left of the input, so that the digest is of all of it. */
static void drain(struct input *in)
{
    char piece[4096];
    while (input_read(in, piece, sizeof piece))
        ;
}

static const struct trace_format *format_of(struct input *in, struct import_file *f, struct loc at,
                                            const struct import_opt *o, struct diags *d)
{
    size_t n;
    const char *head = input_head(in, &n);
    if (input_trouble(in) && n == 0) {
        fail(f, at, NULL, d, input_trouble(in));
        return NULL;
    }
    const struct trace_format *format = o->format ? o->format : format_sniff(head, n);
    if (n == 0)
        fail(f, at, NULL, d, "the file is empty");
    else if (!format)
        fail(f, at, "--from FORMAT says what it is; 'pertinax import --help' lists the formats", d,
             "in none of the formats that are known");
    return n == 0 ? NULL : format;
}

static void read_all(struct line *l, struct reader *r, const struct trace_format *format)
{
    struct name_table names;
    names_init(&names);
    struct batch *first = line_begin(l);
    struct intake *in = intake_new(&names, first, pass_on, l);
    r->names = &names;
    r->to = in;
    l->reader = r;
    format->read(r);
    if (!(l->o->stop && l->o->stop()))
        intake_flush(in);
    drain(r->in);
    line_end(l);
    intake_free(in);
    tally_add(r->tally, TALLY_NAMES, names.other);
    names_free(&names);
}

static void add_counts(struct store_counts *to, const struct store_counts *c)
{
    to->traces += c->traces;
    to->spans += c->spans;
    to->grown += c->grown;
    to->elsewhere += c->elsewhere;
}

/* The file was read: is it new, and did it hold anything? */
static bool judge(struct store *s, struct line *l, struct input *in, struct import_file *f,
                  struct telling *t, struct tally *tally, struct import_result *out)
{
    const struct store_file sf = {f->name, f->format, input_digest(in), input_bytes(in)};
    if (input_trouble(in))
        tell(t, input_bytes(in), input_trouble(in));
    if (t->n > TOLD)
        diag_add(t->d, t->at, DIAG_WARNING, "W-record", NULL, "and %" PRIu32 " more of this kind",
                 t->n - TOLD);
    if (f->found == 0) {
        store_file_undo(s);
        return fail(f, t->at, NULL, t->d, "there is no span in it");
    }
    if (!store_file_end(s, &sf, &l->counts)) {
        f->outcome = IMPORT_KNOWN;
        return true;
    }
    f->counts = l->counts;
    add_counts(&out->counts, &l->counts);
    for (int i = 0; i < TALLY_COUNT; i++)
        out->tally.n[i] += tally->n[i] + l->tally.n[i];
    return true;
}

static bool import_file(struct store *s, struct import_file *f, const struct import_opt *o,
                        struct import_result *out, struct diags *d)
{
    struct telling t = {.d = d, .at = {.file = diag_file(d, f->name, "", 0)}};
    struct input *in = input_open(f->name);
    if (!in)
        return fail(f, t.at, NULL, d, errno == ENOENT ? "there is no such file" : strerror(errno));
    input_stop(in, o->stop);
    const struct trace_format *format = format_of(in, f, t.at, o, d);
    if (!format) {
        input_close(in);
        return false;
    }
    size_t n;
    const char *head = input_head(in, &n);
    struct tally tally = {{0}};
    struct reader r = {
        .in = in, .tally = &tally, .csv = o->csv, .seed = seed_of(head, n), .say = tell, .ctx = &t};
    struct line *l = xcalloc(1, sizeof *l);
    *l = (struct line){.store = s, .o = o, .name = f->name};
    f->format = format->name;
    f->packing = input_packing(in);
    store_file_begin(s);
    if (o->jobs >= 2)
        input_begin_ahead(in);
    read_all(l, &r, format);
    f->bytes = input_bytes(in);
    f->found = r.spans;
    bool ok = !(o->stop && o->stop()) && judge(s, l, in, f, &t, &tally, out);
    input_close(in);
    free(l);
    return ok;
}

static bool can_open(const char *name, struct diags *d)
{
    struct input *in = strcmp(name, "-") == 0 ? NULL : input_open(name);
    if (!in && strcmp(name, "-") != 0) {
        diag_error(d, (struct loc){.file = diag_file(d, name, "", 0)}, "E-import", NULL, "%s",
                   errno == ENOENT ? "there is no such file" : strerror(errno));
        return false;
    }
    input_close(in);
    return true;
}

bool import_files(struct store *s, const char *const *names, uint32_t n, const struct import_opt *o,
                  struct arena *mem, struct import_result *out, struct diags *d)
{
    bool any = false, ok = true;
    *out = (struct import_result){.file = NEW(mem, struct import_file, n), .nfile = n};
    for (uint32_t i = 0; i < n; i++)
        ok = can_open(names[i], d) && ok;
    if (!ok || !(o->fresh ? store_begin_new : store_begin)(s, o->label, d))
        return false;
    for (uint32_t i = 0; i < n && !out->stopped; i++) {
        out->file[i].name = names[i];
        any = import_file(s, &out->file[i], o, out, d) || any;
        out->stopped = o->stop && o->stop();
    }
    if (out->stopped || !any) {
        if (!out->stopped)
            diag_error(d, (struct loc){0}, "E-import", NULL, "nothing was imported");
        store_rollback(s);
        return false;
    }
    store_commit(s);
    return true;
}
