"""The views that people read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_athena_dreams.models import Category
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.generation import (
    GenerationRun,
    NewDream,
    assign,
    begin_generation,
    finish_generation,
    finish_procedure,
)
from pytest_athena_dreams.store.nightly import begin_night, finish_night, put_step
from pytest_athena_dreams.store.records import Sighting

from .kit import AUTOINCREMENT, NOW, RUN, SERIAL, athena_file, passed, result, rows, untestable

WHEN = "2027-01-15T08:00:00Z"
"""``NOW`` as text."""


@pytest.fixture(params=["own", AUTOINCREMENT, SERIAL])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A store with procedures 1 and 2 and three dreams, of ours or Athena's."""
    athena_file(tmp_path / "athena.db", id_type=AUTOINCREMENT if request.param == "own" else request.param)
    if request.param != "own":
        return tmp_path / "athena.db"
    own = tmp_path / "own.db"
    with Store.create(own) as store, store.writing() as db:
        for name in ("double", "half"):
            db.execute(
                "INSERT INTO procedures (name, code, created_at) VALUES (?, ?, ?)",
                [name, f"def {name}(x): ...", NOW],
            )
        for base in (1, 2, 2):
            db.execute(
                "INSERT INTO dream_procedures (base_procedure_id, base_procedure_name, dream_type, code,"
                " generated_at) VALUES (?, ?, 'constraint_relaxation', 'def f(x): ...', ?)",
                [base, "double" if base == 1 else "half", NOW],
            )
    return own


def read(path: Path, view: str) -> list[dict[str, Any]]:
    return rows(path, f"SELECT * FROM {view} ORDER BY 1")


def test_the_last_result_of_each_dream_counts(path: Path) -> None:
    with Store.open(path) as store:
        first, second = store.begin_run(RUN), store.begin_run(RUN)
        sighting = Sighting(
            pattern_id="abc",
            place=0,
            category=Category.LOGIC,
            exception=None,
            message="",
            context="",
            title="wrong",
        )
        for run, found in (
            (first, result(1)),
            (first, passed(2)),
            (second, result(2)),
            (second, untestable(3)),
        ):
            store.record(run, found, [sighting] if found.outcome == "failure" else [])
    latest = read(path, "latest_results")
    assert [(row["dream_id"], row["run_id"], row["outcome"], row["tested_at"]) for row in latest] == [
        (1, first, "failure", WHEN),
        (2, second, "failure", WHEN),
        (3, second, "untestable", WHEN),
    ]
    dreams = read(path, "dreams_with_results")
    assert [(row["dream_id"], row["procedure"], row["outcome"]) for row in dreams] == [
        (1, "double", "failure"),
        (2, "half", "failure"),
        (3, "half", "untestable"),
    ]
    assert [row["procedure_code"] for row in dreams] == [
        f"def {name}(x): ..." for name in ("double", "half", "half")
    ]
    failures = read(path, "open_failures")
    assert [(row["dream_id"], row["run_id"], row["pattern"]) for row in failures] == [
        (1, first, "wrong"),
        (2, second, "wrong"),
    ]


def test_a_dream_that_waits_again_is_no_open_failure(path: Path) -> None:
    from pytest_athena_dreams.store.tending import retest

    with Store.open(path) as store:
        store.record(store.begin_run(RUN), result(1))
        assert [row["dream_id"] for row in read(path, "open_failures")] == [1]
        retest(store, [1])
    assert read(path, "open_failures") == []
    assert [row["dream_id"] for row in read(path, "latest_results")] == [1]


def test_a_night_shows_what_it_did(path: Path) -> None:
    with Store.open(path) as store:
        night = begin_night(store, settings={}, deadline=NOW + 60)
        run = begin_generation(store, GenerationRun(strategy="light", plan="p", settings="{}", seed=0))
        assign(store, run, 1, {})
        dream = NewDream(
            code="def g(x): ...", entry_point="g", dream_type="constraint_relaxation", contract=None,
            reasoning="", writer="transform:t", model="t", parents=(1,), digest="d", novelty=1.0,
        )  # fmt: skip
        (written,) = finish_procedure(store, run, {"id": 1, "name": "double"}, [dream], [], seconds=0)
        finish_generation(store, run, seconds=0)
        tested = store.begin_run(RUN)
        store.record(tested, passed(written))
        store.finish_run(tested, exit_status=0)
        put_step(store, night["id"], "dream", {"how": "done"})
        finish_night(store, night["id"], exit_status=0, path=path)
        begin_night(store, settings={}, deadline=None)
    first, second = read(path, "nights")
    assert (first["started_at"], first["finished_at"], first["deadline"]) == (
        WHEN,
        WHEN,
        "2027-01-15T08:01:00Z",
    )
    assert (first["dreams"], first["tested"], first["passed"], first["failed"], first["adopted"]) == (
        1,
        1,
        1,
        0,
        0,
    )
    assert json.loads(first["steps"]) == {"dream": {"how": "done"}}
    assert (second["finished_at"], second["dreams"], second["tested"]) == (None, None, None)
    (shown,) = [row for row in read(path, "dreams_with_results") if row["dream_id"] == written]
    assert (shown["writer"], shown["outcome"], shown["run_id"]) == ("transform:t", "success", tested)


def test_a_table_of_the_same_name_is_left_alone(tmp_path: Path) -> None:
    import sqlite3

    path = athena_file(tmp_path / "athena.db")
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE nights (of TEXT)")
    db.close()
    Store.open(path).close()
    assert rows(path, "SELECT type, sql FROM sqlite_schema WHERE name = 'nights'") == [
        {"type": "table", "sql": "CREATE TABLE nights (of TEXT)"}
    ]


def test_the_metadata_for_datasette_names_what_a_store_has(path: Path) -> None:
    file = Path(__file__).parents[2] / "examples/datasette/metadata.json"
    described = json.loads(file.read_text())["databases"]["athena"]
    with Store.open(path) as store, store.reading() as db:
        for table, about in described["tables"].items():
            columns = {row[1] for row in db.execute(f'PRAGMA table_info("{table}")')}
            named = [about.get("sort_desc"), about.get("label_column"), *about.get("facets", ())]
            assert {name for name in named if name} | set(about.get("columns", ())) <= columns, table
        for query in described["queries"].values():
            db.execute(query["sql"], {"dream_id": 1} if ":dream_id" in query["sql"] else {}).fetchall()
