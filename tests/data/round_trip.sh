#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# round_trip.sh MODEL ARGUMENT... - runs it, writes the median and the p99 request as OTLP and as
# Chrome trace, imports both, and says how many spans are there as they were written.  What was
# written is read by SQLite's own JSON functions.
rm -f r.db r.otlp.json r.json
model=$1
shift
pertinax run "$model" "$@" --trace r.otlp.json --trace r.json -q >out 2>&1 || exit
pertinax import -q -d r.db -l otlp r.otlp.json >out || exit
pertinax import -q -d r.db -l chrome r.json >out || exit
otlp=$(sed "s/'/''/g" r.otlp.json) chrome=$(sed "s/'/''/g" r.json)
printf '%s: ' "$model"
pertinax traces -d r.db --format csv --sql "WITH w AS (
  SELECT s.value ->> 'traceId' AS t, s.value ->> 'spanId' AS i, s.value ->> 'name' AS name,
    s.value ->> 'parentSpanId' AS p, CAST(s.value ->> 'startTimeUnixNano' AS INTEGER) AS a,
    CAST(s.value ->> 'endTimeUnixNano' AS INTEGER) AS b
  FROM json_each('$otlp', '\$.resourceSpans') r, json_each(r.value, '\$.scopeSpans') c,
    json_each(c.value, '\$.spans') s),
 v AS (SELECT x.*, p.span_id AS above FROM v_span x LEFT JOIN v_span p ON p.id = x.parent
   WHERE x.label = 'otlp')
 SELECT (SELECT count(*) FROM w) AS written, (SELECT count(*) FROM v) AS there, count(*) AS same
 FROM w JOIN v ON v.trace_id = lower(w.t) AND v.span_id = lower(w.i) AND v.name = w.name
   AND v.start = w.a AND v.finish = w.b AND coalesce(v.above, '') = lower(coalesce(w.p, ''))" |
    tail -1 | tr '\n' ' '
pertinax traces -d r.db --format csv --sql "WITH w AS (
  SELECT e.value ->> 'name' AS name, CAST(round((e.value ->> 'ts') * 1000) AS INTEGER) AS a,
    CAST(round((e.value ->> 'dur') * 1000) AS INTEGER) AS d
  FROM json_each('$chrome', '\$.traceEvents') e WHERE e.value ->> 'ph' = 'X')
 SELECT (SELECT count(*) FROM w) AS written,
   (SELECT count(*) FROM v_span WHERE label = 'chrome') AS there,
   (SELECT count(*) FROM (SELECT name, a, d, count(*) FROM w GROUP BY 1, 2, 3 INTERSECT
     SELECT name, start, duration, count(*) FROM v_span WHERE label = 'chrome' GROUP BY 1, 2, 3))
   - (SELECT count(*) FROM (SELECT 1 FROM w GROUP BY name, a, d)) AS differ" | tail -1
