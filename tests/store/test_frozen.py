"""A store where nothing can be written: on a read-only file system, made by bubblewrap."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_athena_dreams.store.database import Store
from tests.dreams import CLAMP, dream, make_store

from .kit import RUN, passed

MAIN = "from pytest_athena_dreams.cli import main; main(prog_name='athena-dreams')"


@pytest.fixture(scope="module")
def bwrap() -> str:
    """The wrapper; skips where it can't make a read-only file system."""
    path = shutil.which("bwrap")
    if path is None:
        pytest.skip("bwrap is not installed")
    tried = subprocess.run(
        [path, "--dev-bind", "/", "/", "true"], capture_output=True, text=True, check=False
    )
    if tried.returncode:
        pytest.skip(f"bwrap does not work here: {tried.stderr.strip()[:200]}")
    return path


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store with one dream that passed."""
    path = make_store(tmp_path / "a.db", dream("right", CLAMP))
    with Store.open(path) as opened:
        run = opened.begin_run(RUN)
        opened.record(run, replace(passed(1), details=None))
        opened.finish_run(run, exit_status=0)
    return path


def read_only(bwrap: str, store: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    folder = str(store.parent)
    wrapper = (bwrap, "--dev-bind", "/", "/", "--ro-bind", folder, folder, "--chdir", folder)
    return subprocess.run(
        [*wrapper, sys.executable, "-c", MAIN, *arguments, "--store", store.name],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "shown", "said"),
    [
        (["list"], "right", ""),
        (["show", "right"], "right", ""),
        (["report"], "1", ""),
        (["nights"], "", "a.db has had no night; begin one with: athena-dreams night\n"),
    ],
)
def test_commands_that_read_do(bwrap: str, store: Path, arguments: list[str], shown: str, said: str) -> None:
    done = read_only(bwrap, store, *arguments)
    assert (done.returncode, done.stderr) == (0, said)
    assert shown in done.stdout


@pytest.mark.slow
def test_a_command_that_writes_says_why_it_can_t(bwrap: str, store: Path) -> None:
    done = read_only(bwrap, store, "archive", "right", "--yes")
    assert done.returncode == 2
    assert "store a.db" in done.stderr


@pytest.mark.slow
def test_changes_that_are_not_in_the_file_yet_are_not_left_out(bwrap: str, store: Path) -> None:
    db = sqlite3.connect(store)
    db.execute("UPDATE dream_procedures SET label = 'other'")
    db.commit()
    try:
        done = read_only(bwrap, store, "list")
    finally:
        db.close()
    assert done.returncode == 2
    assert "a.db-wal has changes that are not in it yet; copy both to a folder" in done.stderr


@pytest.mark.slow
def test_an_older_store_is_refused_in_words(bwrap: str, store: Path) -> None:
    db = sqlite3.connect(store)
    db.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'm016%'")
    db.commit()
    db.close()
    done = read_only(bwrap, store, "list")
    assert done.returncode == 2
    assert "store a.db is older and can't be written: use a copy" in done.stderr
