"""Which parts of a value only their types are known of."""

from __future__ import annotations

import zlib
from enum import IntEnum

import msgspec

from ..models import Canonical, Packed, unpacked
from ..sandbox.jail.grammar import GRAMMAR, Kind

_LISTED = frozenset({Kind.ITEMS, Kind.UNORDERED})
_PAIRED = frozenset({Kind.PAIRS, Kind.FIELDS})
_encode = msgspec.json.Encoder().encode
_OPAQUE_MARKS = (b'"opaque"', b'"iterator"')
"""JSON without any of these has no such part."""


class Known(IntEnum):
    """How much of a value can be compared."""

    NOTHING = 0
    """Types alone."""
    PART = 1
    ALL = 2


def known(value: Canonical) -> Known:
    """How much of ``value`` can be compared: of an iterator with more items to come, the first ones."""
    text = zlib.decompress(value.text) if isinstance(value, Packed) else _encode(value)
    return _known(unpacked(value)) if any(mark in text for mark in _OPAQUE_MARKS) else Known.ALL


def hides(value: Canonical) -> bool:
    """Whether only the type is known of ``value`` or of a part."""
    if not isinstance(value, list):
        return False
    tag, *fields = value
    return tag == "opaque" or any(map(hides, _parts(tag, fields)))


def _known(value: Canonical) -> Known:
    if not isinstance(value, list):
        return Known.ALL
    tag, *fields = value
    if tag == "opaque":
        return Known.NOTHING
    found = {_known(part) for part in _parts(tag, fields)}
    if tag == "iterator" and fields[2]:
        found.add(Known.PART)
    if not found or found == {Known.ALL}:
        return Known.ALL
    return Known.NOTHING if found == {Known.NOTHING} else Known.PART


def _parts(tag: str, fields: list[Canonical]) -> list[Canonical]:
    parts: list[Canonical] = []
    for kind, field in zip(GRAMMAR[tag].values(), fields, strict=True):
        if kind is Kind.VALUE:
            parts += [field] if field is not None else []
        elif kind in _LISTED:
            parts += field
        elif kind in _PAIRED:
            parts += [part for _, part in field]
            parts += [key for key, _ in field] if kind is Kind.PAIRS else []
    return parts
