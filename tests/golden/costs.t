Sets of costs: what they fill in, and what goes before them.

$ printf 'pertinax: 1\nname: t\nservices: {db: {latency: 2ms}}\nrequest: {each: 2, do: {call: db}}\nexecutions:\n  serial: {costs: none}\n  uvicorn: {kind: hybrid, costs: cpython-3.11, pool: 40}\n  fresh: {kind: threads, costs: cpython-3.11}\n  pooled: {kind: threads, costs: cpython-3.11, pool: 40, switch: 0, gil: false, stack: 1MB}\n' >t.yaml; cat t.yaml | tail -n +3
> services: {db: {latency: 2ms}}
> request: {each: 2, do: {call: db}}
> executions:
>   serial: {costs: none}
>   uvicorn: {kind: hybrid, costs: cpython-3.11, pool: 40}
>   fresh: {kind: threads, costs: cpython-3.11}
>   pooled: {kind: threads, costs: cpython-3.11, pool: 40, switch: 0, gil: false, stack: 1MB}
$ pertinax run t.yaml --under serial,uvicorn,fresh,pooled --requests 10
> t
> seed 1 · one request at a time in an idle system · 1 core, rr(5ms) · serial: no
> GIL; uvicorn: GIL, 5ms switch interval; fresh: GIL, 5ms switch interval; pooled:
> no GIL · costs of cpython-3.11
>
> EXECUTION  mean ms  p50 ms   p99 ms   over serial
> serial     4.00 ±0  4.00 ±0  4.00 ±0  1.00x
> uvicorn    2.08 ±0  2.08 ±0  2.08 ±0  1.92x ±0     ◀ best
> fresh      2.33 ±0  2.33 ±0  2.33 ±0  1.72x ±0
> pooled     2.16 ±0  2.16 ±0  2.16 ±0  1.85x ±0
>
>   uvicorn is 1.92x as fast as serial on the mean: 2.08 ms against 4.00 ms, and
>   faster in every request.
>
>   fresh is 1.72x as fast as serial on the mean: 2.33 ms against 4.00 ms, and
>   faster in every request.
>
>   pooled is 1.85x as fast as serial on the mean: 2.16 ms against 4.00 ms, and
>   faster in every request.
>
>   The request holds 4.00 ms of work and its longest chain is 2.00 ms: no
>   execution can be more than 2.00x faster than serial; uvicorn reaches 1.92x.
>
>   uvicorn takes 4.2 % longer than its longest chain of 2.00 ms: of its critical
>   path 3.3 % pays wake.
>
>   fresh takes 16.4 % longer than its longest chain of 2.00 ms: of its critical
>   path 8.6 % pays spawn, 4.4 % pays wake.
>
>   pooled takes 8 % longer than its longest chain of 2.00 ms: of its critical
>   path 6.3 % pays wake, 1.1 % pays spawn.
>
> CRITICAL PATH UNDER uvicorn
> step             on it %  of it %  of p99 %
> request/each/db    100.0     96.0      96.0
> cost: wake         100.0      3.3       3.3
> cost: task         100.0      0.6       0.6
>
> LIMITS
> execution  resource  busy %  queue  wait us  wait p99 us
> serial     worker     100.0   0.00      0.0          0.0
> uvicorn    pool         0.0   0.00      0.0          0.0
>            cores        4.0   0.00      0.0          0.0
>            gil          4.0   0.00      0.0          0.0
>            loop         4.0  0.020      6.8         35.0
> fresh      cores        5.1   0.00      0.0          0.0
>            gil          5.1  0.015     17.7        100.0
> pooled     pool         7.2   0.00      0.0          0.0
>            cores        9.0   0.00      0.0          0.0
>
> IN USE: mean (peak)
> execution  threads   tasks     memory KiB
> serial      1.0 (1)   2.0 (2)     0.0 (0)
> uvicorn     1.0 (1)   3.0 (3)    24.3 (24.4)
> fresh      0.90 (3)  0.90 (3)    14.0 (46.9)
> pooled      2.9 (3)   2.9 (3)  2831.1 (2929.7)
>
> warning[nested-pool] (pooled): a request keeps its thread while it waits for its
> branches (t.yaml:4): when 40 of them hold all threads of `pool`, nothing moves
> any more; `server: N` gives requests threads of their own
>
> Assumed: one request at a time in an idle system; 1 core, rr(5ms); serial: no
> GIL; uvicorn: GIL, 5ms switch interval; fresh: GIL, 5ms switch interval; pooled:
> no GIL; costs of cpython-3.11.
> Executions: uvicorn: pool 40, costs cpython-3.11, switch 2us, task 6us, resume
> 1us, wake 34us, hop 30us, handoff 4us, stack 16KB, frame 3KB; fresh: costs
> cpython-3.11, spawn 100us, switch 2us, wake 34us, handoff 4us, stack 16KB, frame
> 3KB; pooled: pool 40, costs cpython-3.11, spawn 12us, wake 34us, stack 1MB,
> frame 3KB.
> Measured: 10 requests each, as many as asked for; the same draws under every
> execution; requests are independent; ± and [ ] are 95 % intervals.
> Again: pertinax run t.yaml --under serial,uvicorn,fresh,pooled --requests 10;
> version 0.1.0; model 67eb1bcaab3a.

Two sets, and costs of one's own.

$ printf 'pertinax: 1\nname: t\nservices: {db: {latency: 2ms}}\nrequest: {call: db}\nexecutions:\n  a: {kind: coroutine, costs: cpython-3.11}\n  b: {kind: coroutine, costs: native, resume: 1ms}\n' >t.yaml; cat t.yaml | tail -n +3
> services: {db: {latency: 2ms}}
> request: {call: db}
> executions:
>   a: {kind: coroutine, costs: cpython-3.11}
>   b: {kind: coroutine, costs: native, resume: 1ms}
$ pertinax run t.yaml --under coroutine,a,b --requests 10
> t
> seed 1 · one request at a time in an idle system · 1 core, rr(5ms) · coroutine:
> no GIL; a: GIL, 5ms switch interval; b: no GIL · costs as given
>
> EXECUTION  mean ms  p50 ms   p99 ms   over coroutine
> coroutine  2.00 ±0  2.00 ±0  2.00 ±0  1.00x           ◀ best
> a          2.07 ±0  2.07 ±0  2.07 ±0  0.97x ±0
> b          3.00 ±0  3.00 ±0  3.00 ±0  0.67x ±0
>
>   a takes 1.03x as long as coroutine on the mean: 2.07 ms against 2.00 ms.
>
>   b takes 1.50x as long as coroutine on the mean: 3.00 ms against 2.00 ms.
>
>   The request is one chain of 2.00 ms: there is nothing in it to overlap.
>
>   a takes 3.4 % longer than its longest chain of 2.00 ms: of its critical path
>   3.3 % pays wake.
>
>   b takes 50 % longer than its longest chain of 2.00 ms: of its critical path
>   33.3 % pays resume.
>
> LIMITS
> execution  resource  busy %  queue  wait ms  wait p99 ms
> coroutine  loop         0.0   0.00        0            0
> a          cores        3.3   0.00        0            0
>            loop         3.3   0.00        0            0
> b          cores       33.3   0.00        0            0
>            loop        33.3   0.00        0            0
>
> IN USE: mean (peak)
> execution  threads  tasks    memory KiB
> coroutine  1.0 (1)  1.0 (1)   0.0 (0)
> a          1.0 (1)  1.0 (1)  18.6 (18.6)
> b          1.0 (1)  1.0 (1)  19.5 (19.5)
>
> Assumed: one request at a time in an idle system; 1 core, rr(5ms); coroutine: no
> GIL; a: GIL, 5ms switch interval; b: no GIL; costs as given.
> Executions: a: costs cpython-3.11, task 6us, resume 1us, wake 34us, handoff 4us,
> stack 16KB, frame 3KB; b: costs native, task 300ns, resume 1ms, stack 16KB,
> frame 4KB.
> Measured: 10 requests each, as many as asked for; the same draws under every
> execution; requests are independent; ± and [ ] are 95 % intervals.
> Again: pertinax run t.yaml --under coroutine,a,b --requests 10; version 0.1.0;
> model 4bbf63afc18e.

$ pertinax run t.yaml --set executions.a.costs=cpython
! --set:1:20: error[E-value]: `costs` must be one of none, cpython-3.11, native, found `cpython`
!     1 | executions.a.costs=cpython
!       |                    ^^^^^^^
! 1 error
? 2
