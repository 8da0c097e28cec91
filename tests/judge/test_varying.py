"""Parts of results that vary from run to run."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from pytest_athena_dreams.judge.equality import TOLERANCE, difference
from pytest_athena_dreams.judge.varying import (
    ALL_PARTS,
    VARYING_PARTS,
    part_words,
    varying_changes,
    varying_parts,
    within,
    without_parts,
)
from tests.judge.kit import VALUES, travelled

RECORD = {"found": [1, 2], "took": 0.5, "by": {"id": "a", "name": "n"}}


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (RECORD, RECORD, []),
        (RECORD, RECORD | {"took": 0.7}, ["['took']"]),
        (RECORD, RECORD | {"took": 0.7, "by": {"id": "b", "name": "n"}}, ["['by']['id']", "['took']"]),
        (RECORD, RECORD | {"found": [1, 3]}, ["['found']"]),  # items vary, and so may their number
        (RECORD, RECORD | {"found": [1]}, ["['found']"]),
        (RECORD, RECORD | {"found": None}, [""]),  # a part of another type: what holds it varies
        (RECORD, {"found": [1, 2]}, [""]),
        ([{"id": 1, "n": 2}] * 3, [{"id": 4, "n": 2}] * 3, ["[*]['id']"]),
        (["a", 1], ["b", 1], ["[str]"]),
        (["a", 1, "b"], ["c", 1], [""]),
        (["a", 1], ["b", 2], [""]),
        ([["a", 1], ["b", 2]], [["c", 1], ["d", 2]], ["[*][str]"]),
        ((1, 2, 3), (1, 5, 3), ["[1]"]),
        (1, 2, [""]),
        (1, "1", [""]),
        ({1, 2}, {1, 3}, [""]),
        ({"a": 1}, {"a": 1.0}, [""]),
        ({str(n): 0 for n in range(VARYING_PARTS + 1)}, {str(n): 1 for n in range(VARYING_PARTS + 1)}, [""]),
    ],
)
def test_the_smallest_parts_that_vary(first: Any, second: Any, words: list[str]) -> None:
    pair = travelled(first), travelled(second)
    found = varying_parts(*pair, TOLERANCE)
    assert sorted(map(part_words, found)) == words
    assert varying_parts(pair[1], pair[0], TOLERANCE) == found


def test_attributes_are_parts() -> None:
    class Report:
        def __init__(self, took: float) -> None:
            self.name, self.took = "n", took

    first, second = travelled(Report(0.5)), travelled(Report(0.7))
    assert list(map(part_words, varying_parts(first, second, TOLERANCE))) == [".took"]


@given(VALUES, VALUES)
def test_without_the_parts_that_vary_two_results_are_the_same(one: Any, other: Any) -> None:
    parts = varying_parts(one, other, TOLERANCE)
    if parts != {ALL_PARTS}:
        assert difference(without_parts(one, parts), without_parts(other, parts)) is None
    assert (not parts) == (difference(one, other) is None)
    assert without_parts(one, frozenset()) == one


def test_arguments_after_the_call() -> None:
    before, after = (
        [travelled([{"at": 1, "n": 2}]), travelled({})],
        [travelled([{"at": 3, "n": 2}]), travelled({})],
    )
    found = varying_changes(before, after, TOLERANCE)
    assert [part_words(steps) for steps in within(found, "0")] == ["[*]['at']"]
    assert not within(found, "1")
    assert varying_changes(None, after, TOLERANCE) == {ALL_PARTS}
    assert varying_changes(None, None, TOLERANCE) == frozenset()
