"""Exceptions as values: what a caller can read from one.

Not written are causes, contexts and tracebacks: they say where an exception comes from.
"""

from __future__ import annotations

from typing import Any

from .members import class_data, own_fields

_ACTED_ON: dict[type, tuple[str, ...]] = {
    OSError: ("errno", "filename", "filename2"),
    StopIteration: ("value",),
    SystemExit: ("code",),
    BaseExceptionGroup: ("exceptions",),
}
"""What a program decides by, beside the type."""
_DETAILS: dict[type, tuple[str, ...]] = {
    OSError: ("strerror",),
    ImportError: ("name", "path"),
    NameError: ("name",),
    AttributeError: ("name",),
    SyntaxError: ("msg", "filename", "lineno", "offset", "text"),
    UnicodeDecodeError: ("encoding", "object", "start", "end", "reason"),
    UnicodeEncodeError: ("encoding", "object", "start", "end", "reason"),
    UnicodeTranslateError: ("object", "start", "end", "reason"),
}
"""What the message is made of."""
_mro = type.__dict__["__mro__"].__get__
_args = BaseException.__dict__["args"].__get__
_getters = {
    (cls, name): cls.__dict__[name].__get__
    for table in (_ACTED_ON, _DETAILS)
    for cls, names in table.items()
    for name in names
}
_message = BaseExceptionGroup.__dict__["message"].__get__


def arguments(exc: BaseException, cls: type) -> tuple[Any, ...]:
    """``args``; of a group its message alone, because its exceptions are an attribute."""
    return (_message(exc),) if BaseExceptionGroup in _mro(cls) else _args(exc)


def details(exc: BaseException, cls: type) -> dict[str, Any]:
    """What the message is made of, as the types in C hold it."""
    return _read(exc, cls, _DETAILS)


def attributes(exc: BaseException, cls: type) -> dict[str, Any]:
    """What a program decides by: attributes that the code set, notes included, and some of the types in C."""
    return {**class_data(cls), **own_fields(exc, cls), **_read(exc, cls, _ACTED_ON)}


def _read(exc: BaseException, cls: type, table: dict[type, tuple[str, ...]]) -> dict[str, Any]:
    return {name: _getters[base, name](exc) for base in _mro(cls) for name in table.get(base, ())}
