Claims in logic. A request asks whether it may go on, and is aborted if not; meanwhile its session is
loaded and saved. A coroutine is cancelled by the abort; a thread that has begun to write goes on.

$ printf '%s\n' 'pertinax: 1' 'name: page' 'services: {mc: {latency: 1ms}, db: {latency: 3ms}}' 'shared: {session: request}' 'resources: {lock: mutex}' 'request:' '  - spawn: {load: [{call: db, name: read}, {call: mc, name: save, writes: [session]}]}' '  - {call: mc, name: ask, sets: {over: chance(0.1)}}' '  - if: over' '    then: {abort: 503}' '  - await: load' '  - {use: lock, do: {call: mc, name: store, writes: [session]}}' '  - {respond: 200}' >page.yaml
$ printf '%s\n' 'spec: 1' 'model: page.yaml' 'concurrent: 1' 'under: [coroutine, threads]' 'checks:' '  - never: "running(store) and running(save)"' '  - after: aborted' '    never: started(save)' '  - no_write_after_abort' '  - leads_to: ["started(store)", "responded(200)"]' '  - eventually: responded' '  - ltl: "not responded(200) U done(store)"' '  - always: "running(store) -> holds(store, lock)"' '  - mutual_exclusion: [store, save]' '  - after: waiting(lock)' '    never: aborted' >page_spec.yaml
$ pertinax check page_spec.yaml
> page · page_spec.yaml of page.yaml: 2 of 9 claims fail, 1 is vacuous
>
> CLAIM                                         threads   coroutine
> never: running(store) and running(save)       pass      pass
> after: aborted, never: started(save)          pass      pass
> no_write_after_abort                          FAIL (1)  pass
> leads_to: started(store), responded(200)      pass      pass
> eventually: responded                         pass      pass
> ltl: not responded(200) U done(store)         FAIL (2)  FAIL (3)
> always: running(store) -> holds(store, lock)  pass      pass
> mutual_exclusion: store, save                 pass      pass
> after: waiting(lock), never: aborted          vacuous   vacuous
>
> (1) no_write_after_abort under threads: a task writes shared data after its
>     request was aborted (page_spec.yaml:9:5)
>
>   page.yaml  request                           load
>    1  :8     arrives, spawns `load`, calls
>               `mc`
>    2  :7                                       calls `db`
>    3  :7                                       `db` answers, writes `session`
>                                                 from now on, calls `mc`
>    4  :10    `mc` answers, `over` comes out
>               true, `over` holds, responds
>               503, the request ends  ◀
>
>   It needs unusual timing: no latencies within the model's bounds give this
>   order; `mc` (at most 1ms) would have to last as long as `db` (at least 3ms).
>
>   To replay it: pertinax replay page.yaml --trace threads.1.cdym-q2bfa
>
> (2) ltl: not responded(200) U done(store) under threads: it ends, and not
>     responded(200) U done(store) was not fulfilled (page_spec.yaml:12:5)
>
>   page.yaml  request
>    1  :8     arrives, spawns `load`, calls `mc`
>    2  :10    `mc` answers, `over` comes out true, `over` holds, responds 503,
>               the request ends  ◀
>
>   It needs unusual timing: no latencies within the model's bounds give this
>   order; `mc` (at least 1ms) would have to take no time.
>
>   To replay it: pertinax replay page.yaml --trace threads.1.cdym-q12dd
>
> (3) ltl: not responded(200) U done(store) under coroutine: it ends, and not
>     responded(200) U done(store) was not fulfilled (page_spec.yaml:12:5)
>
>   page.yaml         request                        load
>    1      0 s  :8   arrives, spawns `load`, calls
>                      `mc`
>    2      0 s  :7                                  calls `db`
>    3  1.00 ms  :10  `mc` answers, `over` comes
>                      out true, `over` holds,
>                      responds 503, the request
>                      ends
>                :7                                  is cancelled  ◀
>
>   To replay it: pertinax replay page.yaml --trace coroutine.1.kh3w-q281j
>
> warning [vacuous]: after: waiting(lock), never: aborted under threads, coroutine
> could not have failed: `waiting(lock)` never happens.
>
> EXPLORED   requests  states  transitions  depth
> threads           1      15           20      9
> coroutine         1      25           35     12
>
> Explored: every order that the execution allows, every outcome; any latency may
> be any value. Reductions: equal copies.
> Again: pertinax check page_spec.yaml; version 0.1.0.
? 1

What a model shows without being explored: two requests meet in both orders of the locks, and three could
share out the connections.

$ printf '%s\n' 'pertinax: 1' 'name: m' 'services: {a: {latency: 1ms}}' 'resources: {c: {kind: pool, size: 3}, l: mutex, k: mutex}' 'request:' '  - {use: c, do: [{call: a}, {use: c, name: more, do: {call: a, name: b}}]}' '  - {use: l, do: [{call: a, name: x}, {use: k, do: {call: a, name: y}}]}' '  - {use: k, name: k2, do: [{call: a, name: z}, {use: l, name: l2, do: {call: a, name: w}}]}' >locks.yaml
$ pertinax check locks.yaml --only deadlock_free | grep -E '^CLAIM|^deadlock|^warning|can never move|other way|that do so|connections|held while|wait for more'
> CLAIM          serial  threads   coroutine
> deadlock_free  pass    FAIL (1)  FAIL (2)
> (1) deadlock_free under threads: 2 tasks can never move again (locks.yaml:1:1)
>   `l` is held while `k` is asked for, and the other way round (lines 7 and 8)
> (2) deadlock_free under coroutine: 2 tasks can never move again (locks.yaml:1:1)
>   `l` is held while `k` is asked for, and the other way round (lines 7 and 8)
> warning [nested-hold]: `c` is asked for while 1 of it is held: 3 tasks that do
> so at once have all 3 and wait for more (locks.yaml:6:31).
