"""Draws and shrinks examples with Conjecture, the engine of Hypothesis, called directly.

``@given`` draws the same examples for the same seed, but takes a fifth longer for its own checks. It also
hides the choices behind an example, so shrinking would have to find a failing one again. Only this module and
``mining`` import Hypothesis' internals; ``drawing`` decides whether they can be used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from operator import itemgetter
from random import Random
from typing import Any, TypeVar

from hypothesis import Phase
from hypothesis.control import BuildContext
from hypothesis.errors import UnsatisfiedAssumption
from hypothesis.internal.conjecture.data import ConjectureData
from hypothesis.internal.conjecture.engine import ConjectureRunner
from hypothesis.internal.conjecture.shrinker import sort_key
from hypothesis.internal.entropy import deterministic_PRNG
from hypothesis.internal.escalation import InterestingOrigin

from .search import Search, SearchStopped

T = TypeVar("T")

_FAULT = InterestingOrigin.from_exception(AssertionError())
"""The engine groups failures by their origin; all have this one."""


def draw(
    search: Search[T], keep: Callable[[T, tuple[Any, ...] | None], None], meter: Callable[[int], None]
) -> None:
    """As :meth:`drawing.Engine.draw`, with the choices behind each example."""

    def see(value: T, data: ConjectureData) -> None:
        keep(value, data.choices)

    runner = _runner(search, see, [Phase.generate], meter)
    if not search.mutated:
        vars(runner)["generate_mutations_from"] = lambda data: None
    runner.run()


def shrunk(search: Search[T], fails: Callable[[T], bool], start: tuple[Any, ...] | None) -> T | None:
    """As :meth:`drawing.Engine.shrunk`."""
    failing: list[tuple[Any, T]] = []

    def see(value: T, data: ConjectureData) -> None:
        if fails(value):
            failing.append((sort_key(data.nodes), value))
            data.mark_interesting(_FAULT)

    runner = _runner(search, see, [Phase.generate, Phase.shrink])
    with suppress(SearchStopped):
        if start is not None:
            runner.cached_test_function(start)
        runner.run()
    return min(failing, key=itemgetter(0))[1] if failing else None


def _runner(
    search: Search[T],
    see: Callable[[T, ConjectureData], None],
    phases: Sequence[Phase],
    meter: Callable[[int], None] = lambda choices: None,
) -> ConjectureRunner:
    def once(data: ConjectureData) -> None:
        randomness = deterministic_PRNG() if search.seeded else nullcontext()
        with randomness, BuildContext(data, wrapped_test=once):
            try:
                value = data.draw(search.strategy)
            except UnsatisfiedAssumption as exc:
                data.mark_invalid(exc.reason)
            finally:
                meter(len(data.nodes))
        see(value, data)

    return ConjectureRunner(once, settings=search.settings(phases), random=Random(search.seed))
