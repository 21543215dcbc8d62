/* SPDX-License-Identifier: GPL-3.0-or-later */
/* live_python.c - see live_python.h. */
#include "cli/live_python.h"
#include "fit/forest.h"
#include "live/child.h"
#include "live/emit.h"
#include "live/stalls.h"
#include "run/rehearse.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_REQUESTS = 100000 };

bool live_python_check(const struct live_session *l, struct diags *d)
{
    for (uint32_t i = 0; i < l->subject->nexec; i++) {
        struct buf b = {0};
        const struct prog *p = prog_compile(l->a->mem, l->subject->model, l->subject->exec[i], d);
        if (p && diags_errors(d) == 0)
            emit_python(p, &b, d);
        buf_free(&b);
    }
    return diags_errors(d) == 0;
}

/* ---- the program ---- */

/* search.py, or of several executions search-threads.py; one of our own if nobody wants it. */
static const char *program_path(const struct live_session *l, const char *execution)
{
    struct arena *mem = l->a->mem;
    if (!l->emit)
        return arena_printf(mem, "%s/program.py", l->folder);
    if (l->subject->nexec == 1)
        return l->emit;
    const char *dot = strrchr(l->emit, '.'), *slash = strrchr(l->emit, '/');
    size_t n = dot && (!slash || dot > slash) ? (size_t)(dot - l->emit) : strlen(l->emit);
    return arena_printf(mem, "%.*s-%s%s", (int)n, l->emit, execution, l->emit + n);
}

struct files {
    const char *program, *draws, *otlp, *said;
};

static struct files write_files(const struct live_session *l, const char *execution,
                                const struct prog *p, uint64_t n)
{
    struct arena *mem = l->a->mem;
    struct files f = {.program = program_path(l, execution)};
    struct buf b = {0};
    f.draws = l->emit ? arena_printf(mem, "%s.draws", f.program)
                      : arena_printf(mem, "%s/draws", l->folder);
    f.otlp = arena_printf(mem, "%s/otlp", l->folder);
    f.said = arena_printf(mem, "%s/said", l->folder);
    emit_python(p, &b, l->d);
    cmd_write(f.program, &b);
    buf_clear(&b);
    rehearse(p, l->seed, n + n / 4 + 64, &b); /* clients do not share them as in the simulation */
    cmd_write(f.draws, &b);
    buf_free(&b);
    return f;
}

static enum child_end run_program(const struct live_session *l, const struct files *f,
                                  uint32_t cores, uint64_t n)
{
    struct arena *mem = l->a->mem;
    const char *service = l->o.service == LIVE_TIMER
                              ? "timer"
                              : arena_printf(mem, "%s:%u", l->o.host, (unsigned)l->o.port);
    const char *const argv[] = {"python3",
                                f->program,
                                "--draws",
                                f->draws,
                                "--service",
                                service,
                                "--requests",
                                arena_printf(mem, "%llu", (unsigned long long)n),
                                "--otlp",
                                f->otlp,
                                l->own || l->o.service == LIVE_TIMER ? "--punctual" : NULL,
                                NULL};
    return child_run(&(struct child_opt){
        .argv = argv, .said = f->said, .cores = cores, .most_ns = l->o.most_ns, .stop = l->o.stop});
}

/* The last line of what the program said: Python's word for what went wrong. */
static void last_words(const char *said, char *line, size_t room)
{
    char text[1024];
    FILE *f = fopen(said, "r");
    snprintf(line, room, "the program failed without a word");
    while (f && fgets(text, sizeof text, f)) {
        text[strcspn(text, "\n")] = 0;
        if (*text)
            snprintf(line, room, "%.*s", (int)room - 1, text);
    }
    if (f)
        fclose(f);
}

/* ---- what it recorded ---- */

static int by_end(const void *a, const void *b)
{
    const struct record *x = a, *y = b;
    int64_t s = x->arrival + x->duration, t = y->arrival + y->duration;
    return (s > t) - (s < t);
}

static struct record record_of(const struct forest *f, uint32_t i, uint32_t cls, int64_t begin)
{
    const struct forest_span *root = &f->v[f->root[i]];
    struct record r = {.arrival = root->start - begin,
                       .latency = root->end - root->start,
                       .duration = root->end - root->start,
                       .cls = cls,
                       .ordinal = i};
    for (uint32_t k = root->child; k != FOREST_NONE; k = f->v[k].next)
        if (strcmp(f->op[f->v[k].op].name, "respond") == 0) {
            r.latency = f->v[k].start - root->start;
            r.status = forest_status(root);
        }
    return r;
}

/* All classes' requests, in the order in which they were over. */
static void read_records(struct live_session *l, const char *execution, struct sim *s)
{
    const struct prog *p = world_prog(s);
    struct arena *mem = l->a->mem;
    struct forest **f = NEW(mem, struct forest *, p->ncls);
    int64_t begin = INT64_MAX;
    uint32_t n = 0;
    for (uint32_t k = 0; k < p->ncls; k++) {
        struct forest_ask ask = {
            .root = p->cls[k].name, .label = live_label(l, execution), .since = INT64_MIN};
        f[k] = forest_read(l->store, &ask, mem, diags_new(mem));
        if (!f[k])
            continue; /* none of this class */
        n += f[k]->ntree;
        if (f[k]->ntree > 0 && f[k]->v[f[k]->root[0]].start < begin)
            begin = f[k]->v[f[k]->root[0]].start;
    }
    struct record *r = xcalloc(n + 1u, sizeof *r);
    n = 0;
    for (uint32_t k = 0; k < p->ncls; k++)
        for (uint32_t i = 0; f[k] && i < f[k]->ntree; i++)
            r[n++] = record_of(f[k], i, k, begin);
    qsort(r, n, sizeof *r, by_end);
    for (uint32_t i = 0; i < n; i++)
        world_record(s, r[i]);
    free(r);
}

static bool read_back(struct live_session *l, const char *otlp, const char *execution,
                      struct sim *s)
{
    struct stat is;
    if (stat(otlp, &is) != 0 || is.st_size == 0)
        return true; /* stopped before anything was over */
    if (!live_keep(l, otlp, execution))
        return false;
    read_records(l, execution, s);
    return true;
}

/* ---- the run ---- */

enum sim_end live_python(struct live_session *l, const char *execution, struct sim *s, uint64_t n,
                         struct live_report *r)
{
    const struct prog *p = world_prog(s);
    if (n > MOST_REQUESTS)
        n = MOST_REQUESTS;
    struct files f = write_files(l, execution, p, n);
    unlink(f.otlp);
    struct stalls still;
    stalls_begin(&still);
    enum child_end end = run_program(l, &f, p->cores, n);
    stalls_end(&still);
    r->stalls = stalls_sum(&still, NULL, 0, 0);
    stalls_free(&still);
    switch (end) {
    case CHILD_WELL:
        return read_back(l, f.otlp, execution, s) ? SIM_MORE : SIM_STOPPED;
    case CHILD_LATE:
        r->timed_out = true;
        read_back(l, f.otlp, execution, s);
        break;
    case CHILD_STOPPED:
        read_back(l, f.otlp, execution, s);
        break;
    case CHILD_UNABLE:
        r->unable = true;
        snprintf(r->trouble, sizeof r->trouble, "python3: %s", strerror(errno));
        break;
    case CHILD_BADLY:
        r->unable = true;
        last_words(f.said, r->trouble, sizeof r->trouble);
        break;
    }
    return SIM_STOPPED;
}
