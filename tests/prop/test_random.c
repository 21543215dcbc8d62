/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_random.c - what must hold for every model, tried on random ones (random_model.h).
 *
 * A row is a set of features and a load; its test runs many seeds under every execution.  What is
 * expected comes from outside of the simulator: conservation laws, symmetries, and for models in
 * which nothing waits for anything but its own work a longest path, computed here on the tree.
 * A failure prints the seed and the model. */
#include "tests/prop/trial.h"
#include <math.h>

enum { REQUESTS = 12, EVENTS = 6000 };

/* ---- a model, compiled and run ---- */

static struct sim *trial_sim(const struct trial *t)
{
    return sim_new(t->p, &(struct sim_opt){.seed = t->seed,
                                           .max_events = is_loaded(t) ? EVENTS : 100 * EVENTS,
                                           .trace_requests = t->seed % 2 ? UINT64_MAX : 0});
}

/* ---- what holds always ---- */

/* The area under the number present is the sum of the times spent (Little 1961), to the last bit:
 * all are whole numbers below 2^53. */
static void check_little(const struct trial *t, const struct sim *s)
{
    uint64_t n;
    const struct record *r = sim_records(s, &n);
    double sum = 0;
    for (uint64_t i = 0; i < n; i++)
        sum += (double)r[i].duration;
    struct sim_account acc = {.row = NEW(t->a, struct sim_res_account, s->nrow + 1)};
    sim_snapshot(s, &acc);
    trial_need(t, acc.finished == n && acc.arrivals == n && acc.present == 0, "requests were lost");
    trial_need(t, acc.present_area == sum, "Little's law does not hold");
    for (uint32_t i = 0; i < s->nrow; i++)
        trial_need(t, acc.row[i].busy_area <= sim_row_capacity(t->p, i) * (double)acc.time,
                   "busier than there is capacity");
}

static bool same_records(const struct sim *a, const struct sim *b)
{
    uint64_t n, m;
    const struct record *r = sim_records(a, &n), *q = sim_records(b, &m);
    bool same = n == m;
    for (uint64_t i = 0; same && i < n; i++)
        same = r[i].arrival == q[i].arrival && r[i].latency == q[i].latency &&
               r[i].duration == q[i].duration && r[i].status == q[i].status &&
               r[i].cls == q[i].cls && r[i].ordinal == q[i].ordinal;
    return same;
}

static void check_twice(const struct trial *t, const struct sim *s, enum sim_end end)
{
    struct sim *again = trial_sim(t);
    trial_need(t, trial_run(t, again, REQUESTS) == end && same_records(s, again),
               "not the same twice");
    sim_free(again);
}

/* The second half first, one by one: the records are those of the requests, whatever came before.
 */
static void check_order(const struct trial *t, const struct sim *s)
{
    struct sim *b = trial_sim(t);
    uint64_t n, m;
    const struct record *r = sim_records(s, &n), *q;
    for (uint64_t i = n; i-- > 0;) {
        sim_take(b);
        sim_run_alone(b, i, 1);
        q = sim_records(b, &m);
        trial_need(t, m == 1 && q[0].ordinal == r[i].ordinal, "another request");
        trial_need(t,
                   q[0].latency == r[i].latency && q[0].duration == r[i].duration &&
                       q[0].status == r[i].status,
                   "a request depends on those before it");
    }
    sim_free(b);
}

/* A deadlock needs something that is held while its holder waits. */
static bool may_deadlock(const struct trial *t, uint32_t features)
{
    return (features & (RANDOM_USE | RANDOM_SHARED)) || t->p->pool != NONE ||
           t->p->server != NONE || t->p->limit != NONE;
}

static void run_any(struct trial *t, uint32_t features)
{
    struct sim *s = trial_sim(t);
    enum sim_end end = trial_run(t, s, REQUESTS);
    check_records(t, s);
    struct loc at;
    /* Clients that do not think, and are answered at once, send for ever at one instant. */
    if (end == SIM_ERROR && !(is_loaded(t) && strstr(sim_error(s, &at), "time stands still")))
        trial_fail(t, sim_error(s, &at));
    trial_need(t, end != SIM_OVERLOAD, "overload");
    trial_need(t, end != SIM_STOPPED || is_loaded(t), "one request makes too many events");
    if (end == SIM_DEADLOCK) {
        trial_need(t, may_deadlock(t, features), "a deadlock over nothing");
        trial_need(t, sim_deadlock(s, t->a, t->d) != NULL, "an untold deadlock");
    }
    bool through = end == SIM_DRAINED || (end == SIM_MORE && !is_loaded(t));
    if (through) {
        check_empty(t, s);
        check_little(t, s);
    }
    check_twice(t, s, end);
    if (through && !is_loaded(t))
        check_order(t, s);
    sim_free(s);
}

struct row {
    const char *name;
    uint32_t features;
    const char *load;
    uint32_t seeds;
};
static const uint32_t calm =
    RANDOM_ALL & ~(uint32_t)(RANDOM_ERRORS | RANDOM_TIMEOUT | RANDOM_ANSWERS | RANDOM_HEDGE);
static const struct row any_rows[] = {
    {"everything, one by one", RANDOM_ALL, NULL, 750},
    {"everything, closed load", RANDOM_ALL, "{clients: 4, think: 1ms}", 400},
    {"everything, closed load, no think time", RANDOM_ALL, "{clients: 3}", 400},
    {"everything, open load", RANDOM_ALL, "{rate: 150/s}", 400},
    {"everything, backlog", RANDOM_ALL, "{backlog: 6}", 700},
    {"everything, two classes", RANDOM_ALL,
     "[{clients: 2}, {rate: 100/s, pipeline: p0, name: other, priority: 1}]", 400},
    {"without bounds and costs", RANDOM_ALL & ~(uint32_t)(RANDOM_BOUNDS | RANDOM_COSTS), NULL, 400},
    {"without resources", RANDOM_ALL & ~(uint32_t)(RANDOM_USE | RANDOM_BOUNDS), NULL, 400},
    {"shared variables, open load",
     RANDOM_SHARED | RANDOM_USE | RANDOM_FORKS | RANDOM_DETACH | RANDOM_DRAWS | RANDOM_IF |
         RANDOM_REPEAT | RANDOM_OFFLOAD,
     "{rate: 300/s}", 400},
    {"stages, one by one", RANDOM_STAGES | RANDOM_FORKS | RANDOM_DRAWS | RANDOM_ANSWERS, NULL, 400},
    {"stages, open load",
     RANDOM_STAGES | RANDOM_FORKS | RANDOM_DETACH | RANDOM_DRAWS | RANDOM_REPEAT | RANDOM_CPU |
         RANDOM_TIMEOUT | RANDOM_COSTS,
     "{rate: 300/s}", 400},
    {"stages, backlog",
     RANDOM_STAGES | RANDOM_FORKS | RANDOM_ERRORS | RANDOM_CATCH | RANDOM_RETRY | RANDOM_UNTIL |
         RANDOM_ANSWERS | RANDOM_BOUNDS,
     "{backlog: 8}", 400},
    {"without failures", 0, "{backlog: 6}", 400}, /* calm: not a constant expression */
};

static void test_any(void **state)
{
    const struct row *row = *state;
    uint32_t features = row->features ? row->features : calm;
    for (uint64_t seed = 0; seed < test_samples(row->seeds); seed++) {
        struct trial t = trial_new(seed, features, row->load);
        for (uint32_t i = 0; i < NEXEC; i++) {
            trial_compile(&t, execs[i]);
            run_any(&t, features);
        }
        arena_drop(t.a);
    }
}

/* ---- what was found once ---- */

static const char *const kept[] = {"found_timeout_before_hop",  "found_stop_host_cpu",
                                   "found_timeout_over_detach", "found_abort_over_detach",
                                   "found_abort_under_retry",   "found_spawn_in_rounds",
                                   "found_hedge_at_once",       "found_spawn_in_detach"};

static void test_kept(void **state)
{
    struct trial t = {.a = arena_new(0), .seed = 1};
    const char *path = arena_printf(t.a, "tests/data/%s.yaml", (const char *)*state);
    t.d = diags_new(t.a);
    t.made.text = path;
    t.m = model_read(t.a, path, NULL, 0, t.d);
    trial_need(&t, t.m && diags_errors(t.d) == 0, "cannot be read");
    for (uint32_t i = 0; i < t.m->nexec; i++) {
        trial_compile(&t, t.m->exec[i].name);
        run_any(&t, RANDOM_ALL);
    }
    arena_drop(t.a);
}

/* ---- the longest path, computed on the tree ---- */

enum { MAX_IDS = 512, MAX_LOOPS = 16, MAX_OPS = 4 };
struct path {
    const struct trial *t;
    bool serial, only_cpu, unlimited;
    bool limits, completes;                      /* some each has them */
    uint32_t op[MAX_IDS][MAX_OPS], nop[MAX_IDS]; /* the work of a step, in the program */
    int64_t end[MAX_IDS][4];                     /* of spawned tasks */
    uint32_t copy[MAX_IDS];                      /* each: the copy at hand */
    int64_t last;                                /* when the last task ended */
};
struct keys { /* what draws depend on, in a task */
    uint64_t key;
    uint32_t nloop;
    uint64_t loop[MAX_LOOPS];
};

static void path_find(struct path *w, const struct trial *t)
{
    const struct prog *p = t->p;
    *w = (struct path){.t = t};
    for (uint32_t pc = 0; pc < p->nop; pc++) {
        unsigned k = p->op[pc].code, id;
        const char *name =
            p->mark_of[pc] == NONE ? NULL : strrchr(p->mark[p->mark_of[pc]].path, '/');
        if ((k != OP_CALL && k != OP_PAUSE && k != OP_CPU && k != OP_HOSTCPU) || !name ||
            sscanf(name, "/n%u", &id) != 1)
            continue;
        trial_need(t, id < MAX_IDS && w->nop[id] < MAX_OPS, "more work than expected");
        w->op[id][w->nop[id]++] = pc;
    }
}

static uint64_t keys_now(const struct keys *k)
{
    uint64_t key = k->key;
    for (uint32_t i = 0; i < k->nloop; i++)
        if (k->loop[i] != 0)
            key = rng_mix(key, ((uint64_t)(i + 1) << 48) | k->loop[i]);
    return key;
}

static int64_t path_work(const struct path *w, const struct keys *k, uint32_t id)
{
    const struct prog *p = w->t->p;
    int64_t sum = 0;
    for (uint32_t i = 0; i < w->nop[id]; i++) {
        uint32_t pc = w->op[id][i];
        if (w->only_cpu && p->op[pc].code != OP_CPU && p->op[pc].code != OP_HOSTCPU)
            continue;
        const struct site *s =
            &p->site[p->op[pc].code == OP_CALL ? p->call[p->op[pc].a].latency : p->site_of[pc]];
        struct draw_key key = {.seed = w->t->seed, .path = keys_now(k), .site = s->hash};
        const char *bad = NULL;
        sum += (int64_t)(expr_eval(&p->x, s->expr, NULL, key, &bad) + 0.5);
        trial_need(w->t, bad == NULL, "no value");
    }
    return sum;
}

static int64_t path_body(struct path *w, struct keys *k, const struct random_step *s, int64_t at);

static struct keys keys_child(const struct keys *k, uint32_t copy)
{
    uint64_t key = keys_now(k);
    return (struct keys){.key = copy ? rng_mix(key, ((uint64_t)1 << 56) | copy) : key};
}

static int64_t path_task(struct path *w, const struct keys *parent, const struct random_step *body,
                         int64_t at, uint32_t copy)
{
    struct keys k = keys_child(parent, copy);
    int64_t end = path_body(w, &k, body, at);
    w->last = end > w->last ? end : w->last;
    return end;
}

static int64_t path_branches(struct path *w, const struct keys *k, const struct random_step *s,
                             int64_t at)
{
    int64_t end = at;
    for (uint32_t i = 0; i < s->nbody; i++) {
        int64_t e = path_task(w, k, s->body[i], w->serial ? end : at, 0);
        w->end[s->id][i] = e;
        end = e > end ? e : end;
    }
    return end;
}

/* The parent takes copies in order of completion. */
static int64_t path_completed(struct path *w, struct keys *k, const struct random_step *s,
                              const int64_t *end, int64_t at)
{
    bool taken[8] = {false};
    k->nloop++;
    for (uint32_t n = 0; n < s->count; n++) {
        uint32_t c = 0;
        while (taken[c])
            c++;
        for (uint32_t i = c + 1; i < s->count; i++)
            if (!taken[i] && end[i] < end[c])
                c = i;
        taken[c] = true;
        at = end[c] > at && !w->serial ? end[c] : at;
        k->loop[k->nloop - 1] = w->copy[s->id] = c;
        at = path_body(w, k, s->body[1], at);
    }
    k->nloop--;
    return at;
}

/* At most `limit` at a time, begun in order: each begins when the first place comes free. */
static int64_t path_each(struct path *w, struct keys *k, const struct random_step *s, int64_t at)
{
    int64_t end[8], place[8], all = at;
    uint32_t places = s->limit && s->limit < s->count && !w->unlimited ? s->limit : s->count;
    w->limits |= s->limit && s->limit < s->count;
    w->completes |= s->nbody > 1;
    for (uint32_t i = 0; i < places; i++)
        place[i] = at;
    for (uint32_t c = 0; c < s->count; c++) {
        uint32_t first = 0;
        for (uint32_t i = 1; i < places; i++)
            first = place[i] < place[first] ? i : first;
        w->copy[s->id] = c;
        end[c] = path_task(w, k, s->body[0], w->serial ? all : place[first], c);
        place[first] = end[c];
        all = end[c] > all ? end[c] : all;
    }
    return s->nbody > 1 ? path_completed(w, k, s, end, w->serial ? all : at) : all;
}

static int64_t path_repeat(struct path *w, struct keys *k, const struct random_step *s, int64_t at)
{
    trial_need(w->t, k->nloop < MAX_LOOPS, "too deep");
    k->nloop++;
    for (uint32_t i = 0; i < s->count; i++) {
        k->loop[k->nloop - 1] = i;
        at = path_body(w, k, s->body[0], at);
    }
    k->nloop--;
    return at;
}

static int64_t path_await(const struct path *w, const struct random_step *s, int64_t at)
{
    for (uint32_t i = 0; i < s->nref; i++) {
        int64_t e = w->end[s->ref[i] / 4][s->ref[i] % 4];
        at = e > at ? e : at;
    }
    return at;
}

static int64_t path_step(struct path *w, struct keys *k, const struct random_step *s, int64_t at)
{
    switch (s->kind) {
    case RK_CALL:
    case RK_WAIT:
    case RK_CPU:
        return at + path_work(w, k, s->id);
    case RK_SEQ:
        return path_body(w, k, s->body[0], at);
    case RK_PARALLEL:
        return path_branches(w, k, s, at);
    case RK_SPAWN: {
        int64_t end = path_branches(w, k, s, at);
        return w->serial ? end : at;
    }
    case RK_EACH:
        return path_each(w, k, s, at);
    case RK_AWAIT:
        return path_await(w, s, at);
    case RK_IF:
        if (s->copy_below == 0 || w->copy[s->copy_of] < s->copy_below)
            return path_body(w, k, s->body[0], at);
        return s->nbody > 1 ? path_body(w, k, s->body[1], at) : at;
    case RK_REPEAT:
        return path_repeat(w, k, s, at);
    case RK_RUN:
        return path_body(w, k, w->t->made.pipe[s->ref[0]], at);
    default:
        trial_fail(w->t, "not a plain step");
    }
}

static int64_t path_body(struct path *w, struct keys *k, const struct random_step *s, int64_t at)
{
    for (; s; s = s->next)
        at = path_step(w, k, s, at);
    return at;
}

static int64_t path_request(struct path *w, uint64_t ordinal)
{
    uint64_t key = rng_mix(rng_mix(1, 0), ordinal + 1); /* replication 0, class 0, client 0 */
    struct keys k = {.key = key};
    w->last = 0;
    int64_t end = path_body(w, &k, w->t->made.request, 0);
    w->last = end > w->last ? end : w->last;
    return end;
}

static void compare_path(struct trial *t, const char *exec)
{
    struct path w;
    trial_compile(t, exec);
    path_find(&w, t);
    w.serial = t->p->kind == EXEC_SERIAL;
    struct sim *s = sim_new(t->p, &(struct sim_opt){.seed = t->seed, .trace_requests = UINT64_MAX});
    trial_need(t, sim_run_alone(s, 0, REQUESTS) == SIM_MORE, "a bad end");
    uint64_t n;
    const struct record *r = sim_records(s, &n);
    double span = 0, total = 0, work, longest;
    for (uint64_t i = 0; i < n; i++) {
        w.serial = t->p->kind == EXEC_SERIAL;
        int64_t latency = path_request(&w, r[i].ordinal);
        if (r[i].latency != latency || r[i].duration != w.last)
            trial_fail(t, arena_printf(t->a,
                                       "request %u took %" PRId64 " until %" PRId64
                                       ", and its paths %" PRId64 " until %" PRId64,
                                       (unsigned)i, r[i].latency, r[i].duration, latency, w.last));
        w.serial = false;
        w.unlimited = true; /* a span is what no number of workers could save */
        span += (double)path_request(&w, r[i].ordinal);
        w.unlimited = false;
        w.serial = true;
        total += (double)path_request(&w, r[i].ordinal);
    }
    sim_work_span(s, &work, &longest);
    trial_need(t, work == total, "work is not the sum");
    /* The order in which as_completed takes the copies depends on who waited for whom. */
    bool other_order = w.completes && (w.limits || t->p->kind == EXEC_SERIAL);
    trial_need(t, longest == span || other_order, "span is not the longest path");
    sim_free(s);
}

/* Without contention: the same under threads, coroutine and hybrid; serial is the sum. */
static void test_longest_path(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < test_samples(2000); seed++) {
        struct trial t = trial_new(seed, RANDOM_PLAIN, NULL);
        for (uint32_t i = 0; i < NEXEC; i++)
            compare_path(&t, execs[i]);
        arena_drop(t.a);
    }
}

/* ---- CPU is neither lost nor made ---- */

static void compare_cpu(struct trial *t, const char *exec)
{
    struct path w;
    trial_compile(t, exec);
    if (!t->p->uses_cpu)
        return;
    path_find(&w, t);
    w.serial = w.only_cpu = true;
    struct sim *s = sim_new(t->p, &(struct sim_opt){.seed = t->seed});
    enum sim_end end = trial_run(t, s, REQUESTS);
    trial_need(t, end == SIM_DRAINED || end == SIM_DEADLOCK, "a bad end");
    if (end == SIM_DRAINED) {
        uint64_t n;
        const struct record *r = sim_records(s, &n);
        double sum = 0, slack = t->p->schedule == SCHEDULE_PS ? 1000 : 0; /* ends are rounded up */
        for (uint64_t i = 0; i < n; i++)
            if (r[i].status != 503) /* refused */
                sum += (double)path_request(&w, r[i].ordinal);
        struct sim_account acc = {.row = NEW(t->a, struct sim_res_account, s->nrow + 1)};
        sim_snapshot(s, &acc);
        double busy = acc.row[s->row_cores].busy_area;
        if (busy < sum || busy > sum + slack)
            trial_fail(t, arena_printf(t->a, "the cores did %.17g instead of %.17g", busy, sum));
    }
    sim_free(s);
}

static void test_cpu(void **state)
{
    (void)state;
    uint32_t features = RANDOM_PLAIN | RANDOM_CPU | RANDOM_BOUNDS;
    for (uint64_t seed = 0; seed < test_samples(1500); seed++) {
        struct trial t = trial_new(seed, features, "{backlog: 6}");
        for (uint32_t i = 0; i < NEXEC; i++)
            compare_cpu(&t, execs[i]);
        arena_drop(t.a);
    }
}

/* ---- symmetries ---- */

static struct sim *run_text(struct trial *t, const char *text, const char *exec)
{
    trial_build(t, text);
    trial_compile(t, exec);
    struct sim *s = trial_sim(t);
    sim_run_alone(s, 0, REQUESTS);
    return s;
}

/* A pause before everything else moves everything, and changes no draw. */
static void test_shift(void **state)
{
    (void)state;
    uint32_t features = RANDOM_ALL & ~(uint32_t)(RANDOM_COSTS | RANDOM_BOUNDS);
    static const char mark[] = "request: [";
    for (uint64_t seed = 0; seed < test_samples(1000); seed++) {
        struct trial t = trial_new(seed, features, NULL);
        const char *text = t.made.text, *at = strstr(text, mark) + strlen(mark);
        const char *later =
            arena_printf(t.a, "%.*s{wait: 7ms, name: first}, %s", (int)(at - text), text, at);
        for (uint32_t i = 0; i < NEXEC; i++) {
            struct sim *a = run_text(&t, text, execs[i]), *b = run_text(&t, later, execs[i]);
            uint64_t n, m;
            const struct record *r = sim_records(a, &n), *q = sim_records(b, &m);
            trial_need(&t, n == m, "another number of requests");
            for (uint64_t k = 0; k < n; k++)
                trial_need(&t,
                           q[k].latency == r[k].latency + 7000000 &&
                               q[k].duration == r[k].duration + 7000000 &&
                               q[k].status == r[k].status,
                           "a pause before it changed the rest");
            sim_free(a);
            sim_free(b);
        }
        arena_drop(t.a);
    }
}

/* One thread for everything is serial, if nothing is forked. */
static void test_one_thread(void **state)
{
    (void)state;
    uint32_t features =
        RANDOM_ALL & ~(uint32_t)(RANDOM_FORKS | RANDOM_SPAWN | RANDOM_DETACH | RANDOM_STAGES |
                                 RANDOM_COSTS | RANDOM_BOUNDS | RANDOM_HEDGE);
    for (uint64_t seed = 0; seed < test_samples(1000); seed++) {
        struct trial t = trial_new(seed, features, NULL);
        const char *text = arena_printf(t.a, "%s", t.made.text);
        char *at = arena_strdup(t.a, text);
        char *pool = strstr(at, "threads2: {kind: threads");
        const char *bounded =
            arena_printf(t.a, "%.*s%s, pool: 1%s", (int)(pool - at), at, "threads2: {kind: threads",
                         pool + strlen("threads2: {kind: threads"));
        struct sim *a = run_text(&t, text, "serial"), *b = run_text(&t, bounded, "threads2");
        trial_need(&t, same_records(a, b), "one thread is not serial");
        sim_free(a);
        sim_free(b);
        arena_drop(t.a);
    }
}

int main(void)
{
    struct CMUnitTest t[TEST_COUNT(any_rows) + TEST_COUNT(kept) + 4];
    size_t n = 0;
    for (size_t i = 0; i < TEST_COUNT(any_rows); i++)
        t[n++] = test_named(any_rows[i].name, test_any, &any_rows[i]);
    for (size_t i = 0; i < TEST_COUNT(kept); i++)
        t[n++] = test_named(kept[i], test_kept, kept[i]);
    t[n++] = test_named("longest path", test_longest_path, NULL);
    t[n++] = test_named("CPU is conserved", test_cpu, NULL);
    t[n++] = test_named("a pause before it all", test_shift, NULL);
    t[n++] = test_named("one thread is serial", test_one_thread, NULL);
    return _cmocka_run_group_tests("random", t, n, NULL, NULL);
}
