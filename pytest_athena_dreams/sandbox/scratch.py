"""A folder that one child may write in.

Invariants: it holds files and folders only, because the jail refuses to make links and pipes and to change
modes. Folders may be nested deeper than a path can express. It is gone after ``remove``.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
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
        used = 0
        folders = [(self.path, 0)]
        try:
            while folders:
                folder, depth = folders.pop()
                for entry in _listed(folder):
                    used += _ENTRY + entry.stat(follow_symlinks=False).st_blocks * 512
                    if used > self._size or depth > _DEPTH:
                        return True
                    if entry.is_dir(follow_symlinks=False):
                        folders.append((entry.path, depth + 1))
        except FileNotFoundError:
            pass  # removed during the check; the next check counts the rest
        return False

    def remove(self) -> None:
        """Remove it and its content."""
        if os.path.exists(self.path):  # the fork server's folder may have gone first, and this one with it
            remove_tree(self.path)


def remove_tree(path: str) -> None:
    """Remove a folder by stepping into each folder in it, because a path may be too long for the system."""
    here = os.open(path, _FOLDER)
    names: list[str] = []  # the folders that lead here, below the first
    folders = [_emptied(here)]  # what is left to enter, at each level
    while folders[-1] or names:
        if folders[-1]:
            names.append(folders[-1].pop())
            here = _step(here, names[-1])
            folders.append(_emptied(here))
        else:
            folders.pop()
            here = _step(here, "..")
            os.rmdir(names.pop(), dir_fd=here)
    os.close(here)
    os.rmdir(path)


def _step(here: int, name: str) -> int:
    try:
        return os.open(name, _FOLDER, dir_fd=here)
    finally:
        os.close(here)


def _emptied(folder: int) -> list[str]:
    """Delete the files in ``folder`` and return the names of the folders in it."""
    folders = []
    with os.scandir(folder) as entries:
        for entry in list(entries):
            if entry.is_dir(follow_symlinks=False):
                os.chmod(entry.name, 0o700, dir_fd=folder)
                folders.append(entry.name)
            else:
                os.unlink(entry.name, dir_fd=folder)
    return folders


def _listed(folder: str) -> list[os.DirEntry[str]]:
    os.chmod(folder, 0o700)
    with os.scandir(folder) as entries:
        return list(entries)
