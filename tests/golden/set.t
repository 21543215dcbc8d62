--set changes a parameter; an expression may use others.

$ pertinax run data/steps.yaml -n 10 -q --under serial --set slow=7ms --format csv | grep all,latency.mean
> serial,serial,all,latency mean,0.011,0.011,0.011,s

$ pertinax run data/steps.yaml -n 10 -q --under serial --set 'slow=2 * 7ms' --format csv | grep all,latency.mean
> serial,serial,all,latency mean,0.018,0.018,0.018,s

A path: of a service, of the file, with a factor; what is not there is added.

$ pertinax run data/steps.yaml -n 10 -q --under serial --set a.latency=10ms --format csv | grep all,latency.mean
> serial,serial,all,latency mean,0.016,0.016,0.016,s

$ pertinax run data/steps.yaml -n 10 -q --under serial --set services.b.latency*=0.5 --format csv | grep all,latency.mean
> serial,serial,all,latency mean,0.0065,0.0065,0.0065,s

$ pertinax run data/steps.yaml -n 10 -q --under serial --set b.latency+=1ms --set b.latency-=250us --set b.latency/=2 --format csv | grep all,latency.mean
> serial,serial,all,latency mean,0.006875,0.006875,0.006875,s

$ pertinax run data/steps.yaml -n 10 -q --under threads --set threads.spawn=500us --format csv | grep all,latency.mean
> threads,threads,all,latency mean,0.007,0.007,0.007,s

$ pertinax run data/steps.yaml -n 10 -q --under serial --set 'request.1.cpu=uniform(500us, 500us) + 1us' --format csv | grep all,latency.mean
> serial,serial,all,latency mean,0.008501,0.008501,0.008501,s

Each change is part of the result's identity.

$ pertinax run data/steps.yaml -n 10 --under serial --set slow=7ms | tail -2
> Again: pertinax run data/steps.yaml --requests 10 --under serial --set slow=7ms;
> version 0.1.0; model b001b94c02f8.

What is wrong in it is shown in the argument.

$ pertinax run data/steps.yaml --set slwo=7ms
! --set:1:1: error[E-set]: there is no parameter 'slwo'
!     1 | slwo=7ms
!       | ^^^^
!       = help: did you mean 'slow'?
! 1 error
? 2

$ pertinax run data/steps.yaml --set slow=7
! data/steps.yaml:9:16: error[E-expr-unit]: `slow` is a number; a duration is expected
!     9 |   b: {latency: slow}
!       |                ^^^^
!       = help: multiply it by a duration: x * 1ms
! 1 error
? 2

$ pertinax run data/steps.yaml --set 'slow=7ms +'
! --set:1:11: error[E-expr-syntax]: the expression ends where a value is expected
!     1 | slow=7ms +
!       |           ^
! 1 error
? 2

$ pertinax run data/steps.yaml --set a.latensy=7ms
! --set:1:3: error[E-unknown-key]: unknown key `latensy` in a service
!     1 | a.latensy=7ms
!       |   ^^^^^^^
!       = help: did you mean `latency`?
! 1 error
? 2

$ pertinax run data/steps.yaml --set a.latency.mean=7ms
! --set:1:11: error[E-set]: 'services.a.latency' is the value '3ms', nothing is below it
!     1 | a.latency.mean=7ms
!       |           ^^^^
!       = help: set it whole: services.a.latency=VALUE
! 1 error
? 2

$ pertinax run data/steps.yaml --set request.7.cpu=1ms
! --set:1:9: error[E-set]: 'request' is a list of 2 items, '7' is none of them
!     1 | request.7.cpu=1ms
!       |         ^
!       = help: write a number from 0 to 1, as in request.0
! 1 error
? 2

$ pertinax run data/steps.yaml --set slow
! --set:1:1: error[E-set]: there is no '=' in it
!     1 | slow
!       | ^^^^
!       = help: write PATH=VALUE, such as db.latency=5ms or shards=8
! 1 error
? 2

$ pertinax run data/steps.yaml --set =1 --set nothing*=2
! --set:1:1: error[E-set]: a name is missing here
!     1 | =1
!       | ^
!       = help: write PATH=VALUE, such as db.latency=5ms
! --set:1:1: error[E-set]: there is no parameter 'nothing'
!     1 | nothing*=2
!       | ^^^^^^^
!       = help: the parameters are slow
! 2 errors
? 2

$ pertinax run data/steps.yaml --set 'load.rate=[1, 2' --set a.queue*=2
! --set:1:11: error[E-expr-syntax]: a value is expected here, not `[`
!     1 | load.rate=[1, 2
!       |           ^
! --set:1:3: error[E-set]: 'services.a.queue' has no value to change
!     1 | a.queue*=2
!       |   ^^^^^
!       = help: set it with '=' first
! 2 errors
? 2
