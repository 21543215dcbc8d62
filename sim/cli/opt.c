/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opt.c - argv against a table; see opt.h. */
#include "cli/opt.h"
#include <stdlib.h>
#include <string.h>

enum { OPT_ROWS = 64 }; /* more options than any command will have */

struct parse {
    struct arena *mem;
    const struct opt_set *set;
    struct diags *d;
    char *const *arg; /* what is left of argv */
    int left;
    struct opt_item *item;
    uint32_t nitem;
    const char **operand;
    uint32_t noperand;
};
static const struct loc nowhere = {0, 0, 0, 0};

const struct opt *opt_at(const struct opt_set *set, uint32_t i)
{
    for (const struct opt *o = set->own; o && o->name; o++)
        if (i-- == 0)
            return o;
    uint32_t bit = 0;
    for (const struct opt *o = set->shared; o && o->name; o++, bit++)
        if (set->mask >> bit & 1u && i-- == 0)
            return o;
    return NULL;
}

static const struct opt *find_long(const struct opt_set *set, const char *name, size_t n)
{
    const struct opt *o;
    for (uint32_t i = 0; (o = opt_at(set, i)); i++)
        if (strlen(o->name) == n && memcmp(o->name, name, n) == 0)
            return o;
    return NULL;
}

static const struct opt *find_letter(const struct opt_set *set, char letter)
{
    const struct opt *o;
    for (uint32_t i = 0; (o = opt_at(set, i)); i++)
        if (o->letter && o->letter == letter)
            return o;
    return NULL;
}

static void unknown_long(struct parse *p, const char *name, size_t n)
{
    const char *names[OPT_ROWS];
    uint32_t count = 0;
    const struct opt *o;
    while (count < OPT_ROWS && (o = opt_at(p->set, count)))
        names[count++] = o->name;
    const char *word = arena_strndup(p->mem, name, n);
    const char *near = nearest(word, names, count);
    const char *hint = near ? arena_printf(p->mem, "did you mean '--%s'?", near) : NULL;
    diag_error(p->d, nowhere, "E-option", hint, "unknown option '--%s'", word);
}

/* The values a row with choices allows, cut at '|'. */
static size_t split_choices(struct arena *a, const char *metavar, const char **out, size_t max)
{
    size_t n = 0;
    while (n < max) {
        size_t len = strcspn(metavar, "|");
        out[n++] = arena_strndup(a, metavar, len);
        if (!metavar[len])
            break;
        metavar += len + 1;
    }
    return n;
}

static bool choice_ok(struct parse *p, const struct opt *o, const char *text)
{
    if (!o->metavar || !strchr(o->metavar, '|'))
        return true;
    const char *v[OPT_ROWS];
    size_t n = split_choices(p->mem, o->metavar, v, OPT_ROWS);
    for (size_t i = 0; i < n; i++)
        if (strcmp(v[i], text) == 0)
            return true;
    const char *near = nearest(text, v, n);
    const char *hint = near ? arena_printf(p->mem, "did you mean '%s'?", near)
                            : arena_printf(p->mem, "one of %s", o->metavar);
    diag_error(p->d, nowhere, "E-option-value", hint, "--%s cannot be '%s'", o->name, text);
    return false;
}

static void add_item(struct parse *p, const struct opt *o, const char *text)
{
    if (o && text && !choice_ok(p, o, text))
        return;
    p->item[p->nitem++] = (struct opt_item){o, text};
    if (!o)
        p->operand[p->noperand++] = text;
}

/* The value of option o: what is attached to it, else the next argument. */
static void add_valued(struct parse *p, const struct opt *o, const char *attached)
{
    if (!attached && p->left > 0) {
        attached = *p->arg++;
        p->left--;
    }
    if (attached)
        add_item(p, o, attached);
    else
        diag_error(p->d, nowhere, "E-option-value", NULL, "--%s needs a value: --%s %s", o->name,
                   o->name, o->metavar);
}

static void parse_long(struct parse *p, const char *s)
{
    size_t n = strcspn(s, "=");
    const char *attached = s[n] ? s + n + 1 : NULL;
    const struct opt *o = find_long(p->set, s, n);
    if (!o)
        unknown_long(p, s, n);
    else if (o->metavar)
        add_valued(p, o, attached);
    else if (attached)
        diag_error(p->d, nowhere, "E-option-value", NULL, "--%s takes no value", o->name);
    else
        add_item(p, o, NULL);
}

static void parse_letters(struct parse *p, const char *s)
{
    for (; *s; s++) {
        const struct opt *o = find_letter(p->set, *s);
        if (!o) {
            const char *hint = find_long(p->set, s, strlen(s))
                                   ? arena_printf(p->mem, "did you mean '--%s'?", s)
                                   : NULL;
            diag_error(p->d, nowhere, "E-option", hint, "unknown option '-%s'", s);
            return;
        }
        if (o->metavar) {
            add_valued(p, o, s[1] ? s + 1 : NULL);
            return;
        }
        add_item(p, o, NULL);
    }
}

const struct opts *opt_parse(struct arena *a, const struct opt_set *set, int argc,
                             char *const *argv, struct diags *d)
{
    size_t room = argc > 0 ? (size_t)argc : 0;
    for (int i = 0; i < argc; i++)
        room += strlen(argv[i]); /* a cluster of letters is several items */
    struct parse p = {.mem = a, .set = set, .d = d, .arg = argv, .left = argc};
    p.item = NEW(a, struct opt_item, room + 1);
    p.operand = NEW(a, const char *, room + 1);
    bool ended = false;
    while (p.left > 0) {
        const char *s = *p.arg++;
        p.left--;
        if (ended || s[0] != '-' || !s[1])
            add_item(&p, NULL, s);
        else if (s[1] != '-')
            parse_letters(&p, s + 1);
        else if (s[2])
            parse_long(&p, s + 2);
        else
            ended = true;
    }
    struct opts *o = NEW(a, struct opts, 1);
    *o = (struct opts){*set, p.nitem, p.item, p.noperand, p.operand};
    return o;
}

static const struct opt *must_find(const struct opts *o, const char *name)
{
    const struct opt *row = find_long(&o->set, name, strlen(name));
    bug_if(!row);
    return row;
}

static const struct opt_item *last_given(const struct opts *o, const char *name)
{
    const struct opt *row = must_find(o, name);
    for (uint32_t i = o->nitem; i-- > 0;)
        if (o->item[i].opt == row)
            return &o->item[i];
    return NULL;
}

bool opt_has(const struct opts *o, const char *name)
{
    return last_given(o, name) != NULL;
}

const char *opt_get(const struct opts *o, const char *name)
{
    const struct opt_item *it = last_given(o, name);
    return it ? it->text : NULL;
}

bool opt_is(const struct opts *o, const char *name, const char *word)
{
    const char *s = opt_get(o, name);
    return s && strcmp(s, word) == 0;
}

const char *opt_next(const struct opts *o, const char *name, uint32_t *i)
{
    const struct opt *row = must_find(o, name);
    while (*i < o->nitem) {
        const struct opt_item *it = &o->item[(*i)++];
        if (it->opt == row)
            return it->text;
    }
    return NULL;
}

const char **opt_names(const struct opts *o, const char *name, struct arena *a, uint32_t *n)
{
    const char *list;
    size_t most = 1;
    for (uint32_t i = 0; (list = opt_next(o, name, &i));)
        most += strlen(list) + 1;
    const char **names = NEW(a, const char *, most);
    *n = 0;
    for (uint32_t i = 0; (list = opt_next(o, name, &i));)
        for (size_t len; *list; list += len + (list[len] == ',')) {
            len = strcspn(list, ",");
            if (len > 0)
                names[(*n)++] = arena_strndup(a, list, len);
        }
    return names;
}

/* Digits, and perhaps an exponent: 2500, 1e6. */
static bool read_u64(const char *s, uint64_t *out)
{
    uint64_t x = 0;
    if (*s < '0' || *s > '9')
        return false;
    for (; *s >= '0' && *s <= '9'; s++)
        if (__builtin_mul_overflow(x, 10u, &x) ||
            __builtin_add_overflow(x, (uint64_t)(*s - '0'), &x))
            return false;
    if (*s == 'e' && s[1] >= '0' && s[1] <= '9') {
        unsigned e = 0;
        for (s++; *s >= '0' && *s <= '9'; s++)
            e = e < 100 ? 10 * e + (unsigned)(*s - '0') : e;
        for (; e > 0 && x; e--)
            if (__builtin_mul_overflow(x, 10u, &x))
                return false;
    }
    *out = x;
    return *s == 0;
}

uint64_t opt_u64(const struct opts *o, const char *name, struct opt_range r, struct diags *d)
{
    const char *s = opt_get(o, name);
    uint64_t x;
    if (!s)
        return r.otherwise;
    if (read_u64(s, &x) && x >= r.min && x <= r.max)
        return x;
    if (r.max == UINT64_MAX)
        diag_error(d, nowhere, "E-option-value", NULL,
                   "--%s must be a whole number of at least %llu, not '%s'", name,
                   (unsigned long long)r.min, s);
    else
        diag_error(d, nowhere, "E-option-value", NULL,
                   "--%s must be a whole number from %llu to %llu, not '%s'", name,
                   (unsigned long long)r.min, (unsigned long long)r.max, s);
    return r.otherwise;
}

double opt_share(const struct opts *o, const char *name, double otherwise, struct diags *d)
{
    const char *s = opt_get(o, name);
    if (!s)
        return otherwise;
    char *end;
    double x = strtod(s, &end);
    bool ok = end != s && s[strspn(s, "0123456789.e-%")] == 0;
    if (*end == '%') {
        x /= 100;
        end++;
    }
    if (ok && *end == 0 && x > 0 && x < 1)
        return x;
    diag_error(d, nowhere, "E-option-value", NULL,
               "--%s must be between 0 and 100%%, such as 1%% or 0.01, not '%s'", name, s);
    return otherwise;
}

const char *opt_command(struct arena *a, const char *verb, const struct opts *o)
{
    struct buf b = {0};
    buf_puts(&b, "pertinax ");
    buf_puts(&b, verb);
    for (uint32_t i = 0; i < o->nitem; i++) {
        const struct opt_item *it = &o->item[i];
        if (it->opt && it->opt->flags & OPT_UNRECORDED)
            continue;
        buf_putc(&b, ' ');
        if (it->opt)
            buf_printf(&b, "--%s", it->opt->name);
        if (it->opt && it->text)
            buf_putc(&b, ' ');
        if (it->text && !it->opt && it->text[0] == '-' && it->text[1])
            buf_puts(&b, "-- ");
        if (it->text)
            buf_shell(&b, it->text);
    }
    const char *s = arena_strndup(a, b.s, b.n);
    buf_free(&b);
    return s;
}
