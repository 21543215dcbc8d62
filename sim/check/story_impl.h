/* SPDX-License-Identifier: GPL-3.0-or-later */
/* story_impl.h - between story*.c; nobody else's:
 *
 *   story.c        lanes, and the moves one by one
 *   story_words.c  what the effects of a move say
 *   story_fold.c   phrases to events, trivial ones folded
 *   story_trace.c  with times: as a run, for traces
 *   story_end.c    how it ends: marks, notes, who waits for whom */
#ifndef CHECK_STORY_IMPL_H
#define CHECK_STORY_IMPL_H
#include "check/story.h"
#include "core/outline.h"
#include "core/stuck.h"

struct lane {
    uint32_t parent, request; /* request from 0, NONE: a batch's */
    uint32_t body, copy;
    const char *name, *task;
    uint32_t *mark, depth; /* the steps it is in */
    uint32_t fork;         /* that made it; NONE: a root, an item */
    bool queued;           /* it waits for its first thread, and its parent has said so */
    bool over, said_wait;

    bool unawaited;
    uint32_t rows;
    uint32_t *span, open; /* story_trace.c: of the steps it is in; of its wait, + 1 */
    uint8_t *touches;     /* of each shared datum: 1 reads, 2 writes, from now on */
};
enum phrase_kind {
    SAY_PLAIN,
    SAY_LIGHT, /* arrives, gets a thread: joins what comes next */
    SAY_BEGIN, /* a call or a pause begins */
    SAY_END,   /* it ends well */
    SAY_FORK   /* text is made when the children are known: first .. */
};
struct phrase {
    enum phrase_kind kind;
    const char *text;
    struct loc at;
    uint32_t fork, child[8], nchild; /* FORK: lanes */
    bool waits;                      /* FORK: and waits for them */
};
enum { ROW_PHRASES = 16 };
struct row {
    uint32_t lane, move;
    uint32_t n;
    struct phrase say[ROW_PHRASES];
    enum story_mark mark;
    const char *holds;
    int32_t *level;
    bool then; /* of the same move as the row before */
    /* for notes */
    uint32_t responds;      /* a request, + 1 */
    uint32_t reads, writes; /* shared data, + 1 */
    int32_t value;
};
struct teller {
    struct arena *a;
    const struct story_opt *o;
    const struct prog *p;
    struct play y;
    struct outline_node *node; /* of steps, by mark; NULL: not known */
    uint32_t *node_of, nnode;
    struct lane *lane;
    uint32_t nlane, cap_lane;
    uint32_t *lane_of; /* by slot */
    uint32_t cap_slot;
    uint32_t *request_of, cap_request; /* by slot of the state: from 0 */
    struct row *row;
    uint32_t nrow, cap_row, first_row; /* first_row: of this move */
    uint32_t move;
    int32_t *value;            /* of shared variables, before this move */
    uint32_t *column, ncolumn; /* instances, then ninstance + values */
    struct stuck_view view;
    int32_t answered[PACK_MAX_REQUESTS], status[PACK_MAX_REQUESTS];
    /* with times */
    const int64_t *time; /* of each move, ns; NULL: without */
    double arrived[PACK_MAX_REQUESTS], responded[PACK_MAX_REQUESTS]; /* seconds; NAN: not yet */
    struct timeline_span *span;
    uint32_t nspan, cap_span;
};
/* story.c */
uint32_t teller_lane(const struct teller *t, uint32_t slot);   /* or NONE */
const char *step_short(const struct teller *t, uint32_t mark); /* its own name */
struct row *teller_row(struct teller *t, uint32_t lane);       /* of this move */
struct phrase *teller_say(struct teller *t, uint32_t lane, enum phrase_kind k, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
struct loc lane_at(const struct teller *t, uint32_t lane);
void teller_begin(struct teller *t, const struct fx *f);
const char *outline_text(const struct teller *t,
                         uint32_t mark); /* what is written there, or NULL */
/* story_words.c */
bool words_move(struct teller *t, const struct move *m); /* makes it; false: it cannot be made */
const char *words_held(struct teller *t, uint32_t slot); /* "`a`, a thread of `pool`" */
/* story_fold.c */
void fold_rows(struct teller *t, struct story_result *r);
/* story_trace.c */
void trace_move(struct teller *t, uint32_t lane); /* the lane's wait is over */
void trace_effect(struct teller *t, uint32_t lane, const struct fx *f);
const struct run_result *trace_result(struct teller *t);
/* story_end.c */
void end_tell(struct teller *t, struct story_result *r);

#endif
