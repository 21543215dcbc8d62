/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recording.c - see recording.h. */
#include "live/recording.h"
#include "base/json_read.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COPIES = 16 }; /* of a call; of more only the first are looked at */
struct span {
    struct recorded_step step;
    struct { /* of a call that is made again: when each copy was answered */
        int64_t sent, answered;
    } copy[COPIES];
    uint32_t ncopy;
    struct recorded_request request; /* of the root */
    uint64_t id, parent;             /* parent 0: it is the root */
};
struct reading {
    struct json_read j;
    struct recording *r;
    const struct prog *p;
    struct span *span; /* of the line */
    uint32_t nspan, cap_span;
};

/* ---- members ---- */

static bool begins(struct json_read *j, enum json_event what)
{
    enum json_event e = json_next(j);
    if (e != what)
        json_skip_rest(j, e);
    return e == what;
}

static const char *read_text(struct reading *x)
{
    return begins(&x->j, JSON_STR) ? arena_strndup(x->r->mem, x->j.s, x->j.n) : "";
}

/* A whole number; OTLP has large ones in strings. */
static int64_t read_number(struct reading *x)
{
    int64_t v = 0;
    enum json_event e = json_next(&x->j);
    if (e == JSON_STR || e == JSON_NUM)
        json_i64(x->j.s, x->j.n, &v);
    else
        json_skip_rest(&x->j, e);
    return v;
}

static uint64_t read_id(struct reading *x)
{
    char text[17] = "";
    if (begins(&x->j, JSON_STR) && x->j.n < sizeof text)
        memcpy(text, x->j.s, x->j.n);
    return strtoull(text, NULL, 16);
}

static void read_status(struct reading *x, struct span *s)
{
    if (!begins(&x->j, JSON_OBJ))
        return;
    while (json_next(&x->j) == JSON_KEY)
        if (JSON_IS(&x->j, "code"))
            s->step.failed = read_number(x) == 2;
        else
            json_skip(&x->j);
}

/* {"key": KEY, "value": {TYPE: VALUE}} */
static void read_attribute(struct reading *x, struct span *s)
{
    struct json_read *j = &x->j;
    const char *key = "";
    while (json_next(j) == JSON_KEY) {
        if (JSON_IS(j, "key")) {
            key = read_text(x);
            continue;
        }
        if (!begins(j, JSON_OBJ))
            continue;
        while (json_next(j) == JSON_KEY)
            if (strcmp(key, "pertinax.task") == 0)
                s->step.task = read_text(x);
            else if (strcmp(key, "pertinax.client") == 0)
                s->request.id.client = (uint32_t)read_number(x);
            else if (strcmp(key, "pertinax.ordinal") == 0)
                s->request.id.ordinal = (uint64_t)read_number(x);
            else if (strcmp(key, "pertinax.worker") == 0)
                s->request.worker = (uint32_t)read_number(x) + 1;
            else if (strcmp(key, "http.response.status_code") == 0)
                s->request.status = (int32_t)read_number(x);
            else if (strcmp(key, "pertinax.open") == 0)
                s->request.open = s->step.section = read_number(x) != 0;
            else
                json_skip(j);
    }
}

/* "sent", "answered"; of copies "sent[1]". */
static void place_event(struct span *s, const char *name, int64_t at)
{
    bool sent = strncmp(name, "sent", 4) == 0;
    const char *copy = strchr(name, '[');
    if (!sent && strncmp(name, "answered", 8) != 0)
        return;
    uint32_t k = copy ? (uint32_t)strtoul(copy + 1, NULL, 10) : 0;
    if (k >= COPIES)
        return;
    if (copy) {
        *(sent ? &s->copy[k].sent : &s->copy[k].answered) = at;
        s->ncopy = k + 1 > s->ncopy ? k + 1 : s->ncopy;
    } else {
        *(sent ? &s->step.sent : &s->step.answered) = at;
    }
}

static void read_event(struct reading *x, struct span *s)
{
    const char *name = "";
    int64_t at = 0;
    while (json_next(&x->j) == JSON_KEY)
        if (JSON_IS(&x->j, "name"))
            name = read_text(x);
        else if (JSON_IS(&x->j, "timeUnixNano"))
            at = read_number(x);
        else
            json_skip(&x->j);
    place_event(s, name, at);
}

static void read_list(struct reading *x, struct span *s,
                      void (*read)(struct reading *x, struct span *s))
{
    if (begins(&x->j, JSON_ARR))
        while (json_next(&x->j) == JSON_OBJ)
            read(x, s);
}

static void read_span(struct reading *x, struct span *s)
{
    struct json_read *j = &x->j;
    *s = (struct span){.step = {.task = "", .name = ""}};
    while (json_next(j) == JSON_KEY)
        if (JSON_IS(j, "name"))
            s->step.name = read_text(x);
        else if (JSON_IS(j, "spanId"))
            s->id = read_id(x);
        else if (JSON_IS(j, "parentSpanId"))
            s->parent = read_id(x);
        else if (JSON_IS(j, "kind"))
            s->step.call = read_number(x) == 3;
        else if (JSON_IS(j, "startTimeUnixNano"))
            s->step.begin = read_number(x);
        else if (JSON_IS(j, "endTimeUnixNano"))
            s->step.end = read_number(x);
        else if (JSON_IS(j, "status"))
            read_status(x, s);
        else if (JSON_IS(j, "attributes"))
            read_list(x, s, read_attribute);
        else if (JSON_IS(j, "events"))
            read_list(x, s, read_event);
        else
            json_skip(j);
}

/* ---- lines ---- */

static int by_number(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

static void mark_sections(struct reading *x)
{
    qsort(x->span, x->nspan, sizeof *x->span, by_number);
    for (uint32_t i = 0; i < x->nspan; i++) {
        struct span key = {.id = x->span[i].parent};
        struct span *above = bsearch(&key, x->span, x->nspan, sizeof key, by_number);
        if (above)
            above->step.section = true;
    }
}

static const struct span *root_of(const struct reading *x)
{
    for (uint32_t i = 0; i < x->nspan; i++)
        if (x->span[i].parent == 0)
            return &x->span[i];
    return NULL;
}

static uint32_t class_named(const struct prog *p, const char *name)
{
    uint32_t k = 0;
    while (k < p->ncls && strcmp(p->cls[k].name, name) != 0)
        k++;
    return k;
}

static void keep_step(struct recording *r, struct recorded_step s)
{
    s.request = r->nrequest;
    s.sent = s.sent ? s.sent : s.begin;
    s.answered = s.answered ? s.answered : s.end;
    r->step = grow(r->step, &r->cap_step, r->nstep + 1, sizeof *r->step);
    r->step[r->nstep++] = s;
}

/* The copy of a call that was answered last, unless it has failed: it has won, and computes until
 * the call is over. */
static uint32_t winner(const struct span *s)
{
    uint32_t last = COPIES;
    for (uint32_t k = 0; k < s->ncopy && !s->step.failed; k++)
        if (s->copy[k].answered && (last == COPIES || s->copy[k].answered > s->copy[last].answered))
            last = k;
    return last;
}

/* A copy is a task of its own. */
static void keep_copies(struct recording *r, const struct span *s)
{
    for (uint32_t k = 0; k < s->ncopy; k++) {
        struct recorded_step copy = s->step;
        if (s->copy[k].sent == 0)
            continue; /* it was not made */
        copy.task = arena_printf(r->mem, "%s/%s[%u]", copy.task, copy.name, k);
        copy.begin = copy.sent = s->copy[k].sent;
        copy.answered = s->copy[k].answered;
        if (copy.answered == 0) /* nobody waited for it any more */
            copy.answered = copy.end;
        else if (k != winner(s))
            copy.end = copy.answered;
        copy.failed = false; /* as it was drawn */
        keep_step(r, copy);
    }
}

/* The spans of a line are a request. */
static void keep(struct reading *x)
{
    struct recording *r = x->r;
    mark_sections(x);
    const struct span *root = root_of(x);
    uint32_t cls = root ? class_named(x->p, root->step.name) : x->p->ncls;
    if (cls == x->p->ncls)
        return;
    struct recorded_request q = root->request;
    q.id.cls = cls;
    q.arrival = root->step.begin;
    q.latency = q.duration = root->step.end - root->step.begin;
    for (uint32_t i = 0; i < x->nspan; i++) {
        const struct recorded_step *s = &x->span[i].step;
        if (&x->span[i] == root)
            continue;
        keep_step(r, *s);
        keep_copies(r, &x->span[i]);
        if (strcmp(s->name, "respond") == 0)
            q.latency = s->begin - q.arrival;
    }
    q.number = r->nrequest;
    r->nended += !q.open;
    if (q.open && root->step.end > r->end)
        r->end = root->step.end;
    r->request = grow(r->request, &r->cap_request, r->nrequest + 1, sizeof *r->request);
    r->request[r->nrequest++] = q;
}

static void read_lines(struct reading *x)
{
    enum json_event e;
    while ((e = json_next(&x->j)) != JSON_END && e != JSON_ERROR) {
        if (e != JSON_KEY || !JSON_IS(&x->j, "spans"))
            continue;
        x->nspan = 0;
        if (!begins(&x->j, JSON_ARR))
            continue;
        while (json_next(&x->j) == JSON_OBJ) {
            x->span = grow(x->span, &x->cap_span, x->nspan + 1, sizeof *x->span);
            read_span(x, &x->span[x->nspan++]);
        }
        if (x->j.error == NULL)
            keep(x);
    }
}

/* ---- order ---- */

static int id_order(struct sim_request a, struct sim_request b)
{
    int o = (a.cls > b.cls) - (a.cls < b.cls);
    o = o ? o : (a.client > b.client) - (a.client < b.client);
    return o ? o : (a.ordinal > b.ordinal) - (a.ordinal < b.ordinal);
}

static int by_id(const void *a, const void *b)
{
    const struct recorded_request *x = a, *y = b;
    return id_order(x->id, y->id);
}

static int by_place(const void *a, const void *b)
{
    const struct recorded_step *x = a, *y = b;
    int o = (x->request > y->request) - (x->request < y->request);
    o = o ? o : strcmp(x->task, y->task);
    o = o ? o : strcmp(x->name, y->name);
    return o ? o : (x->begin > y->begin) - (x->begin < y->begin);
}

static void put_in_order(struct recording *r)
{
    if (r->nrequest > 0)
        qsort(r->request, r->nrequest, sizeof *r->request, by_id);
    if (r->nstep > 0)
        qsort(r->step, r->nstep, sizeof *r->step, by_place);
}

/* ---- the whole ---- */

static size_t fill(void *ctx, char *to, size_t n)
{
    return fread(to, 1, n, ctx);
}

static void read_file(struct reading *x, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return;
    json_read_from(&x->j, fill, f, JSON_MANY);
    read_lines(x);
    json_read_end(&x->j);
    fclose(f);
}

struct recording *recording_read(const char *path, const struct prog *p)
{
    struct recording *r = xcalloc(1, sizeof *r);
    struct reading x = {.r = r, .p = p};
    r->mem = arena_new(0);
    read_file(&x, path);
    read_file(&x, arena_printf(r->mem, "%s.unfinished", path));
    free(x.span);
    put_in_order(r);
    return r;
}

void recording_free(struct recording *r)
{
    arena_drop(r->mem);
    free(r->request);
    free(r->step);
    free(r);
}

const struct recorded_request *recording_find(const struct recording *r, struct sim_request id)
{
    struct recorded_request key = {.id = id};
    return r->nrequest ? bsearch(&key, r->request, r->nrequest, sizeof key, by_id) : NULL;
}

/* The first step that does not stand before the key. */
static uint32_t lower(const struct recording *r, const struct recorded_step *key)
{
    uint32_t lo = 0, hi = r->nstep;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (by_place(&r->step[mid], key) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* Those of one task, or of one name in it, stand side by side. */
static bool is_of(const struct recorded_step *s, const struct recorded_step *key, bool named)
{
    return s->request == key->request && strcmp(s->task, key->task) == 0 &&
           (!named || strcmp(s->name, key->name) == 0);
}

struct recorded_step *recording_steps(const struct recording *r, const struct recorded_request *of,
                                      const char *task, const char *name, uint32_t *n)
{
    struct recorded_step key = {
        .request = of->number, .task = task, .name = name ? name : "", .begin = INT64_MIN};
    uint32_t first = lower(r, &key), end = first, beyond = r->nstep;
    while (end < beyond) {
        uint32_t mid = end + (beyond - end) / 2;
        if (is_of(&r->step[mid], &key, name != NULL))
            end = mid + 1;
        else
            beyond = mid;
    }
    *n = end - first;
    return &r->step[first];
}
