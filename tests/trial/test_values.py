"""Values that differ observably count as different, each kind on its own inputs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Category, Contract, Dream, Outcome, Procedure, Reason, Verdict
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


RAISES = "class E(Exception):\n    def __init__(self, message, code):\n        super().__init__(message)\n"
RAISES += (
    "        self.code = code\n        self.text = message\ndef f(n: int):\n    raise E({message}, {code})\n"
)
STOPS = "def f(n: int):\n    yield n\n    yield {item}\n    raise ValueError(n)\n"
ASYNC = "async def f(n: int):\n    yield n\n    yield {item}\n    raise ValueError(n)\n"
GROUP = "def f(n: int):\n    raise ExceptionGroup('many', [ValueError(n), {inner}])\n"
NOTED = "def f(n: int):\n    e = ValueError(n)\n    e.add_note({note})\n    raise e\n"
CLASS_CODE = "class E(Exception):\n    status = {status}\ndef f(n: int):\n    raise E\n"
EXITS = "def f(n: int):\n    raise SystemExit({code})\n"
ZONE = "import datetime\nclass Z(datetime.tzinfo):\n"
ZONE += "    def __repr__(self):\n        return 'datetime.timezone.utc'\n"
ZONE += "    def utcoffset(self, d):\n        return datetime.timedelta(hours={hours})\n"
ZONE += "    def dst(self, d):\n        return None\n"
ZONE += "def f(n: int):\n    return datetime.datetime(2000, 1, 1, n % 24, tzinfo=Z())\n"
SHARED = "class A:\n    unit = {unit!r}\ndef f(n: int):\n    return A()\n"

RAISED = {
    "attribute": (RAISES.format(message="'m'", code="n"), RAISES.format(message="'m'", code="n + 1")),
    "attribute-of-the-class": (CLASS_CODE.format(status=404), CLASS_CODE.format(status=500)),
    "note": (NOTED.format(note="'a'"), NOTED.format(note="'b'")),
    "exit-status": (EXITS.format(code="n"), EXITS.format(code="n + 1")),
    "items-before": (STOPS.format(item="n"), STOPS.format(item="n + 1")),
    "fewer-items-before": (STOPS.format(item="n"), STOPS.replace("    yield {item}\n", "")),
    "items-before-in-async": (ASYNC.format(item="n"), ASYNC.format(item="n + 1")),
    "group": (GROUP.format(inner="KeyError(n)"), GROUP.format(inner="TypeError(n)")),
    "group-within": (
        GROUP.format(inner="ExceptionGroup('x', [KeyError(1)])"),
        GROUP.format(inner="ExceptionGroup('x', [KeyError(1), KeyError(2)])"),
    ),
    "time-zone": (ZONE.format(hours=0), ZONE.format(hours=1)),
    "time-zone-that-poses": (
        ZONE.format(hours=0).replace("tzinfo=Z()", "tzinfo=datetime.timezone.utc"),
        ZONE.format(hours=0),
    ),
    "class-attribute": (SHARED.format(unit="m"), SHARED.format(unit="km")),
}


@pytest.mark.parametrize(("base", "code"), RAISED.values(), ids=RAISED)
def test_what_a_caller_can_catch_or_measure_differs(engine: Engine, base: str, code: str) -> None:
    found = verdict(engine, base, code)
    assert found.category is Category.LOGIC
    copy = verdict(engine, base, base)
    assert copy.outcome is Outcome.SUCCESS or copy.reason is Reason.NO_INPUT, copy


EQUAL_RAISED = {
    "message": (RAISES.format(message="'m'", code="n"), RAISES.format(message="f'{n} is bad'", code="n")),
    "messages-within-a-group": (GROUP.format(inner="KeyError(n)"), GROUP.format(inner="KeyError('other')")),
    "cause": (
        "def f(n: int):\n    raise ValueError(n)\n",
        "def f(n: int):\n    raise ValueError(n) from KeyError()\n",
    ),
    "name-that-is-missing": (
        "def f(n: int):\n    return n.nothing\n",
        "def f(n: int):\n    return n.other\n",
    ),
}


@pytest.mark.parametrize(("base", "code"), EQUAL_RAISED.values(), ids=EQUAL_RAISED)
def test_what_only_people_read_of_an_exception_does_not_differ(engine: Engine, base: str, code: str) -> None:
    mixed = "    if n % 2:\n        return n\n    "
    base, code = (text.replace("int):\n    ", f"int):\n{mixed}") for text in (base, code))
    found = verdict(engine, base, code)
    assert found.outcome is Outcome.SUCCESS, found


def test_attributes_that_vary_are_left_out(engine: Engine) -> None:
    base = "class E(Exception): ...\ndef f(n: int):\n    if n % 2:\n        return n\n"
    base += "    e = E()\n    e.place = id(e) + __import__('time').time_ns()\n    raise e\n"
    found = verdict(engine, base, base)
    assert found.outcome is not Outcome.FAILURE


def test_a_failure_names_the_attribute_and_the_items(engine: Engine) -> None:
    base, code = RAISED["attribute"]
    mixed = ("int):\n    ", "int):\n    if n % 2:\n        return n\n    ")
    fault = verdict(engine, base.replace(*mixed), code.replace(*mixed)).faults[0]
    assert fault.summary == "raised E with another value at .code: 1, not 0"
    base, code = RAISED["items-before"]
    fault = verdict(engine, base, code).faults[0]
    assert fault.summary == "raised ValueError after other items, with another value at [1]: 1, not 0"
