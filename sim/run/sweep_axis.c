/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_axis.c - see sweep_axis.h. */
#include "run/sweep_axis.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 15, ROUNDED = 6, MAX_NESTED = 64 };
static const int64_t most = 1000000000000000; /* 10 to the DIGITS */

/* Units of one kind are whole multiples of its finest one. */
enum kind { KIND_PLAIN, KIND_PERCENT, KIND_TIME, KIND_SIZE, KIND_RATE };
static const struct axis_unit {
    const char *name;
    enum kind kind;
    int64_t scale; /* in the finest of the kind */
    double si;
} units[] = {
    {"", KIND_PLAIN, 1, 1},
    {"%", KIND_PERCENT, 1, 0.01},
    {"ns", KIND_TIME, 1, 1e-9},
    {"us", KIND_TIME, 1000, 1e-6},
    {"\xc2\xb5s", KIND_TIME, 1000, 1e-6},
    {"\xce\xbcs", KIND_TIME, 1000, 1e-6},
    {"ms", KIND_TIME, 1000000, 1e-3},
    {"s", KIND_TIME, 1000000000, 1},
    {"min", KIND_TIME, 60000000000, 60},
    {"h", KIND_TIME, 3600000000000, 3600},
    {"B", KIND_SIZE, 1, 1},
    {"kB", KIND_SIZE, 1000, 1e3},
    {"KB", KIND_SIZE, 1000, 1e3},
    {"KiB", KIND_SIZE, 1024, 1024},
    {"MB", KIND_SIZE, 1000000, 1e6},
    {"MiB", KIND_SIZE, 1048576, 1048576},
    {"GB", KIND_SIZE, 1000000000, 1e9},
    {"GiB", KIND_SIZE, 1073741824, 1073741824},
    {"/h", KIND_RATE, 1, 1 / 3600.0},
    {"/min", KIND_RATE, 60, 1 / 60.0},
    {"/s", KIND_RATE, 3600, 1},
    {"/ms", KIND_RATE, 3600000, 1e3},
    {"/us", KIND_RATE, 3600000000, 1e6},
};
enum { UNITS = sizeof units / sizeof *units };

struct reader {
    struct arena *mem;
    struct diags *d;
    const char *arg;
    uint32_t file;
    struct sweep_axis *axis;
    uint32_t cap;
    bool ok;
};
struct text {
    const char *s;
    size_t n;
};
/* m * 10^e of a unit; |m| has at most DIGITS digits. */
struct decimal {
    int64_t m;
    int e;
    const struct axis_unit *unit;
};

static void wrong(struct reader *r, struct text at, const char *hint, const char *what)
{
    struct loc loc = {.file = r->file, .line = 1, .col = 1};
    for (const char *s = r->arg; s < at.s; s++)
        loc.col += ((unsigned char)*s & 0xc0) != 0x80;
    for (size_t i = 0; i < at.n; i++)
        loc.len += ((unsigned char)at.s[i] & 0xc0) != 0x80;
    diag_error(r->d, loc, "E-sweep", hint, "%s", what);
    r->ok = false;
}

static struct text trimmed(const char *from, const char *to)
{
    while (from < to && (*from == ' ' || *from == '\t'))
        from++;
    while (to > from && (to[-1] == ' ' || to[-1] == '\t'))
        to--;
    return (struct text){from, (size_t)(to - from)};
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ---- decimals ---- */

static const struct axis_unit *unit_find(struct text t)
{
    for (size_t i = 0; i < UNITS; i++)
        if (strlen(units[i].name) == t.n && memcmp(units[i].name, t.s, t.n) == 0)
            return &units[i];
    return NULL;
}

static void decimal_strip(struct decimal *x)
{
    while (x->m != 0 && x->m % 10 == 0) {
        x->m /= 10;
        x->e++;
    }
    if (x->m == 0)
        x->e = 0;
}

/* [-]digits[.digits][e[+-]digits]unit, all of t. */
static bool decimal_read(struct text t, struct decimal *x)
{
    size_t i = 0, digits = 0;
    bool minus = t.n > 0 && t.s[0] == '-', point = false;
    *x = (struct decimal){0};
    for (i = minus; i < t.n && (is_digit(t.s[i]) || (t.s[i] == '.' && !point)); i++) {
        if (t.s[i] == '.') {
            point = true;
            continue;
        }
        if (x->m >= most / 10)
            return false;
        x->m = 10 * x->m + (t.s[i] - '0');
        x->e -= point;
        digits++;
    }
    size_t k = i + 1 + (i + 1 < t.n && (t.s[i + 1] == '+' || t.s[i + 1] == '-'));
    if (digits && i < t.n && (t.s[i] == 'e' || t.s[i] == 'E') && k < t.n && is_digit(t.s[k])) {
        int e = 0;
        bool less = t.s[i + 1] == '-';
        for (i = k; i < t.n && is_digit(t.s[i]); i++)
            e = e < 1000 ? 10 * e + (t.s[i] - '0') : e;
        x->e += less ? -e : e;
    }
    x->m = minus ? -x->m : x->m;
    x->unit = unit_find((struct text){t.s + i, t.n - i});
    decimal_strip(x);
    return digits > 0 && x->unit && abs(x->e) <= 300;
}

static double decimal_number(const struct decimal *x)
{
    char text[64]; /* the C library reads decimals exactly, pow() would not */
    snprintf(text, sizeof text, "%" PRId64 "e%d", x->m, x->e);
    return strtod(text, NULL) * x->unit->si;
}

static const char *decimal_text(struct arena *a, struct decimal x)
{
    decimal_strip(&x);
    char digits[32];
    uint64_t size = x.m < 0 ? 0 - (uint64_t)x.m : (uint64_t)x.m;
    int n = snprintf(digits, sizeof digits, "%" PRIu64, size);
    const char *sign = x.m < 0 ? "-" : "";
    if (x.e > DIGITS || x.e < -2 * DIGITS)
        return arena_printf(a, "%s%se%d%s", sign, digits, x.e, x.unit->name);
    if (x.e >= 0)
        return arena_printf(a, "%s%s%.*s%s", sign, digits, x.e, "000000000000000", x.unit->name);
    if (n > -x.e)
        return arena_printf(a, "%s%.*s.%s%s", sign, n + x.e, digits, digits + n + x.e,
                            x.unit->name);
    return arena_printf(a, "%s0.%.*s%s%s", sign, -x.e - n, "000000000000000000000000000000", digits,
                        x.unit->name);
}

/* m * 10^e * scale as a whole number of 10^to; false: it is too large for that. */
static bool decimal_whole(const struct decimal *x, int64_t scale, int to, int64_t *whole)
{
    int64_t v = x->m;
    if (v != 0 && scale > most / (v < 0 ? -v : v))
        return false;
    v *= scale;
    for (int e = x->e; e > to && v != 0; e--) {
        if (v > most / 10 || v < -most / 10)
            return false;
        v *= 10;
    }
    *whole = v;
    return true;
}

/* ---- values ---- */

static void value_add(struct reader *r, struct text at, const char *value, double number)
{
    struct sweep_axis *x = r->axis;
    for (uint32_t i = 0; i < x->n && r->ok && x->n < 1000; i++)
        if (strcmp(x->value[i], value) == 0)
            wrong(r, at, "each value once", arena_printf(r->mem, "%.100s is there twice", value));
    if (x->n == SWEEP_MAX_CELLS && r->ok)
        wrong(r, at, "a sweep has at most 100,000 cells; take greater steps", "too many values");
    if (!r->ok)
        return;
    if (x->n == r->cap) {
        uint32_t cap = r->cap ? 2 * r->cap : 16;
        const char **v = NEW(r->mem, const char *, cap);
        double *w = NEW(r->mem, double, cap);
        if (x->n) {
            memcpy(v, x->value, x->n * sizeof *v);
            memcpy(w, x->number, x->n * sizeof *w);
        }
        x->value = v;
        x->number = w;
        r->cap = cap;
    }
    x->value[x->n] = value;
    x->number[x->n++] = number;
}

static const struct axis_unit *finest(const struct decimal *x, size_t n)
{
    const struct axis_unit *u = x[0].unit;
    bool whole = true;
    for (size_t i = 1; i < n; i++)
        if (x[i].unit->scale < u->scale)
            u = x[i].unit;
    for (size_t i = 0; i < n; i++)
        whole = whole && x[i].unit->scale % u->scale == 0;
    if (!whole) /* kB and KiB */
        for (size_t i = 0; i < UNITS; i++)
            if (units[i].kind == u->kind && units[i].scale == 1)
                return &units[i];
    return u;
}

static void range_sum(struct reader *r, struct text at, struct decimal *x)
{
    enum { LO, STEP, HI, PARTS };
    for (int i = 0; i < PARTS; i++) /* 0 fits any unit */
        if (x[i].m == 0 && x[i].unit->kind == KIND_PLAIN)
            x[i].unit = x[i == LO ? HI : LO].unit;
    if (x[LO].unit->kind != x[HI].unit->kind || x[LO].unit->kind != x[STEP].unit->kind) {
        wrong(r, at, "such as 1ms:500us:5ms", "the three parts of a range have one kind of unit");
        return;
    }
    const struct axis_unit *u = finest(x, PARTS);
    int to = 0;
    int64_t v[PARTS];
    for (int i = 0; i < PARTS; i++)
        to = x[i].e < to ? x[i].e : to;
    for (int i = 0; i < PARTS; i++)
        if (!decimal_whole(&x[i], x[i].unit->scale / u->scale, to, &v[i])) {
            wrong(r, at, NULL, "the range has more than 15 digits");
            return;
        }
    if (v[STEP] == 0 || (v[HI] != v[LO] && (v[HI] > v[LO]) != (v[STEP] > 0))) {
        wrong(r, at, "lo:step:hi goes from lo to hi; lo:*2:hi doubles",
              "the range never comes to its end");
        return;
    }
    for (int64_t k = v[LO]; r->ok && (v[STEP] > 0 ? k <= v[HI] : k >= v[HI]); k += v[STEP]) {
        struct decimal now = {k, to, u};
        value_add(r, at, decimal_text(r->mem, now), decimal_number(&now));
    }
}

/* The next decimal of a product, exact while it has few digits or the factor is whole. */
static bool product(struct decimal *x, const struct decimal *f)
{
    decimal_strip(x);
    if (x->m > most / f->m) {
        return false;
    }
    x->m *= f->m;
    x->e += f->e;
    decimal_strip(x);
    int64_t limit = 1;
    for (int i = 0; i < ROUNDED; i++)
        limit *= 10;
    while (f->e < 0 && x->m >= limit) { /* six digits, to nearest */
        bool last = x->m < 10 * limit;
        x->m = x->m / 10 + (last && x->m % 10 >= 5);
        x->e++;
    }
    return true;
}

static void range_product(struct reader *r, struct text at, struct decimal *x)
{
    enum { LO, FACTOR, HI };
    const struct decimal lo = x[LO], *f = &x[FACTOR];
    double factor = decimal_number(f), end = decimal_number(&x[HI]), start = decimal_number(&lo);
    if (f->unit->kind != KIND_PLAIN || x[LO].unit->kind != x[HI].unit->kind) {
        wrong(r, at, "such as 1ms:*2:64ms", "a factor has no unit, and both ends have one kind");
        return;
    }
    if (!(factor > 0) || factor == 1 || !(start > 0) || !(end > 0) ||
        (start != end && (end > start) != (factor > 1))) {
        wrong(r, at, "lo:*2:hi doubles from lo to hi", "the range never comes to its end");
        return;
    }
    struct decimal now = lo;
    /* An end that is met but for the last bit is met. */
    while (r->ok) {
        double v = decimal_number(&now);
        if (factor > 1 ? v > end * (1 + 1e-12) : v < end * (1 - 1e-12))
            return;
        value_add(r, at, decimal_text(r->mem, now), v);
        struct decimal before = now;
        if (!product(&now, f) || (now.m == before.m && now.e == before.e)) {
            wrong(r, at, NULL, "the range has more than 15 digits");
            return;
        }
    }
}

static void piece_read(struct reader *r, struct text t)
{
    struct decimal x[3];
    struct text part[3] = {{t.s, 0}};
    size_t n = 0;
    bool star = false, range = memchr(t.s, ':', t.n) && (is_digit(t.s[0]) || strchr("-.", t.s[0]));
    if (t.n == 0) {
        wrong(r, t, "values are parted by commas, each is there", "a value is missing here");
        return;
    }
    if (!range) {
        double number = decimal_read(t, &x[0]) ? decimal_number(&x[0]) : NAN;
        value_add(r, t, arena_strndup(r->mem, t.s, t.n), number);
        return;
    }
    const char *from = t.s, *end = t.s + t.n;
    for (const char *s = t.s; n < 3; s++) {
        if (s < end && *s != ':')
            continue;
        part[n++] = trimmed(from, s);
        if (s == end)
            break;
        from = s + 1;
        if (n == 3)
            n++; /* a third colon */
    }
    if (n == 3 && part[1].n && part[1].s[0] == '*') {
        star = true;
        part[1] = trimmed(part[1].s + 1, part[1].s + part[1].n);
    }
    if (n != 3) {
        wrong(r, t, "write lo:step:hi or lo:*factor:hi", "a range has three parts");
        return;
    }
    for (size_t i = 0; i < 3; i++)
        if (!decimal_read(part[i], &x[i])) {
            wrong(r, part[i], "such as 1ms:1ms:20ms, 0.1:0.1:0.9 or 1:*2:64",
                  "this part of a range is no number with a unit");
            return;
        }
    if (star)
        range_product(r, t, x);
    else
        range_sum(r, t, x);
}

/* The end of the piece that begins at s: its comma, or the end of all.  Quotes and brackets that do
 * not close are left to the reader of values, which says so. */
static const char *piece_end(const char *s)
{
    char close[MAX_NESTED];
    size_t depth = 0;
    char quote = '\0';
    for (; *s; s++) {
        const char *open = strchr("([{", *s);
        if (quote)
            quote = *s == quote ? '\0' : quote;
        else if (*s == '"' || *s == '\'')
            quote = *s;
        else if (open && depth < MAX_NESTED)
            close[depth++] = ")]}"[open - "([{"];
        else if (depth && *s == close[depth - 1])
            depth--;
        else if (*s == ',' && depth == 0)
            return s;
    }
    return s;
}

bool sweep_axis_read(struct arena *a, const char *arg, struct sweep_axis *axis, struct diags *d)
{
    struct reader r = {.mem = a, .d = d, .arg = arena_strdup(a, arg), .axis = axis, .ok = true};
    const char *eq = strchr(r.arg, '=');
    *axis = (struct sweep_axis){.name = r.arg};
    r.file = diag_file(d, "--set", r.arg, strlen(r.arg));
    if (!eq || trimmed(r.arg, eq).n == 0) {
        wrong(&r, (struct text){r.arg, strlen(r.arg)},
              "write PATH=VALUES, such as pool=1,2,4,8 or db.latency=1ms:1ms:9ms",
              eq ? "a name is missing before the '='" : "there is no '=' in it");
        return false;
    }
    struct text name = trimmed(r.arg, eq);
    axis->name = arena_strndup(a, name.s, name.n);
    for (const char *s = eq + 1;;) {
        const char *end = piece_end(s);
        piece_read(&r, trimmed(s, end));
        if (!*end)
            break;
        s = end + 1;
    }
    axis->rising = axis->n > 1;
    for (uint32_t i = 0; i < axis->n && r.ok; i++)
        axis->rising = axis->rising && isfinite(axis->number[i]) &&
                       (i == 0 || axis->number[i] > axis->number[i - 1]);
    return r.ok;
}
