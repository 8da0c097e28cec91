"""Dreams that can't be tested here: skipped with the reason, recorded, counted in nothing, tried again."""

from __future__ import annotations

import sqlite3
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from pytest_athena_dreams.cli import main
from pytest_athena_dreams.cli.teach import FORMATS, render
from pytest_athena_dreams.report.assembly import make_report
from pytest_athena_dreams.store.database import Store
from tests.dreams import CLAMP, dream, make_store, verdicts

from .conftest import Run

WRONG = CLAMP.replace("max(low, min(x, high))", "x")
ORPHAN = f"import no_such_module\n\n\n{CLAMP}"
NIGHT = ("--athena-select=all", "--tb=no")
TEXT = "procedure 'clamp' (id *) can't be run: ModuleNotFoundError: *"


@pytest.fixture(autouse=True)
def a_store(pytester: pytest.Pytester) -> None:
    """One dream that passes, and two whose procedure can't be run."""
    make_store(
        pytester.path / "athena.db",
        dream("good", CLAMP),
        dream("orphan", CLAMP, procedure=ORPHAN),
        dream("other orphan", WRONG, procedure=ORPHAN),
    )


def test_an_untestable_dream_is_skipped_with_its_reason(run_dreams: Run, pytester: pytest.Pytester) -> None:
    result = run_dreams("-rs")
    result.assert_outcomes(passed=1, skipped=2)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["untestable * 2", f"SKIPPED [[]2] athena.db: missing_package: {TEXT}"])
    assert verdicts(pytester.path / "athena.db") == {
        "good": ("success", None),
        "orphan": (None, None),
        "other orphan": (None, None),
    }
    db = sqlite3.connect(pytester.path / "athena.db")
    assert db.execute("select tested, passed, failed, untestable from dream_test_runs").fetchall() == [
        (1, 1, 0, 2)
    ]
    results = "select outcome, category, reason, athena_outcome, digest from dream_test_results"
    [row] = set(db.execute(f"{results} where dream_id > 1"))
    assert row == ("untestable", None, "missing_package", None, None)
    assert db.execute("select distinct status from dream_procedures where id > 1").fetchall() == [
        ("pending_test",)
    ]
    db.close()


def test_it_is_an_error_for_those_who_want_none(run_dreams: Run, pytester: pytest.Pytester) -> None:
    result = run_dreams("--athena-untestable=fail", "--junitxml=junit.xml")
    result.assert_outcomes(passed=1, errors=2)
    assert result.ret == 1
    result.stdout.fnmatch_lines([f"UntestableError: missing_package: {TEXT}"])
    assert verdicts(pytester.path / "athena.db")["orphan"] == (None, None)
    [suite] = ElementTree.parse(pytester.path / "junit.xml").getroot()
    assert (suite.get("errors"), suite.get("failures"), suite.get("skipped")) == ("2", "0", "0")


def test_it_waits_and_is_tested_again_until_the_remedy_comes(
    run_alone: Run, pytester: pytest.Pytester
) -> None:
    run_alone().assert_outcomes(passed=1, skipped=2)
    run_alone().assert_outcomes(skipped=2)
    pytester.makepyfile(no_such_module="")
    run_alone(f"--athena-allow-read={pytester.path}").assert_outcomes(passed=1, failed=1)


def test_it_is_in_no_figure(run_alone: Run, pytester: pytest.Pytester) -> None:
    run_alone("--athena-fail-under=100").stdout.fnmatch_lines(
        [
            "dream type * passed  failed  untestable",
            "constraint_relaxation  * 1  * 0  * 2",
            "untestable: 2 dreams, neither passed nor failed and still pending",
            f"  2 - missing_package: {TEXT}",
            "fail-under: 100.0 % of 1 dream pass, required: 100 %, ok",
        ]
    )
    with Store.open(pytester.path / "athena.db") as store:
        report = make_report(store)
    assert report.run is not None
    for counts in (report.run, report.totals):
        assert (counts.tested, counts.passed, counts.failed, counts.untestable) == (1, 1, 0, 2)
        assert (counts.rate, counts.categories) == (1.0, {})
    assert [dream.label for dream in report.dreams] == ["good"]
    assert [(dream.label, dream.reason) for dream in report.untestable] == [
        ("orphan", "missing_package"),
        ("other orphan", "missing_package"),
    ]
    assert [group.tested for group in report.breakdown.dream_type] == [1]
    assert (report.patterns, report.changes.passing) == ((), (1,))
    for form in FORMATS:
        text = " ".join(render(report, form).replace("&#39;", "'").split())
        assert "can't be run: ModuleNotFoundError" in text
    db = sqlite3.connect(pytester.path / "athena.db")
    assert db.execute("select tier1_test_count, tier1_test_success_rate from dream_metrics").fetchall() == [
        (1, 1.0)
    ]
    db.close()


def test_what_failed_and_is_untestable_now_is_in_no_pattern_and_no_failure_of_the_baseline(
    run_alone: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(no_such_module="")
    able = f"--athena-allow-read={pytester.path}"
    run_alone(able).assert_outcomes(passed=2, failed=1)
    run_alone(*NIGHT, "--athena-baseline=store").assert_outcomes(passed=1, skipped=2)
    with Store.open(pytester.path / "athena.db") as store:
        report = make_report(store)
    assert [pattern.open for pattern in report.patterns] == [()]
    assert (report.totals.failed, report.changes.fixed, report.changes.known) == (0, (), ())
    assert verdicts(pytester.path / "athena.db")["other orphan"] == (None, None)
    again = run_alone(*NIGHT, able, "--athena-baseline=store")
    again.assert_outcomes(passed=2, xfailed=1)
    with Store.open(pytester.path / "athena.db") as store:
        assert make_report(store).changes.known == (3,)


def test_a_stored_verdict_does_not_serve_it(run_alone: Run, pytester: pytest.Pytester) -> None:
    make_store(pytester.path / "new.db", dream("orphan", CLAMP, procedure=ORPHAN.replace("import", "#")))
    store = "--athena-store=new.db"
    run_alone(store).assert_outcomes(passed=1)
    db = sqlite3.connect(pytester.path / "new.db")
    db.execute("insert into dream_test_runs (started_at) values (1)")
    db.execute(
        "insert into dream_test_results (dream_id, run_id, tested_at, outcome) values (1, 2, 1, 'untestable')"
    )
    db.execute("update dream_procedures set status = 'pending_test'")
    db.commit()
    db.close()
    run_alone(store).assert_outcomes(passed=1)


def test_last_failed_leaves_it_out(run_alone: Run) -> None:
    run_alone()
    run_alone("--lf", "--athena-untestable=fail").assert_outcomes(errors=2)
    run_alone("--lf").assert_outcomes(skipped=2)
    assert run_alone("--lf", "--co", "-q").outlines[0].startswith("athena.db::")


def test_github_gets_a_notice_for_each_reason(run_alone: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    notices = [line for line in run_alone().outlines if line.startswith("::")]
    [notice] = notices
    assert notice.startswith("::notice title=Untestable dreams of clamp::missing_package: procedure 'clamp'")


def test_the_list_and_the_card_say_why(run_alone: Run) -> None:
    run_alone()
    run = CliRunner().invoke
    assert run(main, ["list", "--outcome", "untestable"]).output.split() == [
        *("ID", "T", "TYPE", "STATE", "NAME"),
        *("2", "1", "constraint_relaxation", "untestable:", "missing_package", "orphan"),
        *("3", "1", "constraint_relaxation", "untestable:", "missing_package", "other", "orphan"),
    ]
    assert "untestable: missing_package (superset), 0 of 0 inputs accepted" in run(main, ["show", "2"]).output


def test_an_error_of_the_tool_is_an_error_and_counted(run_dreams: Run, pytester: pytest.Pytester) -> None:
    db = sqlite3.connect(pytester.path / "athena.db")
    db.execute("update dream_procedures set contract = 'same' where id = 1")
    db.commit()
    db.close()
    result = run_dreams("--junitxml=junit.xml")
    result.assert_outcomes(errors=1, skipped=2)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "PlanError: dream 1: its contract 'same' is none of *",
            "error  * 1",
            "dream type * passed  failed  untestable   error",
            "constraint_relaxation  * 0  * 0  * 2  * 1",
        ]
    )
    [suite] = ElementTree.parse(pytester.path / "junit.xml").getroot()
    assert (suite.get("errors"), suite.get("failures"), suite.get("skipped")) == ("1", "0", "2")
