"""The name that a class goes by: none of the dream's own reads like one that the dream did not write.

Invariants: a class is asked with C-level getters alone, for its metaclass may be the dream's; what
``builtins`` holds is what it held before any dream ran.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

_HEAPTYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: made by a class statement, or by a C module at run time
_IMMUTABLE_FLAG = 1 << 8  # Py_TPFLAGS_IMMUTABLETYPE: which no Python code can make

_module: Callable[[type], Any] = type.__dict__["__module__"].__get__
_qualname: Callable[[type], str] = type.__dict__["__qualname__"].__get__
_flags = type.__dict__["__flags__"].__get__
_attributes = type.__dict__["__dict__"].__get__
_subclasses = type.__subclasses__
_namespace = vars(ModuleType)["__dict__"].__get__
_type, _isinstance, _str, _class, _modules = type, isinstance, str, type, sys.modules


def made_by_class_statement(cls: type) -> bool:
    """Whether instances of ``cls`` may hold more than C code put there."""
    return bool(_flags(cls) & _HEAPTYPE)


def _all_classes(root: type) -> Iterator[type]:
    yield root
    below: list[type] = [] if root is type else _subclasses(root)
    for cls in below:
        yield from _all_classes(cls)


_BY_NAME = dict(vars(builtins))
_RESERVED = frozenset(_BY_NAME) | {
    _qualname(cls) for cls in _all_classes(object) if _module(cls) == "builtins"
}


def genuine(cls: type) -> bool:
    """Whether ``cls`` belongs to the module that it names, a class of the dream's own to none."""
    if not _flags(cls) & _HEAPTYPE or _flags(cls) & _IMMUTABLE_FLAG:
        return True
    module = _module(cls)
    if _type(module) is not _str or module == "dream":
        return False
    home = _modules.get(module)
    if module == "builtins":
        held: dict[str, Any] = _BY_NAME
    elif _isinstance(home, ModuleType):
        held = _namespace(home)
    else:
        return False
    found: Any = None
    for part in _qualname(cls).split("."):
        found = held.get(part)
        if not _isinstance(found, _class):
            return False
        held = _attributes(found)
    return found is cls


def type_name(cls: type) -> str:
    """The qualified name, with the module in front unless that is ``builtins`` or the dream.

    A class of the dream's own has ``dream.`` in front where its name alone would read like another's: a
    builtin's name, or one with a dot.
    """
    module, name = _module(cls), _qualname(cls)
    plain = _type(module) is not _str or module in ("builtins", "dream")
    text: str = name if plain else f"{module}.{name}"
    if genuine(cls) or ("." not in text and text not in _RESERVED):
        return text
    return f"dream.{text}"
