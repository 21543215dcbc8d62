/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compile_stage.c - channels and stages: put, the bodies of stages, and what items carry.
 *
 *   put:    ACQ channel; R{RELEASE}( PUT )          under serial: PUT, in place
 *   stage:  TAKEN; the body                         under serial: the body
 *
 * A stage's body is compiled once something that was compiled puts into its channel; its names are
 * looked for there.  What it reads of the request's variables is *carried*: a word of its task that
 * every put fills.  That they can is only known when all puts are: compile_carried() goes over all
 * of them, where the chain of a stage that puts into another may make more to carry. */
#include "core/compile_impl.h"
#include <math.h>
#include <string.h>

/* What was set when a put was reached, in its task and in those round it, which stand at a fork. */
struct standing {
    struct standing *up;
    struct ctask *t;
    bool dead;
    uint32_t n;
    uint64_t *w;
};
struct carried {
    const char *name;
    struct loc at; /* of its first use */
    enum unit unit;
    uint32_t word;
};
struct cput {
    struct loc at;
    uint32_t stage;
    struct ctask *t;
    const struct standing *where;
    uint32_t ncapture, cap_capture;
    struct capture *capture;
};
struct cstage {
    struct ctask *root; /* NULL: not compiled */
    uint32_t first_put; /* index of a put into it that some way leads to, or NONE */
    bool answers;
    uint32_t ncarried, cap_carried;
    struct carried *carried;
};
struct cstages {
    struct cstage *stage;
    uint32_t nput, cap_put;
    struct cput **put;
    struct standing *last; /* as it was at the put before */
};

/* ---- what has a limit ---- */

static uint32_t channel_add(struct compiler *c, const struct channel *k)
{
    struct count_want want = {arena_printf(c->tmp, "the size of `%s`", k->name), 1, 1000000000};
    if (k->scope == SCOPE_UNSET && c->p->workers > 1)
        diag_error(c->d, k->at, "E-scope",
                   "say `scope: worker` (one in each worker) or `scope: all` (one for all)",
                   "there are several workers: is there one `%s` for each of them?", k->name);
    return compile_res(c, (struct res){.name = k->name,
                                       .kind = RES_CHANNEL,
                                       .at = k->at,
                                       .size = compile_count(c, k->size, &c->param_scope, want),
                                       .queue = k->reject ? 0 : NONE,
                                       .queue_timeout = NONE,
                                       .stage = k->stage,
                                       .per_worker = k->scope != SCOPE_ALL && c->p->workers > 1});
}

static int64_t batch_wait(struct compiler *c, const struct stage *s)
{
    double v = 0;
    if (!s->batch_wait)
        return 0;
    uint32_t id = expr_compile(&c->p->x, s->batch_wait, WANT_DURATION, true, &c->param_scope, c->d);
    if (id != XEXPR_NONE && !scope_const(c, id, &v))
        diag_error(c->d, s->batch_wait->at, "E-const", "use parameters, not variables",
                   "`wait` of `batch` must be known before a request runs");
    return v < 1e18 ? (int64_t)(v + 0.5) : (int64_t)1e18;
}

/* A channel that is full will not become fuller: then a batch does not wait any longer. */
static void batch_read(struct compiler *c, const struct stage *s, struct stage_site *g,
                       uint32_t size)
{
    struct count_want want = {"`max` of `batch`", 1, 1000000000};
    g->max = compile_count(c, s->batch_max, &c->param_scope, want);
    g->max = g->max < size ? g->max : size;
    g->wait = batch_wait(c, s);
}

/* In the order of the model: a channel, then the stage that takes from it. */
void compile_channels(struct compiler *c)
{
    const struct model *m = c->m;
    struct prog *p = c->p;
    p->nstage = m->nstage;
    p->stage = NEW(c->a, struct stage_site, m->nstage ? m->nstage : 1);
    c->stages = NEW(c->tmp, struct cstages, 1);
    c->stages->stage = NEW(c->tmp, struct cstage, m->nstage ? m->nstage : 1);
    for (uint32_t i = 0; i < m->nstage; i++) {
        const struct stage *s = &m->stage[i];
        struct stage_site *g = &p->stage[i];
        *g = (struct stage_site){.of = s, .channel = NONE, .workers = NONE};
        c->stages->stage[i].first_put = NONE;
        if (s->from == NO_STAGE)
            continue;
        const struct channel *k = &m->channel[s->from];
        struct count_want want = {arena_printf(c->tmp, "the workers of `%s`", s->name), 1, 1000000};
        g->each = s->workers ? compile_count(c, s->workers, &c->param_scope, want) : 1;
        uint32_t size = NONE;
        if (!p->in_place) {
            g->channel = channel_add(c, k);
            size = p->res[g->channel].size;
            bool per_worker = p->res[g->channel].per_worker;
            uint64_t n = (uint64_t)g->each * (per_worker ? 1 : p->workers);
            g->workers = compile_res(c, (struct res){.name = s->name,
                                                     .kind = RES_STAGE,
                                                     .at = s->at,
                                                     .size = n < NONE ? (uint32_t)n : NONE - 1,
                                                     .queue = NONE,
                                                     .queue_timeout = NONE,
                                                     .stage = i,
                                                     .per_worker = per_worker});
        }
        if (s->batch)
            batch_read(c, s, g, size);
    }
}

/* ---- put ---- */

static struct standing *standing_of(struct compiler *c, struct ctask *t, struct standing *last)
{
    struct standing *s = NEW(c->tmp, struct standing, 1);
    s->t = t;
    s->dead = t->set.dead;
    s->n = (t->nvar + 63) / 64;
    s->w = t->set.w;
    s->up = t->up ? standing_of(c, t->up, last && last->t == t ? last->up : last) : NULL;
    if (last && last->t == t && last->dead == s->dead && last->n == s->n && last->up == s->up &&
        memcmp(last->w, s->w, s->n * sizeof *s->w) == 0)
        return last;
    if (last && last->t != t) /* the same task again, further out? */
        for (struct standing *o = last; o; o = o->up)
            if (o->t == t && o->dead == s->dead && o->n == s->n && o->up == s->up &&
                memcmp(o->w, s->w, s->n * sizeof *s->w) == 0)
                return o;
    s->w = NEW(c->tmp, uint64_t, s->n ? s->n : 1);
    memcpy(s->w, t->set.w, s->n * sizeof *s->w);
    return s;
}

static void put_note(struct compiler *c, const struct step *s, uint32_t stage)
{
    struct cstages *k = c->stages;
    struct cput *u = NEW(c->tmp, struct cput, 1);
    k->last = standing_of(c, c->t, k->last);
    *u = (struct cput){.at = s->value_at, .stage = stage, .t = c->t, .where = k->last};
    if (!u->where->dead && k->stage[stage].first_put == NONE)
        k->stage[stage].first_put = k->nput;
    *ADD(c, k->put, k->nput, k->cap_put) = u;
}

void compile_put(struct compiler *c, const struct step *s)
{
    uint32_t stage = s->channel < c->m->nchannel ? c->m->channel[s->channel].stage : NO_STAGE;
    if (stage == NO_STAGE)
        return;
    if (c->batch) {
        diag_error(c->d, s->at, "E-stage",
                   "leave out `batch`, or put in the stage before; `respond` answers every item",
                   "a batch has no request of its own that it could hand on");
        return;
    }
    uint32_t res = c->p->stage[stage].channel, site = site_new(c, mark_path(c), "put", NONE);
    if (res != NONE) {
        uint32_t pc = label_at(c, c->t->nline);
        emit3(c, OP_ACQ, s->at, res, 1, 0);
        region_open(c, H_RELEASE, pc, op_make(OP_REL, res, 1, 0));
    }
    struct line *l = emit3(c, OP_PUT, s->at, c->stages->nput, 0, 0);
    l->op.flags = c->p->in_place ? OPF_INPLACE : 0;
    l->site = site;
    if (res != NONE)
        region_close(c);
    put_note(c, s, stage);
}

/* ---- what items carry ---- */

static struct carried *carried_find(struct cstage *g, const char *name)
{
    for (uint32_t i = 0; i < g->ncarried; i++)
        if (strcmp(g->carried[i].name, name) == 0)
            return &g->carried[i];
    return NULL;
}

static bool standing_set(const struct standing *s, uint32_t bit)
{
    return bit / 64 < s->n && (s->w[bit / 64] >> (bit % 64) & 1);
}

static struct ctask *root_of(struct ctask *t)
{
    while (t->up)
        t = t->up;
    return t;
}

static struct var *var_of(const struct ctask *t, const char *name)
{
    for (uint32_t i = 0; i < t->nvar; i++)
        if (t->var[i].name && strcmp(t->var[i].name, name) == 0)
            return &t->var[i];
    return NULL;
}

enum found { FOUND_NOT, FOUND_UNSET, FOUND };
struct value { /* a variable as a put hands it on: w[word] of the put's task */
    enum found found;
    enum unit unit;
    struct loc at; /* where it is set */
    uint32_t word;
};

static struct value put_knows(const struct cput *u, const char *name)
{
    for (const struct standing *s = u->where; s; s = s->up) {
        const struct var *v = var_of(s->t, name);
        if (!v)
            continue;
        bool set = v->captured || standing_set(s, (uint32_t)(v - s->t->var));
        return (struct value){.found = set ? FOUND : FOUND_UNSET, .unit = v->unit, .at = v->at};
    }
    return (struct value){.found = FOUND_NOT};
}

/* The stage whose items hand on what they carry by this put; NONE: it is a request's own. */
static uint32_t put_from(const struct cput *u)
{
    return root_of(u->t)->stage;
}

/* Does a put into the stage hand on such a variable?  Follows first puts back; their chain ends
 * since each was compiled before the stage it goes into.  Else any other put tells of it. */
static struct value stage_knows(struct compiler *c, uint32_t stage, const char *name)
{
    const struct cstages *k = c->stages;
    struct value v = {.found = FOUND_NOT};
    for (uint32_t i = k->stage[stage].first_put; i != NONE && v.found == FOUND_NOT;) {
        v = put_knows(k->put[i], name);
        i = put_from(k->put[i]) == NONE ? NONE : k->stage[put_from(k->put[i])].first_put;
    }
    for (uint32_t i = 0; i < k->nput && v.found == FOUND_NOT; i++)
        if (k->put[i]->stage == stage && !k->put[i]->where->dead)
            v = put_knows(k->put[i], name);
    return v;
}

uint32_t scope_carries(struct compiler *c, const char *name, enum unit unit)
{
    uint32_t stage = c->t->stage;
    const struct carried *k = stage == NONE ? NULL : carried_find(&c->stages->stage[stage], name);
    return k && k->unit == unit ? k->word : NONE;
}

bool scope_batch_hides(struct compiler *c, const char *name)
{
    return c->batch && stage_knows(c, root_of(c->t)->stage, name).found != FOUND_NOT;
}

/* The word of the stage's task in which it has the variable; made if it is new. */
static uint32_t carry(struct compiler *c, uint32_t stage, const char *name, struct loc at,
                      enum unit unit)
{
    struct cstage *g = &c->stages->stage[stage];
    struct carried *k = carried_find(g, name);
    if (k)
        return k->word;
    struct var *v = var_of(g->root, name);
    k = ADD(c, g->carried, g->ncarried, g->cap_carried);
    *k = (struct carried){.name = name, .at = at, .unit = unit};
    k->word = v ? v->word : g->root->nword++;
    if (v)
        v->captured = true;
    return k->word;
}

/* w[..] of task t, which stands somewhere below the root of a stage, that has what the stage's
 * items carry; a variable of that name that t or a task between sets begins with it. */
static uint32_t carried_word(struct compiler *c, struct ctask *t, const char *name, struct loc at,
                             enum unit unit)
{
    struct ctask *root = root_of(t), *own = t;
    uint32_t word = carry(c, root->stage, name, at, unit);
    while (own != root && !var_of(own, name))
        own = own->up;
    if (own == root)
        return scope_capture(c, t, root, word);
    struct var *v = var_of(own, name);
    if (!v->captured) {
        *ADD(c, own->capture, own->ncapture, own->cap_capture) =
            (struct capture){.from = scope_capture(c, own->up, root, word), .to = v->word};
        v->captured = true;
    }
    return scope_capture(c, t, own, v->word);
}

bool scope_carried(struct compiler *c, const struct expr *e, struct binding *to)
{
    const struct ctask *root = root_of(c->t);
    if (root->stage == NONE || c->batch)
        return false;
    struct value v = stage_knows(c, root->stage, e->name);
    if (v.found == FOUND_NOT)
        return false;
    for (const struct ctask *t = c->t; t; t = t->up) {
        const struct var *own = var_of(t, e->name);
        if (own && own->unit != v.unit) /* another variable, which is not set yet */
            return false;
    }
    *to = (struct binding){
        .kind = BIND_VAR, .unit = v.unit, .slot = carried_word(c, c->t, e->name, e->at, v.unit)};
    return true;
}

const char **scope_carried_names(struct compiler *c, const char **v, uint32_t *n, uint32_t *cap)
{
    const struct cstages *k = c->stages;
    uint32_t stage = c->batch ? NONE : root_of(c->t)->stage;
    while (stage != NONE && k->stage[stage].first_put != NONE) {
        const struct cput *u = k->put[k->stage[stage].first_put];
        for (const struct standing *s = u->where; s; s = s->up)
            for (uint32_t i = 0; i < s->t->nvar; i++)
                if (s->t->var[i].name)
                    *ADD(c, v, *n, *cap) = s->t->var[i].name;
        stage = put_from(u);
    }
    return v;
}

/* The variable as this put hands it on. */
static struct value put_value(struct compiler *c, const struct cput *u, const struct carried *k)
{
    struct ctask *t = u->t;
    for (const struct standing *s = u->where; s; s = s->up) {
        struct var *v = var_of(s->t, k->name);
        if (v && (v->captured || standing_set(s, (uint32_t)(v - s->t->var))))
            return (struct value){.found = FOUND,
                                  .unit = v->unit,
                                  .at = v->at,
                                  .word = scope_capture(c, t, s->t, v->word)};
        if (v && s->t == t)
            break;
    }
    uint32_t from = root_of(t)->stage;
    if (from == NONE || stage_knows(c, from, k->name).found == FOUND_NOT)
        return (struct value){.found = FOUND_UNSET};
    return (struct value){
        .found = FOUND, .unit = k->unit, .word = carried_word(c, t, k->name, k->at, k->unit)};
}

static void carried_check(struct compiler *c, struct cput *u, const struct carried *k)
{
    const char *channel = c->m->channel[c->m->stage[u->stage].from].name;
    struct value v = put_value(c, u, k);
    if (v.found != FOUND) {
        diag_error(c->d, k->at, "E-var-unset",
                   arena_printf(c->a,
                                "the `put: %s` in line %u is reached without it; set it before",
                                channel, u->at.line),
                   "`%s` may not be set here", k->name);
    } else if (v.unit != k->unit && v.unit != UNIT_ZERO) {
        diag_error(c->d, k->at, "E-var-unit",
                   arena_printf(c->a, "the `put: %s` in line %u hands on %s", channel, u->at.line,
                                unit_name(v.unit)),
                   "`%s` is %s here", k->name, unit_name(k->unit));
    } else {
        *ADD(c, u->capture, u->ncapture, u->cap_capture) =
            (struct capture){.from = v.word, .to = k->word};
    }
}

/* What one stage carries may have another carry it, too: until nothing is new. */
static void compile_carried(struct compiler *c)
{
    struct cstages *k = c->stages;
    uint32_t *done = NEW(c->tmp, uint32_t, k->nput + 1);
    for (bool more = true; more;) {
        more = false;
        for (uint32_t i = k->nput; i-- > 0;) {
            struct cput *u = k->put[i];
            for (; done[i] < k->stage[u->stage].ncarried; more = true) {
                struct carried one = k->stage[u->stage].carried[done[i]++];
                if (!u->where->dead)
                    carried_check(c, u, &one);
            }
        }
    }
}

/* ---- bodies ---- */

/* batch_size, a number that the batch's task has from its begin; in place it is 1. */
static void bind_size(struct compiler *c, struct bound *b, struct stage_site *g)
{
    *b = (struct bound){.up = c->bound,
                        .name = "batch_size",
                        .unit = UNIT_NUMBER,
                        .value = 1,
                        .constant = c->p->in_place,
                        .task = c->t};
    b->word = g->size_word = word_new(c);
    c->bound = b;
}

static void stage_body(struct compiler *c, uint32_t i)
{
    const struct stage *s = &c->m->stage[i];
    struct stage_site *g = &c->p->stage[i];
    struct cstage *k = &c->stages->stage[i];
    struct bound size, *outer = c->bound;
    g->body = c->ntask;
    c->answers = false;
    c->path = s->name;
    k->root = task_begin(c, s->name, s->body.at);
    k->root->stage = i;
    c->p->body[g->body].stage = i;
    c->batch = g->max > 0;
    if (c->batch)
        bind_size(c, &size, g);
    if (!c->p->in_place)
        emit3(c, OP_TAKEN, s->at, i, 0, 0);
    struct frame f;
    frame_open(c, &f);
    compile_body(c, &s->body, (struct body_opt){.path = s->name});
    frame_close(c);
    task_end(c, s->body.at);
    c->bound = outer;
    c->batch = false;
    k->answers = c->answers;
}

/* Who puts into a stage that answers, answers. */
static void answers_follow(struct compiler *c)
{
    struct cstages *k = c->stages;
    for (bool more = true; more;) {
        more = false;
        for (uint32_t i = k->nput; i-- > 0;) {
            struct ctask *root = root_of(k->put[i]->t);
            if (!k->stage[k->put[i]->stage].answers)
                continue;
            if (root->stage != NONE) {
                more = more || !k->stage[root->stage].answers;
                k->stage[root->stage].answers = true;
            }
            for (uint32_t n = 0; root->stage == NONE && n < c->p->ncls; n++)
                if (c->p->cls[n].body == root->body)
                    c->p->cls[n].answers = true;
        }
    }
}

void compile_stages(struct compiler *c)
{
    struct cstages *k = c->stages;
    for (bool more = true; more;) {
        more = false;
        for (uint32_t i = 0; i < c->m->nstage; i++) {
            if (k->stage[i].root || k->stage[i].first_put == NONE)
                continue;
            stage_body(c, i);
            more = true;
        }
    }
    compile_carried(c);
    answers_follow(c);
}

/* The puts as the program has them; captures are in place already. */
void join_puts(struct compiler *c, uint32_t *cap_capture)
{
    struct prog *p = c->p;
    struct cstages *k = c->stages;
    p->nput = k->nput;
    p->put = NEW(c->a, struct put_site, k->nput ? k->nput : 1);
    for (uint32_t i = 0; i < k->nput; i++) {
        const struct cput *u = k->put[i];
        p->put[i] =
            (struct put_site){.stage = u->stage, .ncapture = u->ncapture, .capture = p->ncapture};
        for (uint32_t n = 0; n < u->ncapture; n++)
            *ADD(c, p->capture, p->ncapture, *cap_capture) = u->capture[n];
    }
}
