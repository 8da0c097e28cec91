"""Strategies for classes: what they draw are recipes, which the jail builds.

A class is built with its defaults left out or given; far within others with what it needs alone, so that
the strategies of classes that know many others stay small.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from ..models import ClassSpec, Parameter, TypeSpec
from .recipes import Recipe
from .scalars import Strategy

RECURSION = 3
"""Levels to which a class that needs itself is built."""
FULL = 3
"""Levels of classes within classes at which parameters with a default are given."""


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
        self._classes = {spec.name: spec for spec in classes}
        self._type, self._parameter = of, parameter
        self._open: Counter[str] = Counter()
        self._made: dict[tuple[str, int, int], Strategy] = {}

    def members(self, spec: TypeSpec) -> Strategy:
        """The members of an enum. Raises ``UnmetAnnotation`` where it has none."""
        members = self._classes[spec.text].members
        if not members:
            raise UnmetAnnotation(f"{_name(spec)} has no members")
        return st.sampled_from([Recipe("member", spec.text, (name,)) for name in members])

    def of(self, spec: TypeSpec) -> Strategy:
        """Instances of a class, or of the subclasses of an abstract one. Raises ``UnmetAnnotation``."""
        count, level = self._open[spec.text], self._open.total()
        if count >= RECURSION:
            return st.nothing()
        key = spec.text, count, level
        if key not in self._made:
            self._open[spec.text] += 1
            try:
                self._made[key] = self._build(self._classes[spec.text], _name(spec), level < FULL)
            finally:
                self._open[spec.text] -= 1
            if level == 0 and self._made[key].is_empty:
                raise UnmetAnnotation(f"{_name(spec)} needs itself without end")
        return self._made[key]

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
            return _built("protocol", described.name, [], required, {})
        first = [p.name for p in described.parameters if p.kind == "positional_only"]
        positional = [required.pop(name) for name in first if name in required]
        named = {name: strategy for name, strategy in optional.items() if name not in first}
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


def _name(spec: TypeSpec) -> str:
    return spec.text.partition("[")[0].rpartition(":")[2]


def _built(
    maker: str,
    reference: str,
    positional: Sequence[Strategy],
    required: Mapping[str, Strategy],
    optional: Mapping[str, Strategy],
) -> Strategy:
    def recipe(drawn: tuple[tuple[Any, ...], dict[str, Any]]) -> Recipe:
        return Recipe(maker, reference, drawn[0], tuple(drawn[1].items()))

    named = st.fixed_dictionaries(dict(required), optional=dict(optional))
    return st.tuples(st.tuples(*positional), named).map(recipe)  # which knows when it is empty
