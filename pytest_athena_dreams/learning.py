"""Where the store and learning meet: what a run leaves behind beside its verdicts.

The controller calls :func:`sightings` for each verdict and :func:`learn` once at the end of a run. ``learn``
computes from what is stored, so a run that was killed is made up for by the next one.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from .learn.health import GENERATION_DAYS, metrics
from .learn.history import PatternHistory, Test, pattern_histories
from .learn.normalise import Profile, novelty, profile
from .learn.patterns import fingerprint
from .learn.suggestions import rule
from .models import Category, Dream, Fault, Outcome
from .store.database import Store
from .store.lessons import (
    Lessons,
    put_metrics,
    put_novelty,
    put_patterns,
    read_generation_runs,
    read_lessons,
)
from .store.records import Sighting

NEIGHBOURS = 32
"""Dreams of the same procedure, the last ones before it, from which a dream's novelty is measured."""
DAY = 86_400

Row = dict[str, Any]


def sightings(dream: Dream, faults: Iterable[Fault]) -> list[Sighting]:
    """The patterns that a verdict's faults show, each once, the deciding one first."""
    base = dream.procedure.code if dream.procedure else None
    found: dict[str, Sighting] = {}
    for place, fault in enumerate(faults):
        mark = fingerprint(fault, dream.code, base)
        found.setdefault(
            mark.key,
            Sighting(
                pattern_id=mark.key,
                place=place,
                category=mark.category,
                exception=mark.exception,
                message=mark.message,
                context=mark.context,
                title=mark.title,
            ),
        )
    return list(found.values())


def learn(store: Store, run_id: int) -> None:
    """Measure novelty where it is empty, bring the pattern rows up to date, and add a row of metrics.

    Raises ``StoreError``.
    """
    lessons = read_lessons(store)
    tested = {row["dream_id"] for row in lessons.results if row["run_id"] == run_id}
    scores = measured_novelty(lessons, tested)
    if scores:
        put_novelty(store, scores)
    put_patterns(store, pattern_rows(lessons, run_id))
    dreams = [
        d if d["novelty_score"] is not None else d | {"novelty_score": scores.get(d["id"])}
        for d in lessons.dreams
    ]
    week = int(time.time()) - GENERATION_DAYS * DAY
    put_metrics(store, metrics(dreams, read_generation_runs(store, since=week)))


def latest_patterns(store: Store) -> dict[int, frozenset[str]]:
    """The patterns of each dream that failed when it was last tested. Raises ``StoreError``."""
    latest = {test.dream_id: test for test in tests(read_lessons(store))}
    failed = [test for test in latest.values() if test.outcome == Outcome.FAILURE]
    return {test.dream_id: frozenset(test.patterns) for test in failed}


def tests(lessons: Lessons) -> list[Test]:
    """The results as history sees them, in the order of their runs."""
    patterns: dict[tuple[int, int], list[str]] = {}
    for row in lessons.sightings:
        patterns.setdefault((row["dream_id"], row["run_id"]), []).append(row["pattern_id"])
    return [
        Test(
            dream_id=row["dream_id"],
            run_id=row["run_id"],
            outcome=row["outcome"],
            category=row["category"],
            patterns=tuple(patterns.get((row["dream_id"], row["run_id"]), ())),
        )
        for row in lessons.results
    ]


def measured_novelty(lessons: Lessons, wanted: set[int]) -> dict[int, float]:
    """Novelty of the ``wanted`` dreams that have none: the distance from the nearest of what came before."""
    empty = {d["id"] for d in lessons.dreams if d["novelty_score"] is None and d["id"] in wanted}
    found: dict[int, float] = {}
    by_base = sorted(lessons.dreams, key=lambda d: (str(d["base_procedure_id"]), d["procedure"], d["id"]))
    for (base, _), group in groupby(by_base, key=lambda d: (d["base_procedure_id"], d["procedure"])):
        family = list(group)
        if not any(dream["id"] in empty for dream in family):
            continue
        procedure = lessons.procedures.get(base)
        known = [profile(procedure["code"] or "")] if procedure else []
        origin = [p for p in known if p is not None]
        earlier: deque[Profile] = deque(maxlen=NEIGHBOURS)
        for dream in family:
            own = profile(dream["code"] or "")
            if own is None:
                continue
            if dream["id"] in empty:
                found[dream["id"]] = novelty(own, [*origin, *earlier])
            earlier.append(own)
    return found


def pattern_rows(lessons: Lessons, run_id: int) -> list[Row]:
    """What the table of patterns says after run ``run_id``."""
    dreams = {dream["id"]: dream for dream in lessons.dreams}
    started = {run["id"]: run["started_at"] for run in lessons.runs}
    samples = smallest_samples(lessons)
    return [
        _pattern_row(history, lessons.patterns[key], dreams, started, samples.get(key))
        for key, history in pattern_histories(tests(lessons), run_id).items()
    ]


def smallest_samples(lessons: Lessons) -> dict[str, Row]:
    """For each pattern the result that shows it with the shortest call, as its deciding fault if possible."""
    results = {(row["dream_id"], row["run_id"]): row for row in lessons.results}
    best: dict[str, tuple[tuple[bool, int, int, int], Row]] = {}
    for seen in lessons.sightings:
        row = results[seen["dream_id"], seen["run_id"]]
        # A later result first: its dream is likelier to be still as it was.
        rank = (seen["place"] != 0, len(row["failing_input"] or ""), -seen["run_id"], seen["dream_id"])
        if seen["pattern_id"] not in best or rank < best[seen["pattern_id"]][0]:
            best[seen["pattern_id"]] = rank, row
    return {key: row for key, (_, row) in best.items()}


def _pattern_row(
    history: PatternHistory,
    pattern: Mapping[str, Any],
    dreams: Mapping[int, Row],
    started: Mapping[int, int],
    sample: Row | None,
) -> Row:
    affected = [dreams[dream_id] for dream_id in history.dreams if dream_id in dreams]
    row: Row = {
        "id": history.key,
        "status": history.status,
        "frequency": history.frequency,
        "dreams": len(history.dreams),
        "open_dreams": len(history.open),
        "first_run_id": history.first_run,
        "first_seen": started.get(history.first_run),
        "last_run_id": history.last_run,
        "last_seen": started.get(history.last_run),
        "dream_types": names(affected, "dream_type"),
        "models": names(affected, "model_used"),
        "procedures": names(affected, "procedure"),
        "suggestion": rule(
            Category(pattern["category"]), pattern["exception"], pattern["message"], pattern["context"]
        ),
    }
    if sample is not None:
        row |= {
            "sample_dream_id": sample["dream_id"],
            "sample_input": sample["failing_input"],
            "sample_expected": sample["procedure_result"],
            "sample_got": sample["dream_result"],
        }
    return row


def names(dreams: Sequence[Row], column: str) -> list[str]:
    """The distinct words in a column of some dreams, in order."""
    return sorted({str(dream[column]) for dream in dreams if dream[column]})
