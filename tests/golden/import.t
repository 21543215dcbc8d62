Recorded traces come into a store, and what was dropped, repaired or guessed is counted. Jaeger: a
clock that is off, a circle, a parent that is missing, a span twice, one that follows from another.

$ pertinax import -d s.db data/traces/hotel.jaeger.json
> s.db · label default
>
>    TRACES      SPANS  FORMAT      FILE
>         1          7  jaeger      data/traces/hotel.jaeger.json
>
>     COUNT            WHAT
>         1  dropped    records that could not be read
>         1  dropped    spans that were there already
>         1  repaired   spans moved in time, because their host's clock was off
>         1  repaired   spans that were their own ancestors: made roots
>         1  guessed    spans whose parent is not there: made roots
>         1  guessed    spans that end after their parent: taken as asynchronous
>
> New: 1 trace, 7 spans. The store holds 1 trace, 7 spans.
! data/traces/hotel.jaeger.json: warning[W-record]: byte 1958: a span without a spanID that can be read
! 1 warning

The same file again changes nothing, compressed or not.

$ pertinax import -d s.db data/traces/hotel.jaeger.json -q
> s.db · label default
>
>    TRACES      SPANS  FORMAT      FILE
>         0          0  jaeger      data/traces/hotel.jaeger.json: nothing new, its contents are in the store
>
> Nothing was dropped, repaired or guessed.
>
> New: 0 traces, 0 spans. The store holds 1 trace, 7 spans.
$ gzip -c data/traces/hotel.jaeger.json | pertinax import -d s.db - -q
> s.db · label default
>
>    TRACES      SPANS  FORMAT      FILE
>         0          0  jaeger      - (gzip): nothing new, its contents are in the store
>
> Nothing was dropped, repaired or guessed.
>
> New: 0 traces, 0 spans. The store holds 1 trace, 7 spans.

Under another label it is another recording, and it is said that the ids are the same.

$ pertinax import -d s.db --label again data/traces/hotel.jaeger.json -q
> s.db · label again
>
>    TRACES      SPANS  FORMAT      FILE
>         1          7  jaeger      data/traces/hotel.jaeger.json
>
>     COUNT            WHAT
>         1  dropped    records that could not be read
>         1  dropped    spans that were there already
>         1  repaired   spans moved in time, because their host's clock was off
>         1  repaired   spans that were their own ancestors: made roots
>         1  guessed    spans whose parent is not there: made roots
>         1  guessed    spans that end after their parent: taken as asynchronous
>
> New: 1 trace, 7 spans. The store holds 2 traces, 14 spans.
> 1 of the traces have ids that are there under another label, too; they are kept apart.

OpenTelemetry lines: ids in base64, snake_case, half a line, a line of metrics, ends before starts.

$ pertinax import -d otlp.db data/traces/shop.otlp.jsonl
> otlp.db · label default
>
>    TRACES      SPANS  FORMAT      FILE
>         2          5  otlp        data/traces/shop.otlp.jsonl
>
>     COUNT            WHAT
>         1  dropped    records that could not be read
>         1  dropped    records after a syntax error, or where a file was cut off
>         1  dropped    records of metrics, logs and the like, which hold no spans
>         3  repaired   ids in base64 where hexadecimal digits belong
>         8  repaired   fields in another spelling, such as snake_case
>         1  repaired   spans that ended before they began: duration 0
>         1  repaired   spans moved in time, because their host's clock was off
>         1  guessed    spans whose end was not recorded: marked unfinished
>         1  guessed    spans whose parent is not there: made roots
>
> New: 2 traces, 5 spans. The store holds 2 traces, 5 spans.
! data/traces/shop.otlp.jsonl: warning[W-record]: byte 1301: not JSON: the line ends in the middle of a text
! data/traces/shop.otlp.jsonl: warning[W-record]: byte 1543: a span without a traceId that can be read
! 2 warnings

In protobuf, bare and behind lengths; the second file is cut off. Both are of the trace above, which
grows.

$ pertinax import -d otlp.db data/traces/cart.otlp.pb data/traces/cart.framed.pb
> otlp.db · label default
>
>    TRACES      SPANS  FORMAT      FILE
>         0          2  otlp-proto  data/traces/cart.otlp.pb
>         0          0  otlp-proto  data/traces/cart.framed.pb
>
>     COUNT            WHAT
>         2  dropped    records that could not be read
>         1  dropped    records after a syntax error, or where a file was cut off
>         2  dropped    spans that were there already
>
> New: 0 traces, 2 spans. Traces that got more spans: 1. The store holds 2 traces, 7 spans.
! data/traces/cart.otlp.pb: warning[W-record]: byte 209: a span without a span_id of 8 bytes
! data/traces/cart.framed.pb: warning[W-record]: byte 213: a span without a span_id of 8 bytes
! data/traces/cart.framed.pb: warning[W-record]: byte 336: the file ends in the middle of a message
! 3 warnings

Zipkin: client and server share an id.

$ pertinax import -d zipkin.db data/traces/pair.zipkin.json
> zipkin.db · label default
>
>    TRACES      SPANS  FORMAT      FILE
>         1          3  zipkin      data/traces/pair.zipkin.json
>
>     COUNT            WHAT
>         1  dropped    records that could not be read
>         1  guessed    spans whose end was not recorded: marked unfinished
>         1  guessed    server's halves of shared spans: made children of the client's
>
> New: 1 trace, 3 spans. The store holds 1 trace, 3 spans.
! data/traces/pair.zipkin.json: warning[W-record]: byte 567: a span without a timestamp that can be read
! 1 warning

Chrome: no ids, a file that was cut off, an end without a beginning and the other way round.

$ pertinax import -d chrome.db data/traces/cut.chrome.json
> chrome.db · label default
>
>    TRACES      SPANS  FORMAT      FILE
>         4          7  chrome      data/traces/cut.chrome.json
>
>     COUNT            WHAT
>         1  dropped    records that could not be read
>         1  dropped    records after a syntax error, or where a file was cut off
>         1  dropped    counters, marks and flows, which are no spans
>         1  guessed    spans whose end was not recorded: marked unfinished
>         3  guessed    parents found by nesting in time, where the format names none
>
> New: 4 traces, 7 spans. The store holds 4 traces, 7 spans.
! data/traces/cut.chrome.json: warning[W-record]: byte 712: the file ends in the middle of a record
! 1 warning

HAR, and a table whose columns are named on the command line; both from a pattern or a pipe.

$ pertinax import -d har.db 'data/traces/*.har'
> har.db · label default
>
>    TRACES      SPANS  FORMAT      FILE
>         2          5  har         data/traces/page.har
>
>     COUNT            WHAT
>         1  dropped    records that could not be read
>
> New: 2 traces, 5 spans. The store holds 2 traces, 5 spans.
! data/traces/page.har: warning[W-record]: byte 631: a request without a startedDateTime that can be read
! 1 warning

$ pertinax import -d csv.db --csv trace=TraceID,id=SpanID,parent=ParentID,service=PodName,name=OperationName,start=Start/ms,duration=Elapsed/ms - < data/traces/table.csv
> csv.db · label default
>
>    TRACES      SPANS  FORMAT      FILE
>         1          2  csv         -
>
>     COUNT            WHAT
>         1  dropped    records that could not be read
>         7  guessed    ids made of texts that are not hexadecimal
>
> New: 1 trace, 2 spans. The store holds 1 trace, 2 spans.
! -: warning[W-record]: byte 160: a record without a start that can be read
! 1 warning

As JSON, and on one core the same bytes.

$ mkdir x y; for j in x1 y2; do (cd ${j%?} && ln -s ../data . && pertinax import -d a.db --format json data/traces/hotel.jaeger.json data/traces/pair.zipkin.json -q -j ${j#?} > out); done; cat x/out
> {
>   "schema": "pertinax.import/1",
>   "version": "0.1.0",
>   "store": "a.db",
>   "label": "default",
>   "files": [
>     {
>       "file": "data/traces/hotel.jaeger.json",
>       "format": "jaeger",
>       "outcome": "imported",
>       "bytes": 2281,
>       "found": 8,
>       "traces": 1,
>       "spans": 7
>     },
>     {
>       "file": "data/traces/pair.zipkin.json",
>       "format": "zipkin",
>       "outcome": "imported",
>       "bytes": 640,
>       "found": 3,
>       "traces": 1,
>       "spans": 3
>     }
>   ],
>   "notes": [
>     {
>       "class": "dropped",
>       "what": "records that could not be read",
>       "count": 2
>     },
>     {
>       "class": "dropped",
>       "what": "spans that were there already",
>       "count": 1
>     },
>     {
>       "class": "repaired",
>       "what": "spans moved in time, because their host's clock was off",
>       "count": 1
>     },
>     {
>       "class": "repaired",
>       "what": "spans that were their own ancestors: made roots",
>       "count": 1
>     },
>     {
>       "class": "guessed",
>       "what": "spans whose end was not recorded: marked unfinished",
>       "count": 1
>     },
>     {
>       "class": "guessed",
>       "what": "server's halves of shared spans: made children of the client's",
>       "count": 1
>     },
>     {
>       "class": "guessed",
>       "what": "spans whose parent is not there: made roots",
>       "count": 1
>     },
>     {
>       "class": "guessed",
>       "what": "spans that end after their parent: taken as asynchronous",
>       "count": 1
>     }
>   ],
>   "new_traces": 2,
>   "new_spans": 10,
>   "grown_traces": 0,
>   "traces_elsewhere": 0,
>   "traces": 2,
>   "spans": 10
> }
$ cmp x/out y/out

A file that is left out does not keep the others out.

$ : > empty; echo '{"a": 1}' > other.json; pertinax import -d b.db empty other.json data/traces/pair.zipkin.json -q
> b.db · label default
>
>    TRACES      SPANS  FORMAT      FILE
>         0          0  -           empty: left out
>         0          0  -           other.json: left out
>         1          3  zipkin      data/traces/pair.zipkin.json
>
>     COUNT            WHAT
>         1  dropped    records that could not be read
>         1  guessed    spans whose end was not recorded: marked unfinished
>         1  guessed    server's halves of shared spans: made children of the client's
>
> New: 1 trace, 3 spans. The store holds 1 trace, 3 spans.
