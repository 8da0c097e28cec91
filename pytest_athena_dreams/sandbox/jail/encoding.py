"""Writes JSON data as text, and compares two of them.

Invariants: the results stay the same whatever a dream does to the modules that this one imports.
"""

from __future__ import annotations

from json.encoder import c_make_encoder, encode_basestring_ascii  # type: ignore[attr-defined]
from typing import Any

_encode = c_make_encoder(None, None, encode_basestring_ascii, None, ":", ",", False, False, False)


def encoded(data: Any) -> str:
    """JSON data as text; it must hold no ``nan`` or infinity."""
    return "".join(_encode(data, 0))


def plain_text(value: str) -> Any:
    """A ``str`` in canonical form."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return ["str", value.encode("utf-8", "surrogatepass").hex()]
    return value


def plain_float(value: float) -> Any:
    """A ``float`` in canonical form."""
    if value - value == 0.0:
        return value
    return ["float", "nan" if value != value else "inf" if value > 0 else "-inf"]


def alike(a: Any, b: Any) -> bool:
    """Whether two canonical values are identical, except for the sign of zeros."""
    return encoded(a) == encoded(b) or _equal(a, b)


def _equal(a: Any, b: Any) -> bool:
    if type(a) is list and type(b) is list:
        return len(a) == len(b) and all(map(_equal, a, b))
    return type(a) is type(b) and bool(a == b)
