10 ms of work every 8 ms: one core cannot carry that, two can.  There is no average to be told.

$ cat data/unstable.yaml
> # SPDX-License-Identifier: GPL-3.0-or-later
> # unstable - 10 ms of work every 8 ms: a queue that grows as long as one looks, but for two cores.
> pertinax: 1
> name: unstable
> request:
>   - cpu: 10ms
>     name: work
> executions:
>   threads: {cores: 2}
> load: {rate: 125/s, arrivals: deterministic}

$ pertinax run data/unstable.yaml --requests 1000
> unstable
> seed 1 · open load, 125/s evenly spaced · serial: 1 core, rr(5ms); threads: 2
> cores, rr(5ms); coroutine: 1 core, rr(5ms) · no GIL · no costs
>
> EXECUTION  mean ms  p50 ms   p99 ms   per second
> serial     cannot carry this load: cores at 125 %
> threads    10.0 ±0  10.0 ±0  10.0 ±0  124.8 ±0    ◀ best
> coroutine  cannot carry this load: cores at 125 %
>
>   serial cannot carry this load: `cores` would have to be busy 125 % of the
>   time. Its queue grows without end, so there are no averages.
>
>   coroutine cannot carry this load: `cores` would have to be busy 125 % of the
>   time. Its queue grows without end, so there are no averages.
>
>   The request is one chain of 10.0 ms: there is nothing in it to overlap.
>
> LIMITS
> execution  resource  busy %  queue  wait ms  wait p99 ms
> threads    cores       62.4   0.00        0            0
>
> IN USE: mean (peak)
> execution  threads  tasks
> threads    1.2 (2)  1.2 (2)
>
> Assumed: open load, 125/s evenly spaced; serial: 1 core, rr(5ms); threads: 2
> cores, rr(5ms); coroutine: 1 core, rr(5ms); no GIL; no costs.
> Measured: serial and coroutine 1500 requests each, until the load was seen to be
> too much; threads 1000 requests, as many as asked for; the same draws under
> every execution; ± and [ ] are 95 % intervals.
> Again: pertinax run data/unstable.yaml --requests 1000; version 0.1.0; model
> eebaacdd35d8.

In the other formats.

$ pertinax run data/unstable.yaml --requests 1000 --under serial --format csv
> execution,kind,class,metric,value,lo,hi,unit
> serial,serial,all,unstable cores utilisation,1.2493336886993605,,,

$ pertinax run data/unstable.yaml --requests 1000 --under serial --format md
> ### unstable
>
> seed 1 · open load, 125/s evenly spaced · 1 core, rr(5ms) · no GIL · no costs
>
> | EXECUTION | mean ms | p50 ms | p99 ms |
> | --- | ---: | ---: | ---: |
> | serial | cannot carry this load: cores at 125 % |  |  |
>
> serial cannot carry this load: `cores` would have to be busy 125 % of the time. Its queue grows without end, so there are no averages.
>
> Assumed: open load, 125/s evenly spaced; 1 core, rr(5ms); no GIL; no costs.
>
> Measured: 1500 requests, until the load was seen to be too much; ± and \[ ] are 95 % intervals.
>
> Again: pertinax run data/unstable.yaml --requests 1000 --under serial --format md; version 0.1.0; model eebaacdd35d8.

$ pertinax run data/unstable.yaml --requests 1000 --under serial --format json
> {
>   "schema": "pertinax.run/1",
>   "version": "0.1.0",
>   "seed": 1,
>   "command": "pertinax run data/unstable.yaml --requests 1000 --under serial --format json",
>   "model": {
>     "name": "unstable",
>     "file": "data/unstable.yaml",
>     "digest": "eebaacdd35d80610f6f51208f2d6abc008b6ca64f8e84324e87cd6c13d6ae4f3"
>   },
>   "executions": [
>     {
>       "name": "serial",
>       "kind": "serial",
>       "method": "simulated",
>       "requests": 1500,
>       "complete": true,
>       "stopped": "unstable",
>       "unstable": {
>         "resource": "cores",
>         "utilisation": 1.2493336886993605
>       },
>       "warnings": []
>     }
>   ],
>   "speedups": []
> }

A load that can just be carried, and one of two cores that is too much.

$ pertinax run data/unstable.yaml --requests 1000 --under serial --set load.rate=100/s --quiet
> EXECUTION  mean ms  p50 ms   p99 ms   per second
> serial     10.0 ±0  10.0 ±0  10.0 ±0  99.9 ±0

$ pertinax run data/unstable.yaml --requests 1000 --under threads --set load.rate=250/s --set host.schedule=fifo --quiet
> EXECUTION  mean ms  p50 ms  p99 ms
> threads    cannot carry this load: cores at 125 %

What requests leave behind may be too much, though no request waits for it.

$ printf 'pertinax: 1\nname: behind\nrequest:\n  - detach: [{cpu: 10ms}]\n  - {wait: 1ms}\nload: {rate: 200/s}\n' >behind.yaml
$ pertinax run behind.yaml --under threads,coroutine | head -10
> behind
> seed 1 · open load, 200/s Poisson · 1 core, rr(5ms) · no GIL · no costs
>
> EXECUTION  mean ms  p50 ms  p99 ms
> threads    cannot carry this load: cores
> coroutine  cannot carry this load: cores
>
>   threads cannot carry this load: the queue for `cores` grows without end, so
>   there are no averages.
>
$ pertinax run behind.yaml --set load.rate=90/s --under threads -q
> EXECUTION  mean ms  p50 ms   p99 ms   per second
> threads    1.00 ±0  1.00 ±0  1.00 ±0  90.4 ±1
$ printf 'pertinax: 1\nname: behind\nrequest:\n  - detach: [{cpu: 10ms}]\n  - {wait: 1ms}\nload: {clients: 4}\n' >clients.yaml
$ pertinax run clients.yaml --under threads -q
> EXECUTION  mean ms  p50 ms  p99 ms
> threads    cannot carry this load: cores

Requests that never end: no resource is busy, and more come than end.

$ printf 'pertinax: 1\nname: crowd\nrequest: [{parallel: {a: {wait: 1ms}, b: {wait: 1000000s}}}, {respond: 200}]\nload: {rate: 5000/s}\n' >crowd.yaml; pertinax run crowd.yaml --under threads --what-if load.rate=4000/s | sed '/^Assumed/,$d'
> crowd
> seed 1 · open load, 5000/s Poisson · 1 core, rr(5ms) · no GIL · no costs
>
> EXECUTION  mean ms  p50 ms  p99 ms
> threads    too many at once: 49,999 requests present
>
>   threads is not measured: 49,999 requests are present at once in a replication,
>   and memory is not taken for more. Either more come than end, or so many belong
>   there; then fewer replications leave room (--replications 2).
>
> WHAT IF load.rate=4000/s
> execution  mean ms  p50 ms  p99 ms
> threads    too many requests at once then
>
>   With load.rate=4000/s, threads is not measured: too many requests are present
>   at once.
>
$ pertinax run crowd.yaml --under threads --replications 10 -q
> EXECUTION  mean ms  p50 ms  p99 ms
> threads    too many at once: 99,999 requests present
$ pertinax sweep crowd.yaml --set load.rate=1/s,5000/s --under threads --requests 2000 -q | tail -3
> load.rate   threads
> 1/s        unstable
> 5000/s     unstable
$ printf 'spec: 1\nmodel: crowd.yaml\nchecks:\n  - require: p99 <= 30s\n' >crowd.spec.yaml; pertinax check crowd.spec.yaml | sed '/^Again/,$d'
> crowd · crowd.spec.yaml of crowd.yaml: 1 of 1 claim fails
>
> LIMIT       under      verdict    seen
> p99 <= 30s  serial     FAIL (1)   unstable
> p99 <= 30s  threads    undecided  too many
> p99 <= 30s  coroutine  undecided  too many
>
> (1) p99 <= 30s under serial: the load cannot be carried: `worker` would be used
>     100 % of the time, and latency grows without end (crowd.spec.yaml:4:5)
>
> Undecided: p99 <= 30s under threads, coroutine: 49999 requests are present at
> once in a replication, and more are not simulated.
>

Clients that are refused at once, and ask again at once, while one is served: time never passes.  One
client has nobody beside it; and with a think time it does pass.

$ printf 'pertinax: 1\nname: spin\nservices: {db: {latency: 1ms, capacity: 1, queue: 0}}\nrequest: [{call: db, catch: {rejected: {abort: 503}}}, {respond: 200}]\nload: {clients: 4}\n' >spin.yaml; pertinax run spin.yaml --under serial,threads -q
> EXECUTION  mean ms  p50 ms   p99 ms   per second
> serial     4.00 ±0  4.00 ±0  4.00 ±0  1000 ±0     ◀ best
> threads    stopped by an error of the model
! spin.yaml:5:7: error[E-run]: time stands still: the clients are answered at once, and ask again at once; a `think` time lets it pass
!     5 | load: {clients: 4}
!       |       ^
! 1 error
? 2
$ pertinax run spin.yaml --under threads -q --set load.clients=1
> EXECUTION  mean ms  p50 ms   p99 ms   per second
> threads    1.00 ±0  1.00 ±0  1.00 ±0  1000 ±0
$ pertinax run spin.yaml --under threads -q --set load.think=1ms
> EXECUTION  mean ms   p50 ms  p99 ms   per second
> threads    0.333 ±0  0 ±0    1.00 ±0  3003 ±0
