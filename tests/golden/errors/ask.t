What is wrong with --what-if and --threshold is told with its place in the argument, before anything
is run, and all of it at once.

$ pertinax run data/steps.yaml --what-if slo=8ms --what-if slow=8 --what-if a.latncy=3ms
! data/steps.yaml:9:16: error[E-expr-unit]: `slow` is a number; a duration is expected
!     9 |   b: {latency: slow}
!       |                ^^^^
!       = help: multiply it by a duration: x * 1ms
! --what-if:1:1: error[E-set]: there is no parameter 'slo'
!     1 | slo=8ms
!       | ^^^
!       = help: did you mean 'slow'?
! --what-if:1:3: error[E-unknown-key]: unknown key `latncy` in a service
!     1 | a.latncy=3ms
!       |   ^^^^^^
!       = help: did you mean `latency`?
! 3 errors
? 2

$ pertinax run data/steps.yaml --what-if slow
! --what-if:1:1: error[E-set]: there is no '=' in it
!     1 | slow
!       | ^^^^
!       = help: write PATH=VALUE, such as db.latency=5ms or shards=8
! 1 error
? 2

$ pertinax run data/steps.yaml --threshold 250 --threshold 1ms,,soon --threshold '2ms + exponential(mean=1ms)'
! --threshold:1:1: error[E-expr-unit]: `250` is a number; a duration is expected
!     1 | 250
!       | ^^^
!       = help: write 250ms, 250us or 250s
! --threshold:1:5: error[E-threshold]: a time is missing here
!     1 | 1ms,,soon
!       |     ^
!       = help: write times with units: 100ms,250ms
! --threshold:1:6: error[E-threshold]: 'soon' is no time
!     1 | 1ms,,soon
!       |      ^^^^
!       = help: write a time with its unit, such as 250ms
! --threshold:1:1: error[E-expr-draw]: this draws at random; a fixed value is expected
!     1 | 2ms + exponential(mean=1ms)
!       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
!       = help: give one value
! 4 errors
? 2

$ pertinax run data/steps.yaml --threshold 5ms-6ms
! --threshold:1:1: error[E-expr-range]: a duration is not negative, this is -1ms
!     1 | 5ms-6ms
!       | ^^^^^^^
! 1 error
? 2

$ pertinax run data/steps.yaml --what-if 'executions.threads={pool: 0}'
! --what-if:1:27: error[E-const]: `pool` is 0 and must be at least 1
!     1 | executions.threads={pool: 0}
!       |                           ^
! 1 error
? 2

What is wrong with the model itself is told once.

$ pertinax run data/eight_mistakes.yaml --what-if x=1 2>&1 | tail -1
> 8 errors

A trace has a format, and somewhere to go.

$ pertinax run data/steps.yaml --trace t.txt --trace t.csv
! error[E-option-value]: no format of traces for 't.txt'
!       = help: the suffix says the format: .json (Chrome, Perfetto) or .otlp.json
! error[E-option-value]: no format of traces for 't.csv'
!       = help: the suffix says the format: .json (Chrome, Perfetto) or .otlp.json
! 2 errors
? 2

$ pertinax run data/steps.yaml --trace-requests 5
! error[E-option]: --trace-requests says how many, and no --trace says where to
!       = help: add --trace FILE.json
! 1 error
? 2

$ pertinax run data/steps.yaml --trace t.json --trace-requests 100000
! error[E-option-value]: --trace-requests must be a whole number from 1 to 10000, not '100000'
! 1 error
? 2

An execution that the change does away with.

$ pertinax run data/unstable.yaml --set 'executions={quick: {kind: threads, cores: 4}}' --under quick --what-if 'executions={}'
! error[E-what-if]: with executions={} there is no execution 'quick'
! 1 error
? 2
