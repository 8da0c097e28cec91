"""Searches for the smallest input: one serves several dreams only where each would have come to the same."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.inputs.drawing import shrunk
from pytest_athena_dreams.models import Contract, Dream, Procedure
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.trial import Engine, shrinking

DEFAULTS = Settings()
BASE = "def f(n: int) -> int:\n    return n\n"
FAULT = "def f(n):\n    return n if n <= 71 * 71 else 0\n"
SAME = "def f(n):\n    if n > 71 * 71:\n        return 0\n    return n\n"
NEXT = "def f(n):\n    return n if n <= 71 * 71 + 1 else 0\n"
OTHER_END = "def f(n):\n    return n if n > -71 * 71 else 0\n"
RAISES = "def f(n):\n    assert n <= 71 * 71\n    return n\n"


def dream_of(code: str, contract: Contract = Contract.SUPERSET) -> Dream:
    base = Procedure(id=1, name="f", code=BASE)
    return Dream(id=1, code=code, dream_type="x", contract=contract, procedure=base, procedure_name="f")


def calls(
    monkeypatch: pytest.MonkeyPatch, *dreams: Dream, settings: Settings = DEFAULTS
) -> tuple[list[str | None], int]:
    """The smallest failing calls of dreams that one engine tests in turn, and how often it searched."""
    searches = 0

    def counted(*arguments: Any, **options: Any) -> Any:
        nonlocal searches
        searches += 1
        return shrunk(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(shrinking, "shrunk", counted)
        engine = Engine(settings, Policy())
        try:
            return [engine.test(dream).faults[0].call for dream in dreams], searches
        finally:
            engine.close()


@pytest.mark.parametrize(
    ("codes", "found", "searches"),
    [
        pytest.param([FAULT, SAME, FAULT], ["f(5042)"] * 3, 1, id="the same fault"),
        pytest.param([FAULT, RAISES], ["f(5042)"] * 2, 1, id="another kind of fault on the same inputs"),
        pytest.param([FAULT, NEXT, SAME], ["f(5042)", "f(5043)", "f(5042)"], 3, id="the next input"),
        pytest.param([FAULT, OTHER_END, SAME], ["f(5042)", "f(-5041)", "f(5042)"], 2, id="other inputs"),
    ],
)
def test_a_search_serves_another_dream_where_all_goes_as_before(
    monkeypatch: pytest.MonkeyPatch, codes: list[str], found: list[str], searches: int
) -> None:
    dreams = list(map(dream_of, codes))
    assert calls(monkeypatch, *dreams) == (found, searches)
    assert [calls(monkeypatch, dream)[0][0] for dream in dreams] == found


def test_searches_are_let_go_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shrinking, "CACHED_SEARCHES", 1)
    dreams = list(map(dream_of, [FAULT, OTHER_END, SAME]))
    assert calls(monkeypatch, *dreams) == (["f(5042)", "f(-5041)", "f(5042)"], 3)


def test_a_replay_has_no_more_time_than_a_search(monkeypatch: pytest.MonkeyPatch) -> None:
    (budget,) = replays(monkeypatch, dream_of(FAULT), dream_of(SAME), Settings())
    assert budget > 0


def replays(monkeypatch: pytest.MonkeyPatch, first: Dream, second: Dream, settings: Settings) -> list[float]:
    """The budgets with which the candidates of the first dream's search run for the second one."""
    budgets = []
    agrees = shrinking._Search.agrees

    def noted(self: shrinking._Search, candidates: shrinking.Candidates) -> bool:
        budgets.append(self._budget.left)
        return agrees(self, candidates)

    with Engine(settings, Policy()) as engine:
        engine.test(first)
        monkeypatch.setattr(shrinking._Search, "agrees", noted)
        engine.test(second)
    return budgets


SLOW = FAULT.replace("return", "m = sum(range(100_000))\n    return")


@pytest.mark.parametrize(("seconds", "searches"), [(0.01, 2), (20.0, 1)])
def test_a_search_that_was_cut_short_serves_no_other(
    monkeypatch: pytest.MonkeyPatch, seconds: float, searches: int
) -> None:
    settings = Settings(shrink_time=seconds)
    assert calls(monkeypatch, dream_of(SLOW), dream_of(SLOW + "\n"), settings=settings)[1] == searches


def test_a_search_that_was_cut_short_is_not_replayed(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(shrink_time=0.5, max_examples=30, evidence="off")
    work = "sum(range(71 * 71 * 71))"  # without literals that FAULT does not have, which would add inputs
    slow = FAULT.replace("return", "m = " + ", ".join([work] * 9) + "\n    return")
    assert replays(monkeypatch, dream_of(slow), dream_of(FAULT), settings) == []
    assert len(replays(monkeypatch, dream_of(FAULT), dream_of(SAME), Settings(evidence="off"))) == 1
