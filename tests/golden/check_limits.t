# What is beyond the explorer's fixed limits is undecided, and told, never passed (or failed) over.

# More tasks of one body than there are bits to tell them apart
$ { printf 'pertinax: 1\nname: many\nrequest:\n'; for i in $(seq 70); do echo "  - spawn: {t$i: {wait: 1ms}}"; done; printf 'checks: [{always_awaited: {concurrent: 1}, under: coroutine}]\n'; } >many.yaml; pertinax check many.yaml | sed '/^warning/,$d'
> many · many.yaml: 1 of 1 claim is undecided
>
> CLAIM           coroutine
> always_awaited  undecided
>
> Undecided: always_awaited under coroutine: one body spawns 70 tasks by name, and
> 64 are told apart.
>

# More branches of a choice than are tried: the last one never answers
$ { printf 'pertinax: 1\nname: arms\nuncaught: none\nrequest:\n  choose:\n'; for i in $(seq 79); do echo '    - {p: 0.0125, do: {wait: 1ms}}'; done; printf '    - {p: 0.0125, do: {fail: x}}\nchecks: [{responds: exactly_once, concurrent: 1, under: serial}]\n'; } >arms.yaml; pertinax check arms.yaml | sed '/^warning/,$d'
> arms · arms.yaml: 1 of 1 claim is undecided
>
> CLAIM                   serial
> responds: exactly_once  undecided
>
> Undecided: responds: exactly_once under serial: no fault, but 64 of the 80
> branches of a choice were tried.
>

# More draws in one move than there is room for
$ { printf 'pertinax: 1\nname: draws\nrequest:\n'; for i in $(seq 14); do echo "  - set: {c$i: chance(0.5)}"; done; printf '  - respond: 200\nchecks: [{responds: exactly_once, concurrent: 1, under: serial}]\n'; } >draws.yaml; pertinax check draws.yaml | sed '/^warning/,$d'
> draws · draws.yaml: 1 of 1 claim is undecided
>
> CLAIM                   serial
> responds: exactly_once  undecided
>
> Undecided: responds: exactly_once under serial: at 16:11 more than 12 draws
> follow each other without a wait, or what is drawn has no value.
>
> EXPLORED  requests  states  transitions  depth
> serial           1       2            1      2  not all
>
> Explored: every order that the execution allows, every outcome; any latency may
> be any value. Reductions: equal copies.
> Again: pertinax check draws.yaml; version 0.1.0.

# More tasks at once than are explored; more values of a count
$ printf 'pertinax: 1\nname: crowd\nrequest: {each: 1100, do: {wait: 1ms}}\nchecks: [{deadlock_free: {concurrent: 1}, under: threads}]\n' >crowd.yaml; pertinax check crowd.yaml | sed '/^warning/,$d'
> crowd · crowd.yaml: 1 of 1 claim is undecided
>
> CLAIM          threads
> deadlock_free  undecided
>
> Undecided: deadlock_free under threads: there are more tasks at once than can be
> explored; try it with smaller counts (`set`).
>
> EXPLORED  requests  states  transitions  depth
> threads          1       2            1      2  not all
>
> Explored: every order that the execution allows, every outcome; any latency may
> be any value. Reductions: local steps, equal copies.
> Again: pertinax check crowd.yaml; version 0.1.0.
$ pertinax check crowd.yaml --max-count 99
! error[E-option-value]: --max-count must be a whole number from 1 to 60, not '99'
! 1 error
? 2

# More values of a shared variable than are tried
$ printf 'pertinax: 1\nname: values\nshared: {n: 0..100}\nrequest: [{set: {n: "zipf(100, s=1)"}}, {wait: 1ms}, {respond: 200}]\nchecks: [{responds: exactly_once, concurrent: 1, under: serial}]\n' >values.yaml; pertinax check values.yaml | sed -n '/^Undecided/,/^$/p'
> Undecided: responds: exactly_once under serial: no fault, but 64 values of `n`
> were tried.
>

# Budgets: seven branches, each in one of its three calls or over, have 4^7 states; one is before
# them, and one behind
$ printf 'pertinax: 1\nname: large\nservices: {a: {latency: 1ms}}\nrequest: {parallel: [%s]}\nchecks: [{responds: exactly_once, concurrent: 1, under: threads}]\n' "$(for i in 1 2 3 4 5 6 7; do printf '[{call: a}, {call: a}, {call: a}], '; done)" >large.yaml; pertinax check large.yaml --no-reductions | sed -n '/^EXPLORED/,/^$/p'
> EXPLORED  requests  states  transitions  depth
> threads          1  16,386       86,018     24
>
$ for budget in '--max-states 1000' '--max-memory 1'; do pertinax check large.yaml --no-reductions $budget | sed -n '/^Undecided/,/^$/p'; done
> Undecided: responds: exactly_once under threads: no fault in 1001 states, to
> depth 8, 563 of them yet to be gone on from; --max-states was reached; try it
> with smaller counts (`set`).
>
> Undecided: responds: exactly_once under threads: no fault in 1 state, to depth
> 0, 1 of them yet to be gone on from; --max-memory was reached; try it with
> smaller counts (`set`).
>

# What a limit leaves open is looked for once more, coarsely: a fault that is found is there
$ printf 'pertinax: 1\nname: five\nservices: {s: {latency: 1ms}}\nrequest:\n  - parallel: [%s]\n  - respond: 200\n  - respond: 500\nchecks: [{responds: exactly_once, under: threads}, {deadlock_free: {under: threads}}]\n' "$(for i in 1 2 3 4 5; do printf '{call: s, timeout: 1ms}, '; done)" >five.yaml; pertinax check five.yaml --max-states 300 >out; sed -n '/^CLAIM/,/^$/p; /^Undecided/,/^$/p; /^EXPLORED/,/^$/p' out; $(sed -n 's/.*replay it: //p' out) | tail -n 4
> CLAIM                   threads
> responds: exactly_once  FAIL (1)
> deadlock_free           undecided
>
> Undecided: deadlock_free under threads: no fault in 300 states, to depth 9, 92
> of them yet to be gone on from; --max-states was reached; nor in all 100 states
> of a coarser search, which may pass over runs; try it with smaller counts
> (`set`).
>
> EXPLORED  requests  states  transitions  depth
> threads          2     400         1295     13  not all
>
>                   already, the request ends  ◀
>
> Times: each latency as near to its mean as this order of events allows;
> requests arrive at any time.
$ pertinax check five.yaml --max-states 300 --no-reductions | sed -n '/^Undecided/,/^$/p'
> Undecided: responds: exactly_once, deadlock_free under threads: no fault in 303
> states, to depth 6, 188 of them yet to be gone on from; --max-states was
> reached; try it with `concurrent: 1`, or with smaller counts (`set`).
>

# Where runs go on for ever, what is awaited may be put off
$ printf 'pertinax: 1\nname: round\nservices: {a: {latency: 1ms}}\nchannels: {there: 2, back: 2}\nrequest: [{put: there}, {respond: 200}]\nstages:\n  go: {from: there, do: [{call: a}, {put: back}]}\n  come: {from: back, do: {put: there}}\nchecks: [{eventually: ended, concurrent: 1, under: threads}]\n' >round.yaml; pertinax check round.yaml | sed -n '/^Undecided/,/^$/p'
> Undecided: eventually: ended under threads: some runs go on for ever, and may
> put it off.
>

# The id of a run of more moves than its short form counts, and of another bound of counts
$ printf 'pertinax: 1\nname: long\nuncaught: none\nservices: {a: {latency: 1ms}}\nrequest: [{repeat: 70, do: {call: a}}, {fail: x}]\nchecks: [{responds: exactly_once, concurrent: 1, under: serial}]\n' >long.yaml; pertinax check long.yaml --max-count 5 | sed -n '/^   2/,/replay it/p' | tee out; $(sed -n 's/.*replay it: //p' out) | sed -n '/^ 2/,/^$/p'
>    2  70.0 ms  :5  `a` answers, the request ends without a response  ◀
>
>   To replay it: pertinax replay long.yaml --trace serial.1m5.2jsq-hz82y9
>  2  70.0 ms  :5  `a` answers, the request ends without a response  ◀
>
