/* SPDX-License-Identifier: GPL-3.0-or-later */
/* yaml.c - libyaml's events made into a tree; see yaml.h for the contract.
 *
 * Events rather than libyaml's document API: depth is then known before anything is built, an alias
 * into a node that is still open is seen at once, and nothing recurses.  `total` counts the nodes
 * of the tree as if every alias were written out; the size of an anchor is the difference of
 * `total` between its end and its start, so the bound on expansion costs one addition an alias. */
#include "model/yaml.h"
#include "model/yaml_part.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* What keeps the work linear in the size of the text, whatever it says: keys are compared and torn
 * values joined again and again, so both are short; tag directives would multiply their text. */
enum { MAX_KEY = 1000, MAX_TORN = 1000, MAX_NEAR = 64 };

struct anchor {
    const char *name;
    struct yaml *node;
    uint32_t size, height;
    bool open; /* its node is not complete yet: an alias now is a cycle */
};
struct frame { /* a list or map being read */
    struct yaml *node;
    uint32_t anchor; /* index + 1; 0: none */
    uint32_t start;  /* total before this node */
    uint32_t height; /* of its highest child, 0 for scalars */
    bool have_key, key_quoted, drop;
    const char *key;
    struct loc key_at;
    struct yaml *merge; /* the value of << */
    struct loc merge_at;
    bool merged;
    struct yaml *torn; /* a scalar whose parentheses YAML's comma has torn apart */
    const char *torn_blank;
    int torn_open;
    uint32_t torn_parts;
    size_t torn_len;
    struct yaml_pair *pair; /* kept from one use of the frame to the next */
    struct yaml **item;
    uint32_t n, paircap, itemcap;
};
struct reader {
    yaml_parser_t lib;
    struct arena *mem;
    struct diags *d;
    uint32_t file, line0, col0; /* where the text begins in the file shown */
    const char *text;
    size_t bytes, chars;
    size_t seek_char, seek_byte;     /* see byte_at() */
    uint32_t *line_byte, *line_char; /* where each line begins */
    uint32_t nline, linecap, bytecap;
    struct frame frame[YAML_MAX_DEPTH];
    uint32_t depth, total, height; /* height: of the root */
    struct anchor *anchor;
    uint32_t nanchor, anchorcap, *bucket, nbucket;
    struct yaml *root, *bad; /* bad stands for what an error left without a value */
    bool stop, broken;       /* broken: no usable tree */
    bool unclosed;           /* a torn value was reported whose end was not found */
};
struct value { /* a complete node on its way to its parent */
    struct yaml *node;
    uint32_t height;
    bool alias;
    struct loc at; /* where it stands, which for an alias is not node->at */
};

/* ---- places ---- */

size_t yaml_char(const unsigned char *s, size_t n)
{
    uint32_t c = s[0];
    size_t len = c < 0x80 ? 1 : (c & 0xe0) == 0xc0 ? 2 : (c & 0xf0) == 0xe0 ? 3 : 4;
    if (len == 1)
        return (c >= 0x20 && c != 0x7f) || c == '\t' || c == '\n' || c == '\r' ? 1 : 0;
    if (len > n || (len == 4 && (c & 0xf8) != 0xf0))
        return 0;
    c &= 0xffu >> (len + 1);
    for (size_t i = 1; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (s[i] & 0x3fu);
    }
    if (c < (len == 2 ? 0x80u : len == 3 ? 0x800u : 0x10000u) || c > 0x10ffff)
        return 0;
    if ((c < 0xa0 && c != 0x85) || (c >= 0xd800 && c <= 0xdfff) || c == 0xfffe || c == 0xffff)
        return 0;
    return len;
}

/* libyaml also ends lines at U+0085 and U+2028; a reader's editor (and diag.c) does not, so places
 * are computed from its character index, not taken from its line and column. */
static struct loc place(const struct reader *r, size_t from, size_t to)
{
    uint32_t lo = 0, hi = r->nline;
    while (hi - lo > 1) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (r->line_char[mid] <= from)
            lo = mid;
        else
            hi = mid;
    }
    bool last = lo + 1 == r->nline;
    size_t end = to, col = from - r->line_char[lo];
    size_t stop = last ? r->chars : r->line_char[lo + 1];
    if (end > stop || (end == stop && !last)) { /* only its first line, trimmed */
        size_t b = last ? r->bytes : r->line_byte[lo + 1];
        end = stop;
        while (end > from && b > 0 && strchr(" \t\r\n", r->text[b - 1]) != NULL) {
            b--;
            end--;
        }
    }
    return (struct loc){.file = r->file,
                        .line = r->line0 + lo + 1,
                        .col = (uint32_t)col + 1 + (lo == 0 ? r->col0 : 0),
                        .len = end > from ? (uint32_t)(end - from) : 0};
}

/* Events come in order, so going on from the last answer makes all of them one pass. */
static const char *byte_at(struct reader *r, size_t index)
{
    if (index < r->seek_char)
        r->seek_char = r->seek_byte = 0;
    for (; r->seek_char < index && r->seek_byte < r->bytes; r->seek_char++)
        r->seek_byte +=
            yaml_char((const unsigned char *)r->text + r->seek_byte, r->bytes - r->seek_byte);
    return r->text + r->seek_byte;
}

/* The event begins at its anchor or tag; the reader of a message looks for the value. */
static struct loc place_event(struct reader *r, const yaml_event_t *e, bool properties)
{
    size_t from = e->start_mark.index, to = e->end_mark.index;
    if (properties) {
        const char *s = byte_at(r, from), *end = r->text + r->bytes, *t = s;
        while (t < end && (*t == '&' || *t == '!')) {
            while (t < end && strchr(" \t\r\n", *t) == NULL)
                t++;
            while (t < end && (*t == ' ' || *t == '\t'))
                t++;
        }
        size_t skip = 0;
        for (const char *c = s; c < t; c++)
            skip += ((unsigned char)*c & 0xc0) != 0x80;
        if (t < end && *t != '\n' && *t != '\r' && *t != '#' && from + skip < to)
            from += skip;
    }
    return place(r, from, to);
}

static void line_add(struct reader *r, size_t byte, size_t chars)
{
    r->line_byte = grow(r->line_byte, &r->bytecap, r->nline + 1, sizeof *r->line_byte);
    r->line_char = grow(r->line_char, &r->linecap, r->nline + 1, sizeof *r->line_char);
    r->line_byte[r->nline] = (uint32_t)byte;
    r->line_char[r->nline++] = (uint32_t)chars;
}

/* Find the lines; refuse here, with a place, the bytes that libyaml would refuse without one. */
static bool text_scan(struct reader *r)
{
    size_t chars = 0;
    line_add(r, 0, 0);
    for (size_t i = 0; i < r->bytes;) {
        const unsigned char *s = (const unsigned char *)r->text + i;
        size_t len = yaml_char(s, r->bytes - i);
        if (len == 0) {
            r->chars = chars + 1;
            bool control = *s < 0x80;
            const char *hint = control ? "remove it" : "save the file as UTF-8";
            if (r->bytes >= 2 &&
                (memcmp(r->text, "\xff\xfe", 2) == 0 || memcmp(r->text, "\xfe\xff", 2) == 0))
                hint = "the file looks like UTF-16; save it as UTF-8";
            diag_error(r->d, place(r, chars, chars + 1), "E-yaml-encoding", hint,
                       control ? "control character 0x%02x" : "byte 0x%02x is not valid UTF-8",
                       (unsigned)*s);
            return false;
        }
        if (*s == '%' && r->bytes - i >= 4 && memcmp(s, "%TAG", 4) == 0 &&
            (i == 0 || s[-1] == '\n' || s[-1] == '\r' || s[-1] >= 0x80)) {
            r->chars = chars + 4;
            diag_error(r->d, place(r, chars, chars + 4), "E-yaml-tag", "remove the directive",
                       "tag directives mean nothing here");
            return false;
        }
        i += len;
        chars++;
        if (*s == '\n' || (*s == '\r' && (i == r->bytes || r->text[i] != '\n')))
            line_add(r, i, chars);
    }
    r->chars = chars;
    return true;
}

/* ---- anchors ---- */

static uint32_t hash_name(const char *s)
{
    uint32_t h = 2166136261u;
    for (; *s != '\0'; s++)
        h = (h ^ (unsigned char)*s) * 16777619u;
    return h;
}

/* The bucket that holds the name, or the empty one where it belongs. */
static uint32_t *anchor_bucket(struct reader *r, const char *name)
{
    uint32_t i = hash_name(name) & (r->nbucket - 1);
    while (r->bucket[i] != 0 && strcmp(r->anchor[r->bucket[i] - 1].name, name) != 0)
        i = (i + 1) & (r->nbucket - 1);
    return &r->bucket[i];
}

/* A name may be anchored again; aliases mean the latest. */
static uint32_t anchor_add(struct reader *r, const char *name, struct yaml *node)
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
    r->anchor[r->nanchor] =
        (struct anchor){.name = arena_strdup(r->mem, name), .node = node, .size = 1, .open = true};
    *b = ++r->nanchor;
    return r->nanchor;
}

static const struct anchor *anchor_find(struct reader *r, const char *name)
{
    uint32_t i = r->nbucket != 0 ? *anchor_bucket(r, name) : 0;
    return i != 0 ? &r->anchor[i - 1] : NULL;
}

static const char *anchor_hint(struct reader *r, const char *name)
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

static void torn_report(struct reader *r, struct loc at, const char *s)
{
    diag_error(r->d, at, "E-yaml-torn", "inside [ ] and { } quote a value that has unpaired ( or )",
               "the parentheses of '%.200s' do not balance", s);
}

/* The value is complete, or what follows cannot belong to it. */
static bool torn_end(struct reader *r, struct frame *f)
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

static void torn_begin(struct reader *r, struct frame *f, const struct value *v)
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
static void torn_more(struct reader *r, struct frame *f, const char *s, struct loc at)
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
        torn_end(r, f);
}

/* ---- building ---- */

static void take_key(struct reader *r, struct frame *f, const struct value *v)
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

static bool merge_is_map(const struct reader *r, const struct yaml *y)
{
    return y->kind == YAML_MAP || y == r->bad;
}

static void take_merge(struct reader *r, struct frame *f, const struct value *v)
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

static void take_value(struct reader *r, struct frame *f, const struct value *v)
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
        torn_end(r, f);
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

static void take_item(struct reader *r, struct frame *f, const struct value *v)
{
    if (f->torn != NULL) {
        if (!v->alias && v->node->kind == YAML_SCALAR && !v->node->quoted) {
            torn_more(r, f, v->node->s, v->at);
            return;
        }
        torn_end(r, f);
    }
    f->item = grow(f->item, &f->itemcap, f->n + 1, sizeof *f->item);
    f->item[f->n++] = v->node;
    torn_begin(r, f, v);
}

static void deliver(struct reader *r, const struct value *v)
{
    if (r->depth == 0) {
        r->root = v->node;
        r->height = v->height;
        return;
    }
    struct frame *f = &r->frame[r->depth - 1];
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
static void mark_duplicates(struct reader *r, struct entry *e, uint32_t n, uint32_t own)
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

static void map_finish(struct reader *r, struct frame *f)
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

static void list_finish(struct reader *r, struct frame *f)
{
    f->node->n = f->n;
    if (f->n == 0)
        return;
    f->node->item = NEW(r->mem, struct yaml *, f->n);
    memcpy(f->node->item, f->item, f->n * sizeof *f->item);
}

static void frame_close(struct reader *r)
{
    struct frame *f = &r->frame[r->depth - 1];
    struct frame *up = r->depth > 1 ? f - 1 : NULL;
    /* [a: f(x, y)]: the pair ends at the comma, the rest of the value is an item of the list. */
    bool move = f->torn != NULL && up != NULL && up->node->flow && up->node->kind == YAML_LIST;
    struct frame torn = *f;
    if (!move)
        torn_end(r, f);
    if (f->node->kind == YAML_MAP)
        map_finish(r, f);
    else
        list_finish(r, f);
    struct value v = {.node = f->node, .height = f->height + 1, .at = f->node->at};
    if (f->anchor != 0) {
        struct anchor *a = &r->anchor[f->anchor - 1];
        a->open = false;
        a->size = r->total - f->start;
        a->height = v.height;
    }
    r->depth--;
    deliver(r, &v);
    if (move) {
        up->torn = torn.torn;
        up->torn_blank = torn.torn_blank;
        up->torn_open = torn.torn_open;
        up->torn_parts = torn.torn_parts;
        up->torn_len = torn.torn_len;
    }
}

/* ---- events ---- */

static void give_up(struct reader *r)
{
    r->stop = r->broken = true;
}

static void depth_error(struct reader *r, struct loc at)
{
    diag_error(r->d, at, "E-yaml-depth", "no model needs this; is a bracket not closed?",
               "lists and maps are nested more than %d deep", (int)YAML_MAX_DEPTH);
    give_up(r);
}

/* Count nodes as if aliases were written out. */
static bool count_nodes(struct reader *r, uint32_t n, struct loc at, const char *alias)
{
    if (n <= YAML_MAX_NODES - r->total) {
        r->total += n;
        return true;
    }
    if (alias != NULL)
        diag_error(r->d, at, "E-yaml-size", "aliases that contain aliases multiply",
                   "with alias '*%.200s' written out the file has more than %d values", alias,
                   (int)YAML_MAX_NODES);
    else
        diag_error(r->d, at, "E-yaml-size", "split the model into smaller ones",
                   "the file has more than %d values", (int)YAML_MAX_NODES);
    give_up(r);
    return false;
}

/* What the tag says if it is a core one ("str", "" for "!"), else NULL. */
static const char *core_tag(const char *tag)
{
    static const char prefix[] = "tag:yaml.org,2002:";
    static const char *const core[] = {"str", "map", "seq", "null", "bool", "int", "float"};
    if (strcmp(tag, "!") == 0)
        return "";
    if (strncmp(tag, prefix, sizeof prefix - 1) != 0)
        return NULL;
    for (size_t i = 0; i < sizeof core / sizeof core[0]; i++)
        if (strcmp(tag + sizeof prefix - 1, core[i]) == 0)
            return core[i];
    return NULL;
}

bool yaml_null_text(const char *s)
{
    static const char *const null[] = {"", "~", "null", "Null", "NULL"};
    for (size_t i = 0; i < sizeof null / sizeof null[0]; i++)
        if (strcmp(s, null[i]) == 0)
            return true;
    return false;
}

/* Judge a node's tag; a scalar with !!str (or !) counts as quoted. */
static void apply_tag(struct reader *r, struct yaml *y, const yaml_char_t *raw, struct loc at)
{
    if (raw == NULL)
        return;
    const char *tag = (const char *)raw, *core = core_tag(tag), *want = NULL;
    bool bang = strncmp(tag, "tag:yaml.org,2002:", 18) == 0;
    if (core == NULL) {
        diag_error(r->d, at, "E-yaml-tag", "remove the tag; a model is made of plain values",
                   "tag '%s%.200s' means nothing here", bang ? "!!" : "", bang ? tag + 18 : tag);
        return;
    }
    if (y->kind == YAML_LIST)
        want = strcmp(core, "seq") == 0 || *core == '\0' ? NULL : "a list";
    else if (y->kind == YAML_MAP)
        want = strcmp(core, "map") == 0 || *core == '\0' ? NULL : "a map";
    else if (strcmp(core, "seq") == 0 || strcmp(core, "map") == 0)
        want = "a scalar";
    else if (strcmp(core, "null") == 0 && !yaml_null_text(y->s))
        want = "a value";
    else if (strcmp(core, "str") == 0 || *core == '\0')
        y->quoted = true;
    if (want != NULL)
        diag_error(r->d, at, "E-yaml-tag", "remove the tag", "tag '!!%s' stands on %s", core, want);
}

static void on_scalar(struct reader *r, const yaml_event_t *e)
{
    const char *s = (const char *)e->data.scalar.value;
    size_t n = e->data.scalar.length;
    struct loc at = place_event(r, e, e->data.scalar.anchor != NULL || e->data.scalar.tag != NULL);
    if (!count_nodes(r, 1, at, NULL))
        return;
    struct yaml *y = NEW(r->mem, struct yaml, 1);
    y->kind = YAML_SCALAR;
    y->at = at;
    y->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    /* Escapes can make what the text may not hold; a NUL would also cut the value short. */
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] < 0x20 && (s[i] == '\0' || strchr("\t\n\r", s[i]) == NULL)) {
            diag_error(r->d, at, "E-yaml-encoding", "remove the escape",
                       "the value contains control character 0x%02x", (unsigned)s[i]);
            n = i;
        }
    y->s = arena_strndup(r->mem, s, n);
    apply_tag(r, y, e->data.scalar.tag, place_event(r, e, false));
    const struct frame *f = r->depth > 0 ? &r->frame[r->depth - 1] : NULL;
    bool key = f != NULL && f->node->kind == YAML_MAP && !f->have_key;
    if (!key && !y->quoted && yaml_null_text(y->s)) {
        y->kind = YAML_NULL;
        y->s = "";
    }
    if (e->data.scalar.anchor != NULL) {
        uint32_t a = anchor_add(r, (const char *)e->data.scalar.anchor, y);
        r->anchor[a - 1].open = false;
    }
    deliver(r, &(struct value){.node = y, .at = at});
}

static void on_alias(struct reader *r, const yaml_event_t *e)
{
    const char *name = (const char *)e->data.alias.anchor;
    struct loc at = place_event(r, e, false);
    const struct anchor *a = anchor_find(r, name);
    struct value v = {.node = r->bad, .alias = true, .at = at};
    if (a == NULL) {
        diag_error(r->d, at, "E-yaml-alias", anchor_hint(r, name), "there is no anchor '&%.200s'",
                   name);
    } else if (a->open) {
        diag_error(r->d, at, "E-yaml-alias", "an alias cannot stand inside what it stands for",
                   "alias '*%.200s' stands inside its own anchor '&%.200s': a cycle", name, name);
    } else {
        if (!count_nodes(r, a->size, at, name))
            return;
        if (r->depth + a->height > YAML_MAX_DEPTH) {
            depth_error(r, at);
            return;
        }
        v.node = a->node;
        v.height = a->height;
    }
    if (a == NULL || a->open)
        (void)count_nodes(r, 1, at, NULL);
    deliver(r, &v);
}

static void on_open(struct reader *r, const yaml_event_t *e, bool map)
{
    const yaml_char_t *tag = map ? e->data.mapping_start.tag : e->data.sequence_start.tag;
    const yaml_char_t *anchor = map ? e->data.mapping_start.anchor : e->data.sequence_start.anchor;
    struct loc at = place_event(r, e, tag != NULL || anchor != NULL);
    at.len = 0;
    if (r->depth == YAML_MAX_DEPTH) {
        depth_error(r, at);
        return;
    }
    uint32_t start = r->total;
    if (!count_nodes(r, 1, at, NULL))
        return;
    struct yaml *y = NEW(r->mem, struct yaml, 1);
    y->kind = map ? YAML_MAP : YAML_LIST;
    y->at = at;
    y->s = "";
    y->flow = map ? e->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
                  : e->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
    apply_tag(r, y, tag, place_event(r, e, false));
    struct frame *f = &r->frame[r->depth++];
    struct frame kept = *f;
    *f = (struct frame){.node = y,
                        .start = start,
                        .pair = kept.pair,
                        .item = kept.item,
                        .paircap = kept.paircap,
                        .itemcap = kept.itemcap};
    if (anchor != NULL)
        f->anchor = anchor_add(r, (const char *)anchor, y);
}

static void on_event(struct reader *r, const yaml_event_t *e)
{
    switch (e->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (r->root != NULL) {
            diag_error(r->d, place(r, e->start_mark.index, e->end_mark.index), "E-yaml-documents",
                       "a model is one document; put the second one into a file of its own",
                       "a second document begins here");
            r->stop = true;
        }
        break;
    case YAML_SCALAR_EVENT:
        on_scalar(r, e);
        break;
    case YAML_ALIAS_EVENT:
        on_alias(r, e);
        break;
    case YAML_SEQUENCE_START_EVENT:
        on_open(r, e, false);
        break;
    case YAML_MAPPING_START_EVENT:
        on_open(r, e, true);
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        frame_close(r);
        break;
    case YAML_STREAM_END_EVENT:
        r->stop = true;
        break;
    default:
        break;
    }
}

/* ---- syntax errors in words ---- */

struct complaint {
    const char *problem; /* how libyaml's problem begins; NULL ends the table */
    const char *context; /* how its context begins, or NULL */
    const char *text;    /* %u, if any, is the line of the context */
    const char *hint;
    bool at_context; /* where the reader should look is the beginning of the construct */
};
static const struct complaint complaints[] = {
    {"could not find expected ':'", NULL, "this line is no 'key: value'",
     "is the colon missing, or the blank after it?", true},
    {"mapping values are not allowed", NULL, "a ':' cannot stand here",
     "quote a text that contains ': '; or check the indentation of this line and the one above",
     false},
    {"did not find expected ',' or ']'", NULL, "the list that '[' opens on line %u is not closed",
     "a ',' or ']' is missing before this place", false},
    {"did not find expected ',' or '}'", NULL, "the map that '{' opens on line %u is not closed",
     "a ',' or '}' is missing before this place", false},
    {"did not find expected key", NULL, "this does not fit the map that begins on line %u",
     "the keys of one map begin in the same column; text after a closing quote or bracket is "
     "not allowed",
     false},
    {"did not find expected '-' indicator", NULL,
     "this does not fit the list that begins on line %u",
     "the items of one list begin with '- ' in the same column", false},
    {"found unexpected end of stream", "while scanning a quoted scalar",
     "this quote is never closed", "write the closing quote; inside 'single' quotes write '' for '",
     true},
    {"found unexpected document indicator", "while scanning a quoted scalar",
     "this quote is never closed", "write the closing quote", true},
    {"found a tab character", NULL, "a tab is used for indentation",
     "YAML indents by blanks: replace the tab", false},
    {"block sequence entries are not allowed", NULL, "a list item cannot begin here",
     "write each '- item' on a line of its own below the key", false},
    {"mapping keys are not allowed", NULL, "a '?' key cannot begin here",
     "quote a text that begins with '? '", false},
    {"did not find expected <document start>", NULL, "the document has ended before this line",
     "check the indentation and the brackets above", false},
    {"did not find expected node content", NULL, "a value is missing here",
     "is there a ',' too many?", false},
    {"found unknown escape character", NULL, "this escape does not exist",
     "in \"double\" quotes a backslash begins an escape; use 'single' quotes", false},
    {"did not find expected alphabetic or numeric", "while scanning an a",
     "'*' and '&' must be followed by a name", "quote a text that begins with * or &", false},
    {NULL, NULL, NULL, NULL, false},
};

static const struct complaint *complaint_find(const char *problem, const char *context)
{
    const struct complaint *c = complaints;
    for (; c->problem != NULL; c++)
        if (strncmp(problem, c->problem, strlen(c->problem)) == 0 &&
            (c->context == NULL || strncmp(context, c->context, strlen(c->context)) == 0))
            return c;
    return NULL;
}

/* libyaml found a character that begins nothing: which one tells why. */
static void token_error(struct reader *r, size_t index)
{
    const char *s = byte_at(r, index), *end = r->text + r->bytes;
    struct loc at = place(r, index, index + 1);
    if (s < end && *s == '\t')
        diag_error(r->d, at, "E-yaml-syntax", "YAML indents by blanks: replace the tab",
                   "a tab is used for indentation");
    else if (s < end && (unsigned char)*s < 0x80)
        diag_error(r->d, at, "E-yaml-syntax", "quote the value", "a value cannot begin with '%c'",
                   *s);
    else
        diag_error(r->d, at, "E-yaml-syntax", "quote the value",
                   "this character cannot begin a value");
}

static void syntax_error(struct reader *r)
{
    const yaml_parser_t *y = &r->lib;
    if (y->error == YAML_MEMORY_ERROR)
        die("out of memory");
    bool torn = false;
    for (uint32_t i = 0; i < r->depth; i++)
        torn = torn_end(r, &r->frame[i]) || torn;
    give_up(r);
    const char *problem = y->problem != NULL ? y->problem : "it is not understood";
    const char *context = y->context != NULL ? y->context : "";
    /* recorded("a", "b") in a flow map: that brackets do not match is only a consequence. */
    if (torn || (r->unclosed && strncmp(problem, "did not find expected ',' or", 28) == 0))
        return;
    size_t i = y->problem_mark.index;
    struct loc at = place(r, i, i + 1), from = place(r, y->context_mark.index, SIZE_MAX);
    if (strncmp(problem, "found character that cannot start", 33) == 0) {
        token_error(r, i);
        return;
    }
    if (strncmp(problem, "found undefined tag handle", 26) == 0) {
        diag_error(r->d, at, "E-yaml-tag", "remove the tag; a model is made of plain values",
                   "this tag means nothing here");
        return;
    }
    bool wants = strncmp(problem, "did not find expected key", 25) == 0 ||
                 strncmp(problem, "did not find expected node", 26) == 0;
    if (wants && i < r->chars && *byte_at(r, i) == ':') {
        diag_error(r->d, at, "E-yaml-key", "write NAME: VALUE", "there is no key here");
        return;
    }
    const struct complaint *c = complaint_find(problem, context);
    if (c == NULL) {
        diag_error(r->d, at, "E-yaml-syntax", NULL, "not YAML: %s%s%s", context,
                   *context != '\0' ? " " : "", problem);
        return;
    }
    const char *u = strstr(c->text, "%u");
    if (u != NULL) /* written out, since a format is a literal */
        diag_error(r->d, at, "E-yaml-syntax", c->hint, "%.*s%u%s", (int)(u - c->text), c->text,
                   (unsigned)from.line, u + 2);
    else
        diag_error(r->d, c->at_context ? from : at, "E-yaml-syntax", c->hint, "%s", c->text);
}

/* ---- the whole text ---- */

static void reader_free(struct reader *r)
{
    for (size_t i = 0; i < YAML_MAX_DEPTH; i++) {
        free(r->frame[i].pair);
        free(r->frame[i].item);
    }
    free(r->anchor);
    free(r->bucket);
    free(r->line_byte);
    free(r->line_char);
    free(r);
}

static void read_events(struct reader *r)
{
    if (yaml_parser_initialize(&r->lib) == 0)
        die("out of memory");
    yaml_parser_set_encoding(&r->lib, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r->lib, (const unsigned char *)r->text, r->bytes);
    while (!r->stop) {
        yaml_event_t e;
        if (yaml_parser_parse(&r->lib, &e) == 0) {
            syntax_error(r);
            break;
        }
        on_event(r, &e);
        yaml_event_delete(&e);
    }
    yaml_parser_delete(&r->lib);
}

struct yaml *yaml_parse_part(struct arena *a, struct loc at, const char *text, size_t n,
                             struct diags *d, uint32_t *height)
{
    struct reader *r = xcalloc(1, sizeof *r);
    r->mem = a;
    r->d = d;
    r->file = at.file;
    r->line0 = at.line - 1;
    r->col0 = at.col - 1;
    r->text = text;
    r->bytes = n;
    r->bad = NEW(a, struct yaml, 1);
    r->bad->s = "";
    r->bad->at = at;
    if (text_scan(r))
        read_events(r);
    else
        r->broken = true;
    struct yaml *root = r->broken ? NULL : r->root;
    if (height != NULL)
        *height = r->height;
    if (!r->broken && (root == NULL || (root->kind == YAML_NULL && root->at.len == 0))) {
        diag_error(d, at, "E-yaml-empty", "a model begins with 'pertinax: 1'",
                   "there is nothing in this file");
        root = NULL;
    }
    reader_free(r);
    return root;
}

struct yaml *yaml_parse(struct arena *a, const char *name, const char *text, size_t n,
                        struct diags *d)
{
    if (n > YAML_MAX_BYTES) {
        struct loc start = {.file = diag_file(d, name, "", 0), .line = 1, .col = 1};
        diag_error(d, start, "E-yaml-size", "is this the right file?",
                   "the file is larger than %d MiB", (int)(YAML_MAX_BYTES >> 20));
        return NULL;
    }
    if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) { /* a byte order mark is not content */
        text += 3;
        n -= 3;
    }
    struct loc at = {.file = diag_file(d, name, text, n), .line = 1, .col = 1};
    return yaml_parse_part(a, at, text, n, d, NULL);
}

static void file_error(struct diags *d, const char *path, int err)
{
    diag_error(d, (struct loc){0}, "E-file", NULL, "cannot read '%s': %s", path, strerror(err));
}

struct yaml *yaml_read(struct arena *a, const char *path, struct diags *d)
{
    bool std = strcmp(path, "-") == 0;
    FILE *f = std ? stdin : fopen(path, "rb");
    if (f == NULL) {
        file_error(d, path, errno);
        return NULL;
    }
    /* One byte more than allowed tells too large from just large enough, also for pipes. */
    struct buf b = {0};
    char chunk[4096];
    size_t n;
    errno = 0;
    while (b.n <= YAML_MAX_BYTES && (n = fread(chunk, 1, sizeof chunk, f)) > 0)
        buf_put(&b, chunk, n);
    int err = ferror(f) ? (errno != 0 ? errno : EIO) : 0;
    if (!std)
        fclose(f);
    struct yaml *y = NULL;
    if (err != 0) {
        file_error(d, path, err);
    } else {
        char *text = NEW(a, char, b.n + 1);
        if (b.n > 0)
            memcpy(text, b.s, b.n);
        y = yaml_parse(a, std ? "<stdin>" : path, text, b.n, d);
    }
    buf_free(&b);
    return y;
}

struct yaml *yaml_get(const struct yaml *map, const char *key)
{
    if (map == NULL || map->kind != YAML_MAP)
        return NULL;
    for (uint32_t i = 0; i < map->n; i++)
        if (strcmp(map->pair[i].key, key) == 0)
            return map->pair[i].value;
    return NULL;
}
