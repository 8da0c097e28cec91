"""Puts the items of values in a fixed order, for procedures that return the same items in varying order."""

from __future__ import annotations

import json
from typing import Any

from ..models import Canonical, unpacked
from ..sandbox.jail.grammar import GRAMMAR, Kind


def without_order(value: Canonical) -> Canonical:
    """``value`` with the items of every container and iterator in one fixed order.

    The digests of a value that was too large to pass on stay as they are.
    """
    return _fixed(unpacked(value))


def _fixed(value: Canonical) -> Canonical:
    if not isinstance(value, list):
        return value
    tag, *fields = value
    return [tag, *(_field(kind, field) for kind, field in zip(GRAMMAR[tag].values(), fields, strict=True))]


def _field(kind: Kind, field: Any) -> Any:
    match kind:
        case Kind.ITEMS | Kind.UNORDERED:
            return sorted(map(_fixed, field), key=json.dumps)
        case Kind.PAIRS:
            return sorted(([_fixed(key), _fixed(item)] for key, item in field), key=json.dumps)
        case Kind.FIELDS:
            return [[name, _fixed(item)] for name, item in field]
        case Kind.VALUE:
            return _fixed(field)
    return field
