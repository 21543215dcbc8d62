What CI runs: GitHub's action, GitLab's template, the hook for pre-commit.

$ SPECS='specs/faults/nested*.yaml data/claims.yaml' ARGS='--only deadlock_free' GITHUB_STEP_SUMMARY=summary.md source/.ci/check-action
> ::error file=data/claims.yaml,line=11,col=5,title=deadlock_free under threads%3A does not hold::6 tasks can never move again%0A1. request 1: arrives, gets a thread of `pool` (data/claims.yaml:6:3)%0A2. request 2: arrives, gets a thread of `pool` (data/claims.yaml:6:3)%0A3. request 1: starts `left` and `right` and waits for them; both wait for a thread of `pool` (data/claims.yaml:6:5)%0A4. request 2: starts `left` and `right` and waits for them; both wait for a thread of `pool` (data/claims.yaml:6:5)%0Arequest 1 waits for its branches%0Arequest 1: left waits for a thread of `pool`, held by request 1, request 2%0Arequest 2 waits for its branches%0Arequest 1: right waits for a thread of `pool`, held by request 1, request 2%0Arequest 2: left waits for a thread of `pool`, held by request 1, request 2%0ATo replay it: pertinax replay data/claims.yaml --trace threads.2.edvb-0224c
> ::warning file=data/claims.yaml,line=13,col=5,title=a pool%2C of 9%3A <large> & "quoted"%2C 100%25 under threads%3A vacuous::2 requests take at most 6 of the 9 threads of `pool`: nobody waits%0Atry set: {executions.threads.pool: 5}, or concurrent: 4
> ::error file=data/claims.yaml,line=15,col=5,title=deadlock_free (threads.pool=3) under threads%3A does not hold::it holds, and was expected to fail
> ::notice file=data/claims.yaml,line=7,col=42,title=unreached::the handler `catch timeout` of request/left/db is never run with 2 requests at once
> specs/faults/nested_connections.yaml: all 3 claims hold
> specs/faults/nested_pool.yaml: all 4 claims hold
> data/claims.yaml: 2 of 3 claims fail, 1 is vacuous
? 1
$ ls; grep '^#' summary.md
> data
> models
> pertinax.sarif
> pertinax.xml
> source
> specs
> summary.md
> ### nested\_connections · specs/faults/nested\_connections.yaml: all 3 claims hold
> ### nested\_pool · specs/faults/nested\_pool.yaml: all 4 claims hold
> ### claims · data/claims.yaml: 2 of 3 claims fail, 1 is vacuous
$ source/.ci/check-action
! source/.ci/check-action: line 6: SPECS: which specs?
? 1
$ PERTINAX_SPECS='specs/faults/*.yaml' PERTINAX_ARGS=--strict; eval "$(sed -n 's/^    - pertinax/pertinax/p' source/.ci/gitlab.yml)" >out; echo $?; tail -1 out; ls pertinax.*
> 0
> 11 specs: all 42 claims hold
> pertinax.sarif
> pertinax.txt
> pertinax.xml
$ eval "$(sed -n 's/^  entry: //p' source/.pre-commit-hooks.yaml)" specs/faults/lock_order.yaml specs/do_work.yaml
> SPEC                          pass  fail  undecided  vacuous
> specs/faults/lock_order.yaml     4     -          -        -
> specs/do_work.yaml               4     -          -        -
>
> lock_order · specs/faults/lock_order.yaml: all 4 claims hold
>
> CLAIM                   serial  threads  coroutine
> opposite order          -       xfail    xfail
> one at a time           pass    -        -
> the same order          pass    pass     pass
> responds: at_most_once  pass    pass     pass
>
> do_work · specs/do_work.yaml of models/do_work.yaml: all 4 claims hold
>
> CLAIM                   serial  threads  coroutine
> deadlock_free           pass    pass     pass
> always_awaited          pass    pass     pass
> responds: exactly_once  pass    pass     pass
> terminates              pass    pass     pass
