What is wrong with a claim in logic is said where it stands, all of it at once.

$ printf '%s\n' 'pertinax: 1' 'name: m' 'services: {a: {latency: 1ms}}' 'resources: {lock: mutex}' 'shared: {n: 0..5}' 'request: [{use: lock, do: {call: a, name: x}}, {call: a, name: y}]' 'checks:' '  - ltl: "X started(x)"' '  - never: "running(x) && running(y)"' '  - eventually: started(z)' '  - always: "holds(x, lok)"' '  - never: "n > 1 or m"' '  - ltl: "G (started(x) -> F n)"' >m.yaml
$ pertinax check m.yaml
! m.yaml:8:11: error[E-ltl-syntax]: there is no X: steps are not a unit of time, so which state comes next depends on what else happens to run
!     8 |   - ltl: "X started(x)"
!       |           ^
!       = help: say what is to come first: `not P U Q`, or that it comes at all: `F P`
! m.yaml:9:24: error[E-ltl-syntax]: `&&` is not expected here
!     9 |   - never: "running(x) && running(y)"
!       |                        ^^
!       = help: it is written `and`
! m.yaml:10:25: error[E-step-unknown]: the model has no step `z`
!    10 |   - eventually: started(z)
!       |                         ^
!       = help: a step goes by its `name:`, else by what it calls, uses or runs; `explain` lists all of them
! m.yaml:11:23: error[E-ltl-resource]: there is nothing called `lok` that could be held or waited for
!    11 |   - always: "holds(x, lok)"
!       |                       ^^^
!       = help: did you mean `lock`?
! m.yaml:12:22: error[E-ltl-name]: there is no proposition, variable or shared state `m`
!    12 |   - never: "n > 1 or m"
!       |                      ^
!       = help: propositions are started failed running done responded aborted ended holds waiting
! m.yaml:13:30: error[E-expr-unit]: `n` is a number; a condition is expected
!    13 |   - ltl: "G (started(x) -> F n)"
!       |                              ^
! 6 errors
? 2
$ printf '%s\n' 'pertinax: 1' 'name: m' 'services: {a: {latency: 1ms}}' 'request: [{spawn: {t: {call: a}, u: {call: a}}}, {await: [t, u]}]' 'checks: [{eventually: done(a)}]' >m2.yaml
$ pertinax check m2.yaml
! m2.yaml:5:28: error[E-step-ambiguous]: `a` could be any of 2 steps
!     5 | checks: [{eventually: done(a)}]
!       |                            ^
!       = help: write one of `t/a` (line 4), `u/a` (line 4)
! 1 error
? 2
$ printf '%s\n' 'pertinax: 1' 'name: m' 'services: {a: {latency: 1ms}}' 'request: {call: a, sets: {k: 3}}' 'checks: [{never: "k > 1ms"}]' >m3.yaml
$ pertinax check m3.yaml
! m3.yaml:5:19: error[E-expr-unit]: these do not compare: `k` is a number and `1ms` is a duration
!     5 | checks: [{never: "k > 1ms"}]
!       |                   ^^^^^^^
! 1 error
? 2
