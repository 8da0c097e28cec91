"""A folder that one child may write in.

Invariants: nothing outside it is touched, though its child may swap folders and links during a check:
each step opens a name in an open folder and follows no link. Folders may be nested deeper than a path can
express. It is gone after ``remove``.
"""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_BARE_FOLDER = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_GONE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}
_ENTRY = 4096
"""Bytes that every entry counts beside its content."""
_DEPTH = 64
"""Levels of nested folders that it may hold; checking deeper ones would cost more than the child pays."""


class Scratch:
    """A new folder in ``parent`` that may hold at most ``size`` bytes."""

    def __init__(self, parent: Path, size: int) -> None:
        self.path = tempfile.mkdtemp(dir=parent)
        self._size = size

    def over(self) -> bool:
        """Whether it holds more than allowed at this moment; its child may be writing."""
        try:
            here = entered(None, self.path)
        except FileNotFoundError:  # the fork server's folder went first, and this one with it
            return False
        try:
            return _left(here, self._size, _DEPTH) < 0
        finally:
            os.close(here)

    def remove(self) -> None:
        """Remove it and its content."""
        if os.path.exists(self.path):  # the fork server's folder may have gone first, and this one with it
            remove_tree(self.path)


def entered(folder: int | None, name: str) -> int:
    """A descriptor of the folder ``name`` in the open ``folder``, whatever its mode is.

    Raises ``OSError`` if it is no folder at this moment: a child may put a link in its place at any time.
    """
    try:
        return os.open(name, _FOLDER, dir_fd=folder)
    except PermissionError:
        bare = os.open(name, _BARE_FOLDER, dir_fd=folder)
        try:
            os.chmod(f"/proc/self/fd/{bare}", 0o700)
            return os.open(f"/proc/self/fd/{bare}", _FOLDER & ~os.O_NOFOLLOW)
        finally:
            os.close(bare)


def _left(folder: int, budget: int, levels: int) -> int:
    """What is left of ``budget`` bytes after an open folder; below 0 if that holds more, or is too deep."""
    with os.scandir(folder) as listed:
        entries = list(listed)
    for entry in entries:
        try:
            budget -= _ENTRY + entry.stat(follow_symlinks=False).st_blocks * 512
            inner = entered(folder, entry.name) if entry.is_dir(follow_symlinks=False) else None
        except OSError as exc:
            if exc.errno not in _GONE:
                raise
            continue  # removed or replaced during the check; the next check counts the rest
        if inner is not None:
            try:
                budget = _left(inner, budget, levels - 1) if levels else -1
            finally:
                os.close(inner)
        if budget < 0:
            break
    return budget


def remove_tree(path: str) -> None:
    """Remove a folder by stepping into each folder in it, because a path may be too long for the system."""
    here = entered(None, path)
    names: list[str] = []  # the folders that lead here, below the first
    folders = [_emptied(here)]  # what is left to enter, at each level
    while folders[-1] or names:
        if folders[-1]:
            names.append(folders[-1].pop())
            above, here = here, entered(here, names[-1])
            os.close(above)
            folders.append(_emptied(here))
        else:
            folders.pop()
            inner, here = here, os.open("..", _FOLDER, dir_fd=here)
            os.close(inner)
            os.rmdir(names.pop(), dir_fd=here)
    os.close(here)
    os.rmdir(path)


def _emptied(folder: int) -> list[str]:
    """Delete the files in ``folder`` and return the names of the folders in it."""
    folders = []
    with os.scandir(folder) as entries:
        for entry in list(entries):
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
            else:
                os.unlink(entry.name, dir_fd=folder)
    return folders
