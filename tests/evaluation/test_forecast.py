"""Scores without a model: how such dreams fared before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.evaluation.forecast import History, Traits

TRAITS = st.builds(
    Traits,
    dream_type=st.sampled_from(["a", "b"]),
    writer=st.sampled_from(["m", "n"]),
    transform=st.sampled_from(["", "grid"]),
    size=st.none() | st.floats(0, 1),
    novelty=st.none() | st.floats(0, 1),
)


def traits(writer: str = "mechanical", transform: str = "grid", size: float | None = 0.1) -> Traits:
    return Traits(dream_type="parameter_exploration", writer=writer, transform=transform, size=size)


@given(st.lists(st.tuples(TRAITS, st.booleans()), max_size=40), TRAITS)
def test_any_history_gives_a_score(outcomes: list[tuple[Traits, bool]], own: Traits) -> None:
    forecast = History(outcomes).forecast(own)
    assert 0 < forecast.score < 1
    assert forecast.words.startswith("no model judged this")


def test_nothing_is_known_at_first() -> None:
    forecast = History([]).forecast(traits())
    assert forecast.score == 0.5
    assert forecast.words == "no model judged this; no dream was tested yet, so nothing is known"


def test_it_says_what_it_rests_on() -> None:
    history = History([(traits(), n < 12) for n in range(15)] + [(traits("model-a", ""), False)] * 5)
    assert history.forecast(traits()).words == (
        "no model judged this; passed before: 12 of 15 by grid, 12 of 15 by mechanical, "
        "12 of 20 of type parameter_exploration, 12 of 20 with a small change"
    )


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (traits("model-a"), traits("model-b")),
        (traits("model-b", "x"), traits("model-b", "y")),
        (traits("new", "", 0.1), traits("new", "", 0.9)),
    ],
)
def test_writer_transform_and_size_matter(better: Traits, worse: Traits) -> None:
    history = History(
        [(traits("model-a", "", 0.3), True)] * 20
        + [(traits("model-b", "", 0.3), False)] * 20
        + [(traits("model-b", "x", 0.3), True)] * 10
        + [(traits("model-b", "y", 0.3), False)] * 10
        + [(traits("model-c", "", 0.1), True)] * 10
        + [(traits("model-c", "", 0.9), False)] * 10
    )
    assert history.forecast(better).score > history.forecast(worse).score + 0.1


def test_few_outcomes_say_little() -> None:
    assert 0.5 < History([(traits(), True)]).forecast(traits()).score < 0.8
    assert History([(traits(), True)] * 100).forecast(traits()).score > 0.95
