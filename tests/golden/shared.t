Shared variables: what explain shows of reading, setting and waiting.

$ printf 'pertinax: 1\nname: t\nshared: {n: 0..5}\nrequest:\n  - set: {n: n + 1}\n  - {set: {n: n + 1}, atomic: true}\n  - wait_until: n > 3\n' >t.yaml; cat t.yaml | tail -n +3
> shared: {n: 0..5}
> request:
>   - set: {n: n + 1}
>   - {set: {n: n + 1}, atomic: true}
>   - wait_until: n > 3
$ pertinax explain t.yaml --under threads
> t - 
>
> == threads: 1 core, 1 worker
> bounds of `request`: at best 0, at worst no bound
>   (if nothing fails and nothing has to wait; costs of the execution aside)
>
> pc     where   instruction [handlers, innermost first]
> body 0 request
>     0  5:5     enter    request/set
>     1  5:14    load     w0 n  [leave]
>     2  5:11    set      w1 {5:14}  [leave]
>     3  5:11    store    n w1 apart  [leave]
>     4  5:5     leave    request/set  [leave]
>     5  6:6     enter    request/set#2
>     6  6:15    load     w2 n  [leave]
>     7  6:12    set      w3 {6:15}  [leave]
>     8  6:12    store    n w3 at once  [leave]
>     9  6:6     leave    request/set#2  [leave]
>    10  7:5     enter    request/wait_until
>    11  7:17    load     w4 n  [leave]
>    12  7:5     branch   {7:17} @14  [leave]
>    13  7:5     jump     @16  [leave]
>    14  7:5     until    n  [leave]
>    15  7:5     jump     @11  [leave]
>    16  7:5     leave    request/wait_until  [leave]
>    17  5:3     end     
>
> where is drawn: hash of step and quantity, place, loops round it

A deadlock over a condition tells who would have to make it true, and why it cannot.

$ printf 'pertinax: 1\nname: t\nshared: {go: false}\nresources: {m: mutex}\nrequest:\n  - parallel:\n      a: {use: m, do: [{wait: 1ms}, {wait_until: go}]}\n      b: [{wait: 2ms}, {use: m, do: {set: {go: true}}}]\n' >t.yaml; cat t.yaml | tail -n +3
> shared: {go: false}
> resources: {m: mutex}
> request:
>   - parallel:
>       a: {use: m, do: [{wait: 1ms}, {wait_until: go}]}
>       b: [{wait: 2ms}, {use: m, do: {set: {go: true}}}]
$ pertinax run t.yaml --under threads,coroutine,serial --requests 10
> t
> seed 1 · one request at a time in an idle system · 1 core, rr(5ms) · no GIL · no
> costs
>
> EXECUTION  mean ms  p50 ms  p99 ms
> threads    deadlock after 2.00 ms
> coroutine  deadlock after 2.00 ms
> serial     deadlock after 1.00 ms
>
>   Deadlock under threads after 2.00 ms: 3 tasks can never move again.
>   1. request/a, in request/a/wait_until (t.yaml:7:38), waits for `go`, which
>      request/b would have to make true
>   2. request/b, in request/b/m (t.yaml:8:25), waits for `m`, held by request/a:
>      the circle is closed
>   3. request, in request/parallel (t.yaml:6:5), waits for its branches
>
>   who waits for a condition must not hold what is needed to make it true: give
>   `m` up before
>
>   Deadlock under coroutine after 2.00 ms: 3 tasks can never move again.
>   1. request/a, in request/a/wait_until (t.yaml:7:38), waits for `go`, which
>      request/b would have to make true
>   2. request/b, in request/b/m (t.yaml:8:25), waits for `m`, held by request/a:
>      the circle is closed
>   3. request, in request/parallel (t.yaml:6:5), waits for its branches
>
>   who waits for a condition must not hold what is needed to make it true: give
>   `m` up before
>
>   Deadlock under serial after 1.00 ms: 2 tasks can never move again.
>   1. request, in request/parallel (t.yaml:7:7), waits for the branch that runs
>      in its place
>   2. request/a, in request/a/wait_until (t.yaml:7:38), waits for `go`, which
>      request would have to make true: the circle is closed
>
>   nobody who can still go on sets `go`: set it on every way, also where
>   something fails, or give the wait_until a timeout
>
> Assumed: one request at a time in an idle system; 1 core, rr(5ms); no GIL; no
> costs.
> Measured: 0 requests each, until the deadlock; the same draws under every
> execution; requests are independent; ± and [ ] are 95 % intervals.
> Again: pertinax run t.yaml --under threads,coroutine,serial --requests 10;
> version 0.1.0; model eb93ba8dc6ba.
? 1

Or that nobody does, whoever may come yet.

$ printf 'pertinax: 1\nname: t\nshared: {go: false}\nrequest: {wait_until: go}\nload: {rate: 100/s}\n' >t.yaml; cat t.yaml | tail -n +3
> shared: {go: false}
> request: {wait_until: go}
> load: {rate: 100/s}
$ pertinax run t.yaml --under coroutine --requests 10
> t
> seed 1 · open load, 100/s Poisson · 1 core, rr(5ms) · no GIL · no costs
>
> EXECUTION  mean ms  p50 ms  p99 ms
> coroutine  deadlock after 3.17 s
>
>   Deadlock under coroutine after 3.17 s: 334 tasks can never move again.
>   1. request 1: request, in request/wait_until (t.yaml:4:11), waits for `go`
>   2. request 2: request, in request/wait_until (t.yaml:4:11), waits for `go`
>   3. request 3: request, in request/wait_until (t.yaml:4:11), waits for `go`
>   4. request 4: request, in request/wait_until (t.yaml:4:11), waits for `go`
>   5. request 5: request, in request/wait_until (t.yaml:4:11), waits for `go`
>   6. request 6: request, in request/wait_until (t.yaml:4:11), waits for `go`
>   7. request 7: request, in request/wait_until (t.yaml:4:11), waits for `go`
>   8. request 8: request, in request/wait_until (t.yaml:4:11), waits for `go`
>   9. request 9: request, in request/wait_until (t.yaml:4:11), waits for `go`
>   10. request 10: request, in request/wait_until (t.yaml:4:11), waits for `go`
>   11. request 11: request, in request/wait_until (t.yaml:4:11), waits for `go`
>   12. request 12: request, in request/wait_until (t.yaml:4:11), waits for `go`
>   and 322 more.
>
>   nobody who can still go on sets `go`: set it on every way, also where
>   something fails, or give the wait_until a timeout
>
> Assumed: open load, 100/s Poisson; 1 core, rr(5ms); no GIL; no costs.
> Measured: 0 requests, until the deadlock; ± and [ ] are 95 % intervals.
> Again: pertinax run t.yaml --under coroutine --requests 10; version 0.1.0; model
> a8b21a76c88e.
? 1
