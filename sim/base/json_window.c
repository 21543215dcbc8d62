/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json_window.c - the input as a window, errors, and an input that ends too early; see json_read.h.
 *
 * A token that reaches the end of the window is moved to its front (json_more), so that tokens are
 * always whole in memory. */
#include "base/json_impl.h"
#include "base/arena.h"
#include "base/diag.h"
#include <stdlib.h>
#include <string.h>

enum { WINDOW = 128 << 10 };

void json_read_mem(struct json_read *r, const char *s, size_t n, unsigned flags)
{
    *r = (struct json_read){.p = s, .end = s + n, .window = s, .over = true, .flags = flags};
}

void json_read_from(struct json_read *r, json_fill *fill, void *ctx, unsigned flags)
{
    *r = (struct json_read){.fill = fill, .ctx = ctx, .flags = flags, .cap = WINDOW};
    r->own = xrealloc(NULL, r->cap, 1);
    r->p = r->end = r->window = r->own;
}

void json_read_end(struct json_read *r)
{
    free(r->own);
    buf_free(&r->scratch);
    *r = (struct json_read){.state = AT_DONE, .over = true};
}

enum json_event json_fail_at(struct json_read *r, uint64_t at, const char *what)
{
    r->error = what;
    r->error_at = at;
    r->begun = r->after_line && at == r->at && at > r->doc;
    r->state = AT_ERROR;
    return JSON_ERROR;
}

enum json_event json_fail(struct json_read *r, const char *what)
{
    return json_fail_at(r, json_offset(r, r->p), what);
}

void json_cut(struct json_read *r, const char *what)
{
    if (!(r->flags & JSON_LENIENT)) {
        json_fail(r, what);
        return;
    }
    r->cut = true;
    r->p = r->end;
    r->state = r->state == AT_VALUE ? AT_CUT_NULL : AT_CUT;
}

bool json_more(struct json_read *r, const char **keep)
{
    if (r->over)
        return false;
    size_t kept = (size_t)(r->end - *keep), read = (size_t)(r->p - *keep);
    if (kept >= JSON_TOKEN_MAX) {
        json_fail_at(r, r->at, JSON_TOO_LONG);
        return false;
    }
    if (kept > r->cap / 2) {
        size_t before = (size_t)(*keep - r->own);
        r->cap *= 2;
        r->own = xrealloc(r->own, r->cap, 1);
        *keep = r->own + before;
        r->base += before;
    } else {
        r->base += (uint64_t)(*keep - r->window);
    }
    memmove(r->own, *keep, kept);
    r->window = *keep = r->own;
    r->p = r->own + read;
    size_t got = r->fill(r->ctx, r->own + kept, r->cap - kept);
    bug_if(got > r->cap - kept);
    r->end = r->own + kept + got;
    r->over = got == 0;
    return got > 0;
}

bool json_have(struct json_read *r, const char **tok, size_t n)
{
    while ((size_t)(r->end - r->p) < n)
        if (!json_more(r, tok))
            return false;
    return true;
}

bool json_repair(struct json_read *r, const char *what)
{
    if (!(r->flags & JSON_LENIENT)) {
        json_fail(r, what);
        return false;
    }
    r->repairs += r->repairs < UINT32_MAX;
    return true;
}

bool json_fits(struct json_read *r)
{
    if (r->n > JSON_TOKEN_MAX)
        json_fail_at(r, r->at, JSON_TOO_LONG);
    return r->n <= JSON_TOKEN_MAX;
}
