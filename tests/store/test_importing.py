from __future__ import annotations

import sqlite3
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.errors import ImportFileError
from pytest_athena_dreams.models import Contract, Dream, DreamType, Procedure
from pytest_athena_dreams.store.connection import storable
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.importer import import_lines
from pytest_athena_dreams.store.jsonl import read_lines
from pytest_athena_dreams.store.records import Imported
from tests.corpus import corpus_file

from .kit import NOW, RUN, line, put, result, rows, write

BASE = {"name": "double", "project": "p", "code": "def double(x): return x + x"}


def imported(*, created: int = 0, updated: int = 0, requeued: int = 0, unchanged: int = 0) -> Imported:
    return Imported(created=created, updated=updated, requeued=requeued, unchanged=unchanged)


def test_a_new_dream_and_its_procedure_are_rows(store: Store, path: Path, tmp_path: Path) -> None:
    assert put(store, tmp_path, line()) == imported(created=1)
    assert rows(path, "SELECT * FROM procedures") == [
        {
            "id": 1,
            **BASE,
            "version": 1,
            "entry_point": None,
            "created_at": NOW,
            "private": None,
            "source": None,
        }
    ]
    assert rows(path, "SELECT * FROM dream_procedures") == [
        {
            "id": 1,
            "label": "d1",
            "base_procedure_id": 1,
            "base_procedure_name": "double",
            "dream_type": "constraint_relaxation",
            "code": "def double(x): return 2 * x",
            "entry_point": None,
            "contract": None,
            "model_used": None,
            "reasoning": None,
            "generated_description": None,
            "status": "pending_test",
            "tier": 1,
            "viability_score": None,
            "claude_reasoning": None,
            "test_outcome": None,
            "test_category": None,
            "test_error": None,
            "test_timestamp": None,
            "novelty_score": None,
            "cross_project_matches": 0,
            "effectiveness_metric": None,
            "generated_at": NOW,
            "evaluated_at": None,
            "created_by": "dream_system",
        }
    ]


def test_what_a_line_gives_is_stored(store: Store, path: Path, tmp_path: Path) -> None:
    given = {
        "entry_point": "f",
        "contract": "free",
        "model_used": "m",
        "reasoning": "r",
        "generated_description": "g",
        "status": "archived",
        "tier": 3,
        "viability_score": 0.5,
        "claude_reasoning": "c",
        "novelty_score": 0.25,
        "cross_project_matches": 4,
        "generated_at": 1,
        "evaluated_at": 2,
        "created_by": "me",
        "base_procedure_name": "someone's",
    }
    put(store, tmp_path, line(procedure=None, **given))
    assert rows(path, f"SELECT {', '.join(given)} FROM dream_procedures") == [given]


def test_dreams_get_ids_in_the_order_of_the_lines(memory: Store, tmp_path: Path) -> None:
    put(memory, tmp_path, line(label="z", tier=2), line(label="a", code="x"), line(label="m", code="y"))
    assert [(dream.id, dream.label) for dream in memory.dreams()] == [(1, "z"), (2, "a"), (3, "m")]


def test_the_same_import_again_changes_nothing(store: Store, path: Path, tmp_path: Path) -> None:
    lines = [line(label=f"{n}", code=f"{n}", viability_score=0.1, contract="superset") for n in range(3)]
    put(store, tmp_path, *lines)
    store.record(store.begin_run(RUN), result(2))
    before = rows(path, "SELECT * FROM dream_procedures"), rows(path, "SELECT * FROM procedures")
    assert put(store, tmp_path, *lines) == imported(unchanged=3)
    assert (rows(path, "SELECT * FROM dream_procedures"), rows(path, "SELECT * FROM procedures")) == before


@pytest.mark.parametrize(
    "keys",
    [
        {"code": "other"},
        {"procedure": BASE | {"code": "other"}},
        {"procedure": None, "base_procedure_name": "double"},
        {"entry_point": "f"},
        {"contract": "equivalent"},
        {"dream_type": "parameter_exploration"},
    ],
)
def test_what_a_verdict_rests_on_takes_it_back_when_it_changes(
    store: Store, path: Path, tmp_path: Path, keys: dict[str, Any]
) -> None:
    put(store, tmp_path, line())
    store.record(store.begin_run(RUN), result(1))
    before = rows(path, "SELECT * FROM dream_test_results")
    assert put(store, tmp_path, line(**keys)) == imported(updated=1, requeued=1)
    cleared = "test_outcome", "test_category", "test_error", "test_timestamp", "effectiveness_metric"
    assert rows(path, f"SELECT status, {', '.join(cleared)} FROM dream_procedures") == [
        {"status": "pending_test", **dict.fromkeys(cleared)}
    ]
    assert rows(path, "SELECT * FROM dream_test_results") == before  # history stays
    assert len(store.pending()) == 1


def test_what_it_does_not_rest_on_is_updated_and_the_verdict_stays(
    store: Store, path: Path, tmp_path: Path
) -> None:
    put(store, tmp_path, line(reasoning="r", tier=2))
    store.record(store.begin_run(RUN), result(1))
    [before] = rows(path, "SELECT * FROM dream_procedures")
    changed = {"viability_score": 0.5, "model_used": "m", "reasoning": None, "generated_at": 5}
    assert put(store, tmp_path, line(status="pending_test", **changed)) == imported(updated=1)
    assert rows(path, "SELECT * FROM dream_procedures") == [before | changed]


def test_a_key_that_is_left_out_keeps_its_value(store: Store, path: Path, tmp_path: Path) -> None:
    put(store, tmp_path, line(contract="superset", tier=2, reasoning="r"))
    before = rows(path, "SELECT * FROM dream_procedures")
    assert put(store, tmp_path, line(procedure=...)) == imported(unchanged=1)
    assert rows(path, "SELECT * FROM dream_procedures") == before


@pytest.mark.parametrize(
    ("stored", "given", "changed", "expected"),
    [
        ("pending_evaluation", "evaluated", False, "evaluated"),
        ("pending_evaluation", ..., False, "pending_evaluation"),
        ("archived", "pending_test", False, "archived"),
        ("tested", "pending_test", False, "tested"),
        ("archived", ..., True, "pending_test"),
        ("tested", "tested", True, "pending_test"),
        ("tested", "archived", True, "archived"),
        ("tested", "pending_evaluation", True, "pending_evaluation"),
    ],
)
def test_which_status_a_known_dream_gets(
    store: Store, path: Path, tmp_path: Path, stored: str, given: Any, changed: bool, expected: str
) -> None:
    put(store, tmp_path, line(status=stored))
    put(store, tmp_path, line(status=given, code="other" if changed else line()["code"]))
    assert rows(path, "SELECT status FROM dream_procedures") == [{"status": expected}]


def test_other_code_of_a_procedure_is_its_next_version(store: Store, path: Path, tmp_path: Path) -> None:
    bases = [
        BASE,
        BASE | {"code": "2"},
        BASE,
        BASE | {"code": "2", "version": 9},
        BASE | {"code": "7", "version": 7},
        BASE | {"code": "8"},
        BASE | {"project": "other"},
        {"name": "double", "code": BASE["code"]},
        BASE | {"name": "other"},
    ]
    lines = [line(label=f"{n}", code=f"{n}", procedure=base) for n, base in enumerate(bases)]
    assert put(store, tmp_path, *lines) == imported(created=9)
    found = [dream.procedure for dream in store.dreams()]
    assert [(base.id, base.version) for base in found if base] == [
        (1, 1),
        (2, 2),
        (1, 1),
        (2, 2),
        (3, 7),
        (4, 8),
        (5, 1),
        (6, 1),
        (7, 1),
    ]
    before = rows(path, "SELECT * FROM procedures")
    assert put(store, tmp_path, *lines) == imported(unchanged=9)
    assert rows(path, "SELECT * FROM procedures") == before


def test_another_entry_point_is_another_version_and_a_missing_one_is_filled_in(
    memory: Store, tmp_path: Path
) -> None:
    entries = [None, "f", None, "g"]
    put(
        memory,
        tmp_path,
        *(line(label=f"{n}", procedure=BASE | {"entry_point": e}) for n, e in enumerate(entries)),
    )
    found = [dream.procedure for dream in memory.dreams()]
    assert [(base.id, base.version, base.entry_point) for base in found if base] == [
        (1, 1, "f"),
        (1, 1, "f"),
        (1, 1, "f"),
        (2, 2, "g"),
    ]


def test_dreams_of_the_old_version_stay_with_it(memory: Store, tmp_path: Path) -> None:
    put(memory, tmp_path, line(label="old"))
    memory.record(memory.begin_run(RUN), result(1))
    put(memory, tmp_path, line(label="new", procedure=BASE | {"code": "2"}))
    assert [(s.label, s.status) for s in memory.summaries()] == [("old", "tested"), ("new", "pending_test")]
    assert [dream.procedure.version for dream in memory.dreams() if dream.procedure] == [1, 2]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (
            {"procedure": BASE | {"code": "other", "version": 1}},
            (
                "key procedure.version: version 1 of 'double' is in the store with other code; "
                "leave the key out to get version 2"
            ),
        ),
        (
            {"procedure": ..., "contract": "superset"},
            (
                "key contract: 'superset' needs a procedure to compare with; "
                "give the key procedure, or the contract 'free'"
            ),
        ),
    ],
)
def test_a_line_that_does_not_fit_the_store_is_named_and_nothing_is_imported(
    store: Store, path: Path, tmp_path: Path, keys: dict[str, Any], expected: str
) -> None:
    put(store, tmp_path, line())
    with pytest.raises(ImportFileError) as error:
        put(store, tmp_path, line(label="d2"), line(tier=2), line(label="d3", **keys))
    assert str(error.value) == f"nothing was imported: {tmp_path}/dreams.jsonl, line 3, {expected}"
    assert rows(path, "SELECT label, tier FROM dream_procedures") == [{"label": "d1", "tier": 1}]


def test_a_procedure_can_not_be_taken_from_a_dream_that_is_compared_with_it(
    memory: Store, tmp_path: Path
) -> None:
    put(memory, tmp_path, line(contract="superset"))
    with pytest.raises(ImportFileError, match="'superset' needs a procedure"):
        put(memory, tmp_path, line(procedure=None))
    put(memory, tmp_path, line(procedure=None, contract=None))
    assert [(d.procedure, d.procedure_name, d.contract) for d in memory.dreams()] == [
        (None, "", Contract.FREE)
    ]


def test_several_files_are_one_import(memory: Store, tmp_path: Path) -> None:
    files = [write(tmp_path / f"{n}.jsonl", line(label=f"{n}")) for n in range(3)]
    assert import_lines(memory, read_lines(files)) == imported(created=3)


@pytest.mark.parametrize(
    ("corpus", "dreams", "procedures"),
    [("small", 32, 8), ("mbpp_typed", 485, 100), ("mbpp_untyped", 286, 60)],
)
def test_a_corpus_is_imported_whole(
    store: Store, path: Path, corpus: str, dreams: int, procedures: int
) -> None:
    assert import_lines(store, read_lines([corpus_file(corpus)])) == imported(created=dreams)
    assert len(store.pending()) == dreams
    assert rows(path, "SELECT count(*) AS n FROM procedures") == [{"n": procedures}]


def test_ten_thousand_dreams_are_one_import(store: Store, tmp_path: Path) -> None:
    file = write(
        tmp_path / "many.jsonl",
        *(line(label=f"{n}", code=f"{n}", procedure=BASE | {"code": f"{n % 500}"}) for n in range(10_000)),
    )
    assert import_lines(store, read_lines([file])) == imported(created=10_000)
    assert len(store.pending()) == 10_000


_text = st.text(st.characters(codec=None), max_size=12)
_some = st.text(st.characters(codec=None), min_size=1, max_size=12)
_name = st.text(st.characters(codec=None, exclude_categories=["Cc"]), min_size=1, max_size=12)
_procedures = st.builds(
    Procedure,
    id=st.just(0),
    name=_name,
    code=_some,
    entry_point=st.none() | _some,
    project=st.none() | _text,
    version=st.integers(1, 2**31),
)


@st.composite
def _dreams(draw: st.DrawFn) -> Dream:
    procedure = draw(st.none() | _procedures)
    return Dream(
        id=0,
        code=draw(_text),
        dream_type=draw(st.sampled_from(DreamType)).value,
        procedure=procedure,
        procedure_name=procedure.name if procedure else draw(_text),
        label=draw(_name),
        entry_point=draw(st.none() | _some),
        contract=draw(st.sampled_from(Contract)) if procedure else Contract.FREE,
        tier=draw(st.none() | st.integers(1, 3)),
        model_used=draw(st.none() | _text),
    )


def _base(dream: Dream) -> object:
    """Give what no two procedures of one import may share here, for each is to be a row of its own."""
    base = dream.procedure
    return (storable(base.name), storable(base.project)) if base else storable(dream.label)


def _stored(data: Any) -> Any:
    """Give a dream as the store shows it, but for the ids."""
    if isinstance(data, dict):
        return {key: _stored(value) for key, value in data.items() if key != "id"}
    return storable(data)


@given(dreams=st.lists(_dreams(), max_size=4, unique_by=(lambda d: storable(d.label), _base)))
def test_any_dreams_come_back_as_they_were(folder: Path, dreams: list[Dream]) -> None:
    lines = []
    for dream in dreams:
        keys = _without(asdict(dream), "id", "problem") | {"base_procedure_name": dream.procedure_name}
        if dream.procedure:
            keys["procedure"] = _without(asdict(dream.procedure), "id")
        lines.append(_without(keys, "procedure_name"))
    with Store(sqlite3.connect(":memory:", isolation_level=None), "memory") as store:
        assert put(store, folder, *lines) == imported(created=len(dreams))
        read = store.dreams()
        assert put(store, folder, *lines) == imported(unchanged=len(dreams))
    assert [dream.id for dream in read] == list(range(1, len(dreams) + 1))
    assert [_stored(asdict(dream)) for dream in read] == [_stored(asdict(dream)) for dream in dreams]


def _without(data: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in keys}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for all examples of a property."""
    return tmp_path_factory.mktemp("property")


def test_a_procedure_is_private_until_a_line_says_otherwise(store: Store, path: Path, tmp_path: Path) -> None:
    procedure = line()["procedure"]
    shown = []
    for more in ({"private": True}, {}, {"private": False}):
        put(store, tmp_path, line(procedure=procedure | more))
        shown.append(rows(path, "SELECT private FROM procedures")[0]["private"])
    assert shown == [1, 1, 0]
