"""Which steps a night has, and how the time that is left is shared."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.errors import DreamsError
from pytest_athena_dreams.night.agenda import NIGHT_STEPS, Order, chosen, seconds_for, seconds_until

NAMES = [step.name for step in NIGHT_STEPS]


def names(*, first: str | None = None, only: tuple[str, ...] | None = None, adopts: bool = True) -> list[str]:
    return [step.name for step in chosen(first=first, only=only, adopts=adopts)]


def test_steps_are_chosen_by_name() -> None:
    assert names() == NAMES == ["dream", "evaluate", "test", "repair", "learn", "adopt", "report"]
    assert names(adopts=False) == [name for name in NAMES if name != "adopt"]
    assert names(first="repair") == ["repair", "learn", "adopt", "report"]
    assert names(only=("report", "dream")) == ["dream", "report"]


def test_what_leaves_no_step_is_refused() -> None:
    with pytest.raises(DreamsError, match="the step 'adopt' needs --adopt N"):
        names(only=("adopt",), adopts=False)
    with pytest.raises(DreamsError, match="no step of --only dream is at or behind --from test"):
        names(first="test", only=("dream",))


@pytest.mark.parametrize("given", [{"first": "sleep"}, {"only": ("dream", "sleep")}])
def test_an_unknown_step_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(DreamsError, match="a night has no step 'sleep'; its steps are dream, evaluate, test"):
        chosen(**({"first": None, "only": None} | given), adopts=True)


@given(st.floats(0, 1e6), st.sets(st.sampled_from(NAMES), min_size=1))
def test_all_that_is_left_is_shared_out(left: float, only: set[str]) -> None:
    steps = chosen(first=None, only=[*only], adopts=True)
    given_out = 0.0
    for place in range(len(steps)):
        share = seconds_for(steps[place:], left - given_out)
        assert share is not None
        assert share >= 0
        given_out += share
    assert given_out == pytest.approx(left)


def test_without_a_deadline_no_step_has_a_limit() -> None:
    assert seconds_for(NIGHT_STEPS, None) is None


def test_what_a_step_runs() -> None:
    order = Order(
        store=Path("a.db"),
        folder=Path("n"),
        number=3,
        adopted=2,
        dreaming=("--seed", "1"),
        evaluating=("--budget", "2"),
        testing=("-x",),
        addopts="-x",
    )
    commands = {step.name: [command[3:] for command in step.commands(order)] for step in NIGHT_STEPS}
    assert commands["dream"] == [["dream", "--store", "a.db", "--seed", "1"]]
    assert commands["evaluate"] == [["evaluate", "--store", "a.db", "--budget", "2"]]
    assert commands["test"] == [["--athena-dreams", "--athena-store", "a.db", "-q", "-n", "auto", "-x"]]
    steps = {step.name: step.commands(order) for step in NIGHT_STEPS}
    for name, words in (("repair", ["repair", "--store", "a.db"]), ("adopt", ["adopt", "--store", "a.db"])):
        ((program, variable, *command),) = steps[name]
        assert (program, variable) == ("env", "PYTEST_ADDOPTS=-x")
        assert command[3 : 3 + len(words)] == words
    assert [command[-1] for command in commands["report"]] == [
        "n/night-3.html",
        "n/night-3.json",
        "n/night-3.md",
    ]


BERLIN = ZoneInfo("Europe/Berlin")
UNTIL = {
    "this night": ("2026-06-01 23:00", 7.0),
    "later today": ("2026-06-01 05:30", 0.5),
    "this very minute": ("2026-06-01 06:00", 24.0),
    "winter begins": ("2026-10-24 23:00", 8.0),
    "summer begins": ("2026-03-28 23:00", 6.0),
    "the day on which winter begins": ("2026-10-25 06:00", 24.0),
    "the end of a year": ("2026-12-31 23:00", 7.0),
}
"""When a night in Berlin begins, and the hours until six in the morning."""


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize(("begins", "hours"), UNTIL.values(), ids=UNTIL.keys())
def test_a_night_ends_when_the_clock_on_the_wall_shows_that_time(begins: str, hours: float) -> None:
    now = datetime.fromisoformat(begins).replace(tzinfo=BERLIN).timestamp()
    assert seconds_until(6, 0, now) == hours * 3600
    assert datetime.fromtimestamp(now + hours * 3600, BERLIN).strftime("%H:%M") == "06:00"
