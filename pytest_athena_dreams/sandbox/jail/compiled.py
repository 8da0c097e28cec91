"""Notes the regular expressions that the code compiles, also those that it builds at run time.

``re`` compiles all patterns in one function. ``Compiled`` wraps that function and looks at who called. Where
a Python has no such function, only patterns that the module holds in its global names are found.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import Any

NOTED_PATTERNS = 40
"""Maximum patterns to note of one program."""
PATTERN_LENGTH = 1_000
"""Maximum characters of a pattern to note."""
CALLING_FRAMES = 3
"""Frames between the compiling function and the code that called ``re``, at most."""

Noted = tuple[str, int]
"""A pattern's text and its flags."""

_compile: Any = getattr(re, "_compile", None)


class Compiled:
    """The distinct patterns that code in ``filename`` compiled, in order."""

    def __init__(self, filename: str) -> None:
        self._filename = filename
        self._seen: dict[Noted, None] = {}
        self._reported = 0
        if callable(_compile):
            re._compile = self._noting  # type: ignore[attr-defined]

    def new(self, namespace: Mapping[str, Any] | None = None) -> list[list[Any]]:
        """The patterns noted since the last call, as lists of text and flags; with those in ``namespace``."""
        for value in list((namespace or {}).values()):
            if type(value) is re.Pattern:
                self._note(value)
        found = list(self._seen)[self._reported :]
        self._reported = len(self._seen)
        return [list(noted) for noted in found]

    def _noting(self, pattern: Any, flags: Any) -> Any:
        compiled = _compile(pattern, flags)
        frame = sys._getframe(1)
        for _ in range(CALLING_FRAMES):
            if frame.f_code.co_filename == self._filename:
                self._note(compiled)
                break
            if frame.f_back is None:
                break
            frame = frame.f_back
        return compiled

    def _note(self, pattern: re.Pattern[Any]) -> None:
        text = pattern.pattern
        if len(self._seen) < NOTED_PATTERNS and type(text) is str and 0 < len(text) <= PATTERN_LENGTH:
            if any("\ud800" <= c <= "\udfff" for c in text):  # JSON can't carry it
                return
            self._seen.setdefault((text, int(pattern.flags)))
