/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calibrate_into.c - edits of a model's text: each replaces some bytes, or none, at a place; see
 * calibrate_into.h.  What comes out is read again, and has to say what was meant. */
#include "cli/calibrate_into.h"
#include "base/loc.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Which of them an execution has.  ORDER exec_kind; ends with CAL_COUNT. */
static const enum calibrated costs_of[4][8] = {
    {CAL_COUNT},
    {CAL_SPAWN, CAL_SWITCH, CAL_THREAD_WAKE, CAL_HANDOFF, CAL_STACK, CAL_COUNT},
    {CAL_TASK, CAL_RESUME, CAL_LOOP_WAKE, CAL_FRAME, CAL_COUNT},
    {CAL_TASK, CAL_RESUME, CAL_LOOP_WAKE, CAL_HOP, CAL_HANDOFF, CAL_STACK, CAL_FRAME, CAL_COUNT}};

const char *calibrate_amount(struct arena *mem, double x, bool bytes)
{
    static const struct {
        double per;
        const char *unit[2];
    } row[] = {{1e6, {"ms", "MB"}}, {1e3, {"us", "KB"}}, {1, {"ns", "B"}}};
    int i = 0;
    while (i < 2 && x < row[i].per)
        i++;
    double v = x / row[i].per;
    return arena_printf(mem, "%.*f%s",
                        v < 9.995 && i < 2   ? 2
                        : v < 99.95 && i < 2 ? 1
                                             : 0,
                        v, row[i].unit[bytes]);
}

/* A cost by what was measured: the one of a bounded pool, or where nobody makes fresh threads. */
static enum calibrated row_of(const struct calibration *c, enum calibrated k, bool pooled)
{
    return k == CAL_SPAWN && (pooled || !c->v[k].known) ? CAL_SPAWN_POOLED : k;
}

enum calibrated calibrate_next(const struct calibration *c, enum exec_kind kind, bool pooled,
                               int *i)
{
    enum calibrated k = row_of(c, costs_of[kind][*i], pooled);
    while (k != CAL_COUNT && !c->v[k].known)
        k = row_of(c, costs_of[kind][++*i], pooled);
    if (k != CAL_COUNT)
        ++*i;
    return k;
}

static const char *text_of(const struct calibration *c, struct arena *mem, enum calibrated k)
{
    return calibrate_amount(mem, c->v[k].value, calibrate_rows[k].bytes);
}

/* "{spawn: 4us, switch: 2us}" */
static const char *flow_of(const struct calibration *c, struct arena *mem, enum exec_kind kind)
{
    const char *s = "{";
    enum calibrated k;
    for (int i = 0; (k = calibrate_next(c, kind, false, &i)) != CAL_COUNT;)
        s = arena_printf(mem, "%s%s%s: %s", s, s[1] ? ", " : "", calibrate_rows[k].key,
                         text_of(c, mem, k));
    return arena_printf(mem, "%s}", s);
}

const char *calibrate_gil(const struct calibration *c)
{
    return c->gil ? "{barging: true}" : "false";
}

static const char *host_of(const struct calibration *c, struct arena *mem)
{
    const char *gil = c->gil ? arena_printf(mem, ", gil: %s", calibrate_gil(c)) : "";
    return arena_printf(mem, "host: {cores: %u%s}\n", c->cores, gil);
}

void calibrate_put(const struct calibration *c, struct buf *b)
{
    struct arena *mem = arena_new(0);
    buf_puts(b, host_of(c, mem));
    buf_puts(b, "executions:\n");
    for (int kind = EXEC_THREADS; kind <= EXEC_HYBRID; kind++)
        buf_printf(b, "  %s: %s\n", exec_kind_name[kind], flow_of(c, mem, (enum exec_kind)kind));
    arena_drop(mem);
}

/* ---- edits ---- */

struct edit {
    size_t at, len;
    const char *text;
    uint32_t number; /* those of one place stay in the order in which they were asked for */
};
struct editor {
    const struct calibration *c;
    const struct subject *s;
    struct arena *mem;
    struct diags *d;
    const struct yaml *root, *params;
    struct edit *v;
    uint32_t n, cap;
};

static size_t place(const struct editor *e, struct loc at)
{
    return loc_offset(e->s->text, e->s->size, at);
}

static void edit(struct editor *e, size_t at, size_t len, const char *text)
{
    e->v = grow(e->v, &e->cap, e->n + 1, sizeof *e->v);
    e->v[e->n] = (struct edit){at, len, text, e->n};
    e->n++;
}

static size_t end_of(const struct editor *e, const struct yaml *v)
{
    struct loc end = v->at;
    end.col += v->at.len;
    return place(e, end);
}

static bool is_word(char c)
{
    return c == '_' || c == '.' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

/* Does a value in there speak of `name`? */
static bool speaks_of(const struct yaml *v, const char *name)
{
    const size_t len = strlen(name);
    for (const char *s = v->kind == YAML_SCALAR ? v->s : ""; (s = strstr(s, name)) != NULL; s++)
        if ((s == v->s || !is_word(s[-1])) && !is_word(s[len]))
            return true;
    for (uint32_t i = 0; i < v->n; i++)
        if (v->kind == YAML_MAP    ? speaks_of(v->pair[i].value, name)
            : v->kind == YAML_LIST ? speaks_of(v->item[i], name)
                                   : false)
            return true;
    return false;
}

static bool is_cost(const char *key)
{
    for (int k = 0; k < CAL_COUNT; k++)
        if (calibrate_rows[k].key && strcmp(calibrate_rows[k].key, key) == 0)
            return true;
    return false;
}

static bool other_than_cost(const struct yaml *x, const char *name)
{
    for (uint32_t n = 0; x->kind == YAML_MAP && n < x->n; n++)
        if (!is_cost(x->pair[n].key) && speaks_of(x->pair[n].value, name))
            return true;
    return false;
}

/* A parameter of costs alone: another number in its place changes nothing else. */
static bool is_of_costs(const struct editor *e, const char *name)
{
    for (uint32_t i = 0; i < e->root->n; i++) {
        const struct yaml_pair *p = &e->root->pair[i];
        bool executions = strcmp(p->key, "executions") == 0 && p->value->kind == YAML_MAP;
        if (!executions && strcmp(p->key, "doc") != 0 && speaks_of(p->value, name))
            return false;
        for (uint32_t k = 0; executions && k < p->value->n; k++)
            if (other_than_cost(p->value->pair[k].value, name))
                return false;
    }
    return true;
}

static void replace(struct editor *e, const struct yaml *v, const char *text)
{
    const struct yaml *p = e->params && v->kind == YAML_SCALAR ? yaml_get(e->params, v->s) : NULL;
    p = p && is_of_costs(e, v->s) ? p : NULL;
    const struct yaml *to = p && p->kind == YAML_SCALAR ? p : v;
    size_t at = place(e, to->at);
    if (to->kind != YAML_SCALAR) {
        diag_error(e->d, v->at, "E-calibrate", "make it a single value, then try again",
                   "this cost cannot be replaced by a number");
        return;
    }
    for (uint32_t i = 0; i < e->n; i++)
        if (e->v[i].at == at && e->v[i].len)
            return; /* one parameter for two costs: the first one decides */
    edit(e, at, end_of(e, to) - at, text);
}

struct entry {
    const char *key, *text;
};
struct entries {
    struct entry v[8];
    uint32_t n;
};

/* "a: 1, b: 2" */
static const char *in_line(const struct editor *e, const struct entries *x)
{
    const char *s = "";
    for (uint32_t i = 0; i < x->n; i++)
        s = arena_printf(e->mem, "%s%s%s: %s", s, i ? ", " : "", x->v[i].key, x->v[i].text);
    return s;
}

/* Before what is there of the value of p: a {map}, one of lines, or nothing. */
static void add_entries(struct editor *e, const struct yaml_pair *p, const struct entries *x)
{
    const struct yaml *map = p->value;
    const char *s = in_line(e, x);
    if (x->n == 0)
        return;
    if (map->kind == YAML_NULL) {
        edit(e, place(e, p->key_at) + strlen(p->key) + 1, 0, arena_printf(e->mem, " {%s}", s));
        return;
    }
    if (map->flow) {
        edit(e, place(e, map->at) + 1, 0, arena_printf(e->mem, "%s%s", s, map->n ? ", " : ""));
        return;
    }
    s = "";
    for (uint32_t i = 0; i < x->n; i++)
        s = arena_printf(e->mem, "%s%s: %s\n%*s", s, x->v[i].key, x->v[i].text,
                         (int)map->pair[0].key_at.col - 1, "");
    edit(e, place(e, map->pair[0].key_at), 0, s);
}

static void into_execution(struct editor *e, const struct execution *x, const struct yaml_pair *p)
{
    struct entries more = {.n = 0};
    enum calibrated k;
    for (int i = 0; (k = calibrate_next(e->c, x->kind, x->pool != NULL, &i)) != CAL_COUNT;) {
        const char *key = calibrate_rows[k].key, *text = text_of(e->c, e->mem, k);
        const struct yaml *v = p->value->kind == YAML_MAP ? yaml_get(p->value, key) : NULL;
        if (v)
            replace(e, v, text);
        else
            more.v[more.n++] = (struct entry){key, text};
    }
    add_entries(e, p, &more);
}

/* Those that `run` compares in any case. */
static void add_executions(struct editor *e, const struct yaml_pair *p)
{
    struct entries more = {.n = 0};
    for (int kind = EXEC_THREADS; kind <= EXEC_COROUTINE; kind++)
        if (!p || p->value->kind != YAML_MAP || !yaml_get(p->value, exec_kind_name[kind]))
            more.v[more.n++] =
                (struct entry){exec_kind_name[kind], flow_of(e->c, e->mem, (enum exec_kind)kind)};
    if (p)
        add_entries(e, p, &more);
    else
        for (uint32_t i = 0; i < more.n; i++)
            edit(e, e->s->size, 0,
                 arena_printf(e->mem, "%s  %s: %s\n", i ? "" : "executions:\n", more.v[i].key,
                              more.v[i].text));
}

/* Its cores are the model's affair; how its interpreter is handed on was measured. */
static void into_host(struct editor *e, const struct yaml *host)
{
    const struct yaml *gil = host->kind == YAML_MAP ? yaml_get(host, "gil") : NULL;
    if (e->c->gil && gil && gil->kind == YAML_SCALAR && strcmp(gil->s, "true") == 0)
        edit(e, place(e, gil->at), end_of(e, gil) - place(e, gil->at), calibrate_gil(e->c));
}

static int by_place(const void *a, const void *b)
{
    const struct edit *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->number < y->number ? -1 : 1;
}

/* Lines of ours end as the first one of theirs does. */
static void put_ours(const struct editor *e, const char *text, struct buf *out)
{
    const char *end = memchr(e->s->text, '\n', e->s->size);
    bool dos = end && end > e->s->text && end[-1] == '\r';
    for (; *text; text++) {
        if (dos && *text == '\n')
            buf_putc(out, '\r');
        buf_putc(out, *text);
    }
}

static void apply(struct editor *e, struct buf *out)
{
    const char *text = e->s->text;
    size_t done = 0;
    qsort(e->v, e->n, sizeof *e->v, by_place);
    for (uint32_t i = 0; i < e->n; i++) {
        buf_put(out, text + done, e->v[i].at - done);
        put_ours(e, e->v[i].text, out);
        done = e->v[i].at + e->v[i].len;
    }
    buf_put(out, text + done, e->s->size - done);
}

/* ---- is it right? ---- */

static bool says(const struct yaml *params, const struct yaml *v, const char *text)
{
    const struct yaml *p = v && params ? yaml_get(params, v->s) : NULL;
    v = p ? p : v;
    return v && strcmp(v->s, text) == 0;
}

/* The model that came out has every cost of every execution of ours. */
static bool check(const struct editor *e, const struct model *m, const struct yaml *root)
{
    const struct yaml *all = yaml_get(root, "executions");
    bool ok = true;
    for (uint32_t i = 0; all && i < all->n; i++) {
        const struct execution *x = model_exec(m, all->pair[i].key);
        enum calibrated k;
        for (int n = 0; (k = calibrate_next(e->c, x->kind, x->pool != NULL, &n)) != CAL_COUNT;)
            ok = ok &&
                 says(yaml_get(root, "params"), yaml_get(all->pair[i].value, calibrate_rows[k].key),
                      text_of(e->c, e->mem, k));
    }
    return all && ok;
}

static bool read_again(const struct editor *e, const struct buf *out)
{
    struct diags *d = diags_new(e->mem);
    struct yaml *root = yaml_parse(e->mem, e->s->name, out->s, out->n, d);
    const struct model *m = root ? model_build(e->mem, root, e->s->path, d) : NULL;
    return m && diags_errors(d) == 0 && check(e, m, root);
}

bool calibrate_into(const struct calibration *c, const struct subject *s, struct arena *mem,
                    struct buf *out, struct diags *d)
{
    struct editor e = {.c = c, .s = s, .mem = mem, .d = d};
    struct yaml *root = yaml_parse(mem, s->name, s->text, s->size, d);
    const struct model *m = root ? model_build(mem, root, s->path, d) : NULL;
    const struct yaml_pair *all = NULL;
    if (!m || diags_errors(d))
        return false;
    e.root = root;
    e.params = yaml_get(root, "params");
    for (uint32_t i = 0; i < root->n; i++)
        all = strcmp(root->pair[i].key, "executions") == 0 ? &root->pair[i] : all;
    if (s->size && s->text[s->size - 1] != '\n')
        edit(&e, s->size, 0, "\n");
    if (yaml_get(root, "host"))
        into_host(&e, yaml_get(root, "host"));
    else
        edit(&e, s->size, 0, host_of(c, mem));
    add_executions(&e, all);
    for (uint32_t i = 0; all && i < all->value->n; i++)
        into_execution(&e, model_exec(m, all->value->pair[i].key), &all->value->pair[i]);
    apply(&e, out);
    free(e.v);
    if (diags_errors(d) == 0 && !read_again(&e, out))
        diag_error(d, all ? all->key_at : (struct loc){0}, "E-calibrate",
                   "'pertinax calibrate' prints them, to be copied",
                   "the costs cannot be written into this text without changing it otherwise");
    return diags_errors(d) == 0;
}
