/* SPDX-License-Identifier: GPL-3.0-or-later */
/* intr.c - being asked to stop; see intr.h. */
#include "cli/intr.h"
#include <pthread.h>
#include <signal.h>

static const int asks[] = {SIGINT, SIGTERM, SIGHUP};

/* Those of them that are not ignored, as nohup(1) and a shell's background see to it: the kernel
 * would keep even these pending while they are blocked. */
static sigset_t those(void)
{
    sigset_t s;
    struct sigaction is;
    sigemptyset(&s);
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++)
        if (sigaction(asks[i], NULL, &is) == 0 && is.sa_handler != SIG_IGN)
            sigaddset(&s, asks[i]);
    return s;
}

void intr_hold(void)
{
    sigset_t s = those();
    pthread_sigmask(SIG_BLOCK, &s, NULL);
}

bool intr_asked(void)
{
    sigset_t s;
    if (sigpending(&s) != 0)
        return false;
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++)
        if (sigismember(&s, asks[i]) == 1)
            return true;
    return false;
}

void intr_release(void)
{
    sigset_t s = those();
    int sig;
    while (intr_asked())
        sigwait(&s, &sig);
    pthread_sigmask(SIG_UNBLOCK, &s, NULL);
}
