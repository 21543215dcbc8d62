/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_reduced_turns.c - reductions change no verdict: pipelines by hand in which it matters
 * whether something comes before a turn of the loop that needs none itself: the end of a call or of
 * a request, a grant, a timeout, an arrival. */
#include "tests/prop/reduced_cases.h"

static const struct trial_case cases[] = {
    /* The call `one` can end between a0's turn and a1's, whose abort then comes too late to keep
     * `two` from being begun. */
    {"between turns",
     "request:\n"
     "  - spawn: {a0: {parallel: {a1: [{abort: 503}]}}}\n"
     "  - {call: s, name: one}\n"
     "  - {call: s, name: two}\n",
     NULL,
     {"coroutine"},
     1,
     0,
     0},
    /* When another's turn stands between as well. */
    {"between turns, two requests",
     "request:\n"
     "  - spawn: {a0: {parallel: {a1: [{abort: 503}]}}}\n"
     "  - {call: s, name: one}\n"
     "  - {call: s, name: two}\n",
     NULL,
     {"coroutine"},
     2,
     0,
     0},
    /* Upon a loop a0 has its turn before or behind another request that has come meanwhile, and
     * cuts its own short, which gives m back: the other may have to wait for that. */
    {"cut by whom it has made ready",
     "resources: {m: {kind: mutex, scope: all}}\n"
     "request: [{spawn: {a0: [{abort: 503}]}}, {use: m, do: [{call: s}]}, {await: a0}]\n",
     NULL,
     {"coroutine"},
     2,
     0,
     0},
    /* A request that is over makes room for one that comes: before that it is refused. */
    {"comes before a place is free",
     "request: [{seq: [], name: one}]\n",
     "F done(one)",
     {"limited"},
     2,
     0,
     1},
    /* Units are free, and b is to get one of them: then c takes the other in its turn, before d's;
     * or it queues behind b, and goes on after d. */
    {"takes what is left by a grant",
     "resources: {m: {kind: semaphore, size: 2}}\nshared: {v: {range: 0..1}}\n"
     "request: {parallel: {a: [{use: m, n: 2, do: [{call: s}]}, {parallel: {c: [{use: m, do: "
     "[{set: {v: 1}}]}], d: [{if: v == 1, then: [{call: s, name: one}]}]}}], "
     "b: [{use: m, do: [{call: s}]}]}}\n",
     "G not running(one)",
     {"coroutine"},
     1,
     0,
     1},
    /* b is granted what is free, or c has come meanwhile, and is the last. */
    {"the last comes first",
     "resources: {m: {kind: mutex, discipline: lifo}}\nshared: {v: {range: 0..1}}\n"
     "request: {parallel: {a: [{use: m, do: [{call: s}]}, {parallel: {c: [{use: m, do: "
     "[{if: v == 1, then: [{call: s, name: one}]}]}]}}], b: [{use: m, do: [{call: s}, {set: {v: "
     "1}}]}]}}\n",
     "G not running(one)",
     {"coroutine"},
     1,
     0,
     1},
    /* b finds no room while a calls t; a's call can end before b has its turn. */
    {"is refused in its turn",
     "request: {parallel: {a: [{call: u}], b: [{seq: [{call: u}, {call: s, name: one}], catch: "
     "[]}]}}\n",
     "G not running(one)",
     {"coroutine"},
     1,
     0,
     1},
    /* And so can one that was abandoned. */
    {"is refused, or an abandoned call has ended",
     "request: [{parallel: {a: [{call: u}], b: [{call: s, error: 0.5}]}, catch: []}, {parallel: "
     "{c: "
     "[{call: u, catch: [{call: s, name: one}]}], d: [{seq: [{call: u}, {call: s, name: two}], "
     "catch: "
     "[]}]}}]\n",
     "G not (done(two) and done(one))",
     {"coroutine"},
     1,
     0,
     1},
    /* A join that times out cuts its children in that very move, turn or no turn: b may take m at
     * once, or be refused, or behind it come later than c. */
    {"timed out before a turn",
     "resources: {m: {kind: mutex}}\nshared: {v: {range: 0..1}}\n"
     "request: {parallel: {x: [{parallel: {u: [{use: m, do: [{call: s, name: one}]}]}, timeout: "
     "1ms, "
     "catch: []}], w: [{parallel: {b: [{use: m, do: [{set: {v: 1}}]}], c: [{if: v == 1, then: "
     "[{call: "
     "s, name: two}]}]}}]}}\n",
     "G (running(one) -> G not done(two))",
     {"coroutine"},
     1,
     0,
     1},
    {"timed out before a turn that is refused",
     "resources: {m: {kind: mutex, queue: 0}}\n"
     "request: {parallel: {x: [{parallel: {u: [{use: m, do: [{call: s, name: one}]}]}, timeout: "
     "1ms, "
     "catch: []}], w: [{parallel: {b: [{use: m, do: [{call: s, name: two}], catch: []}]}}]}}\n",
     "G (running(one) -> G not done(two))",
     {"coroutine"},
     1,
     0,
     1},
    {"timed out before a turn that shows",
     "request: {parallel: {x: [{parallel: {u: [{call: s, name: one}]}, timeout: 1ms, catch: []}], "
     "w: "
     "[{parallel: {b: [{seq: [], name: two}]}}]}}\n",
     "G (running(one) -> (running(one) U done(two)))",
     {"coroutine"},
     1,
     0,
     1},
    /* Who has his turn later can be cut short before, and give m back. */
    {"timed out before two turns",
     "resources: {m: {kind: mutex, queue: 0}}\nrequest: {parallel: {x: [{parallel: {u: [{use: m, "
     "do: "
     "[{parallel: {v: [{seq: [], name: one}]}}]}]}, timeout: 1ms, catch: []}], w: [{parallel: {a: "
     "[{parallel: {b: [{use: m, do: [{call: s, name: two}], catch: []}]}}]}}]}}\n",
     "G (done(one) -> G not done(two))",
     {"coroutine", "hybrid"},
     1,
     0,
     1},
    /* b is to be granted m, or gives up before: then a takes it at once, in its turn. */
    {"given up before a turn",
     "resources: {m: {kind: mutex, queue_timeout: 1ms}}\nshared: {v: {range: 0..1}}\n"
     "request: [{respond: 200}, {parallel: {x: [{use: m, do: [{call: s}]}, {parallel: {a: [{use: "
     "m, do: "
     "[{set: {v: 1}}]}], c: [{if: v == 1, then: [{seq: [], name: one}]}]}}], b: [{use: m, do: "
     "[{call: "
     "s}], catch: [{seq: [], name: two}]}]}, catch: []}]\n",
     "G not (done(one) and not done(two))",
     {"coroutine", "hybrid"},
     1,
     0,
     1},
    /* u is granted two units, and then t gives back its own: three were in use. */
    {"given back behind a grant",
     "resources: {m: {kind: semaphore, size: 3}}\nshared: {v: {range: 0..1}, w: {range: 0..1}}\n"
     "request: {parallel: {t: [{use: m, do: [{parallel: {a: [{use: m, do: [{set: {v: 1}}, "
     "{wait_until: "
     "w == 1}]}]}}]}], u: [{wait_until: v == 1}, {set: {w: 1}}, {use: m, n: 2, do: [{call: "
     "s}]}]}}\n",
     "F ended",
     {"coroutine"},
     1,
     0,
     0},
};

int main(void)
{
    return run_cases(cases, TEST_COUNT(cases));
}
