#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# check_spin.sh MODEL K [P] - SPIN on tests/bench/MODEL, all states, nothing reduced: states, seconds of
# CPU time, megabytes of states, in one line.
command -v spin >/dev/null && command -v cc >/dev/null || exit 1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
model=$PWD/tests/bench/$1
cd "$dir" || exit 1
spin -DK="$2" -DP="${3:-1}" -a "$model" >/dev/null 2>&1 || exit 1
cc -O2 -w -DSAFETY -DNOREDUCE -DMEMLIM=8000 -o pan pan.c || exit 1
pan() { ./pan -m1000000 -c0 >out 2>/dev/null; times >cpu; }
(pan) # of its own, so that the compiler's time is not counted
awk 'FILENAME == "out" && /states, stored/ { n = $1 }
     FILENAME == "out" && /actual memory usage for states/ { m = $1 }
     FILENAME == "cpu" && FNR == 2 { gsub(/[ms]/, " "); split($0, t, " ")
                                     s = 60 * t[1] + t[2] + 60 * t[3] + t[4] }
     END { print n, s, m }' out cpu
