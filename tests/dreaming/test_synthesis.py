"""Dreams of two procedures: who behaves alike is measured in the jail, and what is written works there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_athena_dreams.dreaming.behaviour import Bench
from pytest_athena_dreams.dreaming.catalogue import TRANSFORMS
from pytest_athena_dreams.dreaming.drafts import Draft, Subject
from pytest_athena_dreams.dreaming.kinship import Kinship, arguments, form
from pytest_athena_dreams.dreaming.mechanical import Losses, write
from pytest_athena_dreams.dreaming.pieces import pieces
from pytest_athena_dreams.dreaming.synthesis import Synthesis
from pytest_athena_dreams.dreaming.target import Target
from pytest_athena_dreams.dreaming.tasks import Role
from pytest_athena_dreams.models import DreamType
from tests.dreaming.subjects import ITEMS, subject

SYNTHESIS = DreamType.CROSS_PROJECT_SYNTHESIS
TOTAL = subject(ITEMS, number=1, project="one")
SUM = subject("def add_up(xs: list[int]) -> int:\n    return sum(xs)\n", number=2, project="two")
NEARLY = subject(
    "def almost(xs: list[int]) -> int:\n    return sum(xs) if len(xs) < 3 else 0\n", number=3, project="two"
)
DOUBLE = subject("def double(n: int) -> int:\n    return 2 * n\n", number=4, project="two")
MEAN = subject(
    "def mean(xs: list[int]) -> float:\n    total = 0\n    for x in xs:\n        total += x\n"
    "    return total / len(xs)\n",
    number=5,
    project="one",
)
FILE = subject(
    'def first(path: str) -> str:\n    with open(path, "w") as file:\n        return str(file.write("x"))\n',
    number=6,
    project="one",
)
OTHER_FILE = subject(
    'def other(path: str) -> str:\n    with open(path, "w") as file:\n        return file.name\n',
    number=7,
    project="two",
)
SORTING = subject(
    "def put_in_order(xs: list[int]) -> list[int]:\n    xs.sort()\n    return xs\n", number=8, project="two"
)
SORTED = subject(
    "def merged(xs: list[int], ys: list[int]) -> list[int]:\n    xs = sorted(xs)\n    return xs + ys\n",
    number=9,
    project="one",
)
ALL = [TOTAL, SUM, NEARLY, DOUBLE, MEAN, FILE, OTHER_FILE, SORTING, SORTED]


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Bench(0) as made:
        yield made


@pytest.fixture(scope="module")
def kinship(bench: Bench) -> Kinship:
    return Kinship(bench, ALL, [], 0)


def test_only_a_procedure_of_another_project_that_gives_the_same_results_is_alike(kinship: Kinship) -> None:
    same = [each.subject for each in kinship.partners(TOTAL) if each.role is Role.SAME]
    assert same == [SUM]
    assert kinship.matches(TOTAL) == 1
    assert kinship.matches(MEAN) == 0


def test_what_the_jail_can_not_run_is_not_compared(kinship: Kinship) -> None:
    assert kinship.matches(FILE) is None
    assert [each.role for each in kinship.partners(FILE) if each.subject == OTHER_FILE] == [
        Role.NEXT,
        Role.BESIDE,
    ]


def test_what_takes_the_result_follows(kinship: Kinship) -> None:
    assert {each.subject.name for each in kinship.partners(TOTAL) if each.role is Role.NEXT} == {"double"}


def test_a_piece_that_another_procedure_computes_is_found(kinship: Kinship) -> None:
    parts = list(kinship.parts(MEAN, pieces(Target(MEAN))))
    assert [each.subject for each in parts][:1] == [SUM]


def test_what_changes_its_arguments_is_not_alike(kinship: Kinship) -> None:
    found = list(kinship.parts(SORTED, pieces(Target(SORTED))))
    assert SORTING not in [each.subject for each in found]


def test_all_others_count_where_there_is_one_project(bench: Bench) -> None:
    alone = [subject(one.code, number=one.id, project="one") for one in (TOTAL, SUM)]
    assert Kinship(bench, alone, [], 0).matches(alone[0]) == 1


def test_what_is_written_returns_in_the_jail(bench: Bench, kinship: Kinship) -> None:
    transforms = [each for each in TRANSFORMS if each.dream_type is SYNTHESIS]
    found = Synthesis(bench, kinship, transforms).write([TOTAL, MEAN], [[], pieces(Target(MEAN))])
    (total, _), (mean, _) = found
    assert {each.transform for each in total.made} == {"delegations", "compositions"}
    assert "parts" in {each.transform for each in mean.made}
    for answer, one in ((total, TOTAL), (mean, MEAN)):
        profile = kinship.profile(one.id)
        assert profile is not None
        for made in answer.made:
            assert made.other in {SUM.id, NEARLY.id, DOUBLE.id, SORTING.id}
            seen = bench.run(made.code, answer.entry_point, profile.payloads)
            assert all(each is not None and each.kind == "returned" for each in seen)


def test_drafts_name_both_procedures_and_the_measured_figure() -> None:
    losses = Losses()
    found = dict(write([TOTAL], types=[SYNTHESIS], others=[SUM, DOUBLE], losses=losses))
    assert not losses.faults
    drafts: list[Draft] = found[TOTAL]
    assert drafts
    assert {draft.matches for draft in drafts} == {1}
    assert all(draft.parents[0] == TOTAL.id and len(draft.parents) == 2 for draft in drafts)
    assert drafts == dict(write([TOTAL], types=[SYNTHESIS], others=[SUM, DOUBLE]))[TOTAL]


def test_no_others_no_synthesis() -> None:
    assert dict(write([TOTAL], types=[SYNTHESIS])) == {TOTAL: []}


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("def f(a: str, n: int): pass", "def g(b: str): pass", ("a",)),
        ("def f(a: str, b: str): pass", "def g(b: str): pass", ("b",)),
        ("def f(a: str): pass", "def g(b: str, c: str): pass", None),
        ("def f(a): pass", "def g(b): pass", None),
        ("def f(a: str): pass", "def g(b: str, n: int = 1): pass", ("a",)),
        ("def f(a: str): pass", "def g(n: int = 1): pass", None),
    ],
)
def test_arguments_are_matched_by_their_types(one: str, two: str, expected: tuple[str, ...] | None) -> None:
    def formed(code: str) -> Subject:
        return subject(code + "\n")

    first, second = form(formed(one)), form(formed(two))
    assert first is not None
    assert second is not None
    assert arguments(first, second) == expected
