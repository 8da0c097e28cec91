"""The bounds of an annotated type, as ``annotated_types`` has them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..models import Canonical
from .scalars import Strategy, literal_value

_CHECKS: dict[str, Callable[[Any, Any], bool]] = {
    "ge": lambda value, bound: value >= bound,
    "gt": lambda value, bound: value > bound,
    "le": lambda value, bound: value <= bound,
    "lt": lambda value, bound: value < bound,
    "multiple_of": lambda value, bound: value % bound == 0,
    "min_length": lambda value, bound: len(value) >= bound,
    "max_length": lambda value, bound: len(value) <= bound,
}


def bounds_of(values: Sequence[Canonical]) -> dict[str, Any]:
    """Bounds by name, without those whose value is not a scalar."""
    found = {str(name): literal_value(value) for name, value in values}
    return {name: bound for name, bound in found.items() if bound is not None}


def within(strategy: Strategy, bounds: Mapping[str, Any]) -> Strategy:
    """What ``strategy`` draws within ``bounds``; a bound that says nothing of a value lets it through."""
    return strategy.filter(lambda value: all(_holds(value, *bound) for bound in bounds.items()))


def _holds(value: Any, name: str, bound: Any) -> bool:
    try:
        return _CHECKS[name](value, bound)
    except TypeError:  # such as the bound of a number in a union with None
        return True


def whole(ints: Callable[[int | None, int | None], Strategy], bounds: Mapping[str, Any]) -> Strategy:
    """Integers from ``ints`` within ``bounds``, which may be fractions."""
    lows = [math.ceil(bounds["ge"])] if "ge" in bounds else []
    lows += [math.floor(bounds["gt"]) + 1] if "gt" in bounds else []
    highs = [math.floor(bounds["le"])] if "le" in bounds else []
    highs += [math.ceil(bounds["lt"]) - 1] if "lt" in bounds else []
    low, high = max(lows, default=None), min(highs, default=None)
    step = bounds.get("multiple_of", 1)
    if type(step) is not int or step == 0:
        return ints(low, high)
    step = abs(step)
    first = None if low is None else -(-low // step)
    last = None if high is None else high // step
    return ints(first, last) if step == 1 else ints(first, last).map(lambda n: n * step)
