

# ---- what executes it: requests, draws, the service, spans ----

if sys.version_info < (3, 11):  # asyncio.Runner, asyncio.timeout
    sys.exit(f"Python 3.11 or later is needed, not {sys.version.split()[0]}")


class Failure(Exception):
    """A step has failed: error, timeout, queue_timeout, rejected, or a name of the model's own."""

    def __init__(self, name):
        super().__init__(name)
        self.name = name


class Over(BaseException):
    """The request has been answered and ended, or nobody wants this task any more."""
# only: .attempts(


class Attempt:
    """One try of a step; a failure is kept as long as another one may follow."""

    def __init__(self, last, only):
        self.last, self.only, self.failed = last, only, False

    def __enter__(self):
        return self

    def __exit__(self, kind, failure, trace):
        self.failed = (
            isinstance(failure, Failure)
            and not self.last
            and (not self.only or failure.name in self.only)
        )
        return self.failed
# end
# only: .cpu( .burst( send= receive=


def burn(seconds):
    """Compute for so much CPU time of this thread, holding the GIL as Python code does."""
    end = time.thread_time_ns() + int(seconds * 1e9) - burn.own
    while time.thread_time_ns() < end:
        pass


def learn_burn(times=1000):
    """What burn() takes of itself, which it then leaves off."""
    burn.own, begin = 0, time.thread_time_ns()
    for _ in range(times):
        burn(0)
    burn.own = (time.thread_time_ns() - begin) // times
# end
# only: outside=


def burn_outside(seconds):
    """The same as an extension that lets go of the GIL does."""
    end = time.thread_time_ns() + int(seconds * 1e9)
    block = bytes(65536)
    while time.thread_time_ns() < end:
        hashlib.sha256(block)
# end


NOTHING = iter(())


class Draws:
    """The values that the simulation of the same seed has drawn, request by request."""

    def __init__(self, path):
        self.entries, self.spare, self.borrowed = {}, {}, 0
        with open(path, encoding="utf-8") as lines:
            self.load = json.loads(next(lines))
            for line in lines:
                entry = json.loads(line)
                if not entry.get("spare"):
                    self.entries[entry["class"], entry["client"], entry["ordinal"]] = entry
                self.arrange(entry)
        self.keys = {}  # by class
        for key in self.entries:
            self.keys.setdefault(key[0], []).append(key)

    def arrange(self, entry):
        """The draws of an entry by name: there is no time for that while requests run."""
        values = {}
        for name, value in entry["draws"]:
            values.setdefault(name, []).append(value)
            self.spare.setdefault(name.rpartition("/")[2], []).append(value)
        entry["values"], entry["draws"] = values, self.to_take(values)

    def to_take(self, values):
        return {name: iter(some) for name, some in values.items()}

    def of(self, key):
        """Those of a request; where the simulation did not get so far, those of another one."""
        if key not in self.entries:
            like = self.keys.get(key[0]) or list(self.entries)
            entry = self.entries[like[key[2] * 7919 % len(like)]]
            return {**entry, "draws": self.to_take(entry["values"])}
        return self.entries[key]
# only: run_loop(

    def together(self):
        """How many clients begin at once."""
        return sum(key[2] == 0 and self.load["classes"][key[0]]["closed"] for key in self.entries)
# end

    def another(self, name):
        """One more than the simulation has drawn, as after an attempt that it had no need of."""
        if not self.spare.get(name):
            print(f"nothing was ever drawn for '{name}'", file=sys.stderr, flush=True)
            os._exit(1)
        self.borrowed += 1
        values = self.spare[name]
        return values[self.borrowed * 7919 % len(values)]


def add(line, values):
    """Attributes, as OTLP has them."""

    def value(x):
        return {"stringValue": x} if isinstance(x, str) else {"intValue": str(x)}

    more = [{"key": name, "value": value(x)} for name, x in values.items()]
    line["attributes"] = line.get("attributes", []) + more
    return line


class Done(typing.NamedTuple):
    """A step that is over.  While requests run it is kept as a plain tuple: those take less time to
    make, and none of the garbage collector's."""

    number: int
    parent: int
    task: str
    name: str
    kind: int
    begin: int
    end: int
    failed: bool = False
    events: tuple = ()

    def otlp(self, trace):
        line = {"traceId": trace, "spanId": f"{self.number:016x}", "name": self.name, "kind": self.kind}
        line["startTimeUnixNano"] = str(EPOCH + self.begin)
        line["endTimeUnixNano"] = str(EPOCH + self.end)
        if self.parent:
            line["parentSpanId"] = f"{self.parent:016x}"
        if self.task:
            add(line, {"pertinax.task": self.task})
        if self.events:
            line["events"] = [{"name": n, "timeUnixNano": str(EPOCH + at)} for n, at in self.events]
        if self.failed:
            line["status"] = {"code": 2}
        return line


class Request:
    """One request: its draws, its spans, how many of its tasks are at work."""

    def __init__(self, run, key, arrival):
        self.run, self.key, self.arrival = run, key, arrival
        self.entry = run.draws.of(key)
        self.draws = self.entry["draws"]
        self.spans, self.numbers = [], itertools.count(2)
        self.open = {}  # what it is in, by number
        self.changed = run.lock
        # only: .parallel( .each( .as_completed( .spawn( .detach( .hedged( .abort( .put(
        # Tasks end, and who waits for that, in threads and on the loop.
        self.changed, self.awaited, self.futures = threading.Condition(), [], []
        # end
        self.active, self.working = 1, 1
        self.live = set()  # its tasks, by what each sees
        self.status, self.answered, self.ended, self.over = 0, 0, 0, False
        self.refused, self.passed = False, 0
        # only: order="priority"
        self.rank = PRIORITIES[key[0]]
        # end

    def take(self, chain, name):
        value = next(self.draws.get(f"{chain}/{name}", NOTHING), None)
        return self.run.draws.another(name) if value is None else value

    def span(self, scope, name, kind, begin, number=None, failed=False, events=()):
        """A step of a task is over, which began then; it is in what the task is in."""
        number, end = number or next(self.numbers), time.perf_counter_ns()
        parent, task = scope.parents[-1], scope.chain
        self.spans.append((number, parent, task, name, kind, begin, end, failed, events))
        self.run.moved += 1

    def passes(self):
        """A pause between attempts, or what had a timeout, is over: no step that is recorded."""
        self.passed += 1
        self.run.moved += 1

    def steps(self):
        return len(self.spans) + self.passed

    def respond(self, status):
        if self.status == 0 and self.ended == 0:  # later than that it is no answer
            self.status, now = status, time.perf_counter_ns()
            self.answered = now
            self.spans.append((next(self.numbers), 1, "", "respond", 1, now, now))
            self.run.answered(self)

    def latency(self):
        return (self.answered or self.ended) - self.arrival
# only: .abort(

    def all(self):
        """Those that are answered by what this one answers."""
        return (self,)
# end
# only: .parallel( .each( .as_completed( .spawn( .detach( .put(

    def enter(self, scope):
        scope.counted = not scope.detached
        with self.changed:
            self.working += 1
            self.active += scope.counted
            self.live.add(scope)
# end
# only: .parallel( .each( .as_completed( .spawn( .detach( .hedged( .abort( .put(

    def drop(self, scope):
        """Nobody waits for that task any more, nor does the request."""
        with self.changed:
            self.active -= scope.counted
            scope.counted = False
# end

    def leave(self, scope):
        """A task is over; the request is when the last is that it waits for."""
        with self.changed:
            self.working -= 1
            self.active -= scope.counted
            scope.counted = False
            self.live.discard(scope)
            gone = self.working == 0
        self.check()
        if gone:
            self.run.gone()

    def check(self):
        with self.changed:
            ended = self.active == 0 and self.ended == 0
            if ended:
                self.ended = time.perf_counter_ns()
        if ended:
            self.run.ended(self)

    def close(self, scope, failure):
        """Its own task is over, and how."""
        status = 200 if failure is None else UNCAUGHT if isinstance(failure, Failure) else 0
        if status and not (ANSWERS[self.key[0]] and status == 200):
            self.respond(status)
        self.leave(scope)

    def otlp(self, trace, now=0):
        """One line of OTLP: the spans of the request, and what it is in now, if it has not ended."""

        failed = self.status >= 500 or self.status == 0
        root = Done(1, 0, "", self.key[0], 2, self.arrival, now or self.ended, failed).otlp(trace)
        add(root, {"pertinax.client": self.key[1], "pertinax.ordinal": self.key[2]})
        if self.status:
            add(root, {"http.response.status_code": self.status})
        # only: processes=
        if self.run.link:
            add(root, {"pertinax.worker": self.run.link.number})
        # end
        spans = [root] + [Done(*span).otlp(trace) for span in list(self.spans)]
        if now:
            add(root, {"pertinax.open": 1})
            spans += [section.otlp(trace, now) for section in list(self.open.values())]
        resource = add({}, {"service.name": NAME})
        return json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": spans}]}]})


class Span:
    """A step that has others within it."""

    __slots__ = "rq", "name", "number", "begin", "parent"

    def __init__(self, rq, name):
        self.rq, self.name = rq, name

    def __enter__(self):
        rq = self.rq
        self.number, self.begin = next(rq.request.numbers), time.perf_counter_ns()
        self.parent = rq.parents[-1]
        rq.parents.append(self.number)
        rq.request.open[self.number] = self

    def __exit__(self, kind, failure, trace):
        rq = self.rq
        rq.parents.pop()
        rq.request.open.pop(self.number)
        if not rq.cancelled:
            rq.request.span(rq, self.name, 1, self.begin, self.number, failure is not None)

    def otlp(self, trace, now):
        line = Done(self.number, self.parent, self.rq.chain, self.name, 1, self.begin, now).otlp(trace)
        return add(line, {"pertinax.open": 1})


class Scope:
    """What one task of a request sees: its variables, its draws, the span that it is in."""

    detached = counted = done = held_back = False
    begun, task, group = True, None, None
    events = ()  # of its last call

    def __init__(self, request, chain="", var=None, parent=1, up=None):
        self.request, self.chain, self.up = request, chain, up
        self.var = var if var is not None else types.SimpleNamespace()
        self.parents = [parent]
        self.results, self.deadlines, self.cancelled, self.kids = {}, [], False, []
        # only: order="priority"
        self.rank = up.rank if up else request.rank
        # end

    def child(self, name, detached=False):
        """A task sees the variables as they are now; what it sets is its own."""
        var, before = types.SimpleNamespace(**vars(self.var)), "" if detached else self.chain
        scope = type(self)(self.request, f"{before}/{name}", var, self.parents[-1], self)
        scope.detached = self.detached or detached
        return scope

    def span(self, name):
        return Span(self, name)

    def respond(self, status):
        self.request.respond(status)
# only: .parallel( .each( .as_completed( .spawn( .detach( .hedged( .abort( .put(

    def cancel(self):
        """Nobody wants it any more: it ends where it can, and so do those that it has started."""
        if self.cancelled or self.done:
            return
        self.cancelled = True
        self.request.drop(self)
        if self.group:
            self.group.forget()
        for kid in self.kids:
            kid.cancel()
        self.stop()

    def detach(self):
        """It goes on, but nobody waits for it."""
        self.detached = True
        self.request.drop(self)
        for kid in self.kids:
            kid.detach()
# end
# only: .abort(

    def abort(self, status):
        self.request.respond(status)
        self.request.over = True
        if type(self) is type(self.up) or self.up is None:  # else the loop does so, which waits
            self.end_others()
        raise Over

    def end_others(self):
        """All tasks of the request but this one, and those that are detached."""
        for request in self.request.all():
            with request.changed:
                for scope in list(request.live):
                    if scope is not self and not scope.detached:
                        scope.cancel()
            request.check()
# end

    # -- values --

    def seconds(self, name, given):
        return self.request.take(self.chain, name) if given is None else given
# only: .draw(

    def draw(self, name):
        """What the simulation has drawn here: a count, a condition, a choice."""
        return self.request.take(self.chain, name + "?")
# end
# only: .attempts(

    def pause(self, name, backoff, factor, most, failed):
        """Before another attempt."""
        if backoff is None:
            return self.request.take(self.chain, name + "~")
        seconds = backoff * factor**failed
        return seconds if most is None else min(seconds, most)
# end
# only: .result( .join_tasks(

    def result(self, name):
        """The variables of a task that has ended, or of all copies of an each; None: there is no
        such task on this way."""
        scope = self
        while scope and name not in scope.results:
            scope = scope.up
        return scope.results[name] if scope else None
# end
# only: .given(

    @contextlib.contextmanager
    def given(self, **values):
        """Names that mean something else inside."""
        before = {k: getattr(self.var, k) for k in values if hasattr(self.var, k)}
        vars(self.var).update(values)
        try:
            yield
        finally:
            for name in values:
                delattr(self.var, name)
            vars(self.var).update(before)
# end
# only: .priority(

    @contextlib.contextmanager
    def priority(self, rank):
        """The place in the queues of this step; the smaller one goes first."""
        before, self.rank = self.rank, rank
        try:
            yield
        finally:
            self.rank = before
# end

    # -- computing, calls --
# only: .cpu(

    def cpu(self, name, seconds=None, outside=False):
        seconds, begin = self.seconds(name, seconds), time.perf_counter_ns()
        self.burst(seconds, outside)
        self.request.span(self, name, 1, begin)
        self.look()
# end
# only: .cpu( .burst( send= receive=

    def burst(self, seconds, outside):
        if seconds <= 0:
            return
        # only: outside=
        if outside:
            burn_outside(seconds)
            return
        # end
        burn(seconds)
# end
# only: .call( .hedged(

    def message(self, service, name, begin):
        """A call as the service wants to hear of it, and how long it will take.  One that began with
        the end of the call before it, which was heard of late, has less to ask for."""
        seconds, well = self.request.take(self.chain, name), True
        if isinstance(seconds, list):
            seconds, well = seconds[0], False
        if begin and self.request.run.punctual:
            seconds = max(0, begin + seconds - time.monotonic())
        text = f"CALL {service} {round(seconds * 1e9)} {'OK' if well else 'FAIL'}\n"
        return text.encode(), seconds, well
# end
# only: .put(

    def put(self, channel):
        """An item for the stage that takes from there."""
        return CHANNELS[channel].put(self)
# end
# only: .spawn(

    # -- tasks that others wait for --

    def spawn(self, branches, name="spawn"):
        with self.span(name):
            for branch, body in branches.items():
                group = self.spawned(branch)
                self.results[branch] = self.begin(group, branch, body).var

    def spawned(self, branch):
        """Those that are started at one place, round by round, are awaited together."""
        place, group = self.parents[-2], self.results.get((branch, "group"))
        if group is None or group.place != place:
            group = self.results[branch, "group"] = Spawned(place)
        return group
# end
# only: .detach(

    def detach(self, name, body):
        with self.span(name):
            self.begin(Spawned(None), name, body, detached=True)
# end
# only: .parallel( .each( .as_completed( .spawn( .detach( .hedged(


class Group:
    """Tasks that were started together, and what decides them: when so many have ended that it is
    known, at once, for a later one may end before anybody looks."""

    def __init__(self, need, total, siblings="cancel", rest="cancel"):
        self.need, self.total, self.siblings, self.rest = need, total, siblings, rest
        self.ended, self.well, self.failed, self.failure = [], [], 0, None
        self.tasks, self.pending = [], []  # by what each sees; those whose turn it is not yet
        self.verdict = None
        self.decide()

    def add(self, scope):
        self.tasks.append(scope)

    def end(self, scope, failure):
        scope.done = True
        if scope.cancelled or self.verdict is not None:
            return
        self.ended.append(scope)
        if failure is None:
            self.well.append(scope)
        else:
            self.failed += 1
            self.failure = failure if isinstance(failure, Failure) else self.failure
        self.decide()

    def forget(self):
        """One of them was cancelled."""

    def decided(self):
        return self.verdict is not None

    def decide(self):
        lost = self.total - self.failed < self.need
        if len(self.well) >= self.need:
            self.verdict = True
        elif lost and (self.siblings != "wait" or len(self.ended) == self.total):
            self.verdict = False
        else:
            return
        if self.rest == "detach" if self.verdict else self.siblings == "ignore":
            self.let_go()
        else:
            self.cancel()

    def let_go(self):
        """The others go on; nobody would let those begin that have not."""
        for scope in self.tasks:
            if not scope.begun or scope.held_back:
                scope.cancel()
            elif self.verdict and not scope.done:
                scope.detach()

    def cancel(self):
        for scope in self.tasks:
            scope.cancel()
# only: .spawn( .detach(


class Spawned:
    """Tasks that go on beside who has started them, and may be awaited."""

    def __init__(self, place):
        self.place, self.tasks, self.at_work, self.failed, self.failure = place, [], 0, 0, None

    def add(self, scope):
        self.tasks.append(scope)
        self.at_work += 1

    def end(self, scope, failure):
        scope.done = True
        if scope.cancelled:
            return
        self.at_work -= 1
        if failure is not None:
            self.failed += 1
            self.failure = failure if isinstance(failure, Failure) else self.failure

    def forget(self):
        """One that was cancelled is over."""
        self.at_work -= 1

    def won(self):
        return self.at_work == 0 and not self.failed

    def lost(self):
        return self.failed > 0

    def let_go(self):
        for scope in self.tasks:
            if not scope.done:
                scope.detach()

    def cancel(self):
        for scope in self.tasks:
            scope.cancel()
# end
# end
# only: .join_tasks(


class Several:
    """Tasks that were spawned one by one, awaited together; some may never have been."""

    def __init__(self, groups, need):
        self.groups, self.need = groups, len(groups) if need is None else need
        self.rest = need is not None

    def won(self):
        return sum(group is None or group.won() for group in self.groups) >= self.need

    def settled(self):
        lost = sum(group is not None and group.lost() for group in self.groups)
        return self.won() or len(self.groups) - lost < self.need

    def settle(self, rest):
        spawned = [group for group in self.groups if group]
        if not self.won():
            raise [group.failure for group in spawned if group.lost()][-1] or Over
        for group in spawned if self.rest else ():
            if rest == "cancel":
                group.cancel()
            else:
                group.let_go()
# end
# only: Slots( Places( pool_order= admit=


class Units:
    """So many units of something, and who waits for some, in the order in which they get them."""

    made = []

    def __init__(self, size, queue=None, queue_timeout=None, abandoned_stop=False, order="fifo"):
        self.size = self.free = size
        self.queue, self.queue_timeout = queue, queue_timeout
        self.abandoned_stop, self.order, self.waiting = abandoned_stop, order, []
        self.freed = 0  # when the last one came free
        self.made.append(self)

    def take(self, units):
        """True if nobody has to be waited for."""
        if self.waiting or self.free < units:
            return False
        self.free -= units
        return True

    def stand(self, rq, units, gate):
        """In the line: a ticket, whose gate is opened when it is its turn."""
        if self.queue is not None and len(self.waiting) >= self.queue:
            raise Failure("rejected")
        ticket = types.SimpleNamespace(units=units, gate=gate, granted=False, begin=time.monotonic())
        # only: order="priority"
        if self.order == "priority":
            ticket.rank = rq.rank
            bisect.insort(self.waiting, ticket, key=lambda other: other.rank)
            return ticket
        # end
        # only: order="lifo"
        if self.order == "lifo":
            self.waiting.insert(0, ticket)
            return ticket
        # end
        self.waiting.append(ticket)
        return ticket

    def grant(self):
        while self.waiting:
            # only: order="random"
            if self.order == "random":
                self.waiting.insert(0, self.waiting.pop(random.randrange(len(self.waiting))))
            # end
            ticket = self.waiting[0]
            if ticket.units > self.free:
                return
            self.waiting.pop(0)
            self.free -= ticket.units
            ticket.granted, ticket.begin = True, max(ticket.begin, self.freed)
            self.open(ticket.gate)

    def give_up(self, ticket):
        """It is not waited for any more: what it held up goes on."""
        if ticket.granted:
            self.free += ticket.units
        else:
            self.waiting.remove(ticket)
        self.grant()
# end


def broken():
    """A mistake in this program: better no run than half a one."""
    traceback.print_exc()
    os._exit(1)
# only: Shared(


class Shared:
    """Variables that requests share; each stays in its range."""

    def __init__(self, ranges):
        self.ranges, self.values = ranges, {name: start for name, (start, _, _) in ranges.items()}
        self.changed, self.waiting = threading.Condition(threading.RLock()), []

    def restart(self):
        """Without a load each request finds them at their start."""
        self.values = {name: start for name, (start, _, _) in self.ranges.items()}

    def __getitem__(self, name):
        return self.values[name]

    def __setitem__(self, name, value):
        _, low, high = self.ranges[name]
        with self.changed:
            self.values[name] = min(max(int(value), low), high)
            self.changed.notify_all()
            waiting, self.waiting = self.waiting, []
        for future in waiting:
            wake(future)
# end
