"""What effects cost: a call in a world of five files and without one, and dreams of pure code, in turns.

Exit status 1 if the median call costs more than ``CALL_LIMIT`` above one without a world, 100 such calls more
than ``DREAM_LIMIT``, or runs of pure dreams more processor time than ``PURE_LIMIT`` times that of
``--athena-effects=off``.
"""

from __future__ import annotations

import argparse
import pickle
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import runs
import stock

from pytest_athena_dreams.sandbox.client import SandboxPair, Source
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.sandbox.runner import Runner
from pytest_athena_dreams.worlds import Entry, attached, planted

CALL_LIMIT, DREAM_LIMIT = 1.0, 150.0
"""Limits: milliseconds of one call, and of a dream's 100 calls, above the same without a world."""
PURE_LIMIT = 1.05
"""Limit: processor time of pure dreams, as a multiple of that without effects."""
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


def pure(dreams: int, turns: int) -> list[tuple[float, float]]:
    """Ratios of wall and processor time of a run of pure dreams to one with ``--athena-effects=off``.

    The order changes from one turn to the next.
    """
    ways = ("auto", "off")
    ratios = []
    with tempfile.TemporaryDirectory() as name:
        fresh = stock.make_store(Path(name) / "fresh.db", dreams)
        for turn in range(-1, turns):  # the first turn fills the caches
            took = {}
            for way in ways[:: 1 if turn % 2 else -1]:
                store = Path(shutil.copy(fresh, fresh.with_name("run.db")))
                took[way] = runs.run_dreams(store, "--athena-effects", way, workers=0)
            if turn >= 0:
                ours, other = (took[way] for way in ways)
                ratios.append((ours.seconds / other.seconds, ours.cpu / other.cpu))
    return ratios


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--turns", type=int, default=30, help="turns with and without a world (default 30)")
    parser.add_argument("--dreams", type=int, default=60, help="pure dreams in a run (default 60)")
    parser.add_argument("--runs", type=int, default=8, help="runs of pure dreams each way (default 8)")
    chosen = parser.parse_args()
    times = measure(chosen.turns)
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
    if chosen.runs:
        ratios = pure(chosen.dreams, chosen.runs)
        wall, used = (statistics.median(column) for column in zip(*ratios, strict=True))
        print(
            f"{chosen.dreams} pure dreams: {wall:.3f} of the time without effects, "
            f"{used:.3f} of the processor time"
            f" (medians of {len(ratios)}; {', '.join(f'{ratio:.3f}' for _, ratio in ratios)})"
        )
        over.append(used > PURE_LIMIT)
    return int(any(over))


if __name__ == "__main__":
    sys.exit(main())
