"""Choosing: inputs that differ in what they make the procedure do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.inputs.choosing import selected


def test_an_input_with_new_features_comes_before_one_with_known_ones() -> None:
    features = {"a": [1, 2], "b": [1, 2], "c": [3]}
    assert selected([], features, 2) == ["a", "c"]
    assert selected(["c"], features, 2) == ["c", "a"]


@given(
    st.dictionaries(st.integers(), st.lists(st.integers(0, 9)), max_size=12),
    st.integers(0, 15),
)
def test_as_many_distinct_inputs_as_there_is_room_for(features: dict[int, list[int]], size: int) -> None:
    found = selected([], features, size)
    assert len(found) == len(set(found)) == min(size, len(features))
    reached = {one for n in found for one in features[n]}
    every = {one for these in features.values() for one in these}
    assert reached == every or len(found) < len(every) or size >= len(features)
