Values of the wrong kind.

A scalar where a map belongs.

$ printf 'pertinax: 1\nname: t\nservices: {db: 5ms}\nrequest: {call: db}\n' >bad.yaml; cat bad.yaml | tail -n +3
> services: {db: 5ms}
> request: {call: db}
$ pertinax explain bad.yaml
! bad.yaml:3:16: error[E-kind]: `db` must be a map, found `5ms`
!     3 | services: {db: 5ms}
!       |                ^^^
!       = help: a service is a map with the keys latency, cpu, releases_gil, host_cpu, capacity, queue, queue_timeout, discipline, error, blocking, timeout, abandoned, ...
! 1 error
? 2

YAML's other booleans.

$ printf 'pertinax: 1\nname: t\nservices:\n  db: {latency: 1ms, blocking: yes}\nrequest: {call: db}\n' >bad.yaml; cat bad.yaml | tail -n +3
> services:
>   db: {latency: 1ms, blocking: yes}
> request: {call: db}
$ pertinax explain bad.yaml
! bad.yaml:4:32: error[E-bool]: `blocking` must be true or false, found `yes`
!     4 |   db: {latency: 1ms, blocking: yes}
!       |                                ^^^
!       = help: write `true`, without quotes
! 1 error
? 2

A word that is not among those possible.

$ printf 'pertinax: 1\nname: t\nservices:\n  db: {latency: 1ms, discipline: fiffo}\nrequest: {call: db}\n' >bad.yaml; cat bad.yaml | tail -n +3
> services:
>   db: {latency: 1ms, discipline: fiffo}
> request: {call: db}
$ pertinax explain bad.yaml
! bad.yaml:4:34: error[E-value]: `discipline` must be one of fifo, lifo, random, priority, ps, found `fiffo`
!     4 |   db: {latency: 1ms, discipline: fiffo}
!       |                                  ^^^^^
!       = help: did you mean `fifo`?
! 1 error
? 2

A status out of range.

$ printf 'pertinax: 1\nname: t\nrequest: {respond: 99}\n' >bad.yaml; cat bad.yaml | tail -n +3
> request: {respond: 99}
$ pertinax explain bad.yaml
! bad.yaml:3:20: error[E-status]: `respond` must be a status from 100 to 599, found `99`
!     3 | request: {respond: 99}
!       |                    ^^
! 1 error
? 2

Two kinds of load.

$ printf 'pertinax: 1\nname: t\nrequest: {wait: 1ms}\nload: {rate: 200/s, clients: 10}\n' >bad.yaml; cat bad.yaml | tail -n +3
> request: {wait: 1ms}
> load: {rate: 200/s, clients: 10}
$ pertinax explain bad.yaml
! bad.yaml:4:21: error[E-load]: a load has one of clients, rate, replay and backlog; this one has `rate` and `clients`
!     4 | load: {rate: 200/s, clients: 10}
!       |                     ^^^^^^^
!       = help: make them two classes of a list
! 1 error
? 2

A mutex with two units.

$ printf 'pertinax: 1\nname: t\nresources: {lock: mutex(2)}\nrequest: {use: lock, do: []}\n' >bad.yaml; cat bad.yaml | tail -n +3
> resources: {lock: mutex(2)}
> request: {use: lock, do: []}
$ pertinax explain bad.yaml
! bad.yaml:3:25: error[E-resource]: a mutex has one unit
!     3 | resources: {lock: mutex(2)}
!       |                         ^
!       = help: write `mutex`, or `semaphore(N)`
! 1 error
? 2
