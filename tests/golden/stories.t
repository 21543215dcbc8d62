Counterexamples with their times, each as computed by hand.

A retry: 10 ms, a backoff of 5 ms, 10 ms, one of 2 * 5 but at most 8 ms, 10 ms.

$ printf 'pertinax: 1\nname: retry\nuncaught: none\nservices: {a: {latency: 10ms, error: 50%%}}\nrequest: [{call: a, retry: {attempts: 3, backoff: 5ms, factor: 2, max: 8ms}}, {respond: 200}]\nchecks: [{responds: exactly_once, concurrent: 1, under: serial}]\n' >retry.yaml; pertinax check retry.yaml | sed -n '/^(1)/,/replay/p'
> (1) responds: exactly_once under serial: a request is never answered
>     (retry.yaml:6:11)
>
>   retry.yaml       request
>    1      0 s  :5  arrives, gets the worker, calls `a`
>    2  10.0 ms  :5  `a` fails, tries again, waits before the next attempt, then
>                     calls `a`
>    3  25.0 ms  :5  `a` fails, tries again, waits before the next attempt, then
>                     calls `a`
>    4  43.0 ms  :5  `a` fails, the request ends without a response  ◀
>
>   To replay it: pertinax replay retry.yaml --trace serial.1.r9w5-h3tg

A queue that is left after 4 ms, while the other is served for 10 ms.

$ printf 'pertinax: 1\nname: queue\nuncaught: none\nservices: {a: {latency: 10ms, capacity: 1, queue_timeout: 4ms}}\nrequest: [{call: a}, {respond: 200}]\nchecks: [{responds: exactly_once, concurrent: 2, under: threads}]\n' >queue.yaml; pertinax check queue.yaml | sed -n '/^(1)/,/replay/p'
> (1) responds: exactly_once under threads: a request is never answered
>     (queue.yaml:6:11)
>
>   queue.yaml       request 1                  request 2                  free a
>    1      0 s  :5  arrives, calls `a`                                         0
>    2      0 s  :5                             arrives, waits for a            0
>                                                place at `a`
>    3  4.00 ms  :5                             has waited too long for a       0
>                                                place at `a`, the
>                                                request ends without a
>                                                response  ◀
>
>   To replay it: pertinax replay queue.yaml --trace threads.2.xs9p-h3a3tv

Three compute for 1 ms, each on its own core; one is served, one waits, one is turned away.

$ printf 'pertinax: 1\nname: door\nuncaught: none\nservices: {db: {latency: 5ms, host_cpu: 2ms, capacity: 1, queue: 1}}\nhost: {cores: 3}\nrequest: [{cpu: 1ms}, {call: db}, {respond: 200}]\nchecks: [{responds: exactly_once, concurrent: 3, under: threads}]\n' >door.yaml; pertinax check door.yaml | sed -n '/^(1)/,/replay/p'
> (1) responds: exactly_once under threads: a request is never answered
>     (door.yaml:7:11)
>
>   door.yaml                                                              free db
>    1      0 s  :6  request 1: arrives, computes                                1
>    2      0 s  :6  request 2: arrives, computes                                1
>    3      0 s  :6  request 3: arrives, computes                                1
>    4  1.00 ms  :6  request 1: has computed, calls `db`, which computes         0
>                     on this host
>    5  1.00 ms  :6  request 2: has computed, waits for a place at `db`          0
>    6  1.00 ms  :6  request 3: has computed, is turned away: the queue          0
>                     for a place at `db` is full, the request ends
>                     without a response  ◀
>
>   To replay it: pertinax replay door.yaml --trace threads.3.9mqe-16x8p7tt

The same on one core: one after the other has it; and on two.

$ for cores in 1 2; do pertinax check door.yaml --set host.cores=$cores | sed -n '/^  door.yaml/,/^$/p'; done
>   door.yaml                                                              free db
>    1      0 s  :6  request 1: arrives, computes                                1
>    2      0 s  :6  request 2: arrives, computes                                1
>    3      0 s  :6  request 3: arrives, computes                                1
>    4  1.00 ms  :6  request 1: has computed, calls `db`, which computes         0
>                     on this host
>    5  2.00 ms  :6  request 2: has computed, waits for a place at `db`          0
>    6  3.00 ms  :6  request 3: has computed, is turned away: the queue          0
>                     for a place at `db` is full, the request ends
>                     without a response  ◀
>
>   door.yaml                                                              free db
>    1      0 s  :6  request 1: arrives, computes                                1
>    2      0 s  :6  request 2: arrives, computes                                1
>    3      0 s  :6  request 3: arrives, computes                                1
>    4  1.00 ms  :6  request 1: has computed, calls `db`, which computes         0
>                     on this host
>    5  1.00 ms  :6  request 2: has computed, waits for a place at `db`          0
>    6  2.00 ms  :6  request 3: has computed, is turned away: the queue          0
>                     for a place at `db` is full, the request ends
>                     without a response  ◀
>

A call that is given up after 4 ms keeps its place for 10 ms; the next one has waited for 6 ms, of the
7 ms that it would wait, and is answered at 20 ms.

$ printf 'pertinax: 1\nname: ghost\nservices: {a: {latency: 10ms, capacity: 1, queue_timeout: 7ms}}\nrequest: [{call: a, timeout: 4ms, catch: []}, {call: a, name: again}, {cpu: 1ms, name: late}]\nchecks: [{after: waiting(a), never: started(late), concurrent: 1, under: threads}]\n' >ghost.yaml; pertinax check ghost.yaml | sed -n '/^(1)/,/replay/p'
> (1) after: waiting(a), never: started(late) under threads: it breaks G
>     (waiting(a) -> G not started(late)) (ghost.yaml:5:11)
>
>   ghost.yaml       request                                      free a
>    1      0 s  :4  arrives, calls `a`                                0
>    2  4.00 ms  :4  the timeout of `a` comes, abandons its call       0
>    3  4.00 ms  :4  waits for a place at `a`                          0
>    4  10.0 ms  :4  gets a place at `a`, calls `a`                    0
>    5  20.0 ms  :4  `a` answers, computes  ◀                          1
>
>   To replay it: pertinax replay ghost.yaml --trace threads.1.d4wc-74tcs

A timeout from a variable: threads run on, tasks of a loop are cancelled.

$ printf 'pertinax: 1\nname: most\nuncaught: none\nservices: {a: {latency: 10ms}}\nrequest: [{set: {most: 4ms}}, {timeout: most, seq: {parallel: {x: {call: a}, y: {call: a}}}}, {respond: 200}]\nchecks: [{responds: exactly_once, concurrent: 1, under: [threads, coroutine]}]\n' >most.yaml; pertinax check most.yaml | sed -n '/^(1)/,/^EXPLORED/p'
> (1) responds: exactly_once under threads: a request is never answered
>     (most.yaml:6:11)
>
>   most.yaml
>    1      0 s  :5  request: arrives, starts `x` and `y` and waits for them
>    2      0 s  :5  x: calls `a`
>    3      0 s  :5  y: calls `a`
>    4  4.00 ms  :5  request: the timeout of `seq` comes, the request ends without
>                     a response  ◀
>
>   To replay it: pertinax replay most.yaml --trace threads.1.59pw-h27xx
>
> (2) responds: exactly_once under coroutine: a request is never answered
>     (most.yaml:6:11)
>
>   most.yaml
>    1      0 s  :5  request: arrives, starts `x` and `y` and waits for them
>    2      0 s  :5  x: calls `a`
>    3      0 s  :5  y: calls `a`
>    4  4.00 ms  :5  request: the timeout of `seq` comes
>                :5  x: is cancelled
>                :5  y: is cancelled
>    5  4.00 ms  :5  request: the request ends without a response  ◀
>
>   To replay it: pertinax replay most.yaml --trace coroutine.1.y4hn-13bs
>
> EXPLORED   requests  states  transitions  depth

A loop that sleeps wakes in 2 ms, and goes on with a task in 1 ms: `x` fails at 2 + 10 ms and says so
1 + 2 ms later, `y` ends at 2 + 20 + 1 + 2 ms, and its parent, upon a loop that is awake, 1 ms later. Of what is set twice in one go the last is told.

$ printf 'pertinax: 1\nname: wake\nservices: {a: {latency: 10ms, error: 10%%}, b: {latency: 20ms}}\nshared: {n: 0..3}\nrequest: [{set: {n: 1}}, {set: {n: 2}}, {parallel: {x: {call: a}, y: {call: b}}, siblings: wait, catch: []}, {abort: 503}]\nexecutions: {coroutine: {resume: 1ms, wake: 2ms}}\nchecks: [{after: failed(x), never: aborted, concurrent: 1, under: coroutine}]\n' >wake.yaml; pertinax check wake.yaml | sed -n '/^(1)/,/replay/p'
> (1) after: failed(x), never: aborted under coroutine: it breaks G (failed(x) ->
>     G not aborted) (wake.yaml:7:11)
>
>   wake.yaml                                                                    n
>    1  2.00 ms  :5  request: arrives, sets `n`, sets `n` = 2, starts `x` and    2
>                     `y` and waits for them
>    2  2.00 ms  :5  x: calls `a`                                                2
>    3  2.00 ms  :5  y: calls `b`                                                2
>    4  12.0 ms  :5  x: `a` fails                                                2
>    5  15.0 ms  :5  x: fails                                                    2
>    6  25.0 ms  :5  y: `b` answers, ends                                        2
>    7  26.0 ms  :5  request: fails with its branches, responds 503, the         2
>                     request ends  ◀
>
>   To replay it: pertinax replay wake.yaml --trace coroutine.1.znfz-q67j

A condition that nobody makes true.

$ printf 'pertinax: 1\nname: until\nservices: {a: {latency: 10ms}}\nshared: {open: false, n: 0..3}\nrequest: [{call: a}, {wait_until: open and n >= 2}]\nchecks: [{deadlock_free: {}, concurrent: 1, under: threads}]\n' >until.yaml; pertinax check until.yaml | sed -n '/^(1)/,/replay/p'
> (1) deadlock_free under threads: 1 task can never move again (until.yaml:6:11)
>
>   until.yaml       request
>    1      0 s  :5  arrives, calls `a`
>    2  10.0 ms  :5  `a` answers, reads `open` = false, reads `n` = 0, waits until
>                     `open and n >= 2`
>
>   One task can never go on:
>   1. request waits for `open and n >= 2` (until.yaml:5:23)
>
>   Nobody who can still go on sets `open` or `n`: set it on every way, also where
>   something fails, or give the wait_until a timeout.
>
>   To replay it: pertinax replay until.yaml --trace threads.1.r2t3-02x7

Upon a loop one writes, in one go after 3 ms, what the other writes from 0 to 10 ms.

$ printf 'pertinax: 1\nname: log\nservices: {a: {latency: 10ms}}\nshared: [log]\nrequest: {parallel: {x: {call: a, writes: log}, y: [{call: a, latency: 3ms}, {write: log}]}}\nchecks: [{no_race: [], concurrent: 1, under: coroutine}]\n' >log.yaml; pertinax check log.yaml | sed -n '/^(1)/,/replay/p'
> (1) no_race under coroutine: two tasks touch `log` at once, one of them writing
>     (log.yaml:6:11)
>
>   log.yaml
>    1      0 s  :5  request: arrives, starts `x` and `y` and waits for them
>    2      0 s  :5  x: writes `log` from now on, calls `a`
>    3      0 s  :5  y: calls `a`
>    4  3.00 ms  :5  y: `a` answers, writes `log`, ends  ◀
>
>   `log`: y writes it while x writes it, and neither waits for the other
>   (log.yaml:5:26).
>
>   To replay it: pertinax replay log.yaml --trace coroutine.1.89jw-432ph

Who holds two of three asks for two more; that another is not let in meanwhile is not the reason.

$ printf 'pertinax: 1\nname: units\nservices: {a: {latency: 10ms}}\nresources: {r: {kind: pool, size: 3}}\nrequest: {use: r, n: 2, do: {use: r, n: 2, name: more, do: {call: a}}}\nexecutions: {threads: {pool: 4, limit: 1}}\nchecks: [{deadlock_free: {}, concurrent: 2, under: threads}]\n' >units.yaml; pertinax check units.yaml | sed -n '/^(1)/,/replay/p'
> (1) deadlock_free under threads: 1 task of one request can never move again
>     (units.yaml:7:11)
>
>   units.yaml  request                                           free r
>    1  :5      arrives, gets a thread of `pool`, takes 2 of `r`       1
>    2  :5      waits for `r`, held by itself                          1
>
>   One task can never go on:
>   1. request waits for `r`, held by itself (units.yaml:5:30)
>
>   Who holds one of `r` asks for another: take all that is needed at once, or let
>   fewer do so at a time than there are (3).
>
>   To replay it: pertinax replay units.yaml --trace threads.1.ng4t-02x7

An item goes round between two stages for ever. The run is given back by its id.

$ printf 'pertinax: 1\nname: round\nservices: {a: {latency: 1ms}}\nchannels: {there: 2, back: 2}\nrequest: [{put: there}, {respond: 200}]\nstages:\n  go: {from: there, do: [{call: a}, {put: back}]}\n  come: {from: back, do: {put: there}}\nchecks: [{terminates: {}, concurrent: 1, under: threads}]\n' >round.yaml; pertinax check round.yaml | tee out | sed -n '/^(1)/,/replay/p'; $(sed -n 's/.*replay it: //p' out) | sed -n '1p; /go round/p'
> (1) terminates under threads: a run goes on for ever (round.yaml:9:11)
>
>   round.yaml
>    1      0 s  :5  request: arrives, puts an item into `there`, responds 200,
>                     ends
>                :7  item in go: gets a worker of `go`
>    2      0 s  :7  item in go: calls `a`
>    3  1.00 ms  :7  item in go: `a` answers, puts an item into `back`, ends
>                :8  item in come: gets a worker of `come`, puts an item into
>                     `there`, ends
>                :7  item in go: gets a worker of `go`
>
>   From here all is as it was before 2: it can go round for ever.
>
>   To replay it: pertinax replay round.yaml --trace threads.1.9zpe-643g0
> round: a run without end under threads, with one request
> From here all is as it was before 2: it can go round for ever.

Attempts without a limit that cannot succeed: 1 ms, then 2 ms and 1 ms again and again.  With one that can, runs end.

$ printf 'pertinax: 1\nname: again\nparams: {p: 100%%}\nservices: {a: {latency: 1ms, error: p}}\nrequest: [{call: a, retry: {attempts: unlimited, backoff: 2ms}}, {respond: 200}]\nchecks: [terminates, responds: exactly_once, eventually: responded]\n' >again.yaml; pertinax check again.yaml --set p=99% | sed -n '/^CLAIM/,/^$/p'; pertinax check again.yaml | sed '/^(2)/,$d'; pertinax replay again.yaml --trace $(pertinax check again.yaml | sed -n 's/.*--trace //p;' | head -1) | head -1
> CLAIM                   serial  threads  coroutine
> terminates              pass    pass     pass
> responds: exactly_once  pass    pass     pass
> eventually: responded   pass    pass     pass
>
> again · again.yaml: 2 of 3 claims fail, 1 is undecided
>
> CLAIM                   serial     threads    coroutine
> terminates              FAIL (1)   FAIL (2)   FAIL (3)
> responds: exactly_once  FAIL (4)   FAIL (5)   FAIL (6)
> eventually: responded   undecided  undecided  undecided
>
> (1) terminates under serial: a run comes to where no end can be reached
>     (again.yaml:6:10)
>
>   again.yaml       request
>    1      0 s  :5  arrives, gets the worker, calls `a`
>    2  1.00 ms  :5  `a` fails, tries again, waits before the next attempt
>    3  3.00 ms  :5  goes on, calls `a`
>    4  4.00 ms  :5  `a` fails, tries again, waits before the next attempt
>
>   No outcome and no order of events leads from there to an end; an attempt
>   without a limit is taken to succeed in the end, but only where it can.
>
>   From here all is as it was before 3: it can go round for ever.
>
>   To replay it: pertinax replay again.yaml --trace serial.1.xb7v-r23xr
>
> again: a run that comes to no end under serial, with one request

A race of two tasks of one request, and a choice that is never made: by name, as they are.

$ printf 'pertinax: 1\nname: race\nservices: {db: {latency: 1ms}}\nshared: {k: all}\nrequest: [{choose: [{p: 0%%, do: {call: db}}, {p: 1, do: []}]}, {parallel: {load: {write: k}, store: {write: k}}}]\nchecks: [{no_race: {}, concurrent: 1, under: threads}]\n' >race.yaml; pertinax check race.yaml | sed -n '/^(1)/,/^EXPLORED/p'
> (1) no_race under threads: two tasks touch `k` at once, one of them writing
>     (race.yaml:6:11)
>
>   race.yaml  request
>    1  :5     arrives, chooses branch 2 of 2 (1), starts `load` and `store` and
>               waits for them
>
>   `k`: load is about to write it (race.yaml:5:83).
>   `k`: store is about to write it as well, and neither waits for the other
>   (race.yaml:5:102).
>
>   To replay it: pertinax replay race.yaml --trace threads.1.eaty-422nf
>
> warning [unreached]: branch 1 of 2 (0%) of request/choose is never taken: its
> probability is 0 (race.yaml:5:34).
>
> EXPLORED  requests  states  transitions  depth

Drawn counts are tried up to three, so what takes more of them is not known to be out of reach.

$ printf 'pertinax: 1\nname: many\nservices: {s: {latency: 1ms}}\nrequest: {each: poisson(4), as: i, do: {if: i >= 3, then: {call: s}}}\n' >many.yaml
$ pertinax check many.yaml --under serial --only terminates | grep -A 1 warning
> warning [unreached]: `then` of request/each/if is never taken with counts up to
> 3 (many.yaml:4:60).
$ pertinax check many.yaml --under serial --only terminates --max-count 4 | grep -c warning
> 0
? 1

A circle that is met first may be one in which other requests have come and gone, in an order that the
latencies never give; one request shows it as well.

$ printf 'pertinax: 1\nname: round\nservices: {s: {latency: 1ms}}\nchannels: {c: 1}\nrequest: [{put: c}]\nstages: {w: {from: c, do: [{call: s}, {detach: [{if: chance(0.5), then: {put: c}}]}]}}\nchecks: [{terminates: {}, under: threads, timing: model}]\n' >round.yaml; pertinax check round.yaml | sed -n '/^CLAIM/,/^EXPLORED/p'
> CLAIM       threads
> terminates  FAIL (1)
>
> (1) terminates under threads: a run goes on for ever (round.yaml:7:11)
>
>   round.yaml
>    1      0 s  :5  request: arrives, puts an item into `c`, ends, responds 200
>                :6  item in w: gets a worker of `w`, calls `s`
>    2  1.00 ms  :6  item in w: `s` answers, detaches `detach`, ends
>                :5  request: the request ends
>    3  1.00 ms  :6  detach: `chance(0.5)` holds
>    4  1.00 ms  :6  detach: puts an item into `c`, ends
>                :6  item in w: gets a worker of `w`
>    5  1.00 ms  :6  item in w: calls `s`
>    6  2.00 ms  :6  item in w: `s` answers, detaches `detach`, ends
>    7  2.00 ms  :6  detach: `chance(0.5)` holds
>    8  2.00 ms  :6  detach: puts an item into `c`, ends
>                :6  item in w: gets a worker of `w`
>
>   From here all is as it was before 5: it can go round for ever.
>
>   To replay it: pertinax replay round.yaml --trace threads.1.e2rn-p5b1ge
>
> EXPLORED  requests  states  transitions  depth
