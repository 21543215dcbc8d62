/* SPDX-License-Identifier: GPL-3.0-or-later */
/* yaml_set.c - --set: change one value of a tree; see yaml_set() in yaml.h for the contract.
 *
 * The argument is split, its path completed from the root, walked once without changing anything,
 * and only then stored: an argument that is refused leaves the tree as it was. */
#include "model/yaml.h"
#include "model/yaml_part.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_PARTS = 32, MAX_NEAR = 64 };
struct part {
    const char *s;
    struct loc at;
};
struct setting {
    struct arena *mem;
    struct diags *d;
    struct yaml *root;
    const char *arg;
    struct loc base;                 /* of arg's first character */
    struct part part[MAX_PARTS + 2]; /* room for "services", ... put before */
    uint32_t n;
    char op; /* '=', or the operator before it */
    const char *value;
    struct loc value_at;
};
static const char *const top_keys[] = {
    "pertinax", "name",      "doc",     "params",   "services", "resources",  "shared", "channels",
    "stages",   "pipelines", "request", "uncaught", "host",     "executions", "load",   "checks"};
static const char *const named_in[] = {"services", "resources", "executions", "pipelines"};
static const char *const exec_kinds[] = {"serial", "threads", "coroutine", "hybrid"};
enum {
    NTOP = sizeof top_keys / sizeof top_keys[0],
    NNAMED = sizeof named_in / sizeof named_in[0],
    NEXEC = sizeof exec_kinds / sizeof exec_kinds[0]
};

static bool one_of(const char *s, const char *const *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(s, v[i]) == 0)
            return true;
    return false;
}

static struct loc arg_place(const struct setting *t, const char *from, const char *to)
{
    struct loc at = t->base;
    at.len = 0;
    for (const char *s = t->arg; s < from; s++) {
        at.col += ((unsigned char)*s & 0xc0) != 0x80;
        if (*s == '\n') {
            at.line++;
            at.col = 1;
        }
    }
    for (const char *s = from; s < to; s++)
        at.len += ((unsigned char)*s & 0xc0) != 0x80;
    return at;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool arg_utf8(struct setting *t)
{
    size_t n = strlen(t->arg);
    for (size_t i = 0, len; i < n; i += len) {
        len = yaml_char((const unsigned char *)t->arg + i, n - i);
        if (len == 0) {
            diag_error(t->d, arg_place(t, t->arg + i, t->arg + i + 1), "E-set", NULL,
                       "the argument is not valid UTF-8 or has a control character");
            return false;
        }
    }
    return true;
}

static bool split_path(struct setting *t, const char *from, const char *to)
{
    while (from <= to) {
        const char *dot = memchr(from, '.', (size_t)(to - from)), *end = dot != NULL ? dot : to;
        const char *a = from, *b = end;
        while (a < b && blank(*a))
            a++;
        while (b > a && blank(b[-1]))
            b--;
        struct loc at = arg_place(t, a, b);
        if (a == b || t->n == MAX_PARTS) {
            diag_error(t->d, at, "E-set", "write PATH=VALUE, such as db.latency=5ms",
                       a == b ? "a name is missing here" : "the path is too long");
            return false;
        }
        t->part[t->n++] = (struct part){arena_strndup(t->mem, a, (size_t)(b - a)), at};
        if (dot == NULL)
            break;
        from = dot + 1;
    }
    return true;
}

static bool split_arg(struct setting *t)
{
    const char *eq = strchr(t->arg, '='), *end = eq;
    if (eq == NULL) {
        diag_error(t->d, arg_place(t, t->arg, t->arg + strlen(t->arg)), "E-set",
                   "write PATH=VALUE, such as db.latency=5ms or shards=8", "there is no '=' in it");
        return false;
    }
    t->op = '=';
    if (eq > t->arg && strchr("*+-/", eq[-1]) != NULL)
        t->op = *--end;
    const char *v = eq + 1, *ve = v + strlen(v);
    while (blank(*v))
        v++;
    while (ve > v && blank(ve[-1]))
        ve--;
    t->value = arena_strndup(t->mem, v, (size_t)(ve - v));
    t->value_at = arg_place(t, v, ve);
    if (v == ve) {
        diag_error(t->d, t->value_at, "E-set", "write PATH=VALUE; ~ stands for no value",
                   "there is no value after the '='");
        return false;
    }
    return split_path(t, t->arg, end);
}

static uint32_t names_add(const char ***v, uint32_t *cap, uint32_t n, const struct yaml *map)
{
    for (uint32_t i = 0; map != NULL && map->kind == YAML_MAP && i < map->n && i < 1000; i++) {
        *v = grow(*v, cap, n + 1, sizeof **v);
        (*v)[n++] = map->pair[i].key;
    }
    return n;
}

/* "did you mean ...", else what parameters there are. */
static const char *set_hint(const struct setting *t)
{
    const char **v = NULL;
    const struct yaml *params = yaml_get(t->root, "params");
    uint32_t cap = 0, n = names_add(&v, &cap, 0, params);
    for (size_t i = 0; i < NNAMED; i++)
        n = names_add(&v, &cap, n, yaml_get(t->root, named_in[i]));
    v = grow(v, &cap, n + NTOP + NEXEC, sizeof *v);
    for (size_t i = 0; i < NTOP; i++)
        v[n++] = top_keys[i];
    for (size_t i = 0; i < NEXEC; i++)
        v[n++] = exec_kinds[i];
    const char *near = strlen(t->part[0].s) <= MAX_NEAR ? nearest(t->part[0].s, v, n) : NULL;
    free(v);
    struct buf b = {0};
    if (near != NULL) {
        buf_printf(&b, "did you mean '%s", near);
        for (uint32_t i = 1; i < t->n; i++)
            buf_printf(&b, ".%s", t->part[i].s);
        buf_puts(&b, "'?");
    } else if (params != NULL && params->kind == YAML_MAP && params->n > 0) {
        buf_puts(&b, "the parameters are");
        for (uint32_t i = 0; i < params->n && i < 8; i++)
            buf_printf(&b, "%s %s", i > 0 ? "," : "", params->pair[i].key);
        buf_puts(&b, params->n > 8 ? ", ..." : "");
    } else {
        buf_puts(&b, "the model has no params:; a path looks like db.latency or host.cores");
    }
    const char *hint = arena_strdup(t->mem, b.s);
    buf_free(&b);
    return hint;
}

static void put_before(struct setting *t, const char *name)
{
    memmove(t->part + 1, t->part, t->n * sizeof *t->part);
    t->part[0].s = name; /* its place stays that of the part after it */
    t->n++;
}

/* Turn a short path (shards, db.latency) into one from the root. */
static bool find_root(struct setting *t)
{
    const char *first = t->part[0].s;
    if (one_of(first, top_keys, NTOP) || yaml_get(t->root, first) != NULL)
        return true;
    const struct yaml *p = yaml_get(yaml_get(t->root, "params"), first);
    if (p != NULL && (t->n == 1 || p->kind == YAML_MAP || p->kind == YAML_LIST)) {
        put_before(t, "params");
        return true;
    }
    for (size_t i = 0; i < NNAMED; i++)
        if (yaml_get(yaml_get(t->root, named_in[i]), first) != NULL) {
            put_before(t, named_in[i]);
            return true;
        }
    if (one_of(first, exec_kinds, NEXEC)) { /* they exist without being written */
        put_before(t, "executions");
        return true;
    }
    diag_error(t->d, t->part[0].at, "E-set", set_hint(t),
               p != NULL   ? "parameter '%s' is a plain value, nothing is below it"
               : t->n == 1 ? "there is no parameter '%s'"
                           : "nothing is called '%s'",
               first);
    return false;
}

static const char *path_text(const struct setting *t, uint32_t n)
{
    const char *s = t->part[0].s;
    for (uint32_t i = 1; i < n; i++)
        s = arena_printf(t->mem, "%s.%s", s, t->part[i].s);
    return s;
}

/* The item of a list that part i names; NULL after an error. */
static struct yaml **list_slot(struct setting *t, const struct yaml *list, uint32_t i)
{
    const char *s = t->part[i].s;
    uint32_t k = 0;
    bool number = strlen(s) <= 6;
    for (const char *c = s; *c != '\0' && number; c++) {
        number = *c >= '0' && *c <= '9';
        k = number ? 10 * k + (uint32_t)(*c - '0') : 0;
    }
    if (number && k < list->n)
        return &list->item[k];
    const char *hint = list->n == 0
                           ? NULL
                           : arena_printf(t->mem, "write a number from 0 to %u, as in %s.0",
                                          (unsigned)(list->n - 1), path_text(t, i));
    diag_error(t->d, t->part[i].at, "E-set", hint,
               "'%s' is a list of %u items, '%s' is none of them", path_text(t, i),
               (unsigned)list->n, s);
    return NULL;
}

static struct yaml **map_slot(const struct setting *t, const struct yaml *map, uint32_t i)
{
    for (uint32_t k = 0; k < map->n; k++)
        if (strcmp(map->pair[k].key, t->part[i].s) == 0)
            return &map->pair[k].value;
    return NULL;
}

/* Is the path passable?  *leaf becomes the value it leads to now, NULL if there is none. */
static bool walk(struct setting *t, const struct yaml **leaf)
{
    struct yaml *y = t->root;
    *leaf = NULL;
    for (uint32_t i = 0; i < t->n; i++) {
        struct yaml **slot = NULL;
        if (y->kind == YAML_SCALAR) {
            diag_error(t->d, t->part[i].at, "E-set",
                       arena_printf(t->mem, "set it whole: %s=VALUE", path_text(t, i)),
                       "'%s' is the value '%.100s', nothing is below it", path_text(t, i), y->s);
            return false;
        }
        if (y->kind == YAML_NULL)
            return true;
        slot = y->kind == YAML_LIST ? list_slot(t, y, i) : map_slot(t, y, i);
        if (slot == NULL)
            return y->kind == YAML_MAP;
        y = *slot;
    }
    *leaf = y;
    return true;
}

/* Nodes may be shared through aliases: the path is copied, so that only what is named changes. */
static struct yaml *copy_node(struct arena *a, const struct yaml *y)
{
    struct yaml *c = NEW(a, struct yaml, 1);
    *c = *y;
    if (y->kind == YAML_MAP && y->n > 0) {
        c->pair = NEW(a, struct yaml_pair, y->n);
        memcpy(c->pair, y->pair, y->n * sizeof *y->pair);
    }
    if (y->kind == YAML_LIST && y->n > 0) {
        c->item = NEW(a, struct yaml *, y->n);
        memcpy(c->item, y->item, y->n * sizeof *y->item);
    }
    return c;
}

static struct yaml **map_append(struct setting *t, struct yaml *map, uint32_t i)
{
    struct yaml_pair *p = NEW(t->mem, struct yaml_pair, (size_t)map->n + 1);
    if (map->n > 0)
        memcpy(p, map->pair, map->n * sizeof *p);
    p[map->n] = (struct yaml_pair){t->part[i].s, t->part[i].at, NULL};
    map->pair = p;
    return &p[map->n++].value;
}

/* The path is passable. */
static void store(struct setting *t, struct yaml *value)
{
    struct yaml *y = t->root;
    for (uint32_t i = 0; i < t->n; i++) {
        struct yaml **slot = y->kind == YAML_LIST ? list_slot(t, y, i) : map_slot(t, y, i);
        bug_if(slot == NULL && y->kind == YAML_LIST);
        if (slot == NULL)
            slot = map_append(t, y, i);
        if (i + 1 == t->n) {
            *slot = value;
        } else if (*slot == NULL || (*slot)->kind == YAML_NULL) {
            *slot = NEW(t->mem, struct yaml, 1);
            (*slot)->kind = YAML_MAP;
            (*slot)->at = t->part[i].at;
            (*slot)->s = "";
        } else {
            *slot = copy_node(t->mem, *slot);
        }
        y = *slot;
    }
}

static struct yaml *new_scalar(struct setting *t, const char *s)
{
    struct yaml *y = NEW(t->mem, struct yaml, 1);
    bool null = yaml_null_text(s);
    y->kind = null ? YAML_NULL : YAML_SCALAR;
    y->at = t->value_at;
    y->s = null ? "" : s;
    return y;
}

static bool syntax_only(const struct diags *d)
{
    for (uint32_t i = 0; i < diags_count(d); i++)
        if (strcmp(diags_get(d, i)->id, "E-yaml-syntax") != 0)
            return false;
    return true;
}

/* The value of PATH=VALUE.  What is not YAML is taken as it stands; what is YAML but would be
 * refused in a file (torn parentheses, duplicate keys) is refused here with the same words. */
static struct yaml *set_value(struct setting *t)
{
    uint32_t height = 0;
    if (strchr("[{\"'", t->value[0]) == NULL)
        return new_scalar(t, t->value);
    size_t n = strlen(t->value);
    struct loc nowhere = {.line = 1, .col = 1};
    struct diags *trial = diags_new(t->mem);
    if (yaml_parse_part(t->mem, nowhere, t->value, n, trial, NULL) == NULL && syntax_only(trial))
        return new_scalar(t, t->value);
    struct yaml *y = yaml_parse_part(t->mem, t->value_at, t->value, n, t->d, &height);
    if (diags_errors(trial) > 0)
        return NULL;
    if (t->n + height > YAML_MAX_DEPTH) {
        diag_error(t->d, t->value_at, "E-set", NULL, "the value is nested too deep");
        return NULL;
    }
    return y;
}

/* (OLD) * FACTOR; a factor that is more than a word is put into parentheses as well. */
static struct yaml *changed_value(struct setting *t, const struct yaml *old)
{
    const char *what = path_text(t, t->n);
    if (old == NULL || old->kind != YAML_SCALAR) {
        diag_error(t->d, t->part[t->n - 1].at, "E-set", "set it with '=' first",
                   old == NULL || old->kind == YAML_NULL ? "'%s' has no value to change"
                                                         : "'%s' is no single value",
                   what);
        return NULL;
    }
    bool word = true;
    for (const char *c = t->value; *c != '\0'; c++)
        word = word && (*c == '.' || *c == '_' || *c == '%' || (*c >= '0' && *c <= '9') ||
                        (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z'));
    return new_scalar(
        t, arena_printf(t->mem, word ? "(%s) %c %s" : "(%s) %c (%s)", old->s, t->op, t->value));
}

static void no_map(const struct setting *t)
{
    diag_error(t->d, t->part[0].at, "E-set", "a model begins with 'pertinax: 1'",
               "the model is no map, nothing can be set");
}

void yaml_put(struct arena *a, struct yaml *root, const char *path, struct loc at,
              const struct yaml *value, struct diags *d)
{
    struct setting *t = NEW(a, struct setting, 1);
    const struct yaml *old = NULL;
    t->mem = a;
    t->d = d;
    t->root = root;
    t->arg = path;
    t->base = at;
    if (!split_path(t, path, path + strlen(path)))
        return;
    if (root->kind != YAML_MAP)
        no_map(t);
    else if (find_root(t) && walk(t, &old))
        store(t, copy_node(a, value));
}

struct yaml *yaml_fork(struct arena *a, const struct yaml *root)
{
    return copy_node(a, root);
}

void yaml_set(struct arena *a, struct yaml *root, const char *arg, struct diags *d)
{
    yaml_change(a, root, "--set", arg, d);
}

void yaml_change(struct arena *a, struct yaml *root, const char *flag, const char *arg,
                 struct diags *d)
{
    struct setting *t = NEW(a, struct setting, 1);
    const struct yaml *old = NULL;
    t->mem = a;
    t->d = d;
    t->root = root;
    t->arg = arena_strdup(a, arg); /* the diags refer to it */
    t->base = (struct loc){
        .file = diag_file(d, flag, t->arg, strlen(t->arg)), .line = 1, .col = 1, .len = 0};
    if (!arg_utf8(t) || !split_arg(t))
        return;
    if (root->kind != YAML_MAP) {
        no_map(t);
        return;
    }
    if (!find_root(t) || !walk(t, &old))
        return;
    struct yaml *value = t->op == '=' ? set_value(t) : changed_value(t, old);
    if (value != NULL)
        store(t, value);
}
