"""Numbers that a procedure which acts can count with: it may wait, ask or write once for each.

A wait of 10,000 doubled delays, or a file for each of 2**31 numbers, shows nothing that a hundred don't, and
takes longer than a call may.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..drawable import Shape
from ..models import Canonical
from ..signatures import Signature
from .arguments import Arguments
from .scalars import literal_value

COUNT = 100
"""The largest number that a call of code that acts has, unless its source names a larger one."""
LOOPS = 20
"""The same for a number that decides how often a loop runs: each turn may wait for this process."""


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers that a value may have: up to ``most`` from zero, and those in ``known``."""

    most: int = COUNT
    known: Collection[int | float] = ()

    def fair(self, value: Any) -> Any:
        """``value`` with smaller numbers in place of those that are too large."""
        kind = type(value)
        if kind is int:
            return value if abs(value) <= self.most or value in self.known else self._smaller(value)
        if kind is float:
            if abs(value) <= self.most or value in self.known or math.isnan(value):
                return value
            return math.copysign(self.most, value) if math.isinf(value) else math.fmod(value, self.most)
        if kind is list or kind is tuple:
            return kind(map(self.fair, value))
        if kind is dict:
            return {self.fair(key): self.fair(item) for key, item in value.items()}
        return value

    def _smaller(self, number: int) -> int:
        return number % self.most if number > 0 else -(-number % self.most)


@dataclass(frozen=True, slots=True)
class Countable:
    """Makes calls of one function countable: the ``ranges`` of its parameters, and that of other values."""

    signature: Signature
    ranges: Mapping[str, Range]
    other: Range

    @classmethod
    def of(cls, signature: Signature, literals: Collection[Canonical], shape: Shape) -> Countable:
        """What makes calls countable in worlds of ``shape``; ``literals`` are those of the source.

        A parameter may have its default and numbers of the source, with their neighbours. One that decides
        how often a loop runs may have its default alone.
        """
        other = Range(known=_near(map(literal_value, literals), COUNT))
        ranges = {}
        for parameter in signature.parameters:
            default = literal_value(parameter.default)
            if parameter.name in shape.looped:
                ranges[parameter.name] = Range(most=LOOPS, known=_near([default], LOOPS))
            else:
                ranges[parameter.name] = Range(known={*other.known, *_near([default], COUNT)})
        return cls(signature, ranges, other)

    def call(self, arguments: Arguments) -> Arguments:
        """``arguments`` with smaller numbers in place of those that are too large."""
        values = arguments.by_name(self.signature)
        fair = {name: self.ranges.get(name, self.other).fair(value) for name, value in values.items()}
        fairer = arguments.replaced(self.signature, fair)
        first = len(values) - len(arguments.kwargs)  # the rest is what ``*args`` takes
        return replace(fairer, args=(*fairer.args[:first], *map(self.other.fair, fairer.args[first:])))


def _near(values: Iterable[Any], most: int) -> frozenset[int | float]:
    """The numbers above ``most`` among ``values``, with their neighbours."""
    large = [n for n in values if type(n) in (int, float) and most < abs(n) < math.inf]
    return frozenset(near for n in large for near in (n - 1, n, n + 1))
