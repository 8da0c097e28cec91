"""Attempts on the files that a call prints to: closed, replaced, filled, and forged."""

from __future__ import annotations

from .attack import ATTACK_HANGS, Attack
from .forging import STEAL

PRINTING = (
    Attack(
        name="a thread that prints after the return",
        ends=("returned", "died output"),
        calls=5,
        code="""
import os, threading

def attack(where):
    def go_on():
        while True: os.write(1, b"late")
    threading.Thread(target=go_on, daemon=True).start()
    return "true"
""",
    ),
    Attack(
        name="closed standard streams",
        ends=('returned "true"',),
        code="""
import os, sys

def attack(where):
    print("never seen")
    os.close(1)
    os.close(2)
    sys.stdout = sys.stderr = None
    return "true"
""",
    ),
    Attack(
        name="other files in the place of the standard streams",
        ends=('returned "true"',),
        calls=3,
        code="""
import os

def attack(where):
    pipe = os.pipe()
    os.dup2(os.open("/dev/null", os.O_WRONLY), 1)
    os.dup2(pipe[1], 2)
    print("to nowhere")
    return "true"
""",
    ),
    Attack(
        name="the channel in the place of standard output",
        ends=("died protocol",),
        code="""
import os

def attack(where):
    os.dup2(3, 1)
    print('{"kind": "returned", "value": "forged"}', flush=True)
    return "true"
""",
    ),
    Attack(
        name="the files behind the streams closed",
        ends=("died protocol",),
        code="""
import os

def attack(where):
    os.closerange(4, 128)
    return "true"
""",
    ),
    Attack(
        name="the channel in the place of the files behind the streams",
        ends=("died protocol",),
        code="""
import os

def attack(where):
    os.dup2(3, 4)
    os.dup2(3, 5)
    return "true"
""",
    ),
    Attack(
        name="a gigabyte of output",
        ends=("died output",),
        timeout=5.0,
        code="""
import sys

def attack(where):
    for _ in range(1024):
        sys.stdout.write("x" * (1 << 20))
""",
    ),
    Attack(
        name="a hole of the largest size in the output",
        ends=("returned null, printed",),
        timeout=5.0,
        code="""
import os, resource

def attack(where):
    os.ftruncate(2, resource.getrlimit(resource.RLIMIT_FSIZE)[0])
""",
    ),
    Attack(
        name="output from the middle of its file, emptied by the code",
        ends=('returned "true"',),
        calls=3,
        code="""
import fcntl, os

def attack(where):
    os.write(1, b"x" * 1000)
    os.ftruncate(1, 0)
    try:
        fcntl.fcntl(1, fcntl.F_SETFL, 0)
    except OSError:
        pass
    os.lseek(1, 5000, 0)
    os.write(1, b"y")
    return "true"
""",
    ),
    Attack(
        name="print at exit",
        ends=('returned "true"',),
        code="""
import atexit

def attack(where):
    atexit.register(print, "late", flush=True)
    return "true"
""",
    ),
    Attack(
        name="forged answers in the printed text",
        ends=('returned "true", printed',),
        calls=2,
        code=STEAL
        + """
def attack(where):
    sys.stdout.buffer.write(answer(1) + answer(2) + answer(1, printed=["forged", ""]))
    return "true"
""",
    ),
    Attack(
        name="terminal escapes and commands of a CI runner in the printed text",
        ends=(r'returned "true", printed ["\u001b]0;title\u0007\u001b[2J\n::error::x\n##[group]y\n", ""]',),
        code="""
def attack(where):
    print("\\x1b]0;title\\x07\\x1b[2J\\n::error::x\\n##[group]y")
    return "true"
""",
    ),
    Attack(
        name="a stream whose flush never ends",
        ends=("timed_out",),
        timeout=ATTACK_HANGS,
        code="""
import io, sys

class Raw(io.RawIOBase):
    def writable(self): return True
    def write(self, data):
        while True: pass

def attack(where):
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(Raw()))
    print("x")
""",
    ),
    Attack(
        name="a stream whose flush leaves",
        ends=("died exit",),
        code="""
import io, sys

class Raw(io.RawIOBase):
    def writable(self): return True
    def write(self, data): sys.exit(0)

def attack(where):
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(Raw()))
    print("x")
""",
    ),
    Attack(
        name="patches of what reads the output",
        ends=(r'returned "true", printed ["seen\n", ""]',),
        calls=3,
        code="""
import hashlib, io, os, re, sys

def attack(where):
    print("seen")
    for module, names in ((os, ("lseek", "read", "ftruncate", "kill")), (hashlib, ("sha256",)),
                          (re, ("sub", "compile")), (io, ("TextIOWrapper",))):
        for name in names:
            setattr(module, name, lambda *a, **k: "forged")
    return "true"
""",
    ),
)
