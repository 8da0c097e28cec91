"""Any Python value as plain JSON data, without calling a method that the value's author wrote.

The grammar, which the parent's ``judge`` reads:

======================================  =========================================================
JSON                                    Python value
======================================  =========================================================
``null true false``                     ``None``, ``True``, ``False``
a number without ``.`` or ``e``         an ``int`` of at most 64 bits
a number with ``.`` or ``e``            a finite ``float``
a string                                a ``str`` that UTF-8 can hold
``["int", hex]``                        a larger ``int``
``["float", "nan" | "inf" | "-inf"]``   the other floats
``["str", hex]``                        a ``str`` with lone surrogates (UTF-8, surrogatepass)
``["bytes" | "bytearray", hex]``        as named
``["complex", re, im]``                 re and im as floats above
``["list" | "tuple" | "deque", [item…]]``  as named
``["set" | "frozenset", [item…]]``      in the order of their canonical JSON
``["dict", [[key, value]…]]``           in the order of the dict
``["value", type, text]``               a scalar of the standard library (``Decimal``, ``date`` …)
``["enum", type, name]``                an enum member
``["object", type, [[field, value]…]]`` an instance of a class of the dream's own, by its fields
``["sub", type, value]``                an instance of a subclass of a builtin (or a view or array)
                                        and what it holds
``["iterator", type, [item…], more]``   what an iterator gives, up to a cap; ``more`` is a bool
``["opaque", type]``                    anything else: functions, modules, locks
``["ref", n]``                          the container n levels above this one (a cycle)
``["raised", type]``                    reading the value (here: an iterator) raised
``["cut", type, size, digest, value]``  too large: SHA-256 of the whole, and the head of it
======================================  =========================================================

``type`` is the qualified name, with the module in front unless that is ``builtins`` or the dream.
"""

from __future__ import annotations

import array
import collections
import hashlib
import json
import types
from enum import Enum
from itertools import islice
from typing import Any

from .arrays import plain

DEPTH = 100
"""Levels of nesting that are told; what lies deeper is ``["opaque", "..."]``."""
NODES = 400_000
"""Values within values that are told before a value counts as too large to walk."""
TEXT = 256 * 1024
"""Characters of JSON above which a value travels as digest and head."""
HEAD = 2_000
"""Characters of JSON in the head of a cut value."""
ITEMS = 1_000
"""Items taken from an iterator."""

_SCALAR_MODULES = frozenset(
    {"datetime", "decimal", "fractions", "uuid", "pathlib", "ipaddress", "zoneinfo", "re"}
)
_SEQUENCES: dict[type, str] = {list: "list", tuple: "tuple", collections.deque: "deque"}
_SETS: dict[type, str] = {set: "set", frozenset: "frozenset"}
_BUILTINS = (int, float, complex, str, bytes, bytearray, list, tuple, set, frozenset, dict, collections.deque)
_OPAQUE = (
    type,
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    types.ModuleType,
    types.GenericAlias,
    types.UnionType,
)
_VIEWS: tuple[type, ...] = (type({}.keys()), type({}.values()), type({}.items()), array.array, memoryview)
_HEAPTYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: a class made by a class statement
_mro = type.__dict__["__mro__"].__get__
_module = type.__dict__["__module__"].__get__
_exception_args = BaseException.__dict__["args"].__get__
_qualname = type.__dict__["__qualname__"].__get__
_dumps = json.JSONEncoder(separators=(",", ":")).encode
_isinstance, _issubclass, _type, _len, _id, _hex, _repr = isinstance, issubclass, type, len, id, hex, repr


class _TooLarge(Exception):
    """More than ``NODES`` values."""


def type_name(cls: type) -> str:
    """The qualified name of a class, with its module unless that is ``builtins`` or the dream."""
    module, name = _module(cls), _qualname(cls)
    if _type(module) is not str or _type(name) is not str:
        return "?"
    return name if module in ("builtins", "dream") else f"{module}.{name}"


def canonical(value: object, *, consume: bool) -> Any:
    """Return ``value`` as JSON data in this module's grammar.

    ``consume`` takes the items out of iterators, as a caller of the function would; without it they
    are opaque and left as they are. An exception that the iterator ``value`` itself raises is the
    caller's to see.
    """
    walk = _Walk(consume)
    try:
        data = walk.of(value, 0)
    except _TooLarge:
        return ["cut", type_name(_type(value)), -1, "", ""]
    if walk.size <= TEXT:
        return data
    text = _dumps(data)
    if _len(text) <= TEXT:
        return data
    digest = hashlib.sha256(text.encode()).hexdigest()
    return ["cut", type_name(_type(value)), _len(text), digest, text[:HEAD]]


class _Walk:
    """One pass over one value."""

    def __init__(self, consume: bool) -> None:
        self.consume = consume
        self.size = 0
        self.nodes = 0
        self.path: dict[int, int] = {}

    def of(self, value: Any, depth: int) -> Any:
        self.nodes += 1
        if self.nodes > NODES:
            raise _TooLarge
        cls = _type(value)
        if value is None or cls is bool:
            self.size += 5
            return value
        if cls is int:
            self.size += 6
            if -(1 << 63) <= value < 1 << 63:
                return value
            text = _hex(value)
            self.size += _len(text)
            return ["int", text]
        if cls is str:
            self.size += _len(value)
            return _text(value)
        if cls is float:
            self.size += 18
            return _float(value)
        return self._rest(value, cls, depth)

    def _rest(self, value: Any, cls: type, depth: int) -> Any:
        self.size += 12
        if cls is complex:
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
        if cls in _SEQUENCES:
            return [_SEQUENCES[cls], [self.of(item, depth) for item in value]]
        if cls is dict:
            return ["dict", [[self.of(k, depth), self.of(v, depth)] for k, v in value.items()]]
        if cls in _SETS:
            return [_SETS[cls], sorted((self.of(item, depth) for item in value), key=_dumps)]
        name = type_name(cls)
        if cls in _VIEWS:
            return ["sub", name, ["list", [self.of(item, depth) for item in value]]]
        if _module(cls) in _SCALAR_MODULES:
            try:
                return ["value", name, _repr(value)]
            except ValueError:  # a Fraction of very large integers: tell it by its fields
                return ["object", name, self._fields(value, cls, depth)]
        if cls is range:
            return ["value", name, _repr(value)]
        if _issubclass(cls, Enum) and _type(value._name_) is str:
            return ["enum", name, _text(value._name_)]
        held = plain(value, cls)
        if held is not None:
            return ["sub", name, self.of(held, depth)]
        for base in _mro(cls)[1:]:
            if base in _BUILTINS:
                return ["sub", name, self._as(base, value, depth)]
        if _issubclass(cls, _OPAQUE) or _issubclass(cls, types.CodeType):
            return ["opaque", name]
        if _issubclass(cls, BaseException):
            return ["object", name, [["args", self.of(_exception_args(value), depth)]]]
        if _iterates(cls):
            return self._iterator(value, name, depth)
        fields = self._fields(value, cls, depth)
        return ["object", name, fields] if fields or cls.__flags__ & _HEAPTYPE else ["opaque", name]

    def _as(self, base: type, value: Any, depth: int) -> Any:
        """What an instance of a subclass of ``base`` holds, read with ``base``'s own methods."""
        if base is int or base is float or base is complex:
            return self.of(base.__pos__(value), depth)
        if base is str:
            return self.of(str.__add__("", value), depth)
        if base is bytes or base is bytearray:
            return self.of(base(memoryview(value)), depth)
        if base is dict:
            pairs = dict.items(value)
            return ["dict", [[self.of(k, depth), self.of(v, depth)] for k, v in pairs]]
        items = [self.of(item, depth) for item in base.__iter__(value)]  # type: ignore[attr-defined]
        if base in _SETS:
            items.sort(key=_dumps)
        return [_SETS.get(base) or _SEQUENCES[base], items]

    def _fields(self, value: Any, cls: type, depth: int) -> list[Any]:
        """Slots and instance dictionary, sorted by name; never an attribute the class computes."""
        found: dict[str, Any] = {}
        for base in _mro(cls):
            for name, member in base.__dict__.items():
                if _type(member) is types.MemberDescriptorType:
                    try:
                        found[name] = member.__get__(value, cls)
                    except AttributeError:
                        continue  # a slot that was never filled
        try:
            own = object.__getattribute__(value, "__dict__")
        except AttributeError:
            own = {}
        if _type(own) is dict:
            found.update((k, v) for k, v in own.items() if _type(k) is str)
        return [[_text(name), self.of(found[name], depth)] for name in sorted(found)]

    def _iterator(self, value: Any, name: str, depth: int) -> Any:
        if not self.consume:
            return ["opaque", name]
        items: list[Any] = []
        try:
            for item in islice(value, ITEMS + 1):
                items.append(self.of(item, depth))
        except _TooLarge:
            raise
        except Exception as exc:
            if depth == 1:
                raise
            items.append(["raised", type_name(_type(exc))])
        return ["iterator", name, items[:ITEMS], _len(items) > ITEMS]


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
    return any("__next__" in base.__dict__ for base in _mro(cls))
