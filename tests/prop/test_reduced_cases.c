/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_reduced_cases.c - reductions change no verdict: pipelines by hand, for each reason for which
 * a move may not be made alone, or states may not be one.  How many faults and failing claims there
 * are is known by reasoning. */
#include "tests/prop/reduced_cases.h"

static const struct trial_case cases[] = {
    /* The last branch to end lets its parent go on, whose timeout could have come before: then the
     * request is never answered. */
    {"timeout round a join",
     "uncaught: none\n"
     "request: [{timeout: 1ms, seq: {parallel: {x: {call: s}, y: {call: s}}}}, {respond: 200}]\n",
     NULL,
     {"threads", "costly", "coroutine"},
     1,
     1,
     0},
    /* Who has started a detached task does not wait for it, nor does who waits for that one. */
    {"detached below",
     "request: [{parallel: {a: [{detach: {call: t}}, {wait: 3ms}]}}, {call: t}]\n",
     NULL,
     {"threads", "coroutine"},
     1,
     0,
     0},
    /* Either task may be the first to begin its call: begins are not joined to the fork where a
     * claim sees them, or the one written first would always be. */
    {"the second begins first",
     "request: {parallel: {a: {call: s, name: one}, b: {call: s, name: two}}}\n",
     "not running(one) W running(two)",
     {"threads", "pool3"},
     1,
     0,
     1},
    /* Nor is either made alone. */
    {"the first begins first",
     "request: {parallel: {a: {call: s, name: one}, b: {call: s, name: two}}}\n",
     "not running(two) W running(one)",
     {"threads", "pool3"},
     1,
     0,
     1},
    /* Either may end first. */
    {"the first ends first",
     "request: {parallel: {a: {call: s, name: one}, b: {call: s, name: two}}}\n",
     "not done(one) W done(two)",
     {"threads", "pool3", "coroutine"},
     1,
     0,
     1},
    {"the second ends first",
     "request: {parallel: {a: {call: s, name: one}, b: {call: s, name: two}}}\n",
     "not done(two) W done(one)",
     {"threads", "pool3", "coroutine"},
     1,
     0,
     1},
    /* Each has one of two mutexes and wants the other: a deadlock, unanswered; but not upon a loop,
     * which is not left between. */
    {"opposite locks",
     "resources: {p: {kind: mutex}, q: {kind: mutex}}\n"
     "request: {parallel: {a: {use: p, do: {use: q, do: {call: s}}},\n"
     "                     b: {use: q, do: {use: p, do: {call: s}}}}}\n",
     NULL,
     {"threads"},
     1,
     2,
     0},
    {"opposite locks upon a loop",
     "resources: {p: {kind: mutex}, q: {kind: mutex}}\n"
     "request: {parallel: {a: {use: p, do: {use: q, do: {call: s}}},\n"
     "                     b: {use: q, do: {use: p, do: {call: s}}}}}\n",
     NULL,
     {"coroutine"},
     1,
     0,
     0},
    /* Upon one where a call is, it is. */
    {"opposite locks round calls",
     "resources: {p: {kind: mutex}, q: {kind: mutex}}\n"
     "request: {parallel: {a: {use: p, do: [{call: s}, {use: q, do: {call: s}}]},\n"
     "                     b: {use: q, do: [{call: s}, {use: p, do: {call: s}}]}}}\n",
     NULL,
     {"threads", "coroutine"},
     1,
     2,
     0},
    /* Two requests, each with one of two units, want the other. */
    {"units one by one",
     "resources: {pair: {kind: semaphore, size: 2, scope: all}}\n"
     "request: {use: pair, do: [{call: s}, {use: pair, do: {call: s}}]}\n",
     NULL,
     {"threads", "coroutine"},
     2,
     2,
     0},
    /* A unit that is given back in the move that took it was taken: the peak is 1. */
    {"taken and given back",
     "resources: {p: {kind: mutex}}\n"
     "request: [{spawn: {k: [{call: s}]}}, {use: p, do: [{await: [k]}]}, {call: s}]\n",
     NULL,
     {"threads", "coroutine"},
     1,
     0,
     0},
    /* The task that is forked waits for a thread if b has its own yet. */
    {"a thread of the pool",
     "request: {parallel: {a: [{call: s}, {parallel: {x: {call: s}}}], b: {call: s}}}\n",
     NULL,
     {"pool3"},
     1,
     0,
     0},
    /* Whoever sets a variable last decides what is done. */
    {"the first sets last",
     "shared: {g: {range: 0..2, scope: all}}\n"
     "request:\n"
     "  - parallel: {a: [{call: s}, {set: {g: 1}}], b: [{call: s}, {set: {g: 2}}]}\n"
     "  - {if: g == 1, then: [{call: s, name: one}], else: [{call: s, name: two}]}\n",
     "G not running(one)",
     {"threads", "coroutine"},
     1,
     0,
     1},
    {"the second sets last",
     "shared: {g: {range: 0..2, scope: all}}\n"
     "request:\n"
     "  - parallel: {a: [{call: s}, {set: {g: 1}}], b: [{call: s}, {set: {g: 2}}]}\n"
     "  - {if: g == 1, then: [{call: s, name: one}], else: [{call: s, name: two}]}\n",
     "G not running(two)",
     {"threads", "coroutine"},
     1,
     0,
     1},
    /* Who is cut short before it has set the variable leaves what was. */
    {"cut short before",
     "shared: {g: {range: 0..2, scope: all}}\n"
     "request:\n"
     "  - {parallel: {a: [{call: s}, {fail: oops}], b: [{call: s}, {set: {g: 1}}]}, catch: []}\n"
     "  - {if: g == 0, then: [{call: s, name: one}]}\n",
     "G not running(one)",
     {"threads", "coroutine"},
     1,
     0,
     1},
    /* Who sets it first is not cut short before. */
    {"cut short behind",
     "shared: {g: {range: 0..2, scope: all}}\n"
     "request:\n"
     "  - {parallel: {a: [{call: s}, {set: {g: 1}}], b: [{call: s}, {fail: oops}]}, catch: []}\n"
     "  - {if: g == 1, then: [{call: s, name: one}]}\n",
     "G not running(one)",
     {"threads", "coroutine"},
     1,
     0,
     1},
    /* Another request arrives between b's end and what comes behind the join (and its update is
     * lost). */
    {"arrived between",
     "shared: {g: {range: 0..2, scope: all}}\n"
     "request:\n"
     "  - {if: g == 1, then: [{call: s, name: one}]}\n"
     "  - parallel: {a: [{call: s}], b: [{call: s}, {set: {g: 1}}]}\n"
     "  - {set: {g: 2}}\n",
     "G not running(one)",
     {"threads", "coroutine"},
     2,
     1,
     1},
    /* A call that is cut short keeps its unit until it ends: what is refused is so only before. */
    {"refused for a ghost",
     "request:\n"
     "  - {parallel: {a: [{call: s}, {fail: oops}], b: {call: u}}, catch: []}\n"
     "  - {call: u, name: one, catch: []}\n",
     "G not done(one)",
     {"threads"},
     1,
     0,
     1},
    /* The same where the ghost has ended. */
    {"accepted behind a ghost",
     "request:\n"
     "  - {parallel: {a: [{call: s}, {fail: oops}], b: {call: u}}, catch: []}\n"
     "  - {call: u, name: one, catch: []}\n",
     "F done(one)",
     {"threads"},
     1,
     0,
     1},
    /* A branch may begin before a call of another ends, or behind it. */
    {"a task begins first",
     "request: {parallel: {x: [{call: s}, {parallel: {a: {call: s}}}], y: {call: s, name: one}}}\n",
     "not running(a) W done(one)",
     {"threads", "coroutine"},
     1,
     0,
     1},
    {"a task begins behind",
     "request: {parallel: {x: [{call: s}, {parallel: {a: {call: s}}}], y: {call: s, name: one}}}\n",
     "not done(one) W running(a)",
     {"threads", "coroutine"},
     1,
     0,
     1},
    /* Of two tasks either may end first. */
    {"the first task ends first",
     "request: {parallel: {a: {call: s}, b: {call: s}}}\n",
     "not done(a) W done(b)",
     {"threads", "coroutine"},
     1,
     0,
     1},
    {"the second task ends first",
     "request: {parallel: {a: {call: s}, b: {call: s}}}\n",
     "not done(b) W done(a)",
     {"threads", "coroutine"},
     1,
     0,
     1},
    /* What one copy leaves is read when it is taken, and with what the other has done by then. */
    {"taken in order",
     "shared: {g: {range: 0..2, scope: all}}\n"
     "request: {each: 2, as: i, do: [{call: s}], as_completed: [{if: i == 1, then: [{set: {g: g + "
     "1}}], else: [{if: g == 1, then: [{call: s, name: one}]}]}]}\n",
     "G not running(one)",
     {"threads", "coroutine"},
     1,
     0,
     1},
    /* A thread whose call has ended pays for going on before it leaves the step: it may be cut
     * short in between, and is in the step until then. */
    {"cut between",
     "request: {parallel: {a: {call: s, name: one}, b: {abort: 503, name: two}}}\n",
     "G not (running(one) and running(two))",
     {"costly"},
     1,
     0,
     1},
    /* A variable that is read yet: either value is kept. */
    {"a variable is read",
     "request:\n"
     "  - {call: s, sets: {hit: chance(0.5)}}\n"
     "  - {call: s}\n"
     "  - {if: hit, then: [{call: s, name: one}]}\n",
     "G not running(one)",
     {"threads", "coroutine", "serial"},
     1,
     0,
     1},
    {"a variable is read, else",
     "request:\n"
     "  - {call: s, sets: {hit: chance(0.5)}}\n"
     "  - {call: s}\n"
     "  - {if: hit, then: [{call: s, name: one}]}\n",
     "F done(one)",
     {"threads", "coroutine", "serial"},
     1,
     0,
     1},
    /* By a branch that begins later. */
    {"a variable of the owner",
     "request:\n"
     "  - {call: s, sets: {hit: chance(0.5)}}\n"
     "  - {call: s}\n"
     "  - {parallel: {a: [{call: s}, {if: hit, then: [{call: s, name: one}]}], b: {call: s}}}\n",
     "G not running(one)",
     {"threads", "coroutine"},
     1,
     0,
     1},
    /* Behind the join. */
    {"a variable of a branch",
     "request:\n"
     "  - {parallel: {a: [{call: s, sets: {hit: chance(0.5)}}, {call: s}], b: {call: s}}}\n"
     "  - {if: a.hit, then: [{call: s, name: one}]}\n",
     "G not running(one)",
     {"threads", "coroutine"},
     1,
     0,
     1},
    /* Behind the await of who has set it. */
    {"a variable of a task",
     "request:\n"
     "  - {spawn: {a: [{call: s, sets: {hit: chance(0.5)}}, {call: s}]}}\n"
     "  - {call: s}\n"
     "  - {await: a}\n"
     "  - {if: a.hit, then: [{call: s, name: one}]}\n",
     "G not running(one)",
     {"threads", "coroutine"},
     1,
     0,
     1},
    /* One copy of two, and not the other. */
    {"a variable counted",
     "request:\n"
     "  - {each: 2, name: c, do: [{call: s, sets: {hit: chance(0.5)}}, {call: s}]}\n"
     "  - {call: s}\n"
     "  - {if: count(c.hit) == 1, then: [{call: s, name: one}]}\n",
     "G not running(one)",
     {"threads", "coroutine"},
     1,
     0,
     1},
    /* Of all copies. */
    {"a variable of all",
     "request:\n"
     "  - {each: 2, name: c, do: [{call: s, sets: {hit: chance(0.5)}}, {call: s}]}\n"
     "  - {call: s}\n"
     "  - {if: all(c.hit), then: [{call: s, name: one}]}\n",
     "G not running(one)",
     {"threads", "coroutine"},
     1,
     0,
     1},
    /* Of the copy that is taken. */
    {"a variable of who is taken",
     "request:\n"
     "  - {each: 2, name: c, do: [{call: s, sets: {hit: chance(0.5)}}, {call: s}], as_completed: "
     "[{call: s}, {if: c.hit, then: [{call: s, name: one}]}]}\n",
     "G not running(one)",
     {"threads", "coroutine"},
     1,
     0,
     1},
    /* Attempts are counted: after the second it is given up. */
    {"attempts are counted",
     "request:\n"
     "  - {call: s, error: 0.5, retry: {attempts: 2, backoff: 1ms}, catch: [{call: s, name: "
     "one}]}\n",
     "G not running(one)",
     {"threads", "coroutine", "serial"},
     1,
     0,
     1},
    /* Thread b has yet to begin, and may fail and cut a short, before the call of a has ended. */
    {"cut by who has yet to begin",
     "request: {parallel: {a: [{call: t, name: one}], b: [{call: s, error: 0.5}]}}\n",
     "F done(one)",
     {"costly"},
     1,
     0,
     1},
    /* Or let the request be answered before a does so. */
    {"left by who has yet to begin",
     "uncaught: 500\nrequest: {parallel: {a: [{call: t}, {respond: 200}], b: [{call: s, error: "
     "0.5}]}, siblings: ignore}\n",
     NULL,
     {"costly"},
     1,
     1,
     0},
    /* A task that fails gives its thread back as well: b may have to wait for that, or not. */
    {"fails, and gives its thread back",
     "request: {parallel: {a: [{call: s}, {fail: oops}], b: [{call: s}]}, siblings: wait, catch: "
     "[]}\n",
     NULL,
     {"costly2"},
     1,
     0,
     0},
    /* Behind its join the request no longer knows that c has written v: what x writes between is
     * another's. */
    {"a join forgets who has written",
     "shared: {v: {range: 0..3}, w: {range: 0..1}}\n"
     "request: [{if: v == 3, then: [{call: s}]}, {spawn: {x: [{wait_until: w == 1}, {set: {v: "
     "2}}]}}, {parallel: {c: [{set: {v: 1}}, {set: {w: 1}}, {call: s}]}}, {call: s}, {await: x}, "
     "{set: {v: 1}}]\n",
     "F ended",
     {"coroutine", "threads"},
     1,
     1,
     0},
    /* a's end lets the thread go on with b, which responds, before y is woken. */
    {"behind a child in place",
     "shared: {v: {range: 0..1}}\n"
     "request: {parallel: {x: [{offload: [{parallel: {a: [{set: {v: 1}}, {call: s}], b: [{respond: "
     "200}]}}]}], y: [{wait_until: v == 1}, {call: s, name: one}]}}\n",
     "G (done(one) -> responded)",
     {"hybrid", "costly_hybrid"},
     1,
     0,
     1},
    /* A thread that calls holds m until its call is over, though it is cut short; one that joins
     * gives it back at once. */
    {"cut short, and yet there",
     "resources: {m: {kind: mutex, queue: 0}}\n"
     "request: {parallel: {a: [{use: m, do: [{call: s}, {parallel: {x: [{call: s}], y: [{call: "
     "s}]}}]}], b: [{call: s, error: 0.5}]}, catch: [{use: m, do: [], catch: [{call: s, name: "
     "one}]}]}\n",
     "G not running(one)",
     {"threads"},
     1,
     0,
     1},
    /* A copy has written v, and its fork was left by a failure: the next join of any fork forgets
       it. */
    {"a join forgets who was left",
     "shared: {v: {range: 0..3}, w: {range: 0..1}}\n"
     "request: [{spawn: {x: [{wait_until: w == 1}, {set: {v: 2}}]}}, {if: v == 3, then: []}, "
     "{each: 1, "
     "do: [{set: {v: 1}}], as_completed: [{fail: oops}], catch: [{set: {w: 1}}]}, {parallel: {c: "
     "[{call: s}]}}, {call: s}, {await: x}, {set: {v: 1}}]\n",
     "F ended",
     {"coroutine"},
     1,
     1,
     0},
    /* y awaits x before the next one is begun, or waits for that as well, for ever. */
    {"awaited before it is made again",
     "shared: {v: {range: 0..1}}\n"
     "request: [{set: {first: true}}, {repeat: 2, do: [{spawn: {x: [{call: s}, {if: not first, "
     "then: "
     "[{wait_until: v == 1}]}]}}, {if: first, then: [{spawn: {y: [{call: s}, {await: x}, {set: {v: "
     "1}, "
     "name: one}]}}]}, {call: s}, {set: {first: false}}]}, {call: s}]\n",
     "G not done(one)",
     {"threads", "coroutine"},
     1,
     2,
     1},
    /* a ends well, and the request is answered since b has failed before. */
    {"the last ends well, another has failed",
     "shared: {v: {range: 0..1}}\n"
     "request: {parallel: {x: [{parallel: {a: [{set: {v: 1}}, {call: s}], b: [{fail: oops}]}, "
     "siblings: "
     "wait, catch: [{respond: 200}]}, {call: s}], y: [{wait_until: v == 1}, {call: s, name: "
     "one}]}}\n",
     "G (done(one) -> responded)",
     {"threads", "coroutine"},
     1,
     0,
     1},
    /* A copy that has ended lets its parent give up the rest, with what they have spawned. */
    {"cut with who has spawned it",
     "request: [{respond: 200}, {each: 2, as: i, do: [{if: i == 1, then: [{spawn: {x: [{call: s, "
     "name: "
     "one}]}}, {call: s}]}], as_completed: [{call: s}, {fail: oops}], catch: []}, {call: s}]\n",
     "G (running(one) -> F done(one))",
     {"coroutine", "threads"},
     1,
     1,
     1},
    /* A thread in whose place another runs gives m back when that is over, both being cut short. */
    {"cut short in place",
     "resources: {m: {kind: mutex, queue: 0}}\nshared: {v: {range: 0..1}}\n"
     "request: [{respond: 200}, {parallel: {x: [{parallel: {p: [{offload: [{use: m, do: "
     "[{parallel: {a: "
     "[{call: s}]}}]}]}], q: [{call: s, error: 0.5}]}, catch: [{set: {v: 1}}]}], y: [{wait_until: "
     "v == "
     "1}, {use: m, do: [{call: s}], catch: [{call: s, name: one}]}]}}]\n",
     "G not done(one)",
     {"hybrid"},
     1,
     1,
     1},
    /* A request is over though what is detached, or a thread that was cut short, is not. */
    {"over before what is detached",
     "request: [{respond: 200}, {detach: [{call: s, name: one}]}, {call: s}]\n",
     "G (ended -> done(one))",
     {"coroutine", "threads"},
     1,
     0,
     1},
    {"over before who was cut short",
     "request: [{respond: 200}, {parallel: {a: [{call: s, name: one}], b: [{call: s, error: "
     "0.5}]}, "
     "catch: []}, {call: s}]\n",
     "G (ended -> not running(one))",
     {"threads"},
     1,
     0,
     1},
    /* Where a failure is caught x is awaited: that it has ended before lets v and w be set at once.
     */
    {"awaited where a failure is caught",
     "shared: {v: {range: 0..1}, w: {range: 0..1}}\n"
     "request: [{respond: 200}, {parallel: {o: [{spawn: {x: [{call: s}]}}, {seq: [{call: s, error: "
     "0.5}], "
     "catch: [{set: {v: 1}}, {await: x}, {set: {w: 1}}]}], y: [{call: s}, {if: v == 1 and w == 0, "
     "then: "
     "[{call: s, name: one}]}]}}]\n",
     "G not running(one)",
     {"coroutine", "threads"},
     1,
     1,
     1},
    /* Of two tasks, the second made by a retry, the last one's value stays. */
    {"made again by a retry",
     "request: [{respond: 200}, {set: {first: true}}, {seq: [{spawn: {x: [{call: s}, {set: {v: "
     "first}}]}}, "
     "{if: first, then: [{set: {first: false}}, {fail: oops}]}], retry: {attempts: 2}}, {await: "
     "x}, {if: "
     "x.v, then: [{call: s, name: one}], else: [{call: s, name: two}]}]\n",
     "G not running(two)",
     {"threads", "coroutine", "hybrid"},
     1,
     0,
     1},
    /* A thread that joins is over at once if it is cut short; behind the join, when its call is. */
    {"joined, or in a call, when cut short",
     "request: {parallel: {x: [{seq: [{parallel: {c: [{call: s}]}}, {call: s}], name: one}], o: "
     "[{call: s, "
     "error: 0.5}]}, catch: [{call: s, name: two}]}\n",
     "F done(one) or G not running(one) or F (running(two) and running(one))",
     {"threads"},
     1,
     0,
     1},
    /* The timeout of an await, or of who has lent its place, comes before c ends, or not at all. */
    {"awaited, or timed out",
     "request: [{respond: 200}, {spawn: {c: [{call: s}]}}, {await: c, timeout: 1s, catch: [{call: "
     "s, name: "
     "one}]}]\n",
     "G not done(one)",
     {"threads", "coroutine", "hybrid"},
     1,
     1,
     1},
    {"timed out in place",
     "request: [{respond: 200}, {spawn: {x: [{offload: [{seq: [{spawn: {c: [{call: s}]}}], "
     "timeout: 1s, "
     "catch: [{call: s, name: one}]}]}]}}, {call: s}]\n",
     "G not done(one)",
     {"hybrid"},
     1,
     1,
     1},
    /* Which of a and b fails first, and cuts nobody, is what the await tells. */
    {"fails first, of two that are awaited",
     "request: [{respond: 200}, {spawn: {a: [{call: s, error: 0.5}, {call: s}]}}, {spawn: {b: "
     "[{call: s}, "
     "{fail: oops}]}}, {await: [a, b], catch: {oops: {await: a, catch: [{call: s, name: one}]}, "
     "any: "
     "{call: s}}}, {call: s}]\n",
     "G not done(one)",
     {"threads", "coroutine"},
     1,
     0,
     1},
    /* Rounds are counted: they end. */
    {"rounds are counted",
     "request: [{repeat: 3, do: [{call: s}]}, {call: s, name: one}]\n",
     "F done(one)",
     {"threads", "coroutine", "serial"},
     1,
     0,
     0},
    /* Either copy may be the first, but which of them is cut short first is not a matter of which
     * copy it is: all are at once. */
    {"cut short at once",
     "shared: {g: {range: 0..2, scope: all}, h: {range: 0..1, scope: all}}\n"
     "request:\n"
     "  - parallel:\n"
     "      a: {each: 2, do: [{call: s}, {if: g == 0,\n"
     "           then: [{set: {g: 1}}, {seq: [{wait_until: h == 1}], name: one}],\n"
     "           else: [{set: {g: 2}}, {seq: [{wait_until: h == 1}], name: two}]}]}\n"
     "      b: [{wait_until: g == 2}, {call: s}, {abort: 503}]\n",
     "G (aborted -> (running(two) -> running(one)))",
     {"coroutine"},
     1,
     0,
     0},
    /* A task that is woken by another request's: it depends on what it waits for. */
    {"woken by another request",
     "shared: {g: {range: 0..1, scope: all}, h: {range: 0..1, scope: all}}\n"
     "request:\n"
     "  - parallel:\n"
     "      a: [{choose: [{p: 0.5, do: [{wait_until: h == 1}]},\n"
     "                    {p: 0.5, do: [{wait_until: g == 1}]}]}]\n"
     "      b: [{call: s}, {set: {g: 1}}, {set: {h: 1}}]\n",
     NULL,
     {"threads", "coroutine"},
     2,
     0,
     0},
    /* An item goes where another request's is not: never two to one worker. */
    {"the least busy worker",
     "resources: {wl: {kind: mutex, scope: worker, queue: 0}}\n"
     "channels: {c: {size: 4, scope: all}}\n"
     "stages: {st: {from: c, workers: 1, do: [\n"
     "  {use: wl, do: [{call: s}], catch: [{call: s, name: one}]}]}}\n"
     "host: {workers: 2}\n"
     "request: [{put: c}, {call: s}, {put: c}, {respond: 200}]\n",
     "F started(one)",
     {"threads"},
     2,
     0,
     1},
    /* Copies that lock a key each do not wait for each other. */
    {"a key each",
     "resources: {p: {kind: mutex, keys: 2}}\n"
     "request: {each: 2, as: i, do: {use: p, key: i, do: [{call: s}]}}\n",
     NULL,
     {"threads", "coroutine"},
     1,
     0,
     0},
};

int main(void)
{
    return run_cases(cases, TEST_COUNT(cases));
}
