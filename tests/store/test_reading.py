from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from pytest_athena_dreams.errors import StoreError
from pytest_athena_dreams.models import Contract, Dream, DreamType, Procedure
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.records import Summary

from .kit import NOW, RUN, line, passed, put, result


def test_a_dream_is_read_whole(memory: Store, tmp_path: Path) -> None:
    base = {"name": "n", "project": "p", "code": "c", "entry_point": "f", "version": 3}
    put(
        memory,
        tmp_path,
        line(procedure=base, code="d", entry_point="g", contract="equivalent", tier=2, model_used="m"),
    )
    assert memory.dreams() == [
        Dream(
            id=1,
            code="d",
            dream_type="constraint_relaxation",
            procedure=Procedure(id=1, name="n", code="c", entry_point="f", project="p", version=3),
            procedure_name="n",
            label="d1",
            entry_point="g",
            contract=Contract.EQUIVALENT,
            tier=2,
            model_used="m",
        )
    ]


def test_pending_is_tier_1_evaluated_or_pending_test_in_id_order(memory: Store, tmp_path: Path) -> None:
    statuses = ["pending_test", "evaluated", "pending_evaluation", "tested", "archived", "pending_test"]
    put(
        memory,
        tmp_path,
        *(line(label=f"{n}", status=status, code=f"{n}") for n, status in enumerate(statuses)),
    )
    put(memory, tmp_path, line(label="two", tier=2), line(label="none", tier=None))
    assert [dream.label for dream in memory.pending()] == ["0", "1", "5"]
    assert [dream.label for dream in memory.pending(tier=2)] == ["two"]
    assert [dream.label for dream in memory.pending(tier=None)] == ["0", "1", "5", "two", "none"]


@pytest.mark.parametrize(
    ("dream_type", "contract"),
    [
        (DreamType.CONSTRAINT_RELAXATION, Contract.SUPERSET),
        (DreamType.CONDITIONAL_VARIANT, Contract.SUPERSET),
        (DreamType.PARAMETER_EXPLORATION, Contract.COMPATIBLE),
        (DreamType.CROSS_PROJECT_SYNTHESIS, Contract.FREE),
    ],
)
def test_the_type_decides_the_contract(
    memory: Store, tmp_path: Path, dream_type: DreamType, contract: Contract
) -> None:
    put(
        memory,
        tmp_path,
        line(dream_type=dream_type),
        line(label="own", dream_type=dream_type, contract="free"),
    )
    assert [dream.contract for dream in memory.pending()] == [contract, Contract.FREE]


def test_without_a_procedure_the_contract_is_free(memory: Store, tmp_path: Path) -> None:
    put(memory, tmp_path, line(procedure=...))
    assert [(d.contract, d.procedure, d.procedure_name) for d in memory.pending()] == [
        (Contract.FREE, None, "")
    ]


def test_a_word_that_is_no_contract_is_the_problem_of_that_dream_alone(
    store: Store, path: Path, tmp_path: Path
) -> None:
    put(store, tmp_path, line(), line(label="d2", code="x"))
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("UPDATE dream_procedures SET contract = 'same' WHERE label = 'd2'")
    db.close()
    first, second = store.pending()
    assert first.problem is None
    assert second.contract is None
    assert second.problem == (
        "dream 2: its contract 'same' is none of equivalent, superset, compatible, free; "
        "set the column contract of its row in dream_procedures to one of these, or to NULL"
    )
    assert [summary.id for summary in store.summaries()] == [1, 2]
    assert store.details("d2").dream["contract"] == "same"


@pytest.mark.parametrize(
    ("filters", "labels"),
    [
        ({}, ["a", "b", "c"]),
        ({"ids": [3, 1, 99]}, ["a", "c"]),
        ({"ids": []}, []),
        ({"status": "tested"}, ["a", "b"]),
        ({"tier": 2}, ["c"]),
        ({"procedure": "double"}, ["a"]),
        ({"dream_type": "parameter_exploration"}, ["b"]),
        ({"outcome": "success"}, ["a"]),
        ({"category": "logic"}, ["b"]),
        ({"status": "tested", "tier": None, "outcome": "failure"}, ["b"]),
        ({"procedure": "\udcff"}, []),
    ],
)
def test_filters(memory: Store, tmp_path: Path, filters: Any, labels: list[str]) -> None:
    put(
        memory,
        tmp_path,
        line(label="a"),
        line(label="b", dream_type="parameter_exploration", procedure={"name": "other", "code": "x"}),
        line(label="c", tier=2, procedure=...),
    )
    run = memory.begin_run(RUN)
    memory.record(run, passed(1))
    memory.record(run, result(2))
    assert [dream.label for dream in memory.dreams(**filters)] == labels
    assert [summary.label for summary in memory.summaries(**filters)] == labels


def test_a_summary_is_a_row_without_its_code(memory: Store, tmp_path: Path) -> None:
    put(memory, tmp_path, line(viability_score=0.5), line(label="d2", code="x"), line(label="d3", code="y"))
    memory.record(memory.begin_run(RUN), result(1))
    assert memory.summaries(limit=1) == [
        Summary(
            id=1,
            label="d1",
            base_procedure_name="double",
            dream_type="constraint_relaxation",
            tier=1,
            status="tested",
            viability_score=0.5,
            test_outcome="failure",
            test_category="logic",
            test_timestamp=NOW,
        )
    ]
    assert [summary.id for summary in memory.summaries(limit=2)] == [1, 2]


def test_details_are_found_by_id_then_by_label(memory: Store, tmp_path: Path) -> None:
    put(memory, tmp_path, line(label="2", code="first"), line(label="7", code="second"))
    assert memory.details("2").dream["code"] == "second"
    assert memory.details("7").dream["code"] == "second"
    assert memory.details("1").dream["code"] == "first"


@pytest.mark.parametrize("reference", ["3", "d1x", "", "\udcff", "1e0", "9" * 30])
def test_details_of_a_dream_that_is_not_there(memory: Store, tmp_path: Path, reference: str) -> None:
    put(memory, tmp_path, line())
    with pytest.raises(StoreError) as error:
        memory.details(reference)
    assert str(error.value) == (
        f"store memory has no dream with the id or label {reference!r}; "
        "see which there are with: athena-dreams list --store memory"
    )


def test_a_procedure_is_one_object_for_all_its_dreams(memory: Store, tmp_path: Path) -> None:
    put(memory, tmp_path, line(), line(label="d2", code="x"))
    first, second = memory.pending()
    assert first.procedure is second.procedure


def test_a_procedure_that_is_gone_is_none(store: Store, path: Path, tmp_path: Path) -> None:
    put(store, tmp_path, line())
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("DELETE FROM procedures")
    db.close()
    [dream] = store.pending()
    assert (dream.procedure, dream.procedure_name) == (None, "double")
    assert store.details("d1").procedure is None
