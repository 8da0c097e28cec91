"""Connects the store and learning: updates patterns, novelty and metrics after a run.

The controller calls :func:`sightings` for each verdict and :func:`learn` once at the end of a run. ``learn``
computes from stored results, so the next run catches up on a killed one.
"""

from __future__ import annotations

import json
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from .learn.health import GENERATION_DAYS, metrics
from .learn.history import PatternHistory, Test, pattern_histories
from .learn.novelty import Profile, novelty, profile
from .learn.patterns import fingerprint
from .learn.suggestions import rule
from .models import Category, Dream, Fault, Outcome
from .source.normalise import digest
from .store.adoptions import count_adoptions
from .store.database import Store
from .store.lessons import (
    each_dream,
    each_family,
    each_result,
    each_sighting,
    each_source,
    is_measured,
    put_metrics,
    put_novelty,
    put_patterns,
    read_generation_runs,
    read_patterns,
    read_starts,
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
    _learn_from_results(store, run_id)
    _measure(store)


def catch_up(store: Store, run_id: int) -> None:
    """Do what :func:`learn` would do; metrics get no row if they have one since the run's last result.

    Raises ``StoreError``.
    """
    _learn_from_results(store, run_id)
    if not is_measured(store, run_id):
        _measure(store)


def _learn_from_results(store: Store, run_id: int) -> None:
    put_novelty(store, measured_novelty(store, run_id))
    put_patterns(store, pattern_rows(store, run_id))


def _measure(store: Store) -> None:
    week = int(time.time()) - GENERATION_DAYS * DAY
    put_metrics(
        store,
        metrics(each_dream(store), read_generation_runs(store, since=week), adoptions=count_adoptions(store)),
    )


def latest_patterns(store: Store) -> dict[int, frozenset[str]]:
    """The patterns of each dream whose last verdict is a failure. Raises ``StoreError``."""
    found: dict[int, frozenset[str]] = {}
    for test in tests(each_result(store)):
        if test.outcome == Outcome.FAILURE:
            found[test.dream_id] = frozenset(test.patterns)
        elif test.outcome == Outcome.SUCCESS:
            found.pop(test.dream_id, None)
    return found


def tests(results: Iterable[Row]) -> Iterator[Test]:
    """The results as history sees them, in the order of their runs."""
    for row in results:
        yield Test(
            dream_id=row["dream_id"],
            run_id=row["run_id"],
            outcome=row["outcome"],
            category=row["category"],
            patterns=_patterns(row["patterns"]),
        )


@lru_cache(maxsize=10_000)
def _patterns(text: str) -> tuple[str, ...]:
    return tuple(map(sys.intern, json.loads(text)))


def measured_novelty(store: Store, run_id: int) -> dict[int, float]:
    """Novelty of the dreams of a run that have none: the distance from the nearest of what came before."""
    found: dict[int, float] = {}
    for procedure, family in each_family(store, run_id):
        origin = [p] if procedure is not None and (p := profile(procedure)) is not None else []
        earlier: deque[Profile] = deque(maxlen=NEIGHBOURS)
        known = {digest(procedure)} if procedure is not None else set()
        for dream in family:
            own = profile(dream["code"] or "")
            if own is None:
                continue
            mark = digest(dream["code"])
            if dream["wanted"]:
                found[dream["id"]] = 0.0 if mark in known else novelty(own, [*origin, *earlier])
            earlier.append(own)
            known.add(mark)
    return found


def pattern_rows(store: Store, run_id: int) -> list[Row]:
    """What the table of patterns says after run ``run_id``."""
    started, patterns = read_starts(store), read_patterns(store)
    samples = smallest_samples(each_sighting(store))
    sources: dict[str, list[Row]] = {}
    for row in each_source(store):
        sources.setdefault(row["pattern_id"], []).append(row)
    return [
        _pattern_row(history, patterns[key], sources.get(key, ()), started, samples.get(key))
        for key, history in pattern_histories(tests(each_result(store, of_failing=True)), run_id).items()
    ]


def smallest_samples(sightings: Iterable[Row]) -> dict[str, Row]:
    """For each pattern the result that shows it with the shortest call, as its deciding fault if possible."""
    best: dict[str, tuple[tuple[bool, int, int, int], Row]] = {}
    for row in sightings:
        # A later result first: its dream is likelier to be still as it was.
        rank = (row["place"] != 0, len(row["failing_input"] or ""), -row["run_id"], row["dream_id"])
        if row["pattern_id"] not in best or rank < best[row["pattern_id"]][0]:
            best[row["pattern_id"]] = rank, row
    return {key: row for key, (_, row) in best.items()}


def _pattern_row(
    history: PatternHistory,
    pattern: Mapping[str, Any],
    sources: Sequence[Row],
    started: Mapping[int, int],
    sample: Row | None,
) -> Row:
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
        "dream_types": names(sources, "dream_type"),
        "models": names(sources, "model_used"),
        "procedures": names(sources, "procedure"),
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
