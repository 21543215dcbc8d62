Stages: channels, workers, batches.

$ cat data/stages.yaml
> # SPDX-License-Identifier: GPL-3.0-or-later
> # stages - three pages, parsed by two workers, loaded as one batch.
> pertinax: 1
> name: stages
> services: {warehouse: {latency: 40ms}}
> channels: {pages: 1, rows: {size: 10, full: reject}}
> request:
>   - each: 3
>     as: i
>     do:
>       - set: {ms: (i + 1) * 1ms}
>       - put: pages
> stages:
>   parse: {from: pages, workers: 2, do: [{cpu: ms}, {put: rows}]}
>   load:
>     from: rows
>     batch: {max: 10, wait: 5ms}
>     do: [{call: warehouse, latency: 40ms + batch_size * 1ms}, {respond: 200}]
$ pertinax run data/stages.yaml --requests 100
> stages
> seed 1 · one request at a time in an idle system · 1 core, rr(5ms) · no GIL · no
> costs
>
> EXECUTION  mean ms  p50 ms   p99 ms   over serial
> serial     42.0 ±0  42.0 ±0  42.0 ±0  1.00x        ◀ best
> threads    49.0 ±0  49.0 ±0  49.0 ±0  0.86x ±0
> coroutine  49.0 ±0  49.0 ±0  49.0 ±0  0.86x ±0
>
>   threads takes 1.17x as long as serial on the mean: 49.0 ms against 42.0 ms.
>
>   coroutine takes 1.17x as long as serial on the mean: 49.0 ms against 42.0 ms.
>
>   The request holds 129.0 ms of work and its longest chain is 42.0 ms: no
>   execution can be more than 3.07x faster than serial.
>
>   threads takes 11.4 % longer than its longest chain of 44.0 ms: of its critical
>   path 10.2 % waits for `load`.
>
>   coroutine takes 11.4 % longer than its longest chain of 44.0 ms: of its
>   critical path 10.2 % waits for `load`.
>
>   The longest waits: 2.33 ms a time for `load` under threads (p99 5.00 ms,
>   87.8 % busy); 2.67 ms a time for `load` under coroutine (p99 5.00 ms, 87.8 %
>   busy).
>
> CRITICAL PATH UNDER serial
> step            on it %  of it %  of p99 %  10 % saves ms
> load/warehouse    100.0     97.6      97.6  4.10 ±0
> parse/cpu         100.0      2.4       2.4  0.10 ±0
>
> LIMITS
> execution  resource  busy %  queue  wait ms  wait p99 ms
> serial     worker     100.0   0.00     0.00         0.00
>            cores        4.7   0.00     0.00         0.00
> threads    pages        2.0   0.00     0.00         0.00
>            parse       10.2  0.020     0.33         1.00
>            rows         1.4   0.00     0.00         0.00
>            load        87.8   0.14     2.33         5.00
>            cores       12.2  0.082     2.00         4.00
> coroutine  pages        6.1  0.020     0.33         1.00
>            parse        6.1   0.00     0.00         0.00
>            rows         1.6   0.00     0.00         0.00
>            load        87.8   0.16     2.67         5.00
>            cores       12.2   0.00     0.00         0.00
>            loop        12.2   0.12     0.50         3.00
>
> IN USE: mean (peak)
> execution  threads  tasks
> serial     1.0 (1)  4.0 (4)
> threads    1.1 (4)  1.1 (4)
> coroutine  1.0 (1)  1.2 (4)
>
> Assumed: one request at a time in an idle system; 1 core, rr(5ms); no GIL; no
> costs.
> Measured: 100 requests each, as many as asked for; the same draws under every
> execution; requests are independent; ± and [ ] are 95 % intervals.
> Again: pertinax run data/stages.yaml --requests 100; version 0.1.0; model
> f3851b78728f.
$ pertinax explain data/stages.yaml --under threads
> stages - 
>
> == threads: 1 core, 1 worker
> bounds of `request`: at best 0, at worst no bound
>   (if nothing fails and nothing has to wait; costs of the execution aside)
>
> pc     where   instruction [handlers, innermost first]
> body 0 request
>     0  8:5     enter    request/each
>     1  8:11    set      w0 3  [leave]
>     2  8:5     group    each w1 of w0  [leave]
>     3  8:5     zero     w2  [kill w1; leave]
>     4  8:5     more     w1 @7  [kill w1; leave]
>     5  8:5     fork     w1 body 1 (request/each)  [kill w1; leave]
>     6  8:5     inc      w2 @4  [kill w1; leave]
>     7  8:5     join     w1  [kill w1; leave]
>     8  8:5     leave    request/each  [leave]
>     9  8:3     end     
> body 1 request/each captures w0<-w2
>    10  11:9    enter    request/each/set
>    11  11:15   set      w1 {11:19}  [leave]
>    12  11:9    leave    request/each/set  [leave]
>    13  12:9    enter    request/each/pages
>    14  12:9    acquire  pages 1  [leave]
>    15  12:9    put      pages body 2 (parse) carries w0<-w1  [release pages; leave]
>    16  12:9    leave    request/each/pages  [leave]
>    17  11:7    end     
> body 2 parse
>    18  14:3    taken    parse
>    19  14:42   enter    parse/cpu
>    20  14:47   cpu      {14:47}  [leave]
>    21  14:42   leave    parse/cpu  [leave]
>    22  14:53   enter    parse/rows
>    23  14:53   acquire  rows 1  [leave]
>    24  14:53   put      rows body 3 (load)  [release rows; leave]
>    25  14:53   leave    parse/rows  [leave]
>    26  14:40   end     
> body 3 load
>    27  15:3    taken    load
>    28  18:11   enter    load/warehouse
>    29  18:11   call     warehouse latency {18:37}  [leave]
>    30  18:11   leave    load/warehouse  [leave]
>    31  18:64   enter    load/respond
>    32  18:64   respond  200  [leave]
>    33  18:64   leave    load/respond  [leave]
>    34  18:9    end     
>
> what has a limit
>   pages            channel  size 1, fifo
>   parse            stage    size 2, fifo
>   rows             channel  size 10, fifo, at most 0 waiting
>   load             stage    size 1, fifo, in batches of 10 or after 5ms
>
> where is drawn: hash of step and quantity, place, loops round it
$ pertinax explain data/stages.yaml --format mermaid
> flowchart TD
>   subgraph box0 ["request"]
>     n0(["begin"])
>     n1[["each 3"]]
>     n0 --> n1
>     n2[["join"]]
>     n3(["each copy"])
>     n1 --> n3
>     n4["set"]
>     n3 --> n4
>     n5["put pages"]
>     n4 --> n5
>     n5 --> n2
>     n6(["end"])
>     n2 --> n6
>   end
>   subgraph box1 ["parse"]
>     n7(["begin"])
>     n8["cpu ms"]
>     n7 --> n8
>     n9["put rows"]
>     n8 --> n9
>     n10(["end"])
>     n9 --> n10
>   end
>   subgraph box2 ["load"]
>     n11(["begin"])
>     n12("call warehouse")
>     n11 --> n12
>     n13["respond"]
>     n12 --> n13
>     n14(["end"])
>     n13 --> n14
>   end
>     q0[/"pages 1"/]
>     q1[/"rows reject, 10"/]
>     s0[("warehouse 40ms")]
>     n5 -.-> q0
>     q0 --> n7
>     n9 -.-> q1
>     q1 --> n11
>     n12 -.- s0

Two stages that put into each other fill their channels and wait for ever.  It is told who waits for
whom.

$ cat data/stage_circle.yaml
> # SPDX-License-Identifier: GPL-3.0-or-later
> # stage_circle - two stages that put into each other: what fails is fetched again, until all is full.
> pertinax: 1
> name: stage_circle
> services: {web: {latency: 10ms}}
> channels: {urls: 2, pages: 2}
> request: {repeat: 8, do: {put: urls}}
> stages:
>   fetch: {from: urls, do: [{call: web}, {put: pages}]}
>   parse: {from: pages, do: [{wait: 2ms}, {put: urls}]}
> executions:
>   coroutine: {}
$ pertinax run data/stage_circle.yaml --requests 10 --under coroutine
> stage_circle
> seed 1 · one request at a time in an idle system · 1 core, rr(5ms) · no GIL · no
> costs
>
> EXECUTION  mean ms  p50 ms  p99 ms
> coroutine  deadlock after 50.0 ms
>
>   Deadlock under coroutine after 50.0 ms: 7 tasks can never move again.
>   1. an item in `urls`, in fetch (data/stage_circle.yaml:9:3), waits for a
>      worker of `fetch`, held by an item of `fetch`
>   2. an item of `fetch`, in fetch/pages (data/stage_circle.yaml:9:42), waits for
>      a place in `pages`, held by an item in `pages`, an item in `pages`
>   3. an item in `pages`, in parse (data/stage_circle.yaml:10:3), waits for a
>      worker of `parse`, held by an item of `parse`
>   4. an item of `parse`, in parse/urls (data/stage_circle.yaml:10:43), waits for
>      a place in `urls`, held by an item in `urls`, an item in `urls`: the circle
>      is closed
>   5. request, in request/urls (data/stage_circle.yaml:7:27), waits for a place
>      in `urls`, held by an item in `urls`, an item in `urls`
>   6. an item in `urls`, in fetch (data/stage_circle.yaml:9:3), waits for a
>      worker of `fetch`, held by an item of `fetch`
>   7. an item in `pages`, in parse (data/stage_circle.yaml:10:3), waits for a
>      worker of `parse`, held by an item of `parse`
>
>   who takes from `pages` waits, by way of others, for a place in it: a larger
>   channel only puts that off; reject when it is full (full: reject), or let no
>   stage put into one before it
>
> Assumed: one request at a time in an idle system; 1 core, rr(5ms); no GIL; no
> costs.
> Measured: 0 requests, until the deadlock; requests are independent; ± and [ ]
> are 95 % intervals.
> Again: pertinax run data/stage_circle.yaml --requests 10 --under coroutine;
> version 0.1.0; model e3eea3ef7b78.
? 1

The page and the trace of a model with batches.

$ pertinax run data/stages.yaml --requests 20 --quiet -o page.html --trace trace.json >out; grep -c 'DOCTYPE' page.html; grep -o 'load/warehouse' trace.json | sort -u
> 1
> load/warehouse
