"""Does what a child with a world asks for, and notes where in its world the child looks.

Invariants: what is done is decided by the arguments as they are read once, here; all acts go through
``world.acts``, which stays in the folder.
"""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Callable
from typing import NamedTuple

from ..world.acts import LINK_BYTES, Acts
from ..worlds import Place

DONE = -1
"""In place of an error number: the parent did what the call asks."""
CHILD_PLACES = 64
"""Places to note for one call."""
_CHILD_TIMES = struct.Struct("=4q")
"""Two ``struct timespec``: seconds and nanoseconds of access and of change."""
_NOW, _OMIT = (1 << 30) - 1, (1 << 30) - 2
_SECOND = 10**9


class Named(NamedTuple):
    """How to describe a system call: a verb, and the indices of the arguments with its name and folder."""

    verb: str
    name: int | None = None
    folder: int | None = None


_AT = {
    "chmod": Named("", 0),
    "fchmodat": Named("", 1, 0),
    "utimensat": Named("", 1, 0),
    "truncate": Named("", 0),
    "symlink": Named("", 1),
    "symlinkat": Named("", 2, 1),
    "link": Named("", 0),
    "linkat": Named("", 1, 0),
}
_NEW_NAME = {"link": Named("", 1), "linkat": Named("", 3, 2)}
_ON_EXISTING = "chmod", "fchmodat", "utimensat", "truncate", "link", "linkat"
"""Calls that look for what they name first."""
_OPEN_FILE = {"fchmod": 0, "utimensat": 0}
"""The argument with an open file, for calls that may name none."""

PathOf = Callable[[list[int], Named], "str | None"]
BytesAt = Callable[[int, int], bytes]


class Acting:
    """The acts of one child. ``acts`` are those in its world's folder."""

    def __init__(self, acts: Acts) -> None:
        self._acts = acts
        self._places: dict[Place, None] = {}

    def taken(self) -> tuple[Place, ...]:
        """The places noted since the last time."""
        places, self._places = tuple(self._places), {}
        return places

    def note(self, path: str | None, flags: int | None) -> None:
        """Note a look at a path, or with ``flags`` an opening of it; not of a file that must be new."""
        if path is None or len(self._places) >= CHILD_PLACES or (flags or 0) & os.O_EXCL:
            return
        relative = self._acts.relative(path)
        if relative is not None:
            folder = bool((flags or 0) & os.O_DIRECTORY) or not relative
            self._places[Place(relative, folder)] = None

    def act(self, call: str, arguments: list[int], path_of: PathOf, bytes_at: BytesAt) -> int | None:
        """Do what ``call`` asks: ``DONE`` or an error number. ``None`` if it is not for the world."""
        path = path_of(arguments, _AT[call]) if call in _AT else None
        if path is None and call in _OPEN_FILE:
            path = path_of([*arguments[:6], arguments[_OPEN_FILE[call]]], Named("", None, 6))
        if path is None or not self._acts.holds(path):
            return None
        if call in _ON_EXISTING:
            self.note(path, None)
        error = self._done(call, arguments, path, path_of, bytes_at)
        return error or DONE

    def _done(self, call: str, arguments: list[int], path: str, path_of: PathOf, bytes_at: BytesAt) -> int:
        match call:
            case "chmod" | "fchmod":
                return self._acts.change_mode(path, arguments[1] & 0xFFFF)
            case "fchmodat":
                return self._acts.change_mode(path, arguments[2] & 0xFFFF)
            case "truncate":
                return self._acts.cut(path, arguments[1])
            case "utimensat":
                return self._acts.change_times(path, _times(arguments[2], bytes_at))
            case "symlink" | "symlinkat":
                target = bytes_at(arguments[0], LINK_BYTES + 1).partition(b"\0")[0]
                return self._acts.make_link(os.fsdecode(target), path)
            case "link" | "linkat":
                other = path_of(arguments, _NEW_NAME[call])
                return errno.EACCES if other is None else self._acts.make_name(path, other)
        return errno.EPERM


def _times(address: int, bytes_at: BytesAt) -> tuple[int, int] | None:
    """The times at an address; ``None`` for now. A time that is to be kept counts as now too."""
    packed = bytes_at(address, _CHILD_TIMES.size) if address else b""
    if len(packed) < _CHILD_TIMES.size:
        return None
    access, access_part, change, change_part = _CHILD_TIMES.unpack(packed)
    if {access_part, change_part} & {_NOW, _OMIT}:
        return None
    return access * _SECOND + access_part, change * _SECOND + change_part
