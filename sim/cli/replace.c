/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replace.c - another text in the place of a file's; see cmd.h. */
#define _XOPEN_SOURCE 700 /* realpath() */
#include "cli/cmd.h"
#include "cli/intr.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file of the same rights; -1: in a folder that is not ours, or its owner is somebody else. */
static int open_beside(char *beside, const struct stat *is)
{
    int fd = mkstemp(beside);
    if (fd < 0 || (fchown(fd, is->st_uid, is->st_gid) == 0 && fchmod(fd, is->st_mode & 07777) == 0))
        return fd;
    close(fd);
    unlink(beside);
    return -1;
}

static bool fill(int fd, const struct buf *b)
{
    size_t done = 0;
    ssize_t n = 1;
    while (done < b->n && (n > 0 || errno == EINTR)) {
        n = write(fd, b->s + done, b->n - done);
        done += n > 0 ? (size_t)n : 0;
    }
    bool ok = done == b->n && fsync(fd) == 0;
    int error = errno;
    ok = close(fd) == 0 && ok;
    errno = error;
    return ok;
}

/* A file of several names keeps them all: it is written where it is. */
static void put(const char *path, const char *real, char *beside, const struct buf *b)
{
    struct stat is;
    if (stat(real, &is) != 0 || access(real, W_OK) != 0)
        die("cannot write %s: %s", path, strerror(errno));
    int fd = is.st_nlink == 1 ? open_beside(beside, &is) : -1;
    if (fd < 0) {
        cmd_write(path, b);
        return;
    }
    if (fill(fd, b) && rename(beside, real) == 0)
        return;
    int error = errno;
    unlink(beside);
    die("cannot write %s: %s", path, strerror(error));
}

void cmd_replace(const char *path, const struct buf *b)
{
    struct buf beside = {0};
    char *real = realpath(path, NULL); /* a link stays one */
    if (!real)
        die("cannot write %s: %s", path, strerror(errno));
    buf_printf(&beside, "%s.XXXXXX", real);
    buf_putc(&beside, 0);
    intr_hold();
    put(path, real, beside.s, b);
    intr_release();
    buf_free(&beside);
    free(real);
}
