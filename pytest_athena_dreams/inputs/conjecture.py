"""Conjecture, the engine of Hypothesis, asked directly: what it draws, and how it shrinks.

``@given`` draws the same with the same seed. But it is made to test: it looks at how each example went, which
takes a fifth longer, and can't tell the choices behind an example, which a shrink would then have to find
anew. This is the one module that looks at Hypothesis' inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from operator import itemgetter
from random import Random
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis import strategies as st
from hypothesis.control import BuildContext
from hypothesis.errors import Unsatisfiable, UnsatisfiedAssumption
from hypothesis.internal.cache import LRUCache
from hypothesis.internal.conjecture import providers
from hypothesis.internal.conjecture.data import ConjectureData
from hypothesis.internal.conjecture.engine import ConjectureRunner
from hypothesis.internal.conjecture.shrinker import sort_key
from hypothesis.internal.constants_ast import Constants
from hypothesis.internal.entropy import deterministic_PRNG
from hypothesis.internal.escalation import InterestingOrigin

T = TypeVar("T")
Choices = tuple[Any, ...]
"""What an example was drawn from: a strategy draws the same from the same choices."""

_FAULT = InterestingOrigin.from_exception(AssertionError())
"""The one way to fail that the engine is told of."""
_permitted: Any = LRUCache(1024)


def draw(
    strategy: st.SearchStrategy[T],
    keep: Callable[[T, Choices], None],
    *,
    examples: int,
    seed: int,
    seeded: bool = False,
) -> None:
    """Draw at most ``examples`` and ``keep`` each, with its choices; what ``keep`` raises ends it.

    A strategy that may draw from Python's own ``random`` has to be ``seeded``: for each example anew.

    Raises ``Unsatisfiable`` where none could be drawn.
    """
    drawn = False

    def see(value: T, data: ConjectureData) -> None:
        nonlocal drawn
        drawn = True
        keep(value, data.choices)

    with nothing_mined():
        _engine(strategy, see, [Phase.generate], examples, seed, seeded).run()
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
    failing: list[tuple[Any, T]] = []

    def see(value: T, data: ConjectureData) -> None:
        if fails(value):
            failing.append((sort_key(data.nodes), value))
            data.mark_interesting(_FAULT)

    with nothing_mined():
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
) -> ConjectureRunner:
    """An engine that prints, stores and times nothing, and stops at the first fault."""
    quiet = settings(
        max_examples=examples,
        phases=list(phases),
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )

    def once(data: ConjectureData) -> None:
        chance = deterministic_PRNG() if seeded else nullcontext()
        with chance, BuildContext(data, wrapped_test=once):
            try:
                value = data.draw(strategy)
            except UnsatisfiedAssumption as exc:
                data.mark_invalid(exc.reason)
        see(value, data)

    return ConjectureRunner(once, settings=quiet, random=Random(seed))


@contextmanager
def nothing_mined() -> Iterator[None]:
    """Within it, Hypothesis draws no constants that it mines from imported local modules.

    It takes them from whatever happens to be imported. Beside other tests, or on another worker, that would
    be another pool. The literals that matter here are those of the two sources, and they are given.
    Hypothesis has no setting for this.
    """
    before = providers._get_local_constants, providers.CONSTANTS_CACHE
    providers._get_local_constants, providers.CONSTANTS_CACHE = Constants, _permitted
    try:
        yield
    finally:
        providers._get_local_constants, providers.CONSTANTS_CACHE = before
