/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spec.h - claims about a model, as their author wrote them: a spec file, or `checks:` in a model.
 *
 * What is read here is the form: which claims there are, and under which settings each is judged.
 * The words of a claim (formulas, limits, names of steps and of shared data) are kept as texts with
 * their places; they mean something only for a model with the claim's settings, and are read by
 * model/ltl, model/limit and model/step_name when there is one.
 *
 * What a file says for all its claims is in each claim: its `set` begins with the file's, and its
 * `under` and `concurrent` are the file's where it has none of its own.
 *
 * To add a kind of claim: a row in claim_rows[] (spec.c). */
#ifndef MODEL_SPEC_H
#define MODEL_SPEC_H
#include "model/yaml.h"

enum claim_kind {
    CLAIM_DEADLOCK_FREE,
    CLAIM_ALWAYS_AWAITED,
    CLAIM_RESPONDS,
    CLAIM_NO_RACE,
    CLAIM_TERMINATES,
    CLAIM_NO_WRITE_AFTER_ABORT,
    CLAIM_MUTUAL_EXCLUSION,
    CLAIM_NEVER,            /* operand[0]: a formula without time */
    CLAIM_ALWAYS,           /* the same */
    CLAIM_EVENTUALLY,       /* the same */
    CLAIM_AFTER_NEVER,      /* after: operand[0], never: operand[1] */
    CLAIM_AFTER_EVENTUALLY, /* after: operand[0], eventually: operand[1] */
    CLAIM_LEADS_TO,         /* [operand[0], operand[1]] */
    CLAIM_LTL,              /* operand[0] */
    CLAIM_REQUIRE,          /* operand[0]: a limit */
    CLAIM_WORST_CASE,       /* operand[0] */
    CLAIM_AGREES,           /* agrees; operand[0]: the store's path as written */
    CLAIM_COUNT
};
extern const char *const claim_key[CLAIM_COUNT]; /* "deadlock_free", ..., "after" twice */
/* Is it decided by exploring, or by simulating and by bounds? */
bool claim_explored(enum claim_kind k);

enum claim_responds { RESPONDS_EXACTLY_ONCE, RESPONDS_AT_LEAST_ONCE, RESPONDS_AT_MOST_ONCE };

struct spec_text {
    const char *text; /* NULL: not there */
    struct loc at;    /* of its first character; len: its width */
};
/* One value of the model changed: yaml_put(tree, path, at, value). */
struct spec_set {
    const char *path; /* "executions.threads.pool" */
    struct loc at;
    const struct yaml *value;
    const char *said; /* by the author in other words: "concurrent=2"; or NULL */
};
/* `for:`: the claim is judged with each of the values; several axes are a grid, the last one
 * running fastest. */
struct spec_axis {
    const char *path;
    struct loc at;
    uint32_t n;
    struct yaml **value;
};
/* agrees: which recorded requests, and how near is near. */
enum spec_within { WITHIN_MEAN, WITHIN_P50, WITHIN_P95, WITHIN_P99, WITHIN_COUNT };
extern const char *const spec_within[WITHIN_COUNT]; /* "mean" (and rates, and ratios), "p50" ... */
struct spec_span {                                  /* a step whose spans have another name */
    struct spec_text step, span;
};
struct spec_agrees {
    struct spec_text traces;               /* relative to the spec's directory */
    struct spec_text root, service, label; /* NULL: as `compare` chooses */
    uint32_t nspan;
    struct spec_span *span;
    double within[WITHIN_COUNT]; /* margins; 0: as `compare` has them */
};
struct claim {
    enum claim_kind kind;
    struct loc at;    /* of the claim's key */
    const char *name; /* given, or made of the claim's text: "never: running(a) and running(b)" */
    bool named;
    struct spec_text operand[2];
    uint32_t narg; /* no_race: keys (0: all shared); mutual_exclusion: steps */
    struct spec_text *arg;
    enum claim_responds responds;
    const struct spec_agrees *agrees; /* NULL: another kind */
    /* settings */
    uint32_t nset, nown;  /* the last nown of them are the claim's own */
    struct spec_set *set; /* in this order, over the model; `load:` is one, path "load" */
    uint32_t nunder;
    struct spec_text *under;  /* 0: as `run` would */
    uint32_t concurrent;      /* requests explored at once */
    struct loc concurrent_at; /* no place: nobody said */
    uint32_t naxis;
    struct spec_axis *axis;
    bool expect_fail;
    bool timing_model;         /* runs that the latencies cannot produce are no counterexamples */
    struct spec_text baseline; /* path, relative to the spec's directory */
};
enum { SPEC_CONCURRENT = 2, SPEC_MAX_CONCURRENT = 16, SPEC_MAX_POINTS = 1000 };
struct spec {
    const char *file;       /* as the user gave it */
    struct spec_text model; /* path as written, relative to the spec's directory; NULL in a model */
    uint32_t nclaim;
    struct claim *claim;
};

/* A spec file's tree; NULL if it is so wrong that there is nothing to go on with (errors in d). */
struct spec *spec_build(struct arena *a, const struct yaml *root, const char *path,
                        struct diags *d);
/* The list under `checks:` of a model.  Never NULL. */
struct spec *spec_of_checks(struct arena *a, const struct yaml *list, const char *path,
                            struct diags *d);
/* What is judged where nobody claims anything: deadlock_free, always_awaited, responds,
 * no_race and terminates.  at: the
 * model's place. */
struct spec *spec_default(struct arena *a, const char *path, struct loc at);
/* Is the tree that of a spec file, rather than of a model? */
bool spec_is(const struct yaml *root);
/* "10%" or "0.1": n bytes; false: no margin above 0 and up to 1. */
bool spec_margin(const char *text, size_t n, double *out);
/* path, seen from the file that names it. */
const char *spec_path(struct arena *a, const char *file, const char *path);

#endif
