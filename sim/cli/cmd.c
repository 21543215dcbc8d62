/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd.c - the table of commands, and the way from argv to one of them; see cmd.h. */
#include "cli/cmd.h"
#include "cli/help.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef PERTINAX_VERSION
#define PERTINAX_VERSION "unknown" /* compiled by hand, without the Makefile */
#endif

const struct cmd *const cmds[] = {&cmd_run,       &cmd_check,   &cmd_replay,  &cmd_sweep,
                                  &cmd_merge,     &cmd_explain, &cmd_import,  &cmd_collect,
                                  &cmd_traces,    &cmd_fit,     &cmd_compare, &cmd_live,
                                  &cmd_calibrate, &cmd_init,    &cmd_help,    NULL};

/* ORDER common */
const struct opt cmd_common[] = {
    {"output", 'o', "FILE", "also write the result to FILE, in the format of its suffix",
     OPT_MANY | OPT_UNRECORDED | OPT_WRITTEN},
    {"set", 0, "NAME=EXPR", "change a parameter or a path such as db.latency; also NAME*=FACTOR",
     OPT_MANY},
    {"seed", 0, "N", "seed of all draws (default 1)", 0},
    {"jobs", 'j', "N", "threads to compute on (default: all cores); never changes the result",
     OPT_UNRECORDED},
    {"quiet", 'q', NULL, "no progress, no warnings", 0},
    {"verbose", 'v', NULL, "say more", 0},
    {"color", 0, "auto|always|never", "colours; auto: on a terminal, unless NO_COLOR is set", 0},
    {"help", 'h', NULL, "show this help", 0},
    {NULL, 0, NULL, NULL, 0},
};

const struct cmd_exit cmd_exits[] = {
    {STATUS_FINE, "fine"},
    {STATUS_FAILS, "a claim does not hold, or the model deadlocks"},
    {STATUS_USAGE, "bad usage or bad input"},
    {STATUS_UNDECIDED,
     "a claim could not be decided: a budget ran out, an interval straddles its limit"},
    {STATUS_WORLD, "the world failed: input/output, memory"},
    {STATUS_INTERRUPTED, "interrupted; what was computed until then is written, marked incomplete"},
    {0, NULL},
};

const char *cmd_version(void)
{
    return PERTINAX_VERSION;
}

const struct cmd *cmd_find(const char *name)
{
    for (const struct cmd *const *c = cmds; *c; c++)
        if (strcmp((*c)->name, name) == 0)
            return *c;
    return NULL;
}

struct opt_set cmd_opts(const struct cmd *c)
{
    return (struct opt_set){c->opts, cmd_common, c->common | COMMON_HELP};
}

void cmd_write(const char *path, const struct buf *b)
{
    bool standard = strcmp(path, "-") == 0;
    const char *name = standard ? "standard output" : path;
    FILE *f = standard ? stdout : fopen(path, "wb");
    if (!f)
        die("cannot write %s: %s", name, strerror(errno));
    bool ok = b->n == 0 || fwrite(b->s, 1, b->n, f) == b->n;
    ok = fflush(f) == 0 && ok;
    int error = errno;
    if (!standard && fclose(f) != 0 && ok) {
        ok = false;
        error = errno;
    }
    if (!ok && standard && error == EPIPE) /* the reader has had enough, and ignores SIGPIPE */
        exit(128 + SIGPIPE);
    if (!ok)
        die("cannot write %s: %s", name, strerror(error));
}

int cmd_unwritable(const char *path)
{
    struct stat is;
    struct buf folder = {0};
    const char *slash = strrchr(path, '/');
    if (stat(path, &is) == 0)
        return S_ISDIR(is.st_mode) ? EISDIR : access(path, W_OK) == 0 ? 0 : errno;
    buf_put(&folder, slash ? path : ".", slash ? (size_t)(slash - path) + 1 : 1);
    buf_putc(&folder, 0);
    int error = !*path ? ENOENT : access(folder.s, W_OK | X_OK) == 0 ? 0 : errno;
    buf_free(&folder);
    return error;
}

uint64_t cmd_seed(const struct opts *o, struct diags *d)
{
    return opt_u64(o, "seed", (struct opt_range){0, UINT64_MAX, 1}, d);
}

uint32_t cmd_jobs(const struct opts *o, struct diags *d)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t cores = n < 1 ? 1 : n > 1024 ? 1024 : (uint64_t)n;
    return (uint32_t)opt_u64(o, "jobs", (struct opt_range){1, 1024, cores}, d);
}

/* Which command the arguments ask for; those before the verb are pertinax's own. */
static const struct cmd *choose(int *argc, char *const **argv, struct arena *a, struct diags *d)
{
    const char *names[64];
    size_t n = 0;
    if (*argc == 0 || (*argv)[0][0] == '-')
        return &cmd_top;
    const char *word = (*argv)[0];
    const struct cmd *c = cmd_find(word);
    if (c) {
        (*argc)--;
        (*argv)++;
        return c;
    }
    for (; cmds[n] && n < 64; n++)
        names[n] = cmds[n]->name;
    const char *near = nearest(word, names, n);
    const char *hint = "'pertinax help' lists the commands";
    if (near)
        hint = arena_printf(a, "did you mean 'pertinax %s'?", near);
    else if (strchr(word, '.'))
        hint = arena_printf(a, "did you mean 'pertinax run %s'?", word);
    diag_error(d, (struct loc){0}, "E-command", hint, "unknown command '%s'", word);
    return NULL;
}

static void count_operands(const struct cmd *c, const struct opts *o, struct arena *a,
                           struct diags *d)
{
    if (o->noperand < c->min)
        diag_error(d, (struct loc){0}, "E-operand", c->missing,
                   "'pertinax %s' needs an argument: %s", c->name, c->args);
    if (o->noperand > c->max)
        diag_error(d, (struct loc){0}, "E-operand",
                   c == &cmd_top ? "'pertinax help' lists the commands"
                                 : arena_printf(a, "'pertinax %s --help' says more", c->name),
                   "one argument too many: '%s'", o->operand[c->max]);
}

/* What is computed for minutes is not lost for want of a folder. */
static void find_unwritable(const struct opts *o)
{
    for (uint32_t i = 0; i < o->nitem; i++) {
        const struct opt_item *x = &o->item[i];
        if (!x->opt || !(x->opt->flags & OPT_WRITTEN) || !*x->text || strcmp(x->text, "-") == 0)
            continue;
        int error = cmd_unwritable(x->text);
        if (error != 0)
            die("cannot write %s: %s", x->text, strerror(error));
    }
}

static int run_cmd(const struct cmd *c, struct cmd_args *a, const struct term_env *env,
                   struct diags *d)
{
    const char *color = c->common & COMMON_COLOR ? opt_get(a->o, "color") : NULL;
    a->out = term_of(STDOUT_FILENO, env, color);
    a->err = term_of(STDERR_FILENO, env, color);
    if (opt_has(a->o, "help")) {
        struct buf b = {0};
        help_cmd(&b, c, a->out.width);
        cmd_write("-", &b);
        buf_free(&b);
        return STATUS_FINE;
    }
    count_operands(c, a->o, a->mem, d);
    if (diags_errors(d))
        return STATUS_USAGE;
    find_unwritable(a->o);
    a->command = opt_command(a->mem, c->name, a->o);
    return c->run(a, d);
}

int cmd_main(int argc, char *const *argv, const struct term_env *env)
{
    struct arena *mem = arena_new(0);
    struct diags *d = diags_new(mem);
    struct cmd_args a = {.mem = mem, .err = term_of(STDERR_FILENO, env, NULL)};
    a.tmp = env->tmpdir && *env->tmpdir ? env->tmpdir : "/tmp";
    int status = STATUS_USAGE;
    const struct cmd *c = choose(&argc, &argv, mem, d);
    if (c) {
        struct opt_set set = cmd_opts(c);
        a.o = opt_parse(mem, &set, argc, argv, d);
        status = run_cmd(c, &a, env, d);
    }
    bool silent = c && c->common & COMMON_QUIET && opt_has(a.o, "quiet");
    if (diags_errors(d) || (diags_count(d) && !silent)) {
        struct buf b = {0};
        diags_print(d, &b, a.err.color);
        fwrite(b.s, 1, b.n, stderr);
        buf_free(&b);
    }
    if (diags_errors(d) && status == STATUS_FINE)
        status = STATUS_USAGE;
    arena_drop(mem);
    return status;
}
