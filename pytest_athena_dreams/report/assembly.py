"""The learning report, made from a store.

Invariants: nothing is written; what a report says of a run is told from results up to that run, so a report
of an unchanged store differs in ``generated_at`` alone.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import msgspec

from .. import __version__
from ..learn.health import WEIGHTS
from ..learn.history import Change, Test, changes, pattern_histories
from ..learn.metrics import calibration, distribution, groups
from ..learn.suggestions import Cause, Example, example, rule
from ..learning import names, tests
from ..models import Category, Contract, Fault, Outcome, Status
from ..repair.proof import unified
from ..source.normalise import digest
from ..store.columns import from_columns
from ..store.database import Store
from ..store.lessons import Lessons, read_lessons
from .figures import (
    NAME,
    VERSION,
    Breakdown,
    Changes,
    DreamReport,
    Health,
    Past,
    PatternReport,
    ProcedureReport,
    RepairReport,
    Report,
    RunReport,
    Totals,
    UntestableReport,
)

SPEED_EDGES = (0.0, 0.25, 0.5, 0.8, 0.95, 1.05, 1.25, 2.0, 4.0, 8.0)
"""Times faster than the procedure, between the bins of a histogram; the middle one is "as fast"."""
SHARE_EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
ADOPT = 10
"""Dreams that are proposed for adoption."""
_RANK = {
    status: rank for rank, status in enumerate(("new", "back", "growing", "known", "untestable", "fixed"))
}

Row = Mapping[str, Any]


def make_report(store: Store) -> Report:
    """All that the store's runs teach. Raises ``StoreError``."""
    lessons = read_lessons(store)
    results: dict[int, list[Row]] = {}
    for row in lessons.results:
        results.setdefault(row["run_id"], []).append(row)
    tested = [run for run in lessons.runs if run["id"] in results]
    last = tested[-1]["id"] if tested else 0
    past = tuple(tests(lessons.results))
    latest = {row["dream_id"]: row for row in lessons.results}
    dreams = _dreams(lessons, latest, past, changes(past, last))
    untestable = _untestable(lessons, latest)
    return Report(
        schema=NAME,
        version=VERSION,
        tool=__version__,
        store=store.name,
        generated_at=int(time.time()),
        run=_run(tested[-1], results[last]) if tested else None,
        totals=_totals(lessons, dreams, len(untestable)),
        changes=_changes(changes(past, last)),
        patterns=_patterns(lessons, past, last, {dream.id: dream for dream in dreams}),
        breakdown=_breakdown(dreams),
        calibration=calibration([(d.viability, _passed(d)) for d in dreams if d.viability is not None]),
        speed=distribution([d.speed for d in dreams if d.speed is not None], edges=SPEED_EDGES),
        divergence=distribution([d.diverged for d in dreams if d.diverged is not None], edges=SHARE_EDGES),
        evidence=distribution(
            [d.evidence for d in dreams if d.evidence is not None and _passed(d)], edges=SHARE_EDGES
        ),
        health=tuple(_health(row) for row in lessons.metrics if row["compound_health_score"] is not None),
        runs=tuple(_run(run, results[run["id"]]) for run in tested),
        adopt=_adopt(lessons, dreams),
        dreams=dreams,
        untestable=untestable,
        procedures=_procedures(lessons, dreams),
    )


def _run(run: Row, results: Sequence[Row]) -> RunReport:
    """Counted anew from the results, for a run that was killed has no counts of its own."""
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
    passed = sum(map(_passed, dreams))
    return Totals(
        untestable=untestable,
        dreams=len(lessons.dreams),
        by_status=_count(dream["status"] for dream in lessons.dreams),
        by_tier=_count(dream["tier"] for dream in lessons.dreams),
        tested=len(dreams),
        passed=passed,
        failed=len(dreams) - passed,
        rate=passed / len(dreams) if dreams else None,
        categories=_count(dream.category for dream in dreams if not _passed(dream)),
    )


def _count(words: Iterable[object]) -> dict[str, int]:
    return dict(Counter("none" if word is None else str(word) for word in words).most_common())


def _changes(found: Mapping[int, Change]) -> Changes:
    by_kind = {kind: tuple(sorted(d for d, change in found.items() if change is kind)) for kind in Change}
    return Changes(**{kind.value: ids for kind, ids in by_kind.items()})


def _dreams(
    lessons: Lessons, latest: Mapping[int, Row], past: Sequence[Test], found: Mapping[int, Change]
) -> tuple[DreamReport, ...]:
    """The dreams whose latest result is a verdict, in id order."""
    history: dict[int, list[Test]] = {}
    for test in past:
        if test.outcome != Outcome.UNTESTABLE:
            history.setdefault(test.dream_id, []).append(test)
    return tuple(
        _dream(dream, latest[dream["id"]], history[dream["id"]], found, lessons.repairs.get(dream["id"]))
        for dream in lessons.dreams
        if dream["id"] in latest and latest[dream["id"]]["outcome"] != Outcome.UNTESTABLE
    )


def _untestable(lessons: Lessons, latest: Mapping[int, Row]) -> tuple[UntestableReport, ...]:
    """The dreams whose latest result is that they could not be tested, in id order."""
    found = ((dream, latest.get(dream["id"])) for dream in lessons.dreams)
    return tuple(
        UntestableReport(
            id=dream["id"],
            label=dream["label"],
            procedure=dream["procedure"],
            dream_type=dream["dream_type"],
            tier=dream["tier"],
            run=result["run_id"],
            reason=result["reason"],
            text=result["error"] or "",
        )
        for dream, result in found
        if result is not None and result["outcome"] == Outcome.UNTESTABLE
    )


def _dream(
    dream: Row, result: Row, history: Sequence[Test], found: Mapping[int, Change], repair: Row | None
) -> DreamReport:
    faults = _faults(result)
    change = found.get(dream["id"])
    return DreamReport(
        id=dream["id"],
        label=dream["label"],
        procedure=dream["procedure"],
        procedure_id=dream["base_procedure_id"],
        dream_type=dream["dream_type"],
        tier=dream["tier"],
        model=dream["model_used"],
        viability=dream["viability_score"],
        novelty=dream["novelty_score"],
        outcome=result["outcome"],
        category=result["category"],
        contract=result["contract"],
        change=change.value if change else None,
        patterns=history[-1].patterns,
        error=result["error"],
        call=result["failing_input"],
        expected=result["procedure_result"],
        got=result["dream_result"],
        line=faults[0].line if faults else None,
        **asdict(from_columns(result)),
        code=dream["code"] or "",
        history=tuple(Past(run=t.run_id, outcome=t.outcome, category=t.category) for t in history),
        repair=_repair(dream, repair),
    )


def _faults(result: Row) -> tuple[Fault, ...]:
    return msgspec.json.decode(result["details"], type=tuple[Fault, ...]) if result["details"] else ()


def _repair(dream: Row, repair: Row | None) -> RepairReport | None:
    """The repair that passed, unless the dream has changed since or passes by now."""
    if repair is None or repair["before"] != dream["code"] or dream["test_outcome"] == Outcome.SUCCESS:
        return None
    return RepairReport(
        kind=repair["kind"],
        why=repair["why"],
        diff=unified(repair["before"], repair["code"]),
        accepted=repair["inputs_accepted"],
    )


def _patterns(
    lessons: Lessons, past: Sequence[Test], last: int, dreams: Mapping[int, DreamReport]
) -> tuple[PatternReport, ...]:
    """Open patterns first, the most frequent ones above; then untestable ones, then fixed ones."""
    rows = {dream["id"]: dream for dream in lessons.dreams}
    started = {run["id"]: run["started_at"] for run in lessons.runs}
    examples = _examples(lessons, dreams)
    made = []
    for key, history in pattern_histories(past, last).items():
        row = lessons.patterns[key]
        affected = [rows[dream_id] for dream_id in history.dreams if dream_id in rows]
        made.append(
            PatternReport(
                id=key,
                title=row["title"],
                category=row["category"],
                exception=row["exception"],
                message=row["message"],
                context=row["context"],
                status=history.status.value,
                frequency=history.frequency,
                dreams=history.dreams,
                open=history.open,
                first_run=history.first_run,
                last_run=history.last_run,
                first_seen=started.get(history.first_run),
                last_seen=started.get(history.last_run),
                dream_types=tuple(names(affected, "dream_type")),
                models=tuple(names(affected, "model_used")),
                procedures=tuple(names(affected, "procedure")),
                rule=rule(Category(row["category"]), row["exception"], row["message"], row["context"]),
                example=examples.get(key) if history.open else None,
            )
        )
    made.sort(key=lambda p: (p.status == "fixed", -len(p.open), -p.frequency, _RANK[p.status], p.title))
    return tuple(made)


def _examples(lessons: Lessons, dreams: Mapping[int, DreamReport]) -> dict[str, Example]:
    """For each pattern that a dream shows as it stands, one whose cause was tested, with a short call."""
    waiting = {d["id"] for d in lessons.dreams if d["status"] != Status.TESTED}
    best: dict[str, tuple[tuple[int, bool, int, int], DreamReport]] = {}
    for dream in dreams.values():
        for place, key in enumerate(dream.patterns):
            rank = place, _cause(lessons, dream) is None, len(dream.call or ""), len(dream.code)
            if dream.id not in waiting and (key not in best or rank < best[key][0]):
                best[key] = rank, dream
    latest = {row["dream_id"]: row for row in lessons.results}
    places = {
        (row["dream_id"], row["pattern_id"]): row["place"] for row in lessons.sightings
    }  # the last run's
    found = {}
    for key, (_, dream) in best.items():
        faults = _faults(latest[dream.id])
        place = places[dream.id, key]
        base = lessons.procedures.get(dream.procedure_id or 0)
        if faults:
            fault, code = faults[min(place, len(faults) - 1)], base["code"] if base else None
            shown = example(dream.id, fault, dream.code, code, _cause(lessons, dream))
            if shown is not None:
                found[key] = shown
    return found


def _cause(lessons: Lessons, dream: DreamReport) -> Cause | None:
    """What a test found to matter of the dream's code as it is."""
    row = lessons.causes.get(dream.id)
    if row is None or row["code"] != dream.code:
        return None
    return Cause(wrong=row["wrong"], right=row["right"])


def _breakdown(dreams: Sequence[DreamReport]) -> Breakdown:
    return Breakdown(
        dream_type=groups(dreams, lambda d: d.dream_type, _passed),
        model=groups(dreams, lambda d: d.model or "unknown", _passed),
        tier=groups(dreams, lambda d: f"Tier {d.tier}" if d.tier else "no tier", _passed),
        procedure=groups(dreams, lambda d: d.procedure or "none", _passed),
    )


def _passed(dream: DreamReport) -> bool:
    return dream.outcome == Outcome.SUCCESS


def _adopt(lessons: Lessons, dreams: Sequence[DreamReport]) -> tuple[int, ...]:
    """Dreams that passed against a procedure, by the mean of four figures; speed counts in full at twice.

    A copy of a procedure, or of a dream that is better placed, is none of them.
    """

    def worth(dream: DreamReport) -> float:
        speed = None if dream.speed is None else min(dream.speed / 2, 1.0)
        known = [x for x in (dream.viability, dream.novelty, dream.evidence, speed) if x is not None]
        return sum(known) / len(known) if known else 0.0

    def fit(dream: DreamReport) -> bool:
        compared = dream.contract != Contract.FREE and dream.accepted > 0
        return _passed(dream) and compared and (dream.novelty is None or dream.novelty > 0)

    known = {digest(row["code"] or "") for row in lessons.procedures.values()}
    chosen: list[int] = []
    for dream in sorted(filter(fit, dreams), key=lambda d: (-worth(d), d.id)):
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
