/* SPDX-License-Identifier: GPL-3.0-or-later */
/* help.c - --help and the overview, on a terminal; see help.h. */
#include "cli/help.h"
#include <string.h>

enum { HELP_MAX_WIDTH = 100, OPT_COLUMN = 26 }; /* longer lines are hard to read */

/* Words of s[0..n) from column `at` on, in lines that begin at column indent. */
static void put_wrapped(struct buf *b, const char *s, size_t n, size_t indent, size_t at,
                        size_t width)
{
    bool first = true;
    while (n > 0) {
        size_t word = 0;
        while (word < n && s[word] != ' ' && s[word] != '\n')
            word++;
        if (word > 0) {
            if (!first && at + 1 + word > width) {
                buf_putc(b, '\n');
                buf_fill(b, ' ', indent);
                at = indent;
                first = true;
            }
            if (!first)
                buf_putc(b, ' ');
            buf_put(b, s, word);
            at += word + !first;
            first = false;
        }
        if (word < n)
            word++;
        s += word;
        n -= word;
    }
    buf_putc(b, '\n');
}

/* Paragraphs, parted by blank lines; lines that begin with a blank stay as they are. */
static void put_text(struct buf *b, const char *s, size_t width)
{
    while (*s) {
        size_t n = 0;
        if (*s == ' ' || *s == '\n') {
            n = strcspn(s, "\n");
            buf_put(b, s, n);
            buf_putc(b, '\n');
        } else {
            while (s[n] && !(s[n] == '\n' && (s[n + 1] == '\n' || s[n + 1] == ' ')))
                n++;
            put_wrapped(b, s, n, 0, 0, width);
        }
        s += n;
        if (*s == '\n')
            s++;
    }
}

static void put_opt(struct buf *b, const struct opt *o, size_t width)
{
    size_t from = b->n;
    if (o->letter)
        buf_printf(b, "  -%c, --%s", o->letter, o->name);
    else
        buf_printf(b, "      --%s", o->name);
    if (o->metavar)
        buf_printf(b, " %s", o->metavar);
    size_t used = b->n - from;
    if (used + 2 > OPT_COLUMN) {
        buf_putc(b, '\n');
        used = 0;
    }
    buf_fill(b, ' ', OPT_COLUMN - used);
    put_wrapped(b, o->help, strlen(o->help), OPT_COLUMN, OPT_COLUMN, width);
}

static size_t text_width(int width)
{
    return width > HELP_MAX_WIDTH ? HELP_MAX_WIDTH : (size_t)width;
}

void help_cmd(struct buf *b, const struct cmd *c, int width)
{
    size_t w = text_width(width);
    struct opt_set set = cmd_opts(c);
    if (c == &cmd_top) {
        help_overview(b);
        buf_putc(b, '\n');
    } else {
        buf_printf(b, "usage: pertinax %s [OPTION]...%s%s\n\n", c->name, *c->args ? " " : "",
                   c->args);
        size_t from = b->n;
        put_text(b, c->summary, w);
        b->s[from] = (char)(b->s[from] - 'a' + 'A'); /* summaries begin with a small letter */
        b->s[b->n - 1] = '.';
        buf_puts(b, "\n\n");
        put_text(b, c->help, w);
        buf_putc(b, '\n');
    }
    const struct opt *o;
    buf_puts(b, "options:\n");
    for (uint32_t i = 0; (o = opt_at(&set, i)); i++)
        put_opt(b, o, w);
}

void help_overview(struct buf *b)
{
    buf_puts(b, "pertinax simulates a request pipeline, written down in YAML, under serial,\n"
                "thread, coroutine and hybrid execution, and says how long requests take, and\n"
                "why.\n\n");
    for (const struct cmd *const *c = cmds; *c; c++) {
        size_t from = b->n;
        buf_printf(b, "  pertinax %s %s", (*c)->name, (*c)->args);
        size_t used = b->n - from;
        buf_fill(b, ' ', used < 32 ? 32 - used : 2);
        buf_printf(b, "%s\n", (*c)->summary);
    }
    buf_puts(b, "\nTry:  pertinax init && pertinax run pipeline.yaml\n"
                "More: pertinax COMMAND --help\n");
}
