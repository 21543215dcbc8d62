/* SPDX-License-Identifier: GPL-3.0-or-later */
/* yaml_part.h - what yaml.c and yaml_set.c share; for nobody else. */
#ifndef MODEL_YAML_PART_H
#define MODEL_YAML_PART_H
#include "model/yaml.h"

/* As yaml_parse(), for a part of a text that is registered already and begins at `at`.  *height
 * (may be NULL) becomes the number of levels of lists and maps in the tree. */
struct yaml *yaml_parse_part(struct arena *a, struct loc at, const char *text, size_t n,
                             struct diags *d, uint32_t *height);
/* Is this plain scalar no value ("", ~, null, Null, NULL)? */
bool yaml_null_text(const char *s);
/* Bytes of the UTF-8 character at s (n >= 1 left); 0 if a YAML file may not hold it. */
size_t yaml_char(const unsigned char *s, size_t n);

#endif
