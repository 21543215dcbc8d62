/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spec_agrees.c - what stands under `agrees:`: recorded requests and margins; see spec.h. */
#include "model/spec_impl.h"
#include <stdlib.h>
#include <string.h>

const char *const spec_within[WITHIN_COUNT] = {"mean", "p50", "p95", "p99"};

bool spec_margin(const char *text, size_t n, double *out)
{
    char *end = NULL;
    double x = strtod(text, &end);
    bool percent = *end == '%';
    *out = percent ? x / 100 : x;
    return end != text && end + percent == text + n && *out > 0 && *out <= 1;
}

static void read_word(struct reader *r, const struct yaml *v, void *field)
{
    if (v->kind == YAML_SCALAR && v->s[0] != '\0')
        *(struct spec_text *)field = spec_text_of(r, v);
    else
        reader_kind(r, v, "a text", NULL);
}

static void read_spans(struct reader *r, const struct yaml *v, void *field)
{
    struct spec_agrees *s = field;
    if (!reader_section(r, v, "write it as in {geocoder: geo.Lookup}"))
        return;
    uint32_t n = 0;
    for (uint32_t i = 0; i < v->n; i++)
        n += reader_items(v->pair[i].value);
    s->span = NEW(r->a, struct spec_span, n + 1u);
    for (uint32_t i = 0; i < v->n; i++)
        for (uint32_t k = 0; k < reader_items(v->pair[i].value); k++) {
            struct spec_span *to = &s->span[s->nspan++];
            to->step = (struct spec_text){v->pair[i].key, v->pair[i].key_at};
            r->key = v->pair[i].key;
            read_word(r, reader_item(v->pair[i].value, k), &to->span);
        }
}

static void read_within(struct reader *r, const struct yaml *v, void *field)
{
    struct spec_agrees *s = field;
    if (!reader_section(r, v, "write it as in {p50: 10%, p99: 20%}"))
        return;
    for (uint32_t i = 0; i < v->n; i++) {
        const struct yaml_pair *p = &v->pair[i];
        int k = 0;
        while (k < WITHIN_COUNT && strcmp(spec_within[k], p->key) != 0)
            k++;
        if (k == WITHIN_COUNT)
            diag_error(r->d, p->key_at, "E-unknown-key", "there are mean, p50, p95 and p99",
                       "no margin for `%s`", p->key);
        else if (p->value->kind != YAML_SCALAR ||
                 !spec_margin(p->value->s, strlen(p->value->s), &s->within[k]))
            diag_error(r->d, p->value->at, "E-value", "write it as in 10%",
                       "a margin is above 0 %% and up to 100 %%, found %s",
                       reader_found(r, p->value));
    }
}

static const struct key_row rows_agrees[] = {
    KEY_NEEDED("traces", read_word, spec_agrees, traces),
    KEY("root", read_word, spec_agrees, root),
    KEY("service", read_word, spec_agrees, service),
    KEY("label", read_word, spec_agrees, label),
    KEY_WHOLE("spans", read_spans),
    KEY_WHOLE("within", read_within),
    KEY_END,
};

struct spec_agrees *spec_agrees_read(struct reader *r, const struct yaml *v)
{
    static const struct key_table table = {"`agrees`", rows_agrees, NULL};
    struct spec_agrees *s = NEW(r->a, struct spec_agrees, 1);
    uint32_t errors = diags_errors(r->d);
    return reader_map(r, v, &table, s) && diags_errors(r->d) == errors ? s : NULL;
}
