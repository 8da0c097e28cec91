"""Shapes of values, collected from what a source does with them: which keys they have, what their items are.

A ``Shape`` stands for all values that a variable, an item or a key may have. Two shapes that are compared,
assigned or passed to each other become one. ``structure`` fills shapes in; here they become types.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..signatures import ClassSpec, Parameter, ParameterKind, TypeSpec

RECORD_DEPTH = 6
"""Shapes within shapes, at most."""

_NAMES = {
    "str": "str", "int": "int", "float": "float", "bool": "bool", "bytes": "bytes", "NoneType": "none",
    "Decimal": "decimal.Decimal", "Fraction": "fractions.Fraction", "date": "datetime.date",
    "datetime": "datetime.datetime", "timedelta": "datetime.timedelta", "time": "datetime.time",
    "Number": "int", "Real": "float", "Integral": "int", "Path": "pathlib.PurePosixPath",
}  # fmt: skip
"""Kinds by the names of classes in ``isinstance``."""
_BY_MARK = (
    "datetime.datetime", "datetime.date", "datetime.timedelta", "decimal.Decimal", "str",
    "float", "int", "bool",
)  # fmt: skip
_CONTAINERS_NAMED = {
    "list": "list",
    "Sequence": "list",
    "Iterable": "list",
    "tuple": "tuple...",
    "set": "set",
}
_MAPPINGS = frozenset({"dict", "Mapping", "MutableMapping", "OrderedDict"})


def of_kind(kind: str, *args: TypeSpec) -> TypeSpec:
    """A type by its kind."""
    return TypeSpec(kind=kind, args=args)


def _nested(levels: int) -> TypeSpec:
    """Values as of JSON, lists and mappings within one another."""
    leaf = [of_kind("int"), of_kind("str"), of_kind("bool"), of_kind("none")]
    spec = of_kind("union", *leaf)
    for _ in range(levels):
        spec = of_kind("union", *leaf, of_kind("list", spec), of_kind("dict", of_kind("str"), spec))
    return spec


class Shape:
    """What is known of some values. ``marks`` are kinds that they may be; parts are shapes themselves."""

    def __init__(self, *marks: str) -> None:
        self.marks = set(marks)
        self.named: dict[str, None] = {}
        """The classes that ``isinstance`` asks for."""
        self.keys: dict[str, Shape] = {}
        self.optional: set[str] = set()
        """Keys that may be missing."""
        self.attributes: dict[str, Shape] = {}
        self.elements: list[Shape] = []
        """The parts of a tuple that is unpacked."""
        self.parts: dict[str, Shape] = {}
        """The shapes of its items, keys, values and results, by these words."""
        self._same: Shape | None = None

    def root(self) -> Shape:
        """The shape that this one has become."""
        found = self
        while found._same is not None:
            found = found._same
        return found

    def part(self, word: str) -> Shape:
        """The shape of its ``item``, ``key``, ``value`` or ``result``."""
        return self.root().parts.setdefault(word, Shape()).root()

    def at(self, key: str) -> Shape:
        """The shape of what a mapping holds under a literal key."""
        return self.root().keys.setdefault(key, Shape()).root()

    def attribute(self, name: str) -> Shape:
        """The shape of an attribute."""
        return self.root().attributes.setdefault(name, Shape()).root()

    def unpacked(self, count: int) -> list[Shape]:
        """The shapes of its parts, as it is unpacked into ``count`` names."""
        root = self.root()
        while len(root.elements) < count:
            root.elements.append(Shape())
        return [part.root() for part in root.elements[:count]]

    def mark(self, *marks: str) -> Shape:
        """Note kinds that it may be."""
        self.root().marks.update(marks)
        return self.root()

    def is_same(self, other: Shape) -> Shape:
        """Make both one shape."""
        one, two = self.root(), other.root()
        if one is two:
            return one
        two._same = one
        one.marks |= two.marks
        one.named |= two.named
        one.optional |= two.optional
        for mine, theirs in ((one.keys, two.keys), (one.attributes, two.attributes), (one.parts, two.parts)):
            for name, shape in theirs.items():
                mine[name] = mine[name].is_same(shape) if name in mine else shape
        for mine_part, their_part in zip(one.elements, two.elements, strict=False):
            mine_part.is_same(their_part)
        one.elements += two.elements[len(one.elements) :]
        return one.root()


class Types:
    """The types of shapes; ``classes`` are the records among them, which may hold themselves."""

    def __init__(self) -> None:
        self.classes: dict[str, ClassSpec] = {}
        self._names: dict[int, str] = {}
        self._open: list[Shape] = []

    def of(self, shape: Shape) -> TypeSpec | None:
        """The type of a shape; ``None`` if nothing is known of it."""
        root = shape.root()
        if root in self._open:
            name = self._names.get(id(root))
            return TypeSpec(kind="class", text=name) if name else _nested(1)
        if len(self._open) == RECORD_DEPTH:
            return None
        self._open.append(root)
        try:
            found = self._of(root)
        finally:
            self._open.pop()
        if found is not None and "none" in root.marks and found.kind != "union":
            return of_kind("union", found, of_kind("none"))
        return found

    def _of(self, root: Shape) -> TypeSpec | None:
        if "callable" in root.marks:
            result = self.of(root.part("result")) if "result" in root.parts else None
            return of_kind("callable", result or of_kind("int"))
        if root.named:
            alternatives = self._alternatives(root)
            itself = any(part.root() is root for part in root.parts.values())
            if not itself or len(self._open) > 1:
                return alternatives
            listed = of_kind("list", alternatives)
            if "mapping" in root.marks and not _MAPPINGS.isdisjoint(root.named):
                return of_kind("dict", of_kind("str"), alternatives)
            if _MAPPINGS.isdisjoint(root.named):
                return listed
            return of_kind("union", of_kind("dict", of_kind("str"), alternatives), listed)
        if root.keys:
            return self._record(root)
        if root.attributes:
            return self._object(root)
        if "mapping" in root.marks or "value" in root.parts or "key" in root.parts:
            key = self._part(root, "key") or of_kind("str")
            key = of_kind("str") if key.kind in ("dict", "list", "class", "union") else key
            return of_kind("dict", key, self._part(root, "value") or of_kind("int"))
        if len(root.elements) > 1 and "item" not in root.parts:
            return of_kind("tuple", *(self.of(part) or of_kind("int") for part in root.elements))
        for kind in _BY_MARK[:5]:
            if kind in root.marks:
                return of_kind(kind)
        if "item" in root.parts or "sequence" in root.marks:
            return of_kind("list", self._part(root, "item") or of_kind("int"))
        for kind in _BY_MARK[5:]:
            if kind in root.marks:
                return of_kind(kind)
        return of_kind("str") if "key" in root.marks else None

    def _part(self, root: Shape, word: str) -> TypeSpec | None:
        return self.of(root.parts[word]) if word in root.parts else None

    def _alternatives(self, root: Shape) -> TypeSpec:
        found: list[TypeSpec] = []
        for name in root.named:
            if name in _MAPPINGS:
                value = self._part(root, "value")
                found.append(of_kind("dict", of_kind("str"), value or _nested(2)))
            elif name in _CONTAINERS_NAMED:
                found.append(of_kind(_CONTAINERS_NAMED[name], self._part(root, "item") or _nested(1)))
            elif name in _NAMES:
                found.append(of_kind(_NAMES[name]))
        kinds = {spec.kind for spec in found}
        if kinds & {"list", "dict"}:
            found += [of_kind("int"), of_kind("str"), of_kind("none")]
        else:  # something that it is not, too
            found += [of_kind("none")]
        return of_kind("union", *dict.fromkeys(found))

    def _record(self, root: Shape) -> TypeSpec:
        name = self._named("Record", root)
        self.classes[name] = ClassSpec(name=name, kind="typeddict")
        parameters = tuple(
            Parameter(
                name=key,
                kind=ParameterKind.KEYWORD_ONLY,
                type=self.of(shape) or of_kind("int"),
                has_default=key in root.optional,
            )
            for key, shape in root.keys.items()
        )
        self.classes[name] = ClassSpec(name=name, kind="typeddict", parameters=parameters)
        return TypeSpec(kind="class", text=name)

    def _object(self, root: Shape) -> TypeSpec:
        name = self._named("Object", root)
        self.classes[name] = ClassSpec(name=name, kind="protocol")
        parameters = []
        for attribute, shape in root.attributes.items():
            spec = self.of(shape) or of_kind("int")
            if spec.kind == "class" and spec.text == name:
                spec = of_kind("union", of_kind("none"), spec)
            parameters.append(Parameter(name=attribute, kind=ParameterKind.KEYWORD_ONLY, type=spec))
        self.classes[name] = ClassSpec(name=name, kind="protocol", parameters=tuple(parameters))
        return TypeSpec(kind="class", text=name)

    def _named(self, word: str, root: Shape) -> str:
        return self._names.setdefault(id(root), f":{word}{len(self._names) + 1}")


def of_shapes(shapes: Sequence[tuple[str, Shape]]) -> tuple[dict[str, TypeSpec], tuple[ClassSpec, ...]]:
    """The types by name of those shapes of which something is known, and the classes that they name."""
    types = Types()
    found = {name: spec for name, shape in shapes if (spec := types.of(shape)) is not None}
    return found, tuple(types.classes.values())
