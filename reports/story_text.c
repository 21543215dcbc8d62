/* SPDX-License-Identifier: GPL-3.0-or-later */
/* story_text.c - a counterexample as a table: one column a task where there is room for that, else
 * one a request, else one for all; then who waits for whom, what it means, and how to replay it. */
#include "reports/layout.h"
#include "reports/story.h"
#include <math.h>
#include <string.h>

enum {
    LANE_MIN = 22,
    LANES_MOST = 12,
    PLACE_MOST = 18,
    CELL_LINES = 12,
    ALL_MOST = 72,
    FILE_MIN = 60
};
enum grouping { BY_LANE, BY_REQUEST, BY_NOBODY };
struct picture {
    struct arena *a;
    const struct story_result *s;
    const struct diags *d;
    const struct report_look *look;
    size_t indent;
    enum grouping by;
    uint32_t ncol, col[LANES_MOST];             /* lanes, or requests */
    size_t number, time, place, level[4], lane; /* widths */
    bool one_file, timed;
    struct buf *out;
};

/* ---- columns ---- */

static bool speaks(const struct story_result *s, uint32_t lane)
{
    for (uint32_t i = 0; i < s->nevent; i++)
        if (s->event[i].lane == lane)
            return true;
    return false;
}

static bool columns_by_lane(struct picture *p)
{
    p->by = BY_LANE;
    p->ncol = 0;
    for (uint32_t r = 0; r <= p->s->requests; r++) /* 0 at last: batches */
        for (uint32_t i = 0; i < p->s->nlane; i++) {
            if (p->s->lane[i].request != (r + 1) % (p->s->requests + 1) || !speaks(p->s, i))
                continue;
            if (p->ncol == LANES_MOST)
                return false;
            p->col[p->ncol++] = i;
        }
    return true;
}

/* Tasks with one event have no column: that event is written over all of them. */
static bool columns_by_busy_lane(struct picture *p)
{
    uint32_t n = 0;
    if (!columns_by_lane(p))
        return false;
    for (uint32_t c = 0; c < p->ncol; c++) {
        uint32_t events = 0;
        for (uint32_t i = 0; i < p->s->nevent; i++)
            events += p->s->event[i].lane == p->col[c];
        if (events > 1)
            p->col[n++] = p->col[c];
    }
    p->ncol = n;
    return n > 1;
}

static bool columns_by_request(struct picture *p)
{
    const struct story_result *s = p->s;
    p->by = BY_REQUEST;
    p->ncol = 0;
    for (uint32_t i = 0; i < s->nlane; i++)
        if (s->lane[i].request == 0)
            return false;
    for (uint32_t r = 1; r <= s->requests && r <= LANES_MOST; r++)
        for (uint32_t i = 0; i < s->nlane; i++)
            if (s->lane[i].request == r && speaks(s, i)) {
                p->col[p->ncol++] = r;
                break;
            }
    return s->requests <= LANES_MOST && s->requests > 1;
}

static size_t room(const struct picture *p)
{
    size_t taken = p->indent + p->number + p->time + p->place;
    for (uint32_t i = 0; i < p->s->nlevel; i++)
        taken += 2 + p->level[i];
    size_t width = (size_t)look_width(p->look);
    return width > taken ? width - taken : 0;
}

static bool fits(const struct picture *p)
{
    return p->ncol > 0 && room(p) / p->ncol >= LANE_MIN + 2;
}

static const char *clean(const struct picture *p, const char *text)
{
    return text_clean(p->a, p->look, text);
}

static const char *bare(struct arena *a, const char *name)
{
    size_t n = strlen(name);
    return n > 2 && name[0] == '`' && name[n - 1] == '`' ? arena_strndup(a, name + 1, n - 2) : name;
}

static const char *level_name(const struct picture *p, uint32_t i)
{
    const struct story_level *l = &p->s->level[i];
    const char *name = bare(p->a, l->name);
    return clean(p, l->free ? arena_printf(p->a, "free %s", name) : name);
}

static const char *event_place(const struct picture *p, const struct story_event *e)
{
    if (e->at.line == 0)
        return "";
    return p->one_file ? arena_printf(p->a, ":%u", e->at.line)
                       : clean(p, arena_printf(p->a, "%s:%u", diag_file_name(p->d, e->at.file),
                                               e->at.line));
}

static uint32_t only_file(const struct story_result *s)
{
    uint32_t file = 0;
    for (uint32_t i = 0; i < s->nevent; i++) {
        if (s->event[i].at.line == 0)
            continue;
        if (file != 0 && file != s->event[i].at.file)
            return 0;
        file = s->event[i].at.file;
    }
    return file;
}

static const char *file_heading(const struct picture *p)
{
    uint32_t file = only_file(p->s);
    const char *name = file ? diag_file_name(p->d, file) : "";
    const char *slash = strrchr(name, '/');
    return clean(p, slash ? slash + 1 : name);
}

static uint32_t column_of(const struct picture *p, const struct story_event *e)
{
    uint32_t want = p->by == BY_LANE ? e->lane : p->s->lane[e->lane].request;
    for (uint32_t i = 0; i < p->ncol && p->by != BY_NOBODY; i++)
        if (p->col[i] == want)
            return i;
    return p->by == BY_LANE ? p->ncol : 0;
}

static const char *event_text(const struct picture *p, const struct story_event *e)
{
    const struct story_lane *l = &p->s->lane[e->lane];
    const char *who = "";
    if (p->by == BY_NOBODY || column_of(p, e) == p->ncol)
        who = arena_printf(p->a, "%s: ", l->name);
    else if (p->by == BY_REQUEST && l->parent != UINT32_MAX)
        who = arena_printf(p->a, "%s: ", l->task);
    return clean(p, arena_printf(p->a, "%s%s%s", who, e->text,
                                 e->mark == STORY_PLAIN ? "" : "  \xe2\x97\x80"));
}

/* One column for all is no wider than its words, or what stands right of it would be far away. */
static size_t words_width(const struct picture *p)
{
    size_t most = LANE_MIN;
    for (uint32_t i = 0; i < p->s->nevent; i++) {
        size_t w = text_width(event_text(p, &p->s->event[i]));
        most = w > most ? w : most;
    }
    return most < ALL_MOST ? most : ALL_MOST;
}

static void measure(struct picture *p)
{
    const struct story_result *s = p->s;
    p->number = 2 + (s->nevent > 99 ? 1u : 0u);
    p->one_file = only_file(s) != 0;
    p->timed = false; /* where all of it is one instant, times say nothing */
    for (uint32_t i = 0; i < s->nevent; i++)
        p->timed = p->timed || s->event[i].time > 0;
    size_t w = 0;
    for (uint32_t i = 0; i < s->nevent; i++) {
        size_t k = text_width(event_place(p, &s->event[i]));
        w = k > w ? k : w;
        k = p->timed ? text_width(number_time(p->a, s->event[i].time)) + 2 : 0;
        p->time = k > p->time ? k : p->time;
    }
    /* the file's name stands over the numbers as well; where it is narrow, its end is cut */
    size_t name = p->one_file ? text_width(file_heading(p)) : 0, over = p->number + p->time + 2;
    if (name > over + w && look_width(p->look) >= FILE_MIN)
        w = name - over;
    p->place = 2 + (w < PLACE_MOST ? w : PLACE_MOST);
    for (uint32_t i = 0; i < s->nlevel; i++) {
        p->level[i] = text_width(level_name(p, i));
        p->level[i] = p->level[i] < 3 ? 3 : p->level[i];
    }
    if (!(columns_by_lane(p) && fits(p)) && !(columns_by_busy_lane(p) && fits(p)) &&
        !(columns_by_request(p) && fits(p))) {
        p->by = BY_NOBODY;
        p->ncol = 1;
    }
    p->lane = room(p) / p->ncol;
    p->lane = p->lane > 4 ? p->lane - 2 : 2;
    if (p->ncol == 1)
        p->lane = p->lane > words_width(p) ? words_width(p) : p->lane;
    else
        p->lane = p->lane > 46 ? 46 : p->lane;
}

/* ---- cells ---- */

/* As much of s as fits into width, broken at a blank where there is one; at least one character. */
static size_t line_length(struct arena *a, const char *s, size_t width)
{
    size_t n = 0, blank = 0, len = strlen(s);
    while (n < len) {
        uint32_t cp;
        size_t k = buf_utf8(s + n, len - n, &cp);
        k = k ? k : 1;
        if (text_width(arena_strndup(a, s, n + k)) > width)
            break;
        if (s[n] == ' ')
            blank = n;
        n += k;
    }
    if (n == len || s[n] == ' ')
        return n;
    return blank ? blank : n ? n : 1;
}

static uint32_t wrap(const struct picture *p, const char *s, size_t width,
                     const char *line[CELL_LINES])
{
    uint32_t n = 0;
    size_t first = width;
    while (*s && n < CELL_LINES) {
        size_t k = line_length(p->a, s, n == 0 ? first : width - 1);
        line[n] = arena_printf(p->a, "%s%s", n ? " " : "", arena_strndup(p->a, s, k));
        n++;
        s += k;
        while (*s == ' ')
            s++;
    }
    return n;
}

static void pad(const struct picture *p, const char *s, size_t width, bool right)
{
    size_t w = text_width(s);
    if (right && w < width)
        buf_fill(p->out, ' ', width - w);
    buf_puts(p->out, s);
    if (!right && w < width)
        buf_fill(p->out, ' ', width - w);
}

/* No blanks at the end of a line. */
static void line_end(struct buf *out)
{
    while (out->n > 0 && out->s[out->n - 1] == ' ')
        out->s[--out->n] = '\0';
    buf_putc(out, '\n');
}

static void levels_put(const struct picture *p, const struct story_event *e, bool show)
{
    for (uint32_t i = 0; i < p->s->nlevel; i++) {
        buf_puts(p->out, "  ");
        pad(p, show ? arena_printf(p->a, "%d", (int)e->level[i]) : "", p->level[i], true);
    }
}

/* One line of the cells; at ncol, the words reach over all columns. */
static void cells_put(const struct picture *p, uint32_t at, const char *words, enum style style)
{
    size_t whole = p->ncol * (p->lane + 2) - 2;
    for (uint32_t c = 0; c < p->ncol; c++) {
        bool here = c == at || (at == p->ncol && c == 0);
        if (at == p->ncol && c > 0)
            break;
        buf_puts(p->out, "  ");
        if (here)
            style_begin(p->look, style, p->out);
        pad(p, here ? words : "", at == p->ncol ? whole : p->lane, false);
        if (here)
            style_end(p->look, style, p->out);
    }
}

static void event_put(const struct picture *p, const struct story_event *e, bool numbered)
{
    const char *line[CELL_LINES];
    uint32_t at = column_of(p, e);
    size_t width = at == p->ncol ? p->ncol * (p->lane + 2) - 2 : p->lane;
    uint32_t n = wrap(p, event_text(p, e), width, line);
    for (uint32_t k = 0; k < n || k == 0; k++) {
        bool first = numbered && k == 0;
        buf_fill(p->out, ' ', p->indent);
        pad(p, first ? arena_printf(p->a, "%u", e->number) : "", p->number, true);
        if (p->timed)
            pad(p, first ? number_time(p->a, e->time) : "", p->time, true);
        buf_puts(p->out, "  ");
        style_begin(p->look, STYLE_DIM, p->out);
        pad(p, k == 0 ? event_place(p, e) : "", p->place - 2, false);
        style_end(p->look, STYLE_DIM, p->out);
        cells_put(p, at, n > 0 ? line[k] : "", e->mark == STORY_BAD ? STYLE_BAD : STYLE_PLAIN);
        levels_put(p, e, k == 0);
        line_end(p->out);
    }
}

static const char *heading(const struct picture *p, uint32_t c)
{
    if (p->by == BY_NOBODY)
        return "";
    if (p->by == BY_REQUEST)
        return arena_printf(p->a, "request %u", p->col[c]);
    return clean(p, p->s->lane[p->col[c]].name);
}

static void headings_put(const struct picture *p)
{
    size_t width = p->number + p->time + p->place;
    const char *file = p->one_file ? file_heading(p) : "";
    buf_fill(p->out, ' ', p->indent);
    style_begin(p->look, STYLE_HEAD, p->out);
    pad(p, arena_strndup(p->a, file, line_length(p->a, file, width)), width, false);
    for (uint32_t c = 0; c < p->ncol; c++) {
        const char *line[CELL_LINES];
        uint32_t n = wrap(p, heading(p, c), p->lane, line);
        buf_puts(p->out, "  ");
        pad(p, n ? line[0] : "", p->lane, false);
    }
    for (uint32_t i = 0; i < p->s->nlevel; i++) {
        buf_puts(p->out, "  ");
        pad(p, level_name(p, i), p->level[i], true);
    }
    style_end(p->look, STYLE_HEAD, p->out);
    line_end(p->out);
}

/* ---- after the table ---- */

static const char *sentence(struct arena *a, const char *clause)
{
    char *s = arena_strdup(a, clause);
    if (*s >= 'a' && *s <= 'z')
        *s = (char)(*s - 'a' + 'A');
    return s;
}

static void deadlock_say(struct paras *q, const struct story_result *s, const struct diags *d)
{
    const struct deadlock_result *k = s->deadlock;
    struct arena *a = q->mem;
    para_add(q, "%s",
             k->total == 1 ? "One task can never go on:"
                           : arena_printf(a, "%u tasks can never go on:", k->total))
        ->style = STYLE_BAD;
    for (uint32_t i = 0; i < k->n; i++) {
        const struct deadlock_task *t = &k->task[i];
        const char *at = place_text(a, d, t->at), *held = "", *closed = "";
        if (t->held_by && *t->held_by)
            held = arena_printf(a, ", held by %s", t->held_by);
        if (i + 1 == k->ncycle && k->ncycle > 1)
            closed = ": the circle is closed";
        struct para *p = para_add(q, "%s waits for %s%s%s%s%s%s", t->task, t->waits_for, held,
                                  closed, *at ? " (" : "", at, *at ? ")" : "");
        p->lead = arena_printf(a, "%u.", i + 1);
        p->close = true;
    }
    if (k->total > k->n)
        para_add(q, "and %u more.", k->total - k->n)->close = true;
    if (k->advice)
        para_add(q, "%s.", sentence(a, k->advice));
}

static void after_say(struct paras *q, const struct story_result *s, const struct diags *d)
{
    struct arena *a = q->mem;
    if (s->deadlock)
        deadlock_say(q, s, d);
    for (uint32_t i = 0; i < s->nnote; i++) {
        const char *at = place_text(a, d, s->note[i].at);
        para_add(q, "%s%s%s%s.", sentence(a, s->note[i].text), *at ? " (" : "", at, *at ? ")" : "")
            ->close = i > 0;
    }
    if (s->cycle)
        para_add(q, "From here all is as it was before %u: it can go round for ever.", s->cycle);
    if (s->timing == STORY_TIMING_UNUSUAL)
        para_add(q,
                 "It needs unusual timing: no latencies within the model's bounds give this "
                 "order; %s.",
                 s->timing_why);
}

void story_text(const struct story_result *s, const struct diags *d, const struct report_look *look,
                int indent, struct buf *out)
{
    struct picture p = {.a = arena_new(0),
                        .s = s,
                        .d = d,
                        .look = look,
                        .indent = indent > 0 ? (size_t)indent : 0,
                        .out = out};
    measure(&p);
    headings_put(&p);
    for (uint32_t i = 0; i < s->nevent; i++)
        event_put(&p, &s->event[i], i == 0 || s->event[i].number != s->event[i - 1].number);
    struct paras q = {.mem = p.a};
    after_say(&q, s, d);
    for (const struct para *k = q.first; k; k = k->next) {
        if (!k->close)
            buf_putc(out, '\n');
        para_text(p.a, k, look, indent, out);
    }
    if (s->replay) { /* in one line, to be copied */
        buf_putc(out, '\n');
        buf_fill(out, ' ', p.indent);
        buf_printf(out, "To replay it: %s\n", clean(&p, s->replay));
    }
    arena_drop(p.a);
}
