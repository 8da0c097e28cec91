"""Digests the parts of a value that is too large to pass on in full; they show where two values first differ.

A part is a run of tokens, long enough that a value has at most ``DIGESTED_PARTS``. It is written as its
place, which is a Python subscript, and two digests; two parts are equal if either digest is. Floats are
rounded to ``DIGITS`` significant digits, on a different grid for each digest: two close floats that one grid
separates are together on the other. Unordered items are sorted first. A token says how many tokens belong to
it, so different values have different tokens.
"""

from __future__ import annotations

import hashlib
from json.encoder import encode_basestring_ascii
from typing import Any

from .encoding import encoded
from .grammar import ANY_TYPE, DICTS, GRAMMAR, Kind

DIGESTED_PARTS = 1_000
"""Maximum parts of a value."""
DIGITS = 6
"""Significant digits to which floats are rounded."""
NEAREST_ZERO = 1e-9
"""Floats closer to zero than this count as zero."""
SLICE = 256
"""Characters of a text in one token."""
RUN = 64
"""Minimum tokens in one digest; the last one may have fewer."""
PLACE_KEY = 40
"""Characters of a key to show in a place."""
HEAD_ITEMS, LETTERS = 20, 200
"""Maximum items of each container, and characters of each text, in the head of a value."""
HEAD = 200
"""Values in the head before containers in it stay empty."""

_SHIFT = 1 + 3.7 * 10**-DIGITS / 10
_LONG = frozenset({Kind.INTEGER, Kind.HEX, Kind.UTF8, Kind.PLAIN})
"""Kinds of fields that may be long texts."""
_MANY = frozenset({Kind.ITEMS, Kind.UNORDERED, Kind.PAIRS, Kind.FIELDS})
"""Kinds of fields that hold any number of values."""
_WITHIN = _MANY | {Kind.VALUE, Kind.FLOAT, Kind.TEXT}
"""Kinds of fields that hold values."""
_isinstance, _float, _list, _str, _len, _sorted, _repr = isinstance, float, list, str, len, sorted, repr
_sha256, _quoted = hashlib.sha256, encode_basestring_ascii

_Place = tuple[Any, Any] | None
"""The enclosing place and the step from there: an index, ``[key]``, a field's name or a slice of a text."""


def cut(data: Any, size: int) -> list[Any]:
    """``data``, which is canonical, as ``["cut", size, [[place, digest, digest]…], head]``."""
    parts = _Parts()
    parts.add(data, None)
    return ["cut", size, parts.digests(), _head(data, [HEAD])]


class _Parts:
    """Collects the digests of all runs of ``RUN`` tokens, and where each run begins."""

    def __init__(self) -> None:
        self._runs: list[tuple[_Place, str, str]] = []
        self._place: _Place = None
        self._first: list[str] = []
        self._second: list[str] = []

    def add(self, data: Any, place: _Place) -> None:
        """Add the tokens of ``data``: its own first, then those of its content."""
        if _isinstance(data, _float):
            return self._token(place, _rounded(data), _rounded(data * _SHIFT))
        if _isinstance(data, _str):
            return self._text("str", data, place)
        if not _isinstance(data, _list):
            return self._token(place, _repr(data))
        tag, *fields = data
        if tag == "sub" and fields[0] in DICTS:
            return self.add(fields[1], place)
        kinds = GRAMMAR[tag].values()
        own = [f"{tag}"]
        for kind, field in zip(kinds, fields, strict=True):
            if kind in _MANY:
                own.append(f"{_len(field)}")
            elif kind not in _WITHIN and kind not in _LONG and not (kind is Kind.NAME and tag in ANY_TYPE):
                own.append(encoded(field))
        self._token(place, " ".join(own))
        for kind, field in zip(kinds, fields, strict=True):
            if kind in _LONG:
                self._text("text", field, place)
            elif kind in _WITHIN:
                self._values(kind, field, place)
        return None

    def _values(self, kind: Kind, field: Any, place: _Place) -> None:
        if kind is Kind.ITEMS:
            for n, item in enumerate(field):
                self.add(item, (place, n))
        elif kind is Kind.UNORDERED:
            for item in _sorted(field, key=_rough):
                self.add(item, place)
        elif kind is Kind.PAIRS:
            for key, value in _sorted(field, key=lambda pair: _rough(pair[0])):
                self.add(key, place)
                self.add(value, (place, [key]))
        elif kind is Kind.FIELDS:
            for name, value in field:
                self.add(name, place)
                self.add(value, (place, name if _isinstance(name, _str) else "?"))
        else:
            self.add(field, place)

    def digests(self) -> list[list[str]]:
        """The place and both digests of each part, at most ``DIGESTED_PARTS`` of them."""
        self._close()
        size = -(-_len(self._runs) // DIGESTED_PARTS)
        groups = [self._runs[n : n + size] for n in range(0, _len(self._runs), size)]
        return [
            [_written(group[0][0]), _digest([run[1] for run in group]), _digest([run[2] for run in group])]
            for group in groups
        ]

    def _text(self, kind: str, text: str, place: _Place) -> None:
        if _len(text) <= SLICE:
            return self._token(place, _quoted(text))
        self._token(place, f"{kind} {_len(text)}")
        for n in range(0, _len(text), SLICE):
            self._token((place, slice(n, n + SLICE)), _quoted(text[n : n + SLICE]))
        return None

    def _token(self, place: _Place, first: str, second: str | None = None) -> None:
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
    return "0.0" if -NEAREST_ZERO < value < NEAREST_ZERO else f"{value:.{DIGITS - 1}e}"


def _rough(data: Any) -> str:
    """A sort key for unordered items that is the same for close floats."""
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
        return f".{step[:PLACE_KEY]}"
    if _isinstance(step, int):
        return f"[{step}]"
    (key,) = step
    return f"[{_repr(key[:PLACE_KEY]) if _isinstance(key, _str) else _rough(key)[:PLACE_KEY]}]"


def _head(data: Any, left: list[int]) -> Any:
    """The beginning of ``data``: containers with their first items, texts with their first characters."""
    left[0] -= 1
    if _isinstance(data, _str):
        return data[:LETTERS]
    if not _isinstance(data, _list):
        return data
    tag, *fields = data
    return [tag, *(_begin(k, field, left) for k, field in zip(GRAMMAR[tag].values(), fields, strict=True))]


def _begin(kind: Kind, field: Any, left: list[int]) -> Any:
    if kind is Kind.UTF8:
        text = bytes.fromhex(field).decode("utf-8", "surrogatepass")
        return text[:LETTERS].encode("utf-8", "surrogatepass").hex()
    if kind in _LONG:
        return field[:LETTERS]
    if kind in _MANY:
        field = field[: min(HEAD_ITEMS, max(left[0], 0))]
        if kind in (Kind.ITEMS, Kind.UNORDERED):
            return [_head(item, left) for item in field]
        return [[_head(x, left) for x in pair] for pair in field]
    return _head(field, left) if kind in _WITHIN else field
