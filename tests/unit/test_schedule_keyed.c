/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_schedule_keyed.c - keyed resources: one queue a key, whatever the others do.  Schedules by
 * hand, see schedule.h. */
#include "tests/unit/schedule.h"

static const struct schedule keyed[] = {
    /* keys 0, 1, 0, 1, 0: three after each other with 0, two with 1 */
    {"a mutex for each key",
     "resources: {m: {kind: mutex, keys: 2}}\n"
     "request: {each: 5, as: i, do: {use: m, key: i - 2 * floor(i / 2), do: {wait: 10ms}}}",
     {ENDS("serial", 50 * MS), CONCURRENT_END(30 * MS)}},
    {"the same key for all",
     "params: {k: 1999}\nresources: {m: {kind: semaphore, size: 2, keys: 2000}}\n"
     "request: {each: 5, do: {use: m, key: k, do: {wait: 10ms}}}",
     {ENDS("serial", 50 * MS), CONCURRENT_END(30 * MS)}},
    {"a key each",
     "resources: {m: {kind: mutex, keys: 5}}\n"
     "request: {each: 5, as: i, do: {use: m, key: i, do: {wait: 10ms}}}",
     {ENDS("serial", 50 * MS), CONCURRENT_END(10 * MS)}},
    /* within another key's, and the same twice one after the other */
    {"one within another",
     "resources: {m: {kind: mutex, keys: 3}}\n"
     "request: [{use: m, key: 0, do: {use: m, key: 2, do: {wait: 1ms}}}, {use: m, key: 2, do: "
     "{wait:"
     " 1ms}}]",
     {ALL_END(2 * MS)}},
    /* key 0: a has 2 of 3 until 10, b wants 2; key 1: c has all 3 at once */
    {"n units of a key",
     "resources: {m: {kind: pool, size: 3, keys: 2}}\n"
     "request: {parallel: {a: {use: m, n: 2, key: 0, do: {wait: 10ms}}, b: {use: m, n: 2, key: 0, "
     "do:"
     " {wait: 10ms}}, c: [{use: m, n: 3, key: 1, do: {wait: 10ms}}, {respond: 200}]}}",
     {CONCURRENT_GET(10 * MS, 20 * MS, 200)}},
    /* the same with n that is drawn: 2, 2 and 3 */
    {"n and key of the task's own",
     "resources: {m: {kind: pool, size: 3, keys: 2}}\n"
     "request: {each: 3, as: i, do: {use: m, n: 2 + floor(i / 2), key: floor(i / 2), do: {wait:"
     " 10ms}}}",
     {CONCURRENT_END(20 * MS), ENDS("serial", 30 * MS)}},
    {"lifo within a key",
     "resources: {m: {kind: mutex, keys: 2, discipline: lifo}}\n"
     "request: {parallel: {a: {use: m, key: 1, do: {wait: 10ms}}, b: {use: m, key: 1, do: {wait:"
     " 20ms}}, c: [{use: m, key: 1, do: {wait: 5ms}}, {respond: 200}]}}",
     {CONCURRENT_GET(15 * MS, 35 * MS, 200)}},
    /* one may wait for each key: c is refused, d is not */
    {"queue: 1 for each key",
     "resources: {m: {kind: mutex, keys: 2, queue: 1}}\n"
     "request: {parallel: {a: {use: m, key: 0, do: {wait: 10ms}}, d0: {use: m, key: 1, do: {wait:"
     " 3ms}}, b: {use: m, key: 0, do: {wait: 10ms}}, c: {use: m, key: 0, do: [], catch: {rejected:"
     " {wait: 1ms}}}, d: [{use: m, key: 1, do: {wait: 4ms}}, {respond: 200}]}}",
     {CONCURRENT_GET(7 * MS, 20 * MS, 200)}},
    {"queue_timeout",
     "resources: {m: {kind: mutex, keys: 2, queue_timeout: 5ms}}\n"
     "request: {parallel: {a: {use: m, key: 1, do: {wait: 10ms}}, b: {use: m, key: 1, do: [], "
     "catch:"
     " {queue_timeout: {respond: 504}}}}}",
     {CONCURRENT_GET(5 * MS, 10 * MS, 504)}},
    /* what fails, is cancelled or returns gives back the key it took */
    {"given back by a failure",
     "resources: {m: {kind: mutex, keys: 9}}\n"
     "request: [{use: m, key: 7, do: [{wait: 1ms}, {fail: oops}], catch: []}, {use: m, key: 7, do:"
     " {wait: 1ms}}]",
     {ALL_END(2 * MS)}},
    {"given back by a timeout",
     "resources: {m: {kind: mutex, keys: 9}}\n"
     "request: [{use: m, key: 7, do: {wait: 9ms}, timeout: 1ms, catch: []}, {use: m, key: 7, do:"
     " {wait: 1ms}}]",
     {ALL_END(2 * MS)}},
    {"given back by cancelling",
     "resources: {m: {kind: mutex, keys: 9}}\n"
     "request: [{parallel: [{use: m, key: 7, do: {wait: 9ms}}, {wait: 1ms}], until: any}, {use: m,"
     " key: 7, do: {wait: 1ms}}]",
     {GETS("coroutine", 2 * MS, 2 * MS, 200), GETS("threads", 10 * MS, 10 * MS, 200)}},
    {"given back by return",
     "resources: {m: {kind: mutex, keys: 9}}\npipelines: {p: {use: m, key: 7, do: [{wait: 1ms},"
     " {return: true}]}}\nrequest: [{run: p}, {run: p}]",
     {ALL_END(2 * MS)}},
    /* in a loop the key changes: 0, 1, 2 */
    {"another key each round",
     "shared: {k: 0..9}\nresources: {m: {kind: mutex, keys: 3}}\n"
     "request: {parallel: {a: {use: m, key: 2, do: {wait: 10ms}}, b: {repeat: 3, do: [{use: m, key:"
     " k, do: {wait: 1ms}}, {set: {k: k + 1}}]}}}",
     {CONCURRENT_END(11 * MS)}},
    /* a has 0 and wants 1, b has 1 and wants 0 */
    {"two keys in two orders",
     "resources: {m: {kind: mutex, keys: 2}}\n"
     "request: {parallel: {a: {use: m, key: 0, do: [{wait: 1ms}, {use: m, key: 1, do: []}]},"
     " b: {use: m, key: 1, do: [{wait: 2ms}, {use: m, key: 0, do: []}]}}}",
     {STUCK("threads", 2 * MS), STUCK("coroutine", 2 * MS), ENDS("serial", 3 * MS)}},
};

/* Two workers, each with keys of its own, or all with the same ones. */
static const struct loaded_schedule loads[] = {
    {"keys of each worker",
     "host: {workers: 2}\nresources: {m: {kind: mutex, keys: 3, scope: worker}}\n"
     "request: {use: m, key: 2, do: {wait: 1ms}}\nload: {backlog: 4}",
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
    {"keys of all workers",
     "host: {workers: 2}\nresources: {m: {kind: mutex, keys: 3, scope: all}}\n"
     "request: {use: m, key: 2, do: {wait: 1ms}}\nload: {backlog: 3}",
     3,
     true,
     false,
     {{"coroutine",
       {{0, MS, MS, 200, 0}, {0, 2 * MS, 2 * MS, 200, 0}, {0, 3 * MS, 3 * MS, 200, 0}}},
      {"threads",
       {{0, MS, MS, 200, 0}, {0, 2 * MS, 2 * MS, 200, 0}, {0, 3 * MS, 3 * MS, 200, 0}}}}},
};

int main(void)
{
    struct suite u = {0};
    suite_add_alone(&u, keyed, TEST_COUNT(keyed));
    suite_add_loaded(&u, loads, TEST_COUNT(loads));
    return suite_run(&u);
}
