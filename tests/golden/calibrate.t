Costs, measured and written into a model; what they are is the machine's affair, and so is whether it
tells how much memory there was.

$ cp models/transactions.yaml t.yaml; pertinax calibrate -q --into t.yaml | sed -E 's/[0-9.]+(ns|us|ms|KB|B)/N/g; s/ +N/ N/g; s/N +/N /g; s/ores:? [0-9]+/ores M/; s/, (stack|frame): N//g; /vague|^stack|^frame/d'
> native · cores M · no GIL · medians of 15, 95% intervals
>
> COST             VALUE  INTERVAL           OF WHAT
> spawn N N - N a thread is made (CPython: or found idle), and ends
> pooled spawn N N - N work is handed to a thread of a pool
> switch N N - N a thread goes on after a wait, among others that do
> thread wake N N - N an answer wakes it when the core was idle: so much later
> thread wait N N - N a wait ends when the core was idle: so much too late
> thread call N N - N a call over a socket: the client's CPU, on a thread
> task N N - N a task is made, and ends
> resume N N - N the loop goes on with a task, among others
> loop wake N N - N an answer wakes it when it was idle: so much later
> loop wait N N - N a wait ends when the loop was idle: so much too late
> loop call N N - N a call over a socket: the client's CPU, on the loop
> hop N N - N work goes to a thread, and again when it comes back
>
> As a model has them:
>
> host: {cores M}
> executions:
>   threads: {spawn: N, switch: N, wake: N}
>   coroutine: {task: N, resume: N, wake: N}
>   hybrid: {task: N, resume: N, wake: N, hop: N}
>
> The CPU of a call is its service's: cpu: N where threads call, N on a loop.
$ diff models/transactions.yaml t.yaml | grep '^>' | sed -E 's/[0-9.]+(ns|us|KB|B)/N/g'
> >   resume: N         # what each await costs a loop
> >   threads:   {spawn: N, wake: N, switch: N, stack: N}
> >   coroutine: {wake: N, task: N, resume: resume, frame: N}
$ pertinax run t.yaml --requests 100 --under threads,coroutine >/dev/null

CPython's are measured by what executes its programs, and so is how its interpreter is handed on.

$ cp models/transactions.yaml p.yaml; pertinax calibrate -q --runtime python3 --into p.yaml | sed -n 's/^\(python\) [0-9.]*.*\(GIL\).*/\1 \2/p; s/^\(COST\|handoff\).*/\1/p; s/^host: {cores: [0-9]*/host: {cores: M/p'
> python GIL
> COST
> handoff
> host: {cores: M, gil: {barging: true}}
$ diff models/transactions.yaml p.yaml | grep '^>' | sed -E 's/[0-9.]+(ns|us|KB|B)/N/g'
> >   resume: N         # what each await costs a loop
> > host: {cores: 1, gil: {barging: true}}
> >   threads:   {spawn: N, wake: N, handoff: N, switch: N, stack: N}
> >   coroutine: {wake: N, task: N, resume: resume, frame: N}
$ pertinax run p.yaml --requests 100 --under threads,coroutine >/dev/null

A model that cannot be written into is told before anything is measured.

$ pertinax calibrate --into nowhere.yaml
! error[E-file]: cannot read 'nowhere.yaml': No such file or directory
! 1 error
? 2
$ printf 'pertinax: 1\nname: t\nservices: {s: {latency: 1ms}}\nexecutions:\n  a: &x {kind: threads}\n  b: *x\nrequest: {call: s}\n' >twice.yaml; pertinax calibrate --into twice.yaml
! twice.yaml:4:1: error[E-calibrate]: the costs cannot be written into this text without changing it otherwise
!     4 | executions:
!       | ^^^^^^^^^^
!       = help: 'pertinax calibrate' prints them, to be copied
! 1 error
? 2

The text that is there when it is written is changed, not the one from before the measuring; a link
stays one, the rights stay, and lines end as they did.

$ mkdir bin; (echo '#!/bin/sh'; echo 'echo version 3.11.2; echo "# meanwhile" >>m.yaml'; for c in spawn switch thread_wake task resume loop_wake hop handoff; do echo "echo $c 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15"; done) >bin/python3; chmod +x bin/python3
$ printf 'pertinax: 1\r\nname: t # mine\r\nservices: {s: {latency: 1ms}}\r\nrequest: {call: s}\r\n' >m.yaml; chmod 640 m.yaml; ln -s m.yaml l.yaml; PATH=$PWD/bin:$PATH pertinax calibrate -q --runtime python3 --into l.yaml >out; stat -c '%A %N' m.yaml l.yaml; sed 's/cores: [0-9]*/cores: M/; s/\r/\\r/' m.yaml; ls | grep 'yaml\.'
> -rw-r----- 'm.yaml'
> lrwxrwxrwx 'l.yaml' -> 'm.yaml'
> pertinax: 1\r
> name: t # mine\r
> services: {s: {latency: 1ms}}\r
> request: {call: s}\r
> # meanwhile
> host: {cores: M, gil: {barging: true}}\r
> executions:\r
>   threads: {spawn: 8ns, switch: 8ns, wake: 8ns, handoff: 8ns}\r
>   coroutine: {task: 8ns, resume: 8ns, wake: 8ns}\r
? 1
$ (cat m.yaml; printf '# %0300000d\n' 0) >big.yaml; cp big.yaml before.yaml; (ulimit -f 200; PATH=$PWD/bin:$PATH pertinax calibrate -q --runtime python3 --into big.yaml 2>&1) | tail -1; cmp big.yaml before.yaml; ls | grep 'yaml\.'
> error: cannot write big.yaml: File too large
? 1
$ mkfifo pipe.yaml; pertinax calibrate --into pipe.yaml
! error[E-file]: cannot write into 'pipe.yaml': this is no file
! 1 error
? 2

$ TMPDIR=/nowhere pertinax calibrate --runtime python3
! error[E-calibrate]: nothing can be measured: no folder can be made in /nowhere: No such file or directory
! 1 error
? 4

A file of several names keeps them.

$ cp models/mm1.yaml h.yaml; ln h.yaml h2.yaml; PATH=$PWD/bin:$PATH pertinax calibrate -q --runtime python3 --into h.yaml >out; stat -c %h h.yaml; grep -c 8ns h2.yaml
> 2
> 2

A parameter that says something else as well keeps its value.

$ printf 'pertinax: 1\nname: t\nparams: {x: 5ms, y: 5us, w: 2us}\nservices: {s: {latency: x}}\nexecutions: {threads: {spawn: x, switch: y, wake: w}, coroutine: {}}\nrequest: {call: s}\n' >p.yaml; PATH=$PWD/bin:$PATH pertinax calibrate -q --runtime python3 --into p.yaml >out; grep -E '^(params|exec)' p.yaml
> params: {x: 5ms, y: 8ns, w: 8ns}
> executions: {threads: {handoff: 8ns, spawn: 8ns, switch: y, wake: w}, coroutine: {task: 8ns, resume: 8ns, wake: 8ns}}
