"""Athena's own files open in place, and take imports as far as their schema lets them."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from pytest_athena_dreams.errors import StoreError
from pytest_athena_dreams.models import Contract, Dream, Outcome, Procedure
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.records import Imported

from .kit import (
    ATHENA_DREAMS,
    ATHENA_PROCEDURES,
    AUTOINCREMENT,
    NOW,
    RUN,
    SERIAL,
    athena_file,
    line,
    passed,
    put,
    rows,
)

CODE = "def f(x): ..."
DOUBLE = Procedure(id=1, name="double", code="def double(x): ...")
HALF = Procedure(id=2, name="half", code="def half(x): ...")


@pytest.fixture(params=[AUTOINCREMENT, SERIAL])
def athena(request: pytest.FixtureRequest, path: Path) -> Path:
    return athena_file(path, id_type=request.param)


def test_opening_adds_and_changes_nothing_else(athena: Path) -> None:
    tables = {
        table: rows(athena, f"SELECT * FROM pragma_table_info('{table}')")
        for table in ("procedures", "dream_procedures", "dream_metrics")
    }
    indexes = rows(athena, "SELECT name, sql FROM sqlite_schema WHERE type = 'index' ORDER BY rowid")

    def content() -> list[list[dict[str, Any]]]:
        return [
            rows(
                athena,
                f"SELECT rowid AS row_number, {', '.join(column['name'] for column in columns)} FROM {table}",
            )
            for table, columns in tables.items()
        ]

    before = content()
    Store.open(athena).close()
    assert content() == before
    for table, columns in tables.items():
        assert rows(athena, f"SELECT * FROM pragma_table_info('{table}')")[: len(columns)] == columns
    after = rows(athena, "SELECT name, sql FROM sqlite_schema WHERE type = 'index' ORDER BY rowid")
    assert [index for index in after if index in indexes] == indexes
    assert rows(athena, "PRAGMA integrity_check") == [{"integrity_check": "ok"}]


def test_opening_adds_what_a_store_of_our_own_has(athena: Path, tmp_path: Path) -> None:
    def columns(path: Path, table: str) -> set[tuple[str, str]]:
        found = rows(path, f"SELECT name, type FROM pragma_table_info('{table}')")
        return {(column["name"], column["type"]) for column in found if column["name"] != "id"}

    own = tmp_path / "own.db"
    Store.create(own).close()
    Store.open(athena).close()
    for table in ("procedures", "dream_procedures", "dream_test_runs", "dream_test_results"):
        assert columns(own, table) <= columns(athena, table)


def test_pending_dreams_are_read_with_their_procedures(athena: Path) -> None:
    with Store.open(athena) as store:
        assert store.pending() == [
            Dream(
                id=1,
                code=CODE,
                dream_type="constraint_relaxation",
                procedure=DOUBLE,
                procedure_name="double",
                contract=Contract.SUPERSET,
                tier=1,
                model_used="some-model",
            ),
            Dream(
                id=2,
                code=CODE,
                dream_type="time_travel",
                procedure=HALF,
                procedure_name="half",
                contract=None,
                tier=1,
                model_used="some-model",
            ),
        ]


def test_results_are_recorded(athena: Path) -> None:
    with Store.open(athena) as store:
        run = store.begin_run(RUN)
        store.record(run, passed(2))
        assert [dream.id for dream in store.pending()] == [1]
        assert store.details("2").history[0].result == passed(2)
        assert [s.id for s in store.summaries(outcome=Outcome.SUCCESS)] == [2]
    [row] = rows(athena, "SELECT * FROM dream_procedures WHERE rowid = 2")
    assert (row["status"], row["test_outcome"], row["test_timestamp"]) == ("tested", "success", NOW)


def test_an_import_fills_what_the_schema_wants(athena: Path, tmp_path: Path) -> None:
    with Store.open(athena) as store:
        done = put(store, tmp_path, line(procedure={"name": "square", "code": "def square(x): ..."}))
        assert done == Imported(created=1, updated=0, requeued=0, unchanged=0)
        [dream] = store.dreams(procedure="square")
        assert (dream.id, dream.label, dream.model_used) == (4, "d1", "unknown")
        assert dream.procedure == Procedure(id=3, name="square", code="def square(x): ...")
    [row] = rows(athena, "SELECT * FROM procedures WHERE name = 'square'")
    assert (row["id"], row["template"], row["category"]) == (3, "def square(x): ...", "dream")
    assert (row["usage_count"], row["created_by"], row["created_at"]) == (0, "user", NOW)


def test_ids_that_sqlite_does_not_give_go_on_after_the_greatest(path: Path, tmp_path: Path) -> None:
    athena_file(path, id_type=SERIAL)
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("UPDATE procedures SET id = 41 WHERE name = 'half'")
    with Store.open(path) as store:
        put(store, tmp_path, line(procedure={"name": "square", "code": "def square(x): ..."}))
        db.execute(
            "INSERT INTO procedures (name, category, template, created_at) VALUES ('later', 'c', 'x', 1)"
        )
        put(store, tmp_path, line(label="d2", procedure={"name": "later", "code": "x"}))
        found = {d.label: d.procedure.id for d in store.dreams() if d.label and d.procedure}
    assert found == {"d1": 42, "d2": 43}
    db.close()


def test_the_procedure_that_is_there_is_used_if_it_is_the_same(athena: Path, tmp_path: Path) -> None:
    with Store.open(athena) as store:
        base = {"name": "double", "code": "def double(x): ...", "entry_point": "double"}
        put(store, tmp_path, line(procedure=base))
        [dream] = store.dreams(ids=[4])
        assert dream.procedure == Procedure(
            id=1, name="double", code="def double(x): ...", entry_point="double"
        )
    assert len(rows(athena, "SELECT 1 FROM procedures")) == 2


@pytest.mark.parametrize(
    "base",
    [{"name": "double", "code": "other"}, {"name": "double", "code": "def double(x): ...", "project": "p"}],
)
def test_a_second_row_of_a_name_is_refused_with_a_remedy(
    athena: Path, tmp_path: Path, base: dict[str, str]
) -> None:
    fine = line(label="d0", procedure={"name": "new", "code": "x"})
    with Store.open(athena) as store:
        with pytest.raises(StoreError) as error:
            put(store, tmp_path, fine, line(procedure=base))
        assert str(error.value) == (
            f"nothing was imported: {tmp_path}/dreams.jsonl, line 2: the store's own schema refuses it "
            "(UNIQUE constraint failed: procedures.name); give the very code of the procedure of that name, "
            "and no project, or give yours another name, "
            "or import into a store made by: athena-dreams init --store NEW.db"
        )
        assert len(store.summaries()) == 3
    assert len(rows(athena, "SELECT 1 FROM procedures")) == 2


def test_a_dream_without_a_procedure_is_refused_where_the_schema_wants_one(
    athena: Path, tmp_path: Path
) -> None:
    with Store.open(athena) as store, pytest.raises(StoreError) as error:
        put(store, tmp_path, line(procedure=...))
    assert str(error.value) == (
        f"nothing was imported: {tmp_path}/dreams.jsonl, line 1, table dream_procedures of this store wants "
        "a value in its column 'base_procedure_id' (NOT NULL without a default), and there is none; "
        "give every dream a procedure, or import into a store made by: athena-dreams init --store NEW.db"
    )


def test_a_column_that_nobody_knows_is_named(path: Path, tmp_path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute(
        ATHENA_PROCEDURES.format(id=AUTOINCREMENT).replace("created_at", "owner TEXT NOT NULL, created_at", 1)
    )
    db.close()
    with Store.open(path) as store, pytest.raises(StoreError) as error:
        put(store, tmp_path, line())
    assert "table procedures of this store wants a value in its column 'owner'" in str(error.value)
    assert "give the column a default" in str(error.value)


def test_a_rule_of_the_schema_that_a_line_breaks_is_named(path: Path, tmp_path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute(
        ATHENA_DREAMS.format(id=AUTOINCREMENT).replace("tier INTEGER", "tier INTEGER CHECK (tier < 3)")
    )
    db.close()
    with (
        Store.open(path) as store,
        pytest.raises(StoreError, match=r"line 1: .*tier < 3\); change the line, or"),
    ):
        put(store, tmp_path, line(tier=3))


def test_text_that_is_no_utf8_is_read_with_escapes(athena: Path) -> None:
    db = sqlite3.connect(athena, isolation_level=None)
    db.execute(
        "UPDATE dream_procedures SET code = CAST(x'61ff62' AS TEXT), reasoning = x'00ff' WHERE rowid = 1"
    )
    db.execute("UPDATE procedures SET template = CAST('def g(): ...' AS BLOB) WHERE rowid = 1")
    db.close()
    with Store.open(athena) as store:
        dream = store.dreams(ids=[1])[0]
        assert dream.code == "a\\xffb"
        assert dream.procedure is not None
        assert dream.procedure.code == "def g(): ..."
        assert store.details("1").dream["reasoning"] == b"\x00\xff"


def test_a_trigger_of_athenas_own_does_not_set_itself_off(athena: Path) -> None:
    db = sqlite3.connect(athena, isolation_level=None)
    db.execute(
        "CREATE TRIGGER touch AFTER UPDATE ON dream_procedures"
        " BEGIN UPDATE dream_procedures SET evaluated_at = ifnull(evaluated_at, 0) + 1; END"
    )
    db.close()
    with Store.open(athena) as store:
        store.record(store.begin_run(RUN), passed(1))
    assert rows(athena, "SELECT evaluated_at FROM dream_procedures") == [{"evaluated_at": 1}] * 3


def test_details_have_athenas_own_columns_too(athena: Path) -> None:
    with Store.open(athena) as store:
        details = store.details("1")
    assert (details.dream["id"], details.dream["reasoning"]) == (1, "why not")
    assert details.procedure is not None
    assert (details.procedure["id"], details.procedure["category"]) == (1, "math")
