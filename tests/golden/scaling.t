One request at several levels of concurrency: the loop is one thread, so that the speedup ends where it is full.

$ for n in 1 2 4 8 16 32; do pertinax run models/db_pool.yaml --under coroutine --set clients=$n --requests 600 --replications 1 --trace t.otlp.json --trace-requests 600 -q >run.txt; pertinax import -q -d t.db -l clients-$n t.otlp.json >import.txt; done
$ pertinax compare models/db_pool.yaml -d t.db -l coroutine=clients-32 -n 20000 | sed -n '/^SCALABILITY/,/Judged/p'
> SCALABILITY
> recording   at once  measured /s  by the law  speedup  serial (Karp-Flatt)
> clients-1      1.00          720         883    1.00x                    -
> clients-2      2.00         1387        1497    1.93x                3.8 %
> clients-4      3.99         2485        2266    3.45x                5.2 %
> clients-8      7.95         3031        2956    4.21x               12.8 %
> clients-16    15.87         3040        3253    4.22x               18.6 %
> clients-32    31.54         3092        2998    4.29x               20.8 %
>
>   The model agrees with the traces in all 5 respects.
>
>   coroutine: 0.83 of its steps are at work at once on the average; in the model
>   0.85.
>
>   Scalability by Gunther's law from 6 levels: one alone is answered 882.6
>   [493.1, 1272.1] /s (gamma), sigma 17.28 [-1.69, 36.26] % is serial, kappa 3121
>   [-1208, 7450] per million; whether more at once costs each of them is not
>   known: the interval of kappa holds 0.
>
>   The levels lie 221 /s (one standard deviation) off that law: something that is
>   full from some level on (a pool, a loop, a core) makes a corner, which it does
>   not have.
>
>   The most is 3253.0 /s, with 16.3 at once.
>
>   Judged: the 90 % interval of model/measured within its margin (two one-sided
$ pertinax compare models/db_pool.yaml -d t.db -l coroutine=clients-32 -n 20000 --format json | sed -n '/"scaling"/,/"levels"/p'
>   "scaling": {
>     "gamma": {
>       "value": 882.6391521837176,
>       "lo": 493.1405142743931,
>       "hi": 1272.137790093042
>     },
>     "sigma": {
>       "value": 0.17282343937243683,
>       "lo": -0.01694600255509976,
>       "hi": 0.3625928812999734
>     },
>     "kappa": {
>       "value": 0.0031213325545422594,
>       "lo": -0.0012077081887539578,
>       "hi": 0.007450373297838477
>     },
>     "alone": 720.2619109910623,
>     "sd": 220.8007863450494,
>     "peak_at_once": 16.279051188150035,
>     "peak_throughput": 3253.0485168173036,
>     "levels": [

Three levels are too few for three parameters.

$ for n in 2 4 8; do pertinax run models/db_pool.yaml --under coroutine --set clients=$n --requests 600 --replications 1 --trace t.otlp.json --trace-requests 600 -q >run.txt; pertinax import -q -d few.db -l clients-$n t.otlp.json >import.txt; done
$ pertinax compare models/db_pool.yaml -d few.db -l coroutine=clients-8 --set clients=8 -n 20000 | grep -c SCALABILITY
> 0
? 1
