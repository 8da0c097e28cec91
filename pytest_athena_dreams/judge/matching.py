"""Pairs the equal items of two unordered collections in nearly linear time.

Items are paired by identical JSON first. The rest is paired by *shape*, the JSON with a placeholder for each
float, and by close floats. Items with one float are sorted by it. Those with several are assigned to the
cells of a grid that is coarser than the tolerance, then to those of a second grid with shifted edges.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from ..models import Canonical
from ..sandbox.jail.grammar import ANY_TYPE, DICTS, GRAMMAR, Kind
from .render import number

COARSE = 100.0
"""Width of a cell, in tolerances."""
COMPARED_PAIRS = 1_000
"""Maximum pairs of remaining items of one shape to compare one by one."""

Close = Callable[[float, float], bool]
Equal = Callable[[Canonical, Canonical], bool]

_encode = msgspec.json.Encoder().encode
_FLOAT = _encode([0])
"""The shape of a float alone."""
_Item = tuple[int, tuple[float, ...]]
"""The index of an item in its collection, and the floats in it."""


def unmatched(
    a: Sequence[Canonical], b: Sequence[Canonical], *, tolerance: float, close: Close, equal: Equal
) -> tuple[list[int], list[int], list[tuple[int, int]]]:
    """The indices of the items that only ``a`` has, of those that only ``b`` has, and of equal pairs.

    Items with identical JSON are in none of the three.
    """
    left, right = _exact(a, b)
    if not left or not right:
        return left, right, []
    grid = _Grid(tolerance)
    mine, others = grid.by_shape(a, left), grid.by_shape(b, right)
    pairs: list[tuple[int, int]] = []
    for shape in mine.keys() & others.keys():
        pairs += _paired(mine[shape], others[shape], grid, close)
    used, given = {n for n, _ in pairs}, {n for _, n in pairs}
    for shape in sorted(mine.keys() & others.keys()):
        x = [n for n, _ in mine[shape] if n not in used]
        y = [n for n, _ in others[shape] if n not in given]
        if len(x) * len(y) <= COMPARED_PAIRS:
            pairs += _one_by_one(a, b, x, y, equal)
    used, given = {n for n, _ in pairs}, {n for _, n in pairs}
    return [n for n in left if n not in used], [n for n in right if n not in given], sorted(pairs)


def _exact(a: Sequence[Canonical], b: Sequence[Canonical]) -> tuple[list[int], list[int]]:
    """The indices of the items in each collection without an item of identical JSON in the other."""
    mine, others = ([_encode(item) for item in items] for items in (a, b))
    return _without(mine, Counter(others)), _without(others, Counter(mine))


def _without(texts: Sequence[bytes], others: Counter[bytes]) -> list[int]:
    left = []
    for n, text in enumerate(texts):
        if others[text]:
            others[text] -= 1
        else:
            left.append(n)
    return left


def _paired(
    mine: Sequence[_Item], others: Sequence[_Item], grid: _Grid, close: Close
) -> list[tuple[int, int]]:
    """Pairs of items of one shape whose floats are close."""
    if len(mine[0][1]) == 1:
        return _in_order(list(mine), list(others), close)
    pairs: list[tuple[int, int]] = []
    x, y = list(mine), list(others)
    for shift in (0.0, 0.5):
        cells, other_cells = grid.cells(x, shift), grid.cells(y, shift)
        for cell in cells.keys() & other_cells.keys():
            pairs += _in_order(cells[cell], other_cells[cell], close)
        used, given = {n for n, _ in pairs}, {n for _, n in pairs}
        x = [item for item in x if item[0] not in used]
        y = [item for item in y if item[0] not in given]
    return pairs


def _in_order(mine: list[_Item], others: list[_Item], close: Close) -> list[tuple[int, int]]:
    """Pairs of close items, found by sorting both by their floats."""
    x, y = ([(_sortable(floats), floats, place) for place, floats in items] for items in (mine, others))
    x.sort()
    y.sort()
    pairs, n, m = [], 0, 0
    while n < len(x) and m < len(y):
        if all(map(close, x[n][1], y[m][1])):
            pairs.append((x[n][2], y[m][2]))
            n, m = n + 1, m + 1
        elif x[n][0] < y[m][0]:
            n += 1
        else:
            m += 1
    return pairs


def _sortable(floats: Sequence[float]) -> tuple[Any, ...]:
    """A sort key for ``floats`` that puts NaN above all numbers."""
    return tuple((math.inf, 1) if x != x else (x, 0) for x in floats)


def _one_by_one(
    a: Sequence[Canonical], b: Sequence[Canonical], x: Sequence[int], y: Sequence[int], equal: Equal
) -> list[tuple[int, int]]:
    pairs, rest = [], list(y)
    for n in x:
        for m in rest:
            if equal(a[n], b[m]):
                pairs.append((n, m))
                rest.remove(m)
                break
    return pairs


class _Grid:
    """Assigns floats to cells: of relative width, and of absolute width around zero."""

    def __init__(self, tolerance: float) -> None:
        self._zero = COARSE * min(1e-12, tolerance)
        self._width = math.log1p(COARSE * tolerance)

    @staticmethod
    def by_shape(items: Sequence[Canonical], places: Sequence[int]) -> dict[bytes, list[_Item]]:
        """The items at the indices ``places``, by shape."""
        found: defaultdict[bytes, list[_Item]] = defaultdict(list)
        for n in places:
            item = items[n]
            if type(item) is float:
                found[b""].append((n, (item,)))
                continue
            floats: list[float] = []
            shape = _encode(_shape(item, floats))
            found[b"" if shape == _FLOAT else shape].append((n, tuple(floats)))
        return found

    def cells(self, items: Sequence[_Item], shift: float) -> dict[tuple[Any, ...], list[_Item]]:
        found: defaultdict[tuple[Any, ...], list[_Item]] = defaultdict(list)
        for item in items:
            found[tuple(self._cell(x, shift) for x in item[1])].append(item)
        return found

    def _cell(self, x: float, shift: float) -> Any:
        if x - x != 0:
            return str(x)
        if abs(x) <= self._zero * (1 + shift):
            return 0
        if not self._width:
            return x
        return math.copysign(1, x), math.floor(math.log(abs(x)) / self._width + shift)


def _shape(value: Canonical, floats: list[float]) -> Any:
    """``value`` with its floats moved to ``floats``, and without the parts that comparison ignores."""
    x = number(value)
    if x is not None:
        floats.append(x)
        return [0]
    if not isinstance(value, list):
        return value
    tag, *fields = value
    if tag == "sub" and fields[0] in DICTS:
        return _shape(fields[1], floats)
    shape: list[Any] = [tag]
    for kind, field in zip(GRAMMAR[tag].values(), fields, strict=True):
        if kind in (Kind.VALUE, Kind.FLOAT):
            shape.append(_shape(field, floats))
        elif kind is Kind.ITEMS:
            shape.append([_shape(item, floats) for item in field])
        elif kind is Kind.FIELDS:
            shape.append([[name, _shape(item, floats)] for name, item in field])
        elif kind is Kind.UNORDERED:
            shape.append(_sorted_shapes(field, floats))
        elif kind is Kind.PAIRS:
            shape.append(_sorted_shapes([["tuple", pair] for pair in field], floats))
        elif not (kind is Kind.NAME and tag in ANY_TYPE):
            shape.append(field)
    return shape


def _sorted_shapes(items: Sequence[Canonical], floats: list[float]) -> list[Any]:
    found = []
    for item in items:
        within: list[float] = []
        shape = _shape(item, within)
        found.append((_encode(shape), _sortable(within), shape, within))
    found.sort(key=lambda entry: entry[:2])
    for *_, within in found:
        floats += within
    return [shape for _, _, shape, _ in found]
