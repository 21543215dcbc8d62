

# ---- the load: requests as they come, and what becomes of them in the end ----
# only: processes=


class Link:
    """Lines of JSON between two processes."""

    def __init__(self, connection, number):
        self.connection, self.number, self.text = connection, number, b""

    def fileno(self):
        return self.connection.fileno()

    def send(self, value):
        self.connection.sendall(json.dumps(value).encode() + b"\n")

    def receive(self):
        """What has come; None: the other end is gone."""
        part = self.connection.recv(65536)
        *lines, self.text = (self.text + part).split(b"\n")
        return [json.loads(line) for line in lines] if part else None
# end


class Run:
    """The load: requests as they come, until so many are over.  With a link they come from there."""

    def __init__(self, draws, wanted, link=None):
        self.draws, self.wanted, self.link = draws, wanted, link
        self.started, self.finished, self.due, self.present = [], [], [], 0
        self.lock, self.turn = threading.Lock(), threading.Condition()
        self.alone, self.classes = draws.load["alone"], draws.load["classes"]
        self.sequence, self.stopped, self.admission = itertools.count(), False, None
        self.heard = 0  # from the link
        self.punctual, self.burnt = False, time.process_time_ns()
        self.moved = 0  # counts what ends: steps, timeouts, requests
        self.seen = time.perf_counter(), 0, 0, 0  # when watch() looked last, and what it saw
        self.stuck = 0, 0, {}  # since when none has moved, how many had ended, how far the others were
        # Told to stop is who hands out, be it with the others: these hear of it from there.
        signal.signal(signal.SIGTERM, signal.SIG_IGN if link else self.stop)
        if link:
            link.send("ready")
        for key, entry in draws.entries.items() if link is None else ():
            if not self.classes[key[0]]["closed"]:
                self.put(entry["arrival"], key)  # also while the last of those wanted are served
            elif key[2] == 0:
                self.put(0, key)
        if self.alone and link is None:  # the simulation may have come to a stop before
            name = next(iter(self.classes))
            self.due = [(0, number, (name, 0, number)) for number in range(wanted)]

    def put(self, at, key):
        heapq.heappush(self.due, (at, next(self.sequence), key))

    def now(self):
        return (time.perf_counter_ns() - self.begin) / 1e9

    def watch(self):
        """Asked once a second: when nothing is computed, and nothing has moved for longer than
        anything takes, then what waits there waits for ever.  (Late, the machine stood still.)"""
        then, moved, burnt, quiet = self.seen
        now = time.perf_counter()
        if now - then < 0.9 or not self.punctual:
            return
        busy = time.process_time()
        load = (busy - burnt) / (now - then) if now - then < 2 else 1
        quiet = quiet + now - then if moved == self.moved and load < 0.02 else 0
        self.seen = now, self.moved, busy, quiet
        patience = 2 * self.draws.load["longest"] + 1  # a pause before an attempt is no step
        # Requests that come may go their first steps, until they meet what the others wait for:
        # then it is these that do not move, and none ends.
        (since, ended, steps), helps = self.stuck, False
        # only: .wait_until( .put(
        helps = True  # who comes may be whom they wait for: to fill a batch, to count to something
        # end
        if quiet > patience:
            self.stand_still(quiet, self.heard)
        elif helps or load > 0.1 or ended != len(self.finished):
            self.stuck = now, len(self.finished), {}
        elif all(request.steps() == n for request, n in steps.items()) and steps:
            if now - since > patience:
                self.stand_still(now - since)
        else:
            over = set(self.finished)
            self.stuck = now, ended, {rq: rq.steps() for rq in self.started if rq not in over}

    def stand_still(self, seconds, heard=None):
        # only: processes=
        if self.link:  # the others may not
            self.link.send(("still", (heard, seconds)))
            return
        # end
        print(f"stands still: nothing has moved for {seconds:.1f} s, and nothing can", flush=True)
        Run.stop(self)

    def next_due(self):
        """Start the next request if it is time; else how long to wait.  However late it is started:
        it came when it was due."""
        if self.alone:
            if self.present > 0 or not self.due:
                return 1
            # only: Slots( Places( pool_order= admit=
            if any(units.free < units.size for units in Units.made):
                return 0.0005  # a service is at work on a call that was abandoned
            # end
            # only: Shared(
            SHARED.restart()
            # end
            self.start(heapq.heappop(self.due)[2], time.perf_counter_ns())
            return 0
        wait = self.due[0][0] - self.now() if self.due else 1
        if wait > 0:
            return wait
        at, _, key = heapq.heappop(self.due)
        self.start(key, self.begin + int(at * 1e9))
        return 0

    def start(self, key, arrival):
        request = Request(self, key, arrival)
        self.started.append(request)
        self.present += 1
        self.moved += 1
        # only: admit=
        if self.admission and not self.admission.admits(request):
            return
        # end
        self.serve(request)
# only: processes=

    def hear(self):
        """Requests that were handed to this worker."""
        lines = self.link.receive()
        if lines is None:
            Run.stop(self)
        for arrival, key in lines or ():
            self.heard += 1
            with self.turn:
                self.put((arrival - self.begin) / 1e9, tuple(key))
        self.wake()
# end

    def ended(self, request):
        with self.lock:
            self.finished.append(request)
            self.moved += 1
            # only: processes=
            if self.link:
                self.link.send((request.latency(), request.key))
            # end
        # only: admit=
        if self.admission:
            self.admission.leave(request)
        # end
        if request.status == 0:
            self.answered(request)
        if self.over():
            self.wake()

    def answered(self, request):
        """Its client goes on, whatever the request does after its answer."""
        # only: processes=
        if self.link:
            self.link.send((None, request.key))
            return
        # end
        name, client, ordinal = request.key
        if self.classes[name]["closed"] and not self.over():
            think, following = request.entry["think"], (name, client, ordinal + 1)
            if think > 0 or request.refused:
                with self.turn:
                    at = self.now() + think
                    self.put(at, following)
                    first = self.due[0][0] == at
                if first:
                    self.wake()
            else:
                with self.turn:
                    self.start(following, time.perf_counter_ns())

    def gone(self):
        """Nothing of a request is left."""
        with self.turn:
            self.present -= 1
        if self.present == 0:
            self.wake()

    def stop(self, *_):
        """The time is over: what there is will be written."""
        self.stopped = True

    def over(self):
        return self.stopped or (self.link is None and len(self.finished) >= self.wanted)

    def write(self, path):
        with contextlib.suppress(OSError):
            os.close(0)  # nobody reads it, and calls may have left no other number for a file
        now, finished = time.perf_counter_ns(), self.finished[: self.wanted]  # others go on meanwhile
        known = set(finished)
        self.put_lines(path, finished)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path + UNFINISHED)  # of a run before this one
        unfinished = [rq for rq in self.started if rq not in known]
        if unfinished:
            self.put_lines(path + UNFINISHED, unfinished, now)

    def put_lines(self, path, requests, now=0):
        run = os.urandom(8).hex()
        with open(path, "w", encoding="utf-8") as out:
            for number, request in enumerate(requests):
                out.write(request.otlp(f"{run}{number + 1:016x}", now) + "\n")

# only: admit=


class Admission:
    """At most so many requests in progress; of those that wait for that, or for a thread to serve
    them, at most so many as well.  One more is refused."""

    def __init__(self, run, limit, queue, pool):
        self.run, self.limit, self.queue, self.pool = run, limit, queue, pool
        self.inside, self.waiting, self.line = 0, 0, collections.deque()

    def admits(self, request):
        full = self.limit is not None and self.inside >= self.limit
        request.waits = full or (self.pool is not None and self.pool.full())
        if request.waits and self.queue is not None and self.waiting >= self.queue:
            self.refuse(request)
            return False
        self.waiting += request.waits
        if full:
            self.line.append(request)
        else:
            self.inside += 1
        return not full

    def refuse(self, request):
        request.refused, request.status = True, 503
        request.ended = request.answered = request.arrival
        self.run.answered(request)
        self.run.ended(request)
        self.run.gone()

    def begins(self, request):
        """It is being served."""
        with self.run.turn:
            self.waiting -= request.waits
            request.waits = False

    def leave(self, request):
        with self.run.turn:
            if request.refused:
                return
            self.inside -= 1
            if self.line:
                self.inside += 1
                self.run.serve(self.line.popleft())
# end


# only: .call( .hedged(
BROKEN = collections.Counter()  # calls without an answer, by what went wrong
NO_SENSE, GONE = "the answer makes no sense", "the connection was closed"
SILENT = "there was no answer in time"
# end


def tell(latencies, more=""):
    times = sorted(latencies)
    if times:
        mean, half, most = sum(times) / len(times), times[len(times) // 2], times[-1]
        print(f"{len(times)} requests: mean {mean / 1e6:.2f} ms, ", end="")
        print(f"median {half / 1e6:.2f} ms, longest {most / 1e6:.2f} ms{more}", flush=True)
# only: .call( .hedged( processes=


def broken_calls(of):
    return "".join(f"; broken calls: {of.total()} ({why})" for why, _ in of.most_common(1))
# end


EPOCH = time.time_ns() - time.perf_counter_ns()
UNFINISHED = ".unfinished"  # file of the requests that had not ended when the run was over


def options():
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--draws", required=True, help="the values drawn by pertinax")
    ask.add_argument("--service", default="timer", help="HOST:PORT, or timer (the default)")
    ask.add_argument("--punctual", action="store_true", help="calls take as long as they ask for")
    ask.add_argument("--requests", type=int, default=100)
    ask.add_argument("--otlp", help="write each request as a line of OTLP; those that have "
                     "not ended then into OTLP.unfinished")
    given = ask.parse_args()
    given.punctual = given.punctual or given.service == "timer"
    return given


def address_of(service):
    host, _, port = service.rpartition(":")
    return None if service == "timer" else (host, int(port))


def calm():
    """Before requests come.  What there is now stays, and what they leave behind is kept until it is
    written: the collector of garbage need not look at it again and again."""
    # only: .cpu( .burst( send= receive=
    learn_burn()
    # end
    gc.collect()
    gc.freeze()
    gc.disable()


def finish(run, given):
    busy = (time.process_time_ns() - run.burnt) / (time.perf_counter_ns() - run.begin)
    if run.link is None:
        times = (request.latency() for request in run.finished[: run.wanted])
        more = f"; cores at work: {busy:.4f}"
        # only: .call( .hedged(
        more += broken_calls(BROKEN)
        # end
        tell(times, more)
    # only: processes=
    # only: .call( .hedged(
    else:
        with contextlib.suppress(OSError):
            run.link.send(("broken", BROKEN))
    # end
    # end
    if given.otlp:
        run.write(given.otlp)
    os._exit(0)  # threads that still wait are let go
