"""Literals of a dream's own, put into inputs that its procedure accepts."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_athena_dreams.inputs.arguments import Arguments
from pytest_athena_dreams.inputs.planting import planted
from tests.inputs.kit import signature_of


def values(parameters: str, literals: Iterable[object], *base: object) -> list[object]:
    signature, _ = signature_of(f"def f({parameters}): pass")
    found = planted(signature, list(literals), [Arguments((value,)) for value in base], 100)
    return [call.args[0] for call in found]


def test_a_number_takes_the_place_of_a_number_and_so_do_its_neighbours() -> None:
    assert values("n: int", [40], 1) == [40, 39, 41]
    assert values("x: float", [40], 1.0) == [40.0, 39.0, 41.0]
    assert [5, 40] in values("xs: list[int]", [40], [5, 6])
    assert {"a": 40} in values("d: dict[str, int]", [40], {"a": 1})
    assert (1, 40) in values("t: tuple[int, int]", [40], (1, 2), (1, 2))


def test_a_text_stands_alone_and_within_another() -> None:
    found = values("s: str", ["needle"], "ab")
    assert "needle" in found
    assert any("needle" in str(text) and len(str(text)) == 8 for text in found)


def test_a_number_is_a_length_too() -> None:
    assert {len(str(text)) for text in values("s: str", [20], "ab")} == {19, 20, 21}
    assert 20 in {len(xs) for xs in values("xs: list[str]", [20], ["ab"]) if isinstance(xs, list)}


def test_nothing_is_put_where_it_is_of_another_type() -> None:
    assert values("b: bool", [40, "needle"], True) == []
    assert values("s: str", [None, 2.5], "ab") == []


def test_no_more_than_asked_and_nothing_without_inputs() -> None:
    signature, _ = signature_of("def f(n: int): pass")
    assert len(planted(signature, [1, 2, 3], [Arguments((0,))], 2)) == 2
    assert planted(signature, [1, 2, 3], [], 2) == []
