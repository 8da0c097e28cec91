"""Ways to draw more narrowly, for a procedure that takes less than its types say.

A procedure may want a positive number, a list that is not empty, an index into another argument, or two
lists of one length. Then it rejects most of what its types allow. The caller tries each narrowing on the
procedure and uses those that bring more inputs into its domain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..signatures import Parameter, Signature, TypeSpec
from .arguments import VARIADIC, Arguments
from .scalars import Width

SMALL = 12
"""Maximum absolute value of a small integer."""

SEPARATORS = (" ", ",", ", ", ":", "-", "/", ".")
"""Usual separators of numbers in a text."""

_SIZED = ("list", "tuple...", "sequence", "iterable", "str", "bytes", "deque", "tuple")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """One way; ``parameter`` and ``other`` where it is about particular parameters."""

    name: str
    parameter: str = ""
    other: str = ""

    def __str__(self) -> str:
        return _DESCRIPTIONS[self.name].format(parameter=self.parameter, other=self.other)


_DESCRIPTIONS = {
    "small": "small whole numbers",
    "natural": "whole numbers from 0",
    "positive": "whole numbers from 1",
    "several": "whole numbers from 2",
    "nonempty": "nothing empty",
    "pairs": "at least two items",
    "length": "{parameter} is the length of {other}",
    "index": "{parameter} is an index into {other}",
    "within": "{parameter} is from 1 to the length of {other}",
    "same_length": "sequences of one length",
    "rectangular": "rows of one length",
    "square": "as many rows as columns",
    "sorted": "sequences in order",
    "low_first": "pairs in order",
    "distinct": "sequences without repeats",
    "member": "{parameter} is an item of {other}",
    "ordered": "numbers in order",
    "uniform": "items of one type",
    "numerals": "{parameter} is made of numbers with {other!r} between them",
    "two_numerals": "{parameter} is two numbers with {other!r} between them",
    "three_numerals": "{parameter} is three numbers with {other!r} between them",
}
_WIDTHS: dict[str, dict[str, int]] = {
    "small": {"lowest": -SMALL, "highest": SMALL},
    "natural": {"lowest": 0},
    "positive": {"lowest": 1},
    "several": {"lowest": 2},
    "nonempty": {"min_size": 1},
    "pairs": {"min_size": 2},
}


def candidates(signature: Signature, texts: Sequence[str]) -> list[Narrowing]:
    """All narrowings that can mean anything for ``signature``, the plainest first.

    ``texts`` are text literals of the source: short ones may stand between numbers.
    """
    parameters = [p for p in signature.parameters if p.kind not in VARIADIC and p.type is not None]
    kinds = {kind for p in parameters for kind in _kinds(p.type)}
    sized = [p.name for p in parameters if _main(p) in _SIZED]
    lists = [p.name for p in parameters if _main(p) in _SIZED and _main(p) != "str"]
    ints = [p.name for p in parameters if _main(p) == "int"]
    found: list[Narrowing] = []
    if kinds & {"int", "float"}:
        found += map(Narrowing, ("natural", "positive", "small", "several"))
    if kinds & {*_SIZED, "set", "dict", "frozenset"}:
        found += map(Narrowing, ("nonempty", "pairs"))
    for n in ints:
        found += [Narrowing(name, n, other) for other in sized for name in ("length", "index", "within")]
    found += [Narrowing("member", p.name, other) for p in parameters for other in lists if p.name != other]
    if len(lists) > 1:
        found.append(Narrowing("same_length"))
    if any(
        _main(p) in _SIZED and p.type and p.type.args and p.type.args[0].kind in _SIZED for p in parameters
    ):
        found += map(Narrowing, ("rectangular", "square", "low_first"))
    if lists:
        found += map(Narrowing, ("sorted", "distinct"))
    if len(ints) > 1:
        found.append(Narrowing("ordered"))
    usual = sorted(("", *SEPARATORS), key=lambda text: text not in texts)  # those of the source first
    between = dict.fromkeys([*usual, *(text for text in texts if 0 < len(text) <= 2)])
    for p in parameters:
        if "str" in _kinds(p.type):
            found += [Narrowing("numerals", p.name, text) for text in between]
            some = [text for text in between if text]
            found += [Narrowing(name, p.name, t) for name in ("two_numerals", "three_numerals") for t in some]
    if kinds & {"union", "any"}:
        found.append(Narrowing("uniform"))
    return found


def narrow_width(width: Width, narrowings: Sequence[Narrowing]) -> Width:
    """``width`` with the bounds that some narrowings set, the tighter where there are two."""
    bounds = [_WIDTHS[n.name] for n in narrowings if n.name in _WIDTHS]
    lowest = [b["lowest"] for b in bounds if "lowest" in b]
    highest = [b["highest"] for b in bounds if "highest" in b]
    return replace(
        width,
        lowest=max(lowest, default=width.lowest),
        highest=min(highest, default=width.highest),
        min_size=max([b.get("min_size", 0) for b in bounds], default=width.min_size),
    )


def narrow(arguments: Arguments, signature: Signature, narrowings: Sequence[Narrowing]) -> Arguments:
    """``arguments`` changed to fit some narrowings; unchanged if that can't be done."""
    values = arguments.by_name(signature)
    for narrowing in narrowings:
        change = _CHANGES.get(narrowing.name)
        if change is not None:
            try:
                values |= change(values, narrowing)
            except (TypeError, ValueError, LookupError, ArithmeticError):  # values of other types: left alone
                continue
    return arguments.replaced(signature, values)


def sample(arguments: Arguments, signature: Signature, narrowing: Narrowing) -> Arguments | None:
    """Roughly what a narrowing would draw in place of ``arguments``; ``None`` for nothing alike.

    For trying a narrowing out on inputs that are drawn already.
    """
    bounds = _WIDTHS.get(narrowing.name)
    if bounds is None:
        return narrow(arguments, signature, [narrowing])
    least = bounds.get("min_size", 0)
    values = {name: _bounded(value, bounds) for name, value in arguments.by_name(signature).items()}
    if least:
        values = {name: _filled(value, least) for name, value in values.items()}
        if any(value is None for value in values.values()):
            return None
    return arguments.replaced(signature, values)


def _filled(value: Any, least: int) -> Any:
    """``value`` with rows that are too short replaced by their neighbours; ``None`` if it can't be."""
    if isinstance(value, str | dict | set | frozenset):
        return value if len(value) >= least else None
    if type(value) not in (list, tuple):
        return value
    rows = [x for row in value if (x := _filled(row, least)) is not None]
    if len(value) < least or not rows:
        return None
    return type(value)((rows * len(value))[: len(value)])


def _bounded(value: Any, bounds: dict[str, int]) -> Any:
    """``value`` with all numbers in it brought within bounds."""
    if type(value) is int or type(value) is float:
        if "highest" in bounds:
            return value if abs(value) <= SMALL else value % SMALL
        return max(bounds.get("lowest", value), abs(value)) if "lowest" in bounds else value
    if type(value) in (list, tuple, set):
        return type(value)(_bounded(item, bounds) for item in value)
    if type(value) is dict:
        return {key: _bounded(item, bounds) for key, item in value.items()}
    return value


def _length(values: dict[str, Any], n: Narrowing) -> dict[str, Any]:
    return {n.parameter: len(values[n.other])}


def _index(values: dict[str, Any], n: Narrowing) -> dict[str, Any]:
    return {n.parameter: values[n.parameter] % len(values[n.other]) if values[n.other] else 0}


def _within(values: dict[str, Any], n: Narrowing) -> dict[str, Any]:
    return {n.parameter: values[n.parameter] % len(values[n.other]) + 1 if values[n.other] else 1}


def _member(values: dict[str, Any], n: Narrowing) -> dict[str, Any]:
    items = list(values[n.other])
    digest = sum(map(ord, repr(values[n.parameter])))
    return {n.parameter: items[digest % len(items)]}


def _sequences(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if isinstance(value, list | tuple)}


def _same_length(values: dict[str, Any], _: Narrowing) -> dict[str, Any]:
    found = _sequences(values)
    shortest = min(map(len, found.values()))
    return {name: value[:shortest] for name, value in found.items()}


def _rows(values: dict[str, Any], *, square: bool) -> dict[str, Any]:
    changed = {}
    for name, value in _sequences(values).items():
        if value and all(isinstance(row, list | tuple | str) for row in value):
            width = min(map(len, value))
            if square:
                width = min(width, len(value))
                value = value[:width]
            changed[name] = type(value)(row[:width] for row in value)
    return changed


def _sorted(values: dict[str, Any], _: Narrowing) -> dict[str, Any]:
    return {name: type(value)(sorted(value)) for name, value in _sequences(values).items()}


def _low_first(values: dict[str, Any], _: Narrowing) -> dict[str, Any]:
    changed = {}
    for name, value in _sequences(values).items():
        if value and all(isinstance(pair, list | tuple) for pair in value):
            changed[name] = type(value)(type(pair)(sorted(pair)) for pair in value)
    return changed


def _distinct(values: dict[str, Any], _: Narrowing) -> dict[str, Any]:
    return {name: type(value)(dict.fromkeys(value)) for name, value in _sequences(values).items()}


def _ordered(values: dict[str, Any], _: Narrowing) -> dict[str, Any]:
    names = [name for name, value in values.items() if type(value) is int]
    return dict(zip(names, sorted(values[name] for name in names), strict=True))


def _uniform(values: dict[str, Any], _: Narrowing) -> dict[str, Any]:
    return {name: _of_type(value, _leaf_type(value)) for name, value in _sequences(values).items()}


def _numerals(values: dict[str, Any], n: Narrowing) -> dict[str, Any]:
    count = {"two_numerals": 2, "three_numerals": 3}.get(n.name)
    return {n.parameter: _in_numerals(values[n.parameter], n.other, count)}


def _in_numerals(value: Any, between: str, count: int | None) -> Any:
    """``value`` with every text in it made of ``count`` numbers or, without, of one to four."""
    if isinstance(value, str):
        characters = (value + "\x00" * count)[:count] if count else value[:4] or "\x00"
        return between.join(str(ord(c) % 100) for c in characters)
    if type(value) in (list, tuple):
        return type(value)(_in_numerals(item, between, count) for item in value)
    return value


def _leaf_type(value: Any) -> type:
    """The type of the first value in ``value`` that is not a container."""
    while isinstance(value, list | tuple) and value:
        value = value[0]
    return type(value)


def _of_type(value: Any, kind: type) -> Any:
    if not isinstance(value, list | tuple):
        return value
    items = [_of_type(item, kind) for item in value if isinstance(item, kind | list | tuple)]
    return type(value)(items)


_CHANGES = {
    "length": _length,
    "index": _index,
    "within": _within,
    "member": _member,
    "same_length": _same_length,
    "rectangular": lambda values, _: _rows(values, square=False),
    "square": lambda values, _: _rows(values, square=True),
    "sorted": _sorted,
    "distinct": _distinct,
    "low_first": _low_first,
    "ordered": _ordered,
    "uniform": _uniform,
    "numerals": _numerals,
    "two_numerals": _numerals,
    "three_numerals": _numerals,
}


def _main(p: Parameter) -> str:
    return p.type.kind if p.type is not None else "any"


def _kinds(spec: TypeSpec | None) -> set[str]:
    return {spec.kind}.union(*(_kinds(arg) for arg in spec.args)) if spec else set()
