"""A world as Python source, for the file of a regression test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from ..worlds import World

SOURCE_WIDTH = 96
"""Characters of a line, before an expression takes several."""


def world_source(world: World, indent: int = 0) -> str:
    """An expression that makes ``world``, with the names of ``pytest_athena_dreams.worlds``."""
    return _source(world, indent)


def names_in(world: World) -> list[str]:
    """The names that the expression uses, in order."""
    return sorted(set(_names(world)))


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, msgspec.Struct):
        yield type(value).__name__
    for _, inner in _members(value):
        yield from _names(inner)


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    """What is in a value, each with the text before it."""
    if isinstance(value, msgspec.Struct):
        for field in msgspec.structs.fields(value):
            inner = getattr(value, field.name)
            if inner != _default(field) and field.name != "text":
                yield f"{field.name}=", inner
    elif isinstance(value, Mapping):
        yield from ((f"{key!a}: ", inner) for key, inner in value.items())
    elif isinstance(value, tuple):
        yield from (("", inner) for inner in value)


def _default(field: msgspec.structs.FieldInfo) -> Any:
    if field.default is not msgspec.NODEFAULT:
        return field.default
    return field.default_factory() if field.default_factory is not msgspec.NODEFAULT else msgspec.NODEFAULT


def _source(value: Any, indent: int) -> str:
    if isinstance(value, msgspec.Struct):
        start, end = f"{type(value).__name__}(", ")"
    elif isinstance(value, Mapping):
        start, end = "{", "}"
    elif isinstance(value, tuple):
        start, end = "(", ")"
    else:
        return ascii(value)
    members = list(_members(value))
    parts = [f"{before}{_source(inner, indent + 4)}" for before, inner in members]
    comma = "," if isinstance(value, tuple) and len(parts) == 1 else ""
    line = f"{start}{', '.join(parts)}{comma}{end}"
    if "\n" not in line and indent + len(line) <= SOURCE_WIDTH:
        return line
    return f"{start}\n" + "".join(f"{' ' * (indent + 4)}{part},\n" for part in parts) + f"{' ' * indent}{end}"
