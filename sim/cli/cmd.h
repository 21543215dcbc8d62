/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd.h - one file per command.  Only this folder sees argv, stdout and exit().
 *
 * To add a command: cli/cmd_<name>.c with one const struct cmd, and a line in the table of cmd.c.
 * Parsing, --help, the man page and completion come from that row.
 *
 * A command returns a status; what is wrong with its input it adds to diags, which cmd_main()
 * prints to stderr when the command is back (and an error there makes a 0 a 2). */
#ifndef CLI_CMD_H
#define CLI_CMD_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "cli/opt.h"
#include "cli/term.h"

enum cmd_status {
    STATUS_FINE = 0,
    STATUS_FAILS = 1,        /* a claim does not hold */
    STATUS_USAGE = 2,        /* bad usage or input */
    STATUS_UNDECIDED = 3,    /* a budget ran out, an interval straddles its limit */
    STATUS_WORLD = 4,        /* I/O, memory; the way there is die() */
    STATUS_INTERRUPTED = 130 /* what was computed until then is written */
};

struct cmd_args {
    struct arena *mem;    /* lives as long as the command */
    const struct opts *o; /* what was given: operands and options */
    struct term out, err; /* of stdout and stderr */
    const char *tmp;      /* the folder for folders that are ours for a while */
    const char *command;  /* the command line for results: less --jobs and -o */
};

struct cmd {
    const char *name, *args; /* "run", "MODEL..." */
    const char *summary;     /* one line, no capital, no full stop */
    const char *help;        /* paragraphs parted by blank lines; lines that begin with a blank
                                are shown as they stand */
    const struct opt *opts;  /* its own; may be NULL */
    unsigned common;         /* bits of enum cmd_common */
    uint32_t min, max;       /* operands; max 0 with min 0: none, CMD_ANY: any number */
    const char *missing;     /* hint when there are too few operands; may be NULL */
    int (*run)(const struct cmd_args *a, struct diags *d);
};
#define CMD_ANY UINT32_MAX

/* Options that mean the same wherever they are; ORDER common: bit i is row i of cmd_common[]. */
enum cmd_common {
    COMMON_OUTPUT = 1 << 0,  /* -o, --output FILE, many */
    COMMON_SET = 1 << 1,     /* --set NAME=EXPR, many */
    COMMON_SEED = 1 << 2,    /* --seed N */
    COMMON_JOBS = 1 << 3,    /* -j, --jobs N */
    COMMON_QUIET = 1 << 4,   /* -q, --quiet */
    COMMON_VERBOSE = 1 << 5, /* -v, --verbose */
    COMMON_COLOR = 1 << 6,   /* --color auto|always|never */
    COMMON_HELP = 1 << 7,    /* -h, --help; every command has it */
    COMMON_ALL = (1 << 8) - 1
};
extern const struct opt cmd_common[];
/* A command's own row for --format: OPT_FORMAT("text|json|csv"). */
#define OPT_FORMAT(choices)                                                                        \
    {                                                                                              \
        "format", 0, choices, "how results are written to standard output (default: the first)", 0 \
    }

extern const struct cmd *const cmds[]; /* ends with NULL */
extern const struct cmd cmd_run, cmd_check, cmd_sweep, cmd_merge, cmd_explain, cmd_import,
    cmd_traces, cmd_collect, cmd_fit, cmd_compare, cmd_init, cmd_help, cmd_replay, cmd_live,
    cmd_calibrate;
extern const struct cmd cmd_top; /* pertinax itself, before any verb; not in cmds[] */

/* The statuses again, in words: for help and the man page.  Ends with a NULL text. */
struct cmd_exit {
    int status;
    const char *text;
};
extern const struct cmd_exit cmd_exits[];

const char *cmd_version(void); /* "0.1.0" */
const struct cmd *cmd_find(const char *name);
struct opt_set cmd_opts(const struct cmd *c);
/* argv without the program's name.  Returns the exit status. */
int cmd_main(int argc, char *const *argv, const struct term_env *env);

/* Write b to a file, "-" is stdout.  The world's failures (a full disk) die(). */
void cmd_write(const char *path, const struct buf *b);
/* What will be in the way of that, as far as can be told without doing it (errno); 0: nothing. */
int cmd_unwritable(const char *path);
/* The same for a file that is there: whatever happens meanwhile, it is as it was, or all of b. */
void cmd_replace(const char *path, const struct buf *b);
/* --seed (default 1) and --jobs (default: all cores). */
uint64_t cmd_seed(const struct opts *o, struct diags *d);
uint32_t cmd_jobs(const struct opts *o, struct diags *d);

#endif
