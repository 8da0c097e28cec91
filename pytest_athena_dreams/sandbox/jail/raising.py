"""Describes an exception as plain data, in the shape of ``models.Raised``.

Invariants: names, bases and lines are read with C-level getters that the exception's author can't override;
the only call into the author's code is ``__str__``, and its result is capped and made printable.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from .typenames import derives, type_name

RAISED_MESSAGE = 2_000
"""Characters of a message to pass on."""
PATH = 4_096
"""Maximum characters of a path; a longer one is left out."""
FRAMES = 100_000
"""Maximum frames of a traceback to read; recursion is far shallower."""

CHAIN = 10
"""Maximum exceptions to follow along ``__cause__`` and ``__context__``."""
NO_NETWORK = " (the jail has no network, and no setting opens one)"

_mro = type.__dict__["__mro__"].__get__
_traceback = BaseException.__dict__["__traceback__"].__get__
_cause = BaseException.__dict__["__cause__"].__get__
_context = BaseException.__dict__["__context__"].__get__
_errno = OSError.__dict__["errno"].__get__
_filename = OSError.__dict__["filename"].__get__
_syntax_line = SyntaxError.__dict__["lineno"].__get__


def describe_exception(exc: BaseException, stage: str, filename: str) -> dict[str, Any]:
    """Describe ``exc``; its line is the innermost one in ``filename``.

    Libraries raise an ``OSError`` without a number around one of the system's: it gets the number of that
    one.
    """
    bases = _mro(type(exc))
    line = _line(exc, filename)
    if line is None and stage == "compile" and derives(bases[0], SyntaxError):
        line = _whole(_syntax_line(exc))
    system = derives(bases[0], OSError)
    number, offline = _system_error(exc) if system else (None, False)
    return {
        "type": _name(bases[0]),
        "bases": [_name(base) for base in bases if base is not object],
        "message": _message(exc) + (NO_NETWORK if offline else ""),
        "line": line,
        "errno": number,
        "path": _path(exc) if system else None,
        "stage": stage,
    }


def _system_error(exc: BaseException) -> tuple[int | None, bool]:
    """The error number behind ``exc``, and whether the missing network caused it."""
    step: BaseException | None = exc
    for _ in range(CHAIN):
        if step is None:
            break
        if derives(type(step), socket.gaierror):
            return errno.EPERM, True
        if derives(type(step), OSError) and (number := _whole(_errno(step))) is not None:
            return number, number == errno.EPERM and _innermost(step) == socket.__file__
        step = _cause(step) or _context(step)
    return None, False


def _name(cls: type) -> str:
    return _printable(type_name(cls))


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _whole(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < 1 << 31 else None


def _message(exc: BaseException) -> str:
    try:
        text = str(exc)
    except BaseException as failure:
        return f"<its __str__ raised {_name(type(failure))}>"
    return _printable(str.__getitem__(text, slice(RAISED_MESSAGE)))


def _line(exc: BaseException, filename: str) -> int | None:
    line = None
    for step in _steps(exc):
        if step.tb_frame.f_code.co_filename == filename:
            line = step.tb_lineno
    return line


def _path(exc: BaseException) -> str | None:
    path = _filename(exc)
    return _printable(path) if type(path) is str and len(path) <= PATH else None


def _innermost(exc: BaseException) -> str | None:
    name = None
    for step in _steps(exc):
        name = step.tb_frame.f_code.co_filename
    return name


def _steps(exc: BaseException) -> Iterator[TracebackType]:
    step: TracebackType | None = _traceback(exc)
    for _ in range(FRAMES):
        if step is None:
            break
        yield step
        step = step.tb_next
