/* SPDX-License-Identifier: GPL-3.0-or-later */
/* input.h - the bytes of a file or pipe, decompressed: gzip and zstd are known by their first
 * bytes, several streams one after another are one.  Memory is bounded, whatever is promised by the
 * compressed data. */
#ifndef TRACE_INPUT_H
#define TRACE_INPUT_H
#include "trace/trace.h"
#include <stdbool.h>

enum { INPUT_HEAD = 1 << 16 };
struct input;
/* name "-" is standard input.  NULL: errno says why. */
struct input *input_open(const char *name);
/* From memory, for tests. */
struct input *input_mem(const void *data, size_t n);
void input_close(struct input *in);
/* The first bytes (up to INPUT_HEAD), which stay unread. */
const char *input_head(struct input *in, size_t *n);
/* Up to n bytes; 0: the end.  Of the type json_fill. */
size_t input_read(void *in, char *to, size_t n);
/* No more than n bytes, unpacked: what is longer is in trouble. */
void input_most(struct input *in, uint64_t n);
/* Asked before each read, by the thread that reads; true ends the input.  May be NULL. */
void input_stop(struct input *in, bool (*stop)(void));
/* From here on another thread reads and unpacks, some blocks ahead; nothing else changes.  The
 * last thing before input_read(). */
void input_begin_ahead(struct input *in);

uint64_t input_bytes(const struct input *in);         /* given by input_read() so far */
struct trace_id input_digest(const struct input *in); /* of all, at its end: 128 bits, fast,
                                                         and no protection against malice */
/* NULL, or why the data ended too early (known when it has ended): damaged compression, an error of
 * the device. */
const char *input_trouble(const struct input *in);
const char *input_packing(const struct input *in); /* "gzip", "zstd" or NULL */

#endif
