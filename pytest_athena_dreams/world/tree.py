"""A world's file tree: filled before a call, and read after it.

Invariants: nothing outside the folder is touched: each step opens a name in an open folder and follows no
link. The child is stopped meanwhile, so nothing changes while it is read. Reading is bounded.
"""

from __future__ import annotations

import hashlib
import os
import stat

from msgspec import structs

from ..worlds import FOLDER, FOLDER_MODE, Changes, Entry, Tree, World

_TREE_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_ROOT_MODE = 0o700
READ_BYTES = 32 << 20
"""Bytes to read of one tree: sparse files hold more than they take."""
ENTRIES = 10_000
"""Entries to read of one tree."""
TREE_DEPTH = 64
"""Levels to read of one tree."""
TREE_LARGE = 1 << 18
"""Bytes from which a file is known by its digest alone."""


class TooMuch(Exception):
    """A tree outgrew what the parent reads."""


def fill(root: str, world: World) -> None:
    """Make the folder ``root`` hold the files of ``world`` and nothing else."""
    os.chmod(root, _ROOT_MODE)  # a call may have changed it, but can't replace the folder
    top = os.open(root, _TREE_FOLDER)
    try:
        _clear(top, TREE_DEPTH)
        for path, entry in world.files.items():
            *above, name = path.split("/")
            folder = _within(top, above)
            try:
                _make(folder, name, entry, world.clock - entry.age)
            finally:
                os.close(folder)
    finally:
        os.close(top)


def changes(root: str, world: World, *, settled: bool = True) -> Changes:
    """What differs in the folder ``root`` from the files of ``world``. Raises ``TooMuch``.

    Modes of folders do not count. The path of ``root`` in contents is replaced by ``ROOT_PATH``.
    """
    after = read(root, settled=settled)
    gone: dict[str, Entry | None] = {path: None for path in world.files if path not in after}
    before = {path: structs.replace(entry, age=0) for path, entry in world.files.items()}
    left = {path: entry for path, entry in after.items() if before.get(path) != entry}
    return dict(sorted({**gone, **left}.items()))


def read(root: str, *, settled: bool = True) -> Tree:
    """All that is in a folder, by path. Raises ``TooMuch``.

    Without ``settled``, somebody still uses it: no mode is changed to read more, and ``OSError`` is possible.
    """
    found: dict[str, Entry] = {}
    os.chmod(root, _ROOT_MODE)
    top = os.open(root, _TREE_FOLDER)
    try:
        _read(top, "", found, READ_BYTES, 1, settled)
    finally:
        os.close(top)
    return found


def _read(folder: int, prefix: str, found: dict[str, Entry], budget: int, level: int, settled: bool) -> int:
    """Add what is in ``folder`` to ``found``; returns the bytes that may still be read."""
    with os.scandir(folder) as listed:
        entries = sorted(listed, key=lambda entry: os.fsencode(entry.name))
    for entry in entries:
        path = f"{prefix}{os.fsencode(entry.name).decode(errors='backslashreplace')}"
        if len(found) >= ENTRIES or level > TREE_DEPTH:
            raise TooMuch
        info = entry.stat(follow_symlinks=False)
        if stat.S_ISDIR(info.st_mode):
            found[path] = FOLDER
            if settled:
                os.chmod(entry.name, FOLDER_MODE, dir_fd=folder)
            inner = os.open(entry.name, _TREE_FOLDER, dir_fd=folder)
            try:
                budget = _read(inner, f"{path}/", found, budget, level + 1, settled)
            finally:
                os.close(inner)
        elif stat.S_ISREG(info.st_mode):
            budget -= info.st_size
            if budget < 0:
                raise TooMuch
            mode = stat.S_IMODE(info.st_mode)
            found[path] = Entry(content=_content(folder, entry.name, mode, settled), mode=mode)
        elif stat.S_ISLNK(info.st_mode):
            target = os.fsencode(os.readlink(entry.name, dir_fd=folder))
            found[path] = Entry(kind="link", content=target, mode=0o777)
        else:
            found[path] = Entry(kind="other", mode=stat.S_IMODE(info.st_mode))
    return budget


def _content(folder: int, name: str, mode: int, settled: bool) -> bytes:
    """What is in a file, which its own mode may not let this process read."""
    if settled and not mode & stat.S_IRUSR:
        os.chmod(name, mode | stat.S_IRUSR, dir_fd=folder)
    with open(os.open(name, _FILE, dir_fd=folder), "rb") as file:
        content = file.read(READ_BYTES)
    if len(content) < TREE_LARGE:
        return content
    return f"{len(content)} bytes with the SHA-256 {hashlib.sha256(content).hexdigest()}".encode()


def _within(folder: int, parts: list[str]) -> int:
    """A descriptor of the folder that ``parts`` lead to; folders that are missing are made."""
    here = os.dup(folder)
    for part in parts:
        try:
            try:
                inner = os.open(part, _TREE_FOLDER, dir_fd=here)
            except FileNotFoundError:
                _make(here, part, FOLDER)
                inner = os.open(part, _TREE_FOLDER, dir_fd=here)
        finally:
            os.close(here)
        here = inner
    return here


def _make(folder: int, name: str, entry: Entry, changed: float | None = None) -> None:
    """Make an entry; a file was last ``changed`` so many seconds after 1970."""
    if entry.kind == "folder":
        try:
            os.mkdir(name, dir_fd=folder)
        except FileExistsError:
            return
        os.chmod(name, entry.mode, dir_fd=folder)
    else:
        with open(os.open(name, _NEW, 0o600, dir_fd=folder), "wb") as file:
            file.write(entry.content)
            os.fchmod(file.fileno(), entry.mode)
            file.flush()
            if changed is not None:
                os.utime(file.fileno(), (changed, changed))


def _clear(folder: int, levels: int) -> None:
    """Delete all that is in an open folder."""
    with os.scandir(folder) as listed:
        entries = list(listed)
    for entry in entries:
        if not entry.is_dir(follow_symlinks=False):
            os.unlink(entry.name, dir_fd=folder)
            continue
        os.chmod(entry.name, 0o700, dir_fd=folder)
        inner = os.open(entry.name, _TREE_FOLDER, dir_fd=folder)
        try:
            if not levels:
                raise TooMuch
            _clear(inner, levels - 1)
        finally:
            os.close(inner)
        os.rmdir(entry.name, dir_fd=folder)
