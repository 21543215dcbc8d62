/* SPDX-License-Identifier: GPL-3.0-or-later */
/* yaml_impl.h - shared by the files of the YAML reader, and by nobody else.
 *
 * yaml.c takes libyaml's events and is the only file that sees it; yaml_text.c knows places,
 * yaml_build.c puts values into their lists and maps, yaml_syntax.c words what libyaml refuses. */
#ifndef MODEL_YAML_IMPL_H
#define MODEL_YAML_IMPL_H
#include "model/yaml_part.h"

struct yaml_anchor {
    const char *name;
    struct yaml *node;
    uint32_t size, height;
    bool open; /* its node is not complete yet: an alias now is a cycle */
};
struct yaml_frame { /* a list or map being read */
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
struct yaml_reader {
    struct arena *mem;
    struct diags *d;
    uint32_t file, line0, col0; /* where the text begins in the file shown */
    const char *text;
    size_t bytes, chars;
    size_t seek_char, seek_byte;     /* see yaml_byte_at() */
    uint32_t *line_byte, *line_char; /* where each line begins */
    uint32_t nline, linecap, bytecap;
    struct yaml_frame frame[YAML_MAX_DEPTH];
    uint32_t depth, total, height; /* height: of the root */
    struct yaml_anchor *anchor;
    uint32_t nanchor, anchorcap, *bucket, nbucket;
    struct yaml *root, *bad; /* bad stands for what an error left without a value */
    bool stop, broken;       /* broken: no usable tree */
    bool unclosed;           /* a torn value was reported whose end was not found */
};
struct yaml_value { /* a complete node on its way to its parent */
    struct yaml *node;
    uint32_t height;
    bool alias;
    struct loc at; /* where it stands, which for an alias is not node->at */
};

/* ---- yaml_text.c ---- */
bool yaml_scan(struct yaml_reader *r); /* find the lines; false: refused, and said */
/* The place of the characters [from, to), cut at the end of their first line. */
struct loc yaml_place(const struct yaml_reader *r, size_t from, size_t to);
/* Same, past the anchor and the tag it begins with: the reader of a message looks for the value. */
struct loc yaml_place_value(struct yaml_reader *r, size_t from, size_t to);
/* Events come in order, so going on from the last answer makes all of them one pass. */
const char *yaml_byte_at(struct yaml_reader *r, size_t index);

/* ---- yaml_build.c ---- */
/* A name may be anchored again; aliases mean the latest.  Returns its index + 1. */
uint32_t yaml_anchor_add(struct yaml_reader *r, const char *name, struct yaml *node);
const struct yaml_anchor *yaml_anchor_find(struct yaml_reader *r, const char *name);
const char *yaml_anchor_hint(struct yaml_reader *r, const char *name);
void yaml_deliver(struct yaml_reader *r, const struct yaml_value *v); /* to its list or map */
void yaml_close(struct yaml_reader *r); /* the innermost list or map is complete */
/* A torn value is complete, or what follows cannot belong to it; false: there was none. */
bool yaml_torn_end(struct yaml_reader *r, struct yaml_frame *f);

/* ---- yaml_syntax.c ---- */
struct yaml_fault { /* libyaml's words, and where: characters */
    const char *problem, *context;
    size_t at, from;
};
void yaml_syntax_error(struct yaml_reader *r, const struct yaml_fault *f);

#endif
