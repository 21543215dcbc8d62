

# ---- stages: workers that take from a channel ----
# only: batch=


class Batch:
    """The requests of a batch as one: it draws as the first would, and answers them all."""

    numbers_of_all = itertools.count(2**32)

    def __init__(self, requests):
        self.requests, self.first, self.live = requests, requests[0], set()
        self.key, self.run = self.first.key, self.first.run
        self.changed, self.awaited, self.futures = self.first.changed, [], []
        # only: order="priority"
        self.rank = self.first.rank
        # end
        self.numbers, self.open = self.numbers_of_all, self.first.open

    @property
    def over(self):
        return all(request.over for request in self.requests)

    @over.setter
    def over(self, value):
        for request in self.requests:
            request.over = value

    def take(self, chain, name):
        return self.first.take(chain, name)

    def span(self, scope, name, kind, begin, number=None, failed=False, events=()):
        number = number or next(self.numbers)
        for request in self.requests:
            request.span(scope, name, kind, begin, number, failed, events)

    def passes(self):
        for request in self.requests:
            request.passes()

    def respond(self, status):
        for request in self.requests:
            request.respond(status)

    def all(self):
        return (self, *self.requests)

    def enter(self, scope):
        scope.counted = not scope.detached
        self.live.add(scope)
        for request in self.requests:
            with request.changed:
                request.working += 1
                request.active += scope.counted

    def drop(self, scope):
        for request in self.requests:
            with request.changed:
                request.active -= scope.counted
        scope.counted = False

    def leave(self, scope):
        self.live.discard(scope)
        self.drop(scope)
        for request in self.requests:
            with request.changed:
                request.working -= 1
                gone = request.working == 0
            request.check()
            if gone:
                request.run.gone()

    def check(self):
        """Its requests are over by themselves."""
# end


class Stage:
    """Items stand in the channel until a worker of the stage is free for them."""

    def __init__(self, body, workers, size, reject=False, batch=None):
        self.body, self.workers, self.size, self.reject = body, workers, size, reject
        self.batch, (self.most, self.linger) = batch, batch or (1, 0)
        self.items, self.puts = collections.deque(), collections.deque()

    def full(self):
        if len(self.items) < self.size:
            return False
        return sum(not item.cancelled for _, item in self.items) >= self.size

    def item(self, rq):
        """What a put makes of a request: a task of its own, with the variables as they are."""
        item = rq.child("")
        item.chain, item.parents, item.up = "", [1], None
        # only: order="priority"
        item.rank = item.request.rank
        # end
        item.begun = False
        item.request.enter(item)
        return item

    def stand(self, rq):
        self.items.append((time.monotonic(), self.item(rq)))

    def patience(self):
        """Until there is something to take: 0 is now; None as long as nobody puts."""
        if not self.items:
            return None
        if len(self.items) >= min(self.most, self.size):
            return 0
        return max(0, self.items[0][0] + self.linger - time.monotonic())

    def take(self):
        """One item or a batch; those that were cancelled are left out."""
        items = [self.items.popleft()[1] for _ in range(min(self.most, len(self.items)))]
        return [item for item in items if self.starts(item)]

    def starts(self, item):
        with item.request.changed:
            item.begun = True
            return not item.cancelled

    def failed(self, items):
        """It has reached the request; of what is detached it is nobody's."""
        for item in items:
            if UNCAUGHT and not item.detached:
                item.request.respond(UNCAUGHT)

    def scope(self, items):
        # only: batch=
        if self.batch:
            size = types.SimpleNamespace(batch_size=len(items))
            return type(items[0])(Batch([item.request for item in items]), "", size)
        # end
        return items[0]
# only: ThreadStage( SerialStage(


class ThreadStage(Stage):
    """Its workers are threads."""

    def begin(self):
        self.changed = threading.Condition()
        for _ in range(self.workers):
            threading.Thread(target=self.work, daemon=True).start()

    def put(self, rq):
        turn = object()
        with self.changed:
            if self.reject and self.full():
                raise Failure("rejected")
            self.puts.append(turn)
            try:
                while self.full() or self.puts[0] is not turn:
                    rq.look()
                    self.changed.wait(rq.left())
                self.stand(rq)
            finally:
                self.puts.remove(turn)
                self.changed.notify_all()

    def work(self):
        while True:
            with self.changed:
                while (left := self.patience()) != 0:
                    self.changed.wait(left)
                items = self.take()
                self.changed.notify_all()
            if items:
                self.do(items)

    def do(self, items):
        scope = self.scope(items)
        try:
            self.body(scope)
        except Failure:
            self.failed(items)
        except (Over, Deadline):
            pass
        except Exception:
            broken()
        for item in items:
            item.done = True
            item.request.leave(item)
# end
# only: SerialStage(


class SerialStage(ThreadStage):
    """There is no channel: its body runs in place of the put."""

    def begin(self):
        pass

    def put(self, rq):
        item = self.item(rq)
        self.starts(item)
        self.do([item])
        rq.look()
# end
# only: LoopStage(


class LoopStage(Stage):
    """Its workers are tasks of the loop."""

    def begin(self):
        self.changed = asyncio.Condition()
        self.tasks = [asyncio.create_task(self.work()) for _ in range(self.workers)]

    async def put(self, rq):
        turn = object()
        async with self.changed:
            if self.reject and self.full():
                raise Failure("rejected")
            self.puts.append(turn)
            try:
                while self.full() or self.puts[0] is not turn:
                    await self.changed.wait()
                self.stand(rq)
            finally:
                self.puts.remove(turn)
                self.changed.notify_all()

    async def work(self):
        while True:
            async with self.changed:
                while (left := self.patience()) != 0:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(left):
                            await self.changed.wait()
                items = self.take()
                self.changed.notify_all()
            if items:
                await self.do(items)

    async def do(self, items):
        scope = self.scope(items)
        scope.task = asyncio.create_task(self.run(scope, items))  # which abort cancels
        await asyncio.wait([scope.task])
        for item in items:
            item.done = True
            item.request.leave(item)

    async def run(self, scope, items):
        try:
            await self.body(scope)
        except Failure:
            self.failed(items)
        except (Over, asyncio.CancelledError):
            pass
        except Exception:
            broken()
# end
