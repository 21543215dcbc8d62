/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main.c - the door: the environment is read here and nowhere else. */
#include "cli/cmd.h"
#include <gsl/gsl_errno.h>
#include <signal.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    const struct term_env env = {
        .columns = getenv("COLUMNS"),
        .no_color = getenv("NO_COLOR"),
        .clicolor = getenv("CLICOLOR"),
        .clicolor_force = getenv("CLICOLOR_FORCE"),
        .term = getenv("TERM"),
        .lc_all = getenv("LC_ALL"),
        .lc_ctype = getenv("LC_CTYPE"),
        .lang = getenv("LANG"),
        .ci = getenv("CI"),
    };
    signal(SIGPIPE, SIG_DFL);    /* `pertinax ... | head` ends quietly whoever our parent is */
    gsl_set_error_handler_off(); /* its default aborts; we look at results instead */
    return cmd_main(argc > 0 ? argc - 1 : 0, argv + (argc > 0), &env);
}
