#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""live_table.py PERTINAX [REQUESTS [MODEL]] - predicted / measured, of shipped models, as Markdown.

For each model and runtime `compare --live` under serial, threads and coroutine; an idle machine is
what it needs.  Models whose serial execution takes too long are compared under the other two."""
import json
import subprocess
import sys

MODELS = {
    "do_work": "serial,threads,coroutine",
    "search": "serial,threads,coroutine",
    "bridge": "serial,threads,coroutine",
    "db_pool": "serial,threads,coroutine,hybrid",
    "transactions": "serial,threads,coroutine",
    "async_over_threads": "serial,threads,coroutine,hybrid",
}


def compared(pertinax, model, under, runtime, requests):
    command = [pertinax, "compare", f"models/{model}.yaml", "--live", "--runtime", runtime]
    command += ["--under", under, "--requests", requests, "--format", "json", "-q"]
    ran = subprocess.run(command, capture_output=True, text=True)
    return json.loads(ran.stdout) if ran.stdout else sys.exit(ran.stderr)


def pair(value, unit):
    return f"{value['model']['value'] * unit:.4g} / {value['measured']['value'] * unit:.4g}"


def main():
    pertinax = sys.argv[1]
    requests = sys.argv[2] if len(sys.argv) > 2 else "1000"
    print("| model | runtime | execution | mean ms | p50 ms | p99 ms | speedup |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for model, under in MODELS.items():
        if sys.argv[3:] not in ([], [model]):
            continue
        for runtime in ("native", "python3"):
            result = compared(pertinax, model, under, runtime, requests)
            speedups = {s["of"]: s for s in result["speedups"]}
            for part in result["executions"]:
                cells = {v["name"]: pair(v, 1e3) for v in part["values"]}
                name = part["execution"]
                speedup = pair(speedups[name], 1) if name in speedups else ""
                row = [model, runtime, name, cells["mean"], cells["p50"], cells["p99"], speedup]
                print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
