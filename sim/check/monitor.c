/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor.c - see monitor.h. */
#include "check/monitor.h"
#include "check/letter.h"
#include "check/progress.h"
#include "check/steady.h"
#include "core/vectors.h"
#include <stdlib.h>
#include <string.h>

enum claim_form { FORM_FORMULA, FORM_EXCLUSION, FORM_NO_WRITE };
struct watched {
    enum claim_form form;
    const struct ltl *f;
    struct progress *p;
    uint32_t prop[LTL_PROPS]; /* of each proposition of f: index into letters */
    bool all;                 /* it sees every move */
    bool coarse;              /* it looks at states after moves, not at the instants of a move */
    bool lost;                /* the formula had too many remainders */
    uint32_t nante, cap_ante; /* what implications ask first */
    const struct ltl_node **ante;
    bool *met;      /* of each: it was true once */
    uint64_t group; /* FORM_EXCLUSION: bit in letters.crowd */
    uint32_t nstep;
    const struct step_name **step;
};
struct monitor {
    struct letters l;
    struct watch watch;
    struct watch_sees sees;
    bool *mark, *body; /* sees, as it is made */
    uint32_t nclaim;
    struct watched claim[WATCH_CLAIMS];
    bool lasting;   /* some claim asks whether a request was aborted, formulas aside */
    uint32_t width; /* of a record: a remainder a claim, then bits: one a proposition, and two */
    struct vectors record;
    uint32_t *v; /* scratch: one record */
    uint64_t at_start;
};

struct monitor *monitor_new(const struct prog *p, uint32_t nreq)
{
    struct monitor *m = xcalloc(1, sizeof *m);
    letters_init(&m->l, p, nreq);
    return m;
}

void monitor_free(struct monitor *m)
{
    for (uint32_t i = 0; i < m->nclaim; i++) {
        progress_free(m->claim[i].p);
        free(m->claim[i].ante);
        free(m->claim[i].met);
        free(m->claim[i].step);
    }
    letters_free(&m->l);
    vectors_free(&m->record);
    free(m->mark);
    free(m->body);
    free(m->v);
    free(m);
}

/* ---- claims ---- */

static bool is_plain(const struct ltl_node *n)
{
    bool plain = true;
    progress_plain(n, 0, &plain);
    return plain;
}

/* The left sides of implications that stand where the claim asserts them.  As deep as it is. */
static void find_antecedents(struct watched *c, const struct ltl_node *n, bool yes)
{
    if (n == NULL)
        return;
    if (n->op == LTL_IMPLIES && yes && is_plain(n->arg[0])) {
        c->ante = grow(c->ante, &c->cap_ante, c->nante + 1, sizeof *c->ante);
        c->ante[c->nante++] = n->arg[0];
    }
    find_antecedents(c, n->arg[0], (n->op == LTL_NOT || n->op == LTL_IMPLIES) ? !yes : yes);
    find_antecedents(c, n->arg[1], yes);
}

uint32_t monitor_formula(struct monitor *m, const struct ltl *f, struct diags *d)
{
    struct watched c = {.form = FORM_FORMULA, .f = f};
    if (m->nclaim == WATCH_CLAIMS)
        return NONE;
    for (uint32_t i = 0; i < f->nprop; i++) {
        c.prop[i] = letters_prop(&m->l, &f->prop[i], d);
        if (c.prop[i] == NONE)
            return NONE;
        c.all |= m->l.prop[c.prop[i]].all;
        c.coarse |= m->l.prop[c.prop[i]].coarse;
    }
    find_antecedents(&c, f->top, true);
    c.met = xcalloc(c.nante + 1u, sizeof *c.met);
    c.p = progress_new(f);
    m->claim[m->nclaim] = c;
    return m->nclaim++;
}

uint32_t monitor_exclusion(struct monitor *m, const struct step_name *const *step, uint32_t n)
{
    struct watched c = {.form = FORM_EXCLUSION, .all = true, .nstep = n};
    if (m->nclaim == WATCH_CLAIMS || (c.group = letters_group(&m->l, step, n)) == 0)
        return NONE;
    c.step = xcalloc(n + 1u, sizeof *c.step);
    for (uint32_t i = 0; i < n; i++)
        c.step[i] = step[i];
    m->claim[m->nclaim] = c;
    return m->nclaim++;
}

uint32_t monitor_no_write(struct monitor *m)
{
    if (m->nclaim == WATCH_CLAIMS)
        return NONE;
    m->claim[m->nclaim] = (struct watched){.form = FORM_NO_WRITE};
    return m->nclaim++;
}

/* ---- records ---- */

static bool record_bit(const struct monitor *m, const uint32_t *v, uint32_t i)
{
    return v[m->nclaim + i / 32] >> (i % 32) & 1;
}

static void record_set(const struct monitor *m, uint32_t *v, uint32_t i, bool on)
{
    uint32_t bit = 1U << (i % 32);
    v[m->nclaim + i / 32] = on ? v[m->nclaim + i / 32] | bit : v[m->nclaim + i / 32] & ~bit;
}

/* Bits of a record behind those of the propositions: did it respond, was it aborted? */
static uint32_t bit_answered(const struct monitor *m)
{
    return m->l.nprop;
}

static uint32_t bit_aborted(const struct monitor *m)
{
    return m->l.nprop + 1;
}

static uint32_t claim_letter(struct monitor *m, const struct watched *c, const struct pack_run *r,
                             struct letter_at at, const uint32_t *v)
{
    uint32_t letter = 0;
    for (uint32_t i = 0; i < c->f->nprop; i++) {
        uint32_t q = c->prop[i];
        bool kept = m->l.prop[q].lasts || m->l.prop[q].keeps;
        bool on = kept ? record_bit(m, v, q) : letters_value(&m->l, r, q, at);
        letter |= (uint32_t)on << i;
    }
    return letter;
}

/* One more state: v[k] becomes what remains. */
static void claim_read(struct watched *c, uint32_t *remains, uint32_t letter, bool first)
{
    for (uint32_t i = 0; i < c->nante; i++) {
        bool plain = true;
        c->met[i] |= progress_plain(c->ante[i], letter, &plain);
    }
    *remains = first ? progress_first(c->p, letter) : progress_next(c->p, *remains, letter);
    c->lost |= *remains == PROGRESS_LOST;
}

/* What of the past propositions need, after instant k (NONE: after the move). */
static void remember(struct monitor *m, const struct pack_run *r, struct letter_at at, uint32_t *v)
{
    at.answered = record_bit(m, v, bit_answered(m));
    for (uint32_t i = 0; i < m->l.nprop; i++) {
        const struct letter_prop *q = &m->l.prop[i];
        at.before = record_bit(m, v, i);
        if (at.instant == NONE ? q->keeps : q->lasts)
            record_set(m, v, i, letters_value(&m->l, r, i, at));
    }
    const struct instant *x = at.instant == NONE ? NULL : &m->l.instant[at.instant];
    if (x && x->kind == INSTANT_ANSWER) {
        record_set(m, v, bit_answered(m), true);
        if (x->abort)
            record_set(m, v, bit_aborted(m), true);
    }
}

static uint64_t read_write(const struct monitor *m, const uint32_t *v, bool writes)
{
    uint64_t violated = 0;
    for (uint32_t k = 0; k < m->nclaim && writes && record_bit(m, v, bit_aborted(m)); k++)
        if (m->claim[k].form == FORM_NO_WRITE)
            violated |= (uint64_t)1 << k;
    return violated;
}

/* The claims that look at instants, or the others, read one more state. */
static void read_claims(struct monitor *m, const struct pack_run *r, struct letter_at at,
                        uint32_t *v, bool coarse)
{
    bool moved = m->l.moved >> at.request & 1;
    for (uint32_t k = 0; k < m->nclaim; k++) {
        struct watched *c = &m->claim[k];
        if (c->form == FORM_FORMULA && c->coarse == coarse && (moved || c->all))
            claim_read(c, &v[k], claim_letter(m, c, r, at, v), false);
    }
}

static void watch_begin(void *self, struct pack_run *r)
{
    struct monitor *m = self;
    m->width = m->nclaim + (m->l.nprop + 2 + 31) / 32;
    m->v = xrealloc(m->v, m->width, sizeof *m->v);
    m->at_start = 0;
    letters_read(&m->l, r, NULL);
    for (uint32_t j = 0; j < m->l.nreq; j++) {
        struct letter_at at = {.request = j, .instant = NONE};
        memset(m->v, 0, m->width * sizeof *m->v);
        remember(m, r, at, m->v);
        for (uint32_t k = 0; k < m->nclaim; k++) {
            struct watched *c = &m->claim[k];
            if (c->form != FORM_FORMULA)
                continue;
            claim_read(c, &m->v[k], claim_letter(m, c, r, at, m->v), true);
            if (m->v[k] == PROGRESS_FAILED)
                m->at_start |= (uint64_t)1 << k;
        }
        r->watch[j] = vectors_put(&m->record, m->v, m->width);
    }
}

static uint64_t step_request(struct monitor *m, struct pack_run *r, uint32_t j)
{
    uint64_t violated = 0;
    uint32_t *v = m->v, seen = 0;
    memcpy(v, vectors_get(&m->record, r->watch[j]), m->width * sizeof *v);
    struct letter_at at = {.request = j};
    for (at.instant = 0; at.instant < m->l.ninstant; at.instant++) {
        const struct instant *x = &m->l.instant[at.instant];
        if (!(x->requests >> j & 1))
            continue;
        remember(m, r, at, v);
        read_claims(m, r, at, v, false);
        violated |= read_write(m, v, x->kind == INSTANT_WRITE);
        seen++;
    }
    at.instant = NONE;
    remember(m, r, at, v);
    if (seen == 0)
        read_claims(m, r, at, v, false);
    read_claims(m, r, at, v, true);
    violated |= read_write(m, v, m->l.writing >> j & 1);
    for (uint32_t k = 0; k < m->nclaim; k++)
        if (m->claim[k].form == FORM_FORMULA && v[k] == PROGRESS_FAILED)
            violated |= (uint64_t)1 << k;
    r->watch[j] = vectors_put(&m->record, v, m->width);
    return violated;
}

static uint64_t watch_step(void *self, struct pack_run *r, const struct move *move)
{
    struct monitor *m = self;
    uint64_t violated = m->at_start;
    letters_read(&m->l, r, move);
    for (uint32_t j = 0; j < m->l.nreq; j++)
        if (m->watch.global || (m->l.moved >> j & 1))
            violated |= step_request(m, r, j);
    for (uint32_t k = 0; k < m->nclaim; k++)
        if (m->claim[k].form == FORM_EXCLUSION && (m->l.crowd & m->claim[k].group))
            violated |= (uint64_t)1 << k;
    return violated;
}

static uint64_t watch_last(void *self, struct pack_run *r)
{
    const struct monitor *m = self;
    uint64_t violated = 0;
    for (uint32_t j = 0; j < m->l.nreq; j++) {
        const uint32_t *v = vectors_get(&m->record, r->watch[j]);
        for (uint32_t k = 0; k < m->nclaim; k++)
            if (m->claim[k].form == FORM_FORMULA && !progress_end(m->claim[k].p, v[k]))
                violated |= (uint64_t)1 << k;
    }
    return violated;
}

/* Steps and tasks whose begin and end change what some claim sees; NULL: it may be anything. */
static const struct watch_sees *find_sees(struct monitor *m)
{
    const struct prog *p = m->l.p;
    m->mark = xrealloc(m->mark, p->nmark + 1u, sizeof *m->mark);
    m->body = xrealloc(m->body, p->nbody + 1u, sizeof *m->body);
    memset(m->mark, 0, p->nmark * sizeof *m->mark);
    memset(m->body, 0, p->nbody * sizeof *m->body);
    m->sees = (struct watch_sees){.mark = m->mark, .body = m->body};
    for (uint32_t k = 0; k < m->nclaim; k++) {
        const struct watched *c = &m->claim[k];
        m->sees.writes |= c->form == FORM_NO_WRITE;
        if (c->all || c->coarse || (c->form == FORM_FORMULA && !steady(c->f)))
            return NULL;
    }
    for (uint32_t i = 0; i < m->l.nprop; i++) {
        const struct letter_prop *q = &m->l.prop[i];
        if (q->mark != NONE)
            m->mark[q->mark] = true;
        if (q->body != NONE)
            m->body[q->body] = true;
        m->sees.ended |= q->of.what == LTL_ENDED;
    }
    for (uint32_t pc = 0; pc < p->nop && m->sees.writes; pc++)
        if (p->op[pc].code == OP_TOUCH && p->op[pc].b && p->mark_of[pc] != NONE)
            m->mark[p->mark_of[pc]] = true;
    return &m->sees;
}

const struct watch *monitor_watch(struct monitor *m)
{
    letters_ready(&m->l);
    m->watch =
        (struct watch){.self = m, .begin = watch_begin, .step = watch_step, .last = watch_last};
    m->watch.sees = find_sees(m);
    for (uint32_t k = 0; k < m->nclaim; k++)
        m->watch.global |= m->claim[k].all;
    return &m->watch;
}

/* ---- afterwards ---- */

static enum monitor_doubt no_write_doubt(const struct monitor *m, const char **why)
{
    const struct prog *p = m->l.p;
    bool writes = false;
    for (uint32_t pc = 0; pc < p->nop; pc++)
        writes |= p->op[pc].code == OP_TOUCH && p->op[pc].b;
    *why = writes ? "no request is ever aborted" : "no step writes shared data";
    return writes && m->l.aborted ? DOUBT_NONE : DOUBT_ANTECEDENT;
}

/* The propositions of the claim: a step that no run reaches, a value that is not known. */
static enum monitor_doubt prop_doubt(const struct monitor *m, const struct watched *c,
                                     struct arena *a, const char **why)
{
    for (uint32_t i = 0; i < c->f->nprop; i++) {
        const struct letter_prop *q = &m->l.prop[c->prop[i]];
        if (q->unknown) {
            *why = arena_printf(a, "`%s` compares a value that can be any", q->of.text);
            return DOUBT_UNKNOWN;
        }
        if (q->of.step && (q->mark == NONE || !m->l.entered[q->mark])) {
            *why = arena_printf(a, "no run reaches %s", q->of.step->path);
            return DOUBT_UNREACHED;
        }
        if (q->of.resource && q->res == NONE) {
            *why = arena_printf(a, "nothing has a limit that is called `%s` here", q->of.resource);
            return DOUBT_UNREACHED;
        }
    }
    return DOUBT_NONE;
}

enum monitor_doubt monitor_doubt(const struct monitor *m, uint32_t bit, struct arena *a,
                                 const char **why)
{
    const struct watched *c = &m->claim[bit];
    *why = "";
    if (c->form == FORM_NO_WRITE)
        return no_write_doubt(m, why);
    for (uint32_t i = 0; i < c->nstep; i++) {
        uint32_t mark = letters_mark(&m->l, c->step[i]);
        if (mark != NONE && m->l.entered[mark])
            continue;
        *why = arena_printf(a, "no run reaches %s", c->step[i]->path);
        return DOUBT_UNREACHED;
    }
    if (c->form != FORM_FORMULA)
        return DOUBT_NONE;
    if (c->lost) {
        *why = "what remains to be shown of the formula takes too many forms";
        return DOUBT_LARGE;
    }
    if (progress_trivial(c->p)) {
        *why = "the formula is true whatever happens";
        return DOUBT_ALWAYS;
    }
    enum monitor_doubt d = prop_doubt(m, c, a, why);
    for (uint32_t i = 0; i < c->nante && d == DOUBT_NONE; i++)
        if (!c->met[i]) {
            struct buf b = {0};
            struct ltl part = *c->f;
            part.top = c->ante[i];
            ltl_print(&part, &b);
            *why = arena_printf(a, "`%s` never happens", b.s);
            buf_free(&b);
            return DOUBT_ANTECEDENT;
        }
    return d;
}
