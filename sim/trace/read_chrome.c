/* SPDX-License-Identifier: GPL-3.0-or-later */
/* read_chrome.c - Chrome's trace events, as browsers, Node, viztracer, PyTorch, clang and Bazel
 * write them: {"traceEvents": [...]} or a bare array, which may lack its end.
 *
 * There are no ids.  Slices of one thread nest by time: complete ones (X), and begins and ends (B,
 * E; b, e and S, F of one asynchronous id likewise); chrome_nest.c finds who is in whom.  Each
 * outermost slice is taken as a trace of its own, its process as the service.  Counters, marks and
 * flows are no spans. */
#include "trace/chrome.h"
#include "base/arena.h"
#include "trace/reader_json.h"
#include <stdlib.h>

struct event {
    struct chrome_slice s;
    uint32_t pid, cat; /* names */
    uint64_t tid, id;
    char ph;
    bool has_ts, has_dur;
};

/* A number or a text, as a name. */
static uint32_t read_label(struct json_read *j, struct reader *r)
{
    enum json_event e = json_next(j);
    if (e == JSON_NUM || e == JSON_STR)
        return names_id(r->names, j->s, j->n);
    json_skip_rest(j, e);
    return 0;
}

/* The same as a hash: there may be more of them than names. */
static uint64_t read_hash(struct json_read *j, struct reader *r)
{
    enum json_event e = json_next(j);
    if (e == JSON_NUM || e == JSON_STR)
        return id_of_text(r->seed, j->s, j->n).lo;
    json_skip_rest(j, e);
    return 0;
}

/* {"local": "0x1"} or {"global": "0x1"}. */
static uint64_t read_id2(struct json_read *j, struct reader *r)
{
    uint64_t id = 0;
    if (!rj_enter(j, JSON_OBJ))
        return 0;
    while (rj_member(j))
        id = read_hash(j, r);
    return id;
}

/* The name in the arguments of a metadata event. */
static uint32_t read_args(struct json_read *j, struct reader *r)
{
    uint32_t name = 0;
    if (!rj_enter(j, JSON_OBJ))
        return 0;
    while (rj_member(j)) {
        if (JSON_IS(j, "name"))
            name = read_label(j, r);
        else
            json_skip(j);
    }
    return name;
}

static void read_member(struct json_read *j, struct reader *r, struct event *x, uint32_t *arg)
{
    if (JSON_IS(j, "ph"))
        x->ph = rj_text(j) && j->n == 1 ? j->s[0] : '?';
    else if (JSON_IS(j, "name"))
        x->s.name = rj_name(j, r);
    else if (JSON_IS(j, "cat"))
        x->cat = rj_name(j, r);
    else if (JSON_IS(j, "pid"))
        x->pid = read_label(j, r);
    else if (JSON_IS(j, "tid"))
        x->tid = read_hash(j, r);
    else if (JSON_IS(j, "ts"))
        x->has_ts = rj_time(j, 3, &x->s.start);
    else if (JSON_IS(j, "dur"))
        x->has_dur = rj_time(j, 3, &x->s.duration);
    else if (JSON_IS(j, "id"))
        x->id = read_hash(j, r);
    else if (JSON_IS(j, "id2"))
        x->id = read_id2(j, r);
    else if (JSON_IS(j, "args"))
        *arg = read_args(j, r);
    else
        json_skip(j);
}

/* What the phases mean. */
static enum chrome_what meaning(char ph)
{
    switch (ph) {
    case 'X':
        return CHROME_SLICE;
    case 'B':
    case 'b':
    case 'S':
        return CHROME_BEGIN;
    case 'E':
    case 'e':
    case 'F':
        return CHROME_FINISH;
    default:
        return CHROME_OTHER;
    }
}

static void read_event(struct json_read *j, struct reader *r, struct chrome *c)
{
    struct event x = {.ph = '?'};
    uint32_t arg = 0;
    uint64_t at = j->at;
    while (rj_member(j))
        read_member(j, r, &x, &arg);
    if (j->cut || j->error)
        return;
    x.s.what = (uint8_t)meaning(x.ph);
    if (x.ph == 'M') {
        if (strcmp(names_text(r->names, x.s.name), "process_name") == 0)
            chrome_process(c, x.pid, arg);
    } else if (x.s.what == CHROME_OTHER) {
        tally_add(r->tally, x.ph == '?' ? TALLY_BAD : TALLY_EVENT, 1);
    } else if (!x.has_ts || (x.ph == 'X' && !x.has_dur)) {
        reader_bad(r, TALLY_BAD, at, "an event without a %s that can be read",
                   x.has_ts ? "dur" : "ts");
    } else {
        bool async = x.ph != 'X' && x.ph != 'B' && x.ph != 'E';
        x.s.track = async ? chrome_track(c, x.pid, x.cat, x.id, true)
                          : chrome_track(c, x.pid, x.tid, 0, false);
        chrome_add(c, r, &x.s);
    }
}

static void read_events(struct json_read *j, struct reader *r, struct chrome *c)
{
    enum json_event e;
    while (rj_item(j, &e)) {
        if (e == JSON_OBJ)
            read_event(j, r, c);
        else
            json_skip_rest(j, e);
    }
}

void read_chrome(struct reader *r)
{
    struct json_read j;
    struct chrome *c = chrome_new();
    rj_begin(&j, r, 0);
    enum json_event e = json_next(&j);
    if (e == JSON_ARR) {
        read_events(&j, r, c);
    } else if (e == JSON_OBJ) {
        while (rj_member(&j)) {
            if (!JSON_IS(&j, "traceEvents"))
                json_skip(&j);
            else if (rj_enter(&j, JSON_ARR))
                read_events(&j, r, c);
        }
    } else if (e != JSON_ERROR && e != JSON_END) {
        reader_bad(r, TALLY_BAD, j.at, "neither an array nor an object with traceEvents");
    }
    if (j.error)
        rj_error(&j, r);
    rj_end(&j, r);
    chrome_finish(c, r);
    chrome_free(c);
}
