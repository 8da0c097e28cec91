"""Three nights in a row without a model: what each dreamt, scored, tested, learnt and adopted, by row."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pytest_athena_dreams.dreaming.allotment import FADING
from pytest_athena_dreams.models import DEFAULT_CONTRACTS, DreamType, Outcome
from pytest_athena_dreams.night.morning import MIN_KNOWN
from tests.corpus import corpus

from .kit import night, query, retested, some, store_of

STEPS = "dream,evaluate,test,learn,adopt"
IN_WORKERS = ("--", "-n", "2", "-p", "no:cacheprovider")
IN_ONE_PROCESS = ("--", "-n", "0", "-p", "no:cacheprovider")
"""For the longer test: while the suite fills both processors, two more workers only cost their start."""
NIGHTS = (1, 2, 3)
UNSEEN = 500
"""Inputs of each new seed, for each adopted dream."""


def three_nights(store: Path, testing: tuple[str, ...]) -> list[str]:
    """Run them, each with ``testing`` for pytest, and return their summaries."""
    done = [
        night(
            store,
            *("--strategy", "light", "--only", STEPS, "--adopt", "1", *testing),
            ATHENA_MAX_EXAMPLES="10",
            ATHENA_EVIDENCE="off",
        )
        for _ in NIGHTS
    ]
    assert [one.returncode for one in done] == [0, 0, 0], [one.stderr for one in done]
    return [one.stdout for one in done]


def check(store: Path, summaries: list[str], *, adopted_least: int) -> None:
    """Each night's rows agree with each other, and the third one's dreams are other ones."""
    written: dict[int, Counter[tuple[str, str]]] = {}
    digests: dict[int, set[tuple[int, str]]] = {}
    for number, summary in zip(NIGHTS, summaries, strict=True):
        (row,) = query(store, "SELECT * FROM dream_nights WHERE id = ?", number)
        steps = json.loads(row["steps"])
        assert {name: step["how"] for name, step in steps.items()} == dict.fromkeys(STEPS.split(","), "done")
        dreams = query(
            store,
            "SELECT p.*, o.writer, o.digest FROM dream_origins o JOIN dream_procedures p ON p.id = o.dream_id"
            " WHERE o.run_id = ?",
            row["generation_run_id"],
        )
        written[number] = Counter((one["dream_type"], one["writer"]) for one in dreams)
        digests[number] = {(one["base_procedure_id"], one["digest"]) for one in dreams}
        _check_writing(store, row, len(dreams), written[number])
        _check_scores(store, [one["id"] for one in dreams])
        _check_test(store, row, [one["id"] for one in dreams])
        assert f"- {len(dreams)} dreams written\n" in summary
    assert not digests[3] & (digests[1] | digests[2])
    assert not digests[2] & digests[1]
    assert query(store, "PRAGMA foreign_key_check") == []
    _check_reasons(store, written, summaries)
    _check_adoptions(store, adopted_least)


def _check_writing(store: Path, row: dict[str, Any], dreams: int, by: Counter[tuple[str, str]]) -> None:
    (run,) = query(store, "SELECT * FROM dream_generation_runs WHERE id = ?", row["generation_run_id"])
    assert run["total_dreams_generated"] == dreams > 0
    assert run["finished_at"] is not None
    kinds = Counter(kind for kind, _ in by.elements())
    assert {kind: run[f"{kind}_count"] for kind in map(str, DreamType)} == {
        kind: kinds[kind] for kind in map(str, DreamType)
    }
    (steps,) = query(store, "SELECT sum(dreams) AS n FROM dream_generation_steps WHERE run_id = ?", run["id"])
    assert steps["n"] == dreams


def _check_scores(store: Path, dreams: list[int]) -> None:
    """Each dream has one score, which its row shows."""
    scores = query(
        store,
        "SELECT e.dream_id, e.judge, e.tier, p.tier AS shown, e.calibrated FROM dream_evaluations e"
        " JOIN dream_procedures p ON p.id = e.dream_id"
        " WHERE e.dream_id IN (SELECT value FROM json_each(?)) ORDER BY 1",
        json.dumps(dreams),
    )
    assert [score["dream_id"] for score in scores] == sorted(dreams)
    assert {score["judge"] for score in scores} == {"history"}
    assert all(score["tier"] == score["shown"] and 0 <= score["calibrated"] <= 1 for score in scores)


def _check_test(store: Path, row: dict[str, Any], dreams: list[int]) -> None:
    """Each dream was tested once, in this night's run, and each failure shows a pattern."""
    (run,) = query(store, "SELECT * FROM dream_test_runs WHERE id = ?", row["test_run_id"])
    results = query(store, "SELECT * FROM dream_test_results WHERE run_id = ?", run["id"])
    codes = query(
        store,
        "SELECT p.code, r.tested_code, r.tested_procedure_code FROM results_with_code r"
        " JOIN dream_procedures p ON p.id = r.dream_id WHERE r.run_id = ?",
        run["id"],
    )
    assert len(codes) == len(results)
    assert all(one["tested_code"] == one["code"] and one["tested_procedure_code"] for one in codes)
    by = Counter(result["outcome"] for result in results)
    assert set(dreams) <= {result["dream_id"] for result in results}
    assert (run["passed"], run["failed"], run["untestable"]) == (
        by["success"],
        by["failure"],
        by["untestable"],
    )
    assert run["tested"] == by["success"] + by["failure"]
    seen = query(
        store,
        "SELECT DISTINCT dream_id FROM dream_failure_sightings s JOIN dream_failure_patterns p"
        " ON p.id = s.pattern_id WHERE s.run_id = ?",
        run["id"],
    )
    assert {one["dream_id"] for one in seen} == {
        result["dream_id"] for result in results if result["outcome"] == "failure"
    }
    (metrics,) = query(store, "SELECT * FROM dream_metrics WHERE id = ?", row["metrics_id"])
    assert metrics["tier1_test_count"] >= run["tested"] > 0


def _check_reasons(store: Path, written: dict[int, Counter[tuple[str, str]]], summaries: list[str]) -> None:
    """Each night says what its writers' earlier dreams came to: figures that the rows give again."""
    rows = query(store, "SELECT id, reasons FROM dream_generation_runs ORDER BY id")
    reasons = {
        row["id"]: {(one["dream_type"], one["writer"]): one for one in json.loads(row["reasons"])}
        for row in rows
    }
    for number in NIGHTS:
        dreams = {key: one["dreams"] for key, one in reasons[number].items() if one["dreams"]}
        assert dreams == dict(written[number])
    assert all(one["known"] == 0 for one in reasons[1].values())
    tested = query(
        store,
        "SELECT o.run_id, p.dream_type, o.writer FROM dream_origins o JOIN dream_procedures p"
        " ON p.id = o.dream_id WHERE p.test_outcome IS NOT NULL AND o.run_id < 3",
    )
    known: dict[tuple[str, str], float] = {}
    for one in tested:
        key = (one["dream_type"], one["writer"])
        known[key] = known.get(key, 0.0) + FADING ** (3 - one["run_id"])
    for key, weight in known.items():
        assert reasons[3][key]["known"] == pytest.approx(weight, abs=0.051)
        assert 0 <= reasons[3][key]["better"] <= reasons[3][key]["known"]
    assert "earlier ones were better" not in summaries[0]
    assert ("- most are by " in summaries[2]) == any(one["known"] >= MIN_KNOWN for one in reasons[3].values())


def _check_adoptions(store: Path, least: int) -> None:
    """Each adoption is a new version that has the dream's code, and rests on figures of a seed of its own."""
    adopted = query(
        store,
        "SELECT a.*, p.code AS new, p.version AS number, d.code AS dreamt, d.base_procedure_id AS base,"
        " d.test_outcome FROM dream_adoptions a JOIN procedures p ON p.id = a.adopted_procedure_id"
        " JOIN dream_procedures d ON d.id = a.dream_id ORDER BY a.id",
    )
    assert len(adopted) >= least
    seeds = {row["seed"] for row in query(store, "SELECT seed FROM dream_test_runs")}
    for one in adopted:
        assert (one["number"], one["new"], one["base"]) == (
            one["version"],
            one["dreamt"],
            one["procedure_id"],
        )
        assert one["test_outcome"] == "success"
        assert one["evidence"] >= 0.5
        assert one["seed"] not in seeds
        assert any(one[name] is not None for name in ("widened", "speed", "size"))


def adoptions(store: Path) -> list[dict[str, Any]]:
    """What was adopted, in order."""
    return query(store, "SELECT dream_id, seed FROM dream_adoptions ORDER BY id")


def unseen_seeds(store: Path, number: int) -> list[int]:
    """Seeds that no run and no adoption had."""
    had = {row["seed"] for row in [*adoptions(store), *query(store, "SELECT seed FROM dream_test_runs")]}
    return [seed for seed in range(1, number + len(had) + 1) if seed not in had][:number]


@pytest.mark.slow
def test_three_nights_on_shipped_procedures(tmp_path: Path) -> None:
    assert set(map(str, DEFAULT_CONTRACTS)) == set(map(str, DreamType))
    store = store_of(tmp_path / "small.db", some(corpus("small"), 3))
    summaries = three_nights(store, IN_WORKERS)
    check(store, summaries, adopted_least=1)
    dreams = [one["dream_id"] for one in adoptions(store)][:1]
    found = retested(store, dreams, unseen_seeds(store, 2), UNSEEN)
    assert [verdict.outcome for verdict in found] == [Outcome.SUCCESS] * len(found) != []
    assert all(verdict.accepted > 0 for verdict in found)


@pytest.mark.slow
@pytest.mark.skipif("DREAM_CORPORA" not in os.environ, reason="set DREAM_CORPORA to the folder of mbpp_typed")
def test_three_nights_on_sixty_procedures(tmp_path: Path) -> None:
    procedures = some(corpus("mbpp_typed"), 40) + some(corpus("structured_dev"), 20)
    store = store_of(tmp_path / "sixty.db", procedures)
    summaries = three_nights(store, IN_ONE_PROCESS)
    check(store, summaries, adopted_least=2)
    kinds = {row["dream_type"] for row in query(store, "SELECT DISTINCT dream_type FROM dream_procedures")}
    assert kinds == set(map(str, DreamType))
    dreams = [one["dream_id"] for one in adoptions(store)]
    found = retested(store, dreams, unseen_seeds(store, 1), UNSEEN)
    wrong = [(verdict.dream_id, verdict.text) for verdict in found if verdict.outcome is not Outcome.SUCCESS]
    assert wrong == []
