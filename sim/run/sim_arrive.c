/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim_arrive.c - requests arrive: open, closed, as a backlog, or as recorded. */
#include "run/sim_event.h"

void arrive_again(struct sim *s, uint32_t cls, uint32_t client)
{
    struct class_state *c = &s->cls[cls];
    const struct prog_class *k = &s->p->cls[cls];
    int64_t think = 0;
    uint64_t n = c->client[client].sent;
    if (k->think != NONE)
        think = draw_class_ns(s, cls, draw_request_key(s, cls, client, n), k->think);
    sim_push(s, s->now + think, CL_ARRIVAL,
             (struct slot){.kind = EV_ARRIVE, .a = cls, .b = client});
}

void arrive_request(struct sim *s, uint32_t cls, uint32_t client, uint64_t ordinal)
{
    struct state *st = &s->st;
    const struct prog *p = s->p;
    uint64_t key = draw_request_key(s, cls, client, ordinal);
    uint32_t worker = 0;
    if (p->workers > 1 && p->random_balance) {
        struct draw_key k = {.seed = s->o.seed, .path = key, .site = 0x62616c61};
        worker = (uint32_t)(rng_unit(k) * p->workers);
    } else if (p->workers > 1) {
        worker = step_worker(st);
    }
    bool traced = s->alone ? ordinal < s->o.trace_requests : s->traced < s->o.trace_requests;
    account_time(s);
    s->acc.arrivals++;
    uint32_t r = step_arrive(st, cls, worker, traced);
    if (r == NONE) {
        record_add(
            s, (struct record){.arrival = s->now, .status = 503, .cls = cls, .ordinal = ordinal});
        if (arrives_closed(s, cls))
            arrive_again(s, cls, client);
        return;
    }
    s->traced += traced;
    s->acc.present++;
    side_room(s);
    s->rside[r] =
        (struct rside){.arrival = s->now, .ordinal = ordinal, .cls = cls, .client = client};
    s->side[st->req[r].root].key = key;
    sim_settle(s);
    if (s->acc.present >= SIM_MAX_PRESENT)
        s->end = SIM_OVERLOAD;
}

/* The next arrival of an open class, or of a replay; none is left: nothing. */
static void arrival_next(struct sim *s, uint32_t cls)
{
    const struct prog_class *k = &s->p->cls[cls];
    struct class_state *c = &s->cls[cls];
    int64_t at;
    if (k->load->kind == LOAD_REPLAY) {
        if (c->arrived >= k->load->nreplay)
            return;
        double t = k->load->replay[c->arrived] + 0.5;
        at = t < 4e18 ? (int64_t)t : (int64_t)4e18; /* beyond any run */
    } else {
        at = c->next + draw_class_ns(s, cls, draw_request_key(s, cls, 1, c->arrived), k->between);
    }
    c->next = at;
    sim_push(s, at, CL_ARRIVAL, (struct slot){.kind = EV_ARRIVE, .a = cls});
}

void arrive_event(struct sim *s, uint32_t cls, uint32_t client)
{
    struct class_state *c = &s->cls[cls];
    switch (s->p->cls[cls].load->kind) {
    case LOAD_CLOSED:
        arrive_request(s, cls, client, c->client[client].sent++);
        break;
    case LOAD_BACKLOG:
        arrive_request(s, cls, 0, client);
        break;
    default: {
        uint64_t n = c->arrived++;
        arrival_next(s, cls);
        arrive_request(s, cls, 0, n);
    }
    }
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
}
