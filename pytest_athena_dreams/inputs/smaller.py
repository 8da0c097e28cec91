"""Calls that are smaller than a call by one step: to shrink what no strategy drew, such as a variant.

Each has a call, an item, a key, an option or some text less, or the same and a number nearer to zero. So
shrinking by one step after another ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, pairwise
from typing import Any

from ..signatures import Signature
from .argument_parts import every_part, put
from .arguments import Arguments
from .recipes import Recipe
from .steps import THEN_CALLS

SHRUNK_PARTS = 40
"""Parts of one argument, at most, that are made smaller."""
CHARACTERS = 24
"""A text of at most so many characters also loses single ones."""


def smaller(call: Arguments, signature: Signature) -> Iterator[Arguments]:
    """The calls that are one step smaller, the largest steps first."""
    steps = list(call.kwargs.get(THEN_CALLS, ()))
    for number in reversed(range(len(steps))):
        if (shorter := call.without_step(number)) is not None:
            yield shorter
    optional = {p.name for p in signature.parameters if p.has_default}
    for name in call.kwargs:
        if name in optional:
            yield replace(call, kwargs={key: value for key, value in call.kwargs.items() if key != name})
    for number, step in enumerate(steps):
        for place, arg in enumerate(step.args):
            for new in _less(arg):
                args = (*step.args[:place], new, *step.args[place + 1 :])
                changed = [*steps[:number], replace(step, args=args), *steps[number + 1 :]]
                yield replace(call, kwargs=call.kwargs | {THEN_CALLS: changed})
    types = {p.name: p.type for p in signature.parameters}
    classes = {described.name: described for described in signature.classes}
    values = call.by_name(signature)
    for name in values:
        if name == THEN_CALLS or name not in types:
            continue
        for part in islice(every_part(values[name], types[name], classes), SHRUNK_PARTS):
            if part.is_key or not part.free:
                continue
            for new in _less(part.value):
                one = call.replaced(signature, {name: put(values[name], part, new)})
                yield one
                if steps and type(new) is int:  # a smaller object may need fewer calls
                    yield from _without_one(one, len(steps))
    for number, (step, after) in enumerate(pairwise(steps)):
        yield from _merged(call, number, step, after)


def _without_one(call: Arguments, steps: int) -> Iterator[Arguments]:
    found = (call.without_step(number) for number in range(steps))
    yield from (shorter for shorter in found if shorter is not None)


def _merged(call: Arguments, number: int, step: Recipe, after: Recipe) -> Iterator[Arguments]:
    """The call without one of two steps of the same kind, whose numbers are added up in the other."""
    alike = step.reference == after.reference and len(step.args) == len(after.args)
    if not alike or not any(type(arg) is int for arg in step.args):
        return
    pairs = zip(step.args, after.args, strict=True)
    added = tuple(a + b if type(a) is type(b) is int else b for a, b in pairs)
    steps = list(call.kwargs[THEN_CALLS])
    steps[number : number + 2] = [replace(after, args=added)]
    yield replace(call, kwargs=call.kwargs | {THEN_CALLS: steps})


def _less(value: Any) -> Iterator[Any]:
    """Values of the same type that are smaller by one step."""
    match value:
        case bool():
            if value:
                yield False
        case int() | float():
            for number in (
                type(value)(0),
                type(value)(value / 2) if abs(value) < 1e300 else value,
                value - 1,
            ):
                if 0 <= abs(number) < abs(value):
                    yield number
            if value < 0 and value == value:
                yield -value
        case str() | list() | tuple():
            yield from _shorter(value)
        case dict():
            for key in value:
                yield {k: item for k, item in value.items() if k != key}
        case Recipe(maker="iterator" | "generator", args=(list(items),)):
            for fewer in _shorter(items):
                yield replace(value, args=(fewer,))


def _shorter(value: Any) -> Iterator[Any]:
    """The text or list without a half, a quarter, or one item."""
    size = len(value)
    length = size
    while length:
        if length > 1 or size <= CHARACTERS or not isinstance(value, str):
            for start in range(0, size, length):
                yield value[:start] + value[start + length :]
        length //= 2
