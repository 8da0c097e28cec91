"""The parent's own folder beside a fork server, which no child sees into.

In it lie ``empty``, where children start, and ``scratch`` with one folder for each child that may write.

Invariants: it bears its name only once it is locked, and is locked as long as its maker lives; a folder that
nobody holds locked is removed by the next one that is made, so that a run which was killed leaves nothing
for good.
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
_YOUNG = 60.0
"""Seconds that a folder may take from being made to being locked, and from losing its lock to being gone."""


class Workspace:
    """One such folder, made now and held until ``remove``."""

    def __init__(self) -> None:
        _sweep(Path(tempfile.gettempdir()))
        made = Path(tempfile.mkdtemp(prefix=_PREFIX, suffix=_UNFINISHED))
        self._lock = os.open(made / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        _locked(self._lock, wait=True)  # a sweeper holds it for the moment that it looks
        self.path = made.rename(made.with_suffix(""))
        self.empty, self.scratch = self.path / "empty", self.path / "scratch"
        self.empty.mkdir(mode=0o555)
        self.scratch.mkdir(mode=0o700)

    def remove(self) -> None:
        """Remove the folder and let go of it. To be called once."""
        remove_tree(str(self.path))
        os.close(self._lock)


def _locked(descriptor: int, *, wait: bool = False) -> bool:
    """Lock an open file, if nobody else has, or once nobody has."""
    import fcntl  # not on Windows, where this module is still to be imported

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def _sweep(folder: Path) -> None:
    """Remove what runs that were killed have left in ``folder``."""
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
