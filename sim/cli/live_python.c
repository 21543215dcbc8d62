/* SPDX-License-Identifier: GPL-3.0-or-later */
/* live_python.c - see live_python.h. */
#include "cli/live_python.h"
#include "live/child.h"
#include "live/emit.h"
#include "live/retrace.h"
#include "live/stalls.h"
#include "live/timers.h"
#include "run/rehearse.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_REQUESTS = 100000 };

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

static const char *draws_path(const struct live_session *l, const char *program)
{
    return l->emit ? arena_printf(l->a->mem, "%s.draws", program)
                   : arena_printf(l->a->mem, "%s/draws", l->folder);
}

/* What cannot be written is told before anything is executed. */
static void check_files(const struct live_session *l)
{
    for (uint32_t i = 0; i < l->subject->nexec; i++) {
        const char *program = program_path(l, l->subject->exec[i]->name);
        const char *file[] = {program, draws_path(l, program)};
        for (int k = 0; k < 2; k++)
            if (cmd_unwritable(file[k]) != 0)
                die("cannot write %s: %s", file[k], strerror(cmd_unwritable(file[k])));
    }
}

bool live_python_check(const struct live_session *l, uint64_t requests, struct diags *d)
{
    if (requests > MOST_REQUESTS)
        diag_error(d, (struct loc){0}, "E-option-value", "--runtime native executes more",
                   "--requests of a Python program, whose draws are a table, is %d at most",
                   (int)MOST_REQUESTS);
    for (uint32_t i = 0; i < l->subject->nexec; i++) {
        struct buf b = {0};
        const struct prog *p = prog_compile(l->a->mem, l->subject->model, l->subject->exec[i], d);
        if (p && diags_errors(d) == 0)
            emit_python(p, &b, d);
        buf_free(&b);
    }
    if (l->emit && diags_errors(d) == 0)
        check_files(l);
    return diags_errors(d) == 0;
}

static struct files write_files(const struct live_session *l, const char *execution,
                                const struct prog *p, uint64_t n)
{
    struct arena *mem = l->a->mem;
    struct files f = {.program = program_path(l, execution)};
    struct buf b = {0};
    f.draws = draws_path(l, f.program);
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

/* It has ended because nothing moved any more. */
static bool stood_still(const char *said)
{
    static const char says[] = "stands still:";
    char line[256];
    bool found = false;
    FILE *f = fopen(said, "r");
    while (f && fgets(line, sizeof line, f))
        found = found || strncmp(line, says, sizeof says - 1) == 0;
    if (f)
        fclose(f);
    return found;
}

/* ---- the run ---- */

static void tell_end(enum child_end end, const char *said, struct live_report *r)
{
    r->timed_out = end == CHILD_LATE;
    r->unable = end == CHILD_UNABLE || end == CHILD_BADLY;
    if (end == CHILD_UNABLE)
        snprintf(r->trouble, sizeof r->trouble, "python3: %s", strerror(errno));
    else if (end == CHILD_BADLY)
        child_last_words(said, r->trouble, sizeof r->trouble);
}

/* What its last line tells: the cores that were at work, and calls that were not answered. */
static void read_said(const char *said, const struct prog *p, struct live_report *r)
{
    static const char tells[] = "cores at work: ", breaks[] = "broken calls: ";
    char line[256];
    child_last_words(said, line, sizeof line);
    const char *at = strstr(line, tells), *broken = strstr(line, breaks);
    double busy = at ? strtod(at + sizeof tells - 1, NULL) : 0;
    r->cores = busy / p->cores;
    if (p->kind == EXEC_COROUTINE && p->workers == 1)
        r->loop = busy;
    if (broken == NULL)
        return;
    r->broken = strtoull(broken + sizeof breaks - 1, NULL, 10);
    const char *why = strchr(broken, '(');
    if (why)
        snprintf(r->broken_by, sizeof r->broken_by, "the client met: %.*s",
                 (int)strcspn(why + 1, ")"), why + 1);
}

enum sim_end live_python(struct live_session *l, const char *execution, struct sim *s, bool load,
                         uint64_t n, struct live_report *r)
{
    const struct prog *p = world_prog(s);
    struct files f = write_files(l, execution, p, n);
    unlink(f.otlp);
    unlink(arena_printf(l->a->mem, "%s.unfinished", f.otlp));
    struct stalls still;
    stalls_begin(&still);
    enum child_end end = run_program(l, &f, p->cores, n);
    stalls_end(&still);
    tell_end(end, f.said, r);
    r->stood_still = end == CHILD_WELL && stood_still(f.said);
    enum sim_end how = SIM_STOPPED;
    struct recording *rec = recording_read(f.otlp, p);
    /* It says that it has done all of it. */
    if (rec->nended == 0 && end == CHILD_WELL && !r->stood_still) {
        snprintf(r->trouble, sizeof r->trouble, "python3 ended well, but has recorded no request");
        r->unable = true;
    }
    if (!r->unable) {
        if (rec->nended > 0)
            live_keep(l, f.otlp, execution);
        /* If some are open, all that it knows of: to see whether they stand still, and why. */
        how = retrace(s, load, rec->end > 0 ? n : rec->nended, rec, l->o.stop, r);
        const struct record *record = sim_records(s, &n);
        r->stalls = stalls_sum(&still, record, n, timers_since_epoch(rec->begin));
        read_said(f.said, p, r);
    }
    recording_free(rec);
    stalls_free(&still);
    bool whole = end == CHILD_WELL && !r->stood_still;
    return whole || how == SIM_DEADLOCK ? how : SIM_STOPPED;
}
