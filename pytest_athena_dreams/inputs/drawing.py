"""How examples are drawn and shrunk: by Hypothesis' engine itself where that works, otherwise by ``@given``.

Hypothesis may change its internals in any release. So each process tries them once, on a small strategy,
before it draws anything. Where that fails, it draws by way of ``@given``, and its pools say so.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from . import decorated

T = TypeVar("T")
Choices = tuple[Any, ...]
"""What an example was drawn from: a strategy draws the same example from the same choices."""


CHOICES = 40_000
"""Choices that a pool may take: one or two seconds. Pools of the MBPP corpora take from 500 to 10,000."""
CPU_SECONDS = 20.0
"""Seconds of processor time that a pool may take: a backstop, for choices are counted first."""


class Spent(Exception):
    """The budget of a pool is used up."""


class Meter:
    """Counts the choices of one pool, whether or not they made an example, and its processor time."""

    def __init__(self) -> None:
        self._choices = 0
        self._end = time.process_time() + CPU_SECONDS

    def __call__(self, choices: int) -> None:
        """Count some ``choices``. Raises ``Spent``."""
        self._choices += choices
        if self._choices > CHOICES or time.process_time() > self._end:
            raise Spent


class Engine(Protocol):
    """What ``conjecture`` and ``decorated`` both do."""

    def draw(
        self,
        strategy: st.SearchStrategy[T],
        keep: Callable[[T, Choices | None], None],
        *,
        examples: int,
        seed: int,
        seeded: bool,
        meter: Meter,
    ) -> None:
        """Draw at most ``examples`` and ``keep`` each."""

    def shrunk(
        self,
        strategy: st.SearchStrategy[T],
        fails: Callable[[T], bool],
        start: Choices | None,
        *,
        examples: int,
        seed: int,
        seeded: bool,
    ) -> T | None:
        """The smallest example found on which ``fails`` holds."""


@dataclass(frozen=True, slots=True)
class Way:
    """How this process draws: with ``engine``, in the block that ``without_mined`` opens.

    ``notes`` say which internals of Hypothesis could not be used, and what follows.
    """

    engine: Engine
    without_mined: Callable[[], AbstractContextManager[None]]
    notes: tuple[str, ...]


@cache
def way() -> Way:
    """The way that works with the Hypothesis that is installed."""
    notes: list[str] = []
    engine: Engine = decorated
    try:
        engine = _direct()
    except Exception as exc:
        notes.append(f"drawn by @given, which is slower: Hypothesis has changed ({_reason(exc)})")
    without_mined: Callable[[], AbstractContextManager[None]] = nullcontext
    try:
        without_mined = _without_mined(engine)
    except Exception as exc:
        notes.append(f"drawn with constants of imported modules: Hypothesis has changed ({_reason(exc)})")
    return Way(engine, without_mined, tuple(notes))


def _direct() -> Engine:
    """Hypothesis' engine, if it draws, replays and shrinks. Raises whatever changed internals raise."""
    from . import conjecture

    pairs = st.tuples(st.integers(0, 9), st.booleans())
    drawn: list[tuple[tuple[int, bool], Choices | None]] = []
    replayed: list[tuple[int, bool]] = []

    def fails(value: tuple[int, bool]) -> bool:
        replayed.append(value)
        return value[0] >= 3

    conjecture.draw(pairs, lambda *x: drawn.append(x), examples=10, seed=0, seeded=True, meter=Meter())
    failing, choices = max(drawn)
    smallest = conjecture.shrunk(pairs, fails, choices, examples=10, seed=0, seeded=True)
    if replayed[0] != failing or smallest != (3, False):
        raise RuntimeError(f"it shrinks {failing} to {smallest}")
    return conjecture


def _without_mined(engine: Engine) -> Callable[[], AbstractContextManager[None]]:
    """``nothing_mined``, if Hypothesis asks what that replaces. Raises whatever changed internals raise."""
    from hypothesis.internal.constants_ast import Constants

    from .mining import nothing_mined

    calls = 0

    def mine() -> Constants:
        nonlocal calls
        calls += 1
        return Constants()

    many = st.lists(st.integers(), min_size=100, max_size=100)  # one number in twenty is a constant
    with nothing_mined(mine):
        engine.draw(many, lambda *_: None, examples=2, seed=0, seeded=False, meter=Meter())
    if not calls:
        raise RuntimeError("it mines constants elsewhere")
    return nothing_mined


def _reason(exc: Exception) -> str:
    return f"{type(exc).__name__}: {exc}"


def draw(
    strategy: st.SearchStrategy[T],
    keep: Callable[[T, Choices | None], None],
    *,
    examples: int,
    seed: int,
    seeded: bool = False,
) -> None:
    """Draw at most ``examples`` and ``keep`` each, with its choices if known; what ``keep`` raises ends it.

    A strategy that may draw from Python's own ``random`` has to be ``seeded``: for each example anew.

    Raises ``Spent`` when the budget of a pool is used up, and ``Unsatisfiable`` where none could be drawn.
    """
    drawn = False

    def see(value: T, choices: Choices | None) -> None:
        nonlocal drawn
        drawn = True
        keep(value, choices)

    with way().without_mined():
        way().engine.draw(strategy, see, examples=examples, seed=seed, seeded=seeded, meter=Meter())
    if not drawn:
        raise Unsatisfiable(f"nothing that {strategy!r} draws meets its own assumptions")


def shrunk(
    strategy: st.SearchStrategy[T],
    fails: Callable[[T], bool],
    start: Choices | None,
    *,
    examples: int,
    seed: int,
    seeded: bool = False,
) -> T | None:
    """The smallest example found on which ``fails`` holds, ``None`` where none is found.

    It starts from the choices of one that fails, or else from the first of ``examples`` that does. For the
    rest it is as in :func:`draw`.
    """
    with way().without_mined():
        return way().engine.shrunk(strategy, fails, start, examples=examples, seed=seed, seeded=seeded)
