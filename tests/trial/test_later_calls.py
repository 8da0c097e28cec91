"""Ten classes with a fault that no single call shows: each is found, and shrunk to the fewest calls."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Category, Outcome
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.trial import Engine

from .test_sequences import verdict


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(Settings(), Policy()) as made:
        yield made


QUEUE = """
class A:
    def __init__(self) -> None:
        self._waiting: list[str] = []
    def put(self, name: str) -> int:
        self._waiting.append(name)
        return len(self._waiting)
    def take(self) -> str | None:
        return self._waiting.pop(0) if self._waiting else None
"""
ACCOUNT = """
class A:
    def __init__(self, limit: int = 0) -> None:
        self._balance, self._limit = 0, abs(limit)
    def pay_in(self, amount: int) -> int:
        self._balance += max(amount, 0)
        return self._balance
    def pay_out(self, amount: int) -> bool:
        if amount < 0 or self._balance - amount < -self._limit:
            return False
        self._balance -= amount
        return True
"""
EDITOR = """
class A:
    def __init__(self) -> None:
        self._text, self._undo, self._redo = "", [], []
    def write(self, text: str) -> str:
        self._undo.append(self._text)
        self._redo.clear()
        self._text += text
        return self._text
    def undo(self) -> str:
        if self._undo:
            self._redo.append(self._text)
            self._text = self._undo.pop()
        return self._text
    def redo(self) -> str:
        if self._redo:
            self._undo.append(self._text)
            self._text = self._redo.pop()
        return self._text
"""
RING = """
class A:
    def __init__(self, size: int) -> None:
        self._size, self._items = min(max(size, 1), 4), []
    def add(self, item: int) -> None:
        self._items = [*self._items, item][-self._size:]
    def items(self) -> list[int]:
        return list(self._items)
"""
LATEST = """
class A:
    def __init__(self, size: int) -> None:
        self._size, self._values = min(max(size, 1), 3), {}
    def put(self, key: str, value: int) -> None:
        self._values.pop(key, None)
        self._values[key] = value
        if len(self._values) > self._size:
            del self._values[next(iter(self._values))]
    def get(self, key: str) -> int | None:
        if key in self._values:
            self._values[key] = self._values.pop(key)
        return self._values.get(key)
"""
GROUPS = """
class A:
    def __init__(self) -> None:
        self._leader: dict[str, str] = {}
    def _find(self, name: str) -> str:
        while self._leader.get(name, name) != name:
            name = self._leader[name]
        return name
    def join(self, one: str, other: str) -> None:
        self._leader[self._find(one)] = self._find(other)
    def together(self, one: str, other: str) -> bool:
        return self._find(one) == self._find(other)
"""
TALLY = """
class A:
    def __init__(self) -> None:
        self._votes: dict[str, str] = {}
    def vote(self, voter: str, choice: str) -> None:
        self._votes[voter] = choice
    def winner(self) -> str | None:
        counts: dict[str, int] = {}
        for choice in self._votes.values():
            counts[choice] = counts.get(choice, 0) + 1
        return min(counts, key=lambda c: (-counts[c], c)) if counts else None
"""
DOOR = """
class A:
    def __init__(self, code: str) -> None:
        self._code, self._tries, self.open = code, 0, False
    def enter(self, code: str) -> bool:
        if self._tries >= 3:
            return False
        self.open = code == self._code
        self._tries = 0 if self.open else self._tries + 1
        return self.open
    def close(self) -> None:
        self.open = False
"""
AVERAGE = """
class A:
    def __init__(self) -> None:
        self._sum, self._count = 0, 0
    def add(self, x: int) -> None:
        self._sum += x
        self._count += 1
    def remove(self, x: int) -> None:
        if self._count:
            self._sum -= x
            self._count -= 1
    def mean(self) -> float | None:
        return self._sum / self._count if self._count else None
"""
LISTENERS = """
class A:
    def __init__(self) -> None:
        self._by_event: dict[str, list[str]] = {}
    def on(self, event: str, name: str) -> None:
        names = self._by_event.setdefault(event, [])
        if name not in names:
            names.append(name)
    def off(self, event: str, name: str) -> bool:
        if name not in self._by_event.get(event, []):
            return False
        self._by_event[event].remove(name)
        return True
    def names(self, event: str) -> list[str]:
        return list(self._by_event.get(event, []))
"""
LATER = {
    "the newest is taken first": (QUEUE, ("pop(0)", "pop()"), 3),
    "a payment replaces the one before": (ACCOUNT, ("+= max(amount, 0)", "= max(amount, 0)"), 2),
    "what was undone comes back after new text": (EDITOR, ("        self._redo.clear()\n", ""), 4),
    "one item too many": (RING, ("[-self._size:]", "[-self._size - 1:]"), 3),
    "reading does not refresh": (LATEST, ("self._values.pop(key)", "self._values[key]"), 5),
    "only direct neighbours": (
        GROUPS,
        (
            "self._find(one) == self._find(other)",
            "self._leader.get(one, one) == self._leader.get(other, other)",
        ),
        3,
    ),
    "a second vote counts too": (
        TALLY,
        ("self._votes[voter] = choice", "self._votes.setdefault(voter, choice)"),
        3,
    ),
    "failed tries are never forgotten": (
        DOOR,
        ("0 if self.open else self._tries + 1", "self._tries + (not self.open)"),
        5,
    ),
    "the count stays": (AVERAGE, ("            self._count -= 1\n", ""), 4),
    "a name listens twice": (LISTENERS, ("if name not in names:", "if True:"), 3),
}


@pytest.mark.parametrize(("code", "wrong", "calls"), LATER.values(), ids=LATER.keys())
def test_a_fault_that_no_single_call_shows(
    engine: Engine, code: str, wrong: tuple[str, str], calls: int
) -> None:
    assert code.count(wrong[0]) == 1
    assert verdict(engine, code, code).outcome is Outcome.SUCCESS
    found = verdict(engine, code.replace(*wrong), code)
    assert found.category in (Category.LOGIC, Category.VALIDATION)
    call = found.faults[0].call
    assert call is not None
    assert len(re.findall(r"it\.\w+\(", call)) <= calls, call
