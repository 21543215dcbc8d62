What recorded traces waited for. Eight checkouts: the cart, then stock and price at once, then a
message that nobody waits for.

$ pertinax import -q data/traces/checkout.otlp.jsonl | tail -1
> New: 8 traces, 88 spans. The store holds 8 traces, 88 spans.
$ pertinax traces
> pertinax.db
> 8 traces · 88 spans · rule own
>
> REQUESTS
> request         service  traces  spans each  p50 ms  p99 ms  mean ms  at once
> POST /checkout  web           8        11.0    18.4    66.9     23.8     1.31
>
> OPERATIONS, by their time on critical paths
> operation       service  spans  p50 ms  p99 ms  critical %  on path %  errors
> stock.reserve   stock        8    8.95   13.16        34.3       75.0       1
> cart.get        cart         8    4.30    6.83        20.8      100.0       0
> SELECT rebates  price        8    3.81   29.60        17.9       25.0       0
> SELECT prices   price        8    3.76   29.55        17.9       25.0       0
> POST /checkout  web          8   18.42   66.88         4.1      100.0       0
> stock.reserve   web          8    9.55   13.76         1.9       75.0       1
> cart.get        web          8    4.70    7.23         1.7      100.0       0
> price.quote     web          8    8.43   60.00        0.53       25.0       0
> orders send     web          8    0.12    0.12        0.50      100.0       0
> price.quote     price        8    7.92   59.50        0.37       25.0       0
> orders receive  mail         8   43.00   43.00         0.0        0.0       0
>
>   What requests wait for most is stock.reserve (stock): 34.3 % of the critical
>   paths. Were it to take no time, the mean of 23.8 ms would fall by 8.15 ms at
>   most: less where something beside it then takes longest.
>
>   POST /checkout (web) holds 31.2 ms of work in 23.8 ms: 1.31 spans are at work
>   at once, on the average.
$ pertinax traces --root 'POST*' --service price --format md
> ### pertinax.db
>
> 8 traces · 88 spans · rule own
>
> **REQUESTS**
>
> | request | service | traces | spans each | p50 ms | p99 ms | mean ms | at once |
> | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |
> | POST /checkout | web | 8 | 11.0 | 18.4 | 66.9 | 23.8 | 1.31 |
>
> **OPERATIONS, by their time on critical paths**
>
> | operation | service | kind | spans | p50 ms | p99 ms | self ms | critical % | on path % | at once |
> | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
> | SELECT rebates | price | client | 8 | 3.81 | 29.60 | 6.73 | 17.9 | 25.0 | 1.00 |
> | SELECT prices | price | client | 8 | 3.76 | 29.55 | 6.68 | 17.9 | 25.0 | 1.00 |
> | price.quote | price | server | 8 | 7.92 | 59.50 | 0.35 | 0.37 | 25.0 | 1.00 |
>
> What requests wait for most of price is SELECT rebates (price): 17.9 % of the critical paths. Were it to take no time, the mean of 23.8 ms would fall by 4.26 ms at most: less where something beside it then takes longest.
>
> POST /checkout (web) holds 31.2 ms of work in 23.8 ms: 1.31 spans are at work at once, on the average.
$ pertinax traces --since 300ms --format csv
> service,name,kind,count,errors,unfinished,mean,p50,p99,self,critical,critical_share,critical_probability,concurrency
> stock,stock.reserve,server,2,0,0,0.0081615,0.007371,0.008952,0.0081615,0.0081615,0.5628814786716784,1,1
> cart,cart.get,server,2,0,0,0.004238,0.004172,0.004304,0.004238,0.004238,0.2922859408945136,1,1
> web,POST /checkout,server,2,0,0,0.0144995,0.013643,0.015356,0.00098,0.00098,0.0675885375357771,1,1.4885685713300458
> web,stock.reserve,client,2,0,0,0.0087615,0.007971,0.009552,0.0006,0.0006,0.0413807372668023,1,1
> web,cart.get,client,2,0,0,0.004638,0.004572,0.004704,0.0004,0.0004,0.027587158177868203,1,1
> web,orders send,producer,2,0,0,0.00012,0.00012,0.00012,0.00012,0.00012,0.008276147453360461,1,1
> mail,orders receive,consumer,2,0,0,0.043,0.043,0.043,0.043,0,0,0,1
> price,SELECT prices,client,2,0,0,0.003092,0.0024215,0.0037625,0.003092,0,0,0,1
> price,SELECT rebates,client,2,0,0,0.003142,0.0024715,0.0038125,0.003142,0,0,0,1
> price,price.quote,server,2,0,0,0.006584,0.005243,0.007925,0.00035,0,0,0,1
> web,price.quote,client,2,0,0,0.007084,0.005743,0.008425,0.0005,0,0,0,1
$ pertinax traces --since 2025-10-09T08:53:21 -q
> REQUESTS
> request         service  traces  spans each  p50 ms  p99 ms  mean ms  at once
> POST /checkout  web           4        11.0    15.4    66.9     28.7     1.26
>
> OPERATIONS, by their time on critical paths
> operation       service  spans  p50 ms  p99 ms  self ms  critical %  on path %
> SELECT rebates  price        4    3.81   29.60    10.02        25.8       25.0
> SELECT prices   price        4    3.76   29.55     9.97        25.7       25.0
> stock.reserve   stock        4    7.37   12.85     8.72        25.4       75.0
> cart.get        cart         4    4.17    5.36     4.48        15.6      100.0
> POST /checkout  web          4   15.36   66.88     0.98         3.4      100.0
> stock.reserve   web          4    7.97   13.45     0.60         1.6       75.0
> cart.get        web          4    4.57    5.76     0.40         1.4      100.0
> price.quote     web          4    8.43   60.00     0.50        0.44       25.0
> orders send     web          4    0.12    0.12     0.12        0.42      100.0
> price.quote     price        4    7.92   59.50     0.35        0.30       25.0
> orders receive  mail         4   43.00   43.00    43.00         0.0        0.0
$ pertinax traces --limit 2 | tail -4
>   POST /checkout (web) holds 31.2 ms of work in 23.8 ms: 1.31 spans are at work
>   at once, on the average.
>
>   9 more operations: --limit 0 shows all.

One trace: drawn, as data, for Perfetto. By number, id or place.

$ pertinax traces --trace slowest
> pertinax.db
> c0ffee00000000000000000000000006 · label default · 66.9 ms · 11 spans · rule own
>
> span                           ms  0                                    114.5 ms
> POST /checkout  web          66.9  █░█░░░░░░░░░░░░░░░░░░░░░░░█
>   cart.get  web               5.8  █░█
>     cart.get  cart            5.4  ███
>   stock.reserve  web          6.3    ░░░
>     stock.reserve  stock      5.7    ░░░
>   price.quote  web           60.0    █░░░░░░░░░░░░░░░░░░░░░░██
>     price.quote  price       59.5    █░░░░░░░░░░░█░░░░░░░░░░█
>       SELECT prices  price   29.6    █████████████
>       SELECT rebates  price  29.6                ████████████
>   orders send  web           0.12                            █
>     orders receive  mail     43.0                              ░░░░░░░░░░░░░░░░░
>
> █ on the critical path, ░ not.
>
> CRITICAL PATH
> span            on it ms  of it %  because
> SELECT rebates     29.60     44.3  its caller waited for it last
> SELECT prices      29.55     44.2  it ended before its sibling on the path began
> cart.get            5.36      8.0  its caller waited for it last
> POST /checkout      1.00      1.5  the request itself
> price.quote         0.50     0.75  it ended before its sibling on the path began
> cart.get            0.40     0.60  it ended before its sibling on the path began
> price.quote         0.35     0.52  its caller waited for it last
> orders send         0.12     0.18  its caller waited for it last
$ LC_ALL=C COLUMNS=60 pertinax traces --trace '#3' --rule jaeger --limit 5
> pertinax.db
> c0ffee00000000000000000000000003 - label default - 18.4 ms -
> 11 spans - rule jaeger
>
> span                          ms  0                  18.4 ms
> POST /checkout  web         18.4  #-----##-----------------#
>   cart.get  web              4.6  #-----#
>     cart.get  cart           4.2  #######
>   stock.reserve !  web      12.7         #----------------##
>     stock.reserve !  stock  12.1         ##################
>
> # on the critical path, - not. 6 spans are not shown: --limit 0 shows all.
>
> CRITICAL PATH
> span            on it us  of it %  because
> stock.reserve   12,127.0     65.8  its caller waited for i..
> cart.get          4193.0     22.8  its caller waited for i..
> POST /checkout     980.0      5.3  the request itself
> stock.reserve      600.0      3.3  it ended before its sib..
> cart.get           400.0      2.2  it ended before its sib..
> orders send        120.0     0.65  its caller waited for i..
$ pertinax traces --trace c0ffee00000000000000000000000006 --format csv
> id,span_id,parent,service,name,kind,start_ns,start,duration,self,critical,why
> 1610612736,00000000000001f5,,web,POST /checkout,server,1760000001250000000,0,0.066878,0.00098,0.001,the request itself
> 1610612737,00000000000001f6,1610612736,web,cart.get,client,1760000001250300000,0.0003,0.005758,0.0004,0.0004,it ended before its sibling on the path began
> 1610612738,00000000000001f7,1610612737,cart,cart.get,server,1760000001250500000,0.0005,0.005358,0.005358,0.005358,its caller waited for it last
> 1610612739,00000000000001f8,1610612736,web,stock.reserve,client,1760000001256308000,0.006308,0.006307,0.0006,0,something else took longer
> 1610612742,00000000000001f9,1610612739,stock,stock.reserve,server,1760000001256608000,0.006608,0.005707,0.005707,0,something else took longer
> 1610612740,00000000000001fa,1610612736,web,price.quote,client,1760000001256328000,0.006328,0.06,0.0005,0.0005,it ended before its sibling on the path began
> 1610612741,00000000000001fb,1610612740,price,price.quote,server,1760000001256578000,0.006578,0.0595,0.00035,0.00035,its caller waited for it last
> 1610612743,00000000000001fc,1610612741,price,SELECT prices,client,1760000001256728000,0.006728,0.02955,0.02955,0.02955,it ended before its sibling on the path began
> 1610612744,00000000000001fd,1610612741,price,SELECT rebates,client,1760000001286328000,0.036328,0.0296,0.0296,0.0296,its caller waited for it last
> 1610612745,00000000000001fe,1610612736,web,orders send,producer,1760000001316478000,0.066478,0.00012,0.00012,0.00012,its caller waited for it last
> 1610612746,00000000000001ff,1610612745,mail,orders receive,consumer,1760000001321478000,0.071478,0.043,0.043,0,"a message, for which nobody waits"
$ pertinax traces --trace p50 --format json | grep -A 12 '"critical_path"'
>     "critical_path": [
>       {
>         "span": 805306368,
>         "start": 0,
>         "end": 0.0003
>       },
>       {
>         "span": 805306369,
>         "start": 0.0003,
>         "end": 0.0005
>       },
>       {
>         "span": 805306370,
$ pertinax traces --trace p50 -o slow.json -o slow.csv > seen.txt; head -c 300 slow.json; echo; wc -l < slow.csv
> {"traceEvents":[{"ph":"M","name":"process_name","pid":1,"tid":0,"args":{"name":"critical path"}},{"ph":"M","name":"process_name","pid":2,"tid":0,"args":{"name":"web"}},{"ph":"M","name":"process_name","pid":3,"tid":0,"args":{"name":"cart"}},{"ph":"M","name":"process_name","pid":4,"tid":0,"args":{"nam
> 12

By SQL. The sections of each path add up to the duration of the request, by two of the rules.

$ pertinax traces --sql "SELECT service, name, count(*) AS n, quantile(duration, 0.5) AS p50 FROM v_span GROUP BY 1, 2 ORDER BY 4 DESC LIMIT 3"
> service  name            n       p50
> mail     orders receive  8  43000000
> web      POST /checkout  8  18420000
> web      stock.reserve   8   9552000
$ pertinax traces --sql "SELECT t.trace, t.duration, sum(c.duration) = t.duration AS all_of_it FROM v_trace t JOIN v_critical c USING (trace) GROUP BY 1 LIMIT 3"
> trace  duration  all_of_it
>     1  21516000          1
>     2  19666000          1
>     3  18420000          1
$ pertinax traces --rule jaeger --sql "SELECT rule, count(*) AS sections, sum(duration) FROM v_critical WHERE trace < 3" --format csv
> rule,sections,sum(duration)
> jaeger,22,41182000
$ pertinax traces --sql "SELECT s.name, c.start - t.start AS start, c.duration, c.why FROM v_critical('crisp') c JOIN v_span s ON s.id = c.span JOIN v_trace t ON t.trace = c.trace WHERE c.trace = 1 LIMIT 4" --format md
> | name | start | duration | why |
> | --- | ---: | ---: | --- |
> | POST /checkout | 0 | 300000 | the request itself |
> | cart.get | 300000 | 200000 | it ended before its sibling on the path began |
> | cart.get | 500000 | 6252000 | its caller waited for it last |
> | cart.get | 6752000 | 200000 | it ended before its sibling on the path began |
$ pertinax traces --sql "SELECT id, NULL AS absent, 0.5 AS half, x'00ff' AS bytes, 'a,b' AS \"a b\" FROM v_span LIMIT 1" --format json
> [
>   {
>     "id": 268435456,
>     "absent": null,
>     "half": 0.5,
>     "bytes": "x'00ff'",
>     "a b": "a,b"
>   }
> ]
$ pertinax traces --sql "SELECT NULL AS absent, x'00ff' AS bytes, 'a,b' AS \"a b\"" --format csv
> absent,bytes,a b
> ,x'00ff',"a,b"
$ pertinax traces --sql "SELECT trace FROM v_trace WHERE trace > 99"
! no rows
$ pertinax traces --sql "SELECT trace FROM v_trace" --limit 2
> trace
>     1
>     2
! there are more rows: --limit 0 shows all

A trace that takes no time has no critical path.

$ printf 'trace,id,parent,name,start,duration\nt,1,,ping,1700000000000,0\nt,2,1,pong,1700000000000,0\n' | pertinax import -q -d none.db --csv trace=trace,id=id,parent=parent,name=name,start=start/ms,duration=duration/ms - | tail -1
> New: 1 trace, 2 spans. The store holds 1 trace, 2 spans.
$ pertinax traces -d none.db --trace slowest
> none.db
> 596802534854edf7f50a68cc676e4eeb · label default · 0 s · 2 spans · rule own
>
> span    ms  0                                                                0 s
> ping     0  ░
>   pong   0  ░
>
> █ on the critical path, ░ not.
>
>   It takes no time, so it has no critical path.
