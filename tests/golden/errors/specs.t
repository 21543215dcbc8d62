Claims that say nothing, in a model.

$ printf 'pertinax: 1\nname: t\nrequest: {wait: 1ms}\nchecks: [deadlockfree, never]\n' >bad.yaml; cat bad.yaml | tail -n +3
> request: {wait: 1ms}
> checks: [deadlockfree, never]
$ pertinax explain bad.yaml
! bad.yaml:4:10: error[E-claim]: unknown claim `deadlockfree`
!     4 | checks: [deadlockfree, never]
!       |          ^^^^^^^^^^^^
!       = help: did you mean `deadlock_free`?
! bad.yaml:4:24: error[E-claim]: `never` does not say what is claimed
!     4 | checks: [deadlockfree, never]
!       |                        ^^^^^
!       = help: write it as in never: running(rank) and running(geo)
! 2 errors
? 2

A claim about something that does not exist.

$ printf 'pertinax: 1\nname: t\nrequest: {wait: 1ms}\nchecks:\n  - {deadlock_free: {}, under: thread}\n  - {deadlock_free: {}, set: {pool: 2}}\n  - {deadlock_free: {}, set: {host.cores: none}}\n  - no_race: [session]\n' >bad.yaml
$ pertinax check bad.yaml
! bad.yaml:5:32: error[E-under]: no execution `thread`
!     5 |   - {deadlock_free: {}, under: thread}
!       |                                ^^^^^^
!       = help: did you mean `threads`?
! bad.yaml:6:31: error[E-set]: there is no parameter 'pool'
!     6 |   - {deadlock_free: {}, set: {pool: 2}}
!       |                               ^^^^
!       = help: the model has no params:; a path looks like db.latency or host.cores
! bad.yaml:7:43: error[E-name-unknown]: there is no parameter `none`
!     7 |   - {deadlock_free: {}, set: {host.cores: none}}
!       |                                           ^^^^
!       = help: add it to `params:`
! bad.yaml:8:15: error[E-unknown-name]: unknown shared data `session`
!     8 |   - no_race: [session]
!       |               ^^^^^^^
!       = help: the model has no `shared:`
! 4 errors
? 2
$ printf 'spec: 1\nmodel: bad.yml\nchecks: [deadlock_free]\n' >spec.yaml; pertinax check spec.yaml
! spec.yaml:2:8: error[E-file]: cannot read the model bad.yml
!     2 | model: bad.yml
!       |        ^^^^^^^
!       = help: a path is seen from the file it stands in
! 1 error
? 2
$ pertinax check nothing.yaml
! error[E-file]: cannot read 'nothing.yaml': No such file or directory
! 1 error
? 2

Nothing to check is an error, never a silent pass.

$ printf 'pertinax: 1\nname: t\nrequest: {wait: 1ms}\nchecks: []\n' >bad.yaml; pertinax check bad.yaml
! error[E-claim]: bad.yaml: there is nothing to check
!       = help: claim something under `checks:`
! 1 error
? 2
$ pertinax check
! error[E-operand]: 'pertinax check' needs an argument: SPEC|MODEL...
!       = help: name spec files, or models
! 1 error
? 2
$ pertinax check models/do_work.yaml --only deadlok_free
! error[E-option-value]: --only: no claim is called 'deadlok_free'
!       = help: did you mean 'deadlock_free'?
! 1 error
? 2
$ pertinax check models/do_work.yaml --max-memory lots --time-limit 3 -o result.html
! error[E-option-value]: --max-memory: 'lots' is no size
!       = help: write it as in 512MB or 2GiB
! error[E-option-value]: --time-limit: '3' is no time
!       = help: write it as in 30s or 5min
! error[E-option-value]: no format for 'result.html'
!       = help: the suffix says the format: .txt, .json, .xml (JUnit), .sarif or .md
! 3 errors
? 2

The words of claims are read for the model that they are about.

$ printf 'spec: 1\nmodel: models/do_work.yaml\nunder: threads\nchecks:\n  - never: running(foo)\n  - {after: aborted, never: started(oo)}\n  - mutual_exclusion: [foo1, foo9]\n  - require: p99 <= 3\n  - worst_case: latency\n' >bad.yaml
$ pertinax check bad.yaml
! bad.yaml:5:20: error[E-step-unknown]: the model has no step `foo`
!     5 |   - never: running(foo)
!       |                    ^^^
!       = help: a step goes by its `name:`, else by what it calls, uses or runs; `explain` lists all of them
! bad.yaml:6:37: error[E-step-unknown]: the model has no step `oo`
!     6 |   - {after: aborted, never: started(oo)}
!       |                                     ^^
!       = help: a step goes by its `name:`, else by what it calls, uses or runs; `explain` lists all of them
! bad.yaml:7:24: error[E-step-unknown]: the model has no step `foo1`
!     7 |   - mutual_exclusion: [foo1, foo9]
!       |                        ^^^^
!       = help: a step goes by its `name:`, else by what it calls, uses or runs; `explain` lists all of them
! bad.yaml:7:30: error[E-step-unknown]: the model has no step `foo9`
!     7 |   - mutual_exclusion: [foo1, foo9]
!       |                              ^^^^
!       = help: a step goes by its `name:`, else by what it calls, uses or runs; `explain` lists all of them
! bad.yaml:8:14: error[E-expr-unit]: `p99` is a duration and `3` is a number: they cannot be compared
!     8 |   - require: p99 <= 3
!       |              ^^^^^^^^
!       = help: units are never guessed: write 3ms or 3s
! bad.yaml:9:24: error[E-expr-syntax]: this limit compares nothing
!     9 |   - worst_case: latency
!       |                        ^
!       = help: ... <= 250ms, for example
! 6 errors
? 2

# K requests at once are said in one way; other claims have no such setting
$ printf 'pertinax: 1\nname: t\nrequest: {wait: 1ms}\nchecks:\n  - {worst_case: latency <= 5ms, concurrent: 2, load: {backlog: 3}}\n  - {require: p99 <= 5ms, concurrent: 2}\n' >bad.yaml
$ pertinax check bad.yaml
! bad.yaml:5:46: error[E-claim]: `worst_case` with both `concurrent` and `load`
!     5 |   - {worst_case: latency <= 5ms, concurrent: 2, load: {backlog: 3}}
!       |                                              ^
!       = help: `load: {backlog: N}` says the same
! bad.yaml:6:27: error[E-claim]: `concurrent` means nothing for `require`
!     6 |   - {require: p99 <= 5ms, concurrent: 2}
!       |                           ^^^^^^^^^^
!       = help: requests arrive as `load` says; nothing is explored
! 2 errors
? 2

A spec is no model, and a worst case is of the latency.

$ printf 'spec: 1\nmodel: self.yaml\nchecks: [deadlock_free]\n' >self.yaml; pertinax check self.yaml
! self.yaml:2:8: error[E-file]: self.yaml is a spec itself
!     2 | model: self.yaml
!       |        ^^^^^^^^^
!       = help: `model` names the file that begins with pertinax: 1
! 1 error
? 2
$ printf 'pertinax: 1\nname: t\nrequest: {wait: 1ms}\nchecks: [{worst_case: p99 <= 5ms}]\n' >bad.yaml; pertinax check bad.yaml
! bad.yaml:4:23: error[E-expr-syntax]: `p99` is no quantity and no parameter
!     4 | checks: [{worst_case: p99 <= 5ms}]
!       |                       ^^^
!       = help: worst_case: latency <= 2s
! 1 error
? 2
