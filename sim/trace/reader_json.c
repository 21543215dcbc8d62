/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reader_json.c - see reader_json.h. */
#include "trace/reader_json.h"

void rj_begin(struct json_read *j, struct reader *r, unsigned flags)
{
    json_read_from(j, input_read, r->in, flags | JSON_LENIENT);
}

void rj_error(struct json_read *j, struct reader *r)
{
    reader_bad(r, TALLY_LOST, j->error_at, "not JSON: %s", j->error);
}

void rj_end(struct json_read *j, struct reader *r)
{
    tally_add(r->tally, TALLY_TEXT, j->repairs);
    if (j->cut)
        reader_bad(r, TALLY_LOST, input_bytes(r->in), "the file ends in the middle of a record");
    json_read_end(j);
}

bool rj_text(struct json_read *j)
{
    enum json_event e = json_next(j);
    if (e == JSON_STR)
        return true;
    json_skip_rest(j, e);
    return false;
}

bool rj_time(struct json_read *j, int power, int64_t *out)
{
    enum json_event e = json_next(j);
    if (e != JSON_NUM && e != JSON_STR) {
        json_skip_rest(j, e);
        return false;
    }
    return power == 0 && json_i64(j->s, j->n, out) ? true : json_decimal(j->s, j->n, power, out);
}

bool rj_true(struct json_read *j)
{
    enum json_event e = json_next(j);
    json_skip_rest(j, e);
    return e == JSON_TRUE || (e == JSON_STR && JSON_IS(j, "true"));
}

uint32_t rj_name(struct json_read *j, struct reader *r)
{
    return rj_text(j) ? names_id(r->names, j->s, j->n) : 0;
}

bool rj_trace(struct json_read *j, struct reader *r, struct trace_id *out)
{
    if (!rj_text(j))
        return false;
    if (id_trace_hex(j->s, j->n, out))
        return true;
    bool ok = id_trace_base64(j->s, j->n, out);
    tally_add(r->tally, TALLY_BASE64, ok);
    return ok;
}

bool rj_span(struct json_read *j, struct reader *r, uint64_t *out)
{
    *out = 0;
    if (!rj_text(j) || j->n == 0)
        return false;
    if (id_span_hex(j->s, j->n, out))
        return true;
    bool ok = id_span_base64(j->s, j->n, out);
    tally_add(r->tally, TALLY_BASE64, ok);
    return ok;
}

enum rj_key rj_key(const char *s, size_t n)
{
#define IS(lit) (n == sizeof(lit) - 1 && memcmp(s, (lit), sizeof(lit) - 1) == 0)
    return IS("service.name")                                          ? RJ_SERVICE
           : IS("host.name")                                           ? RJ_HOST
           : IS("hostname")                                            ? RJ_HOSTNAME
           : IS("ip")                                                  ? RJ_IP
           : IS("k8s.pod.name") || IS("service.instance.id")           ? RJ_INSTANCE
           : IS("http.status_code") || IS("http.response.status_code") ? RJ_CODE
           : IS("span.kind")                                           ? RJ_KIND
           : IS("error")                                               ? RJ_ERROR
           : IS("otel.status_code")                                    ? RJ_STATUS
                                                                       : RJ_OTHER;
#undef IS
}

/* A scalar as text; of an object the first scalar in it. */
static void pair_value(struct json_read *j, struct rj_pair *p)
{
    enum json_event e = json_next(j);
    bool wrapped = e == JSON_OBJ;
    if (wrapped && (e = json_next(j)) == JSON_KEY)
        e = json_next(j);
    if (e == JSON_STR || e == JSON_NUM)
        memcpy(p->text, j->s, p->ntext = j->n < sizeof p->text ? j->n : sizeof p->text);
    else if (e == JSON_TRUE)
        memcpy(p->text, "true", p->ntext = 4);
    else if (e == JSON_OBJ_END)
        return;
    else
        json_skip_rest(j, e);
    while (wrapped && rj_member(j))
        json_skip(j);
}

void rj_pair(struct json_read *j, struct rj_pair *p)
{
    bool other = false;
    p->key = RJ_OTHER;
    p->ntext = 0;
    while (rj_member(j)) {
        if (JSON_IS(j, "key")) {
            p->key = rj_text(j) ? rj_key(j->s, j->n) : RJ_OTHER;
            other = p->key == RJ_OTHER;
        } else if (JSON_IS(j, "value") && !other) {
            pair_value(j, p);
        } else {
            json_skip(j);
        }
    }
}

void rj_attribute(const struct rj_pair *p, struct span *s)
{
    if (p->key == RJ_CODE)
        s->code = code_of_text(p->text, p->ntext);
    else if (p->key == RJ_KIND)
        s->kind = kind_of_text(p->text, p->ntext);
    else if (p->key == RJ_ERROR && p->ntext == 4 && memcmp(p->text, "true", 4) == 0)
        s->status = SPAN_ERROR;
    else if (p->key == RJ_STATUS)
        s->status = p->ntext > 0 && (p->text[0] == 'E' || p->text[0] == 'e') ? SPAN_ERROR : SPAN_OK;
}
