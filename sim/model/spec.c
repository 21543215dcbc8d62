/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spec.c - spec files and `checks:`: what all claims of a file share, and lists of claims; single
 * claims are read by spec_claim.c.  See spec.h. */
#include "model/spec.h"
#include "model/spec_impl.h"
#include <string.h>

const char *const claim_key[CLAIM_COUNT] = {
    [CLAIM_DEADLOCK_FREE] = "deadlock_free",
    [CLAIM_ALWAYS_AWAITED] = "always_awaited",
    [CLAIM_RESPONDS] = "responds",
    [CLAIM_NO_RACE] = "no_race",
    [CLAIM_TERMINATES] = "terminates",
    [CLAIM_NO_WRITE_AFTER_ABORT] = "no_write_after_abort",
    [CLAIM_MUTUAL_EXCLUSION] = "mutual_exclusion",
    [CLAIM_NEVER] = "never",
    [CLAIM_ALWAYS] = "always",
    [CLAIM_EVENTUALLY] = "eventually",
    [CLAIM_AFTER_NEVER] = "after",
    [CLAIM_AFTER_EVENTUALLY] = "after",
    [CLAIM_LEADS_TO] = "leads_to",
    [CLAIM_LTL] = "ltl",
    [CLAIM_REQUIRE] = "require",
    [CLAIM_WORST_CASE] = "worst_case",
    [CLAIM_AGREES] = "agrees",
};

bool claim_explored(enum claim_kind k)
{
    return k != CLAIM_REQUIRE && k != CLAIM_WORST_CASE && k != CLAIM_AGREES;
}

/* ---- settings that a file and a claim both have ---- */

struct spec_text spec_text_of(struct reader *r, const struct yaml *v)
{
    struct spec_text t = {arena_strdup(r->a, v->s), reader_text_at(v)};
    return t;
}

void read_spec_set(struct reader *r, const struct yaml *v, void *field)
{
    struct spec_shared *s = field;
    if (!reader_section(r, v, "write it as in {shards: 3, executions.threads.pool: 2}"))
        return;
    struct spec_set *set = NEW(r->a, struct spec_set, (size_t)s->nset + v->n + 1);
    if (s->nset)
        memcpy(set, s->set, s->nset * sizeof *set);
    for (uint32_t i = 0; i < v->n; i++)
        set[s->nset++] =
            (struct spec_set){v->pair[i].key, v->pair[i].key_at, v->pair[i].value, NULL};
    s->set = set;
}

void read_spec_under(struct reader *r, const struct yaml *v, void *field)
{
    struct spec_shared *s = field;
    uint32_t n = reader_items(v);
    s->under = NEW(r->a, struct spec_text, n + 1u);
    s->nunder = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct yaml *item = reader_item(v, i);
        if (item->kind == YAML_SCALAR)
            s->under[s->nunder++] = spec_text_of(r, item);
        else
            reader_kind(r, item, "the name of an execution, or a list of them", NULL);
    }
    if (n == 0)
        diag_error(r->d, v->at, "E-kind", "leave `under` out to judge it under all of them",
                   "`under` must name an execution, found %s", reader_found(r, v));
}

void read_spec_concurrent(struct reader *r, const struct yaml *v, void *field)
{
    struct spec_shared *s = field;
    int32_t n = 0;
    if (!reader_int(r, v, &n))
        return;
    if (n < 1 || n > SPEC_MAX_CONCURRENT)
        diag_error(r->d, v->at, "E-value", NULL,
                   "`concurrent` must be from 1 to %d requests, found %d", (int)SPEC_MAX_CONCURRENT,
                   (int)n);
    else
        s->concurrent = (uint32_t)n;
    s->concurrent_at = v->at;
}

/* ---- lists of claims ---- */

struct file {
    struct spec_shared all;
    struct spec *spec;
};

static void read_checks(struct reader *r, const struct yaml *v, void *field)
{
    enum { MAX_CLAIMS = 4096 };
    struct file *f = field;
    struct spec *s = f->spec;
    if (v->kind != YAML_LIST) {
        if (v->kind != YAML_NULL)
            reader_kind(r, v, "a list of claims", "write it as in [deadlock_free, no_race]");
        return;
    }
    if (v->n > MAX_CLAIMS) {
        diag_error(r->d, v->at, "E-limit", NULL, "more than %d claims", (int)MAX_CLAIMS);
        return;
    }
    s->claim = NEW(r->a, struct claim, v->n + 1u);
    for (uint32_t i = 0; i < v->n; i++) {
        r->key = NULL;
        if (claim_read(r, v->item[i], &f->all, &s->claim[s->nclaim]))
            s->nclaim++;
    }
}

static void read_spec_version(struct reader *r, const struct yaml *v, void *field)
{
    (void)field;
    if (!reader_is_word(v, "1"))
        diag_error(r->d, v->at, "E-version", "write `spec: 1`",
                   "unknown version of the language: %s", reader_found(r, v));
}

static void read_spec_model(struct reader *r, const struct yaml *v, void *field)
{
    struct file *f = field;
    if (v->kind == YAML_SCALAR && v->s[0] != '\0')
        f->spec->model = spec_text_of(r, v);
    else
        reader_kind(r, v, "the path of a model, seen from this file", NULL);
}

static const struct key_row rows_spec[] = {
    KEY_WHOLE_NEEDED("spec", read_spec_version),
    KEY_WHOLE_NEEDED("model", read_spec_model),
    KEY("set", read_spec_set, file, all),
    KEY("under", read_spec_under, file, all),
    KEY("concurrent", read_spec_concurrent, file, all),
    KEY_WHOLE_NEEDED("checks", read_checks),
    KEY_END,
};
static const struct key_table table_spec = {"a spec", rows_spec, NULL};

static struct file file_of(struct arena *a, const char *path)
{
    struct file f = {.spec = NEW(a, struct spec, 1)};
    f.spec->file = arena_strdup(a, path);
    f.spec->claim = NEW(a, struct claim, 1);
    return f;
}

struct spec *spec_build(struct arena *a, const struct yaml *root, const char *path, struct diags *d)
{
    struct reader r = {.a = a, .d = d, .m = NEW(a, struct model, 1), .dir = ""};
    struct file f = file_of(a, path);
    if (!reader_map(&r, root, &table_spec, &f) || f.spec->model.text == NULL)
        return NULL;
    return f.spec;
}

struct spec *spec_of_checks(struct arena *a, const struct yaml *list, const char *path,
                            struct diags *d)
{
    struct reader r = {.a = a, .d = d, .m = NEW(a, struct model, 1), .dir = "", .key = "checks"};
    struct file f = file_of(a, path);
    read_checks(&r, list, &f);
    return f.spec;
}

struct spec *spec_default(struct arena *a, const char *path, struct loc at)
{
    static const enum claim_kind kind[] = {CLAIM_DEADLOCK_FREE, CLAIM_ALWAYS_AWAITED,
                                           CLAIM_RESPONDS, CLAIM_NO_RACE, CLAIM_TERMINATES};
    enum { N = sizeof kind / sizeof *kind };
    struct spec *s = file_of(a, path).spec;
    s->claim = NEW(a, struct claim, N);
    for (uint32_t i = 0; i < N; i++)
        s->claim[s->nclaim++] = (struct claim){
            .kind = kind[i],
            .at = at,
            .name = kind[i] == CLAIM_RESPONDS ? "responds: exactly_once" : claim_key[kind[i]],
            .concurrent = SPEC_CONCURRENT};
    return s;
}

bool spec_is(const struct yaml *root)
{
    return root->kind == YAML_MAP && yaml_get(root, "spec") != NULL &&
           yaml_get(root, "pertinax") == NULL;
}

const char *spec_path(struct arena *a, const char *file, const char *path)
{
    const char *slash = strrchr(file, '/');
    size_t n = slash ? (size_t)(slash - file) : 0;
    if (path[0] == '/' || slash == NULL)
        return path;
    while (n > 0 && strncmp(path, "../", 3) == 0) { /* specs/../models is models */
        size_t last = n;
        while (last > 0 && file[last - 1] != '/')
            last--;
        if (n - last <= 2 && strspn(file + last, ".") >= n - last)
            break; /* that is . or .. itself, or nothing */
        path += 3;
        n = last > 0 ? last - 1 : 0;
        if (last == 0)
            return path;
    }
    return arena_printf(a, "%.*s/%s", (int)n, file, path);
}
