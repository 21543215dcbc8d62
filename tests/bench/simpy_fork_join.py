# SPDX-License-Identifier: GPL-3.0-or-later
# Ten lognormal calls at once under Poisson arrivals in SimPy: AllOf of ten timeouts a request.
import math
import random
import sys
import time

try:
    import simpy
except ImportError:
    sys.exit(3)

REQUESTS, SHARDS, RATE = 10000, 10, 2.0
MU, SIGMA = math.log(0.025), math.log(0.120 / 0.025) / 2.3263478740408408


def request(env, rng, total):
    arrived = env.now
    yield env.all_of([env.timeout(rng.lognormvariate(MU, SIGMA)) for _ in range(SHARDS)])
    total[0] += env.now - arrived


def arrivals(env, rng, total):
    for _ in range(REQUESTS):
        yield env.timeout(rng.expovariate(RATE))
        env.process(request(env, rng, total))


def run(seed):
    rng, total = random.Random(seed), [0.0]
    env = simpy.Environment()
    env.process(arrivals(env, rng, total))
    begin = time.process_time()
    env.run()
    return REQUESTS / (time.process_time() - begin), total[0] / REQUESTS


rates, means = zip(*(run(seed) for seed in range(5)))
print("%-12s %-26s %12.4g %s" % ("fork_join", "SimPy " + simpy.__version__, sorted(rates)[2],
                                 "requests a CPU second"))
print("%-12s %-26s %12.4g %s" % ("fork_join", "SimPy, mean", 1000 * sum(means) / 5,
                                 "ms (exact: 76.65)"))
