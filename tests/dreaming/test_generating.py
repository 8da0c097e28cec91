"""Generation runs with a mechanical writer: what they store, and how they go on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import msgspec
import pytest

from pytest_athena_dreams.dreaming.drafts import Draft, Subject
from pytest_athena_dreams.errors import StoreError
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.generation import (
    finish_generation,
    finish_procedure,
    read_generation,
    unfinished_generation,
)
from tests.store.kit import rows

from .kit import HALF, TYPES, generate, generation, order, plain, store_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store with three procedures."""
    return store_of(tmp_path / "athena.db")


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """The same, open."""
    with Store.open(path) as opened:
        yield opened


WRITTEN = (
    "SELECT base_procedure_id AS base, dream_type, code, created_by FROM dream_procedures"
    " WHERE status = 'pending_evaluation' ORDER BY id"
)


def test_each_procedure_gets_its_places_of_every_type(store: Store, path: Path) -> None:
    done = generate(store, order(store))
    assert [len(one.ids) for one in done] == [5, 5, 5]
    found = rows(path, WRITTEN)
    assert Counter(row["base"] for row in found) == {1: 5, 2: 5, 3: 5}
    for base in (1, 2, 3):
        assert {row["dream_type"] for row in found if row["base"] == base} == set(TYPES)


def test_a_dream_knows_where_it_comes_from(store: Store, path: Path) -> None:
    generate(store, order(store))
    (first, *_) = rows(path, "SELECT * FROM dream_origins ORDER BY dream_id")
    assert first["writer"] in ("transform:even", "transform:odd")
    assert (first["run_id"], first["call_id"], json.loads(first["parents"])) == (1, None, [1])
    (dream,) = rows(path, f"SELECT * FROM dream_procedures WHERE id = {first['dream_id']}")
    assert (dream["base_procedure_name"], dream["entry_point"]) == ("clamp", "clamp")
    assert dream["created_by"] == first["writer"]
    assert dream["tier"] is None
    assert 0 < dream["novelty_score"] <= 1


def test_the_run_says_what_it_did(store: Store, path: Path) -> None:
    run = generation(store, order(store))
    list(run.run())
    before = read_generation(store, run.run_id)
    assert before["finished_at"] is None
    assert before["total_dreams_generated"] == 15
    row = finish_generation(store, run.run_id, seconds=2.0)
    assert row["finished_at"] is not None
    assert sum(row[f"{kind}_count"] for kind in TYPES) == 15
    assert row["duration_seconds"] >= 2.0
    assert (row["requests"], row["cost"], row["model_usage"]) == (0, 0.0, "{}")
    assert json.loads(row["settings"])["strategy"] == "light"


def test_the_same_seed_writes_the_same(tmp_path: Path) -> None:
    found = []
    for name in ("a.db", "b.db", "c.db"):
        path = store_of(tmp_path / name)
        with Store.open(path) as store:
            generate(store, order(store, seed=7 if name == "c.db" else 0))
        found.append([row["code"] for row in rows(path, WRITTEN)])
    assert found[0] == found[1]
    assert found[0] != found[2]


def test_another_night_writes_others(store: Store, path: Path) -> None:
    for _ in range(3):
        run = generation(store, order(store))
        list(run.run())
        finish_generation(store, run.run_id, seconds=0)
    codes = [row["code"] for row in rows(path, WRITTEN)]
    assert len(codes) == len(set(codes)) == 45
    assert len(rows(path, "SELECT * FROM dream_generation_runs")) == 3


def test_what_is_dropped_is_counted(store: Store, path: Path) -> None:
    for _ in range(2):
        run = generation(store, order(store, places=30))
        list(run.run())
        row = finish_generation(store, run.run_id, seconds=0)
    assert json.loads(row["dropped"]) == {"copy": 90}
    assert rows(path, "SELECT sum(drafts) AS n FROM dream_drops WHERE run_id = 2") == [{"n": 90}]


def test_an_interrupted_run_goes_on(store: Store, path: Path) -> None:
    asked = order(store)
    (first,) = islice(generation(store, asked).run(), 1)
    rest = generate(store, asked)
    assert [one.subject.id for one in (first, *rest)] == [1, 2, 3]
    assert len(rows(path, WRITTEN)) == 15
    assert len(rows(path, "SELECT * FROM dream_generation_runs")) == 1


def test_another_order_is_another_run(store: Store) -> None:
    first = generation(store, order(store))
    for other in (
        order(store, seed=1),
        order(store, places=15, strategy="balanced"),
        order(store, types=TYPES[:1]),
        order(store, asked=(("budget", "2"),)),
        order(store, subjects=order(store).subjects[:1]),
    ):
        assert unfinished_generation(store, other.digest) is None
    assert unfinished_generation(store, order(store).digest) == first.run_id


def test_only_the_wanted_types(store: Store, path: Path) -> None:
    generate(store, order(store, types=("conditional_variant",)))
    assert {row["dream_type"] for row in rows(path, WRITTEN)} == {"conditional_variant"}


def test_a_procedure_is_finished_once(store: Store, path: Path) -> None:
    run = generation(store, order(store))
    list(run.run())
    with pytest.raises(StoreError, match="is finished in generation run 1"):
        finish_procedure(store, run.run_id, {"id": 1, "name": "clamp"}, [], [], seconds=0)
    assert len(rows(path, WRITTEN)) == 15


def test_versions_that_are_not_the_last_are_left_alone(tmp_path: Path) -> None:
    path = store_of(tmp_path / "athena.db", HALF, HALF.replace("x / 2", "x * 0.5"))
    with Store.open(path) as store:
        assert [subject.id for subject in order(store).subjects] == [2]


def test_code_of_a_private_procedure_is_in_no_dream_of_another(store: Store, path: Path) -> None:
    def joined(subjects: Sequence[Subject]) -> Iterator[tuple[Subject, list[Draft]]]:
        for subject, drafts in plain(subjects):
            yield subject, [msgspec.structs.replace(one, parents=(subject.id, 2)) for one in drafts]

    generate(store, order(store), mechanical=joined, private=[2])
    assert {row["base"] for row in rows(path, WRITTEN)} == {2}
