"""Values without their order, for procedures that give the same items in another order each time."""

from __future__ import annotations

import json

from ..models import Canonical, unpacked


def without_order(value: Canonical) -> Canonical:
    """``value`` with the items of each list, tuple, deque, dict and iterator in one fixed order."""
    return _fixed(unpacked(value))


def _fixed(value: Canonical) -> Canonical:
    match value:
        case ["list" | "tuple" | "deque" as tag, items, *rest]:
            return [tag, _sorted(items), *rest]
        case ["set" | "frozenset" as tag, items, *rest]:
            return [tag, [_fixed(item) for item in items], *rest]
        case ["dict", pairs, *rest]:
            return ["dict", sorted(([_fixed(k), _fixed(v)] for k, v in pairs), key=json.dumps), *rest]
        case ["iterator", name, items, *rest]:
            return ["iterator", name, _sorted(items), *rest]
        case ["sub", name, held, *rest]:
            return ["sub", name, _fixed(held), *rest]
        case ["object", name, fields, *rest]:
            return ["object", name, [[field, _fixed(held)] for field, held in fields], *rest]
    return value


def _sorted(items: list[Canonical]) -> list[Canonical]:
    return sorted((_fixed(item) for item in items), key=json.dumps)
