"""Spare inputs: those that a pool was chosen from, on which a dream runs that shows no fault on the pool."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Category, Outcome, Procedure
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.trial import Engine
from pytest_athena_dreams.trial.reference import Reference

from .test_engine import dream_of

PURE = "def f(x: int) -> int:\n    return x\n"
IMPURE = "import re\n\n\ndef f(x: int) -> int:\n    return int(re.sub('[+]', '', str(x)))\n"
COUNTS = "seen = []\n\n\ndef f(x: int) -> int:\n    seen.append(x)\n    return len(seen)\n"
SIZE = 20


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(Settings(max_examples=SIZE), Policy()) as made:
        yield made


def reference(engine: Engine, code: str) -> Reference:
    return engine.reference(Procedure(id=1, name="f", code=code, entry_point="f"))


def wrong_on(code: str, value: int) -> str:
    """``code``, wrong on one value, which stands in it backwards, so that no input is planted for it."""
    lines = code.splitlines()
    lines.insert(-1, f"    if str(x)[::-1] == {str(value)[::-1]!r}:\n        return x + 1")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("code", [PURE, IMPURE])
def test_a_fault_on_a_spare_input_alone_is_found(engine: Engine, code: str) -> None:
    found = reference(engine, code)
    assert len(found.pool) == SIZE
    assert found.spare_expected
    value = next(x.args[0] for p, x in found.spare.inputs.items() if x.args and p in found.spare_expected)
    verdict = engine.test(dream_of(wrong_on(code, value), code))
    assert (verdict.outcome, verdict.category) == (Outcome.FAILURE, Category.LOGIC)
    assert f"f({value})" in str(verdict.faults[0].call)
    assert verdict.figures.tried > SIZE


@pytest.mark.parametrize("code", [PURE, IMPURE, COUNTS])
def test_a_pass_counts_the_pool(engine: Engine, code: str) -> None:
    verdict = engine.test(dream_of(code + "# a copy\n", code))
    assert verdict.outcome is Outcome.SUCCESS
    assert verdict.figures.tried == SIZE


def test_spare_inputs_are_the_same_in_another_engine(engine: Engine) -> None:
    with Engine(Settings(max_examples=SIZE), Policy()) as other:
        assert list(reference(other, IMPURE).spare.inputs) == list(reference(engine, IMPURE).spare.inputs)


def test_a_dream_that_has_no_time_for_spare_inputs_passes() -> None:
    wait = "    end = process_time() + 0.02\n    while process_time() < end:\n        pass\n"
    slow = "from time import process_time\n\n\n" + PURE.replace("    return", wait + "    return")
    with Engine(Settings(max_examples=SIZE, dream_timeout=SIZE * 0.03), Policy()) as engine:
        verdict = engine.test(dream_of(slow, PURE))
        assert len(reference(engine, PURE).spare_expected) > SIZE / 2
    assert verdict.outcome is Outcome.SUCCESS, verdict.faults
