/* SPDX-License-Identifier: GPL-3.0-or-later */
/* python_program.h - an emitted Python program in a folder of its own: written, run, and what it
 * has answered, read from its lines of OTLP. */
#ifndef TESTS_PYTHON_PROGRAM_H
#define TESTS_PYTHON_PROGRAM_H
#include "base/buf.h"
#include "live/child.h"
#include "live/emit.h"
#include "run/rehearse.h"
#include "tests/unit/test.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct program {
    char folder[32];
    char program[64], draws[64], otlp[64], said[64];
};

static inline void program_put(const char *path, const struct buf *b)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(b->s, 1, b->n, f), b->n);
    fclose(f);
}

/* With the draws of n requests.  Its execution has a program, or d says why not and the test fails.
 */
static inline struct program program_write(const struct prog *prog, uint64_t seed, uint64_t n,
                                           struct diags *d)
{
    struct program p = {.folder = "/tmp/test-python-XXXXXX"};
    struct buf b = {0};
    assert_non_null(mkdtemp(p.folder));
    snprintf(p.program, sizeof p.program, "%s/program.py", p.folder);
    snprintf(p.draws, sizeof p.draws, "%s/draws", p.folder);
    snprintf(p.otlp, sizeof p.otlp, "%s/otlp", p.folder);
    snprintf(p.said, sizeof p.said, "%s/said", p.folder);
    if (!emit_python(prog, &b, d)) {
        buf_clear(&b);
        diags_print(d, &b, false);
        fail_msg("%.*s", (int)b.n, b.s);
    }
    program_put(p.program, &b);
    buf_clear(&b);
    rehearse(prog, seed, n, &b);
    program_put(p.draws, &b);
    buf_free(&b);
    return p;
}

static inline void program_remove(const struct program *p)
{
    char open[128]; /* what requests had done that did not end */
    snprintf(open, sizeof open, "%s.unfinished", p->otlp);
    unlink(open);
    unlink(p->program);
    unlink(p->draws);
    unlink(p->otlp);
    unlink(p->said);
    assert_int_equal(rmdir(p->folder), 0);
}

static inline void program_show(const char *path)
{
    char line[256];
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        print_error("%s", line);
    if (f)
        fclose(f);
}

static inline enum child_end program_run(const struct program *p, uint64_t n, int64_t most_ns)
{
    char wanted[24];
    snprintf(wanted, sizeof wanted, "%" PRIu64, n);
    const char *const argv[] = {"python3", p->program, "--draws", p->draws, "--requests",
                                wanted,    "--otlp",   p->otlp,   NULL};
    return child_run(
        &(struct child_opt){.argv = argv, .said = p->said, .cores = 2, .most_ns = most_ns});
}

/* ---- what a line of OTLP says ---- */

static inline int64_t number_after(const char *text, const char *key)
{
    const char *at = strstr(text, key);
    return at ? strtoll(at + strlen(key), NULL, 10) : -1;
}

struct answered {
    int64_t latency, ordinal;
    int32_t status;
};

/* The root is the first span of a line. */
static inline struct answered read_line(const char *line)
{
    struct answered x = {.latency = -1};
    const char *respond = strstr(line, "\"name\": \"respond\"");
    int64_t begin = number_after(line, "\"startTimeUnixNano\": \"");
    int64_t status = number_after(line, "status_code\", \"value\": {\"intValue\": \"");
    x.status = status > 0 ? (int32_t)status : 0;
    x.ordinal = number_after(line, "ordinal\", \"value\": {\"intValue\": \"");
    if (respond)
        x.latency = number_after(respond, "\"startTimeUnixNano\": \"") - begin;
    else
        x.latency = number_after(line, "\"endTimeUnixNano\": \"") - begin;
    return x;
}

static inline uint32_t read_otlp(const char *path, struct answered *x, uint32_t most)
{
    char *line = NULL;
    size_t room = 0;
    uint32_t n = 0;
    FILE *f = fopen(path, "r");
    while (f && n < most && getline(&line, &room, f) > 0)
        x[n++] = read_line(line);
    free(line);
    if (f)
        fclose(f);
    return n;
}

#endif
