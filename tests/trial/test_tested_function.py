"""Which functions of a dream and its procedure are compared."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Category, Contract, Dream, Outcome, Procedure, Reason, Verdict
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.trial.engine import Engine

SUM = "def add_up(xs: list[int]) -> int:\n    return sum(xs)\n"
MAIN = "def main() -> None:\n    print(add_up([1, 2]))\n"
WRONG = "def add_up(xs: list[int]) -> int:\n    return total(xs) - 1\n"
TOTAL = "def total(xs: list[int]) -> int:\n    return sum(xs)\n"
STACK = """
class Stack:
    def __init__(self, items: list[int]) -> None:
        self.items = items

    def push(self, item: int) -> int:
        self.items.append(item)
        return len(self.items)
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(Settings(max_examples=20, shrink_time=0.5, evidence="off"), Policy()) as engine:
        yield engine


def verdict_on(
    engine: Engine,
    base: str,
    code: str,
    *,
    name: str = "addition",
    entry: str | None = None,
    entry_point: str | None = None,
    contract: str = "equivalent",
) -> Verdict:
    return engine.test(
        Dream(
            id=1,
            code=code,
            dream_type="x",
            contract=Contract(contract),
            entry_point=entry_point,
            procedure=Procedure(id=1, name=name, code=base, entry_point=entry),
            procedure_name=name,
        )
    )


PARTIAL = (
    "import functools\ndef fold(start, xs): return sum(xs, start)\nadd_up = functools.partial(fold, 0)\n"
)
BOUND = "class Sums:\n    def all(self, xs): return sum(xs)\nadd_up = Sums().all\n"


@pytest.mark.parametrize("contract", ["equivalent", "superset", "compatible"])
@pytest.mark.parametrize(
    "code", [SUM + MAIN, "add_up = sum\n", PARTIAL, BOUND, SUM + TOTAL, "from math import fsum\n" + SUM]
)
def test_the_function_called_as_the_procedure_s_is_verdict_on(
    engine: Engine, code: str, contract: str
) -> None:
    verdict = verdict_on(engine, SUM, code, contract=contract)
    assert verdict.outcome is Outcome.SUCCESS, verdict
    assert verdict.figures.guess is None


@pytest.mark.parametrize("name", ["addition", "add_up", "total"])
def test_a_right_helper_does_not_save_a_wrong_function(engine: Engine, name: str) -> None:
    verdict = verdict_on(engine, SUM, WRONG + TOTAL, name=name)
    assert verdict.category is Category.LOGIC


def test_a_procedure_is_tested_by_its_name(engine: Engine) -> None:
    base = "def double_all(xs: list[int]) -> list[int]:\n    return [2 * x for x in xs]\n" + MAIN
    code = base.replace("2 * x", "3 * x")
    assert verdict_on(engine, base, base, name="double_all").outcome is Outcome.SUCCESS
    assert verdict_on(engine, base, code, name="double_all").category is Category.LOGIC


def test_an_explicit_entry_point_wins(engine: Engine) -> None:
    assert verdict_on(engine, SUM + TOTAL, WRONG + TOTAL, entry="total").outcome is Outcome.SUCCESS
    assert verdict_on(engine, SUM, WRONG + TOTAL, entry_point="total").outcome is Outcome.SUCCESS
    assert verdict_on(engine, SUM, SUM, entry_point="sum_up").category is Category.VALIDATION


@pytest.mark.parametrize(("name", "entry"), [("pushing", "Stack.push"), ("Stack.push", None)])
def test_a_method_is_verdict_on(engine: Engine, name: str, entry: str | None) -> None:
    assert verdict_on(engine, STACK, STACK, name=name, entry=entry).outcome is Outcome.SUCCESS
    wrong = STACK.replace("len(self.items)", "len(self.items) - 1")
    verdict = verdict_on(engine, STACK, wrong + TOTAL, name=name, entry=entry)
    assert verdict.category is Category.LOGIC
    assert verdict.faults[0].call is not None
    assert "Stack.push(" in verdict.faults[0].call


def test_a_class_without_a_named_method_is_untestable_and_the_text_lists_its_methods(engine: Engine) -> None:
    verdict = verdict_on(engine, STACK, STACK)
    assert (verdict.outcome, verdict.reason) == (Outcome.UNTESTABLE, Reason.NO_ENTRY_POINT)
    assert "Stack.push" in verdict.text


def test_a_guess_is_said(engine: Engine) -> None:
    renamed = (SUM + TOTAL).replace("add_up", "plus")
    assert verdict_on(engine, SUM, SUM, name="x").figures.guess is None
    assert verdict_on(engine, SUM, renamed, name="x").figures.guess == "total"
    assert verdict_on(engine, SUM + TOTAL, SUM + TOTAL, name="x").figures.guess == "total"
    assert verdict_on(engine, SUM + TOTAL, SUM + TOTAL, name="add_up").figures.guess is None


MEMO = """
class memo:
    def __init__(self, function):
        self.function, self.known = function, {{}}

    def __call__(self, n: int) -> int:
        return self.known.setdefault(n, self.function(n))

@memo
def square(n: int) -> int:
    return n * n{}
"""


@pytest.mark.parametrize("name", ["x", "square"])
def test_an_object_that_a_decorator_made_of_a_function_is_called(engine: Engine, name: str) -> None:
    code = MEMO.format("")
    assert verdict_on(engine, code, code, name=name).outcome is Outcome.SUCCESS
    assert verdict_on(engine, code, MEMO.format(" + 1"), name=name).category is Category.LOGIC


def test_a_procedure_that_is_no_function_of_its_own_is_called(engine: Engine) -> None:
    verdict = verdict_on(
        engine, PARTIAL.replace("(start, xs)", "(start: int, xs: list[int])"), SUM, name="add_up"
    )
    assert verdict.outcome is Outcome.SUCCESS, verdict
