/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scope.c - what a name means where it stands: a parameter, a variable of this task or of an
 * enclosing one, a variable that another task leaves behind.  Keeps the sets of what is definitely
 * set, and makes captures, exports and imports when they are first needed. */
#include "core/compile_impl.h"
#include <string.h>

void set_bit(struct varset *s, uint32_t bit)
{
    s->w[bit / 64] |= (uint64_t)1 << (bit % 64);
}

static bool has_bit(const struct varset *s, uint32_t bit)
{
    return s->dead || (s->w[bit / 64] >> (bit % 64) & 1);
}

void set_meet(struct varset *s, const struct varset *other)
{
    if (other->dead)
        return;
    if (s->dead) {
        *s = *other;
        return;
    }
    for (size_t i = 0; i < COMPILE_MAX_VARS / 64; i++)
        s->w[i] &= other->w[i];
}

static struct var *scope_add(struct compiler *c, struct ctask *t, struct loc at)
{
    if (t->nvar >= COMPILE_MAX_VARS) {
        if (!c->crowded)
            diag_error(c->d, at, "E-size", NULL, "one task has more than %d variables and tasks",
                       COMPILE_MAX_VARS);
        c->crowded = true;
        return &t->var[t->nvar - 1];
    }
    struct var *v = ADD(c, t->var, t->nvar, t->cap_var);
    *v = (struct var){.at = at, .word = NONE};
    return v;
}

uint32_t scope_bit(struct compiler *c)
{
    const struct var *v = scope_add(c, c->t, (struct loc){0});
    return (uint32_t)(v - c->t->var);
}

static struct var *var_find(const struct ctask *t, const char *name)
{
    for (uint32_t i = 0; i < t->nvar; i++) {
        if (t->var[i].name && strcmp(t->var[i].name, name) == 0)
            return &t->var[i];
    }
    return NULL;
}

static bool var_is_set(const struct ctask *t, const struct var *v)
{
    return v->captured || has_bit(&t->set, (uint32_t)(v - t->var));
}

uint32_t scope_capture(struct compiler *c, struct ctask *t, const struct ctask *owner,
                       uint32_t word)
{
    if (t == owner)
        return word;
    uint32_t from = scope_capture(c, t->up, owner, word);
    for (uint32_t i = 0; i < t->ncapture; i++) {
        if (t->capture[i].from == from)
            return t->capture[i].to;
    }
    struct capture *k = ADD(c, t->capture, t->ncapture, t->cap_capture);
    *k = (struct capture){.from = from, .to = t->nword++};
    return k->to;
}

static const char *nearest_hint(struct compiler *c, const char *word, const char **names,
                                uint32_t n)
{
    const char *near = nearest(word, names, n);
    return near ? arena_printf(c->a, "did you mean `%s`?", near) : NULL;
}

/* Names that a plain name might have meant: parameters, and variables when in a task. */
static const char *scope_suggest(struct compiler *c, const char *word, const struct ctask *t)
{
    uint32_t n = 0, cap = 0;
    const char **v = NULL;
    for (uint32_t i = 0; i < c->m->nparam; i++)
        *ADD(c, v, n, cap) = c->m->param[i].name;
    for (uint32_t i = 0; t && i < c->p->nvar; i++)
        *ADD(c, v, n, cap) = c->p->var[i].name;
    if (t) {
        for (const struct bound *b = c->bound; b; b = b->up)
            *ADD(c, v, n, cap) = b->name;
    }
    for (; t; t = t->up) {
        for (uint32_t i = 0; i < t->nvar; i++) {
            if (t->var[i].name)
                *ADD(c, v, n, cap) = t->var[i].name;
        }
    }
    if (c->t)
        v = scope_carried_names(c, v, &n, &cap);
    return nearest_hint(c, word, v, n);
}

static bool param_find(const struct compiler *c, const char *name, uint32_t *i)
{
    for (*i = 0; *i < c->m->nparam; ++*i) {
        if (strcmp(c->m->param[*i].name, name) == 0)
            return true;
    }
    return false;
}

static const struct binding wrong = {.kind = BIND_ERROR};

struct binding scope_param(void *ctx, const struct expr *name, enum expr_op agg, struct diags *d)
{
    struct compiler *c = ctx;
    uint32_t i;
    if (agg != X_NAME || name->field) {
        diag_error(d, name->at, "E-name-unknown", "only parameters have a value here",
                   "`%s.%s` is not known before a request runs", name->name,
                   name->field ? name->field : "");
        return wrong;
    }
    if (param_find(c, name->name, &i))
        return c->param[i];
    const char *hint = scope_suggest(c, name->name, NULL);
    diag_error(d, name->at, "E-name-unknown", hint ? hint : "add it to `params:`",
               "there is no parameter `%s`", name->name);
    return wrong;
}

static struct binding bind_word(struct compiler *c, const struct ctask *owner, uint32_t word,
                                enum unit u)
{
    return (struct binding){
        .kind = BIND_VAR, .unit = u, .slot = scope_capture(c, c->t, owner, word)};
}

static struct binding var_unset(struct compiler *c, const struct expr *e, const struct var *v)
{
    const char *hint = v->at.line
                           ? arena_printf(c->a,
                                          "it is set in line %u, which not every way to here has "
                                          "passed; set it before, too",
                                          v->at.line)
                           : NULL;
    diag_error(c->d, e->at, "E-var-unset", hint, "`%s` may not be set here", e->name);
    return wrong;
}

static struct binding find_plain(struct compiler *c, const struct expr *e)
{
    for (struct bound *b = c->bound; b; b = b->up) {
        if (strcmp(b->name, e->name) != 0)
            continue;
        b->used = true;
        if (b->constant)
            return (struct binding){.kind = BIND_CONST, .unit = b->unit, .value = b->value};
        return bind_word(c, b->task, b->word, b->unit);
    }
    struct binding shared;
    if (shared_bind(c, e, &shared))
        return shared;
    const struct var *unset = NULL;
    for (struct ctask *t = c->t; t; t = t->up) {
        const struct var *v = var_find(t, e->name);
        if (v && var_is_set(t, v))
            return bind_word(c, t, v->word, v->unit);
        if (v && !unset)
            unset = v;
        if (v && t == c->t)
            break;
    }
    uint32_t i;
    if (!unset && param_find(c, e->name, &i))
        return c->param[i];
    struct binding carried;
    if (scope_carried(c, e, &carried))
        return carried;
    if (unset)
        return var_unset(c, e, unset);
    diag_error(c->d, e->at, "E-name-unknown",
               scope_batch_hides(c, e->name)
                   ? "a batch sees `batch_size`, and no variables of its items"
                   : scope_suggest(c, e->name, c->t),
               "there is no parameter or variable `%s` here", e->name);
    return wrong;
}

/* ---- names of tasks ---- */

struct known *scope_know(struct compiler *c, const struct known *k)
{
    struct known *n = NEW(c->tmp, struct known, 1);
    *n = *k;
    n->block = c->block;
    n->owner = c->t;
    n->began = k->kind == GROUP_SPAWN ? scope_bit(c) : 0;
    *ADD(c, c->known, c->nknown, c->cap_known) = n;
    while (c->nof_fork <= k->fork)
        *ADD(c, c->of_fork, c->nof_fork, c->cap_of_fork) = NULL;
    n->next_of_fork = c->of_fork[k->fork];
    c->of_fork[k->fork] = n;
    return n;
}

static bool known_inside(const struct known *k, const struct ctask *t)
{
    for (; t; t = t->up) {
        if (k->owner == t)
            return true;
    }
    return false;
}

/* The body's own names first, then those of the bodies round it; last what an inner body that has
 * ended (a seq with a timeout, say) began.  Two in one place: *other. */
static struct known *known_find(struct compiler *c, const char *name, bool spawned,
                                struct known **other)
{
    *other = NULL;
    struct known *found = NULL;
    for (const struct block *b = c->block; b && !found; b = b->up) {
        for (uint32_t i = 0; i < c->nknown; i++) {
            struct known *k = c->known[i];
            if (k->block != b || strcmp(k->name, name) != 0 || (spawned && k->kind != GROUP_SPAWN))
                continue;
            if (found)
                *other = found;
            found = k;
        }
    }
    for (uint32_t i = c->nknown; !found && i-- > 0;) {
        struct known *k = c->known[i];
        if (strcmp(k->name, name) == 0 && known_inside(k, c->t) &&
            (!spawned || k->kind == GROUP_SPAWN))
            found = k;
    }
    return found;
}

static struct known *known_or_error(struct compiler *c, const char *name, struct loc at,
                                    bool spawned)
{
    struct known *other, *k = known_find(c, name, spawned, &other);
    const char *id = spawned ? "E-await-name" : "E-name-unknown";
    if (k && other) {
        diag_error(c->d, at, "E-name-ambiguous",
                   arena_printf(c->a, "rename one of those in lines %u and %u", other->at.line,
                                k->at.line),
                   "`%s` could be either of two in this body", name);
        return NULL;
    }
    if (k)
        return k;
    const char **v = NULL;
    uint32_t n = 0, cap = 0;
    for (uint32_t i = 0; i < c->nknown; i++) {
        if ((!spawned || c->known[i]->kind == GROUP_SPAWN) && known_inside(c->known[i], c->t))
            *ADD(c, v, n, cap) = c->known[i]->name;
    }
    const char *hint = nearest_hint(c, name, v, n);
    if (spawned)
        diag_error(c->d, at, id, hint ? hint : "start it before with `spawn:`",
                   "no task `%s` has been spawned here", name);
    else
        diag_error(c->d, at, id, hint, "there is no branch, task or each named `%s` here", name);
    return NULL;
}

struct known *scope_spawned(struct compiler *c, const struct name_at *n)
{
    return known_or_error(c, n->name, n->at, true);
}

static struct proxy *proxy_find(struct ctask *t, const struct known *k)
{
    for (uint32_t i = 0; i < t->nproxy; i++) {
        if (t->proxy[i].of == k)
            return &t->proxy[i];
    }
    return NULL;
}

void scope_awaited(struct compiler *c, struct known *k, bool partial)
{
    uint32_t bit = k->joined;
    bool began = has_bit(&k->owner->set, k->began);
    if (k->owner != c->t) {
        struct proxy *x = proxy_find(c->t, k);
        if (!x) {
            x = ADD(c, c->t->proxy, c->t->nproxy, c->t->cap_proxy);
            *x = (struct proxy){.of = k, .joined = scope_bit(c)};
        }
        bit = x->joined;
    }
    if (!partial && began)
        set_bit(&c->t->set, bit);
}

/* Where the owner of k finds w[v] of its child, counts over copies if total is wanted. */
static struct transfer known_transfer(struct compiler *c, struct known *k, uint32_t from,
                                      bool count, bool taken)
{
    for (uint32_t i = 0; i < k->ntransfer; i++) {
        if (k->transfer[i].from == from && k->transfer[i].taken == taken)
            return k->transfer[i];
    }
    struct transfer *x = ADD(c, k->transfer, k->ntransfer, k->cap_transfer);
    *x = (struct transfer){.from = from, .to = k->owner->nword++, .total = NONE, .taken = taken};
    if (count)
        x->total = k->owner->nword++;
    return *x;
}

/* w[word] of the owner, by way of whoever between it and us has awaited it; NONE: nobody has. */
static uint32_t known_word(struct compiler *c, struct known *k, uint32_t word)
{
    for (struct ctask *t = c->t; t; t = t->up) {
        if (t == k->owner)
            return k->taking || has_bit(&t->set, k->joined) ? scope_capture(c, c->t, t, word)
                                                            : NONE;
        struct proxy *x = proxy_find(t, k);
        if (!x || !has_bit(&t->set, x->joined))
            continue;
        uint32_t to = NONE;
        for (uint32_t i = 0; i < x->nimport; i++) {
            if (x->import[i].from == word)
                to = x->import[i].to;
        }
        if (to == NONE) {
            to = t->nword++;
            *ADD(c, x->import, x->nimport, x->cap_import) =
                (struct import_var){.up = t->level - k->owner->level, .from = word, .to = to};
        }
        return scope_capture(c, c->t, t, to);
    }
    return NONE;
}

static struct binding not_joined(struct compiler *c, const struct expr *e, const struct known *k)
{
    if (k->partial)
        diag_error(c->d, e->at, "E-var-unset", "leave out `until:`, or set what you need inside",
                   "`%s` may not have ended here, since its `until:` does not wait for all",
                   e->name);
    else
        diag_error(c->d, e->at, "E-var-unset",
                   k->kind == GROUP_SPAWN ? arena_printf(c->a, "`await: %s` first", e->name)
                                          : "read it after the step that runs it",
                   "`%s.%s` may not be set here: `%s` need not have ended", e->name, e->field,
                   e->name);
    return wrong;
}

/* Is the use (plain or any, all, count) one that this kind of name has? */
static bool known_use(struct compiler *c, const struct expr *e, const struct known *k, bool plain)
{
    bool many = k->kind == GROUP_EACH && !(k->taking);
    if (many && plain)
        diag_error(c->d, e->at, "E-name-each",
                   arena_printf(c->a, "write any(%s.%s), all(%s.%s) or count(%s.%s)", e->name,
                                e->field, e->name, e->field, e->name, e->field),
                   "`%s` ran many copies, each with its own `%s`", e->name, e->field);
    else if (!many && !plain)
        diag_error(c->d, e->at, "E-name-each", arena_printf(c->a, "write %s.%s", e->name, e->field),
                   "`%s` is one task here, with one `%s`", e->name, e->field);
    else
        return true;
    return false;
}

static const struct var *known_var(struct compiler *c, const struct expr *e, const struct known *k)
{
    const struct var *v = var_find(k->child, e->field);
    if (!v) {
        const char **names = NULL;
        uint32_t n = 0, cap = 0;
        for (uint32_t i = 0; i < k->child->nvar; i++) {
            if (k->child->var[i].name)
                *ADD(c, names, n, cap) = k->child->var[i].name;
        }
        diag_error(c->d, e->at, "E-name-unknown", nearest_hint(c, e->field, names, n),
                   "`%s` sets no variable `%s`", e->name, e->field);
        return NULL;
    }
    if (var_is_set(k->child, v))
        return v;
    diag_error(c->d, e->at, "E-var-unset",
               arena_printf(c->a,
                            "it is set in line %u, which not every way to the end of `%s` "
                            "passes",
                            v->at.line, e->name),
               "`%s.%s` may not be set", e->name, e->field);
    return NULL;
}

static struct binding find_field(struct compiler *c, const struct expr *e, enum expr_op agg)
{
    struct known *k = known_or_error(c, e->name, e->at, false);
    bool plain = agg == X_NAME;
    if (!k || !known_use(c, e, k, plain))
        return wrong;
    const struct var *v = known_var(c, e, k);
    if (!v)
        return wrong;
    if (!plain && v->unit != UNIT_BOOL) {
        diag_error(c->d, e->at, "E-var-unit", "count a condition: set one in the copies",
                   "`%s.%s` is %s, not true or false", e->name, e->field, unit_name(v->unit));
        return wrong;
    }
    struct transfer x = known_transfer(c, k, v->word, !plain, k->taking);
    uint32_t slot = known_word(c, k, x.to);
    if (slot == NONE)
        return not_joined(c, e, k);
    return (struct binding){.kind = BIND_VAR,
                            .unit = v->unit,
                            .slot = slot,
                            .total = x.total == NONE ? 0 : known_word(c, k, x.total)};
}

struct binding scope_find(void *ctx, const struct expr *name, enum expr_op agg, struct diags *d)
{
    struct compiler *c = ctx;
    bug_if(d != c->d);
    if (name->field)
        return find_field(c, name, agg);
    if (agg == X_NAME)
        return find_plain(c, name);
    diag_error(d, name->at, "E-name-each", "write any(NAME.VARIABLE), NAME being that of an each",
               "`%s` is not a variable of an each's copies", name->name);
    return wrong;
}

uint32_t scope_expr(struct compiler *c, const struct expr *e, enum want want, bool nodraw)
{
    if (!e)
        return NONE;
    c->reads = c->t->nline;
    return expr_compile(&c->p->x, e, want, nodraw, &c->scope, c->d);
}

bool scope_const(const struct compiler *c, uint32_t expr, double *value)
{
    if (expr == NONE || !c->p->x.expr[expr].constant)
        return false;
    *value = c->p->x.expr[expr].value;
    return true;
}

bool scope_is_zero(const struct compiler *c, uint32_t expr)
{
    double v;
    return expr == NONE || (scope_const(c, expr, &v) && !(v > 0));
}

bool scope_free_name(struct compiler *c, const char *name, struct loc at)
{
    uint32_t i;
    bool param = param_find(c, name, &i);
    for (const struct bound *b = c->bound; b && !param; b = b->up)
        param = strcmp(b->name, name) == 0;
    if (param)
        diag_error(c->d, at, "E-var-param", "give the variable another name",
                   "`%s` is a parameter and cannot be set", name);
    return !param;
}

/* A child that sets what an enclosing task has set makes its own, which begins with that value. */
static void var_inherit(struct compiler *c, struct var *v, const char *name)
{
    for (struct ctask *t = c->t->up; t; t = t->up) {
        const struct var *o = var_find(t, name);
        if (o && o->unit == v->unit && var_is_set(t, o)) {
            v->word = scope_capture(c, c->t, t, o->word);
            v->captured = true;
            return;
        }
    }
    uint32_t word = scope_carries(c, name, v->unit);
    if (word != NONE) {
        v->word = word;
        v->captured = true;
    }
}

uint32_t scope_set(struct compiler *c, const struct assign *a, uint32_t expr)
{
    if (!scope_free_name(c, a->var, a->at))
        return word_new(c);
    enum unit u = expr == NONE ? UNIT_NUMBER : c->p->x.expr[expr].unit;
    struct var *v = var_find(c->t, a->var);
    if (!v) {
        v = scope_add(c, c->t, a->at);
        *v = (struct var){
            .name = a->var, .at = a->at, .unit = u == UNIT_ZERO ? UNIT_NUMBER : u, .word = NONE};
        var_inherit(c, v, a->var);
        if (v->word == NONE)
            v->word = word_new(c);
    } else if (expr != NONE && u != v->unit && (u != UNIT_ZERO || v->unit == UNIT_BOOL)) {
        diag_error(c->d, a->value->at, "E-var-unit",
                   arena_printf(c->a, "line %u makes it %s", v->at.line, unit_name(v->unit)),
                   "`%s` is %s and cannot be set to %s", a->var, unit_name(v->unit), unit_name(u));
    }
    set_bit(&c->t->set, (uint32_t)(v - c->t->var));
    return v->word;
}
