#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# tests/golden/run.sh [-u] BUILD FILE... - transcripts as tests.
#
# In a *.t file a line "$ COMMAND" is run; the lines after it are what is expected: "> " of stdout,
# "! " of stderr, "? N" the exit status (0 if not given).  All else is prose.  In a *.md file the
# blocks fenced by ```console are run: "$ COMMAND" and then its output, where a line "..." stands for
# any number of lines; and each block fenced by ```yaml that is a whole model must run (what is not
# whole is marked ```yaml fragment).  A *.yaml file is a model: it must run and be explained in every
# format; below specs/ it is a spec, and its claims must hold.  The commands of a file share a temporary
# directory in which models/, specs/ and data/ are those of the sources, and source/ is all of them.
# -u rewrites the files with what was seen.
set -u
update=
[ "$1" != -u ] || { update=1; shift; }
root=$(cd "$(dirname "$0")/../.." && pwd)
case $1 in /*) bin=$1 ;; *) bin=$root/$1 ;; esac
shift
[ -x "$bin/pertinax" ] || { echo "no $bin/pertinax" >&2; exit 1; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export PATH="$bin:$PATH" COLUMNS=80 LC_ALL=C.UTF-8 NO_COLOR=1
unset CLICOLOR CLICOLOR_FORCE MAKEFLAGS MAKELEVEL MFLAGS
failures=0

enter() { # a fresh directory for one file
    rm -rf "$work/here"
    mkdir "$work/here" && cd "$work/here" || exit 1
    ln -s "$root/models" "$root/specs" .
    ln -s "$root/tests/data" data
    ln -s "$root" source
}

# What COMMAND does, in the notation of *.t files.
saw_t() {
    bash -c "$1" >"$work/out" 2>"$work/err" </dev/null
    local status=$?
    sed -e 's/^/> /' -e 's/^> $/>/' "$work/out"
    [ ! -s "$work/out" ] || [ -z "$(tail -c 1 "$work/out")" ] || echo
    sed -e 's/^/! /' -e 's/^! $/!/' "$work/err"
    [ ! -s "$work/err" ] || [ -z "$(tail -c 1 "$work/err")" ] || echo
    [ $status = 0 ] || echo "? $status"
}

saw_md() {
    bash -c "$1" 2>&1 </dev/null
}

# Does the file $2 match the expectation $1, where a line "..." stands for any lines?
matches() {
    awk 'function fits(i, j,   k) {   # pattern from i on against text from j on
             for (; i <= np && p[i] != "..."; i++) if (j > nt || p[i] != t[j++]) return 0
             if (i > np) return j > nt
             for (k = j; k <= nt + 1; k++) if (fits(i + 1, k)) return 1
             return 0
         }
         NR == FNR { p[++np] = $0; next } { t[++nt] = $0 }
         END { exit !fits(1, 1) }' "$1" "$2"
}

judge() { # COMMAND KIND: expectation in $work/want, lines go to $work/new
    saw_"$2" "$1" >"$work/saw"
    if cmp -s "$work/want" "$work/saw" ||
        { [ "$2" = md ] && grep -qx '\.\.\.' "$work/want" && matches "$work/want" "$work/saw"; }; then
        echo "[       OK ] \$ $1"
        cat "$work/want" >>"$work/new"
        return
    fi
    cat "$work/saw" >>"$work/new"
    [ -n "$update" ] && return
    failures=$((failures + 1))
    echo "[  FAILED  ] \$ $1"
    diff -u --label expected --label seen "$work/want" "$work/saw" | tail -n +3
}

run_t() { # reads a *.t file
    local line cmd=
    : >"$work/want"
    while IFS= read -r line || [ -n "$line" ]; do
        case $line in
        '> '* | '>' | '! '* | '!' | '? '*)
            [ -n "$cmd" ] && { printf '%s\n' "$line" >>"$work/want"; continue; } ;;
        esac
        [ -z "$cmd" ] || judge "$cmd" t
        cmd=
        printf '%s\n' "$line" >>"$work/new"
        case $line in '$ '*) cmd=${line#??} && : >"$work/want" ;; esac
    done
    [ -z "$cmd" ] || judge "$cmd" t
}

# COMMAND must end with status 0, say something on stdout and nothing on stderr.
must_say() { # NAME COMMAND...
    local name=$1
    shift
    if "$@" >"$work/out" 2>"$work/err" && [ -s "$work/out" ] && [ ! -s "$work/err" ]; then
        echo "[       OK ] $name"
        return
    fi
    failures=$((failures + 1))
    echo "[  FAILED  ] $name"
    [ -s "$work/out" ] || echo 'nothing on standard output'
    cat "$work/err"
}

run_model() { # FILE
    local format
    must_say "run $1" pertinax run "$1" --requests 500
    for format in text dot mermaid; do
        must_say "explain $1 --format $format" pertinax explain "$1" --format $format
    done
}

# A line of a *.md file: a block that is a model is run when its end is there.
note_model() { # FILE NUMBER LINE
    case $3 in
    '```yaml') block=$2 && : >"$work/model" ;;
    '```'*)
        [ -z "$block" ] || ! grep -qx 'pertinax: 1' "$work/model" ||
            must_say "the model at $1:$block" pertinax run - --requests 200 <"$work/model"
        block= ;;
    *) [ -z "$block" ] || printf '%s\n' "$3" >>"$work/model" ;;
    esac
}

run_md() { # FILE
    local line cmd= inside= block= number=0
    while IFS= read -r line || [ -n "$line" ]; do
        number=$((number + 1))
        note_model "$1" "$number" "$line"
        if [ -n "$inside" ] && [ "${line#'$ '}" = "$line" ] && [ "$line" != '```' ]; then
            if [ -n "$cmd" ]; then printf '%s\n' "$line" >>"$work/want"
            else printf '%s\n' "$line" >>"$work/new"; fi
            continue
        fi
        [ -z "$cmd" ] || judge "$cmd" md
        cmd=
        printf '%s\n' "$line" >>"$work/new"
        case $line in
        '```console') [ -n "$inside" ] || inside=1 ;;
        '```') inside= ;;
        '$ '*) [ -z "$inside" ] || { cmd=${line#??} && : >"$work/want"; } ;;
        esac
    done
    [ -z "$cmd" ] || judge "$cmd" md
}

for file; do
    case $file in /*) ;; *) file=$root/$file ;; esac
    : >"$work/new"
    enter
    case $file in
    "$root"/specs/*.yaml) must_say "check ${file#"$root"/}" pertinax check "${file#"$root"/}" && continue ;;
    *.yaml) run_model "${file#"$root"/}" && continue ;;
    *.md) run_md "${file#"$root"/}" ;;
    *) run_t ;;
    esac <"$file"
    if [ -n "$update" ] && ! cmp -s "$work/new" "$file"; then
        cat "$work/new" >"$file"
        echo "rewrote ${file#"$root"/}"
    fi
done
[ $failures = 0 ]
