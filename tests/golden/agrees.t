Claims that a model agrees with recorded traces: the verdicts are those of `pertinax compare`.

$ for e in serial coroutine; do pertinax run models/do_work.yaml --seed 7 --under $e --requests 2000 --trace $e.otlp.json --trace-requests 2000 -q >run.txt && pertinax import -q -l $e -d lab.db $e.otlp.json >import.txt; done
$ pertinax run models/do_work.yaml --seed 8 --under coroutine --requests 60 --trace few.otlp.json --trace-requests 60 -q >run.txt && pertinax import -q -d few.db few.otlp.json >import.txt
$ printf '%s\n' 'spec: 1' 'model: models/do_work.yaml' 'checks:' '  - agrees: {traces: lab.db, root: request}' '    under: [serial, coroutine]' '  - name: twice as slow' '    agrees: {traces: lab.db, within: {p50: 5%, p99: 10%}}' '    set: {geocoder.latency: "lognormal(p50=50ms, p99=240ms)"}' '    expect: fail' '  - agrees: {traces: few.db, spans: {geocoder: geocoder}}' >a.yaml
$ pertinax check a.yaml --max-requests 20000
> do_work · a.yaml of models/do_work.yaml: 1 of 3 claims is undecided
>
> LIMIT           under      verdict    seen
> agrees: lab.db  serial     pass       p95 1.033 [0.978, 1.085]
> agrees: lab.db  coroutine  pass       p95 1.033 [0.978, 1.089]
> twice as slow   coroutine  xfail      p50 2.000 [1.931, 2.081]
> agrees: few.db  coroutine  undecided  mean 0.924 [0.809, 1.082]
>
> Undecided: agrees: few.db under coroutine: model/measured of 60 requests: mean
> 0.924 [0.809, 1.082], p50 0.935 [0.752, 1.081], p95 1.021, p99 0.895; about 4092
> recorded requests of coroutine would decide all that is open (mean needs most;
> there are 60).
>
> xfail: fails, as is expected of it; XPASS: holds, and should not.
>
> Simulated: 60,000 requests, seed 1; a verdict is wrong at most 5 % of the time.
> Again: pertinax check a.yaml --max-requests 20000; version 0.1.0.
? 3

The same numbers as `compare`, in all formats.

$ printf '%s\n' 'spec: 1' 'model: models/do_work.yaml' 'checks:' '  - agrees: {traces: lab.db, label: serial}' '    set: {geocoder.latency: "lognormal(p50=50ms, p99=240ms)"}' >b.yaml
$ pertinax check b.yaml --max-requests 20000
> do_work · b.yaml of models/do_work.yaml: 1 of 1 claim fails
>
> LIMIT                             under      verdict   seen
> agrees: lab.db                    coroutine  FAIL (1)  mean 1.941 [1.888, 1.996]
>   (geocoder.latency=lognormal(p…
>   p99=240ms))
>
> (1) agrees: lab.db (geocoder.latency=lognormal(p50=50ms, p99=240ms)) under
>     coroutine: model/measured of 2000 requests: mean 1.941 [1.888, 1.996], p50
>     1.906 [1.850, 1.975], p95 2.030 [1.922, 2.132], p99 2.027 [1.835, 2.216]; 4
>     of 4 are beyond their margins; the step geocoder takes 31.3 ms in the traces
>     and 63.1 ms in the model, 102 % longer there; it has 96.0 % of the measured
>     critical paths (b.yaml:4:5)
>
> Simulated: 20,000 requests, seed 1; a verdict is wrong at most 5 % of the time.
> Again: pertinax check b.yaml --max-requests 20000; version 0.1.0.
? 1
$ pertinax compare models/do_work.yaml -d lab.db --label coroutine=serial --set geocoder.latency*=2 --max-requests 20000 -q
> coroutine (label serial), 2000 requests
>       measured ms  model ms    model/measured        within  verdict
> mean   32.6 ±1      63.2 ±0.7  1.941 [1.888, 1.996]    10 %  disagree
> p50    26.5 ±1.1    50.5 ±0.7  1.906 [1.850, 1.975]    10 %  disagree
> p95    75.4 ±5     153.1 ±3    2.030 [1.922, 2.132]    15 %  disagree
> p99   118.8 ±14    240.8 ±9    2.027 [1.835, 2.216]    20 %  disagree
>
>   The model disagrees with the traces: 4 of 4 respects are beyond their margins.
>
? 1
$ pertinax check b.yaml --max-requests 20000 --format github
> ::error file=b.yaml,line=4,col=5,title=agrees%3A lab.db (geocoder.latency=lognormal(p50=50ms%2C p99=240ms)) under coroutine%3A does not hold::model/measured of 2000 requests: mean 1.941 [1.888, 1.996], p50 1.906 [1.850, 1.975], p95 2.030 [1.922, 2.132], p99 2.027 [1.835, 2.216]; 4 of 4 are beyond their margins; the step geocoder takes 31.3 ms in the traces and 63.1 ms in the model, 102 %25 longer there; it has 96.0 %25 of the measured critical paths
> b.yaml: 1 of 1 claim fails
? 1
$ pertinax check b.yaml --max-requests 20000 --format junit | sed -n '/<testcase/,/failure>/p'
>     <testcase name="agrees: lab.db (geocoder.latency=lognormal(p50=50ms, p99=240ms))" classname="do_work.coroutine">
>       <failure message="model/measured of 2000 requests: mean 1.941 [1.888, 1.996], p50 1.906 [1.850, 1.975], p95 2.030 [1.922, 2.132], p99 2.027 [1.835, 2.216]; 4 of 4 are beyond their margins; the step geocoder takes 31.3 ms in the traces and 63.1 ms in the model, 102 % longer there; it has 96.0 % of the measured critical paths" type="agrees">agrees: lab.db (geocoder.latency=lognormal(p50=50ms, p99=240ms)) under coroutine: model/measured of 2000 requests: mean 1.941 [1.888, 1.996], p50 1.906 [1.850, 1.975], p95 2.030 [1.922, 2.132], p99 2.027 [1.835, 2.216]; 4 of 4 are beyond their margins; the step geocoder takes 31.3 ms in the traces and 63.1 ms in the model, 102 % longer there; it has 96.0 % of the measured critical paths
> b.yaml:4:5
> </failure>
$ pertinax check b.yaml --max-requests 20000 --format sarif | grep -A 4 '"ruleId"'
>           "ruleId": "agrees",
>           "ruleIndex": 15,
>           "level": "error",
>           "message": {
>             "text": "agrees: lab.db (geocoder.latency=lognormal(p50=50ms, p99=240ms)) under coroutine: model/measured of 2000 requests: mean 1.941 [1.888, 1.996], p50 1.906 [1.850, 1.975], p95 2.030 [1.922, 2.132], p99 2.027 [1.835, 2.216]; 4 of 4 are beyond their margins; the step geocoder takes 31.3 ms in the traces and 63.1 ms in the model, 102 % longer there; it has 96.0 % of the measured critical paths"
$ pertinax check b.yaml --max-requests 20000 --format md | sed -n '/LIMIT/,/^(1)/p'
> | LIMIT | under | verdict | seen |
> | --- | --- | --- | --- |
> | agrees: lab.db (geocoder.latency=lognormal(p50=50ms, p99=240ms)) | coroutine | FAIL (1) | mean 1.941 \[1.888, 1.996] |
>
> (1) agrees: lab.db (geocoder.latency=lognormal(p50=50ms, p99=240ms)) under coroutine: model/measured of 2000 requests: mean 1.941 \[1.888, 1.996], p50 1.906 \[1.850, 1.975], p95 2.030 \[1.922, 2.132], p99 2.027 \[1.835, 2.216]; 4 of 4 are beyond their margins; the step geocoder takes 31.3 ms in the traces and 63.1 ms in the model, 102 % longer there; it has 96.0 % of the measured critical paths (b.yaml:4:5)
$ pertinax check b.yaml --max-requests 20000 --format json | sed -n '/"agrees": {/,/"values"/p'
>       "agrees": {
>         "execution": "coroutine",
>         "label": "serial",
>         "requests": 2000,
>         "trouble": null,
>         "lag1": 0.03001450774364626,
>         "dependent": false,
>         "paired": false,
>         "reason": null,
>         "at_once": 0.9999999999999956,
>         "model_at_once": 1.0188530738022223,
>         "values": [
