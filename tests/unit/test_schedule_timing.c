/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_schedule_timing.c - how steps compose: sequence, branches, copies, spawned and detached
 * tasks, loops, failures and retries, answers; and what the costs of an execution add to them.
 * Schedules by hand, see schedule.h.  Without `executions:` all costs are zero. */
#include "tests/unit/schedule.h"

static const struct schedule steps[] = {
    {"sequence",
     "request: [{wait: 1ms}, {cpu: 2ms}, {wait: 3ms}, {cpu: 4ns}]",
     {ALL_END(6 * MS + 4)}},
    /* 0.5 ns would be rounded; 1234567 ns is kept as it is */
    {"nanoseconds",
     "request: [{repeat: 3, do: {wait: 1234567ns}}, {cpu: 7ns}]",
     {ALL_END(3703701 + 7)}},
    /* send 1 + latency 10 + receive 2 */
    {"call",
     "services: {s: {latency: 10ms, cpu: {send: 1ms, receive: 2ms}}}\nrequest: {call: s}",
     {ALL_END(13 * MS)}},
    {"call, one cpu is send's",
     "services: {s: {latency: 10ms, cpu: 1ms}}\nrequest: {call: s}",
     {ALL_END(11 * MS)}},
    {"call overrides",
     "services: {s: {latency: 10ms, cpu: 1ms}}\nrequest: {call: s, latency: 3ms, cpu: 500us}",
     {ALL_END(3500 * US)}},
    /* 1 + 4 of the service's own on our core + 10 + 2 */
    {"host_cpu",
     "services: {s: {latency: 10ms, host_cpu: 4ms, cpu: {send: 1ms, receive: 2ms}}}\n"
     "request: {call: s}",
     {ALL_END(17 * MS)}},
    {"parallel",
     "request: {parallel: {a: {wait: 10ms}, b: {wait: 20ms}, c: {wait: 5ms}}}",
     {GETS("serial", 35 * MS, 35 * MS, 200), CONCURRENT_END(20 * MS)}},
    {"parallel, a list",
     "request: {parallel: [{wait: 10ms}, [{wait: 15ms}, {wait: 6ms}]]}",
     {ENDS("serial", 31 * MS), CONCURRENT_END(21 * MS)}},
    {"parallel cpu on one core",
     "request: {parallel: {a: {cpu: 3ms}, b: {cpu: 4ms}}}",
     {ALL_END(7 * MS)}},
    {"parallel in parallel",
     /* serial 3 + 4 + 5 + 2; else max(3 then max(4, 5), 2) */
     "request: {parallel: {a: [{wait: 3ms}, {parallel: {c: {wait: 4ms}, d: {wait: 5ms}}}],"
     " b: {wait: 2ms}}}",
     {ENDS("serial", 14 * MS), CONCURRENT_END(8 * MS)}},
    /* serial runs the first that succeeds, in order: a */
    {"until any",
     "request: {parallel: {a: {wait: 10ms}, b: {wait: 20ms}, c: {wait: 5ms}}, until: any}",
     {ENDS("serial", 10 * MS), CONCURRENT_END(5 * MS)}},
    /* serial a, b; else c 5, a 10 */
    {"until 2",
     "request: {parallel: {a: {wait: 10ms}, b: {wait: 20ms}, c: {wait: 5ms}}, until: 2}",
     {ENDS("serial", 30 * MS), CONCURRENT_END(10 * MS)}},
    /* a fails at 3 and does not count */
    {"until any, one fails",
     "request: {parallel: {a: [{wait: 3ms}, {fail: x}], b: {wait: 20ms}, c: {wait: 30ms}},"
     " until: any}",
     {ENDS("serial", 23 * MS), CONCURRENT_END(20 * MS)}},
    /* a, b fail at 5, 10: the second success is out of reach at 10; serial 5 + 10; catch 1 */
    {"until out of reach",
     "request: {parallel: {a: [{wait: 5ms}, {fail: x}], b: [{wait: 10ms}, {fail: x}],"
     " c: {wait: 20ms}}, until: 2, catch: {wait: 1ms}}",
     {ENDS("serial", 16 * MS), CONCURRENT_END(11 * MS)}},
    {"until in reach",
     "request: {parallel: {a: [{wait: 5ms}, {fail: x}], b: {wait: 10ms}, c: {wait: 20ms}},"
     " until: 2, catch: {wait: 1ms}}",
     {ENDS("serial", 35 * MS), CONCURRENT_END(20 * MS)}},
    {"each",
     "request: {each: 4, do: {wait: 10ms}}",
     {ENDS("serial", 40 * MS), CONCURRENT_END(10 * MS)}},
    {"each of none", "request: [{each: 0, do: {wait: 10ms}}, {wait: 1ms}]", {ALL_END(1 * MS)}},
    /* 10, 20, 30 */
    {"each as",
     "request: {each: 3, as: i, do: {wait: (i + 1) * 10ms}}",
     {ENDS("serial", 60 * MS), CONCURRENT_END(30 * MS)}},
    {"each until 2",
     "request: {each: 3, as: i, until: 2, do: {wait: (i + 1) * 10ms}}",
     {ENDS("serial", 30 * MS), CONCURRENT_END(20 * MS)}},
    /* rounds 0-10, 10-20, 20-30 */
    {"each limit 2 of 5",
     "request: {each: 5, limit: 2, do: {wait: 10ms}}",
     {ENDS("serial", 50 * MS), CONCURRENT_END(30 * MS)}},
    /* c0 0-10, c1 0-20, c2 10-40, c3 20-60 */
    {"each limit 2, unequal",
     "request: {each: 4, as: i, limit: 2, do: {wait: (i + 1) * 10ms}}",
     {ENDS("serial", 100 * MS), CONCURRENT_END(60 * MS)}},
    {"each limit 1",
     "request: {each: 4, as: i, limit: 1, do: {wait: (i + 1) * 10ms}}",
     {ALL_END(100 * MS)}},
    /* c0 0-10, c1 0-20, c2 10-40: the second success is c1; c2 (at 20) is cancelled */
    {"each limit and until",
     "request: {each: 4, as: i, limit: 2, until: 2, do: {wait: (i + 1) * 10ms}}",
     {ENDS("serial", 30 * MS), CONCURRENT_END(20 * MS)}},
    /* X = 10, 20, 30 and consumer 8: max(10 + 24, 20 + 16, 30 + 8) = 38; serial 60 + 24 */
    {"as_completed, short consumer",
     "request: {each: 3, as: i, do: {wait: (3 - i) * 10ms}, as_completed: {cpu: 8ms}}",
     {ENDS("serial", 84 * MS), CONCURRENT_END(38 * MS)}},
    /* max(10 + 45, 20 + 30, 30 + 15) = 55; serial 60 + 45 */
    {"as_completed, long consumer",
     "request: {each: 3, as: i, do: {wait: (3 - i) * 10ms}, as_completed: {cpu: 15ms}}",
     {ENDS("serial", 105 * MS), CONCURRENT_END(55 * MS)}},
    {"as_completed, the consumer waits",
     "request: {each: 3, as: i, do: {wait: (3 - i) * 10ms}, as_completed: {wait: 15ms}}",
     {ENDS("serial", 105 * MS), CONCURRENT_END(55 * MS)}},
    /* in order of completion: the consumer takes 1 ms more each time, by what has been taken
     * (1, 2, 3): 10-11, 20-22, 30-33 */
    {"as_completed, the consumer counts",
     "request: [{set: {n: 0}}, {each: 3, as: i, do: {wait: (3 - i) * 10ms}, as_completed:"
     " [{set: {n: n + 1}}, {wait: n * 1ms}]}]",
     {CONCURRENT_END(33 * MS)}},
    /* the consumer of c0 is at it 10-25; that c1 failed at 20 is met at the next turn; catch 1 */
    {"as_completed, a copy fails",
     "request: {each: 2, as: i, do: [{wait: (i + 1) * 10ms}, {if: i == 1, then: {fail: x}}],"
     " as_completed: {wait: 15ms}, catch: {wait: 1ms}}",
     {CONCURRENT_END(26 * MS)}},
    {"repeat", "request: {repeat: 3, do: {wait: 10ms}}", {ALL_END(30 * MS)}},
    {"repeat none", "request: [{repeat: 0, do: {wait: 10ms}}, {wait: 2ms}]", {ALL_END(2 * MS)}},
    {"repeat in repeat",
     "request: {repeat: 2, do: [{repeat: 3, do: {wait: 1ms}}, {wait: 5ms}]}",
     {ALL_END(16 * MS)}},
    /* 1 + 2 + 3 + 4 */
    {"repeat and set",
     "request: [{set: {n: 0}}, {repeat: 4, do: [{set: {n: n + 1}}, {wait: n * 1ms}]}]",
     {ALL_END(10 * MS)}},
    {"if",
     "params: {k: 3}\nrequest: [{if: k > 2, then: {wait: 7ms}, else: {wait: 9ms}},"
     " {if: k > 3, then: {wait: 100ms}, else: {wait: 1ms}}, {if: not k == 3, then: {wait: 50ms}}]",
     {ALL_END(8 * MS)}},
    {"choose",
     "params: {p: 1}\nrequest: {choose: [{p: 1 - p, do: {wait: 9ms}}, {p: p, do: {wait: 7ms}}]}",
     {ALL_END(7 * MS)}},
    {"run with",
     "params: {d: 1ms}\npipelines: {p: {wait: d}}\n"
     "request: [{run: p}, {run: p, with: {d: 5ms}}, {run: p}]",
     {ALL_END(7 * MS)}},
    {"return from a pipeline",
     "params: {k: 1}\npipelines: {p: [{wait: 1ms}, {if: k == 1, then: {return: true}},"
     " {wait: 50ms}]}\nrequest: [{run: p}, {wait: 2ms}]",
     {ALL_END(3 * MS)}},
    {"return from a branch",
     "params: {k: 1}\nrequest: [{parallel: {a: [{wait: 1ms}, {if: k == 1, then: {return: true}},"
     " {wait: 50ms}], b: {wait: 3ms}}}, {wait: 2ms}]",
     {ENDS("serial", 6 * MS), CONCURRENT_END(5 * MS)}},
    /* else the second use would wait for ever */
    {"return lets go",
     "params: {k: 1}\nresources: {m: mutex}\npipelines: {p: {use: m, do: [{wait: 1ms},"
     " {if: k == 1, then: {return: true}}, {wait: 50ms}]}}\nrequest: [{run: p}, {run: p}]",
     {ALL_END(2 * MS)}},
    /* the timeout of 5 goes with the pipeline that was left at 1 */
    {"return stops the timeout",
     "params: {k: 1}\npipelines: {p: {seq: [{wait: 1ms}, {if: k == 1, then: {return: true}}],"
     " timeout: 5ms}}\nrequest: [{run: p}, {wait: 20ms}]",
     {ALL_END(21 * MS)}},
};

static const struct schedule tasks[] = {
    /* a loop starts the task when the parent next waits, at 10; serial where it stands */
    {"spawn, compute, await",
     "services: {s: {latency: 30ms}}\nrequest: [{spawn: {a: {call: s}}}, {cpu: 10ms}, {await: a}]",
     {ENDS("serial", 40 * MS), ENDS("threads", 30 * MS), ENDS("coroutine", 40 * MS),
      ENDS("hybrid", 40 * MS)}},
    {"spawn, wait, await",
     "request: [{spawn: {a: {wait: 30ms}}}, {wait: 10ms}, {await: a}]",
     {ENDS("serial", 40 * MS), CONCURRENT_END(30 * MS)}},
    {"await what is over",
     "request: [{spawn: {a: {wait: 5ms}}}, {wait: 10ms}, {await: a}]",
     {ENDS("serial", 15 * MS), CONCURRENT_END(10 * MS)}},
    {"await two",
     "request: [{spawn: {a: {wait: 5ms}, b: {wait: 12ms}}}, {await: [a, b]}]",
     {ENDS("serial", 17 * MS), CONCURRENT_END(12 * MS)}},
    {"await any",
     "request: [{spawn: {a: {wait: 30ms}, b: {wait: 10ms}}}, {await: [a, b], until: any}]",
     {ENDS("serial", 40 * MS), CONCURRENT_END(10 * MS)}},
    /* the answer goes out at 10, the request is over when its task is */
    {"never awaited",
     "request: [{spawn: {a: {wait: 30ms}}}, {wait: 10ms}]",
     {ENDS("serial", 40 * MS), CONCURRENT_GET(10 * MS, 30 * MS, 200)}},
    /* fails its await at 5; catch 1 */
    {"a failing task fails its await",
     "request: [{spawn: {a: [{wait: 5ms}, {fail: x}]}}, {wait: 2ms},"
     " {await: a, catch: {x: {wait: 1ms}}}]",
     {ENDS("serial", 8 * MS), CONCURRENT_END(6 * MS)}},
    {"a failing task, never awaited",
     "request: [{spawn: {a: {fail: x}}}, {wait: 3ms}]",
     {ALL_END(3 * MS)}},
    /* both go on at 20 */
    {"two await one",
     "request: [{spawn: {t: {wait: 20ms}}},"
     " {parallel: {x: [{await: t}, {wait: 1ms}], y: [{await: t}, {wait: 2ms}]}}]",
     {ENDS("serial", 23 * MS), CONCURRENT_END(22 * MS)}},
    {"a branch spawns",
     /* the branch ends at 1, its task at 9: the step is done at 1, the request at 9 */
     "request: [{parallel: {a: [{spawn: {t: {wait: 9ms}}}, {wait: 1ms}]}}, {wait: 2ms}]",
     {ENDS("serial", 12 * MS), CONCURRENT_GET(3 * MS, 9 * MS, 200)}},
    {"detach",
     "request: [{detach: {wait: 30ms}}, {wait: 10ms}]",
     {ENDS("serial", 40 * MS), CONCURRENT_END(10 * MS)}},
    {"what a detached task starts is detached",
     "request: [{detach: {spawn: {a: {wait: 30ms}}}}, {wait: 10ms}]",
     {ENDS("serial", 40 * MS), CONCURRENT_END(10 * MS)}},
    {"respond, go on",
     "request: [{wait: 5ms}, {respond: 201}, {wait: 10ms}]",
     {ALL_GET(5 * MS, 15 * MS, 201)}},
    {"respond in a branch",
     "request: {parallel: {a: [{wait: 5ms}, {respond: 200}], b: {wait: 20ms}}}",
     {GETS("serial", 5 * MS, 25 * MS, 200), CONCURRENT_GET(5 * MS, 20 * MS, 200)}},
    {"the first answer counts",
     "request: [{wait: 1ms}, {respond: 202}, {wait: 1ms}, {respond: 500}]",
     {ALL_GET(1 * MS, 2 * MS, 202)}},
    {"unanswered",
     "params: {k: 1}\nrequest: [{wait: 5ms}, {if: k == 2, then: {respond: 200}}]",
     {ALL_GET(5 * MS, 5 * MS, 0)}},
    {"abort", "request: [{wait: 4ms}, {abort: 503}, {wait: 9ms}]", {ALL_GET(4 * MS, 4 * MS, 503)}},
    {"uncaught", "request: [{wait: 3ms}, {fail: x}, {wait: 9ms}]", {ALL_GET(3 * MS, 3 * MS, 500)}},
    {"uncaught: 418",
     "uncaught: 418\nrequest: [{wait: 3ms}, {fail: x}]",
     {ALL_GET(3 * MS, 3 * MS, 418)}},
    {"uncaught: none",
     "uncaught: none\nrequest: [{wait: 3ms}, {fail: x}]",
     {ALL_GET(3 * MS, 3 * MS, 0)}},
    {"a failure after the answer",
     "request: [{wait: 1ms}, {respond: 200}, {wait: 2ms}, {fail: x}]",
     {ALL_GET(1 * MS, 3 * MS, 200)}},
};

#define BAD "services: {bad: {latency: 5ms, error: 1}, slow: {latency: 50ms}}\n"
static const struct schedule failures[] = {
    /* 5, 10, 5, 20, 5, then the catch's 1 */
    {"retry with backoff and factor",
     BAD "request: {call: bad, retry: {attempts: 3, backoff: 10ms, factor: 2}, catch: {wait: 1ms}}",
     {ALL_END(46 * MS)}},
    /* 5, 10, 5, 15, 5, 1 */
    {"retry, max",
     BAD "request: {call: bad, retry: {attempts: 3, backoff: 10ms, factor: 2, max: 15ms},"
         " catch: {wait: 1ms}}",
     {ALL_END(41 * MS)}},
    {"retry without backoff",
     BAD "request: {call: bad, retry: {attempts: 3}}",
     {ALL_GET(15 * MS, 15 * MS, 500)}},
    {"retry, one attempt",
     BAD "request: {call: bad, retry: {attempts: 1, backoff: 10ms}}",
     {ALL_GET(5 * MS, 5 * MS, 500)}},
    {"retry, only others",
     BAD "request: {call: bad, retry: {attempts: 3, only: [timeout]}}",
     {ALL_GET(5 * MS, 5 * MS, 500)}},
    {"retry, only this",
     BAD "request: {call: bad, retry: {attempts: 2, only: [timeout, error]}}",
     {ALL_GET(10 * MS, 10 * MS, 500)}},
    /* each attempt has its own timeout: 20, 10, 20 */
    {"retry of timeouts",
     BAD "request: {call: slow, timeout: 20ms, retry: {attempts: 2, backoff: 10ms}}",
     {ALL_GET(50 * MS, 50 * MS, 500)}},
    /* attempts 0-5, 15-20 ... 90-95; the backoff 95-105 is cut at 100; catch 1 */
    {"retry without end, timeout round it",
     BAD "request: {seq: {call: bad, retry: {attempts: unlimited, backoff: 10ms}},"
         " timeout: 100ms, catch: {timeout: {wait: 1ms}}}",
     {ALL_END(101 * MS)}},
    /* fails at 10, backoff to 11, again at 21, catch 2; serial (5 + 10) 1 (5 + 10) 2 */
    {"retry of branches",
     "request: {parallel: {a: {wait: 5ms}, b: [{wait: 10ms}, {fail: x}]},"
     " retry: {attempts: 2, backoff: 1ms}, catch: {wait: 2ms}}",
     {ENDS("serial", 33 * MS), CONCURRENT_END(23 * MS)}},
    /* 5 3 5 */
    {"retry of the service",
     "services: {bad: {latency: 5ms, error: 1, retry: {attempts: 2, backoff: 3ms}}}\n"
     "request: {call: bad}",
     {ALL_GET(13 * MS, 13 * MS, 500)}},
    {"retry overrides the service's",
     "services: {bad: {latency: 5ms, error: 1, retry: {attempts: 2, backoff: 3ms}}}\n"
     "request: {call: bad, retry: {attempts: 3, backoff: 1ms}}",
     {ALL_GET(17 * MS, 17 * MS, 500)}},
    /* the third succeeds: 5 1 5 1 5 */
    {"retry succeeds",
     "request: [{set: {n: 0}}, {seq: [{set: {n: n + 1}}, {wait: 5ms}, {if: n < 3, then:"
     " {fail: again}}], retry: {attempts: 5, backoff: 1ms}}]",
     {ALL_END(17 * MS)}},
    {"catch by kind",
     BAD "request: [{call: bad, catch: {timeout: {wait: 50ms}, error: {wait: 1ms}, any:"
         " {wait: 2ms}}}, {call: slow, timeout: 20ms, catch: {error: {wait: 9ms}, any:"
         " {wait: 4ms}}}]",
     {ALL_END(30 * MS)}},
    {"catch of another kind",
     BAD "request: {call: bad, catch: {timeout: {wait: 50ms}}}",
     {ALL_GET(5 * MS, 5 * MS, 500)}},
    {"catch of one's own",
     "params: {k: 2}\nrequest: {seq: [{if: k == 1, then: {fail: y}}, {fail: x}],"
     " catch: {y: {wait: 9ms}, x: {wait: 4ms}}}",
     {ALL_END(4 * MS)}},
    {"a failure in a catch",
     "request: {seq: {fail: x, catch: {fail: y}}, catch: {y: {wait: 3ms}, x: {wait: 9ms}}}",
     {ALL_END(3 * MS)}},
    {"a failure ends its body",
     "request: [{seq: [{wait: 2ms}, {fail: x}, {wait: 50ms}], catch: {wait: 1ms}}, {wait: 4ms}]",
     {ALL_END(7 * MS)}},
    {"a failure lets go",
     "resources: {m: mutex}\nrequest: [{use: m, do: [{wait: 2ms}, {fail: x}], catch: {wait: 1ms}},"
     " {use: m, do: {wait: 4ms}}]",
     {ALL_END(7 * MS)}},
    {"a pipeline fails",
     "pipelines: {p: [{wait: 2ms}, {fail: x}]}\nrequest: [{run: p, catch: {wait: 1ms}}, {wait: "
     "4ms}]",
     {ALL_END(7 * MS)}},
    {"the failure of a branch",
     "request: [{parallel: {a: {parallel: {b: [{wait: 2ms}, {fail: x}]}}},"
     " catch: {x: {wait: 1ms}}}, {wait: 4ms}]",
     {ALL_END(7 * MS)}},
};

/* Costs: task 12 us and resume 4 us of a loop; spawn 60 us and switch 5 us of threads. */
#define LOOP                                                                                       \
    "executions: {coroutine: {task: 12us, resume: 4us}, wake: {kind: coroutine, wake: 100us}}\n"
#define THREADS                                                                                    \
    "executions: {spawn: {kind: threads, spawn: 60us},"                                            \
    " both: {kind: threads, spawn: 60us, switch: 5us},"                                            \
    " both2: {kind: threads, spawn: 60us, switch: 5us, cores: 2},"                                 \
    " switch: {kind: threads, switch: 5us}, wake: {kind: threads, wake: 100us},"                   \
    " pool2: {kind: threads, pool: 2, spawn: 60us}}\n"
static const struct schedule costs[] = {
    {"resume, once a wait",
     LOOP "request: [{wait: 10ms}, {wait: 1ms}, {wait: 1ms}]",
     {ENDS("coroutine", 12012 * US)}},
    {"computing is no wait", LOOP "request: [{cpu: 1ms}, {cpu: 2ms}]", {ENDS("coroutine", 3 * MS)}},
    /* in us: tasks 0-24; both wait 24-10024; a 10024-10028, b -10032, parent -10036 */
    {"loop: parallel",
     LOOP "request: {parallel: {a: {wait: 10ms}, b: {wait: 10ms}}}",
     {ENDS("coroutine", 10036 * US)}},
    /* tasks 0-36 (all are made at the start); c0 36-10036-10040, c1 10040-20040-20044,
     * c2 20044-30044-30048; parent -30052 */
    {"loop: each limit 1",
     LOOP "request: {each: 3, limit: 1, do: {wait: 10ms}}",
     {ENDS("coroutine", 30052 * US)}},
    /* task 0-12, cpu -1012, a begins as the parent waits: 1012-11012-11016; parent -11020 */
    {"loop: spawn",
     LOOP "request: [{spawn: {a: {wait: 10ms}}}, {cpu: 1ms}, {await: a}]",
     {ENDS("coroutine", 11020 * US)}},
    /* task 0-12, wait 12-5012, resume -5016; a is over by then (1016): no wait */
    {"loop: awaiting what is over is no wait",
     LOOP "request: [{spawn: {a: {wait: 1ms}}}, {wait: 5ms}, {await: a}]",
     {ENDS("coroutine", 5016 * US)}},
    {"loop: taking what is free is no wait",
     LOOP "resources: {m: mutex}\nrequest: {use: m, do: {cpu: 1ms}}",
     {ENDS("coroutine", 1 * MS)}},
    /* tasks 0-24; a 24-10024, resume -10028, lets go; b's grant, resume -10032, -20032, -20036;
     * parent -20040 */
    {"loop: being granted is a wake-up",
     LOOP "resources: {m: mutex}\nrequest: {parallel: {a: {use: m, do: {wait: 10ms}},"
          " b: {use: m, do: {wait: 10ms}}}}",
     {ENDS("coroutine", 20040 * US)}},
    /* tasks 0-24; c0 24-10024-10028; parent -10032, consumes -11032; c1 24-20024-20028; parent
     * -20032, -21032; there is nothing more to wait for */
    {"loop: as_completed",
     LOOP "request: {each: 2, as: i, do: {wait: (i + 1) * 10ms}, as_completed: {cpu: 1ms}}",
     {ENDS("coroutine", 21032 * US)}},
    {"loop: detach costs a task",
     LOOP "request: [{detach: {wait: 30ms}}, {wait: 10ms}]",
     {ENDS("coroutine", 10016 * US)}},
    {"loop: a blocking call is no wake-up",
     LOOP "services: {b: {latency: 10ms, blocking: true}}\nrequest: {call: b}",
     {ENDS("coroutine", 10 * MS)}},
    /* the timeout at 20000 is a wake-up, -20004; the catch's wait 1000 and its wake-up */
    {"loop: a timeout is a wake-up",
     LOOP "request: {wait: 50ms, timeout: 20ms, catch: {wait: 1ms}}",
     {ENDS("coroutine", 21008 * US)}},
    {"loop: choosing is no wait",
     LOOP "request: [{choose: [{p: 1, do: {set: {x: 1}}}]}, {if: chance(0.5), then: []}]",
     {ENDS("coroutine", 0)}},
    /* the loop was idle at 0 and at 10.1 */
    {"loop: wake", LOOP "request: {wait: 10ms}", {ENDS("wake", 10200 * US)}},
    /* us: start -100; a, b wait from 100; a's wake-up 10100-10200, b's 12100-12200, the parent's
     * turn follows at once */
    {"loop: wake, twice idle",
     LOOP "request: {parallel: {a: {wait: 10ms}, b: {wait: 12ms}}}",
     {ENDS("wake", 12200 * US)}},
    /* a 10100-10200, b's turn and the parent's follow: the loop is not idle */
    {"loop: wake, once idle",
     LOOP "request: {parallel: {a: {wait: 10ms}, b: {wait: 10ms}}}",
     {ENDS("wake", 10200 * US)}},

    /* us: spawn 0-60, a 60-10060; spawn 60-120, b 120-10120 */
    {"threads: parallel",
     THREADS "request: {parallel: {a: {wait: 10ms}, b: {wait: 10ms}}}",
     {ENDS("spawn", 10120 * US),
      /* switch: root's first 0-5, a's first, its second at its end, root's after the join.
       * Two cores: spawn -65, a 65-70; spawn -125, b 125-130-10130-10135, root -10140 */
      ENDS("both2", 10140 * US),
      /* One core: spawns -65, -125; a -130, b -135; a's end 10130-10135, b's 10135-10140, root */
      ENDS("both", 10145 * US)}},
    /* -5, wait, -10010, wait, 11010-11015 */
    {"threads: switch, once a dispatch",
     THREADS "request: [{wait: 10ms}, {wait: 1ms}]",
     {ENDS("switch", 11015 * US)}},
    {"threads: computing on is no dispatch",
     THREADS "request: [{cpu: 1ms}, {cpu: 1ms}]",
     {ENDS("switch", 2005 * US)}},
    {"threads: taking what is free is no dispatch",
     THREADS "resources: {m: mutex}\nrequest: {use: m, do: {cpu: 1ms}}",
     {ENDS("switch", 1005 * US)}},
    /* spawn -60, a 60-10060 on the one thread left; spawn -120, b 10060-20060 */
    {"threads: spawn, queue for a thread",
     THREADS "request: {each: 2, do: {wait: 10ms}}",
     {ENDS("pool2", 20060 * US)}},
    /* all are paid for at the start, the first begins at 60 */
    {"threads: each limit 1",
     THREADS "request: {each: 3, limit: 1, do: {wait: 10ms}}",
     {ENDS("spawn", 30060 * US)}},
    {"threads: detach costs a spawn",
     THREADS "request: [{detach: {wait: 30ms}}, {wait: 10ms}]",
     {ENDS("spawn", 10060 * US)}},
    {"threads: spawn costs a spawn",
     THREADS "request: [{spawn: {a: {wait: 30ms}}}, {wait: 10ms}]",
     {GETS("spawn", 10060 * US, 30060 * US, 200)}},
    {"threads: wake", THREADS "request: {wait: 10ms}", {ENDS("wake", 10200 * US)}},
    {"serial pays nothing", LOOP "request: {each: 2, do: {wait: 10ms}}", {ENDS("serial", 20 * MS)}},
};

int main(void)
{
    struct suite u = {0};
    suite_add_alone(&u, steps, TEST_COUNT(steps));
    suite_add_alone(&u, tasks, TEST_COUNT(tasks));
    suite_add_alone(&u, failures, TEST_COUNT(failures));
    suite_add_alone(&u, costs, TEST_COUNT(costs));
    return suite_run(&u);
}
