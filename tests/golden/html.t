# A page of the results: one file, from which nothing is fetched.

The sentence that answers stands first, then the pictures that have data, each for wide and for
narrow screens.

$ pertinax run data/steps.yaml -n 10 -q -o x.html >out; grep -E '<h1|class="answer"' x.html
> <h1>steps · Two calls of 3 and 5 ms, then 1 ms of computation</h1>
> <p class="answer">threads is 1.50x as fast as serial on the mean: 6.00 ms against 9.00 ms, and faster in every request.</p>

$ for size in wide narrow; do grep -c "role=\"img\" class=\"$size\"" x.html; done | uniq | wc -l
> 1

$ grep -oE '(src|href)="[^#"][^"]*"|https?://[^"]*' x.html | sort -u
> http://www.w3.org/1999/xhtml
> http://www.w3.org/2000/svg

The same whatever the number of cores, and on standard output.

$ pertinax run data/steps.yaml -n 10 -q -o y.html --jobs 3 >out; cmp x.html y.html && echo same
> same

$ pertinax run data/steps.yaml -n 10 --format html | head -1
> <!DOCTYPE html>

Several models make one page.

$ pertinax run data/steps.yaml models/bridge.yaml -n 10 -q -o two.html >out; grep -cE '<!DOCTYPE|<h1' two.html
> 3

How long the bars are: serial takes 9 ms, threads 6.

$ sed -n '/Latency under each execution/,/<\/svg>/p' x.html | grep 'class="bar"' | head -2
> <rect class="bar" x="120" y="8" width="666" height="15" rx="1.5"/>
> <rect class="bar" x="120" y="56" width="444" height="15" rx="1.5"/>

A deadlock is told in the place of a bar.

$ pertinax run models/search.yaml --set executions.threads.pool=3 --under threads -n 100 -q -o dead.html >out; grep -E 'class="(bad|item)"' dead.html | head -3
> <p class="bad">Deadlock under threads after 12.3 ms: 9 tasks can never move again.</p>
> <p class="item">1. request, in request/await (models/search.yaml:68:5), waits for the tasks it awaits</p>
> <p class="item">2. request/limit, in request/limit/lookups (models/search.yaml:40:7), waits for its branches</p>

A sweep has a page, too: a line for each execution along one axis.

$ pertinax sweep data/steps.yaml --set a.latency=1ms,2ms,4ms -n 10 -q -o sweep.html >out; grep -cE '<h1|<figure>|class="answer"' sweep.html; grep -c '<polyline class="curve"' sweep.html
> 3
> 6
