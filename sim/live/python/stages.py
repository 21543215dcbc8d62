

# ---- stages: workers that take from a channel ----
# only: batch=


class Batch:
    """The requests of a batch as one: it draws as the first would, and answers them all."""

    numbers_of_all = itertools.count(2**32)

    def __init__(self, requests):
        self.requests, self.first, self.tasks = requests, requests[0], {}
        self.key, self.run = self.first.key, self.first.run
        self.changed, self.awaited = self.first.changed, []
        # only: order="priority"
        self.rank = self.first.rank
        # end
        self.numbers = self.numbers_of_all

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

    def respond(self, status):
        for request in self.requests:
            request.respond(status)

    def enter(self, detached):
        for request in self.requests:
            request.enter(detached)

    def leave(self, detached):
        for request in self.requests:
            request.leave(detached)
# end


class Stage:
    """Items stand in the channel until a worker of the stage is free for them."""

    def __init__(self, body, workers, size, reject=False, batch=None):
        self.body, self.workers, self.size, self.reject = body, workers, size, reject
        self.batch, (self.most, self.linger) = batch, batch or (1, 0)
        self.items, self.puts = collections.deque(), collections.deque()

    def full(self):
        return len(self.items) >= self.size

    def item(self, rq):
        """What a put makes of a request: a task of its own, with the variables as they are."""
        item = rq.child("")
        item.chain, item.parents, item.up = "", [1], None
        # only: order="priority"
        item.rank = item.request.rank
        # end
        item.request.enter(item.detached)
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
        """One item or a batch; those of requests that are over are dropped."""
        items = [self.items.popleft()[1] for _ in range(min(self.most, len(self.items)))]
        for item in items:
            if item.request.over and not item.detached:
                item.request.leave(item.detached)
        return [item for item in items if item.detached or not item.request.over]

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
            scope.request.respond(UNCAUGHT)
        except (Over, Deadline):
            pass
        except Exception:
            broken()
        for item in items:
            item.request.leave(item.detached)
# end
# only: SerialStage(


class SerialStage(ThreadStage):
    """There is no channel: its body runs in place of the put."""

    def begin(self):
        pass

    def put(self, rq):
        self.do([self.item(rq)])
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
        task = asyncio.create_task(self.run(scope))
        if not self.batch:
            scope.request.tasks[task] = scope  # which abort cancels
        await asyncio.wait([task])
        for item in items:
            item.request.tasks.pop(task, None)
            item.request.leave(item.detached)

    async def run(self, scope):
        try:
            await self.body(scope)
        except Failure:
            scope.request.respond(UNCAUGHT)
        except (Over, asyncio.CancelledError):
            pass
        except Exception:
            broken()
# end
