What is the same is said once, and a counterexample has no more requests than it takes.

# One request is enough, of the two that are explored
$ printf 'pertinax: 1\nname: locks\nresources: {a: mutex, b: mutex}\nservices: {db: {latency: 5ms}}\nrequest:\n  parallel:\n    x: {use: a, do: {use: b, do: {call: db}}}\n    y: {use: b, do: {use: a, do: {call: db}}}\n' >locks.yaml; pertinax check locks.yaml --under threads
> locks · locks.yaml: 2 of 5 claims fail
>
> CLAIM                   threads
> deadlock_free           FAIL (1)
> always_awaited          pass
> responds: exactly_once  FAIL (2)
> no_race                 pass
> terminates              pass
>
> (1) deadlock_free under threads: 3 tasks of one request can never move again
>     (locks.yaml:1:1)
>   `a` is held while `b` is asked for, and the other way round (lines 7 and 8)
>
>   locks.yaml  x                                 y
>    1  :6      request: arrives, starts `x` and `y` and waits for them
>    2  :7      takes `a`
>    3  :8                                        takes `b`
>    4  :7      waits for `b`, held by y
>    5  :8                                        waits for `a`, held by x
>
>   3 tasks can never go on:
>   1. x waits for `b`, held by y (locks.yaml:7:22)
>   2. y waits for `a`, held by x: the circle is closed (locks.yaml:8:22)
>   3. request waits for its branches (locks.yaml:6:3)
>
>   Take `b` and what it is held with in one order everywhere, or take all of it
>   at once.
>
>   To replay it: pertinax replay locks.yaml --trace threads.1.m2h7-04c5y
>
> (2) responds: exactly_once under threads: a request is never answered
>     (locks.yaml:1:1)
>   The run of (1) shows it.
>
> EXPLORED  requests  states  transitions  depth
> threads          2     545         1232     15
>
> Explored: every order that the execution allows, every outcome; any latency may
> be any value. Reductions: local steps, equal copies, equal requests.
> Again: pertinax check locks.yaml --under threads; version 0.1.0.
? 1

# Three are asked for, and two are enough
$ printf 'spec: 1\nmodel: specs/faults/nested_pool.yaml\nunder: threads\nconcurrent: 3\nchecks: [deadlock_free]\n' >three.yaml; pertinax check three.yaml | sed -n '/^(1)/,/free/p'
> (1) deadlock_free under threads: 6 tasks of 2 requests can never move again
>     (three.yaml:5:10)
>
>   nested_pool.yaml  request 1                request 2                free pool

# The same under two executions, and a run that breaks two claims
$ printf 'pertinax: 1\nname: open\nshared: {open: false}\nservices: {db: {latency: 5ms}}\nrequest: [{call: db}, {wait_until: open}]\n' >open.yaml; pertinax check open.yaml | sed '/^EXPLORED/,$d'
> open · open.yaml: 2 of 5 claims fail
>
> CLAIM                   serial    threads   coroutine
> deadlock_free           FAIL (1)  FAIL (2)  FAIL (2)
> always_awaited          pass      pass      pass
> responds: exactly_once  FAIL (3)  FAIL (4)  FAIL (4)
> no_race                 pass      pass      pass
> terminates              pass      pass      pass
>
> (1) deadlock_free under serial: 1 task of one request can never move again
>     (open.yaml:1:1)
>
>   open.yaml        request
>    1      0 s  :5  arrives, gets the worker, calls `db`
>    2  5.00 ms  :5  `db` answers, reads `open` = false, waits until `open`
>
>   One task can never go on:
>   1. request waits for `open` (open.yaml:5:24)
>
>   Nobody who can still go on sets `open`: set it on every way, also where
>   something fails, or give the wait_until a timeout.
>
>   To replay it: pertinax replay open.yaml --trace serial.1.jjbt-g1n6
>
> (2) deadlock_free under threads, coroutine: 1 task of one request can never move
>     again (open.yaml:1:1)
>
>   open.yaml        request
>    1      0 s  :5  arrives, calls `db`
>    2  5.00 ms  :5  `db` answers, reads `open` = false, waits until `open`
>
>   One task can never go on:
>   1. request waits for `open` (open.yaml:5:24)
>
>   Nobody who can still go on sets `open`: set it on every way, also where
>   something fails, or give the wait_until a timeout.
>
>   To replay it: pertinax replay open.yaml --trace threads.1.3158-02x7
>
> (3) responds: exactly_once under serial: a request is never answered
>     (open.yaml:1:1)
>   The run of (1) shows it.
>
> (4) responds: exactly_once under threads, coroutine: a request is never answered
>     (open.yaml:1:1)
>   The run of (2) shows it.
>
$ pertinax check open.yaml --under threads,coroutine --format md | sed -n '/^(/p'
> (1) deadlock\_free under threads, coroutine: 1 task of one request can never move again (open.yaml:1:1)
> (2) responds: exactly\_once under threads, coroutine: a request is never answered (open.yaml:1:1), by the run of (1)

# Claims that are undecided for one reason
$ printf 'pertinax: 1\nname: wide\nservices: {db: {latency: 5ms}}\nrequest: {each: 5000, do: {call: db}}\n' >wide.yaml; pertinax check wide.yaml | sed -n '/^Undecided/,/^$/p'
> Undecided: deadlock_free, always_awaited, responds: exactly_once, no_race,
> terminates under threads, coroutine: there are more tasks at once than can be
> explored; try it with smaller counts (`set`).
>
$ printf 'pertinax: 1\nname: busy\nservices: {db: {latency: exponential(mean=5ms), capacity: 1}}\nrequest: {call: db}\nload: {rate: 300/s}\nchecks: [{require: utilisation(db) <= 99%%}, {require: queue(db) <= 9}, {require: throughput >= 100/s}, {require: utilisation(db) <= 100%%}]\n' >busy.yaml; pertinax check busy.yaml | sed -n '/^LIMIT/,/^Simul/p'
> LIMIT                    under      verdict    seen      requests
> utilisation(db) <= 99%   serial     FAIL (1)   unstable    40,000
> utilisation(db) <= 99%   threads    FAIL (1)   unstable    40,000
> utilisation(db) <= 99%   coroutine  FAIL (1)   unstable    40,000
> queue(db) <= 9           serial     FAIL (2)   unstable    40,000
> queue(db) <= 9           threads    FAIL (2)   unstable    40,000
> queue(db) <= 9           coroutine  FAIL (2)   unstable    40,000
> throughput >= 100/s      serial     undecided  unstable    40,000
> throughput >= 100/s      threads    undecided  unstable    40,000
> throughput >= 100/s      coroutine  undecided  unstable    40,000
> utilisation(db) <= 100%  serial     undecided  unstable    40,000
> utilisation(db) <= 100%  threads    undecided  unstable    40,000
> utilisation(db) <= 100%  coroutine  undecided  unstable    40,000
>
> (1) utilisation(db) <= 99% under serial, threads, coroutine: the load cannot be
>     carried: `db` would be used 150 % of the time, and latency grows without end
>     (busy.yaml:6:11)
>   To see what is behind it: pertinax run busy.yaml
>
> (2) queue(db) <= 9 under serial, threads, coroutine: the load cannot be carried:
>     `db` would be used 150 % of the time, and latency grows without end
>     (busy.yaml:6:46)
>   To see what is behind it: pertinax run busy.yaml
>
> Undecided: throughput >= 100/s, utilisation(db) <= 100% under serial, threads,
> coroutine: the load cannot be carried: `db` would be used 150 % of the time, and
> latency grows without end.
>
> Simulated: 120,000 requests, seed 1; a verdict is wrong at most 5 % of the time.

# Executions that the command line picks: of those a claim names, or instead of the usual ones
$ pertinax check specs/faults/lost_update.yaml -q --under hybrid,threads
> CLAIM                                      threads  hybrid
> threads lose one                           xfail    -
> coroutines do not                          -        pass
> threads do not, when nobody comes between  pass     -
$ pertinax check locks.yaml -q --under hybrid --only always_awaited
> CLAIM           hybrid
> always_awaited  pass
$ pertinax check locks.yaml --under gpu
! error[E-under]: --under: nothing is claimed under 'gpu'
!       = help: there are serial, threads, coroutine, hybrid
! 1 error
? 2
$ pertinax check specs/mm1.yaml --under hybrid --under serial -q
> CLAIM                   serial  hybrid
> deadlock_free           pass    pass
> responds: exactly_once  pass    pass
$ pertinax check locks.yaml --under ,
! error[E-under]: --under names no execution
! 1 error
? 2
