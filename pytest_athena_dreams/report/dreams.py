"""The dreams of a report: those whose latest result is a verdict, and the untestable ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any

from ..learn.history import Change, Test
from ..models import Outcome
from ..repair.proof import unified
from ..store.columns import from_columns
from ..store.lessons import Lessons, faults_of
from ..worlds import Part, World
from .figures import DreamReport, Past, RepairReport, UntestableReport

WORLD_PARTS = 40
"""Maximum parts of a world in a report."""
Row = Mapping[str, Any]


def tested_dreams(
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


def untestable_dreams(lessons: Lessons, latest: Mapping[int, Row]) -> tuple[UntestableReport, ...]:
    """The dreams whose latest result is ``untestable``, in id order."""
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
    faults = faults_of(result)
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
        contrast=faults[0].contrast if faults else (),
        world=parts_shown(faults[0].surroundings) if faults else (),
        line=faults[0].line if faults else None,
        **asdict(from_columns(result)),
        code=dream["code"] or "",
        history=tuple(Past(run=t.run_id, outcome=t.outcome, category=t.category) for t in history),
        repair=_repair(dream, repair),
    )


def _repair(dream: Row, repair: Row | None) -> RepairReport | None:
    """The repair that passed; ``None`` if the dream has changed since, or passes now."""
    if repair is None or repair["before"] != dream["code"] or dream["test_outcome"] == Outcome.SUCCESS:
        return None
    return RepairReport(
        kind=repair["kind"],
        why=repair["why"],
        diff=unified(repair["before"], repair["code"]),
        accepted=repair["inputs_accepted"],
    )


def parts_shown(world: World | None) -> tuple[Part, ...]:
    """The first parts of a world."""
    return tuple(islice(world.parts(), WORLD_PARTS)) if world is not None else ()


def has_passed(dream: DreamReport) -> bool:
    """Whether its latest result is a pass."""
    return dream.outcome == Outcome.SUCCESS
