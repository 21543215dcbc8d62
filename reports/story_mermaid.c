/* SPDX-License-Identifier: GPL-3.0-or-later */
/* story_mermaid.c - a counterexample as a sequence diagram: a participant for each task, a note for
 * what it does, an arrow where it starts another or waits for what another holds. */
#include "reports/layout.h"
#include "reports/story.h"
#include <math.h>
#include <string.h>

/* Mermaid ends a message at a line's end or at ';', and reads '#' as the begin of a code. */
static void words(struct buf *out, const char *s)
{
    for (; *s; s++)
        switch (*s) {
        case ';':
            buf_putc(out, ',');
            break;
        case '#':
            buf_puts(out, "#35;");
            break;
        case '<':
            buf_puts(out, "#lt;");
            break;
        case '>':
            buf_puts(out, "#gt;");
            break;
        case '`':
            break;
        default:
            buf_putc(out, *s);
        }
}

static void clean_words(struct buf *out, struct arena *a, const char *s)
{
    static const struct report_look look = {.unicode = true};
    words(out, text_clean(a, &look, s));
}

static bool speaks(const struct story_result *s, uint32_t lane)
{
    for (uint32_t i = 0; i < s->nevent; i++)
        if (s->event[i].lane == lane)
            return true;
    return false;
}

/* The first time that a lane speaks: the one that began it sends it off. */
static void begun(const struct story_result *s, uint32_t event, struct buf *out)
{
    uint32_t lane = s->event[event].lane, parent = s->lane[lane].parent;
    for (uint32_t i = 0; i < event; i++)
        if (s->event[i].lane == lane)
            return;
    if (parent != UINT32_MAX && speaks(s, parent))
        buf_printf(out, "    t%u->>t%u: begins\n", parent, lane);
}

static void event_put(const struct story_result *s, uint32_t i, struct arena *a,
                      const struct diags *d, struct buf *out)
{
    const struct story_event *e = &s->event[i];
    begun(s, i, out);
    buf_printf(out, "    Note over t%u: %u. ", e->lane, e->number);
    if (!isnan(e->time))
        buf_printf(out, "[%s] ", number_time(a, e->time));
    clean_words(out, a, e->text);
    if (e->at.line != 0) {
        buf_puts(out, "<br/>");
        clean_words(out, a, arena_printf(a, "%s:%u", diag_file_name(d, e->at.file), e->at.line));
    }
    buf_putc(out, '\n');
}

static uint32_t lane_named(const struct story_result *s, const char *name)
{
    for (uint32_t i = 0; i < s->nlane; i++)
        if (strcmp(s->lane[i].name, name) == 0 && speaks(s, i))
            return i;
    return UINT32_MAX;
}

static void waits_put(const struct story_result *s, struct arena *a, struct buf *out)
{
    const struct deadlock_result *k = s->deadlock;
    for (uint32_t i = 0; k && i < k->n; i++) {
        uint32_t lane = lane_named(s, k->task[i].task), by = UINT32_MAX;
        if (lane == UINT32_MAX)
            continue;
        if (k->task[i].held_by && *k->task[i].held_by)
            by = lane_named(s, k->task[i].held_by);
        if (by == UINT32_MAX)
            buf_printf(out, "    Note over t%u: waits for ", lane);
        else
            buf_printf(out, "    t%u--xt%u: waits for ", lane, by);
        clean_words(out, a, k->task[i].waits_for);
        buf_putc(out, '\n');
    }
}

void story_mermaid(const struct story_result *s, const struct diags *d, struct buf *out)
{
    struct arena *a = arena_new(0);
    buf_puts(out, "sequenceDiagram\n");
    for (uint32_t i = 0; i < s->nlane; i++) {
        if (!speaks(s, i))
            continue;
        buf_printf(out, "    participant t%u as ", i);
        clean_words(out, a, s->lane[i].name);
        buf_putc(out, '\n');
    }
    for (uint32_t i = 0; i < s->nevent; i++) {
        bool bad = s->event[i].mark != STORY_PLAIN;
        if (bad)
            buf_puts(out, "    rect rgba(220, 60, 60, 0.15)\n");
        event_put(s, i, a, d, out);
        if (bad)
            buf_puts(out, "    end\n");
    }
    waits_put(s, a, out);
    arena_drop(a);
}
