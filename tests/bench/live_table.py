#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""live_table.py PERTINAX [MODEL...] - predicted and measured times of shipped models, as Markdown.

Each model is executed for real, native and by python3 (`compare --live --calibrate`), and held
against the simulation of the same run with the costs that were measured just before; all of them in
some nine minutes, or those that are named.  An idle machine is what it needs.  Every ratio
predicted/measured has half its 90 % interval beside it: where the machine was noisy, that is wide."""
import json
import math
import subprocess
import sys

SERIAL, POOL = "serial,threads,coroutine", "threads,coroutine"
# Executions, requests, and what is changed so that seconds are enough.
MODELS = {
    "do_work": (SERIAL, 150, []),
    "search": (SERIAL, 100, []),
    "bridge": (SERIAL, 300, []),
    "tail_at_scale": (POOL, 20, []),
    "fork_join": (POOL, 200, ["rate=20/s"]),
    "mm1": (POOL, 3000, ["rho=0.8"]),
    "mmc": (POOL, 3000, ["rho=0.8"]),
    "db_pool": (POOL + ",hybrid", 3000, []),
    "transactions": (POOL, 2000, []),
    "async_over_threads": (POOL + ",hybrid", 2000, []),
    "crawler": (POOL, 1500, []),
    "checkout": (POOL, 800, []),
    "etl": (POOL, 1200, []),
    "slow_loris": (POOL, 800, []),
}
RUNTIMES, FIGURES = ("native", "python3"), ("mean", "p50", "p99", "speedup")
WITHIN = {"mean": 0.10, "p50": 0.10, "p99": 0.20, "speedup": 0.10}  # what is aimed at


def compared(pertinax, model, runtime):
    under, requests, changed = MODELS[model]
    command = [pertinax, "compare", f"models/{model}.yaml", "--live", "--calibrate"]
    command += ["--runtime", runtime, "--under", under, "--requests", str(requests)]
    command += ["--format", "json", "-q", "--time-limit", "20"]
    for change in changed:
        command += ["--set", change]
    ran = subprocess.run(command, capture_output=True, text=True)
    if not ran.stdout:
        print(ran.stderr, file=sys.stderr)
    return json.loads(ran.stdout) if ran.stdout else None


def cell(figure, value):
    """0.97 ±0.02; in bold where all of the interval is beyond what is aimed at."""
    if value is None or value["ratio"]["value"] is None:
        return ""
    ratio, lo, hi = (value["ratio"][k] for k in ("value", "lo", "hi"))
    if lo is None or hi is None:
        return f"{ratio:.2f} ±?"
    most = math.log1p(WITHIN[figure])
    off = math.log(lo) > most or math.log(hi) < -most
    text = f"{ratio:.2f} ±{(hi - lo) / 2:.2f}"
    return f"**{text}**" if off else text


def cells(result):
    """Of each execution: its four figures, and for how long the machine stood still."""
    out = {}
    for part in result["executions"] if result else ():
        values = {v["name"]: v for v in part["values"]}
        values |= {"speedup": s for s in result["speedups"] if s["of"] == part["execution"]}
        out[part["execution"]] = [cell(f, values.get(f)) for f in FIGURES]
        if part.get("stalls"):
            print(f"{part['execution']}: {part['stalls']}", file=sys.stderr)
    return out


def main():
    pertinax, chosen = sys.argv[1], sys.argv[2:] or MODELS
    head = [f"{r}: {f}" if f == "mean" else f for r in RUNTIMES for f in FIGURES]
    print("| model | | " + " | ".join(head) + " |")
    print("| --- | --- |" + " --- |" * len(head))
    for model in chosen:
        sides = []
        for runtime in RUNTIMES:
            print(f"{model}, {runtime}", file=sys.stderr)
            sides.append(cells(compared(pertinax, model, runtime)))
        for name in MODELS[model][0].split(","):
            row = [model, name] + [c for side in sides for c in side.get(name, [""] * len(FIGURES))]
            print("| " + " | ".join(row) + " |", flush=True)
    changes = [f"{m} {' '.join(c)}" for m, (_, _, c) in MODELS.items() if c]
    print("\nPredicted / measured; ±: half the 90 % interval (?: too few requests for one); bold: all of ")
    print("it is beyond 10 % (p99: 20 %). Speedups are over the first execution. ", end="")
    print(f"With --set: {', '.join(changes)}.")


if __name__ == "__main__":
    main()
