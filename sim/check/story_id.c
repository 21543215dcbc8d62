/* SPDX-License-Identifier: GPL-3.0-or-later */
/* story_id.c - see story_id.h. */
#include "check/story_id.h"
#include "check/plan.h"
#include <stdlib.h>
#include <string.h>

/* ---- one great number ---- */

enum { NUMBER_MOST = 4096, COUNT_SHORT = 63, COUNT_LONG = 1 << 20, FAULTS = 16 };
struct number { /* little-endian limbs */
    uint32_t n, limb[NUMBER_MOST];
};

static bool number_push(struct number *x, uint32_t base, uint32_t digit)
{
    uint64_t carry = digit;
    for (uint32_t i = 0; i < x->n; i++) {
        carry += (uint64_t)x->limb[i] * base;
        x->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry == 0)
        return true;
    if (x->n == NUMBER_MOST)
        return false;
    x->limb[x->n++] = (uint32_t)carry;
    return true;
}

static uint32_t number_pop(struct number *x, uint32_t base)
{
    uint64_t rest = 0;
    for (uint32_t i = x->n; i-- > 0;) {
        rest = rest << 32 | x->limb[i];
        x->limb[i] = (uint32_t)(rest / base);
        rest %= base;
    }
    while (x->n > 0 && x->limb[x->n - 1] == 0)
        x->n--;
    return (uint32_t)rest;
}

static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

/* Two letters that tell a mistyped or cut text from a whole one. */
enum { SUM = 2 };
static void text_sum(const char *s, size_t n, char sum[SUM + 1])
{
    uint32_t h = 0x811c9dc5U;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)s[i]) * 0x01000193U;
    h ^= h >> 15;
    for (int i = 0; i < SUM; i++)
        sum[i] = alphabet[h >> (5 * i) & 31];
    sum[SUM] = '\0';
}

/* ---- which program ---- */

static uint64_t mix(uint64_t h, uint64_t x)
{
    for (int i = 0; i < 8; i++, x >>= 8)
        h = (h ^ (x & 0xff)) * 0x100000001b3U;
    return h;
}

/* Of all that decides which moves there are. */
static const char *program_check(struct arena *a, const struct prog *p)
{
    uint64_t h = mix(0xcbf29ce484222325U, MOVES_VERSION);
    for (uint32_t i = 0; i < p->nop; i++) {
        const struct op *o = &p->op[i];
        h = mix(mix(h, o->code | (uint64_t)o->flags << 8 | (uint64_t)o->a << 32),
                o->b | (uint64_t)o->c << 32);
    }
    for (uint32_t i = 0; i < p->nres; i++)
        h = mix(mix(h, p->res[i].size | (uint64_t)p->res[i].queue << 32),
                p->res[i].keys | (uint64_t)p->res[i].discipline << 32);
    for (uint32_t i = 0; i < p->nvar; i++)
        h = mix(mix(h, (uint32_t)p->var[i].lo | (uint64_t)(uint32_t)p->var[i].hi << 32),
                (uint32_t)p->var[i].start);
    for (uint32_t i = 0; i < p->nhandler; i++)
        h = mix(h, p->handler[i].kind | (uint64_t)p->handler[i].target << 32);
    h = mix(h, p->workers | (uint64_t)p->kind << 32);
    char text[5];
    for (int i = 0; i < 4; i++)
        text[i] = alphabet[h >> (7 + 5 * i) & 31];
    text[4] = '\0';
    return arena_strdup(a, text);
}

/* ---- moves to digits ---- */

struct digit {
    uint32_t base, digit;
};
struct digits {
    uint32_t n, cap;
    struct digit *v;
};

static void digit_add(struct digits *d, uint32_t base, uint32_t digit)
{
    if (base < 2)
        return;
    d->v = grow(d->v, &d->cap, d->n + 1, sizeof *d->v);
    d->v[d->n++] = (struct digit){base, digit};
}

static bool same_move(const struct move *a, const struct move *b)
{
    return a->kind == b->kind && a->req == b->req && a->task == b->task && a->arg == b->arg &&
           a->pick == b->pick;
}

/* A move's place among those that are possible now, and its answers' among theirs: the play makes
 * it on the way. */
static bool digits_of(struct play *y, const struct move *m, struct digits *d)
{
    struct moves all = {0};
    uint32_t at = NONE;
    moves_list(&y->r, y->set.nreq, NONE, &all);
    for (uint32_t i = 0; i < all.n && at == NONE; i++)
        if (same_move(&all.v[i], m))
            at = i;
    digit_add(d, all.n, at);
    moves_free(&all);
    if (at == NONE || !play_move(y, m))
        return false;
    for (uint32_t i = 0; i < y->nanswer; i++)
        digit_add(d, y->answer[i].of, y->answer[i].at);
    return true;
}

static const char *classes_text(struct arena *a, const struct play_setting *set)
{
    bool plain = true;
    const char *text = "";
    for (uint32_t j = 0; j < set->nreq; j++)
        plain = plain && set->cls[j] == 0;
    if (plain && set->nreq > 1)
        text = arena_printf(a, "%u", set->nreq);
    else if (plain)
        text = "1";
    for (uint32_t j = 0; !plain && j < set->nreq; j++)
        text = arena_printf(a, "%s%sc%u", text, j ? "-" : "", set->cls[j]);
    return set->max_count == 3 ? text : arena_printf(a, "%sm%u", text, set->max_count);
}

const char *story_id(struct arena *a, const struct story_opt *o)
{
    const struct play_setting *set = &o->set;
    struct digits d = {0};
    struct play y;
    bool ok = o->n < COUNT_LONG;
    play_init(&y, set);
    digit_add(&d, FAULTS, o->fault);
    digit_add(&d, COUNT_SHORT + 1, o->n < COUNT_SHORT ? o->n : COUNT_SHORT);
    if (o->n >= COUNT_SHORT)
        digit_add(&d, COUNT_LONG, o->n);
    if (story_loops(o->fault))
        digit_add(&d, o->n + 1, o->cycle == NONE ? o->n : o->cycle);
    for (uint32_t i = 0; i < o->n && ok; i++)
        ok = digits_of(&y, &o->move[i], &d);
    play_free(&y);
    struct number *x = xcalloc(1, sizeof *x);
    for (uint32_t i = d.n; i-- > 0 && ok;)
        ok = number_push(x, d.v[i].base, d.v[i].digit);
    struct buf b = {0};
    while (x->n > 0)
        buf_putc(&b, alphabet[number_pop(x, 32)]);
    char sum[SUM + 1];
    text_sum(b.s, b.n, sum);
    const char *id =
        !ok ? NULL
            : arena_printf(a, "%s.%s.%s-%s%s", set->p->exec->name, classes_text(a, set),
                           program_check(a, set->p), b.n ? b.s : "", sum);
    buf_free(&b);
    free(x);
    free(d.v);
    return id;
}

/* ---- and back ---- */

static bool number_read(const char **s, uint32_t most, uint32_t *x)
{
    const char *from = *s;
    for (*x = 0; **s >= '0' && **s <= '9'; ++*s) {
        *x = *x * 10 + (uint32_t)(**s - '0');
        if (*x > most)
            return false;
    }
    return *s > from;
}

/* "2", "c0-c1", "2m5" */
static bool classes_read(const char *s, struct story_ref *ref)
{
    ref->max_count = 3;
    if (*s != 'c' && !number_read(&s, PACK_MAX_REQUESTS, &ref->nreq))
        return false;
    while (*s == 'c') {
        s++;
        if (ref->nreq == PACK_MAX_REQUESTS || !number_read(&s, 1 << 16, &ref->cls[ref->nreq++]))
            return false;
        if (*s == '-')
            s++;
    }
    if (*s == 'm') {
        s++;
        if (!number_read(&s, 1 << 16, &ref->max_count))
            return false;
    }
    return *s == '\0' && ref->nreq > 0;
}

bool story_id_parse(struct arena *a, const char *text, struct story_ref *ref, const char **why)
{
    char *copy = arena_strdup(a, text);
    *ref = (struct story_ref){0};
    *why = "an id looks like threads.2.k3f9-7q0c2b";
    char *dot = strrchr(copy, '.');
    if (dot == NULL)
        return false;
    *dot = '\0';
    char *mid = strrchr(copy, '.'), *dash = strchr(dot + 1, '-');
    if (mid == NULL || dash == NULL)
        return false;
    *mid = *dash = '\0';
    ref->execution = copy;
    ref->check = dot + 1;
    ref->digits = dash + 1;
    if (strspn(ref->digits, alphabet) != strlen(ref->digits) || *ref->digits == '\0')
        return false;
    return classes_read(mid + 1, ref);
}

static bool digits_read(const char *s, struct number *x)
{
    size_t n = strlen(s);
    char sum[SUM + 1];
    if (n < SUM)
        return false;
    text_sum(s, n - SUM, sum);
    if (strcmp(s + n - SUM, sum) != 0)
        return false;
    for (size_t i = n - SUM; i-- > 0;)
        if (!number_push(x, 32, (uint32_t)(strchr(alphabet, s[i]) - alphabet)))
            return false;
    return true;
}

/* The next move, made: its answers are asked for as they come. */
static bool move_read(struct play *y, struct number *x, struct move *m)
{
    struct moves all = {0};
    moves_list(&y->r, y->set.nreq, NONE, &all);
    bool any = all.n > 0;
    if (any)
        *m = all.v[all.n > 1 ? number_pop(x, all.n) : 0];
    moves_free(&all);
    if (!any || !play_begin_move(y, m))
        return false;
    for (uint32_t n; (n = play_answers(y)) > 0;) {
        if (m->nanswer == MOVE_ANSWERS)
            return false;
        double value = y->may[n > 1 ? number_pop(x, n) : 0];
        m->answer[m->nanswer++] = value;
        if (!play_answer(y, value))
            return false;
    }
    return play_end_move(y);
}

/* Where a run that goes round comes back to. */
static void cycle_read(struct number *x, struct story_opt *o, uint32_t n)
{
    uint32_t at = story_loops(o->fault) && n > 0 ? number_pop(x, n + 1) : n;
    o->cycle = at < n ? at : NONE;
}

bool story_id_moves(struct arena *a, const struct story_ref *ref, struct story_opt *o,
                    const char **why)
{
    if (strcmp(ref->check, program_check(a, o->set.p)) != 0) {
        *why = "the model, or what was set in it, has changed since";
        return false;
    }
    struct number *x = xcalloc(1, sizeof *x);
    struct play y;
    bool ok = digits_read(ref->digits, x);
    uint32_t fault = number_pop(x, FAULTS), n = number_pop(x, COUNT_SHORT + 1);
    ok = ok && fault <= STORY_TRAPPED;
    o->fault = ok ? (enum story_fault)fault : STORY_OTHER;
    if (n == COUNT_SHORT)
        n = number_pop(x, COUNT_LONG);
    cycle_read(x, o, n);
    struct move *move = NEW(a, struct move, n + 1u);
    play_init(&y, &o->set);
    for (uint32_t i = 0; i < n && ok; i++)
        ok = move_read(&y, x, &move[i]);
    ok = ok && x->n == 0;
    o->move = move;
    o->n = n;
    o->key = NONE;
    *why = "it is cut, or mistyped";
    play_free(&y);
    free(x);
    return ok;
}

/* ---- the command ---- */

const char *story_command(struct arena *a, const struct story_opt *o, const char *id)
{
    const char *run = plan_command(a, "replay", o->set.p->model->file, o->sets, o->nset);
    return arena_printf(a, "%s --trace %s", run, id ? id : "FILE");
}
