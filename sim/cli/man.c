/* SPDX-License-Identifier: GPL-3.0-or-later */
/* man.c - the man page in mdoc, from the tables of the commands; see help.h. */
#include "cli/help.h"
#include <string.h>

/* Of the release, not of the build, so that equal sources make equal pages. */
static const char man_date[] = "November 22, 2026";

enum { MAN_WIDTH = 72 };

/* Text as roff reads it: no escapes, no requests, no macros by accident. */
static void put_plain(struct buf *b, const char *s, size_t n, bool literal)
{
    bool at_start = b->n > 0 && b->s[b->n - 1] == '\n';
    for (size_t i = 0; i < n; i++) {
        if (at_start && (s[i] == '.' || s[i] == '\''))
            buf_puts(b, "\\&");
        at_start = s[i] == '\n';
        if (s[i] == '\\')
            buf_puts(b, "\\e");
        else if (s[i] == '-' && (literal || (i + 1 < n && s[i + 1] == '-')))
            buf_puts(b, "\\-"); /* an option's dash, to be copied and pasted */
        else
            buf_putc(b, s[i]);
    }
}

/* One sentence a line, as mdoc wants it: a line ends where a full stop and a blank meet, and
 * otherwise where it would get long. */
static void put_sentences(struct buf *b, const char *s, size_t n)
{
    size_t column = 0;
    for (size_t i = 0; i < n;) {
        size_t word = 0;
        while (i + word < n && s[i + word] != ' ' && s[i + word] != '\n')
            word++;
        if (word > 0) {
            if (column > 0 && (b->s[b->n - 1] == '.' || column + word > MAN_WIDTH)) {
                buf_putc(b, '\n');
                column = 0;
            }
            if (column > 0)
                buf_putc(b, ' ');
            put_plain(b, s + i, word, false);
            column += word + 1;
        }
        i += word + 1;
    }
    buf_putc(b, '\n');
}

static void put_display(struct buf *b, const char *s, size_t n)
{
    buf_puts(b, ".Bd -literal\n");
    put_plain(b, s, n, true);
    buf_puts(b, "\n.Ed\n");
}

/* The paragraphs of a command's help; lines that begin with a blank are a display. */
static void put_help(struct buf *b, const char *s)
{
    while (*s) {
        size_t n = 0;
        if (*s == '\n') {
            s++;
            continue;
        }
        bool literal = *s == ' ';
        while (s[n] && !(s[n] == '\n' && (s[n + 1] == '\n' || (s[n + 1] == ' ') != literal)))
            n++;
        if (literal) {
            put_display(b, s, n);
        } else {
            buf_puts(b, ".Pp\n");
            put_sentences(b, s, n);
        }
        s += n;
    }
}

static void put_opt(struct buf *b, const struct opt *o)
{
    buf_puts(b, ".It ");
    if (o->letter)
        buf_printf(b, "Fl %c , ", o->letter);
    buf_printf(b, "Fl Fl %s", o->name);
    if (o->metavar)
        buf_printf(b, " Ar %s", o->metavar);
    buf_putc(b, '\n');
    put_sentences(b, o->help, strlen(o->help));
    b->n--;
    buf_puts(b, ".\n");
}

static void put_opts(struct buf *b, const struct opt *o, unsigned mask)
{
    if (!o || !o->name || !mask)
        return;
    buf_puts(b, ".Bl -tag -width Ds\n");
    for (uint32_t i = 0; o[i].name; i++)
        if (i >= 32 || mask >> i & 1u)
            put_opt(b, &o[i]);
    buf_puts(b, ".El\n");
}

static void put_synopsis(struct buf *b)
{
    buf_puts(b, ".Sh SYNOPSIS\n");
    for (const struct cmd *const *c = cmds; *c; c++)
        buf_printf(b, ".Nm\n.Cm %s\n.Op Ar option ...\n%s%s%s", (*c)->name,
                   *(*c)->args ? ".Ar " : "", (*c)->args, *(*c)->args ? "\n" : "");
    for (const struct opt *o = cmd_top.opts; o->name; o++)
        buf_printf(b, ".Nm\n.Fl Fl %s%s%s\n", o->name, o->metavar ? " Ar " : "",
                   o->metavar ? o->metavar : "");
}

static void put_cmd(struct buf *b, const struct cmd *c)
{
    const char *sep = "Common options:";
    buf_printf(b, ".Ss pertinax %s\n.D1 Nm Cm %s Oo Ar option ... Oc%s%s\n", c->name, c->name,
               *c->args ? " Ar " : "", c->args);
    buf_putc(b, (char)(c->summary[0] - 'a' + 'A'));
    put_sentences(b, c->summary + 1, strlen(c->summary + 1));
    b->n--;
    buf_puts(b, ".\n");
    put_help(b, c->help);
    put_opts(b, c->opts, ~0u);
    buf_puts(b, ".Pp\n");
    struct opt_set shared = {NULL, cmd_common, c->common | COMMON_HELP};
    const struct opt *o;
    for (uint32_t i = 0; (o = opt_at(&shared, i)); i++, sep = " ,")
        buf_printf(b, "%s\n.Fl Fl %s", sep, o->name);
    buf_puts(b, " .\n");
}

static const char man_head[] =
    ".Sh DESCRIPTION\n"
    "A model is a YAML file that says what a request does: which services it\n"
    "calls, in which order, what runs at once, what is locked, how long things\n"
    "take.\n"
    ".Nm\n"
    "simulates it under each execution (serial, threads, coroutine, hybrid) on the\n"
    "same random draws and compares them.\n"
    "Results go to standard output, diagnostics and progress to standard error.\n"
    "The same model, options and seed give the same bytes on any number of jobs.\n"
    ".Pp\n"
    "A file name\n"
    ".Sq \\-\n"
    "is standard input or output.\n"
    "Options and operands may be mixed;\n"
    ".Fl Fl\n"
    "ends the options.\n";

static const char man_tail[] =
    ".Sh ENVIRONMENT\n"
    ".Bl -tag -width CLICOLOR_FORCE\n"
    ".It Ev COLUMNS\n"
    "Width of tables; else that of the terminal, else 80.\n"
    ".It Ev NO_COLOR , CLICOLOR , CLICOLOR_FORCE , TERM\n"
    "Whether\n"
    ".Fl Fl color Ar auto\n"
    "uses colours.\n"
    ".It Ev LC_ALL , LC_CTYPE , LANG\n"
    "Whether UTF-8 may be written; else ASCII.\n"
    ".It Ev TMPDIR\n"
    "Where what executes for real has its files meanwhile; else\n"
    ".Pa /tmp .\n"
    ".El\n"
    ".Sh FILES\n"
    ".Bl -tag -width Ds\n"
    ".It Pa share/pertinax/models\n"
    "Example models and the reference of the language.\n"
    ".It Pa share/pertinax/specs\n"
    "What claims about them will look like; this version does not judge any.\n"
    ".It Pa pipeline.yaml\n"
    "What\n"
    ".Nm\n"
    ".Cm init\n"
    "writes.\n"
    ".El\n";

static const char man_examples[] =
    ".Sh EXAMPLES\n"
    "Write an example model, simulate it, and again with a worse cache:\n"
    ".Bd -literal -offset indent\n"
    "pertinax init\n"
    "pertinax run pipeline.yaml\n"
    "pertinax run pipeline.yaml \\-\\-set hit=0.5\n"
    ".Ed\n"
    ".Pp\n"
    "Show what was understood:\n"
    ".Bd -literal -offset indent\n"
    "pertinax explain pipeline.yaml\n"
    ".Ed\n";

void help_man(struct buf *b)
{
    buf_printf(b,
               ".\\\" Made by pertinax --man; do not edit.\n"
               ".Dd %s\n.Dt PERTINAX 1\n.Os\n"
               ".Sh NAME\n.Nm pertinax\n.Nd simulates request pipelines\n",
               man_date);
    put_synopsis(b);
    buf_puts(b, man_head);
    put_opts(b, cmd_top.opts, ~0u);
    buf_puts(b, ".Sh COMMANDS\n");
    for (const struct cmd *const *c = cmds; *c; c++)
        put_cmd(b, *c);
    buf_puts(b, ".Sh COMMON OPTIONS\nThey mean the same in every command that has them.\n");
    put_opts(b, cmd_common, COMMON_ALL);
    buf_puts(b, man_tail);
    buf_puts(b, ".Sh EXIT STATUS\n.Bl -tag -width Ds\n");
    for (const struct cmd_exit *e = cmd_exits; e->text; e++)
        buf_printf(b, ".It %d\n%s.\n", e->status, e->text);
    buf_puts(b, ".El\n");
    buf_puts(b, man_examples);
}
