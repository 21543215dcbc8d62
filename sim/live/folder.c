/* SPDX-License-Identifier: GPL-3.0-or-later */
/* folder.c - see folder.h. */
#include "live/folder.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void clear(const char *path)
{
    DIR *d = opendir(path);
    struct dirent *e;
    while (d && (e = readdir(d)) != NULL)
        if (unlinkat(dirfd(d), e->d_name, 0) != 0)
            unlinkat(dirfd(d), e->d_name, AT_REMOVEDIR);
    if (d)
        closedir(d);
}

/* A program that was killed with us may have a last file on its way. */
static void clear_away(const char *path)
{
    const struct timespec pause = {.tv_nsec = 50000000};
    clear(path);
    for (int i = 0; i < 10 && rmdir(path) != 0 && errno == ENOTEMPTY; i++) {
        nanosleep(&pause, NULL);
        clear(path);
    }
}

/* In no group that could be killed with us, and with all signals blocked.  Its standard files are
 * nobody's: whoever reads what we write does not wait for this. */
static _Noreturn void be_cleaner(const char *path, int hold)
{
    char nothing;
    setpgid(0, 0);
    for (int fd = 0; fd < 3; fd++)
        close(fd);
    while (read(hold, &nothing, 1) < 0 && errno == EINTR)
        continue;
    clear_away(path);
    _exit(0);
}

bool folder_begin(struct live_folder *f, const char *in)
{
    int hold[2];
    int n = snprintf(f->path, sizeof f->path, "%s/pertinax-XXXXXX", in);
    errno = ENAMETOOLONG;
    if (n < 0 || (size_t)n >= sizeof f->path || pipe(hold) != 0) {
        f->path[0] = 0;
        return false;
    }
    sigset_t all, before; /* from when the folder is there on, so is who clears it away */
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    f->pid = mkdtemp(f->path) ? fork() : -1;
    if (f->pid == 0) {
        close(hold[1]);
        be_cleaner(f->path, hold[0]);
    }
    int error = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(hold[0]);
    fcntl(hold[1], F_SETFD, FD_CLOEXEC); /* no program that we start holds it */
    f->hold = hold[1];
    if (f->pid > 0)
        return true;
    close(hold[1]);
    rmdir(f->path); /* nothing was forked, or nothing made */
    f->path[0] = 0;
    errno = error;
    return false;
}

void folder_end(struct live_folder *f)
{
    if (!f->path[0])
        return;
    close(f->hold);
    while (waitpid(f->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    f->path[0] = 0;
}
