Emitted Python programs: those of the shipped models are Python, and run.

$ for m in async_over_threads bridge db_pool do_work mm1 search slow_loris transactions; do pertinax live models/$m.yaml --under threads,coroutine -n 4 --emit $m.py -q --format json >$m.json && python3 -m py_compile $m-threads.py $m-coroutine.py && echo $m $(grep -o '"requests": [0-9]*' $m.json); done
> async_over_threads "requests": 4 "requests": 4
> bridge "requests": 4 "requests": 4
> db_pool "requests": 4 "requests": 4
> do_work "requests": 4 "requests": 4
> mm1 "requests": 4 "requests": 4
> search "requests": 4 "requests": 4
> slow_loris "requests": 4 "requests": 4
> transactions "requests": 4 "requests": 4

Stages, and several workers, each a process.

$ for x in etl:threads etl:coroutine checkout:threads checkout:coroutine mmc:workers3; do pertinax live models/${x%:*}.yaml --under ${x#*:} -n 40 --emit some.py -q --format json >some.json && python3 -m py_compile some.py && echo $x $(grep -o '"requests": [0-9]*' some.json); done
> etl:threads "requests": 36
> etl:coroutine "requests": 36
> checkout:threads "requests": 36
> checkout:coroutine "requests": 36
> mmc:workers3 "requests": 36

$ for m in async_over_threads slow_loris; do pertinax live models/$m.yaml --under ${h:-hybrid} -n 4 --emit $m.py -q --format json >$m.json && python3 -m py_compile $m.py && echo $m; h=frontend; done
> async_over_threads
> slow_loris

$ pertinax live models/checkout.yaml --under coroutine -n 4 --emit checkout.py -q >checkout.txt; sed -n '/^async def load_cart/,/^$/p' checkout.py
> async def load_cart(rq):
>     await rq.call("cache", "cart", send=0.00006)
>     rq.var.hit = rq.draw("hit")
>     if not rq.var.hit:
>         with rq.span("connection"):
>             async with rq.hold("connections"):
>                 await rq.call("db", "cart_query", send=0.0001)
>         await rq.call("cache", "fill", send=0.00006)
>

$ sed -n '/^async def check_fraud/,/^$/p' checkout.py
> async def check_fraud(rq):
>     if not SHARED["open"]:
>         try:
>             await rq.call("fraud", timeout=0.25, send=0.00015)
>             SHARED["failures"] = 0
>         except Failure:
>             SHARED["failures"] = SHARED["failures"] + 1
>             if SHARED["failures"] == 5 and not SHARED["open"]:
>                 SHARED["open"] = 1
>

What executes it is there as far as it is asked for: no tasks and locks where there is one call.

$ pertinax live models/mm1.yaml --under threads -n 4 --emit mm1.py -q --format json >mm1.json; grep -cE '^(class|def|async def) (Group|Shared|Coroutine|Attempt|burn)' mm1.py
> 0
? 1

Disciplines, priorities, limits, random balance.

$ pertinax live models/slow_loris.yaml --under coroutine,frontend -n 20 --emit slow.py -q --format json --set executions.frontend.discipline=priority --set executions.coroutine.limit=20 >slow.json; grep -h '  run_loop\|^PRIORITIES' slow-*.py
>     run_loop(pool=None, admit=(20, None))
> PRIORITIES = {"good": 0, "loris": 0}
>     run_loop(pool=16, pool_order="priority")
$ pertinax live models/mmc.yaml --under threads -n 20 --emit mmc.py -q --format json --set db.discipline=lifo >mmc.json; grep '^SERVICES' mmc.py
> SERVICES = {"db": Slots(3, order="lifo")}

The report is that of a native run: what it pays on critical paths, what is waited for, what is in use.

$ printf 'pertinax: 1\nname: page\nservices: {db: {latency: 5ms, capacity: 1}}\nrequest: [{parallel: {a: [{call: db}], b: [{call: db}]}}, {respond: 200}]\n' >page.yaml; pertinax live page.yaml -n 5 --under threads,coroutine --runtime python3 --trace page.otlp.json --trace-requests 5 >page.txt; grep -E '^(CRITICAL|LIMITS|IN USE)' page.txt | sed 's/ UNDER.*//'; awk '/^LIMITS/ {on = 1} on && $2 == "db" {print $1, $2, ($5 > 1 && $5 < 90)} on && $1 == "db" {print $1, ($4 > 1 && $4 < 90)} /^$/ {on = 0}' page.txt; grep -o '"name":"db"' page.otlp.json | wc -l
> CRITICAL PATH
> LIMITS
> IN USE: mean (peak)
> threads db 1
> coroutine db 1
> 20
$ printf 'pertinax: 1\nname: nested\nrequest: [{parallel: {a: [{parallel: {b: [{wait: 1ms}], c: [{wait: 1ms}]}}]}}, {respond: 200}]\nexecutions: {small: {kind: threads, pool: 1}}\n' >nested.yaml; pertinax live nested.yaml --under small -n 2 --runtime python3 | sed -n '/^  1\./,/^$/p'
>   1. request, in request/parallel (nested.yaml:3:12), waits for its branches
>   2. request/a, in request/a/parallel (nested.yaml:3:28), waits for a thread of
>      `pool`, held by request: the circle is closed
>

What stands still is seen when nothing has moved for longer than anything takes: not by the time limit, which is two
minutes; and what takes long only is left in peace. Of a load as well, whose first requests hold each other up.

$ printf 'pertinax: 1\nname: opposite\nservices: {s: {latency: 10ms}}\nresources: {a: mutex, b: mutex}\nrequest: [{parallel: {x: [{use: a, do: [{call: s}, {use: b, do: [{call: s}]}]}], y: [{use: b, do: [{call: s}, {use: a, do: [{call: s}]}]}]}}, {respond: 200}]\n' >opposite.yaml
$ for x in coroutine: "threads:load: {clients: 2}" "coroutine:load: {rate: 50/s}"; do n=$((n + 1)); (cat opposite.yaml; echo "${x#*:}") >still$n.yaml; (timeout -s KILL 60 pertinax live still$n.yaml --under ${x%%:*} -n 3 --runtime python3 >still$n.txt; echo $? $(grep -c 'the circle is closed' still$n.txt)) & done; wait
> 1 1
> 1 1
> 1 1
$ printf 'pertinax: 1\nname: patient\nrequest: [{wait: 2500ms}, {respond: 200}]\n' >patient.yaml; for e in threads coroutine; do pertinax live patient.yaml --under $e -n 1 --runtime python3 -q & done | grep -cE '^(threads|coroutine) +[2-9][.][0-9]'
> 2
Nor what goes on without a step that ends: timeouts, attempts.

$ printf 'pertinax: 1\nname: goes_on\nshared: {n: 0..1}\nrequest: [{repeat: 16, do: {wait_until: n == 1, timeout: 200ms, catch: []}}, {fail: no, retry: {attempts: 17, backoff: 200ms}, catch: []}, {respond: 200}]\n' >goes_on.yaml; for e in threads coroutine; do pertinax live goes_on.yaml --under $e -n 1 --runtime python3 | grep -oE 'Measured: [0-9]*|stands-still' & done; wait
> Measured: 1
> Measured: 1

Those that come later may go their first steps: they end nowhere, and those before them do not move. (2 workers, too.)

$ printf 'pertinax: 1\nname: later\nresources: {a: {kind: mutex, scope: worker}, b: {kind: mutex, scope: worker}}\npipelines: {other: [{use: b, do: [{wait: 30ms}, {use: a, do: {wait: 1ms}}]}, {respond: 200}]}\nrequest: [{wait: 5ms}, {use: a, do: [{wait: 30ms}, {use: b, do: {wait: 1ms}}]}, {respond: 200}]\nload: [{rate: 20/s}, {rate: 20/s, pipeline: other}]\n' >later.yaml; for e in threads coroutine; do for more in --seed=1 --set=host.workers=2; do (timeout -s KILL 60 pertinax live later.yaml --under $e --runtime python3 $more >later$e$more.txt; echo $? $(grep -om1 'the circle is closed' later$e$more.txt) $(grep -c time-limit later$e$more.txt)) & done; done; wait
> 1 the circle is closed 0
> 1 the circle is closed 0
> 1 the circle is closed 0
> 1 the circle is closed 0

Unless they are whom the others wait for.

$ printf 'pertinax: 1\nname: counted\nshared: {n: 0..18}\nrequest: [{set: {n: n + 1}, atomic: true}, {wait_until: n == 18}, {respond: 200}]\nload: {rate: 6/s, arrivals: deterministic}\n' >counted.yaml; for e in threads coroutine; do pertinax live counted.yaml --under $e --runtime python3 -n 18 >counted$e.txt & done; wait; cat counted*.txt | grep -oE 'Measured: [0-9]*|stands-still'
> Measured: 17
> Measured: 17

A deadlock that only this run had, as pauses that are longer than they were asked for change who is first, is told by
what the requests had done that never ended; when the time is over, and of several workers, too.

$ printf 'pertinax: 1\nname: race\nresources: {a: {kind: mutex, scope: worker}, b: {kind: mutex, scope: worker}}\nrequest:\n  - parallel:\n      x: {use: a, do: [{repeat: 200, do: {wait: 50us}}, {use: b, do: {wait: 1ms}}]}\n      y: [{wait: 12ms}, {use: b, do: [{wait: 100ms}, {use: a, do: {wait: 1ms}}]}]\n  - respond: 200\n' >race.yaml; pertinax run race.yaml --under threads,coroutine -n 3 | grep -c '113.0 ±0'
> 2
$ for e in threads coroutine; do for more in "" "--time-limit 2" "--set host.workers=2"; do (timeout -s KILL 60 pertinax live race.yaml --under $e -n 2 --runtime python3 $more >"race$e$more.txt"; echo $? $(grep -A1 '^  2[.]' "race$e$more.txt")) & done; done; wait
> 1 2. request/y, in request/y/a (race.yaml:7:55), waits for `a`, held by request/x: the circle is closed
> 1 2. request/y, in request/y/a (race.yaml:7:55), waits for `a`, held by request/x: the circle is closed
> 1 2. request/y, in request/y/a (race.yaml:7:55), waits for `a`, held by request/x: the circle is closed
> 1 2. request/y, in request/y/a (race.yaml:7:55), waits for `a`, held by request/x: the circle is closed
> 1 2. request/y, in request/y/a (race.yaml:7:55), waits for `a`, held by request/x: the circle is closed
> 1 2. request/y, in request/y/a (race.yaml:7:55), waits for `a`, held by request/x: the circle is closed

Who does not get to its end in the simulation is there all the same.

$ printf 'pertinax: 1\nname: slow_client\nresources: {m: mutex}\npipelines: {slow: [{use: m, do: {wait: 30s}}, {respond: 200}]}\nrequest: [{wait: 5ms}, {use: m, do: {wait: 1ms}, timeout: 20ms, catch: {timeout: {respond: 503}}}, {respond: 200}]\nload: [{clients: 1}, {clients: 1, pipeline: slow}]\n' >slow_client.yaml; for e in threads coroutine; do pertinax live slow_client.yaml --under $e -n 40 --runtime python3 -q | awk 'END {print $1, ($2 >= 25)}'; done
> threads 1
> coroutine 1

What answers when the request is over answers nobody.

$ printf 'pertinax: 1\nname: too_late\nrequest: [{detach: [{wait: 60ms}, {respond: 200}]}, {wait: 20ms}]\nload: {clients: 1}\n' >too_late.yaml; for e in threads coroutine; do pertinax live too_late.yaml --under $e -n 12 --emit too_late.py -q >out; python3 too_late.py --draws too_late.py.draws --requests 12 --otlp too_late.jsonl >out; grep -c 'status_code' too_late.jsonl; done
> 0
> 0
? 1

Requests that come one by one find the system idle: what the last one has abandoned is over.

$ printf 'pertinax: 1\nname: left\nservices: {s: {latency: 100ms, capacity: 1, queue: 0}}\nrequest: [{call: s, timeout: 30ms, catch: {rejected: {respond: 503}, timeout: {respond: 200}}}]\n' >left.yaml; for e in threads coroutine; do pertinax live left.yaml --under $e -n 4 --emit left.py -q >out; python3 left.py --draws left.py.draws --requests 4 --otlp left.jsonl >out; grep -c 'status_code", "value": {"intValue": "200"' left.jsonl; done
> 4
> 4

What no request of the simulation comes to, those of a program may: here late arrivals are rejected.

$ printf 'pertinax: 1\nname: late\nservices: {s: {latency: 5ms, capacity: 1, queue: 0}, f: {latency: uniform(1ms 2ms)}}\nrequest: [{call: s, catch: {rejected: {call: f}}}, {respond: 200}]\nload: {rate: 196/s, arrivals: deterministic}\n' >late_ones.yaml; pertinax run late_ones.yaml --under threads,coroutine --requests 200 -q | grep -c '5.00 ±0  *5.00 ±0  *5.00 ±0'; pertinax live late_ones.yaml --under threads,coroutine -n 200 -q --runtime python3 --format json | grep -c '"requests": [12]'
> 2
> 2

What a thread beside the loop holds, or calls, a task upon the loop waits for, and the other way round; who does not
wait so long goes on.

$ printf 'pertinax: 1\nname: both\nservices: {s: {latency: 30ms, capacity: 1}}\nresources: {m: mutex}\nrequest:\n  - parallel: {a: {use: m, do: {wait: 30ms}}, b: {offload: [{use: m, do: {wait: 30ms}}]}}\n  - parallel: {a: {call: s}, b: {offload: {call: s}}}\n  - parallel:\n      a: {use: m, do: {wait: 30ms}}\n      b: [{wait: 5ms}, {offload: {use: m, do: {wait: 90ms}}, timeout: 10ms, catch: []}]\n  - parallel:\n      a: {offload: {use: m, do: {wait: 30ms}}}\n      b: [{wait: 15ms}, {use: m, timeout: 10ms, catch: [], do: {wait: 90ms}}]\n  - respond: 200\n' >both.yaml; pertinax run both.yaml --under hybrid -q | tail -1; pertinax live both.yaml --under hybrid --runtime python3 -n 5 -q --emit both.py | awk 'END {print ($2 >= 180)}'; grep -h 'S = .*S$\|CommonSlots(1)' both.py
> hybrid     180.0 ±0  180.0 ±0  180.0 ±0
> 1
> SERVICES = {"s": CommonSlots(1)}
> RESOURCES = {"m": [CommonSlots(1)]}
> ASYNC_SERVICES = SERVICES
> ASYNC_RESOURCES = RESOURCES

A call that has failed has nothing to receive; on a loop the pause before the next copy begins when the last one is on
its way.

$ printf 'pertinax: 1\nname: failing\nservices: {s: {latency: 5ms, error: 1, cpu: {send: 1ms, receive: 200ms}}}\nrequest: [{call: s, catch: []}, {call: s, hedge: {after: 2ms, max: 2}, catch: []}, {call: s, blocking: true, catch: []}, {respond: 200}]\n' >failing.yaml; for e in threads coroutine hybrid; do pertinax live failing.yaml --under $e --runtime python3 -n 2 -q | awk 'END {print $1, ($2 < 200)}'; done
> threads 1
> coroutine 1
> hybrid 1
$ printf 'pertinax: 1\nname: again\nservices: {s: {latency: 5ms, error: 1, cpu: {send: 30ms}}}\nrequest: [{call: s, hedge: {after: 30ms, max: 2}, catch: []}, {respond: 200}]\n' >again.yaml; pertinax run again.yaml --under coroutine -q | tail -1; pertinax live again.yaml --under coroutine --runtime python3 -n 2 -q | awk 'END {print ($2 > 94)}'
> coroutine  95.0 ±0  95.0 ±0  95.0 ±0
> 1

Where the simulation stands still, as many requests are made all the same (here what takes no time in it takes some);
and of an open load the next ones come while the last of those wanted are there, who may wait for them.

$ printf 'pertinax: 1\nname: only_simulated\nservices: {s: {latency: uniform(1ms 2ms)}}\nresources: {a: mutex, b: mutex}\nrequest:\n  - parallel:\n      x: {use: a, do: [{wait: 10ms}, {use: b, do: {wait: 1ms}}]}\n      y: [{repeat: 5000, do: {wait: 1us}}, {use: b, do: [{wait: 10ms}, {use: a, do: {wait: 1ms}}]}]\n  - call: s\n  - respond: 200\n' >only_simulated.yaml; for e in threads coroutine; do pertinax run only_simulated.yaml --under $e -n 3 -q >out; echo $?; pertinax live only_simulated.yaml --under $e -n 3 --runtime python3 | grep -o 'Measured: [0-9]*'; done
> 1
> Measured: 3
> 1
> Measured: 3
$ printf 'pertinax: 1\nname: fifth\nshared: {n: 0..9}\nrequest: [{set: {n: n + 1}, atomic: true}, {wait_until: n >= 5}, {respond: 200}]\nload: {rate: 10/s}\n' >fifth.yaml; for e in threads coroutine; do pertinax live fifth.yaml --under $e -n 3 --runtime python3 | grep -o 'Measured: [0-9]*'; done
> Measured: 3
> Measured: 3

Who waits for one that is yet to come when the time is over does not stand still.

$ sed 's,10/s,2/s,; s,n >= 5,n >= 9,' fifth.yaml >ninth.yaml; for e in threads coroutine; do pertinax live ninth.yaml --under $e -n 9 --runtime python3 --time-limit 1 -q >out; echo $?; done
> 0
> 0

Some may stand still while others go on.

$ printf 'pertinax: 1\nname: some\nresources: {a: mutex, b: mutex}\npipelines:\n  stuck: {parallel: {x: {use: a, do: [{wait: 20ms}, {use: b, do: {wait: 1ms}}]}, y: {use: b, do: [{wait: 20ms}, {use: a, do: {wait: 1ms}}]}}}\nrequest: [{wait: 10ms}, {respond: 200}]\nload:\n  - {rate: 50/s}\n  - {rate: 2/s, pipeline: stuck}\n' >some.yaml; for e in threads coroutine; do pertinax live some.yaml --under $e --runtime python3 -n 100 >some.txt; echo $?; grep -o 'stuck/x: the circle is closed' some.txt; done
> 1
> stuck/x: the circle is closed
> 1
> stuck/x: the circle is closed

The traces go into a store, under the name of the execution or another.

$ pertinax live models/do_work.yaml --runtime python3 --under threads -n 5 -d live.db -q >out && pertinax live models/do_work.yaml --under threads -n 5 -d live.db --label native -q >out && pertinax traces -d live.db --sql "SELECT label, count(*) AS requests FROM v_trace GROUP BY 1"
> label    requests
> native          5
> threads         5

$ pertinax live models/do_work.yaml --under threads -n 5 -d live.db -q
! error[E-store]: live.db has a recording 'threads' already
!       = help: --label NAME calls this one otherwise
! 1 error
? 2

A program that is run by hand to its end leaves nothing of one that was stopped.

$ pertinax live page.yaml --under threads -n 2 --emit by_hand.py -q >out; touch by_hand.jsonl.unfinished; python3 by_hand.py --draws by_hand.py.draws --requests 2 --otlp by_hand.jsonl >out; ls by_hand.json*
> by_hand.jsonl

Told to stop, with its workers, it writes what there is (and, if one was under way, what had been done of it).

$ for e in threads coroutine; do pertinax live models/do_work.yaml --set host.workers=2 --under $e -n 2 --emit stopped.py -q >out; timeout 3 python3 stopped.py --draws stopped.py.draws --requests 1000000 --otlp stopped.jsonl >out; rm -f *.unfinished; ls stopped*; rm stopped*; done
> stopped.jsonl
> stopped.py
> stopped.py.draws
> stopped.jsonl
> stopped.py
> stopped.py.draws

What has no Python program is told with its place, all of it.

$ pertinax live models/mmc.yaml --runtime python3 --under coroutine --set services.db.discipline=ps
! models/mmc.yaml:29:3: error[E-python]: `db`, whose discipline is ps, has no Python program
!    29 |   db: {latency: exponential(mean=service), capacity: servers}
!       |   ^^
!       = help: a service is told how long to take when a call begins, and sharing changes that with each other call: leave `discipline` out, or --runtime native
! 1 error
? 2

$ pertinax live models/mmc.yaml --runtime python3 --under coroutine --set host.workers=2
! models/mmc.yaml:29:3: error[E-python]: `db`, one for all of several workers, has no Python program
!    29 |   db: {latency: exponential(mean=service), capacity: servers}
!       |   ^^
!       = help: one worker (`--set host.workers=1`, or workers of the execution)
! 1 error
? 2

$ pertinax live models/do_work.yaml --runtime native --emit x.py
! error[E-option]: --emit is for --runtime python3
! 1 error
? 2

$ pertinax live models/do_work.yaml --runtime python3 -n 100001
! error[E-option-value]: --requests of a Python program, whose draws are a table, is 100000 at most
!       = help: --runtime native executes more
! 1 error
? 2

Corner cases, of which the program makes what the simulator does: what an attempt, a timeout or a group that is
decided leaves of the others. Each line: the status by `run`, and by the program.

$ printf 'pertinax: 1\nname: copies_left\nrequest: [{each: 3, as: i, limit: 1, until: 1, do: [{if: i < 2, then: {fail: bad}}]}, {respond: 200}]\n' >copies_left.yaml
$ printf 'pertinax: 1\nname: taken_once\nrequest: [{set: {n: 0}}, {each: 3, as: i, until: 1, do: {wait: 5ms + i * 30ms}, as_completed: [{wait: 100ms}, {set: {n: n + 1}}]}, {if: n == 1, then: {respond: 200}, else: {respond: 500}}]\n' >taken_once.yaml
$ printf 'pertinax: 1\nname: computed_late\nrequest: [{cpu: 10ms, timeout: 2ms, catch: {abort: 504}}, {respond: 200}]\n' >computed_late.yaml
$ printf 'pertinax: 1\nname: awaited_again\nrequest: [{spawn: {a: {wait: 5ms}, b: {wait: 1s}}}, {await: [a, b], until: 1}, {await: b}, {respond: 200}]\n' >awaited_again.yaml
$ printf 'pertinax: 1\nname: last_failure\nrequest: [{parallel: {a: {fail: one}, b: [{wait: 20ms}, {fail: two}]}, siblings: wait, catch: {one: {respond: 501}, two: {respond: 502}}}]\n' >last_failure.yaml
$ printf 'pertinax: 1\nname: all_rounds\nshared: {n: 0..3}\nrequest: [{set: {pause: 150ms}}, {repeat: 3, do: [{spawn: {t: [{wait: pause}, {set: {n: n + 1}, atomic: true}]}}, {set: {pause: pause - 60ms}}]}, {await: t}, {if: n == 3, then: {respond: 200}, else: {respond: 500}}]\n' >all_rounds.yaml
$ printf 'pertinax: 1\nname: queued_too\nservices: {s: {latency: 60ms, capacity: 1}}\nrequest: [{parallel: [{call: s}, [{wait: 10ms}, {call: s, timeout: 80ms}]], catch: {timeout: {abort: 504}}}, {respond: 200}]\n' >queued_too.yaml
$ printf 'pertinax: 1\nname: sent_late\nservices: {s: {latency: 60ms, cpu: 30ms}}\nrequest: [{call: s, timeout: 75ms, catch: {timeout: {abort: 504}}}, {respond: 200}]\n' >sent_late.yaml
$ printf 'pertinax: 1\nname: in_place\nrequest: [{parallel: [{wait: 80ms}, {wait: 80ms}], timeout: 20ms, catch: {timeout: {abort: 504}}}, {respond: 200}]\n' >in_place.yaml
$ printf 'pertinax: 1\nname: not_wanted\nshared: {n: 0..1}\nresources: {m: mutex}\nrequest: [{spawn: {t: {use: m, do: {wait: 60ms}}}}, {wait: 10ms}, {parallel: [[{wait: 10ms}, {fail: bad}], {use: m, do: [{wait: 1ms}, {set: {n: 1}}]}], catch: []}, {wait: 150ms}, {if: n == 0, then: {respond: 200}, else: {respond: 500}}]\n' >not_wanted.yaml
$ printf 'pertinax: 1\nname: nobodys\nchannels: {c: 2}\nrequest: [{detach: {put: c}}, {wait: 50ms}, {respond: 200}]\nstages: {st: {from: c, do: {fail: bad}}}\n' >nobodys.yaml
$ printf 'pertinax: 1\nname: for_a_thread\nexecutions: {hybrid: {pool: 1}}\nservices: {s: {latency: 100ms, blocking: true}}\nrequest: [{parallel: [{call: s}, [{wait: 10ms}, {call: s, timeout: 40ms, catch: {timeout: {respond: 504}}}]]}, {respond: 200}]\n' >for_a_thread.yaml
$ printf 'pertinax: 1\nname: given_up\nshared: {n: 0..1}\nrequest: [{offload: [{wait: 30ms}, {set: {n: 1}}], timeout: 10ms, catch: []}, {wait: 80ms}, {if: n == 0, then: {respond: 200}, else: {respond: 500}}]\n' >given_up.yaml
$ for x in copies_left:threads copies_left:coroutine taken_once:threads taken_once:coroutine computed_late:serial computed_late:threads computed_late:coroutine awaited_again:threads awaited_again:coroutine last_failure:serial last_failure:threads last_failure:coroutine all_rounds:threads all_rounds:coroutine queued_too:threads queued_too:coroutine sent_late:threads sent_late:coroutine in_place:serial not_wanted:threads not_wanted:coroutine nobodys:serial nobodys:threads nobodys:coroutine for_a_thread:hybrid given_up:hybrid; do m=${x%:*} e=${x#*:}; pertinax run $m.yaml --under $e --requests 1 -q --trace sim.otlp.json --trace-requests 1 >sim.txt; pertinax live $m.yaml --under $e -n 1 --time-limit 5 --emit p.py -q >live.txt; for again in 1 2 3 4 5; do rm -f py.otlp; timeout 10 python3 p.py --draws p.py.draws --requests 1 --otlp py.otlp >py.txt; got=$(for f in sim.otlp.json py.otlp; do grep -o '"http.response.status_code",* *"value": *{"intValue": *"[0-9]*' $f | grep -o '[0-9]*$'; done | xargs); [ "${got% *}" = "${got#* }" ] && break; done; echo $x $got; done
> copies_left:threads 200 200
> copies_left:coroutine 200 200
> taken_once:threads 200 200
> taken_once:coroutine 200 200
> computed_late:serial 200 200
> computed_late:threads 200 200
> computed_late:coroutine 200 200
> awaited_again:threads 200 200
> awaited_again:coroutine 200 200
> last_failure:serial 502 502
> last_failure:threads 502 502
> last_failure:coroutine 502 502
> all_rounds:threads 200 200
> all_rounds:coroutine 200 200
> queued_too:threads 504 504
> queued_too:coroutine 504 504
> sent_late:threads 504 504
> sent_late:coroutine 504 504
> in_place:serial 504 504
> not_wanted:threads 200 200
> not_wanted:coroutine 200 200
> nobodys:serial 200 200
> nobodys:threads 200 200
> nobodys:coroutine 200 200
> for_a_thread:hybrid 504 504
> given_up:hybrid 200 200

# A timeout that comes while its loop has a turn to give: the run is gone through to its end
$ printf 'pertinax: 1\nname: late\nservices: {s: {latency: 20ms}}\nrequest:\n  - seq: [{call: s, timeout: 10ms, retry: {attempts: 5, backoff: 20ms, factor: 2}}]\n    timeout: 90ms\n    catch: {timeout: {respond: 504}}\n  - respond: 200\n' >late.yaml; for runtime in native python3; do timeout -s KILL 60 pertinax live late.yaml --runtime $runtime --under coroutine,hybrid -n 2 -q | sed -E "/EXECUTION/d; s/ +[0-9.]+ .*//"; done
> coroutine
> hybrid
> coroutine
> hybrid

# A service that takes no connection: the timeout of a call is that of the way to it, too
$ printf 'import socket, subprocess, sys\nservice = socket.socket()\nservice.bind(("127.0.0.1", 0))\nservice.listen(0)\nfill = [socket.socket() for _ in range(4)]\nfor one in fill:\n    one.setblocking(False)\n    one.connect_ex(service.getsockname())\nsubprocess.run(["pertinax", "live", "hole.yaml", "--service", "127.0.0.1:%%d" %% service.getsockname()[1], *sys.argv[1:]])\n' >hole.py; printf 'pertinax: 1\nname: hole\nservices: {s: {latency: 5ms}}\nrequest: [{call: s, timeout: 200ms, catch: {timeout: {respond: 504}}}]\n' >hole.yaml; for x in native:threads native:coroutine python3:threads python3:coroutine; do (timeout -s KILL 60 python3 hole.py --runtime ${x%:*} --under ${x#*:} -n 20 --time-limit 30 >$x.txt; echo $x $? $(grep -cE 'incomplete|broken' $x.txt)) & done | sort
> native:coroutine 0 0
> native:threads 0 0
> python3:coroutine 0 0
> python3:threads 0 0

# A service that closes each connection when it has answered: a call that finds it closed is made once more
$ printf 'import socket, subprocess, sys, threading\nservice = socket.create_server(("127.0.0.1", 0))\ndef serve():\n    while True:\n        one, _ = service.accept()\n        if one.recv(100):\n            one.sendall(b"OK\\n")\n        one.close()\nthreading.Thread(target=serve, daemon=True).start()\nsubprocess.run(["pertinax", "live", "once.yaml", "--service", "127.0.0.1:%%d" %% service.getsockname()[1], *sys.argv[1:]])\n' >once.py; printf 'pertinax: 1\nname: once\nservices: {s: {latency: 1ms}}\nrequest: [{call: s}, {call: s, timeout: 20s}, {call: s, hedge: {after: 20s}}, {respond: 200}]\n' >once.yaml; for x in native:threads native:coroutine python3:threads python3:coroutine; do timeout -s KILL 60 python3 once.py --runtime ${x%:*} --under ${x#*:} -n 20 >once.txt; echo $x $? $(grep -cE 'incomplete|broken' once.txt); done
> native:threads 0 0
> native:coroutine 0 0
> python3:threads 0 0
> python3:coroutine 0 0

# Clients that are refused, and ask again at once, do so as often as requests were asked for
$ printf 'pertinax: 1\nname: full\nservices: {s: {latency: 5ms}}\nexecutions: {small: {kind: threads, limit: 1, queue: 0}}\nrequest: [{call: s}, {respond: 200}]\nload: {clients: 3}\n' >full.yaml; for runtime in native python3; do timeout -s KILL 60 pertinax live full.yaml --under small -n 20 -q --runtime $runtime --time-limit 20 | awk '/^small/ {print $2, $3, $4, $5}'; done
> 0 ±0 0 ±0
> 0 ±0 0 ±0

# A blocking call upon a loop: its timeout ends it; of a hedged one what would end it waits for the loop
$ for hedge in '' 'hedge: {after: 3ms, max: 2}, '; do printf 'pertinax: 1\nname: held\nservices: {s: {latency: 200ms, blocking: true}}\nrequest: [{call: s, %stimeout: 20ms, catch: {timeout: {respond: 504}}}]\n' "$hedge" >held.yaml; for runtime in native python3; do pertinax live held.yaml --under coroutine --runtime $runtime -n 2 -q | awk '/^coroutine/ {print $1, ($2 < 200 ? "below 200" : "200 or more")}'; done; done
> coroutine below 200
> coroutine below 200
> coroutine 200 or more
> coroutine 200 or more

# What is offloaded may end its pipeline
$ printf 'pertinax: 1\nname: back\npipelines: {p: [{offload: [{wait: 10ms}, {if: true, then: {return: true}}, {wait: 50ms}]}, {fail: no}]}\nrequest: [{run: p}, {respond: 200}]\n' >back.yaml; pertinax live back.yaml --runtime python3 --under hybrid -n 2 -q --emit back.py >/dev/null; grep -A 1 'rq.offload(' back.py; python3 back.py --draws back.py.draws --requests 2 --otlp back.jsonl >/dev/null; grep -c '"intValue": "200"' back.jsonl
>     if await rq.offload("offload", offload):
>         return
> 2

# Names of Python's, and of what executes the program; a file's name that is not plain
$ printf 'pertinax: 1\nname: names\nservices: {s: {latency: 1ms}}\npipelines: {queue: [{call: s}], enumerate: [{call: s}], class: [{fail: no}], class_: [{wait: 1ms}, {call: s}]}\nrequest: [{run: queue}, {run: enumerate}, {parallel: {object: {run: class_}, set: [{run: class_}, {call: s}]}}, {if: chance(0), then: {run: class}}, {respond: 200}]\n' >'a"""\N.yaml'; for x in threads coroutine; do pertinax live 'a"""\N.yaml' --runtime python3 --under $x -n 2 -q --emit names.py >/dev/null; python3 names.py --draws names.py.draws --requests 2 --otlp names.jsonl >/dev/null; grep -c '"intValue": "200"' names.jsonl; done
> 2
> 2

A program that ends well and has recorded nothing is no run without requests.

$ mkdir bin; printf '#!/bin/sh\necho fine\n' >bin/python3; chmod +x bin/python3; PATH=$PWD/bin:$PATH pertinax live models/do_work.yaml --runtime python3 --under threads -n 5
! error[E-live]: threads cannot be run: python3 ended well, but has recorded no request
! 1 error
? 4

What stands in for python3 and leaves something running: nothing waits for that, or is left.

$ printf '#!/bin/sh\nsleep 77 &\nexit 1\n' >bin/python3; PATH=$PWD/bin:$PATH timeout 20 pertinax live models/do_work.yaml --runtime python3 --under threads -n 5; echo $?; ps -eo args | grep -c '^sleep 77'
> 4
> 0
! error[E-live]: threads cannot be run: the program failed without a word
! 1 error
? 1

Whoever starts us may ignore that programs end; how ours has ended is known all the same, at once.

$ timeout -s KILL 60 env --ignore-signal=CHLD pertinax live models/do_work.yaml --runtime python3 --under threads -n 5 --time-limit 50 --format json | grep -o '"complete": [a-z]*'
> "complete": true

Calls that have taken every socket do not take the recording with them.

$ printf 'pertinax: 1\nname: wide\nservices: {db: {latency: 1ms}}\nrequest: [{each: 100, do: {call: db}}, {respond: 200}]\n' >wide.yaml; for i in 1 2 3 4 5 6; do (ulimit -n 40; timeout 20 pertinax live wide.yaml --runtime python3 --under threads -n 2 --format json | grep -o '"requests": 2'); done
> "requests": 2
> "requests": 2
> "requests": 2
> "requests": 2
> "requests": 2
> "requests": 2

Without standard input, what python3 says of its trouble is heard.

$ printf '#!/bin/sh\necho no such luck\nexit 1\n' >bin/python3; PATH=$PWD/bin:$PATH pertinax live models/do_work.yaml --runtime python3 --under threads -n 5 <&-
! error[E-live]: threads cannot be run: no such luck
! 1 error
? 4

However it ends, nothing stays behind in TMPDIR; where that is not to be had it says so.

$ mkdir tmp; export TMPDIR=$PWD/tmp; for s in HUP QUIT KILL INT; do timeout -s $s 0.5 pertinax live page.yaml --under serial -n 10000 -d s.db >out 2>err; timeout -s $s 0.5 pertinax live page.yaml --under serial -n 10000 --runtime python3 >out 2>err; timeout -s $s 0.5 pertinax calibrate --runtime python3 >out; timeout -s $s 0.5 pertinax compare page.yaml --live --under serial -n 10000 >out; done 2>/dev/null; sleep 0.2; for i in 1 2 3 4 5 6 7 8 9 10; do [ -z "$(ls tmp)" ] || sleep 0.5; done; ls tmp
$ export TMPDIR=$PWD/tmp; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do setsid pertinax live page.yaml --under serial -n 10000 --runtime python3 >out 2>&1 & p=$!; sleep 0.00$((i % 10)); kill -KILL -- -$p || kill -KILL $p; wait $p; done 2>/dev/null; sleep 0.2; for i in 1 2 3 4 5 6 7 8 9 10; do [ -z "$(ls tmp)" ] || sleep 0.5; done; ls tmp
$ TMPDIR=$PWD/tmp pertinax live page.yaml --under serial -n 2 --runtime python3 --emit nowhere/page.py; sleep 0.2; for i in 1 2 3 4 5 6 7 8 9 10; do [ -z "$(ls tmp)" ] || sleep 0.5; done; ls tmp
! error: cannot write nowhere/page.py: No such file or directory
$ TMPDIR=$PWD/nowhere pertinax live page.yaml --under serial -n 2 --runtime python3 2>&1 | sed "s,in .*/,in .../,"
> error[E-live]: no folder can be made in .../nowhere: No such file or directory
> 1 error

A program is a file, whatever its name.

$ pertinax live page.yaml --under threads,coroutine -n 1 --emit=
! error[E-option-value]: --emit needs the name of a file
! 1 error
? 2
$ pertinax live page.yaml --under threads,coroutine -n 1 --emit=-c.py -q --format json >out; ls ./-c*
> ./-c-coroutine.py
> ./-c-coroutine.py.draws
> ./-c-threads.py
> ./-c-threads.py.draws

$ mkdir two-coroutine.py two-threads.py.draws; for u in coroutine threads; do pertinax live page.yaml --under serial,$u -n 1 --emit=two.py; ls two-serial*; done
! error: cannot write two-coroutine.py: Is a directory
! ls: cannot access 'two-serial*': No such file or directory
! error: cannot write two-threads.py.draws: Is a directory
! ls: cannot access 'two-serial*': No such file or directory
? 2
$ cp page.yaml $'caf\351.yaml'; pertinax live $'caf\351.yaml' --under threads -n 1 --emit=cafe.py -q --format json >out; sed -n 2p cafe.py
> """page, executed on threads (written by pertinax from caf\ufffd.yaml).

It does not outlive who runs it, however that ends.

$ printf 'pertinax: 1\nname: slow\nrequest: [{wait: 60s}, {respond: 200}]\n' >slow.yaml; { timeout -s KILL 1 pertinax live slow.yaml --under threads -n 1 --emit=$PWD/slow.py; } 2>/dev/null; for i in 1 2 3 4 5 6 7 8 9 10; do pgrep -f $PWD/slow.py >/dev/null && sleep 0.1; done; pgrep -fc $PWD/slow.py
> 0
? 1

Of several workers, too, it is told that the service did not answer; and nothing is left open.

$ printf 'pertinax: 1\nname: refused\nservices: {db: {latency: 1ms}}\nrequest: [{call: db}, {respond: 200}]\nload: {clients: 2}\nhost: {workers: 2}\n' >refused.yaml; for e in threads coroutine; do pertinax live refused.yaml --under $e --runtime python3 -n 9 --service 127.0.0.1:1 --emit refused.py | grep -c '^warning.broken-calls'; python3 -W error refused.py --draws refused.py.draws --requests 9 2>&1 | grep -v '^9 requests'; done
> 1
> 1
? 1

A Python that is too old is told so.

$ mkdir old; printf '#!/bin/sh\nexec %s -c "import sys; sys.version_info = (3, 10); sys.version = \\"3.10.1 (of old)\\"; del sys.argv[0]; exec(open(sys.argv[0]).read())" "$@"\n' "$(command -v python3)" >old/python3; chmod +x old/python3; PATH=$PWD/old:$PATH pertinax live refused.yaml --under coroutine --runtime python3 -n 9
! error[E-live]: coroutine cannot be run: Python 3.11 or later is needed, not 3.10.1
! 1 error
? 4

What is done for a batch has timeouts and attempts, too.

$ printf 'pertinax: 1\nname: tried\nservices: {s: {latency: 5ms, error: 1}}\nchannels: {c: 9}\nstages: {st: {from: c, batch: {max: 3, wait: 20ms}, do: [{call: s, timeout: 90ms, retry: {attempts: 3, backoff: 2ms}, catch: []}, {seq: [{wait: 1ms}], timeout: 90ms}, {respond: 202}]}}\nrequest: [{put: c}]\nload: {clients: 4}\n' >tried.yaml; for e in threads coroutine; do pertinax live tried.yaml --under $e --runtime python3 -n 12 --emit tried.py -q >out; python3 tried.py --draws tried.py.draws --requests 12 --otlp tried.jsonl >out; grep -c '"intValue": "202"' tried.jsonl; done
> 12
> 12
