"""How long a procedure may take for a call: 50 ms where it is quick, a quarter of a dream's time if not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import ObservationKind, Procedure
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.trial import Engine
from pytest_athena_dreams.trial.reference import Reference

BUSY = """
from time import process_time

def spend(seconds):
    end = process_time() + seconds
    while process_time() < end:
        pass
"""
SLOW = (
    BUSY
    + """
def f(x: int) -> int:
    spend(0.1)
    return x % 7
"""
)
SLOW_BUT_EARLY = (
    BUSY
    + """
def f(numbers: list[int]) -> int:
    if len(numbers) < 2:
        return 0
    spend(0.1)
    return max(numbers) - min(numbers)
"""
)
OFTEN_EARLY = (
    BUSY
    + """
def f(numbers: list[int], keep: bool) -> int:
    if not keep or len(numbers) < 2:
        return 0
    spend(0.1)
    return max(numbers) - min(numbers)
"""
)
SOMETIMES_SLOW = (
    BUSY
    + """
def f(x: int) -> int:
    if x == 1:
        spend(0.1)
    return x % 7
"""
)
HANGS_BELOW_ZERO = """
def f(x: int) -> int:
    while x < 0:
        pass
    return x % 7
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(Settings(dream_timeout=4.0), Policy()) as made:
        yield made


def reference(engine: Engine, code: str) -> Reference:
    return engine.reference(Procedure(id=1, name="f", code=code, entry_point="f"))


@pytest.mark.parametrize("code", [SLOW, SLOW_BUT_EARLY, OFTEN_EARLY])
def test_a_slow_procedure_gets_a_quarter(engine: Engine, code: str) -> None:
    found = reference(engine, code)
    returned = [one for one in found.expected.values() if one.kind is ObservationKind.RETURNED]
    assert sum(one.took > 0.09 for one in returned) >= 5


def test_a_quick_procedure_gets_less(engine: Engine) -> None:
    found = reference(engine, HANGS_BELOW_ZERO)
    assert len(found.returned) > 20
    hung = [one for one in found.expected.values() if one.kind is ObservationKind.TIMED_OUT]
    assert hung
    assert all(one.cpu < 0.1 for one in hung)


def test_a_shorter_time_is_kept() -> None:
    with Engine(Settings(timeout=0.1), Policy()) as engine:
        found = reference(engine, HANGS_BELOW_ZERO)
    assert all(one.cpu < 0.05 for one in found.expected.values())
