"""A value that is too large to be told, as digests of its parts: enough to see where two first differ.

The parts are runs of as many leaves as it takes to have at most ``PARTS`` of them. A part is its place, as a
Python subscript, and two digests; parts are equal where either digest is. Floats go into both rounded to
``DIGITS`` significant digits, and on two grids, so that what lies on the edge of one does not lie on that of
the other. Order is left out where the type has none.
"""

from __future__ import annotations

import hashlib
from json.encoder import encode_basestring_ascii
from typing import Any

from .encoding import encoded

PARTS = 1_000
"""Parts of a value at most."""
DIGITS = 6
"""Significant digits of floats."""
LEAST = 1e-9
"""Floats nearer to zero than this count as zero."""
SLICE = 256
"""Characters of a text that make one leaf."""
RUN = 64
"""Leaves that are digested together at least."""
KEY = 40
"""Characters of a key that are shown in a place."""
ITEMS, LETTERS = 20, 200
"""Items of each container, and characters of each text, in the head of a value."""
HEAD = 200
"""Values within values in the head."""

_SHIFT = 1 + 3.7 * 10**-DIGITS / 10
_SEQUENCES = ("list", "tuple", "deque")
_SETS = ("set", "frozenset")
_TEXTS = ("int", "str", "bytes", "bytearray")
_UNORDERED = ("collections.OrderedDict", "collections.Counter", "collections.defaultdict")
_isinstance, _float, _list, _str, _len, _sorted, _repr = isinstance, float, list, str, len, sorted, repr
_sha256, _quoted = hashlib.sha256, encode_basestring_ascii

_Place = tuple[Any, Any] | None
"""The place around, and the step from there: an index, ``[key]``, the name of a field, a slice of a text."""


def cut(data: Any, size: int) -> list[Any]:
    """``data``, which is canonical, as ``["cut", size, [[place, digest, digest]…], head]``."""
    parts = _Parts()
    parts.add(data, None)
    return ["cut", size, parts.told(), _head(data, [HEAD])]


class _Parts:
    """Digests of all runs of ``RUN`` leaves, and where each begins."""

    def __init__(self) -> None:
        self._runs: list[tuple[_Place, str, str]] = []
        self._place: _Place = None
        self._first: list[str] = []
        self._second: list[str] = []

    def add(self, data: Any, place: _Place) -> None:
        """Add the leaves of ``data``, a token of its own before those of a container."""
        if _isinstance(data, _float):
            return self._leaf(place, _rounded(data), _rounded(data * _SHIFT))
        if _isinstance(data, _str):
            return self._text(data, place)
        if not _isinstance(data, _list):
            return self._leaf(place, _repr(data))
        tag, *rest = data
        if tag == "sub" and rest[0] in _UNORDERED:
            return self.add(rest[1], place)
        if tag in _SEQUENCES or tag == "iterator":
            items = rest[-1] if tag in _SEQUENCES else rest[1]
            self._leaf(place, f"{tag} {_len(items)}")
            for n, item in enumerate(items):
                self.add(item, (place, n))
        elif tag in _SETS:
            self._leaf(place, f"{tag} {_len(rest[0])}")
            for item in _sorted(rest[0], key=_rough):
                self.add(item, place)
        elif tag == "dict":
            self._leaf(place, f"dict {_len(rest[0])}")
            for key, value in _sorted(rest[0], key=lambda pair: _rough(pair[0])):
                self.add(key, place)
                self.add(value, (place, [key]))
        elif tag == "object":
            self._leaf(place, encoded([tag, rest[0], _len(rest[1])]))
            for name, field in rest[1]:
                self.add(name, place)
                self.add(field, (place, name if _isinstance(name, _str) else "?"))
        elif tag in ("sub", "complex"):
            self._leaf(place, encoded([tag, rest[0]] if tag == "sub" else tag))
            for item in rest[1:] if tag == "sub" else rest:
                self.add(item, place)
        elif tag in _TEXTS:
            self._leaf(place, tag)
            self._text(rest[0], place)
        else:
            self._leaf(place, encoded(data))

    def told(self) -> list[list[str]]:
        """The parts, at most ``PARTS`` of them."""
        self._close()
        size = -(-_len(self._runs) // PARTS)
        groups = [self._runs[n : n + size] for n in range(0, _len(self._runs), size)]
        return [
            [_written(group[0][0]), _digest([run[1] for run in group]), _digest([run[2] for run in group])]
            for group in groups
        ]

    def _text(self, text: str, place: _Place) -> None:
        if _len(text) <= SLICE:
            return self._leaf(place, _quoted(text))
        for n in range(0, _len(text), SLICE):
            self._leaf((place, slice(n, n + SLICE)), _quoted(text[n : n + SLICE]))

    def _leaf(self, place: _Place, first: str, second: str | None = None) -> None:
        if not self._first:
            self._place = place
        self._first.append(first)
        self._second.append(second or first)
        if _len(self._first) == RUN:
            self._close()

    def _close(self) -> None:
        if self._first:
            self._runs.append((self._place, _digest(self._first), _digest(self._second)))
            self._first, self._second = [], []


def _digest(tokens: list[str]) -> str:
    return _sha256("\n".join(tokens).encode()).hexdigest()[:16]


def _rounded(value: float) -> str:
    return "0.0" if -LEAST < value < LEAST else f"{value:.{DIGITS - 1}e}"


def _rough(data: Any) -> str:
    """Text by which things that have no order are put into one, the same for floats that are close."""
    if _isinstance(data, _float):
        return _rounded(data)
    if _isinstance(data, _str):
        return f'"{data}'
    if _isinstance(data, _list):
        return "[" + ",".join(map(_rough, data)) + "]"
    return _repr(data)


def _written(place: _Place) -> str:
    steps = []
    while place is not None:
        place, step = place
        steps.append(_step(step))
    return "".join(reversed(steps))


def _step(step: Any) -> str:
    if _isinstance(step, slice):
        return f"[{step.start}:{step.stop}]"
    if _isinstance(step, _str):
        return f".{step[:KEY]}"
    if _isinstance(step, int):
        return f"[{step}]"
    (key,) = step
    return f"[{_repr(key[:KEY]) if _isinstance(key, _str) else _rough(key)[:KEY]}]"


def _head(data: Any, left: list[int]) -> Any:
    """The beginning of ``data``: containers with their first items, texts with their first letters."""
    left[0] -= 1
    if _isinstance(data, _str):
        return data[:LETTERS]
    if not _isinstance(data, _list):
        return data
    tag, *rest = data
    if tag in _TEXTS:
        return [tag, rest[0][:LETTERS]]
    if tag == "value":
        return [tag, rest[0], rest[1][:LETTERS]]
    if tag in (*_SEQUENCES, *_SETS):
        return [tag, _first(rest[0], left)]
    if tag == "dict":
        return [tag, [[_head(k, left), _head(v, left)] for k, v in rest[0][: _room(left)]]]
    if tag == "object":
        return [tag, rest[0], [[name, _head(field, left)] for name, field in rest[1][: _room(left)]]]
    if tag == "sub":
        return [tag, rest[0], _head(rest[1], left)]
    if tag == "iterator":
        return [tag, rest[0], _first(rest[1], left), True]
    return data


def _first(items: list[Any], left: list[int]) -> list[Any]:
    return [_head(item, left) for item in items[: _room(left)]]


def _room(left: list[int]) -> int:
    return min(ITEMS, max(left[0], 0))
