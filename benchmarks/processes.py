"""Seconds a call where every call has a process of its own, two at a time, as JSON.

    python benchmarks/processes.py CALLS

It imports little, for a process that multiprocessing spawns imports this module anew.
"""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

CODE = "def clamp(x, low, high):\n    return max(low, min(x, high))\n"
PRINTED = f"{CODE}\nprint(clamp(5, 1, 3))\n"


def by_command() -> None:
    """One call in an interpreter of its own."""
    subprocess.run([sys.executable, "-c", PRINTED], stdout=subprocess.DEVNULL, check=True)


def by_multiprocessing() -> None:
    """One call in a process that multiprocessing spawns."""
    context = multiprocessing.get_context("spawn")
    queue = context.SimpleQueue()
    process = context.Process(target=answer, args=(queue,))
    process.start()
    queue.get()
    process.join()


def answer(queue: Any) -> None:
    space: dict[str, Any] = {}
    exec(CODE, space)
    queue.put(space["clamp"](5, 1, 3))


def seconds_a_call(call: Callable[[], None], calls: int) -> float:
    started = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(call) for _ in range(calls)]:
            done.result()
    return (time.perf_counter() - started) / calls


if __name__ == "__main__":
    calls = int(sys.argv[1])
    ways = {"python -c": by_command, "multiprocessing, spawn": by_multiprocessing}
    print(json.dumps({name: seconds_a_call(way, calls) for name, way in ways.items()}))
