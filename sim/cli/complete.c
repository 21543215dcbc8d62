/* SPDX-License-Identifier: GPL-3.0-or-later */
/* complete.c - the shells' completion, from the tables of the commands; see help.h. */
#include "cli/help.h"
#include <string.h>

/* A text inside '...' of a shell. */
static void put_quoted(struct buf *b, const char *s)
{
    for (; *s; s++) {
        if (*s == '\'')
            buf_puts(b, "'\\''");
        else
            buf_putc(b, *s);
    }
}

/* The choices of a row, parted by blanks. */
static void put_choices(struct buf *b, const struct opt *o)
{
    for (const char *s = o->metavar; *s; s++)
        buf_putc(b, *s == '|' ? ' ' : *s);
}

static bool has_choices(const struct opt *o)
{
    return o->metavar && strchr(o->metavar, '|');
}

static void bash_cmd(struct buf *b, const struct cmd *c, const char *pattern)
{
    struct opt_set set = cmd_opts(c);
    const struct opt *o;
    buf_printf(b, "    %s)\n        case $prev in\n", pattern);
    for (uint32_t i = 0; (o = opt_at(&set, i)); i++) {
        if (!has_choices(o))
            continue;
        buf_printf(b, "        --%s) COMPREPLY=($(compgen -W '", o->name);
        put_choices(b, o);
        buf_puts(b, "' -- \"$cur\")); return ;;\n");
    }
    buf_puts(b, "        esac\n        words='");
    for (uint32_t i = 0; (o = opt_at(&set, i)); i++)
        buf_printf(b, "%s--%s", i ? " " : "", o->name);
    buf_puts(b, "' ;;\n");
}

static void put_bash(struct buf *b)
{
    buf_puts(b, "# bash completion; source it: . <(pertinax --completion bash)\n"
                "_pertinax() {\n"
                "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=\n"
                "    COMPREPLY=()\n"
                "    if [ \"$COMP_CWORD\" = 1 ] && [[ $cur != -* ]]; then\n"
                "        COMPREPLY=($(compgen -W '");
    for (const struct cmd *const *c = cmds; *c; c++)
        buf_printf(b, "%s%s", c == cmds ? "" : " ", (*c)->name);
    buf_puts(b, "' -- \"$cur\"))\n        return\n    fi\n    case ${COMP_WORDS[1]} in\n");
    for (const struct cmd *const *c = cmds; *c; c++)
        bash_cmd(b, *c, (*c)->name);
    bash_cmd(b, &cmd_top, "*");
    buf_puts(b, "    esac\n"
                "    if [[ $cur == -* ]]; then\n"
                "        COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
                "    else\n"
                "        COMPREPLY=($(compgen -f -- \"$cur\"))\n"
                "    fi\n"
                "}\ncomplete -o filenames -F _pertinax pertinax\n");
}

static void fish_opt(struct buf *b, const struct opt *o, const char *condition)
{
    buf_printf(b, "complete -c pertinax -n '%s' -l %s", condition, o->name);
    if (o->letter)
        buf_printf(b, " -s %c", o->letter);
    if (o->metavar)
        buf_puts(b, " -r");
    if (has_choices(o)) {
        buf_puts(b, " -f -a '");
        put_choices(b, o);
        buf_putc(b, '\'');
    }
    buf_puts(b, " -d '");
    for (const char *s = o->help; *s; s++) /* fish quotes a quote by a backslash */
        buf_printf(b, *s == '\'' ? "\\%c" : "%c", *s);
    buf_puts(b, "'\n");
}

static void put_fish(struct buf *b)
{
    const struct opt *o;
    struct opt_set top = cmd_opts(&cmd_top);
    buf_puts(b, "# fish completion; source it: pertinax --completion fish | source\n");
    for (const struct cmd *const *c = cmds; *c; c++) {
        struct buf seen = {0};
        struct opt_set set = cmd_opts(*c);
        buf_printf(b, "complete -c pertinax -n __fish_use_subcommand -a %s -d '%s'\n", (*c)->name,
                   (*c)->summary);
        buf_printf(&seen, "__fish_seen_subcommand_from %s", (*c)->name);
        for (uint32_t i = 0; (o = opt_at(&set, i)); i++)
            fish_opt(b, o, seen.s);
        buf_free(&seen);
    }
    for (uint32_t i = 0; (o = opt_at(&top, i)); i++)
        fish_opt(b, o, "__fish_use_subcommand");
}

static void zsh_opts(struct buf *b, const struct opt_set *set)
{
    const struct opt *o;
    for (uint32_t i = 0; (o = opt_at(set, i)); i++) {
        buf_printf(b, " \\\n            '%s--%s%s[", o->flags & OPT_MANY ? "*" : "", o->name,
                   o->metavar ? "=" : "");
        for (const char *s = o->help; *s; s++) {
            if (strchr("[]:\\", *s))
                buf_putc(b, '\\');
            put_quoted(b, (const char[]){*s, 0});
        }
        buf_putc(b, ']');
        if (has_choices(o)) {
            buf_printf(b, ":%s:(", o->name);
            put_choices(b, o);
            buf_putc(b, ')');
        } else if (o->metavar) {
            buf_printf(b, ":%s:%s", o->metavar, strcmp(o->metavar, "FILE") == 0 ? "_files" : "");
        }
        buf_putc(b, '\'');
    }
}

static void put_zsh(struct buf *b)
{
    struct opt_set top = cmd_opts(&cmd_top);
    buf_puts(b, "#compdef pertinax\n"
                "# zsh completion; source it: source <(pertinax --completion zsh)\n"
                "_pertinax() {\n"
                "    if (( CURRENT == 2 )) && [[ ${words[2]} != -* ]]; then\n"
                "        local -a verbs=(");
    for (const struct cmd *const *c = cmds; *c; c++)
        buf_printf(b, " \\\n            '%s:%s'", (*c)->name, (*c)->summary);
    buf_puts(b, ")\n        _describe command verbs\n        return\n    fi\n"
                "    case ${words[2]} in\n");
    for (const struct cmd *const *c = cmds; *c; c++) {
        struct opt_set set = cmd_opts(*c);
        buf_printf(b, "    %s)\n        shift words; (( CURRENT-- ))\n        _arguments",
                   (*c)->name);
        zsh_opts(b, &set);
        buf_puts(b, " \\\n            '*:file:_files' ;;\n");
    }
    buf_puts(b, "    *)\n        _arguments");
    zsh_opts(b, &top);
    /* Sourced, it registers itself; found in fpath, it is the function's first call. */
    buf_puts(b, " ;;\n    esac\n}\n"
                "if [ \"${funcstack[1]}\" = _pertinax ]; then _pertinax \"$@\"\n"
                "else compdef _pertinax pertinax; fi\n");
}

bool help_completion(struct buf *b, const char *shell)
{
    static const struct {
        const char *name;
        void (*put)(struct buf *b);
    } shells[] = {{"bash", put_bash}, {"zsh", put_zsh}, {"fish", put_fish}};
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        if (strcmp(shells[i].name, shell) == 0) {
            shells[i].put(b);
            return true;
        }
    }
    return false;
}
