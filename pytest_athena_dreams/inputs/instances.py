"""Strategies for classes: what they draw are recipes, which the jail builds.

A class is built with or without the parameters that have a default. Deep within other classes it gets
required arguments only, so that the strategies of classes that know many others stay small.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from ..signatures import ClassSpec, Parameter, ParameterKind, TypeSpec
from .recipes import Recipe
from .scalars import Strategy
from .steps import STEP

RECURSION = 3
"""Maximum depth of objects of a class, or of several that lead to one another."""
BRANCHES = 3
"""Parameters that lead from a class back to it. Objects of a class with more hold one level of others."""
FULL = 3
"""Depth of classes within classes down to which parameters with a default get arguments."""
ITEMS_OF_NODES = 4
"""Maximum objects in a container if their class leads back to itself."""
ITEMS_WITHIN_NODES = 2
"""The same within such an object. With ``RECURSION`` that makes tens of objects, not thousands."""
CLASSES = 300
"""Maximum classes that a signature names: far more than people write."""


_GIVES_NONE = st.just(Recipe("callable", "", ([None],)))
"""A method of a protocol that returns the protocol, at the depth where its objects have to end."""


class UnmetAnnotation(Exception):
    """No strategy for a parameter's annotation; the text says which and why."""


class Instances:
    """Strategies for the classes of one signature; ``of`` and ``parameter`` are those of its other types."""

    def __init__(
        self,
        classes: Sequence[ClassSpec],
        of: Callable[[TypeSpec], Strategy],
        parameter: Callable[[Parameter], Strategy],
    ) -> None:
        self._classes = {spec.name: spec for spec in classes[:CLASSES]}
        self._reached = _reached(self._classes)
        self._type, self._parameter = of, parameter
        self._open: Counter[str] = Counter()
        self._made: dict[tuple[str, int, int, int], Strategy] = {}

    @property
    def recursive(self) -> bool:
        """Whether there is a class whose objects may hold objects of the same class."""
        return any(name in reached for name, reached in self._reached.items())

    def most(self, spec: TypeSpec) -> int | None:
        """How many items of the type ``spec`` a container may hold, where recursive classes limit that."""
        named = _named(spec)
        reached = named.union(*(self._reached.get(name, ()) for name in named))
        around = [self._classes[name] for name in reached if self._open[name]]
        if around:
            return ITEMS_WITHIN_NODES if max(map(self._branches, around)) <= BRANCHES else 1
        return ITEMS_OF_NODES if any(name in self._reached.get(name, ()) for name in reached) else None

    def members(self, spec: TypeSpec) -> Strategy:
        """The members of an enum. Raises ``UnmetAnnotation`` if it has none."""
        members = self._described(spec).members
        if not members:
            raise UnmetAnnotation(f"{_name(spec)} has no members")
        return st.sampled_from([Recipe("member", spec.text, (name,)) for name in members])

    def of(self, spec: TypeSpec) -> Strategy:
        """Instances of a class, or of the subclasses of an abstract one. Raises ``UnmetAnnotation``."""
        described = self._described(spec)
        count, level = self._open[spec.text], self._open.total()
        around = self._alike_around(spec.text)
        if count and around >= (RECURSION if self._branches(described) <= BRANCHES else 2):
            return st.nothing()
        key = spec.text, count, min(level, FULL), around
        if key not in self._made:
            self._open[spec.text] += 1
            try:
                self._made[key] = self._build(described, _name(spec), level < FULL)
            finally:
                self._open[spec.text] -= 1
            if level == 0 and self._made[key].is_empty:
                raise UnmetAnnotation(f"{_name(spec)} needs itself without end")
        return self._made[key]

    def _described(self, spec: TypeSpec) -> ClassSpec:
        if spec.text not in self._classes:
            raise UnmetAnnotation(f"{_name(spec)} is one of more than {CLASSES} classes")
        return self._classes[spec.text]

    def _alike_around(self, name: str) -> int:
        """How many enclosing objects, in what is being built, have classes that lead to this one and back."""
        reached = self._reached[name]
        return sum(
            count
            for other, count in self._open.items()
            if other in reached and name in self._reached[other] and self._classes[other].kind != "abstract"
        )

    def _branches(self, described: ClassSpec) -> int:
        """How many parameters of a class lead back to it."""
        return sum(
            described.name in {name, *self._reached.get(name, ())}
            for p in described.parameters
            for name in _named(p.type)
        )

    def _build(self, described: ClassSpec, name: str, full: bool) -> Strategy:
        if described.kind == "unknown":
            raise UnmetAnnotation(f"{name} {described.reason}")
        if described.kind == "abstract":
            return self._concrete(described, name)
        fields = {p.name: self._field(p, name, full) for p in described.parameters}
        given = {name: strategy for name, strategy in fields.items() if strategy is not None}
        required = {p.name: given[p.name] for p in described.parameters if not p.has_default}
        optional = {name: strategy for name, strategy in given.items() if name not in required}
        if described.kind == "typeddict":
            return st.fixed_dictionaries(required, optional=optional)
        if described.kind == "protocol":
            methods = {p.name for p in described.parameters if p.type and p.type.kind == "callable"}
            required |= {n: _GIVES_NONE for n in methods if required[n].is_empty}
            return _built("protocol", described.name, [], required, {})
        if described.kind == "method":
            positional = [required.pop(p.name) for p in described.parameters if _first(p, required)]
            return _built(STEP, described.name.rpartition(".")[2], positional, required, optional)
        first = [p.name for p in described.parameters if p.kind == "positional_only"]
        positional = [required.pop(name) for name in first if name in required]
        named = {name: strategy for name, strategy in optional.items() if name not in first}
        if described.name in self._reached[described.name]:
            return _built("node", described.name, positional, required, named, described.assignable)
        return _built("call", described.name, positional, required, named)

    def _concrete(self, described: ClassSpec, name: str) -> Strategy:
        found: list[Strategy] = []
        missing: list[str] = []
        for option in described.options:
            try:
                found.append(self._type(option))
            except UnmetAnnotation as exc:
                missing.append(str(exc))
        if not found:
            why = f"no subclass of it can be drawn: {'; '.join(missing)}" if missing else "has no subclass"
            raise UnmetAnnotation(f"{name} is abstract and " + (why if missing else f"the code {why} of it"))
        return st.one_of(found)

    def _field(self, p: Parameter, owner: str, full: bool) -> Strategy | None:
        """The strategy of a parameter or key, ``None`` where it is to be left out."""
        if p.has_default and not full:
            return None
        try:
            strategy = self._parameter(p)
        except UnmetAnnotation as exc:
            if p.has_default:
                return None
            raise UnmetAnnotation(f"{owner} needs {exc}") from None
        return None if p.has_default and strategy.is_empty else strategy


def _first(p: Parameter, required: Mapping[str, Strategy]) -> bool:
    """Whether a method takes an argument by position."""
    return p.name in required and p.kind is not ParameterKind.KEYWORD_ONLY


def _named(spec: TypeSpec | None) -> set[str]:
    """The classes that a type names."""
    if spec is None:
        return set()
    return set[str]({spec.text} if spec.kind == "class" else ()).union(*map(_named, spec.args))


def _reached(classes: Mapping[str, ClassSpec]) -> dict[str, set[str]]:
    """By class, those that its objects may hold, at any depth."""
    near = {
        name: set[str]().union(
            *(_named(p.type) for p in described.parameters), *map(_named, described.options)
        )
        for name, described in classes.items()
    }
    reached: dict[str, set[str]] = {}
    for name in near:
        left, reached[name] = [name], set()
        while left:
            new = near.get(left.pop(), set()) - reached[name]
            reached[name] |= new
            left += new
    return reached


def _name(spec: TypeSpec) -> str:
    return spec.text.partition("[")[0].rpartition(":")[2]


def _built(
    maker: str,
    reference: str,
    positional: Sequence[Strategy],
    required: Mapping[str, Strategy],
    optional: Mapping[str, Strategy],
    assignable: Iterable[str] = (),
) -> Strategy:
    later = frozenset(assignable)

    def recipe(drawn: tuple[tuple[Any, ...], dict[str, Any]]) -> Recipe:
        return Recipe(maker, reference, drawn[0], tuple(drawn[1].items()), later)

    named = st.fixed_dictionaries(dict(required), optional=dict(optional))
    return st.tuples(st.tuples(*positional), named).map(recipe)  # which knows when it is empty
