All errors of a file are reported in one run.

Four of them.

$ printf 'pertinax: 1\nname: t\nservices:\n  db: {latensy: 3ms, latency: 1ms}\nrequest:\n  - call: bd\n  - {cal: db}\n  - {each: 3, do: {call: db, until: 2}}\n' >bad.yaml; cat bad.yaml | tail -n +3
> services:
>   db: {latensy: 3ms, latency: 1ms}
> request:
>   - call: bd
>   - {cal: db}
>   - {each: 3, do: {call: db, until: 2}}
$ pertinax explain bad.yaml
! bad.yaml:4:8: error[E-unknown-key]: unknown key `latensy` in a service
!     4 |   db: {latensy: 3ms, latency: 1ms}
!       |        ^^^^^^^
!       = help: did you mean `latency`?
! bad.yaml:6:11: error[E-unknown-name]: unknown service `bd`
!     6 |   - call: bd
!       |           ^^
!       = help: did you mean `db`?
! bad.yaml:7:6: error[E-step-verb]: a step needs a verb, and `cal` is none
!     7 |   - {cal: db}
!       |      ^^^
!       = help: did you mean `call`?
! bad.yaml:8:30: error[E-unknown-key]: unknown key `until` in a `call` step
!     8 |   - {each: 3, do: {call: db, until: 2}}
!       |                              ^^^^^
!       = help: `until` is a key of a `parallel` step
! 4 errors
? 2
