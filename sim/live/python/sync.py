

# ---- with threads: what waits keeps its thread ----


class Deadline(BaseException):
    """The time of an enclosing step is over: of the one that is to end then."""

    def __init__(self, end):
        super().__init__(end)
        self.end = end
# only: Slots(


class Slots(Units):
    """Units that threads wait for."""

    def __init__(self, *size, **how):
        super().__init__(*size, **how)
        self.lock = threading.Lock()

    def open(self, gate):
        gate.release()

    def acquire(self, rq, units=1):
        """Returns from when on they are held."""
        with self.lock:
            if self.take(units):
                return time.monotonic()
            gate = threading.Lock()
            gate.acquire()
            ticket = self.stand(rq, units, gate)
            self.grant()
        try:
            left = rq.left()
        except BaseException:
            with self.lock:
                self.give_up(ticket)
            raise
        own = self.queue_timeout is not None and (left is None or self.queue_timeout <= left)
        patience = self.queue_timeout if own else left
        if gate.acquire(timeout=-1 if patience is None else patience):
            return ticket.begin
        with self.lock:
            if ticket.granted:
                return ticket.begin
            self.give_up(ticket)
        if own:
            raise Failure("queue_timeout")
        rq.late()

    def release(self, units=1, at=None):
        with self.lock:
            self.free, self.freed = self.free + units, at or time.monotonic()
            self.grant()
# end
# only: .call( .hedged( .blocking. .offload(


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
        kept, begin = self.kept(), time.monotonic()
        try:
            connection = self.connection(max(10, seconds + 5) if timeout is None else timeout)
            connection.sendall(text)
            return self.answer(connection)
        except OSError as error:
            self.hang_up()
            if kept and isinstance(error, ConnectionError):  # it was closed meanwhile: once more
                left = timeout and max(0, begin + timeout - time.monotonic())
                return self.call(text, seconds, well, left)
            if isinstance(error, (BlockingIOError, TimeoutError)) and timeout is not None:
                raise TimeoutError from None
            BROKEN[SILENT if isinstance(error, BlockingIOError) else error.strerror] += 1
            return False

    def kept(self):
        return getattr(self.of, "connection", None) is not None

    def connection(self, patience, most=None):
        """Made within `most`, or else within `patience`.  So long its recv() waits, in the kernel:
        with settimeout() it would ask twice each time."""
        of = self.of
        if not self.kept():
            begin = time.monotonic()
            of.connection, of.patience = self.connect(most or patience), None
            patience -= time.monotonic() - begin
        if of.patience != patience:
            whole, rest = divmod(max(1, round(patience * 1e6)), 1000000)
            patient = struct.pack("@ll", whole, rest)
            of.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, patient)
            of.patience = patience
        return of.connection

    def connect(self, patience):
        try:
            connection = socket.create_connection(self.address, patience)
        except TimeoutError:
            raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT)) from None
        connection.settimeout(None)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def answer(self, connection):
        line = connection.recv(64)
        while line and not line.endswith(b"\n") and len(line) < 64:
            line += connection.recv(64) or b"\n"
        if line not in (b"OK\n", b"FAIL\n"):
            raise ConnectionError(errno.EPROTO, NO_SENSE if line else GONE)
        return line == b"OK\n"

    def hang_up(self):
        if self.kept():
            self.of.connection.close()
        self.of.connection = None
# end
# only: .hedged(


class Race:
    """Copies of a call: one thread waits for all.  The first one has the thread's own connection."""

    def __init__(self, client):
        self.client, self.spare, self.again = client, [], None
        self.out = {}  # by number: its connection; when a timer ends it, and how

    def send(self, number, patience, copy, service, name):
        """False: it cannot be sent.  The first one is waited for no longer than `patience`."""
        text, seconds, well = copy.message(service, name, None)
        how = number, patience, text, time.monotonic() + seconds, well
        if number == 0 and self.client.kept():
            self.again = how  # it may have been closed meanwhile
        return self.post(*how)

    def post(self, number, patience, text, end, well):
        client, connection = self.client, None
        try:
            if client.address:
                connection = client.connect(1) if number else client.connection(patience, 1)
                connection.sendall(text)
        except OSError as error:
            return self.broken(number, connection, error)
        self.out[number] = connection, end, well
        return True

    def hear(self, seconds):
        """Who has ended, and whether it did so well; None: nobody has, in so many seconds."""
        if self.client.address is None or not self.out:
            return self.ring(seconds)
        if list(self.out) == [0] and not self.spare:
            return self.answer(0)
        ears = {connection.fileno(): number for number, (connection, _, _) in self.out.items()}
        poll = select.poll()
        for ear in ears:
            poll.register(ear, select.POLLIN)
        heard = poll.poll(math.ceil(seconds * 1000))
        return self.answer(ears[heard[0][0]]) if heard else None

    def answer(self, number):
        connection, well = self.out[number][0], False
        try:
            well = self.client.answer(connection)
            if number:
                self.spare.append(connection)
        except BlockingIOError:
            return None
        except OSError as error:
            if self.broken(number, connection, error):
                return None
        del self.out[number]
        return number, well

    def broken(self, number, connection, error):
        """True: it has been sent once more."""
        if number == 0:
            self.client.hang_up()
            again, self.again = self.again, None
            if again and isinstance(error, ConnectionError):
                return self.post(*again)
        elif connection:
            connection.close()
        BROKEN[error.strerror] += 1
        return False

    def silent(self):
        """They should have been answered long ago."""
        late = [end + 5 < time.monotonic() for _, end, _ in self.out.values()]
        if all(late):
            BROKEN[SILENT] += len(late)
        return all(late)

    def ring(self, seconds):
        """Without a service."""
        ends = {end: (number, well) for number, (_, end, well) in self.out.items()}
        first = min(ends, default=math.inf)
        left = max(0, first - time.monotonic())
        time.sleep(min(left, seconds))
        if left > seconds:
            return None
        del self.out[ends[first][0]]
        return ends[first]

    def end(self):
        """Nobody wants to hear of the others any more."""
        for connection, _, _ in self.out.values():
            if connection:
                connection.close()
        if 0 in self.out:
            self.client.of.connection = self.spare.pop() if self.spare else None
            self.client.of.patience = None
        for connection in self.spare:
            connection.close()
# only: Slots(


class LongRace:
    """The same where calls stand in a queue: each copy waits on a thread of its own."""

    def __init__(self, helpers):
        self.helpers, self.heard, self.copies = helpers, queue.SimpleQueue(), []

    def send(self, number, patience, copy, service, name):
        self.copies.append(copy)
        self.helpers.submit(self.exchange, number, copy, service, name)
        return True

    def exchange(self, number, copy, service, name):
        try:
            self.heard.put((number, copy.exchange(service, name)))
        except (Failure, Over):
            self.heard.put((number, False))

    def hear(self, seconds):
        try:
            return self.heard.get(timeout=seconds)
        except queue.Empty:
            return None

    def silent(self):
        return False

    def end(self):
        """What is in service there stays so to its end; what waits for that gives it up."""
        for copy in self.copies:
            copy.cancelled, slots = True, copy.held
            if slots and slots.abandoned_stop:
                copy.give_back(slots)
# end
# end


class Thread(Scope):
    """A task upon a thread.  Without a pool, what is at once is done one after the other."""

    client = helpers = pool = held = None

    # -- waiting --

    def left(self):
        """How long the wait may take that begins now.  A time that was over while this task computed
        is over now, first that of the outermost step."""
        if not self.deadlines:
            return None
        now = time.monotonic()
        for end in self.deadlines:
            if end <= now:
                raise Deadline(end)
        return min(self.deadlines) - now

    def late(self):
        """A wait has been cut short."""
        self.look()
        raise Deadline(min(self.deadlines))

    def look(self):
        """Does anybody still want this task?"""
        if (self.request.over and not self.detached) or self.cancelled:
            raise Over
# only: .within( timeout=

    @contextlib.contextmanager
    def within(self, seconds):
        end = time.monotonic() + seconds
        self.deadlines.append(end)
        try:
            yield
        except Deadline as deadline:
            if deadline.end == end:
                raise Failure("timeout") from None
            raise
        finally:
            self.deadlines.remove(end)
            self.request.passes()
# end
# only: .wait( .attempts(

    def sleep(self, seconds):
        left = self.left()
        time.sleep(seconds if left is None else min(seconds, left))
        if left is not None and left < seconds:
            self.late()
        self.look()
# end
# only: .wait(

    def wait(self, name, seconds=None):
        self.left()  # where a time is over no wait begins
        seconds, begin = self.seconds(name, seconds), time.perf_counter_ns()
        try:
            self.sleep(seconds)
        finally:
            self.request.span(self, name, 1, begin)
# end
# only: .wait_until(

    def wait_until(self, condition):
        with SHARED.changed:
            while not condition():
                left = self.left()
                SHARED.changed.wait(0.05 if left is None else left)
                self.look()
# end
# only: .attempts(

    def attempts(self, name, limit, backoff=0, factor=1, most=None, only=()):
        for number in itertools.count():
            attempt = Attempt(number + 1 == limit, only)
            yield attempt
            if not attempt.failed:
                return
            self.sleep(self.pause(name, backoff, factor, most, number))
            self.request.passes()
# end
# only: .call( .hedged(

    # -- calls, and what is held --

    def exchange(self, service, name):
        slots, end = SERVICES[service], None
        begin = slots.acquire(self) if slots else None
        self.held = slots
        try:
            self.look()
            left = self.left()
            text, seconds, well = self.message(service, name, begin)
            end = time.monotonic() + seconds if slots else None
            well = self.client.call(text, seconds, well, left)
        except TimeoutError:
            if slots and end > time.monotonic() and not slots.abandoned_stop:
                timer = threading.Timer(end - time.monotonic(), slots.release)
                timer.daemon = True
                timer.start()
                slots = None
            end = None
            self.late()
        finally:
            if slots:
                self.give_back(slots, end if self.request.run.punctual else None)
        return well

    def give_back(self, slots, at=None):
        """Once: who has lost a race may have done so already."""
        if self.held:
            self.held = None
            slots.release(at=at)

    def ask(self, service, name, send, receive, outside):
        # only: send= receive=
        self.burst(self.seconds(name + "+", send), outside)
        # end
        # only: send= receive= .hedged(
        self.events = [("sent", time.perf_counter_ns())]
        # end
        well = self.exchange(service, name)
        # only: send= receive= .hedged(
        self.events.append(("answered", time.perf_counter_ns()))
        # end
        # only: send= receive=
        if well:
            self.burst(self.seconds(name + "+", receive), outside)
        # end
        return well

    def call(self, service, name=None, timeout=None, send=0, receive=0, outside=False):
        name, begin, well = name or service, time.perf_counter_ns(), False
        try:
            if timeout is None:
                well = self.ask(service, name, send, receive, outside)
            else:
                with self.within(timeout):
                    well = self.ask(service, name, send, receive, outside)
        finally:
            self.request.span(self, name, 3, begin, failed=not well, events=self.events)
        if not well:
            raise Failure("error")
        self.look()
# end
# only: .hedged(

    def hedged(self, service, name=None, send=0, receive=0, outside=False, hedge=None):
        """The call again if there is no answer by then; the first that succeeds."""
        name, begin, well, race = name or service, time.perf_counter_ns(), False, Race(self.client)
        # only: Slots(
        race = LongRace(self.helpers) if SERVICES[service] else race
        # end
        self.events = []
        try:
            well = self.first_of(race, service, name, (send, receive, outside), *hedge)
        finally:
            race.end()
            self.request.span(self, name, 3, begin, failed=not well, events=self.events)
        if not well:
            raise Failure("error")
        self.look()

    def first_of(self, race, service, name, bursts, after, most):
        (send, receive, outside), start, copies, failed = bursts, time.monotonic(), [], 0
        while failed < most:
            left, last = self.left(), len(copies) == most
            patience = 1 if left is None else min(1, left)
            rest = patience if last else start + len(copies) * after - time.monotonic()
            if rest <= 0 and not last:
                copy, number = self.child(f"{name}[{len(copies)}]"), len(copies)
                copies.append(copy)
                # only: send= receive=
                self.burst(copy.seconds(name + "+", send), outside)
                # end
                self.events.append((f"sent[{number}]", time.perf_counter_ns()))
                patience = patience if most == 1 else min(after, patience)
                failed += not race.send(number, patience, copy, service, name)
                continue
            heard = race.hear(min(rest, patience))
            if heard:
                number, well = heard
                self.events.append((f"answered[{number}]", time.perf_counter_ns()))
                failed += not well
                if well:
                    # only: send= receive=
                    self.burst(copies[number].seconds(name + "+", receive), outside)
                    # end
                    return True
            elif last and race.silent():
                return False
            self.look()
            self.left()
        return False
# end
# only: .hold(

    @contextlib.contextmanager
    def hold(self, resource, units=1, key=0):
        slots = RESOURCES[resource][key]
        slots.acquire(self, units)
        try:
            self.look()
            yield
        finally:
            slots.release(units)
# end
# only: .offload(

    def offload(self, name, body):
        with self.span(name):
            body(self)
# end
# only: .parallel( .each( .as_completed( .spawn( .detach( .hedged( .abort( .put(

    # -- tasks --

    def until(self, condition):
        """Wait for tasks of this request."""
        request = self.request
        with request.changed:
            request.awaited.append(condition)
            try:
                while not condition():
                    self.look()
                    request.changed.wait(self.left())
            finally:
                request.awaited.remove(condition)

    def end(self, group, failure):
        request = self.request
        with request.changed:
            group.end(self, failure)
            if any(condition() for condition in request.awaited):
                request.changed.notify_all()

    def stop(self):
        """It never begins, or it ends when what it waits for does."""
        if not self.begun or (self.task and self.task.cancel()):
            self.begun = True
            self.request.leave(self)
        self.request.changed.notify_all()
# end
# only: .parallel( .each( .as_completed( .spawn( .detach(

    def make(self, group, name, body, detached=False):
        """A task, whose turn is still to come."""
        scope = self.child(name, detached)
        scope.begun, scope.body, scope.group = False, body, group
        if self.pool is None and not detached:
            scope.deadlines = self.deadlines  # it waits in place of this one
        self.request.enter(scope)
        with self.request.changed:
            group.add(scope)
            if not detached:
                self.kids.append(scope)
        return scope

    def begin(self, group, name, body, detached=False):
        scope = self.make(group, name, body, detached)
        scope.launch()
        self.look()
        return scope

    def launch(self):
        if self.pool is None:
            self.begun = True
            self.work()
            return
        with self.request.changed:
            if not self.begun:
                self.begun = True
                self.task = self.pool.submit(Thread.work, self)

    def work(self):
        """A task from its beginning to its end, on the thread that it was given."""
        failure, group = None, self.group
        try:
            self.look()
            self.body(self)
        except (Failure, Over, Deadline) as error:
            failure = error
        except Exception:
            broken()
        self.end(group, failure)
        # only: .each( .as_completed(
        if isinstance(group, Group) and group.pending:
            self.next(group)
        # end
        self.request.leave(self)
        if isinstance(failure, Deadline) and self.pool is None:
            raise failure
# only: .each( .as_completed(

    def next(self, group):
        """The turn of a copy that was held back."""
        with self.request.changed:
            scope = group.pending.pop(0) if group.pending and group.verdict is None else None
            if scope:
                scope.launch()
# end
# end
# only: .parallel( .each( .as_completed(

    def join(self, group):
        """Wait until the group is decided."""
        try:
            self.until(group.decided)
            if not group.verdict:
                raise group.failure or Over
        finally:
            if group.verdict is None:
                with self.request.changed:
                    group.cancel()
# end
# only: .parallel(

    def parallel(self, name, branches, until=None, siblings="cancel", rest="cancel"):
        with self.span(name):
            need = len(branches) if until is None else until
            group = Group(need, len(branches), siblings, rest)
            for branch, body in branches.items():
                if group.decided():
                    break
                self.results[branch] = self.begin(group, branch, body).var
            self.join(group)
# end
# only: .each( .as_completed(

    def copies(self, group, name, count, body, limit):
        """All copies, at most so many at a time; without a pool one by one as they are taken."""
        made = itertools.count()

        def copy(number):
            return lambda scope: body(scope, number)

        def more():
            number = next(made)
            if number < count and not group.decided():
                self.begin(group, f"{name}[{number}]", copy(number))

        if self.pool and not group.decided():
            scopes = [self.make(group, f"{name}[{number}]", copy(number)) for number in range(count)]
            group.pending = scopes[limit or count :]
            for scope in scopes[: limit or count]:
                scope.launch()
        return more
# end
# only: .each(

    def each(self, name, count, body, limit=None, until=None, siblings="cancel", rest="cancel"):
        with self.span(name):
            group = Group(count if until is None else until, count, siblings, rest)
            more = self.copies(group, name, count, body, limit)
            for _ in range(count if self.pool is None else 0):
                more()
            self.join(group)
            self.results[name] = [scope.var for scope in group.well]
# end
# only: .as_completed(

    def as_completed(self, name, count, body, limit=None, until=None, siblings="cancel",
                     rest="cancel"):
        with self.span(name):
            group, taken = Group(count if until is None else until, count, siblings, rest), 0
            more = self.copies(group, name, count, body, limit)
            self.results[name] = []
            try:
                while True:
                    if self.pool is None and taken == len(group.well):
                        more()
                    self.until(lambda: group.decided() or len(group.well) > taken)
                    if group.verdict is False or taken == len(group.well):
                        break
                    taken += 1
                    self.results[name].append(group.well[taken - 1].var)
                    yield self.results[name][-1]
            finally:
                if group.verdict is None:
                    with self.request.changed:
                        group.cancel()
            self.join(group)
# end
# only: .join_tasks(

    def join_tasks(self, *names, name="await", until=None, rest="cancel"):
        """Wait for tasks that were spawned, here or further out."""
        several = Several([self.result((task, "group")) for task in names], until)
        with self.span(name):
            self.until(several.settled)
            with self.request.changed:
                several.settle(rest)
# end
# only: pool_order= admit=


class Pool(Units, concurrent.futures.Executor):
    """So many threads, and a line of what waits for one."""

    def __init__(self, size, order="fifo"):
        super().__init__(size, order=order)
        self.lock, self.threads = threading.Lock(), concurrent.futures.ThreadPoolExecutor(size)

    def full(self):
        return self.free == 0

    def submit(self, work, about, *args):
        """Work for a request, or for a task by what that sees of one."""
        todo = concurrent.futures.Future(), work, (about, *args)
        with self.lock:
            if self.take(1):
                self.open(todo)
            else:
                self.stand(getattr(about, "request", about), 1, todo)
        return todo[0]

    def open(self, todo):
        self.threads.submit(self.do, *todo)

    def do(self, future, work, args):
        if future.set_running_or_notify_cancel():
            try:
                future.set_result(work(*args))
            except BaseException as error:
                future.set_exception(error)
        with self.lock:
            self.free += 1
            self.grant()
# end
# only: run_threads( ThreadRun(


class ThreadRun(Run):
    """Requests upon a pool of threads; with a pool of one they are served in order."""

    def __init__(self, draws, wanted, link, server):
        super().__init__(draws, wanted, link)
        self.server = server

    def wake(self):
        with self.turn:
            self.turn.notify_all()

    def serve(self, request):
        self.server.submit(self.answer, request)

    def answer(self, request):
        failure = None
        # only: admit=
        if self.admission:
            self.admission.begins(request)
        # end
        scope = Thread(request)
        scope.counted = True
        request.live.add(scope)
        try:
            CLASSES[request.key[0]](scope)
        except (Failure, Over, Deadline) as error:
            failure = error
        except Exception:
            broken()
        request.close(scope, failure)

    # only: processes=
    def listen(self):
        while not self.stopped:
            self.hear()

    # end
    def go(self):
        self.begin = time.perf_counter_ns()
        # only: processes=
        if self.link:
            threading.Thread(target=self.listen, daemon=True).start()
        # end
        with self.turn:
            while not self.over() and (self.link or self.due or self.present):
                wait = self.next_due()
                if wait:
                    self.turn.wait(min(1, wait))
                    self.watch()
# end
# only: run_threads(


def run_threads(pool, server, serial, processes=1, pool_order="fifo", admit=None):
    """Requests on `server` threads of their own, or of the pool; each worker has its own."""
    most, make = 10000, concurrent.futures.ThreadPoolExecutor
    given = options()
    draws, link = Draws(given.draws), None
    # only: processes=
    link = fork_workers(given, draws, processes) if processes > 1 else None
    # end
    calm()
    # only: .call( .hedged(
    Thread.client = Client(address_of(given.service))
    # end
    # only: .hedged(
    # only: Slots(
    Thread.helpers = make(most)
    # end
    # end
    shared = make(1 if serial else pool or most)
    # only: pool_order= admit=
    if pool or serial:
        shared = Pool(1 if serial else pool, pool_order)
    # end
    Thread.pool = None if serial else shared
    own = make(server) if server and not serial else shared
    # only: admit=
    if server and not serial:
        own = Pool(server)
    # end
    # only: .put(
    for stage in CHANNELS.values():
        stage.begin()
    # end
    run = ThreadRun(draws, given.requests, link, own)
    run.punctual = given.punctual
    # only: admit=
    run.admission = Admission(run, *admit, own if isinstance(own, Pool) else None)
    # end
    run.go()
    finish(run, given)
# end
