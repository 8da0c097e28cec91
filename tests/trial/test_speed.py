"""How the speed of a dream is measured: against its procedure in a child like the dream's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Procedure
from pytest_athena_dreams.source.purity import is_pure
from pytest_athena_dreams.trial import policy_of
from pytest_athena_dreams.trial.answers import Answers
from pytest_athena_dreams.trial.lab import Jails, Lab
from pytest_athena_dreams.trial.reference import References

IMPURE = "def same(a: list[int]) -> list[int]:\n    a += list(set(a))\n    return a\n"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    settings = Settings(max_examples=10)
    jails = Jails(policy_of(settings, {}))
    yield Lab(settings, jails, lambda *_: {})
    jails.close()


def test_a_procedure_is_timed_without_what_a_trusted_one_reports(lab: Lab) -> None:
    """An audit hook in its process made copies of it up to twice as fast."""
    assert not is_pure(IMPURE)
    answers = Answers(lab)
    reference = References(lab).of(Procedure(id=1, name="same", code=IMPURE))
    assert reference.source.trusted
    assert reference.source.audited
    timed = answers.timed(reference)
    assert not timed.source.trusted
    assert timed.source.audited
    assert timed.source.share == 1.0
    assert answers.timed(reference) is timed
    payload = next(iter(reference.returned))
    assert timed.run([payload], timeout=5)[0].took > 0
    answers.close()
