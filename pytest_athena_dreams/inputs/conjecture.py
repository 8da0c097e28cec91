"""Draws and shrinks examples with Conjecture, the engine of Hypothesis, called directly.

Examples are drawn one by one from the engine's choices. ``@given`` also keeps a tree of all choices, so that
none comes twice, and other records for its own search, which take longer than the drawing. Here the tree is
kept only where examples repeat, as they do where there are few. ``@given`` also hides the choices behind
an example, so shrinking would have to find a failing one again. Only this module and ``mining`` import
Hypothesis' internals; ``drawing`` decides whether they can be used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from operator import itemgetter
from random import Random
from typing import Any, TypeVar

from hypothesis import Phase
from hypothesis.control import BuildContext
from hypothesis.errors import StopTest, UnsatisfiedAssumption
from hypothesis.internal.conjecture.choice import ChoiceTemplate, choices_key
from hypothesis.internal.conjecture.data import MAX_DEPTH, ConjectureData
from hypothesis.internal.conjecture.engine import ConjectureRunner
from hypothesis.internal.conjecture.shrinker import sort_key
from hypothesis.internal.entropy import deterministic_PRNG
from hypothesis.internal.escalation import InterestingOrigin
from hypothesis.strategies import SearchStrategy
from hypothesis.strategies._internal.lazy import unwrap_strategies

from .search import Search, SearchStopped

T = TypeVar("T")
_Choices = tuple[Any, ...]

REPEATS_DRAWN = 20
"""Minimum examples that came before, and half of all, from which the tree finds the ones still missing."""
ATTEMPTS_EACH = 10
"""Attempts for each example, at most, as in Hypothesis."""
_FAULT = InterestingOrigin.from_exception(AssertionError())
"""The engine groups failures by their origin; all have this one."""


class _Unrecorded(ConjectureData):
    """Choices without a record of their spans, which only a search needs and which takes half of the time."""

    def start_span(self, label: int) -> None:
        self.depth += 1

    def stop_span(self, *, discard: bool = False) -> None:
        self.depth -= 1

    def draw(
        self, strategy: SearchStrategy[Any], label: int | None = None, observe_as: str | None = None
    ) -> Any:
        strategy.validate()
        if strategy.is_empty or self.depth >= MAX_DEPTH:
            self.mark_invalid()
        self.depth += 1
        try:
            return unwrap_strategies(strategy).do_draw(self)  # type: ignore[no-untyped-call]
        finally:
            self.depth -= 1


def draw(search: Search[T], keep: Callable[[T, _Choices | None], None], meter: Callable[[int], None]) -> None:
    """As :meth:`drawing.Engine.draw`, with the choices behind each example; the first is the simplest."""
    seen: set[Any] = set()

    def is_new(data: ConjectureData) -> bool:
        key = choices_key(data.choices)  # 0.0 and -0.0 have different keys
        new = key not in seen
        seen.add(key)
        return new

    random = Random(search.seed)
    simplest: tuple[ChoiceTemplate, ...] = (ChoiceTemplate("simplest", count=None),)
    repeated = 0
    for attempt in range(search.examples * ATTEMPTS_EACH):
        if len(seen) == search.examples:
            return
        if repeated >= REPEATS_DRAWN and repeated > len(seen):
            break
        data = _Unrecorded(random=random, prefix=() if attempt else simplest)
        try:
            value = _drawn(search, data, meter)
        except StopTest:
            continue
        if is_new(data):
            keep(value, data.choices)
        else:
            repeated += 1

    def see(value: T, data: ConjectureData) -> None:
        if len(seen) == search.examples:
            raise SearchStopped
        if is_new(data):
            keep(value, data.choices)

    with suppress(SearchStopped):
        _runner(search, see, [Phase.generate], meter).run()


def shrunk(search: Search[T], fails: Callable[[T], bool], start: _Choices | None) -> T | None:
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
        see(_drawn(search, data, meter), data)

    return ConjectureRunner(once, settings=search.settings(phases), random=Random(search.seed))


def _drawn(search: Search[T], data: ConjectureData, meter: Callable[[int], None]) -> T:
    """An example from the choices of ``data``. Raises ``StopTest`` where they make none."""
    randomness = deterministic_PRNG() if search.seeded else nullcontext()
    with randomness, BuildContext(data, wrapped_test=_drawn):
        try:
            return data.draw(search.strategy)
        except UnsatisfiedAssumption as exc:
            data.mark_invalid(exc.reason)
        finally:
            meter(len(data.nodes))
