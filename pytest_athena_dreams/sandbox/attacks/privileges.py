"""Attempts to attack the kernel, or to gain privileges."""

from __future__ import annotations

from .attack import Attack
from .processes import CALL_IN_A_PROCESS

_KILLED = ("refused",)
_PRIVILEGE_DENIED = ("raised PermissionError", "raised OSError")


def _attack(name: str, body: str, *, ends: tuple[str, ...] = _KILLED) -> Attack:
    code = f"{CALL_IN_A_PROCESS}\nbuffer = ctypes.create_string_buffer(256)\ndef attack(where):\n    {body}\n"
    return Attack(name=name, code=code, ends=ends)


def _machine_code(name: str, x86_64: str) -> Attack:
    """Run bytes of machine code for x86-64."""
    code = f"""
import ctypes, mmap, platform

def attack(where):
    if platform.machine() != "x86_64":
        return "not this machine"
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(bytes.fromhex("{x86_64}"))
    return ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
"""
    return Attack(name=name, code=code, ends=("refused", "died signal", 'returned "not this machine"'))


KERNEL = (
    _attack("ptrace", "return call(where, 'ptrace', 16, where['victim'], 0, 0)"),
    _attack(
        "read another process's memory",
        "return call(where, 'process_vm_readv', where['victim'], 0, 0, 0, 0, 0)",
    ),
    _attack(
        "write another process's memory",
        "return call(where, 'process_vm_writev', where['victim'], 0, 0, 0, 0, 0)",
    ),
    _attack("take another process's descriptor", "return call(where, 'pidfd_getfd', 0, 0, 0)"),
    _attack("a user namespace", "return call(where, 'unshare', 0x10000000)"),
    _attack("a process in a user namespace", "return call(where, 'clone', 0x10000000 | 17, 0, 0, 0, 0)"),
    _attack("enter a namespace", "return call(where, 'setns', 0, 0)"),
    _attack("mount", "return call(where, 'mount', b'none', b'/tmp', b'tmpfs', 0, 0)"),
    _attack("mount by handles", "return call(where, 'fsopen', b'tmpfs', 0)"),
    _attack("open by handle", "return call(where, 'open_by_handle_at', -100, buffer, 0)"),
    _attack("io_uring", "return call(where, 'io_uring_setup', 8, buffer)"),
    _attack("userfaultfd", "return call(where, 'userfaultfd', 1)"),
    _attack("keyctl", "return call(where, 'keyctl', 0, -3, 1)"),
    _attack("add_key", "return call(where, 'add_key', b'user', b'owned', b'1', 1, -3)"),
    _attack("bpf", "return call(where, 'bpf', 0, buffer, 72)"),
    _attack("performance counters", "return call(where, 'perf_event_open', buffer, 0, -1, -1, 0)"),
    _attack("a kernel module", "return call(where, 'init_module', buffer, 0, b'')"),
    _machine_code("a 32-bit system call", "b814000000cd80c3"),  # mov eax, 20 (getpid); int 0x80; ret
    _machine_code(
        "an x32 system call", "b8270000400f05c3"
    ),  # mov eax, 0x40000000 | 39 (getpid); syscall; ret
    _attack("memory with a descriptor", "return os.memfd_create('x')", ends=_PRIVILEGE_DENIED),
    _attack("SysV shared memory", "return ctypes.CDLL(None).shmget(0, 4096, 0o1600)", ends=("returned -1",)),
    _attack("SysV messages", "return ctypes.CDLL(None).msgget(0, 0o1600)", ends=("returned -1",)),
    _attack("SysV semaphores", "return ctypes.CDLL(None).semget(0, 1, 0o1600)", ends=("returned -1",)),
    _attack(
        "POSIX messages",
        "return ctypes.CDLL('librt.so.1').mq_open(b'/owned', 0o102, 0o600, 0)",
        ends=("returned -1",),
    ),
    _attack(
        "set the clock",
        "import time; time.clock_settime(time.CLOCK_REALTIME, time.time())",
        ends=_PRIVILEGE_DENIED,
    ),
    _attack("another filter", "return call(where, 'seccomp', 1, 0, buffer)", ends=_PRIVILEGE_DENIED),
    _attack(
        "raise its limits",
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (99, 99))",
        ends=("raised",),
    ),
    _attack(
        "lift its limits",
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
        ends=("raised",),
    ),
    _attack("type into the terminal", "import fcntl; fcntl.ioctl(0, 0x5412, b'x')", ends=_PRIVILEGE_DENIED),
)
