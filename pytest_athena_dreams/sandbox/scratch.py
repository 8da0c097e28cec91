"""A folder that one child may write in.

Invariants: links, pipes and changed modes can't be in it, for the jail refuses to make them, so all
that is met is files and folders, though maybe deeper than a path can say; it is gone after ``remove``.
"""

from __future__ import annotations

import errno
import itertools
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

_ENTRY = 4096
"""Bytes that count for a name, however empty what it names."""


class Scratch:
    """A fresh folder in ``parent`` that is to hold at most ``size`` bytes."""

    def __init__(self, parent: Path, size: int) -> None:
        self.path = tempfile.mkdtemp(dir=parent)
        self._size = size

    def over(self) -> bool:
        """Whether it holds more than it may, now, while its child goes on writing."""
        used = 0
        try:
            for entry in self._entries():
                used += _ENTRY + entry.stat(follow_symlinks=False).st_blocks * 512
                if used > self._size:
                    return True
        except FileNotFoundError:
            return False  # taken away while it was looked at; the next look sees the rest
        except OSError as exc:
            return exc.errno == errno.ENAMETOOLONG
        return False

    def _entries(self) -> Iterator[os.DirEntry[str]]:
        folders = [self.path]
        while folders:
            for entry in _listed(folders.pop()):
                yield entry
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)

    def remove(self) -> None:
        """Remove it with all that is in it: what lies deep is moved up first, so no path gets long."""
        if not os.path.exists(self.path):
            return  # the fork server's folder went first, and this one with it
        numbers = itertools.count()
        while entries := _listed(self.path):
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
                    continue
                for inner in _listed(entry.path):
                    if inner.is_dir(follow_symlinks=False):
                        os.chmod(inner.path, 0o700)
                    os.rename(inner.path, f"{self.path}/.moved-{next(numbers)}")
                os.rmdir(entry.path)
        os.rmdir(self.path)


def _listed(folder: str) -> list[os.DirEntry[str]]:
    os.chmod(folder, 0o700)
    with os.scandir(folder) as entries:
        return list(entries)
