/* SPDX-License-Identifier: GPL-3.0-or-later */
/* require_world.h - a model out of a text, and a limit judged on it. */
#ifndef UNIT_REQUIRE_WORLD_H
#define UNIT_REQUIRE_WORLD_H
#include "tests/unit/model_text.h"
#include "check/require.h"
#include <string.h>

struct world {
    struct arena *a;
    struct diags *d;
    const struct model *m;
};

static inline struct world world_of(const char *body)
{
    struct world w = {.a = arena_new(0)};
    w.d = diags_new(w.a);
    const char *text = arena_printf(w.a, "pertinax: 1\nname: t\n%s", body);
    w.m = model_of(w.a, text, w.d);
    return w;
}

static inline struct require_item judge(struct world *w, const char *exec, const char *limit,
                                        struct require_opt o)
{
    struct loc at = {.line = 1, .col = 1};
    struct require_item item = {.limit = limit_parse(limit, at, w->m, w->d, w->a)};
    if (!item.limit)
        fail_msg("%s: %s", limit, diags_get(w->d, 0)->text);
    o.jobs = 2;
    if (!require_judge(w->m, model_exec(w->m, exec), &item, 1, &o, w->a, w->d))
        fail_msg("%s: %s", limit, diags_get(w->d, 0)->text);
    return item;
}

#endif
