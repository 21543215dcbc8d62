merge takes the parts of one sweep, each once.

$ for i in 1 2 3; do pertinax sweep models/mm1.yaml --under serial --set rho=0.1:0.1:0.7 -n 1000 --shard $i/3 -o $i.json >/dev/null || echo $?; done
$ pertinax merge 1.json 3.json
! error[E-merge]: shard 2/3 is missing
!       = help: name the files of all parts
! 1 error
? 2
$ pertinax merge 1.json 2.json 3.json 2.json
! error[E-merge]: shard 2/3 is there twice: '2.json' and '2.json'
!       = help: each part once
! 1 error
? 2
$ pertinax sweep models/mm1.yaml --under serial --set rho=0.1:0.1:0.7 -n 1000 --seed 2 --shard 2/3 -o seed2.json >/dev/null
$ pertinax merge 1.json seed2.json 3.json
! error[E-merge]: '1.json' and 'seed2.json' are not parts of one sweep: the seed: 1 and 2
!       = help: all parts come from one command
! 1 error
? 2
$ pertinax sweep models/mm1.yaml --under serial --set rho=0.1:0.1:0.7 -n 1000 --shard 2/4 -o quarter.json >/dev/null
$ pertinax merge 1.json quarter.json
! error[E-merge]: '1.json' and 'quarter.json' are not parts of one sweep: the number of shards: 3 and 4
!       = help: all parts come from one command
! 1 error
? 2
$ head -n 30 2.json >torn.json; echo '[1, 2]' >list.json; pertinax merge torn.json list.json models/mm1.yaml nowhere.json
! error[E-file]: cannot read 'nowhere.json': No such file or directory
! torn.json:31:1: error[E-merge]: the input ends within an object
!    31 |
!       | ^
!       = help: merge reads what 'pertinax sweep --format json' writes
! list.json:1:1: error[E-merge]: an object is expected here
!     1 | [1, 2]
!       | ^
!       = help: merge reads what 'pertinax sweep --format json' writes
! models/mm1.yaml:1:1: error[E-merge]: a value is expected
!     1 | # SPDX-License-Identifier: GPL-3.0-or-later
!       | ^
!       = help: merge reads what 'pertinax sweep --format json' writes
! 4 errors
? 2
$ sed 's/"cell": 3/"cell": 4/' 1.json >moved.json; pertinax merge moved.json 2.json 3.json
! moved.json:242:5: error[E-merge]: this cell is of another shard
!   242 |     },
!       |     ^
!       = help: merge reads what 'pertinax sweep --format json' writes
! 1 error
? 2
$ pertinax merge 1.json -o all.txt -o all.xyz
! error[E-option-value]: no format for 'all.xyz'
!       = help: the suffix says the format: .txt, .json, .jsonl, .csv, .md or .html
! 1 error
? 2
$ pertinax merge
! error[E-operand]: 'pertinax merge' needs an argument: FILE...
!       = help: 'pertinax sweep --shard 1/3' writes one
! 1 error
? 2

An interrupt writes what there is, marked, and such a part is not taken for a whole.

$ timeout --preserve-status -s INT 1 pertinax sweep models/mm1.yaml --under serial --set rho=0.5,0.9 -n 1000000000 -o part.json >/dev/null
? 130
$ grep complete part.json; pertinax merge part.json
>   "complete": false,
! error[E-merge]: 'part.json' is incomplete: 0 of its 2 cells were run
!       = help: run it again
! 1 error
? 2
