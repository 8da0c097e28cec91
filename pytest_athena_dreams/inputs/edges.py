"""The fixed edge cases of a type, in groups that can be switched off: empty, large, extreme, none.

Values that belong to no group (zero, one, minus one) are always there. An edge of a part is an edge of the
whole: the edges of items, keys, values, members of tuples and fields each make edges of what holds them.
"""

from __future__ import annotations

import collections
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from ..signatures import ClassSpec, Parameter, ParameterKind, Signature, TypeSpec
from .arguments import VARIADIC, Arguments
from .recipes import Recipe
from .scalars import literal_value

LARGE_ITEMS = 10_000
"""Items of a large container."""
LARGE_TEXT = 100_000
"""Characters of a large text."""
PART_EDGES = 16
"""Maximum edges of a part that make edges of the whole."""
EDGE_LEVELS = 6
"""Maximum depth of types within types to which edges are made."""

OPTION_EDGES = 4
"""Edges of a parameter with a default, at most."""

_NAMED_KINDS = (ParameterKind.POSITIONAL_OR_KEYWORD, ParameterKind.KEYWORD_ONLY)
_ANY = TypeSpec(kind="any")
_SEQUENCE_KINDS = ("list", "sequence", "iterable", "tuple...")
_SET_KINDS = ("set", "frozenset")
_MAKERS_BY_KIND = {"tuple...": tuple, "set": set, "frozenset": frozenset, "deque": collections.deque}
_PLAIN_EDGES: dict[str, list[Any]] = {
    "bool": [False, True],
    "int": [0, 1, -1, 2, 100],
    "float": [0.0, 1.0, -1.0, 0.5],
    "complex": [0j, 1j],
    "str": ["a", " ", "Aa1 é"],
    "bytes": [b"\x00"],
    "any": [0, 1, "a", [1]],
}
_EDGES_BY_GROUP: dict[str, dict[str, list[Any]]] = {
    "empty": {"str": [""], "bytes": [b""], "any": ["", []]},
    "large": {
        "int": [2**31, 2**63],
        "float": [1e308],
        "str": ["a" * LARGE_TEXT],
        "bytes": [b"a" * LARGE_TEXT],
    },
    "extreme": {
        "float": [math.nan, math.inf, -math.inf],
        "str": [" a\t b\r\nc\n", "\ud800", "e\u0301ßİ", "٣²", "\u200f\U0001f469\u200d\U0001f469"],
    },
    "none": {"any": [None], "none": [None]},
}


@dataclass(frozen=True, slots=True)
class Edges:
    """The edges of the types of one signature, in ``groups``."""

    groups: Collection[str]
    classes: Mapping[str, ClassSpec] = field(default_factory=dict)
    _made: dict[str, list[Any]] = field(default_factory=dict)

    def of(self, spec: TypeSpec, level: int = 0) -> list[Any]:
        """Edge cases of one type, the plainest first; empty for a type without any."""
        kind = spec.kind
        scalars = [*_PLAIN_EDGES.get(kind, ())]
        for group, by_kind in _EDGES_BY_GROUP.items():
            scalars += by_kind.get(kind, ()) if group in self.groups else ()
        if scalars or level == EDGE_LEVELS:
            return scalars
        if kind == "literal":
            return [literal_value(value) for value in spec.values]
        if kind == "union":
            return _in_turn([self.of(arg, level + 1) for arg in spec.args])
        if kind in (*_SEQUENCE_KINDS, *_SET_KINDS, "deque"):
            return self._containers(spec, level)
        if kind == "dict":
            keys = list(filter(_hashable, self._parts(spec.args[0], level)))
            found = [{key: value} for key, value in _together([keys, self._parts(spec.args[1], level)])]
            if len(keys) > 1:
                found += [
                    {keys[0]: value, keys[1]: 1.0}
                    for d in found
                    for value in d.values()
                    if _not_finite(value)
                ]
            return [{}, *found] if "empty" in self.groups else found
        if kind == "OrderedDict":
            return list(map(collections.OrderedDict, self.of(replace(spec, kind="dict"), level)))
        if kind == "tuple":
            return list(_combined([self._parts(arg, level) for arg in spec.args]))
        if kind in ("iterator", "generator"):
            lists = self._parts(replace(spec, kind="list"), level)
            return [Recipe(kind, "", (items,)) for items in lists]
        if kind == "class" and spec.text in self.classes:
            if spec.text not in self._made:
                self._made[spec.text] = []  # within itself it has none
                self._made[spec.text] = self._objects(self.classes[spec.text], level)
            return self._made[spec.text]
        return []  # of an annotated type the bounds are the edges, and the strategy draws those

    def _parts(self, spec: TypeSpec, level: int) -> list[Any]:
        """Edges of a type within another, without the large ones: a container of these would be too large."""
        return [value for value in self.of(spec, level + 1) if not _huge(value)][:PART_EDGES]

    def _containers(self, spec: TypeSpec, level: int) -> list[Any]:
        make: Any = _MAKERS_BY_KIND.get(spec.kind, list)
        parts = self._parts(spec.args[0], level)
        parts = list(filter(_hashable, parts)) if spec.kind in _SET_KINDS else parts
        found = [make([])] if "empty" in self.groups else []
        found += [make([value]) for value in parts]
        if spec.kind == "iterable" and level == 0:  # as strategies draw them: one-shot only as a whole
            found[1:1] = [Recipe("iterator", "", (items,)) for items in found[:3]]
        if len(parts) > 1:
            found += [make([parts[1], value]) for value in parts if _not_finite(value)]
            if spec.kind not in _SET_KINDS:
                found.append(make([parts[1], parts[1]]))
                objects = any(isinstance(value, Recipe) for value in parts[:5])  # each takes long to build
                if "large" in self.groups and level == 0 and not objects:
                    found.append(make((parts[:5] * LARGE_ITEMS)[:LARGE_ITEMS]))
        return found

    def _objects(self, described: ClassSpec, level: int) -> list[Any]:
        """Objects of a class, with edges of all arguments that have some."""
        if described.kind == "abstract":
            return _in_turn([self.of(option, level + 1) for option in described.options])
        if described.kind not in ("object", "typeddict"):
            return []
        columns = {p.name: self._parts(p.type or _ANY, level) for p in described.parameters}
        given = [p for p in described.parameters if columns[p.name] or not p.has_default]
        found: list[Any] = []
        for row in _combined([columns[p.name] for p in given]):
            named = {p.name: value for p, value in zip(given, row, strict=True) if not _first(p)}
            if described.kind == "typeddict":
                found.append(named)
            else:
                args = tuple(value for p, value in zip(given, row, strict=True) if _first(p))
                found.append(Recipe("call", described.name, args, tuple(named.items())))
        return found


def _first(p: Parameter) -> bool:
    return p.kind is ParameterKind.POSITIONAL_ONLY


def _together(columns: Sequence[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    """Rows of one value a column, until each value was there; none if a column is empty."""
    if all(columns):
        for n in range(max(map(len, columns), default=0)):
            yield tuple(column[n % len(column)] for column in columns)


def _combined(columns: Sequence[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    """The rows of ``_together``, then rows in which each column is one value ahead of the column before."""
    yield from _together(columns)
    if len(columns) > 1 and all(columns):
        yield from _together([[*c[n % len(c) :], *c[: n % len(c)]] for n, c in enumerate(columns)])


def _in_turn(columns: Sequence[Sequence[Any]]) -> list[Any]:
    """All values, the first of each column first."""
    longest = max(map(len, columns), default=0)
    return [column[n] for n in range(longest) for column in columns if n < len(column)]


def _hashable(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_hashable, value))
    return not isinstance(value, list | dict | set | Recipe)


def _not_finite(value: Any) -> bool:
    return isinstance(value, float) and value - value != 0


def _huge(value: Any) -> bool:
    return isinstance(value, str | bytes | list | tuple) and len(value) > 100


def edge_arguments(signature: Signature, groups: Collection[str], limit: int) -> list[Arguments]:
    """At most ``limit`` calls: all required parameters at an edge together, then one at a time.

    Every second call has an option at an edge as well.
    """
    required = [p for p in signature.parameters if not p.has_default and p.kind not in VARIADIC]
    if not required:
        return [Arguments()]
    edges = Edges(groups, {described.name: described for described in signature.classes})
    columns = [edges.of(p.type or _ANY) for p in required]
    if not all(columns):
        return []
    options = [p for p in signature.parameters if p.has_default and p.kind in _NAMED_KINDS]
    options_at = [(p, value) for p in options for value in edges.of(p.type or _ANY)[:OPTION_EDGES]]
    calls = []
    for n, values in enumerate(islice(_rows(columns), limit)):
        call = _arguments(required, values)
        if options_at and n % 2:  # every second call, so that an edge also comes alone
            p, value = options_at[n // 2 % len(options_at)]
            call = Arguments(call.args, call.kwargs | {p.name: value})
        calls.append(call)
    return calls


def _rows(columns: list[list[Any]]) -> Iterator[Sequence[Any]]:
    yield from _together(columns)
    if len(columns) > 1:
        for which, column in enumerate(columns):
            for value in column:
                yield [
                    value if n == which else other[min(1, len(other) - 1)] for n, other in enumerate(columns)
                ]


def _arguments(parameters: Iterable[Parameter], values: Iterable[Any]) -> Arguments:
    pairs = list(zip(parameters, values, strict=True))
    positional = tuple(value for p, value in pairs if p.kind is not ParameterKind.KEYWORD_ONLY)
    return Arguments(
        positional, {p.name: value for p, value in pairs if p.kind is ParameterKind.KEYWORD_ONLY}
    )
