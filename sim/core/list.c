/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list.c - a program as text: one line an instruction, operands by name where they have one.
 *
 *   pc  where  code  operands  [handlers, innermost first]
 *
 * A number after @ is a pc.  Words are w0, w1, ...; an expression is told by its place. */
#include "core/prog.h"

static const char *opcode_text(enum opcode c)
{
    static const char *const text[] = {
#define OP(id, name, meaning) name,
#include "core/ops.def"
#undef OP
    };
    return c < OP_COUNT ? text[c] : "?";
}

static void list_expr(const struct prog *p, const struct diags *d, uint32_t id, struct buf *out)
{
    char text[32];
    (void)d;
    if (id == NONE) {
        buf_puts(out, " -");
        return;
    }
    const struct xexpr *x = &p->x.expr[id];
    if (!x->constant)
        buf_printf(out, " {%u:%u}", x->at.line, x->at.col);
    else if (x->unit == UNIT_DURATION)
        buf_printf(out, " %s", duration_text(x->value, text));
    else
        buf_printf(out, " %g", x->value);
}

static void list_site(const struct prog *p, const struct diags *d, uint32_t pc, struct buf *out)
{
    uint32_t i = p->site_of[pc];
    (void)d;
    if (i == NONE || !p->site[i].nloop)
        return;
    const struct site *s = &p->site[i];
    buf_puts(out, " in");
    for (uint32_t k = 0; k < s->nloop; k++)
        buf_printf(out, " w%u", p->loop_word[s->loop + k]);
}

static void list_group(const struct prog *p, uint32_t f, struct buf *out)
{
    static const char *const kind[] = {"parallel", "each", "spawn", "hedge", "detach"};
    const struct forksite *k = &p->fork[f];
    buf_printf(out, " %s w%u", kind[k->kind], k->word);
    if (k->kind == GROUP_EACH)
        buf_printf(out, " of w%u", k->count_word);
    else
        buf_printf(out, " of %u", k->nbranch);
    if (k->limit != NONE)
        buf_printf(out, " limit w%u", k->limit);
    if (k->until != NONE)
        buf_printf(out, " until w%u%s", k->until, k->detach_rest ? " detach" : "");
    for (uint32_t i = 0; i < k->nexport; i++) {
        const struct export_var *x = &p->exports[k->exports + i];
        if (x->total == NONE)
            buf_printf(out, " w%u<-w%u", x->to, x->from);
        else
            buf_printf(out, " w%u,w%u<-count(w%u)", x->to, x->total, x->from);
        if (x->branch != NONE)
            buf_printf(out, "/%u", x->branch);
    }
    for (uint32_t i = 0; i < k->ncopyvar; i++) {
        const struct export_var *x = &p->exports[k->copyvar + i];
        buf_printf(out, " w%u<-next(w%u)", x->to, x->from);
    }
}

static void list_flags(const struct op *o, struct buf *out)
{
    static const char *const name[] = {"releases-gil", "blocking", "service", NULL,
                                       "light",        "in-place", NULL};
    for (unsigned i = 0; i < sizeof name / sizeof *name; i++) {
        if (name[i] && (o->flags >> i & 1))
            buf_printf(out, " %s", name[i]);
    }
    if (o->code == OP_ACQ && (o->flags & OPF_PRIORITY))
        buf_printf(out, " priority %d", (int16_t)o->depth);
}

static void list_call(const struct prog *p, const struct diags *d, uint32_t i, struct buf *out)
{
    const struct callsite *k = &p->call[i];
    buf_printf(out, " %s latency", p->model->service[k->service].name);
    list_expr(p, d, p->site[k->latency].expr, out);
    if (k->error != NONE) {
        buf_puts(out, " error");
        list_expr(p, d, p->site[k->error].expr, out);
    }
    if (k->ps)
        buf_puts(out, " shared");
    for (uint32_t n = 0; n < p->site[k->latency].nloop; n++)
        buf_printf(out, "%s w%u", n ? "" : " in", p->loop_word[p->site[k->latency].loop + n]);
}

static void list_backoff(const struct prog *p, const struct diags *d, uint32_t i, struct buf *out)
{
    const struct backoff *b = &p->backoff[i];
    const uint32_t part[] = {b->delay, b->factor, b->max};
    buf_printf(out, " w%u", b->word);
    for (unsigned k = 0; k < 3; k++)
        list_expr(p, d, part[k] == NONE ? NONE : p->site[part[k]].expr, out);
}

static void list_await(const struct prog *p, uint32_t i, struct buf *out)
{
    const struct awaitsite *w = &p->await[i];
    for (uint32_t k = 0; k < w->n; k++) {
        const struct await_ref *r = &p->await_ref[w->first + k];
        buf_printf(out, " w%u", p->fork[r->fork].word);
        if (r->up)
            buf_printf(out, "^%u", r->up);
    }
    if (w->until != NONE)
        buf_printf(out, " until w%u", w->until);
    for (uint32_t k = 0; k < w->nimport; k++) {
        const struct import_var *v = &p->import[w->import + k];
        buf_printf(out, " w%u<-w%u^%u", v->to, v->from, v->up);
    }
}

static void list_choice(const struct prog *p, const struct diags *d, uint32_t i, struct buf *out)
{
    const struct choice *k = &p->choice[i];
    for (uint32_t n = 0; n < k->n; n++) {
        list_expr(p, d, p->arm[k->first + n].expr, out);
        buf_printf(out, " @%u", p->arm[k->first + n].target);
    }
}

static void list_shared(const struct prog *p, const struct op *o, struct buf *out)
{
    const char *name = p->var[o->b].name;
    if (o->code == OP_LOAD)
        buf_printf(out, " w%u %s", o->a, name);
    else
        buf_printf(out, " %s w%u", name, o->a);
    if (o->flags & OPF_APART)
        buf_puts(out, " apart");
    if (o->flags & OPF_WITH)
        buf_puts(out, " at once");
}

static void list_put(const struct prog *p, uint32_t i, struct buf *out)
{
    const struct put_site *u = &p->put[i];
    const struct stage_site *g = &p->stage[u->stage];
    buf_printf(out, " %s body %u (%s)", p->model->channel[g->of->from].name, g->body, g->of->name);
    for (uint32_t k = 0; k < u->ncapture; k++)
        buf_printf(out, "%sw%u<-w%u", k ? ", " : " carries ", p->capture[u->capture + k].to,
                   p->capture[u->capture + k].from);
}

/* NOLINTNEXTLINE(readability-function-size): one case a kind of operands */
static void list_operands(const struct prog *p, const struct diags *d, uint32_t pc, struct buf *out)
{
    const struct op *o = &p->op[pc];
    switch ((enum opcode)o->code) {
    case OP_ENTER:
    case OP_LEAVE:
        buf_printf(out, " %s", p->mark[o->a].path);
        break;
    case OP_CPU:
    case OP_HOSTCPU:
    case OP_PAUSE:
        list_expr(p, d, o->b, out);
        break;
    case OP_COST:
        buf_printf(out, " %s", cost_name[o->a]);
        break;
    case OP_CALL:
        list_call(p, d, o->a, out);
        break;
    case OP_BACKOFF:
        list_backoff(p, d, o->a, out);
        break;
    case OP_ACQ:
    case OP_REL:
        buf_printf(out, " %s", p->res[o->a].name);
        if (o->flags & OPF_WORD)
            buf_printf(out, " w%u", (o->flags & OPF_KEY) ? o->b : o->c);
        else
            buf_printf(out, " %u", o->b);
        if (o->flags & OPF_KEY)
            buf_printf(out, " key w%u", o->c);
        break;
    case OP_TIMER:
    case OP_ASK:
        buf_printf(out, " w%u", o->a);
        list_expr(p, d, o->b, out);
        break;
    case OP_UNTIMER:
    case OP_ZERO:
        buf_printf(out, " w%u", o->a);
        break;
    case OP_GROUP:
        list_group(p, o->a, out);
        break;
    case OP_FORK:
        if (p->fork[o->a].kind == GROUP_SPAWN || p->fork[o->a].kind == GROUP_DETACH)
            list_group(p, o->a, out);
        else
            buf_printf(out, " w%u", p->fork[o->a].word);
        buf_printf(out, " body %u (%s)", o->b, p->body[o->b].path);
        break;
    case OP_MORE:
    case OP_NEXT:
        buf_printf(out, " w%u @%u", p->fork[o->a].word, o->c);
        break;
    case OP_JOIN:
    case OP_KILL:
        buf_printf(out, " w%u", p->fork[o->a].word);
        break;
    case OP_AWAIT:
        list_await(p, o->a, out);
        break;
    case OP_BRANCH:
        list_expr(p, d, o->b, out);
        buf_printf(out, " @%u", o->c);
        break;
    case OP_CHOOSE:
        list_choice(p, d, o->a, out);
        break;
    case OP_JUMP:
        buf_printf(out, " @%u", o->c);
        break;
    case OP_LOOP:
        buf_printf(out, " w%u < w%u else @%u", o->a, o->b, o->c);
        break;
    case OP_INC:
        buf_printf(out, " w%u @%u", o->a, o->c);
        break;
    case OP_RESPOND:
    case OP_ABORT:
        buf_printf(out, " %u", o->b);
        break;
    case OP_PUT:
        list_put(p, o->a, out);
        break;
    case OP_TAKEN:
        buf_printf(out, " %s", p->stage[o->a].of->name);
        break;
    case OP_FAIL:
        buf_printf(out, " %s", p->model->failure[o->a]);
        break;
    case OP_TOUCH:
        buf_printf(out, " %s %s%s", o->b ? "write" : "read", p->model->shared[o->a].name,
                   o->c == 1   ? " begins"
                   : o->c == 2 ? " ends"
                               : "");
        break;
    case OP_LOAD:
    case OP_STORE:
        list_shared(p, o, out);
        return;
    case OP_UNTIL:
        for (uint32_t k = 0; k < p->wait[o->a].n; k++)
            buf_printf(out, " %s", p->var[p->wait_var[p->wait[o->a].first + k]].name);
        break;
    case OP_HOPOUT:
    case OP_HOPIN:
    case OP_END:
    case OP_COUNT:
        break;
    }
    list_flags(o, out);
    list_site(p, d, pc, out);
}

static void list_codes(const struct prog *p, const struct unwinder *h, struct buf *out)
{
    for (uint32_t i = 0; i < h->nmatch; i++)
        buf_printf(out, "%c%s", i ? ',' : ' ', p->model->failure[p->match_code[h->match + i]]);
}

static void list_handlers(const struct prog *p, uint32_t h, struct buf *out)
{
    const char *before = "  [";
    if (h == NONE)
        return;
    for (; h != NONE; h = p->handler[h].outer, before = "; ") {
        const struct unwinder *u = &p->handler[h];
        buf_puts(out, before);
        switch (u->kind) {
        case H_RELEASE:
            buf_printf(out, "release %s", p->res[p->op[u->a].a].name);
            break;
        case H_UNTIMER:
            buf_printf(out, "untimer w%u", u->a);
            break;
        case H_KILL:
            buf_printf(out, "kill w%u", p->fork[u->a].word);
            break;
        case H_HOP:
            buf_puts(out, "hop");
            break;
        case H_LEAVE:
            buf_puts(out, "leave");
            break;
        case H_CATCH:
            buf_puts(out, "catch");
            list_codes(p, u, out);
            buf_printf(out, " @%u", u->target);
            break;
        case H_RETRY:
            buf_printf(out, "retry w%u", u->word);
            if (u->limit != NONE)
                buf_printf(out, " < w%u", u->limit);
            list_codes(p, u, out);
            buf_printf(out, " @%u", u->target);
            break;
        }
    }
    buf_putc(out, ']');
}

static void list_body(const struct prog *p, uint32_t i, struct buf *out)
{
    const struct task_body *b = &p->body[i];
    buf_printf(out, "body %u %s", i, b->path);
    for (uint32_t k = 0; k < b->ncapture; k++)
        buf_printf(out, "%sw%u<-w%u", k ? ", " : " captures ", p->capture[b->capture + k].to,
                   p->capture[b->capture + k].from);
    buf_putc(out, '\n');
}

void prog_list(const struct prog *p, const struct diags *names, struct buf *out)
{
    uint32_t body = 0;
    char place[32];
    for (uint32_t pc = 0; pc < p->nop; pc++) {
        while (body < p->nbody && p->body[body].pc == pc)
            list_body(p, body++, out);
        snprintf(place, sizeof place, "%u:%u", p->where[pc].line, p->where[pc].col);
        buf_printf(out, "%5u  %-7s %-8s", pc, place, opcode_text(p->op[pc].code));
        list_operands(p, names, pc, out);
        list_handlers(p, p->handler_of[pc], out);
        buf_putc(out, '\n');
    }
}
