/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_yaml.c - the tree, its places, what is refused and with which id, and --set.
 * Expected values are read off the texts by hand; the rules are those of YAML 1.1 and yaml.h. */
#include "model/yaml.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

struct run {
    struct arena *a;
    struct diags *d;
    struct yaml *root;
};

static struct run parse_n(const char *text, size_t n)
{
    struct run r = {.a = arena_new(0)};
    r.d = diags_new(r.a);
    r.root = yaml_parse(r.a, "m.yaml", text, n, r.d);
    return r;
}

static struct run parse(const char *text)
{
    return parse_n(text, strlen(text));
}

static void fine(const struct run *r)
{
    if (diags_count(r->d) > 0)
        fail_msg("unexpected %s: %s", diags_get(r->d, 0)->id, diags_get(r->d, 0)->text);
    assert_non_null(r->root);
}

/* Exactly one error, of this id, at this place. */
static void one_error(const struct run *r, const char *id, uint32_t line, uint32_t col)
{
    assert_int_equal(diags_count(r->d), 1);
    const struct diag *g = diags_get(r->d, 0);
    assert_string_equal(g->id, id);
    assert_int_equal(g->at.line, line);
    assert_int_equal(g->at.col, col);
}

static void refuse(const char *text, const char *id, uint32_t line, uint32_t col)
{
    struct run r = parse(text);
    one_error(&r, id, line, col);
    arena_drop(r.a);
}

static const struct yaml *at_path(const struct yaml *y, const char *path)
{
    char part[64];
    while (y != NULL && *path != '\0') {
        size_t n = strcspn(path, ".");
        assert_true(n < sizeof part);
        memcpy(part, path, n);
        part[n] = '\0';
        path += n + (path[n] == '.');
        if (y->kind == YAML_LIST) {
            unsigned long k = strtoul(part, NULL, 10);
            y = k < y->n ? y->item[k] : NULL;
        } else {
            y = yaml_get(y, part);
        }
    }
    return y;
}

static void has(const struct yaml *root, const char *path, const char *text)
{
    const struct yaml *y = at_path(root, path);
    if (y == NULL)
        fail_msg("no %s", path);
    assert_int_equal(y->kind, YAML_SCALAR);
    assert_string_equal(y->s, text);
}

static void test_tree(void **state)
{
    (void)state;
    struct run r = parse("name: x\n"
                         "list: [1, {a: 2}]\n"
                         "block:\n"
                         "  - 'q'\n"
                         "  - \"d\\u00e9\"\n"
                         "  - |\n"
                         "    text\n"
                         "law: lognormal(p50=1ms, p99=3ms)\n"
                         "\xc3\xbc: \xf0\x9f\x98\x80 # comment\n");
    fine(&r);
    assert_int_equal(r.root->kind, YAML_MAP);
    assert_int_equal(r.root->n, 5);
    assert_false(r.root->flow);
    has(r.root, "name", "x");
    has(r.root, "list.1.a", "2");
    assert_true(at_path(r.root, "list")->flow);
    assert_true(at_path(r.root, "list.1")->flow);
    assert_false(at_path(r.root, "block")->flow);
    assert_true(at_path(r.root, "block.0")->quoted);
    has(r.root, "block.1", "d\xc3\xa9");
    has(r.root, "block.2", "text\n");
    assert_true(at_path(r.root, "block.2")->quoted);
    assert_false(at_path(r.root, "list.0")->quoted);
    has(r.root, "law", "lognormal(p50=1ms, p99=3ms)");
    has(r.root, "\xc3\xbc", "\xf0\x9f\x98\x80");
    assert_null(yaml_get(r.root, "nothing"));
    assert_null(yaml_get(at_path(r.root, "name"), "x"));
    arena_drop(r.a);
}

static void place_is(const struct yaml *y, uint32_t line, uint32_t col, uint32_t len)
{
    assert_non_null(y);
    assert_int_equal(y->at.line, line);
    assert_int_equal(y->at.col, col);
    assert_int_equal(y->at.len, len);
}

static void test_places(void **state)
{
    (void)state;
    struct run r = parse("a: hello\n"
                         "\xc3\xbc\xe6\x97\xa5: {k: \"x y\"}\n"
                         "b: &n !!str  v1\n"
                         "c: first   \n"
                         "  second\n"
                         "d: >-\n"
                         "  folded\n"
                         "e:\n"
                         "f: \"\xe2\x80\xa8\"\n" /* U+2028 is a line to libyaml, not to an editor */
                         "g: last\n");
    fine(&r);
    assert_string_equal(diag_file_name(r.d, r.root->at.file), "m.yaml");
    place_is(at_path(r.root, "a"), 1, 4, 5);
    place_is(at_path(r.root, "\xc3\xbc\xe6\x97\xa5.k"), 2, 9, 5);
    place_is(at_path(r.root, "b"), 3, 14, 2);
    assert_true(at_path(r.root, "b")->quoted);
    place_is(at_path(r.root, "c"), 4, 4, 5);
    has(r.root, "c", "first second");
    place_is(at_path(r.root, "d"), 6, 4, 2);
    place_is(at_path(r.root, "e"), 8, 3, 0);
    place_is(at_path(r.root, "g"), 10, 4, 4);
    assert_int_equal(r.root->pair[1].key_at.len, 2);
    arena_drop(r.a);
}

static void test_ends_of_lines(void **state)
{
    (void)state;
    static const char *const text[] = {"a: 1\nb: [x,\n y]\n", "a: 1\r\nb: [x,\r\n y]\r\n",
                                       "a: 1\rb: [x,\r y]\r", "\xef\xbb\xbf\x61: 1\nb: [x,\n y]"};
    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) {
        struct run r = parse(text[i]);
        fine(&r);
        place_is(at_path(r.root, "a"), 1, 4, 1);
        place_is(at_path(r.root, "b.1"), 3, 2, 1);
        arena_drop(r.a);
    }
}

static void test_null(void **state)
{
    (void)state;
    struct run r =
        parse("v: [~, null, Null, NULL, '', 'null', nil, none, nULL, !!str, !!str ~]\nw:\n");
    static const enum yaml_kind kind[] = {YAML_NULL,   YAML_NULL,   YAML_NULL,   YAML_NULL,
                                          YAML_SCALAR, YAML_SCALAR, YAML_SCALAR, YAML_SCALAR,
                                          YAML_SCALAR, YAML_SCALAR, YAML_SCALAR};
    fine(&r);
    const struct yaml *v = yaml_get(r.root, "v");
    assert_int_equal(v->n, 11);
    for (uint32_t i = 0; i < v->n; i++) {
        assert_int_equal(v->item[i]->kind, kind[i]);
        if (kind[i] == YAML_NULL)
            assert_string_equal(v->item[i]->s, "");
    }
    assert_int_equal(yaml_get(r.root, "w")->kind, YAML_NULL);
    arena_drop(r.a);
}

static void test_anchors_and_merge(void **state)
{
    (void)state;
    struct run r = parse("x: &x {a: 1, b: 2}\n"
                         "y: &y {b: 3, c: 4}\n"
                         "same: *x\n"
                         "m: {<<: [*x, *y], a: 0, z: 9}\n"
                         "n: &n\n  <<: *x\n  d: 5\n"
                         "o: {<<: *n, d: 6}\n"
                         "p: {'<<': text}\n"
                         "&k key: *k\n"
                         "*k : twice\n");
    assert_int_equal(diags_count(r.d), 1); /* *k : means key, which exists */
    assert_string_equal(diags_get(r.d, 0)->id, "E-yaml-duplicate");
    assert_ptr_equal(yaml_get(r.root, "x"), yaml_get(r.root, "same"));
    const struct yaml *m = yaml_get(r.root, "m");
    static const char *const order[] = {"a", "z", "b", "c"};
    static const char *const value[] = {"0", "9", "2", "4"};
    assert_int_equal(m->n, 4);
    for (uint32_t i = 0; i < 4; i++) {
        assert_string_equal(m->pair[i].key, order[i]);
        assert_string_equal(m->pair[i].value->s, value[i]);
    }
    has(r.root, "o.d", "6");
    has(r.root, "o.b", "2");
    assert_int_equal(yaml_get(r.root, "o")->n, 3);
    has(r.root, "p.<<", "text");
    has(r.root, "key", "key");
    arena_drop(r.a);
    r = parse("a: &a 1\nb: &a 2\nc: *a\n"); /* the latest anchor counts */
    fine(&r);
    has(r.root, "c", "2");
    arena_drop(r.a);
}

static void test_refusals(void **state)
{
    (void)state;
    refuse("", "E-yaml-empty", 1, 1);
    refuse("# only this\n", "E-yaml-empty", 1, 1);
    refuse("---\n...\n", "E-yaml-empty", 1, 1);
    refuse("a: 1\n---\nb: 2\n", "E-yaml-documents", 2, 1);
    refuse("a: 1\nb: 2\na: 3\n", "E-yaml-duplicate", 3, 1);
    refuse("a: {x: 1, \"x\": 3}\n", "E-yaml-duplicate", 1, 11);
    refuse("a: &x {b: 1}\nc: {<<: *x, <<: *x}\n", "E-yaml-duplicate", 2, 13);
    refuse("a: *b\n", "E-yaml-alias", 1, 4);
    refuse("a: &a [1, *a]\n", "E-yaml-alias", 1, 11);
    refuse("a: &a {b: [{<<: *a}]}\n", "E-yaml-alias", 1, 17);
    refuse("a: !foo 1\n", "E-yaml-tag", 1, 4);
    refuse("a: !!binary aGk=\n", "E-yaml-tag", 1, 4);
    refuse("a: !e!foo 1\n", "E-yaml-tag", 1, 4);
    refuse("a: !!seq {b: 1}\n", "E-yaml-tag", 1, 4);
    refuse("a: !!map 3\n", "E-yaml-tag", 1, 4);
    refuse("? [a, b]\n: 1\n", "E-yaml-key", 1, 3);
    refuse("a: {{b}}\n", "E-yaml-key", 1, 5);
    refuse(": 1\n", "E-yaml-key", 1, 1);
    refuse("a: {: 1}\n", "E-yaml-key", 1, 5);
    refuse("? \n: 1\n", "E-yaml-key", 1, 2);
    refuse("a: {<<: 3}\n", "E-yaml-merge", 1, 9);
    refuse("a: {<<: [{b: 1}, c]}\n", "E-yaml-merge", 1, 9);
    refuse("a: \"x\\0y\"\n", "E-yaml-encoding", 1, 4);
    refuse("a: x\ny: \xff\n", "E-yaml-encoding", 2, 4);
    refuse("\xc3\xbc: \xed\xa0\x80\n", "E-yaml-encoding", 1, 4); /* a surrogate */
    refuse("a: \xc0\x80\n", "E-yaml-encoding", 1, 4);            /* overlong */
    refuse("a: \xf4\x90\x80\x80\n", "E-yaml-encoding", 1, 4);    /* beyond U+10FFFF */
    refuse("a: \xe2\x82", "E-yaml-encoding", 1, 4);              /* cut short */
    refuse("a: \x1b[31m\n", "E-yaml-encoding", 1, 4);
    struct run r = parse_n("a: b\nc: \0\n", 10);
    one_error(&r, "E-yaml-encoding", 2, 4);
    arena_drop(r.a);
}

static void test_collects(void **state)
{
    (void)state;
    struct run r = parse("a: !x 1\na: 2\nb: *none\nc: &anchor 1\nd: *anchr\n? {}\n: 1\n");
    assert_non_null(r.root);
    assert_int_equal(diags_errors(r.d), 5);
    static const char *const id[] = {"E-yaml-tag", "E-yaml-duplicate", "E-yaml-alias",
                                     "E-yaml-alias", "E-yaml-key"};
    for (uint32_t i = 0; i < 5; i++)
        assert_string_equal(diags_get(r.d, i)->id, id[i]);
    assert_string_equal(diags_get(r.d, 1)->hint, "first written at line 1");
    assert_string_equal(diags_get(r.d, 3)->hint, "did you mean '*anchor'?");
    has(r.root, "a", "1"); /* the first stays */
    arena_drop(r.a);
}

static void says(const char *text, uint32_t line, uint32_t col, const char *words)
{
    struct run r = parse(text);
    one_error(&r, "E-yaml-syntax", line, col);
    assert_null(r.root);
    const char *t = diags_get(r.d, 0)->text;
    if (strstr(t, words) == NULL)
        fail_msg("'%s' does not say '%s'", t, words);
    arena_drop(r.a);
}

static void test_syntax(void **state)
{
    (void)state;
    says("a:\n\tb: 1\n", 2, 1, "tab");
    says("a: 1\nb 2\nc: 3\n", 2, 1, "no 'key: value'");
    says("a: [1, 2\nb: 3\n", 2, 2, "'[' opens on line 1");
    says("a: {b: 1\n", 2, 1, "'{' opens on line 1");
    says("a: b: c\n", 1, 5, "':' cannot stand here");
    says("a: \"x\n", 1, 4, "never closed");
    says("a: @x\n", 1, 4, "'@'");
    says("a:\n  b: 1\n c: 2\n", 3, 2, "line 1");
    says("a: \"\\q\"\n", 1, 5, "escape");
    says("a: 'x' y\n", 1, 8, "line 1");
    struct run r =
        parse_n("a: \"x  ", 7); /* the caret ends with the text, also without a newline */
    one_error(&r, "E-yaml-syntax", 1, 4);
    assert_int_equal(diags_get(r.d, 0)->at.len, 2);
    arena_drop(r.a);
}

static void torn(const char *text, uint32_t col, uint32_t len, const char *joined)
{
    struct run r = parse(text);
    one_error(&r, "E-yaml-torn", 1, col);
    assert_int_equal(diags_get(r.d, 0)->at.len, len);
    if (joined != NULL) {
        assert_non_null(r.root);
        assert_non_null(strstr(diags_get(r.d, 0)->hint, joined));
    }
    arena_drop(r.a);
}

static void test_torn(void **state)
{
    (void)state;
    torn("a: {l: lognormal(p50=25ms, p99=120ms), c: 1}\n", 8, 30, "lognormal(p50=25ms p99=120ms)");
    torn("a: [triangular(1ms, 2ms, 9ms), 3]\n", 5, 25, "triangular(1ms 2ms 9ms)");
    torn("a: {l: mix(0.9 of gamma(mean=1ms, cv=2), 0.1 of 1s)}\n", 8, 44,
         "mix(0.9 of gamma(mean=1ms cv=2) 0.1 of 1s)");
    torn("a: [b: min(1, 2)]\n", 8, 9, "min(1 2)");
    torn("a: {l: f(1, b: 2}\n", 8, 3, NULL);
    torn("a: {l: f(1}\n", 8, 3, NULL);
    torn("a: {l: 1)}\n", 8, 2, NULL);
    torn("a: {f(1: 2}\n", 5, 3, NULL);
    torn("a: {l: recorded(\"s\", \"x\")}\n", 8, 12, NULL);
    struct run r = parse("a: {l: f(1, 2), c: 1}\n");
    has(r.root, "a.l", "f(1, 2)");
    assert_int_equal(yaml_get(r.root, "a")->n, 2);
    arena_drop(r.a);
    r = parse("a: {l: f(1 2), m: \"g(1, 2)\", n: ':)'}\nb: g(1, 2)\nc: (\n");
    fine(&r);
    has(r.root, "a.m", "g(1, 2)");
    arena_drop(r.a);
}

/* n copies of s between head and tail. */
static struct run parse_many(const char *head, const char *s, size_t n, const char *tail)
{
    struct buf b = {0};
    buf_puts(&b, head);
    for (size_t i = 0; i < n; i++)
        buf_puts(&b, s);
    buf_puts(&b, tail);
    struct run r = {.a = arena_new(0)};
    r.d = diags_new(r.a);
    char *text = arena_strndup(r.a, b.s, b.n);
    r.root = yaml_parse(r.a, "m.yaml", text, b.n, r.d);
    buf_free(&b);
    return r;
}

static void many(const char *head, const char *s, size_t n, const char *tail, const char *id)
{
    clock_t begin = clock();
    struct run r = parse_many(head, s, n, tail);
    if (id == NULL) {
        fine(&r);
    } else {
        assert_null(r.root);
        assert_int_equal(diags_count(r.d), 1);
        assert_string_equal(diags_get(r.d, 0)->id, id);
    }
    arena_drop(r.a);
    assert_true((double)(clock() - begin) / CLOCKS_PER_SEC < 20); /* not quadratic, even here */
}

static void test_bounds(void **state)
{
    (void)state;
    many("", "[", YAML_MAX_DEPTH + 1, "", "E-yaml-depth");
    many("", "[", 100000, "", "E-yaml-depth");
    many("", "{a: ", 100000, "", "E-yaml-depth");
    many("", "- ", 100000, "x", "E-yaml-depth");
    many("", "- ", YAML_MAX_DEPTH, "x", NULL);
    many("", "- ", YAML_MAX_DEPTH + 1, "x", "E-yaml-depth");
    many("", "- x\n", YAML_MAX_NODES - 1, "", NULL);
    many("", "- x\n", YAML_MAX_NODES, "", "E-yaml-size");
    many("x: &x [1, 2, 3]\ny:\n", "  - *x\n", 49999, "", "E-yaml-size");
    many("x: &x [1, 2, 3]\ny:\n", "  - *x\n", 49998, "", NULL);
    many("", "%TAG !a! b\n", 200000, "--- x\n", "E-yaml-tag");
    many("a: ", "x", YAML_MAX_BYTES, "", "E-yaml-size");
    many("a: ", "x", YAML_MAX_BYTES - 3, "", NULL);
    many("[", "&a x, ", YAML_MAX_NODES - 2, "y]", NULL); /* one long line of anchors */
    many("#", "\n", 1000000, "a: 1\n", NULL);
}

static void test_expansion(void **state)
{
    (void)state;
    struct buf b = {0};
    buf_puts(&b, "a0: &a0 [x, x]\n");
    for (int i = 1; i < 40; i++)
        buf_printf(&b, "a%d: &a%d [*a%d, *a%d]\n", i, i, i - 1, i - 1);
    struct run r = parse_n(b.s, b.n);
    assert_null(r.root);
    assert_int_equal(diags_count(r.d), 1);
    assert_string_equal(diags_get(r.d, 0)->id, "E-yaml-size");
    arena_drop(r.a);
    buf_clear(&b); /* a chain: little size, much depth */
    buf_puts(&b, "a0: &a0 [x]\n");
    for (int i = 1; i < 80; i++)
        buf_printf(&b, "a%d: &a%d [*a%d]\n", i, i, i - 1);
    r = parse_n(b.s, b.n);
    assert_null(r.root);
    one_error(&r, "E-yaml-depth", 64, 12);
    arena_drop(r.a);
    buf_clear(&b); /* many keys: duplicates are found without comparing each with each */
    for (int i = 0; i < 90000; i++)
        buf_printf(&b, "k%d: %d\n", i, i);
    buf_puts(&b, "k77: again\n");
    r = parse_n(b.s, b.n);
    one_error(&r, "E-yaml-duplicate", 90001, 1);
    assert_string_equal(diags_get(r.d, 0)->hint, "first written at line 78");
    arena_drop(r.a);
    buf_free(&b);
}

static void test_read(void **state)
{
    (void)state;
    struct run r = {.a = arena_new(0)};
    r.d = diags_new(r.a);
    assert_null(yaml_read(r.a, "/nonexistent/model.yaml", r.d));
    assert_null(yaml_read(r.a, "/", r.d));
    assert_int_equal(diags_count(r.d), 2);
    assert_string_equal(diags_get(r.d, 0)->id, "E-file");
    assert_string_equal(diags_get(r.d, 1)->id, "E-file");
    char path[] = "/tmp/test_yaml_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "a: [1, 2]\n", 10), 10);
    close(fd);
    r.d = diags_new(r.a);
    r.root = yaml_read(r.a, path, r.d);
    unlink(path);
    fine(&r);
    has(r.root, "a.1", "2");
    assert_string_equal(diag_file_name(r.d, r.root->at.file), path);
    arena_drop(r.a);
}

static const char model[] = "pertinax: 1\n"
                            "name: m\n"
                            "params: {shards: 3, hit: 0.8, db: 7, load: 2}\n"
                            "services:\n"
                            "  db: &s {latency: lognormal(p50=1ms p99=2ms), capacity: 2}\n"
                            "  cache: *s\n"
                            "executions:\n"
                            "  coroutine:\n"
                            "  mine: {kind: threads}\n"
                            "load:\n"
                            "  - {rate: 200/s}\n"
                            "  - {clients: 5}\n"
                            "request: [{call: db}]\n";

static void sets(const char *arg, const char *path, const char *text)
{
    struct run r = parse(model);
    fine(&r);
    yaml_set(r.a, r.root, arg, r.d);
    fine(&r);
    has(r.root, path, text);
    const struct yaml *y = at_path(r.root, path);
    assert_string_equal(diag_file_name(r.d, y->at.file), "--set");
    arena_drop(r.a);
}

static void test_set(void **state)
{
    (void)state;
    sets("shards=8", "params.shards", "8");
    sets(" shards = 8 ", "params.shards", "8");
    sets("params.new=1", "params.new", "1");
    sets("db=9", "params.db", "9"); /* a parameter before a service */
    sets("db.latency=lognormal(p50=1ms, p99=3ms)", "services.db.latency",
         "lognormal(p50=1ms, p99=3ms)");
    sets("services.db.capacity=3", "services.db.capacity", "3");
    sets("db.queue.size=3", "services.db.queue.size", "3");
    sets("executions.threads.pool=4", "executions.threads.pool", "4");
    sets("executions.coroutine.task=4us", "executions.coroutine.task", "4us");
    sets("threads.pool=4", "executions.threads.pool", "4");
    sets("mine.pool=4", "executions.mine.pool", "4");
    sets("load.0.rate=5/s", "load.0.rate", "5/s");
    sets("load.1.clients=9", "load.1.clients", "9");
    sets("host.cores=2", "host.cores", "2");
    sets("request.0.call=cache", "request.0.call", "cache");
    sets("db.latency*=0.5", "services.db.latency", "(lognormal(p50=1ms p99=2ms)) * 0.5");
    sets("load.0.rate+=1/s", "load.0.rate", "(200/s) + (1/s)");
    sets("shards-=1", "params.shards", "(3) - 1");
    sets("hit/=2", "params.hit", "(0.8) / 2");
    sets("name=\"a: b\"", "name", "a: b");
    sets("db.extra=[1, {a: b}]", "services.db.extra.1.a", "b");
    sets("name=[not closed", "name", "[not closed");
    sets("name='it' is", "name", "'it' is");
}

static void test_set_makes_maps(void **state)
{
    (void)state;
    struct run r = parse("pertinax: 1\nhost: ~\n");
    yaml_set(r.a, r.root, "executions.threads.pool=4", r.d);
    yaml_set(r.a, r.root, "hybrid.pool=6", r.d);
    yaml_set(r.a, r.root, "host.cores=3", r.d);
    yaml_set(r.a, r.root, "uncaught=~", r.d);
    fine(&r);
    has(r.root, "executions.threads.pool", "4");
    has(r.root, "executions.hybrid.pool", "6");
    has(r.root, "host.cores", "3");
    assert_int_equal(yaml_get(r.root, "uncaught")->kind, YAML_NULL);
    place_is(at_path(r.root, "executions.threads.pool"), 1, 25, 1);
    arena_drop(r.a);
}

/* What an alias shares is changed only where it was named. */
static void test_set_aliases(void **state)
{
    (void)state;
    struct run r = parse(model);
    yaml_set(r.a, r.root, "services.cache.latency=9ms", r.d);
    yaml_set(r.a, r.root, "services.cache.latency*=2", r.d);
    fine(&r);
    has(r.root, "services.cache.latency", "(9ms) * 2");
    has(r.root, "services.cache.capacity", "2");
    has(r.root, "services.db.latency", "lognormal(p50=1ms p99=2ms)");
    arena_drop(r.a);
}

static void set_fails(const char *arg, const char *id, uint32_t col, const char *hint)
{
    struct run r = parse(model);
    uint32_t n = r.root->n;
    yaml_set(r.a, r.root, arg, r.d);
    one_error(&r, id, 1, col);
    assert_string_equal(diag_file_name(r.d, diags_get(r.d, 0)->at.file), "--set");
    const char *h = diags_get(r.d, 0)->hint;
    if (hint != NULL && (h == NULL || strstr(h, hint) == NULL))
        fail_msg("%s: hint '%s' does not say '%s'", arg, h != NULL ? h : "", hint);
    assert_int_equal(r.root->n, n);
    arena_drop(r.a);
}

static void test_set_errors(void **state)
{
    (void)state;
    set_fails("shards", "E-set", 1, "PATH=VALUE");
    set_fails("=3", "E-set", 1, NULL);
    set_fails("shards=", "E-set", 8, NULL);
    set_fails("a..b=3", "E-set", 3, NULL);
    set_fails("shard=3", "E-set", 1, "did you mean 'shards'?");
    set_fails("cach.latency=3ms", "E-set", 1, "did you mean 'cache.latency'?");
    set_fails("zzzzzzzz=3", "E-set", 1, "the parameters are shards, hit, db, load");
    set_fails("hit.x=3", "E-set", 1, NULL);
    set_fails("db.latency.p50=3ms", "E-set", 12, "services.db.latency=VALUE");
    set_fails("load.2.rate=3/s", "E-set", 6, "0 to 1");
    set_fails("load.x.rate=3/s", "E-set", 6, "0 to 1");
    set_fails("load.99999999999999999999.rate=3/s", "E-set", 6, NULL);
    set_fails("db.queue*=2", "E-set", 4, "with '=' first");
    set_fails("services.db*=2", "E-set", 10, NULL);
    set_fails("db.x={a: 1, a: 2}", "E-yaml-duplicate", 13, "line 1");
    set_fails("db.x=[f(1, 2)]", "E-yaml-torn", 7, "f(1 2)");
    set_fails("db.x=\xff", "E-set", 6, NULL);
    set_fails("a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a=1", "E-set", 65,
              NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_ends_of_lines),
        cmocka_unit_test(test_null),
        cmocka_unit_test(test_anchors_and_merge),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_collects),
        cmocka_unit_test(test_syntax),
        cmocka_unit_test(test_torn),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_expansion),
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_set),
        cmocka_unit_test(test_set_makes_maps),
        cmocka_unit_test(test_set_aliases),
        cmocka_unit_test(test_set_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
