What a claim that says `agrees` names has to be there: the step, the span, the request, the label, the store.

$ pertinax import -q -d s.db data/traces/hotel.jaeger.json 2>err.txt >import.txt
$ printf '%s\n' 'spec: 1' 'model: models/do_work.yaml' 'checks:' '  - agrees: {traces: s.db, spans: {geocode: Geo, memcache: Rate}, within: {p98: 1%}}' '  - agrees: {traces: s.db, spans: {geocoder: Ge, memcache: [Rates, Rats]}}' '  - agrees: {traces: s.db, root: Serch}' '  - agrees: {traces: s.db, label: nothing}' '  - agrees: {traces: none.db}' >a.yaml
$ pertinax check a.yaml
! a.yaml:4:76: error[E-unknown-key]: no margin for `p98`
!     4 |   - agrees: {traces: s.db, spans: {geocode: Geo, memcache: Rate}, within: {p98: 1%}}
!       |                                                                            ^^^
!       = help: there are mean, p50, p95 and p99
! 1 error
? 2
$ sed -i 's/, within: [^}]*}//' a.yaml
$ pertinax check a.yaml
! a.yaml:4:36: error[E-step-unknown]: no step is called `geocode`
!     4 |   - agrees: {traces: s.db, spans: {geocode: Geo, memcache: Rate}}
!       |                                    ^^^^^^^
!       = help: did you mean `geocoder`?
! 1 error
? 2
$ sed -i '/geocode:/d' a.yaml
$ pertinax check a.yaml
! a.yaml:4:46: error[E-recorded]: the store has no span `Ge`
!     4 |   - agrees: {traces: s.db, spans: {geocoder: Ge, memcache: [Rates, Rats]}}
!       |                                              ^^
! a.yaml:4:61: error[E-recorded]: the store has no span `Rates`
!     4 |   - agrees: {traces: s.db, spans: {geocoder: Ge, memcache: [Rates, Rats]}}
!       |                                                             ^^^^^
! a.yaml:4:68: error[E-recorded]: the store has no span `Rats`
!     4 |   - agrees: {traces: s.db, spans: {geocoder: Ge, memcache: [Rates, Rats]}}
!       |                                                                    ^^^^
! a.yaml:5:34: error[E-root]: the store has no span 'Serch'
!     5 |   - agrees: {traces: s.db, root: Serch}
!       |                                  ^^^^^
! a.yaml:6:35: error[E-root]: the store has no such request
!     6 |   - agrees: {traces: s.db, label: nothing}
!       |                                   ^^^^^^^
!       = help: 'pertinax traces' shows what is there; --label, --service and --since choose
! a.yaml:7:22: error[E-store]: none.db cannot be opened: unable to open database file
!     7 |   - agrees: {traces: none.db}
!       |                      ^^^^^^^
! 6 errors
? 2
