Without a command: what it is, its commands, one line to try.

$ pertinax
> pertinax simulates a request pipeline, written down in YAML, under serial,
> thread, coroutine and hybrid execution, and says how long requests take, and
> why.
>
>   pertinax run MODEL...         simulates under each execution and compares them
>   pertinax check SPEC|MODEL...  judges claims by trying everything, for CI
>   pertinax replay MODEL         runs one counterexample again, move by move, with times
>   pertinax sweep MODEL          runs a model over a grid of settings
>   pertinax merge FILE...        puts the shards of a sweep together
>   pertinax explain MODEL        shows what a model means, without running it
>   pertinax import FILE...       reads recorded traces into a store
>   pertinax collect              receives traces by OTLP/HTTP into a store
>   pertinax traces               says what recorded traces waited for
>   pertinax fit                  makes a model of recorded traces
>   pertinax compare MODEL        holds a model against recorded traces
>   pertinax live MODEL           executes a model for real and compares its executions
>   pertinax calibrate            measures what threads, tasks and wake-ups cost on this machine
>   pertinax init [FILE]          writes a commented example model
>   pertinax help [COMMAND]       shows what a command does and takes
>
> Try:  pertinax init && pertinax run pipeline.yaml
> More: pertinax COMMAND --help

$ pertinax help | head -2
> pertinax simulates a request pipeline, written down in YAML, under serial,
> thread, coroutine and hybrid execution, and says how long requests take, and

$ pertinax init --help
> usage: pertinax init [OPTION]... [FILE]
>
> Writes a commented example model.
>
> The model is a web handler with a cache, a database and two calls at once, to be
> changed into yours. FILE is pipeline.yaml if none is given; - is standard
> output. A file that is there already is left alone.
>
> options:
>   -f, --force             overwrite FILE if it is there
>   -h, --help              show this help

A reader that stops early is no error.

$ pertinax --man | head -1
> .\" Made by pertinax --man; do not edit.

What is wrong is said at once and all of it, with what would be right; status 2.

$ pertinax rum
! error[E-command]: unknown command 'rum'
!       = help: did you mean 'pertinax run'?
! 1 error
? 2

$ pertinax pipeline.yaml
! error[E-command]: unknown command 'pipeline.yaml'
!       = help: did you mean 'pertinax run pipeline.yaml'?
! 1 error
? 2

$ pertinax innit
! error[E-command]: unknown command 'innit'
!       = help: did you mean 'pertinax init'?
! 1 error
? 2

$ pertinax --verison
! error[E-option]: unknown option '--verison'
!       = help: did you mean '--version'?
! 1 error
? 2

$ pertinax init --forse --hlep
! error[E-option]: unknown option '--forse'
!       = help: did you mean '--force'?
! error[E-option]: unknown option '--hlep'
!       = help: did you mean '--help'?
! 2 errors
? 2

$ pertinax init a b
! error[E-operand]: one argument too many: 'b'
!       = help: 'pertinax init --help' says more
! 1 error
? 2

$ pertinax help rum
! error[E-command]: unknown command 'rum'
!       = help: did you mean 'pertinax help run'?
! 1 error
? 2

$ pertinax --completion tcsh
! error[E-option-value]: --completion cannot be 'tcsh'
!       = help: did you mean 'bash'?
! 1 error
? 2

$ pertinax run
! error[E-operand]: 'pertinax run' needs an argument: MODEL...
!       = help: 'pertinax init' writes an example model
! 1 error
? 2

$ pertinax explain
! error[E-operand]: 'pertinax explain' needs an argument: MODEL
!       = help: 'pertinax init' writes an example model
! 1 error
? 2

The completion of bash is bash.

$ pertinax --completion bash | bash -n

Those of zsh and fish come from the same tables.

$ pertinax --completion zsh | head -1
> #compdef pertinax

$ pertinax --completion fish | grep -e '-a init'
> complete -c pertinax -n __fish_use_subcommand -a init -d 'writes a commented example model'

$ pertinax --completion fish | grep -e 'subcommand_from init.* -l force'
> complete -c pertinax -n '__fish_seen_subcommand_from init' -l force -s f -d 'overwrite FILE if it is there'

The version is that of the file VERSION.

$ pertinax --version
> pertinax 0.1.0

A file of results that cannot be written is told before anything is computed for it.

$ timeout 20 pertinax run models/mm1.yaml --requests 1e9 -o result.json -o no/where.html
! error: cannot write no/where.html: No such file or directory
? 4

$ timeout 20 pertinax run models/mm1.yaml --requests 1e9 --trace models
! error: cannot write models: Is a directory
? 4

$ pertinax run models/do_work.yaml --requests 10 -q -o - --trace trace.json | grep -c EXECUTION; ls
> 1
> data
> models
> source
> specs
> trace.json
