"""Decides whether a canonical value fits an annotation.

A value fits unless plain data shows that it does not: an annotation of an unknown kind fits every value. As
in PEP 484, an ``int`` fits ``float`` and ``complex``.
"""

from __future__ import annotations

import msgspec

from ..models import Canonical, unpacked
from ..signatures import TypeSpec
from .equality import tagged, type_of

_NUMERIC_TOWER = {
    "float": ("float", "int", "bool"),
    "complex": ("complex", "float", "int", "bool"),
    "int": ("int", "bool"),
}
_ITEM_KINDS = ("list", "set", "frozenset")
COMPARED_LITERALS = 64
"""Maximum literal types whose values are cached as a set: an annotation is checked for many values."""
_encode = msgspec.json.Encoder().encode
_cached: dict[int, tuple[TypeSpec, frozenset[bytes]]] = {}
"""Types and their values as JSON, by ``id`` of the type; the entry keeps the type alive."""
_KNOWN_KINDS = (*_ITEM_KINDS, "dict", "tuple", "tuple...")


def fits(value: Canonical, spec: TypeSpec) -> bool:
    """Whether ``value`` has the type that ``spec`` describes, as far as plain data shows."""
    value = unpacked(value)
    kind, actual = spec.kind, type_of(value)
    if kind == "none":
        return value is None
    if kind in ("bool", "str", "bytes", "bytearray"):
        return actual == kind or _is_subclass_of(value, kind)
    if kind in _NUMERIC_TOWER:
        return actual in _NUMERIC_TOWER[kind] or any(_is_subclass_of(value, k) for k in _NUMERIC_TOWER[kind])
    if kind == "union":
        return any(fits(value, arg) for arg in spec.args)
    if kind == "literal":
        return _encode(value) in _allowed(spec)
    if isinstance(value, list) and value[0] == "cut":  # its items are not known
        return kind not in _KNOWN_KINDS or kind.removesuffix("...") == actual or tagged(value[3], "sub")
    inner = value[2] if isinstance(value, list) and value[0] == "sub" else value
    if kind in _ITEM_KINDS:
        return tagged(inner, kind) and all(fits(item, spec.args[0]) for item in inner[1])
    if kind == "dict":
        return tagged(inner, kind) and all(
            fits(key, spec.args[0]) and fits(item, spec.args[1]) for key, item in inner[1]
        )
    if kind == "tuple...":
        return tagged(inner, "tuple") and all(fits(item, spec.args[0]) for item in inner[1])
    if kind == "tuple":
        return (
            tagged(inner, "tuple") and len(inner[1]) == len(spec.args) and all(map(fits, inner[1], spec.args))
        )
    return True


def _allowed(spec: TypeSpec) -> frozenset[bytes]:
    """The values of a literal type as JSON; they are never floats."""
    found = _cached.get(id(spec))
    if found is None:
        if len(_cached) >= COMPARED_LITERALS:
            _cached.clear()
        found = _cached[id(spec)] = spec, frozenset(map(_encode, spec.values))
    return found[1]


def _is_subclass_of(value: Canonical, kind: str) -> bool:
    return isinstance(value, list) and value[0] == "sub" and type_of(value[2]) == kind
