"""Two nights and a third on one store made from a corpus: what is new, fixed, known and back, row by row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_athena_dreams.report.assembly import make_report
from pytest_athena_dreams.report.figures import Report
from pytest_athena_dreams.store.database import Store
from tests.corpus import corpus, wrong
from tests.dreams import make_store
from tests.session.conftest import Run

PROCEDURES = 6
FAST = ("--athena-max-examples=30", "--athena-shrink-time=0.2", "--athena-timeout=0.5", "-q", "--tb=no")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["small", "mbpp_typed", "mbpp_untyped"])
def test_the_report_says_what_each_night_changed(
    run_alone: Run, pytester: pytest.Pytester, name: str
) -> None:
    lines = corpus(name)
    bad = wrong(name)
    families: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        families.setdefault(line["procedure"]["name"], []).append(line)
    first = [line for family in list(families.values())[:PROCEDURES] for line in family]
    later = [line for family in list(families.values())[PROCEDURES : PROCEDURES + 3] for line in family]
    path = pytester.path / "athena.db"

    make_store(path, *first)
    run_alone(*FAST)
    one = report_of(path)
    failed = labels(one, *one.changes.new)
    expected = {line["label"] for line in first} & bad
    assert failed <= expected
    assert len(failed) > 0.7 * len(expected)
    assert (one.changes.back, one.changes.known, one.changes.fixed) == ((), (), ())
    assert {pattern.status for pattern in one.patterns} == {"new"}

    # The second night: every other failed dream is fixed, some are new, and all are tested.
    fixed = sorted(failed)[::2]
    make_store(path, *(fix(line) if line["label"] in fixed else line for line in first), *later)
    run_alone(*FAST, "--athena-select", "all")
    two = report_of(path)
    assert labels(two, *two.changes.fixed) == set(fixed)
    assert labels(two, *two.changes.known) == failed - set(fixed)
    assert two.changes.back == ()
    new = labels(two, *two.changes.new)
    assert new <= {line["label"] for line in later} & bad
    assert new
    check_patterns(one, two)

    # The third: the fixed dreams are broken again.
    make_store(path, *first)
    run_alone(*FAST)
    three = report_of(path)
    assert labels(three, *three.changes.back) == set(fixed)
    assert (three.changes.new, three.changes.known, three.changes.fixed) == ((), (), ())
    check_patterns(two, three, back=True)
    assert [run.tested for run in three.runs] == [len(first), len(first) + len(later), len(fixed)]


def fix(line: dict[str, Any]) -> dict[str, Any]:
    return line | {"code": line["procedure"]["code"]}


def report_of(path: Path) -> Report:
    with Store.open(path) as store:
        return make_report(store)


def labels(report: Report, *ids: int) -> set[str]:
    return {str(dream.label) for dream in report.dreams if dream.id in ids}


def check_patterns(before: Report, after: Report, *, back: bool = False) -> None:
    """Every pattern's status follows from which dreams showed it before and show it now."""
    then = {pattern.id: pattern for pattern in before.patterns}
    shown: dict[str, set[int]] = {}
    for dream in after.dreams:
        for key in dream.patterns:
            shown.setdefault(key, set()).add(dream.id)
    for pattern in after.patterns:
        assert set(pattern.open) == shown.get(pattern.id, set())
        old = then[pattern.id].open if pattern.id in then else ()
        if not pattern.open:
            assert pattern.status == "fixed"
        elif pattern.id not in then:
            assert pattern.status == "new"
        elif not old:
            assert pattern.status == "back"
        else:
            assert pattern.status == ("growing" if len(pattern.open) > len(old) else "known")
    assert {p.id for p in before.patterns} <= {p.id for p in after.patterns}
    if back:
        assert "back" in {pattern.status for pattern in after.patterns}
