"""Hypothesis strategies from described types. Nothing is drawn by a rule on a parameter's name."""

from __future__ import annotations

import collections
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from ..models import Canonical
from ..signatures import ClassSpec, Clues, Parameter, TypeSpec
from .bounds import bounds_of, whole, within
from .instances import Instances, UnmetAnnotation
from .recipes import Recipe
from .scalars import FEW_ITEMS, LONGEST, Scalars, Strategy, Width, literal_value
from .steps import sequences
from .tabular import frame
from .texts import TextsByCode
from .weights import weighted

__all__ = ["Strategies", "UnmetAnnotation"]

ANY = TypeSpec(kind="any")
NO_CLUES = Clues()
SIZED = frozenset({"list", "sequence", "iterable", "tuple...", "set", "frozenset"})
CONTAINERS = SIZED | {
    "deque", "dict", "mappingproxy", "defaultdict", "OrderedDict", "ChainMap", "Counter", "keys", "values",
    "items", "iterator", "generator", "asynciterator",
}  # fmt: skip
"""The kinds that hold any number of items."""
DOCUMENT_KEYS = ("a", "b", "c", "id", "0", "a.b")
"""Usual keys of mappings that may hold one another."""
TYPE_DEPTH = 30
"""Maximum depth of types within types: far more than people write."""
ITEMS_BY_LEVEL = (FEW_ITEMS, FEW_ITEMS, 3, 1)
"""Maximum items of a container, of one within it, and so on: tens of values in all, at any depth."""
TINY_ITEMS_BY_LEVEL = (6, 4, 2, 1)
"""The same for tiny inputs."""
LONG_LISTS = (LONGEST // 4, LONGEST // 16)
"""Maximum literals that serve as the length of a list, and of a list within a container."""

_CLASSES_BY_KIND: dict[str, type] = {
    **{c.__name__: c for c in (bool, int, float, complex, str, bytes, bytearray, list, dict, set, frozenset)},
    **{c.__name__: c for c in (tuple, range, slice, memoryview, collections.deque, collections.defaultdict)},
    **{c.__name__: c for c in (collections.OrderedDict, collections.Counter, collections.ChainMap)},
    "tuple...": tuple,
    "sequence": list,
    "iterable": list,
    "none": type(None),
}
"""The class that a kind stands for in ``type[...]``."""


class Strategies:
    """Strategies for the types of one signature, at one width."""

    def __init__(
        self,
        literals: Sequence[Canonical],
        classes: Sequence[ClassSpec],
        width: Width,
        clues: Clues = NO_CLUES,
    ) -> None:
        self.scalars = Scalars(literals, width)
        self._texts = TextsByCode(clues, self.scalars.known_texts)
        self._fields = clues.fields
        self._width = width
        self.instances = Instances(classes, self.of, self.parameter)
        self._class, self._enum = self.instances.of, self.instances.members
        self._around: list[str] = []

    def of(self, spec: TypeSpec) -> Strategy:
        """The strategy of one type. Raises ``UnmetAnnotation`` if there is none.

        Within a class that needs itself it may be empty.
        """
        scalar = self._texts.matches() if spec.kind == "re.Match" else None
        if scalar is None:
            scalar = self.scalars.named(spec.kind)
        if scalar is not None:
            return scalar
        if spec.kind in ("numpy.ndarray", "pandas.DataFrame", "pandas.Series"):
            return frame(spec, self.scalars)
        build = getattr(self, "_" + spec.kind.replace("...", "_of_any_length").replace(".", "_"), None)
        if build is None:
            raise UnmetAnnotation(spec.text or spec.kind)
        if len(self._around) == TYPE_DEPTH:
            raise UnmetAnnotation(f"a type that is nested more than {TYPE_DEPTH} deep")
        self._around.append(spec.kind)
        try:
            strategy: Strategy = build(spec)
        finally:
            self._around.pop()
        return strategy

    def _most(self, spec: TypeSpec) -> int:
        """How many items of the type ``spec`` the container that is being built may hold."""
        by_level = TINY_ITEMS_BY_LEVEL if self._width.tiny else ITEMS_BY_LEVEL
        most = by_level[min(self._depth(), len(by_level) - 1)]
        return min(most, self.instances.most(spec) or most)

    def _depth(self) -> int:
        """How many containers there are around the one that is being built."""
        return sum(kind in CONTAINERS for kind in self._around[:-1])

    def parameter(self, p: Parameter) -> Strategy:
        """The strategy of a parameter, its default included. Raises ``UnmetAnnotation``."""
        if not self._around and (share := self._texts.share(p.name)):
            within = p.type is not None and p.type.kind != "str"
            self.scalars.by_code = share, self._texts.of(p.name, within=within)
        try:
            strategy = self._field(p.name, p.type or ANY) if self._around else self.of(p.type or ANY)
        except UnmetAnnotation as exc:
            raise UnmetAnnotation(f"no strategy for parameter {p.name!r}: {exc}") from None
        finally:
            if not self._around:
                self.scalars.by_code = None
        default = literal_value(p.default) if p.has_default else None
        if type(default) is bool and p.type is not None and p.type.kind == "bool":
            return weighted(
                (3, st.just(not default)), (1, strategy)
            )  # the default comes where it is left out
        if default is not None and not isinstance(default, Recipe) and _may_be(default, p.type or ANY):
            return st.one_of(strategy, st.just(default))
        return strategy

    # Special forms

    def _any(self, _: TypeSpec) -> Strategy:
        numbers, texts = self.scalars.ints(), self.scalars.text()
        scalars = [numbers, texts, self.scalars.floats(), st.booleans(), st.none()]
        lists = [st.lists(numbers, max_size=FEW_ITEMS), st.lists(texts, max_size=FEW_ITEMS)]
        return st.one_of(*scalars, *lists, st.dictionaries(texts, numbers, max_size=FEW_ITEMS))

    def _hashable(self, _: TypeSpec) -> Strategy:
        return st.one_of(self.scalars.ints(), self.scalars.text(), st.booleans(), st.none())

    def _none(self, _: TypeSpec) -> Strategy:
        return st.none()

    def _union(self, spec: TypeSpec) -> Strategy:
        """The alternatives that can be drawn. One that can't is left out if another one than ``None`` can."""
        found: list[Strategy] = []
        missing: list[str] = []
        for arg in spec.args:
            try:
                found.append(self.of(arg))
            except UnmetAnnotation as exc:
                missing.append(str(exc))
        drawn = len(found) - sum(arg.kind == "none" for arg in spec.args)
        if missing and not drawn:
            raise UnmetAnnotation("; ".join(missing))
        return st.one_of(found)

    def _literal(self, spec: TypeSpec) -> Strategy:
        return st.sampled_from([literal_value(value) for value in spec.values])

    def _typevar(self, spec: TypeSpec) -> Strategy:
        """One choice of type for all uses of a variable in a call."""
        options = list(spec.args) or [TypeSpec(kind="int"), TypeSpec(kind="str")]
        if len(options) == 1:
            return self.of(options[0])
        chosen = st.shared(st.sampled_from(range(len(options))), key=f"typevar {spec.text} {options}")
        strategies = [self.of(option) for option in options]
        return chosen.flatmap(lambda n: strategies[n])

    def _annotated(self, spec: TypeSpec) -> Strategy:
        """The type within its bounds; those of a union are for the alternatives that they fit."""
        bounds = bounds_of(spec.values)
        base = spec.args[0]
        if base.kind == "union":
            return self._union(replace(base, args=tuple(replace(spec, args=(arg,)) for arg in base.args)))
        if base.kind == "int":
            return within(whole(self.scalars.ints, bounds), bounds)
        if base.kind == "float":
            floor, top = bounds.get("ge", bounds.get("gt")), bounds.get("le", bounds.get("lt"))
            return within(self.scalars.floats(floor, top), bounds)
        low, high = bounds.get("min_length", 0), bounds.get("max_length")
        if base.kind == "str":
            return within(self.scalars.text(low, high), bounds)
        if base.kind == "bytes":
            return within(self.scalars.binary(low, high), bounds)
        if base.kind == "dict":
            return within(self._dict(base, low, high), bounds)
        if base.kind == "deque":
            return within(self._deque(base, low, high), bounds)
        if base.kind in SIZED:
            return within(self._sized(base, low, high), bounds)
        return within(self.of(base), bounds)

    def _type(self, spec: TypeSpec) -> Strategy:
        arg = spec.args[0]
        if arg.kind in ("class", "enum"):
            return st.just(Recipe("class", arg.text))
        if arg.kind == "union":
            return st.one_of([self._type(TypeSpec(kind="type", args=(option,))) for option in arg.args])
        if arg.kind in ("typevar", "annotated") and arg.args:
            return self._type(TypeSpec(kind="type", args=(arg.args[0],)))
        if arg.kind in ("any", "typevar"):
            return st.sampled_from([int, str, float, list])
        if arg.kind in _CLASSES_BY_KIND:
            return st.just(_CLASSES_BY_KIND[arg.kind])
        if "." in arg.kind:
            module, _, name = arg.kind.rpartition(".")
            return st.just(Recipe("class", f"{module}:{name}"))
        raise UnmetAnnotation(f"type[{arg.text or arg.kind}]")

    # Containers

    def _listed(self, spec: TypeSpec, low: int = 0, high: int | None = None) -> Strategy:
        """Lists of ``low`` to ``high`` items, at times as long as a literal says."""
        items = self.of(spec)
        if items.is_empty:  # the end of a class that needs itself
            return st.nothing() if low else st.builds(list)
        least = _least(low, high, self._width)
        most = self._most(spec)
        top = max(most, least) if high is None else high
        lists = st.lists(items, min_size=least, max_size=top)
        longest = LONG_LISTS[self._depth()] if most == FEW_ITEMS and high is None else 0
        lengths = [n for n in self.scalars.lengths if least <= n <= longest][:3]
        if not lengths:
            return lists
        return st.one_of(lists, *(st.lists(items, min_size=n, max_size=n) for n in lengths))

    def _sized(self, spec: TypeSpec, low: int = 0, high: int | None = None) -> Strategy:
        if spec.kind in ("set", "frozenset"):
            least = _least(low, high, self._width)
            top = max(self._most(spec.args[0]), least) if high is None else high
            items = self._hashed(spec.args[0])
            if items.is_empty:
                return st.nothing() if low else st.builds(frozenset if spec.kind == "frozenset" else set)
            sets = st.sets(items, min_size=least, max_size=top)
            return sets.map(frozenset) if spec.kind == "frozenset" else sets
        lists = self._listed(spec.args[0], low, high)
        if spec.kind == "tuple...":
            return lists.map(tuple)
        if spec.kind == "iterable" and len(self._around) == 1:
            makers = st.sampled_from(["iterator", "generator"])
            once = st.builds(lambda maker, items: Recipe(maker, "", (items,)), makers, lists)
            return weighted((1, lists), (1, lists.map(tuple)), (1, once))
        return st.one_of(lists, lists.map(tuple)) if spec.kind in ("sequence", "iterable") else lists

    _list = _set = _frozenset = _sequence = _iterable = _tuple_of_any_length = _sized

    def _deque(self, spec: TypeSpec, low: int = 0, high: int | None = None) -> Strategy:
        return self._listed(spec.args[0], low, high).map(collections.deque)

    def _tuple(self, spec: TypeSpec) -> Strategy:
        return st.tuples(*(self._field(str(place), arg) for place, arg in enumerate(spec.args)))

    def _field(self, name: str, spec: TypeSpec) -> Strategy:
        """The strategy of a part: mostly the texts that the code compares it with, if it does."""
        words = self._fields.get(name) if spec.kind == "str" else None
        return weighted((3, st.sampled_from(list(words))), (1, self.of(spec))) if words else self.of(spec)

    def _dict(self, spec: TypeSpec, low: int = 0, high: int | None = None) -> Strategy:
        keys, values = self._hashed(spec.args[0]), self.of(spec.args[1])
        if spec.args[0].kind == "str" and "union" in self._around:  # a document: keys meet in another
            usual = DOCUMENT_KEYS[:4] if self._width.tiny else DOCUMENT_KEYS
            keys = weighted((3, st.sampled_from(usual)), (1, keys))
        if keys.is_empty or values.is_empty:
            return st.nothing() if low else st.builds(dict)
        least = _least(low, high, self._width)
        top = max(self._most(spec), least) if high is None else high
        return st.dictionaries(keys, values, min_size=least, max_size=top)

    def _mappingproxy(self, spec: TypeSpec) -> Strategy:
        return self._dict(spec).map(lambda items: Recipe("call", "types:MappingProxyType", (items,)))

    def _defaultdict(self, spec: TypeSpec) -> Strategy:
        factory = {"int": int, "str": str, "float": float, "list": list, "dict": dict, "set": set}
        default = factory.get(spec.args[1].kind)
        return self._dict(spec).map(lambda items: collections.defaultdict(default, items))

    def _OrderedDict(self, spec: TypeSpec) -> Strategy:
        return self._dict(spec).map(collections.OrderedDict)

    def _ChainMap(self, spec: TypeSpec) -> Strategy:
        return st.lists(self._dict(spec), max_size=2).map(lambda maps: collections.ChainMap(*maps))

    def _Counter(self, spec: TypeSpec) -> Strategy:
        return st.lists(self._hashed(spec.args[0]), max_size=2 * self._most(spec.args[0])).map(
            collections.Counter
        )

    def _view(self, spec: TypeSpec) -> Strategy:
        keys = spec.args[0] if spec.kind != "values" else TypeSpec(kind="str")
        values = spec.args[-1] if spec.kind != "keys" else TypeSpec(kind="int")
        items = self._dict(TypeSpec(kind="dict", args=(keys, values)))
        return items.map(lambda d: Recipe("view", spec.kind, (d,)))

    _keys = _values = _items = _view

    def _iterator(self, spec: TypeSpec) -> Strategy:
        return self._listed(spec.args[0]).map(lambda items: Recipe(spec.kind, "", (items,)))

    _generator = _asynciterator = _iterator

    def _awaitable(self, spec: TypeSpec) -> Strategy:
        return self.of(spec.args[0]).map(lambda value: Recipe("awaitable", "", (value,)))

    def _contextmanager(self, spec: TypeSpec) -> Strategy:
        return self.of(spec.args[0]).map(lambda value: Recipe("context", "", (value,)))

    _asynccontextmanager = _contextmanager

    def _callable(self, spec: TypeSpec) -> Strategy:
        """A deterministic function that picks one of a few results by its arguments."""
        results = st.lists(self.of(spec.args[0]), min_size=1, max_size=4)
        return results.map(lambda values: Recipe("callable", "", (values,)))

    def _calls(self, spec: TypeSpec) -> Strategy:
        """Calls of an object's methods, and then the attributes to read, which are the type's values."""
        return sequences([self.of(method) for method in spec.args], [str(name) for name in spec.values])

    def _hashed(self, spec: TypeSpec) -> Strategy:
        spec = TypeSpec(kind="hashable") if spec.kind == "any" else spec
        return self.of(spec).filter(_is_hashable)


def _least(low: int, high: int | None, width: Width) -> int:
    """The least size by an annotation's bounds and by the width, which gives way where they differ."""
    return max(low, width.min_size) if high is None else min(max(low, width.min_size), high)


def _may_be(value: Any, spec: TypeSpec) -> bool:
    """Whether a default is a value of the type ``spec``, which is known for builtin scalars alone."""
    if spec.kind == "union":
        return any(_may_be(value, arg) for arg in spec.args)
    return spec.kind in ("any", type(value).__name__)


def _is_hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True
