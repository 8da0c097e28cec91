"""A procedure without a function is run as a whole: what it does and the result that it leaves count."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Category, Contract, Dream, Outcome, Procedure, Reason, Verdict
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.trial.engine import Engine
from pytest_athena_dreams.worlds import EMPTY
from tests.dreams import needs_worlds

CLEAN = """
import shutil
from pathlib import Path

removed = 0
for path in Path(".").iterdir():
    if path.name in ("build", "dist") and path.is_dir():
        shutil.rmtree(path)
        removed += 1
print("removed", removed)
"""
FUNCTIONS = """
import os, shutil

def remove(name):
    if not os.path.isdir(name) or os.path.islink(name):
        return 0
    shutil.rmtree(name)
    return 1

def main():
    return sum(map(remove, ("dist", "build")))

if __name__ == "__main__":
    print("removed", main())
"""
TOTAL = "total = price * 2\ntotal += 1\n{} = total\n"


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(Settings(max_examples=40, shrink_time=0.5), Policy()) as engine:
        yield engine


def verdict_on(engine: Engine, base: str, code: str, *, contract: str = "superset") -> Verdict:
    procedure = Procedure(id=1, name="steps", code=base)
    return engine.test(
        Dream(id=1, code=code, dream_type="x", contract=Contract(contract), procedure=procedure)
    )


@pytest.mark.parametrize("name", ["_result", "result"])
def test_the_result_of_a_script_is_compared(engine: Engine, name: str) -> None:
    base = TOTAL.format(name)
    assert verdict_on(engine, base, f"{name} = 2 * price + 1\n").outcome is Outcome.SUCCESS
    wrong = verdict_on(engine, base, f"{name} = 2 * price\n")
    assert wrong.category is Category.LOGIC
    assert wrong.faults[0].summary == "returned another value"


def test_a_pass_of_a_script_has_evidence(engine: Engine) -> None:
    evidence = verdict_on(engine, TOTAL.format("result"), "result = price * 2 + 1\n").figures.evidence
    assert evidence == 1.0


def test_what_a_script_without_a_result_does_is_compared(engine: Engine) -> None:
    needs_worlds()
    assert verdict_on(engine, CLEAN, FUNCTIONS).outcome is Outcome.SUCCESS
    silent = CLEAN.replace("print", "(lambda *parts: None)")
    wrong = verdict_on(engine, silent, silent.replace(', "dist")', ",)"))
    assert wrong.category is Category.LOGIC
    assert wrong.faults[0].summary.startswith("left other files behind: dist")
    also = verdict_on(
        engine, CLEAN, CLEAN + "Path('more').touch()\n"
    )  # in any world, so in the empty one too
    assert also.faults[0].world == ("no files",)
    assert also.faults[0].surroundings == EMPTY


def test_code_that_only_gives_names_is_no_script(engine: Engine) -> None:
    verdict = verdict_on(engine, "import math\nadd_up = sum\n", "add_up = sum\n")
    assert verdict.outcome is Outcome.UNTESTABLE
    assert "no public function" in verdict.text


def test_a_script_is_no_variant_of_a_function(engine: Engine) -> None:
    base = "def f(price: int) -> int:\n    return price * 2\n"
    verdict = verdict_on(engine, base, "price = 1\nresult = price * 2\n")
    assert verdict.category is Category.VALIDATION


def test_a_function_may_vary_a_script(engine: Engine) -> None:
    base = "names = ['b', 'a']\nresult = sorted(names)\n"
    right = "def ordered() -> list[str]:\n    return ['a', 'b']\n"
    assert verdict_on(engine, base, right).outcome is Outcome.SUCCESS
    assert verdict_on(engine, base, right.replace("'a', 'b'", "'b', 'a'")).category is Category.LOGIC


def test_a_script_that_raises_in_every_world_is_untestable() -> None:
    base = "import sys\nprint(sys.argv[1])\n"
    with Engine(Settings(max_examples=20, effects="off"), Policy()) as engine:
        verdict = verdict_on(engine, base, base)
    assert verdict.reason is Reason.NO_INPUT
    remedy = "line 2: print(sys.argv[1]); put what it does into a function, with what it reads as parameters"
    assert remedy in verdict.text
