"""The time that the installed plugin adds to a plain ``pytest`` without dreams.

The script runs one trivial test in a process of its own, in three ways that take turns. So a change of the
machine's speed affects all of them. Exit status 1 if the plugin costs more than ``LIMIT``.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LIMIT = 20.0
"""Limit: milliseconds that the plugin adds."""
WITHOUT = ("-p", "no:athena_dreams")
DEPENDENCIES = (
    "-p",
    "no:hypothesispytest",
    "-p",
    "no:xdist",
    "-p",
    "no:xdist.looponfail",
    "-p",
    "no:timeout",
)
VARIANTS = {
    "installed, not asked for": (),
    "without (-p no:athena_dreams)": WITHOUT,
    "without its dependencies' plugins too": WITHOUT + DEPENDENCIES,
}


def run(folder: str, arguments: tuple[str, ...]) -> tuple[float, float]:
    """Wall and processor time in ms of one ``pytest``, from its start to its end."""
    # Without cached bytecode pytest compiles its plugins at each start. That is not measured here.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTEST_ADDOPTS"] = ""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=True)
    after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return 1000 * (ended - started), 1000 * cpu


def measure(runs: int) -> dict[str, list[tuple[float, float]]]:
    """The times of ``runs`` turns. The order changes from one turn to the next."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in VARIANTS}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_one.py").write_text("def test_one(): pass\n")
        Path(folder, "pytest.ini").write_text("[pytest]\n")
        for turn in range(-2, runs):  # the first two turns fill the caches
            for name in list(VARIANTS)[:: 1 if turn % 2 else -1]:
                took = run(folder, VARIANTS[name])
                if turn >= 0:
                    times[name].append(took)
    return times


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=40, help="runs of each variant (default: 40)")
    runs = parser.parse_args().runs
    times = measure(runs)
    print(f"{runs} runs of each in turns, medians:")
    for name, taken in times.items():
        wall, cpu = (statistics.median(column) for column in zip(*taken, strict=True))
        print(f"  {name:38} {wall:6.1f} ms wall, {cpu:6.1f} ms CPU")
    asked, without = list(times.values())[:2]
    pairs = list(zip(asked, without, strict=True))
    wall = statistics.median(ours[0] - theirs[0] for ours, theirs in pairs)
    cpu = statistics.median(ours[1] - theirs[1] for ours, theirs in pairs)
    ratio = statistics.median(ours[0] / theirs[0] for ours, theirs in pairs)
    print(f"the plugin costs {wall:.1f} ms wall, {cpu:.1f} ms CPU (medians of {runs} differences),")
    print(f"ratio {ratio:.3f}; the limit is {LIMIT:.0f} ms wall")
    return 0 if wall <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
