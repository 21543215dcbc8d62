/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_in.c - see sweep_in.h. */
#include "reports/sweep_in.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_MAX = 32 };

void in_wrong(struct in *in, const char *what)
{
    if (in->wrong)
        return;
    in->wrong = in->j.error ? in->j.error : what;
    in->wrong_at = in->j.error ? in->j.error_at : in->j.at;
}

enum json_event in_next(struct in *in)
{
    enum json_event e = in->wrong ? JSON_ERROR : json_next(&in->j);
    if (e == JSON_ERROR || e == JSON_END)
        in_wrong(in, "the document ends too early");
    return e;
}

void in_pass(struct in *in)
{
    if (!in->wrong && !json_skip(&in->j))
        in_wrong(in, "a value is missing");
}

const char *in_str(struct in *in)
{
    enum json_event e = in_next(in);
    if (e == JSON_STR)
        return arena_strndup(in->mem, in->j.s, in->j.n);
    if (e != JSON_NULL)
        in_wrong(in, "a string is expected here");
    return NULL;
}

double in_num(struct in *in)
{
    double x = NAN;
    enum json_event e = in_next(in);
    if (e != JSON_NULL && (e != JSON_NUM || !json_double(in->j.s, in->j.n, &x)))
        in_wrong(in, "a number is expected here");
    return x;
}

uint64_t in_count(struct in *in)
{
    uint64_t n = 0;
    if (in_next(in) != JSON_NUM || !json_u64(in->j.s, in->j.n, &n))
        in_wrong(in, "a whole number is expected here");
    return n;
}

uint32_t in_index(struct in *in, uint32_t most)
{
    uint64_t n = in_count(in);
    if (n > most) {
        in_wrong(in, "this number is too large");
        return 0;
    }
    return (uint32_t)n;
}

bool in_bool(struct in *in)
{
    enum json_event e = in_next(in);
    if (e != JSON_TRUE && e != JSON_FALSE)
        in_wrong(in, "true or false is expected here");
    return e == JSON_TRUE;
}

void in_rest(struct in *in, enum json_event e, member_reader *reader, void *ctx)
{
    char key[KEY_MAX];
    if (e != JSON_OBJ) {
        in_wrong(in, "an object is expected here");
        return;
    }
    while (!in->wrong && in_next(in) == JSON_KEY) {
        size_t n = in->j.n < KEY_MAX ? in->j.n : 0;
        memcpy(key, in->j.s, n);
        key[n] = '\0';
        reader(in, key, ctx);
    }
}

void in_members(struct in *in, member_reader *reader, void *ctx)
{
    in_rest(in, in_next(in), reader, ctx);
}

void in_items(struct in *in, item_reader *reader, void *ctx)
{
    enum json_event e;
    if (in_next(in) != JSON_ARR) {
        in_wrong(in, "a list is expected here");
        return;
    }
    while (!in->wrong && (e = in_next(in)) != JSON_ARR_END)
        reader(in, e, ctx);
}

void in_interval_member(struct in *in, const char *key, void *ctx)
{
    struct interval *v = ctx;
    if (in_is(key, "value"))
        v->value = in_num(in);
    else if (in_is(key, "lo"))
        v->lo = in_num(in);
    else if (in_is(key, "hi"))
        v->hi = in_num(in);
    else
        in_pass(in);
}

struct interval in_interval(struct in *in)
{
    struct interval v = {NAN, NAN, NAN};
    in_members(in, in_interval_member, &v);
    return v;
}

struct doubles {
    double *v;
    uint32_t n, cap;
};
static void double_item(struct in *in, enum json_event e, void *ctx)
{
    struct doubles *l = ctx;
    double x = NAN;
    if (e != JSON_NULL && (e != JSON_NUM || !json_double(in->j.s, in->j.n, &x)))
        in_wrong(in, "a number is expected here");
    l->v = grow(l->v, &l->cap, l->n + 1, sizeof *l->v);
    l->v[l->n++] = x;
}

double *in_doubles(struct in *in, uint32_t *n)
{
    struct doubles l = {0};
    in_items(in, double_item, &l);
    double *v = NEW(in->mem, double, l.n);
    if (l.n)
        memcpy(v, l.v, l.n * sizeof *v);
    *n = l.n;
    free(l.v);
    return v;
}
