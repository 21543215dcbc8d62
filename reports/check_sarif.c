/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_sarif.c - judged claims as SARIF 2.1.0, for code scanning: what fails, is undecided or
 * vacuous, and what was never reached, at the lines of the specs and models.  Claims that hold are
 * none. */
#include "reports/check.h"
#include "reports/key.h"
#include <string.h>

static const struct rule {
    const char *id, *text;
} rules[] = {
    {"deadlock_free", "Some task can never move again."},
    {"always_awaited", "A spawned task is never awaited."},
    {"responds", "A request is not answered as often as it should be."},
    {"no_race", "Two tasks can touch the same data at once."},
    {"terminates", "A request may never end."},
    {"no_write_after_abort", "Data are written after the request was aborted."},
    {"mutual_exclusion", "Two steps that exclude each other can run at once."},
    {"never", "Something that must never hold can hold."},
    {"always", "Something that must always hold can fail to."},
    {"eventually", "Something that must come may not come."},
    {"after", "After one thing another happens, or does not."},
    {"leads_to", "One thing may not be followed by the other."},
    {"ltl", "A formula of linear temporal logic does not hold."},
    {"require", "A limit on a number does not hold."},
    {"worst_case", "A bound on the worst case does not hold."},
    {"agrees", "A model does not agree with recorded traces."},
    {"vacuous", "A claim could not have failed."},
    {"unreached", "A step, branch or handler is never reached."},
    {"finding", "Something in the model looks wrong."},
};
enum { NRULES = sizeof rules / sizeof *rules };

static uint32_t rule_of(const char *id)
{
    for (uint32_t i = 0; i < NRULES; i++)
        if (strcmp(rules[i].id, id) == 0)
            return i;
    return NRULES - 1;
}

static void key_message(struct json *j, const char *key, const char *text)
{
    json_key(j, key);
    json_obj(j);
    key_str(j, "text", text);
    json_end_obj(j);
}

/* A relative reference: what a URI does not allow is escaped. */
static const char *uri_of(struct arena *a, const char *path)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789-._~/!$&'()*+,;=@";
    struct buf b = {0};
    while (path[0] == '.' && path[1] == '/')
        path += 2;
    for (; *path; path++)
        if (strchr(plain, *path))
            buf_putc(&b, *path);
        else
            buf_printf(&b, "%%%02X", (unsigned char)*path);
    const char *s = arena_strndup(a, b.n ? b.s : "", b.n);
    buf_free(&b);
    return s;
}

static void physical_write(struct json *j, struct arena *a, struct loc at, const struct diags *d)
{
    json_key(j, "physicalLocation");
    json_obj(j);
    json_key(j, "artifactLocation");
    json_obj(j);
    key_str(j, "uri", uri_of(a, diag_file_name(d, at.file)));
    json_end_obj(j);
    json_key(j, "region");
    json_obj(j);
    key_count(j, "startLine", at.line);
    key_count(j, "startColumn", at.col);
    key_count(j, "endColumn", at.col + (at.len ? at.len : 1));
    json_end_obj(j);
    json_end_obj(j);
}

static void locations_write(struct json *j, struct arena *a, struct loc at, const struct diags *d)
{
    json_key(j, "locations");
    json_arr(j);
    if (at.file) {
        json_obj(j);
        physical_write(j, a, at, d);
        json_end_obj(j);
    }
    json_end_arr(j);
}

/* A counterexample as a flow through the model's lines. */
static void flow_write(struct json *j, struct arena *a, const struct story_result *s,
                       const struct diags *d)
{
    json_key(j, "codeFlows");
    json_arr(j);
    json_obj(j);
    json_key(j, "threadFlows");
    json_arr(j);
    json_obj(j);
    json_key(j, "locations");
    json_arr(j);
    for (uint32_t i = 0; i < s->nevent; i++) {
        const struct story_event *e = &s->event[i];
        json_obj(j);
        json_key(j, "location");
        json_obj(j);
        if (e->at.file)
            physical_write(j, a, e->at, d);
        key_message(j, "message", arena_printf(a, "%s: %s", s->lane[e->lane].name, e->text));
        json_end_obj(j);
        key_str(j, "importance", e->mark == STORY_PLAIN ? "important" : "essential");
        json_end_obj(j);
    }
    json_end_arr(j);
    json_end_obj(j);
    json_end_arr(j);
    json_end_obj(j);
    json_end_arr(j);
}

struct finding {
    const char *rule, *level, *text, *print;
    struct loc at;
    const struct story_result *story;
};

static void result_write(struct json *j, struct arena *a, struct finding f, const struct diags *d)
{
    uint32_t rule = rule_of(f.rule);
    json_obj(j);
    key_str(j, "ruleId", rules[rule].id);
    key_count(j, "ruleIndex", rule);
    key_str(j, "level", f.level);
    key_message(j, "message", f.text);
    locations_write(j, a, f.at, d);
    if (f.story && f.story->nevent)
        flow_write(j, a, f.story, d);
    json_key(j, "partialFingerprints");
    json_obj(j);
    key_str(j, "claim/v1", f.print);
    json_end_obj(j);
    json_end_obj(j);
}

static void claim_write(struct json *j, struct arena *a, const struct check_result *r,
                        const struct claim_result *c, const struct diags *d)
{
    enum verdict v = check_verdict(r, c);
    if (v == VERDICT_PASS)
        return;
    const char *text =
        arena_printf(a, "%s%s: %s%s%s", check_who(a, c),
                     v == VERDICT_UNDECIDED ? " is undecided"
                     : v == VERDICT_VACUOUS ? " could not have failed"
                                            : "",
                     check_why(a, r, c), c->hint ? "; " : "", c->hint ? c->hint : "");
    result_write(j, a,
                 (struct finding){v == VERDICT_VACUOUS ? "vacuous" : c->kind,
                                  v == VERDICT_FAIL ? "error" : "warning", text, check_who(a, c),
                                  c->at, c->found == VERDICT_FAIL ? c->story : NULL},
                 d);
}

static void driver_write(struct json *j, const struct check_result *r)
{
    json_key(j, "tool");
    json_obj(j);
    json_key(j, "driver");
    json_obj(j);
    key_str(j, "name", "pertinax");
    key_str(j, "version", r->version);
    json_key(j, "rules");
    json_arr(j);
    for (uint32_t i = 0; i < NRULES; i++) {
        json_obj(j);
        key_str(j, "id", rules[i].id);
        key_message(j, "shortDescription", rules[i].text);
        json_end_obj(j);
    }
    json_end_arr(j);
    json_end_obj(j);
    json_end_obj(j);
}

static void invocation_write(struct json *j, const struct check_result *r)
{
    json_key(j, "invocations");
    json_arr(j);
    json_obj(j);
    key_str(j, "commandLine", r->command);
    json_key(j, "executionSuccessful");
    json_bool(j, !r->interrupted);
    json_end_obj(j);
    json_end_arr(j);
}

static void write_sarif(const struct check_result *r, const struct diags *d,
                        const struct report_look *look, struct buf *out)
{
    struct arena *a = arena_new(0);
    struct json j;
    (void)look;
    json_begin(&j, out, true);
    json_obj(&j);
    key_str(&j, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    key_str(&j, "version", "2.1.0");
    json_key(&j, "runs");
    json_arr(&j);
    json_obj(&j);
    driver_write(&j, r);
    invocation_write(&j, r);
    key_str(&j, "columnKind", "unicodeCodePoints");
    json_key(&j, "results");
    json_arr(&j);
    for (uint32_t i = 0; i < r->nclaim; i++)
        claim_write(&j, a, r, &r->claim[i], d);
    for (uint32_t i = 0; i < r->nfinding; i++)
        result_write(&j, a,
                     (struct finding){"finding", "warning", r->finding[i].text, r->finding[i].text,
                                      r->finding[i].at, NULL},
                     d);
    for (uint32_t i = 0; i < r->nunreached; i++)
        result_write(&j, a,
                     (struct finding){"unreached", "note", r->unreached[i].what,
                                      r->unreached[i].what, r->unreached[i].at, NULL},
                     d);
    json_end_arr(&j);
    json_end_obj(&j);
    json_end_arr(&j);
    json_end_obj(&j);
    buf_putc(out, '\n');
    arena_drop(a);
}

const struct check_report check_sarif = {"sarif", ".sarif", "SARIF 2.1.0, for code scanning",
                                         write_sarif};
