/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emit_step.c - bodies and steps in Python.  A task is a function; what it does is done on `rq`,
 * what the task sees of its request. */
#include "live/emit_impl.h"
#include <string.h>

/* ---- lines ---- */

void emit_line(struct emit *e, const char *fmt, ...)
{
    va_list ap;
    buf_fill(e->out, ' ', 4 * (size_t)e->indent);
    va_start(ap, fmt);
    buf_vprintf(e->out, fmt, ap);
    va_end(ap);
    buf_putc(e->out, '\n');
    e->lines++;
}

void emit_refuse(struct emit *e, struct loc at, const char *what, const char *cure)
{
    diag_error(e->d, at, "E-python", cure, "%s has no Python program", what);
}

void emit_blank(struct emit *e)
{
    if (e->out->n < 2 || e->out->s[e->out->n - 2] != '\n')
        buf_putc(e->out, '\n');
}

const char *emit_await(const struct emit *e)
{
    return e->flavour == FLAVOUR_ASYNC ? "await " : "";
}

const char *emit_async(const struct emit *e)
{
    return e->flavour == FLAVOUR_ASYNC ? "async " : "";
}

const char *emit_also(struct emit *e, const char *before, const char *key, const char *value)
{
    return arena_printf(e->mem, "%s, %s=%s", before, key, value);
}

static void step(struct emit *e, const struct step *s);

void emit_block(struct emit *e, const struct body *b)
{
    e->indent++;
    uint32_t before = e->lines;
    emit_body(e, b);
    if (e->lines == before)
        emit_line(e, "pass");
    e->indent--;
}

void emit_body(struct emit *e, const struct body *b)
{
    for (uint32_t i = 0; i < b->n; i++)
        step(e, b->v[i]);
}

/* ---- calls, and what is held ---- */

static const char *burst(struct emit *e, const char *t, const char *key, const struct expr *x)
{
    double v;
    if (!x || (emit_known(e, x, &v) && v == 0))
        return t;
    return emit_also(e, t, key, emit_seconds(e, x, "None"));
}

/* Upon a loop, that is. */
static bool blocks(const struct emit *e, const struct step *s)
{
    bool so = s->blocking >= 0 ? s->blocking > 0 : e->m->service[s->service].blocking;
    return so && e->flavour == FLAVOUR_ASYNC;
}

/* Is it done on a thread of the pool?  Then it may wait for one, which its timeout ends, too. */
static bool goes_to_thread(const struct emit *e, const struct step *s)
{
    return blocks(e, s) && e->p->kind == EXEC_HYBRID;
}

static void verb_call(struct emit *e, const struct step *s)
{
    const struct service *v = &e->m->service[s->service];
    const struct expr *timeout = s->timeout ? s->timeout : v->timeout;
    const struct hedge *h = s->hedge ? s->hedge : v->hedge;
    bool outside = s->releases_gil >= 0 ? s->releases_gil > 0 : v->releases_gil;
    const char *t = emit_string(e, v->name);
    if (strcmp(s->name, v->name) != 0)
        t = arena_printf(e->mem, "%s, %s", t, emit_string(e, s->name));
    if (timeout && !h && !goes_to_thread(e, s))
        t = emit_also(e, t, "timeout", emit_seconds(e, timeout, NULL));
    t = burst(e, t, "send", s->has_cpu ? s->cpu : v->cpu_send);
    t = burst(e, t, "receive", s->has_cpu ? s->cpu_receive : v->cpu_receive);
    if (outside)
        t = emit_also(e, t, "outside", "True");
    if (h)
        t = emit_also(e, t, "hedge",
                      arena_printf(e->mem, "(%s, %s)", emit_seconds(e, h->after, NULL),
                                   h->max ? emit_count(e, h->max, s->name) : "2"));
    const char *how = h ? "hedged" : "call";
    if (!blocks(e, s))
        emit_line(e, "%srq.%s(%s)", emit_await(e), how, t);
    else if (goes_to_thread(e, s))
        emit_line(e, "await rq.offload(%s, lambda rq: rq.%s(%s))", emit_string(e, s->name), how, t);
    else if (h) /* its copies are tasks, which hold the loop; what would end them waits for it */
        emit_line(e, "await rq.hedged(%s)  # the loop waits", emit_also(e, t, "blocking", "True"));
    else
        emit_line(e, "rq.blocking.call(%s)  # the loop waits", t);
}

static void verb_use(struct emit *e, const struct step *s)
{
    const struct resource *r = &e->m->resource[s->resource];
    const char *t = emit_string(e, r->name);
    if (s->units)
        t = emit_also(e, t, "units", emit_count(e, s->units, s->name));
    if (s->use_key)
        t = emit_also(e, t, "key", emit_count(e, s->use_key, s->name));
    emit_line(e, "%swith rq.hold(%s):", emit_async(e), t);
    emit_block(e, &s->body);
}

static void verb_put(struct emit *e, const struct step *s)
{
    if (e->p->has_loop && e->flavour == FLAVOUR_SYNC)
        emit_refuse(e, s->at, "`put` within what is offloaded", "put before or after it");
    emit_line(e, "%srq.put(%s)", emit_await(e), emit_string(e, e->m->channel[s->channel].name));
}

/* ---- values, order ---- */

static void assigns(struct emit *e, const struct assigns *a, const char *name)
{
    for (uint32_t i = 0; i < a->n; i++) {
        const struct assign *v = &a->v[i];
        if (v->is_shared)
            emit_line(e, "SHARED[%s] = %s", emit_string(e, v->var), emit_value(e, v->value, name));
        else
            emit_line(e, "rq.var.%s = %s", emit_name(e, v->var), emit_value(e, v->value, v->var));
    }
}

static void verb_set(struct emit *e, const struct step *s)
{
    bool alone = s->atomic && e->flavour == FLAVOUR_SYNC;
    if (alone)
        emit_line(e, "with SHARED.changed:");
    e->indent += alone;
    assigns(e, &s->set, s->name);
    e->indent -= alone;
}

static void verb_if(struct emit *e, const struct step *s)
{
    const char *condition = emit_value(e, s->expr, s->name);
    if (s->body.n == 0 && s->orelse.n > 0) {
        bool one = strchr(condition, ' ') == NULL;
        emit_line(e, one ? "if not %s:" : "if not (%s):", condition);
        emit_block(e, &s->orelse);
        return;
    }
    emit_line(e, "if %s:", condition);
    emit_block(e, &s->body);
    if (s->orelse.n == 0)
        return;
    emit_line(e, "else:");
    emit_block(e, &s->orelse);
}

static void verb_choose(struct emit *e, const struct step *s)
{
    emit_line(e, "arm = rq.draw(%s)", emit_string(e, s->name));
    for (uint32_t i = 0; i < s->nbranch; i++) {
        emit_line(e, "%s arm == %u:", i ? "elif" : "if", i);
        emit_block(e, &s->branch[i].body);
    }
}

static void verb_run(struct emit *e, const struct step *s)
{
    const char *t = "";
    for (uint32_t i = 0; i < s->with.n; i++)
        t = arena_printf(e->mem, "%s%s%s=%s", t, i ? ", " : "", emit_name(e, s->with.v[i].var),
                         emit_value(e, s->with.v[i].value, s->name));
    if (s->with.n)
        emit_line(e, "with rq.span(%s), rq.given(%s):", emit_string(e, s->name), t);
    else
        emit_line(e, "with rq.span(%s):", emit_string(e, s->name));
    e->indent++;
    emit_line(e, "%s%s(rq)", emit_await(e), emit_pipeline(e, s->pipeline));
    e->indent--;
}

/* "name", and how long where that is known. */
static const char *timed(struct emit *e, const struct step *s, const struct expr *x)
{
    const char *seconds = emit_seconds(e, x, ""), *name = emit_string(e, s->name);
    return *seconds ? arena_printf(e->mem, "%s, %s", name, seconds) : name;
}

/* NOLINTNEXTLINE(readability-function-size): one case a verb */
static void verb(struct emit *e, const struct step *s)
{
    switch (s->verb) {
    case VERB_CALL:
        verb_call(e, s);
        break;
    case VERB_CPU:
        emit_line(e, "rq.cpu(%s%s)", timed(e, s, s->cpu),
                  s->releases_gil > 0 ? ", outside=True" : "");
        break;
    case VERB_WAIT:
        emit_line(e, "%srq.wait(%s)", emit_await(e), timed(e, s, s->expr));
        break;
    case VERB_SEQ:
        emit_body(e, &s->body);
        break;
    case VERB_PARALLEL:
        emit_parallel(e, s);
        break;
    case VERB_EACH:
        emit_each(e, s);
        break;
    case VERB_SPAWN:
        emit_spawn(e, s);
        break;
    case VERB_AWAIT:
        emit_await_tasks(e, s);
        break;
    case VERB_OFFLOAD:
        emit_offload(e, s);
        break;
    case VERB_DETACH:
        emit_detach(e, s);
        break;
    case VERB_IF:
        verb_if(e, s);
        break;
    case VERB_CHOOSE:
        verb_choose(e, s);
        break;
    case VERB_REPEAT:
        emit_line(e, "for _ in range(%s):", emit_count(e, s->expr, s->name));
        emit_block(e, &s->body);
        break;
    case VERB_USE:
        verb_use(e, s);
        break;
    case VERB_RUN:
        verb_run(e, s);
        break;
    case VERB_SET:
        verb_set(e, s);
        break;
    case VERB_WAIT_UNTIL:
        emit_line(e, "%srq.wait_until(lambda: %s)", emit_await(e), emit_value(e, s->expr, s->name));
        break;
    case VERB_RESPOND:
        emit_line(e, "rq.respond(%d)", s->status);
        break;
    case VERB_ABORT:
        emit_line(e, "rq.abort(%d)", s->status);
        break;
    case VERB_FAIL:
        emit_line(e, "raise Failure(%s)", emit_string(e, e->m->failure[s->failure]));
        break;
    case VERB_RETURN:
        emit_line(e, e->offloaded ? "return True" : "return");
        e->returns = true;
        break;
    case VERB_PUT:
        verb_put(e, s);
        break;
    case VERB_READ:
    case VERB_WRITE:
    case VERB_COUNT:
        break; /* being touched takes no time */
    }
}

/* ---- attributes ---- */

static const char *failures(struct emit *e, const uint32_t *code, uint32_t n, bool queue_named)
{
    const char *list = "";
    for (uint32_t i = 0; i < n; i++) {
        list = arena_printf(e->mem, "%s%s, ", list, emit_string(e, e->m->failure[code[i]]));
        if (code[i] == FAIL_TIMEOUT && !queue_named)
            list = arena_printf(e->mem, "%s\"queue_timeout\", ", list);
    }
    return list;
}

static void open_retry(struct emit *e, const struct step *s, const struct retry *r)
{
    const char *t = r->attempts ? emit_count(e, r->attempts, s->name) : "None";
    bool queue_named = false;
    for (uint32_t i = 0; i < r->nonly; i++)
        queue_named = queue_named || r->only[i] == FAIL_QUEUE_TIMEOUT;
    t = arena_printf(e->mem, "%s, %s", emit_string(e, s->name), t);
    if (r->backoff)
        t = emit_also(e, t, "backoff", emit_seconds(e, r->backoff, "None"));
    if (r->factor)
        t = emit_also(e, t, "factor", emit_value(e, r->factor, s->name));
    if (r->max)
        t = emit_also(e, t, "most", emit_seconds(e, r->max, NULL));
    if (r->nonly)
        t = emit_also(e, t, "only",
                      arena_printf(e->mem, "(%s)", failures(e, r->only, r->nonly, queue_named)));
    emit_line(e, "%sfor attempt in rq.attempts(%s):", emit_async(e), t);
    e->indent++;
    emit_line(e, "with attempt:");
    e->indent++;
}

static const struct handler *handler_any(const struct step *s)
{
    for (uint32_t i = 0; i < s->nhandler; i++)
        if (s->handler[i].code == FAIL_NONE)
            return &s->handler[i];
    return NULL;
}

static void catches(struct emit *e, const struct step *s)
{
    const struct handler *any = handler_any(s);
    bool queue_named = false, first = true;
    for (uint32_t i = 0; i < s->nhandler; i++)
        queue_named = queue_named || s->handler[i].code == FAIL_QUEUE_TIMEOUT;
    if (any && s->nhandler == 1) {
        emit_line(e, "except Failure:");
        emit_block(e, &any->body);
        return;
    }
    emit_line(e, "except Failure as failure:");
    e->indent++;
    for (uint32_t i = 0; i < s->nhandler; i++) {
        const struct handler *h = &s->handler[i];
        if (h == any)
            continue;
        emit_line(e, "%s failure.name in (%s):", first ? "if" : "elif",
                  failures(e, &h->code, 1, queue_named));
        emit_block(e, &h->body);
        first = false;
    }
    emit_line(e, "else:");
    if (any)
        emit_block(e, &any->body);
    else
        buf_printf(e->out, "%*sraise\n", 4 * (e->indent + 1), "");
    e->indent--;
}

/* Has the step a span of its own, beside those of what is in it? */
static bool has_span(const struct step *s)
{
    return s->verb == VERB_USE || (s->named && (s->verb == VERB_SEQ || s->verb == VERB_IF ||
                                                s->verb == VERB_CHOOSE || s->verb == VERB_REPEAT));
}

static void step(struct emit *e, const struct step *s)
{
    const struct service *v = s->verb == VERB_CALL ? &e->m->service[s->service] : NULL;
    const struct retry *r = s->retry ? s->retry : v ? v->retry : NULL;
    const struct expr *timeout = s->timeout ? s->timeout : v ? v->timeout : NULL;
    bool hedged = v && (s->hedge || v->hedge);
    int indent = e->indent;
    if (s->nhandler) {
        emit_line(e, "try:");
        e->indent++;
    }
    int inside = e->indent;
    if (s->has_priority && emit_ranked(e->p)) {
        emit_line(e, "with rq.priority(%d):", s->priority);
        e->indent++;
    }
    if (has_span(s)) {
        emit_line(e, "with rq.span(%s):", emit_string(e, s->name));
        e->indent++;
    }
    if (r)
        open_retry(e, s, r);
    if (timeout && (!v || hedged || goes_to_thread(e, s))) {
        emit_line(e, "%swith rq.within(%s):", emit_async(e), emit_seconds(e, timeout, NULL));
        e->indent++;
    }
    uint32_t before = e->lines;
    verb(e, s);
    if (e->lines == before && e->indent > indent)
        emit_line(e, "pass");
    e->indent = inside;
    assigns(e, &s->sets, s->name);
    e->indent = indent;
    if (s->nhandler)
        catches(e, s);
}
