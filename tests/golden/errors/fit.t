What fit is asked for has to be there.

$ pertinax import -q -d s.db data/traces/hotel.jaeger.json 2>err.txt >import.txt
$ pertinax fit -d s.db --root Serch
! error[E-root]: the store has no span 'Serch'
! 1 error
? 2
$ pertinax fit -d s.db --label nothing
! error[E-root]: the store has no such request
!       = help: 'pertinax traces' shows what is there; --label, --service and --since choose
! 1 error
? 2
$ pertinax fit -d s.db --since yesterday
! error[E-option-value]: --since: 'yesterday' is no time
!       = help: as in --since 2024-05-01T12:00:00Z
! 1 error
? 2
$ pertinax fit -d none.db
! error[E-store]: none.db cannot be opened: unable to open database file
! 1 error
? 2

What compare is asked for, as well.

$ pertinax compare models/do_work.yaml -d s.db --under tasks --spans a= --within p98=1%,p99=x
! error[E-option-value]: --spans: 'a=' is not STEP=NAME
!       = help: as in --spans geocoder=geo.Lookup
! error[E-option-value]: --within: 'p98=1%' is no margin
!       = help: as in --within mean=5%,p50=5%,p95=10%,p99=20%
! error[E-option-value]: --within: 'p99=x' is no margin
!       = help: as in --within mean=5%,p50=5%,p95=10%,p99=20%
! 3 errors
? 2
$ pertinax compare models/do_work.yaml -d s.db --label tasks=default
! error[E-under]: the model has no execution 'tasks'
! 1 error
? 2
$ pertinax compare models/do_work.yaml -d none.db
! error[E-store]: none.db cannot be opened: unable to open database file
! 1 error
? 2

A model whose numbers are to be estimated has to be one.

$ pertinax fit -d s.db --model none.yaml --spans a
! error[E-file]: cannot read 'none.yaml': No such file or directory
! error[E-option-value]: --spans: 'a' is not STEP=NAME
!       = help: as in --spans geocoder=geo.Lookup
! 2 errors
? 2
$ printf 'pertinax: 1\nname: x\nrequest: [{call: y}]\n' >x.yaml; pertinax fit -d s.db -m x.yaml
! x.yaml:3:18: error[E-unknown-name]: unknown service `y`
!     3 | request: [{call: y}]
!       |                  ^
!       = help: the model has no `services:`
! 1 error
? 2
