"""Mechanical drafts: no copies, the same for the same seed, in turns, and documented."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from pytest_athena_dreams.dreaming.catalogue import TRANSFORMS
from pytest_athena_dreams.dreaming.drafts import Draft, Subject
from pytest_athena_dreams.dreaming.mechanical import Losses, write
from pytest_athena_dreams.models import DreamType
from pytest_athena_dreams.rewriting.process import Lost
from pytest_athena_dreams.source.normalise import digest
from pytest_athena_dreams.source.syntax import parsed
from tests.dreaming.cases import CASES
from tests.dreaming.subjects import ITEMS, procedures, subject

ROOT = Path(__file__).parents[2]


def drafts(subjects: Sequence[Subject], seed: int = 0) -> list[tuple[Subject, list[Draft]]]:
    losses = Losses()
    found = list(write(subjects, types=list(DreamType), losses=losses, seed=seed))
    assert not losses.faults
    return found


@pytest.mark.parametrize("name", ["small", "mbpp_typed", "mbpp_untyped", "structured_dev", "effects_dev"])
def test_no_draft_is_a_copy_or_no_python(name: str) -> None:
    for one, made in drafts(procedures(name)):
        marks = [digest(one.code), *(digest(draft.code) for draft in made)]
        assert len(set(marks)) == len(marks), one.name
        assert all(parsed(draft.code) is not None for draft in made), one.name


def test_the_same_seed_gives_the_same_drafts() -> None:
    subjects = [subject(ITEMS), subject(ITEMS.replace("0", "1"), number=2)]
    assert drafts(subjects, seed=1) == drafts(subjects, seed=1)


def test_a_procedure_that_can_not_be_read_is_counted_and_costs_no_other_its_drafts() -> None:
    losses = Losses()
    subjects = [subject("x = " + "(" * 20_000), subject(ITEMS, number=2), subject("no Python", number=3)]
    found = dict(write(subjects, types=list(DreamType), losses=losses))
    assert [bool(found[one]) for one in subjects] == [False, True, False]
    assert not losses.faults
    assert set(losses.lost) <= {Lost.UNREADABLE, Lost.CRASHED}


def test_only_the_types_that_are_asked_for_are_written() -> None:
    assert dict(write([subject(ITEMS)], types=[])) == {subject(ITEMS): []}


def test_every_transform_is_a_module_with_a_test_and_a_row_in_the_docs() -> None:
    folder = ROOT / "pytest_athena_dreams/dreaming/transforms"
    names = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert names == {transform.name for transform in TRANSFORMS}
    two = {each.name for each in TRANSFORMS if each.dream_type is DreamType.CROSS_PROJECT_SYNTHESIS}
    tested = (ROOT / "tests/dreaming/test_synthesis.py").read_text()
    assert names - two == set(CASES)
    assert all(f'"{name}"' in tested for name in two)
    page = (ROOT / "docs/dreaming.md").read_text()
    for transform in TRANSFORMS:
        row = f"| `{transform.name}` | `{transform.dream_type}` | {transform.what} | `{transform.contract}` |"
        assert row in page, row
