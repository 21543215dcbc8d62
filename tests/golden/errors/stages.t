Channels and stages.

A channel that nobody reads, or fills, or both.

$ printf 'pertinax: 1\nname: t\nchannels: {pages: 50, rows: 5, odd: 1}\nrequest: {put: pages}\nstages:\n  load: {from: rows, do: []}\n' >bad.yaml; cat bad.yaml | tail -n +3
> channels: {pages: 50, rows: 5, odd: 1}
> request: {put: pages}
> stages:
>   load: {from: rows, do: []}
$ pertinax explain bad.yaml
! bad.yaml:3:12: error[E-channel]: no stage takes from the channel `pages`
!     3 | channels: {pages: 50, rows: 5, odd: 1}
!       |            ^^^^^
!       = help: add a stage with `from: pages`
! bad.yaml:3:23: error[E-channel]: nothing is put into the channel `rows`
!     3 | channels: {pages: 50, rows: 5, odd: 1}
!       |                       ^^^^
!       = help: add a step `put: rows`, or take the channel out
! bad.yaml:3:32: error[E-channel]: the channel `odd` is not used
!     3 | channels: {pages: 50, rows: 5, odd: 1}
!       |                                ^^^
!       = help: put into it with `put:`, and let a stage take `from` it
! 3 errors
? 2

Names of channels; two stages at one channel.

$ printf 'pertinax: 1\nname: t\nchannels: {pages: 50}\nrequest: [{put: page}, {put: pages}]\nstages:\n  parse: {from: pages, do: []}\n  also: {from: pages, do: []}\n  lost: {from: rows, do: []}\n' >bad.yaml; cat bad.yaml | tail -n +3
> channels: {pages: 50}
> request: [{put: page}, {put: pages}]
> stages:
>   parse: {from: pages, do: []}
>   also: {from: pages, do: []}
>   lost: {from: rows, do: []}
$ pertinax explain bad.yaml
! bad.yaml:4:17: error[E-unknown-name]: unknown channel `page`
!     4 | request: [{put: page}, {put: pages}]
!       |                 ^^^^
!       = help: did you mean `pages`?
! bad.yaml:7:16: error[E-stage]: the stage `parse` takes from `pages` already
!     7 |   also: {from: pages, do: []}
!       |                ^^^^^
!       = help: give each stage a channel of its own and `put` into both, or give the stage more `workers`
! bad.yaml:8:16: error[E-unknown-name]: unknown channel `rows`
!     8 |   lost: {from: rows, do: []}
!       |                ^^^^
!       = help: the channels: pages
! 3 errors
? 2

Keys and values.

$ printf 'pertinax: 1\nname: t\nchannels: {pages: {size: 50, full: block}, rows: {full: reject}}\nrequest: [{put: pages}, {put: rows}]\nstages:\n  parse: {from: pages, worker: 4, do: []}\n  load: {from: rows, batch: {wait: 1ms}, do: []}\n' >bad.yaml; cat bad.yaml | tail -n +3
> channels: {pages: {size: 50, full: block}, rows: {full: reject}}
> request: [{put: pages}, {put: rows}]
> stages:
>   parse: {from: pages, worker: 4, do: []}
>   load: {from: rows, batch: {wait: 1ms}, do: []}
$ pertinax explain bad.yaml
! bad.yaml:3:36: error[E-value]: `full` must be one of wait, reject, found `block`
!     3 | channels: {pages: {size: 50, full: block}, rows: {full: reject}}
!       |                                    ^^^^^
! bad.yaml:3:50: error[E-missing-key]: a channel needs `size`
!     3 | channels: {pages: {size: 50, full: block}, rows: {full: reject}}
!       |                                                  ^
! bad.yaml:6:24: error[E-unknown-key]: unknown key `worker` in a stage
!     6 |   parse: {from: pages, worker: 4, do: []}
!       |                        ^^^^^^
!       = help: did you mean `workers`?
! bad.yaml:7:29: error[E-missing-key]: `batch` needs `max`
!     7 |   load: {from: rows, batch: {wait: 1ms}, do: []}
!       |                             ^
! 4 errors
? 2

A channel without places, a stage without workers, a wait that draws.

$ printf 'pertinax: 1\nname: t\nchannels: {pages: 0, rows: 5}\nrequest: [{put: pages}, {put: rows}]\nstages:\n  parse: {from: pages, workers: 0, do: []}\n  load: {from: rows, batch: {max: 5, wait: exponential(mean=1ms)}, do: []}\n' >bad.yaml; cat bad.yaml | tail -n +3
> channels: {pages: 0, rows: 5}
> request: [{put: pages}, {put: rows}]
> stages:
>   parse: {from: pages, workers: 0, do: []}
>   load: {from: rows, batch: {max: 5, wait: exponential(mean=1ms)}, do: []}
$ pertinax explain bad.yaml
! bad.yaml:3:19: error[E-const]: the size of `pages` is 0 and must be at least 1
!     3 | channels: {pages: 0, rows: 5}
!       |                   ^
! bad.yaml:6:33: error[E-const]: the workers of `parse` is 0 and must be at least 1
!     6 |   parse: {from: pages, workers: 0, do: []}
!       |                                 ^
! bad.yaml:7:44: error[E-expr-draw]: this draws at random; a fixed value is expected
!     7 |   load: {from: rows, batch: {max: 5, wait: exponential(mean=1ms)}, do: []}
!       |                                            ^^^^^^^^^^^^^^^^^^^^^
!       = help: give one value
! 3 errors
? 2

A batch sees no item's variables, and hands nothing on.

$ printf 'pertinax: 1\nname: t\nchannels: {rows: 5, more: 5}\nrequest: [{set: {kb: 3}}, {put: rows}]\nstages:\n  load: {from: rows, batch: {max: 5}, do: [{cpu: kb * batch_size * 1ms}, {put: more}]}\n  next: {from: more, do: []}\n' >bad.yaml; cat bad.yaml | tail -n +3
> channels: {rows: 5, more: 5}
> request: [{set: {kb: 3}}, {put: rows}]
> stages:
>   load: {from: rows, batch: {max: 5}, do: [{cpu: kb * batch_size * 1ms}, {put: more}]}
>   next: {from: more, do: []}
$ pertinax explain bad.yaml
! bad.yaml:6:50: error[E-name-unknown]: there is no parameter or variable `kb` here
!     6 |   load: {from: rows, batch: {max: 5}, do: [{cpu: kb * batch_size * 1ms}, {put: more}]}
!       |                                                  ^^
!       = help: a batch sees `batch_size`, and no variables of its items
! bad.yaml:6:75: error[E-stage]: a batch has no request of its own that it could hand on
!     6 |   load: {from: rows, batch: {max: 5}, do: [{cpu: kb * batch_size * 1ms}, {put: more}]}
!       |                                                                           ^^^
!       = help: leave out `batch`, or put in the stage before; `respond` answers every item
! 2 errors
? 2

A variable must be set on every way to each put.

$ printf 'pertinax: 1\nname: t\nchannels: {rows: 5}\nrequest:\n  - if: chance(0.5)\n    then: {set: {kb: 3}}\n  - put: rows\n  - set: {kb: 4}\n  - put: rows\nstages:\n  load: {from: rows, do: {cpu: kb * 1ms}}\n' >bad.yaml; cat bad.yaml | tail -n +3
> channels: {rows: 5}
> request:
>   - if: chance(0.5)
>     then: {set: {kb: 3}}
>   - put: rows
>   - set: {kb: 4}
>   - put: rows
> stages:
>   load: {from: rows, do: {cpu: kb * 1ms}}
$ pertinax explain bad.yaml
! bad.yaml:11:32: error[E-var-unset]: `kb` may not be set here
!    11 |   load: {from: rows, do: {cpu: kb * 1ms}}
!       |                                ^^
!       = help: the `put: rows` in line 7 is reached without it; set it before
! 1 error
? 2

Also through a stage.

$ printf 'pertinax: 1\nname: t\nchannels: {pages: 5, rows: 5}\nrequest:\n  - set: {kb: 4}\n  - put: pages\nstages:\n  parse: {from: pages, do: [{set: {mb: 3}}, {put: rows}]}\n  load: {from: rows, do: [{cpu: kb * mb * 1ms}, {cpu: kbb * 1ms}]}\n' >bad.yaml; cat bad.yaml | tail -n +3
> channels: {pages: 5, rows: 5}
> request:
>   - set: {kb: 4}
>   - put: pages
> stages:
>   parse: {from: pages, do: [{set: {mb: 3}}, {put: rows}]}
>   load: {from: rows, do: [{cpu: kb * mb * 1ms}, {cpu: kbb * 1ms}]}
$ pertinax explain bad.yaml
! bad.yaml:9:55: error[E-name-unknown]: there is no parameter or variable `kbb` here
!     9 |   load: {from: rows, do: [{cpu: kb * mb * 1ms}, {cpu: kbb * 1ms}]}
!       |                                                       ^^^
!       = help: did you mean `kb`?
! 1 error
? 2

One unit in all puts.

$ printf 'pertinax: 1\nname: t\nchannels: {rows: 5}\nrequest:\n  - set: {kb: 4}\n  - put: rows\n  - parallel: {a: [{set: {size: 3ms}}, {put: rows}], b: [{set: {size: 3}}, {put: rows}]}\nstages:\n  load: {from: rows, do: [{cpu: size}]}\n' >bad.yaml; cat bad.yaml | tail -n +3
> channels: {rows: 5}
> request:
>   - set: {kb: 4}
>   - put: rows
>   - parallel: {a: [{set: {size: 3ms}}, {put: rows}], b: [{set: {size: 3}}, {put: rows}]}
> stages:
>   load: {from: rows, do: [{cpu: size}]}
$ pertinax explain bad.yaml
! bad.yaml:9:33: error[E-var-unit]: `size` is a duration here
!     9 |   load: {from: rows, do: [{cpu: size}]}
!       |                                 ^^^^
!       = help: the `put: rows` in line 7 hands on a number
! bad.yaml:9:33: error[E-var-unset]: `size` may not be set here
!     9 |   load: {from: rows, do: [{cpu: size}]}
!       |                                 ^^^^
!       = help: the `put: rows` in line 6 is reached without it; set it before
! 2 errors
? 2

Several workers: one channel for each, or for all?

$ printf 'pertinax: 1\nname: t\nchannels: {rows: 5}\nrequest: {put: rows}\nstages:\n  load: {from: rows, do: {cpu: 1ms}}\nhost: {workers: 2}\n' >bad.yaml; cat bad.yaml | tail -n +3
> channels: {rows: 5}
> request: {put: rows}
> stages:
>   load: {from: rows, do: {cpu: 1ms}}
> host: {workers: 2}
$ pertinax explain bad.yaml
! bad.yaml:3:12: error[E-scope]: there are several workers: is there one `rows` for each of them?
!     3 | channels: {rows: 5}
!       |            ^^^^
!       = help: say `scope: worker` (one in each worker) or `scope: all` (one for all)
! 1 error
? 2
