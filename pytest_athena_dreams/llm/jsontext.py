"""JSON inside other text: finds the values, whatever stands around them, and reads those that are cut off.

Invariants: pure; the work is linear in the text, apart from at most ``MOST_STARTS`` tries to read a value;
text that is nested too deeply is no value.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

MOST_STARTS = 200
"""Places at which a value may begin that are tried."""
DEEPEST = 50
"""Levels of nesting of an answer that are read."""
_CLOSERS = {"{": "}", "[": "]"}
_lenient = json.JSONDecoder(strict=False)
"""Takes newlines and tabs in strings as they are: models write code so."""


def values(text: str) -> Iterator[Any]:
    """The objects and arrays in ``text``, outermost ones, in order."""
    position = tries = 0
    while tries < MOST_STARTS:
        starts = [place for opener in "{[" if (place := text.find(opener, position)) >= 0]
        if not starts:
            return
        start = min(starts)
        tries += 1
        try:
            value, position = _lenient.raw_decode(text, start)
        except (ValueError, RecursionError):
            position = start + 1
        else:
            yield value


def completed(text: str) -> Any:
    """The value that begins with the first bracket of ``text`` and is cut off, up to its last whole part.

    ``None`` if nothing can be read. A string that was cut off is dropped, with its key.
    """
    start = min((place for opener in "{[" if (place := text.find(opener)) >= 0), default=-1)
    if start < 0:
        return None
    cuts = _cuts(text, start)
    for end, closers in reversed(cuts):
        try:
            return _lenient.decode(text[start:end] + closers)
        except (ValueError, RecursionError):
            continue
    return None


def _cuts(text: str, start: int) -> list[tuple[int, str]]:
    """Where ``text`` may be cut so that it is whole once the brackets are closed, with what closes them.

    The last ones only: a cut further back would lose more than it saves.
    """
    open_brackets: list[str] = []
    found: list[tuple[int, str]] = []
    inside = escaped = False
    for place in range(start, len(text)):
        character = text[place]
        if inside:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                inside = False
            continue
        if character == '"':
            inside = True
        elif character in _CLOSERS:
            open_brackets.append(_CLOSERS[character])
            if len(open_brackets) > DEEPEST:
                return []
        elif character in "}]":
            if not open_brackets or open_brackets.pop() != character:
                return found[-8:]
            found.append((place + 1, "".join(reversed(open_brackets))))
        elif character == "," and open_brackets:
            found.append((place, "".join(reversed(open_brackets))))
    return found[-8:]
