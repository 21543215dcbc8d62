Live runs: what they say whatever the machine does besides.

$ printf 'pertinax: 1\nname: page\nservices: {db: {latency: 2ms}}\nrequest: [{call: db}, {respond: 200}]\n' >page.yaml

$ pertinax live page.yaml --requests 5 --under serial,threads,coroutine | sed -n '1,5p' | grep -v EXECUTION
> page
> seed 1 · one request at a time in an idle system · at most 1 core · native
> threads · costs as they are
>

$ pertinax live page.yaml --requests 5 --under coroutine --format json | grep -o '"method": "[a-z]*"'
> "method": "live"

Each request becomes a trace.

$ pertinax live page.yaml --requests 5 --under threads --trace live.otlp.json --trace-requests 5 --quiet >out; grep -o '"name":"db"' live.otlp.json | wc -l
> 5

A service that is not there.

$ pertinax live page.yaml --requests 5 --under threads,coroutine --service 127.0.0.1:1 | grep -A 2 broken-calls
> warning[broken-calls]: 5 of 5 calls failed because the service refuses
> connections
>

One that says nothing, or more than it was asked for: nobody waits for ever, and no answer is somebody else's.

$ printf 'import socket, sys, threading\ns = socket.create_server(("127.0.0.1", 0))\nprint(s.getsockname()[1], flush=True)\ndef serve(c):\n    while c.recv(200):\n        c.sendall(b"OK\\n" * int(sys.argv[1]))\nwhile True:\n    threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()\n' >odd.py; printf 'pertinax: 1\nname: one\nservices: {db: {latency: 5ms}}\nrequest: [{call: db}, {respond: 200}]\n' >one.yaml
$ for n in 0 1 2; do python3 odd.py $n >port & odd=$! all=; while ! [ -s port ]; do sleep 0.1; done; for r in native python3; do for u in threads coroutine; do timeout -s KILL 60 pertinax live one.yaml --under $u -n 1 --runtime $r --service 127.0.0.1:$(cat port) >$r.$u & all="$all $!"; done; done; wait $all; kill $odd; rm port; for f in native.threads native.coroutine python3.threads python3.coroutine; do echo $n $f $(sed -n '/broken-calls/,/^$/p' $f); done; done
> 0 native.threads warning[broken-calls]: 1 of 1 calls failed because the service did not answer in time
> 0 native.coroutine warning[broken-calls]: 1 of 1 calls failed because the service did not answer in time
> 0 python3.threads warning[broken-calls]: 1 of 1 calls failed because the client met: there was no answer in time
> 0 python3.coroutine warning[broken-calls]: 1 of 1 calls failed because the client met: there was no answer in time
> 1 native.threads
> 1 native.coroutine
> 1 python3.threads
> 1 python3.coroutine
> 2 native.threads warning[broken-calls]: 1 of 1 calls failed because the service answered garbage
> 2 native.coroutine warning[broken-calls]: 1 of 1 calls failed because the service answered garbage
> 2 python3.threads warning[broken-calls]: 1 of 1 calls failed because the client met: the answer makes no sense
> 2 python3.coroutine warning[broken-calls]: 1 of 1 calls failed because the client met: the answer makes no sense
$ sed -i 's/^import/import time, /; s/int(sys.argv\[1\]))/1); time.sleep(0.01); c.sendall(b"OK\\n")/' odd.py; printf 'pertinax: 1\nname: late\nservices: {db: {latency: 1ms}}\nrequest: [{call: db}, {wait: 50ms}, {parallel: [{call: db}, {call: db}]}, {respond: 200}]\n' >late.yaml; python3 odd.py >port & odd=$!; while ! [ -s port ]; do sleep 0.1; done; for r in native python3; do pertinax live late.yaml --under coroutine -n 3 --runtime $r --service 127.0.0.1:$(cat port) --time-limit 20 --format json | grep -o '"requests": 3'; done; kill $odd
> "requests": 3
> "requests": 3

Nothing to be had.

$ (for f in 3 4 5 6 7 8 9; do eval "exec $f>&-"; done; ulimit -n 7; pertinax live page.yaml --requests 5 --under coroutine --service timer)
! error[E-live]: coroutine cannot be run: no event loop can be made: Too many open files
! 1 error
? 4

$ pertinax live page.yaml --requests 5 --under threads --service 127.1:1 -q --format json | grep -o '5 of 5 calls failed'
> 5 of 5 calls failed
$ pertinax live page.yaml --service elsewhere
! error[E-option-value]: --service cannot be 'elsewhere'
!       = help: tcp (a service of our own on loopback), timer, or an IPv4 host and port such as 127.0.0.1:7000
! 1 error
? 2

A deadlock is told in the words of `run`.

$ printf 'pertinax: 1\nname: nested\nrequest: [{parallel: {a: [{parallel: {b: [{wait: 1ms}], c: [{wait: 1ms}]}}]}}, {respond: 200}]\nexecutions: {small: {kind: threads, pool: 1}}\n' >nested.yaml

$ pertinax live nested.yaml --under small --requests 2 | sed -n '/^  1\./,/^$/p'
>   1. request, in request/parallel (nested.yaml:3:12), waits for its branches
>   2. request/a, in request/a/parallel (nested.yaml:3:28), waits for a thread of
>      `pool`, held by request: the circle is closed
>

Asked to stop in a group, as timeout(1) does: the service goes on to the end, and no call fails.

$ for s in TERM INT HUP; do timeout -s $s 1 pertinax live page.yaml --under serial --requests 10000 >out; echo $? $(grep -c 'broken-calls' out) $(grep -o 'until it was interrupted' out); done
> 124 0 until it was interrupted
> 124 0 until it was interrupted
> 124 0 until it was interrupted

Two at once into one store, under one name: they are not mixed, and whose traces cannot be kept still
tells what it has measured.

$ for i in 1 2; do pertinax live page.yaml --under threads -n 50 -d two.db -q >two$i.txt 2>two$i.err & done; wait; cat two?.err; grep -l EXECUTION two?.txt; pertinax traces -d two.db --sql "SELECT label, count(*) AS requests FROM v_trace GROUP BY 1"
> error[E-store]: two.db has a recording 'threads' already
>       = help: --label NAME calls this one otherwise
> 1 error
> two1.txt
> two2.txt
> label    requests
> threads        50
$ pertinax live page.yaml --under threads -n 5 -d two.db -q
! error[E-store]: two.db has a recording 'threads' already
!       = help: --label NAME calls this one otherwise
! 1 error
? 2
$ pertinax live page.yaml --under threads -n 5 -d '' -q
! error[E-store]: a store needs the name of a file
! 1 error
? 2
$ pertinax live page.yaml --under threads -n 5 -d one.db --label '' -q
! error[E-option-value]: --label must not be empty
! 1 error
? 2
$ pertinax live page.yaml --under serial -n 1000 -d late.db -q >late.txt & sleep 0.5; mkdir late.db; wait $!; echo $?; grep -c '^serial' late.txt
> 4
> 1
! error[E-store]: late.db cannot be opened: unable to open database file
! 1 error

Asked to stop while the traces are put there (another writer is waited for): all of them are.

$ python3 -c 'import sqlite3, time; c = sqlite3.connect("two.db"); c.execute("begin immediate"); time.sleep(2.5)' & sleep 0.5; timeout --preserve-status -s INT 1.5 pertinax live page.yaml --under threads -n 10 -d two.db --label late --format json | grep -o '"complete": [a-z]*'; wait; pertinax traces -d two.db --sql "SELECT label, count(*) AS requests FROM v_trace WHERE label = 'late'"
> "complete": true
> label  requests
> late         10

More calls at once than there are sockets, on either side: those fail, at once.

$ printf 'pertinax: 1\nname: wide\nservices: {db: {latency: 50ms}}\nrequest: [{each: 100, do: {call: db}}, {respond: 200}]\n' >wide.yaml; (ulimit -n 40; timeout 9 pertinax live wide.yaml --under threads,coroutine -n 3 >wide.txt; echo $?); grep -c '^warning.broken-calls' wide.txt
> 0
> 2

A soft limit of that is none.

$ (ulimit -Sn 40; pertinax live wide.yaml --under threads,coroutine -n 3 | grep -c '^warning.broken-calls')
> 0
? 1

A terminal that is closed asks to stop as well, unless that is to be ignored; what was measured is
kept.

$ timeout -s HUP 1 pertinax live page.yaml --under serial --requests 10000 -d hup.db >out; echo $?; grep -o 'until it was interrupted' out; pertinax traces -d hup.db --sql "SELECT label, count(*) > 50 AS kept FROM v_trace GROUP BY 1"
> 124
> until it was interrupted
> label   kept
> serial     1
$ (trap '' HUP; pertinax live page.yaml --under serial --requests 200 >out & sleep 0.2; kill -HUP $!; wait $!; grep -o '200 requests, as many as asked for' out)
> 200 requests, as many as asked for

However few files there may be, it ends by itself.

$ for n in 6 7 8 9 10 11 12 13 14; do (for f in 3 4 5 6 7 8 9; do eval "exec $f>&-"; done; ulimit -n $n; timeout 9 pertinax live page.yaml --under coroutine -n 2 >/dev/null 2>&1; echo $?); done | grep -v '^[04]$'
? 1

$ timeout -s INT 0.5 pertinax compare page.yaml --live --under serial --requests 10000
! warning[W-live]: interrupted: nothing was compared
! 1 warning
? 124

Where no request was over in time nothing is known of it, and nobody is best.

$ printf 'pertinax: 1\nname: no_time\nrequest: [{wait: 1h}, {respond: 200}]\n' >no_time.yaml; pertinax live no_time.yaml --under threads,coroutine --time-limit 1 -q
> EXECUTION  mean ms  p50 ms  p99 ms
> threads    no result
> coroutine  no result

Of steps that take no time there are no multiples.

$ printf 'pertinax: 1\nname: none\nrequest: [{parallel: [{wait: 0}, {wait: 0}]}, {respond: 200}]\n' >none.yaml; pertinax live none.yaml --under threads -n 20 | tr "\n" " " | grep -o "though its  *longest chain takes no time" | tr -s " "
> though its longest chain takes no time

Clients that begin at once are not taken for answers.

$ printf 'pertinax: 1\nname: clients\nrequest: [{wait: 2ms}, {respond: 200}]\nload: {clients: 8}\n' >clients.yaml; pertinax compare clients.yaml --live --under serial -n 20 -q --format csv | awk -F, '$3 == "throughput" {print ($4 > 0), $7}'
> 1 500

A loop that computes is busy, though no step of the model does.

$ printf 'pertinax: 1\nname: many\nservices: {db: {latency: 1ms}}\nrequest: [{each: 3000, do: {call: db}}, {respond: 200}]\n' >many.yaml; pertinax live many.yaml --under coroutine -n 3 -q --format json | tr -d ' \n' | grep -oE '"name":"loop","utilisation":[0-9.e+-]*' | awk -F: '{print ($3 > 0.02)}'
> 1

What a recording is called matters where there is one.

$ pertinax live page.yaml -n 5 --label night
! error[E-option]: --label says what a recording is called, and no --store says where it goes
!       = help: add --store FILE
! 1 error
? 2
