"""How many of the inputs that a procedure refuses a dream answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Contract, Dream, Outcome, Procedure
from pytest_athena_dreams.trial import Engine, policy_of

ROOT = """\
def root(x: int) -> int:
    if x < 0:
        raise ValueError(x)
    return int(x ** 0.5)
"""
FIRST = "def first(items: list[int]) -> int:\n    return items[:2][0]\n"


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    settings = Settings(max_examples=40, evidence="off")
    with Engine(settings, policy_of(settings, {})) as made:
        yield made


def widened(engine: Engine, base: str, code: str, contract: Contract = Contract.SUPERSET) -> float | None:
    name = base.partition("def ")[2].partition("(")[0]
    procedure = Procedure(id=1, name=name, code=base, entry_point=name)
    dream = Dream(id=1, code=code, dream_type="constraint_relaxation", procedure=procedure, contract=contract)
    verdict = engine.test(dream)
    assert verdict.outcome is Outcome.SUCCESS, verdict
    return verdict.figures.widened


def test_a_copy_answers_nothing_more(engine: Engine) -> None:
    assert widened(engine, ROOT, ROOT) == 0


def test_a_dream_that_drops_a_check_answers_more(engine: Engine) -> None:
    wider = widened(engine, ROOT, "def root(x: int) -> int:\n    return int(abs(x) ** 0.5)\n")
    assert wider is not None
    assert 0.5 < wider < 1  # text is still refused


TRIES = "def root(x):\n    try:\n        return int(x ** 0.5)\n    except Exception:\n        return {}\n"
CHECKS = "def root(x):\n    if type(x) is not int or x < 0:\n        return {}\n    return int(x ** 0.5)\n"


def test_a_dream_that_answers_everything(engine: Engine) -> None:
    assert widened(engine, ROOT, TRIES.format("str(x)")) == 1


@pytest.mark.parametrize("code", [TRIES, CHECKS])
@pytest.mark.parametrize("answer", ["0", "-1", "None", "[]"])
def test_one_answer_for_all_that_is_refused_is_none(engine: Engine, code: str, answer: str) -> None:
    """The dream hides every error, also those that show a caller its mistake."""
    assert widened(engine, ROOT, code.format(answer)) == 0


def test_other_kinds_of_arguments_count(engine: Engine) -> None:
    """None of these is in the pool of a procedure with annotations."""
    code = "def first(items):\n    items = list(items or [0])\n    return items[0]\n"
    wider = widened(engine, FIRST, code)
    assert wider is not None
    assert wider >= 0.5


@pytest.mark.parametrize("contract", [Contract.EQUIVALENT, Contract.FREE])
def test_contracts_that_leave_no_room(engine: Engine, contract: Contract) -> None:
    base = ROOT.replace("int(x ** 0.5)", "x") if contract is Contract.EQUIVALENT else FIRST
    code = base if contract is Contract.EQUIVALENT else "def first(items: list[int]) -> int:\n    return 1\n"
    assert widened(engine, base, code, contract) is None


def test_a_procedure_that_answers_everything(engine: Engine) -> None:
    base = "def same(x: int) -> int:\n    return x\n"
    assert widened(engine, base, base) is None


def test_a_dream_that_hangs_on_what_the_procedure_refuses(engine: Engine) -> None:
    code = ROOT.replace("raise ValueError(x)", "while True: pass")
    assert widened(engine, ROOT, code) == 0


def test_an_iterator_in_place_of_a_list_counts(engine: Engine) -> None:
    listed = "    if not hasattr(items, '__len__'):\n        items = list(items)\n"
    code = f"def first(items):\n{listed}    return items[:2][0]\n"
    wider = widened(engine, FIRST, code)
    assert wider is not None
    assert 0 < wider < 0.5
