"""Which dreams are adopted, and what is said about the others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pytest_athena_dreams.adoption.conditions import Candidate, decide, shown_literals
from pytest_athena_dreams.models import (
    Category,
    Contract,
    Dream,
    Fault,
    Figures,
    Outcome,
    Procedure,
    Reason,
    Verdict,
)
from pytest_athena_dreams.source.normalise import digest

BASE = "def f(xs):\n    found = []\n    for x in xs:\n        found.append(x)\n    return found\n"
SHORT = "def f(xs):\n    return list(xs)\n"
GOOD = Figures(tried=1000, accepted=1000, evidence=0.9, speed=2.0)


def candidate(code: str = SHORT, **more: Any) -> Candidate:
    dream = Dream(
        id=1,
        code=code,
        dream_type="constraint_relaxation",
        contract=Contract.SUPERSET,
        procedure=Procedure(id=1, name="f", code=BASE, entry_point="f"),
    )
    values: dict[str, Any] = {
        "dream": dream,
        "current": True,
        "passed": True,
        "known": frozenset({digest(BASE)}),
        "shown": (),
    }
    return Candidate(**(values | more))


def verdict(outcome: Outcome = Outcome.SUCCESS, figures: Figures = GOOD, **more: Any) -> Verdict:
    return Verdict(dream_id=1, outcome=outcome, contract=Contract.SUPERSET, figures=figures, **more)


def refusals(found: Candidate, given: Verdict | None = None) -> str:
    """What is said against a candidate whose test gives a verdict; without one, it may not come to that."""

    def test(dream: Dream) -> Verdict:
        assert given is not None, "the test ran"
        return given

    return "; ".join(decide(found, seed=7, test=test).refusals)


def test_a_dream_that_meets_all_conditions_is_adopted() -> None:
    decision = decide(candidate(), seed=7, test=lambda dream: verdict())
    assert decision.adopted
    assert decision.gain.speed == 2.0
    assert decision.gain.size is not None
    assert (decision.seed, decision.verdict) == (7, verdict())


FREE = replace(candidate().dream, contract=Contract.FREE)
ALONE = replace(candidate().dream, procedure=None)
SHOWN = ("f([1, 2, 733])", "f('needle', key=-2.5)")
STATIC = {
    "no procedure": (candidate(dream=ALONE), "it has no procedure that it could be the next version of"),
    "free": (candidate(dream=FREE), "its contract compares it with nothing"),
    "an old version": (candidate(current=False), "its procedure has a newer version than 1"),
    "not passed": (
        candidate(passed=False),
        "its last test did not pass on the code that it has now: see athena-dreams show 1",
    ),
    "a copy": (
        candidate(BASE.replace("found", "out") + "\n# a copy\n"),
        "it is a copy of a version of its procedure",
    ),
    "failed before": (
        candidate(failed="it fails on f([7]) (seed 3)"),
        "it failed when it was to be adopted before: it fails on f([7]) (seed 3)",
    ),
    "a shown number": (
        candidate("def f(xs):\n    return [733] if 733 in xs else list(xs)\n", shown=SHOWN),
        "its code holds values of failing calls that its writer was shown: 733",
    ),
    "shown texts": (
        candidate("def f(xs):\n    return {'needle': -2.5}.get(xs) or list(xs)\n", shown=SHOWN),
        "its code holds values of failing calls that its writer was shown: 'needle', -2.5, 2.5",
    ),
}


BY_LUCK = {
    "calls so far": ("CALLS = []", "CALLS.append(1) or len(CALLS) < 10_000", "earlier calls"),
    "calls by number": ("import itertools\nC = itertools.count()", "next(C) < 10_000", "earlier calls"),
    "the hour": ("import time", "time.localtime().tm_hour < 25", "the clock"),
    "the year": ("import datetime", "datetime.date.today().year < 2100", "the clock"),
    "one in 500": ("import random", "random.random() > 0.002", "random numbers"),
    "one in 500 of the system's": ("from secrets import randbelow", "randbelow(500)", "random numbers"),
    "memory": ("import sys", "sys.getsizeof(xs) < 10_000", "the machine and its process"),
    "the process": ("import os", "os.getpid() % 500", "the machine and its process"),
    "threads": ("from threading import active_count", "active_count() < 9", "the machine and its process"),
    "hashes": ("", "hash(str(xs)) % 500", "hashes or addresses"),
    "addresses": ("", "id(xs) % 4_096", "hashes or addresses"),
    "a hidden clock": ("clock = __import__('ti' + 'me').time", "clock() < 9e9", "code made from text"),
}
"""When a dream is right, so that tests don't find out: what it imports, the condition, and what is said."""


@pytest.mark.parametrize(("head", "condition", "what"), BY_LUCK.values(), ids=BY_LUCK.keys())
def test_a_dream_that_is_right_by_luck_is_refused(head: str, condition: str, what: str) -> None:
    code = f"{head}\ndef f(xs):\n    return list(xs) if {condition} else []\n"
    said = refusals(candidate(code))
    assert said == f"its results may depend on {what}, and its procedure's do not"


@pytest.mark.parametrize(("found", "why"), STATIC.values(), ids=STATIC.keys())
def test_what_needs_no_test_is_refused_without_one(found: Candidate, why: str) -> None:
    assert refusals(found) == why


def test_values_of_the_procedure_and_those_that_are_everywhere_are_free() -> None:
    base = replace(
        candidate().dream.procedure or Procedure(id=1, name="", code=""), code="def f(x): return 733"
    )
    dream = replace(
        candidate().dream, procedure=base, code="def f(x): return (733, 0, 1, -1, '', None, True)"
    )
    assert shown_literals(dream, ["f(733, 0, 1, -1, '', None, True, 1.0)"]) == []


def test_a_call_that_is_no_python_shows_nothing_and_stops_nothing() -> None:
    assert shown_literals(candidate("def f(x): return 733").dream, ["f(…", "f(733)"]) == [733]


FAULT = Fault(category=Category.LOGIC, summary="returned 1, not 2", call="f([2])")
MEASURED = {
    "fails": (
        verdict(Outcome.FAILURE, category=Category.LOGIC, faults=(FAULT,)),
        "it fails on a new seed: logic: returned 1, not 2 on f([2])",
    ),
    "untestable": (
        verdict(Outcome.UNTESTABLE, reason=Reason.REFUSED, text="the jail refused"),
        "it can't be tested: the jail refused",
    ),
    "little evidence": (
        verdict(figures=replace(GOOD, evidence=0.49)),
        "the evidence for it is 49%, and 50% is required",
    ),
    "no evidence": (
        verdict(figures=replace(GOOD, evidence=None)),
        "there is no evidence for it: 50% of the procedure's mutants must be detected",
    ),
}


@pytest.mark.parametrize(("given", "why"), MEASURED.values(), ids=MEASURED.keys())
def test_a_test_that_shows_too_little_refuses(given: Verdict, why: str) -> None:
    assert refusals(candidate(), given) == why


@pytest.mark.parametrize(
    ("code", "figures", "held"),
    [
        (BASE + "\nX = 2\n", replace(GOOD, speed=1.1), False),
        (BASE + "\nX = 2\n", replace(GOOD, speed=1.5), True),
        (BASE + "\nX = 2\n", replace(GOOD, speed=None, widened=0.1), True),
        (SHORT, replace(GOOD, speed=0.5), True),
        (SHORT, replace(GOOD, diverged=0.1), False),
    ],
)
def test_a_dream_that_is_not_better_is_refused(code: str, figures: Figures, *, held: bool) -> None:
    said = refusals(candidate(code), verdict(figures=figures))
    assert said == (
        "" if held else "it is not better: neither wider, nor faster, nor shorter, in its tested values"
    )


def test_speed_alone_counts_if_it_is_measured_twice() -> None:
    speeds = iter([3.0, 2.0, 3.0, 1.0])

    def test(dream: Dream) -> Verdict:
        return verdict(figures=replace(GOOD, speed=next(speeds)))

    found = candidate(BASE + "\nX = 2\n")
    assert decide(found, seed=7, test=test).gain.speed == 2.0
    assert not decide(found, seed=7, test=test).adopted
