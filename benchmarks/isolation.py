"""The cost of isolation for a dream: every jail that works here, compared with none.

    python benchmarks/isolation.py [ROUNDS]

The jails take turns, so a busy machine slows all of them. Figures are medians; only differences and ratios
within the run count. Exit status 1 if a limit is exceeded.
"""

from __future__ import annotations

import pickle
import sys
import time
from collections.abc import Callable
from statistics import median

from pytest_athena_dreams.errors import SandboxError
from pytest_athena_dreams.sandbox.client import Sandbox, Source
from pytest_athena_dreams.sandbox.policy import Policy, SandboxMode

COST = 15.0
"""Limit: milliseconds that isolation adds to a dream."""
RESPAWN = 20.0
"""Limit: milliseconds to kill a hung child, start another, load it and call it."""

DREAM = Source(code="def double(x):\n    return x * 2\n")
HUNG = Source(code="def hang():\n    while True: pass\n")
CALL = pickle.dumps(((21,), {}), 5)
NOTHING = pickle.dumps(((), {}), 5)
_PATIENCE = 0.01


def start(mode: SandboxMode) -> Sandbox | None:
    sandbox = Sandbox(Policy(mode=mode))
    try:
        sandbox.layers()
    except SandboxError as exc:
        print(f"{mode.value}: left out, {exc}", file=sys.stderr)
        return None
    return sandbox


def dream(sandbox: Sandbox, calls: int) -> float:
    """Seconds for a child to start, load a dream, answer ``calls`` calls and be reaped."""
    started = time.perf_counter()
    with sandbox.spawn(DREAM) as child:
        for _ in child.calls([CALL] * calls, 10.0):
            pass
    return time.perf_counter() - started


def respawn(sandbox: Sandbox) -> float:
    """Seconds from a hung call's deadline to another child's first answer."""
    with sandbox.spawn(HUNG) as child:
        hung = child.calls([NOTHING], _PATIENCE)
        started = time.perf_counter()
        waited = next(hung).elapsed
    with sandbox.spawn(DREAM) as child:
        next(child.calls([CALL], 10.0))
        return time.perf_counter() - started - min(waited, _PATIENCE)


def main(rounds: int = 100) -> int:
    started: dict[SandboxMode, Sandbox] = {}
    for mode in (SandboxMode.NONE, SandboxMode.LANDLOCK, SandboxMode.BWRAP, SandboxMode.SRT):
        if (sandbox := start(mode)) is not None:
            started[mode] = sandbox
    measures: dict[str, Callable[[Sandbox], float]] = {
        "one call": lambda sandbox: dream(sandbox, 1),
        "100 calls": lambda sandbox: dream(sandbox, 100),
        "kill and respawn": respawn,
    }
    times: dict[tuple[str, SandboxMode], list[float]] = {(n, m): [] for n in measures for m in started}
    for _ in range(rounds):
        for name, measure in measures.items():
            for mode, sandbox in started.items():
                times[name, mode].append(measure(sandbox) * 1000)
    for sandbox in started.values():
        sandbox.close()
    return report({key: median(values) for key, values in times.items()}, list(measures), list(started))


def report(times: dict[tuple[str, SandboxMode], float], names: list[str], modes: list[SandboxMode]) -> int:
    print(f"{'milliseconds, medians':<22}" + "".join(f"{mode.value:>18}" for mode in modes))
    for name in names:
        base = times[name, SandboxMode.NONE]
        cells = [f"{times[name, mode]:.2f} ({times[name, mode] / base:.2f}x)" for mode in modes]
        print(f"{name:<22}" + "".join(f"{cell:>18}" for cell in cells))
    broken = 0
    for mode in modes[1:]:
        cost = times["100 calls", mode] - times["100 calls", SandboxMode.NONE]
        again = times["kill and respawn", mode]
        kept = cost <= COST and again <= RESPAWN
        broken += not kept
        print(
            f"{mode.value}: isolation adds {cost:.2f} ms to a dream (limit {COST:g}), kill and respawn takes"
            f" {again:.2f} ms (limit {RESPAWN:g}): {'kept' if kept else 'NOT KEPT'}"
        )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
