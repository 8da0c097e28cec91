"""Examples drawn and shrunk by Conjecture, the engine of Hypothesis, called directly.

``@given`` draws the same examples for the same seed, but checks each for its test's sake, which takes a fifth
longer. It also hides the choices behind an example, so a shrink would have to find a failing one again. This
module and ``mining`` are the only ones that import Hypothesis' internals; ``drawing`` decides whether to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from operator import itemgetter
from random import Random
from typing import Any, TypeVar

from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.control import BuildContext
from hypothesis.errors import UnsatisfiedAssumption
from hypothesis.internal.conjecture.data import ConjectureData
from hypothesis.internal.conjecture.engine import ConjectureRunner
from hypothesis.internal.conjecture.shrinker import sort_key
from hypothesis.internal.entropy import deterministic_PRNG
from hypothesis.internal.escalation import InterestingOrigin

from .decorated import quiet

T = TypeVar("T")

_FAULT = InterestingOrigin.from_exception(AssertionError())
"""The one kind of failure that the engine knows here."""


def draw(
    strategy: st.SearchStrategy[T],
    keep: Callable[[T, tuple[Any, ...] | None], None],
    *,
    examples: int,
    seed: int,
    seeded: bool,
    meter: Callable[[int], None],
) -> None:
    """As :func:`drawing.draw`, with the choices behind each example."""

    def see(value: T, data: ConjectureData) -> None:
        keep(value, data.choices)

    _engine(strategy, see, [Phase.generate], examples, seed, seeded, meter).run()


def shrunk(
    strategy: st.SearchStrategy[T],
    fails: Callable[[T], bool],
    start: tuple[Any, ...] | None,
    *,
    examples: int,
    seed: int,
    seeded: bool,
) -> T | None:
    """As :func:`drawing.shrunk`."""
    failing: list[tuple[Any, T]] = []

    def see(value: T, data: ConjectureData) -> None:
        if fails(value):
            failing.append((sort_key(data.nodes), value))
            data.mark_interesting(_FAULT)

    engine = _engine(strategy, see, [Phase.generate, Phase.shrink], examples, seed, seeded)
    if start is not None:
        engine.cached_test_function(start)
    engine.run()
    return min(failing, key=itemgetter(0))[1] if failing else None


def _engine(
    strategy: st.SearchStrategy[T],
    see: Callable[[T, ConjectureData], None],
    phases: Sequence[Phase],
    examples: int,
    seed: int,
    seeded: bool,
    meter: Callable[[int], None] = lambda choices: None,
) -> ConjectureRunner:
    def once(data: ConjectureData) -> None:
        chance = deterministic_PRNG() if seeded else nullcontext()
        with chance, BuildContext(data, wrapped_test=once):
            try:
                value = data.draw(strategy)
            except UnsatisfiedAssumption as exc:
                data.mark_invalid(exc.reason)
            finally:
                meter(len(data.nodes))
        see(value, data)

    return ConjectureRunner(once, settings=quiet(phases, examples), random=Random(seed))
