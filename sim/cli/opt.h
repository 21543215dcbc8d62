/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opt.h - argv against a table.
 *
 * A row of struct opt is an option: parsing, --help, the man page and the shells' completion are
 * all made from it.  Spellings: --name VALUE, --name=VALUE, -n VALUE, -nVALUE, flags clustered
 * (-qv); options and operands may be mixed; -- ends the options; - alone is an operand.  Given
 * twice, the last one counts, unless the row says OPT_MANY.
 *
 * All that is wrong with the command line is reported at once in diags, without a place
 * (E-option, E-option-value, E-operand); the caller exits with 2. */
#ifndef CLI_OPT_H
#define CLI_OPT_H
#include "base/arena.h"
#include "base/diag.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    OPT_MANY = 1,       /* may be given several times; see opt_next() */
    OPT_UNRECORDED = 2, /* does not change the result: left out of opt_command() */
    OPT_WRITTEN = 4     /* a file of the results, written when all is done */
};
struct opt {
    const char *name;    /* without dashes; NULL ends the table */
    char letter;         /* 0: none */
    const char *metavar; /* NULL: a flag; with a '|' in it: the only values allowed */
    const char *help;    /* one sentence, no capital, no full stop */
    unsigned flags;
};
/* The options of a command: its own rows and some of a shared table (bit i: row i of shared). */
struct opt_set {
    const struct opt *own, *shared; /* either may be NULL */
    unsigned mask;
};
struct opt_item {
    const struct opt *opt; /* NULL: an operand */
    const char *text;      /* the value; NULL for a flag */
};
struct opts {
    struct opt_set set;
    uint32_t nitem;
    const struct opt_item *item; /* in the order given */
    uint32_t noperand;
    const char **operand;
};

/* The i-th option of a set, own ones first; NULL after the last. */
const struct opt *opt_at(const struct opt_set *set, uint32_t i);
/* argv[0] is the first argument, not the program. Never NULL; look at diags_errors(). */
const struct opts *opt_parse(struct arena *a, const struct opt_set *set, int argc,
                             char *const *argv, struct diags *d);

/* A name that is not in the table is a bug, so a misspelt one cannot pass. */
bool opt_has(const struct opts *o, const char *name);
const char *opt_get(const struct opts *o, const char *name);           /* NULL if not given */
bool opt_is(const struct opts *o, const char *name, const char *word); /* is it given, and that? */
/* for (uint32_t i = 0; (s = opt_next(o, "set", &i));) */
const char *opt_next(const struct opts *o, const char *name, uint32_t *i);
/* All that is given to it, "a,b" as two; *n of them. */
const char **opt_names(const struct opts *o, const char *name, struct arena *a, uint32_t *n);
/* A whole number in [min, max], also written 1e6; otherwise if not given.  What is out of range is
 * an error that names the flag, and otherwise is returned. */
struct opt_range {
    uint64_t min, max, otherwise;
};
uint64_t opt_u64(const struct opts *o, const char *name, struct opt_range r, struct diags *d);
/* A share in (0, 1): "1%" or "0.01". */
double opt_share(const struct opts *o, const char *name, double otherwise, struct diags *d);

/* The command line as a shell would take it, less what is OPT_UNRECORDED. */
const char *opt_command(struct arena *a, const char *verb, const struct opts *o);

#endif
