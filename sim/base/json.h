/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json.h - writes JSON into a buf: shortest round-trip numbers, never NaN or Inf (null instead),
 * UTF-8 passed through (invalid bytes become U+FFFD), independent of the locale. */
#ifndef BASE_JSON_H
#define BASE_JSON_H
#include "base/buf.h"
#include <stdbool.h>
#include <stdint.h>

struct json {
    struct buf *out;
    int depth;
    bool pretty;    /* newlines and two blanks a level; else one line */
    bool first[64]; /* nothing written yet at this depth */
    bool after_key;
};
void json_begin(struct json *j, struct buf *out, bool pretty);
void json_obj(struct json *j);     /* { */
void json_end_obj(struct json *j); /* } */
void json_arr(struct json *j);
void json_end_arr(struct json *j);
void json_key(struct json *j, const char *key);
void json_str(struct json *j, const char *s);
void json_num(struct json *j, double x); /* null if not finite; integers without a point */
void json_int(struct json *j, int64_t x);
void json_bool(struct json *j, bool b);
void json_null(struct json *j);
/* The shortest decimal that reads back as x; buffer of 32. */
const char *json_number(double x, char *buffer);

#endif
