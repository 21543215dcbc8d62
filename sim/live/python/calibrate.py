# SPDX-License-Identifier: GPL-3.0-or-later
"""What threads, tasks and wake-ups cost in this Python; for pertinax calibrate.

All is CPU time of the process: of many units less that of few, so that what is done once does not
count.  Each line of the output is a cost and its value (ns, bytes) in each of the batches.
"""
import asyncio
import os
import socket
import sys
import threading
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

WAIT = 50e-6
WAITS = 9  # of a unit that waits many times


def cpu(work, *args):
    begin = time.process_time_ns()
    work(*args)
    return time.process_time_ns() - begin


def each(work, few, many, *args):
    """CPU of one unit of work(n)."""
    return (cpu(work, many, *args) - cpu(work, few, *args)) / (many - few)


def run(coroutine, *args):
    asyncio.run(coroutine(*args))


# ---- threads ----


def threads(n, body):
    all_of_them = [threading.Thread(target=body) for _ in range(n)]
    for t in all_of_them:
        t.start()
    for t in all_of_them:
        t.join()


def pooled(n, pool):
    for f in [pool.submit(int) for _ in range(n)]:
        f.result()


def sleep_often(n):
    for _ in range(n):
        time.sleep(WAIT)


def ping_pong(n):
    """n times from one thread to another."""
    mine, yours = threading.Lock(), threading.Lock()
    mine.acquire()
    yours.acquire()

    def other():
        for _ in range(n // 2):
            yours.acquire()
            mine.release()

    t = threading.Thread(target=other)
    t.start()
    for _ in range(n // 2):
        yours.release()
        mine.acquire()
    t.join()


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

    def ask(self, n):
        for _ in range(n):
            os.write(self.to, b".")
            os.read(self.back, 1)

    def end(self):
        os.close(self.to)
        os.waitpid(self.pid, 0)


# ---- tasks ----


async def wait_often(n):
    for _ in range(n):
        await asyncio.sleep(WAIT)


async def tasks(n, waits):
    await asyncio.gather(*(wait_often(waits) for _ in range(n)))


async def hops(n, pool):
    loop = asyncio.get_running_loop()
    await asyncio.gather(*(loop.run_in_executor(pool, int) for _ in range(n)))


# ---- calls ----


def serve(listener, hold):
    """Answers lines, in a process of its own, which ends when nobody holds the other end."""
    loop = asyncio.new_event_loop()
    loop.add_reader(hold, os._exit, 0)

    async def answer(reader, writer):
        while await reader.readline():
            writer.write(b"OK\n")
        writer.close()

    loop.run_until_complete(asyncio.start_server(answer, sock=listener))
    loop.run_forever()


def call_blocking(n, port):
    with socket.create_connection(("127.0.0.1", port)) as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(n):
            s.sendall(b"CALL s 0 OK\n")
            s.recv(64)


async def call_often(n, port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(n):
        writer.write(b"CALL s 0 OK\n")
        await reader.readline()
    writer.close()


async def calls(n, port):
    await asyncio.gather(*(call_often(n, port) for _ in range(8)))


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


async def memory_of_tasks(n, out):
    go = asyncio.Event()
    tracemalloc.start()
    all_of_them = [asyncio.create_task(go.wait()) for _ in range(n)]
    await asyncio.sleep(0)
    out.append(tracemalloc.get_traced_memory()[0] / n)
    tracemalloc.stop()
    go.set()
    await asyncio.gather(*all_of_them)


# ---- all of it ----


def batch(pool, echo, port):
    switch = each(echo.ask, 100, 1100)
    passed = each(ping_pong, 100, 1100)  # on top of it the interpreter, from the other thread
    once = each(lambda n: run(tasks, n, 1), 16, 144)
    often = each(lambda n: run(tasks, n, WAITS), 16, 80)
    resume = (often - once) / (WAITS - 1)
    frames = []
    run(memory_of_tasks, 500, frames)
    return {
        "spawn": each(threads, 16, 64, int) - passed,
        "pooled_spawn": each(pooled, 50, 550, pool) - passed,
        "switch": switch,
        "thread_wake": each(sleep_often, 10, 60) - switch,
        "handoff": passed - switch,
        "thread_call": each(lambda n: threads(8, lambda: call_blocking(n, port)), 5, 25) / 8 - passed,
        "stack": memory_of_threads(200),
        "task": once - resume,
        "resume": resume,
        "loop_wake": each(lambda n: run(wait_often, n), 10, 60) - resume,
        "loop_call": each(lambda n: run(calls, n, port), 5, 25) / 8 - resume,
        "frame": frames[0],
        "hop": each(lambda n: run(hops, n, pool), 50, 350) / 2 - (passed - switch),
    }


def main(batches):
    listener = socket.create_server(("127.0.0.1", 0))
    hold, held = os.pipe()
    port, server = listener.getsockname()[1], os.fork()
    if server == 0:
        os.close(held)
        serve(listener, hold)
    echo = Echo()
    with ThreadPoolExecutor(8) as pool:
        batch(pool, echo, port)  # to warm up
        got = [batch(pool, echo, port) for _ in range(batches)]
    echo.end()
    os.close(held)
    os.waitpid(server, 0)
    print("version", "%d.%d.%d" % sys.version_info[:3])
    for cost in got[0]:
        print(cost, *("%.1f" % b[cost] for b in got))


main(int(sys.argv[1]))
