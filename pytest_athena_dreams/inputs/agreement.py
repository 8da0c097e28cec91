"""Arguments of one call that agree: parts of one argument put into another.

Independent arguments seldom meet: a key that is in the mapping, a template with its fields, a separator that
is in the text, a position in a list. So some calls get parts of one argument planted into another. Only parts
of plain types are replaced, by others of the same type.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from ..signatures import TypeSpec
from .argument_parts import Part, parts, put
from .scalars import Width

Draw = Callable[[st.SearchStrategy[Any]], Any]

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
    for _ in range(draw(st.integers(1, PLANTINGS))):
        found = {name: parts(value, types[name]) for name, value in changed.items()}
        targets = [name for name in changed if found[name]]
        if not targets:
            break
        target = draw(st.sampled_from(targets))
        others = [name for name in changed if name != target and _gives(changed[name])]
        if not others:
            continue
        part = draw(st.sampled_from(found[target]))
        other = draw(st.sampled_from(others))
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
    if type(other) in (dict, list, tuple) and draw(st.booleans()):
        trail = _trail(draw, other)
        if trail:
            usual = [*(own for own in separators[:3] for _ in range(4)), *USUAL_SEPARATORS]
            joined: str = draw(st.sampled_from(usual)).join(map(str, trail))
            return joined
    texts = [p.value for p in given if type(p.value) is str and 0 < len(p.value) <= PLANTED_LENGTH]
    texts += [word for text in texts[:5] for word in _WORD.findall(text) if word != text]
    if not texts:
        return None
    planted: str = draw(st.sampled_from(texts))
    text: str = part.value
    spans = [match.span() for match in _WORD.finditer(text)]
    way = draw(st.integers(0, 3))
    if part.is_key or way == 0 or not text:
        return planted
    if spans and way < 3:
        start, end = draw(st.sampled_from(spans))
        return text[:start] + planted + text[end:]
    at = draw(st.integers(0, len(text)))
    return text[:at] + planted + text[at:]


def _trail(draw: Draw, value: Any) -> list[Any]:
    """Keys and positions that lead down into a nested value."""
    trail: list[Any] = []
    while type(value) in (dict, list, tuple) and value and len(trail) < STEPS_DOWN:
        places = list(value) if type(value) is dict else [*range(min(len(value), 4)), -1]
        place = draw(st.sampled_from(places))
        trail.append(place)
        value = value[place]
        if not draw(st.integers(0, 3)):
            break
    if type(value) is str and value and draw(st.integers(0, 3)) == 3:
        trail.append(draw(st.sampled_from([0, -1])))  # as if a text were a list
    return trail


_NEXT_TO = st.sampled_from([-1, 0, 1])


def _number(draw: Draw, other: Any, given: Sequence[Part]) -> int | None:
    """A whole number in ``other``, next to one, between two, or its size; ``None`` if it has none."""
    numbers = [p.value for p in given if type(p.value) is int]
    choices = [st.sampled_from(numbers)] if numbers else []
    if len(numbers) > 1:
        pairs = list(itertools.pairwise(numbers))
        choices.append(st.builds(lambda pair, step: sum(pair) // 2 + step, st.sampled_from(pairs), _NEXT_TO))
    if numbers:
        choices.append(st.builds(lambda number, step: number + step, st.sampled_from(numbers), _NEXT_TO))
    if type(other) in (str, list, tuple, dict):
        choices.append(st.sampled_from([-1, 0, 0, 1]).map(lambda step: len(other) + step))
    number: int | None = draw(st.one_of(choices)) if choices else None
    return number
