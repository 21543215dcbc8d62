A model with eight mistakes: all of them are told in one run, each with its place and what would be
right; exit status 2, and nothing on standard output.

$ cat data/eight_mistakes.yaml
> pertinax: 1
> name: mistakes
> params:
>   half: 1ms + 3
> services:
>   cache: {latensy: 1ms, latency: 1ms}
>   db: {latency: lognormal(p50=15ms p99=5ms)}
> request:
>   - call: chache
>   - if: not found
>     then: {call: db}
>   - parallell: [{call: db}]
>   - await: session
> load: {rate: 40}

$ pertinax run data/eight_mistakes.yaml
! data/eight_mistakes.yaml:4:9: error[E-expr-unit]: these do not add: `1ms` is a duration and `3` is a number
!     4 |   half: 1ms + 3
!       |         ^^^^^^^
! data/eight_mistakes.yaml:6:11: error[E-unknown-key]: unknown key `latensy` in a service
!     6 |   cache: {latensy: 1ms, latency: 1ms}
!       |           ^^^^^^^
!       = help: did you mean `latency`?
! data/eight_mistakes.yaml:7:17: error[E-dist-param]: lognormal: p99 (5ms) is below p50 (15ms)
!     7 |   db: {latency: lognormal(p50=15ms p99=5ms)}
!       |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^
! data/eight_mistakes.yaml:9:11: error[E-unknown-name]: unknown service `chache`
!     9 |   - call: chache
!       |           ^^^^^^
!       = help: did you mean `cache`?
! data/eight_mistakes.yaml:10:13: error[E-name-unknown]: there is no parameter or variable `found` here
!    10 |   - if: not found
!       |             ^^^^^
! data/eight_mistakes.yaml:12:5: error[E-step-verb]: a step needs a verb, and `parallell` is none
!    12 |   - parallell: [{call: db}]
!       |     ^^^^^^^^^
!       = help: did you mean `parallel`?
! data/eight_mistakes.yaml:13:12: error[E-await-name]: no task `session` has been spawned here
!    13 |   - await: session
!       |            ^^^^^^^
!       = help: start it before with `spawn:`
! data/eight_mistakes.yaml:14:14: error[E-expr-unit]: `40` is a number; a rate is expected
!    14 | load: {rate: 40}
!       |              ^^
!       = help: write 40/s or 40/min
! 8 errors
? 2

$ pertinax run data/eight_mistakes.yaml 2>&1 >out | grep -c error.E-; wc -c <out
> 8
> 0

$ pertinax explain data/eight_mistakes.yaml 2>&1 | tail -1
> 8 errors

One that is no YAML, and one that is nothing.

$ printf 'pertinax: 1\nrequest: [{call: db}\nname: x\n' | pertinax run -
! <stdin>:3:1: error[E-yaml-syntax]: the list that '[' opens on line 2 is not closed
!     3 | name: x
!       | ^
!       = help: a ',' or ']' is missing before this place
! 1 error
? 2

$ pertinax run - </dev/null
! <stdin>:1:1: error[E-yaml-empty]: there is nothing in this file
!     1 |
!       | ^
!       = help: a model begins with 'pertinax: 1'
! 1 error
? 2
