"""Notes what the jail refuses to a procedure, even if its code swallows the exception.

An audit hook sees each attempt; a file is opened again after the call to see whether the jail refuses it.
This works for procedures only, because they are trusted: other code could act without an audit event.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import Any

MAX_REFUSALS = 8
"""Maximum refused attempts to note for one call."""
REFUSAL_LENGTH = 200
"""Maximum characters of one of them."""
PATH_LENGTH = REFUSAL_LENGTH - 30
"""Maximum characters of a path with words around it."""
WRITING_SUFFIX = " for writing"
"""Ends the text of a refused open that was to write."""
IF_THERE = "?"
"""Prefix of an attempt that counts only if its path exists outside the jail."""
_ACTIONS = {
    "subprocess.Popen": "run",
    "os.system": "run",
    "os.posix_spawn": "run",
    "os.exec": "run",
    "os.fork": "fork",
    "os.forkpty": "fork",
    "socket.connect": "connect",
    "socket.bind": "bind",
    "socket.sendto": "send",
    "socket.getaddrinfo": "look up",
    "socket.gethostbyname": "look up",
}
"""Audit events of actions that the jail never allows, each with a verb for it."""
_WITH_ADDRESS = frozenset({"socket.connect", "socket.bind", "socket.sendto"})
_open, _close = os.open, os.close


class Refusals:
    """Notes the attempts of one call at a time. The audit hook can't be removed from the process."""

    def __init__(self) -> None:
        self._on = False
        self._found: dict[str, None] = {}
        self._opened: dict[tuple[str, int], None] = {}
        sys.addaudithook(self._see)

    def start(self) -> None:
        """Forget earlier attempts and note new ones."""
        self._found, self._opened, self._on = {}, {}, True

    def stop(self) -> list[str]:
        """The attempts refused since ``start``, as short texts."""
        self._on = False
        for path, flags in self._opened:
            if refused := _retried(path, flags):
                self._found[refused] = None
        found = list(self._found)[:MAX_REFUSALS]
        return [text.encode(errors="backslashreplace").decode()[:REFUSAL_LENGTH] for text in found]

    def _see(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._on:
            return
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, str | bytes) and len(self._opened) < MAX_REFUSALS:
                self._opened[os.fsdecode(path), flags or 0] = None
        elif event in _ACTIONS and len(self._found) < MAX_REFUSALS:
            self._found[f"{_ACTIONS[event]} {_object(event, arguments)}".strip()] = None


def _object(event: str, arguments: tuple[Any, ...]) -> str:
    """The target of an attempt: a program, a command, an address."""
    if event.startswith("socket."):
        address = (
            arguments[1] if event in ("socket.connect", "socket.bind", "socket.sendto") else arguments[0]
        )
        return str(address)
    if event == "subprocess.Popen" and isinstance(arguments[1], list | tuple):
        return " ".join(map(str, arguments[1]))
    return str(arguments[0]) if arguments else ""


def _retried(path: str, flags: int) -> str | None:
    """Open a file again, without creating or truncating it; what to note if the jail refuses that."""
    writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    what = f"open {path[:PATH_LENGTH]}{WRITING_SUFFIX}" if writes else f"open {path}"
    try:
        _close(_open(path, flags & ~(os.O_CREAT | os.O_TRUNC | os.O_EXCL)))
    except OSError as exc:
        if exc.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            return what
        if exc.errno == errno.ENOENT:
            return what if writes else f"{IF_THERE}{what}"
    except ValueError:
        return None
    return None
