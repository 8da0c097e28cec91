"""What a world costs a call: the same calls with a world of five files and without one, in turns.

Exit status 1 if the median call costs more than ``CALL_LIMIT`` above one without a world, or 100 such calls
more than ``DREAM_LIMIT``.
"""

from __future__ import annotations

import argparse
import pickle
import statistics
import sys
import time

from pytest_athena_dreams.sandbox.client import SandboxPair, Source
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.sandbox.runner import Runner
from pytest_athena_dreams.worlds import Entry, attached, planted

CALL_LIMIT, DREAM_LIMIT = 1.0, 150.0
"""Limits: milliseconds of one call, and of a dream's 100 calls, above the same without a world."""
CODE = "import os\ndef f():\n    return 1\n"
CALLS = 100
PLAIN = pickle.dumps(((), {}), 5)
WORLD = planted([(f"file{n}.txt", Entry(content=b"line\n" * 20)) for n in range(5)])


def measure(turns: int) -> dict[bool, list[tuple[float, float, float]]]:
    """Milliseconds of single calls and of ``CALLS`` calls, with and without a world.

    The third figure is this process's processor time of the ``CALLS`` calls.
    """
    times: dict[bool, list[tuple[float, float, float]]] = {False: [], True: []}
    pair = SandboxPair(Policy())
    if not pair.acts():
        sys.exit("no Landlock here, which worlds need")
    runners = {
        acts: Runner(pair, Source(code=CODE, entry_point="f", audited=True, acts=acts)) for acts in times
    }
    payloads = {False: PLAIN, True: attached(PLAIN, WORLD)}
    try:
        for turn in range(-1, turns):  # the first turn starts the children
            for acts, runner in runners.items():
                started = time.perf_counter()
                runner.run([payloads[acts]], timeout=5)
                one, used = time.perf_counter(), time.process_time()
                runner.run([payloads[acts]] * CALLS, timeout=5)
                ended, used = time.perf_counter(), time.process_time() - used
                if turn >= 0:
                    times[acts].append((1000 * (one - started), 1000 * (ended - one), 1000 * used))
    finally:
        for runner in runners.values():
            runner.close()
        pair.close()
    return times


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--turns", type=int, default=30, help="turns of both (default 30)")
    times = measure(parser.parse_args().turns)
    over = []
    many = f"{CALLS} calls"
    figures = (
        ("one call", CALL_LIMIT),
        (many, DREAM_LIMIT),
        (f"{many}, processor time of the parent", DREAM_LIMIT),
    )
    for index, (name, limit) in enumerate(figures):
        plain, world = (statistics.median(row[index] for row in times[acts]) for acts in (False, True))
        print(f"{name}: {plain:.2f} ms without a world, {world:.2f} ms with one: {world - plain:.2f} ms more")
        over.append(world - plain > limit)
    return int(any(over))


if __name__ == "__main__":
    sys.exit(main())
