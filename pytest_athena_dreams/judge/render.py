"""Canonical values as text for people: near to Python, never evaluated, always capped."""

from __future__ import annotations

import math
from typing import Any

from ..models import Canonical, unpacked

_OPEN = {
    "list": "[]",
    "tuple": "()",
    "set": "{}",
    "frozenset": ("frozenset({", "})"),
    "deque": ("deque([", "])"),
}


def render(value: Canonical, *, limit: int = 200) -> str:
    """Python-like text for ``value``, at most ``limit`` characters, the middle left out if longer."""
    return shorten(_render(unpacked(value), limit), limit)


def shorten(text: str, limit: int) -> str:
    """``text`` with its middle replaced by an ellipsis where it has more than ``limit`` characters."""
    if len(text) <= limit:
        return text
    tail = max(limit // 4, 1)
    return f"{text[: limit - tail - 3]}...{text[-tail:]}"


def _ends(items: list[Any], limit: int) -> list[Any]:
    """``items`` without those that can't be among the first or last ``limit`` characters of the text."""
    return items if len(items) <= 2 * limit else items[:limit] + items[-limit:]


def _render(value: Canonical, limit: int) -> str:
    if not isinstance(value, list):
        return repr(value)
    tag, *rest = value
    if tag == "int":
        return _integer(rest[0])
    if tag == "float":
        return f"float({rest[0]!r})"
    if tag == "str":
        return repr(bytes.fromhex(rest[0]).decode("utf-8", "surrogatepass"))
    if tag == "bytes":
        return repr(bytes.fromhex(rest[0]))
    if tag == "bytearray":
        return f"bytearray({bytes.fromhex(rest[0])!r})"
    if tag == "complex":
        return f"complex({_render(rest[0], limit)}, {_render(rest[1], limit)})"
    if tag in _OPEN:
        return _sequence(tag, rest[0], limit)
    if tag == "dict":
        pairs = (f"{_render(k, limit)}: {_render(v, limit)}" for k, v in _ends(rest[0], limit))
        return "{" + ", ".join(pairs) + "}"
    return _named(tag, rest, limit)


def _integer(text: str) -> str:
    value = int(text, 16)
    return repr(value) if value.bit_length() < 400 else text


def _sequence(tag: str, items: list[Any], limit: int) -> str:
    inner = ", ".join(_render(item, limit) for item in _ends(items, limit))
    if tag == "tuple" and len(items) == 1:
        inner += ","
    if tag in ("set", "frozenset") and not items:
        return f"{tag}()"
    left, right = _OPEN[tag]
    return left + inner + right


def _named(tag: str, rest: list[Any], limit: int) -> str:
    if tag == "value":
        return str(rest[1])
    if tag == "enum":
        return f"{rest[0]}.{rest[1]}"
    if tag == "object":
        return f"{rest[0]}(" + ", ".join(f"{name}={_render(field, limit)}" for name, field in rest[1]) + ")"
    if tag == "sub":
        return f"{rest[0]}({_render(rest[1], limit)})"
    if tag == "iterator":
        return f"<{rest[0]} giving {_sequence('list', rest[1], limit)}{' and more' if rest[2] else ''}>"
    if tag == "cut":
        size = "" if rest[0] < 0 else f", some {rest[0]} characters"
        return f"<too large{size}: {_render(rest[2], limit)} and more>"
    if tag == "ref":
        return "..."
    return f"<{rest[0]}>"


def number(value: Canonical) -> float | None:
    """The float that a canonical float stands for, ``None`` for anything else."""
    if isinstance(value, float):
        return value
    if isinstance(value, list) and value[0] == "float":
        return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[value[1]]
    return None
