"""Draws and shrinks examples with ``@given``, the public interface, for when Hypothesis' internals changed.

The examples are the same as those of ``conjecture``, a fifth slower. The choices behind an example are
unknown here, so shrinking draws the pool again until an example fails.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import hypothesis
from hypothesis import Phase, given
from hypothesis.errors import HypothesisDeprecationWarning, Unsatisfiable

from .search import Search, SearchStopped

T = TypeVar("T")
CHARACTERS_OF_A_CHOICE = 4
"""Characters of an example's ``repr`` that count as one choice, because the choices are unknown here."""


def draw(
    search: Search[T], keep: Callable[[T, tuple[Any, ...] | None], None], meter: Callable[[int], None]
) -> None:
    """As :meth:`drawing.Engine.draw`; ``@given`` seeds Python's ``random`` in any case."""
    raised: list[Exception] = []

    def see(value: T) -> None:
        if not raised:
            try:
                meter(len(repr(value)) // CHARACTERS_OF_A_CHOICE)
                keep(value, None)
            except Exception as exc:
                raised.append(exc)
        if raised:  # again when Hypothesis replays the example that raised
            raise raised[0]

    _run(search, see, [Phase.generate])


def shrunk(search: Search[T], fails: Callable[[T], bool], start: tuple[Any, ...] | None) -> T | None:
    """As :meth:`drawing.Engine.shrunk`; ``start`` is not used, because it needs an example's choices."""
    failing: list[T] = []

    def see(value: T) -> None:
        if fails(value):
            failing.append(value)
            raise _Fails

    with contextlib.suppress(_Fails, SearchStopped):
        _run(search, see, [Phase.generate, Phase.shrink])
    return failing[-1] if failing else None


class _Fails(Exception):
    """An example fails."""


def _run(search: Search[T], see: Callable[[T], None], phases: Sequence[Phase]) -> None:
    @hypothesis.seed(search.seed)
    @search.settings(phases)
    @given(search.strategy)
    def test(value: T) -> None:
        see(value)

    with contextlib.suppress(Unsatisfiable), warnings.catch_warnings():  # ``drawing`` names the strategy
        warnings.simplefilter("ignore", HypothesisDeprecationWarning)  # a strategy that uses ``random``
        test()
