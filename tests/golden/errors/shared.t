Shared variables.

Data without a value has none.

$ printf 'pertinax: 1\nname: t\nshared: {seen: all, n: 0..5}\nrequest:\n  - set: {seen: 1}\n  - wait: seen * 1ms\n  - wait_until: seen > 1\n' >bad.yaml; cat bad.yaml | tail -n +3
> shared: {seen: all, n: 0..5}
> request:
>   - set: {seen: 1}
>   - wait: seen * 1ms
>   - wait_until: seen > 1
$ pertinax explain bad.yaml
! bad.yaml:5:11: error[E-shared]: `seen` is shared data without a value and cannot be set
!     5 |   - set: {seen: 1}
!       |           ^^^^
!       = help: give it a range, as in `shared: {seen: 0..5}`, or touch it with `write: seen`
! bad.yaml:6:11: error[E-shared]: `seen` is shared data without a value
!     6 |   - wait: seen * 1ms
!       |           ^^^^
!       = help: give it a range, as in `shared: {seen: 0..5}`
! bad.yaml:7:17: error[E-shared]: `seen` is shared data without a value
!     7 |   - wait_until: seen > 1
!       |                 ^^^^
!       = help: give it a range, as in `shared: {seen: 0..5}`
! 3 errors
? 2

Ranges.

$ printf 'pertinax: 1\nname: t\nshared: {a: 5..0, b: 0.5..3, c: {range: 0..5, start: 9}, d: {scope: all}, e: {range: 5}, f: {range: true, start: false}, g: 0..5ms}\nrequest: []\n' >bad.yaml; cat bad.yaml | tail -n +3
> shared: {a: 5..0, b: 0.5..3, c: {range: 0..5, start: 9}, d: {scope: all}, e: {range: 5}, f: {range: true, start: false}, g: 0..5ms}
> request: []
$ pertinax explain bad.yaml
! bad.yaml:3:16: error[E-const]: the range of `a` goes from 5 down to 0
!     3 | shared: {a: 5..0, b: 0.5..3, c: {range: 0..5, start: 9}, d: {scope: all}, e: {range: 5}, f: {range: ...
!       |                ^
!       = help: write the low end first
! bad.yaml:3:22: error[E-const]: the low end of `b` is 0.5 and must be a whole number from -1000000000 to 1000000000
!     3 | shared: {a: 5..0, b: 0.5..3, c: {range: 0..5, start: 9}, d: {scope: all}, e: {range: 5}, f: {range: ...
!       |                      ^^^
! bad.yaml:3:54: error[E-const]: `c` starts at 9, outside of its range 0..5
!     3 | ...red: {a: 5..0, b: 0.5..3, c: {range: 0..5, start: 9}, d: {scope: all}, e: {range: 5}, f: {range: tru...
!       |                                                      ^
! bad.yaml:3:61: error[E-missing-key]: a shared variable needs `range`
!     3 | ...: 5..0, b: 0.5..3, c: {range: 0..5, start: 9}, d: {scope: all}, e: {range: 5}, f: {range: true, star...
!       |                                                      ^
! bad.yaml:3:86: error[E-kind]: `range` must be a range such as 0..5, or true or false, found `5`
!     3 | ... {range: 0..5, start: 9}, d: {scope: all}, e: {range: 5}, f: {range: true, start: false}, g: 0..5ms}
!       |                                                          ^
! bad.yaml:3:114: error[E-value]: `f` starts as its `range` says
!     3 | ... {range: 0..5, start: 9}, d: {scope: all}, e: {range: 5}, f: {range: true, start: false}, g: 0..5ms}
!       |                                                                                      ^^^^^
!       = help: write it as in {range: true}
! bad.yaml:3:128: error[E-expr-unit]: `5ms` is a duration; a number is expected
!     3 | ... {range: 0..5, start: 9}, d: {scope: all}, e: {range: 5}, f: {range: true, start: false}, g: 0..5ms}
!       |                                                                                                    ^^^
! 7 errors
? 2

Values.

$ printf 'pertinax: 1\nname: t\nshared: {n: 0..5, open: false}\nrequest:\n  - set: {n: 1.5}\n  - set: {n: open}\n  - set: {open: n}\n  - set: {n: 3ms}\n' >bad.yaml; cat bad.yaml | tail -n +3
> shared: {n: 0..5, open: false}
> request:
>   - set: {n: 1.5}
>   - set: {n: open}
>   - set: {open: n}
>   - set: {n: 3ms}
$ pertinax explain bad.yaml
! bad.yaml:5:14: error[E-expr-range]: `n` is a whole number, this is 1.5
!     5 |   - set: {n: 1.5}
!       |              ^^^
!       = help: write round(...), ceil(...) or floor(...)
! bad.yaml:6:14: error[E-var-unit]: `n` is a number and cannot be set to a true/false
!     6 |   - set: {n: open}
!       |              ^^^^
! bad.yaml:7:17: error[E-var-unit]: `open` is true or false and cannot be set to a number
!     7 |   - set: {open: n}
!       |                 ^
! bad.yaml:8:14: error[E-var-unit]: `n` is a number and cannot be set to a duration
!     8 |   - set: {n: 3ms}
!       |              ^^^
! 4 errors
? 2

Nothing that can be waited for.

$ printf 'pertinax: 1\nname: t\nparams: {k: 3}\nshared: {n: 0..5}\nrequest:\n  - wait_until: k > 3\n  - wait_until: n > 3 and chance(0.5)\n  - wait_until: n\n' >bad.yaml; cat bad.yaml | tail -n +3
> params: {k: 3}
> shared: {n: 0..5}
> request:
>   - wait_until: k > 3
>   - wait_until: n > 3 and chance(0.5)
>   - wait_until: n
$ pertinax explain bad.yaml
! bad.yaml:6:17: error[E-wait]: nothing can change this condition while it is waited for
!     6 |   - wait_until: k > 3
!       |                 ^^^^^
!       = help: name a variable of `shared:` that a `set` changes
! bad.yaml:7:17: error[E-expr-draw]: this draws at random; a fixed value is expected
!     7 |   - wait_until: n > 3 and chance(0.5)
!       |                 ^^^^^^^^^^^^^^^^^^^^^
!       = help: give one value
! bad.yaml:8:17: error[E-expr-unit]: `n` is a number; a condition is expected
!     8 |   - wait_until: n
!       |                 ^
! 3 errors
? 2

One name for two things.

$ printf 'pertinax: 1\nname: t\nparams: {n: 3}\nshared: {n: 0..5, open: false}\npipelines: {p: []}\nrequest:\n  - each: 3\n    as: open\n    do: []\n  - run: p\n    with: {open: true}\n' >bad.yaml; cat bad.yaml | tail -n +3
> params: {n: 3}
> shared: {n: 0..5, open: false}
> pipelines: {p: []}
> request:
>   - each: 3
>     as: open
>     do: []
>   - run: p
>     with: {open: true}
$ pertinax explain bad.yaml
! bad.yaml:4:10: error[E-duplicate-name]: `n` is a parameter, too
!     4 | shared: {n: 0..5, open: false}
!       |          ^
!       = help: give one of them another name
! bad.yaml:8:9: error[E-duplicate-name]: `open` is a shared variable
!     8 |     as: open
!       |         ^^^^
!       = help: give the copy's number another name
! bad.yaml:11:12: error[E-duplicate-name]: `open` is a shared variable
!    11 |     with: {open: true}
!       |            ^^^^
!       = help: give the parameter another name
! 3 errors
? 2

Atomic is for set.

$ printf 'pertinax: 1\nname: t\nshared: {n: 0..5}\nrequest:\n  - wait: 1ms\n    atomic: true\n' >bad.yaml; cat bad.yaml | tail -n +3
> shared: {n: 0..5}
> request:
>   - wait: 1ms
>     atomic: true
$ pertinax explain bad.yaml
! bad.yaml:6:5: error[E-unknown-key]: unknown key `atomic` in a `wait` step
!     6 |     atomic: true
!       |     ^^^^^^
!       = help: `atomic` is a key of a `set` step
! 1 error
? 2

A fraction, met by a run.

$ printf 'pertinax: 1\nname: t\nshared: {n: 0..5}\nrequest:\n  - set: {x: 3}\n  - set: {n: x / 2}\n' >bad.yaml; cat bad.yaml | tail -n +3
> shared: {n: 0..5}
> request:
>   - set: {x: 3}
>   - set: {n: x / 2}
$ pertinax run bad.yaml
> t
> seed 1 · one request at a time in an idle system · 1 core, rr(5ms) · no GIL · no
> costs
>
> EXECUTION  mean ms  p50 ms  p99 ms
> serial     stopped by an error of the model
> threads    stopped by an error of the model
> coroutine  stopped by an error of the model
>
>   serial stopped: a shared variable is a whole number, and this came out as a
>   fraction.
>
>   threads stopped: a shared variable is a whole number, and this came out as a
>   fraction.
>
>   coroutine stopped: a shared variable is a whole number, and this came out as a
>   fraction.
>
> Assumed: one request at a time in an idle system; 1 core, rr(5ms); no GIL; no
> costs.
> Measured: 1 request each, until the error; the same draws under every execution;
> requests are independent; ± and [ ] are 95 % intervals.
> Again: pertinax run bad.yaml; version 0.1.0; model 79c8944fd0f2.
! bad.yaml:6:11: error[E-run]: a shared variable is a whole number, and this came out as a fraction
!     6 |   - set: {n: x / 2}
!       |           ^
! 1 error
? 2
