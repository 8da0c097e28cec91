"""Why a run wrote what it wrote."""

from __future__ import annotations

from pytest_athena_dreams.dreaming.allotment import FADING, Arm, Record, Tally
from pytest_athena_dreams.dreaming.reasons import reasons


def test_a_reason_has_the_figures_that_the_allotment_drew_from() -> None:
    good = Arm(procedure=1, dream_type="t", writer="good")
    other = Arm(procedure=2, dream_type="t", writer="good")
    bad = Arm(procedure=1, dream_type="t", writer="bad")
    tally = Tally(
        [
            Record(arm=good, better=True),
            Record(arm=other, better=False, age=1),
            Record(arm=bad, better=False),
        ]
    )
    found = reasons(tally, {("t", "good"): 3, ("u", "new"): 4})
    assert [(one.writer, one.dreams, one.known, one.better) for one in found] == [
        ("new", 4, 0, 0),
        ("good", 3, round(1 + FADING, 1), 1),
        ("bad", 0, 1, 0),
    ]
