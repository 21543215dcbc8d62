/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_trace.h - any bytes, packed or not, through a reader, the intake and the assembler.
 *
 * What is asserted beyond "no crash": every span that comes out can be one (an id, times in
 * bounds), as many come out of the intake as the reader said, parents stand in their trace and
 * nobody is his own ancestor, assembling twice changes nothing, and sniffing comes back. */
#ifndef FUZZ_TRACE_H
#define FUZZ_TRACE_H
#include "base/arena.h"
#include "base/diag.h"
#include "trace/assemble.h"
#include "trace/format.h"
#include <stdlib.h>
#include <string.h>

struct fuzz_out {
    struct batch b;
    struct assembler *a;
    uint64_t spans;
};

static void fuzz_check(const struct span *v, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        bug_if(v[i].id == 0 || v[i].duration < 0);
        bug_if(v[i].parent != SPAN_NONE && v[i].parent >= n);
        uint32_t steps = 0;
        for (uint32_t k = v[i].parent; k != SPAN_NONE && n < 2000; k = v[k].parent)
            bug_if(steps++ > n);
    }
}

static void fuzz_assemble(struct fuzz_out *o, struct span *v, uint32_t n)
{
    uint64_t duplicates;
    uint32_t left = assemble(o->a, v, n, &duplicates);
    bug_if(left + duplicates != n || (n > 0 && left == 0));
    fuzz_check(v, left);
    struct span *copy = xrealloc(NULL, left, sizeof *v);
    memcpy(copy, v, left * sizeof *v);
    bug_if(assemble(o->a, copy, left, &duplicates) != left);
    for (uint32_t i = 0; i < left; i++)
        bug_if(copy[i].start != v[i].start || copy[i].parent != v[i].parent ||
               copy[i].flags != v[i].flags || copy[i].id != v[i].id);
    free(copy);
}

static struct batch *fuzz_put(void *ctx, struct batch *b)
{
    struct fuzz_out *o = ctx;
    for (uint32_t i = 0; i < b->nt; i++) {
        bug_if(b->t[i].id.lo == 0 && b->t[i].id.hi == 0);
        for (uint32_t k = 0; k < b->t[i].n; k++) {
            const struct span *s = &b->v[b->t[i].first + k];
            bug_if(s->start > SPAN_TIME_MOST || s->start < -SPAN_TIME_MOST);
            bug_if(s->nlink > LINKS_MOST || s->link + s->nlink > b->nlink);
        }
        fuzz_assemble(o, b->v + b->t[i].first, b->t[i].n);
        o->spans += b->t[i].n;
    }
    batch_clear(b);
    return b;
}

static void fuzz_say(void *ctx, uint64_t at, const char *text)
{
    (void)at;
    bug_if(strchr(text, '\n') != NULL);
    ++*(uint64_t *)ctx;
}

static void fuzz_trace(const uint8_t *data, size_t n, void (*read)(struct reader *r),
                       const struct csv_map *csv)
{
    struct name_table names;
    struct tally tally = {{0}};
    struct fuzz_out o = {.a = assemble_new()};
    uint64_t told = 0;
    size_t head;
    names_init(&names);
    struct input *in = input_mem(data, n);
    (void)format_sniff(input_head(in, &head), head);
    struct intake *to = intake_new(&names, &o.b, fuzz_put, &o);
    struct reader r = {.in = in,
                       .to = to,
                       .names = &names,
                       .tally = &tally,
                       .csv = csv,
                       .seed = {1, 2},
                       .say = fuzz_say,
                       .ctx = &told};
    read(&r);
    intake_flush(to);
    bug_if(o.spans != r.spans);
    intake_free(to);
    input_close(in);
    names_free(&names);
    assemble_free(o.a);
    batch_free(&o.b);
}

#endif
