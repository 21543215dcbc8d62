/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_json.c - any bytes as JSON; the first byte chooses flags and how many bytes a fill brings.
 * What is asserted beyond "no crash": windows make no difference, brackets match, an error is
 * within the input, a lenient reader takes all that a strict one does, and what is passed over is
 * looked at. */
#include "base/diag.h"
#include "base/json_read.h"
#include "base/sha256.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct feed {
    const char *s;
    size_t n, step;
};

static size_t feed_fill(void *ctx, char *to, size_t n)
{
    struct feed *f = ctx;
    size_t take = f->n < n ? f->n : n;
    if (take > f->step)
        take = f->step;
    memcpy(to, f->s, take);
    f->s += take;
    f->n -= take;
    return take;
}

struct outcome {
    char digest[SHA256_HEX];
    uint32_t errors, repairs;
    bool cut;
};

static struct outcome walk(struct json_read *r, size_t n, unsigned flags)
{
    struct outcome o = {.errors = 0};
    struct sha256 h;
    uint32_t depth = 0;
    sha256_begin(&h);
    for (;;) {
        enum json_event e = json_next(r);
        depth += e == JSON_OBJ || e == JSON_ARR;
        depth -= e == JSON_OBJ_END || e == JSON_ARR_END;
        bug_if(e != JSON_ERROR && depth != r->depth);
        unsigned char code = (unsigned char)e;
        sha256_add(&h, &code, 1);
        if (e == JSON_KEY || e == JSON_STR || e == JSON_NUM)
            sha256_add(&h, r->s, r->n);
        int64_t x;
        double f;
        if (e == JSON_STR || e == JSON_NUM) {
            (void)json_i64(r->s, r->n, &x);
            (void)json_decimal(r->s, r->n, 3, &x);
            if (r->n < 4096)
                (void)json_double(r->s, r->n, &f);
        }
        if (e == JSON_ERROR) {
            bug_if(r->error_at > n || r->error == NULL);
            o.errors++;
            sha256_add(&h, &r->error_at, sizeof r->error_at);
            depth = 0;
            if (!(flags & JSON_MANY) || !json_resync(r))
                break;
        }
        if (e == JSON_END)
            break;
    }
    sha256_end(&h, o.digest);
    o.repairs = r->repairs;
    o.cut = r->cut;
    return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0)
        return 0;
    unsigned flags = data[0] & 3;
    struct feed f = {(const char *)data + 1, n - 1, 1 + (data[0] >> 2)};
    struct json_read r;
    json_read_mem(&r, f.s, f.n, flags);
    struct outcome a = walk(&r, f.n, flags);
    json_read_end(&r);
    const char *text = f.s;
    json_read_from(&r, feed_fill, &f, flags);
    struct outcome b = walk(&r, n - 1, flags);
    json_read_end(&r);
    bug_if(strcmp(a.digest, b.digest) != 0 || a.errors != b.errors || a.repairs != b.repairs ||
           a.cut != b.cut);
    json_read_mem(&r, text, n - 1, flags | JSON_LENIENT);
    struct outcome c = walk(&r, n - 1, flags);
    json_read_end(&r);
    bug_if(a.errors == 0 && c.errors > 0);
    if (!(flags & JSON_MANY)) {
        json_read_mem(&r, text, n - 1, flags);
        bool ok = json_skip(&r) && json_next(&r) == JSON_END;
        bug_if(ok != (a.errors == 0) && !(flags & JSON_LENIENT));
        json_read_end(&r);
    }
    return 0;
}
