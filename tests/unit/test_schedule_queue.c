/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_schedule_queue.c - who gets what when it comes free: capacities, queues and their
 * disciplines, resources, the pool of threads, deadlocks; and list schedules of the literature.
 * Schedules by hand, see schedule.h. */
#include "tests/unit/schedule.h"

/* a 10, b 20 and c 5 of one service: what c's answer and the end tell of the order */
#define ORDER(service)                                                                             \
    "services: {s: {latency: 10ms, " service "}}\n"                                                \
    "request: {parallel: {a: {call: s}, b: {call: s, latency: 20ms, priority: 2},"                 \
    " c: [{call: s, latency: 5ms, priority: 1}, {respond: 200}]}}"
static const struct schedule services[] = {
    {"capacity 2 of 5",
     "services: {s: {latency: 10ms, capacity: 2}}\nrequest: {each: 5, do: {call: s}}",
     {ENDS("serial", 50 * MS), CONCURRENT_END(30 * MS)}},
    {"capacity 2 of 3 unequal",
     /* 10 and 20 at once, 30 from 10 on */
     "services: {s: {latency: 10ms, capacity: 2}}\n"
     "request: {each: 3, as: i, do: {call: s, latency: (i + 1) * 10ms}}",
     {ENDS("serial", 60 * MS), CONCURRENT_END(40 * MS)}},
    /* a -10, b -30, c -35 */
    {"fifo",
     ORDER("capacity: 1"),
     {CONCURRENT_GET(35 * MS, 35 * MS, 200), ENDS("serial", 35 * MS)}},
    /* a -10, c -15, b -35 */
    {"lifo",
     ORDER("capacity: 1, discipline: lifo"),
     {CONCURRENT_GET(15 * MS, 35 * MS, 200), ENDS("serial", 35 * MS)}},
    {"priority",
     ORDER("capacity: 1, discipline: priority"),
     {CONCURRENT_GET(15 * MS, 35 * MS, 200), ENDS("serial", 35 * MS)}},
    /* thirds: c is done at 15, when all have done 5; halves: a's other 5 until 25, b has done 10; b
     * alone: its other 10 until 35 */
    {"ps",
     ORDER("capacity: 1, discipline: ps"),
     {CONCURRENT_GET(15 * MS, 35 * MS, 200), ENDS("serial", 35 * MS)}},
    /* two thirds each: c done at 7.5, all have done 5; then full speed: a 12.5, b 22.5 */
    {"ps of 2",
     ORDER("capacity: 2, discipline: ps"),
     {CONCURRENT_GET(7500 * US, 22500 * US, 200), ENDS("serial", 35 * MS)}},
    {"ps of 3 is no queue",
     ORDER("capacity: 3, discipline: ps"),
     {CONCURRENT_GET(5 * MS, 20 * MS, 200), ENDS("serial", 35 * MS)}},
    /* b comes at 4: a has done 4 and has 6 left: at half speed 16; b has done 6 of 10 then: 20 */
    {"ps, one comes later",
     "services: {s: {latency: 10ms, capacity: 1, discipline: ps}}\n"
     "request: {parallel: {a: [{call: s}, {respond: 200}], b: [{wait: 4ms}, {call: s}]}}",
     {CONCURRENT_GET(16 * MS, 20 * MS, 200)}},
    /* b gives up at 6 but its call goes on: as above */
    {"ps, an abandoned call goes on",
     "services: {s: {latency: 10ms, capacity: 1, discipline: ps}}\n"
     "request: {parallel: {a: [{call: s}, {respond: 200}],"
     " b: [{wait: 4ms}, {call: s, timeout: 2ms, catch: []}]}}",
     {CONCURRENT_GET(16 * MS, 16 * MS, 200)}},
    /* at 6 a has done 4 + 1: it has 5 left, alone: 11 */
    {"ps, an abandoned call is stopped",
     "services: {s: {latency: 10ms, capacity: 1, discipline: ps, abandoned: stop}}\n"
     "request: {parallel: {a: [{call: s}, {respond: 200}],"
     " b: [{wait: 4ms}, {call: s, timeout: 2ms, catch: []}]}}",
     {CONCURRENT_GET(11 * MS, 11 * MS, 200)}},
    /* equals in their order: x 0-10 then, of priority 0, z -30; then b -35, c -45 */
    {"priority, equals in order",
     "services: {s: {latency: 10ms, capacity: 1, discipline: priority}}\n"
     "request: {parallel: {x: {call: s}, b: {call: s, latency: 5ms, priority: 1}, c: [{call: s,"
     " priority: 1}, {respond: 200}], z: {call: s, latency: 20ms}}}",
     {CONCURRENT_GET(45 * MS, 45 * MS, 200)}},
    /* negative numbers come before 0, and nobody is preempted */
    {"priority, negative",
     "services: {s: {latency: 10ms, capacity: 1, discipline: priority}}\n"
     "request: {parallel: {x: {call: s}, b: {call: s}, c: [{call: s, priority: -1},"
     " {respond: 200}]}}",
     {CONCURRENT_GET(20 * MS, 30 * MS, 200)}},
    {"queue: 1 rejects the third",
     "services: {s: {latency: 10ms, capacity: 1, queue: 1}}\n"
     "request: {parallel: {a: {call: s}, b: {call: s},"
     " c: {call: s, catch: {rejected: {respond: 429}}}}}",
     {CONCURRENT_GET(0, 20 * MS, 429), GETS("serial", 30 * MS, 30 * MS, 0)}},
    {"queue: 0",
     "services: {s: {latency: 10ms, capacity: 1, queue: 0}}\n"
     "request: {parallel: {a: {call: s}, b: {call: s, catch: {rejected: {respond: 429}}}}}",
     {CONCURRENT_GET(0, 10 * MS, 429)}},
    {"queue_timeout",
     "services: {s: {latency: 20ms, capacity: 1, queue_timeout: 5ms}}\n"
     "request: {parallel: {a: {call: s}, b: {call: s, catch: {queue_timeout: {respond: 504}}}}}",
     {CONCURRENT_GET(5 * MS, 20 * MS, 504), GETS("serial", 40 * MS, 40 * MS, 0)}},
    {"queue_timeout, a timeout",
     "services: {s: {latency: 20ms, capacity: 1, queue_timeout: 5ms}}\n"
     "request: {parallel: {a: {call: s}, b: {call: s, catch: {timeout: {respond: 504}}}}}",
     {CONCURRENT_GET(5 * MS, 20 * MS, 504)}},
    {"queue_timeout, named beside timeout",
     "services: {s: {latency: 20ms, capacity: 1, queue_timeout: 5ms}}\n"
     "request: {parallel: {a: {call: s}, b: {call: s, catch: {timeout: {respond: 504},"
     " queue_timeout: {respond: 429}}}}}",
     {CONCURRENT_GET(5 * MS, 20 * MS, 429)}},
    /* it is for the queue only: b waits 2 and is served for 20 */
    {"queue_timeout, in time",
     "services: {s: {latency: 20ms, capacity: 1, queue_timeout: 5ms}}\n"
     "request: {parallel: {a: {call: s, latency: 2ms}, b: {call: s, catch: {timeout: {respond:"
     " 504}}}}}",
     {CONCURRENT_GET(22 * MS, 22 * MS, 0)}},
    /* the unit comes free at 5, but grants come after timeouts */
    {"queue_timeout at the instant of the grant",
     "services: {s: {latency: 5ms, capacity: 1, queue_timeout: 5ms}}\n"
     "request: {parallel: {a: {call: s}, b: {call: s, catch: {queue_timeout: {respond: 504}}}}}",
     {CONCURRENT_GET(5 * MS, 5 * MS, 504)}},
};

static const struct schedule resources[] = {
    {"mutex",
     "resources: {m: mutex}\nrequest: {each: 3, do: {use: m, do: {wait: 10ms}}}",
     {ALL_END(30 * MS)}},
    {"semaphore(2)",
     "resources: {m: semaphore(2)}\nrequest: {each: 5, do: {use: m, do: {wait: 10ms}}}",
     {ENDS("serial", 50 * MS), CONCURRENT_END(30 * MS)}},
    {"pool",
     "resources: {m: {kind: pool, size: 2}}\nrequest: {each: 5, do: {use: m, do: {wait: 10ms}}}",
     {ENDS("serial", 50 * MS), CONCURRENT_END(30 * MS)}},
    /* a has 1 of 2 until 10; b wants 2 from 1 on; c, who comes at 2 and stands before b, gets the
     * other: c 7, b 10 - 20 */
    {"lifo, the last finds enough",
     "resources: {m: {kind: semaphore, size: 2, discipline: lifo}}\n"
     "request: {parallel: {a: {use: m, do: {wait: 10ms}}, b: [{wait: 1ms}, {use: m, n: 2, do: "
     "{wait: "
     "10ms}}], c: [{wait: 2ms}, {use: m, do: {wait: 5ms}}, {respond: 200}]}}",
     {CONCURRENT_GET(7 * MS, 20 * MS, 200)}},
    {"priority, the first finds enough",
     "resources: {m: {kind: semaphore, size: 2, discipline: priority}}\n"
     "request: {parallel: {a: {use: m, do: {wait: 10ms}}, b: [{wait: 1ms}, {use: m, n: 2, do: "
     "{wait: "
     "10ms}}], c: [{wait: 2ms}, {use: m, do: {wait: 5ms}, priority: -1}, {respond: 200}]}}",
     {CONCURRENT_GET(7 * MS, 20 * MS, 200)}},
    /* a has 2 of 3 until 10; b wants 2 and is at the head: c, who wants the one that is free, waits
     * behind it; both begin at 10: c 15, b 20 */
    {"head of line first",
     "resources: {m: semaphore(3)}\n"
     "request: {parallel: {a: {use: m, n: 2, do: {wait: 10ms}}, b: {use: m, n: 2, do: {wait: "
     "10ms}},"
     " c: [{use: m, do: {wait: 5ms}}, {respond: 200}]}}",
     {CONCURRENT_GET(15 * MS, 20 * MS, 200), GETS("serial", 25 * MS, 25 * MS, 200)}},
    /* b, at the head, gives up at 4: c goes on then */
    {"the head of the line gives up",
     "resources: {m: semaphore(3)}\n"
     "request: {parallel: {a: {use: m, n: 2, do: {wait: 10ms}}, b: {use: m, n: 2, do: {wait: 10ms},"
     " timeout: 4ms, catch: []}, c: [{use: m, do: {wait: 5ms}}, {respond: 200}]}}",
     {CONCURRENT_GET(9 * MS, 10 * MS, 200)}},
    {"n may be an expression",
     /* 1, 2 at once of 3; 3 from 10 on */
     "resources: {m: semaphore(3)}\nrequest: {each: 3, as: i, do: {use: m, n: i + 1, do: {wait:"
     " 10ms}}}",
     {ENDS("serial", 30 * MS), CONCURRENT_END(20 * MS)}},
    {"lifo",
     "resources: {m: {kind: mutex, discipline: lifo}}\n"
     "request: {parallel: {a: {use: m, do: {wait: 10ms}}, b: {use: m, do: {wait: 20ms}},"
     " c: [{use: m, do: {wait: 5ms}}, {respond: 200}]}}",
     {CONCURRENT_GET(15 * MS, 35 * MS, 200)}},
    {"priority",
     "resources: {m: {kind: mutex, discipline: priority}}\n"
     "request: {parallel: {a: {use: m, do: {wait: 10ms}}, b: {use: m, do: {wait: 20ms}},"
     " c: [{use: m, do: {wait: 5ms}, priority: -1}, {respond: 200}]}}",
     {CONCURRENT_GET(15 * MS, 35 * MS, 200)}},
    {"queue: 0",
     "resources: {m: {kind: mutex, queue: 0}}\n"
     "request: {parallel: {a: {use: m, do: {wait: 20ms}}, b: {use: m, do: {wait: 1ms},"
     " catch: {rejected: {respond: 429}}}}}",
     {CONCURRENT_GET(0, 20 * MS, 429), GETS("serial", 21 * MS, 21 * MS, 0)}},
    {"queue_timeout",
     "resources: {m: {kind: mutex, queue_timeout: 5ms}}\n"
     "request: {parallel: {a: {use: m, do: {wait: 20ms}}, b: {use: m, do: {wait: 1ms},"
     " catch: {timeout: {respond: 504}}}}}",
     {CONCURRENT_GET(5 * MS, 20 * MS, 504), GETS("serial", 21 * MS, 21 * MS, 0)}},
    /* two locks, one after the other, in one order: a x 0-5, y 5-10 (both held); b from 10 */
    {"two locks in one order",
     "resources: {x: mutex, y: mutex}\n"
     "request: {parallel: {a: {use: x, do: [{wait: 5ms}, {use: y, do: {wait: 5ms}}]},"
     " b: {use: x, do: [{wait: 5ms}, {use: y, do: {wait: 5ms}}]}}}",
     {ALL_END(20 * MS)}},
    {"two locks in two orders",
     "resources: {x: mutex, y: mutex}\n"
     "request: {parallel: {a: {use: x, do: [{wait: 5ms}, {use: y, do: {wait: 5ms}}]},"
     " b: {use: y, do: [{wait: 5ms}, {use: x, do: {wait: 5ms}}]}}}",
     {ENDS("serial", 20 * MS), STUCK("threads", 5 * MS), STUCK("coroutine", 5 * MS),
      STUCK("hybrid", 5 * MS)}},
    {"a mutex is not reentrant",
     "resources: {m: mutex}\nrequest: {use: m, do: {use: m, do: {wait: 1ms}}}",
     {STUCK("serial", 0), STUCK("threads", 0), STUCK("coroutine", 0), STUCK("hybrid", 0)}},
    /* b waits for the mutex that waits for b */
    {"holding what one's branch needs",
     "resources: {m: mutex}\nrequest: {use: m, do: {parallel: {b: {use: m, do: {wait: 1ms}}}}}",
     {STUCK("serial", 0), STUCK("threads", 0), STUCK("coroutine", 0), STUCK("hybrid", 0)}},
    /* ... unless somebody gives up at 7 */
    {"a timeout resolves it",
     "resources: {m: mutex}\nrequest: {use: m, do: {use: m, do: {wait: 1ms}, timeout: 7ms,"
     " catch: {wait: 1ms}}}",
     {ALL_END(8 * MS)}},
};

#define POOLS                                                                                      \
    "executions: {p1: {kind: threads, pool: 1}, p2: {kind: threads, pool: 2},"                     \
    " p3: {kind: threads, pool: 3}, p4: {kind: threads, pool: 4},"                                 \
    " lifo: {kind: threads, pool: 2, discipline: lifo},"                                           \
    " s1: {kind: threads, pool: 1, server: 1}, s2: {kind: threads, pool: 2, server: 1}}\n"
static const struct schedule pools[] = {
    {"a pool is first come, first served",
     POOLS
     "request: {parallel: {a: {wait: 10ms}, b: {wait: 10ms}, c: [{wait: 5ms}, {respond: 200}]}}",
     /* p2, one thread beside the root's: a -10, b -20, c -25; lifo: a -10, c -15, b -25.
      * p3: a, b 0-10, c -15; the server's threads are apart from the pool */
     {GETS("p2", 25 * MS, 25 * MS, 200), GETS("lifo", 15 * MS, 25 * MS, 200),
      GETS("p3", 15 * MS, 15 * MS, 200), GETS("p4", 5 * MS, 10 * MS, 200),
      GETS("s1", 25 * MS, 25 * MS, 200), GETS("s2", 15 * MS, 15 * MS, 200)}},
    {"a pool for copies",
     POOLS "request: {each: 6, do: {wait: 10ms}}",
     {ENDS("p2", 60 * MS), ENDS("p3", 30 * MS), ENDS("p4", 20 * MS), ENDS("s2", 30 * MS)}},
    /* a thread keeps its place while it queues: a has m 0-10, b queues for it with the other
     * thread, c begins at 10 */
    {"queueing keeps the thread",
     POOLS "resources: {m: mutex}\n"
           "request: {parallel: {a: {use: m, do: {wait: 10ms}}, b: {use: m, do: {wait: 10ms}},"
           " c: [{wait: 1ms}, {respond: 200}]}}",
     {GETS("p3", 11 * MS, 20 * MS, 200), GETS("p4", 1 * MS, 20 * MS, 200)}},
    /* the root has the one thread, and waits for a branch that needs it */
    {"no thread for a branch",
     POOLS "request: {parallel: {a: {wait: 1ms}}}",
     {STUCK("p1", 0), ENDS("p2", 1 * MS), ENDS("s1", 1 * MS)}},
    /* root and two branches have the three threads, and wait for theirs */
    {"nested in a pool",
     POOLS
     "request: {parallel: {a: {parallel: {c: {wait: 1ms}}}, b: {parallel: {d: {wait: 1ms}}}}}",
     {STUCK("p3", 0), STUCK("p2", 0), STUCK("s1", 0), STUCK("s2", 0), ENDS("p4", 2 * MS),
      ENDS("serial", 2 * MS), CONCURRENT_END(1 * MS)}},
    {"detached tasks wait for a thread",
     /* p1: the root ends at 1, its thread is the task's then */
     POOLS "request: [{detach: {wait: 5ms}}, {wait: 1ms}]",
     {ENDS("p1", 1 * MS)}},
    {"a task never awaited waits for a thread",
     POOLS "request: [{spawn: {a: {wait: 5ms}}}, {wait: 1ms}]",
     {GETS("p1", 1 * MS, 6 * MS, 200), GETS("p2", 1 * MS, 5 * MS, 200)}},
};

/* R. L. Graham, Bounds on multiprocessing timing anomalies, SIAM J. Appl. Math. 17 (1969): nine
 * tasks of 3 2 2 2 4 4 4 4 9; T1 before T9; T4 before T5, T6, T7, T8; a list in order of priority.
 * A machine is a unit of a service; a task awaits those before it and asks for a unit. */
static const struct schedule anomalies[] = {
    /* T1 0-3, T2 0-2, T3 0-2; T4 2-4; T9 3-12; T5, T6 4-8; T7, T8 8-12.  serial the sum */
    {"three machines",
     "services: {m: {latency: 1ms, capacity: 3, discipline: priority}}\n"
     "request:\n"
     "- spawn: {t1: {call: m, latency: 3ms, priority: 1}, "
     "t2: {call: m, latency: 2ms, priority: 2}, t3: {call: m, latency: 2ms, priority: 3}, "
     "t4: {call: m, latency: 2ms, priority: 4}}\n"
     "- spawn: {t5: [{await: t4}, {call: m, latency: 4ms, priority: 5}], "
     "t6: [{await: t4}, {call: m, latency: 4ms, priority: 6}], "
     "t7: [{await: t4}, {call: m, latency: 4ms, priority: 7}], "
     "t8: [{await: t4}, {call: m, latency: 4ms, priority: 8}], "
     "t9: [{await: t1}, {call: m, latency: 9ms, priority: 9}]}\n"
     "- await: [t2, t3, t5, t6, t7, t8, t9]",
     {ENDS("threads", 12 * MS), ENDS("serial", 34 * MS)}},
    /* T1 0-3, T2 T3 T4 0-2; T5 T6 T7 2-6; T8 3-7; T9 6-15 */
    {"four machines",
     "services: {m: {latency: 1ms, capacity: 4, discipline: priority}}\n"
     "request:\n"
     "- spawn: {t1: {call: m, latency: 3ms, priority: 1}, "
     "t2: {call: m, latency: 2ms, priority: 2}, t3: {call: m, latency: 2ms, priority: 3}, "
     "t4: {call: m, latency: 2ms, priority: 4}}\n"
     "- spawn: {t5: [{await: t4}, {call: m, latency: 4ms, priority: 5}], "
     "t6: [{await: t4}, {call: m, latency: 4ms, priority: 6}], "
     "t7: [{await: t4}, {call: m, latency: 4ms, priority: 7}], "
     "t8: [{await: t4}, {call: m, latency: 4ms, priority: 8}], "
     "t9: [{await: t1}, {call: m, latency: 9ms, priority: 9}]}\n"
     "- await: [t2, t3, t5, t6, t7, t8, t9]",
     {ENDS("threads", 15 * MS), ENDS("serial", 34 * MS)}},
    /* all times less 1: T1 0-2, T2 T3 0-1, T4 1-2; T5 T6 T7 2-5; T8 5-8; T9 5-13.  T9 asks 1 ns
     * late, for at 2 it becomes ready before T5 to T7 and would take a free machine from them. */
    {"shorter tasks",
     "services: {m: {latency: 1ms, capacity: 3, discipline: priority}}\n"
     "request:\n"
     "- spawn: {t1: {call: m, latency: 2ms, priority: 1}, "
     "t2: {call: m, latency: 1ms, priority: 2}, t3: {call: m, latency: 1ms, priority: 3}, "
     "t4: {call: m, latency: 1ms, priority: 4}}\n"
     "- spawn: {t5: [{await: t4}, {call: m, latency: 3ms, priority: 5}], "
     "t6: [{await: t4}, {call: m, latency: 3ms, priority: 6}], "
     "t7: [{await: t4}, {call: m, latency: 3ms, priority: 7}], "
     "t8: [{await: t4}, {call: m, latency: 3ms, priority: 8}], "
     "t9: [{await: t1}, {wait: 1ns}, {call: m, latency: 8ms, priority: 9}]}\n"
     "- await: [t2, t3, t5, t6, t7, t8, t9]",
     {ENDS("threads", 13 * MS)}},
    /* T5 and T6 need not wait: T1 0-3, T2 T3 0-2; T4 2-4, T5 2-6; T6 3-7; T7 4-8; T8 6-10; T9 7-16.
     * At 4 T7 has asked when the machine is granted, and is before T9 */
    {"fewer constraints",
     "services: {m: {latency: 1ms, capacity: 3, discipline: priority}}\n"
     "request:\n"
     "- spawn: {t1: {call: m, latency: 3ms, priority: 1}, "
     "t2: {call: m, latency: 2ms, priority: 2}, t3: {call: m, latency: 2ms, priority: 3}, "
     "t4: {call: m, latency: 2ms, priority: 4}, t5: {call: m, latency: 4ms, priority: 5}, "
     "t6: {call: m, latency: 4ms, priority: 6}}\n"
     "- spawn: {t7: [{await: t4}, {call: m, latency: 4ms, priority: 7}], "
     "t8: [{await: t4}, {call: m, latency: 4ms, priority: 8}], "
     "t9: [{await: t1}, {call: m, latency: 9ms, priority: 9}]}\n"
     "- await: [t2, t3, t5, t6, t7, t8, t9]",
     {ENDS("threads", 16 * MS)}},
    /* the list T1 T2 T4 T5 T6 T3 T9 T7 T8: T1 0-3, T2 T4 0-2; T5 T6 2-6; T3 3-5; T9 5-14; T7 T8
     * 6-10 */
    {"another list",
     "services: {m: {latency: 1ms, capacity: 3, discipline: priority}}\n"
     "request:\n"
     "- spawn: {t1: {call: m, latency: 3ms, priority: 1}, "
     "t2: {call: m, latency: 2ms, priority: 2}, t4: {call: m, latency: 2ms, priority: 3}, "
     "t3: {call: m, latency: 2ms, priority: 6}}\n"
     "- spawn: {t5: [{await: t4}, {call: m, latency: 4ms, priority: 4}], "
     "t6: [{await: t4}, {call: m, latency: 4ms, priority: 5}], "
     "t7: [{await: t4}, {call: m, latency: 4ms, priority: 8}], "
     "t8: [{await: t4}, {call: m, latency: 4ms, priority: 9}], "
     "t9: [{await: t1}, {call: m, latency: 9ms, priority: 7}]}\n"
     "- await: [t2, t3, t5, t6, t7, t8, t9]",
     {ENDS("threads", 14 * MS)}},
};

#define MACHINES                                                                                   \
    "services: {m: {latency: 1ms, capacity: 3}}\nexecutions: {pool: {kind: threads, pool: 4}}\n"
#define LIST(a, b, c, d, e, f, g)                                                                  \
    "request: {parallel: [{call: m, latency: " a "ms}, {call: m, latency: " b "ms}, {call: m,"     \
    " latency: " c "ms}, {call: m, latency: " d "ms}, {call: m, latency: " e "ms}, {call: m,"      \
    " latency: " f "ms}, {call: m, latency: " g "ms}]}"
static const struct schedule lists[] = {
    /* in order: three at once; 2 - 1/p of the best */
    {"a list, the long one last",
     MACHINES LIST("1", "1", "1", "1", "1", "1", "3"),
     {CONCURRENT_END(5 * MS), ENDS("pool", 5 * MS), ENDS("serial", 9 * MS)}},
    {"a list, the long one first",
     MACHINES LIST("3", "1", "1", "1", "1", "1", "1"),
     {CONCURRENT_END(3 * MS), ENDS("pool", 3 * MS)}},
    /* longest first: 5 5 4, 4 from 4 on, 3 3 from 5 on, 3 from 8 on: 11, the best being 9 */
    {"longest first",
     MACHINES LIST("5", "5", "4", "4", "3", "3", "3"),
     {CONCURRENT_END(11 * MS), ENDS("pool", 11 * MS)}},
    /* 5 5 3; 3 from 3; 4 4 from 5; 3 from 6 */
    {"the best list",
     MACHINES LIST("5", "5", "3", "3", "4", "4", "3"),
     {CONCURRENT_END(9 * MS), ENDS("pool", 9 * MS)}},
    /* the same by threads alone, and on three cores */
    {"longest first, three threads or three cores",
     "executions: {pool: {kind: threads, pool: 4}, cores: {kind: threads, cores: 3, schedule: "
     "fifo}}\n"
     "request: {parallel: [{cpu: 5ms}, {cpu: 5ms}, {cpu: 4ms}, {cpu: 4ms}, {cpu: 3ms}, {cpu: 3ms},"
     " {cpu: 3ms}]}",
     {ENDS("cores", 11 * MS), ENDS("pool", 27 * MS), ENDS("coroutine", 27 * MS)}},
    {"longest first, pool threads of a hybrid",
     "services: {m: {latency: 1ms, blocking: true}}\n"
     "executions: {h: {kind: hybrid, pool: 3}}\n" LIST("5", "5", "4", "4", "3", "3", "3"),
     {ENDS("h", 11 * MS), ENDS("coroutine", 27 * MS), ENDS("threads", 5 * MS)}},
};

int main(void)
{
    struct suite u = {0};
    suite_add_alone(&u, services, TEST_COUNT(services));
    suite_add_alone(&u, resources, TEST_COUNT(resources));
    suite_add_alone(&u, pools, TEST_COUNT(pools));
    suite_add_alone(&u, anomalies, TEST_COUNT(anomalies));
    suite_add_alone(&u, lists, TEST_COUNT(lists));
    return suite_run(&u);
}
