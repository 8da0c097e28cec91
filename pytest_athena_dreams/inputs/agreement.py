"""Arguments of one call that agree: parts of one argument put into another.

Independent arguments seldom meet: a key that is in the mapping, a template with its fields, a separator that
is in the text, a position in a list. So some calls get parts of one argument planted into another. Only parts
of plain types are replaced, by others of the same type.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..signatures import TypeSpec
from .argument_parts import Part, parts, put
from .draws import Draw, one, whole
from .scalars import Width

PLANTINGS = 3
"""Parts that are planted in one call, at most."""
STEPS_DOWN = 4
"""Steps down into a nested argument, at most, that a text may name."""
PLANTED_LENGTH = 40
"""Characters of a text, at most, that is planted into another."""
USUAL_SEPARATORS = (".", "/", ",", " ", "|")
"""What usually stands between the parts of a text."""
_WORD = re.compile(r"\w+")


def agreeing(
    draw: Draw,
    values: Mapping[str, Any],
    types: Mapping[str, TypeSpec | None],
    separators: Sequence[str],
    width: Width,
) -> dict[str, Any]:
    """``values`` by parameter, some parts of which are planted into others; ``draw`` decides which.

    ``separators`` stand between parts of text in the code. What is planted is within ``width``.
    """
    changed = dict(values)
    for _ in range(whole(draw, 1, PLANTINGS)):
        found = {name: parts(value, types[name]) for name, value in changed.items()}
        targets = [name for name in changed if found[name]]
        if not targets:
            break
        target = one(draw, targets)
        others = [name for name in changed if name != target and _gives(changed[name])]
        if not others:
            continue
        part = one(draw, found[target])
        other = one(draw, others)
        new = (
            _text(draw, part, changed[other], found[other], separators)
            if type(part.value) is str
            else _number(draw, changed[other], found[other])
        )
        if new is not None and width.holds(new):
            changed[target] = put(changed[target], part, new)
    return changed


def _gives(value: Any) -> bool:
    return type(value) in (str, int, list, tuple, dict)


def _text(draw: Draw, part: Part, other: Any, given: Sequence[Part], separators: Sequence[str]) -> str | None:
    """A text for the place of ``part`` with a text of ``other`` in it; ``None`` if that has none."""
    if type(other) in (dict, list, tuple) and whole(draw, 0, 1):
        trail = _trail(draw, other)
        if trail:
            usual = [*(own for own in separators[:3] for _ in range(4)), *USUAL_SEPARATORS]
            joined: str = one(draw, usual).join(map(str, trail))
            return joined
    texts = [p.value for p in given if type(p.value) is str and 0 < len(p.value) <= PLANTED_LENGTH]
    texts += [word for text in texts[:5] for word in _WORD.findall(text) if word != text]
    if not texts:
        return None
    planted: str = one(draw, texts)
    text: str = part.value
    spans = [match.span() for match in _WORD.finditer(text)]
    way = whole(draw, 0, 3)
    if part.is_key or way == 0 or not text:
        return planted
    if spans and way < 3:
        start, end = one(draw, spans)
        return text[:start] + planted + text[end:]
    at = whole(draw, 0, len(text))
    return text[:at] + planted + text[at:]


def _trail(draw: Draw, value: Any) -> list[Any]:
    """Keys and positions that lead down into a nested value."""
    trail: list[Any] = []
    while type(value) in (dict, list, tuple) and value and len(trail) < STEPS_DOWN:
        places = list(value) if type(value) is dict else [*range(min(len(value), 4)), -1]
        place = one(draw, places)
        trail.append(place)
        value = value[place]
        if not whole(draw, 0, 3):
            break
    if type(value) is str and value and whole(draw, 0, 3) == 3:
        trail.append(one(draw, [0, -1]))  # as if a text were a list
    return trail


def _number(draw: Draw, other: Any, given: Sequence[Part]) -> int | None:
    """A whole number in ``other``, next to one, between two, or its size; ``None`` if it has none."""
    numbers = [p.value for p in given if type(p.value) is int]
    ways = ["one", "next"] if numbers else []
    ways += ["between"] if len(numbers) > 1 else []
    ways += ["size"] if type(other) in (str, list, tuple, dict) else []
    if not ways:
        return None
    way = one(draw, ways)
    if way == "size":
        return len(other) + one(draw, (-1, 0, 0, 1))
    if way == "between":
        low, high = one(draw, list(itertools.pairwise(numbers)))
        number: int = (low + high) // 2
    else:
        number = one(draw, numbers)
    return number if way == "one" else number + whole(draw, -1, 1)
