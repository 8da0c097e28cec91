"""Attempts to pose as something else: values that lie, and exceptions with another's name."""

from __future__ import annotations

from .attack import Attack

POSING = (
    Attack(
        name="an object equal to everything",
        ends=('returned ["object", "Yes", []]',),
        code="""
class Yes:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
    def __bool__(self): return True

def attack(where): return Yes()
""",
    ),
    Attack(
        name="an int that lies",
        ends=('returned ["sub", "Lie", 5, []]',),
        code="""
class Lie(int):
    def __eq__(self, other): return True
    def __hash__(self): return 0
    def __repr__(self): return "42"
    __str__ = __repr__
    def __int__(self): return 42
    def __index__(self): return 42
    def __pos__(self): return 42

def attack(where): return Lie(5)
""",
    ),
    Attack(
        name="a str that lies",
        ends=('returned ["sub", "Lie", "wrong", []]',),
        code="""
class Lie(str):
    def __eq__(self, other): return True
    def __hash__(self): return 0
    def __str__(self): return "right"
    def __add__(self, other): return "right"
    def __radd__(self, other): return "right"
    def encode(self, *args): return b"right"

def attack(where): return Lie("wrong")
""",
    ),
    Attack(
        name="a list that lies about its items",
        ends=('returned ["sub", "Lie", ["list", [1]], []]',),
        code="""
class Lie(list):
    def __iter__(self): return iter([42])
    def __len__(self): return 0
    def __getitem__(self, index): return 42

def attack(where): return Lie([1])
""",
    ),
    Attack(
        name="a class whose metaclass is equal to list",
        ends=('returned ["object", "Claim"',),
        code="""
class Meta(type):
    def __hash__(cls): return hash(list)
    def __eq__(cls, other): return True

class Claim(metaclass=Meta):
    def __iter__(self): return iter([42])

def attack(where): return Claim()
""",
    ),
    Attack(
        name="classes whose metaclass is equal to int, in a list",
        ends=('returned ["list", [1, 1, 1, 1, 1, 1, ["sub", "Claim", 42, []]]]',),
        code="""
class Meta(type):
    def __hash__(cls): return hash(int)
    def __eq__(cls, other): return True

class Claim(int, metaclass=Meta): pass

def attack(where): return [1, 1, 1, 1, 1, 1, Claim(42)]
""",
    ),
    Attack(
        name="an exception whose metaclass is equal to OSError",
        ends=("raised",),
        code="""
class Meta(type):
    def __hash__(cls): return hash(OSError)
    def __eq__(cls, other): return True

class Claim(Exception, metaclass=Meta): pass

def attack(where): raise Claim("no")
""",
    ),
    Attack(
        name="a class that claims to be int",
        ends=('returned ["object", "Claim"',),
        code="""
class Meta(type):
    __module__ = property(lambda cls: "builtins")
    def __instancecheck__(cls, value): return True
    def __subclasscheck__(cls, other): return True

class Claim(metaclass=Meta):
    __class__ = property(lambda self: int)
    __dict__ = property(lambda self: {"value": 42})

def attack(where): return Claim()
""",
    ),
    Attack(
        name="a look-alike of pytest's skip",
        ends=("raised dream._pytest.outcomes.Skipped",),
        code="""
Skipped = type("Skipped", (BaseException,), {"__module__": "_pytest.outcomes"})

def attack(where): raise Skipped("nothing to see")
""",
    ),
    Attack(
        name="pytest's own skip and xfail",
        ends=("raised",),
        timeout=5.0,
        code="""
def attack(where):
    import pytest
    pytest.skip("nothing to see")
""",
    ),
    Attack(
        name="a look-alike of Hypothesis's assume",
        ends=("raised dream.hypothesis.errors.UnsatisfiedAssumption",),
        code="""
Assumed = type("UnsatisfiedAssumption", (BaseException,), {"__module__": "hypothesis.errors"})

def attack(where): raise Assumed
""",
    ),
    Attack(
        name="an exception named like this tool's",
        ends=("raised dream.pytest_athena_dreams.errors.SandboxError",),
        code="""
Ours = type("SandboxError", (Exception,), {"__module__": "pytest_athena_dreams.errors"})

def attack(where): raise Ours("not the dream's fault")
""",
    ),
    Attack(
        name="an exception named like a builtin",
        ends=("raised dream.ValueError",),
        code="""
ValueError = type("ValueError", (Exception,), {"__module__": "builtins"})

def attack(where): raise ValueError
""",
    ),
)
