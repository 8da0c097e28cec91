"""Real nights to which something happens: nothing is lost or done twice, and the exit status is right."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_athena_dreams.night import vigil
from pytest_athena_dreams.night.agenda import NIGHT_STEPS, Order
from pytest_athena_dreams.night.vigil import Night
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.nightly import begin_night

from .kit import COMMAND, environment, night, query, store_of

STEPS = [step.name for step in NIGHT_STEPS]
UNIQUE = """\
def unique(items: list[int]) -> list[int]:
    found: list[int] = []
    for item in items:
        if item not in found:
            found.append(item)
    return found
"""
CLAMP = """\
def clamp(x: int, low: int = 0, high: int = 10) -> int:
    if low > high:
        raise ValueError("low is above high")
    return max(low, min(x, high))
"""
OPTIONS = ("--strategy", "light", "--adopt", "1", "--", "-n0", "-p", "no:cacheprovider")
LIGHT = {"ATHENA_MAX_EXAMPLES": "10", "ATHENA_EVIDENCE": "off"}
PATIENCE = 120.0


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store with two procedures and no dream."""
    return store_of(
        tmp_path / "a.db",
        [
            {"name": "unique", "project": "tests", "code": UNIQUE, "entry_point": "unique"},
            {"name": "clamp", "project": "tests", "code": CLAMP, "entry_point": "clamp"},
        ],
    )


def check(store: Path, *, nights: int = 1) -> None:
    """All steps of the last night are done; no dream, test, score or adoption is missing, or there twice."""
    rows = query(store, "SELECT * FROM dream_nights ORDER BY id")
    assert len(rows) == nights
    assert (rows[-1]["exit_status"], rows[-1]["finished_at"] is None) == (0, False)
    steps = json.loads(rows[-1]["steps"])
    assert {name: step["how"] for name, step in steps.items()} == dict.fromkeys(STEPS, "done")
    dreams = {row["id"] for row in query(store, "SELECT id FROM dream_procedures")}
    assert len(dreams) >= 4
    for table in ("dream_origins", "dream_evaluations", "dream_test_results"):
        found = sorted(row["dream_id"] for row in query(store, f"SELECT dream_id FROM {table}"))
        assert found == sorted(dreams), table
    assert query(
        store,
        "SELECT p.base_procedure_id, o.digest FROM dream_origins o JOIN dream_procedures p"
        " ON p.id = o.dream_id GROUP BY 1, 2 HAVING count(*) > 1",
    ) == []  # fmt: skip
    adopted = query(store, "SELECT procedure_id, adopted_procedure_id, version FROM dream_adoptions")
    assert len(adopted) <= nights
    assert len({one["adopted_procedure_id"] for one in adopted}) == len(adopted)
    assert [row["integrity_check"] for row in query(store, "PRAGMA integrity_check")] == ["ok"]
    for kind in ("html", "json", "md"):
        assert (store.parent / "nights" / f"night-{rows[-1]['id']}.{kind}").stat().st_size > 0


def begin(store: Path, *arguments: str, **more: Any) -> subprocess.Popen[str]:
    """Start a night, in a session of its own."""
    return subprocess.Popen(
        [*COMMAND, "night", "--store", store.name, *arguments],
        cwd=store.parent,
        env=environment(**LIGHT),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **more,
    )


def until(condition: Callable[[], Any], what: str) -> None:
    """Wait for it. Fails after two minutes."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def children(pid: int) -> dict[int, list[str]]:
    """The words of the command of each child of a process."""
    found = {}
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            words = Path(f"/proc/{child}/cmdline").read_bytes().decode().split("\0")
            found[int(child)] = words
    return found


def at_work(pid: int, step: str) -> int | None:
    """The process of a step of the night ``pid``, once it is more than a tether."""
    sought = "--athena-dreams" if step == "test" else step
    for child, words in children(pid).items():
        if sought in words[:8] and "pytest_athena_dreams.night.tether" not in words:
            return child
    return None


def begun(store: Path, step: str) -> bool:
    """Whether the step has left something: the middle of those that take long."""
    left = {
        "dream": "SELECT 1 FROM dream_generation_runs",
        "test": "SELECT 1 FROM dream_test_results",
        "adopt": "SELECT 1 FROM dream_adoptions",
    }
    return step not in left or bool(query(store, left[step]))


@pytest.mark.slow
def test_a_night_killed_in_each_of_its_steps_is_done_once(store: Path) -> None:
    for step in STEPS:
        killed = begin(store, *OPTIONS)
        child: list[int] = []
        try:
            until(lambda: at_work(killed.pid, step) or killed.poll() is not None, f"{step} never began")  # noqa: B023
            os.kill(killed.pid, signal.SIGSTOP)  # so that it records nothing from now on
            child = [*children(killed.pid)]
            until(lambda: begun(store, step) or not _alive(child[0]), f"{step} does nothing")  # noqa: B023
            if step == "test":
                second = night(store, *OPTIONS, **LIGHT)
                assert (second.returncode, second.stdout) == (2, "")
                assert "another process watches store a.db" in second.stderr
        finally:
            os.kill(killed.pid, signal.SIGKILL)
            killed.communicate()
        until(lambda: not any(map(_alive, child)), f"{step} outlived its night")  # noqa: B023
        (row,) = query(store, "SELECT * FROM dream_nights")
        assert [*json.loads(row["steps"])] == STEPS[: STEPS.index(step)]
    done = night(store, *OPTIONS, **LIGHT)
    assert done.returncode == 0, done.stderr
    assert "night 1 goes on; finished: dream, evaluate, test, repair, learn, adopt\n" in done.stderr
    check(store)


def _alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.slow
@pytest.mark.parametrize("spare", [20_000, 120_000])
def test_a_full_disk_is_said_and_the_night_goes_on_later(store: Path, spare: int) -> None:
    """A limit on the size of files is one that SQLite can't tell from a disk without space."""
    with Store.open(store):
        pass
    size = store.stat().st_size
    limited = begin(
        store, *OPTIONS, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (spare, spare))
    )
    shown, said = limited.communicate(timeout=PATIENCE)
    assert limited.returncode in (1, 2), (shown, said)
    assert "its disk must work and have space" in said, (shown, said)
    assert [row["integrity_check"] for row in query(store, "PRAGMA integrity_check")] == ["ok"]
    assert store.stat().st_size >= size
    before = query(store, "SELECT id, code FROM dream_procedures")
    done = night(store, *OPTIONS, **LIGHT)
    assert done.returncode == 0, done.stderr
    check(store, nights=len(query(store, "SELECT 1 FROM dream_nights")))
    after = query(store, "SELECT id, code FROM dream_procedures")
    assert [row for row in after if row in before] == before


SET_BACK = """
import time
_real = time.time
time.time = lambda: _real() - 86_400
"""


@pytest.mark.slow
def test_a_clock_set_back_a_day_changes_no_night(store: Path, tmp_path: Path) -> None:
    folder = tmp_path / "clock"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(SET_BACK)
    assert night(store, *OPTIONS, **LIGHT).returncode == 0
    check(store)
    done = night(store, *OPTIONS, **LIGHT, PYTHONPATH=str(folder))
    assert done.returncode == 0, done.stderr
    first, second = query(store, "SELECT * FROM dream_nights ORDER BY id")
    assert second["started_at"] < first["started_at"] - 80_000
    for column in ("generation_run_id", "test_run_id", "metrics_id"):
        assert second[column] > first[column], column
    (run,) = query(store, "SELECT * FROM dream_generation_runs WHERE id = ?", second["generation_run_id"])
    assert f"- {run['total_dreams_generated']} dream" in done.stdout
    assert query(store, "SELECT 1 FROM dream_test_results GROUP BY dream_id HAVING count(*) > 1") == []


@pytest.mark.slow
def test_a_model_server_that_is_gone_costs_only_its_dreams(store: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    done = night(
        store,
        *("--budget", "1", *OPTIONS),
        **LIGHT,
        ATHENA_MODEL="openai:gone",
        ATHENA_MODEL_URL=f"http://127.0.0.1:{port}/v1",
        ATHENA_MODEL_PRICE="1,1",
        ATHENA_MODEL_TIMEOUT="5",
        OPENAI_API_KEY="none",
    )
    assert done.returncode == 0, done.stderr
    check(store)
    calls = query(store, "SELECT outcome FROM dream_calls")
    assert {call["outcome"] for call in calls} == {"unavailable"}
    assert "openai:gone" in (store.parent / "nights" / "night-1.log").read_text()


@pytest.mark.slow
def test_a_deadline_in_each_step_stops_it_and_a_later_night_makes_up_for_it(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vigil, "LEAST", 0.01)
    for name, value in LIGHT.items():
        monkeypatch.setenv(name, value)
    folder = store.parent / "nights"
    folder.mkdir()
    with Store.open(store) as opened:
        for step in NIGHT_STEPS:
            row = begin_night(opened, settings={}, deadline=None)
            order = Order(
                store=store, folder=folder, number=row["id"], adopted=1, dreaming=("--strategy", "light"),
                testing=("-n0",),
            )  # fmt: skip
            made = Night(opened, row, order, deadline=time.monotonic() + 0.02)
            made.run([step], lambda *_: None)
            assert made.ended[step.name].how == "stopped"
            assert made.finish()["exit_status"] == 0
    done = night(store, *OPTIONS, **LIGHT)
    assert done.returncode == 0, done.stderr
    check(store, nights=len(STEPS) + 1)
