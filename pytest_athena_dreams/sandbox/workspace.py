"""The parent's folder for one fork server. Children can't see into it, except for two folders in it.

These are ``empty``, where children start, and ``scratch`` with one folder for each child that may write.

Invariants: the folder gets its final name only once it is locked, and stays locked while its maker lives.
Making a new one removes those that nobody holds a lock on, which cleans up after runs that were killed.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
import time
from pathlib import Path

from .scratch import remove_tree

_PREFIX = "athena-dreams-jail-"
_UNFINISHED = ".new"
_IN_MEMORY = Path("/dev/shm")
"""Where Linux has a file system in memory."""
_YOUNG = 60.0
"""Seconds that a folder may take from creation to its lock, and from losing its lock to being removed."""


class Workspace:
    """One such folder, locked until ``remove``."""

    def __init__(self, *, in_memory: bool = False) -> None:
        """With ``in_memory``, the folder is on a file system in memory if the machine has one.

        That is faster, and lists names in the same order each time.
        """
        parent = (
            _IN_MEMORY if in_memory and _IN_MEMORY.is_mount() and os.access(_IN_MEMORY, os.W_OK) else None
        )
        _sweep(parent or Path(tempfile.gettempdir()))
        made = Path(tempfile.mkdtemp(prefix=_PREFIX, suffix=_UNFINISHED, dir=parent))
        self._lock = os.open(made / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        _locked(self._lock, wait=True)  # another process' sweep may hold it for a moment
        self.path = made.rename(made.with_suffix(""))
        self.empty, self.scratch = self.path / "empty", self.path / "scratch"
        self.empty.mkdir(mode=0o555)
        self.scratch.mkdir(mode=0o700)

    def remove(self) -> None:
        """Remove the folder and release its lock. Call this once."""
        remove_tree(str(self.path))
        os.close(self._lock)


def _locked(descriptor: int, *, wait: bool = False) -> bool:
    """Lock an open file; whether that worked. With ``wait``, wait until nobody else holds the lock."""
    import fcntl  # not on Windows, where this module is still to be imported

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def _sweep(folder: Path) -> None:
    """Remove the workspaces of killed runs from ``folder``."""
    for left in folder.glob(_PREFIX + "*"):
        with contextlib.suppress(FileNotFoundError):  # somebody else sweeps at the same time
            found = left.lstat()
            ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
            if ours and _abandoned(left, young=found.st_mtime > time.time() - _YOUNG):
                remove_tree(str(left))


def _abandoned(left: Path, *, young: bool) -> bool:
    try:
        lock = os.open(left / "lock", os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return not young
    try:
        return _locked(lock) and not (young and left.suffix == _UNFINISHED)
    finally:
        os.close(lock)
