/* SPDX-License-Identifier: GPL-3.0-or-later */
/* child.c - see child.h. */
#include "live/child.h"
#include "live/machine.h"
#include "live/timers.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { NOT_FOUND = 127, NOT_STARTED = 126 };

static _Noreturn void be_program(const struct child_opt *o, pid_t parent)
{
    int out = open(o->said, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL); /* what we have blocked for ourselves */
    setpgid(0, 0);                         /* Ctrl-C is for us; we say when */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    timers_exact();
    if (getppid() != parent || out < 0 || in < 0 || !o->argv[0])
        _exit(NOT_STARTED);
    dup2(in, 0);
    dup2(out, 1);
    dup2(out, 2);
    cores_limit(o->cores);
    char *argv[32] = {NULL};
    for (int i = 0; i < 31 && o->argv[i]; i++)
        argv[i] = (char *)(uintptr_t)o->argv[i];
    execvp(o->argv[0], argv);
    _exit(errno == ENOENT ? NOT_FOUND : NOT_STARTED);
}

static enum child_end end_of(int status)
{
    if (WIFEXITED(status) &&
        (WEXITSTATUS(status) == NOT_FOUND || WEXITSTATUS(status) == NOT_STARTED)) {
        errno = WEXITSTATUS(status) == NOT_FOUND ? ENOENT : EACCES;
        return CHILD_UNABLE;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? CHILD_WELL : CHILD_BADLY;
}

/* What it has left behind in its group ends with it: python3 may be a script, and that what stands
 * in for the program.  Until we have asked how it ended the number of the group is nobody else's.
 */
static bool has_ended(pid_t pid, int *status)
{
    siginfo_t about = {.si_pid = 0};
    if (waitid(P_PID, (id_t)pid, &about, WEXITED | WNOHANG | WNOWAIT) != 0 || about.si_pid != pid)
        return false;
    kill(-pid, SIGKILL);
    return waitpid(pid, status, 0) == pid;
}

/* True: it has ended by then, or been asked to stop. */
static bool wait_until(pid_t pid, int *status, int64_t until, const atomic_bool *stop)
{
    const struct timespec look = {.tv_nsec = 5000000};
    while (timers_now() < until && !(stop != NULL && atomic_load(stop))) {
        if (has_ended(pid, status))
            return true;
        nanosleep(&look, NULL);
    }
    return false;
}

enum child_end child_run(const struct child_opt *o)
{
    const int64_t grace = INT64_C(5000000000);
    pid_t self = getpid(), pid = fork();
    int status;
    if (pid < 0)
        return CHILD_UNABLE;
    if (pid == 0)
        be_program(o, self);
    if (wait_until(pid, &status, o->most_ns > 0 ? timers_now() + o->most_ns : INT64_MAX, o->stop))
        return end_of(status);
    kill(pid, SIGTERM);
    if (!wait_until(pid, &status, timers_now() + grace, NULL)) {
        kill(-pid, SIGKILL);
        kill(pid, SIGKILL);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            continue;
    }
    return o->stop != NULL && atomic_load(o->stop) ? CHILD_STOPPED : CHILD_LATE;
}

void child_last_words(const char *said, char *line, size_t room)
{
    char text[1024];
    FILE *f = fopen(said, "re");
    snprintf(line, room, "the program failed without a word");
    while (f && fgets(text, sizeof text, f)) {
        text[strcspn(text, "\n")] = 0;
        if (*text)
            snprintf(line, room, "%.*s", (int)room - 1, text);
    }
    if (f)
        fclose(f);
}
