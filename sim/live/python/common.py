

# ---- what executes it: requests, draws, the service, spans ----


class Failure(Exception):
    """A step has failed: error, timeout, queue_timeout, rejected, or a name of the model's own."""

    def __init__(self, name):
        super().__init__(name)
        self.name = name


class Over(BaseException):
    """The request has been answered and ended, or nobody wants this task any more."""


class Deadline(BaseException):
    """The time of an enclosing step is over."""


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


def burn(seconds):
    """Compute for so much CPU time of this thread, holding the GIL as Python code does."""
    end = time.thread_time_ns() + int(seconds * 1e9)
    while time.thread_time_ns() < end:
        pass


def burn_outside(seconds):
    """The same as an extension that lets go of the GIL does."""
    end = time.thread_time_ns() + int(seconds * 1e9)
    block = bytes(65536)
    while time.thread_time_ns() < end:
        hashlib.sha256(block)


class Draws:
    """The values that the simulation of the same seed has drawn, request by request."""

    def __init__(self, path):
        self.entries, self.spare, self.borrowed = {}, {}, 0
        with open(path, encoding="utf-8") as lines:
            self.load = json.loads(next(lines))
            for line in lines:
                entry = json.loads(line)
                self.entries[entry["class"], entry["client"], entry["ordinal"]] = entry
                for key, value in entry["draws"]:
                    self.spare.setdefault(key.rpartition("/")[2], []).append(value)
        self.keys = list(self.entries)

    def of(self, key):
        """Those of a request; where the simulation did not get so far, those of another one."""
        if key not in self.entries:
            like = [k for k in self.keys if k[0] == key[0]] or self.keys
            return self.entries[like[key[2] * 7919 % len(like)]]
        return self.entries[key]

    def another(self, name):
        """One more than the simulation has drawn, as after an attempt that it had no need of."""
        if not self.spare.get(name):
            print(f"nothing was ever drawn for '{name}'", file=sys.stderr, flush=True)
            os._exit(1)
        self.borrowed += 1
        values = self.spare[name]
        return values[self.borrowed * 7919 % len(values)]


class Request:
    """One request: its draws, its spans, how many of its tasks are at work."""

    def __init__(self, run, key, arrival):
        self.run, self.key, self.arrival = run, key, arrival
        self.entry = run.draws.of(key)
        self.draws = {}
        for name, value in self.entry["draws"]:
            self.draws.setdefault(name, collections.deque()).append(value)
        self.spans, self.numbers = [], itertools.count(2)
        self.changed = threading.Condition()  # some task has ended, or the request is over
        self.active, self.working = 1, 1
        self.status, self.answered, self.ended, self.over = 0, 0, 0, False

    def take(self, chain, name):
        values = self.draws.get(f"{chain}/{name}")
        return values.popleft() if values else self.run.draws.another(name)

    def span(self, name, kind, begin, parent, number=None, failed=False):
        end = time.perf_counter_ns()
        self.spans.append((number or next(self.numbers), parent, name, kind, begin, end, failed))

    def respond(self, status):
        if self.status == 0:
            self.status, now = status, time.perf_counter_ns()
            self.answered = now
            self.spans.append((next(self.numbers), 1, "respond", 1, now, now, False))

    def latency(self):
        return (self.answered or self.ended) - self.arrival

    def enter(self, detached):
        with self.changed:
            self.working += 1
            self.active += not detached

    def leave(self, detached):
        """A task is over; the request is when the last is that is not detached."""
        with self.changed:
            self.working -= 1
            self.active -= not detached
            ended = self.active == 0 and not detached
            gone = self.working == 0
        if ended:
            self.ended = time.perf_counter_ns()
            self.run.ended(self)
        if gone:
            self.run.gone()

    def otlp(self, trace):
        """One line of OTLP: the spans of the request."""

        def span(number, parent, name, kind, begin, end, failed):
            line = {"traceId": trace, "spanId": f"{number:016x}", "name": name, "kind": kind}
            line["startTimeUnixNano"] = str(EPOCH + begin)
            line["endTimeUnixNano"] = str(EPOCH + end)
            if parent:
                line["parentSpanId"] = f"{parent:016x}"
            if failed:
                line["status"] = {"code": 2}
            return line

        status = self.status
        root = span(1, 0, self.key[0], 2, self.arrival, self.ended, status >= 500 or not status)
        answer = {"key": "http.response.status_code", "value": {"intValue": str(status)}}
        root["attributes"] = [answer] if status else []
        root["attributes"] += [
            {"key": "pertinax.client", "value": {"intValue": str(self.key[1])}},
            {"key": "pertinax.ordinal", "value": {"intValue": str(self.key[2])}},
        ]
        spans = [root] + [span(*fields) for fields in self.spans]
        name = {"key": "service.name", "value": {"stringValue": NAME}}
        return json.dumps(
            {"resourceSpans": [{"resource": {"attributes": [name]}, "scopeSpans": [{"spans": spans}]}]}
        )


class Scope:
    """What one task of a request sees: its variables, its draws, the span that it is in."""

    def __init__(self, request, chain="", var=None, parent=1, up=None):
        self.request, self.chain, self.up = request, chain, up
        self.var = var if var is not None else types.SimpleNamespace()
        self.parents = [parent]
        self.results, self.deadlines, self.cancelled = {}, [], False

    def child(self, name):
        """A task sees the variables as they are now; what it sets is its own."""
        var = types.SimpleNamespace(**vars(self.var))
        return type(self)(self.request, f"{self.chain}/{name}", var, self.parents[-1], self)

    def draw(self, name):
        """What the simulation has drawn here: a count, a condition, a choice."""
        return self.request.take(self.chain, name + "?")

    def seconds(self, name, given):
        return self.request.take(self.chain, name) if given is None else given

    def pause(self, name, backoff, factor, most, failed):
        """Before another attempt."""
        if backoff is None:
            return self.request.take(self.chain, name + "~")
        seconds = backoff * factor**failed
        return seconds if most is None else min(seconds, most)

    def result(self, name):
        """The variables of a task that has ended, or of all copies of an each."""
        scope = self
        while name not in scope.results:
            scope = scope.up
        return scope.results[name]

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

    @contextlib.contextmanager
    def span(self, name, kind=1):
        number, begin, failed = next(self.request.numbers), time.perf_counter_ns(), True
        parent = self.parents[-1]
        self.parents.append(number)
        try:
            yield
            failed = False
        finally:
            self.parents.pop()
            if not self.cancelled:
                self.request.span(name, kind, begin, parent, number, failed)

    def respond(self, status):
        self.request.respond(status)

    def put(self, channel):
        """An item for the stage that takes from there."""
        return CHANNELS[channel].put(self)

    def burst(self, seconds, outside):
        if seconds > 0:
            (burn_outside if outside else burn)(seconds)

    def cpu(self, name, seconds=None, outside=False):
        seconds, begin = self.seconds(name, seconds), time.perf_counter_ns()
        self.burst(seconds, outside)
        self.request.span(name, 1, begin, self.parents[-1])
        self.look()

    def message(self, service, name):
        """A call as the service wants to hear of it, and how long it will take."""
        seconds, well = self.request.take(self.chain, name), True
        if isinstance(seconds, list):
            seconds, well = seconds[0], False
        text = f"CALL {service} {round(seconds * 1e9)} {'OK' if well else 'FAIL'}\n"
        return text.encode(), seconds, well


def broken():
    """A mistake in this program: better no run than half a one."""
    traceback.print_exc()
    os._exit(1)


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
            if not future.done():
                future.set_result(None)


class Link:
    """Lines of JSON between two processes."""

    def __init__(self, connection):
        self.connection, self.text = connection, b""

    def fileno(self):
        return self.connection.fileno()

    def send(self, value):
        self.connection.sendall(json.dumps(value).encode() + b"\n")

    def receive(self):
        """What has come; None: the other end is gone."""
        part = self.connection.recv(65536)
        *lines, self.text = (self.text + part).split(b"\n")
        return [json.loads(line) for line in lines] if part else None


class Run:
    """The load: requests as they come, until so many are over.  With a link they come from there."""

    def __init__(self, draws, wanted, link=None):
        self.draws, self.wanted, self.link = draws, wanted, link
        self.finished, self.due, self.present = [], [], 0
        self.lock, self.turn = threading.Lock(), threading.Condition()
        self.classes = draws.load["classes"]
        self.sequence, self.stopped = itertools.count(), False
        signal.signal(signal.SIGTERM, self.stop)
        if link:
            link.send("ready")
        for key, entry in draws.entries.items() if link is None else ():
            if self.classes[key[0]]["closed"]:
                if key[2] == 0:
                    self.put(0, key)
            elif len(self.due) < wanted:
                self.put(entry["arrival"], key)

    def put(self, at, key):
        heapq.heappush(self.due, (at, next(self.sequence), key))

    def now(self):
        return (time.perf_counter_ns() - self.begin) / 1e9

    def next_due(self, busy):
        """Start the next request if it is time; else how long to wait.  However late it is started:
        it came when it was due."""
        if self.draws.load["alone"]:
            if busy or not self.due:
                return 1
            SHARED.restart()
            self.start(heapq.heappop(self.due)[2], time.perf_counter_ns())
            return 0
        wait = self.due[0][0] - self.now() if self.due else 1
        if wait > 0:
            return wait
        at, _, key = heapq.heappop(self.due)
        self.start(key, self.begin + int(at * 1e9))
        return 0

    def hear(self):
        """Requests that were handed to this worker."""
        lines = self.link.receive()
        self.stopped = self.stopped or lines is None
        for arrival, key in lines or ():
            with self.turn:
                self.put((arrival - self.begin) / 1e9, tuple(key))
        self.wake()

    def ended(self, request):
        with self.lock:
            self.finished.append(request)
            if self.link:
                self.link.send((request.latency(), request.key))
        name, client, ordinal = request.key
        if self.link is None and self.classes[name]["closed"] and not self.over():
            think, following = request.entry["think"], (name, client, ordinal + 1)
            with self.turn:
                if think > 0:
                    self.put(self.now() + think, following)
                else:
                    self.start(following, time.perf_counter_ns())
        self.wake()

    def stop(self, *_):
        """The time is over: what there is will be written."""
        self.stopped = True

    def over(self):
        return self.stopped or (self.link is None and len(self.finished) >= self.wanted)

    def write(self, path):
        run = os.urandom(8).hex()
        with open(path, "w", encoding="utf-8") as out:
            for number, request in enumerate(self.finished[: self.wanted]):
                out.write(request.otlp(f"{run}{number + 1:016x}") + "\n")


def tell(latencies):
    times = sorted(latencies)
    if times:
        mean, half, most = sum(times) / len(times), times[len(times) // 2], times[-1]
        print(f"{len(times)} requests: mean {mean / 1e6:.2f} ms, ", end="")
        print(f"median {half / 1e6:.2f} ms, longest {most / 1e6:.2f} ms", flush=True)


EPOCH = time.time_ns() - time.perf_counter_ns()


def options():
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--draws", required=True, help="the values drawn by pertinax")
    ask.add_argument("--service", default="timer", help="HOST:PORT, or timer (the default)")
    ask.add_argument("--requests", type=int, default=100)
    ask.add_argument("--otlp", help="write each request as a line of OTLP")
    return ask.parse_args()
