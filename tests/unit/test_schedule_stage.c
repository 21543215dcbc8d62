/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_schedule_stage.c - channels and stages: putting, waiting for a place, rejection, workers,
 * batches, answers, failures and aborts inside stages, variables that items carry.
 * Schedules by hand, see schedule.h.
 *
 * Where nothing else is said the stage s takes from the channel c and works 10 on each item; item k
 * is the k-th that was put. */
#include "tests/unit/schedule.h"

#define CHANNEL(size) "channels: {c: " size "}\n"
#define STAGE(more)   "stages: {s: {from: c, " more "}}\n"
#define WORK          STAGE("do: {wait: 10ms}")

static const struct schedule putting[] = {
    /* the item 0-10 beside the request's own 0-3; in its place under serial */
    {"a put goes on at once",
     CHANNEL("1") WORK "request: [{put: c}, {wait: 3ms}, {respond: 200}]",
     {CONCURRENT_GET(3 * MS, 10 * MS, 200), GETS("serial", 13 * MS, 13 * MS, 200)}},
    {"the stage answers",
     CHANNEL("1") STAGE("do: [{wait: 10ms}, {respond: 201}, {wait: 5ms}]") "request: {put: c}",
     {ALL_GET(10 * MS, 15 * MS, 201)}},
    {"nobody answers: 200 when the body ends",
     CHANNEL("1") WORK "request: [{wait: 2ms}, {put: c}]",
     {CONCURRENT_GET(2 * MS, 12 * MS, 200), ENDS("serial", 12 * MS)}},
    {"a stage could have answered",
     CHANNEL("1")
         STAGE("do: [{wait: 10ms}, {if: chance(0), then: {respond: 200}}]") "request: {put: c}",
     {ALL_GET(10 * MS, 10 * MS, 0)}},
    /* 1 is taken at 0, 2 has the place; when 2 is taken at 10, 3 gets it */
    {"full: the third waits for a place",
     CHANNEL("1") WORK "request: [{repeat: 3, do: {put: c}}, {respond: 200}]",
     {CONCURRENT_GET(10 * MS, 30 * MS, 200), GETS("serial", 30 * MS, 30 * MS, 200)}},
    {"two places",
     CHANNEL("2") WORK "request: [{repeat: 3, do: {put: c}}, {respond: 200}]",
     {CONCURRENT_GET(0, 30 * MS, 200)}},
    {"two workers",
     CHANNEL("1") STAGE(
         "workers: 2, do: {wait: 10ms}") "request: [{repeat: 3, do: {put: c}}, {respond: 200}]",
     {CONCURRENT_GET(0, 20 * MS, 200), GETS("serial", 30 * MS, 30 * MS, 200)}},
    /* an item leaves its place when the worker goes on, which is after what happens at this instant
     */
    {"full: reject, at the same instant",
     CHANNEL("{size: 1, full: reject}") WORK
     "request: [{put: c}, {put: c, catch: {rejected: {respond: 429}}}]",
     {CONCURRENT_GET(0, 10 * MS, 429), GETS("serial", 20 * MS, 20 * MS, 0)}},
    {"full: reject, later",
     CHANNEL("{size: 1, full: reject}") WORK
     "request: [{put: c}, {wait: 1ms}, {put: c}, {put: c, catch: {rejected: {respond: 429}}}]",
     {CONCURRENT_GET(1 * MS, 20 * MS, 429)}},
    {"rejected, uncaught",
     CHANNEL("{size: 1, full: reject}") WORK
     "request: [{put: c}, {wait: 1ms}, {put: c}, {put: c}, {wait: 100ms}]",
     {CONCURRENT_GET(1 * MS, 20 * MS, 500)}},
    /* tries at 1, 5, 9, 13; the place is free from 10 on */
    {"rejected, tried again",
     CHANNEL("{size: 1, full: reject}") WORK
     "request: [{put: c}, {wait: 1ms}, {put: c},"
     " {put: c, retry: {attempts: 5, backoff: 4ms}}, {respond: 200}]",
     {CONCURRENT_GET(13 * MS, 30 * MS, 200)}},
    /* a at 0 is taken, b at 1 has the place, c at 2 waits for 10, d at 3 for 20 */
    {"putters wait in order",
     CHANNEL("1") WORK
     "request: {parallel: {d: [{wait: 3ms}, {put: c}, {respond: 200}], a: {put: c},"
     " c: [{wait: 2ms}, {put: c}], b: [{wait: 1ms}, {put: c}]}}",
     {CONCURRENT_GET(20 * MS, 40 * MS, 200)}},
    /* x keeps m from 1 to 10, when it has its place; y had wanted it at 2 */
    {"who waits keeps what it holds",
     "resources: {m: mutex}\n" CHANNEL("1") WORK
     "request: [{put: c}, {wait: 1ms}, {put: c}, {parallel: {x: {use: m, do: {put: c}},"
     " y: [{wait: 1ms}, {use: m, do: {respond: 200}}]}}]",
     {CONCURRENT_GET(10 * MS, 30 * MS, 200)}},
    {"a put gives up waiting",
     CHANNEL("1") WORK "request: [{put: c}, {wait: 1ms}, {put: c},"
                       " {put: c, timeout: 4ms, catch: {timeout: {respond: 504}}}]",
     {CONCURRENT_GET(5 * MS, 20 * MS, 504)}},
    {"a put that does not wait meets no timeout",
     CHANNEL("1") WORK "request: [{put: c, timeout: 4ms}, {wait: 7ms}, {respond: 200}]",
     {CONCURRENT_GET(7 * MS, 10 * MS, 200), GETS("serial", 17 * MS, 17 * MS, 200)}},
    /* the third item is never put: its putter is cancelled at 4.  A thread waits on, to no end */
    {"cancelled while it waits",
     CHANNEL("1") WORK "request: [{put: c}, {wait: 1ms}, {put: c},"
                       " {parallel: {a: {put: c}, b: {wait: 3ms}}, until: any}, {respond: 200}]",
     {CONCURRENT_GET(4 * MS, 20 * MS, 200)}},
    {"an item outlives its cancelled putter",
     CHANNEL("1") WORK
     "request: [{parallel: {a: [{put: c}, {wait: 8ms}], b: {wait: 3ms}}, until: any},"
     " {respond: 200}]",
     {CONCURRENT_GET(3 * MS, 10 * MS, 200)}},
    {"what a detached task puts is detached",
     CHANNEL("1") WORK "request: [{detach: [{wait: 2ms}, {put: c}]}, {wait: 1ms}]",
     {CONCURRENT_END(1 * MS), ENDS("serial", 13 * MS)}},
    {"it does not keep the request",
     CHANNEL("1") WORK "request: [{detach: {put: c}}, {wait: 1ms}]",
     {CONCURRENT_END(1 * MS), ENDS("serial", 11 * MS)}},
    {"put within offload",
     CHANNEL("1") WORK "request: [{offload: [{put: c}, {wait: 2ms}]}, {respond: 200}]",
     {CONCURRENT_GET(2 * MS, 10 * MS, 200)}},
};

/* s: 1, then into d, which one worker of t empties at 10 an item */
#define TWO                                                                                        \
    "channels: {c: 1, d: 1}\nstages: {s: {from: c, do: [{wait: 1ms}, {put: d}]},"                  \
    " t: {from: d, do: {wait: 10ms}}}\n"
static const struct schedule chains[] = {
    /* t: 1-11, 11-21, 21-31, 31-41, 41-51.  s: 1 0-1, 2 1-2, 3 2-3 and held up to 11, 4 11-12 and
     * up to 21, 5 21-22 and up to 31.  So c takes item 4 at 2, item 5 at 11 */
    {"two stages, the second slower",
     TWO "request: [{repeat: 5, do: {put: c}}, {respond: 200}]",
     {CONCURRENT_GET(11 * MS, 51 * MS, 200), GETS("serial", 55 * MS, 55 * MS, 200)}},
    {"two stages, one item", TWO "request: {put: c}", {CONCURRENT_GET(0, 11 * MS, 200)}},
    /* A: x 0-1, y 1-2, z 2-3, B: x 1-2; at 2 x waits for a place in a, behind the request's fourth,
     * which gets it, and the fifth; z waits for one in b from 3 on */
    {"two stages in a circle",
     "channels: {a: 1, b: 1}\nstages: {A: {from: a, do: [{wait: 1ms}, {put: b}]},"
     " B: {from: b, do: [{wait: 1ms}, {put: a}]}}\nrequest: {repeat: 5, do: {put: a}}",
     {STUCK("threads", 3 * MS), STUCK("coroutine", 3 * MS), STUCK("hybrid", 3 * MS)}},
    /* the item goes round three times */
    {"a circle that ends",
     "channels: {c: 1}\nstages: {s: {from: c, do: [{wait: 2ms}, {if: n < 3, then: "
     "[{set: {n: n + 1}}, {put: c}], else: {respond: 200}}]}}\nrequest: [{set: {n: 1}}, {put: c}]",
     {ALL_GET(6 * MS, 6 * MS, 200)}},
    {"a stage's worker does not wait for what its item spawned",
     CHANNEL("5") STAGE(
         "do: [{spawn: {a: {wait: 20ms}}}, {wait: 5ms}]") "request: {repeat: 2, do: {put: c}}",
     {CONCURRENT_GET(0, 25 * MS, 200), ENDS("serial", 50 * MS)}},
    {"timeouts within a stage",
     CHANNEL("1") STAGE(
         "do: {wait: 10ms, timeout: 4ms, catch: {timeout: {respond: 504}}}") "request: {put: c}",
     {ALL_GET(4 * MS, 4 * MS, 504)}},
};

static const struct schedule ends[] = {
    {"an uncaught failure in a stage",
     CHANNEL("1") STAGE("do: [{wait: 4ms}, {fail: bad}]") "request: [{put: c}, {wait: 9ms}]",
     {CONCURRENT_GET(4 * MS, 9 * MS, 500), GETS("serial", 4 * MS, 13 * MS, 500)}},
    {"its worker goes on with the next item",
     CHANNEL("5") STAGE("do: [{wait: 4ms}, {fail: bad}]") "request: {repeat: 3, do: {put: c}}",
     {GETS("threads", 0, 12 * MS, 200), GETS("coroutine", 0, 12 * MS, 200)}},
    {"uncaught: none",
     "uncaught: none\n" CHANNEL("1")
         STAGE("do: [{wait: 4ms}, {fail: bad}]") "request: [{put: c}, {wait: 9ms}]",
     {CONCURRENT_GET(9 * MS, 9 * MS, 200), GETS("serial", 13 * MS, 13 * MS, 200)}},
    {"a failure caught in a stage",
     CHANNEL("1") STAGE(
         "do: {seq: [{wait: 4ms}, {fail: bad}], catch: {bad: {respond: 409}}}") "request: {put: c}",
     {ALL_GET(4 * MS, 4 * MS, 409)}},
    /* 1 ends the request at 10; 2 and 3 are dropped, and so is the request's own wait */
    {"abort drops what is in the channel",
     CHANNEL("5") STAGE(
         "do: [{wait: 10ms}, {abort: 418}]") "request: [{repeat: 3, do: {put: c}}, {wait: 100ms}]",
     {ALL_GET(10 * MS, 10 * MS, 418)}},
    {"abort by the request itself",
     CHANNEL("5") WORK "request: [{repeat: 3, do: {put: c}}, {wait: 12ms}, {abort: 418}]",
     {CONCURRENT_GET(12 * MS, 12 * MS, 418), GETS("serial", 42 * MS, 42 * MS, 418)}},
    /* in a blocking call on a thread of the pool; the worker is given back when it returns */
    {"abort while an item is on the pool",
     "services: {db: {latency: 6ms, blocking: true}}\n" CHANNEL("5")
         STAGE("do: [{call: db}, {respond: 200}]") "request: [{put: c}, {wait: 3ms}, {abort: 418}]",
     {GETS("hybrid", 3 * MS, 3 * MS, 418), GETS("threads", 3 * MS, 3 * MS, 418)}},
    /* a detached item goes on */
    {"abort spares detached items",
     CHANNEL("5") STAGE("do: [{wait: 10ms}, {respond: 200}]") "request: [{detach: {put: c}}, "
                                                              "{wait: 2ms}, {abort: 418}]",
     {CONCURRENT_GET(2 * MS, 2 * MS, 418)}},
    /* the fourth waits to put at 1 when the first aborts at 10 */
    {"abort ends who waits to put",
     CHANNEL("1") STAGE("do: [{wait: 10ms}, {abort: 418}]") "request: [{put: c}, {wait: 1ms}, "
                                                            "{put: c}, {put: c}, {wait: 5ms}]",
     {CONCURRENT_GET(10 * MS, 10 * MS, 418)}},
};

#define BATCH(how) STAGE("batch: {" how "}, do: [{wait: batch_size * 2ms}, {respond: 200}]")
/* puts at 0, 1, 2 */
#define PUTS "request: {each: 3, as: i, do: [{wait: i * 1ms}, {put: c}]}"
static const struct schedule batches[] = {
    /* three are there at 2; 2-8.  serial: 0-2, 3-5, 7-9 */
    {"batch by max",
     CHANNEL("10") BATCH("max: 3, wait: 100ms") PUTS,
     {CONCURRENT_GET(8 * MS, 8 * MS, 200), GETS("serial", 2 * MS, 9 * MS, 200)}},
    /* 0 has waited for 5: 5-11 */
    {"batch by wait",
     CHANNEL("10") BATCH("max: 10, wait: 5ms") PUTS,
     {CONCURRENT_GET(11 * MS, 11 * MS, 200)}},
    /* 0 and 1 from 1 to 5; 2, which came at 2, has waited for 3 by then, and does until 7: 7-9 */
    {"batch of two by max, one by wait",
     CHANNEL("10") BATCH("max: 2, wait: 5ms") PUTS,
     {CONCURRENT_GET(5 * MS, 9 * MS, 200)}},
    /* the same, but by 5 it has waited long enough: 5-7 */
    {"a batch that is due when the worker comes free",
     CHANNEL("10") BATCH("max: 2, wait: 3ms") PUTS,
     {CONCURRENT_GET(5 * MS, 7 * MS, 200)}},
    /* by default no wait: what is there at this instant */
    {"batch of what is there",
     CHANNEL("10") BATCH("max: 10") PUTS,
     {CONCURRENT_GET(2 * MS, 6 * MS, 200)}}, /* 0: 0-2; then 1 and 2: 2-6 */
    {"batch of those of one instant",
     CHANNEL("10") BATCH("max: 10") "request: {each: 3, do: {put: c}}",
     {CONCURRENT_GET(6 * MS, 6 * MS, 200)}},
    {"batch of one",
     CHANNEL("10") BATCH("max: 1, wait: 5ms") PUTS,
     {CONCURRENT_GET(2 * MS, 6 * MS, 200)}},
    /* two places: with two items it will not become fuller; 1-5, and 2 waits until 102 */
    {"a full channel makes a batch",
     CHANNEL("2") BATCH("max: 10, wait: 100ms") PUTS,
     {CONCURRENT_GET(5 * MS, 104 * MS, 200)}},
    /* two workers: 0 and 1 1-5, 2 by wait 7-9 though a worker was free from 2 on */
    {"two workers do not share a batch",
     CHANNEL("10") STAGE("workers: 2, batch: {max: 2, wait: 5ms},"
                         " do: [{wait: batch_size * 2ms}, {respond: 200}]") PUTS,
     {CONCURRENT_GET(5 * MS, 9 * MS, 200)}},
    /* the batch leaves the channel at 1; the third put had waited since 1 for that */
    {"a batch frees its places when it begins",
     CHANNEL("2") BATCH(
         "max: 2, wait: 100ms") "request: [{each: 3, do: [{wait: 1ms}, {put: c}]}, {respond: 202}]",
     {CONCURRENT_GET(1 * MS, 103 * MS, 202)}},
    {"a batch is over when what it spawned is",
     CHANNEL("10")
         STAGE("batch: {max: 3, wait: 5ms}, do: [{spawn: {a: {wait: 20ms}}}, {wait: 3ms}]") PUTS,
     {CONCURRENT_GET(2 * MS, 22 * MS, 200)}},
    {"a batch that fails",
     CHANNEL("10") STAGE("batch: {max: 3, wait: 5ms}, do: [{wait: 3ms}, {fail: bad}]") PUTS,
     {GETS("threads", 2 * MS, 5 * MS, 200), GETS("coroutine", 2 * MS, 5 * MS, 200)}},
    {"a batch that fails, before the request has answered",
     CHANNEL("10") STAGE(
         "batch: {max: 3, wait: 5ms}, do: [{wait: 3ms}, {fail: bad}]") "request: "
                                                                       "[{each: 3, as: i, do: "
                                                                       "[{wait: i * 1ms}, {put: "
                                                                       "c}]}, {wait: 30ms}]",
     {CONCURRENT_GET(5 * MS, 32 * MS, 500)}},
    /* at 2 the three are a batch; the abort at 3 takes it nothing but its items: 2-8 */
    {"abort while items are in a batch",
     CHANNEL("10") BATCH("max: 3, wait: 100ms") "request: "
                                                "[{each: 3, as: i, do: [{wait: i * 1ms}, {put: "
                                                "c}]}, {wait: 1ms}, {abort: 418}]",
     {CONCURRENT_GET(3 * MS, 3 * MS, 418)}},
    /* the first of two waits at the head of the channel when it is dropped at 3 */
    {"abort while items wait for company",
     CHANNEL("10") BATCH(
         "max: 3, wait: 100ms") "request: [{repeat: 2, do: {put: c}}, {wait: 3ms}, {abort: 418}]",
     {CONCURRENT_GET(3 * MS, 3 * MS, 418)}},
};

static const struct schedule variables[] = {
    {"copies of what was set",
     CHANNEL("1") STAGE("do: {wait: x}") "request: [{set: {x: 3ms}}, {put: c}, {set: {x: 50ms}}]",
     {CONCURRENT_GET(0, 3 * MS, 200), ENDS("serial", 3 * MS)}},
    {"from an enclosing task",
     CHANNEL("1") STAGE("do: {wait: x + y}") "request: [{set: {x: 3ms}}, {parallel: {a: [{set: "
                                             "{y: 4ms}}, {put: c}], b: [{set: {y: "
                                             "1ms}}, {wait: 10ms}]}}]",
     {CONCURRENT_GET(10 * MS, 10 * MS, 200), ENDS("serial", 17 * MS)}},
    {"a copy's number",
     CHANNEL("5")
         STAGE("do: {wait: n * 1ms}") "request: {each: 3, as: i, do: [{set: {n: i}}, {put: c}]}",
     {CONCURRENT_GET(0, 3 * MS, 200), ENDS("serial", 3 * MS)}},
    {"through a stage that does not look at them",
     "channels: {c: 1, d: 1}\nstages: {s: {from: c, do: [{set: {y: 2ms}}, {put: d}]},"
     " t: {from: d, do: [{wait: x + y}, {respond: 200}]}}\nrequest: [{set: {x: 3ms}}, {put: "
     "c}]",
     {ALL_GET(5 * MS, 5 * MS, 200)}},
    {"a stage changes its copy on one way only",
     CHANNEL("5") STAGE(
         "do: [{if: x > 2ms, then: {set: {x: x + 4ms}}}, {wait: x}]") "request: [{set: {x: "
                                                                      "1ms}}, {put: c}, {set: "
                                                                      "{x: 3ms}}, {put: c}]",
     {CONCURRENT_GET(0, 8 * MS, 200), ENDS("serial", 8 * MS)}},
    {"and a task within it",
     CHANNEL("5") STAGE("do: {parallel: [[{if: x > 2ms, then: {set: {x: 7ms}}}, {wait: x}], "
                        "[]]}") "request: [{set: {x: 1ms}}, {put: c}, {set: {x: 3ms}}, {put: "
                                "c}]",
     {CONCURRENT_GET(0, 8 * MS, 200), ENDS("serial", 8 * MS)}},
    {"a stage hands on what it changed on one way",
     "channels: {c: 5, d: 5}\nstages: {s: {from: c, do: [{if: x > 2ms, then: {set: {x: 7ms}}},"
     " {put: d}]}, t: {from: d, do: {wait: x}}}\n"
     "request: [{set: {x: 1ms}}, {put: c}, {set: {x: 3ms}}, {put: c}]",
     {CONCURRENT_GET(0, 8 * MS, 200), ENDS("serial", 8 * MS)}},
    {"pipelines run in a stage, with their parameters",
     "params: {d: 1ms}\npipelines: {p: [{wait: d + x}]}\n" CHANNEL("5")
         STAGE("do: {run: p, with: {d: x * 2}}") "request: [{set: {x: 2ms}}, {put: c}]",
     {CONCURRENT_GET(0, 6 * MS, 200), ENDS("serial", 6 * MS)}},
};

static const struct schedule costs[] = {
    /* the worker wakes for 1, and goes on with 2 in the same turn: resume 0-1, 1-11, resume, 12-22,
     * resume.  A put costs no task */
    {"resume",
     CHANNEL("5") WORK "request: [{repeat: 2, do: {put: c}}, {respond: 200}]\n"
                       "executions: {coroutine: {task: 7ms, resume: 1ms}}",
     {GETS("coroutine", 0, 23 * MS, 200)}},
    /* the request 0-1; the worker 1-2, waits until 12, -13, until 23, -24 */
    {"switch",
     CHANNEL("5") WORK "request: [{repeat: 2, do: {put: c}}, {respond: 200}]\n"
                       "executions: {threads: {spawn: 7ms, switch: 1ms}}",
     {GETS("threads", 1 * MS, 24 * MS, 200)}},
    /* a stage's workers are no threads of the pool: the request keeps the only one until 30 */
    {"workers are threads of their own",
     CHANNEL("5") WORK "request: [{put: c}, {wait: 30ms}]\nexecutions: {threads: {pool: 1}}",
     {GETS("threads", 30 * MS, 30 * MS, 200)}},
    /* but what it forks takes them, from 30 on */
    {"what they fork is not",
     CHANNEL("5") STAGE(
         "do: {parallel: [{wait: 5ms}, {wait: 5ms}]}") "request: [{put: c}, {wait: "
                                                       "30ms}]\nexecutions: {threads: {pool: 1}}",
     {GETS("threads", 30 * MS, 40 * MS, 200)}},
    /* the loop computes 0-4 for the request, then 4-7 for the item */
    {"tasks of the loop",
     CHANNEL("5") STAGE("do: {cpu: 3ms}") "request: [{put: c}, {cpu: 4ms}]",
     {GETS("coroutine", 4 * MS, 7 * MS, 200), GETS("hybrid", 4 * MS, 7 * MS, 200)}},
    {"a blocking call of a stage holds the loop",
     "services: {db: {latency: 6ms, blocking: true}}\n" CHANNEL("5")
         STAGE("do: {call: db}") "request: [{put: c}, {wait: 2ms}, {respond: 200}]",
     {GETS("coroutine", 6 * MS, 6 * MS, 200), GETS("hybrid", 2 * MS, 6 * MS, 200),
      GETS("threads", 2 * MS, 6 * MS, 200)}},
};

#define PROCESSES "host: {workers: 2, cores: 2}\n"
static const struct schedule processes[] = {
    {"scope: worker",
     PROCESSES CHANNEL("{size: 5, scope: worker}") WORK "request: {repeat: 2, do: {put: c}}",
     {CONCURRENT_GET(0, 20 * MS, 200)}},
    {"scope: all",
     PROCESSES CHANNEL("{size: 5, scope: all}") WORK "request: {repeat: 2, do: {put: c}}",
     {CONCURRENT_GET(0, 10 * MS, 200)}},
    /* 1 goes to the first process, whose loop computes until 10: 10-20; 2 and 3 to the second:
     * 0-10, 10-20; but 3 is taken by whoever is free first, and that is the second process */
    {"scope: all, a busy loop",
     PROCESSES CHANNEL("{size: 5, scope: all}")
         STAGE("do: {cpu: 10ms}") "request: [{repeat: 3, do: {put: c}}, {cpu: 10ms}]",
     {GETS("coroutine", 10 * MS, 20 * MS, 200), GETS("hybrid", 10 * MS, 20 * MS, 200)}},
    {"scope: all, batches",
     PROCESSES CHANNEL("{size: 5, scope: all}")
         STAGE("batch: {max: 2, wait: 1ms}, do: {wait: 10ms}") "request: {repeat: 5, do: {put: c}}",
     {CONCURRENT_GET(0, 20 * MS, 200)}},
};

#define BACKLOG(n) "load: {backlog: " n "}\n"
#define ALL_DONE(...)                                                                              \
    {                                                                                              \
        {"threads", {__VA_ARGS__}}, {"coroutine", {__VA_ARGS__}},                                  \
        {                                                                                          \
            "hybrid",                                                                              \
            {                                                                                      \
                __VA_ARGS__                                                                        \
            }                                                                                      \
        }                                                                                          \
    }
static const struct loaded_schedule many[] = {
    {.name = "a batch answers all its requests",
     .yaml = BACKLOG("3") CHANNEL("10") BATCH("max: 3, wait: 50ms") "request: {put: c}",
     .n = 3,
     .backlog = true,
     .want = ALL_DONE({0, 6 * MS, 6 * MS, 200, 0}, {0, 6 * MS, 6 * MS, 200, 0},
                      {0, 6 * MS, 6 * MS, 200, 0})},
    {.name = "a batch that fails answers all",
     .yaml = BACKLOG("2") CHANNEL("10") STAGE("batch: {max: 2, wait: 9ms}, do: [{wait: 3ms}, "
                                              "{fail: bad}]") "request: [{put: c}, {wait: 8ms}]",
     .n = 2,
     .backlog = true,
     .want = ALL_DONE({0, 3 * MS, 8 * MS, 500, 0}, {0, 3 * MS, 8 * MS, 500, 0})},
    {.name = "abort in a batch ends all its requests",
     .yaml = BACKLOG("2") CHANNEL("10")
         STAGE("batch: {max: 2, wait: 9ms}, do: [{wait: 3ms}, "
               "{abort: 503}]") "request: [{repeat: 2, do: {put: c}}, {wait: 50ms}]",
     /* the first request's two are a batch, and end it at 3; then the second's: 3-6 */
     .n = 2,
     .backlog = true,
     .want = ALL_DONE({0, 3 * MS, 3 * MS, 503, 0}, {0, 6 * MS, 6 * MS, 503, 0})},
    {.name = "a batch goes on without the items of a request that has ended",
     /* a's item and b's are a batch at 0; a aborts at 1; b is answered at 4 */
     .yaml = "pipelines: {a: [{put: c}, {wait: 1ms}, {abort: 418}], b: {put: c}}\nrequest: []\n"
             "load: [{backlog: 1, pipeline: a}, {backlog: 1, pipeline: b}]\n" CHANNEL("10")
                 BATCH("max: 2, wait: 50ms"),
     .n = 2,
     .backlog = true,
     .want = ALL_DONE({0, 1 * MS, 1 * MS, 418, 0}, {0, 4 * MS, 4 * MS, 200, 1})},
    {.name = "a dropped item's worker takes the next",
     /* a's two are first in the channel: 1 is worked on, 2 is dropped at 4; then b's */
     .yaml = "pipelines: {a: [{repeat: 2, do: {put: c}}, {wait: 4ms}, {abort: 418}], b: {put: c}}\n"
             "request: []\nload: [{backlog: 1, pipeline: a}, {backlog: 1, pipeline: b}]\n" CHANNEL(
                 "10") STAGE("do: [{wait: 10ms}, {respond: 200}]"),
     .n = 2,
     .backlog = true,
     /* a coroutine leaves its worker at once, a thread when its wait is over */
     .want = {{"threads", {{0, 4 * MS, 4 * MS, 418, 0}, {0, 20 * MS, 20 * MS, 200, 1}}},
              {"coroutine", {{0, 4 * MS, 4 * MS, 418, 0}, {0, 14 * MS, 14 * MS, 200, 1}}}}},
    {.name = "the head of a batch leaves, the next has its own time",
     /* a's at 0, b's at 2; a aborts at 4: b's waits until 12, alone */
     .yaml = "pipelines: {a: [{put: c}, {wait: 4ms}, {abort: 418}], b: [{wait: 2ms}, {put: c}]}\n"
             "request: []\nload: [{backlog: 1, pipeline: a}, {backlog: 1, pipeline: b}]\n" CHANNEL(
                 "10") BATCH("max: 3, wait: 10ms"),
     .n = 2,
     .backlog = true,
     .want = ALL_DONE({0, 4 * MS, 4 * MS, 418, 0}, {0, 14 * MS, 14 * MS, 200, 1})},
    {.name = "a request is in progress until its last item is over",
     .yaml =
         BACKLOG("2") CHANNEL("10") WORK "request: {put: c}\n"
                                         "executions: {coroutine: {limit: 1}, threads: {limit: 1}}",
     .n = 2,
     .backlog = true,
     .want = {{"threads", {{0, 0, 10 * MS, 200, 0}, {0, 10 * MS, 20 * MS, 200, 0}}},
              {"coroutine", {{0, 0, 10 * MS, 200, 0}, {0, 10 * MS, 20 * MS, 200, 0}}}}},
    {.name = "clients go on when the stage answers",
     .yaml = "load: {clients: 1}\n" CHANNEL("10")
         STAGE("workers: 2, do: [{wait: 3ms}, {respond: 200}, {wait: 4ms}]") "request: {put: c}",
     .n = 3,
     .want = ALL_DONE({0, 3 * MS, 7 * MS, 200, 0}, {3 * MS, 3 * MS, 7 * MS, 200, 0},
                      /* both workers are busy at 6; one comes free at 7 */
                      {6 * MS, 4 * MS, 8 * MS, 200, 0})},
    {.name = "serial, a batch is of one",
     .yaml = BACKLOG("2") CHANNEL("10") BATCH("max: 3, wait: 50ms") "request: {put: c}",
     .n = 2,
     .backlog = true,
     .want = {{"serial", {{0, 2 * MS, 2 * MS, 200, 0}, {0, 4 * MS, 4 * MS, 200, 0}}}}},
};

#define ADD_ALONE(u, rows) suite_add_alone(u, rows, sizeof rows / sizeof *(rows))
int main(void)
{
    struct suite u = {0};
    ADD_ALONE(&u, putting);
    ADD_ALONE(&u, chains);
    ADD_ALONE(&u, ends);
    ADD_ALONE(&u, batches);
    ADD_ALONE(&u, variables);
    ADD_ALONE(&u, costs);
    ADD_ALONE(&u, processes);
    suite_add_loaded(&u, many, sizeof many / sizeof *many);
    return suite_run(&u);
}
