"""Acts on the file tree of a world for a child whose filter refuses them, because no file rule covers them.

Changes of modes and times, and links, work by name, and Landlock does not say for which names. So the parent
does what the child asked, in the world's folder only.

Invariants: a name is read once, before anything is done; each step opens a name in an open folder and follows
no link, so no thread of the child can lead an act out of the folder; no act makes a set-user-id file.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_ACTS_PATH = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
_MODES = 0o777
LINK_BYTES = 1024
"""Maximum bytes of a link's target."""


class Acts:
    """Acts in the folder ``root``. Each returns an error number, 0 if it is done."""

    def __init__(self, root: str, size: int) -> None:
        self._roots = {root, os.path.realpath(root)}
        self._root = root
        self._size = size

    def holds(self, path: str) -> bool:
        """Whether a path is in the folder, by its name."""
        return self.relative(path) is not None

    def relative(self, path: str) -> str | None:
        """The path below the folder; ``None`` for one outside."""
        plain = os.path.normpath(path)
        for root in self._roots:
            if plain == root:
                return ""
            if plain.startswith(f"{root}/"):
                return plain[len(root) + 1 :]
        return None

    def change_mode(self, path: str, mode: int) -> int:
        """Set the permissions of a file or folder; other bits of ``mode`` are ignored."""
        return self._on_entry(path, lambda name: os.chmod(name, mode & _MODES))

    def change_times(self, path: str, times: tuple[int, int] | None) -> int:
        """Set the times of access and change, in nanoseconds; ``None`` for now."""
        return self._on_entry(path, lambda name: os.utime(name, ns=times) if times else os.utime(name))

    def cut(self, path: str, length: int) -> int:
        """Set the length of a file."""
        if not 0 <= length <= self._size:
            return errno.EFBIG
        return self._on_entry(path, lambda name: os.truncate(name, length))

    def make_link(self, target: str, path: str) -> int:
        """Make a symbolic link. What it leads to is subject to the child's own file rules."""
        if len(os.fsencode(target)) > LINK_BYTES:
            return errno.ENAMETOOLONG
        try:
            with self._folder(path) as (folder, name):
                os.symlink(target, name, dir_fd=folder)
        except OSError as exc:
            return exc.errno or errno.EPERM
        return 0

    def make_name(self, path: str, other: str) -> int:
        """Give the file at ``path`` another name."""
        try:
            with self._folder(path) as (here, name), self._folder(other) as (there, new):
                os.link(name, new, src_dir_fd=here, dst_dir_fd=there, follow_symlinks=False)
        except OSError as exc:
            return exc.errno or errno.EPERM
        return 0

    def _on_entry(self, path: str, act: Callable[[str], None]) -> int:
        try:
            with self._folder(path) as (folder, name):
                entry = os.open(name or ".", _ACTS_PATH, dir_fd=folder)
                try:
                    if stat.S_ISLNK(os.fstat(entry).st_mode):
                        return errno.EACCES
                    act(f"/proc/self/fd/{entry}")
                finally:
                    os.close(entry)
        except OSError as exc:
            return exc.errno or errno.EPERM
        return 0

    @contextmanager
    def _folder(self, path: str) -> Iterator[tuple[int, str]]:
        """The open folder that holds a path, and the last part of the path. Raises ``OSError``."""
        relative = self.relative(path)
        if relative is None:
            raise PermissionError(errno.EACCES, "not in the world", path)
        *above, name = relative.split("/")
        here = os.open(self._root, _ACTS_PATH | os.O_DIRECTORY)
        try:
            for part in above:
                inner = os.open(part, _ACTS_PATH | os.O_DIRECTORY, dir_fd=here)
                os.close(here)
                here = inner
            yield here, name
        finally:
            os.close(here)
