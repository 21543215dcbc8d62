/* SPDX-License-Identifier: GPL-3.0-or-later */
/* baseline.c - an earlier run's numbers by their path in its JSON; see baseline.h.
 *
 * All numbers of an execution are kept under the keys on the way to them; items of an array are
 * called what their "name" says, and the last key "value" is left out. */
#include "check/baseline.h"
#include "base/json_read.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BASELINE_BYTES = 64 << 20, BASELINE_DEPTH = 8, BASELINE_NUMBERS = 200000 };

struct reading {
    struct json_read r;
    struct arena *a;
    struct baseline *b;
    bool schema;
};

static void number_add(struct reading *x, struct baseline_exec *e, const char *path)
{
    double v;
    if (e->n >= BASELINE_NUMBERS || !json_double(x->r.s, x->r.n, &v))
        return;
    e->number = grow(e->number, &e->cap, e->n + 1, sizeof *e->number);
    e->number[e->n++] = (struct baseline_number){path, v};
}

static const char *joined(struct arena *a, const char *path, const char *s, size_t n)
{
    if (strcmp(arena_strndup(a, s, n), "value") == 0 && *path)
        return path;
    return arena_printf(a, "%s%s%.*s", path, *path ? "." : "", (int)n, s);
}

/* The value that comes next, under a path.  Recursion: BASELINE_DEPTH. */
static bool value_read(struct reading *x, struct baseline_exec *e, const char *path, int depth);

static bool object_read(struct reading *x, struct baseline_exec *e, const char *path, int depth)
{
    enum json_event ev;
    while ((ev = json_next(&x->r)) == JSON_KEY) {
        bool name = JSON_IS(&x->r, "name");
        const char *key = joined(x->a, path, x->r.s, x->r.n);
        if (name && (*path == '\0' || strchr(path, '#'))) {
            if (json_next(&x->r) != JSON_STR)
                return false;
            const char *is = arena_strndup(x->a, x->r.s, x->r.n);
            char *mark = strchr(path, '#');
            if (mark) /* an item of an array: its name is known first */
                path = arena_printf(x->a, "%.*s%s", (int)(mark - path), path, is);
            else
                e->name = is;
        } else if (!value_read(x, e, key, depth + 1)) {
            return false;
        }
    }
    return ev == JSON_OBJ_END;
}

static bool array_read(struct reading *x, struct baseline_exec *e, const char *path, int depth)
{
    enum json_event ev;
    while ((ev = json_next(&x->r)) != JSON_ARR_END) {
        if (ev == JSON_ERROR || ev == JSON_END)
            return false;
        if (ev == JSON_OBJ ? !object_read(x, e, arena_printf(x->a, "%s.#", path), depth + 1)
                           : !json_skip_rest(&x->r, ev))
            return false;
    }
    return true;
}

static bool value_read(struct reading *x, struct baseline_exec *e, const char *path, int depth)
{
    enum json_event ev = json_next(&x->r);
    if (ev == JSON_NUM)
        number_add(x, e, path);
    else if (ev == JSON_OBJ && depth < BASELINE_DEPTH)
        return object_read(x, e, path, depth);
    else if (ev == JSON_ARR && depth < BASELINE_DEPTH)
        return array_read(x, e, path, depth);
    return ev != JSON_ERROR && ev != JSON_END && json_skip_rest(&x->r, ev);
}

static bool executions_read(struct reading *x)
{
    enum json_event ev = json_next(&x->r);
    if (ev != JSON_ARR)
        return false;
    while ((ev = json_next(&x->r)) == JSON_OBJ) {
        struct baseline *b = x->b;
        b->exec = grow(b->exec, &b->cap, b->nexec + 1, sizeof *b->exec);
        struct baseline_exec *e = &b->exec[b->nexec++];
        *e = (struct baseline_exec){.name = ""};
        if (!object_read(x, e, "", 0))
            return false;
    }
    return ev == JSON_ARR_END;
}

static bool model_read_digest(struct reading *x)
{
    enum json_event ev = json_next(&x->r);
    if (ev != JSON_OBJ)
        return ev == JSON_NULL;
    while ((ev = json_next(&x->r)) == JSON_KEY) {
        bool digest = JSON_IS(&x->r, "digest");
        if (!digest && !json_skip(&x->r))
            return false;
        if (digest && json_next(&x->r) == JSON_STR)
            x->b->digest = arena_strndup(x->a, x->r.s, x->r.n);
    }
    return ev == JSON_OBJ_END;
}

static bool run_read(struct reading *x)
{
    enum json_event ev = json_next(&x->r);
    if (ev != JSON_OBJ)
        return false;
    while ((ev = json_next(&x->r)) == JSON_KEY) {
        bool ok;
        if (JSON_IS(&x->r, "schema")) {
            ok = json_next(&x->r) == JSON_STR;
            x->schema = ok && JSON_IS(&x->r, "pertinax.run/1");
        } else if (JSON_IS(&x->r, "model")) {
            ok = model_read_digest(x);
        } else if (JSON_IS(&x->r, "executions")) {
            ok = executions_read(x);
        } else {
            ok = json_skip(&x->r);
        }
        if (!ok)
            return false;
    }
    return ev == JSON_OBJ_END;
}

const struct baseline *baseline_parse(struct arena *a, const char *name, const char *text, size_t n,
                                      struct loc at, struct diags *d)
{
    struct reading *x = xcalloc(1, sizeof *x);
    struct baseline *b = NEW(a, struct baseline, 1);
    *b = (struct baseline){.file = arena_strdup(a, name), .digest = ""};
    x->a = a;
    x->b = b;
    json_read_mem(&x->r, text, n, 0);
    bool ok = run_read(x) && x->schema && b->nexec > 0;
    if (!ok)
        diag_error(d, at, "E-baseline", "pertinax run MODEL --format json -o FILE",
                   x->r.error ? "`%s` is no result of `run --format json`: %s"
                              : "`%s` is no result of `run --format json`%s",
                   name, x->r.error ? x->r.error : "");
    /* what grew is moved to the arena, so that nobody has to free it */
    struct baseline_exec *exec = NEW(a, struct baseline_exec, b->nexec + 1u);
    for (uint32_t i = 0; i < b->nexec; i++) {
        exec[i] = b->exec[i];
        exec[i].number = NEW(a, struct baseline_number, exec[i].n + 1u);
        if (exec[i].n)
            memcpy(exec[i].number, b->exec[i].number, exec[i].n * sizeof *exec[i].number);
        free(b->exec[i].number);
    }
    free(b->exec);
    b->exec = exec;
    json_read_end(&x->r);
    free(x);
    return ok ? b : NULL;
}

const struct baseline *baseline_read(struct arena *a, const char *path, struct loc at,
                                     struct diags *d)
{
    FILE *f = fopen(path, "rb");
    struct buf b = {0};
    char piece[65536];
    size_t n = 0;
    while (f && b.n <= BASELINE_BYTES && (n = fread(piece, 1, sizeof piece, f)) > 0)
        buf_put(&b, piece, n);
    bool bad = !f || ferror(f) || b.n > BASELINE_BYTES;
    const struct baseline *r = NULL;
    if (bad)
        diag_error(d, at, "E-file", NULL, "cannot read `%s`: %s", path,
                   b.n > BASELINE_BYTES ? "it has more than 64 MiB" : strerror(errno));
    else
        r = baseline_parse(a, path, b.n ? b.s : "", b.n, at, d);
    if (f)
        fclose(f);
    buf_free(&b);
    return r;
}

double baseline_number(const struct baseline *b, const char *exec, const char *path)
{
    for (uint32_t i = 0; i < b->nexec; i++)
        for (uint32_t k = 0; strcmp(b->exec[i].name, exec) == 0 && k < b->exec[i].n; k++)
            if (strcmp(b->exec[i].number[k].path, path) == 0)
                return b->exec[i].number[k].value;
    return NAN;
}
