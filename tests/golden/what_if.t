What a change changes: of a model without chance, every difference is exact and can be worked out on
paper.  Serially 9 ms become 3 + 8 + 1 = 12; at once max(3, 5) + 1 = 6 become max(3, 8) + 1 = 9.

$ pertinax run data/steps.yaml --requests 1000 --what-if slow=8ms --what-if 'a.latency*=0.5' | sed -n '/^WHAT/,/^LIMITS/p'
> WHAT IF slow=8ms
> execution  mean ms   p50 ms    p99 ms
> serial     +3.00 ±0  +3.00 ±0  +3.00 ±0
> threads    +3.00 ±0  +3.00 ±0  +3.00 ±0
> coroutine  +3.00 ±0  +3.00 ±0  +3.00 ±0
>
> WHAT IF a.latency*=0.5
> execution  mean ms   p50 ms    p99 ms
> serial     -1.50 ±0  -1.50 ±0  -1.50 ±0
> threads        0         0         0
> coroutine      0         0         0
>
> CRITICAL PATH UNDER threads
> step            on it %  of it %  of p99 %  10 % saves us
> request/b/b       100.0     83.3      83.3  500.0 ±0
> request/render    100.0     16.7      16.7  100.0 ±0
>
> LIMITS

As Markdown, JSON and CSV.

$ pertinax run data/steps.yaml --requests 1000 --what-if slow=8ms --format md | sed -n '/WHAT/,/coroutine/p'
> **WHAT IF slow=8ms**
>
> | execution | mean ms | p50 ms | p99 ms |
> | --- | ---: | ---: | ---: |
> | serial | +3.00 ±0 | +3.00 ±0 | +3.00 ±0 |
> | threads | +3.00 ±0 | +3.00 ±0 | +3.00 ±0 |
> | coroutine | +3.00 ±0 | +3.00 ±0 | +3.00 ±0 |

$ pertinax run data/steps.yaml --requests 1000 --under threads --what-if slow=8ms --format json | sed -n '/"what_if"/,/"latency"/p'
>   "what_if": [
>     {
>       "set": "slow=8ms",
>       "execution": "threads",
>       "complete": true,
>       "mean_change": {
>         "value": 0.003,
>         "lo": 0.003,
>         "hi": 0.003
>       },
>       "p50_change": {
>         "value": 0.003,
>         "lo": 0.003,
>         "hi": 0.003
>       },
>       "p99_change": {
>         "value": 0.003,
>         "lo": 0.003,
>         "hi": 0.003
>       },
>       "latency": {

$ pertinax run data/steps.yaml --requests 1000 --under threads --what-if slow=8ms --format csv | grep what-if
> threads,threads,all,what-if slow=8ms mean change,0.003,0.003,0.003,s
> threads,threads,all,what-if slow=8ms p50 change,0.003,0.003,0.003,s
> threads,threads,all,what-if slow=8ms p99 change,0.003,0.003,0.003,s

Under load the throughput may change, too; what saturates is named.

$ pertinax run data/unstable.yaml --requests 2000 --under threads,coroutine --set load.rate=40/s --what-if load.rate=95/s --what-if load.rate=125/s | sed -n '/^WHAT/,/^LIMITS/p'
> WHAT IF load.rate=95/s
> execution  mean ms  p50 ms  p99 ms  per second %
> threads          0       0       0  +137.4 ±0
> coroutine        0       0       0  +137.4 ±0
>
>   With load.rate=95/s, `cores` is 95.0 % busy under coroutine, after 40.0 %.
>
> WHAT IF load.rate=125/s
> execution  mean ms  p50 ms  p99 ms  per second %
> threads          0       0       0  +212.4 ±0
> coroutine  cannot carry the load then: cores at 125 %
>
>   With load.rate=125/s, coroutine cannot carry the load: the queue for `cores`
>   grows without end.
>
> LIMITS

$ pertinax run data/unstable.yaml --requests 4000 --under coroutine --set 'load={rate: 40/s}' --what-if load.rate=85/s | sed -n '/^WHAT/,/^LIMITS/p'
> WHAT IF load.rate=85/s
> execution  mean ms   p50 ms    p99 ms           per second %
> coroutine  +24.0 ±6  +18.6 ±5  +85.4 [70.3, ?]  +113.7 ±5
>
>   With load.rate=85/s, `cores` is 84.9 % busy under coroutine, after 39.8 %.
>
> CRITICAL PATH UNDER coroutine
> step                  on it %  of it %  of p99 %
> request/work            100.0     76.5      29.4
> waiting for the loop     39.1     23.5      70.6
>
> LIMITS

A change that ends in a deadlock says so, one that cures it, too; the exit status is that of the base
case.

$ pertinax run data/nested.yaml --requests 500 --under threads --what-if threads.pool=64 | sed -n '/^WHAT/,/^LIMITS/p' | head -3
> WHAT IF threads.pool=64
> execution  mean ms  p50 ms  p99 ms
> threads    no deadlock any more: mean 1.00 ms, p99 1.00 ms then

Shares of slow requests.

$ pertinax run models/search.yaml --requests 20000 --under serial,coroutine --threshold 50ms,250ms --threshold 100ms | sed -n '/^SLOWER/,/^$/p'
> SLOWER THAN, % of requests
> execution  50.0 ms     100.0 ms    250.0 ms
> serial     91.63 ±0.4  31.31 ±0.6  0.38 ±0.10
> coroutine  46.95 ±0.7   8.05 ±0.4  0.10 ±0.05
>

$ pertinax run data/steps.yaml --requests 1000 --under serial,threads --threshold 6ms,1us,2us,3us,4us,5us,7ms | sed -n '/^SLOWER/,/^$/p'
> SLOWER THAN
> execution     time  % of requests
> serial     1.00 us  100.00 ±0
>            2.00 us  100.00 ±0
>            3.00 us  100.00 ±0
>            4.00 us  100.00 ±0
>            5.00 us  100.00 ±0
>            6.00 ms  100.00 ±0
>            7.00 ms  100.00 ±0
> threads    1.00 us  100.00 ±0
>            2.00 us  100.00 ±0
>            3.00 us  100.00 ±0
>            4.00 us  100.00 ±0
>            5.00 us  100.00 ±0
>            6.00 ms    0.00 ±0
>            7.00 ms    0.00 ±0
>

$ pertinax run data/steps.yaml --requests 1000 --under threads --threshold 5.5ms --format json | sed -n '/"exceed"/,/]/p'
>       "exceed": [
>         {
>           "t": 0.0055,
>           "value": 1,
>           "lo": 1,
>           "hi": 1
>         }
>       ],

$ pertinax run data/steps.yaml --requests 1000 --under threads --threshold 5.5ms --format csv | grep above
> threads,threads,all,above 0.0055 s share,1,1,1,

The same bytes on any number of jobs.

$ for j in 1 3; do pertinax run models/search.yaml --requests 5000 --what-if cache_hit=0.5 --threshold 80ms --jobs $j | cksum; done | uniq | wc -l
> 1
