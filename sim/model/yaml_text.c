/* SPDX-License-Identifier: GPL-3.0-or-later */
/* yaml_text.c - the text of a YAML file: its lines, and places in it; see yaml_impl.h.
 *
 * libyaml counts characters; lines and columns are computed from that here, and bytes, too. */
#include "model/yaml_impl.h"
#include <string.h>

size_t yaml_char(const unsigned char *s, size_t n)
{
    uint32_t c = s[0];
    size_t len = c < 0x80 ? 1 : (c & 0xe0) == 0xc0 ? 2 : (c & 0xf0) == 0xe0 ? 3 : 4;
    if (len == 1)
        return (c >= 0x20 && c != 0x7f) || c == '\t' || c == '\n' || c == '\r' ? 1 : 0;
    if (len > n || (len == 4 && (c & 0xf8) != 0xf0))
        return 0;
    c &= 0xffu >> (len + 1);
    for (size_t i = 1; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (s[i] & 0x3fu);
    }
    if (c < (len == 2 ? 0x80u : len == 3 ? 0x800u : 0x10000u) || c > 0x10ffff)
        return 0;
    if ((c < 0xa0 && c != 0x85) || (c >= 0xd800 && c <= 0xdfff) || c == 0xfffe || c == 0xffff)
        return 0;
    return len;
}

/* libyaml also ends lines at U+0085 and U+2028; a reader's editor (and diag.c) does not, so places
 * are computed from its character index, not taken from its line and column. */
struct loc yaml_place(const struct yaml_reader *r, size_t from, size_t to)
{
    uint32_t lo = 0, hi = r->nline;
    while (hi - lo > 1) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (r->line_char[mid] <= from)
            lo = mid;
        else
            hi = mid;
    }
    bool last = lo + 1 == r->nline;
    size_t end = to, col = from - r->line_char[lo];
    size_t stop = last ? r->chars : r->line_char[lo + 1];
    if (end > stop || (end == stop && !last)) { /* only its first line, trimmed */
        size_t b = last ? r->bytes : r->line_byte[lo + 1];
        end = stop;
        while (end > from && b > 0 && strchr(" \t\r\n", r->text[b - 1]) != NULL) {
            b--;
            end--;
        }
    }
    return (struct loc){.file = r->file,
                        .line = r->line0 + lo + 1,
                        .col = (uint32_t)col + 1 + (lo == 0 ? r->col0 : 0),
                        .len = end > from ? (uint32_t)(end - from) : 0};
}

const char *yaml_byte_at(struct yaml_reader *r, size_t index)
{
    if (index < r->seek_char)
        r->seek_char = r->seek_byte = 0;
    for (; r->seek_char < index && r->seek_byte < r->bytes; r->seek_char++)
        r->seek_byte +=
            yaml_char((const unsigned char *)r->text + r->seek_byte, r->bytes - r->seek_byte);
    return r->text + r->seek_byte;
}

struct loc yaml_place_value(struct yaml_reader *r, size_t from, size_t to)
{
    const char *s = yaml_byte_at(r, from), *end = r->text + r->bytes, *t = s;
    while (t < end && (*t == '&' || *t == '!')) {
        while (t < end && strchr(" \t\r\n", *t) == NULL)
            t++;
        while (t < end && (*t == ' ' || *t == '\t'))
            t++;
    }
    size_t skip = 0;
    for (const char *c = s; c < t; c++)
        skip += ((unsigned char)*c & 0xc0) != 0x80;
    if (t < end && *t != '\n' && *t != '\r' && *t != '#' && from + skip < to)
        from += skip;
    return yaml_place(r, from, to);
}

static void line_add(struct yaml_reader *r, size_t byte, size_t chars)
{
    r->line_byte = grow(r->line_byte, &r->bytecap, r->nline + 1, sizeof *r->line_byte);
    r->line_char = grow(r->line_char, &r->linecap, r->nline + 1, sizeof *r->line_char);
    r->line_byte[r->nline] = (uint32_t)byte;
    r->line_char[r->nline++] = (uint32_t)chars;
}

/* Refused here, with a place, are the bytes that libyaml would refuse without one. */
bool yaml_scan(struct yaml_reader *r)
{
    size_t chars = 0;
    line_add(r, 0, 0);
    for (size_t i = 0; i < r->bytes;) {
        const unsigned char *s = (const unsigned char *)r->text + i;
        size_t len = yaml_char(s, r->bytes - i);
        if (len == 0) {
            r->chars = chars + 1;
            bool control = *s < 0x80;
            const char *hint = control ? "remove it" : "save the file as UTF-8";
            if (r->bytes >= 2 &&
                (memcmp(r->text, "\xff\xfe", 2) == 0 || memcmp(r->text, "\xfe\xff", 2) == 0))
                hint = "the file looks like UTF-16; save it as UTF-8";
            diag_error(r->d, yaml_place(r, chars, chars + 1), "E-yaml-encoding", hint,
                       control ? "control character 0x%02x" : "byte 0x%02x is not valid UTF-8",
                       (unsigned)*s);
            return false;
        }
        if (*s == '%' && r->bytes - i >= 4 && memcmp(s, "%TAG", 4) == 0 &&
            (i == 0 || s[-1] == '\n' || s[-1] == '\r' || s[-1] >= 0x80)) {
            r->chars = chars + 4;
            diag_error(r->d, yaml_place(r, chars, chars + 4), "E-yaml-tag", "remove the directive",
                       "tag directives mean nothing here");
            return false;
        }
        i += len;
        chars++;
        if (*s == '\n' || (*s == '\r' && (i == r->bytes || r->text[i] != '\n')))
            line_add(r, i, chars);
    }
    r->chars = chars;
    return true;
}
