"""``athena-dreams night`` on a small store: what it does, says and leaves."""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pytest_athena_dreams.cli import main
from pytest_athena_dreams.night.morning import LINES, data, line, lines
from pytest_athena_dreams.store.locks import locked

TOOLS = """\
def unique(items: list[int]) -> list[int]:
    found: list[int] = []
    for item in items:
        if item not in found:
            found.append(item)
    return found
"""


def run(*arguments: str, status: int = 0) -> Any:
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == status, done.output
    return done


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ATHENA_MAX_EXAMPLES", "20")
    for name in ("GITHUB_STEP_SUMMARY", "ATHENA_NOTIFY", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    Path("tools.py").write_text(TOOLS)
    run("import", "tools.py")
    return tmp_path


def nights() -> list[dict[str, Any]]:
    db = sqlite3.connect("athena.db")
    db.row_factory = sqlite3.Row
    found = [dict(row) for row in db.execute("SELECT * FROM dream_nights ORDER BY id")]
    db.close()
    return found


@pytest.mark.usefixtures("project")
def test_a_night_does_all_steps_and_tells_what_came_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    notify = f"{sys.executable} -c \"import sys; open('given.json', 'w').write(sys.stdin.read())\""
    done = run(
        "night", "--strategy", "light", "--adopt", "1", "--for", "10m", "--notify", notify, "--", "-n0"
    )
    (row,) = nights()
    steps = json.loads(row["steps"])
    assert {name: one["how"] for name, one in steps.items()} == dict.fromkeys(steps, "done"), done.output
    assert [*steps] == ["dream", "evaluate", "test", "repair", "learn", "adopt", "report"]
    assert (row["exit_status"], row["generation_run_id"], row["test_run_id"]) == (0, 1, 1)
    assert row["metrics_id"] is not None
    assert sorted(path.name for path in Path("nights").iterdir()) == [
        f"night-1.{kind}" for kind in ("html", "json", "log", "md")
    ]
    summary = done.stdout
    assert summary.startswith("# Night 1, 20")
    assert len(summary.splitlines()) <= LINES
    assert Path("summary.md").read_text() == summary
    given = json.loads(Path("given.json").read_text())
    assert given["dreams"] >= 1
    assert given["tested"] == given["passed"] + given["failed"]
    assert f"- {given['tested']} tested: {given['passed']} passed" in summary
    assert (given["exit_status"], given["spent_usd"]) == (0, {})
    (listed,) = run("nights").stdout.splitlines()
    assert listed.startswith("   1  20")
    assert f"  {given['dreams']} written, {given['passed']} passed, {given['failed']} failed" in listed
    assert summary.endswith(" MB. Report: nights/night-1.html\n")


@pytest.mark.usefixtures("project")
def test_a_night_of_some_steps_and_without_dreams() -> None:
    done = run("night", "--only", "test,report", "--", "-n0")
    assert (
        "- no dream was written\n- no dream was tested\n- 0 dreams adopted\n- nothing was spent\n"
        in done.stdout
    )
    assert [*json.loads(nights()[0]["steps"])] == ["test", "report"]


@pytest.mark.usefixtures("project")
def test_two_nights_at_once_are_refused() -> None:
    with locked(Path("athena.db"), "watch", "watches"):
        refused = run("night", status=2)
    assert "another process watches store athena.db" in refused.stderr
    assert nights() == []


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--only", "sleep"), "a night has no step 'sleep'"),
        (("--only", "adopt"), "the step 'adopt' needs --adopt N"),
        (("--from", "adopt"), "the step 'adopt' needs --adopt N"),
        (("--only", ""), "a night has no step ''"),
        (("--only", "dream", "--from", "test"), "no step of --only dream is at or behind --from test"),
        (("--type", "wild"), "'wild' is not one of 'constraint_relaxation'"),
        (("--budget", "much"), "'much' is not a valid float"),
        (("--reports", "tools.py/reports"), "folder tools.py/reports can't be made: Not a directory"),
        (("--for", "soon"), "invalid value 'soon' for --for: expected a time such as 4h"),
        (("--for", "0h0m"), "invalid value '0h0m' for --for"),
        (("--for=-4h",), "invalid value '-4h' for --for"),
        (("--for", "99999999999999999999h"), "of at most 168h"),
        (("--until=-1:00",), "invalid value '-1:00' for --until"),
        (("--adopt", "0"), "0 is not in the range x>=1"),
        (("--until", "25:00"), "invalid value '25:00' for --until: expected a time such as 06:00"),
        (("--until", "06:00", "--for", "1h"), "give --until or --for, not both"),
        (("--strategy", "wild"), "wild"),
    ],
)
@pytest.mark.usefixtures("project")
def test_a_night_that_can_t_begin_is_status_2(arguments: tuple[str, ...], why: str) -> None:
    assert why in run("night", *arguments, status=2).output
    assert nights() == []


@pytest.mark.usefixtures("project")
def test_a_notification_that_fails_is_said_and_changes_nothing() -> None:
    done = run("night", "--only", "report", "--notify", "no-such-command")
    assert "--notify no-such-command: can't be run (No such file or directory)" in done.stderr


@pytest.mark.usefixtures("project")
def test_a_step_summary_that_can_t_be_written_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "no/such/folder/summary.md")
    done = run("night", "--only", "report")
    assert "GITHUB_STEP_SUMMARY no/such/folder/summary.md: No such file or directory" in done.stderr
    assert done.stdout.startswith("# Night 1, 20")


@pytest.mark.usefixtures("project")
def test_learn_catches_up() -> None:
    assert run("learn").stdout == "athena.db: there is no run yet\n"
    Path("dreams.py").write_text("# dream of unique\ndef quick(items): return list(dict.fromkeys(items))\n")
    run("import", "dreams.py")
    run("night", "--only", "test", "--", "-n0")

    def metrics() -> int:
        with sqlite3.connect("athena.db") as db:
            return int(db.execute("SELECT count(*) FROM dream_metrics").fetchone()[0])

    assert metrics() == 1
    assert run("learn").stdout == "athena.db: learnt from the runs up to 1\n"
    assert metrics() == 1  # its run has learnt already
    for lost in ("DELETE FROM dream_metrics", "UPDATE dream_test_runs SET finished_at = NULL"):
        with sqlite3.connect("athena.db") as db:
            db.execute(lost)
        before = metrics()
        run("learn")
        assert metrics() == before + 1


def test_the_summary_never_has_more_than_its_lines() -> None:
    steps = {f"step {n}": {"how": "failed", "seconds": 1.0, "why": "\x1b[31m" + "x" * 999} for n in range(30)}
    night = {
        "id": 1,
        "started_at": 1_800_000_000,
        "finished_at": 1_800_000_001,
        "exit_status": 1,
        "steps": json.dumps(steps),
        "store_bytes": 1,
    }
    adopted = [
        {"dream_id": n, "version": 2, "name": f"tools.f{n}", "source": f"src/tools.py::f{n}"}
        for n in range(20)
    ]
    figures = {"generation": None, "test": None, "spent": {"m": 0.5}, "adopted": adopted}
    shown = lines(night, figures, folder=Path("nights"))
    assert len(shown) == LINES
    assert all(line.isprintable() for line in shown)
    assert data(night, figures)["adopted"][3] == {"dream": 3, "procedure": "tools.f3", "version": 2}
    short = lines(night | {"steps": "{}"}, figures, folder=Path("nights"))
    assert "- adopted: dream 3 is version 2 of tools.f3: athena-dreams adopt 3 --patch src/tools.py" in short


def test_a_list_of_nights_says_what_came_of_each_and_what_failed() -> None:
    steps = {"dream": {"how": "done"}, "test": {"how": "stopped"}, "report": {"how": "failed"}}
    night = {"id": 7, "started_at": 1_800_000_000, "finished_at": None, "steps": json.dumps(steps)}
    nothing: dict[str, Any] = {"generation": None, "test": None, "spent": {}, "adopted": []}
    assert line(night, nothing) == "   7  2027-01-15 08:00  test stopped, report failed (not finished)"
    night |= {"finished_at": 1_800_000_060, "steps": '{"learn": {"how": "done"}}'}
    assert line(night, nothing) == "   7  2027-01-15 08:00  learn done"
    some = nothing | {
        "generation": {"total_dreams_generated": 42},
        "test": {"passed": 35, "failed": 7},
        "adopted": [{}],
    }
    assert line(night, some) == "   7  2027-01-15 08:00  42 written, 35 passed, 7 failed, 1 adopted"
