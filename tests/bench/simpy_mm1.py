# SPDX-License-Identifier: GPL-3.0-or-later
# M/M/1 at a load of 0.9 in SimPy: a process a customer, a Resource for the server.
import random
import sys
import time

try:
    import simpy
except ImportError:
    sys.exit(3)

CUSTOMERS = 100000
LOAD = 0.9


def customer(env, server, rng, total):
    arrived = env.now
    with server.request() as turn:
        yield turn
        yield env.timeout(rng.expovariate(1.0))
    total[0] += env.now - arrived


def arrivals(env, server, rng, total):
    for _ in range(CUSTOMERS):
        yield env.timeout(rng.expovariate(LOAD))
        env.process(customer(env, server, rng, total))


def run(seed):
    rng, total = random.Random(seed), [0.0]
    env = simpy.Environment()
    env.process(arrivals(env, simpy.Resource(env), rng, total))
    begin = time.process_time()
    env.run()
    return CUSTOMERS / (time.process_time() - begin), total[0] / CUSTOMERS


rates, means = zip(*(run(seed) for seed in range(5)))
print("%-12s %-26s %12.4g %s" % ("mm1", "SimPy " + simpy.__version__, sorted(rates)[2],
                                 "customers a CPU second"))
print("%-12s %-26s %12.4g %s" % ("mm1", "SimPy, mean in system", sum(means) / 5,
                                 "service times (exact: 10)"))
