"""Writes any Python value as plain JSON data without calling a method that the value's author wrote.

``grammar`` defines the form. An object that a value holds twice is written twice, so sharing is not visible.
"""

from __future__ import annotations

import array
import collections
import datetime
import decimal
import fractions
import ipaddress
import math
import pathlib
import re
import types
import uuid
import zoneinfo
from collections.abc import Iterable
from enum import Enum
from json.encoder import encode_basestring_ascii
from typing import Any

from .arrays import plain
from .encoding import encoded
from .large import cut
from .typenames import made_by_class_statement, type_name

DEPTH = 100
"""Maximum levels of nesting; a deeper value is written as ``["opaque", "..."]``."""
NODES = 1_000_000
"""Maximum values within a value; one with more counts as too large to walk."""
BATCH_ITEMS = 6
"""With at least this many items, checking whether all can be written at once saves time."""
WHOLE_VALUE = 1 << 20
"""Characters of JSON above which a value is cut; a reply of ``isolation.REPLY`` bytes holds three."""
ITERATOR_ITEMS = 1_000
"""Maximum items to take from an iterator."""

_SCALAR_REPRS: dict[type, Any] = {  # by identity, with the repr that they had before any dream ran
    cls: cls.__repr__
    for module in (datetime, decimal, fractions, uuid, pathlib, ipaddress, zoneinfo, re)
    for cls in vars(module).values()
    if isinstance(cls, type)
    and cls.__module__.partition(".")[0] == module.__name__
    and not issubclass(cls, Enum | Exception)
} | {type(pathlib.Path()): type(pathlib.Path()).__repr__, range: range.__repr__}
_SEQUENCE_TAGS: dict[type, str] = {list: "list", tuple: "tuple", collections.deque: "deque"}
_SET_TAGS: dict[type, str] = {set: "set", frozenset: "frozenset"}
_BUILTIN_TYPES = (
    int,
    float,
    complex,
    str,
    bytes,
    bytearray,
    list,
    tuple,
    set,
    frozenset,
    dict,
    collections.deque,
)
_OPAQUE = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    types.ModuleType,
    types.GenericAlias,
    types.UnionType,
)
_VIEW_TYPES: tuple[type, ...] = (
    type({}.keys()),
    type({}.values()),
    type({}.items()),
    array.array,
    memoryview,
)
_PART_READERS: dict[type, Any] = {
    re.Pattern: lambda value: {"flags": value.flags, "pattern": value.pattern},
    re.Match: lambda value: {
        "groups": (value.group(), *value.groups()),
        "names": dict(value.re.groupindex),
        "spans": value.regs,
        "string": value.string,
    },
}
"""Attributes to write for values whose repr is incomplete; reading them is C code and calls nothing else."""
_mro = type.__dict__["__mro__"].__get__
_attributes = type.__dict__["__dict__"].__get__
_exception_args = BaseException.__dict__["args"].__get__
_issubclass, _type, _len, _id, _hex, _quoted = issubclass, type, len, id, hex, encode_basestring_ascii
_isfinite, _next = math.isfinite, next
_stop_value = StopIteration.__dict__["value"].__get__


class _TooLarge(Exception):
    """More than ``NODES`` values."""


def canonical(value: object, *, consume: bool) -> Any:
    """Return ``value`` as JSON data by ``grammar``.

    ``consume`` takes the items out of iterators, as a caller of the function would; without it, iterators are
    opaque and stay unchanged. If ``value`` itself is an iterator, its exceptions propagate.
    """
    walk = Walk(consume)
    try:
        data = walk.of(value, 0)
    except _TooLarge:
        return ["cut", -1, [], ["opaque", type_name(_type(value))]]
    return data if walk.size <= WHOLE_VALUE else cut(data, walk.size)


class Walk:
    """One pass over one value. ``size`` is at least the number of characters of its JSON.

    ``size`` is the same for close floats and for iterators of different types. So two equal values are either
    both written in full or both cut.
    """

    def __init__(self, consume: bool) -> None:
        self.consume = consume
        self.size = 0
        self.nodes = 0
        self.path: dict[int, int] = {}
        self.names: dict[type, str] = {}

    def name(self, cls: type) -> str:
        name = self.names.get(cls)
        if name is None:
            name = self.names[cls] = type_name(cls)
        return name

    def text(self, value: str) -> Any:
        written = _text(value)
        self.size += _len(_quoted(written)) + 1 if _type(written) is str else _len(written[1]) + 16
        return written

    def of(self, value: Any, depth: int) -> Any:
        self.nodes += 1
        if self.nodes > NODES:
            raise _TooLarge
        cls = _type(value)
        if value is None or cls is bool:
            self.size += 6
            return value
        if cls is int:
            if -1000 < value < 10_000:
                self.size += 5
                return value
            self.size += 21
            if -(1 << 63) <= value < 1 << 63:
                return value
            text = _hex(value)
            self.size += _len(text)
            return ["int", text]
        if cls is str:
            return self.text(value)
        if cls is float:
            self.size += 25
            return _float(value)
        return self._rest(value, cls, depth)

    def items(self, values: Iterable[Any], depth: int) -> list[Any]:
        """Write each of ``values``, all at once if possible."""
        items = list(values)
        if not BATCH_ITEMS <= _len(items) <= NODES - self.nodes or not self._plain(items):
            return [self.of(item, depth) for item in items]
        self.nodes += _len(items)
        return items

    def _plain(self, items: list[Any]) -> bool:
        """Whether ``items`` have one type and need no tags; if so, adds their size as ``of`` would."""
        cls, count = _type(items[0]), _len(items)
        if set(map(_type, items)) != {cls}:
            return False
        if cls is int and min(items) >= -(1 << 63) and max(items) < 1 << 63:
            self.size += 21 * count - 16 * sum(1 for item in items if -1000 < item < 10_000)
        elif cls is float and all(map(_isfinite, items)):
            self.size += 25 * count
        elif cls is str and _type(text := _text("".join(items))) is str:
            self.size += _len(_quoted(text)) - 2 + 3 * count
        elif cls is bool or cls is type(None):
            self.size += 6 * count
        else:
            return False
        return True

    def _rest(self, value: Any, cls: type, depth: int) -> Any:
        self.size += 24
        if cls is complex:
            self.size += 50
            return ["complex", _float(value.real), _float(value.imag)]
        if cls is bytes or cls is bytearray:
            self.size += 2 * _len(value)
            return [cls.__name__, value.hex()]
        above = self.path.get(_id(value))
        if above is not None:
            return ["ref", depth - above]
        if depth >= DEPTH:
            return ["opaque", "..."]
        self.path[_id(value)] = depth
        try:
            return self._container(value, cls, depth + 1)
        finally:
            del self.path[_id(value)]

    def _container(self, value: Any, cls: type, depth: int) -> Any:
        if cls in _SEQUENCE_TAGS:
            return [_SEQUENCE_TAGS[cls], self.items(value, depth)]
        if cls is dict:
            return ["dict", self._pairs(value, depth)]
        if cls in _SET_TAGS:
            return [_SET_TAGS[cls], sorted(self.items(value, depth), key=encoded)]
        name = self.name(cls)
        self.size += 124 if _iterates(cls) else 24 + 6 * _len(name)
        if cls in _VIEW_TYPES:
            return ["sub", name, ["list", self.items(value, depth)], []]
        if cls in _PART_READERS:
            return ["object", name, self.named(_PART_READERS[cls](value), depth)]
        if cls in _SCALAR_REPRS:
            return self._scalar(value, cls, depth)
        if _issubclass(cls, Enum):
            own = _instance_dict(value, cls)
            label: Any = own.get("_name_")
            return [
                "enum",
                name,
                self.text(label if _type(label) is str else ""),
                self.of(own.get("_value_"), depth),
            ]
        held = plain(value, cls)
        if held is not None:
            return ["sub", name, self.of(held, depth), []]
        for base in _mro(cls)[1:]:
            if base in _BUILTIN_TYPES:
                return ["sub", name, self._as(base, value, depth), self._fields(value, cls, depth)]
            if base in _SCALAR_REPRS:
                return ["sub", name, self._scalar(value, base, depth), []]
        if _issubclass(cls, type):
            return ["value", name, self.text(self.name(value))]
        if _issubclass(cls, _OPAQUE) or _issubclass(cls, types.CodeType):
            return ["opaque", name]
        if _issubclass(cls, BaseException):
            return ["object", name, [["args", self.of(_exception_args(value), depth)]]]
        if _iterates(cls):
            return self._iterator(value, name, depth)
        fields = self._fields(value, cls, depth)
        return ["object", name, fields] if fields or made_by_class_statement(cls) else ["opaque", name]

    def _pairs(self, value: dict[Any, Any], depth: int) -> list[Any]:
        self.size += 3 * dict.__len__(value)
        keys, values = self.items(dict.keys(value), depth), self.items(dict.values(value), depth)
        return [list(pair) for pair in zip(keys, values, strict=True)]

    def _scalar(self, value: Any, cls: type, depth: int) -> Any:
        name = self.name(cls)
        self.size += 6 * _len(name) + 24
        try:
            return ["value", name, self.text(_SCALAR_REPRS[cls](value))]
        except ValueError:  # the repr of a Fraction of very large integers: write its fields
            return ["object", name, self._fields(value, cls, depth)]

    def _as(self, base: type, value: Any, depth: int) -> Any:
        """The content of an instance of a subclass of ``base``, read with ``base``'s own methods."""
        if base is int or base is float or base is complex:
            return self.of(base.__pos__(value), depth)
        if base is str:
            return self.of(str.__add__("", value), depth)
        if base is bytes or base is bytearray:
            return self.of(base(memoryview(value)), depth)
        if base is dict:
            return ["dict", self._pairs(value, depth)]
        items = self.items(base.__iter__(value), depth)  # type: ignore[attr-defined]
        if base in _SET_TAGS:
            items.sort(key=encoded)
        return [_SET_TAGS.get(base) or _SEQUENCE_TAGS[base], items]

    def _fields(self, value: Any, cls: type, depth: int) -> list[Any]:
        """Slots and instance dictionary, sorted by name; never an attribute that the class computes."""
        found: dict[str, Any] = {}
        for base in _mro(cls):
            for name, member in _attributes(base).items():
                if _type(member) is types.MemberDescriptorType:
                    try:
                        found[name] = member.__get__(value, cls)
                    except AttributeError:
                        continue  # a slot that was never filled
        found.update((k, v) for k, v in _instance_dict(value, cls).items() if _type(k) is str)
        names = _attributes(cls).get("_fields")
        if _type(names) is tuple and _issubclass(cls, tuple):  # a named tuple: its items' names
            found["_fields"] = names
        return self.named(found, depth)

    def named(self, found: dict[str, Any], depth: int) -> list[Any]:
        """Write attributes in the order of their names."""
        self.size += 3 * _len(found)
        return [[self.text(name), self.of(found[name], depth)] for name in sorted(found)]

    def _iterator(self, value: Any, name: str, depth: int) -> Any:
        if not self.consume:
            return ["opaque", name]
        items: list[Any] = []
        end: Any = None
        try:
            while _len(items) <= ITERATOR_ITEMS:
                items.append(self.of(_next(value), depth))
        except StopIteration as stop:
            end = self.of(_stop_value(stop), depth)
        except _TooLarge:
            raise
        except Exception as exc:
            if depth == 1:
                raise
            raised = self.name(_type(exc))
            self.size += 6 * _len(raised) + 12
            end = ["raised", raised]
        return ["iterator", name, items[:ITERATOR_ITEMS], _len(items) > ITERATOR_ITEMS, end]


def _instance_dict(value: Any, cls: type) -> dict[str, Any]:
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return own if _type(own) is dict else {}


def _text(value: str) -> Any:
    try:
        value.encode()
    except UnicodeEncodeError:
        return ["str", value.encode("utf-8", "surrogatepass").hex()]
    return value


def _float(value: float) -> Any:
    if value - value == 0.0:
        return value
    return ["float", "nan" if value != value else "inf" if value > 0 else "-inf"]


def _iterates(cls: type) -> bool:
    return any("__next__" in _attributes(base) for base in _mro(cls))
