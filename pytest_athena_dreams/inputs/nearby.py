"""Values near a value: of another type, with its items in another order, with another key."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

MOST_ITEMS = 24
"""Items, at most, that a container may grow to."""
LARGEST_FLOAT = 10_000
"""Whole numbers below this also come as floats."""

_FALSE_VALUES: dict[type, Callable[[], Any]] = {kind: kind for kind in (str, int, float, list, tuple, dict)}


def of_another_type(value: Any, random: Random) -> Any:
    """A value of another type that is equal to ``value`` or reads alike; or ``None``."""
    match value:
        case bool():
            return random.choice([int(value), str(value), None])
        case int():
            return random.choice(
                [float(value) if abs(value) < LARGEST_FLOAT else 0.0, bool(value), str(value), None]
            )
        case str():
            return random.choice([[value], None, len(value)])
        case list():
            return random.choice([tuple(value), None])
        case tuple():
            return random.choice([list(value), None])
    return None


def equal_of_another_type(value: Any) -> Any:
    """A value of another type that is equal to ``value``; ``None`` if there is none."""
    match value:
        case bool():
            return int(value)
        case 0 | 1 if type(value) is int:
            return bool(value)
        case int() if abs(value) < LARGEST_FLOAT:
            return float(value)
        case float() if value.is_integer():
            return int(value)
    return None


def emptied(value: Any) -> Any:
    """The value of the same type that counts as false; ``None`` for a type without one."""
    return _FALSE_VALUES.get(type(value), lambda: None)()


def rejoined(text: str, separator: str, random: Random) -> str:
    """The pieces of a text between ``separator``, one of them repeated, left out, or moved."""
    return separator.join(reordered(text.split(separator), random))


def reordered(items: list[Any], random: Random) -> list[Any]:
    """Other items: one repeated, left out or moved, or all in another order."""
    if not items:
        return items
    at, to = random.randrange(len(items)), random.randrange(len(items) + 1)
    way = random.randrange(6)
    if way <= 1 and len(items) < MOST_ITEMS:
        return [*items[:to], items[at], *items[to:]]
    if way == 2:
        return items[:at] + items[at + 1 :]
    if way == 3:
        rest = items[:at] + items[at + 1 :]
        return [*rest[:to], items[at], *rest[to:]]
    if way == 4:
        return items[::-1]
    try:
        return sorted(items)
    except TypeError:
        return items[at:] + items[:at]


def remapped(value: dict[Any, Any], random: Random) -> dict[Any, Any]:
    """A mapping without one of its keys, or with the value of one key under another."""
    if not value:
        return value
    keys = list(value)
    key, other = random.choice(keys), random.choice(keys)
    if random.random() < 0.4:
        return {k: item for k, item in value.items() if k != key}
    return value | {key: value[other]}
