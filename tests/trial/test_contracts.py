"""Every row of the contract table, in a real jail: what only that contract allows, and what none does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Category, Contract, Dream, Procedure, Verdict
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.trial import Engine

HELD = tuple(Contract)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = Engine(Settings(max_examples=40, shrink_time=0.5), Policy())
    yield engine
    engine.close()


def test(engine: Engine, base: str, code: str, contract: Contract) -> Verdict:
    procedure = Procedure(id=1, name="f", code=base, entry_point="f")
    dream = Dream(id=1, code=code, dream_type="x", contract=contract, procedure=procedure, procedure_name="f")
    return engine.test(dream)


test.__test__ = False  # type: ignore[attr-defined]

BASE = """\
def f(n: int) -> int:
    if n < 0:
        raise ValueError("below zero")
    return n + 1
"""
SORTS = "def f(xs: list[int]) -> int:\n    xs.sort()\n    return xs[0] if xs else 0\n"
COUNTS = "def f(xs: list[int]) -> int:\n    return len(xs)\n"

CASES: dict[str, tuple[str, str, str, Category | None]] = {
    "the-same": (BASE, BASE, "equivalent superset compatible free", None),
    "another-message": (
        BASE, BASE.replace("below zero", "no"), "equivalent superset compatible free", None,
    ),
    "raises-something-else-where-it-raised": (
        BASE, BASE.replace("ValueError", "KeyError"), "superset compatible", Category.LOGIC,
    ),
    "returns-where-it-raised": (
        BASE, "def f(n: int) -> int:\n    return n + 1\n", "superset compatible free", Category.LOGIC,
    ),
    "swallows-an-error-of-the-system-that-the-code-raised": (
        BASE.replace("ValueError", "PermissionError"), "def f(n: int) -> int:\n    return n + 1\n",
        "superset compatible free", Category.LOGIC,
    ),
    "another-value": (BASE, BASE.replace("n + 1", "n + 2"), "compatible free", Category.LOGIC),
    "a-value-of-another-type": (
        BASE, BASE.replace("n + 1", "[n]").replace("-> int", "-> list[int]"), "free", Category.LOGIC,
    ),
    "a-value-that-its-own-annotation-forbids": (
        BASE, BASE.replace("n + 1", "n + 0.5"), "", Category.LOGIC,
    ),
    "raises-as-declared-where-it-returned": (
        BASE, BASE.replace("n < 0", "n < 5"), "free", Category.RUNTIME,
    ),
    "raises-undeclared-where-it-returned": (
        BASE, BASE.replace("return n", "return {0: 1}[n]"), "", Category.RUNTIME,
    ),
    "changes-an-argument": (
        COUNTS, COUNTS.replace("    return", "    xs.sort()\n    return"), "free", Category.LOGIC,
    ),
    "leaves-an-argument-alone": (
        SORTS, SORTS.replace("xs.sort()", "xs = sorted(xs)"), "compatible free", Category.LOGIC,
    ),
    "changes-an-argument-in-another-way": (
        SORTS, SORTS.replace("    return", "    xs += xs\n    return"), "free", Category.LOGIC,
    ),
    "changes-the-type-of-an-argument's-item": (
        "def f(xs: list[bool]) -> int:\n    return len(xs)\n",
        "def f(xs: list[bool]) -> int:\n    xs[:] = map(int, xs)\n    return len(xs)\n",
        "free", Category.LOGIC,
    ),
    "returns-a-coroutine": (BASE, "async " + BASE, "free", Category.LOGIC),
    "returns-no-coroutine": ("async " + BASE, BASE, "free", Category.LOGIC),
    "returns-a-coroutine-as-the-procedure-does": (
        "async " + BASE, "async " + BASE, "equivalent superset compatible free", None,
    ),
    "returns-another-value-when-awaited": (
        "async " + BASE, "async " + BASE.replace("n + 1", "n + 2"), "compatible free", Category.LOGIC,
    ),
    "returns-an-async-generator": (
        "def f(n: int):\n    yield n\n", "async def f(n: int):\n    yield n\n", "free", Category.LOGIC,
    ),
    "returns-a-coroutine-for-an-async-generator": (
        "async def f(n: int):\n    yield n\n", "async def f(n: int):\n    return iter([n])\n",
        "free", Category.LOGIC,
    ),
}  # fmt: skip


@pytest.mark.parametrize("contract", HELD)
@pytest.mark.parametrize(("base", "code", "allowed_by", "category"), CASES.values(), ids=CASES)
def test_what_each_contract_allows(
    engine: Engine, base: str, code: str, allowed_by: str, category: Category | None, contract: Contract
) -> None:
    verdict = test(engine, base, code, contract)
    allowed = contract.value in allowed_by.split()
    assert (verdict.category is None) == allowed, verdict.faults
    assert verdict.contract is contract
    assert verdict.accepted > 0
    if not allowed and contract is Contract.EQUIVALENT:
        assert verdict.category is category


def test_each_contract_allows_what_no_stricter_one_does() -> None:
    allowed = {contract: {n for n, case in CASES.items() if contract in case[2].split()} for contract in HELD}
    assert allowed[Contract.EQUIVALENT] < allowed[Contract.SUPERSET] < allowed[Contract.COMPATIBLE]
    assert allowed[Contract.FREE] - allowed[Contract.COMPATIBLE]


def test_compatible_measures_how_often_values_differ(engine: Engine) -> None:
    same = test(engine, BASE, BASE, Contract.COMPATIBLE)
    other = test(engine, BASE, BASE.replace("n + 1", "n + 2"), Contract.COMPATIBLE)
    assert (same.figures.diverged, other.figures.diverged) == (0, 1)
    assert test(engine, BASE, BASE, Contract.SUPERSET).figures.diverged is None


def test_an_iterator_of_another_type_is_compatible(engine: Engine) -> None:
    base = "def f(n: int):\n    yield from range(n % 4)\n"
    code = "def f(n: int):\n    return map(abs, range(n % 3))\n"
    assert test(engine, base, code, Contract.COMPATIBLE).category is None
    assert test(engine, base, code.replace("map", "list(map") + ")", Contract.COMPATIBLE).category


def test_an_unannotated_large_list_keeps_the_annotation_of_a_free_dream(engine: Engine) -> None:
    code = "def f(n: int) -> list[int]:\n    return [10**6] * 60_000\n"
    assert test(engine, BASE, code, Contract.FREE).category is None
    assert test(engine, BASE, code.replace("list", "set", 1), Contract.FREE).category is Category.VALIDATION


LARGE = "def f(n: int) -> object:\n    return {code}\n"


@pytest.mark.parametrize(
    ("base", "code", "category"),
    [
        pytest.param("{str(i): n for i in range(9**5)}", "{str(i): n for i in reversed(range(9**5))}", None),
        pytest.param("[i * 0.3 for i in range(9**5)]", "[i * 0.1 * 3 for i in range(9**5)]", None),
        pytest.param("[i * 0.3 for i in range(9**5)]", "[i * 0.3 for i in range(9**5 - 1)] + [0.3]", "logic"),
    ],
    ids=["order", "rounding", "one-item"],
)
def test_a_large_value_is_compared_as_a_small_one(base: str, code: str, category: str | None) -> None:
    engine = Engine(Settings(max_examples=3, shrink_time=0, timeout=8), Policy())
    try:
        whole, other = LARGE.format(code=base), LARGE.format(code=code)
        verdict = test(engine, whole, other, Contract.SUPERSET)
    finally:
        engine.close()
    assert verdict.category == category
    if category:
        assert " at [59" in verdict.faults[0].summary


@pytest.mark.parametrize(
    ("settings", "base", "code", "contract"),
    [
        pytest.param(
            Settings(tolerance=0), "return x + 0.3", "return x + 0.1 + 0.2", Contract.SUPERSET, id="tolerance"
        ),
        pytest.param(
            Settings(signed_zero="on"), "return x * 0.0", "return abs(x) * 0.0", Contract.SUPERSET, id="zero"
        ),
        pytest.param(
            Settings(exceptions="message"), "raise KeyError('a')", "raise KeyError('b')", Contract.EQUIVALENT,
            id="message",
        ),
    ],
)  # fmt: skip
def test_a_setting_makes_the_comparison_stricter(
    engine: Engine, settings: Settings, base: str, code: str, contract: Contract
) -> None:
    header = "def f(x: float) -> float:\n    if x - x: return 0.0\n    "
    assert test(engine, header + base, header + code, contract).category is None
    strict = Engine(settings, Policy())
    try:
        assert test(strict, header + base, header + code, contract).category is Category.LOGIC
        assert test(strict, header + base, header + base, contract).category is None
    finally:
        strict.close()
