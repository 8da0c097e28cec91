"""Verdicts that a store has already, and how another dream takes one over."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pytest_athena_dreams.models import Category, Outcome
from pytest_athena_dreams.store.codes import code_digest
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.known import has_verdicts, known_verdicts, take_over
from pytest_athena_dreams.store.records import Known, Sighting

from .kit import NOW, RUN, columns, line, passed, put, result, rows, untestable

PATTERNS = [
    Sighting(
        pattern_id=name,
        place=place,
        category=Category.LOGIC,
        exception=None,
        message="returned another value",
        context="",
        title=name.upper(),
    )
    for place, name in enumerate(["p", "q"])
]


def dreams(store: Store, folder: Path, count: int) -> None:
    put(store, folder, *(line(label=f"d{n}", code=f"def double(x): return {n}") for n in range(1, count + 1)))


def test_a_store_has_verdicts_once_a_digest_is_stored(store: Store, tmp_path: Path) -> None:
    dreams(store, tmp_path, 2)
    assert not has_verdicts(store)
    store.record(store.begin_run(RUN), result(1))
    assert not has_verdicts(store)
    assert known_verdicts(store, {1: "x"}) == {}
    store.record(store.begin_run(RUN), replace(result(2), digest="x"))
    assert has_verdicts(store)


def test_the_last_verdict_of_a_digest_is_known_whichever_dream_it_was(store: Store, tmp_path: Path) -> None:
    dreams(store, tmp_path, 4)
    first, second = store.begin_run(RUN), store.begin_run(RUN)
    store.record(first, replace(result(1), digest="x"), PATTERNS)
    store.record(first, replace(passed(2), digest="y"))
    first_x = Known(
        dream_id=1,
        run_id=first,
        outcome=Outcome.FAILURE,
        error="returned 3, not 4",
        patterns=frozenset({"p", "q"}),
    )
    y = Known(dream_id=2, run_id=first, outcome=Outcome.SUCCESS, error=None, patterns=frozenset())
    asked = {1: "x", 3: "x", 4: "y", 2: "unknown"}
    assert known_verdicts(store, asked) == {1: first_x, 3: first_x, 4: y}
    store.record(second, replace(passed(3), digest="x"))
    second_x = Known(dream_id=3, run_id=second, outcome=Outcome.SUCCESS, error=None, patterns=frozenset())
    assert known_verdicts(store, asked) == {1: second_x, 3: second_x, 4: y}
    assert known_verdicts(store, {}) == {}


def test_a_dream_that_could_not_be_tested_last_time_has_no_known_verdict(
    store: Store, tmp_path: Path
) -> None:
    dreams(store, tmp_path, 2)
    store.record(store.begin_run(RUN), replace(passed(1), digest="x"))
    store.record(store.begin_run(RUN), untestable(1))
    assert list(known_verdicts(store, {1: "x", 2: "x"})) == [2]
    store.record(store.begin_run(RUN), result(1))
    assert list(known_verdicts(store, {1: "x", 2: "x"})) == [1, 2]


def test_what_is_taken_over_is_the_verdict_without_its_cost(store: Store, path: Path, tmp_path: Path) -> None:
    dreams(store, tmp_path, 3)
    first = store.begin_run(RUN)
    original = replace(result(1), digest="x")
    store.record(first, original, PATTERNS)
    store.record(first, replace(passed(2), digest="y"))
    second = store.begin_run(RUN)
    take_over(store, second, known_verdicts(store, {3: "x"}))
    cost = replace(original.figures, elapsed=0.0, cpu=0.0)
    taken = replace(
        original,
        dream_id=3,
        figures=cost,
        taken_from_dream=1,
        taken_from_run=first,
        dream_code=code_digest("def double(x): return 3"),  # its own, not that of dream 1
        procedure_code=code_digest("def double(x): return x + x"),
    )
    assert rows(path, f"SELECT * FROM dream_test_results WHERE run_id = {second}") == [
        {"run_id": second, "tested_at": NOW, **columns(taken)}
    ]
    seen = "SELECT dream_id, pattern_id, place FROM dream_failure_sightings WHERE run_id = {} ORDER BY place"
    assert rows(path, seen.format(second)) == [
        {"dream_id": 3, "pattern_id": "p", "place": 0},
        {"dream_id": 3, "pattern_id": "q", "place": 1},
    ]
    verdict = "status, test_outcome, test_category, test_error, test_timestamp, effectiveness_metric"
    of_one, of_two, of_three = rows(path, f"SELECT {verdict} FROM dream_procedures ORDER BY id")
    assert of_three == of_one
    assert (of_three["status"], of_three["test_error"]) == ("tested", "returned 3, not 4")
    assert of_two["test_outcome"] == "success"


def test_what_is_taken_over_again_names_the_dream_that_was_run(
    store: Store, path: Path, tmp_path: Path
) -> None:
    dreams(store, tmp_path, 2)
    runs = [store.begin_run(RUN) for _ in range(3)]
    store.record(runs[0], replace(passed(1), digest="x"))
    take_over(store, runs[1], known_verdicts(store, {2: "x"}))
    again = known_verdicts(store, {2: "x"})
    assert (again[2].dream_id, again[2].run_id) == (2, runs[1])
    take_over(store, runs[2], again)
    take_over(store, runs[2], again)  # a second time in a run replaces the first
    assert rows(
        path, "SELECT dream_id, run_id, taken_from_dream, taken_from_run FROM dream_test_results"
        " WHERE taken_from_run IS NOT NULL ORDER BY run_id",
    ) == [
        {"dream_id": 2, "run_id": run, "taken_from_dream": 1, "taken_from_run": runs[0]} for run in runs[1:]
    ]  # fmt: skip


def test_nothing_known_takes_nothing_over(store: Store, path: Path, tmp_path: Path) -> None:
    dreams(store, tmp_path, 1)
    take_over(store, store.begin_run(RUN), {})
    assert rows(path, "SELECT * FROM dream_test_results") == []
