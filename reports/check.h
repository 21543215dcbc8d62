/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check.h - the reports of judged claims.  To add one: a file with a struct check_report, a line in
 * the table of check.c.
 *
 *   check_text.c check_md.c  for people, in rows and sentences of check_view.c
 *   check_json.c             for programs: schema pertinax.check/1 (check_story.c counterexamples)
 *   check_junit.c check_sarif.c check_github.c   for what shows tests and findings beside code */
#ifndef REPORTS_CHECK_H
#define REPORTS_CHECK_H
#include "core/check_result.h"
#include "base/json.h"
#include "core/story_result.h"
#include "reports/layout.h"

struct check_report {
    const char *name, *suffix; /* suffix NULL: not to be written by -o */
    const char *summary;
    void (*write)(const struct check_result *r, const struct diags *d,
                  const struct report_look *look, struct buf *out);
};
extern const struct check_report check_text, check_json, check_junit, check_sarif, check_github,
    check_md;
extern const struct check_report *const check_reports[];             /* ends with NULL */
const struct check_report *check_report_find(const char *name);      /* NULL if unknown */
const struct check_report *check_report_by_suffix(const char *path); /* the same */

/* ---- what all of them say ---- */
/* What counts: with --strict a vacuous claim fails. */
enum verdict check_verdict(const struct check_result *r, const struct claim_result *c);
/* "deadlock_free (pool=2) under threads" */
const char *check_who(struct arena *a, const struct claim_result *c);
/* "9 tasks can never move again"; what is to be said of a claim that does not simply hold. */
const char *check_why(struct arena *a, const struct check_result *r, const struct claim_result *c);
/* "all 5 claims hold", "1 of 5 claims fails, 1 is undecided": of one spec; UINT32_MAX: of all. */
const char *check_sum(struct arena *a, const struct check_result *r, uint32_t spec);

/* check_agrees.c: of a claim that says `agrees` the value that is farthest off for
 * its margin, and why it does not hold. */
const char *check_agrees_seen(struct arena *a, const struct compare_result *r);
const char *check_agrees_why(struct arena *a, const struct compare_result *r);

/* As member "counterexample" of the object that is open. */
void check_story_json(struct json *j, struct arena *a, const struct story_result *s,
                      const struct diags *d);

/* ---- for people ---- */
/* Of several specs: how many of their claims hold; NULL where there is one. */
struct table *check_specs(struct arena *a, const struct check_result *r);
const char *check_title(struct arena *a, const struct check_result *r, uint32_t spec);
struct check_numbers { /* of claims that fail, in the order in which they are told */
    uint32_t n, *of;   /* of each claim; 0: none */
    uint32_t *first;   /* of each number, less 1: its first claim */
    const char **run;  /* and the run that shows it, in words; or NULL */
    const struct diags *names;
};
void check_numbers_init(struct check_numbers *n, struct arena *a, const struct check_result *r,
                        const struct diags *names);
/* The claims of a spec.  Explored ones are told in rows, with a column for each execution; those in
 * numbers one by one; NULL where there are none.  look NULL: as wide as it gets. */
struct table *check_claims(struct arena *a, const struct check_result *r, uint32_t spec,
                           const struct report_look *look, struct check_numbers *n);
struct table *check_limits(struct arena *a, const struct check_result *r, uint32_t spec,
                           const struct report_look *look, struct check_numbers *n);
/* all: more than the first few rows. */
struct table *check_explored(struct arena *a, const struct check_result *r, uint32_t spec,
                             bool all);
/* check_fail.c: the number of claim i, which fails; what is the same under another execution has
 * one with it.  What is said of it: "deadlock_free under threads, coroutine: why (file:line:col)".
 * The number of an earlier failure that is shown by the same run; 0: none. */
uint32_t check_number(struct arena *a, const struct check_result *r, uint32_t i,
                      struct check_numbers *n);
const char *check_failure(struct arena *a, const struct check_result *r, uint32_t number,
                          const struct check_numbers *n);
uint32_t check_run_before(uint32_t number, const struct check_numbers *n);
/* Vacuous and undecided claims, turns, what was never reached. */
void check_remarks(struct paras *p, const struct check_result *r, uint32_t spec,
                   const struct diags *d);
void check_assumed(struct paras *p, const struct check_result *r);

#endif
