/* SPDX-License-Identifier: GPL-3.0-or-later */
/* refit_find.c - the values of a model that spans tell, and which spans; see refit.h. */
#include "fit/refit.h"
#include <math.h>
#include <string.h>

/* ---- places ---- */

/* A name that is a parameter stands for the parameter's value. */
static const struct expr *behind(const struct model *m, const struct expr *e)
{
    for (uint32_t hops = 0; hops <= m->nparam && e->op == X_NAME && !e->field; hops++) {
        uint32_t i = 0;
        while (i < m->nparam && strcmp(m->param[i].name, e->name) != 0)
            i++;
        if (i == m->nparam || !m->param[i].value)
            break;
        e = m->param[i].value;
    }
    return e;
}

static struct refit_place *place_of(struct refit *r, enum refit_kind kind, const struct expr *e,
                                    const char *what)
{
    e = behind(r->m, e);
    for (uint32_t i = 0; i < r->nplace; i++)
        if (r->place[i].e == e && r->place[i].kind == kind)
            return &r->place[i];
    r->place = grow(r->place, &r->cap, r->nplace + 1, sizeof *r->place);
    r->place[r->nplace] = (struct refit_place){.kind = kind, .e = e, .what = what};
    return &r->place[r->nplace++];
}

static void add_name(struct refit_place *p, const char *name)
{
    for (uint32_t i = 0; i < p->nname; i++)
        if (strcmp(p->name[i], name) == 0)
            return;
    p->name = grow(p->name, &p->capname, p->nname + 1, sizeof *p->name);
    p->name[p->nname++] = name;
}

/* A value that is the same in each request: parameters and arithmetic; else NAN. */
static double refit_constant(const struct model *m, const struct expr *e)
{
    double x, y;
    if (!e)
        return NAN;
    e = behind(m, e);
    if (e->op == X_CONST)
        return e->num;
    if (e->op < X_ADD || e->op > X_DIV || e->narg != 2)
        return NAN;
    x = refit_constant(m, e->arg[0]); /* as deep as the expression, which its parser bounds */
    y = refit_constant(m, e->arg[1]);
    return e->op == X_ADD ? x + y : e->op == X_SUB ? x - y : e->op == X_MUL ? x * y : x / y;
}

/* ---- steps ---- */

static double timeout_of(const struct refit *r, const struct expr *e)
{
    double t = refit_constant(r->m, e);
    return isfinite(t) ? t : INFINITY;
}

static void find_call(struct refit *r, const struct step *s)
{
    const struct service *v = &r->m->service[s->service];
    const struct expr *own = s->latency ? s->latency : v->latency;
    const struct expr *send = s->has_cpu ? s->cpu : v->cpu_send;
    const struct expr *receive = s->has_cpu ? s->cpu_receive : v->cpu_receive;
    const struct expr *timeout = s->timeout ? s->timeout : v->timeout;
    const struct expr *error = s->error ? s->error : v->error;
    bool again = s->retry || v->retry;
    if (own) {
        struct refit_place *p =
            place_of(r, REFIT_LATENCY, own,
                     arena_printf(r->mem, "latency of %s", s->latency ? s->name : v->name));
        double cpu = refit_constant(r->m, send), more = refit_constant(r->m, receive);
        add_name(p, s->name);
        p->outside = (isfinite(cpu) ? cpu : 0) + (isfinite(more) ? more : 0);
        p->timeout = timeout_of(r, timeout);
        if (s->hedge || v->hedge)
            p->left = "hedged: what is seen is the fastest of copies";
    }
    if (error) {
        struct refit_place *p =
            place_of(r, REFIT_ERROR, error,
                     arena_printf(r->mem, "error of %s", s->error ? s->name : v->name));
        add_name(p, s->name);
        p->timeout = timeout_of(r, timeout);
        if (again)
            p->left = "tried again: what is seen is how all attempts end";
    }
}

static void find_work(struct refit *r, const struct step *s, const struct expr *e)
{
    if (!e)
        return;
    struct refit_place *p =
        place_of(r, REFIT_LATENCY, e, arena_printf(r->mem, "%s of %s", verb_key[s->verb], s->name));
    add_name(p, s->name);
    p->timeout = INFINITY;
}

/* ---- decisions ---- */

/* A step whose spans say how often it is begun. */
static bool is_seen(const struct refit *r, const struct step *s)
{
    return (s->verb == VERB_CALL || s->verb == VERB_CPU || s->verb == VERB_WAIT) &&
           refit_count(r, s->name, NULL) > 0;
}

/* How often a body is run: as often as its first step that leaves spans; false: it cannot be told.
 */
static bool runs_of(const struct refit *r, const struct body *b, uint64_t *n)
{
    if (b->n == 0 || !is_seen(r, b->v[0]))
        return false;
    *n = refit_count(r, b->v[0]->name, NULL);
    return true;
}

/* How many requests a step lets go no further: those in which a call fails that nothing catches;
 * false: it may end them in another way. */
static bool lost_in(const struct refit *r, const struct step *s, uint64_t *lost)
{
    const struct body *inside[] = {&s->body, &s->orelse};
    uint64_t failed = 0;
    bool ok = s->verb != VERB_ABORT && s->verb != VERB_FAIL && s->verb != VERB_RETURN &&
              s->verb != VERB_RUN;
    if (is_seen(r, s))
        refit_count(r, s->name, &failed);
    for (uint32_t k = 0; k < 2 + s->nbranch && ok; k++) {
        const struct body *b = k < 2 ? inside[k] : &s->branch[k - 2].body;
        for (uint32_t i = 0; i < b->n && ok; i++) /* as deep as steps are nested */
            ok = lost_in(r, b->v[i], &failed);
    }
    *lost += s->nhandler ? 0 : failed;
    return ok;
}

/* How often step i of a body is begun: as often as the last one before it that leaves spans, or the
 * request, less those that got no further. */
static bool begun(const struct refit *r, const struct body *b, uint32_t i, uint64_t *n)
{
    uint64_t lost = 0;
    bool seen = false;
    *n = r->f->ntree;
    while (i > 0 && !seen) {
        seen = is_seen(r, b->v[--i]);
        if (!lost_in(r, b->v[i], &lost))
            return false;
        if (seen)
            *n = refit_count(r, b->v[i]->name, NULL);
    }
    *n = *n > lost ? *n - lost : 0;
    return seen || b == &r->m->request;
}

/* `if: chance(p)`: of all, how often its `then` is run. */
static void find_if(struct refit *r, const struct body *b, uint32_t i)
{
    const struct step *s = b->v[i];
    if (!s->expr || s->expr->op != X_CHANCE)
        return;
    struct refit_place *p =
        place_of(r, REFIT_CHANCE, s->expr->arg[0], arena_printf(r->mem, "chance of %s", s->name));
    uint64_t yes = 0, no = 0, all = 0;
    bool then = runs_of(r, &s->body, &yes), other = runs_of(r, &s->orelse, &no);
    if (then && other)
        all = yes + no;
    else if (!begun(r, b, i, &all) || !(then || other))
        p->left = "no spans tell how often it is asked, and how often it is true";
    else if (other)
        yes = all > no ? all - no : 0;
    p->yes += yes;
    p->all += all > yes ? all : yes;
    p->share = p->all ? (double)p->yes / (double)p->all : 0;
}

/* How often each branch is taken: those that leave spans tell, and one need not; NULL: it cannot be
 * told. */
static const char *count_branches(const struct refit *r, const struct body *b, uint32_t i,
                                  uint64_t *n, uint64_t *all)
{
    static const char no[] = "no spans tell which branch is taken how often";
    const struct step *s = b->v[i];
    uint64_t sum = 0;
    uint32_t unseen = 0, which = 0;
    for (uint32_t k = 0; k < s->nbranch; k++)
        if (runs_of(r, &s->branch[k].body, &n[k])) {
            sum += n[k];
        } else {
            unseen++;
            which = k;
        }
    *all = sum;
    if (unseen > 1 || (unseen == 1 && (!begun(r, b, i, all) || *all < sum)))
        return no;
    if (unseen == 1)
        n[which] = *all - sum;
    return *all ? NULL : no;
}

static void find_choose(struct refit *r, const struct body *b, uint32_t i)
{
    const struct step *s = b->v[i];
    uint64_t all, *n = NEW(r->mem, uint64_t, s->nbranch + 1u);
    uint32_t *at = NEW(r->mem, uint32_t, s->nbranch + 1u), most = 0;
    const char *left = count_branches(r, b, i, n, &all);
    double rest = 1;
    for (uint32_t k = 0; k < s->nbranch; k++) {
        if (!s->branch[k].p)
            return;
        struct refit_place *p =
            place_of(r, REFIT_CHANCE, s->branch[k].p,
                     arena_printf(r->mem, "p of branch %u of %s", k + 1, s->name));
        at[k] = (uint32_t)(p - r->place);
        if (p->all || !p->e->text)
            left = "one value for several probabilities";
        most = n[k] > n[most] ? k : most;
        p->yes = n[k];
        p->all = all;
        p->share = all ? round(1e4 * (double)n[k] / (double)all) / 1e4 : 0;
        rest -= p->share;
    }
    r->place[at[most]].share += rest;
    for (uint32_t k = 0; k < s->nbranch; k++)
        r->place[at[k]].left = left;
}

/* ---- the walk ---- */

static void find_body(struct refit *r, const struct body *b);

static void find_step(struct refit *r, const struct body *b, uint32_t i)
{
    const struct step *s = b->v[i];
    if (s->verb == VERB_CALL)
        find_call(r, s);
    else if (s->verb == VERB_CPU)
        find_work(r, s, s->cpu);
    else if (s->verb == VERB_WAIT)
        find_work(r, s, s->expr);
    else if (s->verb == VERB_IF)
        find_if(r, b, i);
    else if (s->verb == VERB_CHOOSE)
        find_choose(r, b, i);
    find_body(r, &s->body); /* as deep as steps are nested, which their reader bounds */
    find_body(r, &s->orelse);
    find_body(r, &s->completed);
    for (uint32_t k = 0; k < s->nbranch; k++)
        find_body(r, &s->branch[k].body);
    for (uint32_t k = 0; k < s->nhandler; k++)
        find_body(r, &s->handler[k].body);
}

static void find_body(struct refit *r, const struct body *b)
{
    for (uint32_t i = 0; i < b->n; i++)
        find_step(r, b, i);
}

void refit_find(struct refit *r)
{
    const struct model *m = r->m;
    find_body(r, &m->request);
    for (uint32_t i = 0; i < m->npipeline; i++)
        find_body(r, &m->pipeline[i].body);
    for (uint32_t i = 0; i < m->nstage; i++)
        find_body(r, &m->stage[i].body);
    for (uint32_t i = 0; i < r->nplace; i++) /* one span for values at two places */
        for (uint32_t k = 0; k < i; k++)
            for (uint32_t x = 0; x < r->place[i].nname; x++)
                for (uint32_t y = 0; y < r->place[k].nname; y++)
                    if (r->place[i].kind == r->place[k].kind &&
                        strcmp(r->place[i].name[x], r->place[k].name[y]) == 0)
                        r->place[i].left = r->place[k].left = arena_printf(
                            r->mem, "several steps are called %s", r->place[i].name[x]);
}
