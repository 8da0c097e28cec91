"""When two canonical values are equal, and where they first differ.

Exact types count (``True`` is not ``1``, ``1`` is not ``1.0``), except that the dict types of
``collections`` equal a dict with the same items, as they do in Python. Floats are equal within a
relative tolerance (and a tiny absolute one, for sums that should be zero); NaN equals NaN, and
``0.0`` equals ``-0.0`` unless signs of zero are told apart. Sets and dicts have no order, iterators are
compared by what they give. Values too large to be told are compared part by part, by digests.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from ..models import Canonical, unpacked
from .render import number, render

TOLERANCE = 1e-9
"""Relative tolerance of floats: the default of ``math.isclose``."""
NEAR_ZERO = 1e-12
"""Absolute tolerance of floats, where the relative one is no smaller: the default of ``pytest.approx``."""

LONG = 80
"""Characters of two texts together above which it is told where they first differ."""

_DICTS = frozenset({"collections.OrderedDict", "collections.Counter", "collections.defaultdict"})
_ORDERED = frozenset({"collections.OrderedDict"})


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two values first differ: ``path`` as a Python subscript; ``sides`` gives both as text."""

    path: str
    sides: Callable[[], tuple[str, str]]

    @property
    def expected(self) -> str:
        """The expected side as text."""
        return self.sides()[0]

    @property
    def got(self) -> str:
        """The other side as text."""
        return self.sides()[1]


def difference(
    expected: Canonical, got: Canonical, *, tolerance: float = TOLERANCE, signed_zero: bool = False
) -> Difference | None:
    """The first difference between two canonical values, ``None`` where they are equal."""
    # Equal to the letter is by far the most frequent case, and told quickly.
    if expected is got or _encode(expected) == _encode(got):
        return None
    return _Comparison(tolerance, signed_zero).compare(unpacked(expected), unpacked(got), "")


def same_type(expected: Canonical, got: Canonical) -> bool:
    """Whether values that differ may count as of one type; any two that are equal may."""
    return _kind(unpacked(expected)) == _kind(unpacked(got))


def _kind(value: Canonical) -> str:
    if isinstance(value, list) and value[0] == "cut":
        return _kind(value[3])
    if isinstance(value, list) and value[0] == "iterator":
        return "iterator"
    return type_of(_as_dict(value)) if isinstance(value, list) else type_of(value)


def type_of(value: Canonical) -> str:
    """The name of the type that a canonical value stands for."""
    value = unpacked(value)
    if value is None:
        return "None"
    if not isinstance(value, list):
        return type(value).__name__
    tag = str(value[0])
    if tag == "cut":
        return type_of(value[3])
    return str(value[1]) if tag in ("value", "enum", "object", "sub", "iterator", "opaque") else tag


_PARTS = "the expected one (of values too large to be told)", "another part"
_encode = msgspec.json.Encoder().encode


class _Comparison:
    def __init__(self, tolerance: float, signed_zero: bool) -> None:
        self.tolerance = tolerance
        self.signed_zero = signed_zero

    def compare(self, a: Canonical, b: Canonical, path: str) -> Difference | None:
        x, y = number(a), number(b)
        if x is not None and y is not None:
            return None if self._close(x, y) else _differ(path, a, b)
        if isinstance(a, str) and isinstance(b, str) and a != b and len(a) + len(b) > LONG:
            pairs = enumerate(zip(a, b, strict=False))
            start = next((n for n, (x, y) in pairs if x != y), min(len(a), len(b)))
            ends = (a[start : start + LONG // 2], b[start : start + LONG // 2])
            return Difference(f"{path}[{start}:]", lambda: (_text(ends[0]), _text(ends[1])))
        if not isinstance(a, list) or not isinstance(b, list):
            return None if type(a) is type(b) and a == b else _differ(path, a, b)
        if "sub" in (a[0], b[0]) and a[:2] != b[:2]:
            a, b = _as_dict(a), _as_dict(b)
        compare = getattr(self, f"_{a[0]}", None)
        if a[0] != b[0] or compare is None:
            return None if a == b else _differ(path, a, b)
        found: Difference | None = compare(a[1:], b[1:], path)
        return found

    def _close(self, x: float, y: float) -> bool:
        if self.signed_zero and x == y == 0:
            return math.copysign(1, x) == math.copysign(1, y)
        absolute = min(NEAR_ZERO, self.tolerance)
        return math.isclose(x, y, rel_tol=self.tolerance, abs_tol=absolute) or (x != x and y != y)

    def _cut(self, a: list[Any], b: list[Any], path: str) -> Difference | None:
        if _kind(a[2]) != _kind(b[2]):
            return _differ(path, ["cut", *a], ["cut", *b])
        for (place, *expected), (_, *got) in zip(a[1], b[1], strict=False):
            if not any(x == y for x, y in zip(expected, got, strict=True)):
                return Difference(f"{path}{place}", lambda: _PARTS)
        if len(a[1]) != len(b[1]):
            return Difference(path, lambda: (f"{a[0]} characters", f"{b[0]} characters"))
        return None

    def _items(self, a: list[Any], b: list[Any], path: str) -> Difference | None:
        for n, (x, y) in enumerate(zip(a, b, strict=False)):
            if found := self.compare(x, y, f"{path}[{n}]"):
                return found
        if len(a) != len(b):
            return Difference(path, lambda: (_count(len(a)), _count(len(b))))
        return None

    def _list(self, a: list[Any], b: list[Any], path: str) -> Difference | None:
        return self._items(a[0], b[0], path)

    _tuple = _deque = _list

    def _iterator(self, a: list[Any], b: list[Any], path: str) -> Difference | None:
        found = self._items(a[1], b[1], path)
        if found is None and a[2] != b[2]:
            return Difference(path, lambda: (_length(a), _length(b)))
        return found

    def _set(self, a: list[Any], b: list[Any], path: str) -> Difference | None:
        missing, added = self._unmatched([[x, None] for x in a[0]], [[x, None] for x in b[0]], path)[:2]
        if not missing and not added:
            return None
        return Difference(path, lambda: (_listing("with", missing), _listing("with", added)))

    _frozenset = _set

    def _dict(self, a: list[Any], b: list[Any], path: str) -> Difference | None:
        missing, added, found = self._unmatched(a[0], b[0], path)
        if missing or added:
            return Difference(path, lambda: (_listing("with key", missing), _listing("with key", added)))
        return found

    def _unmatched(
        self, a: list[Any], b: list[Any], path: str
    ) -> tuple[list[Any], list[Any], Difference | None]:
        """Keys only in ``a``, keys only in ``b``, and the first difference between shared keys' values."""
        others = {json.dumps(key): (key, value) for key, value in b}
        found: Difference | None = None
        left: list[Any] = []
        for key, value in a:
            match = others.pop(json.dumps(key), None)
            if match is None:
                left.append((key, value))
            elif found is None:
                found = self.compare(value, match[1], f"{path}[{render(key, limit=40)}]")
        rest = list(others.values())
        missing: list[Any] = []
        for key, value in left:  # keys that hold floats may still be close
            for n, (other, other_value) in enumerate(rest):
                if self.compare(key, other, path) is None:
                    del rest[n]
                    found = found or self.compare(value, other_value, f"{path}[{render(key, limit=40)}]")
                    break
            else:
                missing.append(key)
        return missing, [key for key, _ in rest], found

    def _sub(self, a: list[Any], b: list[Any], path: str) -> Difference | None:
        if a[0] != b[0]:
            return _differ(path, ["sub", *a], ["sub", *b])
        if a[0] in _ORDERED:
            return self._items(
                [["tuple", pair] for pair in a[1][1]], [["tuple", pair] for pair in b[1][1]], path
            )
        return self.compare(a[1], b[1], path)

    def _object(self, a: list[Any], b: list[Any], path: str) -> Difference | None:
        if a[0] != b[0] or [name for name, _ in a[1]] != [name for name, _ in b[1]]:
            return _differ(path, ["object", *a], ["object", *b])
        for (name, x), (_, y) in zip(a[1], b[1], strict=True):
            if found := self.compare(x, y, f"{path}.{name}"):
                return found
        return None

    def _complex(self, a: list[Any], b: list[Any], path: str) -> Difference | None:
        if any(self.compare(x, y, path) for x, y in zip(a, b, strict=True)):
            return _differ(path, ["complex", *a], ["complex", *b])
        return None


def _as_dict(value: list[Any]) -> list[Any]:
    """A dict of ``collections`` as a plain dict; anything else as it is."""
    return value[2] if value[0] == "sub" and value[1] in _DICTS else value


def _differ(path: str, a: Canonical, b: Canonical) -> Difference:
    return Difference(path, lambda: (render(a), render(b)))


def _text(rest: str) -> str:
    return render(rest) if rest else "the end"


def _count(items: int) -> str:
    return "1 item" if items == 1 else f"{items} items"


def _length(iterator: list[Any]) -> str:
    return f"{'more than ' if iterator[2] else ''}{_count(len(iterator[1]))}"


def _listing(word: str, keys: list[Any]) -> str:
    shown = ", ".join(render(key, limit=40) for key in keys[:3])
    return f"{word} {shown}{', ...' if len(keys) > 3 else ''}" if keys else f"without {word.split()[-1]}"
