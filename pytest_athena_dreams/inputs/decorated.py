"""Examples drawn and shrunk by ``@given``, Hypothesis' public interface, for when its internals have changed.

The examples are the same as those that ``conjecture`` draws, a fifth slower. The choices behind an example
are unknown here, so a shrink draws the pool again until an example fails.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky, HypothesisDeprecationWarning, Unsatisfiable

T = TypeVar("T")
CHARACTERS_OF_A_CHOICE = 4
"""Characters of an example's ``repr`` that count as one choice. The choices themselves are unknown here."""


def quiet(phases: Sequence[Phase], examples: int) -> settings:
    """Settings that print, store and time nothing, and stop at the first fault."""
    return settings(
        max_examples=examples,
        phases=list(phases),
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )


def draw(
    strategy: st.SearchStrategy[T],
    keep: Callable[[T, tuple[Any, ...] | None], None],
    *,
    examples: int,
    seed: int,
    seeded: bool,
    meter: Callable[[int], None],
) -> None:
    """As :func:`drawing.draw`; ``@given`` seeds Python's ``random`` in any case."""
    raised: list[Exception] = []

    def see(value: T) -> None:
        if not raised:
            try:
                meter(len(repr(value)) // CHARACTERS_OF_A_CHOICE)
                keep(value, None)
            except Exception as exc:
                raised.append(exc)
        if raised:  # once more when Hypothesis replays the example that raised
            raise raised[0]

    _run(strategy, see, [Phase.generate], examples, seed)


def shrunk(
    strategy: st.SearchStrategy[T],
    fails: Callable[[T], bool],
    start: tuple[Any, ...] | None,
    *,
    examples: int,
    seed: int,
    seeded: bool,
) -> T | None:
    """As :func:`drawing.shrunk`; no example of this module has choices to start from."""
    failing: list[T] = []

    def see(value: T) -> None:
        if fails(value):
            failing.append(value)
            raise _Fails

    with contextlib.suppress(_Fails, Flaky):  # flaky where ``fails`` has run out of time
        _run(strategy, see, [Phase.generate, Phase.shrink], examples, seed)
    return failing[-1] if failing else None


class _Fails(Exception):
    """An example fails."""


def _run(
    strategy: st.SearchStrategy[T],
    see: Callable[[T], None],
    phases: Sequence[Phase],
    examples: int,
    seed: int,
) -> None:
    @hypothesis.seed(seed)
    @quiet(phases, examples)
    @given(strategy)
    def test(value: T) -> None:
        see(value)

    with contextlib.suppress(Unsatisfiable), warnings.catch_warnings():  # ``drawing`` names the strategy
        warnings.simplefilter("ignore", HypothesisDeprecationWarning)  # a strategy that uses ``random``
        test()
