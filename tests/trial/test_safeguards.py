"""Safeguards of a trial: each dream here would get another verdict without one of them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Category, Contract, Dream, Outcome, Procedure, Verdict
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.trial import Engine

NUMBERS = "def f(n: int) -> int:\n    return n\n"


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(Settings(evidence="off"), Policy()) as engine:
        yield engine


def verdict(engine: Engine, code: str, base: str) -> Verdict:
    procedure = Procedure(id=1, name="f", code=base)
    return engine.test(
        Dream(id=1, code=code, dream_type="x", contract=Contract.SUPERSET, procedure=procedure)
    )


def test_all_calls_of_a_dream_together_have_a_time_limit() -> None:
    code = "import time\ndef f(n: int) -> int:\n    time.sleep(0.02)\n    return n\n"
    with Engine(Settings(dream_timeout=0.5, evidence="off"), Policy()) as engine:
        found = verdict(engine, code, NUMBERS)
    assert found.category is Category.TIMEOUT
    assert found.faults[0].summary.startswith("all calls together took more than 0.5 s, after ")
    assert found.figures.elapsed < 5


def test_a_kill_that_does_not_come_back_is_attributed_to_the_machine(engine: Engine) -> None:
    soon = time.time() + 1.0
    code = (
        "import os, time\ndef f(n: int) -> int:\n"
        f"    if (left := {soon} - time.time()) > 0:\n"
        "        time.sleep(left)\n        os.kill(os.getpid(), 9)\n    return n\n"
    )
    assert verdict(engine, code, NUMBERS).outcome is Outcome.SUCCESS


def test_an_exit_that_does_not_come_back_is_not(engine: Engine) -> None:
    soon = time.time() + 1.0
    code = (
        "import os, time\ndef f(n: int) -> int:\n"
        f"    if (left := {soon} - time.time()) > 0:\n"
        "        time.sleep(left)\n        os._exit(0)\n    return n\n"
    )
    assert verdict(engine, code, NUMBERS).category is Category.FLAKY


NARROWED = """
runs = 0
def f(n: int) -> int:
    global runs
    runs += n == 2 ** 31  # an edge case: once in each pool
    if runs > LIMIT or n < 3 or n % 2:
        raise ValueError
    return n
"""


@pytest.mark.parametrize(("limit", "narrowed"), [(1, False), (30, True)])
def test_a_narrowed_pool_is_used_only_if_the_procedure_accepts_more_of_it(
    engine: Engine, limit: int, narrowed: bool
) -> None:
    code = NARROWED.replace("LIMIT", str(limit))
    reference = engine.reference(Procedure(id=1, name="f", code=code))
    assert bool(reference.pool.spec.narrowings) is narrowed
    assert len(reference.returned) > 20


def test_narrowing_a_slow_procedure_comes_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a limit each of 134 narrowings takes 60 calls of 30 ms."""
    monkeypatch.setattr("pytest_athena_dreams.trial.exploration.NARROWING_TIME", 0.5)
    parameters = ", ".join(f"p{n}: str" for n in range(6))
    code = f"import time\ndef f({parameters}) -> int:\n    time.sleep(0.03)\n    raise ValueError\n"
    with Engine(Settings(max_examples=20), Policy()) as engine:
        began = time.monotonic()
        found = verdict(engine, code, code)
        assert time.monotonic() - began < 60
    assert found.outcome is Outcome.UNTESTABLE


def test_where_a_procedure_varies_no_other_value_is_a_smaller_fault(engine: Engine) -> None:
    base = "import random\ndef f(xs: list[int]) -> int:\n    return random.choice(xs) if xs else 0\n"
    code = "import random\ndef f(xs: list[int]) -> int:\n    if len(xs) > 7: return xs\n"
    code += "    return random.choice(xs[::-1]) if xs else 0\n"
    (fault,) = verdict(engine, code, base).faults
    assert fault.call == "f([0, 0, 0, 0, 0, 0, 0, 0])"
