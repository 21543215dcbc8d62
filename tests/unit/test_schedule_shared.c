/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_schedule_shared.c - shared variables: what is read and set when, who is woken when and in
 * which order, what is lost between two threads; a circuit breaker.  Schedules by hand, see
 * schedule.h; `wait: n * 1ms` makes a value visible. */
#include "tests/unit/schedule.h"

static const struct schedule values[] = {
    /* 2, 3, 4 (kept in its range), 2 (likewise); the second request begins at 2 again */
    {"starts low, kept in its range",
     "shared: {n: 2..4}\n"
     "request: [{wait: n * 1ms}, {set: {n: n + 1}}, {wait: n * 1ms}, {set: {n: 99}},"
     " {wait: n * 1ms}, {set: {n: -5}}, {wait: n * 1ms}]",
     {ALL_END(11 * MS)}},
    {"starts where it is said to",
     "params: {most: 7}\nshared: {n: {range: '-3..most', start: most - 1}}\n"
     "request: [{wait: n * 1ms}, {set: {n: -9}}, {wait: n * -1ms}]",
     {ALL_END(9 * MS)}},
    {"true and false",
     "shared: {a: false, b: true, c: {range: true, scope: all}}\n"
     "request: [{if: 'b and c and not a', then: {wait: 1ms}}, {set: {a: b and c, b: a}},"
     /* one after the other: b takes the new a */
     " {if: a and b, then: {wait: 2ms}}]",
     {ALL_END(3 * MS)}},
    {"in counts, durations and limits",
     "shared: {n: 0..9}\n"
     "request: [{set: {n: 3}}, {each: n, limit: n - 1, do: {wait: n * 1ms}}, {repeat: n - 1, do:"
     " {wait: 1ms}}]",
     {ENDS("serial", 11 * MS), CONCURRENT_END(8 * MS)}},
    {"by sets, after success",
     "shared: {n: 0..9}\nservices: {s: {latency: 1ms}, bad: {latency: 1ms, error: 1}}\n"
     "request: [{call: s, sets: {n: 2}}, {call: bad, sets: {n: 7}, catch: []}, {wait: n * 1ms}]",
     {ALL_END(4 * MS)}},
    /* the latency is that of the moment in which the call begins, 1 ms, also of one that queues;
     * the second attempt sees 5 */
    {"a call's latency",
     "shared: {n: 1..9}\nservices: {s: {latency: n * 1ms, capacity: 1}}\n"
     "request: {parallel: {a: {call: s}, b: {call: s}, c: {set: {n: 5}}}}",
     {CONCURRENT_END(2 * MS), ENDS("serial", 2 * MS)}},
    {"a retried step sees what is new",
     "shared: {n: 1..9}\nservices: {s: {latency: 9ms}}\n"
     "request: {parallel: {a: {call: s, timeout: n * 1ms, retry: {attempts: 2}, catch: []},"
     " b: {set: {n: 5}}}}",
     {CONCURRENT_END(6 * MS), ENDS("serial", 2 * MS)}},
};

/* Both come at 1 and add 1, then the request waits for n ms. */
#define BOTH_ADD(set)                                                                              \
    "shared: {n: 0..9}\nrequest: [{parallel: [[{wait: 1ms}, " set "], [{wait: 1ms}, " set "]]},"   \
    " {wait: n * 1ms}]"
static const struct schedule updates[] = {
    {"an update is lost between threads",
     BOTH_ADD("{set: {n: n + 1}}"),
     {ENDS("threads", 2 * MS), ENDS("coroutine", 3 * MS), ENDS("hybrid", 3 * MS),
      ENDS("serial", 4 * MS)}},
    {"also by sets",
     BOTH_ADD("{seq: [], sets: {n: n + 1}}"),
     {ENDS("threads", 2 * MS), ENDS("coroutine", 3 * MS)}},
    {"not if it is atomic",
     BOTH_ADD("{set: {n: n + 1}, atomic: true}"),
     {CONCURRENT_END(3 * MS), ENDS("serial", 4 * MS)}},
    {"a thread that has the GIL has it until it waits",
     "host: {gil: true}\n" BOTH_ADD("{set: {n: n + 1}}"),
     {CONCURRENT_END(3 * MS)}},
    {"not if they come one after the other",
     "shared: {n: 0..9}\nrequest: [{parallel: [[{wait: 1ms}, {set: {n: n + 1}}], [{wait: 2ms},"
     " {set: {n: n + 1}}]]}, {wait: n * 1ms}]",
     {CONCURRENT_END(4 * MS)}},
    {"what is not read is not lost",
     "shared: {n: 0..9, m: 0..9}\nrequest: [{parallel: [[{wait: 1ms}, {set: {n: 4}}], [{wait: 1ms},"
     " {set: {m: 3}}]]}, {wait: (n + m) * 1ms}]",
     {CONCURRENT_END(8 * MS)}},
    /* pool threads of hybrid are threads */
    {"between offloaded bodies",
     "shared: {n: 0..9}\nrequest: [{parallel: [{offload: [{wait: 1ms}, {set: {n: n + 1}}]},"
     " {offload: [{wait: 1ms}, {set: {n: n + 1}}]}]}, {wait: n * 1ms}]",
     {ENDS("threads", 2 * MS), ENDS("coroutine", 3 * MS), ENDS("hybrid", 2 * MS)}},
    /* both move 1 from a to b at once: without atomic one unit of each is lost: a 9, b 1 */
    {"several at once, atomic",
     "shared: {a: {range: 0..10, start: 10}, b: 0..10}\n"
     "request: [{each: 2, do: {set: {a: a - 1, b: b + 1}, atomic: true}}, {wait: (a + 10 * b) *"
     " 1ms}]",
     {ALL_END(28 * MS)}},
    {"several at once, not atomic",
     "shared: {a: {range: 0..10, start: 10}, b: 0..10}\n"
     "request: [{each: 2, do: {set: {a: a - 1, b: b + 1}}}, {wait: (a + 10 * b) * 1ms}]",
     {ENDS("threads", 19 * MS), ENDS("coroutine", 28 * MS), ENDS("serial", 28 * MS)}},
};

static const struct schedule waits[] = {
    {"until another sets it",
     "shared: {go: false}\n"
     "request: {parallel: {a: [{wait: 5ms}, {set: {go: true}}], b: [{wait_until: go}, {wait:"
     " 1ms}]}}",
     {ALL_END(6 * MS)}},
    {"serial: nobody else can run",
     "shared: {go: false}\n"
     "request: {parallel: {b: [{wait: 3ms}, {wait_until: go}], a: [{wait: 5ms}, {set: {go:"
     " true}}]}}",
     {STUCK("serial", 3 * MS), CONCURRENT_END(5 * MS)}},
    {"nobody sets it",
     "shared: {go: false}\nrequest: [{wait: 2ms}, {wait_until: go}]",
     {STUCK("serial", 2 * MS), STUCK("threads", 2 * MS), STUCK("coroutine", 2 * MS),
      STUCK("hybrid", 2 * MS)}},
    /* a holds what b needs to set it */
    {"who would set it cannot",
     "shared: {go: false}\nresources: {m: mutex}\n"
     "request: {parallel: {a: {use: m, do: [{wait: 1ms}, {wait_until: go}]},"
     " b: [{wait: 2ms}, {use: m, do: {set: {go: true}}}]}}",
     {STUCK("threads", 2 * MS), STUCK("coroutine", 2 * MS)}},
    /* true at once is no wait: only the 2 ms cost a resume */
    {"true at once",
     "shared: {go: false}\nexecutions: {coroutine: {resume: 1ms}}\n"
     "request: [{wait_until: not go}, {wait: 2ms}]",
     {ENDS("coroutine", 3 * MS)}},
    /* a resumes 5-6 and sets; b resumes 6-7 and answers; the parent 7-8 */
    {"a wait of the loop",
     "shared: {go: false}\nexecutions: {coroutine: {resume: 1ms}}\n"
     "request: {parallel: {a: [{wait: 5ms}, {set: {go: true}}], b: [{wait_until: go}, {respond:"
     " 200}]}}",
     {GETS("coroutine", 7 * MS, 8 * MS, 200)}},
    /* switches: parent 0-1, a 1-2, b 2-3; a's wait 2-7, switch 7-8, set; b's switch 8-9, the
     * parent's 9-10 */
    {"a wait of a thread",
     "shared: {go: false}\nexecutions: {threads: {switch: 1ms}}\n"
     "request: {parallel: {a: [{wait: 5ms}, {set: {go: true}}], b: [{wait_until: go}, {respond:"
     " 200}]}}",
     {GETS("threads", 9 * MS, 10 * MS, 200)}},
    /* at 2 a sets it, then c, whose turn comes before b's, computes until 12 */
    {"a busy loop delays it",
     "shared: {go: false}\n"
     "request: {parallel: {a: [{wait: 2ms}, {set: {go: true}}], b: [{wait_until: go}, {respond:"
     " 200}], c: [{wait: 2ms}, {cpu: 10ms}]}}",
     {GETS("coroutine", 12 * MS, 12 * MS, 200), GETS("threads", 2 * MS, 12 * MS, 200)}},
    /* a semaphore by hand: at 1 x and y are woken, x takes it, y finds nothing; at 2 y */
    {"first come first, and look again",
     "shared: {n: 0..1}\n"
     "request: {parallel: {x: [{wait_until: n > 0}, {set: {n: 0}}], y: [{wait_until: n > 0}, {set:"
     " {n: 0}}, {respond: 200}], z: [{wait: 1ms}, {set: {n: 1}}, {wait: 1ms}, {set: {n: 1}}, {wait:"
     " 9ms}]}}",
     {CONCURRENT_GET(2 * MS, 11 * MS, 200)}},
    /* the same value again wakes nobody, and another variable neither: no resume is paid for */
    {"only a change wakes, and only who reads it",
     "shared: {n: 0..9, m: 0..9}\nexecutions: {coroutine: {resume: 1ms}}\n"
     "request: {parallel: {x: [{wait_until: n >= 2}, {respond: 200}],"
     " z: [{set: {n: 1}}, {wait: 2ms}, {set: {n: 1}}, {set: {m: 3}}, {wait: 500us}, {set: {n:"
     " 2}}]}}",
     /* x is woken once in vain, at 0: resume 0-1; z waits until 2, resumes 2-3, waits until 3.5,
      * resumes at once, for x sleeps, -4.5 and sets it; x -5.5; the parent -6.5 */
     {GETS("coroutine", 5500 * US, 6500 * US, 200)}},
    /* z resumes 2-3 and sets m; y resumes -4; z waits until 4.5, resumes -5.5 and sets n; x -6.5;
     * the parent -7.5 */
    {"another variable wakes another",
     "shared: {n: 0..9, m: 0..9}\nexecutions: {coroutine: {resume: 1ms}}\n"
     "request: {parallel: {x: [{wait_until: n >= 2}, {respond: 200}], y: {wait_until: m > 2},"
     " z: [{wait: 2ms}, {set: {m: 3}}, {wait: 1500us}, {set: {n: 2}}]}}",
     {GETS("coroutine", 6500 * US, 7500 * US, 200)}},
    /* up and down within one turn: nobody has seen it */
    {"a pulse is missed",
     "shared: {go: false}\n"
     "request: {parallel: {a: [{wait: 1ms}, {set: {go: true}}, {set: {go: false}}],"
     " b: {wait_until: go, timeout: 4ms, catch: []}}}",
     {CONCURRENT_END(4 * MS)}},
    {"reads several, and the task's own",
     "params: {k: 2}\nshared: {n: 0..9, open: true}\n"
     "request: [{set: {mine: 1}}, {parallel: {a: [{wait: 1ms}, {set: {n: 3}}, {wait: 1ms}, {set:"
     " {open: false}}], b: {wait_until: n > k * mine and not open}}}]",
     {CONCURRENT_END(2 * MS), ENDS("serial", 2 * MS)}},
    {"in a retried step",
     /* gives up at 2, and looks again from 3 on */
     "shared: {go: false}\n"
     "request: {parallel: {a: [{wait: 4ms}, {set: {go: true}}], b: {wait_until: go, timeout: 2ms,"
     " retry: {attempts: 9, backoff: 1ms}}}}",
     {CONCURRENT_END(4 * MS)}},
};

static const struct schedule ends[] = {
    {"timeout",
     "shared: {go: false}\nrequest: {wait_until: go, timeout: 3ms, catch: {timeout: {abort: 504}}}",
     {ALL_GET(3 * MS, 3 * MS, 504)}},
    /* waking is a grant, and grants come after timeouts */
    {"timeout at the instant of the change",
     "shared: {go: false}\n"
     "request: {parallel: {a: [{wait: 3ms}, {set: {go: true}}], b: {wait_until: go, timeout: 3ms,"
     " catch: {timeout: {respond: 504}}}}}",
     {CONCURRENT_GET(3 * MS, 3 * MS, 504)}},
    {"timeout of a body round it",
     "shared: {go: false}\n"
     "request: {seq: [{wait: 1ms}, {parallel: [{wait_until: go}, {wait: 9ms}]}], timeout: 3ms,"
     " catch: {timeout: {abort: 504}}}",
     {GETS("coroutine", 3 * MS, 3 * MS, 504), GETS("serial", 3 * MS, 3 * MS, 504)}},
    /* a coroutine ends at its wait; a thread when its wait does, at 5, and holds m until then */
    {"cancelled",
     "shared: {go: false}\nresources: {m: mutex}\n"
     "request: [{detach: [{wait: 5ms}, {set: {go: true}}]}, {parallel: {a: {use: m, do: "
     "[{wait_until:"
     " go}, {wait: 90ms}]}, b: {wait: 2ms}}, until: any}, {use: m, do: {respond: 200}}]",
     {GETS("coroutine", 2 * MS, 2 * MS, 200), GETS("hybrid", 2 * MS, 2 * MS, 200),
      GETS("threads", 5 * MS, 5 * MS, 200)}},
    {"offloaded: a thread's wait",
     "shared: {go: false}\nexecutions: {hybrid: {hop: 1ms}}\n"
     /* a: hop 0-1, b begins at 1, sets at 3; a goes on at 3, hop back 3-4 */
     "request: {parallel: {a: [{offload: {wait_until: go}}, {respond: 200}], b: [{wait: 2ms}, {set:"
     " {go: true}}]}}",
     {GETS("hybrid", 4 * MS, 4 * MS, 200), GETS("coroutine", 2 * MS, 2 * MS, 200)}},
    {"aborted",
     "shared: {go: false}\n"
     "request: {parallel: {a: {wait_until: go}, b: [{wait: 1ms}, {abort: 503}]}}",
     {GETS("coroutine", 1 * MS, 1 * MS, 503), GETS("hybrid", 1 * MS, 1 * MS, 503)}},
};

/* Two failures in a row open it for 25 ms; then one more is enough.  Requests come every 10 ms, and
 * an end comes before an arrival of the same instant.  0: fails at 10.  10: fails at 20, and opens
 * until 45.  20, 30, 40: refused.  50: fails at 60, opens until 85.  60, 70, 80: refused.  90:
 * fails.
 */
#define BREAKER                                                                                    \
    "shared: {failures: 0..2, open: false}\n"                                                      \
    "services: {db: {latency: 10ms, error: 1}}\n"                                                  \
    "request:\n"                                                                                   \
    "  - {if: open, then: {abort: 503}}\n"                                                         \
    "  - call: db\n"                                                                               \
    "    sets: {failures: 0}\n"                                                                    \
    "    catch:\n"                                                                                 \
    "      - {set: {failures: failures + 1}, atomic: true}\n"                                      \
    "      - if: failures == 2 and not open\n"                                                     \
    "        then:\n"                                                                              \
    "          - {set: {open: true}}\n"                                                            \
    "          - detach: [{wait: 25ms}, {set: {failures: 1, open: false}}]\n"                      \
    "      - {abort: 502}\n"                                                                       \
    "load: {rate: 100/s, arrivals: deterministic}\n"
#define FAILS(at)                                                                                  \
    {                                                                                              \
        at, 10 * MS, 10 * MS, 502, 0                                                               \
    }
#define REFUSED(at)                                                                                \
    {                                                                                              \
        at, 0, 0, 503, 0                                                                           \
    }
#define BREAKS                                                                                     \
    {                                                                                              \
        FAILS(0), FAILS(10 * MS), REFUSED(20 * MS), REFUSED(30 * MS), REFUSED(40 * MS),            \
            FAILS(50 * MS), REFUSED(60 * MS), REFUSED(70 * MS), REFUSED(80 * MS)                   \
    }

static const struct loaded_schedule loads[] = {
    {"a circuit breaker",
     BREAKER,
     9,
     false,
     true,
     {{"threads", BREAKS}, {"coroutine", BREAKS}, {"hybrid", BREAKS}}},
    /* each request adds 1 and waits for so many ms: what one leaves the next one finds */
    {"lasts from request to request",
     "shared: {n: 0..9}\nrequest: [{set: {n: n + 1}}, {wait: n * 1ms}]\nload: {clients: 1}",
     3,
     false,
     false,
     {{"serial",
       {{0, MS, MS, 200, 0}, {MS, 2 * MS, 2 * MS, 200, 0}, {3 * MS, 3 * MS, 3 * MS, 200, 0}}},
      {"threads",
       {{0, MS, MS, 200, 0}, {MS, 2 * MS, 2 * MS, 200, 0}, {3 * MS, 3 * MS, 3 * MS, 200, 0}}},
      {"coroutine",
       {{0, MS, MS, 200, 0}, {MS, 2 * MS, 2 * MS, 200, 0}, {3 * MS, 3 * MS, 3 * MS, 200, 0}}}}},
    /* four requests upon two workers */
    {"one in each worker",
     "host: {workers: 2}\nshared: {n: 0..9}\nrequest: [{set: {n: n + 1}, atomic: true}, {wait: n *"
     " 1ms}]\nload: {backlog: 4}",
     4,
     true,
     false,
     {{"coroutine",
       {{0, MS, MS, 200, 0},
        {0, MS, MS, 200, 0},
        {0, 2 * MS, 2 * MS, 200, 0},
        {0, 2 * MS, 2 * MS, 200, 0}}},
      {"threads",
       {{0, MS, MS, 200, 0},
        {0, MS, MS, 200, 0},
        {0, 2 * MS, 2 * MS, 200, 0},
        {0, 2 * MS, 2 * MS, 200, 0}}}}},
    {"one over all workers",
     "host: {workers: 2}\nshared: {n: {range: 0..9, scope: all}}\nrequest: [{set: {n: n + 1},"
     " atomic: true}, {wait: n * 1ms}]\nload: {backlog: 4}",
     4,
     true,
     false,
     {{"coroutine",
       {{0, MS, MS, 200, 0},
        {0, 2 * MS, 2 * MS, 200, 0},
        {0, 3 * MS, 3 * MS, 200, 0},
        {0, 4 * MS, 4 * MS, 200, 0}}},
      {"threads",
       {{0, MS, MS, 200, 0},
        {0, 2 * MS, 2 * MS, 200, 0},
        {0, 3 * MS, 3 * MS, 200, 0},
        {0, 4 * MS, 4 * MS, 200, 0}}}}},
    /* the other class sets what the first waits for, at 4 */
    {"one request waits for another",
     "shared: {go: false}\npipelines: {other: [{wait: 4ms}, {set: {go: true}}]}\n"
     "request: {wait_until: go}\nload: [{backlog: 2}, {backlog: 1, pipeline: other}]",
     3,
     true,
     false,
     {{"threads",
       {{0, 4 * MS, 4 * MS, 200, 0}, {0, 4 * MS, 4 * MS, 200, 0}, {0, 4 * MS, 4 * MS, 200, 1}}},
      {"coroutine",
       {{0, 4 * MS, 4 * MS, 200, 0}, {0, 4 * MS, 4 * MS, 200, 0}, {0, 4 * MS, 4 * MS, 200, 1}}}}},
};

int main(void)
{
    struct suite u = {0};
    suite_add_alone(&u, values, TEST_COUNT(values));
    suite_add_alone(&u, updates, TEST_COUNT(updates));
    suite_add_alone(&u, waits, TEST_COUNT(waits));
    suite_add_alone(&u, ends, TEST_COUNT(ends));
    suite_add_loaded(&u, loads, TEST_COUNT(loads));
    return suite_run(&u);
}
