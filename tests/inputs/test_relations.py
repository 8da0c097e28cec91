"""Relations within an argument, one-shot iterators, options at an edge."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_athena_dreams.inputs.edges import edge_arguments
from pytest_athena_dreams.inputs.inference import one_shot
from pytest_athena_dreams.inputs.recipes import Recipe

from .kit import drawn, signature_of


def values(annotation: str, count: int = 150) -> list[Any]:
    signature, _ = signature_of(f"from collections.abc import Iterable\ndef f(p: {annotation}): ...")
    return [call.args[0] for call in drawn(signature, count) if call.args]


def _is_graph(p: dict[str, list[str]]) -> bool:
    return len(p) > 1 and any(p.values()) and all({*led} <= {*p} for led in p.values())


@pytest.mark.parametrize(
    ("annotation", "related"),
    [
        ("list[int]", lambda p: len(p) > 3 and p == sorted(p)),
        ("list[list[int]]", lambda p: len(p) > 1 and {len(row) for row in p} == {len(p)}),
        ("list[list[str]]", lambda p: len(p) > 2 and p[0] and all(len(row) == len(p[0]) for row in p)),
        ("list[tuple[int, int]]", lambda p: len(p) > 2 and all(low <= high for low, high in p)),
        ("dict[str, list[str]]", _is_graph),
    ],
)  # fmt: skip
def test_some_values_have_related_parts(annotation: str, related: Any) -> None:
    assert sum(bool(related(value)) for value in values(annotation)) >= 5


def test_an_iterable_is_a_one_shot_iterator_at_times() -> None:
    found = values("Iterable[int]")
    assert sum(type(value) is Recipe and value.maker in ("iterator", "generator") for value in found) > 15
    assert sum(type(value) is list for value in found) > 15


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("def f(p):\n    it = iter(p)\n    return next(it)", True),
        ('def f(p):\n    """Of any iterable."""\n    return [x for x in p]', True),
        ("def f(p):\n    return [x for x in p]", False),
    ],
)
def test_iterators_where_the_code_or_docstring_speaks_of_them(code: str, found: bool) -> None:
    signature, _ = signature_of(code.replace("(p)", "(p: list[int])", 1))
    assert (one_shot(signature, ["p"]) is not None) is found


def test_options_come_at_an_edge_with_and_without() -> None:
    signature, _ = signature_of("def f(p: int, *, flag: bool = False, n: int = 3): ...")
    calls = edge_arguments(signature, ["empty", "large"], 20)
    assert any(not call.kwargs for call in calls)
    assert {"flag", "n"} == {key for call in calls for key in call.kwargs}


def test_an_option_that_is_given_is_mostly_not_its_default() -> None:
    signature, _ = signature_of("def f(*, flag: bool = False): ...")
    given = [call.kwargs["flag"] for call in drawn(signature, 20) if call.kwargs]
    assert given.count(True) >= given.count(False)
