"""What a report counts: whole runs, real changes, and dreams that are more than a copy."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, fields

import pytest
from click.testing import CliRunner

from pytest_athena_dreams.cli import main
from pytest_athena_dreams.models import Figures, Verdict
from pytest_athena_dreams.report.assembly import make_report
from pytest_athena_dreams.report.figures import Report
from pytest_athena_dreams.report.page import html
from pytest_athena_dreams.report.plain import plain
from pytest_athena_dreams.store.columns import COLUMNS
from pytest_athena_dreams.store.database import Store
from tests.dreams import CLAMP, dream, make_store

from .conftest import Run

OTHER = CLAMP.replace("max(low, min(x, high))", "sorted((low, x, high))[1]")
WRONG = CLAMP.replace("max(low, min(x, high))", "x")


def report(pytester: pytest.Pytester) -> Report:
    with Store.open(pytester.path / "athena.db") as store:
        return make_report(store)


def test_every_figure_reaches_the_store_the_report_and_the_card(
    run_alone: Run, pytester: pytest.Pytester
) -> None:
    line = dream("other", OTHER, dream_type="parameter_exploration")
    make_store(pytester.path / "athena.db", line)
    run_alone().assert_outcomes(passed=1)
    names = [field.name for field in fields(Figures)]
    db = sqlite3.connect(pytester.path / "athena.db")
    db.row_factory = sqlite3.Row
    row = dict(db.execute("select * from dream_test_results").fetchone())
    db.close()
    with Store.open(pytester.path / "athena.db") as store:
        stored = store.details("1").history[-1].result.figures
        [shown] = make_report(store).dreams
    card = CliRunner().invoke(main, ["show", "1", "--json"])
    assert {name: row[COLUMNS[name]] for name in names} == asdict(stored)
    assert {name: getattr(shown, name) for name in names} == asdict(stored)
    assert all(f'"{COLUMNS[name]}"' in card.output for name in names)
    assert {field.name for field in fields(Verdict)}.isdisjoint(names)


@pytest.mark.parametrize(
    ("args", "selection"),
    [
        ((), None),
        (("-k", "good"), "-k good"),
        (("--lf",), "--lf"),
        (("athena.db::clamp",), "athena.db::clamp"),
    ],
)
def test_a_run_of_selected_dreams_says_so(
    run_alone: Run, pytester: pytest.Pytester, args: tuple[str, ...], selection: str | None
) -> None:
    make_store(pytester.path / "athena.db", dream("good", OTHER), dream("wrong", WRONG))
    run_alone("-p", "cacheprovider")
    run_alone("--athena-select=all", *args)
    found = report(pytester)
    assert [run.selection for run in found.runs] == [None, selection]
    assert (f"selected by {selection}" in plain(found)) == (selection is not None)
    assert ("run 2: " in html(found).partition("Failures by category")[0]) == (selection is None)


def test_a_failure_is_known_only_if_it_is_the_same(run_alone: Run, pytester: pytest.Pytester) -> None:
    make_store(pytester.path / "athena.db", dream("wrong", WRONG))
    run_alone()
    run_alone("--athena-select=all")
    assert (report(pytester).changes.known, report(pytester).changes.different) == ((1,), ())
    make_store(
        pytester.path / "athena.db", dream("wrong", CLAMP.replace("return max", "return None and max"))
    )
    run_alone()
    assert (report(pytester).changes.known, report(pytester).changes.different) == ((), (1,))


def test_a_copy_has_no_novelty_and_neither_it_nor_a_free_dream_is_to_adopt(
    run_alone: Run, pytester: pytest.Pytester
) -> None:
    copy = "# A copy.\n" + CLAMP
    make_store(
        pytester.path / "athena.db",
        dream("copy", copy),
        dream("scored copy", copy + "#\n", novelty_score=0.9),
        dream("other", OTHER),
        dream("other again", OTHER + "#\n", novelty_score=0.9),
        dream("free", WRONG, contract="free"),
    )
    run_alone().assert_outcomes(passed=5)
    found = report(pytester)
    assert [each.novelty for each in found.dreams][:2] == [0.0, 0.9]
    assert len(found.adopt) == 1
    assert found.adopt[0] in (3, 4)


def test_novelty_is_measured_again_when_the_code_changes(run_alone: Run, pytester: pytest.Pytester) -> None:
    make_store(pytester.path / "athena.db", dream("one", CLAMP))
    run_alone()
    make_store(pytester.path / "athena.db", dream("one", OTHER))
    run_alone()
    [only] = report(pytester).dreams
    assert only.novelty is not None
    assert only.novelty > 0


def test_novelty_is_measured_again_at_a_run_where_others_change_the_code(
    run_alone: Run, pytester: pytest.Pytester
) -> None:
    make_store(pytester.path / "athena.db", dream("one", CLAMP), dream("scored", CLAMP, novelty_score=0.9))
    run_alone()
    db = sqlite3.connect(pytester.path / "athena.db")
    db.execute("update dream_procedures set code = ?, status = 'pending_test'", [OTHER])
    db.commit()
    db.close()
    run_alone().assert_outcomes(passed=2)
    one, scored = report(pytester).dreams
    assert one.novelty is not None
    assert one.novelty > 0
    assert scored.novelty == 0.9
