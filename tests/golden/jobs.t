The same model, options and seed give the same bytes on any number of threads.

Requests one at a time in an idle system.

$ for j in 1 2 3; do pertinax run models/search.yaml --requests 3000 --format json --jobs $j >$j.json || echo failed; done; cmp 1.json 2.json && cmp 1.json 3.json && grep -c p99 1.json
> 341

Until it is precise enough.

$ for j in 1 2 3; do pertinax run models/search.yaml --precision 5% --under serial,coroutine --format json --jobs $j >$j.json || echo failed; done; cmp 1.json 2.json && cmp 1.json 3.json && grep -c p99 1.json
> 228

Under load, in independent runs.

$ for j in 1 2 3; do pertinax run models/db_pool.yaml --requests 4000 --format json --jobs $j >$j.json || echo failed; done; cmp 1.json 2.json && cmp 1.json 3.json && grep -c p99 1.json
> 91

$ for j in 1 2 3; do pertinax run models/mm1.yaml --precision 10% --format json --jobs $j >$j.json || echo failed; done; cmp 1.json 2.json && cmp 1.json 3.json && grep -c p99 1.json
> 29

And where it ends early: unstable, in a deadlock.

$ for j in 1 2 3; do pertinax run data/unstable.yaml --requests 1000 --jobs $j >$j.txt; done; cmp 1.txt 2.txt && cmp 1.txt 3.txt

$ for j in 1 2 3; do pertinax run models/search.yaml --set threads.pool=3 --requests 1000 --jobs $j >$j.txt; done; cmp 1.txt 2.txt && cmp 1.txt 3.txt

Another seed gives other numbers.

$ for s in 1 2; do pertinax run models/search.yaml --requests 1000 --format csv --seed $s >$s.csv; done; cmp -s 1.csv 2.csv || echo other
> other
