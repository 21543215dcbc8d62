Keys that are unknown, missing, or known elsewhere.

A mistyped key of a service.

$ printf 'pertinax: 1\nname: t\nservices:\n  db: {latensy: 3ms, latency: 1ms}\nrequest: {call: db}\n' >bad.yaml; cat bad.yaml | tail -n +3
> services:
>   db: {latensy: 3ms, latency: 1ms}
> request: {call: db}
$ pertinax explain bad.yaml
! bad.yaml:4:8: error[E-unknown-key]: unknown key `latensy` in a service
!     4 |   db: {latensy: 3ms, latency: 1ms}
!       |        ^^^^^^^
!       = help: did you mean `latency`?
! 1 error
? 2

A key that belongs elsewhere.

$ printf 'pertinax: 1\nname: t\nservices: {db: {latency: 1ms}, cache: {latency: 1ms}}\nrequest: {cpu: 1ms, hedge: {after: 1ms}}\n' >bad.yaml; cat bad.yaml | tail -n +3
> services: {db: {latency: 1ms}, cache: {latency: 1ms}}
> request: {cpu: 1ms, hedge: {after: 1ms}}
$ pertinax explain bad.yaml
! bad.yaml:4:21: error[E-unknown-key]: unknown key `hedge` in a `cpu` step
!     4 | request: {cpu: 1ms, hedge: {after: 1ms}}
!       |                     ^^^^^
!       = help: `hedge` is a key of a `call` step
! 1 error
? 2

A model without a request.

$ printf 'pertinax: 1\nname: t\nservices: {db: {latency: 1ms}, cache: {latency: 1ms}}\n' >bad.yaml; cat bad.yaml | tail -n +3
> services: {db: {latency: 1ms}, cache: {latency: 1ms}}
$ pertinax explain bad.yaml
! bad.yaml:1:1: error[E-missing-key]: a model needs `request`
!     1 | pertinax: 1
!       | ^
! 1 error
? 2

A service without a latency.

$ printf 'pertinax: 1\nname: t\nservices:\n  db: {cpu: 40us}\nrequest: {call: db}\n' >bad.yaml; cat bad.yaml | tail -n +3
> services:
>   db: {cpu: 40us}
> request: {call: db}
$ pertinax explain bad.yaml
! bad.yaml:4:7: error[E-missing-key]: a service needs `latency`
!     4 |   db: {cpu: 40us}
!       |       ^
! 1 error
? 2
