/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_calibrate.c - `pertinax calibrate`: what threads and tasks cost here, as costs of a model. */
#include "cli/calibrate_into.h"
#include "base/json.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- what was measured ---- */

static void put_row(const struct calibration *c, enum calibrated k, struct arena *mem,
                    struct buf *b)
{
    const struct calibrate_row *row = &calibrate_rows[k];
    const struct calibrated_value *v = &c->v[k];
    buf_printf(b, "%-13s %8s  %7s - %-7s  %s\n", row->name,
               calibrate_amount(mem, v->value, row->bytes),
               calibrate_amount(mem, v->lo, row->bytes), calibrate_amount(mem, v->hi, row->bytes),
               row->what);
}

/* A cost whose interval is as wide as itself, or wider. */
static bool is_vague(const struct calibrated_value *v)
{
    return v->known && v->hi - v->lo > v->value && v->hi > 1000;
}

static void put_text(const struct calibration *c, struct arena *mem, struct buf *b)
{
    const struct calibrated_value *thread = &c->v[CAL_THREAD_CALL], *loop = &c->v[CAL_LOOP_CALL];
    uint32_t vague = 0;
    buf_printf(b, "%s \xc2\xb7 cores %u \xc2\xb7 %s \xc2\xb7 medians of %d, 95%% intervals\n\n",
               c->runtime, c->cores, c->gil ? "GIL" : "no GIL", (int)CALIBRATE_BATCHES);
    buf_printf(b, "%-13s %8s  %-17s  %s\n", "COST", "VALUE", "INTERVAL", "OF WHAT");
    for (int k = 0; k < CAL_COUNT; k++) {
        if (c->v[k].known)
            put_row(c, (enum calibrated)k, mem, b);
        vague += is_vague(&c->v[k]);
    }
    buf_puts(b, "\nAs a model has them:\n\n");
    calibrate_put(c, b);
    if (thread->known && loop->known)
        buf_printf(
            b, "\nThe CPU of a call is its service's: cpu: %s where threads call, %s on a loop.\n",
            calibrate_amount(mem, thread->value, false), calibrate_amount(mem, loop->value, false));
    if (vague)
        buf_printf(b,
                   "%u of them are vague: the machine was busy with other things; again when it is "
                   "idle.\n",
                   vague);
}

static void put_json(const struct calibration *c, struct buf *b)
{
    struct json j;
    json_begin(&j, b, true);
    json_obj(&j);
    json_key(&j, "schema");
    json_str(&j, "pertinax.calibrate/1");
    json_key(&j, "version");
    json_str(&j, cmd_version());
    json_key(&j, "runtime");
    json_str(&j, c->runtime);
    json_key(&j, "cores");
    json_int(&j, c->cores);
    json_key(&j, "gil");
    json_bool(&j, c->gil);
    json_key(&j, "costs");
    json_arr(&j);
    for (int k = 0; k < CAL_COUNT; k++) {
        const struct calibrated_value *v = &c->v[k];
        const double per = calibrate_rows[k].bytes ? 1 : 1e9;
        if (!v->known)
            continue;
        json_obj(&j);
        json_key(&j, "name");
        json_str(&j, calibrate_rows[k].name);
        json_key(&j, "unit");
        json_str(&j, calibrate_rows[k].bytes ? "bytes" : "s");
        json_key(&j, "value");
        json_num(&j, v->value / per);
        json_key(&j, "lo");
        json_num(&j, v->lo / per);
        json_key(&j, "hi");
        json_num(&j, v->hi / per);
        json_end_obj(&j);
    }
    json_end_arr(&j);
    json_end_obj(&j);
    buf_putc(b, '\n');
}

/* ---- the command ---- */

/* Into the text that is there now: measuring takes long enough to edit it meanwhile. */
static int write_into(const struct cmd_args *a, const struct calibration *c, struct diags *d)
{
    struct subject now;
    struct buf model = {0};
    const char *path = opt_get(a->o, "into");
    bool ok = subject_text(&now, a, path, d) && calibrate_into(c, &now, a->mem, &model, d);
    if (ok)
        cmd_replace(path, &model);
    buf_free(&model);
    if (ok && !opt_has(a->o, "quiet"))
        fprintf(stderr, "wrote the costs into %s; next: pertinax run %s\n", path, path);
    return ok ? STATUS_FINE : STATUS_USAGE;
}

/* A pipe has no text that could be changed, and waits for somebody. */
static bool is_file(const char *path, struct diags *d)
{
    struct stat is;
    const char *why = strcmp(path, "-") == 0                           ? "this is standard input"
                      : stat(path, &is) != 0                           ? NULL /* told below */
                      : !S_ISREG(is.st_mode) && !S_ISDIR(is.st_mode)   ? "this is no file"
                      : S_ISREG(is.st_mode) && access(path, W_OK) != 0 ? strerror(errno)
                                                                       : NULL;
    if (why)
        diag_error(d, (struct loc){0}, "E-file", NULL, "cannot write into '%s': %s", path, why);
    return why == NULL;
}

/* A model that cannot be written into is told before anything is measured: by a rehearsal. */
static bool rehearse(const struct cmd_args *a, struct diags *d)
{
    struct subject s;
    struct calibration c = {.cores = 1};
    struct buf model = {0};
    const char *path = opt_get(a->o, "into");
    for (int k = 0; k < CAL_COUNT; k++)
        c.v[k] = (struct calibrated_value){true, 1, 1, 1};
    if (path && is_file(path, d) && subject_text(&s, a, path, d))
        calibrate_into(&c, &s, a->mem, &model, d);
    buf_free(&model);
    return diags_errors(d) == 0;
}

static int calibrate_run(const struct cmd_args *a, struct diags *d)
{
    struct calibration c;
    const char *why = NULL;
    if (!rehearse(a, d))
        return STATUS_USAGE;
    bool python = opt_is(a->o, "runtime", "python3");
    if (!(python ? calibrate_python(a->tmp, &c, a->mem, &why)
                 : calibrate_native(0, NULL, &c, &why))) {
        diag_error(d, (struct loc){0}, "E-calibrate", NULL, "nothing can be measured: %s", why);
        return STATUS_WORLD;
    }
    struct buf b = {0};
    if (opt_is(a->o, "format", "json"))
        put_json(&c, &b);
    else
        put_text(&c, a->mem, &b);
    cmd_write("-", &b);
    buf_free(&b);
    return opt_has(a->o, "into") ? write_into(a, &c, d) : STATUS_FINE;
}

static const struct opt calibrate_opts[] = {
    {"runtime", 0, "native|python3", "what is measured (default: native, that of `live`)", 0},
    {"into", 0, "FILE", "write the costs into this model, too; its comments and layout stay", 0},
    OPT_FORMAT("text|json"),
    {NULL, 0, NULL, NULL, 0},
};

const struct cmd cmd_calibrate = {
    .name = "calibrate",
    .args = "",
    .summary = "measures what threads, tasks and wake-ups cost on this machine",
    .help =
        "Measures the costs of executions: CPU of making a thread, of a task, of going on after a "
        "wait, of a hop to a pool and back, and their memory; by running small pipelines for real, "
        "with few of each and with many. It takes some seconds, on a machine that should be "
        "idle.\n\n"
        "  pertinax calibrate\n"
        "  pertinax calibrate --into search.yaml && pertinax run search.yaml\n"
        "  pertinax calibrate --runtime python3        threads, asyncio and executors of "
        "CPython\n\n"
        "Each cost is a median with an interval that holds whatever its law is (order statistics). "
        "With --into each execution of the model gets the costs of its kind; what the model says "
        "of its host stays.",
    .opts = calibrate_opts,
    .common = COMMON_QUIET | COMMON_COLOR,
    .min = 0,
    .max = 0,
    .missing = NULL,
    .run = calibrate_run,
};
