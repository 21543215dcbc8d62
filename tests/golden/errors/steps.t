Steps that are none, or two.

A mistyped verb.

$ printf 'pertinax: 1\nname: t\nservices: {db: {latency: 1ms}, cache: {latency: 1ms}}\nrequest:\n  - cal: db\n' >bad.yaml; cat bad.yaml | tail -n +3
> services: {db: {latency: 1ms}, cache: {latency: 1ms}}
> request:
>   - cal: db
$ pertinax explain bad.yaml
! bad.yaml:5:5: error[E-step-verb]: a step needs a verb, and `cal` is none
!     5 |   - cal: db
!       |     ^^^
!       = help: did you mean `call`?
! 1 error
? 2

Two verbs.

$ printf 'pertinax: 1\nname: t\nservices: {db: {latency: 1ms}, cache: {latency: 1ms}}\nrequest:\n  - call: db\n    wait: 1ms\n' >bad.yaml; cat bad.yaml | tail -n +3
> services: {db: {latency: 1ms}, cache: {latency: 1ms}}
> request:
>   - call: db
>     wait: 1ms
$ pertinax explain bad.yaml
! bad.yaml:6:5: error[E-step-verbs]: a step has one verb, this one has `call` and `wait`
!     6 |     wait: 1ms
!       |     ^^^^
!       = help: make them two steps of a list
! 1 error
? 2

A verb alone.

$ printf 'pertinax: 1\nname: t\nservices: {db: {latency: 1ms}, cache: {latency: 1ms}}\nrequest: [call]\n' >bad.yaml; cat bad.yaml | tail -n +3
> services: {db: {latency: 1ms}, cache: {latency: 1ms}}
> request: [call]
$ pertinax explain bad.yaml
! bad.yaml:4:11: error[E-kind]: expected a step, which is a map such as {call: SERVICE}, found `call`
!     4 | request: [call]
!       |           ^^^^
!       = help: write `call: ...`
! 1 error
? 2

A branch without a name.

$ printf 'pertinax: 1\nname: t\nservices: {db: {latency: 1ms}, cache: {latency: 1ms}}\nrequest:\n  parallel: {call: db}\n' >bad.yaml; cat bad.yaml | tail -n +3
> services: {db: {latency: 1ms}, cache: {latency: 1ms}}
> request:
>   parallel: {call: db}
$ pertinax explain bad.yaml
! bad.yaml:5:20: error[E-kind]: `call` is the name of a branch here and needs a body, found `db`
!     5 |   parallel: {call: db}
!       |                    ^^
!       = help: name the branch, as in {first: {call: db}}
! 1 error
? 2

A loop without a body.

$ printf 'pertinax: 1\nname: t\nrequest: {repeat: 3}\n' >bad.yaml; cat bad.yaml | tail -n +3
> request: {repeat: 3}
$ pertinax explain bad.yaml
! bad.yaml:3:10: error[E-missing-key]: a `repeat` step needs `do`
!     3 | request: {repeat: 3}
!       |          ^
! 1 error
? 2
