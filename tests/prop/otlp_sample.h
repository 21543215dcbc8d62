/* SPDX-License-Identifier: GPL-3.0-or-later */
/* otlp_sample.h - requests of OpenTelemetry as protobuf-c's generated code knows them, for who
 * wants to see what sim/trace/otlp_proto makes of them. */
#ifndef PROP_OTLP_SAMPLE_H
#define PROP_OTLP_SAMPLE_H
#include "base/arena.h"
#include "base/rng.h"
#include "tests/data/otlp.pb-c.h"
#include <string.h>

struct sample {
    struct arena *mem;
    struct draw_key key;
};

static inline uint64_t sample_bits(struct sample *s)
{
    s->key.visit++;
    uint64_t high = (uint64_t)(rng_unit(s->key) * 4294967296.0);
    s->key.visit++;
    return high << 32 | (uint64_t)(rng_unit(s->key) * 4294967296.0);
}

static inline uint32_t sample_below(struct sample *s, uint32_t n)
{
    return (uint32_t)(sample_bits(s) >> 32) % n;
}

static inline ProtobufCBinaryData sample_id(struct sample *s, size_t n)
{
    unsigned char *b = NEW(s->mem, unsigned char, n);
    for (size_t i = 0; i < n; i++)
        b[i] = (unsigned char)(1 + sample_below(s, 255));
    return (ProtobufCBinaryData){n, b};
}

static inline char *sample_text(struct sample *s, const char *text)
{
    return arena_strdup(s->mem, text);
}

static inline Otlp__AnyValue *sample_value(struct sample *s, Otlp__AnyValue__ValueCase kind)
{
    Otlp__AnyValue *v = NEW(s->mem, Otlp__AnyValue, 1);
    otlp__any_value__init(v);
    v->value_case = kind;
    return v;
}

static inline Otlp__KeyValue *sample_pair(struct sample *s, const char *key, Otlp__AnyValue *value)
{
    Otlp__KeyValue *p = NEW(s->mem, Otlp__KeyValue, 1);
    otlp__key_value__init(p);
    p->key = sample_text(s, key);
    p->value = value;
    return p;
}

static inline Otlp__KeyValue *sample_string(struct sample *s, const char *key, const char *text)
{
    Otlp__AnyValue *v = sample_value(s, OTLP__ANY_VALUE__VALUE_STRING_VALUE);
    v->string_value = sample_text(s, text);
    return sample_pair(s, key, v);
}

static inline Otlp__KeyValue *sample_int(struct sample *s, const char *key, int64_t x)
{
    Otlp__AnyValue *v = sample_value(s, OTLP__ANY_VALUE__VALUE_INT_VALUE);
    v->int_value = x;
    return sample_pair(s, key, v);
}

/* A value that no reader of spans wants, of any type. */
static inline Otlp__AnyValue *sample_other(struct sample *s, int depth)
{
    Otlp__AnyValue *v = sample_value(s, OTLP__ANY_VALUE__VALUE__NOT_SET);
    switch (sample_below(s, depth > 0 ? 6 : 3)) {
    case 0:
        v->value_case = OTLP__ANY_VALUE__VALUE_DOUBLE_VALUE;
        v->double_value = 1.5;
        break;
    case 1:
        v->value_case = OTLP__ANY_VALUE__VALUE_BYTES_VALUE;
        v->bytes_value = sample_id(s, sample_below(s, 300));
        break;
    case 2:
        break;
    case 3:
        v->value_case = OTLP__ANY_VALUE__VALUE_INT_VALUE;
        v->int_value = (int64_t)sample_bits(s);
        break;
    case 4:
        v->value_case = OTLP__ANY_VALUE__VALUE_ARRAY_VALUE;
        v->array_value = NEW(s->mem, Otlp__ArrayValue, 1);
        otlp__array_value__init(v->array_value);
        v->array_value->n_values = 1 + sample_below(s, 3);
        v->array_value->values = NEW(s->mem, Otlp__AnyValue *, v->array_value->n_values);
        for (size_t i = 0; i < v->array_value->n_values; i++)
            v->array_value->values[i] = sample_other(s, depth - 1);
        break;
    default:
        v->value_case = OTLP__ANY_VALUE__VALUE_KVLIST_VALUE;
        v->kvlist_value = NEW(s->mem, Otlp__KeyValueList, 1);
        otlp__key_value_list__init(v->kvlist_value);
        v->kvlist_value->n_values = 1;
        v->kvlist_value->values = NEW(s->mem, Otlp__KeyValue *, 1);
        v->kvlist_value->values[0] = sample_pair(s, "inside", sample_other(s, depth - 1));
    }
    return v;
}

#endif
