from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database

from pytest_athena_dreams import __version__
from pytest_athena_dreams.errors import StoreError, StorePathError
from pytest_athena_dreams.store import connection, tables
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.migrations import migrations
from pytest_athena_dreams.store.version import SCHEMA_VERSION

from .kit import RUN, line, passed, put, rows

COLUMNS = {
    "procedures": """
        id name project version code entry_point created_at private source""",
    "dream_procedures": """
        id label base_procedure_id base_procedure_name dream_type code entry_point contract model_used
        reasoning generated_description status tier viability_score claude_reasoning test_outcome
        test_category test_error test_timestamp novelty_score cross_project_matches effectiveness_metric
        generated_at evaluated_at created_by""",
    "dream_test_runs": """
        id started_at finished_at exit_status settings seed versions sandbox commit tested passed failed
        untestable selection""",
    "dream_test_results": """
        dream_id run_id tested_at outcome category athena_outcome contract error failing_input
        procedure_result dream_result inputs_tried inputs_accepted inputs_rejected elapsed cpu
        peak_memory effectiveness details diverged evidence lines_reached lines_total digest taken_from_dream
        taken_from_run reason dream_code procedure_code not_compared guess widened effects""",
    "dream_refusals": """
        dream_id code refused_at seed failed why""",
    "dream_codes": """
        digest code""",
    "dream_failure_patterns": """
        id category exception message context title status frequency dreams open_dreams first_run_id
        first_seen last_run_id last_seen dream_types models procedures sample_dream_id sample_input
        sample_expected sample_got suggestion""",
    "dream_failure_sightings": """
        dream_id run_id pattern_id place""",
    "dream_repairs": """
        dream_id kind why before code inputs_accepted verified_at seed""",
    "dream_causes": """
        dream_id code wrong right verified_at seed""",
    "dream_novelty": """
        dream_id digest score""",
    "dream_calls": """
        id run_id purpose procedure_id dream_type asked model prompt rules outcome problem input_tokens
        output_tokens cost started_at seconds place withheld answer""",
    "dream_evaluations": """
        id dream_id call_id evaluated_at judge raw calibrated tier reasoning code_digest""",
    "dream_metrics": """
        id timestamp average_viability_score tier1_count tier2_count tier3_count tier1_test_success_rate
        tier1_test_count average_novelty_score high_novelty_count cross_project_adoption_rate
        dreams_adopted_count average_generation_time_seconds api_requests_per_dream novelty_score_weighted
        quality_evolution_weighted cross_project_leverage_weighted efficiency_weighted
        compound_health_score""",
    "dream_generation_runs": """
        id strategy timestamp total_dreams_generated constraint_relaxation_count cross_project_synthesis_count
        parameter_exploration_count conditional_variant_count duration_seconds model_usage
        finished_at plan settings seed requests cost dropped reasons""",
    "dream_origins": """
        dream_id run_id writer call_id parents digest""",
    "dream_generation_steps": """
        run_id procedure_id assigned dreams finished_at""",
    "dream_drops": """
        run_id procedure_id dream_type writer reason drafts""",
}


@pytest.mark.parametrize("table", COLUMNS)
def test_a_new_store_has_the_tables_of_the_design(store: Store, path: Path, table: str) -> None:
    columns = rows(path, f"SELECT name FROM pragma_table_info('{table}')")
    assert [column["name"] for column in columns] == COLUMNS[table].split()


def test_a_new_store_has_the_indexes_that_its_queries_need(store: Store, path: Path) -> None:
    plan = rows(
        path, "EXPLAIN QUERY PLAN SELECT * FROM dream_procedures WHERE tier = 1 AND status IN ('a', 'b')"
    )
    assert "athena_dreams_dream_procedures_status_tier" in plan[0]["detail"]
    plan = rows(
        path, "EXPLAIN QUERY PLAN SELECT * FROM dream_test_results WHERE dream_id = 1 ORDER BY run_id"
    )
    assert [step["detail"].startswith("SEARCH") for step in plan] == [True]  # and no step that sorts


def test_a_new_store_is_in_wal_mode(store: Store, path: Path) -> None:
    assert rows(path, "PRAGMA journal_mode") == [{"journal_mode": "wal"}]


def test_create_opens_a_store_that_is_there(path: Path, tmp_path: Path) -> None:
    with Store.create(path) as store:
        put(store, tmp_path, line())
    with Store.create(str(path)) as store:
        assert [dream.label for dream in store.dreams()] == ["d1"]


def test_open_finds_what_create_made(path: Path) -> None:
    Store.create(path).close()
    with Store.open(path) as store:
        assert store.dreams() == []
    db = Database(path)
    assert migrations.pending(db) == []
    db.close()


def test_a_path_may_have_any_characters(tmp_path: Path) -> None:
    for name in ("a b?mode=ro#%41.db", "ü.db", os.fsdecode(b"\xff.db")):
        Store.create(tmp_path / name).close()
        with Store.open(tmp_path / name) as store:
            assert store.dreams() == []
    assert len(list(tmp_path.iterdir())) == 3


def test_open_refuses_a_path_without_a_store_and_makes_nothing(path: Path) -> None:
    with pytest.raises(StoreError) as error:
        Store.open(path)
    assert str(error.value) == f"no store at {path}; make one with: athena-dreams init --store {path}"
    assert not path.exists()


def test_open_refuses_another_programs_database_and_leaves_it(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE cookies (id)")
    db.close()
    before = path.read_bytes()
    with pytest.raises(StorePathError, match=r"is a database but no store.*athena-dreams init --store"):
        Store.open(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("make", [Store.create, Store.open])
def test_a_file_that_is_no_database_is_refused_and_left(path: Path, make: Callable[[Path], Store]) -> None:
    path.write_bytes(b"no database" * 100)
    with pytest.raises(StorePathError, match=r"athena\.db is not an SQLite database$"):
        make(path)
    assert path.read_bytes() == b"no database" * 100


@pytest.mark.parametrize("make", [Store.create, Store.open])
def test_a_directory_is_refused_as_one(tmp_path: Path, make: Callable[[Path], Store]) -> None:
    with pytest.raises(StorePathError) as error:
        make(tmp_path)
    assert str(error.value) == f"{tmp_path} is a directory, but a store is a file"


@pytest.mark.parametrize("make", [Store.create, Store.open])
def test_a_pipe_is_refused_without_waiting_for_a_writer(path: Path, make: Callable[[Path], Store]) -> None:
    os.mkfifo(path)
    with pytest.raises(StorePathError, match=r"is a device, pipe or socket, but a store is a regular file"):
        make(path)


NEWER = "m999_from_the_future"


def files(folder: Path) -> dict[str, bytes]:
    """The contents of every file in a folder."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize("journal", ["wal", "delete"])
@pytest.mark.parametrize("make", [Store.create, Store.open])
def test_a_store_of_a_newer_version_is_refused_and_left_as_it_is(
    path: Path, tmp_path: Path, make: Callable[[Path], Store], journal: str
) -> None:
    Store.create(path).close()
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA journal_mode = {journal}")
    insert = "INSERT INTO _sqlite_migrations (migration_set, name) VALUES ('athena_dreams', ?)"
    db.execute(insert, [NEWER])
    # A column of a future release, and a migration of ours undone: opening it would otherwise write.
    db.execute("ALTER TABLE dream_procedures ADD COLUMN future TEXT")
    db.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'm005%'")
    db.commit()
    db.close()
    before = files(tmp_path)
    with pytest.raises(StorePathError) as error:
        make(path)
    assert str(error.value) == (
        f"store {path} has schema version 999, but pytest-athena-dreams {__version__} knows versions up to "
        f"{SCHEMA_VERSION}; upgrade with: pip install --upgrade pytest-athena-dreams"
    )
    assert files(tmp_path) == before


def test_the_schema_version_is_the_number_of_the_last_migration(store: Store, path: Path) -> None:
    (last,) = rows(path, "SELECT max(name) AS name FROM _sqlite_migrations")
    assert last["name"].startswith(f"m{SCHEMA_VERSION:03}_")


def test_migrations_of_other_tools_in_the_same_file_do_not_count(store: Store, path: Path) -> None:
    db = sqlite3.connect(path)
    insert = "INSERT INTO _sqlite_migrations (migration_set, name) VALUES ('another', ?)"
    db.execute(insert, [NEWER])
    db.commit()
    db.close()
    Store.open(path).close()


def test_create_needs_the_folder(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"unable to open database file; its folder must exist"):
        Store.create(tmp_path / "missing" / "athena.db")


def test_a_locked_store_is_an_error_that_says_so(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.05)
    with (
        store.writing(),
        Store.open(path) as other,
        pytest.raises(StoreError, match=r"is locked; another process"),
    ):
        other.begin_run(RUN)


def test_the_switch_to_wal_waits_for_a_lock_that_sqlite_does_not_wait_for(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("CREATE TABLE procedures (id INTEGER PRIMARY KEY)")
    holder.execute("BEGIN IMMEDIATE")
    waited = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        holder.execute("COMMIT")

    monkeypatch.setattr(time, "sleep", sleep)
    Store.create(path).close()
    assert len(waited) == 1
    holder.close()


def test_a_read_only_connection_is_an_error_that_says_so(store: Store, path: Path) -> None:
    reader = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
    with (
        Store(reader, "the copy") as other,
        pytest.raises(StoreError, match=r"store the copy: .*readonly database; make the file .* writable"),
    ):
        other.begin_run(RUN)


def test_a_number_that_sqlite_can_not_hold_is_an_error(memory: Store) -> None:
    with pytest.raises(StoreError, match=r"at most 64 bits"):
        memory.record(2**70, passed(1))


def test_a_failed_migration_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tables.RUN_COLUMNS, "ID", int)  # the second migration makes this table
    with pytest.raises(StoreError, match="duplicate column name: ID"):
        Store.create(path)
    assert rows(path, "SELECT name FROM sqlite_schema") == []
