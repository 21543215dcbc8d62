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
