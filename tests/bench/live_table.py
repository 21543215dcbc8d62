#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""live_table.py PERTINAX [MODEL...] - predicted and measured times of shipped models, as Markdown.

Each model is executed for real, native and by python3 (`compare --live`), and held against its
simulation; all of them in less than eight minutes.  An idle machine is what it needs.  Every ratio
predicted/measured has its 90 % interval: where the machine was noisy, that is wide."""
import json
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
    "mm1": (POOL, 3000, ["rho=0.5"]),
    "mmc": (POOL, 3000, ["rho=0.5"]),
    "db_pool": (POOL + ",hybrid", 3000, []),
    "transactions": (POOL, 2000, []),
    "async_over_threads": (POOL + ",hybrid", 2000, []),
    "crawler": (POOL, 800, []),
    "checkout": (POOL, 800, []),
    "etl": (POOL, 1200, []),
    "slow_loris": (POOL, 800, []),
}


def compared(pertinax, model, runtime):
    under, requests, changed = MODELS[model]
    command = [pertinax, "compare", f"models/{model}.yaml", "--live", "--runtime", runtime]
    command += ["--under", under, "--requests", str(requests), "--format", "json", "-q"]
    command += ["--time-limit", "20", "--max-requests", "50000"]
    for change in changed:
        command += ["--set", change]
    ran = subprocess.run(command, capture_output=True, text=True)
    if not ran.stdout:
        print(ran.stderr, file=sys.stderr)
    return json.loads(ran.stdout) if ran.stdout else None


def ratio(value):
    r = value["ratio"]
    if r["value"] is None:
        return ""
    if r["lo"] is None or r["hi"] is None:
        return f"{r['value']:.2f} [?]"
    return f"{r['value']:.2f} [{r['lo']:.2f}, {r['hi']:.2f}]"


def pair(value, unit):
    return f"{value['model']['value'] * unit:.3g} / {value['measured']['value'] * unit:.3g}"


def cells(part, speedup):
    values = {v["name"]: v for v in part["values"]}
    if "mean" not in values:
        return [part["trouble"] or "", "", "", "", ""]
    faster = f"{pair(speedup, 1)}: {ratio(speedup)}" if speedup else ""
    mean = [pair(values["mean"], 1e3)]
    return mean + [ratio(values[name]) for name in ("mean", "p50", "p99")] + [faster]


def main():
    pertinax, chosen = sys.argv[1], sys.argv[2:] or MODELS
    print("| model | runtime | execution | mean ms | mean | p50 | p99 | speedup |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for model in chosen:
        for runtime in ("native", "python3"):
            result = compared(pertinax, model, runtime)
            if result is None:
                continue
            speedups = {s["of"]: s for s in result["speedups"]}
            for part in result["executions"]:
                name = part["execution"]
                row = [model, runtime, name] + cells(part, speedups.get(name))
                print("| " + " | ".join(row) + " |", flush=True)
    print("\nMeans and speedups (over the first execution): predicted / measured. Mean, p50, p99: ", end="")
    print("predicted / measured as a ratio, with its 90 % interval ([?]: too few requests for one). ", end="")
    changes = [f"{m} {' '.join(c)}" for m, (_, _, c) in MODELS.items() if c]
    print(f"With --set: {', '.join(changes)}.")


if __name__ == "__main__":
    main()
