/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_story.c - counterexamples in documents for programs; see check.h. */
#include "reports/check.h"
#include "reports/key.h"
#include <math.h>

static void lanes_write(struct json *j, const struct story_result *s)
{
    json_key(j, "tasks");
    json_arr(j);
    for (uint32_t i = 0; i < s->nlane; i++) {
        json_obj(j);
        key_str(j, "task", s->lane[i].name);
        key_count(j, "request", s->lane[i].request);
        if (*s->lane[i].holds)
            key_str(j, "holds", s->lane[i].holds);
        if (*s->lane[i].waits)
            key_str(j, "waits_for", s->lane[i].waits);
        json_end_obj(j);
    }
    json_end_arr(j);
}

void check_story_json(struct json *j, struct arena *a, const struct story_result *s,
                      const struct diags *d)
{
    static const char *const mark[] = {[STORY_BAD] = "bad", [STORY_CAUSE] = "cause"};
    static const char *const timing[] = {"unknown", "usual", "unusual", "unknown"};
    json_key(j, "counterexample");
    json_obj(j);
    key_str(j, "timing", timing[s->timing]);
    if (*s->timing_why)
        key_str(j, "timing_why", s->timing_why);
    key_str(j, "trace", s->trace);
    key_str(j, "replay", s->replay);
    lanes_write(j, s);
    json_key(j, "events");
    json_arr(j);
    for (uint32_t i = 0; i < s->nevent; i++) {
        const struct story_event *e = &s->event[i];
        json_obj(j);
        key_count(j, "number", e->number);
        key_str(j, "task", s->lane[e->lane].name);
        key_str(j, "at", place_text(a, d, e->at));
        key_str(j, "text", e->text);
        if (*e->holds)
            key_str(j, "holds", e->holds);
        if (isfinite(e->time))
            key_num(j, "time", e->time);
        if (e->mark != STORY_PLAIN)
            key_str(j, "mark", mark[e->mark]);
        json_end_obj(j);
    }
    json_end_arr(j);
    if (s->cycle)
        key_count(j, "comes_back_to", s->cycle);
    json_end_obj(j);
}
