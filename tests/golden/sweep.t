One axis is a table.  The knee of M/M/c: with rho = 0.8 an infinite pool takes 1 ms, 12 servers
1.154 ms.

$ pertinax sweep models/mmc.yaml --under threads --set servers=2:2:12 -n 20000
> mmc · Several servers with one queue
> seed 1 · load as set · 1 core, rr(5ms) · no GIL · no costs
> 6 cells: servers 2, 4, … 12 · mean latency, ms
>
> servers  threads
> 2        2.61  ±0.3
> 4        1.66  ±0.13
> 6        1.38  ±0.09
> 8        1.25  ±0.07
> 10       1.17  ±0.05
> 12       1.13* ±0.04
>
>   * threads with servers=12, 1.13 ms, is the best of 6, beyond doubt (95 %,
>   compared in pairs on the same draws).
>
>   threads: from servers = 10 on, more gains less than 5 %.
>
> warning [few-tail-samples]: only 20 requests are beyond p99.9: take its interval
> rather than its value, or --requests 100000 (with servers=2; 6 times)
>
> Assumed: load as set; 1 core, rr(5ms); no GIL; no costs.
> Measured: 20,000 requests each; the same draws in every cell; ± and [ ] are 95 %
> intervals.
> Again: pertinax sweep models/mmc.yaml --under threads --set servers=2:2:12
> --requests 20000; version 0.1.0; model 8215b7c7dac7.

A constant in all cells, values with commas in them, two executions, another metric.

$ pertinax sweep models/fork_join.yaml --set shards=2,4 --requests 2000 --metric speedup --under serial,threads -q
> shards  serial    threads
> 2       1.00  ±0  1.60  ±0.03
> 4       1.00  ±0  2.69* ±0.10

Two axes are heat maps; the best is marked, and which execution wins is a map of its own.

$ pertinax sweep models/db_pool.yaml --under threads,coroutine --set pool=2,4,8,16 --set rtt=300us,3ms --requests 4000 --metric p99
> db_pool · Low-latency database behind a small thread pool or an event loop
> (Davis, 2015)
> seed 1 · 32 clients, no think time · 1 core, rr(5ms) · GIL, 5ms switch interval
> · costs as given
> 8 cells: pool 2, 4, 8, 16 × rtt 300us, 3ms · 99th percentile of latency, ms
>
> threads: 99th percentile of latency, ms by pool (down) and rtt (across)
> pool  300us       3ms
> 2      22.0 ░░  167.1 ██
> 4      12.7 ··   85.6 ▓▓
> 8      10.7~··   45.8 ▒▒
> 16     10.6*··   26.6 ░░
>
> coroutine: 99th percentile of latency, ms by pool (down) and rtt (across)
> pool  300us       3ms
> 2      12.1 ··   18.1 ··
> 4      12.1 ··   18.1 ··
> 8      12.1 ··   18.1 ··
> 16     12.1 ··   18.1 ··
>
> ·· <= 18.4 ms  ░░ <= 32.0 ms  ▒▒ <= 55.5 ms  ▓▓ <= 96.3 ms  ██ <= 167.1 ms
>
> Which execution wins (~: not beyond doubt)
> pool      300us         3ms
> 2     coroutine   coroutine
> 4     coroutine   coroutine
> 8       threads   coroutine
> 16      threads   coroutine
>
>   * threads with pool=16, rtt=300us, 10.6 ms, is the best seen of 16; ~ 1 is not
>   distinguishable from it. With 95 % confidence the best is among the marked
>   (compared in pairs on the same draws).
>
>   rtt=300us: coroutine wins up to pool = 4, threads from 8 on.
>
>   pool=8: threads wins up to rtt = 300us, coroutine from 3ms on.
>
>   pool=16: threads wins up to rtt = 300us, coroutine from 3ms on.
>
>   threads: from pool = 8 (rtt=300us) on, more gains less than 5 %.
>
> warning [few-tail-samples]: only 40 requests are beyond p99 and 4 beyond p99.9:
> take their intervals rather than their values, or --requests 100000 (with
> pool=2, rtt=300us; 16 times)
>
> Assumed: 32 clients, no think time; 1 core, rr(5ms); GIL, 5ms switch interval;
> costs as given.
> Measured: 4000 requests each; the same draws in every cell; ± and [ ] are 95 %
> intervals.
> Again: pertinax sweep models/db_pool.yaml --under threads,coroutine --set
> pool=2,4,8,16 --set rtt=300us,3ms --requests 4000 --metric p99; version 0.1.0;
> model d82038d56541.

In ASCII, and too narrow for the shades.

$ LC_ALL=C COLUMNS=34 pertinax sweep models/db_pool.yaml --under threads --set pool=2,4,8 --set rtt=300us,1ms,3ms -n 2000 -q
> threads: responses a second by pool (down) and rtt (across)
> pool  300us       1ms       3ms
> 2      1591 ..    604 %%    216 ##
> 4      2767      1190 ..    430 %%
> 8      3309*     2264       860 ::
>
>    >= 1916/s  .. >= 1110/s  :: >= 642.9/s  %% >= 372.4/s  ## >= 215.7/s

Three axes are a table again; --zip takes values together.

$ pertinax sweep models/mmc.yaml --under threads --set servers=1,2 --set rho=0.5,0.7 --set service=1ms,2ms -n 2000 -q
> servers  rho  service  threads
> 1        0.5  1ms      2.00  [1.8, 2.4]
>               2ms      4.01  [3.6, 4.7]
>          0.7  1ms      3.03  ±0.7
>               2ms      6.07  ±1.3
> 2        0.5  1ms      1.35* [1.24, 1.53]
>               2ms      2.70  [2.5, 3.1]
>          0.7  1ms      1.85  ±0.3
>               2ms      3.70  ±0.6
$ pertinax sweep models/mmc.yaml --under threads --zip --set servers=1:1:4 --set rho=0.2:0.2:0.8 -n 2000 -q
> servers  rho  threads
> 1        0.2  1.26~ ±0.06
> 2        0.4  1.22* [1.15, 1.35]
> 3        0.6  1.27~ ±0.14
> 4        0.8  1.52  ±0.2
$ pertinax sweep models/mmc.yaml --under threads --set servers=1:*2:4 -n 2000 --format csv | cut -d , -f 1-9
> servers,execution,requests,status,mark,metric,value,lo,hi
> 1,threads,2000,requests,,mean,0.004101184782000001,0.003446645053994852,0.0051301998827899715
> 2,threads,2000,requests,,mean,0.002350447593,0.0020123464528798863,0.002837060703462422
> 4,threads,2000,requests,best,mean,0.001519155875,0.0013654729868934463,0.0017318016553249157
$ pertinax sweep models/mmc.yaml --under threads --set servers=1:*2:4 -n 2000 --format md
> ### mmc · Several servers with one queue
>
> seed 1 · load as set · 1 core, rr(5ms) · no GIL · no costs
>
> 3 cells: servers 1, 2, 4 · mean latency, ms
>
> | servers | threads |
> | --- | ---: |
> | 1 | 4.10 \[3.4, 5.1] |
> | 2 | 2.35 ±0.5 |
> | 4 | 1.52\* ±0.2 |
>
> \* threads with servers=4, 1.52 ms, is the best of 3, beyond doubt (95 %, compared in pairs on the same draws).
>
> warning \[few-tail-samples]: only 20 requests are beyond p99 and 2 beyond p99.9: take their intervals rather than their values, or --requests 100000 (with servers=1; 3 times)
>
> Assumed: load as set; 1 core, rr(5ms); no GIL; no costs.
>
> Measured: 2000 requests each; the same draws in every cell; ± and \[ ] are 95 % intervals.
>
> Again: pertinax sweep models/mmc.yaml --under threads --set 'servers=1:\*2:4' --requests 2000; version 0.1.0; model 7e3e888ea54f.

A cell that cannot carry its load, or that deadlocks, is a result like others.

$ pertinax sweep models/mm1.yaml --under serial --set rho=0.5,1.5,0.9 -n 4000
> mm1 · One server, Poisson arrivals, exponential service
> seed 1 · load as set · 1 core, rr(5ms) · no GIL · no costs
> 3 cells: rho 0.5, 1.5, 0.9 · mean latency, ms
>
> rho    serial
> 0.5     1.98* ±0.17
> 1.5  unstable
> 0.9     7.95  [6, 12]
>
>   serial cannot carry its load with rho=1.5 (`server`).
>
>   * serial with rho=0.5, 1.98 ms, is the best of 2, beyond doubt (95 %, compared
>   in pairs on the same draws).
>
> warning [few-tail-samples]: only 40 requests are beyond p99 and 4 beyond p99.9:
> take their intervals rather than their values, or --requests 100000 (with
> rho=0.5; 2 times)
>
> Assumed: load as set; 1 core, rr(5ms); no GIL; no costs.
> Measured: 4000 requests each; the same draws in every cell; ± and [ ] are 95 %
> intervals.
> Again: pertinax sweep models/mm1.yaml --under serial --set rho=0.5,1.5,0.9
> --requests 4000; version 0.1.0; model ded411f3eefd.
$ pertinax sweep data/nested.yaml --under threads --set executions.threads.pool=1:1:4 -n 200
> nested
> seed 1 · one request at a time in an idle system · 1 core, rr(5ms) · no GIL · no
> costs
> 4 cells: executions.threads.pool 1, 2, 3, 4 · mean latency, ms
>
> executions.threads.pool   threads
> 1                        deadlock
> 2                        deadlock
> 3                        deadlock
> 4                           3.00* ±0
>
>   threads deadlocks in 3 cells, first with executions.threads.pool=1.
>
>   * threads with executions.threads.pool=4, 3.00 ms, is the only one with a
>   result.
>
> warning [nested-pool]: a request keeps its thread while it waits for its
> branches (data/nested.yaml:8, data/nested.yaml:10, data/nested.yaml:9 and 1
> more): when 4 of them hold all threads of `pool`, nothing moves any more;
> `server: N` gives requests threads of their own (with executions.threads.pool=4;
> 1 time)
>
> Assumed: one request at a time in an idle system; 1 core, rr(5ms); no GIL; no
> costs.
> Measured: 200 requests each; the same draws in every cell; ± and [ ] are 95 %
> intervals.
> Again: pertinax sweep data/nested.yaml --under threads --set
> executions.threads.pool=1:1:4 --requests 200; version 0.1.0; model e01e33905ea2.
? 1

Shards merge to the same bytes as one run, in any format, whatever the number of jobs.

$ pertinax sweep models/mmc.yaml --set servers=1:1:3 --set rho=0.5,0.9 -n 2000 -j 1 -o all.json -o all.txt -o all.csv -o all.md >/dev/null
$ for i in 1 2 3 4; do pertinax sweep models/mmc.yaml --set servers=1:1:3 --set rho=0.5,0.9 -n 2000 -j 3 --shard $i/4 >$i.json; done
$ pertinax merge 3.json 1.json 4.json 2.json -o m.json -o m.txt -o m.csv -o m.md >/dev/null
$ for f in json txt csv md; do cmp all.$f m.$f && echo same $f; done
> same json
> same txt
> same csv
> same md
$ pertinax merge all.json | cmp - all.txt
