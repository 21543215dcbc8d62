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
