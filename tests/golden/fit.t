Models come back from their own traces: simulated, recorded, imported, fitted. do_work: two calls at once,
then 100us of CPU. The laws were gamma(mean=1.2ms cv=0.5) and lognormal(p50=25ms p99=120ms).

$ pertinax run models/do_work.yaml --under coroutine --requests 2000 --trace a.otlp.json --trace-requests 2000 -q >a.txt
$ pertinax import -q -d a.db a.otlp.json >import.txt
$ pertinax fit -d a.db
> # Drawn by `pertinax fit` from 2000 requests 'request'.
> # Seen: mean 31.2ms, p50 25.5ms, p95 74.4ms, p99 112ms; at most 1 at once.
> # Order: 2 pairs of steps, each seen in 2000 requests or more; at most 2 % of them differ.
> # A span's own time is taken for CPU (--self wait: for a pause).
> pertinax: 1
> name: do_work
> services:
>   geocoder:
>     latency: lognormal(p50=25.03ms, p99=117.3ms)   # n 2000, p50 +-2.9 %, fits (A2 0.33, p 0.41)
>   memcache:
>     latency: gamma(mean=1.18ms, cv=0.5097)   # n 2000, mean +-2.2 %, fits (A2 0.46, p 0.27)
> request:
>   - parallel:
>       geocoder: {call: geocoder}
>       memcache: {call: memcache}
>   - cpu: 100us   # n 2000, always the same
>     name: use_both

The search request has tasks that are awaited later, copies, ranking as they come, branches, an early answer.

$ pertinax run models/search.yaml --under coroutine --requests 2000 --trace b.otlp.json --trace-requests 2000 -q >b.txt
$ pertinax import -q -d b.db -l coroutine b.otlp.json >import.txt
$ pertinax fit -d b.db -o search.yaml
> search.yaml · from 2000 requests 'request', 91752 spans
> 9 services, 15 steps; 13 orders, each seen in 420 requests or more.
> Next: pertinax run search.yaml
$ sed -n '/^pipelines/,$p' search.yaml
> pipelines:
>   load_session:
>     - call: get_session
>     - if: chance(0.21)
>       then:
>         - cpu: 200us   # n 420, always the same
>         - parallel:
>             memcache: {call: memcache}
>             taskq: {call: taskq}
>             own:
>               - cpu: 20us   # n 420, always the same
>   query:
>     - call: cached
>     - if: chance(0.2988)
>       then: {call: db}
>     - call: rate_cache
>   check_rate_limit:
>     - call: ipdb
>     - each: 3
>       name: lookups
>       do: {call: memcache}
> request:
>   - parallel:
>       geocoder:
>         - parallel:
>             geocoder: {call: geocoder}
>             load_session: {run: load_session}
>         - each: 4
>           name: results
>           do: {run: query}
>           as_completed:
>             - cpu: 300us   # n 8000, always the same
>               name: rank
>       check_rate_limit: {run: check_rate_limit}
>   - if: chance(0.9385)
>     then:
>       - parallel:
>           taskq:
>             - each: 2
>               do: {call: taskq}
>           memcache:
>             - each: 2
>               do: {call: memcache}
>           client:
>             - call: client
>             - respond: 200
>     else: {abort: 503}

The model that came back is as fast as the one that was recorded: 53.9 ms under coroutine, 88.7 under serial.

$ pertinax run search.yaml --under serial,coroutine --requests 2000 | grep -E '^(serial|coroutine).*x'
> serial     88.1 ±1.5  80.7 ±1.7  201.7 [192, 219]  1.00x
> coroutine  53.1 ±1.3  46.3 ±1.5  157.3 [145, 177]  1.66x ±0.017  ◀ best

Recorded under serial execution, it is a sequence.

$ pertinax run models/search.yaml --under serial --requests 500 --trace c.otlp.json --trace-requests 500 -q >c.txt
$ pertinax import -q -d b.db -l serial c.otlp.json >import.txt
$ pertinax fit -d b.db -l serial --root request | sed -n '/^request/,$p'
> request:
>   - call: geocoder
>   - run: check_rate_limit
>   - run: load_session
>   - repeat: 4
>     name: results
>     do:
>       - run: query
>       - cpu: 300us   # n 2000, always the same
>         name: rank
>   - if: chance(0.94)
>     then:
>       - call: memcache
>       - repeat: 2
>         do: {call: taskq}
>       - call: memcache
>       - call: client
>       - respond: 200
>     else: {abort: 503}

Ten copies at once under load, the slowest decides: lognormal(p50=25ms p99=120ms).

$ pertinax run models/fork_join.yaml --under coroutine --requests 1000 --replications 1 --trace d.otlp.json --trace-requests 1000 -q >d.txt
$ pertinax import -q -d d.db d.otlp.json >import.txt
$ pertinax fit -d d.db --self wait
> # Drawn by `pertinax fit` from 1000 requests 'request'.
> # Seen: mean 74.5ms, p50 67ms, p95 137ms, p99 187ms; at most 3 at once, 1.91/s.
> # To simulate that load as well: load: {rate: 1.91/s}.
> pertinax: 1
> name: fork_join
> services:
>   shard:
>     latency: lognormal(p50=25.1ms, p99=117.8ms)   # n 10000, p50 +-1.3 %, fits (A2 0.60, p 0.082)
> request:
>   - each: 10
>     do: {call: shard}

A law may also be what was recorded, value by value: recorded(). As long as it was seen to be.

$ printf 'pertinax: 1\nname: r\nservices:\n  geo: {latency: recorded("b.db" "geocoder" label="coroutine")}\nrequest: {call: geo}\n' >r.yaml
$ pertinax run r.yaml --under serial --requests 20000 | grep '^serial' | head -1
> serial     30.7 ±0.3  24.3 ±0.3  118.1 ±5
$ pertinax traces -d b.db --sql "SELECT avg(duration) / 1e6 AS mean, quantile(duration, 0.99) / 1e6 AS p99 FROM v_span WHERE name = 'geocoder' AND label = 'coroutine'"
>         mean         p99
> 30.642756434  113.506754
