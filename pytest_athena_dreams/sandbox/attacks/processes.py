"""Attempts to start processes, to outlive the run, and to signal others."""

from __future__ import annotations

from .attack import ATTACK_HANGS, Attack
from .files import DENIED

_PROCESS_DENIED = ("raised PermissionError", "raised OSError", "raised ProcessLookupError")
CALL_IN_A_PROCESS = """
import ctypes, os

def call(where, name, *arguments):
    library = ctypes.CDLL(None, use_errno=True)
    words = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    if library.syscall(ctypes.c_long(where["numbers"][name]), *words) < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return "done"
"""


def _attack(name: str, body: str, *, ends: tuple[str, ...] = _PROCESS_DENIED) -> Attack:
    code = f"import os, signal, time\n{CALL_IN_A_PROCESS}\ndef attack(where):\n"
    code += f"    victim = where['victim']\n    {body}\n"
    return Attack(name=name, code=code, ends=ends)


PROCESSES = (
    _attack("fork", "os.fork() or time.sleep(30)"),
    Attack(
        name="a fork bomb",
        ends=_PROCESS_DENIED,
        code="""
import os, time

def attack(where):
    for _ in range(5):
        if os.fork() == 0:
            for _ in range(3):
                os.fork()
            time.sleep(20)
""",
    ),
    Attack(
        name="a daemon",
        ends=_PROCESS_DENIED,
        code="""
import os, time

def attack(where):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for descriptor in range(64):
                try:
                    os.close(descriptor)
                except OSError:
                    pass
            time.sleep(20)
        os._exit(0)
    return "left a daemon"
""",
    ),
    _attack("clone3", "return call(where, 'clone3', (ctypes.c_uint64 * 11)(0, 0, 0, 0, 17), 88)"),
    _attack("a process that shares memory", "return call(where, 'clone', 0x100 | 17, 0, 0, 0, 0)"),
    _attack("exec", "os.execv('/bin/sleep', ['sleep', '20'])", ends=DENIED),
    _attack("posix_spawn", "os.posix_spawn('/bin/sleep', ['sleep', '20'], {})", ends=DENIED),
    _attack("a shell", "import subprocess; return subprocess.run('echo owned', shell=True)", ends=DENIED),
    _attack("os.system", "return os.system(f'touch {where[\"target\"]}.new')", ends=("returned",)),
    _attack(
        "a pool of processes",
        "import multiprocessing\n"
        "    multiprocessing.get_context('fork').Process(target=time.sleep, args=(20,)).start()",
        ends=DENIED,
    ),
    _attack(
        "threads",  # allowed: they end with the process
        "import threading; [threading.Thread(target=time.sleep, args=(20,)).start() for _ in range(4)]",
        ends=("returned",),
    ),
    _attack(
        "threads without end",
        "import threading; threading.stack_size(32768)\n"
        "    while True: threading.Thread(target=time.sleep, args=(20,), daemon=True).start()",
        # stopped by count, or earlier by memory; by time where a busy machine starts them slowly
        ends=("died signal", "raised RuntimeError", "timed_out"),
    ),
    _attack("kill another process", "os.kill(victim, signal.SIGKILL)"),
    _attack("stop another process", "os.kill(victim, signal.SIGSTOP)"),
    _attack("kill another thread", "return call(where, 'tgkill', victim, victim, 9)"),
    _attack("queue a signal", "return ctypes.CDLL(None).sigqueue(victim, 9, 0)", ends=("returned -1",)),
    _attack("signal the parent", "os.kill(where['parent'], 0)"),
    _attack("kill the fork server", "os.kill(os.getppid(), signal.SIGKILL)"),
    _attack("signal everyone", "os.kill(-1, 0)"),
    _attack("signal its own group", "os.kill(0, signal.SIGTERM)"),
    _attack("signal another group", "os.killpg(os.getpgid(victim), signal.SIGTERM)"),
    _attack(
        "have another process signalled when input comes",
        "import fcntl; r, w = os.pipe(); fcntl.fcntl(r, fcntl.F_SETOWN, victim); fcntl.fcntl(r, 10, 9)\n"
        "    fcntl.fcntl(r, fcntl.F_SETFL, os.O_ASYNC); os.write(w, b'x')",
    ),
    _attack(
        "signal through a handle",
        "signal.pidfd_send_signal(os.pidfd_open(victim), signal.SIGKILL)",
    ),
    _attack("slow another process down", "os.setpriority(os.PRIO_PROCESS, victim, 19)"),
    _attack("move another process", "os.sched_setaffinity(victim, {0})"),
    _attack(
        "limit another process", "import resource; resource.prlimit(victim, resource.RLIMIT_CPU, (1, 1))"
    ),
    _attack(
        "live on without the fork server",
        "ctypes.CDLL(None, use_errno=True).prctl(1, 0, 0, 0, 0) and os.abort()",
        ends=("died signal",),
    ),
    _attack("leave its session", "os.setsid()"),
    Attack(
        name="ignore every signal",
        ends=("timed_out",),
        timeout=ATTACK_HANGS,
        code="""
import signal

def attack(where):
    for number in signal.valid_signals():
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    while True:
        pass
""",
    ),
    _attack("stop itself", "os.kill(os.getpid(), signal.SIGSTOP)", ends=("timed_out",)),
    _attack("kill itself", "os.kill(os.getpid(), signal.SIGKILL)", ends=("died memory",)),
    _attack("abort", "os.abort()", ends=("died signal",)),
    _attack("crash", "ctypes.string_at(1)", ends=("died signal",)),
    Attack(
        name="an exit hook that hangs",
        ends=("raised SystemExit",),
        code="""
import atexit, time

def attack(where):
    atexit.register(time.sleep, 30)
    raise SystemExit
""",
    ),
    Attack(
        name="a thread that hangs",
        ends=("returned",),
        code="""
import threading, time

def attack(where):
    threading.Thread(target=time.sleep, args=(30,)).start()
""",
    ),
)
