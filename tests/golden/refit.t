A model's numbers are estimated again from traces of another one; its text stays, but for them.

$ pertinax run data/refit.yaml --set hit=60% --set often=0.3 --set request.2.choose.0.p=0.4 --set db.error=5% --set db.latency=exponential\(mean=4ms\) --set auth.latency=lognormal\(p50=100ms,p99=600ms\) --under coroutine -n 3000 --trace t.otlp.json --trace-requests 3000 -q >run.txt
$ pertinax import -q -d t.db t.otlp.json >import.txt
$ pertinax fit --model data/refit.yaml -d t.db -o new.yaml
> data/refit.yaml: 10 of 10 values estimated from 3000 requests 'request' of t.db
>
> REFITTED
> chance of if             59.43%, was 80%
>                          1783 of 3000
> p of branch 2 of choose  0.2947, was 0.5
>                          884 of 3000
> latency of cache         gamma(mean=1.987ms, cv=0.504)
>                          n 3000, mean +-1.8 %, fits (A2 0.64, p 0.08)
> latency of db            exponential(mean=3.863ms), was exponential(mean=9ms)
>                          n 1217, mean +-5.6 %, fits (A2 0.27, p 0.92); gamma is…
> error of db              5.259%, was 1%
>                          64 of 1217
> latency of auth          lognormal(p50=103.3ms p99=627.3ms), was 1ms
>                          n 1212, 152 cut off at 250ms, p50 +-4.4 %, fits (A2 0.…
> cpu of render            1ms, was 1ms
>                          n 1783, always the same
> p of branch 1 of choose  0.404, was 0.2
>                          1212 of 3000
> wait of pause            3ms, was 3ms
>                          n 884, always the same
> p of branch 3 of choose  0.3013, was 0.3
>                          904 of 3000
$ diff data/refit.yaml new.yaml
> 4c4
> < params: {hit: 80%, often: 0.5}
> ---
> > params: {hit: 59.43%, often: 0.2947}
> 6c6
> <   cache: {latency: 'gamma(mean=2ms, cv=0.5)'}
> ---
> >   cache: {latency: 'gamma(mean=1.987ms, cv=0.504)'}
> 8,10c8,10
> <     latency: exponential(mean=9ms)   # the slow one
> <     error: 1%
> <   auth:    {   latency: 1ms, timeout: 250ms   }
> ---
> >     latency: exponential(mean=3.863ms)   # the slow one
> >     error: 5.259%
> >   auth:    {   latency: lognormal(p50=103.3ms p99=627.3ms), timeout: 250ms   }
> 17c17
> <       - {p: 0.2, do: {call: auth}}
> ---
> >       - {p: 0.404, do: {call: auth}}
> 19c19
> <       - {p: 0.3, do: []}
> ---
> >       - {p: 0.3013, do: []}
? 1

It agrees with what it was fitted to; the one before it does not.

$ pertinax compare new.yaml -d t.db -n 20000 -q | tail -2
>   The model agrees with the traces in all 4 respects.
>
$ pertinax compare data/refit.yaml -d t.db -n 20000 -q | grep disagrees
>   The model disagrees with the traces: 4 of 4 respects are beyond their margins.

Spans of other names are said whose they are; what no spans tell is left and named.

$ sed 's/"name":"render"/"name":"templates.Render"/g' t.otlp.json >u.otlp.json; pertinax import -q -d u.db u.otlp.json >import.txt
$ pertinax fit -m data/refit.yaml -d u.db -o - 2>&1 >out.yaml | sed -n '/LEFT/,$p'
> LEFT           because
> cpu of render  no spans
>
> No step is called as these spans: templates.Render; --spans STEP=NAME says whose
> they are.
$ pertinax fit -m data/refit.yaml -d u.db --spans render=templates.Render -q | cmp - new.yaml

The comments that an earlier fit wrote are brought up to date.

$ pertinax fit -d t.db -q -o draft.yaml; pertinax fit -d t.db --model draft.yaml -q | diff draft.yaml -
$ sed 's/mean=[0-9.]*ms/mean=7ms/; s/# n 3000/# n 12/' draft.yaml >old.yaml; pertinax fit -d t.db --model old.yaml -q | cmp - draft.yaml
