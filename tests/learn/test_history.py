"""New, back, known, growing, fixed: all derived from results."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.learn.history import (
    Change,
    PatternStatus,
    Test,
    changes,
    pattern_histories,
)


def seen(run_id: int, dream_id: int, *patterns: str, category: str | None = None) -> Test:
    outcome = "failure" if patterns or category else "success"
    return Test(dream_id=dream_id, run_id=run_id, outcome=outcome, category=category, patterns=patterns)


NIGHTS = [
    *(seen(1, 1, "a"), seen(1, 2, "a"), seen(1, 3, "b"), seen(1, 4), seen(1, 5, "c"), seen(1, 6, "e")),
    *(seen(2, 1), seen(2, 2, "a"), seen(2, 3), seen(2, 7, "d"), seen(2, 4, category="flaky")),
    *(seen(3, 1, "a"), seen(3, 3, "b"), seen(3, 8, "a"), seen(3, 6, "e")),
]


def test_each_dream_of_a_run_is_told_against_its_own_past() -> None:
    assert changes(NIGHTS, 1) == {
        1: Change.NEW,
        2: Change.NEW,
        3: Change.NEW,
        4: Change.PASSING,
        5: Change.NEW,
        6: Change.NEW,
    }
    assert changes(NIGHTS, 2) == {
        1: Change.FIXED,
        2: Change.KNOWN,
        3: Change.FIXED,
        7: Change.NEW,
        4: Change.FLAKY,
    }
    assert changes(NIGHTS, 3) == {1: Change.BACK, 3: Change.BACK, 8: Change.NEW, 6: Change.KNOWN}


def test_each_pattern_is_told_against_all_dreams_tested_before() -> None:
    def statuses(run_id: int) -> dict[str, PatternStatus]:
        return {key: history.status for key, history in pattern_histories(NIGHTS, run_id).items()}

    new, back, growing = PatternStatus.NEW, PatternStatus.BACK, PatternStatus.GROWING
    known, fixed = PatternStatus.KNOWN, PatternStatus.FIXED
    assert statuses(1) == {"a": new, "b": new, "c": new, "e": new}
    assert statuses(2) == {"a": known, "b": fixed, "c": known, "d": new, "e": known}
    assert statuses(3) == {"a": growing, "b": back, "c": known, "d": known, "e": known}


def test_a_pattern_counts_results_and_dreams() -> None:
    found = pattern_histories(NIGHTS, 3)["a"]
    assert (found.frequency, found.dreams, found.open, found.before) == (5, (1, 2, 8), (1, 2, 8), (2,))
    assert (found.first_run, found.last_run) == (1, 3)


results = st.builds(
    lambda run, dream, patterns: seen(run, dream, *sorted(patterns)),
    st.integers(1, 5),
    st.integers(1, 6),
    st.sets(st.sampled_from("abc"), max_size=2),
)


@given(st.lists(results, unique_by=lambda test: (test.run_id, test.dream_id)), st.integers(1, 5))
def test_what_is_told_of_a_run_does_not_depend_on_later_ones(tests: list[Test], run_id: int) -> None:
    tests.sort(key=lambda test: test.run_id)
    until = [test for test in tests if test.run_id <= run_id]
    assert changes(tests, run_id) == changes(until, run_id)
    assert pattern_histories(tests, run_id) == pattern_histories(until, run_id)
    for history in pattern_histories(tests, run_id).values():
        assert set(history.open) | set(history.before) <= set(history.dreams)
        closed = (PatternStatus.FIXED, PatternStatus.UNTESTABLE)
        assert (history.status in closed) == (not history.open)
        assert history.frequency >= len(history.dreams)


def untestable(run_id: int, dream_id: int) -> Test:
    return Test(run_id=run_id, dream_id=dream_id, outcome="untestable")


def test_a_pattern_whose_dreams_can_no_longer_be_tested_is_not_fixed() -> None:
    tests = [
        seen(1, 1, "a"),
        seen(1, 2, "a"),
        untestable(2, 1),
        seen(2, 2),
        untestable(3, 1),
        seen(4, 1, "a"),
    ]

    def shown(run_id: int) -> tuple[PatternStatus, tuple[int, ...]]:
        history = pattern_histories(tests, run_id)["a"]
        return history.status, history.open

    assert shown(1) == (PatternStatus.NEW, (1, 2))
    assert shown(2) == (PatternStatus.UNTESTABLE, ())
    assert shown(3) == (PatternStatus.UNTESTABLE, ())
    assert shown(4) == (PatternStatus.KNOWN, (1,))
    assert pattern_histories([*tests, seen(5, 1)], 5)["a"].status is PatternStatus.FIXED
