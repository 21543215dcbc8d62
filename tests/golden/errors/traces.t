What pertinax traces does not take.

$ pertinax traces -d nowhere.db
! error[E-store]: nowhere.db cannot be opened: unable to open database file
! 1 error
? 2
$ pertinax import -q data/traces/checkout.otlp.jsonl | tail -1
> New: 8 traces, 88 spans. The store holds 8 traces, 88 spans.
$ pertinax traces --sql "DELETE FROM trace"
! error[E-sql]: --sql: only SELECT is possible here
!       = help: the views are v_trace, v_span, v_call and v_critical; see 'pertinax traces --help'
! 1 error
? 2
$ pertinax traces --sql "SELECT 1; SELECT 2"
! error[E-sql]: --sql: only one statement is possible here
!       = help: the views are v_trace, v_span, v_call and v_critical; see 'pertinax traces --help'
! 1 error
? 2
$ pertinax traces --sql "SELECT * FROM v_critical('best')"
! error[E-sql]: --sql: v_critical(rule): rule is own, jaeger or crisp
!       = help: the views are v_trace, v_span, v_call and v_critical; see 'pertinax traces --help'
! 1 error
? 2
$ pertinax traces --sql "SELECT quantile(duration, 2) FROM v_span"
! error[E-sql]: --sql: quantile(x, p): p must be from 0 to 1
!       = help: the views are v_trace, v_span, v_call and v_critical; see 'pertinax traces --help'
! 1 error
? 2
$ pertinax traces --sql "SELECT absent FROM v_span"
! error[E-sql]: --sql: no such column: absent
!       = help: the views are v_trace, v_span, v_call and v_critical; see 'pertinax traces --help'
! 1 error
? 2
$ pertinax traces --sql ""
! error[E-sql]: --sql: there is no statement
!       = help: the views are v_trace, v_span, v_call and v_critical; see 'pertinax traces --help'
! 1 error
? 2
$ pertinax traces --trace 77
! error[E-traces]: there is no trace 77 in pertinax.db
! 1 error
? 2
$ pertinax traces --trace zebra --since yesterday -o x.pdf
! error[E-option-value]: --since: 'yesterday' is neither a time nor a time span
!       = help: 10m is the last ten minutes that were recorded; 2024-05-01T12:00 a time (UTC)
! error[E-option-value]: -o x.pdf: no format has this suffix
!       = help: the suffixes are .json, .csv, .md, .txt
! 2 errors
? 2
$ pertinax traces --root 'GET*'
! error[E-traces]: no trace is as asked for
!       = help: the store holds 8 traces; without --root, --label, --since and --service all of them are meant
! 1 error
? 2
$ pertinax traces --service shop
! error[E-traces]: no span is as asked for
!       = help: the store holds 8 traces; without --root, --label, --since and --service all of them are meant
! 1 error
? 2
$ pertinax traces --root 'GET*' --trace p99
! error[E-traces]: no trace is as asked for
! 1 error
? 2
$ pertinax traces --rule best --limit -3
! error[E-option-value]: --rule cannot be 'best'
!       = help: one of own|jaeger|crisp
! 1 error
? 2

Nor pertinax collect.

$ pertinax collect --listen 4318
! error[E-listen]: '4318' is no address to listen at
!       = help: write HOST:PORT, as in 127.0.0.1:4318
! 1 error
? 2
$ pertinax collect --listen 8.8.8.8:4318
! error[E-listen]: cannot listen at 8.8.8.8:4318: Cannot assign requested address
! 1 error
? 2
$ pertinax collect --for ever --until 0 --label ''
! error[E-option-value]: --label must not be empty
! error[E-option-value]: --until must be a whole number of at least 1, not '0'
! error[E-option-value]: --for: 'ever' is no time span
!       = help: a time span, such as 30s, 10m or 2h
! 3 errors
? 2
$ echo no >notes.txt; pertinax collect -d notes.txt
! error[E-store]: notes.txt is not a store of traces, nor any SQLite file
!       = help: -d FILE names another store; a new one is made where none is
! 1 error
? 2

It ends, and says what it has.

$ pertinax collect --listen 127.0.0.1:0 --for 100ms -q
> pertinax.db · label default
>
>    TRACES      SPANS  REJECTED   REQUESTS    TAKEN  BAD  BEHIND  REFUSED
>         0          0         0          0        0    0       0        0
>
> Nothing was dropped, repaired or guessed.
$ ls *.db
> pertinax.db
