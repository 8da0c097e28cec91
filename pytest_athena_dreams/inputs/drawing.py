"""Draws and shrinks examples, with Hypothesis' engine itself if that works, otherwise with ``@given``.

Hypothesis may change its internals in any release. So each process tries them once, on a small strategy,
before it draws anything. If that fails, it draws with ``@given``, and its pools say so. They have other
inputs: most are earlier ones that ``@given`` changed in one repeated part, and these show less.
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
from .search import Search

T = TypeVar("T")
Choices = tuple[Any, ...]
"""The choices behind an example: a strategy draws the same example from the same choices."""

CHOICES = 40_000
"""Maximum choices of a pool, one or two seconds. Pools of the MBPP corpora take from 500 to 10,000."""
CPU_SECONDS = 20.0
"""Maximum seconds of processor time of a pool, a backstop: usually choices run out first."""


class Spent(Exception):
    """The budget of a pool is used up."""


class Meter:
    """Counts the choices of one pool, including those that made no example, and its processor time."""

    def __init__(self, share: float = 1.0) -> None:
        self._choices = 0
        self._most = CHOICES * share
        self._end = time.process_time() + CPU_SECONDS

    def __call__(self, choices: int) -> None:
        """Count some ``choices``. Raises ``Spent``."""
        self._choices += choices
        if self._choices > self._most or time.process_time() > self._end:
            raise Spent


class Engine(Protocol):
    """The interface of ``conjecture`` and ``decorated``."""

    def draw(self, search: Search[T], keep: Callable[[T, Choices | None], None], meter: Meter) -> None:
        """Draw the examples of ``search``; ``keep`` takes each."""

    def shrunk(self, search: Search[T], fails: Callable[[T], bool], start: Choices | None) -> T | None:
        """The smallest example found for which ``fails`` holds; ``start`` holds the choices of one.

        ``fails`` raises ``SearchStopped`` to end the search.
        """


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
        notes.append(f"drawn by @given, slower and more alike: Hypothesis has changed ({_reason(exc)})")
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

    search = Search(strategy=pairs, examples=10, seed=0, seeded=True)
    conjecture.draw(search, lambda *x: drawn.append(x), Meter())
    failing, choices = max(drawn)
    smallest = conjecture.shrunk(search, fails, choices)
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
        engine.draw(Search(strategy=many, examples=2, seed=0), lambda *_: None, Meter())
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
    share: float = 1.0,
) -> None:
    """Draw at most ``examples``; ``keep`` takes each, with its choices if they are known.

    ``share`` is how many times the budget of a pool it may use; ``seeded`` is as in :class:`Search`. Raises
    ``Spent`` when that budget is used up, ``Unsatisfiable`` if no example could be drawn, and whatever
    ``keep`` raises.
    """
    search = Search(strategy=strategy, examples=examples, seed=seed, seeded=seeded)
    drawn = False

    def see(value: T, choices: Choices | None) -> None:
        nonlocal drawn
        drawn = True
        keep(value, choices)

    with way().without_mined():
        way().engine.draw(search, see, Meter(share))
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
    """The smallest example found for which ``fails`` holds; ``None`` if there is none.

    It starts from the choices of a failing example, or otherwise from the first of ``examples`` that fails.
    ``fails`` raises ``SearchStopped`` to end the search. The rest is as in :func:`draw`.
    """
    search = Search(strategy=strategy, examples=examples, seed=seed, seeded=seeded)
    with way().without_mined():
        return way().engine.shrunk(search, fails, start)
