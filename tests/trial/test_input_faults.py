"""Wrong dreams that a pool has to show at the default seed, and right ones that it must not fail."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from pytest_athena_dreams.api import check
from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Category, Contract, Outcome
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.trial import Engine

from .test_engine import verdict

DATA = "import collections, math, unicodedata\nfrom dataclasses import dataclass\nfrom typing import *\n"
OPTIONAL = "@dataclass\nclass P:\n    n: int\n    x: float | None = None\n"
POINT = "@dataclass\nclass P:\n    x: float\n"

WRONG = {
    "NaN in a field": (
        f"{POINT}def f(p: P) -> bool:\n    return p.x == p.x\n",
        "return p.x == p.x",
        "return True",
    ),
    "NaN in a mapping": (
        "def f(d: dict[str, float]) -> int:\n    return sum(1 for v in d.values() if math.isfinite(v))\n",
        "sum(1 for v in d.values() if math.isfinite(v))",
        "len(d)",
    ),
    "NaN in the field of a field": (
        f"{POINT}@dataclass\nclass Q:\n    p: P\ndef f(q: Q) -> bool:\n    return q.p.x == q.p.x\n",
        "return q.p.x == q.p.x",
        "return True",
    ),
    "infinity in an optional field": (
        f"{OPTIONAL}def f(p: P) -> bool:\n    return p.x is not None and math.isinf(p.x)\n",
        "p.x is not None and math.isinf(p.x)",
        "False",
    ),
    "NaN later in a tuple": (
        "def f(t: tuple[int, str, float]) -> bool:\n    return t[2] == t[2]\n",
        "return t[2] == t[2]",
        "return True",
    ),
    "NaN in an item of a list of tuples": (
        "def f(ts: list[tuple[str, float]]) -> int:\n    return sum(t[1] == t[1] for t in ts)\n",
        "sum(t[1] == t[1] for t in ts)",
        "len(ts)",
    ),
    "2 to the 31st in a list": (
        "def f(xs: list[int]) -> int:\n    return sum(x & 0x7FFFFFFF != x and x > 0 for x in xs)\n",
        "x & 0x7FFFFFFF != x and x > 0",
        "False",
    ),
    "a lone surrogate in a typed dictionary": (
        "class T(TypedDict):\n    name: str\ndef f(t: T) -> bool:\n    return t['name'].isprintable()\n",
        "t['name'].isprintable()",
        "t['name'].replace('\\ud800', '').isprintable()",
    ),
    "NaN in a named tuple in a list": (
        "class N(NamedTuple):\n    x: float\ndef f(a: list[N]) -> int:\n    return sum(x == x for x, in a)\n",
        "sum(x == x for x, in a)",
        "len(a)",
    ),
    "infinity in a deque": (
        "def f(xs: collections.deque[float]) -> int:\n    return sum(map(math.isinf, xs))\n",
        "sum(map(math.isinf, xs))",
        "0",
    ),
    "blanks": (
        "def f(s: str) -> list[str]:\n    return s.split()\n",
        "s.split()",
        "[w for w in s.split(' ') if w]",
    ),
    "blanks at the ends": ("def f(s: str) -> str:\n    return s.strip()\n", "s.strip()", "s.strip(' ')"),
    "line breaks": (
        "def f(s: str) -> list[str]:\n    return s.splitlines()\n",
        "s.splitlines()",
        "s.split('\\n')",
    ),
    "runs of blanks": (
        "def f(s: str) -> str:\n    return ' '.join(s.split())\n",
        "' '.join(s.split())",
        "s.strip()",
    ),
    "digits": ("def f(s: str) -> bool:\n    return s.isdecimal()\n", "s.isdecimal()", "s.isdigit()"),
    "digits that are not ASCII": (
        "def f(s: str) -> int:\n    return sum(c.isdecimal() for c in s)\n",
        "c.isdecimal()",
        "c in '0123456789'",
    ),
    "cases": ("def f(s: str) -> str:\n    return s.casefold()\n", "s.casefold()", "s.lower()"),
    "a letter that grows": ("def f(s: str) -> int:\n    return len(s.upper())\n", "len(s.upper())", "len(s)"),
    "a letter in two ways": (
        "def f(s: str) -> str:\n    return unicodedata.normalize('NFC', s)\n",
        "unicodedata.normalize('NFC', s)",
        "s",
    ),
    "blanks in a list of texts": (
        "def f(xs: list[str]) -> list[list[str]]:\n    return [x.split() for x in xs]\n",
        "x.split()",
        "[w for w in x.split(' ') if w]",
    ),
    "a renamed parameter": (
        "def f(items: list[int], count: int) -> list[int]:\n    return items[:count]\n",
        "items: list[int], count: int) -> list[int]:\n    return items[:count]",
        "values: list[int], count: int) -> list[int]:\n    return values[:count]",
    ),
    "a parameter that became positional": (
        "def f(n: int, step: int = 1) -> int:\n    return n + step\n",
        "(n: int, step",
        "(n: int, /, step",
    ),
    "arguments of a tuple's types": (
        "def f(*args: *tuple[int, str]) -> str:\n    return args[1] * min(args[0], 3)\n",
        "args[1] * min(args[0], 3)",
        "args[1]",
    ),
    "any number of arguments of one type": (
        "def f(*args: *tuple[int, ...]) -> int:\n    return sum(args)\n",
        "sum(args)",
        "sum(args[:2])",
    ),
    "arguments around others": (
        "def f(*args: *tuple[int, *tuple[str, ...], float]) -> int:\n    return len(args) + (args[-1] > 0)\n",
        "len(args) + (args[-1] > 0)",
        "len(args)",
    ),
}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(Settings(evidence="off"), Policy()) as engine:
        yield engine


@pytest.mark.parametrize(("procedure", "right", "wrong"), WRONG.values(), ids=WRONG)
def test_a_wrong_dream_fails(engine: Engine, procedure: str, right: str, wrong: str) -> None:
    assert procedure.count(right) == 1
    whole, dream = DATA + procedure, DATA + procedure.replace(right, wrong)
    assert verdict(engine, dream, whole, Contract.EQUIVALENT).outcome is Outcome.FAILURE
    assert verdict(engine, whole, whole, Contract.EQUIVALENT).outcome is Outcome.SUCCESS


def test_a_renamed_parameter_is_a_fault_of_type(engine: Engine) -> None:
    procedure, right, wrong = WRONG["a renamed parameter"]
    found = verdict(engine, procedure.replace(right, wrong), procedure, Contract.EQUIVALENT)
    assert found.category is Category.TYPE
    assert found.faults[0].call is not None
    assert "items=" in found.faults[0].call


@pytest.mark.parametrize("arguments", ["(a(" * 1200, "a(" * 1700, "a (" + " " * 3000])
def test_a_docstring_that_a_reader_may_choke_on(arguments: str) -> None:
    code = "def f(n: int) -> int:\n    return n\n"
    documented = (
        f'def f(n: int) -> int:\n    """x\n\n    Args:\n        {arguments}: desc\n    """\n    return n\n'
    )
    began = time.process_time()
    assert check(documented, like=code).outcome is Outcome.SUCCESS
    assert check(code, like=documented).outcome is Outcome.SUCCESS
    assert time.process_time() - began < 3


ORDER = """
class Node:
    def __init__(self, name: str, incoming: list[Node] | None = None, outgoing: list[Node] | None = None):
        self.name = name
        self.incoming = incoming or []
        self.outgoing = outgoing or []
def f(nodes: list[Node]) -> list[str]:
    ordered = [node for node in nodes if not node.incoming]
    for node in ordered:
        for after in node.outgoing:
            if set(map(id, after.incoming)) <= set(map(id, ordered)) and after not in ordered:
                ordered.append(after)
    return [node.name for node in ordered]
"""


def test_a_procedure_on_graphs_of_objects_is_quick() -> None:
    """The topological ordering of QuixBugs, whose fault is ``outgoing`` in the place of ``incoming``."""
    procedure = f"from __future__ import annotations\n{ORDER}"
    wrong = procedure.replace("after.incoming", "after.outgoing")
    began = time.process_time()
    assert check(wrong, like=procedure).outcome is Outcome.FAILURE
    assert check(procedure, like=procedure).outcome is Outcome.SUCCESS
    assert time.process_time() - began < 10
