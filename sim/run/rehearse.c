/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rehearse.c - a simulation that is listened to; see rehearse.h. */
#include "run/rehearse.h"
#include "base/json.h"
#include "run/draw_blind.h"
#include "run/draw_name.h"
#include "run/sim_impl.h"
#include <stdlib.h>
#include <string.h>

#define SECOND 1e9

enum { EACH = 16 }; /* spare ones of each kind */

struct entry { /* a request */
    struct sim_request id;
    int64_t arrival, think;
    struct buf draws; /* items of the list, with commas */
    bool spare;       /* nobody's: for whoever gets further than the simulation did */
};
struct rehearsal {
    const struct prog *p;
    struct entry *v;
    uint32_t n, cap;
    uint32_t *slot, nslot; /* a hash table: index + 1 */
    struct buf key;
    int64_t came;   /* the last one */
    bool spare;     /* so are those that come now */
    double longest; /* ns */
    bool *drawn;    /* by instruction: somebody has come to it */
};

/* ---- requests ---- */

static bool same(struct sim_request a, struct sim_request b)
{
    return a.cls == b.cls && a.client == b.client && a.ordinal == b.ordinal;
}

static uint32_t *slot_of(struct rehearsal *h, struct sim_request id)
{
    uint64_t k = rng_mix(rng_mix(id.cls, id.client), id.ordinal);
    uint32_t i = (uint32_t)k & (h->nslot - 1);
    while (h->slot[i] != 0 && !same(h->v[h->slot[i] - 1].id, id))
        i = (i + 1) & (h->nslot - 1);
    return &h->slot[i];
}

static void room(struct rehearsal *h)
{
    h->v = grow(h->v, &h->cap, h->n + 1, sizeof *h->v);
    if (2 * h->n < h->nslot)
        return;
    h->nslot = h->nslot ? 2 * h->nslot : 256;
    free(h->slot);
    h->slot = xcalloc(h->nslot, sizeof *h->slot);
    for (uint32_t i = 0; i < h->n; i++)
        *slot_of(h, h->v[i].id) = i + 1;
}

static void takes(struct rehearsal *h, double ns)
{
    h->longest = ns > h->longest ? ns : h->longest;
}

static void on_timeout(void *ctx, int64_t ns)
{
    takes(ctx, (double)ns);
}

static void on_arrival(void *ctx, struct sim_request id, int64_t now)
{
    struct rehearsal *h = ctx;
    room(h);
    struct entry *e = &h->v[h->n++];
    *e = (struct entry){.id = id, .arrival = now, .spare = h->spare};
    *slot_of(h, id) = h->n;
    const struct load *l = h->p->cls[id.cls].load;
    if (l != NULL && l->kind != LOAD_CLOSED)
        takes(h, (double)(now - h->came));
    h->came = now;
}

static struct entry *entry_of(struct rehearsal *h, struct sim_request id)
{
    uint32_t i = *slot_of(h, id);
    return i ? &h->v[i - 1] : NULL;
}

/* ---- keys ---- */

static const char *variable(const struct prog *p, uint32_t body, uint32_t word)
{
    for (uint32_t i = 0; i < p->nnamed; i++)
        if (p->named[i].body == body && p->named[i].word == word)
            return p->named[i].name;
    return NULL;
}

/* Their code stands one after another. */
static uint32_t body_of(const struct prog *p, uint32_t pc)
{
    uint32_t b = 0;
    while (b + 1 < p->nbody && p->body[b + 1].pc <= pc)
        b++;
    return b;
}

static void put_step(struct buf *b, const struct prog *p, uint32_t pc)
{
    const struct op *o = &p->op[pc];
    const char *var = o->code == OP_ASK ? variable(p, body_of(p, pc), o->a) : NULL;
    if (var != NULL)
        buf_printf(b, "/%s", var);
    else
        draw_name_step(b, p, pc);
    if (o->code == OP_ASK || o->code == OP_BRANCH || o->code == OP_CHOOSE)
        buf_putc(b, '?');
    else if (o->code == OP_BACKOFF)
        buf_putc(b, '~');
    else if (o->code == OP_CPU && p->mark[p->mark_of[pc]].verb == VERB_CALL)
        buf_putc(b, '+');
}

/* ---- draws ---- */

/* Does the program ask for it?  Not for what follows from what it knows. */
static bool wanted(const struct prog *p, uint32_t pc)
{
    const struct op *o = &p->op[pc];
    switch (o->code) {
    case OP_ASK:
    case OP_BRANCH:
        return p->x.expr[o->b].draws;
    case OP_CALL:
    case OP_CHOOSE:
    case OP_CPU:
        return true;
    case OP_BACKOFF:
        return p->backoff[o->a].delay != NONE;
    case OP_PAUSE:
        return p->mark_of[pc] != NONE && p->mark[p->mark_of[pc]].verb == VERB_WAIT;
    default:
        return false;
    }
}

static bool is_plain(const struct op *o)
{
    return o->code == OP_ASK || o->code == OP_BRANCH || o->code == OP_CHOOSE;
}

/* Under the name h->key. */
static void put_draw(struct rehearsal *h, struct entry *e, uint32_t pc, double value, bool well)
{
    bool plain = is_plain(&h->p->op[pc]);
    if (e->draws.n > 0)
        buf_putc(&e->draws, ',');
    struct json j;
    json_begin(&j, &e->draws, false);
    json_arr(&j);
    json_str(&j, h->key.s);
    if (!well)
        json_arr(&j);
    json_num(&j, plain ? value : value / SECOND);
    if (!well)
        json_end_arr(&j);
    json_end_arr(&j);
}

static void on_draw(void *ctx, const struct sim *s, uint32_t task, uint32_t pc, double value,
                    bool well)
{
    struct rehearsal *h = ctx;
    struct entry *e = entry_of(h, draw_name_request(s, task));
    h->drawn[pc] = true;
    if (!is_plain(&s->p->op[pc]))
        takes(h, value);
    if (e == NULL || !wanted(s->p, pc))
        return;
    buf_clear(&h->key);
    draw_name_task(&h->key, s, task);
    put_step(&h->key, s->p, pc);
    put_draw(h, e, pc, value, well);
}

/* ---- the table ---- */

static void key_num(struct json *j, const char *key, double v)
{
    json_key(j, key);
    json_num(j, v);
}

static void put_load(const struct prog *p, double longest, struct buf *out)
{
    struct json j;
    json_begin(&j, out, false);
    json_obj(&j);
    json_key(&j, "alone");
    json_bool(&j, p->cls[0].load == NULL);
    key_num(&j, "longest", longest / SECOND);
    json_key(&j, "classes");
    json_obj(&j);
    for (uint32_t k = 0; k < p->ncls; k++) {
        const struct load *l = p->cls[k].load;
        json_key(&j, p->cls[k].name);
        json_obj(&j);
        json_key(&j, "closed");
        json_bool(&j, l != NULL && l->kind == LOAD_CLOSED);
        json_end_obj(&j);
    }
    json_end_obj(&j);
    json_end_obj(&j);
    buf_putc(out, '\n');
}

static int64_t think_of(struct sim *s, struct sim_request id)
{
    const struct prog_class *c = &s->p->cls[id.cls];
    if (!arrives_closed(s, id.cls) || c->think == NONE)
        return 0;
    return draw_class_ns(s, id.cls, draw_request_key(s, id.cls, id.client, id.ordinal + 1),
                         c->think);
}

static void put_entry(struct sim *s, struct entry *e, struct buf *out)
{
    const struct prog_class *c = &s->p->cls[e->id.cls];
    struct json j;
    json_begin(&j, out, false);
    json_obj(&j);
    json_key(&j, "class");
    json_str(&j, c->name);
    key_num(&j, "client", e->id.client);
    key_num(&j, "ordinal", (double)e->id.ordinal);
    key_num(&j, "arrival", (double)e->arrival / SECOND);
    key_num(&j, "think", (double)e->think / SECOND);
    if (s->p->random_balance && s->p->workers > 1)
        key_num(&j, "worker",
                arrive_worker(s, draw_request_key(s, e->id.cls, e->id.client, e->id.ordinal)));
    if (e->spare) {
        json_key(&j, "spare");
        json_bool(&j, true);
    }
    json_key(&j, "draws");
    buf_putc(out, '[');
    buf_put(out, e->draws.n ? e->draws.s : "", e->draws.n);
    buf_puts(out, "]}\n");
}

/* What stands still may not do so elsewhere: whoever is to come does, with the draws of others. */
static void more_arrive(struct rehearsal *h, struct sim *s, uint64_t n)
{
    while (h->n < n && s->due.time != INT64_MAX) {
        uint32_t cls = s->due_cls;
        int64_t at = s->due.time;
        on_arrival(h, (struct sim_request){cls, 0, arrive_next(s)}, at);
    }
}

/* Nobody's, but of each class in an idle system: a program may get further than the simulation,
 * where that stands still, or refuses most, or where a timeout comes first. */
static void draw_spare(struct rehearsal *h, const struct prog *p, struct sim_opt o)
{
    h->spare = true;
    for (int patient = 0; patient < 2; patient++) {
        o.patient = patient > 0;
        for (uint32_t k = 0; k < p->ncls; k++) {
            struct sim *s = sim_new(p, &o);
            sim_run_class(s, k, 0, EACH);
            sim_free(s);
        }
    }
}

/* Of the steps that nobody has come to, such as what a queue that was never full is to be followed
 * by: in the program somebody may. */
static void draw_rest(struct rehearsal *h, const struct prog *p, uint64_t seed)
{
    for (uint32_t i = 0; i < EACH; i++) {
        struct entry e = {.spare = true};
        for (uint32_t pc = 0; pc < p->nop; pc++) {
            double value;
            bool well;
            if (h->drawn[pc] || !wanted(p, pc) || !draw_blind(p, seed, pc, i, &value, &well))
                continue;
            if (!is_plain(&p->op[pc]))
                takes(h, value);
            buf_clear(&h->key);
            put_step(&h->key, p, pc);
            put_draw(h, &e, pc, value, well);
        }
        if (e.draws.n == 0)
            return;
        h->v = grow(h->v, &h->cap, h->n + 1, sizeof *h->v);
        h->v[h->n++] = e;
    }
}

void rehearse(const struct prog *p, uint64_t seed, uint64_t n, struct buf *out)
{
    struct rehearsal h = {.p = p, .drawn = xcalloc(p->nop + 1u, sizeof(bool))};
    struct sim_ear ear = {&h, on_arrival, on_draw, on_timeout};
    struct sim_opt o = {.seed = seed, .stepwise = true, .ear = &ear};
    bool alone = p->cls[0].load == NULL;
    struct sim *s = sim_new(p, &o);
    enum sim_end end = alone ? sim_run_alone(s, 0, n) : sim_run_load(s, n);
    if (end == SIM_DEADLOCK) /* those who are there draw no more */
        more_arrive(&h, s, n);
    draw_spare(&h, p, o);
    draw_rest(&h, p, seed);
    for (uint32_t i = 0; i < h.n; i++) {
        h.v[i].think = think_of(s, h.v[i].id);
        takes(&h, (double)h.v[i].think);
    }
    put_load(p, h.longest, out);
    for (uint32_t i = 0; i < h.n; i++) {
        put_entry(s, &h.v[i], out);
        buf_free(&h.v[i].draws);
    }
    sim_free(s);
    free(h.v);
    free(h.slot);
    free(h.drawn);
    buf_free(&h.key);
}
