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
_Named = Collection[int | float]


@dataclass(frozen=True, slots=True)
class Countable:
    """Makes calls of one function countable.

    ``known`` are large numbers that a parameter may have, by its name, and ``named`` those of the source,
    with their neighbours.
    """

    signature: Signature
    known: Mapping[str, _Named]
    named: _Named

    @classmethod
    def of(cls, signature: Signature, literals: Collection[Canonical], shape: Shape) -> Countable:
        """What makes calls countable in worlds of ``shape``; ``literals`` are those of the source.

        A parameter may have its default and, unless it decides how often a loop runs, numbers of the source.
        """
        named = _near(map(literal_value, literals))
        known = {}
        for parameter in signature.parameters:
            own = _near([literal_value(parameter.default)])
            known[parameter.name] = own if parameter.name in shape.looped else own | named
        return cls(signature, known, named)

    def call(self, arguments: Arguments) -> Arguments:
        """``arguments`` with smaller numbers in place of those that are too large."""
        values = arguments.by_name(self.signature)
        fair = {name: _fair(value, self.known.get(name, self.named)) for name, value in values.items()}
        fairer = arguments.replaced(self.signature, fair)
        first = len(values) - len(arguments.kwargs)  # the rest is what ``*args`` takes
        return replace(
            fairer, args=(*fairer.args[:first], *(_fair(x, self.named) for x in fairer.args[first:]))
        )


def _near(values: Iterable[Any]) -> frozenset[int | float]:
    """The numbers above ``COUNT`` among ``values``, with their neighbours."""
    large = [n for n in values if type(n) in (int, float) and COUNT < abs(n) < math.inf]
    return frozenset(near for n in large for near in (n - 1, n, n + 1))


def _fair(value: Any, named: _Named) -> Any:
    kind = type(value)
    if kind is int:
        return value if abs(value) <= COUNT or value in named else _smaller(value)
    if kind is float:
        if abs(value) <= COUNT or value in named or math.isnan(value):
            return value
        return math.copysign(COUNT, value) if math.isinf(value) else math.fmod(value, COUNT)
    if kind is list or kind is tuple:
        return kind(_fair(item, named) for item in value)
    if kind is dict:
        return {_fair(key, named): _fair(item, named) for key, item in value.items()}
    return value


def _smaller(number: int) -> int:
    return number % COUNT if number > 0 else -(-number % COUNT)
