/* SPDX-License-Identifier: GPL-3.0-or-later */
/* help.h - all that is written about the commands, made from their tables: --help, the man page,
 * the shells' completion.  Nothing here is written twice. */
#ifndef CLI_HELP_H
#define CLI_HELP_H
#include "base/buf.h"
#include "cli/cmd.h"
#include <stdbool.h>

void help_overview(struct buf *b);                            /* pertinax without arguments */
void help_cmd(struct buf *b, const struct cmd *c, int width); /* CMD --help */
void help_man(struct buf *b);                                 /* the man page, in mdoc */
/* shell: bash, zsh or fish; false if it is another. */
bool help_completion(struct buf *b, const char *shell);

#endif
