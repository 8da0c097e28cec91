"""Repairs: each kind passes the jail's test, and one that does not pass is not shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import pytest_athena_dreams
from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Contract, Dream, Outcome, Procedure
from pytest_athena_dreams.repair.proof import Repair, Untested, find_repairs, proposed
from pytest_athena_dreams.trial import Engine, policy_of

ROOM = Path(pytest_athena_dreams.__file__).parent
FIRST = """\
def largest(items: list[int]) -> int:
    if not items:
        return 0
    return max(items)
"""
ROOT = """\
import math


def root(x: int) -> int:
    return math.isqrt(abs(x))
"""
WORDS = """\
from typing import Optional


def words(text: Optional[str] = None) -> list[str]:
    return text.split() if text else []
"""
POWER = """\
def power(base: int, *, twice: bool) -> int:
    return base * base if twice else base
"""
CASES: dict[str, tuple[str, str, str]] = {
    "fence": (FIRST, f"Here is the code:\n\n```python\n{FIRST}```\n\nIt is faster.\n", "fence"),
    "fence that is only closed": (FIRST, f"{FIRST}```\n", "fence"),
    "import of a module": (ROOT, ROOT.replace("import math\n", ""), "import"),
    "import of a name": (
        "def count(items: list[int]) -> dict[int, int]:\n    return {x: items.count(x) for x in items}\n",
        "def count(items: list[int]) -> dict[int, int]:\n    return dict(Counter(items))\n",
        "import",
    ),
    "import of a name in an annotation": (
        WORDS,
        WORDS.replace("from typing import Optional\n", ""),
        "import",
    ),
    "import that is not needed": (FIRST, f"import no_such_module as np\n\n{FIRST}", "unused import"),
    "None check": (
        WORDS,
        "def words(text: str = None) -> list[str]:\n    return text.split()\n",
        "None check",
    ),
    "guard of the procedure": (
        FIRST,
        "def largest(items: list[int]) -> int:\n    return max(items)\n",
        "guard",
    ),
    "guard from the failing input": (
        "def mean(items: list[int]) -> float:\n    return sum(items) / len(items) if items else 0.0\n",
        "def mean(items: list[int]) -> float:\n    return sum(items) / len(items)\n",
        "guard",
    ),
    "return left out": (FIRST, FIRST.replace("return max", "max"), "return"),
    "printed": (ROOT, ROOT.replace("return math.isqrt(abs(x))", "print(math.isqrt(abs(x)))"), "return"),
    "assigned": (ROOT, ROOT.replace("return math", "answer = math"), "return"),
    "None returned": (
        "def double(x: int) -> int:\n    y = 2 * x\n    return y\n",
        "def double(x: int) -> int:\n    y = x + x\n    return None\n",
        "return",
    ),
    "parameter renamed": (POWER, POWER.replace("twice", "double"), "parameter"),
    "parameter added without a default": (POWER, POWER.replace("bool", "bool, very"), ""),
    "another function name": (
        FIRST,
        FIRST.replace("largest", "biggest").replace("max(", "best(") + "def best(xs): return max(xs)\n",
        "entry point",
    ),
    "shared default": (
        "def kept(items: list[int]) -> list[int]:\n    return list(items)\n",
        "def kept(items: list[int], into=[]) -> list[int]:\n    into.extend(items)\n    return into\n",
        "mutable default",
    ),
    "argument changed in place": (
        "def ranked(items: list[int]) -> list[int]:\n    return sorted(items)\n",
        "def ranked(items: list[int]) -> list[int]:\n    items.sort()\n    return items\n",
        "argument",
    ),
    "wrong and beyond repair": (FIRST, FIRST.replace("max", "min"), ""),
    "endless": (FIRST, FIRST.replace("return max(items)", "while True: pass"), ""),
    "no Python at all": (FIRST, "I am sorry, I can't do that.", ""),
    "too deep for a parser": (FIRST, "x = " + "(" * 20_000, ""),
    "a lone surrogate": (FIRST, "x = '\ud800'\nraise ValueError('\ud800')\n", ""),
}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    settings = Settings(max_examples=40, timeout=0.5)
    engine = Engine(settings, policy_of(settings, {}))
    yield engine
    engine.close()


def dream(base: str, code: str) -> Dream:
    name = base.partition("def ")[2].partition("(")[0]
    procedure = Procedure(id=1, name=name, code=base, entry_point=name)
    return Dream(id=1, code=code, dream_type="x", procedure=procedure, contract=Contract.EQUIVALENT)


def test_every_kind_has_a_case_and_a_row_in_the_docs() -> None:
    made = {
        kind
        for path in (ROOM / "repair").glob("*.py")
        for kind in re.findall(r"\bkind=\"([^\"]+)\"", path.read_text())
    }
    table = (
        (ROOM.parent / "docs/learning.md").read_text().partition("\n## Repairs\n")[2].partition("\n## ")[0]
    )
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert {kind for _, _, kind in CASES.values() if kind} == made
    assert {kind for row in rows for kind in re.findall("`([^`]+)`", row)} == made


@pytest.mark.parametrize(("base", "code", "kind"), CASES.values(), ids=list(CASES))
def test_a_repair_is_given_only_where_it_passes(engine: Engine, base: str, code: str, kind: str) -> None:
    broken = dream(base, code)
    verdict = engine.test(broken)
    assert verdict.outcome is Outcome.FAILURE
    repairs = [
        each for each in find_repairs(engine, [(broken, verdict.faults[0])]) if isinstance(each, Repair)
    ]
    assert [repair.kind for repair in repairs] == ([kind] if kind else [])
    for repair in repairs:
        assert engine.test(dream(base, repair.code)).outcome is Outcome.SUCCESS
        assert repair.accepted > 0
        assert repair.diff().startswith("--- dream\n+++ repaired\n@@")


def test_a_procedure_that_can_not_be_run_costs_no_other_dream_its_repair(engine: Engine) -> None:
    broken = dream(FIRST, FIRST.replace("return max", "max"))
    fault = engine.test(broken).faults[0]
    orphan = dream(f"import no_such_module\n{FIRST}", broken.code)
    unknown = replace(broken, contract=None)
    found = list(find_repairs(engine, [(orphan, fault), (unknown, fault), (broken, fault)]))
    assert [type(each) for each in found] == [Untested, Untested, Repair]
    whys = [each.why for each in found if isinstance(each, Untested)]
    assert "No module named 'no_such_module'" in whys[0]
    assert "names no contract" in whys[1]


def test_a_source_that_ends_the_process_costs_no_other_dream_its_repair(engine: Engine) -> None:
    broken = dream(FIRST, FIRST.replace("return max", "max"))
    fault = engine.test(broken).faults[0]
    hostile = dream(FIRST, "x = " + "(" * 20_000)
    first, second = proposed([(hostile, fault), (broken, fault)])
    assert first == []
    assert second
