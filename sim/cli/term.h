/* SPDX-License-Identifier: GPL-3.0-or-later */
/* term.h - what the reader's terminal can show.
 *
 * Colour: --color, then NO_COLOR, then CLICOLOR_FORCE, then whether it is a terminal (and TERM is
 * not dumb).  Width: COLUMNS, then the terminal, then 80.  UTF-8: by LC_ALL, LC_CTYPE, LANG, the
 * first of them that is set.  The environment is read in main.c alone and handed in. */
#ifndef CLI_TERM_H
#define CLI_TERM_H
#include <stdbool.h>

struct term_env { /* NULL: not set */
    const char *columns, *no_color, *clicolor, *clicolor_force, *term;
    const char *lc_all, *lc_ctype, *lang, *ci, *tmpdir;
};
struct term {
    int width;  /* characters, at least TERM_MIN */
    bool tty;   /* a progress bar makes sense: a terminal, and no CI */
    bool color; /* escape sequences are welcome */
    bool utf8;  /* else ASCII only */
};
enum { TERM_MIN = 40, TERM_WIDTH = 80, TERM_MAX = 500 };

/* color is the value of --color: auto (or NULL), always, never. */
struct term term_of(int fd, const struct term_env *env, const char *color);

#endif
