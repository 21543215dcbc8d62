/* SPDX-License-Identifier: GPL-3.0-or-later */
/* expr_law.c - distributions in a tree -> one draw of a known law, or code that makes it.
 *
 * First the parts are looked at, and their code is thrown away: if all are known, the law is built
 * here and the code is one instruction.  Else their code is kept, and an instruction behind it
 * makes the draw from the values it leaves. */
#include "model/expr_compile.h"
#include "model/expr_impl.h"
#include <math.h>
#include <string.h>

static const struct known unknown = {.ok = false};

static struct known bad_law(struct compiler *c, const struct expr *e, const char *name,
                            const char *why)
{
    diag_error(c->d, e->at, "E-dist-param", NULL, "%s: %s", name,
               why != NULL ? why : "impossible parameters");
    return unknown;
}

/* The unit of a law from one of its parameters; false and a report if it does not fit. */
static bool law_unit(struct compiler *c, const struct expr *e, unsigned i, enum unit u,
                     enum unit *law)
{
    enum dist_unit want = e->kind->forms[e->form].param[i].unit;
    const char *name = e->kind->forms[e->form].param[i].name, *expected = NULL;
    char text[64];
    if (want == DIST_N && !xc_numeric(u))
        expected = "a plain number";
    else if (want == DIST_R && u != UNIT_RATE && !xc_numeric(u))
        expected = "a rate such as 200/s";
    else if (want == DIST_V && u != UNIT_DURATION && !xc_numeric(u))
        expected = "a duration or a number";
    else if (want == DIST_V && e->kind->whole && !xc_numeric(u))
        expected = "a plain number";
    if (expected != NULL) {
        diag_error(c->d, e->arg[i]->at, "E-expr-unit", NULL, "%s of %s is %s; %s is expected: %s",
                   name, e->kind->name, unit_name(u), expected, xc_said(e->arg[i], text));
        return false;
    }
    if (want == DIST_N || u == UNIT_ZERO)
        return true;
    enum unit mine = u == UNIT_NUMBER ? UNIT_NUMBER : UNIT_DURATION;
    if (*law == UNIT_ZERO || *law == mine) {
        *law = mine;
        return true;
    }
    diag_error(c->d, e->arg[i]->at, "E-expr-unit",
               "the values of a distribution are all durations, or all numbers",
               "%s is %s among %s of %s", xc_said(e->arg[i], text), unit_name(u),
               *law == UNIT_NUMBER ? "numbers" : "durations", e->kind->name);
    return false;
}

/* Parameters' code; units into *law. */
static bool law_params(struct compiler *c, const struct expr *e, struct known *v, enum unit *law)
{
    bool good = true, values = false;
    *law = UNIT_ZERO;
    for (unsigned i = 0; i < e->narg; i++) {
        v[i] = xc_compile(c, e->arg[i]);
        good = v[i].ok && law_unit(c, e, i, v[i].unit, law) && good;
        values = values || e->kind->forms[e->form].param[i].unit != DIST_N;
    }
    /* Shapes alone (mu and sigma) say nothing of the unit: those are durations. */
    if (*law == UNIT_ZERO)
        *law = e->kind->whole || values ? UNIT_NUMBER : UNIT_DURATION;
    return good;
}

struct known xc_law(struct compiler *c, const struct expr *e)
{
    struct mark m = xc_mark(c);
    struct known v[DIST_MAXPARAM + 1];
    double a[DIST_MAXPARAM] = {0};
    enum unit law;
    if (!law_params(c, e, v, &law))
        return unknown;
    struct known r = {.unit = law, .ok = true, .constant = true, .whole = e->kind->whole};
    for (unsigned i = 0; i < e->narg; i++) {
        r.constant = r.constant && v[i].constant;
        r.uses_var = r.uses_var || v[i].uses_var;
        a[i] = v[i].constant ? v[i].value : 0;
    }
    if (r.constant) {
        const char *why = NULL;
        xc_back(c, m);
        const struct dist *d =
            dist_make(c->x->mem, e->kind, e->form, a, law == UNIT_DURATION, &why);
        return d != NULL ? xc_dist(c, e, d, law, r.whole) : bad_law(c, e, e->kind->name, why);
    }
    unsigned draw = xc_draw(c, e);
    struct xcode *i = xc_emit(c, e, XI_DIST, e->narg);
    i->a = draw;
    i->narg = expr_law_pack((size_t)(e->kind - dist_kinds), e->form, law == UNIT_DURATION);
    r.draws = true;
    r.ok = !c->full;
    return r;
}

struct known xc_samples(struct compiler *c, const struct expr *e)
{
    const char *why = NULL;
    const struct dist *d = dist_samples(c->x->mem, e->nsample, e->sample, &why);
    bool whole = true;
    for (uint32_t i = 0; i < e->nsample; i++)
        whole = whole && floor(e->sample[i]) == e->sample[i];
    return d != NULL ? xc_dist(c, e, d, e->unit, whole) : bad_law(c, e, "samples", why);
}

/* Units of the values of a quantiles or a mix, one after another. */
static bool join_unit(struct compiler *c, const struct expr *part, const char *what,
                      const struct known *v, struct known *r)
{
    enum unit u;
    char text[64];
    r->ok = r->ok && v->ok;
    if (!v->ok)
        return false;
    if (!xc_alike(r->unit, v->unit, &u) || (u != UNIT_DURATION && !xc_numeric(u))) {
        diag_error(c->d, part->at, "E-expr-unit",
                   "the values of a distribution are all durations, or all numbers",
                   "%s is %s in a %s of %s", xc_said(part, text), unit_name(v->unit), what,
                   r->unit == UNIT_DURATION ? "durations" : "numbers");
        r->ok = false;
        return false;
    }
    r->unit = u;
    r->constant = r->constant && v->constant;
    r->uses_var = r->uses_var || v->uses_var;
    r->whole = r->whole && v->whole;
    return true;
}

struct known xc_quantiles(struct compiler *c, const struct expr *e)
{
    struct mark m = xc_mark(c);
    struct known r = {.unit = UNIT_ZERO, .ok = true, .constant = true, .whole = false};
    double *x = NEW(c->x->mem, double, e->narg);
    for (uint32_t i = 0; i < e->narg; i++) {
        xc_emit(c, e, X_CONST, 0)->num = e->sample[i];
        struct known v = xc_compile(c, e->arg[i]);
        join_unit(c, e->arg[i], "quantiles", &v, &r);
        x[i] = v.value;
        if (r.constant) /* nothing of it will stay, so spare the stack */
            xc_back(c, m);
        else if (c->full)
            return unknown;
    }
    if (!r.ok)
        return unknown;
    if (r.constant) {
        const char *why = NULL;
        const struct dist *d = dist_quantiles(c->x->mem, e->narg, e->sample, x, &why);
        return d != NULL ? xc_dist(c, e, d, r.unit, false) : bad_law(c, e, "quantiles", why);
    }
    xc_back(c, m);
    for (uint32_t i = 0; i < e->narg && !c->full; i++) {
        xc_emit(c, e, X_CONST, 0)->num = e->sample[i];
        xc_compile(c, e->arg[i]);
    }
    unsigned draw = xc_draw(c, e);
    struct xcode *i = xc_emit(c, e, XI_QUANTILES, c->full ? 1 : 2 * e->narg);
    i->a = draw;
    i->narg = (uint16_t)e->narg;
    r.draws = true;
    r.ok = !c->full;
    return r;
}

/* Component i of a mix; a hyperexponential's are means. */
static struct known mix_part(struct compiler *c, const struct expr *e, uint32_t i)
{
    const struct expr *part = e->arg[2 * i + 1];
    if (!e->hyper)
        return xc_compile(c, part);
    struct expr law = *part;
    law.op = X_DIST;
    law.kind = dist_kind_find("exponential");
    bug_if(law.kind == NULL);
    for (law.form = 0; strcmp(law.kind->forms[law.form].param[0].name, "mean") != 0;)
        law.form++;
    law.narg = 1;
    law.arg = &part;
    return xc_compile(c, &law);
}

/* The probabilities, known ones into w; keep: their code too.  false if something was reported. */
static bool mix_weights(struct compiler *c, const struct expr *e, bool keep, double *w,
                        struct known *r)
{
    bool good = true;
    double sum = 0;
    char text[64];
    for (uint32_t i = 0; i < e->narg / 2; i++) {
        const struct expr *part = e->arg[2 * i];
        struct mark m = xc_mark(c);
        struct known v = xc_compile(c, part);
        if (!keep)
            xc_back(c, m);
        good = good && v.ok;
        if (v.ok && !xc_numeric(v.unit))
            diag_error(c->d, part->at, "E-expr-unit", NULL, "%s is %s; a probability is expected",
                       xc_said(part, text), unit_name(v.unit));
        else if (v.ok && v.constant && !(v.value >= 0 && v.value <= 1))
            diag_error(c->d, part->at, "E-expr-range", NULL,
                       "a probability lies between 0 and 1, this is %g", v.value);
        good = good && xc_numeric(v.unit) && !(v.constant && !(v.value >= 0 && v.value <= 1));
        r->constant = r->constant && v.constant;
        r->uses_var = r->uses_var || v.uses_var;
        sum += v.value;
        w[i] = v.value;
        if (c->full)
            return false;
    }
    if (good && r->constant && fabs(sum - 1) > 1e-9) {
        diag_error(c->d, e->at, "E-dist-param", "the probabilities of a mix sum to 1",
                   "the probabilities sum to %.10g", sum);
        return false;
    }
    return good;
}

/* Try the parts as known distributions; *all false if one is not.  Leaves no code. */
static struct known mix_known(struct compiler *c, const struct expr *e, const struct dist **d,
                              bool *all)
{
    struct known r = {.unit = UNIT_ZERO, .ok = true, .constant = true, .whole = true};
    *all = true;
    for (uint32_t i = 0; i < e->narg / 2; i++) {
        struct mark m = xc_mark(c);
        struct known v = mix_part(c, e, i);
        xc_back(c, m);
        if (!join_unit(c, e->arg[2 * i + 1], "mix", &v, &r))
            continue;
        d[i] = v.constant ? dist_const(c->x->mem, v.value) : v.dist;
        *all = *all && d[i] != NULL;
    }
    return r;
}

struct known xc_mix(struct compiler *c, const struct expr *e)
{
    struct mark m = xc_mark(c);
    uint32_t n = e->narg / 2;
    double *w = NEW(c->x->mem, double, n);
    const struct dist **d = NEW(c->x->mem, const struct dist *, n);
    struct known weights = {.constant = true};
    bool all, good = mix_weights(c, e, false, w, &weights);
    struct known r = mix_known(c, e, d, &all);
    xc_back(c, m);
    if (!good || !r.ok)
        return unknown;
    if (weights.constant && all) {
        const char *why = NULL;
        const struct dist *mixed = dist_mix(c->x->mem, n, w, d, &why);
        return mixed != NULL ? xc_dist(c, e, mixed, r.unit, r.whole) : bad_law(c, e, "mix", why);
    }
    mix_weights(c, e, true, w, &weights);
    for (uint32_t i = 0; i < n && !c->full; i++)
        mix_part(c, e, i);
    unsigned draw = xc_draw(c, e);
    struct xcode *i = xc_emit(c, e, XI_MIX, c->full ? 1 : 2 * n);
    i->a = draw;
    i->narg = (uint16_t)n;
    return (struct known){.unit = r.unit,
                          .ok = !c->full,
                          .draws = true,
                          .uses_var = r.uses_var || weights.uses_var,
                          .whole = r.whole};
}

/* low and high into the code; r gathers units and flags. */
static bool truncate_limits(struct compiler *c, const struct expr *e, struct known *v,
                            struct known *r)
{
    for (uint32_t i = 1; i <= 2; i++) {
        v[i] = xc_compile(c, e->arg[i]);
        join_unit(c, e->arg[i], "truncation", &v[i], r);
    }
    if (r->ok && v[1].constant && v[2].constant && v[1].value > v[2].value) {
        diag_error(c->d, e->at, "E-dist-param", NULL, "truncate: low is above high");
        r->ok = false;
    }
    return r->ok;
}

/* Of anything but a known law: draw again until it lies between. */
static struct known truncate_rejecting(struct compiler *c, const struct expr *e, bool varies)
{
    if (++c->rejects > EXPR_REJECTS)
        return xc_too_large(c, e, "truncates too deep");
    uint32_t at = c->x->ncode;
    unsigned stack = c->stack;
    xc_emit(c, e, XI_REJECT, 2)->narg = varies;
    c->stack = 0;
    struct known v = xc_compile(c, e->arg[0]);
    c->stack = stack - 1;
    c->rejects--;
    c->x->code[at].a = c->x->ncode - at - 1;
    v.ok = v.ok && !c->full;
    return v;
}

struct known xc_truncate(struct compiler *c, const struct expr *e)
{
    struct mark m = xc_mark(c);
    struct known v[3], r = {.unit = UNIT_ZERO, .ok = true, .constant = true, .whole = true};
    v[0] = xc_compile(c, e->arg[0]);
    xc_back(c, m); /* only looked at */
    bool law = e->arg[0]->op == X_DIST && v[0].dist == NULL;
    join_unit(c, e->arg[0], "truncation", &v[0], &r);
    if (!truncate_limits(c, e, v, &r))
        return unknown;
    if (v[1].constant && v[2].constant && (v[0].dist != NULL || v[0].constant)) {
        const char *why = NULL;
        const struct dist *d = v[0].constant ? dist_const(c->x->mem, v[0].value) : v[0].dist;
        xc_back(c, m);
        d = dist_truncate(c->x->mem, d, v[1].value, v[2].value, &why);
        return d != NULL ? xc_dist(c, e, d, r.unit, v[0].whole) : bad_law(c, e, "truncate", why);
    }
    if (law && !v[0].constant) {
        xc_compile(c, e->arg[0]);
        if (!c->full)
            c->x->code[c->x->ncode - 1].op = XI_DIST_TRUNC;
        c->stack -= c->full ? 0 : 2;
    } else {
        struct known again = truncate_rejecting(c, e, v[0].draws);
        r.ok = again.ok;
    }
    r.ok = r.ok && !c->full;
    r.constant = false;
    r.whole = v[0].whole;
    r.draws = v[0].draws || v[1].draws || v[2].draws;
    r.uses_var = v[0].uses_var || v[1].uses_var || v[2].uses_var;
    return r;
}
