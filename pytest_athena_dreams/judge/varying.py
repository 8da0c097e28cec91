"""Parts of results that vary from run to run, such as the seconds that a call took beside what it found.

A part is named by the steps that lead to it from the whole value. Only such parts are left out of a
comparison; their types still count.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ..models import Canonical, unpacked
from ..sandbox.jail.grammar import GRAMMAR, Kind
from .equality import difference, same_type, type_of

Steps = tuple[str, ...]
"""The way to a part: keys (JSON after ``:``), attributes (``.name``), places in a tuple, ``*TYPE`` for the
items of one type.

``=`` stands before the name of a grammar's field that holds a value.
"""
ALL_PARTS: Steps = ()
VARYING_PARTS = 8
"""Maximum parts to leave out; more of them are the whole value."""
_NESTING = frozenset({Kind.VALUE, Kind.ITEMS, Kind.PAIRS, Kind.FIELDS})


def varying_parts(first: Canonical, second: Canonical, tolerance: float) -> frozenset[Steps]:
    """The smallest parts in which two results of one call differ, of the same type in both."""
    found: set[Steps] = set()
    alike = _collect(unpacked(first), unpacked(second), tolerance, ALL_PARTS, found)
    return joined(frozenset(found)) if alike else frozenset({ALL_PARTS})


def varying_changes(first: Canonical, second: Canonical, tolerance: float) -> frozenset[Steps]:
    """The same for the arguments after a call: positional ones are ``0``, those by keyword ``1``.

    All of them vary where one run changed some and the other none.
    """
    if first is None or second is None:
        return frozenset() if first is second else frozenset({ALL_PARTS})
    found: set[Steps] = set()
    for place, pair in enumerate(zip(unpacked(first), unpacked(second), strict=True)):
        found.update((str(place), *steps) for steps in varying_parts(*pair, tolerance))
    return frozenset(found)


def joined(parts: frozenset[Steps]) -> frozenset[Steps]:
    """``parts``, or the whole if there are too many to name."""
    return parts if len(parts) <= VARYING_PARTS else frozenset({ALL_PARTS})


def within(parts: frozenset[Steps], step: str) -> frozenset[Steps]:
    """The parts of what ``step`` leads to, as seen from there."""
    return frozenset(steps[1:] for steps in parts if steps[:1] == (step,))


def without_parts(value: Canonical, parts: frozenset[Steps]) -> Canonical:
    """``value`` with the type of each part in its place, and so not as the jail describes a value."""
    return _replaced(unpacked(value), parts, ALL_PARTS) if parts else value


def part_words(steps: Steps) -> str:
    """How Python names a part of a value: ``['took']``, ``.took``, ``[*]['id']``, ``[str]`` for items."""
    words = []
    for place, step in enumerate(steps):
        if step.startswith("="):
            continue  # what an instance of a subclass holds
        if step.startswith("*"):
            words.append("[*]" if steps[place + 1 :] else f"[{step[1:]}]")
            continue
        if step.startswith(":"):
            words.append(f"[{json.loads(step[1:])!r}]")
        else:
            words.append(step if step.startswith(".") else f"[{step}]")
    return "".join(words)


def _collect(a: Canonical, b: Canonical, tolerance: float, steps: Steps, found: set[Steps]) -> bool:
    """Put the parts that differ into ``found``; false where the types of the whole differ."""
    if difference(a, b, tolerance=tolerance) is None:
        return True
    if not same_type(a, b):
        return False
    before = set(found)
    parts = _shared_parts(a, b)
    apart = parts is not None and all(
        _collect(x, y, tolerance, (*steps, step), found) for step, x, y in parts
    )
    if not apart or not _steady_items(parts, steps, found):
        found.clear()
        found.update(before, {steps})
    return True


def _steady_items(
    parts: list[tuple[str, Canonical, Canonical]] | None, steps: Steps, found: set[Steps]
) -> bool:
    """Whether no items vary as a whole, or items of another type do not; otherwise their number may vary."""
    items = {step for step, *_ in parts or () if step.startswith("*")}
    varying = {step for step in items if (*steps, step) in found}
    return not varying or varying != items


def _shared_parts(a: Canonical, b: Canonical) -> list[tuple[str, Canonical, Canonical]] | None:
    """The parts of two values side by side; ``None`` if they are not made alike."""
    if not isinstance(a, list) or not isinstance(b, list) or a[0] != b[0]:
        return None
    if not any(kind in _NESTING for kind in GRAMMAR[a[0]].values()) or _rest(a) != _rest(b):
        return None
    ours, theirs = (sorted(_parts(one), key=lambda part: part[0]) for one in (a, b))
    if [step for step, _ in ours] != [step for step, _ in theirs]:
        return None
    return [(step, x, y) for (step, x), (_, y) in zip(ours, theirs, strict=True)]


def _parts(value: list[Any]) -> list[tuple[str, Canonical]]:
    parts: list[tuple[str, Canonical]] = []
    _mapped(value, lambda step, part: parts.append((step, part)))
    return parts


def _mapped(value: list[Any], change: Callable[[str, Canonical], Canonical]) -> list[Any]:
    """``value`` with ``change`` of the step to each part, and of the part, in the part's place."""
    tag, *fields = value
    new: list[Any] = [tag]
    for (name, kind), field in zip(GRAMMAR[tag].items(), fields, strict=True):
        match kind:
            case Kind.VALUE:
                new.append(change(f"={name}", field))
            case Kind.ITEMS:
                new.append([change(_item(tag, n, item), item) for n, item in enumerate(field)])
            case Kind.PAIRS:
                new.append([[key, change(f":{json.dumps(key)}", item)] for key, item in field])
            case Kind.FIELDS:
                new.append([[key, change(_attribute(name, key), item)] for key, item in field])
            case _:
                new.append(field)
    return new


def _item(tag: str, place: int, item: Canonical) -> str:
    return str(place) if tag == "tuple" else f"*{type_of(item)}"


def _attribute(field: str, name: str) -> str:
    return f".{name}" if field == "fields" else f".{field}.{name}"


def _rest(value: list[Any]) -> list[Any]:
    """The fields that hold no parts."""
    tag, *fields = value
    kinds = GRAMMAR[tag].values()
    return [field for kind, field in zip(kinds, fields, strict=True) if kind not in _NESTING]


def _replaced(value: Canonical, parts: frozenset[Steps], steps: Steps) -> Canonical:
    if steps in parts:
        return ["opaque", type_of(value)]
    if not isinstance(value, list) or not any(part[: len(steps)] == steps for part in parts):
        return value
    return _mapped(value, lambda step, part: _replaced(part, parts, (*steps, step)))
