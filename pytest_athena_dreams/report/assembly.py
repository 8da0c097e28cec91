"""Makes the learning report from a store.

Invariants: nothing is written; the figures of a run depend only on results up to that run, so reports of an
unchanged store differ only in ``generated_at``.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .. import __version__
from ..learn.health import WEIGHTS
from ..learn.history import Change, changes
from ..learn.metrics import calibration, distribution, groups
from ..learning import tests
from ..models import Contract, Outcome
from ..source.normalise import digest
from ..store.database import Store
from ..store.lessons import Lessons, read_lessons
from .dreams import has_passed, tested_dreams, untestable_dreams
from .failures import pattern_reports
from .figures import (
    NAME,
    VERSION,
    Breakdown,
    Changes,
    DreamReport,
    Health,
    ProcedureReport,
    Report,
    RunReport,
    Totals,
)
from .judges import judge_reports
from .taught import rule_reports

SPEED_EDGES = (0.0, 0.25, 0.5, 0.8, 0.95, 1.05, 1.25, 2.0, 4.0, 8.0)
"""Edges of the histogram of speeds, in times faster than the procedure; the middle bin is "as fast"."""
SHARE_EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
ADOPT = 10
"""Maximum dreams to propose for adoption."""

Row = Mapping[str, Any]


def make_report(store: Store) -> Report:
    """The report on all runs of a store. Raises ``StoreError``."""
    lessons = read_lessons(store)
    results: dict[int, list[Row]] = {}
    for row in lessons.results:
        results.setdefault(row["run_id"], []).append(row)
    tested = [run for run in lessons.runs if run["id"] in results]
    last = tested[-1]["id"] if tested else 0
    past = tuple(tests(lessons.results))
    latest = {row["dream_id"]: row for row in lessons.results}
    dreams = tested_dreams(lessons, latest, past, changes(past, last))
    untestable = untestable_dreams(lessons, latest)
    return Report(
        schema=NAME,
        version=VERSION,
        tool=__version__,
        store=store.name,
        generated_at=int(time.time()),
        run=_run(tested[-1], results[last]) if tested else None,
        totals=_totals(lessons, dreams, len(untestable)),
        changes=_changes(changes(past, last)),
        patterns=pattern_reports(lessons, past, last, {dream.id: dream for dream in dreams}),
        breakdown=_breakdown(dreams),
        calibration=calibration([(d.viability, has_passed(d)) for d in dreams if d.viability is not None]),
        judges=judge_reports(store),
        rules=rule_reports(store, lessons.patterns),
        speed=distribution([d.speed for d in dreams if d.speed is not None], edges=SPEED_EDGES),
        divergence=distribution([d.diverged for d in dreams if d.diverged is not None], edges=SHARE_EDGES),
        widening=distribution([d.widened for d in dreams if d.widened is not None], edges=SHARE_EDGES),
        evidence=distribution(
            [d.evidence for d in dreams if d.evidence is not None and has_passed(d)], edges=SHARE_EDGES
        ),
        health=tuple(_health(row) for row in lessons.metrics if row["compound_health_score"] is not None),
        runs=tuple(_run(run, results[run["id"]]) for run in tested),
        adopt=_adopt(lessons, dreams),
        dreams=dreams,
        untestable=untestable,
        procedures=_procedures(lessons, dreams),
    )


def _run(run: Row, results: Sequence[Row]) -> RunReport:
    """The report on one run, counted from its results: a killed run has stored no counts."""
    outcomes = [(row["outcome"], row["category"]) for row in results]
    passed = sum(outcome == Outcome.SUCCESS for outcome, _ in outcomes)
    untestable = sum(outcome == Outcome.UNTESTABLE for outcome, _ in outcomes)
    tested = len(outcomes) - untestable
    return RunReport(
        id=run["id"],
        started_at=run["started_at"],
        finished_at=run["finished_at"],
        seed=run["seed"],
        sandbox=run["sandbox"],
        commit=run["commit"],
        selection=run["selection"],
        exit_status=run["exit_status"],
        tested=tested,
        passed=passed,
        failed=tested - passed,
        untestable=untestable,
        rate=passed / tested if tested else None,
        categories=_count(category for outcome, category in outcomes if outcome == Outcome.FAILURE),
    )


def _totals(lessons: Lessons, dreams: Sequence[DreamReport], untestable: int) -> Totals:
    passed = sum(map(has_passed, dreams))
    return Totals(
        untestable=untestable,
        dreams=len(lessons.dreams),
        by_status=_count(dream["status"] for dream in lessons.dreams),
        by_tier=_count(dream["tier"] for dream in lessons.dreams),
        tested=len(dreams),
        passed=passed,
        failed=len(dreams) - passed,
        rate=passed / len(dreams) if dreams else None,
        categories=_count(dream.category for dream in dreams if not has_passed(dream)),
    )


def _count(values: Iterable[object]) -> dict[str, int]:
    return dict(Counter("none" if value is None else str(value) for value in values).most_common())


def _changes(found: Mapping[int, Change]) -> Changes:
    by_kind = {kind: tuple(sorted(d for d, change in found.items() if change is kind)) for kind in Change}
    return Changes(**{kind.value: ids for kind, ids in by_kind.items()})


def _breakdown(dreams: Sequence[DreamReport]) -> Breakdown:
    return Breakdown(
        dream_type=groups(dreams, lambda d: d.dream_type, has_passed),
        model=groups(dreams, lambda d: d.model or "unknown", has_passed),
        tier=groups(dreams, lambda d: f"Tier {d.tier}" if d.tier else "no tier", has_passed),
        procedure=groups(dreams, lambda d: d.procedure or "none", has_passed),
    )


def _adopt(lessons: Lessons, dreams: Sequence[DreamReport]) -> tuple[int, ...]:
    """Dreams that passed a comparison with a procedure, ranked by the mean of up to four figures.

    The full value for speed is reached at twice the procedure's. Copies of a procedure, or of a dream with a
    better rank, are left out.
    """

    def score(dream: DreamReport) -> float:
        speed = None if dream.speed is None else min(dream.speed / 2, 1.0)
        known = [x for x in (dream.viability, dream.novelty, dream.evidence, speed) if x is not None]
        return sum(known) / len(known) if known else 0.0

    def eligible(dream: DreamReport) -> bool:
        compared = dream.contract != Contract.FREE and dream.accepted > 0
        return has_passed(dream) and compared and (dream.novelty is None or dream.novelty > 0)

    known = {digest(row["code"] or "") for row in lessons.procedures.values()}
    chosen: list[int] = []
    for dream in sorted(filter(eligible, dreams), key=lambda d: (-score(d), d.id)):
        own = digest(dream.code)
        if own not in known and len(chosen) < ADOPT:
            chosen.append(dream.id)
        known.add(own)
    return tuple(chosen)


def _health(row: Row) -> Health:
    return Health(
        timestamp=row["timestamp"] or 0,
        score=row["compound_health_score"],
        parts={name: row[name] or 0.0 for name in WEIGHTS},
        viability=row["average_viability_score"],
        novelty=row["average_novelty_score"],
        tier1_success=row["tier1_test_success_rate"],
        adoption=row["cross_project_adoption_rate"],
    )


def _procedures(lessons: Lessons, dreams: Sequence[DreamReport]) -> tuple[ProcedureReport, ...]:
    used = {dream.procedure_id for dream in dreams}
    return tuple(
        ProcedureReport(id=row["id"], name=row["name"], project=row["project"], code=row["code"] or "")
        for row in lessons.procedures.values()
        if row["id"] in used
    )
