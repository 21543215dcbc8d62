/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_expr.c - any bytes as an expression.  The first one chooses what is wanted of it.
 * What is asserted beyond "no crash": a refusal has an error, a success has none, an evaluation is
 * finite, repeatable and lies within the bounds. */
#include "model/expr.h"
#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct binding find(void *ctx, const struct expr *name, enum expr_op agg, struct diags *d)
{
    const struct expr *const *law = ctx;
    if (strcmp(name->name, "c") == 0)
        return (struct binding){.kind = BIND_CONST, .unit = UNIT_DURATION, .value = 1e6};
    if (strcmp(name->name, "d") == 0 && *law != NULL)
        return (struct binding){.kind = BIND_EXPR, .expr = *law};
    if (name->name[1] == '\0' && name->name[0] >= 'n' && name->name[0] <= 'p')
        return (struct binding){.kind = BIND_VAR,
                                .unit = agg != X_NAME          ? UNIT_NUMBER
                                        : name->name[0] == 'n' ? UNIT_NUMBER
                                        : name->name[0] == 'o' ? UNIT_DURATION
                                                               : UNIT_BOOL,
                                .slot = (uint32_t)(name->name[0] - 'n'),
                                .total = 3};
    diag_error(d, name->at, "E-expr-name", NULL, "unknown name `%s`", name->name);
    return (struct binding){.kind = BIND_ERROR};
}

static void check_value(const struct xprog *x, uint32_t id)
{
    static const double var[] = {3, 2e6, 1, 4};
    double lo, hi;
    expr_bounds(x, id, &lo, &hi);
    bug_if(isnan(lo) || isnan(hi));
    for (uint64_t path = 0; path < 3; path++) {
        const char *bad = NULL;
        struct draw_key k = {.seed = 1, .path = path};
        double v = expr_eval(x, id, var, k, &bad);
        bug_if(!isfinite(v) || v != expr_eval(x, id, var, k, NULL));
        double slack = 1e-6 * fabs(v);
        bug_if(bad == NULL && (v < lo - slack || v > hi + slack));
    }
    (void)expr_mean(x, id);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0)
        return 0;
    struct arena *a = arena_new(0);
    struct diags *d = diags_new(a);
    struct xprog x;
    struct loc at = {.file = 0, .line = 1, .col = 1};
    const struct expr *law = NULL;
    char *text = arena_strndup(a, (const char *)data + 1, n - 1);
    enum want want = (enum want)(data[0] % (WANT_ANYTHING + 1));
    const struct scope scope = {.ctx = &law, .find = find};
    xprog_init(&x, a);
    law = expr_parse(a, "exponential(mean=1ms)", at, "", d);
    const struct expr *e = expr_parse(a, text, at, "/nonexistent", d);
    bug_if((e == NULL) != (diags_errors(d) > 0));
    if (e != NULL) {
        enum unit u;
        uint32_t id = expr_compile(&x, e, want, false, &scope, d);
        bug_if((id == XEXPR_NONE) != (diags_errors(d) > 0));
        if (id != XEXPR_NONE) {
            check_value(&x, id);
            bug_if(!expr_unit(e, &scope, &u, d));
        }
    }
    struct buf out = {0};
    diags_print(d, &out, false);
    buf_free(&out);
    arena_drop(a);
    return 0;
}
