Traces that were written by run, then imported: of OTLP how many spans were written, are there, and
are there with the same trace, id, name, parent, start and end; of Chrome's events how many were
written, are there, and how many names with a start and a duration differ.

$ sh data/round_trip.sh data/steps.yaml --requests 100 --under threads
> data/steps.yaml: 10,10,10 20,20,0
$ for m in search do_work checkout transactions etl; do sh data/round_trip.sh models/$m.yaml --requests 200 --under coroutine; done
> models/search.yaml: 92,92,92 166,166,0
> models/do_work.yaml: 12,12,12 22,22,0
> models/checkout.yaml: 36,36,36 153,153,0
> models/transactions.yaml: 54,54,54 372,372,0
> models/etl.yaml: 10,10,10 44,44,0
