"""The few system calls that Python has no name for, and what they need of C.

Every function here raises ``OSError`` with the kernel's error number where the kernel refuses.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from typing import Any

_libc = ctypes.CDLL(None, use_errno=True)

_PR_SET_PDEATHSIG = 1
_PR_CAPBSET_DROP = 24
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
_CAPABILITY_VERSION_3 = 0x20080522
_CAPABILITIES = 64
"""Capabilities that version 3 of the structure can hold."""


def syscall(number: int, *arguments: Any) -> int:
    """Make a system call by number; integers are passed at full width."""
    words = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = int(_libc.syscall(ctypes.c_long(number), *words))
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result


def _prctl(option: int, *arguments: int) -> None:
    words = [ctypes.c_ulong(a) for a in (*arguments, 0, 0, 0, 0)[:4]]
    if _libc.prctl(ctypes.c_int(option), *words) < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def forbid_new_privileges() -> None:
    """No set-user-id program can give this process or its children more than it has."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def die_with_parent() -> None:
    """Be killed when the thread that forked this process ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def limit(what: int, value: int) -> None:
    """Set both the soft and the hard limit, lower if the hard one is lower already."""
    hard = resource.getrlimit(what)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(what, (value, value))


def forbid_core_dumps() -> None:
    """Write no core file, and start no program where the core pattern is a pipe.

    The kernel takes a limit of 1 byte as a request for neither, while 0 does not stop the program. Where the
    hard limit is 0 already, it stays so.
    """
    limit(resource.RLIMIT_CORE, 1)


def drop_capabilities(capset: int) -> None:
    """Give up every capability for good; ``capset`` is the call's number."""
    for capability in range(_CAPABILITIES):
        try:
            _prctl(_PR_CAPBSET_DROP, capability)
        except OSError:
            break  # past the last one; or nothing to drop from, for a user that has none
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    syscall(capset, header, nothing)
