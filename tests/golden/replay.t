A counterexample is given back by its id.  One column a task; what a single event says goes over all
columns.

$ pertinax replay data/story_locks.yaml --trace threads.1.k3n2-05ccr
> transfer: a deadlock under threads, with one request
>
> story_locks.yaml  debit                           credit
>  1      0 s  :9   request: arrives, starts `debit` and `credit` and waits for
>                    them
>  2      0 s  :13  takes `from`, calls `db`
>  3      0 s  :18                                  takes `to`, calls `db`
>  4  5.00 ms  :14  `db` answers, waits for `to`,
>                    held by credit
>  5  5.00 ms  :19                                  `db` answers, waits for
>                                                    `from`, held by debit
>
> 3 tasks can never go on:
> 1. debit waits for `to`, held by credit (data/story_locks.yaml:14:14)
> 2. credit waits for `from`, held by debit: the circle is closed
>    (data/story_locks.yaml:19:14)
> 3. request waits for its branches (data/story_locks.yaml:9:3)
>
> Take `to` and what it is held with in one order everywhere, or take all of it at
> once.
>
> Times: each latency as near to its mean as this order of events allows;
> requests arrive at any time.
$ COLUMNS=120 pertinax replay data/story_locks.yaml --trace threads.1.k3n2-05ccr
> transfer: a deadlock under threads, with one request
>
> story_locks.yaml  request                           debit                             credit
>  1      0 s  :9   arrives, starts `debit` and
>                    `credit` and waits for them
>  2      0 s  :13                                    takes `from`, calls `db`
>  3      0 s  :18                                                                      takes `to`, calls `db`
>  4  5.00 ms  :14                                    `db` answers, waits for `to`,
>                                                      held by credit
>  5  5.00 ms  :19                                                                      `db` answers, waits for `from`,
>                                                                                        held by debit
>
> 3 tasks can never go on:
> 1. debit waits for `to`, held by credit (data/story_locks.yaml:14:14)
> 2. credit waits for `from`, held by debit: the circle is closed (data/story_locks.yaml:19:14)
> 3. request waits for its branches (data/story_locks.yaml:9:3)
>
> Take `to` and what it is held with in one order everywhere, or take all of it at once.
>
> Times: each latency as near to its mean as this order of events allows;
> requests arrive at any time.
$ COLUMNS=120 LC_ALL=C pertinax replay data/story_locks.yaml --trace coroutine.1.s7t9-04vy
> transfer: a deadlock under coroutine, with one request
>
> story_locks.yaml  request                           debit                             credit
>  1      0 s  :9   arrives, starts `debit` and
>                    `credit` and waits for them
>  2      0 s  :13                                    takes `from`, calls `db`
>  3      0 s  :18                                                                      takes `to`, calls `db`
>  4  5.00 ms  :14                                    `db` answers, waits for `to`,
>                                                      held by credit
>  5  5.00 ms  :19                                                                      `db` answers, waits for `from`,
>                                                                                        held by debit
>
> 3 tasks can never go on:
> 1. debit waits for `to`, held by credit (data/story_locks.yaml:14:14)
> 2. credit waits for `from`, held by debit: the circle is closed (data/story_locks.yaml:19:14)
> 3. request waits for its branches (data/story_locks.yaml:9:3)
>
> Take `to` and what it is held with in one order everywhere, or take all of it at once.
>
> Times: each latency as near to its mean as this order of events allows;
> requests arrive at any time.
$ COLUMNS=40 pertinax replay data/story_locks.yaml --trace coroutine.1.s7t9-04vy
> transfer: a deadlock under coroutine, with one request
>
> story_locks.yaml
>  1      0 s  :9   request: arrives,
>                    starts `debit` and
>                    `credit` and waits
>                    for them
>  2      0 s  :13  debit: takes `from`,
>                    calls `db`
>  3      0 s  :18  credit: takes `to`,
>                    calls `db`
>  4  5.00 ms  :14  debit: `db` answers,
>                    waits for `to`, held
>                    by credit
>  5  5.00 ms  :19  credit: `db` answers,
>                    waits for `from`,
>                    held by debit
>
> 3 tasks can never go on:
> 1. debit waits for `to`, held by credit
>    (data/story_locks.yaml:14:14)
> 2. credit waits for `from`, held by
>    debit: the circle is closed
>    (data/story_locks.yaml:19:14)
> 3. request waits for its branches
>    (data/story_locks.yaml:9:3)
>
> Take `to` and what it is held with in
> one order everywhere, or take all of it
> at once.
>
> Times: each latency as near to its mean as this order of events allows;
> requests arrive at any time.

With times, where the model's latencies can lead to it; then also as a trace, and as a diagram.

$ pertinax replay data/story_await.yaml --trace coroutine.2.jstp-k2jk -o run.json -o run.mmd -o run.trace
> log: a task that nobody awaits under coroutine, with 2 requests
>
> story_await.yaml  request 1                       request 1: audit
>  1      0 s  :7   arrives, spawns `audit`, calls
>                    `db`
>  2      0 s  :6                                   calls `log`
>  3  3.00 ms  :8   `db` answers, responds 200,
>                    ends  ◀
>
> `audit` of request 1 is never awaited, and still runs
> (data/story_await.yaml:6:20).
>
> Times: each latency as near to its mean as this order of events allows;
> requests arrive at any time.
$ cat run.mmd run.trace
> sequenceDiagram
>     participant t0 as request 1
>     participant t1 as request 1: audit
>     Note over t0: 1. [0 s] arrives, spawns audit, calls db<br/>data/story_await.yaml:7
>     t0->>t1: begins
>     Note over t1: 2. [0 s] calls log<br/>data/story_await.yaml:6
>     rect rgba(220, 60, 60, 0.15)
>     Note over t0: 3. [3.00 ms] db answers, responds 200, ends<br/>data/story_await.yaml:8
>     end
> pertinax-trace 1
> trace coroutine.2.jstp-k2jk
> # 1 request 1: arrives, spawns `audit`, calls `db`
> # 2 request 1: audit: calls `log`
> # 3 request 1: `db` answers, responds 200, ends
$ grep -o '"name":"request/audit"' run.json
> "name":"request/audit"
$ pertinax replay data/story_await.yaml --trace run.trace | head -5
> log: a task that nobody awaits under coroutine, with 2 requests
>
> story_await.yaml  request 1                       request 1: audit
>  1      0 s  :7   arrives, spawns `audit`, calls
>                    `db`

Without: then it says why.

$ pertinax replay data/story_unusual.yaml --trace coroutine.1.heym-j4mm
> unusual: a second response under coroutine, with one request
>
> story_unusual.yaml                                                          done
>  1  :8              request: arrives, starts `slow` and `fast` and waits       0
>                      for them
>  2  :9              slow: calls `slow`                                         0
>  3  :10             fast: calls `fast`                                         0
>  4  :9              slow: `slow` answers, reads `done` = false, `not done`     0
>                      holds, responds 200, ends  ◀
>  5  :10             fast: `fast` answers, sets `done` = true, ends             1
>  6  :11             request: responds 200, though there is a response          1
>                      already, the request ends  ◀
>
> It needs unusual timing: no latencies within the model's bounds give this order;
> `fast` (at most 1ms) would have to last as long as `slow` (at least 5ms).
