/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_schedule_load.c - many requests: how they arrive, meet, queue, are refused, and what one
 * leaves to the next.  Schedules by hand, see schedule.h; a request is {arrival, latency, duration,
 * status, class}. */
#include "tests/unit/schedule.h"

#define WELL(at, t)                                                                                \
    {                                                                                              \
        at, t, t, 200, 0                                                                           \
    }
#define GOT(at, latency, duration, status)                                                         \
    {                                                                                              \
        at, latency, duration, status, 0                                                           \
    }
#define REFUSED(at) GOT(at, 0, 0, 503)

static const struct loaded_schedule arrivals[] = {
    {.name = "closed, with think time",
     /* both at 0: served 0-10 and 10-20; back at 15 and 25: served 20-30, 30-40; and so on. serial:
      * the one request that runs is the one that is served */
     .yaml = "services: {s: {latency: 10ms, capacity: 1}}\nload: {clients: 2, think: 5ms}\n"
             "request: {call: s}",
     .n = 6,
     .want = {{"serial",
               {WELL(0, 10 * MS), WELL(0, 20 * MS), WELL(15 * MS, 15 * MS), WELL(25 * MS, 15 * MS),
                WELL(35 * MS, 15 * MS), WELL(45 * MS, 15 * MS)}},
              {"threads",
               {WELL(0, 10 * MS), WELL(0, 20 * MS), WELL(15 * MS, 15 * MS), WELL(25 * MS, 15 * MS),
                WELL(35 * MS, 15 * MS), WELL(45 * MS, 15 * MS)}},
              {"coroutine",
               {WELL(0, 10 * MS), WELL(0, 20 * MS), WELL(15 * MS, 15 * MS), WELL(25 * MS, 15 * MS),
                WELL(35 * MS, 15 * MS), WELL(45 * MS, 15 * MS)}},
              {"hybrid",
               {WELL(0, 10 * MS), WELL(0, 20 * MS), WELL(15 * MS, 15 * MS), WELL(25 * MS, 15 * MS),
                WELL(35 * MS, 15 * MS), WELL(45 * MS, 15 * MS)}}}},
    {.name = "closed, one after the other",
     .yaml = "load: {clients: 1}\nrequest: {wait: 7ms}",
     .n = 3,
     .want = {{"serial", {WELL(0, 7 * MS), WELL(7 * MS, 7 * MS), WELL(14 * MS, 7 * MS)}},
              {"threads", {WELL(0, 7 * MS), WELL(7 * MS, 7 * MS), WELL(14 * MS, 7 * MS)}},
              {"coroutine", {WELL(0, 7 * MS), WELL(7 * MS, 7 * MS), WELL(14 * MS, 7 * MS)}}}},
    /* the client goes on at the response, while its request is at work for 10 more.  serial: the
     * second waits for the worker 5-15, answers at 20; the third 20-30, 35 */
    {.name = "closed, respond and go on",
     .yaml = "load: {clients: 1}\nrequest: [{wait: 5ms}, {respond: 200}, {wait: 10ms}]",
     .n = 3,
     .want = {{"threads",
               {GOT(0, 5 * MS, 15 * MS, 200), GOT(5 * MS, 5 * MS, 15 * MS, 200),
                GOT(10 * MS, 5 * MS, 15 * MS, 200)}},
              {"coroutine",
               {GOT(0, 5 * MS, 15 * MS, 200), GOT(5 * MS, 5 * MS, 15 * MS, 200),
                GOT(10 * MS, 5 * MS, 15 * MS, 200)}},
              {"serial",
               {GOT(0, 5 * MS, 15 * MS, 200), GOT(5 * MS, 15 * MS, 25 * MS, 200),
                GOT(20 * MS, 15 * MS, 25 * MS, 200)}}}},
    /* an unanswered one is timed, and its client goes on, at its end */
    {.name = "closed, unanswered",
     .yaml = "params: {k: 1}\nload: {clients: 1}\n"
             "request: [{wait: 5ms}, {if: k == 2, then: {respond: 200}}, {wait: 10ms}]",
     .n = 2,
     .want = {{"serial", {GOT(0, 15 * MS, 15 * MS, 0), GOT(15 * MS, 15 * MS, 15 * MS, 0)}},
              {"threads", {GOT(0, 15 * MS, 15 * MS, 0), GOT(15 * MS, 15 * MS, 15 * MS, 0)}},
              {"coroutine", {GOT(0, 15 * MS, 15 * MS, 0), GOT(15 * MS, 15 * MS, 15 * MS, 0)}}}},
    /* 10 apart; each takes 15 of the one server: 0-15, 15-30, 30-45, 45-60 */
    {.name = "deterministic arrivals",
     .yaml = "services: {s: {latency: 15ms, capacity: 1}}\n"
             "load: {rate: 100/s, arrivals: deterministic}\nrequest: {call: s}",
     .n = 4,
     .open = true,
     .want = {{"serial",
               {WELL(0, 15 * MS), WELL(10 * MS, 20 * MS), WELL(20 * MS, 25 * MS),
                WELL(30 * MS, 30 * MS)}},
              {"threads",
               {WELL(0, 15 * MS), WELL(10 * MS, 20 * MS), WELL(20 * MS, 25 * MS),
                WELL(30 * MS, 30 * MS)}},
              {"coroutine",
               {WELL(0, 15 * MS), WELL(10 * MS, 20 * MS), WELL(20 * MS, 25 * MS),
                WELL(30 * MS, 30 * MS)}}}},
    {.name = "backlog",
     .yaml = "load: {backlog: 4}\nrequest: {wait: 10ms}",
     .n = 4,
     .backlog = true,
     .want = {{"serial", {WELL(0, 10 * MS), WELL(0, 20 * MS), WELL(0, 30 * MS), WELL(0, 40 * MS)}},
              {"threads", {WELL(0, 10 * MS), WELL(0, 10 * MS), WELL(0, 10 * MS), WELL(0, 10 * MS)}},
              {"coroutine",
               {WELL(0, 10 * MS), WELL(0, 10 * MS), WELL(0, 10 * MS), WELL(0, 10 * MS)}},
              {"hybrid",
               {WELL(0, 10 * MS), WELL(0, 10 * MS), WELL(0, 10 * MS), WELL(0, 10 * MS)}}}},
    /* sends at 0-1 ... 3-4, back at 11 ... 14: 11-12 ... 14-15; threads on one core, fifo, alike */
    {.name = "backlog of computing and waiting",
     .yaml = "executions: {fifo: {kind: threads, schedule: fifo}}\n"
             "load: {backlog: 4}\nrequest: [{cpu: 1ms}, {wait: 10ms}, {cpu: 1ms}]",
     .n = 4,
     .backlog = true,
     .want = {{"coroutine",
               {WELL(0, 12 * MS), WELL(0, 13 * MS), WELL(0, 14 * MS), WELL(0, 15 * MS)}},
              {"fifo", {WELL(0, 12 * MS), WELL(0, 13 * MS), WELL(0, 14 * MS), WELL(0, 15 * MS)}},
              {"serial",
               {WELL(0, 12 * MS), WELL(0, 24 * MS), WELL(0, 36 * MS), WELL(0, 48 * MS)}}}},
    /* class 0 has priority 1: its first is served 0-10; then class 1's, 10-20; then the others */
    {.name = "priority of a class",
     .yaml = "services: {s: {latency: 10ms, capacity: 1, discipline: priority}}\n"
             "load: [{backlog: 3, name: batch, priority: 1}, {backlog: 1, name: user}]\n"
             "request: {call: s}",
     .n = 4,
     .backlog = true,
     .want =
         {{"threads",
           {WELL(0, 10 * MS), WELL(0, 30 * MS), WELL(0, 40 * MS), {0, 20 * MS, 20 * MS, 200, 1}}},
          {"coroutine",
           {WELL(0, 10 * MS), WELL(0, 30 * MS), WELL(0, 40 * MS), {0, 20 * MS, 20 * MS, 200, 1}}}}},
    /* the step's own priority counts, not the class's: as they come */
    {.name = "priority of a step overrides the class's",
     .yaml = "services: {s: {latency: 10ms, capacity: 1, discipline: priority}}\n"
             "load: [{backlog: 2, name: batch, priority: 1}, {backlog: 1, name: user}]\n"
             "request: {call: s, priority: 3}",
     .n = 3,
     .backlog = true,
     .want = {{"threads", {WELL(0, 10 * MS), WELL(0, 20 * MS), {0, 30 * MS, 30 * MS, 200, 1}}}}},
    /* the pool's queue by priority of the class */
    {.name = "priority in the pool",
     .yaml = "executions: {p: {kind: threads, pool: 1, discipline: priority}}\n"
             "load: [{backlog: 3, name: batch, priority: 1}, {backlog: 1, name: user}]\n"
             "request: {wait: 10ms}",
     .n = 4,
     .backlog = true,
     .want =
         {{"p",
           {WELL(0, 10 * MS), WELL(0, 30 * MS), WELL(0, 40 * MS), {0, 20 * MS, 20 * MS, 200, 1}}}}},
    /* the class's own pipeline: a computes 0-50; b waits 0-10, but the loop is busy */
    {.name = "two pipelines on one loop",
     .yaml = "pipelines: {slow: {cpu: 50ms}}\n"
             "load: [{backlog: 1}, {backlog: 1, pipeline: slow}]\nrequest: {wait: 10ms}",
     .n = 2,
     .backlog = true,
     .want = {{"coroutine", {WELL(0, 50 * MS), {0, 50 * MS, 50 * MS, 200, 1}}},
              {"threads", {WELL(0, 10 * MS), {0, 50 * MS, 50 * MS, 200, 1}}},
              {"serial", {WELL(0, 10 * MS), {0, 60 * MS, 60 * MS, 200, 1}}}}},
};

static const struct loaded_schedule limits[] = {
    /* one in progress, one waits, two are refused at once */
    {.name = "limit and queue",
     .yaml = "executions: {serial: {limit: 1, queue: 1}, threads: {limit: 1, queue: 1},"
             " coroutine: {limit: 1, queue: 1}, hybrid: {limit: 1, queue: 1},"
             " server: {kind: threads, server: 1, queue: 1}}\n"
             "load: {backlog: 4}\nrequest: {wait: 10ms}",
     .n = 4,
     .backlog = true,
     .want = {{"serial", {WELL(0, 10 * MS), WELL(0, 20 * MS), REFUSED(0), REFUSED(0)}},
              {"threads", {WELL(0, 10 * MS), WELL(0, 20 * MS), REFUSED(0), REFUSED(0)}},
              {"coroutine", {WELL(0, 10 * MS), WELL(0, 20 * MS), REFUSED(0), REFUSED(0)}},
              {"hybrid", {WELL(0, 10 * MS), WELL(0, 20 * MS), REFUSED(0), REFUSED(0)}},
              {"server", {WELL(0, 10 * MS), WELL(0, 20 * MS), REFUSED(0), REFUSED(0)}}}},
    /* in progress until it is over, not until it answers */
    {.name = "limit to the end",
     .yaml = "executions: {threads: {limit: 1}, coroutine: {limit: 1}, hybrid: {limit: 1}}\n"
             "load: {backlog: 2}\nrequest: [{wait: 5ms}, {respond: 200}, {wait: 10ms}]",
     .n = 2,
     .backlog = true,
     .want = {{"threads", {GOT(0, 5 * MS, 15 * MS, 200), GOT(0, 20 * MS, 30 * MS, 200)}},
              {"coroutine", {GOT(0, 5 * MS, 15 * MS, 200), GOT(0, 20 * MS, 30 * MS, 200)}},
              {"hybrid", {GOT(0, 5 * MS, 15 * MS, 200), GOT(0, 20 * MS, 30 * MS, 200)}},
              {"serial", {GOT(0, 5 * MS, 15 * MS, 200), GOT(0, 20 * MS, 30 * MS, 200)}}}},
    /* detached tasks are not the request's: the second begins at 5 */
    {.name = "limit and detached tasks",
     .yaml = "executions: {threads: {limit: 1}, coroutine: {limit: 1}}\n"
             "load: {backlog: 2}\nrequest: [{detach: {wait: 30ms}}, {wait: 5ms}]",
     .n = 2,
     .backlog = true,
     .want = {{"threads", {WELL(0, 5 * MS), WELL(0, 10 * MS)}},
              {"coroutine", {WELL(0, 5 * MS), WELL(0, 10 * MS)}},
              {"serial", {WELL(0, 35 * MS), WELL(0, 70 * MS)}}}},
    /* Two clients; A in at 0, B refused; B asks again at 10 (refused) and 20 (in until 35); A, done
     * at 15, at 25 (refused) and at 35.  A thread's request is over with its wait, before the
     * arrival of that instant: A is in until 50, B at 45 is refused.  A coroutine's is over in its
     * turn, after it: A is refused at 35; of both at 45 one. */
    {.name = "refused clients think, too",
     .yaml = "executions: {threads: {limit: 1, queue: 0}, coroutine: {limit: 1, queue: 0}}\n"
             "load: {clients: 2, think: 10ms}\nrequest: {wait: 15ms}",
     .n = 7,
     .want = {{"threads",
               {WELL(0, 15 * MS), REFUSED(0), REFUSED(10 * MS), WELL(20 * MS, 15 * MS),
                REFUSED(25 * MS), WELL(35 * MS, 15 * MS), REFUSED(45 * MS)}},
              {"coroutine",
               {WELL(0, 15 * MS), REFUSED(0), REFUSED(10 * MS), WELL(20 * MS, 15 * MS),
                REFUSED(25 * MS), REFUSED(35 * MS), REFUSED(45 * MS)}}}},
    /* two threads for all requests; two of the server's; one of it and the branch's of the pool */
    {.name = "threads of requests",
     .yaml = "executions: {pool: {kind: threads, pool: 2}, server: {kind: threads, server: 2}}\n"
             "load: {backlog: 3}\nrequest: {wait: 10ms}",
     .n = 3,
     .backlog = true,
     .want = {{"pool", {WELL(0, 10 * MS), WELL(0, 10 * MS), WELL(0, 20 * MS)}},
              {"server", {WELL(0, 10 * MS), WELL(0, 10 * MS), WELL(0, 20 * MS)}}}},
    /* the server's threads are apart: both requests have theirs, and share the pool's one */
    {.name = "server and pool",
     .yaml = "executions: {x: {kind: threads, server: 2, pool: 1}}\n"
             "load: {backlog: 2}\nrequest: {parallel: {a: {wait: 10ms}}}",
     .n = 2,
     .backlog = true,
     .want = {{"x", {WELL(0, 10 * MS), WELL(0, 20 * MS)}}}},
};

static const struct loaded_schedule workers[] = {
    {.name = "serial workers",
     /* two at a time */
     .yaml = "host: {workers: 2}\nload: {backlog: 4}\nrequest: {wait: 10ms}",
     .n = 4,
     .backlog = true,
     .want = {{"serial",
               {WELL(0, 10 * MS), WELL(0, 10 * MS), WELL(0, 20 * MS), WELL(0, 20 * MS)}}}},
    /* Requests 1, 3 go to worker 0, 2, 4 to worker 1.  one core, rr(5ms): 1 0-5, 2 5-10, 1 10-15, 2
     * 15-20; then 3, 4 alike.  fifo: one after the other, the workers in turn */
    {.name = "serial workers that compute",
     .yaml =
         "executions: {one: {kind: serial, workers: 2}, two: {kind: serial, workers: 2, cores: 2},"
         " fifo: {kind: serial, workers: 2, schedule: fifo}, ps: {kind: serial, workers: 2,"
         " schedule: ps}}\n"
         "load: {backlog: 4}\nrequest: {cpu: 10ms}",
     .n = 4,
     .backlog = true,
     .want = {{"one", {WELL(0, 15 * MS), WELL(0, 20 * MS), WELL(0, 35 * MS), WELL(0, 40 * MS)}},
              {"two", {WELL(0, 10 * MS), WELL(0, 10 * MS), WELL(0, 20 * MS), WELL(0, 20 * MS)}},
              {"fifo", {WELL(0, 10 * MS), WELL(0, 20 * MS), WELL(0, 30 * MS), WELL(0, 40 * MS)}},
              {"ps", {WELL(0, 20 * MS), WELL(0, 20 * MS), WELL(0, 40 * MS), WELL(0, 40 * MS)}}}},
    /* two loops.  two cores: each has its own.  one core, rr(20ms): a loop that has work to do
     * keeps the core for its quantum: 1, 3 of worker 0, then 2, 4 */
    {.name = "loops that compute",
     .yaml = "executions: {two: {kind: coroutine, workers: 2, cores: 2},"
             " one: {kind: coroutine, workers: 2, schedule: rr(20ms)}}\n"
             "load: {backlog: 4}\nrequest: {cpu: 10ms}",
     .n = 4,
     .backlog = true,
     .want = {{"two", {WELL(0, 10 * MS), WELL(0, 10 * MS), WELL(0, 20 * MS), WELL(0, 20 * MS)}},
              {"one", {WELL(0, 10 * MS), WELL(0, 20 * MS), WELL(0, 30 * MS), WELL(0, 40 * MS)}}}},
    /* one GIL a worker.  one worker: 1 0-5, 2 5-10, 1 10-13, 2 13-16 */
    {.name = "a GIL a worker",
     .yaml = "host: {cores: 2, gil: true}\n"
             "executions: {two: {kind: threads, workers: 2}, one: {kind: threads}}\n"
             "load: {backlog: 2}\nrequest: {cpu: 8ms}",
     .n = 2,
     .backlog = true,
     .want = {{"two", {WELL(0, 8 * MS), WELL(0, 8 * MS)}},
              {"one", {WELL(0, 13 * MS), WELL(0, 16 * MS)}}}},
    {.name = "requests share the core",
     .yaml =
         "executions: {fifo: {kind: threads, schedule: fifo}, ps: {kind: threads, schedule: ps},"
         " two: {kind: threads, cores: 2}}\n"
         "load: {backlog: 2}\nrequest: {cpu: 8ms}",
     .n = 2,
     .backlog = true,
     .want = {{"threads", {WELL(0, 13 * MS), WELL(0, 16 * MS)}},
              {"fifo", {WELL(0, 8 * MS), WELL(0, 16 * MS)}},
              {"ps", {WELL(0, 16 * MS), WELL(0, 16 * MS)}},
              {"two", {WELL(0, 8 * MS), WELL(0, 8 * MS)}},
              {"coroutine", {WELL(0, 8 * MS), WELL(0, 16 * MS)}}}},
    /* 1 goes to worker 0 (0-25); 2 at 10 to 1 (-35); 3 at 20, one each, to 0 (25-50); 4 at 30, one
     * each, to 0 (50-75), though 1 will be free first; 5 at 40 to 1 (-65) */
    {.name = "the worker with the fewest",
     .yaml = "host: {workers: 2}\nload: {rate: 100/s, arrivals: deterministic}\n"
             "request: {wait: 25ms}",
     .n = 5,
     .open = true,
     .want = {{"serial",
               {WELL(0, 25 * MS), WELL(10 * MS, 25 * MS), WELL(20 * MS, 30 * MS),
                WELL(30 * MS, 45 * MS), WELL(40 * MS, 25 * MS)}}}},
    {.name = "a mutex a worker",
     .yaml = "host: {workers: 2}\nresources: {m: {kind: mutex, scope: worker}}\n"
             "load: {backlog: 3}\nrequest: {use: m, do: {wait: 10ms}}",
     .n = 3,
     .backlog = true,
     .want = {{"threads", {WELL(0, 10 * MS), WELL(0, 10 * MS), WELL(0, 20 * MS)}},
              {"coroutine", {WELL(0, 10 * MS), WELL(0, 10 * MS), WELL(0, 20 * MS)}}}},
    {.name = "a mutex for all workers",
     .yaml = "host: {workers: 2}\nresources: {m: {kind: mutex, scope: all}}\n"
             "load: {backlog: 3}\nrequest: {use: m, do: {wait: 10ms}}",
     .n = 3,
     .backlog = true,
     .want = {{"serial", {WELL(0, 10 * MS), WELL(0, 20 * MS), WELL(0, 30 * MS)}},
              {"threads", {WELL(0, 10 * MS), WELL(0, 20 * MS), WELL(0, 30 * MS)}},
              {"coroutine", {WELL(0, 10 * MS), WELL(0, 20 * MS), WELL(0, 30 * MS)}}}},
    /* capacity is over all workers */
    {.name = "a service for all workers",
     .yaml = "host: {workers: 2}\nservices: {s: {latency: 10ms, capacity: 1}}\n"
             "load: {backlog: 3}\nrequest: {call: s}",
     .n = 3,
     .backlog = true,
     .want = {{"serial", {WELL(0, 10 * MS), WELL(0, 20 * MS), WELL(0, 30 * MS)}},
              {"threads", {WELL(0, 10 * MS), WELL(0, 20 * MS), WELL(0, 30 * MS)}}}},
};

/* What a request leaves to the next one of its client, who comes at the answer. */
static const struct loaded_schedule legacies[] = {
    /* m 0-1; the task has it 1-31; abort at 11.  A coroutine lets go: all take 11.  A thread in its
     * call keeps m: the second gets it at 31, -32, abort at 42; the third alike.  serial 1 + 30 +
     * 10 */
    {.name = "abort, a task holds and calls",
     .yaml = "services: {s: {latency: 30ms}}\nresources: {m: mutex}\nload: {clients: 1}\n"
             "request: [{use: m, do: {wait: 1ms}}, {spawn: {a: {use: m, do: {call: s}}}},"
             " {wait: 10ms}, {abort: 503}]",
     .n = 3,
     .want = {{"threads",
               {GOT(0, 11 * MS, 11 * MS, 503), GOT(11 * MS, 31 * MS, 31 * MS, 503),
                GOT(42 * MS, 31 * MS, 31 * MS, 503)}},
              {"coroutine",
               {GOT(0, 11 * MS, 11 * MS, 503), GOT(11 * MS, 11 * MS, 11 * MS, 503),
                GOT(22 * MS, 11 * MS, 11 * MS, 503)}},
              {"hybrid",
               {GOT(0, 11 * MS, 11 * MS, 503), GOT(11 * MS, 11 * MS, 11 * MS, 503),
                GOT(22 * MS, 11 * MS, 11 * MS, 503)}},
              {"serial",
               {GOT(0, 41 * MS, 41 * MS, 503), GOT(41 * MS, 41 * MS, 41 * MS, 503),
                GOT(82 * MS, 41 * MS, 41 * MS, 503)}}}},
    /* the same with a blocking call, which a hybrid makes on a thread */
    {.name = "abort, a task holds and blocks",
     .yaml = "services: {s: {latency: 30ms, blocking: true}}\nresources: {m: mutex}\n"
             "load: {clients: 1}\n"
             "request: [{use: m, do: {wait: 1ms}}, {spawn: {a: {use: m, do: {call: s}}}},"
             " {wait: 10ms}, {abort: 503}]",
     .n = 2,
     .want = {{"hybrid", {GOT(0, 11 * MS, 11 * MS, 503), GOT(11 * MS, 31 * MS, 31 * MS, 503)}},
              /* the loop is held 1-31 */
              {"coroutine", {GOT(0, 31 * MS, 31 * MS, 503), GOT(31 * MS, 31 * MS, 31 * MS, 503)}}}},
    /* q queues behind the task that has m; a cancelled thread takes its turn, and nothing more */
    {.name = "abort, tasks hold and queue",
     .yaml = "services: {s: {latency: 30ms}}\nresources: {m: mutex}\nload: {clients: 1}\n"
             "request: [{use: m, do: {wait: 1ms}}, {spawn: {a: {use: m, do: {call: s}},"
             " q: {use: m, do: {wait: 500ms}}, j: {parallel: {x: {call: s}}},"
             " h: {each: 3, limit: 1, do: {call: s}}}}, {wait: 10ms}, {abort: 503}]",
     .n = 2,
     .want = {{"threads", {GOT(0, 11 * MS, 11 * MS, 503), GOT(11 * MS, 31 * MS, 31 * MS, 503)}},
              {"coroutine", {GOT(0, 11 * MS, 11 * MS, 503), GOT(11 * MS, 11 * MS, 11 * MS, 503)}}}},
    {.name = "abort lets go",
     .yaml = "resources: {m: mutex}\nload: {clients: 1}\n"
             "request: {use: m, do: [{wait: 5ms}, {abort: 503}]}",
     .n = 2,
     .want = {{"serial", {GOT(0, 5 * MS, 5 * MS, 503), GOT(5 * MS, 5 * MS, 5 * MS, 503)}},
              {"threads", {GOT(0, 5 * MS, 5 * MS, 503), GOT(5 * MS, 5 * MS, 5 * MS, 503)}},
              {"coroutine", {GOT(0, 5 * MS, 5 * MS, 503), GOT(5 * MS, 5 * MS, 5 * MS, 503)}},
              {"hybrid", {GOT(0, 5 * MS, 5 * MS, 503), GOT(5 * MS, 5 * MS, 5 * MS, 503)}}}},
    /* detached tasks go on: d has m 1-31; the second request has it 31-32, its task 32-62; ... */
    {.name = "abort leaves detached tasks",
     .yaml = "resources: {m: mutex}\nload: {clients: 1}\n"
             "request: [{use: m, do: {wait: 1ms}}, {detach: {use: m, do: {wait: 30ms}}},"
             " {wait: 2ms}, {abort: 503}]",
     .n = 3,
     .want = {{"threads",
               {GOT(0, 3 * MS, 3 * MS, 503), GOT(3 * MS, 31 * MS, 31 * MS, 503),
                GOT(34 * MS, 31 * MS, 31 * MS, 503)}},
              {"coroutine",
               {GOT(0, 3 * MS, 3 * MS, 503), GOT(3 * MS, 31 * MS, 31 * MS, 503),
                GOT(34 * MS, 31 * MS, 31 * MS, 503)}}}},
    {.name = "what is detached meets the next",
     .yaml = "resources: {m: mutex}\nload: {clients: 1}\n"
             "request: [{use: m, do: {wait: 1ms}}, {detach: {use: m, do: {wait: 30ms}}},"
             " {wait: 2ms}]",
     .n = 3,
     .want = {{"threads", {WELL(0, 3 * MS), WELL(3 * MS, 31 * MS), WELL(34 * MS, 31 * MS)}},
              {"coroutine", {WELL(0, 3 * MS), WELL(3 * MS, 31 * MS), WELL(34 * MS, 31 * MS)}},
              {"serial", {WELL(0, 33 * MS), WELL(33 * MS, 33 * MS), WELL(66 * MS, 33 * MS)}}}},
    /* the call given up at 10 keeps the service until 50, for the second call, too: 50-51; then
     * think
     * 1.  52-62, 102-103; 104-114, 154-155 */
    {.name = "abandoned calls meet the next",
     .yaml = "services: {s: {latency: 50ms, capacity: 1}}\nload: {clients: 1, think: 1ms}\n"
             "request: [{call: s, timeout: 10ms, catch: []}, {call: s, latency: 1ms}]",
     .n = 3,
     .want = {{"serial", {WELL(0, 51 * MS), WELL(52 * MS, 51 * MS), WELL(104 * MS, 51 * MS)}},
              {"threads", {WELL(0, 51 * MS), WELL(52 * MS, 51 * MS), WELL(104 * MS, 51 * MS)}},
              {"coroutine", {WELL(0, 51 * MS), WELL(52 * MS, 51 * MS), WELL(104 * MS, 51 * MS)}},
              {"hybrid", {WELL(0, 51 * MS), WELL(52 * MS, 51 * MS), WELL(104 * MS, 51 * MS)}}}},
    /* The branch answers as it begins.  p has one thread beside the root's: 1's branch has it 0-50,
     * though given up at 20; 2's, at 25, queues and is dropped at 45; 3's begins at 50, for the end
     * of 1's call comes before the arrival; 4's is dropped at 95.  A coroutine gives up at once. */
    {.name = "a thread in a call meets the next",
     .yaml = "services: {s: {latency: 50ms}}\nexecutions: {p: {kind: threads, pool: 2}}\n"
             "load: {rate: 40/s, arrivals: deterministic}\n"
             "request: {parallel: {a: [{respond: 200}, {call: s}]}, timeout: 20ms, catch: []}",
     .n = 4,
     .open = true,
     .want = {{"p",
               {GOT(0, 0, 20 * MS, 200), GOT(25 * MS, 20 * MS, 20 * MS, 0),
                GOT(50 * MS, 0, 20 * MS, 200), GOT(75 * MS, 20 * MS, 20 * MS, 0)}},
              {"coroutine",
               {GOT(0, 0, 20 * MS, 200), GOT(25 * MS, 0, 20 * MS, 200),
                GOT(50 * MS, 0, 20 * MS, 200), GOT(75 * MS, 0, 20 * MS, 200)}}}},
};

int main(void)
{
    struct suite u = {0};
    suite_add_loaded(&u, arrivals, TEST_COUNT(arrivals));
    suite_add_loaded(&u, limits, TEST_COUNT(limits));
    suite_add_loaded(&u, workers, TEST_COUNT(workers));
    suite_add_loaded(&u, legacies, TEST_COUNT(legacies));
    return suite_run(&u);
}
