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
