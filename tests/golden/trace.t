Single requests as traces.  Of a model without chance the times are known: `a` takes 3 ms beside `b` with
5 ms, then 1 ms is computed; the critical path is b, render, and sums to the latency of 6 ms.

$ pertinax run data/steps.yaml --requests 100 --under threads --trace t.json --trace t.otlp.json -q
> EXECUTION  mean ms  p50 ms   p99 ms
> threads    6.00 ±0  6.00 ±0  6.00 ±0

Chrome's trace events, one a line here: times in microseconds.

$ sed 's/},{"ph"/},\n{"ph"/g' t.json | sed -n '1,/median/p' | head -3
> {"displayTimeUnit":"ns","traceEvents":[{"ph":"M","name":"process_name","pid":1,"tid":0,"args":{"name":"steps · threads · median, 6.00 ms"}},
> {"ph":"M","name":"process_sort_index","pid":1,"tid":0,"args":{"sort_index":1}},
> {"ph":"M","name":"thread_name","pid":1,"tid":0,"args":{"name":"request"}},

$ sed 's/},{"ph"/},\n{"ph"/g' t.json | grep '"pid":1' | grep '"ph":"X"'
> {"ph":"X","name":"b","pid":1,"tid":3,"cat":"critical","ts":0,"dur":5000,"args":{"step":"request/b/b"}},
> {"ph":"X","name":"render","pid":1,"tid":3,"cat":"critical","ts":5000,"dur":1000,"args":{"step":"request/render"}},
> {"ph":"X","name":"parallel","pid":1,"tid":0,"cat":"step","ts":0,"dur":5000,"args":{"step":"request/parallel","at":"data/steps.yaml:11:5","critical_us":0}},
> {"ph":"X","name":"a","pid":1,"tid":1,"cat":"step","ts":0,"dur":3000,"args":{"step":"request/a/a","at":"data/steps.yaml:11:20","critical_us":0}},
> {"ph":"X","name":"b","pid":1,"tid":2,"cat":"step","ts":0,"dur":5000,"args":{"step":"request/b/b","at":"data/steps.yaml:11:34","critical_us":5000}},
> {"ph":"X","name":"a","pid":1,"tid":1,"cat":"wait","ts":0,"dur":3000,"args":{"step":"request/a/a","at":"data/steps.yaml:11:20","critical_us":0}},
> {"ph":"X","name":"b","pid":1,"tid":2,"cat":"wait","ts":0,"dur":5000,"args":{"step":"request/b/b","at":"data/steps.yaml:11:34","critical_us":5000}},
> {"ph":"X","name":"join","pid":1,"tid":0,"cat":"join","ts":0,"dur":5000,"args":{"critical_us":0}},
> {"ph":"X","name":"render","pid":1,"tid":0,"cat":"step","ts":5000,"dur":1000,"args":{"step":"request/render","at":"data/steps.yaml:12:5","critical_us":1000}},
> {"ph":"X","name":"render","pid":1,"tid":0,"cat":"cpu","ts":5000,"dur":1000,"args":{"step":"request/render","at":"data/steps.yaml:12:5","critical_us":1000}},

$ sed 's/},{"ph"/},\n{"ph"/g' t.json | grep '"pid":1' | grep '"cat":"flow"'
> {"ph":"s","name":"fork","pid":1,"tid":0,"cat":"flow","id":1,"ts":0},
> {"ph":"f","name":"fork","pid":1,"tid":1,"cat":"flow","id":1,"ts":0,"bp":"e"},
> {"ph":"s","name":"fork","pid":1,"tid":0,"cat":"flow","id":2,"ts":0},
> {"ph":"f","name":"fork","pid":1,"tid":2,"cat":"flow","id":2,"ts":0,"bp":"e"},
> {"ph":"s","name":"join","pid":1,"tid":2,"cat":"flow","id":3,"ts":5000},
> {"ph":"f","name":"join","pid":1,"tid":0,"cat":"flow","id":3,"ts":5000,"bp":"e"},

OTLP: a trace for each request, a span for each step, calls as clients, times in nanoseconds since
2020.

$ sed 's/,{"traceId"/,\n{"traceId"/g' t.otlp.json | head -1 | cut -c 1-250
> {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"steps"}},{"key":"pertinax.execution","value":{"stringValue":"threads"}}]},"scopeSpans":[{"scope":{"name":"pertinax","version":"0.1.0"},"spans":[{"traceId":"b87

$ grep -o '"name":"[a-z]*","kind":[0-9],"startTimeUnixNano":"[0-9]*","endTimeUnixNano":"[0-9]*"' t.otlp.json | head -5
> "name":"request","kind":2,"startTimeUnixNano":"1577836800000000000","endTimeUnixNano":"1577836800006000000"
> "name":"parallel","kind":1,"startTimeUnixNano":"1577836800000000000","endTimeUnixNano":"1577836800005000000"
> "name":"a","kind":3,"startTimeUnixNano":"1577836800000000000","endTimeUnixNano":"1577836800003000000"
> "name":"b","kind":3,"startTimeUnixNano":"1577836800000000000","endTimeUnixNano":"1577836800005000000"
> "name":"render","kind":1,"startTimeUnixNano":"1577836800005000000","endTimeUnixNano":"1577836800006000000"

$ grep -o '"traceId":"[0-9a-f]*"' t.otlp.json | sort | uniq -c | awk '{print $1, length($2)}'
> 5 44
> 5 44

The importer finds the requests again.

$ pertinax import t.otlp.json -d t.db | tail -1
> New: 2 traces, 10 spans. The store holds 2 traces, 10 spans.

Many requests; one by one they follow each other, under load they come when they arrived.  The same bytes
on any number of jobs.

$ pertinax run data/steps.yaml --requests 100 --under serial --trace n.otlp.json --trace-requests 3 -q | tail -1
> serial     9.00 ±0  9.00 ±0  9.00 ±0

$ grep -o '"name":"request","kind":2,"startTimeUnixNano":"[0-9]*","endTimeUnixNano":"[0-9]*"' n.otlp.json
> "name":"request","kind":2,"startTimeUnixNano":"1577836800000000000","endTimeUnixNano":"1577836800009000000"
> "name":"request","kind":2,"startTimeUnixNano":"1577836800010000000","endTimeUnixNano":"1577836800019000000"
> "name":"request","kind":2,"startTimeUnixNano":"1577836800020000000","endTimeUnixNano":"1577836800029000000"

$ pertinax run data/steps.yaml --requests 100 --under threads --set 'load={rate: 100/s, arrivals: deterministic}' --warmup 2 --trace l.otlp.json --trace-requests 3 -q | tail -1
> threads    6.00 ±0  6.00 ±0  6.00 ±0  100.0 ±0

$ grep -o '"name":"request","kind":2,"startTimeUnixNano":"[0-9]*","endTimeUnixNano":"[0-9]*"' l.otlp.json
> "name":"request","kind":2,"startTimeUnixNano":"1577836800030000000","endTimeUnixNano":"1577836800036000000"
> "name":"request","kind":2,"startTimeUnixNano":"1577836800040000000","endTimeUnixNano":"1577836800046000000"
> "name":"request","kind":2,"startTimeUnixNano":"1577836800050000000","endTimeUnixNano":"1577836800056000000"

$ for j in 1 3; do pertinax run models/search.yaml --requests 3000 --under coroutine --trace j.json --trace j.otlp.json --jobs $j -q >/dev/null; cat j.json j.otlp.json | cksum; done | uniq | wc -l
> 1

What failed says so.

$ printf 'pertinax: 1\nname: f\nservices: {a: {latency: 2ms, error: 100%%}}\nrequest: [{call: a, catch: []}, {call: a, name: again}]\n' | pertinax run - --requests 10 --under serial --trace f.otlp.json -q | tail -1
> serial     4.00 ±0  4.00 ±0  4.00 ±0

$ grep -o '"name":"[a-z]*","kind":[0-9]\|"status":{[^}]*}' f.otlp.json | head -6
> "name":"request","kind":2
> "status":{"code":2,"message":"500"}
> "name":"a","kind":3
> "status":{"code":2,"message":"failed"}
> "name":"again","kind":3
> "status":{"code":2,"message":"failed"}
