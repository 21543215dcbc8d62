/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model_run.c - the parts of a model that say who runs it: host, executions and load; see
 * model_impl.h. */
#include "model/model_impl.h"
#include "base/order.h"
#include <math.h>
#include <string.h>

const char *const exec_kind_name[4] = {"serial", "threads", "coroutine", "hybrid"};
const char *const cost_name[COST_COUNT] = {"spawn", "switch", "task",   "resume",
                                           "wake",  "hop",    "handoff"};

/* ---- host and executions ---- */

static const struct key_row rows_gil[] = {
    KEY("handoff", read_expr, host, handoff),
    KEY("interval", read_expr, host, interval),
    KEY("barging", read_bool, host, barging),
    KEY_END,
};
static const struct key_table table_gil = {"`gil`", rows_gil, NULL};

static void read_gil(struct reader *r, const struct yaml *v, void *field)
{
    struct host *h = field;
    if (v->kind == YAML_MAP)
        h->gil = reader_map(r, v, &table_gil, h);
    else
        read_bool(r, v, &h->gil);
}

static void read_schedule(struct reader *r, const struct yaml *v, void *field)
{
    static const char *const words[] = {"fifo", "rr", "ps"}; /* ORDER schedule_kind */
    struct host *h = field;
    const char *inner = NULL;
    struct loc at = v->at;
    if (reader_call_text(r, v, "rr", &inner, &at)) {
        h->schedule = SCHEDULE_RR;
        h->quantum = reader_expr_at(r, inner, at);
        return;
    }
    int w = reader_word(r, v, words, 3);
    if (w >= 0)
        h->schedule = (enum schedule_kind)w;
}

static void read_balance(struct reader *r, const struct yaml *v, void *field)
{
    static const char *const words[] = {"fewest", "random"};
    *(bool *)field = reader_word(r, v, words, 2) == 1;
}

static const struct key_row rows_host[] = {
    KEY("cores", read_count, host, cores),
    KEY("workers", read_count, host, workers),
    KEY_WHOLE("gil", read_gil),
    KEY_WHOLE("schedule", read_schedule),
    KEY("balance", read_balance, host, random_balance),
    KEY_END,
};
static const struct key_table table_host = {"`host`", rows_host, NULL};

void read_host(struct reader *r, const struct yaml *v, void *field)
{
    if (v->kind != YAML_NULL)
        reader_map(r, v, &table_host, field);
}

static void read_exec_kind(struct reader *r, const struct yaml *v, void *field)
{
    struct execution *x = field;
    int w = reader_word(r, v, exec_kind_name, 4);
    for (int i = 0; i < 4 && w >= 0; i++)
        if (strcmp(x->name, exec_kind_name[i]) == 0 && i != w)
            diag_error(r->d, v->at, "E-value", "give the execution a name of its own",
                       "`%s` is always of its own kind, not %s", x->name, exec_kind_name[w]);
    if (w >= 0)
        x->kind = (enum exec_kind)w;
}

#define KEY_COST(name, which) KEY(name, read_expr, execution, cost[which])
static const struct key_row rows_exec[] = {
    KEY_WHOLE("kind", read_exec_kind),
    KEY("costs", read_costs, execution, costs),
    KEY_COST("spawn", COST_SPAWN),
    KEY_COST("switch", COST_SWITCH),
    KEY_COST("task", COST_TASK),
    KEY_COST("resume", COST_RESUME),
    KEY_COST("wake", COST_WAKE),
    KEY_COST("hop", COST_HOP),
    KEY_COST("handoff", COST_HANDOFF),
    KEY("pool", read_count_or_unlimited, execution, pool),
    KEY("server", read_count, execution, server),
    KEY("limit", read_count_or_unlimited, execution, limit),
    KEY("queue", read_count_or_unlimited, execution, queue),
    KEY("stack", read_expr, execution, stack),
    KEY("frame", read_expr, execution, frame),
    KEY("discipline", read_discipline, execution, discipline),
    KEY_END,
};
static const struct key_row rows_exec_host[] = {
    KEY("cores", read_count, execution, host.cores),
    KEY("workers", read_count, execution, host.workers),
    KEY("gil", read_gil, execution, host),
    KEY("schedule", read_schedule, execution, host),
    KEY("balance", read_balance, execution, host.random_balance),
    KEY_END,
};
static const struct key_table table_exec = {"an execution", rows_exec, rows_exec_host};

static int exec_kind_find(const char *name)
{
    for (int i = 0; i < 4; i++)
        if (strcmp(exec_kind_name[i], name) == 0)
            return i;
    return -1;
}

/* The four kinds exist by default, whether or not the model names them. */
void reader_execs_default(struct reader *r, uint32_t own)
{
    struct model *m = r->m;
    m->exec = NEW(r->a, struct execution, (size_t)own + 4);
    m->exec_named = NEW(r->a, bool, (size_t)own + 4);
    for (uint32_t i = 0; i < 4; i++)
        m->exec[i] = (struct execution){
            .name = exec_kind_name[i], .at = m->at, .kind = (enum exec_kind)i, .host = m->host};
    m->nexec = 4;
}

static void exec_read(struct reader *r, const struct yaml_pair *p, bool *named)
{
    struct model *m = r->m;
    reader_name_ok(r, p->key, p->key_at, "an execution", true);
    int kind = exec_kind_find(p->key);
    uint32_t i = kind >= 0 ? (uint32_t)kind : m->nexec++;
    struct execution *x = &m->exec[i];
    named[i] = true;
    x->at = p->key_at;
    r->key = p->key;
    if (kind < 0) {
        x->name = arena_strdup(r->a, p->key);
        x->host = m->host;
        bool map = p->value->kind == YAML_MAP;
        if ((map || p->value->kind == YAML_NULL) && !(map && yaml_get(p->value, "kind")))
            diag_error(r->d, p->key_at, "E-missing-key",
                       "`kind` is serial, threads, coroutine or hybrid",
                       "the execution `%s` needs `kind`", p->key);
    }
    if (p->value->kind != YAML_NULL && reader_map(r, p->value, &table_exec, x))
        costs_apply(r, p->value, x);
}

void read_executions(struct reader *r, const struct yaml *v, void *field)
{
    struct model *m = field;
    if (!reader_section(r, v, "write it as in {threads: {pool: 16}}"))
        return;
    if (v->n > READER_MAX_NAMES) {
        diag_error(r->d, v->at, "E-limit", NULL, "more than %d executions", (int)READER_MAX_NAMES);
        return;
    }
    reader_execs_default(r, v->n);
    bool *named = NEW(r->a, bool, (size_t)v->n + 4);
    for (uint32_t i = 0; i < v->n; i++)
        if (!reader_is_own(v->pair[i].key))
            exec_read(r, &v->pair[i], named);
    m->exec_named = named;
}

/* ---- load ---- */

static void read_arrivals(struct reader *r, const struct yaml *v, void *field)
{
    static const char *const words[] = {"poisson", "deterministic", "gamma(cv=2)"};
    struct load *l = field;
    const char *inner = NULL;
    struct loc at = v->at;
    if (!reader_call_text(r, v, "gamma", &inner, &at)) {
        int w = reader_word(r, v, words, 3);
        l->arrivals = w == 1 ? ARRIVE_DETERMINISTIC : w == 2 ? ARRIVE_GAMMA : ARRIVE_POISSON;
        return;
    }
    l->arrivals = ARRIVE_GAMMA;
    size_t skip = 0;
    if (strncmp(inner, "cv", 2) == 0) {
        skip = 2 + strspn(inner + 2, " ");
        skip = inner[skip] == '=' ? skip + 1 : 0;
    }
    if (skip == 0) {
        diag_error(r->d, at, "E-value", "write gamma(cv=2)", "`gamma` arrivals need `cv=`");
    } else {
        at.col += (uint32_t)skip;
        at.len = at.len > skip ? at.len - (uint32_t)skip : 0;
        l->cv = reader_expr_at(r, inner + skip, at);
    }
    if (!l->cv)
        l->cv = expr_number(r->a, 1, UNIT_NUMBER, v->at);
}

static void read_replay(struct reader *r, const struct yaml *v, void *field)
{
    struct load *l = field;
    if (v->kind != YAML_SCALAR || strpbrk(v->s, "\"\\\r\n")) {
        reader_kind(r, v, "the name of a file of arrival times", NULL);
        return;
    }
    /* The same reader as samples(): one file format, one set of errors. */
    static const char before[] = "samples(\"";
    struct loc at = reader_text_at(v);
    at.col = at.col > sizeof before - 1 ? at.col - (uint32_t)(sizeof before - 1) : 1;
    const struct expr *e = reader_expr_at(r, arena_printf(r->a, "%s%s\")", before, v->s), at);
    if (!e || e->op != X_SAMPLES)
        return;
    double *t = NEW(r->a, double, e->nsample ? e->nsample : 1);
    bool good = e->unit == UNIT_DURATION;
    for (uint32_t i = 0; i < e->nsample; i++) {
        t[i] = e->sample[i];
        good = good && t[i] >= 0 && t[i] < 9.2e18;
    }
    if (!good) {
        diag_error(r->d, v->at, "E-replay", "write one time with its unit a line, as in 12.5ms",
                   "`%s` does not hold times of arrival", v->s);
        return;
    }
    int64_t *ns = NEW(r->a, int64_t, e->nsample ? e->nsample : 1);
    for (uint32_t i = 0; i < e->nsample; i++)
        ns[i] = (int64_t)llround(t[i]);
    order_sort(ns, e->nsample, NULL);
    for (uint32_t i = 0; i < e->nsample; i++)
        t[i] = (double)ns[i];
    l->replay = t;
    l->nreplay = e->nsample;
}

static void read_load_pipeline(struct reader *r, const struct yaml *v, void *field)
{
    struct load *l = field;
    if (reader_is_word(v, "request"))
        return;
    uint32_t i = reader_find(r, v, SET_PIPELINE);
    if (i != UINT32_MAX)
        l->pipeline = (int32_t)i;
}

static void read_load_priority(struct reader *r, const struct yaml *v, void *field)
{
    reader_int(r, v, field);
}

static void read_load_name(struct reader *r, const struct yaml *v, void *field)
{
    read_text(r, v, field);
}

static const struct key_row rows_load[] = {
    KEY("clients", read_count, load, clients),
    KEY("think", read_expr, load, think),
    KEY("rate", read_rate, load, rate),
    KEY_WHOLE("arrivals", read_arrivals),
    KEY_WHOLE("replay", read_replay),
    KEY("backlog", read_count, load, backlog),
    KEY_WHOLE("pipeline", read_load_pipeline),
    KEY("name", read_load_name, load, name),
    KEY("priority", read_load_priority, load, priority),
    KEY_END,
};
static const struct key_table table_load = {"`load`", rows_load, NULL};

static void load_needs(struct reader *r, const struct yaml *v, const char *key, const char *with)
{
    for (uint32_t i = 0; i < v->n; i++)
        if (strcmp(v->pair[i].key, key) == 0 && !yaml_get(v, with))
            diag_error(r->d, v->pair[i].key_at, "E-load", NULL, "`%s` goes with `%s` only", key,
                       with);
}

/* Exactly one of the four ways to arrive. */
static void load_kind(struct reader *r, const struct yaml *v, struct load *l)
{
    static const char *const words[] = {"clients", "rate", "replay", "backlog"};
    static const enum load_kind kinds[] = {LOAD_CLOSED, LOAD_OPEN, LOAD_REPLAY, LOAD_BACKLOG};
    const char *first = NULL;
    for (uint32_t i = 0; i < v->n; i++) {
        for (int k = 0; k < 4; k++) {
            if (strcmp(v->pair[i].key, words[k]) != 0)
                continue;
            if (first)
                diag_error(r->d, v->pair[i].key_at, "E-load", "make them two classes of a list",
                           "a load has one of clients, rate, replay and backlog; this one has "
                           "`%s` and `%s`",
                           first, words[k]);
            else
                l->kind = kinds[k];
            first = first ? first : words[k];
        }
    }
    if (!first)
        diag_error(r->d, v->at, "E-load", "write it as in {rate: 200/s} or {clients: 10}",
                   "a load needs one of clients, rate, replay and backlog");
    load_needs(r, v, "think", "clients");
    load_needs(r, v, "arrivals", "rate");
    if (l->kind == LOAD_REPLAY && l->nreplay == 0)
        l->kind = LOAD_NONE;
}

static bool load_name_taken(const struct model *m, const char *name)
{
    for (uint32_t i = 0; i < m->nload; i++)
        if (m->load[i].name && strcmp(m->load[i].name, name) == 0)
            return true;
    return false;
}

/* Given names first, so that a default name never takes one away. */
static void load_names(struct reader *r)
{
    struct model *m = r->m;
    for (uint32_t i = 0; i < m->nload; i++)
        for (uint32_t k = 0; k < i && m->load[i].name; k++)
            if (m->load[k].name && strcmp(m->load[k].name, m->load[i].name) == 0)
                diag_error(r->d, m->load[i].at, "E-duplicate-name", NULL,
                           "two classes of load are called `%s`", m->load[i].name);
    for (uint32_t i = 0; i < m->nload; i++) {
        struct load *l = &m->load[i];
        if (l->name)
            continue;
        const char *base = l->pipeline < 0 ? "request" : m->pipeline[l->pipeline].name;
        const char *name = base;
        for (unsigned k = 2; load_name_taken(m, name); k++)
            name = arena_printf(r->a, "%s%u", base, k);
        l->name = name;
    }
}

void read_load(struct reader *r, const struct yaml *v, void *field)
{
    struct model *m = field;
    if (v->kind == YAML_NULL)
        return;
    enum { MAX_CLASSES = 256 };
    uint32_t n = v->kind == YAML_LIST ? v->n : 1;
    if (n > MAX_CLASSES) {
        diag_error(r->d, v->at, "E-limit", NULL, "more than %d classes of load", (int)MAX_CLASSES);
        return;
    }
    m->load = NEW(r->a, struct load, n ? n : 1);
    for (uint32_t i = 0; i < n; i++) {
        const struct yaml *item = v->kind == YAML_LIST ? v->item[i] : v;
        struct load *l = &m->load[m->nload];
        l->at = item->at;
        l->pipeline = -1;
        r->key = "load";
        if (!reader_map(r, item, &table_load, l))
            continue;
        load_kind(r, item, l);
        if (l->kind != LOAD_NONE)
            m->nload++;
        else
            *l = (struct load){.name = NULL};
    }
    load_names(r);
}

const char *run_key_home(const char *key)
{
    static const struct key_table *const tables[] = {&table_host, &table_gil, &table_exec,
                                                     &table_load};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct key_row *row = tables[i]->row; row->key; row++)
            if (strcmp(row->key, key) == 0)
                return tables[i]->what;
    return NULL;
}
