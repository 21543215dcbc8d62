/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_path.c - critical paths worked out by hand, under each execution: every segment of them. */
#include "run/timeline.h"
#include "tests/unit/schedule.h"

/* "name start-end" of each segment in ms; "~" before a wait for a resource, a thread, a core, a
 * GIL, the loop.  request: which one (of a backlog). */
struct path_case {
    const char *name, *yaml, *exec, *want;
    uint32_t request;
};

#define ST "services: {s: {latency: 10ms}, one: {latency: 10ms, capacity: 1}}\n"
#define BOTH                                                                                       \
    "request: [{parallel: {a: {wait: 3ms, name: a}, b: {wait: 5ms, name: b}}}, {wait: 1ms, name: " \
    "c}]"
#define CPUS "request: {parallel: {a: {cpu: 8ms, name: a}, b: {cpu: 8ms, name: b}}}"
#define HOLD                                                                                       \
    "resources: {m: mutex}\n"                                                                      \
    "request:\n"                                                                                   \
    "  - spawn:\n"                                                                                 \
    "      p: {parallel: {a: {wait: 2ms, name: a}, b: {use: m, do: {wait: 10ms}}}, until: any}\n"  \
    "      q: [{wait: 1ms}, {use: m, do: {wait: 3ms, name: z}}]\n"                                 \
    "  - await: [p, q]\n"
static const struct path_case cases[] = {
    /* a 0-3 beside b 0-5, then c */
    {"the longer branch", BOTH, "threads", "b 0-5, c 5-6", 0},
    {"the longer branch", BOTH, "coroutine", "b 0-5, c 5-6", 0},
    {"the longer branch", BOTH, "hybrid", "b 0-5, c 5-6", 0},
    {"the longer branch", BOTH, "serial", "a 0-3, b 3-8, c 8-9", 0},
    /* the rest does not matter */
    {"up to the response",
     "request: {parallel: {a: [{wait: 3ms, name: x}, {respond: 200}], b: {wait: 5ms}}}", "threads",
     "x 0-3", 0},
    {"a detached task", "request: [{detach: {wait: 9ms}}, {wait: 2ms, name: x}]", "coroutine",
     "x 0-2", 0},
    {"a detached task", "request: [{detach: {wait: 9ms, name: d}}, {wait: 2ms, name: x}]", "serial",
     "d 0-9, x 9-11", 0},
    /* the bridge of constants 1 2 3 4 5: a 0-1, b 0-2, c 1-4, d 1-5, e 4-9 */
    {"a bridge",
     "request:\n"
     "  - spawn: {a: {wait: 1ms, name: a}, b: {wait: 2ms, name: b}}\n"
     "  - await: a\n"
     "  - spawn: {c: {wait: 3ms, name: c}, d: {wait: 4ms, name: d}}\n"
     "  - await: [b, c]\n"
     "  - {wait: 5ms, name: e}\n"
     "  - await: d\n",
     "threads", "a 0-1, c 1-4, e 4-9", 0},
    /* two at a time: 0-2, 0-2, 2-4 */
    {"at most so many at once", "request: {each: 3, limit: 2, do: {wait: 2ms, name: w}}", "threads",
     "w 0-2, w 2-4", 0},
    {"taken as they end",
     "request: {each: 2, do: {wait: 3ms, name: w}, as_completed: {wait: 1ms, name: rank}}",
     "coroutine", "w 0-3, rank 3-4, rank 4-5", 0},
    {"the first of two",
     "request: [{parallel: {a: {wait: 3ms, name: a}, b: {wait: 5ms, name: b}}, until: any}, {wait: "
     "1ms, name: c}]",
     "coroutine", "a 0-3, c 3-4", 0},
    {"abort", "request: [{spawn: {x: {wait: 5ms}}}, {wait: 3ms, name: w}, {abort: 503}]", "threads",
     "w 0-3", 0},
    /* nobody answers: up to its end */
    {"unanswered",
     "uncaught: none\nrequest: [{spawn: {x: {wait: 5ms, name: x}}}, {wait: 3ms}, {fail: oops}]",
     "threads", "x 0-5", 0},

    /* waits: the last holder is of the same request, and the path goes on in it */
    {"a call after another",
     ST "request: {parallel: {a: {call: one, name: a}, b: {call: one, name: b}}}", "threads",
     "a 0-10, b 10-20", 0},
    {"a lock",
     "resources: {m: mutex}\nrequest: {parallel: {a: {use: m, do: {wait: 3ms, name: a}}, b: {use: "
     "m, do: {wait: 3ms, name: b}}}}",
     "coroutine", "a 0-3, b 3-6", 0},
    /* b is cancelled at 2 since a has ended, and z gets the lock */
    {"a lock that a cancelled task gives up", HOLD, "coroutine", "a 0-2, z 2-5", 0},
    {"a thread", "executions: {threads: {pool: 2}}\n" BOTH, "threads", "a 0-3, b 3-8, c 8-9", 0},
    {"the loop", CPUS, "coroutine", "a 0-8, b 8-16", 0},
    /* rr(5ms): a 0-5, b 5-10, a 10-13, b 13-16 */
    {"a core", CPUS, "threads", "a 0-5, b 5-10, a 10-13, b 13-16", 0},
    {"a core, first come", "host: {schedule: fifo}\n" CPUS, "threads", "a 0-8, b 8-16", 0},
    {"two cores", "host: {cores: 2}\n" CPUS, "threads", "b 0-8", 0},
    /* both at half speed: what of it was the other's comes first */
    {"a shared core", "host: {schedule: ps}\n" CPUS, "threads", "~cores 0-8, b 8-16", 0},
    {"the GIL", "host: {cores: 2, gil: true}\n" CPUS, "threads", "a 0-5, b 5-10, a 10-13, b 13-16",
     0},
    {"a call that holds the loop",
     ST "request: {parallel: {a: {call: s, blocking: true}, b: {wait: 3ms, name: b}}}", "coroutine",
     "s 0-10, b 10-13", 0},
    {"a service that shares itself",
     "services: {s: {latency: 10ms, capacity: 1, discipline: ps}}\n"
     "request: {parallel: {a: {call: s, name: a}, b: {call: s, name: b}}}",
     "threads", "~s 0-10, b 10-20", 0},

    /* the last holder is another request */
    {"a call of another's", ST "load: {backlog: 2}\nrequest: {call: one, name: a}", "coroutine",
     "~one 0-10, a 10-20", 1},
    {"a thread of another's",
     "load: {backlog: 2}\nexecutions: {threads: {pool: 1}}\nrequest: {wait: 3ms, name: a}",
     "threads", "~pool 0-3, a 3-6", 1},
    {"another's on the loop", "load: {backlog: 2}\nrequest: {cpu: 4ms, name: a}", "coroutine",
     "~loop 0-4, a 4-8", 1},
    {"another's on the core", "load: {backlog: 2}\nrequest: {cpu: 4ms, name: a}", "threads",
     "~cores 0-4, a 4-8", 1},
    {"another's GIL",
     "host: {cores: 2, gil: true}\nload: {backlog: 2}\nrequest: {cpu: 4ms, name: a}", "threads",
     "~gil 0-4, a 4-8", 1},
    {"as many as may be",
     "load: {backlog: 2}\nexecutions: {coroutine: {limit: 1}}\nrequest: {wait: 3ms, name: a}",
     "coroutine", "~limit 0-3, a 3-6", 1},
    {"waited in vain",
     "services: {one: {latency: 10ms, capacity: 1, queue_timeout: 3ms}}\nload: {backlog: 2}\n"
     "request: {call: one, catch: {wait: 2ms, name: c}}",
     "threads", "~one 0-3, c 3-5", 1},

    /* timeouts */
    {"a timeout", ST "request: {call: s, timeout: 4ms, catch: {wait: 2ms, name: c}}", "threads",
     "timeout 0-4, c 4-6", 0},
    {"a timeout round branches",
     "request: [{wait: 1ms, name: x}, {parallel: {a: {wait: 3ms}, b: {wait: 9ms}}, timeout: 4ms,"
     " catch: {wait: 2ms, name: c}}]",
     "coroutine", "x 0-1, timeout 1-5, c 5-7", 0},
    {"a timeout in time", ST "request: {call: s, timeout: 14ms}", "threads", "s 0-10", 0},
    {"tried again", ST "request: {call: s, timeout: 4ms, retry: {attempts: 2, backoff: 2ms}}",
     "serial", "timeout 0-4, backoff 4-6, timeout 6-10", 0},
    {"tried again after an error",
     "services: {s: {latency: 10ms, error: 100%}}\n"
     "request: {call: s, retry: {attempts: 2, backoff: 3ms}}",
     "coroutine", "s 0-10, backoff 10-13, s 13-23", 0},
    {"a hedge that was not needed", ST "request: {call: s, hedge: {after: 4ms}}", "threads",
     "s 0-10", 0},
    /* the first copy fails at 10; the second one, out at 4, at 14 */
    {"a hedge that was",
     "services: {s: {latency: 10ms, error: 100%}}\nrequest: {call: s, hedge: {after: 4ms}}",
     "coroutine", "hedge 0-4, s 4-14", 0},
    /* the abandoned call keeps the service until 10; the next one waits for it */
    {"an abandoned call",
     "services: {one: {latency: 10ms, capacity: 1}}\n"
     "request: [{call: one, name: a, timeout: 4ms, catch: {wait: 0ms}}, {call: one, name: b}]",
     "threads", "a 0-10, b 10-20", 0},

    /* costs: of threads, each child's spawn is paid by the parent */
    {"spawn", "executions: {threads: {spawn: 1ms}}\n" BOTH, "threads",
     "spawn 0-1, spawn 1-2, b 2-7, c 7-8", 0},
    {"switch", "executions: {threads: {switch: 1ms}}\nrequest: {wait: 3ms, name: a}", "threads",
     "switch 0-1, a 1-4, switch 4-5", 0},
    {"task and resume", "executions: {coroutine: {task: 1ms, resume: 1ms}}\n" BOTH, "coroutine",
     "task 0-1, task 1-2, b 2-7, resume 7-8, resume 8-9, c 9-10, resume 10-11", 0},
    {"wake", "executions: {coroutine: {wake: 1ms}}\nrequest: {wait: 3ms, name: a}", "coroutine",
     "wake 0-1, a 1-4, wake 4-5", 0},
    /* hop out upon the loop, the body on a pool thread, hop back */
    {"offload", "executions: {hybrid: {hop: 1ms}}\nrequest: {offload: {cpu: 3ms, name: a}}",
     "hybrid", "hop 0-1, a 1-4, hop 4-5", 0},
    {"offload", "executions: {hybrid: {hop: 1ms}}\nrequest: {offload: {cpu: 3ms, name: a}}",
     "coroutine", "a 0-3", 0},
    /* the GIL passes from root to a: 0.1; a 0.1-4.1, b is next */
    {"handoff",
     "host: {cores: 2, gil: {handoff: 1ms}}\nrequest: {parallel: {a: {cpu: 2ms, name: a}}}",
     "threads", "handoff 0-1, a 1-3, handoff 3-4", 0},
    /* what a call computes, before and after, and on our cores */
    {"all of a call",
     "services: {s: {latency: 10ms, host_cpu: 4ms, cpu: {send: 1ms, receive: 2ms}}}\n"
     "request: {call: s}",
     "threads", "s 0-1, s 1-5, s 5-15, s 15-17", 0},
};

static void path_text(const struct timeline_result *r, char *out, size_t size)
{
    size_t n = 0;
    out[0] = 0;
    for (uint32_t i = 0; i < r->nsegment && n + 1 < size; i++) {
        const struct timeline_segment *s = &r->segment[i];
        bool wait = s->span != NONE && r->span[s->span].kind == TIMELINE_QUEUE;
        n += (size_t)snprintf(out + n, size - n, "%s%s%s %.4g-%.4g", i ? ", " : "", wait ? "~" : "",
                              s->name, s->start * 1e3, s->end * 1e3);
    }
}

static void run_case(void **state)
{
    const struct path_case *c = *state;
    struct rig r = rig_new(c->yaml, c->exec);
    struct timeline_result t;
    char got[2000];
    assert_int_equal(timeline_of(r.prog, 1, 0, c->request, 1, r.mem, &t, NULL), 1);
    path_text(&t, got, sizeof got);
    if (strcmp(got, c->want) != 0)
        fail_msg("%s / %s:\n  is      %s\n  by hand %s", c->name, c->exec, got, c->want);
    rig_free(&r);
}

int main(void)
{
    struct suite u = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct path_case *c = xcalloc(1, sizeof *c); /* which the suite frees */
        *c = cases[i];
        suite_add(&u, c->name, c->exec, run_case, c);
    }
    return suite_run(&u);
}
