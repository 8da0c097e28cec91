"""Attempts to use up the machine's resources."""

from __future__ import annotations

from .attack import ATTACK_HANGS, Attack

LIMITS = (
    Attack(
        name="a gigabyte",
        ends=("raised MemoryError",),
        timeout=5.0,
        code="def attack(where): return len(bytes(1 << 30))",
    ),
    Attack(
        name="memory",
        ends=("raised MemoryError",),
        timeout=10.0,
        code="""
def attack(where):
    kept = []
    while True:
        kept.append(bytes(20_000_000))
""",
    ),
    Attack(
        name="shared memory without a file",
        ends=("raised OSError", "raised MemoryError"),
        timeout=10.0,
        code="""
import mmap

def attack(where):
    kept = []
    while True:
        kept.append(mmap.mmap(-1, 50_000_000))
""",
    ),
    Attack(
        name="memory, ignoring the error",
        ends=("timed_out", "died"),
        timeout=1.0,
        code="""
def attack(where):
    kept = []
    while True:
        try:
            while True:
                kept.append(bytearray(1_000_000))
        except MemoryError:
            pass
""",
    ),
    Attack(
        name="memory at load",
        ends=("raised MemoryError",),
        code="kept = bytearray(1 << 40)\ndef attack(where): pass",
    ),
    Attack(
        name="a decompression bomb",
        ends=("raised MemoryError",),
        timeout=10.0,
        code="""
import zlib

def attack(where):
    squeeze = zlib.compressobj(9, wbits=-15)
    block = squeeze.compress(bytes(1_000_000)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    return len(zlib.decompress(block * 100_000, wbits=-15))
""",
    ),
    Attack(
        name="descriptors",
        ends=("raised OSError",),
        code="""
import os

def attack(where):
    while True:
        os.pipe()
""",
    ),
    Attack(
        name="output",
        ends=("died output",),
        timeout=5.0,
        code="def attack(where):\n    while True: print('x' * 10_000, flush=True)",
    ),
    Attack(
        name="output by seeking far",
        ends=("returned 1",),  # all is written to the end
        code="import os\ndef attack(where):\n    os.lseek(1, 1 << 40, 0)\n    return os.write(1, b'x')",
    ),
    Attack(
        name="output by making the file long",
        ends=("died output",),
        code="import os\ndef attack(where):\n    os.ftruncate(1, 1 << 40)\n    os.ftruncate(1, 0)",
    ),
    Attack(
        name="output, ignoring the signal",
        ends=("raised OSError", "timed_out", "died"),
        code="""
import os, signal

def attack(where):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    while True:
        os.write(1, b"x" * 100_000)
""",
    ),
    Attack(
        name="input", ends=('returned ""',), code="import sys\ndef attack(where): return sys.stdin.read()"
    ),
    Attack(
        name="a regular expression",
        ends=("timed_out",),
        timeout=ATTACK_HANGS,
        code="import re\ndef attack(where): return re.match('(a+)+$', 'a' * 40 + 'b')",
    ),
    Attack(
        name="a big power",
        ends=("timed_out",),
        timeout=ATTACK_HANGS,
        code="def attack(where): return len(str(7 ** (7 ** 9)))",
    ),
    Attack(
        name="a loop",
        ends=("timed_out",),
        timeout=ATTACK_HANGS,
        code="def attack(where):\n    while True: pass",
    ),
    Attack(
        name="a loop that catches everything",
        ends=("timed_out",),
        timeout=ATTACK_HANGS,
        code="""
def attack(where):
    while True:
        try:
            while True: pass
        except BaseException:
            pass
""",
    ),
    Attack(name="a loop at load", ends=("timed_out",), code="while True: pass\ndef attack(where): pass"),
    Attack(
        name="sleep",
        ends=("timed_out",),
        timeout=ATTACK_HANGS,
        code="import time\ndef attack(where): time.sleep(3600)",
    ),
    Attack(
        name="sleep with a clock that stands still",
        ends=("timed_out",),
        timeout=ATTACK_HANGS,
        code="""
import time

def attack(where):
    sleep = time.sleep
    for name in ("time", "monotonic", "perf_counter", "process_time", "sleep", "clock_gettime"):
        setattr(time, name, lambda *a: 0.0)
    sleep(3600)
""",
    ),
    Attack(
        name="two threads at once",
        ends=("timed_out",),
        timeout=ATTACK_HANGS,
        code="""
import hashlib, threading

def attack(where):
    data = bytes(50_000_000)
    def work():
        while True: hashlib.sha256(data)
    for _ in range(2):
        threading.Thread(target=work, daemon=True).start()
    work()
""",
    ),
    Attack(
        name="an alarm in the middle of the answer",
        ends=("returned", "raised", "died"),
        calls=5,
        code="""
import signal

def attack(where):
    def ring(*_): raise KeyboardInterrupt
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    return [0] * 10_000
""",
    ),
    Attack(
        name="recursion",
        ends=("raised RecursionError",),
        code="def attack(where): return attack(where)",
    ),
    Attack(
        name="recursion in C",
        ends=("raised RecursionError", "died signal"),
        timeout=5.0,
        code="""
def attack(where):
    value = []
    for _ in range(1_000_000):
        value = [value]
    return repr(value)
""",
    ),
    Attack(
        name="recursion without a limit",
        ends=("died signal", "timed_out", "raised MemoryError", "raised RecursionError"),
        timeout=2.0,
        code="""
import sys

def attack(where):
    sys.setrecursionlimit(1 << 30)
    class Deep:
        def __getattr__(self, name): return getattr(self, name + "x")
    return Deep().x
""",
    ),
    Attack(
        name="a recursion limit too low to answer",
        ends=("returned",),
        code="""
import sys

def attack(where):
    sys.setrecursionlimit(sys.getrecursionlimit() // 50)
    return [[[[1]]]]
""",
    ),
    Attack(
        name="source nested too deep",
        ends=("raised", "died signal"),
        code="x = " + "(" * 5000 + ")" * 5000,
    ),
    Attack(
        name="a long message",
        ends=("raised ValueError",),
        timeout=5.0,
        code="def attack(where): raise ValueError('x' * 50_000_000)",
    ),
    Attack(
        name="a chain of exceptions without end",
        ends=("raised OSError",),
        code="""
def attack(where):
    error = OSError()
    first = error
    for _ in range(100_000):
        error.__cause__ = OSError()
        error = error.__cause__
    error.__cause__ = first
    raise first
""",
    ),
    Attack(
        name="a hang on the sixtieth call",
        ends=("timed_out",),
        calls=60,
        timeout=ATTACK_HANGS,
        code="""
calls = []

def attack(where):
    calls.append(1)
    while len(calls) == 60: pass
    return "true"
""",
    ),
    Attack(
        name="a kill of itself on the fortieth call",
        ends=("died",),
        calls=60,
        code="""
import os

calls = []

def attack(where):
    calls.append(1)
    if len(calls) == 40: os.kill(os.getpid(), 9)
    return "true"
""",
    ),
)
