/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compile_emit.c - the pieces a program is made of: instructions in the code of the current task,
 * labels, handlers, sites of draws, marks of steps.  Knows no verb. */
#include "core/compile_impl.h"
#include <string.h>

const struct op op_nothing = {.code = OP_COUNT};

void *compile_grow(struct compiler *c, void *v, uint32_t *cap, uint32_t need, size_t size)
{
    if (need <= *cap)
        return v;
    uint32_t to = *cap < 4 ? 4 : *cap * 2;
    if (to < need)
        to = need;
    void *w = arena_alloc(c->tmp, to, size, _Alignof(max_align_t));
    if (*cap)
        memcpy(w, v, (size_t)*cap * size);
    *cap = to;
    return w;
}

static void emit_full(struct compiler *c, struct loc at)
{
    if (!c->full)
        diag_error(c->d, at, "E-size", "share less work between fewer run: steps",
                   "the model unfolds into more than %d instructions", COMPILE_MAX_OPS);
    c->full = true;
}

struct line *emit(struct compiler *c, enum opcode op, struct loc at)
{
    struct ctask *t = c->t;
    if (c->ops >= COMPILE_MAX_OPS) {
        emit_full(c, at);
        c->scrap = (struct line){.site = NONE};
        return &c->scrap;
    }
    c->ops++;
    struct line *l = ADD(c, t->line, t->nline, t->cap_line);
    *l = (struct line){.op = {.code = (uint8_t)op},
                       .at = at,
                       .mark = t->mark,
                       .handler = t->handler,
                       .site = NONE};
    return l;
}

struct line *emit3(struct compiler *c, enum opcode op, struct loc at, uint32_t a, uint32_t b,
                   uint32_t target)
{
    struct line *l = emit(c, op, at);
    l->op.a = a;
    l->op.b = b;
    l->op.c = target;
    return l;
}

struct op op_make(enum opcode code, uint32_t a, uint32_t b, uint32_t target)
{
    return (struct op){.code = (uint8_t)code, .a = a, .b = b, .c = target};
}

bool op_has_target(unsigned code)
{
    return code == OP_MORE || code == OP_NEXT || code == OP_BRANCH || code == OP_JUMP ||
           code == OP_LOOP || code == OP_INC;
}

uint32_t label_at(struct compiler *c, uint32_t pc)
{
    struct label *l = ADD(c, c->label, c->nlabel, c->cap_label);
    *l = (struct label){.body = c->t->body, .pc = pc};
    return c->nlabel - 1;
}

uint32_t label_new(struct compiler *c)
{
    return label_at(c, NONE);
}

void label_here(struct compiler *c, uint32_t label)
{
    c->label[label].pc = c->t->nline;
}

struct unwinder *region_open(struct compiler *c, enum handler_kind k, uint32_t a, struct op undo)
{
    struct prog *p = c->p;
    struct cleanup *u = ADD(c, c->cleanup, c->ncleanup, c->cap_cleanup);
    *u = (struct cleanup){.op = undo};
    struct unwinder *h = ADD(c, p->handler, p->nhandler, c->cap_handler);
    *h = (struct unwinder){
        .kind = k, .a = a, .target = NONE, .outer = c->t->handler, .word = NONE, .limit = NONE};
    c->t->handler = p->nhandler - 1;
    return h;
}

void region_close(struct compiler *c)
{
    c->t->handler = c->p->handler[c->t->handler].outer;
}

void region_end(struct compiler *c, struct loc at)
{
    struct op undo = c->cleanup[c->t->handler].op;
    if (undo.code != OP_COUNT)
        emit(c, OP_END, at)->op = undo;
    region_close(c);
}

void region_match(struct compiler *c, struct unwinder *u, const uint32_t *code, uint32_t n)
{
    struct prog *p = c->p;
    u->match = p->nmatch_code;
    u->nmatch = n;
    for (uint32_t i = 0; i < n; i++)
        *ADD(c, p->match_code, p->nmatch_code, c->cap_match_code) = code[i];
}

uint32_t site_hash(const char *path, const char *quantity)
{
    uint32_t h = 2166136261U;
    for (; *path; path++)
        h = (h ^ (unsigned char)*path) * 16777619U;
    h = (h ^ (unsigned char)':') * 16777619U;
    for (; *quantity; quantity++)
        h = (h ^ (unsigned char)*quantity) * 16777619U;
    return h;
}

uint32_t site_new(struct compiler *c, const char *path, const char *quantity, uint32_t expr)
{
    struct prog *p = c->p;
    struct site *s = ADD(c, p->site, p->nsite, c->cap_site);
    *s = (struct site){.hash = site_hash(path, quantity), .expr = expr, .loop = p->nloop_word};
    if (c->t) {
        s->nloop = c->t->nloop;
        for (uint32_t i = 0; i < c->t->nloop; i++)
            *ADD(c, p->loop_word, p->nloop_word, c->cap_loop_word) = c->t->loop[i];
    }
    return p->nsite - 1;
}

uint32_t word_new(struct compiler *c)
{
    return c->t->nword++;
}

void loop_push(struct compiler *c, uint32_t word)
{
    *ADD(c, c->t->loop, c->t->nloop, c->t->cap_loop) = word;
}

void loop_pop(struct compiler *c)
{
    c->t->nloop--;
}

uint32_t emit_ask(struct compiler *c, const char *quantity, uint32_t expr, uint32_t word,
                  struct loc at)
{
    if (word == NONE)
        word = word_new(c);
    uint32_t site = site_new(c, mark_path(c), quantity, expr);
    struct line *l = emit3(c, OP_ASK, at, word, expr, 0);
    l->site = site;
    if (strncmp(quantity, "set ", 4) != 0 && strncmp(quantity, "with ", 5) != 0)
        l->op.flags = OPF_COUNT;
    return word;
}

const char *path_join(struct compiler *c, const char *base, const char *name, struct loc at)
{
    if (strlen(base) + strlen(name) + 1 > COMPILE_MAX_PATH) {
        diag_error(c->d, at, "E-size", "give the steps shorter names",
                   "the path of a step is longer than %d bytes", COMPILE_MAX_PATH);
        return base;
    }
    return arena_printf(c->a, "%s/%s", base, name);
}

static struct path_slot *path_slot(struct compiler *c, const char *path)
{
    uint32_t i = site_hash(path, "") & (c->cap_path - 1);
    while (c->paths[i].path && strcmp(c->paths[i].path, path) != 0)
        i = (i + 1) & (c->cap_path - 1);
    return &c->paths[i];
}

static void path_room(struct compiler *c)
{
    if (c->npath * 2 < c->cap_path)
        return;
    struct path_slot *old = c->paths;
    uint32_t n = c->cap_path;
    c->cap_path = n ? n * 2 : 64;
    c->paths = NEW(c->tmp, struct path_slot, c->cap_path);
    for (uint32_t i = 0; i < n; i++) {
        if (old[i].path)
            *path_slot(c, old[i].path) = old[i];
    }
}

/* Steps that would have the same path are told apart by #2, #3, in the order written. */
static const char *path_unique(struct compiler *c, const char *path)
{
    path_room(c);
    struct path_slot *s = path_slot(c, path);
    const char *name = path;
    if (!s->path)
        *s = (struct path_slot){.path = path};
    else
        name = NULL;
    s->times++;
    while (!name) {
        const char *try = arena_printf(c->a, "%s#%u", path, s->times);
        struct path_slot *free_slot = path_slot(c, try);
        if (free_slot->path) {
            s->times++;
            continue;
        }
        *free_slot = (struct path_slot){.path = try, .times = 1};
        name = try;
    }
    c->npath++;
    return name;
}

uint32_t mark_new(struct compiler *c, const struct step *s)
{
    const char *path = path_unique(c, path_join(c, c->path, s->name, s->at));
    *ADD(c, c->p->mark, c->p->nmark, c->cap_mark) =
        (struct mark){.path = path, .at = s->at, .verb = s->verb};
    return c->p->nmark - 1;
}

const char *mark_path(const struct compiler *c)
{
    return c->t->mark == NONE ? c->path : c->p->mark[c->t->mark].path;
}

struct ctask *task_begin(struct compiler *c, const char *path, struct loc at)
{
    struct ctask *t = NEW(c->tmp, struct ctask, 1);
    t->up = c->t;
    t->level = c->t ? c->t->level + 1 : 0;
    t->body = c->ntask;
    t->stage = NONE;
    t->handler = t->mark = NONE;
    *ADD(c, c->task, c->ntask, c->cap_task) = t;
    *ADD(c, c->p->body, c->p->nbody, c->cap_body) =
        (struct task_body){.path = path, .at = at, .stage = NONE};
    c->t = t;
    return t;
}

struct ctask *task_end(struct compiler *c, struct loc at)
{
    struct ctask *t = c->t;
    emit(c, OP_END, at);
    c->t = t->up;
    return t;
}
