/* SPDX-License-Identifier: GPL-3.0-or-later */
/* markup.h - is this well-formed?  A small reader of XML for tests of what we write: tags balance,
 * attributes are quoted and not given twice, references are known, ids are unique and what refers
 * to one finds it, nothing but our own namespaces looks like an address, no number is nan or inf.
 */
#ifndef UNIT_MARKUP_H
#define UNIT_MARKUP_H
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { MARKUP_DEPTH = 64, MARKUP_IDS = 4096, MARKUP_NAME = 64 };
struct markup {
    const char *why; /* NULL: nothing wrong */
    size_t at;       /* where */
    unsigned depth, nid, elements;
    char open[MARKUP_DEPTH][MARKUP_NAME];
    const char *id[MARKUP_IDS];
    size_t idn[MARKUP_IDS];
};

static inline const char *markup_fail(struct markup *m, const char *why)
{
    if (!m->why)
        m->why = why;
    return NULL;
}

static inline size_t markup_name(const char *s)
{
    size_t n = 0;
    while (isalnum((unsigned char)s[n]) || (s[n] && strchr("-_:.", s[n])))
        n++;
    return n;
}

/* & begins a reference that XML knows without a DTD. */
static inline bool markup_reference(const char *s)
{
    static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&quot;"};
    for (size_t i = 0; i < 4; i++)
        if (strncmp(s, known[i], strlen(known[i])) == 0)
            return true;
    if (strncmp(s, "&#", 2) != 0)
        return false;
    size_t n = strspn(s + 2, "0123456789");
    return n > 0 && s[2 + n] == ';';
}

static inline const char *markup_value(struct markup *m, const char *s, const char *name, size_t n)
{
    if (*s++ != '"')
        return markup_fail(m, "an attribute that is not quoted");
    const char *from = s;
    for (; *s && *s != '"'; s++) {
        if (*s == '<')
            return markup_fail(m, "< in an attribute");
        if (*s == '&' && !markup_reference(s))
            return markup_fail(m, "an unknown reference in an attribute");
    }
    if (!*s)
        return markup_fail(m, "an attribute without end");
    if (n == 2 && strncmp(name, "id", 2) == 0 && m->nid < MARKUP_IDS) {
        for (unsigned i = 0; i < m->nid; i++)
            if (m->idn[i] == (size_t)(s - from) && strncmp(m->id[i], from, m->idn[i]) == 0)
                return markup_fail(m, "an id twice");
        m->id[m->nid] = from;
        m->idn[m->nid++] = (size_t)(s - from);
    }
    return s + 1;
}

static inline const char *markup_tag(struct markup *m, const char *s)
{
    bool end = *s == '/';
    s += end;
    size_t n = markup_name(s);
    if (n == 0 || n >= MARKUP_NAME)
        return markup_fail(m, "a tag without a name");
    const char *name = s;
    s += n;
    if (end) {
        if (m->depth == 0 || strlen(m->open[m->depth - 1]) != n ||
            strncmp(m->open[m->depth - 1], name, n) != 0)
            return markup_fail(m, "an end tag that ends nothing");
        m->depth--;
        return *s == '>' ? s + 1 : markup_fail(m, "an end tag without end");
    }
    m->elements++;
    for (;;) {
        size_t blank = strspn(s, " \n");
        s += blank;
        if (*s == '>' || strncmp(s, "/>", 2) == 0)
            break;
        size_t k = markup_name(s);
        if (k == 0 || blank == 0 || s[k] != '=')
            return markup_fail(m, "no attribute");
        if (!(s = markup_value(m, s + k + 1, s, k)))
            return NULL;
    }
    if (*s == '/')
        return s + 2;
    if (m->depth == MARKUP_DEPTH)
        return markup_fail(m, "too deep");
    memcpy(m->open[m->depth], name, n);
    m->open[m->depth++][n] = '\0';
    return s + 1;
}

/* What an aria-labelledby or a link within the page names must be there. */
static inline void markup_links(struct markup *m, const char *text, const char *attribute)
{
    for (const char *s = text; (s = strstr(s, attribute)) && !m->why;) {
        s += strlen(attribute);
        while (*s != '"') {
            size_t n = strcspn(s, " \"");
            bool found = false;
            for (unsigned i = 0; i < m->nid; i++)
                found = found || (m->idn[i] == n && strncmp(m->id[i], s, n) == 0);
            if (!found)
                markup_fail(m, "a name of nothing");
            s += n + (s[n] == ' ');
        }
    }
}

static inline bool markup_number_bad(const char *text)
{
    static const char *const bad[] = {"=\"nan", "=\"-nan", "=\"inf", "=\"-inf", ",nan",   "nan,",
                                      ">nan",   ">-nan",   ">inf",   " nan ",   "\"-0\"", " inf "};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (strstr(text, bad[i]))
            return true;
    return false;
}

/* Anything that a browser would fetch: by a tag, or by the style sheet. */
static inline bool markup_fetches(const char *text)
{
    static const char *const bad[] = {"<link",   "<script",    "<iframe",  "<object", "<img",
                                      " src=\"", " srcset=\"", " data=\"", "@import"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (strstr(text, bad[i]))
            return true;
    for (const char *s = text; (s = strstr(s, "href=\"")); s++)
        if (s[6] != '#')
            return true;
    for (const char *s = text; (s = strstr(s, "url(")); s++)
        if (s[4] != '#')
            return true;
    return false;
}

/* NULL if all is well; else what is wrong, and near which text. */
static inline const char *markup_wrong(const char *text, struct markup *m)
{
    const char *s = text;
    *m = (struct markup){0};
    while (s && *s) {
        m->at = (size_t)(s - text);
        if (strncmp(s, "<!DOCTYPE html>", 15) == 0)
            s += 15;
        else if (*s == '<')
            s = markup_tag(m, s + 1);
        else if (*s == '&' && !markup_reference(s))
            s = markup_fail(m, "an unknown reference");
        else if ((unsigned char)*s < ' ' && *s != '\n')
            s = markup_fail(m, "a control character");
        else
            s++;
    }
    if (m->depth)
        markup_fail(m, "a tag that is not closed");
    if (m->why)
        return m->why;
    markup_links(m, text, "aria-labelledby=\"");
    markup_links(m, text, "href=\"#");
    if (markup_number_bad(text))
        markup_fail(m, "a number that is none");
    return m->why;
}

#endif
