/* SPDX-License-Identifier: GPL-3.0-or-later */
/* yaml_syntax.c - libyaml's complaints in words that say what would be right; see yaml_impl.h. */
#include "model/yaml_impl.h"
#include <string.h>

struct complaint {
    const char *problem; /* how libyaml's problem begins; NULL ends the table */
    const char *context; /* how its context begins, or NULL */
    const char *text;    /* %u, if any, is the line of the context */
    const char *hint;
    bool at_context; /* where the reader should look is the beginning of the construct */
};
static const struct complaint complaints[] = {
    {"could not find expected ':'", NULL, "this line is no 'key: value'",
     "is the colon missing, or the blank after it?", true},
    {"mapping values are not allowed", NULL, "a ':' cannot stand here",
     "quote a text that contains ': '; or check the indentation of this line and the one above",
     false},
    {"did not find expected ',' or ']'", NULL, "the list that '[' opens on line %u is not closed",
     "a ',' or ']' is missing before this place", false},
    {"did not find expected ',' or '}'", NULL, "the map that '{' opens on line %u is not closed",
     "a ',' or '}' is missing before this place", false},
    {"did not find expected key", NULL, "this does not fit the map that begins on line %u",
     "the keys of one map begin in the same column; text after a closing quote or bracket is "
     "not allowed",
     false},
    {"did not find expected '-' indicator", NULL,
     "this does not fit the list that begins on line %u",
     "the items of one list begin with '- ' in the same column", false},
    {"found unexpected end of stream", "while scanning a quoted scalar",
     "this quote is never closed", "write the closing quote; inside 'single' quotes write '' for '",
     true},
    {"found unexpected document indicator", "while scanning a quoted scalar",
     "this quote is never closed", "write the closing quote", true},
    {"found a tab character", NULL, "a tab is used for indentation",
     "YAML indents by blanks: replace the tab", false},
    {"block sequence entries are not allowed", NULL, "a list item cannot begin here",
     "write each '- item' on a line of its own below the key", false},
    {"mapping keys are not allowed", NULL, "a '?' key cannot begin here",
     "quote a text that begins with '? '", false},
    {"did not find expected <document start>", NULL, "the document has ended before this line",
     "check the indentation and the brackets above", false},
    {"did not find expected node content", NULL, "a value is missing here",
     "is there a ',' too many?", false},
    {"found unknown escape character", NULL, "this escape does not exist",
     "in \"double\" quotes a backslash begins an escape; use 'single' quotes", false},
    {"did not find expected alphabetic or numeric", "while scanning an a",
     "'*' and '&' must be followed by a name", "quote a text that begins with * or &", false},
    {NULL, NULL, NULL, NULL, false},
};

static const struct complaint *complaint_find(const char *problem, const char *context)
{
    const struct complaint *c = complaints;
    for (; c->problem != NULL; c++)
        if (strncmp(problem, c->problem, strlen(c->problem)) == 0 &&
            (c->context == NULL || strncmp(context, c->context, strlen(c->context)) == 0))
            return c;
    return NULL;
}

/* libyaml found a character that begins nothing: which one tells why. */
static void token_error(struct yaml_reader *r, size_t index)
{
    const char *s = yaml_byte_at(r, index), *end = r->text + r->bytes;
    struct loc at = yaml_place(r, index, index + 1);
    if (s < end && *s == '\t')
        diag_error(r->d, at, "E-yaml-syntax", "YAML indents by blanks: replace the tab",
                   "a tab is used for indentation");
    else if (s < end && (unsigned char)*s < 0x80)
        diag_error(r->d, at, "E-yaml-syntax", "quote the value", "a value cannot begin with '%c'",
                   *s);
    else
        diag_error(r->d, at, "E-yaml-syntax", "quote the value",
                   "this character cannot begin a value");
}

void yaml_syntax_error(struct yaml_reader *r, const struct yaml_fault *f)
{
    const char *problem = f->problem != NULL ? f->problem : "it is not understood";
    const char *context = f->context != NULL ? f->context : "";
    bool torn = false;
    for (uint32_t i = 0; i < r->depth; i++)
        torn = yaml_torn_end(r, &r->frame[i]) || torn;
    /* recorded("a", "b") in a flow map: that brackets do not match is only a consequence. */
    if (torn || (r->unclosed && strncmp(problem, "did not find expected ',' or", 28) == 0))
        return;
    size_t i = f->at;
    struct loc at = yaml_place(r, i, i + 1), from = yaml_place(r, f->from, SIZE_MAX);
    if (strncmp(problem, "found character that cannot start", 33) == 0) {
        token_error(r, i);
        return;
    }
    if (strncmp(problem, "found undefined tag handle", 26) == 0) {
        diag_error(r->d, at, "E-yaml-tag", "remove the tag; a model is made of plain values",
                   "this tag means nothing here");
        return;
    }
    bool wants = strncmp(problem, "did not find expected key", 25) == 0 ||
                 strncmp(problem, "did not find expected node", 26) == 0;
    if (wants && i < r->chars && *yaml_byte_at(r, i) == ':') {
        diag_error(r->d, at, "E-yaml-key", "write NAME: VALUE", "there is no key here");
        return;
    }
    const struct complaint *c = complaint_find(problem, context);
    if (c == NULL) {
        diag_error(r->d, at, "E-yaml-syntax", NULL, "not YAML: %s%s%s", context,
                   *context != '\0' ? " " : "", problem);
        return;
    }
    const char *u = strstr(c->text, "%u");
    if (u != NULL) /* written out, since a format is a literal */
        diag_error(r->d, at, "E-yaml-syntax", c->hint, "%.*s%u%s", (int)(u - c->text), c->text,
                   (unsigned)from.line, u + 2);
    else
        diag_error(r->d, c->at_context ? from : at, "E-yaml-syntax", c->hint, "%s", c->text);
}
