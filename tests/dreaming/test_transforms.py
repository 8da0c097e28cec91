"""Each transform: what it makes of a source, and that the rest of the source stays."""

from __future__ import annotations

import re

import pytest

from pytest_athena_dreams.dreaming.catalogue import TRANSFORMS
from pytest_athena_dreams.dreaming.tasks import Task
from pytest_athena_dreams.dreaming.workshop import apply
from pytest_athena_dreams.models import DreamType
from tests.dreaming.cases import CASES, REFUSED
from tests.dreaming.subjects import subject, variants


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


def test_every_transform_has_cases_of_both_kinds() -> None:
    alone = [each for each in TRANSFORMS if each.dream_type is not DreamType.CROSS_PROJECT_SYNTHESIS]
    names = {transform.name for transform in alone}
    assert names == set(CASES) == set(REFUSED)


@pytest.mark.parametrize("transform", list(CASES))
def test_comments_and_the_rest_of_the_source_stay(transform: str) -> None:
    """Each comment is in each variant, and so is what stands around the function."""
    for code, _ in CASES[transform]:
        around = f"# before\nBEFORE = {{  'a' :1 }}\n\n\n{code}\n\nAFTER = [ 1,2 ]  # after\n"
        comments = re.findall(r"#.*", around)
        for variant in variants(transform, around):
            assert all(comment in variant.code for comment in comments)
            assert "BEFORE = {  'a' :1 }\n" in variant.code
            assert variant.code.endswith("AFTER = [ 1,2 ]  # after\n")


def test_a_builtin_with_another_meaning_is_not_used() -> None:
    code = (
        "def f(xs: list[int], sum: int) -> int:\n    n = 0\n    for x in xs:\n        n += x\n    return n\n"
    )
    assert variants("accumulators", code)
    names = tuple(transform.name for transform in TRANSFORMS)
    made = apply(Task(subject=subject(code), transforms=names)).made
    assert "accumulators" not in {each.transform for each in made}
