/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simpy.c - the same two models in SimPy, if python3 has it: tests/bench/simpy_*.py print their own
 * lines, timed by Python's process_time. */
#include "base/diag.h"
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

static int simpy_run(const char *script, char *const *env)
{
    char name[] = "python3", path[128];
    char *argv[] = {name, path, NULL};
    pid_t pid;
    int status;
    snprintf(path, sizeof path, "%s", script);
    if (posix_spawnp(&pid, name, NULL, NULL, argv, env) != 0)
        return -1;
    while (waitpid(pid, &status, 0) != pid)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int main(int argc, char **argv, char **env)
{
    (void)argc;
    (void)argv;
    static const char *const script[] = {"tests/bench/simpy_mm1.py",
                                         "tests/bench/simpy_fork_join.py"};
    enum { NO_SIMPY = 3 }; /* the scripts' status */
    for (size_t i = 0; i < sizeof script / sizeof *script; i++) {
        int status = simpy_run(script[i], env);
        if (status == 0)
            continue;
        if (status > 0 && status != NO_SIMPY && status != 127)
            die("%s failed", script[i]);
        printf("simpy        is not installed for python3: no comparison\n");
        return 0;
    }
    return 0;
}
