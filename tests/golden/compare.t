A model against traces of itself, recorded with another seed: each execution, and the speedup.

$ for e in serial coroutine; do pertinax run models/search.yaml --seed 7 --under $e --requests 2000 --trace $e.otlp.json --trace-requests 2000 -q >run.txt && pertinax import -q -l $e -d lab.db $e.otlp.json >import.txt; done
$ pertinax compare models/search.yaml -d lab.db --requests 20000
> search · A basic search engine's request (Slatkin, 2015)
> lab.db · requests 'request' · seed 1
>
> serial, 2000 requests
>       measured ms  model ms    model/measured        within  verdict
> mean   90.3 ±1.6    89.8 ±0.5  0.995 [0.979, 1.011]    10 %  agree
> p50    82.2 ±2      82.3 ±0.6  1.002 [0.979, 1.023]    10 %  agree
> p95   159.7 ±8     159.1 ±2    0.997 [0.954, 1.028]    15 %  agree
> p99   220.2 ±15    211.9 ±5    0.962 [0.910, 1.024]    20 %  agree
>
> coroutine, 2000 requests
>       measured ms       model ms    model/measured        within  verdict
> mean   55.3 ±1.4         54.9 ±0.4  0.992 [0.971, 1.015]    10 %  agree
> p50    48.3 ±1.2         48.2 ±0.4  0.998 [0.977, 1.021]    10 %  agree
> p95   115.2 [111, 123]  114.2 ±1.9  0.991 [0.938, 1.021]    15 %  agree
> p99   168.9 ±14         161.0 ±7    0.953 [0.900, 1.035]    20 %  agree
>
> SPEEDUPS
>                        measured    model        model/measured  within  verdict
> coroutine over serial  1.63 ±0.05  1.64 ±0.005           1.002    10 %  agree
>
>   The model agrees with the traces in all 9 respects.
>
>   serial: 1.00 of its steps are at work at once on the average; in the model
>   1.00.
>
>   coroutine: 1.64 of its steps are at work at once on the average; in the model
>   1.64.
>
>   coroutine over serial: measured 1.63x with up to 7 steps at once: 54.8 %
>   [52.6 %, 57.0 %] of the work is serial (Karp-Flatt).
>
>   By the model no execution can be more than 1.64x faster than serial.
>
>   Judged: the 90 % interval of model/measured within its margin (two one-sided
>   tests), or all of it beyond (Holm); what stands beside the numbers are 95 %
>   intervals.
>
> STEPS of serial
> step         a request  model  mean ms       model  critical %  model  verdict
> geocoder          1.00   1.00  31.41 ±1      31.25        34.8   34.8  agree
> db                1.18   1.21  20.90 ±0.7    20.08        27.2   27.0  agree
> ipdb              1.00   1.00   8.20 ±0.2     8.06         9.1    9.0  agree
> taskq             2.07   2.09   2.98 ±0.09    3.00         6.8    7.0  agree
> memcache          5.07   5.09   1.21 ±0.012   1.20         6.8    6.8  agree
> cached            4.00   4.00   1.19 ±0.013   1.20         5.3    5.4  agree
> rate_cache        4.00   4.00   1.20 ±0.013   1.20         5.3    5.3  agree
> client            0.94   0.94   2.00 ±0       2.00         2.1    2.1  agree
> get_session       1.00   1.00   1.19 ±0.03    1.20         1.3    1.3  agree
> rank              4.00   4.00   0.30 ±0       0.30         1.3    1.3  agree
> cpu               0.38   0.41   0.11 ±0.006   0.11         0.0    0.1  agree
>
> STEPS of coroutine
> step         a request  model  mean ms       model  critical %  model  verdict
> geocoder          1.00   1.00  31.41 ±1      31.25        56.5   56.7  agree
> db                1.18   1.21  20.91 ±0.7    20.08        34.3   34.0  agree
> client            0.94   0.94   2.00 ±0       2.00         3.4    3.4  agree
> rate_cache        4.00   4.00   1.22 ±0.013   1.22         2.6    2.6  agree
> cached            4.00   4.00   1.20 ±0.013   1.22         2.0    2.1  agree
> rank              4.00   4.00   0.30 ±0       0.30         0.7    0.7  agree
> ipdb              1.00   1.00   8.20 ±0.2     8.06         0.4    0.4  agree
> taskq             2.07   2.09   2.98 ±0.09    3.00         0.1    0.1  agree
> memcache          5.07   5.09   1.21 ±0.012   1.20         0.0    0.0  agree
> get_session       1.00   1.00   1.19 ±0.03    1.20         0.0    0.0  agree
> cpu               0.38   0.41   0.11 ±0.006   0.11         0.0    0.0  agree
>

A step with half of the critical path takes twice as long in the model: it disagrees, and says why.

$ pertinax compare models/search.yaml -d lab.db --label coroutine --requests 20000 --set geocoder.latency*=2 | sed -n '1,21p'
> search · A basic search engine's request (Slatkin, 2015)
> lab.db · requests 'request' · seed 1
>
> coroutine, 2000 requests
>       measured ms       model ms    model/measured        within  verdict
> mean   55.3 ±1.4         86.1 ±0.7  1.556 [1.522, 1.592]    10 %  disagree
> p50    48.3 ±1.2         73.9 ±0.7  1.530 [1.499, 1.566]    10 %  disagree
> p95   115.2 [111, 123]  183.9 ±3    1.597 [1.511, 1.645]    15 %  disagree
> p99   168.9 ±14         272.6 ±9    1.614 [1.523, 1.748]    20 %  disagree
>
>   The model disagrees with the traces: 4 of 4 respects are beyond their margins.
>
>   coroutine: the step geocoder takes 31.4 ms in the traces and 62.5 ms in the
>   model, 99.0 % longer there; it has 56.5 % of the measured critical paths.
>
>   coroutine: 1.64 of its steps are at work at once on the average; in the model
>   1.41.
>
>   Judged: the 90 % interval of model/measured within its margin (two one-sided
>   tests), or all of it beyond (Holm); what stands beside the numbers are 95 %
>   intervals.
$ pertinax compare models/search.yaml -d lab.db --label coroutine --requests 20000 --set geocoder.latency*=2 -q
> coroutine, 2000 requests
>       measured ms       model ms    model/measured        within  verdict
> mean   55.3 ±1.4         86.1 ±0.7  1.556 [1.522, 1.592]    10 %  disagree
> p50    48.3 ±1.2         73.9 ±0.7  1.530 [1.499, 1.566]    10 %  disagree
> p95   115.2 [111, 123]  183.9 ±3    1.597 [1.511, 1.645]    15 %  disagree
> p99   168.9 ±14         272.6 ±9    1.614 [1.523, 1.748]    20 %  disagree
>
>   The model disagrees with the traces: 4 of 4 respects are beyond their margins.
>
? 1

Too few requests: undecided, and how many would do.

$ pertinax run models/search.yaml --seed 8 --under coroutine --requests 60 --trace few.otlp.json --trace-requests 60 -q >run.txt
$ pertinax import -q -d few.db few.otlp.json >import.txt
$ pertinax compare models/search.yaml -d few.db --requests 20000 | sed -n '4,15p'
> coroutine, 60 requests
>       measured ms      model ms    model/measured        within  verdict
> mean   50.6 ±6          54.9 ±0.4  1.085 [0.986, 1.208]    10 %  undecided
> p50    44.4 [39, 58]    48.2 ±0.4  1.085 [0.864, 1.207]    10 %  undecided
> p95    88.1 [77.3, ?]  114.2 ±1.9  1.296                   15 %  undecided
> p99   123.7 [89.9, ?]  161.0 ±7    1.301                   20 %  undecided
>
>   It cannot be decided whether the model agrees: 4 of 4 respects are open, none
>   disagrees.
>
>   About 3682 recorded requests of coroutine would decide all that is open (p50
>   needs most; there are 60).
$ pertinax compare models/search.yaml -d few.db --requests 20000 >text.txt
? 3

For programs; other names of spans.

$ pertinax compare models/do_work.yaml -d few.db --requests 2000 --spans use_both=rank --format json | sed -n '1,41p'
> {
>   "schema": "pertinax.compare/1",
>   "version": "0.1.0",
>   "seed": 1,
>   "command": "pertinax compare models/do_work.yaml --store few.db --requests 2000 --spans use_both=rank --format json",
>   "model": "do_work",
>   "digest": "c7500aaedc0ab476a91617df94f45c4f25d3ec080f6c4597d7db73432cbdd6c3",
>   "store": "few.db",
>   "root": "request",
>   "verdict": "disagree",
>   "executions": [
>     {
>       "execution": "coroutine",
>       "label": null,
>       "requests": 60,
>       "trouble": null,
>       "lag1": 0.11354488290393976,
>       "dependent": false,
>       "paired": false,
>       "reason": null,
>       "at_once": 0.6804636137437791,
>       "model_at_once": 1.0377803546602749,
>       "values": [
>         {
>           "name": "mean",
>           "measured": {
>             "value": 0.05059341240000001,
>             "lo": 0.044508402824038736,
>             "hi": 0.056678421975961284
>           },
>           "model": {
>             "value": 0.031228326417500025,
>             "lo": 0.03022575480432014,
>             "hi": 0.03223089803067992
>           },
>           "ratio": {
>             "value": 0.6172409595661118,
>             "lo": 0.5589670967201562,
>             "hi": 0.6895383957043834
>           },
>           "margin": 0.1,

$ pertinax compare models/do_work.yaml -d few.db --requests 2000 --format csv | cut -d, -f1-4,7
> execution,kind,name,measured,model
> coroutine,time,mean,0.05059341240000001,0.031228326417500025
> coroutine,time,p50,0.044397464,0.025484604
> coroutine,time,p95,0.08809425,0.074422661
> coroutine,time,p99,0.123731559,0.111802682
> coroutine,step,geocoder,0.027250122083333335,0.0311283264175
> coroutine,step,use_both,,0.0001
> coroutine,step,memcache,0.001179642266447368,0.0011798172475

The model executed for real, and compared with that, in one command.

$ pertinax compare models/do_work.yaml --live --under serial,threads -n 20 --max-requests 2000 | grep -oE '^executed by.*|^(serial|threads), .*|^SPEEDUPS|^threads over serial'
> executed by native threads and loops · requests 'request' · seed 1
> serial, 20 requests
> threads, 20 requests
> SPEEDUPS
> threads over serial

The bound of two speedups over the same execution is said once.

$ pertinax compare models/search.yaml --live --under serial,threads,coroutine -n 20 --max-requests 2000 | grep -oE '^.* over serial:|no execution can be.*'
>   threads over serial:
> no execution can be more than 1.59x faster than serial.
>   coroutine over serial:

$ pertinax compare models/do_work.yaml --live --runtime python3 --under coroutine -n 20 --max-requests 2000 -d kept.db | grep -oE '^executed by.*|^coroutine, .*'; pertinax traces -d kept.db --sql "SELECT label, count(*) AS n FROM v_trace GROUP BY 1"
> executed by python3 · requests 'request' · seed 1
> coroutine, 20 requests
> label       n
> coroutine  20

Of several classes that one is compared whose name the requests have: not the slow clients, who take 113 ms. What is
predicted is the very run: fifty good clients who begin at once, one millisecond of the loop each.

$ pertinax compare models/slow_loris.yaml --live --under coroutine --root good -n 60 --set trickle=100ms --format csv | sed -n 2p | cut -d, -f1-3,7
> coroutine,time,mean,0.04967882020754716

With the costs of this machine in place of the model's, measured in the same command.

A deadlock for real, of all or of some, while the model has one as well.

$ printf 'pertinax: 1\nname: nested\nrequest: [{parallel: {a: [{parallel: {b: [{wait: 1ms}], c: [{wait: 1ms}]}}]}}, {respond: 200}]\nexecutions: {small: {kind: threads, pool: 1}}\n' >nested.yaml; pertinax compare nested.yaml --live --under small
! error[E-live]: nothing can be compared: no request of 'small' was over before it came to a deadlock
!       = help: 'pertinax live' with the same options tells more
! 1 error
? 1
$ printf 'pertinax: 1\nname: some\nresources: {a: mutex, b: mutex}\npipelines:\n  stuck: {parallel: {x: {use: a, do: [{wait: 20ms}, {use: b, do: {wait: 1ms}}]}, y: {use: b, do: [{wait: 20ms}, {use: a, do: {wait: 1ms}}]}}}\nrequest: [{wait: 10ms}, {respond: 200}]\nload:\n  - {rate: 50/s}\n  - {rate: 2/s, pipeline: stuck}\n' >some.yaml; pertinax compare some.yaml --live --under threads -n 100 | sed -n '/^  The model/p; /nothing to compare/p'
>   The model cannot be held against the traces in any respect.
>   threads: the model deadlocks, so there is nothing to compare.

$ pertinax compare models/do_work.yaml --live --calibrate --under serial,threads,coroutine -n 20 --format json | sed -n 's/ *"costs": "\(.*\)",/\1/p' | sed -E 's/[0-9.]+(ns|us|ms)/N/g'
> thread call N [N, N], spawn N [N, N], switch N [N, N], thread wake N [N, N], loop call N [N, N], task N [N, N], resume N [N, N], loop wake N [N, N]
$ pertinax compare models/do_work.yaml --calibrate -d nowhere.db
! error[E-option]: --calibrate is for --live
! error[E-store]: nowhere.db cannot be opened: unable to open database file
! 2 errors
? 2
