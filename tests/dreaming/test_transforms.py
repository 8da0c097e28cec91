"""Each transform: what it makes of a source, and that the rest of the source stays."""

from __future__ import annotations

import pytest

from tests.dreaming.subjects import ITEMS, variants

CASES: dict[str, list[tuple[str, str]]] = {
    "iterables": [
        (
            ITEMS,
            """\
def total(items: list[int]) -> int:
    if hasattr(items, "__iter__") and not hasattr(items, "__len__"):
        items = list(items)
    result = 0
    for item in items:  # one by one
        result += item
    return result
""",
        ),
    ],
}
"""For each transform, sources and one of the variants that it makes of each."""
REFUSED: dict[str, list[str]] = {
    "iterables": [
        "def f(items: list[int]):\n    items.append(1)\n    return len(items)\n",
        "def f(n: int):\n    return range(n)\n",
    ],
}
"""Sources that a transform leaves alone."""


@pytest.mark.parametrize(
    ("transform", "code", "expected"),
    [(name, code, expected) for name, cases in CASES.items() for code, expected in cases],
)
def test_a_transform_writes_this_variant(transform: str, code: str, expected: str) -> None:
    made = variants(transform, code)
    assert expected in [variant.code for variant in made]
    assert all("line " in variant.why for variant in made)


@pytest.mark.parametrize(
    ("transform", "code"), [(name, code) for name, codes in REFUSED.items() for code in codes]
)
def test_a_transform_leaves_this_source_alone(transform: str, code: str) -> None:
    assert variants(transform, code) == []
