/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim_arrive.c - requests arrive: open, closed, as a backlog, or as recorded. */
#include "run/flow.h"
#include "run/sim_event.h"

/* Clients that are answered at once and ask again at once, over and over, and time stands still. */
enum { SPIN_MOST = 10000 };
static void spin(struct sim *s, uint32_t cls)
{
    s->spin = s->spin_at == s->now ? s->spin + 1 : 1;
    s->spin_at = s->now;
    uint64_t clients = 0;
    for (uint32_t k = 0; k < s->p->ncls && s->spin > SPIN_MOST; k++)
        clients += s->p->cls[k].clients;
    if (s->spin > SPIN_MOST + 2 * clients)
        sim_fail(s, s->p->cls[cls].load->at,
                 "time stands still: the clients are answered at once, and ask again at once; a "
                 "`think` time lets it pass");
}

uint64_t sim_spin(const struct sim *s)
{
    return s->spin_at == s->now ? s->spin : 0;
}

void arrive_again(struct sim *s, uint32_t cls, uint32_t client)
{
    struct class_state *c = &s->cls[cls];
    const struct prog_class *k = &s->p->cls[cls];
    int64_t think = 0;
    uint64_t n = c->client[client].sent;
    if (k->think != NONE)
        think = draw_class_ns(s, cls, draw_request_key(s, cls, client, n), k->think);
    int64_t at = s->now + think;
    if (s->world && s->world->again)
        at = s->world->again(s->world->ctx, (struct sim_request){cls, client, n}, at);
    if (at == s->now)
        spin(s, cls);
    sim_push(s, at, CL_ARRIVAL, (struct slot){.kind = EV_ARRIVE, .a = cls, .b = client});
}

uint32_t arrive_worker(const struct sim *s, uint64_t key)
{
    struct draw_key k = {.seed = s->o.seed, .path = key, .site = 0x62616c61};
    return (uint32_t)(rng_unit(k) * s->p->workers);
}

void arrive_crowd(struct sim *s, uint32_t cls)
{
    const struct load *load = s->p->cls[cls].load;
    bool open = load && load->kind == LOAD_OPEN;
    uint32_t most = s->o.max_tasks ? s->o.max_tasks : SIM_MAX_PRESENT;
    if (s->acc.present >= SIM_MAX_PRESENT || (open && s->st.live >= most))
        s->end = SIM_OVERLOAD;
}

void arrive_request(struct sim *s, uint32_t cls, uint32_t client, uint64_t ordinal)
{
    struct state *st = &s->st;
    const struct prog *p = s->p;
    if (s->flow) {
        flow_arrive(s, cls, ordinal);
        return;
    }
    uint64_t key = client == 0 ? rng_mix(s->cls[cls].of[0], ordinal + 1)
                               : draw_request_key(s, cls, client, ordinal);
    uint32_t worker = 0;
    if (p->workers > 1 && p->random_balance && s->o.oracle) {
        worker = s->o.oracle->pick(s->o.oracle->ctx, NULL, p->workers);
    } else if (p->workers > 1 && p->random_balance) {
        worker = arrive_worker(s, key);
    } else if (p->workers > 1) {
        worker = step_worker(st);
    }
    if (p->workers > 1 && s->world && s->world->worker)
        worker =
            s->world->worker(s->world->ctx, (struct sim_request){cls, client, ordinal}, worker);
    bool traced = account_arrival(s, ordinal);
    if (s->o.ear != NULL)
        s->o.ear->arrived(s->o.ear->ctx, (struct sim_request){cls, client, ordinal}, s->now);
    s->root_key = key;
    s->coming = (struct rside){.arrival = s->now, .ordinal = ordinal, .cls = cls, .client = client};
    uint32_t r = move_arrive(s, cls, worker, traced);
    if (r == NONE) {
        record_add(
            s, (struct record){.arrival = s->now, .status = 503, .cls = cls, .ordinal = ordinal});
        if (arrives_closed(s, cls))
            arrive_again(s, cls, client);
        return;
    }
    s->traced += traced;
    s->acc.present++;
    arrive_crowd(s, cls);
}

/* The time between arrival n of an open class and the one before it. */
static inline int64_t gap_of(struct sim *s, struct class_state *c, uint32_t cls, uint64_t n)
{
    uint32_t between = s->p->cls[cls].between;
    if (n % GAPS == 0)
        draw_ahead(s, c->of[1], n, between, c->gap, GAPS);
    int64_t ns = c->gap[n % GAPS];
    return ns >= 0 ? ns : draw_class_ns(s, cls, draw_request_key(s, cls, 1, n), between);
}

static void due_find(struct sim *s)
{
    s->due = (struct ev){INT64_MAX, UINT64_MAX};
    for (uint32_t k = 0; k < s->p->ncls; k++)
        if (event_before(s->cls[k].due, s->due)) {
            s->due = s->cls[k].due;
            s->due_cls = k;
        }
}

/* The next arrival of an open class, or of a replay; none is left: nothing. */
static inline void arrival_next(struct sim *s, uint32_t cls)
{
    const struct prog_class *k = &s->p->cls[cls];
    struct class_state *c = &s->cls[cls];
    int64_t at;
    if (k->load->kind == LOAD_REPLAY) {
        if (c->arrived >= k->load->nreplay) {
            c->due = (struct ev){INT64_MAX, UINT64_MAX};
            return;
        }
        double t = k->load->replay[c->arrived] + 0.5;
        at = t < 4e18 ? (int64_t)t : (int64_t)4e18; /* beyond any run */
    } else {
        at = c->next + gap_of(s, c, cls, c->arrived);
    }
    c->next = at;
    c->due = (struct ev){at, event_key(s, CL_ARRIVAL)};
}

/* A request of a closed class or of a backlog. */
void arrive_event(struct sim *s, uint32_t cls, uint32_t client)
{
    struct class_state *c = &s->cls[cls];
    if (s->p->cls[cls].load->kind == LOAD_CLOSED)
        arrive_request(s, cls, client, c->client[client].sent++);
    else
        arrive_request(s, cls, 0, client);
}

/* The one that is due. */
uint64_t arrive_next(struct sim *s)
{
    uint32_t cls = s->due_cls;
    uint64_t n = s->cls[cls].arrived++;
    arrival_next(s, cls);
    if (s->p->ncls == 1)
        s->due = s->cls[0].due;
    else
        due_find(s);
    return n;
}

void arrive_due(struct sim *s)
{
    uint32_t cls = s->due_cls;
    arrive_request(s, cls, 0, arrive_next(s));
}

void arrive_begin(struct sim *s)
{
    for (uint32_t k = 0; k < s->p->ncls; k++) {
        const struct prog_class *c = &s->p->cls[k];
        uint32_t n = c->load->kind == LOAD_CLOSED ? c->clients : c->backlog;
        if (c->load->kind == LOAD_CLOSED)
            s->cls[k].client = xcalloc(c->clients + 1, sizeof *s->cls[k].client);
        if (c->load->kind == LOAD_CLOSED || c->load->kind == LOAD_BACKLOG)
            for (uint32_t i = 0; i < n; i++)
                sim_push(s, 0, CL_ARRIVAL, (struct slot){.kind = EV_ARRIVE, .a = k, .b = i});
        else
            arrival_next(s, k);
    }
    due_find(s);
}

void arrive_init(struct sim *s)
{
    s->due = (struct ev){INT64_MAX, UINT64_MAX};
    for (uint32_t k = 0; k < s->p->ncls; k++) {
        s->cls[k].due = (struct ev){INT64_MAX, UINT64_MAX};
        for (uint32_t i = 0; i < 2; i++)
            s->cls[k].of[i] = rng_mix(s->o.replication + 1, ((uint64_t)k << 32) | i);
    }
}
