"""Attempts to forge an answer: by stealing the right one, patching the jail, or sending extra frames."""

from __future__ import annotations

from .attack import ATTACK_HANGS, Attack

STEAL = """
import json, os, struct, sys

def stolen():
    frame = sys._getframe()
    while frame is not None:
        order = frame.f_locals.get("order")
        if isinstance(order, dict) and "nonce" in order:
            return order["nonce"]
        frame = frame.f_back

def frame(**message):
    body = json.dumps(message).encode()
    return struct.pack(">I", len(body)) + body

def answer(number, value="forged", **more):
    reply = {"kind": "returned", "value": value, "changed": None, "took": 0.0} | more
    return frame(nonce=stolen(), id=number, **reply)
"""

FORGING = (
    Attack(
        name="walk the frames for the right answer",
        ends=("returned",),
        code="""
import sys

def attack(where):
    found, frame = [], sys._getframe()
    while frame is not None:
        found += [repr(v)[:2000] for v in (*frame.f_locals.values(), *frame.f_globals.values())]
        frame = frame.f_back
    return found
""",
    ),
    Attack(
        name="walk the heap for the right answer",
        ends=("returned",),
        timeout=5.0,
        code="""
import gc

def attack(where):
    gc.unfreeze()
    known = {id(v) for v in where.values()}
    texts = [o for c in gc.get_objects() if type(c) in (list, dict, tuple)
             for o in (c.values() if type(c) is dict else c) if type(o) is str and id(o) not in known]
    return [text for text in texts if len(text) == 32][:5000]
""",
    ),
    Attack(
        name="patch the builtins",
        ends=('returned "true"',),
        code="""
import builtins

def attack(where):
    for name in ("isinstance", "issubclass", "type", "len", "repr", "str", "all", "any", "sorted", "id",
                 "hex", "tuple", "dict", "list", "min", "max", "abs", "zip", "getattr", "callable"):
        setattr(builtins, name, lambda *a, **k: "forged")
    return "true"
""",
    ),
    Attack(
        name="patch json, struct, pickle and os",
        ends=('returned "true"',),
        calls=3,
        code="""
import io, json, json.encoder, os, pickle, random, struct

def attack(where):
    for module, names in ((json, ("dumps", "loads", "JSONEncoder")), (struct, ("pack", "unpack", "Struct")),
                          (pickle, ("loads", "Unpickler")), (os, ("read", "write", "_exit")),
                          (random, ("seed",)), (io, ("BytesIO",)), (json.encoder, ("c_make_encoder",))):
        for name in names:
            setattr(module, name, lambda *a, **k: "forged")
    return "true"
""",
    ),
    Attack(
        name="replace the jail's own answer",
        ends=("died protocol",),
        code="""
import sys

def attack(where):
    sys.modules["jail.calling"].__dict__["Calls"].answer = lambda *a: '{"kind":"passed"}'
    loop = sys._getframe(1)
    loop.f_globals["_arguments"] = None
    frames = sys.modules["jail.frames"]
    frames.write.__globals__["_pack"] = lambda size: b"\\0\\0\\0\\x02{}"
""",
    ),
    Attack(
        name="garbage on every descriptor",
        ends=("died protocol",),
        code="""
import os

def attack(where):
    for descriptor in range(3, 256):
        try:
            os.write(descriptor, b"x" * 64)
        except OSError:
            pass
""",
    ),
    Attack(
        name="talk on the fork server's socket",
        ends=("returned", "died protocol"),
        code="""
import os, socket, stat

def attack(where):
    for descriptor in range(4, 256):
        try:
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                os.write(descriptor, b'{"kind": "reaped", "status": 0, "cpu": 0, "memory": 0}\\n')
        except OSError:
            pass
""",
    ),
    Attack(
        name="an answer without the nonce",
        ends=("died protocol",),
        code=STEAL
        + """
def attack(where):
    os.write(3, frame(nonce="0" * 32, id=1, kind="returned", value="forged", changed=None))
""",
    ),
    Attack(
        name="a verdict instead of an answer",
        ends=("died protocol",),
        code=STEAL
        + """
def attack(where):
    os.write(3, frame(nonce=stolen(), id=1, kind="passed", verdict="success"))
""",
    ),
    Attack(
        name="an answer with a verdict in it",
        ends=("died protocol",),
        code=STEAL
        + """
def attack(where):
    os.write(3, answer(1, outcome="success"))
""",
    ),
    Attack(
        name="an answer from before the load",
        ends=("died protocol",),
        code=STEAL
        + """
os.write(3, answer(0))

def attack(where): pass
""",
    ),
    Attack(
        name="a load without its signature",
        ends=("died protocol",),
        code=STEAL
        + """
os.write(3, frame(nonce=stolen(), id=0, kind="loaded", loaded={"name": "attack"}))
while True: pass
""",
    ),
    Attack(
        name="a claim that the jail failed",
        ends=("died protocol",),
        code=STEAL
        + """
def attack(where):
    os.write(3, frame(nonce=stolen(), id=1, kind="failed", detail="not the dream's fault"))
""",
    ),
    Attack(
        name="a claim that the jail failed, at load",
        ends=("died protocol",),
        code=STEAL
        + """
os.write(3, frame(nonce=stolen(), id=0, kind="failed", detail="not the dream's fault"))

def attack(where): pass
""",
    ),
    Attack(
        name="a second answer to the same call",
        ends=("died protocol",),
        calls=2,
        code=STEAL
        + """
def attack(where):
    os.write(3, answer(1))
    return "true"
""",
    ),
    Attack(
        name="a second answer to the last call",
        ends=("died protocol",),
        code=STEAL
        + """
def attack(where):
    os.write(3, answer(1) + answer(2))  # at once: what comes later is never read
    return "true"
""",
    ),
    Attack(
        name="an answer replayed from an earlier call",
        ends=("died protocol",),
        calls=2,
        code=STEAL
        + """
calls = []

def attack(where):
    calls.append(1)
    if len(calls) == 2:
        os.write(3, answer(1))
    return "true"
""",
    ),
    Attack(
        name="an answer to a call not yet made",
        ends=("died protocol",),
        calls=2,
        code=STEAL
        + """
def attack(where):
    os.write(3, answer(2))
    return "true"
""",
    ),
    Attack(
        name="late answers from a thread",
        ends=("died protocol",),
        calls=3,
        code=STEAL
        + """
import threading, time

def attack(where):
    late = answer(1)
    def write():
        while True:
            os.write(3, late)
    threading.Thread(target=write, daemon=True).start()
    time.sleep(0.05)
    return "true"
""",
    ),
    Attack(
        name="a frame longer than the cap",
        ends=("died protocol",),
        code="""
import os

def attack(where):
    os.write(3, b"\\xff\\xff\\xff\\xff")
""",
    ),
    Attack(
        name="a frame that never ends",
        ends=("timed_out",),
        timeout=ATTACK_HANGS,
        code="""
import os, time

def attack(where):
    os.write(3, b"\\0\\0\\xff\\xff")
    while True:
        os.write(3, b"x")
        time.sleep(0.01)
""",
    ),
    Attack(
        name="a frame nested without end",
        ends=("died protocol",),
        code="""
import os, struct

def attack(where):
    body = b"[" * 1_000_000
    os.write(3, struct.pack(">I", len(body)) + body)
""",
    ),
    Attack(
        name="a flood of small frames",
        ends=("died protocol",),
        code="""
import os

def attack(where):
    while True:
        os.write(3, b"\\0\\0\\0\\x02{}" * 1000)
""",
    ),
    Attack(name="sys.exit", ends=("raised SystemExit",), code="import sys\ndef attack(where): sys.exit(0)"),
    Attack(name="os._exit", ends=("died exit",), code="import os\ndef attack(where): os._exit(0)"),
    Attack(
        name="os._exit at load", ends=("died exit",), code="import os\nos._exit(0)\ndef attack(where): pass"
    ),
    Attack(
        name="exit from a thread",
        ends=("died exit",),
        code="""
import os, threading, time

def attack(where):
    threading.Thread(target=os._exit, args=(0,)).start()
    time.sleep(5)
""",
    ),
)
