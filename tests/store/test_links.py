"""Foreign keys: which there are, what they let others delete, and how a table gets them."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlite_utils

from pytest_athena_dreams.errors import StoreError
from pytest_athena_dreams.models import Category, Dream, Figures, Procedure
from pytest_athena_dreams.store import links
from pytest_athena_dreams.store.adoptions import Evidence, Version, adopt
from pytest_athena_dreams.store.codes import code_digest
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.evaluations import Evaluation, put_evaluations
from pytest_athena_dreams.store.known import known_verdicts, take_over
from pytest_athena_dreams.store.lessons import put_cause, put_novelty, put_patterns, put_repair
from pytest_athena_dreams.store.links import ATHENAS, LINKS
from pytest_athena_dreams.store.merged import merge
from pytest_athena_dreams.store.migrations import migrations
from pytest_athena_dreams.store.records import Sighting
from pytest_athena_dreams.store.splitting import split
from pytest_athena_dreams.store.tending import delete, retest

from .kit import AUTOINCREMENT, RUN, SERIAL, athena_file, line, passed, put, result, rows

CODES = tuple(f"def double(x): return {number} * x" for number in range(1, 5))
BASE = "def double(x): return x + x"
SIGHTING = Sighting(
    pattern_id="a1", place=0, category=Category.LOGIC, exception=None, message="", context="", title="wrong"
)


def keys(path: Path) -> set[tuple[str, str, str, str, str]]:
    """Every foreign key of a file: table, column, table and column that it names, and its action."""
    tables = rows(path, "SELECT name FROM sqlite_schema WHERE type = 'table'")
    return {
        (table["name"], key["from"], key["table"], key["to"], key["on_delete"])
        for table in tables
        for key in rows(path, f"PRAGMA foreign_key_list({table['name']})")
    }


def wanted(*, but_to: frozenset[str] = frozenset(), but_of: frozenset[str] = frozenset()) -> set[Any]:
    return {
        (link.table, link.column, link.to, link.key, link.action)
        for link in LINKS
        if link.to not in but_to and link.table not in but_of
    }


def as_was(store: Store, code: str, base: str) -> Dream:
    """Dream 1 as a run may have tested it."""
    procedure = Procedure(id=1, name="double", project="p", code=base)
    (dream,) = store.dreams(ids=[1])
    return replace(dream, code=code, procedure=procedure)


def broken(path: Path) -> list[dict[str, Any]]:
    return rows(path, "PRAGMA foreign_key_check")


@pytest.fixture
def full(store: Store, path: Path, tmp_path: Path) -> Path:
    """A store with four dreams, and rows in most tables that name dream 1 and its procedure."""
    put(store, tmp_path, *(line(label=f"d{n}", code=code) for n, code in enumerate(CODES, 1)))
    put_evaluations(
        store,
        [Evaluation(dream=1, code=CODES[0], judge="chat", raw=0.5, calibrated=None, tier=1)],
    )
    run = store.begin_run(RUN)
    store.record(run, replace(result(1), digest="x"), [SIGHTING], tested=as_was(store, CODES[0], BASE))
    store.record(run, passed(2), tested=as_was(store, CODES[1], BASE))
    taken = passed(3, taken_from_dream=1, taken_from_run=run)
    store.record(run, taken, tested=as_was(store, CODES[2], BASE))
    store.finish_run(run, exit_status=1)
    put_patterns(store, [{"id": "a1", "first_run_id": run, "last_run_id": run, "sample_dream_id": 1}])
    put_novelty(store, {1: 0.5})
    put_repair(store, {"dream_id": 1, "kind": "k", "why": "", "before": "b", "code": "c", "seed": 1})
    put_cause(store, {"dream_id": 1, "code": "c", "wrong": "w", "right": "r", "seed": 1})
    evidence = Evidence(seed=1, inputs=1, evidence=1.0, widened=None, speed=None, size=None)
    version = Version(tested=CODES[1], code=CODES[1], entry_point=None)
    adopt(store, 2, version, by="me", found=evidence, digest=lambda text: text)
    return path


def test_a_new_store_has_every_foreign_key(store: Store, path: Path) -> None:
    assert keys(path) == wanted()


def test_an_athena_file_gets_them_and_keeps_its_own_tables(path: Path) -> None:
    athena_file(path)
    own = "SELECT sql FROM sqlite_schema WHERE name = 'procedures'"
    (before,) = rows(path, own)
    Store.open(path).close()
    assert keys(path) == wanted(but_of=frozenset({"dream_procedures"})) | {
        ("dream_procedures", "base_procedure_id", "procedures", "id", "NO ACTION")
    }
    (after,) = rows(path, own)
    assert after["sql"].startswith(before["sql"].rstrip(") \n"))
    assert broken(path) == []


def test_ids_that_may_be_null_are_no_keys(path: Path) -> None:
    athena_file(path, id_type=SERIAL)
    Store.open(path).close()
    none = frozenset({"dream_procedures", "procedures"})
    found = {key for key in keys(path) if key[0] != "dream_procedures"}
    assert found == wanted(but_to=none, but_of=frozenset({"dream_procedures"}))


def test_a_table_without_keys_that_athena_made_is_not_made_anew(path: Path) -> None:
    athena_file(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        (sql,) = db.execute("SELECT sql FROM sqlite_schema WHERE name = 'dream_procedures'").fetchone()
        db.execute("DROP TABLE dream_procedures")
        db.execute(sql[: sql.index("FOREIGN")].rstrip(", \n") + ")")
    Store.open(path).close()
    assert rows(path, "PRAGMA foreign_key_list(dream_procedures)") == []


@pytest.mark.parametrize("enforced", [True, False])
@pytest.mark.parametrize("form", ["own", "athena"])
def test_athena_may_delete_what_is_its_own(full: Path, tmp_path: Path, form: str, enforced: bool) -> None:
    path = full
    if form == "athena":
        path = athena_file(tmp_path / "other.db", id_type=AUTOINCREMENT)
        with Store.open(path) as store:
            store.record(store.begin_run(RUN), result(1), [SIGHTING], tested=as_was(store, "a", "b"))
    with closing(sqlite3.connect(path, isolation_level=None)) as athena:
        athena.execute(f"PRAGMA foreign_keys = {enforced}")
        for table in ("dream_procedures", "procedures", "dream_metrics", "dream_generation_runs"):
            athena.execute(f"DELETE FROM {table}")
    assert len(rows(path, "SELECT * FROM dream_test_runs")) == 1
    assert len(rows(path, "SELECT * FROM dream_failure_patterns")) == 1
    left = 0 if enforced else {"own": 3, "athena": 1}[form]
    assert len(rows(path, "SELECT * FROM dream_test_results")) == left
    assert (broken(path) == []) == enforced
    with Store.open(path) as store:  # works as before
        assert store.pending() == []


@pytest.mark.parametrize("enforced", [True, False])
def test_a_deleted_dream_leaves_no_link_behind(full: Path, enforced: bool) -> None:
    """Whether it is deleted here, or by a connection that enforces the keys."""
    if enforced:
        with closing(sqlite3.connect(full, isolation_level=None)) as db:
            db.execute("PRAGMA foreign_keys = on")
            db.execute("DELETE FROM dream_procedures WHERE id IN (1, 2)")
    else:
        with Store.open(full) as store:
            delete(store, [1, 2])
    assert broken(full) == []
    (left,) = rows(full, "SELECT * FROM dream_test_results")
    assert (left["dream_id"], left["taken_from_dream"], left["taken_from_run"]) == (3, None, 1)
    for table in ("sightings", "repairs", "causes", "novelty", "evaluations"):
        name = "dream_failure_sightings" if table == "sightings" else f"dream_{table}"
        assert rows(full, f"SELECT dream_id FROM {name} WHERE dream_id = 1") == []
    (adoption,) = rows(full, "SELECT * FROM dream_adoptions")
    assert (adoption["dream_id"], adoption["previous_code"]) == (None, BASE)
    (pattern,) = rows(full, "SELECT * FROM dream_failure_patterns")
    assert (pattern["first_run_id"], pattern["sample_dream_id"]) == (1, None)


def test_a_number_that_is_used_again_does_not_inherit(full: Path, tmp_path: Path) -> None:
    with Store.open(full) as store:
        delete(store, [1, 2, 3, 4])
        put(store, tmp_path, *(line(label=f"new{n}", code=f"def double(x): return {n}") for n in range(4)))
        assert {one.id for one in store.summaries()} == {1, 2, 3, 4}
        with store.reading() as db:
            for link in links.links_to("dream_procedures"):
                if link.table != "dream_procedures":
                    query = f"SELECT count(*) FROM {link.table} WHERE {link.column} IS NOT NULL"
                    assert db.execute(query).fetchone() == (0,), link


def test_a_result_shows_the_code_that_it_is_for(full: Path, tmp_path: Path) -> None:
    with Store.open(full) as store:
        put(store, tmp_path, line(label="d1", code="def double(x): return None"))
        run = store.begin_run(RUN)
        store.record(run, passed(1), tested=as_was(store, "def double(x): return None", BASE))
    found = rows(full, "SELECT * FROM results_with_code WHERE dream_id = 1 ORDER BY run_id")
    assert [(row["tested_code"], row["tested_procedure_code"]) for row in found] == [
        (CODES[0], BASE),
        ("def double(x): return None", BASE),
    ]
    assert (found[0]["label"], found[0]["procedure"], found[0]["outcome"]) == ("d1", "double", "failure")


def test_a_text_is_stored_once_and_as_long_as_a_result_needs_it(full: Path) -> None:
    with Store.open(full) as store:
        for _ in range(3):
            store.record(store.begin_run(RUN), passed(2), tested=as_was(store, CODES[1], BASE))
        taken = store.begin_run(RUN)
        take_over(store, taken, known_verdicts(store, {4: "x"}))
    texts = {row["digest"]: row["code"] for row in rows(full, "SELECT * FROM dream_codes")}
    assert texts == {code_digest(text): text for text in [*CODES, BASE, CODES[1]]}
    with Store.open(full) as store:
        delete(store, [1, 4])
    assert {row["code"] for row in rows(full, "SELECT code FROM dream_codes")} == {CODES[1], CODES[2], BASE}


def test_shards_and_what_is_merged_of_them_keep_links_and_code(full: Path, tmp_path: Path) -> None:
    with Store.open(full) as store:
        retest(store, [1, 2, 3, 4])
        parts = [path for path, _ in split(store, 2, tmp_path / "parts")]
    for number, part in enumerate(parts):
        assert broken(part) == []
        with Store.open(part) as own:
            run = own.begin_run(replace(RUN, settings=f'{{"shard": "{number + 1}/2"}}'))
            for dream in own.pending():
                own.record(run, passed(dream.id, figures=Figures()), tested=dream)
            own.finish_run(run, exit_status=0)
    with Store.open(full) as store:
        merged = merge(store, parts)
    assert merged.passed == 4
    assert broken(full) == []
    last = rows(full, f"SELECT * FROM results_with_code WHERE run_id = {merged.run_id} ORDER BY dream_id")
    assert [row["tested_code"] for row in last] == list(CODES)


@pytest.fixture
def old(path: Path) -> Path:
    """A store of version 17, with rows in each table; some name what is not there."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        made = sqlite_utils.Database(db, recursive_triggers=False, execute_plugins=False)
        migrations.apply(made, stop_before="m018_links")
        for table in made.tables:
            if table.name.startswith("_"):
                continue
            for number in (7, 3):
                values = {
                    column.name: number if column.type in ("INTEGER", "REAL") else f"{column.name} {number}"
                    for column in table.columns
                }
                table.insert(values)
        db.execute("DELETE FROM dream_procedures WHERE id = 3")
        db.execute("CREATE VIEW mine AS SELECT error FROM dream_test_results")
        db.execute("CREATE INDEX my_index ON dream_test_results (error) WHERE error > ''")
        db.execute("CREATE TABLE my_log (said TEXT)")
        db.execute(
            "CREATE TRIGGER my_trigger AFTER INSERT ON dream_test_results BEGIN"
            " INSERT INTO my_log VALUES (new.error); END"
        )
        db.execute("ALTER TABLE dream_test_results ADD COLUMN mine TEXT DEFAULT 'yes' CHECK (mine <> 'no')")
    return path


def contents(path: Path) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables, with their numbers."""
    names = [one["name"] for one in rows(path, "SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return {
        name: rows(path, f"SELECT rowid AS row_number, * FROM {name} ORDER BY rowid")
        for name in names
        if not name.startswith("_")
    }


def test_a_migration_keeps_every_value_and_whatever_others_have_added(old: Path) -> None:
    before = contents(old)
    assert min(len(found) for name, found in before.items() if name != "my_log") == 1
    Store.open(old).close()
    after = contents(old)
    assert (after.pop("dream_codes"), after.pop("dream_refusals")) == ([], [])
    new = dict.fromkeys(("dream_code", "procedure_code", "not_compared", "guess", "widened", "effects"))
    before["dream_test_results"] = [row | new for row in before["dream_test_results"]]
    assert after == before
    assert keys(old) == wanted()
    with closing(sqlite3.connect(old, isolation_level=None)) as db:
        db.execute("INSERT INTO dream_test_results (dream_id, run_id, tested_at, outcome, error)"
                   " VALUES (9, 9, 9, 'failure', 'seen')")  # fmt: skip
        assert db.execute("SELECT said FROM my_log").fetchall() == [("seen",)]
        assert ("seen",) in db.execute("SELECT error FROM mine").fetchall()
        with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
            db.execute("UPDATE dream_test_results SET mine = 'no'")
        assert db.execute("SELECT sql FROM sqlite_schema WHERE name = 'my_index'").fetchall() == [
            ("CREATE INDEX my_index ON dream_test_results (error) WHERE error > ''",)
        ]
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_every_link_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "store.md").read_text()
    table = page[page.index("## Foreign keys") : page.index("## Read-only")]
    lines = [line for line in table.splitlines() if line.startswith("| `")]
    cells = [[*re.findall("`([^`]+)`", line), line.split("|")[-2].strip()] for line in lines]
    words = {"CASCADE": "goes too", "SET NULL": "stays, without it", "NO ACTION": "prevents it"}
    assert sorted(map(tuple, cells)) == sorted(
        (link.table, link.column, link.to, words[link.action]) for link in LINKS
    )


def test_a_migration_that_fails_leaves_the_old_store(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    schema = rows(old, "SELECT * FROM sqlite_schema")
    before = contents(old)
    monkeypatch.setattr(links, "INDEXED", (("dream_test_results", "no_such_column"),))
    with pytest.raises(StoreError, match="no such column"):
        Store.open(old)
    assert rows(old, "SELECT * FROM sqlite_schema") == schema
    assert contents(old) == before


def test_deleting_one_dream_reads_no_large_table_as_a_whole(store: Store) -> None:
    small = {"dream_procedures"}
    with store.reading() as db:
        for link in links.links_to("dream_procedures"):
            if link.table in small:
                continue
            query = f"EXPLAIN QUERY PLAN SELECT 1 FROM {link.table} WHERE {link.column} = 1"
            (step,) = db.execute(query).fetchall()
            assert step[3].startswith("SEARCH"), link


def test_tables_of_athena_are_never_what_blocks(store: Store) -> None:
    assert {link.table for link in LINKS if link.to in ATHENAS and link.action == "NO ACTION"} == {
        "dream_procedures"  # Athena's own rule: a procedure that has dreams stays
    }
