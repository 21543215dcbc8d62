/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_schedule_cpu.c - who computes when: cores and how threads share them, the GIL, a busy loop,
 * blocking calls, pool threads of a hybrid.  Schedules by hand, see schedule.h. */
#include "tests/unit/schedule.h"

#define HOSTS                                                                                      \
    "executions: {rr5: {kind: threads}, rr2: {kind: threads, cores: 2, schedule: rr(2ms)},"        \
    " rr1: {kind: threads, schedule: rr(1ms)}, fifo: {kind: threads, schedule: fifo},"             \
    " fifo2: {kind: threads, schedule: fifo, cores: 2}, ps: {kind: threads, schedule: ps},"        \
    " ps2: {kind: threads, schedule: ps, cores: 2}, two: {kind: threads, cores: 2}}\n"
static const struct schedule cores[] = {
    /* rr5: a 0-5, b 5-9, a 9-16; rr1: b has every second ms up to 8; fifo: a 0-12, b 12-16;
     * ps: both at half speed, b 0-8 */
    {"a long and a short burst",
     HOSTS "request: {parallel: {a: {cpu: 12ms}, b: [{cpu: 4ms}, {respond: 200}]}}",
     {GETS("rr5", 9 * MS, 16 * MS, 200), GETS("rr1", 8 * MS, 16 * MS, 200),
      GETS("fifo", 16 * MS, 16 * MS, 200), GETS("ps", 8 * MS, 16 * MS, 200),
      GETS("two", 4 * MS, 12 * MS, 200), GETS("fifo2", 4 * MS, 12 * MS, 200),
      GETS("ps2", 4 * MS, 12 * MS, 200), GETS("serial", 16 * MS, 16 * MS, 200),
      GETS("coroutine", 16 * MS, 16 * MS, 200), GETS("hybrid", 16 * MS, 16 * MS, 200)}},
    {"two alike",
     HOSTS "request: {parallel: {a: {cpu: 8ms}, b: [{cpu: 8ms}, {respond: 200}]}}",
     /* rr5: a 0-5, b 5-10, a 10-13, b 13-16 */
     {GETS("rr5", 16 * MS, 16 * MS, 200), GETS("two", 8 * MS, 8 * MS, 200),
      GETS("ps", 16 * MS, 16 * MS, 200)}},
    /* rr5: a 0-3, b 3-8, c 8-13, b 13-14, c -15.
     * fifo2 and two (rr(5ms), nobody waits when a quantum ends): a 0-3, b 0-6, c 3-9.
     * rr2: a, b 0-2; c 2-4 and a 2-3; b 3-5 ... -7; c 4-8.
     * ps: thirds until a's 3 are done at 9; then halves: 3 each until 15.
     * ps2: two thirds each until 4.5; then b and c have a core each: 3 until 7.5 */
    {"three on two cores",
     HOSTS "request: {parallel: {a: [{cpu: 3ms}, {respond: 200}], b: {cpu: 6ms}, c: {cpu: 6ms}}}",
     {GETS("rr5", 3 * MS, 15 * MS, 200), GETS("fifo2", 3 * MS, 9 * MS, 200),
      GETS("rr2", 3 * MS, 8 * MS, 200), GETS("ps", 9 * MS, 15 * MS, 200),
      GETS("ps2", 4500 * US, 7500 * US, 200), GETS("two", 3 * MS, 9 * MS, 200)}},
    /* b comes at 2.  rr5: a 0-5, b 5-6, a 6-11; fifo: a 0-10, b 10-11; ps: b 2-4 at half speed; on
     * a loop b's wait begins at 10 */
    {"one comes later",
     HOSTS "request: {parallel: {a: {cpu: 10ms}, b: [{wait: 2ms}, {cpu: 1ms}, {respond: 200}]}}",
     {GETS("rr5", 6 * MS, 11 * MS, 200), GETS("fifo", 11 * MS, 11 * MS, 200),
      GETS("ps", 4 * MS, 11 * MS, 200), GETS("two", 3 * MS, 10 * MS, 200),
      GETS("coroutine", 13 * MS, 13 * MS, 200), GETS("hybrid", 13 * MS, 13 * MS, 200),
      GETS("serial", 13 * MS, 13 * MS, 200)}},
    /* a thread that computes nothing needs no core: b answers at 2 */
    {"waiting needs no core",
     HOSTS "request: {parallel: {a: {cpu: 10ms}, b: [{wait: 2ms}, {respond: 200}, {wait: 1ms}]}}",
     {GETS("rr5", 2 * MS, 10 * MS, 200), GETS("fifo", 2 * MS, 10 * MS, 200),
      GETS("ps", 2 * MS, 10 * MS, 200), GETS("coroutine", 12 * MS, 13 * MS, 200)}},
    /* send 1, latency 10, receive 2.  One core or one loop: sends 0-1, 1-2; b is back at 12, a's
     * receive 11-13, b's 13-15 */
    {"two calls with cpu",
     HOSTS "services: {s: {latency: 10ms, cpu: {send: 1ms, receive: 2ms}}}\n"
           "request: {parallel: {a: {call: s}, b: {call: s}}}",
     {ENDS("rr5", 15 * MS), ENDS("fifo", 15 * MS), ENDS("two", 13 * MS), ENDS("coroutine", 15 * MS),
      ENDS("hybrid", 15 * MS), ENDS("serial", 26 * MS)}},
    /* the client's CPU is not the service's: sends 0-1, 1-2; service a 1-11, b 11-21; receive */
    {"capacity is without the caller's cpu",
     HOSTS "services: {s: {latency: 10ms, cpu: {send: 1ms, receive: 2ms}, capacity: 1}}\n"
           "request: {parallel: {a: {call: s}, b: {call: s}}}",
     {ENDS("rr5", 23 * MS), ENDS("two", 23 * MS), ENDS("coroutine", 23 * MS)}},
    /* one core: the service computes 0-4 and 4-8; the latencies follow */
    {"host_cpu of two calls",
     HOSTS "services: {s: {latency: 10ms, host_cpu: 4ms}}\n"
           "request: {parallel: {a: {call: s}, b: {call: s}}}",
     {ENDS("rr5", 18 * MS), ENDS("two", 14 * MS), ENDS("coroutine", 18 * MS),
      ENDS("serial", 28 * MS)}},
    /* a 0-14 and b 14-28: the capacity covers what the service computes */
    {"host_cpu and capacity",
     HOSTS "services: {s: {latency: 10ms, host_cpu: 4ms, capacity: 1}}\n"
           "request: {parallel: {a: {call: s}, b: {call: s}}}",
     {ENDS("rr5", 28 * MS), ENDS("two", 28 * MS), ENDS("coroutine", 28 * MS),
      ENDS("serial", 28 * MS)}},
};

#define GILS                                                                                       \
    "executions: {gil: {kind: threads, cores: 2, gil: true},"                                      \
    " gil1: {kind: threads, cores: 2, gil: {interval: 1ms}},"                                      \
    " gil100: {kind: threads, cores: 2, gil: {handoff: 100us}},"                                   \
    " barging: {kind: threads, cores: 2, gil: {barging: true}},"                                   \
    " onecore: {kind: threads, gil: true}, free: {kind: threads, cores: 2},"                       \
    " loop: {kind: coroutine, cores: 2, gil: {handoff: 100us}},"                                   \
    " hfree: {kind: hybrid, cores: 2}, hone: {kind: hybrid},"                                      \
    " hgil: {kind: hybrid, cores: 2, gil: true}}\n"
static const struct schedule gils[] = {
    /* gil: a 0-5, b has waited for the interval, 5-10; a 10-13, b 13-16.
     * gil100 pays 0.1 at each passing on, the first from root to a: a 0.1-5, b 5.1-10, a 10.1-13.2,
     * b 13.3-16.4, root 16.4-16.5 */
    {"two bursts",
     GILS "request: {parallel: {a: {cpu: 8ms}, b: {cpu: 8ms}}}",
     {ENDS("gil", 16 * MS), ENDS("free", 8 * MS), ENDS("gil100", 16500 * US), ENDS("loop", 16 * MS),
      ENDS("serial", 16 * MS)}},
    /* a 0-5, b 5-9, a -16 */
    {"a short burst",
     GILS "request: {parallel: {a: {cpu: 12ms}, b: [{cpu: 4ms}, {respond: 200}]}}",
     {GETS("gil", 9 * MS, 16 * MS, 200), GETS("free", 4 * MS, 12 * MS, 200)}},
    /* io is back at 2 and gets the GIL when burn has been asked for it for 5 (or 1); then 1.
     * gil100: io 0-0.1, call -2.1; burn 0.1-0.2 and on; io 7.1-7.2, -8.2; burn 8.2-8.3, it has done
     * 6.9 of 20: -21.4; root -21.5 */
    {"a convoy",
     GILS "services: {s: {latency: 2ms}}\n"
          "request: {parallel: {io: [{call: s}, {cpu: 1ms}, {respond: 200}], burn: {cpu: 20ms}}}",
     {GETS("gil", 8 * MS, 21 * MS, 200), GETS("gil1", 4 * MS, 21 * MS, 200),
      GETS("gil100", 8200 * US, 21500 * US, 200), GETS("free", 3 * MS, 20 * MS, 200),
      GETS("coroutine", 21 * MS, 21 * MS, 200), GETS("serial", 3 * MS, 23 * MS, 200)}},
    /* what costs nothing needs the GIL all the same: at 2 + 5 */
    {"going on needs the GIL",
     GILS "request: {parallel: {io: [{wait: 2ms}, {respond: 200}], burn: {cpu: 20ms}}}",
     {GETS("gil", 7 * MS, 20 * MS, 200), GETS("gil1", 3 * MS, 20 * MS, 200),
      GETS("free", 2 * MS, 20 * MS, 200), GETS("onecore", 7 * MS, 20 * MS, 200)}},
    /* the holder's burst ends at 4, before the interval is over */
    {"the end of a burst passes it on",
     GILS "request: {parallel: {io: [{wait: 2ms}, {respond: 200}], burn: {cpu: 4ms}}}",
     {GETS("gil", 4 * MS, 4 * MS, 200)}},
    /* onecore: the cores are shared rr(5ms): a 0-5, b 5-10, a -13, b -16 */
    {"released in two bursts",
     GILS "request: {parallel: {a: {cpu: 8ms, releases_gil: true}, b: {cpu: 8ms}}}",
     {ENDS("gil", 8 * MS), ENDS("onecore", 16 * MS)}},
    {"released by both",
     GILS "request: {parallel: {a: {cpu: 8ms, releases_gil: true}, b: {cpu: 9ms, releases_gil:"
          " true}}}",
     {ENDS("gil", 9 * MS)}},
    /* a is done at 8 and must have the GIL to go on: b's burst ends at 12; then 1 */
    {"taken back",
     GILS "request: {parallel: {a: [{cpu: 8ms, releases_gil: true}, {wait: 1ms}], b: {cpu: 12ms}}}",
     {ENDS("gil", 13 * MS), ENDS("free", 12 * MS)}},
    /* a computes 0-1, the others 1-2, 2-3 and 3-4: c second of them, or last, as a's call costs it
     * its place.  c's own call finds but one who waits, or nobody. */
    {"a call costs the second one its place",
     GILS "services: {s: {latency: 10ms}}\n"
          "request: {parallel: {a: [{cpu: 1ms}, {call: s}], b: {cpu: 1ms},"
          " c: [{cpu: 1ms}, {call: s}, {respond: 200}], d: {cpu: 1ms}}}",
     {GETS("gil", 13 * MS, 13 * MS, 200), GETS("barging", 14 * MS, 14 * MS, 200)}},
    /* a pause is no call; nor is there a second one of two */
    {"a pause costs nobody his place",
     GILS "request: {parallel: {a: [{cpu: 1ms}, {wait: 10ms}], b: {cpu: 1ms},"
          " c: [{cpu: 1ms}, {wait: 10ms}, {respond: 200}], d: {cpu: 1ms}}}",
     {GETS("gil", 13 * MS, 13 * MS, 200), GETS("barging", 13 * MS, 13 * MS, 200)}},
    {"a call with two behind it",
     GILS "services: {s: {latency: 10ms}}\n"
          "request: {parallel: {a: [{cpu: 1ms}, {call: s}], b: [{cpu: 1ms}, {respond: 200}],"
          " c: {cpu: 1ms}}}",
     {GETS("gil", 2 * MS, 11 * MS, 200), GETS("barging", 2 * MS, 11 * MS, 200)}},
    /* l is back at 1.  hgil: p 0-6, the loop 6-10, p 10-16; hone, rr(5ms): p 0-5, l 5-9, p 9-16.
     * A loop computes p 0-12, only then l's wait begins. */
    {"a pool thread and its loop",
     GILS "request: {parallel: {p: {offload: {cpu: 12ms}},"
          " l: [{wait: 1ms}, {cpu: 4ms}, {respond: 200}]}}",
     {GETS("hgil", 10 * MS, 16 * MS, 200), GETS("hfree", 5 * MS, 12 * MS, 200),
      GETS("hone", 9 * MS, 16 * MS, 200), GETS("coroutine", 17 * MS, 17 * MS, 200),
      GETS("free", 5 * MS, 12 * MS, 200)}},
};

#define HYBRIDS                                                                                    \
    "services: {s: {latency: 2ms}, s10: {latency: 10ms}, b: {latency: 10ms, blocking: true},"      \
    " bcpu: {latency: 10ms, blocking: true, cpu: {send: 1ms, receive: 2ms}},"                      \
    " one: {latency: 10ms, capacity: 1}}\n"                                                        \
    "executions: {hop: {kind: hybrid, hop: 40us},"                                                 \
    " all: {kind: hybrid, hop: 40us, task: 12us, resume: 4us, pool: 1},"                           \
    " hop1: {kind: hybrid, hop: 40us, pool: 1}, two: {kind: hybrid, cores: 2, hop: 40us},"         \
    " coroutine: {resume: 4us}, free: {kind: coroutine}}\n"
static const struct schedule loops[] = {
    /* io is back at 10 and goes on when the loop is free */
    {"a busy loop delays everybody",
     HYBRIDS "request: {parallel: {io: [{call: s10}, {respond: 200}], burn: {cpu: 50ms}}}",
     {GETS("free", 50 * MS, 50 * MS, 200), GETS("hybrid", 50 * MS, 50 * MS, 200),
      GETS("threads", 10 * MS, 50 * MS, 200), GETS("serial", 10 * MS, 60 * MS, 200)}},
    /* 5 tasks in their order; the last begins when the others have computed */
    {"bursts in order of readiness",
     HYBRIDS "request: {parallel: {a: {cpu: 1ms}, b: {cpu: 2ms}, c: {cpu: 3ms}, d: {cpu: 4ms},"
             " e: [{respond: 200}, {cpu: 5ms}]}}",
     {GETS("free", 10 * MS, 15 * MS, 200), GETS("hybrid", 10 * MS, 15 * MS, 200)}},
    /* the service knows nothing of the loop: it takes up b's call at 10, when a's is over.  serial
     * 10, 20, 70 */
    {"a service does not wait for the loop",
     HYBRIDS "request: {parallel: {a: {call: one}, b: [{call: one}, {respond: 200}],"
             " burn: {cpu: 50ms}}}",
     {GETS("free", 50 * MS, 50 * MS, 200), GETS("threads", 20 * MS, 50 * MS, 200),
      GETS("serial", 20 * MS, 70 * MS, 200)}},
    /* a holds the loop 0-10, so that b's call is made at 10; hybrid hands a to a thread */
    {"a blocking call holds the loop",
     HYBRIDS "request: {parallel: {a: {call: b}, b: [{call: s}, {respond: 200}]}}",
     {GETS("free", 12 * MS, 12 * MS, 200), GETS("hybrid", 2 * MS, 10 * MS, 200),
      GETS("threads", 2 * MS, 10 * MS, 200)}},
    /* b's call is made first: it is back at 2 and goes on at 10 */
    {"a blocking call delays the others",
     HYBRIDS "request: {parallel: {b: [{call: s}, {respond: 200}], a: {call: b}}}",
     {GETS("free", 10 * MS, 10 * MS, 200), GETS("hybrid", 2 * MS, 10 * MS, 200)}},
    /* blocking: false here overrides the service's */
    {"not blocking here",
     HYBRIDS "request: {parallel: {a: {call: b, blocking: false}, b: [{call: s}, {respond: 200}]}}",
     {GETS("free", 2 * MS, 10 * MS, 200)}},
    /* hop 0.04, 10, hop 0.04 in place of resume */
    {"hops",
     HYBRIDS "request: {call: b}",
     {ENDS("hop", 10080 * US), ENDS("all", 10080 * US), ENDS("coroutine", 10 * MS)}},
    {"no hop for what does not block",
     HYBRIDS "request: {call: s10}",
     {ENDS("hop", 10 * MS), ENDS("all", 10004 * US)}},
    {"hops round the cpu of a call", HYBRIDS "request: {call: bcpu}", {ENDS("hop", 13080 * US)}},
    {"offload",
     HYBRIDS "request: {offload: [{call: s}, {cpu: 3ms}, {call: s}]}",
     {ENDS("hop", 7080 * US), ENDS("free", 7 * MS), ENDS("coroutine", 7008 * US),
      ENDS("threads", 7 * MS), ENDS("serial", 7 * MS)}},
    {"one hop for all in an offload",
     HYBRIDS "request: {offload: [{call: b}, {call: b}]}",
     {ENDS("hop", 20080 * US)}},
    {"hops, each time", HYBRIDS "request: [{call: b}, {call: b}]", {ENDS("hop", 20160 * US)}},
    /* us: hop x 0-40, hop y 40-80; x 40-10040, back -10080; y has the thread 10040-20040, -20080 */
    {"queueing for the one pool thread",
     HYBRIDS "request: {parallel: {x: {call: b}, y: {call: b}}}",
     {ENDS("hop1", 20080 * US),
      /* tasks -24, hops -64, -104; x 64-10064-10104; y 10064-20064-20104; parent -20108 */
      ENDS("all", 20108 * US),
      /* no queue: x -10040, y -10080; x's hop -10080, y's -10120 */
      ENDS("hop", 10120 * US)}},
    /* us: hop 0-40, c computes 40-30040; x is back at 10040, its hop 30040-30080 */
    {"the way back waits for the loop",
     HYBRIDS "request: {parallel: {x: {call: b}, c: {cpu: 30ms}}}",
     {ENDS("hop", 30080 * US)}},
    /* us: the timeout at 20 ends the thread's wait, hop -20040, catch 1000 */
    {"a timeout hops back",
     HYBRIDS "request: {call: b, latency: 50ms, timeout: 20ms, catch: {wait: 1ms}}",
     {ENDS("hop", 21040 * US)}},
    /* us: hop 0-40; fails at 10040; hop -10080 */
    {"a failure hops back",
     HYBRIDS "request: {call: b, error: 1, catch: []}",
     {ENDS("hop", 10080 * US)}},
    /* us: two cores: p's hop 0-40, p 40-12040; c 40-4040; p's way back -12080.
     * one core, rr(5ms): p and c make 16000 in all between 40 and 16040; p is last in any order */
    {"a pool thread computes beside the loop",
     HYBRIDS "request: {parallel: {p: {offload: {cpu: 12ms}}, c: {cpu: 4ms}}}",
     {ENDS("two", 12080 * US), ENDS("hop", 16080 * US)}},
    /* the whole body runs on one pool thread, its branches too: us 40-4040, x -6040, y -8040 */
    {"branches in an offload",
     HYBRIDS "request: {offload: [{call: s10, latency: 4ms}, {parallel: {x: {call: s}, y: {call:"
             " s}}}]}",
     {ENDS("hop", 8080 * US)}},
};

/* Two calls of 2 ms at once, with sets of costs; times in us.
 * A loop: wake 0-34, two tasks -46, both calls -2046; then wake and resume -2081, resume -2082, the
 * parent's -2083.
 * Threads of a pool, GIL: wake and switch 0-36, two spawns -60; the first child has waited for the
 * GIL since 48: handoff and switch -66, its call -2066; the second -72 and -2072; the first wakes a
 * core: 40, -2106, the second has waited: 6, -2112; the parent finds the core idle again: 40.
 * Native: switch 0-2, two spawns of 1.2 -4.4, switches -6.4 and -8.4, -2008.4 and -2010.4, the
 * parent's -2012.4. */
#define SET(kind, of)                                                                              \
    "services: {s: {latency: 2ms}}\nrequest: {each: 2, do: {call: s}}\n"                           \
    "executions: {" kind ": {costs: " of "}}"
static const struct schedule sets[] = {
    {"costs of cpython, a loop", SET("coroutine", "cpython-3.11"), {ENDS("coroutine", 2083 * US)}},
    {"costs of cpython, threads",
     SET("threads", "cpython-3.11, pool: 40"),
     {ENDS("threads", 2152 * US)}},
    /* spawns of 100, no GIL: 36, 236; children -238, -240; 2238 + 36, -2276; the parent 36 */
    {"costs of cpython, one's own go before",
     SET("threads", "cpython-3.11, handoff: 0, gil: false"),
     {ENDS("threads", 2312 * US)}},
    {"costs of native", SET("threads", "native, pool: 40"), {ENDS("threads", 2012400 * NS)}},
    {"no costs", SET("threads", "none, spawn: 1ms"), {ENDS("threads", 4 * MS)}},
};

int main(void)
{
    struct suite u = {0};
    suite_add_alone(&u, cores, TEST_COUNT(cores));
    suite_add_alone(&u, gils, TEST_COUNT(gils));
    suite_add_alone(&u, loops, TEST_COUNT(loops));
    suite_add_alone(&u, sets, TEST_COUNT(sets));
    return suite_run(&u);
}
