/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model_bench.h - a model out of a text with all that is wrong with it. */
#ifndef UNIT_MODEL_BENCH_H
#define UNIT_MODEL_BENCH_H
#include "tests/unit/test.h"

#include "model/model.h"
#include <string.h>

struct bench {
    struct arena *a;
    struct diags *d;
    const struct model *m;
};

static inline struct bench bench_read(const char *text)
{
    struct bench b = {.a = arena_new(0)};
    b.d = diags_new(b.a);
    struct yaml *root = yaml_parse(b.a, "t.yaml", text, strlen(text), b.d);
    if (root)
        b.m = model_build(b.a, root, "t.yaml", b.d);
    return b;
}

static inline void bench_show(const struct bench *b)
{
    struct buf out = {0};
    diags_print(b->d, &out, false);
    print_error("%s", out.s ? out.s : "(no diagnostics)\n");
    buf_free(&out);
}

static inline void bench_drop(struct bench *b)
{
    arena_drop(b->a);
}

static inline struct bench bench_good(const char *text)
{
    struct bench b = bench_read(text);
    if (diags_count(b.d) != 0)
        bench_show(&b);
    assert_int_equal(diags_count(b.d), 0);
    assert_non_null(b.m);
    return b;
}

#endif
