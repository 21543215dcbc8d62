/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_schedule_cancel.c - what is given up: own timeouts and those of tasks below, abandoned
 * calls, losers of `until`, siblings of a failure, tasks still queued for a thread, abort, hedge
 * copies; and what wins when two things happen at one instant.  Schedules by hand, see schedule.h.
 *
 * What a cancelled task still holds is seen by who comes next for it: a mutex, a unit of a service,
 * a thread of the pool. */
#include "tests/unit/schedule.h"

#define SERVICES                                                                                   \
    "services: {slow: {latency: 50ms}, one: {latency: 50ms, capacity: 1},"                         \
    " stop: {latency: 50ms, capacity: 1, abandoned: stop},"                                        \
    " s30: {latency: 30ms}, one30: {latency: 30ms, capacity: 1},"                                  \
    " stop30: {latency: 30ms, capacity: 1, abandoned: stop},"                                      \
    " b50: {latency: 50ms, blocking: true}, b30: {latency: 30ms, blocking: true},"                 \
    " b5: {latency: 5ms, blocking: true}, bone: {latency: 50ms, capacity: 1, blocking: true},"     \
    " mine: {latency: 50ms, timeout: 20ms}, bad2: {latency: 2ms, error: 1}}\n"                     \
    "resources: {m: mutex}\n"                                                                      \
    "executions: {p2: {kind: threads, pool: 2}, p3: {kind: threads, pool: 3},"                     \
    " p5: {kind: threads, pool: 5}, two: {kind: threads, cores: 2},"                               \
    " h1: {kind: hybrid, pool: 1}, h2: {kind: hybrid, pool: 2},"                                   \
    " late: {kind: threads, cores: 4, switch: 10ms}}\n"

static const struct schedule timeouts[] = {
    {"of a call",
     SERVICES "request: {call: slow, timeout: 20ms, catch: {timeout: {wait: 1ms}}}",
     {ALL_END(21 * MS)}},
    {"of a pause",
     SERVICES "request: {wait: 50ms, timeout: 20ms, catch: {timeout: {wait: 1ms}}}",
     {ALL_END(21 * MS)}},
    {"of a service",
     SERVICES "request: {call: mine, catch: {timeout: {wait: 1ms}}}",
     {ALL_END(21 * MS)}},
    {"overrides the service's",
     SERVICES "request: {call: mine, timeout: 30ms, catch: {wait: 1ms}}",
     {ALL_END(31 * MS)}},
    {"uncaught", SERVICES "request: {call: slow, timeout: 20ms}", {ALL_GET(20 * MS, 20 * MS, 500)}},
    {"in time",
     SERVICES "request: [{call: slow, timeout: 60ms, catch: {wait: 1ms}}, {wait: 30ms}]",
     {ALL_END(80 * MS)}},
    /* a blocking client has a socket timeout, too */
    {"of a blocking call",
     SERVICES "request: {call: b50, timeout: 20ms, catch: {wait: 1ms}}",
     {ALL_END(21 * MS)}},
    /* 20, catch 1; the service is free at 50; 10 */
    {"an abandoned call keeps the capacity",
     SERVICES
     "request: [{call: one, timeout: 20ms, catch: {wait: 1ms}}, {call: one, latency: 10ms}]",
     {ALL_END(60 * MS)}},
    {"an abandoned blocking call keeps the capacity",
     SERVICES "request: [{call: bone, timeout: 20ms, catch: {wait: 1ms}},"
              " {call: bone, latency: 10ms}]",
     {ALL_END(60 * MS)}},
    {"abandoned: stop",
     SERVICES "request: [{call: stop, timeout: 20ms, catch: {wait: 1ms}},"
              " {call: stop, latency: 10ms}]",
     {ALL_END(31 * MS)}},
    /* 20 and 40: both calls are given up, the second in the queue: it leaves; 50-60 */
    {"retried against one's own ghost",
     SERVICES "request: [{call: one, timeout: 20ms, retry: {attempts: 2}, catch: {wait: 0ms}},"
              " {call: one, latency: 10ms}]",
     {ALL_END(60 * MS)}},
    /* b gives up at 20, c has the service from 50 on.  serial: a 0-50, b given up at 70, but the
     * service is at it until 100 */
    {"in the queue of a service",
     SERVICES "request: {parallel: {a: {call: one}, b: {call: one, timeout: 20ms,"
              " catch: {timeout: {respond: 504}}}, c: {call: one, latency: 10ms}}}",
     {CONCURRENT_GET(20 * MS, 60 * MS, 504), GETS("serial", 70 * MS, 110 * MS, 504)}},
    {"in the queue of a resource",
     SERVICES "request: {parallel: {a: {use: m, do: {wait: 50ms}}, b: {use: m, do: {wait: 1ms},"
              " timeout: 20ms, catch: {timeout: {respond: 504}}}, c: {use: m, do: {wait: 10ms}}}}",
     {CONCURRENT_GET(20 * MS, 60 * MS, 504)}},
    /* at 20 the step fails in every kind, and nothing has to be waited for: catch 1, then 2 */
    {"of branches",
     SERVICES "request: [{parallel: {a: {call: slow}, b: {call: slow}}, timeout: 20ms,"
              " catch: {wait: 1ms}}, {wait: 2ms}]",
     {ALL_END(23 * MS)}},
    /* The threads of a, b are in their calls until 50; coroutines end at 20.
     * serial 20 + 5 + 5; p3: root and two threads, c and d 50-55 */
    {"threads of branches",
     SERVICES "request: [{parallel: {a: {call: slow}, b: {call: slow}}, timeout: 20ms, catch: []},"
              " {parallel: {c: {wait: 5ms}, d: {wait: 5ms}}}]",
     {ENDS("serial", 30 * MS), CONCURRENT_END(25 * MS), ENDS("p3", 55 * MS)}},
    /* The same with blocking calls: hybrid's two threads are in their calls until 50.  Under
     * coroutine a holds the loop 0-50, so that the timeout is noticed at 50; c 55, d 60 */
    {"threads of blocking branches",
     SERVICES "request: [{parallel: {a: {call: b50}, b: {call: b50}}, timeout: 20ms, catch: []},"
              " {parallel: {c: {call: b5}, d: {call: b5}}}]",
     {ENDS("serial", 30 * MS), ENDS("threads", 25 * MS), ENDS("p3", 55 * MS),
      ENDS("coroutine", 60 * MS), ENDS("hybrid", 25 * MS), ENDS("h2", 55 * MS)}},
    /* p2: a has the one thread until 50, b is dropped from the queue: c 50-55, not 105 */
    {"a queued branch is dropped",
     SERVICES "request: [{parallel: {a: {wait: 50ms}, b: {wait: 50ms}}, timeout: 20ms,"
              " catch: {wait: 1ms}}, {parallel: {c: {wait: 5ms}}}]",
     {ENDS("p2", 55 * MS), CONCURRENT_END(26 * MS), ENDS("serial", 26 * MS)}},
    /* h1: b gives up at 20, queued for the thread that a has */
    {"in the queue for a pool thread",
     SERVICES "request: {parallel: {a: {call: b50}, b: {call: b5, timeout: 20ms,"
              " catch: {timeout: {respond: 504}}}}}",
     {GETS("h1", 20 * MS, 50 * MS, 504), GETS("h2", 50 * MS, 50 * MS, 0),
      GETS("coroutine", 55 * MS, 55 * MS, 0)}},
    /* it takes effect at the next wait inside the step; there is none: the step succeeds */
    {"while computing",
     SERVICES "request: {cpu: 30ms, timeout: 20ms, catch: {wait: 1ms}}",
     {ALL_END(30 * MS)}},
    /* ... there is one, at 30; catch 1 */
    {"while computing, before a wait",
     SERVICES "request: {seq: [{cpu: 30ms}, {wait: 5ms}], timeout: 20ms,"
              " catch: {timeout: {wait: 1ms}}}",
     {ALL_END(31 * MS)}},
    /* t is ready at 10 but the loop is busy until 30; its step ends there without a wait.
     * serial 10 + 30 */
    {"while ready",
     SERVICES "request: {parallel: {t: {wait: 10ms, timeout: 20ms, catch: {respond: 504}},"
              " burn: {cpu: 30ms}}}",
     {GETS("serial", 40 * MS, 40 * MS, 0), CONCURRENT_GET(30 * MS, 30 * MS, 0)}},
    /* ... with another wait in the step, at 30 under a loop; a thread has ended at 15 */
    {"while ready, before a wait",
     SERVICES "request: {parallel: {t: {seq: [{wait: 10ms}, {wait: 5ms}], timeout: 20ms,"
              " catch: {respond: 504}}, burn: {cpu: 30ms}}}",
     {GETS("serial", 45 * MS, 45 * MS, 0), GETS("threads", 30 * MS, 30 * MS, 0),
      GETS("coroutine", 30 * MS, 30 * MS, 504), GETS("hybrid", 30 * MS, 30 * MS, 504)}},
    /* the inner one at 10, its catch until 25 is cut by the outer at 20; 3 */
    {"in a catch",
     SERVICES "request: {seq: {wait: 50ms, timeout: 10ms, catch: {wait: 15ms}}, timeout: 20ms,"
              " catch: {wait: 3ms}}",
     {ALL_END(23 * MS)}},
    /* the inner handlers only clean up */
    {"passes inner catches and retries",
     SERVICES "request: {seq: {wait: 50ms, retry: {attempts: 5}, catch: {any: {wait: 9ms}}},"
              " timeout: 20ms, catch: {timeout: {wait: 3ms}}}",
     {ALL_END(23 * MS)}},
    {"lets go",
     SERVICES "request: [{use: m, do: {wait: 50ms}, timeout: 20ms, catch: []},"
              " {use: m, do: {wait: 1ms}}]",
     {ALL_END(21 * MS)}},
    {"of an await",
     SERVICES "request: [{spawn: {a: {wait: 50ms}}}, {await: a, timeout: 20ms, catch: {respond:"
              " 504}}]",
     {GETS("serial", 50 * MS, 50 * MS, 0), CONCURRENT_GET(20 * MS, 50 * MS, 504)}},
};

static const struct schedule losers[] = {
    /* a wins at 5.  A thread in its call keeps m until 30; a coroutine lets go at 5.  serial runs a
     * only.  Then 1 */
    {"in a call",
     SERVICES "request: [{parallel: {a: {wait: 5ms}, b: {use: m, do: {call: s30}}}, until: any},"
              " {use: m, do: {wait: 1ms}}]",
     {ENDS("serial", 6 * MS), ENDS("threads", 31 * MS), ENDS("coroutine", 6 * MS),
      ENDS("hybrid", 6 * MS)}},
    /* hybrid: the call is a thread's.  coroutine: b holds the loop until 30, so a's end is noticed
     * after b's: b wins; 31 */
    {"in a blocking call",
     SERVICES "request: [{parallel: {a: {wait: 5ms}, b: {use: m, do: {call: b30}}}, until: any},"
              " {use: m, do: {wait: 1ms}}]",
     {ENDS("serial", 6 * MS), ENDS("threads", 31 * MS), ENDS("coroutine", 31 * MS),
      ENDS("hybrid", 31 * MS)}},
    {"offloaded",
     SERVICES "request: [{parallel: {a: {wait: 5ms}, b: {offload: {use: m, do: {wait: 30ms}}}},"
              " until: any}, {use: m, do: {wait: 1ms}}]",
     {ENDS("serial", 6 * MS), ENDS("threads", 31 * MS), ENDS("coroutine", 6 * MS),
      ENDS("hybrid", 31 * MS)}},
    /* one that computes ends after its burst; on a loop it ends, at 30, before a is looked at */
    {"computing",
     SERVICES "request: [{parallel: {a: {wait: 5ms}, b: {use: m, do: {cpu: 30ms}}}, until: any},"
              " {use: m, do: {wait: 1ms}}]",
     {ENDS("serial", 6 * MS), ENDS("two", 31 * MS), ENDS("coroutine", 31 * MS),
      ENDS("hybrid", 31 * MS)}},
    /* d has m 0-20.  b queues for it at 1 and loses at 6: a coroutine leaves the queue, a thread
     * ends when it has its turn, at 20; either way the last use is 20-21.  serial 20 + 1 + 5 + 1 */
    {"in a queue",
     SERVICES "request: [{detach: {use: m, do: {wait: 20ms}}}, {wait: 1ms},"
              " {parallel: {a: {wait: 5ms}, b: {use: m, do: {wait: 30ms}}}, until: any},"
              " {use: m, do: {wait: 1ms}}]",
     {ENDS("serial", 27 * MS), CONCURRENT_END(21 * MS)}},
    /* p5: root, a, b, c, d.  b waits for its branches: it ends at 5, they keep their threads until
     * 30.  So x, y have a's and b's thread 5-6, z 6-7 */
    {"in a join",
     SERVICES
     "request: [{parallel: {a: {wait: 5ms}, b: {parallel: {c: {call: s30}, d: {call:"
     " s30}}}}, until: any}, {parallel: {x: {wait: 1ms}, y: {wait: 1ms}, z: {wait: 1ms}}}]",
     {ENDS("serial", 8 * MS), CONCURRENT_END(6 * MS), ENDS("p5", 7 * MS)}},
    /* b's branch has m */
    {"below a loser",
     SERVICES "request: [{parallel: {a: {wait: 5ms}, b: {parallel: {c: {use: m, do: {call:"
              " s30}}}}}, until: any}, {use: m, do: {wait: 1ms}}]",
     {ENDS("serial", 6 * MS), ENDS("threads", 31 * MS), ENDS("coroutine", 6 * MS),
      ENDS("hybrid", 6 * MS)}},
    /* the thread's call itself goes on; the coroutine's is abandoned: either way to 30 */
    {"a loser's call keeps the capacity",
     SERVICES "request: [{parallel: {a: {wait: 5ms}, b: {call: one30}}, until: any},"
              " {call: one30, latency: 1ms}]",
     {ENDS("serial", 6 * MS), CONCURRENT_END(31 * MS)}},
    {"a loser's call is stopped, but not a thread's",
     SERVICES "request: [{parallel: {a: {wait: 5ms}, b: {call: stop30}}, until: any},"
              " {call: stop30, latency: 1ms}]",
     {ENDS("serial", 6 * MS), ENDS("threads", 31 * MS), ENDS("coroutine", 6 * MS),
      ENDS("hybrid", 6 * MS)}},
    /* p2: a has the one thread 0-10; b, c are dropped; d 10-15 */
    {"queued for a thread",
     SERVICES "request: [{parallel: {a: {wait: 10ms}, b: {wait: 10ms}, c: {wait: 10ms}},"
              " until: any}, {parallel: {d: {wait: 5ms}}}]",
     {ENDS("p2", 15 * MS), ALL_END(15 * MS)}},
    /* h1: a wins at 5; b has the thread until 30, c is dropped; the last call 30-35 */
    {"queued for a pool thread",
     SERVICES "request: [{parallel: {a: {wait: 5ms}, b: {call: b30}, c: {call: b30}}, until: any},"
              " {call: b5}]",
     {ENDS("h1", 35 * MS), ENDS("hybrid", 10 * MS)}},
    /* a copy held back by limit never begins: c0 0-10, c1 (m) 0-20 loses at 10 */
    {"held back",
     SERVICES "request: [{each: 4, as: i, limit: 2, until: any, do: {wait: (i + 1) * 10ms}},"
              " {wait: 1ms}]",
     {ALL_END(11 * MS)}},
    /* b has failed at 2 and is in its backoff until 12.  p3: root, a, b: x 5-6, y 6-7 */
    {"in a backoff",
     SERVICES "request: [{parallel: {a: {wait: 5ms}, b: {call: bad2, retry: {attempts: unlimited,"
              " backoff: 10ms}}}, until: any}, {parallel: {x: {wait: 1ms}, y: {wait: 1ms}}}]",
     {ENDS("serial", 7 * MS), CONCURRENT_END(6 * MS), ENDS("p3", 7 * MS)}},
    {"no catch is run",
     SERVICES "request: {parallel: {a: {wait: 5ms}, b: {wait: 30ms, catch: {respond: 500}}},"
              " until: any}",
     {ALL_GET(5 * MS, 5 * MS, 0)}},
    /* the rest runs on: b has m until 30.  serial starts nothing after the first */
    {"rest: detach",
     SERVICES "request: [{parallel: {a: {wait: 5ms}, b: {use: m, do: {wait: 30ms}}}, until: any,"
              " rest: detach}, {use: m, do: {wait: 1ms}}]",
     {ENDS("serial", 6 * MS), CONCURRENT_END(31 * MS)}},
    {"rest: detach is not waited for",
     SERVICES "request: {parallel: {a: {wait: 5ms}, b: {wait: 30ms}}, until: any, rest: detach}",
     {ALL_END(5 * MS)}},
    /* what the loser has detached is not its any more: m until 30 */
    {"detached by a loser",
     SERVICES "request: [{parallel: {a: {wait: 5ms}, b: [{detach: {use: m, do: {call: s30}}},"
              " {wait: 20ms}]}, until: any}, {use: m, do: {wait: 1ms}}]",
     {ENDS("serial", 6 * MS), CONCURRENT_END(31 * MS)}},
    {"of an await",
     SERVICES "request: [{spawn: {a: {wait: 5ms}, b: {use: m, do: {call: s30}}}},"
              " {await: [a, b], until: any}, {use: m, do: {wait: 1ms}}]",
     {ENDS("serial", 36 * MS), ENDS("threads", 31 * MS), ENDS("coroutine", 6 * MS),
      ENDS("hybrid", 6 * MS)}},
    {"of an await, detached",
     SERVICES "request: [{spawn: {a: {wait: 5ms}, b: {use: m, do: {call: s30}}}},"
              " {await: [a, b], until: any, rest: detach}, {use: m, do: {wait: 1ms}}]",
     {ENDS("serial", 36 * MS), CONCURRENT_END(31 * MS)}},
    {"of an await, detached and not waited for",
     SERVICES "request: [{spawn: {a: {wait: 5ms}, b: {call: s30}}},"
              " {await: [a, b], until: any, rest: detach}]",
     {CONCURRENT_END(5 * MS)}},
};

static const struct schedule siblings[] = {
    {"cancel",
     "request: {parallel: {a: [{wait: 5ms}, {fail: x}], b: {wait: 20ms}}, catch: {wait: 1ms}}",
     {ALL_END(6 * MS)}},
    {"cancel, the other way round",
     "request: {parallel: {b: {wait: 20ms}, a: [{wait: 5ms}, {fail: x}]}, catch: {wait: 1ms}}",
     {ENDS("serial", 26 * MS), CONCURRENT_END(6 * MS)}},
    {"cancel lets go",
     SERVICES "request: [{parallel: {a: [{wait: 5ms}, {fail: x}], b: {use: m, do: {call: s30}}},"
              " catch: []}, {use: m, do: {wait: 1ms}}]",
     {ENDS("serial", 6 * MS), ENDS("threads", 31 * MS), ENDS("coroutine", 6 * MS),
      ENDS("hybrid", 6 * MS)}},
    /* fails when all are done, at 20; serial 25 */
    {"wait",
     "request: {parallel: {a: [{wait: 5ms}, {fail: x}], b: {wait: 20ms}}, siblings: wait,"
     " catch: {x: {wait: 1ms}}}",
     {ENDS("serial", 26 * MS), CONCURRENT_END(21 * MS)}},
    /* fails at 5; b is still the request's */
    {"ignore",
     "request: {parallel: {a: [{wait: 5ms}, {fail: x}], b: {wait: 20ms}}, siblings: ignore,"
     " catch: {wait: 1ms}}",
     {CONCURRENT_GET(6 * MS, 20 * MS, 200)}},
    {"of copies",
     "request: {each: 3, as: i, do: [{wait: (i + 1) * 10ms}, {if: i == 1, then: {fail: x}}],"
     " catch: {wait: 1ms}}",
     {ENDS("serial", 31 * MS), CONCURRENT_END(21 * MS)}},
    {"wait, of copies",
     "request: {each: 3, as: i, do: [{wait: (i + 1) * 10ms}, {if: i == 0, then: {fail: x}}],"
     " siblings: wait, catch: {wait: 1ms}}",
     {ENDS("serial", 61 * MS), CONCURRENT_END(31 * MS)}},
    /* c0 fails at 10: nobody begins after it */
    {"held back",
     "request: {each: 4, as: i, limit: 2, do: [{wait: (i + 1) * 10ms}, {if: i == 0, then:"
     " {fail: x}}], catch: {wait: 1ms}}",
     {ALL_END(11 * MS)}},
    /* c1 runs on to 20; those held back never begin */
    {"ignore, held back",
     "request: {each: 4, as: i, limit: 2, siblings: ignore, do: [{wait: (i + 1) * 10ms},"
     " {if: i == 0, then: {fail: x}}], catch: {wait: 1ms}}",
     {CONCURRENT_GET(11 * MS, 20 * MS, 200)}},
    /* each goes on 10 after what it waited for: a has m 20-80; b gets it then, and would give it
     * back at 90, but c fails at 85; the root goes on at 95, and has m 95-106 */
    {"cut short as it was about to give back",
     SERVICES "request: {parallel: {a: {use: m, do: {wait: 50ms}}, b: {use: m, do: []},"
              " c: [{wait: 55ms}, {fail: x}]}, catch: {use: m, do: {wait: 1ms}}}",
     {ENDS("late", 106 * MS)}},
};

static const struct schedule aborts[] = {
    {"while a task runs",
     "request: [{spawn: {a: {wait: 30ms}}}, {wait: 10ms}, {abort: 503}]",
     {GETS("serial", 40 * MS, 40 * MS, 503), CONCURRENT_GET(10 * MS, 10 * MS, 503)}},
    {"by a branch",
     "request: {parallel: {a: [{wait: 5ms}, {abort: 503}], b: {wait: 30ms}}}",
     {ALL_GET(5 * MS, 5 * MS, 503)}},
    {"by a branch of a branch",
     "request: {parallel: {b: {wait: 3ms}, a: {parallel: {c: [{wait: 5ms}, {abort: 503}],"
     " d: {wait: 30ms}}}}}",
     {GETS("serial", 8 * MS, 8 * MS, 503), CONCURRENT_GET(5 * MS, 5 * MS, 503)}},
    {"by a spawned task",
     "request: [{spawn: {a: [{wait: 5ms}, {abort: 503}]}}, {wait: 30ms}]",
     {ALL_GET(5 * MS, 5 * MS, 503)}},
    {"in a pipeline",
     "pipelines: {p: [{wait: 5ms}, {abort: 401}]}\nrequest: [{run: p}, {wait: 9ms}]",
     {ALL_GET(5 * MS, 5 * MS, 401)}},
    /* A thread that awaits what is cancelled with it ends, too.  OPEN under threads: w, cancelled
     * while it awaits, is woken by nobody: a deadlock is told. */
    {"with an awaiting task",
     "request: [{spawn: {a: {wait: 30ms}}}, {spawn: {w: {await: a}}}, {wait: 10ms}, {abort: 503}]",
     {CONCURRENT_GET(10 * MS, 10 * MS, 503)}},
    {"in a consumer",
     "request: {each: 3, as: i, do: {wait: (i + 1) * 10ms}, as_completed: {abort: 503}}",
     {CONCURRENT_GET(10 * MS, 10 * MS, 503)}},
    {"no catch stops it",
     "request: {seq: [{wait: 5ms}, {abort: 503}], catch: {wait: 9ms}}",
     {ALL_GET(5 * MS, 5 * MS, 503)}},
    /* In each state at 10: in a call, in a queue, ready after a wait, computing (threads: one core,
     * two bursts), waiting for branches, held back, awaiting, in a backoff.  A loop comes to abort
     * when u and v have computed, at 40.  OPEN under threads, as above: w. */
    {"with tasks in each state",
     SERVICES "request: [{spawn: {a: {use: m, do: {call: s30}}, q: {use: m, do: {wait: 1ms}},"
              " u: {cpu: 20ms}, v: {cpu: 20ms}, j: {parallel: {x: {call: s30}, y: {call: one30}}},"
              " h: {each: 3, limit: 1, do: {call: s30}}, b: {call: bad2, retry: {attempts:"
              " unlimited, backoff: 30ms}}}}, {spawn: {w: {await: [a, q]}}}, {wait: 10ms},"
              " {abort: 503}]",
     {GETS("threads", 10 * MS, 10 * MS, 503), GETS("coroutine", 40 * MS, 40 * MS, 503),
      GETS("hybrid", 40 * MS, 40 * MS, 503)}},
    /* the tasks that nobody got round to are dropped: p3 has two threads, for a and b */
    {"with tasks queued for a thread",
     SERVICES
     "request: [{spawn: {a: {wait: 30ms}, b: {wait: 30ms}, c: {wait: 30ms}}}, {wait: 10ms},"
     " {abort: 503}]",
     {GETS("p3", 10 * MS, 10 * MS, 503)}},
};

/* hedge copies are neither tasks nor threads: the same in every kind, but for what follows */
#define HEDGE                                                                                      \
    "services: {one: {latency: 50ms, capacity: 1}, two: {latency: 50ms, capacity: 2},"             \
    " stop: {latency: 50ms, capacity: 2, abandoned: stop}, bad: {latency: 50ms, error: 1},"        \
    " quick: {latency: 20ms, capacity: 2}, mine: {latency: 50ms, capacity: 2, hedge: {after:"      \
    " 20ms}}, ps: {latency: 30ms, capacity: 1, discipline: ps}}\n"                                 \
    "executions: {p2: {kind: threads, pool: 2}}\n"
static const struct schedule hedges[] = {
    {"the first answers", HEDGE "request: {call: two, hedge: {after: 20ms}}", {ALL_END(50 * MS)}},
    /* p2: the root's thread and none to spare */
    {"need no thread",
     HEDGE "request: {parallel: {a: {call: two, hedge: {after: 20ms}}}}",
     {ENDS("p2", 50 * MS), ALL_END(50 * MS)}},
    /* copy 0 0-50, copy 1 20-70, abandoned at 50: of the two calls at 50 one waits until 70 */
    {"the loser keeps the capacity",
     HEDGE "request: [{call: two, hedge: {after: 20ms}}, {parallel: {a: {call: two}, b: {call:"
           " two}}}]",
     {ENDS("serial", 150 * MS), CONCURRENT_END(120 * MS)}},
    {"the service's own",
     HEDGE
     "request: [{call: mine}, {parallel: {a: {call: mine, hedge: {after: 1s}}, b: {call: mine,"
     " hedge: {after: 1s}}}}]",
     {ENDS("serial", 150 * MS), CONCURRENT_END(120 * MS)}},
    {"the loser is stopped",
     HEDGE "request: [{call: stop, hedge: {after: 20ms}}, {parallel: {a: {call: stop}, b: {call:"
           " stop}}}]",
     {ENDS("serial", 150 * MS), CONCURRENT_END(100 * MS)}},
    /* x has the service 0-50.  Copy 0 queues at 1, copy 1 at 21, at 31 both leave; z 50-60 */
    {"queued copies leave the queue",
     HEDGE "request: {parallel: {x: {call: one}, h: [{wait: 1ms}, {call: one, hedge: {after: 20ms},"
           " timeout: 30ms, catch: []}], z: [{wait: 40ms}, {call: one, latency: 10ms}]}}",
     {CONCURRENT_END(60 * MS)}},
    /* copy 1 queues at 20.  At 50 copy 0 ends: a thread knows at once and copy 1 leaves the queue;
     * a loop comes to it in its turn, and the grant is before that: copy 1 has the unit until 100
     */
    {"a queued copy and the end of the first",
     HEDGE "request: [{call: one, hedge: {after: 20ms}}, {call: one, hedge: {after: 20ms}}]",
     {ENDS("serial", 100 * MS), ENDS("threads", 100 * MS), ENDS("coroutine", 150 * MS),
      ENDS("hybrid", 150 * MS)}},
    /* copies 0, 20, 40 fail at 50, 70, 90; catch 1 */
    {"all fail",
     HEDGE "request: {call: bad, hedge: {after: 20ms, max: 3}, catch: {error: {wait: 1ms}}}",
     {ALL_END(91 * MS)}},
    /* at 30 both copies are given up: they keep their units until 50 and 70; catch 1; a 50-100,
     * b 70-120 */
    {"and a timeout",
     HEDGE "request: [{call: two, hedge: {after: 20ms}, timeout: 30ms, catch: {wait: 1ms}},"
           " {parallel: {a: {call: two}, b: {call: two}}}]",
     {CONCURRENT_END(120 * MS)}},
    /* answered at 20, before 30: no copy goes out, and both units are free */
    {"not needed",
     HEDGE "request: [{call: quick, hedge: {after: 30ms}}, {parallel: {a: {call: quick}, b: {call:"
           " quick}}}]",
     {ENDS("serial", 60 * MS), CONCURRENT_END(40 * MS)}},
    {"answered at the instant of the copy",
     HEDGE "request: [{call: quick, hedge: {after: 20ms}}, {parallel: {a: {call: quick}, b: {call:"
           " quick}}}]",
     {ENDS("serial", 60 * MS), CONCURRENT_END(40 * MS)}},
    /* copy 0 has done 10 at 10 and 20 more at half the speed: 50 */
    {"slow each other down", HEDGE "request: {call: ps, hedge: {after: 10ms}}", {ALL_END(50 * MS)}},
};

static const struct schedule ties[] = {
    {"the end and the timeout",
     "request: {wait: 20ms, timeout: 20ms, catch: {wait: 1ms}}",
     {ALL_END(20 * MS)}},
    {"the end of a call and the timeout",
     SERVICES "request: {call: slow, timeout: 50ms, catch: {wait: 1ms}}",
     {ALL_END(50 * MS)}},
    {"the end of a sequence and the timeout",
     "request: {seq: [{wait: 5ms}, {wait: 15ms}], timeout: 20ms, catch: {wait: 1ms}}",
     {ALL_END(20 * MS)}},
    /* not the end of the step: the next wait would begin */
    {"the end of a part and the timeout",
     "request: {seq: [{wait: 20ms}, {wait: 5ms}], timeout: 20ms, catch: {wait: 1ms}}",
     {ALL_END(21 * MS)}},
    /* The step ends at the very instant of its timeout, so it has succeeded, in every kind.  OPEN
     * under loops: they interrupt the join, for the branch's last turn comes after the timeout. */
    {"the end of branches and the timeout",
     "request: {parallel: {a: {wait: 20ms}, b: {wait: 5ms}}, timeout: 20ms, catch: {wait: 1ms}}",
     {ENDS("threads", 20 * MS), ENDS("coroutine", 20 * MS), ENDS("hybrid", 20 * MS)}},
    {"the end of computing and the timeout",
     "request: {seq: [{cpu: 20ms}, {set: {x: 1}}], timeout: 20ms, catch: {wait: 1ms}}",
     {ALL_END(20 * MS)}},
    /* the outer one was set first */
    {"two timeouts",
     "request: {seq: {wait: 50ms, timeout: 20ms, catch: {respond: 408}}, timeout: 20ms,"
     " catch: {respond: 504}}",
     {ALL_GET(20 * MS, 20 * MS, 504)}},
    /* a frees m at 20, but b's timeout comes before any grant */
    {"a timeout and a grant",
     SERVICES "request: {parallel: {a: {use: m, do: {wait: 20ms}}, b: {use: m, timeout: 20ms, do:"
              " {wait: 5ms}, catch: {timeout: {respond: 504}}}}}",
     {CONCURRENT_GET(20 * MS, 20 * MS, 504)}},
    /* at 5 both are done, and a is first by its number: b never gets to its answer */
    {"two ends, a first",
     "request: {parallel: {a: {wait: 5ms}, b: [{wait: 5ms}, {respond: 200}]}, until: any}",
     {ALL_GET(5 * MS, 5 * MS, 0)}},
    {"two ends, b first",
     "request: {parallel: {b: [{wait: 5ms}, {respond: 200}], a: {wait: 5ms}}, until: any}",
     {ALL_GET(5 * MS, 5 * MS, 200)}},
    {"an end and a failure, the end first",
     "request: {parallel: {a: {wait: 5ms}, b: [{wait: 5ms}, {fail: x}]}, until: any}",
     {ALL_GET(5 * MS, 5 * MS, 200)}},
};

int main(void)
{
    struct suite u = {0};
    suite_add_alone(&u, timeouts, TEST_COUNT(timeouts));
    suite_add_alone(&u, losers, TEST_COUNT(losers));
    suite_add_alone(&u, siblings, TEST_COUNT(siblings));
    suite_add_alone(&u, aborts, TEST_COUNT(aborts));
    suite_add_alone(&u, hedges, TEST_COUNT(hedges));
    suite_add_alone(&u, ties, TEST_COUNT(ties));
    return suite_run(&u);
}
