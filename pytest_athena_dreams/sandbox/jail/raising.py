"""An exception as plain data, in the shape of ``models.Raised``.

Invariants: names, bases and lines are read with C-level getters that the exception's author can't
override; only ``__str__`` is the author's, and what it returns is capped and made printable.
"""

from __future__ import annotations

from typing import Any

from .canonical import type_name

MESSAGE = 2_000
"""Characters of a message that are told."""
FRAMES = 100_000
"""Frames of a traceback that are looked at; recursion is far shallower."""

_mro = type.__dict__["__mro__"].__get__
_traceback = BaseException.__dict__["__traceback__"].__get__
_errno = OSError.__dict__["errno"].__get__
_syntax_line = SyntaxError.__dict__["lineno"].__get__


def describe_exception(exc: BaseException, stage: str, filename: str) -> dict[str, Any]:
    """Describe ``exc``; its line is the innermost one in ``filename``."""
    bases = _mro(type(exc))
    line = _line(exc, filename)
    if line is None and stage == "compile" and SyntaxError in bases:
        line = _whole(_syntax_line(exc))
    return {
        "type": _name(bases[0]),
        "bases": [_name(base) for base in bases if base is not object],
        "message": _message(exc),
        "line": line,
        "errno": _whole(_errno(exc)) if OSError in bases else None,
        "stage": stage,
    }


def _name(cls: type) -> str:
    """The name that values of ``cls`` go by; a class that takes a builtin's name says whose it is."""
    name = _printable(type_name(cls))
    known = __builtins__.get(name)  # type: ignore[attr-defined]
    return name if known is None or known is cls else f"dream.{name}"


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _whole(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < 1 << 31 else None


def _message(exc: BaseException) -> str:
    try:
        text = str(exc)
    except BaseException as failure:
        return f"<its __str__ raised {_name(type(failure))}>"
    return _printable(str.__getitem__(text, slice(MESSAGE)))


def _line(exc: BaseException, filename: str) -> int | None:
    line = None
    step = _traceback(exc)
    for _ in range(FRAMES):
        if step is None:
            break
        if step.tb_frame.f_code.co_filename == filename:
            line = step.tb_lineno
        step = step.tb_next
    return line
