/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_json.c - judged claims for programs: schema "pertinax.check/1", documented in
 * specs/README.md. */
#include "reports/check.h"
#include "reports/compare.h"
#include "reports/key.h"

static void specs_write(struct json *j, const struct check_result *r)
{
    json_key(j, "specs");
    json_arr(j);
    for (uint32_t i = 0; i < r->nspec; i++) {
        json_obj(j);
        key_str(j, "file", r->spec[i].file);
        key_str(j, "model", r->spec[i].model);
        key_str(j, "name", r->spec[i].name);
        key_str(j, "settings", r->spec[i].settings);
        key_str(j, "digest", r->spec[i].digest);
        json_end_obj(j);
    }
    json_end_arr(j);
}

static void limit_write(struct json *j, const struct limit_result *l)
{
    json_key(j, "limit");
    json_obj(j);
    key_str(j, "text", l->limit_text);
    key_num(j, "value", l->limit);
    key_str(j, "unit", l->unit);
    key_interval(j, "seen", l->seen);
    key_str(j, "method", l->method);
    key_count(j, "requests", l->requests);
    key_count(j, "looks", l->looks);
    json_end_obj(j);
}

static void claim_write(struct json *j, struct arena *a, const struct check_result *r,
                        const struct claim_result *c, const struct diags *d)
{
    json_obj(j);
    key_str(j, "name", c->name);
    key_str(j, "kind", c->kind);
    if (*c->text)
        key_str(j, "text", c->text);
    key_str(j, "at", place_text(a, d, c->at));
    key_count(j, "spec", c->spec);
    key_count(j, "claim", c->claim);
    key_str(j, "execution", c->execution);
    key_str(j, "settings", c->settings);
    key_str(j, "expect", c->expect_fail ? "fail" : "pass");
    key_str(j, "found", verdict_name[c->found]);
    key_str(j, "verdict", verdict_name[check_verdict(r, c)]);
    key_str(j, "why", c->why);
    if (c->hint)
        key_str(j, "hint", c->hint);
    if (c->found == VERDICT_FAIL && c->exploration != UINT32_MAX) {
        json_key(j, "unusual_timing");
        json_bool(j, c->unusual);
    }
    if (c->exploration != UINT32_MAX)
        key_count(j, "exploration", c->exploration);
    if (c->limit)
        limit_write(j, c->limit);
    if (c->agrees) {
        json_key(j, "agrees");
        json_obj(j);
        compare_part_members(j, &c->agrees->part[0]);
        json_end_obj(j);
    }
    if (c->story)
        check_story_json(j, a, c->story, d);
    json_end_obj(j);
}

static void explorations_write(struct json *j, const struct check_result *r)
{
    json_key(j, "explorations");
    json_arr(j);
    for (uint32_t i = 0; i < r->nexploration; i++) {
        const struct exploration_result *e = &r->exploration[i];
        json_obj(j);
        key_count(j, "spec", e->spec);
        key_str(j, "execution", e->execution);
        key_str(j, "settings", e->settings);
        key_count(j, "concurrent", e->concurrent);
        if (*e->classes)
            key_str(j, "classes", e->classes);
        key_str(j, "end", check_end_name[e->end]);
        key_count(j, "states", e->states);
        key_count(j, "transitions", e->transitions);
        key_count(j, "last", e->last);
        key_count(j, "depth", e->depth);
        key_count(j, "bytes", e->bytes);
        key_str(j, "reductions", e->reductions);
        key_str(j, "bounds", e->bounds);
        json_end_obj(j);
    }
    json_end_arr(j);
}

static void warnings_write(struct json *j, struct arena *a, const struct check_result *r,
                           const struct diags *d)
{
    json_key(j, "warnings");
    json_arr(j);
    for (uint32_t i = 0; i < r->nfinding; i++) {
        json_obj(j);
        key_str(j, "id", r->finding[i].id);
        key_str(j, "text", r->finding[i].text);
        key_str(j, "at", place_text(a, d, r->finding[i].at));
        key_count(j, "spec", r->finding[i].spec);
        json_end_obj(j);
    }
    for (uint32_t i = 0; i < r->nunreached; i++) {
        json_obj(j);
        key_str(j, "id", "unreached");
        key_str(j, "text", r->unreached[i].what);
        key_str(j, "at", place_text(a, d, r->unreached[i].at));
        key_count(j, "spec", r->unreached[i].spec);
        json_end_obj(j);
    }
    json_end_arr(j);
}

static void turns_write(struct json *j, const struct check_result *r)
{
    json_key(j, "turns");
    json_arr(j);
    for (uint32_t i = 0; i < r->nturn; i++) {
        json_obj(j);
        key_count(j, "first", r->turn[i].first);
        key_count(j, "claims", r->turn[i].n);
        key_str(j, "text", r->turn[i].text);
        json_end_obj(j);
    }
    json_end_arr(j);
}

static void summary_write(struct json *j, const struct check_result *r)
{
    uint64_t count[VERDICT_COUNT] = {0};
    for (uint32_t i = 0; i < r->nclaim; i++)
        count[check_verdict(r, &r->claim[i])]++;
    json_key(j, "summary");
    json_obj(j);
    for (int v = 0; v < VERDICT_COUNT; v++)
        key_count(j, verdict_name[v], count[v]);
    json_end_obj(j);
}

static void write_json(const struct check_result *r, const struct diags *d,
                       const struct report_look *look, struct buf *out)
{
    struct arena *a = arena_new(0);
    struct json j;
    (void)look;
    json_begin(&j, out, true);
    json_obj(&j);
    key_head(&j, "pertinax.check/1", r->version, r->seed, r->command);
    json_key(&j, "complete");
    json_bool(&j, !r->interrupted);
    summary_write(&j, r);
    specs_write(&j, r);
    json_key(&j, "claims");
    json_arr(&j);
    for (uint32_t i = 0; i < r->nclaim; i++)
        claim_write(&j, a, r, &r->claim[i], d);
    json_end_arr(&j);
    turns_write(&j, r);
    warnings_write(&j, a, r, d);
    explorations_write(&j, r);
    json_end_obj(&j);
    buf_putc(out, '\n');
    arena_drop(a);
}

const struct check_report check_json = {"json", ".json", "for programs", write_json};
