What each step is worth, halved one by one.  Of a model without chance: at once, max(3, 2.5) + 1 is 2 ms
less than max(3, 5) + 1; half of `a` changes nothing, half of `render` 0.5 ms.

$ pertinax run data/steps.yaml --requests 1000 --gain | sed -n '/^WORTH/,/^LIMITS/p'
> WORTH OPTIMISING under threads: each step halved
> step            mean ms   p50 ms    p99 ms    takes over
> request/b/b     -2.00 ±0  -2.00 ±0  -2.00 ±0  request/a/a
> request/render  -0.50 ±0  -0.50 ±0  -0.50 ±0  request/b/b
>
>   Worth optimising under threads, at the median and in the tail: `request/b/b`
>   (half of it: -2.00 ms; it is 83.3 % of the critical path); p99 by -2.00 ms.
>
>   One more step is worth nothing that was seen.
>
> CRITICAL PATH UNDER threads
> step            on it %  of it %  of p99 %  10 % saves us
> request/b/b       100.0     83.3      83.3  500.0 ±0
> request/render    100.0     16.7      16.7  100.0 ±0
>
> LIMITS

Each execution with --verbose, and in Markdown, CSV and JSON.

$ pertinax run data/steps.yaml --requests 1000 --under serial,threads --gain --verbose | sed -n '/^WORTH/,/^LIMITS/p'
> WORTH OPTIMISING under serial: each step halved
> step            mean ms   p50 ms    p99 ms    takes over
> request/b/b     -2.50 ±0  -2.50 ±0  -2.50 ±0  request/a/a
> request/a/a     -1.50 ±0  -1.50 ±0  -1.50 ±0  request/b/b
> request/render  -0.50 ±0  -0.50 ±0  -0.50 ±0  request/b/b
>
>   Worth optimising under serial, at the median and in the tail: `request/b/b`
>   (half of it: -2.50 ms; it is 55.6 % of the critical path); p99 by -2.50 ms.
>
> WORTH OPTIMISING under threads: each step halved
> step            mean ms   p50 ms    p99 ms    takes over
> request/b/b     -2.00 ±0  -2.00 ±0  -2.00 ±0  request/a/a
> request/render  -0.50 ±0  -0.50 ±0  -0.50 ±0  request/b/b
> request/a/a         0         0         0
>
>   Worth optimising under threads, at the median and in the tail: `request/b/b`
>   (half of it: -2.00 ms; it is 83.3 % of the critical path); p99 by -2.00 ms.
>
>   One more step is worth nothing that was seen.
>
> CRITICAL PATH UNDER serial
> step            on it %  of it %  of p99 %  10 % saves us
> request/b/b       100.0     55.6      55.6  500.0 ±0
> request/a/a       100.0     33.3      33.3  300.0 ±0
> request/render    100.0     11.1      11.1  100.0 ±0
>
> CRITICAL PATH UNDER threads
> step            on it %  of it %  of p99 %  10 % saves us
> request/b/b       100.0     83.3      83.3  500.0 ±0
> request/render    100.0     16.7      16.7  100.0 ±0
>
> LIMITS

$ pertinax run data/steps.yaml --requests 1000 --under threads --gain --format md | sed -n '/WORTH/,/LIMITS/p'
> **WORTH OPTIMISING under threads: each step halved**
>
> | step | mean ms | p50 ms | p99 ms | takes over |
> | --- | ---: | ---: | ---: | --- |
> | request/b/b | -2.00 ±0 | -2.00 ±0 | -2.00 ±0 | request/a/a |
> | request/render | -0.50 ±0 | -0.50 ±0 | -0.50 ±0 | request/b/b |
> | request/a/a | 0 | 0 | 0 |  |
>
> Worth optimising under threads, at the median and in the tail: `request/b/b` (half of it: -2.00 ms; it is 83.3 % of the critical path); p99 by -2.00 ms.
>
> One more step is worth nothing that was seen.
>
> **CRITICAL PATH UNDER threads**
>
> | step | on it % | of it % | of p99 % | 10 % saves us |
> | --- | ---: | ---: | ---: | ---: |
> | request/b/b | 100.0 | 83.3 | 83.3 | 500.0 ±0 |
> | request/render | 100.0 | 16.7 | 16.7 | 100.0 ±0 |
>
> **LIMITS**

$ pertinax run data/steps.yaml --requests 1000 --under threads --gain --format csv | grep halved
> threads,threads,all,halved request/b/b mean change,-0.002,-0.002,-0.002,s
> threads,threads,all,halved request/b/b p50 change,-0.002,-0.002,-0.002,s
> threads,threads,all,halved request/b/b p99 change,-0.002,-0.002,-0.002,s
> threads,threads,all,halved request/render mean change,-0.0005,-0.0005,-0.0005,s
> threads,threads,all,halved request/render p50 change,-0.0005,-0.0005,-0.0005,s
> threads,threads,all,halved request/render p99 change,-0.0005,-0.0005,-0.0005,s
> threads,threads,all,halved request/a/a mean change,0,0,0,s
> threads,threads,all,halved request/a/a p50 change,0,0,0,s
> threads,threads,all,halved request/a/a p99 change,0,0,0,s

$ pertinax run data/steps.yaml --requests 1000 --under threads --gain --format json | sed -n '/"halved"/,/^      \]/p' | head -22
>       "halved": [
>         {
>           "step": "request/b/b",
>           "mean_change": {
>             "value": -0.002,
>             "lo": -0.002,
>             "hi": -0.002
>           },
>           "p50_change": {
>             "value": -0.002,
>             "lo": -0.002,
>             "hi": -0.002
>           },
>           "p99_change": {
>             "value": -0.002,
>             "lo": -0.002,
>             "hi": -0.002
>           },
>           "critical_share": 0,
>           "takes_over": "request/a/a",
>           "takes_over_share": 0.75
>         },

With chance.

$ pertinax run models/search.yaml --requests 20000 --under coroutine --gain | sed -n '/^WORTH/,/^OUTCOMES/p'
> WORTH OPTIMISING under coroutine: each step halved
> step                        mean ms  p50 ms     p99 ms  takes over
> request/geo/geocoder          -15.2   -13.9      -30.2  request/results/db
> request/results/db             -9.4    -8.7      -21.8  request/geo/geocoder
> request/write/client          -0.94   -0.90       -1.0
> request/results/cached        -0.64   -0.66  none seen
> request/results/rate_cache    -0.61   -0.64      -0.11
>
>   Worth optimising under coroutine, at the median and in the tail:
>   `request/geo/geocoder` (half of it: -13.9 ms; it is 56.7 % of the critical
>   path); p99 by -30.2 ms.
>
>   The other 12 steps are each worth less than 2 % of that.
>
> CRITICAL PATH UNDER coroutine
> step                        on it %  of it %  of p99 %  10 % saves ms
> request/geo/geocoder           98.6     56.7      60.2  3.060 ±0.07
> request/results/db             75.8     34.0      36.9  1.879 ±0.06
> request/write/client           94.1      3.4       1.2  0.188 ±0.0015
> request/results/rate_cache     98.9      2.6       0.8  0.125 ±0.003
> request/results/cached         98.9      2.1       0.7  0.129 ±0.003
> request/results/rank           98.9      0.7       0.2  0.039 ±0.0008
>
> OUTCOMES

The same bytes on any number of jobs.

$ for j in 1 3; do pertinax run models/search.yaml --requests 5000 --gain --jobs $j | cksum; done | uniq | wc -l
> 1
