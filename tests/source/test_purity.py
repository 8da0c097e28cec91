"""Code counts as pure only if nothing in it can make two runs differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.inputs.arguments import is_plain
from pytest_athena_dreams.models import Category, Contract, Dream, Outcome, Procedure
from pytest_athena_dreams.sandbox.client import Child, SandboxPair, Source
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.source.purity import is_pure
from pytest_athena_dreams.trial import Engine, speed
from pytest_athena_dreams.trial.lab import Jails, Lab
from pytest_athena_dreams.trial.reference import References

PURE = {
    "arithmetic": "def f(a, b):\n    return a * 2 + b ** 2 if a > b else -b",
    "a loop": (
        "def f(xs):\n    total = 0\n    for n, x in enumerate(xs):\n        total += n * x\n    return total"
    ),
    "a sort by a key": "def f(xs):\n    return sorted(xs, key=lambda x: (-len(x), x))",
    "a helper": "def g(x): return x + 1\ndef f(xs): return list(map(g, xs))",
    "an inner function": "def f(x):\n    def inner(y): return y * x\n    return inner(x)",
    "text": "def f(s: str) -> str:\n    return ','.join(w.strip().title() for w in s.split(',') if w)",
    "a dict": (
        "def f(s):\n    d = {}\n    for c in s:\n        d[c] = d.get(c, 0) + 1\n"
        "    return max(d.items(), key=lambda p: p[1])"
    ),
    "an exception": (
        "def f(x):\n    try:\n        return int(x)\n"
        "    except (ValueError, TypeError) as exc:\n"
        "        raise ValueError(f'bad {x!r}') from exc"
    ),
    "math": "import math\nfrom math import gcd\ndef f(a, b): return math.sqrt(a) * gcd(a, b) + math.pi",
    "constants": "LIMIT = 10\nPAIR = (1, -2, 'a')\ndef f(x, n=3, *, up=True): return x[:LIMIT] * n",
    "typing": (
        "from __future__ import annotations\nfrom typing import Optional, List\n"
        "def f(x: Optional[List[int]]) -> list[int]: return x or []"
    ),
    "recursion": "def f(n): return 1 if n < 2 else n * f(n - 1)",
    "a docstring": 'def f(x):\n    """Return ``x``; eval("x") and random() are only words."""\n    return x',
    "a flattening": "def f(xs): return [y for x in xs for y in (x if isinstance(x, (list, tuple)) else [x])]",
    "maps of maps": "def f(xs): return list(map(abs, map(int, filter(None, filter(bool, xs)))))",
    "zip": (
        "def f(a, b): return [x - y for x, y in zip(a, b)], dict(zip(a, b)), max(*map(abs, a), 1) if a else 0"
    ),
    "a final block without effect": (
        "def f(x):\n    try:\n        return x[0]\n"
        "    finally:\n        'done'\n        y = z = None\n        pass"
    ),
    "none": "def f(x): return x is None or x is not True",
}

IMPURE = {
    "a list that outlives a call": "seen = []\ndef f(x):\n    seen.append(x)\n    return len(seen)",
    "a default that outlives a call": "def f(x, seen=[]):\n    seen.append(x)\n    return len(seen)",
    "a default within": "def f(x, seen=([],)): return x",
    "a global": "n = 0\ndef f(x):\n    global n\n    n += 1\n    return n",
    "an attribute of a function": "def f(x):\n    f.n = getattr(f, 'n', 0) + 1\n    return f.n",
    "a set": "def f(xs): return list(set(xs))",
    "an import of a module after math": "import random\ndef f(x): return x",
    "a function as the default of a maximum": "def g(): return 1\ndef f(xs): return max(xs, default=g)",
    "a set display": "def f(a, b): return list({a, b})",
    "a set comprehension": "def f(xs): return [x for x in {y for y in xs}]",
    "a set of two views": "def f(a, b): return list(a.keys() & b.keys())",
    "views in names": "def f(a, b):\n    x, y = a.keys(), b.keys()\n    return list(x - y)",
    "a hash": "def f(s): return hash(s) % 2",
    "an address": "def f(x): return id(x) % 32",
    "the text of an iterator": "def f(xs): return str(map(len, xs))",
    "the text of a reversed one": "def f(xs): return f'{reversed(xs)}'",
    "an iterator as the start of a sum": "def f(xs): return str(sum([], map(len, xs)))",
    "an iterator as the greatest": "def f(xs): return str(max(zip(xs), 1, key=lambda z: 0))",
    "an iterator as a default": "def f(xs): return str(max([], default=map(len, xs)))",
    "iterators in a list": "def f(xs): return str(list(map(zip, xs)))",
    "an iterator by another name": "def f(xs):\n    m = map\n    return str(m(len, xs))",
    "an iterator from a key": "def f(xs): return str([*map(lambda x: map(len, x), xs)])",
    "a generator": "def f(xs): return str(x for x in xs)",
    "a generator function": "def f(xs):\n    yield from xs",
    "the text of a function": "def f(x): return str(f)",
    "a function in a list": "def f(x): return str([f])",
    "a function as an item": "def f(x): return str(list((f,)))",
    "a function as an argument": "def g(h): return str(h)\ndef f(x): return g(f)",
    "the text of a lambda": "def f(x):\n    g = lambda: x\n    return str(g)",
    "a lambda in a list": "def f(x): return str(list([lambda: x]))",
    "a method that is not called": "def f(x): return str(x.append)",
    "a format that reads attributes": "def f(x): return '{0.__class__.__mro__}'.format(x)",
    "a format by map": "def f(x): return x.format_map({})",
    "an attribute where items are": "def f(x): return list(x.__class__.__subclasses__)",
    "an attribute to loop over": "def f(x):\n    for y in x.__dict__:\n        return y",
    "an attribute as a key": "def f(xs): return sorted(xs, key=xs.__class__)",
    "an attribute as a function": "def f(xs): return list(map(xs.__len__, xs))",
    "an attribute that is set": "def f(x):\n    x.y = 1",
    "a module's attribute that is set": "import math\ndef f(x):\n    math.pi = x",
    "a module under another name": "import math as m\ndef f(x): return m.pi",
    "a module as a value": "import math\ndef f(x): return str(math)",
    "a module's secret": "import math\ndef f(x): return math.__loader__",
    "a module before it in the alphabet": "import bisect\ndef f(x): return x",
    "an item that is called": "def f(x): return x[0](1)",
    "another module": "import random\ndef f(x): return random.random()",
    "a part of a module": "from os import urandom\ndef f(x): return urandom(1)",
    "all of a module": "from math import *\ndef f(x): return x",
    "a module of typing": "from typing import get_type_hints\ndef f(x): return x",
    "a relative import": "from . import math\ndef f(x): return x",
    "eval": "def f(x): return eval(x)",
    "a builtin by its dunder": "def f(x): return __builtins__",
    "a dunder name": "def f(x): return __name__",
    "an import in a call": "def f(x): return __import__('time').time()",
    "a name of open elsewhere": "def g():\n    open = 1\ndef f(x): return open(x)",
    "a builtin that is replaced": "def list(x): return x\ndef f(xs): return str(list(map(len, xs)))",
    "a builtin that is imported over": "from math import pow as sorted\ndef f(xs): return xs",
    "a builtin as a parameter": "def f(list): return list",
    "a function's name that is bound again": "def g(x): return x\ndef f(x):\n    g = x\n    return str(g)",
    "a function that is defined twice": "def g(x): return x\ndef g(x): return -x\ndef f(x): return g(x)",
    "a function whose name is a parameter": "def g(x): return x\ndef f(g, x): return g(x)",
    "a function whose name is imported": (
        "from math import sqrt\ndef sqrt(x): return x\ndef f(x): return sqrt(x)"
    ),
    "a class": "class A: pass\ndef f(x): return A()",
    "a decorator": "def d(g): return g\n@d\ndef f(x): return x",
    "a coroutine": "async def f(x): return x",
    "a with block": "def f(x):\n    with x:\n        pass",
    "nonlocal": "def f(x):\n    def g():\n        nonlocal x\n        x += 1\n    g()\n    return x",
    "identity": "def f(a, b): return a is b",
    "identity with a number": "def f(a): return a is 1000",
    "running out of memory": (
        "def f(x):\n    try:\n        return [0] * x\n    except MemoryError:\n        return 1"
    ),
    "running out of stack": (
        "def f(x):\n    try:\n        return f(x)\n    except RecursionError:\n        return 1"
    ),
    "a kind of running out": (
        "def f(x):\n    try:\n        return f(x)\n    except RuntimeError:\n        return 1"
    ),
    "a final return": "def f(x):\n    try:\n        return f(x)\n    finally:\n        return 1",
    "a final break": (
        "def f(x):\n    while True:\n        try:\n            f(x)\n        finally:\n            break"
    ),
    "a final continue": (
        "def f(x):\n    for y in x:\n        try:\n            f(x)\n        finally:\n            continue"
    ),
    "a final return further in": (
        "def f(x):\n    try:\n        f(x)\n    finally:\n        for y in x:\n"
        "            if y:\n                return y"
    ),
    "another exception in the end": (
        "def g(x):\n    try:\n        g(x)\n    finally:\n        raise ValueError\n"
        "def f(x):\n    try:\n        g(x)\n    except ValueError:\n        return 1"
    ),
    "a fault in the end": (
        "def f(x):\n    try:\n        try:\n            f(x)\n        finally:\n            1 // 0\n"
        "    except ZeroDivisionError:\n        return 1"
    ),
    "a final assignment that can fail": (
        "def f(x):\n    try:\n        return f(x)\n    finally:\n        x[0] = y, = 1"
    ),
    "a final value that can fail": "def f(x):\n    try:\n        return f(x)\n    finally:\n        y = x[0]",
    "an error within Python": (
        "def f(x):\n    try:\n        return f(x)\n    except SystemError:\n        return 1"
    ),
    "any exception": "def f(x):\n    try:\n        return f(x)\n    except Exception:\n        return 1",
    "a bare except": "def f(x):\n    try:\n        return f(x)\n    except:\n        return 1",
    "code at the top": "print(1)\ndef f(x): return x",
    "an annotation that runs": "def f(x: open('a')): return x",
    "an annotation that is a set": "def f(x: set[str]): return list(x)",
    "deletion": "def f(x):\n    del x[0]\n    return x",
    "printing": "def f(x): print(x)",
    "a match": "def f(x):\n    match x:\n        case 1:\n            return 2",
    "no Python": "def f(:",
    "deep nesting": "def f(x): return " + "(" * 300 + "x" + ")" * 300,
}


@pytest.mark.parametrize("code", PURE.values(), ids=PURE)
def test_code_that_only_computes_is_pure(code: str) -> None:
    assert is_pure(code)


@pytest.mark.parametrize("code", IMPURE.values(), ids=IMPURE)
def test_code_that_could_do_more_is_not(code: str) -> None:
    assert not is_pure(code)


@given(st.sampled_from([*PURE.values()]), st.sampled_from([*IMPURE.values()]))
def test_what_is_impure_stays_so_beside_what_is_pure(pure: str, impure: str) -> None:
    renamed = pure.replace("def f(", "def other(").replace(" f(", " other(")
    assert not is_pure(f"{impure}\n{renamed}\n")


ATOMS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text() | st.binary()
)
PLAIN = st.recursive(
    ATOMS, lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner)
)


@given(
    PLAIN, st.sampled_from([{"a"}, frozenset(), object(), range(2), int, [{"b", "c"}], {"k": {1}}, ({1},)])
)
def test_plain_values_have_an_order(plain: object, other: object) -> None:
    assert is_plain([plain])
    assert not is_plain([plain, other])
    assert not is_plain([[plain, {"x": (other,)}]])


TWICE = "def f(xs: list[int]) -> int:\n    return sum(xs) * 2\n"
FIRST = "def f(xs: set[str]) -> str:\n    for x in sorted(xs):\n        return x\n    return ''\n"


def dream_of(procedure: str, code: str) -> Dream:
    base = Procedure(id=1, name="f", code=procedure)
    return Dream(id=1, code=code, dream_type="x", contract=Contract.EQUIVALENT, procedure=base)


@pytest.mark.parametrize(
    ("procedure", "code", "outcome", "children"),
    [
        pytest.param(TWICE, "def f(xs):\n    return 2 * sum(xs)\n", Outcome.SUCCESS, 1, id="a pass"),
        pytest.param(TWICE, "def f(xs):\n    return sum(xs)\n", Outcome.FAILURE, 1, id="a fault"),
        pytest.param(
            TWICE, "kept = []\ndef f(xs):\n    return 2 * sum(xs)\n", Outcome.SUCCESS, 2, id="an impure pass"
        ),
        pytest.param(
            TWICE, "kept = []\ndef f(xs):\n    return sum(xs)\n", Outcome.FAILURE, 2, id="an impure fault"
        ),
        pytest.param(
            FIRST, "def f(xs):\n    return min(list(xs)) if xs else ''\n", Outcome.SUCCESS, 2, id="sets"
        ),
    ],
)
def test_only_pure_code_is_not_asked_again(
    monkeypatch: pytest.MonkeyPatch, procedure: str, code: str, outcome: Outcome, children: int
) -> None:
    spawned = []
    spawn = SandboxPair.spawn

    def counted(self: SandboxPair, source: Source) -> Child:
        spawned.append(source.code)
        return spawn(self, source)

    monkeypatch.setattr(SandboxPair, "spawn", counted)
    monkeypatch.setattr(speed, "DOUBTED_SPEED", float("inf"))  # one that seems faster gets more children
    engine = Engine(Settings(), Policy())
    try:
        verdict = engine.test(dream_of(procedure, code))
    finally:
        engine.close()
    assert verdict.outcome is outcome
    assert spawned.count(code) == children
    assert verdict.figures.lines_reached or outcome is Outcome.FAILURE


@pytest.mark.parametrize(
    ("code", "children"), [(TWICE, 0), (f"kept = []\n{TWICE}", 1), (FIRST, 1)], ids=["pure", "impure", "sets"]
)
def test_only_a_pure_procedure_is_taken_to_be_steady(
    monkeypatch: pytest.MonkeyPatch, code: str, children: int
) -> None:
    spawned = []
    spawn = SandboxPair.spawn

    def counted(self: SandboxPair, source: Source) -> Child:
        spawned.append(self)
        return spawn(self, source)

    monkeypatch.setattr(SandboxPair, "spawn", counted)
    jails = Jails(Policy())
    try:
        references = References(Lab(Settings(), jails, lambda *_: {}))
        assert not references.of(Procedure(id=1, name="f", code=code)).variation
    finally:
        jails.close()
    assert spawned.count(jails.reseeded) == children


def test_pure_code_that_hangs_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(Settings(timeout=0.3), Policy())
    code = "def f(xs):\n    while len(xs) > 2:\n        pass\n    return 2 * sum(xs)\n"
    assert is_pure(code)
    spawned = []
    spawn = SandboxPair.spawn

    def counted(self: SandboxPair, source: Source) -> Child:
        spawned.append(source.code)
        return spawn(self, source)

    monkeypatch.setattr(SandboxPair, "spawn", counted)
    try:
        verdict = engine.test(dream_of(TWICE, code))
    finally:
        engine.close()
    assert verdict.category is Category.TIMEOUT
    assert spawned.count(code) > 2  # one that hangs, one that shrinks, one that confirms
