Recorded durations: the store and the span have to be there, and durations are named by two texts.

$ pertinax import -q -d s.db data/traces/hotel.jaeger.json 2>err.txt >import.txt
$ printf 'pertinax: 1\nname: t\nservices:\n  a: {latency: "recorded(\\"none.db\\", \\"x\\")"}\n  b: {latency: "recorded(\\"s.db\\", \\"Serch\\")"}\n  c: {latency: "recorded(\\"s.db\\")"}\n  d: {latency: "2 * recorded(\\"s.db\\", \\"Search\\", label=\\"other\\")"}\nrequest: [{call: a}, {call: b}, {call: c}, {call: d}]\n' >bad.yaml
$ pertinax explain bad.yaml
! bad.yaml:4:17: error[E-store]: none.db cannot be opened: unable to open database file
!     4 |   a: {latency: "recorded(\"none.db\", \"x\")"}
!       |                 ^^^^^^^^^^^^^^^^^^^^^^^^
!       = help: file names are relative to the model's directory
! bad.yaml:5:17: error[E-recorded]: s.db has no finished span "Serch"
!     5 |   b: {latency: "recorded(\"s.db\", \"Serch\")"}
!       |                 ^^^^^^^^^^^^^^^^^^^^^^^^^
!       = help: did you mean "Search"?
! bad.yaml:6:17: error[E-dist-param]: wrong arguments of recorded
!     6 |   c: {latency: "recorded(\"s.db\")"}
!       |                 ^^^^^^^^^^^^^^^^
!       = help: recorded("store.db", "span"), also with label="recording"
! bad.yaml:7:21: error[E-recorded]: s.db has no finished span "Search" under this label
!     7 |   d: {latency: "2 * recorded(\"s.db\", \"Search\", label=\"other\")"}
!       |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
! 4 errors
? 2
