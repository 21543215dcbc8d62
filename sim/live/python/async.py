

# ---- with coroutines: what waits gives the loop away ----


class Selector(selectors.EpollSelector):
    """epoll counts milliseconds, and select() less than these: a pause is to end when it is over."""

    def select(self, timeout=None):
        if timeout and timeout > 0:
            select.select([self], [], [], timeout)
            timeout = 0
        return super().select(timeout)
# only: Shared( CommonSlots(


def wake(future):
    """From whatever thread: a loop does not hear of what others do to its futures."""
    if asyncio._get_running_loop() is future.get_loop():
        if not future.done():
            future.set_result(None)
    else:
        future.get_loop().call_soon_threadsafe(lambda: future.done() or future.set_result(None))
# end
# only: Places( CommonSlots(


class Places(Units):
    """Units that tasks wait for."""

    lock = contextlib.nullcontext()

    def open(self, gate):
        if not gate.done():
            gate.set_result(None)

    async def enter(self, rq, units=1):
        """Returns from when on they are held."""
        with self.lock:
            if self.take(units):
                return time.monotonic()
            ticket = self.stand(rq, units, asyncio.get_running_loop().create_future())
            self.grant()
        try:
            async with asyncio.timeout(self.queue_timeout) as limit:
                await ticket.gate
        except BaseException as error:
            with self.lock:
                self.give_up(ticket)
            if isinstance(error, TimeoutError) and limit.expired():
                raise Failure("queue_timeout") from None
            raise
        return ticket.begin

    def release(self, units=1, at=None):
        self.free, self.freed = self.free + units, at or time.monotonic()
        self.grant()
# only: CommonSlots(


class CommonSlots(Slots):
    """Units that both threads and tasks of the loop wait for."""

    enter = Places.enter

    def open(self, gate):
        if isinstance(gate, asyncio.Future):
            wake(gate)
        else:
            super().open(gate)
# end
# end
# only: .call( .hedged(


class Line(asyncio.BufferedProtocol):
    """A connection to the service: one call at a time."""

    def __init__(self):
        self.transport, self.answer, self.until = None, None, 0
        self.room, self.text = bytearray(128), b""

    def connection_made(self, transport):
        self.transport = transport

    def get_buffer(self, _):
        return self.room

    def buffer_updated(self, n):
        self.text += self.room[:n]
        if self.text.endswith(b"\n") or len(self.text) > 64:
            line, self.text = self.text, b""
            self.say(line)

    def connection_lost(self, error):
        self.transport = None
        self.say(b"")

    def say(self, line):
        if self.answer and not self.answer.done():
            self.answer.set_result(line)
        else:  # nobody has asked
            self.hang_up()

    def hang_up(self):
        if self.transport:
            self.transport.abort()


def in_time(due, limit):
    """What is cancelled was due before its time was over, though the loop was busy until then."""
    return limit and limit.expired() and due <= limit.when()


class AsyncClient:
    """Connections that are idle are used again."""

    def __init__(self, address):
        self.address, self.idle, self.busy = address, [], set()

    async def open(self, count):
        """Connections for those who will call at once: to make one takes longer than a call on it."""
        if self.address:
            loop = asyncio.get_running_loop()
            made = (loop.create_connection(Line, *self.address) for _ in range(min(count, 256)))
            got = await asyncio.gather(*made, return_exceptions=True)
            self.idle += [one[1] for one in got if isinstance(one, tuple)]

    async def call(self, text, seconds, well, limit=None):
        loop, line, answer, why = asyncio.get_running_loop(), self.kept(), b"", GONE
        due = loop.time() + seconds
        if self.address is None:
            try:
                await asyncio.sleep(seconds)
            except asyncio.CancelledError:
                if loop.time() < due or not in_time(due, limit):
                    raise
            return well
        try:
            if line:
                answer, why = await self.ask(line, text, seconds, due, limit)
            if answer == b"" and why == GONE:  # there is none, or it was closed meanwhile
                _, line = await loop.create_connection(Line, *self.address)
                answer, why = await self.ask(line, text, seconds, due, limit)
            if why:
                BROKEN[why] += 1
        except OSError as error:
            BROKEN[os.strerror(error.errno or 0)] += 1
        return answer == b"OK\n"

    def kept(self):
        while self.idle:
            line = self.idle.pop()
            if line.transport:
                return line
        return None

    async def ask(self, line, text, seconds, due, limit):
        """The answer, and what is wrong with it."""
        loop, answer = asyncio.get_running_loop(), b""
        line.answer, line.until = loop.create_future(), loop.time() + seconds + 5
        self.busy.add(line)
        try:
            line.transport.write(text)
            try:
                answer = await line.answer
            except asyncio.CancelledError:
                came = line.answer.done() and not line.answer.cancelled()
                if not came or not in_time(due, limit):
                    raise
                answer = line.answer.result()
        finally:
            self.busy.discard(line)
            well = answer in (b"OK\n", b"FAIL\n")
            if well:
                self.idle.append(line)
            else:
                line.hang_up()
        silent = loop.time() >= line.until  # we have closed it ourselves
        return answer, None if well else NO_SENSE if answer else SILENT if silent else GONE

    async def watch(self):
        """Nobody waits for ever for a service that says nothing."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(1)
            for line in [line for line in self.busy if line.until < loop.time()]:
                line.hang_up()
# end
# only: .hedged(


class AsyncRace:
    """Copies of a call.  The first one is made by the task itself, which is cancelled (as by
    asyncio.timeout) if another one wins; most often there is none."""

    def __init__(self, rq, group, after, about, how):
        self.rq, self.group, self.after, self.about, self.how = rq, group, after, about, how
        self.task, self.loop, self.made = asyncio.current_task(), asyncio.get_running_loop(), 0
        self.waits, self.beaten = True, False
        self.timer = self.loop.call_soon(self.wait)

    def wait(self):
        """The last copy is on its way: what it had to compute, or to block, has been done."""
        self.timer = self.loop.call_later(self.after, self.again)

    def copy(self):
        scope = self.rq.child(f"{self.about[1]}[{len(self.group.tasks)}]")
        self.group.tasks.append(scope)
        return scope.once(self.group, *self.about, **self.how)

    def again(self):
        if len(self.group.tasks) < self.group.total:
            task = self.loop.create_task(self.copy())
            self.group.tasks[-1].task = task
            task.add_done_callback(self.beat)
            self.timer = self.loop.call_soon(self.wait)

    def beat(self, _):
        if self.waits and self.group.verdict and not self.beaten:
            self.beaten = self.task.cancel()

    async def run(self):
        """Until the first copy is over, or another one has won."""
        before = self.task.cancelling()
        try:
            await self.copy()
        except asyncio.CancelledError:
            if not self.beaten or self.task.uncancel() > before:
                raise
        finally:
            self.waits = False

    def events(self):
        copies = enumerate(scope.events for scope in self.group.tasks)
        return [(f"{name}[{n}]", at) for n, events in copies for name, at in events]
# end


class Coroutine(Scope):
    """A task upon the event loop."""

    client = executor = None

    # -- waiting --

    def look(self):
        """A coroutine ends where it waits, and nowhere else."""
# only: .within( timeout=

    @contextlib.asynccontextmanager
    async def within(self, seconds):
        try:
            async with asyncio.timeout(seconds) as limit:
                self.deadlines.append(limit.when())
                try:
                    yield limit
                finally:
                    self.deadlines.pop()
                    self.request.passes()
        except TimeoutError:
            if limit.expired():
                raise Failure("timeout") from None
            raise
        # only: .offload( .blocking.
        except Deadline as deadline:  # noticed first by a thread, or by what holds the loop
            if deadline.end == limit.when():
                raise Failure("timeout") from None
            raise
        # end
# end
# only: .wait(

    async def wait(self, name, seconds=None):
        seconds, begin = self.seconds(name, seconds), time.perf_counter_ns()
        await asyncio.sleep(seconds)
        self.request.span(self, name, 1, begin)
# end
# only: .wait_until(

    async def wait_until(self, condition):
        while not condition():
            future = asyncio.get_running_loop().create_future()
            SHARED.waiting.append(future)
            await future
# end
# only: .attempts(

    async def attempts(self, name, limit, backoff=0, factor=1, most=None, only=()):
        for number in itertools.count():
            attempt = Attempt(number + 1 == limit, only)
            yield attempt
            if not attempt.failed:
                return
            await asyncio.sleep(self.pause(name, backoff, factor, most, number))
            self.request.passes()
# end
# only: .call( .hedged(

    # -- calls, and what is held --

    async def exchange(self, service, name, limit):
        places = ASYNC_SERVICES[service]
        if places is None:
            return await self.client.call(*self.message(service, name, None), limit)
        text, seconds, well = self.message(service, name, await places.enter(self))
        end, rest = time.monotonic() + seconds, 0
        try:
            return await self.client.call(text, seconds, well, limit)
        except asyncio.CancelledError:
            rest = end - time.monotonic()
            raise
        finally:
            if rest > 0 and not places.abandoned_stop:
                asyncio.get_running_loop().call_later(rest, places.release)
            else:
                places.release(at=end if self.request.run.punctual and not rest else None)

    async def ask(self, service, name, limit, send, receive, outside):
        # only: send= receive=
        self.burst(self.seconds(name + "+", send), outside)
        # end
        # only: send= receive= .hedged(
        self.events = [("sent", time.perf_counter_ns())]
        # end
        well = await self.exchange(service, name, limit)
        # only: send= receive= .hedged(
        self.events.append(("answered", time.perf_counter_ns()))
        # end
        # only: send= receive=
        if well:
            self.burst(self.seconds(name + "+", receive), outside)
        # end
        return well

    async def call(self, service, name=None, timeout=None, send=0, receive=0, outside=False):
        name, begin, well = name or service, time.perf_counter_ns(), False
        try:
            if timeout is None:
                well = await self.ask(service, name, None, send, receive, outside)
            else:
                async with self.within(timeout) as limit:
                    well = await self.ask(service, name, limit, send, receive, outside)
        finally:
            if not self.cancelled:
                self.request.span(self, name, 3, begin, failed=not well, events=self.events)
        if not well:
            raise Failure("error")
# end
# only: .hedged(

    async def hedged(self, service, name=None, hedge=None, **how):
        """The call again if there is no answer by then; the first that succeeds."""
        name, begin, group = name or service, time.perf_counter_ns(), Group(1, hedge[1])
        race = AsyncRace(self, group, hedge[0], (service, name), how)
        try:
            await race.run()
            await self.until(group.decided)
        finally:
            race.timer.cancel()
            group.cancel()
            if not self.cancelled:
                events = race.events()
                self.request.span(self, name, 3, begin, failed=not group.verdict, events=events)
        if not group.verdict:
            raise Failure("error")

    async def once(self, group, service, name, send=0, receive=0, outside=False, blocking=False):
        """A copy of a call."""
        failure = None
        try:
            # only: blocking=
            if blocking:
                waits = self.blocking
                well, self.events = waits.ask(service, name, send, receive, outside), waits.events
            # end
            if not blocking:
                well = await self.ask(service, name, None, send, receive, outside)
            if not well:
                failure = Failure("error")
        except Failure as error:
            failure = error
        self.end(group, failure)
# end
# only: .hold(

    @contextlib.asynccontextmanager
    async def hold(self, resource, units=1, key=0):
        places = ASYNC_RESOURCES[resource][key]
        await places.enter(self, units)
        try:
            yield
        finally:
            places.release(units)
# end
# only: .parallel( .each( .as_completed( .spawn( .detach( .hedged( .abort( .put(

    # -- tasks --

    def stop(self):
        if not self.begun:
            self.begun = True
            self.request.leave(self)
        elif self.task and not self.task.done():
            self.task.cancel()
        self.tell()

    def tell(self):
        """Those who wait for tasks of this request, and need not any more."""
        for waits in list(self.request.futures):
            condition, future = waits
            if condition():
                self.request.futures.remove(waits)
                if not future.done():
                    future.set_result(None)
# end
# only: .parallel( .each( .as_completed( .spawn( .detach( .hedged(

    async def until(self, condition):
        """Wait for tasks of this request."""
        if not condition():
            future = asyncio.get_running_loop().create_future()
            self.request.futures.append((condition, future))
            await future

    def end(self, group, failure):
        group.end(self, failure)
        self.tell()
# end
# only: .parallel( .each( .as_completed( .spawn( .detach(

    def begin(self, group, name, body, detached=False):
        scope = self.child(name, detached)
        scope.group = group
        self.request.enter(scope)
        scope.task = asyncio.create_task(scope.work(group, body))
        scope.task.add_done_callback(lambda _: scope.never(group))
        group.add(scope)
        if not detached:
            self.kids.append(scope)
        return scope

    async def work(self, group, body):
        """A task from its beginning to its end."""
        failure = None
        try:
            await body(self)
        except (Failure, Over, asyncio.CancelledError) as error:
            failure = error
        except Exception:
            broken()
        self.end(group, failure)
        self.request.leave(self)

    def never(self, group):
        """Cancelled before it had begun: work() has seen nothing of it."""
        if not self.done:
            self.end(group, Over())
            self.request.leave(self)
# end
# only: .parallel( .each( .as_completed(

    async def join(self, group):
        """Wait until the group is decided."""
        try:
            await self.until(group.decided)
            if not group.verdict:
                raise group.failure or Over
        finally:
            if group.verdict is None:
                group.cancel()
# end
# only: .parallel(

    async def parallel(self, name, branches, until=None, siblings="cancel", rest="cancel"):
        with self.span(name):
            need = len(branches) if until is None else until
            group = Group(need, len(branches), siblings, rest)
            for branch, body in branches.items() if not group.decided() else ():
                self.results[branch] = self.begin(group, branch, body).var
            await self.join(group)
# end
# only: .each( .as_completed(

    def copies(self, group, name, count, body, limit):
        slots = asyncio.Semaphore(limit or count or 1)

        def copy(number):
            async def numbered(scope):
                async with slots:
                    scope.held_back = False
                    await body(scope, number)

            return numbered

        for number in range(count if not group.decided() else 0):
            scope = self.begin(group, f"{name}[{number}]", copy(number))
            scope.held_back = limit is not None and number >= limit
# end
# only: .each(

    async def each(
        self, name, count, body, limit=None, until=None, siblings="cancel", rest="cancel"
    ):
        with self.span(name):
            group = Group(count if until is None else until, count, siblings, rest)
            self.copies(group, name, count, body, limit)
            await self.join(group)
            self.results[name] = [scope.var for scope in group.well]
# end
# only: .as_completed(

    async def as_completed(
        self, name, count, body, limit=None, until=None, siblings="cancel", rest="cancel"
    ):
        with self.span(name):
            group = Group(count if until is None else until, count, siblings, rest)
            taken, self.results[name] = 0, []
            self.copies(group, name, count, body, limit)
            try:
                while True:
                    await self.until(lambda: group.decided() or len(group.well) > taken)
                    if group.verdict is False or taken == len(group.well):
                        break
                    taken += 1
                    self.results[name].append(group.well[taken - 1].var)
                    yield self.results[name][-1]
            finally:
                if group.verdict is None:
                    group.cancel()
            await self.join(group)
# end
# only: .join_tasks(

    async def join_tasks(self, *names, name="await", until=None, rest="cancel"):
        """Wait for tasks that were spawned, here or further out."""
        several = Several([self.result((task, "group")) for task in names], until)
        with self.span(name):
            await self.until(several.settled)
            several.settle(rest)
# end
# only: .blocking. .offload( blocking=

    # -- threads beside the loop --

    @property
    def blocking(self):
        """This task for what blocks: the same variables and draws."""
        scope = Thread(self.request, self.chain, self.var, self.parents[-1], self)
        scope.results, scope.kids, scope.detached = self.results, self.kids, self.detached
        scope.deadlines = list(self.deadlines)
        return scope
# end
# only: .offload(

    async def offload(self, name, body):
        loop, scope = asyncio.get_running_loop(), self.blocking
        with self.span(name):
            try:
                return await loop.run_in_executor(self.executor, body, scope)
            except asyncio.CancelledError:
                scope.cancelled = True  # the thread notices after its wait
                raise
            # only: .abort(
            except Over:
                if self.request.over and not self.cancelled:
                    self.end_others()  # the loop's own tasks, which a thread must not touch
                raise
            # end
# end
# only: run_loop(


class LoopRun(Run):
    """Requests upon an event loop."""

    timer = None

    def wake(self):
        if self.timer:
            self.timer.cancel()
            self.timer = self.loop.call_soon(self.look)

    def look(self):
        """Start what is due, and come again when the next one is."""
        self.watch()
        while not self.over() and (self.link or self.due or self.present):
            wait = self.next_due()
            if wait:
                self.timer = self.loop.call_later(min(1, wait), self.look)
                return
        if not self.all_over.done():
            self.all_over.set_result(None)

    # only: .offload(
    def answered(self, request):
        """A thread may have answered; the loop is to start what follows."""
        if asyncio._get_running_loop() is None:
            self.loop.call_soon_threadsafe(super().answered, request)
        else:
            super().answered(request)

    # end
    def serve(self, request):
        task = self.loop.create_task(self.answer(request))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def answer(self, request):
        scope, failure = Coroutine(request), None
        # only: admit=
        if self.admission:
            self.admission.begins(request)
        # end
        scope.task, scope.counted = asyncio.current_task(), True
        request.live.add(scope)
        try:
            await CLASSES[request.key[0]](scope)
        except (Failure, Over, asyncio.CancelledError) as error:
            failure = error
        except Exception:
            broken()
        scope.done = True
        request.close(scope, failure)

    # only: processes=
    def listen(self):
        self.hear()
        if self.stopped:
            self.loop.remove_reader(self.link)

    # end
    async def go(self):
        self.loop, self.tasks = asyncio.get_running_loop(), set()
        self.all_over, self.timer = self.loop.create_future(), self.loop.call_soon(self.look)
        if self.link is None:
            self.loop.add_signal_handler(signal.SIGTERM, self.stop)
        self.begin = time.perf_counter_ns()
        # only: processes=
        if self.link:
            self.loop.add_reader(self.link, self.listen)
        # end
        await self.all_over

    def stop(self, *_):
        super().stop()
        self.wake()


async def serve_on_loop(given, draws, link, pool, pool_order, admit):
    # only: .call( .hedged(
    Coroutine.client.watching = asyncio.create_task(Coroutine.client.watch())
    await Coroutine.client.open(draws.together())
    # end
    # only: .offload(
    Coroutine.executor = concurrent.futures.ThreadPoolExecutor(pool or 10000)
    # end
    # only: pool_order=
    Coroutine.executor = Pool(pool, pool_order)
    # end
    # only: .put(
    for stage in CHANNELS.values():
        stage.begin()
    # end
    run = LoopRun(draws, given.requests, link)
    run.punctual = given.punctual
    # only: admit=
    run.admission = Admission(run, *admit, None)
    # end
    await run.go()
    finish(run, given)


def run_loop(pool, processes=1, pool_order=None, admit=None):
    """Requests on an event loop; what blocks goes to so many threads; each worker has its own."""
    given = options()
    draws, link = Draws(given.draws), None
    # only: processes=
    link = fork_workers(given, draws, processes) if processes > 1 else None
    # end
    calm()
    # only: .call( .hedged(
    Coroutine.client = AsyncClient(address_of(given.service))
    # end
    # only: .blocking. .offload( blocking=
    Thread.client = Client(address_of(given.service))
    # only: .hedged(
    # only: Slots(
    Thread.helpers = concurrent.futures.ThreadPoolExecutor(10000)
    # end
    # end
    # end
    serving = serve_on_loop(given, draws, link, pool, pool_order, admit)
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(Selector())) as runner:
        runner.run(serving)
# end
