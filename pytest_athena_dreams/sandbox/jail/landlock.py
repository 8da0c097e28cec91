"""Landlock: limits the files that a process may use, and denies TCP, signals and abstract sockets to the
outside.

Invariants: whatever a rule set handles and no rule allows is denied for good, for this process and all that
it starts; each further rule set can only remove rights.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import struct
from collections.abc import Iterable

from .kernel import syscall

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_VERSION = 1
_PATH_BENEATH = 1

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REGULAR = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"""File rights by the version that added some; a version not listed has those of the one before."""
_TCP_SINCE, _TCP = 4, 0b11
_SCOPE_SINCE, _SCOPE = 6, 0b11  # abstract Unix sockets, signals

_READ_RIGHTS = _READ_FILE | _READ_DIR
_SCRATCH_RIGHTS = (
    _READ_RIGHTS | _WRITE_FILE | _TRUNCATE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REGULAR | _REFER
)
_DEVICE = _READ_FILE | _WRITE_FILE


def version() -> int:
    """The interface version that the running kernel offers, 0 if it offers none."""
    try:
        return query()
    except OSError:
        return 0


def query() -> int:
    """The interface version; raises ``OSError`` with the kernel's reason where there is none."""
    return syscall(_CREATE_RULESET, 0, 0, _VERSION)


def rules(readable: Iterable[str], scratch: str | None) -> list[tuple[str, int]]:
    """Rules for ``ruleset``: the readable paths, and one folder to write in."""
    writable = [(scratch, _SCRATCH_RIGHTS)] if scratch else []
    return [*((path, _READ_RIGHTS) for path in readable), *writable, (os.devnull, _DEVICE)]


def ruleset(
    abi: int, rules: Iterable[tuple[str, int]] | None = None, *, tcp: bool = False, scope: bool = False
) -> int | None:
    """A descriptor of a new rule set to ``take``, without what ``abi`` does not support.

    ``rules`` denies all files except those at or below its paths; missing paths are ignored. ``tcp`` denies
    connections and ports, ``scope`` signals and abstract sockets to processes outside. Without ``rules``,
    files are not restricted, but can't be moved between folders. ``None`` if ``abi`` supports none of this.
    """
    files = _FILES[max(known for known in _FILES if known <= abi)] if rules is not None else 0
    network = _TCP if tcp and abi >= _TCP_SINCE else 0
    scoped = _SCOPE if scope and abi >= _SCOPE_SINCE else 0
    if not files | network | scoped:
        return None
    try:
        made = _create(abi, files, network, scoped)
    except OSError as exc:
        if not scoped or exc.errno not in (errno.EINVAL, errno.E2BIG):
            raise
        return ruleset(min(abi, _SCOPE_SINCE - 1), rules, tcp=tcp)  # it lacks the scopes of its version
    for path, access in rules or ():
        _allow(made, path, access & files)
    return made


def take(descriptor: int | None) -> None:
    """Apply a rule set, unless it is ``None``, to this process and all that it starts."""
    if descriptor is not None:
        syscall(_RESTRICT_SELF, descriptor, 0)


def _create(abi: int, files: int, network: int, scope: int) -> int:
    attribute = struct.pack("=QQQ", files, network, scope)
    size = 24 if abi >= _SCOPE_SINCE else 16 if abi >= _TCP_SINCE else 8
    buffer = ctypes.create_string_buffer(attribute[:size], size)
    return syscall(_CREATE_RULESET, buffer, size, 0)


def _allow(ruleset: int, path: str, access: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            access &= _DEVICE | _TRUNCATE
        rule = ctypes.create_string_buffer(struct.pack("=Qi", access, descriptor), 12)
        syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0)
    finally:
        os.close(descriptor)
