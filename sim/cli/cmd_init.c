/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_init.c - `pertinax init`: a first model, short enough to be read and changed. */
#include "cli/cmd.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const char example[] =
    "# A web handler: a cache, a database behind it, two calls at once.  Try:\n"
    "#   pertinax run pipeline.yaml                   serial, threads or coroutines?\n"
    "#   pertinax run pipeline.yaml --set hit=0.5     and with a worse cache?\n"
    "#   pertinax explain pipeline.yaml               what was understood\n"
    "pertinax: 1                  # version of the language\n"
    "name: pipeline\n"
    "doc: A web handler with a cache, a database and two calls at once\n"
    "params: {hit: 0.8}           # --set hit=0.5 changes it for one run\n"
    "\n"
    "services:                    # what calls wait for, and how long\n"
    "  cache:   {latency: gamma(mean=1.2ms cv=0.5)}\n"
    "  db:      {latency: lognormal(p50=15ms p99=90ms), capacity: 16}   # at once\n"
    "  reviews: {latency: lognormal(p50=20ms p99=120ms)}\n"
    "  ads:     {latency: exponential(mean=12ms), error: 0.5%}\n"
    "\n"
    "request:                     # one request, from top to bottom\n"
    "  - cpu: 200us\n"
    "    name: parse\n"
    "  - call: cache\n"
    "    name: lookup\n"
    "    sets: {found: chance(hit)}\n"
    "  - if: not found\n"
    "    then: [{call: db}, {call: cache, name: fill}]\n"
    "  - parallel:                # both at once; goes on when both are done\n"
    "      reviews: {call: reviews}\n"
    "      ads:                   # no ads after 50 ms, and none if the call fails\n"
    "        call: ads\n"
    "        timeout: 50ms\n"
    "        catch: {any: {cpu: 10us, name: no_ads}}\n"
    "  - cpu: 600us\n"
    "    name: render\n"
    "  - respond: 200\n"
    "\n"
    "executions:                  # who does the work; the costs are CPU time\n"
    "  serial:    {}\n"
    "  threads:   {pool: 16, spawn: 60us, switch: 5us}\n"
    "  coroutine: {task: 12us, resume: 4us}\n"
    "\n"
    "# Without a load each request meets an idle system.  A busy one:\n"
    "# load: {rate: 50/s}\n";

/* Made only if it is not there: two inits at once cannot overwrite each other. */
static bool reserve(const char *path, struct diags *d)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (fd >= 0) {
        close(fd);
        return true;
    }
    if (errno == EEXIST)
        diag_error(d, (struct loc){0}, "E-exists",
                   "name another file, or overwrite it with --force", "'%s' is there already",
                   path);
    else
        die("cannot write %s: %s", path, strerror(errno));
    return false;
}

static int run_init(const struct cmd_args *a, struct diags *d)
{
    const char *path = a->o->noperand ? a->o->operand[0] : "pipeline.yaml";
    bool standard = strcmp(path, "-") == 0;
    struct buf b = {0};
    if (!standard && !opt_has(a->o, "force") && !reserve(path, d))
        return STATUS_USAGE;
    buf_puts(&b, example);
    cmd_write(path, &b);
    buf_clear(&b);
    if (!standard) {
        buf_printf(&b, "wrote %s; next: pertinax run %s\n", path, path);
        cmd_write("-", &b);
    }
    buf_free(&b);
    return STATUS_FINE;
}

static const struct opt init_opts[] = {
    {"force", 'f', NULL, "overwrite FILE if it is there", 0},
    {NULL, 0, NULL, NULL, 0},
};

const struct cmd cmd_init = {
    .name = "init",
    .args = "[FILE]",
    .summary = "writes a commented example model",
    .help = "The model is a web handler with a cache, a database and two calls at once, to be\n"
            "changed into yours.  FILE is pipeline.yaml if none is given; - is standard output.\n"
            "A file that is there already is left alone.",
    .opts = init_opts,
    .max = 1,
    .run = run_init,
};
