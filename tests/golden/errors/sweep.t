What is wrong with a sweep is told before anything is run, with its place in the argument.

$ pertinax sweep models/mm1.yaml --set rho=0.3,,0.5 --set service=1ms:2s --set seed=1:0:5
! --set:1:9: error[E-sweep]: a value is missing here
!     1 | rho=0.3,,0.5
!       |         ^
!       = help: values are parted by commas, each is there
! --set:1:9: error[E-sweep]: a range has three parts
!     1 | service=1ms:2s
!       |         ^^^^^^
!       = help: write lo:step:hi or lo:*factor:hi
! --set:1:6: error[E-sweep]: the range never comes to its end
!     1 | seed=1:0:5
!       |      ^^^^^
!       = help: lo:step:hi goes from lo to hi; lo:*2:hi doubles
! 3 errors
? 2
$ pertinax sweep models/mm1.yaml --set rho=0.9:0.1:0.5 --set service=1ms:1:4ms --set x=1:*1:8 --set y=0.1:oops:1
! --set:1:5: error[E-sweep]: the range never comes to its end
!     1 | rho=0.9:0.1:0.5
!       |     ^^^^^^^^^^^
!       = help: lo:step:hi goes from lo to hi; lo:*2:hi doubles
! --set:1:9: error[E-sweep]: the three parts of a range have one kind of unit
!     1 | service=1ms:1:4ms
!       |         ^^^^^^^^^
!       = help: such as 1ms:500us:5ms
! --set:1:3: error[E-sweep]: the range never comes to its end
!     1 | x=1:*1:8
!       |   ^^^^^^
!       = help: lo:*2:hi doubles from lo to hi
! --set:1:7: error[E-sweep]: this part of a range is no number with a unit
!     1 | y=0.1:oops:1
!       |       ^^^^
!       = help: such as 1ms:1ms:20ms, 0.1:0.1:0.9 or 1:*2:64
! 4 errors
? 2
$ pertinax sweep models/mm1.yaml --set rho=0.3,0.4,0.3
! --set:1:13: error[E-sweep]: 0.3 is there twice
!     1 | rho=0.3,0.4,0.3
!       |             ^^^
!       = help: each value once
! 1 error
? 2
$ pertinax sweep models/mm1.yaml --set rho
! --set:1:1: error[E-sweep]: there is no '=' in it
!     1 | rho
!       | ^^^
!       = help: write PATH=VALUES, such as pool=1,2,4,8 or db.latency=1ms:1ms:9ms
! 1 error
? 2
$ pertinax sweep models/mm1.yaml --set rho=0.5
! error[E-sweep]: nothing is swept
!       = help: give a parameter or a path several values: --set pool=1,2,4,8 or --set db.latency=1ms:1ms:9ms
! 1 error
? 2
$ pertinax sweep models/mm1.yaml --set rho=1:1:1000 --set service=1us:1us:1ms
! error[E-sweep]: the grid has more than 100000 cells
!       = help: take fewer values, or --zip
! 1 error
? 2
$ pertinax sweep models/mm1.yaml --set rho=1:1:200000
! --set:1:5: error[E-sweep]: too many values
!     1 | rho=1:1:200000
!       |     ^^^^^^^^^^
!       = help: a sweep has at most 100,000 cells; take greater steps
! 1 error
? 2
$ pertinax sweep models/mm1.yaml --set rho=0.1,0.2 --set rho=0.3
! error[E-sweep]: 'rho' is set twice
!       = help: put all its values into one --set
! 1 error
? 2
$ pertinax sweep models/mm1.yaml --zip --set rho=0.1,0.2 --set service=1ms,2ms,3ms
! error[E-sweep]: 'rho' has 2 values, 'service' has 3
!       = help: --zip takes the first values together, then the second ones, ...
! 1 error
? 2

A name that does not exist, and a value that is wrong in some cells: each is told once.

$ pertinax sweep models/mm1.yaml --set roh=0.1,0.2
! --set:1:1: error[E-set]: there is no parameter 'roh'
!     1 | roh=0.1
!       | ^^^
!       = help: did you mean 'rho'?
! --set:1:1: error[E-set]: there is no parameter 'roh'
!     1 | roh=0.2
!       | ^^^
!       = help: did you mean 'rho'?
! 2 errors
? 2
$ pertinax sweep models/mmc.yaml --set servers=-1:1:3 --set rho=0.5,0.6
! models/mmc.yaml:29:54: error[E-expr-range]: a count is not negative, this is -1 (in the cell servers=-1, rho=0.5)
!    29 |   db: {latency: exponential(mean=service), capacity: servers}
!       |                                                      ^^^^^^^
! models/mmc.yaml:29:54: error[E-const]: the capacity of `db` is 0 and must be at least 1 (in the cell servers=0, rho=0.5)
!    29 |   db: {latency: exponential(mean=service), capacity: servers}
!       |                                                      ^^^^^^^
! models/mmc.yaml:32:37: error[E-expr-range]: a count is not negative, this is -1 (in the cell servers=-1, rho=0.5)
!    32 |   workers3: {kind: serial, workers: servers}
!       |                                     ^^^^^^^
! models/mmc.yaml:32:37: error[E-const]: `workers` is 0 and must be at least 1 (in the cell servers=0, rho=0.5)
!    32 |   workers3: {kind: serial, workers: servers}
!       |                                     ^^^^^^^
! models/mmc.yaml:33:14: error[E-expr-range]: a rate is not negative, this is -500 (in the cell servers=-1, rho=0.5)
!    33 | load: {rate: rho * servers / service}
!       |              ^^^^^^^^^^^^^^^^^^^^^^^
! models/mmc.yaml:33:14: error[E-expr-range]: a rate is not negative, this is -600 (in the cell servers=-1, rho=0.6)
!    33 | load: {rate: rho * servers / service}
!       |              ^^^^^^^^^^^^^^^^^^^^^^^
! models/mmc.yaml:33:14: error[E-const]: `rate` must be more than 0 (in the cell servers=0, rho=0.5)
!    33 | load: {rate: rho * servers / service}
!       |              ^^^^^^^^^^^^^^^^^^^^^^^
! 7 errors
? 2
$ pertinax sweep models/mm1.yaml --set rho=0.1,0.2 --under serail
! error[E-under]: no execution 'serail'
!       = help: did you mean 'serial'?
! 1 error
? 2

Options.

$ pertinax sweep models/mm1.yaml --set rho=0.1,0.2 --shard 3/2 --metric worst
! error[E-option-value]: --metric cannot be 'worst'
!       = help: one of mean|p50|p90|p95|p99|p999|throughput|speedup|makespan
! 1 error
? 2
$ pertinax sweep models/mm1.yaml --set rho=0.1,0.2 --shard 2
! error[E-option-value]: --shard takes I/N, not '2'
!       = help: 1/3, 2/3 and 3/3 are the parts of three
! 1 error
? 2
$ pertinax sweep models/mm1.yaml --set rho=0.1,0.2 --shard 1/2 --format text -o part.csv
! error[E-option-value]: a shard is written as JSON, not text
!       = help: 'pertinax merge' makes the rest from the JSON of all shards
! error[E-option-value]: a shard is written as JSON, 'part.csv' is csv
!       = help: 'pertinax merge' makes the rest from the JSON of all shards
! 2 errors
? 2
$ pertinax sweep models/mm1.yaml --set rho=0.1,0.2 --shard 1/3
! error[E-sweep]: there are 3 shards and only 2 cells
! 1 error
? 2
$ pertinax sweep models/mm1.yaml --set rho=0.1,0.2 --metric makespan
! error[E-option-value]: only a backlog has a makespan
!       = help: throughput says as much
! 1 error
? 2
$ pertinax sweep models/mm1.yaml --set rho=0.1,0.2 --under serial --metric speedup
! error[E-option-value]: a speedup takes two executions
!       = help: the first of --under is what the others are compared with
! 1 error
? 2
$ pertinax sweep --set rho=0.1,0.2
! error[E-operand]: 'pertinax sweep' needs an argument: MODEL
!       = help: 'pertinax init' writes an example model
! 1 error
? 2
