What the language has, but this version has not yet.

Recorded traces.

$ printf 'pertinax: 1\nname: t\nservices: {db: {latency: "recorded(\\"a.db\\", \\"x\\")"}}\nrequest: {call: db}\n' >bad.yaml; cat bad.yaml | tail -n +3
> services: {db: {latency: "recorded(\"a.db\", \"x\")"}}
> request: {call: db}
$ pertinax explain bad.yaml
! bad.yaml:3:27: error[E-later]: recorded() comes with recorded traces and is not available yet
!     3 | services: {db: {latency: "recorded(\"a.db\", \"x\")"}}
!       |                           ^^^^^^^^
! 1 error
? 2
