What each step is worth, halved one by one.  Of a model without chance: at once, max(3, 2.5) + 1 is 2 ms
less than max(3, 5) + 1; half of `a` changes nothing, half of `render` 0.5 ms.

$ pertinax run data/steps.yaml --requests 1000 --gain | sed -n '/^WORTH/,/^LIMITS/p'
> WORTH OPTIMISING under threads: each step halved
> step            mean ms   p50 ms    p99 ms
> request/b/b     -2.00 ±0  -2.00 ±0  -2.00 ±0
> request/render  -0.50 ±0  -0.50 ±0  -0.50 ±0
>
>   Worth optimising under threads, at the median and in the tail: `request/b/b`
>   (half of it: -2.00 ms; a request spends 5.00 ms in it); p99 by -2.00 ms.
>
>   One more step is worth nothing that was seen.
>
> LIMITS

Each execution with --verbose, and in Markdown, CSV and JSON.

$ pertinax run data/steps.yaml --requests 1000 --under serial,threads --gain --verbose | sed -n '/^WORTH/,/^LIMITS/p'
> WORTH OPTIMISING under serial: each step halved
> step            mean ms   p50 ms    p99 ms
> request/b/b     -2.50 ±0  -2.50 ±0  -2.50 ±0
> request/a/a     -1.50 ±0  -1.50 ±0  -1.50 ±0
> request/render  -0.50 ±0  -0.50 ±0  -0.50 ±0
>
>   Worth optimising under serial, at the median and in the tail: `request/b/b`
>   (half of it: -2.50 ms; a request spends 5.00 ms in it); p99 by -2.50 ms.
>
> WORTH OPTIMISING under threads: each step halved
> step            mean ms   p50 ms    p99 ms
> request/b/b     -2.00 ±0  -2.00 ±0  -2.00 ±0
> request/render  -0.50 ±0  -0.50 ±0  -0.50 ±0
> request/a/a         0         0         0
>
>   Worth optimising under threads, at the median and in the tail: `request/b/b`
>   (half of it: -2.00 ms; a request spends 5.00 ms in it); p99 by -2.00 ms.
>
>   One more step is worth nothing that was seen.
>
> LIMITS

$ pertinax run data/steps.yaml --requests 1000 --under threads --gain --format md | sed -n '/WORTH/,/LIMITS/p'
> **WORTH OPTIMISING under threads: each step halved**
>
> | step | mean ms | p50 ms | p99 ms |
> | --- | ---: | ---: | ---: |
> | request/b/b | -2.00 ±0 | -2.00 ±0 | -2.00 ±0 |
> | request/render | -0.50 ±0 | -0.50 ±0 | -0.50 ±0 |
> | request/a/a | 0 | 0 | 0 |
>
> Worth optimising under threads, at the median and in the tail: `request/b/b` (half of it: -2.00 ms; a request spends 5.00 ms in it); p99 by -2.00 ms.
>
> One more step is worth nothing that was seen.
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
>           "critical_share": null,
>           "takes_over": null,
>           "takes_over_share": null
>         },

With chance.

$ pertinax run models/search.yaml --requests 20000 --under coroutine --gain | sed -n '/^WORTH/,/^OUTCOMES/p'
> WORTH OPTIMISING under coroutine: each step halved
> step                        mean ms       p50 ms     p99 ms
> request/geo/geocoder        -15.2 ±0.4     -13.9      -30.2 ±9
> request/results/db           -9.4 ±0.3      -8.7      -21.8 ±9
> request/write/client        -0.94 ±0.007   -0.90       -1.0 [-1.001, -0.986]
> request/results/cached      -0.64 ±0.010   -0.66  none seen ±2
> request/results/rate_cache  -0.61 ±0.010   -0.64      -0.11 [-0.48, -0.11]
>
>   Worth optimising under coroutine, at the median and in the tail:
>   `request/geo/geocoder` (half of it: -13.9 ms; a request spends 31.2 ms in it);
>   p99 by -30.2 ms.
>
>   The other 12 steps are each worth less than 2 % of that.
>
> OUTCOMES

The same bytes on any number of jobs.

$ for j in 1 3; do pertinax run models/search.yaml --requests 5000 --gain --jobs $j | cksum; done | uniq | wc -l
> 1
