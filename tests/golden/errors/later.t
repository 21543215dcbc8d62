What the language has, but this version has not yet.

Stages.

$ printf 'pertinax: 1\nname: t\nchannels: {pages: 50}\nrequest: {put: pages}\n' >bad.yaml; cat bad.yaml | tail -n +3
> channels: {pages: 50}
> request: {put: pages}
$ pertinax explain bad.yaml
! bad.yaml:3:1: error[E-later]: `channels` is not available yet: channels and stages come in a later version
!     3 | channels: {pages: 50}
!       | ^^^^^^^^
! bad.yaml:4:11: error[E-later]: `put` is not available yet: channels and stages come in a later version
!     4 | request: {put: pages}
!       |           ^^^
! 2 errors
? 2
