"""A night at work, with steps of its own: how each ends, and that a killed night goes on."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_athena_dreams.errors import StoreError
from pytest_athena_dreams.night import commands
from pytest_athena_dreams.night.agenda import Order, Step
from pytest_athena_dreams.night.commands import run
from pytest_athena_dreams.night.vigil import Ended, Night
from pytest_athena_dreams.store import connection
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.nightly import begin_night, read_night, unfinished_night

Script = str


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "a.db") as made:
        yield made


def step(name: str, *scripts: Script, weight: float = 1.0) -> Step:
    """A step that runs Python scripts."""
    return Step(
        name=name, weight=weight, commands=lambda order: [[sys.executable, "-c", text] for text in scripts]
    )


def go(
    store: Store, folder: Path, *steps: Step, deadline: float | None = None
) -> tuple[dict[str, Ended], int]:
    row = begin_night(store, settings={}, deadline=None)
    order = Order(store=folder / "a.db", folder=folder, number=row["id"])
    night = Night(store, row, order, deadline=None if deadline is None else time.monotonic() + deadline)
    shown: dict[str, Ended] = {}
    night.run(steps, lambda step, ended: shown.update({step.name: ended}))
    done = night.finish()
    assert shown == night.ended
    assert done["finished_at"] is not None
    return shown, done["exit_status"]


def test_a_step_that_fails_stops_no_other(store: Store, tmp_path: Path) -> None:
    bad = "import sys; print('first'); print('no luck'); sys.exit(3)"
    ended, status = go(store, tmp_path, step("one", bad, "print('never')"), step("two", "print('fine')"))
    assert (ended["one"].how, ended["one"].status, ended["one"].why) == ("failed", 3, "first / no luck")
    assert (ended["two"].how, ended["two"].status) == ("done", 0)
    assert status == 1
    assert (tmp_path / "night-1.log").read_text() == "first\nno luck\nfine\n"


def test_a_step_gets_its_share_of_the_deadline(store: Store, tmp_path: Path) -> None:
    asked = (
        "import signal, time\nsignal.signal(signal.SIGINT, lambda *_: exit(print('stored', flush=True)))\n"
    )
    asked += "print('begun', flush=True)\ntime.sleep(60)"
    ended, status = go(store, tmp_path, step("slow", asked), step("quick", "print('fine')"), deadline=6.0)
    assert (ended["slow"].how, ended["slow"].why) == ("stopped", "its share of the time was used up")
    assert ended["quick"].how == "done"
    assert status == 0
    assert (tmp_path / "night-1.log").read_text() == "begun\nstored\nfine\n"


def test_without_time_a_step_is_skipped(store: Store, tmp_path: Path) -> None:
    ended, status = go(store, tmp_path, step("late", "print('never')"), deadline=0.0)
    assert (ended["late"].how, ended["late"].why, status) == ("skipped", "no time was left", 0)


def test_a_command_is_asked_to_end_where_a_shell_had_interrupts_ignored(tmp_path: Path) -> None:
    """As after ``athena-dreams night &`` in a script."""
    waits = "import time\ntry:\n    print('ready', flush=True)\n    time.sleep(60)\n"
    waits += "except KeyboardInterrupt:\n    print('interrupted')\n"
    log = tmp_path / "log"
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        strikes = lambda: 2.0 if log.exists() and b"ready" in log.read_bytes() else 0.0  # noqa: E731
        ran = run([sys.executable, "-c", waits], log=log, limit=1.0, clock=strikes)
    finally:
        signal.signal(signal.SIGINT, before)
    assert (ran.status, ran.said) == (None, ("ready", "interrupted"))


def test_a_command_that_does_not_end_is_killed_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "END_SECONDS", 0.5)
    deaf = (
        "import os, signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\npid = os.fork()\n"
        "if pid: print(pid, flush=True)\ntime.sleep(60)"
    )
    ran = run([sys.executable, "-c", deaf], log=tmp_path / "log", limit=3.0)
    assert ran.status is None
    assert not Path(f"/proc/{ran.said[0]}").exists() or _is_zombie(int(ran.said[0]))


def _is_zombie(pid: int) -> bool:
    return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()


KILLED = """
import sys
from pathlib import Path
from pytest_athena_dreams.night.agenda import Order
from pytest_athena_dreams.night.vigil import Night
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.nightly import begin_night
from tests.night.test_vigil import resumable
folder = Path(sys.argv[1])
with Store.open(folder / "a.db") as store:
    row = begin_night(store, settings={"a": 1}, deadline=None)
    order = Order(store=folder / "a.db", folder=folder, number=row["id"])
    Night(store, row, order, deadline=None).run(resumable(folder, sys.argv[2]), lambda *_: None)
"""


def resumable(folder: Path, stuck: str = "") -> list[Step]:
    """Three steps that each leave a line; the one named ``stuck`` then hangs."""
    text = "import os, sys, time\nopen({done!r}, 'a').write({name!r} + chr(10))\nif {hangs}: time.sleep(60)\n"
    return [
        step(name, text.format(done=str(folder / "done"), name=name, hangs=name == stuck))
        for name in ("one", "two", "three")
    ]


@pytest.mark.parametrize("stuck", ["one", "two", "three"])
def test_a_killed_night_goes_on_behind_the_last_finished_step(
    store: Store, tmp_path: Path, stuck: str
) -> None:
    killed = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path), stuck], cwd=Path(__file__).parents[2]
    )
    done = tmp_path / "done"
    while not done.exists() or stuck not in done.read_text():
        time.sleep(0.05)
        assert killed.poll() is None
    time.sleep(0.2)  # so that the step hangs
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()

    assert unfinished_night(store, {"a": 2}) is None
    row = unfinished_night(store, {"a": 1})
    assert row is not None
    night = Night(
        store, row, Order(store=tmp_path / "a.db", folder=tmp_path, number=row["id"]), deadline=None
    )
    night.keep(resumable(tmp_path), _steps(row))
    night.run(resumable(tmp_path), lambda *_: None)
    assert night.finish()["exit_status"] == 0
    names = ["one", "two", "three"]
    place = names.index(stuck)
    assert done.read_text().split() == [*names[: place + 1], *names[place:]]
    assert {name: one["how"] for name, one in _steps(read_night(store, row["id"])).items()} == dict.fromkeys(
        names, "done"
    )


def test_steps_behind_one_that_failed_run_again(store: Store, tmp_path: Path) -> None:
    row = begin_night(store, settings={}, deadline=None)
    order = Order(store=tmp_path / "a.db", folder=tmp_path, number=row["id"])
    broken = step("two", "import sys; sys.exit(3)")
    first = Night(store, row, order, deadline=None)
    first.run([step("one", "print('one')"), broken, step("three", "print('three')")], lambda *_: None)
    second = Night(store, row, order, deadline=None)
    second.keep(resumable(tmp_path), _steps(read_night(store, row["id"])))
    assert [*second.ended] == ["one"]
    second.run(resumable(tmp_path), lambda *_: None)
    assert (tmp_path / "done").read_text().split() == ["two", "three"]
    assert second.finish()["exit_status"] == 0


def test_a_step_ends_with_its_night(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom pytest_athena_dreams.night.commands import run\n"
        "child = 'import os, time; print(os.getpid(), flush=True); time.sleep(60)'\n"
        "run([sys.executable, '-c', child], log=Path(sys.argv[1]), limit=None)"
    )
    log = tmp_path / "log"
    night = subprocess.Popen([sys.executable, "-c", code, str(log)])
    while not log.exists() or not log.read_text().endswith("\n"):
        time.sleep(0.05)
    pid = int(log.read_text())
    night.kill()
    night.wait()
    end = time.monotonic() + 30
    while Path(f"/proc/{pid}").exists() and not _is_zombie(pid):
        assert time.monotonic() < end, "the step lives on"
        time.sleep(0.05)


def _steps(row: dict[str, Any]) -> dict[str, Any]:
    import json

    found: dict[str, Any] = json.loads(row["steps"])
    return found


@pytest.mark.parametrize("replaced", [False, True])
def test_a_store_that_vanishes_is_an_error_and_no_success(
    store: Store, tmp_path: Path, replaced: bool
) -> None:
    path = str(tmp_path / "a.db")
    away = f"import os; os.rename({path!r}, {path + '.old'!r})" + (
        f"; open({path!r}, 'w').close()" if replaced else ""
    )
    with pytest.raises(StoreError, match=r"store .*a\.db was removed or replaced while night 1 ran"):
        go(store, tmp_path, step("one", away), step("two", "raise SystemExit('never runs')"))
    assert "never" not in (tmp_path / "night-1.log").read_text()


def test_a_store_that_stays_locked_ends_the_night_and_the_next_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.05)
    path = tmp_path / "a.db"
    locks: list[sqlite3.Connection] = []
    steps = [step("one", "print('one')"), step("two", "print('two')")]

    def lock(shown: Step, _: Ended) -> None:
        if shown.name == "one":
            locks.append(sqlite3.connect(path, isolation_level=None))
            locks[-1].execute("BEGIN IMMEDIATE")

    with Store.create(path) as store:
        row = begin_night(store, settings={}, deadline=None)
        order = Order(store=path, folder=tmp_path, number=row["id"])
        with pytest.raises(StoreError, match="is locked; another process"):
            Night(store, row, order, deadline=None).run(steps, lock)
        locks[0].close()
        again = unfinished_night(store, {})
        assert again is not None
        later = Night(store, again, order, deadline=None)
        later.keep(steps, json.loads(again["steps"]))
        assert [*later.ended] == ["one"]
        later.run(steps, lambda *_: None)
        assert later.finish()["exit_status"] == 0
    assert (tmp_path / "night-1.log").read_text() == "one\ntwo\ntwo\n"
