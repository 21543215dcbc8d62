/* SPDX-License-Identifier: GPL-3.0-or-later */
/* csv.h - fields of CSV, as all reports write them: RFC 4180, numbers unrounded. */
#ifndef REPORTS_CSV_H
#define REPORTS_CSV_H
#include "base/buf.h"

void csv_field(struct buf *out, const char *s); /* quoted if need be */
void csv_number(struct buf *out, double x);     /* a comma before it; nothing if not finite */

#endif
