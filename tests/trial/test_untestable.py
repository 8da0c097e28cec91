"""A procedure that can't be run, or on no input: the third outcome, and never the dream's failure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Category, Contract, Outcome, Reason
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.trial import Engine

from .test_engine import dream_of, verdict


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(Settings(max_examples=30), Policy()) as engine:
        yield engine


PROCEDURES = {
    "missing-package": (
        "import not_installed\ndef f(n: int) -> int:\n    return not_installed.f(n)\n",
        Reason.MISSING_PACKAGE,
        ["No module named 'not_installed'", "line 1: import not_installed", "--athena-allow-read"],
    ),
    "missing-helper-in-a-call": (
        "def f(n: int) -> int:\n    from helpers import f\n    return f(n)\n",
        Reason.MISSING_PACKAGE,
        ["No module named 'helpers'", "line 2: from helpers import f", "--athena-allow-read"],
    ),
    "file-reader": (
        "def f(path: str) -> str:\n    with open(path) as file:\n        return file.read()\n",
        Reason.NO_INPUT,
        ["FileNotFoundError", "on none of", "line 2: with open(path) as file:"],
    ),
    "a-file-outside": (
        "def f(n: int) -> str:\n    with open('/etc/passwd') as file:\n        return file.read()[:n]\n",
        Reason.REFUSED,
        ["the jail refused open /etc/passwd on 30", "line 2: with open", "--athena-allow-read"],
    ),
    "class-without-entry-point": (
        "class F:\n    n = 1\n    def go(self) -> int:\n        return self.n\n",
        Reason.NO_ENTRY_POINT,
        ["Class.method", "entry_point"],
    ),
    "too-slow": (
        "import time\ndef f(n: int) -> int:\n    time.sleep(0.4)\n    return n\n",
        Reason.TOO_SLOW,
        ["out of time", "--athena-timeout"],
    ),
    "broken": (
        "def f(n: int) -> int:\n    return n\nraise RuntimeError('not ready')\n",
        Reason.NOT_LOADED,
        ["RuntimeError: not ready", "line 3: raise RuntimeError('not ready')", "fix the procedure"],
    ),
    "no-strategy": (
        "import socket\ndef f(s: socket.socket) -> int:\n    return 1\n",
        Reason.NO_INPUT,
        ["pytest_athena_dreams_strategy"],
    ),
}


@pytest.mark.parametrize("contract", [Contract.EQUIVALENT, Contract.SUPERSET, Contract.COMPATIBLE])
@pytest.mark.parametrize(("procedure", "reason", "words"), PROCEDURES.values(), ids=PROCEDURES.keys())
def test_a_procedure_that_can_not_be_run_is_not_the_dreams_failure(
    engine: Engine, procedure: str, reason: Reason, words: list[str], contract: Contract
) -> None:
    for code in (procedure, "def f(*args: object) -> int:\n    return 1\n"):
        found = verdict(engine, code, procedure, contract)
        assert (found.outcome, found.reason) == (Outcome.UNTESTABLE, reason), found.text
        assert found.category is None
        assert "procedure 'f' (id 1)" in found.text
        for word in words:
            assert word in found.text


def test_with_the_remedy_the_dream_gets_its_verdict() -> None:
    slow = "import time\ndef f(n: int) -> int:\n    time.sleep(0.1)\n    return n\n"
    short = Settings(max_examples=3, timeout=0.2, evidence="off")
    with Engine(short, Policy()) as engine:
        assert verdict(engine, slow, slow).reason is Reason.TOO_SLOW
    with Engine(replace(short, timeout=3), Policy()) as engine:
        assert verdict(engine, slow, slow).outcome is Outcome.SUCCESS
        assert verdict(engine, slow.replace("return n", "return 0"), slow).category is Category.LOGIC


def test_a_dream_that_does_not_compile_fails_whatever_its_procedure_does(engine: Engine) -> None:
    assert verdict(engine, "def f(:\n", PROCEDURES["missing-package"][0]).category is Category.SYNTAX


def test_a_dream_that_needs_a_package_of_its_own_fails(engine: Engine) -> None:
    base = "def f(n: int) -> int:\n    return n\n"
    assert verdict(engine, f"import not_installed\n{base}", base).category is Category.DEPENDENCY


def test_a_free_dream_that_lacks_its_procedures_package_is_untestable(engine: Engine) -> None:
    lacking = PROCEDURES["missing-package"][0]
    found = engine.test(dream_of(lacking, lacking, Contract.FREE))
    assert (found.outcome, found.reason) == (Outcome.UNTESTABLE, Reason.MISSING_PACKAGE)
    alone = engine.test(dream_of(lacking, None, Contract.FREE))
    assert alone.category is Category.DEPENDENCY


VARYING = {
    "order-by-hash-seed": (
        "def f(xs: list[str]) -> list[str]:\n    return list(set(xs))\n",
        "def f(xs: list[str]) -> list[str]:\n    return list(dict.fromkeys(xs))\n",
        "def f(xs: list[str]) -> list[str]:\n    return list(dict.fromkeys(xs))[1:]\n",
    ),
    "order-in-text": (
        "def f(xs: list[str]) -> str:\n    return ','.join({x[:1] for x in xs})\n",
        "def f(xs: list[str]) -> str:\n    return ','.join(dict.fromkeys(x[:1] for x in xs))\n",
        "def f(xs: list[str]) -> str:\n    return None\n",
    ),
    "few-valued-chance": (
        "import random\ndef f(n: int) -> bool:\n    return random.random() < 0.9\n",
        "import random\ndef f(n: int) -> bool:\n    return random.choice([True, False])\n",
        "def f(n: int) -> int:\n    return 1\n",
    ),
    "an-id": (
        "def f(n: int) -> int:\n    return id(object()) % 4096\n",
        "def f(n: int) -> int:\n    return id([]) % 4096\n",
        "def f(n: int) -> str:\n    return ''\n",
    ),
    "time-of-day": (
        "import time\ndef f(n: int) -> int:\n    return int(time.time() * 5) % 2\n",
        "import time\ndef f(n: int) -> int:\n    return int(time.time() * 5 + 1) % 2\n",
        "def f(n: int) -> str:\n    return ''\n",
    ),
}


@pytest.mark.parametrize(("procedure", "right", "wrong"), VARYING.values(), ids=VARYING.keys())
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_what_varies_in_a_procedure_is_left_out_of_every_comparison(
    procedure: str, right: str, wrong: str, seed: int
) -> None:
    with Engine(Settings(seed=seed), Policy()) as engine:
        for code in (procedure, right):
            found = verdict(engine, code, procedure)
            assert found.outcome is Outcome.SUCCESS, found.faults
        assert verdict(engine, wrong, procedure).category is Category.LOGIC
