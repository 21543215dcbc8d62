Limits against an earlier run, and every quantity that limits know, where nothing is drawn: a
thousand requests at once, in a line for a service that takes each 10 ms, on a pool of two threads.
Request k is answered after k * 10 ms. So the mean is 1001/2 * 10 ms, the standard deviation
10 ms * sqrt(1000 * 1001 / 12) = 2.888194 s; one call waits behind the other but for the last 10 ms of
10 s, the pool's line is 998, 997, ... long, and two threads of 64 KB are there but for the last 10 ms.

$ printf 'pertinax: 1\nname: line\nservices: {s: {latency: 10ms, capacity: 1}}\nrequest: {call: s}\nexecutions: {threads: {pool: 2, stack: 64KB}}\nload: {backlog: 1000}\n' >line.yaml
$ { printf 'spec: 1\nmodel: line.yaml\nunder: threads\nchecks:\n'; for l in 'mean <= 5005ms' 'sd <= 2888.195ms' 'max <= 10s' 'p50 <= 5s' 'p90 <= 9s' 'p999 <= 9990ms' 'makespan <= 10s' 'throughput >= 100/s' 'utilisation(s) >= 100%' 'queue(s) <= 0.999' 'utilisation(pool) <= 99.95%' 'queue(pool) <= 498.501' 'threads <= 1.999' 'tasks <= 500.5' 'memory <= 127.936KB' 'peak_threads <= 2' 'peak_tasks <= 1000' 'peak_memory <= 128KB' 'outcome(200) >= 100%' 'outcome(5xx) <= 0%'; do echo "  - {require: $l}"; done; } >line.spec; pertinax check line.spec
> line · line.spec of line.yaml: all 20 claims hold
>
> LIMIT                        under    verdict  seen         requests
> mean <= 5005ms               threads  pass     5.005 s          1000
> sd <= 2888.195ms             threads  pass     2.88819 s        1000
> max <= 10s                   threads  pass     10 s seen        1000
> p50 <= 5s                    threads  pass     5 s              1000
> p90 <= 9s                    threads  pass     9 s              1000
> p999 <= 9990ms               threads  pass     9.99 s           1000
> makespan <= 10s              threads  pass     10 s             1000
> throughput >= 100/s          threads  pass     100/s            1000
> utilisation(s) >= 100%       threads  pass     100 %            1000
> queue(s) <= 0.999            threads  pass     0.999            1000
> utilisation(pool) <= 99.95%  threads  pass     99.95 %          1000
> queue(pool) <= 498.501       threads  pass     498.501          1000
> threads <= 1.999             threads  pass     1.999            1000
> tasks <= 500.5               threads  pass     500.5            1000
> memory <= 127.936KB          threads  pass     127.936 kB       1000
> peak_threads <= 2            threads  pass     2 seen           1000
> peak_tasks <= 1000           threads  pass     1000 seen        1000
> peak_memory <= 128KB         threads  pass     128 kB seen      1000
> outcome(200) >= 100%         threads  pass     100 %            1000
> outcome(5xx) <= 0%           threads  pass     0 %              1000
>
> Simulated: 1000 requests, seed 1; a verdict is wrong at most 5 % of the time.
> Again: pertinax check line.spec; version 0.1.0.
$ pertinax run line.yaml --under threads --format json >main.json; { printf 'spec: 1\nmodel: line.yaml\nunder: threads\nchecks:\n'; for q in mean sd max p50 p90 p95 p99 p999 'mean(outcome=200)' 'p99(class=request)' 'outcome(200)' 'outcome(503)' 'outcome(unanswered)' throughput makespan 'utilisation(pool)' 'queue(pool)' threads tasks memory peak_threads peak_tasks peak_memory; do for c in '<=' '>='; do echo "  - {require: \"$q $c baseline($q)\", baseline: main.json}"; done; done; } >same.spec; pertinax check same.spec | head -1
> line · same.spec of line.yaml: all 46 claims hold

Outcomes apart: of four on a loop, one is served, one waits, and two are turned away at once.

$ printf 'pertinax: 1\nname: door\nservices: {s: {latency: 10ms, capacity: 1, queue: 1}}\nrequest: [{call: s, catch: {rejected: {abort: 503}}}, {respond: 200}]\nload: {backlog: 4}\n' >door.yaml; pertinax run door.yaml --under coroutine --format json >door.json
$ printf 'spec: 1\nmodel: door.yaml\nunder: coroutine\nchecks:\n' >door.spec; for l in 'mean(outcome=200) <= baseline(mean(outcome=200))' 'max(outcome=200) >= 2 * baseline(p50(outcome=200))' 'p99(outcome=503) <= baseline(p99(outcome=503))' 'outcome(503) <= baseline(outcome(503))'; do echo "  - {require: \"$l\", baseline: door.json}"; done >>door.spec; pertinax check door.spec
> door · door.spec of door.yaml: all 4 claims hold
>
> LIMIT                                   under      verdict  seen        requests
> mean(outcome=200) <=                    coroutine  pass     15 ms              4
>   baseline(mean(outcome=200))
> max(outcome=200) >= 2 *                 coroutine  pass     20 ms seen         4
>   baseline(p50(outcome=200))
> p99(outcome=503) <=                     coroutine  pass     0 ns               4
>   baseline(p99(outcome=503))
> outcome(503) <= baseline(outcome(503))  coroutine  pass     50 %               4
>
> Simulated: 4 requests, seed 1; a verdict is wrong at most 5 % of the time.
> Again: pertinax check door.spec; version 0.1.0.

What a recorded run cannot say:

$ printf 'spec: 1\nmodel: door.yaml\nunder: coroutine\nchecks:\n  - {require: p99(outcome=5xx) <= baseline(p99(outcome=5xx)), baseline: door.json}\n  - {require: p99(outcome=404) <= baseline(p99(outcome=404)), baseline: door.json}\n  - {require: utilisation(s) <= baseline(utilisation(s)), baseline: main.json}\n' >bad.spec; pertinax check bad.spec
! bad.spec:5:35: error[E-baseline]: `baseline(p99(outcome=5xx))` is not in a recorded run
!     5 |   - {require: p99(outcome=5xx) <= baseline(p99(outcome=5xx)), baseline: door.json}
!       |                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^
!       = help: name one status
! bad.spec:6:35: error[E-baseline]: `door.json` has no `latency_by_outcome.404.p99` under coroutine
!     6 |   - {require: p99(outcome=404) <= baseline(p99(outcome=404)), baseline: door.json}
!       |                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^
! bad.spec:7:33: error[E-baseline]: `main.json` has no `resources.s.utilisation` under coroutine
!     7 |   - {require: utilisation(s) <= baseline(utilisation(s)), baseline: main.json}
!       |                                 ^^^^^^^^^^^^^^^^^^^^^^^^
! 3 errors
? 2
$ printf 'spec: 1\nmodel: door.yaml\nchecks: [{require: p99 <= baseline(p99)}]\n' >none.spec; pertinax check none.spec
! none.spec:3:11: error[E-baseline]: the claim does not say which run to compare with
!     3 | checks: [{require: p99 <= baseline(p99)}]
!       |           ^^^^^^^
!       = help: baseline: main.json
! 1 error
? 2
