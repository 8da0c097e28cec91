"""Relations within one argument: a list in order, rows of one length, pairs with the lower part first.

Strategies draw the items of a list one by one, so such relations come about seldom. Here they are made from
what was drawn: items are reordered, repeated or left out, and their types stay.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..signatures import TypeSpec
from .draws import Draw, one, whole

SIDE_LENGTH = 4
"""Rows and columns of a matrix, at most."""
SIDES = (1, 2, 3, 3, SIDE_LENGTH)
"""Sides of squares: most have items that are not next to the diagonal."""
_ROW_TYPES = (list, tuple)


def related(draw: Draw, value: Any) -> Any:
    """``value``, changed so that its parts are related in a way that ``draw`` picks."""
    if type(value) is dict:
        return _graph(draw, value)
    ways: list[Callable[[Draw, Any], Any]] = [_rows, _square, _square] if _is_table(value) else []
    ways += [_low_first] if _has_pairs(value) else []
    ways += [_in_order] if type(value) is list and len(value) > 1 else []
    if not ways:
        return value
    try:
        return one(draw, ways)(draw, value)
    except TypeError:  # items that have no order
        return value


def chance(value: Any, spec: TypeSpec | None) -> int:
    """One value of the type ``spec`` in how many is to be related; 0 for none, as where bounds must hold."""
    if spec is not None and _is_bound(spec):
        return 0
    if type(value) is dict:
        return 1 if _is_graph(value) and _may_lead_to_keys(spec) else 0
    return 0 if type(value) is not list else 2 if _is_table(value) else 4


def _is_bound(spec: TypeSpec) -> bool:
    return spec.kind in ("annotated", "literal", "enum", "typevar") or any(map(_is_bound, spec.args))


def _may_lead_to_keys(spec: TypeSpec | None) -> bool:
    """Whether keys of a mapping of this type may be items of its values, which may all be empty."""
    if spec is not None and spec.kind == "union":
        return all(map(_may_lead_to_keys, spec.args))
    if spec is None or spec.kind != "dict":
        return True
    key, items = spec.args
    if not items.args:
        return True
    item = items.args[0]
    return item == key or item.kind in ("any", "hashable") or (item.kind == "union" and key in item.args)


def _is_graph(value: dict[Any, Any]) -> bool:
    """Whether a mapping goes from keys to lists of what may be keys."""
    kinds = {type(key) for key in value}
    return (
        len(value) > 1
        and all(type(items) in (list, set) for items in value.values())
        and {type(item) for items in value.values() for item in items} <= kinds
    )


def _graph(draw: Draw, value: dict[Any, Any]) -> dict[Any, Any]:
    """The mapping with lists of its own keys, and at times one more item."""
    keys = list(value)
    changed = {}
    for key, items in value.items():
        led_to = [one(draw, keys) for _ in range(whole(draw, 0, 3))]
        if whole(draw, 0, 3) == 3:
            led_to += list(items)[:1]
        changed[key] = type(items)(led_to)
    return changed


def _is_table(value: Any) -> bool:
    return type(value) is list and all(type(row) is list for row in value) and any(value)


def _is_pair(row: Any) -> bool:
    return type(row) in _ROW_TYPES and len(row) == 2 and type(row[0]) is type(row[1])


def _has_pairs(value: Any) -> bool:
    return type(value) is list and bool(value) and all(map(_is_pair, value))


def _in_order(_: Draw, value: Any) -> Any:
    return sorted(value)


def _low_first(_: Draw, value: Any) -> Any:
    return [type(pair)(sorted(pair)) for pair in value]


def _rows(draw: Draw, value: Any) -> Any:
    return _table(draw, value, whole(draw, 1, SIDE_LENGTH), whole(draw, 1, SIDE_LENGTH))


def _square(draw: Draw, value: Any) -> Any:
    side = one(draw, SIDES)
    return _table(draw, value, side, side)


def _table(draw: Draw, value: Any, rows: int, columns: int) -> Any:
    """So many rows and columns of the items of ``value``; at times symmetric but for one item."""
    kind = type(value[0])
    items = [item for row in value for item in row]
    few = items[:2] if whole(draw, 0, 1) else items
    table = [[few[(i * columns + j) % len(few)] for j in range(columns)] for i in range(rows)]
    if rows == columns and whole(draw, 0, 1):
        for i in range(rows):
            for j in range(i):
                table[i][j] = table[j][i]
        i, j = whole(draw, 0, rows - 1), whole(draw, 0, columns - 1)
        table[i][j] = one(draw, items)
    return [kind(row) for row in table]
