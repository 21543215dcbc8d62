/* SPDX-License-Identifier: GPL-3.0-or-later */
/* read_har.c - HAR 1.1 and 1.2, the waterfall of a browser: each page is a trace, its root the time
 * to its onLoad; each request a client's span below it, with a span for each of its phases that
 * took time.  The phases are one after another, in the order of the format; ssl is inside connect.
 */
#include "trace/reader_json.h"
#include "base/arena.h"
#include <stdlib.h>

/* ORDER phases */
enum { BLOCKED, DNS, CONNECT, SEND, WAIT, RECEIVE, PHASES };
static const char *const phase_name[PHASES] = {"blocked", "dns",  "connect",
                                               "send",    "wait", "receive"};

struct page {
    uint32_t key, title; /* names */
    uint64_t at;
    int64_t start, load;
    bool has_start, has_load;
};
struct entry {
    uint64_t at;
    uint32_t page, name, host;
    int64_t start, time, phase[PHASES];
    uint16_t code;
    bool has_start, has_time;
};
struct har {
    struct json_read j;
    struct reader *r;
    struct page *page;
    uint32_t npage, cappage;
    struct entry *entry;
    uint32_t nentry, capentry;
};
enum { ENTRIES_MOST = 1 << 18, PAGES_MOST = 256 };

static bool read_iso(struct json_read *j, int64_t *out)
{
    return rj_text(j) && time_iso(j->s, j->n, out);
}

static void read_page(struct har *h)
{
    struct json_read *j = &h->j;
    struct page p = {.at = j->at};
    while (rj_member(j)) {
        if (JSON_IS(j, "id"))
            p.key = rj_name(j, h->r);
        else if (JSON_IS(j, "title"))
            p.title = rj_name(j, h->r);
        else if (JSON_IS(j, "startedDateTime"))
            p.has_start = read_iso(j, &p.start);
        else if (!JSON_IS(j, "pageTimings"))
            json_skip(j);
        else if (rj_enter(j, JSON_OBJ)) {
            while (rj_member(j)) {
                if (JSON_IS(j, "onLoad"))
                    p.has_load = rj_time(j, 6, &p.load) && p.load >= 0;
                else
                    json_skip(j);
            }
        }
    }
    if (j->cut || j->error)
        return;
    if (!p.has_start || h->npage == PAGES_MOST) {
        reader_bad(h->r, TALLY_BAD, p.at, "%s",
                   p.has_start ? "too many pages in one file"
                               : "a page without a startedDateTime that can be read");
        return;
    }
    h->page = grow(h->page, &h->cappage, h->npage + 1, sizeof *h->page);
    h->page[h->npage++] = p;
}

/* "GET example.org/path" of a method and an URL; *host is "example.org". */
static void name_request(struct har *h, struct entry *x, const struct buf *method,
                         const struct buf *url)
{
    const char *s = url->s ? url->s : "", *slashes = strstr(s, "://");
    const char *host = slashes ? slashes + 3 : s;
    size_t n = strcspn(host, "/?#");
    struct buf b = {0};
    x->host = names_id(h->r->names, host, n);
    buf_printf(&b, "%s ", method->s && method->n ? method->s : "GET");
    buf_put(&b, host + n, strcspn(host + n, "?#"));
    if (host[n] != '/')
        buf_putc(&b, '/');
    x->name = reader_name(h->r, b.s, b.n);
    buf_free(&b);
}

static void read_request(struct har *h, struct entry *x)
{
    struct json_read *j = &h->j;
    struct buf method = {0}, url = {0};
    if (!rj_enter(j, JSON_OBJ))
        return;
    while (rj_member(j)) {
        struct buf *to = JSON_IS(j, "method") ? &method : JSON_IS(j, "url") ? &url : NULL;
        if (!to) {
            json_skip(j);
        } else if (rj_text(j)) {
            buf_clear(to);
            buf_put(to, j->s, j->n < 4096 ? j->n : 4096);
        }
    }
    name_request(h, x, &method, &url);
    buf_free(&method);
    buf_free(&url);
}

static void read_response(struct har *h, struct entry *x)
{
    struct json_read *j = &h->j;
    if (!rj_enter(j, JSON_OBJ))
        return;
    while (rj_member(j)) {
        enum json_event e;
        if (!JSON_IS(j, "status")) {
            json_skip(j);
            continue;
        }
        e = json_next(j);
        if (e == JSON_NUM)
            x->code = code_of_text(j->s, j->n);
        json_skip_rest(j, e);
    }
}

static void read_timings(struct har *h, struct entry *x)
{
    struct json_read *j = &h->j;
    if (!rj_enter(j, JSON_OBJ))
        return;
    while (rj_member(j)) {
        int i = 0;
        while (i < PHASES && !(strlen(phase_name[i]) == j->n && !memcmp(j->s, phase_name[i], j->n)))
            i++;
        if (i == PHASES)
            json_skip(j);
        else if (!rj_time(j, 6, &x->phase[i]))
            x->phase[i] = -1;
    }
}

static void read_entry(struct har *h)
{
    struct json_read *j = &h->j;
    struct entry x = {.at = j->at};
    while (rj_member(j)) {
        if (JSON_IS(j, "pageref"))
            x.page = rj_name(j, h->r);
        else if (JSON_IS(j, "startedDateTime"))
            x.has_start = read_iso(j, &x.start);
        else if (JSON_IS(j, "time"))
            x.has_time = rj_time(j, 6, &x.time) && x.time >= 0;
        else if (JSON_IS(j, "request"))
            read_request(h, &x);
        else if (JSON_IS(j, "response"))
            read_response(h, &x);
        else if (JSON_IS(j, "timings"))
            read_timings(h, &x);
        else
            json_skip(j);
    }
    if (j->cut || j->error)
        return;
    if (!x.has_start || h->nentry == ENTRIES_MOST) {
        reader_bad(h->r, TALLY_BAD, x.at, "%s",
                   x.has_start ? "too many requests in one file"
                               : "a request without a startedDateTime that can be read");
        return;
    }
    h->entry = grow(h->entry, &h->capentry, h->nentry + 1, sizeof *h->entry);
    h->entry[h->nentry++] = x;
}

/* ---- spans ---- */

static void put_phases(struct har *h, const struct entry *x, struct trace_id id, uint64_t parent,
                       uint32_t browser)
{
    int64_t at = x->start;
    for (int i = 0; i < PHASES; i++) {
        if (x->phase[i] <= 0)
            continue;
        struct span s = {.id = trace_mix(parent, (uint64_t)i + 1) | 1,
                         .parent_id = parent,
                         .start = at,
                         .duration = x->phase[i],
                         .name = names_id(h->r->names, phase_name[i], strlen(phase_name[i])),
                         .service = browser,
                         .host = browser,
                         .kind = KIND_INTERNAL};
        reader_span(h->r, x->at, id, &s, NULL);
        if (x->phase[i] > SPAN_TIME_MOST || __builtin_add_overflow(at, x->phase[i], &at))
            return;
    }
}

/* All requests of one page (p NULL: of none, each a trace of its own). */
static void put_entries(struct har *h, const struct page *p, struct trace_id id, uint64_t root,
                        uint32_t browser)
{
    for (uint32_t i = 0; i < h->nentry; i++) {
        const struct entry *x = &h->entry[i];
        uint64_t span = trace_mix(h->r->seed.lo, x->at + 1) | 1;
        bool mine = false;
        for (uint32_t k = 0; k < h->npage && !mine; k++)
            mine = h->page[k].key == x->page;
        if (p ? x->page != p->key : mine)
            continue;
        if (!p)
            id = (struct trace_id){trace_mix(h->r->seed.hi, x->at), span};
        struct span s = {.id = span,
                         .parent_id = root,
                         .start = x->start,
                         .duration = x->time,
                         .name = x->name,
                         .service = browser,
                         .host = browser,
                         .code = x->code,
                         .status = x->code >= 400 ? SPAN_ERROR : SPAN_UNSET,
                         .kind = KIND_CLIENT,
                         .flags = x->has_time ? 0 : SPAN_UNFINISHED};
        reader_span(h->r, x->at, id, &s, NULL);
        put_phases(h, x, id, span, browser);
    }
}

static void put_all(struct har *h)
{
    uint32_t browser = names_id(h->r->names, "browser", 7);
    for (uint32_t i = 0; i < h->npage; i++) {
        const struct page *p = &h->page[i];
        bool again = false;
        for (uint32_t k = 0; k < i && !again; k++)
            again = h->page[k].key == p->key;
        if (again) {
            reader_bad(h->r, TALLY_BAD, p->at, "a page with the id of another one");
            continue;
        }
        uint64_t root = trace_mix(h->r->seed.lo, p->at + 1) | 1;
        struct trace_id id = {trace_mix(h->r->seed.hi, p->at), root};
        struct span s = {.id = root,
                         .start = p->start,
                         .duration = p->load,
                         .name = p->title ? p->title : p->key,
                         .service = browser,
                         .host = browser,
                         .kind = KIND_INTERNAL,
                         .flags = p->has_load ? 0 : SPAN_UNFINISHED};
        reader_span(h->r, p->at, id, &s, NULL);
        put_entries(h, p, id, root, browser);
    }
    put_entries(h, NULL, (struct trace_id){0, 0}, 0, browser);
}

static void read_log(struct har *h)
{
    struct json_read *j = &h->j;
    enum json_event e;
    while (rj_member(j)) {
        bool pages = JSON_IS(j, "pages");
        if (!pages && !JSON_IS(j, "entries")) {
            json_skip(j);
        } else if (rj_enter(j, JSON_ARR)) {
            while (rj_item(j, &e)) {
                if (e != JSON_OBJ)
                    json_skip_rest(j, e);
                else if (pages)
                    read_page(h);
                else
                    read_entry(h);
            }
        }
    }
}

void read_har(struct reader *r)
{
    struct har h = {.r = r};
    rj_begin(&h.j, r, 0);
    if (rj_enter(&h.j, JSON_OBJ)) {
        while (rj_member(&h.j)) {
            if (!JSON_IS(&h.j, "log"))
                json_skip(&h.j);
            else if (rj_enter(&h.j, JSON_OBJ))
                read_log(&h);
        }
    }
    if (h.j.error)
        rj_error(&h.j, r);
    put_all(&h);
    rj_end(&h.j, r);
    free(h.page);
    free(h.entry);
}
