Claims, judged.

$ pertinax check data/claims.yaml | sed '/^EXPLORED/,/^$/d; s/--trace .*/--trace ID/'; echo ${PIPESTATUS[0]}
> claims · data/claims.yaml: 2 of 4 claims fail, 1 is vacuous
>
> CLAIM                                   serial  threads    coroutine
> deadlock_free                           pass    FAIL (1)   pass
> a pool, of 9: <large> & "quoted", 100%  -       vacuous    -
> deadlock_free (threads.pool=2)          -       xfail      -
> deadlock_free (threads.pool=3)          -       XPASS (2)  -
> responds: exactly_once                  -       -          pass
>
> (1) deadlock_free under threads: 6 tasks can never move again
>     (data/claims.yaml:11:5)
>
>   claims.yaml  request 1                   request 2                   free pool
>    1  :6       arrives, gets a thread of                                       1
>                 `pool`
>    2  :6                                   arrives, gets a thread of           0
>                                             `pool`
>    3  :6       starts `left` and `right`                                       0
>                 and waits for them; both
>                 wait for a thread of
>                 `pool`
>    4  :6                                   starts `left` and `right`           0
>                                             and waits for them; both
>                                             wait for a thread of
>                                             `pool`
>
>   6 tasks can never go on:
>   1. request 1 waits for its branches (data/claims.yaml:6:5)
>   2. request 1: left waits for a thread of `pool`, held by request 1, request 2:
>      the circle is closed (data/claims.yaml:7:14)
>   3. request 2 waits for its branches (data/claims.yaml:6:5)
>   4. request 1: right waits for a thread of `pool`, held by request 1, request 2
>      (data/claims.yaml:8:15)
>   5. request 2: left waits for a thread of `pool`, held by request 1, request 2
>      (data/claims.yaml:7:14)
>   and 1 more.
>
>   Every thread of `pool` (2) waits for work that waits for a thread of `pool`:
>   give the requests threads of their own (server: N), make the pool larger than
>   the requests in it, or run the branches in place.
>
>   To replay it: pertinax replay data/claims.yaml --trace ID
>
> (2) deadlock_free (threads.pool=3) under threads: it holds, and was expected to
>     fail (data/claims.yaml:15:5)
>
> warning [vacuous]: a pool, of 9: <large> & "quoted", 100% under threads could
> not have failed: 2 requests take at most 6 of the 9 threads of `pool`: nobody
> waits; try set: {executions.threads.pool: 5}, or concurrent: 4.
>
> `deadlock_free` under threads holds from threads.pool=3 on.
>
> warning [unreached]: the handler `catch timeout` of request/left/db is never run
> with 2 requests at once (data/claims.yaml:7:42).
>
> Explored: every order that the execution allows, every outcome; any latency may
> be any value. Reductions: local steps, equal copies, equal requests, requests
> apart.
>
> xfail: fails, as is expected of it; XPASS: holds, and should not.
> Again: pertinax check data/claims.yaml; version 0.1.0.
> 1
$ pertinax check data/claims.yaml --only 'responds: exactly_once' -q
> CLAIM                   coroutine
> responds: exactly_once  pass
$ pertinax check specs/faults/nested_connections.yaml specs/faults/lock_order.yaml -q
> SPEC                                  pass  fail  undecided  vacuous
> specs/faults/nested_connections.yaml     3     -          -        -
> specs/faults/lock_order.yaml             4     -          -        -
>
> nested_connections · specs/faults/nested_connections.yaml: all 3 claims hold
>
> CLAIM                            serial  threads  coroutine
> as many connections as requests  -       xfail    xfail
> one connection more              pass    pass     pass
> one request less                 pass    pass     pass
>
> lock_order · specs/faults/lock_order.yaml: all 4 claims hold
>
> CLAIM                   serial  threads  coroutine
> opposite order          -       xfail    xfail
> one at a time           pass    -        -
> the same order          pass    pass     pass
> responds: at_most_once  pass    pass     pass

A budget: what was covered is said, and nothing passes.

$ pertinax check models/do_work.yaml --max-states 5 >out; echo $?; head -7 out
> 3
> do_work · models/do_work.yaml: 5 of 5 claims are undecided
>
> CLAIM                   serial     threads    coroutine
> deadlock_free           undecided  undecided  undecided
> always_awaited          undecided  undecided  undecided
> responds: exactly_once  undecided  undecided  undecided
> no_race                 undecided  undecided  undecided

A vacuous claim warns, and with --strict it fails.

$ pertinax check data/claims.yaml --only 'a pool, of 9: <large> & "quoted", 100%' | head -8
> claims · data/claims.yaml: 1 of 1 claim is vacuous
>
> CLAIM                                   threads
> a pool, of 9: <large> & "quoted", 100%  vacuous
>
> warning [vacuous]: a pool, of 9: <large> & "quoted", 100% under threads could
> not have failed: 2 requests take at most 6 of the 9 threads of `pool`: nobody
> waits; try set: {executions.threads.pool: 5}, or concurrent: 4.
$ pertinax check data/claims.yaml --only 'a pool, of 9: <large> & "quoted", 100%' --strict -q
> CLAIM                                   threads
> a pool, of 9: <large> & "quoted", 100%  FAIL (1)
>
> (1) a pool, of 9: <large> & "quoted", 100% under threads: vacuous: 2 requests
>     take at most 6 of the 9 threads of `pool`: nobody waits
>     (data/claims.yaml:13:5)
>   try set: {executions.threads.pool: 5}, or concurrent: 4
? 1

A spec file beside its model; what the command line sets is set before what a claim sets.

$ mkdir claims && cp data/claims.yaml m.yaml && printf 'spec: 1\nmodel: ../m.yaml\nunder: threads\nset: {threads.pool: 3}\nchecks:\n  - deadlock_free\n  - {deadlock_free: {}, set: {threads.pool: 2}}\n' >claims/c.yaml; pertinax check claims/c.yaml --set threads.pool=2 -q
> CLAIM                           threads
> deadlock_free                   pass
> deadlock_free (threads.pool=2)  FAIL (1)
>
> (1) deadlock_free (threads.pool=2) under threads: 6 tasks can never move again
>     (claims/c.yaml:7:6)
? 1

For programs.

$ pertinax check data/claims.yaml --format json | sed '/"explorations"/,$d; s/threads[.]2[.][^"]*/ID/'
> {
>   "schema": "pertinax.check/1",
>   "version": "0.1.0",
>   "seed": 1,
>   "command": "pertinax check data/claims.yaml --format json",
>   "complete": true,
>   "summary": {
>     "pass": 4,
>     "fail": 2,
>     "undecided": 0,
>     "vacuous": 1
>   },
>   "specs": [
>     {
>       "file": "data/claims.yaml",
>       "model": "data/claims.yaml",
>       "name": "claims",
>       "settings": "",
>       "digest": "a54c470ea29dcb812f67d600606b6936d6a1570a9a61d81ca15910070d29a873"
>     }
>   ],
>   "claims": [
>     {
>       "name": "deadlock_free",
>       "kind": "deadlock_free",
>       "at": "data/claims.yaml:11:5",
>       "spec": 0,
>       "claim": 0,
>       "execution": "serial",
>       "settings": "",
>       "expect": "pass",
>       "found": "pass",
>       "verdict": "pass",
>       "why": "",
>       "exploration": 0
>     },
>     {
>       "name": "deadlock_free",
>       "kind": "deadlock_free",
>       "at": "data/claims.yaml:11:5",
>       "spec": 0,
>       "claim": 0,
>       "execution": "threads",
>       "settings": "",
>       "expect": "pass",
>       "found": "fail",
>       "verdict": "fail",
>       "why": "6 tasks can never move again",
>       "unusual_timing": false,
>       "exploration": 1,
>       "counterexample": {
>         "timing": "usual",
>         "trace": "ID",
>         "replay": "pertinax replay data/claims.yaml --trace ID",
>         "tasks": [
>           {
>             "task": "request 1",
>             "request": 1,
>             "holds": "a thread of `pool`",
>             "waits_for": "its branches"
>           },
>           {
>             "task": "request 2",
>             "request": 2,
>             "holds": "a thread of `pool`",
>             "waits_for": "its branches"
>           },
>           {
>             "task": "request 1: left",
>             "request": 1,
>             "waits_for": "a thread of `pool`"
>           },
>           {
>             "task": "request 1: right",
>             "request": 1,
>             "waits_for": "a thread of `pool`"
>           },
>           {
>             "task": "request 2: left",
>             "request": 2,
>             "waits_for": "a thread of `pool`"
>           },
>           {
>             "task": "request 2: right",
>             "request": 2
>           }
>         ],
>         "events": [
>           {
>             "number": 1,
>             "task": "request 1",
>             "at": "data/claims.yaml:6:3",
>             "text": "arrives, gets a thread of `pool`",
>             "holds": "a thread of `pool`",
>             "time": 0
>           },
>           {
>             "number": 2,
>             "task": "request 2",
>             "at": "data/claims.yaml:6:3",
>             "text": "arrives, gets a thread of `pool`",
>             "holds": "a thread of `pool`",
>             "time": 0
>           },
>           {
>             "number": 3,
>             "task": "request 1",
>             "at": "data/claims.yaml:6:5",
>             "text": "starts `left` and `right` and waits for them; both wait for a thread of `pool`",
>             "holds": "a thread of `pool`",
>             "time": 0
>           },
>           {
>             "number": 4,
>             "task": "request 2",
>             "at": "data/claims.yaml:6:5",
>             "text": "starts `left` and `right` and waits for them; both wait for a thread of `pool`",
>             "holds": "a thread of `pool`",
>             "time": 0
>           }
>         ]
>       }
>     },
>     {
>       "name": "deadlock_free",
>       "kind": "deadlock_free",
>       "at": "data/claims.yaml:11:5",
>       "spec": 0,
>       "claim": 0,
>       "execution": "coroutine",
>       "settings": "",
>       "expect": "pass",
>       "found": "pass",
>       "verdict": "pass",
>       "why": "",
>       "exploration": 2
>     },
>     {
>       "name": "a pool, of 9: <large> & \"quoted\", 100%",
>       "kind": "deadlock_free",
>       "at": "data/claims.yaml:13:5",
>       "spec": 0,
>       "claim": 1,
>       "execution": "threads",
>       "settings": "threads.pool=9",
>       "expect": "pass",
>       "found": "vacuous",
>       "verdict": "vacuous",
>       "why": "2 requests take at most 6 of the 9 threads of `pool`: nobody waits",
>       "hint": "try set: {executions.threads.pool: 5}, or concurrent: 4",
>       "exploration": 3
>     },
>     {
>       "name": "deadlock_free",
>       "kind": "deadlock_free",
>       "at": "data/claims.yaml:15:5",
>       "spec": 0,
>       "claim": 2,
>       "execution": "threads",
>       "settings": "threads.pool=2",
>       "expect": "fail",
>       "found": "fail",
>       "verdict": "pass",
>       "why": "6 tasks can never move again",
>       "unusual_timing": false,
>       "exploration": 4,
>       "counterexample": {
>         "timing": "usual",
>         "trace": "ID",
>         "replay": "pertinax replay data/claims.yaml --set threads.pool=2 --trace ID",
>         "tasks": [
>           {
>             "task": "request 1",
>             "request": 1,
>             "holds": "a thread of `pool`",
>             "waits_for": "its branches"
>           },
>           {
>             "task": "request 2",
>             "request": 2,
>             "holds": "a thread of `pool`",
>             "waits_for": "its branches"
>           },
>           {
>             "task": "request 1: left",
>             "request": 1,
>             "waits_for": "a thread of `pool`"
>           },
>           {
>             "task": "request 1: right",
>             "request": 1,
>             "waits_for": "a thread of `pool`"
>           },
>           {
>             "task": "request 2: left",
>             "request": 2,
>             "waits_for": "a thread of `pool`"
>           },
>           {
>             "task": "request 2: right",
>             "request": 2
>           }
>         ],
>         "events": [
>           {
>             "number": 1,
>             "task": "request 1",
>             "at": "data/claims.yaml:6:3",
>             "text": "arrives, gets a thread of `pool`",
>             "holds": "a thread of `pool`",
>             "time": 0
>           },
>           {
>             "number": 2,
>             "task": "request 2",
>             "at": "data/claims.yaml:6:3",
>             "text": "arrives, gets a thread of `pool`",
>             "holds": "a thread of `pool`",
>             "time": 0
>           },
>           {
>             "number": 3,
>             "task": "request 1",
>             "at": "data/claims.yaml:6:5",
>             "text": "starts `left` and `right` and waits for them; both wait for a thread of `pool`",
>             "holds": "a thread of `pool`",
>             "time": 0
>           },
>           {
>             "number": 4,
>             "task": "request 2",
>             "at": "data/claims.yaml:6:5",
>             "text": "starts `left` and `right` and waits for them; both wait for a thread of `pool`",
>             "holds": "a thread of `pool`",
>             "time": 0
>           }
>         ]
>       }
>     },
>     {
>       "name": "deadlock_free",
>       "kind": "deadlock_free",
>       "at": "data/claims.yaml:15:5",
>       "spec": 0,
>       "claim": 2,
>       "execution": "threads",
>       "settings": "threads.pool=3",
>       "expect": "fail",
>       "found": "pass",
>       "verdict": "fail",
>       "why": "it holds, and was expected to fail",
>       "exploration": 5
>     },
>     {
>       "name": "responds: exactly_once",
>       "kind": "responds",
>       "at": "data/claims.yaml:19:5",
>       "spec": 0,
>       "claim": 3,
>       "execution": "coroutine",
>       "settings": "",
>       "expect": "pass",
>       "found": "pass",
>       "verdict": "pass",
>       "why": "",
>       "exploration": 2
>     }
>   ],
>   "turns": [
>     {
>       "first": 4,
>       "claims": 2,
>       "text": "holds from threads.pool=3 on"
>     }
>   ],
>   "warnings": [
>     {
>       "id": "unreached",
>       "text": "the handler `catch timeout` of request/left/db is never run with 2 requests at once",
>       "at": "data/claims.yaml:7:42",
>       "spec": 0
>     }
>   ],
$ pertinax check data/claims.yaml --format junit | sed 's/--trace .*/--trace ID/'
> <?xml version="1.0" encoding="UTF-8"?>
> <testsuites name="pertinax" tests="7" failures="2" errors="0">
>   <testsuite name="data/claims.yaml" file="data/claims.yaml" tests="7" failures="2" errors="0" skipped="1">
>     <properties>
>       <property name="seed" value="1"/>
>       <property name="model" value="data/claims.yaml"/>
>       <property name="command" value="pertinax check data/claims.yaml --format junit"/>
>     </properties>
>     <testcase name="deadlock_free" classname="claims.serial"/>
>     <testcase name="deadlock_free" classname="claims.threads">
>       <failure message="6 tasks can never move again" type="deadlock_free">deadlock_free under threads: 6 tasks can never move again
> data/claims.yaml:11:5
> claims.yaml  request 1                              request 2                              free pool
>  1  :6       arrives, gets a thread of `pool`                                                      1
>  2  :6                                              arrives, gets a thread of `pool`               0
>  3  :6       starts `left` and `right` and waits                                                   0
>               for them; both wait for a thread of
>               `pool`
>  4  :6                                              starts `left` and `right` and waits            0
>                                                      for them; both wait for a thread of
>                                                      `pool`
>
> 6 tasks can never go on:
> 1. request 1 waits for its branches (data/claims.yaml:6:5)
> 2. request 1: left waits for a thread of `pool`, held by request 1, request 2: the circle is closed
>    (data/claims.yaml:7:14)
> 3. request 2 waits for its branches (data/claims.yaml:6:5)
> 4. request 1: right waits for a thread of `pool`, held by request 1, request 2
>    (data/claims.yaml:8:15)
> 5. request 2: left waits for a thread of `pool`, held by request 1, request 2
>    (data/claims.yaml:7:14)
> and 1 more.
>
> Every thread of `pool` (2) waits for work that waits for a thread of `pool`: give the requests
> threads of their own (server: N), make the pool larger than the requests in it, or run the branches
> in place.
>
> To replay it: pertinax replay data/claims.yaml --trace ID
> </failure>
>     </testcase>
>     <testcase name="deadlock_free" classname="claims.coroutine"/>
>     <testcase name="a pool, of 9: &lt;large&gt; &amp; &quot;quoted&quot;, 100% (threads.pool=9)" classname="claims.threads">
>       <skipped message="2 requests take at most 6 of the 9 threads of `pool`: nobody waits">a pool, of 9: &lt;large&gt; &amp; &quot;quoted&quot;, 100% under threads: 2 requests take at most 6 of the 9 threads of `pool`: nobody waits
> try set: {executions.threads.pool: 5}, or concurrent: 4
> data/claims.yaml:13:5
> </skipped>
>     </testcase>
>     <testcase name="deadlock_free (threads.pool=2)" classname="claims.threads"/>
>     <testcase name="deadlock_free (threads.pool=3)" classname="claims.threads">
>       <failure message="it holds, and was expected to fail" type="deadlock_free">deadlock_free (threads.pool=3) under threads: it holds, and was expected to fail
> data/claims.yaml:15:5
> </failure>
>     </testcase>
>     <testcase name="responds: exactly_once" classname="claims.coroutine"/>
>     <system-out>the handler `catch timeout` of request/left/db is never run with 2 requests at once (data/claims.yaml:7:42)
> </system-out>
>   </testsuite>
> </testsuites>
$ pertinax check data/claims.yaml --format sarif
> {
>   "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
>   "version": "2.1.0",
>   "runs": [
>     {
>       "tool": {
>         "driver": {
>           "name": "pertinax",
>           "version": "0.1.0",
>           "rules": [
>             {
>               "id": "deadlock_free",
>               "shortDescription": {
>                 "text": "Some task can never move again."
>               }
>             },
>             {
>               "id": "always_awaited",
>               "shortDescription": {
>                 "text": "A spawned task is never awaited."
>               }
>             },
>             {
>               "id": "responds",
>               "shortDescription": {
>                 "text": "A request is not answered as often as it should be."
>               }
>             },
>             {
>               "id": "no_race",
>               "shortDescription": {
>                 "text": "Two tasks can touch the same data at once."
>               }
>             },
>             {
>               "id": "terminates",
>               "shortDescription": {
>                 "text": "A request may never end."
>               }
>             },
>             {
>               "id": "no_write_after_abort",
>               "shortDescription": {
>                 "text": "Data are written after the request was aborted."
>               }
>             },
>             {
>               "id": "mutual_exclusion",
>               "shortDescription": {
>                 "text": "Two steps that exclude each other can run at once."
>               }
>             },
>             {
>               "id": "never",
>               "shortDescription": {
>                 "text": "Something that must never hold can hold."
>               }
>             },
>             {
>               "id": "always",
>               "shortDescription": {
>                 "text": "Something that must always hold can fail to."
>               }
>             },
>             {
>               "id": "eventually",
>               "shortDescription": {
>                 "text": "Something that must come may not come."
>               }
>             },
>             {
>               "id": "after",
>               "shortDescription": {
>                 "text": "After one thing another happens, or does not."
>               }
>             },
>             {
>               "id": "leads_to",
>               "shortDescription": {
>                 "text": "One thing may not be followed by the other."
>               }
>             },
>             {
>               "id": "ltl",
>               "shortDescription": {
>                 "text": "A formula of linear temporal logic does not hold."
>               }
>             },
>             {
>               "id": "require",
>               "shortDescription": {
>                 "text": "A limit on a number does not hold."
>               }
>             },
>             {
>               "id": "worst_case",
>               "shortDescription": {
>                 "text": "A bound on the worst case does not hold."
>               }
>             },
>             {
>               "id": "agrees",
>               "shortDescription": {
>                 "text": "A model does not agree with recorded traces."
>               }
>             },
>             {
>               "id": "vacuous",
>               "shortDescription": {
>                 "text": "A claim could not have failed."
>               }
>             },
>             {
>               "id": "unreached",
>               "shortDescription": {
>                 "text": "A step, branch or handler is never reached."
>               }
>             },
>             {
>               "id": "finding",
>               "shortDescription": {
>                 "text": "Something in the model looks wrong."
>               }
>             }
>           ]
>         }
>       },
>       "invocations": [
>         {
>           "commandLine": "pertinax check data/claims.yaml --format sarif",
>           "executionSuccessful": true
>         }
>       ],
>       "columnKind": "unicodeCodePoints",
>       "results": [
>         {
>           "ruleId": "deadlock_free",
>           "ruleIndex": 0,
>           "level": "error",
>           "message": {
>             "text": "deadlock_free under threads: 6 tasks can never move again"
>           },
>           "locations": [
>             {
>               "physicalLocation": {
>                 "artifactLocation": {
>                   "uri": "data/claims.yaml"
>                 },
>                 "region": {
>                   "startLine": 11,
>                   "startColumn": 5,
>                   "endColumn": 18
>                 }
>               }
>             }
>           ],
>           "codeFlows": [
>             {
>               "threadFlows": [
>                 {
>                   "locations": [
>                     {
>                       "location": {
>                         "physicalLocation": {
>                           "artifactLocation": {
>                             "uri": "data/claims.yaml"
>                           },
>                           "region": {
>                             "startLine": 6,
>                             "startColumn": 3,
>                             "endColumn": 4
>                           }
>                         },
>                         "message": {
>                           "text": "request 1: arrives, gets a thread of `pool`"
>                         }
>                       },
>                       "importance": "important"
>                     },
>                     {
>                       "location": {
>                         "physicalLocation": {
>                           "artifactLocation": {
>                             "uri": "data/claims.yaml"
>                           },
>                           "region": {
>                             "startLine": 6,
>                             "startColumn": 3,
>                             "endColumn": 4
>                           }
>                         },
>                         "message": {
>                           "text": "request 2: arrives, gets a thread of `pool`"
>                         }
>                       },
>                       "importance": "important"
>                     },
>                     {
>                       "location": {
>                         "physicalLocation": {
>                           "artifactLocation": {
>                             "uri": "data/claims.yaml"
>                           },
>                           "region": {
>                             "startLine": 6,
>                             "startColumn": 5,
>                             "endColumn": 13
>                           }
>                         },
>                         "message": {
>                           "text": "request 1: starts `left` and `right` and waits for them; both wait for a thread of `pool`"
>                         }
>                       },
>                       "importance": "important"
>                     },
>                     {
>                       "location": {
>                         "physicalLocation": {
>                           "artifactLocation": {
>                             "uri": "data/claims.yaml"
>                           },
>                           "region": {
>                             "startLine": 6,
>                             "startColumn": 5,
>                             "endColumn": 13
>                           }
>                         },
>                         "message": {
>                           "text": "request 2: starts `left` and `right` and waits for them; both wait for a thread of `pool`"
>                         }
>                       },
>                       "importance": "important"
>                     }
>                   ]
>                 }
>               ]
>             }
>           ],
>           "partialFingerprints": {
>             "claim/v1": "deadlock_free under threads"
>           }
>         },
>         {
>           "ruleId": "vacuous",
>           "ruleIndex": 16,
>           "level": "warning",
>           "message": {
>             "text": "a pool, of 9: <large> & \"quoted\", 100% under threads could not have failed: 2 requests take at most 6 of the 9 threads of `pool`: nobody waits; try set: {executions.threads.pool: 5}, or concurrent: 4"
>           },
>           "locations": [
>             {
>               "physicalLocation": {
>                 "artifactLocation": {
>                   "uri": "data/claims.yaml"
>                 },
>                 "region": {
>                   "startLine": 13,
>                   "startColumn": 5,
>                   "endColumn": 18
>                 }
>               }
>             }
>           ],
>           "partialFingerprints": {
>             "claim/v1": "a pool, of 9: <large> & \"quoted\", 100% under threads"
>           }
>         },
>         {
>           "ruleId": "deadlock_free",
>           "ruleIndex": 0,
>           "level": "error",
>           "message": {
>             "text": "deadlock_free (threads.pool=3) under threads: it holds, and was expected to fail"
>           },
>           "locations": [
>             {
>               "physicalLocation": {
>                 "artifactLocation": {
>                   "uri": "data/claims.yaml"
>                 },
>                 "region": {
>                   "startLine": 15,
>                   "startColumn": 5,
>                   "endColumn": 18
>                 }
>               }
>             }
>           ],
>           "partialFingerprints": {
>             "claim/v1": "deadlock_free (threads.pool=3) under threads"
>           }
>         },
>         {
>           "ruleId": "unreached",
>           "ruleIndex": 17,
>           "level": "note",
>           "message": {
>             "text": "the handler `catch timeout` of request/left/db is never run with 2 requests at once"
>           },
>           "locations": [
>             {
>               "physicalLocation": {
>                 "artifactLocation": {
>                   "uri": "data/claims.yaml"
>                 },
>                 "region": {
>                   "startLine": 7,
>                   "startColumn": 42,
>                   "endColumn": 45
>                 }
>               }
>             }
>           ],
>           "partialFingerprints": {
>             "claim/v1": "the handler `catch timeout` of request/left/db is never run with 2 requests at once"
>           }
>         }
>       ]
>     }
>   ]
> }
? 1
$ pertinax check data/claims.yaml --format github
> ::error file=data/claims.yaml,line=11,col=5,title=deadlock_free under threads%3A does not hold::6 tasks can never move again%0A1. request 1: arrives, gets a thread of `pool` (data/claims.yaml:6:3)%0A2. request 2: arrives, gets a thread of `pool` (data/claims.yaml:6:3)%0A3. request 1: starts `left` and `right` and waits for them; both wait for a thread of `pool` (data/claims.yaml:6:5)%0A4. request 2: starts `left` and `right` and waits for them; both wait for a thread of `pool` (data/claims.yaml:6:5)%0Arequest 1 waits for its branches%0Arequest 1: left waits for a thread of `pool`, held by request 1, request 2%0Arequest 2 waits for its branches%0Arequest 1: right waits for a thread of `pool`, held by request 1, request 2%0Arequest 2: left waits for a thread of `pool`, held by request 1, request 2%0ATo replay it: pertinax replay data/claims.yaml --trace threads.2.edvb-0224c
> ::warning file=data/claims.yaml,line=13,col=5,title=a pool%2C of 9%3A <large> & "quoted"%2C 100%25 under threads%3A vacuous::2 requests take at most 6 of the 9 threads of `pool`: nobody waits%0Atry set: {executions.threads.pool: 5}, or concurrent: 4
> ::error file=data/claims.yaml,line=15,col=5,title=deadlock_free (threads.pool=3) under threads%3A does not hold::it holds, and was expected to fail
> ::notice file=data/claims.yaml,line=7,col=42,title=unreached::the handler `catch timeout` of request/left/db is never run with 2 requests at once
> data/claims.yaml: 2 of 4 claims fail, 1 is vacuous
? 1
$ pertinax check data/claims.yaml --format md | sed '/EXPLORED/,$d'
> ### claims · data/claims.yaml: 2 of 4 claims fail, 1 is vacuous
>
> Judged by pertinax 0.1.0; specs and model a54c470ea29d.
>
> | CLAIM | serial | threads | coroutine |
> | --- | --- | --- | --- |
> | deadlock\_free | pass | FAIL (1) | pass |
> | a pool, of 9: &lt;large> \& "quoted", 100% | - | vacuous | - |
> | deadlock\_free (threads.pool=2) | - | xfail | - |
> | deadlock\_free (threads.pool=3) | - | XPASS (2) | - |
> | responds: exactly\_once | - | - | pass |
>
> (1) deadlock\_free under threads: 6 tasks can never move again (data/claims.yaml:11:5)
>
> ```mermaid
> sequenceDiagram
>     participant t0 as request 1
>     participant t1 as request 2
>     Note over t0: 1. [0 s] arrives, gets a thread of pool<br/>data/claims.yaml:6
>     Note over t1: 2. [0 s] arrives, gets a thread of pool<br/>data/claims.yaml:6
>     Note over t0: 3. [0 s] starts left and right and waits for them, both wait for a thread of pool<br/>data/claims.yaml:6
>     Note over t1: 4. [0 s] starts left and right and waits for them, both wait for a thread of pool<br/>data/claims.yaml:6
>     Note over t0: waits for its branches
>     Note over t1: waits for its branches
> ```
>
> (2) deadlock\_free (threads.pool=3) under threads: it holds, and was expected to fail (data/claims.yaml:15:5)
>
> warning \[vacuous]: a pool, of 9: &lt;large> \& "quoted", 100% under threads could not have failed: 2 requests take at most 6 of the 9 threads of `pool`: nobody waits; try set: {executions.threads.pool: 5}, or concurrent: 4.
>
> `deadlock_free` under threads holds from threads.pool=3 on.
>
> warning \[unreached]: the handler `catch timeout` of request/left/db is never run with 2 requests at once (data/claims.yaml:7:42).
>
$ pertinax check data/claims.yaml -q -o out.xml -o out.sarif -o out.json -o out.md -o out.txt >out; grep -c '<testcase' out.xml; grep -c ruleIndex out.sarif; grep -c '"verdict"' out.json; head -1 out.md; cmp out out.txt
> 7
> 4
> 7
> ### claims · data/claims.yaml: 2 of 4 claims fail, 1 is vacuous

JUnit is valid (where xmllint is there to say so).

$ pertinax check data/claims.yaml specs/faults/*.yaml models/do_work.yaml --strict --max-states 30 -q -o out.xml >out; if command -v xmllint >xmllint; then xmllint --noout --schema data/junit.xsd out.xml 2>&1; else echo out.xml validates; fi
> out.xml validates

So is SARIF, by the schema of its standard (where Python's jsonschema is there to say so; the schema is OASIS's, as
the package @microsoft/jest-sarif 1.0.0-beta.0 carries it, under the MIT licence).

$ pertinax check data/claims.yaml specs/faults/*.yaml models/do_work.yaml --strict --max-states 30 -q -o out.sarif >out; if python3 -c 'import jsonschema' 2>none; then python3 -c 'import json, jsonschema; jsonschema.validate(*(json.load(open(f)) for f in ("out.sarif", "data/sarif-2.1.0.json")))' 2>&1; fi; echo $?
> 0

A claim with `timing: model` goes on to the next counterexample where the latencies exclude the first.

$ pertinax check data/story_timed.yaml | sed '/To replay/d; /^warning/,$d'
> timed · data/story_timed.yaml: 1 of 2 claims fails, 1 is undecided
>
> CLAIM                                                          threads
> responds: exactly_once                                         FAIL (1)
> responds: exactly_once (request=[{respond: 200}, {call: fast,  undecided
>   timeout: 5ms, catch: {respond: 503}}, {call: fast}])
>
> (1) responds: exactly_once under threads: a request is answered twice
>     (data/story_timed.yaml:14:6)
>
>   story_timed.yaml  request
>    1      0 s  :7   arrives, responds 200, calls `fast`  ◀
>    2  1.50 ms  :10  `fast` answers, calls `fast`
>    3  3.00 ms  :12  `fast` answers, `chance(0.1)` holds, responds 500, though
>                      there is a response already, the request ends  ◀
>
>
> Undecided: responds: exactly_once (request=[{respond: 200}, {call: fast,
> timeout: 5ms, catch: {respond: 503}}, {call: fast}]) under threads: a request is
> answered twice, but the model's latencies exclude that in the one run that was
> looked at; without `timing: model`, any such run counts.
>

A grid: from which value on does it hold?

$ printf 'spec: 1\nmodel: specs/faults/nested_pool.yaml\nunder: threads\nchecks:\n  - {deadlock_free: {}, for: {threads.pool: [1, 2, 3, 4]}}\n  - {deadlock_free: {}, for: {threads.pool: [2, 3], threads.server: [1, 2]}}\n' >c.yaml; pertinax check c.yaml | sed '/^([12])/,/^  To replay/d; /^EXPLORED/,$d'
> nested_pool · c.yaml of specs/faults/nested_pool.yaml: 1 of 2 claims fails, 1 is
> vacuous
>
> CLAIM                                             threads
> deadlock_free (threads.pool=1)                    FAIL (1)
> deadlock_free (threads.pool=2)                    FAIL (2)
> deadlock_free (threads.pool=3)                    pass
> deadlock_free (threads.pool=4)                    pass
> deadlock_free (threads.pool=2, threads.server=1)  vacuous
> deadlock_free (threads.pool=2, threads.server=2)  pass
> deadlock_free (threads.pool=3, threads.server=1)  vacuous
> deadlock_free (threads.pool=3, threads.server=2)  pass
>
>
>
> warning [vacuous]: deadlock_free (threads.pool=2, threads.server=1) under
> threads could not have failed: 2 requests take at most 2 of the 2 threads of
> `pool`: nobody waits; try set: {executions.threads.pool: 1}, or concurrent: 3.
>
> warning [vacuous]: deadlock_free (threads.pool=3, threads.server=1) under
> threads could not have failed: 2 requests take at most 2 of the 3 threads of
> `pool`: nobody waits; try set: {executions.threads.pool: 1}, or concurrent: 4.
>
> `deadlock_free` under threads holds from threads.pool=3 on.
>
> `deadlock_free` under threads holds for all of the values.
>
