/* SPDX-License-Identifier: GPL-3.0-or-later */
/* read_csv.h - which column of a table is what.
 *
 * Written as trace=TraceID,id=SpanID,start=ts/us,duration=rt/ms: a field, the column's name in the
 * header, and for times a unit (ns, us, ms, s; ns if none).  Without a map the columns are known by
 * the names that are usual. */
#ifndef TRACE_READ_CSV_H
#define TRACE_READ_CSV_H
#include "base/diag.h"
#include <stdbool.h>
#include <stddef.h>

/* ORDER csv fields */
enum csv_field {
    CSV_TRACE,
    CSV_ID,
    CSV_PARENT,
    CSV_NAME,
    CSV_SERVICE,
    CSV_HOST,
    CSV_KIND,
    CSV_STATUS,
    CSV_CODE,
    CSV_START,
    CSV_END,
    CSV_DURATION,
    CSV_FIELDS
};
struct csv_map {
    const char *column[CSV_FIELDS]; /* NULL: not there */
    int power[CSV_FIELDS];          /* of times: ns are 10^power of the unit */
};
/* NULL: an error is in d (E-csv-map). */
const struct csv_map *csv_map_parse(struct arena *a, const char *text, struct diags *d);
/* Is this the header of a table that can be read without a map? */
bool csv_looks(const char *head, size_t n);

#endif
