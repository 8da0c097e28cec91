"""Classes as entry points: faults that show after several calls, found and shrunk to few of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Category, Outcome, Verdict
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.trial import Engine

from .later_faults import LATER
from .test_engine import dream_of


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(Settings(), Policy()) as made:
        yield made


STACK = """
class A:
    def __init__(self):
        self._xs = []
    def push(self, x: int) -> None:
        self._xs.append(x)
    def pop(self) -> int:
        return self._xs.pop()
"""
COUNTER = """
class A:
    def __init__(self, start: int = 0):
        self.count = start
    def add(self, n: int) -> int:
        self.count += n
        return self.count
    def reset(self) -> None:
        self.count = 0
"""
CACHE = """
class A:
    def __init__(self, size: int):
        self._size, self._kept = max(1, size), {}
    def put(self, key: str, x: int) -> None:
        self._kept.pop(key, None)
        self._kept[key] = x
        while len(self._kept) > self._size:
            del self._kept[next(iter(self._kept))]
    def get(self, key: str) -> int | None:
        return self._kept.get(key)
"""
VISIBLE = """
class A:
    def __init__(self):
        self.last = None
    def set(self, x: int) -> None:
        self.last = x
"""
UNTYPED = """
class A:
    def __init__(self):
        self._seen = set()
    def add(self, key):
        new = key not in self._seen
        self._seen.add(key)
        return new
"""
FAULTS = {
    "stack": (STACK, ("self._xs.pop()", "self._xs.pop(0)"), 3),
    "counter": (COUNTER, ("self.count = 0\n", "pass\n"), 2),
    "cache": (CACHE, ("        self._kept.pop(key, None)\n", ""), 5),
    "visible": (VISIBLE, ("self.last = x", "self.last = x if x < 3 else 3"), 1),
    "untyped": (UNTYPED, ("        self._seen.add(key)\n", ""), 2),
}


def verdict(engine: Engine, code: str, base: str) -> Verdict:
    return engine.test(dream_of(code, base, entry_point="A"))


@pytest.mark.parametrize(("code", "wrong", "calls"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_after_several_calls(engine: Engine, code: str, wrong: tuple[str, str], calls: int) -> None:
    assert verdict(engine, code, code).outcome is Outcome.SUCCESS
    found = verdict(engine, code.replace(*wrong), code)
    assert found.category is Category.LOGIC
    call = found.faults[0].call
    assert call is not None
    assert call.startswith("it = A(")
    assert len(re.findall(r"it\.\w+\(", call)) <= calls, call


@pytest.mark.parametrize(("code", "wrong", "calls"), LATER.values(), ids=LATER)
def test_a_later_fault_is_shrunk_to_the_fewest_calls(
    engine: Engine, code: str, wrong: tuple[str, str], calls: int
) -> None:
    assert verdict(engine, code + "# a copy\n", code).outcome is Outcome.SUCCESS
    call = verdict(engine, code.replace(*wrong), code).faults[0].call
    assert call is not None
    assert len(re.findall(r"it\.\w+\(", call)) == calls, call


def test_calls_on_which_the_procedure_raises_are_taken_out(engine: Engine) -> None:
    assert verdict(engine, STACK, STACK).figures.accepted > 60


def test_a_renamed_private_attribute_is_no_fault(engine: Engine) -> None:
    assert verdict(engine, CACHE.replace("_kept", "_data"), CACHE).outcome is Outcome.SUCCESS
