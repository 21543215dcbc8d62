/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calibrate_python.c - python/calibrate.py, after what executes emitted programs, run by python3 on
 * the service of live.h, and what it says; see calibrate.h. */
#include "live/calibrate.h"
#include "live/child.h"
#include "live/emit_impl.h"
#include "live/folder.h"
#include "live/machine.h"
#include "live/python.h"
#include "live/server.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_program(struct buf *out)
{
    struct buf own = {0}, text = {0};
    for (const char *const *line = python_calibrate; *line; line++)
        buf_puts(&own, *line);
    emit_text(python_common, own.s, &text);
    emit_text(python_load, own.s, &text);
    emit_text(python_sync, own.s, &text);
    emit_text(python_async, own.s, &text);
    buf_put(&text, own.s, own.n);
    emit_imports(text.s, out);
    buf_put(out, text.s, text.n);
    buf_free(&own);
    buf_free(&text);
}

static bool write_program(const char *path)
{
    struct buf b = {0};
    FILE *f = fopen(path, "we");
    put_program(&b);
    bool ok = f && fwrite(b.s, 1, b.n, f) == b.n && fflush(f) == 0;
    int error = errno;
    buf_free(&b);
    if (f)
        fclose(f);
    errno = error;
    return ok;
}

/* "pooled_spawn" is the row "pooled spawn"; CAL_COUNT: none. */
static int row_of(const char *word, size_t n)
{
    for (int k = 0; k < CAL_COUNT; k++) {
        const char *name = calibrate_rows[k].name;
        size_t i = 0;
        while (i < n && name[i] && (word[i] == '_' ? ' ' : word[i]) == name[i])
            i++;
        if (i == n && !name[i])
            return k;
    }
    return CAL_COUNT;
}

/* "hop 31219.0 24115.5 ...": a cost in each of the batches; "version 3.11.2". */
static bool read_line(const char *line, struct calibrate_sample *s, struct calibration *out,
                      struct arena *mem)
{
    static const char version[] = "version";
    size_t n = strcspn(line, " ");
    char *end;
    if (n == sizeof version - 1 && memcmp(line, version, n) == 0) {
        out->runtime = arena_printf(mem, "python%.*s", (int)strcspn(line + n, "\n"), line + n);
        return true;
    }
    int k = row_of(line, n);
    line += n;
    for (int i = 0; k != CAL_COUNT && i < CALIBRATE_BATCHES; i++, line = end) {
        s->x[k][i] = strtod(line, &end);
        if (end == line)
            return false;
    }
    return k != CAL_COUNT;
}

static const char *read_said(const char *path, struct calibration *out, struct arena *mem)
{
    char line[2048];
    struct calibrate_sample s;
    bool sense = true;
    for (int k = 0; k < CAL_COUNT; k++)
        for (int i = 0; i < CALIBRATE_BATCHES; i++)
            s.x[k][i] = NAN;
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof line, f))
        sense = read_line(line, &s, out, mem) && sense;
    if (f)
        fclose(f);
    if (!sense || !out->runtime)
        return "python3 says what makes no sense";
    calibrate_settle(&s, out);
    return NULL;
}

enum { CORES = 1 };

/* On one core: with a GIL no more than one computes, and threads that fight for it from several
 * cores pay what depends on how many they are.  The service is elsewhere, as in a live run. */
static const char *run_program(const char *path, const char *said, uint16_t port,
                               struct calibration *out, struct arena *mem)
{
    char words[160];
    const char *const argv[] = {"python3",
                                "-I",
                                path,
                                arena_printf(mem, "127.0.0.1:%u", (unsigned)port),
                                arena_printf(mem, "%d", (int)CALIBRATE_BATCHES),
                                NULL};
    switch (child_run(&(struct child_opt){
        .argv = argv, .said = said, .cores = CORES, .most_ns = INT64_C(300000000000)})) {
    case CHILD_WELL:
        return read_said(said, out, mem);
    case CHILD_UNABLE:
        return "there is no python3";
    case CHILD_LATE:
        return "python3 took more than five minutes";
    default:
        child_last_words(said, words, sizeof words);
        return arena_printf(mem, "python3 has failed: %s", words);
    }
}

static const char *measure(const char *folder, struct calibration *out, struct arena *mem)
{
    const char *path = arena_printf(mem, "%s/program.py", folder);
    struct live_server server;
    if (!write_program(path))
        return arena_printf(mem, "no file can be written in %s: %s", folder, strerror(errno));
    if (!server_begin(&server))
        return arena_printf(mem, "no service can be started: %s", strerror(errno));
    cores_leave(server.pid, CORES);
    const char *why =
        run_program(path, arena_printf(mem, "%s/said", folder), server.port, out, mem);
    server_end(&server);
    return why;
}

bool calibrate_python(const char *tmp, struct calibration *out, struct arena *mem, const char **why)
{
    struct live_folder folder;
    *out = (struct calibration){.gil = true, .cores = cores_ours()};
    if (!folder_begin(&folder, tmp)) {
        *why = arena_printf(mem, "no folder can be made in %s: %s", tmp, strerror(errno));
        return false;
    }
    *why = measure(folder.path, out, mem);
    folder_end(&folder);
    return *why == NULL;
}
