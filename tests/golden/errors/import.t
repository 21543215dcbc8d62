A store is made where none is; nothing is written into a file that is another's.

$ echo hello > notes.txt; pertinax import -d notes.txt data/traces/pair.zipkin.json
! error[E-store]: notes.txt is not a store of traces, nor any SQLite file
!       = help: -d FILE names another store; a new one is made where none is
! 1 error
? 2
$ cat notes.txt
> hello

A file that is not there is an error, and then nothing is stored.

$ pertinax import -d s.db data/traces/pair.zipkin.json nowhere.json
! nowhere.json: error[E-import]: there is no such file
! 1 error
? 2
$ ls s.db 2>&1
> ls: cannot access 's.db': No such file or directory
? 2

Nothing imported is an error, too.

$ echo '{"a": 1}' > other.json; : > empty; pertinax import -d s.db other.json empty .
! error[E-import]: nothing was imported
! other.json: warning[W-import]: left out: in none of the formats that are known
!       = help: --from FORMAT says what it is; 'pertinax import --help' lists the formats
! empty: warning[W-import]: left out: the file is empty
! .: warning[W-import]: left out: is a directory
! 1 error, 3 warnings
? 2
$ ls s.db 2>&1
> ls: cannot access 's.db': No such file or directory
? 2

$ pertinax import -d s.db --from jaeger data/traces/pair.zipkin.json
! error[E-import]: nothing was imported
! data/traces/pair.zipkin.json: warning[W-import]: left out: there is no span in it
! 1 error, 1 warning
? 2

Maps of columns.

$ pertinax import --csv trace=t,idd=s,start data/traces/table.csv
! error[E-csv-map]: --csv knows no field 'idd'
!       = help: did you mean 'id'?
! error[E-csv-map]: --csv needs FIELD=COLUMN, not 'start'
!       = help: as in trace=TraceID,id=SpanID,start=Start/us,duration=Duration/us
! 2 errors
? 2
$ pertinax import --csv trace=t,id=s,start=x/h data/traces/table.csv
! error[E-csv-map]: --csv knows no unit 'h'
!       = help: units are ns, us, ms and s
! 1 error
? 2
$ pertinax import --csv trace=t,id=s data/traces/table.csv
! error[E-csv-map]: --csv trace=t,id=s does not say which columns are trace, id and start
!       = help: as in trace=TraceID,id=SpanID,start=Start/us,duration=Duration/us
! 1 error
? 2
$ pertinax import --csv trace=t,id=s,start=x data/traces/table.csv
! error[E-import]: nothing was imported
! data/traces/table.csv: warning[W-record]: byte 0: there is no column 't'
! data/traces/table.csv: warning[W-record]: byte 0: there is no column 's'
! data/traces/table.csv: warning[W-record]: byte 0: there is no column 'x'
! data/traces/table.csv: warning[W-import]: left out: there is no span in it
! 1 error, 4 warnings
? 2
$ pertinax import --csv trace=t,id=s,start=x --from har data/traces/table.csv
! error[E-option-value]: --csv is for --from csv, not har
! 1 error
? 2

$ pertinax import
! error[E-operand]: 'pertinax import' needs an argument: FILE...
!       = help: as in 'pertinax import traces.json'
! 1 error
? 2

$ pertinax import - - --label ''
! error[E-option-value]: --label must not be empty
! error[E-import]: standard input can be read only once
! 2 errors
? 2
