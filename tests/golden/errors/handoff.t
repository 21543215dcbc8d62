A GIL whose passing on costs more than the time after which it is asked for again.

$ printf 'pertinax: 1\nname: g\nrequest: {cpu: 1ms}\nhost: {gil: {handoff: 6ms, interval: 5ms}}\nload: {clients: 3, think: 0}\n' | pertinax run - --under threads
! <stdin>:4:23: error[E-handoff]: `handoff` (6ms) must be shorter than the `interval` (5ms) after which the GIL is asked for again, or no thread gets on
!     4 | host: {gil: {handoff: 6ms, interval: 5ms}}
!       |                       ^^^
!       = help: a longer `interval`, or a shorter `handoff`
! 1 error
? 2

Drawn ones are judged by their mean.

$ printf 'pertinax: 1\nname: g\nrequest: {cpu: 1ms}\nhost: {gil: {handoff: exponential(mean=5ms), interval: 5ms}}\nload: {clients: 3, think: 0}\n' | pertinax run - --under threads
! <stdin>:4:23: error[E-handoff]: `handoff` (5ms) must be shorter than the `interval` (5ms) after which the GIL is asked for again, or no thread gets on
!     4 | host: {gil: {handoff: exponential(mean=5ms), interval: 5ms}}
!       |                       ^^^^^^^^^^^^^^^^^^^^^
!       = help: a longer `interval`, or a shorter `handoff`
! 1 error
? 2
