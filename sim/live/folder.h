/* SPDX-License-Identifier: GPL-3.0-or-later */
/* folder.h - a folder for files on the way.  It is gone, with all that is in it, when whoever made
 * it closes it, or ends in whatever way: killed, or out of memory. */
#ifndef LIVE_FOLDER_H
#define LIVE_FOLDER_H
#include <stdbool.h>
#include <sys/types.h>

struct live_folder {
    char path[1024]; /* "": there is none */
    pid_t pid;       /* of the process that waits for the end, to clear it away */
    int hold;        /* our end of a socket: when it closes, that is now */
};
/* In the folder `in`.  False: why not is in errno.  To be called before there are threads, and
 * before server_begin(): it would keep that service. */
bool folder_begin(struct live_folder *f, const char *in);
void folder_end(struct live_folder *f);

#endif
