/* SPDX-License-Identifier: GPL-3.0-or-later */
/* intr.h - being asked to stop (Ctrl-C, kill, a closed terminal), without a handler and so
 * without a global.
 *
 * Between intr_hold() and intr_release() SIGINT, SIGTERM and SIGHUP stay pending; a driver polls
 * intr_asked() between pieces of work, from any thread started after intr_hold().  What was
 * computed until then is written, marked incomplete, and the command returns STATUS_INTERRUPTED. */
#ifndef CLI_INTR_H
#define CLI_INTR_H
#include <stdbool.h>

void intr_hold(void);
bool intr_asked(void);
void intr_release(void); /* a pending request is taken as answered */

#endif
