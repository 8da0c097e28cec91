"""System-call filters: a long one that a fork server takes once, and a short one for each child.

Invariants: the long filter allows calls by name and refuses the rest; both kill the process if a call comes
through a foreign table (32-bit, x32). A refused call fails with ``EPERM``. Calls that only an attack on the
kernel or on another process needs kill the caller, so that code can't swallow the error.

The short filter is for a child: no new processes, no sockets, no changed names, signals only to itself, no
raised limits. If the parent listens, it answers these calls, and also those that open files or look at names.
Without an answer they fail: with ``ENOSYS`` once the parent has closed the listener.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import socket
import struct
import termios

from .kernel import syscall
from .syscalls import NEWEST, audit_architecture, numbers

Program = list[tuple[int, int, int, int]]
"""Instructions of classic BPF: code, jump if true, jump if false, operand."""

_LOAD, _EQUAL, _GREATER_EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_OFFSET, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
_X32 = 0x40000000

_INSTRUCTION, _OPERAND = struct.Struct("=HBBI"), struct.Struct("=I")
SELF = 0xFFFFFFFE
"""A placeholder operand for the id of the process that takes the filter; no process has this id."""

_ALLOW = 0x7FFF0000
_KILL = 0x80000000


def _fail(error: int) -> int:
    return 0x00050000 | error


_REFUSE = _fail(errno.EPERM)
_ASK = 0x7FC00000
"""The holder of the filter's listener answers the call."""
_NEW_LISTENER = 8

_FREE = """
read write readv writev pread64 pwrite64 preadv pwritev close close_range lseek sendfile
dup dup2 dup3 pipe pipe2 poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait
epoll_pwait epoll_pwait2 eventfd2 timerfd_create timerfd_settime timerfd_gettime
open openat fstat stat lstat newfstatat statx statfs fstatfs access faccessat faccessat2 readlink readlinkat
getcwd chdir fchdir getdents64 fadvise64 fsync fdatasync ftruncate umask
mmap mprotect munmap mremap msync mincore madvise brk membarrier
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack pause
nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time times getitimer setitimer alarm
getpid gettid getppid getpgrp getpgid getsid setsid getuid geteuid getgid getegid getresuid getresgid
getgroups getpriority getrlimit getrusage prlimit64 setrlimit sysinfo uname getcpu getrandom
futex set_robust_list get_robust_list rseq set_tid_address restart_syscall arch_prctl
sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max sched_get_priority_min
exit exit_group wait4 waitid kill tgkill clone
recvfrom sendmsg recvmsg getsockname getpeername shutdown prctl
seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self pidfd_open
"""

SCRATCH_CALLS = "mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2"
"""Calls that change names, allowed if the child has scratch space; the file rules say where it may write."""

EFFECTS = """
execve execveat fork vfork socket connect bind creat mknod mknodat link linkat symlink symlinkat truncate
chmod fchmodat chown lchown fchownat utime utimes utimensat
"""
"""Calls of programs with effects. The long filter leaves them to the short one, which can ask the parent."""
WORLD_EFFECTS = "fchmod"
"""More of them, allowed in a world, where the parent does what they ask."""
OPENS = "open openat"
"""Calls that open files."""
LOOKS = "stat lstat newfstatat statx access faccessat faccessat2 readlink readlinkat"
"""Calls that look at names. An import makes hundreds of them."""

_ATTACKS = """
ptrace process_vm_readv process_vm_writev pidfd_getfd kcmp io_uring_setup io_uring_enter io_uring_register
bpf perf_event_open userfaultfd keyctl add_key request_key unshare setns mount umount2 pivot_root
fsopen fsmount fsconfig fspick move_mount open_tree mount_setattr open_by_handle_at fanotify_init
kexec_load kexec_file_load init_module finit_module delete_module
"""

_CLONE_THREAD = 0x00010000
_CLONE_NAMESPACES = 0x7E020000 | 0x00000080  # every CLONE_NEW* flag
_PRCTL_HARMLESS = (2, 3, 15, 16, 21, 23, 39)  # read-only options, and a thread's name
_IOCTLS = (termios.FIONREAD, termios.FIONBIO, termios.FIOCLEX, termios.FIONCLEX, termios.TCGETS)
_FCNTLS = (
    fcntl.F_DUPFD,
    fcntl.F_GETFD,
    fcntl.F_SETFD,
    fcntl.F_GETFL,
    fcntl.F_SETFL,
    fcntl.F_DUPFD_CLOEXEC,
    1032,  # F_GETPIPE_SZ
)
_F_GETLK, _LOCKS = 5, (6, 7, 37, 38)
"""``F_GETLK``, and the commands that set locks on parts of a file: of a process, and of an open file."""
_ATTRIBUTES = "fgetxattr flistxattr fsetxattr getxattr lgetxattr listxattr llistxattr lsetxattr setxattr"
_SO_PROTOCOL, _SO_DOMAIN = 38, 39
_SOCKET_OPTIONS = (socket.SO_TYPE, socket.SO_ERROR, _SO_PROTOCOL, _SO_DOMAIN)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
"""Flags that make an open more than reading."""


def _end(action: int) -> Program:
    return [(_RETURN, 0, 0, action)]


def _low(argument: int) -> tuple[int, int, int, int]:
    """Load the low half of an argument; both architectures are little-endian."""
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * argument)


def _among(argument: int, values: tuple[int, ...], refuse: int = _REFUSE) -> Program:
    """Allow where the argument, taken as 32 bits, is one of ``values``."""
    tests = [(_EQUAL, len(values) - i, 0, value & 0xFFFFFFFF) for i, value in enumerate(values)]
    return [_low(argument), *tests, *_end(refuse), *_end(_ALLOW)]


def _null(argument: int) -> Program:
    """Allow where the argument, a pointer, is null."""
    high = (_LOAD, 0, 0, _ARGUMENTS + 8 * argument + 4)
    return [_low(argument), (_EQUAL, 0, 3, 0), high, (_EQUAL, 0, 1, 0), *_end(_ALLOW), *_end(_REFUSE)]


def _bits(argument: int, mask: int, *, present: int, absent: int) -> Program:
    """Decide by whether the argument has any bit of ``mask``."""
    return [_low(argument), (_ANY_BIT, 0, 1, mask), *_end(present), *_end(absent)]


def _program(machine: str, rules: dict[str, Program], default: int) -> Program:
    """The checks that every filter needs, then one block for each call."""
    program: Program = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, audit_architecture(machine)),
        *_end(_KILL),
        (_LOAD, 0, 0, _NUMBER_OFFSET),
        (_GREATER_EQUAL, 0, 1, _X32),
        *_end(_KILL),
        (_GREATER_EQUAL, 0, 1, NEWEST + 1),
        *_end(_fail(errno.ENOSYS)),  # libraries fall back where the kernel is merely old
    ]
    by_name = numbers(machine)
    for name, block in rules.items():
        if name in by_name:
            program += [(_EQUAL, 0, len(block), by_name[name]), *block]
    return program + _end(default)


def _locking() -> Program:
    """Nobody else opens the files of a world, so setting a lock there succeeds without any."""
    succeed = [step for command in _LOCKS for step in ((_EQUAL, 0, 1, command), *_end(_fail(0)))]
    return [_low(1), *succeed, *_among(1, (*_FCNTLS, _F_GETLK))]


def server_filter(machine: str, *, read_only: bool, acts: bool = False) -> Program:
    """The long filter. ``read_only`` refuses to open files for writing, for kernels without file rules.

    With ``acts``, calls that the parent does for a child are left to the short filter, locks succeed, and
    files have no extended attributes, as on many file systems.
    """
    rules: dict[str, Program] = {name: _end(_ALLOW) for name in _FREE.split()}
    rules |= {name: _end(_ALLOW) for name in f"{SCRATCH_CALLS} {EFFECTS}".split()}
    rules |= {name: _end(_KILL) for name in _ATTACKS.split()}
    rules |= {
        "clone": _bits(0, _CLONE_NAMESPACES, present=_KILL, absent=_ALLOW),
        "clone3": _end(_fail(errno.ENOSYS)),  # its flags lie behind a pointer; libraries fall back to clone
        "ioctl": _among(1, _IOCTLS),
        "fcntl": _among(1, _FCNTLS),
        "socketpair": _among(0, (socket.AF_UNIX,)),
        "sendto": _null(4),
        "getsockopt": _among(2, _SOCKET_OPTIONS),
    }
    if acts:
        rules |= {name: _end(_ALLOW) for name in WORLD_EFFECTS.split()}
        rules |= {name: _end(_fail(errno.ENOTSUP)) for name in _ATTRIBUTES.split()}
        rules |= {"fcntl": _locking(), "flock": _end(_fail(0))}
    if read_only:
        rules["open"] = _bits(1, WRITING, present=_REFUSE, absent=_ALLOW)
        rules["openat"] = _bits(2, WRITING, present=_REFUSE, absent=_ALLOW)
    return _program(machine, rules, _REFUSE)


_LAST_CALLS = """
setrlimit setsid sendmsg recvmsg pidfd_open seccomp landlock_create_ruleset landlock_add_rule
"""
"""Calls that a child needs only until it is locked in."""


def child_filter(
    machine: str, *, scratch: bool, acts: bool = False, ask: bool = False, looks: bool = False
) -> Program:
    """The short filter, for a child.

    With ``ask``, the kernel asks the listener; with ``looks`` also about names. ``last_filter`` must follow.
    ``acts`` is as for ``server_filter``.
    """
    refuse = _ASK if ask else _REFUSE
    names = EFFECTS if scratch else f"{SCRATCH_CALLS} {EFFECTS}"
    if acts:
        names = f"{names} {WORLD_EFFECTS}"
    rules: dict[str, Program] = {name: _end(refuse) for name in names.split()}
    rules |= {name: _end(_ASK) for name in f"{OPENS} {LOOKS if looks else ''}".split() if ask}
    rules |= {
        "clone": _bits(0, _CLONE_THREAD, present=_ALLOW, absent=refuse),
        "kill": _among(0, (SELF,), refuse),
        "tgkill": _among(0, (SELF,), refuse),
        "prlimit64": _null(2),
        "prctl": _among(0, _PRCTL_HARMLESS),
    }
    if not ask:
        rules |= {name: _end(_REFUSE) for name in _LAST_CALLS.split()}
    return _program(machine, rules, _ALLOW)


def last_filter(machine: str) -> Program:
    """The rest of the short filter, for a child that has handed over its listener."""
    return _program(machine, {name: _end(_REFUSE) for name in _LAST_CALLS.split()}, _ALLOW)


class _Header(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


class Filter:
    """A compiled program, so that taking it costs a child little."""

    def __init__(self, machine: str, program: Program) -> None:
        code = b"".join(_INSTRUCTION.pack(*instruction) for instruction in program)
        self._number = numbers(machine)["seccomp"]
        self._body = ctypes.create_string_buffer(code, len(code))
        self._header = _Header(len(program), ctypes.addressof(self._body))
        self._own = [i for i, instruction in enumerate(program) if instruction[-1] == SELF]

    def install(self) -> None:
        """Apply the filter to the calling thread and all that it starts."""
        self._install(0)

    def listener(self) -> int | None:
        """Apply the filter and return the descriptor of its listener; ``None`` if the kernel gives none.

        That happens before Linux 5.0, and if the program that started this process has a listener already.
        """
        try:
            return self._install(_NEW_LISTENER)
        except OSError:
            return None

    def _install(self, flags: int) -> int:
        for i in self._own:
            _OPERAND.pack_into(self._body, (i + 1) * _INSTRUCTION.size - _OPERAND.size, os.getpid())
        set_mode_filter = 1
        return syscall(self._number, set_mode_filter, flags, ctypes.byref(self._header))
