"""What a pass rests on: evidence from the procedure's mutants, and the dream's lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Contract, Outcome, Verdict
from pytest_athena_dreams.sandbox.client import Child, SandboxPair, Source
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.trial import Engine
from pytest_athena_dreams.trial.evidence import detected_share
from pytest_athena_dreams.trial.lab import Jails, Lab
from tests.trial.test_engine import dream_of

SETTINGS = Settings(max_examples=40)
DIGITS = "def f(n: int) -> int:\n    total = 0\n    for c in str(n):\n        if c != '-':\n"
DIGITS += "            total += int(c)\n    return total\n"
SLEEPY = "def f(n: int) -> int:\n    if n > 10**12:\n        return n * 2 - 7\n    return 0\n"


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = Engine(SETTINGS, Policy())
    yield engine
    engine.close()


def verdict(
    engine: Engine, base: str | None, code: str = "", contract: Contract = Contract.SUPERSET
) -> Verdict:
    """The verdict on ``code``, or on a copy of the procedure."""
    return engine.test(dream_of(code or str(base), base, contract))


@pytest.mark.parametrize(
    ("base", "evidence"),
    [
        (DIGITS, 1.0),
        ("def f(a: int, b: int) -> int:\n    return a - b\n", 1.0),
        ("def f(n: int) -> None:\n    pass\n", None),
        ("def f(n: int) -> int:\n    m = n + 1\n    return n\n", 1 / 3),
    ],
    ids=["good", "arithmetic", "nothing to change", "without effect"],
)
def test_evidence_is_the_share_of_mutants_that_the_pool_detects(
    engine: Engine, base: str, evidence: float | None
) -> None:
    assert verdict(engine, base).figures.evidence == evidence


def test_a_pool_that_stays_on_one_side_of_a_branch_gives_little() -> None:
    engine = Engine(replace(SETTINGS, edge_cases=(), max_examples=3), Policy())
    try:
        assert verdict(engine, DIGITS).figures.evidence == 1.0
        sleepy = verdict(engine, SLEEPY.replace("10**12", "int(str(9) * 90)"))
    finally:
        engine.close()
    assert sleepy.outcome is Outcome.SUCCESS
    assert sleepy.figures.evidence is not None
    assert sleepy.figures.evidence < 0.5
    assert (sleepy.figures.lines_reached, sleepy.figures.lines_total) == (2, 3)


def test_a_weaker_contract_detects_less(engine: Engine) -> None:
    base = "def f(a: int, b: int) -> int:\n    return a - b\n"
    found = {contract: verdict(engine, base, contract=contract).figures.evidence for contract in Contract}
    assert found == {
        Contract.EQUIVALENT: 1.0,
        Contract.SUPERSET: 1.0,
        Contract.COMPATIBLE: 0.5,  # None is of another type, a sum is not
        Contract.FREE: None,
    }


def test_a_dream_without_a_procedure_has_lines_and_no_evidence(engine: Engine) -> None:
    found = verdict(engine, None, DIGITS)
    assert (found.figures.evidence, found.figures.lines_reached, found.figures.lines_total) == (None, 5, 5)


def test_mutants_run_once_for_a_procedure_and_a_contract(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = DIGITS + "# its own\n"
    run: list[int] = []
    spawn = SandboxPair.spawn

    def counted(self: SandboxPair, source: Source) -> Child:
        run.append(source.mutant is not None)
        return spawn(self, source)

    monkeypatch.setattr(SandboxPair, "spawn", counted)
    mutants = []
    for contract in (Contract.SUPERSET, Contract.SUPERSET, Contract.EQUIVALENT):
        assert verdict(engine, base, contract=contract).figures.evidence == 1.0
        mutants.append(sum(run))
    assert 0 < mutants[0] == mutants[1] < mutants[2]


HOSTILE = {
    "loops": ("    while n < 0 and n > 0:\n        pass\n    return n\n", 3 / 7),
    "exits": ("    if n is None:\n        os._exit(0)\n    return n\n", 3 / 5),
    "kills itself": ("    if n is None:\n        os.kill(os.getpid(), 9)\n    return n\n", 3 / 5),
    "eats memory": ("    kept = bytes(10 ** 12 if n is None else 0)\n    return n\n", 3 / 8),
}


@pytest.mark.parametrize(("body", "evidence"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_mutant_that_does_not_come_back_is_told_apart(engine: Engine, body: str, evidence: float) -> None:
    found = verdict(engine, f"import os\ndef f(n: int) -> int:\n{body}")
    assert (found.outcome, found.figures.evidence) == (Outcome.SUCCESS, evidence)


def test_what_a_budget_cuts_off_is_left_out(engine: Engine) -> None:
    procedure = dream_of(DIGITS, DIGITS).procedure
    assert procedure is not None
    jails = Jails(Policy())
    try:
        lab = Lab(replace(SETTINGS, dream_timeout=0), jails, lambda *_: {})
        assert detected_share(lab, engine.reference(procedure), Contract.SUPERSET) is None
    finally:
        jails.close()


def test_evidence_and_lines_are_the_same_in_any_engine(engine: Engine) -> None:
    def figures(engine: Engine, bases: list[str]) -> dict[str, tuple[object, ...]]:
        found = {base: verdict(engine, base) for base in bases}
        return {
            base: (v.figures.evidence, v.figures.lines_reached, v.figures.lines_total)
            for base, v in found.items()
        }

    bases = [DIGITS, SLEEPY, f"def f(n: int) -> int:\n{HOSTILE['loops'][0]}"]
    other = Engine(SETTINGS, Policy())
    try:
        assert figures(engine, bases) == figures(other, bases[::-1])
    finally:
        other.close()


BRANCHES = '''\
def helper(n):
    return n

def f(n: int) -> int:
    """Words."""
    if n is None:
        n = 1
        return n
    return helper(
        n
    )
'''


def test_lines_are_exact(engine: Engine) -> None:
    found = verdict(engine, BRANCHES)
    assert (found.figures.lines_reached, found.figures.lines_total) == (3, 5)


def test_a_dream_that_hides_from_the_watch_changes_its_own_figure_alone(engine: Engine) -> None:
    base = "def f(n: int) -> int:\n    m = n\n    return m\n"
    hides = (
        "import sys\ndef f(n: int) -> int:\n    sys.settrace(None)\n    sys.setprofile(None)\n    return n\n"
    )
    found = verdict(engine, base, hides)
    assert (found.outcome, found.figures.evidence, found.figures.lines_total) == (Outcome.SUCCESS, 1.0, 3)
    after = verdict(engine, base)
    assert (after.figures.lines_reached, after.figures.lines_total) == (2, 2)


def test_a_dream_that_dies_when_watched_has_passed_all_the_same(engine: Engine) -> None:
    base = "def f(n: int) -> int:\n    return n\n"
    code = (
        "import sys, os\ndef f(n: int) -> int:\n    if sys.gettrace():\n        os._exit(0)\n    return n\n"
    )
    found = verdict(engine, base, code)
    assert (found.outcome, found.figures.evidence, found.figures.lines_total) == (Outcome.SUCCESS, 1.0, 3)


WRONG = DIGITS.replace("'-'", "'1'")


@pytest.mark.parametrize(
    ("asked", "passes", "fails"), [("passes", True, False), ("on", True, True), ("off", False, False)]
)
def test_the_setting_says_for_which_dreams_they_are_measured(asked: str, passes: bool, fails: bool) -> None:
    engine = Engine(replace(SETTINGS, evidence=asked), Policy())
    try:
        found = [verdict(engine, DIGITS), verdict(engine, DIGITS, WRONG), verdict(engine, DIGITS, "1 +")]
    finally:
        engine.close()
    measured = [(v.figures.evidence is not None, v.figures.lines_total is not None) for v in found]
    assert measured == [(passes, passes), (fails, fails), (False, False)]
