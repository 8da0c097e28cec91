"""The cost of taking what each call prints, beside the same calls without that.

    python benchmarks/output.py [ROUNDS]

Children take turns, so a busy machine slows all of them. Figures are medians; only ratios within the run
count. Exit status 1 if the limit is exceeded. Pure code pays nothing: nobody takes its output.
"""

from __future__ import annotations

import pickle
import sys
import time
from statistics import median

from pytest_athena_dreams.sandbox.client import Sandbox, Source
from pytest_athena_dreams.sandbox.policy import Policy, SandboxMode

MOST = 1.25
"""Limit: times that a call takes which may print and does not."""
CALLS = 100
"""Calls of one batch."""
CALL = pickle.dumps(((21,), {}), 5)
QUIET = "def double(x):\n    return x * 2\n"
SOURCES = {
    "output is not taken": Source(code=QUIET, prints=False),
    "taken, nothing is printed": Source(code=QUIET),
    "taken, a line is printed": Source(code="def double(x):\n    print(x)\n    return x * 2\n"),
}


def batch(sandbox: Sandbox, source: Source) -> float:
    """Microseconds of one call in a batch of ``CALLS``, in a child that has loaded ``source``."""
    with sandbox.spawn(source) as child:
        started = time.perf_counter()
        for _ in child.calls([CALL] * CALLS, 10.0):
            pass
        return (time.perf_counter() - started) / CALLS * 1e6


def main(rounds: int = 100) -> int:
    times: dict[str, list[float]] = {name: [] for name in SOURCES}
    with Sandbox(Policy(mode=SandboxMode.LANDLOCK), lean=True) as sandbox:
        for _ in range(rounds):
            for name, source in SOURCES.items():
                times[name].append(batch(sandbox, source))
    base = times["output is not taken"]
    for name, values in times.items():
        ratio = median(value / first for value, first in zip(values, base, strict=True))
        print(f"{name:<28} {median(values):7.1f} us a call ({ratio:.2f}x)")
    pairs = zip(times["taken, nothing is printed"], base, strict=True)
    return 1 if median(value / first for value, first in pairs) > MOST else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
