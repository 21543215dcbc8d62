/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare_costs.c - see compare_costs.h.  What was measured is set in the tree, as --set does. */
#include "cli/compare_costs.h"
#include "cli/calibrate_into.h"
#include <string.h>

struct setting {
    const struct calibration *c;
    struct arena *mem;
    struct yaml *root;
    struct diags *d;
};

static void set(const struct setting *t, const char *path, const char *op, const char *value)
{
    yaml_set(t->mem, t->root, arena_printf(t->mem, "%s%s%s", path, op, value), t->d);
}

static void set_execution(const struct setting *t, const struct execution *x)
{
    struct arena *mem = t->mem;
    const char *path = arena_printf(mem, "executions.%s", x->name);
    enum calibrated k;
    set(t, arena_printf(mem, "%s.costs", path), "=", "none");
    set(t, arena_printf(mem, "%s.gil", path), "=", calibrate_gil(t->c));
    for (int i = 0; (k = calibrate_next(t->c, x->kind, x->pool != NULL, &i)) != CAL_COUNT;)
        set(t, arena_printf(mem, "%s.%s", path, calibrate_rows[k].key), "=",
            calibrate_amount(mem, t->c->v[k].value, calibrate_rows[k].bytes));
}

/* What a call costs its caller, beside its going on.  Under serial nothing else says what it costs
 * to be woken: it is part of the call there. */
static double call_cost(const struct calibration *c, enum exec_kind kind)
{
    const struct calibrated_value *v = c->v;
    if (kind == EXEC_COROUTINE || kind == EXEC_HYBRID)
        return v[CAL_LOOP_CALL].value;
    double cpu = v[CAL_THREAD_CALL].value;
    return kind == EXEC_SERIAL ? cpu + v[CAL_SWITCH].value + v[CAL_THREAD_WAKE].value : cpu;
}

static void set_service(const struct setting *t, const char *name, double ns)
{
    const struct yaml *all = yaml_get(t->root, "services"), *v = all ? yaml_get(all, name) : NULL;
    const struct yaml *cpu = v && v->kind == YAML_MAP ? yaml_get(v, "cpu") : NULL;
    const char *path = arena_printf(t->mem, "services.%s.cpu", name);
    if (cpu && cpu->kind == YAML_MAP) {
        path = arena_printf(t->mem, "%s.receive", path);
        cpu = yaml_get(cpu, "receive");
    } else if (!cpu) {
        path = arena_printf(t->mem, "%s.receive", path);
    }
    set(t, path, cpu ? "+=" : "=", arena_printf(t->mem, "%.0fns", ns));
}

const struct model *costs_model(const struct calibration *c, const struct subject *s,
                                const struct cmd_args *a, enum exec_kind kind, struct diags *d)
{
    struct setting t = {c, a->mem, subject_tree(s, a, d), d};
    for (uint32_t i = 0; t.root && i < s->nexec; i++)
        if (s->exec[i]->kind == kind)
            set_execution(&t, s->exec[i]);
    for (uint32_t i = 0; t.root && i < s->model->nservice; i++)
        set_service(&t, s->model->service[i].name, call_cost(c, kind));
    return t.root && diags_errors(d) == 0 ? model_build(a->mem, t.root, s->path, d) : NULL;
}

static const char *cost_word(const struct calibration *c, enum calibrated k, struct arena *mem)
{
    const struct calibrated_value *v = &c->v[k];
    return arena_printf(mem, "%s %s [%s, %s]", calibrate_rows[k].name,
                        calibrate_amount(mem, v->value, false), calibrate_amount(mem, v->lo, false),
                        calibrate_amount(mem, v->hi, false));
}

const char *costs_words(const struct calibration *c, const struct subject *s, struct arena *mem)
{
    bool said[CAL_COUNT] = {false};
    const char *list = "";
    for (uint32_t i = 0; i < s->nexec; i++) {
        const struct execution *x = s->exec[i];
        bool loop = x->kind == EXEC_COROUTINE || x->kind == EXEC_HYBRID;
        enum calibrated k = loop ? CAL_LOOP_CALL : CAL_THREAD_CALL;
        int n = 0;
        do {
            if (c->v[k].known && !said[k] && !calibrate_rows[k].bytes)
                list = arena_printf(mem, "%s%s%s", list, *list ? ", " : "", cost_word(c, k, mem));
            said[k] = true;
        } while ((k = calibrate_next(c, x->kind, x->pool != NULL, &n)) != CAL_COUNT);
    }
    return list;
}
