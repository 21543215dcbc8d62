/* SPDX-License-Identifier: GPL-3.0-or-later */
/* intr.c - being asked to stop; see intr.h. */
#include "cli/intr.h"
#include <pthread.h>
#include <signal.h>

static sigset_t both(void)
{
    sigset_t s;
    sigemptyset(&s);
    sigaddset(&s, SIGINT);
    sigaddset(&s, SIGTERM);
    return s;
}

void intr_hold(void)
{
    sigset_t s = both();
    pthread_sigmask(SIG_BLOCK, &s, NULL);
}

bool intr_asked(void)
{
    sigset_t s;
    return sigpending(&s) == 0 && (sigismember(&s, SIGINT) == 1 || sigismember(&s, SIGTERM) == 1);
}

void intr_release(void)
{
    sigset_t s = both();
    int sig;
    while (intr_asked())
        sigwait(&s, &sig);
    pthread_sigmask(SIG_UNBLOCK, &s, NULL);
}
