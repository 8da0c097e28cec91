"""Inputs in rounds: variants of those that take new paths through the procedure join its pool."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Outcome, Procedure
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.trial import Engine

from .test_engine import dream_of

GATE = """
def f(events: list[str]) -> list[str]:
    state, credits, log = "locked", 0, []
    for event in events:
        if event == "coin":
            credits += 1
            state = "open"
        elif event == "push" and state == "open":
            credits -= 1
            state = "open" if credits else "locked"
        log.append(state)
    return log
"""
LOCKS_ALWAYS = GATE.replace('"open" if credits else "locked"', '"locked"')
JOIN = """
def f(pairs: list[tuple[str, int]], other: list[tuple[str, int]]) -> list[tuple[str, int, int]]:
    return [(k, a, b) for k, a in pairs for l, b in other if k == l]
"""
JOINS_FIRST = """
def f(pairs: list[tuple[str, int]], other: list[tuple[str, int]]) -> list[tuple[str, int, int]]:
    by_key = {}
    for k, b in other:
        by_key.setdefault(k, b)
    return [(k, a, by_key[k]) for k, a in pairs if k in by_key]
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(Settings(), Policy()) as made:
        yield made


@pytest.mark.parametrize(("code", "wrong"), [(GATE, LOCKS_ALWAYS), (JOIN, JOINS_FIRST)])
def test_faults_that_show_where_parts_of_an_input_meet(engine: Engine, code: str, wrong: str) -> None:
    assert engine.test(dream_of(wrong, code)).outcome is Outcome.FAILURE
    assert engine.test(dream_of(code, code)).outcome is Outcome.SUCCESS


def test_the_pool_is_the_same_in_another_engine(engine: Engine) -> None:
    procedure = Procedure(id=1, name="f", code=GATE, entry_point="f")
    pool = engine.reference(procedure).pool
    assert len(pool) == 100
    with Engine(Settings(), Policy()) as other:
        assert list(other.reference(procedure).pool.inputs) == list(pool.inputs)


def test_what_takes_other_paths_each_time_gets_no_variants(engine: Engine) -> None:
    code = "import time\n" + GATE + "\n"
    code = code.replace(
        "    return log", "    for _ in range(time.perf_counter_ns() % 7):\n        pass\n    return log"
    )
    pool = engine.reference(Procedure(id=2, name="g", code=code, entry_point="f")).pool
    assert set(pool.inputs) <= set(pool.fixed) | set(pool.choices)
