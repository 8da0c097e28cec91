"""The name of a class in canonical values: a dream's class never has the name of one that it did not write.

Invariants: classes are read with C-level getters only, because the dream may have written the metaclass; the
content of ``builtins`` is a copy from before any dream ran.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any, TypeVar

_HEAPTYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: made by a class statement, or by a C module at run time
_IMMUTABLE_FLAG = 1 << 8  # Py_TPFLAGS_IMMUTABLETYPE: Python code can't make such a class

_module: Callable[[type], Any] = type.__dict__["__module__"].__get__
_qualname: Callable[[type], str] = type.__dict__["__qualname__"].__get__
_flags = type.__dict__["__flags__"].__get__
_attributes = type.__dict__["__dict__"].__get__
_subclasses = type.__subclasses__
_namespace = vars(ModuleType)["__dict__"].__get__
_mro = type.__dict__["__mro__"].__get__
_type, _isinstance, _str, _class, _modules, _any = type, isinstance, str, type, sys.modules, any
_T = TypeVar("_T")


def by_identity(table: Mapping[type, _T]) -> dict[int, _T]:
    """``table`` by the ids of its classes, which must live on.

    A metaclass may define ``__hash__`` and ``__eq__``, so a class itself could be found as another one.
    """
    return {id(cls): value for cls, value in table.items()}


def derives(cls: type, base: type) -> bool:
    """Whether ``base`` is ``cls`` or one of its bases."""
    return _any(one is base for one in _mro(cls))


def made_by_class_statement(cls: type) -> bool:
    """Whether ``cls`` comes from a class statement, so that its instances may hold any attributes."""
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
    """Whether ``cls`` really is what its module has under its name; ``False`` for the dream's own classes."""
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
    """The qualified name, prefixed with the module unless that is ``builtins`` or the dream.

    The name of a dream's own class is prefixed with ``dream.`` if it could be mistaken for another's: if it
    is a builtin's name or contains a dot.
    """
    module, name = _module(cls), _qualname(cls)
    plain = _type(module) is not _str or module in ("builtins", "dream")
    text: str = name if plain else f"{module}.{name}"
    if genuine(cls) or ("." not in text and text not in _RESERVED):
        return text
    return f"dream.{text}"
