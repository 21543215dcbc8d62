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
#include <sys/socket.h>
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

struct made { /* what the cleaner says */
    int error;
    char path[sizeof((struct live_folder *)NULL)->path];
};

/* In no group that could be killed with us, and with all signals blocked: from then on there may be
 * a folder.  Its standard files are nobody's: whoever reads what we write does not wait for this.
 */
static _Noreturn void be_cleaner(struct made *m, int hold)
{
    char nothing;
    setpgid(0, 0);
    for (int fd = 0; fd < 3; fd++)
        close(fd);
    m->error = mkdtemp(m->path) ? 0 : errno;
    if (send(hold, m, sizeof *m, 0) == (ssize_t)sizeof *m)
        while (read(hold, &nothing, 1) < 0 && errno == EINTR)
            continue;
    if (m->error == 0)
        clear_away(m->path);
    _exit(0);
}

/* Where the folder is; an error, or 0. */
static int hear(struct live_folder *f, int hold)
{
    struct made m;
    ssize_t n;
    while ((n = recv(hold, &m, sizeof m, MSG_WAITALL)) < 0 && errno == EINTR)
        continue;
    if (n != (ssize_t)sizeof m)
        return ECHILD;
    memcpy(f->path, m.path, sizeof f->path);
    return m.error;
}

static void let_go(struct live_folder *f)
{
    close(f->hold);
    while (f->pid > 0 && waitpid(f->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    f->path[0] = 0;
}

bool folder_begin(struct live_folder *f, const char *in)
{
    int hold[2];
    struct made m = {.error = 0};
    int n = snprintf(m.path, sizeof m.path, "%s/pertinax-XXXXXX", in);
    f->path[0] = 0;
    errno = ENAMETOOLONG;
    if (n < 0 || (size_t)n >= sizeof m.path || socketpair(AF_UNIX, SOCK_STREAM, 0, hold) != 0)
        return false;
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    f->pid = fork();
    if (f->pid == 0) {
        close(hold[1]);
        be_cleaner(&m, hold[0]);
    }
    int error = f->pid < 0 ? errno : 0;
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(hold[0]);
    fcntl(hold[1], F_SETFD, FD_CLOEXEC); /* no program that we start holds it */
    f->hold = hold[1];
    if (error == 0 && (error = hear(f, f->hold)) == 0)
        return true;
    let_go(f);
    errno = error;
    return false;
}

void folder_end(struct live_folder *f)
{
    if (f->path[0])
        let_go(f);
}
