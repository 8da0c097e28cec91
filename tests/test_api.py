"""The Python API, the watch command, and the examples that show them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pytest_athena_dreams.api import Stop, check, rounds, run_store
from pytest_athena_dreams.errors import DreamsError
from pytest_athena_dreams.models import Category, Contract, Outcome
from pytest_athena_dreams.store.locks import locked
from tests.dreams import CLAMP, dream, make_store, verdicts

EXAMPLES = Path(__file__).parent.parent / "examples"
GOOD = "def clamp(x: int, low: int, high: int) -> int:\n    return sorted((low, x, high))[1]\n"
BAD = CLAMP.replace("max(low, min(x, high))", "min(low, max(x, high))")
HANGS = "def clamp(x: int, low: int, high: int) -> int:\n    while True: pass\n"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A good dream and a bad one, which differ on any input."""
    monkeypatch.setenv("ATHENA_MAX_EXAMPLES", "20")
    monkeypatch.setenv("ATHENA_EVIDENCE", "off")
    return make_store(tmp_path / "athena.db", dream("good", GOOD), dream("bad", BAD))


def test_one_piece_of_code_is_checked_against_a_procedure() -> None:
    verdict = check(BAD, like=CLAMP, max_examples=30, contract="superset")
    assert (verdict.outcome, verdict.category) == (Outcome.FAILURE, Category.LOGIC)
    assert verdict.contract is Contract.SUPERSET
    assert verdict.faults[0].call


def test_one_piece_of_code_is_checked_alone() -> None:
    assert check(GOOD, max_examples=30).outcome is Outcome.SUCCESS
    assert check("def f(x: int) -> str:\n    return x\n").category is Category.VALIDATION


@pytest.mark.parametrize(
    ("settings", "part"),
    [
        ({"max_example": 3}, "no such setting: max_example"),
        ({"timeout": -1}, "invalid value '-1' for the argument timeout"),
    ],
)
def test_an_invalid_setting_is_an_error(settings: dict[str, Any], part: str) -> None:
    with pytest.raises(DreamsError, match=part):
        check(GOOD, **settings)


def test_a_store_is_tested_and_its_report_read(store: Path) -> None:
    report = run_store(store, "-q", "--tb=no")
    assert (report.totals.tested, report.totals.passed) == (2, 1)
    assert report.changes.new == (2,)
    assert verdicts(store)["bad"] == ("failure", "logic")


@pytest.mark.parametrize(
    ("name", "options", "part"),
    [
        ("no.db", (), "no store at"),
        ("athena.db", ("--athena-timeout", "x"), "failed with exit status 4: .*'x'"),
    ],
)
def test_a_run_that_can_not_take_place_is_an_error(
    store: Path, name: str, options: tuple[str, ...], part: str
) -> None:
    with pytest.raises(DreamsError, match=part):
        run_store(store.with_name(name), *options)


def test_rounds_test_what_is_new_and_nothing_twice(store: Path) -> None:
    seen = []
    for done in rounds(store, interval=0, most=3):
        seen.append((done.number, done.waited, done.tested, done.failed))
        if done.number == 2:
            make_store(store, dream("more", GOOD + "# more\n"))
    assert seen == [(1, 2, 2, 1), (2, 0, 0, 0), (3, 1, 1, 0)]


def test_a_store_is_watched_by_one_process(store: Path) -> None:
    with locked(store, "watch", "watches"), pytest.raises(DreamsError, match="another process watches"):
        next(rounds(store, most=1))
    assert next(rounds(store, most=1)).tested == 2


def test_a_stop_ends_the_waiting_at_once(store: Path) -> None:
    stop = Stop()
    began = time.monotonic()
    for _ in rounds(store, interval=600, stop=stop):
        stop.ask()
    assert time.monotonic() - began < 60


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from pytest_athena_dreams.cli import main; main()", *arguments]


def test_watch_yields_each_round(store: Path) -> None:
    done = subprocess.run(
        command("watch", "--store", str(store), "--interval", "0", "--max-iterations", "2"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["round 1: 2 of 2 tested, 1 failed", "round 2: nothing new"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_and_keeps_what_was_tested(tmp_path: Path, number: signal.Signals) -> None:
    slow = [dream(f"hangs-{n}", HANGS + f"# {n}\n") for n in range(30)]
    path = make_store(tmp_path / "athena.db", dream("good", GOOD), *slow)
    with subprocess.Popen(
        command("watch", "--store", str(path)), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            end = time.monotonic() + 60
            while verdicts(path)["good"] == (None, None) and time.monotonic() < end:
                time.sleep(0.1)
            second = subprocess.run(command("watch", "--store", str(path)), capture_output=True, text=True)
            assert second.returncode == 2
            assert "another process watches" in second.stderr
            process.send_signal(number)
            said, _ = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0
    assert said.splitlines()[-1] == "stopped"
    found = verdicts(path)
    assert found["good"] == ("success", None)
    assert (None, None) in found.values()


def example(tmp_path: Path, name: str, *arguments: str) -> str:
    shutil.copytree(EXAMPLES, tmp_path / "examples", dirs_exist_ok=True)
    environment = {n: v for n, v in os.environ.items() if not n.startswith(("ATHENA_", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, str(tmp_path / "examples" / name), *arguments],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_the_example_of_one_piece_of_code(tmp_path: Path) -> None:
    said = example(tmp_path, "check_one.py").splitlines()
    assert said[0].startswith("failure on ")
    assert said[1] == (
        "average([]): raised ZeroDivisionError: division by zero, where the procedure returned 0.0"
    )


def test_the_example_of_all_dreams(tmp_path: Path, store: Path) -> None:
    said = example(tmp_path, "run_all.py", str(store))
    assert "1 of 2 dreams pass" in said
    assert "1 x returned another value" in said


def test_the_example_of_going_on(tmp_path: Path, store: Path) -> None:
    said = example(tmp_path, "keep_testing.py", str(store), "0").splitlines()
    assert said == ["round 1: 2 tested, 1 failed", "round 2: 0 tested, 0 failed"]


def test_every_example_is_run() -> None:
    pages = (EXAMPLES.parent / "docs").glob("*.md")  # whose commands a test runs
    known = "".join(path.read_text() for path in [Path(__file__), *pages])
    assert [p.name for p in EXAMPLES.glob("*.py") if p.name not in known] == []


def test_the_nightly_workflow_names_commands_that_there_are() -> None:
    import re

    from pytest_athena_dreams.cli import main
    from pytest_athena_dreams.config import SETTINGS

    for path in [*EXAMPLES.rglob("*.yml"), EXAMPLES / "cron" / "athena-dreams", *EXAMPLES.rglob("*.service")]:
        text = path.read_text()
        assert set(re.findall(r"bin/athena-dreams (\w+)|run: athena-dreams (\w+)", text))
        named = {a or b for a, b in re.findall(r"bin/athena-dreams (\w+)|run: athena-dreams (\w+)", text)}
        assert named <= set(main.commands)
        options = set(re.findall(r"--athena-[\w-]+", text))
        assert options <= {"--athena-dreams", *(setting.option for setting in SETTINGS)}
