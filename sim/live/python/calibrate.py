# SPDX-License-Identifier: GPL-3.0-or-later


# ---- what threads, tasks and wake-ups cost in this Python: for pertinax calibrate ----
#
# Steps are executed by what stands above, which executes emitted programs as well, so what is
# measured is what these pay.  It is CPU time of the process (what concerns an idle core: time), of
# many units less that of few, so that what is done once does not count.  Each line of the output is
# a cost and its value (ns, bytes) in each of the batches.

WAIT = 50e-6
LONG = 1e-3  # a core that waits so long is idle
PAUSE = 10e-3  # after which nothing is at hand that a thread needs
WAITS = 9  # of a unit that waits many times
LONG_ONES = 11
AT_ONCE = 8
BUSY = 50e-6  # what is computed after a call: nobody is idle then but the service, as in a program
CLIENTS = 4 * AT_ONCE  # of a pool of AT_ONCE threads: there is always a request in its queue
NAME, UNCAUGHT = "calibrate", 500
CLASSES, ANSWERS = {"request": lambda rq: rq.burst(BUSY, False)}, {"request": False}
SERVICES = ASYNC_SERVICES = {"s": None, "t": None}


class Bench:
    """In place of a load and of drawn values."""

    punctual, lock, moved = False, None, 0
    load = {"alone": False, "classes": {"request": {"closed": True}}}

    def __init__(self):
        self.draws, self.entries = self, {("request", n, 0): None for n in range(CLIENTS)}

    def of(self, key):
        return {"draws": {}, "think": 0}

    def another(self, name):
        return LONG if name == "t" else 2 * BUSY

    def request(self):
        request = Request(self, ("request", 0, 0), time.perf_counter_ns())
        return request


def each(work, few, many):
    """CPU of one unit of work(n), which says how much it took."""
    return (work(many) - work(few)) / (many - few)


def cpu(work, *args):
    begin = time.process_time_ns()
    work(*args)
    return time.process_time_ns() - begin


# ---- threads ----


def thread_each(n, body):
    rq = Thread(Bench().request())
    return cpu(rq.each, "each", n, body)


def crowd(n):
    """So many calls at once, on threads that have been idle."""
    time.sleep(PAUSE)
    return thread_each(n, lambda rq, number: rq.call("t"))


def requests(n, pool):
    """So many of a closed load, and those of the other clients that are there then."""
    run = ThreadRun(Bench(), n, None, pool)
    begin = time.process_time_ns()
    run.go()
    while run.present:
        time.sleep(LONG)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return time.process_time_ns() - begin


def thread_calls(n):
    def call(rq, number):
        for _ in range(n):
            rq.call("s", send=0.2 * BUSY, receive=0.3 * BUSY)
            rq.burst(0.5 * BUSY, False)

    return thread_each(AT_ONCE, call)


def late(spans):
    """How much longer than LONG a wait took that nobody disturbed: the median."""
    times = sorted(done.end - done.begin for done in itertools.starmap(Done, spans))
    return times[len(times) // 2] - LONG * 1e9


def thread_late():
    """Of waits; of calls."""
    waits, calls = Thread(Bench().request()), Thread(Bench().request())
    for _ in range(LONG_ONES):
        waits.wait("wait", LONG)
        calls.call("t")
    return late(waits.request.spans), late(calls.request.spans)


def ping_pong(n):
    """n times from one thread to another."""
    mine, yours = threading.Lock(), threading.Lock()
    mine.acquire()
    yours.acquire()

    def other():
        for _ in range(n // 2):
            yours.acquire()
            mine.release()

    def both():
        t = threading.Thread(target=other)
        t.start()
        for _ in range(n // 2):
            yours.release()
            mine.acquire()
        t.join()

    return cpu(both)


class Echo:
    """A process that sends each byte back: nobody here has the interpreter meanwhile."""

    def __init__(self):
        there, self.to = os.pipe()
        self.back, here = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.to)
            while os.read(there, 1):
                os.write(here, b".")
            os._exit(0)
        os.close(there)

    def asks(self, n):
        for _ in range(n):
            os.write(self.to, b".")
            os.read(self.back, 1)

    def ask(self, n):
        return cpu(self.asks, n)

    def end(self):
        os.close(self.to)
        os.waitpid(self.pid, 0)


# ---- tasks: `on` runs a coroutine upon the loop ----


async def loop_each(n, body):
    rq = Coroutine(Bench().request())
    begin = time.process_time_ns()
    await rq.each("each", n, body)
    return time.process_time_ns() - begin


def waiting(times):
    async def wait(rq, number):
        for _ in range(times):
            await rq.wait("wait", WAIT)

    return wait


def calling(times):
    async def call(rq, number):
        for _ in range(times):
            await rq.call("s", send=0.2 * BUSY, receive=0.3 * BUSY)
            rq.burst(0.5 * BUSY, False)

    return call


def hopping(times):
    async def hop(rq, number):
        for _ in range(times):
            await rq.offload("offload", lambda rq: None)

    return hop


async def loop_late():
    waits, calls = Coroutine(Bench().request()), Coroutine(Bench().request())
    for _ in range(LONG_ONES):
        await waits.wait("wait", LONG)
        await calls.call("t")
    return late(waits.request.spans), late(calls.request.spans)


# ---- memory ----


def resident():
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def memory_of_threads(n):
    go = threading.Event()
    before = resident()
    all_of_them = [threading.Thread(target=go.wait) for _ in range(n)]
    for t in all_of_them:
        t.start()
    grown = resident() - before
    go.set()
    for t in all_of_them:
        t.join()
    return grown / n


async def memory_of_tasks(n):
    go, rq, group = asyncio.Event(), Coroutine(Bench().request()), Group(n, n)
    tracemalloc.start()
    for _ in range(n):
        rq.begin(group, "task", lambda rq: go.wait())
    await asyncio.sleep(0)
    taken = tracemalloc.get_traced_memory()[0] / n
    tracemalloc.stop()
    go.set()
    await rq.until(group.decided)
    return taken


# ---- all of it ----


def of_call(work):
    """CPU of one call, and of going on after it."""
    return each(work, 5, 25) / AT_ONCE - BUSY * 1e9


def batch(on, echo, pool):
    switch = each(echo.ask, 100, 1100)
    passed = each(ping_pong, 100, 1100)  # on top of it the interpreter, from the other thread
    handoff = passed - switch
    thread_call = of_call(thread_calls)
    once = each(lambda n: on(loop_each(n, waiting(1))), 16, 144)
    often = each(lambda n: on(loop_each(n, waiting(WAITS))), 16, 80)
    resume = (often - once) / (WAITS - 1)
    loop_call = of_call(lambda n: on(loop_each(AT_ONCE, calling(n))))
    hop = each(lambda n: on(loop_each(AT_ONCE, hopping(n))), 5, 25) / AT_ONCE / 2
    thread_wait, thread_answer = thread_late()
    loop_wait, loop_answer = on(loop_late())
    return {
        "spawn": each(crowd, 16, 144) - thread_call,
        "pooled_spawn": each(lambda n: requests(n, pool), 50, 250) - BUSY * 1e9,
        "switch": switch,
        "thread_wake": thread_answer - thread_call + handoff,
        "thread_wait": thread_wait,
        "handoff": handoff,
        "thread_call": thread_call - passed,
        "stack": memory_of_threads(200),
        "task": once - resume,
        "resume": resume,
        "loop_wake": loop_answer - loop_call,
        "loop_wait": loop_wait,
        "loop_call": loop_call - resume,
        "frame": on(memory_of_tasks(500)),
        "hop": hop - handoff,
    }


def main(service, batches):
    calm()
    echo, pool = Echo(), concurrent.futures.ThreadPoolExecutor(AT_ONCE)
    Thread.client, Coroutine.client = Client(address_of(service)), AsyncClient(address_of(service))
    Thread.pool = Coroutine.executor = concurrent.futures.ThreadPoolExecutor(200)
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(Selector())) as runner:
        batch(runner.run, echo, pool)  # to warm up
        got = [batch(runner.run, echo, pool) for _ in range(batches)]
    echo.end()
    print("version", "%d.%d.%d" % sys.version_info[:3])
    for cost in got[0]:
        print(cost, *("%.1f" % b[cost] for b in got), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
