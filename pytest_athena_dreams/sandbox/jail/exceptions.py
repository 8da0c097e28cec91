"""Exceptions as values: what a caller can read from one.

Not written are causes, contexts and tracebacks: they say where an exception comes from.
"""

from __future__ import annotations

from typing import Any

from .members import class_data, own_fields
from .typenames import by_identity, derives

Table = dict[type, tuple[str, ...]]
"""Names of attributes, by the class that has them."""

_ACTED_ON: Table = {
    OSError: ("errno", "filename", "filename2"),
    StopIteration: ("value",),
    SystemExit: ("code",),
    BaseExceptionGroup: ("exceptions",),
}
"""What a program decides by, beside the type."""
_DETAILS: Table = {
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
_mro, _id = type.__dict__["__mro__"].__get__, id
_args = BaseException.__dict__["args"].__get__


def _getters(table: Table) -> dict[int, dict[str, Any]]:
    return by_identity({cls: {n: cls.__dict__[n].__get__ for n in names} for cls, names in table.items()})


_getters_acted_on, _getters_details = _getters(_ACTED_ON), _getters(_DETAILS)
_message = BaseExceptionGroup.__dict__["message"].__get__


def arguments(exc: BaseException, cls: type) -> tuple[Any, ...]:
    """``args``; of a group its message alone, because its exceptions are an attribute."""
    return (_message(exc),) if derives(cls, BaseExceptionGroup) else _args(exc)


def details(exc: BaseException, cls: type) -> dict[str, Any]:
    """What the message is made of, as the types in C hold it."""
    return _read(exc, cls, _getters_details)


def attributes(exc: BaseException, cls: type) -> dict[str, Any]:
    """What a program decides by: attributes that the code set, notes included, and some of the types in C."""
    return {**class_data(cls), **own_fields(exc, cls), **_read(exc, cls, _getters_acted_on)}


def _read(exc: BaseException, cls: type, getters: dict[int, dict[str, Any]]) -> dict[str, Any]:
    found = (getters.get(_id(base), {}) for base in _mro(cls))
    return {name: get(exc) for one in found for name, get in one.items()}
