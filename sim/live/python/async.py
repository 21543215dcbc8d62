

# ---- with coroutines: what waits gives the loop away ----


class Places:
    """So many units; who waits for some is served in order."""

    def __init__(self, size, queue=None, queue_timeout=None, abandoned_stop=False):
        self.free, self.queue, self.queue_timeout = size, queue, queue_timeout
        self.abandoned_stop, self.waiting = abandoned_stop, collections.deque()

    async def acquire(self, units=1):
        if not self.waiting and self.free >= units:
            self.free -= units
            return
        if self.queue is not None and len(self.waiting) >= self.queue:
            raise Failure("rejected")
        ticket = (units, asyncio.get_running_loop().create_future())
        self.waiting.append(ticket)
        try:
            await asyncio.wait_for(ticket[1], self.queue_timeout)
        except BaseException as error:
            if ticket in self.waiting:
                self.waiting.remove(ticket)
                self.grant()
            else:
                self.release(units)
            if isinstance(error, TimeoutError):
                raise Failure("queue_timeout") from None
            raise

    def grant(self):
        while self.waiting and self.waiting[0][0] <= self.free:
            units, future = self.waiting.popleft()
            self.free -= units
            if future.done():
                self.free += units
            else:
                future.set_result(None)

    def release(self, units=1):
        self.free += units
        self.grant()


class Line(asyncio.Protocol):
    """A connection to the service: one call at a time."""

    def __init__(self):
        self.transport, self.answer, self.text = None, None, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.text += data
        if self.text.endswith(b"\n") or len(self.text) > 64:
            line, self.text = self.text, b""
            if self.answer and not self.answer.done():
                self.answer.set_result(line)

    def connection_lost(self, error):
        self.transport = None
        if self.answer and not self.answer.done():
            self.answer.set_result(b"")


class AsyncClient:
    """Connections that are idle are used again."""

    def __init__(self, address):
        self.address, self.idle = address, []

    async def call(self, text, seconds, well):
        if self.address is None:
            await asyncio.sleep(seconds)
            return well
        loop, line = asyncio.get_running_loop(), None
        while self.idle and line is None:
            line = self.idle.pop()
            line = line if line.transport else None
        try:
            if line is None:
                _, line = await loop.create_connection(Line, *self.address)
            line.answer = loop.create_future()
            line.transport.write(text)
            async with asyncio.timeout(seconds + 5):
                answer = await line.answer
        except OSError:
            answer = b""
        except BaseException:
            if line and line.transport:
                line.transport.abort()
            raise
        if answer in (b"OK\n", b"FAIL\n"):
            self.idle.append(line)
        elif line and line.transport:
            line.transport.abort()
        return answer == b"OK\n"


class AsyncGroup:
    """Tasks that were started together, and what decides them."""

    def __init__(self, need, total):
        self.need, self.total = need, total
        self.ended, self.well, self.failed, self.failure = [], 0, 0, None
        self.scopes, self.tasks, self.changed = [], [], []

    def end(self, scope, failure):
        scope.well = failure is None
        self.well += scope.well
        self.failed += not scope.well
        if isinstance(failure, Failure) and self.failure is None:
            self.failure = failure
        self.ended.append(scope)
        changed, self.changed = self.changed, []
        for future in changed:
            if not future.done():
                future.set_result(None)

    def won(self):
        return self.well >= self.need

    def lost(self):
        return self.total - self.failed < self.need

    def cancel(self):
        for task, scope in zip(self.tasks, self.scopes):
            if not task.done():
                scope.cancelled = True
                task.cancel()


async def decide(groups, condition):
    """Wait for tasks of these groups."""
    while not condition():
        future = asyncio.get_running_loop().create_future()
        for group in groups:
            group.changed.append(future)
        await future


class Coroutine(Scope):
    """A task upon the event loop."""

    client = executor = loop = None
    detached = False

    # -- waiting --

    def look(self):
        """A coroutine ends where it waits, and nowhere else."""

    @contextlib.asynccontextmanager
    async def within(self, seconds):
        try:
            async with asyncio.timeout(seconds) as limit:
                yield
        except TimeoutError:
            if limit.expired():
                raise Failure("timeout") from None
            raise

    async def wait(self, name, seconds=None):
        seconds, begin = self.seconds(name, seconds), time.perf_counter_ns()
        await asyncio.sleep(seconds)
        self.request.span(name, 1, begin, self.parents[-1])

    async def wait_until(self, condition):
        while not condition():
            future = asyncio.get_running_loop().create_future()
            SHARED.waiting.append(future)
            await future

    async def attempts(self, name, limit, backoff=0, factor=1, most=None, only=()):
        for number in itertools.count():
            attempt = Attempt(number + 1 == limit, only)
            yield attempt
            if not attempt.failed:
                return
            await asyncio.sleep(self.pause(name, backoff, factor, most, number))

    # -- calls, and what is held --

    async def exchange(self, service, name, timeout):
        places, given_up = ASYNC_SERVICES[service], False
        text, seconds, well = self.message(service, name)
        try:
            async with asyncio.timeout(timeout):
                if places:
                    await places.acquire()
                begin = time.monotonic()
                try:
                    return await self.client.call(text, seconds, well)
                except asyncio.CancelledError:
                    given_up = True
                    raise
                finally:
                    rest = begin + seconds - time.monotonic() if given_up else 0
                    if places and rest > 0 and not places.abandoned_stop:
                        asyncio.get_running_loop().call_later(rest, places.release)
                    elif places:
                        places.release()
        except TimeoutError:
            raise Failure("timeout") from None

    async def call(
        self, service, name=None, timeout=None, send=0, receive=0, outside=False, hedge=None
    ):
        name, begin, failed = name or service, time.perf_counter_ns(), True
        try:
            if hedge:
                well = await self.hedged(service, name, hedge, send, receive, outside)
            else:
                self.burst(self.seconds(name + "+", send), outside)
                well = await self.exchange(service, name, timeout)
                self.burst(self.seconds(name + "+", receive), outside)
            if not well:
                raise Failure("error")
            failed = False
        finally:
            if not self.cancelled:
                self.request.span(name, 3, begin, self.parents[-1], failed=failed)

    async def hedged(self, service, name, hedge, send, receive, outside):
        """The call again if there is no answer by then; the first that succeeds."""
        after, most = hedge
        group = AsyncGroup(1, most)

        async def copy(scope, number):
            failure = None
            try:
                await asyncio.sleep(number * after)
                scope.burst(scope.seconds(name + "+", send), outside)
                if not await scope.exchange(service, name, None):
                    failure = Failure("error")
                scope.burst(scope.seconds(name + "+", receive), outside)
            except Failure as error:
                failure = error
            group.end(scope, failure)

        for number in range(most):
            scope = self.child(f"{name}[{number}]")
            group.scopes.append(scope)
            group.tasks.append(asyncio.create_task(copy(scope, number)))
        try:
            await decide([group], lambda: group.won() or group.lost())
        finally:
            group.cancel()
        return group.won()

    @contextlib.asynccontextmanager
    async def hold(self, resource, units=1, key=0):
        places = ASYNC_RESOURCES[resource][key]
        await places.acquire(units)
        try:
            yield
        finally:
            places.release(units)

    # -- tasks --

    def abort(self, status):
        self.request.respond(status)
        self.request.over = True
        here = asyncio.current_task()
        for task, scope in list(self.request.tasks.items()):
            if task is not here and not scope.detached:
                scope.cancelled = True
                task.cancel()
        raise Over

    async def work(self, group, body):
        """A task from its beginning to its end."""
        failure = None
        try:
            await body(self)
        except (Failure, Over, asyncio.CancelledError) as error:
            failure = error
        except Exception:
            broken()
        del self.request.tasks[asyncio.current_task()]
        group.end(self, failure)
        self.request.leave(self.detached)

    def begin(self, group, name, body, detached=False):
        scope = self.child(name)
        scope.detached = self.detached or detached
        self.request.enter(scope.detached)
        task = asyncio.create_task(scope.work(group, body))
        task.add_done_callback(lambda done: scope.never(group, done))
        self.request.tasks[task] = scope
        group.scopes.append(scope)
        group.tasks.append(task)
        return scope

    def never(self, group, task):
        """Cancelled before it had begun: work() has seen nothing of it."""
        if self.request.tasks.pop(task, None):
            group.end(self, Over())
            self.request.leave(self.detached)

    async def join(self, group, siblings="cancel", rest="cancel"):
        """Wait until the group is decided, and do with the others as is said."""
        keep = False

        def decided():
            all_ended = len(group.ended) == group.total
            return group.won() or (all_ended if siblings == "wait" else group.lost())

        try:
            await decide([group], decided)
            keep = rest == "detach" if group.won() else siblings == "ignore"
            if not group.won():
                raise group.failure or Over
        finally:
            if not keep:
                group.cancel()

    async def parallel(self, name, branches, until=None, siblings="cancel", rest="cancel"):
        with self.span(name):
            group = AsyncGroup(until or len(branches), len(branches))
            for branch, body in branches.items():
                self.results[branch] = self.begin(group, branch, body).var
            await self.join(group, siblings, rest)

    def copies(self, group, name, count, body, limit):
        slots = asyncio.Semaphore(limit or count or 1)

        def copy(number):
            async def numbered(scope):
                async with slots:
                    await body(scope, number)

            return numbered

        for number in range(count):
            self.begin(group, f"{name}[{number}]", copy(number))

    async def each(
        self, name, count, body, limit=None, until=None, siblings="cancel", rest="cancel"
    ):
        with self.span(name):
            group = AsyncGroup(until or count, count)
            self.copies(group, name, count, body, limit)
            await self.join(group, siblings, rest)
            self.results[name] = [scope.var for scope in group.scopes]

    async def as_completed(
        self, name, count, body, limit=None, until=None, siblings="cancel", rest="cancel"
    ):
        with self.span(name):
            group, taken, self.results[name] = AsyncGroup(until or count, count), 0, []
            self.copies(group, name, count, body, limit)
            try:
                while not group.lost() and (not group.won() or taken < len(group.ended)):
                    await wait_for_one(group, taken)
                    scope = group.ended[taken]
                    taken += 1
                    if scope.well and not group.lost():
                        self.results[name].append(scope.var)
                        yield scope.var
            finally:
                if not group.won():
                    group.cancel()
            await self.join(group, siblings, rest)

    def spawn(self, branches):
        for branch, body in branches.items():
            group = AsyncGroup(1, 1)
            self.results[branch] = self.begin(group, branch, body).var
            self.results[branch, "group"] = group

    async def join_tasks(self, *names, until=None, rest="cancel"):
        """Wait for tasks that were spawned, here or further out."""
        groups = [self.result((name, "group")) for name in names]
        need = until or len(groups)

        def won():
            return sum(group.won() for group in groups) >= need

        def lost():
            return len(groups) - sum(group.lost() for group in groups) < need

        with self.span("await"):
            await decide(groups, lambda: won() or lost())
            if not won():
                raise next(group.failure for group in groups if group.lost()) or Over
            for group in groups:
                if rest == "cancel" and not group.ended:
                    group.cancel()

    def detach(self, name, body):
        self.begin(AsyncGroup(1, 1), name, body, detached=True)

    # -- threads beside the loop --

    @property
    def blocking(self):
        """This task for what blocks: the same variables and draws."""
        scope = Thread(self.request, self.chain, self.var, self.parents[-1], self)
        scope.results = self.results
        return scope

    async def offload(self, name, body):
        with self.span(name):
            await self.loop.run_in_executor(self.executor, body, self.blocking)


async def wait_for_one(group, taken):
    await decide([group], lambda: len(group.ended) > taken or group.lost())


class LoopRun(Run):
    """Requests upon an event loop."""

    def wake(self):
        self.ready.set()

    def gone(self):
        self.present -= 1
        self.ready.set()

    async def serve(self, request):
        scope, status = Coroutine(request), 200
        request.tasks = {asyncio.current_task(): scope}
        try:
            await CLASSES[request.key[0]](scope)
        except Failure:
            status = UNCAUGHT
        except (Over, asyncio.CancelledError):
            status = 0
        except Exception:
            broken()
        del request.tasks[asyncio.current_task()]
        if status and not (ANSWERS[request.key[0]] and status == 200):
            request.respond(status)
        request.leave(False)

    def start(self, key, arrival):
        self.present += 1
        task = asyncio.get_running_loop().create_task(self.serve(Request(self, key, arrival)))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def listen(self, loop):
        self.hear()
        if self.stopped:
            loop.remove_reader(self.link)

    async def go(self):
        self.ready, self.tasks = asyncio.Event(), set()
        self.begin = time.perf_counter_ns()
        if self.link:
            loop = asyncio.get_running_loop()
            loop.add_reader(self.link, self.listen, loop)
        while not self.over() and (self.link or self.due or self.present):
            self.ready.clear()
            wait = self.next_due(self.present > 0)
            if wait:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.ready.wait(), min(1, wait))


async def serve_on_loop(given, draws, link, pool):
    Coroutine.loop = asyncio.get_running_loop()
    Coroutine.executor = concurrent.futures.ThreadPoolExecutor(pool or 10000)
    for stage in CHANNELS.values():
        stage.begin()
    run = LoopRun(draws, given.requests, link)
    await run.go()
    finish(run, given)


def run_loop(pool, workers=1):
    """Requests on an event loop; what blocks goes to so many threads; each worker has its own."""
    given = options()
    draws = Draws(given.draws)
    link = fork_workers(given, draws, workers) if workers > 1 else None
    Coroutine.client = AsyncClient(address_of(given.service))
    Thread.client = Client(Coroutine.client.address)
    asyncio.run(serve_on_loop(given, draws, link, pool))
