/* SPDX-License-Identifier: GPL-3.0-or-later */
/* yaml.h - a YAML file as a tree with places.
 *
 * The only file of the project that sees libyaml.  It refuses what would make a model mean
 * something its author did not see: duplicate keys, alias cycles, tags other than the core ones,
 * several documents, keys that are not scalars; and bounds size, depth, nodes and alias expansion.
 * Anchors, aliases and merge keys (<<) are resolved.  Nodes are immutable once read, but for
 * yaml_set().  A syntax error of libyaml ends the reading (one error); all other errors of the
 * tree are collected. */
#ifndef MODEL_YAML_H
#define MODEL_YAML_H
#include "base/diag.h"

enum yaml_kind { YAML_NULL, YAML_SCALAR, YAML_LIST, YAML_MAP };
struct yaml;
struct yaml_pair {
    const char *key;
    struct loc key_at;
    struct yaml *value; /* never NULL */
};
struct yaml {
    enum yaml_kind kind; /* an empty or ~ or null plain scalar is YAML_NULL */
    struct loc at;       /* of the node's first character; len: of a scalar its width */
    bool quoted;         /* 'single' or "double" quoted or a block scalar */
    bool flow;           /* a [flow] list or {flow} map */
    const char *s;       /* a scalar's text; "" for null */
    uint32_t n;
    struct yaml_pair *pair; /* of a map, in the order written (merged keys last) */
    struct yaml **item;     /* of a list */
};
enum { YAML_MAX_BYTES = 8 << 20, YAML_MAX_DEPTH = 64, YAML_MAX_NODES = 200000 };

/* Read a whole text; name is for messages.  NULL if there is no usable tree (errors in d). */
struct yaml *yaml_parse(struct arena *a, const char *name, const char *text, size_t n,
                        struct diags *d);
/* Same from a file, "-" is standard input.  An unreadable file is an error in d (E-file), not
 * die(): a wrong file name is the user's input. */
struct yaml *yaml_read(struct arena *a, const char *path, struct diags *d);
struct yaml *yaml_get(const struct yaml *map, const char *key); /* NULL if absent */

/* --set: "PATH=VALUE" or "PATH*=FACTOR" (also += -= /=).  The path's first part is a top-level key
 * of the model, else a parameter, else a service, resource, execution or pipeline of that name
 * ("db.latency"); "shards" alone is a parameter.  A list index is a number.  Missing maps on the
 * way are made; the reader judges the result.  The value is parsed as YAML flow text; if that
 * fails or its first character is not [ { " ', it is a plain scalar as it stands
 * (so lognormal(p50=1ms, p99=3ms) needs no quotes).  Places of new nodes point into the file
 * "--set" that shows the argument.  A path that leads through a scalar, or a parameter that does
 * not exist and is no path either, is an error with a suggestion (E-set). */
void yaml_set(struct arena *a, struct yaml *root, const char *arg, struct diags *d);
/* The same with a path that stands in a file, at `at`, and a value that has been read; messages
 * point there. */
void yaml_put(struct arena *a, struct yaml *root, const char *path, struct loc at,
              const struct yaml *value, struct diags *d);
/* A tree that can be changed without changing the one it is a copy of (parts are shared). */
struct yaml *yaml_fork(struct arena *a, const struct yaml *root);
/* The same from another flag, which messages name ("--what-if"). */
void yaml_change(struct arena *a, struct yaml *root, const char *flag, const char *arg,
                 struct diags *d);

#endif
