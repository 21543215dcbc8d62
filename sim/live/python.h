/* SPDX-License-Identifier: GPL-3.0-or-later */
/* python.h - the files of live/python as text, made by the Makefile; lines, ended by NULL.
 *
 * What stands between the lines `# only: WORD WORD` and `# end` is for programs that have one of
 * these words in their own part: `.hedged(` for those whose calls are hedged. */
#ifndef LIVE_PYTHON_H
#define LIVE_PYTHON_H
extern const char *const python_common[], *const python_load[]; /* requests; how they come */
extern const char *const python_sync[], *const python_async[];
extern const char *const python_stages[], *const python_workers[], *const python_calibrate[];
#endif
