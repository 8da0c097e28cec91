"""The child's end of the window to its world: one question at a time, each with its answer.

What is not a file is asked of the parent, whose log of the questions is what a call did. So nothing here
needs to be trusted: to ask falsely is to do what the question says.
"""

from __future__ import annotations

import _thread
import json
import os
from collections.abc import Mapping
from typing import Any

from . import frames
from .encoding import encoded

WINDOW = 6
"""The descriptor of the window in a child with a world."""

_decode = json.JSONDecoder().decode
_fsencode = os.fsencode


def to_text(data: bytes | str | os.PathLike[str]) -> str:
    """Bytes as text with a character for each, which JSON can hold."""
    return (data if isinstance(data, bytes) else _fsencode(data)).decode("latin-1")


class Window:
    """Asks the parent. Threads take turns."""

    def __init__(self) -> None:
        self._inbox = frames.Inbox(WINDOW)
        self._turn = _thread.allocate_lock()

    def ask(self, kind: str, **fields: Any) -> Mapping[str, Any]:
        """The answer to a question."""
        with self._turn:
            frames.write(WINDOW, encoded({"ask": kind, **fields}).encode())
            answer: Mapping[str, Any] = _decode(self._inbox.frame().decode())
        return answer
