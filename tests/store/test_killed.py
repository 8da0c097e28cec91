"""SIGKILL within what takes longest: a migration, and the deletion of old nights."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlite_utils

from pytest_athena_dreams.store import pruning
from pytest_athena_dreams.store.connection import Database
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.migrations import migrations
from pytest_athena_dreams.store.pruning import plan, prune
from tests.dreams import CLAMP, dream, make_store

from .kit import rows
from .test_links import contents
from .test_pruning import one_night


def killed(work: Callable[[], object], beginning: str, number: int) -> bool:
    """Do it in another process, which is killed before its ``number``-th statement that begins so."""
    child = os.fork()
    if not child:
        left = [number]
        execute = Database.execute

        def counted(self: Database, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
            left[0] -= sql.startswith(beginning)
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return execute(self, sql, parameters)

        try:
            Database.execute = counted  # type: ignore[method-assign]
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def old_store(path: Path) -> Path:
    """A store of version 17 with a row in each table."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = wal")
        made = sqlite_utils.Database(db, recursive_triggers=False, execute_plugins=False)
        migrations.apply(made, stop_before="m018_links")
        for table in made.tables:
            if not table.name.startswith("_"):
                names = [column.name for column in table.columns]
                table.insert({name: 1 if name.endswith("id") else f"{name} of 1" for name in names})
    return path


@pytest.mark.parametrize(
    ("beginning", "number"),
    [("INSERT INTO", 1), ("DROP TABLE", 4), ("ALTER TABLE", 9), ("PRAGMA legacy_alter_table = 0", 1)],
)
def test_a_migration_that_is_killed_is_done_by_the_next_one(path: Path, beginning: str, number: int) -> None:
    old_store(path)
    before, schema = contents(path), rows(path, "SELECT name, sql FROM sqlite_schema ORDER BY 1")
    assert killed(lambda: Store.open(path), beginning, number)
    assert contents(path) == before
    assert rows(path, "SELECT name, sql FROM sqlite_schema ORDER BY 1") == schema
    Store.open(path).close()
    after = contents(path)
    for table, found in before.items():
        assert [{name: row[name] for name in found[0]} for row in after[table]] == found, table
    assert rows(path, "PRAGMA integrity_check") == [{"integrity_check": "ok"}]


@pytest.mark.parametrize("beginning", ["DELETE FROM dream_procedures", "DELETE FROM dream_evaluations",
                                       "DELETE FROM dream_nights", "DELETE FROM dream_codes"])  # fmt: skip
@pytest.mark.parametrize("number", [1, 3])
def test_prune_that_is_killed_is_done_by_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beginning: str, number: int
) -> None:
    monkeypatch.setattr(pruning, "PRUNED_AT_ONCE", 2)
    path, whole = (make_store(tmp_path / name, dream("imported", CLAMP)) for name in ("a.db", "b.db"))

    def work(store: Path) -> None:
        with Store.open(store) as opened:
            list(prune(opened, plan(opened, 1)))

    for store in (path, whole):
        with Store.open(store) as opened:
            for night in range(4):
                one_night(opened, store, night)
    assert killed(lambda: work(path), beginning, number) or number > 1
    assert rows(path, "PRAGMA foreign_key_check") == []
    kept = {row["id"] for row in rows(path, "SELECT id FROM dream_procedures")}
    for table in ("dream_test_results", "dream_origins"):
        assert {row["dream_id"] for row in rows(path, f"SELECT dream_id FROM {table}")} <= kept
    work(path)
    work(whole)
    for table, found in contents(whole).items():
        times = {"store_bytes", "finished_at", "timestamp", "started_at", "duration_seconds"}
        assert [{k: v for k, v in row.items() if k not in times} for row in contents(path)[table]] == [
            {k: v for k, v in row.items() if k not in times} for row in found
        ], table
