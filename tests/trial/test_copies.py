"""An exact copy of a procedure never fails, whatever limit it comes near and whatever it returns."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Contract, Outcome, Reason
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.trial import Engine
from tests.corpus import corpus

from .test_engine import dream_of, verdict

NASTY = {
    "near-the-recursion-limit": "def f(n: int) -> int:\n    def go(k):\n        return k and go(k - 1) + 1\n"
    "    return go(abs(n) % 1200)\n",
    "catches-its-own-recursion": "def f(n: int) -> int:\n    def go(k):\n        return k and go(k - 1) + 1\n"
    "    try:\n        return go(abs(n) % 1200)\n    except RecursionError:\n        return -1\n",
    "near-the-memory-limit": "def f(n: int) -> int:\n    return len(bytes(abs(n) % 600 * 1_000_000))\n",
    "catches-its-own-memory": "def f(n: int) -> int:\n    try:\n"
    "        return len(bytes(abs(n) % 600 * 1_000_000))\n    except MemoryError:\n        return -1\n",
    "sets": "def f(xs: list[str]) -> list[str]:\n    return list(set(xs))\n",
    "a-dict-by-a-set": "def f(xs: list[str]) -> dict[str, int]:\n    return {x: len(x) for x in set(xs)}\n",
    "chance": "import random\ndef f(xs: list[int]) -> int | None:\n    return random.choice(xs) if xs else None\n",
    "system-chance": "import os, uuid\ndef f(n: int) -> tuple[bytes, object]:\n    return os.urandom(3), uuid.uuid4()\n",
    "the-time": "import datetime, time\ndef f(n: int) -> list[object]:\n"
    "    return [time.time(), time.perf_counter(), datetime.datetime.now()]\n",
    "identities": "def f(n: int) -> tuple[int, str]:\n    return id(object()), repr(object())\n",
    "counts-its-calls": "calls = []\ndef f(n: int) -> int:\n    calls.append(n)\n    return len(calls)\n",
    "a-generator-that-raises": "def f(xs: list[int]):\n    for x in xs:\n        yield 10 // x\n    return len(xs)\n",
    "a-lock": "import threading\ndef f(n: int) -> object:\n    return threading.Lock()\n",
    "an-open-text": "import io\ndef f(s: str) -> object:\n    out = io.StringIO(s)\n    out.read(1)\n    return out\n",
    "a-local-class": "def f(n: int) -> object:\n    class Local:\n        def __init__(self):\n"
    "            self.n = n\n    return Local()\n",
    "functions": "def f(n: int) -> object:\n    return lambda x, y=n: x + y + n\n",
    "an-exception-with-attributes": "class Broken(Exception):\n    def __init__(self, n):\n"
    "        super().__init__(f'at {id(self)}')\n        self.n = n\ndef f(n: int) -> int:\n    raise Broken(n)\n"
    "    yield\n",
    "prints-much": "import math, sys\ndef f(n: int) -> None:\n    for k in range(math.factorial(abs(n) % 9)):\n"
    "        print(k, 'x' * 10)\n    print('e' * (abs(n) % 1_200_000), file=sys.stderr)\n",
    "prints-in-any-order": "def f(xs: list[str]) -> None:\n    print({*xs, 'a', 'b', 'c'})\n",
    "warns-once": "import warnings\ndef f(n: int) -> int:\n    warnings.warn(f'{n % 5}')\n    print(n)\n    return n\n",
    "prints-an-object": "def f(n: int) -> int:\n    print(object(), f)\n    return n\n",
    "warns": "import warnings\ndef f(n: int) -> int:\n    warnings.warn('odd')\n    return n\n",
    "changes-its-argument": "def f(xs: list[int]) -> list[int]:\n    xs.append(len(xs))\n    return xs\n",
    "lies-about-equality": "class A:\n    def __eq__(self, other):\n        return False\n    __hash__ = None\n"
    "def f(n: int) -> object:\n    return [A(), A()]\n",
    "nan": "def f(x: float) -> set[float]:\n    return {x, float('nan'), float('nan'), -x}\n",
}


SLEEPS = "import time\ndef f(n: int) -> int:\n    time.sleep(abs(n) % 10 / 72)\n    return n\n"


@pytest.fixture(scope="module")
def thorough() -> Iterator[Engine]:
    """With the default settings. The contracts of one procedure share its inputs and its answers."""
    with Engine(Settings(), Policy()) as engine:
        yield engine


@pytest.mark.parametrize("code", NASTY.values(), ids=NASTY.keys())
def test_an_exact_copy_of_a_nasty_procedure_never_fails(thorough: Engine, code: str) -> None:
    for contract in (Contract.EQUIVALENT, Contract.SUPERSET, Contract.COMPATIBLE):
        found = verdict(thorough, code, code, contract)
        assert found.outcome is not Outcome.FAILURE, (contract, found.faults)
        if found.outcome is Outcome.UNTESTABLE:
            assert found.reason in (Reason.BY_TYPE_ONLY, Reason.NO_INPUT), (contract, found.text)


def test_an_exact_copy_near_the_time_limit_passes() -> None:
    """Under one contract; calls that took too long are left out."""
    with Engine(Settings(max_examples=12, timeout=0.5, evidence="off"), Policy()) as engine:
        assert verdict(engine, SLEEPS, SLEEPS, Contract.EQUIVALENT).outcome is Outcome.SUCCESS


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(Settings(max_examples=15, evidence="off"), Policy()) as engine:
        yield engine


@pytest.mark.parametrize("name", ["small", "mbpp_typed", "mbpp_untyped", "structured_dev", "effects_dev"])
def test_an_exact_copy_of_a_corpus_procedure_never_fails(engine: Engine, name: str) -> None:
    procedures = {row["procedure"]["code"]: row["procedure"]["entry_point"] for row in corpus(name)}
    for code, entry_point in procedures.items():
        found = engine.test(dream_of(code, code, Contract.EQUIVALENT, entry_point=entry_point))
        assert found.outcome is not Outcome.FAILURE, (code, found.faults)
