

# ---- with threads: what waits keeps its thread ----


class Slots:
    """So many units; who waits for some is served in order."""

    def __init__(self, size, queue=None, queue_timeout=None, abandoned_stop=False):
        self.free, self.queue, self.queue_timeout = size, queue, queue_timeout
        self.abandoned_stop = abandoned_stop
        self.lock, self.waiting = threading.Lock(), collections.deque()

    def acquire(self, rq, units=1):
        with self.lock:
            if not self.waiting and self.free >= units:
                self.free -= units
                return
            if self.queue is not None and len(self.waiting) >= self.queue:
                raise Failure("rejected")
            gate = threading.Lock()
            gate.acquire()
            ticket = (units, gate)
            self.waiting.append(ticket)
        left = rq.left()
        own = self.queue_timeout is not None and (left is None or self.queue_timeout <= left)
        patience = self.queue_timeout if own else left
        if gate.acquire(timeout=-1 if patience is None else patience):
            return
        with self.lock:
            if ticket not in self.waiting:
                return
            self.waiting.remove(ticket)
            self.grant()
        if own:
            raise Failure("queue_timeout")
        rq.look()

    def grant(self):
        while self.waiting and self.waiting[0][0] <= self.free:
            units, gate = self.waiting.popleft()
            self.free -= units
            gate.release()

    def release(self, units=1):
        with self.lock:
            self.free += units
            self.grant()


class Client:
    """A connection of each thread to the service, kept."""

    def __init__(self, address):
        self.address, self.of = address, threading.local()

    def call(self, text, seconds, well, timeout):
        """True if it ended well; TimeoutError if it took too long."""
        if self.address is None:
            time.sleep(seconds if timeout is None else min(seconds, timeout))
            if timeout is not None and seconds > timeout:
                raise TimeoutError
            return well
        try:
            connection = getattr(self.of, "connection", None)
            if connection is None:
                connection = socket.create_connection(self.address)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.of.connection = connection
            connection.settimeout(seconds + 5 if timeout is None else timeout)
            connection.sendall(text)
            return self.answer(connection)
        except OSError as error:
            self.hang_up()
            if isinstance(error, TimeoutError) and timeout is not None:
                raise
            return False

    def answer(self, connection):
        line = b""
        while not line.endswith(b"\n"):
            part = connection.recv(64)
            if not part or len(line) > 64:
                raise ConnectionError
            line += part
        if line not in (b"OK\n", b"FAIL\n"):
            raise ConnectionError
        return line == b"OK\n"

    def hang_up(self):
        connection = getattr(self.of, "connection", None)
        if connection is not None:
            connection.close()
        self.of.connection = None


class Group:
    """Tasks that were started together, and what decides them."""

    def __init__(self, rq, need, total):
        self.changed, self.need, self.total = rq.request.changed, need, total
        self.ended, self.well, self.failed, self.failure = [], 0, 0, None
        self.scopes, self.futures = [], []

    def end(self, scope, failure):
        with self.changed:
            scope.well = failure is None
            self.well += scope.well
            self.failed += not scope.well
            if isinstance(failure, Failure) and self.failure is None:
                self.failure = failure
            self.ended.append(scope)
            self.changed.notify_all()

    def won(self):
        return self.well >= self.need

    def lost(self):
        return self.total - self.failed < self.need

    def cancel(self):
        """Who has not begun never will; who waits ends when that wait does."""
        for scope in self.scopes:
            scope.cancelled = True
        for future, scope in zip(self.futures, self.scopes):
            if future.cancel():
                scope.request.leave(scope.detached)


class Thread(Scope):
    """A task upon a thread.  Without a pool, what is at once is done one after the other."""

    client = helpers = pool = None
    detached = False

    # -- waiting --

    def left(self):
        """How long an enclosing step may still take."""
        if not self.deadlines:
            return None
        return max(0, min(self.deadlines) - time.monotonic())

    def look(self):
        if (self.request.over and not self.detached) or self.cancelled:
            raise Over
        if self.deadlines and time.monotonic() >= min(self.deadlines):
            raise Deadline

    @contextlib.contextmanager
    def within(self, seconds):
        end = time.monotonic() + seconds
        self.deadlines.append(end)
        try:
            yield
        except Deadline:
            if min(self.deadlines) == end:
                raise Failure("timeout") from None
            raise
        finally:
            self.deadlines.remove(end)

    def until(self, condition):
        """Wait for tasks of this request."""
        with self.request.changed:
            while not condition():
                self.look()
                self.request.changed.wait(self.left())

    def sleep(self, seconds):
        left = self.left()
        time.sleep(seconds if left is None else min(seconds, left))
        self.look()

    def wait(self, name, seconds=None):
        seconds, begin = self.seconds(name, seconds), time.perf_counter_ns()
        self.sleep(seconds)
        self.request.span(name, 1, begin, self.parents[-1])

    def wait_until(self, condition):
        with SHARED.changed:
            while not condition():
                SHARED.changed.wait(0.05 if self.left() is None else self.left())
                self.look()

    def attempts(self, name, limit, backoff=0, factor=1, most=None, only=()):
        for number in itertools.count():
            attempt = Attempt(number + 1 == limit, only)
            yield attempt
            if not attempt.failed:
                return
            self.sleep(self.pause(name, backoff, factor, most, number))

    # -- calls, and what is held --

    def exchange(self, service, name, timeout):
        slots = SERVICES[service]
        text, seconds, well = self.message(service, name)
        if slots:
            slots.acquire(self)
        begin = time.monotonic()
        left = self.left()
        if timeout is None or (left is not None and left < timeout):
            patience = left
        else:
            patience = timeout
        try:
            well = self.client.call(text, seconds, well, patience)
        except TimeoutError:
            rest = begin + seconds - time.monotonic()
            if slots and rest > 0 and not slots.abandoned_stop:
                threading.Timer(rest, slots.release).start()
                slots = None
            self.look()
            raise Failure("timeout") from None
        finally:
            if slots:
                slots.release()
        return well

    def call(self, service, name=None, timeout=None, send=0, receive=0, outside=False, hedge=None):
        name, begin, failed = name or service, time.perf_counter_ns(), True
        try:
            if hedge:
                well = self.hedged(service, name, hedge, send, receive, outside)
            else:
                self.burst(self.seconds(name + "+", send), outside)
                well = self.exchange(service, name, timeout)
                self.burst(self.seconds(name + "+", receive), outside)
            if not well:
                raise Failure("error")
            failed = False
        finally:
            self.request.span(name, 3, begin, self.parents[-1], failed=failed)
        self.look()

    def hedged(self, service, name, hedge, send, receive, outside):
        """The call again if there is no answer by then; the first that succeeds."""
        after, most = hedge
        group = Group(self, 1, most)

        def copy(scope, number):
            failure = None
            try:
                deadline = time.monotonic() + number * after
                while not group.won() and time.monotonic() < deadline:
                    with group.changed:
                        group.changed.wait(deadline - time.monotonic())
                if not group.won():
                    scope.burst(scope.seconds(name + "+", send), outside)
                    if not scope.exchange(service, name, None):
                        failure = Failure("error")
                    scope.burst(scope.seconds(name + "+", receive), outside)
            except (Failure, Over) as error:
                failure = error
            group.end(scope, failure)

        for number in range(most):
            scope = self.child(f"{name}[{number}]")
            group.scopes.append(scope)
            self.helpers.submit(copy, scope, number)
        self.until(lambda: group.won() or group.lost())
        group.cancel()
        return group.won()

    @contextlib.contextmanager
    def hold(self, resource, units=1, key=0):
        slots = RESOURCES[resource][key]
        slots.acquire(self, units)
        try:
            yield
        finally:
            slots.release(units)

    def offload(self, name, body):
        with self.span(name):
            body(self)

    # -- tasks --

    def abort(self, status):
        self.request.respond(status)
        self.request.over = True
        with self.request.changed:
            self.request.changed.notify_all()
        raise Over

    def work(self, group, body):
        """A task from its beginning to its end, on the thread that it was given."""
        failure = None
        try:
            self.look()
            body(self)
        except (Failure, Over, Deadline) as error:
            failure = error
        except Exception:
            broken()
        group.end(self, failure)
        self.request.leave(self.detached)

    def begin(self, group, name, body, detached=False):
        scope = self.child(name)
        scope.detached = self.detached or detached
        group.scopes.append(scope)
        self.request.enter(scope.detached)
        if self.pool is None:
            scope.work(group, body)
        else:
            group.futures.append(self.pool.submit(scope.work, group, body))
        return scope

    def join(self, group, siblings="cancel", rest="cancel"):
        """Wait until the group is decided, and do with the others as is said."""
        keep = False
        try:
            if siblings == "wait":
                done = lambda: group.won() or len(group.ended) == group.total
            else:
                done = lambda: group.won() or group.lost()
            self.until(done)
            won = group.won()
            keep = len(group.ended) == group.total or (
                rest == "detach" if won else siblings == "ignore"
            )
            if not won:
                raise group.failure or Over
        finally:
            if not keep:
                group.cancel()

    def stops(self, group, siblings):
        """One after the other: is there no need of more?"""
        return group.won() or (group.lost() and siblings != "wait")

    def parallel(self, name, branches, until=None, siblings="cancel", rest="cancel"):
        with self.span(name):
            group = Group(self, until or len(branches), len(branches))
            for branch, body in branches.items():
                if self.pool is None and self.stops(group, siblings):
                    break
                self.results[branch] = self.begin(group, branch, body).var
            self.join(group, siblings, rest)

    def copies(self, group, name, count, body, limit):
        """All copies, at most so many at a time; without a pool one by one as they are taken."""
        made = itertools.count()

        def copy(number):
            def numbered(scope):
                body(scope, number)
                if limit and self.pool:
                    more()

            return numbered

        def more():
            number = next(made)
            if number < count:
                self.begin(group, f"{name}[{number}]", copy(number))

        for _ in range(min(count, limit or count) if self.pool else 0):
            more()
        return more

    def each(self, name, count, body, limit=None, until=None, siblings="cancel", rest="cancel"):
        with self.span(name):
            group = Group(self, until or count, count)
            more = self.copies(group, name, count, body, limit)
            if self.pool is None:
                for _ in range(count):
                    if not self.stops(group, siblings):
                        more()
            self.join(group, siblings, rest)
            self.results[name] = [scope.var for scope in group.scopes]

    def as_completed(self, name, count, body, limit=None, until=None, siblings="cancel",
                     rest="cancel"):
        with self.span(name):
            group, taken = Group(self, until or count, count), 0
            more = self.copies(group, name, count, body, limit)
            self.results[name] = []
            try:
                while not group.won() or taken < len(group.ended):
                    if self.pool is None and taken == len(group.ended):
                        more()
                    self.until(lambda: len(group.ended) > taken or group.lost())
                    if group.lost():
                        break
                    scope = group.ended[taken]
                    taken += 1
                    if scope.well:
                        self.results[name].append(scope.var)
                        yield scope.var
            finally:
                if not group.won():
                    group.cancel()
            self.join(group, siblings, rest)

    def spawn(self, branches):
        for branch, body in branches.items():
            group = Group(self, 1, 1)
            self.results[branch] = self.begin(group, branch, body).var
            self.results[branch, "group"] = group

    def join_tasks(self, *names, until=None, rest="cancel"):
        """Wait for tasks that were spawned, here or further out."""
        groups = [self.result((name, "group")) for name in names]
        need = until or len(groups)

        def won():
            return sum(group.won() for group in groups) >= need

        def lost():
            return len(groups) - sum(group.lost() for group in groups) < need

        with self.span("await"):
            self.until(lambda: won() or lost())
            if not won():
                raise next(group.failure for group in groups if group.lost()) or Over
            for group in groups:
                if rest == "cancel" and not group.ended:
                    group.cancel()

    def detach(self, name, body):
        self.begin(Group(self, 1, 1), name, body, detached=True)


class ThreadRun(Run):
    """Requests upon a pool of threads; with a pool of one they are served in order."""

    def __init__(self, draws, wanted, link, server):
        super().__init__(draws, wanted, link)
        self.server = server

    def wake(self):
        with self.turn:
            self.turn.notify_all()

    def gone(self):
        with self.turn:
            self.present -= 1
            self.turn.notify_all()

    def serve(self, request):
        scope = Thread(request)
        status = 200
        try:
            CLASSES[request.key[0]](scope)
        except Failure:
            status = UNCAUGHT
        except (Over, Deadline):
            status = 0
        except Exception:
            broken()
        if status and not (ANSWERS[request.key[0]] and status == 200):
            request.respond(status)
        request.leave(False)

    def start(self, key, arrival):
        self.present += 1
        self.server.submit(self.serve, Request(self, key, arrival))

    def listen(self):
        while not self.stopped:
            self.hear()

    def go(self):
        self.begin = time.perf_counter_ns()
        if self.link:
            threading.Thread(target=self.listen, daemon=True).start()
        with self.turn:
            while not self.over() and (self.link or self.due or self.present):
                wait = self.next_due(self.present > 0)
                if wait:
                    self.turn.wait(min(1, wait))


def run_threads(pool, server, serial, workers=1):
    """Requests on `server` threads of their own, or of the pool; each worker has its own."""
    most = 10000
    given = options()
    draws = Draws(given.draws)
    link = fork_workers(given, draws, workers) if workers > 1 else None
    Thread.client = Client(address_of(given.service))
    Thread.helpers = concurrent.futures.ThreadPoolExecutor(most)
    shared = concurrent.futures.ThreadPoolExecutor(1 if serial else pool or most)
    Thread.pool = None if serial else shared
    own = concurrent.futures.ThreadPoolExecutor(server) if server else shared
    for stage in CHANNELS.values():
        stage.begin()
    run = ThreadRun(draws, given.requests, link, own)
    run.go()
    finish(run, given)


def address_of(service):
    host, _, port = service.rpartition(":")
    return None if service == "timer" else (host, int(port))


def finish(run, given):
    if given.otlp:
        run.write(given.otlp)
    if run.link is None:
        tell(request.latency() for request in run.finished[: run.wanted])
    os._exit(0)  # threads that still wait are let go
