/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main.c - the door: the environment is read here and nowhere else. */
#include "cli/cmd.h"
#include <fcntl.h>
#include <gsl/gsl_errno.h>
#include <signal.h>
#include <stdlib.h>

/* Where one of them is closed the next file of ours, or a socket, would have its number, and be
 * taken for it.  What holds the place instead is open the wrong way round: who uses it hears of it.
 */
static void standard_files(void)
{
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)!open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
}

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
        .tmpdir = getenv("TMPDIR"),
    };
    standard_files();
    signal(SIGPIPE, SIG_DFL);    /* `pertinax ... | head` ends quietly whoever our parent is */
    signal(SIGCHLD, SIG_DFL);    /* ignored, nobody could ask how a program of ours has ended */
    signal(SIGXFSZ, SIG_IGN);    /* a file that may not grow cannot be written, as on a full disk */
    gsl_set_error_handler_off(); /* its default aborts; we look at results instead */
    return cmd_main(argc > 0 ? argc - 1 : 0, argv + (argc > 0), &env);
}
