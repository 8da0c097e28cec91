"""Arguments that are in another one: a key of a mapping, an item of a list, a number between two of them.

A function that takes a collection and one more value mostly does something where the value is in it: a
vertex of a graph, a name in a record, a place in a sorted list.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..signatures import TypeSpec
from .draws import Draw, one, whole
from .scalars import Width

MEMBERS = 3
"""One value in this many becomes a key or item of another argument."""
_NEAR = (0, 0, 0, -1, 1)


def within_others(
    draw: Draw, values: Mapping[str, Any], types: Mapping[str, TypeSpec | None], width: Width
) -> dict[str, Any]:
    """``values`` by parameter; a text or number is at times a key or item of an argument that holds such.

    What is put there is within ``width``.
    """
    changed = dict(values)
    for name, value in values.items():
        kind = type(value)
        if kind not in (str, int) or not _is_of(types.get(name), kind):
            continue
        held = [found for other in values if other != name and (found := _held(values[other], kind))]
        if held and whole(draw, 1, MEMBERS) == MEMBERS:
            items = held[0] if len(held) == 1 else one(draw, held)
            new = one(draw, items) if kind is str else _number(draw, items)
            if width.holds(new):
                changed[name] = new
    return changed


def _held(value: Any, kind: type) -> list[Any]:
    """The keys or items of ``value`` that are of ``kind``, in order."""
    if type(value) not in (dict, list, tuple, set):
        return []
    items = [item for item in value if type(item) is kind]
    return sorted(items) if type(value) is set else items


def _number(draw: Draw, items: list[int]) -> int:
    """One of the numbers, the middle between two neighbours, or their count; or a number next to that."""
    ordered = sorted(items)
    at = whole(draw, 0, len(ordered) - 1)
    way = whole(draw, 0, 3)
    if at and way == 0:
        number: int = (ordered[at - 1] + ordered[at]) // 2
    else:
        number = len(items) if way == 1 else ordered[at]
    return number + one(draw, _NEAR)


def _is_of(spec: TypeSpec | None, kind: type) -> bool:
    if spec is None or spec.kind in ("any", kind.__name__):
        return True
    return spec.kind in ("union", "typevar") and any(_is_of(arg, kind) for arg in spec.args)
