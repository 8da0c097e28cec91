"""The cost of watching a child: of answering what its filter asks, and of stopping it between requests.

    python benchmarks/watching.py [ROUNDS]

Each pair takes turns in one run, so a busy machine slows both. Figures are medians; only ratios within
the run count. Exit status 1 if a limit is exceeded.
"""

from __future__ import annotations

import pickle
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Contract, Dream, Procedure
from pytest_athena_dreams.sandbox.client import Sandbox, Source
from pytest_athena_dreams.sandbox.forkserver import Process
from pytest_athena_dreams.sandbox.policy import Policy, SandboxMode
from pytest_athena_dreams.trial import Engine

WATCHED = 1.25
"""Limit: how many times as long a dream without effects may take with a listening parent."""
STOPPED = 1.10
"""Limit: how many times as long a whole dream may take because its children are stopped between requests."""

CALL = pickle.dumps(((21,), {}), 5)
SOURCES = {
    "one call": ("def f(x):\n    return x * 2\n", 1),
    "100 calls": ("def f(x):\n    return x * 2\n", 100),
    "100 calls that open a library's file": (
        "import json\ndef f(x):\n    open(json.__file__).close()\n",
        100,
    ),
    "100 calls that look at a file outside": (
        "import os\ndef f(x):\n    return os.path.exists('/etc/passwd')\n",
        100,
    ),
    "one call that imports numpy": ("def f(x):\n    import numpy\n    return 1\n", 1),
}
WITHOUT_EFFECTS = ("one call", "100 calls")
"""Those that the limit is for: the others pay for what they do."""

HEAD = "import re\n\ndef words(text: str) -> list[str]:\n    return "
PROCEDURE = f"{HEAD}re.findall(r'[a-z]+', text)\n"
DREAM = f"{HEAD}[m.group() for m in re.finditer('[a-z]+', text)]\n"


def answered(sandbox: Sandbox, code: str, calls: int, *, audited: bool) -> float:
    """Seconds for a child to start, load a dream, answer ``calls`` calls and be reaped."""
    started = time.perf_counter()
    with sandbox.spawn(Source(code=code, entry_point="f", audited=audited)) as child:
        for _ in child.calls([CALL] * calls, 30.0):
            pass
    return time.perf_counter() - started


@contextmanager
def never_stopped() -> Iterator[None]:
    """Children run on between requests, as they did before they were stopped."""
    stop, Process.stop = Process.stop, lambda _: None  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        Process.stop = stop  # type: ignore[method-assign]


def tested(engine: Engine, number: int) -> float:
    """Seconds for the verdict on a dream that is not pure, so that all its children run."""
    procedure = Procedure(id=1, name="words", code=PROCEDURE)
    code = f"{DREAM}# {number}\n"
    dream = Dream(id=number, code=code, dream_type="", procedure=procedure, contract=Contract.EQUIVALENT)
    started = time.perf_counter()
    verdict = engine.test(dream)
    assert verdict.category is None, verdict
    return time.perf_counter() - started


def compared(name: str, first: Callable[[], float], second: Callable[[], float], rounds: int) -> float:
    """Print two medians, taken in turns, and return their ratio."""
    times = [(first(), second()) for _ in range(rounds)]
    without = median(pair[0] for pair in times) * 1000
    cost = median(pair[1] for pair in times) * 1000
    print(f"{name:<40}{without:>10.2f}{cost:>10.2f}{cost / without:>9.2f}x")
    return cost / without


def main(rounds: int = 50) -> int:
    broken = 0
    for mode in (SandboxMode.LANDLOCK, SandboxMode.BWRAP):
        print(f"{mode.value + ', milliseconds':<40}{'not asked':>10}{'asked':>10}")
        with Sandbox(Policy(mode=mode)) as sandbox:
            for name, (code, calls) in SOURCES.items():
                ratio = compared(
                    name,
                    lambda code=code, calls=calls: answered(sandbox, code, calls, audited=False),  # type: ignore[misc]
                    lambda code=code, calls=calls: answered(sandbox, code, calls, audited=True),  # type: ignore[misc]
                    rounds,
                )
                broken += name in WITHOUT_EFFECTS and ratio > WATCHED
    print(f"{'landlock, milliseconds':<40}{'running':>10}{'stopped':>10}")
    with Engine(Settings(evidence="off"), Policy(mode=SandboxMode.LANDLOCK)) as engine:
        tested(engine, 0)  # draws the inputs

        def running() -> float:
            with never_stopped():
                return tested(engine, 1)

        ratio = compared("a whole dream", running, lambda: tested(engine, 2), 4 * rounds)
    broken += ratio > STOPPED
    print(f"limits {WATCHED:g}x without effects, {STOPPED:g}x stopped: {'NOT KEPT' if broken else 'kept'}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
