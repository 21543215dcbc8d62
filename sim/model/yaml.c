/* SPDX-License-Identifier: GPL-3.0-or-later */
/* yaml.c - from a text through libyaml's events to a tree; see yaml.h for the contract.
 *
 * Events rather than libyaml's document API: depth is then known before anything is built, an alias
 * into a node that is still open is seen at once, and nothing recurses.  `total` counts the nodes
 * of the tree as if every alias were written out; the size of an anchor is the difference of
 * `total` between its end and its start, so the bound on expansion costs one addition an alias. */
#include "model/yaml.h"
#include "model/yaml_impl.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* ---- events ---- */

/* Where an event is; `properties`: it begins with an anchor or a tag, which are not its value. */
static struct loc event_place(struct yaml_reader *r, const yaml_event_t *e, bool properties)
{
    size_t from = e->start_mark.index, to = e->end_mark.index;
    return properties ? yaml_place_value(r, from, to) : yaml_place(r, from, to);
}

static void give_up(struct yaml_reader *r)
{
    r->stop = r->broken = true;
}

static void depth_error(struct yaml_reader *r, struct loc at)
{
    diag_error(r->d, at, "E-yaml-depth", "no model needs this; is a bracket not closed?",
               "lists and maps are nested more than %d deep", (int)YAML_MAX_DEPTH);
    give_up(r);
}

/* Count nodes as if aliases were written out. */
static bool count_nodes(struct yaml_reader *r, uint32_t n, struct loc at, const char *alias)
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
static void apply_tag(struct yaml_reader *r, struct yaml *y, const yaml_char_t *raw, struct loc at)
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

static void on_scalar(struct yaml_reader *r, const yaml_event_t *e)
{
    const char *s = (const char *)e->data.scalar.value;
    size_t n = e->data.scalar.length;
    struct loc at = event_place(r, e, e->data.scalar.anchor != NULL || e->data.scalar.tag != NULL);
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
    apply_tag(r, y, e->data.scalar.tag, event_place(r, e, false));
    const struct yaml_frame *f = r->depth > 0 ? &r->frame[r->depth - 1] : NULL;
    bool key = f != NULL && f->node->kind == YAML_MAP && !f->have_key;
    if (!key && !y->quoted && yaml_null_text(y->s)) {
        y->kind = YAML_NULL;
        y->s = "";
    }
    if (e->data.scalar.anchor != NULL) {
        uint32_t a = yaml_anchor_add(r, (const char *)e->data.scalar.anchor, y);
        r->anchor[a - 1].open = false;
    }
    yaml_deliver(r, &(struct yaml_value){.node = y, .at = at});
}

static void on_alias(struct yaml_reader *r, const yaml_event_t *e)
{
    const char *name = (const char *)e->data.alias.anchor;
    struct loc at = event_place(r, e, false);
    const struct yaml_anchor *a = yaml_anchor_find(r, name);
    struct yaml_value v = {.node = r->bad, .alias = true, .at = at};
    if (a == NULL) {
        diag_error(r->d, at, "E-yaml-alias", yaml_anchor_hint(r, name),
                   "there is no anchor '&%.200s'", name);
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
    yaml_deliver(r, &v);
}

static void on_open(struct yaml_reader *r, const yaml_event_t *e, bool map)
{
    const yaml_char_t *tag = map ? e->data.mapping_start.tag : e->data.sequence_start.tag;
    const yaml_char_t *anchor = map ? e->data.mapping_start.anchor : e->data.sequence_start.anchor;
    struct loc at = event_place(r, e, tag != NULL || anchor != NULL);
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
    apply_tag(r, y, tag, event_place(r, e, false));
    struct yaml_frame *f = &r->frame[r->depth++];
    struct yaml_frame kept = *f;
    *f = (struct yaml_frame){.node = y,
                             .start = start,
                             .pair = kept.pair,
                             .item = kept.item,
                             .paircap = kept.paircap,
                             .itemcap = kept.itemcap};
    if (anchor != NULL)
        f->anchor = yaml_anchor_add(r, (const char *)anchor, y);
}

static void on_event(struct yaml_reader *r, const yaml_event_t *e)
{
    switch (e->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (r->root != NULL) {
            diag_error(r->d, yaml_place(r, e->start_mark.index, e->end_mark.index),
                       "E-yaml-documents",
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
        yaml_close(r);
        break;
    case YAML_STREAM_END_EVENT:
        r->stop = true;
        break;
    default:
        break;
    }
}

/* ---- the whole text ---- */

static void reader_free(struct yaml_reader *r)
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

static void read_events(struct yaml_reader *r)
{
    yaml_parser_t lib;
    if (yaml_parser_initialize(&lib) == 0)
        die("out of memory");
    yaml_parser_set_encoding(&lib, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&lib, (const unsigned char *)r->text, r->bytes);
    while (!r->stop) {
        yaml_event_t e;
        if (yaml_parser_parse(&lib, &e) == 0) {
            if (lib.error == YAML_MEMORY_ERROR)
                die("out of memory");
            yaml_syntax_error(r,
                              &(struct yaml_fault){lib.problem, lib.context, lib.problem_mark.index,
                                                   lib.context_mark.index});
            give_up(r);
            break;
        }
        on_event(r, &e);
        yaml_event_delete(&e);
    }
    yaml_parser_delete(&lib);
}

struct yaml *yaml_parse_part(struct arena *a, struct loc at, const char *text, size_t n,
                             struct diags *d, uint32_t *height)
{
    struct yaml_reader *r = xcalloc(1, sizeof *r);
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
    if (yaml_scan(r))
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
