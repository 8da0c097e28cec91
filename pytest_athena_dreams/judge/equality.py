"""Decides whether two canonical values are equal, and where they first differ.

Exact types count (``True`` is not ``1``, ``1`` is not ``1.0``), except that the dict types of ``collections``
equal a dict with the same items, as in Python. Floats are equal within a relative tolerance, and a tiny
absolute one for sums that should be zero. NaN equals NaN, and ``0.0`` equals ``-0.0`` unless ``signed_zero``
is set. Order does not count in sets and dicts; iterators are compared by their items. Values that are too
large to pass on are compared part by part, by digests.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from ..models import Canonical, Observation, ObservationKind, unpacked
from ..sandbox.jail.grammar import DICTS, GRAMMAR
from .matching import unmatched
from .render import number, render

TOLERANCE = 1e-9
"""Relative tolerance of floats: the default of ``math.isclose``."""
NEAR_ZERO = 1e-12
"""Absolute tolerance of floats, unless the relative one is smaller: the default of ``pytest.approx``."""

LONG_TEXTS = 80
"""Characters of two texts together above which only the part from their first difference on is shown."""

_ORDERED = frozenset({"collections.OrderedDict"})


@dataclass(frozen=True, slots=True)
class Difference:
    """The first difference of two values: ``path`` is a Python subscript, ``sides`` returns both as text."""

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
    """The first difference between two canonical values; ``None`` if they are equal."""
    # Identical JSON is by far the most frequent case, and quick to detect.
    if expected is got or _encode(expected) == _encode(got):
        return None
    return _Comparison(tolerance, signed_zero).compare(unpacked(expected), unpacked(got), "")


def identical(expected: Observation, got: Observation) -> bool:
    """Whether two calls returned the same in all that any contract compares: a shortcut for most of them.

    Equal bytes from the jail are one object here, because each decoder caches its values.
    """
    return (
        expected.value is got.value
        and expected.kind is got.kind is ObservationKind.RETURNED
        and expected.changed is got.changed
        and expected.printed is got.printed
        and expected.awaited == got.awaited
        and expected.files is None
        and not got.refused
    )


def same_type(expected: Canonical, got: Canonical) -> bool:
    """Whether two values have the same type; always true for equal values."""
    return _kind(unpacked(expected)) == _kind(unpacked(got))


def _kind(value: Canonical) -> str:
    if isinstance(value, list) and value[0] == "cut":
        return _kind(value[3])
    if isinstance(value, list) and value[0] == "iterator":
        return "iterator"
    return type_of(_as_dict(value)) if isinstance(value, list) else type_of(value)


def type_of(value: Canonical) -> str:
    """The name of the type of a canonical value."""
    value = unpacked(value)
    if value is None:
        return "None"
    if not isinstance(value, list):
        return type(value).__name__
    tag = str(value[0])
    if tag == "cut":
        return type_of(value[3])
    return str(value[1]) if "type" in GRAMMAR[tag] else tag


_PART_TEXTS = "the expected one (of values too large to show)", "another part"
_encode = msgspec.json.Encoder().encode


class _Comparison:
    def __init__(self, tolerance: float, signed_zero: bool) -> None:
        self.tolerance = tolerance
        self.signed_zero = signed_zero

    def compare(self, a: Canonical, b: Canonical, path: str) -> Difference | None:
        x, y = number(a), number(b)
        if x is not None and y is not None:
            return None if self._close(x, y) else _differ(path, a, b)
        if isinstance(a, str) and isinstance(b, str) and a != b and len(a) + len(b) > LONG_TEXTS:
            pairs = enumerate(zip(a, b, strict=False))
            start = next((n for n, (x, y) in pairs if x != y), min(len(a), len(b)))
            ends = (a[start : start + LONG_TEXTS // 2], b[start : start + LONG_TEXTS // 2])
            return Difference(f"{path}[{start}:]", lambda: (_text(ends[0]), _text(ends[1])))
        if not isinstance(a, list) or not isinstance(b, list):
            return None if type(a) is type(b) and a == b else _differ(path, a, b)
        if "sub" in (a[0], b[0]) and a[:2] != b[:2]:
            a, b = _as_dict(a), _as_dict(b)
        if a[0] != b[0]:
            return _differ(path, a, b)
        return _COMPARERS[a[0]](self, a, b, path)

    def _exact(self, a: list[Any], b: list[Any], path: str) -> Difference | None:
        return None if a == b else _differ(path, a, b)

    def _complex(self, a: list[Any], b: list[Any], path: str) -> Difference | None:
        if any(self.compare(x, y, path) for x, y in zip(a[1:], b[1:], strict=True)):
            return _differ(path, a, b)
        return None

    def _sequence(self, a: list[Any], b: list[Any], path: str) -> Difference | None:
        return self._items(a[1], b[1], path)

    def _set(self, a: list[Any], b: list[Any], path: str) -> Difference | None:
        x, y = a[1], b[1]
        left, right, _ = self._unmatched(x, y)
        if not left and not right:
            return None
        return _lacking("with", [x[n] for n in left], [y[n] for n in right], path)

    def _dict(self, a: list[Any], b: list[Any], path: str) -> Difference | None:
        others = {_encode(key): item for key, item in b[1]}
        keys = dict.fromkeys(_encode(key) for key, _ in a[1])
        if len(others) == len(b[1]) and len(keys) == len(a[1]) and others.keys() == keys.keys():
            for text, (key, item) in zip(keys, a[1], strict=True):
                if found := self.compare(item, others[text], _below(path, key)):
                    return found
            return None
        x, y = a[1], b[1]
        left, right, _ = self._unmatched([["tuple", pair] for pair in x], [["tuple", pair] for pair in y])
        if not left and not right:
            return None
        x, y = [x[n] for n in left], [y[n] for n in right]
        return self._other_value(x, y, path)

    def _other_value(self, a: list[Any], b: list[Any], path: str) -> Difference:
        """How two lists of pairs without equal pairs differ: by a key, or by the value of one."""
        keys, others = [key for key, _ in a], [key for key, _ in b]
        left, right, pairs = self._unmatched(keys, others)
        if left or right:
            return _lacking("with key", [keys[n] for n in left], [others[n] for n in right], path)
        n, m = pairs[0] if pairs else (0, others.index(keys[0]))
        found = self.compare(a[n][1], b[m][1], _below(path, keys[n]))
        return found or _lacking("with key", keys, others, path)

    def _unmatched(self, a: list[Any], b: list[Any]) -> tuple[list[int], list[int], list[tuple[int, int]]]:
        return unmatched(a, b, tolerance=self.tolerance, close=self._close, equal=self._equal)

    def _equal(self, a: Canonical, b: Canonical) -> bool:
        return self.compare(a, b, "") is None

    def _object(self, a: list[Any], b: list[Any], path: str) -> Difference | None:
        if a[1] != b[1] or [name for name, _ in a[2]] != [name for name, _ in b[2]]:
            return _differ(path, a, b)
        for (name, x), (_, y) in zip(a[2], b[2], strict=True):
            if found := self.compare(x, y, f"{path}.{name}"):
                return found
        return None

    def _exception(self, a: list[Any], b: list[Any], path: str) -> Difference | None:
        if found := self.compare(a[2], b[2], f"{path}.args"):
            return found
        for mine, others in zip(a[3:], b[3:], strict=True):
            if found := self._object(["object", a[1], mine], ["object", b[1], others], path):
                return found
        return None

    def _sub(self, a: list[Any], b: list[Any], path: str) -> Difference | None:
        if a[1] != b[1]:
            return _differ(path, a, b)
        if a[3] or b[3]:
            found = self._object(["object", a[1], a[3]], ["object", b[1], b[3]], path)
            if found is not None:
                return found
        if a[1] in _ORDERED and tagged(a[2], "dict") and tagged(b[2], "dict"):
            pairs, others = ([["tuple", pair] for pair in held[2][1]] for held in (a, b))
            return self._items(pairs, others, path)
        return self.compare(a[2], b[2], path)

    def _iterator(self, a: list[Any], b: list[Any], path: str) -> Difference | None:
        found = self._items(a[2], b[2], path)
        if found is None and a[3] != b[3]:
            return Difference(path, lambda: (_length(a), _length(b)))
        if found is None and (found := self.compare(a[4], b[4], "")):
            ends = found.sides()
            return Difference(path, lambda: (f"the end {ends[0]}", f"the end {ends[1]}"))
        return found

    def _enum(self, a: list[Any], b: list[Any], path: str) -> Difference | None:
        return _differ(path, a, b) if a[1:3] != b[1:3] else self.compare(a[3], b[3], f"{path}.value")

    def _cut(self, a: list[Any], b: list[Any], path: str) -> Difference | None:
        if _kind(a[3]) != _kind(b[3]):
            return _differ(path, a, b)
        for (place, *expected), (_, *got) in zip(a[2], b[2], strict=False):
            if not any(x == y for x, y in zip(expected, got, strict=True)):
                return Difference(f"{path}{place}", lambda: _PART_TEXTS)
        if len(a[2]) != len(b[2]):
            return Difference(path, lambda: (f"{a[1]} characters", f"{b[1]} characters"))
        return None

    def _close(self, x: float, y: float) -> bool:
        if self.signed_zero and x == y == 0:
            return math.copysign(1, x) == math.copysign(1, y)
        absolute = min(NEAR_ZERO, self.tolerance)
        return math.isclose(x, y, rel_tol=self.tolerance, abs_tol=absolute) or (x != x and y != y)

    def _items(self, a: list[Any], b: list[Any], path: str) -> Difference | None:
        for n, (x, y) in enumerate(zip(a, b, strict=False)):
            if found := self.compare(x, y, f"{path}[{n}]"):
                return found
        if len(a) != len(b):
            return Difference(path, lambda: (_count(len(a)), _count(len(b))))
        return None


_Comparer = Callable[[_Comparison, list[Any], list[Any], str], Difference | None]
_COMPARERS: dict[str, _Comparer] = {
    "int": _Comparison._exact,
    "float": _Comparison._exact,
    "str": _Comparison._exact,
    "bytes": _Comparison._exact,
    "bytearray": _Comparison._exact,
    "complex": _Comparison._complex,
    "list": _Comparison._sequence,
    "tuple": _Comparison._sequence,
    "deque": _Comparison._sequence,
    "set": _Comparison._set,
    "frozenset": _Comparison._set,
    "dict": _Comparison._dict,
    "value": _Comparison._exact,
    "enum": _Comparison._enum,
    "object": _Comparison._object,
    "sub": _Comparison._sub,
    "iterator": _Comparison._iterator,
    "exception": _Comparison._exception,
    "opaque": _Comparison._exact,
    "ref": _Comparison._exact,
    "cut": _Comparison._cut,
}
"""Methods that compare two values with the same tag, by tag."""


def _as_dict(value: list[Any]) -> list[Any]:
    """A dict type of ``collections`` as a plain dict; any other value unchanged."""
    return value[2] if value[0] == "sub" and value[1] in DICTS and tagged(value[2], "dict") else value


def tagged(value: Canonical, tag: str) -> bool:
    """Whether ``value`` has ``tag``."""
    return isinstance(value, list) and value[0] == tag


def _below(path: str, key: Canonical) -> str:
    return f"{path}[{render(key, limit=40)}]"


def _lacking(word: str, missing: list[Any], added: list[Any], path: str) -> Difference:
    return Difference(path, lambda: (_listing(word, missing), _listing(word, added)))


def _differ(path: str, a: Canonical, b: Canonical) -> Difference:
    return Difference(path, lambda: (render(a), render(b)))


def _text(rest: str) -> str:
    return render(rest) if rest else "the end"


def _count(items: int) -> str:
    return "1 item" if items == 1 else f"{items} items"


def _length(iterator: list[Any]) -> str:
    return f"{'more than ' if iterator[3] else ''}{_count(len(iterator[2]))}"


def _listing(word: str, keys: list[Any]) -> str:
    shown = ", ".join(render(key, limit=40) for key in keys[:3])
    return f"{word} {shown}{', ...' if len(keys) > 3 else ''}" if keys else f"without {word.split()[-1]}"
