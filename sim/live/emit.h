/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emit.h - a model as a Python program: standard library only, one function a pipeline.
 *
 * The program runs the execution that it was made for: on one thread, on threads, on an event loop,
 * or on both; its calls go to a service (client.c has the protocol), its draws come from the table
 * of run/rehearse.h, and each request becomes a line of OTLP. */
#ifndef LIVE_EMIT_H
#define LIVE_EMIT_H
#include "core/prog.h"

/* False: a step or a key for which there is no Python; errors are in d, all of them. */
bool emit_python(const struct prog *p, struct buf *out, struct diags *d);

#endif
