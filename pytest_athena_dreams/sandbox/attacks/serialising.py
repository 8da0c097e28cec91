"""Values that are made to break the code that serialises them."""

from __future__ import annotations

from .attack import ATTACK_HANGS, Attack

SERIALISING = (
    Attack(
        name="a pickle gadget",
        ends=('returned ["object", "Gadget"',),
        code="""
import os

class Gadget:
    def __reduce__(self): return os.system, ("touch /tmp/pickled",)
    def __getstate__(self): raise SystemExit
    __reduce_ex__ = __reduce__

def attack(where): return Gadget()
""",
    ),
    Attack(
        name="a deep value",
        ends=("returned",),
        code="""
def attack(where):
    value = []
    for _ in range(200_000):
        value = [value]
    return value
""",
    ),
    Attack(
        name="a huge list",
        ends=('returned ["cut"',),
        timeout=5.0,
        code="def attack(where): return [0] * 3_000_000",
    ),
    Attack(
        name="a huge text",
        ends=('returned ["cut"',),
        timeout=5.0,
        code="def attack(where): return '\\u4e2d' * 5_000_000",
    ),
    Attack(
        name="a value that holds itself",
        ends=('returned ["list"',),
        code="""
def attack(where):
    value = []
    value += [value, {"self": value}, (value,)]
    return value
""",
    ),
    Attack(
        name="a value as wide as it is deep",
        ends=("returned",),
        timeout=10.0,
        code="""
def attack(where):
    value = 0
    for _ in range(60):
        value = [value, value]
    return value
""",
    ),
    Attack(
        name="an iterator without end",
        ends=('returned ["iterator"',),
        code="""
def attack(where):
    while True:
        yield 1
""",
    ),
    Attack(
        name="a dict that changes while it is read",
        ends=("returned", "raised RuntimeError", "died protocol"),
        code="""
import threading

def attack(where):
    value = {i: i for i in range(20_000)}
    def change():
        while True:
            value[len(value)] = 0
            value.pop(0, None)
    threading.Thread(target=change, daemon=True).start()
    return value
""",
    ),
    Attack(
        name="a huge integer",
        ends=('returned ["int"', 'returned ["cut"'),
        timeout=5.0,
        code="def attack(where): return 1 << 10_000_000",
    ),
    Attack(
        name="digits without end on the wire",
        ends=("died protocol",),
        code="""
import os, struct

def attack(where):
    body = b"9" * 3_000_000
    os.write(3, struct.pack(">I", len(body)) + body)
""",
    ),
    Attack(name="lone surrogates", ends=('returned ["str"',), code="def attack(where): return 'a\\ud800b'"),
    Attack(
        name="lone surrogates in an exception",
        ends=("raised ValueError: a\\ud800",),
        code="def attack(where): raise ValueError('a\\ud800')",
    ),
    Attack(
        name="lone surrogates in a type's name",
        ends=("raised", "died protocol"),
        code="""
Odd = type("O\\ud800", (Exception,), {})

def attack(where): raise Odd
""",
    ),
    Attack(
        name="terminal escapes",
        ends=("raised ValueError",),
        code="def attack(where): raise ValueError('\\x1b]0;owned\\x07\\x1b[2J\\r\\n passed')",
    ),
    Attack(
        name="a repr that raises",
        ends=('returned ["object", "Odd"',),
        code="""
class Odd:
    def __repr__(self): raise SystemExit
    __str__ = __format__ = __dir__ = __sizeof__ = __hash__ = __reduce__ = __repr__
    def __getattribute__(self, name): raise SystemExit

def attack(where): return Odd()
""",
    ),
    Attack(
        name="a repr that hangs",
        ends=('returned ["object", "Odd"',),
        code="""
class Odd:
    def __repr__(self):
        while True: pass
    __str__ = __len__ = __iter__ = __bool__ = __hash__ = __repr__

def attack(where): return Odd()
""",
    ),
    Attack(
        name="an exception whose text hangs",
        ends=("timed_out",),
        timeout=ATTACK_HANGS,
        code="""
class Odd(Exception):
    def __str__(self):
        while True: pass

def attack(where): raise Odd
""",
    ),
    Attack(
        name="an exception whose class lies",
        ends=("raised Odd",),
        code="""
class Odd(Exception):
    __class__ = property(lambda self: ValueError)
    __traceback__ = property(lambda self: 1 / 0)
    __str__ = lambda self: 1 / 0

def attack(where): raise Odd
""",
    ),
    Attack(
        name="a finaliser that hangs",
        ends=("timed_out",),
        timeout=ATTACK_HANGS,
        code="""
class Odd:
    def __del__(self):
        while True: pass

def attack(where): return Odd()
""",
    ),
    Attack(
        name="an iterator that raises on its way",
        ends=("raised KeyboardInterrupt",),
        code="""
def attack(where):
    yield 1
    raise KeyboardInterrupt
""",
    ),
)
