"""Who gets the next places."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.dreaming.allotment import Allotment, Arm, Record, Tally

from .worlds import nights

GOOD, BAD = (Arm(procedure=1, dream_type=kind, writer="model") for kind in ("a", "b"))
ARMS = st.builds(
    Arm,
    procedure=st.integers(1, 3),
    dream_type=st.sampled_from("abcd"),
    writer=st.sampled_from(["model", "transform"]),
)


def records(arm: Arm, better: int, worse: int, age: int = 0) -> list[Record]:
    return [Record(arm=arm, better=n < better, age=age) for n in range(better + worse)]


def test_what_did_well_gets_more() -> None:
    known = [*records(GOOD, 30, 10), *records(BAD, 2, 38)]
    dealt = Allotment(Tally(known), "0").deal({GOOD: 100, BAD: 100}, 40)
    assert dealt[GOOD] > 30
    assert dealt[BAD] >= 1  # each type keeps a place


def test_without_records_all_get_some() -> None:
    arms = [Arm(procedure=1, dream_type=kind, writer="model") for kind in "abcd"]
    dealt = [Allotment(Tally([]), str(n)).deal(dict.fromkeys(arms, 99), 15) for n in range(50)]
    total = sum(dealt, Counter[Arm]())
    assert all(total[arm] > 100 for arm in arms)


def test_old_nights_count_less() -> None:
    old, new = records(GOOD, 40, 0, age=40), records(BAD, 20, 20)
    wins = sum(
        Allotment(Tally([*old, *records(GOOD, 0, 20), *new]), str(n)).best([GOOD, BAD]) == BAD
        for n in range(100)
    )
    assert wins > 80


def test_another_procedure_profits() -> None:
    """What a type and writer did for one procedure is where the next one starts."""
    here, there = (
        Arm(procedure=2, dream_type="a", writer="model"),
        Arm(procedure=2, dream_type="b", writer="model"),
    )
    known = [*records(GOOD, 30, 10), *records(BAD, 2, 38)]
    wins = sum(Allotment(Tally(known), str(n)).best([here, there]) == here for n in range(100))
    assert wins > 85


@given(
    st.dictionaries(ARMS, st.integers(0, 5)),
    st.integers(0, 30),
    st.lists(st.builds(Record, arm=ARMS, better=st.booleans(), age=st.integers(0, 100)), max_size=30),
)
def test_a_deal_keeps_to_the_supply(supply: dict[Arm, int], places: int, known: list[Record]) -> None:
    dealt = Allotment(Tally(known), "7").deal(supply, places)
    assert dealt.total() == min(places, sum(supply.values()))
    assert all(dealt[arm] <= supply[arm] for arm in dealt)
    assert dealt == Allotment(Tally(known), "7").deal(supply, places)
    types = {arm.dream_type for arm, number in supply.items() if number}
    if len(types) <= places:
        assert {arm.dream_type for arm in dealt} == types


def test_ten_nights_find_more_than_an_even_split() -> None:
    totals = [nights(seed, procedures=5, number=10) for seed in range(4)]
    assert sum(found for found, _ in totals) >= 1.3 * sum(even for _, even in totals)
