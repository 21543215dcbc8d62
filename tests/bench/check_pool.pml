/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_pool.pml - for SPIN, what check_spin.c explores: K requests on a pool of P threads, each of
 * which gives two tasks to the same pool and waits upon its thread for both.  Requests come one by
 * one, at any time; what a task does is one step. */
#define TASK K

byte open[K];  /* of each request: tasks that are not done */
byte through;  /* requests that are */
chan pool = [3 * K] of { byte, byte };

proctype thread() {
	byte what, whose;
end:	do
	:: atomic { pool?what,whose ->
			if
			:: what == TASK -> skip
			:: else -> open[whose] = 2; pool!TASK,whose; pool!TASK,whose
			fi };
	   if
	   :: atomic { what == TASK -> open[whose]--; what = 0; whose = 0 }
	   :: atomic { what != TASK && open[whose] == 0 -> through++; what = 0; whose = 0 }
	   fi
	od
}

init {
	byte n;
	atomic {
		for (n : 1 .. P) { run thread() };
		n = 0
	}
	do
	:: d_step { n < K -> pool!n,n; n++ }
	:: atomic { through == K -> break }
	od
}
