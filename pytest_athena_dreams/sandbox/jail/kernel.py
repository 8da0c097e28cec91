"""The few system calls that Python does not wrap.

Every function here raises ``OSError`` with the kernel's error number if the kernel refuses.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from typing import Any

_libc = ctypes.CDLL(None, use_errno=True)
_fflush = _libc.fflush
_fflush.argtypes = [ctypes.c_void_p]

_PR_SET_PDEATHSIG = 1
_PR_CAPBSET_DROP = 24
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
_CAPABILITY_VERSION_3 = 0x20080522
_CAPABILITIES = 64
"""Capabilities that version 3 of the structure can hold."""


def flush() -> None:
    """Have C's own output streams write what they hold."""
    _fflush(None)


def syscall(number: int, *arguments: Any) -> int:
    """Make a system call by number; integers are passed as C longs."""
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
    """Keep set-user-id programs from giving this process or its children more rights than it has."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def die_with_parent() -> None:
    """Have the kernel kill this process when the thread that forked it ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def limit(what: int, value: int) -> None:
    """Set the soft and the hard limit to ``value``, or to the present hard limit if that is lower."""
    hard = resource.getrlimit(what)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(what, (value, value))


def forbid_core_dumps() -> None:
    """Prevent core files, and the program that the kernel starts if the core pattern is a pipe.

    A limit of 1 byte prevents both; a limit of 0 would not stop the program. A hard limit that is 0 already
    stays.
    """
    limit(resource.RLIMIT_CORE, 1)


def drop_capabilities(capset: int) -> None:
    """Give up every capability for good; ``capset`` is the number of that system call."""
    for capability in range(_CAPABILITIES):
        try:
            _prctl(_PR_CAPBSET_DROP, capability)
        except OSError:
            break  # past the last one; or nothing to drop from, for a user that has none
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    syscall(capset, header, nothing)
