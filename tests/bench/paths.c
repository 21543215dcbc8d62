/* SPDX-License-Identifier: GPL-3.0-or-later */
/* paths.c - what the accounts of steps and the critical paths of traced requests cost:
 * models/search without them, with what is traced beside, and with the walks (as `run` does by
 * default). */
#include "run/path.h"
#include "run/sim_impl.h"
#include "tests/bench/bench.h"

enum { REQUESTS = 20000 };
enum what { NOTHING, TRACED, WALKED };

static double rate(const struct prog *p, enum what what)
{
    struct sim *s = sim_new(
        p, &(struct sim_opt){.seed = 1, .trace_requests = what == NOTHING ? 0 : UINT64_MAX});
    if (what == TRACED) { /* the recorder alone is taken away */
        path_free(s->path);
        s->path = NULL;
        s->cpu.d.watch = NULL;
    }
    double cpu = bench_cpu();
    if (sim_run_alone(s, 0, REQUESTS) != SIM_MORE)
        die("models/search.yaml came to a bad end");
    cpu = bench_cpu() - cpu;
    sim_free(s);
    return REQUESTS / cpu;
}

int main(void)
{
    static const char *const name[] = {"requests a CPU second, untraced", "... traced",
                                       "... with critical paths"};
    static const char *const exec[] = {"serial", "threads", "coroutine"};
    struct arena *a = arena_new(0);
    struct diags *d = diags_new(a);
    const struct model *m = model_read(a, "models/search.yaml", NULL, 0, d);
    for (size_t i = 0; m && i < sizeof exec / sizeof *exec; i++) {
        const struct prog *p = prog_compile(a, m, model_exec(m, exec[i]), d);
        if (!p)
            die("models/search.yaml cannot be compiled");
        for (int w = NOTHING; w <= WALKED; w++) {
            double v[BENCH_TIMES];
            for (int k = 0; k < BENCH_TIMES; k++)
                v[k] = rate(p, (enum what)w);
            bench_line("paths", exec[i], bench_median(v, BENCH_TIMES), name[w]);
        }
    }
    arena_drop(a);
    return 0;
}
