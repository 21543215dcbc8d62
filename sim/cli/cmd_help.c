/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_help.c - `pertinax help [COMMAND]`, and pertinax without a command. */
#include "cli/cmd.h"
#include "cli/help.h"
#include <string.h>

static int put_out(struct buf *b)
{
    cmd_write("-", b);
    buf_free(b);
    return STATUS_FINE;
}

static int run_help(const struct cmd_args *a, struct diags *d)
{
    struct buf b = {0};
    const char *names[64];
    size_t n = 0;
    if (a->o->noperand == 0) {
        help_cmd(&b, &cmd_top, a->out.width);
        return put_out(&b);
    }
    const char *word = a->o->operand[0];
    const struct cmd *c = cmd_find(word);
    if (c) {
        help_cmd(&b, c, a->out.width);
        return put_out(&b);
    }
    for (; cmds[n] && n < 64; n++)
        names[n] = cmds[n]->name;
    const char *near = nearest(word, names, n);
    diag_error(d, (struct loc){0}, "E-command",
               near ? arena_printf(a->mem, "did you mean 'pertinax help %s'?", near)
                    : "'pertinax help' lists the commands",
               "unknown command '%s'", word);
    return STATUS_USAGE;
}

const struct cmd cmd_help = {
    .name = "help",
    .args = "[COMMAND]",
    .summary = "shows what a command does and takes",
    .help = "Without COMMAND it lists the commands.  The same text is in the man page.",
    .max = 1,
    .run = run_help,
};

static const struct opt top_opts[] = {
    {"version", 'V', NULL, "print the version", 0},
    {"man", 0, NULL, "print the man page (pertinax --man | man -l -)", 0},
    {"completion", 0, "bash|zsh|fish", "print the shell's completion, to be sourced", 0},
    {NULL, 0, NULL, NULL, 0},
};

static int run_top(const struct cmd_args *a, struct diags *d)
{
    struct buf b = {0};
    (void)d;
    if (opt_has(a->o, "version"))
        buf_printf(&b, "pertinax %s\n", cmd_version());
    else if (opt_has(a->o, "man"))
        help_man(&b);
    else if (opt_has(a->o, "completion"))
        help_completion(&b, opt_get(a->o, "completion"));
    else
        help_overview(&b);
    return put_out(&b);
}

const struct cmd cmd_top = {
    .name = "",
    .args = "COMMAND",
    .summary = "simulates request pipelines",
    .help = "",
    .opts = top_opts,
    .run = run_top,
};
