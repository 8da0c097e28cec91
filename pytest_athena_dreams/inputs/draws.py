"""Strategies in the form of functions, and what these draw: a whole number, one of several items.

Such choices depend on what was drawn before. A new strategy for each would cost more than the choice itself,
because Hypothesis validates and labels every strategy that it meets for the first time. So a process makes
one strategy for each pair of bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from hypothesis import strategies as st

_Item = TypeVar("_Item")
Draw = Callable[[st.SearchStrategy[Any]], Any]

KEPT = 1_000
"""Strategies that a process keeps, at most."""


@lru_cache(maxsize=KEPT)
def _numbers(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low, high)


@st.composite
def drawn_by(draw: Draw, function: Callable[[Draw], _Item]) -> _Item:
    """What ``function`` returns. Hypothesis reads the source of each composite, and this is the only one."""
    return function(draw)


def whole(draw: Draw, low: int, high: int) -> int:
    """A whole number from ``low`` to ``high``, both included."""
    number: int = draw(_numbers(low, high))
    return number


def one(draw: Draw, items: Sequence[_Item]) -> _Item:
    """One of ``items``, of which there is at least one."""
    return items[whole(draw, 0, len(items) - 1) if len(items) > 1 else 0]
