"""Attempts to keep running while the parent does not wait for the child."""

from __future__ import annotations

from .attack import Attack
from .forging import STEAL

_THREADS = """
import os, threading, time

threading.stack_size(32_768)

def grow():
    while True:
        try:
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        except RuntimeError:
            time.sleep(0.001)

def attack(where):
    threading.Thread(target=grow, daemon=True).start()
    return "true"
"""

IDLING = (
    Attack(
        name="threads that start others while nobody waits",
        ends=("died signal", "returned"),
        calls=4,
        idle=0.1,
        timeout=2.0,
        code=_THREADS,
    ),
    Attack(
        name="threads after a forged answer",
        ends=("died signal", "died protocol", "timed_out"),
        calls=3,
        idle=0.1,
        timeout=1.0,
        code=STEAL
        + _THREADS
        + """
def attack(where):
    os.write(3, answer(1, took=0.0))
    grow()
""",
    ),
    Attack(
        name="computing while nobody waits",
        ends=("returned",),
        calls=2,
        idle=0.1,
        code="""
import threading

def spin():
    while True: pass

def attack(where):
    threading.Thread(target=spin, daemon=True).start()
    return "true"
""",
    ),
    Attack(
        name="files while nobody waits",
        ends=("died output", "returned", "timed_out", "raised"),
        calls=3,
        idle=0.1,
        timeout=2.0,
        code="""
import itertools, threading, time

def fill():
    for number in itertools.count():
        try:
            open(f"file{number}", "wb").write(bytes(100_000))
        except OSError:
            time.sleep(0.001)

def attack(where):
    threading.Thread(target=fill, daemon=True).start()
    time.sleep(0.01)
    return "true"
""",
    ),
)
