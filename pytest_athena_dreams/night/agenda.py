"""The steps of a night: what each runs, and how much of the time that is left it gets.

Invariants: pure, but for the time zone. A step never gets more time than is left, and the steps after it can
still have theirs.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import DreamsError

_COMMAND_LINE = (
    sys.executable,
    "-c",
    "from pytest_athena_dreams.cli import main; main(prog_name='athena-dreams')",
)
LEAST = 1.0
"""Minimum seconds of a step: with less left it is skipped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a night does. ``folder`` takes reports and logs; ``adopted`` is the number to adopt at most, 0
    for none; ``dreaming``, ``evaluating`` and ``testing`` are further options of these steps. ``addopts`` are
    options of pytest for the steps that test as it does by other commands.
    """

    store: Path
    folder: Path
    number: int
    adopted: int = 0
    dreaming: tuple[str, ...] = ()
    evaluating: tuple[str, ...] = ()
    testing: tuple[str, ...] = ()
    addopts: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """``weight`` is its share of the time that is left, among the steps that are left. ``fine`` are exit
    statuses that are no failure of the step."""

    name: str
    weight: float
    commands: Callable[[Order], Sequence[Sequence[str]]]
    fine: frozenset[int] = frozenset({0})


def _ours(order: Order, command: str, *more: str) -> list[str]:
    return [*_COMMAND_LINE, command, "--store", os.fspath(order.store), *more]


def _as_tested(order: Order, command: str, *more: str) -> list[str]:
    """A command that tests with the settings, strategies and worlds of the step ``test``."""
    return ["env", f"PYTEST_ADDOPTS={order.addopts}", *_ours(order, command, *more)]


def _test(order: Order) -> list[list[str]]:
    pytest = [sys.executable, "-m", "pytest", "--athena-dreams", "--athena-store", os.fspath(order.store)]
    return [[*pytest, "-q", "-n", "auto", *order.testing]]


def _adopt(order: Order) -> list[list[str]]:
    return [_as_tested(order, "adopt", "--best", str(order.adopted))] if order.adopted else []


def _report(order: Order) -> list[list[str]]:
    files = {kind: order.folder / f"night-{order.number}.{kind}" for kind in ("html", "json", "md")}
    return [
        _ours(order, "report", "--format", kind, "--output", os.fspath(file)) for kind, file in files.items()
    ]


NIGHT_STEPS = (
    Step(name="dream", weight=20, commands=lambda order: [_ours(order, "dream", *order.dreaming)]),
    Step(name="evaluate", weight=10, commands=lambda order: [_ours(order, "evaluate", *order.evaluating)]),
    Step(name="test", weight=45, commands=_test, fine=frozenset({0, 1, 5})),
    Step(name="repair", weight=10, commands=lambda order: [_as_tested(order, "repair")]),
    Step(name="learn", weight=3, commands=lambda order: [_ours(order, "learn")]),
    Step(
        name="adopt",
        weight=8,
        commands=_adopt,
        fine=frozenset({0, 1}),
    ),
    Step(name="report", weight=4, commands=_report),
)
"""In order. pytest exits with 1 if a dream failed, with 5 if none is pending; adopt with 1 if none holds."""
STEP_NAMES = tuple(step.name for step in NIGHT_STEPS)


def chosen(*, first: str | None, only: Sequence[str] | None, adopts: bool) -> list[Step]:
    """The steps from ``first`` on, or ``only`` these.

    Raises ``DreamsError`` for an unknown name, and if no step or one that can't run is chosen.
    """
    named = [*(only or []), *([] if first is None else [first])]
    for name in named:
        if name not in STEP_NAMES:
            raise DreamsError(f"a night has no step {name!r}; its steps are {', '.join(STEP_NAMES)}")
    if "adopt" in named and not adopts:
        raise DreamsError("the step 'adopt' needs --adopt N, the number of dreams to adopt at most")
    start = 0 if first is None else STEP_NAMES.index(first)
    found = [step for step in NIGHT_STEPS[start:] if only is None or step.name in only]
    if not found:
        raise DreamsError(f"no step of --only {','.join(only or [])} is at or behind --from {first}")
    return [step for step in found if adopts or step.name != "adopt"]


def seconds_for(steps: Sequence[Step], left: float | None) -> float | None:
    """The seconds that the first of ``steps`` gets of those ``left``; ``None`` if there is no deadline."""
    if left is None:
        return None
    return left * steps[0].weight / sum(step.weight for step in steps)


def seconds_until(hour: int, minute: int, now: float) -> float:
    """The seconds from ``now``, in epoch seconds, until the clock on the wall shows that time next.

    Where summer time begins or ends in between, that is an hour less or more.
    """
    today = time.localtime(now)
    ends = (
        time.mktime((today.tm_year, today.tm_mon, today.tm_mday + days, hour, minute, 0, 0, 0, -1))
        for days in (0, 1)
    )
    return next(end for end in ends if end > now) - now
