What `run` writes, of a model without chance: every number can be worked out on paper.  Serially 3 + 5
+ 1 = 9 ms, at once max(3, 5) + 1 = 6 ms.

$ cat data/steps.yaml
> # SPDX-License-Identifier: GPL-3.0-or-later
> # steps - constants only, so that what every execution makes of it can be worked out on paper.
> pertinax: 1
> name: steps
> doc: Two calls of 3 and 5 ms, then 1 ms of computation
> params: {slow: 5ms}
> services:
>   a: {latency: 3ms}
>   b: {latency: slow}
> request:
>   - parallel: {a: {call: a}, b: {call: b}}
>   - cpu: 1ms
>     name: render

$ pertinax run data/steps.yaml --requests 1000
> steps · Two calls of 3 and 5 ms, then 1 ms of computation
> seed 1 · one request at a time in an idle system · 1 core, rr(5ms) · no GIL · no
> costs
>
> EXECUTION  mean ms  p50 ms   p99 ms   over serial
> serial     9.00 ±0  9.00 ±0  9.00 ±0  1.00x
> threads    6.00 ±0  6.00 ±0  6.00 ±0  1.50x ±0     ◀ best
> coroutine  6.00 ±0  6.00 ±0  6.00 ±0  1.50x ±0     ◀ best
>
>   threads is 1.50x as fast as serial on the mean: 6.00 ms against 9.00 ms, and
>   faster in every request.
>
>   coroutine is 1.50x as fast as serial on the mean: 6.00 ms against 9.00 ms, and
>   faster in every request.
>
>   Between threads and coroutine no difference can be told.
>
>   The request holds 9.00 ms of work and its longest chain is 6.00 ms: no
>   execution can be more than 1.50x faster than serial; threads reaches 1.50x.
>
> CRITICAL PATH UNDER threads
> step            on it %  of it %  of p99 %  10 % saves us
> request/b/b       100.0     83.3      83.3  500.0 ±0
> request/render    100.0     16.7      16.7  100.0 ±0
>
> LIMITS
> execution  resource  busy %  queue  wait ms  wait p99 ms
> serial     worker     100.0   0.00        0            0
>            cores       11.1   0.00        0            0
> threads    cores       16.7   0.00        0            0
> coroutine  cores       16.7   0.00        0            0
>            loop        16.7   0.00        0            0
>
> IN USE: mean (peak)
> execution  threads  tasks
> serial     1.0 (1)  1.9 (2)
> threads    2.3 (3)  2.3 (3)
> coroutine  1.0 (1)  2.3 (3)
>
> Assumed: one request at a time in an idle system; 1 core, rr(5ms); no GIL; no
> costs.
> Measured: 1000 requests each, as many as asked for; the same draws under every
> execution; requests are independent; ± and [ ] are 95 % intervals.
> Again: pertinax run data/steps.yaml --requests 1000; version 0.1.0; model
> a6dc03fd1869.

$ pertinax run data/steps.yaml --requests 1000 --quiet
> EXECUTION  mean ms  p50 ms   p99 ms   over serial
> serial     9.00 ±0  9.00 ±0  9.00 ±0  1.00x
> threads    6.00 ±0  6.00 ±0  6.00 ±0  1.50x ±0     ◀ best
> coroutine  6.00 ±0  6.00 ±0  6.00 ±0  1.50x ±0     ◀ best

As a table of Markdown, and as CSV.

$ pertinax run data/steps.yaml --requests 1000 --format md
> ### steps · Two calls of 3 and 5 ms, then 1 ms of computation
>
> seed 1 · one request at a time in an idle system · 1 core, rr(5ms) · no GIL · no costs
>
> | EXECUTION | mean ms | p50 ms | p99 ms | over serial |
> | --- | ---: | ---: | ---: | ---: |
> | serial | 9.00 ±0 | 9.00 ±0 | 9.00 ±0 | 1.00x |
> | **threads** | 6.00 ±0 | 6.00 ±0 | 6.00 ±0 | 1.50x ±0 ◀ best |
> | **coroutine** | 6.00 ±0 | 6.00 ±0 | 6.00 ±0 | 1.50x ±0 ◀ best |
>
> threads is 1.50x as fast as serial on the mean: 6.00 ms against 9.00 ms, and faster in every request.
>
> coroutine is 1.50x as fast as serial on the mean: 6.00 ms against 9.00 ms, and faster in every request.
>
> Between threads and coroutine no difference can be told.
>
> The request holds 9.00 ms of work and its longest chain is 6.00 ms: no execution can be more than 1.50x faster than serial; threads reaches 1.50x.
>
> **CRITICAL PATH UNDER threads**
>
> | step | on it % | of it % | of p99 % | 10 % saves us |
> | --- | ---: | ---: | ---: | ---: |
> | request/b/b | 100.0 | 83.3 | 83.3 | 500.0 ±0 |
> | request/render | 100.0 | 16.7 | 16.7 | 100.0 ±0 |
>
> **LIMITS**
>
> | execution | resource | busy % | queue | wait ms | wait p99 ms |
> | --- | --- | ---: | ---: | ---: | ---: |
> | serial | worker | 100.0 | 0.00 | 0 | 0 |
> |  | cores | 11.1 | 0.00 | 0 | 0 |
> | threads | cores | 16.7 | 0.00 | 0 | 0 |
> | coroutine | cores | 16.7 | 0.00 | 0 | 0 |
> |  | loop | 16.7 | 0.00 | 0 | 0 |
>
> **IN USE: mean (peak)**
>
> | execution | threads | tasks |
> | --- | ---: | ---: |
> | serial | 1.0 (1) | 1.9 (2) |
> | threads | 2.3 (3) | 2.3 (3) |
> | coroutine | 1.0 (1) | 2.3 (3) |
>
> Assumed: one request at a time in an idle system; 1 core, rr(5ms); no GIL; no costs.
>
> Measured: 1000 requests each, as many as asked for; the same draws under every execution; requests are independent; ± and \[ ] are 95 % intervals.
>
> Again: pertinax run data/steps.yaml --requests 1000 --format md; version 0.1.0; model a6dc03fd1869.

(1000 successes of 1000: the share is at least 0.025^(1/1000), whose last digits are the machine's.)

$ pertinax run data/steps.yaml --requests 1000 --under serial --format csv | sed 's/0\.99631[0-9]*/0.99631.../'
> execution,kind,class,metric,value,lo,hi,unit
> serial,serial,all,requests,1000,,,
> serial,serial,all,latency mean,0.009,0.009,0.009,s
> serial,serial,all,latency sd,0,,,s
> serial,serial,all,latency min,0.009,,,s
> serial,serial,all,latency max,0.009,,,s
> serial,serial,all,latency p50,0.009,0.009,0.009,s
> serial,serial,all,latency p90,0.009,0.009,0.009,s
> serial,serial,all,latency p95,0.009,0.009,0.009,s
> serial,serial,all,latency p99,0.009,0.009,0.009,s
> serial,serial,all,latency p999,0.009,0.009,0.009,s
> serial,serial,all,duration mean,0.009,0.009,0.009,s
> serial,serial,all,throughput,111.11111111111111,111.11111111111111,111.11111111111111,1/s
> serial,serial,all,outcome 200 share,1,0.99631...,1,
> serial,serial,all,work,0.009,,,s
> serial,serial,all,span,0.006,,,s
> serial,serial,all,step request/parallel count,1,,,
> serial,serial,all,step request/parallel mean,0.008,,,s
> serial,serial,all,step request/parallel p99,0.008,,,s
> serial,serial,all,step request/parallel attempts,1,,,
> serial,serial,all,step request/parallel failures,0,,,
> serial,serial,all,step request/parallel critical_probability,0,,,
> serial,serial,all,step request/parallel critical_share,0,,,
> serial,serial,all,step request/parallel critical_share_p99,0,,,
> serial,serial,all,step request/parallel slack,0,,,s
> serial,serial,all,step request/a/a count,1,,,
> serial,serial,all,step request/a/a mean,0.003,,,s
> serial,serial,all,step request/a/a p99,0.003,,,s
> serial,serial,all,step request/a/a attempts,1,,,
> serial,serial,all,step request/a/a failures,0,,,
> serial,serial,all,step request/a/a critical_probability,1,,,
> serial,serial,all,step request/a/a critical_share,0.3333333333333333,,,
> serial,serial,all,step request/a/a critical_share_p99,0.3333333333333333,,,
> serial,serial,all,step request/a/a gain,0.003,0.003,0.003,s
> serial,serial,all,step request/a/a gain_p99,0.003,0.003,0.003,s
> serial,serial,all,step request/a/a slack,0,,,s
> serial,serial,all,step request/b/b count,1,,,
> serial,serial,all,step request/b/b mean,0.005,,,s
> serial,serial,all,step request/b/b p99,0.005,,,s
> serial,serial,all,step request/b/b attempts,1,,,
> serial,serial,all,step request/b/b failures,0,,,
> serial,serial,all,step request/b/b critical_probability,1,,,
> serial,serial,all,step request/b/b critical_share,0.5555555555555556,,,
> serial,serial,all,step request/b/b critical_share_p99,0.5555555555555556,,,
> serial,serial,all,step request/b/b gain,0.005,0.005,0.005,s
> serial,serial,all,step request/b/b gain_p99,0.005,0.005,0.005,s
> serial,serial,all,step request/b/b slack,0,,,s
> serial,serial,all,step request/render count,1,,,
> serial,serial,all,step request/render mean,0.001,,,s
> serial,serial,all,step request/render p99,0.001,,,s
> serial,serial,all,step request/render attempts,1,,,
> serial,serial,all,step request/render failures,0,,,
> serial,serial,all,step request/render critical_probability,1,,,
> serial,serial,all,step request/render critical_share,0.1111111111111111,,,
> serial,serial,all,step request/render critical_share_p99,0.1111111111111111,,,
> serial,serial,all,step request/render gain,0.001,0.001,0.001,s
> serial,serial,all,step request/render gain_p99,0.001,0.001,0.001,s
> serial,serial,all,step request/render slack,0,,,s
> serial,serial,all,resource worker utilisation,1,,,
> serial,serial,all,resource worker queue,0,,,
> serial,serial,all,resource worker wait,0,,,s
> serial,serial,all,resource worker wait_p99,0,,,s
> serial,serial,all,resource worker rejected,0,,,
> serial,serial,all,resource worker queue_timeouts,0,,,
> serial,serial,all,resource cores utilisation,0.1111111111111111,,,
> serial,serial,all,resource cores queue,0,,,
> serial,serial,all,resource cores wait,0,,,s
> serial,serial,all,resource cores wait_p99,0,,,s
> serial,serial,all,resource cores rejected,0,,,
> serial,serial,all,resource cores queue_timeouts,0,,,
> serial,serial,all,threads mean,1,,,
> serial,serial,all,threads peak,1,,,
> serial,serial,all,tasks mean,1.8888888888888888,,,
> serial,serial,all,tasks peak,2,,,
> serial,serial,all,memory mean,0,,,B
> serial,serial,all,memory peak,0,,,B
> serial,serial,request,requests,1000,,,
> serial,serial,request,latency mean,0.009,0.009,0.009,s
> serial,serial,request,latency sd,0,,,s
> serial,serial,request,latency min,0.009,,,s
> serial,serial,request,latency max,0.009,,,s
> serial,serial,request,latency p50,0.009,0.009,0.009,s
> serial,serial,request,latency p90,0.009,0.009,0.009,s
> serial,serial,request,latency p95,0.009,0.009,0.009,s
> serial,serial,request,latency p99,0.009,0.009,0.009,s
> serial,serial,request,latency p999,0.009,0.009,0.009,s
> serial,serial,request,duration mean,0.009,0.009,0.009,s
> serial,serial,request,throughput,111.11111111111111,111.11111111111111,111.11111111111111,1/s
> serial,serial,request,outcome 200 share,1,0.99631...,1,

JSON has it all; times are in seconds.

$ pertinax run data/steps.yaml --requests 1000 --under threads --format json | sed 's/0\.99631[0-9]*/0.99631.../'
> {
>   "schema": "pertinax.run/1",
>   "version": "0.1.0",
>   "seed": 1,
>   "command": "pertinax run data/steps.yaml --requests 1000 --under threads --format json",
>   "model": {
>     "name": "steps",
>     "file": "data/steps.yaml",
>     "digest": "a6dc03fd186949173dad8992b5291c75401ae56f65455a57be60b7f2d707ef8e"
>   },
>   "executions": [
>     {
>       "name": "threads",
>       "kind": "threads",
>       "method": "simulated",
>       "requests": 1000,
>       "complete": true,
>       "stopped": "requests",
>       "latency": {
>         "mean": {
>           "value": 0.006,
>           "lo": 0.006,
>           "hi": 0.006
>         },
>         "sd": {
>           "value": 0
>         },
>         "min": {
>           "value": 0.006
>         },
>         "max": {
>           "value": 0.006
>         },
>         "p50": {
>           "value": 0.006,
>           "lo": 0.006,
>           "hi": 0.006
>         },
>         "p90": {
>           "value": 0.006,
>           "lo": 0.006,
>           "hi": 0.006
>         },
>         "p95": {
>           "value": 0.006,
>           "lo": 0.006,
>           "hi": 0.006
>         },
>         "p99": {
>           "value": 0.006,
>           "lo": 0.006,
>           "hi": 0.006
>         },
>         "p999": {
>           "value": 0.006,
>           "lo": 0.006,
>           "hi": 0.006
>         }
>       },
>       "duration": {
>         "mean": {
>           "value": 0.006,
>           "lo": 0.006,
>           "hi": 0.006
>         }
>       },
>       "throughput": {
>         "value": 166.66666666666666,
>         "lo": 166.66666666666666,
>         "hi": 166.66666666666666
>       },
>       "outcomes": {
>         "200": {
>           "value": 1,
>           "lo": 0.99631...,
>           "hi": 1
>         }
>       },
>       "work": {
>         "value": 0.009
>       },
>       "span": {
>         "value": 0.006
>       },
>       "steps": [
>         {
>           "step": "request/parallel",
>           "at": "data/steps.yaml:11:5",
>           "count": 1,
>           "mean": 0.005,
>           "p99": 0.005,
>           "attempts": 1,
>           "failures": 0,
>           "critical_probability": 0,
>           "critical_share": 0,
>           "critical_share_p99": 0,
>           "gain": null,
>           "gain_p99": null,
>           "slack": 0
>         },
>         {
>           "step": "request/a/a",
>           "at": "data/steps.yaml:11:20",
>           "count": 1,
>           "mean": 0.003,
>           "p99": 0.003,
>           "attempts": 1,
>           "failures": 0,
>           "critical_probability": 0,
>           "critical_share": 0,
>           "critical_share_p99": 0,
>           "gain": {
>             "value": 0,
>             "lo": 0,
>             "hi": 0,
>             "by": "walk"
>           },
>           "gain_p99": {
>             "value": 0,
>             "lo": 0,
>             "hi": 0,
>             "by": "walk"
>           },
>           "slack": 0.002
>         },
>         {
>           "step": "request/b/b",
>           "at": "data/steps.yaml:11:34",
>           "count": 1,
>           "mean": 0.005,
>           "p99": 0.005,
>           "attempts": 1,
>           "failures": 0,
>           "critical_probability": 1,
>           "critical_share": 0.8333333333333334,
>           "critical_share_p99": 0.8333333333333334,
>           "gain": {
>             "value": 0.005,
>             "lo": 0.005,
>             "hi": 0.005,
>             "by": "walk"
>           },
>           "gain_p99": {
>             "value": 0.005,
>             "lo": 0.005,
>             "hi": 0.005,
>             "by": "walk"
>           },
>           "slack": 0
>         },
>         {
>           "step": "request/render",
>           "at": "data/steps.yaml:12:5",
>           "count": 1,
>           "mean": 0.001,
>           "p99": 0.001,
>           "attempts": 1,
>           "failures": 0,
>           "critical_probability": 1,
>           "critical_share": 0.16666666666666666,
>           "critical_share_p99": 0.16666666666666666,
>           "gain": {
>             "value": 0.001,
>             "lo": 0.001,
>             "hi": 0.001,
>             "by": "walk"
>           },
>           "gain_p99": {
>             "value": 0.001,
>             "lo": 0.001,
>             "hi": 0.001,
>             "by": "walk"
>           },
>           "slack": 0
>         }
>       ],
>       "walked": 1000,
>       "critical": [],
>       "resources": [
>         {
>           "name": "cores",
>           "utilisation": 0.16666666666666666,
>           "queue": 0,
>           "wait": 0,
>           "wait_p99": 0,
>           "rejected": 0,
>           "queue_timeouts": 0
>         }
>       ],
>       "threads": {
>         "mean": 2.3333333333333335,
>         "peak": 3
>       },
>       "tasks": {
>         "mean": 2.3333333333333335,
>         "peak": 3
>       },
>       "memory": {
>         "mean": 0,
>         "peak": 0
>       },
>       "classes": [
>         {
>           "name": "request",
>           "latency": {
>             "mean": {
>               "value": 0.006,
>               "lo": 0.006,
>               "hi": 0.006
>             },
>             "sd": {
>               "value": 0
>             },
>             "min": {
>               "value": 0.006
>             },
>             "max": {
>               "value": 0.006
>             },
>             "p50": {
>               "value": 0.006,
>               "lo": 0.006,
>               "hi": 0.006
>             },
>             "p90": {
>               "value": 0.006,
>               "lo": 0.006,
>               "hi": 0.006
>             },
>             "p95": {
>               "value": 0.006,
>               "lo": 0.006,
>               "hi": 0.006
>             },
>             "p99": {
>               "value": 0.006,
>               "lo": 0.006,
>               "hi": 0.006
>             },
>             "p999": {
>               "value": 0.006,
>               "lo": 0.006,
>               "hi": 0.006
>             }
>           },
>           "throughput": {
>             "value": 166.66666666666666,
>             "lo": 166.66666666666666,
>             "hi": 166.66666666666666
>           },
>           "outcomes": {
>             "200": {
>               "value": 1,
>               "lo": 0.99631...,
>               "hi": 1
>             }
>           }
>         }
>       ],
>       "warnings": []
>     }
>   ],
>   "speedups": []
> }

JSON lines: a line for each model; so are several models in JSON.

$ pertinax run data/steps.yaml --requests 1000 --format jsonl | wc -l
> 1

$ pertinax run data/steps.yaml data/nested.yaml --requests 10 --under serial --format json | cut -c 1-60
> {"schema":"pertinax.run/1","version":"0.1.0","seed":1,"comma
> {"schema":"pertinax.run/1","version":"0.1.0","seed":1,"comma

Under load: two clients without a pause.  Under threads a request of one meets that of the other at the
core only where both compute at once, and here they end up taking turns.

$ pertinax run data/steps.yaml --requests 1000 --set load.clients=2 --quiet
> EXECUTION  mean ms   p50 ms    p99 ms    per second  over serial
> serial     18.00 ±0  18.00 ±0  18.00 ±0  111.1 ±0    1.00x
> threads     6.00 ±0   6.00 ±0   6.00 ±0  333.3 ±0    3.00x ±0     ◀ best
> coroutine   7.00 ±0   7.00 ±0   7.00 ±0  285.7 ±0    2.57x ±0

Files get the format of their suffix, and standard output has the result all the same.

$ pertinax run data/steps.yaml -n 10 -q -o x.json -o x.csv -o x.md -o x.txt >out; cmp out x.txt && ls x.*
> x.csv
> x.json
> x.md
> x.txt

$ pertinax run data/steps.yaml -n 10 --format csv | cmp - x.csv

$ pertinax explain data/steps.yaml -o x.dot >out; head -1 x.dot out
> ==> x.dot <==
> digraph "steps" {
>
> ==> out <==
> steps - Two calls of 3 and 5 ms, then 1 ms of computation

$ pertinax explain data/steps.yaml -o x.svg
! error[E-option-value]: no format for 'x.svg'
!       = help: the suffix says the format: .txt, .dot or .mmd
! 1 error
? 2

$ pertinax run data/steps.yaml -n 10 -o x.pdf
! error[E-option-value]: no format for 'x.pdf'
!       = help: the suffix says the format: .txt, .json, .jsonl, .csv, .md or .html
! 1 error
? 2

Where the terminal knows no UTF-8 there is ASCII only.

$ LC_ALL=C pertinax run data/steps.yaml -n 10 | LC_ALL=C grep -c '[^ -~]'
> 0
? 1

$ LC_ALL=C pertinax run data/steps.yaml -n 10 --quiet
> EXECUTION  mean ms   p50 ms    p99 ms    over serial
> serial     9.00 +-0  9.00 +-0  9.00 +-0  1.00x
> threads    6.00 +-0  6.00 +-0  6.00 +-0  1.50x +-0    <- best
> coroutine  6.00 +-0  6.00 +-0  6.00 +-0  1.50x +-0    <- best

Which executions.

$ pertinax run data/steps.yaml -n 10 --under thread,serial
! error[E-under]: no execution 'thread'
!       = help: did you mean 'threads'?
! 1 error
? 2

$ pertinax run data/steps.yaml -n 10 --under fibres
! error[E-under]: no execution 'fibres'
!       = help: there are serial, threads, coroutine, hybrid
! 1 error
? 2

$ pertinax run data/steps.yaml -n 10 --under ,
! error[E-under]: --under names no execution
! 1 error
? 2

$ pertinax explain data/steps.yaml --under thread
! error[E-under]: no execution 'thread'
!       = help: did you mean 'threads'?
! 1 error
? 2

What cannot be said.

$ pertinax run data/steps.yaml --requests 0 --seed -1 --jobs 0
! error[E-option-value]: --seed must be a whole number of at least 0, not '-1'
! error[E-option-value]: --jobs must be a whole number from 1 to 1024, not '0'
! error[E-option-value]: --requests must be a whole number from 1 to 1000000000000, not '0'
! 3 errors
? 2

$ pertinax run data/steps.yaml --requests 10 --precision 1%
! error[E-option]: --requests and --precision exclude each other
!       = help: --requests says how many, --precision how well
! 1 error
? 2

$ pertinax run nothing.yaml
! error[E-file]: cannot read 'nothing.yaml': No such file or directory
! 1 error
? 2

$ pertinax run data
! error[E-file]: cannot read 'data': Is a directory
! 1 error
? 2

A run that meets what only a run can meet: a negative time.

$ pertinax run data/steps.yaml -n 100 --set 'b.latency=exponential(mean=3ms) - 1ms' --under serial
> steps · Two calls of 3 and 5 ms, then 1 ms of computation
> seed 1 · one request at a time in an idle system · 1 core, rr(5ms) · no GIL · no
> costs
>
> EXECUTION  mean ms  p50 ms  p99 ms
> serial     stopped by an error of the model
>
>   serial stopped: this duration came out negative.
>
> Assumed: one request at a time in an idle system; 1 core, rr(5ms); no GIL; no
> costs.
> Measured: 2 requests, until the error; requests are independent; ± and [ ] are
> 95 % intervals.
> Again: pertinax run data/steps.yaml --requests 100 --set
> 'b.latency=exponential(mean=3ms) - 1ms' --under serial; version 0.1.0; model
> 57dee0cb9808.
! data/steps.yaml:11:34: error[E-run]: this duration came out negative
!    11 |   - parallel: {a: {call: a}, b: {call: b}}
!       |                                  ^^^^
! 1 error
? 2
