"""A store that an earlier version made: ``kept_schema_9.sql`` is the dump of a real one, never to be edited.

It has one procedure with three dreams: one passed, one failed, one of Tier 2 waits.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from pytest_athena_dreams.cli import main
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.version import SCHEMA_VERSION

from .kit import rows

KEPT = Path(__file__).with_name("kept_schema_9.sql")


@pytest.fixture
def kept(path: Path) -> Path:
    """The kept store as a file."""
    db = sqlite3.connect(path)
    db.executescript(KEPT.read_text())
    db.close()
    return path


def contents(path: Path) -> dict[str, list[dict[str, object]]]:
    """All rows of the tables that the kept store has, but for the list of migrations."""
    tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%migrations' ORDER BY 1"
    return {row["name"]: rows(path, f"SELECT * FROM {row['name']}") for row in rows(path, tables)}


def test_every_row_of_the_kept_store_is_there_after_the_migration(kept: Path) -> None:
    before = contents(kept)
    assert {name: len(found) for name, found in before.items() if found} == {
        "dream_failure_patterns": 1,
        "dream_failure_sightings": 1,
        "dream_metrics": 1,
        "dream_novelty": 2,
        "dream_procedures": 3,
        "dream_test_results": 2,
        "dream_test_runs": 1,
        "procedures": 1,
    }
    Store.open(kept).close()
    after = contents(kept)
    for table, found in before.items():
        assert [
            {name: row[name] for name in old} for old, row in zip(found, after[table], strict=True)
        ] == found
    (last,) = rows(kept, "SELECT max(name) AS name FROM _sqlite_migrations")
    assert last["name"].startswith(f"m{SCHEMA_VERSION:03}_")
    assert rows(kept, "PRAGMA integrity_check") == [{"integrity_check": "ok"}]


def test_the_migrated_store_has_the_schema_of_a_new_one(kept: Path, tmp_path: Path) -> None:
    Store.open(kept).close()
    Store.create(new := tmp_path / "new.db").close()

    def columns(path: Path) -> dict[str, set[str]]:
        named = rows(path, "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")
        return {
            one["name"]: {column["name"] for column in rows(path, f"PRAGMA table_info({one['name']})")}
            for one in named
        }

    assert columns(kept) == columns(new)


def test_the_commands_read_the_kept_store(kept: Path) -> None:
    def said(*arguments: str) -> str:
        done = CliRunner().invoke(main, [*arguments, "--store", str(kept)])
        assert done.exit_code == 0, done.output
        return done.output

    assert [word in said("list") for word in ("right", "wrong", "waiting")] == [True] * 3
    assert "clamp(" in said("show", "wrong")
    assert "returned another value" in said("report")
