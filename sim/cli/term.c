/* SPDX-License-Identifier: GPL-3.0-or-later */
/* term.c - what the reader's terminal can show; see term.h. */
#include "cli/term.h"
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool is_set(const char *s)
{
    return s && *s;
}

static bool term_utf8(const struct term_env *env)
{
    const char *s = is_set(env->lc_all)     ? env->lc_all
                    : is_set(env->lc_ctype) ? env->lc_ctype
                    : is_set(env->lang)     ? env->lang
                                            : "C";
    const char *codeset = strchr(s, '.');
    return codeset &&
           (strncasecmp(codeset + 1, "utf-8", 5) == 0 || strncasecmp(codeset + 1, "utf8", 4) == 0);
}

/* 0: COLUMNS does not say. */
static int width_from_columns(const char *s)
{
    int n = 0;
    if (!is_set(s))
        return 0;
    for (; *s >= '0' && *s <= '9'; s++)
        if (n <= TERM_MAX)
            n = 10 * n + (*s - '0');
    return *s ? 0 : n;
}

static int width_of(int fd, bool tty, const struct term_env *env)
{
    struct winsize w = {0};
    int n = width_from_columns(env->columns);
    if (!n && tty && ioctl(fd, TIOCGWINSZ, &w) == 0)
        n = w.ws_col;
    if (!n)
        n = TERM_WIDTH;
    return n < TERM_MIN ? TERM_MIN : n > TERM_MAX ? TERM_MAX : n;
}

static bool color_of(bool tty, const struct term_env *env, const char *color)
{
    if (color && strcmp(color, "auto") != 0)
        return strcmp(color, "always") == 0;
    if (is_set(env->no_color))
        return false;
    if (is_set(env->clicolor_force) && strcmp(env->clicolor_force, "0") != 0)
        return true;
    if (env->clicolor && strcmp(env->clicolor, "0") == 0)
        return false;
    return tty && is_set(env->term) && strcmp(env->term, "dumb") != 0;
}

struct term term_of(int fd, const struct term_env *env, const char *color)
{
    bool tty = isatty(fd) == 1;
    return (struct term){.width = width_of(fd, tty, env),
                         .tty = tty && !is_set(env->ci),
                         .color = color_of(tty, env, color),
                         .utf8 = term_utf8(env)};
}
