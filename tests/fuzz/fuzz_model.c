/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_model.c - any bytes as a model file: the reader must come back, with a model or with
 * errors, and never with neither. */
#include "model/model.h"
#include <stddef.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a = arena_new(0);
    struct diags *d = diags_new(a);
    const char *text = arena_strndup(a, n ? (const char *)data : "", n);
    struct yaml *root = yaml_parse(a, "fuzz.yaml", text, n, d);
    const struct model *m = root ? model_build(a, root, "fuzz.yaml", d) : NULL;
    bug_if(!m && diags_errors(d) == 0);
    for (uint32_t i = 0; m && i < m->nexec; i++)
        bug_if(!model_exec(m, m->exec[i].name));
    struct buf out = {0};
    diags_print(d, &out, false);
    buf_free(&out);
    arena_drop(a);
    return 0;
}
