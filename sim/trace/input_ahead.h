/* SPDX-License-Identifier: GPL-3.0-or-later */
/* input_ahead.h - bytes that another thread has fetched before they are asked for: reading and
 * unpacking beside whoever makes sense of them.  Memory: AHEAD_BLOCKS blocks. */
#ifndef TRACE_INPUT_AHEAD_H
#define TRACE_INPUT_AHEAD_H
#include <stddef.h>

struct input_ahead;
typedef size_t input_fetch(void *ctx, char *to, size_t n); /* 0: the end */
/* NULL: there is no thread to be had.  fetch() is called by that thread until it returns 0. */
struct input_ahead *input_ahead_new(input_fetch *fetch, void *ctx);
/* Waits for a call of fetch() that has begun. */
void input_ahead_free(struct input_ahead *a);
/* Up to n bytes; 0: the end: what fetch() has done has been seen. */
size_t input_ahead_read(struct input_ahead *a, char *to, size_t n);

#endif
