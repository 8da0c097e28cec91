"""Values that differ observably count as different, each kind on its own inputs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Contract, Dream, Outcome, Procedure, Verdict
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.trial.engine import Engine

FAULTS = Path(__file__).parents[1] / "faults"
ENUM = "from enum import {base}\nclass E({base}):\n    A = {value}\ndef f(n: int) -> E:\n    return E.A\n"
FLAG = "from enum import IntFlag\nclass E(IntFlag):\n    A = 1\n    B = {b}\n"
FLAG += "def f(n: int) -> E:\n    return E.A | E.B\n"
TUPLE = "from collections import namedtuple\nP = namedtuple('P', '{names}')\n"
TUPLE += "def f(n: int):\n    return [P(n, 1)]\n"
SUBCLASS = "class M({base}): ...\ndef f(n: int):\n    m = M()\n    m.unit = {unit!r}\n    return m\n"
MATCH = "import re\ndef f(n: int):\n    return re.match({pattern!r}, 'abc')\n"
PATTERN = "import re\ndef f(n: int):\n    return re.compile('a' * 300 + {end!r})\n"
CLASS = "class A: ...\nclass B: ...\ndef f(n: int):\n    return {name}\n"
ENDS = "def f(n: int):\n    yield n\n    return {end}\n"

DIFFERENT = {
    "enum": (ENUM.format(base="Enum", value=1), ENUM.format(base="Enum", value="'1'")),
    "int-enum": (ENUM.format(base="IntEnum", value=1), ENUM.format(base="IntEnum", value=2)),
    "flag": (FLAG.format(b=2), FLAG.format(b=4)),
    "namedtuple": (TUPLE.format(names="x y"), TUPLE.format(names="y x")),
    "namedtuple-other-name": (TUPLE.format(names="x y"), TUPLE.format(names="x z")),
    "subclass-of-list": (SUBCLASS.format(base="list", unit="m"), SUBCLASS.format(base="list", unit="km")),
    "subclass-of-float": (SUBCLASS.format(base="float", unit="m"), SUBCLASS.format(base="float", unit=None)),
    "match": (MATCH.format(pattern="(a)bc"), MATCH.format(pattern="a(b)c")),
    "match-names": (MATCH.format(pattern="(?P<x>a)bc"), MATCH.format(pattern="(?P<y>a)bc")),
    "pattern": (PATTERN.format(end="b"), PATTERN.format(end="c")),
    "class": (CLASS.format(name="A"), CLASS.format(name="B")),
    "classes-within": (CLASS.format(name="[A, int]"), CLASS.format(name="[A, str]")),
    "generator-end": (ENDS.format(end="n"), ENDS.format(end="n + 1")),
    "generator-end-none": (ENDS.format(end="None"), ENDS.format(end="0")),
}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(Settings(max_examples=12, shrink_time=0.2, evidence="off"), Policy()) as engine:
        yield engine


def verdict(engine: Engine, base: str, code: str) -> Verdict:
    procedure = Procedure(id=1, name="f", code=base, entry_point="f")
    return engine.test(
        Dream(id=1, code=code, dream_type="x", contract=Contract.EQUIVALENT, procedure=procedure)
    )


@pytest.mark.parametrize(("base", "code"), DIFFERENT.values(), ids=DIFFERENT)
def test_observable_differences_count(engine: Engine, base: str, code: str) -> None:
    assert verdict(engine, base, code).outcome is Outcome.FAILURE
    assert verdict(engine, base, base).outcome is not Outcome.FAILURE, "an exact copy never fails"


@pytest.mark.parametrize("path", sorted(FAULTS.glob("*.jsonl")), ids=lambda path: path.stem)
def test_a_known_fault_is_seen_and_kept_small(engine: Engine, path: Path) -> None:
    for line in map(json.loads, path.read_text().splitlines()):
        found = verdict(engine, line["procedure"]["code"], line["code"])
        assert found.outcome is Outcome.FAILURE
        assert sum(len(fault.summary) for fault in found.faults) < 20_000
