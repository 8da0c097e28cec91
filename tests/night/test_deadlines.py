"""The deadline comes while a step is in the middle of its work: nothing is lost, and it is done later."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

from pytest_athena_dreams.night.agenda import NIGHT_STEPS, Order, Step
from pytest_athena_dreams.night.vigil import How, Night
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.nightly import begin_night
from tests.dreams import dream, make_store
from tests.llm.server import Server, serving, waits

from .kit import query
from .test_accidents import CLAMP, LIGHT, UNIQUE, at_work

ROOT = "import math\n\n\ndef root(x: int) -> int:\n    return math.isqrt(abs(x))\n"
WITHOUT_IMPORT = "def root(x: int) -> int:\n    return math.isqrt(abs(x)) + {0} - {0}\n"
BROKEN = 24
PATIENCE = 120.0
FAR = 1e6

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("pydantic_ai") is None, reason="needs the extra models, for a judge"),
]


class Clock:
    """Stands still until ``condition`` holds; then any deadline has come. Fails after two minutes."""

    def __init__(self, condition: Callable[[], object], step: Step) -> None:
        self._condition, self._step = condition, step
        self._end = time.monotonic() + PATIENCE
        self._struck = False

    def __call__(self) -> float:
        self._struck = self._struck or bool(self._condition())
        assert self._struck or time.monotonic() < self._end, f"{self._step.name} never came to its work"
        return FAR if self._struck else 0.0


class House:
    """A store, and when each step of a night on it is in the middle of its work."""

    def __init__(self, store: Path, judge: Server) -> None:
        self.store, self.judge = store, judge
        self.folder = store.parent / "nights"
        self.folder.mkdir()
        self._lock = sqlite3.connect(store, isolation_level=None, check_same_thread=False)

    def close(self) -> None:
        self._lock.close()

    def has(self, table: str, where: str = "1") -> bool:
        return bool(query(self.store, f"SELECT 1 FROM {table} WHERE {where} LIMIT 1"))

    def middle(self, step: Step, number: int) -> Callable[[], object]:
        """Whether this step of night ``number`` has begun its work and not ended it."""
        conditions: dict[str, Callable[[], object]] = {
            "dream": self._cannot_finish,
            "evaluate": lambda: self.judge.asked,
            "test": lambda: self.has("dream_test_results"),
            "repair": lambda: self.has("dream_repairs"),
            "learn": self._waits_to_write,
            "adopt": lambda: (pid := at_work(os.getpid(), "adopt")) and str(self.store) in _open_files(pid),
            "report": lambda: (self.folder / f"night-{number}.html").exists(),
        }
        return conditions[step.name]

    def _cannot_finish(self) -> bool:
        """Whether the step has begun its run. If so, the store is locked for a second: the run can't end."""
        self._lock.execute("BEGIN IMMEDIATE")
        begun = self.has("dream_generation_runs", "finished_at IS NULL")
        if begun:
            threading.Timer(1.0, self._lock.rollback).start()
        else:
            self._lock.rollback()
        return begun

    def _waits_to_write(self) -> bool:
        """Whether the step has opened the store, which is locked until then."""
        if not self._lock.in_transaction:
            self._lock.execute("BEGIN IMMEDIATE")
        pid = at_work(os.getpid(), "learn")
        if pid is None or str(self.store) not in _open_files(pid):
            return False
        self._lock.execute("ROLLBACK")
        return True

    def run(self, step: Step, *, stopped: bool) -> How:
        """A night of one step; its deadline comes in the middle of it, or never."""
        with Store.open(self.store) as opened:
            row = begin_night(opened, settings={}, deadline=None)
            judge = ("--judge", "judge", "--model-url", self.judge.url, "--calls", "5") if stopped else ()
            order = Order(
                store=self.store,
                folder=self.folder,
                number=row["id"],
                adopted=1,
                dreaming=("--strategy", "light"),
                evaluating=judge,
                testing=("-n0", "-p", "no:cacheprovider"),
            )
            clock = Clock(self.middle(step, row["id"]), step) if stopped else time.monotonic
            night = Night(opened, row, order, deadline=FAR / 2 if stopped else None, clock=clock)
            night.run([step], lambda *_: None)
            assert night.finish()["exit_status"] == 0
        return night.ended[step.name].how


def _open_files(pid: int) -> Sequence[str]:
    found = []
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.append(os.readlink(link))
        except FileNotFoundError:
            continue
    return found


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Three procedures, and dreams of one of them that a repair can save."""
    monkeypatch.chdir(tmp_path)
    for name, value in LIGHT.items():
        monkeypatch.setenv(name, value)
    store = make_store(
        tmp_path / "a.db",
        *(dream(f"broken {n}", WITHOUT_IMPORT.format(n), procedure=ROOT) for n in range(BROKEN)),
        *(dream(f"right {n}", f"{code}# {n}\n", procedure=code) for n, code in enumerate((UNIQUE, CLAMP))),
    )
    with serving(waits) as judge:
        made = House(store, judge)
        try:
            yield made
        finally:
            made.close()


def test_a_deadline_in_the_middle_of_each_step_loses_nothing(house: House) -> None:
    for step in NIGHT_STEPS:
        assert (step.name, house.run(step, stopped=True)) == (step.name, How.STOPPED)
        assert at_work(os.getpid(), step.name) is None
        assert query(house.store, "PRAGMA integrity_check") == [{"integrity_check": "ok"}]
        _check_half_done(house, step)
        assert (step.name, house.run(step, stopped=False)) == (step.name, How.DONE)
    _check_done(house)


def _check_half_done(house: House, step: Step) -> None:
    """What the step had not done when its deadline came."""
    number = len(query(house.store, "SELECT 1 FROM dream_nights"))
    match step.name:
        case "dream":
            assert house.has("dream_generation_runs", "finished_at IS NULL")
        case "evaluate":
            assert not house.has("dream_evaluations")
        case "test":
            assert house.has("dream_procedures", "status <> 'tested'")
        case "repair":
            assert 0 < len(query(house.store, "SELECT 1 FROM dream_repairs")) < BROKEN
        case "adopt":
            assert not house.has("dream_adoptions")
        case "report":
            assert not (house.folder / f"night-{number}.md").exists()


def _check_done(house: House) -> None:
    dreams = query(house.store, "SELECT id, status FROM dream_procedures ORDER BY id")
    assert {row["status"] for row in dreams} == {"tested"}
    results = query(house.store, "SELECT dream_id FROM dream_test_results ORDER BY 1")
    assert [row["dream_id"] for row in results] == [row["id"] for row in dreams]
    written = [row["dream_id"] for row in query(house.store, "SELECT dream_id FROM dream_origins ORDER BY 1")]
    scored = query(house.store, "SELECT dream_id FROM dream_evaluations ORDER BY 1")
    assert [row["dream_id"] for row in scored] == written != []
    saved = query(house.store, "SELECT label FROM dream_repairs JOIN dream_procedures ON id = dream_id")
    assert {f"broken {n}" for n in range(BROKEN)} <= {row["label"] for row in saved}
    assert len(query(house.store, "SELECT 1 FROM dream_adoptions")) == 1
    last = len(query(house.store, "SELECT 1 FROM dream_nights"))
    for kind in ("html", "json", "md"):
        assert (house.folder / f"night-{last}.{kind}").stat().st_size > 0
