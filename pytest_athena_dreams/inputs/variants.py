"""Variants of calls: one part of a call is changed in a small way, or replaced by a part of another call.

A part is only replaced by a value of its own type. The same random source gives the same variants, so a pool
stays the same for a seed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from random import Random
from typing import Any

from ..models import Canonical
from ..signatures import Clues, ParameterKind, Signature, TypeSpec
from .argument_parts import ITEM_KINDS, Part, every_part, put
from .arguments import VARIADIC, Arguments
from .mutation import spoiled
from .nearby import MOST_ITEMS, emptied, equal_of_another_type, of_another_type, rejoined, remapped, reordered
from .recipes import Recipe
from .scalars import literal_value
from .steps import STEP, THEN_CALLS

CHANGES_PER_VARIANT = (1, 1, 2, 2, 3)
"""How many changes make a variant: one of these."""
PARTS = 60
"""Parts of one argument, at most, that may be changed."""
WHOLE = 0.15
"""Share of changes that are made to an argument as a whole."""
MEETING = 0.3
"""Share of variants with few different values in all parts: then parts of a call are equal."""
FEW_VALUES = 4
"""How many different values such a call has, at most."""
TWINS = 0.12
"""Share of variants with one argument equal to another but for a small part, where two have one type."""
EMPTIED = 0.08
"""Share of changes that put the empty value of its type, or zero, in the place of a part."""
OPTIONS = 0.15
"""Share of changes that give one more parameter with a default, or leave one out."""
LARGEST = 10_000
"""A number is doubled below this."""
PIECE = 60
"""Characters of a text that is put into another, at most."""
VARIANT_LENGTH = 300
"""Characters, at most, that a text may grow to."""

_BY_KEYWORD = (ParameterKind.POSITIONAL_OR_KEYWORD, ParameterKind.KEYWORD_ONLY)
_PLAIN_TYPES = (int, float, str, bool)


@dataclass(frozen=True, slots=True)
class Variants:
    """Makes variants of the calls of a signature.

    ``texts`` and ``numbers`` are literals to put into calls, ``words`` texts that the code compares with,
    ``separators`` what joins texts, ``fixed`` the
    parameters that must stay as drawn, and ``nan`` says whether the code looks for such numbers.
    """

    signature: Signature
    texts: tuple[str, ...]
    words: tuple[str, ...]
    numbers: tuple[int | float, ...]
    separators: tuple[str, ...]
    fixed: frozenset[str]
    nan: bool = False

    @classmethod
    def of(
        cls, signature: Signature, literals: Sequence[Canonical], clues: Clues, fixed: Sequence[str]
    ) -> Variants:
        """The variants for a signature, with the literals of its source and what it does with text."""
        found = clues.parameters.values()
        separators = [text for clue in found for text in clue.separators]
        values = list(map(literal_value, literals))
        return cls(
            signature,
            tuple(value for value in values if type(value) is str and value),
            tuple(dict.fromkeys(text for clue in found for text in clue.words)),
            tuple(value for value in values if type(value) in (int, float)),
            (*separators, " ", "") if separators else (" ", "", ","),
            frozenset(fixed),
            clues.nan,
        )

    def of_call(self, call: Arguments, other: Arguments, random: Random) -> Arguments | None:
        """A variant of ``call``, at times with parts of ``other``; ``None`` if it has no part to change."""
        if call.wiring:
            return None
        types = {p.name: p.type for p in self.signature.parameters if p.kind not in VARIADIC}
        chance = random.random()
        if chance < MEETING:
            changed = self._meeting(call, types, random)
        elif chance < MEETING + TWINS:
            changed = self._twins(call, types, random)
        else:
            changed = call
        for _ in range(random.choice(CHANGES_PER_VARIANT)):
            values = changed.by_name(self.signature)
            names = [name for name in values if name in types and name not in self.fixed]
            if not names:
                break
            if random.random() < OPTIONS:
                changed = self._options(changed, other, random)
                continue
            name = random.choice(names)
            new = self._changed(name, values, other.by_name(self.signature), types, random)
            changed = changed.replaced(self.signature, {name: new})
        return None if changed == call else changed

    def _options(self, call: Arguments, other: Arguments, random: Random) -> Arguments:
        """The call with one more parameter that has a default, or without one."""
        given, others = call.by_name(self.signature), other.by_name(self.signature)
        optional = [
            p
            for p in self.signature.parameters
            if p.has_default and p.kind in _BY_KEYWORD and p.name not in self.fixed
        ]
        left_out = [p for p in optional if p.name not in given]
        named = [p.name for p in optional if p.name in call.kwargs]
        if left_out and (not named or random.random() < 0.8):
            p = random.choice(left_out)
            if p.type is not None and p.type.kind == "bool":
                return replace(call, kwargs=call.kwargs | {p.name: not literal_value(p.default)})
            return replace(call, kwargs=call.kwargs | {p.name: others[p.name]}) if p.name in others else call
        dropped = random.choice(named) if named else ""
        return replace(call, kwargs={name: value for name, value in call.kwargs.items() if name != dropped})

    def _meeting(self, call: Arguments, types: Mapping[str, TypeSpec | None], random: Random) -> Arguments:
        """The call with few different texts, or few different numbers, in all its parts."""
        values = call.by_name(self.signature)
        given = [part for name in values if name in types for part in self._parts(values[name], types[name])]
        kinds = {type(part.value): None for part in given if part.free and type(part.value) in (str, int)}
        kind = random.choice(list(kinds) or [str])
        found = {
            name: [part for part in self._parts(value, types[name]) if part.free and type(part.value) is kind]
            for name, value in values.items()
            if name in types and name not in self.fixed and name != THEN_CALLS
        }
        if THEN_CALLS in values:
            call = call.replaced(self.signature, {THEN_CALLS: _meeting_steps(values[THEN_CALLS], random)})
        known = [part.value for of in found.values() for part in of]
        if not known:
            return call
        few = random.choices(known, k=random.randint(1, FEW_VALUES))
        changed = {}
        for name, of in found.items():
            new = values[name]
            # What is under a key before the key, for two keys may become one.
            for part in sorted(of, key=lambda part: (part.is_key, -len(part.steps))):
                new = put(new, part, random.choice(few))
            changed[name] = new
        return call.replaced(self.signature, changed)

    def _twins(self, call: Arguments, types: Mapping[str, TypeSpec | None], random: Random) -> Arguments:
        """The call with one argument like another of its type, but for one part at most."""
        values = call.by_name(self.signature)
        free = [name for name in values if types.get(name) and name not in self.fixed and name != THEN_CALLS]
        pairs = [(a, b) for a in free for b in free if a != b and types[a] == types[b]]
        if not pairs:
            return call
        one, other = random.choice(pairs)
        new = values[one]
        found = self._parts(new, types[one])
        equal = [part for part in found if part.may_be(equal_of_another_type(part.value))]
        if equal and random.random() < 0.4:
            part = random.choice(equal)
            return call.replaced(
                self.signature, {one: new, other: put(new, part, equal_of_another_type(part.value))}
            )
        part = random.choice(found)
        alike = of_another_type(part.value, random)
        if part.may_be(alike) or (part.open and not part.is_key):
            new = put(new, part, alike)
        elif part.free and random.random() < 0.7:
            new = put(new, part, self.near(part, values, random))
        return call.replaced(self.signature, {other: new})

    def _parts(self, value: Any, spec: TypeSpec | None) -> list[Part]:
        classes = {described.name: described for described in self.signature.classes}
        return list(islice(every_part(value, spec, classes), PARTS))

    def _changed(
        self,
        name: str,
        values: Mapping[str, Any],
        others: Mapping[str, Any],
        types: Mapping[str, TypeSpec | None],
        random: Random,
    ) -> Any:
        if name == THEN_CALLS:
            return _steps(values[name], others.get(name, []), self, random)
        found = self._parts(values[name], types[name])
        part = found[0] if random.random() < WHOLE else random.choice(found)
        if random.random() < 0.4:
            source = random.choice([values, values, others])
            fitting = [
                giving.value
                for given, value in source.items()
                if given in types and given != THEN_CALLS
                for giving in self._parts(value, types[given])
                if giving.type == part.type and giving.value != part.value and _may_be(part, giving.value)
            ]
            if fitting:
                return put(values[name], part, random.choice(fitting))
        if part.type.kind == "union" and part.may_be(new := of_another_type(part.value, random)):
            return put(values[name], part, new)
        if not part.free:
            return values[name]
        empty = emptied(part.value) if random.random() < EMPTIED and part.type.kind != "tuple" else None
        if empty is not None and not part.is_key:
            return put(values[name], part, empty)
        return put(values[name], part, self.near(part, values, random))

    def near(self, part: Part, values: Mapping[str, Any], random: Random) -> Any:
        """A value of the type of ``part``, near to it."""
        value = part.value
        if part.open and not part.is_key and random.random() < 0.2:
            return of_another_type(value, random)
        match value:
            case bool():
                return not value
            case int():
                return self._number(value, values, random)
            case float():
                return self._float(value, random)
            case str():
                return self._text(value, values, random)
            case list() | tuple() if part.type.kind in ITEM_KINDS or part.type.kind == "any":
                return type(value)(reordered(list(value), random))
            case dict():
                return remapped(value, random)
        return value

    def _number(self, value: int, values: Mapping[str, Any], random: Random) -> int:
        sizes = [len(other) for other in values.values() if type(other) in (str, list, tuple, dict)]
        near = [value + 1, value - 1, -value, 0, value * 2 if abs(value) < LARGEST else value - 2, *sizes[:2]]
        known = [part.value for other in values.values() for part in self._parts(other, None)]
        given = [number for number in known if type(number) is int]
        if len(given) > 1 and random.random() < 0.3:
            return sum(random.choices(given, k=2)) // 2 + random.choice([-1, 0, 1])
        whole = [number for number in self.numbers if type(number) is int]
        if whole and random.random() < 0.4:
            number = random.choice(whole)
            if 100 <= abs(number) < LARGEST and random.random() < 0.4:
                return int(number ** random.choice([2, 3]) - random.choice([-1, 0, 1, 7]))
            return number + random.choice([-1, 0, 0, 1])
        return random.choice(near)

    def _float(self, value: float, random: Random) -> float:
        near = [value + 1, value - 1, -value, 0.0, value / 2, *([float("nan")] * 3 if self.nan else [])]
        return float(random.choice([*near, *self.numbers][: len(near) + 4]))

    def _text(self, value: str, values: Mapping[str, Any], random: Random) -> str:
        given = [
            part.value
            for other in values.values()
            for part in islice(every_part(other, None), PARTS)
            if type(part.value) is str and 0 < len(part.value) <= PIECE
        ]
        sources = [source for source in (self.words, self.words, self.texts, given) if source]
        piece = random.choice(random.choice(sources)) if sources else random.choice("ab1 ")
        way = random.randrange(7)
        if way == 0:
            text = random.choice([value + random.choice(self.separators) + piece, piece + value])
        elif way == 1:
            text = piece if random.random() < 0.9 else ""
        elif way == 2:
            text = rejoined(value, random.choice(self.separators) or " ", random)
        elif way == 3:
            text = random.choice([value.upper(), value.lower(), value.title(), value.swapcase()])
        else:
            text = spoiled(value, random, piece)
        return text if len(text) <= max(VARIANT_LENGTH, len(value)) else value


def _may_be(part: Part, value: Any) -> bool:
    """Whether ``value`` may take the place of a part: a key has to have a hash."""
    return not part.is_key or type(value) in (str, int, float, bool, type(None))


def _steps(steps: list[Recipe], others: list[Recipe], variants: Variants, random: Random) -> list[Recipe]:
    """Another sequence of calls; what is read at the end stays."""
    called = [step for step in steps if not step.reference.startswith(".")]
    read = steps[len(called) :]
    at = random.randrange(len(called)) if called else 0
    way = random.randrange(5)
    if not called or way == 0:
        called = [*called, *(step for step in others if not step.reference.startswith("."))][:MOST_ITEMS]
    elif way == 1:
        called = reordered(called, random)
    elif way == 2:
        called = _in_time(called)
    else:
        called = [*called[:at], _step(called[at], called, variants, random), *called[at + 1 :]]
    return called + read


def _in_time(steps: list[Recipe]) -> list[Recipe]:
    """The same calls with their numbers in ascending order, as times are."""
    kind = float if any(type(arg) is float for step in steps for arg in step.args) else int
    left = iter(sorted(arg for step in steps for arg in step.args if type(arg) is kind))
    return [
        replace(step, args=tuple(next(left) if type(arg) is kind else arg for arg in step.args))
        for step in steps
    ]


def _step(step: Recipe, steps: Sequence[Recipe], variants: Variants, random: Random) -> Recipe:
    """The call with another argument: that of another call, or one near to its own."""
    args = list(step.args)
    if not args:
        return step
    at = random.randrange(len(args))
    alike = [
        a for s in steps if s.maker == STEP for a in s.args if type(a) is type(args[at]) and a != args[at]
    ]
    if alike and random.random() < 0.6:
        args[at] = random.choice(alike)
    elif type(args[at]) in _PLAIN_TYPES:
        kind = TypeSpec(kind=type(args[at]).__name__)
        args[at] = variants.near(Part((), False, args[at], kind), {}, random)
    return replace(step, args=tuple(args))


def _meeting_steps(steps: Sequence[Recipe], random: Random) -> list[Recipe]:
    """The same calls with few different arguments of each type."""
    given: dict[type, list[Any]] = {}
    for step in steps:
        for arg in step.args:
            given.setdefault(type(arg), []).append(arg)
    few = {
        kind: random.choices(of, k=random.randint(1, FEW_VALUES))
        for kind, of in given.items()
        if kind in _PLAIN_TYPES
    }
    return [
        replace(step, args=tuple(random.choice(few.get(type(arg), [arg])) for arg in step.args))
        for step in steps
    ]
