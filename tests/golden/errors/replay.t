What is no run is told so.

$ pertinax replay data/story_locks.yaml
! error[E-trace]: 'pertinax replay' needs --trace ID
!       = help: 'pertinax check' prints one with each failure
! 1 error
? 2
$ pertinax replay data/story_locks.yaml --trace what
! error[E-trace]: --trace what: neither an id nor a file that can be read
!       = help: an id looks like threads.2.k3f9-7q0c2b
! 1 error
? 2
$ pertinax replay data/story_locks.yaml --trace threads.17.k3n2-05r
! error[E-trace]: --trace threads.17.k3n2-05r: neither an id nor a file that can be read
!       = help: an id looks like threads.2.k3f9-7q0c2b
! 1 error
? 2
$ pertinax replay data/story_locks.yaml --trace fibres.1.k3n2-05r
! error[E-trace]: --trace fibres.1.k3n2-05r: the model has no such execution
!       = help: it begins with the name of one
! 1 error
? 2
$ pertinax replay data/story_locks.yaml --trace threads.c0-c7.k3n2-05r
! error[E-trace]: --trace threads.c0-c7.k3n2-05r: the model has fewer classes of requests
! 1 error
? 2
$ pertinax replay data/story_locks.yaml --trace threads.1.k3n2-05ccr0000z
! error[E-trace]: --trace threads.1.k3n2-05ccr0000z: it is cut, or mistyped
!       = help: 'pertinax check' finds what there is to be found now
! 1 error
? 2
$ pertinax replay data/story_locks.yaml --trace threads.1.k3n2-05cc
! error[E-trace]: --trace threads.1.k3n2-05cc: it is cut, or mistyped
!       = help: 'pertinax check' finds what there is to be found now
! 1 error
? 2
$ pertinax replay data/story_await.yaml --trace threads.1.k3n2-05ccr
! error[E-trace]: --trace threads.1.k3n2-05ccr: the model, or what was set in it, has changed since
!       = help: 'pertinax check' finds what there is to be found now
! 1 error
? 2
$ pertinax replay data/story_locks.yaml --trace threads.1.k3n2-05ccr -o x.pdf
! error[E-option-value]: no format for 'x.pdf'
!       = help: the suffix says the format: .json (Chrome trace), .otlp.json, .mmd, .trace or .txt
! 1 error
? 2
$ pertinax replay data/story_unusual.yaml --trace coroutine.1.heym-23qq -o x.json
! error[E-trace]: x.json: this run has no times, for it needs unusual timing
!       = help: the text says which latency is in the way; .mmd and .txt need no times
! 1 error
? 2
$ printf 'pertinax-trace 1\nset db.latency=1ms\nwhat\n' >x.trace; pertinax replay data/story_locks.yaml --trace x.trace
! error[E-trace]: --trace what: this line of the file means nothing
!       = help: lines begin with set, trace or #
! 1 error
? 2
$ printf 'pertinax-trace 2\n' >x.trace; pertinax replay data/story_locks.yaml --trace x.trace
! error[E-trace]: --trace x.trace: the file holds no trace
!       = help: such files are written by 'pertinax replay MODEL --trace ID -o FILE.trace'
! 1 error
? 2
