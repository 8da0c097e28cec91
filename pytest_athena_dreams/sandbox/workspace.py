"""The parent's own folder beside a fork server, which no child sees into.

In it lie ``empty``, where children start, and ``scratch`` with one folder for each child that may write.

Invariants: it is locked as long as its maker lives, and a folder that nobody holds locked is removed by
the next one that is made, so that a run which was killed leaves nothing for good.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from .scratch import remove_tree

_PREFIX = "athena-dreams-jail-"
_YOUNG = 60.0
"""Seconds that a folder may take from being made to being locked."""


class Workspace:
    """One such folder, made now and held until ``remove``."""

    def __init__(self) -> None:
        _sweep(Path(tempfile.gettempdir()))
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        _locked(self._lock)
        self.empty, self.scratch = self.path / "empty", self.path / "scratch"
        self.empty.mkdir(mode=0o555)
        self.scratch.mkdir(mode=0o700)

    def remove(self) -> None:
        """Remove the folder and let go of it. To be called once."""
        remove_tree(str(self.path))
        os.close(self._lock)


def _locked(descriptor: int) -> bool:
    """Lock an open file, if nobody else has."""
    import fcntl  # not on Windows, where this module is still to be imported

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sweep(folder: Path) -> None:
    """Remove what runs that were killed have left in ``folder``."""
    for left in folder.glob(_PREFIX + "*"):
        try:
            lock = os.open(left / "lock", os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            if left.exists() and left.stat().st_mtime < time.time() - _YOUNG:
                _remove_ours(left)
            continue
        except OSError:
            continue  # another user's
        try:
            if _locked(lock):
                _remove_ours(left)
        finally:
            os.close(lock)


def _remove_ours(left: Path) -> None:
    try:
        if left.stat().st_uid == os.geteuid() and not left.is_symlink():
            remove_tree(str(left))
    except FileNotFoundError:
        pass  # somebody else swept it at the same time
