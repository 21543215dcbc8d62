

# ---- several workers: processes, and one that hands the requests out ----


class Workers(Run):
    """The load; a request goes to the worker with the fewest in progress, or to the one drawn."""

    def __init__(self, draws, wanted, links):
        super().__init__(draws, wanted)
        self.links, self.at_work = links, {link: 0 for link in links}
        self.sent, self.still = {link: 0 for link in links}, {}
        self.latencies, self.broken = [], collections.Counter()

    def wake(self):
        """Nobody waits but go()."""

    def start(self, key, arrival):
        drawn = self.draws.of(key).get("worker")
        link = min(self.links, key=self.at_work.get) if drawn is None else self.links[drawn]
        self.at_work[link] += 1
        self.sent[link] += 1
        self.present += 1
        link.send((arrival, key))

    def hear(self, link):
        """Requests have ended there."""
        lines = link.receive()
        if lines is None:
            print("a worker is gone", file=sys.stderr, flush=True)
            os._exit(1)
        for latency, key in lines:
            self.still.pop(link, None)
            if latency == "still":
                self.still[link] = key
                continue
            if latency == "broken":
                self.broken.update(key)
                continue
            of = types.SimpleNamespace(key=tuple(key), entry=self.draws.of(tuple(key)), refused=False)
            of.link = link
            if latency is None:
                self.answered(of)
                continue
            self.at_work[link] -= 1
            self.present -= 1
            self.latencies.append(latency)
            of.status = 200  # the worker has said so before
            self.ended(of)

    def go(self):
        for link in self.links:
            link.receive()  # it is ready
        self.begin = time.perf_counter_ns()
        with selectors.DefaultSelector() as links:
            for link in self.links:
                links.register(link, selectors.EVENT_READ)
            while not self.over() and (self.due or self.present):
                wait = self.next_due()
                for ready, _ in links.select(min(1, wait)) if wait else ():
                    self.hear(ready.fileobj)
                # A worker that says None has heard of others meanwhile, and these have not helped.
                if all(self.still.get(of, (-1,))[0] in (None, self.sent[of]) for of in self.links):
                    self.stand_still(min(seconds for _, seconds in self.still.values()))

    def close(self, path):
        """The workers write what they have; their lines become one file."""
        for link in self.links:
            link.connection.shutdown(socket.SHUT_WR)
        for link in self.links:
            with contextlib.suppress(OSError):
                while (lines := link.receive()) is not None:
                    for what, calls in lines:
                        self.broken.update(calls if what == "broken" else {})
            link.connection.close()
        for _ in self.links:
            os.wait()
        if path:
            wanted = collections.Counter(of.link for of in self.finished[: self.wanted])
            self.gather(path, "", [wanted[link] for link in self.links])
            self.gather(path, UNFINISHED, [None] * len(self.links))
        tell(self.latencies[: self.wanted], broken_calls(self.broken))

    def gather(self, path, what, most):
        """The first lines of each, so many; they are in the order in which we heard of them."""
        with open(path + what, "w", encoding="utf-8") as out:
            for number, count in enumerate(most):
                part = f"{path}.{number}{what}"
                with contextlib.suppress(FileNotFoundError), open(part, encoding="utf-8") as lines:
                    out.writelines(itertools.islice(lines, count))
                    os.unlink(part)
            empty = out.tell() == 0
        if empty and what:
            os.unlink(path + what)


def fork_workers(given, draws, count):
    """Returns in each worker, with its link; who hands out does so here, and ends."""
    links = []
    for number in range(count):
        ours, theirs = socket.socketpair()
        if os.fork() == 0:
            for link in links:
                link.connection.close()
            ours.close()
            given.otlp = given.otlp and f"{given.otlp}.{number}"
            return Link(theirs, number)
        theirs.close()
        links.append(Link(ours, number))
    run = Workers(draws, given.requests, links)
    run.go()
    run.close(given.otlp)
    sys.exit(0)
