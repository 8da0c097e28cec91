"""Values of which only the type is known are counted, and a pass on such values alone is none."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.judge.blind import Known, known
from pytest_athena_dreams.models import Category, Contract, Outcome, Reason, packed
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.trial import Engine

from .test_engine import verdict


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(Settings(max_examples=10, shrink_time=0.2), Policy()) as engine:
        yield engine


def code(result: str, modules: str = "threading") -> str:
    return f"import {modules}\ndef f(n: int):\n    return {result}\n"


HOLDER = "import threading\nclass A:\n    def __init__(self):\n        self.lock = threading.Lock()\n"
HOLDER += "def f(n: int):\n    return A()\n"
ALONE = {
    "lock": code("threading.Lock()"),
    "function": code("lambda: n"),
    "list-of-functions": code("[lambda: n, lambda: -n]"),
    "object-of-a-lock": HOLDER,
    "hash-object": code("hashlib.sha256(b'%d' % n)", "hashlib"),
    "bound-method": "class A:\n    def go(self): ...\ndef f(n: int):\n    return A().go\n",
    "a-class-with-a-method": "def f(n: int):\n    class A:\n        def go(self): return n\n    return A\n",
    "a-lock-and-a-constant": code("[threading.Lock(), 'name']"),
    "a-database": code("sqlite3.connect(':memory:')", "sqlite3"),
}


@pytest.mark.parametrize("base", ALONE.values(), ids=ALONE)
@pytest.mark.parametrize("contract", [Contract.EQUIVALENT, Contract.SUPERSET])
def test_a_pass_on_types_alone_is_untestable(engine: Engine, base: str, contract: Contract) -> None:
    found = verdict(engine, base, base, contract)
    assert (found.outcome, found.reason) == (Outcome.UNTESTABLE, Reason.BY_TYPE_ONLY), found
    assert "values were compared by type only on 10 of 10 inputs" in found.text
    assert found.text.startswith("procedure 'f' (id 1) returns ")
    assert "choose the contract 'compatible'" in found.text
    assert verdict(engine, code("str(n)"), base, contract).category is Category.LOGIC
    assert verdict(engine, base, base, Contract.COMPATIBLE).outcome is Outcome.SUCCESS


BESIDE = {
    "half": (code("threading.Lock() if n % 2 else n"), None),
    "within": (code("[n, threading.Lock()]"), 10),
    "an-iterator-without-end": (code("itertools.count(n)", "itertools"), 10),
    "a-class-with-data": (
        "def f(n: int):\n    class A:\n        a = n\n        def go(self): ...\n    return A\n",
        10,
    ),
    "an-iterator-without-end-that-is-the-same": (code("itertools.repeat(0)", "itertools"), 10),
    "beside-printed-text": ("def f(n: int):\n    print(n)\n    return print\n", 0),
    "plain": (code("[n, str(n)]"), 0),
    "the-word": (code("['opaque', 'iterator']"), 0),
}


@pytest.mark.parametrize(("base", "count"), BESIDE.values(), ids=BESIDE)
def test_the_verdict_counts_what_was_compared_by_type(engine: Engine, base: str, count: int | None) -> None:
    found = verdict(engine, base, base)
    assert found.outcome is Outcome.SUCCESS, found.text
    note = found.figures.not_compared or ""
    if count == 0:
        assert "by type" not in note
    else:
        number = count or "[1-9]"
        assert re.search(f"values that were compared by type only on {number} of 10 inputs", note), note


def test_what_is_printed_or_changed_counts_beside_a_value_of_unknown_content(engine: Engine) -> None:
    base = "def f(n: int):\n    print(n)\n    return lambda: n\n"
    assert verdict(engine, base, base).outcome is Outcome.SUCCESS
    base = "def f(xs: list[int]):\n    xs.append(1)\n    return lambda: xs\n"
    assert verdict(engine, base, base).outcome is Outcome.SUCCESS


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, Known.ALL),
        (["opaque", "function"], Known.NOTHING),
        (["list", []], Known.ALL),
        (["list", [["opaque", "x"], ["opaque", "x"]]], Known.NOTHING),
        (["dict", [["a", ["opaque", "x"]]]], Known.PART),
        (["object", "A", [["f", ["opaque", "x"]]]], Known.NOTHING),
        (["iterator", "g", [1], True, None], Known.PART),
        (["iterator", "g", [1], False, None], Known.ALL),
        (["cut", -1, [], ["opaque", "list"]], Known.NOTHING),
        (packed(b'["list",[1,["opaque","x"]]]'), Known.PART),
        (packed(b'["list",[1,2]]'), Known.ALL),
    ],
)
def test_how_much_of_a_value_is_known(value: object, expected: Known) -> None:
    assert known(value) is expected
