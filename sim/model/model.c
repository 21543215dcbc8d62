/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model.c - from a YAML tree to a model: the top level, services, resources, shared data and
 * pipelines.  Contract in model.h, the parts in model_impl.h.
 *
 * The order of the rows of rows_model is the order of reading, and it matters: names come before
 * the bodies that use them, the host before the executions that override it. */
#include "model/model.h"
#include "model/model_impl.h"
#include "model/spec.h"
#include <stdlib.h>
#include <string.h>

/* ---- params ---- */

static void read_params(struct reader *r, const struct yaml *v, void *field)
{
    struct model *m = field;
    if (!reader_section(r, v, "write it as in {shards: 3, rtt: 1ms}"))
        return;
    m->param = NEW(r->a, struct param, v->n ? v->n : 1);
    for (uint32_t i = 0; i < v->n; i++) {
        const struct yaml_pair *p = &v->pair[i];
        if (reader_is_own(p->key) || !reader_name_ok(r, p->key, p->key_at, "a parameter", false))
            continue;
        if (m->nparam >= READER_MAX_NAMES) {
            diag_error(r->d, p->key_at, "E-limit", NULL, "more than %d parameters",
                       (int)READER_MAX_NAMES);
            return;
        }
        struct param *to = &m->param[m->nparam++];
        to->name = arena_strdup(r->a, p->key);
        to->at = p->key_at;
        r->key = to->name;
        read_expr(r, p->value, &to->value);
    }
}

/* ---- services ---- */

static const struct key_row rows_service_cpu[] = {
    KEY("send", read_expr, service, cpu_send),
    KEY("receive", read_expr, service, cpu_receive),
    KEY_END,
};
static const struct key_table table_service_cpu = {"`cpu` of a service", rows_service_cpu, NULL};

static void read_service_cpu(struct reader *r, const struct yaml *v, void *field)
{
    struct service *s = field;
    if (v->kind == YAML_MAP)
        reader_map(r, v, &table_service_cpu, s);
    else
        read_expr(r, v, &s->cpu_send);
}

static void read_abandoned(struct reader *r, const struct yaml *v, void *field)
{
    static const char *const words[] = {"stop", "keep"};
    *(bool *)field = reader_word(r, v, words, 2) == 0;
}

static void read_service_discipline(struct reader *r, const struct yaml *v, void *field)
{
    static const char *const words[] = {"fifo", "lifo", "random", "priority", "ps"};
    int w = reader_word(r, v, words, 5);
    if (w >= 0)
        *(enum discipline *)field = (enum discipline)w;
}

static const struct key_row rows_service[] = {
    KEY_NEEDED("latency", read_expr, service, latency),
    KEY_WHOLE("cpu", read_service_cpu),
    KEY("releases_gil", read_bool, service, releases_gil),
    KEY("host_cpu", read_expr, service, host_cpu),
    KEY("capacity", read_count_or_unlimited, service, capacity),
    KEY("queue", read_count_or_unlimited, service, queue),
    KEY("queue_timeout", read_expr, service, queue_timeout),
    KEY("discipline", read_service_discipline, service, discipline),
    KEY("error", read_expr, service, error),
    KEY("blocking", read_bool, service, blocking),
    KEY("timeout", read_expr, service, timeout),
    KEY("abandoned", read_abandoned, service, abandoned_stop),
    KEY("retry", read_retry, service, retry),
    KEY("hedge", read_hedge, service, hedge),
    KEY_END,
};
static const struct key_table table_service = {"a service", rows_service, NULL};

static void read_services(struct reader *r, const struct yaml *v, void *field)
{
    struct model *m = field;
    if (!reader_section(r, v, "write it as in {db: {latency: 20ms}}"))
        return;
    m->service = NEW(r->a, struct service, v->n ? v->n : 1);
    reader_set_init(r, SET_SERVICE, v->n);
    for (uint32_t i = 0; i < v->n; i++) {
        const struct yaml_pair *p = &v->pair[i];
        if (reader_is_own(p->key))
            continue;
        reader_name_ok(r, p->key, p->key_at, "a service", true);
        struct service *s = &m->service[m->nservice];
        s->name = arena_strdup(r->a, p->key);
        s->at = p->key_at;
        if (!reader_set_add(r, SET_SERVICE, s->name, s->at))
            return;
        m->nservice++;
        r->key = s->name;
        reader_map(r, p->value, &table_service, s);
        if (!s->latency)
            s->latency = expr_number(r->a, 0, UNIT_ZERO, s->at);
    }
}

/* ---- resources ---- */

static const char *const resource_kinds[] = {"mutex", "semaphore", "pool"};
enum { NRESOURCE_KINDS = 3 };

static void read_resource_kind(struct reader *r, const struct yaml *v, void *field)
{
    int w = reader_word(r, v, resource_kinds, NRESOURCE_KINDS);
    if (w >= 0)
        *(const char **)field = resource_kinds[w];
}

static void read_resource_scope(struct reader *r, const struct yaml *v, void *field)
{
    static const char *const words[] = {"worker", "all"};
    int w = reader_word(r, v, words, 2);
    if (w >= 0)
        *(enum scope_kind *)field = w == 0 ? SCOPE_WORKER : SCOPE_ALL;
}

static const struct key_row rows_resource[] = {
    KEY_NEEDED("kind", read_resource_kind, resource, kind),
    KEY("size", read_count, resource, size),
    KEY("scope", read_resource_scope, resource, scope),
    KEY("queue", read_count_or_unlimited, resource, queue),
    KEY("queue_timeout", read_expr, resource, queue_timeout),
    KEY("discipline", read_discipline, resource, discipline),
    KEY("keys", read_count, resource, keys),
    KEY_END,
};
static const struct key_table table_resource = {"a resource", rows_resource, NULL};

/* `mutex`, `semaphore(8)`, `pool(n)` */
static void resource_short(struct reader *r, const struct yaml *v, struct resource *to)
{
    const char *inner = NULL;
    struct loc at = v->at;
    for (int i = 0; i < NRESOURCE_KINDS; i++) {
        bool plain = strcmp(v->s, resource_kinds[i]) == 0;
        if (!plain && !reader_call_text(r, v, resource_kinds[i], &inner, &at))
            continue;
        to->kind = resource_kinds[i];
        if (plain && i > 0)
            diag_error(r->d, v->at, "E-resource",
                       arena_printf(r->a, "write it as in %s(8)", to->kind),
                       "how many units has the %s `%s`", to->kind, to->name);
        else if (!plain && i == 0)
            diag_error(r->d, at, "E-resource", "write `mutex`, or `semaphore(N)`",
                       "a mutex has one unit");
        else if (!plain)
            to->size = reader_expr_at(r, inner, at);
        return;
    }
    const char *near = nearest(v->s, resource_kinds, NRESOURCE_KINDS);
    diag_error(r->d, v->at, "E-resource",
               near ? arena_printf(r->a, "did you mean `%s`?", near)
                    : "write `mutex`, `semaphore(8)`, `pool(20)` or a map with `kind`",
               "unknown kind of resource %s", reader_found(r, v));
}

static void resource_read(struct reader *r, const struct yaml *v, struct resource *to)
{
    if (v->kind == YAML_SCALAR) {
        resource_short(r, v, to);
    } else if (reader_map(r, v, &table_resource, to) && to->kind) {
        bool mutex = strcmp(to->kind, "mutex") == 0;
        if (mutex && to->size)
            diag_error(r->d, to->size->at, "E-resource", "leave `size` out, or make it a semaphore",
                       "a mutex has one unit");
        else if (!mutex && !to->size)
            diag_error(r->d, v->at, "E-missing-key", NULL, "a %s needs `size`", to->kind);
    }
    if (!to->kind)
        to->kind = "semaphore";
    if (!to->size || strcmp(to->kind, "mutex") == 0)
        to->size = expr_number(r->a, 1, UNIT_NUMBER, v->at);
}

static void read_resources(struct reader *r, const struct yaml *v, void *field)
{
    struct model *m = field;
    if (!reader_section(r, v, "write it as in {lock: mutex, slots: semaphore(8)}"))
        return;
    m->resource = NEW(r->a, struct resource, v->n ? v->n : 1);
    reader_set_init(r, SET_RESOURCE, v->n);
    for (uint32_t i = 0; i < v->n; i++) {
        const struct yaml_pair *p = &v->pair[i];
        if (reader_is_own(p->key))
            continue;
        reader_name_ok(r, p->key, p->key_at, "a resource", false);
        struct resource *to = &m->resource[m->nresource];
        to->name = arena_strdup(r->a, p->key);
        to->at = p->key_at;
        if (!reader_set_add(r, SET_RESOURCE, to->name, to->at))
            return;
        m->nresource++;
        r->key = to->name;
        resource_read(r, p->value, to);
    }
}

/* ---- pipelines ---- */

static void read_pipelines(struct reader *r, const struct yaml *v, void *field)
{
    struct model *m = field;
    if (!reader_section(r, v, "write it as in {load: [{call: db}]}"))
        return;
    m->pipeline = NEW(r->a, struct pipeline, v->n ? v->n : 1);
    reader_set_init(r, SET_PIPELINE, v->n);
    const struct yaml **body = NEW(r->a, const struct yaml *, v->n ? v->n : 1);
    for (uint32_t i = 0; i < v->n; i++) {
        const struct yaml_pair *p = &v->pair[i];
        if (reader_is_own(p->key))
            continue;
        if (reader_name_ok(r, p->key, p->key_at, "a pipeline", false) &&
            strcmp(p->key, "request") == 0)
            diag_error(r->d, p->key_at, "E-name", "`request` is the body of `request:`",
                       "`request` cannot be the name of a pipeline");
        struct pipeline *to = &m->pipeline[m->npipeline];
        to->name = arena_strdup(r->a, p->key);
        to->at = p->key_at;
        if (!reader_set_add(r, SET_PIPELINE, to->name, to->at))
            break;
        body[m->npipeline++] = p->value;
    }
    for (uint32_t i = 0; i < m->npipeline; i++) {
        r->here = i;
        r->key = m->pipeline[i].name;
        read_body(r, body[i], &m->pipeline[i].body);
    }
    r->here = NO_PIPELINE;
}

static int edge_order(const void *a, const void *b)
{
    const struct run_edge *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->step->at.line != y->step->at.line)
        return x->step->at.line < y->step->at.line ? -1 : 1;
    return x->step->at.col < y->step->at.col ? -1 : x->step->at.col > y->step->at.col;
}

/* Cuts the edge that closes a cycle, so that whoever inlines pipelines comes to an end. */
static void cycle_report(struct reader *r, const struct run_edge *e, const uint32_t *path,
                         uint32_t npath)
{
    uint32_t i = npath;
    while (i > 0 && path[i - 1] != e->to)
        i--;
    const char *s = r->m->pipeline[e->to].name;
    uint32_t shown = 0;
    for (; i < npath && shown < 20; i++, shown++)
        s = arena_printf(r->a, "%s -> %s", s, r->m->pipeline[path[i]].name);
    if (i < npath)
        s = arena_printf(r->a, "%s -> ...", s);
    s = arena_printf(r->a, "%s -> %s", s, r->m->pipeline[e->to].name);
    diag_error(r->d, e->step->value_at, "E-recursion", "use `repeat` or `retry` to do work again",
               "pipelines may not run themselves: %s", s);
    e->step->verb = VERB_SEQ;
}

/* Depth first over the pipelines, with a stack of its own: a chain may be long. */
static void recursion_check(struct reader *r)
{
    uint32_t n = r->m->npipeline, top = 0;
    if (r->nedge == 0)
        return;
    qsort(r->edge, r->nedge, sizeof *r->edge, edge_order);
    uint32_t *next = NEW(r->a, uint32_t, n + 1); /* edge to look at */
    uint32_t *path = NEW(r->a, uint32_t, n + 1);
    unsigned char *state = NEW(r->a, unsigned char, n); /* 0 new, 1 on the path, 2 done */
    for (uint32_t i = 0, e = 0; i < n; i++) {
        while (e < r->nedge && r->edge[e].from < i)
            e++;
        next[i] = e;
    }
    for (uint32_t root = 0; root < n; root++) {
        if (state[root])
            continue;
        path[top++] = root;
        state[root] = 1;
        while (top > 0) {
            uint32_t at = path[top - 1];
            if (next[at] >= r->nedge || r->edge[next[at]].from != at) {
                state[at] = 2;
                top--;
                continue;
            }
            const struct run_edge *e = &r->edge[next[at]++];
            if (state[e->to] == 1) {
                cycle_report(r, e, path, top);
            } else if (state[e->to] == 0) {
                state[e->to] = 1;
                path[top++] = e->to;
            }
        }
    }
}

/* ---- the model ---- */

static void read_version(struct reader *r, const struct yaml *v, void *field)
{
    (void)field;
    if (!reader_is_word(v, "1"))
        diag_error(r->d, v->at, "E-version", "write `pertinax: 1`",
                   "unknown version of the language: %s", reader_found(r, v));
}

static void read_model_name(struct reader *r, const struct yaml *v, void *field)
{
    if (v->kind == YAML_SCALAR && v->s[0] == '\0')
        reader_kind(r, v, "a text", NULL);
    else
        read_text(r, v, field);
}

static void read_uncaught(struct reader *r, const struct yaml *v, void *field)
{
    int32_t *status = field;
    if (reader_is_word(v, "none"))
        *status = UNCAUGHT_NONE;
    else
        reader_status(r, v, status);
}

static void read_model_checks(struct reader *r, const struct yaml *v, void *field)
{
    struct model *m = field;
    m->checks = spec_of_checks(r->a, v, m->file, r->d);
}

static const struct key_row rows_model[] = {
    KEY_WHOLE_NEEDED("pertinax", read_version),
    KEY_NEEDED("name", read_model_name, model, name),
    KEY("doc", read_text, model, doc),
    KEY_WHOLE("params", read_params),
    KEY_WHOLE("services", read_services),
    KEY_WHOLE("resources", read_resources),
    KEY_WHOLE("shared", read_shared),
    KEY_WHOLE("channels", read_channels),
    KEY_WHOLE("pipelines", read_pipelines),
    KEY_NEEDED("request", read_body, model, request),
    KEY_WHOLE("stages", read_stages),
    KEY("uncaught", read_uncaught, model, uncaught),
    KEY("host", read_host, model, host),
    KEY_WHOLE("executions", read_executions),
    KEY_WHOLE("load", read_load),
    KEY_WHOLE("checks", read_model_checks),
    KEY_END,
};
static const struct key_table table_model = {"a model", rows_model, NULL};

const char *model_key_home(const char *key)
{
    static const struct key_table *const tables[] = {&table_service, &table_resource, &table_model};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct key_row *row = tables[i]->row; row->key; row++)
            if (strcmp(row->key, key) == 0)
                return tables[i]->what;
    const char *home = shared_key_home(key);
    home = home ? home : run_key_home(key);
    return home ? home : stage_key_home(key);
}

static void failures_init(struct reader *r)
{
    static const char *const builtin[FAIL_USER] = {"none", "error", "timeout", "queue_timeout",
                                                   "rejected"};
    r->cap_failure = 16;
    r->m->failure = NEW(r->a, const char *, r->cap_failure);
    for (uint32_t i = 0; i < FAIL_USER; i++)
        r->m->failure[i] = builtin[i];
    r->m->nfailure = FAIL_USER;
}

static const char *dir_of(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return "";
    return arena_strndup(a, path, slash == path ? 1 : (size_t)(slash - path));
}

const struct model *model_build(struct arena *a, struct yaml *root, const char *path,
                                struct diags *d)
{
    struct model *m = NEW(a, struct model, 1);
    struct reader r = {.a = a, .d = d, .m = m, .dir = dir_of(a, path), .here = NO_PIPELINE};
    if (root->kind != YAML_MAP) {
        diag_error(d, root->at, "E-kind", "it begins with `pertinax: 1`",
                   "a model is a map, found %s", reader_found(&r, root));
        return NULL;
    }
    m->file = arena_strdup(a, path);
    m->at = root->at;
    m->name = "";
    m->doc = "";
    m->uncaught = 500;
    m->host.schedule = SCHEDULE_RR;
    m->request.at = root->at;
    failures_init(&r);
    const struct yaml *v = yaml_get(root, "pipelines");
    if (v)
        reader_collect_failures(&r, v, 0);
    v = yaml_get(root, "stages");
    if (v)
        reader_collect_failures(&r, v, 0);
    v = yaml_get(root, "request");
    if (v)
        reader_collect_failures(&r, v, 0);
    reader_map(&r, root, &table_model, m);
    if (!m->exec)
        reader_execs_default(&r, 0);
    recursion_check(&r);
    channels_check(&r);
    free(r.edge);
    return m;
}

const struct model *model_read(struct arena *a, const char *path, const char *const *set,
                               uint32_t nset, struct diags *d)
{
    struct yaml *root = yaml_read(a, path, d);
    if (!root)
        return NULL;
    for (uint32_t i = 0; i < nset; i++)
        yaml_set(a, root, set[i], d);
    return model_build(a, root, path, d);
}

const struct execution *model_exec(const struct model *m, const char *name)
{
    for (uint32_t i = 0; i < m->nexec; i++)
        if (strcmp(m->exec[i].name, name) == 0)
            return &m->exec[i];
    return NULL;
}
