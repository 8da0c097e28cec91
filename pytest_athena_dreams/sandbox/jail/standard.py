"""Types of the standard library whose state no attribute holds, or whose repr is incomplete.

Invariants: an entry is for instances of the type itself, never of a subclass, and reads with the type's own
methods, as they were before any dream ran.
"""

from __future__ import annotations

import array
import collections
import ctypes
import datetime
import decimal
import fractions
import functools
import gc
import io
import ipaddress
import operator
import pathlib
import random
import re
import struct
import sys
import types
import uuid
import weakref
import zoneinfo
from collections.abc import Callable
from enum import Enum
from typing import Any

from .typenames import by_identity

Reader = Callable[[Any], dict[str, Any]]

_REPRS: dict[type, Any] = {  # with the repr that they had before any dream ran
    cls: cls.__repr__
    for module in (datetime, decimal, fractions, uuid, pathlib, ipaddress, zoneinfo)
    for cls in vars(module).values()
    if isinstance(cls, type)
    and cls.__module__.partition(".")[0] == module.__name__
    and not issubclass(cls, Enum | Exception)
    and not cls.__name__.startswith("_")
    and cls.__repr__ is not object.__repr__
} | {cls: cls.__repr__ for cls in (type(pathlib.Path()), range, types.EllipsisType, types.NotImplementedType)}
SCALAR_REPRS = by_identity(_REPRS)
"""Values that are written as their repr."""
WRITTEN_IN_C = frozenset(
    id(cls) for cls, method in _REPRS.items() if not isinstance(method, types.FunctionType)
)
"""Those whose repr calls no method that a subclass could define."""

_MOMENTS: tuple[Any, ...] = (datetime.datetime, datetime.time)
_zones = by_identity({cls: cls.__dict__["tzinfo"].__get__ for cls in _MOMENTS})
_offsets = by_identity({cls: cls.utcoffset for cls in _MOMENTS})
_date, _timetz, _combine = datetime.datetime.date, datetime.datetime.timetz, datetime.datetime.combine
_time, _timezone, _ZoneInfo = datetime.time, datetime.timezone, zoneinfo.ZoneInfo
_key = _ZoneInfo.__dict__["key"].__get__
_clock_parts = [
    datetime.time.__dict__[name].__get__ for name in ("hour", "minute", "second", "microsecond", "tzinfo")
]
_fold = datetime.time.__dict__["fold"].__get__
_maxlen = collections.deque.__dict__["maxlen"].__get__
_namespace = vars(types.ModuleType)["__dict__"].__get__
_type, _dict, _id = type, dict, id
_SimpleCData: type = ctypes.c_int.__mro__[1]
_CData: type = ctypes.c_int.__mro__[2]
_simple_value = _SimpleCData.__dict__["value"].__get__
_address, _sizeof, _bytes_at = ctypes.addressof, ctypes.sizeof, ctypes.string_at
_referents = gc.get_referents


def maxlen(value: Any) -> int | None:
    """The maximum length of a deque."""
    limit: int | None = _maxlen(value)
    return limit


def nameless(value: Any, cls: type) -> bool:
    """Whether the repr of a time zone has an address in it, because the zone came from a file."""
    return cls is _ZoneInfo and _key(value) is None


def moment(value: Any, cls: Any) -> dict[str, Any] | None:
    """A datetime or a time by its parts, if its zone is of a class that may say anything of itself.

    The offset is what such a zone says: its own methods are called for it.
    """
    if _id(cls) not in _zones:
        return None
    zone = _zones[_id(cls)](value)
    known = _type(zone)
    if zone is None or known is _timezone or (known is _ZoneInfo and not nameless(zone, known)):
        return None
    try:
        offset: Any = _offsets[_id(cls)](value)
    except Exception as exc:
        offset = _type(exc)
    return {"local": cls.replace(value, tzinfo=None), "offset": offset, "tzinfo": zone}


def exact_moment(base: type, value: Any) -> Any:
    """A value of ``base`` itself from one of a subclass of ``datetime`` or ``time``; otherwise unchanged."""
    if base is datetime.datetime:
        return _combine(_date(value), _timetz(value))
    if base is datetime.time:
        return _time(*(part(value) for part in _clock_parts), fold=_fold(value))
    return None


def _opened(cls: Any) -> Reader:
    closed, content, position = cls.__dict__["closed"].__get__, cls.getvalue, cls.tell

    def read(value: Any) -> dict[str, Any]:
        if closed(value):
            return {"closed": True}
        return {"closed": False, "content": content(value), "position": position(value)}

    return read


def _memory(value: memoryview) -> dict[str, Any]:
    try:
        shown = {"format": value.format, "readonly": value.readonly, "shape": value.shape}
    except ValueError:
        return {"released": True}
    try:
        return shown | {"items": value.tolist()}
    except NotImplementedError:  # a format that Python does not unpack
        return shown | {"bytes": value.tobytes()}


def _function(value: types.BuiltinFunctionType) -> dict[str, Any]:
    owner = value.__self__
    return {"name": value.__qualname__, "self": owner}


def _reduced(cls: Any) -> Reader:
    return lambda value: {"arguments": cls.__reduce__(value)[1]}


_array_code = array.array.__dict__["typecode"].__get__
_reference = weakref.ReferenceType.__call__
_struct_format = struct.Struct.__dict__["format"].__get__
_random_state = random.Random.getstate
_partial = [functools.partial.__dict__[name].__get__ for name in ("args", "func", "keywords")]

_BY_TYPE: dict[type, Reader] = {
    re.Pattern: lambda value: {"flags": value.flags, "pattern": value.pattern},
    re.Match: lambda value: {
        "groups": (value.group(), *value.groups()),
        "names": _dict(value.re.groupindex),
        "spans": value.regs,
        "string": value.string,
    },
    io.StringIO: _opened(io.StringIO),
    io.BytesIO: _opened(io.BytesIO),
    memoryview: _memory,
    array.array: lambda value: {"items": value.tolist(), "typecode": _array_code(value)},
    functools.partial: lambda value: dict(
        zip(("args", "func", "keywords"), (part(value) for part in _partial), strict=True)
    ),
    types.GenericAlias: lambda value: {"args": value.__args__, "origin": value.__origin__},
    types.UnionType: lambda value: {"args": value.__args__},
    types.MappingProxyType: lambda value: {"mapping": _referents(value)[0]},
    types.BuiltinFunctionType: _function,
    types.ModuleType: lambda value: {"name": _namespace(value).get("__name__")},
    weakref.ReferenceType: lambda value: {"referent": _reference(value)},
    struct.Struct: lambda value: {"format": _struct_format(value)},
    random.Random: lambda value: {"state": _random_state(value)},
    operator.itemgetter: _reduced(operator.itemgetter),
    operator.attrgetter: _reduced(operator.attrgetter),
    operator.methodcaller: _reduced(operator.methodcaller),
}
PART_READERS = by_identity(_BY_TYPE)
"""Attributes to write."""


def reader(cls: type) -> Reader | None:
    """What reads the attributes to write of an instance of ``cls``, if there is one."""
    found = PART_READERS.get(_id(cls))
    if found is not None:
        return found
    elements = sys.modules.get("xml.etree.ElementTree")
    if elements is not None and _namespace(elements).get("Element") is cls:
        return _element
    return None


def c_data(value: Any, cls: type) -> Any:
    """The content of a value of ``ctypes``: that of a number or text, or the bytes; ``None`` for others."""
    if not issubclass(cls, _CData):
        return None
    return (
        _simple_value(value) if issubclass(cls, _SimpleCData) else _bytes_at(_address(value), _sizeof(value))
    )


def _element(value: Any) -> dict[str, Any]:
    cls = _type(value)
    parts = {name: cls.__dict__[name].__get__(value) for name in ("attrib", "tag", "tail", "text")}
    return parts | {"children": [cls.__getitem__(value, n) for n in range(cls.__len__(value))]}
