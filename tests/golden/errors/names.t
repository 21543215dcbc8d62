Names of things that are not there.

A mistyped service.

$ printf 'pertinax: 1\nname: t\nservices: {db: {latency: 1ms}, cache: {latency: 1ms}}\nrequest: {call: chache}\n' >bad.yaml; cat bad.yaml | tail -n +3
> services: {db: {latency: 1ms}, cache: {latency: 1ms}}
> request: {call: chache}
$ pertinax explain bad.yaml
! bad.yaml:4:17: error[E-unknown-name]: unknown service `chache`
!     4 | request: {call: chache}
!       |                 ^^^^^^
!       = help: did you mean `cache`?
! 1 error
? 2

Another service; few exist, so they are listed.

$ printf 'pertinax: 1\nname: t\nservices: {db: {latency: 1ms}, cache: {latency: 1ms}}\nrequest: {call: warehouse}\n' >bad.yaml; cat bad.yaml | tail -n +3
> services: {db: {latency: 1ms}, cache: {latency: 1ms}}
> request: {call: warehouse}
$ pertinax explain bad.yaml
! bad.yaml:4:17: error[E-unknown-name]: unknown service `warehouse`
!     4 | request: {call: warehouse}
!       |                 ^^^^^^^^^
!       = help: the services: db, cache
! 1 error
? 2

A service that is used as a resource.

$ printf 'pertinax: 1\nname: t\nservices: {db: {latency: 1ms}, cache: {latency: 1ms}}\nrequest: {use: db, do: []}\n' >bad.yaml; cat bad.yaml | tail -n +3
> services: {db: {latency: 1ms}, cache: {latency: 1ms}}
> request: {use: db, do: []}
$ pertinax explain bad.yaml
! bad.yaml:4:16: error[E-unknown-name]: unknown resource `db`
!     4 | request: {use: db, do: []}
!       |                ^^
!       = help: `db` stands in `services:`
! 1 error
? 2

A failure that nobody raises.

$ printf 'pertinax: 1\nname: t\nservices: {db: {latency: 1ms}, cache: {latency: 1ms}}\nrequest:\n  call: db\n  catch: {tmeout: []}\n' >bad.yaml; cat bad.yaml | tail -n +3
> services: {db: {latency: 1ms}, cache: {latency: 1ms}}
> request:
>   call: db
>   catch: {tmeout: []}
$ pertinax explain bad.yaml
! bad.yaml:6:11: error[E-failure-unknown]: no step fails with `tmeout`
!     6 |   catch: {tmeout: []}
!       |           ^^^^^^
!       = help: did you mean `timeout`?
! 1 error
? 2

A pipeline that runs itself.

$ printf 'pertinax: 1\nname: t\npipelines:\n  a: {run: b}\n  b: [{wait: 1ms}, {run: a}]\nrequest: {run: a}\n' >bad.yaml; cat bad.yaml | tail -n +3
> pipelines:
>   a: {run: b}
>   b: [{wait: 1ms}, {run: a}]
> request: {run: a}
$ pertinax explain bad.yaml
! bad.yaml:5:26: error[E-recursion]: pipelines may not run themselves: a -> b -> a
!     5 |   b: [{wait: 1ms}, {run: a}]
!       |                          ^
!       = help: use `repeat` or `retry` to do work again
! 1 error
? 2
