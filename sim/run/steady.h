/* SPDX-License-Identifier: GPL-3.0-or-later */
/* steady.h - what steady.c (running replications) and steady_result.c (what they say) share. */
#ifndef RUN_STEADY_H
#define RUN_STEADY_H
#include "run/experiment_impl.h"

struct snap {
    uint64_t n; /* records until then */
    struct sim_account now;
};
struct kept {
    int64_t end;
    uint32_t cls;
    int32_t status;
};
struct rep {
    struct sim *s;
    enum sim_end end;
    uint64_t n, target; /* records so far, and wanted */
    /* The first `kept` of them, in the order they finished: latencies, which are read more often,
     * and the rest. */
    uint64_t kept, cap;
    int64_t *latency;
    struct kept *rest;
    int64_t *longer;   /* duration less latency; NULL as long as there is no difference */
    struct tally tail; /* the others */
    int64_t last_end;  /* ns: when the last one finished */
    int64_t last_answer;
    double durations; /* sum over all */
    struct snap *snap;
    uint32_t nsnap, cap_snap;
    uint64_t warm; /* deleted at the start */
    bool short_run;
    struct tally tally; /* of what is measured */
};
struct steady {
    struct trial *t;
    uint32_t nrep;
    struct rep *rep;
    uint64_t keep;   /* records kept in each replication */
    bool finite;     /* a backlog, a replay: ends by itself */
    bool open;       /* some class arrives at a rate of its own */
    uint64_t wanted; /* --requests: measured, in all; 0: by precision */
    bool fixed;      /* warm-up is settled */
    /* Since the last look nothing was run: */
    bool looked;
    struct latency_result all; /* steady_latency() of all */
};
uint64_t steady_requests(const struct steady *st); /* run, over all replications */
/* Times that the requests present have to be replaced: before anything is measured; in all. */
enum { WARM_TURNS = 10, RUN_TURNS = 40 };
uint64_t steady_accounts_from(const struct steady *st);
uint64_t steady_present(const struct steady *st);
void steady_warmup(struct steady *st);                        /* sets warm of each replication */
void steady_tally(struct steady *st);                         /* then: tally of each */
bool steady_unstable(const struct steady *st, uint32_t *row); /* row NONE: no resource to name */
/* The first snapshot with at least n records; there is one at the end. */
const struct snap *steady_snap_at(const struct rep *r, uint64_t n);
double steady_rate(const struct steady *st, const struct rep *r, const struct pick *pick);
struct latency_result steady_latency(const struct steady *st, const struct pick *p);
void steady_fill(struct steady *st);       /* the result, of stable runs */
void steady_sections(struct steady *st);   /* after it: its sections */
void steady_warn(const struct steady *st); /* steady_warn.c: about the warm-up */
void steady_fill_unstable(struct steady *st, uint32_t row);

#endif
