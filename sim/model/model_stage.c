/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model_stage.c - channels and stages of the model reader; see model_impl.h.
 *
 * A channel has one stage that takes from it: what stands in a stage's body can then be looked at
 * with the variables that every `put` into the channel hands on. */
#include "model/model_impl.h"
#include <string.h>

/* ---- channels ---- */

static void read_full(struct reader *r, const struct yaml *v, void *field)
{
    static const char *const words[] = {"wait", "reject"};
    *(bool *)field = reader_word(r, v, words, 2) == 1;
}

static void read_channel_scope(struct reader *r, const struct yaml *v, void *field)
{
    static const char *const words[] = {"worker", "all"};
    int w = reader_word(r, v, words, 2);
    if (w >= 0)
        *(enum scope_kind *)field = w == 0 ? SCOPE_WORKER : SCOPE_ALL;
}

static const struct key_row rows_channel[] = {
    KEY_NEEDED("size", read_count, channel, size),
    KEY("full", read_full, channel, reject),
    KEY("scope", read_channel_scope, channel, scope),
    KEY_END,
};
static const struct key_table table_channel = {"a channel", rows_channel, NULL};

void read_channels(struct reader *r, const struct yaml *v, void *field)
{
    struct model *m = field;
    if (!reader_section(r, v, "write it as in {pages: 50, rows: {size: 500, full: reject}}"))
        return;
    m->channel = NEW(r->a, struct channel, v->n ? v->n : 1);
    reader_set_init(r, SET_CHANNEL, v->n);
    for (uint32_t i = 0; i < v->n; i++) {
        const struct yaml_pair *p = &v->pair[i];
        if (reader_is_own(p->key))
            continue;
        reader_name_ok(r, p->key, p->key_at, "a channel", true);
        struct channel *to = &m->channel[m->nchannel];
        *to = (struct channel){
            .name = arena_strdup(r->a, p->key), .at = p->key_at, .stage = NO_STAGE};
        if (!reader_set_add(r, SET_CHANNEL, to->name, to->at))
            return;
        m->nchannel++;
        r->key = to->name;
        if (p->value->kind == YAML_SCALAR)
            read_count(r, p->value, &to->size);
        else
            reader_map(r, p->value, &table_channel, to);
        if (!to->size)
            to->size = expr_number(r->a, 1, UNIT_NUMBER, to->at);
    }
}

void read_put(struct reader *r, const struct yaml *v, void *field)
{
    struct step *s = field;
    uint32_t i = reader_find(r, v, SET_CHANNEL);
    if (i == UINT32_MAX) {
        s->verb = VERB_SEQ; /* an empty one: the rest of the model can be looked at */
        r->astray = true;
        return;
    }
    s->channel = i;
    r->m->channel[i].put = true;
}

/* ---- stages ---- */

static const struct key_row rows_batch[] = {
    KEY_NEEDED("max", read_count, stage, batch_max),
    KEY("wait", read_expr, stage, batch_wait),
    KEY_END,
};
static const struct key_table table_batch = {"`batch`", rows_batch, NULL};

static void read_batch(struct reader *r, const struct yaml *v, void *field)
{
    struct stage *s = field;
    s->batch = true;
    reader_map(r, v, &table_batch, s);
    if (!s->batch_max)
        s->batch_max = expr_number(r->a, 1, UNIT_NUMBER, v->at);
}

static void read_from(struct reader *r, const struct yaml *v, void *field)
{
    struct stage *s = field;
    uint32_t i = reader_find(r, v, SET_CHANNEL), me = (uint32_t)(s - r->m->stage);
    if (i == UINT32_MAX) {
        r->astray = true;
        return;
    }
    struct channel *c = &r->m->channel[i];
    if (c->stage != NO_STAGE) {
        diag_error(r->d, v->at, "E-stage",
                   "give each stage a channel of its own and `put` into both, or give the stage "
                   "more `workers`",
                   "the stage `%s` takes from `%s` already", r->m->stage[c->stage].name, c->name);
        return;
    }
    c->stage = me;
    s->from = i;
}

static const struct key_row rows_stage[] = {
    KEY_WHOLE_NEEDED("from", read_from),
    KEY("workers", read_count, stage, workers),
    KEY_WHOLE("batch", read_batch),
    KEY_NEEDED("do", read_body, stage, body),
    KEY_END,
};
static const struct key_table table_stage = {"a stage", rows_stage, NULL};

void read_stages(struct reader *r, const struct yaml *v, void *field)
{
    struct model *m = field;
    if (!reader_section(r, v, "write it as in {parse: {from: pages, do: [{cpu: 1ms}]}}"))
        return;
    if (v->n > READER_MAX_NAMES) {
        diag_error(r->d, v->at, "E-limit", NULL, "more than %d stages", (int)READER_MAX_NAMES);
        return;
    }
    m->stage = NEW(r->a, struct stage, v->n ? v->n : 1);
    for (uint32_t i = 0; i < v->n; i++) {
        const struct yaml_pair *p = &v->pair[i];
        if (reader_is_own(p->key))
            continue;
        reader_name_ok(r, p->key, p->key_at, "a stage", true);
        struct stage *s = &m->stage[m->nstage++];
        *s = (struct stage){.name = arena_strdup(r->a, p->key), .at = p->key_at, .from = NO_STAGE};
        s->body.at = p->key_at;
        r->key = s->name;
        reader_map(r, p->value, &table_stage, s);
    }
}

void channels_check(struct reader *r)
{
    for (uint32_t i = 0; i < r->m->nchannel && !r->astray; i++) {
        const struct channel *c = &r->m->channel[i];
        if (c->stage == NO_STAGE && !c->put)
            diag_error(r->d, c->at, "E-channel",
                       "put into it with `put:`, and let a stage take `from` it",
                       "the channel `%s` is not used", c->name);
        else if (c->stage == NO_STAGE)
            diag_error(r->d, c->at, "E-channel",
                       arena_printf(r->a, "add a stage with `from: %s`", c->name),
                       "no stage takes from the channel `%s`", c->name);
        else if (!c->put)
            diag_error(r->d, c->at, "E-channel",
                       arena_printf(r->a, "add a step `put: %s`, or take the channel out", c->name),
                       "nothing is put into the channel `%s`", c->name);
    }
}

const char *stage_key_home(const char *key)
{
    static const struct key_table *const tables[] = {&table_channel, &table_stage, &table_batch};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct key_row *row = tables[i]->row; row->key; row++)
            if (strcmp(row->key, key) == 0)
                return tables[i]->what;
    return NULL;
}
