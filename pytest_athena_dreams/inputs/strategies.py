"""Hypothesis strategies from described types. Nothing is drawn by a rule on a parameter's name."""

from __future__ import annotations

import collections
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from ..models import Canonical, ClassSpec, Parameter, TypeSpec
from .recipes import Recipe
from .scalars import LONG, SIZE, Scalars, Strategy, Width, literal_value

ANY = TypeSpec(kind="any")
_RECURSION = 3
"""Levels to which a class that needs itself is built."""


class UnmetAnnotation(Exception):
    """No strategy for a parameter's annotation; the text says which and why."""


class Strategies:
    """Strategies for the types of one signature, at one width."""

    def __init__(self, literals: Sequence[Canonical], classes: Sequence[ClassSpec], width: Width) -> None:
        self.scalars = Scalars(literals, width)
        self._width = width
        self._classes = {spec.name: spec for spec in classes}
        self._depth: collections.Counter[str] = collections.Counter()

    def of(self, spec: TypeSpec) -> Strategy:
        """The strategy of one type. Raises ``UnmetAnnotation`` where there is none."""
        scalar = self.scalars.named(spec.kind)
        if scalar is not None:
            return scalar
        build = getattr(self, "_" + spec.kind.replace("...", "_of_any_length").replace(".", "_"), None)
        if build is None:
            raise UnmetAnnotation(spec.text or spec.kind)
        strategy: Strategy = build(spec)
        return strategy

    def parameter(self, p: Parameter) -> Strategy:
        """The strategy of a parameter, its default included. Raises ``UnmetAnnotation``."""
        try:
            strategy = self.of(p.type or ANY)
        except UnmetAnnotation as exc:
            raise UnmetAnnotation(f"no strategy for parameter {p.name!r}: {exc}") from None
        default = literal_value(p.default) if p.has_default else None
        if default is not None and not isinstance(default, Recipe) and _may_be(default, p.type or ANY):
            return st.one_of(strategy, st.just(default))
        return strategy

    # Special forms

    def _any(self, _: TypeSpec) -> Strategy:
        numbers, texts = self.scalars.ints(), self.scalars.text()
        scalars = [numbers, texts, self.scalars.floats(), st.booleans(), st.none()]
        lists = [st.lists(numbers, max_size=SIZE), st.lists(texts, max_size=SIZE)]
        return st.one_of(*scalars, *lists, st.dictionaries(texts, numbers, max_size=SIZE))

    def _hashable(self, _: TypeSpec) -> Strategy:
        return st.one_of(self.scalars.ints(), self.scalars.text(), st.booleans(), st.none())

    def _none(self, _: TypeSpec) -> Strategy:
        return st.none()

    def _union(self, spec: TypeSpec) -> Strategy:
        """The alternatives that can be drawn; one that can't is no loss while another can."""
        found: list[Strategy] = []
        missing: list[str] = []
        for arg in spec.args:
            try:
                found.append(self.of(arg))
            except UnmetAnnotation as exc:
                missing.append(str(exc))
        if not found or all(arg.kind == "none" for arg in spec.args if arg.kind != "unsupported"):
            raise UnmetAnnotation("; ".join(missing) or "an empty union")
        return st.one_of(found)

    def _literal(self, spec: TypeSpec) -> Strategy:
        return st.sampled_from([literal_value(value) for value in spec.values])

    def _typevar(self, spec: TypeSpec) -> Strategy:
        """One choice of type for all uses of a variable in a call."""
        options = list(spec.args) or [TypeSpec(kind="int"), TypeSpec(kind="str")]
        if len(options) == 1:
            return self.of(options[0])
        chosen = st.shared(st.sampled_from(range(len(options))), key=f"typevar {spec.text}")
        strategies = [self.of(option) for option in options]
        return chosen.flatmap(lambda n: strategies[n])

    def _annotated(self, spec: TypeSpec) -> Strategy:
        bounds = {str(name): literal_value(value) for name, value in spec.values}
        base = spec.args[0]
        low, high = bounds.get("min_length", 0), bounds.get("max_length")
        if base.kind == "int":
            floor, top = bounds.get("ge"), bounds.get("le")
            floor = bounds["gt"] + 1 if bounds.get("gt") is not None else floor
            top = bounds["lt"] - 1 if bounds.get("lt") is not None else top
            strategy = self.scalars.ints(floor, top)
        elif base.kind == "float":
            strategy = self.scalars.floats(
                bounds.get("ge", bounds.get("gt")), bounds.get("le", bounds.get("lt"))
            )
        elif base.kind == "str":
            strategy = self.scalars.text(low, high)
        elif base.kind in ("list", "sequence", "iterable", "set", "frozenset", "tuple..."):
            strategy = self._sized(base, low, high)
        else:
            strategy = self.of(base)
        return strategy.filter(lambda value: _within(value, bounds))

    def _type(self, spec: TypeSpec) -> Strategy:
        arg = spec.args[0]
        if arg.kind in ("class", "enum"):
            return st.just(Recipe("class", arg.text))
        if arg.kind == "union":
            return st.one_of([self._type(TypeSpec(kind="type", args=(option,))) for option in arg.args])
        if arg.kind == "typevar" and arg.args:
            return self._type(TypeSpec(kind="type", args=(arg.args[0],)))
        plain = {"int": int, "str": str, "float": float, "bytes": bytes, "list": list, "dict": dict}
        if arg.kind in ("any", "typevar"):
            return st.sampled_from([int, str, float, list])
        if arg.kind in plain:
            return st.just(plain[arg.kind])
        module, _, name = arg.kind.rpartition(".")
        return st.just(Recipe("class", f"{module or 'builtins'}:{name}"))

    # Containers

    def _items(self, spec: TypeSpec, low: int = 0, high: int | None = None) -> Strategy:
        low = max(low, self._width.min_size)
        top = max(SIZE, low) if high is None else high
        items = self.of(spec)
        lists = st.lists(items, min_size=low, max_size=top)
        lengths = [n for n in self.scalars.lengths if n <= LONG // 4 and high is None][:3]
        if not lengths:
            return lists
        return st.one_of(lists, lists, lists, *(st.lists(items, min_size=n, max_size=n) for n in lengths))

    def _sized(self, spec: TypeSpec, low: int = 0, high: int | None = None) -> Strategy:
        if spec.kind in ("set", "frozenset"):
            low = max(low, self._width.min_size)
            items = st.sets(
                self._hashed(spec.args[0]), min_size=low, max_size=max(SIZE, low) if high is None else high
            )
            return items.map(frozenset) if spec.kind == "frozenset" else items
        lists = self._items(spec.args[0], low, high)
        if spec.kind == "tuple...":
            return lists.map(tuple)
        return st.one_of(lists, lists, lists.map(tuple)) if spec.kind in ("sequence", "iterable") else lists

    _list = _set = _frozenset = _sequence = _iterable = _tuple_of_any_length = _sized

    def _deque(self, spec: TypeSpec) -> Strategy:
        return self._items(spec.args[0]).map(collections.deque)

    def _tuple(self, spec: TypeSpec) -> Strategy:
        return st.tuples(*map(self.of, spec.args))

    def _dict(self, spec: TypeSpec) -> Strategy:
        keys, values = self._hashed(spec.args[0]), self.of(spec.args[1])
        low = self._width.min_size
        return st.dictionaries(keys, values, min_size=low, max_size=max(SIZE, low))

    def _defaultdict(self, spec: TypeSpec) -> Strategy:
        factory = {"int": int, "str": str, "float": float, "list": list, "dict": dict, "set": set}
        default = factory.get(spec.args[1].kind)
        return self._dict(spec).map(lambda items: collections.defaultdict(default, items))

    def _OrderedDict(self, spec: TypeSpec) -> Strategy:
        return self._dict(spec).map(collections.OrderedDict)

    def _ChainMap(self, spec: TypeSpec) -> Strategy:
        return st.lists(self._dict(spec), max_size=2).map(lambda maps: collections.ChainMap(*maps))

    def _Counter(self, spec: TypeSpec) -> Strategy:
        return st.lists(self._hashed(spec.args[0]), max_size=2 * SIZE).map(collections.Counter)

    def _view(self, spec: TypeSpec) -> Strategy:
        keys = spec.args[0] if spec.kind != "values" else TypeSpec(kind="str")
        values = spec.args[-1] if spec.kind != "keys" else TypeSpec(kind="int")
        items = self._dict(TypeSpec(kind="dict", args=(keys, values)))
        return items.map(lambda d: Recipe("view", spec.kind, (d,)))

    _keys = _values = _items_view = _view

    def _iterator(self, spec: TypeSpec) -> Strategy:
        return self._items(spec.args[0]).map(lambda items: Recipe(spec.kind, "", (items,)))

    _generator = _asynciterator = _iterator

    def _awaitable(self, spec: TypeSpec) -> Strategy:
        return self.of(spec.args[0]).map(lambda value: Recipe("awaitable", "", (value,)))

    def _callable(self, spec: TypeSpec) -> Strategy:
        """A deterministic function that picks one of a few results by its arguments."""
        results = st.lists(self.of(spec.args[0]), min_size=1, max_size=4)
        return results.map(lambda values: Recipe("callable", "", (values,)))

    def _hashed(self, spec: TypeSpec) -> Strategy:
        spec = TypeSpec(kind="hashable") if spec.kind == "any" else spec
        return self.of(spec).filter(_is_hashable)

    # Classes

    def _enum(self, spec: TypeSpec) -> Strategy:
        members = self._classes[spec.text].members
        if not members:
            raise UnmetAnnotation(f"{spec.text.rpartition(':')[2]} has no members")
        return st.sampled_from([Recipe("member", spec.text, (name,)) for name in members])

    def _class(self, spec: TypeSpec) -> Strategy:
        described = self._classes[spec.text]
        name = spec.text.rpartition(":")[2]
        if self._depth[spec.text] >= _RECURSION:
            return st.nothing()
        self._depth[spec.text] += 1
        try:
            if described.kind == "abstract":
                options = [self.of(option) for option in described.options]
                if not options:
                    raise UnmetAnnotation(f"{name} is abstract and the code has no subclass of it")
                return st.one_of(options)
            fields = {p.name: self._field(p, name) for p in described.parameters}
            if described.kind == "typeddict":
                return self._typed_dict(described.parameters, fields)
            if described.kind == "protocol":
                return _built(Recipe("protocol", spec.text), (), fields, {})
            return self._instances(spec.text, described.parameters, fields)
        finally:
            self._depth[spec.text] -= 1

    def _field(self, p: Parameter, owner: str) -> Strategy | None:
        try:
            return self.parameter(p)
        except UnmetAnnotation as exc:
            if p.has_default:
                return None
            raise UnmetAnnotation(f"{owner} needs {exc}") from None

    @staticmethod
    def _typed_dict(keys: Sequence[Parameter], fields: Mapping[str, Strategy | None]) -> Strategy:
        required = {p.name: _known(fields[p.name]) for p in keys if not p.has_default}
        optional = {
            p.name: _known(fields[p.name]) for p in keys if p.has_default and fields[p.name] is not None
        }
        return st.fixed_dictionaries(required, optional=optional)

    @staticmethod
    def _instances(
        reference: str, parameters: Sequence[Parameter], fields: Mapping[str, Strategy | None]
    ) -> Strategy:
        positional = [
            _known(fields[p.name]) for p in parameters if p.kind == "positional_only" and not p.has_default
        ]
        named = [p for p in parameters if p.kind != "positional_only" and fields[p.name] is not None]
        required = {p.name: fields[p.name] for p in named if not p.has_default}
        optional = {p.name: fields[p.name] for p in named if p.has_default}
        return _built(Recipe("call", reference), positional, required, optional)


def _built(
    recipe: Recipe,
    positional: Sequence[Strategy],
    required: Mapping[str, Strategy | None],
    optional: Mapping[str, Strategy | None],
) -> Strategy:
    named = st.fixed_dictionaries(
        {name: _known(strategy) for name, strategy in required.items()},
        optional={name: _known(strategy) for name, strategy in optional.items()},
    )
    return st.builds(
        lambda args, kwargs: Recipe(recipe.maker, recipe.reference, args, tuple(kwargs.items())),
        st.tuples(*positional),
        named,
    )


def _known(strategy: Strategy | None) -> Strategy:
    assert strategy is not None
    return strategy


def _may_be(value: Any, spec: TypeSpec) -> bool:
    """Whether a default may be drawn for ``spec``; only builtin scalars are looked at."""
    if spec.kind == "union":
        return any(_may_be(value, arg) for arg in spec.args)
    return spec.kind in ("any", type(value).__name__)


def _within(value: Any, bounds: Mapping[str, Any]) -> bool:
    checks = {
        "ge": lambda b: value >= b,
        "gt": lambda b: value > b,
        "le": lambda b: value <= b,
        "lt": lambda b: value < b,
        "multiple_of": lambda b: value % b == 0,
        "min_length": lambda b: len(value) >= b,
        "max_length": lambda b: len(value) <= b,
    }
    return all(checks[name](bound) for name, bound in bounds.items() if bound is not None)


def _is_hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True
