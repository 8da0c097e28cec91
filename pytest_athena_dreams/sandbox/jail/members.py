"""Attributes of instances and classes, read without calling a method that the code wrote."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any

from .typenames import derives, genuine, made_by_class_statement

HEADER_SIZE = 16
"""Bytes of an object without any state: the size of ``object`` itself."""
POINTER_SIZE = 8
"""Bytes of a slot."""

_mro = type.__dict__["__mro__"].__get__
_attributes = type.__dict__["__dict__"].__get__
_size, _dictionary, _weak = (
    type.__dict__[name].__get__ for name in ("__basicsize__", "__dictoffset__", "__weakrefoffset__")
)
_type, _len, _issubclass, _any, _str = type, len, issubclass, any, str


def instance_dict(value: Any) -> dict[str, Any]:
    """The instance dictionary, empty without one."""
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return own if _type(own) is dict else {}


def fields(value: Any, cls: type) -> dict[str, Any]:
    """Slots and instance dictionary, never a computed attribute."""
    found: dict[str, Any] = {}
    for base in _mro(cls):
        for name, member in _attributes(base).items():
            if _type(member) is types.MemberDescriptorType and name != "__dict__":
                try:
                    found[name] = member.__get__(value, cls)
                except AttributeError:
                    continue  # a slot that was never filled
    found.update((k, v) for k, v in instance_dict(value).items() if _type(k) is _str)
    names = _attributes(cls).get("_fields")
    if _type(names) is tuple and _issubclass(cls, tuple):  # a named tuple: its items' names
        found["_fields"] = names
    return found


def own_fields(value: Any, cls: type) -> dict[str, Any]:
    """``fields`` without the slots of classes in C."""
    found: dict[str, Any] = {}
    for base in _mro(cls):
        if made_by_class_statement(base):
            for name, member in _attributes(base).items():
                if _type(member) is types.MemberDescriptorType and name != "__dict__":
                    try:
                        found[name] = member.__get__(value, cls)
                    except AttributeError:
                        continue
    found.update((k, v) for k, v in instance_dict(value).items() if _type(k) is _str)
    return found


def class_data(cls: type) -> dict[str, Any]:
    """What instances read from the code's own classes as it is: public attributes, no method and no class."""
    found: dict[str, Any] = {}
    for base in _mro(cls)[::-1]:
        if not genuine(base):
            for name, value in _public(base):
                if _is_data(value):
                    found[name] = value
                else:
                    found.pop(name, None)
    return found


def members(cls: type) -> dict[str, Any]:
    """The public attributes that a class of the code's own defines or inherits from such a class."""
    found: dict[str, Any] = {}
    for base in _mro(cls)[::-1]:
        if not genuine(base):
            found.update(_public(base))
    listed = _attributes(cls).get("_member_map_")
    if _type(listed) is dict:  # an enumeration
        found.update((k, v) for k, v in listed.items() if _type(k) is _str)
    return found


def bases(cls: type) -> tuple[type, ...]:
    """The classes that ``cls`` is derived from, without ``object``."""
    return tuple(base for base in _mro(cls)[1:] if base is not object)


def hides_state(cls: type) -> bool:
    """Whether instances hold more than their slots, a dictionary and references to them, so in C."""
    slots = sum(
        _type(member) is types.MemberDescriptorType
        for base in _mro(cls)
        for member in _attributes(base).values()
    )
    references = (_dictionary(cls) > 0) + (_weak(cls) > 0)  # negative: outside of the object
    return bool(_size(cls) > HEADER_SIZE + POINTER_SIZE * (slots + references))


def _public(cls: type) -> Iterator[tuple[str, Any]]:
    return ((k, v) for k, v in _attributes(cls).items() if _type(k) is _str and k[:1] != "_")


def _is_data(value: Any) -> bool:
    cls = _type(value)
    return not derives(cls, type) and not _any("__get__" in _attributes(base) for base in _mro(cls))
