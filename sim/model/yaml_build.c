/* SPDX-License-Identifier: GPL-3.0-or-later */
/* yaml_build.c - the tree grows: anchors, keys, merges, and values that YAML's comma has torn
 * apart; see yaml_impl.h. */
#include "model/yaml_impl.h"
#include <stdlib.h>
#include <string.h>

/* What keeps the work linear in the size of the text, whatever it says: keys are compared and torn
 * values joined again and again, so both are short; tag directives would multiply their text. */
enum { MAX_KEY = 1000, MAX_TORN = 1000, MAX_NEAR = 64 };

/* ---- anchors ---- */

static uint32_t hash_name(const char *s)
{
    uint32_t h = 2166136261u;
    for (; *s != '\0'; s++)
        h = (h ^ (unsigned char)*s) * 16777619u;
    return h;
}

/* The bucket that holds the name, or the empty one where it belongs. */
static uint32_t *anchor_bucket(struct yaml_reader *r, const char *name)
{
    uint32_t i = hash_name(name) & (r->nbucket - 1);
    while (r->bucket[i] != 0 && strcmp(r->anchor[r->bucket[i] - 1].name, name) != 0)
        i = (i + 1) & (r->nbucket - 1);
    return &r->bucket[i];
}

uint32_t yaml_anchor_add(struct yaml_reader *r, const char *name, struct yaml *node)
{
    if (2 * (r->nanchor + 1) > r->nbucket) {
        uint32_t old = r->nanchor;
        free(r->bucket);
        r->nbucket = r->nbucket != 0 ? 2 * r->nbucket : 64;
        r->bucket = xcalloc(r->nbucket, sizeof *r->bucket);
        for (uint32_t i = 0; i < old; i++)
            *anchor_bucket(r, r->anchor[i].name) = i + 1;
    }
    r->anchor = grow(r->anchor, &r->anchorcap, r->nanchor + 1, sizeof *r->anchor);
    uint32_t *b = anchor_bucket(r, name);
    r->anchor[r->nanchor] = (struct yaml_anchor){
        .name = arena_strdup(r->mem, name), .node = node, .size = 1, .open = true};
    *b = ++r->nanchor;
    return r->nanchor;
}

const struct yaml_anchor *yaml_anchor_find(struct yaml_reader *r, const char *name)
{
    uint32_t i = r->nbucket != 0 ? *anchor_bucket(r, name) : 0;
    return i != 0 ? &r->anchor[i - 1] : NULL;
}

const char *yaml_anchor_hint(struct yaml_reader *r, const char *name)
{
    if (r->nanchor == 0 || diags_count(r->d) >= DIAG_MAX || strlen(name) > MAX_NEAR)
        return "an anchor is written before its first use: &name";
    size_t n = r->nanchor < 1000 ? r->nanchor : 1000;
    const char **names = xcalloc(n, sizeof *names);
    for (size_t i = 0; i < n; i++)
        names[i] = r->anchor[i].name;
    const char *near = nearest(name, names, n);
    free(names);
    return near != NULL ? arena_printf(r->mem, "did you mean '*%s'?", near)
                        : "an anchor is written before its first use: &name";
}

/* ---- values that YAML's comma has torn apart ---- */

/* Parentheses opened less closed, outside "strings". */
static int paren_balance(const char *s)
{
    int n = 0;
    bool quoted = false;
    for (; *s != '\0'; s++) {
        if (*s == '"')
            quoted = !quoted;
        else if (!quoted)
            n += *s == '(' ? 1 : *s == ')' ? -1 : 0;
    }
    return n;
}

static void torn_report(struct yaml_reader *r, struct loc at, const char *s)
{
    diag_error(r->d, at, "E-yaml-torn", "inside [ ] and { } quote a value that has unpaired ( or )",
               "the parentheses of '%.200s' do not balance", s);
}

/* The value is complete, or what follows cannot belong to it. */
bool yaml_torn_end(struct yaml_reader *r, struct yaml_frame *f)
{
    if (f->torn == NULL)
        return false;
    if (f->torn_parts > 1 && f->torn_open == 0)
        diag_error(
            r->d, f->torn->at, "E-yaml-torn",
            arena_printf(r->mem, "separate the arguments by blanks, %s, or quote the value: \"%s\"",
                         f->torn_blank, f->torn->s),
            "inside [ ] and { } YAML takes the comma, so '%.200s' is torn apart", f->torn->s);
    else {
        r->unclosed = true;
        diag_error(r->d, f->torn->at, "E-yaml-torn",
                   "separate the arguments by blanks, lognormal(p50=25ms p99=120ms), "
                   "or quote the value",
                   "the parentheses of '%.200s' are not closed before YAML's comma or bracket",
                   f->torn->s);
    }
    f->torn = NULL;
    return true;
}

static void torn_begin(struct yaml_reader *r, struct yaml_frame *f, const struct yaml_value *v)
{
    if (v->alias || !f->node->flow || v->node->kind != YAML_SCALAR || v->node->quoted)
        return;
    int open = paren_balance(v->node->s);
    if (open < 0)
        torn_report(r, v->at, v->node->s);
    if (open <= 0)
        return;
    f->torn = v->node;
    f->torn_blank = v->node->s;
    f->torn_open = open;
    f->torn_parts = 1;
    f->torn_len = strlen(v->node->s);
}

/* Join a further piece, so that the tree holds what the author meant and nobody complains again. */
static void torn_more(struct yaml_reader *r, struct yaml_frame *f, const char *s, struct loc at)
{
    struct yaml *t = f->torn;
    f->torn_len += strlen(s) + 2;
    if (f->torn_len <= MAX_TORN) {
        t->s = arena_printf(r->mem, "%s, %s", t->s, s);
        f->torn_blank = arena_printf(r->mem, "%s %s", f->torn_blank, s);
        if (at.line == t->at.line && at.col > t->at.col)
            t->at.len = at.col + at.len - t->at.col;
    }
    f->torn_open += paren_balance(s);
    f->torn_parts++;
    if (f->torn_open <= 0)
        yaml_torn_end(r, f);
}

/* ---- building ---- */

static void take_key(struct yaml_reader *r, struct yaml_frame *f, const struct yaml_value *v)
{
    f->have_key = true;
    f->drop = false;
    f->key = v->node->s;
    f->key_at = v->at;
    f->key_quoted = v->node->quoted || v->alias;
    if (v->node->kind == YAML_LIST || v->node->kind == YAML_MAP) {
        diag_error(r->d, v->at, "E-yaml-key",
                   v->node->flow
                       ? "a key is one word; a text that begins with { or [ must be quoted"
                       : "a key is one word",
                   "a %s cannot be a key", v->node->kind == YAML_LIST ? "list" : "map");
        f->drop = true;
    } else if (v->node == r->bad) {
        f->drop = true; /* said already */
    } else if (strnlen(f->key, MAX_KEY + 1) > MAX_KEY) {
        diag_error(r->d, v->at, "E-yaml-key", "a key is one word", "this key is too long");
        f->drop = true;
    } else if (f->key[0] == '\0' && !v->node->quoted) {
        diag_error(r->d, v->at, "E-yaml-key", "write NAME: VALUE", "there is no key here");
        f->drop = true;
    }
}

static bool merge_is_map(const struct yaml_reader *r, const struct yaml *y)
{
    return y->kind == YAML_MAP || y == r->bad;
}

static void take_merge(struct yaml_reader *r, struct yaml_frame *f, const struct yaml_value *v)
{
    const char *hint = "write <<: *anchor or <<: [*one, *two], each the anchor of a map";
    if (f->merged) {
        diag_error(r->d, f->key_at, "E-yaml-duplicate",
                   arena_printf(r->mem,
                                "first written at line %u; merge several maps by "
                                "<<: [*one, *two]",
                                (unsigned)f->merge_at.line),
                   "key '<<' is written twice in one map");
        return;
    }
    f->merged = true;
    f->merge_at = f->key_at;
    bool fine = merge_is_map(r, v->node);
    if (v->node->kind == YAML_LIST) {
        fine = true;
        for (uint32_t i = 0; i < v->node->n; i++)
            fine = fine && merge_is_map(r, v->node->item[i]);
    }
    if (fine)
        f->merge = v->node;
    else
        diag_error(r->d, v->at, "E-yaml-merge", hint,
                   v->node->kind == YAML_LIST ? "'<<' merges maps, and an item of this list is none"
                                              : "'<<' merges a map or a list of maps");
}

static void take_value(struct yaml_reader *r, struct yaml_frame *f, const struct yaml_value *v)
{
    f->have_key = false;
    if (f->drop)
        return;
    bool empty = !v->alias && v->node->kind == YAML_NULL && v->at.len == 0;
    if (f->torn != NULL) {
        if (!f->key_quoted && empty) {
            torn_more(r, f, f->key, f->key_at);
            return;
        }
        yaml_torn_end(r, f);
    }
    if (f->node->flow && !f->key_quoted && paren_balance(f->key) != 0) {
        torn_report(r, f->key_at, f->key);
        return;
    }
    if (!f->key_quoted && strcmp(f->key, "<<") == 0) {
        take_merge(r, f, v);
        return;
    }
    f->pair = grow(f->pair, &f->paircap, f->n + 1, sizeof *f->pair);
    f->pair[f->n++] = (struct yaml_pair){f->key, f->key_at, v->node};
    torn_begin(r, f, v);
}

static void take_item(struct yaml_reader *r, struct yaml_frame *f, const struct yaml_value *v)
{
    if (f->torn != NULL) {
        if (!v->alias && v->node->kind == YAML_SCALAR && !v->node->quoted) {
            torn_more(r, f, v->node->s, v->at);
            return;
        }
        yaml_torn_end(r, f);
    }
    f->item = grow(f->item, &f->itemcap, f->n + 1, sizeof *f->item);
    f->item[f->n++] = v->node;
    torn_begin(r, f, v);
}

void yaml_deliver(struct yaml_reader *r, const struct yaml_value *v)
{
    if (r->depth == 0) {
        r->root = v->node;
        r->height = v->height;
        return;
    }
    struct yaml_frame *f = &r->frame[r->depth - 1];
    if (f->height < v->height)
        f->height = v->height;
    if (f->node->kind == YAML_LIST)
        take_item(r, f, v);
    else if (!f->have_key)
        take_key(r, f, v);
    else
        take_value(r, f, v);
}

struct entry {
    const struct yaml_pair *pair;
    uint32_t order;
    bool dup;
};

static int entry_compare(const void *x, const void *y)
{
    const struct entry *const *a = x, *const *b = y;
    int c = strcmp((*a)->pair->key, (*b)->pair->key);
    return c != 0 ? c : (*a)->order < (*b)->order ? -1 : 1;
}

/* Of equal keys the first stays: its own before merged ones, earlier merged maps before later. */
static void mark_duplicates(struct yaml_reader *r, struct entry *e, uint32_t n, uint32_t own)
{
    struct entry **by = xcalloc(n, sizeof *by);
    for (uint32_t i = 0; i < n; i++)
        by[i] = &e[i];
    qsort(by, n, sizeof *by, entry_compare);
    for (uint32_t i = 1, first = 0; i < n; i++) {
        if (strcmp(by[first]->pair->key, by[i]->pair->key) != 0) {
            first = i;
            continue;
        }
        by[i]->dup = true;
        if (by[i]->order < own && diags_count(r->d) < DIAG_MAX)
            diag_error(r->d, by[i]->pair->key_at, "E-yaml-duplicate",
                       arena_printf(r->mem, "first written at line %u",
                                    (unsigned)by[first]->pair->key_at.line),
                       "key '%.200s' is written twice in one map", by[i]->pair->key);
    }
    free(by);
}

static uint32_t entries_add(struct entry *e, uint32_t n, const struct yaml_pair *pair, uint32_t k)
{
    for (uint32_t i = 0; i < k; i++, n++)
        e[n] = (struct entry){.pair = &pair[i], .order = n};
    return n;
}

static void map_finish(struct yaml_reader *r, struct yaml_frame *f)
{
    const struct yaml *m = f->merge;
    uint32_t most = f->n, n = 0, sources = m == NULL ? 0 : m->kind == YAML_LIST ? m->n : 1;
    for (uint32_t i = 0; i < sources; i++)
        most += (m->kind == YAML_LIST ? m->item[i] : m)->n;
    if (most == 0)
        return;
    struct entry *e = xcalloc(most, sizeof *e);
    n = entries_add(e, n, f->pair, f->n);
    for (uint32_t i = 0; i < sources; i++) {
        const struct yaml *from = m->kind == YAML_LIST ? m->item[i] : m;
        n = entries_add(e, n, from->pair, from->n);
    }
    mark_duplicates(r, e, n, f->n);
    f->node->pair = NEW(r->mem, struct yaml_pair, n);
    for (uint32_t i = 0; i < n; i++)
        if (!e[i].dup)
            f->node->pair[f->node->n++] = *e[i].pair;
    free(e);
}

static void list_finish(struct yaml_reader *r, struct yaml_frame *f)
{
    f->node->n = f->n;
    if (f->n == 0)
        return;
    f->node->item = NEW(r->mem, struct yaml *, f->n);
    memcpy(f->node->item, f->item, f->n * sizeof *f->item);
}

void yaml_close(struct yaml_reader *r)
{
    struct yaml_frame *f = &r->frame[r->depth - 1];
    struct yaml_frame *up = r->depth > 1 ? f - 1 : NULL;
    /* [a: f(x, y)]: the pair ends at the comma, the rest of the value is an item of the list. */
    bool move = f->torn != NULL && up != NULL && up->node->flow && up->node->kind == YAML_LIST;
    struct yaml_frame torn = *f;
    if (!move)
        yaml_torn_end(r, f);
    if (f->node->kind == YAML_MAP)
        map_finish(r, f);
    else
        list_finish(r, f);
    struct yaml_value v = {.node = f->node, .height = f->height + 1, .at = f->node->at};
    if (f->anchor != 0) {
        struct yaml_anchor *a = &r->anchor[f->anchor - 1];
        a->open = false;
        a->size = r->total - f->start;
        a->height = v.height;
    }
    r->depth--;
    yaml_deliver(r, &v);
    if (move) {
        up->torn = torn.torn;
        up->torn_blank = torn.torn_blank;
        up->torn_open = torn.torn_open;
        up->torn_parts = torn.torn_parts;
        up->torn_len = torn.torn_len;
    }
}
