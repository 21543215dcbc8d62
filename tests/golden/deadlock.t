Fork and join within fork and join: seven tasks, of which three wait for others while they keep their
threads.  With three threads all of them wait for a fourth.  It is told, not hung; exit status 1.

$ cat data/nested.yaml
> # SPDX-License-Identifier: GPL-3.0-or-later
> # nested - fork and join inside fork and join, on a pool that is too small for it.
> pertinax: 1
> name: nested
> services: {db: {latency: 1ms}}
> request:
>   - parallel:
>       left:
>         parallel: {ll: {call: db}, lr: {call: db}}
>       right:
>         parallel: {rl: {call: db}, rr: {call: db}}
> executions:
>   threads: {pool: 3}

$ pertinax run data/nested.yaml --requests 10
> nested
> seed 1 · one request at a time in an idle system · 1 core, rr(5ms) · no GIL · no
> costs
>
> EXECUTION  mean ms  p50 ms   p99 ms   over serial
> serial     4.00 ±0  4.00 ±0  4.00 ±0  1.00x
> threads    deadlock after 0 s
> coroutine  1.00 ±0  1.00 ±0  1.00 ±0  4.00x ±0     ◀ best
>
>   Deadlock under threads after 0 s: 7 tasks can never move again.
>   1. request, in request/parallel (data/nested.yaml:7:5), waits for its branches
>   2. request/left, in request/left/parallel (data/nested.yaml:9:9), waits for
>      its branches
>   3. request/left/ll, in request/left/ll/db (data/nested.yaml:9:25), waits for a
>      thread of `pool`, held by request, request/left, request/right: the circle
>      is closed
>   4. request/right, in request/right/parallel (data/nested.yaml:11:9), waits for
>      its branches
>   5. request/left/lr, in request/left/lr/db (data/nested.yaml:9:41), waits for a
>      thread of `pool`, held by request, request/left, request/right
>   6. request/right/rl, in request/right/rl/db (data/nested.yaml:11:25), waits
>      for a thread of `pool`, held by request, request/left, request/right
>   and 1 more.
>
>   every thread of `pool` (3) waits for work that waits for a thread of `pool`:
>   give the requests threads of their own (server: N), make the pool larger than
>   the requests in it, or run the branches in place
>
>   coroutine is 4.00x as fast as serial on the mean: 1.00 ms against 4.00 ms, and
>   faster in every request.
>
>   The request holds 4.00 ms of work and its longest chain is 1.00 ms: no
>   execution can be more than 4.00x faster than serial; coroutine reaches 4.00x.
>
> LIMITS
> execution  resource  busy %  queue  wait ms  wait p99 ms
> serial     worker     100.0   0.00        0            0
> coroutine  loop         0.0   0.00        0            0
>
> IN USE: mean (peak)
> execution  threads  tasks
> serial     1.0 (1)  3.0 (3)
> coroutine  1.0 (1)  7.0 (7)
>
> Assumed: one request at a time in an idle system; 1 core, rr(5ms); no GIL; no
> costs.
> Executions: threads: pool 3.
> Measured: serial and coroutine 10 requests each, as many as asked for; threads 0
> requests, until the deadlock; the same draws under every execution; requests are
> independent; ± and [ ] are 95 % intervals.
> Again: pertinax run data/nested.yaml --requests 10; version 0.1.0; model
> a4c6a6b73b83.
? 1

A pool of seven, and one of four, are enough.

$ pertinax run data/nested.yaml --requests 10 --set threads.pool=7 --under serial,threads --quiet
> EXECUTION  mean ms  p50 ms   p99 ms   over serial
> serial     4.00 ±0  4.00 ±0  4.00 ±0  1.00x
> threads    1.00 ±0  1.00 ±0  1.00 ±0  4.00x ±0     ◀ best

$ pertinax run data/nested.yaml --requests 10 --set threads.pool=4 --under serial,threads --quiet
> EXECUTION  mean ms  p50 ms   p99 ms   over serial
> serial     4.00 ±0  4.00 ±0  4.00 ±0  1.00x
> threads    3.00 ±0  3.00 ±0  3.00 ±0  1.33x ±0     ◀ best

In the other formats.

$ pertinax run data/nested.yaml --requests 10 --under threads --format csv | head -3
> execution,kind,class,metric,value,lo,hi,unit
> threads,threads,all,deadlock time,0,,,s
> threads,threads,all,requests,0,,,

$ pertinax run data/nested.yaml --requests 10 --under threads --format md
> ### nested
>
> seed 1 · one request at a time in an idle system · 1 core, rr(5ms) · no GIL · no costs
>
> | EXECUTION | mean ms | p50 ms | p99 ms |
> | --- | ---: | ---: | ---: |
> | threads | deadlock after 0 s |  |  |
>
> Deadlock under threads after 0 s: 7 tasks can never move again.
>
> 1. request, in request/parallel (data/nested.yaml:7:5), waits for its branches
> 2. request/left, in request/left/parallel (data/nested.yaml:9:9), waits for its branches
> 3. request/left/ll, in request/left/ll/db (data/nested.yaml:9:25), waits for a thread of `pool`, held by request, request/left, request/right: the circle is closed
> 4. request/right, in request/right/parallel (data/nested.yaml:11:9), waits for its branches
> 5. request/left/lr, in request/left/lr/db (data/nested.yaml:9:41), waits for a thread of `pool`, held by request, request/left, request/right
> 6. request/right/rl, in request/right/rl/db (data/nested.yaml:11:25), waits for a thread of `pool`, held by request, request/left, request/right
>
> and 1 more.
>
> every thread of `pool` (3) waits for work that waits for a thread of `pool`: give the requests threads of their own (server: N), make the pool larger than the requests in it, or run the branches in place
>
> Assumed: one request at a time in an idle system; 1 core, rr(5ms); no GIL; no costs.
>
> Executions: threads: pool 3.
>
> Measured: 0 requests, until the deadlock; requests are independent; ± and \[ ] are 95 % intervals.
>
> Again: pertinax run data/nested.yaml --requests 10 --under threads --format md; version 0.1.0; model a4c6a6b73b83.
? 1

$ pertinax run data/nested.yaml --requests 10 --under threads --format json | sed -n '/"deadlock": {/,$p'
>       "deadlock": {
>         "time": 0,
>         "tasks": [
>           {
>             "task": "request",
>             "step": "request/parallel",
>             "at": "data/nested.yaml:7:5",
>             "waits_for": "its branches",
>             "held_by": ""
>           },
>           {
>             "task": "request/left",
>             "step": "request/left/parallel",
>             "at": "data/nested.yaml:9:9",
>             "waits_for": "its branches",
>             "held_by": ""
>           },
>           {
>             "task": "request/left/ll",
>             "step": "request/left/ll/db",
>             "at": "data/nested.yaml:9:25",
>             "waits_for": "a thread of `pool`",
>             "held_by": "request, request/left, request/right"
>           },
>           {
>             "task": "request/right",
>             "step": "request/right/parallel",
>             "at": "data/nested.yaml:11:9",
>             "waits_for": "its branches",
>             "held_by": ""
>           },
>           {
>             "task": "request/left/lr",
>             "step": "request/left/lr/db",
>             "at": "data/nested.yaml:9:41",
>             "waits_for": "a thread of `pool`",
>             "held_by": "request, request/left, request/right"
>           },
>           {
>             "task": "request/right/rl",
>             "step": "request/right/rl/db",
>             "at": "data/nested.yaml:11:25",
>             "waits_for": "a thread of `pool`",
>             "held_by": "request, request/left, request/right"
>           }
>         ]
>       },
>       "warnings": []
>     }
>   ],
>   "speedups": []
> }

With one thread the parent waits for its first child.

$ pertinax run data/nested.yaml --requests 10 --under threads --set threads.pool=1 --quiet
> EXECUTION  mean ms  p50 ms  p99 ms
> threads    deadlock after 0 s
? 1

A mutex taken twice by one task.

$ printf 'pertinax: 1\nname: twice\nresources: {lock: mutex}\nrequest: {use: lock, do: {use: lock, do: []}}\n' >twice.yaml; pertinax run twice.yaml -n 1 --under serial | grep -A 6 Deadlock
>   Deadlock under serial after 0 s: 1 task can never move again.
>   1. request, in request/lock#2 (twice.yaml:4:27), waits for `lock`, held by
>      itself
>
>   who holds `lock` asks for it again, and it is not reentrant: take it once,
>   round all that needs it
>

Who waits for a condition waits for whoever is sure to come: the next request of an open load, however rare; and for
nobody who has come already.

$ printf 'pertinax: 1\nname: opener\nshared: {open: false}\npipelines: {opens: {set: {open: true}}}\nrequest: [{wait_until: open}, {respond: 200}]\nload: [{rate: 10/s}, {rate: 1/min, pipeline: opens}]\n' >opener.yaml; for e in threads coroutine; do pertinax run opener.yaml --under $e -n 2000 -q >out; echo $?; done
> 0
> 0
$ printf 'pertinax: 1\nname: never\nshared: {n: 0..5}\nrequest: [{set: {n: n + 1}, atomic: true}, {wait_until: n == 0}, {respond: 200}]\nload: {clients: 3}\n' >never.yaml; for e in threads coroutine; do pertinax run never.yaml --under $e -n 20 | grep Deadlock; done
>   Deadlock under threads after 0 s: 3 tasks can never move again.
>   Deadlock under coroutine after 0 s: 3 tasks can never move again.
