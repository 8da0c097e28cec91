"""Old nights are deleted, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from pytest_athena_dreams.cli import main
from pytest_athena_dreams.store.adoptions import Evidence, Version, adopt
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.generation import (
    Drop,
    GenerationRun,
    NewDream,
    assign,
    begin_generation,
    family,
    finish_generation,
    finish_procedure,
)
from pytest_athena_dreams.store.nightly import begin_night, finish_night
from pytest_athena_dreams.store.pruning import plan, prune
from tests.dreams import CLAMP, dream, make_store

from .kit import RUN, passed, rows

NIGHTS, DREAMS = 4, 3


def one_night(store: Store, path: Path, number: int) -> list[int]:
    """A night with dreams of which all but the last are tested."""
    night = begin_night(store, settings={}, deadline=None)
    run = begin_generation(store, GenerationRun(strategy="light", plan=str(number), settings="{}", seed=0))
    assign(store, run, 1, {})
    dreams = [
        NewDream(
            code=f"def f(): return {number, place}",
            entry_point="f",
            dream_type="constraint_relaxation",
            contract=None,
            reasoning="",
            writer="transform:t",
            model="t",
            parents=(1,),
            digest=f"{number}-{place}",
            novelty=1.0,
        )
        for place in range(DREAMS)
    ]
    drop = Drop(dream_type="constraint_relaxation", writer="transform:t", reason="copy", drafts=1)
    ids = finish_procedure(store, run, {"id": 1, "name": "clamp"}, dreams, [drop], seconds=0)
    finish_generation(store, run, seconds=0)
    tested = store.begin_run(RUN)
    for dream_id in ids[:-1]:
        store.record(tested, passed(dream_id))
    store.finish_run(tested, exit_status=0)
    finish_night(store, night["id"], exit_status=0, path=path)
    return ids


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return make_store(tmp_path / "a.db", dream("imported", CLAMP))


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path) as opened:
        yield opened


@pytest.fixture
def ids(store: Store, path: Path) -> list[list[int]]:
    return [one_night(store, path, number) for number in range(NIGHTS)]


def test_old_nights_go_with_their_tested_dreams(store: Store, path: Path, ids: list[list[int]]) -> None:
    known = {digest for _, digest in family(store, 1, "clamp")}
    chosen = plan(store, 2)
    assert chosen.nights == (1, 2)
    assert list(chosen.dreams) == [*ids[0][:2], *ids[1][:2]]
    assert sum(prune(store, chosen)) == 4
    left = {row["id"] for row in rows(path, "SELECT id FROM dream_procedures")}
    assert left == {1, ids[0][2], ids[1][2], *ids[2], *ids[3]}
    for table in ("dream_test_results", "dream_origins"):
        assert {row["dream_id"] for row in rows(path, f"SELECT dream_id FROM {table}")} <= left
    assert [row["id"] for row in rows(path, "SELECT id FROM dream_nights")] == [3, 4]
    assert [row["id"] for row in rows(path, "SELECT id FROM dream_test_runs")] == [3, 4]
    assert {row["run_id"] for row in rows(path, "SELECT run_id FROM dream_drops")} == {3, 4}
    assert {digest for _, digest in family(store, 1, "clamp")} == known
    assert not plan(store, 2).nights


def test_an_adopted_dream_stays(store: Store, path: Path, ids: list[list[int]]) -> None:
    chosen = plan(store, 1)
    (code,) = rows(path, f"SELECT code FROM dream_procedures WHERE id = {ids[0][0]}")
    evidence = Evidence(seed=1, inputs=1, evidence=1.0, widened=None, speed=None, size=None)
    version = Version(tested=code["code"], code=code["code"], entry_point="f")
    adopt(store, ids[0][0], version, by="me", found=evidence, digest=lambda text: text)
    list(prune(store, chosen))  # it was adopted after the choice
    assert rows(path, f"SELECT id FROM dream_procedures WHERE id = {ids[0][0]}")


def test_readers_are_not_stopped(store: Store, path: Path, ids: list[list[int]]) -> None:
    with Store.open(path) as reader, reader.reading() as db:
        before = db.execute("SELECT count(*) FROM dream_procedures").fetchone()
        worker = threading.Thread(target=lambda: prune_apart(path))
        worker.start()
        worker.join(60)
        assert not worker.is_alive()
        assert db.execute("SELECT count(*) FROM dream_procedures").fetchone() == before
    assert len(rows(path, "SELECT id FROM dream_procedures")) == before[0] - 6


def prune_apart(path: Path) -> None:
    with Store.open(path) as own:
        list(prune(own, plan(own, 1)))


def test_the_command_asks_and_says_what_it_did(path: Path, ids: list[list[int]]) -> None:
    def said(*arguments: str, status: int = 0) -> str:
        done = CliRunner().invoke(main, ["prune", "--store", str(path), *arguments])
        assert done.exit_code == status, done.output
        return done.output

    assert "to delete 3 nights with 6 dreams, give --yes" in said("--keep-nights", "1", status=2)
    assert said("--keep-nights", "1", "--yes") == f"{path}: 3 nights with 6 dreams deleted\n"
    assert said("--keep-nights", "1") == f"{path}: 0 nights with 0 dreams deleted\n"
    assert "keep-nights" in said("--keep-nights", "0", status=2)
