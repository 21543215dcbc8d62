/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_yaml.c - any bytes as a model file, and their second half as a --set argument.
 * What is asserted beyond "no crash": no tree without its bounds, no refusal without an error. */
#include "model/yaml.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Recursion is bounded by what it checks. */
static uint32_t tree_check(const struct yaml *y, uint32_t depth, uint32_t total)
{
    bug_if(y == NULL || y->s == NULL || depth > 2 * YAML_MAX_DEPTH);
    total++;
    bug_if(total > 4 * YAML_MAX_NODES);
    if (y->kind == YAML_MAP)
        for (uint32_t i = 0; i < y->n; i++) {
            bug_if(y->pair[i].key == NULL || yaml_get(y, y->pair[i].key) == NULL);
            total = tree_check(y->pair[i].value, depth + 1, total);
        }
    else if (y->kind == YAML_LIST)
        for (uint32_t i = 0; i < y->n; i++)
            total = tree_check(y->item[i], depth + 1, total);
    else
        bug_if(y->n != 0);
    return total;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a = arena_new(0);
    struct diags *d = diags_new(a);
    char *text = arena_strndup(a, n > 0 ? (const char *)data : "", n);
    struct yaml *root = yaml_parse(a, "fuzz", text, n, d);
    bug_if(root == NULL && diags_errors(d) == 0);
    if (root != NULL) {
        (void)tree_check(root, 1, 0);
        const char *half = text + n / 2;
        if (strchr(half, '=') != NULL)
            yaml_set(a, root, half, d);
        (void)tree_check(root, 1, 0);
    }
    struct buf out = {0};
    diags_print(d, &out, false);
    buf_free(&out);
    arena_drop(a);
    return 0;
}
