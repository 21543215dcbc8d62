The example model goes to pipeline.yaml unless told otherwise.

$ pertinax init
> wrote pipeline.yaml; next: pertinax run pipeline.yaml

$ head -5 pipeline.yaml
> # A web handler: a cache, a database behind it, two calls at once.  Try:
> #   pertinax run pipeline.yaml                   serial, threads or coroutines?
> #   pertinax run pipeline.yaml --set hit=0.5     and with a worse cache?
> #   pertinax explain pipeline.yaml               what was understood
> pertinax: 1                  # version of the language

It never overwrites what is there, unless told to.

$ pertinax init
! error[E-exists]: 'pipeline.yaml' is there already
!       = help: name another file, or overwrite it with --force
! 1 error
? 2

$ echo mine >other.yaml && pertinax init other.yaml; cat other.yaml
> mine
! error[E-exists]: 'other.yaml' is there already
!       = help: name another file, or overwrite it with --force
! 1 error

$ pertinax init other.yaml --force
> wrote other.yaml; next: pertinax run other.yaml

$ cmp pipeline.yaml other.yaml

A dash is standard output.

$ pertinax init - | cmp - pipeline.yaml

A place that cannot be written, and a full disk, are the world's fault.

$ pertinax init no/such/place.yaml
! error: cannot write no/such/place.yaml: No such file or directory
? 4

$ pertinax init - >/dev/full
! error: cannot write standard output: No space left on device
? 4

Nothing in the model is longer than a line of a terminal.

$ awk 'length > 80' pipeline.yaml
