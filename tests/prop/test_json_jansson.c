/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_json_jansson.c - random documents, whole and broken, as another implementation reads them:
 * the same are refused, and those that are not are equal as trees.  Built where pkg-config finds
 * jansson.  Numbers are kept where both can hold them, and depth below jansson's 2048. */
#include "base/arena.h"
#include "base/diag.h"
#include "base/json_read.h"
#include "base/rng.h"
#include "tests/unit/test.h"
#define JSON_TRUE  JANSSON_TRUE /* its names for kinds of values, where they are ours */
#define JSON_FALSE JANSSON_FALSE
#define JSON_NULL  JANSSON_NULL
#include <jansson.h>
#undef JSON_TRUE
#undef JSON_FALSE
#undef JSON_NULL
#include <string.h>

struct dice {
    struct draw_key key;
};

static uint32_t roll(struct dice *d, uint32_t n)
{
    d->key.visit++;
    return (uint32_t)(rng_unit(d->key) * n);
}

static void put_string(struct dice *d, struct buf *b)
{
    static const char *const part[] = {"a",
                                       "trace",
                                       " ",
                                       "\\\"",
                                       "\\\\",
                                       "\\/",
                                       "\\b\\f",
                                       "\\n\\t",
                                       "\\u0041",
                                       "\\u00e9",
                                       "\\u20AC",
                                       "\\ud83d\\ude00",
                                       "\xc3\xa9",
                                       "\xe2\x82\xac",
                                       "\xf0\x9f\x98\x80",
                                       "0123456789abcdefghijklmnopq",
                                       "{",
                                       "]"};
    buf_putc(b, '"');
    for (uint32_t i = roll(d, 5); i-- > 0;)
        buf_puts(b, part[roll(d, TEST_COUNT(part))]);
    buf_putc(b, '"');
}

static void put_space(struct dice *d, struct buf *b)
{
    static const char *const space[] = {"", "", "", "", " ", "\n", "\t ", "\r\n    "};
    buf_puts(b, space[roll(d, TEST_COUNT(space))]);
}

static void put_value(struct dice *d, struct buf *b, int depth)
{
    static const char *const plain[] = {
        "true", "false", "null", "0", "-0", "12", "-7", "1.5", "1e3", "2E-2", "9007199254740993"};
    uint32_t kind = roll(d, depth > 0 ? 5 : 2);
    put_space(d, b);
    if (kind == 0)
        buf_puts(b, plain[roll(d, TEST_COUNT(plain))]);
    else if (kind == 1)
        put_string(d, b);
    else {
        bool obj = kind > 3;
        buf_putc(b, obj ? '{' : '[');
        for (uint32_t i = 0, n = roll(d, 5); i < n; i++) {
            buf_puts(b, i ? "," : "");
            put_space(d, b);
            if (obj) {
                put_string(d, b);
                put_space(d, b);
                buf_putc(b, ':');
            }
            put_value(d, b, depth - 1);
        }
        put_space(d, b);
        buf_putc(b, obj ? '}' : ']');
    }
    put_space(d, b);
}

/* Change, drop or double a byte, or cut the end off. */
static void damage(struct dice *d, struct buf *b)
{
    static const char odd[] = "{}[]\",:\\0-+.eE tu/\n\x01\x80\xc3\xed\xf4";
    if (b->n == 0)
        return;
    size_t i = roll(d, (uint32_t)b->n);
    switch (roll(d, 4)) {
    case 0:
        b->s[i] = odd[roll(d, sizeof odd - 1)];
        break;
    case 1:
        memmove(b->s + i, b->s + i + 1, b->n - i);
        b->n--;
        break;
    case 2:
        buf_putc(b, 'x');
        memmove(b->s + i + 1, b->s + i, b->n - 1 - i);
        break;
    default:
        b->n = i;
        b->s[i] = '\0';
    }
}

enum { LEVELS = 64 };

static json_t *scalar(struct json_read *r, enum json_event e)
{
    int64_t x;
    double f;
    switch (e) {
    case JSON_STR:
        return json_stringn_nocheck(r->s, r->n);
    case JSON_NUM:
        if (json_i64(r->s, r->n, &x))
            return json_integer(x);
        if (!memchr(r->s, '.', r->n) && !memchr(r->s, 'e', r->n) && !memchr(r->s, 'E', r->n))
            return NULL; /* jansson has no larger ones */
        return json_double(r->s, r->n, &f) ? json_real(f) : NULL;
    case JSON_TRUE:
        return json_true();
    case JSON_FALSE:
        return json_false();
    default:
        return json_loadb("null", 4, JSON_DECODE_ANY, NULL); /* our json_null() is another */
    }
}

/* Our events as their tree; NULL: refused. */
static json_t *build(struct json_read *r)
{
    json_t *open[LEVELS] = {NULL}, *root = NULL;
    struct buf key[LEVELS] = {{0}};
    uint32_t level = 0;
    enum json_event e;
    while ((e = json_next(r)) != JSON_END && e != JSON_ERROR) {
        if (e == JSON_KEY) {
            buf_clear(&key[level]);
            buf_put(&key[level], r->s, r->n);
            continue;
        }
        if (e == JSON_OBJ_END || e == JSON_ARR_END) {
            level--;
            continue;
        }
        bool opens = e == JSON_OBJ || e == JSON_ARR;
        json_t *v = e == JSON_OBJ ? json_object() : e == JSON_ARR ? json_array() : scalar(r, e);
        if (!v) { /* a number that jansson refuses, too */
            e = JSON_ERROR;
            break;
        }
        if (level == 0)
            root = v;
        else if (json_is_array(open[level]))
            json_array_append_new(open[level], v);
        else
            json_object_set_new_nocheck(open[level], key[level].s, v);
        if (opens) {
            assert_true(level + 1 < LEVELS);
            open[++level] = v;
        }
    }
    for (size_t i = 0; i < LEVELS; i++)
        buf_free(&key[i]);
    if (e == JSON_ERROR) {
        json_decref(root);
        return NULL;
    }
    return root;
}

static void compare(const struct buf *b, int *accepted)
{
    struct json_read r;
    json_error_t error;
    json_read_mem(&r, b->s ? b->s : "", b->n, 0);
    json_t *ours = build(&r);
    json_t *theirs = json_loadb(b->s ? b->s : "", b->n, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (!ours != !theirs)
        fail_msg("we %s: %s; jansson: %s\n%s", ours ? "accept" : "refuse", r.error,
                 theirs ? "accepts" : error.text, b->s);
    if (ours && !json_equal(ours, theirs))
        fail_msg("another tree: %s", b->s);
    *accepted += ours != NULL;
    json_decref(ours);
    json_decref(theirs);
    json_read_end(&r);
}

static void test_random(void **state)
{
    (void)state;
    struct buf b = {0};
    int accepted[4] = {0};
    int rounds = (int)test_samples(40000);
    for (int i = 0; i < rounds; i++) {
        struct dice d = {{.seed = 7, .path = (uint64_t)i}};
        buf_clear(&b);
        put_value(&d, &b, 6);
        for (int hurt = 0; hurt < 4; hurt++) {
            compare(&b, &accepted[hurt]);
            damage(&d, &b);
        }
    }
    buf_free(&b);
    /* All that is whole was accepted, and some of what is not, of either kind enough. */
    assert_int_equal(accepted[0], rounds);
    assert_in_range(accepted[1], rounds / 20, rounds - rounds / 20);
}

int main(void)
{
    const struct CMUnitTest t[] = {cmocka_unit_test(test_random)};
    return cmocka_run_group_tests_name("json_jansson", t, NULL, NULL);
}
