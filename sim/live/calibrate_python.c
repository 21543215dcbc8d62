/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calibrate_python.c - python/calibrate.py, run by python3, and what it says; see calibrate.h. */
#include "live/calibrate.h"
#include "live/child.h"
#include "live/python.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool write_program(char *path)
{
    int fd = mkstemp(path);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    for (const char *const *line = python_calibrate; f && *line; line++)
        fputs(*line, f);
    return f && fclose(f) == 0;
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

static const char *run_program(const char *path, const char *said, struct calibration *out,
                               struct arena *mem)
{
    char batches[16];
    snprintf(batches, sizeof batches, "%d", (int)CALIBRATE_BATCHES);
    const char *const argv[] = {"python3", "-I", path, batches, NULL};
    switch (child_run(&(struct child_opt){
        .argv = argv, .said = said, .cores = out->cores, .most_ns = INT64_C(300000000000)})) {
    case CHILD_WELL:
        return read_said(said, out, mem);
    case CHILD_UNABLE:
        return "there is no python3";
    case CHILD_LATE:
        return "python3 took more than five minutes";
    default:
        return "python3 has failed";
    }
}

bool calibrate_python(struct calibration *out, struct arena *mem, const char **why)
{
    char path[] = "/tmp/pertinax-calibrate-XXXXXX";
    *out = (struct calibration){.gil = true, .cores = calibrate_cores()};
    *why = "no file can be written in /tmp";
    if (write_program(path)) {
        const char *said = arena_printf(mem, "%s.said", path);
        *why = run_program(path, said, out, mem);
        unlink(said);
    }
    unlink(path);
    return *why == NULL;
}
