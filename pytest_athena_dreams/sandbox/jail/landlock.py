"""Landlock: which files a process may touch, no TCP, no signals or abstract sockets to the outside.

Invariants: what a rule set handles and no rule allows is denied for good, to this process and to all
that it starts; each further rule set can only take away.
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
_TRUNCATE = 1 << 14
_FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"""File rights that a version knows; a version that is not listed knows those of the one before."""
_TCP_SINCE, _TCP = 4, 0b11
_SCOPE_SINCE, _SCOPE = 6, 0b11  # abstract Unix sockets, signals

READ = _READ_FILE | _READ_DIR
SCRATCH = READ | _WRITE_FILE | _TRUNCATE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REGULAR
DEVICE = _READ_FILE | _WRITE_FILE


def version() -> int:
    """The interface version that the running kernel offers, 0 if it offers none."""
    try:
        return syscall(_CREATE_RULESET, 0, 0, _VERSION)
    except OSError:
        return 0


def restrict(abi: int, rules: Iterable[tuple[str, int]]) -> None:
    """Deny all files but those at or beneath the paths in ``rules``, and TCP where ``abi`` knows it.

    Paths that do not exist are left out.
    """
    files = _FILES[max(known for known in _FILES if known <= abi)]
    ruleset = _create(abi, files, _TCP if abi >= _TCP_SINCE else 0, 0)
    try:
        for path, access in rules:
            _allow(ruleset, path, access & files)
        syscall(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def isolate(abi: int) -> bool:
    """Deny signals and abstract sockets to processes outside; tell whether the kernel could.

    Some kernels report a version whose scopes they lack, so the answer comes from trying.
    """
    if abi < _SCOPE_SINCE:
        return False
    try:
        ruleset = _create(abi, 0, 0, _SCOPE)
    except OSError as exc:
        if exc.errno in (errno.EINVAL, errno.E2BIG, errno.ENOMSG):
            return False
        raise
    try:
        syscall(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return True


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
            access &= DEVICE | _TRUNCATE
        rule = ctypes.create_string_buffer(struct.pack("=Qi", access, descriptor), 12)
        syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0)
    finally:
        os.close(descriptor)
