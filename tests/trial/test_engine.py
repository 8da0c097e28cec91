"""One dream, end to end, in a real jail: which inputs find which faults, and what a verdict says."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Category, Contract, Dream, Outcome, Procedure, Verdict
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.trial import Engine
from pytest_athena_dreams.trial.answers import Answers
from pytest_athena_dreams.trial.lab import Jails, Lab
from pytest_athena_dreams.trial.observing import Extent


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = Engine(Settings(), Policy())
    yield engine
    engine.close()


def dream_of(
    code: str, base: str | None, contract: Contract = Contract.SUPERSET, *, entry_point: str | None = None
) -> Dream:
    procedure = Procedure(id=1, name="f", code=base, entry_point=entry_point) if base else None
    return Dream(
        id=1,
        code=code,
        dream_type="x",
        contract=contract,
        procedure=procedure,
        procedure_name="f",
        entry_point=entry_point,
    )


def verdict(engine: Engine, code: str, base: str | None, contract: Contract = Contract.SUPERSET) -> Verdict:
    return engine.test(dream_of(code, base, contract))


ENUM = "from enum import Enum\nclass Color(Enum):\n    RED = 1\n    BLUE = 2\n    VIOLET = 3\n"
TREE = (
    "from __future__ import annotations\nfrom dataclasses import dataclass\n@dataclass\nclass Tree:\n"
    "    value: int\n    left: Tree | None = None\n    right: Tree | None = None\n"
)
POINT = "class Point:\n    def __init__(self, x: int, y: int):\n        self.x, self.y = x, y\n"
TD = "from typing import TypedDict, NotRequired\nclass Row(TypedDict):\n id: int\n tag: NotRequired[str]\n"

FAULTS = {
    "behind-a-literal-of-the-dream": (
        "def f(k: int) -> int:\n    return k + 1\n",
        "def f(k: int) -> int:\n    return 0 if k == 7777 else k + 1\n",
    ),
    "behind-a-literal-of-the-procedure": (
        "def f(k: int) -> int:\n    return 5 if k == 7777 else k\n",
        "def f(k: int) -> int:\n    return k\n",
    ),
    "behind-a-length": (
        "def f(s: str) -> str:\n    return s\n",
        "def f(s: str) -> str:\n    return s[:-1] if len(s) > 20 else s\n",
    ),
    "behind-two-equal-lists": (
        "def f(a: list[int], b: list[int]) -> int:\n    return len(a) + len(b)\n",
        "def f(a: list[int], b: list[int]) -> int:\n    return 0 if a and a == b else len(a) + len(b)\n",
    ),
    "at-the-limit-of-a-docstring": (
        'def f(day: int) -> int:\n    """Day of a year, at most 365."""\n    return day\n',
        'def f(day: int) -> int:\n    """Day of a year."""\n    return day - (day > 180 + 180 + 4)\n',
    ),
    "behind-an-enum-member": (
        ENUM + "def f(c: Color) -> str:\n    return c.name\n",
        ENUM + "def f(c: Color) -> str:\n    return 'RED' if c is Color.VIOLET else c.name\n",
    ),
    "behind-an-empty-list": (
        "def f(xs: list[int]) -> int:\n    return sum(xs)\n",
        "def f(xs: list[int]) -> int:\n    return sum(xs) if xs else -1\n",
    ),
    "behind-a-keyword-only-default": (
        "def f(x: int, *, up: bool = False) -> int:\n    return x + 1 if up else x\n",
        "def f(x: int, *, up: bool = False) -> int:\n    return x\n",
    ),
    "behind-a-none": (
        "def f(x: int | None) -> int:\n    return x or 0\n",
        "def f(x: int | None) -> int:\n    return x + 0\n",
    ),
    "deep-in-a-recursive-class": (
        TREE + "def f(t: Tree) -> int:\n    return t.value + (f(t.left) if t.left else 0)\n",
        TREE + "def f(t: Tree) -> int:\n    return t.value\n",
    ),
    "in-a-plain-class": (
        POINT + "def f(p: Point) -> Point:\n    return Point(p.y, p.x)\n",
        POINT + "def f(p: Point) -> Point:\n    return Point(p.x, p.y)\n",
    ),
    "in-a-typed-dict": (
        TD + "def f(row: Row) -> str:\n    return row.get('tag', 'none')\n",
        TD + "def f(row: Row) -> str:\n    return row['tag']\n",
    ),
    "in-a-callable": (
        "from typing import Callable\ndef f(g: Callable[[int], int], n: int) -> int:\n    return g(n)\n",
        "from typing import Callable\ndef f(g: Callable[[int], int], n: int) -> int:\n    return g(n + 1)\n",
    ),
    "in-an-iterator": (
        "from typing import Iterator\ndef f(xs: Iterator[int]) -> int:\n    return sum(xs)\n",
        "from typing import Iterator\ndef f(xs: Iterator[int]) -> int:\n    return sum(xs) - next(xs, 1)\n",
    ),
    "in-a-generator": (
        "def f(n: int):\n    yield from range(n)\n",
        "def f(n: int):\n    yield from range(n)\n    yield 0\n",
    ),
    "in-a-coroutine": (
        "async def f(n: int) -> int:\n    return n\n",
        "import asyncio\nasync def f(n: int) -> int:\n    await asyncio.sleep(0)\n    return n + 1\n",
    ),
    "in-an-async-generator": (
        "async def f(n: int):\n    for i in range(min(n, 5)):\n        yield i\n",
        "async def f(n: int):\n    for i in range(min(n, 5)):\n        yield -i\n",
    ),
    "in-variadic-arguments": (
        "def f(*xs: int, **named: int) -> int:\n    return sum(xs) + sum(named.values())\n",
        "def f(*xs: int, **named: int) -> int:\n    return sum(xs)\n",
    ),
    "in-a-script": (
        "total = price * count\n_result = total\n",
        "total = price * count + (count > 3)\n_result = total\n",
    ),
    "without-annotations": (
        "def f(words):\n    return [w.upper() for w in words]\n",
        "def f(words):\n    return [w.title() for w in words][:3]\n",
    ),
    "in-place": (
        "def f(xs: list[int]) -> int:\n    return max(xs, default=0)\n",
        "def f(xs: list[int]) -> int:\n    xs.sort()\n    return xs[-1] if xs else 0\n",
    ),
    "at-nan": (
        "def f(x: float) -> bool:\n    return x != x\n",
        "def f(x: float) -> bool:\n    return False\n",
    ),
    "at-a-lone-surrogate": (
        "def f(s: str) -> int:\n    return len(s)\n",
        "def f(s: str) -> int:\n    return len(s.encode().decode())\n",
    ),
}


@pytest.mark.parametrize(("base", "code"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_found(engine: Engine, base: str, code: str) -> None:
    assert verdict(engine, base, base).outcome is Outcome.SUCCESS
    found = verdict(engine, code, base)
    assert found.outcome is Outcome.FAILURE
    assert found.faults[0].call is not None


def test_a_method_is_called_on_an_instance_made_from_its_own_signature(engine: Engine) -> None:
    base = "class Box:\n    def __init__(self, n: int):\n        self.n = n\n"
    base += "    def more(self, k: int) -> int:\n"
    right, wrong = base + "        return self.n + k\n", base + "        self.n += k\n        return self.n\n"
    assert engine.test(dream_of(right, right, entry_point="Box.more")).category is None
    found = engine.test(dream_of(wrong, right, entry_point="Box.more"))
    assert found.category is Category.LOGIC
    assert "in place" in found.faults[0].summary
    assert str(found.faults[0].call).startswith("Box.more(Box(n=")


def test_a_dream_without_a_class_that_the_inputs_need_is_of_another_type(engine: Engine) -> None:
    base = POINT + "def f(p: Point) -> int:\n    return p.x\n"
    assert verdict(engine, "def f(p) -> int:\n    return 1\n", base).category is Category.TYPE


def test_a_smallest_input_is_small(engine: Engine) -> None:
    base = "def f(xs: list[int]) -> int:\n    return sum(xs)\n"
    found = verdict(engine, "def f(xs: list[int]) -> int:\n    return sum(xs) if len(xs) < 3 else 0\n", base)
    assert found.faults[0].call in ("f([0, 0, 1])", "f([1, 0, 0])", "f([0, 1, 0])")


DOMAINS = {
    "positive": "def f(n: int) -> int:\n    if n <= 0:\n        raise ValueError(n)\n    return n\n",
    "nonempty": "def f(xs: list[str]) -> str:\n    return max(x[0] for x in xs)\n",
    "same-length": "def f(a: list[int], b: list[int]) -> int:\n"
    "    assert len(a) == len(b) > 0\n    return sum(x * y for x, y in zip(a, b))\n",
    "an-index": "def f(xs: list[int], i: int) -> int:\n    assert i >= 0\n    return xs[i]\n",
    "a-length": "def f(xs: list[int], n: int) -> int:\n    assert n == len(xs)\n    return sum(xs[:n])\n",
    "hangs-below-zero": "def f(n: int) -> int:\n    c = 0\n    while n != 0:\n        n >>= 1\n"
    "        c += 1\n    return c\n",
    "numerals": "def f(text: str) -> int:\n    h, m = text.split(':')\n    return int(h) * 60 + int(m)\n",
    "a-matrix": "def f(m: list[list[int]]) -> list[list[int]]:\n"
    "    return [[m[i][j] for i in range(len(m))] for j in range(len(m[0]))]\n",
}


@pytest.mark.parametrize("base", DOMAINS.values(), ids=DOMAINS.keys())
def test_a_pool_that_is_mostly_rejected_is_narrowed(engine: Engine, base: str) -> None:
    found = verdict(engine, base, base)
    assert found.outcome is Outcome.SUCCESS
    assert found.accepted >= 40


def test_a_free_dream_is_judged_by_itself(engine: Engine) -> None:
    guarded = 'def f(n: int) -> int:\n    if n < 0:\n        raise ValueError("negative")\n    return n\n'
    assert verdict(engine, guarded, None).outcome is Outcome.SUCCESS
    assert verdict(engine, guarded.replace("ValueError", "KeyError"), None).category is Category.RUNTIME
    assert verdict(engine, "def f(n: int) -> str:\n    return n\n", None).category is Category.VALIDATION
    doc = '    """X.\n\n    Raises:\n        KeyError: if odd.\n    """\n'
    documented = f"def f(n: int) -> int:\n{doc}    return {{0: 1}}[n % 2]\n"
    assert verdict(engine, documented, None).outcome is Outcome.SUCCESS


def test_an_input_that_the_procedure_hangs_on_is_no_fault_of_the_dream(engine: Engine) -> None:
    base = "def f(n: int) -> int:\n    while n < 0: pass\n    return n\n"
    assert verdict(engine, base, base).outcome is Outcome.SUCCESS


NUMBERS = "def f(n: int) -> int:\n    return n\n"


def test_a_failure_that_does_not_repeat_is_flaky_and_shows_both_results(engine: Engine) -> None:
    code = "calls = []\ndef f(n: int) -> int:\n    calls.append(n)\n    return n + (len(calls) == 5)\n"
    found = verdict(engine, code, NUMBERS)
    assert found.category is Category.FLAKY
    assert ", then returned " in found.faults[0].got


def test_a_hang_that_does_not_come_back_is_the_machines_doing(engine: Engine) -> None:
    soon = time.time() + 0.8
    code = f"import time\ndef f(n: int) -> int:\n    if time.time() < {soon}: time.sleep(9)\n    return n\n"
    assert verdict(engine, code, NUMBERS).outcome is Outcome.SUCCESS


@pytest.mark.parametrize(
    ("act", "category"),
    [
        ("time.sleep(9)", Category.TIMEOUT),
        ("os.kill(os.getpid(), 9)", Category.RESOURCE),
        ("[0 for _ in iter(int, 1)]", Category.FLAKY),
    ],
    ids=["sleeps", "kills itself", "computes"],
)
def test_what_a_dream_does_to_itself_on_a_later_call_is_never_the_machines_doing(
    engine: Engine, act: str, category: Category
) -> None:
    code = "import os, time\ncalls = []\ndef f(n: int) -> int:\n    calls.append(n)\n"
    found = verdict(engine, f"{code}    if len(calls) == 40: {act}\n    return n\n", NUMBERS)
    assert found.category is category
    if category is not Category.FLAKY:
        assert "after 39 other calls in the same process" in found.faults[0].summary


def test_a_smallest_hang_and_a_smallest_death_are_small(engine: Engine) -> None:
    base = "def f(n: int, s: str) -> int:\n    return n\n"
    hangs = "def f(n: int, s: str) -> int:\n    while n > 10: pass\n    return n\n"
    (fault,) = verdict(engine, hangs, base).faults
    assert (fault.category, fault.call, fault.got) == (Category.TIMEOUT, "f(11, '')", "took more than 1 s")
    dies = "import os\ndef f(n: int, s: str) -> int:\n    if s: os._exit(0)\n    return n\n"
    (fault,) = verdict(engine, dies, base).faults
    assert (fault.category, fault.call) == (Category.RUNTIME, "f(0, '0')")


def test_a_result_that_depends_on_the_hash_seed_is_flaky(engine: Engine) -> None:
    steady, shaky = (
        "def f(n: int) -> int:\n    return n\n",
        "def f(n: int) -> int:\n    return n + hash('x')\n",
    )
    assert verdict(engine, steady, None).outcome is Outcome.SUCCESS
    assert verdict(engine, shaky, None).category is Category.FLAKY


def test_a_procedure_that_is_not_steady_itself_is_no_fault_of_the_dream(engine: Engine) -> None:
    base = "import random\ndef f(xs: list[int]) -> int:\n    return random.choice(xs) if xs else 0\n"
    code = "import random\ndef f(xs: list[int]) -> int:\n    return random.sample(xs, 1)[0] if xs else 0\n"
    assert verdict(engine, code, base).outcome is Outcome.SUCCESS
    assert verdict(engine, code.replace("else 0", "else 1"), base).outcome is Outcome.SUCCESS  # left out
    assert verdict(engine, code.replace("else 0", "else ''"), base).category is Category.LOGIC
    assert verdict(engine, code.replace("[0] if", "if"), base).category is Category.LOGIC


def test_where_a_procedure_is_not_steady_no_other_value_is_shown_as_the_fault(engine: Engine) -> None:
    base = "import random\ndef f(xs: list[int]) -> int:\n    return random.choice(xs) if xs else 0\n"
    code = "import random\ndef f(xs: list[int]) -> int:\n    if len(xs) > 2: return xs\n"
    code += "    return random.choice(xs[::-1]) if xs else 0\n"
    (fault,) = verdict(engine, code, base).faults
    assert fault.call == "f([0, 0, 0])"


def test_a_faster_dream_is_told_to_be_faster(engine: Engine) -> None:
    base = "def f(n: int) -> int:\n    return sum(i for i in range(abs(n) % 50 + 20000)) * 0 + n\n"
    fast = verdict(engine, NUMBERS, base)
    assert fast.figures.speed is not None
    assert fast.figures.speed > 10
    slow = verdict(engine, base, NUMBERS)
    assert slow.figures.speed is not None
    assert slow.figures.speed < 0.1
    assert verdict(engine, "def f(n): return 'x'", base).figures.speed is None


def test_several_faults_are_told_apart_each_with_its_smallest_input(engine: Engine) -> None:
    base = "def f(n: int, s: str) -> int:\n    return n\n"
    code = "def f(n: int, s: str) -> int:\n    if n > 10:\n        return [][n]\n    return n + len(s) // 3\n"
    found = verdict(engine, code, base)
    assert {fault.category: fault.call for fault in found.faults} == {
        Category.RUNTIME: "f(11, '')",
        Category.LOGIC: "f(0, '000')",
    }
    assert {fault.category: fault.line for fault in found.faults}[Category.RUNTIME] == 3


def test_a_procedure_that_remembers_what_it_was_asked_is_not_steady(engine: Engine) -> None:
    counts = "asked = []\ndef f(x: int) -> int:\n    asked.append(x)\n    return len(asked)\n"
    reference = engine.reference(Procedure(id=1, name="f", code=counts))
    assert reference.variation.values is Extent.VALUE
    payload = next(iter(reference.pool.inputs))
    jails = Jails(Policy())
    answers = Answers(Lab(Settings(), jails, lambda *_: {}))
    try:
        for _ in range(2):
            assert answers.runner(reference).run([payload], timeout=5)[0].value == 1
    finally:
        answers.close()
        jails.close()


def test_a_verdict_has_what_its_child_used(engine: Engine) -> None:
    big = "def f(x: int) -> int:\n    data = b'x' * 30_000_000\n    return x + len(data) - 30_000_000\n"
    found = verdict(engine, big, "def f(x: int) -> int:\n    return x\n")
    assert found.outcome is Outcome.SUCCESS
    assert found.figures.cpu > 0
    assert found.figures.peak_memory > 25_000_000
