/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emit_text.c - of the files in python/ what a program has need of, and nothing else; python.h says
 * how it is marked there. */
#include "live/emit_impl.h"
#include <ctype.h>
#include <string.h>

/* One of the words, which are parted by spaces, stands in the text. */
static bool asked_for(const char *words, const char *own)
{
    while (*words && *words != '\n') {
        size_t n = strcspn(words, " \n");
        for (const char *p = own; (p = strchr(p, *words)) != NULL; p++)
            if (strncmp(p, words, n) == 0)
                return true;
        words += n + (words[n] == ' ');
    }
    return false;
}

void emit_text(const char *const *line, const char *own, struct buf *out)
{
    static const char only[] = "# only: ", end[] = "# end\n";
    uint32_t depth = 0, off = 0; /* off: from this depth on nothing is wanted; 0: all is */
    for (; *line; line++) {
        const char *text = *line + strspn(*line, " ");
        if (strncmp(text, only, sizeof only - 1) == 0) {
            depth++;
            if (off == 0 && !asked_for(text + sizeof only - 1, own))
                off = depth;
        } else if (strcmp(text, end) == 0) {
            if (off == depth)
                off = 0;
            bug_if(depth-- == 0);
        } else if (off == 0) {
            buf_puts(out, *line);
        }
    }
    bug_if(depth != 0);
}

/* Is it named, as in "time.sleep"? */
static bool names(const char *text, const char *module)
{
    size_t n = strlen(module);
    for (const char *p = text; (p = strstr(p, module)) != NULL; p += n) {
        char before = p == text ? ' ' : p[-1];
        if (p[n] == '.' && !isalnum((unsigned char)before) && before != '_' && before != '.')
            return true;
    }
    return false;
}

void emit_imports(const char *text, struct buf *out)
{
    static const char *const modules[] = {
        "argparse",    "asyncio", "bisect",    "collections", "concurrent.futures",
        "contextlib",  "errno",   "gc",        "hashlib",     "heapq",
        "itertools",   "json",    "math",      "os",          "queue",
        "random",      "select",  "selectors", "signal",      "socket",
        "struct",      "sys",     "threading", "time",        "traceback",
        "tracemalloc", "types",   "typing"};
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
        if (names(text, modules[i]))
            buf_printf(out, "import %s\n", modules[i]);
}
