/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_github.c - judged claims as workflow commands of GitHub Actions: annotations at the lines
 * of the specs. */
#include "reports/check.h"

/* Within properties ':' and ',' are escaped, too. */
static void escaped(const char *s, bool property, struct buf *out)
{
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ',')))
            buf_printf(out, "%%%02X", c);
        else
            buf_putc(out, *s);
    }
}

static void command(const char *level, struct loc at, const char *title, const char *text,
                    const struct diags *d, struct buf *out)
{
    buf_printf(out, "::%s ", level);
    if (at.file) {
        buf_puts(out, "file=");
        escaped(diag_file_name(d, at.file), true, out);
        buf_printf(out, ",line=%u,col=%u,", at.line, at.col);
    }
    buf_puts(out, "title=");
    escaped(title, true, out);
    buf_puts(out, "::");
    escaped(text, false, out);
    buf_putc(out, '\n');
}

/* A counterexample, an event a line: annotations have no columns. */
static const char *story_lines(struct arena *a, const struct story_result *s, const struct diags *d)
{
    enum { LINES = 60 };
    struct buf b = {0};
    for (uint32_t i = 0; i < s->nevent && i < LINES; i++) {
        const struct story_event *e = &s->event[i];
        const char *at = place_text(a, d, e->at);
        buf_printf(&b, "\n%u. %s: %s%s%s%s", e->number, s->lane[e->lane].name, e->text,
                   *at ? " (" : "", at, *at ? ")" : "");
    }
    if (s->nevent > LINES)
        buf_printf(&b, "\nand %u more", s->nevent - LINES);
    for (uint32_t i = 0; s->deadlock && i < s->deadlock->n; i++) {
        const struct deadlock_task *t = &s->deadlock->task[i];
        bool held = t->held_by && *t->held_by;
        buf_printf(&b, "\n%s waits for %s%s%s", t->task, t->waits_for, held ? ", held by " : "",
                   held ? t->held_by : "");
    }
    if (s->replay)
        buf_printf(&b, "\nTo replay it: %s", s->replay);
    const char *text = arena_strndup(a, b.s ? b.s : "", b.n);
    buf_free(&b);
    return text;
}

static void claim_put(struct arena *a, const struct check_result *r, const struct claim_result *c,
                      const struct diags *d, struct buf *out)
{
    static const char *const level[VERDICT_COUNT] = {
        [VERDICT_FAIL] = "error", [VERDICT_UNDECIDED] = "warning", [VERDICT_VACUOUS] = "warning"};
    enum verdict v = check_verdict(r, c);
    if (v == VERDICT_PASS)
        return;
    const char *what = v == VERDICT_FAIL ? "does not hold" : verdict_name[v];
    command(level[v], c->at, arena_printf(a, "%s: %s", check_who(a, c), what),
            arena_printf(a, "%s%s%s%s", check_why(a, r, c), c->hint ? "\n" : "",
                         c->hint ? c->hint : "",
                         v == VERDICT_FAIL && c->story ? story_lines(a, c->story, d) : ""),
            d, out);
}

static void write_github(const struct check_result *r, const struct diags *d,
                         const struct report_look *look, struct buf *out)
{
    struct arena *a = arena_new(0);
    (void)look;
    for (uint32_t i = 0; i < r->nclaim; i++)
        claim_put(a, r, &r->claim[i], d, out);
    for (uint32_t i = 0; i < r->nfinding; i++)
        command("warning", r->finding[i].at, r->finding[i].id, r->finding[i].text, d, out);
    for (uint32_t i = 0; i < r->nunreached; i++)
        command("notice", r->unreached[i].at, "unreached", r->unreached[i].what, d, out);
    for (uint32_t s = 0; s < r->nspec; s++)
        buf_printf(out, "%s: %s\n", text_clean(a, look, r->spec[s].file), check_sum(a, r, s));
    arena_drop(a);
}

const struct check_report check_github = {"github", NULL, "annotations for GitHub Actions",
                                          write_github};
