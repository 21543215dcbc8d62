/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_search.pml - for SPIN, the search request of check_spin.c: K of them at once, three shards,
 * three queries.  A call is one step, its end, and what its task does next is part of it: a fork, an
 * end.  Whoever waits goes on in a step of its own. */
bool go[K], geo[K], session[K], limit[K], over[K], sent[K];
bool shards_go[K], pieces_go[K], queries_go[K], last_go[K];
byte shards[K], pieces[K], answers[K], last[K];

proctype geocoder(byte r) { atomic { go[r] -> geo[r] = true }; end: false }

proctype limits(byte r)
{
	atomic { go[r] -> shards_go[r] = true };
	atomic { shards[r] == 3 -> shards[r] = 0; limit[r] = true };
end:	false
}
proctype shard(byte r)
{
	atomic { shards_go[r] -> if :: over[r] = true :: skip fi; shards[r]++ };
end:	false
}

proctype load_session(byte r)
{
	atomic { go[r] -> if :: session[r] = true; goto end :: pieces_go[r] = true fi };
	atomic { pieces[r] == 3 -> pieces[r] = 0; session[r] = true };
end:	false
}
proctype piece(byte r) { atomic { pieces_go[r] -> pieces[r]++ }; end: false }

proctype query(byte r)
{
	atomic { queries_go[r] -> if :: goto found :: skip fi }; /* the cache */
	skip;                                                    /* the database */
found:	answers[r]++;                                            /* the rate cache */
end:	false
}

proctype finish(byte r; bool answer)
{
	atomic { last_go[r] -> if :: answer -> assert(!sent[r]); sent[r] = true :: else fi; last[r]++ };
end:	false
}

proctype handler(byte r)
{
	byte ranked;
	go[r] = true;
	atomic { geo[r] && session[r] -> queries_go[r] = true };
	do
	:: atomic { ranked < 3 && answers[r] > 0 -> answers[r]--; ranked++ }
	:: atomic { ranked == 3 && limit[r] && over[r] -> sent[r] = true; goto end }
	:: atomic { ranked == 3 && limit[r] && !over[r] -> last_go[r] = true; break }
	od;
	atomic { last[r] == 5 -> assert(sent[r]) };
end:	false
}

init {
	byte r, i;
	atomic {
		for (r : 0 .. K - 1) {
			run handler(r); run geocoder(r); run limits(r); run load_session(r);
			for (i : 1 .. 3) { run shard(r); run piece(r); run query(r) };
			for (i : 1 .. 5) { run finish(r, i == 5) }
		};
		r = 0; i = 0
	}
}
