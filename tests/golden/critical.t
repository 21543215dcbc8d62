What is on the critical path, and what keeps an execution above its longest chain. By hand: spawn
0-1 and 1-2, b 2-7, render 7-8; with two threads a 0-3, b 3-8, render 8-9.

$ pertinax run data/steps.yaml --requests 1000 --set executions.threads.spawn=1ms --under serial,threads | sed -n '/^  threads takes/,/^LIMITS/p'
>   threads takes 33.3 % longer than its longest chain of 6.00 ms: of its critical
>   path 25 % pays spawn.
>
> CRITICAL PATH UNDER threads
> step            on it %  of it %  of p99 %  10 % saves us
> request/b/b       100.0     62.5      62.5  500.0 ±0
> cost: spawn       100.0     25.0      25.0      -
> request/render    100.0     12.5      12.5  100.0 ±0
>
> LIMITS

$ pertinax run data/steps.yaml --requests 1000 --set executions.threads.pool=2 --under serial,threads | sed -n '/^  threads takes/,/^LIMITS/p'
>   threads takes 50 % longer than its longest chain of 6.00 ms: of its critical
>   path 33.3 % are steps of its own that waited for one another.
>
>   The longest waits: 1.00 ms a time for `pool` under threads (p99 3.00 ms,
>   94.4 % busy).
>
> CRITICAL PATH UNDER serial
> step            on it %  of it %  of p99 %  10 % saves us
> request/b/b       100.0     55.6      55.6  500.0 ±0
> request/a/a       100.0     33.3      33.3  300.0 ±0
> request/render    100.0     11.1      11.1  100.0 ±0
>
> LIMITS

What is no step, as JSON and CSV.

$ pertinax run data/steps.yaml --requests 1000 --set executions.threads.spawn=1ms --under threads --format json | sed -n '/"walked"/,/"resources"/p'
>       "walked": 1000,
>       "critical": [
>         {
>           "kind": "cost",
>           "name": "spawn",
>           "critical_probability": 1,
>           "critical_share": 0.25,
>           "critical_share_p99": 0.25
>         }
>       ],
>       "resources": [

$ pertinax run data/steps.yaml --requests 1000 --set executions.threads.spawn=1ms --under threads --format csv | grep 'critical cost'
> threads,threads,all,critical cost spawn critical_probability,1,,,
> threads,threads,all,critical cost spawn critical_share,0.25,,,
> threads,threads,all,critical cost spawn critical_share_p99,0.25,,,

A gain by reruns, where two may wait for one: 10 % less of each of both calls is 2 ms less.

$ printf 'pertinax: 1\nname: t\nservices: {s: {latency: 10ms, capacity: 1}}\nrequest: {each: 2, do: {call: s}}\n' >t.yaml; pertinax run t.yaml --requests 1000 --under threads --gain --format json | grep -A5 '"gain"'
>           "gain": null,
>           "gain_p99": null
>         },
>         {
>           "step": "request/each/s",
>           "at": "t.yaml:4:25",
> --
>           "gain": {
>             "value": 0.02,
>             "lo": 0.02,
>             "hi": 0.02,
>             "by": "rerun"
>           },
