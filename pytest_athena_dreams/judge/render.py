"""Renders canonical values as text for people: close to Python, never evaluated, always capped."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..models import Canonical, unpacked


def render(value: Canonical, *, limit: int = 200) -> str:
    """Python-like text for ``value``, cut in the middle to at most ``limit`` characters."""
    return shorten(_render(unpacked(value), limit), limit)


def shorten(text: str, limit: int) -> str:
    """``text`` with its middle replaced by an ellipsis if it is longer than ``limit``, at least 4."""
    if len(text) <= limit:
        return text
    tail = limit // 4
    return f"{text[: limit - tail - 3]}...{text[-tail:]}"


def _ends(items: list[Any], limit: int) -> list[Any]:
    """``items`` without those that can't be among the first or last ``limit`` characters of the text."""
    return items if len(items) <= 2 * limit else items[:limit] + items[-limit:]


def _render(value: Canonical, limit: int) -> str:
    if not isinstance(value, list):
        return repr(value)
    tag, *fields = value
    return _RENDERERS[tag](fields, limit)


def _integer(fields: list[Any], _: int) -> str:
    value = int(fields[0], 16)
    return repr(value) if value.bit_length() < 400 else str(fields[0])


def _complex(fields: list[Any], limit: int) -> str:
    return f"complex({_render(fields[0], limit)}, {_render(fields[1], limit)})"


def _within(left: str, right: str) -> Callable[[list[Any], int], str]:
    return lambda fields, limit: f"{left}{_items(fields[0], limit)}{right}"


def _tuple(fields: list[Any], limit: int) -> str:
    return f"({_items(fields[0], limit)}{',' if len(fields[0]) == 1 else ''})"


def _set(fields: list[Any], limit: int) -> str:
    return f"{{{_items(fields[0], limit)}}}" if fields[0] else "set()"


def _frozenset(fields: list[Any], limit: int) -> str:
    return f"frozenset({_set(fields, limit) if fields[0] else ''})"


def _dict(fields: list[Any], limit: int) -> str:
    pairs = (f"{_render(k, limit)}: {_render(v, limit)}" for k, v in _ends(fields[0], limit))
    return "{" + ", ".join(pairs) + "}"


def _object(fields: list[Any], limit: int) -> str:
    name, attributes = fields
    return f"{name}(" + ", ".join(f"{n}={_render(value, limit)}" for n, value in attributes) + ")"


def _exception(fields: list[Any], limit: int) -> str:
    name, args, details, attributes = fields
    held = _items(args[1], limit) if isinstance(args, list) and args[0] == "tuple" else ""
    rest = [f"{n}={_render(value, limit)}" for n, value in (*details, *attributes)]
    return f"{name}({', '.join([held, *rest] if held else rest)})"


def _sub(fields: list[Any], limit: int) -> str:
    name, held, attributes = fields
    if attributes and attributes[0][0] == "_fields" and _same_length(held, attributes[0][1]):
        pairs = zip(attributes[0][1][1], held[1], strict=True)
        parts = [f"{label}={_render(item, limit)}" for label, item in pairs]
        attributes = attributes[1:]
    else:
        parts = [_render(held, limit)]
    return f"{name}({', '.join([*parts, *(f'{n}={_render(value, limit)}' for n, value in attributes)])})"


def _same_length(held: Canonical, names: Canonical) -> bool:
    """Whether both are tuples of the same length."""
    both = isinstance(held, list) and isinstance(names, list) and held[0] == names[0] == "tuple"
    return both and len(held[1]) == len(names[1])


def _iterator(fields: list[Any], limit: int) -> str:
    name, items, more, end = fields
    rest = " and more" if more else f", then {_render(end, limit)}" if end is not None else ""
    return f"<{name} giving [{_items(items, limit)}]{rest}>"


def _cut(fields: list[Any], limit: int) -> str:
    size = "" if fields[0] < 0 else f", some {fields[0]} characters"
    return f"<too large{size}: {_render(fields[2], limit)} and more>"


def _items(items: list[Any], limit: int) -> str:
    return ", ".join(_render(item, limit) for item in _ends(items, limit))


_RENDERERS: dict[str, Callable[[list[Any], int], str]] = {
    "int": _integer,
    "float": lambda fields, _: f"float({fields[0]!r})",
    "str": lambda fields, _: repr(bytes.fromhex(fields[0]).decode("utf-8", "surrogatepass")),
    "bytes": lambda fields, _: repr(bytes.fromhex(fields[0])),
    "bytearray": lambda fields, _: f"bytearray({bytes.fromhex(fields[0])!r})",
    "complex": _complex,
    "list": _within("[", "]"),
    "tuple": _tuple,
    "deque": _within("deque([", "])"),
    "set": _set,
    "frozenset": _frozenset,
    "dict": _dict,
    "value": lambda fields, _: str(fields[1]),
    "enum": lambda fields, _: f"{fields[0]}.{fields[1]}",
    "object": _object,
    "sub": _sub,
    "iterator": _iterator,
    "exception": _exception,
    "opaque": lambda fields, _: f"<{fields[0]}>",
    "ref": lambda *_: "...",
    "cut": _cut,
}
"""Functions that render a value, by tag."""


def number(value: Canonical) -> float | None:
    """The value of a canonical float; ``None`` for anything else."""
    if isinstance(value, float):
        return value
    if isinstance(value, list) and value[0] == "float":
        return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[value[1]]
    return None
