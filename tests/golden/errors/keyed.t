Keyed resources.

A key goes with keys, and keys with a key.

$ printf 'pertinax: 1\nname: t\nresources: {m: mutex, hosts: {kind: semaphore, size: 4, keys: 20}}\nrequest:\n  - {use: m, key: 3, do: []}\n  - {use: hosts, do: []}\n  - {use: hosts, key: 20, do: []}\n  - {use: hosts, key: -1, do: []}\n  - {use: hosts, key: 1.5, do: []}\n  - {use: hosts, key: 5ms, do: []}\n  - {use: hosts, key: uniform(0 20), do: []}\n' >bad.yaml; cat bad.yaml | tail -n +3
> resources: {m: mutex, hosts: {kind: semaphore, size: 4, keys: 20}}
> request:
>   - {use: m, key: 3, do: []}
>   - {use: hosts, do: []}
>   - {use: hosts, key: 20, do: []}
>   - {use: hosts, key: -1, do: []}
>   - {use: hosts, key: 1.5, do: []}
>   - {use: hosts, key: 5ms, do: []}
>   - {use: hosts, key: uniform(0 20), do: []}
$ pertinax explain bad.yaml
! bad.yaml:5:19: error[E-key]: `m` has no keys
!     5 |   - {use: m, key: 3, do: []}
!       |                   ^
!       = help: leave `key` out, or give `m` its `keys: N`
! bad.yaml:6:6: error[E-key]: `hosts` is keyed: there is one for each of its keys
!     6 |   - {use: hosts, do: []}
!       |      ^^^
!       = help: say which, as in `key: zipf(100)`, or `key: i`
! bad.yaml:7:23: error[E-key]: there is no key 20: `hosts` has 20, numbered from 0
!     7 |   - {use: hosts, key: 20, do: []}
!       |                       ^^
! bad.yaml:8:23: error[E-expr-range]: a count is not negative, this is -1
!     8 |   - {use: hosts, key: -1, do: []}
!       |                       ^^
! bad.yaml:9:23: error[E-expr-range]: a count is a whole number, this is 1.5
!     9 |   - {use: hosts, key: 1.5, do: []}
!       |                       ^^^
! bad.yaml:10:23: error[E-expr-unit]: `5ms` is a duration; a count is expected
!    10 |   - {use: hosts, key: 5ms, do: []}
!       |                       ^^^
! bad.yaml:11:23: error[E-expr-range]: a count is a whole number, and this draws fractions
!    11 |   - {use: hosts, key: uniform(0 20), do: []}
!       |                       ^^^^^^^^^^^^^
!       = help: write round(...), ceil(...) or floor(...)
! 7 errors
? 2

Too many.

$ printf 'pertinax: 1\nname: t\nhost: {workers: 100}\nresources: {m: {kind: mutex, keys: 100000, scope: worker}, n: {kind: mutex, keys: 0, scope: all}}\nrequest: []\n' >bad.yaml; cat bad.yaml | tail -n +3
> host: {workers: 100}
> resources: {m: {kind: mutex, keys: 100000, scope: worker}, n: {kind: mutex, keys: 0, scope: all}}
> request: []
$ pertinax explain bad.yaml
! bad.yaml:4:13: error[E-size]: with `m` there are more than 4194304 queues
!     4 | resources: {m: {kind: mutex, keys: 100000, scope: worker}, n: {kind: mutex, keys: 0, scope: all}}
!       |             ^
!       = help: fewer keys, or one for all workers (`scope: all`)
! bad.yaml:4:83: error[E-const]: the number of keys of `n` is 0 and must be at least 1
!     4 | resources: {m: {kind: mutex, keys: 100000, scope: worker}, n: {kind: mutex, keys: 0, scope: all}}
!       |                                                                                   ^
! 2 errors
? 2

A key that a run does not find.

$ printf 'pertinax: 1\nname: t\nresources: {hosts: {kind: semaphore, size: 4, keys: 20}}\nrequest: [{set: {k: 20}}, {use: hosts, key: k, do: []}]\n' >bad.yaml; cat bad.yaml | tail -n +3
> resources: {hosts: {kind: semaphore, size: 4, keys: 20}}
> request: [{set: {k: 20}}, {use: hosts, key: k, do: []}]
$ pertinax run bad.yaml --under coroutine
> t
> seed 1 · one request at a time in an idle system · 1 core, rr(5ms) · no GIL · no
> costs
>
> EXECUTION  mean ms  p50 ms  p99 ms
> coroutine  stopped by an error of the model
>
>   coroutine stopped: this key is not there: keys are numbered from 0, up to one
>   less than `keys`.
>
> Assumed: one request at a time in an idle system; 1 core, rr(5ms); no GIL; no
> costs.
> Measured: 1 request, until the error; requests are independent; ± and [ ] are
> 95 % intervals.
> Again: pertinax run bad.yaml --under coroutine; version 0.1.0; model
> 8927fbfbe13a.
! bad.yaml:4:45: error[E-run]: this key is not there: keys are numbered from 0, up to one less than `keys`
!     4 | request: [{set: {k: 20}}, {use: hosts, key: k, do: []}]
!       |                                             ^
! 1 error
? 2

A deadlock names the key.

$ printf 'pertinax: 1\nname: t\nresources: {row: {kind: mutex, keys: 20}}\nrequest:\n  parallel:\n    a: {use: row, key: 7, do: [{wait: 1ms}, {use: row, key: 8, do: []}]}\n    b: {use: row, key: 8, do: [{wait: 2ms}, {use: row, key: 7, do: []}]}\n' >bad.yaml; cat bad.yaml | tail -n +3
> resources: {row: {kind: mutex, keys: 20}}
> request:
>   parallel:
>     a: {use: row, key: 7, do: [{wait: 1ms}, {use: row, key: 8, do: []}]}
>     b: {use: row, key: 8, do: [{wait: 2ms}, {use: row, key: 7, do: []}]}
$ pertinax run bad.yaml --under threads --requests 10
> t
> seed 1 · one request at a time in an idle system · 1 core, rr(5ms) · no GIL · no
> costs
>
> EXECUTION  mean ms  p50 ms  p99 ms
> threads    deadlock after 2.00 ms
>
>   Deadlock under threads after 2.00 ms: 3 tasks can never move again.
>   1. request/a, in request/a/row#2 (bad.yaml:6:46), waits for `row`, key 8, held
>      by request/b
>   2. request/b, in request/b/row#2 (bad.yaml:7:46), waits for `row`, key 7, held
>      by request/a: the circle is closed
>   3. request, in request/parallel (bad.yaml:5:3), waits for its branches
>
>   take `row` and what it is held with in one order everywhere, or take all of it
>   at once
>
> Assumed: one request at a time in an idle system; 1 core, rr(5ms); no GIL; no
> costs.
> Measured: 0 requests, until the deadlock; requests are independent; ± and [ ]
> are 95 % intervals.
> Again: pertinax run bad.yaml --under threads --requests 10; version 0.1.0; model
> bb4e41b254b0.
? 1
