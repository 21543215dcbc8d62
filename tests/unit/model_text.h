/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model_text.h - a model out of a text, and the program of one of its executions.  What is wrong
 * with the text fails the test, in its own words. */
#ifndef UNIT_MODEL_TEXT_H
#define UNIT_MODEL_TEXT_H
#include "tests/unit/test.h"

#include "core/prog.h"
#include <string.h>

static inline void model_wrong(struct diags *d, const char *text)
{
    struct buf b = {0};
    diags_print(d, &b, false);
    fail_msg("%s\n%s", b.s ? b.s : "", text);
}

static inline const struct model *model_of(struct arena *a, const char *text, struct diags *d)
{
    struct yaml *root = yaml_parse(a, "m.yaml", text, strlen(text), d);
    const struct model *m = root ? model_build(a, root, "m.yaml", d) : NULL;
    if (!m || diags_errors(d))
        model_wrong(d, text);
    return m;
}

static inline struct prog *prog_of(struct arena *a, const struct model *m, const char *exec,
                                   struct diags *d)
{
    struct prog *p = prog_compile(a, m, model_exec(m, exec), d);
    if (!p)
        model_wrong(d, exec);
    return p;
}

#endif
