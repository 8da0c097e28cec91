"""The parts of an argument: where they are, of what type, and the argument with another part in their place.

Only values that Python's own containers hold are parts, and the arguments of objects that the jail builds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from ..signatures import ClassSpec, TypeSpec
from .recipes import Recipe

REPLACEABLE_PARTS = 40
"""Parts of one argument, at most, that may be planted or replaced."""
ITEM_KINDS = frozenset({"list", "tuple...", "sequence", "iterable"})
"""The kinds of types that hold any number of items of one type."""
_OPEN_KINDS = frozenset({"any", "hashable"})
_OBJECT_MAKERS = frozenset({"call", "node"})
_ANYTHING = TypeSpec(kind="any")
_NO_CLASSES: Mapping[str, ClassSpec] = {}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an argument: the steps to it, whether it is a key there, its value, and its type.

    A step is a key, a position or, for the argument of an object, its name.
    """

    steps: tuple[Any, ...]
    is_key: bool
    value: Any
    type: TypeSpec = _ANYTHING

    @property
    def free(self) -> bool:
        """Whether another value of the same Python type may take its place."""
        return self.type.kind != "class" and _may_hold(self.type, self.value)

    def may_be(self, value: Any) -> bool:
        """Whether a value of another Python type may take its place: one of the alternatives of its type."""
        return self.type.kind == "union" and any(_may_hold(arg, value) for arg in self.type.args)

    @property
    def open(self) -> bool:
        """Whether a value of any type may take its place."""
        return self.type.kind in _OPEN_KINDS


def parts(value: Any, spec: TypeSpec | None) -> list[Part]:
    """The texts and whole numbers in an argument of the type ``spec`` that may be replaced."""
    found = (part for part in every_part(value, spec) if part.free and type(part.value) in (str, int))
    return list(islice(found, REPLACEABLE_PARTS))


def every_part(
    value: Any, spec: TypeSpec | None, classes: Mapping[str, ClassSpec] = _NO_CLASSES
) -> Iterator[Part]:
    """All parts of an argument of the type ``spec``, itself first; ``classes`` are those of its objects."""
    return _every_part(value, spec or _ANYTHING, (), classes)


def _every_part(
    value: Any, spec: TypeSpec, steps: tuple[Any, ...], classes: Mapping[str, ClassSpec]
) -> Iterator[Part]:
    kind = type(value)
    fitting = [arg for arg in spec.args if _may_hold(arg, value)] if spec.kind == "union" else []
    if fitting:
        yield Part(steps, False, value, spec)
    spec = fitting[0] if fitting else spec
    yield Part(steps, False, value, spec)
    is_open = spec.kind in _OPEN_KINDS
    if spec.kind == "class" and spec.text in classes and kind in (dict, Recipe):
        yield from _fields(value, classes[spec.text], steps, classes)
    elif kind is dict and (spec.kind == "dict" or is_open):
        key_type, value_type = spec.args if spec.kind == "dict" else (_ANYTHING, _ANYTHING)
        for key, item in value.items():
            yield Part((*steps, key), True, key, key_type)
            yield from _every_part(item, value_type, (*steps, key), classes)
    elif kind in (list, tuple) and (spec.kind in ITEM_KINDS or is_open):
        for place, item in enumerate(value):
            yield from _every_part(item, spec.args[0] if spec.args else _ANYTHING, (*steps, place), classes)
    elif kind is tuple and spec.kind == "tuple" and len(spec.args) == len(value):
        for place, (item, arg) in enumerate(zip(value, spec.args, strict=True)):
            yield from _every_part(item, arg, (*steps, place), classes)


def _fields(
    value: Any, described: ClassSpec, steps: tuple[Any, ...], classes: Mapping[str, ClassSpec]
) -> Iterator[Part]:
    """The parts of an object's arguments, or of a dict with named keys."""
    if type(value) is Recipe and (value.maker not in _OBJECT_MAKERS or value.reference != described.name):
        return
    types = {p.name: p.type for p in described.parameters}
    for name, item in value.kwargs if type(value) is Recipe else value.items():
        if (known := types.get(name)) is not None:
            yield from _every_part(item, known, (*steps, name), classes)


def _may_hold(spec: TypeSpec, value: Any) -> bool:
    name = type(value).__name__
    if type(value) is Recipe:
        return spec.kind == "class" and spec.text == value.reference
    if type(value) is dict and spec.kind == "class":
        return True
    if value is None:
        return spec.kind == "none"
    if type(value) is tuple and spec.kind == "tuple":
        return len(spec.args) == len(value)
    return spec.kind == name or (name == "list" and spec.kind in ITEM_KINDS) or spec.kind in _OPEN_KINDS


def put(value: Any, part: Part, new: Any) -> Any:
    """``value`` with ``new`` in the place of a part."""
    return _put(value, part.steps, new, part.is_key)


def _put(value: Any, steps: tuple[Any, ...], new: Any, is_key: bool) -> Any:
    if not steps:
        return new
    first, rest = steps[0], steps[1:]
    if type(value) is dict:
        if is_key and not rest:
            return {new if key == first else key: item for key, item in value.items()}
        return {key: _put(item, rest, new, is_key) if key == first else item for key, item in value.items()}
    if type(value) is Recipe:
        given = tuple((k, _put(item, rest, new, is_key) if k == first else item) for k, item in value.kwargs)
        return replace(value, kwargs=given)
    return type(value)(_put(item, rest, new, is_key) if n == first else item for n, item in enumerate(value))
